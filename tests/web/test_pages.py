"""The pages about holders: every state, codes, the register, in three languages."""

import dataclasses
import json
import re
from html import escape

import pytest

from issuer import codes, participations
from issuer.state import State
from issuer.texts import LANGUAGES
from tests.support.office import BASE
from tests.web.conftest import HTML, Town

SENTENCES = {
    State.HOLDS: "Eksempelteatret har Balansemerket til og med 29. mars 2027.",
    State.HOLDS_RENEWAL_OPEN: (
        "Østfold Ånd & Ærlighet har Balansemerket til og med 11. juni 2026."
    ),
    State.LAPSED: ("Fjordscenen hadde Balansemerket til og med 3. mars 2026. Det gjelder ikke nå."),
    State.LAPSED_RENEWING: (
        "Vinterlyd hadde Balansemerket til og med 3. mars 2026. Det gjelder ikke nå, men"
        " fornyelsen er i gang."
    ),
    State.SUSPENDED: (
        "Galleri Nord har ikke Balansemerket nå. Det er satt på vent fra 31. mars 2026."
    ),
    State.WITHDRAWN: (
        "Sørlandsensemblet har ikke lenger Balansemerket. Det ble trukket tilbake 1. april 2026."
    ),
    State.GIVEN_UP: (
        "Dansekompaniet Prøve har ikke lenger Balansemerket. Det ble avsluttet 2. april 2026,"
        " etter eget ønske."
    ),
    State.VOID: (
        "Feilført Teater har ikke Balansemerket. Det ble ført opp her ved en feil, som er rettet"
        " 3. april 2026."
    ),
    State.UNDER_WAY: "Gruppa uten navn er i gang med Balansemerket, men har det ikke ennå.",
}

SECRETS = ("Hemmelig", "Kari", "for the test", "Ada Eksempel", "Bo Eksempel")


@pytest.mark.parametrize("state", SENTENCES)
def test_the_answer_is_one_sentence(town: Town, state: State) -> None:
    assert town.of(state).headline == SENTENCES[state]


@pytest.mark.parametrize("state", SENTENCES)
def test_everybody_is_told_whom_to_tell_and_when_the_answer_was_made(
    town: Town, state: State
) -> None:
    page = town.of(state)
    assert "Opplever du noe her, kan du si fra til si-fra@balansekunst.example.no." in page.words
    assert "mailto:si-fra@balansekunst.example.no" in page.links
    assert "Svar fra balansemerket.example.no 3. april 2026 kl. 11.00." in page.words
    assert "Ingen enkeltsak og ingen enkeltperson er vurdert." in page.words


