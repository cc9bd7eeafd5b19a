"""Proofs of every suite, made as an issuer or a holder makes them.

Only hashing and encoding are those of the code under test; a derived proof is put together here.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from keys import did
from keys.jwk import b64url_encode
from keys.multikey import base58btc_decode, base58btc_encode, encode_public
from tests.verifier.simulator import Document, IssuerSimulator, compact, ed25519_key, p256_key
from verifier.canonical import canonicalise
from verifier.suites import jcs, rdfc
from verifier.suites.base import digest_for
from verifier.suites.ecdsa_sd import statements

SigningKey = Ed25519PrivateKey | EllipticCurvePrivateKey

ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"


@cache
def p384_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP384R1())


def ed25519() -> Ed25519PrivateKey:
    return ed25519_key("merke.example.no badge")


SUITES: dict[str, tuple[str, Callable[[], SigningKey]]] = {
    "eddsa-rdfc-2022": ("eddsa-rdfc-2022", ed25519),
    "eddsa-2022": ("eddsa-2022", ed25519),
    "eddsa-jcs-2022": ("eddsa-jcs-2022", ed25519),
    "Ed25519Signature2020": ("Ed25519Signature2020", ed25519),
    "ecdsa-rdfc-2019, P-256": ("ecdsa-rdfc-2019", p256_key),
    "ecdsa-rdfc-2019, P-384": ("ecdsa-rdfc-2019", p384_key),
    "ecdsa-jcs-2019, P-256": ("ecdsa-jcs-2019", p256_key),
    "ecdsa-jcs-2019, P-384": ("ecdsa-jcs-2019", p384_key),
    "ecdsa-sd-2023": ("ecdsa-sd-2023", p256_key),
}
"""Label -> the suite's name, and the key that signs."""


def sign(key: SigningKey, message: bytes) -> bytes:
    """An Ed25519 signature, or r‖s."""
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(message)
    size = key.key_size // 8
    r, s = decode_dss_signature(key.sign(message, ECDSA(SHA256() if size == 32 else SHA384())))
    return r.to_bytes(size) + s.to_bytes(size)


def options(suite: str, method: str, **others: Any) -> Document:
    named = (
        {"type": suite}
        if suite == "Ed25519Signature2020"
        else {
            "type": "DataIntegrityProof",
            "cryptosuite": suite,
        }
    )
    return {
        **named,
        "created": "2026-11-24T11:00:00Z",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        **others,
    }


def prove(
    document: Mapping[str, Any], suite: str, key: SigningKey, method: str, **others: Any
) -> Document:
    """A proof over `document`, which holds no proof but those that are to be covered."""
    if suite == "ecdsa-sd-2023":
        return derive(document, key, options(suite, method, **others))
    digest = digest_for(key.public_key())
    if "-jcs-" in suite:
        proof = options(suite, method, **{"@context": document["@context"], **others})
        signed = jcs.hash_data(jcs.covered(document, proof), proof, digest=digest)
    else:
        proof = options(suite, method, **others)
        signed = rdfc.hash_data(document, rdfc.proof_config(document, proof), digest=digest)
    return {**proof, "proofValue": base58btc_encode(sign(key, signed))}


def derive(
    document: Mapping[str, Any],
    key: SigningKey,
    proof: Document,
    mandatory: Callable[[str], bool] = lambda line: "issuer" in line or "valid" in line,
    change: Callable[[list[Any]], Any] | None = None,
    labels: Callable[[int], bytes] = lambda number: hashlib.sha256(b"%d" % number).digest(),
    its_own: EllipticCurvePrivateKey | None = None,
) -> Document:
    """A derived `ecdsa-sd-2023` proof that shows all of `document`. `mandatory` picks the
    statements that the issuer always shows; `change` is made to the parts of the value."""
    its_own = its_own or generate_private_key(SECP256R1())
    canonical = canonicalise(document)
    count = len({term for term in canonical.split() if term.startswith(b"_:c14n")})
    names = {number: labels(number) for number in range(count)}
    lines = statements(canonical, names)
    places = [place for place, line in enumerate(lines) if mandatory(line)]
    chosen = [line for line in lines if not mandatory(line)]
    config = hashlib.sha256(canonicalise(rdfc.proof_config(document, proof))).digest()
    always = hashlib.sha256("".join(lines[place] for place in places).encode()).digest()
    public = base58btc_decode(encode_public(its_own.public_key()))
    parts = [
        sign(key, config + public + always),
        public,
        [sign(its_own, line.encode()) for line in chosen],
        names,
        places,
    ]
    if change is not None:
        change(parts)
    return {**proof, "proofValue": derived_value(cbor2.dumps(parts))}


def derived_value(data: bytes, header: bytes = b"\xd9\x5d\x01") -> str:
    return "u" + b64url_encode(header + data)


def publish_all(sim: IssuerSimulator) -> None:
    """Put the P-256 and P-384 keys into the issuer's document as Multikeys, too."""
    methods = [
        did.VerificationMethod(method(sim, key), sim.did, key.public_key(), "Multikey")
        for key in (p256_key(), p384_key())
    ]
    document, more = sim.did_document(), did.did_document(sim.did, methods)
    for member in ("verificationMethod", "assertionMethod"):
        document[member] += more[member]
    sim.served[sim.did_url] = compact(document)


def method(sim: IssuerSimulator, key: SigningKey) -> str:
    return f"{sim.did}#{encode_public(key.public_key())}"


def credential(sim: IssuerSimulator, suite: str) -> Document:
    """The issuer's good credential, with the context that the suite needs, and a good status."""
    document = sim.credential()
    if suite == "Ed25519Signature2020":
        document["@context"].append(ED25519_2020)
    return document
