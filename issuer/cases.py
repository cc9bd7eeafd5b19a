"""A case about one award: opened, heard, decided by somebody else, perhaps appealed.

Fair in this order: the holder is told the grounds and has until a day to answer; whoever
opened the case does not decide it; a withdrawal can be appealed, and the appeal is decided by
a third person. What a case says in words is internal. Acts take the caller's session and
never commit; withdrawing itself is `issuer.awards`.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import audit, codes, days, names, participations
from issuer.errors import BadInput, CaseNeeded, NotFound, SecondPersonNeeded, WrongState
from issuer.history import award as judged
from issuer.record.life import Case
from issuer.record.tables import Award
from issuer.texts import N_

ANSWER_DAYS = 21
APPEAL_DAYS = 21
# Letting somebody go needs no second person, and nobody has to be heard first.
_TAKES_NOTHING = "a dismissal takes nothing from anybody"
# Less than this is no time to answer in.
_FEWEST_DAYS = 7


# What a list calls the outcomes.
WORDS = {
    "withdraw": N_("withdrawn"),
    "dismiss": N_("dismissed"),
    "waiting": N_("waiting"),
    "upheld": N_("not granted"),
    "overturned": N_("granted"),
}


class Decision(StrEnum):
    WITHDRAW = "withdraw"
    DISMISS = "dismiss"


class Appeal(StrEnum):
    UPHELD = "upheld"
    OVERTURNED = "overturned"


def open_(
    session: Session,
    award: Award,
    *,
    by: str,
    grounds: str,
    zone: ZoneInfo,
    now: datetime,
    answer_by: date | None = None,
) -> Case:
    """Open a case about an award that stands; the holder may answer until `answer_by`."""
    by = participations.check_person(by)
    why = participations.check_reason(grounds)
    if judged(award).end(now) or award.valid_until < now:
        raise WrongState(
            N_("The award %(code)s has ended: there is nothing left to open a case about."),
            code=codes.grouped(award.code),
        )
    if pending(session, award) is not None:
        raise WrongState(
            N_("A case about the award %(code)s is already open."), code=codes.grouped(award.code)
        )
    today = days.day_of(now, zone)
    last = answer_by or today + timedelta(days=ANSWER_DAYS)
    if last < today + timedelta(days=_FEWEST_DAYS):
        raise BadInput(
            N_("The holder needs time to answer: at least %(days)s days."), days=_FEWEST_DAYS
        )
    case = Case(award_id=award.id, opened_at=now, opened_by=by, grounds=why, answer_by=last)
    session.add(case)
    session.flush()
    _log(session, "case.open", award, case, by=by, reason=why, now=now)
    return case


def pending(session: Session, award: Award) -> Case | None:
    """The case about `award` that is not decided yet."""
    return session.scalars(
        select(Case).where(Case.award_id == award.id, Case.decided_at.is_(None))
    ).first()


def find(session: Session, number: int) -> Case:
    case = session.get(Case, number)
    if case is None:
        raise NotFound(N_("There is no case %(number)s."), number=number)
    return case


def listing(
    session: Session, *, after: tuple[bool, int] | None = None, most: int | None = None
) -> list[Case]:
    """Every case, those that wait for somebody first: up to `most`, those after the place
    `after`."""
    over = Case.decided_at.is_not(None) & (
        Case.appealed_at.is_(None) | Case.appeal_decided_at.is_not(None)
    )
    query = select(Case).order_by(over, Case.id.desc()).limit(most)
    if after is not None:
        was_over, number = after
        query = query.where(over & (Case.id < number) if was_over else over | (Case.id < number))
    return list(session.scalars(query))


def place(row: Case) -> tuple[bool, int]:
    """Where `row` stands in `listing`."""
    appeal_waits = row.appealed_at is not None and row.appeal_decided_at is None
    return row.decided_at is not None and not appeal_waits, row.id


def hear(session: Session, case: Case, statement: str, *, by: str, now: datetime) -> None:
    """Write down what the holder answered. It may answer again until the case is decided."""
    if case.decided_at is not None:
        raise WrongState(N_("The case is decided; what comes now is an appeal."))
    said = participations.check_reason(statement)
    case.statement = said if case.statement is None else f"{case.statement}\n\n{said}"
    case.heard_at = now
    session.flush()
    _log(session, "case.hear", case.award, case, by=participations.check_person(by), now=now)


def close(
    session: Session,
    award: Award,
    decision: Decision,
    *,
    by: str,
    reason: str,
    alone: str | None,
    zone: ZoneInfo,
    now: datetime,
) -> Case | None:
    """Decide the open case about `award`. `alone`: why one person decides alone, or without
    a case; None is returned where there was none. Raises `CaseNeeded`, `SecondPersonNeeded`."""
    case = pending(session, award)
    if case is None:
        if alone is None:
            raise CaseNeeded(
                N_(
                    "No case is open about the award %(code)s. Open one first (merke case open),"
                    " so that the holder is heard."
                ),
                code=codes.grouped(award.code),
            )
        return None
    today = days.day_of(now, zone)
    if case.heard_at is None and today <= case.answer_by and alone is None:
        raise CaseNeeded(
            N_("The holder has until %(day)s to answer, and has not been heard yet."),
            day=case.answer_by.isoformat(),
        )
    if names.is_same_person(by, case.opened_by) and alone is None:
        raise SecondPersonNeeded(N_("%(by)s opened this case, so somebody else decides it."), by=by)
    case.decision = decision.value
    case.decided_at = now
    case.decided_by = by
    case.reason = participations.check_reason(reason)
    case.override = alone
    if decision is Decision.WITHDRAW:
        case.appeal_by = today + timedelta(days=APPEAL_DAYS)
    session.flush()
    _log(session, f"case.{decision.value}", award, case, by=by, reason=reason, now=now)
    return case


def dismiss(
    session: Session, case: Case, *, by: str, reason: str, zone: ZoneInfo, now: datetime
) -> None:
    """Decide that nothing follows. A suspension is lifted apart."""
    if case.decided_at is not None:
        raise WrongState(N_("The case is already decided."))
    by = participations.check_person(by)
    close(
        session,
        case.award,
        Decision.DISMISS,
        by=by,
        reason=reason,
        alone=_TAKES_NOTHING,
        zone=zone,
        now=now,
    )


def appeal(
    session: Session, case: Case, text: str, *, by: str, zone: ZoneInfo, now: datetime
) -> None:
    """The holder appeals a withdrawal, in time."""
    if case.decision != Decision.WITHDRAW or case.appeal_by is None:
        raise WrongState(N_("Only a withdrawal can be appealed."))
    if case.appealed_at is not None:
        raise WrongState(N_("This decision was already appealed."))
    if days.day_of(now, zone) > case.appeal_by:
        raise WrongState(
            N_("The time for an appeal ended on %(day)s."), day=case.appeal_by.isoformat()
        )
    case.appeal = participations.check_reason(text)
    case.appealed_at = now
    session.flush()
    _log(session, "case.appeal", case.award, case, by=participations.check_person(by), now=now)


def decide_appeal(
    session: Session, case: Case, outcome: Appeal, *, by: str, reason: str, now: datetime
) -> None:
    """Decide an appeal; not by those who opened or decided the case.

    A revocation is never taken back: where an appeal is granted, `issuer.carrying` gives the
    holder a new award for the rest of the time.
    """
    by = participations.check_person(by)
    if case.appealed_at is None:
        raise WrongState(N_("Nobody has appealed this decision."))
    if case.appeal_decided_at is not None:
        raise WrongState(N_("The appeal is already decided."))
    before = (case.opened_by, case.decided_by or "")
    if any(names.is_same_person(by, person) for person in before):
        raise SecondPersonNeeded(
            N_("%(by)s had a part in the decision, so somebody else decides the appeal."), by=by
        )
    case.appeal_outcome = outcome.value
    case.appeal_decided_at = now
    case.appeal_decided_by = by
    case.appeal_reason = participations.check_reason(reason)
    session.flush()
    _log(session, f"case.{outcome.value}", case.award, case, by=by, reason=reason, now=now)


def json(case: Case) -> dict[str, Any]:
    """Where a case stands, as the office sees it in a list."""
    return {
        "number": case.id,
        "award": codes.grouped(case.award.code),
        "holder": case.award.cycle.participation.slug,
        "openedAt": case.opened_at.isoformat(),
        "openedBy": case.opened_by,
        "answerBy": case.answer_by.isoformat(),
        "heardAt": case.heard_at.isoformat() if case.heard_at else None,
        "decision": case.decision,
        "decidedBy": case.decided_by,
        "appealBy": case.appeal_by.isoformat() if case.appeal_by else None,
        "appeal": case.appeal_outcome or ("waiting" if case.appealed_at else None),
    }


def detail(case: Case) -> dict[str, Any]:
    """Everything about a case, in words."""
    return {
        **json(case),
        "grounds": case.grounds,
        "statement": case.statement,
        "reason": case.reason,
        "appealText": case.appeal,
        "appealReason": case.appeal_reason,
    }


def _log(
    session: Session,
    act: str,
    award: Award,
    case: Case,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> None:
    slug = award.cycle.participation.slug
    audit.write(session, act, slug, by=by, reason=reason, now=now, case=case.id, code=award.code)
