"""A PNG becomes outlines: where its shapes are, and nothing else of it."""

import base64
import io
import math
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from badge_assets import art, tracing
from badge_assets.art import UnfitArt
from badge_assets.draw import badge_svg
from badge_assets.looks import Theme
from badge_assets.tracing import Untraceable
from issuer.drawing import Job, draw_here
from tests.badge_assets.made_up import PETROL, badge_facts, decoded, pixels, seal_facts

# A ring with a hole, and a small disc beside it, in a square of 200.
AS_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">'
    '<path d="M20 30H120V170H20ZM50 60V140H90V60Z"/><circle cx="160" cy="60" r="24"'
    ' fill="#808080"/></svg>'
)


def png(
    side: int = 512, *, mode: str = "RGBA", draw: Callable[..., None] | None = None, **saved: Any
) -> bytes:
    """The same as PNG, with soft edges, on nothing."""
    large = Image.new("RGBA", (4 * side, 4 * side), (255, 255, 255, 0))
    pen, unit = ImageDraw.Draw(large), 4 * side / 200
    if draw is not None:
        draw(pen, unit)
    else:
        pen.rectangle([20 * unit, 30 * unit, 120 * unit - 1, 170 * unit - 1], fill="black")
        pen.rectangle([50 * unit, 60 * unit, 90 * unit - 1, 140 * unit - 1], fill=(255,) * 3 + (0,))
        pen.ellipse([136 * unit, 36 * unit, 184 * unit, 84 * unit], fill="#808080")
    small = large.resize((side, side), Image.Resampling.BOX)
    if mode != "RGBA":
        paper = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(paper, small).convert(mode)
    file = io.BytesIO()
    small.save(file, "PNG", **saved)
    return file.getvalue()


def written(picture: bytes) -> str:
    return "data:image/png;base64,\n" + base64.encodebytes(picture).decode()


def area(loop: tracing.Loop) -> float:
    """Of a closed line; negative where it runs the other way."""
    ends = zip(loop, (*loop[1:], loop[0]), strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in ends) / 2


@pytest.mark.parametrize("side", [64, 200, 512])
@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "P"])
def test_outlines_are_where_the_shapes_are(side: int, mode: str) -> None:
    black, grey = tracing.trace(png(side, mode=mode), 100)
    outer, hole = sorted((area(loop) for loop in black), key=abs, reverse=True)
    assert abs(outer) == pytest.approx(50 * 70, rel=0.01)
    assert hole == pytest.approx(math.copysign(20 * 40, -outer), rel=0.02)
    (disc,) = grey
    assert abs(area(disc)) == pytest.approx(math.pi * 12**2, rel=0.03)
    for x, y in disc:
        assert math.dist((x, y), (80, 30)) == pytest.approx(12, abs=0.5)
    assert len(disc) < 80


def test_it_is_drawn_as_the_same_shapes_in_svg_are() -> None:
    for theme in Theme:
        drawn = [
            decoded(
                draw_here(Job("seal.png", seal_facts(), replace(PETROL, art=read), theme, scale=3))
            )
            for read in (art.read(AS_SVG), art.read(written(png())))
        ]
        assert (np.abs(drawn[0] - drawn[1]).max(axis=2) > 60).mean() < 0.002, theme
    badge = badge_svg(badge_facts(), replace(PETROL, art=art.read(written(png()))))
    assert b"<image" not in badge
    assert pixels(badge, 1024, 1024).shape == (1024, 1024, 3)


def test_nothing_else_of_the_file_gets_anywhere() -> None:
    told = PngInfo()
    told.add_text("Comment", "Hemmelig")
    looks = replace(PETROL, art=art.read(written(png(pnginfo=told, dpi=(300, 300)))))
    assert b"Hemmelig" not in Job("badge.png", badge_facts(), looks).message
    assert looks.art == art.read(written(png()))


