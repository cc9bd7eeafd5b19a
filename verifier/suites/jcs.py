"""Proofs over canonical JSON (RFC 8785).

`eddsa-jcs-2022` (Data Integrity EdDSA Cryptosuites 1.0, section 3.3) and `ecdsa-jcs-2019` (Data
Integrity ECDSA Cryptosuites 1.0, section 3.3). Every member is covered, whether its name means
anything or not: that is for others to look at. The proof may bring a copy of the contexts, and
then covers those alone.
"""

import hashlib
from typing import Any

from keys.multikey import PublicKey
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


def proof_config(proof: Document) -> dict[str, Any]:
    """Return the proof configuration (section 3.3.5): `proof` without its value, with the
    contexts that it brings itself."""
    return {name: value for name, value in proof.items() if name != "proofValue"}


def covered(document: Document, proof: Document) -> Document:
    """Return `document` with the contexts that `proof` covers (section 3.3.2, step 4).

    Raises `InvalidProof` unless those of the document begin with them.
    """
    if "@context" not in proof:
        return document
    own = _as_list(proof["@context"])
    if not own or _as_list(document.get("@context"))[: len(own)] != own:
        raise InvalidProof("proof.malformed", "the contexts do not begin with those of the proof")
    return {**document, "@context": proof["@context"]}


def hash_data(document: Document, proof_config: Document, *, digest: Digest = "sha256") -> bytes:
    """Return what is signed: the hash of the proof configuration's canonical form, then that of
    the document's (section 3.3.4); 64 bytes, with SHA-384 96.

    `document` is the document without `proof`, with the contexts that are covered.
    """
    forms = map(_canonical, (proof_config, document))
    return b"".join(hashlib.new(digest, form).digest() for form in forms)


def _canonical(value: Document) -> bytes:
    # Few badges come this way, and the others need not wait for it.
    import rfc8785

    try:
        return rfc8785.dumps(dict(value))
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise InvalidProof("proof.malformed", f"not canonical JSON: {error}") from None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _verify(document: Document, proof: Document, key: PublicKey, _: Contexts) -> None:
    signature = signature_in(proof, key)
    signed = covered(document, proof)
    check(key, signature, hash_data(signed, proof_config(proof), digest=digest_for(key)))


EDDSA_JCS_2022 = Suite("eddsa-jcs-2022", EDDSA, False, _verify)
ECDSA_JCS_2019 = Suite("ecdsa-jcs-2019", ECDSA, False, _verify)
