"""The content of the record, out of one database and into another, of whichever kind.

A table is its columns, each of a kind of its own (`text`, `bytes`, `instant`, …), and rows of
plain JSON values. The tables are read as they stand in the database, not as this program knows
them, so that a record of an older schema can be kept and put back as what it was.
"""

import base64
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from issuer.errors import BadInput
from issuer.record import database
from issuer.record.database import faults_are_named, is_postgresql
from issuer.texts import N_

_VERSION = "alembic_version"
_ROWS_AT_ONCE = 500

Value = str | int | float | bool | None
# A connection to a record, in the transaction of whoever is given it.
Record = Connection


class NoRecord(BadInput):
    code = "record.foreign"


@dataclass(frozen=True)
class Column:
    name: str
    kind: str


@dataclass(frozen=True)
class Dumped:
    """One table as it is kept: its name, its columns, and where it was read from, the table."""

    name: str
    columns: tuple[Column, ...]


@contextmanager
def snapshot(engine: Engine, workplace: Path) -> Iterator[Connection]:
    """The record as it stands at one moment, however long it is looked at and whatever is
    written meanwhile. Of SQLite a copy is made in the folder `workplace`, which takes the time of
    copying a file: writers wait for that, and not for what is done with the copy."""
    if is_postgresql(engine):
        with faults_are_named(), database.reader(engine).connect() as connection:
            yield connection
        return
    copy = workplace / "record" / "snapshot.sqlite3"
    copy.parent.mkdir(mode=0o700)
    with faults_are_named(), engine.connect() as connection:
        made = sqlite3.connect(copy)
        try:
            origin = connection.connection.driver_connection
            assert isinstance(origin, sqlite3.Connection)
            # All pages in one step, so that nothing changes between the first and the last.
            origin.backup(made)
        finally:
            made.close()
    opened = database.open_engine(copy)
    try:
        with faults_are_named(), opened.connect() as connection:
            yield connection
    finally:
        opened.dispose()
        copy.unlink()


def schema(connection: Connection) -> str:
    """The migration at which the record stands."""
    found = connection.execute(sa.text(f"SELECT version_num FROM {_VERSION}")).scalar_one()
    return str(found)


