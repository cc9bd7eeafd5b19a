"""SQLite in one file: how it is opened, and what its faults mean.

The linked SQLite may lie in the range with the write-ahead-log reset fault (3.7.0 to 3.51.2),
so the rollback journal is used, with full synchronisation. A write transaction takes the lock
at its start, so that two never wait for each other.
"""

import logging
import sqlite3
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, exc
from sqlalchemy.engine import Connection
from sqlalchemy.pool import ConnectionPoolEntry

from issuer.errors import BadInput
from issuer.record import in_use
from issuer.record.faults import Fault
from issuer.texts import N_

log = logging.getLogger(__name__)

# Older ones lack what migrations need (DROP COLUMN), or have faults of their own.
LEAST = (3, 35, 0)
# From this version on the write-ahead log would be safe too.
SOUND = (3, 51, 3)

# So many pages a transaction holds in memory, some 64 MiB, before it begins to write them.
_UNWRITTEN = 16_384

WRITE = "merke_write"
_HOLD = "merke_hold"


def open_engine(file: Path, patience: float, *, hold: bool = True) -> Engine:
    """An engine on the database in `file`; a lock is waited for `patience` seconds.

    Without `hold` the caller holds the file's folder already (`record.in_use`).

    Raises `BadInput` where the linked library is too old to keep our rules.
    """
    check_library(sqlite3.sqlite_version_info)
    engine = create_engine(
        f"sqlite:///{file}",
        # What stands in the record stands in no message.
        hide_parameters=True,
        connect_args={"timeout": patience, "check_same_thread": False},
        # One for every thread a server may have at work; one more waits no longer than for a lock.
        pool_size=20,
        max_overflow=40,
        pool_timeout=patience,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        if hold:
            record.info[_HOLD] = in_use.shared(file.parent)
        # Transactions are begun below, by us; sqlite3's own rules would begin them late.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode != "delete":
            raise sqlite3.OperationalError("database is locked by a program that uses a WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # A long transaction must not write before its end: from then on nobody could read.
        connection.execute(f"PRAGMA cache_spill = {_UNWRITTEN}")
        # What was erased is overwritten, not only left to be overwritten one day.
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "close")
    def let_go(_connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        if (hold := record.info.pop(_HOLD, None)) is not None:
            hold.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def check_library(version: tuple[int, ...]) -> str:
    """Say which SQLite this is and how it is used, or raise `BadInput` if it is too old."""
    number = ".".join(map(str, version))
    if version < LEAST:
        raise BadInput(
            N_(
                "SQLite %(found)s is too old to keep the record. Use a Python that is linked with"
                " SQLite %(least)s or newer."
            ),
            found=number,
            least=".".join(map(str, LEAST)),
        )
    said = f"SQLite {number}, with a rollback journal and full synchronisation"
    if version < SOUND:
        said += "; its write-ahead log has a fault and is not used"
    log.info("the record is kept by %s", said)
    return said


def fault(error: exc.DatabaseError) -> Fault | None:
    """What `error` says of the database; None if a rule of it was broken."""
    if not isinstance(error, exc.OperationalError) and type(error) is not exc.DatabaseError:
        return None
    words = str(error.orig)
    if "locked" in words or "busy" in words:
        return Fault.LOCKED
    if "full" in words or "disk I/O" in words:
        return Fault.FULL
    if "malformed" in words or "not a database" in words:
        return Fault.DAMAGED
    return Fault.AWAY
