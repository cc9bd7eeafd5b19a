"""The register as it stands within a transaction that is not at its end."""

from contextlib import nullcontext
from datetime import date, datetime

from sqlalchemy.orm import Session

from issuer import register
from issuer.register_entry import Entry, Question
from tests.support.office import BASE


def read(
    session: Session, now: datetime, *, on: date | None = None, base_url: str = BASE
) -> tuple[Entry, ...]:
    question = Question(base_url, now, on=on)
    return tuple(register.entries(question, lambda: nullcontext(session)))
