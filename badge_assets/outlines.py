"""An SVG of nothing but outlines, made small and given a name that can be read aloud.

Takes what typst writes (groups, symbols and their uses, long fractions) and writes the
same picture as plain paths in whole numbers, for our own drawings only: what this module
does not know is an error and never dropped. A line of text is one path, on a grid of its
own: a letter that returns, in whatever size, repeats byte for byte, as gzip needs it.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from badge_assets.path_data import Point, Segment, segments
from badge_assets.simpler import simpler

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_FUNCTION = re.compile(r"([A-Za-z]+)\(([^)]*)\)")
_STROKE = ("stroke", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit")
# What typst always writes and SVG takes for granted.
_DEFAULTS = {
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "stroke-miterlimit": "4",
}
_KNOWN = {"fill", "fill-rule", "d", "transform", "stroke-width", *_STROKE}


@dataclass(frozen=True)
class Matrix:
    """An affine map of the plane: x' = a x + c y + e, y' = b x + d y + f."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def __matmul__(self, inner: "Matrix") -> "Matrix":
        return Matrix(
            self.a * inner.a + self.c * inner.b,
            self.b * inner.a + self.d * inner.b,
            self.a * inner.c + self.c * inner.d,
            self.b * inner.c + self.d * inner.d,
            self.a * inner.e + self.c * inner.f + self.e,
            self.b * inner.e + self.d * inner.f + self.f,
        )

    def __call__(self, point: Point) -> Point:
        x, y = point
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


@dataclass(frozen=True)
class _Shape:
    """Path data on the grid, or on a grid of its own, which `transform` puts in place."""

    style: tuple[tuple[str, str], ...]
    path: str
    transform: Matrix | None = None


@dataclass(frozen=True)
class Grids:
    """Steps to a unit: for shapes, and for letters in the size in which they were set. `stray` is
    how much simpler a letter may be drawn, in those units: see `simpler`."""

    shapes: int
    letters: float
    stray: float = 0


