"""After a restore: an older state of the record is gone on with, and what that takes.

Acts after that state are unknown here: credentials were issued, places taken, bits set. So (1)
nothing is signed until somebody has acknowledged it; (2) the status lists of before are closed: new
awards take places in new lists, with numbers that no list had; (3) those lists are held back,
for their bits would undo revocations, until the operator supplies the copy that was published
last, whose bits are set for ever, or takes it upon himself in writing to do without.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer import audit, days, participations, published_lists, status, witness
from issuer.errors import NotFound, RecordBehind, WrongState
from issuer.history import award as judged
from issuer.office import Office
from issuer.published_lists import Published
from issuer.record import database
from issuer.record.tables import (
    Award,
    AwardAct,
    Credential,
    LostPlace,
    Restoration,
    StatusEntry,
    StatusList,
)
from issuer.restorations import held, last, mark, unacknowledged
from issuer.state import Act
from issuer.texts import N_
from issuer.witness import Seen

# A list holds this long; one that had run out before the restore was not the last.
_HOLDS = status.VALID_FOR


def acknowledge(office: Office, *, by: str, reason: str) -> Restoration:
    """Go on with the record as it stands: sealing is possible again, in new lists.

    Raises `WrongState` where there is nothing to acknowledge.
    """
    why = participations.check_reason(reason)
    by = participations.check_person(by)
    now = office.now()
    with office.transaction() as session:
        waiting = unacknowledged(session)
        if not waiting and not _is_newest(session, office):
            waiting = [mark(session, _seen(office), now)]
        if not waiting:
            raise WrongState(
                N_("The record is the newest one that is known of: nothing is to be acknowledged.")
            )
        for row in waiting:
            row.acknowledged_at = now
        audit.write(
            session,
            "record.acknowledge",
            office.settings.did,
            by=by,
            reason=why,
            now=now,
            last_entry=waiting[-1].last_entry,
            held=[row.number for row in held(session)],
        )
    return waiting[-1]


def _is_newest(session: Session, office: Office) -> bool:
    try:
        witness.check(session, office.folder.witness)
    except RecordBehind:
        return False
    return True


def _seen(office: Office) -> Seen | None:
    try:
        return witness.read(office.folder.witness)
    except RecordBehind:
        return None


@dataclass(frozen=True)
class Supplied:
    """What a published copy said that the record did not know.

    `lost`: how many places of credentials that are unknown here; `suspended`: slugs of awards
    whose credential it shows as revoked; `released`: whether the list is published again.
    """

    number: int
    lost: int
    suspended: tuple[str, ...]
    released: bool


def supply(
    office: Office, copies: Iterable[tuple[str, bytes]], *, by: str, reason: str
) -> list[Supplied]:
    """Take over the bits of published status lists: `(name of the file, its bytes)`.

    Each must be signed by a key of ours and be of a list that is held. What it shows as revoked
    is revoked here from now on; an award that loses its credential so is suspended, for nobody
    knows any more why. A copy that had run out before the restore cannot have been the last
    one: its bits count, and the list stays held.
    """
    why = participations.check_reason(reason)
    by = participations.check_person(by)
    read = [published_lists.read(office, name, content) for name, content in copies]
    now = office.now()
    with office.transaction() as session:
        done = [_take_over(session, office, each, by=by, reason=why, now=now) for each in read]
    status.publish_soon(office)
    return done


def _take_over(
    session: Session, office: Office, copy: Published, *, by: str, reason: str, now: datetime
) -> Supplied:
    since = last(session)
    row = session.get(StatusList, copy.number)
    if row is None and since is not None and copy.number < since.first_list:
        # Opened after the state that was gone on with.
        row = StatusList(number=copy.number, version=1, closed_at=now, held_at=now)
        session.add(row)
        session.flush()
    if row is None or row.held_at is None or since is None:
        raise WrongState(
            N_("Status list %(number)s is not held back, so no copy of it is needed."),
            number=copy.number,
        )
    lost, revoked = _new_bits(session, copy)
    for entry in revoked:
        status.revoke(session, entry, Act.SUSPEND, now)
    session.add_all(
        LostPlace(list_number=copy.number, position=position, found_at=now) for position in lost
    )
    released = copy.valid_from + _HOLDS > since.at
    if released:
        row.held_at = None
    row.version += 1
    session.flush()
    suspended = _suspend(session, [entry.credential_id for entry in revoked], now)
    audit.write(
        session,
        "status.supply",
        f"{office.settings.base_url}{status.list_path(copy.number)}",
        by=by,
        reason=reason,
        now=now,
        signed=copy.valid_from.isoformat(),
        sha256=copy.digest,
        lost=lost,
        revoked=[entry.credential_id for entry in revoked],
        released=released,
    )
    return Supplied(copy.number, len(lost), tuple(suspended), released)


def _new_bits(session: Session, copy: Published) -> tuple[list[int], list[StatusEntry]]:
    """Places of unknown credentials, and entries, that are set in the copy and not here."""
    entries = {
        entry.position: entry
        for entry in session.scalars(
            select(StatusEntry).where(StatusEntry.list_number == copy.number)
        )
    }
    lost_before = set(
        session.scalars(select(LostPlace.position).where(LostPlace.list_number == copy.number))
    )
    lost = [p for p in copy.revoked if p not in entries and p not in lost_before]
    revoked = [entries[p] for p in copy.revoked if p in entries and entries[p].revoked_at is None]
    return lost, revoked


def _suspend(session: Session, credentials: list[str], now: datetime) -> list[str]:
    """Suspend the awards whose credentials were found revoked, where they are in force."""
    suspended = []
    for identifier in credentials:
        award: Award = session.get_one(Credential, identifier).award
        over = award.valid_until + timedelta(seconds=1) <= now
        if over or judged(award).end(now) or judged(award).suspension(now):
            continue
        slug = award.cycle.participation.slug
        reason = "The published status list shows it as revoked; the backup does not know why."
        award.acts.append(AwardAct(act=Act.SUSPEND.value, at=now, by="merke", reason=reason))
        session.flush()
        audit.write(
            session, "award.suspend", slug, by="merke", reason=reason, now=now, code=award.code
        )
        suspended.append(slug)
    return suspended


def release(office: Office, number: int, *, by: str, reason: str) -> None:
    """Publish a held list by what the record knows, without the copy that was published last.

    Whoever does this takes it upon himself: what was revoked after the state that was gone on
    with may count as valid again for others. The reason stands in the log.
    """
    why = participations.check_reason(reason)
    by = participations.check_person(by)
    now = office.now()
    with office.transaction() as session:
        row = session.get(StatusList, number)
        if row is None:
            raise NotFound(N_("There is no status list %(number)s."), number=number)
        if row.held_at is None:
            raise WrongState(
                N_("Status list %(number)s is not held back, so no copy of it is needed."),
                number=number,
            )
        row.held_at = None
        row.version += 1
        session.flush()
        audit.write(
            session,
            "status.release",
            f"{office.settings.base_url}{status.list_path(number)}",
            by=by,
            reason=why,
            now=now,
        )
    status.publish_soon(office)


@dataclass(frozen=True)
class Standing:
    """Where the record stands, for whoever runs it."""

    kept_by: str
    schema: str
    entry: int
    newest: bool
    acknowledged: bool
    lists: tuple[dict[str, int | str | None], ...]

    def json(self) -> dict[str, Any]:
        return {
            "kept by": self.kept_by,
            "schema": self.schema,
            "last entry": self.entry,
            "newest known": self.newest,
            "signs": self.newest and self.acknowledged,
            "lists": list(self.lists),
        }


def standing(office: Office) -> Standing:
    with office.reading() as session:
        entry = audit.last(session)
        rows = session.scalars(select(StatusList).order_by(StatusList.number)).all()
        return Standing(
            kept_by=database.description(office.engine),
            schema=database.HEAD,
            entry=0 if entry is None else entry.number,
            newest=_is_newest(session, office),
            acknowledged=not unacknowledged(session),
            lists=tuple(_of_list(session, row) for row in rows),
        )


def _of_list(session: Session, row: StatusList) -> dict[str, int | str | None]:
    entries = select(func.count()).select_from(StatusEntry)
    own = StatusEntry.list_number == row.number
    lost = select(func.count()).select_from(LostPlace).where(LostPlace.list_number == row.number)
    return {
        "number": row.number,
        "places": session.scalar(entries.where(own)),
        "revoked": session.scalar(entries.where(own, StatusEntry.revoked_at.is_not(None))),
        "unknown": session.scalar(lost),
        "signed": _moment(row.signed_at),
        "closed": _moment(row.closed_at),
        "held": _moment(row.held_at),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else days.timestamp(value)
