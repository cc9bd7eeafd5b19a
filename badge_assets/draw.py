"""The pictures of a mark: the badge, and the live seal in each of its states.

Facts and looks in, bytes out; equal arguments give equal bytes. Drawing runs in the calling
thread and takes some hundredths of a second: see `typesetting`. What is printed on paper is
`badge_assets.prints`.
"""

import gzip
import io
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from functools import lru_cache
from typing import Any

from PIL import Image

from badge_assets import outlines, qr, typesetting
from badge_assets.facts import (
    MARK_ROOM,
    BadgeFacts,
    DiplomaFacts,
    PosterFacts,
    PreviewFacts,
    SealFacts,
    SealKind,
    bounded,
    checked_language,
    texts_of,
)
from badge_assets.letters import UnfitText
from badge_assets.looks import Looks, Theme, distance, mix, plate_colours

__all__ = [
    "BADGE_SIDE",
    "MARK_ROOM",
    "PREVIEW_SIZE",
    "SEAL_PACKED",
    "SEAL_SIZES",
    "BadgeFacts",
    "Form",
    "PreviewFacts",
    "SealFacts",
    "SealKind",
    "badge_png",
    "badge_svg",
    "check_badge",
    "check_mark",
    "check_name",
    "preview_png",
    "seal_png",
    "seal_svg",
]

BADGE_SIDE = 1024  # units; also the pixels of a badge where none are named
MIN_PIXELS, MAX_PIXELS = 64, 4096

# Steps to a unit, for shapes and for letters, which are set in 100 units: the badge keeps
# the typeface's own grid of 1000 to the em. The seal takes the finest with which it stays small.
_BADGE_GRIDS = outlines.Grids(shapes=10, letters=10)
_SEAL_GRIDS = tuple(
    outlines.Grids(shapes=20, letters=letters, stray=stray)
    for letters, stray in (
        *((2, 0.15), (1.5, 0.25), (1.25, 0.35), (1, 0.5), (0.8, 0.6)),
        *((0.6, 1), (0.4, 1.8)),  # for a name that has the alphabet in it
    )
)
# Bytes of an SVG seal as gzip, at most; and what it is drawn for, as no two programs pack alike.
SEAL_PACKED = 6 * 1024
_SEAL_AIM = 6000
_SHADES = 7  # steps from a dark colour to paper
_APART = 12  # two colours of a palette at least, as `distance`
# The badge's strip of colour, and what is left beside it for the QR code and its quiet zone, above
# the line of the address.
STRIP = 284
_CODE_FOOT = 960
CODE_CELL = 20  # units for each character of the code beneath
CODE_HANG = 3  # of them beyond the QR code's right edge
_BY_ITSELF = "\u0250"  # letters before it join no others

_MOST_SQUARES = 37  # in a row of the QR code: see docs/decode-table.md


class Form(StrEnum):
    """The two shapes of a seal."""

    WIDE = "wide"
    ROUND = "round"


# Width and height in units, which are also the pixels of a page it is made for.
SEAL_SIZES: Mapping[Form, tuple[int, int]] = {Form.WIDE: (360, 104), Form.ROUND: (200, 200)}
SEAL_WIDTH, SEAL_HEIGHT = SEAL_SIZES[Form.WIDE]


# Width and height of the preview of a link, in units and pixels: what is asked for everywhere.
PREVIEW_SIZE = (1200, 630)


def badge_svg(facts: BadgeFacts, looks: Looks) -> bytes:
    """Return the badge as SVG: outlines alone, no text, script or outside reference.

    Raises `UnfitText` (`MissingGlyph` for a letter the typeface lacks) with a sentence
    for whoever wrote the text; `ValueError` for an address or language that is none.
    """
    drawing = badge_drawing(facts, looks)
    return outlines.flatten(typesetting.svg("badge", drawing), _BADGE_GRIDS, **_spoken(drawing))


