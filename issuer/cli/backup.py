"""`merke backup`, `merke restore`: everything of an issuer in one file, and back."""

from pathlib import Path

import click

from issuer.cli.context import Context, by_option, database_address, reason_option

_FILE = click.Path(path_type=Path, dir_okay=False)


def _secret(file: Path | None) -> bytes | None:
    from issuer.errors import BadInput
    from issuer.folder import read_passphrase
    from issuer.texts import N_
    from keys.ring import MIN_PASSPHRASE

    secret = read_passphrase(str(file), None) if file is not None else None
    if secret is not None and len(secret) < MIN_PASSPHRASE:
        raise BadInput(
            N_("The passphrase is too short: it takes %(least)s bytes or more."),
            least=MIN_PASSPHRASE,
        )
    return secret


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--passphrase-file", type=_FILE, help="Seal the backup with the passphrase in this file."
)
@click.pass_obj
def backup(context: Context, file: Path, passphrase_file: Path | None) -> None:
    """Write everything of the issuer to FILE: record, sealed keys, settings.

    Work can go on meanwhile; what is written is the record of one moment. Without a passphrase
    whoever reads FILE reads everything, confidential notes included, but for the private keys.

    \b
    Examples:
      merke backup /srv/backup/merke-2026-11-24.tar.gz
      merke backup /srv/backup/merke.sealed --passphrase-file ~/backup-passphrase
    """
    from issuer.backup import making
    from issuer.office import Office
    from issuer.texts import N_

    secret = _secret(passphrase_file)
    office = Office.open(context.data, database_address=database_address(), keys_required=False)
    try:
        made = making.make(
            office.folder, office.settings, office.engine, file, office.now(), passphrase=secret
        )
    finally:
        office.engine.dispose()
    context.say(
        N_(
            "Wrote %(file)s: %(rows)s rows, %(size)s bytes, up to entry %(entry)s of the log.\n"
            "Keep it on another machine, and the passphrase of the keys apart from it."
        ),
        file=str(made.path),
        rows=made.rows,
        size=made.size,
        entry=made.entry,
    )


@click.command()
@click.argument("file", type=_FILE)
@click.option("--passphrase-file", type=_FILE, help="File with the passphrase of the backup.")
@click.option("--yes", is_flag=True, help="Do not ask before what is there is replaced.")
@reason_option
@by_option
@click.pass_obj
def restore(
    context: Context, file: Path, passphrase_file: Path | None, yes: bool, reason: str, by: str
) -> None:
    """Put the backup FILE back, into an empty folder or in place of what is there.

    FILE is read to its end before anything is touched: one that is damaged, of another issuer, or
    of a newer version of merke is refused. With MERKE_DATABASE_FILE (or MERKE_DATABASE) the record
    goes into that PostgreSQL database, whichever it came from. Nothing is sealed afterwards until
    `merke record acknowledge`: what was done after the backup is unknown.

    \b
    Example:
      merke restore merke-2026-11-24.tar.gz --data merke-data --by Kari --reason "new disk"
    """
    from issuer.backup import restoring
    from issuer.folder import Folder
    from issuer.office import system_clock
    from issuer.texts import N_

    plan = restoring.look(
        file,
        Folder(context.data),
        database_address=database_address(),
        passphrase=_secret(passphrase_file),
    )
    context.say(
        N_("The backup is whole: %(name)s (%(did)s), made %(moment)s, entry %(entry)s of the log."),
        name=plan.head.name,
        did=plan.head.did,
        moment=f"{plan.head.made_at:%Y-%m-%d %H:%M} UTC",
        entry=plan.manifest.number,
    )
    if plan.replaces and not yes:
        _confirm(context, plan.settings.host)
    done = restoring.restore(plan, by=by, reason=reason, now=system_clock())
    if done.newest:
        context.say(
            N_("Restored %(rows)s rows. Nothing was done after the backup: work can go on."),
            rows=done.rows,
        )
        return
    context.say(
        N_(
            "Restored %(rows)s rows. What was done after %(moment)s is unknown here, so nothing is"
            " sealed and no earlier status list is given out.\n"
            "Next: find the status lists as they were published last, then\n"
            "  merke record acknowledge --by … --reason …\n"
            "  merke record supply FILE… --by … --reason …\n"
            "`merke record show` tells where things stand; docs/running.md explains each step."
        ),
        rows=done.rows,
        moment=f"{done.made_at:%Y-%m-%d %H:%M} UTC",
    )


def _confirm(context: Context, host: str) -> None:
    """Ask for the name of what is about to be replaced."""
    from issuer.texts import N_, translate

    asked = translate(
        context.language,
        N_("This replaces the record of %(host)s. Type %(host)s to go on"),
        host=host,
    )
    if click.prompt(asked, default="", show_default=False, err=True).strip() != host:
        raise click.Abort
