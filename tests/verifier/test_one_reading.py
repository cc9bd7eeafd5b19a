"""One reading: no two documents that readers would take differently share their bytes.

Each attack is shown to be one, by PyLD alone, before it is shown to be refused.
"""

import copy
import warnings
from typing import Any

import pytest

from tests.verifier.jsonld_samples import (
    CREDENTIALS,
    DATE_TIME,
    ID,
    OB,
    OB_1,
    V1,
    V2,
    VOCABULARY,
    Change,
    Document,
    achievement,
    badge,
    by_pyld,
    changed,
    own_context,
    set_in_achievement,
    setter,
)
from verifier import contexts
from verifier.canonical import DataLoss, InvalidJsonLd, canonicalise
from verifier.contexts import UnknownContext

UNTIL = {"@id": f"{CREDENTIALS}validUntil", "@type": DATE_TIME}


def move_to_endorsement(member: str) -> Change:
    """The endorsed thing is the badge itself, so a statement about it can hide there."""

    def change(document: Document) -> None:
        document["endorsement"] = [
            {
                "@context": [V2, OB],
                "id": "https://example.no/e/1",
                "type": ["VerifiableCredential", "EndorsementCredential"],
                "issuer": "did:web:example.no",
                "credentialSubject": {"id": ID, "type": ["EndorsementSubject"]},
            }
        ]
        endorsed = document["endorsement"][0]["credentialSubject"]
        endorsed["type"] += document["type"]
        endorsed[member] = document.pop(member)

    return change


def rename(old: str, new: str, *own: Any) -> Change:
    def change(document: Document) -> None:
        document["@context"] += own
        document[new] = document.pop(old)

    return change


def hide(*path: str, old: str = "validUntil") -> Change:
    def change(document: Document) -> None:
        value = document.pop(old)
        for name in path[:-1]:
            document = document.setdefault(name, {})
        document[path[-1]] = {"id": ID, "type": "VerifiableCredential", old: value}

    return change


