"""Which texts can be drawn, and what is said of those that cannot."""

import unicodedata

import pytest
import typst

from badge_assets.draw import MARK_ROOM, check_mark, check_name
from badge_assets.letters import (
    MAX_MARKS,
    MissingGlyph,
    UnfitText,
    keep_dates_together,
    keep_names_together,
    ready,
)

NORDIC = "ÁáÄäÅåÆæÇçČčÐðĐđÉéÍíŊŋÑñÓóÖöØøŠšŦŧÞþÚúÜüÝýŽž ’‘“”„«»–—…·&()/+!?.,:;'\"0123456789"


def boxes(text: str) -> int:
    """How often typst, drawing SVG, uses an outline that it has for no letter.

    In the three styles in which a name may be set.
    """

    def symbols(text: str) -> list[str]:
        source = """
            #set text(font: "Libertinus Serif", fallback: false, hyphenate: false)
            #let word = sys.inputs.text
            #word #text(weight: 600, word) #text(style: "italic", word)"""
        drawn: bytes = typst.compile(
            source.encode(), ignore_system_fonts=True, format="svg", sys_inputs={"text": text}
        )
        return [part.split('"')[0] for part in drawn.decode().split('<use xlink:href="#')[1:]]

    known = set(symbols("\U0010ffff"))
    assert len(known) == 3
    return sum(symbol in known for symbol in symbols(text))


def test_all_nordic_and_sami_letters_are_there() -> None:
    assert check_name(NORDIC, "se") == NORDIC
    assert boxes(NORDIC) == 0


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("Teater 漢字", "漢"),
        ("Festival 🙂", "🙂"),
        ("Snø ☃", "☃"),
        ("Ensemble ﬁ", "ﬁ"),
        ("م", "م"),
        ('a\\"\u2603', "☃"),
    ],
)
def test_a_missing_letter_is_an_error_that_names_it(name: str, letter: str) -> None:
    with pytest.raises(MissingGlyph) as refused:
        check_name(name, "nb")
    assert refused.value.letter == letter
    assert letter in str(refused.value)
    assert f"U+{ord(letter):04X}" in str(refused.value)


def test_a_letter_is_refused_exactly_where_a_box_would_be_drawn() -> None:
    """Against typst's drawing itself, over a spread of the letters people use."""
    codes = [*range(0x21, 0x250, 3), *range(0x1E00, 0x1F00, 7), *range(0x370, 0x530, 11)]
    codes += range(0x2000, 0x2800, 37)
    disagree = []
    for letter in map(chr, codes):
        if unicodedata.category(letter) in {"Cc", "Cf", "Cn", "Zl", "Zp", "Zs"}:
            continue
        if unicodedata.normalize("NFC", letter) != letter:
            continue
        try:
            check_name("x" + letter, "nb")
            refused = False
        except MissingGlyph:
            refused = True
        if refused != bool(boxes("x" + letter)):
            disagree.append(letter)
    assert disagree == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Teater\u202eretaeT", "U+202E"),
        ("Teater\u2066", "U+2066"),
        ("Te\u200dater", "U+200D"),
        ("Te\u00adater", "U+00AD"),
        ("\ufeffTeater", "U+FEFF"),
        ("Tea\nter", "U+000A"),
        ("Tea\tter", "U+0009"),
        ("Tea\x00ter", "U+0000"),
        ("Tea\u2028ter", "U+2028"),
        ("Tea\ue000ter", "U+E000"),
        ("Tea\ud800ter", "U+D800"),
        ("Tea\ufffeter", "U+FFFE"),
        ("Tea\U0010ffffter", "U+10FFFF"),
    ],
)
def test_hidden_characters_are_refused_by_number(name: str, word: str) -> None:
    with pytest.raises(UnfitText, match=word.replace("+", r"\+")):
        check_name(name, "nb")


def test_marks_piled_up_are_refused() -> None:
    pile = "e" + "\u0316" * MAX_MARKS
    assert ready(pile, 10, "the name") == pile
    with pytest.raises(UnfitText, match="marks"):
        ready(pile + "\u0316", 10, "the name")


def test_accents_written_apart_become_one_letter() -> None:
    assert check_name("Sa\u0301pmi A\u030angstro\u0308m", "se") == "Sápmi Ångström"


def test_spaces_are_made_single_and_hard_ones_kept() -> None:
    assert ready("  Den   norske\u00a0opera ", 40, "the name") == "Den norske\u00a0opera"


@pytest.mark.parametrize(("name", "said"), [("", "empty"), ("   ", "empty"), ("x" * 121, "121")])
def test_an_empty_or_endless_name_is_refused(name: str, said: str) -> None:
    with pytest.raises(UnfitText, match=said):
        check_name(name, "nb")


def test_a_mark_is_held_to_the_same_letters_and_to_less_room() -> None:
    assert check_mark("Sa\u0301pmi  merket", "se") == "Sápmi merket"
    assert check_mark("W" * MARK_ROOM, "nb") == "W" * MARK_ROOM
    for mark, said in (("W" * (MARK_ROOM + 1), "room for 40"), ("☃", "no sign for"), ("", "empty")):
        with pytest.raises(UnfitText, match=said):
            check_mark(mark, "nb")


@pytest.mark.parametrize("language", ["", "NB", "nb-NO", "norsk", "n\n"])
def test_a_language_is_a_code_of_two_or_three_letters(language: str) -> None:
    with pytest.raises(ValueError, match="language code"):
        check_name("Teater", language)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("gyldig til og med 3. mars 2027", "gyldig til og med 3.~mars~2027"),
        ("valid through 31 December 2027", "valid through 31~December~2027"),
        ("til 3. mars 2027. Fornyes nå", "til 3.~mars~2027. Fornyes nå"),
        ("Scene 4 i Vika", "Scene 4 i Vika"),
    ],
)
def test_dates_stay_on_one_line(text: str, kept: str) -> None:
    assert keep_dates_together(text) == kept.replace("~", "\u00a0")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Kulturskoleråd – avdeling nord", "Kulturskoleråd~– avdeling nord"),
        ("Scenen - for alle", "Scenen~- for alle"),
        ("Lys & lyd", "Lys &~lyd"),
        ("Spel og revyer og dans", "Spel og~revyer og~dans"),
        ("Teater – og dans", "Teater~– og~dans"),
        # What needs no care, and what would take a line of its own.
        ("Kyst-Norge", "Kyst-Norge"),
        ("Borg også", "Borg også"),
        ("og", "og"),
        ("Scenen og", "Scenen og"),
        ("Lys og arbeidsgiverorganisasjonen", "Lys og arbeidsgiverorganisasjonen"),
        ("Musikkteaterproduksjonen – nord", "Musikkteaterproduksjonen – nord"),
    ],
)
def test_no_line_begins_with_a_dash_or_ends_with_a_joint(text: str, kept: str) -> None:
    assert keep_names_together(text) == kept.replace("~", "\u00a0")


def test_a_text_is_never_run_as_source() -> None:
    for text in ('#panic("x")', '#read("badge.typ")', "$x$ *y* _z_ @a <b> \\n", '"]}'):
        assert check_name(text, "nb") == text
