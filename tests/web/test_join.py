"""An organisation asks: the form for people, the same for programs, limits, one answer for all."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from issuer import contacts, enquiries, organisations, programme, programmes, staff
from issuer.mail_settings import Mail
from issuer.post.kind import Kind
from issuer.record.post import Letter
from issuer.settings import BadSettings, check_proxies
from issuer.settings import read as read_settings
from issuer.settings import write as write_settings
from issuer.web.senders import network_of, sender
from tests.support.office import ADA, Desk
from tests.support.pages import Page
from tests.support.web import browser

GOOD = {
    "name": "Østfold Ånd & Ærlighet",
    "kind": "group",
    "number": "",
    "contact_name": "Nora Eksempel",
    "contact_email": "nora@eksempel.example.no",
    "contact_phone": "22 24 96 01",
    "message": "Vi er fem stykker.\r\nHilsen Nora",
}
HTML = {"Accept": "text/html", "Accept-Language": "nb"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, TestClient]]:
    """For tests that leave nothing behind."""
    desk = Desk.make(tmp_path_factory.mktemp("join") / "data")
    with browser(desk) as client:
        yield desk, client
    desk.close()


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    with browser(desk) as client:
        yield client


def waiting(desk: Desk) -> list[dict[str, Any]]:
    with desk.office.reading() as session:
        return [enquiries.json(row) for row in enquiries.listing(session)]


def send(client: TestClient, **changes: str) -> Any:
    return client.post("/join", data={**GOOD, **changes}, headers=HTML)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_form_is_a_page_like_any_other(
    looked_at: tuple[Desk, TestClient], language: str
) -> None:
    _, client = looked_at
    page = Page.of(client.get("/join", headers={**HTML, "Accept-Language": language}).text)
    assert list(page.faults()) == []
    assert page.lang == language
    assert {e.attributes["name"] for e in page.all("input")} == set(GOOD) - {"kind", "message"}
    kinds = [e.attributes["value"] for e in page.all("option")]
    assert kinds == ["", *organisations.KINDS]
    assert not page.all("input", type="hidden")


def test_an_enquiry_comes_in(desk: Desk, client: TestClient) -> None:
    answer = send(client)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/join/received"
    assert "set-cookie" not in answer.headers
    thanks = Page.of(client.get("/join/received", headers=HTML).text)
    assert list(thanks.faults()) == []
    (kept,) = waiting(desk)
    assert kept["name"] == GOOD["name"]
    assert kept["contact"] == {
        "name": "Nora Eksempel",
        "email": "nora@eksempel.example.no",
        "phone": "22249601",
    }
    assert kept["message"] == "Vi er fem stykker.\nHilsen Nora"
    assert kept["language"] == "nb"
    assert client.get("/register.json").json()["participants"] == []


def test_the_same_again_is_kept_once(desk: Desk, client: TestClient) -> None:
    first, second = send(client), send(client)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert len(waiting(desk)) == 1
    send(client, message="Noe annet")
    assert len(waiting(desk)) == 2


def test_the_answer_says_nothing_of_who_is_known(desk: Desk, client: TestClient) -> None:
    desk.holder("Eksempelteatret", number="312345676")
    known = send(client, name="Eksempelteatret", number="312 345 676")
    unknown = send(client, name="Ukjent Teater")
    assert known.status_code == unknown.status_code == 303
    assert known.headers["location"] == unknown.headers["location"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 201),
        ("name", "Teater\u202e"),
        ("kind", "guild"),
        ("kind", ""),
        ("number", "123456789"),
        ("contact_name", ""),
        ("contact_email", "pål@example.no"),
        ("contact_email", "nora@example.no\r\nBcc: alle@example.no"),
        ("contact_email", "nora"),
        ("contact_phone", "ring meg"),
        ("message", "x" * 4001),
        ("message", "a\u200bb"),
    ],
)
def test_a_fault_stands_beside_its_field(
    looked_at: tuple[Desk, TestClient], field: str, value: str
) -> None:
    desk, client = looked_at
    answer = send(client, **{field: value})
    assert answer.status_code == 422
    page = Page.of(answer.text)
    assert list(page.faults()) == []
    assert [e.attributes["id"] for e in page.all("p", class_="fault")] == [f"{field}-fault"]
    wrong = next(e for e in page.elements if e.attributes.get("name") == field)
    assert wrong.attributes["aria-invalid"] == "true"
    assert f"{field}-fault" in wrong.attributes["aria-describedby"].split()
    assert f"#{field}" in page.links
    # What was right need not be written again.
    assert page.one("input", name="contact_name").attributes["value"] == (
        value if field == "contact_name" else GOOD["contact_name"]
    )
    assert waiting(desk) == []


def test_hostile_text_stays_text(looked_at: tuple[Desk, TestClient]) -> None:
    _, client = looked_at
    answer = send(client, name='"><script>alert(1)</script>', kind="x")
    page = Page.of(answer.text)
    assert list(page.faults()) == []
    assert page.one("input", name="name").attributes["value"] == '"><script>alert(1)</script>'


def test_other_forms_are_refused(desk: Desk, client: TestClient) -> None:
    files = {"name": ("a.txt", b"x")}
    assert client.post("/join", files=files).status_code == 415
    assert client.post("/join", json=GOOD).status_code == 415
    many = "&".join(f"f{n}=1" for n in range(50))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/join", content=many, headers=kind).status_code == 400
    assert client.post("/join", content=b"\xff\xfe%", headers=kind).status_code == 422
    assert waiting(desk) == []


HOST = "balansemerket.example.no"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": f"https://{HOST}.evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": f"https://{HOST}"}, 303),
        ({"Origin": f"https://{HOST}"}, 303),
        ({}, 303),
    ],
)
def test_no_other_sites_page_can_send_the_form(
    desk: Desk, client: TestClient, told: dict[str, str], status: int
) -> None:
    answer = client.post("/join", data=GOOD, headers={**HTML, "Host": HOST, **told})
    assert answer.status_code == status
    assert len(waiting(desk)) == (status == 303)


def test_nobody_is_flooded_with_confirmations(desk: Desk, client: TestClient) -> None:
    """Anybody can name anybody's address: each enquiry is kept, and few are confirmed."""
    for number in range(5):
        address = GOOD["contact_email"].upper() if number % 2 else GOOD["contact_email"]
        send(client, name=f"Eksempel {number}", contact_email=address)
    assert len(waiting(desk)) == 5
    assert len(confirmations(desk)) == 3
    desk.clock.advance(days=1, minutes=1)
    send(client)
    assert len(confirmations(desk)) == 4


