"""Private keys: made, sealed for the disk, opened again, and signing.

A passphrase becomes an AES-256 key by scrypt (RFC 7914), once per ring; each private key is
sealed by it with AES-256-GCM under associated data that says whose it is.
"""

import os
from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

PrivateKey: TypeAlias = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

SALT_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16


@dataclass(frozen=True)
class Lock:
    """How a passphrase becomes the ring's AES key: scrypt's salt and cost.

    Raises `ValueError` for a cost below the least that is safe, or above what a machine can be
    asked for (memory is 128 × n × r bytes).
    """

    salt: bytes = field(default_factory=lambda: os.urandom(SALT_BYTES))
    n: int = 2**17
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        if len(self.salt) != SALT_BYTES:
            raise ValueError(f"the salt has {len(self.salt)} bytes, not {SALT_BYTES}")
        if self.n < 2**17 or self.r < 8 or self.p < 1:
            raise ValueError("the cost of guessing the passphrase was set too low to be safe")
        if self.n > 2**20 or self.r > 16 or self.p > 4 or self.n & (self.n - 1):
            raise ValueError("the cost of guessing the passphrase is none that can be worked with")

    def cipher(self, passphrase: bytes) -> AESGCM:
        """Return the cipher that seals and opens. Takes a third of a second, on purpose."""
        return AESGCM(Scrypt(self.salt, 32, self.n, self.r, self.p).derive(passphrase))


def seal(cipher: AESGCM, key: PrivateKey, owner: bytes) -> bytes:
    """Return `key` sealed for `owner`: nonce, encrypted PKCS #8, tag."""
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, owner)


def unseal(cipher: AESGCM, sealed: bytes, owner: bytes) -> PrivateKey:
    """Return the key sealed for `owner`.

    Raises `cryptography.exceptions.InvalidTag` if it was sealed by another passphrase or for
    another owner, or changed since.
    """
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise InvalidTag
    plain = cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner)
    key = load_der_private_key(plain, password=None)
    assert isinstance(key, PrivateKey)  # nothing else is ever sealed, and the tag was right
    return key


def generate(algorithm: str) -> PrivateKey:
    """Return a new key for EdDSA, ES256 or RS256 (2048 bits)."""
    match algorithm:
        case "EdDSA":
            return Ed25519PrivateKey.generate()
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "RS256":
            return rsa.generate_private_key(65537, 2048)
    raise ValueError(f"no key is made for {algorithm!r}: only EdDSA, ES256 and RS256")


def sign(key: PrivateKey, data: bytes) -> bytes:
    """Return the signature of `data` as JWS and Data Integrity write it: P-256 as r‖s."""
    match key:
        case Ed25519PrivateKey():
            return key.sign(data)
        case rsa.RSAPrivateKey():
            return key.sign(data, PKCS1v15(), SHA256())
        case ec.EllipticCurvePrivateKey():
            r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
            return r.to_bytes(32) + s.to_bytes(32)
