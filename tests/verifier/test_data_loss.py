"""Nothing of a document is left out of its canonical bytes in silence."""

from typing import Any

import pytest

from tests.verifier.jsonld_samples import (
    ID,
    OB,
    V2,
    Change,
    Document,
    changed,
    set_in_achievement,
    setter,
)
from verifier.canonical import DataLoss, InvalidJsonLd, canonicalise

LOST: dict[str, tuple[str, Change]] = {
    "unknown member": ("seal", setter(seal="x")),
    "unknown member deep inside": ("seal", set_in_achievement(seal="x")),
    "empty member name": ("", setter(**{"": "x"})),
    "term of another class": ("achievementType", setter(achievementType="Badge")),
    "blank node as member": ("_:p", setter(**{"_:p": "x"})),
    "keyword-like member": ("@seal", setter(**{"@seal": "x"})),
    "relative member": ("a/b", setter(**{"a/b": "x"})),
    "address with a space as member": ("https://a b", setter(**{"https://a b": "x"})),
    "unknown type": ("Seal", lambda d: d["type"].append("Seal")),
    "keyword-like type": ("@seal", lambda d: d["type"].append("@seal")),
    "keyword as type": ("@json", lambda d: d["type"].append("@json")),
    "no type": ("type", setter(type=[])),
    "type is null": ("type", setter(type=None)),
    "relative id": ("b/1", setter(id="b/1")),
    "empty id": ("", setter(id="")),
    "id of spaces": ("https://example.no/a b", setter(id="https://example.no/a b")),
    "id that ends its IRI": ("urn:x>", set_in_achievement(id="urn:x>")),
    "id with a quote": ('urn:x"', set_in_achievement(id='urn:x"')),
    "id with a line break": ("urn:x\n", set_in_achievement(id="urn:x\n")),
    "id with a wide space": ("urn:x\u3000y", set_in_achievement(id="urn:x\u3000y")),
    "keyword-like id": ("@seal", set_in_achievement(id="@seal")),
    "relative address": ("image.png", set_in_achievement(image="image.png")),
    "relative address in an object": ("i.png", set_in_achievement(image={"id": "i.png"})),
    "null": ("name", setter(name=None)),
    "null in an array": ("tag", set_in_achievement(tag=["a", None])),
    "null value object": ("name", setter(name={"@value": None})),
    "null in a list": (
        "allowedValue",
        set_in_achievement(
            resultDescription={"type": ["ResultDescription"], "allowedValue": ["a", None]}
        ),
    ),
    "empty array": ("tag", set_in_achievement(tag=[])),
    "empty set": ("@set", set_in_achievement(tag={"@set": []})),
    "empty value": ("@value", setter(name={"@value": []})),
    "only a language": ("name", setter(name={"@language": "nb"})),
    "null language": ("@language", setter(name={"@value": "x", "@language": None})),
    "no language": ("", setter(name={"@value": "x", "@language": ""})),
    "bad language": ("n_b", setter(name={"@value": "x", "@language": "n_b"})),
    "null type of a value": ("@type", setter(name={"@value": "x", "@type": None})),
    "unknown type of a value": ("@seal", setter(name={"@value": "x", "@type": "@seal"})),
    "graph with nothing in it": ("{}", setter(proof={})),
    "graph with a mere name in it": ("urn:x", setter(proof="urn:x")),
    "text where a graph belongs": ("@value", setter(proof={"@value": "x"})),
    "digits beyond those signed": ("0.30000000000000004", set_in_achievement(tag=[0.1 + 0.2])),
    "type without a context": (
        "1EdTechCredentialRefresh",
        setter(refreshService={"id": "urn:x", "type": "1EdTechCredentialRefresh"}),
    ),
}


@pytest.mark.parametrize("name", LOST)
def test_nothing_is_lost(name: str) -> None:
    term, change = LOST[name]
    with pytest.raises(DataLoss) as caught:
        canonicalise(changed(change))
    assert caught.value.term == term
    assert ascii(term) in str(caught.value)


@pytest.mark.parametrize("kind", ["seal", "@id", "_:seal", ["urn:x"], 1])
def test_a_type_of_a_value_is_absolute(kind: Any) -> None:
    with pytest.raises((DataLoss, InvalidJsonLd)):
        canonicalise(changed(setter(name={"@value": "x", "@type": kind})))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": ID},
        {"@context": [V2, OB]},
        {"@context": [V2, OB], "id": ID},
        {"@context": V2, "@value": "x"},
        {"@context": V2, "@list": ["x"]},
        {"@context": V2, "@set": [{"id": ID, "name": "x"}, {"id": ID, "name": "y"}]},
        {"@context": V2, "name": [], "id": ID},
    ],
)
def test_a_document_says_something(document: Document) -> None:
    with pytest.raises((DataLoss, InvalidJsonLd)):
        canonicalise(document)
