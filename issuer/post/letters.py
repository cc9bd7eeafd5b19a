"""Writing to those concerned: who they are, and one letter for each of them in the outbox.

The first contact, the second and the address of a role each get a letter of their own, in
their own language, with their own return path. Nobody else is ever written to about a
participation.
"""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer import tasks, texts
from issuer.mail_settings import Mail
from issuer.office import Office
from issuer.places import PLACES
from issuer.post import compose, kinds
from issuer.post.compose import Draft, Envelope, Paper, Sender
from issuer.post.kinds import Kind
from issuer.post.meetings import Invitation
from issuer.programme import Programme, Requirement
from issuer.record.life import Case, Contact, Enquiry
from issuer.record.post import Letter
from issuer.record.tables import Participation
from issuer.settings import Settings

# Confirmations of enquiries within 24 hours: to one address, and as a share of the cap of a day.
MOST_TO_ENQUIRER: Final = 3
SHARE_OF_ENQUIRERS: Final = 0.25


def tell(
    session: Session,
    office: Office,
    kind: Kind,
    participation: Participation,
    *,
    key: str,
    now: datetime,
    invitation: Invitation | None = None,
    **values: Any,
) -> list[str]:
    """Write a letter of `kind` to everybody concerned; return the ids of the new letters.

    `key` is what it is about: nothing is written twice for one key and reader. `values` are
    those that the words of the kind need beside the names and addresses that all have; dates,
    moments and texts in three languages are told in the reader's language. Whoever wants no
    reminders gets none, and where nobody can be written to, staff get a task.
    """
    words = kinds.WORDS[kind]
    programme = office.programme(participation.cycles[-1].edition)
    known = {**_values(office.settings, participation, programme), **values}
    if kind is Kind.ENROLLED and not participation.listed:
        # There is no page that they could look at yet.
        known["page"] = ""
    people = contacts(session, participation)
    if words.one_person:
        people = people[:1]
    if not people:
        # Whoever enrols or seals looks at it at once; a reminder is then given by people.
        if kind not in (Kind.ENROLLED, Kind.SEALED):
            nobody = key if words.reminder else f"nobody:{participation.id}"
            about: dict[str, Any] = {"participation": participation, "mail": kind.value}
            tasks.ask(session, nobody, "contact.missing", now=now, **about)
        return []
    written = []
    for contact in people:
        if words.reminder and contact.unsubscribed_at is not None:
            continue
        identifier = _write(
            session,
            office,
            Draft(kind, known, invitation),
            programme,
            key=f"{key}:{contact.place}",
            now=now,
            recipient=contact.email,
            language=contact.language,
            participation=participation,
            contact=contact,
        )
        if identifier is not None:
            written.append(identifier)
    return written


def tell_enquirer(session: Session, office: Office, enquiry: Enquiry, *, now: datetime) -> None:
    """Confirm an enquiry to whoever made it, unless that would be one of too many: anybody can
    name any address, and what strangers cause may not keep other mail waiting."""
    from issuer import participations

    if _are_many(session, office, enquiry, now):
        return
    programme = office.programme(participations.newest_edition(session, enquiry.programme))
    values = _common(office.settings, programme)
    _write(
        session,
        office,
        Draft(Kind.ENQUIRY_RECEIVED, values, why=kinds.WHY_ENQUIRY),
        programme,
        key=f"enquiry:{enquiry.id}",
        now=now,
        recipient=enquiry.contact_email,
        language=enquiry.language,
    )


def _are_many(session: Session, office: Office, enquiry: Enquiry, now: datetime) -> bool:
    of_a_day = (
        select(func.count())
        .select_from(Letter)
        .where(
            Letter.kind == Kind.ENQUIRY_RECEIVED.value,
            Letter.created_at > now - timedelta(days=1),
        )
    )
    of_address = of_a_day.where(func.lower(Letter.recipient) == enquiry.contact_email.lower())
    if (session.scalar(of_address) or 0) >= MOST_TO_ENQUIRER:
        return True
    settings = office.settings.mail
    most = (settings.cap_per_day if settings else Mail.cap_per_day) * SHARE_OF_ENQUIRERS
    return (session.scalar(of_a_day) or 0) >= most


