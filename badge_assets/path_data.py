"""The path data of SVG, read: what a `d` says, as a list of segments."""

import re

Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]  # M, L, C, Q or Z with absolute points

_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "Z": 0}


def segments(path: str) -> tuple[Segment, ...]:
    """Read path data (SVG 2, chapter 9) into absolute segments of five kinds.

    Raises `LookupError` or `ValueError` for arcs, smooth curves and what is no path data.
    """
    tokens = _TOKEN.findall(path)
    found: list[Segment] = []
    here: Point = (0, 0)
    start = here
    command = ""
    at = 0
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
        kind = command.upper()
        count = _ARGUMENTS[kind]
        values = [float(value) for value in tokens[at : at + count]]
        at += count
        x, y = here if command.islower() else (0, 0)
        if kind == "Z":
            here = start
            found.append(("Z", ()))
            continue
        if kind == "H":
            points: tuple[Point, ...] = ((x + values[0], here[1]),)
        elif kind == "V":
            points = ((here[0], y + values[0]),)
        else:
            pairs = zip(values[::2], values[1::2], strict=True)
            points = tuple((x + dx, y + dy) for dx, dy in pairs)
        here = points[-1]
        if kind == "M":
            start = here
            if found and found[-1][0] == "M":
                found.pop()  # a second move at once: the first drew nothing
            command = "l" if command == "m" else "L"
        found.append((kind if kind in "MCQ" else "L", points))
    return tuple(found)
