"""Write docs/pictures/contact-*.png: every kind of picture in every state and language.

    make contact-sheet           needs poppler for the printed sheets

A real issuer with made-up organisations is asked for each picture, as its pages would ask.
"""

import io
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image

from badge_assets.draw import Form
from badge_assets.looks import Theme
from issuer import participations, pictures, previews, prints, public
from issuer.pictures import Variant
from issuer.public import View
from issuer.state import State
from issuer.texts import LANGUAGES
from tests.badge_assets import decoding
from tests.support.office import Desk

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
GROUND = "#d8d6d0"
GAP = 14
COLOURS = 40

SEALS: tuple[State, ...] = (
    State.HOLDS,
    State.LAPSED,
    State.LAPSED_RENEWING,
    State.SUSPENDED,
    State.WITHDRAWN,
)
SEALS += (State.GIVEN_UP, State.VOID, State.UNDER_WAY, State.UNKNOWN)
AWARDED = tuple(s for s in SEALS if s not in (State.UNDER_WAY, State.UNKNOWN))

Row = list[Image.Image]


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        desk = Desk.make(Path(place) / "data")
        slugs = desk.every_state()
        with desk.office.reading() as session:
            views = {
                state: public.view(desk.office, participations.find(session, slug), desk.clock())
                for state, slug in slugs.items()
            }
        for language in LANGUAGES:
            write(f"contact-seals-{language}", seals(desk, views, language))
        write("contact-badges", [badges(desk, views, language) for language in LANGUAGES])
        write("contact-posters", sheets(desk, views, prints.poster))
        write("contact-diplomas", sheets(desk, views, prints.diploma))
        write("contact-previews", [linked(desk, views, language) for language in LANGUAGES])
        desk.close()


def seals(desk: Desk, views: dict[State, View], language: str) -> Iterable[Row]:
    for state in SEALS:
        row: Row = []
        for form in Form:
            for theme in Theme:
                scale = 0.75 if form is Form.WIDE else 0.65
                variant = Variant(language, theme, form, "png", 2)
                if state is State.UNKNOWN:
                    drawn = pictures.unknown_seal(desk.office, variant)
                else:
                    drawn = pictures.seal(desk.office, views[state], variant)
                row.append(shrunk(drawn, scale / 2))
        yield row


def linked(desk: Desk, views: dict[State, View], language: str) -> Row:
    """The preview of a link is of two kinds only: it tells no state."""
    return [
        shrunk(previews.png(desk.office, views[state], language), 480 / 1200)
        for state in (State.HOLDS, State.WITHDRAWN, State.UNDER_WAY)
    ]


def badges(desk: Desk, views: dict[State, View], language: str) -> Row:
    return [
        shrunk(prints.live_badge(desk.office, views[state], language), 240 / 1024)
        for state in AWARDED
    ]


def sheets(desk: Desk, views: dict[State, View], make: Callable[..., bytes]) -> Iterable[Row]:
    for language in LANGUAGES:
        pdfs = (make(desk.office, views[state], language) for state in AWARDED)
        pages = [decoding.page(pdf, 240) for pdf in pdfs]
        if any(page is None for page in pages):
            raise SystemExit("poppler is not here: install poppler-utils, then try again")
        yield [Image.fromarray(page).convert("RGBA") for page in pages if page is not None]


def shrunk(file: bytes, share: float) -> Image.Image:
    with Image.open(io.BytesIO(file)) as opened:
        picture = opened.convert("RGBA")
    size = (round(picture.width * share), round(picture.height * share))
    return picture.resize(size, Image.Resampling.LANCZOS)


def write(name: str, rows: Iterable[Row]) -> None:
    rows = list(rows)
    heights = [max(picture.height for picture in row) for row in rows]
    width = max(sum(picture.width + GAP for picture in row) for row in rows) + GAP
    whole = Image.new("RGB", (width, sum(heights) + GAP * (len(rows) + 1)), GROUND)
    y = GAP
    for row, height in zip(rows, heights, strict=True):
        x = GAP
        for picture in row:
            whole.paste(picture, (x, y + (height - picture.height) // 2), picture)
            x += picture.width + GAP
        y += height + GAP
    palette = whole.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette.save(FOLDER / f"{name}.png", optimize=True)
    print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
