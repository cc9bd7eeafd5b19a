"""Organisations from CSV: as spreadsheets save it, row by row, cut off and taken up again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from issuer import contacts, imports, participations
from issuer.errors import BadInput, NotFound, NotNow
from issuer.record.tables import AuditEntry, Organisation
from tests.support.office import ADA, BO, Desk

HEAD = "name;number;kind;contact_name;contact_email;listed"
GOOD = (
    f"{HEAD}\r\n"
    "Østfold Ånd;312 345 676;company;Nora;nora@example.no;ja\r\n"
    "\r\n"
    'Gruppa "Å";;group;;;\r\n'
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def run(desk: Desk, text: str) -> imports.Told:
    return imports.run(desk.office, imports.read(text.encode()), "balansemerket", by=ADA)


def rehearse(desk: Desk, text: str) -> imports.Told:
    return imports.rehearse(desk.office, imports.read(text.encode()), "balansemerket")


def taken(desk: Desk) -> list[str]:
    with desk.office.reading() as session:
        return [row.slug for row in participations.listing(session)]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (GOOD.encode(), "utf-8-sig"),
        (GOOD.encode("utf-8-sig"), "utf-8-sig"),
        (GOOD.encode("cp1252"), "cp1252"),
    ],
)
def test_files_as_they_are_saved(data: bytes, encoding: str) -> None:
    sheet = imports.read(data)
    assert (sheet.encoding, sheet.delimiter) == (encoding, ";")
    assert [(row.line, row.cells["name"]) for row in sheet.rows] == [
        (2, "Østfold Ånd"),
        (4, 'Gruppa "Å"'),
    ]
    commas = imports.read(b'name,kind\n"Teater, lite",company\n')
    assert [dict(row.cells) for row in commas.rows] == [{"name": "Teater, lite", "kind": "company"}]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"navn\nTeater\n",
        b"name,name\na,b\n",
        b"name,owner\na,b\n",
        b'name\n"never closed\n',
        b"name\n\x81\n",
    ],
)
def test_files_that_are_refused_whole(data: bytes) -> None:
    with pytest.raises(BadInput):
        imports.read(data)


def test_rows_are_taken_or_told(desk: Desk) -> None:
    text = GOOD + (
        "Sjuende;123456789;;;;\r\n"
        "Åttende;312345676;;;;\r\n"
        "Niende;;;Ola;pål@example.no;\r\n"
        "Tiende;;guild;;;\r\n"
        "\u202eEllevte;;;;;\r\n"
        "Tolvte;;;;;kanskje\r\n"
        "Trettende;;;;;;;;\r\n"
        "Siste;;;;;\r\n"
    )
    rehearsed = rehearse(desk, text)
    assert [line for line, _ in rehearsed.faults] == [5, 6, 7, 8, 9, 10, 11]
    assert (rehearsed.taken, rehearsed.faulty, rehearsed.namesakes) == (3, 7, [])
    assert taken(desk) == []
    told = run(desk, text)
    assert [line for line, _ in told.faults] == [5, 6, 7, 8, 9, 10, 11]
    assert told.taken == 3
    assert sorted(taken(desk)) == ["gruppa-a", "ostfold-and", "siste"]
    with desk.office.reading() as session:
        row = participations.find(session, "ostfold-and")
        assert (row.listed, row.organisation.number) == (True, "312345676")
        (contact,) = contacts.in_use(session, row.organisation)
        assert contact.email == "nora@example.no"
        # Nothing half-done is left of those that were not taken.
        assert session.query(Organisation).count() == 3
        log = " ".join(entry.subject + entry.details for entry in session.query(AuditEntry))
    assert "nora" not in log


def test_a_rehearsal_looks_into_the_record_and_tells_all(desk: Desk) -> None:
    desk.enrol("Østfold Ånd", number="312345676")
    desk.enrol("Lag To")
    text = (
        f"{HEAD}\n"
        "Et annet navn;312345676;;;;\n"
        "ØSTFOLD ånd;;;;;\n"
        "Lag to;;;;;\n"
        "Lag 2;;;;;\n"
        "lag 2;;;;;\n"
        "Verst;1234;guild;Ola;pål@example.no;kanskje\n"
    )
    told = rehearse(desk, text)
    assert [line for line, _ in told.faults] == [2, 7, 7, 7, 7]
    assert "Østfold Ånd" in str(told.faults[0][1])
    assert told.namesakes == [
        (3, "ØSTFOLD ånd", "ostfold-and"),
        (4, "Lag to", "lag-to"),
        (6, "lag 2", None),
    ]
    assert (told.taken, told.faulty) == (4, 2)
    assert len(taken(desk)) == 2
    # What was foreseen is what happens; and what was taken already is not told again.
    came = run(desk, text)
    assert [(line, str(fault)) for line, fault in came.faults] == [
        (line, str(fault)) for line, fault in told.faults
    ]
    again = rehearse(desk, text)
    assert (again.before, again.taken, again.faults, again.namesakes) == (6, 0, [], [])


def test_an_import_goes_on_where_it_was_cut_off(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_BATCH", 4)
    text = "name\n" + "".join(f"Teater {n}\n" for n in range(10))
    sheet = imports.read(text.encode())

    class Cut(Exception):
        pass

    seen: list[int] = []

    def cut(rows: int) -> None:
        seen.append(rows)
        if len(seen) == 3:
            raise Cut

    with pytest.raises(Cut):
        imports.run(desk.office, sheet, "balansemerket", by=ADA, progress=cut)
    assert len(taken(desk)) == 8
    again = imports.run(desk.office, sheet, "balansemerket", by=ADA)
    assert (again.before, again.taken, again.faults) == (8, 2, [])
    assert len(taken(desk)) == 10
    third = imports.run(desk.office, sheet, "balansemerket", by=ADA)
    assert (third.before, third.taken) == (10, 0)
    assert len(taken(desk)) == 10
    with pytest.raises(NotFound):
        imports.run(desk.office, sheet, "nomark", by=ADA)


def test_a_batch_is_asked_for_once(desk: Desk) -> None:
    def statements(count: int) -> int:
        asked = 0

        def note(*given: Any) -> None:
            nonlocal asked
            asked += given[2].lstrip().startswith("SELECT")

        rows = "".join(f"Lag {count} {n};;sole;Nora;nora@example.no;\n" for n in range(count))
        event.listen(desk.office.engine, "before_cursor_execute", note)
        assert run(desk, f"{HEAD}\n{rows}").taken == count
        event.remove(desk.office.engine, "before_cursor_execute", note)
        return asked

    assert statements(100) == statements(10)


def test_two_at_the_same_file_are_not_both_believed(desk: Desk) -> None:
    sheet = imports.read(("name\n" + "Teater\n" * 300).encode())
    begun = False

    def and_meanwhile(rows: int) -> None:
        nonlocal begun
        if not begun:
            begun = True
            imports.run(desk.office, sheet, "balansemerket", by=BO)

    with pytest.raises(NotNow):
        imports.run(desk.office, sheet, "balansemerket", by=ADA, progress=and_meanwhile)
    assert len(taken(desk)) == 300


def test_addresses_that_others_have_are_passed_over(desk: Desk) -> None:
    told = run(desk, "name\nTeater 2\nTeater 5\nTeater\nTeater\nTeater\nTeater 4\nTeater\n")
    assert told.taken == 7
    run(desk, "name\n" + "Teater\n" * 3)
    wished = {"teater", "teater-2", "teater-5", "teater-4"}
    assert wished < set(taken(desk))
    assert len(set(taken(desk))) == 10


def test_the_same_name_many_times(desk: Desk) -> None:
    told = run(desk, "name\n" + "Teater\n" * 330)
    assert told.taken == 330
    assert set(taken(desk)) == {"teater", *(f"teater-{n}" for n in range(2, 331))}
