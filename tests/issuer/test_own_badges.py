"""A badge of our own, verified from the record: soon, and as the record stands at that moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select

from issuer import published, sealing, verification
from issuer.record.tables import Credential
from tests.support.office import Desk
from verifier.report import Reason, Report


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def judged(desk: Desk, badge: bytes) -> Report:
    return verification.judge(desk.office, badge, refresh=True)


def badge_of(desk: Desk, identifier: str) -> bytes:
    document = published.get(desk.office, f"/b/{identifier}")
    assert document is not None
    return document.data


def test_a_few_small_questions_to_the_record(desk: Desk) -> None:
    """As many with a history as without: what hangs on a credential is not brought along."""
    sealed = desk.holder("Eksempelteatret")
    badge = badge_of(desk, sealed.credential_id)
    asked: list[str] = []

    @event.listens_for(desk.office.engine, "before_cursor_execute")
    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    counts = []
    for _ in range(3):
        badge = badge_of(desk, sealed.credential_id)
        asked.clear()
        assert judged(desk, badge)
        counts.append(len([one for one in asked if one.startswith("SELECT")]))
        desk.suspend(sealed.code)
        sealed = desk.lift(sealed.code)
    assert counts[0] <= 7
    assert counts == [counts[0]] * 3


def test_what_was_just_done_is_seen_at_once(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    badge = badge_of(desk, sealed.credential_id)
    assert Reason.REFRESH_SAME in {finding.reason for finding in judged(desk, badge).findings}
    desk.suspend(sealed.code)
    assert Reason.STATUS_REVOKED in judged(desk, badge).reasons
    again = desk.lift(sealed.code)
    report = judged(desk, badge)
    assert report.successor is not None
    assert report.successor.report
    led = published.get(desk.office, f"/b/{sealed.credential_id}/refresh")
    assert led is not None
    assert led.data == badge_of(desk, again.credential_id)


def test_a_copy_that_never_came_about_leads_nowhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where the mark is in force by another copy."""
    sealed = desk.holder("Eksempelteatret")
    desk.suspend(sealed.code)
    with monkeypatch.context() as broken:
        broken.setattr(sealing, "rehearse", no_ink)
        with pytest.raises(RuntimeError, match="no ink"):
            desk.lift(sealed.code)
    again = desk.lift(sealed.code)
    with desk.office.reading() as session:
        copies = {copy.id: copy.state for copy in session.scalars(select(Credential))}
    assert published.get(desk.office, f"/b/{again.credential_id}/refresh") is not None
    (never,) = [identifier for identifier, state in copies.items() if state != "issued"]
    assert published.get(desk.office, f"/b/{never}/refresh") is None


def no_ink(*_: object) -> None:
    raise RuntimeError("no ink")
