"""Public answers kept for the moments in which the record cannot be read.

While another process holds the record, or the disk is full, signed bytes and documents go on
being served as they were, for no longer than they themselves allow any cache to keep them. What
tells a state is kept for two seconds only, no longer than what another process has changed may
stay unseen at any time. The answers are used for nothing else, and anything done here makes them
void.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.web.alike import is_alike
from issuer.web.http import LONGEST, is_public

# How long an answer that tells a state may be given again, in seconds.
MOMENT = 2.0
MOST_BYTES = 16 * 1024**2
LARGEST = 512 * 1024
# What an answer takes beside its body and its key.
_AROUND = 2048

# Sealed bytes, signed lists, documents and sheets: they do not say how things stand now.
_LASTING = re.compile(
    r"/b/[^/]+\.(?:json|jwt|png|svg)|/issuer|/robots\.txt"
    r"|/(?:status|achievements|keys|static|problems|\.well-known)/.+"
)
_MAX_AGE = re.compile(r"max-age=([0-9]{1,9})")

_Key = tuple[str, bytes, bytes, bytes]


@dataclass(frozen=True)
class _Answer:
    start: Message
    body: bytes
    at: float
    until: float


class Kept:
    """Remembers public answers; gives one again where there would be a 503 about the record.

    `commits` is another number after each transaction of this process.
    """

    def __init__(self, app: ASGIApp, commits: Callable[[], int]) -> None:
        self._app = app
        self._commits = commits
        self._answers: OrderedDict[_Key, _Answer] = OrderedDict()
        self._size = 0
        self._forgotten = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] != "GET" and not is_public(scope["path"]):
            # Whatever is done here must be seen here at once; a request that does nothing, such
            # as one without a token, must not take away what others are given.
            before = self._commits()
            try:
                await self._app(scope, receive, send)
            finally:
                if self._commits() != before:
                    self._forget()
        elif scope["method"] == "GET" and _keeps(scope["path"]):
            await self._watched(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope)
        before, asked = self._forgotten, now()
        start: Message | None = None
        parts: list[bytes] = []
        size = 0

        async def watch(message: Message) -> None:
            nonlocal start, size
            if message["type"] == "http.response.start":
                start = message
                if message["status"] == 503 and (old := self._fresh(key)) is not None:
                    start = None  # the refusal's own body is passed over
                    await _again(old, send)
                else:
                    await send(message)
            elif start is not None:
                size += len(message.get("body", b""))
                if size <= LARGEST:
                    parts.append(message.get("body", b""))
                else:
                    parts.clear()
                await send(message)

        await self._app(scope, receive, watch)
        if size > LARGEST:
            self._drop(key)
        elif start is not None and start["status"] == 200 and before == self._forgotten:
            self._keep(key, _Answer(start, b"".join(parts), asked, asked + _lasts(key[0], start)))

    def _forget(self) -> None:
        self._answers.clear()
        self._size = 0
        self._forgotten += 1

    def _fresh(self, key: _Key) -> _Answer | None:
        old = self._answers.get(key)
        return old if old is not None and now() < old.until else None

    def _drop(self, key: _Key) -> None:
        if (old := self._answers.pop(key, None)) is not None:
            self._size -= _room(key, old)

    def _keep(self, key: _Key, answer: _Answer) -> None:
        self._drop(key)
        if answer.until <= answer.at:
            return
        self._answers[key] = answer
        self._size += _room(key, answer)
        while self._size > MOST_BYTES:
            self._size -= _room(*self._answers.popitem(last=False))


async def _again(old: _Answer, send: Send) -> None:
    age = (b"age", str(int(now() - old.at)).encode())
    await send({**old.start, "headers": [*old.start["headers"], age]})
    await send({"type": "http.response.body", "body": old.body})


def _room(key: _Key, answer: _Answer) -> int:
    # The asker chose the key, so the key counts too.
    return _AROUND + len(answer.body) + sum(map(len, key))


def _lasts(path: str, start: Message) -> float:
    """For how many seconds an answer may be given again: never longer than it says itself."""
    stated = [value.decode("latin-1") for value in _values(start["headers"], b"cache-control")]
    allowed = _MAX_AGE.search(", ".join(stated))
    if allowed is None or "no-store" in ", ".join(stated):
        return 0.0
    most = LONGEST.total_seconds() if _LASTING.fullmatch(path) else MOMENT
    return min(most, float(allowed[1]))


def _keeps(path: str) -> bool:
    return is_public(path) and path != "/readyz"


def _key(scope: Scope) -> _Key:
    """All that a public answer may depend on: of a header that comes twice, both lines."""
    if is_alike(scope["path"]):
        return scope["path"], b"", b"", b""
    accept, language = (
        b"\n".join(_values(scope["headers"], name)) for name in (b"accept", b"accept-language")
    )
    return scope["path"], scope["query_string"], accept, language


def _values(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name.lower() == wanted]


def now() -> float:
    """Seconds of the loop's clock: what the age of a kept answer is measured by."""
    return asyncio.get_running_loop().time()
