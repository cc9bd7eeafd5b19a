"""Every way in which a programme file can be wrong, and the page that describes the format.

Start from a good file, break one thing, and look at file, line, path and expectation.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badge_assets.draw import MARK_ROOM
from badge_assets.looks import INK_CONTRAST, SHAPE_CONTRAST, TEXT_CONTRAST, Motif
from issuer.programme import (
    MAX_BYTES,
    PUBLISHABLE,
    AchievementType,
    Kind,
    load,
)
from issuer.toml_tables import Fault, FileFaults

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")
GOOD = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[-1]
SHIPPED = (ROOT / "issuer" / "programmes" / "balansemerket.toml").read_text(encoding="utf-8")


def faults(text: str | bytes, name: str = "a.toml") -> tuple[Fault, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(FileFaults) as caught:
        load(data, name)
    return caught.value.faults


def broken(old: str, new: str, text: str = GOOD) -> tuple[Fault, ...]:
    """The faults after the first `old` became `new`."""
    assert old in text
    return faults(text.replace(old, new, 1))


def line_of(part: str, text: str = GOOD) -> int:
    return text[: text.index(part)].count("\n") + 1


# Faults: one thing broken, and what is said of it


class Case(NamedTuple):
    old: str
    new: str
    path: str
    found: str
    expected: str


ALL_KINDS = "one of attendance, submission, meeting, plan, declaration, conditions"
CASES = {
    "unknown-kind": Case(
        'kind = "attendance"',
        'kind = "attendence"',
        "requirements.first[0].kind",
        '"attendence"',
        ALL_KINDS,
    ),
    "wrong-type": Case("deciders = 1", 'deciders = "1"', "deciders", '"1"', "1 or 2"),
    "truth-is-no-number": Case("deciders = 1", "deciders = true", "deciders", "true", "1 or 2"),
    "out-of-range": Case(
        "patience_days = 0", "patience_days = -1", "patience_days", "-1", "0 to 366"
    ),
    "huge-number": Case(
        "patience_days = 0",
        f"patience_days = 0x{'f' * 5000}",
        "patience_days",
        "a number of more than thirty digits",
        "0 to 366",
    ),
    "not-a-number": Case("= 1.5", "= nan", "requirements.first[0].minimum_hours", "nan", "above 0"),
    "a-moment-is-no-day": Case(
        "= 2026-08-15", "= 2026-08-15T10:00:00Z", "date", "2026", "a day such"
    ),
    "a-day-in-quotes": Case(
        "= 2026-08-15", '= "2026-08-15"', "date", '"2026-08-15"', "without quotes"
    ),
    "slug": Case('"sceneteknikk"', '"Scene"', "slug", '"Scene"', "3 to 40"),
    "slug-too-short": Case('"sceneteknikk"', '"sc"', "slug", '"sc"', "3 to 40"),
    "edition": Case('"2026-2"', '"2026-02"', "edition", '"2026-02"', "such as 2026-1"),
    "timezone": Case("Europe/Oslo", "Europe/Osló", "timezone", '"Europe/Osló"', "IANA"),
    "timezone-is-a-path": Case("Europe/Oslo", "../etc/passwd", "timezone", '"../etc', "IANA"),
    "timezone-is-a-folder": Case("Europe/Oslo", "Europe", "timezone", '"Europe"', "IANA"),
    "validity-mixed": Case("P18M", "P1Y6M", "validity", '"P1Y6M"', "P1Y, P18M or P365D"),
    "validity-none": Case("P18M", "P0Y", "validity", '"P0Y"', "P1Y, P18M or P365D"),
    "validity-too-long": Case("P18M", "P11Y", "validity", '"P11Y"', "at most ten years"),
    "window-longer-than-validity": Case(
        'validity = "P18M"',
        'validity = "P60D"',
        "renewal_opens_days",
        "60",
        "0 to 59 days, fewer than the validity",
    ),
    "language": Case('= "nn"', '= "no"', "main_language", '"no"', "one of nb, nn, en"),
    "achievement-type": Case(
        '"Certification"',
        '"Certificat"',
        "achievement_type",
        '"Certificat"',
        "one of Achievement, Award",
    ),
    "tag-type": Case("tags = []", "tags = ['a', 1]", "tags[1]", "1", "text"),
    "tag-twice": Case(
        "tags = []", "tags = ['a', 'a']", "tags[1]", '"a" a second time', "each once"
    ),
    "empty-text": Case('nn = "Ein ring"', 'nn = " "', "texts.caption.nn", "an empty text", "text"),
    "long-text": Case(
        '"Ein ring"', f'"{"o" * 201}"', "texts.caption.nn", "201 characters", "at most 200"
    ),
    "hidden-character": Case(
        '"Ein ring"', '"Ein \\u202e ring"', "texts.caption.nn", "U+202E", "without hidden"
    ),
    "language-missing": Case(', nn = "Ein ring"', "", "texts.caption.nn", "nothing", "text"),
    "language-unknown": Case(
        'nn = "Ein ring"',
        'nn = "Ein ring", se = "x"',
        "texts.caption.se",
        'the unknown key "se"',
        "one of en, nb, nn",
    ),
    "html": Case(
        '"Kurs og egenerklæring."',
        '"Kurs <b>nå</b>"',
        "texts.criteria.nb",
        '"<b"',
        "Markdown without HTML or pictures",
    ),
    "no-channel": Case("til {channel}", "til noen", "texts.guest.nb", '"Ser du', "{channel} once"),
    "other-field": Case(
        "{channel}", "{channel} {x}", "texts.guest.nb", '"Ser du', "{channel} once"
    ),
    "key-missing": Case("patience_days = 0\n", "", "patience_days", "nothing", "0 to 366"),
    "key-misspelt": Case(
        "tags = []",
        "tags = []\ndecider = 1",
        "decider",
        'the unknown key "decider"',
        "perhaps deciders",
    ),
    "key-unknown": Case(
        "[cost]",
        "[cost]\nqqqq = 1",
        "cost.qqqq",
        'the unknown key "qqqq"',
        "one of free_of_charge, text",
    ),
    "key-quoted": Case(
        "tags = []",
        'tags = []\n"a b" = 1',
        '"a b"',
        'the unknown key "a b"',
        "one of achievement_type",
    ),
    "table-missing": Case("[looks]", "[look]", "looks", "nothing", "a table"),
    "table-wrong": Case("caption = {", "caption = 3 #", "texts.caption", "3", "a table"),
    "too-few": Case(
        '  { nb = "Noen har skrevet under."',
        '#  { nb = "Noen',
        "texts.meaning",
        "an array of 2",
        "an array of 3 tables",
    ),
    "motif": Case('"ring"', '"unicorn"', "looks.motif", '"unicorn"', "one of balance, ring"),
    "colour-form": Case('"#7a2e1d"', '"red"', "looks.colour", '"red"', "a colour such as"),
    "colour-too-faint": Case(
        '"#7a2e1d"',
        '"#8a8a8a"',
        "looks.colour",
        "#8a8a8a with a contrast of 3.45",
        "at least 4.5 against paper (#ffffff)",
    ),
    "colour-too-dark-on-ink": Case(
        '"#f0b8a8"',
        '"#333333"',
        "looks.colour_on_ink",
        "with a contrast of 1.5",
        "at least 4.5 against ink (#101010)",
    ),
    "colour-too-close-to-paper-for-the-motif": Case(
        '"#7a2e1d"',
        '"#737373"',
        "looks.colour",
        "#737373 with a contrast of 2.89",
        "at least 3.0 against the motif's smaller form (#cacaca)",
    ),
    "ink-too-faint-for-grey-plates": Case(
        '"#101010"',
        '"#5a5a5a"',
        "looks.ink",
        "#5a5a5a with a contrast of 6.89",
        "at least 7.0 against paper (#ffffff)",
    ),
    "name-too-long-for-the-badge": Case(
        '"Trygg scene"', f'"{"o" * 41}"', "texts.name.nb", "41 characters", "at most 40"
    ),
    "name-with-a-letter-that-the-typeface-lacks": Case(
        '"Trygg scene"', '"Trygg ☃"', "texts.name.nb", '"Trygg ☃"', "no sign for “☃” (U+2603)"
    ),
    "name-with-a-soft-hyphen": Case(
        '"Trygg scene"', '"Trygg\u00adscene"', "texts.name.nb", '"Trygg', "(U+00AD); write it"
    ),
    "caption-with-a-soft-hyphen": Case(
        '"Ein ring"', '"Ein\u00adring"', "texts.caption.nn", '"Ein', "(U+00AD); write it"
    ),
    "http": Case('url = "https:', 'url = "http:', "contact.url", '"http:', "an https address"),
    "mail": Case('"hei@', '"hei', "contact.email", '"hei', "an e-mail address"),
    "script-address": Case(
        'report = "https:',
        'report = "javascript:',
        "contact.report",
        '"javascript:',
        "an e-mail or https address",
    ),
    "unmarked-stand-in": Case(
        "provisional = true",
        "provisional = false",
        "contact.url",
        '"https://eksempeleieren',
        "or provisional = true",
    ),
    "same-id": Case(
        'id = "erklaering"',
        'id = "kurs"',
        "requirements.first[1].id",
        '"kurs" a second time',
        "an id of its own",
    ),
    "bad-id": Case('id = "kurs"', 'id = "-k"', "requirements.first[0].id", '"-k"', "2 to 30"),
    "public-of-another-kind": Case(
        '"held_by"]',
        '"present"]',
        "requirements.first[0].public[2]",
        '"present"',
        "one of date, hours, held_by, participants",
    ),
    "key-of-another-kind": Case(
        "minimum_hours = 1.5",
        "minimum_hours = 1.5\nconditions = []",
        "requirements.first[0].conditions",
        "the unknown key",
        "one of counts_for, done, id, kind",
    ),
    "counts-for-no-period": Case(
        "minimum_hours = 1.5",
        'minimum_hours = 1.5\ncounts_for = "two years"',
        "requirements.first[0].counts_for",
        '"two years"',
        "P1Y, P18M or P365D",
    ),
    "applies-from-in-quotes": Case(
        "patience_days = 0",
        'patience_days = 0\napplies_from = "2027-01-01"',
        "applies_from",
        '"2027-01-01"',
        "without quotes",
    ),
    "old-until-before-the-new-applies": Case(
        "patience_days = 0",
        "patience_days = 0\napplies_from = 2027-01-01\nold_until = 2026-12-31",
        "old_until",
        "2026-12-31",
        "not before applies_from",
    ),
    "particular-missing": Case(
        "minimum_hours = 1.5\n",
        "",
        "requirements.first[0].minimum_hours",
        "nothing",
        "a number above 0",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_fault_is_found_in_its_place(case: str) -> None:
    old, new, path, found, expected = CASES[case]
    fault = next(f for f in broken(old, new) if f.path == path)
    assert found in fault.found
    assert expected in fault.expected
    assert fault.file == "a.toml"
    assert str(fault).startswith("a.toml:" if fault.line else "a.toml: ")
    assert str(fault).endswith(f"{path}: found {fault.found}, expected {fault.expected}")
    # The line holds the key in question; what is missing is looked for at its table.
    if fault.found != "nothing":
        assert fault.line is not None
        line = GOOD.replace(old, new, 1).split("\n")[fault.line - 1]
        assert re.sub(r"\[\d+\]$", "", path.rpartition(".")[2]) in line
    elif "." in path:
        assert fault.line is not None


def test_a_good_file_has_no_faults_so_each_case_can_fail() -> None:
    load(GOOD.encode(), "a.toml")


def test_lines_and_columns_are_exact() -> None:
    [fault] = broken('en = "Sign."', "en = 7")
    line = line_of('en = "Sign."')
    assert (fault.line, fault.column) == (line, GOOD.split("\n")[line - 1].index('"Sign."') + 1)
    text = GOOD.replace('kind = "declaration"', 'kind = "declartion"')
    lines = [n for n, line in enumerate(text.split("\n"), 1) if "declartion" in line]
    assert [fault.line for fault in faults(text)] == lines
    assert len(lines) == 2


def test_columns_count_characters_not_bytes() -> None:
    [fault] = broken('nn = "Erklæringa er skriven under."', 'nn = "ææææ", xx = "æ"')
    line = GOOD.split("\n")[line_of('Erklæringa er skriven under."') - 1]
    assert fault.path == "requirements.first[1].done.xx"
    assert fault.column == line.index("nn = ") + 1 + len('nn = "ææææ", ')


def test_the_shipped_file_says_where_it_breaks() -> None:
    with pytest.raises(FileFaults) as caught:
        load(SHIPPED.replace('"meeting"', '"meting"', 1).encode(), "balansemerket.toml")
    line = line_of('"meeting"', SHIPPED)
    path = "requirements.first[2].kind"
    assert str(caught.value) == (
        f'balansemerket.toml:{line}: {path}: found "meting", expected {ALL_KINDS}'
    )


def test_a_missing_text_points_to_its_table() -> None:
    line = line_of("[requirements.renewal.what]", SHIPPED)
    head, tail = SHIPPED.split("[requirements.renewal.what]", 1)
    fault = faults(head + "[requirements.renewal.what]" + tail.replace("nn = ", "se = ", 1))[0]
    path = "requirements.renewal[0].what.nn"
    assert (fault.line, fault.path, fault.found) == (line, path, "nothing")


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    text = GOOD
    for old, new in (
        *(("deciders = 1", "deciders = 3"), ("tags = []", "tag = []")),
        *(('"#7a2e1d"', '"#ffffff"'), ('kind = "attendance"', 'kind = ""')),
        ("renewal_opens_days = 60", ""),
    ):
        text = text.replace(old, new, 1)
    found = faults(text)
    assert [fault.path for fault in found] == [
        *("renewal_opens_days", "tags", "deciders", "tag", "looks.colour"),
        "requirements.first[0].kind",
    ]
    assert len(str(FileFaults(found)).split("\n")) == len(found) == 6


def test_the_same_id_is_the_same_kind_in_both_cycles() -> None:
    head, tail = GOOD.split("[[requirements.renewal]]")
    tail = tail.replace('kind = "declaration"', 'kind = "meeting"')
    tail = re.sub(r"^declaration = .*\n", "", tail, flags=re.MULTILINE)
    [fault] = faults(f"{head}[[requirements.renewal]]{tail}")
    assert fault.path == "requirements.renewal[0].kind"
    assert fault.expected == "declaration, as in the first cycle"


def test_conditions_and_measure_kinds_have_ids_of_their_own() -> None:
    for old, new in (('id = "rutiner"', 'id = "regler"'), ('id = "samtaler"', 'id = "regler"')):
        [fault] = broken(old, new, SHIPPED)
        assert fault.path.endswith("[1].id")
        assert fault.found == '"regler" a second time'


# Files that are no TOML


@pytest.mark.parametrize(
    ("old", "new", "found", "expected"),
    [
        ("deciders = 1", "deciders = 1\ndeciders = 1", "first in line 8", "each key once"),
        ("deciders = 1", "deciders = one", '"deciders = one"', "TOML 1.0"),
        ("[cost]", "[cost]\n[cost]", "twice", "TOML 1.0"),
        ('slug = "', "slug = '", "slug", "TOML 1.0"),
    ],
)
def test_a_syntax_fault_is_found_in_its_line(old: str, new: str, found: str, expected: str) -> None:
    first = broken(old, new)[0]
    assert found in first.found
    assert expected in first.expected
    assert first.line == line_of(old) + new.count("\n")


def test_every_repeated_key_is_found_not_only_the_first() -> None:
    text = GOOD.replace("deciders = 1", "deciders = 1\ndeciders = 1")
    text = text.replace('motif = "ring"', 'motif = "ring"\nmotif = "ring"')
    assert [fault.path for fault in faults(text)] == ["deciders", "looks.motif"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "nothing"),
        (b"\xef\xbb\xbf" + GOOD.encode(), "a byte order mark"),
        (b'a = 1\nb = "\xf8"\n', "the byte 0xf8"),
        (b"#" * (MAX_BYTES + 1), "262145 bytes"),
        (b"a = " + b"[" * 5000, "nested hundreds deep"),
        (b"a = " + b"1" * 5000, "thousands of digits"),
        (b"a = 1\x00", "\\u0000"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_why(data: bytes, found: str) -> None:
    assert found in faults(data)[0].found


def test_a_byte_that_is_no_utf8_has_a_place() -> None:
    [fault] = faults("a = 1\nb = æ".encode() + b"\xff")
    assert (fault.line, fault.column) == (2, 6)


# Any bytes at all


@given(st.binary(max_size=200))
def test_any_bytes_give_faults_and_nothing_else(data: bytes) -> None:
    assert faults(data)


TOML_PIECES = st.lists(
    st.sampled_from(
        [
            *('slug = "x"\n', "[texts]\n", "[[requirements.first]]\n", "kind = 1\n", "a.b = 1\n"),
            *("[texts.name]\n", "nb = '''\n", '"', "{", "}", "[", "]", "=", "\n", "é", "#", "\\"),
            *(
                "[[texts.meaning]]\n",
                "1e9",
                "date = 2026-01-01\n",
                "= [{a = 1}, 2]\n",
                "texts = 3\n",
            ),
        ]
    ),
    max_size=12,
)


@given(TOML_PIECES)
def test_any_toml_gives_faults_with_places_inside_the_file(pieces: list[str]) -> None:
    text = "".join(pieces)
    for fault in faults(text):
        if fault.line is not None:
            assert fault.column is not None
            assert 1 <= fault.line <= text.count("\n") + 2
            assert fault.column >= 1
        assert "\n" not in str(fault)


@given(st.data())
def test_no_line_can_be_left_out(data: st.DataObject) -> None:
    lines = GOOD.split("\n")
    index = data.draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[:index] + lines[index + 1 :])
    if lines[index] == "":
        assert load(text.encode(), "a.toml").first == load(GOOD.encode(), "a.toml").first
    else:
        assert faults(text)


# The page in docs/


def documented(heading: str) -> set[str]:
    """The keys in the first column of the first table beneath `## heading`."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = section.split("|---", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"^\| `([a-z_.]+)` \|", table, re.MULTILINE))


