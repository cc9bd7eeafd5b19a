"""What the server answers at once is, byte for byte, what it answers by way of a task."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from issuer.sealing import Sealed
from issuer.web.app import create_app
from issuer.web.patience import Patient
from issuer.web.prompt import prompt
from issuer.web.server import configuration
from tests.support.office import BASE, Desk
from tests.support.web import NOWHERE, serving

HOST = BASE.removeprefix("https://")
_DATE = re.compile(rb"\r\ndate: [^\r]+")


@dataclass
class Counted:
    """An application that counts how often it is asked."""

    app: ASGIApp
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += scope["type"] == "http"
        await self.app(scope, receive, send)


@dataclass
class Side:
    """A server of the issuer; `app` counts what is not answered at once."""

    app: Counted
    port: int

    def asked(self, request: bytes, *, answers: int, pieces: int) -> bytes:
        """That many answers to what is sent, or all until the server ends the connection."""
        step = -(-len(request) // pieces)
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            for start in range(0, len(request), step):
                connection.sendall(request[start : start + step])
            file = connection.makefile("rb")
            return b"".join(_answer(file, request) for _ in range(answers))


def _answer(file: BinaryIO, request: bytes) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n") and (line := file.readline()):
        head += line
    length = re.search(rb"\r\ncontent-length: ([0-9]+)\r\n", head)
    if length is None or request.startswith(b"HEAD") or head[9:12] == b"304":
        return head
    return head + file.read(int(length[1]))


@dataclass
class Town:
    """The same record behind a server that answers at once, and one that does not."""

    desk: Desk
    sealed: Sealed
    prompt: Side
    other: Side

    @property
    def paths(self) -> list[str]:
        slug, credential = self.sealed.slug, self.sealed.credential_id
        return [
            *(f"/embed/{slug}.svg", f"/embed/{slug}/round-dark-nn.png", f"/embed/{slug}.html"),
            *(f"/embed/{slug}.json", f"/m/{slug}.json"),
            *(f"/b/{credential}.json", f"/b/{credential}.jwt"),
            *("/status/1", "/.well-known/did.json"),
        ]

    def both(self, request: bytes, *, answers: int = 1, pieces: int = 1) -> tuple[bytes, bool]:
        """The answer, which must be the same by either way; and whether a task was spared."""
        before = self.prompt.app.asked
        short = self.prompt.asked(request, answers=answers, pieces=pieces)
        spared = self.prompt.app.asked == before
        long = self.other.asked(request, answers=answers, pieces=pieces)
        assert _DATE.sub(b"", short) == _DATE.sub(b"", long), request
        assert len(_DATE.findall(short)) == len(_DATE.findall(long)), request
        return short, spared


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    desk = Desk.make(tmp_path_factory.mktemp("prompt") / "data")
    sealed = desk.holder("Nyscenen")
    with ExitStack() as stack:

        def side(*, at_once: bool) -> Side:
            app = create_app(desk.office, documents=NOWHERE)
            counted = Counted(app)
            config = configuration(counted, prompt(app.lane) if at_once else Patient)
            return Side(counted, stack.enter_context(serving(config)))

        yield Town(desk, sealed, side(at_once=True), side(at_once=False))
    desk.close()


def _request(path: str, *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    head = [f"{method} {path} HTTP/{version}", f"Host: {HOST}", *lines]
    return "".join(f"{line}\r\n" for line in [*head, ""]).encode("latin-1")


def test_what_is_ready_is_answered_at_once(town: Town) -> None:
    for path in town.paths:
        first, _ = town.both(_request(path))
        assert first.startswith(b"HTTP/1.1 200 OK\r\n")
        tag = re.search(rb"\r\n(?i:etag): ([^\r]+)", first)
        assert tag is not None
        for lines in (
            (),
            ("Accept-Encoding: gzip, deflate, br", "Connection: keep-alive"),
            ("Accept-Encoding: identity", "User-Agent: x", "Accept: text/html"),
            (f"If-None-Match: {tag[1].decode()}",),
            ('If-None-Match: "other"',),
        ):
            for method in ("GET", "HEAD"):
                answer, spared = town.both(_request(path, *lines, method=method))
                assert spared, (path, lines, method)
                assert answer[9:12] == (b"304" if tag[1].decode() in "".join(lines) else b"200")


@pytest.mark.parametrize(
    "request_",
    [
        *(_request("{}?x"), _request("{}", method="POST"), _request("{}", method="DELETE")),
        *(_request("{}", version="1.0"), _request("{}", "Connection: close")),
        _request("{}", "Content-Length: 5") + b"12345",
        _request("{}", "Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\n\r\n",
        _request("{}", "Content-Length: 5", "Expect: 100-continue") + b"12345",
        *(_request("{}", "Connection: upgrade", "Upgrade: h2c"), _request("{}", "Host: two")),
        *(_request("https://other.example{}"), _request("/%65mbed/nobody.svg")),
        *(_request("{}").replace(HOST.encode(), b"other.example"), b"GET {} HTTP/1.1\r\n\r\n"),
        *(_request("{}", "Bad header"), b"nonsense\r\n\r\n"),
    ],
)
def test_what_is_unusual_takes_the_other_way(town: Town, request_: bytes) -> None:
    path = town.paths[0]
    town.both(_request(path))
    answer, _ = town.both(request_.replace(b"{}", path.encode()))
    assert answer.startswith(b"HTTP/1.1 ")
    assert town.both(_request(path))[1]


def test_sent_in_pieces_or_ahead(town: Town) -> None:
    path = town.paths[0]
    one, _ = town.both(_request(path))
    assert town.both(_request(path), pieces=40)[1]
    for many in (2, 300):
        answers, _ = town.both(_request(path) * many, answers=many)
        assert _DATE.sub(b"", answers) == _DATE.sub(b"", one) * many


def test_one_connection_after_another_kind_of_request(town: Town) -> None:
    """What is answered at once and what is not may follow each other on one connection."""
    short, long = _request(town.paths[0]), _request("/healthz")
    with socket.create_connection(("127.0.0.1", town.prompt.port), timeout=10) as connection:
        file = connection.makefile("rb")
        for request in (short, long, short, short, long, long, short):
            connection.sendall(request)
            assert _answer(file, request).startswith(b"HTTP/1.1 200 ")


def test_after_an_act_the_next_answer_is_new(town: Town) -> None:
    data = _request(f"/m/{town.sealed.slug}.json")
    town.both(data)
    assert b'"state": "holds"' in town.both(data)[0]
    town.desk.clock.advance(seconds=1)
    town.desk.suspend(town.sealed.code)
    assert b'"state": "suspended"' in town.both(data)[0]
    town.desk.clock.advance(seconds=1)
    town.desk.lift(town.sealed.code)
    assert b'"state": "holds"' in town.both(data)[0]
