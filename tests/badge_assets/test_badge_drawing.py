"""The badge as a picture: what stands on it, what never does, and that it can be scanned."""

import hashlib
import re
import subprocess
import sys
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
import zxingcpp

from badge_assets import png, qr, svg
from badge_assets.draw import BadgeFacts, SealKind, badge_png, badge_svg, code_place
from badge_assets.letters import MissingGlyph, UnfitText
from tests.badge_assets.made_up import (
    ADDRESS,
    HARD_NAME,
    NAMES,
    PETROL,
    WINE,
    badge_facts,
    decoded,
    pixels,
    rgb,
)

SVG = "{http://www.w3.org/2000/svg}"
HOSTS = [
    "m.no",
    "merke.example.no",
    "balansemerket.example.no",
    "registeret.balansemerket.balansekunst-prosjektet.example.no",
]


def read(picture: np.ndarray) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture.astype(np.uint8))]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("side", [256, 512, 1024])
def test_zxing_and_opencv_read_the_code_from_the_badge(host: str, side: int) -> None:
    address = qr.address(f"https://{host}", "7F3K-92QX-5ABC")
    picture = decoded(badge_png(badge_facts(address=address), PETROL, side)).astype(np.uint8)
    assert read(picture) == [address]
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    assert text == address


@pytest.mark.parametrize("code", ["0123456789AB", "ZYXWVTSRQPNM", "A1A1A1A1A1A1", "QQQQ7777MMMM"])
@pytest.mark.parametrize("looks", [PETROL, WINE])
def test_any_code_in_any_looks_is_read_from_256_pixels(code: str, looks: object) -> None:
    address = qr.address("https://balansemerket.example.no", code)
    facts = badge_facts(address=address, holder=NAMES[0], sample="EKSEMPEL")
    picture = decoded(badge_png(facts, looks, 256)).astype(np.uint8)  # type: ignore[arg-type]
    assert read(picture) == [address]
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    assert text == address


@pytest.mark.parametrize("quality", [40, 90])
def test_the_code_survives_what_messengers_do_to_pictures(quality: int) -> None:
    picture = decoded(badge_png(badge_facts(), PETROL, 256)).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    assert unpacked is not None
    again = cv2.GaussianBlur(unpacked, (0, 0), 0.7)
    assert read(again) == [ADDRESS]
    assert read(255 - again) == [ADDRESS]
    assert read(again * 0.4 + 100) == [ADDRESS]


def test_the_code_is_read_from_the_svg_too() -> None:
    picture = pixels(badge_svg(badge_facts(), PETROL), 1024, 1024, 0.5)
    assert read(picture) == [ADDRESS]


def test_a_quiet_zone_of_four_modules_is_kept_on_every_side() -> None:
    for host in HOSTS:
        address = qr.address(f"https://{host}", "7F3K-92QX-5ABC")
        facts = badge_facts(address=address, mark="Glødegjengenggg jpq gy", holder="g" * 120)
        picture = decoded(badge_png(facts, PETROL))
        squares = len(qr.matrix(address))
        left, top, module = code_place(squares)
        assert module == {25: 22, 29: 20, 33: 18, 37: 16}[squares]
        quiet, side = 4 * module, squares * module
        around = picture[
            top - quiet : top + side + quiet, left - quiet : left + side + quiet
        ].copy()
        around[quiet:-quiet, quiet:-quiet] = rgb(PETROL.paper)
        assert (around == rgb(PETROL.paper)).all(), host


def test_svg_and_png_are_the_same_picture() -> None:
    facts = badge_facts(holder=HARD_NAME, sample="EKSEMPEL")
    drawn = decoded(badge_png(facts, PETROL))
    outlined = pixels(badge_svg(facts, PETROL), 1024, 1024)
    difference = np.abs(drawn - outlined).max(axis=2)
    assert difference.mean() < 0.5
    assert (difference > 100).mean() < 0.0005


def test_the_png_is_small_and_its_four_colours_are_exact() -> None:
    baked = badge_png(badge_facts(holder=NAMES[0], sample="EKSEMPEL"), PETROL)
    assert len(baked) <= 64 * 1024
    picture = decoded(baked)
    assert picture.shape == (1024, 1024, 3)
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    most = {tuple(int(c) for c in colours[at]) for at in np.argsort(counts)[-4:]}
    assert most == {rgb(c) for c in (PETROL.ink, PETROL.paper, PETROL.accent, PETROL.faded)}


@pytest.mark.parametrize("side", [64, 100, 255, 256, 333, 1000, 2048])
def test_the_png_is_as_wide_as_asked(side: int) -> None:
    assert decoded(badge_png(badge_facts(), PETROL, side)).shape == (side, side, 3)


