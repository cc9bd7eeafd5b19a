"""Connections that stay open for nothing are ended: over real sockets, with short patience."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from starlette.types import Receive, Scope, Send

from issuer.web.patience import Patient
from issuer.web.server import configuration
from tests.support.web import serving

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
LARGE = 30 * 1024 * 1024


class Short(Patient):
    head_patience = 0.5
    reader_patience = 1.0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers at once, without asking for a body."""
    if scope["type"] != "http":
        return
    body = b"x" * LARGE if scope["path"] == "/large" else b"hello"
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def port() -> Iterator[int]:
    config = configuration(app, Short)
    config.timeout_keep_alive = 1
    config.lifespan = "off"
    with serving(config) as port:
        yield port


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def _rest(connection: socket.socket) -> bytes:
    """Everything until the other side ends the connection."""
    found = b""
    while part := connection.recv(65_536):
        found += part
    return found


def _dripped(connection: socket.socket, letter: bytes) -> float:
    """How many seconds a connection lasts on which something is sent all the time."""
    started = time.monotonic()
    with suppress(BrokenPipeError, ConnectionResetError):
        while time.monotonic() - started < 8:
            connection.sendall(letter)
            time.sleep(0.1)
    return time.monotonic() - started


def test_half_sent_headers(port: int) -> None:
    with ExitStack() as stack:
        many = [stack.enter_context(_connected(port)) for _ in range(50)]
        for slow in many:
            slow.sendall(HEAD + b"X:")
        started = time.monotonic()
        for slow in many:
            assert _rest(slow).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - started < 5


def test_headers_letter_by_letter(port: int) -> None:
    with _connected(port) as slow:
        assert _dripped(slow, b"G") < 5


@pytest.mark.parametrize("begun", [b"", HEAD[:20]])
def test_a_connection_is_ended_after_its_last_request(port: int, begun: bytes) -> None:
    with _connected(port) as idle:
        idle.sendall(HEAD + b"\r\n")
        time.sleep(0.3)
        idle.sendall(begun)
        started = time.monotonic()
        answered = _rest(idle)
        assert answered.startswith(b"HTTP/1.1 200 ")
        assert (b"HTTP/1.1 408 " in answered) == bool(begun)
        assert time.monotonic() - started < 5


def test_nobody_who_says_nothing_is_kept(port: int) -> None:
    with _connected(port) as silent:
        started = time.monotonic()
        assert _rest(silent) == b""
        assert time.monotonic() - started < 5


def test_a_body_that_nobody_reads(port: int) -> None:
    """Answered at once; the rest of the request is not waited for."""
    with _connected(port) as slow:
        slow.sendall(HEAD.replace(b"GET", b"POST") + b"Content-Length: 1000\r\n\r\nx")
        time.sleep(0.3)
        assert slow.recv(65_536).endswith(b"hello")
        assert _dripped(slow, b"x") < 5


def test_a_reader_who_does_not_read(port: int) -> None:
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(10)
        slow.connect(("127.0.0.1", port))
        slow.sendall(HEAD.replace(b" / ", b" /large ") + b"\r\n")
        time.sleep(2.5)
        try:
            found = len(_rest(slow))
        except ConnectionResetError:
            return
        assert found < LARGE


def test_who_asks_in_time_is_served(port: int) -> None:
    """One connection may last for long, request after request, also sent ahead."""
    with _connected(port) as steady:
        answered = b""
        for _ in range(6):
            steady.sendall(HEAD)
            time.sleep(0.3)
            steady.sendall(b"\r\n")
            while not answered.endswith(b"hello"):
                answered += steady.recv(65_536)
            answered = b""
        steady.sendall((HEAD + b"\r\n") * 3)
        assert _rest(steady).count(b"HTTP/1.1 200 ") == 3
