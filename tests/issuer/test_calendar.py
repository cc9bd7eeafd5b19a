"""The calendar: what is due on which day, in every state, and never too much of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer import calendar, days
from issuer.calendar import Dossier, Item, Measure, Meeting, OpenCycle
from issuer.state import Act, Award, Cycle, Event, Participation

OSLO = ZoneInfo("Europe/Oslo")
FIRST, LAST = date(2026, 3, 1), date(2027, 2, 28)
WINDOW = 90


def award(
    *events: tuple[Act, date], first: date = FIRST, last: date = LAST, code: str = "A"
) -> Award:
    sealed = Event(Act.SEAL, days.start_of(min(first, FIRST), OSLO))
    return Award(
        code=code,
        first_day=first,
        last_day=last,
        valid_from=days.start_of(first, OSLO),
        valid_until=days.end_of(last, OSLO),
        renewal_opens=days.start_of(last - timedelta(days=WINDOW), OSLO),
        patience_ends=days.end_of(last + timedelta(days=60), OSLO),
        events=(sealed, *(Event(act, days.start_of(day, OSLO)) for act, day in events)),
    )


def dossier(*awards: Award, public: bool = True, cycle: OpenCycle | None = None) -> Dossier:
    cycles = [Cycle(True, days.start_of(FIRST, OSLO), days.start_of(FIRST, OSLO))]
    if cycle is not None:
        cycles.append(Cycle(False, cycle.last_act_at, None))
    return Dossier(Participation(public, True, awards, tuple(cycles)), OSLO, WINDOW, cycle=cycle)


def noon(day: date) -> datetime:
    return days.start_of(day, OSLO) + timedelta(hours=12)


def on(asked: Dossier, day: date) -> list[Item]:
    return [due.item for due in calendar.due(asked, noon(day), silent_days=90)]


@pytest.mark.parametrize(
    ("left", "items"),
    [
        (121, []),
        (120, [Item.REMINDER_120]),
        (91, [Item.REMINDER_120]),
        (90, [Item.RENEWAL_OPENS]),
        (61, [Item.RENEWAL_OPENS]),
        (60, [Item.REMINDER_60]),
        (30, [Item.REMINDER_30]),
        (8, [Item.REMINDER_30]),
        (7, [Item.REMINDER_7]),
        (1, [Item.REMINDER_7]),
        (0, [Item.LAST_DAY]),
        (-1, []),
        (-6, []),
        (-7, [Item.LAPSED_7]),
        (-29, [Item.LAPSED_7]),
        (-30, [Item.LAPSED_30]),
        (-60, [Item.LAPSED_30]),
        (-61, []),
        (-1000, []),
    ],
)
def test_days_before_and_after_the_end(left: int, items: list[Item]) -> None:
    assert on(dossier(award()), LAST - timedelta(days=left)) == items


@pytest.mark.parametrize(
    "moment",
    [datetime(2027, 2, 27, 23, 0, tzinfo=UTC), datetime(2027, 2, 28, 22, 59, 59, tzinfo=UTC)],
)
def test_the_last_day_is_that_of_the_programme(moment: datetime) -> None:
    """Midnight in Oslo is an hour before midnight in UTC, in winter."""
    asked = dossier(award())
    second = timedelta(seconds=1)
    assert [d.item for d in calendar.due(asked, moment, silent_days=90)] == [Item.LAST_DAY]
    before = datetime(2027, 2, 27, 23, 0, tzinfo=UTC) - second
    assert [d.item for d in calendar.due(asked, before, silent_days=90)] == [Item.REMINDER_7]


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.WITHDRAW, Act.GIVE_UP, Act.VOID])
@pytest.mark.parametrize("left", [100, 90, 60, 30, 7, 0, -7, -30])
def test_no_reminder_where_the_mark_does_not_stand(act: Act, left: int) -> None:
    asked = dossier(award((act, date(2026, 6, 1))))
    assert on(asked, LAST - timedelta(days=left)) == []


def test_on_hold_and_lifted_it_is_reminded_of_once_it_stands_again() -> None:
    asked = dossier(award((Act.SUSPEND, date(2027, 1, 1)), (Act.LIFT, date(2027, 2, 10))))
    assert on(asked, date(2027, 2, 1)) == []
    assert on(asked, date(2027, 2, 10)) == [Item.REMINDER_30]


def test_nobody_is_reminded_who_never_held_it_or_is_gone() -> None:
    assert on(dossier(), LAST) == []
    assert on(dossier(award(), public=False), LAST) == []


@pytest.mark.parametrize("left", [90, 60, 30, 7, 0, -7, -30])
def test_a_renewal_sealed_ahead_stops_the_reminders(left: int) -> None:
    following = award(first=LAST + timedelta(days=1), last=date(2028, 2, 28), code="B")
    assert on(dossier(award(), following), LAST - timedelta(days=left)) == []


def test_a_renewal_that_begins_after_a_gap_stops_them_too() -> None:
    later = award(first=LAST + timedelta(days=40), last=date(2028, 4, 8), code="B")
    assert on(dossier(award(), later), LAST + timedelta(days=8)) == []


def test_a_renewal_that_was_voided_lets_them_come_again() -> None:
    voided = award(
        (Act.VOID, date(2027, 1, 20)),
        first=LAST + timedelta(days=1),
        last=date(2028, 2, 28),
        code="B",
    )
    assert on(dossier(award(), voided), date(2027, 1, 10)) == []
    assert on(dossier(award(), voided), date(2027, 1, 21)) == [Item.REMINDER_60]


def test_a_short_period_is_not_reminded_of_before_it_has_begun() -> None:
    short = award(first=FIRST, last=FIRST + timedelta(days=29))
    asked = replace(dossier(short), renewal_opens_days=10)
    assert on(asked, FIRST) == []
    assert on(asked, FIRST + timedelta(days=19)) == [Item.RENEWAL_OPENS]


def test_each_reminder_of_an_award_has_one_key_and_another_award_another() -> None:
    asked = dossier(award())
    keys = {
        (due.item, due.key)
        for day in range(-130, 70)
        for due in calendar.due(asked, noon(LAST + timedelta(days=day)), silent_days=90)
    }
    assert len(keys) == len({item for item, _ in keys}) == len(calendar.REMINDERS)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=12))
def test_whatever_rounds_are_missed_none_brings_more_than_one_reminder(gaps: Sequence[int]) -> None:
    asked = dossier(award())
    day, seen = LAST - timedelta(days=150), []
    for gap in gaps:
        day += timedelta(days=gap)
        found = list(calendar.due(asked, noon(day), silent_days=90))
        assert len(found) <= 1
        seen += [due.key for due in found if due.key not in seen]
    order = [f"{item}:A" for item in Item]
    assert seen == sorted(seen, key=order.index)


MEETING = Meeting(
    id=1,
    uid="u",
    sequence=0,
    starts_at=datetime(2026, 9, 10, 7, tzinfo=UTC),
    ends_at=datetime(2026, 9, 10, 9, tzinfo=UTC),
    arranged_at=datetime(2026, 9, 1, 12, tzinfo=UTC),
    recorded=False,
)


def meeting_on(moment: datetime, meeting: Meeting = MEETING) -> list[Item]:
    asked = replace(dossier(cycle=OpenCycle(1, moment - timedelta(days=1))), meetings=(meeting,))
    return [due.item for due in calendar.due(asked, moment, silent_days=90)]


def test_meetings() -> None:
    start, end = MEETING.starts_at, MEETING.ends_at
    assert meeting_on(start - timedelta(days=2)) == []
    assert meeting_on(start - timedelta(days=1)) == [Item.MEETING_REMINDER]
    assert meeting_on(start - timedelta(seconds=1)) == [Item.MEETING_REMINDER]
    assert meeting_on(start) == []
    assert meeting_on(end) == [Item.RECORD_MEETING]
    assert meeting_on(end + timedelta(days=59)) == [Item.RECORD_MEETING]
    assert meeting_on(end + timedelta(days=60)) == []
    assert meeting_on(end, replace(MEETING, recorded=True)) == []
    late = replace(MEETING, arranged_at=start - timedelta(days=1))
    assert meeting_on(start - timedelta(hours=2), late) == []


def test_a_moved_meeting_is_another_thing_to_be_reminded_of() -> None:
    asked = replace(dossier(cycle=OpenCycle(1, MEETING.arranged_at)), meetings=(MEETING,))
    moved = replace(asked, meetings=(replace(MEETING, sequence=1),))
    moment = MEETING.starts_at - timedelta(hours=20)
    keys = [
        due.key for each in (asked, moved) for due in calendar.due(each, moment, silent_days=90)
    ]
    assert len(set(keys)) == 2


def test_measures_past_their_date() -> None:
    measures = (Measure(5, "Samtale", date(2026, 9, 1)),)
    asked = replace(dossier(award()), measures=measures)
    assert on(asked, date(2026, 9, 1)) == []
    assert on(asked, date(2026, 9, 2)) == [Item.MEASURE_PAST]
    ended = replace(dossier(award((Act.WITHDRAW, date(2026, 8, 1)))), measures=measures)
    assert on(ended, date(2026, 9, 2)) == []


def test_silence() -> None:
    last = noon(date(2026, 5, 1))
    asked = dossier(cycle=OpenCycle(7, last))
    assert on(asked, date(2026, 7, 29)) == []
    assert on(asked, date(2026, 7, 30)) == [Item.SILENT]
    assert on(dossier(award()), date(2026, 7, 30)) == []
    ahead = replace(MEETING, starts_at=noon(date(2026, 8, 9)), ends_at=noon(date(2026, 8, 9)))
    assert on(replace(asked, meetings=(ahead,)), date(2026, 7, 30)) == []
    keys = {
        due.key
        for day in (90, 120, 400)
        for due in calendar.due(asked, last + timedelta(days=day), silent_days=90)
    }
    assert len(keys) == 1
