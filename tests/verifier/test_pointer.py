"""A picture that has lost its badge: where the QR code on it leads, told as no more than that."""

import io
import time

import pytest
from PIL import Image

from tests.verifier.pictures import a_png, a_svg, as_png, chunk, code, picture
from tests.verifier.simulator import IssuerSimulator
from verifier import pointer
from verifier.pointer import Pointer
from verifier.reasons import Reason, Verdict
from verifier.texts import LANGUAGES
from verifier.verify import verify

OURS = frozenset({"did:web:merke.example.no", "did:key:z6Mk", "https://other.no", "did:web:"})
ADDRESS = "https://MERKE.EXAMPLE.NO/Q/0123456789AB"


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "1", "P"])
def test_where_a_code_leads(mode: str) -> None:
    assert pointer.read(picture([ADDRESS], mode), OURS) == Pointer(ADDRESS, ours=True)


def test_dark_on_nothing_is_dark_on_white() -> None:
    dark = code(ADDRESS).convert("L")
    see_through = Image.new("LA", dark.size, (0, 0))
    see_through.paste((0, 255), mask=dark.point(lambda shade: 255 if shade < 128 else 0))
    assert pointer.read(as_png(see_through), OURS) == Pointer(ADDRESS, ours=True)


@pytest.mark.parametrize("form", ["JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_a_photograph_is_no_badge_and_its_code_is_for_a_camera(form: str) -> None:
    """Other formats are not decoded: whoever has one is told what to do with it."""
    out = io.BytesIO()
    code(ADDRESS).save(out, form)
    report = verify(out.getvalue(), IssuerSimulator().world())
    assert report.reasons == (Reason.CARRIER_UNSUPPORTED,)
    assert report.points_to is None
    told = report.findings[0].text
    assert all("scan" in told[each] or "skann" in told[each] for each in LANGUAGES)


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("https://merke.example.no", True),
        ("HTTPS://Merke.Example.No/x?y#z", True),
        ("https://merke.example.no.evil.example/Q/1", False),
        ("https://merke.example.no@evil.example/", False),
        ("https://merke.example.no:443/Q/1", False),
        ("https://evil.example/merke.example.no", False),
        ("https://evil.example\\@merke.example.no/", False),
        ("https://other.no/", False),
    ],
)
def test_whose_it_is(address: str, ours: bool) -> None:
    assert pointer.read(picture([address]), OURS) == Pointer(address, ours)
    assert pointer.read(picture([address]), frozenset()) == Pointer(address, ours=False)


@pytest.mark.parametrize(
    "text",
    [
        "http://merke.example.no/",
        "javascript:alert(1)",
        "WIFI:T:WPA;S:x;P:y;;",
        "https://merke.example.no/ og mer",
        "https://merke.example.no/ø",
        "https://merke.example.no/\u202e",
        "https://" + "a" * 300,
        "hei",
    ],
)
def test_codes_that_are_no_address(text: str) -> None:
    assert pointer.read(picture([text]), OURS) is None


def test_several_codes() -> None:
    assert pointer.read(picture([ADDRESS, ADDRESS]), OURS) == Pointer(ADDRESS, ours=True)
    assert pointer.read(picture([ADDRESS, "https://evil.example/"]), OURS) is None
    assert pointer.read(picture([ADDRESS, "hei"]), OURS) == Pointer(ADDRESS, ours=True)


def test_pictures_without_a_code() -> None:
    broken = a_png().replace(b"IDAT", b"IDAX")
    for image in (a_png(), a_svg(), b"", broken, a_png()[:20], picture([ADDRESS])[:200]):
        assert pointer.read(image, OURS) is None


def test_giants_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a picture was opened")

    monkeypatch.setattr(Image, "open", opened)
    header = (4000).to_bytes(4, "big") + (2001).to_bytes(4, "big") + b"\x08\0\0\0\0"
    giant = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")
    assert pointer.read(giant, OURS) is None


@pytest.mark.parametrize("size", [(2828, 2828), (1080, 2400), (8_000_000 // 600, 600)])
def test_a_large_picture(size: tuple[int, int]) -> None:
    paper = Image.new("RGBA", size, (255, 255, 255, 0))
    paper.paste(code(ADDRESS).resize((560, 560)), (7, 7))
    assert pointer.read(as_png(paper), OURS) == Pointer(ADDRESS, ours=True)


@pytest.mark.usefixtures("alone")
def test_a_picture_full_of_corners_of_codes() -> None:
    """Some 20 KB of them; a search that compares each with each takes 20 s."""
    corner = Image.new("L", (8, 8), "white")
    corner.paste("black", (0, 0, 7, 7))
    corner.paste("white", (1, 1, 6, 6))
    corner.paste("black", (2, 2, 5, 5))
    for side in (1_000, 2_828):
        paper = Image.new("L", (side, side), "white")
        for at in range(side * side // 64):
            paper.paste(corner, (at * 8 % side // 8 * 8, at * 8 // side * 8))
        start = time.process_time()
        assert pointer.read(as_png(paper), OURS) is None
        assert time.process_time() - start < 5


def test_the_report_tells_it() -> None:
    sim = IssuerSimulator()
    lost = picture([ADDRESS])
    report = verify(lost, sim.world(ours=frozenset({sim.did})))
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.CARRIER_NONE,))
    assert report.points_to == Pointer(ADDRESS, ours=True)
    told = report.to_json()["points_to"]
    assert told["address"] == ADDRESS
    assert told["ours"] is True
    assert tuple(told["text"]) == LANGUAGES
    stranger = verify(lost, sim.world())
    assert stranger.points_to == Pointer(ADDRESS, ours=False)
    assert stranger.points_to.text != report.points_to.text
    assert verify(a_png(), sim.world()).points_to is None


def test_a_badge_is_never_searched_for_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked(*_: object) -> None:
        raise AssertionError("a badge was searched")

    monkeypatch.setattr(pointer, "read", looked)
    assert verify(IssuerSimulator().mint(), IssuerSimulator().world())
    assert not verify(b"https://merke.example.no/", IssuerSimulator().world())
