"""A credential inside a PNG (Open Badges 3.0, 5.3.1, Baking PNG; older ones are read).

Works on the file's chunks (PNG, third edition, section 5) and never on its pixels:
what it does not add or take away stays as it was, byte for byte. Whether the text is
a credential, and whether it is true, is decided elsewhere.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

Reason = Literal[
    "carrier.malformed",
    "carrier.duplicate",
    "carrier.compressed",
    "carrier.trailing",
    "limit.size",
]
Chunk = tuple[bytes, bytes]  # type, data

MAX_BYTES = 10 * 1024 * 1024
MAX_TEXT = 1024 * 1024
MAX_CHUNKS = 4096
MAX_PIXELS = 100_000_000
MAX_FRAMES = 64

KEYWORD = b"openbadgecredential"
LEGACY = b"openbadges"
# Each keyword by which a PNG may carry a credential, and the chunks it may stand in. Open Badges 1
# had its addresses in tEXt.
CARRIERS: dict[bytes, tuple[bytes, ...]] = {KEYWORD: (b"iTXt",), LEGACY: (b"iTXt", b"tEXt")}

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")
_TYPE = re.compile(rb"[A-Za-z]{2}[A-Z][A-Za-z]")
_UNCOMPRESSED = b"\0\0"


class MalformedPng(ValueError):
    """The file is not a PNG we read a credential from; `reason` is stable and public."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Baked:
    """The text a picture carries; `legacy`: in the way of Open Badges 1 and 2."""

    text: str
    legacy: bool = False


def bake(image: bytes, text: str) -> bytes:
    """Return `image` carrying `text`, in place of anything it carried before.

    Raises `MalformedPng` if `image` is not a PNG, `ValueError` if `text` cannot stand in
    a text chunk (empty, holds NUL, more than `MAX_TEXT` bytes) or would make the file
    longer than `MAX_BYTES`.
    """
    kept = [chunk for chunk in _chunks(image) if _keyword(chunk) not in CARRIERS]
    return _bounded([*kept[:-1], _carrier(text), kept[-1]])


def of_palette(side: int, palette: bytes, deflated: bytes, text: str | None) -> bytes:
    """Return a square picture with four bits a pixel, carrying `text` unless it is None.

    `palette` are red, green and blue of at most 16 colours, `deflated` the filtered rows as
    one zlib stream (PNG, 9 and 10). Raises `ValueError` as `bake` does.
    """
    chunks = [
        (b"IHDR", side.to_bytes(4, "big") * 2 + b"\x04\x03\0\0\0"),
        (b"PLTE", palette),
        (b"IDAT", deflated),
        (b"IEND", b""),
    ]
    if text is not None:
        chunks.insert(3, _carrier(text))
    return _bounded(chunks)


def _carrier(text: str) -> Chunk:
    body = text.encode()  # a lone surrogate is a UnicodeEncodeError, itself a ValueError
    if not body or b"\0" in body:
        raise ValueError("the text is empty or holds NUL; a PNG text chunk can carry neither")
    if len(body) > MAX_TEXT:
        raise ValueError(f"the text is {len(body)} bytes long, the most is {MAX_TEXT}")
    return b"iTXt", KEYWORD + b"\0" + _UNCOMPRESSED + b"\0\0" + body


def _bounded(chunks: Iterable[Chunk]) -> bytes:
    baked = _join(chunks)
    if len(baked) > MAX_BYTES:
        raise ValueError(f"the picture with its text would be longer than {MAX_BYTES} bytes")
    return baked


def unbake(image: bytes) -> str | None:
    """Return the text that `image` carries in the way of Open Badges 3.0, or None.

    Nothing about the text is checked but its encoding. Raises `MalformedPng` if the file
    is not one well-formed PNG, or carries a credential in another way than the standard's.
    """
    baked = read(image)
    return None if baked is None or baked.legacy else baked.text


def read(image: bytes) -> Baked | None:
    """The same for badges of any age. Of an old and a new one in one picture, the new one; what is
    wrong with either is wrong with the picture."""
    chunks = _chunks(image)
    baked: list[Baked] = []
    for keyword in (KEYWORD, LEGACY):
        carriers = [chunk for chunk in chunks if _keyword(chunk) == keyword]
        if len(carriers) > 1:
            raise MalformedPng(
                "carrier.duplicate",
                f"the picture carries {len(carriers)} credentials; one is allowed",
            )
        baked += [Baked(_text(carrier), legacy=keyword == LEGACY) for carrier in carriers]
    return baked[0] if baked else None


