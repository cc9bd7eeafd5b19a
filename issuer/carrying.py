"""An award carried on: after an appeal that was granted, or by another organisation.

What was revoked stays revoked. A new cycle is opened whose requirements are accepted as they were
for the earlier award, with what everybody may know of them, and a new award is sealed that ends
no later than that one did.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from issuer import (
    audit,
    awards,
    cases,
    codes,
    cycles,
    days,
    measures,
    participations,
    post,
    sealing,
    status,
    successions,
    tasks,
)
from issuer.errors import BadInput, Refused, WrongState
from issuer.history import award as judged
from issuer.office import Office
from issuer.post.kinds import Kind
from issuer.record.life import Case, Succession
from issuer.record.tables import Award, Cycle, Participation, RequirementRecord
from issuer.sealing import Sealed
from issuer.texts import N_

KINDS = ("merger", "transfer")


def grant_appeal(office: Office, number: int, *, by: str, reason: str) -> Sealed:
    """Grant the appeal in case `number` and seal an award for the rest of the time.

    Raises what `cases.decide_appeal` and sealing raise; with locked keys nothing is decided. A
    call that was cut off before the award was sealed is taken up again by the same call.
    """
    sealing.check_keys(office, office.now())
    sealing.recover(office)
    with office.transaction() as session:
        now = office.now()
        case = cases.find(session, number)
        participation = case.award.cycle.participation
        slug = participation.slug
        _time_left(office, case.award, now)
        cut_off = case.appeal_outcome == cases.Appeal.OVERTURNED and _waiting(participation)
        if not cut_off:
            outcome = cases.Appeal.OVERTURNED
            cases.decide_appeal(session, case, outcome, by=by, reason=reason, now=now)
            post.tell_case(session, office, case, Kind.APPEAL_GRANTED, now=now)
            _carry(session, office, case.award, participation, case=case, by=by, now=now)
    # Two people have had their part in the case before, and a third one granted the appeal.
    return sealing.seal(office, slug, by=by, reason=reason, override=reason)


def succeed(
    office: Office,
    slug: str,
    successor: str,
    kind: str,
    *,
    day: date,
    by: str,
    reason: str,
    carry: bool,
    override: str | None = None,
) -> Sealed | None:
    """Record that `slug` goes on in `successor` (`merger` or `transfer`), from `day` on.

    With `carry` the mark goes along: the old award is given up in the moment in which the
    successor gets one for the rest of its time. Without, the old award ends, and nothing is
    sealed. What was under way at `slug` ends.

    Where the programme asks for two people, the first call of `carry` only records and prepares:
    nothing ends before another person says the same (`waits`). `override` is the reason for
    which one decides alone. A call that was cut off is taken up again by the same call.
    """
    why = participations.check_reason(reason)
    alone = participations.check_reason(override) if override is not None else None
    by = participations.check_person(by)
    if carry:
        sealing.check_keys(office, office.now())
        sealing.recover(office)
    with office.transaction() as session:
        now = office.now()
        old, new = (participations.find(session, each) for each in (slug, successor))
        step = successions.step_from(session, old)
        if step is None:
            award = _decided(
                session, office, old, new, kind, day=day, by=by, reason=why, now=now, carry=carry
            )
        else:
            if (step.to_id, step.kind, step.day) != (new.id, kind, day):
                raise _gone_on()
            award = _standing(old, now)
        prepared = _waiting(new) if carry else None
        if step is not None:
            _check_left_to_do(office, award, prepared, carry=carry, now=now)
        if prepared is not None:
            programme = office.programme(prepared.edition)
            if step is None and alone is None and programme.deciders > 1:
                return None
            if step is not None:
                sealing.check_two_people(programme, prepared.prepared_by, by, alone)
        code = None if award is None else award.code
        seals = prepared is not None
    if not seals:
        if code is not None:
            awards.give_up(office, code, by=by, reason=why)
        return None

    def end_old(session: Session, now: datetime) -> None:
        if code is not None:
            awards.give_up_in(session, office, code, by=by, reason=why, now=now)

    sealed = sealing.seal(office, successor, by=by, reason=why, override=alone, along=end_old)
    status.publish_soon(office)
    return sealed


def waits(session: Session, old: Participation, now: datetime) -> bool:
    """Whether another person has still to say that `old` goes on in another with its mark."""
    step = successions.step_from(session, old)
    if step is None or _standing(old, now) is None:
        return False
    return _waiting(session.get_one(Participation, step.to_id)) is not None


def is_done(session: Session, old: Participation, now: datetime) -> bool:
    """Whether `old` goes on in another and nothing of that is left to be done."""
    step = successions.step_from(session, old)
    if step is None or _standing(old, now) is not None:
        return False
    return _waiting(session.get_one(Participation, step.to_id)) is None


def _waiting(participation: Participation) -> Cycle | None:
    """The open cycle that carries an award on, whose own is not sealed yet."""
    last = participation.cycles[-1]
    return last if last.open and last.not_after is not None and last.prepared_at else None


def _check_left_to_do(
    office: Office, award: Award | None, prepared: Cycle | None, *, carry: bool, now: datetime
) -> None:
    """Raise `Refused` where a succession that was recorded needs nothing more."""
    if (award is None or carry) and prepared is None:
        raise _gone_on()
    if prepared is not None and prepared.not_after is not None:
        today = days.day_of(now, office.programme(prepared.edition).timezone)
        if prepared.not_after < today:
            raise Refused(N_("The time that would have been carried on is over."))


def _gone_on() -> Refused:
    return Refused(N_("One of them has already gone on in another."))


@dataclass(frozen=True)
class Foreseen:
    """What a succession would do: the award that ends, and until when it would be carried on."""

    code: str | None
    last_day: date | None


class _Undone(Exception):
    """Nothing of it is kept."""


def rehearse(
    office: Office, slug: str, successor: str, kind: str, *, day: date, by: str, carry: bool
) -> Foreseen:
    """What `succeed` would do; nothing is kept. Raises what it would raise before it seals."""
    if carry:
        sealing.check_keys(office, office.now())
    try:
        with office.transaction() as session:
            now = office.now()
            old, new = (participations.find(session, each) for each in (slug, successor))
            award = _decided(
                session, office, old, new, kind, day=day, by=by, reason="", now=now, carry=carry
            )
            foreseen = Foreseen(
                None if award is None else award.code,
                award.last_day if award is not None and carry else None,
            )
            raise _Undone
    except _Undone:
        return foreseen


def _decided(
    session: Session,
    office: Office,
    old: Participation,
    new: Participation,
    kind: str,
    *,
    day: date,
    by: str,
    reason: str,
    now: datetime,
    carry: bool,
) -> Award | None:
    """Record the decision; return the award of `old` that it ends."""
    award = _standing(old, now)
    if award is not None and carry and _standing(new, now) is not None:
        raise Refused(
            N_("%(to)s holds the mark itself. Record it without carrying the mark along."),
            to=new.slug,
        )
    _record(session, office, old, new, kind, day=day, by=by, reason=reason, now=now)
    if old.cycles[-1].open:
        cycles.close(session, old, by=by, reason=reason or kind, now=now)
    if award is not None and carry:
        _carry(session, office, award, new, case=None, by=by, now=now)
    return award


def _record(
    session: Session,
    office: Office,
    old: Participation,
    new: Participation,
    kind: str,
    *,
    day: date,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    if old.id == new.id or old.programme != new.programme:
        raise Refused(N_("Name two participations of one programme."))
    programme = office.programme(new.cycles[-1].edition)
    if day > days.day_of(now, programme.timezone):
        raise Refused(N_("This day has not come yet: record the decision when it counts."))
    if kind not in KINDS:
        raise BadInput(N_("Choose one of: %(known)s."), known=", ".join(KINDS))
    if any(successions.step_from(session, each) for each in (old, new)):
        raise _gone_on()
    session.add(
        Succession(
            from_id=old.id,
            to_id=new.id,
            kind=kind,
            day=day,
            decided_at=now,
            decided_by=by,
            reason=reason,
        )
    )
    session.flush()
    for slug, other in ((old.slug, new.slug), (new.slug, old.slug)):
        audit.write(
            session, f"participation.{kind}", slug, by=by, reason=reason, now=now, other=other
        )


def _standing(participation: Participation, now: datetime) -> Award | None:
    """The award of `participation` that is in force, or lies ahead."""
    for cycle in reversed(participation.cycles):
        for award in cycle.awards:
            if award.state == "issued" and not judged(award).end(now) and now <= award.valid_until:
                if judged(award).suspension(now):
                    raise WrongState(
                        N_("The award %(code)s is suspended: lift or end that first."),
                        code=codes.grouped(award.code),
                    )
                return award
    return None


def _time_left(office: Office, award: Award, now: datetime) -> None:
    zone = office.programme(award.cycle.edition).timezone
    if days.day_of(now, zone) > award.last_day:
        raise WrongState(
            N_("The award %(code)s would have ended on %(day)s: there is no time left to give."),
            code=codes.grouped(award.code),
            day=award.last_day.isoformat(),
        )


def _carry(
    session: Session,
    office: Office,
    award: Award,
    participation: Participation,
    *,
    case: Case | None,
    by: str,
    now: datetime,
) -> Cycle:
    """A cycle of `participation`, on the edition of `award`, all of it accepted."""
    edition = award.cycle.edition
    if participation.cycles and not participation.cycles[-1].awards_standing:
        last = participation.cycles[-1]
        last.ended_at = last.closed_at = now
    cycle = Cycle(
        number=len(participation.cycles) + 1,
        edition=edition,
        opened_at=now,
        not_after=award.last_day,
        prepared_by=by,
        prepared_at=now,
    )
    participation.cycles.append(cycle)
    session.flush()
    grounds = (
        f"award {codes.grouped(award.code)}"
        if case is None
        else f"award {codes.grouped(award.code)}, case {case.id}"
    )
    known = {record.requirement: record for record in award.cycle.records}
    for requirement in participations.asked(office.programme(edition), cycle):
        earlier = known.get(requirement.id)
        cycle.records.append(
            RequirementRecord(
                requirement=requirement.id,
                facts=dict(earlier.facts) if earlier else {},
                note=f"Carried over from {grounds}.",
                recorded_at=now,
                recorded_by=by,
                accepted_at=now,
                accepted_by=by,
                equivalence=earlier.equivalence if earlier else grounds,
                public_facts=dict(earlier.public_facts or {}) if earlier else {},
                evidence=list(earlier.evidence) if earlier else [],
            )
        )
    session.flush()
    measures.carry_on(session, award.cycle, cycle)
    tasks.ask_for_second(session, cycle, office.programme(edition), now=now)
    audit.write(
        session,
        "cycle.carry",
        participation.slug,
        by=by,
        now=now,
        cycle=cycle.number,
        code=award.code,
    )
    return cycle
