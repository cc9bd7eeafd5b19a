"""A witness beside the record: how far the audit chain had come when it was last written.

The database can be replaced by an older copy, or by an empty one, and would not know it: a
status place could be used twice, a revocation undone. So the number and hash of the last
audit entry are kept in a file of their own. A record in which that entry is missing is not
the newest one, and nothing is signed from it, until somebody has said that it is gone on with
(`issuer.restored`).
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer import audit
from issuer.errors import RecordBehind
from issuer.record.tables import AuditEntry, Restoration, StatusList
from issuer.texts import N_


@dataclass(frozen=True)
class Seen:
    """The last entry that was witnessed, its moment, and how many status lists there were.

    What was written before 2026-12 holds only the entry.
    """

    number: int
    hash: str
    at: datetime | None = None
    lists: int | None = None

    def json(self) -> str:
        at = None if self.at is None else self.at.astimezone(UTC).isoformat()
        content = {"number": self.number, "hash": self.hash, "at": at, "lists": self.lists}
        return json.dumps(content) + "\n"


def read(path: Path) -> Seen | None:
    """What was witnessed, None before the first entry. Raises `RecordBehind` for what is broken."""
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        at, lists = content.get("at"), content.get("lists")
        return Seen(
            int(content["number"]),
            str(content["hash"]),
            None if at is None else datetime.fromisoformat(at),
            None if lists is None else int(lists),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise _behind(path) from error


def check(session: Session, path: Path) -> None:
    """Raise `RecordBehind` unless the record holds the entry that was last witnessed, or it was
    acknowledged that it does not."""
    seen = read(path)
    if seen is not None and not _is_known(session, seen):
        raise _behind(path)


def _is_known(session: Session, seen: Seen) -> bool:
    return _stands(session, seen) or _is_given_up(session, seen)


def _stands(session: Session, seen: Seen) -> bool:
    entry = session.get(AuditEntry, seen.number)
    return entry is not None and entry.hash == seen.hash


def _is_given_up(session: Session, seen: Seen) -> bool:
    """Whether it was witnessed of a history that was given up: all of it happened before that."""
    asked = select(Restoration).where(Restoration.acknowledged_at.is_not(None))
    if seen.at is not None:
        asked = asked.where(Restoration.at > seen.at)
    return session.scalars(asked.limit(1)).first() is not None


def _behind(path: Path) -> RecordBehind:
    return RecordBehind(
        N_(
            "The record is not the newest one that was worked with here (%(witness)s tells)."
            " Nothing is signed from it: a revocation could be undone. Put back the newest one; if"
            " there is none, read docs/running.md, then `merke record acknowledge`. Pages and"
            " verification go on meanwhile."
        ),
        witness=path.name,
    )


def seen_in(session: Session) -> Seen | None:
    """What there is to witness now."""
    entry = audit.last(session)
    if entry is None:
        return None
    lists = session.scalar(select(func.max(StatusList.number))) or 0
    return Seen(entry.number, entry.hash, entry.at, lists)


def update(session: Session, path: Path) -> None:
    """Write down how far the record has come. Called after a commit; never goes back, and never
    covers up that the record is another than the one that was witnessed."""
    now = seen_in(session)
    if now is None:
        return
    with _alone(path):
        before = read(path)
        if before is not None:
            if _stands(session, before):
                whole = before.at is not None
                if before.number > now.number or (before.number == now.number and whole):
                    return
            elif not _is_given_up(session, before):
                return
        _write(path, now)


def _write(path: Path, seen: Seen) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(seen.json())
    fresh.chmod(0o600)
    os.replace(fresh, path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep two processes from writing at once."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
