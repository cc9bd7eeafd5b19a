"""Every suite from both ends: made, verified as part of a whole badge, and broken."""

import copy
import hashlib
from typing import Any

import pytest

from keys.multikey import base58btc_decode, base58btc_encode
from tests.verifier.older import older
from tests.verifier.proofs import (
    ED25519_2020,
    SUITES,
    credential,
    ed25519,
    method,
    options,
    p384_key,
    prove,
    publish_all,
)
from tests.verifier.simulator import VC2, Document, IssuerSimulator, compact, p256_key, rsa_key
from verifier import data_integrity
from verifier.canonical import DataLoss, InvalidJsonLd
from verifier.data_integrity import InvalidProof
from verifier.reasons import Check, Reason, Verdict
from verifier.report import Report
from verifier.suites import jcs
from verifier.verify import verify


@pytest.fixture
def sim() -> IssuerSimulator:
    made = IssuerSimulator()
    publish_all(made)
    return made


@pytest.fixture(params=SUITES)
def made(request: pytest.FixtureRequest, sim: IssuerSimulator) -> tuple[Document, Document, Any]:
    """A document, a good proof of one suite over it, and the key."""
    suite, key = SUITES[request.param]
    document = credential(sim, suite)
    return document, prove(document, suite, key(), method(sim, key())), key().public_key()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def refusal(document: Document, proof: Document, key: Any) -> str:
    with pytest.raises(InvalidProof) as caught:
        data_integrity.verify(document, proof, key)
    assert str(caught.value)
    return caught.value.reason


def test_every_suite_is_tried_here() -> None:
    assert {suite for suite, _ in SUITES.values()} == set(data_integrity.SUITES)


def test_a_badge_of_every_suite(sim: IssuerSimulator, made: tuple[Document, Document, Any]) -> None:
    document, proof, _ = made
    report = verify(compact({**document, "proof": proof}), sim.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.securing == proof.get("cryptosuite", proof["type"])
    assert report.credential == document
    selective = [f for f in report.findings if f.reason is Reason.PROOF_SELECTIVE]
    assert len(selective) == (report.securing == "ecdsa-sd-2023")


@pytest.mark.parametrize("label", SUITES)
def test_a_badge_of_the_older_model_of_every_suite(sim: IssuerSimulator, label: str) -> None:
    suite, key = SUITES[label]
    document = older(sim)
    if suite == "Ed25519Signature2020":
        document["@context"][3] = ED25519_2020
    proof = prove(document, suite, key(), method(sim, key()))
    report = verify(compact({**document, "proof": [proof]}), sim.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.securing == suite


def test_a_status_list_of_every_suite(
    sim: IssuerSimulator, made: tuple[Document, Document, Any]
) -> None:
    _, proof, key = made
    suite: str = proof.get("cryptosuite") or proof["type"]
    signer: Any = next(
        get() for name, get in SUITES.values() if name == suite and get().public_key() == key
    )
    sim.revoked.add(94_567)
    sim.publish()
    publish_all(sim)
    listed = sim.status_list()
    if suite == "Ed25519Signature2020":
        listed["@context"].append("https://w3id.org/security/suites/ed25519-2020/v1")
    listed["proof"] = prove(listed, suite, signer, method(sim, signer))
    sim.served[sim.list_url] = compact(listed)
    assert answer(verify(sim.mint(), sim.world())) == (Verdict.INVALID, {Reason.STATUS_REVOKED})
    listed["validUntil"] = "2031-01-01T00:00:00Z"
    sim.served[sim.list_url] = compact(listed)
    report = verify(sim.mint(), sim.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.STATUS_UNVERIFIED})


def test_any_change_to_the_document(made: tuple[Document, Document, Any]) -> None:
    document, proof, key = made
    for path, value in (
        (("name",), "Et annet merke"),
        (("validUntil",), "2031-01-01T00:00:00Z"),
        (("credentialSubject", "achievement", "name"), "Gullmerket"),
        (("credentialSubject", "identifier", 0, "identityHash"), "Et annet navn"),
        (("credentialStatus", "statusListIndex"), "1"),
        (("evidence",), []),
    ):
        changed: Any = copy.deepcopy(document)
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
        with pytest.raises((InvalidProof, DataLoss)) as caught:
            data_integrity.verify(changed, proof, key)
        assert getattr(caught.value, "reason", "proof.altered") in (
            "proof.altered",
            "proof.malformed",
        )


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("created", "2026-11-24T11:00:01Z"),
        ("verificationMethod", "did:web:merke.example.no#other"),
        ("expires", "2031-01-01T00:00:00Z"),
        ("domain", "example.no"),
        ("nonce", "1"),
    ],
)
def test_any_change_to_the_proof(
    made: tuple[Document, Document, Any], member: str, value: str
) -> None:
    document, proof, key = made
    with pytest.raises((InvalidProof, DataLoss)) as caught:  # the old context lacks some words
        data_integrity.verify(document, {**proof, member: value}, key)
    assert getattr(caught.value, "reason", "proof.altered") == "proof.altered"


