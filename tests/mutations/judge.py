"""What a badge says under signature, told without the verifier: two badges that differ in it are
two badges, and only one of them has been signed.

SVGs are read by ElementTree, JSON by Python's own reader, meaning by PyLD, canonical JSON by
rfc8785.
"""

import base64
import json
from collections.abc import Mapping, Set
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

import rfc8785

from tests.mutations.carried import Chunk, chunks
from tests.vectors.making.issuing import NS2, NS3
from tests.verifier.jsonld_samples import by_pyld
from verifier.documents import Document
from verifier.report import Report

Documents = Mapping[str, Document]


def carried(presented: bytes, documents: Documents) -> bytes:
    """The badge itself, out of its picture, or from its address: JSON or a token."""
    for _ in range(3):
        if presented.startswith(b"\x89PNG"):
            presented = _in_png(presented)
        elif presented.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            presented = _in_svg(presented)
        presented = presented.strip(b" \t\r\n")
        if not presented.lower().startswith(b"https://"):
            break
        presented = documents[presented.decode()].data
    return presented


def _in_png(presented: bytes) -> bytes:
    """The text of its one chunk; of an old and a new one, the new one's."""
    found: dict[bytes, Chunk] = {}
    for kind, data in chunks(presented):
        keyword, _, rest = data.partition(b"\0")
        if keyword not in (b"openbadgecredential", b"openbadges"):
            continue
        if keyword in found:
            raise ValueError("two badges in one picture")
        found[keyword] = (kind, rest)
    kind, rest = found.get(b"openbadgecredential") or found[b"openbadges"]
    # Flag, method, language and translated keyword stand before the text of an iTXt.
    return rest[2:].split(b"\0", 2)[2] if kind == b"iTXt" else rest


def _in_svg(presented: bytes) -> bytes:
    root = ElementTree.fromstring(presented)
    for name in (f"{{{NS3}}}credential", f"{{{NS2}}}assertion"):
        for element in root.iter(name):
            return ((element.text or "").strip() or element.get("verify", "")).encode()
    return b""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def read(badge: bytes) -> Any:
    return json.loads(badge, object_pairs_hook=once)


class Said:
    """What a badge says: of a token its signed letters; of JSON its meaning, and what a reader of
    the JSON sees, both without its proofs."""

    def __init__(self, badge: bytes) -> None:
        self.token = badge.rpartition(b".")[0] if not badge.startswith(b"{") else None
        self.document: dict[str, Any] = {} if self.token else read(badge)
        proof = self.document.pop("proof", None)
        self.proofs: list[Any] = proof if isinstance(proof, list) else [proof]

    @cached_property
    def plain(self) -> str:
        """The JSON in one order; two that are the same here need no further reading."""
        return json.dumps(self.document, sort_keys=True)

    @cached_property
    def meaning(self) -> bytes:
        return by_pyld(self.document)

    @cached_property
    def seen(self) -> Set[Any]:
        return statements(self.document)

    @cached_property
    def options(self) -> frozenset[Any]:
        """Of each proof, all that its own signature covers."""
        return frozenset(
            frozenset(statements({n: v for n, v in one.items() if n != "proofValue"}))
            for one in self.proofs
            if isinstance(one, dict)
        )

    @cached_property
    def canonical_json(self) -> frozenset[bytes]:
        """As each proof over canonical JSON covers it: of the contexts, those that it brings."""
        return frozenset(
            rfc8785.dumps({**self.document, **{n: v for n, v in one.items() if n == "@context"}})
            for one in self.proofs
            if _is_over_json(one)
        )

    @cached_property
    def is_json_alone(self) -> bool:
        """Whether no proof looks at the meaning, only at the JSON."""
        return all(map(_is_over_json, self.proofs))

    def means_the_same(self, other: "Said") -> bool:
        """Whether one signature fits both."""
        if self.token is not None or other.token is not None:
            return self.token == other.token
        # First of all: further contexts, which such a proof does not cover, may have no meaning.
        if not self.canonical_json.isdisjoint(other.canonical_json):
            return True
        if self.is_json_alone and other.is_json_alone:
            return False
        return self.plain == other.plain or self.meaning == other.meaning

    def reads_the_same(self, other: "Said") -> bool:
        """Whether a reader of the JSON sees the same."""
        return self.is_json_alone or self.seen == other.seen


