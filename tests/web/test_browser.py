"""The pages in a real browser: the first screen, narrow and dark, without JavaScript, by keyboard.

Needs Chromium (Debian's package, or the path in `MERKE_CHROMIUM`); skips without it, saying so.
"""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from issuer import codes, participations, published
from issuer.record.tables import Credential
from issuer.state import State
from issuer.web.app import create_app
from tests.support.office import Desk
from verifier.documents import PinnedDocuments

CHROMIUM = os.environ.get("MERKE_CHROMIUM") or shutil.which("chromium")
PHONE = {"width": 360, "height": 640}
LONG = "Etsværtlangtnavnutennoesomhelstmellomrom" * 5
HOSTILE = "\"><script>document.title='run'</script>"

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium: install it, or name it in MERKE_CHROMIUM"
)


@dataclass
class Site:
    """A running server, the slugs behind it, and every page worth looking at."""

    base: str
    slugs: dict[State, str]
    code: str
    badge: Path
    pages: dict[str, str]


def _called(desk: Desk, name: str) -> str:
    """An organisation of that name, however it got into the record."""
    slug = desk.enrol(f"Virksomhet på {len(name)} bokstaver")
    with desk.office.transaction() as session:
        participations.find(session, slug).organisation.name.name = name
    return slug


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("browser")
    desk = Desk.make(folder / "data")
    slugs = desk.every_state()
    long, hostile = _called(desk, LONG[:190]), _called(desk, HOSTILE)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(desk.office, documents=PinnedDocuments({})), log_level="error")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    with desk.office.reading() as session:
        copies = session.query(Credential).filter(Credential.state == "issued").all()
        copy = next(c for c in copies if c.award.cycle.participation.slug == slugs[State.HOLDS])
        gone = next(c for c in copies if c.award.cycle.participation.slug == slugs[State.LAPSED])
        code = codes.grouped(copy.award.code)
    badge = folder / "badge.json"
    sealed = published.get(desk.office, f"/b/{copy.id}.json")
    assert sealed is not None
    badge.write_bytes(sealed.data)
    pages = {
        **{str(state): f"/m/{slug}" for state, slug in slugs.items()},
        "front": "/",
        "register": "/register",
        "verify": "/verify",
        "issuer": "/issuer",
        "report": "/report",
        "mark": "/achievements/balansemerket-2026-1",
        "badge": f"/b/{copy.id}",
        "lapsed badge": f"/b/{gone.id}",
        "kit": f"/m/{slugs[State.HOLDS]}/kit",
        "mistyped": "/q/ABCD",
        "long": f"/m/{long}",
        "hostile": f"/m/{hostile}",
    }
    yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", slugs, code, badge, pages)
    server.should_exit = True
    thread.join(timeout=10)
    desk.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def browse(chromium: Browser, site: Site) -> Iterator[Open]:
    """Open a page; at the end none may have complained on its console or run anything."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(path: str, **options: Any) -> Page:
        options.setdefault("locale", "nb-NO")
        options.setdefault("viewport", PHONE)
        context = chromium.new_context(base_url=site.base, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"{page.url}: {dialog.message}"))
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
    # What was refused is told to the console too; it is what was asked for.
    refused = ("status of 404 (Not Found)", "status of 400 (Bad Request)")
    assert [each for each in complaints if not each.endswith(refused)] == []


def test_nothing_complains_and_nothing_runs(browse: Open, site: Site) -> None:
    page = browse("/")
    for path in site.pages.values():
        page.goto(path)
        assert page.title() != "run"
        kinds = page.evaluate("[...document.scripts].map(script => script.type)")
        assert set(kinds) <= {"application/ld+json"}
        assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
        assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_screen(browse: Open, site: Site, width: int) -> None:
    page = browse("/", viewport={"width": width, "height": 640})
    for name, path in site.pages.items():
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide"


def test_text_twice_as_large_still_fits(browse: Open, site: Site) -> None:
    """What a reader with 200 % text sees on a phone of 640 pixels' width."""
    page = browse("/", viewport={"width": 320, "height": 320}, device_scale_factor=2)
    for name in ("holds", "suspended", "register", "verify"):
        page.goto(site.pages[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", ["holds", "lapsed", "suspended", "withdrawn", "under_way"])
def test_the_first_screen_says_it_all(browse: Open, site: Site, name: str) -> None:
    """On a phone, without a touch: the answer, whom to tell, and when it was answered."""
    page = browse(site.pages[name])
    for selector in ("h1", ".tell a", ".answered"):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"], f"{selector} of {name}"


def test_the_answer_is_the_largest_thing_there(browse: Open, site: Site) -> None:
    page = browse(site.pages["holds"])
    sizes = page.evaluate(
        "[...document.querySelectorAll('main *')].map("
        "e => [parseFloat(getComputedStyle(e).fontSize), e.closest('h1') !== null])"
    )
    largest = max(size for size, _ in sizes)
    assert all(inside for size, inside in sizes if size == largest)


def test_everything_works_without_javascript(browse: Open, site: Site) -> None:
    page = browse("/", java_script_enabled=False)
    page.get_by_label("Koden som står under QR-koden").fill(site.code.lower())
    page.get_by_role("button", name="Slå opp").click()
    assert page.locator("h1").inner_text().startswith("Eksempelteatret har Balansemerket")
    page.get_by_role("link", name="Registeret").click()
    page.get_by_label("Navn eller organisasjonsnummer").fill("ostfold")
    page.get_by_role("button", name="Søk").click()
    assert page.locator("tbody tr").count() == 1
    page.get_by_role("link", name="Nynorsk").click()
    assert page.locator("html").get_attribute("lang") == "nn"
    assert page.locator("tbody tr").count() == 1
    page.get_by_role("link", name="Sjekk eit merke").click()
    page.get_by_label("Merket som fil").set_input_files(site.badge)
    page.get_by_role("button", name="Sjekk").click()
    assert page.locator("h1").inner_text().startswith("Merket er i orden: uendra sidan")


def test_a_badge_can_be_pasted(browse: Open, site: Site) -> None:
    page = browse("/verify")
    page.get_by_label("Eller merket som tekst").fill(site.badge.read_text())
    page.get_by_role("button", name="Sjekk").click()
    assert page.locator("h1").inner_text().startswith("Merket er i orden")
    page.go_back()
    page.get_by_label("Eller merket som tekst").fill("")
    page.get_by_role("button", name="Sjekk").click()
    assert "Ingenting var valgt." in page.get_by_role("alert").inner_text()


def test_by_keyboard(browse: Open, site: Site) -> None:
    """The first stop skips to the content; every stop can be seen."""
    page = browse(site.pages["holds"])
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "si-fra@" in page.evaluate("document.activeElement.textContent")
    stops = 0
    while page.evaluate("document.activeElement !== document.body") and stops < 60:
        seen = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return [s.outlineStyle, parseFloat(s.outlineWidth)] })()"
        )
        assert seen[0] == "solid"
        assert seen[1] >= 2
        page.keyboard.press("Tab")
        stops += 1
    assert 8 <= stops < 60


