"""The live seal: one form for each state, and nothing that could be taken for another."""

import gzip
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from badge_assets.draw import SEAL_HEIGHT, SEAL_WIDTH, SealKind, seal_svg
from badge_assets.letters import MissingGlyph, UnfitText
from badge_assets.looks import Theme, plate_colours
from tests.badge_assets.made_up import HARD_NAME, NAMES, PETROL, WINE, pixels, rgb, seal_facts

GREY = [kind for kind in SealKind if kind not in (SealKind.HOLDS, SealKind.UNDER_WAY)]


def drawn(svg: bytes, scale: float = 2) -> NDArray[np.int16]:
    return pixels(svg, SEAL_WIDTH, SEAL_HEIGHT, scale)


def colours(svg: bytes) -> set[str]:
    paths = list(ElementTree.fromstring(svg))
    return {
        path.attrib[name] for path in paths for name in ("fill", "stroke") if name in path.attrib
    }


@pytest.mark.parametrize("theme", Theme)
def test_every_state_has_a_shape_of_its_own_without_colour_and_with_the_same_words(
    theme: Theme,
) -> None:
    shapes = {}
    for kind in SealKind:
        picture = drawn(seal_svg(seal_facts(kind), PETROL, theme)).mean(axis=2)
        shapes[kind] = np.abs(picture - np.median(picture)) > 60
    for one, other in combinations(SealKind, 2):
        assert (shapes[one] != shapes[other]).sum() > 100, f"{one} looks like {other}"


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("kind", [*GREY, SealKind.UNDER_WAY])
def test_only_the_mark_that_holds_has_the_programmes_colour(kind: SealKind, theme: Theme) -> None:
    holds = colours(seal_svg(seal_facts(), PETROL, theme))
    assert {PETROL.accent, PETROL.faded} < holds
    other = colours(seal_svg(seal_facts(kind), PETROL, theme))
    assert not {PETROL.accent, PETROL.faded} & other
    plate = plate_colours(PETROL, theme, grey=kind in GREY)
    assert other == {plate.plate, plate.words, plate.edge, "none"}


@pytest.mark.parametrize("kind", SealKind)
def test_every_word_is_seen(kind: SealKind) -> None:
    plain = seal_svg(seal_facts(kind), PETROL)
    for change in ("holder", "state_line"):
        other = seal_svg(seal_facts(kind, **{change: "Noe ganske annet"}), PETROL)
        assert (np.abs(drawn(plain) - drawn(other)).max(axis=2) > 60).sum() > 100
    more = seal_svg(seal_facts(kind, detail_line="balansemerket.example.no"), PETROL)
    assert (np.abs(drawn(plain) - drawn(more)).max(axis=2) > 60).sum() > 100


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("kind", SealKind)
def test_the_plate_is_opaque_with_an_edge_all_round(kind: SealKind, theme: Theme) -> None:
    plate = plate_colours(PETROL, theme, grey=kind in GREY)
    picture = drawn(seal_svg(seal_facts(kind), PETROL, theme))
    edge = rgb(plate.edge)
    for side in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
        assert (np.abs(side - edge).max(axis=1) <= 2).all()
    assert (np.abs(picture[4:8, -16:-4] - rgb(plate.plate)).max(axis=2) <= 2).all()


@pytest.mark.parametrize("kind", [SealKind.HOLDS, SealKind.RENEWING, SealKind.UNDER_WAY])
@pytest.mark.parametrize("name", NAMES[::3] + NAMES[-9:])
def test_no_name_leaves_its_place(name: str, kind: SealKind) -> None:
    facts = seal_facts(
        kind,
        holder=name,
        state_line="Hadde merket til og med 3. mars 2027, fornyelse pågår",
        detail_line="balansemerket.example.no/m/eksempelteatret-i-nord-og-sor",
    )
    picture = drawn(seal_svg(facts, PETROL))
    plate = rgb(plate_colours(PETROL, Theme.LIGHT, grey=kind in GREY).plate)
    left = {SealKind.HOLDS: 212, SealKind.RENEWING: 150, SealKind.UNDER_WAY: 4}[kind]
    free = {
        "right": picture[4:18, -24:-4],
        "above": picture[4:10, left:-4],
        "below": picture[-10:-4, left:-4],
        "left": picture[24:-24, left : left + 20],
        "right of the text": picture[24:-24, -24:-4],
    }
    for where, strip in free.items():
        assert (np.abs(strip - plate).max(axis=2) <= 3).all(), where


