"""How the service says it is: alive, ready, and what somebody has to do."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from issuer.office import Office
from issuer.record.tables import StatusList
from issuer.web import health
from issuer.web.health import ListState
from tests.support.office import Desk
from tests.support.web import Shop, browser, shop_in

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop_in(tmp_path_factory.mktemp("health")) as shop:
        yield shop


def test_healthz_asks_nothing(shop: Shop) -> None:
    answer = shop.client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_ready(shop: Shop) -> None:
    answer = shop.client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["ready"], told["keys"], told["words"]) == (True, "unlocked", [])
    assert told["lists"][0]["holdsUntil"] == told["listsHoldUntil"]


def test_not_ready_while_a_revocation_is_not_published(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    desk.holder("Eksempelteatret")
    with browser(desk) as client:
        assert client.get("/readyz").status_code == 200
        with desk.office.transaction() as session:
            session.get_one(StatusList, 1).version += 1
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "does not show a revocation" in answer.json()["words"][0]
    desk.close()


def test_locked_keys_are_told_with_what_they_mean(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    desk.holder("Eksempelteatret")
    desk.close()
    locked = Office.open(tmp_path / "data", clock=desk.clock)
    with browser(Desk(locked, desk.clock)) as client:
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert "hold until 2025-03-11T09:00:00Z" in answer.json()["words"][0]
        desk.clock.advance(days=5, seconds=1)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "runs out at 2025-03-11T09:00:00Z" in answer.json()["words"][1]
        desk.clock.advance(days=3)
        assert "ran out" in client.get("/readyz").json()["words"][1]
    locked.engine.dispose()


def test_readiness_words_are_whole() -> None:
    never = ListState(1, None, behind=False)
    assert not health.judged("unlocked", (never,), NOW).ready
    assert health.judged("unlocked", (), NOW).ready
    assert not health.judged("unreadable", (), NOW).ready
