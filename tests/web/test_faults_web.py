"""The web while something else fails: the record, the keys, strangers' servers, our own process.

Nothing acknowledged is lost, nothing is done twice, and what can be answered is answered.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from issuer import sealing, verification
from issuer.office import Office
from issuer.record.tables import Credential
from issuer.web import kept
from tests.support.office import ADA, BO, Desk
from tests.support.web import NOWHERE, as_staff, browser, locked_record
from verifier.documents import Document, DocumentUnavailable
from verifier.report import Verdict

VERIFY = "/api/v1/verify"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


# The record


def test_a_locked_record(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # However long each of these waits for the record, for what is kept no time passes.
    monkeypatch.setattr(kept, "now", lambda: 1.0)
    sealed = desk.holder("Eksempelteatret")
    served = (
        "/status/1",
        f"/m/{sealed.slug}",
        f"/m/{sealed.slug}.json",
        f"/b/{sealed.credential_id}.json",
        f"/embed/{sealed.slug}.svg",
    )
    with browser(desk) as client:
        bo = as_staff(desk, BO)
        before = {path: client.get(path).content for path in served}
        badge = before[f"/b/{sealed.credential_id}.json"]
        with locked_record(desk):
            # What was asked for lately is served as it was; did.json needs no record at all.
            for path in served[:2]:
                again = client.get(path)
                assert (again.status_code, again.content) == (200, before[path]), path
                # The list has just been looked at; of the page it is told how old it is.
                assert ("age" in again.headers) is (path != "/status/1")
                assert again.headers["access-control-allow-origin"] == "*"
            assert client.get("/.well-known/did.json").status_code == 200
            assert client.get("/healthz").status_code == 200
            started = time.monotonic()
            refused = client.post(
                f"/api/v1/awards/{sealed.code}/suspend", json={"reason": "x"}, headers=bo
            )
            assert time.monotonic() - started < 5
            assert (refused.status_code, refused.json()["code"]) == (503, "record.busy")
            assert refused.headers["retry-after"] == "2"
            never_asked = client.get("/register.json")
            assert (never_asked.status_code, never_asked.json()["code"]) == (503, "record.busy")
            assert client.get("/readyz").status_code == 503
            # Verifying goes on; what our record would have to say is left open, never green.
            report = client.post(VERIFY, content=badge).json()
            assert report["verdict"] == "UNDETERMINED"
        assert client.get("/register.json").status_code == 200
        assert client.post(VERIFY, content=badge).json()["verdict"] == "VALID"
        done = client.post(
            f"/api/v1/awards/{sealed.code}/suspend", json={"reason": "x"}, headers=bo
        )
        assert done.status_code == 201


def test_nothing_kept_outlives_an_act(desk: Desk) -> None:
    """A page from before a suspension must not come back because the record is locked."""
    sealed = desk.holder("Eksempelteatret")
    with browser(desk) as client:
        bo = as_staff(desk, BO)
        assert client.get(f"/m/{sealed.slug}.json").json()["holds"] is True
        client.post(f"/api/v1/awards/{sealed.code}/suspend", json={"reason": "x"}, headers=bo)
        with locked_record(desk):
            assert client.get(f"/m/{sealed.slug}.json").status_code == 503


@pytest.mark.database_only("sqlite")
def test_a_record_that_cannot_be_read_at_all(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    file = desk.office.folder.database
    with browser(desk) as client:
        desk.office.engine.dispose()
        whole = file.read_bytes()
        file.write_bytes(b"not a database" * 1000)
        answer = client.get(f"/m/{sealed.slug}.json")
        assert (answer.status_code, answer.json()["code"]) == (503, "record.damaged")
        assert "not a database" not in answer.text
        assert client.get("/readyz").status_code == 503
        desk.office.engine.dispose()
        file.write_bytes(whole)
        assert client.get(f"/m/{sealed.slug}.json").status_code == 200


@pytest.mark.database_only("sqlite")
def test_a_full_disk(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    with browser(desk) as client:
        ada = as_staff(desk)
        slug = desk.enrol("Fjordscenen")
        badge = client.get(f"/b/{sealed.credential_id}.json").content
        from sqlalchemy import event

        def full(connection: sqlite3.Connection, *_: Any) -> None:
            connection.execute("PRAGMA max_page_count = 1")

        desk.office.engine.dispose()
        event.listen(desk.office.engine, "connect", full)
        body = {"facts": {"handed_in": "2025-03-03"}, "note": "x" * 9000}
        place = f"/api/v1/participations/{slug}/requirements/kartlegging"
        refused = client.put(place, json=body, headers=ada)
        assert (refused.status_code, refused.json()["code"]) == (503, "record.busy")
        assert client.post(VERIFY, content=badge).json()["verdict"] == "VALID"
        event.remove(desk.office.engine, "connect", full)
        desk.office.engine.dispose()
        assert client.put(place, json=body, headers=ada).status_code == 201


def test_many_at_once(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    with browser(desk) as client:
        statuses: list[int] = []

        def ask() -> None:
            statuses.append(client.get(f"/m/{sealed.slug}.json").status_code)

        threads = [threading.Thread(target=ask) for _ in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 60


# The keys


def test_locked_keys_stop_signing_and_nothing_else(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    slug = desk.enrol("Fjordscenen")
    desk.meet(slug)
    locked = Desk(Office.open(desk.office.folder.path, clock=desk.clock), desk.clock)
    with browser(locked) as client:
        ada, bo = as_staff(locked, ADA), as_staff(locked, BO)
        at = f"/api/v1/participations/{slug}"
        assert (
            client.post(f"{at}/preparation", json={"reason": "x"}, headers=ada).status_code == 201
        )
        key = {**bo, "Idempotency-Key": "k"}
        refused = client.post(f"{at}/award", json={"reason": "x"}, headers=key)
        assert (refused.status_code, refused.json()["code"]) == (503, "keys.locked")
        assert refused.headers["retry-after"] == "60"
        # A revocation is recorded all the same, and counts here at once.
        badge = client.get(f"/b/{sealed.credential_id}.json").content
        desk.clock.advance(seconds=1)
        done = client.post(
            f"/api/v1/awards/{sealed.code}/suspend", json={"reason": "x"}, headers=bo
        )
        assert done.status_code == 201
        assert client.post(VERIFY, content=badge).json()["reasons"] == ["status.revoked"]
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["lists"][0]["behind"] is True
    locked.close()
    # "Not now" is no answer to keep: the same key works once the keys are open.
    with browser(desk) as client:
        assert client.post(f"{at}/award", json={"reason": "x"}, headers=key).status_code == 201


def test_a_damaged_ring(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    ring = desk.office.folder.ring
    with browser(desk) as client:
        badge = client.get(f"/b/{sealed.credential_id}.json").content
        whole = ring.read_bytes()
        ring.write_bytes(b"{")
        answer = client.get("/.well-known/jwks.json")
        assert (answer.status_code, answer.json()["code"]) == (503, "keys.unreadable")
        assert client.get(f"/m/{sealed.slug}.json").status_code == 200
        assert client.get("/readyz").json()["keys"] == "unreadable"
        assert client.post(VERIFY, content=badge).json()["verdict"] == "UNDETERMINED"
        assert client.post(VERIFY, content=b"{}").json()["verdict"] == "INVALID"
        ring.unlink()
        assert client.get("/.well-known/jwks.json").status_code == 503
        ring.write_bytes(whole)
        ring.chmod(0o600)
        assert client.post(VERIFY, content=badge).json()["verdict"] == "VALID"


# Strangers' servers, and our own judgement


class Slow:
    """Servers that take their time."""

    def __init__(self) -> None:
        self.asked = 0
        self.go_on = threading.Event()

    def get(self, url: str) -> Document:
        self.asked += 1
        self.go_on.wait(timeout=20)
        raise DocumentUnavailable("at last, nothing")


def _strangers_badge(desk: Desk) -> bytes:
    """A badge whose issuer is somebody else: their documents have to be fetched."""
    sealed = desk.holder("Eksempelteatret")
    with desk.office.reading() as session:
        text = session.get_one(Credential, sealed.credential_id).sealed_json
    assert text is not None
    return text.replace(b"balansemerket.example.no", b"somebody-else.example.no")


def test_slow_strangers_do_not_slow_our_pages(desk: Desk) -> None:
    badge = _strangers_badge(desk)
    slow = Slow()
    with browser(desk, documents=slow) as client:
        statuses: list[int] = []

        def ask() -> None:
            statuses.append(client.post(VERIFY, content=badge).status_code)

        threads = [threading.Thread(target=ask) for _ in range(50)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 60
        while slow.asked < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        started = time.monotonic()
        for path in ("/m/eksempelteatret", "/status/1", "/register.json", "/healthz"):
            assert client.get(path).status_code == 200
        assert time.monotonic() - started < 3
        assert slow.asked == 4  # no more strangers are asked at once
        slow.go_on.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {200, 503}
    assert statuses.count(200) == 32


def test_a_judgement_that_breaks_is_undetermined(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def get(self, url: str) -> Document:
            raise ZeroDivisionError("a secret of ours")

    badge = _strangers_badge(desk)
    with browser(desk, documents=Broken()) as client:
        answer = client.post(VERIFY, content=badge)
        assert answer.status_code == 200
        assert answer.json()["verdict"] == "UNDETERMINED"
        assert "secret" not in answer.text
        monkeypatch.setattr(verification, "verify", lambda *_: 1 / 0)
        answer = client.post(VERIFY, content=badge)
        assert (answer.status_code, answer.json()["reasons"]) == (200, ["verifier.error"])
    assert verification.judge(desk.office, badge, documents=NOWHERE).verdict is Verdict.UNDETERMINED


def test_a_fault_of_ours_says_nothing_of_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of ours")

    with browser(desk) as client:
        ada = as_staff(desk)
        slug = desk.enrol("Fjordscenen")
        monkeypatch.setattr(sealing, "seal", broken)
        key = {**ada, "Idempotency-Key": "k"}
        path = f"/api/v1/participations/{slug}/award"
        answer = client.post(path, json={"reason": "x"}, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert "secret" not in answer.text
        assert answer.headers["content-security-policy"]
        # A fault is no answer to keep.
        monkeypatch.undo()
        again = client.post(path, json={"reason": "x"}, headers=key)
        assert again.json()["code"] == "requirements.missing"
