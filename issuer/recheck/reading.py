"""The record's columns by plain SQL, the same on SQLite and PostgreSQL."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, text

Row = Mapping[str, Any]


def rows(connection: Connection, query: str, **values: Any) -> Iterator[Row]:
    """The rows of `query`, a few hundred at a time, so that a large record stays on disk."""
    result = connection.execute(text(query).execution_options(yield_per=500), values)
    for row in result.mappings():
        yield dict(row)


def moment(value: object) -> datetime | None:
    """An instant: SQLite hands out text in UTC, PostgreSQL an aware value."""
    if value is None:
        return None
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(found, datetime):
        raise TypeError(f"not an instant: {value!r}")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def instant(value: object) -> datetime:
    """An instant that is never absent."""
    found = moment(value)
    if found is None:
        raise TypeError("an instant is missing")
    return found


def day(value: object) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise TypeError(f"not a day: {value!r}")


def value(stored: object) -> Any:
    """A JSON column: text in SQLite, already taken apart in PostgreSQL."""
    return json.loads(stored) if isinstance(stored, str) else stored


def whole(stored: object) -> bytes:
    """A column of bytes; absent ones are empty. SQLite keeps whatever kind it was given."""
    if isinstance(stored, str):
        return stored.encode()
    return bytes(stored) if isinstance(stored, bytes | memoryview) else b""
