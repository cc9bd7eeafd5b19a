"""The structure check against the official JSON Schema: never laxer, and stricter as told.

The schema is that of 1EdTech (2024-07) with the two changes that later texts made: a status may
do without an `id`, and some lists of one may stand as that one.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from tests.verifier.everything import SPOIL, everything, places, spoilt
from tests.verifier.simulator import Document, IssuerSimulator, drop, put
from verifier import model, shape
from verifier.reasons import Check, Outcome, Reason
from verifier.verify import verify

FULL = everything()
# The contexts and the proof have checks of their own. A profile is a profile, wherever it stands.
ELSEWHERE = {"@context", "source", "creator"}
PLACES = [
    path
    for path in places(FULL)
    if ELSEWHERE.isdisjoint(path)
    and path[0] != "proof"
    and path[:3] != ("endorsement", 0, "issuer")
]

STRICTER = {
    "not an absolute URI": "the schema takes any text for an address",
    "not a date like 1968-03-31": "formats are not asserted",
    "not a date and time like 2027-03-31T21:59:59Z": "formats are not asserted",
    "null or an empty list": "text 1.2: no placeholders (the schema wants one type at least)",
    "a subject has an id or an identifier": "verification, step 1",
    "required, and missing": "a Status result has a status",
}


def _patched(schema: Document) -> Document:
    schema = copy.deepcopy(schema)
    schema["$defs"]["CredentialStatus"]["required"] = ["type"]
    for each in (schema, *schema["$defs"].values()):
        for name in ("type", "credentialSchema", "proof", "termsOfUse"):
            rule = each.get("properties", {}).get(name, {})
            if rule.get("type") == "array":
                alone = rule.get("contains", rule["items"])
                each["properties"][name] = {"anyOf": [rule, alone]}
    return schema


@pytest.fixture(scope="module")
def official(vectors: Path) -> Draft201909Validator:
    text = (vectors / "ob-schema" / "achievementcredential.json").read_text(encoding="utf-8")
    return Draft201909Validator(_patched(json.loads(text)))


def disagreement(official: Draft201909Validator, badge: Document) -> str | None:
    """Where the two verdicts differ in a way that is not told above; None if they do not."""
    violations = model.violations(badge)
    assert violations == in_words(badge)
    theirs = official.is_valid(badge)
    if theirs and violations:
        untold = [v for v in violations if v.message not in STRICTER]
        return f"stricter: {untold}" if untold else None
    if not theirs and not violations and not _laxer_as_told(official, badge):
        return f"laxer: {next(official.iter_errors(badge)).message}"
    return None


def in_words(badge: Document) -> tuple[shape.Violation, ...]:
    """What the rules say one by one, of a badge that has not been seen to fit at a glance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shape, "fits", lambda *_: False)
        return model.violations(badge)


def _laxer_as_told(official: Draft201909Validator, badge: Document) -> bool:
    """A helper class may have several types, as VC Data Model 2.0 says; and an endorsement's
    contexts are asked for where it is judged."""
    tolerated = copy.deepcopy(badge)
    for path in list(places(tolerated)):
        parent: Any = tolerated
        for step in path[:-1]:
            parent = parent[step]
        if path[-1] == "type" and isinstance(parent["type"], list) and _is_helper(path):
            parent["type"] = next(iter(parent["type"]), None)
        if path[-1] == "validFrom" and len(path) > 1:
            parent.setdefault("@context", FULL["@context"][:2])
    return bool(official.is_valid(tolerated))


_HELPERS = {
    "credentialSchema",
    "credentialStatus",
    "geo",
    "proof",
    "refreshService",
    "termsOfUse",
}


def _is_helper(path: tuple[str | int, ...]) -> bool:
    return not _HELPERS.isdisjoint(path[-3:-1])


def test_good_ones(official: Draft201909Validator, vectors: Path) -> None:
    signed = json.loads((vectors / "ob-spec" / "signed.json").read_text(encoding="utf-8"))
    for badge in (FULL, IssuerSimulator().credential(), signed):
        assert official.is_valid(badge)
        assert model.violations(badge) == ()


@pytest.mark.parametrize("how", SPOIL)
def test_one_thing_spoilt(official: Draft201909Validator, how: str) -> None:
    told = {
        path: problem
        for path in PLACES
        if (problem := disagreement(official, spoilt(FULL, path, how))) is not None
    }
    assert told == {}


def test_spoiling_spoils(official: Draft201909Validator) -> None:
    """Otherwise the test above would compare two yeses."""
    refused = sum(not official.is_valid(spoilt(FULL, path, "a number")) for path in PLACES)
    assert refused > len(PLACES) * 0.9


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(sorted(SPOIL))), max_size=3))
def test_several_things_spoilt(
    official: Draft201909Validator, changes: list[tuple[tuple[str | int, ...], str]]
) -> None:
    badge = FULL
    for path, how in changes:
        try:
            badge = spoilt(badge, path, how)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    assert disagreement(official, badge) is None


# `credentialSchema`.

BASE = "https://purl.imsglobal.org/spec/ob/v3p0/schema"
KIND = "1EdTechJsonSchemaValidator2019"


def told_of_schemas(schemas: Any, *changes: Any) -> Iterator[tuple[Outcome, str | None]]:
    sim = IssuerSimulator()
    badge = sim.mint(
        lambda d: [change(d) for change in (put("credentialSchema", value=schemas), *changes)]
    )
    report = verify(badge, sim.world())
    assert report
    for finding in report.findings:
        if finding.check is Check.STRUCTURE and finding.reason is Reason.STRUCTURE_SCHEMA:
            yield finding.outcome, finding.detail


@pytest.mark.parametrize(
    "name",
    [
        "json/ob_v3p0_achievementcredential_schema.json",
        "json/ob_v3p0_anyachievementcredential_schema.json",
        "json-ld/ob_v3p0_achievementcredential_schema.json",
    ],
)
def test_the_tables_stand_for_the_official_schemas(name: str) -> None:
    schema = {"id": f"{BASE}/{name}", "type": KIND}
    assert list(told_of_schemas(schema)) == []
    assert list(told_of_schemas([schema])) == []


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://example.no/schema.json", "JsonSchema"),
        (f"{BASE}/json/ob_v3p0_endorsementcredential_schema.json", KIND),
        (f"{BASE}/json/ob_v3p0_profile_schema.json", KIND),
        (f"{BASE}/json/ob_v3p0_achievementcredential_schema.json.evil", KIND),
    ],
)
def test_other_schemas_are_told_and_not_fetched(address: str, kind: str) -> None:
    known = {"id": f"{BASE}/json/ob_v3p0_achievementcredential_schema.json", "type": KIND}
    assert list(told_of_schemas([known, {"id": address, "type": kind}])) == [
        (Outcome.NOT_APPLICABLE, address)
    ]


def test_a_schema_of_the_newer_model_says_nothing_of_the_older() -> None:
    newer = {"id": f"{BASE}/json/ob_v3p0_achievementcredential_schema.json", "type": KIND}
    either = {"id": f"{BASE}/json/ob_v3p0_anyachievementcredential_schema.json", "type": KIND}
    older = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "credentialSchema": [newer, either],
    }
    assert model.other_schemas(older) == (newer["id"],)


def test_the_check_is_about_schemas_that_are_some() -> None:
    for value in (None, "x", [None, 1, {"type": KIND}], {"id": 1}):
        assert model.other_schemas({"credentialSchema": value}) == ()
    assert list(told_of_schemas({"id": "urn:a:b", "type": KIND}, drop("validUntil"))) == [
        (Outcome.NOT_APPLICABLE, "urn:a:b")
    ]