# Each leaves the canonical bytes as they are, and shows a reader of the JSON something else.
ATTACKS: dict[str, Change] = {
    "end date under its full name": lambda d: d.update(
        {f"{CREDENTIALS}validUntil": {"@value": d.pop("validUntil"), "@type": DATE_TIME}}
    ),
    "end date under another name": rename("validUntil", "ends", {"ends": UNTIL}),
    "end date under a prefixed name": lambda d: (
        d["@context"].append({"vc": CREDENTIALS}),
        d.update({"vc:validUntil": {"@value": d.pop("validUntil"), "@type": DATE_TIME}}),
    )[-1],
    "end date by a vocabulary": lambda d: (
        d["@context"].append({"@vocab": f"{CREDENTIALS}valid"}),
        d.update({"Until": {"@value": d.pop("validUntil"), "@type": DATE_TIME}}),
    )[-1],
    "end date beside the document": hide("@included"),
    "end date in an alias of included": lambda d: (
        d["@context"].append({"more": "@included"}),
        hide("more")(d),
    )[-1],
    "end date nested": lambda d: d.update({"@nest": {"validUntil": d.pop("validUntil")}}),
    "end date on an endorsed badge": move_to_endorsement("validUntil"),
    "status on an endorsed badge": move_to_endorsement("credentialStatus"),
    "status by its inverse": lambda d: d["credentialSubject"].update(
        {"@reverse": {f"{CREDENTIALS}credentialSubject": {"id": ID}}}
    ),
    "raw id": rename("id", "@id"),
    "raw type": rename("type", "@type"),
    "type under its full name": lambda d: d.update(
        type=["VerifiableCredential", f"{VOCABULARY}OpenBadgeCredential"]
    ),
    "type under another name": lambda d: (
        d["@context"].append({"Seal": f"{VOCABULARY}OpenBadgeCredential"}),
        d["type"].append("Seal"),
    )[-1],
    "name under two names": lambda d: d.update({"https://schema.org/name": d["name"]}),
    "index beside": setter(**{"@index": "x"}),
    "array in an array": set_in_achievement(tag=[["a"], "b"]),
    "blank node with a name": lambda d: achievement(d)["criteria"].update(id="_:x"),
    "id by a prefix": lambda d: (
        d["@context"].append({"a": "https://example.no/a/"}),
        achievement(d).update(id="a:1"),
    )[-1],
    "address by a prefix": lambda d: (
        d["@context"].append({"lists": "https://example.no/status/"}),
        d["credentialStatus"].update(statusListCredential="lists:1"),
    )[-1],
    "graph": lambda d: d.update({"@graph": [{k: d.pop(k) for k in list(d) if k != "@context"}]}),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_one_document_for_the_bytes(name: str) -> None:
    attack = changed(ATTACKS[name])
    good = badge()
    if "endorsed" in name:  # the endorsement itself is no news to the attacker's victim
        good = changed(move_to_endorsement("name"))
        good["name"] = attack["name"]
        del good["endorsement"][0]["credentialSubject"]["name"]
        assert canonicalise(good)
    assert by_pyld(attack) == canonicalise(good)
    with pytest.raises(InvalidJsonLd):
        canonicalise(attack)


def test_two_terms_with_one_meaning() -> None:
    """A class and a property of Open Badges share an IRI: both in one object is one too many."""
    address = "https://example.no/criteria"
    good = changed(set_in_achievement(criteria=address))
    attack = changed(set_in_achievement(criteria=address, Criteria={"id": address}))
    assert by_pyld(attack) == canonicalise(good)
    with pytest.raises(InvalidJsonLd):
        canonicalise(attack)


def test_a_list_has_nothing_beside_its_items() -> None:
    for beside in ({"type": ["Evidence"]}, {"id": "urn:x"}, {"name": "x"}):
        with pytest.raises(InvalidJsonLd):
            canonicalise(changed(set_in_achievement(tag={"@list": ["a"], **beside})))


# Open Badges contexts up to 3.0.1 protect nothing (and go with the first data model only).
ACHIEVEMENT = copy.deepcopy(contexts.load()[OB_1]["@context"]["Achievement"])
TERMS = ACHIEVEMENT["@context"]
TERMS["humanCode"], TERMS["specialization"] = TERMS["specialization"], TERMS["humanCode"]
SWAPPED = {name: TERMS[name] for name in ("humanCode", "specialization")}


def old_badge() -> Document:
    document = badge()
    del document["credentialStatus"]
    document["@context"] = [V1, OB_1]
    achievement(document).update(humanCode="A", specialization="B")
    return document


def swapped(own: Document, *types: str) -> Document:
    """The old badge with two members that have changed places, and a context to justify it."""
    document = old_badge()
    document["@context"].append(own)
    achievement(document).update(humanCode="B", specialization="A", type=["Achievement", *types])
    return document


@pytest.mark.parametrize(
    "attack",
    [
        swapped({"Achievement": ACHIEVEMENT}),
        swapped({"Z": {"@id": f"{VOCABULARY}Achievement", "@context": SWAPPED}}, "Z"),
    ],
    ids=["class redefined", "class under another name"],
)
def test_terms_keep_their_meaning_though_unprotected(attack: Document) -> None:
    assert by_pyld(attack) == canonicalise(old_badge())
    with pytest.raises(InvalidJsonLd):
        canonicalise(attack)


@pytest.mark.parametrize(
    "own",
    [
        {"Achievement": None},
        {"Profile": f"{VOCABULARY}Image"},
        {"humanCode": f"{VOCABULARY}humanCode"},
        {"name": "https://schema.org/name"},
    ],
    ids=repr,
)
def test_unprotected_terms_cannot_be_redefined(own: Document) -> None:
    with pytest.raises((InvalidJsonLd, DataLoss)):
        canonicalise(changed(own_context(own), old_badge()))


# Contexts of the document's own


def test_own_terms_are_welcome() -> None:
    own = {
        "@version": 1.1,
        "seats": {"@id": "https://example.no/v#seats", "@type": "https://example.no/v#Number"},
        "Venue": {"@id": "https://example.no/v#Venue", "@context": {"stage": "urn:stage"}},
    }
    document = changed(own_context(own))
    document["credentialSubject"].update(seats=200)
    document["evidence"] = [{"type": ["Evidence", "Venue"], "stage": "main"}]
    form = canonicalise(document).decode()
    assert form.encode() == by_pyld(document)
    assert '<https://example.no/v#seats> "200"^^<https://example.no/v#Number> .' in form
    nested = changed(lambda d: d["issuer"].update({"@context": own, "seats": 3}))
    assert canonicalise(nested) == by_pyld(nested)


@pytest.mark.parametrize(
    "own",
    [
        {"name": "https://example.no/name"},
        {"validUntil": "https://example.no/until"},
        {"OpenBadgeCredential": {"@id": f"{VOCABULARY}OpenBadgeCredential", "@context": {}}},
        {"id": "@type"},
        {"@base": "https://example.no/"},
        {"@import": V2},
        {"@direction": "rtl"},
        {"@propagate": False},
        {"@vocab": 1},
        {"@vocab": None},
        {"@language": None},
        {"@version": 1.0},
        {"@seal": "https://example.no/seal"},
        {"seal": "@seal"},
        {"seal": {"@id": "@seal"}},
        {"seal": {"@reverse": "@seal"}},
        {"seal": 1},
        {"seal": {"@id": "https://example.no/seal", "@container": "@seals"}},
        {"a": "b:x", "b": "a:x"},
        {"": "https://example.no/"},
        "relative.json",
        7,
        True,
        None,
        {"@context": {"name": None}},
    ],
    ids=repr,
)
def test_own_contexts_are_refused(own: Any) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises((InvalidJsonLd, DataLoss, UnknownContext)):
            canonicalise(changed(own_context(own)))
    assert seen == []


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ({"@id": "urn:x", "@container": "@language"}, {"nb": "x"}),
        ({"@id": "urn:x", "@container": "@index"}, {"a": "x"}),
        ({"@id": "urn:x", "@container": "@id"}, {"urn:y": {"name": "x"}}),
        ({"@id": "urn:x", "@container": ["@graph", "@id"]}, {"urn:y": {"name": "x"}}),
        ({"@id": "urn:x", "@container": "@type"}, {"Evidence": {"name": "x"}}),
        ({"@reverse": "urn:x"}, {"id": "urn:y"}),
        ({"@id": "urn:x", "@direction": "rtl"}, "x"),
        ("@nest", {"name": "x"}),
        ("@json", "x"),
        ("@graph", [{"name": "x"}]),
    ],
    ids=repr,
)
def test_own_terms_of_odd_kinds_are_refused(definition: Any, value: Any) -> None:
    with pytest.raises((InvalidJsonLd, DataLoss)):
        canonicalise(changed(own_context({"odd": definition}, odd=value)))


