"""A witness beside the record: how far the audit chain had come when it was last written.

The database can be replaced by an older copy, or by an empty one, and would not know it: a
status place could be used twice, a revocation undone. So the number and hash of the last
audit entry are kept in a file of their own. A record in which that entry is missing is not
the newest one, and nothing is signed from it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from issuer import audit
from issuer.errors import RecordBehind
from issuer.record.tables import AuditEntry
from issuer.texts import N_


def read(path: Path) -> tuple[int, str] | None:
    """Number and hash of the last entry that was witnessed, None before the first."""
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        return int(content["number"]), str(content["hash"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise _behind(path) from error


def check(session: Session, path: Path) -> None:
    """Raise `RecordBehind` unless the record holds the entry that was last witnessed."""
    seen = read(path)
    if seen is None:
        return
    entry = session.get(AuditEntry, seen[0])
    if entry is None or entry.hash != seen[1]:
        raise _behind(path)


def _behind(path: Path) -> RecordBehind:
    return RecordBehind(
        N_(
            "The record is not the newest one that was worked with here (%(witness)s tells)."
            " Nothing is signed from it: a revocation could be undone. Put back the newest"
            " merke.sqlite3; pages and verification go on meanwhile."
        ),
        witness=path.name,
    )


def update(session: Session, path: Path) -> None:
    """Write down how far the record has come. Called after a commit; never goes back."""
    entry = audit.last(session)
    if entry is None:
        return
    with _alone(path):
        seen = read(path)
        if seen is not None and seen[0] >= entry.number:
            return
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"number": entry.number, "hash": entry.hash}) + "\n")
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
