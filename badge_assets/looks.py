"""The looks of a programme: three colours and a motif, and what is mixed from them.

Told by the programme's file. Colours that could not be read against each other are
refused here, so that nothing drawn from a `Looks` falls below WCAG 2.2 AA.
"""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from badge_assets.art import Art

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11
INK_CONTRAST = 7.0  # leaves room for the grey plates, which take a tenth from it

_FADED = 0.62  # how much paper is in the smaller form of a motif
_GREY = 0.10  # how much ink is in the plate of a mark that does not stand
_EDGE = 0.55  # how much ink is in a plate's edge
_BLACK, _WHITE, _PALE = "#000000", "#ffffff", "#bdbdbd"


class Motif(StrEnum):
    """The closed list of drawn motifs; each is a function in `templates/shapes.typ`."""

    BALANCE = "balance"
    RING = "ring"


class Theme(StrEnum):
    """A seal's colours: ink on paper or paper on ink; black and white alone, heavier, for
    eyes that need contrast; or ink and paper with no other colour and no shade, for whatever
    prints, cuts or engraves in one."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"
    MONO = "mono"


@dataclass(frozen=True)
class Looks:
    """Colours as `#rrggbb`: `ink` is written on `paper`; `accent` is the one deep colour.

    Raises `ValueError`, with the ratio found, where text in these colours would be hard
    to read.
    """

    ink: str
    paper: str
    accent: str
    motif: Motif = Motif.BALANCE
    art: Art = ()  # drawn in place of the motif, if there is any: see `badge_assets.art`

    def __post_init__(self) -> None:
        for name in ("ink", "paper", "accent"):
            if not _COLOUR.fullmatch(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)!r}; a colour is written #rrggbb")
        if self.motif not in tuple(Motif):
            raise ValueError(f"there is no motif {self.motif!r}; there is: {', '.join(Motif)}")
        for fault in shortfalls(self.ink, self.paper, self.accent):
            raise ValueError(
                f"{fault.name} against {fault.ground} has a contrast of {fault.found} to 1;"
                f" it takes {fault.least}"
            )

    @property
    def faded(self) -> str:
        """The colour of a motif's smaller form on the accent."""
        return _faded(self.paper, self.accent)


@dataclass(frozen=True)
class Shortfall:
    """A colour that is too hard to tell from what it is seen against."""

    name: str
    ground: str  # what it is, and its colour
    found: float  # the contrast, rounded down to hundredths: never shown as enough
    least: float


def shortfall(
    name: str, colour: str, ground: str, ground_colour: str, least: float
) -> Shortfall | None:
    """Return what is wrong with `colour` on `ground_colour`; None if the contrast is enough."""
    ratio = contrast(colour, ground_colour)
    if ratio >= least:
        return None
    return Shortfall(name, f"{ground} ({ground_colour})", math.floor(ratio * 100) / 100, least)


def shortfalls(ink: str, paper: str, accent: str) -> tuple[Shortfall, ...]:
    """Return why a `Looks` of these colours (`#rrggbb`) is refused: "ink", "accent" or both.

    The motif's smaller form is mixed from paper and accent, so it is the accent that is at
    fault where the two are too close for it.
    """
    found = (
        shortfall("ink", ink, "paper", paper, INK_CONTRAST),
        shortfall("accent", accent, "paper", paper, TEXT_CONTRAST)
        or shortfall(
            "accent", accent, "the motif's smaller form", _faded(paper, accent), SHAPE_CONTRAST
        ),
    )
    return tuple(fault for fault in found if fault is not None)


def _faded(paper: str, accent: str) -> str:
    return mix(paper, accent, _FADED)


@dataclass(frozen=True)
class PlateColours:
    """What a seal is drawn in: the plate, its edge, the words on it, the motif's panel.

    In `Theme.MONO` the motif's smaller form is of the larger one's colour, and hollow.
    """

    plate: str
    edge: str
    words: str
    panel: str
    large: str
    small: str


def plate_colours(looks: Looks, theme: Theme, *, grey: bool) -> PlateColours:
    """Return the colours of a seal; `grey` for one that says the mark does not stand."""
    if theme is Theme.CONTRAST:
        return PlateColours(
            _WHITE, edge=_BLACK, words=_BLACK, panel=_BLACK, large=_WHITE, small=_PALE
        )
    ground, words = looks.paper, looks.ink
    if theme is Theme.MONO:
        return PlateColours(
            ground, edge=words, words=words, panel=words, large=ground, small=ground
        )
    if theme is Theme.DARK:
        ground, words = words, ground
    return PlateColours(
        plate=mix(words, ground, _GREY) if grey else ground,
        edge=mix(words, ground, _EDGE),
        words=words,
        panel=looks.accent,
        large=looks.paper,
        small=looks.faded,
    )


def mix(colour: str, other: str, share: float) -> str:
    """Return the colour with `share` (0 to 1) of `colour` and the rest of `other`, in sRGB."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def distance(colour: str, other: str) -> float:
    """Return how far two colours are apart in the sRGB cube, 0 to 442."""
    return math.dist(_channels(colour), _channels(other))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
