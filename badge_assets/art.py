"""A motif of a programme's own: outlines from an SVG or a PNG, and nothing else of it.

An SVG that a stranger wrote is cleaned by a library, and then refused unless it is a square of
plain filled shapes: what it is drawn from are numbers, never its text. Its two forms take the
colours of each picture, so that contrast holds whatever it shows: black shapes are the larger
form, grey ones (`#808080`) the smaller. A PNG is traced (`tracing`): no pixel of it is kept.
"""

import base64
import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import py_svg_hush

from badge_assets import tracing
from badge_assets.path_data import Segment, segments

MAX_BYTES = 16 * 1024
MAX_POINTS = 2000
MAX_DEPTH = 50  # groups inside each other
MAX_TEXT = 48 * 1024  # a PNG of the most bytes, in Base64 and in lines
SIDE = 100  # units of the square in which a motif is kept

Shape = tuple[bool, tuple[Segment, ...]]  # whether it is of the smaller form, and its outline
Art = tuple[Shape, ...]

_PNG = "data:image/png;base64,"
_SVG = "{http://www.w3.org/2000/svg}"
# Nothing that was read is read another way: what is no outline is known as such at once.
_NUMBER = r"-?(?:\d++\.?\d*+|\.\d++)"
_SQUARE = re.compile(rf"0[ ,]+0[ ,]+({_NUMBER})[ ,]+({_NUMBER})")
_PATH = re.compile(rf"(?:[MLHVCQZmlhvcqz]|{_NUMBER}|[\s,])++")
_POINTS = re.compile(rf"(?:{_NUMBER}|[\s,])++")
_LARGE = frozenset({"#000", "#000000", "black"})
_SMALL = frozenset({"#808080", "grey", "gray"})
_BEND = 0.5522847  # of a quarter circle's control points
_GEOMETRY = {
    "path": {"d"},
    "rect": {"x", "y", "width", "height"},
    "circle": {"cx", "cy", "r"},
    "ellipse": {"cx", "cy", "rx", "ry"},
    "polygon": {"points"},
}


class UnfitArt(ValueError):
    """Art that is not drawn; the message is for whoever supplied it."""


def read(source: str) -> Art:
    """Return the outlines of an SVG, or of a PNG written as `data:image/png;base64,…`, in a
    square of `SIDE`.

    Raises `UnfitArt`, with a sentence, for anything but filled paths, rectangles, circles,
    ellipses and polygons, grouped or not, in black and `#808080`, in a square `viewBox` from 0 0;
    and for a PNG of anything but such shapes.
    """
    if source.startswith(_PNG):
        return _traced(source.removeprefix(_PNG))
    if source.startswith("\x89PNG") or "PNG" in source[:8]:
        raise UnfitArt(f"a PNG is written as text: {_PNG} and its bytes in Base64")
    if len(source.encode()) > MAX_BYTES:
        raise UnfitArt(f"it has more than {MAX_BYTES} bytes; simplify its paths")
    if "<!" in source or "<?" in source.removeprefix("<?xml") or "&" in source:
        raise UnfitArt("it holds declarations, comments or entities; save it as plain SVG")
    written = _parsed(source)
    cleaned = _parsed(_cleaned(source))
    if [element.tag for element in written.iter()] != [element.tag for element in cleaned.iter()]:
        raise UnfitArt("it holds more than shapes, such as scripts, links, text or pictures")
    found = _SQUARE.fullmatch(written.get("viewBox", "").strip())
    if written.tag != f"{_SVG}svg" or not found or not 0 < float(found[1]) == float(found[2]) < 1e6:
        raise UnfitArt("its viewBox is not a square that begins at 0 0, such as 0 0 100 100")
    scale = SIDE / float(found[1])
    # Nothing is left out in silence: what the cleaner would take away is a fault to be told.
    shapes = tuple(_shapes(written, scale))
    if shapes != tuple(_shapes(cleaned, scale)):
        raise UnfitArt("cleaning changes its shapes; save it as plain SVG")
    if not any(not small for small, _ in shapes):
        raise UnfitArt("it has no black shape, which the larger form of a motif is made of")
    points = [point for _, outline in shapes for _, points in outline for point in points]
    if len(points) > MAX_POINTS:
        raise UnfitArt(f"its outlines have more than {MAX_POINTS} points; simplify them")
    if any(not -1 <= number <= SIDE + 1 for point in points for number in point):
        raise UnfitArt("a shape reaches out of its square")
    return shapes


