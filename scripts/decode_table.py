"""Write docs/decode-table.md: which pictures are read, by whom, after what.

make decode-table            takes some minutes; failures stand in the table like the rest
"""

import math
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import zxingcpp

from badge_assets import draw, prints, qr
from badge_assets.facts import Sheet
from tests.badge_assets import decoding
from tests.badge_assets.decoding import CONDITIONS, READERS, Picture
from tests.badge_assets.made_up import NAMES, PETROL, WINE, badge_facts
from tests.badge_assets.test_prints import diploma, poster

HOSTS = ("merke.example.no", "balansemerket.example.no")
CODES = 10
LOGO = 0.12  # of the area of the code

Made = Callable[[str], Picture | None]  # from an address to a picture


def badge(width: int, times: int = 1) -> Made:
    def made(address: str) -> Picture:
        facts = badge_facts(address=address, holder=NAMES[0], sample="EKSEMPEL")
        picture = decoding.of(draw.badge_png(facts, PETROL), width)
        return decoding.magnified(picture, times) if times > 1 else picture

    return made


def sheet(width: int, make: Callable[[str], bytes]) -> Made:
    return lambda address: decoding.page(make(address), width)


def bare(error: qr.ErrorCorrection, side: int, *, logo: bool = False) -> Made:
    """The code alone, `side` pixels wide, quiet zone around it; with a disc of the programme's
    colour in its middle if `logo`."""

    def made(address: str) -> Picture:
        squares = np.array(qr.matrix(address, error))
        large = np.where(np.kron(squares, np.ones((24, 24), bool)), 0, 255).astype(np.uint8)
        picture = np.repeat(large[:, :, None], 3, axis=2)
        if logo:
            reach = np.sqrt(LOGO / np.pi) * len(large)
            y, x = np.mgrid[: len(large), : len(large)] - len(large) / 2
            picture[np.hypot(x, y) < reach] = 255
            picture[np.hypot(x, y) < reach * 0.85] = (15, 76, 74)
        picture = np.pad(picture, ((96, 96), (96, 96), (0, 0)), constant_values=255)
        width = round(side * len(picture) / len(large))
        return decoding.of(_png(picture), width)

    return made


def _png(picture: Picture) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", picture[:, :, ::-1])[1].tobytes())


def pictures() -> Iterator[tuple[str, Made]]:
    for width in (1024, 512, 256, 160, 128):
        yield f"badge, {width} px", badge(width)
    yield "badge, 128 px, seen by a camera", badge(128, 3)
    for width in (1200, 800, 500):
        yield (
            f"poster A4, {width} px wide",
            sheet(width, lambda address: prints.poster_pdf(poster(address=address), WINE)),
        )
    yield (
        "poster A3, 800 px wide",
        sheet(800, lambda address: prints.poster_pdf(poster(address=address), WINE, Sheet.A3)),
    )
    for width in (1200, 800):
        yield (
            f"diploma, {width} px wide",
            sheet(width, lambda address: prints.diploma_pdf(diploma(address=address), PETROL)),
        )
    for side in (200, 100):
        for name, made in (
            ("Q", bare("Q", side)),
            ("H", bare("H", side)),
            ("H with a logo of 12 %", bare("H", side, logo=True)),
        ):
            yield f"code alone, {side} px, {name}", made


def addresses(host: str) -> list[str]:
    chance = random.Random(host)
    return [
        qr.address(f"https://{host}", "".join(chance.choices(qr.ALPHABET, k=qr.CODE_LENGTH)))
        for _ in range(CODES)
    ]


def pixels(picture: Picture, address: str) -> float | None:
    """How many pixels wide a square of the code is, by where zxing-cpp sees its corners."""
    found = zxingcpp.read_barcodes(picture)
    if not found:
        return None
    at = found[0].position
    width = math.hypot(at.top_right.x - at.top_left.x, at.top_right.y - at.top_left.y)
    return width / len(qr.matrix(address, "H" if found[0].ec_level == "H" else "Q"))


