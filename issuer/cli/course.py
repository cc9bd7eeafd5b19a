"""`merke course`: courses that were held, and whom they serve."""

from datetime import date

import click

from issuer.cli.context import (
    Context,
    by_option,
    dry_run_option,
    json_option,
    show_json,
    show_json_list,
    table,
    why_option,
)


@click.group()
def course() -> None:
    """Courses, held once for several participants.

    \b
    Example:
      merke course add balansemerket "Kurs i mars" --day 2026-03-02 --hours 3 \\
        --held-by Balansekunst --by Kari
      merke course attend 2026-03-02-kurs-i-mars eksempelteatret:12 eksempelscenen:4 --by Kari
    """


@course.command()
@click.argument("programme")
@click.argument("title")
@click.option("--day", required=True, help="The day it was held, as 2026-03-02.")
@click.option("--hours", required=True, type=float, help="How many hours it lasted.")
@click.option("--held-by", required=True, help="Who held it.")
@why_option
@by_option
@click.pass_obj
def add(
    context: Context,
    programme: str,
    title: str,
    day: str,
    hours: float,
    held_by: str,
    reason: str,
    by: str,
) -> None:
    """Write down a course of PROGRAMME that was held."""
    from issuer import courses, participations
    from issuer.texts import N_

    try:
        held = date.fromisoformat(day)
    except ValueError as error:
        raise click.BadParameter("write it as 2026-03-02", param_hint="--day") from error
    with context.office() as office, office.transaction() as session:
        asked = office.programme(participations.newest_edition(session, programme))
        row = courses.add(
            session,
            asked,
            title=title,
            day=held,
            hours=hours,
            held_by=held_by,
            by=by,
            reason=reason,
            now=office.now(),
        )
        identifier = row.id
    context.say(
        N_("Written down. Next: merke course attend %(id)s ADDRESS:NUMBER … --by NAME"),
        id=identifier,
    )
    click.echo(identifier)


@course.command("list")
@click.option("--programme", help="Only those of this programme.")
@json_option
@click.pass_obj
def list_(context: Context, programme: str | None, as_json: bool) -> None:
    """List the courses, the newest first."""
    from issuer import courses, staff

    with context.office() as office:
        rows = staff.in_parts(
            office,
            lambda session, after: courses.listing(
                session, programme, after=after, most=staff.SOME
            ),
            courses.place,
            courses.json,
        )
        if as_json:
            show_json_list(rows)
        else:
            table(
                ["id", "programme", "title", "day", "hours", "held by"],
                ([str(value) for value in row.values()] for row in rows),
            )


@course.command()
@click.argument("identifier", metavar="COURSE")
@click.argument("participants", nargs=-1, required=True, metavar="ADDRESS[:NUMBER]...")
@click.option("--participants", "each", type=int, help="How many took part, where none is given.")
@dry_run_option
@json_option
@by_option
@click.pass_obj
def attend(
    context: Context,
    identifier: str,
    participants: tuple[str, ...],
    each: int | None,
    dry_run: bool,
    as_json: bool,
    by: str,
) -> int:
    """Accept COURSE for the participants at these addresses: for all of them, or for none."""
    from issuer import courses
    from issuer.texts import N_, explain

    numbers: dict[str, int] = {}
    for given in participants:
        slug, _, number = given.partition(":")
        if not number and each is None:
            raise click.UsageError(f"say how many took part: {slug}:12, or --participants 12")
        if number and not number.isdecimal():
            raise click.UsageError(f"{given}: a number is expected after the colon")
        numbers[slug] = int(number) if number else each or 0
    with context.office() as office, context.acting(office, dry_run) as (session, undo):
        told = courses.attend(
            session,
            courses.find(session, identifier),
            numbers,
            office.programme,
            by=by,
            now=office.now(),
        )
        faults = [one for one in told if one.fault is not None]
        if faults:
            undo()
    rows = [
        [
            one.slug,
            one.requirement or "",
            explain(one.fault, context.language) if one.fault else "",
        ]
        for one in told
    ]
    if as_json:
        show_json([dict(zip(("slug", "requirement", "fault"), row, strict=True)) for row in rows])
    else:
        table(["address", "requirement", "fault"], rows)
    if faults:
        context.say(N_("Nothing was changed: put right what is named, then run it again."))
        return 1
    if dry_run:
        context.say(N_("Nothing was changed: this was a dry run."))
        return 0
    context.say(N_("The course is accepted for %(count)s participants."), count=len(told))
    return 0