def known(old: str, new: str, text: str = GOOD) -> set[str]:
    """The keys that the reader names when it meets one it does not know."""
    fault = next(f for f in broken(old, new, text) if "qqqqqqqq" in f.found)
    return set(fault.expected.removeprefix("one of ").split(", "))


BAD = "qqqqqqqq = 1"


@pytest.mark.parametrize(
    ("heading", "after"),
    [
        ("Top of the file", "tags = []\n"),
        ("`texts`", "[texts]\n"),
        ("`cost`", "[cost]\n"),
        ("`looks`", "[looks]\n"),
        ("`contact`", "[contact]\n"),
    ],
)
def test_every_key_is_documented_and_no_other(heading: str, after: str) -> None:
    assert documented(heading) == known(after, f"{after}{BAD}\n")


def test_the_rest_is_documented_too() -> None:
    requirements = known("[[requirements.first]]", f"[requirements]\n{BAD}\n[[requirements.first]]")
    assert documented("`requirements`") == requirements
    assert documented("Languages") == known("caption = {", f"caption = {{ {BAD},")
    plain = documented("One requirement")
    page = re.findall(r"^\| `(\w+)` \| `(\w+)` \| ", PAGE, re.MULTILINE)
    for kind in Kind:
        line = f'kind = "{kind}"\n'
        more = {key for name, key in page if name == kind}
        assert known(line, f"{line}{BAD}\n", SHIPPED) == plain | more


