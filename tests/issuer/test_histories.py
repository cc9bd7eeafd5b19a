"""Random histories of several organisations over years, cut off at random; the rules hold.

After every step: what was sealed is unchanged, no place is used twice, no revocation is gone,
the second opinion (`issuer.recheck`) finds nothing, and whoever asks, in whatever way, is told
the same about who holds the mark.
"""

import json
import os
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event, select

from issuer import (
    awards,
    carrying,
    cases,
    days,
    names,
    participations,
    public,
    published,
    recheck,
    resealing,
    sealing,
    successions,
)
from issuer.daily import round_of_work
from issuer.errors import IssuerError
from issuer.record.life import Case, Succession
from issuer.record.tables import Award, Credential, Edition, Participation, StatusEntry
from issuer.resealing import Cause
from tests.support import registers
from tests.support.office import ADA, BO, REASON, Desk
from verifier.verify import World, verify

THIRD = "Cy Eksempel"
NAMES = ("Eksempelteatret", "Galleri Nord", "Ærlig Øving", "Gruppa uten nummer")
NEW_NAMES = ("Nytt Navn", "Sápmi Scene", "Huset på Hjørnet")
MOST = int(os.environ.get("MERKE_HISTORIES", "4"))


class CutOff(BaseException):
    """The process ends here: no handler of ours gets to do anything about it."""


