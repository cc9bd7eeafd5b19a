"""What the facts of a requirement look like, when they may be accepted, and what may be shown.

Pure rules over JSON values. Facts are mostly confidential: a `FactProblem` never repeats what
was written, and `public_facts` builds its answer from what a programme chose to show out of
`issuer.programme.PUBLISHABLE`; names, notes, those present and measures that are not public
have no way into it. Who records and accepts, and when, is `issuer.participations`.

The facts of each kind, all of them required (dates as `YYYY-MM-DD`):

* attendance    date, hours, held_by, participants
* submission    handed_in
* meeting       date, present: [text]
* plan          measures: [{title, kind, responsible_role, due, state, public}]
* declaration   name, role, date
* conditions    confirmed: {id of the condition: note}; those not yet confirmed are left out
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, assert_never

from issuer import days
from issuer.characters import SELECTORS, hidden
from issuer.errors import FactProblem, Worded
from issuer.facts import STATES
from issuer.programme import PUBLISHABLE, Item, Kind, Requirement
from issuer.texts import N_, translate

# Every pointer and value goes in, every problem comes out.
Check = Callable[[str, object], Iterator[FactProblem]]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Outside of these years a date is a slip of the hand.
_EARLIEST = date(2000, 1, 1)
_LATEST = date(2099, 12, 31)


class MeasureState(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"


def missing(
    requirements: Sequence[Requirement], accepted: AbstractSet[str] | Mapping[str, object]
) -> tuple[Requirement, ...]:
    """Those of `requirements` whose id is not among `accepted`, in their order.

    No award is sealed while this returns anything. Ids that are not asked for do not count.
    """
    return tuple(requirement for requirement in requirements if requirement.id not in accepted)


def check_facts(
    requirement: Requirement, facts: Mapping[str, Any], *, today: date
) -> tuple[FactProblem, ...]:
    """Everything that keeps `facts` from being recorded; empty if they can be.

    `today` is the day in the programme's time zone: nothing can have happened after it.
    """
    return tuple(_fields(_schema(requirement, today))("", facts))


def acceptable(
    requirement: Requirement, facts: Mapping[str, Any], *, today: date
) -> tuple[FactProblem, ...]:
    """Everything that keeps `facts` from being accepted; empty if they may be."""
    if problems := check_facts(requirement, facts, today=today):
        return problems
    return tuple(_lacking(requirement, facts, today))


def public_facts(requirement: Requirement, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What everybody may see of `facts`: the facts the edition names in `public`, no more.

    Facts that `check_facts` would refuse show nothing at all. `measures` are those marked
    public, each with title, kind, due and state; `counts` are of all measures by state;
    `confirmed` are the conditions' ids.
    """
    if check_facts(requirement, facts, today=_LATEST):
        return {}
    shown = (name for name in PUBLISHABLE[requirement.kind] if name in requirement.public)
    return {name: _published(requirement, facts, name) for name in shown}


def needs(requirement: Requirement, language: str) -> dict[str, Any]:
    """The names of the facts that `requirement` asks for, and what may be chosen in them."""
    needed: dict[str, Any] = {"facts": list(_schema(requirement, _LATEST))}
    if requirement.kind is Kind.PLAN:
        needed["measure"] = list(_measure_fields(requirement.measure_kinds))
        needed["kinds"] = {item.id: item.text(language) for item in requirement.measure_kinds}
        needed["states"] = [str(state) for state in MeasureState]
    if requirement.kind is Kind.CONDITIONS:
        needed["conditions"] = {item.id: item.text(language) for item in requirement.conditions}
    return needed


def _published(requirement: Requirement, facts: Mapping[str, Any], name: str) -> Any:
    match name:
        case "measures":
            keys = ("title", "kind", "due", "state")
            return [{key: m[key] for key in keys} for m in facts["measures"] if m["public"] is True]
        case "counts":
            states = [measure["state"] for measure in facts["measures"]]
            return {str(state): states.count(state) for state in MeasureState}
        case "confirmed":
            return [item.id for item in requirement.conditions if item.id in facts["confirmed"]]
        case _:
            return facts[name]


def _lacking(
    requirement: Requirement, facts: Mapping[str, Any], today: date
) -> Iterator[FactProblem]:
    if requirement.kind is Kind.ATTENDANCE and facts["hours"] < requirement.minimum_hours:
        yield FactProblem(
            "/hours",
            "facts.too_few",
            N_("At least %(hours)s hours are asked for."),
            {"hours": f"{requirement.minimum_hours:g}"},
        )
    if requirement.counts_for is not None:
        held = date.fromisoformat(facts["date"])
        if today > (last := days.plus(held, requirement.counts_for)):
            yield FactProblem(
                "/date",
                "facts.too_old",
                N_("A course held on %(day)s counted until %(last)s: a newer one is asked for."),
                {"day": held.isoformat(), "last": last.isoformat()},
            )
    if requirement.kind is Kind.PLAN:
        started = sum(m["state"] != MeasureState.PLANNED for m in facts["measures"])
        if started < requirement.minimum_started:
            yield FactProblem(
                "/measures",
                "facts.not_started",
                N_("Under way or done are %(started)s of them; at least %(least)s must be."),
                {"started": started, "least": requirement.minimum_started},
            )
    for condition in requirement.conditions:
        if condition.id not in facts["confirmed"]:
            yield FactProblem(
                f"/confirmed/{condition.id}",
                "facts.unconfirmed",
                N_("The condition %(condition)s («%(text)s») is not confirmed yet."),
                {"condition": condition.id, "text": condition.text},
            )


