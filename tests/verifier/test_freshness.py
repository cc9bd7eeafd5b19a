"""How long a copy may stand for a document, and what is kept of all that was fetched."""

import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.verifier.simulator import IssuerSimulator, compact, put
from tests.verifier.tls_server import Authority, Serve, redirect, reply
from tests.verifier.wire import PUBLIC, Wire, client
from verifier.documents import (
    MAX_BADGE,
    MAX_REQUESTS,
    Document,
    DocumentGone,
    DocumentUnavailable,
    OneVerification,
    RequestsSpent,
)
from verifier.fetch import Budget
from verifier.freshness import LONGEST, MAX_BYTES, MAX_COPIES, Copies, lifetime
from verifier.world import World

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
SOON = (NOW + timedelta(seconds=90)).strftime("%Y-%m-%dT%H:%M:%SZ")


def http(control: str | None, **more: str) -> float:
    """How long a document that says nothing itself may be kept under these headers."""
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    if control is not None:
        headers["cache-control"] = control
    return lifetime(headers, Document(b"{}"), NOW)


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("public", 0),
        ("max-age=60", 60),
        ("public, max-age=60, must-revalidate", 60),
        ("PUBLIC,MAX-AGE=60", 60),
        ('max-age="60"', 60),
        ("max-age=600, s-maxage=60", 60),
        ("max-age=60, s-maxage=600", 600),
        ("max-age=0", 0),
        ("max-age=31536000", LONGEST),
        ("max-age=99999999999999999999", 0),
        ("max-age=-1", 0),
        ("max-age=soon", 0),
        ("max-age", 0),
        ("no-store, max-age=60", 0),
        ("max-age=60, no-cache", 0),
        ('no-cache="set-cookie", max-age=60', 0),
        ("private, max-age=60", 0),
    ],
)
def test_what_http_allows(control: str | None, seconds: float) -> None:
    assert http(control) == seconds


def test_time_that_others_kept_it_counts() -> None:
    assert http("max-age=60", age="45") == 15
    assert http("max-age=60", age="61") == 0
    assert http("max-age=60", age="long") == 0


def test_a_date_to_expire() -> None:
    date = "Tue, 24 Nov 2026 12:00:00 GMT"
    assert http(None, date=date, expires="Tue, 24 Nov 2026 12:02:00 GMT") == 120
    assert http(None, date=date, expires="Tue, 24 Nov 2026 11:00:00 GMT") == 0
    assert http("max-age=60", date=date, expires="Tue, 24 Nov 2026 13:00:00 GMT") == 60
    assert http(None, expires="Tue, 24 Nov 2026 12:02:00 GMT") == 0
    for nonsense in ("0", "-1", "", "soon", "Tue, 99 Nov 2026 12:02:00 GMT"):
        assert http(None, date=date, expires=nonsense) == 0


def test_an_answer_that_depends_on_everything() -> None:
    assert http("max-age=60", vary="*") == 0
    assert http("max-age=60", vary="Accept") == 60


# A status list says more.


def of_list(headers: dict[str, str], **more: Any) -> float:
    subject = {"type": "BitstringStatusList", **more.pop("subject", {})}
    return lifetime(headers, Document(compact({"credentialSubject": subject, **more})), NOW)


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [
        *((30_000, 30), (30_000.0, 30), (600_000, 60), (0, 0), (-5, 0)),
        *((True, 60), ("30000", 60), (None, 60)),
    ],
)
def test_a_list_is_kept_no_longer_than_it_says(ttl: Any, seconds: float) -> None:
    assert of_list({"cache-control": "max-age=60"}, subject={"ttl": ttl}) == seconds


def test_a_list_may_be_kept_because_it_says_so() -> None:
    assert of_list({}, subject={"ttl": 30_000}) == 30
    assert of_list({"cache-control": "no-store"}, subject={"ttl": 30_000}) == 0
    assert of_list({"cache-control": "max-age=0"}, subject={"ttl": 30_000}) == 0
    assert of_list({}, subject={"ttl": 10**9}) == LONGEST


