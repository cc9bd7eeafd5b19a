"""Commands about names and successors, which belong to `merke participation`."""

from datetime import date

import click

from issuer.cli.context import Context, by_option, reason_option


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
    from issuer.texts import N_

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
    reason: str,
    by: str,
) -> None:
    """Record that SLUG goes on in SUCCESSOR, by merger or transfer. Its own award ends."""
    from issuer import carrying
    from issuer.texts import N_

    try:
        since = date.fromisoformat(day)
    except ValueError as error:
        raise click.BadParameter("write it as 2027-03-31", param_hint="--day") from error
    with context.office(unlock=True) as office:
        sealed = carrying.succeed(
            office, slug, successor, kind, day=since, by=by, reason=reason, carry=carry
        )
    if sealed is None:
        context.say(N_("Recorded: %(slug)s goes on in %(to)s."), slug=slug, to=successor)
    else:
        context.say(
            N_("Recorded: %(slug)s goes on in %(to)s, which holds the mark until %(last)s."),
            slug=slug,
            to=successor,
            last=sealed.last_day.isoformat(),
        )
