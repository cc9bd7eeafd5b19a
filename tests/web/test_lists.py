"""Lists of the office that grow: in parts from the command, in pages from the interface."""

import base64
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from issuer import cases, courses, enquiries, meetings, staff
from issuer.record.life import Case, Course, Enquiry, Meeting
from issuer.record.tables import Award, Participation
from issuer.web.staff_api import read_cursor
from tests.support.office import ADA, BO, Desk
from tests.support.web import as_staff, browser

MANY = 7
LISTS = ("enquiries", "courses", "cases", "meetings")
ALL = {"enquiries": {"answered": "true"}, "meetings": {"past": "true"}}

Office = tuple[Desk, TestClient, dict[str, str]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    desk = Desk.make(tmp_path_factory.mktemp("lists") / "data")
    desk.holder("Eksempelteatret")
    zero = desk.clock()
    with desk.office.transaction() as session:
        award = session.query(Award).one()
        row = session.query(Participation).one()
        for n in range(MANY):
            # Some at the same moment, some over and some not.
            at, scattered = zero + timedelta(days=n // 3), n * 5 % MANY
            course = Course(id=f"kurs-{scattered}", programme="balansemerket", title="Kurs")
            course.day, course.hours, course.held_by = at.date(), 3, "Eier"
            course.recorded_at, course.recorded_by = zero, ADA
            meeting = Meeting(participation_id=row.id, place="Storgata 1", uid=f"m{n}@example.no")
            meeting.starts_at, meeting.ends_at = at, at + timedelta(hours=1)
            meeting.arranged_at, meeting.arranged_by = zero, ADA
            asked = Enquiry(id=f"{scattered:08x}", programme="balansemerket", name=f"Spør {n}")
            asked.kind, asked.contact_name, asked.contact_email = "group", "Nora", "n@example.no"
            asked.language, asked.received_at = "nb", at
            asked.outcome = "declined" if n % 2 else None
            case = Case(award_id=award.id, opened_at=zero, opened_by=ADA, grounds="x")
            case.answer_by = zero.date()
            if n != 3:
                case.decided_at, case.decided_by, case.decision = zero, BO, "withdraw"
                case.appealed_at = zero if n % 3 == 1 else None
            session.add_all((course, meeting, asked, case))
    with browser(desk) as client:
        yield desk, client, as_staff(desk, ADA)
    desk.close()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 50])
def test_pages_are_the_whole(office: Office, name: str, limit: int) -> None:
    desk, client, headers = office
    with desk.office.reading() as session:
        now = desk.clock()
        told: dict[str, list[Any]] = {
            "enquiries": [enquiries.json(row) for row in enquiries.listing(session, all_=True)],
            "courses": [courses.json(row) for row in courses.listing(session)],
            "cases": [cases.json(row) for row in cases.listing(session)],
            "meetings": [meetings.json(row) for row in meetings.listing(session, now, all_=True)],
        }
    assert len(told[name]) == MANY
    found: list[Any] = []
    answer = client.get(
        f"/api/v1/{name}", params={**ALL.get(name, {}), "limit": str(limit)}, headers=headers
    ).json()
    while True:
        assert 1 <= len(answer[name]) <= limit
        found += answer[name]
        if answer["next"] is None:
            break
        answer = client.get(answer["next"], headers=headers).json()
    assert found == told[name]


def test_those_who_wait_come_first(office: Office) -> None:
    with office[0].office.reading() as session:
        over = [cases.place(row)[0] for row in cases.listing(session)]
    assert over == sorted(over)
    assert set(over) == {False, True}


@pytest.mark.parametrize("some", [1, 2, 3, 7, 8])
def test_commands_read_them_in_parts(
    office: Office, some: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "SOME", some)
    told = staff.in_parts(
        office[0].office,
        lambda session, after: cases.listing(session, after=after, most=some),
        cases.place,
        lambda row: row.id,
    )
    with office[0].office.reading() as session:
        assert list(told) == [row.id for row in cases.listing(session)]


def cursor(place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


NO_PLACES: tuple[Any, ...] = (
    *([], ["x"], [1, 1], [True, "x"], [True, -1], [True, 2**40], {"a": 1}),
    *(["2026-01-01T00:00:00", 1], ["2026-01-01", "\x00"], ["2026-01-01T00:00:00Z" + "0" * 99, 1]),
    *(["0001-01-01T00:00:00+14:00", "x"], ["0001-01-01T00:00:00+14:00", 1]),
)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("place", NO_PLACES)
def test_what_is_no_place_is_refused(office: Office, name: str, place: Any) -> None:
    _, client, headers = office
    answer = client.get(f"/api/v1/{name}", params={"cursor": cursor(place)}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["query"] == "cursor"


def test_days_and_moments_are_read_as_they_were_written() -> None:
    assert read_cursor(cursor(["2026-01-02", "x"]), date, str) == (date(2026, 1, 2), "x")
    moment = datetime.fromisoformat("2026-01-02T03:04:05.000006+00:00")
    assert read_cursor(cursor([moment.isoformat(), 5]), datetime, int) == (moment, 5)
    assert read_cursor(None, bool, int) is None
