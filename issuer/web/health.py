"""How this service is: whether requests should be sent to it, and what somebody must do.

The words are in English: they are for whoever runs it, and stand in logs and monitors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from issuer import days, restorations
from issuer.errors import IssuerError
from issuer.office import Office
from issuer.record.tables import StatusList
from keys.ring import RingError

# Lists hold seven days and are signed daily: with less than this left nobody is doing it.
LEAST_LEFT = timedelta(days=2)


@dataclass(frozen=True)
class ListState:
    """One published list. `behind`: the record knows a revocation that it does not show; `held`:
    after a restore it is not given out."""

    number: int
    holds_until: datetime | None
    behind: bool
    held: bool = False

    def json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "holdsUntil": days.timestamp(self.holds_until) if self.holds_until else None,
            "behind": self.behind,
            "held": self.held,
        }


@dataclass(frozen=True)
class Readiness:
    """`words` says what is wrong and what to do; `ready` may be true all the same."""

    ready: bool
    keys: str
    lists: tuple[ListState, ...]
    words: tuple[str, ...]
    at: datetime

    def json(self) -> dict[str, Any]:
        ends = [state.holds_until for state in self.lists if state.holds_until]
        return {
            "ready": self.ready,
            "keys": self.keys,
            "listsHoldUntil": days.timestamp(min(ends)) if ends else None,
            "lists": [state.json() for state in self.lists],
            "words": list(self.words),
            "at": days.timestamp(self.at),
        }


def readiness(office: Office) -> Readiness:
    now = office.now()
    keys = _keys(office)
    try:
        with office.reading() as session:
            lists = tuple(
                ListState(
                    row.number,
                    row.valid_until,
                    behind=row.signed_version != row.version,
                    held=row.held_at is not None,
                )
                for row in session.query(StatusList).order_by(StatusList.number)
            )
            waits = bool(restorations.unacknowledged(session))
    except IssuerError as fault:
        return Readiness(False, keys, (), (f"The record cannot be read: {fault}",), now)
    return judged(keys, lists, now, newest=office.is_newest(), waits=waits)


def _keys(office: Office) -> str:
    try:
        return "locked" if office.ring.locked else "unlocked"
    except (RingError, OSError):
        return "unreadable"


def judged(
    keys: str,
    lists: tuple[ListState, ...],
    now: datetime,
    *,
    newest: bool = True,
    waits: bool = False,
) -> Readiness:
    """Not ready: a list is behind the record, or has run out or is about to. A record that was put
    back from an older state goes on serving pages, and says what is to be done."""
    late = [each for each in lists if not each.held and (each.behind or _runs_out(each, now))]
    words = (
        *_of_record(lists, newest=newest, waits=waits),
        *_of_keys(keys, lists),
        *(_of_list(each, keys, now) for each in late),
    )
    ready = not late and keys != "unreadable"
    return Readiness(ready, keys, lists, words, now)


def _runs_out(each: ListState, now: datetime) -> bool:
    return each.holds_until is None or each.holds_until - now < LEAST_LEFT


def _of_record(lists: tuple[ListState, ...], *, newest: bool, waits: bool) -> Iterator[str]:
    if waits or not newest:
        what = "was restored from an older state" if waits else "is not the newest known here"
        yield (
            f"The record {what}: nothing is signed until that is acknowledged (merke record"
            " acknowledge)."
        )
    held = ", ".join(str(each.number) for each in lists if each.held)
    if held:
        yield (
            f"Held back after a restore: status list {held}. Others cannot tell whether badges on"
            " it are revoked until its last published copy is supplied (merke record supply)."
        )


def _of_keys(keys: str, lists: tuple[ListState, ...]) -> Iterator[str]:
    if keys == "unreadable":
        yield "The key file cannot be read: nothing can be signed. See the log."
    if keys == "locked":
        ends = [each.holds_until for each in lists if each.holds_until]
        until = f" The published lists hold until {days.timestamp(min(ends))}." if ends else ""
        yield (
            "The keys are locked: nothing can be signed. Start again with"
            f" MERKE_PASSPHRASE_FILE naming the passphrase file.{until}"
        )


def _of_list(each: ListState, keys: str, now: datetime) -> str:
    cause = "" if keys == "unlocked" else f" The keys are {keys}, so it cannot be signed."
    if each.behind:
        return (
            f"Status list {each.number} does not show a revocation that the record holds: it has"
            f" to be signed and published (merke tick).{cause}"
        )
    if each.holds_until is None:
        return f"Status list {each.number} was never signed (merke tick).{cause}"
    ends = days.timestamp(each.holds_until)
    if each.holds_until <= now:
        return (
            f"Status list {each.number} ran out at {ends}: nobody can tell whether our badges"
            f" are revoked until it is signed again (merke tick).{cause}"
        )
    return f"Status list {each.number} runs out at {ends} (merke tick signs it again).{cause}"
