"""Times as the VC Data Model writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.timestamps import MalformedTimestamp, parse


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-03-31T21:59:59Z", datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC)),
        ("2027-03-31T23:59:59+02:00", datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC)),
        ("2027-01-01T00:30:00+14:00", datetime(2026, 12, 31, 10, 30, tzinfo=UTC)),
        ("2027-01-01T00:00:00-00:00", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-01-01T00:00:00.5Z", datetime(2027, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2027-01-01T00:00:00.1234567Z", datetime(2027, 1, 1, 0, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T24:00:00.000+01:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("2028-02-29T12:00:00Z", datetime(2028, 2, 29, 12, tzinfo=UTC)),
    ],
)
def test_accepted(text: str, moment: datetime) -> None:
    assert parse(text) == moment
    assert parse(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027-03-31",
        "2027-03-31T21:59:59",
        "2027-03-31t21:59:59z",
        "2027-03-31 21:59:59Z",
        "2027-03-31T21:59Z",
        "2027-03-31T21:59:60Z",
        "2027-03-31T24:00:01Z",
        "2027-03-31T24:00:00.001Z",
        "2027-03-31T25:00:00Z",
        "2027-13-01T00:00:00Z",
        "2027-02-29T00:00:00Z",
        "2027-04-31T00:00:00Z",
        "2027-00-01T00:00:00Z",
        "2027-01-00T00:00:00Z",
        "227-01-01T00:00:00Z",
        "02027-01-01T00:00:00Z",
        "12027-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "-2027-01-01T00:00:00Z",
        "9999-12-31T24:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
        "2027-01-01T00:00:00+14:01",
        "2027-01-01T00:00:00+0200",
        "2027-01-01T00:00:00+2:00",
        "2027-01-01T00:00:00.Z",
        "2027-01-01T00:00:00,5Z",
        "2027-01-01T00:00:00Z ",
        " 2027-01-01T00:00:00Z",
        "2027-01-01T00:00:00Z\n",
        "２０２７-01-01T00:00:00Z",
        "20270101T000000Z",
        "2027-W01-1T00:00:00Z",
        "2027-01-01T00:00:00." + "0" * 1000 + "Z",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(MalformedTimestamp):
        parse(text)


def test_without_an_offset_it_is_utc_or_nothing() -> None:
    assert parse("2027-03-31T21:59:59", assume_utc=True) == datetime(
        2027, 3, 31, 21, 59, 59, tzinfo=UTC
    )
    assert parse("2027-03-31T21:59:59+02:00", assume_utc=True).hour == 19
    with pytest.raises(MalformedTimestamp):
        parse("2027-03-31", assume_utc=True)


@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)),
    st.integers(-14 * 60, 14 * 60),
)
def test_reads_what_python_writes(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse(aware.isoformat(timespec="microseconds")) == aware
