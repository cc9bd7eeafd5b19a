"""Proofs that let the holder show parts: `ecdsa-sd-2023`, as a verifier meets them.

Data Integrity ECDSA Cryptosuites 1.0, section 3.4. The issuer signs some statements in any case
and hands each of the others out under a signature of its own, made with a key for this one badge.
The holder derives a proof for what is to be shown (section 3.4.6), and that is checked here; the
issuer's own proof, the base, tells the holder's secrets and is not for verifiers.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from keys.jwk import b64url_decode, b64url_encode
from keys.multikey import MalformedKey, PublicKey, public_from_bytes
from verifier import work
from verifier.canonical import canonicalise
from verifier.suites.base import Contexts, Document, InvalidProof, Suite, check
from verifier.suites.rdfc import proof_config

MAX_VALUE: Final = 131_072
"""Letters of a proof's value. One for a badge shown whole has some ten thousand."""

_HEADER: Final = b"\xd9\x5d\x01"
_BASE: Final = "u" + b64url_encode(b"\xd9\x5d\x00")
_PARTS: Final = 5

# A line of canonical N-Quads: subject, predicate, object, and the graph's name, if any.
_LITERAL: Final = r'"(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[A-Za-z0-9-]+)?'
_LINE: Final = re.compile(
    rf"(<[^>]*>|_:\S+) (<[^>]*>) (<[^>]*>|_:\S+|{_LITERAL})(?: (<[^>]*>|_:\S+))? \."
)
_CANONICAL_LABEL: Final = "_:c14n"


@dataclass(frozen=True)
class Derived:
    """The value of a derived proof, taken apart (section 3.4.8).

    `base_signature`: the issuer's, 64 bytes. `public_key`: the Multikey bytes of the key for this
    badge. `signatures`: one of 64 bytes for each statement that is shown by choice. `labels`: of
    canonical blank node n, the 32 bytes that the issuer calls it by. `mandatory`: the places, in
    ascending order, of the statements that are shown in any case.
    """

    base_signature: bytes
    public_key: bytes
    signatures: tuple[bytes, ...]
    labels: Mapping[int, bytes]
    mandatory: tuple[int, ...]


def is_base(proof: Document) -> bool:
    """Whether the proof's value is that of a base proof."""
    value = proof.get("proofValue")
    return isinstance(value, str) and value.startswith(_BASE)


def read(value: Any) -> Derived:
    """Return the parts of a derived proof's value. Raises `InvalidProof`."""
    if not isinstance(value, str) or not value.startswith("u"):
        _malformed("is not base64url with the letter u before it")
    if len(value) > MAX_VALUE:
        _malformed(f"has more than {MAX_VALUE} letters")
    if value.startswith(_BASE):
        raise InvalidProof("proof.base", "a base proof: its holder must derive one from it to show")
    try:
        data = b64url_decode(value[1:])
    except ValueError as error:
        _malformed(f"is {error}")
    if not data.startswith(_HEADER):
        _malformed("has another header than that of a derived proof")
    return _parts(_cbor(data.removeprefix(_HEADER)))


class _NoTags(dict[int, Any]):
    """Asked how to read a tagged value of any kind, it refuses: the format has none, and some
    kinds compile expressions or build numbers of any size."""

    def get(self, _: int, __: Any = None) -> Any:
        return _refuse_tag


def _refuse_tag(*_: Any) -> NoReturn:
    raise ValueError("a tagged value")


