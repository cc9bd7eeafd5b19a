"""Half-sent bodies: they hold up nobody, and are given up in time."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from issuer.web import bodies
from issuer.web.bodies import Bodies
from issuer.web.problems import Problem
from tests.support.office import Desk
from tests.support.web import real_server

MIB = 1024 * 1024


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def test_slow_uploads_hold_up_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as before were let in at once, and more; each asker here has the same address."""
    monkeypatch.setattr(bodies, "MOST_OF_ADDRESS", 100)
    with real_server(desk) as port, ExitStack() as stack:
        head = b"POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % port
        for _ in range(40):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            slow.sendall(head + b"Content-Length: 10000000\r\n\r\n{")
        time.sleep(0.3)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as quick:
            quick.sendall(head + b"Content-Length: 2\r\n\r\n{}")
            assert quick.recv(65_536).startswith(b"HTTP/1.1 200 ")


class Post:
    """One request through `Bodies`, its body sent part by part from outside."""

    def __init__(self, guard: Bodies, address: str = "192.0.2.1") -> None:
        self.parts: asyncio.Queue[Message] = asyncio.Queue()
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/verify",
            "headers": [],
            "client": (address, 1),
        }
        self.task = asyncio.ensure_future(guard(scope, self.parts.get, _nowhere))

    async def sends(self, body: bytes, *, more: bool = True) -> None:
        self.parts.put_nowait({"type": "http.request", "body": body, "more_body": more})
        for _ in range(5):
            await asyncio.sleep(0)

    async def outcome(self) -> str:
        """ "read", or the code of the refusal, or "waiting"."""
        for _ in range(5):
            await asyncio.sleep(0)
        if not self.task.done():
            return "waiting"
        fault = self.task.exception()
        return fault.code if isinstance(fault, Problem) else "read"


async def _nowhere(message: Message) -> None:
    raise AssertionError("nothing is answered here")


async def reads(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass


def test_a_body_must_be_whole_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_PATIENCE", 0.3)

    async def story() -> None:
        slow = Post(Bodies(reads))
        for _ in range(5):
            # Something comes all the time, and much of it: that does not help.
            await slow.sends(b"x" * MIB)
            await asyncio.sleep(0.1)
        assert await slow.outcome() == "request.slow"

    asyncio.run(story())
    assert bodies.BODY_PATIENCE <= 30


def test_the_eldest_of_an_address_gives_way() -> None:
    async def story() -> None:
        guard = Bodies(reads)
        other = Post(guard, "192.0.2.2")
        await other.sends(b"x")
        many = [Post(guard) for _ in range(bodies.MOST_OF_ADDRESS + 2)]
        for post in many:
            await post.sends(b"x")
        found = [await post.outcome() for post in many]
        assert found[:2] == ["request.slow"] * 2
        assert set(found[2:]) == {"waiting"}
        assert await other.outcome() == "waiting"
        for post in many[2:]:
            await post.sends(b"", more=False)
            assert await post.outcome() == "read"
        # Whole ones do not count any more.
        await Post(guard).sends(b"x")
        await other.sends(b"", more=False)
        assert await other.outcome() == "read"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("addresses", "one"),
    [
        (("2001:db8::1", "2001:db8::ffff:1"), True),
        (("2001:db8::1", "2001:db8:0:1::1"), False),
        (("192.0.2.1", "192.0.2.2"), False),
    ],
)
def test_who_counts_as_one(
    addresses: tuple[str, str], one: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MOST_OF_ADDRESS", 1)

    async def story() -> None:
        guard = Bodies(reads)
        first, second = (Post(guard, address) for address in addresses)
        await first.sends(b"x")
        await second.sends(b"x")
        assert await first.outcome() == ("request.slow" if one else "waiting")
        assert await second.outcome() == "waiting"

    asyncio.run(story())


def test_half_sent_bodies_have_bounded_room() -> None:
    async def story() -> None:
        guard = Bodies(reads)
        many = [Post(guard, f"192.0.2.{number}") for number in range(20)]
        for post in many:
            for _ in range(9):
                await post.sends(b"x" * MIB)
        found = [await post.outcome() for post in many]
        kept = found.count("waiting")
        assert kept == bodies.MOST_BYTES // (9 * MIB)
        assert found == ["request.slow"] * (20 - kept) + ["waiting"] * kept
        for post in many[-kept:]:
            await post.sends(b"", more=False)
            assert await post.outcome() == "read"
        # The room is free again.
        again = [Post(guard, f"198.51.100.{number}") for number in range(7)]
        for post in again:
            for _ in range(9):
                await post.sends(b"x" * MIB)
        assert {await post.outcome() for post in again} == {"waiting"}

    asyncio.run(story())


def test_who_goes_away_takes_up_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_OF_ADDRESS", 2)

    async def story() -> None:
        guard = Bodies(reads)
        stays = Post(guard)
        await stays.sends(b"x")
        for _ in range(5):
            gone = Post(guard)
            await gone.sends(b"x")
            gone.parts.put_nowait({"type": "http.disconnect"})
            assert await gone.outcome() == "read"
        assert await stays.outcome() == "waiting"

    asyncio.run(story())
