"""Tasks: what waits for staff. Each has a key, so that the same thing is asked only once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from issuer import audit, names
from issuer.errors import NotFound, Refused
from issuer.places import PLACES
from issuer.programme import Programme
from issuer.record.post import Task
from issuer.record.tables import Cycle, Participation
from issuer.texts import N_, translate

# What each kind of task asks for, in one sentence.
WORDS = {
    "enquiry.waits": N_("Somebody asks about the mark. See merke organisation enquiries."),
    "award.waits": N_("An award was put forward by %(by)s and waits for somebody else to seal it."),
    "name.alike": N_(
        "The name is written like that of another one here, %(like)s. Make sure that they are two"
        " who may both bear it."
    ),
    "name.mixed": N_(
        "The name mixes letters of two alphabets that look alike. Make sure that it imitates"
        " nobody."
    ),
    "meeting.record": N_("A meeting was held. Record what came of it."),
    "measure.past": N_("A measure of the plan is past its date. Ask how it goes."),
    "participation.silent": N_("Nothing has happened for long. Get in touch."),
    "contact.missing": N_("A mail could not be written: there is nobody to write to."),
    "contact.bounced": N_("Mail to the %(place)s came back: ask for a new address."),
    "letter.failed": N_("A mail was given up. Look at why with merke mail show."),
    "letter.bounced": N_("A mail may not have arrived. Look at why with merke mail show."),
    "mail.returned": N_("The mailbox of mail that came back cannot be read (merke mail bounces)."),
    "mail.server": N_("The mail server cannot be used. Mails wait until it can."),
    "key.old": N_("A key has grown old. Make its successor with merke keys new."),
}


def ask(
    session: Session,
    key: str,
    kind: str,
    *,
    now: datetime,
    participation: Participation | None = None,
    due: date | None = None,
    **details: Any,
) -> bool:
    """Put a task before staff, unless one with this key was ever there. Whether it is new."""
    if kind not in WORDS:
        raise ValueError(f"{kind} is no kind of task")
    if session.scalar(select(Task.id).where(Task.key == key)) is not None:
        return False
    session.add(
        Task(
            key=key,
            kind=kind,
            participation_id=None if participation is None else participation.id,
            details=details,
            created_at=now,
            due=due,
        )
    )
    session.flush()
    return True


def waiting(session: Session, *, after: int = 0, most: int | None = None) -> list[Task]:
    """The tasks that are not done, eldest first; those after the number `after`."""
    query = select(Task).where(Task.done_at.is_(None), Task.id > after).order_by(Task.id)
    return list(session.scalars(query if most is None else query.limit(most)))


def done(session: Session, number: int, *, by: str, now: datetime, reason: str = "") -> Task:
    """Mark a task as done. Raises `NotFound`, `Refused` if it was done already."""
    row = session.get(Task, number)
    if row is None:
        raise NotFound(N_("No task has the number %(number)s."), number=number)
    if row.done_at is not None:
        raise Refused(
            N_("The task %(number)s was done on %(day)s."),
            number=number,
            day=row.done_at.date().isoformat(),
        )
    row.done_at = now
    row.done_by = names.clean(by)
    session.flush()
    audit.write(
        session, "task.done", f"task:{number}", by=by, reason=reason, now=now, kind=row.kind
    )
    return row


def settle(session: Session, about: str, *, by: str, now: datetime) -> None:
    """What was asked by keys that begin with `about` is answered: nobody waits for it now."""
    waits = (Task.key.startswith(about, autoescape=True), Task.done_at.is_(None))
    session.execute(update(Task).where(*waits).values(done_at=now, done_by=by))


def ask_for_second(session: Session, cycle: Cycle, programme: Programme, *, now: datetime) -> None:
    """The award of `cycle` was put forward: where `programme` asks for two people, it waits for
    another one."""
    if programme.deciders < 2 or cycle.prepared_by is None:
        return
    key, by, about = f"award:{cycle.id}", cycle.prepared_by, cycle.participation
    if not ask(session, key, "award.waits", now=now, participation=about, by=by):
        # Put forward once more, by the same or by another.
        again = {"details": {"by": by}, "created_at": now, "done_at": None, "done_by": None}
        session.execute(update(Task).where(Task.key == key).values(again))


def settle_second(session: Session, about: Participation, *, by: str, now: datetime) -> None:
    """Of `about` no award waits for a second person any more."""
    waits = (
        Task.participation_id == about.id,
        Task.kind == "award.waits",
        Task.done_at.is_(None),
    )
    session.execute(update(Task).where(*waits).values(done_at=now, done_by=by))


def told(row: Task, language: str) -> str:
    """The sentence of a task in `language`."""
    place = PLACES.get(row.details.get("place", ""))
    values = {} if place is None else {"place": translate(language, place)}
    values.update({name: row.details[name] for name in ("by", "like") if name in row.details})
    return translate(language, WORDS[row.kind], **values)


def json(session: Session, row: Task, language: str) -> dict[str, Any]:
    """A task for machines, with its sentence in `language`."""
    about = session.scalar(
        select(Participation.slug).where(Participation.id == row.participation_id)
    )
    return {
        "number": row.id,
        "kind": row.kind,
        "text": told(row, language),
        "participation": about,
        "due": None if row.due is None else row.due.isoformat(),
        "createdAt": row.created_at.isoformat(),
        "doneAt": None if row.done_at is None else row.done_at.isoformat(),
        "details": row.details,
    }
