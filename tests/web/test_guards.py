"""What every request must keep to, and what every answer carries."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import Desk
from tests.support.web import Shop, browser, real_server, shop_in


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop_in(tmp_path_factory.mktemp("guards")) as shop:
        yield shop


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("balansemerket.example.no", 200),
        ("BALANSEMERKET.example.NO", 200),
        ("balansemerket.example.no:443", 200),
        ("balansemerket.example.no:8443", 421),
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("[::1]:8000", 200),
        ("localhost:x", 421),
        ("evil.example", 421),
        ("balansemerket.example.no.evil.example", 421),
        ("balansemerket.example.no@evil.example", 421),
        ("", 421),
    ],
)
def test_host_names(shop: Shop, host: str, status: int) -> None:
    answer = shop.client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    if status == 421:
        assert answer.json()["code"] == "request.host"
        assert host not in answer.text.replace("balansemerket.example.no", "") or not host


def test_this_machines_name_only_where_it_serves_itself(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data", sample=False)
    for listen, status in ((None, 421), ("0.0.0.0", 421), ("127.0.0.1", 200), ("::1", 200)):
        with browser(desk, listen=listen, base_url="http://127.0.0.1:8000") as client:
            assert client.get("/healthz").status_code == status, listen
    desk.close()


def test_nothing_is_made_from_the_host_header(shop: Shop) -> None:
    ours = shop.client.get("/register.json").json()
    local = shop.client.get(
        "/register.json", headers={"Host": "localhost:1", "X-Forwarded-Host": "evil.example"}
    ).json()
    assert local["id"] == ours["id"]


def test_every_answer_is_guarded(shop: Shop) -> None:
    for path in ("/", f"/b/{shop.sealed.credential_id}.svg", "/nowhere", "/api/v1/participations"):
        headers = shop.client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script" not in policy.replace("require-trusted-types-for 'script'", "")
        assert "frame-ancestors 'none'" in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "camera=()" in headers["permissions-policy"]
        assert "set-cookie" not in headers
        assert "server" not in headers
    framed = shop.client.get(f"/embed/{shop.sealed.slug}.svg").headers
    assert "frame-ancestors *" in framed["content-security-policy"]
    assert "x-frame-options" not in framed
    assert framed["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", ["/embed/nobody", "/embed/{}/no-such-variant.html", "/embed/{}/", "/embed/..%2Fjoin"]
)
def test_no_page_of_ours_can_be_framed(shop: Shop, path: str) -> None:
    """A refusal at an address that may be framed is no page: those have forms and links."""
    path = path.format(shop.sealed.slug)
    answer = shop.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    framed = "frame-ancestors *" in answer.headers["content-security-policy"]
    assert framed == path.endswith(".html")


def test_two_lengths_end_the_connection(shop: Shop) -> None:
    """A web server in front may have taken the other one: what follows is nobody's request."""
    host = b"Host: balansemerket.example.no\r\n"
    next_ = b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n"
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with real_server(shop.desk) as port:
        for first in (b"POST /join", b"GET /healthz", f"GET /m/{shop.sealed.slug}.json".encode()):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(first + b" HTTP/1.1\r\n" + host + both + next_)
                answer = connection.makefile("rb").read()
            assert answer.count(b"HTTP/1.1 ") == 1, first
            assert answer.startswith(b"HTTP/1.1 400 "), first


def test_who_goes_away_is_no_fault_of_ours(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    head = b"POST /join HTTP/1.1\r\nHost: balansemerket.example.no\r\n"
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nname="
    with real_server(shop.desk) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(head + form)
            time.sleep(0.3)
        time.sleep(0.3)
    assert not [line for line in caplog.records if line.levelname in ("ERROR", "CRITICAL")]


def test_endless_addresses(shop: Shop) -> None:
    answer = shop.client.get("/register.json?" + "x" * 5000)
    assert (answer.status_code, answer.json()["code"]) == (414, "request.length")
