"""The office: one issuer at work. Clock, record, keys and settings, wired in one place.

Rules elsewhere take time as an argument; it is read here. The ring is read again when its
file changes, so that a key made or retired by a command counts in a running server at once.
"""

import itertools
import logging
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from issuer import audit, programmes, restorations, witness
from issuer.backup import switching
from issuer.errors import BadInput, KeysLocked, NotFound, NotNow, RecordBehind
from issuer.folder import Folder
from issuer.programme import Programme
from issuer.record import database
from issuer.record.tables import AuditEntry, Edition, PublicKey, StatusList
from issuer.settings import Settings
from issuer.texts import N_
from keys import ring_file
from keys.ring import (
    DamagedRing,
    KeyRecord,
    KeyRing,
    Purpose,
    RingError,
    WrongPassphrase,
    WrongRing,
)

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def open_record(folder: Folder, settings: Settings, address: str | None = None) -> Engine:
    """An engine on the record of `folder`, which must be there. Raises `NotFound`."""
    address = address or settings.database
    if address is None:
        folder.check_record()
    engine = database.open_engine(address or folder.database)
    try:
        found = database.revision(engine)
    except BaseException:
        engine.dispose()
        raise
    if found is None:
        engine.dispose()
        raise NotFound(
            N_(
                "The record is empty. Put it back: a new one would know neither what was sealed"
                " nor what was revoked, so none was made."
            )
        )
    return engine


