"""Doing what the calendar says is due: reminders written, tasks asked.

Everything has a key, looked for and written in one transaction, so a round may be done twice,
or on two machines at once, and nothing is done twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import calendar, codes, dossiers, forgetting, leases, post, tasks
from issuer.calendar import Due, Item
from issuer.office import Office
from issuer.post.kinds import Kind
from issuer.record.life import Meeting
from issuer.record.tables import Participation, PublicKey

# One process at a time looks through the calendar, and again after so long.
BETWEEN = timedelta(minutes=10)


@dataclass(frozen=True)
class Written:
    """How many letters and tasks a round has added."""

    letters: int = 0
    tasks: int = 0


@dataclass(frozen=True)
class Waiting:
    """One thing that is due for the participation at `slug`, and not done."""

    slug: str
    due: Due

    def json(self) -> dict[str, Any]:
        due = self.due
        return {
            "participation": self.slug,
            "item": due.item.value,
            "since": due.since.isoformat() if due.since else None,
            "award": codes.grouped(due.award.code) if due.award else None,
            "lastDay": due.award.last_day.isoformat() if due.award else None,
            "daysLeft": due.left if due.award else None,
            "meeting": due.meeting.id if due.meeting else None,
            "measure": due.measure.title if due.measure else None,
        }


def waiting(office: Office) -> list[Waiting]:
    """Everything that is due now and not done, by address. Nothing is written."""
    some = _some_at_a_time(office, office.now())
    found = [Waiting(slug, due) for part in some for _, slug, open_ in part for due in open_]
    return sorted(found, key=lambda each: (each.slug, each.due.key))


def run(office: Office, *, by_itself: bool = False) -> Written:
    """One round through the calendar. `by_itself`: only if no process did it just now."""
    if by_itself and not leases.take(office, "calendar", BETWEEN):
        return Written()
    now = office.now()
    letters = added = 0
    pending = (identifier for part in _some_at_a_time(office, now) for identifier, *_ in part)
    for identifier in pending:
        # A transaction each: an organisation's reminders hold up nobody who seals meanwhile.
        with office.transaction() as session:
            row = session.get_one(Participation, identifier)
            ((_, open_),) = _open(office, session, [row], now)
            for each in open_:
                if each.item in _TASKS:
                    added += _ask(session, row, each, now)
                else:
                    letters += len(_remind(office, session, row, each, now))
    added += _keys(office, now)
    forgetting.run(office, now)
    return Written(letters, added)


_SOME = 200
_TASKS = frozenset((Item.RECORD_MEETING, Item.MEASURE_PAST, Item.SILENT))


def _some_at_a_time(office: Office, now: datetime) -> Iterator[list[tuple[str, str, list[Due]]]]:
    """Id, address and what is open of those that have something open. The record is let go of
    before each part is given: with many thousands, nobody could write meanwhile."""
    silent_days = office.settings.calendar.silent_days
    with office.reading() as session:
        ids = dossiers.candidates(office, session, now, silent_days=silent_days)
    for start in range(0, len(ids), _SOME):
        with office.reading() as session:
            some = select(Participation).where(Participation.id.in_(ids[start : start + _SOME]))
            rows = session.scalars(some).unique().all()
            part = [
                (row.id, row.slug, open_)
                for row, open_ in _open(office, session, rows, now)
                if open_
            ]
        yield part


def _open(
    office: Office, session: Session, rows: Sequence[Participation], now: datetime
) -> list[tuple[Participation, list[Due]]]:
    """What is due for each of `rows` and not done yet; some rows cost as many questions as one."""
    silent_days = office.settings.calendar.silent_days
    found = [
        (row, list(calendar.due(judged, now, silent_days=silent_days)))
        for row, judged in zip(rows, dossiers.all_of(office, session, rows), strict=True)
    ]
    done = dossiers.done(session, {each.key for _, due in found for each in due})
    return [(row, [each for each in due if each.key not in done]) for row, due in found]


def _ask(session: Session, row: Participation, due: Due, now: datetime) -> bool:
    details = {} if due.measure is None else {"measure": due.measure.id}
    return tasks.ask(
        session, due.key, due.item.value, now=now, participation=row, due=due.since, **details
    )


def _remind(
    office: Office, session: Session, row: Participation, due: Due, now: datetime
) -> list[str]:
    if due.meeting is not None:
        meeting = session.get_one(Meeting, due.meeting.id)
        return post.tell(
            session,
            office,
            Kind.MEETING_REMINDER,
            row,
            key=due.key,
            now=now,
            when=meeting.starts_at,
            place=meeting.place,
        )
    if due.award is None:
        raise ValueError(f"{due.item} is about an award")
    programme = office.programme(row.cycles[-1].edition)
    return post.tell(
        session,
        office,
        Kind(due.item.value),
        row,
        key=due.key,
        now=now,
        last=due.award.last_day,
        left=due.left,
        opens=due.award.renewal_opens.astimezone(programme.timezone).date(),
    )


def _keys(office: Office, now: datetime) -> int:
    """Tasks for keys that sign and have grown old."""
    oldest = now - timedelta(days=office.settings.calendar.key_days)
    with office.reading() as session:
        rows = session.scalars(
            select(PublicKey).where(PublicKey.retired.is_(None), PublicKey.compromised.is_(None))
        ).all()
        signing = {
            row.purpose: row
            for row in sorted(rows, key=lambda row: row.signs_from)
            if row.signs_from <= now
        }
        old = [
            row
            for row in signing.values()
            if row.signs_from <= oldest and not dossiers.is_done(session, f"key:{row.fragment}")
        ]
    if not old:
        return 0
    with office.transaction() as session:
        return sum(
            tasks.ask(session, f"key:{row.fragment}", "key.old", now=now, purpose=row.purpose)
            for row in old
        )
