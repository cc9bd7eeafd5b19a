"""Outlines of a picture made of pixels: a PNG of black and grey shapes on white or nothing.

What is drawn later are the outlines alone, so that a poster stays sharp, each picture gives them
its own colours, and nothing else that the file holds gets anywhere. They are followed where the
darkness is half of what it is inside a shape, between the middles of pixels (marching squares),
and then freed of points that hardly show.
"""

import io
import math
from collections.abc import Iterator, Sequence

from PIL import Image, ImageChops

MAX_BYTES = 32 * 1024
MIN_SIDE, MAX_SIDE = 32, 2048
MAX_POINTS = 1000

Point = tuple[float, float]
Loop = tuple[Point, ...]
_Field = Sequence[Sequence[int]]

_TRACED = 256  # pixels to a side in which outlines are followed, at most
_COLOURLESS = 16  # the most that two channels of a pixel may be apart
_INK = 12  # of 255: anything that is not white
_GREY = (100, 155)  # the darkness of #808080, with room for rounding
_STRAY = 0.12  # units of a side of a hundred: points that change an outline by less are left out

# Where outlines enter and leave a square between four pixels, with the dark on their right as seen
# on a screen; by which of its corners are dark: 8, 4, 2, 1 clockwise from the upper left.
# Top, right, bottom, left are 0, 1, 2, 3.
_WAYS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 2),),
    2: ((2, 1),),
    4: ((1, 0),),
    8: ((0, 3),),
    3: ((3, 1),),
    6: ((2, 0),),
    12: ((1, 3),),
    9: ((0, 2),),
    7: ((3, 0),),
    11: ((0, 1),),
    13: ((1, 2),),
    14: ((2, 3),),
}
# Two corners across from each other: joined where the middle is dark, apart where it is not.
_JOINED = {5: ((3, 0), (1, 2)), 10: ((0, 1), (2, 3))}
_APART = {5: ((1, 0), (3, 2)), 10: ((0, 3), (2, 1))}


class Untraceable(ValueError):
    """A PNG without outlines to be had; the message is for whoever supplied it."""


def trace(picture: bytes, side: float) -> tuple[tuple[Loop, ...], tuple[Loop, ...]]:
    """Return the outlines of the black shapes and of the grey ones, in a square of `side`.

    Each is closed; those of holes run the other way. Raises `Untraceable` with a sentence.
    """
    field = _darkness(picture)
    black, grey = _parted(field)
    unit = side / len(field)
    loops = tuple(
        tuple(
            tuple((round(x * unit, 2), round(y * unit, 2)) for x, y in kept)
            for loop in _loops(part, level)
            if len(kept := _simple(loop, _STRAY / 100 * len(field))) > 2
        )
        for part, level in ((black, 127.5), (grey, 63.75))
    )
    if sum(len(loop) for part in loops for loop in part) > MAX_POINTS:
        raise Untraceable(
            f"its outlines have more than {MAX_POINTS} points; simplify it, or supply SVG"
        )
    return loops[0], loops[1]


def _darkness(picture: bytes) -> _Field:
    """How dark each pixel is on white paper, 0 to 255, in rows; no more of them than needed."""
    if len(picture) > MAX_BYTES:
        raise Untraceable(f"it has more than {MAX_BYTES} bytes; make it smaller or simpler")
    try:
        with Image.open(io.BytesIO(picture), formats=("PNG",)) as image:
            # Known from the header: nothing of a picture that is too large is unpacked.
            width, height = image.size
            if width != height or not MIN_SIDE <= width <= MAX_SIDE:
                raise Untraceable(
                    f"it is {width} × {height} pixels;"
                    f" it takes a square of {MIN_SIDE} to {MAX_SIDE}"
                )
            if getattr(image, "n_frames", 1) != 1:
                raise Untraceable("it moves; supply one picture")
            drawn = image.convert("RGBA")
    except Untraceable:
        raise
    except Image.DecompressionBombError:
        raise Untraceable(
            f"it has too many pixels; it takes a square of {MIN_SIDE} to {MAX_SIDE}"
        ) from None
    except (OSError, SyntaxError, ValueError):
        raise Untraceable("it is not PNG that can be read") from None
    paper = Image.new("RGBA", drawn.size, "white")
    red, green, blue = Image.alpha_composite(paper, drawn).convert("RGB").split()
    for one, other in ((red, green), (green, blue), (red, blue)):
        if _most(ImageChops.difference(one, other)) > _COLOURLESS:
            raise Untraceable(
                "it has colours; the shapes are black and #808080, and each picture colours them"
            )
    if width > _TRACED:
        green = green.resize((_TRACED, _TRACED), Image.Resampling.BOX)
    dark = ImageChops.invert(green)
    row, data = dark.width, dark.tobytes()
    return [data[start : start + row] for start in range(0, len(data), row)]


