"""The outbox at work: which letter goes next, what becomes of it, when it is tried again.

A letter is taken for a while before it is handed in, and marked afterwards. If the machine
stops after the server took a letter and before that is noted, it is handed in a second time:
the same bytes with the same `Message-ID`, by which mail programs know the two as one. Anything
else is impossible without asking the reader's server, which no protocol allows.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from issuer import calendar, dossiers, leases, tasks
from issuer.errors import NotFound, Refused
from issuer.mail_settings import Mail
from issuer.office import Office
from issuer.post import bounces, kinds, letters, smtp
from issuer.post.kinds import Kind
from issuer.record.life import Contact
from issuer.record.post import Letter
from issuer.record.tables import Participation
from issuer.texts import N_

log = logging.getLogger(__name__)

# What the states of a letter are called.
STATES: Final = {"waiting": N_("waiting"), "sent": N_("sent"), "given_up": N_("given up")}

# How long after each try the next one comes; after the last a letter is given up.
WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=1),
)
# Longer than one letter can take (`smtp.LONGEST`), and than clocks of two machines differ.
TAKEN_FOR = timedelta(minutes=10)
# One sender at a time.
_LEASE = timedelta(minutes=5)
# A server that cannot be used for so long becomes a task.
_TELL_AFTER = timedelta(hours=1)
_OVERTAKEN = "not sent: it no longer holds"
_BOUNCES = "not sent: mail to this address comes back"


@dataclass(frozen=True)
class Taken:
    """A letter that this process has taken to hand it in."""

    id: str
    return_path: str
    recipient: str
    message: bytes


@dataclass(frozen=True)
class Sent:
    """What a round has sent, and what is left: `fault` is why the server cannot be used."""

    sent: int = 0
    waiting: int = 0
    fault: str | None = None
    capped: bool = False
    unset: bool = False


def send(office: Office) -> Sent:
    """Hand in every letter whose time has come, as far as the caps allow. One at a time."""
    settings = office.settings.mail
    if settings is None:
        return Sent(waiting=_count(office), unset=True)
    if not _is_anything_due(office) or not leases.take(office, "post", _LEASE):
        return Sent(waiting=_count(office))
    done, fault = 0, None
    try:
        while _is_anything_due(office) and not is_capped(office, settings):
            with smtp.connected(
                settings, office.mail_password, own_name=office.settings.host
            ) as server:
                done += _through(office, server, settings)
    except smtp.Unreachable as broken:
        fault = str(broken)
        log.warning("the mail server cannot be used: %s", fault)
        _tell_of_server(office)
    finally:
        leases.give_back(office, "post")
    return Sent(done, _count(office), fault, is_capped(office, settings))


def _through(office: Office, server: smtp.Server, settings: Mail) -> int:
    """Hand letters in through one connection, until none is due or it breaks."""
    done = 0
    while server.is_open and (taken := take(office, settings)) is not None:
        leases.take(office, "post", _LEASE)
        try:
            server.hand_in(taken.return_path, taken.recipient, taken.message)
        except smtp.NotTaken as fault:
            failed(office, taken.id, fault)
        except smtp.Unreachable:
            put_back(office, taken.id)
            raise
        else:
            sent(office, taken.id)
            done += 1
    return done


def take(office: Office, settings: Mail) -> Taken | None:
    """Take the next letter; none if none is due or a cap is reached.

    Reminders that no longer hold, because the mark was renewed, put on hold or ended meanwhile
    or a nearer one was written, are given up instead; so is what would go to an address from
    which mail comes back, and another contact gets it.
    """
    while True:
        now = office.now()
        with office.transaction() as session:
            if _capped(session, settings, now):
                return None
            row = session.scalars(
                select(Letter).where(*_due(now)).order_by(Letter.not_before, Letter.id).limit(1)
            ).first()
            if row is None:
                return None
            if _comes_back(session, row):
                row.state = "given_up"
                row.last_fault = _BOUNCES
                letters.pass_on(session, office, row, now=now)
                continue
            if _holds_no_more(office, session, row, now):
                row.state = "given_up"
                row.last_fault = _OVERTAKEN
                continue
            row.taken_until = now + TAKEN_FOR
            row.attempts += 1
            return Taken(row.id, row.return_path, row.recipient, row.message)


def sent(office: Office, identifier: str) -> None:
    with office.transaction() as session:
        row = session.get_one(Letter, identifier)
        row.state = "sent"
        row.sent_at = office.now()
        row.taken_until = None
        row.last_fault = None


def failed(office: Office, identifier: str, fault: smtp.NotTaken) -> None:
    """Note why a letter was not taken: it is tried again later, or given up with a task. Where
    the server knows no such address, nothing more goes there."""
    now = office.now()
    with office.transaction() as session:
        row = session.get_one(Letter, identifier)
        row.taken_until = None
        row.last_fault = fault.text[:300]
        if not fault.for_good and row.attempts <= len(WAITS):
            row.not_before = now + WAITS[row.attempts - 1]
            return
        row.state = "given_up"
        session.flush()
        if fault.dead and bounces.refused(session, office, row, fault.status, now=now):
            return
        about = session.get(Participation, row.participation_id) if row.participation_id else None
        tasks.ask(
            session,
            f"letter:{row.id}",
            "letter.failed",
            now=now,
            participation=about,
            letter=row.id,
            mail=row.kind,
        )


def put_back(office: Office, identifier: str) -> None:
    """The server could not be used: this says nothing of the letter, which waits on."""
    with office.transaction() as session:
        row = session.get_one(Letter, identifier)
        row.taken_until = None
        row.attempts -= 1


def is_capped(office: Office, settings: Mail) -> bool:
    with office.reading() as session:
        return _capped(session, settings, office.now())


def _capped(session: Session, settings: Mail, now: datetime) -> bool:
    """Whether as much was sent as may be; what is being handed in counts as sent."""
    for most, span in (
        (settings.cap_per_hour, timedelta(hours=1)),
        (settings.cap_per_day, timedelta(days=1)),
    ):
        used = session.scalar(
            select(func.count())
            .select_from(Letter)
            .where(or_(Letter.sent_at > now - span, Letter.taken_until > now))
        )
        if (used or 0) >= most:
            return True
    return False


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Letter.state == "waiting",
        Letter.not_before <= now,
        or_(Letter.taken_until.is_(None), Letter.taken_until <= now - leases.SKEW),
    )


def _is_anything_due(office: Office) -> bool:
    with office.reading() as session:
        return session.scalar(select(Letter.id).where(*_due(office.now())).limit(1)) is not None


def _count(office: Office) -> int:
    with office.reading() as session:
        found = session.scalar(
            select(func.count()).select_from(Letter).where(Letter.state == "waiting")
        )
        return found or 0


def _comes_back(session: Session, row: Letter) -> bool:
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    return contact is not None and contact.bounced_at is not None


def _holds_no_more(office: Office, session: Session, row: Letter, now: datetime) -> bool:
    """Whether a reminder was overtaken, or its reader wants none."""
    if not kinds.WORDS[Kind(row.kind)].reminder:
        return False
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    if contact is None or contact.ended_at or contact.unsubscribed_at:
        return True
    about = session.get(Participation, row.participation_id) if row.participation_id else None
    if about is None:
        return True
    judged = dossiers.dossier(office, session, about)
    silent_days = office.settings.calendar.silent_days
    return not any(
        row.key == f"{due.key}:{contact.place}"
        for due in calendar.due(judged, now, silent_days=silent_days)
    )


def _tell_of_server(office: Office) -> None:
    """A task, once a day, while letters wait for a server that cannot be used."""
    now = office.now()
    with office.transaction() as session:
        late = session.scalar(
            select(Letter.id).where(*_due(now), Letter.not_before < now - _TELL_AFTER).limit(1)
        )
        if late is not None:
            tasks.ask(session, f"mail.server:{now.date().isoformat()}", "mail.server", now=now)


def listing(session: Session, *, all_: bool = False, most: int = 500) -> list[Letter]:
    """The letters that wait or were given up, or all, the newest first."""
    query = select(Letter).order_by(Letter.created_at.desc(), Letter.id).limit(most)
    return list(session.scalars(query if all_ else query.where(Letter.state != "sent")))


def about(session: Session, rows: Sequence[Letter]) -> dict[str, str]:
    """The addresses of the participations that `rows` are about, by the id of the letter."""
    wanted = {row.participation_id for row in rows if row.participation_id is not None}
    query = select(Participation.id, Participation.slug).where(Participation.id.in_(wanted))
    slugs = {row.id: row.slug for row in session.execute(query)}
    of = {row.id: slugs.get(row.participation_id or "") for row in rows}
    return {letter: slug for letter, slug in of.items() if slug is not None}


def find(session: Session, identifier: str) -> Letter:
    """The letter of an id, or of the beginning of one that no other shares."""
    start = identifier.strip().lower()
    rows = list(session.scalars(select(Letter).where(Letter.id.startswith(start)).limit(2)))
    if len(start) < 4 or len(rows) != 1:
        raise NotFound(
            N_("No mail has that id, or more than one begins like it: see merke mail list.")
        )
    return rows[0]


def again(session: Session, row: Letter, *, now: datetime) -> None:
    """Try a letter from the beginning. Raises `Refused` for one that was sent or emptied."""
    if row.state == "sent" or not row.message:
        raise Refused(N_("This mail was sent, or its text is no longer kept."))
    row.state, row.attempts, row.not_before = "waiting", 0, now


def text(row: Letter) -> str:
    """A letter as it reads: what its headers say, and its plain text."""
    if not row.message:
        return ""
    mail = message_from_bytes(row.message, policy=default)
    body = mail.get_body(("plain",))
    heads = "\n".join(f"{name}: {mail[name]}" for name in ("From", "To", "Subject", "Date"))
    return f"{heads}\n\n{body.get_content() if body is not None else ''}".replace("\r\n", "\n")


def json(row: Letter) -> dict[str, Any]:
    """A letter as the office sees it, without its text."""
    return {
        "id": row.id,
        "kind": row.kind,
        "recipient": row.recipient,
        "state": row.state,
        "attempts": row.attempts,
        "fault": row.last_fault,
        "createdAt": row.created_at.isoformat(),
        "notBefore": row.not_before.isoformat(),
        "sentAt": row.sent_at.isoformat() if row.sent_at else None,
    }
