"""`merke case`: about an award that may have to be withdrawn, fairly."""

from datetime import date
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


@click.group()
def case() -> None:
    """Cases: opened, heard, decided by somebody else, perhaps appealed. All of it confidential.

    \b
    Example:
      merke case open 7F3K-92QX-5A1B --by Kari --reason "Meldt fra om …"
      merke case hear 1 --by Kari --statement "Vi har …"
      merke award withdraw 7F3K-92QX-5A1B --by Ola --reason "Vilkårene er ikke oppfylt"
      merke case appeal 1 --by Kari --statement "Vi er uenige: …"
      merke case uphold 1 --by Per --reason "Ikke noe nytt er kommet fram"
    """


def _day(_: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise click.BadParameter("write it as 2027-03-31", param=parameter) from error


@case.command("open")
@click.argument("code")
@click.option("--answer-by", callback=_day, help="Last day to answer; three weeks if left out.")
@reason_option
@by_option
@click.pass_obj
def open_(context: Context, code: str, answer_by: date | None, reason: str, by: str) -> None:
    """Open a case about the award CODE; the reason is its grounds."""
    from issuer import cases, post, sealing
    from issuer.post.kinds import Kind
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        now = office.now()
        award = sealing.find_award(session, code)
        zone = office.programme(award.cycle.edition).timezone
        opened = cases.open_(
            session, award, by=by, grounds=reason, zone=zone, now=now, answer_by=answer_by
        )
        post.tell_case(session, office, opened, Kind.CASE_OPENED, now=now)
        number, last = opened.id, opened.answer_by.isoformat()
    context.say(
        N_(
            "Case %(number)s is open; the holder may answer until %(day)s. Nothing is shown to"
            " anybody else. Next: merke case hear %(number)s --by NAME --statement TEXT"
        ),
        number=number,
        day=last,
    )
    click.echo(str(number))


@case.command("list")
@json_option
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """List every case, those that wait for somebody first."""
    from issuer import cases, staff
    from issuer.texts import translate

    def cells(row: dict[str, Any]) -> list[str]:
        for name in ("decision", "appeal"):
            row[name] = row[name] and translate(context.language, cases.WORDS[row[name]])
        return [str(row[name] or "") for name in names]

    with context.office() as office:
        rows = staff.in_parts(
            office,
            lambda session, after: cases.listing(session, after=after, most=staff.SOME),
            cases.place,
            cases.json,
        )
        if as_json:
            show_json_list(rows)
            return
        names = ["number", "award", "holder", "openedBy", "answerBy", "decision", "appeal"]
        table(
            ["case", "award", "holder", "opened by", "answer by", "decision", "appeal"],
            (cells(row) for row in rows),
        )


@case.command()
@click.argument("number", type=int)
@click.pass_obj
def show(context: Context, number: int) -> None:
    """Show everything about one case, as JSON."""
    from issuer import cases

    with context.office() as office, office.reading() as session:
        row = cases.find(session, number)
        show_json(cases.detail(row))


@case.command()
@click.argument("number", type=int)
@click.option("--statement", required=True, help="What the holder answered.")
@by_option
@click.pass_obj
def hear(context: Context, number: int, statement: str, by: str) -> None:
    """Write down what the holder answered."""
    from issuer import cases
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        cases.hear(session, cases.find(session, number), statement, by=by, now=office.now())
    context.say(
        N_(
            "Written down. Somebody else decides: merke award withdraw CODE, or merke case dismiss"
            " %(number)s"
        ),
        number=number,
    )


@case.command()
@click.argument("number", type=int)
@reason_option
@by_option
@click.pass_obj
def dismiss(context: Context, number: int, reason: str, by: str) -> None:
    """Decide that nothing follows. A suspension is lifted apart, with merke award lift."""
    from issuer import cases, post
    from issuer.post.kinds import Kind
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        now = office.now()
        row = cases.find(session, number)
        zone = office.programme(row.award.cycle.edition).timezone
        cases.dismiss(session, row, by=by, reason=reason, zone=zone, now=now)
        post.tell_case(session, office, row, Kind.CASE_DISMISSED, now=now)
    context.say(N_("Dismissed. The award stands as it did."))


@case.command()
@click.argument("number", type=int)
@click.option(
    "--statement",
    "--text",
    "text",
    required=True,
    help="What the holder says against the decision.",
)
@by_option
@click.pass_obj
def appeal(context: Context, number: int, text: str, by: str) -> None:
    """Write down that the holder appeals a withdrawal."""
    from issuer import cases, post
    from issuer.post.kinds import Kind
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        now = office.now()
        row = cases.find(session, number)
        zone = office.programme(row.award.cycle.edition).timezone
        cases.appeal(session, row, text, by=by, zone=zone, now=now)
        post.tell_case(session, office, row, Kind.APPEAL_RECEIVED, now=now)
    context.say(N_("Written down. Somebody who had no part in the decision decides the appeal."))


@case.command()
@click.argument("number", type=int)
@reason_option
@by_option
@click.pass_obj
def uphold(context: Context, number: int, reason: str, by: str) -> None:
    """Decide an appeal: the withdrawal stands."""
    from issuer import cases, post
    from issuer.post.kinds import Kind
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        now = office.now()
        row = cases.find(session, number)
        cases.decide_appeal(session, row, cases.Appeal.UPHELD, by=by, reason=reason, now=now)
        post.tell_case(session, office, row, Kind.APPEAL_REFUSED, now=now)
    context.say(N_("Decided: the withdrawal stands."))


@case.command()
@click.argument("number", type=int)
@reason_option
@by_option
@click.pass_obj
def overturn(context: Context, number: int, reason: str, by: str) -> None:
    """Decide an appeal: the holder was right. A new award is sealed for the rest of the time."""
    from issuer import carrying, codes
    from issuer.texts import N_

    with context.office(unlock=True) as office:
        sealed = carrying.grant_appeal(office, number, by=by, reason=reason)
    context.say(
        N_(
            "Decided and sealed: %(slug)s holds the mark again, until %(last)s. The revoked copies"
            " stay revoked; send the holder the new files."
        ),
        slug=sealed.slug,
        last=sealed.last_day.isoformat(),
    )
    click.echo(codes.grouped(sealed.code))
