"""The guarded client: what it refuses before a packet leaves, and what it may spend.

The parts that resolve and connect are replaced by ones that count; the judgement is not.
"""

import socket
import threading
import time
from collections.abc import Sequence

import pytest

from tests.verifier.wire import PUBLIC, PUBLIC_V6, Wire, client
from verifier import fetch
from verifier.addresses import is_public, parse_url
from verifier.documents import DocumentUnavailable, RequestsSpent
from verifier.fetch import Budget, HttpDocuments

HOSTILE_ADDRESSES = [
    # this machine, private networks, links, carriers
    "127.0.0.1", "127.1.2.3", "127.255.255.255", "0.0.0.0", "0.1.2.3", "10.0.0.1",
    "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200",
    "100.127.255.255",
    # special uses, documentation, benchmarks, multicast, reserved, broadcast
    "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "198.51.100.1", "203.0.113.1",
    "192.88.99.1", "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    # the same in IPv6
    "::", "::1", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "fc00::1", "fd00::1",
    "fd00:ec2::254", "ff02::1", "ff05::2", "2001:db8::1", "3fff::1", "100::1", "5f00::1",
    # other addresses in disguise, also public ones
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:93.184.215.14", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",
    "64:ff9b::93.184.215.14", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a00:1::1",
    "2002:a9fe:a9fe::", "2001::1", "2001:0:7f00:1::", "2606:2800:21f:cb07:0:5efe:7f00:1",
    "2606:2800:21f:cb07:200:5efe:10.0.0.1",
    # not addresses in their own spelling
    "0177.0.0.1", "0x7f.1", "2130706433", "127.1", "localhost", "", " 93.184.215.14",
    "93.184.215.14 ",
]  # fmt: skip

HOSTILE_URLS = [
    # schemes and ports
    "http://example.no/", "HTTPS://example.no/", "https:/example.no/", "https:example.no",
    "file:///etc/passwd", "ftp://example.no/", "gopher://example.no/", "data:application/json,{}",
    "//example.no/", "example.no", "", "https://", "https:///", "https://example.no:80/",
    "https://example.no:8443/", "https://example.no:0443/", "https://example.no:/",
    "https://example.no:443:443/", "https://example.no:443x/",
    # user info, backslashes, white space, control characters
    "https://user@example.no/", "https://user:secret@example.no/", "https://example.no@evil.no/",
    "https://@example.no/", "https://example.no\\@evil.no/", "https://example.no\\.evil.no/",
    "https:\\\\example.no/", "https://example.no/a\\b", " https://example.no/",
    "https://example.no/ ", "https://exam ple.no/", "https://example.no/a b",
    "https://example.no/\r\nHost: evil.no", "https://example.no/\n", "https://example.no/\t",
    "https://example.no/\0", "https://example.no/\x7f", "https://exam\tple.no/",
    # fragments, broken escapes, letters outside ASCII
    "https://example.no/#a", "https://example.no#a", "https://example.no/%", "https://example.no/%zz",
    "https://bålansemerket.no/", "https://exаmple.no/", "https://example。no/", "https://ⓔxample.no/",
    "https://\u212aexample.no/", "https://example.no/ø", "https://example.no/\u202e",
    # addresses instead of names, in any spelling
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/", "https://0177.0.0.1/", "https://017700000001/", "https://0/",
    "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://::1/",
    "https://169.254.169.254/latest/meta-data/", "https://93.184.215.14/",
    # names of the inside, names that are none
    "https://localhost/", "https://LOCALHOST/", "https://example/", "https://foo.localhost/",
    "https://printer.local/", "https://metadata.google.internal/", "https://nas.lan/",
    "https://router.home.arpa/", "https://a.onion/", "https://example.no./", "https://.example.no/",
    "https://example..no/", "https://-example.no/", "https://example-.no/", "https://exa_mple.no/",
    "https://*.example.no/", "https://" + "a" * 64 + ".no/", "https://" + "a." * 130 + "no/",
    "https://example.no/" + "a" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_no_packet_leaves_for_an_address_that_is_not_public(address: str) -> None:
    wire = Wire(address)
    with pytest.raises(DocumentUnavailable, match="no address on the public internet"):
        client(wire).get("https://example.no/")
    assert wire.resolved == ["example.no"]
    assert wire.dialled == []


def test_names_looked_up_at_once_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = threading.BoundedSemaphore(1)
    monkeypatch.setattr(fetch, "_LOOKUPS", busy)
    wire = Wire(PUBLIC)
    with busy, pytest.raises(DocumentUnavailable, match="too many names"):
        client(wire, seconds=0.1).get("https://example.no/")
    assert (wire.resolved, wire.dialled) == ([], [])


def test_the_systems_own_resolver_is_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing replaced but the system's calls themselves."""
    answers = [HOSTILE_ADDRESSES[0], "::1", PUBLIC]
    connected: list[tuple[str, int]] = []

    def getaddrinfo(host: str, port: int, **hints: int) -> list[tuple[object, ...]]:
        assert (host, port) == ("example.no", 443)
        return [(2, 1, 6, "", (address, port)) for address in (*answers, *answers)]

    def create_connection(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        assert 0 < timeout <= 5
        raise ConnectionRefusedError("nobody listens here")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(DocumentUnavailable, match="did not answer"):
        HttpDocuments().get("https://example.no/")
    assert connected == [(PUBLIC, 443)]
    answers.remove(PUBLIC)
    with pytest.raises(DocumentUnavailable, match="public internet"):
        HttpDocuments().get("https://example.no/")
    assert connected == [(PUBLIC, 443)]


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_no_name_is_looked_up_for_an_address_that_may_not_be_asked(url: str) -> None:
    wire = Wire(PUBLIC)
    with pytest.raises(DocumentUnavailable):
        client(wire).get(url)
    assert (wire.resolved, wire.dialled) == ([], [])


def test_there_are_enough_hostile_cases() -> None:
    assert len(set(HOSTILE_ADDRESSES)) >= 60
    assert len(set(HOSTILE_URLS)) >= 60


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_V6, "8.8.8.8", "1.1.1.1", "2a00:1450::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://example.no", "example.no", "/"),
        ("https://example.no/", "example.no", "/"),
        ("https://example.no:443/a", "example.no", "/a"),
        ("https://Example.NO/A", "example.no", "/A"),
        ("https://xn--blansemerket-05a.no/a?b=c&d=%C3%B8", "xn--blansemerket-05a.no",
         "/a?b=c&d=%C3%B8"),
        ("https://a.b-c.example.no?x", "a.b-c.example.no", "/?x"),
        ("https://example.no/a/../b:c@d", "example.no", "/a/../b:c@d"),
    ],
)  # fmt: skip
def test_ordinary_addresses_are_read(url: str, host: str, target: str) -> None:
    assert (parse_url(url).host, parse_url(url).target) == (host, target)


