"""Whose website: names, the three ways, what is written down, and when it is given up."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from issuer import daily, domains, lookups, participations, public, published
from issuer.domains import Way
from issuer.errors import BadInput, NotFound, Refused
from issuer.lookups import Lookups
from tests.support.office import ADA, BASE, REASON, Desk
from verifier.documents import Document, DocumentUnavailable


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


class World:
    """Other people's DNS and websites."""

    def __init__(self) -> None:
        self.records: dict[str, list[bytes]] = {}
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.look = Lookups(self._texts, self._fetch)

    def _texts(self, name: str) -> Sequence[bytes]:
        self.asked.append(name)
        return self.records.get(name, [])

    def _fetch(self, url: str) -> Document:
        self.asked.append(url)
        if url not in self.pages:
            raise DocumentUnavailable("the host answered 404")
        return Document(self.pages[url])


def ask(desk: Desk, slug: str, name: str = "teateret.example") -> domains.Place:
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        proof = domains.ask(
            session, row, name, own_host=desk.office.settings.host, by=ADA, now=desk.clock()
        )
        return domains.place(desk.office, row, proof)


def named(desk: Desk, slug: str) -> list[str]:
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        return list(public.view(desk.office, row, desk.clock()).json()["domains"])


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("teateret.example", "teateret.example"),
        (" HTTPS://www.Teateret.Example/om-oss?x ", "www.teateret.example"),
        ("xn--stfold-9xa.example", "xn--stfold-9xa.example"),
        ("teateret.example.", "teateret.example"),
    ],
)
def test_a_name_has_one_spelling(given: str, name: str) -> None:
    assert domains.check_domain(given, "merke.example.no") == name


@pytest.mark.parametrize(
    "given",
    [
        *("", "no", "localhost", "printer.local", "127.0.0.1", "[::1]", "teateret.example:8080"),
        *("a@teateret.example", "østfold.example", "teateret .example", "http://", "a\\b.example"),
        *("merke.example.no", "x" * 64 + ".example"),
    ],
)
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(BadInput):
        domains.check_domain(given, "merke.example.no")


@pytest.mark.parametrize("way", list(Way))
def test_each_way(desk: Desk, way: Way) -> None:
    sealed = desk.holder("Eksempelteatret")
    at = ask(desk, sealed.slug)
    world = World()
    with pytest.raises(Refused) as refused:
        domains.check(desk.office, sealed.slug, at.domain, world.look, by=ADA)
    assert at.challenge in str(refused.value)
    assert named(desk, sealed.slug) == []
    match way:
        case Way.DNS:
            world.records[at.record[0]] = [b"v=spf1 -all", at.record[1].encode()]
        case Way.FILE:
            world.pages[at.file] = f"\ufeff\n{at.challenge}\r\n".encode()
        case Way.LINK:
            page = f'<p><a class=x rel="nofollow ME" href="{BASE}/m/{sealed.slug}?lang=nn">x</a>'
            world.pages[at.front] = page.encode()
    assert domains.check(desk.office, sealed.slug, at.domain, world.look, by=ADA) is way
    assert named(desk, sealed.slug) == ["teateret.example"]


@pytest.mark.parametrize(
    "page",
    [
        '<a href="{page}">',
        '<a rel="friend" href="{page}">',
        '<a rel="me" href="{page}-2">',
        '<a rel="me" href="https://evil.example/?{page}">',
        "<!-- <a rel='me' href='{page}'> -->",
        '<script>\'<a rel="me" href="{page}">\'</script>',
        "<img rel='me' href='{page}'>",
        *(f'<{t}><a rel="me" href="{{page}}"></{t}>' for t in ("title", "textarea", "template")),
        '<a rel="nofollow ugc me" href="{page}">',
        "\xff\xfe<<<a rel=me",
    ],
)
def test_what_is_no_link_back(page: str) -> None:
    here = f"{BASE}/m/eksempelteatret"
    assert not domains.links_back(page.replace("{page}", here), frozenset({here}))


