"""The public state over every combination of what it depends on, against the rules as written.

The rules stand here a second time, one line each and in the order in which they are read out:
whatever the program does, it does this.
"""

from itertools import product

import pytest

from issuer.state import Act, Award, Cycle, Event, Participation, State, state
from tests.issuer.test_state import SECOND, at

NOW = 100

# Each award: when it runs (in days from the start), and what was decided on it, when.
TIMES = {"before": (0, 50), "now": (50, 150), "opening": (20, 120), "ahead": (110, 210)}
DECISIONS = {
    "none": (),
    "suspended": ((Act.SUSPEND, 90),),
    "lifted": ((Act.SUSPEND, 80), (Act.LIFT, 90)),
    "withdrawn": ((Act.WITHDRAW, 90),),
    "suspended, withdrawn": ((Act.SUSPEND, 80), (Act.WITHDRAW, 90)),
    "given up": ((Act.GIVE_UP, 90),),
    "void": ((Act.VOID, 90),),
    "later": ((Act.WITHDRAW, 105),),
}
ENDED = {
    "withdrawn": State.WITHDRAWN,
    "suspended, withdrawn": State.WITHDRAWN,
    "given up": State.GIVEN_UP,
    "void": State.VOID,
}
CYCLES = {
    "none": (),
    "first open": (Cycle(True, at(-50), None),),
    "first ended": (Cycle(True, at(-50), None, at(95)),),
    "first closed": (Cycle(True, at(-50), at(0)),),
    "renewal open": (Cycle(True, at(-50), at(0)), Cycle(False, at(40), None)),
    "renewal ended": (Cycle(True, at(-50), at(0)), Cycle(False, at(40), None, at(95))),
    "renewal not yet": (Cycle(True, at(-50), at(0)), Cycle(False, at(101), None)),
}
PATIENCE = {"patient": 60, "impatient": 10}


def award(when: str, decided: str, patience: int) -> Award:
    first, last = TIMES[when]
    return Award(
        code=f"{when}-{decided}",
        first_day=at(first).date(),
        last_day=at(last).date(),
        valid_from=at(first, 0),
        valid_until=at(last + 1, 0) - SECOND,
        renewal_opens=at(last - 30, 0),
        patience_ends=at(last + 1 + patience, 0) - SECOND,
        events=(
            # What lies ahead was sealed before today; the rest on its first day.
            Event(Act.SEAL, at(min(first, 60), 0)),
            *(Event(act, at(day)) for act, day in DECISIONS[decided]),
        ),
    )


def expected(
    public: bool, listed: bool, awards: tuple[tuple[str, str], ...], cycles: str, patience: int
) -> State:
    """The design's table, line by line, for two awards at most: the later one given last."""
    running = [(w, d) for w, d in awards if w in ("now", "opening") and d not in ENDED]
    # An award that has not begun counts only by a decision that ended it.
    counts = [(w, d) for w, d in awards if w != "ahead" or d in ENDED]
    renewed = any(w == "ahead" and d not in ENDED for w, d in awards)
    if not public:
        return State.UNKNOWN
    if running:
        when, decided = running[-1]
        if decided == "suspended":
            return State.SUSPENDED
        opening = when == "opening" and not renewed
        later = {"opening": ("now",)}.get(when, ())
        if opening and any(w in later and d not in ENDED for w, d in awards):
            opening = False
        return State.HOLDS_RENEWAL_OPEN if opening else State.HOLDS
    if counts:
        when, decided = counts[-1]
        if decided in ENDED:
            return ENDED[decided]
        # The award before ended on day 50: fifty days ago.
        renewing = cycles == "renewal open" and patience >= 50
        return State.LAPSED_RENEWING if renewing else State.LAPSED
    if listed and cycles == "first open":
        return State.UNDER_WAY
    return State.UNKNOWN


ONE = [((when, decided),) for when, decided in product(TIMES, DECISIONS)]
TWO = [
    (("before", first), (when, second))
    for first, when, second in product(DECISIONS, ("now", "opening", "ahead"), DECISIONS)
] + [(("opening", first), ("ahead", second)) for first, second in product(DECISIONS, DECISIONS)]
HISTORIES = [(), *ONE, *TWO]


@pytest.mark.parametrize("cycles", CYCLES)
@pytest.mark.parametrize("patience", PATIENCE)
def test_every_combination(cycles: str, patience: str) -> None:
    wrong = []
    for public, listed, awards in product((True, False), (True, False), HISTORIES):
        days = PATIENCE[patience]
        told = Participation(
            public=public,
            listed=listed,
            awards=tuple(award(when, decided, days) for when, decided in awards),
            cycles=CYCLES[cycles],
        )
        found = state(told, at(NOW)).state
        wanted = expected(public, listed, awards, cycles, days)
        if found is not wanted:
            wrong.append(f"{public} {listed} {awards}: {found}, not {wanted}")
    assert wrong == []


def test_every_state_is_in_the_table() -> None:
    seen = {
        expected(public, listed, awards, cycles, days)
        for public, listed, awards, cycles, days in product(
            (True, False), (True, False), HISTORIES, CYCLES, PATIENCE.values()
        )
    }
    assert seen == set(State)
