"""The staff's interface to the day's work: tasks, what is due, enquiries, meetings, editions,
whole lists of organisations, and whether the log holds."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from issuer import (
    agenda,
    checkpoints,
    editions,
    enquiries,
    imports,
    meetings,
    participations,
    programmes,
    recheck,
    tasks,
    texts,
)
from issuer.errors import BadInput
from issuer.record.life import Meeting
from issuer.record.tables import Participation
from issuer.texts import N_
from issuer.web import problems
from issuer.web.idempotency import Content
from issuer.web.models import Because
from issuer.web.models_life import ImportedFile, MovedMeeting, NewMeeting
from issuer.web.openapi import KEY_HEADER, TASKS
from issuer.web.openapi_life import (
    AGENDA,
    AUDIT,
    CHANGES,
    ENQUIRIES,
    ENQUIRY_ACT,
    IMPORT,
    MEETING_ACT,
    MEETINGS,
    PROGRAMMES,
    TASK_ACT,
)
from issuer.web.staff_api import (
    ROOT,
    CursorQuery,
    Desk,
    DeskOf,
    LimitQuery,
    Slug,
    next_part,
    read_cursor,
    staff_router,
)

router = staff_router()
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]

# Rows of one import: each is an act of its own, and the caller waits for all of them.
MOST_ROWS = 500


def _language(request: Request) -> str:
    return texts.negotiate(request.query_params.get("lang"), request.headers.get("accept-language"))


# Tasks, and what is due


@router.get("/tasks", responses=TASKS)
def list_tasks(
    request: Request,
    desk: DeskOf,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The tasks that are not done, the eldest first; those after the number `after`."""
    with desk.office.reading() as session:
        rows = tasks.waiting(session, after=after, most=limit + 1)
        content: Content = {
            "tasks": [tasks.json(session, row, _language(request)) for row in rows[:limit]],
            "next": None,
        }
    if len(rows) > limit:
        content["next"] = f"{ROOT}/tasks?after={rows[limit - 1].id}&limit={limit}"
    return desk.tell(content)


@router.post("/tasks/{number}/done", responses=TASK_ACT, status_code=201, openapi_extra=KEY_HEADER)
def finish_task(number: Number, body: Because, desk: DeskOf, request: Request) -> Response:
    """A task is done."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = tasks.done(session, number, by=desk.by, now=now, reason=body.reason)
        told = tasks.json(session, row, _language(request))
        return 201, {"act": "task.done", "task": told, "links": {"self": f"{ROOT}/tasks"}}

    return desk.send(desk.keyed(body).together(act))


@router.get("/agenda", responses=AGENDA)
def list_due(desk: DeskOf) -> Response:
    """What the calendar says is due and has not been done: the next round of the daily work does
    it, by a letter or a task."""
    return desk.tell({"due": [each.json() for each in agenda.waiting(desk.office)]})


# Enquiries


@router.get("/enquiries", responses=ENQUIRIES)
def list_enquiries(
    desk: DeskOf, answered: bool = False, cursor: CursorQuery = None, limit: LimitQuery = 50
) -> Response:
    """The enquiries that wait for an answer, the oldest first; with `answered`, all of them.
    Page by page: follow `next`."""
    after = read_cursor(cursor, datetime, str)
    with desk.office.reading() as session:
        rows = enquiries.listing(session, all_=answered, after=after, most=limit + 1)
    content: Content = {"enquiries": [enquiries.json(row) for row in rows[:limit]], "next": None}
    if len(rows) > limit:
        place = enquiries.place(rows[limit - 1])
        more = "true" if answered else None
        content["next"] = next_part("/enquiries", place, limit, answered=more)
    return desk.tell(content)


@router.post(
    "/enquiries/{enquiry}/decline", responses=ENQUIRY_ACT, status_code=201, openapi_extra=KEY_HEADER
)
def decline_enquiry(
    enquiry: Annotated[str, Path(pattern="^[0-9a-f-]{4,36}$", description="Its id.")],
    body: Because,
    desk: DeskOf,
) -> Response:
    """Nothing comes of an enquiry. Nobody is written to."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = enquiries.find(session, enquiry)
        enquiries.decline(session, row, by=desk.by, reason=body.reason, now=now)
        links = {"self": f"{ROOT}/enquiries"}
        return 201, {"act": "enquiry.decline", "enquiry": enquiries.json(row), "links": links}

    return desk.send(desk.keyed(body).together(act))


# Meetings


def _starts(desk: Desk, row: Participation, moment: datetime) -> datetime:
    """A moment without a zone is one of the programme's own time."""
    zone = desk.office.programme(row.cycles[-1].edition).timezone
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _meeting(row: Meeting, act: str) -> tuple[int, Content]:
    links = {"self": f"{ROOT}/meetings"}
    return 201, {"act": act, "meeting": meetings.json(row), "links": links}


@router.get("/meetings", responses=MEETINGS)
def list_meetings(
    desk: DeskOf, past: bool = False, cursor: CursorQuery = None, limit: LimitQuery = 50
) -> Response:
    """The meetings that lie ahead; with `past`, those that are over or called off too. Page by
    page: follow `next`."""
    now, after = desk.office.now(), read_cursor(cursor, datetime, int)
    with desk.office.reading() as session:
        rows = meetings.listing(session, now, all_=past, after=after, most=limit + 1)
        told = [meetings.json(row) for row in rows[:limit]]
    content: Content = {"meetings": told, "next": None}
    if len(rows) > limit:
        place = meetings.place(rows[limit - 1])
        content["next"] = next_part("/meetings", place, limit, past="true" if past else None)
    return desk.tell(content)


