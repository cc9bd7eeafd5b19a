"""The pages about the mark and its issuer, the colours, and what is read aloud."""

import dataclasses

import numpy as np
import pytest

from badge_assets.draw import seal_svg
from badge_assets.looks import TEXT_CONTRAST, Motif, contrast
from issuer import enrolling, programme, programmes
from issuer.programme import Looks
from issuer.web import pages_look
from tests.badge_assets.made_up import PETROL, pixels, seal_facts
from tests.web.conftest import Town


def test_checking_stands_on_the_front_page(town: Town) -> None:
    page = town.page("/")
    assert page.headline == "Balansemerket"
    assert page.one("form", action="/q").attributes["method"] == "get"
    assert page.one("form", action="/register").attributes["method"] == "get"
    assert {"/verify", "/register", "/achievements/balansemerket-2026-1"} <= set(page.links)
    assert "2 virksomheter har et merke fra oss i dag." in page.words
    assert "Kurs og veiledning koster ingenting." in page.words
    assert "mailto:hei@balansekunst.example.no" in page.links
    assert "mailto:si-fra@balansekunst.example.no" in page.links
    assert "Fylles ut av den som eier merket." in page.words
    assert {"/join?programme=balansemerket", "/report"} <= set(page.links)


def test_the_address_at_the_foot_of_a_poster_says_where_to_write(town: Town, village: Town) -> None:
    page = town.page("/report")
    assert page.headline == "Brukes et merke feil?"
    assert "mailto:si-fra@balansekunst.example.no" in page.links
    writes = {link for link in page.links if link.startswith("mailto:")}
    assert len(writes) >= 2
    assert {"/register", "/verify"} <= set(page.links)
    assert village.page("/report").headline == page.headline


def test_an_empty_house_has_a_front_page(village: Town) -> None:
    page = village.page("/")
    assert "Ingen har et merke fra oss i dag." in page.words
    assert "Ingen har merket ennå." in village.page("/register").words


def test_the_mark_in_full(town: Town) -> None:
    page = town.page("/achievements/balansemerket-2026-1")
    assert page.headline == "Hva Balansemerket krever"
    ids = {e.attributes.get("id") for e in page.elements}
    assert {"kurs", "kartlegging", "mote", "plan", "vilkar", "erklaering", "criteria"} <= ids
    assert "Nytt møte etter ett år" in page.words
    assert page.one("h2", id_="criteria")
    assert any(e.text == "Kurs." for e in page.all("strong"))
    assert town.page("/achievements/balansemerket-2099-1", 404).headline


def test_who_we_are(town: Town) -> None:
    page = town.page("/issuer")
    assert "did:web:balansemerket.example.no" in page.words
    assert "eddsa-rdfc-2022" in page.words
    keys = [link for link in page.links if link.startswith("/keys/")]
    assert len(keys) == 4
    for key in keys:
        assert town.client.get(key).status_code == 200
    assert "signerer fra 4. mars 2025" in page.words


@pytest.mark.parametrize("path", ["/issuer", "/achievements/balansemerket-2026-1"])
def test_programs_get_documents_at_the_same_address(town: Town, path: str) -> None:
    assert town.client.get(path).headers["content-type"] == "application/vc+ld+json"
    assert town.page(path).lang == "nb"


def test_the_sign_is_there_for_those_who_ask_for_it_by_the_old_name(town: Town) -> None:
    answer = town.client.get("/favicon.ico")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "#0f4c4a" in answer.text


