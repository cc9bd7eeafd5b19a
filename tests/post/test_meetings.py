"""Meetings arranged, moved, called off: the invitations that follow each other."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import select

from issuer import meetings, participations
from issuer.errors import BadInput, WrongState
from issuer.record.life import Meeting
from issuer.record.post import Letter
from tests.support.office import ADA, Desk
from tests.support.people import contact


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


def arrange(desk: Desk, slug: str, starts_at: datetime, place: str = "Storgata 1") -> int:
    with desk.office.transaction() as session:
        return meetings.arrange(
            session,
            desk.office,
            participations.find(session, slug),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            place=place,
            by=ADA,
            now=desk.clock(),
        ).id


def test_one_meeting_has_one_uid_and_a_growing_sequence(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    starts = desk.clock() + timedelta(days=9)
    number = arrange(desk, slug, starts)
    with desk.office.transaction() as session:
        meetings.move(
            session,
            desk.office,
            meetings.find(session, number),
            starts_at=starts + timedelta(days=1),
            ends_at=starts + timedelta(days=1, hours=1),
            place=None,
            by=ADA,
            now=desk.clock.advance(hours=1),
        )
    with desk.office.transaction() as session:
        meetings.cancel(
            session,
            desk.office,
            meetings.find(session, number),
            by=ADA,
            now=desk.clock.advance(hours=1),
        )
    with desk.office.reading() as session:
        rows = session.scalars(select(Letter).order_by(Letter.created_at)).all()
        uid = session.scalars(select(Meeting.uid)).one()
    seen = []
    for row in rows:
        file = next(message_from_bytes(row.message, policy=default).iter_attachments())
        read = Calendar.from_ical(bytes(file.get_content()))
        event = read.walk("VEVENT")[0]
        seen.append((row.kind, str(read["METHOD"]), event["SEQUENCE"], str(event["UID"])))
    assert seen == [
        ("meeting_invited", "REQUEST", 0, uid),
        ("meeting_moved", "REQUEST", 1, uid),
        ("meeting_cancelled", "CANCEL", 2, uid),
    ]


def test_what_cannot_be_arranged(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    with pytest.raises(BadInput):
        arrange(desk, slug, desk.clock())
    number = arrange(desk, slug, desk.clock() + timedelta(days=1))
    desk.clock.advance(days=2)
    with desk.office.transaction() as session:
        row = meetings.find(session, number)
        with pytest.raises(WrongState):
            meetings.cancel(session, desk.office, row, by=ADA, now=desk.clock())


def test_a_place_cannot_become_another_line(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    arrange(desk, slug, desk.clock() + timedelta(days=3), "Oslo\r\nATTENDEE:mailto:x@example.no")
    with desk.office.reading() as session:
        message = session.scalars(select(Letter)).one().message
    file = next(message_from_bytes(message, policy=default).iter_attachments())
    event = Calendar.from_ical(bytes(file.get_content())).walk("VEVENT")[0]
    assert str(event["ATTENDEE"]) == f"mailto:first.{slug}@example.no"
