"""The programme file: what is shipped and documented, and what a file that loads says."""

import re
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badge_assets.draw import MARK_ROOM, SealKind, badge_svg, seal_svg
from badge_assets.looks import Looks, Motif, shortfalls
from issuer.pictures import programme_looks
from issuer.programme import Period, Programme, Text, load
from issuer.toml_tables import FileFaults
from tests.badge_assets.made_up import badge_facts, seal_facts

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")
GOOD = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[-1]
SHIPPED = (ROOT / "issuer" / "programmes" / "balansemerket.toml").read_text(encoding="utf-8")
FIRST = ["kurs", "kartlegging", "mote", "plan", "vilkar", "erklaering"]
RENEWAL = ["mote", "plan", "vilkar", "erklaering"]


def texts_in(value: object, path: str = "") -> list[tuple[str, Text]]:
    if isinstance(value, Text):
        return [(path, value)]
    if isinstance(value, tuple):
        return [t for i, each in enumerate(value) for t in texts_in(each, f"{path}[{i}]")]
    if is_dataclass(value):
        named = [(field.name, getattr(value, field.name)) for field in fields(value)]
        return [t for name, each in named for t in texts_in(each, f"{path}.{name}")]
    return []


@pytest.fixture(scope="module")
def balansemerket() -> Programme:
    return load(SHIPPED.encode(), "balansemerket.toml")


# The shipped programme


def test_balansemerket_is_what_its_owner_published(balansemerket: Programme) -> None:
    p = balansemerket
    assert (p.slug, p.edition, p.key) == ("balansemerket", "2026-1", "balansemerket-2026-1")
    assert p.validity == Period(years=1)
    assert p.timezone == ZoneInfo("Europe/Oslo")
    assert (p.deciders, p.free_of_charge, p.main_language) == (2, True, "nb")
    assert p.achievement_type == "QualityAssuranceCredential"
    assert p.looks.motif is Motif.BALANCE
    assert [r.id for r in p.first] == FIRST
    assert [r.id for r in p.renewal] == RENEWAL
    assert p.requirements(renewal=False) is p.first
    assert p.requirements(renewal=True) is p.renewal
    assert p.first[0].minimum_hours == 3
    assert [r.minimum_started for r in (p.first[3], p.renewal[1])] == [1, 1]
    assert [len(r.conditions) for r in (p.first[4], p.renewal[2])] == [4, 4]
    assert p.first[1].public == {"handed_in"}


def test_its_addresses_are_marked_as_stand_ins(balansemerket: Programme) -> None:
    contact = balansemerket.contact
    assert contact.provisional
    assert "to be filled in by the owner" in SHIPPED.lower().replace("\n", " ")
    for address in (contact.url, contact.email, contact.report):
        assert address.rstrip("/").endswith(".example.no")
    assert not re.search(r"\d{5}|\d{2} \d{2} \d{2}", " ".join(t.nb for _, t in texts_in(contact)))


def test_every_text_is_written_in_each_language(balansemerket: Programme) -> None:
    texts = texts_in(balansemerket)
    assert len(texts) > 60
    # A name, and the few words that are the same in both written forms of Norwegian.
    same = {path for path, text in texts if text.nb == text.nn}
    assert same == {".name"}
    assert {path for path, text in texts if text.en in (text.nb, text.nn)} == {".name"}


BOKMAAL_ONLY = re.compile(
    r"\b(ikke|noen?|hva|hvem|hvor\w*|hvert?|fra|en|et|jeg|de|dem|virksomhet\w*|deltatt|holdt"
    r"|ledelse\w*|vilkårene|tiltakene|gjelder|brytes|bare|være|egen|selv|sammen|timer"
    r"|forebygg\w*|rutiner|rutinene|lovens|levert|skrevet|møtes|hos dem)\b",
    re.IGNORECASE,
)
NYNORSK_ONLY = re.compile(
    r"\b(ikkje|nokon?|kva|kven|korleis|kvart|frå|ein|eit|dei|verksemd\w*|delteke|halde|leiing\w*"
    r"|vilkåra|tiltaka|gjeld|berre|vere|eigen|eiga|sjølv|saman|timar|førebygg\w*|rutinar|rutinane"
    r"|skrive|møtest|gongen)\b",
    re.IGNORECASE,
)


def test_the_two_written_forms_are_not_mixed(balansemerket: Programme) -> None:
    for path, text in texts_in(balansemerket):
        assert BOKMAAL_ONLY.findall(text.nn) == [], path
        assert NYNORSK_ONLY.findall(text.nb) == [], path


def test_no_sentence_is_copied_from_the_owners_page(balansemerket: Programme) -> None:
    folder = ROOT.parent / "shared" / "programme"
    pages = sorted(folder.glob("*.txt"))
    if not pages:
        pytest.skip("the owner's page is not beside the repository")
    theirs = re.sub(r"\s+", " ", " ".join(page.read_text(encoding="utf-8") for page in pages))
    for path, text in texts_in(balansemerket):
        words = text.nb.split()
        runs = (" ".join(words[i : i + 8]) for i in range(len(words) - 7))
        assert [run for run in runs if run in theirs] == [], path


def test_nothing_in_the_code_knows_a_particular_programme() -> None:
    for name in ("programme", "requirements", "toml_tables", "toml_places"):
        code = (ROOT / "issuer" / f"{name}.py").read_text(encoding="utf-8").lower()
        for word in ("balansemerk", "balansekunst", "kartlegging", "vilkar", "erklaering"):
            assert word not in code, name


# The example of the documents


