"""Proofs that build on proofs: what each link covers, and what becomes of a broken chain."""

from typing import Any

import pytest

from tests.verifier.proofs import ed25519, method, p384_key, prove, publish_all
from tests.verifier.simulator import Document, IssuerSimulator, compact, p256_key
from verifier.reasons import Outcome, Reason, Verdict
from verifier.report import Report
from verifier.verify import verify

FIRST, SECOND = "urn:uuid:8b1f2c34-0000-4000-8000-000000000001", "urn:uuid:2"


@pytest.fixture
def sim() -> IssuerSimulator:
    made = IssuerSimulator()
    publish_all(made)
    return made


def judged(sim: IssuerSimulator, *proofs: Any) -> Report:
    return verify(compact({**sim.credential(), "proof": list(proofs)}), sim.world())


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def link(
    sim: IssuerSimulator,
    *before: Document,
    suite: str = "eddsa-rdfc-2022",
    key: Any = None,
    **options: Any,
) -> Document:
    """A proof over the credential and the proofs `before` it."""
    key = key or ed25519()
    document = sim.credential()
    if before:
        document["proof"] = list(before)
        names = [proof["id"] for proof in before]
        options = {"previousProof": names[0] if len(names) == 1 else names, **options}
    return prove(document, suite, key, method(sim, key), **options)


@pytest.mark.parametrize(
    ("suite", "key"),
    [
        ("eddsa-rdfc-2022", ed25519),
        ("eddsa-jcs-2022", ed25519),
        ("ecdsa-rdfc-2019", p256_key),
        ("ecdsa-rdfc-2019", p384_key),
        ("ecdsa-jcs-2019", p384_key),
        ("ecdsa-sd-2023", p256_key),
    ],
)
def test_a_chain_of_any_suite(sim: IssuerSimulator, suite: str, key: Any) -> None:
    first = link(sim, id=FIRST)
    second = link(sim, id=SECOND)
    third = link(sim, first, second, suite=suite, key=key(), id="urn:uuid:3")
    fourth = link(sim, third)
    for proofs in ((first, second, third, fourth), (fourth, third, second, first)):
        assert answer(judged(sim, *proofs)) == (Verdict.VALID, set())


def test_a_link_that_was_changed_or_exchanged(sim: IssuerSimulator) -> None:
    first = link(sim, id=FIRST)
    second = link(sim, first)
    assert judged(sim, first, second)
    again = link(sim, id=FIRST, created="2026-11-24T11:30:00Z")
    report = judged(sim, again, second)
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_ALTERED})
    unchained = {name: value for name, value in second.items() if name != "previousProof"}
    assert answer(judged(sim, first, unchained)) == (Verdict.INVALID, {Reason.PROOF_ALTERED})
    assert answer(judged(sim, first, {**link(sim), "previousProof": FIRST})) == (
        Verdict.INVALID,
        {Reason.PROOF_ALTERED},
    )


def test_a_link_that_is_missing(sim: IssuerSimulator) -> None:
    first = link(sim, id=FIRST)
    for proofs in ([link(sim, first)], [link(sim, first), link(sim)]):
        report = judged(sim, *proofs)
        assert answer(report) == (Verdict.INVALID, {Reason.PROOF_CHAIN})
        assert report.credential is None


def test_two_proofs_of_one_name(sim: IssuerSimulator) -> None:
    first, other = link(sim, id=FIRST), link(sim, id=FIRST, nonce="1")
    report = judged(sim, first, other, link(sim, first))
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_MALFORMED})


def test_the_order_of_those_before(sim: IssuerSimulator) -> None:
    """In canonical JSON it counts, and it is that of `previousProof`, not of the document."""
    first, second = link(sim, id=FIRST), link(sim, id=SECOND)
    third = link(sim, second, first, suite="eddsa-jcs-2022")
    assert judged(sim, first, second, third)
    turned = {**third, "previousProof": [FIRST, SECOND]}
    assert answer(judged(sim, first, second, turned)) == (Verdict.INVALID, {Reason.PROOF_ALTERED})


def test_a_circle(sim: IssuerSimulator) -> None:
    first = link(sim, id=FIRST)
    report = judged(sim, {**first, "previousProof": FIRST})
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_ALTERED})
    second = link(sim, first, id=SECOND)
    report = judged(sim, {**first, "previousProof": SECOND}, second)
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_ALTERED})


def test_the_issuer_confirms_a_proof_that_is_not_checked_here(sim: IssuerSimulator) -> None:
    """It is covered, not believed: it is listed as any other."""
    unknown = {
        "id": FIRST,
        "type": "DataIntegrityProof",
        "cryptosuite": "falcon-2031",
        "verificationMethod": "did:web:witness.example.no#key",
        "proofPurpose": "assertionMethod",
        "proofValue": "z1",
    }
    report = judged(sim, unknown, link(sim, unknown))
    assert answer(report) == (Verdict.VALID, set())
    listed = [f for f in report.findings if f.reason is Reason.PROOF_UNSUPPORTED]
    assert [f.outcome for f in listed] == [Outcome.NOT_APPLICABLE]


def test_a_witness_confirms_the_issuers_proof(sim: IssuerSimulator) -> None:
    witness = IssuerSimulator("witness.example.no")
    publish_all(witness)
    sim.served[witness.did_url] = witness.served[witness.did_url]
    first = link(sim, id=FIRST)
    document = {**sim.credential(), "proof": [first]}
    name = method(witness, witness.badge_key)
    second = prove(document, "eddsa-rdfc-2022", witness.badge_key, name, previousProof=FIRST)
    assert judged(sim, first, second)
    # The witness alone is nobody, whatever it builds on.
    report = judged(sim, second)
    assert answer(report) == (Verdict.INVALID, {Reason.ISSUER_MISMATCH})