def badge_png(facts: BadgeFacts, looks: Looks, pixels: int = BADGE_SIDE) -> bytes:
    """Return the badge as PNG, `pixels` wide and high (`MIN_PIXELS` to `MAX_PIXELS`).

    In sixteen colours: its own, which stand in it exactly, and shades between them. Raises as
    `badge_svg` does.
    """
    if not MIN_PIXELS <= pixels <= MAX_PIXELS:
        raise ValueError(f"a badge is {MIN_PIXELS} to {MAX_PIXELS} pixels wide, not {pixels}")
    drawn = typesetting.png("badge", badge_drawing(facts, looks), pixels / BADGE_SIDE)
    out = io.BytesIO()
    in_palette(drawn, facts, looks).save(out, "PNG")
    return out.getvalue()


def check_badge(facts: BadgeFacts, looks: Looks) -> None:
    """Raise as `badge_svg` does, if it would: laid out, and nothing drawn."""
    typesetting.check("badge", badge_drawing(facts, looks))


def badge_drawing(facts: BadgeFacts, looks: Looks) -> dict[str, Any]:
    """Return what the badge's template reads. Raises as `badge_svg` does."""
    drawing = coded(facts, looks)
    squares = len(drawing["squares"])
    if squares > _MOST_SQUARES:
        raise ValueError(
            f"the address {facts.address} is so long that phones would not read its "
            "QR code from a small badge; use a shorter host name"
        )
    return {
        **drawing,
        "strip": STRIP,
        "code": code_place(squares),
        "cell": CODE_CELL,
        "hang": CODE_HANG,
        "parts": ["strip", "ground", "holder", "facts", "code"],
        "region": [0, 0, BADGE_SIDE, BADGE_SIDE],
    }


def coded(facts: BadgeFacts | PosterFacts | DiplomaFacts, looks: Looks) -> dict[str, Any]:
    """Return texts, looks and QR code as the templates of coded pictures read them."""
    return {
        **texts_of(facts),
        "address_groups": qr.printed(facts.address),
        "squares": [
            "".join("1" if dark else "0" for dark in row) for row in qr.matrix(facts.address)
        ],
        **_looked(looks, facts.kind),
    }


def _looked(looks: Looks, kind: SealKind) -> dict[str, Any]:
    return {
        "motif": looks.motif,
        "art": looks.art,
        "colours": {
            **{name: getattr(looks, name) for name in ("ink", "paper", "accent", "faded")},
            "band": _band(kind, looks),
        },
    }


def code_place(squares: int) -> tuple[int, int, int]:
    """Left and upper edge of the QR code, and the side of one of its squares, in units.

    As large as can be with its quiet zone free, in whole pixels at 1024; it begins at a whole
    pixel at 256.
    """
    module = (BADGE_SIDE - STRIP) // (squares + 2 * qr.QUIET_ZONE)
    left, top = (edge - (squares + qr.QUIET_ZONE) * module for edge in (BADGE_SIDE, _CODE_FOOT))
    return left - left % 4, top - top % 4, module


def _band(kind: SealKind, looks: Looks) -> str:
    plate = plate_colours(looks, Theme.LIGHT, grey=kind.grey)
    return plate.plate if kind.grey else plate.panel


def in_palette(drawn: bytes, facts: BadgeFacts | PreviewFacts, looks: Looks) -> Image.Image:
    """Return a picture that typst drew, in the colours of a badge: one byte for each pixel."""
    with Image.open(io.BytesIO(drawn)) as picture:
        return picture.convert("RGB").quantize(
            palette=_palette(looks, _band(facts.kind, looks)), dither=Image.Dither.NONE
        )


def seal_svg(
    facts: SealFacts, looks: Looks, theme: Theme = Theme.LIGHT, form: Form = Form.WIDE
) -> bytes:
    """Return the live seal as SVG, as large as `SEAL_SIZES` says, on a plate of its own.

    Only a seal of kind `HOLDS` has motif and accent; the others are grey, each with its
    sign, and `UNDER_WAY` is text between two rules. Round is the plate of a mark that holds
    or held; there is nothing around it. Raises as `badge_svg` does.
    """
    drawing = _seal(facts, looks, theme, form)
    drawn = typesetting.svg("seal", drawing)
    for grids in _SEAL_GRIDS:
        seal = outlines.flatten(drawn, grids, **_spoken(drawing))
        if len(gzip.compress(seal)) <= _SEAL_AIM:
            break
    return seal


