"""The staff's interface to courses, whom they serve, and to the measures of a plan."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from issuer import courses, days, measures, participations
from issuer.record.life import Course, Measure
from issuer.record.tables import Participation
from issuer.requirements import MeasureState
from issuer.texts import N_
from issuer.web import problems
from issuer.web.faults import Fault
from issuer.web.idempotency import Content
from issuer.web.models_life import (
    Attendance,
    ChangedMeasure,
    MeasureOutcome,
    MeasureStep,
    NewCourse,
    NewMeasure,
)
from issuer.web.openapi import KEY_HEADER
from issuer.web.openapi_life import (
    ATTENDANCE,
    COURSE,
    COURSE_ACT,
    COURSES,
    MEASURE_ACT,
    MEASURES,
)
from issuer.web.problems import Problem
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
CourseId = Annotated[str, Path(pattern="^[a-z0-9-]{3,60}$", description="The course.")]
Position = Annotated[int, Path(ge=1, le=1000, description="The measure's number in the plan.")]


# Courses


@router.get("/courses", responses=COURSES)
def list_courses(
    desk: DeskOf,
    programme: Annotated[str | None, Query(max_length=64)] = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 50,
) -> Response:
    """All courses, the newest first. Page by page: follow `next`."""
    after = read_cursor(cursor, date, str)
    with desk.office.reading() as session:
        rows = courses.listing(session, programme, after=after, most=limit + 1)
    content: Content = {"courses": [courses.json(row) for row in rows[:limit]], "next": None}
    if len(rows) > limit:
        place = courses.place(rows[limit - 1])
        content["next"] = next_part("/courses", place, limit, programme=programme or None)
    return desk.tell(content)


@router.get("/courses/{course}", responses=COURSE)
def one_course(course: CourseId, desk: DeskOf) -> Response:
    """A course, and whom it serves."""
    with desk.office.reading() as session:
        row = courses.find(session, course)
        return desk.tell({**courses.json(row), "attended": courses.attended(session, row)})


def _course(row: Course, act: str, **more: Any) -> Content:
    links = {"self": f"{ROOT}/courses/{row.id}"}
    return {"act": act, "course": courses.json(row), **more, "links": links}


@router.post("/courses", responses=COURSE_ACT, status_code=201, openapi_extra=KEY_HEADER)
def add_course(body: NewCourse, desk: DeskOf) -> Response:
    """Write down a course that was held."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        edition = participations.newest_edition(session, body.programme)
        row = courses.add(
            session,
            desk.office.programme(edition),
            title=body.title,
            day=body.day,
            hours=body.hours,
            held_by=body.held_by,
            by=desk.by,
            reason=body.reason or "",
            now=now,
        )
        return 201, _course(row, "course.add")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/courses/{course}/attendance",
    responses=ATTENDANCE,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def attend_course(course: CourseId, body: Attendance, desk: DeskOf) -> Response:
    """Accept the course for each of these participants: for all of them, or for none."""
    numbers = {each.slug: each.number for each in body.participants}
    if len(numbers) < len(body.participants):
        message = N_("Each participant stands here once.")
        raise Problem("request.invalid", errors=[Fault("body", "/participants", "twice", message)])
    keyed = desk.keyed(body)

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = courses.find(session, course)
        with session.begin_nested() as point:
            told = courses.attend(session, row, numbers, desk.office.programme, by=desk.by, now=now)
            faults = [
                Fault(
                    "body",
                    f"/participants/{place}",
                    problems.code_of(fault),
                    fault.message,
                    fault.values,
                )
                for place, each in enumerate(told)
                if (fault := each.fault) is not None
            ]
            if faults or body.dry_run:
                point.rollback()
        if faults:
            refusal = Problem("refused", errors=faults)
            said = problems.told(refusal, keyed.language)
            return said.status, said.json(desk.office.settings.base_url)
        row = courses.find(session, course)
        served = [{"slug": each.slug, "requirement": each.requirement} for each in told]
        content = _course(row, "course.attend", attended=served, dryRun=body.dry_run)
        return (200 if body.dry_run else 201), content

    return desk.send(keyed.together(act))


# Measures


@router.get("/participations/{slug}/measures", responses=MEASURES)
def list_measures(slug: Slug, desk: DeskOf, late: bool = False) -> Response:
    """The measures of the plan accepted last; with `late`, those past their date and not done."""
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        zone = desk.office.programme(row.cycles[-1].edition).timezone
        today = days.day_of(desk.office.now(), zone)
        told = [
            measures.json(each)
            for each in measures.of_last_plan(row)
            if not late or measures.is_late(each, today)
        ]
    return desk.tell({"measures": told})


def _measure(desk: Desk, row: Participation, measure: Measure, act: str) -> Content:
    return {**desk.changed(row, act), "measure": measures.json(measure)}


@router.post(
    "/participations/{slug}/measures",
    responses=MEASURE_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def add_measure(slug: Slug, body: NewMeasure, desk: DeskOf) -> Response:
    """Take one more measure into the plan in force. The next plan can show it."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        measure = measures.add(
            session,
            row,
            body.facts,
            desk.office.programme,
            by=desk.by,
            now=now,
            reason=body.reason,
        )
        return 201, _measure(desk, row, measure, "measure.add")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/measures/{number}/change",
    responses=MEASURE_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def change_measure(slug: Slug, number: Position, body: ChangedMeasure, desk: DeskOf) -> Response:
    """Give a measure another date, or take it out of what is shown of the plan."""
    if body.due is None and body.public is None:
        message = N_("Name something to change.")
        raise Problem("request.invalid", errors=[Fault("body", "", "missing", message)])

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        measure = measures.change(
            session,
            row,
            number,
            desk.office.programme,
            due=body.due,
            public=body.public,
            by=desk.by,
            now=now,
            reason=body.reason,
        )
        return 201, _measure(desk, row, measure, "measure.change")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/measures/{number}/state",
    responses=MEASURE_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def advance_measure(slug: Slug, number: Position, body: MeasureStep, desk: DeskOf) -> Response:
    """A measure is under way, or done. It never goes back."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        state = MeasureState(body.state)
        measure = measures.advance(
            session, row, number, state, by=desk.by, now=now, reason=body.reason
        )
        return 201, _measure(desk, row, measure, "measure.state")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/measures/{number}/outcome",
    responses=MEASURE_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def settle_measure(slug: Slug, number: Position, body: MeasureOutcome, desk: DeskOf) -> Response:
    """Say what became of a measure, before the next plan is accepted."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        measure = measures.settle(
            session, row, number, body.outcome, by=desk.by, now=now, reason=body.reason
        )
        return 201, _measure(desk, row, measure, "measure.outcome")

    return desk.send(desk.keyed(body).together(act))
