"""The QR code of every kind of picture is read, after what pictures go through.

A sample of docs/decode-table.md, which `make decode-table` writes: what is promised there of
zxing-cpp from 128 pixels up, and of OpenCV for pictures that are upright.
"""

from collections.abc import Callable

import pytest

from badge_assets import draw, prints, qr, spliced
from tests.badge_assets import decoding
from tests.badge_assets.decoding import CONDITIONS, READERS, Picture
from tests.badge_assets.made_up import NAMES, PETROL, WINE, badge_facts
from tests.badge_assets.test_prints import diploma, poster

HOSTS = ("merke.example.no", "balansemerket.example.no")
CODES = ("7F3K92QX5ABC", "00M0QZ5WJ7YT", "VNW3DX94HK8P")


def addresses() -> list[str]:
    return [qr.address(f"https://{host}", code) for host in HOSTS for code in CODES]


@pytest.fixture(scope="module")
def badges() -> dict[str, bytes]:
    return {
        address: spliced.badge_png(badge_facts(address=address, holder=NAMES[0]), PETROL)
        for address in addresses()
    }


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("width", [128, 256, 512, 1024])
def test_zxing_reads_every_badge_from_128_pixels_after_anything(
    badges: dict[str, bytes], width: int, condition: str
) -> None:
    for address, badge in badges.items():
        seen = CONDITIONS[condition](decoding.of(badge, width))
        assert READERS["zxing-cpp"](seen) == address


@pytest.mark.parametrize("width", [256, 1024])
def test_opencv_reads_every_upright_badge(badges: dict[str, bytes], width: int) -> None:
    for address, badge in badges.items():
        picture = decoding.of(badge, width)
        for reader in ("OpenCV", "OpenCV, ArUco"):
            assert READERS[reader](picture) == address, reader


def test_a_host_of_forty_letters_is_read_as_well() -> None:
    """The longest that takes as few squares as a short one."""
    address = qr.address("https://balansemerket.kunst-og-kultur.example.no", CODES[0])
    picture = decoding.of(spliced.badge_png(badge_facts(address=address), PETROL), 128)
    for condition, change in CONDITIONS.items():
        assert READERS["zxing-cpp"](change(picture)) == address, condition


def test_the_longest_host_is_read_from_256_pixels_after_anything() -> None:
    host = "registeret.balansemerket.balansekunst-prosjektene.example.no"
    badge = draw.badge_png(badge_facts(address=qr.address(f"https://{host}", CODES[1])), PETROL)
    picture = decoding.of(badge, 256)
    for condition, change in CONDITIONS.items():
        assert READERS["zxing-cpp"](change(picture)).endswith(CODES[1]), condition
    with pytest.raises(ValueError, match="shorter"):
        draw.badge_png(badge_facts(address=qr.address(f"https://det{host}", CODES[1])), PETROL)


@pytest.mark.parametrize("code", ["H0GZVP8B5RHR", "A7SZVSTQ7GB0", "HS3H78RGHRXE", "NW5S3GMBVHJW"])
def test_opencv_finds_no_fourth_corner(code: str) -> None:
    """With the standard's mask these have a block that it takes for a finder."""
    address = qr.address("https://balansemerket.example.no", code)
    picture = decoding.of(spliced.badge_png(badge_facts(address=address), PETROL))
    assert READERS["OpenCV"](picture) == address


def _poster(address: str) -> Picture | None:
    return decoding.page(prints.poster_pdf(poster(address=address), WINE), 800)


def _diploma(address: str) -> Picture | None:
    return decoding.page(prints.diploma_pdf(diploma(address=address), PETROL), 1200)


@pytest.mark.parametrize("make", [_poster, _diploma])
def test_zxing_reads_printed_sheets_after_anything(make: Callable[[str], Picture | None]) -> None:
    address = addresses()[-1]
    picture = make(address)
    if picture is None:
        pytest.skip("poppler is not here; install poppler-utils to have PDFs looked at")
    for condition, change in CONDITIONS.items():
        assert READERS["zxing-cpp"](change(picture)) == address, condition


def test_every_condition_changes_the_picture(badges: dict[str, bytes]) -> None:
    picture = decoding.of(draw.badge_png(badge_facts(), PETROL), 256)
    for condition, change in CONDITIONS.items():
        changed = change(picture)
        same = changed.shape == picture.shape and bool((changed == picture).all())
        assert same == (condition == "as it is")
