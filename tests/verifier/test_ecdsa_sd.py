"""`ecdsa-sd-2023`: what a holder may show, and what a holder who cheats tries."""

from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from keys.multikey import base58btc_decode, encode_public
from tests.verifier.proofs import (
    derive,
    derived_value,
    ed25519,
    method,
    options,
    p384_key,
    prove,
    publish_all,
)
from tests.verifier.simulator import Document, IssuerSimulator, changed, compact, drop, p256_key
from verifier import data_integrity
from verifier.canonical import canonicalise
from verifier.data_integrity import InvalidProof
from verifier.reasons import Outcome, Reason, Verdict
from verifier.report import Report
from verifier.suites import ecdsa_sd
from verifier.verify import verify


@pytest.fixture
def sim() -> IssuerSimulator:
    made = IssuerSimulator()
    publish_all(made)
    return made


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def derived(sim: IssuerSimulator, document: Document | None = None, **how: Any) -> Document:
    proof = options("ecdsa-sd-2023", method(sim, p256_key()))
    return derive(document or sim.credential(), p256_key(), proof, **how)


def refusal(document: Document, proof: Document) -> str:
    with pytest.raises(InvalidProof) as caught:
        data_integrity.verify(document, proof, p256_key().public_key())
    return caught.value.reason


# What may be shown.


@pytest.mark.parametrize(
    "mandatory", [lambda line: False, lambda line: True, lambda line: "Achievement" in line]
)
def test_whatever_the_issuer_made_mandatory(
    sim: IssuerSimulator, mandatory: Callable[[str], bool]
) -> None:
    document = sim.credential()
    proof = derived(sim, mandatory=mandatory)
    report = verify(compact({**document, "proof": proof}), sim.world())
    assert answer(report) == (Verdict.VALID, set())
    (selective,) = [f for f in report.findings if f.reason is Reason.PROOF_SELECTIVE]
    assert selective.outcome is Outcome.PASSED


def test_parts_of_a_badge(sim: IssuerSimulator) -> None:
    document = changed(sim.credential(), drop("evidence"))
    del document["credentialSubject"]["result"]
    proof = derived(sim, document)
    assert verify(compact({**document, "proof": proof}), sim.world())
    report = verify(compact({**sim.credential(), "proof": proof}), sim.world())
    assert report.verdict is Verdict.INVALID
    assert not [f for f in report.findings if f.reason is Reason.PROOF_SELECTIVE]


def test_texts_that_look_like_names_and_lines(sim: IssuerSimulator) -> None:
    """Blank nodes are renamed where they stand, never inside a text."""
    for text in (
        "_:c14n0",
        '" _:c14n1 .\n_:c14n0 <a> "',
        "a\u2028b\x85c",
        'x" <b> _:c14n2 .',
        "\\",
    ):
        document = {**sim.credential(), "name": text}
        proof = derived(sim, document)
        data_integrity.verify(document, proof, p256_key().public_key())
        lines = canonicalise(document).decode().split("\n")
        assert len(ecdsa_sd.read(proof["proofValue"]).signatures) < len(lines)


def test_documents_with_graphs_of_their_own(sim: IssuerSimulator) -> None:
    """An endorsement inside the badge brings proofs: a named graph each."""
    name = method(sim, ed25519())
    endorsement = {
        "@context": sim.credential()["@context"],
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": sim.did,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:uuid:1", "type": ["EndorsementSubject"]},
    }
    endorsement["proof"] = prove(endorsement, "eddsa-rdfc-2022", ed25519(), name)
    document = {**sim.credential(), "endorsement": [endorsement]}
    proof = derived(sim, document)
    data_integrity.verify(document, proof, p256_key().public_key())


def test_places_in_any_order(sim: IssuerSimulator) -> None:
    """The standard asks for none, and says the same with each."""
    proof = derived(sim, change=lambda parts: parts[4].reverse())
    data_integrity.verify(sim.credential(), proof, p256_key().public_key())
    assert list(ecdsa_sd.read(proof["proofValue"]).mandatory) == sorted(
        ecdsa_sd.read(derived(sim)["proofValue"]).mandatory
    )


