"""What every answer carries and every request must keep to, before any route is asked.

Pure ASGI, in the order of `wrap`: no page and no document can forget it. Scripts are not
allowed at all; only what lies under `/embed/` may be framed.
"""

import ipaddress
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": _NO_FEATURES,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


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
            await refuse("request.host", scope, receive, send)
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
                await refuse("request.length", {**scope, "query_string": b""}, receive, send)
                return
        await self._app(scope, receive, send)
