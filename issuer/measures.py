"""The measures of a plan, as they go on during the year, and what became of them.

They live from the moment a plan is accepted. What was accepted stays as it was written; how far
a measure has come, and when it is due by now, is kept beside it, and so are measures that were
added later. Before the next plan can be accepted, each measure of the last one that is not done
has an answer: done, not done, or changed into something else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from issuer import audit, days, requirements
from issuer.errors import BadInput, FactsRefused, NotFound, Refused
from issuer.programme import Kind, Programme, Requirement
from issuer.record.life import Measure
from issuer.record.tables import Cycle, Edition, Participation
from issuer.requirements import MeasureState
from issuer.texts import N_

OUTCOMES: Final = ("done", "not_done", "changed")

_ORDER: Final = {state.value: place for place, state in enumerate(MeasureState)}


def of(cycle: Cycle) -> list[Measure]:
    """The measures of the plan accepted in `cycle`, in its order."""
    session = object_session(cycle)
    if session is None:
        raise ValueError("the cycle belongs to no session")
    query = select(Measure).where(Measure.cycle_id == cycle.id).order_by(Measure.position)
    return list(session.scalars(query))


def of_last_plan(participation: Participation, *, before: int | None = None) -> list[Measure]:
    """The measures of the plan accepted last, in a cycle below number `before`. A cycle that was
    ended without an award has left none."""
    for cycle in reversed(participation.cycles):
        if cycle.ended_at is not None:
            continue
        if (before is None or cycle.number < before) and (found := of(cycle)):
            return found
    return []


def unanswered(measures: Sequence[Measure]) -> list[Measure]:
    """Those of which nobody has said what became."""
    return [m for m in measures if m.outcome is None and m.state != MeasureState.DONE]


def is_late(measure: Measure, today: date) -> bool:
    """Whether its day has gone and nobody has said what became of it."""
    return measure.due < today and measure.state != MeasureState.DONE and measure.outcome is None


def check_carried(cycle: Cycle) -> None:
    """Raise `Refused` while a measure of the plan before waits for its outcome."""
    waiting = unanswered(of_last_plan(cycle.participation, before=cycle.number))
    if waiting:
        raise Refused(
            N_(
                "The new plan cannot be accepted before it is said what became of the last one's"
                " measures %(numbers)s: `merke measure outcome %(slug)s NUMBER"
                " done|not_done|changed`."
            ),
            numbers=", ".join(str(m.position) for m in waiting),
            slug=cycle.participation.slug,
        )


def begin(session: Session, cycle: Cycle, facts: Mapping[str, Any], now: datetime) -> None:
    """The accepted plan `facts` begins. A measure with the title of one that was not done in
    the plan before carries that one on."""
    last = of_last_plan(cycle.participation, before=cycle.number)
    for measure in last:
        if measure.outcome is None and measure.state == MeasureState.DONE:
            measure.outcome = "done"
    carried = {m.title.casefold(): m.id for m in last if m.outcome != "done"}
    for position, measure in enumerate(facts["measures"], start=1):
        session.add(
            Measure(
                cycle_id=cycle.id,
                position=position,
                title=measure["title"],
                kind=measure["kind"],
                responsible_role=measure["responsible_role"],
                due=datetime.fromisoformat(measure["due"]).date(),
                state=measure["state"],
                public=measure["public"],
                follows_id=carried.get(measure["title"].casefold()),
                changed_at=now,
            )
        )
    session.flush()


def carry_on(session: Session, before: Cycle, cycle: Cycle) -> None:
    """The plan of `before` goes on in `cycle`, which carries its award on, as far as it came."""
    for measure in of(before):
        session.add(
            Measure(
                cycle_id=cycle.id,
                position=measure.position,
                title=measure.title,
                kind=measure.kind,
                responsible_role=measure.responsible_role,
                due=measure.due,
                state=measure.state,
                public=measure.public,
                outcome=measure.outcome,
                follows_id=measure.id,
                changed_at=measure.changed_at,
            )
        )
    session.flush()


def drop(session: Session, cycle: Cycle) -> None:
    """The acceptance of the plan was taken back: it never began."""
    for measure in of(cycle):
        session.delete(measure)
    session.flush()


def advance(
    session: Session,
    participation: Participation,
    position: int,
    state: MeasureState,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> Measure:
    """A measure of the plan in force is under way, or done. It never goes back."""
    measure = _find(participation, position)
    if _ORDER[state.value] <= _ORDER[measure.state]:
        raise Refused(
            N_("Measure %(number)s has come that far already."),
            number=position,
        )
    measure.state = state.value
    measure.changed_at = now
    session.flush()
    audit.write(
        session,
        "measure.state",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        measure=position,
        state=state.value,
    )
    return measure


def add(
    session: Session,
    participation: Participation,
    facts: Mapping[str, Any],
    edition_of: Callable[[Edition], Programme],
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> Measure:
    """Take one more measure (the facts of one in a plan) into the plan in force.

    The plan that was accepted stays as it was written, and what is shown of it too: a measure
    that came later is shown by the next plan. Raises `FactsRefused`, `BadInput`, `Refused`.
    """
    known = of_last_plan(participation)
    if not known:
        raise Refused(
            N_("%(slug)s has no accepted plan to add a measure to."), slug=participation.slug
        )
    cycle = _cycle_of(participation, known[-1])
    programme = edition_of(cycle.edition)
    today = days.day_of(now, programme.timezone)
    plan = _plan(programme, cycle)
    problems = requirements.check_facts(plan, {"measures": [facts]}, today=today)
    if problems:
        raise FactsRefused(
            N_("The facts cannot be recorded:"),
            [replace(p, pointer=p.pointer.removeprefix("/measures/0")) for p in problems],
        )
    if facts["public"]:
        raise BadInput(
            N_("What is shown of a plan was fixed when it was accepted: the next one can show it.")
        )
    measure = Measure(
        cycle_id=known[-1].cycle_id,
        position=known[-1].position + 1,
        title=facts["title"],
        kind=facts["kind"],
        responsible_role=facts["responsible_role"],
        due=date.fromisoformat(facts["due"]),
        state=facts["state"],
        public=False,
        changed_at=now,
    )
    session.add(measure)
    session.flush()
    audit.write(
        session,
        "measure.add",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        measure=measure.position,
    )
    return measure


def change(
    session: Session,
    participation: Participation,
    position: int,
    edition_of: Callable[[Edition], Programme],
    *,
    by: str,
    now: datetime,
    due: date | None = None,
    public: bool | None = None,
    reason: str = "",
) -> Measure:
    """Give a measure of the plan in force another date, or take it out of what is shown (`public`).

    Copies that were signed before name it still. Only what the accepted plan showed can be put
    back. Raises `BadInput`, `Refused`.
    """
    measure = _find(participation, position)
    cycle = _cycle_of(participation, measure)
    programme = edition_of(cycle.edition)
    if due is not None:
        if measure.state == MeasureState.DONE or measure.outcome is not None:
            raise Refused(N_("Measure %(number)s is settled: its date stays."), number=position)
        if due < days.day_of(now, programme.timezone):
            raise BadInput(N_("The new date of a measure cannot lie behind us."))
        measure.due = due
    if public is not None and public != measure.public:
        _show(cycle, programme, measure, public)
    measure.changed_at = now
    session.flush()
    audit.write(
        session,
        "measure.change",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        measure=position,
        due=measure.due.isoformat(),
        public=measure.public,
    )
    return measure


def _show(cycle: Cycle, programme: Programme, measure: Measure, public: bool) -> None:
    """Tell everybody of a measure of the plan, or no longer."""
    plan = _plan(programme, cycle)
    row = next(record for record in cycle.records if record.requirement == plan.id)
    accepted = row.facts["measures"]
    written = accepted[measure.position - 1 : measure.position]
    if public and not (written and written[0]["public"]):
        raise Refused(
            N_("What is shown of a plan was fixed when it was accepted: the next one can show it.")
        )
    measure.public = public
    shown = {each.position for each in of(cycle) if each.public}
    told = [{**each, "public": place in shown} for place, each in enumerate(accepted, start=1)]
    row.public_facts = dict(requirements.public_facts(plan, {**row.facts, "measures": told}))


def _cycle_of(participation: Participation, measure: Measure) -> Cycle:
    return next(cycle for cycle in participation.cycles if cycle.id == measure.cycle_id)


def _plan(programme: Programme, cycle: Cycle) -> Requirement:
    asked = programme.requirements(renewal=not cycle.first)
    return next(requirement for requirement in asked if requirement.kind is Kind.PLAN)


def settle(
    session: Session,
    participation: Participation,
    position: int,
    outcome: str,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> Measure:
    """Say what became of a measure, before the next plan."""
    if outcome not in OUTCOMES:
        raise BadInput(N_("An outcome is done, not_done or changed."))
    measure = _find(participation, position)
    if measure.state == MeasureState.DONE and outcome != "done":
        raise Refused(N_("Measure %(number)s is done already."), number=position)
    measure.outcome = outcome
    if outcome == "done":
        measure.state = MeasureState.DONE.value
    measure.changed_at = now
    session.flush()
    audit.write(
        session,
        "measure.outcome",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        measure=position,
        outcome=outcome,
    )
    return measure


def _find(participation: Participation, position: int) -> Measure:
    for measure in of_last_plan(participation):
        if measure.position == position:
            return measure
    raise NotFound(
        N_("The plan of %(slug)s has no measure %(number)s. See `merke measure list %(slug)s`."),
        slug=participation.slug,
        number=position,
    )


def done_since(cycle: Cycle, facts: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """How many of the plan's public measures are done by now, and of how many; None where the
    edition shows none of them."""
    if not facts or not facts.get("measures"):
        return None
    shown = [measure for measure in of(cycle) if measure.public]
    return sum(measure.state == MeasureState.DONE for measure in shown), len(shown)


def json(measure: Measure) -> dict[str, Any]:
    """A measure as the office sees it."""
    return {
        "number": measure.position,
        "title": measure.title,
        "kind": measure.kind,
        "responsibleRole": measure.responsible_role,
        "due": measure.due.isoformat(),
        "state": measure.state,
        "public": measure.public,
        "outcome": measure.outcome,
        "follows": measure.follows_id is not None,
    }
