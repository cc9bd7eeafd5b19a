"""`merke init`, `merke serve`, `merke tick`: make an issuer, run it, do what is due once."""

import time
from typing import TYPE_CHECKING

import click

from issuer.cli.context import Context, database_address, mail_password, passphrase

if TYPE_CHECKING:
    from issuer.office import Office
    from issuer.post.outbox import Sent
    from issuer.post.returned import Collected

# How often `serve` tries to open a record that is in use, a few seconds each.
_PATIENCE = 20


@click.command()
@click.option("--base-url", required=True, help="Where it will be found: https://merke.example.no")
@click.option("--name", required=True, help="Name of the issuer, as badges will show it.")
@click.option("--email", help="Where people can write to the issuer; shown in badges.")
@click.option(
    "--jwt-algorithm",
    type=click.Choice(["RS256", "ES256"]),
    default="RS256",
    show_default=True,
    help="Of the key for badge JWTs. Every verifier reads RS256.",
)
@click.option(
    "--passphrase-file", type=click.Path(dir_okay=False), help="File with the passphrase."
)
@click.pass_obj
def init(
    context: Context,
    base_url: str,
    name: str,
    email: str | None,
    jwt_algorithm: str,
    passphrase_file: str | None,
) -> None:
    """Make the data folder of a new issuer: settings, sealed keys, an empty record.

    The base address is printed on posters and stands in every badge. It cannot be changed
    once anything is sealed. With MERKE_DATABASE_FILE (or MERKE_DATABASE) the record is made in
    that PostgreSQL database, else in the folder.

    \b
    Example:
      merke --data merke-data init --base-url https://merke.example.no \\
            --name "Eksempelmerket" --passphrase-file passphrase
    """
    from issuer import keyring, names
    from issuer.errors import BadInput
    from issuer.folder import Folder, read_passphrase
    from issuer.office import system_clock
    from issuer.settings import Settings, check_base_url, check_email
    from issuer.texts import N_

    secret = read_passphrase(passphrase_file, None) or passphrase()
    if secret is None:
        raise BadInput(
            N_(
                "The keys are sealed with a passphrase. Name the file that holds it with"
                " --passphrase-file."
            )
        )
    settings = Settings(
        check_base_url(base_url),
        names.clean(name),
        check_email(email),
        jwt_algorithm=jwt_algorithm,
    )
    keyring.initialise(
        Folder(context.data),
        settings,
        secret,
        system_clock(),
        database_address=database_address(),
    )
    context.say(
        N_(
            "Made %(folder)s for %(base)s (%(did)s).\n"
            "Keep the passphrase apart from the folder: without it nothing can be signed.\n"
            "Next: merke --data %(folder)s programme load FILE, then merke --data %(folder)s"
            " serve"
        ),
        folder=str(context.data),
        base=settings.base_url,
        did=settings.did,
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.pass_obj
def serve(context: Context, host: str, port: int) -> None:
    """Run the pages, the interface for programs and the daily work in one process.

    With MERKE_PASSPHRASE_FILE (or MERKE_PASSPHRASE) the keys are unlocked; without it pages
    and verification work, and nothing can be signed. Listens on this machine only; put a web
    server with the certificate of the base address before it.
    """
    from issuer.web.server import run

    office = _open_patiently(context)
    try:
        run(office, host, port, language=context.language)
    finally:
        office.engine.dispose()


def _open_patiently(context: Context) -> "Office":
    """Open the issuer to serve it: with its keys if they can be had, and after a while if the
    record is held by another process."""
    from issuer.errors import Busy
    from issuer.office import Office

    def opened() -> Office:
        return Office.open(
            context.data,
            database_address=database_address(),
            passphrase=passphrase(),
            mail_password=mail_password(),
            keys_required=False,
        )

    for attempt in range(_PATIENCE):
        try:
            return opened()
        except Busy as fault:
            if attempt == 0:
                context.say(fault.message, **fault.values)
            time.sleep(1)
    return opened()


@click.command()
@click.pass_obj
def tick(context: Context) -> None:
    """Do one round of what is due: sign the status lists again, clear up after a crash, write
    reminders, read what mail came back, send mail, look again at the websites that holders have
    proven.

    `merke serve` does this by itself.
    """
    from issuer import domains
    from issuer.daily import round_of_work
    from issuer.lookups import Lookups
    from issuer.post import outbox, returned
    from issuer.texts import N_

    with context.office(unlock=True) as office:
        done = round_of_work(office)
        back = returned.collect(office)
        posted = outbox.send(office)
        domains.recheck(office, Lookups())
    context.say(
        N_("Signed %(lists)s status lists; gave up %(intentions)s interrupted sealings."),
        lists=len(done.lists),
        intentions=len(done.abandoned),
    )
    context.say(
        N_("Wrote %(letters)s reminders; asked %(tasks)s new tasks (merke task list)."),
        letters=done.written.letters,
        tasks=done.written.tasks,
    )
    say_sent(context, posted)
    if not back.unset:
        say_returned(context, back)


def say_returned(context: Context, back: "Collected") -> None:
    """What was read of mail that came back, in one line."""
    from issuer.texts import N_

    if back.fault is not None:
        context.say(
            N_("The mailbox of mail that came back cannot be read: %(fault)s."), fault=back.fault
        )
        return
    context.say(
        N_(
            "Of mail that came back: %(permanent)s for good, %(temporary)s only late, %(unclear)s"
            " to look at (merke task list); %(foreign)s about nothing of ours, %(known)s read"
            " before."
        ),
        permanent=back.permanent,
        temporary=back.temporary,
        unclear=back.unclear,
        foreign=back.foreign,
        known=back.known,
    )


def say_sent(context: Context, posted: "Sent") -> None:
    """What became of the mail, in one line."""
    from issuer.texts import N_

    values = {"sent": posted.sent, "waiting": posted.waiting}
    if posted.unset:
        context.say(
            N_(
                "%(waiting)s mails wait: merke.toml has no table [mail], so none is sent"
                " (docs/mail.md)."
            ),
            **values,
        )
    elif posted.fault is not None:
        context.say(
            N_("Sent %(sent)s mails; %(waiting)s wait, for the server cannot be used: %(fault)s"),
            fault=posted.fault,
            **values,
        )
    elif posted.capped:
        context.say(
            N_("Sent %(sent)s mails; %(waiting)s wait, for the cap of merke.toml is reached."),
            **values,
        )
    else:
        context.say(N_("Sent %(sent)s mails; %(waiting)s wait."), **values)