@router.post(
    "/participations/{slug}/meetings",
    responses=MEETING_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def arrange_meeting(slug: Slug, body: NewMeeting, desk: DeskOf) -> Response:
    """Arrange a meeting; the contacts get an invitation by mail."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        starts_at = _starts(desk, row, body.starts_at)
        made = meetings.arrange(
            session,
            desk.office,
            row,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=body.minutes),
            place=body.place,
            by=desk.by,
            now=now,
        )
        return _meeting(made, "meeting.arrange")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/meetings/{number}/move", responses=MEETING_ACT, status_code=201, openapi_extra=KEY_HEADER
)
def move_meeting(number: Number, body: MovedMeeting, desk: DeskOf) -> Response:
    """Give a meeting another time, or place; the contacts are told."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = meetings.find(session, number)
        starts_at = _starts(desk, row.participation, body.starts_at)
        meetings.move(
            session,
            desk.office,
            row,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=body.minutes),
            place=body.place,
            by=desk.by,
            now=now,
            reason=body.reason,
        )
        return _meeting(row, "meeting.move")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/meetings/{number}/cancel", responses=MEETING_ACT, status_code=201, openapi_extra=KEY_HEADER
)
def cancel_meeting(number: Number, body: Because, desk: DeskOf) -> Response:
    """Call a meeting off; those invited are told."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = meetings.find(session, number)
        meetings.cancel(session, desk.office, row, by=desk.by, now=now, reason=body.reason)
        return _meeting(row, "meeting.cancel")

    return desk.send(desk.keyed(body).together(act))


# Editions


@router.get("/programmes", responses=PROGRAMMES)
def list_programmes(desk: DeskOf, request: Request) -> Response:
    """The editions that are loaded."""
    with desk.office.reading() as session:
        told = [
            {
                "programme": row.programme,
                "edition": row.edition,
                "name": desk.office.programme(row).name(_language(request)),
                "loaded": row.loaded_at.date().isoformat(),
            }
            for row in programmes.listing(session)
        ]
    return desk.tell({"programmes": told})


@router.get("/programmes/{programme}/changes", responses=CHANGES)
def list_changes(
    programme: Annotated[str, Path(pattern="^[a-z0-9-]{1,64}$", description="The programme.")],
    old: Annotated[str, Query(pattern="^[0-9]{4}-[0-9]{1,3}$", examples=["2026-1"])],
    new: Annotated[str, Query(pattern="^[0-9]{4}-[0-9]{1,3}$", examples=["2027-1"])],
    desk: DeskOf,
    request: Request,
) -> Response:
    """What the edition `new` says otherwise than `old`, in words."""
    with desk.office.reading() as session:
        before, after = (
            desk.office.programme(programmes.find(session, programme, edition))
            for edition in (old, new)
        )
    return desk.tell({"changes": editions.differences(before, after, _language(request))})


# Lists of organisations


@router.post("/imports", responses=IMPORT, status_code=201, openapi_extra=KEY_HEADER)
def import_organisations(body: ImportedFile, desk: DeskOf, request: Request) -> Response:
    """Enrol the organisations of a CSV file. Lines that cannot be taken are told, the others are
    taken; the same file again goes on where it stopped."""
    sheet = imports.read(body.csv.encode())
    if sheet.count > MOST_ROWS:
        raise BadInput(
            N_("At most %(most)s lines are taken at once: use merke import, or split the file."),
            most=MOST_ROWS,
        )
    language = _language(request)

    def content(came: imports.Told) -> Content:
        return {
            "act": "import.organisations",
            "rows": sheet.count,
            "taken": came.taken,
            "before": came.before,
            "faults": [
                {
                    "line": line,
                    "code": problems.code_of(fault),
                    "detail": texts.explain(fault, language),
                }
                for line, fault in came.faults
            ],
            **({"namesakes": _namesakes(came)} if body.dry_run else {}),
            "dryRun": body.dry_run,
            "links": {"self": f"{ROOT}/participations"},
        }

    if body.dry_run:
        return desk.tell(content(imports.rehearse(desk.office, sheet, body.programme)))
    came: list[imports.Told] = []

    def act() -> None:
        came.append(imports.run(desk.office, sheet, body.programme, by=desk.by))

    def told(_: Session, since: datetime | None) -> Content | None:
        # One that was cut off is done again: it goes on where it stopped.
        return content(came[0]) if came and since is None else None

    return desk.send(desk.keyed(body).apart(act, told))


def _namesakes(came: imports.Told) -> list[Content]:
    """Lines whose names are in the record, or stand in the file, already."""
    return [{"line": line, "name": name, "slug": slug} for line, name, slug in came.namesakes]


# The log


@router.get("/audit", responses=AUDIT)
def audit_of_the_log(request: Request, desk: DeskOf) -> Response:
    """Whether the log is whole: its chain and its signed checkpoints, read anew by other code.
    What was issued is checked again by `merke audit`, on the machine."""
    with desk.office.reading() as session:
        log = recheck.log(session.connection())
        newest = checkpoints.newest(session)
        content: Content = {
            **log.json(),
            "findings": [
                {**found.json(), "detail": found.text(_language(request))} for found in log.findings
            ],
            "checkpoint": None
            if newest is None
            else {"day": newest.day.isoformat(), "number": newest.number, "jws": newest.jws},
        }
    return desk.tell(content)
