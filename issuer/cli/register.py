"""`merke register`: who holds the mark, who held it, who is under way; today or on a day."""

import click

from issuer.cli.context import Context, json_option, show_json, show_json_list, table


@click.group(invoke_without_command=True)
@click.option("--programme", help="Only this mark.")
@click.option("--on", "on", help="As it stood at the end of this day, such as 2026-05-12.")
@click.option("--search", default="", help="A part of a name, or of a number.")
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV (RFC 4180).")
@click.option("--excel", "as_excel", is_flag=True, help="Answer in CSV as Excel opens it.")
@json_option
@click.pass_context
def register(
    ctx: click.Context,
    programme: str | None,
    on: str | None,
    search: str,
    as_csv: bool,
    as_excel: bool,
    as_json: bool,
) -> None:
    """Print the public register, as the page /register shows it."""
    if ctx.invoked_subcommand is not None:
        return
    from issuer import register as registers
    from issuer import register_csv, wording
    from issuer.texts import N_

    context: Context = ctx.obj
    with context.office() as office:
        question = registers.ask(office, programme=programme, on=on, sought=search)
        found = registers.entries(question, office.reading)
        if as_json:
            show_json_list(entry.json() for entry in found)
        elif as_csv or as_excel:
            for line in register_csv.lines(found, excel=as_excel):
                click.echo(line, nl=False)
        else:
            table(
                ["name", "state", "first day", "last day", "page"],
                (
                    [
                        entry.name,
                        wording.office_word(entry.state, context.language),
                        entry.award.first_day.isoformat() if entry.award else "",
                        entry.award.last_day.isoformat() if entry.award else "",
                        entry.address,
                    ]
                    for entry in found
                ),
            )
    if question.unsure:
        context.say(
            N_(
                "Who holds the mark cannot be confirmed now: the record was put back from an"
                " older copy, and decisions after %(day)s may be missing. See `merke record`."
            ),
            day=question.unsure.date().isoformat(),
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