def spread(widths: list[float]) -> str:
    least, most = (f"{width:.1f}" for width in (min(widths), max(widths)))
    return least if least == most else f"{least}–{most}"


def rows() -> Iterator[list[str]]:
    for name, make in pictures():
        print(name, file=sys.stderr)
        widths: list[float] = []
        counts = {(reader, condition): 0 for reader in READERS for condition in CONDITIONS}
        shown = 0
        for host in HOSTS:
            for address in addresses(host):
                if (picture := make(address)) is None:
                    continue
                shown += 1
                if (width := pixels(picture, address)) is not None:
                    widths.append(width)
                for condition, change in CONDITIONS.items():
                    seen = change(picture)
                    for reader, read in READERS.items():
                        counts[reader, condition] += read(seen) == address
        for reader in READERS:
            cells = [counts[reader, condition] for condition in CONDITIONS]
            yield [
                name,
                spread(widths),
                reader,
                *("all" if n == shown else f"{n} of {shown}" for n in cells),
            ]


HEAD = """# Which pictures are read, by whom, after what

Made by `make decode-table`; failures stand in it like the rest. Each cell tells how many of {all}
pictures were read: {codes} codes chosen by chance, for each of the hosts {hosts}.

Pictures are shrunk as a browser does it. Blur is Gaussian, with a deviation of one pixel; the
perspective shortens the upper edge by a quarter; *photographed* means light that falls off to the
left and below, grain, a lens not quite sharp and JPEG 75. *Pixels a square* is the width of one
square of the QR code, measured in the picture; it differs between the two hosts where the longer
one needs more squares in the same place. zxing-cpp is the engine of many phones; OpenCV's two
detectors are no phone's, and stand here as strict second opinions; neither reads light on dark.
*Seen by a camera*, three of the camera's pixels fall on each of the screen's.

"""

CHOICES = """
## What holds, and what does not

* **zxing-cpp reads every picture of a badge from 128 pixels up, after everything above.** Tests
  hold that, on other codes, from 128 pixels for hosts of at most 40 letters.
* **OpenCV reads every upright badge of 1024 and of 256 pixels as it is**, with each of its two
  detectors; a test holds that too. From 512 pixels up both read every one after everything but
  light on dark, which neither can; in smaller ones after most of it, not all.
* **A host of 41 to 60 letters** takes more squares, of which a badge of 128 pixels has two pixels
  each: there it is read as it is, but *not* after a blur, and not for certain when photographed.
  From 256 pixels up it is read after everything. For a longer host no badge is made.

## What was chosen from it

* **Error correction Q, no logo.** On the same place Q has larger squares than H, and is read as
  well or better everywhere; a logo costs readings and tells nothing that the picture around the
  code does not tell.
* **The code takes nearly three fifths of the badge's width**, quiet zone not counted, and its
  squares are whole pixels at 1024: 20, or 18 where the host is longer than 19 letters. With 16 (two
  pixels in a badge of 128) nothing was read there after a blur, with 18 everything. What the badge
  tells beside it stands in a strip that takes all that is left.
* **The mask is the standard's choice unless something in the code looks like a fourth finder**:
  a block of two to four squares between single ones, along its row and its column. In one of thirty
  large codes OpenCV took such a block for a corner and read nothing; since then, none of 200.
* **Poster and diploma** keep the code large enough to be read from a photograph of the whole
  sheet, 500 pixels wide for the poster.
"""


def main() -> None:
    out = Path(__file__).parents[1] / "docs" / "decode-table.md"
    heads = ["picture", "pixels a square", "reader", *CONDITIONS]
    lines = [
        HEAD.format(all=CODES * len(HOSTS), codes=CODES, hosts=" and ".join(HOSTS)),
        f"| {' | '.join(heads)} |\n",
        f"|{'---|' * len(heads)}\n",
        *(f"| {' | '.join(row)} |\n" for row in rows()),
        CHOICES,
    ]
    out.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
