"""The keys of the corpus: each is made from its label, which is public, so none is a secret.

Signatures are the same each time, too: Ed25519 and PKCS#1 v1.5 are by nature, ECDSA by RFC 6979.
"""

import hashlib
from functools import cache
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

PrivateKey: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey

_LABEL = "merke test key"

# Bits, and how many odd numbers lie between the hash of the label and the next prime, for each of
# the two primes: found once, for the search takes its time. OpenSSL checks them when they are used.
_RSA = {
    "badges": (2048, 986, 556),
    "school": (2048, 267, 1590),
    "stranger": (2048, 126, 364),
    "weak": (1024, 265, 183),
}


def ed25519(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_stream(f"ed25519 {name}", 32))


def p256(name: str) -> EllipticCurvePrivateKey:
    # Shorter than the order of the group by a byte, so that no number is out of range.
    return derive_private_key(int.from_bytes(_stream(f"p256 {name}", 31)), SECP256R1())


def p384(name: str) -> EllipticCurvePrivateKey:
    return derive_private_key(int.from_bytes(_stream(f"p384 {name}", 47)), SECP384R1())


@cache
def rsa(name: str) -> RSAPrivateKey:
    bits, first, second = _RSA[name]
    p, q = _prime(f"rsa {name} p", bits, first), _prime(f"rsa {name} q", bits, second)
    e = 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = RSAPublicNumbers(e, p * q)
    crt = rsa_crt_dmp1(d, p), rsa_crt_dmq1(d, q), rsa_crt_iqmp(p, q)
    return RSAPrivateNumbers(p, q, d, *crt, public).private_key()


def sign(key: PrivateKey, message: bytes) -> bytes:
    """The signature as tokens and proofs hold it: of ECDSA, r‖s."""
    match key:
        case Ed25519PrivateKey():
            return key.sign(message)
        case RSAPrivateKey():
            return key.sign(message, PKCS1v15(), SHA256())
    size = key.key_size // 8
    digest = SHA256() if size == 32 else SHA384()
    r, s = decode_dss_signature(key.sign(message, ECDSA(digest, deterministic_signing=True)))
    return r.to_bytes(size) + s.to_bytes(size)


def _prime(label: str, bits: int, distance: int) -> int:
    start = int.from_bytes(_stream(label, bits // 16)) | 1 | 3 << (bits // 2 - 2)
    return start + 2 * distance


def _stream(label: str, length: int) -> bytes:
    blocks = (hashlib.sha256(f"{_LABEL} {label} {n}".encode()).digest() for n in range(8))
    return b"".join(blocks)[:length]
