"""The smallest pictures that are whole ones, and pictures of QR codes."""

import io
import struct
import zlib
from collections.abc import Sequence

import qrcode
from PIL import Image


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_png(*extra: bytes) -> bytes:
    """One grey pixel; `extra` chunks stand before the picture's end."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(b"\0\x80")),
            *extra,
            chunk(b"IEND", b""),
        ]
    )


def a_svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><path d="M0 0"/></svg>'


def code(text: str) -> Image.Image:
    drawn = qrcode.QRCode(border=4, box_size=4)
    drawn.add_data(text)
    drawn.make()
    image: Image.Image = drawn.make_image().get_image().convert("RGB")
    return image


def picture(codes: Sequence[str], mode: str = "RGB") -> bytes:
    """The QR codes of `codes` side by side."""
    drawn = [code(text) for text in codes]
    paper = Image.new("RGB", (max(c.width for c in drawn) * len(drawn), 500), "white")
    for place, one in enumerate(drawn):
        paper.paste(one, (place * paper.width // len(drawn), 0))
    return as_png(paper.convert(mode))


def as_png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