def _cbor(data: bytes) -> Any:
    # Few badges come this way, and the others need not wait for it.
    import cbor2

    try:
        value = cbor2.loads(
            data,
            semantic_decoders=_NoTags(),
            max_depth=2,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
        # Longer spellings of a number, and bytes behind the end, are found by writing it again.
        if cbor2.dumps(value) != data:
            _malformed("is not CBOR in its shortest form")
    except cbor2.CBORError as error:
        _malformed(f"is not the CBOR it should be: {error}")
    return value


def _parts(value: Any) -> Derived:
    if not isinstance(value, list) or len(value) != _PARTS:
        _malformed(f"has not {_PARTS} parts")
    base_signature, public_key, signatures, labels, mandatory = value
    if not _is_bytes(base_signature, 64) or not isinstance(public_key, bytes):
        _malformed("lacks the issuer's signature or the key for this badge")
    if not isinstance(signatures, list) or not all(_is_bytes(one, 64) for one in signatures):
        _malformed("has a signature of another length than 64 bytes")
    if not isinstance(labels, dict) or not all(
        _is_place(number) and _is_bytes(label, 32) for number, label in labels.items()
    ):
        _malformed("has a label that is not a number and 32 bytes")
    # Two nodes under one label would be one in what the issuer signed.
    if len(set(labels.values())) < len(labels):
        _malformed("gives two blank nodes one label")
    if not isinstance(mandatory, list) or not all(map(_is_place, mandatory)):
        _malformed("has a place that is no number")
    if len(set(mandatory)) < len(mandatory):
        _malformed("names a place twice")
    return Derived(base_signature, public_key, tuple(signatures), labels, tuple(sorted(mandatory)))


def _is_bytes(value: Any, length: int) -> bool:
    return isinstance(value, bytes) and len(value) == length


def _is_place(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def statements(canonical: bytes, labels: Mapping[int, bytes]) -> list[str]:
    """Return the lines of canonical N-Quads under the issuer's labels, sorted (section 3.4.1).

    Raises `InvalidProof` unless `labels` names all blank nodes there are, and no others.
    """
    names = {
        f"{_CANONICAL_LABEL}{number}": f"_:u{b64url_encode(label)}"
        for number, label in labels.items()
    }
    met: set[str] = set()
    lines = []
    # Not by `splitlines`: some of what it takes for an end of line stands in texts as it is.
    for line in canonical.decode().split("\n")[:-1]:
        if (terms := _LINE.fullmatch(line)) is None:
            raise RuntimeError(f"not a line of canonical N-Quads: {line!a:.80}")
        renamed = []
        for term in filter(None, terms.groups()):
            if term.startswith("_:"):
                met.add(term)
                term = names.get(term, term)
            renamed.append(term)
        lines.append(" ".join(renamed) + " .\n")
    if met != names.keys():
        _malformed("does not name the blank nodes of what is shown")
    return sorted(lines)


def _verify(document: Document, proof: Document, key: PublicKey, contexts: Contexts) -> None:
    derived = read(proof.get("proofValue"))
    its_own = _key_of(derived)
    config = canonicalise(proof_config(document, proof), contexts=contexts)
    shown = statements(canonicalise(document, contexts=contexts), derived.labels)
    if derived.mandatory and derived.mandatory[-1] >= len(shown):
        _malformed("names a place where no statement is")
    always = set(derived.mandatory)
    mandatory = "".join(shown[place] for place in derived.mandatory)
    chosen = [line for place, line in enumerate(shown) if place not in always]
    if len(chosen) != len(derived.signatures):
        raise InvalidProof("proof.altered", "there is not one signature for each statement shown")
    hashes = [hashlib.sha256(part).digest() for part in (config, mandatory.encode())]
    work.spend(work.PER_SIGNATURE * len(chosen))
    check(key, derived.base_signature, hashes[0] + derived.public_key + hashes[1])
    for signature, line in zip(derived.signatures, chosen, strict=True):
        check(its_own, signature, line.encode())


def _key_of(derived: Derived) -> EllipticCurvePublicKey:
    try:
        key = public_from_bytes(derived.public_key)
    except MalformedKey as error:
        _malformed(f"holds a key that may not be used: {error}")
    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        _malformed("holds a key that is not for P-256")
    return key


def _malformed(message: str) -> NoReturn:
    raise InvalidProof("proof.malformed", f"proofValue {message}")


# P-256 alone: the suite has no form for other keys' signatures.
ECDSA_SD_2023 = Suite("ecdsa-sd-2023", frozenset({"ES256"}), True, _verify, selective=True)
