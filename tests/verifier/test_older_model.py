"""Open Badges 3.0 on VC Data Model 1.1: told apart by its first context, and never mixed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from keys import did
from tests.verifier.older import VC1, around, older
from tests.verifier.simulator import (
    NOW,
    OB3,
    VC2,
    Document,
    IssuerSimulator,
    changed,
    compact,
    drop,
    put,
    rsa_key,
    stamp,
)
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Report
from verifier.verify import verify

Change = Callable[[Document], Any]


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def both(sim: IssuerSimulator, change: Change | None = None) -> list[bytes]:
    """The badge in both securings, with `change` made before it is signed."""
    credential = older(sim, change)
    return [sim.embed(credential), sim.token(around(credential))]


def test_good_badges(sim: IssuerSimulator) -> None:
    for badge in both(sim):
        report = verify(badge, sim.world())
        assert answer(report) == (Verdict.VALID, set())
        assert report.credential == older(sim)
        assert report.who.kind == "domain"


@pytest.mark.parametrize("securing", [0, 1], ids=["embedded", "token"])
def test_one_letter_changed(sim: IssuerSimulator, securing: int) -> None:
    badge = both(sim)[securing]
    at = badge.rindex(b"A" if securing else b"Fire")
    report = verify(badge[:at] + b"B" + badge[at + 1 :], sim.world())
    assert report.verdict is Verdict.INVALID
    assert report.credential is None


# Structure.


@pytest.mark.parametrize(
    ("change", "reason", "pointer"),
    [
        (drop("name"), Reason.STRUCTURE_MISSING, "/name"),
        (drop("issuer", "id"), Reason.STRUCTURE_MISSING, "/issuer/id"),
        (put("issuer", value="did:web:merke.example.no"), Reason.STRUCTURE_VALUE, "/issuer"),
        (put("issuanceDate", value="2026-01-01"), Reason.STRUCTURE_VALUE, "/issuanceDate"),
        (put("expirationDate", value="soon"), Reason.STRUCTURE_VALUE, "/expirationDate"),
        (drop("credentialSubject", "achievement"), Reason.STRUCTURE_MISSING, "/credentialSubject"),
    ],
)
def test_what_is_asked_of_its_shape(
    sim: IssuerSimulator, change: Change, reason: Reason, pointer: str
) -> None:
    report = verify(compact(older(sim, change)), sim.world())
    told = [f for f in report.findings if f.check is Check.STRUCTURE]
    assert [f.reason for f in told] == [reason]
    assert told[0].detail is not None
    assert told[0].detail.startswith(pointer)


def test_the_date_it_holds_from_is_required(sim: IssuerSimulator) -> None:
    report = verify(sim.embed(older(sim, drop("issuanceDate"))), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.STRUCTURE_MISSING})


@pytest.mark.parametrize("model", [VC1, VC2])
def test_an_endorsement_follows_its_own_first_context(sim: IssuerSimulator, model: str) -> None:
    dates = {VC1: "issuanceDate", VC2: "validFrom"}
    endorsement = {
        "@context": [model, OB3],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "x",
        "issuer": {"id": "https://example.no", "type": ["Profile"]},
        dates[model]: "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "https://example.no", "type": ["EndorsementSubject"]},
    }

    def shape_of(inside: Document) -> list[Reason | None]:
        report = verify(compact(older(sim, put("endorsement", value=[inside]))), sim.world())
        return [f.reason for f in report.findings if f.check is Check.STRUCTURE]

    assert shape_of(endorsement) == [None]
    assert shape_of(changed(endorsement, drop(dates[model]))) == [Reason.STRUCTURE_MISSING]


# Dates.


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("issuanceDate", value=stamp(NOW + timedelta(seconds=61))), Reason.PERIOD_NOT_YET),
        (put("expirationDate", value=stamp(NOW - timedelta(seconds=1))), Reason.PERIOD_EXPIRED),
        (put("expirationDate", value="2020-01-01T00:00:00Z"), Reason.PERIOD_ORDER),
    ],
)
def test_its_dates(sim: IssuerSimulator, change: Change, reason: Reason) -> None:
    for badge in both(sim, change):
        assert answer(verify(badge, sim.world())) == (Verdict.INVALID, {reason})


def test_its_dates_on_their_edges(sim: IssuerSimulator) -> None:
    for change in (
        put("issuanceDate", value=stamp(NOW + timedelta(seconds=60))),
        put("expirationDate", value=stamp(NOW)),
        drop("expirationDate"),
    ):
        badge = sim.embed(older(sim, change))
        assert answer(verify(badge, sim.world())) == (Verdict.VALID, set())


def test_a_key_that_ran_out_after_it_was_issued(sim: IssuerSimulator) -> None:
    method = did.method_of(sim.did, rsa_key().public_key())
    for expires, verdict in ((NOW - timedelta(days=1), True), (NOW - timedelta(days=31), False)):
        document = did.did_document(sim.did, [method])
        document["verificationMethod"][0]["expires"] = stamp(expires)
        sim.served[sim.did_url] = compact(document)
        report = verify(sim.token(around(older(sim))), sim.world())
        assert bool(report) is verdict
        assert (Reason.KEY_EXPIRED in report.reasons) is not verdict


def test_its_status(sim: IssuerSimulator) -> None:
    def with_status(document: Document) -> None:
        document["@context"].append("https://www.w3.org/ns/credentials/status/v1")
        document["credentialStatus"] = sim.credential()["credentialStatus"]

    for badge in both(sim, with_status):
        assert answer(verify(badge, sim.world())) == (Verdict.VALID, set())
    sim.revoke()
    for badge in both(sim, with_status):
        report = verify(badge, sim.world())
        assert answer(report) == (Verdict.INVALID, {Reason.STATUS_REVOKED})


# Claims.


@pytest.mark.parametrize(
    "change",
    [
        drop("vc", "id"),
        drop("vc", "issuer", "id"),
        drop("vc", "credentialSubject", "id"),
        drop("vc", "issuanceDate"),
        drop("vc", "expirationDate"),
    ],
)
def test_a_claim_supplies_what_the_credential_leaves_out(
    sim: IssuerSimulator, change: Change
) -> None:
    report = verify(sim.token(changed(around(older(sim)), change)), sim.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.credential == older(sim)


def test_an_end_that_only_the_claim_names(sim: IssuerSimulator) -> None:
    payload = around(older(sim, put("expirationDate", value=stamp(NOW - timedelta(days=1)))))
    del payload["vc"]["expirationDate"]
    report = verify(sim.token(payload), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.PERIOD_EXPIRED})


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        *[(drop(name), {Reason.CLAIMS_MISSING}) for name in ("jti", "sub", "nbf", "exp", "iss")],
        (put("jti", value="urn:uuid:1"), {Reason.CLAIMS_MISMATCH}),
        (put("sub", value="urn:uuid:1"), {Reason.CLAIMS_MISMATCH}),
        (put("iss", value="did:web:other.no"), {Reason.CLAIMS_MISMATCH}),
        (lambda d: d.update(nbf=d["nbf"] + 1), {Reason.CLAIMS_MISMATCH}),
        (lambda d: d.update(exp=d["exp"] + 1), {Reason.CLAIMS_MISMATCH}),
        (put("nbf", value="1"), {Reason.CLAIMS_TYPE}),
        (put("aud", value="https://shop.no"), {Reason.CLAIMS_AUDIENCE}),
        (
            lambda d: (d["vc"].pop("issuanceDate"), d.update(nbf=1e300)),
            {Reason.CLAIMS_TYPE, Reason.STRUCTURE_MISSING},
        ),
    ],
)
def test_claims_that_do_not_fit(sim: IssuerSimulator, change: Change, reasons: set[Reason]) -> None:
    report = verify(sim.token(changed(around(older(sim)), change)), sim.world())
    assert answer(report) == (Verdict.INVALID, reasons)


# Mixtures.


def validity(document: Document) -> None:
    document["validFrom"] = document["issuanceDate"]


@pytest.mark.parametrize(
    "change",
    [
        validity,
        put("validUntil", value="2030-01-01T00:00:00Z"),
        put("@context", value=[VC1, VC2, OB3]),
        put("@context", value=[VC2, VC1, OB3]),
        put("@context", value=[VC2, OB3]),
        put("@context", value=[VC1, OB3, VC2]),
    ],
)
def test_a_credential_of_two_minds(sim: IssuerSimulator, change: Change) -> None:
    document = older(sim, change)
    report = verify(compact({**document, "proof": sim.proof(older(sim))}), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.STRUCTURE_MIXED})


def test_a_member_of_the_older_model_in_the_newer(sim: IssuerSimulator) -> None:
    for name in ("issuanceDate", "expirationDate"):
        badge = compact({**sim.credential(), name: "2026-01-01T00:00:00Z"})
        assert answer(verify(badge, sim.world())) == (Verdict.INVALID, {Reason.STRUCTURE_MIXED})


def place_does_not_agree(sim: IssuerSimulator) -> dict[str, bytes]:
    credential = older(sim)
    claims = around(credential)
    return {
        "1.1 without vc": sim.token({**claims, **credential, "vc": None}),
        "1.1 as the payload": sim.token({**credential, "iss": sim.did}),
        "2.0 in vc": sim.token({**claims, "vc": sim.credential()}),
        "no context in vc": sim.token({**claims, "vc": changed(credential, drop("@context"))}),
        "vc is no object": sim.token({**claims, "vc": [credential]}),
        "both places": sim.token({**sim.claims(sim.credential()), "vc": credential}),
        "a subject beside vc": sim.token({**claims, "credentialSubject": {"id": "urn:a:b"}}),
        "vc outside a token": compact(claims),
        "vc in a badge": compact({**credential, "vc": credential}),
        "two minds in vc": sim.token({**claims, "vc": changed(credential, validity)}),
    }


@pytest.mark.parametrize("case", place_does_not_agree(IssuerSimulator()))
def test_the_place_in_a_token_agrees(sim: IssuerSimulator, case: str) -> None:
    report = verify(place_does_not_agree(sim)[case], sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.STRUCTURE_MIXED})


def test_nothing_beside_vc_is_shown(sim: IssuerSimulator) -> None:
    payload = {**around(older(sim)), "name": "Nobelprisen"}
    report = verify(sim.token(payload), sim.world())
    assert report.credential == older(sim)


def test_terms_without_meaning(sim: IssuerSimulator) -> None:
    for name in ("grade", "iss"):  # a claim is a claim outside the credential only
        credential = older(sim, put(name, value="urn:a:b"))
        report = verify(sim.token(around(credential)), sim.world())
        assert answer(report) == (Verdict.INVALID, {Reason.TERM_LOST})


def test_the_contexts_stand_in_order(sim: IssuerSimulator) -> None:
    badge = sim.embed(older(sim, lambda d: d["@context"].insert(1, d["@context"].pop(2))))
    report = verify(badge, sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.CONTEXT_ORDER})
    assert [f.outcome for f in report.findings if f.check is Check.PROOF] == [Outcome.PASSED]
