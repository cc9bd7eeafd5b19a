"""A token's registered claims repeat the credential, exactly, or the badge is none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.verifier.simulator import NOW, Document, IssuerSimulator, changed, drop, put, stamp
from verifier.reasons import Reason, Verdict
from verifier.report import Report
from verifier.verify import verify


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        *[(drop(name), Reason.CLAIMS_MISSING) for name in ("iss", "jti", "sub", "nbf", "exp")],
        (put("iss", value="did:web:other.no"), Reason.CLAIMS_MISMATCH),
        (put("jti", value="https://merke.example.no/b/2"), Reason.CLAIMS_MISMATCH),
        (put("sub", value="https://merke.example.no/m/andre"), Reason.CLAIMS_MISMATCH),
        (lambda d: d.update(nbf=d["nbf"] + 1), Reason.CLAIMS_MISMATCH),
        (lambda d: d.update(nbf=d["nbf"] + 0.5), Reason.CLAIMS_MISMATCH),
        (lambda d: d.update(exp=d["exp"] - 1), Reason.CLAIMS_MISMATCH),
        (lambda d: d.update(exp=d["exp"] + 86_400), Reason.CLAIMS_MISMATCH),
        (put("iss", value=1), Reason.CLAIMS_TYPE),
        (put("sub", value=["https://merke.example.no/m/eksempelteatret"]), Reason.CLAIMS_TYPE),
        (lambda d: d.update(nbf=str(d["nbf"])), Reason.CLAIMS_TYPE),
        (lambda d: d.update(exp=d["validUntil"]), Reason.CLAIMS_TYPE),
        (put("exp", value=True), Reason.CLAIMS_TYPE),
        (put("iat", value="now"), Reason.CLAIMS_TYPE),
        (put("iat", value=True), Reason.CLAIMS_TYPE),
        (put("iat", value=2**53), Reason.CLAIMS_TYPE),
        (put("iat", value=1e300), Reason.CLAIMS_TYPE),
    ],
)
def test_claims_that_do_not_fit(
    sim: IssuerSimulator, claims: Callable[[Document], Any], reason: Reason
) -> None:
    report = verify(sim.mint_token(claims=claims), sim.world())
    assert answer(report) == (Verdict.INVALID, {reason})


def test_an_audience(sim: IssuerSimulator) -> None:
    report = verify(sim.mint_token(claims=put("aud", value="https://shop.no")), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.CLAIMS_AUDIENCE})


def test_a_claim_that_a_badge_may_have(sim: IssuerSimulator) -> None:
    assert verify(sim.mint_token(claims=put("iat", value=1_795_000_000)), sim.world())
    assert verify(sim.mint_token(claims=lambda d: d.update(nbf=float(d["nbf"]))), sim.world())


def test_a_subject_without_an_id(sim: IssuerSimulator) -> None:
    document = changed(sim.credential(), drop("credentialSubject", "id"))
    payload = {**sim.claims(sim.credential()), **document}
    report = verify(sim.token(payload), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.CLAIMS_MISMATCH})
    del payload["sub"]
    report = verify(sim.token(payload), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.CLAIMS_MISSING})


def test_exp_alone_is_the_end(sim: IssuerSimulator) -> None:
    def end_at(moment: Any) -> Callable[[Document], Any]:
        return lambda d: (d.pop("validUntil"), d.update(exp=int(moment.timestamp())))

    assert verify(sim.mint_token(claims=end_at(NOW)), sim.world())
    report = verify(sim.mint_token(claims=end_at(NOW - timedelta(seconds=1))), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.PERIOD_EXPIRED})
    for far in (1e300, 10**15):
        payload = {**sim.claims(sim.credential()), "exp": far}
        del payload["validUntil"]
        token = sim.token(payload)
        assert answer(verify(token, sim.world())) == (Verdict.INVALID, {Reason.CLAIMS_TYPE})


def test_fractions_of_seconds_are_compared_exactly(sim: IssuerSimulator) -> None:
    change = put("validFrom", value="2026-10-25T12:00:00.250Z")
    token = sim.mint_token(change, claims=lambda d: d.update(nbf=d["nbf"] + 0.25))
    assert verify(token, sim.world())
    assert answer(verify(sim.mint_token(change), sim.world())) == (
        Verdict.INVALID,
        {Reason.CLAIMS_MISMATCH},
    )


def test_the_ends_of_a_badge_in_both_forms_are_the_same(sim: IssuerSimulator) -> None:
    last = put("validUntil", value=stamp(NOW))
    for badge in (sim.mint(last), sim.mint_token(last)):
        assert verify(badge, sim.world(now=NOW + timedelta(microseconds=999_999)))
        report = verify(badge, sim.world(now=NOW + timedelta(seconds=1)))
        assert answer(report) == (Verdict.INVALID, {Reason.PERIOD_EXPIRED})
