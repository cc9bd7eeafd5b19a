"""Verifications that wait for a stranger's server wait among themselves."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.web import Shop, shop_in
from tests.verifier.simulator import IssuerSimulator
from verifier.documents import AtHand, Document, DocumentUnavailable, PinnedDocuments

VERIFY = "/api/v1/verify"
PATIENCE = 30.0
TOO_MANY = 20  # more than are let wait for others at once


class Stalling:
    """A source that answers nobody until it is told to."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.kept: dict[str, bytes] = {}

    def at_hand(self, url: str) -> Document | None:
        return Document(self.kept[url]) if url in self.kept else None

    def get(self, url: str) -> Document:
        self.asked.release()
        assert self.go_on.wait(PATIENCE)
        if (document := self.at_hand(url)) is None:
            raise DocumentUnavailable("nothing there")
        return document


@pytest.fixture
def source() -> Iterator[Stalling]:
    source = Stalling()
    yield source
    source.go_on.set()


@pytest.fixture
def shop(tmp_path: Path, source: Stalling) -> Iterator[Shop]:
    with shop_in(tmp_path, documents=source) as shop:
        yield shop


def has_its_key(answer: dict[str, Any]) -> bool:
    """Whether the issuer's document was there to be read."""
    found = {check["id"]: check["outcome"] for check in answer["checks"]}
    return str(found["key"]) == "passed"


def test_who_fetches_holds_up_nobody_else(shop: Shop, source: Stalling) -> None:
    stranger = IssuerSimulator()
    foreign, ours = stranger.mint(), shop.form("json")

    def ask(badge: bytes) -> dict[str, Any]:
        answer: dict[str, Any] = shop.client.post(VERIFY, content=badge).json()
        return answer

    with ThreadPoolExecutor(TOO_MANY) as crowd:
        waiting: list[Future[dict[str, Any]]] = []
        for _ in range(TOO_MANY):
            waiting.append(crowd.submit(ask, foreign))
        for _ in range(4):
            assert source.asked.acquire(timeout=PATIENCE)
        # As many as there are threads for those that need not wait, and more.
        for _ in range(6):
            assert ask(ours)["verdict"] == "VALID"
        page = shop.client.post("/verify", data={"text": ours.decode()})
        assert page.status_code == 200
        assert not any(one.done() and "verdict" in one.result() for one in waiting)
        source.kept |= stranger.served
        source.go_on.set()
        answers = [one.result(PATIENCE) for one in waiting]
    refused = [answer["code"] for answer in answers if "code" in answer]
    heard = [answer for answer in answers if "verdict" in answer]
    assert set(refused) == {"verify.busy"}
    assert len(heard) >= 8
    assert all(has_its_key(answer) for answer in heard)


def test_a_badge_whose_documents_are_at_hand_does_not_wait(shop: Shop, source: Stalling) -> None:
    stranger = IssuerSimulator()
    source.kept |= stranger.served
    answer = shop.client.post(VERIFY, content=stranger.mint()).json()
    assert has_its_key(answer)
    assert not source.go_on.is_set()


def test_at_hand() -> None:
    source = Stalling()
    at_hand = AtHand(source)
    with pytest.raises(DocumentUnavailable):
        at_hand.get("https://example.no/a")
    assert at_hand.wanting
    source.kept["https://example.no/a"] = b"a"
    at_hand = AtHand(source)
    assert at_hand.get("https://example.no/a").data == b"a"
    assert not at_hand.wanting
    with pytest.raises(DocumentUnavailable):
        at_hand.get_badge("https://example.no/b")
    assert at_hand.wanting
    never_waits = AtHand(PinnedDocuments({"https://example.no/a": b"a"}))
    with pytest.raises(DocumentUnavailable):
        never_waits.get("https://example.no/b")
    assert never_waits.get_badge("https://example.no/a").data == b"a"
    assert not never_waits.wanting
