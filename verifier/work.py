"""How much work one verification may be, all its documents together.

A badge may have several proofs, name a status list and a newer copy, and hold endorsements that do
the same; each document alone is within its own bounds, and together they could keep a processor
busy for many seconds. Work is counted and never timed, so that it ends at the same place
everywhere. Only what is costly is counted: what the fast way (`verifier.compiled`) writes is not.
"""

from contextvars import ContextVar, Token
from typing import Final, TypeAlias

MAX_STEPS: Final = 200_000
"""Steps of one verification: about a second. One is what it takes to look at a related blank node
(`verifier.rdfc`). Honest badges that need the slow way take a few thousand."""

PER_VALUE: Final = 5
"""Steps for one JSON value on the slow way."""

PER_CONTEXT: Final = 2
"""Steps for one of what `context_tables.cost` counts."""

PER_SIGNATURE: Final = 10
"""Steps for one of the many signatures in a derived proof."""


class WorkLimit(RuntimeError):
    """The document is so intricate that the work on it was stopped. This says nothing about it."""


class _Account:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS


Opened: TypeAlias = Token[_Account | None]

_account: ContextVar[_Account | None] = ContextVar("work of a verification", default=None)


def begin() -> Opened:
    """Begin to count for one verification; give the answer to `end`."""
    return _account.set(_Account())


def end(opened: Opened) -> None:
    _account.reset(opened)


def spend(steps: int) -> None:
    """Count steps. Raises `WorkLimit` when the verification under way has none left."""
    account = _account.get()
    if account is None:
        return
    account.left -= steps
    if account.left < 0:
        raise WorkLimit("the badge and what belongs to it are too much work together")


def left(most: int) -> int:
    """What is left of at most `most` steps."""
    account = _account.get()
    return most if account is None else max(0, min(most, account.left))