@pytest.mark.parametrize("side", [0, 63, 4097, -1])
def test_a_png_of_another_width_is_refused(side: int) -> None:
    with pytest.raises(ValueError, match="pixels wide"):
        badge_png(badge_facts(), PETROL, side)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leaves_its_place(name: str) -> None:
    """Strips around the holder's name stay paper, at half size."""
    picture = decoded(badge_png(badge_facts(holder=name), PETROL, 512))
    paper = rgb(PETROL.paper)
    assert (picture[:, 143:176] == paper).all(), "left of the code's edge"
    assert (picture[:, 477:] == paper).all(), "right of it"
    assert (picture[112:145, 143:] == paper).all(), "between name and QR code"
    assert (picture[57:67, 143:] == paper).all(), "between mark and name"
    assert (picture[67:112, 176:477] != paper).any(), "no name was drawn"


@pytest.mark.parametrize(
    "texts",
    [
        {"mark": "W" * 40},
        {"mark": "Merket for likestilling i kunst og kultur"[:40]},
        {"issuer": "STIFTELSEN FOR LIKESTILLING I KUNSTEN " * 3 + "NORD"},
        {"issuer": "W" * 120},
        {"last_day_text": "W" * 60},
        {"first_day_text": "W" * 80},
        {"last_day_text": "W" * 60, "first_day_text": "W" * 80, "issuer": "W" * 120},
        {"sample": "WWWWWWWWWWWW"},
    ],
)
def test_every_text_as_long_as_is_allowed_stays_inside(texts: dict[str, str]) -> None:
    picture = decoded(badge_png(badge_facts(**texts), PETROL, 512))
    paper, accent = rgb(PETROL.paper), rgb(PETROL.accent)
    assert (picture[:, 143:176] == paper).all()
    assert (picture[:, 477:] == paper).all()
    assert (picture[112:145, 143:] == paper).all()
    assert (picture[494:, 143:] == paper).all()
    strip = np.delete(picture[:, :142], range(142, 172), axis=0)  # without the word of a sample
    assert (strip[:, :17] == accent).all()
    assert (strip[:, 125:] == accent).all()
    assert (picture[172:316, :142] == accent).all()
    assert (picture[491:, :142] == accent).all()


def test_a_name_is_larger_the_shorter_it_is() -> None:
    def height(name: str) -> int:
        accent = np.abs(decoded(badge_png(badge_facts(holder=name), PETROL)) - rgb(PETROL.accent))
        rows = np.flatnonzero((accent.max(axis=2)[134:232, 350:] < 40).any(axis=1))
        return int(np.flatnonzero(np.diff(rows, append=rows[-1] + 9) > 3)[0])

    assert height("HHH") > height("HHH " * 18) > height("HHH " * 29)


def test_svg_holds_outlines_and_nothing_else() -> None:
    drawn = badge_svg(badge_facts(holder=HARD_NAME, sample="EKSEMPEL"), PETROL)
    root = ElementTree.fromstring(drawn)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "title", "desc", "path",
    }  # fmt: skip
    attributes = {name for element in root.iter() for name in element.attrib}
    assert attributes == {
        "width", "height", "viewBox", "role", "lang", "fill", "d", "transform",
    }  # fmt: skip
    assert re.findall(rb"https?:[^\"<]*", drawn) == [b"http://www.w3.org/2000/svg"]


def test_svg_can_be_read_aloud_in_its_language() -> None:
    facts = badge_facts(
        title=f"Balansemerket: {HARD_NAME}", description="Sjå «her» ]]> &", language="nn"
    )
    root = ElementTree.fromstring(badge_svg(facts, PETROL))
    assert root.attrib["role"] == "img"
    assert root.attrib["lang"] == "nn"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == f"Balansemerket: {HARD_NAME}"
    assert root[1].tag == f"{SVG}desc"
    assert root[1].text == "Sjå «her» ]]> &"


def test_a_hard_name_survives_in_the_baked_files() -> None:
    facts = badge_facts(holder=HARD_NAME, title=HARD_NAME)
    text = '{"name":' + ascii(HARD_NAME).replace("'", '"') + "}"
    baked = svg.bake(badge_svg(facts, PETROL), text)
    assert svg.unbake(baked) == text
    assert ElementTree.fromstring(baked).findtext(f"{SVG}title") == HARD_NAME
    assert (
        pixels(baked, 1024, 1024, 0.25) == pixels(badge_svg(facts, PETROL), 1024, 1024, 0.25)
    ).all()
    assert png.unbake(png.bake(badge_png(facts, PETROL, 256), text)) == text


def test_equal_facts_give_equal_bytes_in_another_process_too() -> None:
    program = (
        "import hashlib; from tests.badge_assets.made_up import *;"
        "from badge_assets.draw import *; print(hashlib.sha256(badge_svg(badge_facts(), PETROL)"
        " + badge_png(badge_facts(), PETROL, 256)).hexdigest())"
    )
    here = hashlib.sha256(
        badge_svg(badge_facts(), PETROL) + badge_png(badge_facts(), PETROL, 256)
    ).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    ).stdout.strip()
    assert here == there


