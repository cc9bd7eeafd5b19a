"""Art that staff supplies is read in a process of its own: nothing it does reaches the server."""

import base64
import io
import resource
import struct
import time
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw

from badge_assets import art, tracing
from badge_assets.art import UnfitArt
from issuer import studio
from issuer.studio import read_art

HOUSE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
    '<path d="M10 90V50L50 10L90 50V90Z"/><rect x="5" y="92" width="90" height="6"'
    ' fill="#808080"/></svg>'
)


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    read_art.cache_clear()
    yield
    read_art.cache_clear()


def chunk(kind: bytes, body: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum


def picture(width: int, height: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = b"".join((chunk(b"IHDR", header), *chunks, chunk(b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + body


def square() -> bytes:
    out = io.BytesIO()
    with Image.new("L", (64, 64), 255) as image:
        ImageDraw.Draw(image).rectangle([8, 8, 55, 55], fill=0)
        image.save(out, "PNG")
    return out.getvalue()


def moving() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("L", (64, 64), shade) for shade in (0, 255)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def written(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


@pytest.mark.parametrize("source", [HOUSE, written(square())], ids=["SVG", "PNG"])
def test_the_same_as_here_and_not_here(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = art.read(source)
    monkeypatch.setattr(art, "_parsed", None)
    monkeypatch.setattr(tracing, "trace", None)
    assert read_art(source) == here


_BLACK = zlib.compress(bytes(64 * 1024 * 1024), 9)
HOSTILE = {
    "a bomb": (picture(60_000, 60_000, chunk(b"IDAT", _BLACK[: 16 * 1024])), "32 to 2048"),
    "much text": (
        picture(64, 64, chunk(b"zTXt", b"a\0\0" + _BLACK[: 16 * 1024])),
        "read",
    ),
    "huge": (picture(2**31 - 1, 2**31 - 1, chunk(b"IDAT", b"")), "32 to 2048|read"),
    "cut short": (square()[:-40], "read"),
    "moving": (moving(), "moves"),
}


@pytest.mark.parametrize(("png", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_picture_ends_with_a_sentence(png: bytes, said: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    with pytest.raises(UnfitArt, match=said):
        read_art(written(png))
    assert time.monotonic() - started < 5 * studio.ART_PATIENCE
    # In this process, in KiB: it has seen nothing but the text.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024


_READING = "from issuer import drawing; drawing.art.read = lambda text: {}; drawing.art_main()"


@pytest.mark.parametrize(
    "fate",
    [
        "__import__('os')._exit(9)",
        "__import__('time').sleep(600)",
        "bytearray(drawing.ART_MEMORY)",
        "__import__('socket').socket()",
    ],
    ids=["dies", "hangs", "swells", "calls home"],
)
def test_a_reader_that_breaks_ends_with_a_sentence(
    fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(studio, "_ART_PROGRAM", _READING.format(fate))
        broken.setattr(studio, "ART_PATIENCE", 3.0)
        with pytest.raises(UnfitArt, match="in time or in the memory"):
            read_art(HOUSE)
    assert read_art(HOUSE)
