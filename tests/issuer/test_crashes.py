"""The machine stops at any step of an act: nothing told is lost, nothing doubled or orphaned.

Each case runs the act in a process of its own that ends without warning at one step; then the
next start clears up and the act is done again.
"""

import importlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer import audit, awards, participations, published, sealing
from issuer.daily import round_of_work
from issuer.errors import AlreadySealed, WrongState
from issuer.office import Office
from issuer.record.tables import Award, Credential, StatusEntry
from tests.support.office import BO, PASSPHRASE, REASON, Clock, Desk
from tests.support.processes import ended
from verifier.verify import World, verify

pytestmark = pytest.mark.both_databases

# (module, function, which call of it, whether the end comes before or after it)
STEPS = [
    ("issuer.sealing", "recover", 1, "before"),
    ("issuer.status", "choose_place", 1, "after"),
    ("issuer.credential", "build", 1, "after"),
    ("issuer.sealing", "intend", 1, "after"),
    ("issuer.audit", "write", 1, "after"),
    ("issuer.status", "publish", 1, "before"),
    ("issuer.status", "publish", 1, "after"),
    ("issuer.sealing", "rehearse", 1, "before"),
    ("issuer.sealing", "rehearse", 1, "after"),
    ("issuer.sealing", "sign", 2, "after"),
    ("issuer.sealing", "_judge", 4, "after"),
    ("issuer.sealing", "issue", 1, "before"),
    ("issuer.audit", "write", 2, "before"),
    ("issuer.audit", "write", 2, "after"),
    ("issuer.sealing", "finish", 1, "after"),
]


def _die_at(module: str, function: str, call: int, when: str) -> None:
    place = importlib.import_module(module)
    real = getattr(place, function)
    calls = 0

    def counted(*given: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call and when == "before":
            os._exit(9)
        answer = real(*given, **named)
        if calls == call:
            os._exit(9)
        return answer

    setattr(place, function, counted)


def _act(folder: Path, moment: datetime, act: str, what: str, step: tuple[str, str, int, str]):  # type: ignore[no-untyped-def]
    office = Office.open(folder, passphrase=PASSPHRASE, clock=Clock(moment))
    _die_at(*step)
    if act == "seal":
        sealing.seal(office, what, by=BO, reason=REASON)
    else:
        getattr(awards, act)(office, what, by=BO, reason=REASON)
    os._exit(0)


def crash(desk: Desk, act: str, what: str, step: tuple[str, str, int, str]) -> None:
    code = ended(_act, desk.office.folder.path, desk.clock(), act, what, step)
    assert code == 9, "the step was never reached"


def check_whole(desk: Desk) -> None:
    """What must hold in the record after any crash and the next start."""
    with desk.office.reading() as session:
        assert list(audit.faults(session)) == []
        rows = session.scalars(select(Credential)).all()
        assert {row.state for row in rows} <= {"issued", "abandoned"}
        assert {row.state for row in session.scalars(select(Award))} <= {"issued", "abandoned"}
        places = session.execute(select(StatusEntry.list_number, StatusEntry.position)).all()
        assert len(places) == len(set(places)) == len(rows)
        issued = [row for row in rows if row.state == "issued" and not row.entry.revoked_at]
    world = World(documents=published.documents(desk.office), now=desk.clock())
    for row in issued:
        assert verify(row.sealed_json or b"", world)
        assert verify(row.sealed_jwt or b"", world)


@pytest.mark.parametrize("step", STEPS, ids=lambda s: f"{s[3]}-{s[0][7:]}.{s[1]}-{s[2]}")
def test_sealing(tmp_path: Path, step: tuple[str, str, int, str]) -> None:
    desk = Desk.make(tmp_path / "data", clock=Clock(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        asked = desk.office.programme(row.cycles[0].edition)
        participations.prepare(session, row, asked, by="Ada", reason=REASON, now=desk.clock())
    crash(desk, "seal", slug, step)
    round_of_work(desk.office)
    check_whole(desk)
    if step == STEPS[-1]:
        # It was durable; only the answer was lost.
        with pytest.raises(AlreadySealed):
            sealing.seal(desk.office, slug, by=BO, reason=REASON)
    else:
        sealing.seal(desk.office, slug, by=BO, reason=REASON)
    check_whole(desk)
    with desk.office.reading() as session:
        states = session.scalars(select(Credential.state)).all()
        assert states.count("issued") == 1
    desk.close()


@pytest.mark.parametrize(
    ("act", "step"),
    [
        ("suspend", ("issuer.status", "revoke", 1, "after")),
        ("suspend", ("issuer.audit", "write", 1, "after")),
        ("suspend", ("issuer.status", "publish", 1, "before")),
        ("suspend", ("issuer.status", "_sign", 1, "after")),
        ("withdraw", ("issuer.status", "publish", 1, "before")),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[3]}-{value[1]}",
)
def test_revoking(tmp_path: Path, act: str, step: tuple[str, str, int, str]) -> None:
    desk = Desk.make(tmp_path / "data", clock=Clock(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    sealed = desk.holder("Eksempelteatret")
    if act == "withdraw":
        desk.case(sealed.code)
    crash(desk, act, sealed.code, step)
    durable = step[1] in ("publish", "_sign")
    round_of_work(desk.office)
    world = World(documents=published.documents(desk.office), now=desk.clock())
    with desk.office.reading() as session:
        (copy,) = sealing.find_award(session, sealed.code).credentials
    report = verify(copy.sealed_json or b"", world)
    assert report.reasons == (("status.revoked",) if durable else ())
    if durable:
        with pytest.raises(WrongState):
            getattr(awards, act)(desk.office, sealed.code, by=BO, reason=REASON)
    else:
        getattr(awards, act)(desk.office, sealed.code, by=BO, reason=REASON)
    check_whole(desk)
    assert not verify(copy.sealed_json or b"", world)
    desk.close()


@pytest.mark.parametrize("step", [STEPS[3], STEPS[7], STEPS[11], STEPS[13]])
def test_lifting(tmp_path: Path, step: tuple[str, str, int, str]) -> None:
    desk = Desk.make(tmp_path / "data", clock=Clock(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    sealed = desk.holder("Eksempelteatret")
    desk.suspend(sealed.code)
    crash(desk, "lift", sealed.code, step)
    round_of_work(desk.office)
    check_whole(desk)
    desk.lift(sealed.code)
    check_whole(desk)
    desk.close()
