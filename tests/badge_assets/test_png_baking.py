"""Baking into PNG: both directions, other people's readers, and every refusal."""

import io
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from badge_assets import png
from badge_assets.png import KEYWORD, MalformedPng, bake, unbake

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CREDENTIAL = '{"name":"Sp\\u00f8kelsesteatret \\u0160\\u00e1pmi \\u2019\\"","proof":{}}'


def picture(mode: str = "RGB", size: tuple[int, int] = (7, 5)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 0).save(out, "PNG")
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def with_chunk(kind: bytes, data: bytes, image: bytes | None = None) -> bytes:
    image = image or picture()
    return image[:-12] + chunk(kind, data) + image[-12:]


def itxt(text: bytes, *, head: bytes = b"\0\0\0\0") -> bytes:
    return KEYWORD + b"\0" + head + text


PNG_TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)


@given(PNG_TEXT)
def test_what_is_baked_comes_out(text: str) -> None:
    assert unbake(bake(picture(), text)) == text


@given(PNG_TEXT, PNG_TEXT)
def test_baking_again_replaces(first: str, second: str) -> None:
    assert bake(bake(picture(), first), second) == bake(picture(), second)


def test_a_picture_without_a_credential_carries_none() -> None:
    assert unbake(picture()) is None
    assert unbake(with_chunk(b"iTXt", b"openbadges\0\0\0\0\0{}")) is None
    assert unbake(with_chunk(b"tEXt", b"Comment\0openbadgecredential")) is None


def test_the_chunk_is_the_standards_to_the_byte() -> None:
    baked = bake(picture(), CREDENTIAL)
    expected = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + CREDENTIAL.encode())
    assert baked == picture()[:-12] + expected + picture()[-12:]


def test_all_else_in_the_file_stays_as_it_was() -> None:
    image = with_chunk(b"tEXt", b"Software\0a drawing program", picture("P"))
    assert bake(image, CREDENTIAL).replace(chunk(b"iTXt", itxt(CREDENTIAL.encode())), b"") == image


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
def test_pillow_reads_the_picture_and_the_text(mode: str) -> None:
    with Image.open(io.BytesIO(bake(picture(mode), CREDENTIAL))) as opened:
        opened.load()
        assert opened.size == (7, 5)
        assert opened.text == {KEYWORD.decode(): CREDENTIAL}  # type: ignore[attr-defined]


def test_saving_again_elsewhere_loses_the_credential_and_nothing_worse() -> None:
    out = io.BytesIO()
    with Image.open(io.BytesIO(bake(picture(), CREDENTIAL))) as opened:
        opened.save(out, "PNG")
    assert unbake(out.getvalue()) is None


def test_openbadgeslib_reads_ours_and_we_read_its() -> None:
    peer = pytest.importorskip("openbadgeslib.baking", reason="openbadgeslib is not installed")
    keyword = peer.ITXT_KEYWORD_OB3
    assert peer.extract_png(bake(picture(), CREDENTIAL), keyword=keyword) == CREDENTIAL
    assert unbake(peer.bake_png(picture(), CREDENTIAL, keyword=keyword)) == CREDENTIAL


def test_a_language_tag_says_nothing_about_the_credential() -> None:
    image = with_chunk(b"iTXt", KEYWORD + b"\0\0\0nb\0merke\0{}")
    assert unbake(image) == "{}"


def test_an_old_credential_in_any_form_is_replaced() -> None:
    image = with_chunk(b"zTXt", KEYWORD + b"\0\0" + zlib.compress(b"{}"))
    image = with_chunk(b"tEXt", KEYWORD + b"\0{}", with_chunk(b"iTXt", itxt(b"{}"), image))
    assert bake(image, CREDENTIAL) == bake(picture(), CREDENTIAL)


def test_an_older_badge_is_read_and_replaced() -> None:
    for kind, data in (
        (b"iTXt", b"openbadges\0\0\0\0\0{}"),
        (b"tEXt", b"openbadges\0{}"),
    ):
        image = with_chunk(kind, data)
        assert png.read(image) == png.Baked("{}", legacy=True)
        assert unbake(image) is None
        assert png.read(with_chunk(kind, data, bake(picture(), CREDENTIAL))) == png.Baked(
            CREDENTIAL
        )
        assert bake(image, CREDENTIAL) == bake(picture(), CREDENTIAL)


