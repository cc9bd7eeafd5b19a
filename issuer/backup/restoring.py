"""Putting a backup back: looked at whole before anything is touched, then all of it or nothing.

`look` reads the backup to its end and says what it would replace; `restore` does it. The form of a
backup does not depend on the database: one from SQLite can be put into PostgreSQL and the
other way round. The record is made anew from its rows in the schema it was kept in, brought to
the newest one, and its audit chain must hold; only then it takes the place of the old.
"""

import json
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from issuer import audit, participations, restorations, witness
from issuer import settings as settings_file
from issuer.backup import archive, making, switching
from issuer.backup.archive import DamagedBackup, Head, Manifest
from issuer.errors import BadInput, IssuerError, RecordBehind
from issuer.folder import Folder, write_private
from issuer.record import database, dump, in_use
from issuer.record.dump import Record, Value
from issuer.record.tables import AuditEntry
from issuer.settings import Settings
from issuer.texts import N_
from issuer.witness import Seen
from keys import ring_file
from keys.ring import KeyRing, RingError

log = logging.getLogger(__name__)


class ForeignBackup(BadInput):
    code = "backup.foreign"


class InUse(BadInput):
    code = "backup.in_use"


@dataclass(frozen=True)
class Plan:
    """What would be restored, and where. `there` are the settings of the issuer that is there
    already; `address` is that of the database, None for SQLite."""

    source: Path
    passphrase: bytes | None
    head: Head
    manifest: Manifest
    settings: Settings
    ring: bytes
    folder: Folder
    there: Settings | None
    address: str | None

    @property
    def replaces(self) -> bool:
        return self.there is not None


@dataclass(frozen=True)
class Restored:
    """`newest`: nothing is missing, as far as is known here; else sealing waits for somebody."""

    newest: bool
    rows: int
    made_at: datetime


def look(
    source: Path,
    folder: Folder,
    *,
    database_address: str | None = None,
    passphrase: bytes | None = None,
) -> Plan:
    """Read the backup `source` whole and see where it would go. Nothing is touched.

    Raises `DamagedBackup`, `SealedBackup`, `ForeignBackup`, `SchemaFault`, `BadInput`.
    """
    files: dict[str, bytes] = {}
    with archive.reading(source, passphrase) as backup:
        for name, content in backup.pieces():
            if name in (archive.SETTINGS, archive.RING):
                files[name] = content
            else:
                for line in content.splitlines():
                    json.loads(line)
        head, manifest = backup.head, backup.manifest
        settings = settings_file.read(files[archive.SETTINGS].decode())
        if manifest is None or not head.did == settings.did == _owner(files[archive.RING]):
            raise ValueError("keys and settings are not of one issuer")
    database.check_known(head.schema)
    there = _there(folder)
    if there is not None and there.did != head.did:
        raise _foreign(head.did, there.did)
    address = database_address or (there.database if there else None)
    if address is not None:
        _check_database(address, head.did)
    return Plan(
        *(source, passphrase, head, manifest, settings, files[archive.RING]),
        *(folder, there, address),
    )


def _owner(ring: bytes) -> str:
    try:
        return KeyRing.from_json(ring).did
    except RingError as fault:
        raise ValueError("the keys in it cannot be read") from fault


def _foreign(kept: str, there: str) -> ForeignBackup:
    return ForeignBackup(
        N_(
            "The backup is that of %(kept)s, but %(there)s is there already. Nothing was touched;"
            " restore it into a folder and database of its own."
        ),
        kept=kept,
        there=there,
    )


def _there(folder: Folder) -> Settings | None:
    """The settings of the issuer in the folder; None where nothing is."""
    if not folder.path.exists():
        return None
    switching.finish_if_decided(folder)
    if folder.settings.is_file():
        return folder.read_settings()
    if not folder.path.is_dir() or any(folder.path.iterdir()):
        raise BadInput(
            N_("%(folder)s is not empty. Choose another folder, or remove it first."),
            folder=str(folder.path),
        )
    return None


