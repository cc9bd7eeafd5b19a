"""`merke bench`: the figures of the README, measured on this machine."""

import sys

import click

from issuer.cli.context import Context, json_option, show_json, table


@click.command()
@click.option("--runs", default=3, show_default=True, type=click.IntRange(1, 50))
@json_option
@click.pass_obj
def bench(context: Context, runs: int, as_json: bool) -> int:
    """Measure the figures that merke promises; exit code 1 if one is missed.

    Each row names what is measured, our figure and the other's, their ratio with its spread
    over the runs, the target and whether it is met. So many a second (/s): more is better, and
    the ratio is to be at least the target. Seconds (s): less is better, and it is to be at most
    the target. Both are taken in turn on this machine; peers only where they are installed.
    """
    from issuer.bench import measure

    rows = []
    for row in measure(runs):
        rows.append(row)
        if sys.stderr.isatty():
            click.echo(f"{row.name} …", err=True)
    if as_json:
        show_json([row.json() for row in rows])
    else:
        table(
            ["figure", "ours", "other", "ratio", "spread", "target", "met"],
            [row.cells() for row in rows],
        )
    return 0 if all(row.met for row in rows) else 1
