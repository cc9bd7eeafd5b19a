"""The shape of a badge: every rule once, and the tables against the official schemas."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.simulator import Document, IssuerSimulator, changed, drop, put
from verifier import model
from verifier.reasons import Reason

SUBJECT = "credentialSubject"
ACHIEVEMENT = (SUBJECT, "achievement")

PROFILE = {"id": "https://example.no", "type": ["Profile"]}
IMAGE = {"id": "data:image/png;base64,AAAA", "type": "Image"}
ALIGNMENT = {"type": ["Alignment"], "targetName": "x", "targetUrl": "https://example.no/x"}
ENDORSEMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "name": "x",
    "credentialSubject": {"id": "https://example.no", "type": ["EndorsementSubject"]},
    "issuer": PROFILE,
    "validFrom": "2026-01-01T00:00:00Z",
    "proof": [{"type": "DataIntegrityProof"}],
}
IDENTIFIER = {"type": "IdentifierEntry", "identifier": "1", "identifierType": "ext:OrgNo_1.a"}
DESCRIPTION = {"id": "urn:uuid:2", "type": "ResultDescription", "name": "x", "resultType": "Status"}
ADDRESS = {
    "type": ["Address"],
    "addressCountryCode": "NO",
    "geo": {"type": "GeoCoordinates", "latitude": 59, "longitude": 10.5},
}


def wrong_with(change: Callable[[Document], Any] | None) -> list[tuple[Reason, str]]:
    credential = changed(IssuerSimulator().credential(), change)
    return [(v.reason, v.pointer) for v in model.violations(credential)]


@pytest.mark.parametrize(
    "change",
    [
        None,
        put("type", value=["AchievementCredential", "VerifiableCredential", "Other"]),
        put(SUBJECT, "type", value="AchievementSubject"),
        put(*ACHIEVEMENT, "type", value=["Achievement", "https://example.no/Mark"]),
        put("issuer", value="did:web:example.no"),
        put("extra", value={"anything": {"goes": [1, "x", True]}}),
        put("credentialSchema", value={"id": "urn:a:b", "type": "1EdTechJsonSchemaValidator2019"}),
        put("credentialSchema", value=[{"id": "urn:a:b", "type": "JsonSchema"}]),
        put("termsOfUse", value={"type": "x"}),
        put("termsOfUse", value=[{"id": "urn:a:b", "type": ["x"]}]),
        put("endorsement", value=[ENDORSEMENT]),
        put("endorsementJwt", value=["e30.e30.AA"]),
        put(SUBJECT, "source", value={**PROFILE, "parentOrg": PROFILE, "address": ADDRESS}),
        put(SUBJECT, "creditsEarned", value=4.2),
        put(SUBJECT, "activityStartDate", value="2026-05-12T09:00:00"),
        put(SUBJECT, "image", value=IMAGE),
        put(*ACHIEVEMENT, "achievementType", value="ext:Mark"),
        put(*ACHIEVEMENT, "alignment", value=[{**ALIGNMENT, "targetType": "CTDL"}]),
        put(*ACHIEVEMENT, "otherIdentifier", value=[IDENTIFIER]),
        put(*ACHIEVEMENT, "related", value=[{"id": "urn:a:b", "type": "Related"}]),
        put(*ACHIEVEMENT, "inLanguage", value="zh-Hant-TW"),
        put(*ACHIEVEMENT, "criteria", value={}),
        put("issuer", "dateOfBirth", value="1968-03-31"),
        drop(SUBJECT, "identifier"),
        drop(SUBJECT, "id"),
        put(SUBJECT, "result", 0, value={"type": ["Result"], "value": "A"}),
        put("proof", value=None),  # the proof has a check of its own
        put("@context", 2, value={"term": None}),
    ],
)
def test_what_a_badge_may_be(change: Callable[[Document], Any] | None) -> None:
    assert wrong_with(change) == []


@pytest.mark.parametrize(
    "path",
    [
        ("id",),
        (SUBJECT,),
        ("issuer",),
        ("validFrom",),
        ("issuer", "id"),
        ("issuer", "type"),
        (SUBJECT, "type"),
        ACHIEVEMENT,
        *((*ACHIEVEMENT, name) for name in ("id", "type", "criteria", "description", "name")),
        (*ACHIEVEMENT, "resultDescription", 0, "resultType"),
        (SUBJECT, "identifier", 0, "hashed"),
        (SUBJECT, "identifier", 0, "identityHash"),
        (SUBJECT, "identifier", 0, "identityType"),
        (SUBJECT, "result", 0, "type"),
        (SUBJECT, "result", 0, "status"),  # the description asks for it
        ("evidence", 0, "type"),
        ("image", "id"),
        ("credentialStatus", "type"),
        ("refreshService", "id"),
    ],
)
def test_what_a_badge_must_have(path: tuple[str | int, ...]) -> None:
    pointer = "".join(f"/{step}" for step in path)
    assert wrong_with(drop(*path)) == [(Reason.STRUCTURE_MISSING, pointer)]


def test_a_subject_is_somebody() -> None:
    def nobody(document: Document) -> None:
        del document[SUBJECT]["id"], document[SUBJECT]["identifier"]

    assert wrong_with(nobody) == [(Reason.STRUCTURE_MISSING, "/credentialSubject/id")]


@pytest.mark.parametrize(
    "value",
    [None, [], "OpenBadgeCredential", ["VerifiableCredential"], ["OpenBadgeCredential"], {}, 1],
    ids=str,
)
def test_the_type_of_a_badge(value: Any) -> None:
    assert (Reason.STRUCTURE_TYPE, "/type") in wrong_with(put("type", value=value))


def test_an_endorsement_is_no_badge() -> None:
    types = ["VerifiableCredential", "EndorsementCredential"]
    assert wrong_with(put("type", value=types)) == [(Reason.STRUCTURE_TYPE, "/type")]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), "b/1"),
        (("id",), "https://example.no/a b"),
        (("id",), "https://example.no/\n"),
        (("id",), "https://example.no/<b>"),
        (("id",), 1),
        (("name",), {"@value": "x"}),
        (("name",), ["x"]),
        (("image",), "https://example.no/b.png"),
        (("image",), [IMAGE]),
        (("image", "type"), ["Image"]),
        (("image", "caption"), 1),
        (("validFrom",), "2026-01-01"),
        (("validFrom",), "2026-01-01T00:00:00"),
        (("validUntil",), 1_795_000_000),
        (("awardedDate",), "2026-13-01T00:00:00Z"),
        (("issuer",), ["did:web:example.no"]),
        (("issuer",), "example.no"),
        (("issuer", "type"), ["Organization"]),
        (("issuer", "type"), [1]),
        (("issuer", "url"), "example.no"),
        (("issuer", "dateOfBirth"), "2020-W01-1"),
        (("issuer", "dateOfBirth"), "31.03.1968"),
        ((SUBJECT,), [{}]),
        ((SUBJECT,), "https://example.no/m/1"),
        ((SUBJECT, "id"), "eksempelteatret"),
        ((SUBJECT, "identifier"), {"type": "IdentityObject"}),
        ((SUBJECT, "identifier", 0, "type"), ["IdentityObject"]),
        ((SUBJECT, "identifier", 0, "hashed"), "false"),
        ((SUBJECT, "identifier", 0, "identityType"), "email"),
        ((SUBJECT, "creditsEarned"), "4"),
        ((SUBJECT, "creditsEarned"), True),
        ((SUBJECT, "activityEndDate"), "2026-05-12"),
        ((SUBJECT, "result"), {"type": "Result"}),
        ((SUBJECT, "result", 0, "status"), "Done"),
        ((SUBJECT, "result", 0, "status"), "ext:Done"),
        (ACHIEVEMENT, "https://example.no/a"),
        ((*ACHIEVEMENT, "achievementType"), "Mark"),
        ((*ACHIEVEMENT, "achievementType"), "ext:"),
        ((*ACHIEVEMENT, "criteria"), "https://example.no/c"),
        ((*ACHIEVEMENT, "inLanguage"), "norsk"),
        ((*ACHIEVEMENT, "inLanguage"), "nb-no"),
        ((*ACHIEVEMENT, "tag"), "a, b"),
        ((*ACHIEVEMENT, "creator"), "did:web:example.no"),
        ((*ACHIEVEMENT, "resultDescription", 0, "resultType"), "Unknown"),
        (("evidence",), {"type": "Evidence"}),
        (("evidence", 0, "id"), "kurs"),
        (("endorsementJwt",), ["a.b"]),
        (("endorsement",), ENDORSEMENT),
        (("credentialStatus",), [{"type": "x"}]),
        (("credentialStatus",), "https://example.no/status/1"),
        (("credentialStatus", "type"), 1),
        (("refreshService",), [{"id": "urn:a:b", "type": "x"}]),
        (("credentialSchema",), "https://example.no/schema"),
    ],
    ids=str,
)
def test_values_of_the_wrong_kind(path: tuple[str | int, ...], value: Any) -> None:
    found = wrong_with(put(*path, value=value))
    assert {reason for reason, _ in found} <= {Reason.STRUCTURE_VALUE, Reason.STRUCTURE_MISSING}
    pointer = "".join(f"/{step}" for step in path)
    assert any(
        reason is Reason.STRUCTURE_VALUE and place.startswith(pointer) for reason, place in found
    )


@pytest.mark.parametrize(
    "path",
    [("image", "x~/y"), (SUBJECT, "identifier", 0, "name")],
    ids=str,
)
def test_closed_classes(path: tuple[str | int, ...]) -> None:
    pointer = "".join(
        f"/{str(s).replace('~', '~0').replace('/', '~1')}" if s == "x~/y" else f"/{s}" for s in path
    )
    assert wrong_with(put(*path, value="x")) == [(Reason.STRUCTURE_UNEXPECTED, pointer)]


@pytest.mark.parametrize("empty", [None, []], ids=str)
@pytest.mark.parametrize(
    "path",
    [
        ("description",),
        ("validUntil",),
        (SUBJECT, "narrative"),
        (SUBJECT, "identifier"),
        ("evidence", 0, "id"),
        ("extra",),
        ("evidence",),
        ("credentialSubject", "extra"),
    ],
    ids=str,
)
def test_empty_places(path: tuple[str | int, ...], empty: Any) -> None:
    found = wrong_with(put(*path, value=empty))
    pointer = "".join(f"/{step}" for step in path)
    assert (Reason.STRUCTURE_EMPTY, pointer) in found


def test_every_violation_is_told_but_not_without_end() -> None:
    def spoil(document: Document) -> None:
        document["evidence"] = [{} for _ in range(100)]

    assert len(wrong_with(spoil)) == model.MAX_VIOLATIONS


# The tables against the official schemas (1EdTech, 2024-07).


@pytest.fixture(scope="module")
def schema(vectors: Path) -> Document:
    text = (vectors / "ob-schema" / "achievementcredential.json").read_text()
    loaded: Document = json.loads(text)
    loaded["$defs"]["AchievementCredential"] = {
        name: loaded[name] for name in ("properties", "required", "additionalProperties")
    }
    return loaded["$defs"]  # type: ignore[no-any-return]


def test_every_class_of_the_schema_is_here(schema: Document) -> None:
    assert schema.keys() - {"Context", "ProfileRef"} == model.CLASSES.keys()


@pytest.mark.parametrize("name", sorted(model.CLASSES))
def test_the_members_are_those_of_the_schema(schema: Document, name: str) -> None:
    official, ours = schema[name], model.CLASSES[name]
    apart = {"@context"} | ({"proof"} if name == "AchievementCredential" else set())
    # Optional since text 1.4; the schemas are older.
    required = set(official["required"]) - apart
    assert ours.required.keys() == required - ({"id"} if name == "CredentialStatus" else set())
    later = {"endorsementJwt"} - official["properties"].keys()
    members = ours.required.keys() | ours.optional.keys()
    assert members - later == official["properties"].keys() - apart
    assert ours.closed is (official["additionalProperties"] is False)


def words(rule: Document) -> list[str]:
    return [w for part in (rule, *rule.get("oneOf", [])) for w in part.get("enum", [])]


@pytest.mark.parametrize("name", sorted(model.CLASSES))
def test_the_words_are_those_of_the_schema(schema: Document, name: str) -> None:
    ours = model.CLASSES[name]
    for member, official in schema[name]["properties"].items():
        rule = {**ours.required, **ours.optional}.get(member)
        if rule is None or not (known := words(official)):
            continue
        assert [word for word in known if rule(word)] == []
        assert rule("Unheard")
        assert bool(rule("ext:Ours")) is ("oneOf" not in official)