@pytest.mark.parametrize(
    "change",
    [
        {"holder": "Eksempelteatreт"},
        {"mark": "Balansemerke"},
        {"last_day_text": "Gyldig til og med 4. mars 2027"},
        {"first_day_text": "Fra og med 3. mars 2026"},
        {"issuer": "Eksempelkunsten"},
        {"address": ADDRESS[:-1] + "D"},
        {"sample": "EKSEMPEL"},
    ],
)
def test_every_fact_is_seen(change: dict[str, str]) -> None:
    plain = decoded(badge_png(badge_facts(), PETROL, 512))
    changed = decoded(badge_png(badge_facts(**change), PETROL, 512))
    assert (np.abs(plain - changed).max(axis=2) > 60).sum() > 5


@pytest.mark.parametrize("kind", [SealKind.HOLDS, SealKind.WITHDRAWN])
def test_a_made_up_badge_says_so_across_its_strip_and_large(kind: SealKind) -> None:
    facts = badge_facts(sample="EKSEMPEL", kind=kind, state_word="Trukket tilbake")
    ribbon = decoded(badge_png(facts, PETROL))[284:344, :284]
    assert (ribbon[[0, -1]] == rgb(PETROL.ink)).all()
    rows, columns = np.nonzero((ribbon == rgb(PETROL.paper)).all(axis=2))
    assert np.ptp(rows) >= 24, "capitals of less than 6 pixels in a badge of 256"
    assert np.ptp(columns) >= 200


def test_a_mark_that_does_not_stand_is_told_from_one_that_does_without_colour() -> None:
    """Its largest line is the answer, its sign is no motif, and its strip is nearly paper."""
    holds = decoded(badge_png(badge_facts(), PETROL)).mean(axis=2)
    ended = badge_facts(kind=SealKind.WITHDRAWN, state_word="Trukket tilbake")
    grey = decoded(badge_png(ended, PETROL)).mean(axis=2)
    assert np.median(holds[:, :284]) < 80 < 200 < np.median(grey[:, :284])
    for place in (np.s_[40:130, 350:], np.s_[40:250, :284]):
        assert (np.abs(holds[place] - grey[place]) > 90).mean() > 0.1


def test_capital_eng_takes_its_sami_form_where_the_name_is_sami() -> None:
    """Not by itself: on an English badge the typeface would take the form of West Africa."""

    def drawn(language: str, holder_language: str | None) -> bytes:
        facts = badge_facts(holder="Ŋ", language=language, holder_language=holder_language)
        return badge_svg(facts, PETROL).replace(b'lang="nb"', b'lang="en"')

    assert drawn("en", "se") != drawn("en", None)
    assert drawn("en", "se") == drawn("nb", "se") == drawn("nb", None)


def test_accents_written_apart_are_drawn_as_one_letter() -> None:
    assert badge_svg(badge_facts(holder="Sa\u0301pmi"), PETROL) == badge_svg(
        badge_facts(holder="Sápmi"), PETROL
    )


@pytest.mark.parametrize("field", ["mark", "holder", "issuer", "first_day_text", "last_day_text"])
def test_a_missing_letter_in_any_text_is_an_error_and_never_a_box(field: str) -> None:
    for draw in (badge_svg, badge_png):
        with pytest.raises(MissingGlyph) as refused:
            draw(badge_facts(**{field: "Snø ☃"}), PETROL)
        assert refused.value.letter == "☃"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"holder": ""}, "the holder is empty"),
        ({"mark": " "}, "the mark is empty"),
        ({"last_day_text": ""}, "last day"),
        ({"title": ""}, "title"),
        ({"holder": "x" * 121}, "121"),
        ({"holder": "Te\u202eater"}, "direction"),
        ({"title": "Te\nater"}, "control"),
        ({"description": "x" * 1001}, "1001"),
    ],
)
def test_texts_that_cannot_stand_on_a_badge_are_refused(change: dict[str, str], said: str) -> None:
    with pytest.raises(UnfitText, match=said):
        badge_svg(badge_facts(**change), PETROL)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "https://example.no/"}, "is not an address"),
        (
            {"address": qr.address("https://" + "a" * 60 + "." + "b" * 60 + ".no", "0" * 12)},
            "shorter",
        ),
        ({"language": "norsk"}, "language code"),
        ({"holder_language": "x-y"}, "language code"),
    ],
)
def test_facts_that_are_none_are_refused(change: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        badge_svg(badge_facts(**change), PETROL)


def test_facts_cannot_be_changed() -> None:
    facts = badge_facts()
    with pytest.raises(AttributeError):
        facts.holder = "another"  # type: ignore[misc]
    assert isinstance(facts, BadgeFacts)
