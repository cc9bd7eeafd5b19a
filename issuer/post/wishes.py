"""No more reminders: the wish of one contact, by the link that stands in each reminder.

The link holds the random number of the letter, so whoever has the letter may use it. It works
for as long as the row of the letter is kept. What has to be told is told all the same.
"""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from issuer import audit
from issuer.errors import NotFound
from issuer.record.life import Contact
from issuer.record.post import Letter
from issuer.record.tables import Participation
from issuer.texts import N_


def reader(session: Session, token: str) -> Contact:
    """The contact whom the letter went to. Raises `NotFound`."""
    return _found(session, token)[1]


def stop(session: Session, token: str, *, now: datetime) -> None:
    """Send this contact no more reminders. Once or many times, it is the same."""
    letter, contact = _found(session, token)
    if contact.unsubscribed_at is not None:
        return
    contact.unsubscribed_at = now
    session.flush()
    about = session.get(Participation, letter.participation_id) if letter.participation_id else None
    audit.write(
        session,
        "organisation.unsubscribe",
        about.slug if about is not None else contact.organisation_id,
        by="merke",
        now=now,
        place=contact.place,
    )


def _found(session: Session, token: str) -> tuple[Letter, Contact]:
    try:
        identifier = str(uuid.UUID(token))
    except ValueError:
        identifier = ""
    letter = session.get(Letter, identifier)
    contact = session.get(Contact, letter.contact_id) if letter and letter.contact_id else None
    if letter is None or contact is None:
        raise NotFound(N_("This link is not known here any more. Write to us, and we stop them."))
    return letter, contact