@pytest.mark.parametrize("name", ["validUntil", "expirationDate"])
def test_a_list_is_not_kept_beyond_its_end(name: str) -> None:
    control = {"cache-control": "max-age=600"}
    assert of_list(control, **{name: SOON}) == 90
    assert of_list(control, **{name: "2026-11-24T11:00:00Z"}) == 0
    assert of_list(control, **{name: "soon"}) == 0
    assert of_list({}, **{name: SOON}) == 0


def test_a_list_as_a_token() -> None:
    sim = IssuerSimulator()
    control = {"cache-control": "max-age=600"}
    payload = sim.status_list()

    def kept(change: Any) -> float:
        change(payload)
        return lifetime(control, Document(sim.token(payload, sim.status_key)), NOW)

    assert kept(lambda d: None) == 300
    assert kept(put("exp", value=NOW.timestamp() + 40)) == 40
    assert kept(lambda d: d["credentialSubject"].update(ttl=20_000)) == 20
    assert kept(lambda d: d.update(vc={"credentialSubject": {"ttl": 10_000}})) == 10


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"[1]", b'{"a":1,"a":2}', b"a.b.c", b"\xff", b"[" * 9999, b"\x89PNG"]
)
def test_what_is_no_list_says_nothing(data: bytes) -> None:
    assert lifetime({"cache-control": "max-age=60"}, Document(data), NOW) == 60
    assert lifetime({}, Document(data), NOW) == 0


# What is kept.


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_copy_ends() -> None:
    clock = Clock()
    copies = Copies(clock)
    copies.keep("a", Document(b"1"), 60)
    clock.now += 59.9
    assert copies.get("a") == Document(b"1")
    clock.now += 0.1
    assert copies.get("a") is None
    copies.keep("a", Document(b"2"), 60)
    copies.keep("a", Document(b"3"), 0)
    assert copies.get("a") is None


def test_the_one_not_used_for_longest_goes() -> None:
    copies = Copies(Clock())
    for number in range(MAX_COPIES):
        copies.keep(str(number), Document(b""), 60)
    assert copies.get("0") is not None
    copies.keep("more", Document(b""), 60)
    assert copies.get("1") is None
    assert [copies.get(name) is not None for name in ("0", "2", "more")] == [True] * 3


def test_copies_have_a_size() -> None:
    copies = Copies(Clock())
    half = bytes(MAX_BYTES // 2)
    for name in ("a", "b", "c"):
        copies.keep(name, Document(half), 60)
    assert [copies.get(name) is not None for name in ("a", "b", "c")] == [False, True, True]
    copies.keep("d", Document(bytes(MAX_BYTES + 1)), 60)
    assert copies.get("d") is None
    for _ in range(9):
        copies.keep("b", Document(half), 60)
    assert copies.get("c") is not None


def test_many_at_once() -> None:
    copies = Copies(Clock())

    def work(seed: int) -> None:
        for number in range(2000):
            copies.keep(str((seed * number) % 300), Document(bytes(number)), 60)
            copies.get(str(number % 300))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 < sum(copies.get(str(number)) is not None for number in range(300)) <= MAX_COPIES


# The client.

URL = "https://example.no/status/1"


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return authority.trust


def headers(*control: str) -> list[str]:
    return [f"Cache-Control: {value}" for value in control]


def test_a_fresh_copy_costs_nothing(serve: Serve, trust: ssl.SSLContext) -> None:
    server = serve(reply(b"1", headers=headers("max-age=60")))
    wire = Wire(PUBLIC, port=server.port)
    documents = client(wire, trust)
    budget = Budget(requests=1)
    for url in (URL, URL, "https://EXAMPLE.no:443/status/1"):
        assert documents.fetch(url, budget).data == b"1"
    assert (len(server.requests), wire.dialled) == (1, [(PUBLIC, 443)])
    assert client(wire, trust).get(URL).data == b"1"
    assert len(server.requests) == 2
    documents.get(f"{URL}?a")
    assert len(server.requests) == 3


@pytest.mark.parametrize("control", [[], ["no-store"], ["max-age=60", "no-cache"], ["max-age=0"]])
def test_what_may_not_be_kept_is_asked_for_again(
    serve: Serve, trust: ssl.SSLContext, control: list[str]
) -> None:
    server = serve(reply(b"1", headers=headers(*control)))
    documents = client(Wire(PUBLIC, port=server.port), trust)
    for _ in range(2):
        documents.get(URL)
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "410 Gone"])
def test_a_failure_is_never_kept(serve: Serve, trust: ssl.SSLContext, status: str) -> None:
    server = serve(reply(b"1", status, headers("max-age=60")))
    documents = client(Wire(PUBLIC, port=server.port), trust)
    for _ in range(2):
        with pytest.raises(DocumentUnavailable):
            documents.get(URL)
    assert len(server.requests) == 2


