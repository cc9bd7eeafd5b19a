"""PostgreSQL, for more than one machine: how it is reached, and what its faults mean.

Every rule of the record rests on one writer at a time, as in SQLite. Here an advisory lock of
the database gives the same: a write transaction takes it first and holds it to its end, so
nothing that was read in it can change, and no two can deadlock or fail to serialise. Readers
see one snapshot and never wait.
"""

import logging
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, create_engine, event, exc
from sqlalchemy.engine import Connection, ExceptionContext

from issuer.errors import BadInput
from issuer.record.faults import Fault
from issuer.texts import N_

log = logging.getLogger(__name__)

WRITE = "merke_write"

WRITER = {WRITE: True, "isolation_level": "READ COMMITTED"}
READER = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

# The number of our lock among the database's advisory locks: "merke" in ASCII.
_LOCK = 0x6D65726B65

# How long a writer may do nothing before the database ends it: its machine may be gone, and
# nobody else can write meanwhile.
_IDLE = "60s"

_KINDS = {
    "55P03": Fault.LOCKED,
    "40001": Fault.LOCKED,
    "40P01": Fault.LOCKED,
    "57014": Fault.LOCKED,
    "53100": Fault.FULL,
    "53200": Fault.CROWDED,
    "53300": Fault.CROWDED,
    "XX001": Fault.DAMAGED,
    "XX002": Fault.DAMAGED,
    # A replica that only reads.
    "25006": Fault.AWAY,
}


def open_engine(address: str, patience: float) -> Engine:
    """An engine on the database at `address`; a lock is waited for `patience` seconds.

    Raises `BadInput` for what is no address. It is never repeated: it may hold a password.
    """
    try:
        conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        raise BadInput(
            N_(
                "The address of the database cannot be read. Write it as"
                " postgresql://user@host/name, with ?sslmode=verify-full for another machine."
            )
        ) from None

    def connect() -> psycopg.Connection[Any]:
        # libpq reads the address itself, with every option it knows.
        connection = psycopg.connect(
            address,
            application_name="merke",
            connect_timeout=max(2, round(patience)),
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=10_000,
        )
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {round(patience * 1000)}")
        connection.execute("SET timezone = 'UTC'")
        connection.autocommit = False
        return connection

    engine = create_engine(
        "postgresql+psycopg://",
        creator=connect,
        # What stands in the record stands in no message.
        hide_parameters=True,
        pool_size=20,
        max_overflow=40,
        pool_timeout=patience,
        # A connection that the server has dropped meanwhile is found before it is used.
        pool_pre_ping=True,
    )

    event.listen(engine, "handle_error", _without_values)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITE):
            connection.exec_driver_sql(
                f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE}';"
                f" SELECT pg_advisory_xact_lock({_LOCK})",
                execution_options={"no_parameters": True},
            )

    return engine


def _without_values(context: ExceptionContext) -> None:
    """Take out of an error what the database repeats of the rows: its detail, and the whole
    message of a fault in what was given. A constraint is told by its name."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if not isinstance(error, psycopg.Error) or error.diag.message_primary is None:
        return
    state = error.sqlstate or ""
    told = f"data exception {state}" if state.startswith("22") else error.diag.message_primary
    error.args = (told,)
    if wrapped is not None:
        wrapped.args = (f"({type(error).__module__}.{type(error).__name__}) {told}",)


def fault(error: exc.DatabaseError) -> Fault | None:
    """What `error` says of the database; None if a rule of it was broken."""
    if isinstance(error, exc.DataError):
        return Fault.UNFIT
    state = getattr(error.orig, "sqlstate", None)
    if state in _KINDS:
        return _KINDS[state]
    return Fault.AWAY if isinstance(error, exc.OperationalError) else None
