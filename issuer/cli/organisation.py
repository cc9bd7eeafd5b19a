"""`merke organisation`: enquiries, what organisations say of themselves, whom to write to."""

import click

from issuer.cli.context import (
    Context,
    by_option,
    json_option,
    reason_option,
    show_json,
    show_json_list,
    table,
)


@click.group()
def organisation() -> None:
    """Those who ask and those who take part: enquiries, facts, contacts.

    \b
    Example:
      merke organisation enquiries
      merke organisation edit eksempelteatret --roles producing --size 10-49 \\
        --scope "hele virksomheten" --public roles --public scope --by Kari
      merke organisation contact eksempelteatret second --name "Ola Eksempel" \\
        --email ola@example.no --by Kari
    """


@organisation.command()
@click.option("--all", "all_", is_flag=True, help="Those that were answered, too.")
@json_option
@click.pass_obj
def enquiries(context: Context, all_: bool, as_json: bool) -> None:
    """List the enquiries that wait for an answer, the oldest first.

    Answer one with `merke participation enrol PROGRAMME --enquiry ID`, or with `decline`.
    """
    from issuer import enquiries as kept
    from issuer import staff
    from issuer.organisations import KINDS
    from issuer.texts import translate

    outcomes = {code: translate(context.language, told) for code, told in kept.OUTCOMES.items()}
    with context.office() as office:
        rows = staff.in_parts(
            office,
            lambda session, after: kept.listing(session, all_=all_, after=after, most=staff.SOME),
            kept.place,
            kept.json,
        )
        if as_json:
            show_json_list(rows)
            return
        table(
            [
                "id",
                "received",
                "name",
                "kind",
                "contact",
                "e-mail",
                "telephone",
                "wrote",
                "outcome",
            ],
            (
                [
                    row["id"][:8],
                    row["receivedAt"][:10],
                    row["name"],
                    translate(context.language, KINDS[row["kind"]]),
                    row["contact"]["name"],
                    row["contact"]["email"],
                    row["contact"]["phone"] or "",
                    " ".join((row["message"] or "").split()),
                    outcomes.get(row["outcome"], ""),
                ]
                for row in rows
            ),
        )


@organisation.command()
@click.argument("enquiry")
@reason_option
@by_option
@click.pass_obj
def decline(context: Context, enquiry: str, reason: str, by: str) -> None:
    """Note that nothing comes of ENQUIRY, an id or the beginning of one."""
    from issuer import enquiries as kept
    from issuer.texts import N_

    with context.office() as office, office.transaction() as session:
        row = kept.find(session, enquiry)
        kept.decline(session, row, by=by, reason=reason, now=office.now())
        name = row.name
    context.say(N_("Declined: %(name)s. Nobody was written to."), name=name)


@organisation.command()
@click.argument("slug")
@click.pass_obj
def show(context: Context, slug: str) -> None:
    """Show what the office knows of the organisation at SLUG, as JSON."""
    from issuer import organisations, participations

    with context.office() as office, office.reading() as session:
        show_json(organisations.detail(session, participations.find(session, slug)))


@organisation.command()
@click.argument("slug")
@click.option("--kind", help="company, association, festival, group, sole, public or other.")
@click.option("--roles", multiple=True, help="organising, producing, performing; may be repeated.")
@click.option("--size", help="1, 2-9, 10-49, 50-249 or 250+ people.")
@click.option("--county", help="Its county, such as Vestland.")
@click.option("--scope", help="What the mark covers, such as “the festival only”.")
@click.option("--channel", help="Its own place to report to: e-mail, https address or telephone.")
@click.option("--clear", multiple=True, help="Take this fact out; may be repeated.")
@click.option("--public", multiple=True, help="Everybody may see this fact; may be repeated.")
@click.option("--nothing-public", is_flag=True, help="No fact is public any more.")
@by_option
@click.pass_obj
def edit(
    context: Context,
    /,
    slug: str,
    roles: tuple[str, ...],
    clear: tuple[str, ...],
    public: tuple[str, ...],
    nothing_public: bool,
    by: str,
    **given: str | None,
) -> None:
    """Change what is known of the organisation at SLUG.

    A fact is public only if it was chosen by --public, which names all that are from now on.
    """
    from issuer import organisations, participations
    from issuer.texts import N_

    facts: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if roles:
        facts["roles"] = list(roles)
    facts.update(dict.fromkeys(clear))
    chosen = () if nothing_public else public or None
    if not facts and chosen is None:
        raise click.UsageError("name something to change")
    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        organisation = organisations.edit(
            session, row, facts, by=by, now=office.now(), public=chosen
        )
        shown = ", ".join(organisations.public_facts(organisation))
    context.say(N_("Changed. Public are now: %(public)s."), public=shown or "–")


@organisation.command()
@click.argument("slug")
@click.argument("place", type=click.Choice(["first", "second", "role"]))
@click.option("--name", help="Name of the person, or of the role.")
@click.option("--email", help="Where to write to.")
@click.option("--phone", help="Where to call.")
@click.option("--language", help="Language to write in: nb, nn or en.")
@click.option("--remove", is_flag=True, help="Nobody is this contact any more.")
@click.option(
    "--try-again", help="Write again to an address from which mail came back, and why you think so."
)
@by_option
@click.pass_obj
def contact(
    context: Context,
    slug: str,
    place: str,
    name: str | None,
    email: str | None,
    phone: str | None,
    language: str | None,
    remove: bool,
    try_again: str | None,
    by: str,
) -> None:
    """Set the first or second contact of SLUG, or the address of a role; the old one ends.

    Where mail came back, either ends it: a new address, or --try-again with the reason.
    """
    from issuer import contacts, participations
    from issuer.texts import N_

    if not remove and try_again is None and (name is None or email is None):
        raise click.UsageError("give --name and --email, or --remove, or --try-again")
    with context.office() as office, office.transaction() as session:
        row = participations.find(session, slug)
        if remove:
            contacts.end(session, row, place, by=by, now=office.now())
        elif try_again is not None:
            contacts.try_again(session, row, place, by=by, reason=try_again, now=office.now())
        else:
            contacts.put(
                session,
                row,
                place,
                name=name or "",
                email=email or "",
                phone=phone,
                language=language,
                by=by,
                now=office.now(),
            )
    context.say(N_("The contacts of %(slug)s are changed."), slug=slug)
