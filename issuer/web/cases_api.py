"""The staff's interface to cases: opened, heard, dismissed, appealed. All of it confidential.

A case that ends in a withdrawal is decided by `POST /awards/{code}/withdraw`.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from sqlalchemy.orm import Session
from starlette.responses import Response

from issuer import carrying, cases, post, sealing
from issuer.post.kinds import Kind
from issuer.record.life import Case
from issuer.record.tables import Award
from issuer.web.awards_api import Code, read_code
from issuer.web.idempotency import Content
from issuer.web.models import Because
from issuer.web.models_life import NewCase, Statement
from issuer.web.openapi import KEY_HEADER
from issuer.web.openapi_life import CASE, CASE_ACT, CASES
from issuer.web.staff_api import (
    ROOT,
    CursorQuery,
    Desk,
    DeskOf,
    LimitQuery,
    next_part,
    read_cursor,
    staff_router,
)

router = staff_router()
CaseNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of the case.")]


def _changed(desk: Desk, case: Case, act: str, award: Award | None = None) -> Content:
    content = desk.changed(case.award.cycle.participation, act, award or case.award)
    content["case"] = cases.json(case)
    content["links"]["self"] = f"{ROOT}/cases/{case.id}"
    return content


@router.get("/cases", responses=CASES)
def list_cases(desk: DeskOf, cursor: CursorQuery = None, limit: LimitQuery = 50) -> Response:
    """Every case, those that wait for somebody first. Page by page: follow `next`."""
    after = read_cursor(cursor, bool, int)
    with desk.office.reading() as session:
        rows = cases.listing(session, after=after, most=limit + 1)
        told = [cases.json(row) for row in rows[:limit]]
    content: Content = {"cases": told, "next": None}
    if len(rows) > limit:
        content["next"] = next_part("/cases", cases.place(rows[limit - 1]), limit)
    return desk.tell(content)


@router.get("/cases/{number}", responses=CASE)
def one_case(number: CaseNumber, desk: DeskOf) -> Response:
    """Everything about one case, in words."""
    with desk.office.reading() as session:
        return desk.tell(cases.detail(cases.find(session, number)))


@router.post("/awards/{code}/case", responses=CASE_ACT, status_code=201, openapi_extra=KEY_HEADER)
def open_case(code: Code, body: NewCase, desk: DeskOf) -> Response:
    """Open a case about an award that stands. The holder is told, and nobody else."""
    wanted = read_code(code)

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        award = sealing.find_award(session, wanted)
        case = cases.open_(
            session,
            award,
            by=desk.by,
            grounds=body.reason,
            zone=desk.office.programme(award.cycle.edition).timezone,
            now=now,
            answer_by=body.answer_by,
        )
        post.tell_case(session, desk.office, case, Kind.CASE_OPENED, now=now)
        return 201, _changed(desk, case, "case.open")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/cases/{number}/statement", responses=CASE_ACT, status_code=201, openapi_extra=KEY_HEADER
)
def hear_holder(number: CaseNumber, body: Statement, desk: DeskOf) -> Response:
    """Write down what the holder answered."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        case = cases.find(session, number)
        cases.hear(session, case, body.text, by=desk.by, now=now)
        return 201, _changed(desk, case, "case.hear")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/cases/{number}/dismissal", responses=CASE_ACT, status_code=201, openapi_extra=KEY_HEADER
)
def dismiss_case(number: CaseNumber, body: Because, desk: DeskOf) -> Response:
    """Decide that nothing follows. A suspension is lifted apart."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        case = cases.find(session, number)
        zone = desk.office.programme(case.award.cycle.edition).timezone
        cases.dismiss(session, case, by=desk.by, reason=body.reason, zone=zone, now=now)
        post.tell_case(session, desk.office, case, Kind.CASE_DISMISSED, now=now)
        return 201, _changed(desk, case, "case.dismiss")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/cases/{number}/appeal", responses=CASE_ACT, status_code=201, openapi_extra=KEY_HEADER
)
def appeal_decision(number: CaseNumber, body: Statement, desk: DeskOf) -> Response:
    """Write down that the holder appeals a withdrawal, in time."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        case = cases.find(session, number)
        zone = desk.office.programme(case.award.cycle.edition).timezone
        cases.appeal(session, case, body.text, by=desk.by, zone=zone, now=now)
        post.tell_case(session, desk.office, case, Kind.APPEAL_RECEIVED, now=now)
        return 201, _changed(desk, case, "case.appeal")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/cases/{number}/appeal/uphold", responses=CASE_ACT, status_code=201, openapi_extra=KEY_HEADER
)
def uphold_decision(number: CaseNumber, body: Because, desk: DeskOf) -> Response:
    """Decide an appeal: the withdrawal stands. By somebody who had no part in it."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        case = cases.find(session, number)
        outcome = cases.Appeal.UPHELD
        cases.decide_appeal(session, case, outcome, by=desk.by, reason=body.reason, now=now)
        post.tell_case(session, desk.office, case, Kind.APPEAL_REFUSED, now=now)
        return 201, _changed(desk, case, "case.upheld")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/cases/{number}/appeal/overturn", responses=CASE_ACT, status_code=201, openapi_extra=KEY_HEADER
)
def overturn_decision(number: CaseNumber, body: Because, desk: DeskOf) -> Response:
    """Decide an appeal: the holder was right. A new award is sealed for the rest of the time."""

    def act() -> None:
        carrying.grant_appeal(desk.office, number, by=desk.by, reason=body.reason)

    def told(session: Session, since: datetime | None) -> Content | None:
        case = cases.find(session, number)
        decided = case.appeal_decided_at
        if since is not None and (decided is None or decided < since):
            return None
        standing = case.award.cycle.participation.cycles[-1].awards_standing
        fresh = [award for award in standing if award.state == "issued"]
        return _changed(desk, case, "case.overturned", fresh[0] if fresh else None)

    return desk.send(desk.keyed(body).apart(act, told))
