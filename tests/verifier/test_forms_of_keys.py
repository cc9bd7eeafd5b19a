"""In which form a key must be published for what it signs: each suite, each token, each form."""

import json
from typing import Any

import pytest

from keys import did, jwk
from tests.verifier.proofs import SUITES, credential, method, prove, publish_all
from tests.verifier.simulator import Document, IssuerSimulator, compact, p256_key
from verifier.reasons import Reason, Verdict
from verifier.report import Report
from verifier.verify import verify

OLDER = "Ed25519VerificationKey2020"
ED25519 = ["eddsa-rdfc-2022", "eddsa-2022", "eddsa-jcs-2022", "Ed25519Signature2020"]


@pytest.fixture
def sim() -> IssuerSimulator:
    sim = IssuerSimulator()
    publish_all(sim)
    return sim


def signed(sim: IssuerSimulator, label: str) -> bytes:
    """A badge with a proof of this suite by the issuer's own key."""
    suite, key = SUITES[label]
    document = credential(sim, suite)
    return compact({**document, "proof": prove(document, suite, key(), method(sim, key()))})


def published_as(sim: IssuerSimulator, name: str, **members: Any) -> None:
    """The key of this name is published with these members in place of its own."""
    document = json.loads(sim.served[sim.did_url])
    (found,) = [each for each in document["verificationMethod"] if each["id"] == name]
    for member in ("publicKeyMultibase", "publicKeyJwk"):
        if member in members:
            found.pop("publicKeyMultibase", None)
    found.update(members)
    sim.served[sim.did_url] = compact(document)


def reasons(report: Report) -> tuple[Verdict, tuple[Reason, ...]]:
    return report.verdict, report.reasons


@pytest.mark.parametrize("suite", ED25519)
def test_the_older_type_is_for_the_older_suite(sim: IssuerSimulator, suite: str) -> None:
    badge = signed(sim, suite)
    assert verify(badge, sim.world())
    published_as(sim, sim.method(sim.badge_key), type=OLDER)
    report = verify(badge, sim.world())
    if suite == "Ed25519Signature2020":
        assert report
    else:
        assert reasons(report) == (Verdict.INVALID, (Reason.KEY_MALFORMED,))
        told = next(f.detail for f in report.findings if f.reason is Reason.KEY_MALFORMED)
        assert told is not None
        assert OLDER in told


def test_the_older_type_signs_no_status_list_of_today(sim: IssuerSimulator) -> None:
    published_as(sim, sim.method(sim.status_key), type=OLDER)
    report = verify(sim.mint(), sim.world())
    assert reasons(report) == (Verdict.UNDETERMINED, (Reason.STATUS_UNVERIFIED,))


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": "vc+jwt", "jwk": None}])
def test_the_older_type_signs_no_tokens(sim: IssuerSimulator, header: Document) -> None:
    badge = sim.token(sim.claims(sim.credential()), sim.badge_key, header)
    assert verify(badge, sim.world())
    published_as(sim, sim.method(sim.badge_key), type=OLDER)
    report = verify(badge, sim.world())
    assert reasons(report) == (Verdict.INVALID, (Reason.KEY_MALFORMED,))


def test_the_older_type_is_revoked_like_any(sim: IssuerSimulator) -> None:
    badge = signed(sim, "Ed25519Signature2020")
    published_as(sim, sim.method(sim.badge_key), type=OLDER, revoked="2026-01-01T00:00:00Z")
    assert verify(badge, sim.world()).reasons == (Reason.KEY_REVOKED,)


@pytest.mark.parametrize("suite", SUITES)
def test_a_json_web_key_makes_no_embedded_proofs(sim: IssuerSimulator, suite: str) -> None:
    """The cryptosuites name Multikey alone; so nothing by a did:jwk either."""
    _, key = SUITES[suite]
    badge = signed(sim, suite)
    assert verify(badge, sim.world())

    name = method(sim, key())
    published_as(sim, name, type="JsonWebKey", publicKeyJwk=jwk.public_jwk(key().public_key()))
    report = verify(badge, sim.world())
    assert reasons(report) == (Verdict.INVALID, (Reason.KEY_MALFORMED,))


def test_a_did_jwk_signs_tokens_and_no_embedded_proofs(sim: IssuerSimulator) -> None:
    name = did.did_jwk(p256_key().public_key())
    document = sim.credential()
    for member in ("credentialStatus", "refreshService"):
        del document[member]
    document["issuer"]["id"] = name
    token = sim.token(sim.claims(document), p256_key(), {"kid": f"{name}#0", "jwk": None})
    assert verify(token, sim.world())
    proof = prove(document, "ecdsa-rdfc-2019", p256_key(), f"{name}#0")
    report = verify(compact({**document, "proof": proof}), sim.world())
    assert reasons(report) == (Verdict.INVALID, (Reason.KEY_MALFORMED,))


@pytest.mark.parametrize("ahead", [60, 61])
def test_a_token_issued_in_the_future(sim: IssuerSimulator, ahead: int) -> None:
    """As with `created` of a proof: 60 s of skew, and no more."""
    issued = int(sim.now.timestamp()) + ahead
    report = verify(sim.mint_token(claims=lambda claims: claims.update(iat=issued)), sim.world())
    expected = () if ahead == 60 else (Reason.PROOF_CREATED,)
    assert report.reasons == expected


@pytest.mark.parametrize("ahead", [60, 61])
def test_a_list_issued_in_the_future(sim: IssuerSimulator, ahead: int) -> None:
    issued = int(sim.now.timestamp()) + ahead
    header = {"typ": "vc+jwt", "jwk": None}
    listed = {**sim.status_list(), "iat": issued}
    sim.served[sim.list_url] = sim.token(listed, sim.status_key, header)
    expected = () if ahead == 60 else (Reason.STATUS_UNVERIFIED,)
    assert verify(sim.mint(), sim.world()).reasons == expected
