"""Organisations from a CSV file: row by row into the record, whole or not at all, and again.

A row that cannot be taken is told with its line; the others are taken all the same. What was
taken is counted with each batch in the same transaction, so that an import that was cut off
goes on where it stopped when the same file is given again.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from issuer import audit, contacts, participations, programmes
from issuer.errors import BadInput, IssuerError
from issuer.office import Office
from issuer.organisations import KINDS
from issuer.record.life import ImportJob
from issuer.texts import N_

MOST_BYTES: Final = 64 * 1024 * 1024
_BATCH = 200

COLUMNS: Final = (
    *("name", "name_language", "number", "kind", "listed"),
    *("contact_name", "contact_email", "contact_phone", "language"),
)

_YES_NO: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("", "no", "nei", "false", "0"), False),
    **dict.fromkeys(("yes", "ja", "true", "1"), True),
}


@dataclass(frozen=True)
class Row:
    """One line of the file; `line` is where it ends, counted from 1."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """A file that can be read: how, and its rows."""

    encoding: str
    delimiter: str
    digest: str
    rows: tuple[Row, ...]


@dataclass
class Told:
    """What came of an import: rows that were taken, those passed over because an earlier run had
    them, and the faults by line."""

    taken: int = 0
    before: int = 0
    faults: list[tuple[int, IssuerError]] = field(default_factory=list)


def read(data: bytes) -> Sheet:
    """Read a CSV file as people save it: UTF-8 with or without byte order mark, else the code
    page of Norwegian spreadsheets; `;` or `,`. Raises `BadInput`."""
    if len(data) > MOST_BYTES:
        raise BadInput(N_("The file is larger than 64 MiB. Split it."))
    text, encoding = _decoded(data)
    heading = text.partition("\n")[0]
    delimiter = ";" if heading.count(";") >= heading.count(",") and ";" in heading else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [cell.strip().lower() for cell in next(reader, [])]
        _check_columns(names)
        rows = tuple(_rows(reader, names))
    except csv.Error as fault:
        raise BadInput(
            N_("Line %(line)s is no CSV: %(fault)s."), line=reader.line_num, fault=str(fault)
        ) from fault
    return Sheet(encoding, delimiter, hashlib.sha256(data).hexdigest(), rows)


def _decoded(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise BadInput(N_("The file is neither UTF-8 nor cp1252. Save it as CSV in UTF-8."))


def _check_columns(names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or "name" not in names or len(set(names)) != len(names):
        raise BadInput(
            N_("The first line names the columns, each once, with name among them: %(known)s."),
            known=", ".join(COLUMNS),
        )


def _rows(reader: Iterator[list[str]], names: list[str]) -> Iterator[Row]:
    line = 1
    for cells in reader:
        line = getattr(reader, "line_num", line + 1)
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            yield Row(line, {})
            continue
        padded = [*cells, *[""] * (len(names) - len(cells))]
        yield Row(line, dict(zip(names, (cell.strip() for cell in padded), strict=True)))


def check(row: Row) -> None:
    """Raise `BadInput` for what is wrong with a row by itself."""
    cells = row.cells
    if not cells:
        raise BadInput(N_("This line has more cells than the first one."))
    participations.check_name(cells["name"], cells.get("name_language") or None)
    participations.check_number(cells.get("number"))
    if cells.get("kind") and cells["kind"] not in KINDS:
        raise BadInput(N_("Choose one of: %(known)s."), known=", ".join(KINDS))
    if cells.get("listed", "").lower() not in _YES_NO:
        raise BadInput(N_("Write yes or no, or leave it empty (column %(name)s)."), name="listed")
    if cells.get("contact_email"):
        contacts.check_email(cells["contact_email"])
        contacts.check_phone(cells.get("contact_phone"))
        contacts.check_language(cells.get("language") or None)


def rehearse(sheet: Sheet) -> Told:
    """What `run` would say of the rows by themselves. Nothing is written."""
    told = Told()
    for row in sheet.rows:
        try:
            check(row)
            told.taken += 1
        except IssuerError as fault:
            told.faults.append((row.line, fault))
    return told


def run(
    office: Office,
    sheet: Sheet,
    programme: str,
    *,
    by: str,
    progress: Callable[[int], None] = lambda rows: None,
) -> Told:
    """Enrol every row in `programme`. The same file again goes on where it stopped."""
    told = Told()
    with office.transaction() as session:
        programmes.in_force(session, programme, office.now())
        job = _job(session, sheet, programme, by=by, now=office.now())
        told.before = job.rows_done
    progress(told.before)
    for start in range(told.before, len(sheet.rows), _BATCH):
        batch = sheet.rows[start : start + _BATCH]
        faults: list[tuple[int, IssuerError]] = []
        with office.transaction() as session:
            for row in batch:
                try:
                    check(row)
                    with session.begin_nested():
                        _take(session, row, programme, by=by, now=office.now())
                except IssuerError as fault:
                    faults.append((row.line, fault))
            job = session.get_one(ImportJob, (sheet.digest, programme))
            job.rows_done = start + len(batch)
            job.rows_taken += len(batch) - len(faults)
            if job.rows_done == len(sheet.rows):
                job.ended_at = office.now()
        told.taken += len(batch) - len(faults)
        told.faults += faults
        progress(len(batch))
    return told


def _job(session: Session, sheet: Sheet, programme: str, *, by: str, now: datetime) -> ImportJob:
    job = session.get(ImportJob, (sheet.digest, programme))
    if job is None:
        job = ImportJob(
            digest=sheet.digest,
            programme=programme,
            started_at=now,
            started_by=by,
            rows_done=0,
            rows_taken=0,
        )
        session.add(job)
        session.flush()
        audit.write(
            session,
            "import.begin",
            sheet.digest,
            by=by,
            now=now,
            programme=programme,
            rows=len(sheet.rows),
        )
    return job


def _take(session: Session, row: Row, programme: str, *, by: str, now: datetime) -> None:
    cells = row.cells
    participation = participations.enrol(
        session,
        programme,
        cells["name"],
        by=by,
        now=now,
        number=cells.get("number") or None,
        language=cells.get("name_language") or None,
        listed=_YES_NO[cells.get("listed", "").lower()],
    )
    participation.organisation.kind = cells.get("kind") or None
    if cells.get("contact_email"):
        contacts.put(
            session,
            participation,
            "first",
            name=cells.get("contact_name") or cells["name"],
            email=cells["contact_email"],
            phone=cells.get("contact_phone") or None,
            language=cells.get("language") or None,
            by=by,
            now=now,
        )