# What may not.


def test_base_proofs(sim: IssuerSimulator) -> None:
    document = sim.credential()
    base = {**derived(sim), "proofValue": derived_value(b"\x80", b"\xd9\x5d\x00")}
    report = verify(compact({**document, "proof": base}), sim.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.PROOF_BASE})
    assert report.credential is None
    report = verify(compact({**document, "proof": [base, sim.proof(document)]}), sim.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.securing == "eddsa-rdfc-2022"
    listed = [f.outcome for f in report.findings if f.reason is Reason.PROOF_BASE]
    assert listed == [Outcome.NOT_APPLICABLE]


def test_one_label_for_two_nodes(sim: IssuerSimulator) -> None:
    """Under one label, two things would be one in what the issuer signed, and two to a reader."""
    proof = derived(sim, labels=lambda number: bytes([max(number, 1)] * 32))
    assert refusal(sim.credential(), proof) == "proof.malformed"


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts[3].popitem(),
        lambda parts: parts[3].update({99: bytes(32)}),
        lambda parts: parts[3].update({0: b"\1" * 32}) or parts[3].pop(1),
    ],
)
def test_labels_that_are_not_those_of_the_nodes(
    sim: IssuerSimulator, change: Callable[[list[Any]], Any]
) -> None:
    assert refusal(sim.credential(), derived(sim, change=change)) == "proof.malformed"


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts[3].update({0: b"\1" * 32}),
        lambda parts: parts[3].update({0: parts[3][1], 1: parts[3][0]}),
        lambda parts: parts[2].pop(),
        lambda parts: parts[2].append(parts[2][0]),
        lambda parts: parts[2].reverse(),
        lambda parts: parts[4].pop(),
        lambda parts: parts.__setitem__(0, bytes(64)),
        lambda parts: parts.__setitem__(0, parts[2][0]),
        lambda parts: parts.__setitem__(
            1, base58btc_decode(encode_public(generate_private_key(SECP256R1()).public_key()))
        ),
    ],
)
def test_parts_that_were_exchanged(
    sim: IssuerSimulator, change: Callable[[list[Any]], Any]
) -> None:
    assert refusal(sim.credential(), derived(sim, change=change)) == "proof.altered"


def test_a_mandatory_statement_shown_as_a_chosen_one(sim: IssuerSimulator) -> None:
    """The holder has no signature of the issuer's for it."""
    its_own = generate_private_key(SECP256R1())
    good = ecdsa_sd.read(derived(sim, its_own=its_own)["proofValue"])

    def fewer(parts: list[Any]) -> None:
        parts[4].pop(0)
        parts[2].insert(0, good.signatures[0])

    assert refusal(sim.credential(), derived(sim, change=fewer, its_own=its_own)) == "proof.altered"


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.pop(),
        lambda parts: parts.append(0),
        lambda parts: parts.__setitem__(0, parts[0][:-1]),
        lambda parts: parts.__setitem__(0, parts[0].hex()),
        lambda parts: parts.__setitem__(1, b""),
        lambda parts: parts.__setitem__(1, 1),
        lambda parts: parts.__setitem__(2, {}),
        lambda parts: parts[2].append(b"\1" * 63),
        lambda parts: parts[2].append(None),
        lambda parts: parts.__setitem__(3, []),
        lambda parts: parts[3].update({0: b"\1" * 31}),
        lambda parts: parts[3].update({0: "u" + "A" * 43}),
        lambda parts: parts[3].update({-1: bytes(32)}),
        lambda parts: parts[3].update({"0": b"\2" * 32}),
        lambda parts: parts.__setitem__(4, 0),
        lambda parts: parts[4].append(parts[4][-1]),
        lambda parts: parts[4].append(10_000),
        lambda parts: parts[4].insert(0, -1),
        lambda parts: parts[4].insert(0, False),
        lambda parts: parts[4].__setitem__(0, 0.5),
    ],
)
def test_values_of_another_shape(sim: IssuerSimulator, change: Callable[[list[Any]], Any]) -> None:
    proof = derived(sim, mandatory=lambda line: "Achievement" in line, change=change)
    assert refusal(sim.credential(), proof) == "proof.malformed"


