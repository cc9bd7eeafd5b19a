"""RDF Dataset Canonicalization (RDFC-1.0): equal graphs, equal bytes, whatever their blank nodes
are called.

Knows quads and nothing of where they come from. A graph can be built to keep the algorithm busy
for ever; all work is counted, and stops at a limit that depends on the graph alone.

Between named graphs the standard leaves a gap: a neighbour is hashed without the graph that it is
a neighbour in (section 4.7), so two blank nodes can have one hash and yet differ, and which of
them comes first is nobody's rule. Such datasets have several canonical forms, here and elsewhere;
badges with a single proof have no two graphs that share a blank node.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Final, Literal, TypeAlias

from verifier import work
from verifier.work import WorkLimit

__all__ = [
    "ALGORITHMS",
    "Digest",
    "Quad",
    "WorkLimit",
    "canonical_labels",
    "canonicalise",
    "literal",
]

Quad: TypeAlias = tuple[str, str, str, str]
"""Subject, predicate, object and graph name, each as canonical N-Quads writes it: `<iri>`,
`_:label`, `"literal"^^<iri>`. The graph name of the default graph is empty."""

Digest: TypeAlias = Literal["sha256", "sha384"]

ALGORITHMS: Final = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}

MAX_WORK = 25_000
"""Steps of looking at one related node; about a tenth of a second. Honest badges need a few dozen,
the W3C's harder tests six thousand."""

# Each takes three places on Python's stack, which others fill too.
MAX_DEPTH = 100

_Issued: TypeAlias = dict[str, str]

_STRING = "http://www.w3.org/2001/XMLSchema#string"
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


def literal(value: str, datatype: str = "", language: str = "") -> str:
    """Return a literal as canonical N-Quads writes it (RDF 1.2 N-Quads, section 4).

    At most one of `datatype`, an IRI, and `language` is given; without either it is a string,
    and so is a literal of the datatype that says just this.
    """
    text = _ESCAPED.sub(lambda m: _ESCAPES.get(m[0]) or f"\\u{ord(m[0]):04X}", value)
    if language:
        return f'"{text}"@{language}'
    return f'"{text}"^^<{datatype}>' if datatype not in ("", _STRING) else f'"{text}"'


def canonicalise(
    quads: Iterable[Quad], *, digest: Digest = "sha256", max_work: int = MAX_WORK
) -> bytes:
    """Return the canonical N-Quads of the dataset. Raises `WorkLimit`."""
    distinct = dict.fromkeys(quads)
    labelling = _Labelling(distinct, digest, max_work := work.left(max_work))
    try:
        labels = labelling.labels()
    finally:
        work.spend(max_work - labelling.work_left)
    lines = (_line(_relabelled(quad, labels)) for quad in distinct)
    return "".join(sorted(lines)).encode()


def canonical_labels(
    quads: Iterable[Quad], *, digest: Digest = "sha256", max_work: int = MAX_WORK
) -> dict[str, str]:
    """Return old label -> canonical label for every blank node (RDFC-1.0, section 4.4)."""
    return _Labelling(dict.fromkeys(quads), digest, max_work).labels()


def _line(quad: Quad) -> str:
    subject, predicate, value, graph = quad
    return (
        f"{subject} {predicate} {value} {graph} .\n"
        if graph
        else (f"{subject} {predicate} {value} .\n")
    )


def _relabelled(quad: Quad, labels: Mapping[str, str]) -> Quad:
    subject, predicate, value, graph = quad
    return (
        labels.get(subject, subject),
        predicate,
        labels.get(value, value),
        labels.get(graph, graph),
    )


