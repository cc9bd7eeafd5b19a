"""Organisations from a CSV file: row by row into the record, whole or not at all, and again.

A row that cannot be taken is told with its line; the others are taken all the same. What was
taken is counted with each batch in the same transaction, so that an import that was cut off
goes on where it stopped when the same file is given again.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from issuer import audit, contacts, enrolling, names, participations, programmes
from issuer.contacts import Person
from issuer.enrolling import Entrant
from issuer.errors import BadInput, IssuerError, NotNow, Refused
from issuer.office import Office
from issuer.organisations import KINDS
from issuer.record.life import ImportJob
from issuer.texts import N_

if TYPE_CHECKING:
    from _csv import Reader

MOST_BYTES: Final = 64 * 1024 * 1024
_BATCH = 200
_PIECE = 1 << 20

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
    """A file that can be read: how, and `count` rows. They are read from it as they are needed,
    so that a long file takes no more room than its bytes."""

    encoding: str
    delimiter: str
    digest: str
    count: int
    content: bytes = field(repr=False)

    @property
    def rows(self) -> Iterator[Row]:
        reader = _reader(self.content, self.encoding, self.delimiter)
        return _rows(reader, _heading(reader))


@dataclass
class Told:
    """What came of an import: rows that were taken, those passed over because an earlier run had
    them (`faulty_before` of them with faults, so that they were not taken), the faults by line."""

    taken: int = 0
    before: int = 0
    faulty_before: int = 0
    faults: list[tuple[int, IssuerError]] = field(default_factory=list)
    # Foreseen: line, name, and the address of the one in the record that is called the same; None
    # where that is an earlier line.
    namesakes: list[tuple[int, str, str | None]] = field(default_factory=list)

    @property
    def faulty(self) -> int:
        """How many rows have faults; one may have several."""
        return len({line for line, _ in self.faults})

    def note(self, line: int, fault: IssuerError) -> None:
        """Keep why a row was not taken; not where that was found out, which holds a lot."""
        fault.__cause__ = fault.__context__ = None
        self.faults.append((line, fault.with_traceback(None)))


def read(data: bytes) -> Sheet:
    """Read a CSV file as people save it: UTF-8 with or without byte order mark, else the code
    page of Norwegian spreadsheets; `;` or `,`. Raises `BadInput`."""
    if len(data) > MOST_BYTES:
        raise BadInput(N_("The file is larger than 64 MiB. Split it."))
    encoding = _encoding(data)
    first = data.partition(b"\n")[0]
    delimiter = ";" if first.count(b";") >= first.count(b",") and b";" in first else ","
    reader = _reader(data, encoding, delimiter)
    try:
        names = _heading(reader)
        _check_columns(names)
        count = sum(1 for _ in _rows(reader, names))
    except csv.Error as fault:
        raise BadInput(
            N_("Line %(line)s is no CSV: %(fault)s."), line=reader.line_num, fault=str(fault)
        ) from fault
    return Sheet(encoding, delimiter, hashlib.sha256(data).hexdigest(), count, data)


def _encoding(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for start in range(0, len(data), _PIECE):
                decoder.decode(data[start : start + _PIECE])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise BadInput(N_("The file is neither UTF-8 nor cp1252. Save it as CSV in UTF-8."))


def _reader(data: bytes, encoding: str, delimiter: str) -> "Reader":
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    return csv.reader(text, delimiter=delimiter, strict=True)


def _heading(reader: "Reader") -> list[str]:
    return [cell.strip().lower() for cell in next(reader, [])]


def _check_columns(names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or "name" not in names or len(set(names)) != len(names):
        raise BadInput(
            N_(
                "The first line names the columns, each once, with name among them: %(known)s."
                " Here it says: %(found)s."
            ),
            known=", ".join(COLUMNS),
            found="".join(filter(str.isprintable, ", ".join(names)))[:200],
        )


def _rows(reader: "Reader", names: list[str]) -> Iterator[Row]:
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            yield Row(line, {})
            continue
        padded = [*cells, *[""] * (len(names) - len(cells))]
        yield Row(line, dict(zip(names, (cell.strip() for cell in padded), strict=True)))


@dataclass(frozen=True)
class Applicant:
    """What a row says, checked as far as that goes without the record."""

    entrant: Entrant
    contact: Person | None


def check(row: Row) -> Applicant | list[IssuerError]:
    """The applicant of a row, or everything that is wrong with the row by itself."""
    cells = row.cells
    if not cells:
        return [BadInput(N_("This line has more cells than the first one."))]
    faults: list[IssuerError] = []

    def checked(value: Callable[..., Any], *given: Any, **more: Any) -> Any:
        try:
            return value(*given, **more)
        except IssuerError as fault:
            faults.append(fault)
            return None

    kind = checked(_kind, cells.get("kind"))
    listed = checked(_listed, cells.get("listed", ""))
    number = checked(participations.check_number, cells.get("number"))
    language = cells.get("name_language") or None
    name = checked(participations.check_name, cells["name"], language)
    contact = None
    if cells.get("contact_email"):
        contact = Person(
            checked(names.clean, cells.get("contact_name") or cells["name"]),
            checked(contacts.check_email, cells["contact_email"]),
            checked(contacts.check_phone, cells.get("contact_phone")),
            checked(contacts.check_language, cells.get("language") or None),
        )
    if faults:
        return faults
    return Applicant(Entrant(name, language, number, listed, kind), contact)


def _kind(text: str | None) -> str | None:
    if text and text not in KINDS:
        raise BadInput(N_("Choose one of: %(known)s."), known=", ".join(KINDS))
    return text or None


def _listed(text: str) -> bool:
    listed = _YES_NO.get(text.lower())
    if listed is None:
        raise BadInput(N_("Write yes or no, or leave it empty (column %(name)s)."), name="listed")
    return listed


def _checked(rows: Iterable[Row], told: Told) -> Iterator[tuple[int, Applicant]]:
    """Those rows that can be taken, with their lines; of the others it is told why not."""
    for row in rows:
        found = check(row)
        if isinstance(found, Applicant):
            yield row.line, found
            continue
        for fault in found:
            told.note(row.line, fault)


def rehearse(
    office: Office,
    sheet: Sheet,
    programme: str,
    *,
    progress: Callable[[int], None] = lambda rows: None,
) -> Told:
    """What `run` would say, and whose names are in the record already. Nothing is written."""
    told = Told()
    with office.reading() as session:
        programmes.in_force(session, programme, office.now())
        job = session.get(ImportJob, (sheet.digest, programme))
        if job is not None:
            told.before, told.faulty_before = job.rows_done, job.rows_done - job.rows_taken
    progress(told.before)
    # Of the lines before: numbers, and digests of names, which take less room.
    numbers: set[str] = set()
    called: set[int] = set()
    for batch in _batches(islice(sheet.rows, told.before, None)):
        applicants = list(_checked(batch, told))
        with office.reading() as session:
            known = enrolling.known(session, [each.entrant for _, each in applicants])
        for line, each in applicants:
            number, name = each.entrant.number, enrolling.same_name(each.entrant.name)
            if number is not None and (number in known.numbers or number in numbers):
                there = known.numbers.get(number, each.entrant.name)
                told.note(line, enrolling.already_there(number, there))
                continue
            told.taken += 1
            if number is not None:
                numbers.add(number)
            if name in known.names or hash(name) in called:
                told.namesakes.append((line, each.entrant.name, known.names.get(name)))
            called.add(hash(name))
        told.faults.sort(key=lambda each: each[0])
        progress(len(batch))
    return told


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


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
        done = told.before = job.rows_done
        told.faulty_before = done - job.rows_taken
    progress(done)
    for batch in _batches(islice(sheet.rows, done, None)):
        of_batch = Told()
        # What a row says by itself is looked at before anybody is kept from writing.
        applicants = list(_checked(batch, of_batch))
        with office.transaction() as session:
            now = office.now()
            job = session.get_one(ImportJob, (sheet.digest, programme))
            if job.rows_done != done:
                raise NotNow(
                    N_("Somebody else is taking the same file. Wait until that has ended.")
                )
            _take(session, applicants, programme, of_batch, by=by, now=now)
            job.rows_done = done = done + len(batch)
            job.rows_taken += of_batch.taken
            if done == sheet.count:
                job.ended_at = now
        told.taken += of_batch.taken
        told.faults += sorted(of_batch.faults, key=lambda each: each[0])
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
            rows=sheet.count,
        )
    return job


def _take(
    session: Session,
    applicants: list[tuple[int, Applicant]],
    programme: str,
    told: Told,
    *,
    by: str,
    now: datetime,
) -> None:
    enrolled = enrolling.enrol_all(
        session, programme, [each.entrant for _, each in applicants], by=by, now=now
    )
    for (line, each), row in zip(applicants, enrolled, strict=True):
        if isinstance(row, Refused):
            told.note(line, row)
            continue
        told.taken += 1
        if each.contact is not None:
            contacts.begin(session, row, "first", each.contact, by=by, now=now)