@pytest.mark.parametrize("kind", SealKind)
def test_texts_as_long_as_is_allowed_are_drawn_smaller_and_not_beyond_the_plate(
    kind: SealKind,
) -> None:
    facts = seal_facts(
        kind,
        mark=("Merket " * 6).strip()[:40],
        holder="Wm " * 39 + "WWW",
        state_line="Wm " * 29 + "WWW",
        detail_line="Wm " * 33,
        sample="EKSEMPEL",
    )
    picture = drawn(seal_svg(facts, PETROL))
    plate = rgb(plate_colours(PETROL, Theme.LIGHT, grey=kind in GREY).plate)
    left = 212 if kind is SealKind.HOLDS else 40
    assert (
        np.abs(picture[2:12, left : 2 * (SEAL_WIDTH - 20) - 2] - plate).max(axis=2) <= 3
    ).all() or (kind is SealKind.UNDER_WAY)
    assert (np.abs(picture[28:-28, -52:-42] - plate).max(axis=2) <= 3).all()


@pytest.mark.parametrize("kind", SealKind)
def test_a_made_up_seal_says_so_in_every_state(kind: SealKind) -> None:
    plain = drawn(seal_svg(seal_facts(kind), WINE))
    sample = drawn(seal_svg(seal_facts(kind, sample="EKSEMPEL"), WINE))
    assert (np.abs(plain - sample).max(axis=2)[:, -40:] > 60).mean() > 0.5


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("kind", SealKind)
def test_a_seal_is_small_when_compressed(kind: SealKind, theme: Theme) -> None:
    facts = seal_facts(
        kind,
        holder="Østfold Internasjonale Teater",
        detail_line="balansemerket.example.no/m/ostfold-internasjonale-teater",
    )
    assert len(gzip.compress(seal_svg(facts, PETROL, theme))) <= 6 * 1024


def test_a_seal_holds_outlines_and_nothing_else_and_can_be_read_aloud() -> None:
    facts = seal_facts(
        holder=HARD_NAME,
        title=HARD_NAME,
        description=f"<{HARD_NAME}>",
        language="en",
        sample="SAMPLE",
    )
    root = ElementTree.fromstring(seal_svg(facts, PETROL))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        "svg", "title", "desc", "path",
    }  # fmt: skip
    assert {name for element in root.iter() for name in element.attrib} == {
        "width", "height", "viewBox", "role", "lang", "fill", "d", "transform",
        "stroke", "stroke-width",
    }  # fmt: skip
    assert (root.attrib["lang"], root.attrib["role"]) == ("en", "img")
    assert (root[0].text, root[1].text) == (HARD_NAME, f"<{HARD_NAME}>")
    assert (root.attrib["width"], root.attrib["height"]) == (str(SEAL_WIDTH), str(SEAL_HEIGHT))


def test_equal_facts_give_equal_bytes() -> None:
    assert seal_svg(seal_facts(), PETROL) == seal_svg(seal_facts(), PETROL)
    assert seal_svg(seal_facts(), PETROL) != seal_svg(seal_facts(), PETROL, Theme.DARK)


def test_a_seal_of_nobody_needs_no_holder_and_every_other_does() -> None:
    seal_svg(seal_facts(SealKind.UNKNOWN, holder="", state_line="Ikke utstedt her"), PETROL)
    with pytest.raises(UnfitText, match="holder"):
        seal_svg(seal_facts(SealKind.LAPSED, holder=""), PETROL)


@pytest.mark.parametrize("field", ["mark", "holder", "state_line", "detail_line", "sample"])
def test_a_missing_letter_is_an_error(field: str) -> None:
    with pytest.raises(MissingGlyph):
        seal_svg(seal_facts(SealKind.HOLDS, **{field: "☃"}), PETROL)
