"""The staff's interface to the way there: enrolment, cycles, what is handed in and sent back."""

from datetime import datetime

from sqlalchemy.orm import Session
from starlette.responses import Response

from issuer import cycles, enquiries, enrolling, handing, participations, post, programmes
from issuer.post.kinds import Kind
from issuer.web.idempotency import Content
from issuer.web.models import Because, HandedIn, NewParticipation
from issuer.web.models_life import NewEvidence, OtherEdition
from issuer.web.openapi import ACT, KEY_HEADER
from issuer.web.openapi_life import MOVED
from issuer.web.staff_api import DeskOf, RequirementId, Slug, staff_router

router = staff_router()


@router.post("/participations", responses=ACT, status_code=201, openapi_extra=KEY_HEADER)
def enrol(body: NewParticipation, desk: DeskOf) -> Response:
    """Take an organisation into a programme and open its first cycle, on the edition in force."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        if body.enquiry is not None:
            row = enquiries.enrol(
                session,
                enquiries.find(session, body.enquiry),
                by=desk.by,
                now=now,
                listed=body.listed,
                name=body.name,
                name_language=body.name_language,
                reason=body.reason,
            )
        else:
            row = enrolling.enrol(
                session,
                body.programme,
                body.name or "",
                by=desk.by,
                now=now,
                number=body.number,
                language=body.name_language,
                listed=body.listed,
                reason=body.reason,
            )
        key = f"enrolled:{row.id}"
        post.tell(session, desk.office, Kind.ENROLLED, row, key=key, now=now)
        return 201, desk.changed(row, "participation.enrol")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/renewal", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def open_renewal(slug: Slug, body: Because, desk: DeskOf) -> Response:
    """Open the next cycle, on the edition in force."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        edition = programmes.in_force(session, row.programme, now)
        participations.open_cycle(session, row, edition, by=desk.by, now=now, reason=body.reason)
        return 201, desk.changed(row, "cycle.open")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/closure", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def close_cycle(slug: Slug, body: Because, desk: DeskOf) -> Response:
    """End the open cycle without an award."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        cycles.close(session, row, by=desk.by, reason=body.reason, now=now)
        return 201, desk.changed(row, "cycle.end")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/requirements/{requirement}/hand-in",
    responses=ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def hand_in(slug: Slug, requirement: RequirementId, body: HandedIn, desk: DeskOf) -> Response:
    """Take in a requirement from one of the organisation's contacts."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row, programme = desk.open(session, slug)
        handing.hand_in(
            session,
            row,
            programme,
            requirement,
            body.facts,
            contact=body.contact,
            by=desk.by,
            now=now,
            note=body.note,
        )
        return 201, desk.changed(row, "requirement.hand_in")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/requirements/{requirement}/return",
    responses=ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def send_back(slug: Slug, requirement: RequirementId, body: Because, desk: DeskOf) -> Response:
    """Send a requirement back, or take its acceptance back before the award is made."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row, programme = desk.open(session, slug)
        handing.send_back(
            session, row, programme, requirement, reason=body.reason, by=desk.by, now=now
        )
        asked = participations.requirement_asked(row, programme, requirement)
        post.tell_sent_back(session, desk.office, row, asked, body.reason, now=now)
        return 201, desk.changed(row, "requirement.send_back")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/requirements/{requirement}/evidence",
    responses=ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def add_evidence(
    slug: Slug, requirement: RequirementId, body: NewEvidence, desk: DeskOf
) -> Response:
    """Note a piece of evidence: what it is, where it is kept, whether everybody may know of it."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row, programme = desk.open(session, slug)
        handing.add_evidence(
            session,
            row,
            programme,
            requirement,
            title=body.title,
            place=body.place,
            sha256=body.sha256,
            public=body.public,
            by=desk.by,
            reason=body.reason or "",
            now=now,
        )
        return 201, desk.changed(row, "requirement.evidence")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/edition", responses=MOVED, status_code=201, openapi_extra=KEY_HEADER
)
def move_to_edition(slug: Slug, body: OtherEdition, desk: DeskOf) -> Response:
    """Let the open cycle go on under another edition: what stays accepted, what is asked again."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        with session.begin_nested() as point:
            row = participations.find(session, slug)
            found = programmes.find(session, row.programme, body.edition)
            programme = desk.office.programme(found)
            moved = cycles.move(
                session, row, found, programme, by=desk.by, reason=body.reason, now=now
            )
            content = {
                **desk.changed(row, "cycle.move"),
                "kept": [each.id for each in moved.kept],
                "again": [each.id for each in moved.again],
                "missing": [each.id for each in moved.lacking],
                "dryRun": body.dry_run,
            }
            if body.dry_run:
                point.rollback()
        return (200 if body.dry_run else 201), content

    return desk.send(desk.keyed(body).together(act))
