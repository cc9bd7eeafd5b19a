"""Multikey: one public key as one line of text, for Ed25519, P-256 and P-384.

A Multikey is a two-byte prefix that names the kind, then the key's bytes, written in base58btc
with a leading `z` (Controlled Identifiers 1.0, section 2.2.2). Both directions stand here, and
the base58btc that proof values use too. RSA has no Multikey form here: see `keys.jwk`.
"""

from collections.abc import Iterator
from typing import TypeAlias

import nacl.bindings
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurve,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKey: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MAX_LENGTH = 256  # the longest value in use, a P-384 signature, takes 133 letters

_ED25519 = b"\xed\x01"
_CURVES: dict[bytes, EllipticCurve] = {b"\x80\x24": SECP256R1(), b"\x81\x24": SECP384R1()}
_CURVE_PREFIXES = {curve.name: prefix for prefix, curve in _CURVES.items()}
_LETTERS = ALPHABET.encode()
_VALUES = bytes.maketrans(_LETTERS, bytes(range(58)))
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]


def _joins() -> Iterator[tuple[int, int, int]]:
    """How digits in fields of equal width become half as many in fields twice as wide, until one
    is left: the width in bits, a mask for every second field, what the other fields count."""
    width, bits = 8, 8 * MAX_LENGTH
    while width < bits:
        mask = sum(((1 << width) - 1) << at for at in range(0, bits, 2 * width))
        yield width, mask, 58 ** (width // 8)
        width *= 2


_JOINS = tuple(_joins())


class MalformedKey(ValueError):
    """The text or bytes are not a public key (or not base58btc) that may be used."""


def base58btc_encode(data: bytes) -> str:
    """Return `data` in base58btc with its multibase letter: `z…`."""
    number = int.from_bytes(data)
    pairs = []
    while number:
        number, value = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[value])
    letters = "".join(reversed(pairs)).lstrip(ALPHABET[0])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + ALPHABET[0] * zeros + letters


def base58btc_decode(text: str) -> bytes:
    """Return the bytes of `text`, which must be `z` and base58btc letters, nothing else.

    Every byte string has exactly one such text. Raises `MalformedKey`, also for texts longer
    than `MAX_LENGTH`.
    """
    if len(text) > MAX_LENGTH:
        raise MalformedKey(f"a base58btc value has at most {MAX_LENGTH} letters, not {len(text)}")
    if not text.startswith("z"):
        raise MalformedKey("a base58btc value begins with z")
    letters = text[1:]
    if not letters.isascii() or letters.encode().translate(None, _LETTERS):
        strange = next(letter for letter in letters if letter not in ALPHABET)
        raise MalformedKey(f"{strange!r} is not a letter of base58btc")
    digits = letters.encode().translate(_VALUES)
    number = int.from_bytes(digits)
    for width, mask, power in _JOINS:
        number = (number >> width & mask) * power + (number & mask)
    zeros = len(digits) - len(digits.lstrip(b"\0"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def encode_public(key: PublicKey) -> str:
    """Return the Multikey of an Ed25519, P-256 or P-384 key. Raises `MalformedKey` for others."""
    match key:
        case Ed25519PublicKey():
            return base58btc_encode(_ED25519 + key.public_bytes_raw())
        case EllipticCurvePublicKey() if prefix := _CURVE_PREFIXES.get(key.curve.name):
            point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
            return base58btc_encode(prefix + point)
    raise MalformedKey("only Ed25519, P-256 and P-384 keys have a Multikey form here")


def decode_public(text: str) -> PublicKey:
    """Return the key of a Multikey. Raises `MalformedKey` for every other kind, length or point."""
    return public_from_bytes(base58btc_decode(text))


def public_from_bytes(data: bytes) -> PublicKey:
    """Return the key of a Multikey's bytes: prefix and key. Raises as `decode_public`."""
    prefix, body = data[:2], data[2:]
    if prefix == _ED25519:
        return ed25519_public(body)
    if (curve := _CURVES.get(prefix)) is None:
        raise MalformedKey("the Multikey's prefix names none of Ed25519, P-256 and P-384")
    if len(body) != 1 + (curve.key_size + 7) // 8:
        raise MalformedKey(f"a {curve.name} Multikey holds one compressed point")
    try:
        return EllipticCurvePublicKey.from_encoded_point(curve, body)
    except ValueError:
        raise MalformedKey(f"the Multikey's point does not lie on {curve.name}") from None


def ed25519_public(data: bytes) -> Ed25519PublicKey:
    """Return the Ed25519 key whose encoding (RFC 8032, section 5.1.2) is these 32 bytes.

    Raises `MalformedKey` unless the encoding is canonical and the point generates the main
    subgroup.
    """
    # Under a key of small order one signature fits many messages, and under a key with a
    # small-order part libraries disagree; `cryptography` takes both. No honest key is either.
    if len(data) != 32 or not nacl.bindings.crypto_core_ed25519_is_valid_point(data):
        raise MalformedKey("the bytes are not a safe Ed25519 public key")
    return Ed25519PublicKey.from_public_bytes(data)
