"""Verifying over the web: any form of any badge, a report for each, refusals for none of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from issuer.web.bodies import LARGEST_BADGE
from tests.support.office import Desk
from tests.support.web import Shop, browser, shop_in

VERIFY = "/api/v1/verify"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop_in(tmp_path_factory.mktemp("verify")) as shop:
        yield shop


@pytest.mark.parametrize(
    ("ending", "content_type"),
    [
        ("json", "application/json"),
        ("json", "application/vc+ld+json"),
        ("json", "text/plain"),
        ("jwt", "text/plain"),
        ("jwt", "application/vc+jwt"),
        ("png", "image/png"),
        ("svg", "image/svg+xml"),
        ("png", "application/octet-stream"),
        ("jwt", ""),
    ],
)
def test_any_form_of_a_good_badge_is_valid(shop: Shop, ending: str, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = shop.client.post(VERIFY, content=shop.form(ending), headers=headers)
    assert answer.status_code == 200
    report = answer.json()
    assert (report["verdict"], report["reasons"]) == ("VALID", [])
    assert report["who"] == {
        "kind": "ours",
        "did": "did:web:balansemerket.example.no",
        "host": "balansemerket.example.no",
    }
    assert report["credential"]["id"].endswith(shop.sealed.credential_id)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_file_or_a_text_in_a_form(shop: Shop) -> None:
    picture = ("badge.png", shop.form("png"), "image/png")
    text = shop.form("jwt").decode()
    for sent in (
        {"files": {"file": picture}},
        {"files": {"file": picture}, "data": {"text": "  "}},
        {"files": {"file": ("", b"")}, "data": {"text": f"\n {text}\n"}},
        {"files": {"text": (None, text)}},
        {"data": {"text": text}},
    ):
        answer = shop.client.post(VERIFY, **sent)
        assert (answer.status_code, answer.json()["verdict"]) == (200, "VALID")
    both = shop.client.post(VERIFY, files={"file": picture}, data={"text": text})
    assert (both.status_code, both.json()["code"]) == (400, "request.malformed")


@pytest.mark.parametrize(
    ("body", "verdict", "reason"),
    [
        (b"hello", "UNDETERMINED", "carrier.unsupported"),
        (b"{", "INVALID", "json.malformed"),
        (b'{"a": 1, "a": 2}', "INVALID", "json.duplicate"),
        (b'{"a": NaN}', "INVALID", "json.number"),
        (b'{"a": 1e999}', "INVALID", "json.number"),
        (b"[" * 100_000, "INVALID", "limit.depth"),
        (b"\x89PNG\r\n\x1a\n", "INVALID", "carrier.malformed"),
        (b"<svg", "INVALID", "carrier.malformed"),
        (b"a.b.c", "UNDETERMINED", "carrier.unsupported"),
        (b"\xff\xfe", "UNDETERMINED", "carrier.unsupported"),
    ],
)
def test_what_is_no_badge_gets_a_report_all_the_same(
    shop: Shop, body: bytes, verdict: str, reason: str
) -> None:
    answer = shop.client.post(VERIFY, content=body)
    assert answer.status_code == 200
    report = answer.json()
    assert (report["verdict"], report["reasons"]) == (verdict, [reason])


def test_an_altered_badge_is_invalid(shop: Shop) -> None:
    changed = json.loads(shop.form("json"))
    changed["validUntil"] = "2999-12-31T23:59:59Z"
    report = shop.client.post(VERIFY, json=changed).json()
    assert report["verdict"] == "INVALID"
    assert "proof.altered" in report["reasons"]
    assert report["credential"] is None


def test_a_revocation_counts_at_once_even_unpublished(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    with browser(desk) as client:
        badge = client.get(f"/b/{sealed.credential_id}.json").content
        listed = client.get("/status/1").content
        assert client.post(VERIFY, content=badge).json()["verdict"] == "VALID"
        # Revoked in the record, while the published list is behind.
        office = desk.office
        passphrase, office._passphrase = office._passphrase, None
        office._ring = office._ring_seen = None
        desk.suspend(sealed.code)
        assert client.get("/status/1").content == listed
        report = client.post(VERIFY, content=badge).json()
        assert (report["verdict"], report["reasons"]) == ("INVALID", ["status.revoked"])
        assert passphrase is not None
    desk.close()


def test_another_moment_and_other_trust(shop: Shop) -> None:
    badge = shop.form("json")

    def ask(**params: Any) -> Any:
        answer = shop.client.post(VERIFY, content=badge, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert ask(at="2024-01-01T00:00:00Z")["reasons"] == ["period.not_yet"]
    assert ask(at="2030-01-01T00:00:00+01:00")["reasons"] == ["period.expired"]
    assert ask(at="2030-01-01T00:00:00Z")["at"] == "2030-01-01T00:00:00Z"
    assert ask(trust="did:web:balansemerket.example.no")["verdict"] == "VALID"
    assert ask(trust=["did:web:a.example", "did:web:balansemerket.example.no"])
    assert ask(trust="did:web:a.example")["reasons"] == ["issuer.untrusted"]
    assert ask(recipient="nobody@example.no")["reasons"] == ["recipient.mismatch"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"at": "tomorrow"}, 422),
        ({"at": "2030-01-01T00:00:00"}, 422),
        ({"at": "9" * 100}, 422),
        ({"trust": "balansemerket.example.no"}, 422),
        ({"at": ["2027-03-31T21:59:59Z", "2017-03-31T21:59:59Z"]}, 422),
        ({"recipient": ["a@example.no", "b@example.no"]}, 422),
        ({"trust": [f"did:web:a{i}.example" for i in range(30)]}, 422),
        ({"recipient": "x" * 400}, 422),
    ],
)
def test_parameters_that_cannot_be_read(shop: Shop, params: dict[str, Any], status: int) -> None:
    answer = shop.client.post(VERIFY, content=b"{}", params=params)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["query"] == next(iter(params))


def test_nothing_that_is_asked_is_passed_over(shop: Shop) -> None:
    """Or a misspelt `trust` would let anybody's badge be VALID."""
    form = {"text": shop.form("jwt").decode()}
    answer = shop.client.post(VERIFY, data=form, params={"trusted": "did:web:a.example"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown"
    for name in ("trust", "at"):
        answer = shop.client.post(VERIFY, data={**form, name: "did:web:a.example"})
        assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed")
    assert shop.client.post(VERIFY, data=form, params={"lang": "nn"}).status_code == 200


def test_requests_that_cannot_be_read(shop: Shop) -> None:
    boundary = {"Content-Type": "multipart/form-data; boundary=x"}
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n'
    many = b"".join(part.replace(b"text", b"t%d" % i) for i in range(50)) + b"--x--\r\n"
    for content, headers, code in (
        (b"", {}, "request.empty"),
        (b" \n ", {}, "request.empty"),
        (b"--x--\r\n", boundary, "request.empty"),
        (b"no boundary", {"Content-Type": "multipart/form-data"}, "request.malformed"),
        (b"garbage", boundary, "request.malformed"),
        (many, boundary, "request.malformed"),
        (part, {"Content-Type": "multipart/form-data; boundary=x; charset=punycode"}, None),
        (b"--x\r\n\r\nhello\r\n--x--\r\n", boundary, "request.malformed"),
        (b"a=1&" * 100, {"Content-Type": "application/x-www-form-urlencoded"}, None),
    ):
        answer = shop.client.post(VERIFY, content=content, headers=headers)
        assert 400 <= answer.status_code < 500, (content[:40], answer.text)
        if code is not None:
            assert answer.json()["code"] == code, content[:40]


def test_the_recipient_may_stand_in_the_form(shop: Shop) -> None:
    files = {"file": ("merke.svg", shop.form("svg"))}

    def ask(*, field: str | list[str], query: str | None = None) -> Any:
        params = {} if query is None else {"recipient": query}
        answer = shop.client.post(VERIFY, files=files, data={"recipient": field}, params=params)
        return answer.json()

    assert ask(field="Eksempelteatret")["verdict"] == "VALID"
    assert ask(field="ola@example.no")["reasons"] == ["recipient.mismatch"]
    assert ask(field="", query="ola@example.no")["reasons"] == ["recipient.mismatch"]
    assert ask(field="Eksempelteatret", query="Eksempelteatret")["code"] == "request.malformed"
    assert ask(field=["Eksempelteatret", "ola@example.no"])["code"] == "request.malformed"


def test_an_active_picture_is_refused(shop: Shop) -> None:
    badge = shop.form("svg").replace(b"</svg>", b"<script>alert(1)</script></svg>", 1)
    report = shop.client.post(VERIFY, content=badge).json()
    assert (report["verdict"], report["reasons"]) == ("INVALID", ["carrier.active"])


def test_too_large_is_refused_before_it_is_read(shop: Shop) -> None:
    huge = b"x" * (LARGEST_BADGE + 1)
    answer = shop.client.post(VERIFY, content=huge)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.size")

    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 65_536

    answer = shop.client.post(VERIFY, content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "request.size")
    small = shop.client.post("/api/v1/nowhere", content=b"x" * 300_000)
    assert small.status_code == 413
