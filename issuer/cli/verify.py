"""`merke verify`: any badge, ours or not. Needs no data folder, but knows it where there is one."""

import json
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from issuer.cli.context import Context, database_address

if TYPE_CHECKING:
    from issuer.office import Office
    from verifier.documents import DocumentSource
    from verifier.report import Report

_ENDINGS: Final = (".png", ".svg", ".json", ".jsonld", ".jwt", ".jws")
_UNREADABLE: Final = "UNREADABLE"

Judge = Callable[[bytes], "Report"]


@click.command()
@click.argument("badges", metavar="BADGE...", nargs=-1, required=True)
@click.option(
    "--documents",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Answer every address from this index.json, and never use the network.",
)
@click.option("--trust", multiple=True, help="Accept this issuer (a DID) only; may be repeated.")
@click.option("--at", help="Judge the dates as of this time (2027-03-31T21:59:59Z).")
@click.option("--recipient", help="Check that it was given to this id or e-mail address.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def verify(
    context: Context,
    badges: tuple[str, ...],
    documents: Path | None,
    trust: tuple[str, ...],
    at: str | None,
    recipient: str | None,
    as_json: bool,
) -> int:
    """Check BADGE: a file (PNG, SVG, JSON, JWT), an https address, a folder, or - for standard
    input.

    Exit code 0 is VALID, 1 INVALID, 3 UNDETERMINED, 2 wrong use. Without --trust, VALID says
    that the badge is in order, not that its issuer is somebody you know.

    Of a folder, or of several badges, each gets one line, and with --json one line of JSON
    ({"file", "report"}). The exit code is 1 if any is INVALID, else 3 if any is UNDETERMINED or
    cannot be read, else 0. Below a folder, files are taken by their endings: .png, .svg, .json,
    .jsonld, .jwt, .jws.

    \b
    Examples:
      merke verify badge.png
      merke verify badge.png --trust did:web:balansemerket.example.no
      merke verify badges/ --json > reports.jsonl
      curl -s https://balansemerket.example.no/b/….json | merke verify -
    """
    judging = _judging(context, _documents(documents), _moment(at), trust, recipient, documents)
    if len(badges) == 1 and not Path(badges[0]).is_dir():
        presented = _presented(badges[0])
        with judging as judge:
            return _one(context, judge(presented), as_json)
    places, passed_over = _places(badges)
    with judging as judge:
        return _many(context, judge, places, passed_over, as_json)


def _one(context: Context, report: "Report", as_json: bool) -> int:
    from verifier import terminal

    if as_json:
        click.echo(terminal.as_json(report))
    else:
        click.echo(terminal.render(report, context.language), nl=False)
    return terminal.EXIT_CODES[report.verdict]


def _many(
    context: Context, judge: Judge, places: list[str], passed_over: int, as_json: bool
) -> int:
    counts: Counter[str] = Counter()
    with click.progressbar(length=len(places), show_pos=True, file=sys.stderr) as bar:
        for place in places:
            verdict, line = _line(context, judge, place, as_json)
            counts[verdict] += 1
            if sys.stderr.isatty():
                click.echo("\r\x1b[K", nl=False, err=True)
            click.echo(line)
            bar.update(1)
    _sum_up(context, counts, passed_over)
    if counts["INVALID"]:
        return 1
    return 3 if counts["UNDETERMINED"] or counts[_UNREADABLE] else 0


def _line(context: Context, judge: Judge, place: str, as_json: bool) -> tuple[str, str]:
    """The verdict on what lies at `place`, and the line that tells it."""
    from verifier.terminal import one_line, plain

    name = plain(place)
    try:
        report = judge(_bytes_of(place))
    except OSError as error:
        told = {"file": place, "report": None, "error": error.strerror}
        line = json.dumps(told) if as_json else f"{'–':<12}  {name}  {error.strerror}"
        return _UNREADABLE, line
    if as_json:
        # ASCII: a file's name may hold bytes that are no letters.
        return report.verdict, json.dumps({"file": place, "report": report.to_json()})
    word, told_of = one_line(report, context.language)
    return report.verdict, f"{word:<12}  {name}  {told_of}".rstrip()


