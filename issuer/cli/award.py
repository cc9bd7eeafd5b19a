"""`merke award`: seal, reseal, suspend, lift, withdraw, give up, void."""

from datetime import date

import click

from issuer.cli.context import Context, by_option, reason_option


@click.group()
def award() -> None:
    """Decisions on awards. Each needs a reason, which stays in the log.

    \b
    Example:
      merke award seal eksempelteatret --by Ola --reason "Alt er på plass"
      merke award suspend 7F3K-92QX-5A1B --by Ola --reason "Sak under behandling"
    """


def _override(function: click.decorators.FC) -> click.decorators.FC:
    return click.option(
        "--alone",
        "override",
        help="Why one person decides where two are asked for, or without a case.",
    )(function)


@award.command()
@click.argument("slug")
@click.option("--first-day", help="A later first day (YYYY-MM-DD), at most 60 days ahead.")
@_override
@reason_option
@by_option
@click.pass_obj
def seal(
    context: Context,
    slug: str,
    first_day: str | None,
    override: str | None,
    reason: str,
    by: str,
) -> None:
    """Award the mark to SLUG: check every requirement, sign, verify, publish."""
    from issuer import codes, sealing
    from issuer.texts import N_

    try:
        chosen = date.fromisoformat(first_day) if first_day else None
    except ValueError as error:
        raise click.BadParameter("write it as 2027-03-31", param_hint="--first-day") from error
    with context.office(unlock=True) as office:
        sealed = sealing.seal(
            office, slug, by=by, reason=reason, first_day=chosen, override=override
        )
        base = office.settings.base_url
    context.say(
        N_(
            "Sealed and verified: %(slug)s holds the mark from %(first)s to %(last)s.\n"
            "Page: %(base)s/m/%(slug)s\nBadge: %(base)s/b/%(id)s"
        ),
        slug=slug,
        first=sealed.first_day.isoformat(),
        last=sealed.last_day.isoformat(),
        base=base,
        id=sealed.credential_id,
    )
    click.echo(codes.grouped(sealed.code))


@award.command("seal-waiting")
@click.argument("programme")
@click.option("--dry-run", is_flag=True, help="Only say which are waiting.")
@reason_option
@by_option
@click.pass_obj
def seal_waiting(context: Context, programme: str, dry_run: bool, reason: str, by: str) -> int:
    """Seal every award of PROGRAMME that was put forward and waits for its decision.

    Prints the address and code of each. Can be cut off and started again; what could not be
    sealed is named, and waits as before (exit code 1).
    """
    import sys

    from issuer import bulk, codes, participations
    from issuer.texts import N_, explain

    done, left = 0, 0
    with context.office(unlock=not dry_run) as office:
        with office.reading() as session:
            participations.newest_edition(session, programme)
            count = bulk.count_waiting(session, programme)
            for slug in bulk.waiting(session, programme) if dry_run else ():
                click.echo(slug)
        if dry_run:
            return 0
        with click.progressbar(
            bulk.seal_waiting(office, programme, by=by, reason=reason),
            length=count,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as told:
            for each in told:
                if isinstance(each, bulk.Left):
                    left += 1
                    click.echo(f"{each.slug}: {explain(each.why, context.language)}", err=True)
                else:
                    done += 1
                    click.echo(f"{each.slug}\t{codes.grouped(each.code)}")
    context.say(N_("Sealed: %(done)s. Not sealed: %(left)s."), done=done, left=left)
    return 1 if left else 0


@award.command()
@click.argument("code")
@reason_option
@by_option
@click.pass_obj
def lift(context: Context, code: str, reason: str, by: str) -> None:
    """Lift a suspension: a fresh copy is sealed, with the same last day."""
    from issuer import awards
    from issuer.texts import N_

    with context.office(unlock=True) as office:
        sealed = awards.lift(office, code, by=by, reason=reason)
        base = office.settings.base_url
    context.say(
        N_(
            "Lifted. A fresh copy is sealed: %(base)s/b/%(id)s\n"
            "The old copies stay revoked; send the holder the new files."
        ),
        base=base,
        id=sealed.credential_id,
    )


@award.command()
@click.argument("code")
@click.option(
    "--cause",
    type=click.Choice(["name", "look"]),
    default="name",
    show_default=True,
    help="What has changed since the copy before.",
)
@reason_option
@by_option
@click.pass_obj
def reseal(context: Context, code: str, cause: str, reason: str, by: str) -> None:
    """Seal a fresh copy of an award that stands, with the same last day.

    For a new name or a new look. The copy before is superseded, and valid to its own end.
    """
    from issuer import resealing
    from issuer.texts import N_

    with context.office(unlock=True) as office:
        sealed = resealing.reseal(office, code, resealing.Cause(cause), by=by, reason=reason)
        base = office.settings.base_url
    context.say(
        N_("A fresh copy is sealed: %(base)s/b/%(id)s\nThe copies before lead on to it."),
        base=base,
        id=sealed.credential_id,
    )


@award.command()
@click.argument("code")
@_override
@reason_option
@by_option
@click.pass_obj
def withdraw(context: Context, code: str, override: str | None, reason: str, by: str) -> None:
    """Take the mark away for good: decides the open case (merke case open)."""
    from issuer import awards
    from issuer.texts import N_

    with context.office(unlock=True) as office:
        appeal_by = awards.withdraw(office, code, by=by, reason=reason, override=override)
    _said(context, code, "withdrawn")
    if appeal_by is not None:
        context.say(
            N_("The holder can appeal until %(day)s (merke case appeal)."),
            day=appeal_by.isoformat(),
        )


def _ending(name: str, function: str, done: str, explained: str) -> None:
    """Add the command `name`, which calls `issuer.awards.<function>` on a code."""

    @award.command(name, help=explained)
    @click.argument("code")
    @reason_option
    @by_option
    @click.pass_obj
    def act(context: Context, code: str, reason: str, by: str) -> None:
        from issuer import awards

        with context.office(unlock=True) as office:
            getattr(awards, function)(office, code, by=by, reason=reason)
        _said(context, code, done)


for _command in (
    ("suspend", "suspend", "suspended", "Take the mark out of force until that is lifted."),
    ("give-up", "give_up", "given_up", "End the award because its holder asked."),
    ("void", "void", "void", "Correct an award issued in error; its cycle is open again."),
):
    _ending(*_command)


def _said(context: Context, code: str, done: str) -> None:
    from issuer.texts import N_, translate

    words = {
        "suspended": N_("suspended"),
        "withdrawn": N_("withdrawn"),
        "given_up": N_("ended by the holder"),
        "void": N_("issued in error"),
    }
    context.say(
        N_(
            "%(code)s is now marked «%(done)s». Its copies are revoked and the status list is"
            " signed again; pages and seals show it at once."
        ),
        code=code,
        done=translate(context.language, words[done]),
    )
