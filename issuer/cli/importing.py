"""`merke import`: organisations from a file that a spreadsheet saved."""

from itertools import islice
from pathlib import Path

import click

from issuer.cli.context import (
    Context,
    by_option,
    dry_run_option,
    json_option,
    show_json,
    table,
)
from issuer.texts import N_

# So many faults are shown; with --json all of them are.
_MOST_SHOWN = 50

_NAMESAKE = N_("%(name)s is in the record already (%(slug)s), and would be enrolled once more.")
_TWICE = N_("%(name)s stands in the file twice, and would be enrolled twice.")


@click.group("import")
def import_() -> None:
    """Take many at once from a CSV file.

    \b
    Example:
      merke import organisations liste.csv --programme balansemerket --dry-run --by Kari
    """


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--programme", required=True, help="The programme they are enrolled in.")
@dry_run_option
@json_option
@by_option
@click.pass_obj
def organisations(
    context: Context, file: Path, programme: str, dry_run: bool, as_json: bool, by: str
) -> int:
    """Enrol the organisations in FILE, one a line.

    The first line names the columns: name, and if you like name_language, number, kind, listed
    (yes or no), contact_name, contact_email, contact_phone, language. Lines that cannot be taken
    are told; the others are taken. The same file given again goes on where it stopped.
    """
    from rich.console import Console
    from rich.progress import Progress

    from issuer import imports
    from issuer.texts import explain, translate

    sheet = imports.read(file.read_bytes())
    shown = [dict(row.cells) for row in islice(sheet.rows, 5)]
    console = Console(stderr=True)
    # Without a terminal, no bar.
    with (
        context.office() as office,
        Progress(console=console, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task(file.name, total=sheet.count)

        def progress(rows: int) -> None:
            bar.advance(task, rows)

        if dry_run:
            told = imports.rehearse(office, sheet, programme, progress=progress)
        else:
            told = imports.run(office, sheet, programme, by=by, progress=progress)
    faults = [(line, explain(fault, context.language)) for line, fault in told.faults]
    same = [{"line": line, "name": name, "slug": slug} for line, name, slug in told.namesakes]
    if as_json:
        show_json(
            {
                "rows": sheet.count,
                "taken": told.taken,
                "before": told.before,
                "faults": [{"line": line, "fault": fault} for line, fault in faults],
                "encoding": sheet.encoding,
                "delimiter": sheet.delimiter,
                **({"sample": shown, "namesakes": same} if dry_run else {}),
            }
        )
    else:
        if dry_run and shown:
            table(list(shown[0]), [list(row.values()) for row in shown])
        for line, fault in faults[:_MOST_SHOWN]:
            click.echo(f"{file.name}:{line}: {fault}", err=True)
        for line, name, slug in told.namesakes[:_MOST_SHOWN]:
            message = _NAMESAKE if slug else _TWICE
            said = translate(context.language, message, name=name, slug=slug)
            click.echo(f"{file.name}:{line}: {said}", err=True)
        if len(faults) > _MOST_SHOWN:
            context.say(N_("… and %(more)s more."), more=len(faults) - _MOST_SHOWN)
    if dry_run:
        context.say(
            N_(
                "Read as %(encoding)s with “%(delimiter)s” between cells. %(taken)s of %(rows)s"
                " lines can be taken. Nothing was changed: this was a dry run."
            ),
            encoding=sheet.encoding.removesuffix("-sig").upper(),
            delimiter=sheet.delimiter,
            taken=told.taken,
            rows=sheet.count,
        )
    else:
        context.say(
            N_("Enrolled: %(taken)s. Taken by an earlier run: %(before)s. Not taken: %(faults)s."),
            taken=told.taken,
            before=told.before - told.faulty_before,
            faults=told.faulty + told.faulty_before,
        )
        if faults or told.faulty_before:
            context.say(
                N_(
                    "Put right what was not taken, and give those lines in a file of their own:"
                    " whoever has no organisation number would be enrolled twice."
                )
            )
    return 1 if faults or told.faulty_before else 0