def _check_database(address: str, did: str) -> None:
    engine = database.open_engine(address)
    try:
        with database.faults_are_named(), database.reader(engine).connect() as connection:
            dump.check_ours(connection)
        if database.revision(engine) is not None:
            owner = _first_subject(engine)
            if owner is not None and owner != did:
                raise _foreign(did, owner)
    finally:
        engine.dispose()


def _first_subject(engine: Engine) -> str | None:
    with database.faults_are_named(), database.reader(engine).connect() as connection:
        return dump.first_subject(connection)


def restore(plan: Plan, *, by: str, reason: str, now: datetime) -> Restored:
    """Do what was planned. After a crash the old state or the new one is there, whole.

    Raises `InUse` while the folder's record is open somewhere, `DamagedBackup` where the backup
    does not make a whole record after all.
    """
    why = participations.check_reason(reason)
    who = participations.check_person(by)
    if not plan.replaces:
        return _into_new_folder(plan, who, why, now)
    try:
        hold = in_use.alone(plan.folder.path)
    except BlockingIOError:
        raise InUse(
            N_(
                "The record in %(folder)s is in use. Stop `merke serve` and every other command"
                " first; nothing was touched."
            ),
            folder=str(plan.folder.path),
        ) from None
    try:
        return _over_the_old(plan, who, why, now)
    finally:
        hold.close()


def _into_new_folder(plan: Plan, by: str, reason: str, now: datetime) -> Restored:
    target = plan.folder.path.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{target.name}.restoring-*"):
        shutil.rmtree(left, ignore_errors=True)
    draft = target.with_name(f".{target.name}.restoring-{secrets.token_hex(6)}")
    new = Folder(draft)
    new.make(replace(plan.settings, database=None))
    try:
        write_private(new.ring, plan.ring)
        filling = _Filling(plan, by, reason, now, newest=False, seen=None)
        if plan.address is None:
            rows = filling.file(new.database)
        for path in [*draft.rglob("*"), draft]:
            switching.sync(path)
        if plan.address is None:
            _rename(draft, target)
        else:
            # The database is the last thing to change: until then there is nothing to go by.
            rows = filling.database(plan.address, before=lambda: _rename(draft, target))
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Restored(False, rows, plan.head.made_at)


def _rename(draft: Path, target: Path) -> None:
    os.rename(draft, target)  # an empty folder of that name may be there
    switching.sync(target.parent)


def _over_the_old(plan: Plan, by: str, reason: str, now: datetime) -> Restored:
    seen = _witnessed(plan.folder)
    newest = _is_newest(plan, seen)
    filling = _Filling(plan, by, reason, now, newest=newest, seen=seen)
    draft = switching.draft(plan.folder)
    (draft / "keys").mkdir(mode=0o700)
    if not _ring_is_kept(plan):
        write_private(draft / "keys" / "ring.json", plan.ring)
    if plan.address is None:
        rows = filling.file(draft / "merke.sqlite3")
    stamp = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    if plan.address is not None:
        _keep_old(plan, plan.address, switching.replaced(plan.folder, stamp), now)
    switching.decide(plan.folder, stamp)
    switching.finish(plan.folder)
    if plan.address is not None:
        rows = filling.database(plan.address)
    return Restored(newest, rows, plan.head.made_at)


def _keep_old(plan: Plan, address: str, place: Path, now: datetime) -> None:
    """Keep what stands in the database before it is replaced, if it can be read."""
    engine = database.open_engine(address)
    try:
        if database.revision(engine) is not None:
            there = plan.there or plan.settings
            making.make(plan.folder, there, engine, place / "record.tar.gz", now)
    except (IssuerError, RingError) as fault:
        log.warning("what is replaced could not be kept: %s", fault)
    finally:
        engine.dispose()


def _witnessed(folder: Folder) -> Seen | None:
    try:
        return witness.read(folder.witness)
    except RecordBehind:
        return None


def _ring_is_kept(plan: Plan) -> bool:
    """Whether the keys that are there know every key of the backup: then they are the newer ones,
    and a key made since would be lost with them."""
    try:
        there = ring_file.load(plan.folder.ring)
    except RingError:
        return False
    known = {record.fragment for record in there.records}
    kept = {record.fragment for record in KeyRing.from_json(plan.ring).records}
    return there.did == plan.head.did and kept <= known