def test_the_documented_example_loads() -> None:
    p = load(GOOD.encode(), "sceneteknikk.toml")
    assert (p.date, p.validity, p.tags) == (date(2026, 8, 15), Period(months=18), ())
    assert p.first[0].minimum_hours == 1.5
    assert p.name("nn") == "Trygg scene"
    assert p.contact.report_link == p.contact.report
    assert p.guest_sentence("nn", "Kari i resepsjonen").endswith("sei frå til Kari i resepsjonen.")


def test_a_text_speaks_bokmaal_where_it_has_no_other() -> None:
    text = Text("hva", "kva", "what")
    assert [text(language) for language in ("nb", "nn", "en", "se", "")] == [
        *("hva", "kva", "what", "hva", "hva")
    ]


def test_the_guest_is_sent_to_the_owner_if_the_holder_names_no_channel(
    balansemerket: Programme,
) -> None:
    assert balansemerket.guest_sentence("nb").endswith(f"{balansemerket.contact.report}.")
    assert balansemerket.contact.report_link == f"mailto:{balansemerket.contact.report}"
    # What somebody else wrote is put in as it is: nothing in it is a field again.
    assert "{0.__class__}{channel}" in balansemerket.guest_sentence("en", "{0.__class__}{channel}")


def test_texts_are_folded_and_composed() -> None:
    text = GOOD.replace(
        'nb = "Et oppdiktet merke for scener."', 'nb = """\n  Et\r\n  merke\u00a0a\u030a  """'
    )
    assert load(text.encode(), "a.toml").summary.nb == "Et merke\u00a0å"


def test_the_digest_is_that_of_the_bytes() -> None:
    one, other = (load(t.encode(), "a").digest for t in (GOOD, GOOD + "# a remark\n"))
    assert re.fullmatch("[0-9a-f]{64}", one)
    assert one != other


# Periods and colours


@given(st.integers(1, 10), st.sampled_from("YMD"))
def test_periods_are_read_exactly(number: int, unit: str) -> None:
    text = GOOD.replace("P18M", f"P{number}{unit}").replace("opens_days = 60", "opens_days = 0")
    period = load(text.encode(), "a.toml").validity
    assert period == Period(**{{"Y": "years", "M": "months", "D": "days"}[unit]: number})


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 10), st.integers(0, 30))
def test_a_period_is_never_shorter_than_it_says(start: date, years: int, months: int) -> None:
    over = start.year * 12 + start.month - 1 + years * 12 + months
    end = date(over // 12, over % 12 + 1, min(start.day, 28))
    least = Period(years=years, months=months).shortest_days
    assert (end - start).days + 3 >= least
    assert (date(over // 12, over % 12 + 1, 1) - start.replace(day=1)).days >= least


# What the pictures need


COLOUR = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
# Near the limits: greys, among which half are just too faint for one of the rules.
GREY = st.integers(0, 150).map(lambda grey: "#" + bytes([grey] * 3).hex())


@given(GREY | COLOUR, st.just("#ffffff") | COLOUR, GREY | COLOUR, st.sampled_from(Motif))
def test_what_loads_can_be_drawn_and_what_cannot_does_not_load(
    ink: str, paper: str, colour: str, motif: Motif
) -> None:
    values = {"ink": ink, "paper": paper, "colour": colour, "colour_on_ink": paper, "motif": motif}
    text = GOOD
    for key, value in values.items():
        text = re.sub(f"^{key} = .*", f'{key} = "{value}"', text, count=1, flags=re.MULTILINE)
    try:
        looks = programme_looks(load(text.encode(), "a.toml"))
    except FileFaults as refused:
        with pytest.raises(ValueError, match="it takes"):
            Looks(ink, paper, colour, motif)
        wrong = {fault.path for fault in refused.faults} - {"looks.colour_on_ink"}
        names = {"ink": "looks.ink", "accent": "looks.colour"}
        assert wrong == {names[fault.name] for fault in shortfalls(ink, paper, colour)}
    else:
        assert looks == Looks(ink, paper, colour, motif)


@pytest.mark.parametrize("motif", Motif)
def test_the_longest_name_and_caption_are_drawn_in_every_picture(motif: Motif) -> None:
    text = GOOD.replace('"ring"', f'"{motif}"').replace('"En ring"', f'"{"å" * 200}"')
    text = re.sub('name = { nb = "[^"]*"', f'name = {{ nb = "{"W" * MARK_ROOM}"', text, count=1)
    programme = load(text.encode(), "a.toml")
    looks, mark = programme_looks(programme), programme.name("nb")
    facts = badge_facts(mark=mark, description=programme.caption("nb"))
    assert mark == "W" * MARK_ROOM
    assert programme.caption("nb").encode() in badge_svg(facts, looks)
    for kind in SealKind:
        line = f"I gang med {mark}, har det ikke ennå"
        assert seal_svg(seal_facts(kind, mark=mark, state_line=line), looks)


def test_a_motif_of_its_own_is_read_and_what_is_wrong_with_it_is_told() -> None:
    shape = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{}</svg>'
    house = "<path d='M10 90V50L50 10 90 50V90z'/>"
    with_art = GOOD.replace("[looks]\n", f"[looks]\nart = '''\n{shape.format(house)}'''\n")
    with_art = with_art.replace("d='", 'd="').replace("z'/>", 'z"/>')
    loaded = load(with_art.encode(), "x.toml")
    assert len(loaded.looks.art) == 1
    assert load(GOOD.encode(), "x.toml").looks.art == ()
    with pytest.raises(FileFaults, match="more than shapes"):
        load(with_art.replace("<path", "<script/><path").encode(), "x.toml")
