"""The register as CSV (RFC 4180), or as a Norwegian spreadsheet opens it."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from issuer import days
from issuer.register_entry import Entry

# What a spreadsheet would take for a formula, or for the end of a cell.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

_COLUMNS: Final = (
    *("name", "organisation_number", "programme", "edition", "mark", "state", "holds"),
    *("first_day", "last_day", "since", "held", "page", "successor", "unsure_since"),
)


def lines(entries: Iterable[Entry], *, excel: bool) -> Iterator[bytes]:
    """The heading, then each of `entries` as a line of its own. No cell begins with what a
    spreadsheet would run as a formula."""
    rows = (tuple(map(_harmless, _cells(entry))) for entry in entries)
    line = io.StringIO(newline="")
    writer = csv.writer(line, delimiter=";" if excel else ",", lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    yield line.getvalue().encode("utf-8-sig" if excel else "utf-8")
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow(row)
        yield line.getvalue().encode()


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        entry.name,
        entry.number or "",
        entry.programme.slug,
        entry.programme.edition,
        entry.programme.name(entry.programme.main_language),
        str(entry.state),
        "" if entry.unsure else "true" if entry.state.holds else "false",
        entry.award.first_day.isoformat() if entry.award else "",
        entry.award.last_day.isoformat() if entry.award else "",
        entry.since.isoformat() if entry.since else "",
        " ".join(f"{p.first_day.isoformat()}/{p.until.isoformat()}" for p in entry.periods),
        entry.address,
        f"{entry.base_url}/m/{entry.successor.slug}" if entry.successor else "",
        days.timestamp(entry.unsure) if entry.unsure else "",
    )


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
