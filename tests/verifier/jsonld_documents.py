"""Made-up JSON-LD documents: mostly sound, each in its own way, some with something odd in them.

They are made of the terms and types of the contexts on board, so that they reach into every
corner of those; nothing here knows what is right.
"""

import copy
import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tests.verifier.jsonld_samples import OB, OB_1, V1, V2, Document, badge
from verifier import contexts

EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
INTEGRITY_1 = "https://w3id.org/security/data-integrity/v1"
INTEGRITY_2 = "https://w3id.org/security/data-integrity/v2"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
MULTIKEY = "https://w3id.org/security/multikey/v1"
STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"
DID = "https://www.w3.org/ns/did/v1"

ORDERS: tuple[tuple[str, ...], ...] = (
    (V2,),
    (V2, OB),
    (V2, OB, EXTENSIONS),
    (V2, OB.replace("3.0.3", "3.0.2")),
    (V2, OB, INTEGRITY_2),
    (V2, OB, ED25519_2020),
    (OB, V2),
    (V1,),
    (V1, OB_1),
    (V1, OB_1.replace("-3.0.1", ""), EXTENSIONS),
    (V1, OB_1, INTEGRITY_1),
    (V1, OB_1, ED25519_2020, STATUS_2021),
    (DID, MULTIKEY),
    (INTEGRITY_2, OB),
)

ADDRESSES = (
    *("https://example.no/a", "https://example.no/b#c", "did:web:example.no", "did:key:z6Mk#z6Mk"),
    *("urn:uuid:7b3b8d1c-3c64-4a4e-8f8a-0c6f1d0b1a11", "mailto:a@example.no", "data:,x"),
    *("https://example.no/blåbær/😀", "tag:example.no,2026:x", "http://example.no/?q=a%20b&c=(d)"),
)
ODD_ADDRESSES = (
    *("a", "", "#a", "/a", "//example.no/a", "https://example.no/a b", "https://example.no/<a>"),
    *("_:a", "@id", "@odd", "id", "name", "xsd:date", "sec:proof", "cred:x", "did", "urn:\u00a0x"),
    *(
        "1a:x",
        "x-y.z:1",
        "https:",
        "https://example.no/\x7f",
        "urn:a\ud800",
        "urn:\ufeffx",
        "type:x",
    ),
)
ODD_NAMES = (
    *("@id", "@type", "@value", "@graph", "@index", "@context", "@set", "@list", "@odd", "@nest"),
    *("https://example.no/p", "xsd:x", "nothing", "", "_:p", "@language", "@reverse"),
)
TEXTS = (
    *("", "a", "Et merke på nynorsk", 'sitat "her"', "to\nlinjer\t\r", "C:\\temp", "Šuoššjávri 😀"),
    *("assertionMethod", "revocation", "2026-01-15T00:00:00Z", "nb", "\u0080\u00a0\u2028\ufb01"),
    *("zzz", "1", "true", "_:a", "<x>", "^^", " .", "https://example.no/a", "\\\\b", "é" * 40),
)
ODD_TEXTS = ("\x00", "a\x7f", "\ud800", "\x1fb", "\\u0041", "\\b", "\\f", "\x08", "\x0c", "\x85")
NUMBERS = (0, 1, -1, 42, 7.0, 4.25, -0.1, 1e20, 1e21, 2**53, True, False)
ODD_NUMBERS = (-0.0, 1e-7, 0.1 + 0.2, float("nan"), float("inf"), 2**53 + 1, -(2**60))


@cache
def terms_of(url: str) -> Mapping[str, Any]:
    """The terms a context on board defines at its top."""
    top: Mapping[str, Any] = contexts.load()[url]["@context"]
    return {name: value for name, value in top.items() if not name.startswith("@")}


@cache
def scopes_of(order: tuple[str, ...]) -> Mapping[str | None, Mapping[str, Any]]:
    """Type or term -> the terms its own context defines; None -> those that are always there.
    Each term with its definition."""
    found: dict[str | None, dict[str, Any]] = {None: {}}

    def look(scope: Mapping[str, Any], into: dict[str, Any]) -> None:
        for name, value in scope.items():
            if name.startswith("@"):
                continue
            into[name] = value
            if isinstance(value, dict) and isinstance(inner := value.get("@context"), dict):
                look(inner, found.setdefault(name, {}))

    for url in order:
        look(terms_of(url), found[None])
    return found


def order(chance: random.Random) -> tuple[str, ...]:
    """Contexts in some order: mostly one that real documents have."""
    if chance.random() < 0.85:
        return chance.choice(ORDERS)
    return tuple(chance.sample(sorted(contexts.load()), chance.randint(1, 4)))