def test_every_pixel_of_a_chequered_board_comes_to_an_end() -> None:
    """Corners that meet are where outlines could run in circles."""
    board = Image.new("L", (32, 32), 255)
    for y in range(32):
        for x in range(32):
            if (x + y) % 2:
                board.putpixel((x, y), 0)
    file = io.BytesIO()
    board.save(file, "PNG")
    with pytest.raises(Untraceable, match="points"):
        tracing.trace(file.getvalue(), 100)
    edge = Image.new("L", (32, 32), 0)
    file = io.BytesIO()
    edge.save(file, "PNG")
    ((whole,), _) = tracing.trace(file.getvalue(), 100)
    assert abs(area(whole)) == pytest.approx(100**2, rel=0.01)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def header(width: int, height: int) -> bytes:
    told = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", told)


def empty(width: int, height: int) -> bytes:
    return header(width, height) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def other(format_: str) -> bytes:
    file = io.BytesIO()
    Image.new("L", (64, 64)).save(file, format_)
    return file.getvalue()


def moving() -> bytes:
    file = io.BytesIO()
    frames = [Image.new("L", (64, 64), shade) for shade in (0, 255)]
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    return file.getvalue()


def touching(pen: ImageDraw.ImageDraw, unit: float) -> None:
    pen.rectangle([20 * unit, 20 * unit, 100 * unit, 100 * unit], fill="black")
    pen.rectangle([100 * unit, 20 * unit, 180 * unit, 100 * unit], fill="#808080")


def filled(colour: str) -> Callable[[ImageDraw.ImageDraw, float], None]:
    return lambda pen, unit: pen.rectangle([0, 0, 99 * unit, 99 * unit], fill=colour)


REFUSED = {
    "colours": (lambda: png(draw=filled("#00803f")), "colours"),
    "faint": (lambda: png(draw=filled("#d0d0d0")), "faint"),
    "grey at black": (lambda: png(draw=touching), "touches"),
    "grey alone": (lambda: png(draw=filled("#808080")), "no black shape"),
    "nothing": (lambda: png(draw=lambda pen, unit: None), "no black shape"),
    "small": (lambda: png(16), "32 to 2048"),
    "large": (lambda: empty(2049, 2049), "32 to 2048"),
    "a bomb": (lambda: empty(60_000, 60_000), "32 to 2048|read"),
    "no rows": (lambda: empty(64, 64), "read"),
    "not square": (lambda: empty(64, 65), "64 × 65"),
    "text without end": (
        lambda: (
            header(64, 64)
            + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(8 * 1024 * 1024), 9))
            + chunk(b"IEND", b"")
        ),
        "read",
    ),
    "cut short": (lambda: png()[:-900], "read"),
    "damaged": (lambda: png().replace(b"IDAT", b"IDAU"), "read"),
    "moving": (moving, "moves"),
    "JPEG": (lambda: other("JPEG"), "read"),
    "TIFF": (lambda: other("TIFF"), "read"),
    "too long": (lambda: png() + bytes(tracing.MAX_BYTES), "bytes"),
}


@pytest.mark.parametrize(("make", "said"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused_with_a_sentence(make: Callable[[], bytes], said: str) -> None:
    with pytest.raises(UnfitArt, match=said):
        art.read(written(make()))


def test_no_more_rows_are_unpacked_than_the_header_says() -> None:
    """Sixteen megabytes of black in as many kilobytes."""
    rows = zlib.compress(bytes(64 * 1024 * 1024), 9)[: 16 * 1024]
    picture = header(64, 64) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    tracemalloc.start()
    ((whole,), _) = tracing.trace(picture, 100)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert abs(area(whole)) == pytest.approx(100**2, rel=0.01)
    assert most < 4 * 1024 * 1024


def test_what_is_no_base64() -> None:
    for text in ("@@@@", "AAA", ""):
        with pytest.raises(UnfitArt, match="read"):
            art.read(f"data:image/png;base64,{text}")
    with pytest.raises(UnfitArt, match="data:image/png;base64"):
        art.read("\x89PNG\r\n")
