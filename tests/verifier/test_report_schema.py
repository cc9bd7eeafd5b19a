"""docs/report.schema.json: every report fits it, and nothing else does."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.verifier.ob2_issuer import ASSERTION, Ob2Issuer
from tests.verifier.pictures import a_png, picture
from tests.verifier.simulator import NOW, IssuerSimulator, compact, drop, put
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Endorsement, Finding, Report, Successor, Who
from verifier.verify import verify


@pytest.fixture(scope="module")
def schema(root: Path) -> Draft202012Validator:
    text = (root / "docs" / "report.schema.json").read_text(encoding="utf-8")
    loaded = json.loads(text)
    Draft202012Validator.check_schema(loaded)
    return Draft202012Validator(loaded)


def fits(schema: Draft202012Validator, report: Report) -> bool:
    told = json.loads(json.dumps(report.to_json()))
    problems = [f"{list(p.absolute_path)}: {p.message}" for p in schema.iter_errors(told)]
    assert problems == []
    return True


def reports() -> dict[str, Callable[[], Report]]:
    sim, issuer = IssuerSimulator(), Ob2Issuer()
    ours = frozenset({sim.did})
    endorsement = {
        **{name: sim.credential()[name] for name in ("@context", "issuer", "validFrom")},
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "x",
        "credentialSubject": {"id": sim.credential()["id"], "type": ["EndorsementSubject"]},
    }
    endorsed = put("endorsement", value=[{**endorsement, "proof": [sim.proof(endorsement)]}])
    newer = IssuerSimulator()
    newer.served[f"{newer.base}/b/1/refresh"] = newer.mint(put("id", value="urn:uuid:2"))
    return {
        "valid": lambda: verify(sim.mint(), sim.world()),
        "ours": lambda: verify(sim.mint(), sim.world(ours=ours, trust=ours)),
        "as of another day": lambda: verify(
            sim.mint_token(), sim.world(at=NOW + timedelta(days=400, microseconds=1))
        ),
        "altered": lambda: verify(sim.mint().replace(b"Fire", b"Fira"), sim.world()),
        "many faults": lambda: verify(
            compact({**sim.credential(), "evidence": [{}] * 30, "proof": None}), sim.world()
        ),
        "no badge": lambda: verify(b"\xff" * 1000, sim.world()),
        "an address": lambda: verify(b"https://example.no/none", sim.world()),
        "a bare picture": lambda: verify(a_png(), sim.world()),
        "a picture with a code": lambda: verify(picture([f"{sim.base}/Q/1"]), sim.world(ours=ours)),
        "hosted": lambda: verify(ASSERTION.encode(), issuer.world()),
        "signed, as it was": lambda: verify(issuer.signed(), issuer.world()),
        "endorsed": lambda: verify(sim.mint(endorsed), sim.world()),
        "refreshed": lambda: verify(newer.mint(), newer.world(refresh=True)),
        "an id that is none": lambda: verify(
            sim.mint_token(put("id", value={"a": 1}), claims=drop("jti")), sim.world()
        ),
    }


@pytest.mark.parametrize("case", reports())
def test_real_reports(schema: Draft202012Validator, case: str) -> None:
    report = reports()[case]()
    assert fits(schema, report)
    if case == "endorsed":
        assert report.endorsements
    if case == "refreshed":
        assert report.successor is not None


FINDINGS = st.builds(
    Finding,
    st.sampled_from(Check),
    st.sampled_from(Outcome),
    st.none() | st.sampled_from(Reason),
    st.none() | st.text(max_size=300),
)
REPORTS = st.builds(
    Report,
    findings=st.lists(FINDINGS, min_size=1, max_size=5).map(tuple),
    who=st.builds(
        Who,
        st.sampled_from(["ours", "domain", "unproven"]),
        st.none() | st.text(),
        st.none() | st.text(),
    ),
    securing=st.none() | st.sampled_from(["vc-jwt", "ob2-hosted", "Ed25519Signature2020"]),
    credential=st.none() | st.dictionaries(st.text(), st.integers() | st.text()),
    verified_at=st.just(NOW),
)


@settings(max_examples=50, deadline=None)
@given(REPORTS, REPORTS, st.text())
def test_reports_of_every_kind(
    schema: Draft202012Validator, report: Report, other: Report, text: str
) -> None:
    fits(
        schema,
        Report(
            findings=report.findings,
            who=report.who,
            securing=report.securing,
            credential=report.credential,
            verified_at=NOW,
            at=NOW,
            successor=Successor(other, text, None),
            endorsements=(Endorsement("/endorsement/0", None, other),),
        ),
    )


def whole() -> dict[str, Any]:
    told: dict[str, Any] = reports()["a picture with a code"]().to_json()
    return told


@pytest.mark.parametrize("member", whole())
def test_no_member_may_be_missing(schema: Draft202012Validator, member: str) -> None:
    told = whole()
    del told[member]
    assert not schema.is_valid(told)


@pytest.mark.parametrize(
    "change",
    [
        put("more", value=1),
        put("verdict", value="MAYBE"),
        put("reasons", value=["carrier none"]),
        put("who", "kind", value="friend"),
        put("checks", value=[]),
        put("checks", 0, "outcome", value="skipped"),
        put("checks", 0, "text", "sv", value="Nej."),
        drop("checks", 0, "text", "nn"),
        put("points_to", "address", value="javascript:alert(1)"),
        put("credential", value="x"),
        put("verified_at", value="2026-11-24"),
        put("at", value=1),
    ],
)
def test_what_is_no_report(
    schema: Draft202012Validator, change: Callable[[dict[str, Any]], None]
) -> None:
    told = whole()
    assert schema.is_valid(told)
    change(told)
    assert not schema.is_valid(told)


def test_the_closed_words_are_those_of_the_code(schema: Draft202012Validator) -> None:
    kinds = schema.schema["$defs"]
    assert kinds["verdict"]["enum"] == [str(verdict) for verdict in Verdict]
    assert kinds["check"]["properties"]["outcome"]["enum"] == [str(o) for o in Outcome]
