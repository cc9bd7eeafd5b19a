"""`kill -9` at every step of every act: nothing acknowledged lost, nothing doubled or re-used.

A step is each statement to the database, each commit, and each file put in place. The act is
done once to count them; then again from the same state, and killed before the n-th, for n
over all of them. The child writes down, when the act has returned, how many steps it took:
that is its acknowledgement.

    MERKE_KILLS=2000 python -m pytest tests/issuer/test_kill.py       more of them
"""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select

from issuer import (
    awards,
    carrying,
    checkpoints,
    participations,
    public,
    recheck,
    resealing,
    sealing,
    status,
)
from issuer.daily import round_of_work
from issuer.errors import IssuerError
from issuer.office import Office
from issuer.record.life import Succession
from issuer.record.tables import Participation, StatusEntry
from issuer.resealing import Cause
from tests.support import processes
from tests.support.office import ADA, BO, PASSPHRASE, REASON, Clock, Desk, kept_in

pytestmark = pytest.mark.database_only("sqlite")

KILLS = int(os.environ.get("MERKE_KILLS", "200"))
DAY = date(2026, 9, 20)  # on which one goes on in another
READY_WITHIN = 5.0  # seconds, opening the office and the first round of work


class Steps:
    """Counts the steps of what this process does, and ends it hard before the `fatal`-th."""

    def __init__(self, fatal: int = 0) -> None:
        self.count = 0
        self._fatal = fatal

    def step(self, *_: object, **__: object) -> None:
        self.count += 1
        if self.count == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, desk: Desk, patched: pytest.MonkeyPatch) -> None:
        for what in ("before_cursor_execute", "commit"):
            event.listen(desk.office.engine, what, self.step)
        for name in ("replace", "fsync"):
            real = getattr(os, name)

            def stepping(*given: object, _real: Callable[..., object] = real) -> object:
                self.step()
                return _real(*given)

            patched.setattr(os, name, stepping)


Act = Callable[[Desk], object]


def _ready(desk: Desk) -> dict[str, str]:
    """One participation for each act, in the state the act begins from."""
    made = {}
    for name in ("Suspenderes", "Trekkes", "Gir seg", "Fornyes", "Nytt navn"):
        sealed = desk.holder(name)
        made[sealed.slug] = sealed.code
    lifted = desk.holder("Oppheves")
    desk.suspend(lifted.code)
    made[lifted.slug] = lifted.code
    desk.clock.advance(days=300)
    desk.renew("fornyes")
    desk.meet("fornyes")
    slug = desk.enrol("Forsegles")
    desk.meet(slug)
    for each in (slug, "fornyes"):
        with desk.office.transaction() as session:
            row = participations.find(session, each)
            asked = desk.office.programme(row.cycles[-1].edition)
            participations.prepare(session, row, asked, by="Ada", reason=REASON, now=desk.clock())
    desk.case(made["trekkes"])
    for name in ("Gamle Scene", "Lille Scene"):
        desk.holder(name)
    for name in ("Nye Scene", "Store Scene"):
        desk.enrol(name)
    merged = (desk.office, "gamle-scene", "nye-scene", "merger")
    assert carrying.succeed(*merged, day=DAY, by=ADA, reason=REASON, carry=True) is None
    made["vant-frem"] = str(desk.appealed(desk.holder("Vant frem").code))
    resealing.rename(desk.office, "nytt-navn", "Et helt nytt navn", None, by=BO, reason=REASON)
    return made


def acts(codes: dict[str, str]) -> dict[str, Act]:
    """What is done, and killed. Each leaves one public fact that tells whether it happened."""

    def decided(act: Callable[..., object], slug: str) -> Act:
        return lambda desk: act(desk.office, codes[slug], by=BO, reason=REASON)

    def goes_on(old: str, new: str, kind: str, alone: str | None = None) -> Act:
        return lambda desk: carrying.succeed(
            *(desk.office, old, new, kind),
            day=DAY,
            by=BO,
            reason=REASON,
            carry=True,
            override=alone,
        )

    return {
        "seal forsegles": lambda d: sealing.seal(d.office, "forsegles", by=BO, reason=REASON),
        "renew fornyes": lambda d: sealing.seal(d.office, "fornyes", by=BO, reason=REASON),
        "suspend suspenderes": decided(awards.suspend, "suspenderes"),
        "withdraw trekkes": decided(awards.withdraw, "trekkes"),
        "give_up gir-seg": decided(awards.give_up, "gir-seg"),
        "lift oppheves": decided(awards.lift, "oppheves"),
        "reseal nytt-navn": lambda d: resealing.reseal(
            d.office, codes["nytt-navn"], Cause.NAME, by=BO, reason=REASON
        ),
        "grant vant-frem": lambda d: carrying.grant_appeal(
            d.office, int(codes["vant-frem"]), by="Cy Eksempel", reason=REASON
        ),
        "merge nye-scene": goes_on("gamle-scene", "nye-scene", "merger"),
        "transfer store-scene": goes_on("lille-scene", "store-scene", "transfer", alone="alone"),
        "rename gir-seg": lambda d: resealing.rename(
            d.office, "gir-seg", "Ga seg ikke", None, by=BO, reason=REASON
        ),
        "publish -": lambda d: (status.publish(d.office), checkpoints.sign_due(d.office)),
    }


