"""Outlines with fewer words: what is left out cannot be seen, what can be seen stays."""

import pytest

from badge_assets.path_data import segments
from badge_assets.simpler import simpler


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # A serif's foot, hollow by less than half a step, is a line; and lines go on.
        ("M0 0C3 .2 7 .2 10 0C13 .2 17 .2 20 0L20 9Z", "M0 0L20 0L20 9Z"),
        # A corner is one, however flat, where it is further away.
        ("M0 0L10 1L20 0L20 9Z", "M0 0L10 1L20 0L20 9Z"),
        # A line that turns back is two.
        ("M0 0L20 0L10 0L10 9Z", "M0 0L20 0L10 0L10 9Z"),
        # What closing draws is not drawn twice.
        ("M0 0L9 0L9 9L0 0ZM20 0L29 0L29 9L20 0Z", "M0 0L9 0L9 9ZM20 0L29 0L29 9Z"),
        # A raised quadratic curve is one again; a quarter of a circle is none.
        ("M0 0C4 8 8 8 12 0Z", "M0 0Q6 12 12 0Z"),
        ("M0 0C0 55 45 100 100 100Z", "M0 0C0 55 45 100 100 100Z"),
        # Nearly straight, but it goes beyond its end.
        ("M0 0C9 0 20 0 10 0L10 9Z", "M0 0C9 0 20 0 10 0L10 9Z"),
    ],
)
def test_simpler(path: str, expected: str) -> None:
    assert simpler(segments(path), 0.4) == segments(expected)


def test_small_steps_do_not_add_up() -> None:
    # A slow bend: each point is near its neighbours' line, and not all near one line.
    bend = "M0 0" + "".join(f"L{x} {x * x / 100}" for x in range(1, 41)) + "L40 -9Z"
    kept = simpler(segments(bend), 0.4)
    assert 4 < len(kept) < 20
