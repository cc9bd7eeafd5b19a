"""Cycles that end without an award, and cycles that go on under another edition.

Whether an organisation is listed, and whether it is kept off the register, is decided here too:
neither touches what it holds or its page.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from issuer import audit, days, measures, participations, programmes, requirements, tasks
from issuer.errors import Refused
from issuer.programme import Kind, Programme, Requirement
from issuer.record.tables import Cycle, Edition, Participation
from issuer.texts import N_


def close(
    session: Session, participation: Participation, *, by: str, reason: str, now: datetime
) -> Cycle:
    """End the open cycle without an award. The next one can then be opened."""
    why = participations.check_reason(reason)
    cycle = participations.current_cycle(participation)
    cycle.ended_at = now
    tasks.settle_second(session, participation, by=by, now=now)
    session.flush()
    audit.write(
        session,
        "cycle.end",
        participation.slug,
        by=by,
        reason=why,
        now=now,
        cycle=cycle.number,
    )
    return cycle


@dataclass(frozen=True)
class Moved:
    """`kept` is accepted as before; `again` was accepted and has to be looked at again; `lacking`
    is everything that is missing under the new edition."""

    kept: tuple[Requirement, ...]
    again: tuple[Requirement, ...]
    lacking: tuple[Requirement, ...]


def move(
    session: Session,
    participation: Participation,
    edition: Edition,
    programme: Programme,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> Moved:
    """Let the open cycle go on under `edition`, which `programme` is.

    What was accepted stays so where the new edition asks for the same (id and kind) and what is
    known answers it; what it shows is then the new edition's choice. Anything else is to be
    looked at again.
    """
    why = participations.check_reason(reason)
    cycle = participations.current_cycle(participation)
    if cycle.edition_id == edition.id:
        raise Refused(
            N_("%(slug)s is on edition %(edition)s already."),
            slug=participation.slug,
            edition=edition.edition,
        )
    if edition.programme != participation.programme:
        raise Refused(
            N_("%(slug)s takes part in %(other)s; the edition belongs to %(programme)s."),
            slug=participation.slug,
            other=participation.programme,
            programme=edition.programme,
        )
    before = programmes.read(cycle.edition)
    cycle.edition = edition
    cycle.edition_id = edition.id
    cycle.prepared_at = cycle.prepared_by = None
    tasks.settle_second(session, participation, by=by, now=now)
    asked = {each.id: each for each in participations.asked(programme, cycle)}
    kinds = {each.id: each.kind for each in participations.asked(before, cycle)}
    today = days.day_of(now, programme.timezone)
    kept, again = [], []
    for row in cycle.records:
        requirement = asked.get(row.requirement)
        if requirement is None or row.accepted_at is None:
            if requirement is not None and kinds.get(row.requirement) is not requirement.kind:
                row.facts = {}
            continue
        same = kinds.get(row.requirement) is requirement.kind
        if same and (
            row.equivalence or not requirements.acceptable(requirement, row.facts, today=today)
        ):
            row.public_facts = dict(requirements.public_facts(requirement, row.facts))
            kept.append(requirement)
            continue
        row.accepted_at = row.accepted_by = row.public_facts = row.equivalence = None
        if requirement.kind is Kind.PLAN or not same:
            measures.drop(session, cycle)
        if not same:
            row.facts = {}
        participations.note_step(row, "move", by=by, now=now, reason=why)
        again.append(requirement)
    session.flush()
    audit.write(
        session,
        "cycle.move",
        participation.slug,
        by=by,
        reason=why,
        now=now,
        cycle=cycle.number,
        edition=edition.edition,
        kept=[each.id for each in kept],
    )
    return Moved(tuple(kept), tuple(again), participations.missing(programme, cycle))


def agree(
    session: Session,
    participation: Participation,
    listed: bool,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> None:
    """The organisation agrees that everybody may see it is under way, or no longer does."""
    participation.listed = listed
    session.flush()
    audit.write(
        session,
        "participation.listed",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        listed=listed,
    )


def hide(
    session: Session, participation: Participation, *, by: str, reason: str, now: datetime
) -> None:
    """Keep a participation off the register. Its page, its seal and its proofs stay."""
    why = participations.check_reason(reason)
    if participation.hidden_at is not None:
        raise Refused(N_("%(slug)s is off the register already."), slug=participation.slug)
    participation.hidden_at = now
    session.flush()
    audit.write(session, "participation.hide", participation.slug, by=by, reason=why, now=now)


def unhide(
    session: Session, participation: Participation, *, by: str, reason: str, now: datetime
) -> None:
    """Put it back on the register."""
    why = participations.check_reason(reason)
    if participation.hidden_at is None:
        raise Refused(N_("%(slug)s is on the register already."), slug=participation.slug)
    participation.hidden_at = None
    session.flush()
    audit.write(session, "participation.unhide", participation.slug, by=by, reason=why, now=now)