def broken_checksum() -> bytes:
    image = bytearray(bake(picture(), CREDENTIAL))
    image[-20] ^= 1
    return bytes(image)


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no bytes": ("carrier.malformed", lambda: b""),
    "not a PNG": ("carrier.malformed", lambda: b"\xff\xd8\xff\xe0 JFIF"),
    "signature only": ("carrier.malformed", lambda: SIGNATURE),
    "cut short": ("carrier.malformed", lambda: bake(picture(), CREDENTIAL)[:-13]),
    "no end": ("carrier.malformed", lambda: picture()[:-12]),
    "length beyond the file": (
        "carrier.malformed",
        lambda: SIGNATURE + b"\xff\xff\xff\xffIHDR",
    ),
    "broken checksum": ("carrier.malformed", broken_checksum),
    "bytes after the end": ("carrier.trailing", lambda: bake(picture(), CREDENTIAL) + b"\n"),
    "two pictures": ("carrier.trailing", lambda: picture() + bake(picture(), CREDENTIAL)),
    "two credentials": (
        "carrier.duplicate",
        lambda: with_chunk(b"iTXt", itxt(b"{}"), bake(picture(), CREDENTIAL)),
    ),
    "a second one compressed": (
        "carrier.duplicate",
        lambda: with_chunk(b"zTXt", KEYWORD + b"\0\0x", bake(picture(), CREDENTIAL)),
    ),
    "compressed iTXt": (
        "carrier.compressed",
        lambda: with_chunk(b"iTXt", itxt(zlib.compress(b"{}"), head=b"\1\0\0\0")),
    ),
    "zTXt": ("carrier.compressed", lambda: with_chunk(b"zTXt", KEYWORD + b"\0\0x")),
    "tEXt": ("carrier.malformed", lambda: with_chunk(b"tEXt", KEYWORD + b"\0{}")),
    "unknown compression flag": (
        "carrier.malformed",
        lambda: with_chunk(b"iTXt", itxt(b"{}", head=b"\2\0\0\0")),
    ),
    "unknown compression method": (
        "carrier.malformed",
        lambda: with_chunk(b"iTXt", itxt(b"{}", head=b"\0\1\0\0")),
    ),
    "keyword and nothing more": ("carrier.malformed", lambda: with_chunk(b"iTXt", KEYWORD)),
    "no text": ("carrier.malformed", lambda: with_chunk(b"iTXt", itxt(b""))),
    "NUL in the text": ("carrier.malformed", lambda: with_chunk(b"iTXt", itxt(b"{\0}"))),
    "not UTF-8": ("carrier.malformed", lambda: with_chunk(b"iTXt", itxt(b'{"\xe5"}'))),
    "text too long": (
        "limit.size",
        lambda: with_chunk(b"iTXt", itxt(b"x" * (png.MAX_TEXT + 1))),
    ),
    "file too long": (
        "limit.size",
        lambda: with_chunk(b"teSt", bytes(png.MAX_BYTES)),
    ),
    "too many chunks": (
        "limit.size",
        lambda: picture()[:-12] + chunk(b"teSt", b"") * png.MAX_CHUNKS + picture()[-12:],
    ),
    "too many frames": (
        "limit.size",
        lambda: picture()[:-12] + chunk(b"fcTL", bytes(26)) * 65 + picture()[-12:],
    ),
    "too many pixels": (
        "limit.size",
        lambda: (
            SIGNATURE
            + chunk(b"IHDR", b"\0\0\xff\xff\0\0\xff\xff\x08\2\0\0\0")
            + chunk(b"IDAT", b"")
            + chunk(b"IEND", b"")
        ),
    ),
    "no width": (
        "carrier.malformed",
        lambda: (
            SIGNATURE
            + chunk(b"IHDR", b"\0\0\0\0\0\0\0\1\x08\2\0\0\0")
            + chunk(b"IDAT", b"")
            + chunk(b"IEND", b"")
        ),
    ),
    "no header": (
        "carrier.malformed",
        lambda: SIGNATURE + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    ),
    "no image data": (
        "carrier.malformed",
        lambda: picture()[:33] + chunk(b"IEND", b""),
    ),
    "image data in two places": (
        "carrier.malformed",
        lambda: with_chunk(b"IDAT", b"", with_chunk(b"teSt", b"")),
    ),
    "end with content": (
        "carrier.malformed",
        lambda: picture()[:-12] + chunk(b"IEND", b"x"),
    ),
    "type that is no type": ("carrier.malformed", lambda: with_chunk(b"te\0t", b"")),
}


@pytest.mark.parametrize(("reason", "make"), REFUSED.values(), ids=list(REFUSED))
def test_refused(reason: str, make: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedPng) as refused:
        unbake(make())
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "text", ["", "a\0b", "\ud800", "x" * (png.MAX_TEXT + 1)], ids=["empty", "nul", "half", "long"]
)
def test_a_text_that_no_chunk_can_carry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        bake(picture(), text)
    assert not isinstance(refused.value, MalformedPng)


def test_baking_into_something_else_is_refused() -> None:
    with pytest.raises(MalformedPng):
        bake(b"<svg xmlns='http://www.w3.org/2000/svg'/>", CREDENTIAL)


@settings(max_examples=300)
@given(st.data())
def test_no_change_of_bytes_gives_another_error_or_another_credential(data: st.DataObject) -> None:
    """One change anywhere: the same text, none (the chunk cut out whole), or a refusal."""
    baked = bake(picture(), CREDENTIAL)
    at = data.draw(st.integers(0, len(baked)))
    cut = data.draw(st.integers(0, 40))
    changed = baked[:at] + data.draw(st.binary(max_size=20)) + baked[at + cut :]
    try:
        assert unbake(changed) in (CREDENTIAL, None)
    except MalformedPng:
        return


@given(st.binary(max_size=200), st.booleans())
def test_noise_is_refused(noise: bytes, signed: bool) -> None:
    with pytest.raises(MalformedPng):
        unbake(SIGNATURE * signed + noise)
