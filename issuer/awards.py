"""Acts on an award after it was sealed: suspend, lift, withdraw, give up, void.

All but lifting set the revocation bit of the award's copies, which is never cleared; lifting
seals a fresh copy of the same award with the same end. An act is durable, with its audit
entry, before anything is published; publishing is then tried at once and again later.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from issuer import audit, cases, codes, days, participations, post, sealing, status, tasks
from issuer.errors import BeingSealed, WrongState
from issuer.history import award as judged
from issuer.office import Office
from issuer.post import occasions
from issuer.post.kinds import Kind
from issuer.record.tables import Award, AwardAct
from issuer.sealing import Sealed
from issuer.state import Act
from issuer.texts import N_


def suspend(office: Office, code: str, *, by: str, reason: str) -> None:
    """Take the mark out of force until the suspension is lifted."""
    _end_copies(office, code, Act.SUSPEND, by=by, reason=reason)


def withdraw(
    office: Office, code: str, *, by: str, reason: str, override: str | None = None
) -> date | None:
    """Take the mark away for good: the decision of the case that stands open (`issuer.cases`).

    Not before the holder was heard or its time to answer is over, and by somebody else than
    those who opened the case and prepared the award. Returns the last day for an appeal, None
    where there was no case. `override` is why one person decides
    alone, or without a case. Raises `CaseNeeded`, `SecondPersonNeeded`, `WrongState`.
    """
    alone = participations.check_reason(override) if override is not None else None
    appeal_by: date | None = None

    def decided(session: Session, award: Award, now: datetime) -> None:
        nonlocal appeal_by
        programme = office.programme(award.cycle.edition)
        who = participations.check_person(by)
        for each in (award, *_later(award)):
            sealing.check_two_people(programme, each.prepared_by or each.decided_by, who, alone)
        case = cases.close(
            session,
            award,
            cases.Decision.WITHDRAW,
            by=who,
            reason=reason,
            alone=alone,
            zone=programme.timezone,
            now=now,
        )
        if case is not None:
            appeal_by = case.appeal_by
            post.tell_case(session, office, case, Kind.CASE_WITHDRAWAL, now=now)

    why = f"{reason} (one person alone: {alone})" if alone else reason
    _end_copies(office, code, Act.WITHDRAW, by=by, reason=why, alone=alone, first=decided)
    return appeal_by


def give_up(office: Office, code: str, *, by: str, reason: str) -> None:
    """End the award because its holder asked."""
    _end_copies(office, code, Act.GIVE_UP, by=by, reason=reason)


def give_up_in(
    session: Session, office: Office, code: str, *, by: str, reason: str, now: datetime
) -> None:
    """`give_up` in the caller's transaction: together with what takes the award's place."""
    why = participations.check_reason(reason)
    award = sealing.find_award(session, code)
    _end(session, office, award, Act.GIVE_UP, by=participations.check_person(by), why=why, now=now)


def void(office: Office, code: str, *, by: str, reason: str) -> None:
    """Correct an award that was issued in error; its cycle is open again."""
    _end_copies(office, code, Act.VOID, by=by, reason=reason)


def lift(office: Office, code: str, *, by: str, reason: str) -> Sealed:
    """Lift a suspension: seal a fresh copy of the same award, with the same end.

    A renewal that was suspended along with it is lifted along with it.
    """
    why = participations.check_reason(reason)
    by = participations.check_person(by)
    now = office.now()
    sealing.check_keys(office, now)
    sealing.recover(office)
    with office.reading() as session:
        award = sealing.find_award(session, code)
        _check(office, award, Act.LIFT, now)
        lifted = [award.code] + [
            later.code for later in _later(award) if judged(later).suspension(now)
        ]
    first, *_ = [_lift_one(office, each, by=by, reason=why) for each in lifted]
    return first


def _lift_one(office: Office, code: str, *, by: str, reason: str) -> Sealed:
    now = office.now()
    with office.transaction() as session:
        award = sealing.find_award(session, code)
        _check(office, award, Act.LIFT, now)
        if any(copy.state == "intended" for copy in award.credentials):
            raise BeingSealed(
                N_("The award %(code)s is being sealed by another process at this moment."),
                code=codes.grouped(award.code),
            )
        begins = max(now.replace(microsecond=0), award.valid_from)
        intended = sealing.intend(session, office, award, by=by, now=now, valid_from=begins)
    return sealing.finish(office, intended, Act.LIFT, by=by, reason=reason)


def _later(award: Award) -> list[Award]:
    """The renewals of `award` that were sealed ahead and stand."""
    return [
        other
        for cycle in award.cycle.participation.cycles
        for other in cycle.awards
        if other.state == "issued" and other.valid_from > award.valid_from
    ]


def _check(office: Office, award: Award, act: Act, now: datetime) -> None:
    history = judged(award)
    if end := history.end(now):
        raise WrongState(
            N_("The award %(code)s was already ended on %(day)s; nothing more can be done to it."),
            code=codes.grouped(award.code),
            day=days.day_of(end.at, office.programme(award.cycle.edition).timezone).isoformat(),
        )
    suspended = history.suspension(now) is not None
    if act is Act.SUSPEND and suspended:
        raise WrongState(
            N_("The award %(code)s is already suspended."), code=codes.grouped(award.code)
        )
    if act is Act.LIFT and not suspended:
        raise WrongState(
            N_("The award %(code)s is not suspended, so there is nothing to lift."),
            code=codes.grouped(award.code),
        )
    if act is not Act.VOID and award.valid_until + timedelta(seconds=1) <= now:
        raise WrongState(
            N_("The award %(code)s ended by itself on %(day)s; nothing more can be done to it."),
            code=codes.grouped(award.code),
            day=award.last_day.isoformat(),
        )


def _end_copies(
    office: Office,
    code: str,
    act: Act,
    *,
    by: str,
    reason: str,
    alone: str | None = None,
    first: Callable[[Session, Award, datetime], None] | None = None,
) -> None:
    why = participations.check_reason(reason)
    by = participations.check_person(by)
    now = office.now()
    with office.transaction() as session:
        award = sealing.find_award(session, code)
        _end(session, office, award, act, by=by, why=why, now=now, alone=alone, first=first)
    status.publish_soon(office)


def _end(
    session: Session,
    office: Office,
    award: Award,
    act: Act,
    *,
    by: str,
    why: str,
    now: datetime,
    alone: str | None = None,
    first: Callable[[Session, Award, datetime], None] | None = None,
) -> None:
    _check(office, award, act, now)
    if first is not None:
        first(session, award, now)
    _record(session, award, act, by=by, reason=why, now=now, alone=alone)
    if act is Act.VOID:
        programme = office.programme(award.cycle.edition)
        tasks.ask_for_second(session, award.cycle, programme, now=now)
    else:
        # A renewal sealed ahead must not bring the mark back by the clock alone.
        for later in _later(award):
            if not judged(later).end(now) and not judged(later).suspension(now):
                _record(session, later, act, by=by, reason=why, now=now, alone=alone)
    _tell(session, office, award, act, now)


def _tell(session: Session, office: Office, award: Award, act: Act, now: datetime) -> None:
    kind, told = occasions.of_end(session, award, act)
    if kind is None:
        return
    zone = office.programme(award.cycle.edition).timezone
    about = award.cycle.participation
    key = f"act:{award.acts[-1].id}"
    post.tell(session, office, kind, about, key=key, now=now, day=days.day_of(now, zone), **told)


def _record(
    session: Session,
    award: Award,
    act: Act,
    *,
    by: str,
    reason: str,
    now: datetime,
    alone: str | None,
) -> None:
    award.acts.append(AwardAct(act=act.value, at=now, by=by, reason=reason, override=alone))
    if act is Act.VOID:
        award.state = "void"
        award.cycle.closed_at = None
    revoked = []
    for copy in award.credentials:
        if copy.state == "issued" and copy.entry.revoked_at is None:
            status.revoke(session, copy.entry, act, now)
            revoked.append(copy.id)
    session.flush()
    audit.write(
        session,
        f"award.{act.value}",
        award.cycle.participation.slug,
        by=by,
        reason=reason,
        now=now,
        code=award.code,
        revoked=revoked,
    )
