"""A signed checkpoint a day: how far the audit chain had come when the day (UTC) ended.

Kept beside the chain and handed out to whoever asks, it binds the issuer: an entry changed
or taken out later no longer fits a checkpoint that somebody else may hold.
"""

import logging
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import proofs
from issuer.errors import KeysLocked
from issuer.office import Office
from issuer.record.tables import AuditEntry, Checkpoint
from keys.ring import Purpose

log = logging.getLogger(__name__)


def sign_due(office: Office) -> date | None:
    """Sign yesterday's checkpoint if there is none; return its day, None if nothing was due.

    Days on which nothing ran are not made up for: the next checkpoint covers them. With
    locked keys nothing is signed and nothing raised.
    """
    now = office.now()
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    with office.reading() as session:
        if session.get(Checkpoint, yesterday) is not None or _end(session, yesterday) is None:
            return None
    try:
        key = office.signing_key(Purpose.AUDIT, now)
    except KeysLocked:
        log.warning("keys are locked: the checkpoint of %s cannot be signed", yesterday)
        return None
    with office.transaction() as session:
        entry = _end(session, yesterday)
        if entry is None or session.get(Checkpoint, yesterday) is not None:
            return None
        said = {
            "iss": office.settings.did,
            "day": yesterday.isoformat(),
            "number": entry.number,
            "hash": entry.hash,
            "iat": int(now.timestamp()),
        }
        session.add(
            Checkpoint(
                day=yesterday,
                number=entry.number,
                hash=entry.hash,
                signed_at=now,
                signed_by=key.fragment,
                jws=proofs.checkpoint_jwt(said, office.ring, key).decode("ascii"),
            )
        )
    return yesterday


def _end(session: Session, day: date) -> AuditEntry | None:
    """The last entry of the chain up to the end of `day`."""
    over = datetime.combine(day + timedelta(days=1), time(), UTC)
    return session.scalars(
        select(AuditEntry).where(AuditEntry.at < over).order_by(AuditEntry.number.desc()).limit(1)
    ).first()


def newest(session: Session) -> Checkpoint | None:
    return session.scalars(select(Checkpoint).order_by(Checkpoint.day.desc()).limit(1)).first()
