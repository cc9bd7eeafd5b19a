"""Each kind of embed in a page of another origin, in a real browser, on bad days too.

A strict content policy, no scripts, no pictures, 320 pixels, dark mode. `MERKE_PICTURES=FOLDER`
keeps what docs/embedding.md shows (`make pictures`). Needs Chromium, as `test_browser`.
"""

import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route, sync_playwright
from starlette.testclient import TestClient

from issuer import kit
from issuer.state import State
from issuer.web.embed import component
from tests.support.office import BASE, Desk
from tests.support.web import browser

CHROMIUM = os.environ.get("MERKE_CHROMIUM") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium: install it, or name it in MERKE_CHROMIUM"
)

HTML = {"Accept": "text/html"}
THEATRE = "https://teateret.example"
SENTENCE = "Eksempelteatret har Balansemerket til og med"
ALTERNATIVE = "Balansemerket: se om Eksempelteatret har merket nå"

STRICT = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'self';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
STYLE = """
:root { color-scheme: light dark; font: 17px/1.5 Georgia, serif }
body { margin: 0 auto; padding: 20px; max-width: 520px }
h1 { font-size: 26px; margin: 0 0 8px }
.theme img, .theme iframe { max-width: 100%; height: auto }
"""


@dataclass
class Street:
    """Two sites: ours, as it is, and the theatre's, which shows what a test puts there."""

    desk: Desk
    client: TestClient
    slug: str
    code: str
    pages: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def lines(self, language: str = "nb") -> dict[str, str]:
        """What the kit page gives to copy, by the id of its field."""
        answer = self.client.get(
            f"/m/{self.slug}/kit?lang={language}", headers={"Accept": "text/html"}
        )
        assert answer.status_code == 200
        found = re.findall(r'<textarea[^>]* id="([^"]*)"[^>]*>([^<]*)</textarea>', answer.text)
        return {name: unescape(text) for name, text in found}

    def put(self, body: str, policy: str = "", path: str = "/") -> None:
        """A page of the theatre's, with `body` in it."""
        page = (
            '<!doctype html><html lang="nb"><meta charset="utf-8"><title>Eksempelteatret</title>'
            '<meta name="viewport" content="width=device-width">'
            '<link rel="stylesheet" href="/s.css">'
            f"<h1>Eksempelteatret</h1><p>Vi spiller hele vinteren.</p>{body}<p>Velkommen inn.</p>"
        )
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if policy:
            headers["Content-Security-Policy"] = policy
        self.pages[path] = (page.encode(), headers)

    def answer(self, route: Route) -> None:
        request = route.request
        parts = urlsplit(request.url)
        self.asked.append(f"{parts.scheme}://{parts.netloc}{parts.path}")
        if f"{parts.scheme}://{parts.netloc}" == THEATRE:
            if parts.path == "/s.css":
                route.fulfill(body=STYLE, headers={"Content-Type": "text/css"})
            elif parts.path in self.pages:
                body, headers = self.pages[parts.path]
                route.fulfill(body=body, headers=headers)
            else:
                route.fulfill(status=404, body="")
        elif parts.netloc == urlsplit(BASE).netloc:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            headers = {**request.headers, "accept-encoding": "identity"}
            got = self.client.request(request.method, path, headers=headers)
            route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)
        else:
            route.abort()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    desk = Desk.make(tmp_path_factory.mktemp("street") / "data", sample=False)
    sealed = desk.holder("Eksempelteatret")
    with browser(desk) as client:
        yield Street(desk, client, sealed.slug, sealed.code)
    desk.close()


@dataclass
class Visit:
    page: Page
    complaints: list[str]


Open = Callable[..., Visit]


@pytest.fixture
def visit(chromium: Browser, street: Street) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def go(path: str = "/", *, pictures: bool = True, **options: Any) -> Visit:
        options.setdefault("viewport", {"width": 560, "height": 420})
        context = chromium.new_context(**options)
        contexts.append(context)
        street.asked.clear()
        context.route("**/*", street.answer)
        if not pictures:
            context.route(
                "**/*",
                lambda route: (
                    route.abort() if route.request.resource_type == "image" else route.fallback()
                ),
            )
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{THEATRE}{path}", wait_until="networkidle")
        return Visit(page, complaints)

    yield go
    for context in contexts:
        context.close()


