"""Faults around the act: a full disk, a busy record, workers racing, a clock out of order."""

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select

from issuer import audit, awards, participations, published, sealing, status
from issuer.daily import round_of_work
from issuer.errors import Busy, IssuerError
from issuer.office import Office
from issuer.record import database as records
from issuer.record.tables import Credential, StatusEntry
from keys.ring import NoSigningKey
from tests.support.office import ADA, BO, PASSPHRASE, REASON, Clock, Desk
from tests.support.processes import started
from verifier.verify import World, verify

pytestmark = pytest.mark.both_databases


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


def put_forward(desk: Desk, name: str) -> str:
    slug = desk.enrol(name)
    desk.meet(slug)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        asked = desk.office.programme(row.cycles[0].edition)
        participations.prepare(session, row, asked, by=ADA, reason=REASON, now=desk.clock())
    return slug


@pytest.mark.database_only("sqlite")
@pytest.mark.parametrize("room", [0, 1, 2, 4, 8, 12])
def test_a_full_disk_refuses_and_recovers_without_hands(desk: Desk, room: int) -> None:
    held = desk.holder("Eksempelteatret")
    slug = put_forward(desk, "Galleriet")

    # SQLite answers "database or disk is full" when its file may not grow any further.
    @event.listens_for(desk.office.engine, "checkout")
    def bound(connection, _record, _proxy) -> None:  # type: ignore[no-untyped-def]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        most = full.setdefault("pages", pages + room)
        connection.execute(f"PRAGMA max_page_count = {most if full['on'] else 2**30}")

    full: dict[str, int] = {"on": 1}
    desk.office.engine.dispose()
    refused = None
    try:
        for number in range(40):
            desk.enrol(f"Fyller opp {number}")
        sealing.seal(desk.office, slug, by=BO, reason=REASON)
    except IssuerError as fault:
        refused = fault
    assert isinstance(refused, Busy)
    assert "full" in str(refused)
    # Verifying goes on.
    with desk.office.reading() as session:
        (copy,) = sealing.find_award(session, held.code).credentials
    world = World(documents=published.documents(desk.office), now=desk.clock())
    assert verify(copy.sealed_json or b"", world)

    full["on"] = 0
    desk.office.engine.dispose()
    round_of_work(desk.office)
    with desk.office.reading() as session:
        assert list(audit.faults(session)) == []
    sealed = sealing.seal(desk.office, slug, by=BO, reason=REASON)
    with desk.office.reading() as session:
        (copy,) = sealing.find_award(session, sealed.code).credentials
    assert verify(copy.sealed_json or b"", world)


def test_workers_racing_for_the_last_places_get_one_each(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slugs = [put_forward(desk, f"Kollektivet {number}") for number in range(6)]
    real = status.choose_place
    monkeypatch.setattr(status, "choose_place", lambda session: real(session, length=4))
    offices = [
        Office.open(desk.office.folder.path, passphrase=PASSPHRASE, clock=desk.clock) for _ in slugs
    ]
    faults: list[Exception] = []

    def work(office: Office, slug: str) -> None:
        try:
            sealing.seal(office, slug, by=BO, reason=REASON)
        except Exception as fault:
            faults.append(fault)

    threads = [
        threading.Thread(target=work, args=pair) for pair in zip(offices, slugs, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with desk.office.reading() as session:
        places = session.execute(select(StatusEntry.list_number, StatusEntry.position)).all()
        rows = session.scalars(select(Credential)).all()
    assert len(set(places)) == 6
    assert sorted(number for number, _ in places) == [1, 1, 1, 1, 2, 2]
    world = World(documents=published.documents(desk.office), now=desk.clock())
    assert all(verify(row.sealed_json or b"", world) for row in rows)
    for office in offices:
        office.engine.dispose()


def _seal_all(folder: Path, moment: datetime, slugs: list[str], report: Path) -> None:
    office = Office.open(folder, passphrase=PASSPHRASE, clock=Clock(moment))
    told = []
    for slug in slugs:
        for _ in range(20):
            try:
                told.append(f"sealed {sealing.seal(office, slug, by=BO, reason=REASON).code}")
            except Busy:
                continue  # many at once; whoever is told so tries again
            except IssuerError as refusal:
                told.append(f"{refusal.code} {slug}")
            break
    report.write_text("\n".join(told))
    office.engine.dispose()


def test_processes_that_seal_the_same_awards_seal_each_once(desk: Desk, tmp_path: Path) -> None:
    slugs = [put_forward(desk, f"Kollektivet {number}") for number in range(3)]
    reports = [tmp_path / f"report-{number}" for number in range(3)]
    at_work = [
        started(_seal_all, desk.office.folder.path, desk.clock(), slugs, report)
        for report in reports
    ]
    for process in at_work:
        process.join(120)
    told = [line for report in reports for line in report.read_text().splitlines()]
    assert len(told) == 9
    outcomes = [line.split()[0] for line in told]
    assert outcomes.count("sealed") == 3
    assert set(outcomes) <= {"sealed", "award.sealed", "sealing.under_way"}
    with desk.office.reading() as session:
        assert list(audit.faults(session)) == []
        rows = session.scalars(select(Credential)).all()
        places = session.execute(select(StatusEntry.list_number, StatusEntry.position)).all()
    assert [row.state for row in rows] == ["issued"] * 3
    assert len(set(places)) == 3


@pytest.mark.database_only("postgresql")
def test_a_row_that_somebody_else_holds_is_a_quick_refusal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = desk.holder("Eksempelteatret")
    monkeypatch.setattr(records, "LOCK_PATIENCE", 0.2)
    quick = Desk(desk.reopen(), desk.clock)
    # Not one of our writers, which take turns: somebody with a console.
    with desk.office.engine.begin() as other:
        other.exec_driver_sql("UPDATE status_list SET version = version")
        with pytest.raises(Busy, match="in use"):
            quick.suspend(sealed.code)
    quick.suspend(sealed.code)
    with quick.office.reading() as session:
        assert list(audit.faults(session)) == []
    quick.close()


def test_a_clock_that_was_never_set_signs_nothing(desk: Desk) -> None:
    slug = put_forward(desk, "Eksempelteatret")
    desk.clock.moment = desk.clock.moment.replace(year=1970)
    with pytest.raises(NoSigningKey):
        sealing.seal(desk.office, slug, by=BO, reason=REASON)
    with pytest.raises(IssuerError, match="clock"):
        desk.enrol("Galleriet")


def test_a_list_that_cannot_be_signed_is_pending_and_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = desk.holder("Eksempelteatret")

    def fails(*_: object) -> None:
        raise OSError("no entropy today")

    monkeypatch.setattr(status, "_sign", fails)
    awards.suspend(desk.office, sealed.code, by=BO, reason=REASON)
    with desk.office.reading() as session:
        assert [row.number for row in status.pending(session, desk.clock())] == [1]
        (copy,) = sealing.find_award(session, sealed.code).credentials
    # The act stands: our own verifier answers from the record.
    from issuer import verification

    assert verification.judge(desk.office, copy.sealed_json or b"").reasons == ("status.revoked",)
    monkeypatch.undo()
    assert round_of_work(desk.office).lists == (1,)
    assert round_of_work(desk.office).lists == ()
