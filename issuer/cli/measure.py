"""`merke measure`: the measures of a plan during the year, and what became of them."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from issuer.cli.context import (
    Context,
    by_option,
    json_option,
    reason_option,
    show_json_list,
    table,
)

if TYPE_CHECKING:
    from issuer.record.tables import Participation


@click.group()
def measure() -> None:
    """Measures of the plan accepted last, by their numbers.

    \b
    Example:
      merke measure list eksempelteatret
      merke measure done eksempelteatret 2 --by Kari
      merke measure outcome eksempelteatret 1 changed --by Kari
    """


@measure.command("list")
@click.argument("slug", required=False)
@click.option("--late", is_flag=True, help="Only those past their date and not done.")
@json_option
@click.pass_obj
def list_(context: Context, slug: str | None, late: bool, as_json: bool) -> None:
    """List the measures of SLUG, or of everybody, with their due dates."""
    from issuer import days, measures, participations, staff
    from issuer.facts import STATES
    from issuer.texts import translate

    with context.office() as office:

        def of(row: "Participation") -> Iterator[dict[str, Any]]:
            zone = office.programme(row.cycles[-1].edition).timezone
            today = days.day_of(office.now(), zone)
            for each in measures.of_last_plan(row):
                if not late or measures.is_late(each, today):
                    yield {"slug": row.slug, **measures.json(each)}

        if slug:
            with office.reading() as session:
                rows: Iterable[dict[str, Any]] = list(of(participations.find(session, slug)))
        else:
            rows = staff.gather(office, of)
        if as_json:
            show_json_list(rows)
            return
        cells = ("slug", "number", "title", "due", "state", "outcome")
        told = ({**row, "state": translate(context.language, STATES[row["state"]])} for row in rows)
        table(
            ["address", *cells[1:]],
            ([str(row[name] or "") for name in cells] for row in told),
        )


@measure.command()
@click.argument("slug")
@click.argument("title")
@click.option("--kind", required=True, help="Its kind, as the programme calls it.")
@click.option("--responsible-role", required=True, help="Who sees to it, by their role.")
@click.option("--due", required=True, help="The day it is due, as 2027-03-31.")
@click.option(
    "--state",
    type=click.Choice(["planned", "under_way", "done"]),
    default="planned",
    show_default=True,
)
@reason_option
@by_option
@click.pass_obj
def add(
    context: Context,
    slug: str,
    title: str,
    kind: str,
    responsible_role: str,
    due: str,
    state: str,
    reason: str,
    by: str,
) -> None:
    """Add the measure TITLE to the accepted plan of SLUG. The next plan can show it."""
    from issuer import measures, participations
    from issuer.texts import N_

    facts = {
        "title": title,
        "kind": kind,
        "responsible_role": responsible_role,
        "due": due,
        "state": state,
        "public": False,
    }
    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        added = measures.add(
            session, row, facts, office.programme, by=by, now=office.now(), reason=reason
        )
        number = added.position
    context.say(N_("Added as measure %(number)s of %(slug)s."), number=number, slug=slug)


@measure.command()
@click.argument("slug")
@click.argument("number", type=int)
@click.option("--due", help="Another day, as 2027-03-31.")
@click.option("--public/--private", default=None, help="Whether everybody may see it.")
@reason_option
@by_option
@click.pass_obj
def change(
    context: Context,
    slug: str,
    number: int,
    due: str | None,
    public: bool | None,
    reason: str,
    by: str,
) -> None:
    """Give measure NUMBER of SLUG another day, or take it out of what is shown of the plan."""
    from issuer import measures, participations
    from issuer.texts import N_

    if due is None and public is None:
        raise click.UsageError("name something to change")
    try:
        day = date.fromisoformat(due) if due else None
    except ValueError as error:
        raise click.BadParameter("write it as 2027-03-31", param_hint="--due") from error
    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        measures.change(
            session,
            row,
            number,
            office.programme,
            due=day,
            public=public,
            by=by,
            now=office.now(),
            reason=reason,
        )
    context.say(N_("Noted for measure %(number)s of %(slug)s."), number=number, slug=slug)


@measure.command()
@click.argument("slug")
@click.argument("number", type=int)
@by_option
@click.pass_obj
def start(context: Context, slug: str, number: int, by: str) -> None:
    """Measure NUMBER of SLUG is under way."""
    _advance(context, slug, number, "under_way", by)


@measure.command()
@click.argument("slug")
@click.argument("number", type=int)
@by_option
@click.pass_obj
def done(context: Context, slug: str, number: int, by: str) -> None:
    """Measure NUMBER of SLUG is done."""
    _advance(context, slug, number, "done", by)


def _advance(context: Context, slug: str, number: int, state: str, by: str) -> None:
    from issuer import measures, participations
    from issuer.requirements import MeasureState
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        measures.advance(session, row, number, MeasureState(state), by=by, now=office.now())
    context.say(N_("Noted for measure %(number)s of %(slug)s."), number=number, slug=slug)


@measure.command()
@click.argument("slug")
@click.argument("number", type=int)
@click.argument("outcome", type=click.Choice(["done", "not_done", "changed"]))
@click.option("--reason", default="", help="Why, if there is more to say.")
@by_option
@click.pass_obj
def outcome(context: Context, slug: str, number: int, outcome: str, reason: str, by: str) -> None:
    """Say what became of measure NUMBER before the next plan."""
    from issuer import measures, participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        measures.settle(session, row, number, outcome, by=by, now=office.now(), reason=reason)
    context.say(N_("Noted for measure %(number)s of %(slug)s."), number=number, slug=slug)
