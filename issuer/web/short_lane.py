"""The short lane: what is asked for a million times, answered before the framework is reached.

A ready answer is given to the server itself, without a task of its own (`ShortLane.ready`, for
`issuer.web.prompt`); one that has to be made or looked after first, as ASGI.

Every answer here was made by the framework, which is asked again as soon as anything it rests on
has changed: the record or the keys (`Office.mark`), or the clock (`http.Note`). After an act of
this process, the mark is looked at before the next answer; after one of another process, within
`LATEST`. What cannot be answered for certain goes the long way, and gets the same answer there.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer import days
from issuer.office import Office
from issuer.web import kept
from issuer.web.alike import is_alike, packable
from issuer.web.headers import RawHeaders, is_served, not_modified
from issuer.web.http import LONGEST, NOTE, Note, cache_control, has_it
from issuer.web.packing import accepts_gzip, packed, weakened

# Seconds after which the mark is looked at again, beside the answers; and the age at which no
# answer is given without having looked. Half of what another process may be behind.
SOON = 0.5
LATEST = 1.0
# How long an answer waits for that look before it goes the long way.
PATIENCE = 0.25
# Answers are made again at this age whatever the mark says, so that the copies which
# `issuer.web.kept` has for bad moments do not grow old.
OLDEST = 60.0

MOST_BYTES = 32 * 1024**2
LARGEST = 1024**2
_AROUND = 4096

_STAMP = b'"answeredAt": "'
_SECOND = timedelta(seconds=1)
_LEAST = timedelta(microseconds=1)

_BODY = frozenset((b"content-length", b"transfer-encoding"))


class _Answer:
    """One answer of the framework, and its forms as of one moment."""

    def __init__(
        self, start: Message, body: bytes, note: Note, made_at: datetime, *, small: bool
    ) -> None:
        self._start = start
        self._note = note
        self._made_at = made_at
        self._small = small
        self.until = kept.now() + OLDEST
        self._before, self._stamp, self._after = body, b"", b""
        if note.stamped:
            before, stamp, rest = body.rpartition(_STAMP)
            self._before, self._after = before + stamp, rest[rest.index(b'"') :]
        tag = next(value for name, value in start["headers"] if name.lower() == b"etag")
        self.tag = tag.decode("latin-1")
        self.size = _AROUND + 2 * len(body)
        # The forms below hold for begins <= t < ends.
        self.begins = self.ends = datetime.max.replace(tzinfo=UTC)

    def holds(self, now: datetime) -> bool:
        """Whether the answer is still the one at `now`; its forms are then those of `now`."""
        if self.begins <= now < self.ends:
            return True
        changes = self._note.changes_at
        if now < self._made_at or (changes is not None and now >= changes):
            return False
        self._render(now)
        return True

    def _render(self, now: datetime) -> None:
        note = self._note
        cache = note.cache or cache_control(now, note.changes_at)
        headers: RawHeaders = [
            (name, cache.encode() if name.lower() == b"cache-control" else value)
            for name, value in self._start["headers"]
        ]
        body = self._before
        if note.stamped:
            body += days.timestamp(now).encode() + self._after
        small = packed(headers, body) if self._small else (headers, body)
        self.plain = Form(self._start["status"], headers, body)
        self.small = Form(self._start["status"], *small)
        self.plain_304 = Form(304, not_modified(headers), b"")
        weak = weakened(headers) if self._small else headers
        self.small_304 = Form(304, not_modified(weak), b"")
        self.begins, self.ends = now, self._next(now)

    def _next(self, now: datetime) -> datetime:
        """When the forms must be made again."""
        changes = self._note.changes_at
        if not self._note.stamped:
            if self._note.cache or changes is None:
                return changes or datetime.max.replace(tzinfo=UTC)
            if now < changes - LONGEST:
                return changes - LONGEST
        # What is told in whole seconds holds for the rest of this one, or for its first moment.
        if now.microsecond == 0:
            return now + _LEAST
        return now.replace(microsecond=0) + _SECOND


class Form:
    """An answer as it is sent: of a HEAD, without its body. `kept` is the server's to use."""

    __slots__ = ("body", "headers", "kept", "status")

    def __init__(self, status: int, headers: RawHeaders, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.kept: object = None


@dataclass(frozen=True, slots=True)
class _Wish:
    """What of a request's headers changes the answer."""

    coding: bytes
    known: list[str]
    referer: bytes


def _slug(path: str) -> str:
    """Whose seal is at a path of `/embed/`."""
    return path[7:].partition("/")[0].partition(".")[0]


class ShortLane:
    """Answers what it can for certain; everything else is `app`'s.

    `own` and `allowed` are the host names that are answered (`issuer.web.headers.hosts`); `told`
    is called for each seal that is answered, with its slug, the `Referer` and the request's scope.
    """

    def __init__(
        self,
        app: ASGIApp,
        office: Office,
        own: str,
        allowed: Collection[str],
        told: Callable[[str, bytes, Scope], None],
    ) -> None:
        self._app = app
        self._office = office
        self._own, self._allowed = own, allowed
        self._told = told
        self._hosts: set[bytes] = set()
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._size = 0
        self._making: dict[str, asyncio.Task[_Answer | None]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="short-lane")
        self._looking: asyncio.Task[None] | None = None
        self._failed = False
        self._mark: tuple[object, ...] | None = None
        self._commits = -1
        self._looked_at = -LATEST

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (form := await self._form(scope)) is not None:
            body = b"" if scope["method"] == "HEAD" else form.body
            start = {"type": "http.response.start", "status": form.status, "headers": form.headers}
            await send(start)
            await send({"type": "http.response.body", "body": body})
        elif scope["type"] == "http" and scope["path"][:7] == "/embed/":
            await self._app(scope, receive, self._telling(scope, send))
        else:
            await self._app(scope, receive, send)

    def _telling(self, scope: Scope, send: Send) -> Send:
        """`send` for a seal that goes the long way (with a query, say): it is told of as well."""

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 304):
                referers = [value for name, value in scope["headers"] if name == b"referer"]
                if scope["method"] in ("GET", "HEAD") and referers:
                    self._told(_slug(scope["path"]), referers[-1], scope)
            await send(message)

        return telling

    def has(self, target: str) -> bool:
        """Whether `ready` may have an answer: `target` is a path without a query."""
        return target in self._answers

    def ready(
        self,
        target: str,
        headers: Iterable[tuple[bytes, bytes]],
        client: tuple[str, int] | None,
    ) -> Form | None:
        """What answers a GET or HEAD at this moment, None where `__call__` must.

        Needs a running loop. `headers` are those of the request, their names in lower case;
        `client` is who is connected.
        """
        answer = self._answers.get(target)
        if answer is None or (wish := self._wish(headers)) is None or not self._is_known():
            return None
        if kept.now() >= answer.until or not answer.holds(self._office.now()):
            return None
        return self._chosen(target, answer, wish, {"client": client, "headers": headers})

    async def _form(self, scope: Scope) -> Form | None:
        """What answers the request, None where the framework must."""
        path: str = scope["path"]
        if path not in self._answers and not is_alike(path):
            return None
        if scope["query_string"] or scope["method"] not in ("GET", "HEAD"):
            return None
        wish = self._wish(scope["headers"])
        if wish is None or not await self._is_certain():
            return None
        answer = self._answers.get(path)
        now = self._office.now()
        if answer is None or kept.now() >= answer.until or not answer.holds(now):
            answer = await self._made(path, scope)
            if answer is None or not answer.holds(self._office.now()):
                return None
        return self._chosen(path, answer, wish, scope)

    def _wish(self, headers: Iterable[tuple[bytes, bytes]]) -> _Wish | None:
        """None where the framework must answer: for other hosts, and whoever sends a body."""
        host, coding, referer = b"", b"", b""
        known: list[str] = []
        hosts = 0
        for name, value in headers:
            if name == b"host":
                host = value
                hosts += 1
            elif name == b"if-none-match":
                known.append(value.decode("latin-1"))
            elif name == b"accept-encoding":
                coding = coding + b"," + value if coding else value
            elif name == b"referer":
                referer = value
            elif name in _BODY:
                return None
        if hosts != 1 or not (host in self._hosts or self._is_ours(host)):
            return None
        return _Wish(coding, known, referer)

    def _chosen(self, path: str, answer: _Answer, wish: _Wish, scope: Scope) -> Form:
        if wish.referer and path[:7] == "/embed/":
            self._told(_slug(path), wish.referer, scope)
        small = wish.coding != b"" and accepts_gzip(wish.coding)
        if wish.known and has_it(wish.known, answer.tag):
            return answer.small_304 if small else answer.plain_304
        return answer.small if small else answer.plain

    def _is_ours(self, host: bytes) -> bool:
        if not is_served(host, self._own, self._allowed):
            return False
        if len(self._hosts) < 64:
            self._hosts.add(host)
        return True

    # What is known of the record.

    async def _is_certain(self) -> bool:
        """Whether the record is what it was when the answers were made; if not, they are gone."""
        for _ in range(2):
            if self._is_known():
                return True
            # A look that began before the last act may have missed it: then another is taken.
            await asyncio.wait((self._look(),), timeout=PATIENCE)
        # What cannot be read at this moment is as it was, for as long as `kept` too believes it.
        most = kept.MOMENT if self._failed else LATEST
        return self._commits == self._office.commits and kept.now() - self._looked_at < most

    def _is_known(self) -> bool:
        """The same as far as it can be told without looking; the next look is begun in time."""
        age = kept.now() - self._looked_at
        if self._commits != self._office.commits or age >= LATEST:
            return False
        if age >= SOON:
            self._look()
        return True

    def _look(self) -> "asyncio.Task[None]":
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._looked())
        return self._looking

    async def _looked(self) -> None:
        commits, began = self._office.commits, kept.now()
        loop = asyncio.get_running_loop()
        try:
            mark = await loop.run_in_executor(self._thread, self._office.mark)
        except Exception:
            # What it means that the record cannot be read, the framework tells whoever asks.
            self._failed = True
            return
        if mark != self._mark:
            self._answers.clear()
            self._making.clear()
            self._size = 0
            self._mark = mark
        self._failed, self._commits, self._looked_at = False, commits, began

    # Answers.

    async def _made(self, path: str, scope: Scope) -> _Answer | None:
        """The framework's answer, asked once for all who wait for it; None if it cannot be kept."""
        if (task := self._making.get(path)) is None:
            task = asyncio.create_task(self._ask(path, scope, self._mark))
            self._making[path] = task
            task.add_done_callback(lambda done: self._leave(path, done))
        return await asyncio.shield(task)

    def _leave(self, path: str, task: "asyncio.Task[_Answer | None]") -> None:
        if self._making.get(path) is task:
            del self._making[path]

    async def _ask(self, path: str, scope: Scope, mark: object) -> _Answer | None:
        note, made_at = Note(), self._office.now()
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        # As somebody asks who has nothing yet and takes nothing but the plain form.
        host = [pair for pair in scope["headers"] if pair[0] == b"host"]
        state = dict(scope.get("state", {}))
        plain = {**scope, "method": "GET", "headers": host, "state": state, NOTE: note}
        try:
            await self._app(plain, receive, send)
        except Exception:
            return None
        if not said or said[0]["status"] != 200 or not note.lasting:
            return None
        body = b"".join(message.get("body", b"") for message in said[1:])
        answer = _Answer(said[0], body, note, made_at, small=packable(path))
        if mark is self._mark and answer.size <= LARGEST:
            self._keep(path, answer)
        return answer

    def _keep(self, path: str, answer: _Answer) -> None:
        if (old := self._answers.pop(path, None)) is not None:
            self._size -= old.size
        self._answers[path] = answer
        self._size += answer.size
        while self._size > MOST_BYTES:
            _, oldest = self._answers.popitem(last=False)
            self._size -= oldest.size
