"""Outlines freed of what is too small to be seen: fewer and shorter words for the same letter.

A typeface is drawn for print: its serifs are hollow by a hundredth of a letter's height, its
stems swell by less. In a seal of some hundred pixels nobody sees it, and it makes half of the file.
"""

import math
from collections.abc import Iterable

from badge_assets.path_data import Point, Segment

# The furthest that a cubic curve is from its chord, in parts of its control points' distance
# where both are on one side.
_BOW = 0.75
# The distance of a cubic curve from the quadratic one with its ends and the same mean control
# point, in parts of its third difference.
_RAISED = math.sqrt(3) / 36


def simpler(outline: Iterable[Segment], stray: float) -> tuple[Segment, ...]:
    """Return `outline` (absolute M, L, C, Q, Z) with nothing further from its place than `stray`
    once for each of two things: curves as good as straight become lines, or cubic ones quadratic;
    and lines that go on become one. No point is moved.
    """
    found: list[Segment] = []
    passed: list[Point] = []  # what the last line of `found` has left out
    before = here = start = (0.0, 0.0)
    for kind, points in outline:
        if kind == "C":
            kind, points = _eased(here, points, stray)
        if kind == "Z":
            if found[-1] == ("L", (start,)):
                found.pop()  # closing draws it
            here = start
        elif kind == "L" and found and found[-1][0] == "L":
            passed.append(here)
            if _are_between(passed, before, points[0], stray):
                found.pop()
            else:
                before, passed = here, []
        else:
            before, passed = here, []
            if kind == "M":
                start = points[0]
        found.append((kind, points))
        here = points[-1] if points else start
    return tuple(found)


def _eased(here: Point, points: tuple[Point, ...], stray: float) -> Segment:
    """A cubic curve from `here`, as the simplest that is within `stray` of it."""
    first, second, end = points
    if _are_between((first, second), here, end, stray / _BOW):
        return "L", (end,)
    third = [
        far - 3 * two + 3 * one - near
        for near, one, two, far in zip(here, first, second, end, strict=True)
    ]
    if _RAISED * math.hypot(*third) > stray:
        return "C", points
    x, y = (
        (3 * (one + two) - near - far) / 4
        for near, one, two, far in zip(here, first, second, end, strict=True)
    )
    return "Q", ((x, y), end)


def _are_between(points: Iterable[Point], start: Point, end: Point, stray: float) -> bool:
    """Whether all lie within `stray` of the line, and none before its start or after its end."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    long = math.hypot(dx, dy)
    if long == 0:
        return False
    return all(
        abs(dx * (y - start[1]) - dy * (x - start[0])) <= stray * long
        and 0 <= dx * (x - start[0]) + dy * (y - start[1]) <= long * long
        for x, y in points
    )
