"""What every test may use, and what none may do."""

import gc
import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# A slow machine is no failed property; the test run has a time limit of its own.
settings.register_profile("merke", deadline=None)
settings.load_profile("merke")


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "both_databases: run on SQLite and on PostgreSQL, whatever is the default",
        "database_only(kind): of this database alone",
    ):
        config.addinivalue_line("markers", marker)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if only := metafunc.definition.get_closest_marker("database_only"):
        metafunc.parametrize("database", [only.args[0]], indirect=True)
    elif metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind of database on which the desks of this test keep their records."""
    usual = os.environ.get("MERKE_TEST_DATABASE", "sqlite")
    kind: str = getattr(request, "param", usual)
    if kind == usual:
        yield kind
        return
    from tests.support import office, servers

    try:
        if kind == "postgresql":
            servers.server()
    except servers.NoServer as fault:
        pytest.skip(str(fault))
    before = len(office.made)
    with office.kept_in(kind):
        yield kind
    for address in office.made[before:]:
        servers.drop(address)
    del office.made[before:]


@pytest.fixture
def alone() -> Iterator[None]:
    """For tests that count the processor's time: looking for garbage among all that other tests
    have left in this process is no part of it. What was there before is not looked through."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of public test vectors: `MERKE_VECTORS`, or `../shared/vectors`."""
    folder = Path(os.environ.get("MERKE_VECTORS", ROOT.parent / "shared" / "vectors"))
    if not folder.is_dir():
        pytest.skip(f"no public test vectors at {folder}; name their folder in MERKE_VECTORS")
    return folder


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long value by its place: keys made for one run must not name a test."""
    return argname if isinstance(val, str | bytes) and len(val) > 40 else None


class WentOutside(BaseException):
    """A test reached for another machine. Not an `Exception`: nobody may catch and hide it."""


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo" and not _is_here(arguments[0]):
        raise WentOutside(f"a test asked for the address of {arguments[0]!r}")
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(address[0]):
            raise WentOutside(f"a test connected to {address!r}")


sys.addaudithook(_refuse_other_machines)
