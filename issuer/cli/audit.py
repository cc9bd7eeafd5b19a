"""`merke audit`: check again everything that was ever issued."""

import sys
from contextlib import nullcontext

import click

from issuer.cli.context import Context, json_option, show_json


@click.command()
@click.option(
    "--checkpoint", is_flag=True, help="Print the newest signed checkpoint of the log, no more."
)
@json_option
@click.pass_obj
def audit(context: Context, checkpoint: bool, as_json: bool) -> int:
    """Check the log, every credential ever issued, and every list, by other code.

    Shares nothing with what seals: the log's chain, the bytes, both signatures, days, decisions
    and status places are read anew and judged by other libraries. Needs no passphrase and
    changes nothing. Exit code 1 if anything is wrong; each fault is named.

    \b
    Example:
      merke audit
      merke audit --json > audit.json
      merke audit --checkpoint        for somebody outside to keep
    """
    from issuer import checkpoints, recheck
    from issuer.errors import NotFound
    from issuer.texts import N_

    with context.office() as office, office.reading() as session:
        if checkpoint:
            newest = checkpoints.newest(session)
            if newest is None:
                raise NotFound(
                    N_("No checkpoint is signed yet: the first one comes a day after the start.")
                )
            click.echo(newest.jws)
            return 0
        connection = session.connection()
        count = recheck.credentials_to_check(connection)
        shown = sys.stderr.isatty() and not as_json
        bar = click.progressbar(length=count, file=sys.stderr) if shown else nullcontext()
        with bar as moving:
            result = recheck.recheck(
                connection,
                office.settings.did,
                office.settings.base_url,
                office.now(),
                (lambda: moving.update(1)) if moving is not None else (lambda: None),
            )
    if as_json:
        show_json(result.json())
    else:
        for finding in result.findings:
            click.echo(f"{finding.subject}: {finding.text(context.language)} [{finding.code}]")
        context.say(
            N_(
                "Checked: %(entries)s entries of the log, %(checkpoints)s checkpoints,"
                " %(credentials)s credentials, %(lists)s lists. Faults found: %(faults)s."
            ),
            entries=result.entries,
            checkpoints=result.checkpoints,
            credentials=result.credentials,
            lists=result.lists,
            faults=len(result.findings),
        )
    return 1 if result.findings else 0
