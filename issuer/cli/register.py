"""`merke register`: who holds the mark, who held it, who is under way."""

import click

from issuer.cli.context import Context, json_option, show_json, table


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def register(ctx: click.Context, as_json: bool) -> None:
    """Print the public register, as the page /register shows it."""
    if ctx.invoked_subcommand is None:
        _register(ctx.obj, as_json)


def _register(context: Context, as_json: bool) -> None:
    from issuer import public

    with context.office() as office, office.reading() as session:
        views = public.register(office, session, office.now()).views
    if as_json:
        show_json([view.json() for view in views])
        return
    table(
        ["name", "state", "first day", "last day", "page"],
        [
            [
                view.name,
                str(view.state),
                view.award.first_day.isoformat() if view.award else "",
                view.award.last_day.isoformat() if view.award else "",
                view.address,
            ]
            for view in views
        ],
    )


@register.command()
@json_option
@click.pass_obj
def hosts(context: Context, as_json: bool) -> None:
    """Print the hosts whose pages show a seal without being proven the holder's own.

    Their names come from what browsers say of the page they are on; many say nothing.
    """
    from issuer import hosts

    with context.office() as office, office.reading() as session:
        shown = hosts.listing(session)
    if as_json:
        show_json([each.json() for each in shown])
        return
    table(
        ["seal of", "host", "first", "last", "times"],
        [
            [each.slug, each.host, each.first.isoformat(), each.last.isoformat(), str(each.count)]
            for each in shown
        ],
    )
