"""What is forgotten by itself, when its time is over: texts, addresses, answers, reports.

The rows stay where something else rests on them: that a letter was sent, when and of which
kind; that there was an enquiry, and what came of it. `issuer.erasure` is what somebody decides.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, update

from issuer import audit
from issuer.erasure import ERASED
from issuer.office import Office
from issuer.record.access import KEPT_FOR, IdempotencyKey
from issuer.record.life import Enquiry
from issuer.record.post import Bounce, Letter


def run(office: Office, now: datetime) -> None:
    """Forget what is due. After `letter_days` the texts of letters and reports about mail; after
    `contact_days` to whom letters went, and whom to call about an enquiry that was decided;
    answers that are not given again."""
    times = office.settings.calendar
    texts, people = (now - timedelta(days=each) for each in (times.letter_days, times.contact_days))
    over = Letter.state != "waiting"
    old = (over, Letter.created_at < max(texts, people), func.length(Letter.message) > 0)
    addressed = (over, Letter.created_at < people, Letter.recipient != ERASED)
    asked = (Enquiry.outcome_at < people, Enquiry.contact_email != ERASED)
    stale = (IdempotencyKey.created_at <= now - KEPT_FOR,)
    with office.reading() as session:
        wanted: tuple[Select[Any], ...] = (
            select(Letter.id).where(*old),
            select(Letter.id).where(*addressed),
            select(Enquiry.id).where(*asked),
            select(Bounce.digest).where(Bounce.at < texts),
            select(IdempotencyKey.key).where(*stale),
        )
        if all(session.scalar(each.limit(1)) is None for each in wanted):
            return
    with office.transaction() as session:
        session.execute(update(Letter).where(*old).values(message=b""))
        unnamed = {"recipient": ERASED, "last_fault": None, "contact_id": None}
        session.execute(update(Letter).where(*addressed).values(unnamed))
        session.execute(delete(Bounce).where(Bounce.at < texts))
        session.execute(delete(IdempotencyKey).where(*stale))
        for row in session.scalars(select(Enquiry).where(*asked)).all():
            row.name = row.contact_name = row.contact_email = ERASED
            row.number = row.contact_phone = None
            row.message = ""
            session.flush()
            audit.write(session, "enquiry.forget", row.id, by="merke", now=now)
