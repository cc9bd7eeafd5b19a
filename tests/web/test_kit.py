"""What a holder gets to put elsewhere: nothing pasted tells a state, whatever is asked tells it."""

import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from issuer import pictures, wording
from issuer.cli import main
from issuer.state import State
from issuer.texts import LANGUAGES, translate
from issuer.web.embed import plate
from tests.support.office import BASE, Desk
from tests.support.web import browser, holder_named, locked_record

HTML = {"Accept": "text/html"}
HELD = [state for state in State if state not in (State.UNKNOWN, State.UNDER_WAY)]


@pytest.fixture(scope="module")
def states(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[TestClient, dict[State, str]]]:
    desk = Desk.make(tmp_path_factory.mktemp("kit") / "data")
    slugs = desk.every_state()
    with browser(desk) as client:
        yield client, slugs
    desk.close()


def lines(client: TestClient, slug: str, language: str) -> dict[str, str]:
    page = client.get(f"/m/{slug}/kit?lang={language}", headers=HTML)
    assert page.status_code == 200
    found = re.findall(r'<textarea[^>]* id="([^"]*)"[^>]*>([^<]*)</textarea>', page.text)
    return {name: unescape(text) for name, text in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_tells_a_state(states: tuple[TestClient, dict[State, str]], language: str) -> None:
    """The same for all, but for name and address: what is pasted today may stand for years."""
    client, slugs = states
    seen = set()
    for state in HELD:
        name = client.get(f"/m/{slugs[state]}.json").json()["name"]
        given = lines(client, slugs[state], language)
        assert len(given) == 9
        assert all("\n" not in line for line in given.values())
        told = json.dumps(given, ensure_ascii=False)
        for each in State:
            assert translate(language, wording.WORDS[each]) not in told
        escaped = name.replace("&", "&amp;")
        plain = told.replace(escaped, "NAME").replace(slugs[state], "SLUG")
        seen.add(plain)
    assert len(seen) == 1


def test_there_is_none_for_those_who_never_held_it(
    states: tuple[TestClient, dict[State, str]],
) -> None:
    client, slugs = states
    for slug in (slugs[State.UNDER_WAY], slugs[State.UNKNOWN], "nobody-here"):
        assert client.get(f"/m/{slug}/kit", headers=HTML).status_code == 404
        assert client.get(f"/m/{slug}/kit-nb.zip").status_code == 404
        asked = client.get("/oembed", params={"url": f"{BASE}/m/{slug}"})
        assert (asked.status_code, asked.json()["code"]) == (404, "not_found")
    assert client.get(f"/m/{slugs[State.HOLDS]}/kit-de.zip").status_code == 404


def test_every_state_as_png_and_in_a_frame(
    states: tuple[TestClient, dict[State, str]],
) -> None:
    client, slugs = states
    seen = set()
    for state, slug in slugs.items():
        for path in (f"/embed/{slug}.png", f"/embed/{slug}/mail-light-nn.png"):
            answer = client.get(path)
            assert answer.status_code == 200, "a program that reads mail keeps errors for ever"
            with Image.open(io.BytesIO(answer.content)) as image:
                assert image.size == (720, 208)
            mail = "mail" in path
            assert (answer.headers["cache-control"] == "no-cache") is mail
        seen.add(client.get(f"/embed/{slug}.png").content)
        frame = client.get(f"/embed/{slug}/round-dark-en.html")
        assert frame.status_code == (404 if state is State.UNKNOWN else 200)
        assert "frame-ancestors *" in frame.headers["content-security-policy"]
        assert "<script" not in frame.text
        assert frame.headers["content-language"] == "en"
        if state is not State.UNKNOWN:
            told = client.get(f"/embed/{slug}/round-dark-en.json").json()["told"]
            assert told["answer"] in unescape(frame.text)
            assert (told["width"], told["height"]) == (200, 200)
    assert len(seen) == len(slugs)


@pytest.mark.parametrize(
    "path",
    [
        *("mail-light-nb.svg", "mail-light-nb.json", "mail-light-nb.html", "wide-pink-nb.png"),
        *("square-light-nb.html", "wide-light-se.json", "wide-light-nb-x.svg", "x.png"),
    ],
)
def test_what_is_in_no_list(states: tuple[TestClient, dict[State, str]], path: str) -> None:
    client, slugs = states
    assert client.get(f"/embed/{slugs[State.HOLDS]}/{path}").status_code == 404


def test_a_picture_for_mail_whatever_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer.record import database

    monkeypatch.setattr(database, "LOCK_PATIENCE", 0.05)
    desk = Desk.make(tmp_path / "data")
    slug = desk.holder("Eksempelteatret").slug
    with browser(desk) as client, locked_record(desk):
        answer = client.get(f"/embed/{slug}/mail-light-nb.png")
        assert (answer.status_code, answer.content) == (200, plate())
        assert answer.headers["cache-control"] == "no-store"
        assert client.get(f"/embed/{slug}.png").status_code == 503
    desk.close()


def test_oembed(states: tuple[TestClient, dict[State, str]]) -> None:
    client, slugs = states
    page = f"{BASE}/m/{slugs[State.HOLDS]}"

    def ask(status: int = 200, **asked: str) -> dict[str, object]:
        answer = client.get("/oembed", params=asked)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    plain = ask(url=page)
    assert plain == {
        "version": "1.0",
        "type": "photo",
        "title": "Balansemerket: se om Eksempelteatret har merket nå",
        "url": f"{BASE}/embed/{slugs[State.HOLDS]}.svg",
        "width": 360,
        "height": 104,
        "provider_name": "Balansekunst (eksempel)",
        "provider_url": BASE,
    }
    assert ask(url=page, format="json", dnt="1", discover="true", maxwidth="900") == plain
    assert ask(url=page, maxwidth="nonsense", maxheight="-3") == plain
    small = ask(url=page, maxwidth="180", maxheight="400")
    assert (small["width"], small["height"]) == (180, 52)
    assert ask(url=f"{page}?lang=en")["url"] == f"{BASE}/embed/eksempelteatret/wide-light-en.svg"
    assert ask(url=f"{page}/kit") == plain
    assert ask(501, url=page, format="xml")["code"] == "oembed.format"
    assert ask(422)["code"] == "request.invalid"
    for other in (
        "https://evil.example/m/eksempelteatret",
        f"{BASE}.evil.example/m/eksempelteatret",
        f"{BASE}@evil.example/m/eksempelteatret",
        f"http://balansemerket.example.no/m/{slugs[State.HOLDS]}",
        f"{BASE}/register",
        "https://[/m/x",
        "x",
    ):
        assert ask(404, url=other)["code"] == "not_found", other


def test_facts_for_search_engines(states: tuple[TestClient, dict[State, str]]) -> None:
    client, slugs = states
    for state, slug in slugs.items():
        page = client.get(f"/m/{slug}", headers=HTML).text
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        if state in (State.UNKNOWN, State.UNDER_WAY, State.VOID):
            assert found == [], state
            continue
        (mark,) = (json.loads(text)["hasCertification"] for text in found)
        active = mark["certificationStatus"] == "https://schema.org/CertificationActive"
        assert active is state.holds, state
        assert mark["expires"] == client.get(f"/m/{slug}.json").json()["award"]["lastDay"]


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "A & B’s <b>"]
)
def test_a_hostile_name_stays_a_name(tmp_path: Path, name: str) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = holder_named(desk, name)
    with browser(desk) as client:
        page = client.get(f"/m/{sealed.slug}", headers=HTML).text
        (data,) = re.findall(r'ld\+json">(.*?)</script>', page, re.DOTALL)
        assert json.loads(data)["name"] == name
        for line in lines(client, sealed.slug, "en").values():
            assert "<script>alert" not in line
            assert "<img src=x" not in line
            assert line.count("<img") <= 1
        frame = client.get(f"/embed/{sealed.slug}.html").text
        assert "<script" not in frame
        assert "<img src=x" not in frame
    desk.close()