@pytest.mark.parametrize("state", SENTENCES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_confidential_is_on_a_page(town: Town, state: State, language: str) -> None:
    answer = town.client.get(f"/m/{town.slugs[state]}?lang={language}", headers=HTML)
    assert [secret for secret in SECRETS if secret in answer.text] == []


@pytest.mark.parametrize("state", SENTENCES)
def test_only_what_holds_looks_like_it(town: Town, state: State) -> None:
    """The broad rule, the motif and the badge's picture stand for a mark in force alone."""
    page = town.of(state)
    answer = next(e for e in page.all("div") if "answer" in e.attributes.get("class", ""))
    assert ("stands" in answer.attributes["class"].split()) is state.holds
    assert bool(page.all("img")) is state.holds
    assert ("Gyldig" in page.words) is state.holds
    assert ('class="other"' in page.source) is state.holds


def test_a_holder_shows_what_was_done_and_promised(town: Town) -> None:
    words = town.of(State.HOLDS).words
    assert "Org.nr. 312 345 676" in words
    for told in (
        "Virksomheten deltok på kurset. Holdt 30. mars 2026. Det varte i 3 timer.",
        "Samtale om grenser ved hver prøvestart (i gang, innen 31. januar 2027).",
        "Reglene, og hva som skjer når de brytes, er snakket gjennom.",
        "Merket gjelder ett år om gangen",
        "Perioder Fra Til og med Signert merke 30.03.2026 29.03.2027",
    ):
        assert told in words


def test_what_was_met_elsewhere_is_said(village: Town) -> None:
    desk = village.desk
    slug = desk.enrol("Eksempelteatret")
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        asked = desk.office.programme(row.cycles[-1].edition)
        participations.accept(
            session, row, asked, "kurs", by="Ada", now=desk.clock(), equivalence="Hemmelig grunn"
        )
    words = village.page(f"/m/{slug}").words
    assert "Godkjent på grunnlag av annen dokumentasjon." in words
    assert "Hemmelig" not in words


def test_the_copies_can_be_had(town: Town) -> None:
    page = town.of(State.HOLDS)
    (copy,) = town.copies(town.slugs[State.HOLDS])
    for ending, media_type in {
        "json": "application/vc+ld+json",
        "jwt": "text/plain; charset=us-ascii",
        "png": "image/png",
        "svg": "image/svg+xml",
    }.items():
        address = f"/b/{copy.id}.{ending}"
        assert address in page.links
        assert town.client.get(address).headers["content-type"] == media_type
    assert f"/b/{copy.id}" in page.links
    assert "/verify" in page.links


def test_the_snippet_can_never_go_stale(town: Town) -> None:
    """One line, absolute addresses, a size, and no state in its words."""
    for state in (State.HOLDS, State.HOLDS_RENEWAL_OPEN):
        slug = town.slugs[state]
        line = town.of(state).one("textarea").text
        assert "\n" not in line
        assert line == (
            f'<a href="{BASE}/m/{slug}" target="_blank" rel="noopener">'
            f'<img src="{BASE}/embed/{slug}.svg"'
            f' alt="Balansemerket: se om {escape(SENTENCES[state].split(" har")[0])} har merket nå"'
            ' width="360" height="104" style="max-width:100%;height:auto"></a>'
        )
    english = town.page(f"/m/{town.slugs[State.HOLDS]}?lang=en").one("textarea").text
    assert f"{BASE}/embed/{town.slugs[State.HOLDS]}/wide-light-en.svg" in english
    seal = re.findall(r'src="([^"]*)"', english)[0].removeprefix(BASE)
    assert town.client.get(seal).headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("state", [state for state in SENTENCES if not state.holds])
def test_only_a_holder_is_offered_the_snippet(town: Town, state: State) -> None:
    assert town.of(state).all("textarea") == []
    # What was pasted while the mark was held goes on answering.
    assert town.client.get(f"/embed/{town.slugs[state]}.svg").status_code == 200


@pytest.mark.parametrize("state", SENTENCES)
def test_what_was_promised_is_told_of_its_time(town: Town, state: State) -> None:
    """As a promise only while the mark is held, and of an error not at all."""
    words = town.of(state).words
    past = "Hva som ble gjort og lovet mens merket gjaldt"
    assert ("Hva som er gjort og lovet" in words) is state.holds
    assert (past in words) is not (state.holds or state in (State.VOID, State.UNDER_WAY))
    if state is State.VOID:
        assert "Virksomheten deltok på kurset." not in words


def test_a_plan_is_told_as_of_the_day_of_sealing(town: Town) -> None:
    words = town.of(State.HOLDS).words
    assert words.count("Slik det sto 30. mars 2026, den dagen merket ble forseglet:") == 1
    assert "Slik det sto" not in town.of(State.UNDER_WAY).words


def test_what_people_wrote_keeps_its_language(town: Town) -> None:
    """WCAG 3.1.2: Norwegian words inside a page in English say that they are Norwegian."""
    slug = town.slugs[State.HOLDS]
    for language in ("en", "nn"):
        page = town.page(f"/m/{slug}?lang={language}")
        assert "Samtale om grenser ved hver prøvestart" in [
            e.text for e in page.all("span", lang="nb")
        ]
    assert town.page(f"/m/{slug}").all("span", lang="nb") == []


@pytest.mark.parametrize("wanted", ["text/html", "application/json"])
def test_capital_letters_lead_to_the_address(town: Town, wanted: str) -> None:
    slug = town.slugs[State.HOLDS]
    answer = town.client.get(f"/m/{slug.upper()}?lang=nn", headers={"Accept": wanted})
    assert (answer.status_code, answer.headers["location"]) == (308, f"/m/{slug}?lang=nn")
    named = town.client.get(f"/m/{slug.title()}.json")
    assert (named.status_code, named.headers["location"]) == (308, f"/m/{slug}.json")


def test_the_register_refuses_what_it_does_not_know(town: Town) -> None:
    """An answer for today would be taken for one of the day that was asked for."""
    for asked in ("on=2099-01-01", "on=i+fjor", "page=2", "page=0", "state=holds"):
        page = town.page(f"/register?{asked}&lang=nb", 400)
    assert page.headline == "Det kan ikke registeret svare på."
    assert "Eksempelteatret" not in page.words
    assert "/register?lang=nb" in page.links


def test_what_is_copied_into_other_pages_names_no_state(town: Town) -> None:
    words = ("gyldig", "2026", "2027", "trukket", "på vent", "avsluttet", "gått ut")
    for state in SENTENCES:
        page = town.of(state)
        shared = " ".join(
            [page.title]
            + [e.attributes["content"] for e in page.all("meta") if "content" in e.attributes]
        ).lower()
        assert [word for word in words if word in shared] == []
        # The picture's address is the same in every state; what it shows, test_previews tells.
        told = {
            each.attributes["property"]: each.attributes["content"]
            for each in page.all("meta")
            if each.attributes.get("property", "").startswith("og:image")
        }
        if state is not State.UNKNOWN:
            slug = town.slugs[state]
            assert told.pop("og:image") == f"{BASE}/m/{slug}/preview-nb.png"
            assert told.pop("og:image:alt").startswith("Balansemerket: se om ")
            assert told == {
                "og:image:type": "image/png",
                "og:image:width": "1200",
                "og:image:height": "630",
            }


def test_pages_of_an_address_that_nobody_has_are_all_alike(town: Town) -> None:
    """One that was never given out, and one that has not agreed to be known."""
    unlisted = town.client.get(f"/m/{town.slugs[State.UNKNOWN]}", headers=HTML)
    nobody = town.client.get("/m/finnes-ikke", headers=HTML)
    impossible = town.client.get("/m/%C3%86%20%2E", headers=HTML)
    assert unlisted.status_code == nobody.status_code == impossible.status_code == 404
    assert unlisted.text == nobody.text == impossible.text
    assert "Ikke utstedt her" in nobody.text
    assert "/register" in nobody.text


def test_a_code_leads_to_its_holder(town: Town) -> None:
    (copy,) = town.copies(town.slugs[State.HOLDS])
    code = _code(town, State.HOLDS)
    where = f"/m/{town.slugs[State.HOLDS]}?award={code}"
    for path in (
        f"/q/{code}",
        f"/Q/{code.replace('-', '')}",
        f"/q/{code.lower()}",
        f"/q?code={code.replace('-', '%20')}",
        f"/q?code={BASE.upper()}/Q/{code}",
    ):
        answer = town.client.get(path, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, where), path
    assert "perioden fra 30. mars 2026 til og med 29. mars 2027" in town.page(where).words
    kept = town.client.get(f"/q/{code}?lang=nn", headers=HTML).headers["location"]
    assert town.page(kept).lang == "nn"
    assert copy.award.code == code.replace("-", "")


def _code(town: Town, state: State) -> str:
    with town.desk.office.reading() as session:
        row = participations.find(session, town.slugs[state])
        return codes.grouped(row.cycles[0].awards[0].code)


def test_an_old_code_says_that_it_is_old(village: Town) -> None:
    desk = village.desk
    first = desk.holder("Eksempelteatret")
    desk.clock.advance(days=300)
    desk.renew(first.slug)
    desk.award(first.slug)
    desk.clock.advance(days=100)
    page = village.page(f"/m/{first.slug}?award={codes.grouped(first.code)}")
    assert page.headline == "Eksempelteatret har Balansemerket til og med 3. mars 2027."
    assert "hører til en annen periode, fra 4. mars 2025 til og med 3. mars 2026" in page.words
    assert "04.03.2026 03.03.2027" in page.words
    assert "04.03.2025 03.03.2026" in page.words


def test_three_wrong_codes_get_three_answers(town: Town) -> None:
    good = _code(town, State.HOLDS)
    mistyped = good[:-1] + ("0" if good[-1] != "0" else "1")
    unknown = codes.new()
    told = {
        town.page(path, 404).headline
        for path in (
            f"/q/{mistyped}",
            f"/q/{unknown}",
            "/q?code=https://balansemerket.example.com/q/ABCD",
        )
    }
    assert told == {
        "Koden mangler noe, eller et tegn er feil.",
        "Vi har aldri gitt ut denne koden.",
        "Den adressen er det andre som har, så merket er ikke et av våre.",
    }
    help_ = town.page(f"/q/{mistyped}", 404)
    assert help_.one("input", id_="code").attributes["value"] == mistyped
    assert {"/register", "/verify"} <= set(help_.links)


def test_the_register_has_everybody_in_their_place(town: Town) -> None:
    words = town.page("/register").words
    holding, rest = words.split("Har hatt merket tidligere")
    formerly, under_way = rest.split("På vei Disse er i gang")
    assert "Eksempelteatret 29.03.2027 Østfold Ånd & Ærlighet 11.06.2026" in holding
    assert "Dansekompaniet Prøve Avsluttet etter eget ønske 01.04.2026–02.04.2026" in formerly
    assert "Galleri Nord På vent 30.03.2026–31.03.2026" in formerly
    assert "Gruppa uten navn" in under_way
    assert "Stille Øving" not in words
    assert "Feilført" not in words


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("ostfold", "Østfold Ånd & Ærlighet"),
        ("AERLIG", "Østfold Ånd & Ærlighet"),
        ("æRLIGHET", "Østfold Ånd & Ærlighet"),
        ("312 345", "Eksempelteatret"),
        ("galleri", "Galleri Nord"),
    ],
)
def test_the_register_is_searched_as_people_type(town: Town, sought: str, found: str) -> None:
    page = town.page(f"/register?q={sought}")
    names = [e.text for e in page.all("bdi")]
    assert names == [found]
    assert page.one("input", id_="q").attributes["value"] == sought


