"""No more reminders, by the link in each: a page that changes nothing, and one click that does."""

import uuid
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from issuer import agenda
from issuer.record.life import Contact
from issuer.record.post import Letter
from tests.support.office import BASE, Desk
from tests.support.people import contact
from tests.support.web import browser

HTML = {"Accept": "text/html"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    slug = made.enrol("Eksempelteatret")
    contact(made, slug)
    contact(made, slug, "second")
    made.award(slug)
    made.clock.advance(days=364 - 60)
    agenda.run(made.office)
    yield made
    made.close()


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    with browser(desk) as client:
        yield client


def link(desk: Desk) -> str:
    """The address in the header of the first contact's reminder."""
    with desk.office.reading() as session:
        row = session.scalars(
            select(Letter).where(Letter.kind == "reminder_60", Letter.key.endswith("first"))
        ).one()
    header = str(message_from_bytes(row.message, policy=default)["List-Unsubscribe"])
    return header.strip("<>").removeprefix(BASE)


def test_the_page_speaks_the_readers_language(desk: Desk, client: TestClient) -> None:
    with desk.office.reading() as session:
        row = session.scalars(select(Letter).where(Letter.kind == "reminder_60")).first()
    assert row is not None
    mail = message_from_bytes(row.message, policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    where = next(line for line in str(body.get_content()).split() if "/u/" in line)
    page = client.get(where.removeprefix(BASE), headers={**HTML, "Accept-Language": "en"})
    assert '<html lang="nb"' in page.text
    assert f'action="/u/{row.id}?lang=nb"' in page.text


def unsubscribed(desk: Desk) -> list[str]:
    with desk.office.reading() as session:
        rows = session.scalars(select(Contact).where(Contact.unsubscribed_at.is_not(None)))
        return [row.place for row in rows]


def test_following_the_link_changes_nothing(desk: Desk, client: TestClient) -> None:
    for _ in range(2):
        answer = client.get(link(desk), headers=HTML)
        assert answer.status_code == 200
        assert f'action="{link(desk)}"' in answer.text
        assert "Kari" not in answer.text
        assert "first.eksempelteatret" not in answer.text
    assert unsubscribed(desk) == []


def test_one_click_without_a_session(desk: Desk, client: TestClient) -> None:
    body = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        answer = client.post(link(desk), data=body)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert unsubscribed(desk) == ["first"]
    assert "<form" not in client.get(link(desk), headers=HTML).text.partition("<main")[2]
    desk.clock.advance(days=30)
    assert agenda.run(desk.office).letters == 1  # the second contact's alone


@pytest.mark.parametrize("token", ["x", str(uuid.UUID(int=7)), "..%2fu"])
def test_a_link_that_nobody_was_given(client: TestClient, token: str) -> None:
    answer = client.get(f"/u/{token}", headers=HTML)
    assert answer.status_code == 404
    if "/" not in unquote(token):
        # It speaks of the link, and not of badges that were not issued.
        assert "/verify" not in answer.text.partition("<main")[2].partition("</main>")[0]
    assert client.post(f"/u/{token}").status_code == 404
