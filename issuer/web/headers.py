"""What every answer carries and every request must keep to, before any route is asked.

Pure ASGI, in the order of `wrap`: no page and no document can forget it. Scripts are not
allowed at all; only what lies under `/embed/` may be framed.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Collection

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.web.http import is_public
from issuer.web.problems import Problem, answer

KIB = 1024
LARGEST_BODY = 256 * KIB
LARGEST_BADGE = 10 * KIB * KIB
# A form around a badge: boundaries, headers of its parts, the other fields.
FORM_ROOM = 64 * KIB
LONGEST_ADDRESS = 4096

# A body must be whole within this many seconds and one more for each of these bytes.
BODY_PATIENCE = 20.0
SLOWEST_RATE = 16 * KIB

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_NO_FEATURES = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation"),
        *("gyroscope", "magnetometer", "microphone", "midi", "payment", "serial", "usb"),
    )
)
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": _NO_FEATURES,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_BADGES = ("/verify", "/api/v1/verify")


def may_be_framed(path: str) -> bool:
    return path.startswith("/embed/")


def _of(path: str) -> dict[str, str]:
    if may_be_framed(path):
        frames = {"Content-Security-Policy": f"{_POLICY}; frame-ancestors *"}
    else:
        frames = {
            "Content-Security-Policy": f"{_POLICY}; frame-ancestors 'none'",
            "X-Frame-Options": "DENY",
        }
    return {
        **_EVERYWHERE,
        **frames,
        "Referrer-Policy": "no-referrer" if may_be_framed(path) else "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if is_public(path) else "same-origin",
    }


class Headers:
    """Adds the headers above to every answer, also to those of errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [
                    (name.lower().encode(), value.encode())
                    for name, value in _of(scope["path"]).items()
                ]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, completed)


def hosts(host: str, *, sample: bool, listen: str | None) -> frozenset[str]:
    """The host names that are answered: our own; this machine's while it serves itself."""
    local = sample or (listen is not None and _is_loopback(listen))
    return frozenset((host, *(LOOPBACK if local else ())))


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class Hosts:
    """Refuses requests for other host names. Nothing we write is ever made from them."""

    def __init__(self, app: ASGIApp, own: str, allowed: Collection[str]) -> None:
        self._app = app
        self._own = own
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._serves(scope):
            await _refuse("request.host", scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _serves(self, scope: Scope) -> bool:
        named = [value for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1:
            return False
        host, port = _split(named[0].decode("latin-1").lower())
        if host not in self._allowed:
            return False
        # Behind a web server our own name comes without a port; this machine's with any.
        return port in ("", "443") if host == self._own else port == "" or port.isdecimal()


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and not host.endswith("]") else (host, "")


class Lengths:
    """Refuses addresses longer than any of ours can be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            length = len(scope["path"]) + len(scope.get("query_string", b""))
            if length > LONGEST_ADDRESS:
                await _refuse("request.length", {**scope, "query_string": b""}, receive, send)
                return
        await self._app(scope, receive, send)


def largest_body(path: str) -> int:
    return LARGEST_BADGE + FORM_ROOM if path in _BADGES else LARGEST_BODY


class Bodies:
    """Refuses bodies that are too large, and those that come too slowly."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = largest_body(scope["path"])
        if (announced := _announced(scope)) is None:
            await _refuse("request.malformed", scope, receive, send)
        elif announced > most:
            await _refuse("request.size", scope, receive, send)
        else:
            await self._app(scope, _bounded(receive, most), send)


def _announced(scope: Scope) -> int | None:
    """The length that the request says its body has, 0 if it does not say; None if unclear."""
    lengths = {value for name, value in scope["headers"] if name == b"content-length"}
    if not lengths:
        return 0
    if len(lengths) > 1 or not (length := lengths.pop()).isdigit() or len(length) > 18:
        return None
    return int(length)


def _bounded(receive: Receive, most: int) -> Receive:
    begun: float | None = None
    seen = 0
    whole = False

    async def bounded() -> Message:
        nonlocal begun, seen, whole
        if whole:
            return await receive()
        clock: Callable[[], float] = asyncio.get_running_loop().time
        begun = clock() if begun is None else begun
        try:
            async with asyncio.timeout_at(begun + BODY_PATIENCE + seen / SLOWEST_RATE):
                message = await receive()
        except TimeoutError:
            raise Problem("request.slow", headers={"Connection": "close"}) from None
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if seen > most:
                raise Problem("request.size", headers={"Connection": "close"})
        return message

    return bounded


async def _refuse(code: str, scope: Scope, receive: Receive, send: Send) -> None:
    await answer(Request(scope, receive), Problem(code))(scope, receive, send)
