"""Enquiries: an organisation asks about a mark. The first act, before anything is public.

What is sent is read by one set of rules, whether it came by the page or by the interface for
programs. The answer is the same whether or not the organisation is known to the office. There
is no hidden field to trap robots: programs that fill in forms for people would fill it too, and
an honest enquiry would be lost without a word; limits and people who read are enough.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from limits import RateLimitItem, RateLimitItemPerHour
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from issuer import audit, contacts, enrolling, names, participations, tasks
from issuer.characters import SELECTORS, hidden
from issuer.errors import BadInput, NotFound, Refused
from issuer.office import Office
from issuer.organisations import KINDS
from issuer.record.life import Enquiry
from issuer.record.tables import Participation
from issuer.record.windows import Windows
from issuer.texts import N_

LONGEST_MESSAGE = 4000

# What came of an enquiry, in words.
OUTCOMES: Final = {"declined": N_("declined"), "enrolled": N_("enrolled")}

# How many an hour, from one address and from all together.
FROM_ONE: Final[RateLimitItem] = RateLimitItemPerHour(5, namespace="join")
FROM_ALL: Final[RateLimitItem] = RateLimitItemPerHour(100, namespace="join")

# The same enquiry sent twice within this time is one.
_TWICE = timedelta(hours=24)


@dataclass(frozen=True)
class Asked:
    """An enquiry that may be received."""

    programme: str
    name: str
    kind: str
    number: str | None
    contact_name: str
    contact_email: str
    contact_phone: str | None
    message: str
    language: str


FIELDS: Final = (
    "name",
    "kind",
    "number",
    "contact_name",
    "contact_email",
    "contact_phone",
    "message",
)

Given = Mapping[str, str]
Faults = dict[str, BadInput]


def read(given: Given, programme: str, language: str) -> tuple[Asked | None, Faults]:
    """The enquiry that `given` makes, or what is wrong with it, by field."""
    faults: Faults = {}
    known: dict[str, str | None] = {}
    for name, check in _CHECKS.items():
        try:
            known[name] = check(given.get(name, ""))
        except BadInput as fault:
            faults[name] = fault
    if faults:
        return None, faults
    return Asked(programme=programme, language=language, **known), {}  # type: ignore[arg-type]


def _name(text: str) -> str:
    if not text.strip():
        raise BadInput(N_("Write the name the organisation goes by."))
    return names.clean(text)


def _kind(text: str) -> str:
    if text not in KINDS:
        raise BadInput(N_("Choose what fits best; “something else” will do."))
    return text


def _contact_name(text: str) -> str:
    if not text.strip():
        raise BadInput(N_("Write the name of somebody we can call."))
    return names.clean(text)


def _contact_email(text: str) -> str:
    if not text.strip():
        raise BadInput(N_("Write the e-mail address that we shall answer to."))
    return contacts.check_email(text)


def _message(text: str) -> str:
    clean = text.replace("\r\n", "\n").strip()
    if len(clean) > LONGEST_MESSAGE:
        raise BadInput(
            N_("The message has %(number)s characters; at most %(most)s are possible."),
            number=len(clean),
            most=LONGEST_MESSAGE,
        )
    if found := hidden(clean, allowed="\n\t" + SELECTORS):
        raise BadInput(
            N_("The message holds the invisible character U+%(code)s. Type that place again."),
            code=f"{ord(found):04X}",
        )
    return clean


_CHECKS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "name": _name,
    "kind": _kind,
    "number": participations.check_number,
    "contact_name": _contact_name,
    "contact_email": _contact_email,
    "contact_phone": contacts.check_phone,
    "message": _message,
}


def seconds_to_wait(office: Office, sender: str) -> int:
    """Count one more enquiry from the address `sender`; 0 if it is admitted, else how long until
    another one may be sent. Whoever has to wait is not counted."""
    limiter = FixedWindowRateLimiter(Windows(office.engine, office.clock))
    counted = ((FROM_ONE, sender), (FROM_ALL, "all"))
    full = [each for each in counted if not limiter.test(*each)]
    if not full:
        full = [each for each in counted if not limiter.hit(*each)]
    now = office.now().timestamp()
    waits = [limiter.get_window_stats(*each).reset_time - now for each in full]
    return max((max(1, ceil(wait)) for wait in waits), default=0)


def receive(session: Session, asked: Asked, *, now: datetime) -> Enquiry | None:
    """Keep an enquiry and return it. The same one again, within a day, is kept once."""
    same = select(Enquiry).where(
        Enquiry.programme == asked.programme,
        Enquiry.contact_email == asked.contact_email,
        Enquiry.name == asked.name,
        Enquiry.received_at > now - _TWICE,
        Enquiry.outcome.is_(None),
    )
    if any(_same(row, asked) for row in session.scalars(same)):
        return None
    row = Enquiry(id=str(uuid.uuid4()), received_at=now, **asdict(asked))
    session.add(row)
    session.flush()
    # Who asked stands in the enquiry alone, where it can be erased.
    tasks.ask(session, _task(row), "enquiry.waits", now=now, enquiry=row.id)
    audit.write(session, "enquiry.receive", row.id, by="merke", now=now, programme=row.programme)
    return row


def _task(row: Enquiry) -> str:
    """The key of the task to answer it. What it says names nobody."""
    return f"enquiry:{row.id}"


def _same(row: Enquiry, asked: Asked) -> bool:
    return all(getattr(row, name) == value for name, value in asdict(asked).items())


def listing(
    session: Session,
    *,
    all_: bool = False,
    after: tuple[datetime, str] | None = None,
    most: int | None = None,
) -> list[Enquiry]:
    """The enquiries that wait for an answer, or all of them, the oldest first: up to `most`,
    those after the place `after`."""
    query = select(Enquiry).order_by(Enquiry.received_at, Enquiry.id).limit(most)
    if after is not None:
        at, identifier = after
        later = or_(Enquiry.received_at > at, Enquiry.id > identifier)
        query = query.where(Enquiry.received_at >= at, later)
    return list(session.scalars(query if all_ else query.where(Enquiry.outcome.is_(None))))


def place(row: Enquiry) -> tuple[datetime, str]:
    """Where `row` stands in `listing`."""
    return row.received_at, row.id


def find(session: Session, identifier: str) -> Enquiry:
    """The enquiry of an id, or of the beginning of one that no other shares."""
    start = identifier.strip().lower()
    if len(start) < 4 or not set(start) <= set("0123456789abcdef-"):
        raise BadInput(N_("Name an enquiry by its id, or by at least the first four of it."))
    rows = list(session.scalars(select(Enquiry).where(Enquiry.id.startswith(start)).limit(2)))
    if len(rows) != 1:
        raise NotFound(
            N_("No enquiry has that id, or more than one begins like it: see the list of them.")
        )
    return rows[0]


def check_open(row: Enquiry) -> None:
    if row.outcome is not None:
        raise Refused(N_("This enquiry has been answered already."))


def decline(session: Session, row: Enquiry, *, by: str, reason: str, now: datetime) -> None:
    """Nothing comes of it. The reason stands in the log."""
    why = participations.check_reason(reason)
    check_open(row)
    row.outcome, row.outcome_at, row.outcome_by = "declined", now, by
    session.flush()
    tasks.settle(session, _task(row), by=by, now=now)
    audit.write(session, "enquiry.decline", row.id, by=by, reason=why, now=now)


def enrol(
    session: Session,
    row: Enquiry,
    *,
    by: str,
    now: datetime,
    listed: bool = False,
    name: str | None = None,
    name_language: str | None = None,
    reason: str = "",
) -> Participation:
    """Take the organisation into the programme; whom to call comes along as its first contact.

    `name` corrects the name that was written, such as one that cannot stand on the badge.
    """
    check_open(row)
    participation = enrolling.enrol(
        session,
        row.programme,
        name or row.name,
        by=by,
        now=now,
        number=row.number,
        language=name_language,
        listed=listed,
        reason=reason,
    )
    participation.organisation.kind = row.kind
    contacts.put(
        session,
        participation,
        "first",
        name=row.contact_name,
        email=row.contact_email,
        phone=row.contact_phone,
        language=row.language,
        by=by,
        now=now,
    )
    row.outcome, row.outcome_at, row.outcome_by = "enrolled", now, by
    row.participation_id = participation.id
    session.flush()
    tasks.settle(session, _task(row), by=by, now=now)
    audit.write(session, "enquiry.enrol", row.id, by=by, now=now, slug=participation.slug)
    return participation


def json(row: Enquiry) -> dict[str, Any]:
    """An enquiry as the office sees it."""
    return {
        "id": row.id,
        "programme": row.programme,
        "name": row.name,
        "kind": row.kind,
        "organisationNumber": row.number,
        "contact": {
            "name": row.contact_name,
            "email": row.contact_email,
            "phone": row.contact_phone,
        },
        "language": row.language,
        "message": row.message,
        "receivedAt": row.received_at.isoformat(),
        "outcome": row.outcome,
    }
