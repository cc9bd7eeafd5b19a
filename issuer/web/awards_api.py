"""The staff's interface to awards: sealed, sealed again, and every decision about one."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import Path
from sqlalchemy.orm import Session
from starlette.responses import Response

from issuer import awards, codes, participations, resealing, sealing
from issuer.record.tables import Award
from issuer.state import Act
from issuer.texts import N_
from issuer.web.idempotency import Content
from issuer.web.models import Because, Decision, NewAward
from issuer.web.models_life import FreshCopy
from issuer.web.openapi import ACT, KEY_HEADER
from issuer.web.problems import Problem
from issuer.web.staff_api import Desk, DeskOf, Slug, staff_router

router = staff_router()


@router.post(
    "/participations/{slug}/award", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def seal_award(slug: Slug, body: NewAward, desk: DeskOf) -> Response:
    """Award the mark: seal the credential of the open cycle."""

    def act() -> None:
        sealing.seal(
            desk.office,
            slug,
            by=desk.by,
            reason=body.reason,
            first_day=body.first_day,
            override=body.override,
        )

    def told(session: Session, since: datetime | None) -> Content | None:
        row = participations.find(session, slug)
        standing = [a for a in row.cycles[-1].awards_standing if a.state == "issued"]
        if not standing or not _was_done(standing[0], Act.SEAL, desk.by, since):
            return None
        return desk.changed(row, "award.seal", standing[0])

    return desk.send(desk.keyed(body).apart(act, told))


def _was_done(award: Award, act: Act, by: str, since: datetime | None) -> bool:
    """Whether `by` has done `act` to the award since then; without a moment, it was just done."""
    return since is None or any(
        done.act == act.value and done.by == by and done.at >= since for done in award.acts
    )


Code = Annotated[
    str,
    Path(
        pattern="^[0-9A-Za-z-]{12,20}$",
        description="The award's code, with or without hyphens.",
    ),
]


def _done_to(desk: Desk, code: str, act: Act, body: Because, do: Callable[[], object]) -> Response:
    wanted = read_code(code)

    def told(session: Session, since: datetime | None) -> Content | None:
        award = sealing.find_award(session, wanted)
        if not _was_done(award, act, desk.by, since):
            return None
        return desk.changed(award.cycle.participation, f"award.{act.value}", award)

    return desk.send(desk.keyed(body).apart(do, told))


def read_code(code: str) -> str:
    try:
        return codes.read(code)
    except codes.MistypedCode:
        raise Problem(
            "not_found", N_("This is not a code: it was mistyped, or part of it is missing.")
        ) from None


@router.post("/awards/{code}/suspend", responses=ACT, status_code=201, openapi_extra=KEY_HEADER)
def suspend_award(code: Code, body: Because, desk: DeskOf) -> Response:
    """Take the mark out of force until the suspension is lifted."""
    do = partial(awards.suspend, desk.office, code, by=desk.by, reason=body.reason)
    return _done_to(desk, code, Act.SUSPEND, body, do)


@router.post("/awards/{code}/lift", responses=ACT, status_code=201, openapi_extra=KEY_HEADER)
def lift_suspension(code: Code, body: Because, desk: DeskOf) -> Response:
    """Lift a suspension: a fresh copy is sealed, with the same end."""
    do = partial(awards.lift, desk.office, code, by=desk.by, reason=body.reason)
    return _done_to(desk, code, Act.LIFT, body, do)


@router.post("/awards/{code}/withdraw", responses=ACT, status_code=201, openapi_extra=KEY_HEADER)
def withdraw_award(code: Code, body: Decision, desk: DeskOf) -> Response:
    """Take the mark away for good."""
    do = partial(
        awards.withdraw,
        desk.office,
        code,
        by=desk.by,
        reason=body.reason,
        override=body.override,
    )
    return _done_to(desk, code, Act.WITHDRAW, body, do)


@router.post("/awards/{code}/give-up", responses=ACT, status_code=201, openapi_extra=KEY_HEADER)
def give_up_award(code: Code, body: Because, desk: DeskOf) -> Response:
    """End the award because its holder asked."""
    do = partial(awards.give_up, desk.office, code, by=desk.by, reason=body.reason)
    return _done_to(desk, code, Act.GIVE_UP, body, do)


@router.post("/awards/{code}/void", responses=ACT, status_code=201, openapi_extra=KEY_HEADER)
def void_award(code: Code, body: Because, desk: DeskOf) -> Response:
    """Correct an award that was issued in error; its cycle is open again."""
    do = partial(awards.void, desk.office, code, by=desk.by, reason=body.reason)
    return _done_to(desk, code, Act.VOID, body, do)


@router.post("/awards/{code}/reseal", responses=ACT, status_code=201, openapi_extra=KEY_HEADER)
def reseal_award(code: Code, body: FreshCopy, desk: DeskOf) -> Response:
    """Seal a fresh copy for a new name or look, with the same end; the one before is superseded."""
    cause = resealing.Cause(body.cause)
    do = partial(resealing.reseal, desk.office, code, cause, by=desk.by, reason=body.reason)
    return _done_to(desk, code, Act.RESEAL, body, do)
