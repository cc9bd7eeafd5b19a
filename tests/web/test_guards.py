"""What every request must keep to, and what every answer carries."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import Desk
from tests.support.web import Shop, browser, shop_in


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


def test_endless_addresses(shop: Shop) -> None:
    answer = shop.client.get("/register.json?" + "x" * 5000)
    assert (answer.status_code, answer.json()["code"]) == (414, "request.length")
