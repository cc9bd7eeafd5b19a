"""`merke keys`: the issuer's keys and their life stories."""

import json
from datetime import UTC, datetime

import click

from issuer.cli.context import Context, by_option, json_option, reason_option, show_json, table

_PURPOSES = ("badge", "badge-jwt", "status", "audit")


@click.group()
def keys() -> None:
    """The issuer's keys, each for one purpose: badge, badge-jwt, status, audit."""


@keys.command("list")
@json_option
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """List every key ever made, with what has become of it."""
    with context.office() as office:
        rows = [
            {
                "key": record.fragment,
                "purpose": str(record.purpose),
                "algorithm": record.algorithm,
                "signs_from": record.signs_from.isoformat(),
                "retired": record.retired.isoformat() if record.retired else "",
                "compromised": record.compromised.isoformat() if record.compromised else "",
            }
            for record in office.ring.records
        ]
    if as_json:
        show_json(rows)
    else:
        table(
            ["key", "purpose", "algorithm", "signs from", "retired", "compromised"],
            [list(row.values()) for row in rows],
        )


@keys.command()
@click.argument("purpose", type=click.Choice(_PURPOSES))
@click.option("--signs-from", help="When it begins to sign (YYYY-MM-DD); at once if left out.")
@reason_option
@by_option
@click.pass_obj
def new(context: Context, purpose: str, signs_from: str | None, reason: str, by: str) -> None:
    """Make a key for PURPOSE. Published at once; from its day on it signs in place of the old."""
    from issuer import keyring
    from issuer.texts import N_
    from keys.ring import Purpose

    try:
        begins = datetime.fromisoformat(signs_from).replace(tzinfo=UTC) if signs_from else None
    except ValueError as error:
        raise click.BadParameter("write it as 2027-03-31", param_hint="--signs-from") from error
    with context.office(unlock=True) as office:
        record = keyring.new(office, Purpose(purpose), signs_from=begins, by=by, reason=reason)
    context.say(
        N_(
            "Made and published. It signs from %(moment)s on, in place of the one before, which"
            " stays published: what it signed stays good. `merke keys list` shows both."
        ),
        moment=f"{record.signs_from:%Y-%m-%d %H:%M} UTC",
    )
    click.echo(record.fragment)


def _change(name: str, function: str, explained: str, *, unlock: bool = True) -> None:
    """Add the command `name`, which calls `issuer.keyring.<function>` on a key."""

    @keys.command(name, help=explained)
    @click.argument("key")
    @reason_option
    @by_option
    @click.pass_obj
    def act(context: Context, key: str, reason: str, by: str) -> None:
        from issuer import keyring

        with context.office(unlock=unlock) as office:
            getattr(keyring, function)(office, key, by=by, reason=reason)
        _said(context, key)


_change("activate", "activate", "Let a waiting KEY sign from now on.")
_change("retire", "retire", "Planned end of KEY: it signs no more, what it signed stays good.")
# Not to be put off because the passphrase is not at hand.
_change(
    "compromised",
    "compromise",
    "Others may hold KEY: it signs no more, and everything it signed is refused.",
    unlock=False,
)


@keys.command()
@click.argument("key")
@reason_option
@by_option
@click.pass_obj
def reissue(context: Context, key: str, reason: str, by: str) -> None:
    """Seal again every award in force that the compromised KEY signed, and revoke those copies.

    Can be cut off and started again: what is done stays done.
    """
    from issuer import resealing
    from issuer.texts import N_

    done = 0
    with context.office(unlock=True) as office:
        for sealed in resealing.reissue(office, key, by=by, reason=reason):
            done += 1
            click.echo(f"{sealed.slug}\t{sealed.credential_id}")
    context.say(N_("Sealed again: %(done)s. Send the holders the new files."), done=done)


@keys.command()
@click.argument("form", type=click.Choice(["did", "jwks"]))
@click.pass_obj
def export(context: Context, form: str) -> None:
    """Print what is published: the DID document, or the JWK Set. Never a private key."""
    with context.office() as office:
        content = office.ring.did_document() if form == "did" else office.ring.jwks()
    click.echo(json.dumps(content, indent=2))


def _said(context: Context, key: str) -> None:
    from issuer.texts import N_

    context.say(N_("Done; the published documents show it at once: %(key)s"), key=key)
