"""The pictures of a mark: the badge, and the live seal in each of its states.

Facts and looks in, bytes out; equal arguments give equal bytes. The words come from the
caller, in its language; nothing here knows a record, a date or a rule. Drawing runs in
the calling thread and takes some hundredths of a second: see `typesetting`.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from PIL import Image

from badge_assets import outlines, qr, typesetting
from badge_assets.letters import UnfitText, keep_dates_together, ready
from badge_assets.looks import Looks, Theme, distance, mix, plate_colours

BADGE_SIDE = 1024  # units; also the pixels of a badge where none are named
SEAL_WIDTH, SEAL_HEIGHT = 360, 104
MIN_PIXELS, MAX_PIXELS = 64, 4096
MARK_ROOM = 40  # the most characters in the name of a mark

# Steps to a unit, for shapes and for letters, which are set in 100 units: the badge keeps
# the typeface's own grid of 1000 to the em, the seal takes 400, to stay small.
_BADGE_GRIDS = outlines.Grids(shapes=10, letters=10)
_SEAL_GRIDS = outlines.Grids(shapes=20, letters=4)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SHADE = 12  # from one shade of a palette to the next, as `distance`

_MOST_SQUARES = 41  # in a row of the QR code: two pixels each in a badge of 256

# The most characters for which there is room, in any language and in capitals.
_ROOM = {
    "mark": MARK_ROOM,
    "holder": 120,
    "issuer": 120,
    "first_day_text": 80,
    "last_day_text": 60,
    "state_line": 90,
    "detail_line": 100,
    "sample": 12,
    "title": 300,
    "description": 1000,
}
_OPTIONAL = frozenset({"first_day_text", "detail_line", "sample"})


class SealKind(StrEnum):
    """The forms a seal can take: one for each answer that a reader must tell apart."""

    HOLDS = "holds"
    LAPSED = "lapsed"
    RENEWING = "renewing"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    GIVEN_UP = "given_up"
    IN_ERROR = "in_error"
    UNKNOWN = "unknown"
    UNDER_WAY = "under_way"


@dataclass(frozen=True)
class BadgeFacts:
    """What stands on a badge; every text is written as it will be read.

    `address` is one of `qr.address`; it is drawn as QR code and printed under it.
    `language` and `holder_language` (where the holder's name is in another) are codes of
    two or three letters. `title` and `description` are read aloud by screen readers.
    `sample` is the word that marks a made-up badge, else empty.
    """

    mark: str
    holder: str
    issuer: str
    first_day_text: str
    last_day_text: str
    address: str
    language: str
    title: str
    description: str
    holder_language: str | None = None
    sample: str = ""


@dataclass(frozen=True)
class SealFacts:
    """What stands on a seal. `holder` is empty for `UNKNOWN`; `detail_line` may be.

    The other members are those of `BadgeFacts`.
    """

    kind: SealKind
    mark: str
    holder: str
    state_line: str
    language: str
    title: str
    description: str
    detail_line: str = ""
    holder_language: str | None = None
    sample: str = ""


def badge_svg(facts: BadgeFacts, looks: Looks) -> bytes:
    """Return the badge as SVG: outlines alone, no text, script or outside reference.

    Raises `UnfitText` (`MissingGlyph` for a letter the typeface lacks) with a sentence
    for whoever wrote the text; `ValueError` for an address or language that is none.
    """
    texts = _texts(facts)
    drawn = typesetting.svg("badge", _badge(texts, looks))
    return outlines.flatten(drawn, _BADGE_GRIDS, **_spoken(texts))


def badge_png(facts: BadgeFacts, looks: Looks, pixels: int = BADGE_SIDE) -> bytes:
    """Return the badge as PNG, `pixels` wide and high (`MIN_PIXELS` to `MAX_PIXELS`).

    In a palette of shades between its own colours, which stand in it exactly. Raises as
    `badge_svg` does.
    """
    if not MIN_PIXELS <= pixels <= MAX_PIXELS:
        raise ValueError(f"a badge is {MIN_PIXELS} to {MAX_PIXELS} pixels wide, not {pixels}")
    drawn = typesetting.png("badge", _badge(_texts(facts), looks), pixels / BADGE_SIDE)
    out = io.BytesIO()
    with Image.open(io.BytesIO(drawn)) as picture:
        plain = picture.convert("RGB")
    plain.quantize(palette=_palette(looks), dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


def seal_svg(facts: SealFacts, looks: Looks, theme: Theme = Theme.LIGHT) -> bytes:
    """Return the live seal as SVG, `SEAL_WIDTH` × `SEAL_HEIGHT`, on a plate of its own.

    Only a seal of kind `HOLDS` has motif and accent; the others are grey, each with its
    sign, and `UNDER_WAY` is a line of text between two rules. Raises as `badge_svg` does.
    """
    texts = _texts(facts)
    grey = facts.kind not in (SealKind.HOLDS, SealKind.UNDER_WAY)
    colours = plate_colours(looks, theme, grey=grey)
    drawn = typesetting.svg(
        "seal", {**texts, "kind": facts.kind, "motif": looks.motif, "colours": asdict(colours)}
    )
    return outlines.flatten(drawn, _SEAL_GRIDS, **_spoken(texts))


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
    text = ready(text, _ROOM[field], what)
    if not text:
        raise UnfitText(f"{what} is empty; write {what} that shall stand on the badge")
    typesetting.check("letters", {"text": text, "language": _checked_language(language)})
    return text


def _texts(facts: BadgeFacts | SealFacts) -> dict[str, str]:
    """Every text of `facts`, checked and in the form in which it is drawn."""
    texts = {
        name: ready(getattr(facts, name), most, _what(name))
        for name, most in _ROOM.items()
        if hasattr(facts, name)
    }
    nobody = isinstance(facts, SealFacts) and facts.kind is SealKind.UNKNOWN
    optional = _OPTIONAL | {"holder"} if nobody else _OPTIONAL
    for name, text in texts.items():
        if not text and name not in optional:
            raise UnfitText(f"{_what(name)} is empty; the picture cannot do without it")
    for name in ("first_day_text", "last_day_text", "issuer", "state_line", "detail_line"):
        if name in texts:
            texts[name] = keep_dates_together(texts[name])
    texts["language"] = _checked_language(facts.language)
    texts["holder_language"] = _checked_language(facts.holder_language or facts.language)
    if isinstance(facts, BadgeFacts):
        texts["address"] = facts.address
    return texts


def _what(name: str) -> str:
    return f"the {name.replace('_', ' ')}"


def _checked_language(language: str) -> str:
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"{language!r} is not a language code of two or three letters")
    return language


def _badge(texts: Mapping[str, str], looks: Looks) -> dict[str, Any]:
    squares = qr.matrix(texts["address"])
    if len(squares) > _MOST_SQUARES:
        raise ValueError(
            f"the address {texts['address']} is so long that phones would not read its "
            "QR code from a small badge; use a shorter host name"
        )
    return {
        **texts,
        "address_groups": qr.printed(texts["address"]),
        "squares": ["".join("1" if dark else "0" for dark in row) for row in squares],
        "looks": {**asdict(looks), "faded": looks.faded},
    }


def _spoken(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: texts[name] for name in ("language", "title", "description")}


def _palette(looks: Looks) -> Image.Image:
    """The badge's four colours, and shades on the two ways along which they meet.

    Pillow looks a colour up by its neighbourhood: a shade too close to one of the four
    would be taken in its place.
    """
    flat = [looks.ink, looks.paper, looks.accent, looks.faded]
    colours = list(flat)
    for dark in (looks.ink, looks.accent):
        steps = int(distance(dark, looks.paper) / _SHADE)
        shades = (mix(dark, looks.paper, step / steps) for step in range(1, steps))
        colours += (s for s in shades if min(distance(s, one) for one in flat) >= _SHADE)
    palette = Image.new("P", (1, 1))
    palette.putpalette(bytes.fromhex("".join(colour[1:] for colour in colours)))
    return palette