def test_of_several_addresses_only_the_public_ones_are_tried() -> None:
    wire = Wire("127.0.0.1", PUBLIC, "::1", PUBLIC_V6)
    with pytest.raises(DocumentUnavailable, match="did not answer"):
        client(wire).get("https://example.no/")
    assert wire.dialled == [(PUBLIC, 443), (PUBLIC_V6, 443)]


def test_a_name_that_changes_its_address_is_asked_for_once() -> None:
    class Rebinding(Wire):
        def resolve(self, host: str) -> Sequence[str]:
            self.resolved.append(host)
            return [PUBLIC] if len(self.resolved) == 1 else ["127.0.0.1"]

    wire = Rebinding()
    with pytest.raises(DocumentUnavailable, match="did not answer"):
        client(wire).get("https://example.no/")
    assert (wire.resolved, wire.dialled) == (["example.no"], [(PUBLIC, 443)])


def test_a_name_without_address() -> None:
    def unknown(host: str) -> Sequence[str]:
        raise socket.gaierror("no such name")

    for resolver in (unknown, Wire().resolve):
        with pytest.raises(DocumentUnavailable, match="no address"):
            HttpDocuments(unsafe_resolver=resolver).get("https://example.no/")


def test_a_name_server_that_never_answers_is_not_waited_for() -> None:
    stuck = threading.Event()

    def resolver(host: str) -> Sequence[str]:
        stuck.wait(10)
        return [PUBLIC]

    start = time.monotonic()
    with pytest.raises(DocumentUnavailable, match="in time"):
        HttpDocuments(unsafe_resolver=resolver, seconds=0.2).get("https://example.no/")
    stuck.set()
    assert time.monotonic() - start < 2


def test_the_time_of_a_verification_is_bounded_over_all_its_fetches() -> None:
    now = [0.0]
    budget = Budget(seconds=10, clock=lambda: now[0])
    for passing, left in ((4.0, 5.0), (4.0, 5.0), (3.0, 2.0)):
        deadline = budget.deadline(5.0)
        assert deadline.left() == left
        now[0] += passing
        budget.spend_time(deadline)
    with pytest.raises(RequestsSpent):
        budget.deadline(5.0)


def test_a_deadline_passes() -> None:
    now = [0.0]
    deadline = Budget(clock=lambda: now[0]).deadline(5.0)
    now[0] = 5.0
    with pytest.raises(DocumentUnavailable, match="too long"):
        deadline.left()
