"""Courses: held once, they may count for several participants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from issuer import audit, days, names, participations
from issuer.errors import BadInput, IssuerError, NotFound, Refused
from issuer.programme import Kind, Programme
from issuer.record.life import Course
from issuer.record.tables import Cycle, Edition, Participation, RequirementRecord
from issuer.texts import N_


def add(
    session: Session,
    programme: Programme,
    *,
    title: str,
    day: date,
    hours: float,
    held_by: str,
    by: str,
    now: datetime,
    reason: str = "",
) -> Course:
    """Write down a course that was held; `reason` is why now, for the log."""
    why = participations.check_reason(reason) if reason else ""
    name, holder = names.clean(title), names.clean(held_by)
    if day > days.day_of(now, programme.timezone):
        raise BadInput(N_("This day has not come yet: write only what has happened."))
    if not 0 < hours <= 200:
        raise BadInput(N_("Write a number above 0, at most %(high)s."), high=200)
    row = Course(
        id=_free_id(session, f"{day.isoformat()}-{names.slug(name)}"[:56].strip("-")),
        programme=programme.slug,
        title=name,
        day=day,
        hours=hours,
        held_by=holder,
        recorded_at=now,
        recorded_by=by,
    )
    session.add(row)
    session.flush()
    audit.write(session, "course.add", row.id, by=by, reason=why, now=now, programme=row.programme)
    return row


def _free_id(session: Session, base: str) -> str:
    taken = set(session.scalars(select(Course.id).where(Course.id.startswith(base))))
    number, identifier = 1, base
    while identifier in taken:
        number += 1
        identifier = f"{base}-{number}"
    return identifier


def listing(
    session: Session,
    programme: str | None = None,
    *,
    after: tuple[date, str] | None = None,
    most: int | None = None,
) -> list[Course]:
    """All courses, the newest first: up to `most`, those after the place `after`."""
    query = select(Course).order_by(Course.day.desc(), Course.id).limit(most)
    if after is not None:
        day, identifier = after
        query = query.where(Course.day <= day, or_(Course.day < day, Course.id > identifier))
    return list(
        session.scalars(query if programme is None else query.where(Course.programme == programme))
    )


def place(row: Course) -> tuple[date, str]:
    """Where `row` stands in `listing`."""
    return row.day, row.id


def find(session: Session, identifier: str) -> Course:
    row = session.get(Course, identifier)
    if row is None:
        raise NotFound(
            N_("No course has the id %(id)s. See `merke course list`."), id=identifier[:60]
        )
    return row


@dataclass(frozen=True)
class Attended:
    """What came of one participant: the requirement that is accepted, or why not."""

    slug: str
    requirement: str | None
    fault: IssuerError | None = None


def attend(
    session: Session,
    course: Course,
    participants: Mapping[str, int],
    edition_of: Callable[[Edition], Programme],
    *,
    by: str,
    now: datetime,
) -> list[Attended]:
    """Accept the course for each of `participants` (from the slug to how many took part).

    Every one is tried, so that all faults are seen at once. The caller keeps nothing of it if
    there was one.
    """
    told = []
    for slug, number in participants.items():
        try:
            name = _attend(session, course, slug, number, edition_of, by=by, now=now)
            told.append(Attended(slug, name))
        except IssuerError as fault:
            told.append(Attended(slug, None, fault))
    return told


def _attend(
    session: Session,
    course: Course,
    slug: str,
    number: int,
    edition_of: Callable[[Edition], Programme],
    *,
    by: str,
    now: datetime,
) -> str:
    row = participations.find(session, slug)
    if row.programme != course.programme:
        raise Refused(
            N_("%(slug)s takes part in %(other)s; the course belongs to %(programme)s."),
            slug=slug,
            other=row.programme,
            programme=course.programme,
        )
    cycle = participations.current_cycle(row)
    programme = edition_of(cycle.edition)
    waiting = [
        each for each in participations.missing(programme, cycle) if each.kind is Kind.ATTENDANCE
    ]
    if not waiting:
        raise Refused(N_("%(slug)s does not need a course now."), slug=slug)
    name = waiting[0].id
    facts = {
        "date": course.day.isoformat(),
        "hours": course.hours,
        "held_by": course.held_by,
        "participants": number,
    }
    record = participations.record(session, row, programme, name, facts, by=by, now=now)
    record.course_id = course.id
    participations.accept(session, row, programme, name, by=by, now=now, reason=course.id)
    return name


def attended(session: Session, course: Course) -> list[dict[str, Any]]:
    """Whom the course serves, by address."""
    query = (
        select(Participation.slug, RequirementRecord.requirement, RequirementRecord.accepted_at)
        .join_from(RequirementRecord, Cycle)
        .join(Participation)
        .where(RequirementRecord.course_id == course.id)
        .order_by(Participation.slug)
    )
    return [
        {"slug": slug, "requirement": requirement, "accepted": accepted_at is not None}
        for slug, requirement, accepted_at in session.execute(query)
    ]


def json(course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "programme": course.programme,
        "title": course.title,
        "day": course.day.isoformat(),
        "hours": course.hours,
        "heldBy": course.held_by,
    }