class _Labelling:
    """One run of the algorithm. Methods and their comments follow the sections of RDFC-1.0."""

    def __init__(self, quads: Iterable[Quad], digest: Digest, max_work: int) -> None:
        self._digest = ALGORITHMS[digest]
        self.work_left = max_work
        self._canonical: _Issued = {}
        self._first_degree: dict[str, str] = {}
        self._quads_of: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            for term in {quad[0], quad[2], quad[3]}:
                if term.startswith("_:"):
                    self._quads_of[term].append(quad)

    def labels(self) -> _Issued:
        alike: dict[str, list[str]] = defaultdict(list)
        for node in self._quads_of:
            alike[self._hash_first_degree(node)].append(node)
        unique = {digest: nodes[0] for digest, nodes in alike.items() if len(nodes) == 1}
        for _, node in sorted(unique.items()):
            self._issue(node)
        for digest, nodes in sorted(alike.items()):
            if digest in unique:
                continue
            paths = [
                self._hash_n_degree(node, {node: "_:b0"}, 0)
                for node in nodes
                if node not in self._canonical
            ]
            for _, issued in sorted(paths, key=lambda path: path[0]):
                for node in issued:
                    self._issue(node)
        return self._canonical

    def _issue(self, node: str) -> None:
        self._canonical.setdefault(node, f"_:c14n{len(self._canonical)}")

    def _hash(self, text: str) -> str:
        return self._digest(text.encode()).hexdigest()

    def _hash_first_degree(self, node: str) -> str:
        """Section 4.6: what can be told from the quads the node itself stands in."""
        if (known := self._first_degree.get(node)) is None:
            lines = sorted(
                _line(tuple(_as_seen_from(node, term) for term in quad))  # type: ignore[arg-type]
                for quad in self._quads_of[node]
            )
            known = self._first_degree[node] = self._hash("".join(lines))
        return known

    def _hash_related(self, related: str, quad: Quad, issued: _Issued, position: str) -> str:
        """Section 4.7."""
        name = self._canonical.get(related) or issued.get(related)
        predicate = "" if position == "g" else quad[1]
        return self._hash(position + predicate + (name or self._hash_first_degree(related)))

    def _hash_n_degree(self, node: str, issued: _Issued, depth: int) -> tuple[str, _Issued]:
        """Section 4.8: of look-alikes, what can be told from their neighbours' neighbours."""
        if depth > MAX_DEPTH:
            raise WorkLimit(f"more than {MAX_DEPTH} look-alike blank nodes in a row")
        neighbours: dict[str, list[str]] = defaultdict(list)
        for quad in self._quads_of[node]:
            for position, term in (("s", quad[0]), ("o", quad[2]), ("g", quad[3])):
                if term.startswith("_:") and term != node:
                    self._spend(1)
                    neighbours[self._hash_related(term, quad, issued, position)].append(term)
        told = ""
        for digest, related in sorted(neighbours.items()):
            path, issued = self._shortest_path(sorted(related), issued, depth)
            told += digest + path
        return self._hash(told), issued

    def _shortest_path(
        self, related: list[str], issued: _Issued, depth: int
    ) -> tuple[str, _Issued]:
        """Steps 5.2 to 5.6 of section 4.8: the least path over every order of `related`."""
        chosen_path = ""
        chosen = issued
        for order in permutations(related):
            self._spend(len(order))
            found = self._path(order, dict(issued), chosen_path, depth)
            if found is not None and (not chosen_path or found[0] < chosen_path):
                chosen_path, chosen = found
        return chosen_path, chosen

    def _path(
        self, order: tuple[str, ...], issued: _Issued, to_beat: str, depth: int
    ) -> tuple[str, _Issued] | None:
        """Steps 5.4.2 to 5.4.5; None as soon as the path cannot beat `to_beat`."""
        path = ""
        unseen = []
        for node in order:
            if node in self._canonical:
                path += self._canonical[node]
            else:
                if node not in issued:
                    unseen.append(node)
                    issued[node] = f"_:b{len(issued)}"
                path += issued[node]
            if to_beat and len(path) >= len(to_beat) and path > to_beat:
                return None
        for node in unseen:
            digest, deeper = self._hash_n_degree(node, issued, depth + 1)
            path += f"{issued[node]}<{digest}>"
            issued = deeper
            if to_beat and len(path) >= len(to_beat) and path > to_beat:
                return None
        return path, issued

    def _spend(self, steps: int) -> None:
        self.work_left -= steps
        if self.work_left < 0:
            raise WorkLimit("too many look-alike blank nodes to tell apart")


def _as_seen_from(node: str, term: str) -> str:
    if not term.startswith("_:"):
        return term
    return "_:a" if term == node else "_:z"
