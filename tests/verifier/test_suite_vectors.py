"""The public vectors of the other suites, of sets and of chains: every step, every outcome."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keys.jwk import b64url_decode, b64url_encode
from keys.multikey import (
    base58btc_decode,
    base58btc_encode,
    decode_public,
    encode_public,
    public_from_bytes,
)
from tests.verifier.simulator import Document
from verifier import data_integrity
from verifier.canonical import canonicalise
from verifier.data_integrity import InvalidProof, verify
from verifier.suites import ecdsa_sd, jcs, rdfc
from verifier.suites.base import digest_for

EDDSA, ECDSA = "vc-di-eddsa/TestVectors", "vc-di-ecdsa/TestVectors"


@pytest.fixture(scope="module")
def contexts(vectors: Path) -> dict[str, Any]:
    folder = vectors / "contexts"
    index = json.loads((folder / "index.json").read_text())
    return {url: json.loads((folder / e["file"]).read_text()) for url, e in index.items()}


def load(path: Path) -> Any:
    return json.loads(path.read_text())


def unsecured(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "proof"}


def key_of(proof: Document) -> Any:
    return decode_public(proof["verificationMethod"].partition("#")[2])


RDFC = [
    (f"{EDDSA}/Ed25519Signature2020", "EdSig", None),
    (f"{ECDSA}/ecdsa-rdfc-2019-p256", "ECDSAP256", "unsigned.json"),
    (f"{ECDSA}/ecdsa-rdfc-2019-p256/employ", "ECDSAP256", "employmentAuth.json"),
    (f"{ECDSA}/ecdsa-rdfc-2019-p384", "ECDSAP384", "unsigned.json"),
    (f"{ECDSA}/ecdsa-rdfc-2019-p384/employ", "ECDSAP384", "employmentAuth.json"),
]
JCS = [
    (f"{EDDSA}/eddsa-jcs-2022", "JCS", "unsigned.json"),
    (f"{ECDSA}/ecdsa-jcs-2019-p256", "JCSECDSAP256", "unsigned.json"),
    (f"{ECDSA}/ecdsa-jcs-2019-p384", "JCSECDSAP384", "unsigned.json"),
]


@pytest.mark.parametrize(("folder", "ending", "plain"), RDFC)
def test_canonical_quads_at_every_step(
    vectors: Path, contexts: dict[str, Any], folder: str, ending: str, plain: str | None
) -> None:
    here = vectors / folder
    signed = load(here / f"signed{ending}.json")
    document, proof = unsecured(signed), signed["proof"]
    if plain is not None:
        assert document == load(vectors / folder.split("/TestVectors")[0] / "TestVectors" / plain)
    config, digest = rdfc.proof_config(document, proof), digest_for(key_of(proof))
    assert config == load(here / f"proofConfig{ending}.json")
    for part, name in ((document, "canonDoc"), (config, "proofCanon")):
        expected = (here / f"{name}{ending}.txt").read_text()
        assert canonicalise(part, contexts=contexts, digest=digest).decode() == expected
    check_hashes(here, ending, rdfc.hash_data(document, config, contexts=contexts, digest=digest))
    check_signature(here, ending, proof)
    verify(signed, proof, key_of(proof), contexts=contexts)


@pytest.mark.parametrize(("folder", "ending", "plain"), JCS)
def test_canonical_json_at_every_step(vectors: Path, folder: str, ending: str, plain: str) -> None:
    here = vectors / folder
    signed = load(here / f"signed{ending}.json")
    document, proof = unsecured(signed), signed["proof"]
    assert document == load(here.parent / plain)
    config, digest = jcs.proof_config(proof), digest_for(key_of(proof))
    assert config == load(here / f"proofConfig{ending}.json")
    signed_bytes = jcs.hash_data(document, config, digest=digest)
    check_hashes(here, ending, signed_bytes)
    forms = [(here / f"{name}{ending}.txt").read_bytes() for name in ("proofCanon", "canonDoc")]
    assert b"".join(hashlib.new(digest, form).digest() for form in forms) == signed_bytes
    check_signature(here, ending, proof)
    verify(signed, proof, key_of(proof))


def check_hashes(here: Path, ending: str, signed_bytes: bytes) -> None:
    parts = [
        (here / f"{name}{ending}.txt").read_text().strip()
        for name in ("proofHash", "docHash", "combinedHash")
    ]
    assert signed_bytes.hex() == parts[0] + parts[1] == parts[2]


def check_signature(here: Path, ending: str, proof: Document) -> None:
    assert proof["proofValue"] == (here / f"sigBTC58{ending}.txt").read_text().strip()
    expected = (here / f"sigHex{ending}.txt").read_text().strip()
    assert base58btc_decode(proof["proofValue"]).hex() == expected


@pytest.mark.parametrize("folder", ["eddsa-jcs-2022", "Ed25519Signature2020"])
def test_ed25519_signs_the_same_again(vectors: Path, contexts: dict[str, Any], folder: str) -> None:
    top = vectors / EDDSA
    signed = load(next((top / folder).glob("signed*.json")))
    document, proof = unsecured(signed), signed["proof"]
    if folder == "eddsa-jcs-2022":
        data = jcs.hash_data(document, jcs.proof_config(proof))
    else:
        config = rdfc.proof_config(document, proof)
        data = rdfc.hash_data(document, config, contexts=contexts)
    secret = base58btc_decode(load(top / "keyPair.json")["privateKeyMultibase"])[2:]
    again = Ed25519PrivateKey.from_private_bytes(secret).sign(data)
    assert base58btc_encode(again) == proof["proofValue"]


def test_the_key_pairs_are_pairs(vectors: Path) -> None:
    for name, curve in (("p256KeyPair", SECP256R1()), ("p384KeyPair", SECP384R1())):
        pair = load(vectors / ECDSA / f"{name}.json")
        secret = int.from_bytes(base58btc_decode(pair["secretKeyMultibase"])[2:])
        public = derive_private_key(secret, curve).public_key()
        assert encode_public(public) == pair["publicKeyMultibase"]


# Sets and chains.


@pytest.mark.parametrize(
    ("name", "count"),
    [("ProofSet1", 1), ("ProofSet2", 2), ("ProofChain1", 3), ("ProofChain2", 4)],
)
def test_sets_and_chains(vectors: Path, contexts: dict[str, Any], name: str, count: int) -> None:
    folder = vectors / EDDSA / "proof-set-chain"
    pairs = load(folder / "multiKeyPairs.json")
    signed = load(folder / f"signed{name}.json")
    proofs = signed["proof"] if isinstance(signed["proof"], list) else [signed["proof"]]
    assert unsecured(signed) == load(folder / "unsigned.json")
    assert len(proofs) == count
    for number, proof in enumerate(proofs, 1):
        public = pairs[f"keyPair{number}"]["publicKeyMultibase"]
        assert key_of(proof) == decode_public(public)
        verify(signed, proof, decode_public(public), contexts=contexts)
        kind = "Set" if number < 3 else "Chain"
        config = load(folder / f"proof{kind}Config{number - 2 * (kind == 'Chain')}.json")
        assert {n: v for n, v in proof.items() if n != "proofValue"} == config
        written = load(folder / f"proof{kind}ConfigSigned{number - 2 * (kind == 'Chain')}.json")
        assert proof == written


@pytest.mark.parametrize("number", [1, 2])
def test_what_a_link_covers(vectors: Path, contexts: dict[str, Any], number: int) -> None:
    """The document with the previous proofs, as the vectors write it, signed anew."""
    folder = vectors / EDDSA / "proof-set-chain"
    covered = load(folder / f"proofChainTempDoc{number}.json")
    config = rdfc.proof_config(covered, load(folder / f"proofChainConfig{number}.json"))
    pair = load(folder / "multiKeyPairs.json")[f"keyPair{number + 2}"]
    secret = base58btc_decode(pair["privateKeyMultibase"])[2:]
    signature = Ed25519PrivateKey.from_private_bytes(secret).sign(
        rdfc.hash_data(covered, config, contexts=contexts)
    )
    expected = load(folder / f"proofChainConfigSigned{number}.json")["proofValue"]
    assert base58btc_encode(signature) == expected


def test_a_link_without_those_before_it(vectors: Path, contexts: dict[str, Any]) -> None:
    folder = vectors / EDDSA / "proof-set-chain"
    (link,) = load(folder / "proofChainTempDoc2.json")["proof"]
    for proofs in ([link], [link, load(folder / "proofSetConfigSigned1.json")]):
        document = {**load(folder / "unsigned.json"), "proof": proofs}
        with pytest.raises(InvalidProof) as caught:
            verify(document, link, key_of(link), contexts=contexts)
        assert caught.value.reason == "proof.chain"


# Selective disclosure.


def labels_of(entries: list[list[str]]) -> dict[int, bytes]:
    return {int(name.removeprefix("c14n")): b64url_decode(label[1:]) for name, label in entries}


@pytest.mark.parametrize("case", ["prc", "employ"])
def test_derived_proofs_at_every_step(vectors: Path, contexts: dict[str, Any], case: str) -> None:
    here = vectors / ECDSA / "ecdsa-sd-2023" / case
    signed = load(here / "derivedRevealDocument.json")
    proof = signed["proof"]
    derived = ecdsa_sd.read(proof["proofValue"])
    value = load(here / "verifyDerivedProofValue.json")
    assert derived.base_signature.hex() == value["baseSignature"]
    assert derived.public_key == base58btc_decode(value["publicKey"])
    assert [signature.hex() for signature in derived.signatures] == value["signatures"]
    assert derived.labels == labels_of(value["labelMap"])
    assert list(derived.mandatory) == value["mandatoryIndexes"]
    disclosed = load(here / "derivedDisclosureData.json")
    assert derived.base_signature.hex() == disclosed["baseSignature"]
    assert (
        list(derived.mandatory)
        == load(here / "derivedAdjMandatoryIndexes.json")["adjMandatoryIndexes"]
    )
    assert [s.hex() for s in derived.signatures] == load(here / "derivedAdjSignatures.json")[
        "filteredSignatures"
    ]

    document = unsecured(signed)
    assert document == load(here / "derivedUnsignedReveal.json")
    lines = ecdsa_sd.statements(canonicalise(document, contexts=contexts), derived.labels)
    assert lines == load(here / "verifyNQuads.json")
    data = load(here / "verifyCreateVerifyData.json")
    chosen = [line for place, line in enumerate(lines) if place not in derived.mandatory]
    assert chosen == data["nonMandatory"]
    always = "".join(lines[place] for place in derived.mandatory)
    assert hashlib.sha256(always.encode()).hexdigest() == data["mandatoryHash"]
    form = canonicalise(rdfc.proof_config(document, proof), contexts=contexts)
    assert form.decode() == (here / "addProofConfigCanon.txt").read_text()
    assert hashlib.sha256(form).hexdigest() == data["proofHash"]
    assert load(here / "addHashData.json")["proofHash"] == data["proofHash"]

    keys = load(vectors / ECDSA / "ecdsa-sd-2023/SDKeyMaterial.json")
    public = decode_public(keys["baseKeyPair"]["publicKeyMultibase"])
    assert public_from_bytes(derived.public_key) == decode_public(
        keys["proofKeyPair"]["publicKeyMultibase"]
    )
    verify(signed, proof, public, contexts=contexts)


@pytest.mark.parametrize("case", ["prc", "employ"])
def test_the_issuers_statements_under_the_issuers_names(
    vectors: Path, contexts: dict[str, Any], case: str
) -> None:
    """The way there: the whole document, named by the issuer's HMAC, in the vectors' own steps."""
    here = vectors / ECDSA / "ecdsa-sd-2023" / case
    base = load(here / "addSignedSDBase.json")
    canonical = canonicalise(unsecured(base), contexts=contexts)
    assert canonical.decode().split("\n")[:-1] == [
        line.removesuffix("\n") for line in load(here / "addBaseDocCanon.json")
    ]
    secret = bytes.fromhex(load(here.parent / "SDKeyMaterial.json")["hmacKeyString"])
    count = len({term for term in canonical.split() if term.startswith(b"_:c14n")})
    names = {n: hmac.digest(secret, b"c14n%d" % n, "sha256") for n in range(count)}
    assert ecdsa_sd.statements(canonical, names) == load(here / "addBaseDocHMACCanon.json")


@pytest.mark.parametrize("case", ["prc", "employ"])
def test_base_proofs_are_not_for_showing(
    vectors: Path, contexts: dict[str, Any], case: str
) -> None:
    signed = load(vectors / ECDSA / "ecdsa-sd-2023" / case / "addSignedSDBase.json")
    assert data_integrity.is_base(signed["proof"])
    with pytest.raises(InvalidProof) as caught:
        verify(signed, signed["proof"], key_of(signed["proof"]), contexts=contexts)
    assert caught.value.reason == "proof.base"


@pytest.mark.parametrize("case", ["prc", "employ"])
def test_what_the_holder_changes_afterwards(
    vectors: Path, contexts: dict[str, Any], case: str
) -> None:
    signed = load(vectors / ECDSA / "ecdsa-sd-2023" / case / "derivedRevealDocument.json")
    proof, base = (
        signed["proof"],
        load(vectors / ECDSA / "ecdsa-sd-2023" / case / "addSignedSDBase.json"),
    )
    changes: list[Document] = [
        {**signed, "validUntil": "2031-01-01T00:00:00Z"},
        {name: value for name, value in signed.items() if name != "validFrom"},
        {**base, "proof": proof},
    ]
    for changed in changes:
        with pytest.raises(InvalidProof) as caught:
            verify(changed, proof, key_of(proof), contexts=contexts)
        assert caught.value.reason in ("proof.altered", "proof.malformed")
    assert b64url_encode(b"\xd9\x5d\x01") == proof["proofValue"][1:5]
