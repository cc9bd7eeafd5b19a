"""Times as credentials write them: XML Schema dateTimeStamp, as VC Data Model 2.0 narrows it.

Reading only, and only the text: whether a time is past is decided where the clock is known.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

# VC Data Model 2.0, section 4.9 ("Validity Period"). No second 60: XML Schema has none.
_STAMP = re.compile(
    r"(?P<date>-?(?:[1-9][0-9]{3,}|0[0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))T"
    r"(?:(?P<time>(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])(?:\.(?P<fraction>[0-9]+))?"
    r"|24:00:00(?:\.0+)?)"
    r"(?P<offset>Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)


class MalformedTimestamp(ValueError):
    """The text is not a dateTimeStamp, or names a moment outside the years 1 to 9999."""


# The same few times are asked for again and again: by each check, and in every list.
@lru_cache(maxsize=1024)
def parse(text: str, *, assume_utc: bool = False) -> datetime:
    """Return the moment that `text` names, in UTC.

    The offset is mandatory. With `assume_utc` a text without one is read as UTC, as the VC Data
    Model asks of readers of its own members; it is never local time. 24:00:00 is the start of the
    next day. Digits finer than a microsecond are dropped. Raises `MalformedTimestamp`.
    """
    match = _STAMP.fullmatch(text) if len(text) <= 64 else None
    if match is None:
        raise MalformedTimestamp("not a date and time like 2027-03-31T21:59:59Z")
    offset = match["offset"]
    if offset is None:
        if not assume_utc:
            raise MalformedTimestamp("a time without Z or an offset names no moment")
        offset = "Z"
    fraction = (match["fraction"] or "0")[:6].ljust(6, "0")
    try:
        moment = datetime.fromisoformat(
            f"{match['date']}T{match['time'] or '00:00:00'}.{fraction}{offset}"
        )
        if match["time"] is None:
            moment += timedelta(days=1)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedTimestamp("no such day, or not in the years 1 to 9999") from None
