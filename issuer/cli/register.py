"""`merke register`: who holds the mark, who held it, who is under way."""

import click

from issuer.cli.context import Context, json_option, show_json, table


@click.command()
@json_option
@click.pass_obj
def register(context: Context, as_json: bool) -> None:
    """Print the public register, as the page /register shows it."""
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
