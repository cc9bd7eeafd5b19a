"""JSON-LD contexts as tables: what each member of an object means, looked up and not worked out.

The contexts on board are put in force by the algorithm of JSON-LD 1.1 API, section 4, as far as
they use it: terms, prefixes, `@type`, `@container`, `@protected`, and contexts scoped to a type
or a term. For every place in a document there is an `Active` context, and for every kind of
object in that place a `Table`. Whatever else a context could ask for raises `NotMine`, and so
does all that is an error: `verifier.compiled` then leaves the document to the slow way.

What is worked out is kept, by the addresses of the contexts that lead there, up to `MAX_TABLES`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from verifier import contexts as on_board
from verifier.to_rdf import is_absolute

MAX_TABLES: Final = 500
"""Tables kept in a process; the objects of one honest badge need about twenty."""

MAX_CONTEXTS: Final = 8
"""Contexts that are named in one place."""

_ADDRESSED_COST: Final = 100
_WRITTEN_COST: Final = 10

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_PARTICULAR_TYPES: Final = frozenset({f"{_XSD}double", f"{_XSD}string"})

SCHEMES: Final = ("https://", "http://", "did:", "urn:", "data:", "mailto:")
"""How addresses begin. In no context here is one of these schemes a term, so that no address of
these can be the compact form of another."""

_SCHEME_NAMES: Final = frozenset(scheme.partition(":")[0] for scheme in SCHEMES)
_ENDS_LIKE_A_PREFIX: Final = tuple(":/?#[]@")
_ALIASES: Final = {"id": "@id", "type": "@type"}
_DEFINITION_MEMBERS: Final = frozenset({"@id", "@type", "@container", "@context", "@protected"})


class NotMine(Exception):
    """The fast way does not take this document. This says nothing about it."""


class Definition(NamedTuple):
    """How a term is mapped (JSON-LD 1.1, section 4.1). `scoped` is its own context, as it is
    written; None where it has none, False where that is null."""

    iri: str
    type: str | None
    container: str | None
    scoped: Mapping[str, Any] | Literal[False] | None
    is_prefix: bool
    is_protected: bool


Terms = dict[str, Definition]
Key = str | tuple[Any, ...]
"""One name or several, as they stand in a document."""


class Active:
    """The contexts in force in one place of a document, and what is known of objects there.

    `previous` is what comes into force again in the objects inside (section 4.1.3).
    """

    __slots__ = ("_nested", "_tables", "previous", "terms")

    def __init__(self, terms: Terms, previous: "Active | None" = None) -> None:
        self.terms = terms
        self.previous = previous
        self._tables: dict[Key, Table] = {}
        self._nested: dict[Key, tuple[Active, int]] = {}

    def naming(self, addresses: Any) -> "tuple[Active, int]":
        """What is in force where `@context` has this value, and what it costs to get there."""
        key = _key(addresses)
        found = self._nested.get(key)
        if found is None:
            listed = _names_in(key)
            if not 0 < len(listed) <= MAX_CONTEXTS:
                raise NotMine
            active = self
            for address in listed:
                active = _put_in_force(active, _context(address))
            _count_one()
            found = self._nested[key] = active, _ADDRESSED_COST * len(listed)
        return found

    def check_aliases(self) -> None:
        """Raise `NotMine` unless `id` and `type` are the names of `@id` and `@type`, and no other
        keyword has a name."""
        if {n: d.iri for n, d in self.terms.items() if d.iri.startswith("@")} != _ALIASES:
            raise NotMine

    def table(self, types: Any) -> "Table":
        """The table of an object whose `type` has this value; None for one without."""
        alone = types[0] if type(types) is list and len(types) == 1 else types
        if type(alone) is str and (known := self._tables.get(alone)) is not None:
            return known
        key = () if types is None else _key(types)
        found = self._tables.get(key)
        if found is None:
            found = Table(self, _names_in(key))
            _count_one()
            self._tables[key] = found
        return found


# Kinds of members. The texts of the first three are texts, addresses, or words of the context. A
# special one has a context of its own, or shares its meaning with another term; its entry knows
# what it is besides.
LITERAL: Final = 0
ADDRESS: Final = 1
WORD: Final = 2
LIST: Final = 3
KEYWORD: Final = 4
SPECIAL: Final = 5


class Entry:
    """One member of an object: its predicate, how a text becomes a term of RDF, what is inside.

    Between a subject and the escaped text in its quotation marks stands `before` (between a
    subject and an address: `before` with `<`), after it `after`; `link` is for blank nodes.
    """

    __slots__ = (
        *("after", "before", "cost", "datatype", "inside", "kind", "link", "reference", "twins"),
        "words",
    )

    def __init__(self, active: Active, name: str) -> None:
        if name in ("@context", "id", "type"):
            self.kind = KEYWORD
            return
        outer = active.terms.get(name)
        if outer is None or not is_absolute(outer.iri) or outer.scoped is False:
            raise NotMine
        term_context, self.cost = active, 0
        if outer.scoped is not None:
            self.cost = cost(outer.scoped)
            term_context = _put_in_force(active, outer.scoped, override=True)
        inner = term_context.terms.get(name)
        # A term whose own context says something else of it, or that is more than a member.
        if inner != outer or outer.container not in (None, "@set", "@list"):
            raise NotMine
        self.twins = [
            other for other, d in active.terms.items() if d.iri == outer.iri and other != name
        ]
        self.link = f" <{outer.iri}> "
        self.words = term_context.terms
        self.inside = term_context.previous or term_context
        self.reference = term_context
        if outer.scoped is not None:
            self.inside = _put_in_force(self.inside, outer.scoped, override=True)
            self.reference = _put_in_force(term_context, outer.scoped, override=True)
        self.reference.check_aliases()
        self._set_texts(outer)

    def _set_texts(self, definition: Definition) -> None:
        self.datatype = ""
        self.before, self.after = self.link, " .\n"
        match definition.type:
            case None:
                self.kind = LITERAL
            case "@id":
                self.kind = ADDRESS
                self.before, self.after = f"{self.link}<", "> .\n"
            case "@vocab":
                self.kind = WORD
            # Texts of these types are not always written as they are.
            case str(datatype) if is_absolute(datatype) and datatype not in _PARTICULAR_TYPES:
                self.kind = LITERAL
                self.datatype = datatype
                self.after = f"^^<{datatype}> .\n"
            case _:
                raise NotMine
        if definition.container == "@list":
            if self.kind != LITERAL:
                raise NotMine
            self.kind = LIST


class Table(dict[str, tuple[int, str, str, Entry]]):
    """The members of one kind of object in one place: name -> (kind, before, after, entry).

    Filled as names are looked up. `types` are the statements about the object's types, without
    their subject.
    """

    def __init__(self, active: Active, types: Sequence[str]) -> None:
        self.cost = 0
        self.types: list[str] = []
        current = active
        # Each type's own context is added in the order of the types' names.
        for name in sorted(types):
            definition = active.terms.get(name)
            if definition is None or not is_absolute(definition.iri) or definition.scoped is False:
                raise NotMine
            self.types.append(f" <{RDF}type> <{definition.iri}> .\n")
            if definition.scoped is not None:
                self.cost += cost(definition.scoped)
                current = _put_in_force(current, definition.scoped, propagate=False)
        # Before the types are known, `type` has to mean what it means.
        active.check_aliases()
        current.check_aliases()
        self.active = current

    def __missing__(self, name: str) -> tuple[int, str, str, Entry]:
        entry = Entry(self.active, name)
        if entry.kind == KEYWORD:
            found = (KEYWORD, "", "", entry)
        else:
            kind = SPECIAL if entry.twins or entry.cost else entry.kind
            found = (kind, entry.before, entry.after, entry)
        self[name] = found
        return found


_start = Active({})
_kept = 0


def root(addresses: Any) -> tuple[Active, int]:
    """What is in force in a document whose `@context` has this value; and the cost. It names
    contexts on board by their addresses, or `NotMine` is raised."""
    return _start.naming(addresses)


def _count_one() -> None:
    """Forget everything when too much is kept: a stranger chooses what is asked for."""
    global _start, _kept
    _kept += 1
    if _kept > MAX_TABLES:
        _start, _kept = Active({}), 0


def _key(value: Any) -> Key:
    if type(value) is str:
        return value
    if type(value) is list:
        key = tuple(value)
        try:
            hash(key)
        except TypeError:
            raise NotMine from None
        return key
    raise NotMine


def _names_in(key: Key) -> tuple[str, ...]:
    names = (key,) if isinstance(key, str) else key
    if not all(isinstance(name, str) for name in names):
        raise NotMine
    return names


def _context(address: str) -> Mapping[str, Any]:
    try:
        found = on_board.load()[address]["@context"]
    except KeyError:
        raise NotMine from None
    if not isinstance(found, dict):
        raise NotMine
    return found


def _put_in_force(
    active: Active, local: Mapping[str, Any], *, override: bool = False, propagate: bool = True
) -> Active:
    """Return `active` with the context `local` added (JSON-LD 1.1 API, section 4.1.2).

    `override`: terms that are protected may be defined anew. Not `propagate`: only for the one
    object, and not for those inside.
    """
    previous = active.previous
    if not propagate and previous is None:
        previous = active
    terms = _Definitions(active.terms, local, override).terms
    if not terms.keys().isdisjoint(_SCHEME_NAMES):
        raise NotMine
    if previous is active.previous and terms == active.terms:
        return active
    return Active(terms, previous)


class _Definitions:
    """One context on its way into force (JSON-LD 1.1 API, section 4.2)."""

    def __init__(self, terms: Terms, local: Mapping[str, Any], override: bool) -> None:
        self.terms = dict(terms)
        self._local = local
        self._override = override
        self._protects = False
        self._defined: dict[str, bool] = {}
        for name, value in local.items():
            if not name.startswith("@"):
                continue
            if (name, value) == ("@protected", True):
                self._protects = True
            elif (name, value) != ("@version", 1.1):
                raise NotMine
        for name, value in local.items():
            if name.startswith("@"):
                continue
            self._define(name, override)
            if isinstance(value, dict) and isinstance(scoped := value.get("@context"), dict):
                # Whether it could be put in force is asked before anybody needs it.
                _Definitions(self.terms, scoped, override=True)

    def _define(self, name: str, override: bool) -> None:
        if name in self._defined:
            if not self._defined[name]:
                raise NotMine
            return
        self._defined[name] = False
        written = self._local[name]
        before = self.terms.pop(name, None)
        value = {"@id": written} if isinstance(written, str) else written
        if not isinstance(value, dict) or not value.keys() <= _DEFINITION_MEMBERS:
            raise NotMine
        if not name or ":" in name or "/" in name or not isinstance(value.get("@id"), str):
            raise NotMine
        if value["@id"] == name:
            raise NotMine
        iri = self._meaning(value["@id"])
        protected = value.get("@protected", self._protects)
        definition = Definition(
            iri,
            self._type(value.get("@type")),
            _container(value.get("@container")),
            _scoped(value["@context"]) if "@context" in value else None,
            is_prefix=isinstance(written, str) and iri.endswith(_ENDS_LIKE_A_PREFIX),
            is_protected=protected is True,
        )
        if before is not None and before.is_protected and not override:
            definition = definition._replace(is_protected=True)
            if definition != before:
                raise NotMine
        self.terms[name] = definition
        self._defined[name] = True

    def _type(self, written: Any) -> str | None:
        if written is None or written in ("@id", "@vocab", "@json"):
            return written  # type: ignore[no-any-return]
        if not isinstance(written, str) or not is_absolute(found := self._meaning(written)):
            raise NotMine
        return found

    def _meaning(self, written: str) -> str:
        """IRI expansion (JSON-LD 1.1 API, section 5.2), against a vocabulary that is empty."""
        if written in ("@id", "@type"):
            return written
        if written.startswith(("@", "_:")):
            raise NotMine
        # What a definition leans on is defined first, and may never override.
        if written in self._local:
            self._define(written, override=False)
        if written in self.terms:
            return self.terms[written].iri
        prefix, colon, suffix = written.partition(":")
        if not suffix.startswith("//"):
            if prefix in self._local:
                self._define(prefix, override=False)
            known = self.terms.get(prefix)
            if colon and known is not None and known.is_prefix:
                return known.iri + suffix
        if not is_absolute(written):
            raise NotMine
        return written


def _container(written: Any) -> str | None:
    if written is None or written in ("@set", "@list", "@graph"):
        return written  # type: ignore[no-any-return]
    raise NotMine


def _scoped(written: Any) -> Mapping[str, Any] | Literal[False]:
    if written is None:
        return False
    if isinstance(written, dict):
        return written
    raise NotMine


def cost(context: Any) -> int:
    """What it costs to put `context`, as it is written, in force: its JSON values, and something
    for each beginning; a fixed sum for one named by its address."""
    match context:
        case str():
            return _ADDRESSED_COST
        case list():
            return sum(map(cost, context))
    return _WRITTEN_COST + _size(context)


def _size(value: Any) -> int:
    match value:
        case Mapping():
            return sum(1 + _size(item) for item in value.values())
        case list():
            return len(value)
    return 0