def _shown(page: Page | Frame, selector: str = "img") -> bool:
    shown: bool = page.locator(selector).evaluate("e => e.complete && e.naturalWidth > 0")
    return shown


def _fits(page: Page) -> bool:
    wide: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wide <= 0


def _only(*directives: str) -> str:
    return "; ".join((STRICT, *directives))


# The picture


def test_the_picture(street: Street, visit: Open) -> None:
    street.put(street.lines()["line-picture"])
    for options in ({}, {"color_scheme": "dark"}, {"java_script_enabled": False}):
        page = visit(**options).page
        assert page.locator("a").get_attribute("href") == f"{BASE}/m/{street.slug}"
        assert page.locator("img").get_attribute("alt") == ALTERNATIVE
        if "java_script_enabled" not in options:
            assert _shown(page)
    assert set(street.asked) == {
        f"{THEATRE}/",
        f"{THEATRE}/s.css",
        f"{THEATRE}/favicon.ico",
        f"{BASE}/embed/{street.slug}.svg",
    } - ({f"{THEATRE}/favicon.ico"} - set(street.asked))


def test_the_picture_on_a_narrow_screen(street: Street, visit: Open) -> None:
    street.put(street.lines()["line-picture"])
    page = visit(viewport={"width": 320, "height": 480}).page
    assert _shown(page)
    assert _fits(page)
    width, height = page.locator("img").evaluate("e => [e.clientWidth, e.clientHeight]")
    assert abs(width / height - 360 / 104) < 0.05


def test_the_picture_where_pictures_are_off(street: Street, visit: Open) -> None:
    street.put(street.lines()["line-picture"])
    page = visit(pictures=False).page
    assert f'link "{ALTERNATIVE}"' in page.locator("body").aria_snapshot()
    assert page.locator("img").evaluate("e => e.clientWidth") > 100


def test_the_picture_under_a_strict_policy(street: Street, visit: Open) -> None:
    lines = street.lines()
    street.put(lines["line-picture"], _only(lines["policy-1"]))
    seen = visit()
    assert _shown(seen.page)
    # The one thing refused is the attribute that makes it narrower on narrow screens.
    assert all("inline style" in each or "style-src" in each for each in seen.complaints)
    street.put(lines["line-picture"], _only("img-src 'self'"))
    refused = visit().page
    assert not _shown(refused)
    assert f'link "{ALTERNATIVE}"' in refused.locator("body").aria_snapshot()


def test_every_shape_and_theme(street: Street, visit: Open) -> None:
    sizes = {"wide": (360, 104), "round": (200, 200)}
    images = [
        f'<img src="{BASE}/embed/{street.slug}/{shape}-{theme}-{language}.{file}" alt=""'
        f' width="{sizes[shape][0]}" height="{sizes[shape][1]}">'
        for shape in sizes
        for theme in ("light", "dark", "contrast", "mono")
        for language, file in (("nb", "svg"), ("en", "png"))
    ]
    street.put("".join(images))
    page = visit(viewport={"width": 760, "height": 900}).page
    assert page.locator("img").evaluate_all("all => all.every(e => e.naturalWidth > 0)")


# The frame


def test_the_frame(street: Street, visit: Open) -> None:
    lines = street.lines()
    street.put(lines["line-frame"], _only(lines["policy-2"]))
    seen = visit()
    inner = seen.page.frames[1]
    assert _shown(inner)
    told = inner.locator("body").aria_snapshot()
    assert f'link "{SENTENCE}' in told
    assert inner.locator("a").get_attribute("target") == "_blank"
    assert inner.locator("script").count() == 0
    assert inner.evaluate("document.cookie") == ""
    assert inner.evaluate("document.documentElement.scrollHeight <= innerHeight")
    # The frame names itself by what it is about, never by how things stand.
    assert seen.page.locator("iframe").get_attribute("title") == ALTERNATIVE