def test_closed_lists_are_documented() -> None:
    facts = PAGE.split("\n## Facts\n")[1]
    for kind, names in PUBLISHABLE.items():
        row = next(line for line in facts.split("\n") if line.startswith(f"| `{kind}` |"))
        shown = re.sub(r"\(.*?\)", "", row.split("|")[3])
        assert re.findall(r"`(\w+)`", shown) == list(names)
    paragraph = PAGE.split("Achievement types", 1)[1].split("\n\n")[0]
    assert re.findall(r"`(\w+)`", paragraph) == [str(each) for each in AchievementType]
    motifs = re.search(r"^\| `motif` \|.*$", PAGE, re.MULTILINE)
    assert motifs is not None
    assert re.findall(r'"(\w+)"', motifs[0]) == [str(motif) for motif in Motif]
    limits = re.findall(r"^\| `(?:ink|colour\w*)` \| .* \| (\d\.\d)", PAGE, re.MULTILINE)
    assert [float(limit) for limit in limits] == [
        *(INK_CONTRAST, TEXT_CONTRAST, SHAPE_CONTRAST, TEXT_CONTRAST)
    ]
    name = re.search(r"^\| `name` \| the mark's name, at most (\d+) ", PAGE, re.MULTILINE)
    assert name is not None
    assert int(name[1]) == MARK_ROOM


def test_the_faults_shown_in_the_page_read_as_real_ones() -> None:
    shown = re.findall(r"^sceneteknikk\.toml:\d+: (.*)$", PAGE, re.MULTILINE)
    text = GOOD.replace("deciders = 1", "deciders = 3")
    text = text.replace('nn = "Eit oppdikta merke for scener.", ', "")
    text = text.replace('kind = "declaration"', 'kind = "meting"', 1)
    real = [str(f).split(": ", 1)[1] for f in faults(text, "sceneteknikk.toml")]
    assert shown == real