def _traced(written: str) -> Art:
    try:
        picture = base64.b64decode("".join(written.split()), validate=True)
    except ValueError:
        raise UnfitArt("it is not Base64 that can be read") from None
    try:
        large, small = tracing.trace(picture, SIDE)
    except tracing.Untraceable as fault:
        raise UnfitArt(str(fault)) from None
    if not large:
        raise UnfitArt("it has no black shape, which the larger form of a motif is made of")
    return tuple((kind, _closed(loops)) for kind, loops in ((False, large), (True, small)) if loops)


def _closed(loops: tuple[tracing.Loop, ...]) -> tuple[Segment, ...]:
    """Lines from point to point; a hole runs the other way than what is around it."""
    return tuple(
        step
        for first, *rest in loops
        for step in (("M", (first,)), *(("L", (point,)) for point in rest), ("Z", ()))
    )


def _cleaned(source: str) -> str:
    try:
        return bytes(py_svg_hush.filter_svg(source.encode())).decode()
    except ValueError:
        raise UnfitArt("it is not SVG that can be read") from None


def _parsed(source: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(source)
    except ElementTree.ParseError:
        raise UnfitArt("it is not SVG that can be read") from None


def _shapes(parent: ElementTree.Element, scale: float, depth: int = 0) -> Iterator[Shape]:
    if depth > MAX_DEPTH:
        raise UnfitArt(f"it has more than {MAX_DEPTH} groups inside each other; ungroup its shapes")
    for element in parent:
        kind = element.tag.removeprefix(_SVG)
        if kind in ("title", "desc"):
            continue
        own = set(element.attrib) - {"id"}
        if kind == "g" and not own:
            yield from _shapes(element, scale, depth + 1)
            continue
        if kind not in _GEOMETRY:
            raise UnfitArt(f"it holds <{kind}>; a motif is made of {', '.join(_GEOMETRY)} alone")
        if strange := sorted(own - _GEOMETRY[kind] - {"fill"}):
            raise UnfitArt(
                f"<{kind}> has {strange[0]}; a shape has its geometry and a fill alone, so flatten"
                " transformations and turn strokes into outlines"
            )
        fill = element.get("fill", "black").lower()
        if fill not in _LARGE | _SMALL:
            raise UnfitArt(f"the fill {fill} is neither #000000 nor #808080")
        try:
            outline = segments(_outline(kind, element))
        except UnfitArt:
            raise
        except (LookupError, ValueError) as fault:
            raise _unread(kind) from fault
        yield (
            fill in _SMALL,
            tuple(
                (way, tuple((round(x * scale, 3), round(y * scale, 3)) for x, y in points))
                for way, points in outline
            ),
        )


def _outline(kind: str, element: ElementTree.Element) -> str:
    """The shape as path data."""
    if kind == "path":
        return _checked(_PATH, element.get("d", ""), kind)
    if kind == "polygon":
        return f"M{_checked(_POINTS, element.get('points', ''), kind)}Z"
    number = {name: _length(element, name) for name in _GEOMETRY[kind]}
    if kind == "rect":
        x, y, width, height = (number[name] for name in ("x", "y", "width", "height"))
        return f"M{x} {y}H{x + width}V{y + height}H{x}Z"
    x, y = number["cx"], number["cy"]
    rx, ry = number.get("rx", number.get("r", 0)), number.get("ry", number.get("r", 0))
    bx, by = rx * _BEND, ry * _BEND
    return (
        f"M{x + rx} {y}C{x + rx} {y + by} {x + bx} {y + ry} {x} {y + ry}"
        f"C{x - bx} {y + ry} {x - rx} {y + by} {x - rx} {y}"
        f"C{x - rx} {y - by} {x - bx} {y - ry} {x} {y - ry}"
        f"C{x + bx} {y - ry} {x + rx} {y - by} {x + rx} {y}Z"
    )


def _checked(pattern: re.Pattern[str], text: str, kind: str) -> str:
    if not pattern.fullmatch(text) or (kind == "path" and text.strip()[:1] not in ("M", "m")):
        raise _unread(kind)
    return text


def _unread(kind: str) -> UnfitArt:
    return UnfitArt(
        f"a {kind} is written in a way that is not read here; use the commands M L H V C Q Z"
    )


def _length(element: ElementTree.Element, name: str) -> float:
    text = element.get(name, "0")
    if not re.fullmatch(_NUMBER, text) or not math.isfinite(float(text)):
        raise UnfitArt(f"{name}={text!r} is not a plain number")
    return float(text)
