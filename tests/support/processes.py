"""Processes of their own for tests, that may end without warning.

Each is forked from a server that has loaded what they need, and nothing else: loading it anew for
every one would take most of a test's time.
"""

import multiprocessing
from collections.abc import Callable
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess

_LOADED = [
    *("alembic.command", "issuer.awards", "issuer.backup.restoring", "issuer.daily"),
    *("issuer.record.postgresql", "tests.support.office"),
]


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


def started(target: Callable[..., object], *given: object) -> ForkServerProcess:
    """A process that runs `target`, found by its name, with `given`."""
    process = _context().Process(target=target, args=given)
    process.start()
    return process


def ended(target: Callable[..., object], *given: object) -> int | None:
    """The exit code of such a process; None if it did not end within two minutes."""
    process = started(target, *given)
    process.join(120)
    return process.exitcode
