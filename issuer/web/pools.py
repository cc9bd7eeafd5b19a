"""Threads of their own for work that may take long, so that pages and lists keep theirs.

Each kind of work has few threads and a short queue; what would have to wait longer is refused
at once, in words, instead of piling up.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from issuer.web.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")


class Pool:
    """At most `threads` at work and `waiting` in the queue; beyond that `busy` is refused."""

    def __init__(self, name: str, *, threads: int, waiting: int, busy: str) -> None:
        self._room = threading.BoundedSemaphore(threads + waiting)
        self._busy = busy
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work` in one of the threads. Raises `Problem` if there is no room."""
        if not self._room.acquire(blocking=False):
            raise Problem(self._busy)
        try:
            future = self._executor.submit(work, *args, **kwargs)
        except BaseException:
            self._room.release()
            raise
        # Released when the work ends, which may be long after its asker has gone away.
        future.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
