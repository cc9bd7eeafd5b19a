"""Names as they are searched, sorted and addressed; codes as they are typed from a poster."""

import contextlib
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer import codes, names
from issuer.errors import BadInput

NAME = 'Áššu Ærfugl på Sørøya’s «Eksempel» "scene"'


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Østfold Teater", "ostfold-teater"),
        ("Ærlig & Åpen AS", "aerlig-apen-as"),
        ("Čáhppes Ŋiđgguŧ", "cahppes-nidggut"),
        ("Ny", "ny-merke"),
        ("…", "merke"),
        (NAME, "assu-aerfugl-pa-soroya-s-eksempel-scene"),
    ],
)
def test_slug(name: str, slug: str) -> None:
    assert names.slug(name) == slug


@given(st.text(min_size=1, max_size=300))
def test_a_slug_is_always_an_address(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{3,60}", names.slug(name))


def test_names_are_found_without_their_letters() -> None:
    assert "ostfold" in names.folded("Østfold Teater")
    assert "cahppes" in names.folded("Čáhppes")
    assert "aasane" in names.folded("Aasane")


def test_norwegian_order() -> None:
    shuffled = ["Åsane", "Ørsta", "Ærlig", "Zoom", "Aasen", "Abel"]
    assert sorted(shuffled, key=names.sort_key) == [
        "Abel", "Zoom", "Ærlig", "Ørsta", "Åsane", "Aasen",
    ]  # fmt: skip


def test_a_name_has_one_spelling() -> None:
    assert names.clean("  A\u030asen \t Teater ") == "Åsen Teater"
    assert names.clean(NAME) == unicodedata.normalize("NFC", NAME)


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "   ",
        "a\u202eb",
        "a\u200bb",
        "a\x00b",
        "x" * 201,
        *"\u3164\u115f\u034f\u2800",
        "a\ufe0fb",
    ],
)
def test_names_nobody_can_read_are_refused(hostile: str) -> None:
    with pytest.raises(BadInput):
        names.clean(hostile)


def test_codes_are_read_however_they_are_typed() -> None:
    code = codes.new()
    assert codes.read(code) == code
    assert codes.read(codes.grouped(code).lower()) == code
    assert codes.read(f"  {code[:4]} {code[4:8]}–{code[8:]} ") == code
    assert codes.read(code.replace("0", "o").replace("1", "l")) == code
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", codes.grouped(code))


@given(st.integers(0, 11), st.integers(1, 31))
def test_every_single_mistake_is_found(place: int, shift: int) -> None:
    code = codes.new()
    wrong = codes.ALPHABET[(codes.ALPHABET.index(code[place]) + shift) % 32]
    with pytest.raises(codes.MistypedCode):
        codes.read(code[:place] + wrong + code[place + 1 :])


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_mistyped(text: str) -> None:
    with contextlib.suppress(codes.MistypedCode):
        assert re.fullmatch(r"[0-9A-Z]{12}", codes.read(text))


def test_codes_do_not_repeat() -> None:
    assert len({codes.new() for _ in range(1000)}) == 1000