def test_a_scoped_context_is_no_licence_for_others_of_the_same_text() -> None:
    """PyLD remembers a context by its text, even when the first time it was allowed more."""
    scoped = {"name": "urn:other"}
    terms = {"@protected": True, "id": "@id", "name": "urn:name", "zone": "urn:zone"}
    terms["place"] = {"@id": "urn:place", "@context": scoped}
    mine = {"https://example.no/c": {"@context": terms}}
    document = {"@context": "https://example.no/c", "id": "urn:x", "place": {"name": "a"}}
    assert b"<urn:other>" in canonicalise(document, contexts=mine)
    document["zone"] = {"@context": scoped, "name": "b"}
    with pytest.raises(InvalidJsonLd):
        canonicalise(document, contexts=mine)


def test_no_document_changes_what_the_next_one_means() -> None:
    before = canonicalise(badge())
    for own in ({"@import": V2, "name": "urn:n"}, {"ends": UNTIL}, {"seat": "urn:seat"}):
        for document in (changed(own_context(own)), changed(own_context(own, seat="x"))):
            try:
                canonicalise(document)
            except (InvalidJsonLd, DataLoss):
                continue
    assert canonicalise(badge()) == before
    with pytest.raises(DataLoss):
        canonicalise(changed(setter(seat="x")))
