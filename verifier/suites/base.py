"""What the cryptosuites share: their error, their description, and the signature in a proof."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from keys import jwk
from keys.multikey import MalformedKey, PublicKey, base58btc_decode
from verifier import signatures
from verifier.signatures import InvalidSignature

Digest: TypeAlias = Literal["sha256", "sha384"]
Contexts: TypeAlias = Mapping[str, Any] | None
Document: TypeAlias = Mapping[str, Any]


class InvalidProof(ValueError):
    """The proof does not secure the document. `reason` says why:

    `proof.unsupported` (another type or suite), `proof.base` (made for its holder alone),
    `proof.malformed`, `proof.purpose`, `proof.chain` (it names a proof that is not there),
    `proof.altered`, `algorithm.mismatch` (the key is not for this suite).
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Suite:
    """A way of making and checking proofs.

    `algorithms` are those of the keys it is for (`keys.jwk.algorithm`). `covers_terms`: what it
    signs is the document's meaning, so that a term without meaning refuses the proof.
    `selective`: the holder has chosen what of the badge to show.
    `verify(document, proof, key, contexts)` raises `InvalidProof` unless `key`, of one of
    `algorithms`, made `proof` over `document`, which has no proof but those the proof covers;
    where `covers_terms` it raises what `verifier.canonical` raises, too. `kinds` are the forms in
    which its keys are published (Data Integrity EdDSA and ECDSA Cryptosuites 1.0, 2.1: Multikey).
    """

    name: str
    algorithms: frozenset[str]
    covers_terms: bool
    verify: Callable[[Document, Document, PublicKey, Contexts], None]
    selective: bool = False
    kinds: frozenset[str] = frozenset({"Multikey"})

    def accepts(self, key: PublicKey) -> bool:
        try:
            return jwk.algorithm(key) in self.algorithms
        except MalformedKey:
            return False


EDDSA = frozenset({"EdDSA"})
ECDSA = frozenset({"ES256", "ES384"})


def digest_for(key: PublicKey) -> Digest:
    """The hash that goes with the key: SHA-384 for P-384, SHA-256 for all others."""
    return "sha384" if jwk.algorithm(key) == "ES384" else "sha256"


def signature_in(proof: Document, key: PublicKey) -> bytes:
    """Return the signature that is the proof's value: base58btc, of the length `key` makes."""
    value = proof.get("proofValue")
    try:
        signature = base58btc_decode(value if isinstance(value, str) else "")
    except MalformedKey as error:
        raise InvalidProof("proof.malformed", f"proofValue: {error}") from None
    size = 96 if jwk.algorithm(key) == "ES384" else 64
    if len(signature) != size:
        raise InvalidProof("proof.malformed", f"proofValue has {len(signature)} bytes, not {size}")
    return signature


def check(key: PublicKey, signature: bytes, message: bytes) -> None:
    """Raise `InvalidProof` unless `signature` is that of `key` over `message`."""
    try:
        signatures.verify(key, signature, message)
    except InvalidSignature as error:
        raise InvalidProof(error.reason, str(error)) from None