def test_the_frame_on_a_narrow_screen_and_without_pictures(street: Street, visit: Open) -> None:
    street.put(street.lines()["line-frame"])
    page = visit(viewport={"width": 320, "height": 480}, color_scheme="dark").page
    assert _fits(page)
    assert _shown(page.frames[1])
    assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
    bare = visit(pictures=False).page
    assert f'img "{SENTENCE}' in bare.frames[1].locator("body").aria_snapshot()


def test_no_other_page_of_ours_can_be_framed(street: Street, visit: Open) -> None:
    street.put(f'<iframe src="{BASE}/m/{street.slug}"></iframe>')
    seen = visit()
    assert any("frame-ancestors" in each for each in seen.complaints)


# The component


def _component(street: Street) -> tuple[str, str]:
    lines = street.lines()
    return lines["line-component"], _only(lines["policy-3"])


def test_the_component_under_a_strict_policy(street: Street, visit: Open) -> None:
    street.put(*_component(street))
    seen = visit(viewport={"width": 560, "height": 600})
    page = seen.page
    assert seen.complaints == []
    button = page.get_by_role("button", name=SENTENCE)
    assert _shown(page, "merke-seal img")
    assert button.get_attribute("aria-expanded") == "false"
    assert not page.get_by_role("group").is_visible()
    button.click()
    panel = page.get_by_role("group", name="Balansemerket: Eksempelteatret")
    told = panel.aria_snapshot()
    for part in (SENTENCE, "Gyldig", "Balansekunst", "4. mars 2025", "3. mars 2026", "Besvart"):
        assert part in told, part
    assert panel.get_by_role("link").get_attribute("href") == f"{BASE}/m/{street.slug}"
    keep(page, "embed-panel")
    panel.get_by_role("button", name="Lukk").click()
    assert not panel.is_visible()
    assert f"{BASE}/embed/{street.slug}/wide-light-nb.json" in street.asked


def test_the_component_by_keyboard(street: Street, visit: Open) -> None:
    street.put(*_component(street))
    page = visit().page
    inside = "document.activeElement.shadowRoot?.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{inside}.className") == "seal"
    style = page.evaluate(f"getComputedStyle({inside}).outlineStyle")
    assert style == "solid"
    page.keyboard.press("Enter")
    assert page.get_by_role("group").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate(f"{inside}.tagName") == "A"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert not page.get_by_role("group").is_visible()
    assert page.evaluate(f"{inside}.className") == "seal"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert not page.get_by_role("group").is_visible()
    assert page.evaluate(f"{inside}.className") == "seal"


def test_the_component_on_a_narrow_dark_screen(street: Street, visit: Open) -> None:
    line, _ = _component(street)
    street.put(line.replace("<merke-seal", '<merke-seal theme="dark"'))
    page = visit(viewport={"width": 320, "height": 640}, color_scheme="dark").page
    page.get_by_role("button", name=SENTENCE).click()
    assert page.get_by_role("group").is_visible()
    assert _fits(page)
    assert f"{BASE}/embed/{street.slug}/wide-dark-nb.svg" in street.asked


@pytest.mark.parametrize(
    "trouble", ["no scripts", "no pictures", "no data", "another script", "an unruly page"]
)
def test_where_the_component_cannot_work_the_link_stands(
    street: Street, visit: Open, trouble: str
) -> None:
    line, policy = _component(street)
    options: dict[str, Any] = {}
    match trouble:
        case "no scripts":
            options["java_script_enabled"] = False
        case "no pictures":
            options["pictures"] = False
        case "no data":
            policy = policy.replace("connect-src", "manifest-src")
        case "another script":
            line = line.replace("sha384-", "sha384-AAAA")
        case "an unruly page":
            line, policy = f"<style>* {{ all: unset !important }}</style>{line}", ""
    street.put(line, policy)
    page = visit(**options).page
    if trouble == "an unruly page":
        # Its rules end where the element begins.
        page.get_by_role("button", name=SENTENCE).click()
        assert page.get_by_role("group").is_visible()
        assert page.get_by_role("group").evaluate("e => getComputedStyle(e).position") == "absolute"
        return
    link = page.get_by_role("link", name=ALTERNATIVE)
    assert link.is_visible()
    assert link.get_attribute("href") == f"{BASE}/m/{street.slug}"
    assert page.get_by_role("button").count() == 0