def flatten(svg: bytes, grids: Grids, *, language: str, title: str, description: str) -> bytes:
    """Return typst's `svg` as plain paths, with its language, and a name to be read aloud.

    Each point of a shape lands within one step of `grids` of its place, a letter's outline
    within one step and twice its stray. `title` and `description`
    may hold any character of XML.
    """
    root = ElementTree.fromstring(svg)
    width, height = (float(root.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    symbols = {
        symbol.attrib["id"]: symbol[0].attrib["d"]
        for symbol in root.iterfind(f"{_SVG}defs/{_SVG}symbol")
    }
    reading = _Reading(symbols, grids)
    grid = grids.shapes
    body = "".join(map(_written, reading.shapes(root, Matrix(a=grid, d=grid))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width * grid:g} {height * grid:g}" role="img" lang={quoteattr(language)}>'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>\n"
    ).encode()


@dataclass(frozen=True)
class _Reading:
    """The path data of symbols by their id, and the grid on which a run of them is laid."""

    symbols: dict[str, str]
    grids: Grids

    def shapes(self, parent: ElementTree.Element, outer: Matrix) -> Iterator[_Shape]:
        """The paths under `parent`, in drawing order."""
        run: list[ElementTree.Element] = []
        for element in parent:
            kind = element.tag.removeprefix(_SVG)
            matrix = outer @ _matrix(element.get("transform", ""))
            if kind == "use":
                run.append(element)
            elif kind == "g":
                yield from self.shapes(element, matrix)
            elif kind == "path":
                moved = _moved(segments(element.attrib["d"]), matrix)
                yield _Shape(_style(element, matrix), _path(moved).text)
            elif kind != "defs":
                raise ValueError(f"typst wrote an element that is not known here: {kind}")
        if run:
            yield self._letters(run, outer)

    def _letters(self, run: list[ElementTree.Element], outer: Matrix) -> _Shape:
        """One line of letters, all in one colour, as one path."""
        words: list[str] = []
        here = (0, 0)
        grid = self.grids.letters
        for use in run:
            x, y = (_whole(grid * float(use.attrib[axis])) for axis in "xy")
            letter = _letter(self.symbols[use.attrib[_HREF][1:]], grid, self.grids.stray)
            if letter.text:
                start = (x + letter.start[0], y + letter.start[1])
                words += _word("m", [(start[0] - here[0], start[1] - here[1])]), letter.text
                here = (x + letter.end[0], y + letter.end[1])
        (fill,) = {use.attrib["fill"] for use in run}
        step = 1 / grid
        return _Shape((("fill", fill),), "".join(words), outer @ Matrix(a=step, d=step))


def _style(element: ElementTree.Element, matrix: Matrix) -> tuple[tuple[str, str], ...]:
    """Fill and stroke of a path, the stroke as wide as `matrix` makes it."""
    if unknown := set(element.attrib) - _KNOWN:
        raise ValueError(f"typst wrote an attribute that is not known here: {unknown}")
    if element.get("fill-rule", "nonzero") != "nonzero":
        raise ValueError("typst wrote a fill rule that is not known here")
    style = [("fill", element.get("fill", "none"))]
    if element.get("stroke", "none") != "none":
        style += [
            (name, value)
            for name in _STROKE
            if (value := element.get(name)) is not None and value != _DEFAULTS.get(name)
        ]
        wide = float(element.get("stroke-width", "1")) * math.hypot(matrix.a, matrix.b)
        style.append(("stroke-width", str(round(wide))))
    return tuple(style)


def _matrix(transform: str) -> Matrix:
    matrix = Matrix()
    for name, arguments in _FUNCTION.findall(transform):
        values = [float(value) for value in arguments.replace(",", " ").split()]
        if name == "translate":
            matrix @= Matrix(e=values[0], f=values[1] if len(values) > 1 else 0)
        elif name == "matrix":
            matrix @= Matrix(*values)
        elif name == "scale":
            matrix @= Matrix(a=values[0], d=values[-1])
        elif name == "rotate" and len(values) == 1:
            turn = math.radians(values[0])
            cosine, sine = math.cos(turn), math.sin(turn)
            matrix @= Matrix(cosine, sine, -sine, cosine)
        else:
            raise ValueError(f"typst wrote a transformation that is not known here: {name}")
    return matrix


def _moved(segments: tuple[Segment, ...], matrix: Matrix) -> tuple[Segment, ...]:
    return tuple((kind, tuple(map(matrix, points))) for kind, points in segments)


def _written(shape: _Shape) -> str:
    style = "".join(f' {name}="{value}"' for name, value in shape.style)
    if place := shape.transform:
        numbers = (place.a, place.b, place.c, place.d, place.e, place.f)
        style += f' transform="matrix({" ".join(f"{number:.5g}" for number in numbers)})"'
    return f'<path{style} d="{shape.path}"/>'


@dataclass(frozen=True)
class _Written:
    """Path data; for a letter without its first move, which `start` tells. It leaves the pen
    at `end`."""

    text: str
    start: tuple[int, int] = (0, 0)
    end: tuple[int, int] = (0, 0)


_read = lru_cache(maxsize=1024)(segments)


@lru_cache(maxsize=4096)
def _letter(path: str, grid: float, stray: float) -> _Written:
    """One letter, the same bytes wherever it stands."""
    whole = _read(path)
    outline = _moved(simpler(whole, stray) if stray else whole, Matrix(a=grid, d=grid))
    if not outline:
        return _Written("")
    x, y = outline[0][1][0]
    return _path(outline[1:], start=(_whole(x), _whole(y)))


def _path(segments: tuple[Segment, ...], start: tuple[int, int] = (0, 0)) -> _Written:
    """Write path data in whole numbers, relative, in the shortest words.

    Points are rounded first and subtracted then, so that errors do not add up.
    """
    words: list[str] = []
    first = here = start
    for kind, points in segments:
        places = [(_whole(x), _whole(y)) for x, y in points]
        steps = [(x - here[0], y - here[1]) for x, y in places]
        if kind == "Z":
            words.append("z")
            here = start
            continue
        if kind == "M":
            start = places[0]
            words.append(_word("m", steps))
        elif kind == "L":
            (dx, dy) = steps[0]
            if dx and dy:
                words.append(_word("l", steps))
            elif dx or dy:
                words.append(f"h{dx}" if dx else f"v{dy}")
        else:
            words.append(_word(kind.lower(), steps))
        here = places[-1]
    return _Written("".join(words), first, here)


def _whole(number: float) -> int:
    """The nearest whole number, halves always upwards: nothing depends on where a letter is."""
    return math.floor(number + 0.5)


def _word(command: str, steps: list[tuple[int, int]]) -> str:
    numbers = " ".join(f"{dx} {dy}" for dx, dy in steps)
    return command + numbers.replace(" -", "-")
