"""Mail that came back: whether a report is about a letter of ours, and what follows.

A report counts only if it carries what nobody knows but those who had the letter in hand: its
return path or its `Message-ID`. One that merely names an address is put before people, so that
a forged report silences nobody. Each report is read once, by the digest of its bytes.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Any, Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from issuer import audit, tasks
from issuer.office import Office
from issuer.post import letters, reports
from issuer.post.reports import Failure, Report
from issuer.record.life import Contact
from issuer.record.post import Bounce, Letter
from issuer.record.tables import Participation
from issuer.record.windows import Windows

# How many reports one token may hand in.
FROM_ONE: Final[RateLimitItem] = RateLimitItemPerMinute(120, namespace="bounces")


class Outcome(StrEnum):
    """What a report says: mail to the address never arrives; it is late; people have to look;
    it is about nothing of ours."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    UNCLEAR = "unclear"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Received:
    """`known`: the same report was read before, and nothing was done now."""

    outcome: Outcome
    known: bool = False


def receive(office: Office, content: bytes) -> Received:
    """Read one report, as bytes of a mail, and do what follows, in one transaction."""
    digest = hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
    report = reports.read(content, office.settings.host)
    with office.transaction() as session:
        if (seen := session.get(Bounce, digest)) is not None:
            return Received(Outcome(seen.outcome), known=True)
        now = office.now()
        letter, failure, outcome = _judged(session, report)
        status = None if failure is None else failure.status
        session.add(
            Bounce(
                digest=digest,
                at=now,
                letter_id=None if letter is None else letter.id,
                outcome=outcome.value,
                status=status,
            )
        )
        session.flush()
        if letter is not None:
            _follow(session, office, letter, failure, outcome, now)
    return Received(outcome)


def seconds_to_wait(office: Office, token: str) -> int:
    """Count one more report handed in with `token`; 0 if it is admitted, else how long to wait."""
    limiter = FixedWindowRateLimiter(Windows(office.engine, office.clock))
    if limiter.hit(FROM_ONE, token):
        return 0
    ends = limiter.get_window_stats(FROM_ONE, token).reset_time
    return max(1, ceil(ends - office.now().timestamp()))


def _judged(session: Session, report: Report) -> tuple[Letter | None, Failure | None, Outcome]:
    """The letter that `report` is about, what it says of its reader, and what that means."""
    if (letter := _carried(session, report)) is None:
        return _named(session, report)
    reader = letter.recipient.lower()
    of_reader = [each for each in report.failures if each.address.lower() == reader]
    if not of_reader:
        # A forwarded copy, or words that no program reads. A person's answer is none of it.
        if report.failures or report.automatic:
            return letter, None, Outcome.UNCLEAR
        return None, None, Outcome.FOREIGN
    failure = max(of_reader, key=lambda each: each.for_good)
    if not failure.for_good:
        return letter, failure, Outcome.TEMPORARY
    return letter, failure, Outcome.PERMANENT if _is_dead(failure) else Outcome.UNCLEAR


def _is_dead(failure: Failure) -> bool:
    """Whether the address itself is at fault. 4.x.x: its server was away for days. 5.7.x: it was
    refused as unwanted, which says something of us and would hold for all addresses there."""
    return reports.is_of_address(failure.status)


def _carried(session: Session, report: Report) -> Letter | None:
    """The letter whose own return path or `Message-ID` stands in the report."""
    return _first(session, Letter.return_path.in_(report.return_paths)) or _first(
        session, Letter.message_id.in_(report.message_ids)
    )


def _named(session: Session, report: Report) -> tuple[Letter | None, Failure | None, Outcome]:
    """A report that only names an address: anybody could have written it."""
    for failure in report.failures:
        if not failure.for_good:
            continue
        spelt = (failure.address, failure.address.lower())
        letter = _first(session, Letter.recipient.in_(spelt))
        if letter is not None:
            return letter, None, Outcome.UNCLEAR
    return None, None, Outcome.FOREIGN


def _first(session: Session, which: ColumnElement[bool]) -> Letter | None:
    """The newest such letter that ever left: a report about another one is made up."""
    left = or_(Letter.sent_at.is_not(None), Letter.attempts > 0)
    query = select(Letter).where(which, left).order_by(Letter.created_at.desc()).limit(1)
    return session.scalars(query).first()


def _follow(
    session: Session,
    office: Office,
    letter: Letter,
    failure: Failure | None,
    outcome: Outcome,
    now: datetime,
) -> None:
    """Note what became of the letter, of its reader's address, and what waits for staff."""
    about = session.get(Participation, letter.participation_id) if letter.participation_id else None
    contact = session.get(Contact, letter.contact_id) if letter.contact_id else None
    status = None if failure is None else failure.status
    if failure is not None:
        what = "came back" if failure.for_good else "late"
        letter.last_fault = f"{what}: {status or ''} {failure.said}".strip()[:300]
        if failure.for_good:
            letter.state = "given_up"
    if outcome is Outcome.TEMPORARY:
        return
    marked = outcome is Outcome.PERMANENT and contact is not None
    if marked and contact is not None and _still_counts(contact, letter):
        _mark(session, contact, about, status, now)
    elif not marked:
        tasks.ask(
            session,
            f"letter.bounced:{letter.id}",
            "letter.bounced",
            now=now,
            participation=about,
            letter=letter.id,
            mail=letter.kind,
            status=status,
        )
    if failure is not None and failure.for_good:
        letters.pass_on(session, office, letter, now=now)


def refused(
    session: Session, office: Office, letter: Letter, status: str | None, *, now: datetime
) -> bool:
    """The mail server does not know the address of `letter`, as it said while taking it: the
    same as a report by it. False where the letter is to no contact that is written to now."""
    contact = session.get(Contact, letter.contact_id) if letter.contact_id else None
    if contact is None or contact.ended_at or contact.email != letter.recipient:
        return False
    about = session.get(Participation, letter.participation_id) if letter.participation_id else None
    if contact.bounced_at is None:
        _mark(session, contact, about, status, now)
    letters.pass_on(session, office, letter, now=now)
    return True


def _mark(
    session: Session,
    contact: Contact,
    about: Participation | None,
    status: str | None,
    now: datetime,
) -> None:
    """Nothing goes to the address of `contact` from now on; staff ask for another."""
    contact.bounced_at, contact.bounce_status = now, status
    session.flush()
    slug = about.slug if about is not None else contact.organisation_id
    told: dict[str, Any] = {"place": contact.place, "status": status}
    audit.write(session, "organisation.bounce", slug, by="merke", now=now, **told)
    key = f"bounced:{contact.id}:{now.isoformat()}"
    tasks.ask(session, key, "contact.bounced", now=now, participation=about, **told)


def _still_counts(contact: Contact, letter: Letter) -> bool:
    """Whether the report says something of what is known now: the contact and its address are
    the same, and the letter left after somebody last asked to try again."""
    if contact.ended_at or contact.bounced_at or contact.email != letter.recipient:
        return False
    left = letter.sent_at or letter.created_at
    return contact.tried_again_at is None or left > contact.tried_again_at