@dataclass
class Office:
    folder: Folder
    settings: Settings
    engine: Engine
    clock: Clock = system_clock
    _passphrase: bytes | None = field(default=None, repr=False)
    # Of the mail server, where it asks for one.
    mail_password: str | None = field(default=None, repr=False)
    _ring: KeyRing | None = field(default=None, repr=False)
    _ring_seen: tuple[int, int, int] | None = field(default=None, repr=False)
    _rehearsal: KeyRing | None = field(default=None, repr=False)
    _commits: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)
    # Another number after each transaction of this process that may have changed anything.
    commits: int = 0

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        database_address: str | None = None,
        passphrase: bytes | None = None,
        mail_password: str | None = None,
        clock: Clock = system_clock,
        keys_required: bool = True,
    ) -> "Office":
        """Open the issuer in the folder `path`; with a passphrase its keys are unlocked.

        `database_address` is that of a PostgreSQL database, in place of what the settings say.

        Raises `NotFound`, `BadInput`, `SchemaFault`, `Busy`, and what `keys.ring` raises for a
        damaged ring or a wrong passphrase. Without `keys_required` such an issuer opens all
        the same, with its keys out of reach; a ring that others may read never does.
        """
        folder = Folder(path)
        switching.finish_if_decided(folder)
        settings = folder.read_settings()
        engine = open_record(folder, settings, database_address)
        office = cls(folder, settings, engine, clock, passphrase, mail_password)
        try:
            office._migrate()
            office._check_base(settings)
            office._check_keys(keys_required)
        except BaseException:
            engine.dispose()
            raise
        return office

    def _migrate(self) -> None:
        """Bring the record to the newest schema, after a backup of it as it was."""
        found = database.revision(self.engine)
        if found == database.HEAD:
            return
        database.check_known(found)
        from issuer.backup import making

        now = self.now()
        name = f"schema-{found}-{now:%Y%m%dT%H%M%S}-{os.getpid()}.tar.gz"
        made = making.make(self.folder, self.settings, self.engine, self.folder.backups / name, now)
        log.warning("before the record is brought to a new schema it was kept in %s", made.path)
        database.migrate(self.engine)

    def _check_keys(self, required: bool) -> None:
        try:
            self.ring  # noqa: B018 - reading it is the check
        except ring_file.ExposedRing:
            raise
        except WrongPassphrase as fault:
            if required:
                raise
            log.error("the keys stay locked: %s", fault)
            self._passphrase = None
        except RingError as fault:
            if required:
                raise
            log.error("the keys cannot be used: %s", fault)

    def _check_base(self, settings: Settings) -> None:
        """The base address is the one the issuer was made for: it stands in every badge."""
        with self.reading() as session:
            first = session.get(AuditEntry, 1)
        if first is not None and first.subject != settings.did:
            raise BadInput(
                N_(
                    "merke.toml names %(base)s, but this issuer was made as %(did)s, which stands"
                    " in everything it sealed. Put back the address."
                ),
                base=settings.base_url,
                did=first.subject,
            )

    def now(self) -> datetime:
        return self.clock()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        ending = False
        try:
            with database.transaction(self.engine) as session:
                yield session
                ending = True
        finally:
            # One that was cut off while it was committed may count all the same.
            if ending:
                self.commits = next(self._commits)
        with database.reading(self.engine) as session:
            witness.update(session, self.folder.witness)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with database.reading(self.engine) as session:
            yield session

    @property
    def ring(self) -> KeyRing:
        """The keys, as their file stands now; unlocked if the office has the passphrase."""
        seen = self._ring_stat()
        if seen is None:
            ring_file.load(self.folder.ring)  # says what is wrong with it
        if self._ring is None or seen != self._ring_seen:
            read = ring_file.load(self.folder.ring)
            self._check_ring(read)
            if self._ring is None:
                if self._passphrase is not None:
                    read.unlock(self._passphrase)
                self._ring = read
            else:
                # Unlocked once, it stays so without deriving the key from the passphrase again.
                self._ring.refresh(ring_file.read(self.folder.ring))
            self._ring_seen = seen
        return self._ring

    def _check_ring(self, ring: KeyRing) -> None:
        """The record is the witness of the ring: what it knows of a key cannot be taken back."""
        if ring.did != self.settings.did:
            raise WrongRing(f"The key ring is that of {ring.did}, not of {self.settings.did}.")
        found = {record.fragment: record for record in ring.records}
        with self.reading() as session:
            known = session.scalars(select(PublicKey)).all()
        for row in known:
            record = found.get(row.fragment)
            if (
                record is None
                or (row.retired and not record.retired)
                or (row.compromised and not record.compromised)
            ):
                raise DamagedRing(
                    f"The key ring does not know what the record knows of the key {row.fragment}: "
                    "it is an older copy, or another ring. Nothing is signed with it; put back "
                    "the newest keys/ring.json."
                )

    def forget_ring_changes(self) -> None:
        """Read the ring from its file at the next use: what was changed here did not count."""
        self._ring_seen = None

    def rehearsal_ring(self) -> KeyRing:
        """Throw-away keys under our own name. Made once: an RSA key takes its time."""
        if self._rehearsal is None:
            algorithm = self.ring.signing_key(Purpose.BADGE_JWT, self.now()).algorithm
            self._rehearsal = KeyRing.throwaway(
                self.settings.did, self.now(), jwt_algorithm=algorithm
            )
        return self._rehearsal

    def signing_key(self, purpose: Purpose, now: datetime) -> KeyRecord:
        """The key that signs for `purpose`. Raises as `signing_ring`, and `NoSigningKey`."""
        return self.signing_ring().signing_key(purpose, now)

    def signing_ring(self) -> KeyRing:
        """The keys, if anything may be signed now. Raises `KeysLocked`, `RecordBehind`, and as
        `published_ring` does."""
        ring = self.ring
        if ring.locked:
            raise KeysLocked(
                N_(
                    "The keys are locked, so nothing can be signed. Start with"
                    " MERKE_PASSPHRASE_FILE naming the passphrase file. Pages and"
                    " verification go on meanwhile."
                )
            )
        self._check_other_machines(ring)
        with self.reading() as session:
            if waiting := restorations.unacknowledged(session):
                raise RecordBehind(
                    N_(
                        "The record was restored from a state of %(day)s, and what was done after"
                        " that is unknown. Nothing is signed until somebody has acknowledged it:"
                        " merke record acknowledge. Pages and verification go on meanwhile."
                    ),
                    day=f"{waiting[-1].last_at:%Y-%m-%d %H:%M} UTC",
                )
            witness.check(session, self.folder.witness)
        return ring

    def published_ring(self) -> KeyRing:
        """The keys to be published. Raises `DamagedRing` for a copy older than the record."""
        ring = self.ring
        try:
            self._check_other_machines(ring)
        except NotNow:
            log.warning("the record cannot be asked; the keys are published as they are here")
        return ring

    def _check_other_machines(self, ring: KeyRing) -> None:
        """A key may have been made or given up on another machine, which has its own file."""
        if database.is_postgresql(self.engine):
            self._check_ring(ring)

    def witness(self) -> None:
        """Note how far the record has come: other machines may have gone on with it."""
        with self.reading() as session:
            witness.update(session, self.folder.witness)

    def is_newest(self) -> bool:
        """Whether the record is the newest one that was worked with here."""
        try:
            with self.reading() as session:
                witness.check(session, self.folder.witness)
        except RecordBehind:
            return False
        return True

    def gap(self) -> restorations.Gap | None:
        """What is missing in the record, if it was put back from an older state."""
        newest = self.is_newest()
        with self.reading() as session:
            return restorations.gap(session, newest=newest)

    def unsure_since(self) -> datetime | None:
        """From when on the record may say less than is true, until somebody has cleared it up:
        what was decided after that may be missing, so no state can be told for certain."""
        gap = self.gap()
        return gap.begins if gap is not None and gap.waiting else None

    def mark(self) -> tuple[object, ...]:
        """What public answers rest on beside the clock: while the mark is the same, so are they.

        Every act on the record writes an audit entry, from whichever process; signing a status
        list again and changing the ring's file do not. Costs two small queries.
        """
        with self.reading() as session:
            last = audit.last(session)
            lists = session.execute(
                select(func.sum(StatusList.signed_version), func.max(StatusList.signed_at))
            ).one()
        return (last.hash if last else "", *lists, self.is_newest(), self._ring_stat())

    def _ring_stat(self) -> tuple[int, int, int] | None:
        try:
            stat = self.folder.ring.stat()
        except OSError:
            return None
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)

    def programme(self, edition: Edition) -> Programme:
        return programmes.read(edition)

    @property
    def process(self) -> str:
        """Who is at work: written beside an intention, so that a crash can be told."""
        return f"{platform.node()}:{os.getpid()}"

    def is_gone(self, process: str) -> bool:
        """Whether `process` has certainly ended: it ran on this machine and is no more."""
        host, _, number = process.rpartition(":")
        if host != platform.node() or not number.isdigit():
            return False
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False
