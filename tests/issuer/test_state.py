"""The public state: a table of situations, and what must hold in any history."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.state import (
    Act,
    Award,
    Credential,
    Cycle,
    Event,
    Participation,
    Standing,
    State,
    next_change,
    standing,
    state,
)

SECOND = timedelta(seconds=1)


def at(day: int, hour: int = 12) -> datetime:
    """Noon of a day counted from the start of the story."""
    return datetime(2026, 1, 1, hour, tzinfo=UTC) + timedelta(days=day)


def award(first: int, last: int, *events: tuple[Act, datetime], sealed: int | None = None) -> Award:
    return Award(
        code=f"A{first}",
        first_day=at(first).date(),
        last_day=at(last).date(),
        valid_from=at(first, 0),
        valid_until=at(last + 1, 0) - SECOND,
        renewal_opens=at(last - 30, 0),
        patience_ends=at(last + 61, 0) - SECOND,
        events=(
            Event(Act.SEAL, at(first if sealed is None else sealed, 0)),
            *(Event(act, moment) for act, moment in events),
        ),
    )


def told(*awards: Award, **changes: object) -> Participation:
    begun = Participation(
        public=True, listed=True, awards=awards, cycles=(Cycle(True, at(-50), None),)
    )
    return replace(begun, **changes)  # type: ignore[arg-type]


YEAR = award(0, 364)
RENEWAL = Cycle(False, at(340), None)
ENROLLED = told()

TABLE = {
    "an enquiry has no public address": (told(public=False), 0, State.UNKNOWN),
    "an erased holder has none either": (told(YEAR, public=False), 10, State.UNKNOWN),
    "under way": (ENROLLED, 0, State.UNDER_WAY),
    "under way, not listed": (told(listed=False), 0, State.UNKNOWN),
    "before it enrolled": (ENROLLED, -60, State.UNKNOWN),
    "sealed for a later day": (told(award(0, 364, sealed=-10)), -5, State.UNDER_WAY),
    "holds": (told(YEAR), 0, State.HOLDS),
    "holds, renewal open": (told(YEAR), 340, State.HOLDS_RENEWAL_OPEN),
    "holds, already renewed": (
        told(YEAR, award(365, 729, sealed=341)),
        350,
        State.HOLDS,
    ),
    "holds in its second year": (told(YEAR, award(365, 729, sealed=341)), 365, State.HOLDS),
    "suspended": (told(award(0, 364, (Act.SUSPEND, at(5)))), 6, State.SUSPENDED),
    "not yet suspended": (told(award(0, 364, (Act.SUSPEND, at(5)))), 4, State.HOLDS),
    "lifted": (
        told(award(0, 364, (Act.SUSPEND, at(5)), (Act.LIFT, at(9)))),
        10,
        State.HOLDS,
    ),
    "suspended again": (
        told(award(0, 364, (Act.SUSPEND, at(5)), (Act.LIFT, at(9)), (Act.SUSPEND, at(11)))),
        12,
        State.SUSPENDED,
    ),
    "withdrawn": (told(award(0, 364, (Act.WITHDRAW, at(5)))), 6, State.WITHDRAWN),
    "withdrawn while suspended": (
        told(award(0, 364, (Act.SUSPEND, at(4)), (Act.WITHDRAW, at(5)))),
        6,
        State.WITHDRAWN,
    ),
    "withdrawn, and its year is over": (
        told(award(0, 364, (Act.WITHDRAW, at(5)))),
        500,
        State.WITHDRAWN,
    ),
    "given up": (told(award(0, 364, (Act.GIVE_UP, at(5)))), 6, State.GIVEN_UP),
    "issued in error": (told(award(0, 364, (Act.VOID, at(5)))), 6, State.VOID),
    "back after a withdrawal": (
        told(award(0, 364, (Act.WITHDRAW, at(5))), award(100, 464)),
        120,
        State.HOLDS,
    ),
    "withdrawn, the next award lies ahead": (
        told(award(0, 364, (Act.WITHDRAW, at(5))), award(100, 464, sealed=90)),
        95,
        State.WITHDRAWN,
    ),
    "a renewal in error leaves the year in force": (
        told(YEAR, award(365, 729, (Act.VOID, at(345)), sealed=341)),
        350,
        State.HOLDS_RENEWAL_OPEN,
    ),
    "lapsed": (told(YEAR), 366, State.LAPSED),
    "lapsed while suspended": (told(award(0, 364, (Act.SUSPEND, at(5)))), 366, State.LAPSED),
    "lapsed, renewal under way": (
        told(YEAR, cycles=(Cycle(True, at(-50), at(0)), RENEWAL)),
        370,
        State.LAPSED_RENEWING,
    ),
    "lapsed, patience has run out": (
        told(YEAR, cycles=(Cycle(True, at(-50), at(0)), RENEWAL)),
        430,
        State.LAPSED,
    ),
}


@pytest.mark.parametrize(("participation", "day", "expected"), TABLE.values(), ids=TABLE.keys())
def test_state(participation: Participation, day: int, expected: State) -> None:
    assert state(participation, at(day)).state is expected


def test_the_last_second_counts_and_the_next_does_not() -> None:
    held = told(YEAR)
    end = YEAR.valid_until
    assert state(held, end).state.holds
    assert state(held, end + timedelta(microseconds=999_999)).state.holds
    assert state(held, end + SECOND).state is State.LAPSED


def test_the_first_second_counts() -> None:
    held = told(award(0, 364, sealed=-5))
    assert state(held, at(0, 0)).state is State.HOLDS
    assert state(held, at(0, 0) - SECOND).state is State.UNDER_WAY


acts = st.sampled_from([Act.SUSPEND, Act.LIFT, Act.WITHDRAW, Act.GIVE_UP, Act.VOID])
histories = st.lists(
    st.tuples(
        st.integers(0, 900),
        st.lists(st.tuples(acts, st.integers(0, 900).map(at)), max_size=5),
    ),
    max_size=4,
).map(
    lambda years: told(
        *(
            award(
                first,
                first + 364,
                *((act, moment) for act, moment in sorted(events, key=lambda e: e[1])),
            )
            for first, events in sorted(years, key=lambda year: year[0])
        )
    )
)


@given(histories, st.integers(-10, 2000).map(at))
def test_the_mark_is_held_exactly_when_an_award_is_in_force_and_not_suspended(
    participation: Participation, now: datetime
) -> None:
    found = state(participation, now)
    in_force = [a for a in participation.awards if a.in_force(now)]
    if found.state.holds:
        assert found.award in in_force
        assert not found.award.suspension(now)
    assert found.state.holds <= bool(in_force)
    assert (found.state is State.SUSPENDED) <= bool(in_force)


@given(histories, st.integers(0, 1500).map(at))
def test_nothing_changes_by_the_clock_before_the_moment_foretold(
    participation: Participation, now: datetime
) -> None:
    settled = replace(
        participation,
        awards=tuple(
            replace(a, events=tuple(e for e in a.events if e.at <= now))
            for a in participation.awards
            if a.events[0].at <= now
        ),
    )
    change = next_change(settled, now)
    later = (change or now + timedelta(days=4000)) - timedelta(microseconds=1)
    assert state(settled, later).state is state(settled, now).state


@given(histories, st.integers(-10, 2000).map(at))
def test_what_happens_later_changes_no_earlier_answer(
    participation: Participation, now: datetime
) -> None:
    known = replace(
        participation,
        awards=tuple(
            replace(a, events=tuple(e for e in a.events if e.at <= now))
            for a in participation.awards
        ),
    )
    assert state(known, now).state is state(participation, now).state


def copy(issued: int = 0, revoked: Event | None = None, last: int = 364) -> Credential:
    return Credential("c", at(issued, 0), at(last + 1, 0) - SECOND, at(issued, 0), revoked)


@pytest.mark.parametrize(
    ("credential", "successors", "day", "expected"),
    [
        (copy(), (), -1, Standing.NOT_YET),
        (copy(), (), 10, Standing.IN_FORCE),
        (copy(), (copy(20),), 10, Standing.IN_FORCE),
        (copy(), (copy(5),), 10, Standing.SUPERSEDED),
        (copy(), (), 365, Standing.EXPIRED),
        (copy(revoked=Event(Act.SUSPEND, at(5))), (copy(5),), 10, Standing.REVOKED),
        (copy(revoked=Event(Act.SUSPEND, at(5))), (), 4, Standing.IN_FORCE),
    ],
)
def test_standing(
    credential: Credential, successors: tuple[Credential, ...], day: int, expected: Standing
) -> None:
    assert standing(credential, at(day), successors=successors) is expected


def test_days_in_the_table_are_real_days() -> None:
    assert YEAR.first_day == date(2026, 1, 1)
    assert YEAR.last_day == date(2026, 12, 31)
