"""The style sheet of a page: our one sheet, in the colours of one programme.

A programme gives paper, ink and one colour for each (issuer.programme.Looks); second text,
rules and the edges of fields are mixed from paper and ink, no paler than people can read.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from issuer.colours import LEAST_CONTRAST, contrast
from issuer.programme import Looks, Motif

PLAIN = Looks(
    motif=Motif.RING, paper="#fbf9f4", ink="#1b1a17", colour="#1b1a17", colour_on_ink="#fbf9f4"
)

# Each motif in a square of 100: its main form, and the one that stands out against it.
MOTIFS: Mapping[Motif, tuple[str, str]] = {
    Motif.BALANCE: (
        "M0 41a30.9 30.9 0 0 1 61.8 0zM44.7 41l8.5 51h-17z",
        "M61.8 41a19.1 19.1 0 0 1 38.2 0z",
    ),
    Motif.RING: ("M50 0a50 50 0 1 0 .1 0zM50 22a28 28 0 1 1-.1 0z", "M50 38a12 12 0 1 0 .1 0z"),
}

# WCAG 2.2, 1.4.11: what shows where a field is.
_LEAST_EDGE = 3.0


def mixed(ink: str, paper: str, share: float) -> str:
    """The colour of `share` of ink on paper: 0 is paper, 1 is ink."""
    pairs = zip(_parts(ink), _parts(paper), strict=True)
    return "#" + "".join(f"{round(one * share + other * (1 - share)):02x}" for one, other in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


def palest(ink: str, paper: str, least: float, *, start: float) -> str:
    """The palest mix from `start` on whose contrast on `paper` is at least `least`."""
    for percent in range(round(start * 100), 100):
        colour = mixed(ink, paper, percent / 100)
        if contrast(colour, paper) >= least:
            return colour
    return ink


def _colours(paper: str, ink: str, colour: str) -> str:
    values = {
        "paper": paper,
        "ink": ink,
        "colour": colour,
        "quiet": palest(ink, paper, LEAST_CONTRAST + 1, start=0.6),
        "line": mixed(ink, paper, 0.24),
        "edge": palest(ink, paper, _LEAST_EDGE + 0.5, start=0.4),
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
