"""Long lists are read a page at a time: what a page costs does not grow with the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from issuer import enrolling, participations, resealing, staff, tasks
from issuer.record.tables import Participation
from tests.support.office import ADA, REASON, Desk

PROGRAMME = "balansemerket"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def enrol(desk: Desk, *names: str) -> None:
    with desk.office.transaction() as session:
        entrants = [enrolling.Entrant(name) for name in names]
        enrolling.enrol_all(session, PROGRAMME, entrants, by=ADA, now=desk.clock())


@dataclass
class Cost:
    """What the database was asked for: statements, participations, and in SQLite steps of its
    machine, by the hundred."""

    statements: int = 0
    rows: int = 0
    steps: int = 0


@contextmanager
def counted(session: Session) -> Iterator[Cost]:
    cost = Cost()
    connection = session.connection()

    def statement(*_: object) -> None:
        cost.statements += 1

    def row(*_: object) -> None:
        cost.rows += 1

    def step() -> None:
        cost.steps += 1

    event.listen(connection, "before_cursor_execute", statement)
    event.listen(Participation, "load", row)
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.set_progress_handler(step, 100)
    yield cost
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.set_progress_handler(None, 0)
    event.remove(Participation, "load", row)
    event.remove(connection, "before_cursor_execute", statement)


@pytest.mark.parametrize("programme", [None, PROGRAMME])
def test_a_page_costs_the_same_in_a_long_list(desk: Desk, programme: str | None) -> None:
    enrol(desk, *(f"Lag {number:04}" for number in range(60)))
    small = second_page(desk, programme)
    enrol(desk, *(f"Lag {number:04}" for number in range(60, 1200)))
    large = second_page(desk, programme)
    assert large[0] == small[0] == [f"lag-{number:04}" for number in range(20, 40)]
    assert (large[1].statements, large[1].rows) == (small[1].statements, small[1].rows)
    assert small[1].rows == 20
    assert large[1].steps <= small[1].steps * 1.5


def second_page(desk: Desk, programme: str | None) -> tuple[list[str], Cost]:
    with desk.office.reading() as session:
        first = participations.page(session, programme, most=20)
        after = participations.place(first[-1])
        session.expunge_all()
        with counted(session) as cost:
            found = participations.page(session, programme, after=after, most=20)
        return [row.slug for row in found], cost


def test_pages_follow_each_other_without_gap(desk: Desk) -> None:
    # One name in use many times, letters of both ends, and a name that came later.
    names = ["Ås", "Zoo", "aaa", "Ærlig", "Øre", *["Teater"] * 7, "Abc", "Ågot"]
    enrol(desk, *names)
    with desk.office.reading() as session:
        one = [row.slug for row in participations.page(session, most=100)]
        by_twos: list[str] = []
        after = None
        while some := participations.page(session, after=after, most=2):
            by_twos += [row.slug for row in some]
            after = participations.place(some[-1])
        rows = {row.slug: row for row in participations.listing(session)}
    assert by_twos == one
    assert list(rows) == sorted(rows, key=lambda slug: participations.place(rows[slug]))
    assert len(one) == len(names)
    assert [row.slug for row in staff.overview(desk.office)] == one


def test_a_renamed_one_stands_at_its_new_name_only(desk: Desk) -> None:
    enrol(desk, "Abc", "Midt", "Zoo")
    resealing.rename(desk.office, "abc", "Åsen", None, by=ADA, reason=REASON)
    assert [row.slug for row in staff.overview(desk.office)] == ["midt", "zoo", "abc"]


def test_a_long_list_lets_go_of_the_record_in_between(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "SOME", 2)
    enrol(desk, "A-laget", "B-laget", "C-laget", "D-laget", "E-laget")
    told = staff.overview(desk.office)
    assert next(told).slug == "a-laget"
    # Somebody writes while the list is being looked at.
    enrol(desk, "Å-laget")
    assert [row.slug for row in told][-1] == "a-laget-2"


def test_tasks_are_told_to_the_last(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "SOME", 2)
    with desk.office.transaction() as session:
        for number in range(5):
            tasks.ask(session, f"key:{number}", "key.old", now=desk.clock())
    told = list(staff.tasks_waiting(desk.office, "nb"))
    assert [each["number"] for each in told] == sorted(each["number"] for each in told)
    assert len(told) == 5
