"""Status lists: taking a place, setting the revocation bit, signing what is published.

A place is random, taken once and for ever. A set bit is never cleared. A list is signed
again a day after its last signature and at every change; until then its `version` is ahead
of `signed_version`, and our own verifier already answers from the record.
"""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer import audit, days, proofs
from issuer.record.tables import LostPlace, PublicKey, Restoration, StatusEntry, StatusList
from issuer.state import Act
from keys.ring import KeyRecord, Purpose
from verifier import status_list

if TYPE_CHECKING:
    from issuer.office import Office

log = logging.getLogger(__name__)

VALID_FOR = timedelta(days=7)
SIGN_AGAIN_AFTER = timedelta(days=1)
# How long a copy may be used before it is fetched again, in milliseconds.
TTL = 300_000

_LUCKY_DRAWS = 32
_RANDOM = secrets.SystemRandom()


def list_path(number: int) -> str:
    return f"/status/{number}"


def choose_place(session: Session, *, length: int = status_list.LENGTH) -> tuple[int, int]:
    """A free place `(list, position)` at random, opening a new list when the last is full or
    closed.

    The caller's write transaction holds the lock, so the place is still free when taken.
    """
    (place,) = choose_places(session, 1, length=length)
    return place


def choose_places(
    session: Session, count: int, *, length: int = status_list.LENGTH
) -> list[tuple[int, int]]:
    """`count` free places as `choose_place` chooses one, with few questions for all of them."""
    number = session.scalar(
        select(func.max(StatusList.number)).where(StatusList.closed_at.is_(None))
    )
    places: list[tuple[int, int]] = []
    while True:
        if number is not None:
            wanted = count - len(places)
            places += [(number, each) for each in _free(session, number, wanted, length)]
        if len(places) == count:
            return places
        number = _next_number(session)
        session.add(StatusList(number=number, version=1))
        session.flush()


def _free(session: Session, number: int, most: int, length: int) -> list[int]:
    """Up to `most` free positions of the list `number`, at random; fewer only if it has no more."""
    taken = select(StatusEntry.position).where(StatusEntry.list_number == number)
    drawn = {secrets.randbelow(length) for _ in range(2 * most + _LUCKY_DRAWS)}
    free = drawn - set(session.scalars(taken.where(StatusEntry.position.in_(drawn))))
    if len(free) < most:
        free = set(range(length)) - set(session.scalars(taken))
    return _RANDOM.sample(sorted(free), min(most, len(free)))


def _next_number(session: Session) -> int:
    """The number after the last; after a restore, one that no list had that is unknown here."""
    highest = session.scalar(select(func.max(StatusList.number))) or 0
    first = session.scalar(select(func.max(Restoration.first_list))) or 0
    return max(highest + 1, first)


def revoke(session: Session, entry: StatusEntry, act: Act, now: datetime) -> None:
    """Set the bit of `entry`. What is already revoked stays as it is."""
    if entry.revoked_at is not None:
        return
    entry.revoked_at = now
    entry.revoked_by = act.value
    row = session.get_one(StatusList, entry.list_number)
    row.version += 1
    session.flush()


def is_revoked(session: Session, number: int, position: int) -> bool:
    entry = session.execute(
        select(StatusEntry.revoked_at).where(
            StatusEntry.list_number == number, StatusEntry.position == position
        )
    ).first()
    if entry is None:
        return session.get(LostPlace, (number, position)) is not None
    return entry.revoked_at is not None


def document(
    base_url: str, did: str, number: int, revoked: list[int], now: datetime
) -> Mapping[str, Any]:
    """The list credential before it is signed (Bitstring Status List, section 2.2)."""
    address = base_url + list_path(number)
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did,
        "validFrom": days.timestamp(now),
        "validUntil": days.timestamp(now + VALID_FOR),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": status_list.encode(revoked),
            "ttl": TTL,
        },
    }


def is_due(session: Session, row: StatusList, now: datetime) -> bool:
    """Whether a list has to be signed: it changed, a day has gone, or its key is no good. One that
    is held back after a restore is not."""
    if row.held_at is not None:
        return False
    key = session.get(PublicKey, row.signed_by) if row.signed_by else None
    return (
        row.signed_version != row.version
        or row.signed_at is None
        or row.signed_at + SIGN_AGAIN_AFTER <= now
        or key is None
        or key.compromised is not None
    )


def publish(office: "Office") -> tuple[int, ...]:
    """Sign every list that is due and return their numbers.

    With locked keys nothing is signed and nothing raised: the revocation stands in the
    record, `pending` tells how long the published copies still hold.
    """
    now = office.now()
    with office.reading() as session:
        if not any(is_due(session, row, now) for row in session.scalars(select(StatusList))):
            return ()
    if office.ring.locked:
        log.warning("keys are locked: the status lists that are due cannot be signed")
        return ()
    key = office.signing_key(Purpose.STATUS, now)
    signed: list[int] = []
    with office.transaction() as session:
        audit.check_clock(session, now)
        for row in session.scalars(select(StatusList).order_by(StatusList.number)):
            if is_due(session, row, now):
                _sign(office, session, row, key, now)
                signed.append(row.number)
    return tuple(signed)


def publish_soon(office: "Office") -> None:
    """Publish after an act that is already durable: it must not look undone because of this.

    What cannot be published now is pending, and tried again by the daily work.
    """
    try:
        publish(office)
    except Exception:
        log.exception("the act stands, but the status list could not be published yet")


def _sign(
    office: "Office", session: Session, row: StatusList, key: KeyRecord, now: datetime
) -> None:
    revoked = session.scalars(
        select(StatusEntry.position).where(
            StatusEntry.list_number == row.number, StatusEntry.revoked_at.is_not(None)
        )
    )
    lost = session.scalars(select(LostPlace.position).where(LostPlace.list_number == row.number))
    set_ = [*revoked, *lost]
    listed = document(office.settings.base_url, office.settings.did, row.number, set_, now)
    row.signed_json = proofs.embed(listed, office.ring, key, now)
    row.signed_jwt = proofs.list_jwt(listed, office.ring, key)
    row.signed_version = row.version
    row.signed_at = now
    row.signed_by = key.fragment
    row.valid_until = now + VALID_FOR


def pending(session: Session, now: datetime) -> list[StatusList]:
    """The lists whose published copy is behind the record or about to run out."""
    return [row for row in session.scalars(select(StatusList)) if is_due(session, row, now)]
