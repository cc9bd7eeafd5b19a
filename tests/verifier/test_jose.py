"""Badges as `vc+jwt` (VC-JOSE-COSE): told apart from VC-JWT, and judged by rules of their own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key

from keys import did, jwk
from tests.verifier.simulator import (
    NOW,
    Document,
    IssuerSimulator,
    compact,
    drop,
    p256_key,
    put,
    rsa_key,
)
from verifier.reasons import Check, Reason, Verdict
from verifier.report import Report
from verifier.verify import verify

JOSE = {"typ": "vc+jwt", "cty": "vc", "jwk": None}


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def mint(
    sim: IssuerSimulator,
    change: Callable[[Document], Any] | None = None,
    key: Any = None,
    **header: Any,
) -> bytes:
    """The credential itself as payload, `change` made to it before it is signed."""
    payload = sim.credential()
    if change is not None:
        change(payload)
    return sim.token(payload, key, {**JOSE, **header})


def judged(sim: IssuerSimulator, *args: Any, **header: Any) -> Report:
    return verify(mint(sim, *args, **header), sim.world())


def test_every_algorithm(sim: IssuerSimulator) -> None:
    p384 = generate_private_key(SECP384R1())
    document = sim.did_document()
    key = did.VerificationMethod(f"{sim.did}#p384", sim.did, p384.public_key(), "JsonWebKey")
    other = did.did_document(sim.did, [key])
    document["verificationMethod"] += other["verificationMethod"]
    document["assertionMethod"] += other["assertionMethod"]
    sim.served[sim.did_url] = compact(document)
    for signer, header in (
        (sim.badge_key, {}),
        (p256_key(), {}),
        (p384, {"kid": key.id}),
        (rsa_key(), {}),
    ):
        report = judged(sim, None, signer, **header)
        assert answer(report) == (Verdict.VALID, set())
        assert report.securing == "vc+jwt"
        assert report.credential == sim.credential()


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "application/vc+jwt"},
        {"cty": None},
        {"cty": "application/vc"},
        {"iss": "did:web:merke.example.no"},
        {"x-remark": {"a": [1]}},
        {"jku": "https://evil.example/jwks.json", "x5u": "https://evil.example/c.pem"},
        {"jwk": jwk.public_jwk(rsa_key().public_key())},
    ],
    ids=lambda header: next(iter(header)),  # the key is another in each run
)
def test_headers_it_may_have(sim: IssuerSimulator, header: Document) -> None:
    report = judged(sim, **header)
    assert answer(report) == (Verdict.VALID, set())
    assert report.securing == "vc+jwt"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"typ": "VC+JWT"}, Reason.HEADER_TYPE),
        ({"typ": "vp+jwt"}, Reason.HEADER_TYPE),
        ({"typ": ["vc+jwt"]}, Reason.HEADER_TYPE),
        ({"cty": "vp"}, Reason.HEADER_TYPE),
        ({"cty": ["vc"]}, Reason.HEADER_TYPE),
        ({"kid": None}, Reason.HEADER_KEY),
        ({"kid": None, "jwk": jwk.public_jwk(rsa_key().public_key())}, Reason.HEADER_KEY),
        ({"kid": "did:web:other.example.no#key"}, Reason.ISSUER_MISMATCH),
        ({"kid": "did:web:merke.example.no#key"}, Reason.KEY_UNKNOWN),
        ({"jwk": jwk.public_jwk(p256_key().public_key())}, Reason.KEY_MISMATCH),
        ({"iss": "did:web:other.example.no"}, Reason.CLAIMS_MISMATCH),
        ({"iss": 1}, Reason.CLAIMS_TYPE),
        ({"crit": ["exp"]}, Reason.HEADER_CRITICAL),
        ({"zip": "DEF"}, Reason.HEADER_MEMBER),
    ],
)
def test_headers_it_must_not_have(sim: IssuerSimulator, header: Document, reason: Reason) -> None:
    report = judged(sim, **header)
    assert report.verdict is Verdict.INVALID
    assert reason in report.reasons


def test_its_claims_need_not_be_there_and_must_not_disagree(sim: IssuerSimulator) -> None:
    good = sim.credential()
    issuer, badge, subject = good["issuer"]["id"], good["id"], good["credentialSubject"]["id"]
    for name, value in (("iss", issuer), ("jti", badge), ("sub", subject)):
        assert judged(sim, put(name, value=value))
        report = judged(sim, put(name, value=f"{value}x"))
        assert answer(report) == (Verdict.INVALID, {Reason.CLAIMS_MISMATCH})
        report = judged(sim, put(name, value=[value]))
        assert answer(report) == (Verdict.INVALID, {Reason.CLAIMS_TYPE})
    report = judged(sim, put("aud", value="https://example.no"))
    assert Reason.CLAIMS_AUDIENCE in report.reasons


@pytest.mark.parametrize("name", ["vc", "vp"])
@pytest.mark.parametrize("value", [{}, "x", {"@context": []}], ids=str)
def test_claims_that_wrap_a_credential(sim: IssuerSimulator, name: str, value: Any) -> None:
    report = judged(sim, put(name, value=value))
    assert report.verdict is Verdict.INVALID
    assert Reason.STRUCTURE_MIXED in report.reasons


def seconds(**later: int) -> int:
    return int((NOW + timedelta(**later)).timestamp())


def test_its_times_are_about_the_signature(sim: IssuerSimulator) -> None:
    for name in ("iat", "nbf"):
        assert judged(sim, put(name, value=seconds(seconds=60)))
        report = judged(sim, put(name, value=seconds(seconds=61)))
        assert answer(report) == (Verdict.INVALID, {Reason.PROOF_CREATED})
    assert judged(sim, put("exp", value=seconds(seconds=1)))
    report = judged(sim, put("exp", value=seconds()))
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_EXPIRED})
    # The badge's own dates are other dates.
    report = judged(sim, put("validUntil", value="2026-11-01T00:00:00Z"))
    assert answer(report) == (Verdict.INVALID, {Reason.PERIOD_EXPIRED})


def test_exp_ends_no_badge_that_names_no_end(sim: IssuerSimulator) -> None:
    def change(document: Document) -> None:
        del document["validUntil"]
        document["exp"] = seconds(days=1)

    token = mint(sim, change)
    assert verify(token, sim.world())
    report = verify(token, sim.world(at=NOW + timedelta(days=2)))
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_EXPIRED})
    assert [f.outcome for f in report.findings if f.check is Check.PERIOD] == ["unknown"]


@pytest.mark.parametrize("name", ["iat", "nbf", "exp"])
@pytest.mark.parametrize("value", ["1800000000", True, [], None, 1e300], ids=str)
def test_times_of_another_kind(sim: IssuerSimulator, name: str, value: Any) -> None:
    report = judged(sim, put(name, value=value))
    assert report.verdict is Verdict.INVALID
    assert Reason.CLAIMS_TYPE in report.reasons


def test_a_key_that_ran_out_before_it_signed(sim: IssuerSimulator) -> None:
    document = sim.did_document()
    for item in document["verificationMethod"]:
        item["expires"] = "2026-11-10T00:00:00Z"
    sim.served[sim.did_url] = compact(document)
    plain = drop("credentialStatus")

    def dated(moment: int) -> Callable[[Document], Any]:
        return lambda payload: (plain(payload), payload.update(iat=moment))

    assert judged(sim, plain)  # validFrom is all that is known of when
    assert judged(sim, dated(seconds(days=-15)))
    report = judged(sim, dated(seconds(days=-13)))
    assert answer(report) == (Verdict.INVALID, {Reason.KEY_EXPIRED})


def test_it_is_not_the_other_kind(sim: IssuerSimulator) -> None:
    """A VC-JWT without its claims is refused; called a `vc+jwt` it was never signed."""
    report = verify(sim.token(sim.credential()), sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.CLAIMS_MISSING in report.reasons
    assert report.securing == "vc-jwt"
    both = verify(sim.token(sim.claims(sim.credential()), header=JOSE), sim.world())
    assert answer(both) == (Verdict.VALID, set())
    assert both.securing == "vc+jwt"


def test_terms_without_meaning(sim: IssuerSimulator) -> None:
    report = judged(sim, put("grade", value="A"))
    assert answer(report) == (Verdict.INVALID, {Reason.TERM_LOST})


def test_the_signature_counts(sim: IssuerSimulator) -> None:
    token = mint(sim)
    other = mint(sim, put("name", value="Gullmerket"))
    head, _, signature = token.split(b".")
    forged = b".".join([head, other.split(b".")[1], signature])
    assert answer(verify(forged, sim.world())) == (Verdict.INVALID, {Reason.PROOF_ALTERED})
