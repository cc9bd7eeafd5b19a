"""`merke participation`: organisations on their way to the mark."""

import sys
from pathlib import Path
from typing import Any

import click

from issuer.cli.context import (
    Context,
    by_option,
    json_option,
    reason_option,
    show_json,
    show_json_list,
    table,
)
from issuer.cli.domain import domain
from issuer.cli.organising import bury, erase, rename, succeed


@click.group()
def participation() -> None:
    """Organisations on their way: enrol, record and accept requirements.

    \b
    Example:
      merke participation enrol balansemerket "Eksempelteatret" --by Kari
      merke participation record eksempelteatret kurs --by Kari --facts \\
        '{"date": "2026-03-02", "hours": 3, "held_by": "Eier", "participants": 12}'
      merke participation accept eksempelteatret kurs --by Kari
    """


@participation.command()
@click.argument("programme")
@click.argument("name", required=False)
@click.option("--number", help="Organisation number, if it has one.")
@click.option("--name-language", help="Language of the name, such as se for Northern Sámi.")
@click.option("--listed", is_flag=True, help="It agreed to be shown as under way.")
@click.option("--enquiry", help="Answer this enquiry: its contact comes along.")
@by_option
@click.pass_obj
def enrol(
    context: Context,
    programme: str,
    name: str | None,
    number: str | None,
    name_language: str | None,
    listed: bool,
    enquiry: str | None,
    by: str,
) -> None:
    """Take the organisation NAME into PROGRAMME and open its first cycle.

    With --enquiry, NAME may be left out, and number and contact are those of the enquiry.
    """
    from issuer import enquiries, enrolling, post
    from issuer.post.kinds import Kind
    from issuer.texts import N_

    if name is None and enquiry is None:
        raise click.UsageError("give the NAME of the organisation, or --enquiry ID")
    with context.office() as office, office.transaction() as session:
        now = office.now()
        if enquiry is not None:
            asked = enquiries.find(session, enquiry)
            if asked.programme != programme:
                raise click.UsageError(f"that enquiry is about {asked.programme}")
            row = enquiries.enrol(
                session,
                asked,
                by=by,
                now=now,
                listed=listed,
                name=name,
                name_language=name_language,
            )
        else:
            row = enrolling.enrol(
                session,
                programme,
                name or "",
                by=by,
                now=now,
                number=number,
                language=name_language,
                listed=listed,
            )
        post.tell(session, office, Kind.ENROLLED, row, key=f"enrolled:{row.id}", now=now)
        slug, address = row.slug, f"{office.settings.base_url}/m/{row.slug}"
        seen = row.listed
    context.say(
        N_("Enrolled as %(slug)s. Its page is %(address)s")
        if seen
        else N_(
            "Enrolled as %(slug)s. Nobody outside sees it before the mark is awarded, or until"
            " `merke participation agree %(slug)s --listed`. Its page will be %(address)s"
        ),
        slug=slug,
        address=address,
    )
    click.echo(slug)


@participation.command("list")
@click.option("--programme", help="Only those of this programme.")
@json_option
@click.pass_obj
def list_(context: Context, programme: str | None, as_json: bool) -> None:
    """List all participations with their state, the code of their award, what is still to do."""
    from issuer import participations, staff, wording
    from issuer.state import State

    with context.office() as office:
        if programme is not None:
            with office.reading() as session:
                participations.newest_edition(session, programme)
        rows = staff.overview(office, programme)
        if as_json:
            show_json_list(row.json() for row in rows)
            return
        table(
            ["address", "name", "state", "code", "last day", "still to do"],
            (
                [
                    row.slug,
                    row.name,
                    wording.office_word(State(row.state), context.language),
                    row.code or "",
                    row.last_day or "",
                    ", ".join(row.missing) or row.next,
                ]
                for row in rows
            ),
        )


