"""From a document straight to its canonical N-Quads: the fast way.

`verifier.canonical` says what the bytes are. Most badges name contexts on board and are trees of
plain objects; those are written line by line from the tables of `verifier.context_tables`, and
their blank nodes are told apart by their own statements alone (RDFC-1.0, section 4.6). Everything
else, and everything that is to be refused, raises `NotMine`: the slow way then gives the bytes or
says why not. So this module never judges a document; it only must not write other bytes.

Left to the slow way: contexts written out, names and types that are no terms, `@value` beside a
type, `@graph` and other keywords, a further object about the document itself, blank nodes that
look alike, whatever is very large or deep.
"""

import math
import re
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any, Final

from verifier import to_rdf
from verifier.canonical import MAX_CONTEXT_WORK, MAX_INTEGER, DataLoss, InvalidJsonLd
from verifier.context_tables import (
    ADDRESS,
    KEYWORD,
    LIST,
    LITERAL,
    RDF,
    SCHEMES,
    SPECIAL,
    Active,
    Entry,
    NotMine,
    Terms,
    root,
)
from verifier.to_rdf import is_absolute

__all__ = ["NotMine", "canonicalise"]

# Well within the bounds of `verifier.canonical`: a line stands for three JSON values at most, and
# two levels of JSON lie between one object and the next.
MAX_LINES: Final = 1_500
MAX_DEPTH: Final = 24

# What the addresses of nearly all documents are made of, and any IRI may hold.
_PLAIN: Final = bytes(set(range(0x21, 0x7F)) - set(b'<>"{}|\\^`'))
# The letters that JSON escapes otherwise than canonical N-Quads are those that no text may hold.
_ESCAPE = re.compile(r"\\(.)")
_REFUSED: Final = frozenset("bfu")

_FIRST: Final = f" <{RDF}first> "
_REST: Final = f" <{RDF}rest> "
_NIL: Final = f"<{RDF}nil> .\n"


def canonicalise(document: Any, algorithm: Callable[[bytes], Any]) -> bytes:
    """Return the canonical N-Quads of `document`: the same bytes as the slow way. `algorithm` is
    the hash function that tells blank nodes apart. Raises `NotMine`."""
    if type(document) is not dict:
        raise NotMine
    writer = _Writer()
    try:
        writer.document(document)
        return writer.canonical(algorithm)
    except (RecursionError, UnicodeEncodeError):
        raise NotMine from None


class _Blank:
    """A blank node. What is said of it, by `_:a` as its own name: `own` are the statements
    without another blank node, `linked` those with one, which is called `_:z`."""

    __slots__ = ("label", "linked", "own")

    def __init__(self) -> None:
        self.own: list[str] = []
        self.linked: list[str] = []
        self.label = ""

    def digest(self, algorithm: Callable[[bytes], Any]) -> bytes:
        """RDFC-1.0, section 4.6."""
        lines = sorted([*set(self.own), *self.linked])
        found: bytes = algorithm("".join(lines).encode()).digest()
        return found


