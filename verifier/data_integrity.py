"""Embedded proofs: the cryptosuite `eddsa-rdfc-2022` (Data Integrity EdDSA Cryptosuites 1.0).

Bytes and algorithm only. Whose key it is, whether it may sign, and whether the proof's times have
come or passed is decided in `verifier.checks`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.multikey import MalformedKey, PublicKey, base58btc_decode
from verifier import signatures, timestamps
from verifier.canonical import canonicalise
from verifier.signatures import InvalidSignature

PROOF_TYPE = "DataIntegrityProof"
EDDSA_RDFC_2022 = "eddsa-rdfc-2022"


class InvalidProof(ValueError):
    """The proof does not secure the document. `reason` says why:

    `proof.unsupported` (another type, suite or a chain), `proof.malformed`, `proof.purpose`,
    `proof.altered`, `algorithm.mismatch` (the key is not for this suite).
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def proof_config(document: Mapping[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    """Return the proof configuration (section 3.2.5): `proof` without its value, read with the
    document's own contexts. `proof` may be the options of a proof that is still to be made.

    Raises `InvalidProof` if the document has no contexts, or the proof has others.
    """
    context = document.get("@context")
    if context is None:
        raise InvalidProof("proof.malformed", "a document without @context has no signed form")
    if proof.get("@context", context) != context:
        raise InvalidProof("proof.malformed", "the proof is written in other contexts")
    return {
        "@context": context,
        **{name: value for name, value in proof.items() if name not in ("@context", "proofValue")},
    }


def hash_data(
    document: Mapping[str, Any],
    proof_config: Mapping[str, Any],
    *,
    contexts: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the 64 bytes that are signed: SHA-256 of the proof configuration's canonical form,
    then of the document's (section 3.2.4).

    `document` is the document without `proof`. Raises what `verifier.canonical` raises.
    """
    forms = (canonicalise(part, contexts=contexts) for part in (proof_config, document))
    return b"".join(hashlib.sha256(form).digest() for form in forms)


def verify_eddsa_rdfc_2022(
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    key: PublicKey,
    *,
    contexts: Mapping[str, Any] | None = None,
) -> None:
    """Raise `InvalidProof` unless `key` made `proof` over `document` (section 3.2.2).

    `proof` is one proof object; whatever `document` has under `proof` is left out, as each proof
    of a set is made over the document without any. Raises what `verifier.canonical` raises, too:
    a document that loses data has no proof.
    """
    if proof.get("type") != PROOF_TYPE or proof.get("cryptosuite") != EDDSA_RDFC_2022:
        raise InvalidProof("proof.unsupported", f"not a {PROOF_TYPE} by {EDDSA_RDFC_2022}")
    if "previousProof" in proof:
        raise InvalidProof("proof.unsupported", "the proof covers another proof: a chain")
    if proof.get("proofPurpose") != "assertionMethod":
        raise InvalidProof("proof.purpose", "the proof was not made to assert")
    if not isinstance(proof.get("verificationMethod"), str):
        raise InvalidProof("proof.malformed", "the proof names no verificationMethod")
    for name in ("created", "expires"):
        if name in proof:
            _check_time(name, proof[name])
    signature = _signature(proof.get("proofValue"))
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidProof("algorithm.mismatch", f"{EDDSA_RDFC_2022} is for Ed25519 keys")
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    signed = hash_data(unsecured, proof_config(document, proof), contexts=contexts)
    try:
        signatures.verify(key, signature, signed)
    except InvalidSignature as error:
        raise InvalidProof(error.reason, str(error)) from None


def _check_time(name: str, value: Any) -> None:
    try:
        timestamps.parse(value if isinstance(value, str) else "")
    except timestamps.MalformedTimestamp as error:
        raise InvalidProof("proof.malformed", f"{name} of the proof is {error}") from None


def _signature(value: Any) -> bytes:
    try:
        signature = base58btc_decode(value if isinstance(value, str) else "")
    except MalformedKey as error:
        raise InvalidProof("proof.malformed", f"proofValue: {error}") from None
    if len(signature) != 64:
        raise InvalidProof("proof.malformed", f"proofValue has {len(signature)} bytes, not 64")
    return signature
