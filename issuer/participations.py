"""Organisations on their way: cycles, requirements recorded and accepted.

Acts take the caller's session and never commit; each writes its audit entry in the same
transaction. What an award needs is decided by `issuer.requirements`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased
from stdnum.exceptions import ValidationError
from stdnum.no import orgnr

from badge_assets import draw
from badge_assets.letters import UnfitText
from issuer import (
    audit,
    days,
    history,
    measures,
    names,
    programmes,
    requirements,
    state,
    successions,
    tasks,
)
from issuer.errors import BadInput, FactsRefused, NotFound, Refused, RequirementsMissing
from issuer.programme import Kind, Programme, Requirement
from issuer.record.tables import (
    Cycle,
    Edition,
    OrganisationName,
    Participation,
    RequirementAct,
    RequirementRecord,
)
from issuer.texts import DEFAULT, N_

# Of a long list, so many are read at once.
_SOME = 200
_LANGUAGE = re.compile("[a-z]{2,3}")


def check_reason(reason: str) -> str:
    """A reason is kept for ever and read by people: it must say something."""
    text = reason.strip()
    if not text:
        raise BadInput(N_("Give a reason: it stands in the log and explains the act later."))
    if len(text) > 2000:
        raise BadInput(N_("The reason is too long: at most 2000 characters are kept."))
    return text


def check_person(person: str) -> str:
    """Whoever acts is named in the log: cleaned, so that one person has one spelling."""
    try:
        clean = names.clean(person)
    except BadInput as error:
        raise BadInput(
            N_("Say who acts: a name as the log shall hold it. %(fault)s"), fault=str(error)
        ) from error
    if names.mixes_scripts(clean):
        raise BadInput(
            N_(
                "The name %(name)s mixes letters of two alphabets that look alike. Write it with"
                " one of them."
            ),
            name=clean,
        )
    return clean


def check_number(number: str | None) -> str | None:
    """An organisation number as nine digits, from any usual spelling of it."""
    if number is None or not number.strip():
        return None
    spelled = number.upper().replace(" ", "").replace("\u00a0", "").replace(".", "")
    spelled = spelled.removeprefix("NO").removesuffix("MVA")
    try:
        return str(orgnr.validate(spelled))
    except ValidationError as error:
        raise BadInput(
            N_(
                "%(given)s is not an organisation number: it has nine digits, and the last one"
                " checks the others. Leave it out if the organisation has none."
            ),
            given=number[:40],
        ) from error


def check_name(name: str, language: str | None) -> str:
    """`name` in the one spelling it is kept in. It has to fit on the badge, letter by letter."""
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise BadInput(
            N_("Write the language of a name as two or three small letters, such as se or smj.")
        )
    clean = names.clean(name)
    try:
        return draw.check_name(clean, language or DEFAULT)
    except UnfitText as fault:
        raise BadInput(
            N_("The name cannot stand on the badge: %(fault)s."),
            fault=str(fault),
        ) from fault


def find(session: Session, slug: str) -> Participation:
    row = session.scalars(select(Participation).where(Participation.slug == slug)).first()
    if row is None:
        raise NotFound(N_("No participation has the address %(slug)s."), slug=slug[:80])
    return row


def newest_edition(session: Session, programme: str) -> Edition:
    row = session.scalars(
        select(Edition).where(Edition.programme == programme).order_by(Edition.id.desc()).limit(1)
    ).first()
    if row is None:
        raise NotFound(
            N_("No programme is called %(programme)s. Load its file with `merke programme load`."),
            programme=programme[:80],
        )
    return row


def open_cycle(
    session: Session,
    participation: Participation,
    edition: Edition,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> Cycle:
    """Open the next cycle. Refused while the last one waits for its award, and where the
    participation has gone on in another."""
    successions.check_stands_alone(participation)
    if participation.cycles and participation.cycles[-1].open:
        raise Refused(
            N_("%(slug)s already has an open cycle. Finish it before opening the next."),
            slug=participation.slug,
        )
    cycle = begin_cycle(session, participation, edition, by=by, now=now, reason=reason)
    session.flush()
    return cycle


def begin_cycle(
    session: Session,
    participation: Participation,
    edition: Edition,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> Cycle:
    """Add the next cycle, of a participation that has no open one. Sent to the database later."""
    cycle = Cycle(number=len(participation.cycles) + 1, edition=edition, opened_at=now)
    participation.cycles.append(cycle)
    audit.write(
        session,
        "cycle.open",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        cycle=cycle.number,
        edition=edition.edition,
    )
    return cycle


def current_cycle(participation: Participation) -> Cycle:
    """The cycle that is being worked on: the last one, if it is open."""
    cycle = participation.cycles[-1]
    if not cycle.open:
        raise Refused(
            N_(
                "%(slug)s has no open cycle. Open one with `merke participation renew` when its"
                " renewal is due."
            ),
            slug=participation.slug,
        )
    return cycle


def asked(programme: Programme, cycle: Cycle) -> tuple[Requirement, ...]:
    """The requirements of `cycle`: those of the first cycle, or those of renewal."""
    return programme.requirements(renewal=not cycle.first)


def check_sealable(
    session: Session, participation: Participation, programme: Programme, now: datetime
) -> None:
    """Raise `Refused` where the last cycle was ended, or a newer edition says that cycles of
    `programme`'s edition may not be sealed any more."""
    if participation.cycles[-1].ended_at is not None:
        raise Refused(
            N_("The last cycle of %(slug)s was ended without an award. Open a new one first."),
            slug=participation.slug,
        )
    if last := programmes.sealed_until(session, programme, now):
        raise Refused(
            N_(
                "Cycles on edition %(edition)s could be sealed until %(day)s. Move this one to a"
                " newer edition: `merke participation move %(slug)s --edition …`."
            ),
            edition=programme.edition,
            day=last.isoformat(),
            slug=participation.slug,
        )


