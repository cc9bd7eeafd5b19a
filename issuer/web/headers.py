"""What every answer carries and every request must keep to, before any route is asked.

Pure ASGI, in the order of `wrap`: no page and no document can forget it. Scripts are not
allowed at all; only seals, their data and their frames may be framed.
"""

import ipaddress
from collections.abc import Collection
from functools import cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.web.alike import is_alike
from issuer.web.http import is_public
from issuer.web.problems import refuse

LONGEST_ADDRESS = 4096

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
# What is no page shows nothing of its own and runs nothing, wherever it is opened.
_NO_PAGE = "default-src 'none'"

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def may_be_framed(path: str) -> bool:
    """Whether `path` is one of a seal. Refusals there are never drawn as pages (`problems`)."""
    return path.startswith("/embed/") and is_alike(path)


RawHeaders = list[tuple[bytes, bytes]]


@cache
def _of(*, framed: bool, public: bool, short: bool) -> RawHeaders:
    """Every header costs time: what is asked for most carries none that only pages need."""
    ancestors = "*" if framed else "'none'"
    told = {
        "X-Content-Type-Options": "nosniff",
        "Strict-Transport-Security": "max-age=31536000",
        "Content-Security-Policy": (
            f"{_NO_PAGE if short else _POLICY}; frame-ancestors {ancestors}"
        ),
        "Cross-Origin-Resource-Policy": "cross-origin" if public else "same-origin",
    }
    if framed or not short:
        told["Referrer-Policy"] = "no-referrer" if framed else "same-origin"
    if not short:
        told["Permissions-Policy"] = _NO_FEATURES
        told["Cross-Origin-Opener-Policy"] = "same-origin"
        if not framed:
            told["X-Frame-Options"] = "DENY"
    return [(name.lower().encode(), value.encode()) for name, value in told.items()]


# RFC 9110, 15.4.5: whoever gets a 304 has the rest already. Without the two of CORS a script
# that asks conditionally could not read the answer.
_OF_NOT_MODIFIED = frozenset(
    (
        *(b"etag", b"cache-control", b"vary"),
        *(b"access-control-allow-origin", b"access-control-expose-headers"),
    )
)


def not_modified(headers: RawHeaders) -> RawHeaders:
    """The headers of the 304 that stands for an answer with `headers`."""
    return [(name, value) for name, value in headers if name.lower() in _OF_NOT_MODIFIED]


class Headers:
    """Adds the headers above to every answer, also to those of errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 304:
                message = {**message, "headers": not_modified(message["headers"])}
            elif message["type"] == "http.response.start":
                path = scope["path"]
                added = _of(
                    framed=may_be_framed(path),
                    public=is_public(path),
                    short=is_alike(path) and not path.endswith(".html"),
                )
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


def is_served(header: bytes, own: str, allowed: Collection[str]) -> bool:
    """Whether requests for this `Host` are answered."""
    host, port = _split(header.decode("latin-1").lower())
    if host not in allowed:
        return False
    # Behind a web server our own name comes without a port; this machine's with any.
    return port in ("", "443") if host == own else port == "" or port.isdecimal()


class Hosts:
    """Refuses requests for other host names. Nothing we write is ever made from them."""

    def __init__(self, app: ASGIApp, own: str, allowed: Collection[str]) -> None:
        self._app = app
        self._own = own
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._serves(scope):
            await refuse("request.host", scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _serves(self, scope: Scope) -> bool:
        named = [value for name, value in scope["headers"] if name == b"host"]
        return len(named) == 1 and is_served(named[0], self._own, self._allowed)


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
                await refuse("request.length", {**scope, "query_string": b""}, receive, send)
                return
        await self._app(scope, receive, send)
