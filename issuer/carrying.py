"""An award carried on: after an appeal that was granted, or by another organisation.

What was revoked stays revoked. A new cycle is opened whose requirements are accepted on the
grounds of the earlier award, and a new award is sealed that ends no later than that one did.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from issuer import audit, awards, cases, codes, cycles, days, participations, post, sealing
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

    Raises what `cases.decide_appeal` and sealing raise; with locked keys nothing is decided.
    """
    sealing.check_keys(office, office.now())
    with office.transaction() as session:
        now = office.now()
        case = cases.find(session, number)
        _time_left(office, case.award, now)
        cases.decide_appeal(session, case, cases.Appeal.OVERTURNED, by=by, reason=reason, now=now)
        post.tell_case(session, office, case, Kind.APPEAL_GRANTED, now=now)
        participation = case.award.cycle.participation
        _carry(session, office, case.award, participation, case=case, by=by, now=now)
        slug = participation.slug
    return _seal(office, slug, by=by, reason=reason)


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
) -> Sealed | None:
    """Record that `slug` goes on in `successor` (`merger` or `transfer`), from `day` on.

    With `carry` the mark goes along: the old award is given up and the successor gets one for
    the rest of its time. Without, the old award ends, and nothing is sealed. What was under way
    at `slug` ends.
    """
    why = participations.check_reason(reason)
    by = participations.check_person(by)
    if carry:
        sealing.check_keys(office, office.now())
    with office.transaction() as session:
        now = office.now()
        old, new = (participations.find(session, each) for each in (slug, successor))
        award = _decided(
            session, office, old, new, kind, day=day, by=by, reason=why, now=now, carry=carry
        )
        code = None if award is None else award.code
    if code is not None:
        awards.give_up(office, code, by=by, reason=why)
    if code is None or not carry:
        return None
    return _seal(office, successor, by=by, reason=why)


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
    if session.query(Succession).filter(Succession.from_id.in_([old.id, new.id])).first():
        raise Refused(N_("One of them has already gone on in another."))
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
                note="",
                recorded_at=now,
                recorded_by=by,
                accepted_at=now,
                accepted_by=by,
                equivalence=grounds,
                public_facts=dict(earlier.public_facts or {}) if earlier else {},
            )
        )
    session.flush()
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


def _seal(office: Office, slug: str, *, by: str, reason: str) -> Sealed:
    # The decision that carries the award on was itself made by two or three people.
    return sealing.seal(office, slug, by=by, reason=reason, override=reason)
