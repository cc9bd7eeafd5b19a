"""`merke token`: access to the interface for programs."""

from datetime import timedelta

import click

from issuer.cli.context import Context, by_option, table


@click.group()
def token() -> None:
    """Tokens of the staff interface: shown once, ending by themselves."""


@token.command()
@click.argument("person")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366))
@click.option(
    "--only",
    "scope",
    type=click.Choice(["bounces"]),
    help="For this alone: bounces, to hand in what mail servers say about mail that came back.",
)
@by_option
@click.pass_obj
def new(context: Context, person: str, days: int, scope: str | None, by: str) -> None:
    """Make a token for PERSON. It is printed once, on standard output."""
    from issuer import tokens
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        secret, row = tokens.issue(
            session, person, by=by, now=office.now(), lasts=timedelta(days=days), scope=scope
        )
    context.say(
        N_("Token %(id)s for %(person)s, until %(end)s. It is not shown again."),
        id=row.id,
        person=row.person,
        end=row.expires_at.date().isoformat(),
    )
    click.echo(secret)


@token.command("list")
@click.pass_obj
def list_(context: Context) -> None:
    """List the tokens, without the tokens themselves."""
    from issuer import tokens

    with context.office() as office, office.reading() as session:
        rows = tokens.listing(session)
    table(
        ["id", "person", "only", "made", "ends", "taken back"],
        [
            [
                row.id,
                row.person,
                row.scope or "",
                row.created_at.date().isoformat(),
                row.expires_at.date().isoformat(),
                row.revoked_at.date().isoformat() if row.revoked_at else "",
            ]
            for row in rows
        ],
    )


@token.command()
@click.argument("identifier")
@by_option
@click.pass_obj
def revoke(context: Context, identifier: str, by: str) -> None:
    """Take the token IDENTIFIER back; it stops working at once."""
    from issuer import tokens
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        tokens.revoke(session, identifier, by=by, now=office.now())
    context.say(N_("Token %(id)s no longer works."), id=identifier)
