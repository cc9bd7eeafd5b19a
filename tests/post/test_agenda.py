"""Rounds through the calendar on a real record: who is reminded, and that nobody is twice."""

import multiprocessing
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import select

from issuer import agenda, dossiers, leases, participations, tasks
from issuer.daily import round_of_work
from issuer.office import Office
from issuer.record.life import Contact, Measure, Meeting
from issuer.record.post import Lease, Letter, Task
from issuer.record.tables import Participation
from issuer.state import State
from issuer.web.server import serve
from tests.bulk.calendar import TODAY, counted, fill, timed
from tests.support.office import PASSPHRASE, Clock, Desk
from tests.support.people import contact


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


def kinds(desk: Desk) -> list[str]:
    with desk.office.reading() as session:
        rows = session.scalars(select(Letter).order_by(Letter.created_at, Letter.key))
        return [row.kind for row in rows]


def waiting_tasks(desk: Desk) -> list[str]:
    with desk.office.reading() as session:
        return [row.kind for row in tasks.waiting(session)]


@pytest.mark.both_databases
def test_a_year_of_rounds_writes_each_reminder_once(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.award(slug)
    for days in (200, 44, 1, 29, 1, 30, 29, 1, 22, 1, 6, 1, 6, 1, 22, 1, 60, 400):
        desk.clock.advance(days=days)
        agenda.run(desk.office)
        agenda.run(desk.office)
    assert kinds(desk) == [
        "sealed",
        "reminder_120",
        "renewal_opens",
        "reminder_60",
        "reminder_30",
        "reminder_7",
        "last_day",
        "lapsed_7",
        "lapsed_30",
    ]


def test_after_a_month_without_rounds_only_the_newest_is_written(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.award(slug)
    desk.clock.advance(days=364 - 20)
    agenda.run(desk.office)
    assert kinds(desk) == ["sealed", "reminder_30"]


def test_each_contact_is_written_to_in_its_own_language(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug, "first", language="nn")
    contact(desk, slug, "second", language="en", unsubscribed_at=desk.clock())
    contact(desk, slug, "role")
    contact(desk, desk.enrol("En annen"), email="stranger@example.no")
    desk.award(slug)
    desk.clock.advance(days=364 - 60)
    assert agenda.run(desk.office).letters == 2
    with desk.office.reading() as session:
        rows = session.scalars(select(Letter).where(Letter.kind == "reminder_60")).all()
    assert {row.recipient.split(".")[0] for row in rows} == {"first", "role"}
    with desk.office.reading() as session:
        told = session.scalars(select(Letter).where(Letter.kind == "sealed")).all()
    assert len(told) == 3  # what has to be told is told all the same


def test_nobody_to_write_to_is_a_task(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    contact(desk, slug, bounced_at=desk.clock())
    desk.clock.advance(days=364 - 60)
    assert agenda.run(desk.office) == agenda.Written(0, 0)
    assert agenda.run(desk.office) == agenda.Written(0, 0)
    assert waiting_tasks(desk) == ["contact.missing"]


def test_in_every_state_only_those_are_reminded_that_should_be(desk: Desk) -> None:
    states = desk.every_state()
    for slug in states.values():
        contact(desk, slug)
    agenda.run(desk.office)
    with desk.office.reading() as session:
        rows = session.scalars(select(Letter)).all()
        slugs = {participations.find(session, slug).id: state for state, slug in states.items()}
        found = {(slugs[row.participation_id or ""], row.kind) for row in rows}
    assert found == {
        (State.HOLDS_RENEWAL_OPEN, "renewal_opens"),
        (State.LAPSED, "lapsed_30"),
        (State.LAPSED_RENEWING, "lapsed_30"),
    }


def test_meetings_measures_silence_and_old_keys_become_tasks_once(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.meet(slug, "kurs")
    now = desk.clock()
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        session.add(
            Meeting(
                participation_id=row.id,
                starts_at=now + timedelta(days=10),
                ends_at=now + timedelta(days=10, hours=2),
                place="Storgata 1",
                uid="m-1@example.no",
                arranged_at=now,
                arranged_by="Ada",
            )
        )
        session.add(
            Measure(
                cycle_id=row.cycles[0].id,
                position=1,
                title="Samtale",
                kind="samtale",
                responsible_role="Leder",
                due=now.date() + timedelta(days=20),
                state="planned",
                public=False,
                changed_at=now,
            )
        )
    found: list[tuple[int, str]] = []
    day = 0
    for step in (8, 1, 1, 1, 9, 1, 68, 1, 1, 40):
        day += step
        desk.clock.advance(days=step)
        before = len(waiting_tasks(desk)) + len(kinds(desk))
        written = agenda.run(desk.office)
        assert written.letters + written.tasks == (
            len(waiting_tasks(desk)) + len(kinds(desk)) - before
        )
        found += [(day, kind) for kind in waiting_tasks(desk)[len(found) :]]
    assert kinds(desk) == ["meeting_reminder"]
    assert found == [
        (11, "meeting.record"),
        (21, "measure.past"),
        (90, "participation.silent"),
    ]
    desk.clock.advance(days=800)
    agenda.run(desk.office)
    assert waiting_tasks(desk).count("key.old") == 4
    agenda.run(desk.office)
    assert waiting_tasks(desk).count("key.old") == 4


def test_old_letters_lose_their_text_and_keep_their_row(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.award(slug)
    with desk.office.transaction() as session:
        session.scalars(select(Letter)).one().state = "sent"
    desk.clock.advance(days=89)
    agenda.run(desk.office)
    with desk.office.reading() as session:
        assert session.scalars(select(Letter)).one().message
    desk.clock.advance(days=2)
    agenda.run(desk.office)
    with desk.office.reading() as session:
        row = session.scalars(select(Letter)).one()
        assert (row.message, row.kind) == (b"", "sealed")


def test_candidates_leave_out_what_is_done(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.award(slug)
    desk.clock.advance(days=364 - 120)

    def count() -> int:
        with desk.office.reading() as session:
            found = dossiers.candidates(desk.office, session, desk.clock(), silent_days=90)
            return len(found)

    assert count() == 1
    agenda.run(desk.office)
    assert count() == 0


def test_erased_contacts_are_not_written_to(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    number = contact(desk, slug)
    desk.award(slug)
    with desk.office.transaction() as session:
        session.get_one(Contact, number).ended_at = desk.clock()
    desk.clock.advance(days=364 - 60)
    agenda.run(desk.office)
    assert kinds(desk) == ["sealed"]


def _rounds(folder: Path, moment: Clock, start: object, times: int) -> None:
    office = Office.open(folder, passphrase=PASSPHRASE, clock=moment)
    start.wait()  # type: ignore[attr-defined]
    for _ in range(times):
        round_of_work(office)
    office.engine.dispose()


@pytest.mark.both_databases
def test_several_processes_at_once_write_nothing_twice(desk: Desk) -> None:
    for number in range(4):
        slug = desk.enrol(f"Eksempel {number}")
        contact(desk, slug)
        contact(desk, slug, "role")
        desk.award(slug)
    desk.clock.advance(days=364 - 60)
    desk.office.engine.dispose()
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    together = [
        spawn.Process(target=_rounds, args=(desk.office.folder.path, Clock(desk.clock()), start, 2))
        for _ in range(2)
    ]
    for process in together:
        process.start()
    for process in together:
        process.join(90)
        assert process.exitcode == 0
    assert kinds(desk).count("reminder_60") == 8


@pytest.mark.both_databases
def test_leases(desk: Desk) -> None:
    office = desk.office
    assert leases.take(office, "post", timedelta(minutes=5))
    assert leases.take(office, "post", timedelta(minutes=5))  # one's own is prolonged
    with office.transaction() as session:
        session.get_one(Lease, "post").holder = "another-machine:1"
    assert not leases.take(office, "post", timedelta(minutes=5))
    desk.clock.advance(minutes=5, seconds=59)  # another machine's clock may be behind
    assert not leases.take(office, "post", timedelta(minutes=5))
    desk.clock.advance(seconds=2)
    assert leases.take(office, "post", timedelta(minutes=5))
    leases.give_back(office, "post")
    with office.reading() as session:
        assert session.get(Lease, "post") is None


def test_the_lease_of_a_process_that_is_gone_is_taken_over_at_once(desk: Desk) -> None:
    host = desk.office.process.rpartition(":")[0]
    with desk.office.transaction() as session:
        session.add(
            Lease(name="post", holder=f"{host}:4194305", until=desk.clock() + timedelta(hours=1))
        )
    assert leases.take(desk.office, "post", timedelta(minutes=5))


def test_a_server_looks_through_the_calendar_every_ten_minutes(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.award(slug)
    assert agenda.run(desk.office, by_itself=True).letters == 0
    desk.clock.advance(days=364 - 60)
    with desk.office.transaction() as session:
        row = session.get_one(Lease, "calendar")
        row.holder, row.until = "another-machine:1", desk.clock() + timedelta(minutes=1)
    assert agenda.run(desk.office, by_itself=True).letters == 0
    desk.clock.advance(minutes=3)
    assert agenda.run(desk.office, by_itself=True).letters == 1


def test_a_task_is_asked_once_and_done_once(desk: Desk) -> None:
    office = desk.office
    with office.transaction() as session:
        assert tasks.ask(session, "k", "key.old", now=desk.clock())
        assert not tasks.ask(session, "k", "key.old", now=desk.clock())
        number = session.scalars(select(Task.id)).one()
        tasks.done(session, number, by="Ada", now=desk.clock())
        assert tasks.waiting(session) == []
        assert not tasks.ask(session, "k", "key.old", now=desk.clock())


@pytest.mark.both_databases
def test_a_round_with_nothing_to_do_asks_the_record_little_however_many_there_are(
    desk: Desk,
) -> None:
    """Neither those reminded already, nor measures and silences that staff know of, are read."""
    desk.clock.moment = TODAY
    fill(desk, 60)
    timed(desk)
    few = timed(desk)
    assert few.written == agenda.Written()
    with desk.office.reading() as session:
        assert dossiers.candidates(desk.office, session, desk.clock(), silent_days=90) == []
    desk.clock.advance(days=1)
    with desk.office.reading() as session:
        found = dossiers.candidates(desk.office, session, desk.clock(), silent_days=90)
        some = select(Participation).where(Participation.id.in_(found))
        rows = list(session.scalars(some).unique())
    assert rows
    one, all_ = (asked_for(desk, some) for some in (rows[:1], rows))
    assert all_ == one < 10  # some cost as many questions as one


def asked_for(desk: Desk, rows: list[Participation]) -> int:
    """How many statements it takes to judge these."""
    with desk.office.reading() as session:
        ids = [row.id for row in rows]
        again = select(Participation).where(Participation.id.in_(ids))
        loaded = list(session.scalars(again).unique())
        with counted(desk.office.engine) as found:
            dossiers.all_of(desk.office, session, loaded)
            dossiers.done(session, {f"x:{row.id}" for row in loaded})
    return found.statements


def test_a_server_answers_while_its_first_round_is_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The calendar of a large record takes minutes: it is begun at once, and nobody waits."""
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    desk.award(slug)
    desk.clock.advance(days=364 - 60)
    begun, go_on, over = threading.Event(), threading.Event(), threading.Event()
    a_round = agenda.run

    def long_round(office: Office, *, by_itself: bool = False) -> agenda.Written:
        begun.set()
        assert go_on.wait(30)
        written = a_round(office, by_itself=by_itself)
        over.set()
        return written

    def served(self: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        assert begun.wait(30)
        assert kinds(desk) == ["sealed"]
        go_on.set()
        assert over.wait(30)

    monkeypatch.setattr(agenda, "run", long_round)
    monkeypatch.setattr(uvicorn.Server, "run", served)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        serve(desk.office, listener)
    assert kinds(desk) == ["sealed", "reminder_60"]