def _chunks(image: bytes) -> list[Chunk]:
    """Take `image` apart into chunks, IHDR first, IEND last, each checksum proven."""
    if len(image) > MAX_BYTES:
        raise MalformedPng("limit.size", f"the file is longer than {MAX_BYTES} bytes")
    if not image.startswith(_SIGNATURE):
        raise _malformed("the file does not begin as a PNG does")
    chunks: list[Chunk] = []
    at = len(_SIGNATURE)
    while not chunks or chunks[-1][0] != b"IEND":
        if len(chunks) == MAX_CHUNKS:
            raise MalformedPng("limit.size", f"the file has more than {MAX_CHUNKS} chunks")
        length = int.from_bytes(image[at : at + 4], "big")
        end = at + 8 + length
        if end + 4 > len(image):
            raise _malformed("the file ends in the middle of a chunk")
        if crc32(image[at + 4 : end]) != int.from_bytes(image[end : end + 4], "big"):
            raise _malformed(f"the checksum of the chunk at byte {at} is wrong")
        chunks.append((image[at + 4 : at + 8], image[at + 8 : end]))
        at = end + 4
    if at != len(image):
        raise MalformedPng("carrier.trailing", f"{len(image) - at} bytes follow the picture's end")
    _check_order(chunks)
    return chunks


def _check_order(chunks: list[Chunk]) -> None:
    """The order and the few contents that every PNG must have (sections 5.6, 11.2)."""
    types = [kind for kind, _ in chunks]
    if bad := next((kind for kind in types if not _TYPE.fullmatch(kind)), None):
        raise _malformed(f"{bad!r} is not a chunk type")
    if types[0] != b"IHDR" or types.count(b"IHDR") != 1 or len(chunks[0][1]) != 13:
        raise _malformed("the picture does not begin with one header chunk")
    if chunks[-1][1]:
        raise _malformed("the picture's end chunk is not empty")
    width = int.from_bytes(chunks[0][1][:4], "big")
    height = int.from_bytes(chunks[0][1][4:8], "big")
    if not width or not height:
        raise _malformed("the picture has no width or no height")
    if width * height > MAX_PIXELS:
        raise MalformedPng("limit.size", f"the picture has more than {MAX_PIXELS} pixels")
    if types.count(b"fcTL") > MAX_FRAMES:
        raise MalformedPng("limit.size", f"the picture has more than {MAX_FRAMES} frames")
    if b"IDAT" not in types:
        raise _malformed("the picture has no image data")
    first = types.index(b"IDAT")
    if types[first : first + types.count(b"IDAT")] != [b"IDAT"] * types.count(b"IDAT"):
        raise _malformed("the picture's image data is not in one piece")


def _keyword(chunk: Chunk) -> bytes | None:
    """The keyword of a text chunk of any of the three kinds, else None."""
    kind, data = chunk
    return data.partition(b"\0")[0] if kind in _TEXT_CHUNKS else None


def _text(chunk: Chunk) -> str:
    """The text of a carrying chunk (`iTXt`, section 11.3.3.4), refused unless plain."""
    kind, data = chunk
    keyword, _, rest = data.partition(b"\0")
    if kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1"):
        raise MalformedPng("carrier.compressed", "the credential is compressed; it must be plain")
    if kind not in CARRIERS[keyword]:
        raise _malformed("the credential stands in a tEXt chunk; it must stand in iTXt")
    if kind == b"tEXt":
        return _legacy_text(rest)
    if rest[:2] != _UNCOMPRESSED:
        raise _malformed("the credential's chunk names a compression that does not exist")
    # The language tag and the translated keyword say nothing about the credential.
    fields = rest[2:].split(b"\0")
    if len(fields) != 3 or not fields[2]:
        raise _malformed("the credential's chunk is not made of the fields it should have")
    if len(fields[2]) > MAX_TEXT:
        raise MalformedPng("limit.size", f"the credential is longer than {MAX_TEXT} bytes")
    try:
        return fields[2].decode()
    except UnicodeDecodeError:
        raise _malformed("the credential is not UTF-8") from None


def _legacy_text(text: bytes) -> str:
    if not text or len(text) > MAX_TEXT or not text.isascii():
        # Readers disagree whether other letters are Latin-1, as the standard says, or UTF-8.
        raise _malformed("the tEXt chunk of an older badge is empty, too long, or not ASCII")
    return text.decode("ascii")


def _join(chunks: Iterable[Chunk]) -> bytes:
    parts = [_SIGNATURE]
    for kind, data in chunks:
        parts += len(data).to_bytes(4, "big"), kind, data
        parts.append(crc32(data, crc32(kind)).to_bytes(4, "big"))
    return b"".join(parts)


def _malformed(message: str) -> MalformedPng:
    return MalformedPng("carrier.malformed", message)