def _is_over_json(proof: Any) -> bool:
    return isinstance(proof, dict) and "-jcs-" in str(proof.get("cryptosuite"))


def statements(document: Any) -> set[Any]:
    """What `document` says in JSON-LD, where order and repetition mean nothing, a lone value may
    stand in a list or not, and what is said of one thing (one `id`) may stand in any place."""
    said: set[Any] = set()

    def value(item: Any) -> Any:
        if isinstance(item, list):
            items = frozenset(map(value, item))
            return next(iter(items)) if len(items) == 1 else items
        if not isinstance(item, dict):
            # Two names of one class, by the standard's own context.
            if item == "AchievementCredential":
                item = "OpenBadgeCredential"
            # One number has several spellings.
            return "number" if type(item) in (int, float) else type(item).__name__, item
        # The long spelling of a text. Where the standard has a text, the structure refuses it.
        if item.keys() == {"@value"}:
            return value(item["@value"])
        # What a context does is in the meaning.
        members = frozenset((n, value(member)) for n, member in item.items() if n != "@context")
        if not isinstance(item.get("id"), str):
            return members
        said.update((item["id"], *member) for member in members)
        # As if it were named only: what else is said of it may stand in another place.
        return "str", item["id"]

    said.add(value(document))
    return said


def fault(
    good: Said, presented: bytes, documents: Documents, report: Report, proofs: Set[Any]
) -> str | None:
    """Why the report is false about a changed badge; None if it is not.

    `good` is what the badge said before; `proofs` are the options of all proofs that the issuers
    have made. Asked where the badge is VALID or something is shown as proven.
    """
    if report.securing == "ob2-hosted":
        return _hosted_fault(documents, report)
    now = Said(carried(presented, documents))
    if not now.means_the_same(good):
        return "it says something that nobody has signed"
    if not report:
        return None
    if not now.reads_the_same(good):
        return "a reader sees something that nobody has signed"
    if len(now.proofs) == 1 and not now.options <= proofs:
        return "the proof has options that nobody has signed"
    shown = report.credential
    if shown is None or report.securing == "ob2-signed":
        return None
    return None if _is_shown(shown, good) else "what is shown is not what was signed"


def _is_shown(shown: Mapping[str, Any], signed: Said) -> bool:
    if signed.token is None:
        document = dict(signed.document)
        contexts = [one["@context"] for one in signed.proofs if one and "@context" in one]
        allowed = [document, *({**document, "@context": own} for own in contexts)]
        return any(statements(dict(shown)) == statements(one) for one in allowed)
    payload = read(_decoded(signed.token.partition(b".")[2]))
    return "vc" in payload or dict(shown) == {n: v for n, v in payload.items() if n != "proof"}


def _decoded(segment: bytes) -> bytes:
    return base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))


def _hosted_fault(documents: Documents, report: Report) -> str | None:
    """A hosted badge is what stands at its address, and nothing else."""
    if report.credential is None:
        return "a hosted badge without what stands at its address"
    shown = dict(report.credential)
    standing = read(documents[shown["id"]].data)
    shown.pop("badge")
    standing.pop("badge", None)
    return None if shown == standing else "another assertion than the hosted one"


def list_fault(good: list[bytes], now: bytes) -> str | None:
    """Why a status list cannot have let a badge pass: `good` are all lists that were signed for
    that address."""
    said = Said(now.strip(b" \t\r\n"))
    if any(said.means_the_same(Said(one)) for one in good):
        return None
    return "a status list that nobody has signed"


def issuer_fault(document: bytes, method: str, now: str) -> str | None:
    """Why an issuer's DID document cannot have let the key `method` count; times as they stand."""
    found = read(document)
    name = method.partition("#")[0]
    relation, listed = found.get("assertionMethod", []), found.get("verificationMethod", [])
    held = [
        one
        for one in (*listed, *relation)
        if isinstance(one, dict) and one.get("id") == method and one.get("controller") == name
    ]
    if found.get("id") != name or len(held) != 1:
        return "a key that the issuer's document does not hold once"
    if method not in relation and held[0] not in relation:
        return "a key that is not for assertions"
    revoked = held[0].get("revoked")
    return "a key that is revoked" if revoked is not None and revoked[:19] <= now[:19] else None