def test_the_component_shows_nothing_of_others(street: Street, visit: Open) -> None:
    """A page cannot make our script speak for another address."""
    line, _ = _component(street)
    for address in (f"{THEATRE}/m/{street.slug}", f"{BASE}/m/../x", "javascript:alert(1)"):
        street.put(line.replace(f"{BASE}/m/{street.slug}", address))
        page = visit().page
        assert page.get_by_role("button").count() == 0
        assert not any("/embed/" in each for each in street.asked)


def test_the_bytes_of_the_component_are_fixed() -> None:
    """Pages name the script by its digest: another content needs another address."""
    assert kit.integrity(component()) == INTEGRITY
    assert len(component()) < 7000


# oEmbed, mail, pack


def test_pasted_into_wordpress(street: Street, visit: Open) -> None:
    """As WordPress does it: find the link in the head, ask with its own parameters, show."""
    address = street.lines()["line-oembed"]
    page = street.client.get(urlsplit(address).path, headers=HTML).text
    head = page[:150_000].partition("</head>")[0]
    (found,) = re.findall(
        r'<link rel="alternate" type="application/json\+oembed" href="([^"]*)"', head
    )
    asked = unescape(found)
    assert asked.startswith(f"{BASE}/oembed?url=https%3A%2F%2F")
    got = street.client.get(
        asked.removeprefix(BASE) + "&maxwidth=500&maxheight=750&dnt=1", headers={"Origin": THEATRE}
    )
    assert got.headers["content-type"] == "application/json"
    assert got.headers["access-control-allow-origin"] == "*"
    answer = got.json()
    assert answer["type"] == "photo"
    assert (answer["width"], answer["height"]) == (360, 104)
    assert answer["title"] == ALTERNATIVE
    street.put(
        f'<a href="{address}"><img src="{answer["url"]}" alt="{answer["title"]}"'
        f' width="{answer["width"]}" height="{answer["height"]}"></a>'
    )
    assert _shown(visit().page)


def test_in_a_mail(street: Street, visit: Open) -> None:
    street.put(street.lines()["line-mail"])
    page = visit(java_script_enabled=True).page
    assert page.locator("img").evaluate("e => [e.naturalWidth, e.width]") == [720, 360]
    source = page.locator("img").get_attribute("src")
    answer = street.client.get(str(source).removeprefix(BASE))
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "image/png"


