"""What is due for one participation at one moment: reminders, meetings, measures, silence.

Pure. Days are those of the programme's time zone. Each thing that is due has a key, and is
done once by that key. Where rounds were missed, only the newest reminder is due and not
everything that should have come before it. Reading the record is `issuer.dossiers`, doing what
is due `issuer.agenda`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from issuer import days, state
from issuer.state import State


class Item(StrEnum):
    """What can be due. The first eight are reminders about the end of an award."""

    REMINDER_120 = "reminder_120"
    RENEWAL_OPENS = "renewal_opens"
    REMINDER_60 = "reminder_60"
    REMINDER_30 = "reminder_30"
    REMINDER_7 = "reminder_7"
    LAST_DAY = "last_day"
    LAPSED_7 = "lapsed_7"
    LAPSED_30 = "lapsed_30"
    MEETING_REMINDER = "meeting_reminder"
    RECORD_MEETING = "meeting.record"
    MEASURE_PAST = "measure.past"
    SILENT = "participation.silent"


# Days before the end at which a reminder is due, and days after it.
BEFORE = {
    120: Item.REMINDER_120,
    60: Item.REMINDER_60,
    30: Item.REMINDER_30,
    7: Item.REMINDER_7,
    0: Item.LAST_DAY,
}
AFTER = {7: Item.LAPSED_7, 30: Item.LAPSED_30}
# So long after the end nothing is said any more, whatever was missed.
LATEST_AFTER = 60
REMINDERS = frozenset((*BEFORE.values(), Item.RENEWAL_OPENS, *AFTER.values()))
# A meeting that was held so long ago is not asked for any more.
LATEST_MEETING = timedelta(days=60)


@dataclass(frozen=True)
class Meeting:
    """A meeting that was not cancelled; `recorded`: its outcome stands in the record."""

    id: int
    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    arranged_at: datetime
    recorded: bool


@dataclass(frozen=True)
class Measure:
    """A measure of the newest plan that is not done."""

    id: int
    title: str
    due: date


@dataclass(frozen=True)
class OpenCycle:
    """The cycle under way, and when anything was last done in it."""

    id: int
    last_act_at: datetime


@dataclass(frozen=True)
class Dossier:
    """All that the calendar looks at of one participation."""

    participation: state.Participation
    zone: ZoneInfo
    renewal_opens_days: int
    meetings: tuple[Meeting, ...] = ()
    measures: tuple[Measure, ...] = ()
    cycle: OpenCycle | None = None


@dataclass(frozen=True)
class Due:
    """One thing that is due. `left`: whole days to the award's last day, negative after it."""

    item: Item
    key: str
    award: state.Award | None = None
    left: int = 0
    meeting: Meeting | None = None
    measure: Measure | None = None
    since: date | None = None


def due(dossier: Dossier, now: datetime, *, silent_days: int) -> Iterator[Due]:
    """Everything that is due at `now`, done or not: who does it looks at the keys."""
    standing = state.state(dossier.participation, now)
    if (reminder := _reminder(dossier, standing, now)) is not None:
        yield reminder
    if not dossier.participation.public:
        return
    ended = standing.state in (State.WITHDRAWN, State.GIVEN_UP) and dossier.cycle is None
    if ended:
        return
    yield from _meetings(dossier, now)
    today = days.day_of(now, dossier.zone)
    for measure in dossier.measures:
        if measure.due < today and (standing.state.holds or dossier.cycle is not None):
            key = f"measure:{measure.id}:{measure.due.isoformat()}"
            yield Due(Item.MEASURE_PAST, key, measure=measure, since=measure.due)
    if (silent := _silent(dossier, now, silent_days)) is not None:
        yield silent


def _reminder(dossier: Dossier, standing: state.PublicState, now: datetime) -> Due | None:
    """The newest reminder that fits: none where the mark is on hold, was ended by a decision,
    or is renewed already."""
    award = standing.award
    if award is None or _renewed(dossier.participation, award, now):
        return None
    today = days.day_of(now, dossier.zone)
    left = (award.last_day - today).days
    if standing.state.holds:
        marks = {**BEFORE, dossier.renewal_opens_days: Item.RENEWAL_OPENS}
        # The day of the last reminder lies ahead in short periods: it comes after the sealing.
        fitting = [
            mark
            for mark in marks
            if left <= mark and award.last_day - timedelta(days=mark) > award.first_day
        ]
        if not fitting:
            return None
        item = marks[min(fitting)]
    elif standing.state in (State.LAPSED, State.LAPSED_RENEWING):
        # On hold when it ended: whatever is to be said is said by people.
        if award.suspension(now) is not None or -left > LATEST_AFTER:
            return None
        gone = [mark for mark in AFTER if -left >= mark]
        if not gone:
            return None
        item = AFTER[max(gone)]
    else:
        return None
    return Due(item, f"{item}:{award.code}", award=award, left=left)


def _renewed(participation: state.Participation, award: state.Award, now: datetime) -> bool:
    """Whether a later award of this participation is sealed and was not ended."""
    return any(
        later.valid_from > award.valid_from
        and any(event.act is state.Act.SEAL for event in later.by(now))
        and later.end(now) is None
        for later in participation.awards
    )


def _meetings(dossier: Dossier, now: datetime) -> Iterator[Due]:
    today = days.day_of(now, dossier.zone)
    for meeting in dossier.meetings:
        day_before = days.day_of(meeting.starts_at, dossier.zone) - timedelta(days=1)
        arranged = days.day_of(meeting.arranged_at, dossier.zone)
        # Whoever was invited the day before needs no reminder.
        if day_before <= today and now < meeting.starts_at and arranged < day_before:
            key = f"meeting:{meeting.uid}:{meeting.sequence}:reminder"
            yield Due(Item.MEETING_REMINDER, key, meeting=meeting)
        over = meeting.ends_at <= now < meeting.ends_at + LATEST_MEETING
        if over and not meeting.recorded:
            key = f"meeting:{meeting.uid}:{meeting.sequence}:record"
            held = days.day_of(meeting.starts_at, dossier.zone)
            yield Due(Item.RECORD_MEETING, key, meeting=meeting, since=held)


def _silent(dossier: Dossier, now: datetime, silent_days: int) -> Due | None:
    cycle = dossier.cycle
    if cycle is None or any(meeting.ends_at > now for meeting in dossier.meetings):
        return None
    last = days.day_of(cycle.last_act_at, dossier.zone)
    if (days.day_of(now, dossier.zone) - last).days < silent_days:
        return None
    return Due(Item.SILENT, f"silent:{cycle.id}:{last.isoformat()}", since=last)