def requirement_asked(participation: Participation, programme: Programme, name: str) -> Requirement:
    """The requirement `name` of the open cycle. Raises `NotFound`."""
    return _requirement(programme, current_cycle(participation), name)


def note_step(
    row: RequirementRecord, act: str, *, by: str, now: datetime, reason: str = ""
) -> None:
    """Keep one step of a requirement: who did it, when and why."""
    row.acts.append(RequirementAct(act=act, at=now, by=by, reason=reason))


def _requirement(programme: Programme, cycle: Cycle, name: str) -> Requirement:
    known = asked(programme, cycle)
    for requirement in known:
        if requirement.id == name:
            return requirement
    raise NotFound(
        N_("%(name)s is not asked in this cycle. Asked are: %(known)s."),
        name=name[:64],
        known=", ".join(requirement.id for requirement in known),
    )


def open_record(cycle: Cycle, requirement: Requirement) -> RequirementRecord | None:
    return next((r for r in cycle.records if r.requirement == requirement.id), None)


def record(
    session: Session,
    participation: Participation,
    programme: Programme,
    name: str,
    facts: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> RequirementRecord:
    """Write down what is known of a requirement, or correct it, until it is accepted."""
    cycle = current_cycle(participation)
    requirement = _requirement(programme, cycle, name)
    problems = requirements.check_facts(
        requirement, facts, today=days.day_of(now, programme.timezone)
    )
    if problems:
        raise FactsRefused(N_("The facts cannot be recorded:"), problems)
    row = open_record(cycle, requirement)
    if row is not None and row.accepted_at is not None:
        raise Refused(
            N_("%(name)s is already accepted and can no longer be changed."), name=requirement.id
        )
    if row is None:
        row = RequirementRecord(requirement=requirement.id)
        cycle.records.append(row)
    row.facts = dict(facts)
    row.note = note
    row.recorded_at = now
    row.recorded_by = by
    row.sent_back_at = None
    row.course_id = None
    note_step(row, "record", by=by, now=now)
    session.flush()
    audit.write(session, "requirement.record", participation.slug, by=by, now=now, requirement=name)
    return row


def accept(
    session: Session,
    participation: Participation,
    programme: Programme,
    name: str,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    equivalence: str | None = None,
) -> RequirementRecord:
    """Accept a recorded requirement, or one met elsewhere (`equivalence` says how)."""
    cycle = current_cycle(participation)
    requirement = _requirement(programme, cycle, name)
    row = open_record(cycle, requirement)
    if row is not None and row.accepted_at is not None:
        raise Refused(N_("%(name)s is already accepted."), name=requirement.id)
    if row is None and equivalence is None:
        raise Refused(
            N_("Nothing is recorded for %(name)s yet. Record it first, then accept it."),
            name=requirement.id,
        )
    if row is not None and row.sent_back_at is not None and equivalence is None:
        raise Refused(
            N_("%(name)s was sent back: it has to be handed in or recorded again first."),
            name=requirement.id,
        )
    if requirement.kind is Kind.PLAN:
        measures.check_carried(cycle)
    if row is None:
        row = RequirementRecord(
            requirement=requirement.id, facts={}, note="", recorded_at=now, recorded_by=by
        )
        cycle.records.append(row)
    if equivalence is None:
        problems = requirements.acceptable(
            requirement, row.facts, today=days.day_of(now, programme.timezone)
        )
        if problems:
            raise FactsRefused(N_("This cannot be accepted yet:"), problems)
    else:
        row.equivalence = check_reason(equivalence)
    row.accepted_at = now
    row.accepted_by = by
    row.sent_back_at = None
    row.public_facts = dict(requirements.public_facts(requirement, row.facts))
    note_step(row, "accept", by=by, now=now, reason=reason or equivalence or "")
    session.flush()
    if requirement.kind is Kind.PLAN and equivalence is None:
        measures.begin(session, cycle, row.facts, now)
    audit.write(
        session,
        "requirement.accept",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        requirement=name,
        equivalence=equivalence is not None,
    )
    return row


def missing(programme: Programme, cycle: Cycle) -> tuple[Requirement, ...]:
    accepted = {r.requirement for r in cycle.records if r.accepted_at is not None}
    return requirements.missing(asked(programme, cycle), accepted)


def prepare(
    session: Session,
    participation: Participation,
    programme: Programme,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> Cycle:
    """Put an award forward for decision. Where the programme asks for two people, somebody
    else seals it."""
    cycle = current_cycle(participation)
    if lacking := missing(programme, cycle):
        raise RequirementsMissing(
            N_("The award cannot be put forward: %(missing)s is not accepted yet."),
            {requirement.id: requirement.name for requirement in lacking},
        )
    cycle.prepared_by = check_person(by)
    cycle.prepared_at = now
    tasks.ask_for_second(session, cycle, programme, now=now)
    audit.write(
        session, "award.prepare", participation.slug, by=by, reason=check_reason(reason), now=now
    )
    return cycle


def public_state(participation: Participation, now: datetime) -> state.PublicState:
    return state.state(history.participation(participation), now)


def place(row: Participation) -> tuple[str, str]:
    """Where `row` stands in the Norwegian order of the names in use."""
    return row.organisation.name.sort_key, row.slug


def page(
    session: Session,
    programme: str | None = None,
    *,
    after: tuple[str, str] | None = None,
    most: int,
) -> list[Participation]:
    """Up to `most` participations in the order of `place`, those after the place `after`.

    What is asked of the record does not grow with it.
    """
    newer = aliased(OrganisationName)
    in_use = ~exists().where(
        newer.organisation_id == OrganisationName.organisation_id, newer.id > OrganisationName.id
    )
    query = (
        select(Participation)
        .join(OrganisationName, OrganisationName.organisation_id == Participation.organisation_id)
        .where(in_use)
        .order_by(OrganisationName.sort_key, Participation.slug)
        .limit(most)
    )
    if programme is not None:
        # Not by the index of programmes: SQLite would then sort all of one for every page.
        query = query.where(Participation.programme.concat("") == programme)
    if after is not None:
        key, slug = after
        query = query.where(
            OrganisationName.sort_key >= key,
            or_(OrganisationName.sort_key > key, Participation.slug > slug),
        )
    return list(session.scalars(query).unique())


def listing(session: Session, programme: str | None = None) -> Iterator[Participation]:
    """All participations in the order of `place`, read some at a time."""
    after = None
    while some := page(session, programme, after=after, most=_SOME):
        yield from some
        after = place(some[-1])