def _most(channel: Image.Image) -> float:
    found = channel.getextrema()[1]
    return max(found) if isinstance(found, tuple) else found


def _parted(field: _Field) -> tuple[_Field, _Field]:
    """The field with the black shapes alone, and with the grey ones alone."""
    side = len(field)
    black = [bytearray(side) for _ in range(side)]
    grey = [bytearray(side) for _ in range(side)]
    seen = [bytearray(side) for _ in range(side)]
    for top in range(side):
        for left in range(side):
            if seen[top][left] or field[top][left] <= _INK:
                continue
            shape = _shape(field, seen, left, top)
            most = max(field[y][x] for x, y in shape)
            if most < _GREY[0]:
                raise Untraceable("a shape is too faint: it takes #000000 or #808080")
            if most > _GREY[1] and any(_inside_grey(field, x, y) for x, y in shape):
                raise Untraceable(
                    "a grey shape touches a black one; leave some white between them, or supply SVG"
                )
            own = grey if most <= _GREY[1] else black
            for x, y in shape:
                own[y][x] = field[y][x]
    return black, grey


def _shape(field: _Field, seen: list[bytearray], left: int, top: int) -> list[tuple[int, int]]:
    """All pixels that touch each other, corners included, from one of them."""
    side = len(field)
    seen[top][left] = 1
    found = [(left, top)]
    for x, y in found:
        for above in range(max(0, y - 1), min(side, y + 2)):
            for beside in range(max(0, x - 1), min(side, x + 2)):
                if not seen[above][beside] and field[above][beside] > _INK:
                    seen[above][beside] = 1
                    found.append((beside, above))
    return found


def _inside_grey(field: _Field, x: int, y: int) -> bool:
    """Whether all around is grey: more than an edge, which is grey for one pixel."""
    side = len(field)
    if not (0 < x < side - 1 and 0 < y < side - 1):
        return False
    low, high = _GREY
    return all(
        low <= field[above][beside] <= high
        for above in (y - 1, y, y + 1)
        for beside in (x - 1, x, x + 1)
    )


def _loops(field: _Field, level: float) -> Iterator[list[Point]]:
    """The closed lines along which `field` is `level`, in pixels."""
    side = len(field)
    empty = bytes(side + 2)
    # Nothing is dark outside.
    rows = [empty, *(b"\0" + bytes(row) + b"\0" for row in field), empty]
    following: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for y in range(side + 1):
        above, below = rows[y], rows[y + 1]
        for x in range(side + 1):
            corners = (above[x], above[x + 1], below[x + 1], below[x])
            case = sum(bit for bit, dark in zip((8, 4, 2, 1), corners, strict=True) if dark > level)
            if case in (0, 15):
                continue
            ways = _WAYS.get(case) or (_JOINED if sum(corners) > 4 * level else _APART)[case]
            for start, end in ways:
                following[_edge(x, y, start)] = _edge(x, y, end)
    while following:
        first, at = following.popitem()
        loop = [_crossing(rows, first, level)]
        while at != first:
            loop.append(_crossing(rows, at, level))
            at = following.pop(at)
        yield loop


def _edge(x: int, y: int, way: int) -> tuple[int, int, int]:
    """An edge by its left or upper end, and 0 where it lies, 1 where it stands."""
    return ((x, y, 0), (x + 1, y, 1), (x, y + 1, 0), (x, y, 1))[way]


def _crossing(rows: Sequence[bytes], edge: tuple[int, int, int], level: float) -> Point:
    """Where on the edge the darkness is `level`."""
    x, y, stands = edge
    here = rows[y][x]
    there = rows[y + 1][x] if stands else rows[y][x + 1]
    share = (level - here) / (there - here)
    # The middle of the first pixel of the picture is half a pixel from its border.
    left, top = x - 0.5, y - 0.5
    return (left, top + share) if stands else (left + share, top)


def _simple(loop: list[Point], stray: float) -> list[Point]:
    """The loop without points that lie within `stray` of the line without them
    (Ramer, Douglas and Peucker)."""
    first = loop[0]
    far = max(range(len(loop)), key=lambda at: math.dist(first, loop[at]))
    closed = [*loop, first]
    kept = {0, far}
    spans = [(0, far), (far, len(loop))]
    while spans:
        start, end = spans.pop()
        if end - start < 2:
            continue
        at = max(range(start + 1, end), key=lambda i: _away(closed[i], closed[start], closed[end]))
        if _away(closed[at], closed[start], closed[end]) > stray:
            kept.add(at)
            spans += [(start, at), (at, end)]
    return [closed[at] for at in sorted(kept)]


def _away(point: Point, start: Point, end: Point) -> float:
    """How far a point is from the line between two others."""
    length = math.dist(start, end)
    if length == 0:
        return math.dist(point, start)
    (x, y), (x1, y1), (x2, y2) = point, start, end
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length
