"""Commands about names and successors, which belong to `merke participation`."""

from datetime import date

import click

from issuer.cli.context import Context, by_option, dry_run_option, reason_option
from issuer.texts import N_


@click.command()
@click.argument("slug")
@click.argument("name")
@click.option("--name-language", help="Language of the name, such as se for Northern Sámi.")
@reason_option
@by_option
@click.pass_obj
def rename(
    context: Context, slug: str, name: str, name_language: str | None, reason: str, by: str
) -> None:
    """Give the organisation a new NAME from now on. Its address stays."""
    from issuer import resealing

    with context.office() as office:
        clean = resealing.rename(office, slug, name, name_language, by=by, reason=reason)
    context.say(
        N_(
            "It is called %(name)s from now on. Badges sealed before show the old name; if the"
            " holder wants a new one: merke award reseal CODE --by NAME --reason WHY"
        ),
        name=clean,
    )


@click.command()
@click.argument("slug")
@click.argument("successor")
@click.option("--kind", type=click.Choice(["merger", "transfer"]), required=True)
@click.option("--day", required=True, help="From which day on (YYYY-MM-DD).")
@click.option("--carry", is_flag=True, help="The mark goes along, for the rest of its time.")
@click.option("--alone", "override", help="Why one person decides where two are asked for.")
@dry_run_option
@reason_option
@by_option
@click.pass_obj
def succeed(
    context: Context,
    slug: str,
    successor: str,
    kind: str,
    day: str,
    carry: bool,
    override: str | None,
    dry_run: bool,
    reason: str,
    by: str,
) -> None:
    """Record that SLUG goes on in SUCCESSOR, by merger or transfer. Its own award ends."""
    from issuer import carrying, codes, participations

    try:
        since = date.fromisoformat(day)
    except ValueError as error:
        raise click.BadParameter("write it as 2027-03-31", param_hint="--day") from error
    with context.office(unlock=carry or not dry_run) as office:
        if dry_run:
            seen = carrying.rehearse(office, slug, successor, kind, day=since, by=by, carry=carry)
            context.say(
                N_(
                    "The award that would end: %(code)s. %(to)s would hold the mark until:"
                    " %(last)s. Nothing was changed: this was a dry run."
                ),
                code=codes.grouped(seen.code) if seen.code else "–",
                to=successor,
                last=seen.last_day.isoformat() if seen.last_day else "–",
            )
            return
        sealed = carrying.succeed(
            office,
            slug,
            successor,
            kind,
            day=since,
            by=by,
            reason=reason,
            carry=carry,
            override=override,
        )
        with office.reading() as session:
            waits = carrying.waits(session, participations.find(session, slug), office.now())
    if waits:
        context.say(
            N_(
                "Recorded: %(slug)s is to go on in %(to)s with its mark. Nothing has ended yet:"
                " somebody else says the same to carry it out."
            ),
            slug=slug,
            to=successor,
        )
    elif sealed is None:
        context.say(N_("Recorded: %(slug)s goes on in %(to)s."), slug=slug, to=successor)
    else:
        context.say(
            N_("Recorded: %(slug)s goes on in %(to)s, which holds the mark until %(last)s."),
            slug=slug,
            to=successor,
            last=sealed.last_day.isoformat(),
        )


def _taking(name: str, explained: str, done: str) -> click.Command:
    """The command `name`, which calls `issuer.erasure.<name>` after its name was typed again."""

    @click.command(name, help=explained)
    @click.argument("slug")
    @click.option("--yes", is_flag=True, help="Do not ask again.")
    @reason_option
    @by_option
    @click.pass_obj
    def act(context: Context, slug: str, yes: bool, reason: str, by: str) -> None:
        from issuer import erasure
        from issuer.texts import translate

        if not yes:
            question = translate(
                context.language, N_("This cannot be undone. Type the address to go on")
            )
            if click.prompt(question, err=True) != slug:
                raise click.Abort
        with context.office() as office:
            getattr(erasure, name)(office, slug, by=by, reason=reason)
        context.say(done, slug=slug)

    return act


_BURIED = N_(
    "/m/%(slug)s and its badges now answer that they were taken away. To make personal data"
    " unreadable as well: merke participation erase %(slug)s"
)
_ERASED = N_(
    "Names, contacts, facts and badges of %(slug)s are erased. Backups made before still hold them:"
    " replace those."
)
bury = _taking(
    "bury", "Take SLUG away: its addresses answer 410, with what may still be said.", _BURIED
)
erase = _taking("erase", "Erase the personal data of SLUG for good. Bury it first.", _ERASED)
