"""The office: one issuer at work. Clock, record, keys and settings, wired in one place.

Rules elsewhere take time as an argument; it is read here. The ring is read again when its
file changes, so that a key made or retired by a command counts in a running server at once.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from issuer import programme as programmes
from issuer.errors import BadInput, KeysLocked
from issuer.folder import Folder
from issuer.programme import Programme
from issuer.record import database
from issuer.record.tables import Edition
from issuer.settings import Settings
from issuer.texts import N_
from keys import ring_file
from keys.ring import KeyRecord, KeyRing, Purpose

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


@lru_cache(maxsize=64)
def _programme(source: bytes, name: str) -> Programme:
    return programmes.load(source, name)


@dataclass
class Office:
    folder: Folder
    settings: Settings
    engine: Engine
    clock: Clock = system_clock
    _passphrase: bytes | None = field(default=None, repr=False)
    _ring: KeyRing | None = field(default=None, repr=False)
    _ring_seen: tuple[int, int, int] | None = field(default=None, repr=False)
    _rehearsal: KeyRing | None = field(default=None, repr=False)

    @classmethod
    def open(
        cls, path: Path, *, passphrase: bytes | None = None, clock: Clock = system_clock
    ) -> "Office":
        """Open the issuer in the folder `path`; with a passphrase its keys are unlocked.

        Raises `NotFound`, `BadInput`, `SchemaFault`, and what `keys.ring` raises for a
        damaged ring or a wrong passphrase.
        """
        folder = Folder(path)
        settings = folder.read_settings()
        engine = database.open_engine(folder.database)
        database.migrate(engine)
        office = cls(folder, settings, engine, clock, passphrase)
        if office.ring.did != settings.did:
            raise BadInput(
                N_(
                    "The keys in %(folder)s belong to %(did)s, but merke.toml names"
                    " %(base)s. Put back the address the keys were made for."
                ),
                folder=str(path),
                did=office.ring.did,
                base=settings.base_url,
            )
        return office

    def now(self) -> datetime:
        return self.clock()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with database.transaction(self.engine) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with database.reading(self.engine) as session:
            yield session

    @property
    def ring(self) -> KeyRing:
        """The keys, as their file stands now; unlocked if the office has the passphrase."""
        try:
            stat = self.folder.ring.stat()
        except OSError:
            ring_file.load(self.folder.ring)  # says what is wrong with it
            raise
        seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if self._ring is None or seen != self._ring_seen:
            if self._ring is None:
                ring = ring_file.load(self.folder.ring)
                if self._passphrase is not None:
                    ring.unlock(self._passphrase)
                self._ring = ring
            else:
                # Unlocked once, it stays so without deriving the key from the passphrase again.
                self._ring.refresh(ring_file.read(self.folder.ring))
            self._ring_seen = seen
        return self._ring

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
        """The key that signs for `purpose`. Raises `KeysLocked` before anything is begun."""
        if self.ring.locked:
            raise KeysLocked(
                N_(
                    "The keys are locked, so nothing can be signed. Start with"
                    " MERKE_PASSPHRASE_FILE naming the passphrase file. Pages and"
                    " verification go on meanwhile."
                )
            )
        return self.ring.signing_key(purpose, now)

    def programme(self, edition: Edition) -> Programme:
        return _programme(edition.source, f"{edition.programme}-{edition.edition}.toml")

    @property
    def process(self) -> str:
        """Who is at work: written beside an intention, so that a crash can be told."""
        return f"{socket.gethostname()}:{os.getpid()}"

    def is_gone(self, process: str) -> bool:
        """Whether `process` has certainly ended: it ran on this machine and is no more."""
        host, _, number = process.rpartition(":")
        if host != socket.gethostname() or not number.isdigit():
            return False
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False
