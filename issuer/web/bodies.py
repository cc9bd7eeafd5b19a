"""The bodies of requests while they arrive: how large, how slowly, how many at once.

Half-sent bodies wait here, before anything is done with them, and hold up nobody else: where
there are too many the eldest gives way, so whoever sends at an ordinary pace always gets in.
"""

import asyncio
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.web.problems import Problem, refuse
from issuer.web.senders import connected, network_of

KIB = 1024
LARGEST_BODY = 256 * KIB
LARGEST_BADGE = 10 * KIB * KIB
# A form around a badge: boundaries, headers of its parts, the other fields.
FORM_ROOM = 64 * KIB

# A body must be whole within this many seconds.
BODY_PATIENCE = 30.0
# Half-sent bodies, of one address and of all together.
MOST_OF_ADDRESS = 8
MOST_BYTES = 64 * KIB * KIB

_BADGES = ("/verify", "/api/v1/verify")


def largest_body(path: str) -> int:
    return LARGEST_BADGE + FORM_ROOM if path in _BADGES else LARGEST_BODY


@dataclass(eq=False)
class _Body:
    """One body on its way; `begun` when the first part of it was asked for."""

    address: str
    most: int
    begun: float | None = None
    size: int = 0
    whole: bool = False
    given_up: bool = False
    wait: asyncio.Timeout | None = None


class Bodies:
    """Refuses bodies that are too large, that come too slowly, or that are too many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # Eldest first.
        self._arriving: dict[_Body, None] = {}
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(network_of(connected(scope)), largest_body(scope["path"]))
        if (announced := _announced(scope)) is None:
            # Where the body ends is unclear, so nothing behind it is read.
            await refuse("request.malformed", scope, receive, send, close=True)
        elif announced > body.most:
            await refuse("request.size", scope, receive, send)
        else:
            try:
                await self._app(scope, partial(self._receive, body, receive), send)
            finally:
                self._leave(body)

    async def _receive(self, body: _Body, receive: Receive) -> Message:
        if body.whole:
            return await receive()
        if body.begun is None:
            body.begun = asyncio.get_running_loop().time()
            self._begin(body)
        message: Message = {}
        if not body.given_up:
            try:
                async with asyncio.timeout_at(body.begun + BODY_PATIENCE) as body.wait:
                    message = await receive()
            except TimeoutError:
                body.given_up = True
            finally:
                body.wait = None
        if body.given_up:
            raise _refusal("request.slow")
        self._take(body, message)
        return message

    def _begin(self, body: _Body) -> None:
        near = [other for other in self._arriving if other.address == body.address]
        if len(near) >= MOST_OF_ADDRESS:
            self._give_up(near[0])
        self._arriving[body] = None

    def _take(self, body: _Body, message: Message) -> None:
        size = len(message.get("body", b""))
        body.size += size
        self._held += size
        if body.size > body.most:
            raise _refusal("request.size")
        if message["type"] != "http.request" or not message.get("more_body", False):
            body.whole = True
            self._leave(body)
        while self._held > MOST_BYTES:
            self._give_up(next(iter(self._arriving)))

    def _give_up(self, body: _Body) -> None:
        body.given_up = True
        if body.wait is not None:
            body.wait.reschedule(asyncio.get_running_loop().time())
        self._leave(body)

    def _leave(self, body: _Body) -> None:
        if body in self._arriving:
            del self._arriving[body]
            self._held -= body.size


def _refusal(code: str) -> Problem:
    return Problem(code, headers={"Connection": "close"})


def _announced(scope: Scope) -> int | None:
    """The length that the request says its body has, 0 if it does not say; None if unclear: a
    web server in front may have believed the other of two (RFC 9112, 6.1)."""
    lengths = {value for name, value in scope["headers"] if name == b"content-length"}
    if not lengths:
        return 0
    chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
    if chunked or len(lengths) > 1 or not (length := lengths.pop()).isdigit() or len(length) > 18:
        return None
    return int(length)
