"""Proofs over canonical N-Quads (RDFC-1.0).

`eddsa-rdfc-2022` (Data Integrity EdDSA Cryptosuites 1.0, section 3.2), `ecdsa-rdfc-2019` (Data
Integrity ECDSA Cryptosuites 1.0, section 3.2), and what `eddsa-rdfc-2022` was called before:
`Ed25519Signature2020`, a proof type of its own, and the draft's name `eddsa-2022`. All hash and
sign alike; the names differ, and are part of what is signed.
"""

from typing import Any

from keys.multikey import PublicKey
from verifier.canonical import canonicalise
from verifier.rdfc import ALGORITHMS
from verifier.suites.base import (
    ECDSA,
    EDDSA,
    Contexts,
    Digest,
    Document,
    InvalidProof,
    Suite,
    check,
    digest_for,
    signature_in,
)


def proof_config(document: Document, proof: Document) -> dict[str, Any]:
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
    document: Document,
    proof_config: Document,
    *,
    contexts: Contexts = None,
    digest: Digest = "sha256",
) -> bytes:
    """Return what is signed: the hash of the proof configuration's canonical form, then that of
    the document's (section 3.2.4); 64 bytes, with SHA-384 96.

    `document` is the document without `proof`. Raises what `verifier.canonical` raises.
    """
    forms = (
        canonicalise(part, contexts=contexts, digest=digest) for part in (proof_config, document)
    )
    return b"".join(ALGORITHMS[digest](form).digest() for form in forms)


def _verify(document: Document, proof: Document, key: PublicKey, contexts: Contexts) -> None:
    signature = signature_in(proof, key)
    config = proof_config(document, proof)
    check(key, signature, hash_data(document, config, contexts=contexts, digest=digest_for(key)))


EDDSA_RDFC_2022 = Suite("eddsa-rdfc-2022", EDDSA, True, _verify)
EDDSA_2022 = Suite("eddsa-2022", EDDSA, True, _verify)
ED25519_SIGNATURE_2020 = Suite(
    "Ed25519Signature2020",
    EDDSA,
    True,
    _verify,
    kinds=frozenset({"Multikey", "Ed25519VerificationKey2020"}),
)
ECDSA_RDFC_2019 = Suite("ecdsa-rdfc-2019", ECDSA, True, _verify)
