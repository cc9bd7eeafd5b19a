"""What ends by itself: to whom letters went, who asked about the mark, answers kept to repeat."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer import audit, enquiries, participations
from issuer.daily import round_of_work
from issuer.erasure import ERASED
from issuer.record.access import KEPT_FOR, IdempotencyKey
from issuer.record.life import Enquiry
from issuer.record.post import Letter
from tests.support.office import ADA, REASON, Desk
from tests.support.people import contact
from tests.support.web import as_staff, browser

pytestmark = pytest.mark.both_databases


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


def _asked(desk: Desk, name: str) -> str:
    with browser(desk) as client:
        told = {"programme": "balansemerket", "name": name, "number": "", "kind": "other"}
        whom = {"contact_name": "Canary", "contact_email": f"canary.{len(name)}@example.no"}
        answer = client.post("/join", data={**told, **whom, "message": "Canary"})
        assert answer.status_code == 303, answer.text
    with desk.office.reading() as session:
        return next(each.id for each in enquiries.listing(session) if each.name == name)


def _left(desk: Desk) -> dict[str, tuple[str, str, str]]:
    with desk.office.reading() as session:
        return {
            row.id: (row.name, row.contact_email, row.message)
            for row in session.scalars(select(Enquiry))
        }


def test_who_asked_is_forgotten_a_year_after_the_decision(desk: Desk) -> None:
    declined, waiting = _asked(desk, "Canary Avslag"), _asked(desk, "Canary Venter")
    with desk.office.transaction() as session:
        row = enquiries.find(session, declined)
        enquiries.decline(session, row, by=ADA, reason=REASON, now=desk.clock())
    desk.clock.advance(days=365)
    round_of_work(desk.office)
    assert _left(desk)[declined][0] == "Canary Avslag"
    desk.clock.advance(days=1)
    for _ in range(2):
        round_of_work(desk.office)
    # What nobody has decided about waits on, with whom to call.
    assert _left(desk)[declined] == (ERASED, ERASED, "")
    assert _left(desk)[waiting][0] == "Canary Venter"
    with desk.office.reading() as session:
        kept = enquiries.find(session, declined)
        assert (kept.outcome, kept.contact_name, kept.contact_phone) == ("declined", ERASED, None)
        assert list(audit.faults(session)) == []


def test_to_whom_a_letter_went_is_forgotten_and_that_it_went_is_not(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.award(slug)
    with desk.office.transaction() as session:
        (letter,) = session.scalars(select(Letter))
        letter.state, letter.sent_at = "sent", desk.clock()
    key = letter.key
    assert "@" not in key

    def one() -> Letter:
        with desk.office.reading() as session:
            return session.scalars(select(Letter).where(Letter.key == key)).one()

    desk.clock.advance(days=365)
    round_of_work(desk.office)
    assert one().recipient == f"first.{slug}@example.no"
    desk.clock.advance(days=1)
    round_of_work(desk.office)
    assert (one().recipient, one().contact_id, one().message) == (ERASED, None, b"")
    assert (one().state, one().kind) == ("sent", "sealed")
    assert one().sent_at is not None
    with desk.office.reading() as session:
        about = participations.find(session, slug).id
    assert one().participation_id == about


def test_answers_kept_for_a_repetition_are_forgotten_by_the_daily_round(desk: Desk) -> None:
    with browser(desk) as client:
        keyed = {**as_staff(desk), "Idempotency-Key": "canary-once"}
        body = {"programme": "balansemerket", "name": "Canary", "reason": REASON}
        assert client.post("/api/v1/participations", json=body, headers=keyed).is_success
    with desk.office.reading() as session:
        (kept,) = session.scalars(select(IdempotencyKey))
        assert b"canary" in (kept.body or b"").lower()
    desk.clock.moment = kept.created_at + KEPT_FOR - timedelta(seconds=1)
    round_of_work(desk.office)
    with desk.office.reading() as session:
        assert len(session.scalars(select(IdempotencyKey)).all()) == 1
    desk.clock.advance(seconds=1)
    round_of_work(desk.office)
    with desk.office.reading() as session:
        assert session.scalars(select(IdempotencyKey)).all() == []
