"""`merke demo`: everything at work, with made-up organisations, in one command."""

import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from issuer.cli.context import Context

if TYPE_CHECKING:
    from issuer.demo.files import Badge

_BASE = "https://balansemerket.example.no"
_STORY_BEGINS = timedelta(days=365)


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Folder for the demo's issuer.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the badges and published documents.",
)
@click.option("--no-serve", is_flag=True, help="Stop when the files are written.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.pass_obj
def demo(context: Context, data: Path, out: Path, no_serve: bool, port: int) -> int:
    """Mint, draw, scan, verify and revoke real badges of made-up organisations.

    What an earlier demo made is replaced. Then the pages are served on this machine, until
    Ctrl-C.
    """
    from issuer import keyring, tokens
    from issuer.daily import round_of_work
    from issuer.demo import files, story
    from issuer.folder import Folder, write_private
    from issuer.office import Office, system_clock
    from issuer.settings import Settings
    from issuer.web.server import free_port, serve

    files.check_free(data, out)
    listener = None if no_serve else free_port("127.0.0.1", port)
    bound = port if listener is None else int(listener.getsockname()[1])
    if bound != port:
        _tell(f"Port {port} is busy; the pages will be on {bound}.")
    local = f"http://127.0.0.1:{bound}"
    for earlier in (data, out):
        files.clear(earlier)

    today = system_clock()
    clock = story.StoryClock(today - _STORY_BEGINS)
    passphrase = f"throw-away-{secrets.token_urlsafe(16)}".encode()
    settings = Settings(_BASE, "Balansemerket EKSEMPEL", "post@example.no", sample=True)
    folder = Folder(data)
    keyring.initialise(folder, settings, passphrase, clock())
    files.mark(data)
    write_private(folder.passphrase, passphrase + b"\n")
    _tell(f"Made {data} with throw-away keys; their passphrase lies in {folder.passphrase}.")

    office = Office.open(data, passphrase=passphrase, clock=clock)
    acts = list(story.plan(office, today))
    with click.progressbar(
        acts, label="The story of a year", file=sys.stderr, item_show_func=story.title
    ) as bar:
        for act in bar:
            clock.now = act.moment
            act.play()
    office.clock = system_clock
    round_of_work(office)
    staff = {}
    with office.transaction() as session:
        # Two people: the one who prepared the awards cannot withdraw them.
        for key, person in (("staff", story.DECIDES), ("prepares", story.PREPARES)):
            staff[key], _ = tokens.issue(
                session, person, by="merke demo", now=office.now(), lasts=timedelta(days=7)
            )
    out.mkdir(parents=True, exist_ok=True)
    files.mark(out)
    badges = files.write_badges(office, out, local)
    files.write_published(office, out)
    judged = list(files.judge(badges, out, office.now()))
    files.write_index(office, out, badges, local=local, tokens=staff)
    _show(judged, list(story.PILOTS), out)
    if listener is not None:
        _addresses(judged, local, data)
        with files.running(data), files.running(out):
            serve(office, listener)
    office.engine.dispose()
    return 0 if all(badge.good for badge in judged) else 70


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _show(badges: list["Badge"], under_way: list[str], out: Path) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading, fold in (
        ("organisation", True),
        ("state", False),
        ("last day", False),
        ("badge", False),
        ("verifies as", False),
        ("QR code", False),
    ):
        drawn.add_column(heading, overflow="fold" if fold else "ignore", no_wrap=not fold)
    for badge in badges:
        drawn.add_row(
            badge.name,
            badge.state.replace("_", " "),
            badge.last_day,
            f"…-{badge.number}.*",
            " ".join(sorted(set(badge.found.values()))),
            f"reads {badge.code}" if badge.scanned == badge.address else "DOES NOT READ",
        )
    for name in under_way:
        drawn.add_row(name, "under way", "", "none yet", "", "")
    # Wide enough for the rows, whatever reads the output.
    Console(width=None if sys.stdout.isatty() else 120).print(drawn)
    forms = sum(len(badge.files) for badge in badges)
    wrong = [badge.slug for badge in badges if not badge.good]
    outcome = f"NOT as expected: {', '.join(wrong)}" if wrong else "all as expected"
    click.echo(
        f"{forms} files of {len(badges)} badges in {out / 'badges'}, each verified by its own"
        f" bytes\nand the documents in {out / 'published'}, without network: {outcome}."
    )
    good = next((badge for badge in badges if badge.expect == "VALID"), badges[0])
    click.echo(
        f"\nCheck one yourself:\n  {_program()} verify {out / good.files['png']}"
        f" --documents {out / 'published' / 'index.json'}"
    )


def _program() -> str:
    """How `merke` was called, so that what is printed can be pasted."""
    called = Path(sys.argv[0])
    if called.name != "merke":
        return "merke"
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


def _addresses(badges: list["Badge"], local: str, data: Path) -> None:
    click.echo(f"\nServing {_BASE} on {local} (Ctrl-C stops)")
    for path, what in (
        ("/", "front page"),
        ("/register", "who holds the mark"),
        (f"/m/{badges[0].slug}", "what a scanned poster leads to"),
        ("/verify", "check any badge"),
    ):
        click.echo(f"  {local}{path:<32} {what}")
    click.echo(
        f"To put one on hold:\n  MERKE_PASSPHRASE_FILE={data}/passphrase {_program()} award suspend"
        f" {badges[0].code} --data {data} --by Ola --reason Eksempel"
    )
