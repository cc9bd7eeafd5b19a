"""`merke meeting`: meetings that lie ahead, with the invitations to them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from issuer.cli.context import Context, by_option, json_option, show_json_list, table

if TYPE_CHECKING:
    from issuer.office import Office
    from issuer.record.life import Meeting
    from issuer.record.tables import Participation


@click.group()
def meeting() -> None:
    """Arrange meetings, move them, call them off; the contacts get an invitation by mail.

    \b
    Example:
      merke meeting arrange eksempelteatret 2026-09-10T09:00 --place "Storgata 1" --by Kari
      merke meeting move 1 2026-09-11T10:00 --by Kari
    """


def _moment(_: click.Context, parameter: click.Parameter, value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter("write it as 2026-09-10T09:00", param=parameter) from error


_minutes = click.option(
    "--minutes", default=120, show_default=True, type=click.IntRange(10, 720), help="How long."
)


def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment without a zone is one of the programme's own time."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _zone(office: "Office", row: "Participation") -> ZoneInfo:
    return office.programme(row.cycles[-1].edition).timezone


@meeting.command()
@click.argument("slug")
@click.argument("moment", callback=_moment)
@_minutes
@click.option("--place", required=True, help="Where, or the address of a video meeting.")
@by_option
@click.pass_obj
def arrange(
    context: Context, slug: str, moment: datetime, minutes: int, place: str, by: str
) -> None:
    """Arrange a meeting with SLUG at MOMENT, in the programme's time, and send invitations."""
    from issuer import meetings, participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        starts_at = _in_zone(moment, _zone(office, row))
        made = meetings.arrange(
            session,
            office,
            row,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            place=place,
            by=by,
            now=office.now(),
        )
        number = made.id
    context.say(
        N_("Meeting %(number)s is arranged; the invitation waits to be sent."), number=number
    )
    click.echo(str(number))


@meeting.command()
@click.argument("number", type=int)
@click.argument("moment", callback=_moment)
@_minutes
@click.option("--place", help="Another place.")
@by_option
@click.pass_obj
def move(
    context: Context, number: int, moment: datetime, minutes: int, place: str | None, by: str
) -> None:
    """Give the meeting NUMBER another time, or place."""
    from issuer import meetings
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = meetings.find(session, number)
        starts_at = _in_zone(moment, _zone(office, row.participation))
        meetings.move(
            session,
            office,
            row,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            place=place,
            by=by,
            now=office.now(),
        )
    context.say(
        N_("Meeting %(number)s is moved; the new invitation waits to be sent."), number=number
    )


@meeting.command()
@click.argument("number", type=int)
@by_option
@click.pass_obj
def cancel(context: Context, number: int, by: str) -> None:
    """Call the meeting NUMBER off."""
    from issuer import meetings
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        meetings.cancel(session, office, meetings.find(session, number), by=by, now=office.now())
    context.say(N_("Meeting %(number)s is called off; those invited are told."), number=number)


@meeting.command("list")
@click.option("--all", "all_", is_flag=True, help="Those that are over or called off too.")
@json_option
@click.pass_obj
def list_(context: Context, all_: bool, as_json: bool) -> None:
    """List the meetings that lie ahead, in the programme's time."""
    from issuer import meetings, staff

    with context.office() as office:
        now = office.now()

        def part(session: Any, after: tuple[datetime, int] | None) -> "list[Meeting]":
            return meetings.listing(session, now, all_=all_, after=after, most=staff.SOME)

        def cells(row: "Meeting") -> list[str]:
            return [
                str(row.id),
                row.participation.slug,
                row.starts_at.astimezone(_zone(office, row.participation)).isoformat()[:16],
                row.place,
                "yes" if row.cancelled_at else "",
            ]

        if as_json:
            show_json_list(staff.in_parts(office, part, meetings.place, meetings.json))
        else:
            told = staff.in_parts(office, part, meetings.place, cells)
            table(["meeting", "with", "starts", "place", "called off"], told)
