"""Whom to write to: two people of an organisation at most, and an address that belongs to a role.

Contacts are internal: nothing public, no export and no log holds them.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import audit, names, participations, tasks
from issuer.errors import BadInput, NotFound, Refused
from issuer.places import PLACES
from issuer.record.life import Contact
from issuer.record.tables import Organisation, Participation
from issuer.texts import DEFAULT, LANGUAGES, N_

LONGEST_EMAIL = 254
_PHONE = re.compile(r"\+?[0-9]{5,15}")


def check_email(email: str) -> str:
    """`email` in the form mail is sent to: its part before the @ in ASCII, no display name."""
    try:
        found = validate_email(email.strip(), allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError as fault:
        raise BadInput(
            N_(
                "This is not an e-mail address that mail can be sent to. Write it as"
                " name@example.no, without å, æ or ø before the @."
            )
        ) from fault
    if found.ascii_email is None or len(found.ascii_email) > LONGEST_EMAIL:
        raise BadInput(N_("The e-mail address is too long."))
    return found.ascii_email


def check_phone(phone: str | None) -> str | None:
    """A telephone number as digits, with + where it begins with a country's code."""
    if phone is None or not phone.strip():
        return None
    digits = re.sub(r"[\s().\u00a0/-]", "", phone)
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if not _PHONE.fullmatch(digits):
        raise BadInput(
            N_("This is not a telephone number: write 5 to 15 digits, with + before a country.")
        )
    return digits


def check_language(language: str | None) -> str:
    if language is not None and language not in LANGUAGES:
        raise BadInput(N_("Choose Bokmål, Nynorsk or English as the language to write in."))
    return language or DEFAULT


def in_use(session: Session, organisation: Organisation) -> list[Contact]:
    """The contacts that count now: the first, the second, the role."""
    rows = session.scalars(
        select(Contact).where(
            Contact.organisation_id == organisation.id, Contact.ended_at.is_(None)
        )
    )
    return sorted(rows, key=lambda row: list(PLACES).index(row.place))


@dataclass(frozen=True)
class Person:
    """Somebody to write to, each part in the form in which it is kept."""

    name: str
    email: str
    phone: str | None
    language: str


def person(
    name: str, email: str, *, phone: str | None = None, language: str | None = None
) -> Person:
    """Check what was written of somebody. Raises `BadInput`."""
    return Person(
        names.clean(name), check_email(email), check_phone(phone), check_language(language)
    )


def put(
    session: Session,
    participation: Participation,
    place: str,
    *,
    name: str,
    email: str,
    by: str,
    now: datetime,
    phone: str | None = None,
    language: str | None = None,
    reason: str = "",
) -> Contact:
    """Make somebody the contact in `place`; whoever was it before ends."""
    _check_place(place)
    who = person(name, email, phone=phone, language=language)
    _end(session, participation.organisation, place, by, now)
    row = begin(session, participation, place, who, by=by, now=now, reason=reason)
    session.flush()
    return row


def begin(
    session: Session,
    participation: Participation,
    place: str,
    who: Person,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> Contact:
    """Make `who` the contact in `place`, where nobody is it. Sent to the database later."""
    row = Contact(
        organisation=participation.organisation,
        place=place,
        name=who.name,
        email=who.email,
        phone=who.phone,
        language=who.language,
        since=now,
    )
    session.add(row)
    audit.write(
        session,
        "organisation.contact",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        place=place,
    )
    return row


def end(
    session: Session,
    participation: Participation,
    place: str,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> None:
    """Nobody is the contact in `place` any more."""
    _check_place(place)
    if not _end(session, participation.organisation, place, by, now):
        raise _nobody(participation, place)
    audit.write(
        session,
        "organisation.contact_end",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        place=place,
    )


def try_again(
    session: Session,
    participation: Participation,
    place: str,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> Contact:
    """Write again to an address from which mail came back. What was sent before and comes back
    now says nothing any more. Raises `NotFound`; `Refused` where nothing came back."""
    _check_place(place)
    by, why = participations.check_person(by), participations.check_reason(reason)
    rows = [row for row in in_use(session, participation.organisation) if row.place == place]
    if not rows:
        raise _nobody(participation, place)
    row = rows[0]
    if row.bounced_at is None:
        raise Refused(N_("No mail to this contact has come back, so mail is sent to it as it is."))
    row.bounced_at = row.bounce_status = None
    row.tried_again_at = now
    _settle(session, row, by, now)
    session.flush()
    audit.write(
        session,
        "organisation.try_again",
        participation.slug,
        by=by,
        reason=why,
        now=now,
        place=place,
    )
    return row


def _settle(session: Session, row: Contact, by: str, now: datetime) -> None:
    """Nobody need ask for a new address any more."""
    tasks.settle(session, f"bounced:{row.id}:", by=by, now=now)


def _nobody(participation: Participation, place: str) -> NotFound:
    return NotFound(
        N_("%(slug)s has no contact in that place (%(place)s)."),
        slug=participation.slug,
        place=place,
    )


def _check_place(place: str) -> None:
    if place not in PLACES:
        raise BadInput(N_("A contact is first, second or role."))


def _end(session: Session, organisation: Organisation, place: str, by: str, now: datetime) -> bool:
    before = [row for row in in_use(session, organisation) if row.place == place]
    for row in before:
        row.ended_at = now
        _settle(session, row, by, now)
    session.flush()
    return bool(before)


def json(row: Contact) -> dict[str, Any]:
    """A contact as the office sees it."""
    return {
        "place": row.place,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "language": row.language,
        "since": row.since.isoformat(),
        "cameBackAt": row.bounced_at.isoformat() if row.bounced_at else None,
        "cameBackWith": row.bounce_status,
    }
