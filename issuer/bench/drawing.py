"""Pictures: from facts known to bytes that can be served.

"The ordinary way" is what one writes first: `qrcode` draws the code, Pillow pastes code and
name into a prepared picture, and saves it with the credential as a text chunk. Ours finds the
same prepared: ground, name and days. The code is another one in every turn.
"""

import gzip
import io
import secrets
from collections.abc import Callable, Iterator
from itertools import product

from PIL import Image, PngImagePlugin
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q

from badge_assets import draw, png, qr, spliced
from badge_assets.draw import Form
from badge_assets.facts import BadgeFacts, SealFacts, SealKind
from badge_assets.looks import Looks, Theme
from issuer.bench.material import Material
from issuer.bench.rows import Comparison, per_turn, rate

_LOOKS = Looks(ink="#1b1a17", paper="#fbf8f1", accent="#0f4c4a")
_ORIGIN = "https://balansemerket.example.no"
_FIRST_PICTURE = 0.030  # seconds, as promised
_SEAL_SIZE, _BADGE_SIZE = draw.SEAL_PACKED, 64 * 1024  # bytes, as promised
# Names of many different letters, each of which is an outline of its own.
_LONG = (
    "Østfold Internasjonale Teater",
    "Foreningen Kyst-Norges BARNE- OG UNGDOMSTEATER BA",
    "STATENS SCENEKUNSTVERKSTEDER OG kulturskoleråd – avdeling Hålogaland",
)
_HOLDERS = tuple(f"Teatret i {place}" for place in ("Bodø", "Sør-Varanger", "Ytre Namdal"))

# Where a badge of this origin has its code; its holder's name, and its days.
_MODULE, _CODE = 18, (356, 292)
_NAME, _DAYS = (356, 134, 950, 220), (36, 640, 248, 988)
_VARIANTS = len(SealKind) * len(Theme) * len(Form)


def comparisons(material: Material) -> Iterator[Comparison]:
    text = material.badges[0].decode("ascii")
    yield Comparison(
        name="badge PNG with QR code and credential; other: qrcode and Pillow, pasted and saved",
        unit="a second",
        ours=rate(_spliced(text)),
        other=rate(_ordinary(text)),
        target=25,
    )
    yield Comparison(
        name="baking a PNG; other: Pillow opens and saves it",
        unit="a second",
        ours=rate(_baking(text)),
        other=rate(_saving(text)),
        target=25,
    )
    yield Comparison(
        name="first badge PNG of a holder; other: its promise of 30 ms",
        unit="seconds",
        ours=per_turn(lambda turn: spliced.badge_png(_badge(turn, new=True), _LOOKS, text)),
        other=lambda: _FIRST_PICTURE,
        target=1.0,
    )
    yield Comparison(
        name="first seal of an unseen variant; other: its promise of 30 ms",
        unit="seconds",
        ours=per_turn(_seal),
        other=lambda: _FIRST_PICTURE,
        target=1.0,
    )
    yield Comparison(
        name="largest SVG seal, of all kinds, with long names, packed; other: its promise of 6 KB",
        unit="bytes",
        ours=_largest_seal,
        other=lambda: _SEAL_SIZE,
        target=1.0,
    )
    yield Comparison(
        name="badge PNG of 1024 px with its credential; other: its promise of 64 KB",
        unit="bytes",
        ours=lambda: len(spliced.badge_png(_badge(0), _LOOKS, text)),
        other=lambda: _BADGE_SIZE,
        target=1.0,
    )


def _badge(turn: int, *, new: bool = False) -> BadgeFacts:
    """A badge with another code in every turn; of a holder nobody has seen, if `new`."""
    return BadgeFacts(
        mark="Balansemerket",
        holder=f"Teatret {secrets.token_hex(6)}" if new else _HOLDERS[turn % len(_HOLDERS)],
        issuer="Eksempelkunst",
        first_day_text=f"Fra og med {2 + turn % len(_HOLDERS)}. mars 2026",
        last_day_text=f"Gyldig til og med {1 + turn % len(_HOLDERS)}. mars 2027",
        address=qr.address(_ORIGIN, "".join(secrets.choice(qr.ALPHABET) for _ in range(12))),
        language="nb",
        title="Balansemerket",
        description="Et merke",
    )


def _spliced(text: str) -> Callable[[int], bytes]:
    for turn in range(len(_HOLDERS)):
        spliced.badge_png(_badge(turn), _LOOKS, text)
    return lambda turn: spliced.badge_png(_badge(turn), _LOOKS, text)


def _ordinary(text: str) -> Callable[[int], bytes]:
    prepared = []
    for turn in range(len(_HOLDERS)):
        with Image.open(io.BytesIO(draw.badge_png(_badge(turn), _LOOKS))) as drawn:
            prepared.append(drawn.convert("RGB"))
    texts = [[(place, drawn.crop(place)) for place in (_NAME, _DAYS)] for drawn in prepared]

    def made(turn: int) -> bytes:
        picture = prepared[0].copy()
        code = QRCode(error_correction=ERROR_CORRECT_Q, box_size=_MODULE, border=0)
        code.add_data(_badge(turn).address)
        code.make()
        squares = code.make_image(fill_color=_LOOKS.ink, back_color=_LOOKS.paper)
        picture.paste(squares.get_image().convert("RGB"), _CODE)
        for place, drawn in texts[turn % len(texts)]:
            picture.paste(drawn, place)
        return _saved(picture, text)

    return made


def _saved(picture: Image.Image, text: str) -> bytes:
    out, carried = io.BytesIO(), PngImagePlugin.PngInfo()
    carried.add_itxt(png.KEYWORD.decode(), text)
    picture.save(out, "PNG", pnginfo=carried)
    return out.getvalue()


def _baking(text: str) -> Callable[[int], bytes]:
    badge = draw.badge_png(_badge(0), _LOOKS)
    return lambda turn: png.bake(badge, text)


def _saving(text: str) -> Callable[[int], bytes]:
    badge = draw.badge_png(_badge(0), _LOOKS)

    def made(turn: int) -> bytes:
        with Image.open(io.BytesIO(badge)) as picture:
            return _saved(picture, text)

    return made


def _seal(turn: int) -> bytes:
    kind, theme, form = list(product(SealKind, Theme, Form))[turn % _VARIANTS]
    return draw.seal_svg(_sealed(kind, f"Teatret {secrets.token_hex(6)}"), _LOOKS, theme, form)


def _largest_seal() -> float:
    return max(
        len(
            gzip.compress(
                draw.seal_svg(_sealed(kind, holder, sample), _LOOKS, theme, form), mtime=0
            )
        )
        for kind, theme, form, holder in product(SealKind, Theme, Form, _LONG)
        for sample in ("", "EKSEMPEL")
    )


def _sealed(kind: SealKind, holder: str, sample: str = "") -> SealFacts:
    return SealFacts(
        kind=kind,
        mark="Balansemerket",
        holder=holder,
        state_line="Hadde merket til og med 3. mars 2027, fornyelse pågår",
        detail_line="balansemerket.example.no/m/eksempelteatret-i-nord-og-sor",
        language="nb",
        title=f"Balansemerket: {holder}",
        description=f"{holder} hadde Balansemerket til og med 3. mars 2027, fornyelse pågår.",
        sample=sample,
    )
