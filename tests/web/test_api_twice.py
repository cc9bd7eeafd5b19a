"""The same request twice: one act, one answer, whatever happened in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from issuer.record.access import IdempotencyKey
from tests.support.office import ADA, BO, Desk
from tests.support.web import as_staff, browser


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[tuple[Desk, TestClient, str]]:
    desk = Desk.make(tmp_path / "data")
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    with browser(desk) as client:
        yield desk, client, f"/api/v1/participations/{slug}"
    desk.close()


def _with_key(who: dict[str, str], key: str) -> dict[str, str]:
    return {**who, "Idempotency-Key": key}


def test_the_same_key_gets_the_same_answer(keyed: tuple[Desk, TestClient, str]) -> None:
    desk, client, at = keyed
    ada, bo = as_staff(desk, ADA), as_staff(desk, BO)
    reason = {"reason": "all met"}
    first = client.post(f"{at}/preparation", json=reason, headers=_with_key(ada, "k1"))
    desk.clock.advance(minutes=5)
    again = client.post(f"{at}/preparation", json=reason, headers=_with_key(ada, '"k1"'))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content

    sealed = client.post(f"{at}/award", json=reason, headers=_with_key(bo, "k2"))
    desk.clock.advance(hours=23)
    twice = client.post(f"{at}/award", json=reason, headers=_with_key(bo, "k2"))
    assert (sealed.status_code, twice.status_code) == (201, 201)
    assert sealed.content == twice.content
    desk.clock.advance(hours=2)
    forgotten = client.post(f"{at}/award", json=reason, headers=_with_key(bo, "k2"))
    assert forgotten.json()["code"] == "award.sealed"


def test_a_refusal_is_kept_too(keyed: tuple[Desk, TestClient, str]) -> None:
    desk, client, at = keyed
    bo = as_staff(desk, BO)
    key = _with_key(bo, "k")
    refused = client.post(f"{at}/award", json={"reason": "all met"}, headers=key)
    assert refused.json()["code"] == "award.second_person"
    client.post(f"{at}/preparation", json={"reason": "x"}, headers=as_staff(desk, ADA))
    again = client.post(f"{at}/award", json={"reason": "all met"}, headers=key)
    assert (again.status_code, again.content) == (refused.status_code, refused.content)
    assert again.headers["content-type"] == "application/problem+json"
    anew = client.post(f"{at}/award", json={"reason": "all met"}, headers=_with_key(bo, "k'"))
    assert anew.status_code == 201


def test_a_key_stands_for_one_request(keyed: tuple[Desk, TestClient, str]) -> None:
    desk, client, at = keyed
    ada = as_staff(desk, ADA)
    key = _with_key(ada, "k")
    assert client.post(f"{at}/preparation", json={"reason": "x"}, headers=key).status_code == 201
    for path, body in ((f"{at}/preparation", {"reason": "y"}), (f"{at}/award", {"reason": "x"})):
        answer = client.post(path, json=body, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.reused")
    # Another person's key of the same name is another key.
    other = client.post(
        f"{at}/award", json={"reason": "x"}, headers=_with_key(as_staff(desk, BO), "k")
    )
    assert other.status_code == 201


@pytest.mark.parametrize("key", ["", '""', "æ", "a b", "x" * 201, 'a"b', "\x7f"])
def test_keys_that_cannot_be_used(keyed: tuple[Desk, TestClient, str], key: str) -> None:
    desk, client, at = keyed
    pairs = [*as_staff(desk).items(), ("Idempotency-Key", key)]
    headers = [(name.encode(), value.encode("latin-1")) for name, value in pairs]
    answer = client.post(f"{at}/preparation", json={"reason": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency.key")


def test_in_flight_and_taken_over(keyed: tuple[Desk, TestClient, str]) -> None:
    """A request whose process is at work is waited for; one whose process is gone is not."""
    desk, client, at = keyed
    ada, bo = as_staff(desk, ADA), as_staff(desk, BO)
    client.post(f"{at}/preparation", json={"reason": "x"}, headers=ada)
    key = _with_key(bo, "k")
    sealed = client.post(f"{at}/award", json={"reason": "x"}, headers=key)
    assert sealed.status_code == 201

    def in_flight(process: str) -> None:
        with desk.office.transaction() as session:
            row = session.query(IdempotencyKey).filter(IdempotencyKey.key == "k").one()
            row.status = row.body = None
            row.process = process
            row.started_at = desk.clock()

    host = desk.office.process.rpartition(":")[0]
    in_flight("another-machine:1")
    waiting = client.post(f"{at}/award", json={"reason": "x"}, headers=key)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency.in_flight")
    assert waiting.headers["retry-after"] == "2"
    # The process died after the commit and before the answer: it is found in the record.
    in_flight(f"{host}:999999999")
    found = client.post(f"{at}/award", json={"reason": "x"}, headers=key)
    assert (found.status_code, found.json()) == (201, sealed.json())
    in_flight("another-machine:1")
    desk.clock.advance(seconds=121)
    late = client.post(f"{at}/award", json={"reason": "x"}, headers=key)
    assert (late.status_code, late.json()) == (201, sealed.json())


def test_a_process_that_died_before_the_act(keyed: tuple[Desk, TestClient, str]) -> None:
    desk, client, at = keyed
    ada, bo = as_staff(desk, ADA), as_staff(desk, BO)
    client.post(f"{at}/preparation", json={"reason": "x"}, headers=ada)
    key = _with_key(bo, "k")
    refused = client.post(
        f"{at}/award", json={"reason": "x", "first_day": "2024-01-01"}, headers=key
    )
    assert refused.status_code == 422
    with desk.office.transaction() as session:
        row = session.query(IdempotencyKey).filter(IdempotencyKey.key == "k").one()
        row.status = row.body = None
        row.process = f"{desk.office.process.rpartition(':')[0]}:999999999"
    again = client.post(f"{at}/award", json={"reason": "x", "first_day": "2024-01-01"}, headers=key)
    assert again.json() == refused.json()
