"""The application of a desk, asked from outside.

client = browser(desk)              # our own host name, nothing followed by itself
staff = as_staff(desk, client)      # headers with a fresh token
"""

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn
from starlette.testclient import TestClient

from issuer import participations, tokens
from issuer.record.tables import OrganisationName
from issuer.sealing import Sealed
from issuer.studio import Studio
from issuer.web.app import create_app
from issuer.web.prompt import prompt
from issuer.web.server import configuration
from tests.support import servers
from tests.support.office import ADA, BASE, Desk
from verifier.documents import DocumentSource, PinnedDocuments

# Nothing outside is ever asked: a document that is not ours cannot be had.
NOWHERE = PinnedDocuments({})


@contextmanager
def browser(
    desk: Desk,
    *,
    base_url: str = BASE,
    documents: DocumentSource = NOWHERE,
    listen: str | None = None,
    studio: Studio | None = None,
) -> Iterator[TestClient]:
    """A client of the whole application, which starts and ends with it."""
    app = create_app(desk.office, documents=documents, listen=listen, studio=studio)
    with TestClient(app, base_url=base_url, follow_redirects=False) as client:
        yield client


def token(desk: Desk, person: str = ADA, *, days: int = 30) -> str:
    """A fresh token of the staff API."""
    with desk.office.transaction() as session:
        text, _ = tokens.issue(
            session, person, by=ADA, now=desk.clock(), lasts=timedelta(days=days)
        )
    return text


def as_staff(desk: Desk, person: str = ADA) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(desk, person)}"}


@dataclass
class Shop:
    """One holder of the mark, and the application around it."""

    desk: Desk
    client: TestClient
    sealed: Sealed

    def form(self, ending: str) -> bytes:
        """The badge as `json`, `jwt`, `png` or `svg`."""
        return self.client.get(f"/b/{self.sealed.credential_id}.{ending}").content


@contextmanager
def shop_in(place: Path, *, documents: DocumentSource = NOWHERE) -> Iterator[Shop]:
    desk = Desk.make(place / "data")
    sealed = desk.holder("Eksempelteatret")
    with browser(desk, documents=documents) as client:
        yield Shop(desk, client, sealed)
    desk.close()


@contextmanager
def locked_record(desk: Desk) -> Iterator[None]:
    """Another process writes, and takes its time."""
    if desk.office.settings.database is not None:
        with servers.locked(desk.office.settings.database):
            yield
        return
    other = sqlite3.connect(desk.office.folder.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def real_server(desk: Desk) -> Iterator[int]:
    """The application behind a real socket on this machine; gives the port."""
    app = create_app(desk.office, listen="127.0.0.1", documents=NOWHERE)
    with serving(configuration(app, prompt(app.lane))) as port:
        yield port


@contextmanager
def serving(config: uvicorn.Config) -> Iterator[int]:
    """A server that starts and ends with the test."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def holder_named(desk: Desk, name: str) -> Sealed:
    """A holder whose name got into the record, after the sealing, without being checked."""
    sealed = desk.holder("Prøvescenen")
    with desk.office.transaction() as session:
        row = participations.find(session, sealed.slug)
        row.organisation.names.append(
            OrganisationName(name=name, language=None, sort_key="p", folded="p", since=desk.clock())
        )
    return sealed