def facts(desk: Desk, slug: str) -> tuple[object, ...]:
    """What the public is told of `slug`, with the number of its copies."""
    if slug == "-":
        return ()
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        view = public.view(desk.office, row, desk.clock())
        copies = [copy for period in view.periods for copy in period.copies]
        came = select(Succession.from_id).where(Succession.to_id == row.id)
        before = [session.get_one(Participation, each) for each in session.scalars(came)]
        states = [participations.public_state(each, desk.clock()).state for each in before]
    # Those that went on in this one; a decision that was only recorded has ended nothing.
    gone_on = [state for state in states if not state.holds]
    revoked = sum(copy.revoked for copy in copies)
    return (view.state, view.name, len(view.periods), len(copies), revoked, gone_on)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, dict[str, str], Path]]:
    place = tmp_path_factory.mktemp("kill")
    clock = Clock(datetime(2025, 11, 24, 9, tzinfo=UTC))
    # Made before a test can say which database it is about.
    with kept_in("sqlite"):
        desk = Desk.make(place / "data", clock=clock)
    codes = _ready(desk)
    round_of_work(desk.office)
    clock.advance(days=2)
    desk.office.rehearsal_ring()
    desk.office.engine.dispose()
    shutil.copytree(place / "data", place / "kept")
    yield desk, codes, place / "kept"
    desk.close()


def put_back(desk: Desk, kept: Path) -> None:
    desk.office.engine.dispose()
    shutil.rmtree(desk.office.folder.path)
    shutil.copytree(kept, desk.office.folder.path)
    desk.office.forget_ring_changes()


def in_a_child(desk: Desk, name: str, codes: dict[str, str], fatal: int, told: Path) -> bool:
    """Do the act in a process of its own, killed before step `fatal`; whether it was killed."""
    desk.office.engine.dispose()
    process = processes.started(
        _child, desk.office.folder.path, desk.clock(), name, codes, fatal, told
    )
    process.join(120)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _child(
    folder: Path, moment: datetime, name: str, codes: dict[str, str], fatal: int, told: Path
) -> None:
    clock = Clock(moment)
    desk = Desk(Office.open(folder, passphrase=PASSPHRASE, clock=clock), clock)
    desk.office.rehearsal_ring()
    steps = Steps(fatal)
    with pytest.MonkeyPatch.context() as patched:
        steps.watch(desk, patched)
        acts(codes)[name](desk)
        taken = steps.count
    told.write_text(str(taken))


def steps_of(desk: Desk, name: str, codes: dict[str, str], kept: Path, told: Path) -> int:
    """How many steps the act takes, counted in a process like those that are killed."""
    put_back(desk, kept)
    assert not in_a_child(desk, name, codes, 0, told)
    return int(told.read_text())


def check_everything(desk: Desk) -> None:
    settings = desk.office.settings
    with desk.office.reading() as session:
        result = recheck.recheck(
            session.connection(), settings.did, settings.base_url, desk.clock()
        )
        places = session.execute(select(StatusEntry.list_number, StatusEntry.position)).all()
    assert result.findings == ()
    assert len(places) == len(set(places))


@pytest.mark.parametrize("name", acts({}).keys())
def test_killed_at_every_step(
    begun: tuple[Desk, dict[str, str], Path], name: str, tmp_path: Path
) -> None:
    desk, codes, kept = begun
    act, slug = acts(codes)[name], name.split()[1]
    put_back(desk, kept)
    before = facts(desk, slug)
    total = steps_of(desk, name, codes, kept, tmp_path / "counted")
    after = facts(desk, slug)
    assert slug == "-" or before != after
    share = max(2, KILLS // len(acts({})))
    points = sorted({1 + round(i * total / share) for i in range(share)} | {total})
    killed = 0
    for number, fatal in enumerate(points):
        put_back(desk, kept)
        told = tmp_path / f"told-{fatal}"
        killed += in_a_child(desk, name, codes, fatal, told)
        began = time.monotonic()
        if number % 10 == 0:
            # From nothing, keys and all, as a restarted service would.
            office = desk.reopen()
            round_of_work(office)
            office.engine.dispose()
        round_of_work(desk.office)
        assert time.monotonic() - began < 5 * READY_WITHIN
        found = facts(desk, slug)
        assert found in (before, after), f"step {fatal} of {total}"
        if told.exists():
            assert found == after, f"acknowledged, and lost: step {fatal} of {total}"
        check_everything(desk)
        if found == before and slug != "-":
            act(desk)
            assert facts(desk, slug) == after
        elif slug != "-":
            # It was durable; only the answer was lost. Done again, it is refused or no more.
            try:
                act(desk)
            except IssuerError:
                assert facts(desk, slug) == after
    assert killed >= len(points) - 1
