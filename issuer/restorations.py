"""What the record knows of having been gone on with from an older state.

The rows only; what is done about them is `issuer.restored`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer import audit
from issuer.record.tables import Restoration, StatusList
from issuer.witness import Seen

# Numbers of lists have at most six digits in their address.
_LAST_LIST = 900_000
_LEAP = 1_000


def mark(session: Session, seen: Seen | None, now: datetime) -> Restoration:
    """Note that the record as it stands is gone on with from an older state. `seen` is what was
    witnessed of the history that is given up, if that is known."""
    last = audit.last(session)
    highest = session.scalar(select(func.max(StatusList.number))) or 0
    for row in session.scalars(select(StatusList)):
        row.closed_at = row.closed_at or now
        row.held_at = row.held_at or now
    number = (session.scalar(select(func.max(Restoration.number))) or 0) + 1
    restoration = Restoration(
        number=number,
        at=now,
        last_entry=0 if last is None else last.number,
        last_at=now if last is None else last.at,
        first_list=_unused(highest, None if seen is None else seen.lists),
    )
    session.add(restoration)
    session.flush()
    return restoration


def _unused(highest: int, lists: int | None) -> int:
    """A number that no list had, not even one that was opened after the state gone on with."""
    if lists is not None:
        return max(highest, lists) + 1
    # Nobody knows: far away, and elsewhere for each restore from the same backup.
    first = highest + _LEAP
    return first + secrets.randbelow(max(1, _LAST_LIST - first))


def unacknowledged(session: Session) -> list[Restoration]:
    asked = select(Restoration).where(Restoration.acknowledged_at.is_(None))
    return list(session.scalars(asked.order_by(Restoration.number)))


def last(session: Session) -> Restoration | None:
    asked = select(Restoration).order_by(Restoration.number.desc()).limit(1)
    return session.scalars(asked).first()


def held(session: Session) -> list[StatusList]:
    asked = select(StatusList).where(StatusList.held_at.is_not(None))
    return list(session.scalars(asked.order_by(StatusList.number)))


@dataclass(frozen=True)
class Gap:
    """What was done after `begins` and before `ends` is unknown here. `waiting`: whether anything
    still waits for somebody, so that the record may say less than is true."""

    begins: datetime
    ends: datetime | None
    waiting: bool


def gap(session: Session, *, newest: bool) -> Gap | None:
    """The last gap in the record; None where none is known of."""
    if not newest:
        entry = audit.last(session)
        return None if entry is None else Gap(entry.at, None, True)
    row = last(session)
    if row is None:
        return None
    waiting = row.acknowledged_at is None or bool(held(session))
    return Gap(row.last_at, row.at, waiting)
