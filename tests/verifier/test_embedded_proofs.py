"""Proofs inside the badge: each way in which one is not the issuer's good proof."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from keys import did, jwk, multikey
from tests.verifier.simulator import (
    NOW,
    Document,
    IssuerSimulator,
    changed,
    compact,
    drop,
    ed25519_key,
    p256_key,
    put,
    rsa_key,
    stamp,
)
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Report
from verifier.verify import verify


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def judged(sim: IssuerSimulator, *proofs: Any, **known: Any) -> Report:
    """The report on the good credential with these proofs."""
    return verify(compact({**sim.credential(), "proof": list(proofs)}), sim.world(**known))


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def with_proof(sim: IssuerSimulator, change: Callable[[Document], Any]) -> Report:
    """The report on a good badge whose proof is changed after it was made."""
    return judged(sim, changed(sim.proof(sim.credential()), change))


# No proof that could be looked at.


@pytest.mark.parametrize("proof", [None, []], ids=str)
def test_a_proof_that_is_nothing(sim: IssuerSimulator, proof: Any) -> None:
    for document in (sim.credential(), {**sim.credential(), "proof": proof}):
        report = verify(compact(document), sim.world())
        assert answer(report) == (Verdict.INVALID, {Reason.PROOF_MISSING})
        assert report.securing is None


@pytest.mark.parametrize(
    "proof", ["", "z123", 1, True, {}, [{}], [[]], [None], [{"type": 1}], {"type": ["a"]}], ids=str
)
def test_a_proof_that_is_none(sim: IssuerSimulator, proof: Any) -> None:
    report = verify(compact({**sim.credential(), "proof": proof}), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_MALFORMED})


@pytest.mark.parametrize(
    "change",
    [
        put("type", value="Ed25519Signature2020"),
        put("type", value="DataIntegritySignature"),
        put("cryptosuite", value="eddsa-rdfc-2099"),
        put("cryptosuite", value=["eddsa-rdfc-2022"]),
        drop("cryptosuite"),
    ],
)
def test_a_proof_of_a_kind_that_is_not_checked(
    sim: IssuerSimulator, change: Callable[[Document], Any]
) -> None:
    report = with_proof(sim, change)
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.PROOF_UNSUPPORTED})
    assert report.credential is None


# A proof that is broken, altered, out of time, or for something else.


@pytest.mark.parametrize(
    "change",
    [
        drop("proofValue"),
        put("proofValue", value=None),
        put("proofValue", value=""),
        put("proofValue", value="z"),
        put("proofValue", value="z1"),
        put("proofValue", value="u" + "A" * 86),
        lambda proof: proof.update(proofValue=proof["proofValue"][1:]),
        lambda proof: proof.update(proofValue=proof["proofValue"][:-3]),
        lambda proof: proof.update(proofValue=proof["proofValue"] + "1"),
        lambda proof: proof.update(proofValue="z1" + proof["proofValue"][1:]),
        lambda proof: proof.update(proofValue=" " + proof["proofValue"]),
        lambda proof: proof.update(proofValue=proof["proofValue"].replace("z", "0", 1)),
        drop("verificationMethod"),
        put("verificationMethod", value={"id": "did:web:merke.example.no#key"}),
        put("verificationMethod", value="did:web:merke.example.no"),
        put("verificationMethod", value="did:web:merke.example.no#"),
        put("verificationMethod", value="#key"),
        put("verificationMethod", value=""),
        put("created", value="2026-11-24T11:00:00"),
        put("created", value="i går"),
        put("created", value=1795514400),
        put("expires", value="2030-01-01"),
        put("@context", value=["https://www.w3.org/ns/credentials/v2"]),
    ],
)
def test_a_broken_proof(sim: IssuerSimulator, change: Callable[[Document], Any]) -> None:
    assert answer(with_proof(sim, change)) == (Verdict.INVALID, {Reason.PROOF_MALFORMED})


@pytest.mark.parametrize(
    "change",
    [
        put("created", value="2026-11-24T10:59:59Z"),
        drop("created"),
        put("expires", value="2030-01-01T00:00:00Z"),
        put("domain", value="example.no"),
        put("nonce", value="1"),
        put("id", value="urn:uuid:1"),
        put("proofValue", value=multikey.base58btc_encode(b"\1" * 64)),
    ],
)
def test_an_altered_proof(sim: IssuerSimulator, change: Callable[[Document], Any]) -> None:
    assert answer(with_proof(sim, change)) == (Verdict.INVALID, {Reason.PROOF_ALTERED})


def test_a_proof_of_another_badge(sim: IssuerSimulator) -> None:
    other = sim.proof({**sim.credential(), "name": "Et annet merke"})
    assert answer(judged(sim, other)) == (Verdict.INVALID, {Reason.PROOF_ALTERED})


def test_a_proof_with_something_unsigned_in_it(sim: IssuerSimulator) -> None:
    report = with_proof(sim, put("remark", value="not covered"))
    assert answer(report) == (Verdict.INVALID, {Reason.TERM_LOST})


@pytest.mark.parametrize("purpose", ["authentication", "", None, ["assertionMethod"]], ids=str)
def test_a_proof_for_another_purpose(sim: IssuerSimulator, purpose: Any) -> None:
    report = with_proof(sim, put("proofPurpose", value=purpose))
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_PURPOSE})


@pytest.mark.parametrize("late", [0, 60])
def test_a_clock_may_be_a_minute_behind(sim: IssuerSimulator, late: int) -> None:
    created = stamp(NOW + timedelta(seconds=late))
    assert judged(sim, sim.proof(sim.credential(), created=created))


def test_a_proof_made_in_the_future(sim: IssuerSimulator) -> None:
    proof = sim.proof(sim.credential(), created=stamp(NOW + timedelta(seconds=61)))
    assert answer(judged(sim, proof)) == (Verdict.INVALID, {Reason.PROOF_CREATED})
    # Asking about a later moment does not make it true.
    report = judged(sim, proof, at=NOW + timedelta(days=1))
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_CREATED})


def test_a_proof_that_ends(sim: IssuerSimulator) -> None:
    proof = sim.proof(sim.credential(), expires=stamp(NOW))
    assert judged(sim, proof)
    for known in ({"now": NOW + timedelta(seconds=1)}, {"at": NOW + timedelta(days=1)}):
        assert answer(judged(sim, proof, **known)) == (Verdict.INVALID, {Reason.PROOF_EXPIRED})


# Keys.


def publish(sim: IssuerSimulator, change: Callable[[Document], Any]) -> None:
    sim.served[sim.did_url] = compact(changed(sim.did_document(), change))


def test_a_key_of_somebody_elses(sim: IssuerSimulator) -> None:
    other = IssuerSimulator("other.example.no")
    proof = other.proof(sim.credential())
    sim.served |= other.served
    report = judged(sim, proof)
    assert answer(report) == (Verdict.INVALID, {Reason.ISSUER_MISMATCH})


def test_a_did_key_of_somebody_elses_is_no_key_of_the_issuer(sim: IssuerSimulator) -> None:
    """The key comes along inside the proof, and so proves nothing."""
    name = did.did_key(ed25519_key("stranger").public_key())
    method = f"{name}#{name.removeprefix('did:key:')}"
    proof = sim.proof(sim.credential(), ed25519_key("stranger"), verificationMethod=method)
    assert answer(judged(sim, proof)) == (Verdict.INVALID, {Reason.ISSUER_MISMATCH})


def test_a_multikey_as_fragment_is_not_believed(sim: IssuerSimulator) -> None:
    stranger = ed25519_key("stranger")
    proof = sim.proof(sim.credential(), stranger)
    assert proof["verificationMethod"].startswith(f"{sim.did}#z6Mk")
    assert answer(judged(sim, proof)) == (Verdict.INVALID, {Reason.KEY_UNKNOWN})


def test_a_key_that_is_not_listed_for_assertions(sim: IssuerSimulator) -> None:
    publish(sim, put("assertionMethod", value=[]))
    assert answer(judged(sim, sim.proof(sim.credential())))[1] >= {Reason.KEY_RELATIONSHIP}


@pytest.mark.parametrize("listed", [True, False], ids=["still listed", "taken out"])
def test_a_revoked_key(sim: IssuerSimulator, listed: bool) -> None:
    def revoke(document: Document) -> None:
        document["verificationMethod"][0]["revoked"] = stamp(NOW - timedelta(seconds=1))
        if not listed:
            document["assertionMethod"].pop(0)

    proof = sim.proof(sim.credential(), created=stamp(NOW - timedelta(days=20)))
    assert judged(sim, proof)
    publish(sim, revoke)
    # Made before, says the thief.
    assert answer(judged(sim, proof)) == (Verdict.INVALID, {Reason.KEY_REVOKED})


def test_a_key_that_will_be_revoked_still_counts(sim: IssuerSimulator) -> None:
    publish(sim, put("verificationMethod", 0, "revoked", value=stamp(NOW + timedelta(days=1))))
    assert judged(sim, sim.proof(sim.credential()))


def test_a_key_that_ran_out(sim: IssuerSimulator) -> None:
    publish(sim, put("verificationMethod", 0, "expires", value=stamp(NOW - timedelta(days=10))))
    before = sim.proof(sim.credential(), created=stamp(NOW - timedelta(days=11)))
    assert judged(sim, before)
    for created in (stamp(NOW - timedelta(days=9)), None):
        proof = sim.proof(sim.credential(), created=created)
        assert answer(judged(sim, proof)) == (Verdict.INVALID, {Reason.KEY_EXPIRED})


def test_a_key_for_something_else(sim: IssuerSimulator) -> None:
    proof = sim.proof(sim.credential(), sim.status_key)
    assert judged(sim, proof)  # a stranger cannot know
    report = judged(sim, proof, purposes=sim.purposes())
    assert answer(report) == (Verdict.INVALID, {Reason.KEY_PURPOSE})
    assert judged(sim, sim.proof(sim.credential()), purposes=sim.purposes())


@pytest.mark.parametrize("key", [rsa_key, p256_key])
def test_a_key_of_another_kind(sim: IssuerSimulator, key: Callable[[], Any]) -> None:
    method = sim.method(key())
    proof = sim.proof(sim.credential(), verificationMethod=method)
    assert answer(judged(sim, proof)) == (Verdict.INVALID, {Reason.KEY_MALFORMED})


def test_an_ed25519_key_in_another_form(sim: IssuerSimulator) -> None:
    def as_jwk(document: Document) -> None:
        method = document["verificationMethod"][0]
        del method["publicKeyMultibase"]
        method["type"] = "JsonWebKey"
        method["publicKeyJwk"] = jwk.public_jwk(sim.badge_key.public_key())

    publish(sim, as_jwk)
    proof = sim.proof(sim.credential())
    assert answer(judged(sim, proof)) == (Verdict.INVALID, {Reason.KEY_MALFORMED})


def test_a_small_order_key_signs_nothing(sim: IssuerSimulator) -> None:
    publish(
        sim,
        put(
            *("verificationMethod", 0, "publicKeyMultibase"),
            value="z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP",
        ),
    )
    proof = sim.proof(sim.credential())
    assert answer(judged(sim, proof)) == (Verdict.INVALID, {Reason.KEY_MALFORMED})


# Sets.


def test_in_a_set_one_good_proof_is_enough_and_the_rest_is_listed(sim: IssuerSimulator) -> None:
    document = sim.credential()
    unknown = {"type": "DataIntegrityProof", "cryptosuite": "falcon-2031", "proofValue": "z1"}
    report = judged(sim, unknown, sim.proof(document), {"type": "Seal"})
    assert answer(report) == (Verdict.VALID, set())
    listed = [f.detail for f in report.findings if f.reason is Reason.PROOF_UNSUPPORTED]
    assert listed == ["DataIntegrityProof falcon-2031", "Seal"]


def test_in_a_set_no_supported_proof_may_fail(sim: IssuerSimulator) -> None:
    good = sim.proof(sim.credential())
    for bad in ({**good, "created": "2026-11-24T10:59:59Z"}, {**good, "proofValue": "z1"}):
        for proofs in ((good, bad), (bad, good)):
            report = judged(sim, *proofs)
            assert report.verdict is Verdict.INVALID
            assert report.credential is None


def test_two_good_proofs(sim: IssuerSimulator) -> None:
    document = sim.credential()
    report = judged(sim, sim.proof(document), sim.proof(document, sim.status_key))
    assert answer(report) == (Verdict.VALID, set())


def test_a_witness_decides_nothing(sim: IssuerSimulator) -> None:
    """Somebody else's proof beside the issuer's: good or unreachable, it changes nothing."""
    witness = IssuerSimulator("witness.example.no")
    proofs = (sim.proof(sim.credential()), witness.proof(sim.credential()))
    report = judged(sim, *proofs)
    assert answer(report) == (Verdict.VALID, set())
    sim.served |= witness.served
    assert answer(judged(sim, *proofs)) == (Verdict.VALID, set())
    assert answer(judged(sim, proofs[1])) == (Verdict.INVALID, {Reason.ISSUER_MISMATCH})


def test_a_false_witness_spoils_the_set(sim: IssuerSimulator) -> None:
    witness = IssuerSimulator("witness.example.no")
    sim.served |= witness.served
    false = {**witness.proof(sim.credential()), "created": "2026-11-24T10:00:00Z"}
    report = judged(sim, sim.proof(sim.credential()), false)
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_ALTERED})


def test_a_witness_beside_a_proof_of_the_issuers_that_is_not_checked(
    sim: IssuerSimulator,
) -> None:
    witness = IssuerSimulator("witness.example.no")
    own = {**sim.proof(sim.credential()), "cryptosuite": "falcon-2031"}
    report = judged(sim, witness.proof(sim.credential()), own)
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.PROOF_UNSUPPORTED})


# What is signed and what is not.


def test_an_added_term_without_meaning(sim: IssuerSimulator) -> None:
    badge = sim.credential()
    proof = sim.proof(badge)
    report = verify(compact({**badge, "grade": "A", "proof": proof}), sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.TERM_LOST in report.reasons
    (terms,) = [f for f in report.findings if f.check is Check.TERMS]
    assert terms.outcome is Outcome.FAILED
    assert "grade" in str(terms.detail)


def test_an_unknown_context_is_not_fetched(sim: IssuerSimulator) -> None:
    badge = changed(sim.credential(), None)
    badge["@context"].append("https://example.no/context.json")
    badge["proof"] = sim.proof(sim.credential())
    sim.served["https://example.no/context.json"] = b'{"@context": {}}'
    report = verify(compact(badge), sim.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.CONTEXT_UNKNOWN})
    assert report.credential is None
