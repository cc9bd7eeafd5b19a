"""Expanded JSON-LD to RDF quads (JSON-LD 1.1 API, section 8.1), losing nothing on the way.

Where the standard drops a value without a word, this raises `DataLoss`.
"""

import re
from typing import Any

from verifier.canonical import DataLoss, InvalidJsonLd
from verifier.rdfc import Quad, literal

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE = f"<{_RDF}type>"
_FIRST, _REST, _NIL = f"<{_RDF}first>", f"<{_RDF}rest>", f"<{_RDF}nil>"
_DOUBLE = _XSD + "double"
_CREDENTIALS = "https://www.w3.org/2018/credentials#"

# RFC 3987 leaves out the controls and white space, and N-Quads the signs that would end an IRI.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_IN_IRI = re.compile(r'[\x00-\x20\x7f-\xa0<>"{}|\\^`\s\ufeff]')
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def quads(expanded: list[Any]) -> list[Quad]:
    """Return the quads of an expanded document that is one node object.

    Raises `DataLoss` and `InvalidJsonLd`.
    """
    if len(expanded) != 1:
        raise InvalidJsonLd("the document is not one object")
    writer = _Writer()
    writer.node(expanded[0], "")
    return list(writer.quads)


def is_absolute(iri: str) -> bool:
    """Whether `iri` is an absolute IRI."""
    return bool(_SCHEME.match(iri)) and not _NOT_IN_IRI.search(iri)


class _Writer:
    def __init__(self) -> None:
        self.quads: dict[Quad, None] = {}
        self._blank_nodes = 0
        self._document: str | None = None

    def node(self, node: dict[str, Any], graph: str) -> str:
        """Write what `node` says into `graph`; return its subject."""
        subject = _iri(node["@id"]) if "@id" in node else self._fresh()
        elsewhere = subject == self._document
        if self._document is None:
            self._document = subject
        for kind in node.get("@type", ()):
            self._add(subject, _TYPE, _iri(kind), graph)
        for item in node.get("@graph", ()):
            if item.keys() <= {"@id"}:
                raise DataLoss(str(item.get("@id", "{}")), "alone in a graph leaves no trace")
            self.node(item, subject)
        for name, values in node.items():
            if name.startswith("@"):
                if name not in ("@id", "@type", "@graph"):
                    raise DataLoss(name, "has no form in RDF here")
                continue
            if elsewhere and name.startswith(_CREDENTIALS):
                raise InvalidJsonLd(f"{name} of the document is stated outside its own object")
            predicate = _iri(name)
            if not values:
                raise DataLoss(name, "has no values")
            for value in values:
                self._add(subject, predicate, self._object(value, graph), graph)
        return subject

    def _add(self, subject: str, predicate: str, value: str, graph: str) -> None:
        self.quads[subject, predicate, value, graph] = None

    def _fresh(self) -> str:
        self._blank_nodes += 1
        return f"_:b{self._blank_nodes}"

    def _object(self, value: dict[str, Any], graph: str) -> str:
        if "@value" in value:
            return _literal(value)
        if "@list" in value:
            if len(value) > 1:
                raise InvalidJsonLd("a list has members beside its items")
            return self._list(value["@list"], graph)
        return self.node(value, graph)

    def _list(self, items: list[dict[str, Any]], graph: str) -> str:
        rest = _NIL
        for item in reversed(items):
            cell = self._fresh()
            self._add(cell, _FIRST, self._object(item, graph), graph)
            self._add(cell, _REST, rest, graph)
            rest = cell
        return rest


def _iri(name: Any) -> str:
    if not isinstance(name, str) or not is_absolute(name):
        raise DataLoss(str(name), "is not defined by a context, and no absolute address")
    return f"<{name}>"


def _literal(item: dict[str, Any]) -> str:
    value, datatype, language = item["@value"], item.get("@type"), item.get("@language")
    if unknown := item.keys() - {"@value", "@type", "@language"}:
        raise DataLoss(min(unknown), "has no form in RDF here")
    if datatype == "@json":
        # Rare, and the import takes as long as a verification.
        from c14n.Canonicalize import canonicalize  # type: ignore[import-untyped]

        return literal(canonicalize(value).decode(), _RDF + "JSON")
    if datatype is not None:
        _iri(datatype)
    match value:
        case bool() | int() | float():
            return scalar(value, datatype)
        case str() if language is not None:
            if not _LANGUAGE.fullmatch(language):
                raise DataLoss(language, "is not a language tag")
            return literal(value, language=language)
        case str():
            # The standard signs such a text as it stands, most libraries the number in it.
            if datatype == _DOUBLE and not _is_canonical_double(value):
                raise InvalidJsonLd(f"{value!a:.60} is not the canonical form of an xsd:double")
            return literal(value, datatype or "")
    raise InvalidJsonLd("a value is neither text, number nor truth value")


def scalar(value: float, datatype: str | None) -> str:
    """Return the literal of a truth value or number (JSON-LD 1.1 API, section 8.2.2, steps 5 to
    8). Raises `DataLoss` and `InvalidJsonLd`."""
    if isinstance(value, bool):
        return literal("true" if value else "false", datatype or _XSD + "boolean")
    if 0 < abs(value) < 1e-6:
        # A library in wide use signs zero for some of these.
        raise InvalidJsonLd(f"{value!r} is too small a number to be read in one way")
    if datatype == _DOUBLE or value != int(value) or abs(value) >= 1e21:
        text = _canonical_double(value)
        if float(text) != value:
            raise DataLoss(repr(value), "has more digits than are signed")
        return literal(text, datatype or _DOUBLE)
    return literal(str(int(value)), datatype or _XSD + "integer")


def _canonical_double(value: float) -> str:
    digits, exponent = f"{value:.15E}".split("E")
    whole, fraction = digits.split(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"


def _is_canonical_double(text: str) -> bool:
    try:
        return _canonical_double(float(text)) == text
    except ValueError:
        return False
