"""Public answers kept for the moments in which the record cannot be read.

While another process holds the record, or the disk is full, lists, documents and pages go on
being served as they were at most five minutes ago: no older than any cache between us and the
reader may answer. They are used for nothing else, and anything done here makes them void.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.web.http import LONGEST, is_public

MOST_BYTES = 16 * 1024**2
LARGEST = 512 * 1024
# What an answer takes beside its body and its key.
_AROUND = 2048

_Key = tuple[str, bytes, bytes, bytes]


@dataclass(frozen=True)
class _Answer:
    start: Message
    body: bytes
    at: float


class Kept:
    """Remembers public answers; gives one again where there would be a 503 about the record."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: OrderedDict[_Key, _Answer] = OrderedDict()
        self._size = 0
        self._forgotten = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] != "GET" and not is_public(scope["path"]):
            # Whatever is done here must be seen here at once.
            try:
                await self._app(scope, receive, send)
            finally:
                self._forget()
        elif scope["method"] == "GET" and _keeps(scope["path"]):
            await self._watched(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope)
        before = self._forgotten
        start: Message | None = None
        parts: list[bytes] = []

        async def watch(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if message["status"] == 503 and (old := self._fresh(key)) is not None:
                    start = None  # the refusal's own body is passed over
                    await _again(old, send)
                else:
                    await send(message)
            elif start is not None:
                parts.append(message.get("body", b""))
                await send(message)

        await self._app(scope, receive, watch)
        if start is not None and start["status"] == 200 and before == self._forgotten:
            self._keep(key, start, b"".join(parts))

    def _forget(self) -> None:
        self._answers.clear()
        self._size = 0
        self._forgotten += 1

    def _fresh(self, key: _Key) -> _Answer | None:
        old = self._answers.get(key)
        return old if old is not None and _now() - old.at < LONGEST.total_seconds() else None

    def _keep(self, key: _Key, start: Message, body: bytes) -> None:
        if len(body) > LARGEST:
            return
        if (old := self._answers.pop(key, None)) is not None:
            self._size -= _room(key, old)
        self._answers[key] = _Answer(start, body, _now())
        self._size += _room(key, self._answers[key])
        while self._size > MOST_BYTES:
            self._size -= _room(*self._answers.popitem(last=False))


async def _again(old: _Answer, send: Send) -> None:
    age = (b"age", str(int(_now() - old.at)).encode())
    await send({**old.start, "headers": [*old.start["headers"], age]})
    await send({"type": "http.response.body", "body": old.body})


def _room(key: _Key, answer: _Answer) -> int:
    # The asker chose the key, so the key counts too.
    return _AROUND + len(answer.body) + sum(map(len, key))


def _keeps(path: str) -> bool:
    return is_public(path) and path != "/readyz"


def _key(scope: Scope) -> _Key:
    """All that a public answer may depend on."""
    headers = dict(scope["headers"])
    return (
        scope["path"],
        scope["query_string"],
        headers.get(b"accept", b""),
        headers.get(b"accept-language", b""),
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