CONTRAST = """
() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92
    : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || e.closest('.hidden')) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(parse(style.color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push([ratio, e.tagName, walker.currentNode.textContent.trim()]);
  }
  return found;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(browse: Open, site: Site, scheme: str) -> None:
    page = browse("/", color_scheme=scheme)
    grounds = set()
    for name, path in site.pages.items():
        page.goto(path)
        assert page.evaluate(CONTRAST) == [], name
        grounds.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    expected = {"light": "rgb(251, 248, 241)", "dark": "rgb(27, 26, 23)"}
    assert expected[scheme] in grounds
    assert len(grounds) <= 2


def test_what_is_pressed_is_large_enough(browse: Open, site: Site) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 pixels for all that does not stand in running text."""
    for name in ("front", "register", "verify", "holds"):
        page = browse(site.pages[name])
        for element in page.locator("button, input, textarea, nav a, .languages a, summary").all():
            box = element.bounding_box()
            assert box is not None
            assert box["height"] >= 24, f"{name}: {element.inner_text()}"
            assert box["width"] >= 24


def test_as_a_screen_reader_meets_it(browse: Open, site: Site) -> None:
    tree = browse(site.pages["holds"]).locator("body").aria_snapshot()
    lines = [line.strip("- ") for line in tree.splitlines()]
    assert lines[0] == 'link "Til innholdet":'
    assert 'heading "Eksempelteatret har Balansemerket til og med 29. mars 2027." [level=1]' in tree
    for landmark in ("banner", "main", "contentinfo"):
        assert any(line.startswith(landmark) for line in lines)
    for heading in ("Hva som er gjort og lovet", "Hva som ikke er vurdert", "Perioder"):
        assert f'heading "{heading}" [level=2]' in tree
    assert "columnheader" in tree


def test_on_paper(browse: Open, site: Site) -> None:
    """Ink on paper whatever the theme; no menus, no forms; the address beside the answer."""
    page = browse(site.pages["holds"], color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).color") == "rgb(27, 26, 23)"
    for hidden in ("nav", ".languages", "#embed", ".skip"):
        assert not page.locator(hidden).first.is_visible()
    for shown in ("h1", ".tell", ".answered", "#limits"):
        assert page.locator(shown).first.is_visible()


def test_nothing_moves_for_those_who_asked_for_that(browse: Open, site: Site) -> None:
    page = browse("/", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_no_page_of_ours_can_be_framed(browse: Open, site: Site) -> None:
    page = browse("/")
    answer = page.request.get(site.pages["holds"])
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
