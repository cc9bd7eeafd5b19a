"""Raw signatures: the key's type decides how one is checked.

RSASSA-PKCS1-v1_5 with SHA-256 (RS256), ECDSA over P-256 with SHA-256 and P-384 with SHA-384 in
r‖s form (ES256, ES384), Ed25519. What is signed, and whose key it is, others know.
"""

from typing import cast

from cryptography.exceptions import InvalidSignature as _WrongSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from keys.jwk import RSA_BITS, algorithm
from keys.multikey import MalformedKey, PublicKey


class InvalidSignature(ValueError):
    """The signature is not this key's over these bytes, or the key may not be used.

    `reason` is `proof.altered`, `algorithm.mismatch` or `key.malformed`.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def verify(key: PublicKey, signature: bytes, message: bytes) -> None:
    """Raise `InvalidSignature` unless `signature` is that of `key` over `message`."""
    try:
        expected = algorithm(key)
    except MalformedKey as error:
        raise InvalidSignature("key.malformed", str(error)) from None
    try:
        match expected:
            case "EdDSA":
                _verify_ed25519(cast(Ed25519PublicKey, key), signature, message)
            case "RS256":
                _verify_rsa(cast(RSAPublicKey, key), signature, message)
            case _:
                _verify_ecdsa(cast(EllipticCurvePublicKey, key), signature, message, expected)
    except (_WrongSignature, BadSignatureError):
        raise InvalidSignature(
            "proof.altered", "the signature does not fit the content and the key"
        ) from None


def _verify_ed25519(key: Ed25519PublicKey, signature: bytes, message: bytes) -> None:
    if len(signature) != 64:
        raise InvalidSignature("proof.altered", "an Ed25519 signature has 64 bytes")
    # libsodium, because it refuses keys of small order, under which one signature fits many
    # messages; OpenSSL accepts them.
    crypto_sign_open(signature + message, key.public_bytes_raw())


def _verify_rsa(key: RSAPublicKey, signature: bytes, message: bytes) -> None:
    if key.key_size not in RSA_BITS:
        raise InvalidSignature("key.malformed", f"an RSA key of {key.key_size} bit")
    key.verify(signature, message, PKCS1v15(), SHA256())


def _verify_ecdsa(key: EllipticCurvePublicKey, signature: bytes, message: bytes, name: str) -> None:
    digest = SHA256() if name == "ES256" else SHA384()
    key.verify(_to_der(key, signature), message, ECDSA(digest))


def _to_der(key: EllipticCurvePublicKey, signature: bytes) -> bytes:
    size = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        raise InvalidSignature(
            "proof.altered", f"the signature has not the {2 * size} bytes of r‖s"
        )
    r, s = signature[:size], signature[size:]
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
