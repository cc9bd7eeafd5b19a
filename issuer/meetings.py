"""Meetings that lie ahead: arranged, moved, called off; those concerned are invited by mail.

The invitation keeps one `uid`; each change has a higher `sequence`, so that calendar programs
take the newer in place of the older. That a meeting was held is recorded as a requirement.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from issuer import audit, names, participations, post
from issuer.errors import BadInput, NotFound, WrongState
from issuer.office import Office
from issuer.post.kinds import Kind
from issuer.post.meetings import Invitation
from issuer.record.life import Meeting
from issuer.record.tables import Participation
from issuer.texts import N_

_SHORTEST, _LONGEST = timedelta(minutes=10), timedelta(hours=12)


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise BadInput(N_("A meeting is arranged for a moment that lies ahead."))
    if not _SHORTEST <= ends_at - starts_at <= _LONGEST:
        raise BadInput(N_("A meeting lasts from ten minutes to twelve hours."))


def arrange(
    session: Session,
    office: Office,
    participation: Participation,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    by: str,
    now: datetime,
) -> Meeting:
    """Arrange a meeting and invite the contacts."""
    check_times(starts_at, ends_at, now)
    row = Meeting(
        participation=participation,
        starts_at=starts_at,
        ends_at=ends_at,
        place=names.clean(place),
        uid=f"{uuid.uuid4()}@{office.settings.host}",
        sequence=0,
        arranged_at=now,
        arranged_by=participations.check_person(by),
    )
    session.add(row)
    session.flush()
    _done(session, office, row, "arrange", Kind.MEETING_INVITED, by=by, now=now)
    return row


def move(
    session: Session,
    office: Office,
    row: Meeting,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str | None,
    by: str,
    now: datetime,
    reason: str = "",
) -> None:
    """Give a meeting another time or place, and tell the contacts."""
    _check_ahead(row, now)
    check_times(starts_at, ends_at, now)
    row.starts_at, row.ends_at = starts_at, ends_at
    row.place = row.place if place is None else names.clean(place)
    row.sequence += 1
    row.arranged_at, row.arranged_by = now, participations.check_person(by)
    session.flush()
    _done(session, office, row, "move", Kind.MEETING_MOVED, by=by, reason=reason, now=now)


def cancel(
    session: Session, office: Office, row: Meeting, *, by: str, now: datetime, reason: str = ""
) -> None:
    """Call a meeting off, and tell the contacts."""
    _check_ahead(row, now)
    row.cancelled_at = now
    row.sequence += 1
    session.flush()
    _done(session, office, row, "cancel", Kind.MEETING_CANCELLED, by=by, reason=reason, now=now)


def find(session: Session, number: int) -> Meeting:
    row = session.get(Meeting, number)
    if row is None:
        raise NotFound(N_("There is no meeting %(number)s."), number=number)
    return row


def listing(
    session: Session,
    now: datetime,
    *,
    all_: bool = False,
    after: tuple[datetime, int] | None = None,
    most: int | None = None,
) -> list[Meeting]:
    """The meetings that lie ahead, or all of them, in the order of their time: up to `most`,
    those after the place `after`."""
    query = select(Meeting).order_by(Meeting.starts_at, Meeting.id).limit(most)
    if after is not None:
        at, number = after
        later = or_(Meeting.starts_at > at, Meeting.id > number)
        query = query.where(Meeting.starts_at >= at, later)
    if not all_:
        query = query.where(Meeting.ends_at > now, Meeting.cancelled_at.is_(None))
    return list(session.scalars(query))


def place(row: Meeting) -> tuple[datetime, int]:
    """Where `row` stands in `listing`."""
    return row.starts_at, row.id


def json(row: Meeting) -> dict[str, Any]:
    """A meeting as the office sees it."""
    return {
        "number": row.id,
        "participation": row.participation.slug,
        "startsAt": row.starts_at.isoformat(),
        "endsAt": row.ends_at.isoformat(),
        "place": row.place,
        "cancelledAt": row.cancelled_at.isoformat() if row.cancelled_at else None,
    }


def _check_ahead(row: Meeting, now: datetime) -> None:
    if row.cancelled_at is not None:
        raise WrongState(N_("The meeting %(number)s was called off."), number=row.id)
    if row.ends_at <= now:
        raise WrongState(N_("The meeting %(number)s is over."), number=row.id)


def _done(
    session: Session,
    office: Office,
    row: Meeting,
    act: str,
    kind: Kind,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> None:
    about = row.participation
    audit.write(session, f"meeting.{act}", about.slug, by=by, reason=reason, now=now, uid=row.uid)
    invitation = Invitation(
        uid=row.uid,
        sequence=row.sequence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=office.programme(about.cycles[-1].edition).timezone,
        place=row.place,
        cancelled=row.cancelled_at is not None,
    )
    post.tell(
        session,
        office,
        kind,
        about,
        key=f"meeting:{row.uid}:{row.sequence}:{act}",
        now=now,
        invitation=invitation,
        when=row.starts_at,
        place=row.place,
    )
