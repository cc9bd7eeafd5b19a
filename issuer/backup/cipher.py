"""A stream sealed by a passphrase: chunks of AES-256-GCM, in order, with a marked end.

The key comes from the passphrase by scrypt, at the cost of the key ring (N = 2^17, r = 8, p = 1),
with a salt of its own for each file. Each chunk is authenticated with its place and with whether
it is the last, so that a file cannot be cut, joined or reordered. A reader hands out no byte
that was not authenticated.
"""

import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"merke-backup encrypted 1\n"
_SALT = 16
_CHUNK = 64 * 1024
_TAG = 16


class WrongKey(Exception):
    """The passphrase is another one, or the file was changed at its beginning."""


class Broken(Exception):
    """The file was changed or cut off after its beginning."""


def _cipher(passphrase: bytes, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt, 32, 2**17, 8, 1).derive(passphrase))


def _nonce(number: int, last: bool) -> bytes:
    # The key is this file's alone, so counting is enough.
    return number.to_bytes(11, "big") + bytes([last])


class Writer:
    """A file to write to, whose content goes to `target` sealed. `close` marks the end."""

    def __init__(self, target: BinaryIO, passphrase: bytes) -> None:
        salt = os.urandom(_SALT)
        self._target = target
        self._cipher = _cipher(passphrase, salt)
        self._head = MAGIC + salt
        self._number = 0
        self._pending = bytearray()
        target.write(self._head)

    def write(self, data: bytes) -> int:
        self._pending += data
        while len(self._pending) > _CHUNK:
            self._seal(bytes(self._pending[:_CHUNK]), last=False)
            del self._pending[:_CHUNK]
        return len(data)

    def flush(self) -> None:
        """Whole chunks are written as they fill up."""

    def close(self) -> None:
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        nonce = _nonce(self._number, last)
        self._target.write(self._cipher.encrypt(nonce, chunk, self._head))
        self._number += 1


class Reader:
    """A file to read from: the content of `source`, whose `MAGIC` has been read already.

    Raises `WrongKey`, and `Broken` from `read`.
    """

    def __init__(self, source: BinaryIO, passphrase: bytes) -> None:
        salt = source.read(_SALT)
        if len(salt) < _SALT:
            raise Broken
        self._source = source
        self._head = MAGIC + salt
        self._cipher = _cipher(passphrase, salt)
        self._next = source.read(_CHUNK + _TAG)
        self._number = 0
        self._ended = False
        self._ready = b""

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, all that is left where it is negative; none at the end."""
        taken = bytearray()
        while size < 0 or len(taken) < size:
            if not self._ready and not self._open():
                break
            part = self._ready if size < 0 else self._ready[: size - len(taken)]
            self._ready = self._ready[len(part) :]
            taken += part
        return bytes(taken)

    def _open(self) -> bool:
        if self._ended:
            return False
        chunk, self._next = self._next, self._source.read(_CHUNK + _TAG)
        self._ended = not self._next
        try:
            self._ready = self._cipher.decrypt(_nonce(self._number, self._ended), chunk, self._head)
        except InvalidTag:
            raise (Broken if self._number else WrongKey) from None
        self._number += 1
        return bool(self._ready) or self._open()