class Histories(RuleBasedStateMachine):
    """One office, up to four organisations, the acts of `issuer`, and time."""

    make: Callable[[], Desk]

    def __init__(self) -> None:
        super().__init__()
        self.desk = self.make()
        self.sealed: dict[str, tuple[str, str]] = {}
        self.revoked: set[tuple[int, int]] = set()

    def teardown(self) -> None:
        self.desk.close()

    # Acts. A refusal is an answer like any other; what it leaves behind is looked at below.

    def _slugs(self) -> list[str]:
        with self.desk.office.reading() as session:
            return [row.slug for row in participations.listing(session)]

    def _code(self, slug: str) -> str | None:
        with self.desk.office.reading() as session:
            found = [
                award.code
                for cycle in participations.find(session, slug).cycles
                for award in cycle.awards
                if award.state in ("issued", "void")
            ]
        return found[-1] if found else None

    def _try(self, act: Callable[[], object], cut_at: int) -> None:
        """Do `act`; if `cut_at` is not 0, cut it off before that statement to the database."""
        left = cut_at

        def count(*_: object, **__: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise CutOff

        if cut_at:
            event.listen(self.desk.office.engine, "before_cursor_execute", count)
        try:
            act()
        except (IssuerError, CutOff):
            pass
        finally:
            if cut_at:
                event.remove(self.desk.office.engine, "before_cursor_execute", count)
        if cut_at:
            # Another process comes up, long enough after for the intention to be given up.
            self.desk.clock.advance(minutes=3)
            round_of_work(self.desk.office)

    which = st.integers(0, len(NAMES) - 1)
    cut = st.one_of(st.just(0), st.just(0), st.integers(1, 60))

    @initialize()
    def begin(self) -> None:
        for name in NAMES[:2]:
            self.desk.enrol(name)
        self.desk.award(names.slug(NAMES[0]))

    @rule(which=which)
    def enrol(self, which: int) -> None:
        if names.slug(NAMES[which]) not in self._slugs():
            self.desk.enrol(NAMES[which])

    @rule(which=which, cut=cut)
    def award(self, which: int, cut: int) -> None:
        if which < len(slugs := self._slugs()):
            slug = slugs[which]

            def act() -> None:
                self.desk.meet(slug)
                self.desk.seal(slug)

            self._try(act, cut)

    @rule(which=which)
    def renew(self, which: int) -> None:
        if which < len(slugs := self._slugs()):
            self._try(lambda: self.desk.renew(slugs[which]), 0)

    @rule(which=which, cut=cut, act=st.sampled_from(["suspend", "give_up", "void", "lift"]))
    def decide(self, which: int, cut: int, act: str) -> None:
        if which < len(slugs := self._slugs()) and (code := self._code(slugs[which])):
            do = getattr(awards, act)
            self._try(lambda: do(self.desk.office, code, by=BO, reason=REASON), cut)

    @rule(which=which, cut=cut)
    def withdraw(self, which: int, cut: int) -> None:
        if which < len(slugs := self._slugs()) and (code := self._code(slugs[which])):
            self._try(lambda: self.desk.withdraw(code), cut)

    @rule(which=which, cut=cut)
    def seal_again(self, which: int, cut: int) -> None:
        if which < len(slugs := self._slugs()) and (code := self._code(slugs[which])):
            office = self.desk.office
            self._try(lambda: resealing.reseal(office, code, Cause.LOOK, by=BO, reason=REASON), cut)

    @rule(which=which, to=st.integers(0, len(NEW_NAMES) - 1), cut=cut, again=st.booleans())
    def rename(self, which: int, to: int, cut: int, again: bool) -> None:
        """A new name, and on request a copy with it."""
        if which < len(slugs := self._slugs()):
            office, slug = self.desk.office, slugs[which]
            name = NEW_NAMES[to]
            self._try(
                lambda: resealing.rename(office, slug, name, None, by=ADA, reason=REASON), cut
            )
            if again and (code := self._code(slug)):
                named = Cause.NAME
                self._try(lambda: resealing.reseal(office, code, named, by=BO, reason=REASON), cut)

    @rule(
        which=which,
        to=which,
        kind=st.sampled_from(carrying.KINDS),
        carry=st.booleans(),
        by=st.sampled_from([ADA, BO]),
        alone=st.sampled_from([None, "alone today"]),
        cut=st.one_of(st.just(0), st.integers(1, 120)),
        times=st.integers(1, 3),
    )
    def go_on(
        self,
        which: int,
        to: int,
        kind: str,
        carry: bool,
        by: str,
        alone: str | None,
        cut: int,
        times: int,
    ) -> None:
        """One goes on in another, said once or more often; only the first time is cut off."""
        slugs = self._slugs()
        if max(which, to) >= len(slugs):
            return
        old, new = slugs[which], slugs[to]
        zone = self.desk.office.programme(self._edition(new)).timezone
        day = days.day_of(self.desk.clock(), zone)

        def act(by: str) -> object:
            return carrying.succeed(
                *(self.desk.office, old, new, kind),
                day=day,
                by=by,
                reason=REASON,
                carry=carry,
                override=alone,
            )

        for number in range(times):
            person = by if number % 2 == 0 else {ADA: BO, BO: ADA}[by]
            held = self._holding()
            self._try(partial(act, person), cut if number == 0 else 0)
            if carry:
                # The mark goes along or stays, whatever happens: it is never lost on the way.
                assert len(self._holding()) >= len(held) - (old == new)

    def _edition(self, slug: str) -> Edition:
        with self.desk.office.reading() as session:
            return participations.find(session, slug).cycles[-1].edition

    def _holding(self) -> set[str]:
        now = self.desk.clock()
        with self.desk.office.reading() as session:
            return {
                row.slug
                for row in participations.listing(session)
                if participations.public_state(row, now).state.holds
            }

    @rule(which=which, cut=cut, granted=st.booleans(), times=st.integers(1, 2))
    def appeal(self, which: int, cut: int, granted: bool, times: int) -> None:
        """Withdrawn, appealed, and decided by a third person."""
        if which >= len(slugs := self._slugs()) or not (code := self._code(slugs[which])):
            return
        office, now = self.desk.office, self.desk.clock()
        self._try(lambda: self.desk.withdraw(code), 0)
        with office.reading() as session:
            award = sealing.find_award(session, code)
            about = select(Case).where(Case.award_id == award.id).order_by(Case.id.desc())
            case = session.scalars(about).first()
            if case is None or case.decision != cases.Decision.WITHDRAW:
                return
            number, zone = case.id, office.programme(award.cycle.edition).timezone

        def appeal() -> None:
            with office.transaction() as session:
                found = cases.find(session, number)
                cases.appeal(session, found, REASON, by=ADA, zone=zone, now=now)

        def decide() -> None:
            if granted:
                carrying.grant_appeal(office, number, by=THIRD, reason=REASON)
                return
            with office.transaction() as session:
                found, upheld = cases.find(session, number), cases.Appeal.UPHELD
                cases.decide_appeal(
                    session, found, upheld, by=THIRD, reason=REASON, now=self.desk.clock()
                )

        self._try(appeal, 0)
        for turn in range(times):
            self._try(decide, cut if turn == 0 else 0)

    @rule(length=st.integers(1, 200))
    def time_passes(self, length: int) -> None:
        self.desk.clock.advance(days=length)
        round_of_work(self.desk.office)

    # What must hold.

    @invariant()
    def nothing_sealed_changes_and_no_revocation_is_undone(self) -> None:
        with self.desk.office.reading() as session:
            rows = session.scalars(select(Credential).where(Credential.state == "issued")).all()
            now = {row.id: (str(row.json_digest), str(row.jwt_digest)) for row in rows}
            entries = session.scalars(select(StatusEntry)).all()
            revoked = {(e.list_number, e.position) for e in entries if e.revoked_at is not None}
        assert self.sealed.items() <= now.items()
        assert self.revoked <= revoked
        assert len({(e.list_number, e.position) for e in entries}) == len(entries)
        self.sealed, self.revoked = now, revoked

    @invariant()
    def the_second_opinion_finds_nothing(self) -> None:
        office = self.desk.office
        with office.reading() as session:
            result = recheck.recheck(
                session.connection(),
                office.settings.did,
                office.settings.base_url,
                self.desk.clock(),
            )
        assert [finding for finding in result.findings if finding.code != "list.old"] == []

    @invariant()
    def years_follow_each_other(self) -> None:
        """Nobody loses a day by being early; nothing is dated back."""
        with self.desk.office.reading() as session:
            for row in participations.listing(session):
                zone = self.desk.office.programme(row.cycles[-1].edition).timezone
                standing = [
                    award
                    for cycle in row.cycles
                    for award in cycle.awards
                    if award.state == "issued"
                ]
                for award in standing:
                    assert award.last_day <= (award.cycle.not_after or award.last_day)
                    assert award.first_day >= award.decided_at.astimezone(zone).date()
                self._no_overlap([a for a in standing if not sealing._ended(a)])

    @staticmethod
    def _no_overlap(standing: list[Award]) -> None:
        for before, after in pairwise(standing):
            assert before.last_day < after.first_day

    @invariant()
    def who_has_gone_on_leads_on(self) -> None:
        """Never in a circle; what is done holds nothing any more, and begins nothing new."""
        now = self.desk.clock()
        with self.desk.office.reading() as session:
            steps = {step.from_id: step.to_id for step in session.scalars(select(Succession)).all()}
            for start in steps:
                seen, here = {start}, steps[start]
                while here in steps:
                    assert here not in seen
                    seen.add(here)
                    here = steps[here]
                old = session.get_one(Participation, start)
                assert not old.cycles[-1].open
                if carrying.is_done(session, old, now):
                    assert not participations.public_state(old, now).state.holds
                    to = successions.successor(old, now)
                    assert to is None or to.slug != old.slug

    @invariant()
    def everybody_is_told_the_same(self) -> None:
        office, now = self.desk.office, self.desk.clock()
        world = World(documents=published.documents(office), now=now)
        with office.reading() as session:
            entries = registers.read(session, now)
            listed = {entry.slug: entry.state for entry in entries}
            for row in participations.listing(session):
                view = public.view(office, row, now)
                answer = published.get(office, f"/m/{row.slug}")
                told = json.loads(answer.data)["state"] if answer else "unknown"
                assert told == str(view.state)
                if view.state not in ("unknown", "void"):
                    assert listed[row.slug] == view.state
                valid = [
                    copy.id
                    for period in view.periods
                    for copy in period.copies
                    if (found := published.get(office, f"/b/{copy.id}")) is not None
                    and verify(found.data, world)
                ]
                assert bool(valid) == view.state.holds


@pytest.mark.both_databases
def test_any_history(tmp_path: Path, database: str) -> None:
    made = iter(range(10_000))

    class Here(Histories):
        @staticmethod
        def make() -> Desk:
            return Desk.make(tmp_path / str(next(made)))

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=MOST,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
