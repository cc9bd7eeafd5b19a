"""Acts on the issuer's keys, each recorded: made, activated, retired, compromised.

The ring's file is written inside the transaction that holds the audit entry, last thing
before the commit: if either fails, neither counts. Should the machine stop between the two,
`reconcile` finds the difference at the next start and records it.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from issuer import audit, participations, status
from issuer.errors import BadInput
from issuer.folder import Folder
from issuer.office import Office
from issuer.record import database
from issuer.record.tables import PublicKey
from issuer.settings import Settings
from issuer.texts import N_
from keys import jwk, ring_file
from keys.ring import KeyRecord, KeyRing, Purpose


def initialise(
    folder: Folder,
    settings: Settings,
    passphrase: bytes,
    now: datetime,
    *,
    database_address: str | None = None,
) -> None:
    """Make the data folder of a new issuer: settings, sealed keys, an empty record.

    The record is made in the PostgreSQL database at `database_address`, or where the settings
    say, else in the folder. Raises `BadInput` for a database that holds a record already.
    """
    address = database_address or settings.database
    engine = database.open_engine(address or folder.database)
    try:
        if address is not None and database.revision(engine) is not None:
            raise BadInput(
                N_("The database holds a record already. Nothing was made; name an empty database.")
            )
        ring = KeyRing.create(settings.did, passphrase, now, jwt_algorithm=settings.jwt_algorithm)
        folder.make(settings)
        ring_file.save(folder.ring, ring)
        database.migrate(engine)
        if address is None:
            folder.database.chmod(0o600)
        with database.transaction(engine) as session:
            _mirror(session, ring)
            audit.write(
                session, "issuer.init", settings.did, by="merke", now=now, base=settings.base_url
            )
    finally:
        engine.dispose()


def new(
    office: Office, purpose: Purpose, *, signs_from: datetime | None, by: str, reason: str
) -> KeyRecord:
    """Make a key for `purpose` that signs from `signs_from` on (None: at once)."""
    now = office.now()
    office.signing_ring()
    return _change(
        office,
        "key.new",
        lambda ring: ring.new(purpose, now, signs_from or now),
        by=by,
        reason=reason,
        now=now,
    )


def activate(office: Office, fragment: str, *, by: str, reason: str) -> KeyRecord:
    now = office.now()
    return _change(
        office,
        "key.activate",
        lambda ring: ring.activate(fragment, now),
        by=by,
        reason=reason,
        now=now,
    )


def retire(office: Office, fragment: str, *, by: str, reason: str) -> KeyRecord:
    """Planned end: the key signs no more, what it signed stays good."""
    now = office.now()
    return _change(
        office, "key.retire", lambda ring: ring.retire(fragment, now), by=by, reason=reason, now=now
    )


def compromise(office: Office, fragment: str, *, by: str, reason: str) -> KeyRecord:
    """Others may hold the key: it signs no more and strangers refuse it from now on."""
    now = office.now()
    return _change(
        office,
        "key.compromise",
        lambda ring: ring.compromise(fragment, now),
        by=by,
        reason=reason,
        now=now,
    )


def _change(
    office: Office,
    act: str,
    change: Callable[[KeyRing], KeyRecord],
    *,
    by: str,
    reason: str,
    now: datetime,
) -> KeyRecord:
    why = participations.check_reason(reason)
    try:
        with office.transaction() as session:
            # Read inside the transaction: its lock keeps two commands from losing a change.
            ring = office.ring
            record = change(ring)
            audit.write(
                session,
                act,
                record.fragment,
                by=by,
                reason=why,
                now=now,
                purpose=record.purpose.value,
            )
            _mirror(session, ring)
            ring_file.save(office.folder.ring, ring)
    except BaseException:
        office.forget_ring_changes()
        raise
    status.publish_soon(office)
    return record


def reconcile(office: Office) -> list[str]:
    """Record what the ring's file holds and the record does not; return those fragments."""
    now = office.now()
    with office.reading() as session:
        different = [r.fragment for r in office.ring.records if _differs(session, r)]
    if different:
        with office.transaction() as session:
            for fragment in different:
                audit.write(session, "key.reconcile", fragment, by="merke", now=now)
            _mirror(session, office.ring)
    return different


def _differs(session: Session, record: KeyRecord) -> bool:
    row = session.get(PublicKey, record.fragment)
    return row is None or (row.signs_from, row.retired, row.compromised) != (
        record.signs_from,
        record.retired,
        record.compromised,
    )


def _mirror(session: Session, ring: KeyRing) -> None:
    for record in ring.records:
        row = session.get(PublicKey, record.fragment)
        if row is None:
            row = PublicKey(
                fragment=record.fragment,
                purpose=record.purpose.value,
                algorithm=record.algorithm,
                jwk=jwk.public_jwk(record.public),
                created=record.created,
            )
            session.add(row)
        row.signs_from = record.signs_from
        row.retired = record.retired
        row.compromised = record.compromised
    session.flush()
