"""The database behind the record: connections, transactions, migrations.

SQLite in one file. The linked SQLite may lie in the range with the write-ahead-log reset
fault (3.7.0 to 3.51.2), so the rollback journal is used, with full synchronisation. One
writer at a time: a write transaction takes the lock at its start, so that two never wait
for each other, and gives up with `Busy` instead of hanging.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, exc, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from issuer.errors import Busy, IssuerError, RecordDamaged
from issuer.texts import N_

log = logging.getLogger(__name__)

# The newest migration. Alembic itself is only imported when there is something to migrate.
HEAD = "0001"
_KNOWN = ("0001",)

# How long a transaction waits for the lock before it gives up, in seconds.
LOCK_PATIENCE = 3.0

_WRITE = "merke_write"


class SchemaFault(IssuerError):
    code = "record.schema"


def open_engine(file: Path) -> Engine:
    """An engine on the SQLite database in `file`. Nothing is read or written yet."""
    engine = create_engine(
        f"sqlite:///{file}",
        connect_args={"timeout": LOCK_PATIENCE, "check_same_thread": False},
        # One for every thread a server may have at work; one more waits no longer than for a lock.
        pool_size=20,
        max_overflow=40,
        pool_timeout=LOCK_PATIENCE,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # Transactions are begun below, by us; sqlite3's own rules would begin them late.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(_WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back on any exception."""
    with (
        _busy_is_named(),
        Session(engine.execution_options(**{_WRITE: True}), expire_on_commit=False) as session,
        session.begin(),
    ):
        # The lock is taken now, not at the first statement: what is read below holds to the end.
        session.connection()
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One consistent view of the record. What is changed in it is not kept."""
    with _busy_is_named(), Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def _busy_is_named() -> Iterator[None]:
    try:
        yield
    except exc.TimeoutError as error:
        raise Busy(N_("The record is in use by too many at once. Try again.")) from error
    except exc.DatabaseError as error:
        if not isinstance(error, exc.OperationalError) and type(error) is not exc.DatabaseError:
            raise  # a rule of the database was broken: a fault of ours
        fault = str(error.orig)
        if "locked" in fault or "busy" in fault:
            raise Busy(
                N_("The record is in use by another process. Try again in a few seconds.")
            ) from error
        if "full" in fault or "disk I/O" in fault:
            raise Busy(
                N_("The record cannot be written: the disk is full. Nothing was changed.")
            ) from error
        log.error("the record cannot be used: %s", fault)
        if "malformed" in fault or "not a database" in fault:
            raise RecordDamaged(
                N_(
                    "The record is damaged, and waiting does not help. Stop merke, keep the damaged"
                    " merke.sqlite3 aside, and put back the newest backup of the data folder."
                )
            ) from error
        raise Busy(
            N_("The record cannot be read or written at this moment. The log says why.")
        ) from error


def revision(engine: Engine) -> str | None:
    """The migration the database stands at, None for an empty one."""
    with _busy_is_named(), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar()
        return found


def migrate(engine: Engine) -> None:
    """Bring the database to `HEAD`, whole or not at all.

    Raises `SchemaFault` if a newer program has been here: an older one must not write.
    """
    found = revision(engine)
    if found == HEAD:
        return
    if found is not None and found not in _KNOWN:
        raise SchemaFault(
            N_(
                "This data folder was last used by a newer version of merke (schema %(found)s)."
                " Use that version; nothing was changed."
            ),
            found=found,
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    with resources.as_file(resources.files("issuer.record") / "migrations") as scripts:
        config.set_main_option("script_location", str(scripts))
        # The write lock is taken first: of two that start at once one migrates, the other
        # waits and then finds nothing left to do.
        writer = engine.execution_options(**{_WRITE: True})
        with _busy_is_named(), writer.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