def last_entry(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last audit entry."""
    newest = connection.execute(
        sa.text("SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1")
    ).first()
    return (0, "") if newest is None else (int(newest[0]), str(newest[1]))


def first_subject(connection: Connection) -> str | None:
    """Whose record it is: the subject of the first audit entry."""
    found = connection.execute(
        sa.text("SELECT subject FROM audit_entry ORDER BY number LIMIT 1")
    ).scalar()
    return None if found is None else str(found)


def count(connection: Connection, table: str) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar_one()


def tables(connection: Connection) -> list[sa.Table]:
    """The tables of the record, those that others refer to before the others."""
    known = sa.MetaData()
    known.reflect(connection)
    return [table for table in known.sorted_tables if table.name != _VERSION]


def columns(table: sa.Table) -> tuple[Column, ...]:
    return tuple(Column(column.name, _kind(column.type)) for column in table.columns)


def _kind(type_: sa.types.TypeEngine[Any]) -> str:
    for kind, name in (
        (sa.JSON, "json"),
        (sa.LargeBinary, "bytes"),
        (sa.DateTime, "instant"),
        (sa.Date, "day"),
        (sa.Boolean, "truth"),
        (sa.Integer, "number"),
        (sa.Float, "real"),
        (sa.String, "text"),
    ):
        if isinstance(type_, kind):
            return name
    raise ValueError(f"a column of the record has the type {type_!r}, which no backup knows")


def rows(connection: Connection, table: sa.Table) -> Iterator[list[Value]]:
    """Every row, in the order of the primary key, as values that JSON has."""
    shape = columns(table)
    # JSON goes through as the text that was stored: it is not for us to read it.
    asked = [
        sa.cast(table.c[each.name], sa.Text) if each.kind == "json" else table.c[each.name]
        for each in shape
    ]
    writers = [_WRITTEN.get(each.kind) for each in shape]
    query = sa.select(*asked).order_by(*table.primary_key.columns)
    found = connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
    for row in found:
        yield [
            write(value) if write is not None and value is not None else value
            for write, value in zip(writers, row, strict=True)
        ]


def _instant(value: datetime) -> str:
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


_WRITTEN: dict[str, Callable[[Any], Value]] = {
    "bytes": lambda value: base64.b64encode(value).decode(),
    "instant": _instant,
    "day": lambda value: value.isoformat(),
}


def _read_instant(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


_READ: dict[str, Callable[[Any], Any]] = {
    "bytes": lambda text: base64.b64decode(text, validate=True),
    "instant": _read_instant,
    "day": date.fromisoformat,
    "truth": bool,
}


def load(
    connection: Connection,
    shapes: Sequence[Dumped],
    content: Iterator[tuple[str, list[list[Value]]]],
) -> None:
    """Fill the empty tables from `content`: pieces of tables, each with its name, in any order.

    The rules that look at a change of the record are put aside meanwhile: what is put back was
    allowed when it was done. Raises `ValueError` where the content does not fit the tables.
    """
    known = {table.name: table for table in tables(connection)}
    wanted = {shape.name: shape for shape in shapes}
    if set(known) != set(wanted):
        raise ValueError(f"tables differ: {sorted(set(known) ^ set(wanted))}")
    for name, table in known.items():
        if set(wanted[name].columns) != set(columns(table)):
            raise ValueError(f"the columns of {name} differ")
    with _rules_aside(connection, list(known.values())):
        for name, batch in content:
            if batch:
                _insert(connection, known[name], wanted[name].columns, batch)
    if is_postgresql(connection.engine):
        _set_sequences(connection, list(known.values()))


def _insert(
    connection: Connection, table: sa.Table, shape: Sequence[Column], batch: list[list[Value]]
) -> None:
    readers = [_READ.get(each.kind) for each in shape]
    postgresql = is_postgresql(connection.engine)
    # JSON is put in as the text it was stored as.
    types = {
        each.name: sa.Text() if each.kind == "json" else table.c[each.name].type for each in shape
    }
    target = sa.table(table.name, *(sa.column(name, type_) for name, type_ in types.items()))
    values: dict[str, sa.ColumnElement[Any]] = {}
    for number, each in enumerate(shape):
        value = sa.bindparam(f"v{number}", type_=types[each.name])
        as_json = postgresql and each.kind == "json"
        values[each.name] = sa.cast(value, sa.JSON) if as_json else value
    parameters = [_parameters(row, readers, naive=not postgresql) for row in batch]
    connection.execute(sa.insert(target).values(values), parameters)


def _parameters(
    row: list[Value], readers: Sequence[Callable[[Any], Any] | None], *, naive: bool
) -> dict[str, Any]:
    if len(row) != len(readers):
        raise ValueError("a row has another number of values than its table has columns")
    read = {}
    for number, (reader, value) in enumerate(zip(readers, row, strict=True)):
        got = reader(value) if reader is not None and value is not None else value
        if naive and isinstance(got, datetime):
            got = got.replace(tzinfo=None)
        read[f"v{number}"] = got
    return read


@contextmanager
def _rules_aside(connection: Connection, all_: list[sa.Table]) -> Iterator[None]:
    """References are judged at the end, and triggers not at all."""
    if not is_postgresql(connection.engine):
        triggers = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).all()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name, _ in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in triggers:
            connection.exec_driver_sql(statement)
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise ValueError("a row refers to another that is not there")
        return
    references = [
        (table.name, constraint.name)
        for table in all_
        for constraint in table.foreign_key_constraints
    ]
    for table, name in references:
        _alter(connection, f'"{table}" ALTER CONSTRAINT "{name}" DEFERRABLE')
    connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    for each in all_:
        _alter(connection, f'"{each.name}" DISABLE TRIGGER USER')
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for each in all_:
        _alter(connection, f'"{each.name}" ENABLE TRIGGER USER')
    for table, name in references:
        _alter(connection, f'"{table}" ALTER CONSTRAINT "{name}" NOT DEFERRABLE')


def _alter(connection: Connection, what: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {what}")


def _set_sequences(connection: Connection, all_: list[sa.Table]) -> None:
    """The next row gets the number after the last one that was put back."""
    for table in all_:
        for column in table.primary_key.columns:
            sequence = connection.scalar(
                sa.select(sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name))
            )
            if sequence is not None:
                last = connection.scalar(sa.select(sa.func.max(column)))
                if last is not None:
                    connection.execute(sa.select(sa.func.setval(sequence, last)))


def check_ours(connection: Connection) -> None:
    """Raise `NoRecord` if there are tables here that are not those of a record."""
    found = sa.inspect(connection).get_table_names()
    if found and _VERSION not in found:
        raise NoRecord(
            N_(
                "The database holds something else than a record of merke. Nothing was touched;"
                " name an empty database."
            )
        )


def clear(connection: Connection) -> None:
    """Take away every table of a record in this PostgreSQL database, with its rules. Raises as
    `check_ours` does."""
    check_ours(connection)
    functions = connection.exec_driver_sql(
        "SELECT DISTINCT p.oid::regprocedure::text FROM pg_trigger t"
        " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    ).all()
    for table in sa.inspect(connection).get_table_names():
        connection.exec_driver_sql(f'DROP TABLE "{table}" CASCADE')
    for (function,) in functions:
        connection.exec_driver_sql(f"DROP FUNCTION {function}")
