"""Answers made smaller on their way: gzip for those who take it, at the addresses that ask for it.

The packed form of an answer has the same entity tag, weak: byte for byte it is another thing, and
yet says the same (RFC 9110, 8.8.3.3; `If-None-Match` compares weakly anyhow). `Vary` names
`Accept-Encoding` in both forms, which caches know how to fold.
"""

import gzip
from collections.abc import Callable
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.web.headers import RawHeaders
from issuer.web.http import preferences

VARY = b"Accept-Encoding"
_LEVEL = 9


def takes_gzip(headers: RawHeaders) -> bool:
    """Whether whoever sent these headers takes gzip (RFC 9110, 12.5.3)."""
    return accepts_gzip(b",".join(value for name, value in headers if name == b"accept-encoding"))


@lru_cache(maxsize=256)
def accepts_gzip(header: bytes) -> bool:
    """The same of one `Accept-Encoding`."""
    known = preferences(header.decode("latin-1"))
    return known.get("gzip", known.get("*", 0.0)) > 0


def varying(headers: RawHeaders) -> RawHeaders:
    """`headers` of an answer that depends on `Accept-Encoding` too."""
    before = [value for name, value in headers if name.lower() == b"vary"]
    rest = [(name, value) for name, value in headers if name.lower() != b"vary"]
    return [*rest, (b"vary", b", ".join((*before, VARY)))]


def weakened(headers: RawHeaders) -> RawHeaders:
    """`headers` with a weak entity tag."""
    return [
        (name, b"W/" + value if name.lower() == b"etag" and value[:2] != b"W/" else value)
        for name, value in headers
    ]


def packed(headers: RawHeaders, body: bytes) -> tuple[RawHeaders, bytes]:
    """An answer as gzip. Equal answers give equal bytes."""
    small = gzip.compress(body, _LEVEL, mtime=0)
    rest = [pair for pair in weakened(headers) if pair[0].lower() != b"content-length"]
    size = (b"content-length", str(len(small)).encode())
    return [*rest, size, (b"content-encoding", b"gzip")], small


class Packed:
    """Packs the good answers at the addresses for which `where` says so."""

    def __init__(self, app: ASGIApp, where: Callable[[str], bool]) -> None:
        self._app = app
        self._where = where

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not self._where(scope["path"]):
            await self._app(scope, receive, send)
            return
        small = takes_gzip(scope["headers"])
        start: Message | None = None
        parts: list[bytes] = []

        async def packing(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if message["status"] not in (200, 304):
                    await send(message)
                    return
                headers = varying(message["headers"])
                if message["status"] == 304 or not small:
                    message = {**message, "headers": weakened(headers) if small else headers}
                    await send(message)
                else:
                    start = {**message, "headers": headers}
            elif start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    headers, body = packed(start["headers"], b"".join(parts))
                    await send({**start, "headers": headers})
                    await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, packing)