def seal_png(
    facts: SealFacts,
    looks: Looks,
    theme: Theme = Theme.LIGHT,
    form: Form = Form.WIDE,
    scale: float = 2,
) -> bytes:
    """Return the live seal as PNG, `scale` pixels (at most 8) for each unit of `SEAL_SIZES`.

    For mail, which shows no SVG: at twice the size it is sharp on every screen. Opaque, but
    for the corners of the round one. Raises as `badge_svg` does.
    """
    if not 0.25 <= scale <= 8:
        raise ValueError(f"a seal is drawn at 0.25 to 8 pixels for each unit, not {scale}")
    drawn = typesetting.png("seal", _seal(facts, looks, theme, form), scale)
    out = io.BytesIO()
    with Image.open(io.BytesIO(drawn)) as picture:
        (picture if form is Form.ROUND else picture.convert("RGB")).save(out, "PNG")
    return out.getvalue()


def preview_png(facts: PreviewFacts, looks: Looks) -> bytes:
    """Return the preview of a link as PNG of `PREVIEW_SIZE`, in the badge's sixteen colours.

    Raises as `badge_svg` does, and `ValueError` for a kind that would tell a state.
    """
    if facts.kind not in (SealKind.HOLDS, SealKind.UNDER_WAY):
        raise ValueError(f"a preview tells no state, so it cannot be of kind {facts.kind}")
    drawing = {**texts_of(facts), **_looked(looks, facts.kind)}
    out = io.BytesIO()
    in_palette(typesetting.png("preview", drawing, 1), facts, looks).save(out, "PNG", optimize=True)
    return out.getvalue()


def _seal(facts: SealFacts, looks: Looks, theme: Theme, form: Form) -> dict[str, Any]:
    return {
        **texts_of(facts),
        "form": form,
        "motif": looks.motif,
        "art": looks.art,
        "bold": theme is Theme.CONTRAST,
        "outlined": theme is Theme.MONO,
        "colours": asdict(plate_colours(looks, theme, grey=facts.kind.grey)),
    }


def check_name(name: str, language: str) -> str:
    """Return `name` as it would be drawn for a holder whose language is `language`.

    To be asked when a name is typed. Raises `UnfitText`, and `MissingGlyph` with the
    letter that the typeface lacks in any of the styles a name may be set in.
    """
    return _checked(name, "holder", "the name", language)


def check_mark(mark: str, language: str) -> str:
    """Return the name of a mark as it would be drawn. Raises as `check_name` does."""
    return _checked(mark, "mark", "the name", language)


def _checked(text: str, field: str, what: str, language: str) -> str:
    text = bounded(text, field, what)
    if not text:
        raise UnfitText(f"{what} is empty; write {what} that shall stand on the badge")
    language = checked_language(language)
    drawn = _drawn(language)
    if not drawn.issuperset(text):
        typesetting.check("letters", {"text": text, "language": language})
        drawn.update(letter for letter in text if letter < _BY_ITSELF)
    return text


@lru_cache(maxsize=64)
def _drawn(language: str) -> set[str]:
    """Latin letters that texts in `language` were drawn with. Each has a sign of its own whatever
    stands beside it, so that a text of nothing else need not be set to know that it can be."""
    return set()


def _spoken(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: texts[name] for name in ("language", "title", "description")}


@lru_cache(maxsize=64)
def _palette(looks: Looks, band: str) -> Image.Image:
    """The badge's colours, and shades on the two ways along which they meet.

    Pillow looks a colour up by its neighbourhood: a shade too close to one of the others
    would be taken in its place.
    """
    flat = list(dict.fromkeys((looks.ink, looks.paper, band, looks.accent, looks.faded)))
    colours = list(flat)
    for step in range(1, _SHADES):
        for dark in (looks.ink, looks.accent):
            shade = mix(dark, looks.paper, step / _SHADES)
            if min(distance(shade, one) for one in colours) >= _APART and len(colours) < 16:
                colours.append(shade)
    palette = Image.new("P", (1, 1))
    palette.putpalette(bytes.fromhex("".join(colour[1:] for colour in colours)))
    return palette
