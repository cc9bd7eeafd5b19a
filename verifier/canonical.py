"""What of a JSON-LD document is signed, as bytes: canonical N-Quads.

Here stand the rules that hold whatever way the bytes are reached, and the errors. There are two
ways. The fast one, `verifier.compiled`, takes plain documents in the contexts on board, and says
"not mine" of all others. The slow one takes them all, and alone refuses any: `verifier.expansion`
(JSON-LD to expanded JSON), `verifier.to_rdf` (to quads) and `verifier.rdfc` (to canonical bytes).

Two promises, beyond the standards. Nothing is lost: what would leave no trace in the bytes raises
`DataLoss` (Data Integrity 1.0 asks for it; others call it safe mode). And one reading only: JSON-LD
lets the same bytes be written as many documents, so that somebody could move the end date of a
signed badge to where no reader looks for it, and leave the signature intact. What a reader of the
JSON would not find in its usual place, under its usual name, raises `InvalidJsonLd`:

* two members of one object with one meaning;
* a member spelt otherwise than by the term that its context has for it;
* an address not written in full, or a blank node with a name;
* an array inside an array, which is flattened by some and kept by others;
* `@graph`, `@included`, `@index`, `@nest`, `@reverse`, and maps by language, id, type or index;
* a statement of the credentials vocabulary about the document itself, made elsewhere in it;
* a context of the document's own that gives a term another meaning, protected or not, or uses
  `@import`, `@base`, `@direction` or `@propagate`;
* control characters other than TAB, LF and CR, which older canonicalisers write differently.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from verifier import rdfc, work
from verifier.work import WorkLimit

__all__ = ["DataLoss", "InvalidJsonLd", "WorkLimit", "canonicalise", "check"]

MAX_DEPTH = 64
MAX_VALUES = 5_000
"""JSON values in a document, names not counted. Honest badges have a few hundred."""

MAX_CONTEXT_WORK = 10_000
"""What the contexts put in force may cost, object by object (`context_tables.cost`): a quarter of
a second on the slow way."""

MAX_INTEGER = 2**53

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class DataLoss(ValueError):
    """Something in the document would not be covered by a signature. `term` names it."""

    def __init__(self, term: str, message: str) -> None:
        super().__init__(f"{term!a} {message}")
        self.term = term


class InvalidJsonLd(ValueError):
    """The document is not JSON-LD, or not in the one form that has one reading."""


def canonicalise(
    document: Mapping[str, Any],
    *,
    contexts: Mapping[str, Any] | None = None,
    digest: rdfc.Digest = "sha256",
) -> bytes:
    """Return the canonical N-Quads (RDFC-1.0, UTF-8) of a JSON-LD 1.1 document.

    There is no base address. `contexts`, address -> context document, replaces the contexts on
    board; nothing is fetched. `digest` is what RDFC-1.0 tells blank nodes apart with: the suites
    for P-384 take SHA-384.

    Raises `DataLoss`, `InvalidJsonLd`, `WorkLimit`, and `verifier.contexts.UnknownContext`.
    """
    if contexts is None:
        from verifier import compiled

        try:
            return compiled.canonicalise(document, rdfc.ALGORITHMS[digest])
        except compiled.NotMine:
            pass
    return slowly(document, contexts=contexts, digest=digest)


def check(document: Mapping[str, Any], *, contexts: Mapping[str, Any] | None = None) -> None:
    """Raise what `canonicalise` raises: for a document whose bytes nobody needs."""
    if contexts is None:
        from verifier import compiled

        try:
            compiled.check(document)
        except compiled.NotMine:
            pass
        else:
            return
    slowly(document, contexts=contexts)


def slowly(
    document: Mapping[str, Any],
    *,
    contexts: Mapping[str, Any] | None = None,
    digest: rdfc.Digest = "sha256",
) -> bytes:
    """As `canonicalise`, by the slow way alone."""
    # PyLD takes longer to import than a badge to verify.
    from verifier import expansion, to_rdf

    try:
        reading = _Reading()
        plain = reading.object(document)
        work.spend(work.PER_VALUE * reading.values)
        quads = to_rdf.quads(expansion.expand(plain, contexts))
        return rdfc.canonicalise(quads, digest=digest)
    except RecursionError:
        raise WorkLimit("the document leads too deep") from None


def _is_negative_zero(value: float) -> bool:
    # Its sign is signed by some and lost by others.
    return value == 0 and math.copysign(1, value) < 0


class _Reading:
    """Copies a document into plain dicts and lists, and counts what it holds."""

    def __init__(self) -> None:
        self.values = 0

    def object(self, value: Mapping[str, Any], depth: int = 1) -> dict[str, Any]:
        return {self._text(name): self._value(item, depth + 1) for name, item in value.items()}

    def _value(self, value: Any, depth: int) -> Any:
        self.values += 1
        if self.values > MAX_VALUES or depth > MAX_DEPTH:
            raise WorkLimit(f"more than {MAX_VALUES} values, or nested deeper than {MAX_DEPTH}")
        match value:
            case str():
                return self._text(value)
            case None | bool():
                return value
            case int() if abs(value) <= MAX_INTEGER:
                return value
            case float() if math.isfinite(value) and not _is_negative_zero(value):
                return value
            case Mapping():
                return self.object(value, depth)
            case Sequence() if not isinstance(value, (bytes, bytearray)):
                return [self._value(item, depth + 1) for item in value]
        raise InvalidJsonLd(f"{value!a:.60} is no JSON value with one reading")

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise InvalidJsonLd(f"{value!a:.60} is no name of a member")
        if _FORBIDDEN.search(value):
            raise InvalidJsonLd(f"{value!a:.60} holds a character that has no place in a text")
        return value
