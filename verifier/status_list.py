"""Bitstring Status List: encode, decode, look up one index.

Works on the list alone (Bitstring Status List 1.0, sections 2.2 and 3). Fetching it is
`verifier.fetch`; that the list itself is signed, by whom, for which purpose and still fresh is
decided in `verifier.checks`.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator

from keys.jwk import b64url_decode, b64url_encode

LENGTH = 131_072
"""The least number of entries in a list, so that one among them says nothing of its holder."""

MAX_BITS = 2**26
"""What a list may expand to, here: 8 MiB."""

# RFC 1952: deflate, no flags, no time, no hint of level, unknown system. Written by us, because
# libraries differ in it; equal bits shall give equal bytes.
_GZIP_HEADER = bytes.fromhex("1f8b08000000000000ff")
LEVEL = 9
_URL_ALPHABET = str.maketrans("+/", "-_")
_MASKS = tuple(0x80 >> position for position in range(8))


class MalformedList(ValueError):
    """The list cannot answer. `problem` is the specification's name for why:

    `MALFORMED_VALUE_ERROR`, `STATUS_LIST_LENGTH_ERROR` or `RANGE_ERROR`.
    """

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class Bits:
    """The bits of a list. Bit 0 is the left-most: the most significant bit of the first byte."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __len__(self) -> int:
        return 8 * len(self._data)

    def __iter__(self) -> Iterator[bool]:
        for byte in self._data:
            for mask in _MASKS:
                yield bool(byte & mask)

    def __getitem__(self, index: int) -> bool:
        """The bit at `index`. Raises `IndexError` outside the list: negative is outside."""
        if not 0 <= index < len(self):
            raise IndexError(f"there is no bit {index} in a list of {len(self)}")
        return bool(self._data[index >> 3] & _MASKS[index & 7])


def encode(revoked: Iterable[int], *, length: int = LENGTH) -> str:
    """Return `encodedList` for a list of `length` bits of which those at `revoked` are set.

    Equal arguments give equal text on one machine. Raises `ValueError` for an index outside the
    list and for a length that is below `LENGTH` or no whole number of bytes.
    """
    if length < LENGTH or length % 8:
        raise ValueError(f"a list has {LENGTH} bits or more, in whole bytes, not {length}")
    data = bytearray(length // 8)
    for index in revoked:
        if not 0 <= index < length:
            raise ValueError(f"there is no index {index} in a list of {length}")
        data[index >> 3] |= _MASKS[index & 7]
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    # The trailer is the checksum and the length modulo 2^32.
    trailer = struct.pack("<II", zlib.crc32(data), len(data))
    return "u" + b64url_encode(_GZIP_HEADER + body + trailer)


def decode(text: str, *, max_bits: int = MAX_BITS) -> Bits:
    """Return the bits of an `encodedList`: `u`, then base64url without padding of one GZIP member.

    No more than `max_bits` are ever expanded, whatever the text promises. Raises `MalformedList`;
    the list's length is judged by `status`, which knows the size of an entry.
    """
    if not text.startswith("u"):
        raise MalformedList("MALFORMED_VALUE_ERROR", "encodedList does not begin with u")
    return _expanded(text[1:], max_bits)


def decode_2021(text: str, *, max_bits: int = MAX_BITS) -> Bits:
    """As `decode`, for the `encodedList` of Status List 2021: base64 of one GZIP member.

    Issuers wrote it in either alphabet, with padding and without; a mixture is refused.
    """
    padding = len(text) - len(text.rstrip("="))
    letters = text.rstrip("=")
    if padding and (padding > 2 or len(text) % 4):
        raise MalformedList("MALFORMED_VALUE_ERROR", "encodedList is wrongly padded")
    if any(letter in text for letter in "-_") and any(letter in text for letter in "+/"):
        raise MalformedList("MALFORMED_VALUE_ERROR", "encodedList mixes two alphabets")
    return _expanded(letters.translate(_URL_ALPHABET), max_bits)


def _expanded(text: str, max_bits: int) -> Bits:
    # Bits that cannot be compressed grow by little; a longer text only wastes the reader's time.
    if len(text) > max_bits // 4 + 4096:
        raise MalformedList("MALFORMED_VALUE_ERROR", "encodedList is too long")
    try:
        packed = b64url_decode(text)
    except ValueError as error:
        raise MalformedList("MALFORMED_VALUE_ERROR", f"encodedList is {error}") from None
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    limit = max_bits // 8
    try:
        data = inflate.decompress(packed, limit + 1)
    except zlib.error:
        raise MalformedList("MALFORMED_VALUE_ERROR", "encodedList is not whole GZIP") from None
    if len(data) > limit:
        raise MalformedList(
            "MALFORMED_VALUE_ERROR", f"the list expands to more than {max_bits} bits"
        )
    if not inflate.eof or inflate.unused_data:
        raise MalformedList(
            "MALFORMED_VALUE_ERROR", "encodedList is cut off, or goes on after its end"
        )
    return Bits(data)


def status(bits: Bits, index: int, *, size: int = 1, minimum: int = LENGTH) -> int:
    """Return the status at `index` of a list whose entries have `size` bits each; 0 is good.

    Raises `MalformedList`: `STATUS_LIST_LENGTH_ERROR` for a list of fewer than `minimum` entries,
    `RANGE_ERROR` for an index outside it. Never answers from some other entry.
    """
    if size < 1:
        raise MalformedList("MALFORMED_VALUE_ERROR", f"no entry has {size} bits")
    entries = len(bits) // size
    if entries < minimum:
        raise MalformedList(
            "STATUS_LIST_LENGTH_ERROR", f"the list has {entries} entries, not {minimum} or more"
        )
    if not 0 <= index < entries:
        raise MalformedList("RANGE_ERROR", f"the list has {entries} entries, none at {index}")
    value = 0
    for position in range(index * size, (index + 1) * size):
        value = value << 1 | bits[position]
    return value
