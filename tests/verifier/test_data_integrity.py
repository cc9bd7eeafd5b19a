"""`eddsa-rdfc-2022`: every step of the public vectors, every refusal, and any change.

The other suites: `test_suites.py`, `test_suite_vectors.py`, `test_ecdsa_sd.py`.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from keys.multikey import base58btc_decode, base58btc_encode, decode_public, ed25519_public
from tests.verifier.jsonld_samples import Document, badge
from verifier import signatures
from verifier.canonical import DataLoss, InvalidJsonLd, canonicalise
from verifier.contexts import UnknownContext
from verifier.data_integrity import InvalidProof, hash_data, proof_config, verify
from verifier.signatures import InvalidSignature

METHOD = "did:web:example.no#key"


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def options(**others: Any) -> Document:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-01-15T00:00:00Z",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        **others,
    }


def prove(key: Ed25519PrivateKey, document: Document, **others: Any) -> Document:
    config = proof_config(document, options(**others))
    signature = key.sign(hash_data(document, config))
    return {**options(**others), "proofValue": base58btc_encode(signature)}


def refusal(document: Document, proof: Document, key: Any) -> str:
    with pytest.raises(InvalidProof) as caught:
        verify(document, proof, key)
    assert str(caught.value)
    return caught.value.reason


@pytest.fixture
def proof(key: Ed25519PrivateKey) -> Document:
    made = prove(key, badge())
    verify(badge(), made, key.public_key())
    return made


# Public vectors


@pytest.fixture(scope="module")
def vector_contexts(vectors: Path) -> dict[str, Any]:
    folder = vectors / "contexts"
    index = json.loads((folder / "index.json").read_text())
    return {url: json.loads((folder / e["file"]).read_text()) for url, e in index.items()}


@pytest.mark.parametrize(
    ("folder", "unsigned"),
    [
        ("eddsa-rdfc-2022", "unsigned.json"),
        ("eddsa-rdfc-2022/employ", "employmentAuth.json"),
    ],
)
def test_w3c_vectors_at_every_step(
    vectors: Path, vector_contexts: dict[str, Any], folder: str, unsigned: str
) -> None:
    top = vectors / "vc-di-eddsa/TestVectors"

    def text(name: str) -> str:
        return (top / folder / f"{name}DataInt.txt").read_text().strip()

    document = json.loads((top / unsigned).read_text())
    signed = json.loads((top / folder / "signedDataInt.json").read_text())
    proof = signed["proof"]
    public = decode_public(json.loads((top / "keyPair.json").read_text())["publicKeyMultibase"])
    config = proof_config(document, proof)
    assert config == json.loads((top / folder / "proofConfigDataInt.json").read_text())
    for part, name in ((document, "canonDoc"), (config, "proofCanon")):
        expected = (top / folder / f"{name}DataInt.txt").read_bytes()
        assert canonicalise(part, contexts=vector_contexts) == expected
    signed_bytes = hash_data(document, config, contexts=vector_contexts)
    assert signed_bytes.hex() == text("proofHash") + text("docHash") == text("combinedHash")
    assert base58btc_decode(proof["proofValue"]).hex() == text("sigHex")
    assert proof["proofValue"] == text("sigBTC58")
    verify(signed, proof, public, contexts=vector_contexts)
    secret = base58btc_decode(json.loads((top / "keyPair.json").read_text())["privateKeyMultibase"])
    again = Ed25519PrivateKey.from_private_bytes(secret[2:]).sign(signed_bytes)
    assert base58btc_encode(again) == proof["proofValue"]


def test_open_badges_own_vector(vectors: Path) -> None:
    folder = vectors / "ob-spec"
    forms = folder / "ob_v3p0/impl/test-vectors/obv3p0"
    unsigned, signed, facts = (
        json.loads((folder / name).read_text())
        for name in ("unsigned.json", "signed.json", "key-and-hashes.json")
    )
    proof = signed["proof"]
    config = proof_config(unsigned, proof)
    assert canonicalise(unsigned) == (forms / "document-canon.txt").read_bytes()
    assert canonicalise(config) == (forms / "proof-canon.txt").read_bytes()
    signed_bytes = hash_data(unsigned, config)
    assert signed_bytes.hex() == facts["proofConfigHash"] + facts["documentHash"]
    verify(signed, proof, decode_public(facts["publicKeyMultibase"]))
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(facts["privateKeyHex"])[:32])
    assert base58btc_encode(secret.sign(signed_bytes)) == proof["proofValue"]


def test_w3c_vectors_need_a_context_that_is_not_on_board(vectors: Path) -> None:
    top = vectors / "vc-di-eddsa/TestVectors"
    signed = json.loads((top / "eddsa-rdfc-2022/employ/signedDataInt.json").read_text())
    public = decode_public(json.loads((top / "keyPair.json").read_text())["publicKeyMultibase"])
    with pytest.raises(UnknownContext):
        verify(signed, signed["proof"], public)


def test_wycheproof_ed25519(vectors: Path) -> None:
    suite = json.loads((vectors / "wycheproof/testvectors_v1/ed25519_test.json").read_text())
    checked = 0
    for group in suite["testGroups"]:
        public = load_pem_public_key(group["publicKeyPem"].encode())
        assert isinstance(public, Ed25519PublicKey)
        for case in group["tests"]:
            try:
                signatures.verify(public, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
                outcome = "valid"
            except InvalidSignature:
                outcome = "invalid"
            assert outcome == case["result"], case["tcId"]
            checked += 1
    assert checked == suite["numberOfTests"] == 151


def test_speccheck(vectors: Path) -> None:
    """The twelve edge cases of "Taming the many EdDSAs": keys and R of small or mixed order,
    S beyond the group order, encodings that are not canonical. None is accepted but number 3:
    key and R of mixed order, for which every equation of RFC 8032 holds. The way that leads to
    a signature check refuses such a key before, like all the others of dubious order."""
    cases = json.loads((vectors / "ed25519-speccheck/cases.json").read_text())
    accepted, keys = [], []
    for number, case in enumerate(cases):
        raw = bytes.fromhex(case["pub_key"])
        try:
            signatures.verify(
                Ed25519PublicKey.from_public_bytes(raw),
                bytes.fromhex(case["signature"]),
                bytes.fromhex(case["message"]),
            )
            accepted.append(number)
        except InvalidSignature:
            pass
        try:
            ed25519_public(raw)
            keys.append(number)
        except ValueError:
            pass
    assert len(cases) == 12
    assert accepted == [3]
    assert keys == [6, 7]  # sound keys; their signatures have S beyond the group order


# Our own


def test_made_and_verified(key: Ed25519PrivateKey) -> None:
    document = badge()
    proof = prove(key, document)
    for secured in (document, {**document, "proof": proof}, {**document, "proof": [proof, {}]}):
        verify(secured, proof, key.public_key())
    full = prove(
        key,
        document,
        id="urn:uuid:0f5c9b0e-5a53-4a5e-8f0c-2a1a3c1f6f2e",
        expires="2027-01-15T00:00:00+01:00",
        domain="example.no",
        challenge="c",
        nonce="n",
    )
    verify(document, full, key.public_key())
    undated = {name: value for name, value in options().items() if name != "created"}
    signature = key.sign(hash_data(document, proof_config(document, undated)))
    undated["proofValue"] = base58btc_encode(signature)
    verify(document, undated, key.public_key())


def test_what_is_signed_is_64_bytes_proof_first() -> None:
    document = badge()
    first = hash_data(document, proof_config(document, options()))
    other = hash_data(document, proof_config(document, options(nonce="n")))
    third = hash_data({**document, "name": "Et annet"}, proof_config(document, options()))
    assert len(first) == 64
    assert first[32:] == other[32:]
    assert first[:32] != other[:32]
    assert first[:32] == third[:32]
    assert first[32:] != third[32:]


def test_the_configuration_is_read_in_the_documents_contexts(
    key: Ed25519PrivateKey, proof: Document
) -> None:
    config = proof_config(badge(), proof)
    assert config == {"@context": badge()["@context"], **options()}
    same = {"@context": badge()["@context"], **proof}
    assert proof_config(badge(), same) == config
    verify(badge(), same, key.public_key())
    other = {"@context": ["https://www.w3.org/ns/credentials/v2"], **proof}
    assert refusal(badge(), other, key.public_key()) == "proof.malformed"
    bare = {name: value for name, value in badge().items() if name != "@context"}
    assert refusal(bare, proof, key.public_key()) == "proof.malformed"


GONE = object()

BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "another type": ("proof.unsupported", {"type": "Ed25519Signature2020"}),
    "type in an array": ("proof.unsupported", {"type": ["DataIntegrityProof"]}),
    "no type": ("proof.unsupported", {"type": GONE}),
    "a suite of a later time": ("proof.unsupported", {"cryptosuite": "eddsa-rdfc-2099"}),
    "a suite as a list": ("proof.unsupported", {"cryptosuite": ["eddsa-rdfc-2022"]}),
    "a type as a suite": ("proof.unsupported", {"cryptosuite": "Ed25519Signature2020"}),
    "another suite": ("proof.altered", {"cryptosuite": "eddsa-jcs-2022"}),
    "another suite's keys": ("algorithm.mismatch", {"cryptosuite": "ecdsa-rdfc-2019"}),
    "the suite's name before it was final": ("proof.altered", {"cryptosuite": "eddsa-2022"}),
    "suite in capitals": ("proof.unsupported", {"cryptosuite": "EDDSA-RDFC-2022"}),
    "no suite": ("proof.unsupported", {"cryptosuite": GONE}),
    "chained": ("proof.chain", {"previousProof": "urn:uuid:1"}),
    "chained to nothing": ("proof.malformed", {"previousProof": None}),
    "chained to none": ("proof.malformed", {"previousProof": []}),
    "chained to a number": ("proof.malformed", {"previousProof": [1]}),
    "chained twice": ("proof.malformed", {"previousProof": ["urn:uuid:1", "urn:uuid:1"]}),
    "another purpose": ("proof.purpose", {"proofPurpose": "authentication"}),
    "purpose in full": (
        "proof.purpose",
        {"proofPurpose": "https://w3id.org/security#assertionMethod"},
    ),
    "purposes": ("proof.purpose", {"proofPurpose": ["assertionMethod"]}),
    "no purpose": ("proof.purpose", {"proofPurpose": GONE}),
    "no method": ("proof.malformed", {"verificationMethod": GONE}),
    "method as an object": ("proof.malformed", {"verificationMethod": {"id": METHOD}}),
    "created without an offset": ("proof.malformed", {"created": "2026-01-15T00:00:00"}),
    "created as a number": ("proof.malformed", {"created": 1768435200}),
    "created null": ("proof.malformed", {"created": None}),
    "created on no day": ("proof.malformed", {"created": "2026-02-30T00:00:00Z"}),
    "expires as a date": ("proof.malformed", {"expires": "2026-01-15"}),
    "expires as an array": ("proof.malformed", {"expires": ["2026-01-15T00:00:00Z"]}),
    "no value": ("proof.malformed", {"proofValue": GONE}),
    "value null": ("proof.malformed", {"proofValue": None}),
    "value empty": ("proof.malformed", {"proofValue": ""}),
    "value of nothing": ("proof.malformed", {"proofValue": "z"}),
    "value as an array": ("proof.malformed", {"proofValue": ["z1"]}),
    "value in base64url": ("proof.malformed", {"proofValue": "u" + "A" * 86}),
    "value of zeros": ("proof.altered", {"proofValue": base58btc_encode(bytes(64))}),
    "value of 63 bytes": ("proof.malformed", {"proofValue": base58btc_encode(b"\1" * 63)}),
    "value of 65 bytes": ("proof.malformed", {"proofValue": base58btc_encode(b"\1" * 65)}),
    "value of 65 bytes, zero first": (
        "proof.malformed",
        {"proofValue": base58btc_encode(b"\0" + b"\1" * 64)},
    ),
    "value endless": ("proof.malformed", {"proofValue": "z" + "1" * 100_000}),
    "another time": ("proof.altered", {"created": "2026-01-15T00:00:01Z"}),
    "the same time, written otherwise": ("proof.altered", {"created": "2026-01-15T00:00:00+00:00"}),
    "another method": ("proof.altered", {"verificationMethod": "did:web:example.no#other"}),
    "an end added": ("proof.altered", {"expires": "2030-01-15T00:00:00Z"}),
    "a domain added": ("proof.altered", {"domain": "example.no"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_proof_with_one_fault(name: str, key: Ed25519PrivateKey, proof: Document) -> None:
    reason, changes = BROKEN[name]
    broken = {n: v for n, v in (proof | changes).items() if v is not GONE}
    assert refusal(badge(), broken, key.public_key()) == reason


def test_a_member_that_is_not_signed_is_no_part_of_a_proof(
    key: Ed25519PrivateKey, proof: Document
) -> None:
    for member in ("seal", "jws", "proofvalue"):
        with pytest.raises(DataLoss):
            verify(badge(), {**proof, member: "x"}, key.public_key())
    hidden = {**proof, "https://w3id.org/security#proofValue": proof["proofValue"]}
    with pytest.raises(InvalidJsonLd):
        verify(badge(), hidden, key.public_key())


def test_every_bit_of_the_signature_counts(key: Ed25519PrivateKey, proof: Document) -> None:
    signature = base58btc_decode(proof["proofValue"])
    for bit in range(0, 512, 17):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        changed = {**proof, "proofValue": base58btc_encode(bytes(flipped))}
        assert refusal(badge(), changed, key.public_key()) == "proof.altered"


def test_the_order_of_the_group_added_to_s(key: Ed25519PrivateKey, proof: Document) -> None:
    """The classic second signature for the same message."""
    order = 2**252 + 27742317777372353535851937790883648493
    signature = base58btc_decode(proof["proofValue"])
    s = int.from_bytes(signature[32:], "little") + order
    second = signature[:32] + s.to_bytes(32, "little")
    changed = {**proof, "proofValue": base58btc_encode(second)}
    assert refusal(badge(), changed, key.public_key()) == "proof.altered"


def test_signature_and_message_do_not_run_into_one_another(key: Ed25519PrivateKey) -> None:
    """Libraries take both as one text; where one ends must be said."""
    signature = key.sign(b"xmessage")
    signatures.verify(key.public_key(), signature, b"xmessage")
    for first, rest in (
        (signature + b"x", b"message"),
        (signature[:-1], signature[-1:] + b"xmessage"),
        (b"", signature + b"xmessage"),
    ):
        with pytest.raises(InvalidSignature):
            signatures.verify(key.public_key(), first, rest)


def test_other_keys(key: Ed25519PrivateKey, proof: Document) -> None:
    stranger = Ed25519PrivateKey.generate().public_key()
    assert refusal(badge(), proof, stranger) == "proof.altered"
    curve = generate_private_key(SECP256R1()).public_key()
    assert refusal(badge(), proof, curve) == "algorithm.mismatch"
    # One signature of zeros fits every message under a key of small order, in OpenSSL.
    small = Ed25519PublicKey.from_public_bytes(bytes([1, *bytes(31)]))
    zeros = {**proof, "proofValue": base58btc_encode(bytes([1, *bytes(63)]))}
    assert refusal(badge(), zeros, small) == "proof.altered"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for name, item in inner:
        found.append((*path, name))
        if isinstance(item, dict | list):
            found += places(item, (*path, name))
    return found


@pytest.mark.parametrize("path", [p for p in places(badge()) if p[0] != "@context"], ids=str)
def test_every_member_of_the_document_is_covered(
    path: tuple[Any, ...], key: Ed25519PrivateKey, proof: Document
) -> None:
    """Taken away or changed, each is noticed."""
    for change in ("removed", "changed"):
        document = copy.deepcopy(badge())
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        if change == "removed":
            del holder[path[-1]]
        elif isinstance(holder[path[-1]], str):
            holder[path[-1]] += "x"
        else:
            holder[path[-1]] = "urn:x"
        with pytest.raises((InvalidProof, DataLoss, InvalidJsonLd)):
            verify(document, proof, key.public_key())