def test_a_search_that_finds_nothing_helps_on(town: Town) -> None:
    page = town.page("/register?q=<b>finnes&q=nei")
    assert "Ingen treff" in page.words
    assert "/register" in page.links
    assert page.all("meta", name="robots")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/register", "/verify", "/issuer", "/report", "/m/{holds}"])
def test_every_page_is_in_every_language(town: Town, path: str, language: str) -> None:
    where = path.format(holds=town.slugs[State.HOLDS])
    asked = town.page(f"{where}?lang={language}")
    wished = town.page(where, wished=f"{language}-NO,de;q=0.9")
    assert asked.lang == wished.lang == language
    assert asked.headline == wished.headline
    others = {e.attributes["hreflang"]: e.attributes["href"] for e in asked.all("a", hreflang="nn")}
    assert language == "nn" or others == {"nn": "?lang=nn"}
    # What was chosen by hand is carried on by every link to a page of ours.
    inner = [
        link for link in asked.links if re.fullmatch(r"/(register|verify|issuer)?(\?.*)?", link)
    ]
    assert inner
    assert all(link.endswith(f"?lang={language}") for link in inner)


def test_languages_keep_the_rest_of_the_address(town: Town) -> None:
    page = town.page("/register?q=%C3%98st&lang=nn")
    assert "?q=%C3%98st&lang=en" in page.links


