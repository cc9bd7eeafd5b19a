"""A PostgreSQL server of the tests' own: private, on a socket of its own, gone with them.

    address = servers.database()              # an empty database; `drop` ends it
    address = servers.database(like=another)  # a copy of what another one holds

As root it runs as the user `postgres`, for PostgreSQL refuses root. What a crash of this
machine would lose is nobody's loss, so nothing is waited for on the disk.
"""

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_numbers = itertools.count(1)
_USER = "postgres"


class NoServer(Exception):
    """PostgreSQL is not installed here; the message says what to do."""


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is not None:
        return found
    for place in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True):
        return str(place)
    raise NoServer(f"{name} is not on this machine; on Debian: apt-get install postgresql")


def _as_postgres(*words: str) -> list[str]:
    if os.geteuid() != 0:
        return list(words)
    # Where it lies is not always among the places that are looked through.
    places = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    program = shutil.which("runuser", path=places)
    if program is None:
        raise NoServer("runuser is not on this machine; on Debian: apt-get install util-linux")
    return [program, "-u", _USER, "--", *words]


@cache
def server() -> Path:
    """The folder of the server's socket. Started once for all tests of a process."""
    initdb, postgres = _program("initdb"), _program("postgres")
    folder = Path(tempfile.mkdtemp(prefix="merke-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
    data = folder / "data"
    subprocess.run(
        _as_postgres(
            *(initdb, "-D", str(data), "-U", _USER, "-A", "trust", "--no-sync"),
            *("-E", "UTF8", "--locale=C.UTF-8"),
        ),
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0777",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_connections": "200",
        "autovacuum": "off",
    }
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        _as_postgres(
            *(postgres, "-D", str(data)),
            *itertools.chain.from_iterable(("-c", f"{k}={v}") for k, v in options.items()),
        ),
        stdout=log,
        stderr=log,
        cwd="/",
    )
    log.close()
    folder.chmod(0o755)

    def stop() -> None:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 3)  # at once: there is nothing to keep
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    for _ in range(200):
        try:
            psycopg.connect(_address(folder, _USER), connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.05)
        else:
            return folder
    raise RuntimeError("PostgreSQL did not start in ten seconds")


def _address(folder: Path, name: str) -> str:
    return f"postgresql://{_USER}@/{name}?host={folder}"


def database(*, like: str | None = None) -> str:
    """The address of a new database: empty, or a copy of the one at `like`."""
    folder = server()
    name = f"merke_{os.getpid()}_{next(_numbers)}"
    template = "template0" if like is None else str(conninfo_to_dict(like)["dbname"])
    with psycopg.connect(_address(folder, _USER), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return _address(folder, name)


def drop(address: str) -> None:
    """End a database, whoever is still connected to it."""
    with psycopg.connect(make_conninfo(address, dbname=_USER), autocommit=True) as connection:
        name = conninfo_to_dict(address)["dbname"]
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def cut_off(address: str) -> None:
    """End every connection to a database, as a restart of the server does."""
    with psycopg.connect(make_conninfo(address, dbname=_USER), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (conninfo_to_dict(address)["dbname"],),
        )


@contextmanager
def locked(address: str) -> Iterator[None]:
    """Somebody else has every table for himself, so that not even a reader gets at them."""
    with psycopg.connect(address) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table))
            )
        yield
        connection.rollback()