def test_a_member_that_is_nobodys(made: tuple[Document, Document, Any]) -> None:
    """Where meanings are signed it is lost and refused; where JSON is signed it is a change."""
    document, proof, key = made
    with pytest.raises((InvalidProof, DataLoss, InvalidJsonLd)):
        data_integrity.verify({**document, "grade": "A"}, proof, key)
    with pytest.raises((InvalidProof, DataLoss, InvalidJsonLd)):
        data_integrity.verify(document, {**proof, "grade": "A"}, key)


def test_keys_of_other_kinds(made: tuple[Document, Document, Any]) -> None:
    document, proof, key = made
    suite = data_integrity.suite_of(proof)
    for other in (ed25519(), p256_key(), p384_key(), rsa_key()):
        public = other.public_key()
        if public == key:
            continue
        expected = "algorithm.mismatch"
        if suite.accepts(public):  # the other curve, with signatures of another length
            expected = "proof.malformed"
        assert refusal(document, proof, public) == expected


def test_the_value_of_another_length(made: tuple[Document, Document, Any]) -> None:
    document, proof, key = made
    for value in (
        "",
        "z",
        "u",
        "z1",
        "m1",
        None,
        1,
        [proof["proofValue"]],
        proof["proofValue"][:-4],
    ):
        assert refusal(document, {**proof, "proofValue": value}, key) == "proof.malformed"
    if proof["proofValue"].startswith("z"):
        raw = base58btc_decode(proof["proofValue"])
        for longer in (raw + b"\0", b"\0" + raw, raw[1:]):
            value = base58btc_encode(longer)
            assert refusal(document, {**proof, "proofValue": value}, key) == "proof.malformed"


def test_suites_by_each_others_names(sim: IssuerSimulator) -> None:
    """The name is signed: a proof does not become one of another suite by being called so."""
    for suite, other in (
        ("eddsa-2022", "eddsa-rdfc-2022"),
        ("eddsa-rdfc-2022", "eddsa-2022"),
        ("eddsa-jcs-2022", "eddsa-rdfc-2022"),
        ("eddsa-rdfc-2022", "eddsa-jcs-2022"),
    ):
        document = credential(sim, suite)
        proof = prove(document, suite, ed25519(), method(sim, ed25519()))
        renamed = {**proof, "cryptosuite": other}
        report = verify(compact({**document, "proof": renamed}), sim.world())
        assert report.verdict is Verdict.INVALID
        assert report.securing == other


def test_a_key_that_is_no_multikey(sim: IssuerSimulator) -> None:
    """The suites know keys in that form alone; the others are for tokens."""
    document = sim.credential()
    name = sim.method(p256_key())
    proof = prove(document, "ecdsa-rdfc-2019", p256_key(), name)
    report = verify(compact({**document, "proof": proof}), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.KEY_MALFORMED})


# Canonical JSON.


