"""`merke record`: is the record the newest, and what to do after a restore."""

from pathlib import Path
from typing import Any

import click

from issuer.cli.context import (
    Context,
    by_option,
    json_option,
    reason_option,
    show_json,
    table,
)


@click.group()
def record() -> None:
    """The record itself: where it stands, and how to go on after a restore.

    \b
    After a restore, in this order:
      merke record show
      merke record acknowledge --by Kari --reason "disk lost, backup of last night"
      merke record supply status-1.json --by Kari --reason "copy from the web cache"
    """


@record.command()
@json_option
@click.pass_obj
def show(context: Context, as_json: bool) -> None:
    """Say how the record is kept, whether it is the newest, and which lists are held back."""
    from issuer import restored

    with context.office() as office:
        found = restored.standing(office)
    if as_json:
        show_json(found.json())
        return
    content: dict[str, Any] = found.json()
    lists = content.pop("lists")
    for name, value in content.items():
        click.echo(f"{name}: {value}")
    if lists:
        table(
            ["list", "places", "revoked", "unknown", "signed", "closed", "held"],
            [[str("" if value is None else value) for value in row.values()] for row in lists],
        )


@record.command()
@reason_option
@by_option
@click.pass_obj
def acknowledge(context: Context, reason: str, by: str) -> None:
    """Go on with an older state of the record: sealing is possible again, in new status lists."""
    from issuer import restorations, restored
    from issuer.texts import N_

    with context.office() as office:
        done = restored.acknowledge(office, by=by, reason=reason)
        with office.reading() as session:
            held = [str(row.number) for row in restorations.held(session)]
    context.say(
        N_(
            "Acknowledged. New awards take places in status lists from number %(first)s on.\n"
            "Held back until a published copy is supplied: %(held)s."
        ),
        first=done.first_list,
        held=", ".join(held) or "–",
    )


@record.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@reason_option
@by_option
@click.pass_obj
def supply(context: Context, files: tuple[Path, ...], reason: str, by: str) -> None:
    """Take over the bits of published status lists: FILES as they stood at /status/….

    Any copy that this issuer signed counts, from a cache, an archive or somebody's disk. What it
    shows as revoked stays revoked; an award that loses its credential so is suspended.
    """
    from issuer import restored
    from issuer.texts import N_

    # A list is at most a few hundred kilobytes.
    copies = [(str(file), file.read_bytes()) for file in files]
    with context.office(unlock=True) as office:
        done = restored.supply(office, copies, by=by, reason=reason)
    for each in done:
        context.say(
            N_(
                "List %(number)s: %(lost)s places of badges that are unknown here, %(suspended)s"
                " awards suspended %(slugs)s"
            ),
            number=each.number,
            lost=each.lost,
            suspended=len(each.suspended),
            slugs=" ".join(each.suspended),
        )
        if not each.released:
            context.say(
                N_(
                    "List %(number)s stays held back: this copy had run out before the restore, so"
                    " it was not the last. Supply a newer one, or `merke record release`."
                ),
                number=each.number,
            )


@record.command()
@click.argument("number", type=click.IntRange(1, 999_999))
@reason_option
@by_option
@click.pass_obj
def release(context: Context, number: int, reason: str, by: str) -> None:
    """Give out the held list NUMBER by what the record knows, without a published copy.

    What was revoked after the backup may then count as valid for others. The reason stands in
    the log with your name.
    """
    from issuer import restored
    from issuer.texts import N_

    with context.office(unlock=True) as office:
        restored.release(office, number, by=by, reason=reason)
    context.say(N_("List %(number)s is given out again."), number=number)
