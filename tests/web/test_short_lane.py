"""The short lane says what the framework says, byte for byte, and never what it said before."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message

from issuer import awards, participations
from issuer.office import Office
from issuer.state import State
from issuer.web import kept, short_lane
from issuer.web.app import Application, create_app
from tests.support.office import BASE, BO, PASSPHRASE, REASON, Desk
from tests.support.web import NOWHERE

HOST = BASE.removeprefix("https://").encode()
Pairs = list[tuple[bytes, bytes]]
Headers = Sequence[tuple[bytes, bytes]]


@dataclass
class Answer:
    """`short`: the framework was not asked."""

    status: int
    headers: Pairs
    body: bytes
    short: bool = False

    def __getitem__(self, name: str) -> str:
        found = [value for key, value in self.headers if key.lower() == name.encode()]
        assert len(found) == 1, (name, self.headers)
        return found[0].decode()


@dataclass
class House:
    """An application, asked without a server."""

    app: Application
    asked: int = 0
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        inner = self.app.lane._app

        async def counted(*arguments: Any) -> None:
            self.asked += 1
            await inner(*arguments)

        self.app.lane._app = counted

    async def ask(
        self,
        path: str,
        *,
        app: ASGIApp | None = None,
        method: str = "GET",
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> Answer:
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "https",
            "query_string": query.encode(),
            "headers": [*headers]
            if any(n == b"host" for n, _ in headers)
            else [(b"host", HOST), *headers],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 443),
            "state": {},
        }
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        async def send(message: Message) -> None:
            said.append(message)

        before = self.asked
        await (app or self.app)(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in said[1:])
        return Answer(said[0]["status"], said[0]["headers"], body, before == self.asked)

    def get(self, path: str, **asked: Any) -> Answer:
        return self.loop.run_until_complete(self.ask(path, **asked))

    def both(self, path: str, **asked: Any) -> Answer:
        """The answer by either way, which must be the same."""
        short = self.get(path, **asked)
        long = self.get(path, app=self.app.long_way, **asked)
        assert short.status == long.status, (path, asked)
        assert sorted(short.headers) == sorted(long.headers), (path, asked)
        assert short.body == long.body, (path, asked)
        return short

    def close(self) -> None:
        self.app.lane.close()
        for part in ("picture_pool", "verify_pool", "fetch_pool", "studio"):
            getattr(self.app.state, part).close()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        if pending := asyncio.all_tasks(self.loop):
            self.loop.run_until_complete(asyncio.wait(pending))
        self.loop.close()


Build = Callable[[Office], House]


@pytest.fixture(scope="module")
def build() -> Iterator[Build]:
    built: list[House] = []

    def house(office: Office) -> House:
        built.append(House(create_app(office, documents=NOWHERE)))
        return built[-1]

    yield house
    for each in built:
        each.close()


@dataclass
class Town:
    desk: Desk
    house: House
    paths: list[str]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, build: Build) -> Iterator[Town]:
    desk = Desk.make(tmp_path_factory.mktemp("lane") / "data")
    slugs = desk.every_state()
    sealed = desk.holder("Nyscenen")
    home = build(desk.office)
    yield Town(desk, home, _paths([*slugs.values(), sealed.slug], sealed.credential_id))
    desk.close()


def _paths(slugs: list[str], credential: str) -> list[str]:
    return [
        *(f"/{place}/{slug}.json" for slug in slugs for place in ("m", "embed")),
        *(f"/embed/{slug}.svg" for slug in slugs),
        *(f"/embed/{slugs[0]}/wide-{theme}-nn.svg" for theme in ("light", "dark")),
        f"/b/{credential}.json",
        f"/b/{credential}.jwt",
        "/status/1",
        "/status/1.jwt",
        "/.well-known/did.json",
    ]


def test_both_ways_say_the_same_and_the_second_time_the_framework_is_not_asked(town: Town) -> None:
    for path in town.paths:
        first = town.house.both(path)
        again = town.house.both(path)
        assert again.short is (first.status == 200), path
        assert again.status == (404 if "stille-oving" in path else 200)


TAGS = ["W/", "", "other", "list", "*", "broken", "twice"]
CODINGS = [None, "gzip", "GZIP;q=0.5, br", "gzip;q=0", "br", "*", "*;q=0", "identity", "x" * 300]
HOSTS = [
    *([HOST], [HOST + b":443"], [HOST + b":8443"], [HOST.upper()], [b"evil.example"], []),
    *([HOST, HOST], [b"127.0.0.1:9"], [b"localhost"], [b"127.0.0.1:x"], [b""], [b"[::1]:80"]),
]
MORE: list[Pairs] = [
    [],
    [(b"content-length", b"0")],
    [(b"content-length", b"nonsense")],
    [(b"transfer-encoding", b"chunked")],
    [(b"range", b"bytes=0-5")],
    [(b"accept", b"text/html")],
    [(b"accept", b"image/webp,*/*;q=0.1"), (b"accept-language", b"en")],
    [(b"if-modified-since", b"Tue, 04 Mar 2025 09:00:00 GMT")],
    [(b"origin", b"https://other.example"), (b"referer", b"https://other.example/x?y")],
    [(b"cookie", b"a=b"), (b"authorization", b"Bearer x")],
]


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_is_asked(town: Town, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([*town.paths, "/embed/nobody-here.svg", "/status/9"]))
    tag = dict(town.house.get(path).headers).get(b"etag", b'"none"')
    known = data.draw(st.sampled_from([None, *TAGS]))
    headers = [(b"host", host) for host in data.draw(st.sampled_from(HOSTS))]
    headers += data.draw(st.sampled_from(MORE))
    if known is not None:
        bare = tag.removeprefix(b"W/")
        headers += {
            "W/": [(b"if-none-match", b"W/" + bare)],
            "": [(b"if-none-match", bare)],
            "other": [(b"if-none-match", b'"other"')],
            "list": [(b"if-none-match", b'"a", ' + tag)],
            "*": [(b"if-none-match", b"*")],
            "broken": [(b"if-none-match", bare[1:])],
            "twice": [(b"if-none-match", b'"a"'), (b"if-none-match", tag)],
        }[known]
    if (coding := data.draw(st.sampled_from(CODINGS))) is not None:
        headers.append((b"accept-encoding", coding.encode()))
    method = data.draw(st.sampled_from(["GET", "GET", "HEAD", "POST", "OPTIONS", "DELETE"]))
    query = data.draw(st.sampled_from(["", "", "?lang=en", "?", "?x"]))
    if not any(name == b"host" for name, _ in headers):
        headers.append((b"x-host-left-out", b""))
    town.house.both(path + query, method=method, headers=headers)


def test_packed_it_says_the_same(town: Town) -> None:
    import gzip

    for path in town.paths:
        plain = town.house.both(path)
        small = town.house.both(path, headers=[(b"accept-encoding", b"gzip")])
        if plain.status != 200:
            continue
        assert small["content-encoding"] == "gzip"
        assert gzip.decompress(small.body) == plain.body
        assert small["content-length"] == str(len(small.body))
        assert small["etag"].removeprefix("W/") == plain["etag"].removeprefix("W/")
        assert small["etag"].startswith("W/")
        assert small["vary"] == plain["vary"] == "Accept-Encoding"


# The clock


def test_at_midnight_without_anybody_doing_anything(tmp_path: Path, build: Build) -> None:
    """The last second of the last day, and the next; told exactly, and never for longer."""
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    other = Office.open(desk.office.folder.path, clock=desk.clock)
    houses = [build(desk.office), build(other)]
    with desk.office.reading() as session:
        row = participations.find(session, sealed.slug).cycles[-1].awards[-1]
        opens, last = row.renewal_opens, row.valid_until
    data, seal = f"/m/{sealed.slug}.json", f"/embed/{sealed.slug}.svg"
    for change, before, after in ((opens, "holds", "holds_renewal_open"), (last, None, "lapsed")):
        before = before or "holds_renewal_open"
        end = change if change == opens else change + timedelta(seconds=1)
        for left in (301.5, 301, 300.5, 300, 299.999, 10, 1.5, 1, 0.25, 0.000001):
            desk.clock.moment = end - timedelta(seconds=left)
            for home in houses:
                answer = home.both(data)
                assert f'"state": "{before}"'.encode() in answer.body, left
                cache = home.both(seal)["cache-control"]
                assert cache == answer["cache-control"]
                if left > 300:
                    assert cache == "public, max-age=240, stale-while-revalidate=60"
                else:
                    assert cache == f"public, max-age={int(left)}"
        for late in (0, 0.5, 1):
            desk.clock.moment = end + timedelta(seconds=late)
            for home in houses:
                answer = home.both(data)
                assert f'"state": "{after}"'.encode() in answer.body
                home.both(seal)
    other.engine.dispose()
    desk.close()


def test_the_moment_of_the_answer_is_the_moment_of_the_answer(town: Town) -> None:
    path = town.paths[0]
    for step in (0, 0.3, 0.6, 0.2, 5):
        town.desk.clock.advance(seconds=step)
        answer = town.house.both(path)
        stamp = town.desk.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        assert f'"answeredAt": "{stamp}"'.encode() in answer.body


def test_a_clock_that_is_set_back(tmp_path: Path, build: Build) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    home = build(desk.office)
    path, start = f"/embed/{sealed.slug}.json", desk.clock()
    desk.clock.advance(days=500)
    assert b'"state": "lapsed"' in home.both(path).body
    desk.clock.moment = start
    assert b'"state": "holds"' in home.both(path).body
    desk.close()


# The record


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Desk, Office]]:
    """Two processes on one record, as far as either can tell."""
    desk = Desk.make(tmp_path / "data")
    other = Office.open(desk.office.folder.path, passphrase=PASSPHRASE, clock=desk.clock)
    yield desk, other
    other.engine.dispose()
    desk.close()


def test_after_every_act_the_next_answer_is_new(pair: tuple[Desk, Office], build: Build) -> None:
    desk, _ = pair
    home = build(desk.office)
    sealed = desk.holder("Eksempelteatret")
    paths = _paths([sealed.slug], sealed.credential_id)
    seen = {path: home.both(path).body for path in paths}
    data = f"/m/{sealed.slug}.json"
    for act, state in (
        (desk.suspend, State.SUSPENDED),
        (desk.lift, State.HOLDS),
        (desk.give_up, State.GIVEN_UP),
    ):
        desk.clock.advance(seconds=1)
        act(sealed.code)
        now = {path: home.both(path).body for path in paths}
        assert f'"state": "{state}"'.encode() in now[data]
        assert now["/status/1"] != seen["/status/1"] or state is State.HOLDS
        seen = now


def test_after_an_act_of_another_process_within_the_time_promised(
    pair: tuple[Desk, Office], build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, other = pair
    seconds = 100.0
    monkeypatch.setattr(kept, "now", lambda: seconds)
    sealed = desk.holder("Eksempelteatret")
    home = build(desk.office)
    paths = [p for p in _paths([sealed.slug], sealed.credential_id) if "/b/" not in p]
    before = {path: home.both(path) for path in paths}
    assert before[paths[0]].status == 200
    desk.clock.advance(seconds=1)
    awards.suspend(other, sealed.code, by=BO, reason=REASON)
    for _ in range(2):
        # Looked at less than half a second ago: nothing is asked of the record.
        assert home.get(f"/embed/{sealed.slug}.svg").body == before[paths[2]].body
    seconds += short_lane.LATEST
    assert short_lane.LATEST + short_lane.SOON <= 2
    for path in paths:
        answer = home.both(path)
        assert answer.body != before[path].body or path == "/.well-known/did.json", path
    assert b'"state": "suspended"' in home.both(f"/m/{sealed.slug}.json").body


def test_a_key_that_is_retired_elsewhere(
    pair: tuple[Desk, Office], build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer import keyring
    from keys.ring import Purpose

    desk, other = pair
    seconds = 100.0
    monkeypatch.setattr(kept, "now", lambda: seconds)
    home = build(desk.office)
    before = home.both("/.well-known/did.json").body
    keyring.new(other, Purpose.BADGE, signs_from=None, by=BO, reason=REASON)
    seconds += short_lane.LATEST
    assert home.both("/.well-known/did.json").body != before


def test_many_at_once_ask_the_framework_once(town: Town) -> None:
    home = town.house
    path = "/embed/nyscenen/wide-dark-en.svg"

    async def crowd() -> list[Answer]:
        return await asyncio.gather(*(home.ask(path) for _ in range(50)))

    home.asked = 0
    answers = home.loop.run_until_complete(crowd())
    assert home.asked == 1
    assert {answer.body for answer in answers} == {home.both(path).body}


def test_what_is_kept_has_bounded_room(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_lane, "MOST_BYTES", 200_000)
    lane = town.house.app.lane
    lane._answers.clear()
    lane._size = 0
    for path in town.paths:
        town.house.get(path)
    assert lane._size <= 200_000
    assert lane._size == sum(answer.size for answer in lane._answers.values())
    assert 0 < len(lane._answers) < len(town.paths)


def test_nothing_is_kept_for_an_address_nobody_has(town: Town) -> None:
    lane = town.house.app.lane
    for number in range(20):
        town.house.get(f"/embed/nobody-{number}.svg")
    assert not any("nobody" in path for path in lane._answers)
