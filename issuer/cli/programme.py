"""`merke programme`: load a programme file, list what is loaded."""

from pathlib import Path

import click

from issuer.cli.context import Context, by_option, json_option, show_json, table


@click.group()
def programme() -> None:
    """The marks this issuer gives: their files and editions."""


@programme.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only look for faults; load nothing.")
@by_option
@click.pass_obj
def load(context: Context, file: Path, check: bool, by: str) -> None:
    """Load FILE, a programme in TOML. Faults are shown by line; nothing is half-loaded."""
    from issuer import programmes
    from issuer.programme import load as read
    from issuer.texts import N_

    content = file.read_bytes()
    read_programme = read(content, file.name)
    if check:
        context.say(N_("%(file)s holds no faults."), file=str(file))
        return
    with context.office() as office, office.transaction() as session:
        programmes.add(session, read_programme, content, by=by, now=office.now())
    context.say(
        N_("Loaded %(key)s. Next: merke participation enrol %(slug)s NAME --by YOU"),
        key=read_programme.key,
        slug=read_programme.slug,
    )
    if read_programme.contact.provisional:
        context.say(
            N_(
                "Its addresses are stand-ins (`provisional = true`): pages and mails give them, and"
                " no poster is made until an edition with the owner’s own is loaded. See"
                " docs/programme.md."
            )
        )


@programme.command("list")
@json_option
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """List the editions that are loaded."""
    from issuer import programmes

    with context.office() as office, office.reading() as session:
        rows = [
            {
                "programme": row.programme,
                "edition": row.edition,
                "name": office.programme(row).name(context.language),
                "loaded": row.loaded_at.date().isoformat(),
            }
            for row in programmes.listing(session)
        ]
    if as_json:
        show_json(rows)
    else:
        table(["programme", "edition", "name", "loaded"], [list(row.values()) for row in rows])


@programme.command()
@click.argument("programme")
@click.argument("old")
@click.argument("new")
@json_option
@click.pass_obj
def diff(context: Context, programme: str, old: str, new: str, as_json: bool) -> None:
    """Tell in words what edition NEW of PROGRAMME says otherwise than OLD."""
    from issuer import editions, programmes
    from issuer.texts import N_

    with context.office() as office, office.reading() as session:
        before, after = (
            office.programme(programmes.find(session, programme, edition)) for edition in (old, new)
        )
        told = editions.differences(before, after, context.language)
    if as_json:
        show_json(told)
        return
    for line in told:
        click.echo(line)
    if not told:
        context.say(N_("The two editions say the same."))