def _schema(requirement: Requirement, today: date) -> Mapping[str, Check]:
    past = _day(
        today, "facts.future", N_("This day has not come yet: write only what has happened.")
    )
    match requirement.kind:
        case Kind.ATTENDANCE:
            return {
                "date": past,
                "hours": _number(200),
                "held_by": _text(200),
                "participants": _whole(1, 100_000),
            }
        case Kind.SUBMISSION:
            return {"handed_in": past}
        case Kind.MEETING:
            return {"date": past, "present": _array(1, 200, _text(200))}
        case Kind.PLAN:
            return {"measures": _array(1, 200, _measure(requirement.measure_kinds))}
        case Kind.DECLARATION:
            return {"name": _text(200), "role": _text(200), "date": past}
        case Kind.CONDITIONS:
            return {"confirmed": _notes(requirement.conditions)}
    assert_never(requirement.kind)


def _measure(kinds: Sequence[Item]) -> Check:
    return _fields(_measure_fields(kinds))


def _measure_fields(kinds: Sequence[Item]) -> Mapping[str, Check]:
    return {
        "title": _text(200),
        "kind": _choice({item.id: item.text for item in kinds}),
        "responsible_role": _text(200),
        "due": _day(_LATEST, "facts.range", N_("Write a day until %(year)s.")),
        "state": _choice({state: partial(_state, state) for state in MeasureState}),
        "public": _truth,
    }


def _state(state: MeasureState, language: str) -> str:
    return translate(language, STATES[state])


def _fields(fields: Mapping[str, Check], *, optional: bool = False) -> Check:
    """An object with these members, all of them unless `optional`, and no other."""

    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if not isinstance(value, Mapping):
            yield FactProblem(pointer, "facts.type", N_("Write an object with named members."))
            return
        for name, inner in fields.items():
            if name in value:
                yield from inner(f"{pointer}/{name}", value[name])
            elif not optional:
                yield FactProblem(f"{pointer}/{name}", "facts.missing", N_("Missing."))
        for name in value:
            if name not in fields:
                escaped = str(name)[:60].replace("~", "~0").replace("/", "~1")
                yield FactProblem(
                    f"{pointer}/{escaped}",
                    "facts.unknown",
                    N_("This is not asked for; known are: %(known)s."),
                    {"known": ", ".join(fields)},
                )

    return check


def _notes(conditions: Sequence[Item]) -> Check:
    return _fields({item.id: _text(4000, lines=True) for item in conditions}, optional=True)


def _array(low: int, high: int, member: Check) -> Check:
    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if not isinstance(value, list):
            yield FactProblem(pointer, "facts.type", N_("Write a list."))
        elif not low <= len(value) <= high:
            yield FactProblem(
                pointer,
                "facts.range",
                N_("Write %(low)s to %(high)s of them, not %(number)s."),
                {"low": low, "high": high, "number": len(value)},
            )
        else:
            for index, each in enumerate(value):
                yield from member(f"{pointer}/{index}", each)

    return check


def _text(limit: int, *, lines: bool = False) -> Check:
    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if not isinstance(value, str):
            yield FactProblem(pointer, "facts.type", N_("Write text."))
        elif not value.strip():
            yield FactProblem(pointer, "facts.empty", N_("This is empty: write at least a word."))
        elif len(value) > limit:
            yield FactProblem(
                pointer,
                "facts.too_long",
                N_("This has %(number)s characters; at most %(most)s are possible."),
                {"number": len(value), "most": limit},
            )
        elif found := hidden(value, allowed=SELECTORS + ("\n" if lines else "")):
            yield FactProblem(
                pointer,
                "facts.hidden",
                N_("This holds the invisible character %(character)s: type it again."),
                {"character": f"U+{ord(found):04X}"},
            )

    return check


def _day(latest: date, code: str, too_late: str) -> Check:
    """A day from `_EARLIEST` to `latest`; `code` and `too_late` speak of later ones.

    `too_late` may hold `%(year)s`, the year of `latest`.
    """

    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        day = _read_day(value)
        if day is None:
            yield FactProblem(
                pointer, "facts.date", N_("Write a day of the calendar as 2026-01-31.")
            )
        elif day < _EARLIEST:
            yield FactProblem(
                pointer,
                "facts.range",
                N_("This lies before %(year)s: look at the year."),
                {"year": _EARLIEST.year},
            )
        elif day > latest:
            yield FactProblem(pointer, code, too_late, {"year": latest.year})

    return check


def _read_day(value: object) -> date | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _number(high: int) -> Check:
    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield FactProblem(pointer, "facts.type", N_("Write a number."))
        elif not 0 < value <= high:  # refuses what is not a number, too
            yield FactProblem(
                pointer,
                "facts.range",
                N_("Write a number above 0, at most %(high)s."),
                {"high": high},
            )

    return check


def _whole(low: int, high: int) -> Check:
    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield FactProblem(pointer, "facts.type", N_("Write a whole number."))
        elif not low <= value <= high:
            yield FactProblem(
                pointer,
                "facts.range",
                N_("Write a whole number from %(low)s to %(high)s."),
                {"low": low, "high": high},
            )

    return check


def _choice(choices: Mapping[str, Worded]) -> Check:
    """One of the ids in `choices`, told with what each is called."""

    def told(language: str) -> str:
        return ", ".join(f"{id_} ({text(language)})" for id_, text in choices.items())

    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if not isinstance(value, str) or value not in choices:
            yield FactProblem(
                pointer, "facts.choice", N_("Write one of %(choices)s."), {"choices": told}
            )

    return check


def _truth(pointer: str, value: object) -> Iterator[FactProblem]:
    if not isinstance(value, bool):
        yield FactProblem(pointer, "facts.type", N_("Write true or false."))
