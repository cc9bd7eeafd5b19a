"""The short lane: what is asked for a million times, answered before the framework is reached.

Every answer here was made by the framework, which is asked again as soon as anything it rests on
has changed: the record or the keys (`Office.mark`), or the clock (`http.Note`). After an act of
this process, the mark is looked at before the next answer; after one of another process, within
`LATEST`. What cannot be answered for certain goes the long way, and gets the same answer there.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
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
        self.tag = next(value for name, value in start["headers"] if name.lower() == b"etag")
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
        self.plain = _whole(self._start, headers, body)
        self.small = _whole(self._start, *small)
        self.plain_304 = _unchanged(headers)
        self.small_304 = _unchanged(weakened(headers) if self._small else headers)
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


_Form = tuple[Message, Message, Message]


def _whole(start: Message, headers: RawHeaders, body: bytes) -> _Form:
    """The start, the body, and the body of a HEAD."""
    return (
        {**start, "headers": headers},
        {"type": "http.response.body", "body": body},
        {"type": "http.response.body", "body": b""},
    )


def _unchanged(headers: RawHeaders) -> _Form:
    start = {"type": "http.response.start", "status": 304, "headers": not_modified(headers)}
    empty = {"type": "http.response.body", "body": b""}
    return (start, empty, empty)


class ShortLane:
    """Answers what it can for certain; everything else is `app`'s.

    `own` and `allowed` are the host names that are answered (`issuer.web.headers.hosts`); `told`
    is called for each seal that is answered, with its slug and the `Referer`.
    """

    def __init__(
        self,
        app: ASGIApp,
        office: Office,
        own: str,
        allowed: Collection[str],
        told: Callable[[str, bytes], None],
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
            start, body, nothing = form
            await send(start)
            await send(nothing if scope["method"] == "HEAD" else body)
        else:
            await self._app(scope, receive, send)

    async def _form(self, scope: Scope) -> _Form | None:
        """What answers the request, None where the framework must."""
        path: str = scope["path"]
        answer = self._answers.get(path)
        if answer is None and not is_alike(path):
            return None
        if scope["query_string"] or scope["method"] not in ("GET", "HEAD"):
            return None
        host, coding, referer = b"", b"", b""
        known: list[str] = []
        hosts = 0
        for name, value in scope["headers"]:
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
        if not await self._is_certain():
            return None
        answer = self._answers.get(path)
        now = self._office.now()
        if answer is None or kept.now() >= answer.until or not answer.holds(now):
            answer = await self._made(path, scope)
            if answer is None or not answer.holds(self._office.now()):
                return None
        if path[:7] == "/embed/":
            self._told(path[7:].partition("/")[0].partition(".")[0], referer)
        small = coding != b"" and accepts_gzip(coding)
        if known and has_it(known, answer.tag.decode("latin-1")):
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
            age = kept.now() - self._looked_at
            if self._commits == self._office.commits and age < LATEST:
                if age >= SOON:
                    self._look()
                return True
            # A look that began before the last act may have missed it: then another is taken.
            await asyncio.wait((self._look(),), timeout=PATIENCE)
        # What cannot be read at this moment is as it was, for as long as `kept` too believes it.
        most = kept.MOMENT if self._failed else LATEST
        return self._commits == self._office.commits and kept.now() - self._looked_at < most

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
