"""How refusals end a command: one table from what was raised to the exit code."""

import logging
import sys
import traceback

import click

from issuer import ring_words
from issuer.characters import on_terminal
from issuer.errors import (
    BadInput,
    Busy,
    IssuerError,
    NotFound,
    RecordDamaged,
    RehearsalFailed,
)
from issuer.texts import N_, explain, translate
from issuer.toml_tables import FileFaults
from keys.ring import RingError, UnknownKey, WeakPassphrase, WrongPassphrase

log = logging.getLogger(__name__)

REFUSED = 1
WRONG_USE = 2
NOT_FOUND_OUT = 3
OUR_FAULT = 70

_CODES: tuple[tuple[type[Exception], int], ...] = (
    (RehearsalFailed, OUR_FAULT),
    (RecordDamaged, OUR_FAULT),
    (NotFound, WRONG_USE),
    (BadInput, WRONG_USE),
    (Busy, NOT_FOUND_OUT),
    (IssuerError, REFUSED),
    (FileFaults, WRONG_USE),
    (WeakPassphrase, WRONG_USE),
    (WrongPassphrase, WRONG_USE),
    (UnknownKey, WRONG_USE),
    (RingError, REFUSED),
)


def exit_code(error: Exception, language: str) -> int:
    """Say on standard error what `error` means and return the exit code."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            click.echo(on_terminal(_told(error, language)), err=True)
            return code
    if isinstance(error, OSError) and error.filename is not None:
        click.echo(on_terminal(f"{error.filename}: {error.strerror}"), err=True)
        return WRONG_USE
    click.echo(
        translate(
            language,
            N_(
                "Something went wrong inside merke (%(kind)s). What was being done has not been"
                " confirmed. Please report it with the lines below."
            ),
            kind=type(error).__name__,
        ),
        err=True,
    )
    traceback.print_exception(error, file=sys.stderr)
    return OUR_FAULT


def _told(error: Exception, language: str) -> str:
    match error:
        case IssuerError():
            return explain(error, language)
        case RingError():
            log.info("the keys: %s", error)
            return ring_words.explain(error, language)
        case _:
            return str(error)
