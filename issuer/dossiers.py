"""From the record to what the calendar judges, and which participations it has to look at.

Nothing is decided here. `candidates` only leaves out those for which nothing can be due or
everything has been done: with many participations a round must not read them all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, String, cast, exists, literal, or_, select
from sqlalchemy.orm import Session, aliased

from issuer import calendar, days, history
from issuer.office import Office
from issuer.places import PLACES
from issuer.programme import Kind
from issuer.record import life, tables
from issuer.record.post import Letter, Task

# Every participation is near these by the calendar of any time zone.
_A_DAY = timedelta(days=1)


def dossier(office: Office, session: Session, row: tables.Participation) -> calendar.Dossier:
    """What the calendar looks at of `row`."""
    return all_of(office, session, [row])[0]


def all_of(
    office: Office, session: Session, rows: Sequence[tables.Participation]
) -> list[calendar.Dossier]:
    """What the calendar looks at of each of `rows`, asked for together."""
    meetings: dict[str, list[life.Meeting]] = defaultdict(list)
    for meeting in session.scalars(
        select(life.Meeting).where(
            life.Meeting.participation_id.in_([row.id for row in rows]),
            life.Meeting.cancelled_at.is_(None),
        )
    ):
        meetings[meeting.participation_id].append(meeting)
    measures: dict[int, list[life.Measure]] = defaultdict(list)
    for measure in session.scalars(
        select(life.Measure)
        .where(life.Measure.cycle_id.in_([cycle.id for row in rows for cycle in row.cycles]))
        .order_by(life.Measure.cycle_id, life.Measure.position)
    ):
        measures[measure.cycle_id].append(measure)
    return [_dossier(office, row, meetings[row.id], measures) for row in rows]


def _dossier(
    office: Office,
    row: tables.Participation,
    meetings: Sequence[life.Meeting],
    measures: Mapping[int, Sequence[life.Measure]],
) -> calendar.Dossier:
    cycle = row.cycles[-1]
    programme = office.programme(cycle.edition)
    kinds = {r.id: r.kind for each in (True, False) for r in programme.requirements(renewal=each)}
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
        measures=_open_measures([measures.get(each.id, ()) for each in row.cycles]),
        cycle=_open(cycle, [meeting.arranged_at for meeting in meetings]),
    )


def _open_measures(plans: Sequence[Sequence[life.Measure]]) -> tuple[calendar.Measure, ...]:
    """The measures of the newest plan that are neither done nor carried on into another."""
    newest = next((plan for plan in reversed(plans) if plan), ())
    return tuple(
        calendar.Measure(measure.id, measure.title, measure.due)
        for measure in newest
        if measure.state != "done" and measure.outcome is None
    )


def _open(cycle: tables.Cycle, arranged: Iterable[datetime]) -> calendar.OpenCycle | None:
    if cycle.awards_standing or cycle.ended_at is not None:
        return None
    acts = [cycle.opened_at, cycle.prepared_at, *arranged]
    for record in cycle.records:
        acts += [record.recorded_at, record.handed_in_at, record.sent_back_at, record.accepted_at]
        acts += [act.at for act in record.acts]
    return calendar.OpenCycle(cycle.id, max(at for at in acts if at is not None))


def candidates(office: Office, session: Session, now: datetime, *, silent_days: int) -> list[str]:
    """Ids of the participations for which something may be due and is not done, in order."""
    found: set[str] = set()
    for query in (
        *_reminders(office, session, now),
        _meetings(now),
        _measures_past(now.date()),
        _silent(now, silent_days),
    ):
        found.update(session.scalars(query))
    return sorted(found)


def _reminders(office: Office, session: Session, now: datetime) -> Iterator[Select[str]]:
    """Those whose award ends, or ended, so near that a reminder is due that was not written.

    Editions that open renewal as early, in one time zone, are asked for together: which day it
    is there is known, and so which reminder is the newest.
    """
    alike: dict[tuple[date, int], list[int]] = defaultdict(list)
    for edition in session.scalars(select(tables.Edition)):
        programme = office.programme(edition)
        today = days.day_of(now, programme.timezone)
        alike[today, programme.renewal_opens_days].append(edition.id)
    award, cycle = tables.Award, tables.Cycle
    later, of_later = aliased(tables.Award), aliased(tables.Cycle)
    renewed = exists().where(
        of_later.id == later.cycle_id,
        of_later.participation_id == cycle.participation_id,
        later.state == "issued",
        later.valid_from > award.valid_from,
    )
    for (today, opens), editions in alike.items():
        for item, earliest, latest in _spans(today, opens):
            key = literal(f"{item}:") + award.code
            yield (
                select(cycle.participation_id)
                .join(award, award.cycle_id == cycle.id)
                .where(
                    award.state == "issued",
                    award.last_day.between(earliest, latest),
                    cycle.edition_id.in_(editions),
                    ~renewed,
                    ~_done(key),
                )
            )


def _spans(today: date, opens: int) -> Iterator[tuple[calendar.Item, date, date]]:
    """For each reminder: between which days an award's last one lies for which it is the newest."""
    before = sorted({**calendar.BEFORE, opens: calendar.Item.RENEWAL_OPENS}.items())
    nearer = -1
    for mark, item in before:
        yield item, today + timedelta(days=nearer + 1), today + timedelta(days=mark)
        nearer = mark
    after = sorted(calendar.AFTER.items())
    further = [mark - 1 for mark, _ in after[1:]] + [calendar.LATEST_AFTER]
    for (mark, item), most in zip(after, further, strict=True):
        yield item, today - timedelta(days=most), today - timedelta(days=mark)