def test_two_marks_live_side_by_side(village: Town) -> None:
    """A second programme has its own texts and colours; common pages take neither's."""
    desk = village.desk
    source = (
        programmes.shipped("balansemerket")
        .replace(b'slug = "balansemerket"', b'slug = "ringmerket"')
        .replace(b'= "Balansemerket"', b'= "Ringmerket"')
        .replace(b'motif = "balance"', b'motif = "ring"')
        .replace(b"#0f4c4a", b"#5a1d2b")
    )
    with desk.office.transaction() as session:
        other = programme.load(source, "ringmerket.toml")
        programmes.add(session, other, source, by="Ada", now=desk.clock())
        enrolling.enrol(session, "ringmerket", "Ringen", by="Ada", now=desk.clock(), listed=True)
    desk.enrol("Vekta")
    front = village.page("/")
    assert front.headline == "Balansekunst (eksempel)"
    assert "Hva Balansemerket krever" in front.words
    assert "Hva Ringmerket krever" in front.words
    for mark in ("Balansemerket", "Ringmerket"):
        assert f"Vil dere ha {mark}?" in front.words
        assert f"Har du opplevd noe der {mark} henger?" in front.words
    register = village.page("/register")
    assert "Ringen Ringmerket" in register.words
    assert "Vekta Balansemerket" in register.words
    sheets = {
        page.one("link", rel="stylesheet").attributes["href"].split("?")[0]
        for page in (front, register, village.page("/m/ringen"), village.page("/m/vekta"))
    }
    assert sheets == {
        "/static/plain.css",
        "/static/ringmerket-2026-1.css",
        "/static/balansemerket-2026-1.css",
    }
    assert "#5a1d2b" in village.client.get("/static/ringmerket-2026-1.css").text


LOOKS = (
    pages_look.PLAIN,
    Looks(Motif.BALANCE, "#fbf8f1", "#1b1a17", "#0f4c4a", "#9fd0c6"),
    Looks(Motif.RING, "#ffffff", "#595959", "#6b6b6b", "#ffffff"),
)


@pytest.mark.parametrize("looks", LOOKS, ids=lambda looks: looks.ink)
def test_every_colour_can_be_read(looks: Looks) -> None:
    """Second text, and the edges of fields, in light and in dark."""
    sheet = pages_look.sheet(looks)
    for ground in (looks.paper, looks.ink):
        rule = next(line for line in sheet.splitlines() if f"--paper:{ground}" in line)
        assert contrast(_value(rule, "quiet"), ground) >= TEXT_CONTRAST
        assert contrast(_value(rule, "edge"), ground) >= 3
        assert contrast(_value(rule, "line"), ground) > 1.2


def _value(rule: str, name: str) -> str:
    return rule.split(f"--{name}:")[1][:7]


def test_a_changed_look_changes_the_address_of_its_sheet() -> None:
    other = dataclasses.replace(LOOKS[1], colour="#0f4c4b")
    assert pages_look.version(LOOKS[1]) != pages_look.version(other)


def test_the_ring_of_the_pages_is_that_of_the_pictures() -> None:
    """Both in the seal's panel, at five pixels a unit."""
    larger, smaller = pages_look.MOTIFS[Motif.RING]
    looks = dataclasses.replace(PETROL, motif=Motif.RING)
    panel = pixels(seal_svg(seal_facts(), looks), 360, 104, 5)[40:-40, 40:480]
    drawn = pixels(
        f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 88 88">
        <path fill="{looks.accent}" d="M0 0h88v88H0z"/>
        <g transform="translate(9.68 9.68) scale(.6864)">
        <path fill="{looks.paper}" fill-rule="evenodd" d="{larger}"/>
        <path fill="{looks.faded}" d="{smaller}"/></g></svg>""".encode(),
        88,
        88,
        5,
    )
    assert (np.abs(panel - drawn).max(axis=2) > 60).mean() < 0.002


def test_what_is_mixed_is_never_paler_than_asked_nor_darker_than_its_ink() -> None:
    assert pages_look.palest("#000000", "#ffffff", 4.5, start=0.2) == "#757575"
    assert pages_look.palest("#000000", "#ffffff", 4.5, start=0.9) == "#191919"
    assert pages_look.palest("#767676", "#ffffff", 7, start=0.5) == "#767676"
