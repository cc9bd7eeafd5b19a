"""Compact JWS (RFC 7515): take apart strictly, check the signature.

The token's own header never chooses how it is checked: the key does, and the header must agree.
Which header members and algorithms a badge may use, and whose key it is, is decided in
`verifier.checks`; keys inside a header (`jwk`, `jku`, `x5u`, `x5c`) are neither used nor fetched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keys.jwk import algorithm, b64url_decode
from keys.multikey import MalformedKey, PublicKey
from verifier import signatures, strict_json
from verifier.signatures import InvalidSignature
from verifier.strict_json import MalformedJson

__all__ = ["ALGORITHMS", "InvalidSignature", "Jws", "MalformedJws", "split", "verify_signature"]

ALGORITHMS = frozenset({"RS256", "ES256", "ES384", "EdDSA"})
MAX_HEADER_BYTES = 32_768
# A payload of the largest JSON that is read, a large header, and a third more for base64url.
MAX_LENGTH = (strict_json.MAX_BYTES + 2 * MAX_HEADER_BYTES) * 4 // 3


class MalformedJws(ValueError):
    """The text is not a token that may be looked at further. `reason` says why:

    `token.malformed`, `header.critical` (it demands extensions), `header.member` (encrypted or
    compressed), `algorithm.forbidden` (none, or a shared secret), `algorithm.unsupported`,
    `limit.size`, or a reason of `MalformedJson` for the header or the payload.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Jws:
    """A token taken apart. Nothing about it is checked yet."""

    header: Mapping[str, Any]
    payload: Mapping[str, Any]
    payload_bytes: bytes
    signing_input: bytes
    signature: bytes


def split(text: str) -> Jws:
    """Return the parts of a compact JWS whose payload is a JSON object.

    Exactly three segments of base64url, no white space around them. Raises `MalformedJws`.
    """
    if len(text) > MAX_LENGTH:
        raise MalformedJws("limit.size", f"a token of more than {MAX_LENGTH} letters")
    segments = text.split(".", 3)
    if len(segments) != 3:
        raise MalformedJws("token.malformed", "a compact JWS has three parts")
    try:
        header_bytes, payload_bytes, signature = map(b64url_decode, segments)
    except ValueError as error:
        raise MalformedJws("token.malformed", f"a part of the token is {error}") from None
    header = _object(header_bytes, "header", MAX_HEADER_BYTES)
    _check_header(header)
    return Jws(
        header=header,
        payload=_object(payload_bytes, "payload", strict_json.MAX_BYTES),
        payload_bytes=payload_bytes,
        signing_input=text.rpartition(".")[0].encode("ascii"),
        signature=signature,
    )


def verify_signature(jws: Jws, key: PublicKey) -> None:
    """Raise `InvalidSignature` unless `key` made the token with the algorithm of its own type."""
    try:
        expected = algorithm(key)
    except MalformedKey as error:
        raise InvalidSignature("key.malformed", str(error)) from None
    if (claimed := jws.header.get("alg")) != expected:
        raise InvalidSignature(
            "algorithm.mismatch", f"the key is for {expected}, the header claims {claimed!a}"
        )
    signatures.verify(key, jws.signature, jws.signing_input)


def _object(data: bytes, part: str, max_bytes: int) -> dict[str, Any]:
    try:
        value = strict_json.loads(data, max_bytes=max_bytes)
    except MalformedJson as error:
        raise MalformedJws(error.reason, f"the {part}: {error}") from None
    if not isinstance(value, dict):
        raise MalformedJws("token.malformed", f"the {part} is not a JSON object")
    return value


def _check_header(header: Mapping[str, Any]) -> None:
    # We understand no extension, so a list of those that must be understood always refuses; an
    # empty one is forbidden (RFC 7515, section 4.1.11). `b64` is one (RFC 7797).
    if header.keys() & {"crit", "b64"}:
        raise MalformedJws("header.critical", "the header demands extensions")
    if header.keys() & {"enc", "zip"}:
        raise MalformedJws("header.member", "the token is encrypted or compressed")
    name = header.get("alg")
    if not isinstance(name, str):
        raise MalformedJws("token.malformed", "the header names no algorithm")
    if name in ALGORITHMS:
        return
    if name.casefold() == "none" or name.upper().startswith("HS"):
        raise MalformedJws("algorithm.forbidden", f"{name!a} proves nothing about who signed")
    raise MalformedJws("algorithm.unsupported", f"{name!a} is not an algorithm known here")