def test_strangers_keep_no_other_mail_waiting(desk: Desk, client: TestClient) -> None:
    mail = Mail("localhost", "post@example.no", cap_per_day=8)
    desk.office.settings = replace(desk.office.settings, mail=mail)
    for number in range(5):
        send(client, name=f"Eksempel {number}", contact_email=f"a{number}@example.no")
    assert len(waiting(desk)) == 5
    assert len(confirmations(desk)) == 8 // 4


def confirmations(desk: Desk) -> list[str]:
    kind = Letter.kind == Kind.ENQUIRY_RECEIVED.value
    with desk.office.reading() as session:
        return list(session.scalars(select(Letter.id).where(kind)))


def test_limits_hold_for_one_address_and_end_by_themselves(desk: Desk, client: TestClient) -> None:
    for number in range(5):
        assert send(client, message=str(number)).status_code == 303
    refused = send(client, message="en til")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    page = Page.of(refused.text)
    assert list(page.faults()) == []
    assert page.one("textarea").text == "en til"
    program = client.post("/api/v1/join", json={**GOOD, "message": "en til"})
    assert program.status_code == 429
    assert program.json()["code"] == "request.often"
    assert int(program.headers["retry-after"]) > 0
    assert len(waiting(desk)) == 5
    desk.clock.advance(hours=1)
    assert send(client, message="en til").status_code == 303
    assert len(waiting(desk)) == 6


def test_limits_hold_for_all_together_and_across_processes(desk: Desk) -> None:
    for number in range(enquiries.FROM_ALL.amount):
        assert enquiries.seconds_to_wait(desk.office, f"10.0.0.{number}") == 0
    other = Desk(desk.reopen(), desk.clock)
    assert enquiries.seconds_to_wait(other.office, "10.0.1.1") == 3600
    other.close()