def test_a_failure_does_not_outlive_itself(serve: Serve, trust: ssl.SSLContext) -> None:
    server = serve(reply(b"", "503 Later", headers("max-age=60")))
    documents = client(Wire(PUBLIC, port=server.port), trust)
    with pytest.raises(DocumentUnavailable):
        documents.get(URL)
    server.answer = reply(b"1", headers=headers("max-age=60"))
    assert documents.get(URL).data == b"1"


def test_what_came_by_way_of_another_address_is_not_kept(
    serve: Serve, trust: ssl.SSLContext
) -> None:
    server = serve(redirect("/1"))
    documents = client(Wire(PUBLIC, port=server.port), trust)
    for _ in range(2):
        assert documents.get("https://example.no/0").data == b"there"
    assert len(server.requests) == 4


def test_a_list_is_asked_for_again_when_its_time_is_over(
    serve: Serve, trust: ssl.SSLContext
) -> None:
    clock = Clock()
    body = json.dumps({"credentialSubject": {"ttl": 30_000}}).encode()
    server = serve(reply(body, headers=headers("max-age=600")))
    documents = client(Wire(PUBLIC, port=server.port), trust)
    documents._copies._clock = clock
    documents.get(URL)
    clock.now += 29
    documents.get(URL)
    assert len(server.requests) == 1
    clock.now += 1
    documents.get(URL)
    assert len(server.requests) == 2


def test_verifications_share_copies_and_not_budgets(serve: Serve, trust: ssl.SSLContext) -> None:
    server = serve(reply(b"1", headers=headers("max-age=60")))
    world = World(client(Wire(PUBLIC, port=server.port), trust), NOW)
    for _ in range(3):
        one = OneVerification(world.documents)
        for number in range(10):
            one.get(f"{URL}/{number}")
    assert len(server.requests) == 10


def test_a_badges_file_may_be_larger_and_is_not_kept(serve: Serve, trust: ssl.SSLContext) -> None:
    server = serve(reply(bytes(1024 * 1024), headers=headers("max-age=60")))
    documents = client(Wire(PUBLIC, port=server.port), trust)
    for _ in range(2):
        assert len(documents.get_badge("https://example.no/b.png").data) == 1024 * 1024
    assert len(server.requests) == 2
    with pytest.raises(DocumentUnavailable, match="larger than 262144"):
        documents.get("https://example.no/b.png")
    server.answer = reply(bytes(MAX_BADGE + 1))
    with pytest.raises(DocumentUnavailable, match=f"larger than {MAX_BADGE}"):
        documents.get_badge("https://example.no/b.png")
    with pytest.raises(DocumentUnavailable, match="only https"):
        documents.get_badge("http://example.no/b.png")


def test_what_is_gone_is_told_apart(serve: Serve, trust: ssl.SSLContext) -> None:
    server = serve(reply(b"{}", status="410 Gone"))
    documents = client(Wire(PUBLIC, port=server.port), trust)
    with pytest.raises(DocumentGone):
        documents.get("https://example.no/b.json")
    with pytest.raises(DocumentGone):
        documents.for_one_verification().get_badge("https://example.no/b.json")


def test_a_badge_and_its_documents_spend_one_budget(serve: Serve, trust: ssl.SSLContext) -> None:
    server = serve(reply(b"{}", headers=headers("no-store")))
    documents = client(Wire(PUBLIC, port=server.port), trust).for_one_verification()
    for number in range(MAX_REQUESTS):
        ask = documents.get_badge if number % 2 else documents.get
        assert ask(f"https://example.no/{number}").data == b"{}"
    with pytest.raises(RequestsSpent):
        documents.get_badge("https://example.no/more")
