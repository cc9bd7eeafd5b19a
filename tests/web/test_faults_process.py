"""Our own process killed in the middle, and what comes over a real socket."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.record.access import IdempotencyKey
from issuer.record.tables import Credential
from issuer.web import bodies
from tests.support.office import ADA, BO, PASSPHRASE, Desk
from tests.support.web import as_staff, browser, real_server, token


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


_KILLED = """
import os, sys
from datetime import datetime
from pathlib import Path
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from issuer.office import Office
from issuer.web.app import create_app
from issuer.web.idempotency import Keyed
import issuer.sealing

place, moment, path, token, where = sys.argv[1:]
office = Office.open(
    Path(place), passphrase=b"a passphrase for tests only",
    clock=lambda: datetime.fromisoformat(moment),
)
def killed(*_, **__):
    os.kill(os.getpid(), 9)
if where == "before the answer is kept":
    Keyed._keep = killed
elif where == "before the act":
    issuer.sealing.seal = killed
elif where == "within the act":
    issuer.sealing.sign = killed
client = TestClient(create_app(office), base_url=office.settings.base_url)
client.post(path, json={"reason": "x"}, headers={
    "Authorization": f"Bearer {token}", "Idempotency-Key": "k",
})
"""


@pytest.mark.parametrize("where", ["before the answer is kept", "before the act", "within the act"])
def test_a_killed_process_leaves_a_key_that_still_works(desk: Desk, where: str) -> None:
    slug = desk.enrol("Fjordscenen")
    desk.meet(slug)
    at = f"/api/v1/participations/{slug}"
    with browser(desk) as client:
        client.post(f"{at}/preparation", json={"reason": "x"}, headers=as_staff(desk, ADA))
        bo = token(desk, BO)
        arguments = [
            str(desk.office.folder.path),
            desk.clock().isoformat(),
            f"{at}/award",
            bo,
            where,
        ]
        done = subprocess.run(
            [sys.executable, "-c", _KILLED, *arguments],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        with desk.office.reading() as session:
            row = session.query(IdempotencyKey).filter(IdempotencyKey.key == "k").one()
            assert row.status is None
        headers = {"Authorization": f"Bearer {bo}", "Idempotency-Key": "k"}
        desk.clock.advance(seconds=1)
        answer = client.post(f"{at}/award", json={"reason": "x"}, headers=headers)
        assert answer.status_code == 201, answer.text
        again = client.post(f"{at}/award", json={"reason": "x"}, headers=headers)
        assert again.content == answer.content
        with desk.office.reading() as session:
            issued = session.query(Credential).filter(Credential.state == "issued").count()
        assert issued == 1


def _exchange(port: int, request: bytes, *, patience: float = 10) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
            if answer.endswith((b"}", b"\n")) or b"content-length: 0" in answer:
                break
        return answer


def test_over_a_real_socket(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = desk.holder("Eksempelteatret")
    monkeypatch.setattr(bodies, "BODY_PATIENCE", 0.5)
    with real_server(desk) as port:

        def status(request: bytes) -> int:
            return int(_exchange(port, request).split(b" ")[1])

        host = b"Host: 127.0.0.1:%d\r\n" % port
        assert status(b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n") == 200
        assert status(b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n") == 421
        assert status(b"GET /healthz HTTP/1.1\r\n\r\n") == 400
        assert status(b"GET /healthz HTTP/1.0\r\n\r\n") == 421
        two = b"Host: a\r\nHost: 127.0.0.1\r\n"
        assert status(b"GET /healthz HTTP/1.1\r\n" + two + b"\r\n") in (400, 421)
        flood = b"".join(b"X-%d: y\r\n" % n for n in range(20_000))
        # Refused, or cut off before all of it had been sent.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            assert status(b"GET /healthz HTTP/1.1\r\n" + host + flood + b"\r\n") in (400, 431)
        assert status(b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n") == 200
        # A body that does not come.
        begun = b"POST /api/v1/verify HTTP/1.1\r\n" + host + b"Content-Length: 100\r\n\r\n{"
        started = time.monotonic()
        assert status(begun) == 408
        assert time.monotonic() - started < 5
        # Ranges are not offered: the whole answer is.
        many = b"Range: bytes=" + b",".join(b"%d-%d" % (n, n) for n in range(500)) + b"\r\n"
        path = b"/b/" + sealed.credential_id.encode() + b".json"
        assert status(b"GET " + path + b" HTTP/1.1\r\n" + host + many + b"\r\n") == 200
        announced = b"Content-Length: 99999999999\r\n\r\n"
        assert status(b"POST /api/v1/verify HTTP/1.1\r\n" + host + announced) == 413
        both = b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
        assert status(b"POST /api/v1/verify HTTP/1.1\r\n" + host + both) == 400


def test_the_passphrase_of_these_tests_is_the_desks() -> None:
    assert PASSPHRASE.decode() in _KILLED
    assert os.environ.get("MERKE_PASSPHRASE") is None