class Maker:
    """Makes one document. `odd`: how likely it is that any one value is odd."""

    def __init__(self, chance: random.Random, odd: float) -> None:
        self.chance = chance
        self.odd = odd
        self.order = order(chance)
        self.scopes = scopes_of(self.order)
        self.types = [name for name in self.scopes if name and name[0].isupper()]
        self.always = {
            name: value for name, value in self.scopes[None].items() if not name[0].isupper()
        }
        self.left = chance.randint(3, 40)
        self.names = [f"https://example.no/n/{i}" for i in range(5)]

    def is_odd(self) -> bool:
        return self.chance.random() < self.odd

    def document(self) -> Document:
        named: Any = list(self.order)
        if len(named) == 1 and self.chance.random() < 0.5:
            named = named[0]
        if self.is_odd():
            named = self.chance.choice([[], None, [*self.order, "https://example.no/c"], {}, [[]]])
        root = {"@context": named, **self.node(0)}
        if self.chance.random() < 0.8:
            root["id"] = self.chance.choice([*self.names, *ADDRESSES])
        return self.shuffled(root)

    def shuffled(self, node: Document) -> Document:
        members = list(node.items())
        self.chance.shuffle(members)
        return dict(members)

    def node(self, depth: int) -> Document:
        chance = self.chance
        node: Document = {}
        kinds = chance.sample(self.types, min(len(self.types), chance.choice((0, 1, 1, 1, 2))))
        known = dict(self.scopes[None] if chance.random() < 0.1 else self.always) or {"name": ""}
        for kind in kinds:
            known |= self.scopes[kind]
        if kinds:
            node["type"] = kinds[0] if len(kinds) == 1 and chance.random() < 0.5 else kinds
        if depth and chance.random() < 0.4:
            node["id"] = chance.choice([*self.names, *ADDRESSES])
        if depth and chance.random() < 0.03:
            node["@context"] = list(chance.choice([self.order, (V2, OB)]))
        for _ in range(chance.choice((0, 1, 2, 3, 3, 5) if depth else (2, 4, 8))):
            name = chance.choice(list(known))
            if name not in ("id", "type"):
                node[name] = self.value(depth, known[name])
        if self.is_odd():
            node[self.odd_name()] = self.value(depth, None)
        if self.is_odd():
            node[chance.choice(["id", "type"])] = chance.choice(
                [None, [], "", "nothing", ["Achievement", 1], {}, 7, [None], *ODD_ADDRESSES]
            )
        return self.shuffled(node)

    def odd_name(self) -> str:
        return self.chance.choice(ODD_NAMES)

    def value(self, depth: int, definition: Any) -> Any:
        chance = self.chance
        self.left -= 1
        if self.is_odd():
            return self.odd_value(depth)
        coerced = definition.get("@type") if isinstance(definition, dict) else None
        if chance.random() < 0.25:
            return [self.single(depth, coerced) for _ in range(chance.choice((1, 1, 2, 3)))]
        return self.single(depth, coerced)

    def single(self, depth: int, coerced: str | None) -> Any:
        chance = self.chance
        kind = chance.random()
        if kind > 0.75 and depth < 4 and self.left > 0:
            return self.node(depth + 1)
        if kind > 0.7:
            return {"id": chance.choice(self.names)}
        if coerced == "@id":
            return chance.choice([*self.names, *ADDRESSES])
        if coerced == "@vocab":
            return chance.choice(("assertionMethod", "authentication", "revocation"))
        if kind > 0.6:
            return chance.choice(NUMBERS)
        return chance.choice(TEXTS)

    def odd_value(self, depth: int) -> Any:
        chance = self.chance
        return chance.choice(
            [
                *(None, [], [None], [[]], [["a"]], {}, [{}], ["a", "a"], {"@value": None}),
                *({"@value": "a"}, {"@value": "a", "@language": "nb-NO"}, {"@list": ["a"]}),
                *({"@set": ["a"]}, {"@graph": []}, {"@value": 1, "@type": "urn:t"}, {"id": None}),
                *({"type": "Achievement"}, {"id": "urn:x", "type": []}, ("a",), {"@id": "urn:x"}),
                *({"@context": [V2], "name": "a"}, {"@context": {"a": "urn:a"}, "a": "b"}),
                chance.choice(ODD_TEXTS),
                chance.choice(ODD_ADDRESSES),
                chance.choice(ODD_NUMBERS),
                [self.node(depth + 1) if depth < 4 else "a"] * 2,
            ]
        )


def made_up(chance: random.Random) -> Document:
    """A document of any shape; one in three has something odd in it."""
    return Maker(chance, chance.choice((0, 0, 0.02))).document()


def changed_badge(chance: random.Random, samples: tuple[Document, ...]) -> Document:
    """A real document with a few small changes."""
    document = copy.deepcopy(chance.choice(samples or (badge(),)))
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = list(_places(document))
        holder, key = chance.choice(places)
        chance.choice(CHANGES)(chance, holder, key)
    return document


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (object or list, name or index) below `value`."""
    members = list(value.items() if isinstance(value, dict) else enumerate(value))
    found = [(value, key) for key, _ in members]
    for _, item in members:
        if isinstance(item, dict | list):
            found += _places(item)
    return found


def _replace(chance: random.Random, holder: Any, key: Any) -> None:
    everything: tuple[Any, ...] = (
        *TEXTS,
        *ADDRESSES,
        *NUMBERS,
        *ODD_TEXTS,
        *ODD_ADDRESSES,
        *ODD_NUMBERS,
        None,
        [],
    )
    holder[key] = chance.choice(everything)


def _rename(chance: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        scopes = scopes_of(chance.choice(ORDERS))
        scope = scopes[chance.choice(list(scopes))]
        holder[chance.choice(list(scope))] = holder.pop(key)


def _add_type(chance: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder, dict) and isinstance(kinds := holder.get("type", []), list):
        kinds.append(chance.choice([name or "nothing" for name in scopes_of(ORDERS[2])]))


def _wrap(chance: random.Random, holder: Any, key: Any) -> None:
    holder[key] = [holder[key]]


def _nest(chance: random.Random, holder: Any, key: Any) -> None:
    holder[key] = {chance.choice(("name", "id", "@value", "evidence", "type")): holder[key]}


def _drop(chance: random.Random, holder: Any, key: Any) -> None:
    del holder[key]


def _double(chance: random.Random, holder: Any, key: Any) -> None:
    holder[key] = [holder[key], copy.deepcopy(holder[key])]


def _name(chance: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder[key], dict):
        holder[key]["id"] = chance.choice((*ADDRESSES, *ODD_ADDRESSES[:4]))


CHANGES: tuple[Callable[[random.Random, Any, Any], None], ...] = (
    *(_replace, _replace, _rename, _add_type, _wrap, _nest, _drop, _double, _name),
)
