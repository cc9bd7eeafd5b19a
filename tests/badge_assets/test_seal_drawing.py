"""The live seal: one form for each state, and nothing that could be taken for another."""

import gzip
import io
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from badge_assets.draw import (
    SEAL_PACKED,
    SEAL_SIZES,
    Form,
    SealFacts,
    SealKind,
    seal_png,
    seal_svg,
)
from badge_assets.letters import MissingGlyph, UnfitText
from badge_assets.looks import Theme, plate_colours
from tests.badge_assets.made_up import (
    HARD_NAME,
    NAMES,
    PETROL,
    WINE,
    decoded,
    pixels,
    rgb,
    seal_facts,
)

SEAL_WIDTH, SEAL_HEIGHT = SEAL_SIZES[Form.WIDE]
GREY = [kind for kind in SealKind if kind not in (SealKind.HOLDS, SealKind.UNDER_WAY)]
COLOURED = [Theme.LIGHT, Theme.DARK]


def drawn(svg: bytes, scale: float = 2, form: Form = Form.WIDE) -> NDArray[np.int16]:
    return pixels(svg, *SEAL_SIZES[form], scale)


def colours(svg: bytes) -> set[str]:
    paths = list(ElementTree.fromstring(svg))
    return {
        path.attrib[name] for path in paths for name in ("fill", "stroke") if name in path.attrib
    }


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("theme", Theme)
def test_every_state_has_a_shape_of_its_own_without_colour_and_with_the_same_words(
    theme: Theme, form: Form
) -> None:
    shapes = {}
    for kind in SealKind:
        seal = seal_svg(seal_facts(kind), PETROL, theme, form)
        picture = drawn(seal, form=form).mean(axis=2)
        shapes[kind] = np.abs(picture - np.median(picture)) > 60
    for one, other in combinations(SealKind, 2):
        assert (shapes[one] != shapes[other]).sum() > 100, f"{one} looks like {other}"


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("theme", COLOURED)
@pytest.mark.parametrize("kind", [*GREY, SealKind.UNDER_WAY])
def test_only_the_mark_that_holds_has_the_programmes_colour(
    kind: SealKind, theme: Theme, form: Form
) -> None:
    holds = colours(seal_svg(seal_facts(), PETROL, theme, form))
    assert {PETROL.accent, PETROL.faded} < holds
    other = colours(seal_svg(seal_facts(kind), PETROL, theme, form))
    assert not {PETROL.accent, PETROL.faded} & other
    plate = plate_colours(PETROL, theme, grey=kind in GREY)
    assert other == {plate.plate, plate.words, plate.edge, "none"}


@pytest.mark.parametrize("kind", SealKind)
def test_one_colour_is_one_colour(kind: SealKind) -> None:
    for form in Form:
        seal = seal_svg(seal_facts(kind, sample="EKSEMPEL"), PETROL, Theme.MONO, form)
        assert colours(seal) - {"none"} == {PETROL.ink, PETROL.paper}


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("kind", SealKind)
def test_high_contrast_is_black_and_white_but_for_the_motifs_smaller_form(
    kind: SealKind, form: Form
) -> None:
    used = colours(seal_svg(seal_facts(kind), PETROL, Theme.CONTRAST, form)) - {"none"}
    assert used - {"#bdbdbd"} == {"#000000", "#ffffff"}
    assert ("#bdbdbd" in used) == (kind is SealKind.HOLDS)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("kind", SealKind)
def test_every_word_is_seen(kind: SealKind, form: Form) -> None:
    plain = drawn(seal_svg(seal_facts(kind), PETROL, form=form), form=form)
    for change in (
        {"holder": "Noe ganske annet"},
        {"state_line": "Noe ganske annet"},
        {"detail_line": "balansemerket.example.no"},
    ):
        seal = seal_svg(seal_facts(kind, **change), PETROL, form=form)
        assert (np.abs(plain - drawn(seal, form=form)).max(axis=2) > 60).sum() > 100


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("kind", SealKind)
def test_the_plate_is_opaque_with_an_edge_all_round(kind: SealKind, theme: Theme) -> None:
    plate = plate_colours(PETROL, theme, grey=kind in GREY)
    picture = drawn(seal_svg(seal_facts(kind), PETROL, theme))
    edge = rgb(plate.edge)
    for side in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
        assert (np.abs(side - edge).max(axis=1) <= 2).all()
    assert (np.abs(picture[4:8, -16:-4] - rgb(plate.plate)).max(axis=2) <= 2).all()


def test_a_round_seal_is_a_disc_with_an_edge_and_nothing_around_it() -> None:
    with Image.open(io.BytesIO(seal_png(seal_facts(), PETROL, form=Form.ROUND))) as opened:
        assert opened.mode == "RGBA"
        alpha = np.asarray(opened)[..., 3]
    y, x = np.mgrid[-200:200, -200:200] + 0.5
    far = np.hypot(x, y)
    assert (alpha[far < 199] == 255).all()
    assert (alpha[far > 201] == 0).all()


