"""What was worked out from some content, kept for when the same content comes again.

An issuer's document and its status list come with every badge of that issuer. The key is always
the whole content that the result depends on, never an address, so that nothing can be taken for
something else, and whoever asks gets what would have been worked out anew. What depends on the
time or on who asks is not kept.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """Results by content: of at most `most` bytes together, the oldest forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[Hashable, tuple[_T, int]] = {}
        self._bytes = 0
        self._lock = Lock()

    def of(self, content: Hashable, work_out: Callable[[], _T], size: Callable[[_T], int]) -> _T:
        """Return what `work_out` returns for `content`. What it raises is not kept.

        `size` tells how many bytes content and result take, more or less.
        """
        kept = self._found.get(content)
        if kept is not None:
            return kept[0]
        result = work_out()
        weight = size(result)
        with self._lock:
            if weight <= self._most and content not in self._found:
                self._found[content] = result, weight
                self._bytes += weight
                while self._bytes > self._most:
                    oldest = next(iter(self._found))
                    self._bytes -= self._found.pop(oldest)[1]
        return result
