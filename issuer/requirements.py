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
from typing import Any, assert_never

from issuer.characters import hidden
from issuer.errors import FactProblem
from issuer.programme import PUBLISHABLE, Item, Kind, Requirement

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
    return tuple(_lacking(requirement, facts))


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


def _lacking(requirement: Requirement, facts: Mapping[str, Any]) -> Iterator[FactProblem]:
    if requirement.kind is Kind.ATTENDANCE and facts["hours"] < requirement.minimum_hours:
        least = requirement.minimum_hours
        yield FactProblem("/hours", "facts.too_few", f"At least {least:g} hours are asked for.")
    if requirement.kind is Kind.PLAN:
        started = sum(m["state"] != MeasureState.PLANNED for m in facts["measures"])
        if started < requirement.minimum_started:
            message = (
                f"{started} of the measures are under way or done;"
                f" at least {requirement.minimum_started} must be."
            )
            yield FactProblem("/measures", "facts.not_started", message)
    for condition in requirement.conditions:
        if condition.id not in facts["confirmed"]:
            message = f"The condition {condition.id} is not confirmed yet."
            yield FactProblem(f"/confirmed/{condition.id}", "facts.unconfirmed", message)


def _schema(requirement: Requirement, today: date) -> Mapping[str, Check]:
    past = _day(today, "facts.future", "This day has not come yet. Write what has happened.")
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
    return _fields(
        {
            "title": _text(200),
            "kind": _choice([item.id for item in kinds]),
            "responsible_role": _text(200),
            "due": _day(_LATEST, "facts.range", f"Write a day until {_LATEST.year}."),
            "state": _choice(list(MeasureState)),
            "public": _truth,
        }
    )


def _fields(fields: Mapping[str, Check], *, optional: bool = False) -> Check:
    """An object with these members, all of them unless `optional`, and no other."""

    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if not isinstance(value, Mapping):
            yield FactProblem(pointer, "facts.type", "Write an object with named members.")
            return
        for name, inner in fields.items():
            if name in value:
                yield from inner(f"{pointer}/{name}", value[name])
            elif not optional:
                yield FactProblem(f"{pointer}/{name}", "facts.missing", "This is missing.")
        for name in value:
            if name not in fields:
                escaped = str(name)[:60].replace("~", "~0").replace("/", "~1")
                message = f"This is not asked for. Known are: {', '.join(fields)}."
                yield FactProblem(f"{pointer}/{escaped}", "facts.unknown", message)

    return check


def _notes(conditions: Sequence[Item]) -> Check:
    return _fields({item.id: _text(4000, lines=True) for item in conditions}, optional=True)


def _array(low: int, high: int, member: Check) -> Check:
    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if not isinstance(value, list):
            yield FactProblem(pointer, "facts.type", "Write a list.")
        elif not low <= len(value) <= high:
            message = f"Write {low} to {high} of them, not {len(value)}."
            yield FactProblem(pointer, "facts.range", message)
        else:
            for index, each in enumerate(value):
                yield from member(f"{pointer}/{index}", each)

    return check


def _text(limit: int, *, lines: bool = False) -> Check:
    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if not isinstance(value, str):
            yield FactProblem(pointer, "facts.type", "Write text.")
        elif not value.strip():
            yield FactProblem(pointer, "facts.empty", "This is empty. Write at least a word.")
        elif len(value) > limit:
            message = f"This has {len(value)} characters; at most {limit} are possible."
            yield FactProblem(pointer, "facts.too_long", message)
        elif found := hidden(value, allowed="\n" if lines else ""):
            message = f"This holds the invisible character U+{ord(found):04X}. Type it again."
            yield FactProblem(pointer, "facts.hidden", message)

    return check


def _day(latest: date, code: str, too_late: str) -> Check:
    """A day from `_EARLIEST` to `latest`; `code` and `too_late` speak of later ones."""

    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        day = _read_day(value)
        if day is None:
            yield FactProblem(pointer, "facts.date", "Write a day of the calendar as 2026-01-31.")
        elif day < _EARLIEST:
            message = f"This lies before {_EARLIEST.year}: look at the year."
            yield FactProblem(pointer, "facts.range", message)
        elif day > latest:
            yield FactProblem(pointer, code, too_late)

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
            yield FactProblem(pointer, "facts.type", "Write a number.")
        elif not 0 < value <= high:  # refuses what is not a number, too
            message = f"Write a number above 0, at most {high}."
            yield FactProblem(pointer, "facts.range", message)

    return check


def _whole(low: int, high: int) -> Check:
    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield FactProblem(pointer, "facts.type", "Write a whole number.")
        elif not low <= value <= high:
            message = f"Write a whole number from {low} to {high}."
            yield FactProblem(pointer, "facts.range", message)

    return check


def _choice(choices: Sequence[str]) -> Check:
    def check(pointer: str, value: object) -> Iterator[FactProblem]:
        if not isinstance(value, str) or value not in choices:
            yield FactProblem(pointer, "facts.choice", f"Write one of {', '.join(choices)}.")

    return check


def _truth(pointer: str, value: object) -> Iterator[FactProblem]:
    if not isinstance(value, bool):
        yield FactProblem(pointer, "facts.type", "Write true or false.")