@pytest.mark.parametrize("kind", [SealKind.HOLDS, SealKind.RENEWING, SealKind.WITHDRAWN])
@pytest.mark.parametrize("sample", ["", "EKSEMPEL"])
@pytest.mark.parametrize("name", [NAMES[0], *NAMES[2::9], *NAMES[-9:]])
def test_no_name_leaves_the_disc(name: str, kind: SealKind, sample: str) -> None:
    facts = seal_facts(
        kind,
        holder=name,
        mark="Merket for trygge øvingsrom og scener"[:40],
        state_line="Hadde merket til og med 3. mars 2027, fornyelse pågår",
        detail_line="balansemerket.example.no/m/eksempelteatret-i-nord-og-sor",
        sample=sample,
    )
    picture = drawn(seal_svg(facts, PETROL, form=Form.ROUND), form=Form.ROUND)
    plate = rgb(plate_colours(PETROL, Theme.LIGHT, grey=kind in GREY).plate)
    y, x = np.mgrid[-200:200, -200:200] + 0.5
    far = np.hypot(x, y)
    rim = (far > 191) & (far < 196) & (y > 40)
    assert (np.abs(picture[rim] - plate).max(axis=1) <= 3).all()


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("theme", Theme)
def test_png_and_svg_are_the_same_seal(theme: Theme, form: Form) -> None:
    facts = seal_facts(holder=HARD_NAME, detail_line="balansemerket.example.no")
    picture = decoded(seal_png(facts, PETROL, theme, form))
    outlined = drawn(seal_svg(facts, PETROL, theme, form), form=form)
    width, height = SEAL_SIZES[form]
    assert picture.shape == outlined.shape == (2 * height, 2 * width, 3)
    inside = np.ones(picture.shape[:2], bool)
    if form is Form.ROUND:
        y, x = np.mgrid[-200:200, -200:200] + 0.5
        inside = np.hypot(x, y) < 198
    difference = np.abs(picture - outlined).max(axis=2)[inside]
    assert difference.mean() < 1
    assert (difference > 100).mean() < 0.001


@pytest.mark.parametrize("scale", [0, 0.2, 8.1, -1])
def test_a_png_of_another_scale_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="pixels for each unit"):
        seal_png(seal_facts(), PETROL, scale=scale)


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


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(
    "joint", [("Teateret i Sør-Varanger", "–", "avdeling"), ("Nordre Spel", "og", "revyer")]
)
def test_a_dash_or_a_joint_is_not_left_alone_at_the_edge(
    joint: tuple[str, str, str], form: Form
) -> None:
    """Wherever the line is divided: the name is set as one whose spaces there are hard."""
    before, word, after = joint
    hard = (" ", "\u00a0") if word == "og" else ("\u00a0", " ")
    for further in ("", " Oslo", " for unge i Oslo", " for unge kunstnere i hele Østfold fylke"):
        for more in ("", "Det Frie ", "Stiftelsen Det Nye "):
            names = (
                f"{more}{before} {word} {after}{further}",
                f"{more}{before}{hard[0]}{word}{hard[1]}{after}{further}",
            )
            one, other = (seal_svg(seal_facts(holder=name), PETROL, form=form) for name in names)
            assert one == other


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
def test_a_round_made_up_seal_says_so_in_every_state(kind: SealKind) -> None:
    plain = drawn(seal_svg(seal_facts(kind), WINE, form=Form.ROUND), form=Form.ROUND)
    facts = seal_facts(kind, sample="EKSEMPEL")
    sample = drawn(seal_svg(facts, WINE, form=Form.ROUND), form=Form.ROUND)
    across = (np.abs(plain - sample).max(axis=2) > 60).mean(axis=1) > 0.5
    assert across.sum() > 20


@pytest.mark.parametrize("kind", SealKind)
def test_a_made_up_seal_says_so_in_every_state(kind: SealKind) -> None:
    plain = drawn(seal_svg(seal_facts(kind), WINE))
    sample = drawn(seal_svg(seal_facts(kind, sample="EKSEMPEL"), WINE))
    assert (np.abs(plain - sample).max(axis=2)[:, -40:] > 60).mean() > 0.5


# Each different letter is an outline of its own: these names have most of them.
MANY_LETTERS = sorted(NAMES, key=lambda name: len(set(name)))[-5:]
ALPHABETS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ abcdefghijklmnopqrstuvwxyzæøå 0123456789 ŠšČčÁáĐđŊŋŦŧŽžäöüÄÖÜéÉ"
)
LINES = {
    "nb": "Hadde merket til og med 3. mars 2027, fornyelse pågår",
    "nn": "Hadde merket til og med 3. mars 2027, fornying er i gang",
    "en": "Held until 3 March 2027, renewal under way",
}


def large_facts(kind: SealKind, name: str, language: str = "nb") -> SealFacts:
    return seal_facts(
        kind,
        holder=name,
        state_line=LINES[language],
        detail_line="balansemerket.example.no/m/eksempelteatret-i-nord-og-sor",
        language=language,
        title=f"Balansemerket: {name}",
        description=f"{name}: {LINES[language]}. " * 3,
        sample="EKSEMPEL",
    )


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("kind", SealKind)
def test_every_seal_is_small_when_compressed(kind: SealKind, form: Form) -> None:
    cases = [(name, "nb") for name in (*MANY_LETTERS[:-1], "Wm " * 39 + "WWW", "Ǻ" * 120)]
    cases += [(name, each) for name in (MANY_LETTERS[-1], ALPHABETS) for each in LINES]
    for name, language in cases:
        # The theme with the most letters of a second weight.
        seal = seal_svg(large_facts(kind, name, language), PETROL, Theme.CONTRAST, form)
        assert len(gzip.compress(seal, mtime=0)) <= SEAL_PACKED, name


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("kind", [SealKind.HOLDS, SealKind.RENEWING, SealKind.UNDER_WAY])
def test_a_small_seal_looks_as_the_exact_one(kind: SealKind, scale: int) -> None:
    for name in (MANY_LETTERS[-1], "Eksempelteatret"):
        facts = large_facts(kind, name)
        exact = decoded(seal_png(facts, PETROL, scale=scale))
        difference = np.abs(exact - drawn(seal_svg(facts, PETROL), scale)).max(axis=2)
        # Of text that is moved by half a pixel, a tenth of all pixels are as far off.
        assert (difference > 60).mean() < 0.01
        assert difference.mean() < 1.5


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