class _Writer:
    """One document on its way: its lines, those of blank nodes apart, and those between both."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._blanks: list[_Blank] = []
        # (subject or blank subject, predicate, value)
        self._links: list[tuple[str | _Blank, str, _Blank]] = []
        self._addresses: list[str] = []
        self._work = 0
        self._id: str | None = None

    def document(self, document: dict[str, Any]) -> None:
        """Write all of the document."""
        active, self._work = root(document.get("@context"))
        name = document.get("id")
        if type(name) is str:
            self._id = name
            self._object(document, active, f"<{name}>", None, 1)
        else:
            self._blanks.append(blank := _Blank())
            self._object(document, active, "_:a", blank, 1)

    def _object(
        self, node: dict[str, Any], active: Active, subject: str, blank: _Blank | None, depth: int
    ) -> None:
        """Write what `node` says of `subject`, which is `_:a` where it is `blank`."""
        if depth > 1 and "@context" in node:
            active, cost = active.naming(node["@context"])
            self._work += cost
        table = active.table(node.get("type"))
        self._work += table.cost
        if depth > MAX_DEPTH or self._work > MAX_CONTEXT_WORK:
            raise NotMine
        note_address = self._note_address
        lines = self._lines if blank is None else blank.own
        for statement in table.types:
            lines.append(subject + statement)
        for name, value in node.items():
            kind, before, after, entry = table[name]
            if kind == LITERAL and type(value) is str:
                lines.append(f"{subject}{before}{encode_basestring(value)}{after}")
                continue
            if kind == KEYWORD:
                if name == "id":
                    note_address(value, table.active.terms)
                elif not value:
                    raise NotMine
                continue
            if kind == SPECIAL:
                kind = self._special(entry, node)
            if kind == LIST:
                self._list(value, entry, subject, blank, depth)
                continue
            if type(value) is not list:
                value = (value,)
            elif not value:
                raise NotMine
            for item in value:
                if type(item) is dict:
                    self._inside(item, entry, entry.link, subject, blank, depth)
                elif kind == LITERAL:
                    if type(item) is str:
                        lines.append(f"{subject}{before}{encode_basestring(item)}{after}")
                    else:
                        lines.append(f"{subject}{before}{_scalar(item, entry)} .\n")
                elif kind == ADDRESS:
                    note_address(item, entry.words)
                    lines.append(f"{subject}{before}{item}{after}")
                else:
                    lines.append(f"{subject}{entry.link}{_word(item, entry.words)} .\n")

    def _special(self, entry: Entry, node: dict[str, Any]) -> int:
        if any(twin in node for twin in entry.twins):
            raise NotMine
        self._work += entry.cost
        return entry.kind

    def _inside(
        self,
        node: dict[str, Any],
        entry: Entry,
        link: str,
        subject: str,
        blank: _Blank | None,
        depth: int,
    ) -> None:
        """Write that `subject` has `node` as its value, and what that says."""
        self._work += entry.cost
        name = node.get("id")
        if type(name) is str:
            (self._lines if blank is None else blank.own).append(f"{subject}{link}<{name}> .\n")
            if len(node) == 1:
                self._note_address(name, entry.reference.terms)
            elif name == self._id:
                raise NotMine
            else:
                self._object(node, entry.inside, f"<{name}>", None, depth + 1)
        else:
            self._object(node, entry.inside, "_:a", self._link(subject, blank, link), depth + 1)

    def _link(self, subject: str, blank: _Blank | None, link: str) -> _Blank:
        """A new blank node, the value of `link` of `subject`."""
        value = _Blank()
        if blank is None:
            value.linked.append(f"{subject}{link}_:a .\n")
        else:
            value.linked.append(f"_:z{link}_:a .\n")
            blank.linked.append(f"_:a{link}_:z .\n")
        self._blanks.append(value)
        self._links.append((subject if blank is None else blank, link, value))
        return value

    def _list(
        self, value: Any, entry: Entry, subject: str, blank: _Blank | None, depth: int
    ) -> None:
        """An RDF list: a chain of blank nodes."""
        link = entry.link
        for item in value if type(value) is list else (value,):
            blank = self._link(subject, blank, link)
            subject, link = "_:a", _REST
            if type(item) is dict:
                self._inside(item, entry, _FIRST, subject, blank, depth)
            elif type(item) is str:
                blank.own.append(f"_:a{_FIRST}{encode_basestring(item)}{entry.after}")
            else:
                blank.own.append(f"_:a{_FIRST}{_scalar(item, entry)} .\n")
        (self._lines if blank is None else blank.own).append(f"{subject}{link}{_NIL}")

    def _note_address(self, address: Any, terms: Terms) -> None:
        """Keep an address for `_check_addresses`, as one that is written in full."""
        if type(address) is not str:
            raise NotMine
        if not address.startswith(SCHEMES):
            scheme, colon, _ = address.partition(":")
            if not (colon and scheme.isascii() and scheme.isalpha()) or scheme in terms:
                raise NotMine
        self._addresses.append(address)

    def _check_addresses(self) -> None:
        together = "".join(self._addresses)
        if together.isascii() and not together.encode().translate(None, _PLAIN):
            return
        if not all(map(is_absolute, self._addresses)):
            raise NotMine

    def canonical(self, algorithm: Callable[[bytes], Any]) -> bytes:
        """Return the canonical form of what was written (RDFC-1.0, section 4.4)."""
        self._check_addresses()
        lines, blanks = self._lines, self._blanks
        if self._work > MAX_CONTEXT_WORK:
            raise NotMine
        if len(lines) + sum(len(blank.own) for blank in blanks) + len(self._links) > MAX_LINES:
            raise NotMine
        if len(blanks) > 1:
            told_apart = {blank.digest(algorithm): blank for blank in blanks}
            if len(told_apart) != len(blanks):
                raise NotMine
            blanks = [told_apart[digest] for digest in sorted(told_apart)]
        for number, blank in enumerate(blanks):
            blank.label = label = f"_:c14n{number}"
            lines += [label + line[3:] for line in blank.own]
        for subject, link, value in self._links:
            start = subject if type(subject) is str else subject.label  # type: ignore[union-attr]
            lines.append(f"{start}{link}{value.label} .\n")
        text = "".join(sorted(set(lines)))
        if not text or "\x7f" in text:
            raise NotMine
        if "\\" in text:
            for line in lines:
                if "\\" in line and not _REFUSED.isdisjoint(_ESCAPE.findall(line)):
                    raise NotMine
        return text.encode()


def _scalar(value: Any, entry: Entry) -> str:
    if type(value) is float:
        if not math.isfinite(value) or (value == 0 and math.copysign(1, value) < 0):
            raise NotMine
    elif type(value) is not bool and (type(value) is not int or abs(value) > MAX_INTEGER):
        raise NotMine
    try:
        return to_rdf.scalar(value, entry.datatype or None)
    except (DataLoss, InvalidJsonLd):
        raise NotMine from None


def _word(value: Any, words: Terms) -> str:
    """A text that the context maps to an IRI."""
    definition = words.get(value) if type(value) is str else None
    if definition is None or not is_absolute(definition.iri):
        raise NotMine
    return f"<{definition.iri}>"
