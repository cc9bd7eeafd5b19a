"""`merke participation domain`: whose website is this?"""

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
def domain() -> None:
    """Prove that a website is the holder's own; its page then names it.

    \b
    Examples:
      merke participation domain ask eksempelteatret teateret.example --by Kari
      merke participation domain check eksempelteatret teateret.example --by Kari
    """


@domain.command()
@click.argument("slug")
@click.argument("name")
@by_option
@click.pass_obj
def ask(context: Context, slug: str, name: str, by: str) -> None:
    """Begin: prints what the holder puts into its DNS, on its website, or on its front page."""
    from issuer import domains, participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        proof = domains.ask(
            session, row, name, own_host=office.settings.host, by=by, now=office.now()
        )
        at = domains.place(office, row, proof)
        page = f"{office.settings.base_url}/m/{slug}"
    click.echo(f"TXT   {at.record[0]}  {at.record[1]}")
    click.echo(f"file  {at.file}  {at.challenge}")
    click.echo(f'link  {at.front}  <a rel="me" href="{page}">')
    context.say(
        N_(
            "One of the three is enough. When it is there:"
            " merke participation domain check %(slug)s %(domain)s --by NAME"
        ),
        slug=slug,
        domain=at.domain,
    )


@domain.command()
@click.argument("slug")
@click.argument("name")
@by_option
@click.pass_obj
def check(context: Context, slug: str, name: str, by: str) -> None:
    """Look for the proof, and write it down if it is there."""
    from issuer import domains
    from issuer.lookups import Lookups
    from issuer.texts import N_

    with context.office() as office:
        way = domains.check(office, slug, name, Lookups(), by=by)
    context.say(
        N_("%(domain)s is proven (%(way)s). It stands on the page now, and in the next badge."),
        domain=name,
        way=way.value,
    )


@domain.command("list")
@click.argument("slug")
@json_option
@click.pass_obj
def list_(context: Context, slug: str, as_json: bool) -> None:
    """Every domain asked for, how and when it was proven, and when last looked at."""
    from issuer import domains, participations

    with context.office() as office, office.reading() as session:
        told = [domains.told(proof) for proof in participations.find(session, slug).domains]
    if as_json:
        show_json(told)
        return
    table(
        ["domain", "way", "proven", "looked at", "missing since", "withdrawn"],
        [
            [str(each["domain"]), each["way"] or "", *(_day(each[name]) for name in _MOMENTS)]
            for each in told
        ],
    )


_MOMENTS = ("provenAt", "checkedAt", "missingSince", "withdrawnAt")


def _day(moment: str | None) -> str:
    return (moment or "")[:10]


@domain.command()
@click.argument("slug")
@click.argument("name")
@reason_option
@by_option
@click.pass_obj
def withdraw(context: Context, slug: str, name: str, reason: str, by: str) -> None:
    """The mark does not belong to this website any more."""
    from issuer import domains, participations
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        domains.withdraw(
            session,
            row,
            name,
            by=by,
            reason=participations.check_reason(reason),
            now=office.now(),
        )
    context.say(
        N_("%(domain)s is no longer named. Badges that were sealed with it keep it."), domain=name
    )
