"""`merke task`: what waits for staff."""

import click

from issuer.cli.context import Context, by_option, json_option, show_json_list, table


@click.group()
def task() -> None:
    """What waits for staff: who has asked, whom to call, what to record or seal, which mail failed.

    \b
    Example:
      merke task list
      merke task done 3 --by Kari
    """


@task.command("list")
@json_option
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """List the tasks that are not done, the eldest first."""
    from issuer import staff

    with context.office() as office:
        rows = staff.tasks_waiting(office, context.language)
        if as_json:
            show_json_list(rows)
            return
        table(
            ["task", "about", "since", "what"],
            (
                [
                    str(row["number"]),
                    row["participation"] or row["details"].get("enquiry", "")[:8],
                    row["due"] or row["createdAt"][:10],
                    row["text"],
                ]
                for row in rows
            ),
        )


@task.command()
@click.argument("number", type=int)
@by_option
@click.pass_obj
def done(context: Context, number: int, by: str) -> None:
    """Mark the task NUMBER as done."""
    from issuer import tasks
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        tasks.done(session, number, by=by, now=office.now())
    context.say(N_("Task %(number)s is done."), number=number)
