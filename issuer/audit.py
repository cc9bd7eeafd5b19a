"""The audit chain: every act writes one entry, in the transaction of the act itself.

An entry's hash covers its number, moment, act, subject, details, the salted digest of who
and why, and the hash before it: a changed, removed, inserted or reordered entry is found.
Who and why lie in a row of their own and can be erased without breaking the chain.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.errors import BadInput, ClockBehind
from issuer.record.tables import AuditEntry, AuditPerson
from issuer.texts import N_

_START = "0" * 64
# In a session: the entry it wrote last.
_NEWEST = "merke_newest_entry"

# Two processes of one machine read the same clock, but not in the order of their commits.
_SAME_MOMENT = timedelta(seconds=5)


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _entry_hash(entry: AuditEntry) -> str:
    return _digest(
        {
            "number": entry.number,
            "at": entry.at.isoformat(),
            "act": entry.act,
            "subject": entry.subject,
            "details": entry.details,
            "person": entry.person_digest,
            "previous": entry.previous,
        }
    )


EMPTIED = "{}"
# By this act entries are emptied; its details vouch for what is left: number → `left_of`.
_EMPTIES = "participation.erase"


def left_of(entry: AuditEntry) -> str:
    """The digest of an entry as it stands, its own hash among it."""
    return _digest({"entry": _entry_hash(entry), "hash": entry.hash})


def empty(session: Session, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Take out the details of `entries`, which hold personal data that an older version wrote
    there. The caller's entry of `_EMPTIES` has to carry what is returned as `emptied`."""
    left = {}
    for entry in entries:
        entry.details = EMPTIED
        left[str(entry.number)] = left_of(entry)
    session.flush()
    return left


def last(session: Session) -> AuditEntry | None:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).first()


def check_clock(session: Session, now: datetime) -> None:
    """Raise `ClockBehind` if the record already knows a later moment than `now`."""
    _check_clock(last(session), now)


def _check_clock(newest: AuditEntry | None, now: datetime) -> None:
    if newest is not None and now < newest.at - _SAME_MOMENT:
        raise ClockBehind(
            N_(
                "This machine's clock says %(now)s, but the record was last changed at"
                " %(last)s. Nothing is signed before that moment: set the clock, then try again."
            ),
            now=now.isoformat(timespec="seconds"),
            last=newest.at.isoformat(timespec="seconds"),
        )


def write(
    session: Session,
    act: str,
    subject: str,
    *,
    by: str,
    reason: str = "",
    now: datetime,
    **details: Any,
) -> AuditEntry:
    """Add the entry of one act to the caller's transaction. An act has somebody who did it."""
    if not by.strip():
        raise BadInput(N_("Say who acts: nothing is done without a name in the log."))
    # The transaction holds the one lock for writing: nobody else has added an entry since.
    # One that was written inside a savepoint which was undone is in the session no more.
    previous = session.info.get(_NEWEST)
    if previous is None or previous not in session:
        previous = last(session)
    _check_clock(previous, now)
    salt = secrets.token_hex(16)
    entry = AuditEntry(
        number=previous.number + 1 if previous else 1,
        at=now,
        act=act,
        subject=subject,
        details=json.dumps(details, ensure_ascii=True, sort_keys=True),
        person_digest=_digest({"salt": salt, "by": by, "reason": reason}),
        previous=previous.hash if previous else _START,
    )
    entry.hash = _entry_hash(entry)
    session.add(entry)
    session.add(AuditPerson(number=entry.number, salt=salt, by=by, reason=reason))
    session.info[_NEWEST] = entry
    return entry


def faults(session: Session) -> Iterator[str]:
    """Every place where the chain does not hold, in words; nothing if it does."""
    previous, number = _START, 0
    emptied: dict[int, str] = {}
    for later in session.scalars(select(AuditEntry).where(AuditEntry.act == _EMPTIES)):
        for which, left in json.loads(later.details).get("emptied", {}).items():
            if int(which) < later.number:
                emptied[int(which)] = left
    people = {person.number: person for person in session.scalars(select(AuditPerson))}
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.number)):
        number += 1
        if entry.number != number:
            yield f"entry {number} is missing: {entry.number} follows {number - 1}"
            number = entry.number
        if entry.previous != previous:
            yield f"entry {entry.number} does not follow the entry before it"
        if entry.hash != _entry_hash(entry) and emptied.get(entry.number) != left_of(entry):
            yield f"entry {entry.number} was changed after it was written"
        person = people.get(entry.number)
        if person is not None and entry.person_digest != _digest(
            {"salt": person.salt, "by": person.by, "reason": person.reason}
        ):
            yield f"entry {entry.number}: who or why was changed after it was written"
        previous = entry.hash
