"""Facts, looks and names for drawing tests; all made up."""

import io
from typing import Any

import numpy as np
import typst
from numpy.typing import NDArray
from PIL import Image

from badge_assets import qr
from badge_assets.draw import BadgeFacts, SealFacts, SealKind
from badge_assets.looks import Looks

PETROL = Looks(ink="#1b1a17", paper="#fbf8f1", accent="#0f4c4a")
WINE = Looks(ink="#1c1b19", paper="#faf7f0", accent="#6b1f33")

ADDRESS = qr.address("https://balansemerket.example.no", "7F3K-92QX-5ABC")
HARD_NAME = 'Østfold Åpne Scene «Šáhppá» – Blikk’s "Ær" & <Co>'

_FIRST = (
    "Stiftelsen Nordnorsk senter for",
    "Foreningen Kyst-Norges",
    "Det Frie Feltets",
    "Oslo",
    "Musikkteaterproduksjonsforeningen for",
    "STATENS SCENEKUNSTVERKSTEDER OG",
    "Sámi Teáhter-",
    "Interkommunalt kompetansesenter for",
    "Ytre Namdal og omegns",
    "Den Kongelige Norske",
)
_LAST = (
    "samtidskunst i Nordland, Troms og Finnmark", "festivaler, spel og revyer SA",
    "Dans/Performance/Lyd", "arbeidsgiverorganisasjonsfellesskap", "BARNE- OG UNGDOMSTEATER BA",
    "Čállinsearvi ja Ŋuolbmojávri", "kulturskoleråd – avdeling Hålogaland", "Ä́r̈r̊å",
    "kunstnersenter, verksted og gjestebolig", "VVV WWW MMM",
)  # fmt: skip
NAMES = [f"{first} {last}" for first in _FIRST for last in _LAST]
NAMES += [
    "Ø", "W" * 120, "i" * 120, "Wm " * 39 + "WWW", "a-" * 60, "Ǻ" * 120, "e\u0316\u0317\u0318" * 30,
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz-gruppen", HARD_NAME,
]  # fmt: skip


def badge_facts(**changes: Any) -> BadgeFacts:
    facts: dict[str, Any] = {
        "mark": "Balansemerket",
        "holder": "Eksempelteatret",
        "issuer": "Eksempelkunst",
        "first_day_text": "Fra og med 4. mars 2026",
        "last_day_text": "Gyldig til og med 3. mars 2027",
        "address": ADDRESS,
        "language": "nb",
        "title": "Balansemerket: Eksempelteatret",
        "description": "Merket gjelder til og med 3. mars 2027.",
    }
    return BadgeFacts(**facts | changes)


def seal_facts(kind: SealKind = SealKind.HOLDS, **changes: Any) -> SealFacts:
    facts: dict[str, Any] = {
        "kind": kind,
        "mark": "Balansemerket",
        "holder": "Eksempelteatret",
        "state_line": "Gyldig til og med 3. mars 2027",
        "language": "nb",
        "title": "Balansemerket: Eksempelteatret",
        "description": "Merket gjelder til og med 3. mars 2027.",
    }
    return SealFacts(**facts | changes)


def pixels(svg: bytes, width: int, height: int, scale: float = 1) -> NDArray[np.int16]:
    """`svg` as typst draws it: height × width × RGB, `scale` pixels for each unit."""
    source = f"""
        #set page(width: {width}pt, height: {height}pt, margin: 0pt)
        #image(bytes(sys.inputs.svg), format: "svg", width: 100%)"""
    drawn = typst.compile(
        source.encode(),
        ignore_system_fonts=True,
        format="png",
        ppi=72 * scale,
        sys_inputs={"svg": svg.decode()},
    )
    return decoded(drawn)


def decoded(png: bytes) -> NDArray[np.int16]:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.int16)


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
