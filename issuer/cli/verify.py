"""`merke verify`: any badge, ours or not. Needs no data folder, but knows it where there is one."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from issuer.cli.context import Context

if TYPE_CHECKING:
    from verifier.documents import DocumentSource
    from verifier.report import Report

_MOST = 10 * 1024 * 1024
_FOUND_OUT_NOTHING = 3


@click.command()
@click.argument("badge")
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
    badge: str,
    documents: Path | None,
    trust: tuple[str, ...],
    at: str | None,
    recipient: str | None,
    as_json: bool,
) -> int:
    """Check BADGE: a file (PNG, SVG, JSON, JWT), an https address, or - for standard input.

    Exit code 0 is VALID, 1 INVALID, 3 UNDETERMINED, 2 wrong use. Without --trust, VALID says
    that the badge is in order, not that its issuer is somebody you know.

    \b
    Examples:
      merke verify badge.png
      merke verify badge.png --trust did:web:balansemerket.example.no
      curl -s https://balansemerket.example.no/b/….json | merke verify -
    """
    from verifier.terminal import EXIT_CODES, render

    moment = _moment(at)
    source = _documents(documents)
    presented = _read(badge, source)
    if presented is None:
        from issuer.texts import N_

        context.say(N_("%(address)s could not be had, so nothing was checked."), address=badge)
        return _FOUND_OUT_NOTHING
    report = _judge(context, presented, source, moment, trust, recipient, documents is not None)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(render(report, context.language), nl=False)
    return EXIT_CODES[report.verdict]


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


def _read(badge: str, source: "DocumentSource") -> bytes | None:
    """The presented bytes; None if an address does not answer."""
    from verifier.documents import DocumentUnavailable, badge_at, read_badge

    if badge == "-":
        return sys.stdin.buffer.read(_MOST + 1)
    if badge.startswith("https://"):
        try:
            return badge_at(source, badge).data
        except DocumentUnavailable:
            return None
    try:
        return read_badge(Path(badge), _MOST)
    except OSError as error:
        raise click.BadParameter(
            f"cannot read {badge}: {error.strerror}", param_hint="BADGE"
        ) from error


def _judge(
    context: Context,
    presented: bytes,
    source: "DocumentSource",
    at: datetime | None,
    trust: tuple[str, ...],
    recipient: str | None,
    as_stranger: bool,
) -> "Report":
    from verifier.verify import World
    from verifier.verify import verify as judge

    if not as_stranger and (context.data / "merke.toml").is_file():
        from issuer import verification

        with context.office() as office:
            return verification.judge(
                office,
                presented,
                at=at,
                trust=frozenset(trust),
                recipient=recipient,
                documents=source,
                refresh=True,
            )
    return judge(
        presented,
        World(
            documents=source,
            now=datetime.now(UTC),
            at=at,
            trust=frozenset(trust),
            recipient=recipient,
            refresh=True,
        ),
    )
