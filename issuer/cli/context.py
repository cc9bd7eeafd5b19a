"""What every command shares: the data folder, the language, how results are shown."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from issuer.office import Office


# So many rows of a long table are drawn at once.
_PART = 500
# Cells up to this long (codes, days, states) are kept on one line where that leaves the
# longer ones their least width.
_SHORT = 14
_LEAST = 8


class _Undone(Exception):
    """Nothing of the transaction is kept."""


@dataclass
class Context:
    """`data` and `language` are set by the options, wherever on the line they stand."""

    data: Path
    language: str

    @contextmanager
    def office(self, *, unlock: bool = False) -> Iterator["Office"]:
        """Open the issuer of the data folder; `unlock` needs the passphrase to be given."""
        from issuer.errors import KeysLocked
        from issuer.office import Office
        from issuer.texts import N_

        secret = passphrase() if unlock else None
        if unlock and secret is None:
            raise KeysLocked(
                N_(
                    "This needs the keys. Name the passphrase file in MERKE_PASSPHRASE_FILE, or"
                    " give the passphrase in MERKE_PASSPHRASE."
                )
            )
        office = Office.open(
            self.data,
            database_address=database_address(),
            passphrase=secret,
            mail_password=mail_password(),
        )
        try:
            yield office
        finally:
            office.engine.dispose()

    @contextmanager
    def acting(
        self, office: "Office", dry_run: bool = False
    ) -> Iterator[tuple[Any, Callable[[], None]]]:
        """A transaction, and a call that lets nothing of it be kept; nothing is in a dry run."""
        kept = not dry_run

        def undo() -> None:
            nonlocal kept
            kept = False

        try:
            with office.transaction() as session:
                yield session, undo
                if not kept:
                    raise _Undone
        except _Undone:
            pass

    def say(self, message: str, **values: object) -> None:
        """Tell what was done, in the language of the messages, on standard error."""
        from issuer.texts import translate

        click.echo(translate(self.language, message, **values), err=True)


def passphrase() -> bytes | None:
    from issuer.folder import read_passphrase

    return read_passphrase(
        os.environ.get("MERKE_PASSPHRASE_FILE"), os.environ.get("MERKE_PASSPHRASE")
    )


def database_address() -> str | None:
    """Where the record is, if the environment says so: it may hold a password."""
    from issuer.folder import read_database

    return read_database(os.environ.get("MERKE_DATABASE_FILE"), os.environ.get("MERKE_DATABASE"))


def mail_password() -> str | None:
    from issuer.folder import read_mail_password

    return read_mail_password(
        os.environ.get("MERKE_SMTP_PASSWORD_FILE"), os.environ.get("MERKE_SMTP_PASSWORD")
    )


def language_from(asked: str | None, environment: Mapping[str, str]) -> str:
    """The language asked for, else that of the environment, else Bokmål."""
    if asked is not None and asked not in ("nb", "nn", "en"):
        raise click.BadParameter("choose nb, nn or en", param_hint="--lang")
    if asked:
        return asked
    for name in ("MERKE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = environment.get(name, "").split(".")[0].split("_")[0].lower()
        if code in ("nb", "nn", "en"):
            return code
    return "nb"


def show_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2))


def show_json_list(items: Iterable[Any]) -> None:
    """Print a list of JSON like `show_json`, each of `items` as soon as it is there."""
    before = "[\n"
    for each in items:
        text = json.dumps(each, indent=2)
        click.echo(before + "  " + text.replace("\n", "\n  "), nl=False)
        before = ",\n"
    click.echo("[]" if before == "[\n" else "\n]")


def _person(_: click.Context, __: click.Parameter, value: str) -> str:
    from issuer.participations import check_person

    return check_person(value)


def by_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--by`: the person who acts, as the log will name them."""
    return click.option(
        "--by",
        required=True,
        envvar="MERKE_STAFF",
        callback=_person,
        help="Your name, as the log will hold it (or MERKE_STAFF).",
    )(function)


def reason_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--reason`: why, kept in the log; never shown outside the office."""
    return click.option(
        "--reason", required=True, help="Why. Kept in the log, never shown outside the office."
    )(function)


def why_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--reason` of an act that explains itself."""
    return click.option(
        "--reason",
        default="",
        help="Why, if there is more to say. Kept in the log, never shown outside the office.",
    )(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(function)


def dry_run_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--dry-run", is_flag=True, help="Show what would happen, and change nothing."
    )(function)


def table(headings: list[str], rows: Iterable[list[str]]) -> None:
    """Print a table; without a terminal, one line a row with tabs between, headings first.

    A long one is printed as it is read: on a terminal in parts, each under the headings. No
    letter is left out: what is too wide goes on below, since it is typed into the next command.
    """
    import sys

    if not sys.stdout.isatty():
        for row in chain([headings], rows):
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console, left, first = Console(), iter(rows), True
    while (part := list(islice(left, _PART))) or first:
        drawn = Table(box=None, pad_edge=False, header_style="bold")
        widths = [max(map(len, column)) for column in zip(headings, *part, strict=True)]
        least = (width if width <= _SHORT else _LEAST for width in widths)
        roomy = sum(width + 2 for width in least) <= console.width
        for heading, width in zip(headings, widths, strict=True):
            drawn.add_column(heading, overflow="fold", no_wrap=roomy and width <= _SHORT)
        for row in part:
            drawn.add_row(*map(escape, row))
        console.print(drawn)
        first = False
