"""From the record to what the calendar judges, and which participations it has to look at.

Nothing is decided here. `candidates` only leaves out those for which nothing can be due or
everything has been done: with many participations a round must not read them all.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select
from sqlalchemy.orm import Session, aliased

from issuer import calendar, history
from issuer.office import Office
from issuer.programme import Kind
from issuer.record import life, tables
from issuer.record.post import Letter, Task

# Every participation is near one of these by the calendar of any time zone.
_A_DAY = timedelta(days=1)
_PLACES = ("first", "second", "role")
_MANY = 200


def dossier(office: Office, session: Session, row: tables.Participation) -> calendar.Dossier:
    """What the calendar looks at of `row`."""
    cycle = row.cycles[-1]
    programme = office.programme(cycle.edition)
    kinds = {r.id: r.kind for each in (True, False) for r in programme.requirements(renewal=each)}
    meetings = session.scalars(
        select(life.Meeting).where(
            life.Meeting.participation_id == row.id, life.Meeting.cancelled_at.is_(None)
        )
    ).all()
    held = [
        record.recorded_at
        for each in row.cycles
        for record in each.records
        if kinds.get(record.requirement) is Kind.MEETING
    ]
    return calendar.Dossier(
        participation=history.participation(row),
        zone=programme.timezone,
        renewal_opens_days=programme.renewal_opens_days,
        meetings=tuple(
            calendar.Meeting(
                id=meeting.id,
                uid=meeting.uid,
                sequence=meeting.sequence,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                arranged_at=meeting.arranged_at,
                recorded=any(at >= meeting.starts_at for at in held),
            )
            for meeting in meetings
        ),
        measures=_measures(session, row),
        cycle=_open(cycle, [meeting.arranged_at for meeting in meetings]),
    )


def _measures(session: Session, row: tables.Participation) -> tuple[calendar.Measure, ...]:
    """The measures of the newest plan that are neither done nor carried on into another."""
    found = session.scalars(
        select(life.Measure)
        .where(life.Measure.cycle_id.in_([cycle.id for cycle in row.cycles]))
        .order_by(life.Measure.cycle_id, life.Measure.position)
    ).all()
    if not found:
        return ()
    newest = max(measure.cycle_id for measure in found)
    return tuple(
        calendar.Measure(measure.id, measure.title, measure.due)
        for measure in found
        if measure.cycle_id == newest and measure.state != "done" and measure.outcome is None
    )


def _open(cycle: tables.Cycle, arranged: Iterable[datetime]) -> calendar.OpenCycle | None:
    if cycle.awards_standing or cycle.ended_at is not None:
        return None
    acts = [cycle.opened_at, cycle.prepared_at, *arranged]
    for record in cycle.records:
        acts += [record.recorded_at, record.handed_in_at, record.sent_back_at, record.accepted_at]
        acts += [act.at for act in record.acts]
    return calendar.OpenCycle(cycle.id, max(at for at in acts if at is not None))


def candidates(
    session: Session, now: datetime, *, silent_days: int
) -> Iterator[list[tables.Participation]]:
    """The participations for which something may be due, some at a time."""
    found: set[str] = set()
    for query in (
        *_reminders(now.date()),
        _meetings(now),
        _measures_past(now.date()),
        _silent(now, silent_days),
    ):
        found.update(session.scalars(query))
    ids = sorted(found)
    for start in range(0, len(ids), _MANY):
        some = ids[start : start + _MANY]
        rows = select(tables.Participation).where(tables.Participation.id.in_(some))
        yield list(session.scalars(rows).unique())


def _reminders(today: date) -> Iterator[Select[str]]:
    """Those whose award ends, or ended, near a day of a reminder that was not written yet."""
    award, cycle = tables.Award, tables.Cycle
    later, of_later = aliased(tables.Award), aliased(tables.Cycle)
    renewed = exists().where(
        of_later.id == later.cycle_id,
        of_later.participation_id == cycle.participation_id,
        later.state == "issued",
        later.valid_from > award.valid_from,
    )
    before = sorted(calendar.BEFORE)
    after = sorted(calendar.AFTER)
    spans: list[tuple[calendar.Item, ColumnElement[bool]]] = [
        (
            calendar.BEFORE[mark],
            # From the day after the next nearer mark; a day more on each side, for time zones.
            award.last_day.between(
                today + timedelta(days=nearer) - _A_DAY, today + timedelta(days=mark) + _A_DAY
            ),
        )
        for nearer, mark in zip((0, *before), before, strict=False)
    ]
    spans += [
        (
            calendar.AFTER[mark],
            award.last_day.between(
                today - timedelta(days=further) - _A_DAY, today - timedelta(days=mark) + _A_DAY
            ),
        )
        for mark, further in zip(after, (*after[1:], calendar.LATEST_AFTER), strict=True)
    ]
    now_open = and_(
        award.last_day >= today - _A_DAY,
        award.renewal_opens < _instant(today + 2 * _A_DAY),
    )
    spans.append((calendar.Item.RENEWAL_OPENS, now_open))
    for item, span in spans:
        key = literal(f"{item}:") + award.code
        yield (
            select(cycle.participation_id)
            .join(award, award.cycle_id == cycle.id)
            .where(award.state == "issued", span, ~renewed, ~_done(key))
        )


def _instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _done(key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether letters or a task with this key were written."""
    letters = [key + literal(f":{place}") for place in _PLACES]
    return or_(exists().where(Letter.key.in_(letters)), exists().where(Task.key == key))


def is_done(session: Session, key: str) -> bool:
    """Whether letters or a task with this key were written."""
    return bool(session.scalar(select(_done(literal(key)))))


def _meetings(now: datetime) -> Select[str]:
    meeting = life.Meeting
    return select(meeting.participation_id).where(
        meeting.cancelled_at.is_(None),
        meeting.starts_at < now + 3 * _A_DAY,
        meeting.ends_at > now - calendar.LATEST_MEETING,
    )


def _measures_past(today: date) -> Select[str]:
    measure = life.Measure
    return (
        select(tables.Cycle.participation_id)
        .join(measure, measure.cycle_id == tables.Cycle.id)
        .where(measure.due <= today + _A_DAY, measure.state != "done", measure.outcome.is_(None))
    )


def _silent(now: datetime, silent_days: int) -> Select[str]:
    award = tables.Award
    standing = exists().where(
        award.cycle_id == tables.Cycle.id, award.state.in_(("intended", "issued"))
    )
    return select(tables.Cycle.participation_id).where(
        tables.Cycle.ended_at.is_(None),
        tables.Cycle.opened_at < now - timedelta(days=silent_days - 1),
        ~standing,
    )
