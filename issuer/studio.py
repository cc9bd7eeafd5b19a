"""Pictures drawn in processes of their own, so that drawing can hang or die and nothing else does.

A picture that takes too long costs its one request a `DrawingFailed`; one whose process ends is
tried once more, in another. What was drawn is kept for a while, by what it was drawn from. The art
of programmes is read in such a process too.
"""

import contextlib
import json
import logging
import multiprocessing
import queue
import subprocess
import sys
import threading
import weakref
from collections import OrderedDict
from functools import lru_cache
from typing import Final

from badge_assets.art import Art, UnfitArt
from badge_assets.letters import UnfitText
from issuer.drawing import DRAWN, FAULT, UNFIT, Job, art_of
from issuer.errors import NotNow
from issuer.texts import N_

log = logging.getLogger(__name__)

# Seconds. A picture takes some hundredths; a process that starts takes about one.
DRAWING_PATIENCE: Final = 10.0
WAITING_PATIENCE: Final = 10.0

ART_PATIENCE: Final = 15.0
_TRIES: Final = 2

KEPT_BYTES: Final = 32 * 1024**2

_PROGRAM: Final = "from issuer.drawing import main; main()"
_ART_PROGRAM: Final = "from issuer.drawing import art_main; art_main()"
# Our own places to import from, which the isolated mode would leave out.
_BEFORE: Final = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "


class DrawingFailed(NotNow):
    code = "picture.busy"


class Studio:
    """`processes` drawing processes, each started when it is first needed. Thread-safe.

    `draw` is a `Drawer`. `program` is the Python source that the processes run; they get
    neither our environment nor any of our files, only a pipe.
    """

    def __init__(
        self,
        *,
        processes: int = 2,
        patience: float = DRAWING_PATIENCE,
        program: str = _PROGRAM,
    ) -> None:
        self._patience = patience
        self._program = program
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(processes):
            self._idle.put(None)
        self._workers: set[_Worker] = set()
        self._kept = _Kept(KEPT_BYTES)
        self.close = weakref.finalize(self, _stop_all, self._workers)

    def draw(self, job: Job) -> bytes:
        """Return the picture. Raises `UnfitText` for a text that cannot be drawn, and
        `DrawingFailed` if no process was free, or the one that drew hung, or two died."""
        if (known := self._kept.get(job.digest)) is not None:
            return known
        drawn = self._drawn(job)
        kind, content = drawn[:1], drawn[1:]
        if kind == UNFIT:
            raise UnfitText(content.decode())
        if kind != DRAWN:
            log.error("a picture could not be drawn: %s", content.decode(errors="replace"))
            raise _failed()
        self._kept.put(job.digest, content)
        return content

    def _drawn(self, job: Job) -> bytes:
        try:
            worker = self._idle.get(timeout=WAITING_PATIENCE)
        except queue.Empty:
            raise _failed() from None
        try:
            for _ in range(_TRIES):
                try:
                    if worker is None:
                        worker = _Worker(self._program)
                        self._workers.add(worker)
                    return worker.ask(job.message, self._patience)
                except (OSError, EOFError) as fault:
                    log.warning("a drawing process hung or died and is replaced: %r", fault)
                    if worker is not None:
                        self._workers.discard(worker)
                        worker.stop()
                    worker = None
                    if isinstance(fault, TimeoutError):
                        break
            raise _failed()
        finally:
            self._idle.put(worker)


@lru_cache(maxsize=32)
def read_art(source: str) -> Art:
    """`art.read` in a drawing process of its own: what staff supplies is a stranger's file.

    Raises `UnfitArt`, also for what takes too long or more memory than there is for it.
    """
    answer = FAULT
    worker = _Worker(_ART_PROGRAM)
    try:
        answer = worker.ask(source.encode(), ART_PATIENCE)
    except (OSError, EOFError) as fault:
        log.warning("a process that read art hung or died: %r", fault)
    finally:
        worker.stop()
    kind, content = answer[:1], answer[1:].decode(errors="replace")
    if kind == UNFIT:
        raise UnfitArt(content)
    if kind != DRAWN:
        raise UnfitArt("it could not be read in time or in the memory there is; simplify it")
    return art_of(content)


def _stop_all(workers: set["_Worker"]) -> None:
    while workers:
        workers.pop().stop()


def _failed() -> DrawingFailed:
    return DrawingFailed(N_("The picture could not be drawn in time. Try again in a few seconds."))


class _Worker:
    """One drawing process and our end of the pipe to it."""

    def __init__(self, program: str) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-c", _BEFORE + program),
                    *(json.dumps(sys.path), str(theirs.fileno())),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={},
                # Ctrl-C in a terminal is for the server, which then closes the pipe.
                start_new_session=True,
            )

    def ask(self, message: bytes, patience: float) -> bytes:
        """Raises `EOFError` or `OSError` if the process dies, `TimeoutError` if it hangs."""
        self._pipe.send_bytes(message)
        if not self._pipe.poll(patience):
            raise TimeoutError(f"nothing was drawn within {patience:g} seconds")
        return self._pipe.recv_bytes()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._pipe.close()
        self._process.kill()
        self._process.wait()


class _Kept:
    """Pictures by what they were drawn from; the one not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._pictures: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str) -> bytes | None:
        with self._lock:
            if digest in self._pictures:
                self._pictures.move_to_end(digest)
            return self._pictures.get(digest)

    def put(self, digest: str, picture: bytes) -> None:
        with self._lock:
            if digest in self._pictures or len(picture) > self._most:
                return
            self._pictures[digest] = picture
            self._size += len(picture)
            while self._size > self._most:
                _, gone = self._pictures.popitem(last=False)
                self._size -= len(gone)
