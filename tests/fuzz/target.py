"""What a fuzz target is: one function of bytes that a stranger may send, and what it must hold to.

A target raises for a fault of ours and for nothing else. What it reads may only be refused with
the exceptions that its docstring names; what is read is held against a second reading.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from verifier.reasons import Reason

One = Callable[[bytes], None]

TARGETS: Final[dict[str, One]] = {}
"""Name -> function. Complete once `tests.fuzz.targets` is imported."""

_T = TypeVar("_T")
_REASONS: Final = frozenset(Reason)


def target(one: One) -> One:
    TARGETS[one.__name__] = one
    return one


def refused(read: Callable[[], _T], *documented: type[Exception]) -> _T | None:
    """What `read` returns; None where it refuses with one of the `documented` exceptions, whose
    `reason`, if it has one, is a code of the list."""
    try:
        return read()
    except documented as error:
        reason = getattr(error, "reason", None)
        assert reason is None or reason in _REASONS, reason
        str(error)
        return None
