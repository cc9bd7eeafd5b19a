"""A badge put together from tiles: the picture that is drawn, in any decoder, in any order."""

import io
import threading
import zlib

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from badge_assets import draw, png, qr, spliced
from badge_assets.facts import BadgeFacts, SealKind
from badge_assets.letters import MissingGlyph, UnfitText
from badge_assets.looks import Looks
from tests.badge_assets.made_up import (
    ADDRESS,
    HARD_NAME,
    NAMES,
    PETROL,
    WINE,
    badge_facts,
    decoded,
)

ORIGIN = "https://balansemerket.example.no"
CREDENTIAL = '{"name":"Sp\\u00f8kelsesteatret"}'


def apart(facts: BadgeFacts, looks: Looks = PETROL) -> NDArray[np.int16]:
    """How far each pixel of the spliced badge is from that of the drawn one."""
    spliced_ = decoded(spliced.badge_png(facts, looks, CREDENTIAL))
    difference = np.abs(spliced_ - decoded(draw.badge_png(facts, looks)))
    return np.asarray(difference.max(axis=2))


@pytest.mark.parametrize("name", [*NAMES[::8], *NAMES[-9:]])
def test_the_pixels_are_those_of_the_drawn_badge(name: str) -> None:
    difference = apart(badge_facts(holder=name))
    assert difference.max() < 48, "more than a shade"
    assert (difference > 0).sum() <= 6


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("m.no", "000000000000"),
        ("m.no", "7F3K92QX5ABC"),
        ("balansemerket.example.no", "WWWWWWWWWWWW"),
        ("registeret.balansemerket.eksempelkunst.example.no", "JQ0MWXYZ1234"),
        ("registeret.balansemerket.balansekunst-prosjektet.example.no", "0123456789AB"),
    ],
)
def test_every_size_of_code_and_every_letter(host: str, code: str) -> None:
    facts = badge_facts(address=qr.address(f"https://{host}", code), sample="EKSEMPEL")
    difference = apart(facts, WINE)
    assert difference.max() < 48
    assert (difference > 0).sum() <= 6


def test_all_letters_of_codes_stand_as_they_are_drawn() -> None:
    for at in range(0, 32, 12):
        code = (qr.ALPHABET * 2)[at : at + 12]
        difference = apart(badge_facts(address=qr.address(ORIGIN, code)))
        assert (difference > 0).sum() <= 6, code


def test_every_decoder_sees_the_same_picture() -> None:
    baked = spliced.badge_png(badge_facts(holder=HARD_NAME), PETROL, CREDENTIAL)
    with Image.open(io.BytesIO(baked)) as picture:
        picture.load()
        assert picture.mode == "P"
        by_pillow = np.asarray(picture.convert("RGB"))
    by_opencv = cv2.imdecode(np.frombuffer(baked, np.uint8), cv2.IMREAD_COLOR)
    assert by_opencv is not None
    assert (by_opencv[:, :, ::-1] == by_pillow).all()
    by_hand = rows_of(baked)
    palette = np.frombuffer(chunk(baked, b"PLTE"), np.uint8).reshape(-1, 3)
    assert (palette[by_hand] == by_pillow).all()
    assert [code.text for code in zxingcpp.read_barcodes(by_pillow)] == [ADDRESS]


def chunk(image: bytes, kind: bytes) -> bytes:
    at = image.index(kind)
    return image[at + 4 : at + 4 + int.from_bytes(image[at - 4 : at], "big")]


def rows_of(image: bytes) -> NDArray[np.uint8]:
    """The palette's numbers, by undoing filters as PNG, section 9.2, has it; zlib proves the
    checksum of the stream."""
    flat = zlib.decompress(chunk(image, b"IDAT"))
    assert len(flat) == 1024 * 513
    above = np.zeros(512, np.uint8)
    numbers = np.empty((1024, 1024), np.uint8)
    for y in range(1024):
        kind, row = flat[513 * y], np.frombuffer(flat, np.uint8, 512, 513 * y + 1)
        above = row if kind == 0 else row + above
        assert kind in (0, 2)
        numbers[y, ::2], numbers[y, 1::2] = above >> 4, above & 15
    return numbers


def test_the_text_is_baked_as_baking_does_it() -> None:
    facts = badge_facts()
    bare = spliced.badge_png(facts, PETROL)
    assert png.unbake(bare) is None
    assert spliced.badge_png(facts, PETROL, CREDENTIAL) == png.bake(bare, CREDENTIAL)
    assert png.bake(png.bake(bare, "{}"), CREDENTIAL) == png.bake(bare, CREDENTIAL)
    for text in ("", "a\0b", "x" * (png.MAX_TEXT + 1)):
        with pytest.raises(ValueError, match="text"):
            spliced.badge_png(facts, PETROL, text)


def test_it_is_small() -> None:
    text = "x" * 9000
    for name in (NAMES[0], NAMES[-9], "W" * 120):
        assert len(spliced.badge_png(badge_facts(holder=name), PETROL, text)) <= 64 * 1024


def test_equal_facts_give_equal_bytes_whatever_was_asked_before() -> None:
    facts = badge_facts(holder="Før", address=qr.address(ORIGIN, "7F3K92QX5ABC"))
    first = spliced.badge_png(facts, PETROL, CREDENTIAL)
    for name in NAMES[:3]:
        spliced.badge_png(badge_facts(holder=name, sample="EKSEMPEL"), WINE, CREDENTIAL)
    spliced._press.cache_clear()
    assert spliced.badge_png(facts, PETROL, CREDENTIAL) == first


def test_many_at_once() -> None:
    spliced._press.cache_clear()
    facts = [badge_facts(holder=f"Scene {n % 3}") for n in range(6)]
    drawn: list[bytes] = [b""] * 6

    def one(at: int) -> None:
        drawn[at] = spliced.badge_png(facts[at], PETROL)

    threads = [threading.Thread(target=one, args=(at,)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn[:3] == drawn[3:]
    assert len(set(drawn)) == 3


@pytest.mark.parametrize("field", ["mark", "holder", "issuer", "first_day_text", "last_day_text"])
def test_what_cannot_be_drawn_is_refused_as_ever(field: str) -> None:
    with pytest.raises(MissingGlyph):
        spliced.badge_png(badge_facts(**{field: "Snø ☃"}), PETROL)
    with pytest.raises(UnfitText):
        spliced.badge_png(badge_facts(**{field: "x" * 500}), PETROL)


def test_a_badge_without_a_first_day_and_one_without_a_last() -> None:
    assert (apart(badge_facts(first_day_text="")) > 0).sum() <= 6
    with pytest.raises(UnfitText, match="last day"):
        spliced.badge_png(badge_facts(last_day_text=""), PETROL)


def test_only_a_mark_that_holds() -> None:
    with pytest.raises(ValueError, match="holds"):
        spliced.badge_png(badge_facts(kind=SealKind.LAPSED, state_word="Avsluttet"), PETROL)