def test_contexts_behind_those_that_are_covered(sim: IssuerSimulator) -> None:
    """Anybody can add them. The badge is judged, and shown, without."""
    document = sim.credential()
    proof = prove(document, "eddsa-jcs-2022", ed25519(), method(sim, ed25519()))
    for added in ("https://example.no/context.json", {"grade": "https://example.no/grade"}):
        longer = {**document, "@context": [*document["@context"], added], "proof": proof}
        report = verify(compact(longer), sim.world())
        assert answer(report) == (Verdict.VALID, set())
        assert report.credential == document
    first = {**document, "@context": ["https://example.no/c.json", *document["@context"]]}
    report = verify(compact({**first, "proof": proof}), sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.PROOF_MALFORMED in report.reasons


def test_contexts_that_the_issuer_did_not_sign_make_no_badge(sim: IssuerSimulator) -> None:
    document = sim.credential()
    proof = prove(
        {**document, "@context": [VC2]}, "eddsa-jcs-2022", ed25519(), method(sim, ed25519())
    )
    report = verify(compact({**document, "proof": proof}), sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.CONTEXT_ORDER in report.reasons
    assert dict(report.credential or {})["@context"] == [VC2]


@pytest.mark.parametrize("own", [[], None, "", {}, ["https://example.no/c.json"]], ids=str)
def test_contexts_of_the_proofs_own(sim: IssuerSimulator, own: Any) -> None:
    document = sim.credential()
    proof = prove(document, "eddsa-jcs-2022", ed25519(), method(sim, ed25519()))
    broken = {**proof, "@context": own}
    assert refusal(document, broken, ed25519().public_key()) == "proof.malformed"


def test_a_json_proof_without_contexts_covers_those_of_the_document(sim: IssuerSimulator) -> None:
    document = sim.credential()
    key = ed25519()
    config = options("eddsa-jcs-2022", method(sim, key))
    value = base58btc_encode(key.sign(jcs.hash_data(document, config)))
    proof = {**config, "proofValue": value}
    assert verify(compact({**document, "proof": proof}), sim.world())
    longer = {**document, "@context": [*document["@context"], "https://example.no/c.json"]}
    assert refusal(longer, proof, key.public_key()) == "proof.altered"


def test_terms_without_meaning_under_a_json_proof(sim: IssuerSimulator) -> None:
    """The signature covers them, and still nobody knows what they say."""
    document = {**sim.credential(), "grade": "A"}
    proof = prove(document, "eddsa-jcs-2022", ed25519(), method(sim, ed25519()))
    report = verify(compact({**document, "proof": proof}), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.TERM_LOST})
    assert [f.outcome for f in report.findings if f.check is Check.PROOF] == ["passed"]


def test_beside_a_proof_of_the_whole_a_shorter_one_takes_nothing_away(
    sim: IssuerSimulator,
) -> None:
    document = sim.credential()
    shorter = {**document, "@context": document["@context"][:2]}
    key, name = ed25519(), method(sim, ed25519())
    proofs = [
        prove(shorter, "eddsa-jcs-2022", key, name),
        prove(document, "eddsa-rdfc-2022", key, name),
    ]
    report = verify(compact({**document, "proof": proofs}), sim.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.securing == "eddsa-rdfc-2022"
    assert report.credential == document


def test_what_is_no_canonical_json(sim: IssuerSimulator) -> None:
    document = sim.credential()
    proof = prove(document, "eddsa-jcs-2022", ed25519(), method(sim, ed25519()))
    for value in (float("nan"), 2**60, "\ud800", {1: 2}, object()):
        broken = {**document, "x": value}
        assert refusal(broken, proof, ed25519().public_key()) == "proof.malformed"


def test_canonical_json() -> None:
    """What RFC 8785 shows of it: names by UTF-16, numbers as ECMAScript writes them."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27, 1e21, 1e20, 5e-324, -0.0, 56.0],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
        "\U0001f600": 1,
        "\ufb33": 2,
        "\r": 3,
        "\xf6": 4,
    }
    expected = (
        '{"\\r":3,"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,'
        '1e+21,100000000000000000000,5e-324,0,56],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/",'
        '"\xf6":4,"\U0001f600":1,"\ufb33":2}'
    )
    digests = [hashlib.sha256(form).digest() for form in (b"{}", expected.encode())]
    assert jcs.hash_data(value, {}) == b"".join(digests)