def test_the_pack_by_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from issuer import office

    desk = Desk.make(tmp_path / "data")
    slug, under_way = desk.holder("Eksempelteatret").slug, desk.enrol("Gruppa")
    monkeypatch.setattr(office, "system_clock", desk.clock)
    data = ["--data", str(tmp_path / "data"), "--lang", "en"]
    assert main.run(["embed-pack", slug, "--out", str(tmp_path / "pack"), *data]) == 0
    written = {path.name for path in (tmp_path / "pack").iterdir()}
    assert written == {"seal.svg", "seal.png", "seal.json", "snippet.html", "README.txt"}
    line = (tmp_path / "pack" / "snippet.html").read_text()
    assert f'<a href="{BASE}/m/{slug}?lang=en"' in line
    assert (
        '<img src="seal.svg" alt="Balansemerket: see whether Eksempelteatret holds it now"' in line
    )
    with Image.open(tmp_path / "pack" / "seal.png") as image:
        assert image.size == (720, 208)
    assert main.run(["embed-pack", under_way, "--out", str(tmp_path / "none"), *data]) == 1
    assert not (tmp_path / "none").exists()
    capsys.readouterr()
    desk.close()


def test_a_dated_picture_is_another_than_the_live_one(tmp_path: Path) -> None:
    from issuer import participations, public
    from issuer.pictures import Variant

    desk = Desk.make(tmp_path / "data")
    slug = desk.holder("Eksempelteatret").slug
    drawn = []
    for _ in range(2):
        with desk.office.reading() as session:
            row = participations.find(session, slug)
            view = public.view(desk.office, row, desk.clock())
            drawn.append(pictures.dated_seal(desk.office, view, Variant("nb")))
            live = pictures.seal(desk.office, view, Variant("nb"))
        desk.clock.advance(days=1)
    assert len({*drawn, live}) == 3
    desk.close()
