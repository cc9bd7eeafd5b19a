"""Whole calendar days: the last one included, right over leap days and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer import days
from issuer.errors import BadInput, Refused
from issuer.programme import Period

OSLO = ZoneInfo("Europe/Oslo")
YEAR = Period(years=1)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 24), date(2027, 11, 23)),
        (date(2027, 1, 1), date(2027, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 27)),  # 29 February + one year is 28 February
    ],
)
def test_a_year_ends_the_day_before_its_anniversary(first: date, last: date) -> None:
    assert days.last_day(first, YEAR) == last


def test_months_clamp_to_the_last_day_of_the_month() -> None:
    assert days.plus(date(2026, 8, 31), Period(months=6)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        # Winter, summer, and the days on which the clock changes (23 and 25 hours).
        (date(2027, 1, 10), "2027-01-09T23:00:00Z", "2027-01-10T22:59:59Z"),
        (date(2027, 7, 10), "2027-07-09T22:00:00Z", "2027-07-10T21:59:59Z"),
        (date(2027, 3, 28), "2027-03-27T23:00:00Z", "2027-03-28T21:59:59Z"),
        (date(2026, 10, 25), "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"),
    ],
)
def test_a_day_begins_and_ends_by_the_clock_of_its_zone(day: date, begins: str, ends: str) -> None:
    assert days.timestamp(days.start_of(day, OSLO)) == begins
    assert days.timestamp(days.end_of(day, OSLO)) == ends


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_days_follow_each_other_without_gap_or_overlap(day: date) -> None:
    following = day + timedelta(days=1)
    assert days.end_of(day, OSLO) + timedelta(seconds=1) == days.start_of(following, OSLO)
    assert days.day_of(days.end_of(day, OSLO), OSLO) == day


def first_day(today: date, previous: date | None, chosen: date | None = None) -> date:
    return days.first_day(today, previous_last_day=previous, renewal_opens_days=90, chosen=chosen)


def test_renewed_early_no_day_is_lost() -> None:
    assert first_day(date(2027, 9, 1), date(2027, 11, 23)) == date(2027, 11, 24)


def test_renewed_on_the_last_day_the_new_year_follows() -> None:
    assert first_day(date(2027, 11, 23), date(2027, 11, 23)) == date(2027, 11, 24)


def test_renewed_late_it_is_not_back_dated() -> None:
    assert first_day(date(2027, 12, 5), date(2027, 11, 23)) == date(2027, 12, 5)


def test_renewal_waits_for_its_window() -> None:
    assert first_day(date(2027, 8, 25), date(2027, 11, 23)) == date(2027, 11, 24)
    with pytest.raises(Refused, match="2027-08-25"):
        first_day(date(2027, 8, 24), date(2027, 11, 23))


def test_a_later_first_day_may_be_chosen_within_sixty_days() -> None:
    today = date(2027, 1, 10)
    assert first_day(today, None, today + timedelta(days=60)) == date(2027, 3, 11)
    for wrong in (today - timedelta(days=1), today + timedelta(days=61)):
        with pytest.raises(BadInput):
            first_day(today, None, wrong)


def test_a_renewal_cannot_choose_a_day_that_leaves_a_gap() -> None:
    with pytest.raises(BadInput, match="2027-11-24"):
        first_day(date(2027, 9, 1), date(2027, 11, 23), date(2027, 11, 30))


def test_timestamps_are_whole_seconds_in_utc() -> None:
    moment = datetime(2027, 3, 3, 1, 2, 3, 999_999, tzinfo=OSLO)
    assert days.timestamp(moment) == "2027-03-03T00:02:03Z"
    assert days.timestamp(moment.astimezone(UTC)) == "2027-03-03T00:02:03Z"
