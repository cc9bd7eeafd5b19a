"""What waits for staff, over the interface for programs; and who is told of what is done there."""

from pathlib import Path

from sqlalchemy import select

from issuer import tasks
from issuer.record.post import Letter
from tests.support.office import Desk
from tests.support.people import contact
from tests.support.web import as_staff, browser


def test_tasks_page_by_page(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    with desk.office.transaction() as session:
        for number in range(3):
            tasks.ask(session, f"k{number}", "key.old", now=desk.clock(), purpose="badge")
    with browser(desk) as client:
        assert client.get("/api/v1/tasks").status_code == 401
        staff = as_staff(desk)
        seen, address = [], "/api/v1/tasks?limit=2&lang=nn"
        while address:
            answer = client.get(address, headers=staff).json()
            seen += answer["tasks"]
            address = answer["next"]
    assert [task["kind"] for task in seen] == ["key.old"] * 3
    assert seen[0]["text"].startswith("Ein nøkkel")
    desk.close()


def test_what_is_sent_back_is_told_with_its_reason(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.meet(slug, "kartlegging")
    with browser(desk) as client:
        answer = client.post(
            f"/api/v1/participations/{slug}/requirements/kartlegging/return",
            json={"reason": "Kapittel to mangler"},
            headers=as_staff(desk),
        )
        assert answer.status_code == 201
    with desk.office.reading() as session:
        assert session.scalars(select(Letter.kind)).all() == ["sent_back"]
    desk.close()