def test_the_pack_on_a_server_of_the_holders_own(street: Street, visit: Open) -> None:
    answer = street.client.get(f"/m/{street.slug}/kit-nb.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert set(files) == {"seal.svg", "seal.png", "seal.json", "snippet.html", "README.txt"}
    assert json.loads(files["seal.json"])["state"] == State.HOLDS
    for name, kind in (("seal.svg", "image/svg+xml"), ("seal.png", "image/png")):
        street.pages[f"/{name}"] = (files[name], {"Content-Type": kind})
    street.put(files["snippet.html"].decode(), _only("img-src 'self'"))
    page = visit().page
    assert _shown(page)
    assert page.locator("a").get_attribute("href") == f"{BASE}/m/{street.slug}"
    assert not any(each.startswith(BASE) for each in street.asked)


# Each of them on each bad day

DAYS: dict[str, dict[str, Any]] = {
    "a strict policy": {},
    "dark mode": {"color_scheme": "dark"},
    "320 pixels": {"viewport": {"width": 320, "height": 640}},
    "pictures off": {"pictures": False},
    "all at once": {
        "color_scheme": "dark",
        "viewport": {"width": 320, "height": 640},
        "pictures": False,
    },
}


OPEN_GRAPH = re.compile(r'<meta property="og:([a-z:_]+)" content="([^"]*)">')


def _kinds(street: Street) -> dict[str, str]:
    """All that the kit and the holder's page give, by kind."""
    lines = street.lines()
    given = {name.removeprefix("line-") for name in lines if name.startswith("line-")}
    photo = street.client.get("/oembed", params={"url": lines["line-oembed"]}).json()
    with zipfile.ZipFile(
        io.BytesIO(street.client.get(f"/m/{street.slug}/kit-nb.zip").content)
    ) as z:
        street.pages["/seal.svg"] = (
            z.read(f"{street.slug}/seal.svg"),
            {"Content-Type": "image/svg+xml"},
        )
        pack = z.read(f"{street.slug}/snippet.html").decode()
    holder = street.client.get(f"/m/{street.slug}", headers=HTML).text
    card = {name: unescape(text) for name, text in OPEN_GRAPH.findall(holder)}
    kinds = {
        "picture": lines["line-picture"],
        "link": lines["line-link"],
        "component": lines["line-component"],
        "frame": lines["line-frame"],
        "mail": lines["line-mail"],
        # Of these two a page gets numbers only: that they fit the column is the theme's work.
        "oembed": f'<a class="theme" href="{lines["line-oembed"]}"><img src="{photo["url"]}"'
        f' alt="{photo["title"]}" width="{photo["width"]}" height="{photo["height"]}"></a>',
        "pack": pack,
        "preview": f'<a class="theme" href="{card["url"]}"><img src="{card["image"]}"'
        f' alt="{card["image:alt"]}" width="{card["image:width"]}"'
        f' height="{card["image:height"]}"><b>{card["title"]}</b> {card["description"]}</a>',
    }
    assert given <= kinds.keys()
    return kinds


@pytest.mark.parametrize("day", DAYS)
def test_every_kind_on_every_bad_day(street: Street, visit: Open, day: str) -> None:
    """All kinds stand on one page of another origin: each shows how things stand or leads there,
    and nothing that was pasted tells a state."""
    kinds, options = _kinds(street), DAYS[day]
    body = "".join(f'<div id="{kind}">{pasted}</div>' for kind, pasted in kinds.items())
    # Under a strict policy no line's own style counts; the page's does.
    strict = day in ("a strict policy", "all at once")
    body = f'<div class="theme">{body}</div>' if strict else body
    policy = _only(
        f"img-src {BASE} 'self'", f"frame-src {BASE}", f"script-src {BASE}", f"connect-src {BASE}"
    )
    street.put(body, policy if strict else "")
    page = visit(**options).page
    assert _fits(page)
    for kind in ("picture", "mail", "oembed", "pack", "preview"):
        assert _shown(page, f"#{kind} img") is options.get("pictures", True), kind
    for kind in ("picture", "link", "mail", "oembed", "pack", "preview"):
        link = page.locator(f"#{kind}").get_by_role("link", name=ALTERNATIVE)
        assert link.is_visible(), kind
        assert link.get_attribute("href") == f"{BASE}/m/{street.slug}", kind
    told = page.frames[1].locator("body").aria_snapshot()
    assert f'img "{SENTENCE}' in told or f'link "{SENTENCE}' in told
    component = page.locator("#component")
    if options.get("pictures", True):
        component.get_by_role("button", name=SENTENCE).click()
        assert component.get_by_role("group").is_visible()
        assert _fits(page)
    else:
        assert component.get_by_role("link", name=ALTERNATIVE).is_visible()
    assert SENTENCE not in body


# What it is all for


def test_pictured_before_and_after_a_withdrawal(
    tmp_path: Path, chromium: Browser, visit: Open, street: Street
) -> None:
    """The theatre's page is not touched; what it shows is true before and after."""
    street.put(street.lines()["line-picture"])
    page = visit().page
    before = keep(page, "embed-before")
    street.desk.clock.advance(days=40)
    page.reload(wait_until="networkidle")
    assert page.screenshot() == before
    street.desk.withdraw(street.code)
    page.reload(wait_until="networkidle")
    after = keep(page, "embed-after")
    assert after != before
    assert page.content().count(ALTERNATIVE) == 1
    assert _shown(page)


def keep(page: Page, name: str) -> bytes:
    """A picture of `page`, which is kept where `MERKE_PICTURES` says."""
    folder = os.environ.get("MERKE_PICTURES")
    path = Path(folder) / f"{name}.png" if folder else None
    return page.screenshot(path=path)


INTEGRITY = "sha384-qcU75gYm1DHnuVMq47G9UVrG0y5XXfKcnp6Gagy0eHCkMnopkdDEheTqWnI6hmsP"
