"""The style sheet of a page: our one sheet, in the colours of one programme.

A programme gives paper, ink and one colour for each (issuer.programme.Looks); second text,
rules and the edges of fields are mixed from paper and ink, no paler than people can read.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from badge_assets.looks import SHAPE_CONTRAST, TEXT_CONTRAST, Motif, contrast, mix
from issuer.programme import Looks

PLAIN = Looks(
    motif=Motif.RING, paper="#fbf9f4", ink="#1b1a17", colour="#1b1a17", colour_on_ink="#fbf9f4"
)

# Each motif in a square of 100, as `badge_assets` draws it: its larger form, and its smaller.
MOTIFS: Mapping[Motif, tuple[str, str]] = {
    Motif.BALANCE: (
        "M24 7.5a24 24 0 1 0 .1 0zM0 55.5h100v6H0zM41.1 61.5l18 31h-36z",
        "M85 25.5a15 15 0 1 0 .1 0z",
    ),
    Motif.RING: (
        "M65.5 2.5A50 50 0 1 1 34.5 2.5A17.25 17.25 0 0 0 38.1 22.5"
        "A30 30 0 1 0 61.9 22.5A17.25 17.25 0 0 0 65.5 2.5z",
        "M50 0a10 10 0 1 0 .1 0z",
    ),
}


def palest(ink: str, paper: str, least: float, *, start: float) -> str:
    """The palest mix from `start` on whose contrast on `paper` is at least `least`."""
    for percent in range(round(start * 100), 100):
        colour = mix(ink, paper, percent / 100)
        if contrast(colour, paper) >= least:
            return colour
    return ink


def _colours(paper: str, ink: str, colour: str) -> str:
    values = {
        "paper": paper,
        "ink": ink,
        "colour": colour,
        "quiet": palest(ink, paper, TEXT_CONTRAST + 1, start=0.6),
        "line": mix(ink, paper, 0.24),
        "edge": palest(ink, paper, SHAPE_CONTRAST + 0.5, start=0.4),
    }
    return "".join(f"--{name}:{value};" for name, value in values.items())


@cache
def sheet(looks: Looks) -> str:
    """The whole style sheet in the colours of `looks`; dark is ink and paper changed about."""
    source = resources.files("issuer.web").joinpath("static", "style.css")
    light = _colours(looks.paper, looks.ink, looks.colour)
    dark = _colours(looks.ink, looks.paper, looks.colour_on_ink)
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        + source.read_text(encoding="utf-8")
    )


def icon(looks: Looks) -> str:
    """The motif as a picture for the browser's tab."""
    main, other = MOTIFS[looks.motif]
    dark = f"@media(prefers-color-scheme:dark){{.a{{fill:{looks.colour_on_ink}}}}}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 108 108">'
        f"<style>.a{{fill:{looks.colour}}}{dark}</style>"
        f'<path class="a" fill-rule="evenodd" d="{main}"/><path class="a" d="{other}"/></svg>'
    )


@cache
def version(looks: Looks) -> str:
    """Changes with the sheet, so that its address can be kept for ever."""
    return hashlib.sha256(sheet(looks).encode()).hexdigest()[:12]
