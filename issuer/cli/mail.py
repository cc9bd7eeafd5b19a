"""`merke mail`: what waits to be sent, what was sent, what failed."""

from pathlib import Path

import click

from issuer.cli.context import Context, json_option, show_json, table


@click.group()
def mail() -> None:
    """The outbox: list it, read a mail, try one again, send a test, read what came back.

    \b
    Example:
      merke mail list
      merke mail test kari@example.no
    """


@mail.command("list")
@click.option("--all", "all_", is_flag=True, help="Those that were sent too.")
@json_option
@click.pass_obj
def list_(context: Context, all_: bool, as_json: bool) -> None:
    """List the mails that wait or were given up, the newest first."""
    from issuer.post import outbox
    from issuer.post.kinds import NAMES, Kind
    from issuer.texts import translate

    with context.office() as office, office.reading() as session:
        found = outbox.listing(session, all_=all_)
        about = outbox.about(session, found)
        rows = [{**outbox.json(row), "participation": about.get(row.id)} for row in found]
    if as_json:
        show_json(rows)
        return
    table(
        ["mail", "written", "about", "kind", "to", "state", "tries", "why"],
        [
            [
                row["id"],
                row["createdAt"][:10],
                row["participation"] or "",
                translate(context.language, NAMES[Kind(row["kind"])]),
                row["recipient"],
                translate(context.language, outbox.STATES[row["state"]]),
                str(row["attempts"]),
                row["fault"] or "",
            ]
            for row in rows
        ],
    )


@mail.command()
@click.argument("identifier")
@click.pass_obj
def show(context: Context, identifier: str) -> None:
    """Print the mail IDENTIFIER (its id, or the beginning of it) as text."""
    from issuer.post import outbox
    from issuer.texts import translate

    with context.office() as office, office.reading() as session:
        row = outbox.find(session, identifier)
        told, text = outbox.json(row), outbox.text(row)
    told["state"] = translate(context.language, outbox.STATES[row.state])
    for name in ("recipient", "state", "attempts", "fault", "createdAt", "sentAt"):
        click.echo(f"{name}: {told[name] if told[name] is not None else ''}")
    click.echo(f"\n{text}")


@mail.command()
@click.argument("identifier")
@click.pass_obj
def retry(context: Context, identifier: str) -> None:
    """Try the mail IDENTIFIER once more, from the beginning."""
    from issuer.post import outbox
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        outbox.again(session, outbox.find(session, identifier), now=office.now())
    context.say(N_("It is tried again at the next round (merke tick, or merke serve)."))


@mail.command()
@click.argument("address")
@click.pass_obj
def test(context: Context, address: str) -> None:
    """Send a mail to ADDRESS that says only that it arrived."""
    from issuer import contacts, programmes
    from issuer.cli.run import say_sent
    from issuer.errors import NotFound
    from issuer.post import letters, outbox
    from issuer.texts import N_

    recipient = contacts.check_email(address)
    with context.office() as office:
        with office.transaction() as session:
            editions = programmes.listing(session)
            if not editions:
                raise NotFound(N_("Load a programme first: merke programme load FILE"))
            letters.write_test(
                session,
                office,
                office.programme(editions[-1]),
                recipient,
                language=context.language,
                now=office.now(),
            )
        say_sent(context, outbox.send(office))


@mail.command()
@click.argument("place", required=False, type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def bounces(context: Context, place: Path | None) -> None:
    """Read what mail servers say about mail that came back.

    PLACE is a Maildir folder, an mbox file or a single mail, and is left as it is. Without it
    the mailbox that merke.toml names is read and emptied, as merke serve does by itself.
    """
    from issuer.cli.run import say_returned
    from issuer.errors import BadInput
    from issuer.post import returned
    from issuer.texts import N_

    with context.office() as office:
        back = returned.collect(office) if place is None else returned.read(office, place)
    if back.unset:
        raise BadInput(
            N_("Name a folder or a file, or set bounces in the table [mail] of merke.toml.")
        )
    say_returned(context, back)
