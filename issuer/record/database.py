"""The database behind the record: transactions and migrations, on SQLite and PostgreSQL alike.

One writer at a time: a write transaction takes the lock at its start, so that two never wait
for each other half-way, and gives up with `Busy` instead of hanging. How each database is
opened, and what its faults mean, is `record.sqlite` and `record.postgresql`.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from sqlalchemy import Engine, exc, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from issuer.errors import IssuerError
from issuer.record import schema as _all_tables  # noqa: F401 - a foreign key may lead to any
from issuer.record import sqlite
from issuer.record.faults import Fault, told
from issuer.texts import N_

log = logging.getLogger(__name__)

# The newest migration. Alembic itself is only imported when there is something to migrate.
HEAD = "0006"
KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006")

# How long a transaction waits for the lock before it gives up, in seconds.
LOCK_PATIENCE = 3.0


class SchemaFault(IssuerError):
    code = "record.schema"


def open_engine(place: Path | str, *, hold: bool = True) -> Engine:
    """An engine on the SQLite database in the file `place`, or on the PostgreSQL database at
    that address. Nothing is read or written yet. Without `hold` the caller holds the file."""
    if isinstance(place, Path):
        return sqlite.open_engine(place, LOCK_PATIENCE, hold=hold)
    # Only who uses it loads it.
    from issuer.record import postgresql

    return postgresql.open_engine(place, LOCK_PATIENCE)


def is_postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def description(engine: Engine) -> str:
    """Which database this is, in which version, and how it is used."""
    if is_postgresql(engine):
        with faults_are_named(), engine.connect() as connection:
            version = connection.execute(text("SHOW server_version")).scalar_one()
        return f"PostgreSQL {version}, one writer at a time"
    return sqlite.check_library(sqlite3.sqlite_version_info)


def writer(engine: Engine) -> Engine:
    if is_postgresql(engine):
        from issuer.record import postgresql

        return engine.execution_options(**postgresql.WRITER)
    return engine.execution_options(**{sqlite.WRITE: True})


def reader(engine: Engine) -> Engine:
    if is_postgresql(engine):
        from issuer.record import postgresql

        return engine.execution_options(**postgresql.READER)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back on any exception."""
    with (
        faults_are_named(),
        Session(writer(engine), expire_on_commit=False) as session,
        session.begin(),
    ):
        # The lock is taken now, not at the first statement: what is read below holds to the end.
        session.connection()
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One consistent view of the record. What is changed in it is not kept."""
    with faults_are_named(), Session(reader(engine), expire_on_commit=False) as session:
        yield session


@contextmanager
def faults_are_named() -> Iterator[None]:
    """Tell a fault of the database as a refusal; what breaks its rules is raised as it is."""
    try:
        yield
    except exc.TimeoutError as error:
        raise told(Fault.CROWDED) from error
    except exc.DatabaseError as error:
        if (fault := _fault(error)) is None:
            raise  # a fault of ours
        if fault in (Fault.AWAY, Fault.DAMAGED):
            log.error("the record cannot be used: %s", error.orig)
        raise told(fault) from error


def _fault(error: exc.DatabaseError) -> Fault | None:
    if type(error.orig).__module__.startswith("psycopg"):
        from issuer.record import postgresql

        return postgresql.fault(error)
    return sqlite.fault(error)


def revision(engine: Engine) -> str | None:
    """The migration the database stands at, None for an empty one."""
    with faults_are_named(), engine.connect() as connection:
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
    check_known(found)
    # The write lock is taken first: of two that start at once one migrates, the other waits and
    # then finds nothing left to do.
    with faults_are_named(), writer(engine).begin() as connection:
        upgrade(connection, HEAD)


def check_known(schema: str | None) -> None:
    """Raise `SchemaFault` for a schema that only a newer program knows."""
    if schema is not None and schema not in KNOWN:
        raise SchemaFault(
            N_(
                "This record was last used by a newer version of merke (schema %(found)s)."
                " Use that version; nothing was changed."
            ),
            found=schema,
        )


def upgrade(connection: Connection, schema: str) -> None:
    """Bring the record behind `connection` to `schema`, in the transaction it is in."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    with resources.as_file(resources.files("issuer.record") / "migrations") as scripts:
        config.set_main_option("script_location", str(scripts))
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
