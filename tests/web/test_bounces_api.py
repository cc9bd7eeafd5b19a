"""Reports about mail that came back, handed in by a mail server; and trying an address again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from limits import RateLimitItemPerMinute
from sqlalchemy import select
from starlette.testclient import TestClient

from issuer import tokens
from issuer.post import bounces, outbox
from issuer.record.life import Contact
from issuer.record.post import Letter
from issuer.web.bodies import LARGEST_BODY
from tests.support import returned
from tests.support.office import ADA, Desk
from tests.support.people import contact
from tests.support.returned import Returned
from tests.support.web import as_staff, browser

WHERE = "/api/v1/bounces"
AGAIN = "/api/v1/participations/eksempelteatret/contacts/first/try-again"


@dataclass
class Place:
    desk: Desk
    client: TestClient
    server: dict[str, str]
    letter: Returned

    def bounced(self) -> bool:
        with self.desk.office.reading() as session:
            return session.scalars(select(Contact.bounced_at)).one() is not None


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    desk = Desk.make(tmp_path / "data")
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.award(slug)
    with desk.office.transaction() as session:
        secret, _ = tokens.issue(
            session,
            "The mail server",
            by=ADA,
            now=desk.clock(),
            lasts=timedelta(days=30),
            scope=tokens.BOUNCES,
        )
        row = session.scalars(select(Letter)).one()
        letter = Returned(row.recipient, row.return_path, row.message_id)
    outbox.sent(desk.office, row.id)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "message/rfc822"}
    with browser(desk) as client:
        yield Place(desk, client, headers, letter)
    desk.close()


def test_a_report_is_handed_in_once(place: Place) -> None:
    report = returned.standard(place.letter)
    for known in (False, True):
        answer = place.client.post(WHERE, content=report, headers=place.server)
        assert (answer.status_code, answer.json()) == (
            200,
            {"outcome": "permanent", "known": known},
        )
        assert answer.headers["cache-control"] == "no-store"
    assert place.bounced()
    foreign = place.client.post(WHERE, content=b"Subject: Hei\n\nHei", headers=place.server)
    assert foreign.json() == {"outcome": "foreign", "known": False}


def test_each_token_opens_its_own_door_only(place: Place) -> None:
    report = returned.standard(place.letter)
    staff = {**as_staff(place.desk), "Content-Type": "message/rfc822"}
    for headers in (staff, {"Content-Type": "message/rfc822"}):
        answer = place.client.post(WHERE, content=report, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "token.refused")
    server = {"Authorization": place.server["Authorization"]}
    for path in ("/api/v1/tasks", "/api/v1/participations"):
        assert place.client.get(path, headers=server).status_code == 401
    assert place.client.post(AGAIN, json={"reason": "x"}, headers=server).status_code == 401
    assert not place.bounced()


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{}", "application/json", 415, "request.type"),
        (b" \r\n", "message/rfc822", 400, "request.empty"),
        (b"x" * (LARGEST_BODY + 1), "message/rfc822", 413, "request.size"),
    ],
    ids=["type", "empty", "size"],
)
def test_what_is_refused(place: Place, content: bytes, kind: str, status: int, code: str) -> None:
    headers = {**place.server, "Content-Type": kind}
    answer = place.client.post(WHERE, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_flood_has_to_wait(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounces, "FROM_ONE", RateLimitItemPerMinute(2, namespace="bounces"))
    statuses = []
    for _ in range(3):
        answer = place.client.post(WHERE, content=b"Subject: Hei\n\n", headers=place.server)
        statuses.append(answer.status_code)
    assert statuses == [200, 200, 429]
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    place.desk.clock.advance(seconds=61)
    report = returned.standard(place.letter)
    assert place.client.post(WHERE, content=report, headers=place.server).status_code == 200


def test_trying_again(place: Place) -> None:
    staff = as_staff(place.desk)
    because = {"reason": "Kari says that it works."}
    refused = place.client.post(AGAIN, json=because, headers=staff)
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    place.client.post(WHERE, content=returned.standard(place.letter), headers=place.server)
    tasks = place.client.get("/api/v1/tasks?lang=en", headers=staff).json()["tasks"]
    assert [task["text"] for task in tasks] == [
        "Mail to the first contact came back: ask for a new address."
    ]
    place.desk.clock.advance(minutes=1)
    done = place.client.post(AGAIN, json=because, headers=staff)
    assert (done.status_code, done.json()["act"]) == (201, "organisation.try_again")
    assert not place.bounced()
    assert place.client.get("/api/v1/tasks", headers=staff).json()["tasks"] == []