def tell_sent_back(
    session: Session,
    office: Office,
    participation: Participation,
    requirement: Requirement,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Tell the organisation why a requirement was sent back: the reason is theirs."""
    tell(
        session,
        office,
        Kind.SENT_BACK,
        participation,
        key=f"sent_back:{participation.cycles[-1].id}:{requirement.id}:{now.isoformat()}",
        now=now,
        requirement=requirement.name,
        reason=reason.strip(),
    )


def tell_case(session: Session, office: Office, case: Case, kind: Kind, *, now: datetime) -> None:
    """Tell one person of the holder, and nobody else, of a step in `case`: once for each kind."""
    days: dict[str, Any] = {"answer_by": case.answer_by, "appeal_by": case.appeal_by}
    tell(
        session,
        office,
        kind,
        case.award.cycle.participation,
        key=f"case:{case.id}:{kind}",
        now=now,
        **days,
    )


def write_test(
    session: Session,
    office: Office,
    programme: Programme,
    address: str,
    *,
    language: str,
    now: datetime,
) -> str | None:
    """A letter to `address` that says only that it arrived; return its id."""
    return _write(
        session,
        office,
        Draft(Kind.TEST, _common(office.settings, programme), why=kinds.WHY_TEST),
        programme,
        key=f"test:{uuid.uuid4()}",
        now=now,
        recipient=address,
        language=language,
    )


def contacts(session: Session, participation: Participation) -> list[Contact]:
    """Whom to write to about `participation`: first, second, role; not where mail comes back."""
    found = session.scalars(
        select(Contact).where(
            Contact.organisation_id == participation.organisation_id,
            Contact.ended_at.is_(None),
            Contact.bounced_at.is_(None),
        )
    )
    return sorted(found, key=lambda contact: list(PLACES).index(contact.place))


def pass_on(session: Session, office: Office, row: Letter, *, now: datetime) -> str | None:
    """Send a letter that its reader never gets to another contact who has not got it; its id.

    What was for the first contact alone goes to the next one. A reminder is not passed on:
    each contact gets those it wants. The language stays that in which it was written.
    """
    about = session.get(Participation, row.participation_id) if row.participation_id else None
    if about is None or not row.message or kinds.WORDS[Kind(row.kind)].reminder:
        return None
    # What it is about, before the places of those it was written to.
    stem = row.key.partition("+")[0].rpartition(":")[0]
    others = [each for each in contacts(session, about) if each.id != row.contact_id]
    got = session.scalars(
        select(Letter.contact_id).where(
            Letter.participation_id == about.id,
            Letter.key.startswith(f"{stem}:", autoescape=True),
        )
    ).all()
    if not others or any(each.id in got for each in others):
        return None
    settings, reader = office.settings, others[0]
    letter = Letter(
        id=str(uuid.uuid4()),
        key=f"{row.key}+{reader.place}",
        kind=row.kind,
        participation_id=about.id,
        contact_id=reader.id,
        recipient=reader.email,
        message_id=f"<{uuid.uuid4()}@{settings.host}>",
        return_path=_return_path(settings),
        created_at=now,
        not_before=now,
    )
    letter.message = compose.readdressed(
        row.message, letter.recipient, letter.message_id, now.replace(microsecond=0)
    )
    session.add(letter)
    session.flush()
    return letter.id


def sender(settings: Settings) -> Sender:
    """Who writes: as `[mail]` says, else the issuer's own address."""
    if settings.mail is not None:
        return Sender(settings.name, settings.mail.sender, settings.mail.reply_to)
    return Sender(settings.name, settings.email or f"merke@{settings.host}", None)


def _return_path(settings: Settings) -> str:
    """An address of this letter's own, by which a letter that comes back is recognised."""
    place = sender(settings).address
    if settings.mail is not None and settings.mail.return_path is not None:
        place = settings.mail.return_path
    local, _, domain = place.rpartition("@")
    return f"{local}+{secrets.token_hex(12)}@{domain}"


def _common(settings: Settings, programme: Programme) -> dict[str, Any]:
    return {
        "mark": programme.name,
        "issuer": settings.name,
        "email": programme.contact.email,
    }


def _values(
    settings: Settings, participation: Participation, programme: Programme
) -> Mapping[str, Any]:
    return {
        **_common(settings, programme),
        "name": participation.organisation.name.name,
        "page": f"{settings.base_url}/m/{participation.slug}",
    }


def _write(
    session: Session,
    office: Office,
    draft: Draft,
    programme: Programme,
    *,
    key: str,
    now: datetime,
    recipient: str,
    language: str,
    participation: Participation | None = None,
    contact: Contact | None = None,
) -> str | None:
    """Put a letter into the outbox; its id, or None if this was written before."""
    if session.scalar(select(Letter.id).where(Letter.key == key)) is not None:
        return None
    settings = office.settings
    identifier = str(uuid.uuid4())
    reminder = kinds.WORDS[draft.kind].reminder
    envelope = Envelope(
        recipient=recipient,
        language=language if language in texts.LANGUAGES else texts.DEFAULT,
        message_id=f"<{uuid.uuid4()}@{settings.host}>",
        written_at=now.replace(microsecond=0),
        unsubscribe=f"{settings.base_url}/u/{identifier}" if reminder else None,
    )
    session.add(
        Letter(
            id=identifier,
            key=key,
            kind=draft.kind.value,
            participation_id=None if participation is None else participation.id,
            contact_id=None if contact is None else contact.id,
            recipient=recipient,
            message_id=envelope.message_id,
            return_path=_return_path(settings),
            message=compose.message(
                draft, sender(settings), Paper(programme.looks, programme.timezone), envelope
            ),
            created_at=now,
            not_before=now,
        )
    )
    session.flush()
    return identifier