def _is_newest(plan: Plan, seen: Seen | None) -> bool:
    """Whether nothing was done after the backup: every record that is there ends with the same
    entry as the backup, and so does what was witnessed."""
    end = (plan.manifest.number, plan.manifest.hash)
    if seen is None or (seen.number, seen.hash) != end:
        return False
    there = plan.there.database if plan.there else None
    ends = []
    if plan.folder.database.is_file():
        ends.append(_end_of(database.open_engine(plan.folder.database, hold=False)))
    if address := plan.address or there:
        ends.append(_end_of(database.open_engine(address)))
    found = {each for each in ends if each is not None}
    # Of a database others may have written too: the witness of this machine is not enough.
    return found == {end} or (not found and plan.address is None and there is None)


def _end_of(engine: Engine) -> tuple[int, str] | None:
    """The last entry of a record; None where there is none that can be read."""
    try:
        if database.revision(engine) is None:
            return None
        with database.faults_are_named(), database.reader(engine).connect() as connection:
            return dump.last_entry(connection)
    except IssuerError:
        return None
    finally:
        engine.dispose()


@dataclass(frozen=True)
class _Filling:
    """Makes a record from the backup, in one transaction."""

    plan: Plan
    by: str
    reason: str
    now: datetime
    newest: bool
    seen: Seen | None

    def file(self, path: Path) -> int:
        """In the new SQLite file `path`."""
        engine = database.open_engine(path, hold=False)
        try:
            with database.faults_are_named(), database.writer(engine).begin() as connection:
                rows = self._fill(connection)
            path.chmod(0o600)
        finally:
            engine.dispose()
        return rows

    def database(self, address: str, before: Callable[[], None] | None = None) -> int:
        """In the PostgreSQL database at `address`, in place of the record that is there; `before`
        is called right before that counts."""
        engine = database.open_engine(address)
        try:
            with database.faults_are_named(), database.writer(engine).begin() as connection:
                dump.clear(connection)
                rows = self._fill(connection)
                if before is not None:
                    before()
        finally:
            engine.dispose()
        return rows

    def _fill(self, connection: Record) -> int:
        plan = self.plan
        database.upgrade(connection, plan.head.schema)
        shapes = [shape for shape, _ in plan.manifest.tables.values()]
        with archive.reading(plan.source, plan.passphrase) as backup:
            dump.load(connection, shapes, tables(backup.pieces()))
            if backup.manifest != plan.manifest:
                raise ValueError("the file was changed while it was read")
            for shape, rows in plan.manifest.tables.values():
                if dump.count(connection, shape.name) != rows:
                    raise ValueError(f"rows of {shape.name} are missing")
        database.upgrade(connection, database.HEAD)
        with Session(connection, expire_on_commit=False) as session:
            self._gone_on(session)
            session.commit()
        return sum(rows for _, rows in plan.manifest.tables.values())

    def _gone_on(self, session: Session) -> None:
        plan = self.plan
        first, last = session.get(AuditEntry, 1), audit.last(session)
        end = (0, "") if last is None else (last.number, last.hash)
        if end != (plan.manifest.number, plan.manifest.hash) or list(audit.faults(session)):
            raise DamagedBackup(
                N_("The audit chain in %(file)s does not hold. Use another backup."),
                file=str(plan.source),
            )
        if first is not None and first.subject != plan.head.did:
            raise _foreign(first.subject, plan.head.did)
        if not self.newest:
            restorations.mark(session, self.seen, self.now)
        audit.write(
            session,
            "record.restore",
            plan.head.did,
            by=self.by,
            reason=self.reason,
            now=self.now,
            last_entry=plan.manifest.number,
            newest=self.newest,
        )


def tables(pieces: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, list[list[Value]]]]:
    """The rows among `pieces`, each batch with the name of its table."""
    for name, content in pieces:
        kind, _, rest = name.partition("/")
        if kind == "tables":
            yield rest.partition("/")[0], [json.loads(line) for line in content.splitlines()]
