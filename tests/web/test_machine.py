"""What machines read: types, bytes, caches, negotiation, health, and what every answer carries."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from issuer.office import Office
from issuer.record.tables import Credential
from issuer.sealing import Sealed
from issuer.web.http import cache_control, prefers_html, public_answer
from issuer.web.kinds import KINDS
from keys.ring import Purpose
from tests.support.office import Desk
from tests.support.web import browser

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class Shop:
    """One holder, one under way, one that nobody may know of."""

    desk: Desk
    client: TestClient
    sealed: Sealed
    under_way: str
    unlisted: str


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    desk = Desk.make(tmp_path_factory.mktemp("machine") / "data")
    sealed = desk.holder("Eksempelteatret")
    under_way = desk.enrol("Østfold Ånd & Ærlighet")
    unlisted = desk.enrol("Stille Øving", listed=False)
    with browser(desk) as client:
        yield Shop(desk, client, sealed, under_way, unlisted)
    desk.close()


def _row(office: Office, identifier: str) -> Credential:
    with office.reading() as session:
        return session.get_one(Credential, identifier)


def test_every_address_has_its_type(shop: Shop) -> None:
    b = f"/b/{shop.sealed.credential_id}"
    ring = shop.desk.office.ring
    key = ring.signing_key(Purpose.BADGE, shop.desk.clock())
    for path, media_type in {
        "/.well-known/did.json": "application/did+json",
        "/.well-known/jwks.json": "application/jwk-set+json",
        f"/keys/{key.fragment}": "application/jwk+json",
        "/status/1": "application/vc",
        "/status/1.jwt": "text/plain; charset=us-ascii",
        "/achievements/balansemerket-2026-1": "application/vc+ld+json",
        "/issuer": "application/vc+ld+json",
        f"{b}.json": "application/vc+ld+json",
        f"{b}.jwt": "text/plain; charset=us-ascii",
        f"{b}/refresh": "application/vc+ld+json",
        f"{b}.png": "image/png",
        f"{b}.svg": "image/svg+xml",
        f"/m/{shop.sealed.slug}.json": "application/json",
        "/register.json": "application/json",
        "/api/v1/openapi.json": "application/json",
        "/problems/not_found": "application/json",
    }.items():
        answer = shop.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type), path
        assert answer.headers["etag"], path
        assert "set-cookie" not in answer.headers, path


def test_the_sealed_bytes_are_served_as_they_are(shop: Shop) -> None:
    row = _row(shop.desk.office, shop.sealed.credential_id)
    b = f"/b/{row.id}"
    assert shop.client.get(f"{b}.json").content == row.sealed_json
    assert shop.client.get(f"{b}.jwt").content == row.sealed_jwt
    assert shop.client.get(b, headers={"Accept": "application/json"}).content == row.sealed_json


def test_status_is_json_whatever_is_asked_for(shop: Shop) -> None:
    for accept in ("text/html", "application/jwt", "image/png", "*/*"):
        answer = shop.client.get("/status/1", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/vc"
        assert answer.json()["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]


@pytest.mark.parametrize(
    ("accept", "page_first", "document_first"),
    [
        (None, True, False),
        ("*/*", True, False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True, True),
        ("text/html", True, True),
        ("application/json", False, False),
        ("application/vc+ld+json", False, False),
        ("application/vc", False, False),
        ("application/did+json, */*;q=0.1", False, False),
        ("application/*", False, False),
        ("text/html;q=0.4, application/json;q=0.5", False, False),
        ("text/html;q=0.5, application/json;q=0.4", True, True),
        ("text/html;q=0, */*", False, False),
        ("image/png", True, False),
        ("nonsense", True, False),
        ("text/html;q=nan", True, False),
        (",;q=,,", True, False),
    ],
)
def test_who_gets_the_page(accept: str | None, page_first: bool, document_first: bool) -> None:
    assert prefers_html(accept, default=True) is page_first
    assert prefers_html(accept, default=False) is document_first


def test_one_address_for_people_and_machines(shop: Shop) -> None:
    json_wanted = {"Accept": "application/json"}
    html_wanted = {"Accept": "text/html"}
    for path, plain in {
        f"/b/{shop.sealed.credential_id}": "text/html",
        f"/m/{shop.sealed.slug}": "text/html",
        "/register": "text/html",
        "/issuer": "application/vc+ld+json",
        "/achievements/balansemerket-2026-1": "application/vc+ld+json",
    }.items():
        assert shop.client.get(path).headers["content-type"].startswith(plain), path
        for headers in (json_wanted, html_wanted):
            answer = shop.client.get(path, headers=headers)
            assert "Accept" in answer.headers["vary"], path
            is_html = answer.headers["content-type"].startswith("text/html")
            assert is_html is (headers is html_wanted), path


def test_a_suffix_outranks_accept(shop: Shop) -> None:
    answer = shop.client.get(f"/m/{shop.sealed.slug}.json", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/json"


def test_key_documents_answer_json_even_where_a_page_is_asked_for(shop: Shop) -> None:
    fragment = shop.desk.office.ring.published()[0].fragment
    answer = shop.client.get(f"/keys/{fragment}", headers={"Accept": "text/html"})
    assert answer.json()["kid"].endswith(f"#{fragment}")


def test_not_modified(shop: Shop) -> None:
    path = f"/m/{shop.sealed.slug}.json"
    first = shop.client.get(path)
    tag = first.headers["etag"]
    shop.desk.clock.advance(seconds=2)  # the moment of the answer is no part of what it says
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = shop.client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b""), known
        assert again.headers["etag"] == tag
        assert "max-age" in again.headers["cache-control"]
    changed = shop.client.get(path, headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200


def test_a_changed_state_changes_the_tag(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    with browser(desk) as client:
        paths = (f"/m/{sealed.slug}.json", f"/embed/{sealed.slug}.svg", "/status/1")
        before = [client.get(path).headers["etag"] for path in paths]
        desk.suspend(sealed.code)
        after = [client.get(path).headers["etag"] for path in paths]
    assert all(old != new for old, new in zip(before, after, strict=True))
    desk.close()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "public, max-age=240, stale-while-revalidate=60"),
        (86_400, "public, max-age=240, stale-while-revalidate=60"),
        (301, "public, max-age=240, stale-while-revalidate=60"),
        (300, "public, max-age=300"),
        (299, "public, max-age=299"),
        (0.5, "public, max-age=0"),
        (0, "public, max-age=0"),
        (-1, "public, max-age=0"),
    ],
)
def test_how_long_an_answer_holds(seconds: float | None, expected: str) -> None:
    changes = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert cache_control(NOW, changes) == expected


def test_caches_end_with_the_mark(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    row = _row(desk.office, sealed.credential_id)
    desk.clock.advance(seconds=(row.valid_until - desk.clock()).total_seconds() - 99)
    with browser(desk) as client:
        for path in (
            f"/m/{sealed.slug}.json",
            f"/embed/{sealed.slug}.svg",
            f"/embed/{sealed.slug}.json",
            f"/b/{sealed.credential_id}/refresh",
            "/register.json",
        ):
            assert client.get(path).headers["cache-control"] == "public, max-age=100", path
        desk.clock.advance(seconds=101)
        assert client.get(f"/m/{sealed.slug}.json").json()["state"] == "lapsed"
    desk.close()


def test_head_is_get_without_the_body(shop: Shop) -> None:
    for path in (
        f"/b/{shop.sealed.credential_id}.json",
        f"/embed/{shop.sealed.slug}.svg",
        "/register",
        "/healthz",
        "/nowhere",
    ):
        whole = {"Accept-Encoding": "identity"}
        got, head = shop.client.get(path, headers=whole), shop.client.head(path, headers=whole)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-length"] == str(len(got.content))
        assert head.headers["content-type"] == got.headers["content-type"]


def test_any_page_may_read_what_is_public(shop: Shop) -> None:
    for path in (f"/b/{shop.sealed.credential_id}.json", "/status/1", "/register", "/nowhere"):
        answer = shop.client.get(path, headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        asked = shop.client.options(
            path,
            headers={
                "Origin": "https://elsewhere.example",
                "Access-Control-Request-Method": "GET",
            },
        )
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
        assert asked.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    asked = shop.client.options("/api/v1/verify")
    assert asked.headers["access-control-allow-methods"] == "POST, OPTIONS"
    for path in ("/api/v1/participations", "/staff", "/portal/x"):
        assert "access-control-allow-origin" not in shop.client.get(path).headers
        assert shop.client.options(path).status_code in (404, 405)


def test_refresh_leads_to_the_copy_in_force(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    old = f"/b/{sealed.credential_id}"
    with browser(desk) as client:
        assert client.get(f"{old}/refresh").content == client.get(f"{old}.json").content
        desk.suspend(sealed.code)
        assert client.get(f"{old}/refresh").content == client.get(f"{old}.json").content
        desk.clock.advance(seconds=1)
        lifted = desk.lift(sealed.code)
        newer = client.get(f"/b/{lifted.credential_id}.json").content
        assert client.get(f"{old}/refresh").content == newer
    desk.close()


def test_the_register(shop: Shop) -> None:
    register = shop.client.get("/register.json").json()
    assert register["id"] == "https://balansemerket.example.no/register"
    assert register["sample"] is True
    assert [p["slug"] for p in register["participants"]] == [shop.sealed.slug, shop.under_way]
    holder = register["participants"][0]
    alone = shop.client.get(f"/m/{shop.sealed.slug}.json").json()
    periods = holder.pop("periods")
    assert holder == {name: alone[name] for name in holder}
    days = alone["award"]["firstDay"], alone["award"]["lastDay"]
    assert [(p["firstDay"], p["until"]) for p in periods] == [days]
    only = shop.client.get("/register.json", params={"programme": "another"}).json()
    assert only["participants"] == []


def test_the_register_refuses_what_it_would_have_to_ignore(shop: Shop) -> None:
    for wrong in ({"on": "2099-05-12"}, {"on": "today"}, {"state": "holds"}, {"for": "excel"}):
        answer = shop.client.get("/register.json", params=wrong)
        assert answer.status_code == 422
        assert answer.json()["code"] == "request.invalid"


def test_a_miss_tells_nothing(shop: Shop) -> None:
    """Nobody learns from any answer who has been in touch."""
    for place in ("/m/{}.json", "/m/{}", "/embed/{}.json", "/embed/{}.svg"):
        hidden, nobody = (
            shop.client.get(place.format(slug), headers={"Accept": "application/json"})
            for slug in (shop.unlisted, "does-not-exist")
        )
        assert hidden.status_code == nobody.status_code == 404
        assert hidden.content == nobody.content
        assert dict(hidden.headers) == dict(nobody.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/b/00000000-0000-4000-8000-000000000000.json",
        "/b/00000000-0000-4000-8000-000000000000.png",
        "/b/not-an-id.jwt",
        "/b/not-an-id/refresh",
        "/status/0",
        "/status/2",
        "/status/01",
        "/status/99999999999999999999",
        "/status/-1",
        "/keys/x",
        "/keys/z6MkNobodyHasThisKeyNobodyHasThisKeyNobodyHasThi",
        "/achievements/balansemerket-1999-1",
        "/m/%00.json",
        "/m/..%2f..%2fetc.json",
        "/m/" + "a" * 2000 + ".json",
        "/problems/nothing",
        "/.well-known/security.txt",
        "/nowhere",
        "/b/",
        "/register/",
    ],
)
def test_nothing_here(shop: Shop, path: str) -> None:
    answer = shop.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_a_wrong_method_is_told_the_right_ones(shop: Shop) -> None:
    answer = shop.client.post("/status/1")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["code"] == "method.not_allowed"
    assert shop.client.request("BREW", "/register.json").status_code == 405
    for path, allowed in {
        "/verify": "GET, HEAD, OPTIONS, POST",
        "/api/v1/verify": "OPTIONS, POST",
        f"/b/{shop.sealed.credential_id}": "GET, HEAD, OPTIONS",
        "/api/v1/participations/x/requirements/kurs": "OPTIONS, PUT",
    }.items():
        assert shop.client.delete(path).headers["allow"] == allowed, path


def test_problems_are_in_the_readers_language(shop: Shop) -> None:
    titles = {
        language: shop.client.get("/nowhere", headers={"Accept-Language": language}).json()["title"]
        for language in ("nb", "nn", "en")
    }
    assert titles["en"] == KINDS["not_found"].title
    assert len(set(titles.values())) == 3
    english = shop.client.get("/nowhere?lang=en", headers={"Accept-Language": "nb"})
    assert english.headers["content-language"] == "en"


def test_people_get_a_page_and_machines_a_problem(shop: Shop) -> None:
    page = shop.client.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    problem = shop.client.get("/api/v1/nowhere", headers={"Accept": "text/html"})
    assert problem.headers["content-type"] == "application/problem+json"


def test_a_problems_type_is_a_page(shop: Shop) -> None:
    address = shop.client.get("/nowhere").json()["type"]
    meaning = shop.client.get(address).json()
    assert meaning["code"] == "not_found"
    assert set(meaning["title"]) == set(meaning["meaning"]) == {"nb", "nn", "en"}


def test_robots(shop: Shop, tmp_path: Path) -> None:
    assert shop.client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    desk = Desk.make(tmp_path / "data", sample=False)
    with browser(desk) as client:
        assert "Disallow: /staff\n" in client.get("/robots.txt").text
        assert "Disallow: /\n" not in client.get("/robots.txt").text
    desk.close()


def test_the_tag_is_of_the_bytes() -> None:
    from starlette.requests import Request

    request = Request({"type": "http", "method": "GET", "path": "/", "headers": []})
    one, same, other = (
        public_answer(request, body, "text/plain", cache="no-store").headers["etag"]
        for body in (b"one", b"one", b"other")
    )
    assert one == same != other


def test_openapi_is_of_this_interface(shop: Shop) -> None:
    description = json.loads(shop.client.get("/api/v1/openapi.json").content)
    assert all(path.startswith("/api/v1/") for path in description["paths"])
