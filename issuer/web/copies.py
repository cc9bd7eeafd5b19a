"""Long public answers: written down once, sent from there to all who ask.

An answer that grows with the record is made a piece at a time, into a file without a name beside
the record, and sent from it: nobody's slow line holds the record, the length is told before the
first byte, and one that could not be made whole is a refusal, never half an answer. While the
record is what it was and the clock has changed nothing, the same file answers whoever asks next.
"""

import hashlib
import os
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from issuer.web.http import HEAD, has_it

# Up to this length an answer stays in memory.
_SMALL: Final = 64 * 1024
# Answers are read from their files in such pieces.
_PIECE: Final = 128 * 1024
# Copies that may be kept, and the room all of them may take, those being sent included.
MOST_COPIES: Final = 32
MOST_BYTES: Final = 1024**3


class NoRoom(Exception):
    """There is no room for another copy now."""


class Body:
    """The bytes of an answer, in memory or in a file that has no name and goes with them."""

    def __init__(self, small: bytes, file: int | None, size: int) -> None:
        self._small, self._file, self.size = small, file, size

    def read(self, start: int) -> bytes:
        """The next piece from `start` on; empty at the end."""
        if self._file is None:
            return self._small[start : start + _PIECE]
        return os.pread(self._file, _PIECE, start)


@dataclass(frozen=True)
class Copy:
    """One answer made: good for `mark` from `made_at` until the clock changes it. `tag` is of
    what it says."""

    mark: tuple[object, ...]
    made_at: datetime
    changes_at: datetime | None
    tag: str
    body: Body

    def holds(self, mark: tuple[object, ...], now: datetime) -> bool:
        ends = self.changes_at
        return mark == self.mark and self.made_at <= now and (ends is None or now < ends)


class Copies:
    """Those of one process; their files lie in the folder `place`, and nobody else sees them."""

    def __init__(self, place: Path) -> None:
        self._place = place
        # One thread may come back to it: a copy that is let go of gives back its room at once.
        self._lock = threading.RLock()
        self._kept: OrderedDict[tuple[str, ...], Copy] = OrderedDict()
        self._taken = 0

    def get(
        self,
        key: tuple[str, ...],
        mark: tuple[object, ...],
        now: datetime,
        changes_at: Callable[[], datetime | None],
        pieces: Callable[[], Iterable[bytes]],
        *,
        weak: bool = False,
    ) -> Copy:
        """The copy of `key` that is good for `mark` at `now`, made of `pieces` if there is none.

        `mark` is read before the record is. Raises `NoRoom`, and what `pieces` raises.
        """
        with self._lock:
            old = self._kept.get(key)
            if old is not None and old.holds(mark, now):
                self._kept.move_to_end(key)
                return old
        ends = changes_at()
        body, digest = self._written(pieces())
        tag = f'{"W/" if weak else ""}"{digest}"'
        made = Copy(mark, now, ends, tag, body)
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_COPIES:
                self._kept.popitem(last=False)
        return made

    def _written(self, pieces: Iterable[bytes]) -> tuple[Body, str]:
        digest = hashlib.sha256()
        waiting: list[bytes] = []
        held = size = 0
        file: int | None = None
        try:
            for piece in pieces:
                digest.update(piece)
                waiting.append(piece)
                held += len(piece)
                size += len(piece)
                if held > _SMALL:
                    file = self._new_file() if file is None else file
                    self._append(file, b"".join(waiting))
                    waiting, held = [], 0
            rest = b"".join(waiting)
            if file is not None:
                self._append(file, rest)
        except BaseException:
            if file is not None:
                written = os.fstat(file).st_size
                os.close(file)
                self._give_back(written)
            raise
        body = Body(rest if file is None else b"", file, size)
        if file is not None:
            # Closed when nobody is sent it any more and it is not kept.
            weakref.finalize(body, self._closed, file, size)
        return body, digest.hexdigest()[:32]

    def _new_file(self) -> int:
        with tempfile.TemporaryFile(dir=self._place) as file:
            return os.dup(file.fileno())

    def _append(self, file: int, data: bytes) -> None:
        with self._lock:
            while self._taken + len(data) > MOST_BYTES and self._kept:
                self._kept.popitem(last=False)
            if self._taken + len(data) > MOST_BYTES:
                raise NoRoom
            self._taken += len(data)
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]

    def _closed(self, file: int, size: int) -> None:
        os.close(file)
        self._give_back(size)

    def _give_back(self, size: int) -> None:
        with self._lock:
            self._taken -= size

    def close(self) -> None:
        with self._lock:
            kept, self._kept = self._kept, OrderedDict()
        kept.clear()


class Told(Response):
    """The answer that `copy` is, with `tail` after it, sent a piece at a time."""

    def __init__(
        self, copy: Copy, tail: bytes, headers: Mapping[str, str], media_type: str
    ) -> None:
        super().__init__(headers=dict(headers), media_type=media_type)
        self.headers["Content-Length"] = str(copy.body.size + len(tail))
        self._copy, self._tail = copy, tail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        sent = self._copy.body.size if scope.get(HEAD) else 0
        while sent < self._copy.body.size:
            piece = await run_in_threadpool(self._copy.body.read, sent)
            if not piece:
                raise OSError("a copy is shorter than it was")
            sent += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": self._tail})


def told(
    request: Request,
    copy: Copy,
    media_type: str,
    *,
    cache: str,
    tail: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`copy` as a public answer; 304 without a body if the asker has it already."""
    said = {"ETag": copy.tag, "Cache-Control": cache, **(headers or {})}
    if has_it(request.headers.getlist("if-none-match"), copy.tag):
        return Response(status_code=304, headers=said)
    return Told(copy, tail, said, media_type)
