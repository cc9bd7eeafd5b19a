"""A programme's own motif: what is drawn of it, and that nothing else of it gets anywhere."""

import re
from dataclasses import replace

import numpy as np
import pytest

from badge_assets import art, spliced
from badge_assets.art import UnfitArt
from badge_assets.draw import SEAL_SIZES, Form, badge_png, badge_svg, seal_svg
from badge_assets.looks import Theme, plate_colours
from badge_assets.prints import poster_pdf
from issuer.drawing import Job, draw_here
from tests.badge_assets.made_up import (
    PETROL,
    WINE,
    badge_facts,
    decoded,
    pixels,
    rgb,
    seal_facts,
)
from tests.badge_assets.test_prints import poster

GOOD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><title>Et hus</title>
<g id="x"><path d="M20 100L100 20 180 100z" fill="#000"/><rect x="40" y="100" width="120"
height="80"/></g><circle cx="100" cy="140" r="24" fill="#808080"/></svg>"""


def with_(text: str) -> str:
    return GOOD.replace("</svg>", f"{text}</svg>")


def near(picture: np.ndarray, colour: str) -> np.ndarray:
    return np.asarray(np.abs(picture - rgb(colour)).max(axis=2) < 12)


def test_outlines_come_in_a_square_of_a_hundred_each_in_its_form() -> None:
    read = art.read(GOOD)
    assert [small for small, _ in read] == [False, False, True]
    assert read[0][1] == (
        ("M", ((10, 50),)), ("L", ((50, 10),)), ("L", ((90, 50),)), ("Z", ()),
    )  # fmt: skip


@pytest.mark.parametrize("theme", Theme)
def test_art_stands_in_place_of_the_motif_in_the_colours_of_each_picture(theme: Theme) -> None:
    looks = replace(PETROL, art=art.read(GOOD))
    plate = plate_colours(looks, theme, grey=False)
    for form in Form:
        seal = pixels(seal_svg(seal_facts(), looks, theme, form), *SEAL_SIZES[form], 4)
        plain = pixels(seal_svg(seal_facts(), PETROL, theme, form), *SEAL_SIZES[form], 4)
        assert (np.abs(seal - plain).max(axis=2) > 60).mean() > 0.01
        for colour, least in ((plate.panel, 0.1), (plate.large, 0.01), (plate.small, 0.001)):
            assert near(seal, colour).mean() > least, colour


def test_in_one_colour_too_the_smaller_form_is_seen_on_the_larger() -> None:
    house = replace(PETROL, art=art.read(GOOD))
    wall = replace(PETROL, art=tuple(shape for shape in house.art if not shape[0]))
    with_window, without = (
        pixels(seal_svg(seal_facts(), looks, Theme.MONO), *SEAL_SIZES[Form.WIDE], 2)
        for looks in (house, wall)
    )
    assert (np.abs(with_window - without).max(axis=2) > 60).sum() > 300


def test_badge_poster_and_job_carry_it() -> None:
    looks = replace(WINE, art=art.read(GOOD))
    job = Job("badge.png", badge_facts(), looks)
    assert Job.of(job.message) == job
    drawn = decoded(draw_here(job))
    assert (np.abs(drawn - decoded(badge_png(badge_facts(), looks))) > 0).sum() <= 18
    assert (np.abs(drawn - decoded(badge_png(badge_facts(), WINE))) > 60).sum() > 10_000
    outlined = pixels(badge_svg(badge_facts(), looks), 1024, 1024)
    assert (np.abs(drawn - outlined).max(axis=2) > 100).mean() < 0.0005
    assert poster_pdf(poster(), looks) != poster_pdf(poster(), WINE)
    assert spliced.badge_png(badge_facts(), looks) == draw_here(job)


def test_nothing_of_its_text_reaches_a_picture() -> None:
    looks = replace(WINE, art=art.read(GOOD))
    drawn = badge_svg(badge_facts(), looks)
    assert b"Et hus" not in drawn
    assert re.findall(rb"https?:[^\"<]*", drawn) == [b"http://www.w3.org/2000/svg"]


REFUSED = {
    "script": (with_("<script>alert(1)</script>"), "more than shapes|<script>"),
    "event": (GOOD.replace("<rect", '<rect onclick="x()"'), "."),
    "link": (with_('<a href="https://example.no"><path d="M0 0z"/></a>'), "<a>|more than"),
    "picture": (with_('<image href="https://example.no/x.png"/>'), "image|more than"),
    "reuse": (with_('<use href="#x"/>'), "use|more than"),
    "foreign": (with_("<foreignObject/>"), "foreignObject|more than"),
    "text": (with_("<text>Hei</text>"), "text|more than"),
    "style": (with_("<style>*{fill:red}</style>"), "style|more than"),
    "style attribute": (GOOD.replace("<rect", '<rect style="fill:red"'), "."),
    "stroke": (GOOD.replace("<rect", '<rect stroke="#000"'), "stroke"),
    "turned": (GOOD.replace("<rect", '<rect transform="rotate(9)"'), "transform"),
    "declaration": ('<!DOCTYPE svg [<!ENTITY a "b">]>' + GOOD, "declarations"),
    "entity": (with_("<desc>&#65;</desc>"), "entities"),
    "another colour": (GOOD.replace("#808080", "#ff0000"), "#ff0000"),
    "no black": (GOOD.replace("#000", "#808080").replace("<rect", '<rect fill="grey"'), "black"),
    "not square": (GOOD.replace("0 0 200 200", "0 0 200 100"), "square"),
    "begins elsewhere": (GOOD.replace("0 0 200 200", "9 0 200 200"), "square"),
    "no view": (GOOD.replace('viewBox="0 0 200 200"', ""), "square"),
    "out of the square": (GOOD.replace("M20 100", "M-90 100"), "out of its square"),
    "arc": (GOOD.replace("L100 20", "A9 9 0 0 1 100 20"), "M L H V C Q Z"),
    "broken path": (GOOD.replace("M20 100L100 20", "M20 L1"), "M L H V C Q Z"),
    "no number": (GOOD.replace('r="24"', 'r="24px"'), "number"),
    "too many points": (GOOD.replace("180 100z", "1 1 " * 2500 + "z"), "points"),
    "too long": (GOOD + " " * art.MAX_BYTES, "bytes"),
    "PNG": ("\x89PNG\r\n\x1a\n", "Base64"),
    "no SVG": ("<html></html>", "."),
    "nothing": ("", "read"),
    "cut short": (GOOD[:-20], "read"),
    "endless square": (GOOD.replace("200 200", "9" * 400 + " " + "9" * 400), "square"),
    "a group in a group": (with_("<g>" * 1200 + "</g>" * 1200), "groups"),
    # Each of these digits may end a number: tried one way after the other, they last for ever.
    "digits of a path": (GOOD.replace("M20 100", "M" + "1" * 5000 + "x"), "M L H V C Q Z"),
    "digits of a polygon": (with_(f'<polygon points="{"1" * 5000}x"/>'), "M L H V C Q Z"),
}


@pytest.mark.parametrize(("source", "said"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused_with_a_sentence(source: str, said: str) -> None:
    with pytest.raises(UnfitArt, match=said):
        art.read(source)