def test_a_link_to_the_code_is_a_link_back(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    at, world = ask(desk, sealed.slug), World()
    world.pages[at.front] = f'<link rel="me" href="{BASE}/q/{sealed.code}">'.encode()
    assert domains.check(desk.office, sealed.slug, at.domain, world.look, by=ADA) is Way.LINK


def test_the_word_of_another_proves_nothing(desk: Desk) -> None:
    """Who holds the domain chooses its holder: a challenge belongs to one participation."""
    first, second = desk.holder("Eksempelteatret"), desk.holder("Etterligneren")
    at, other = ask(desk, first.slug), ask(desk, second.slug)
    assert at.challenge != other.challenge
    world = World()
    world.records[at.record[0]] = [at.record[1].encode()]
    world.pages[at.front] = f'<a rel="me" href="{BASE}/m/{first.slug}">'.encode()
    with pytest.raises(Refused):
        domains.check(desk.office, second.slug, other.domain, world.look, by=ADA)


def test_the_next_credential_names_it(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret", number="312345676")
    at, world = ask(desk, sealed.slug), World()
    world.records[at.record[0]] = [at.record[1].encode()]
    domains.check(desk.office, sealed.slug, at.domain, world.look, by=ADA)

    def identifiers(identifier: str) -> list[tuple[str, str]]:
        found = published.get(desk.office, f"/b/{identifier}")
        assert found is not None
        subject = json.loads(found.data)["credentialSubject"]
        return [(each["identityType"], each["identityHash"]) for each in subject["identifier"]]

    assert ("ext:Domain", "teateret.example") not in identifiers(sealed.credential_id)
    desk.clock.advance(days=1)
    desk.suspend(sealed.code)
    desk.clock.advance(days=1)
    fresh = desk.lift(sealed.code)
    assert ("ext:Domain", "teateret.example") in identifiers(fresh.credential_id)


def test_asked_twice_it_is_the_same_word_and_there_is_an_end_to_asking(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    assert ask(desk, slug) == ask(desk, slug, "https://teateret.example/")
    for number in range(domains.MOST_DOMAINS - 1):
        ask(desk, slug, f"nr{number}.example")
    with pytest.raises(Refused):
        ask(desk, slug, "more.example")
    with pytest.raises(NotFound):
        domains.check(desk.office, slug, "never-asked.example", World().look, by=ADA)


def test_taken_back_it_is_named_no_more_and_can_be_asked_for_again(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    at, world = ask(desk, slug), World()
    world.records[at.record[0]] = [at.record[1].encode()]
    domains.check(desk.office, slug, at.domain, world.look, by=ADA)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        domains.withdraw(session, row, at.domain, by=ADA, reason=REASON, now=desk.clock())
    assert named(desk, slug) == []
    assert ask(desk, slug).challenge != at.challenge


def test_looked_at_again(desk: Desk) -> None:
    """A month of grace, for websites are rebuilt; then it is given up, with an entry in the log."""
    slug = desk.holder("Eksempelteatret").slug
    at, world = ask(desk, slug), World()
    world.pages[at.file] = at.challenge.encode()
    domains.check(desk.office, slug, at.domain, world.look, by=ADA)
    world.asked.clear()
    assert domains.recheck(desk.office, world.look) == ()
    assert world.asked == []
    desk.clock.advance(days=31)
    assert domains.recheck(desk.office, world.look) == ()
    assert world.asked == [at.file], "only the way in which it was proven"
    del world.pages[at.file]
    desk.clock.advance(days=31)
    for _ in range(30):
        assert domains.recheck(desk.office, world.look) == ()
        assert named(desk, slug) == ["teateret.example"]
        desk.clock.advance(days=1)
    assert domains.recheck(desk.office, world.look) == ("teateret.example",)
    assert named(desk, slug) == []


def test_found_again_nothing_is_counted_against_it(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    at, world = ask(desk, slug), World()
    world.pages[at.file] = at.challenge.encode()
    domains.check(desk.office, slug, at.domain, world.look, by=ADA)
    for _ in range(3):
        gone = world.pages.pop(at.file)
        desk.clock.advance(days=31)
        domains.recheck(desk.office, world.look)
        world.pages[at.file] = gone
        desk.clock.advance(days=2)
        assert domains.recheck(desk.office, world.look) == ()
    assert named(desk, slug) == ["teateret.example"]


# The real resolver, asked of a name server on this machine.


@contextmanager
def name_server(records: dict[str, list[str]], *, silent: bool = False) -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    data, sender = listening.recvfrom(4096)
                except TimeoutError:
                    continue
                query = dns.message.from_wire(data)
                answer = dns.message.make_response(query)
                name = query.question[0].name
                found = records.get(name.to_text(omit_final_dot=True))
                if found is None:
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                elif found:
                    answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *found))
                if not silent:
                    listening.sendto(answer.to_wire(), sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def _asked(port: int, name: str) -> Sequence[bytes]:
    def make() -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], port
        return resolver

    return lookups.texts(name, make)


def test_text_records() -> None:
    records = {
        "_merke.a.example": ['"v=spf1"', '"merke=" "two halves"'],
        "_merke.empty.example": [],
    }
    with name_server(records) as port:
        assert set(_asked(port, "_merke.a.example")) == {b"v=spf1", b"merke=two halves"}
        assert _asked(port, "_merke.empty.example") == []
        assert _asked(port, "_merke.none.example") == []


def test_a_name_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "DNS_SECONDS", 0.3)
    with name_server({}, silent=True) as port, pytest.raises(DocumentUnavailable):
        _asked(port, "_merke.a.example")


@pytest.mark.parametrize("host", ["printer.local", "127.0.0.1", "router.lan", "nas.home.arpa"])
def test_pages_are_fetched_by_the_guarded_client(host: str) -> None:
    """What it refuses before any name is looked up, nobody of ours asks for."""
    with pytest.raises(DocumentUnavailable, match="host name"):
        lookups.fetched(f"https://{host}/.well-known/merke.txt")


def test_a_server_looks_again_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(domains, "recheck", lambda office, look: looked.extend((office, look)))
    monkeypatch.setattr(daily, "SECONDS_BETWEEN", 0.01)
    threads = [each for each in daily.beside(desk.office) if each.name == "look at websites"]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while not looked and time.monotonic() < deadline:
        time.sleep(0.01)
    for thread in threads:
        thread.stop()
    assert looked[0] is desk.office
    assert isinstance(looked[1], Lookups)