@participation.command()
@click.argument("slug")
@click.pass_obj
def show(context: Context, slug: str) -> None:
    """Show one participation as JSON: what is asked and which facts it needs, awards, copies."""
    from issuer import participations, staff

    with context.office() as office, office.reading() as session:
        show_json(staff.detail(office, participations.find(session, slug)))


@participation.command()
@click.argument("slug")
@click.argument("requirement")
@click.option("--facts", required=True, help="The facts in JSON, @FILE, or - for standard input.")
@click.option("--note", default="", help="A note for the office; never shown outside.")
@by_option
@click.pass_obj
def record(context: Context, slug: str, requirement: str, facts: str, note: str, by: str) -> None:
    """Write down what is known of REQUIREMENT. docs/programme.md shows the facts of each kind."""
    from issuer import participations
    from issuer.texts import N_

    content = facts_of(facts)
    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        programme = office.programme(participations.current_cycle(row).edition)
        participations.record(
            session, row, programme, requirement, content, by=by, now=office.now(), note=note
        )
    context.say(
        N_("Recorded. Next: merke participation accept %(slug)s %(requirement)s --by NAME"),
        slug=slug,
        requirement=requirement,
    )


def facts_of(given: str) -> dict[str, Any]:
    from verifier import strict_json

    if given == "-":
        content = sys.stdin.buffer.read(1_048_577)
    elif given.startswith("@"):
        content = Path(given[1:]).read_bytes()
    else:
        content = given.encode()
    try:
        facts = strict_json.loads(content)
    except strict_json.MalformedJson as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--facts") from error
    if not isinstance(facts, dict):
        raise click.BadParameter("a JSON object is expected", param_hint="--facts")
    return facts


@participation.command()
@click.argument("slug")
@click.argument("requirement")
@click.option("--reason", default="", help="Why, if there is more to say.")
@click.option("--equivalence", help="How it was met elsewhere, if it was.")
@by_option
@click.pass_obj
def accept(
    context: Context, slug: str, requirement: str, reason: str, equivalence: str | None, by: str
) -> None:
    """Accept REQUIREMENT, as recorded or as met elsewhere."""
    from issuer import participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        cycle = participations.current_cycle(row)
        programme = office.programme(cycle.edition)
        participations.accept(
            session,
            row,
            programme,
            requirement,
            by=by,
            now=office.now(),
            reason=reason,
            equivalence=equivalence,
        )
        lacking = [r.id for r in participations.missing(programme, cycle)]
    if lacking:
        context.say(N_("Accepted. Still missing: %(missing)s"), missing=", ".join(lacking))
    else:
        context.say(
            N_(
                "Accepted; nothing is missing. Next: merke participation prepare %(slug)s"
                " --by NAME --reason WHY"
            ),
            slug=slug,
        )


@participation.command()
@click.argument("slug")
@by_option
@click.pass_obj
def renew(context: Context, slug: str, by: str) -> None:
    """Open the next cycle of SLUG, on the edition in force."""
    from issuer import participations, programmes
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        edition = programmes.in_force(session, row.programme, office.now())
        cycle = participations.open_cycle(session, row, edition, by=by, now=office.now())
        asked = [r.id for r in participations.asked(office.programme(edition), cycle)]
    context.say(N_("Opened the renewal. Asked are: %(asked)s"), asked=", ".join(asked))


@participation.command()
@click.argument("slug")
@reason_option
@by_option
@click.pass_obj
def prepare(context: Context, slug: str, reason: str, by: str) -> None:
    """Put the award forward, for somebody else to seal."""
    from issuer import participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        programme = office.programme(participations.current_cycle(row).edition)
        participations.prepare(session, row, programme, by=by, reason=reason, now=office.now())
    context.say(
        N_(
            "Prepared. Now somebody else can seal it: merke award seal %(slug)s"
            " --by NAME --reason WHY"
        ),
        slug=slug,
    )


for _command in (domain, rename, succeed, bury, erase):
    participation.add_command(_command)
