"""Commands of `merke participation` between the organisation and the office, and about cycles."""

import hashlib
from pathlib import Path

import click

from issuer.cli.context import (
    Context,
    by_option,
    dry_run_option,
    json_option,
    reason_option,
    show_json,
    why_option,
)
from issuer.cli.participation import facts_of, participation


@participation.command("hand-in")
@click.argument("slug")
@click.argument("requirement")
@click.option("--facts", help="The facts in JSON, @FILE, or - for standard input.")
@click.option(
    "--contact",
    required=True,
    help="Which of its contacts handed it in: name, e-mail, or first, second, role.",
)
@click.option("--note", default="", help="A note for the office; never shown outside.")
@by_option
@click.pass_obj
def hand_in(
    context: Context,
    slug: str,
    requirement: str,
    facts: str | None,
    contact: str,
    note: str,
    by: str,
) -> None:
    """Take in REQUIREMENT from the organisation. What is simply handed in needs no facts."""
    from issuer import handing, participations
    from issuer.texts import N_

    content = None if facts is None else facts_of(facts)
    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        programme = office.programme(participations.current_cycle(row).edition)
        handing.hand_in(
            session,
            row,
            programme,
            requirement,
            content,
            contact=contact,
            by=by,
            now=office.now(),
            note=note,
        )
    context.say(
        N_("Taken in. Next: accept it, or `merke participation send-back %(slug)s %(name)s`."),
        slug=slug,
        name=requirement,
    )


@participation.command("send-back")
@click.argument("slug")
@click.argument("requirement")
@click.option(
    "--reason",
    required=True,
    help="What has to be changed. The organisation reads it in a mail; nobody else does.",
)
@by_option
@click.pass_obj
def send_back(context: Context, slug: str, requirement: str, reason: str, by: str) -> None:
    """Send REQUIREMENT back, or take its acceptance back before the award is made.

    The organisation is told the reason; nobody else is.
    """
    from issuer import handing, participations, post
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        now = office.now()
        row = participations.find(session, slug)
        programme = office.programme(participations.current_cycle(row).edition)
        handing.send_back(session, row, programme, requirement, reason=reason, by=by, now=now)
        asked = participations.requirement_asked(row, programme, requirement)
        post.tell_sent_back(session, office, row, asked, reason, now=now)
    context.say(N_("Sent back: %(name)s of %(slug)s."), name=requirement, slug=slug)


@participation.command()
@click.argument("slug")
@click.argument("requirement")
@click.option("--title", required=True, help="What it is.")
@click.option("--place", required=True, help="Where it is kept; never shown outside.")
@click.option("--sha256", help="Its digest.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The piece itself, to take its digest from; it is not kept.",
)
@click.option("--public", is_flag=True, help="Everybody may see its title and digest.")
@why_option
@by_option
@click.pass_obj
def evidence(
    context: Context,
    slug: str,
    requirement: str,
    title: str,
    place: str,
    sha256: str | None,
    file: Path | None,
    public: bool,
    reason: str,
    by: str,
) -> None:
    """Note a piece of evidence for REQUIREMENT: what it is and where it is kept."""
    from issuer import handing, participations
    from issuer.texts import N_

    if file is not None:
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        programme = office.programme(participations.current_cycle(row).edition)
        handing.add_evidence(
            session,
            row,
            programme,
            requirement,
            title=title,
            place=place,
            sha256=sha256,
            public=public,
            by=by,
            reason=reason,
            now=office.now(),
        )
    context.say(N_("Noted as evidence for %(name)s of %(slug)s."), name=requirement, slug=slug)


@participation.command()
@click.argument("slug")
@reason_option
@by_option
@click.pass_obj
def close(context: Context, slug: str, reason: str, by: str) -> None:
    """End the open cycle of SLUG without an award."""
    from issuer import cycles, participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        cycles.close(session, row, by=by, reason=reason, now=office.now())
    context.say(
        N_("The cycle is ended. `merke participation renew %(slug)s` opens the next."), slug=slug
    )


@participation.command()
@click.argument("slug")
@click.option("--edition", required=True, help="The edition to go on under, such as 2027-1.")
@dry_run_option
@json_option
@reason_option
@by_option
@click.pass_obj
def move(
    context: Context,
    slug: str,
    edition: str,
    dry_run: bool,
    as_json: bool,
    reason: str,
    by: str,
) -> None:
    """Let the open cycle of SLUG go on under another edition."""
    from issuer import cycles, participations, programmes
    from issuer.texts import N_

    with context.office() as office, context.acting(office, dry_run) as (session, _):
        row = participations.find(session, slug)
        found = programmes.find(session, row.programme, edition)
        moved = cycles.move(
            session, row, found, office.programme(found), by=by, reason=reason, now=office.now()
        )
    told = {
        "kept": [each.id for each in moved.kept],
        "again": [each.id for each in moved.again],
        "missing": [each.id for each in moved.lacking],
    }
    if as_json:
        show_json(told)
    context.say(
        N_("Accepted as before: %(kept)s. To be accepted again: %(again)s. Missing: %(missing)s."),
        **{name: ", ".join(ids) or "–" for name, ids in told.items()},
    )
    if dry_run:
        context.say(N_("Nothing was changed: this was a dry run."))


@participation.command()
@click.argument("slug")
@click.option("--listed/--unlisted", required=True, help="Whether it agreed to be shown.")
@by_option
@click.pass_obj
def agree(context: Context, slug: str, listed: bool, by: str) -> None:
    """Note whether SLUG agreed that everybody may see it is under way."""
    from issuer import cycles, participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        cycles.agree(session, row, listed, by=by, now=office.now())
    context.say(N_("Noted for %(slug)s."), slug=slug)


@participation.command()
@click.argument("slug")
@reason_option
@by_option
@click.pass_obj
def hide(context: Context, slug: str, reason: str, by: str) -> None:
    """Keep SLUG off the register. Its page, its seal and its proofs stay."""
    from issuer import cycles, participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        cycles.hide(session, row, by=by, reason=reason, now=office.now())
    context.say(N_("%(slug)s is off the register; its page stays."), slug=slug)


@participation.command()
@click.argument("slug")
@reason_option
@by_option
@click.pass_obj
def unhide(context: Context, slug: str, reason: str, by: str) -> None:
    """Put SLUG back on the register."""
    from issuer import cycles, participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        cycles.unhide(session, row, by=by, reason=reason, now=office.now())
    context.say(N_("%(slug)s is on the register again."), slug=slug)
