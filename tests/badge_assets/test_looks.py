"""Colours: what is refused, and that nothing mixed from them is hard to read."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from badge_assets.looks import (
    SHAPE_CONTRAST,
    TEXT_CONTRAST,
    Looks,
    Shortfall,
    Theme,
    contrast,
    mix,
    plate_colours,
    shortfalls,
)

DARK = st.tuples(*[st.integers(0, 110)] * 3).map(lambda rgb: "#" + bytes(rgb).hex())
PALE = st.tuples(*[st.integers(200, 255)] * 3).map(lambda rgb: "#" + bytes(rgb).hex())


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_mixing() -> None:
    assert mix("#000000", "#ffffff", 1) == "#000000"
    assert mix("#000000", "#ffffff", 0) == "#ffffff"
    assert mix("#ff0000", "#0000ff", 0.5) == "#800080"


@pytest.mark.parametrize(
    ("ink", "paper", "accent", "said"),
    [
        ("black", "#ffffff", "#6b1f33", "#rrggbb"),
        ("#000", "#ffffff", "#6b1f33", "#rrggbb"),
        ("#1c1b19", "#ffffff", "#6b1f33\n", "#rrggbb"),
        ("#777777", "#ffffff", "#6b1f33", "ink against paper"),
        ("#1c1b19", "#faf7f0", "#c08a2e", "accent against paper"),
        ("#000000", "#ffffff", "#737373", "smaller form"),
    ],
)
def test_colours_that_could_not_be_read_are_refused(
    ink: str, paper: str, accent: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Looks(ink, paper, accent)


def test_each_colour_is_told_once_and_never_rounded_up_to_enough() -> None:
    assert shortfalls("#777777", "#ffffff", "#777777") == (
        Shortfall("ink", "paper (#ffffff)", 4.47, 7.0),
        Shortfall("accent", "paper (#ffffff)", 4.47, 4.5),
    )
    assert shortfalls("#000000", "#ffffff", "#707070") == (
        Shortfall("accent", "the motif's smaller form (#c9c9c9)", 2.99, 3.0),
    )
    assert shortfalls("#000000", "#ffffff", "#6f6f6f") == ()


def test_an_unknown_motif_is_refused() -> None:
    with pytest.raises(ValueError, match="balance"):
        Looks("#1c1b19", "#faf7f0", "#6b1f33", "unicorn")  # type: ignore[arg-type]


@given(DARK, PALE, DARK)
def test_whatever_looks_are_accepted_every_plate_can_be_read(
    ink: str, paper: str, accent: str
) -> None:
    try:
        looks = Looks(ink, paper, accent)
    except ValueError:
        assume(False)
        raise
    for theme in Theme:
        for grey in (True, False):
            plate = plate_colours(looks, theme, grey=grey)
            assert contrast(plate.words, plate.plate) >= TEXT_CONTRAST
            assert contrast(plate.large, plate.panel) >= SHAPE_CONTRAST
            assert contrast(plate.small, plate.panel) >= SHAPE_CONTRAST
            if theme is Theme.CONTRAST:
                assert contrast(plate.words, plate.plate) == 21
                assert contrast(plate.small, plate.panel) >= 7


@pytest.mark.parametrize("theme", Theme)
def test_a_plate_has_an_edge_that_stands_out_on_white_and_on_black(theme: Theme) -> None:
    looks = Looks("#1c1b19", "#faf7f0", "#6b1f33")
    for grey in (True, False):
        plate = plate_colours(looks, theme, grey=grey)
        for page in ("#ffffff", "#000000"):
            assert max(contrast(plate.edge, page), contrast(plate.plate, page)) >= SHAPE_CONTRAST