def test_a_program_asks(desk: Desk, client: TestClient) -> None:
    body = {name: GOOD[name] for name in ("name", "kind", "contact_name", "contact_email")}
    answer = client.post("/api/v1/join", json={**body, "language": "nn"})
    assert answer.status_code == 202
    assert answer.json()["received"] is True
    (kept,) = waiting(desk)
    assert (kept["language"], kept["organisationNumber"]) == ("nn", None)
    wrong = client.post(
        "/api/v1/join", json={**body, "number": "123456789", "contact_email": "x"}
    ).json()
    assert [error["pointer"] for error in wrong["errors"]] == ["/number", "/contact_email"]
    assert "123456789" in wrong["errors"][0]["detail"]
    assert client.post("/api/v1/join", json={**body, "owner": True}).status_code == 422
    assert client.post("/api/v1/join", content=b"{").status_code == 415
    json = {"Content-Type": "application/json"}
    twice = b'{"name": "a", "name": "b"}'
    assert client.post("/api/v1/join", content=twice, headers=json).json()["code"] == (
        "json.duplicate"
    )


def test_an_enquiry_becomes_a_participation(desk: Desk, client: TestClient) -> None:
    send(client)
    (task,) = staff.tasks_waiting(desk.office, "en")
    assert task["kind"] == "enquiry.waits"
    assert "Nora" not in str(task)
    with desk.office.transaction() as session:
        (asked,) = enquiries.listing(session)
        row = enquiries.enrol(session, asked, by=ADA, now=desk.clock())
        (first,) = contacts.in_use(session, row.organisation)
        assert (first.place, first.email) == ("first", GOOD["contact_email"])
        assert row.organisation.kind == "group"
        assert not row.listed
        slug = row.slug
    assert waiting(desk) == []
    assert "enquiry.waits" not in [each["kind"] for each in staff.tasks_waiting(desk.office, "en")]
    # Not agreed to be listed: nobody learns of it.
    assert client.get(f"/m/{slug}").status_code == 404
    for word in ("Nora", "eksempel.example.no"):
        assert word not in client.get("/register", headers=HTML).text


def test_with_several_marks_one_is_chosen(desk: Desk, client: TestClient) -> None:
    source = re.sub(
        rb'slug = "balansemerket"', b'slug = "annetmerke"', programmes.shipped("balansemerket")
    )
    with desk.office.transaction() as session:
        programmes.add(session, programme.load(source, "x.toml"), source, by=ADA, now=desk.clock())
    page = Page.of(client.get("/join", headers=HTML).text)
    assert list(page.faults()) == []
    assert "annetmerke" in [e.attributes["value"] for e in page.all("option")]
    send(client, programme="annetmerke")
    assert [row["programme"] for row in waiting(desk)] == ["annetmerke"]


@pytest.mark.parametrize(
    ("host", "header", "trusted", "found"),
    [
        ("192.0.2.1", "203.0.113.9", (), "192.0.2.1"),
        ("127.0.0.1", "203.0.113.9", ("127.0.0.1",), "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9", ("127.0.0.1",), "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, 10.0.0.7", ("127.0.0.1", "10.0.0.0/24"), "203.0.113.9"),
        ("192.0.2.1", "203.0.113.9", ("127.0.0.1",), "192.0.2.1"),
        ("127.0.0.1", "", ("127.0.0.1",), ""),
        ("127.0.0.1", "203.0.113.9:40001", ("127.0.0.1",), "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::1]:40001", ("127.0.0.1",), "2001:db8::/64"),
        ("127.0.0.1", "203.0.113.9, 10.0.0.7:443", ("127.0.0.1", "10.0.0.0/24"), "203.0.113.9"),
        ("2001:db8::1", "x", (), "2001:db8::/64"),
        ("::ffff:192.0.2.1", "x", (), "192.0.2.1"),
    ],
)
def test_whose_word_counts(host: str, header: str, trusted: tuple[str, ...], found: str) -> None:
    scope = {"client": (host, 1), "headers": [(b"x-forwarded-for", header.encode())]}
    assert sender(scope, trusted) == found
    assert len(network_of("x" * 500)) <= 100


def test_trusted_proxies_are_a_setting() -> None:
    text = 'base_url = "https://merke.example.no"\nname = "x"\n'
    settings = read_settings(text + 'trusted_proxies = ["127.0.0.1", "10.0.0.0/24"]\n')
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/24")
    assert read_settings(write_settings(settings)) == settings
    assert read_settings(text).trusted_proxies == ()
    for wrong in (["0.0.0.0/0"], ["proxy"], [1], ["10.0.0.1/8"]):
        with pytest.raises(BadSettings):
            check_proxies(wrong)
