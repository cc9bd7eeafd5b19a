"""The fast way among contexts that do what none on board does, as if they were there."""

import pytest

from tests.verifier.both_ways import is_same
from tests.verifier.jsonld_samples import Document
from verifier import context_tables, contexts

XSD = "http://www.w3.org/2001/XMLSchema#"
OTHERS: dict[str, tuple[Document, Document]] = {
    "a type gives id another meaning": (
        {"T": {"@id": "urn:T", "@context": {"id": "urn:id"}}},
        {"type": "T", "p": "a"},
    ),
    "a type gives id another meaning, and nothing more is said": (
        {"T": {"@id": "urn:T", "@context": {"id": "urn:id"}}},
        {"type": "T"},
    ),
    "a term gives id another meaning": (
        {"x": {"@id": "urn:x", "@context": {"id": "urn:id"}}},
        {"x": {"id": "urn:y"}},
    ),
    "a type without any context": ({"T": {"@id": "urn:T", "@context": None}}, {"type": "T"}),
    "a term without any context": (
        {"x": {"@id": "urn:x", "@context": None}},
        {"x": {"p": "a"}},
    ),
    "doubles": ({"x": {"@id": "urn:x", "@type": f"{XSD}double"}}, {"x": ["1", 1, 1.5]}),
    "a double": ({"x": {"@id": "urn:x", "@type": f"{XSD}double"}}, {"x": "1.5E0"}),
    "strings": ({"x": {"@id": "urn:x", "@type": f"{XSD}string"}}, {"x": ["a", 1]}),
    "a term that is no prefix": ({"q": {"@id": "urn:q/"}, "x": "q:y"}, {"x": "a"}),
    "a term that is one": ({"q": "urn:q/", "x": "q:y"}, {"x": "a"}),
    "a term that is another's name": ({"x": "q", "q": "urn:q"}, {"x": "a"}),
    "a term that its own context changes": (
        {"x": {"@id": "urn:x", "@context": {"x": {"@id": "urn:x", "@type": "@id"}}}},
        {"x": "urn:y"},
    ),
    "a list of addresses": (
        {"x": {"@id": "urn:x", "@type": "@id", "@container": "@list"}},
        {"x": ["urn:y", "urn:z"]},
    ),
    "a list": ({"x": {"@id": "urn:x", "@container": "@list"}}, {"x": ["a", 1, {"p": "b"}, "a"]}),
    "an empty list": ({"x": {"@id": "urn:x", "@container": "@list"}}, {"x": []}),
    "two lists": (
        {"x": {"@id": "urn:x", "@container": "@list"}},
        {"x": ["a"], "y": {"x": ["b", {"x": ["a"]}]}},
    ),
    "a set": ({"x": {"@id": "urn:x", "@container": "@set"}}, {"x": "a"}),
    "words": (
        {"x": {"@id": "urn:x", "@type": "@vocab"}, "w": "urn:w"},
        {"x": ["w", "urn:v", {"p": "a"}]},
    ),
    "a word": ({"x": {"@id": "urn:x", "@type": "@vocab"}, "w": "urn:w"}, {"x": "w"}),
    "a keyword for a word": ({"x": {"@id": "urn:x", "@type": "@vocab"}}, {"x": "id"}),
    "a protected prefix that is needed first": (
        {
            "@protected": True,
            "q": "urn:q/",
            "x": {"@id": "urn:x", "@context": {"z": "q:z", "q": "urn:other/"}},
        },
        {"x": {"z": "a"}},
    ),
    "a protected name that is needed first": (
        {
            "@protected": True,
            "q": "urn:q",
            "x": {"@id": "urn:x", "@context": {"z": "q", "q": "urn:other"}},
        },
        {"x": {"z": "a"}},
    ),
    "a protected term that a type changes": (
        {
            "@protected": True,
            "q": "urn:q",
            "T": {"@id": "urn:T", "@context": {"q": "urn:other"}},
        },
        {"type": "T", "q": "a"},
    ),
    "a protected term that a term changes": (
        {
            "@protected": True,
            "q": "urn:q",
            "x": {"@id": "urn:x", "@context": {"q": "urn:other"}},
        },
        {"x": {"q": "a", "x": {"q": "b"}}},
    ),
    "types in the order of their names": (
        {
            "A": {"@id": "urn:A", "@context": {"q": "urn:a"}},
            "B": {"@id": "urn:B", "@context": {"q": "urn:b"}},
        },
        {"type": ["B", "A"], "q": "a", "y": {"type": ["A", "B"], "q": "b", "y": {"q": "c"}}},
    ),
    "a type that only another's context has": (
        {"A": {"@id": "urn:A", "@context": {"B": "urn:B", "q": "urn:q"}}},
        {"type": ["A", "B"], "q": "a"},
    ),
    "terms of a type in an object inside": (
        {"A": {"@id": "urn:A", "@context": {"q": "urn:q"}}},
        {"type": ["A"], "y": {"q": "a"}},
    ),
    "two names for one thing": ({"x": "urn:p", "z": "urn:z"}, {"x": "a", "p": "b"}),
    "one of two names": ({"x": "urn:p", "z": "urn:z"}, {"x": "a"}),
    "terms called as schemes": ({"urn": "https://example.no/"}, {"p": "a"}),
    "a class and its property": ({"x": "urn:X", "X": "urn:X"}, {"type": "X", "x": "a"}),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_contexts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own, members = OTHERS[name]
    common: Document = {"id": "@id", "type": "@type", "p": "urn:p", "y": {"@id": "urn:y"}}
    known = {"https://example.no/c": {"@context": {**common, **own}}}
    monkeypatch.setattr(contexts, "load", lambda: known)
    monkeypatch.setattr(context_tables, "_start", context_tables.Active({}))
    for more in ({}, {"id": "urn:x"}):
        is_same({"@context": "https://example.no/c", **more, **members}, known)
