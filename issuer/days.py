"""Validity in whole calendar days of the programme's time zone, the last one included.

Pure: days and instants in, days and instants out.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from issuer.errors import BadInput, Refused
from issuer.programme import Period
from issuer.texts import N_

# How far ahead of the decision the first day may be chosen.
MOST_DAYS_AHEAD = 60


def plus(day: date, period: Period) -> date:
    """`day` + `period`; a day the month does not have becomes its last one (29 February
    and one year: 28 February)."""
    months = day.year * 12 + day.month - 1 + period.years * 12 + period.months
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=period.days)


def last_day(first_day: date, validity: Period) -> date:
    return plus(first_day, validity) - timedelta(days=1)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """00:00:00 of `day` in `zone`, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """23:59:59 of `day` in `zone`, in UTC: the last whole second of the day."""
    return start_of(day + timedelta(days=1), zone) - timedelta(seconds=1)


def first_day(
    today: date,
    *,
    previous_last_day: date | None,
    renewal_opens_days: int,
    chosen: date | None = None,
) -> date:
    """The first day of an award decided `today`.

    `previous_last_day` is the end of the award that this one renews, None where there is
    nothing to renew (never held, or ended by a decision). Renewed before that end, the new
    year starts the day after it; renewed later, today: never back-dated. Without a running
    award a later day may be chosen.
    """
    if previous_last_day is not None and previous_last_day >= today:
        opens = previous_last_day - timedelta(days=renewal_opens_days)
        if today < opens:
            raise Refused(
                N_("Renewal opens on %(opens)s. Until then the present award stands."),
                opens=opens.isoformat(),
            )
        following = previous_last_day + timedelta(days=1)
        if chosen not in (None, following):
            raise BadInput(
                N_("A renewal starts the day after the present award ends: %(day)s."),
                day=following.isoformat(),
            )
        return following
    if chosen is None:
        return today
    if not today <= chosen <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise BadInput(
            N_("The first day must be between %(today)s and %(most)s days later."),
            today=today.isoformat(),
            most=MOST_DAYS_AHEAD,
        )
    return chosen


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z` and whole seconds, as credentials carry it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