def key_bytes(key: Any) -> bytes:
    return base58btc_decode(encode_public(key.public_key()))


@pytest.mark.parametrize(
    "key",
    [
        key_bytes(ed25519()),
        key_bytes(p384_key()),
        key_bytes(p256_key())[:-1],
        key_bytes(p256_key()) + b"\0",
        b"\x80\x24\x02" + b"\xff" * 32,
        b"\x80\x24\x00" + bytes(32),
    ],
    ids=["Ed25519", "P-384", "cut short", "one byte more", "off the curve", "no point"],
)
def test_keys_of_another_kind(sim: IssuerSimulator, key: bytes) -> None:
    proof = derived(sim, change=lambda parts: parts.__setitem__(1, key))
    assert refusal(sim.credential(), proof) == "proof.malformed"


# The value's bytes.


def unwritable(name: str) -> bytes:
    """CBOR that decoders read, each in a way of its own, or not at all."""
    good = [b"\1" * 64, b"\2" * 35, [], {0: b"\3" * 32}, [0]]
    plain = cbor2.dumps(good)
    return {
        "more behind": plain + b"\0",
        "cut off": plain[:-1],
        "nothing": b"",
        "of no fixed length": b"\x9f" + plain[1:] + b"\xff",
        "a number in two bytes": plain[:-1] + b"\x18\x00",
        "a length in two bytes": b"\x98\x05" + plain[1:],
        "one label twice": plain.replace(
            b"\xa1\x00\x58\x20" + b"\3" * 32, b"\xa2" + 2 * (b"\x00\x58\x20" + b"\3" * 32)
        ),
        "a label for true": plain.replace(b"\xa1\x00", b"\xa1\xf5"),
        "a tag": b"\xd9\xd9\xf7" + plain,
        "a tagged signature": b"\x85\xd8\x40" + plain[1:],
        "an expression": b"\xd8\x23\x64(a+)",
        "a number without end": b"\xc2\x5a\x00\x01\x00\x00" + bytes(65536),
        "a shared value": b"\xd8\x1c\x81\xd8\x1d\x00",
        "a decimal": b"\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",
        "deep": b"\x81" * 5000 + b"\0",
        "a length beyond all": b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
        "bytes beyond all": b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        "a text": cbor2.dumps("x"),
        "undefined": b"\xf7",
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        *("more behind", "cut off", "nothing", "of no fixed length", "a number in two bytes"),
        *(
            "a length in two bytes",
            "one label twice",
            "a label for true",
            "a tag",
            "a tagged signature",
        ),
        *("an expression", "a number without end", "a shared value", "a decimal", "deep"),
        *("a length beyond all", "bytes beyond all", "a text", "undefined"),
    ],
)
def test_cbor_that_is_refused(name: str) -> None:
    with pytest.raises(InvalidProof) as caught:
        ecdsa_sd.read(derived_value(unwritable(name)))
    assert caught.value.reason == "proof.malformed"


def test_the_value_around_the_cbor() -> None:
    good = derived_value(cbor2.dumps([b"\1" * 64, b"\2" * 35, [], {0: b"\3" * 32}, [0]]))
    assert ecdsa_sd.read(good).labels == {0: b"\3" * 32}
    for value in (
        good[1:],
        "z" + good[1:],
        good + "=",
        good + "\n",
        " " + good,
        good[:10] + "+" + good[11:],
        derived_value(b"", b""),
        derived_value(b"\x80", b"\xd9\x5d\x02"),
        derived_value(b"\x80", b"\xd9\x5e\x01"),
        "u" + "A" * 200_000,
    ):
        with pytest.raises(InvalidProof) as caught:
            ecdsa_sd.read(value)
        assert caught.value.reason == "proof.malformed", value[:40]


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x85\x58\x40", b"\x85"]))
def test_no_bytes_are_a_crash(data: bytes, before: bytes) -> None:
    with pytest.raises(InvalidProof) as caught:
        ecdsa_sd.read(derived_value(before + data))
    assert caught.value.reason == "proof.malformed"