def _done(key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether letters or a task with this key were written."""
    letters = [key + literal(f":{place}") for place in PLACES]
    return or_(exists().where(Letter.key.in_(letters)), exists().where(Task.key == key))


def done(session: Session, keys: Collection[str]) -> set[str]:
    """Those of `keys` with which letters or a task were written."""
    letters = {f"{key}:{place}": key for key in keys for place in PLACES}
    written = session.scalars(select(Letter.key).where(Letter.key.in_(list(letters))))
    asked = session.scalars(select(Task.key).where(Task.key.in_(list(keys))))
    return {letters[key] for key in written} | set(asked)


def is_done(session: Session, key: str) -> bool:
    """Whether letters or a task with this key were written."""
    return bool(done(session, [key]))


def _meetings(now: datetime) -> Select[str]:
    meeting = life.Meeting
    return select(meeting.participation_id).where(
        meeting.cancelled_at.is_(None),
        meeting.starts_at < now + 3 * _A_DAY,
        meeting.ends_at > now - calendar.LATEST_MEETING,
    )


def _measures_past(today: date) -> Select[str]:
    """Those with a measure past its date for which nobody was asked yet."""
    measure = life.Measure
    key = (
        literal("measure:")
        + cast(measure.id, String)
        + literal(":")
        # On both databases a day reads as in ISO 8601.
        + cast(measure.due, String)
    )
    return (
        select(tables.Cycle.participation_id)
        .join(measure, measure.cycle_id == tables.Cycle.id)
        .where(
            measure.due <= today + _A_DAY,
            measure.state != "done",
            measure.outcome.is_(None),
            ~exists().where(Task.key == key),
        )
    )


def _silent(now: datetime, silent_days: int) -> Select[str]:
    """Those long on their way, but where staff have the task of getting in touch already."""
    award, cycle = tables.Award, tables.Cycle
    standing = exists().where(award.cycle_id == cycle.id, award.state.in_(("intended", "issued")))
    asked = exists().where(
        Task.participation_id == cycle.participation_id,
        Task.kind == calendar.Item.SILENT.value,
        Task.done_at.is_(None),
    )
    return select(cycle.participation_id).where(
        cycle.ended_at.is_(None),
        cycle.closed_at.is_(None),
        cycle.opened_at < now - timedelta(days=silent_days - 1),
        ~standing,
        ~asked,
    )