def test_addresses_come_from_the_settings(town: Town) -> None:
    """Canonical, shared and printed addresses have our own host, whatever was asked."""
    slug = town.slugs[State.HOLDS]
    answer = town.client.get(f"http://127.0.0.1:8000/m/{slug}?x=1", headers=HTML)
    assert answer.status_code == 200
    assert f'<link rel="canonical" href="{BASE}/m/{slug}">' in answer.text
    assert "127.0.0.1" not in answer.text
    assert f'href="/m/{slug}.json"' in answer.text


def test_what_is_made_up_says_so(town: Town) -> None:
    page = town.of(State.HOLDS)
    assert page.one("p", class_="sample").text == ("EKSEMPEL Ingen tildeling her er ekte.")
    foot = page.source.partition("<footer")[2]
    assert "Dette er en prøve på denne maskinen" in foot
    assert "Se etter det navnet i adressefeltet" not in foot
    assert page.all("meta", name="robots", content="noindex")


def test_what_is_real_does_not(village: Town) -> None:
    office = village.desk.office
    office.settings = dataclasses.replace(office.settings, sample=False)
    listed = village.desk.holder("Eksempelteatret").slug
    unlisted = village.desk.holder("Stille Øving", listed=False).slug
    page = village.page(f"/m/{listed}")
    assert "EKSEMPEL" not in page.source
    assert "Du er på <b>balansemerket.example.no</b>. Se etter det navnet" in page.source
    assert "Dette er en prøve" not in page.source
    assert page.all("meta", name="robots") == []
    assert village.page(f"/m/{unlisted}").all("meta", name="robots")


def test_every_page_has_the_same_head(town: Town) -> None:
    (copy,) = town.copies(town.slugs[State.HOLDS])
    paths = ("/", "/register", "/verify", "/issuer", f"/m/{town.slugs[State.HOLDS]}")
    for path in (*paths, f"/b/{copy.id}", "/achievements/balansemerket-2026-1"):
        assert town.page(path).one("a", class_="home").text == "Balansekunst", path


def test_page_and_machine_say_the_same(town: Town) -> None:
    for state in SENTENCES:
        slug = town.slugs[state]
        facts = json.loads(town.client.get(f"/m/{slug}.json").content)
        assert facts["state"] == state
        assert facts["name"] in town.of(state).headline


def test_the_style_is_the_programmes(town: Town) -> None:
    page = town.of(State.HOLDS)
    (sheet,) = [e.attributes["href"] for e in page.all("link", rel="stylesheet")]
    answer = town.client.get(sheet)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert "--colour:#0f4c4a" in answer.text
    assert "immutable" not in town.client.get(sheet.split("?")[0]).headers["cache-control"]
    (icon,) = [e.attributes["href"] for e in page.all("link", rel="icon")]
    assert town.client.get(icon).headers["content-type"] == "image/svg+xml"
    assert town.client.get("/static/nobody-2026-1.css").status_code == 404
