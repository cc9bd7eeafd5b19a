"""Compressed bytes that are the same on every machine: deflate (RFC 1951) written out by hand.

Libraries choose among many ways to compress, and each version may choose anew.
"""

import struct
import zlib
from collections.abc import Iterable

LENGTH = 131_072
_GZIP = bytes.fromhex("1f8b08000000000000ff")


def bit_string(indexes: Iterable[int] = (), length: int = LENGTH) -> bytes:
    """The bits of a status list: index 0 is the most significant bit of the first byte."""
    data = bytearray(length // 8)
    for index in indexes:
        data[index >> 3] |= 0x80 >> (index & 7)
    return bytes(data)


def gzip(data: bytes) -> bytes:
    return _GZIP + deflated(data) + struct.pack("<II", zlib.crc32(data), len(data) % 2**32)


def zlib_stored(data: bytes) -> bytes:
    """`data` as a zlib stream that is not compressed (at most 65,535 bytes)."""
    block = struct.pack("<BHH", 1, len(data), len(data) ^ 0xFFFF) + data
    return b"\x78\x01" + block + struct.pack(">I", zlib.adler32(data))


def deflated(data: bytes) -> bytes:
    """One block with fixed codes: literals, and runs of one byte as repetitions."""
    bits = _Bits()
    bits.number(0b011, 3)
    at = 0
    while at < len(data):
        byte = data[at]
        bits.literal(byte)
        at += 1
        while data[at : at + 258] == bytes([byte]) * 258:
            bits.code(0b11000101, 8)  # 285: as far as a repetition goes
            bits.code(0, 5)  # one byte back
            at += 258
    bits.code(0, 7)  # the end of the block
    return bits.bytes()


class _Bits:
    def __init__(self) -> None:
        self._out = bytearray()
        self._held = self._count = 0

    def number(self, value: int, width: int) -> None:
        self._held |= value << self._count
        self._count += width
        while self._count >= 8:
            self._out.append(self._held & 0xFF)
            self._held >>= 8
            self._count -= 8

    def code(self, value: int, width: int) -> None:
        """Codes stand most significant bit first, unlike everything else."""
        self.number(int(f"{value:0{width}b}"[::-1], 2), width)

    def literal(self, byte: int) -> None:
        if byte < 144:
            self.code(0x30 + byte, 8)
        else:
            self.code(0x190 + byte - 144, 9)

    def bytes(self) -> bytes:
        return bytes(self._out) + (bytes([self._held]) if self._count else b"")