def _sum_up(context: Context, counts: Counter[str], passed_over: int) -> None:
    from issuer.texts import N_

    context.say(
        N_("Valid: %(valid)d. Not valid: %(invalid)d. Undetermined: %(undetermined)d."),
        valid=counts["VALID"],
        invalid=counts["INVALID"],
        undetermined=counts["UNDETERMINED"],
    )
    if unreadable := counts[_UNREADABLE]:
        context.say(N_("Files that could not be read: %(count)d."), count=unreadable)
    if passed_over:
        context.say(
            N_("Files passed over, which by their names are no badges: %(count)d."),
            count=passed_over,
        )


def _moment(at: str | None) -> datetime | None:
    from verifier import timestamps

    if at is None:
        return None
    try:
        return timestamps.parse(at)
    except timestamps.MalformedTimestamp as error:
        raise click.BadParameter(f"{at!r} is {error}", param_hint="--at") from error


def _documents(index: Path | None) -> "DocumentSource":
    from verifier.documents import IndexDocuments, MalformedIndex

    if index is None:
        from verifier.fetch import HttpDocuments

        return HttpDocuments()
    try:
        return IndexDocuments(index)
    except OSError as error:
        raise click.BadParameter(
            f"cannot read {index}: {error.strerror}", param_hint="--documents"
        ) from error
    except MalformedIndex as error:
        raise click.BadParameter(str(error), param_hint="--documents") from error


def _places(badges: tuple[str, ...]) -> tuple[list[str], int]:
    """What is to be checked, folders taken apart, and how many files below them are not."""
    places: list[str] = []
    passed_over = 0
    for badge in badges:
        if not Path(badge).is_dir():
            places.append(badge)
            continue
        for file in _files_below(badge):
            if file.lower().endswith(_ENDINGS) and not _may_wait(file):
                places.append(file)
            else:
                passed_over += 1
    if not places:
        raise click.BadParameter(
            f"there is no badge below {', '.join(badges)}: none of {passed_over} files has an"
            f" ending like {', '.join(_ENDINGS)}",
            param_hint="BADGE",
        )
    return places, passed_over


def _may_wait(file: str) -> bool:
    """Whether reading might never end: a pipe or a device that somebody put into the folder."""
    try:
        return not stat.S_ISREG(os.stat(file).st_mode)
    except OSError:
        return False  # reading it tells why


def _files_below(folder: str) -> Iterator[str]:
    """The files below `folder` in the order of their names, hidden ones left out. Links to
    folders are not followed: they may lead in a circle."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield os.path.join(here, name)


def _presented(badge: str) -> bytes:
    try:
        return _bytes_of(badge)
    except OSError as error:
        raise click.BadParameter(
            f"cannot read {badge}: {error.strerror}", param_hint="BADGE"
        ) from error


def _bytes_of(badge: str) -> bytes:
    """What is to be judged: a file's bytes, or an address, which the verifier goes to itself."""
    from verifier.documents import MAX_BADGE, is_address, read_badge

    if badge == "-":
        return sys.stdin.buffer.read(MAX_BADGE + 1)
    return os.fsencode(badge) if is_address(badge) else read_badge(Path(badge), MAX_BADGE)


@contextmanager
def _own_office(context: Context) -> Iterator["Office"]:
    """The issuer of the data folder. What keeps it from opening says nothing of any badge: the
    command ends with "could not find out"."""
    from issuer.errors import IssuerError
    from issuer.office import Office
    from keys.ring import RingError

    try:
        office = Office.open(context.data, database_address=database_address(), keys_required=False)
    except (IssuerError, RingError) as fault:
        from issuer.cli.refusals import NOT_FOUND_OUT, exit_code

        exit_code(fault, context.language)
        raise click.exceptions.Exit(NOT_FOUND_OUT) from fault
    try:
        yield office
    finally:
        office.engine.dispose()


@contextmanager
def _judging(
    context: Context,
    source: "DocumentSource",
    at: datetime | None,
    trust: tuple[str, ...],
    recipient: str | None,
    index: Path | None,
) -> Iterator[Judge]:
    """What judges each badge: as the issuer of the data folder, else as a stranger."""
    from verifier.verify import World
    from verifier.verify import verify as judge

    if index is None and (context.data / "merke.toml").is_file():
        from issuer import verification

        with _own_office(context) as office:
            yield partial(
                verification.judge,
                office,
                at=at,
                trust=frozenset(trust),
                recipient=recipient,
                documents=source,
                refresh=True,
            )
        return

    def as_stranger(presented: bytes) -> "Report":
        world = World(
            documents=source,
            now=datetime.now(UTC),
            at=at,
            trust=frozenset(trust),
            recipient=recipient,
            refresh=True,
        )
        return judge(presented, world)

    yield as_stranger
