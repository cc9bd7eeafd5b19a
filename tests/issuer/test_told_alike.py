"""Whatever has happened, and at any moment: page and register tell the same of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer import days, participations, public, state
from issuer.errors import IssuerError
from issuer.record.tables import Award, AwardAct, Cycle, Edition, Participation
from issuer.state import State
from tests.support import registers
from tests.support.office import ADA, START, Desk

acts = st.lists(
    st.tuples(
        st.sampled_from(["suspend", "lift", "withdraw", "give_up", "void"]), st.integers(0, 400)
    ),
    max_size=4,
)
# Years of one organisation: when each cycle was opened, whether it was ended or sealed, and what
# was decided on its award, in days from the start.
years = st.lists(
    st.tuples(
        st.integers(0, 900), st.sampled_from(["open", "ended", "sealed"]), st.integers(0, 60), acts
    ),
    min_size=1,
    max_size=4,
)


class _Undone(Exception):
    """Nothing of the example is kept."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk.make(tmp_path_factory.mktemp("alike") / "data")
    desk.enrol("Eksempelteatret")
    yield desk
    desk.close()


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def tell(row: Participation, edition: Edition, told: list[Any], listed: bool) -> None:
    """Write the history `told` into the record, in place of what was there."""
    row.listed = listed
    row.cycles.clear()
    for number, (opened, what, length, decided) in enumerate(sorted(told), start=1):
        cycle = Cycle(number=number, edition=edition, opened_at=at(opened))
        row.cycles.append(cycle)
        if what == "ended":
            cycle.ended_at = at(opened + length)
        if what != "sealed":
            continue
        first = at(opened + length).date()
        ends = [(act, day) for act, day in sorted(decided, key=lambda each: each[1])]
        award = Award(
            code=f"{number:012}",
            state="void" if any(act == "void" for act, _ in ends) else "issued",
            first_day=first,
            last_day=first + timedelta(days=364),
            valid_from=at(opened + length),
            valid_until=at(opened + length + 365) - timedelta(seconds=1),
            renewal_opens=at(opened + length + 275),
            patience_ends=at(opened + length + 425),
            decided_at=at(opened + length),
            decided_by=ADA,
            deciders=1,
        )
        award.acts.append(AwardAct(act="seal", at=at(opened + length), by=ADA, reason="x"))
        for act, day in ends:
            award.acts.append(AwardAct(act=act, at=at(opened + length + day), by=ADA, reason="x"))
        cycle.awards.append(award)
        cycle.closed_at = None if award.state == "void" else at(opened + length)


@settings(max_examples=60)
@given(told=years, listed=st.booleans(), day=st.integers(-5, 1800))
def test_page_and_register_agree(desk: Desk, told: list[Any], listed: bool, day: int) -> None:
    office, now = desk.office, at(day)
    try:
        with office.transaction() as session:
            row = participations.find(session, "eksempelteatret")
            for cycle in row.cycles:
                session.delete(cycle)
            session.flush()
            tell(row, session.query(Edition).one(), told, listed)
            session.flush()
            seen = public.view(office, row, now)
            found = registers.read(session, now)
            if seen.state in (State.UNKNOWN, State.VOID):
                assert found == ()
                raise _Undone
            (entry,) = found
            assert entry.standing == seen.standing
            assert entry.since == seen.since
            assert entry.programme.key == seen.programme.key
            assert (entry.award is None) == (seen.award is None)
            if entry.award and seen.award:
                assert entry.award.code == seen.award.code
                assert entry.award.last_day == seen.award.last_day
            # The end of a day is told as that day's, once it is over.
            on = days.day_of(now, seen.programme.timezone)
            later = now + timedelta(days=2)
            past = registers.read(session, later, on=on)
            end = days.start_of(on + timedelta(days=1), seen.programme.timezone)
            if not any(award.state == "void" for cycle in row.cycles for award in cycle.awards):
                judged = state.state(entry.history, end - timedelta(microseconds=1)).state
                assert [each.state for each in past] == [judged] * (judged is not State.UNKNOWN)
            raise _Undone
    except _Undone:
        pass
    except IssuerError as refusal:
        raise AssertionError("a history is no request") from refusal
