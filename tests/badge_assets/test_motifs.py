"""The motifs: each to be told from the others, and the ring from every sign of a state."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from badge_assets.draw import SEAL_HEIGHT, SEAL_WIDTH, SealKind, badge_png, badge_svg, seal_svg
from badge_assets.looks import Looks, Motif, Theme, plate_colours
from tests.badge_assets.made_up import (
    PETROL,
    WINE,
    badge_facts,
    decoded,
    pixels,
    rgb,
    seal_facts,
)

RING = replace(WINE, motif=Motif.RING)


def panel(looks: Looks, scale: float, theme: Theme = Theme.LIGHT) -> NDArray[np.int16]:
    """The motif's square in a seal, without its edge."""
    seal = pixels(seal_svg(seal_facts(), looks, theme), SEAL_WIDTH, SEAL_HEIGHT, scale)
    edge, side = round(2 * scale), round(104 * scale)
    return seal[edge : side - edge, edge : side - edge]


def near(picture: NDArray[np.int16], colour: str) -> NDArray[np.bool_]:
    return np.asarray(np.abs(picture - rgb(colour)).max(axis=2) < 12)


@pytest.mark.parametrize("motif", Motif)
@pytest.mark.parametrize("theme", Theme)
def test_a_motif_has_two_forms_on_the_panel(motif: Motif, theme: Theme) -> None:
    looks = replace(PETROL, motif=motif)
    plate = plate_colours(looks, theme, grey=False)
    picture = panel(looks, 4, theme)
    for colour, least in ((plate.panel, 0.4), (plate.large, 0.05), (plate.small, 0.008)):
        assert near(picture, colour).mean() > least, colour
    if theme is Theme.MONO:
        assert plate.small == plate.large


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("motif", Motif)
def test_a_motif_keeps_both_its_forms_at_24_pixels(motif: Motif, theme: Theme) -> None:
    """Large form, small form and panel are each several pixels, and stand where they stand at
    full size."""
    looks = replace(PETROL, motif=motif)
    small = panel(looks, 24 / 100, theme).mean(axis=2)
    large = panel(looks, 4, theme).mean(axis=2)
    high, wide = (edge // side * side for edge, side in zip(large.shape, small.shape, strict=True))
    shrunk = (
        large[:high, :wide]
        .reshape(small.shape[0], high // small.shape[0], small.shape[1], wide // small.shape[1])
        .mean(axis=(1, 3))
    )
    assert np.corrcoef(shrunk.ravel(), small.ravel())[0, 1] > 0.9
    if theme is not Theme.MONO:
        plate = plate_colours(looks, theme, grey=False)
        grey = [np.mean(rgb(colour)) for colour in (plate.panel, plate.small, plate.large)]
        nearest = np.abs(small[..., None] - grey).argmin(axis=2)
        assert min(np.bincount(nearest.ravel(), minlength=3)) >= 6


def test_motifs_differ_at_24_pixels() -> None:
    small = {motif: panel(replace(WINE, motif=motif), 24 / 100) for motif in Motif}
    for one, other in combinations(Motif, 2):
        assert (np.abs(small[one] - small[other]).max(axis=2) > 60).mean() > 0.2


def test_two_unequal_forms_rest_on_one_point_where_their_weights_are_equal() -> None:
    """As a thing of even thickness would: weight is area, and it pulls about the point."""
    picture = panel(PETROL, 5)
    large, small = (near(picture, colour) for colour in (PETROL.paper, PETROL.faded))
    rows = large.sum(axis=1)
    beam = np.flatnonzero(rows == rows.max())
    assert np.ptp(beam) < 30, "the beam is not one level bar"
    heavy, light = large[: beam[0] - 2], small[: beam[0] - 2]
    point = np.flatnonzero(large[beam[-1] + 4]).mean()
    weight, other = (np.nonzero(form)[1] - point for form in (heavy, light))
    assert len(weight) > 2 * len(other)
    assert abs(weight.sum() + other.sum()) < 0.03 * abs(weight.sum())


def test_the_ring_is_open_at_the_top_round_its_point_and_nowhere_else() -> None:
    picture = panel(RING, 5)
    middle = (len(picture) - 1) / 2
    radius = 104 * 5 * 0.33

    def at(degrees: float, share: float) -> tuple[int, int]:
        turn = np.radians(degrees)
        y, x = middle - share * radius * np.cos(turn), middle + share * radius * np.sin(turn)
        return round(float(y)), round(float(x))

    large, small, ground = (near(picture, c) for c in (RING.paper, RING.faded, RING.accent))
    assert all(large[at(degrees, 0.8)] for degrees in range(30, 331))
    assert small[at(0, 0.8)]
    assert all(ground[at(degrees, 0.8)] for degrees in (-20, 20))
    assert all(ground[at(0, share)] for share in (0, 0.3, 0.5, 1.1))
    assert (large == large[:, ::-1]).mean() > 0.99, "its halves are not alike"


def test_the_ring_stands_in_the_middle_of_its_panel() -> None:
    for picture in (panel(RING, 5), decoded(badge_png(badge_facts(), RING))[:284, :284]):
        rows, columns = np.nonzero(near(picture, RING.paper) | near(picture, RING.faded))
        height, width, _ = picture.shape
        assert abs(rows.min() + rows.max() - height) <= 4
        assert abs(columns.min() + columns.max() - width) <= 4


def test_the_word_on_a_made_up_badge_keeps_clear_of_every_motif() -> None:
    for motif in Motif:
        looks = replace(WINE, motif=motif)
        plain = decoded(badge_png(badge_facts(), looks))
        sample = decoded(badge_png(badge_facts(sample="WWWWWWWWWWWW"), looks))
        word = np.flatnonzero((plain != sample).any(axis=(1, 2)))
        assert (word[0], word[-1]) == (284, 343)
        assert (plain[250:344, :284] == rgb(looks.accent)).all()


@pytest.mark.parametrize("theme", Theme)
def test_no_sign_of_another_state_looks_like_the_ring(theme: Theme) -> None:
    """The sign of a mark that ended is a circle: thin, closed, and less than half as wide."""
    ring = near(panel(RING, 2, theme), plate_colours(RING, theme, grey=False).large).mean()
    for kind in SealKind:
        if kind is not SealKind.HOLDS:
            seal = pixels(seal_svg(seal_facts(kind), RING, theme), SEAL_WIDTH, SEAL_HEIGHT, 2)
            square = seal[4:204, 4:136]
            drawn = np.abs(square - np.median(square, axis=(0, 1))).max(axis=2) > 60
            assert drawn.mean() < ring / 2, kind


def test_svg_and_png_are_the_same_ring() -> None:
    drawn = decoded(badge_png(badge_facts(), RING))
    outlined = pixels(badge_svg(badge_facts(), RING), 1024, 1024)
    difference = np.abs(drawn - outlined).max(axis=2)
    assert difference.mean() < 0.5
    assert (difference > 100).mean() < 0.0005
