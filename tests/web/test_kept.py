"""Public answers given again while the record cannot be read: which, to whom and how long."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from issuer import participations
from issuer.record import database
from issuer.web import kept
from tests.support.office import Desk
from tests.support.web import as_staff, browser, locked_record

BECAUSE = {"reason": "for the test"}


class Waited:
    """The time that kept answers are measured by, standing still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        monkeypatch.setattr(kept, "now", lambda: self.seconds)


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> Waited:
    return Waited(monkeypatch)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """One whose record is given up at once while another process holds it."""
    monkeypatch.setattr(database, "LOCK_PATIENCE", 0.05)
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def test_how_long_an_answer_is_kept(desk: Desk, waited: Waited) -> None:
    """Sealed bytes as long as they say themselves; what tells a state for two seconds."""
    sealed = desk.holder("Eksempelteatret")
    badge = f"/b/{sealed.credential_id}"
    lasting = ("/status/1", f"{badge}.json", f"{badge}.jwt", "/achievements/balansemerket-2026-1")
    passing = (
        f"/m/{sealed.slug}",
        f"/m/{sealed.slug}.json",
        f"/embed/{sealed.slug}.json",
        f"/embed/{sealed.slug}.svg",
        "/register",
        "/register.json",
        badge,
        f"{badge}/refresh",
        "/",
    )
    with browser(desk) as client:
        for path in (*lasting, *passing):
            assert client.get(path).status_code == 200, path
        with locked_record(desk):
            for age, served in ((1.9, (*lasting, *passing)), (2.1, lasting), (239.9, lasting)):
                waited.seconds = age
                for path in (*lasting, *passing):
                    answer = client.get(path)
                    assert answer.status_code == (200 if path in served else 503), (path, age)
            waited.seconds = 240.1
            assert {client.get(path).status_code for path in lasting} == {503}


def test_no_answer_is_kept_past_its_own_end(desk: Desk, waited: Waited) -> None:
    sealed = desk.holder("Eksempelteatret")
    path = f"/m/{sealed.slug}.json"
    with browser(desk) as client:
        with desk.office.reading() as session:
            end = participations.find(session, sealed.slug).cycles[-1].awards[-1].valid_until
        desk.clock.moment = end
        answer = client.get(path)
        assert answer.json()["holds"] is True
        assert answer.headers["cache-control"] == "public, max-age=1"
        with locked_record(desk):
            waited.seconds = 0.9
            assert client.get(path).json()["holds"] is True
            desk.clock.advance(seconds=1)
            waited.seconds = 1.0
            assert client.get(path).status_code == 503


def test_a_withdrawal_by_a_command_is_not_hidden(desk: Desk, waited: Waited) -> None:
    sealed = desk.holder("Eksempelteatret")
    path = f"/m/{sealed.slug}.json"
    with browser(desk) as client:
        assert client.get(path).json()["holds"] is True
        desk.withdraw(sealed.code)
        waited.seconds = 200.0
        with locked_record(desk):
            assert client.get(path).status_code == 503


def test_only_what_was_done_makes_it_void(desk: Desk, waited: Waited) -> None:
    """Anybody can send requests that are refused: they take nothing away from others."""
    sealed = desk.holder("Eksempelteatret")
    path, staff = f"/b/{sealed.credential_id}/refresh", as_staff(desk)
    with browser(desk) as client:
        assert client.get(path).status_code == 200
        with locked_record(desk):
            wrong = {"Authorization": "Bearer merke_x"}
            for refused in ("/api/v1/participations", "/staff", "/api/v1/nowhere"):
                assert client.post(refused, json={}, headers=wrong).status_code in (401, 404, 503)
            assert client.get(path).status_code == 200
        done = client.post(f"/api/v1/awards/{sealed.code}/suspend", json=BECAUSE, headers=staff)
        assert done.status_code == 201
        with locked_record(desk):
            assert client.get(path).status_code == 503


def test_whoever_asks_in_two_lines_gets_their_own_answer(desk: Desk, waited: Waited) -> None:
    """A page that was kept for others is not given to a program, nor the reverse."""
    path = f"/m/{desk.holder('Eksempelteatret').slug}"
    html, json = ("accept", "text/html"), ("accept", "application/json")
    with browser(desk) as client:
        for lines in ([json, html], [html], [html, json], [json]):
            with locked_record(desk):
                refused = client.get(path, headers=lines)
                assert refused.status_code == 503, lines
            before = client.get(path, headers=lines)
            assert before.status_code == 200
            with locked_record(desk):
                again = client.get(path, headers=lines)
                assert again.content == before.content
                assert again.headers["content-type"] == before.headers["content-type"]


def test_what_is_kept_has_bounded_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 50_000)
    busy = False

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        status, body = (503, b"busy") if busy else (200, scope["query_string"])
        told = [(b"cache-control", b"public, max-age=60")]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body})

    guarded = kept.Kept(app, lambda: 0)

    async def ask(number: int) -> bytes:
        said: list[Message] = []

        async def send(message: Message) -> None:
            said.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/register",
            "query_string": b"%d" % number,
            "headers": [(b"accept", b"x" * 1000)],
        }
        await guarded(scope, receive, send)
        assert [message["type"] for message in said] == [
            "http.response.start",
            "http.response.body",
        ]
        return bytes(said[1]["body"])

    async def story() -> list[bytes]:
        nonlocal busy
        for number in range(100):
            assert await ask(number) == b"%d" % number
        busy = True
        return [await ask(number) for number in range(100)]

    answers = asyncio.run(story())
    assert answers[99] == b"99"
    assert answers[0] == b"busy"
    assert 5 < sum(answer != b"busy" for answer in answers) < 25
