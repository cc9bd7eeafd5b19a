"""Where seals are shown: what is kept of a page, what is not, and how much at most."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from issuer import domains, hosts, participations
from issuer.errors import Busy
from issuer.hosts import Sightings
from issuer.record.post import EmbedHost
from tests.support.office import ADA, Desk
from tests.support.web import browser, locked_record


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


@pytest.mark.parametrize(
    ("referer", "host"),
    [
        (b"https://Avisen.example/en/side?hvem=kari#her", "avisen.example"),
        (b"http://avisen.example:8080/", "avisen.example"),
        (b"https://avisen.example", "avisen.example"),
        (b"", None),
        (b"about:blank", None),
        (b"https://127.0.0.1/", None),
        (b"https://[::1]/", None),
        (b"https://localhost/", None),
        (b"https://kari@avisen.example/", None),
        (b"https://av\xc3\xb8sen.example/", None),
        (b"https://" + b"a" * 64 + b".example/", None),
        (b"https://" + b"a.b" * 2000 + b"/", None),
        (b"android-app://com.example", None),
        (b"https://abc-def.filesusr.com/html/x.html", None),
    ],
)
def test_of_a_page_only_the_host_is_known(referer: bytes, host: str | None) -> None:
    assert hosts.host_of(referer) == host


def by(sender: str) -> Callable[[], str]:
    return lambda: sender


def _kept(desk: Desk) -> list[tuple[str, str, int]]:
    with desk.office.reading() as session:
        return [(r.host, r.day.isoformat(), r.count) for r in session.query(EmbedHost).all()]


def test_counted_by_the_day(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    with browser(desk) as client:
        for _ in range(3):
            client.get(f"/embed/{slug}.svg", headers={"Referer": "https://avisen.example/sak"})
        for path in (f"/embed/{slug}.json", f"/embed/{slug}/round-dark-nn.png"):
            client.get(path, headers={"Referer": "https://festivalen.example/"})
        # A query changes nothing of the answer, and goes another way.
        for query in ("?v=2", "?utm_source=x"):
            client.get(f"/embed/{slug}.svg{query}", headers={"Referer": "https://avisen.example"})
        client.get(f"/embed/{slug}/none-such.svg?v=2", headers={"Referer": "https://x.example"})
        client.get(f"/embed/{slug}.svg")
        client.get(f"/embed/{slug}.svg", headers={"Referer": "https://balansemerket.example.no/"})
        client.get("/embed/nobody-here.png", headers={"Referer": "https://avisen.example/"})
        # Written down when the server stops, if not before.
        assert _kept(desk) == []
    day = desk.clock().date().isoformat()
    assert sorted(_kept(desk)) == [("avisen.example", day, 5), ("festivalen.example", day, 2)]
    with desk.office.reading() as session:
        first, second = hosts.listing(session)
    assert (first.host, first.slug, first.count) == ("avisen.example", slug, 5)
    assert second.host == "festivalen.example"


def test_the_holders_own_are_not_counted(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    sightings = Sightings("balansemerket.example.no")
    sightings.seen(slug, b"https://teateret.example/", by("198.51.100.7"))
    sightings.write(desk.office)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        domains.ask(session, row, "teateret.example", own_host="x", by=ADA, now=desk.clock())
    domains.check(desk.office, slug, "teateret.example", lambda place, way: True, by=ADA)
    for host in (b"teateret.example", b"www.teateret.example", b"ikke-teateret.example"):
        sightings.seen(slug, b"https://" + host + b"/", by("198.51.100.7"))
    sightings.write(desk.office)
    assert {host for host, _, _ in _kept(desk)} == {"teateret.example", "ikke-teateret.example"}
    with desk.office.reading() as session:
        # What was counted before it was proven is on the list no more.
        assert [shown.host for shown in hosts.listing(session)] == ["ikke-teateret.example"]


def test_a_flood_of_made_up_names_ends_somewhere_and_crowds_nobody_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "MOST_HELD", 30)
    monkeypatch.setattr(hosts, "MOST_A_DAY", 20)
    slug = desk.holder("Eksempelteatret").slug
    sightings = Sightings("balansemerket.example.no")
    sightings.seen(slug, b"https://avisen.example/", by("198.51.100.7"))
    sightings.write(desk.office)
    desk.clock.advance(days=1)
    for round_ in range(6):
        # From many senders: before, between and after those who show the seal.
        for number in range(300):
            made_up = b"https://n%d-%d.example/" % (round_, number)
            sightings.seen(slug, made_up, by(f"203.0.113.{number}"))
            if number % 20 == 0:
                sightings.seen(slug, b"https://festivalen.example/", by(f"192.0.2.{number}"))
        sightings.seen(slug, b"https://avisen.example/", by("198.51.100.8"))
        sightings.write(desk.office)
    today = desk.clock().date().isoformat()
    counts = {host: count for host, day, count in _kept(desk) if day == today}
    assert len(counts) <= 21
    # A name that is known has its place, and all of it is counted.
    assert counts["avisen.example"] == 6
    # A new one that is shown often finds one, though the room was taken when it came.
    assert counts["festivalen.example"] > 30


def test_one_sender_brings_few_new_names_a_day_and_is_not_kept(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    sightings = Sightings("balansemerket.example.no")
    for number in range(100):
        sightings.seen(slug, b"https://n%d.example/" % number, by("203.0.113.9"))
    sightings.seen(slug, b"https://avisen.example/", by("198.51.100.7"))
    assert "203.0.113.9" not in repr(vars(sightings))
    sightings.write(desk.office)
    assert len(_kept(desk)) == hosts.NEW_OF_ONE + 1
    sightings.seen(slug, b"https://senere.example/", by("203.0.113.9"))
    desk.clock.advance(days=1)
    sightings.seen(slug, b"https://avisen.example/", by("203.0.113.9"))
    sightings.write(desk.office)
    sightings.seen(slug, b"https://i-morgen.example/", by("203.0.113.9"))
    sightings.write(desk.office)
    found = [host for host, _, _ in _kept(desk)]
    assert (found.count("avisen.example"), found.count("i-morgen.example")) == (2, 1)
    assert "senere.example" not in found


def test_a_server_that_starts_knows_what_was_counted_before(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    first = Sightings("balansemerket.example.no")
    first.seen(slug, b"https://avisen.example/", by("198.51.100.7"))
    first.write(desk.office)
    second = Sightings("balansemerket.example.no")
    second.learn(desk.office)
    for number in range(100):
        second.seen(slug, b"https://n%d.example/" % number, by("203.0.113.9"))
    second.seen(slug, b"https://avisen.example/", by("203.0.113.9"))
    second.write(desk.office)
    assert {host: count for host, _, count in _kept(desk)}["avisen.example"] == 2


def test_what_cannot_be_written_is_counted_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    slug = desk.holder("Eksempelteatret").slug
    sightings = Sightings("balansemerket.example.no")
    sightings.seen(slug, b"https://avisen.example/", by("198.51.100.7"))
    with locked_record(desk), pytest.raises(Busy):
        sightings.write(desk.office)
    sightings.seen(slug, b"https://avisen.example/", by("198.51.100.7"))
    sightings.write(desk.office)
    assert [(host, count) for host, _, count in _kept(desk)] == [("avisen.example", 2)]


def test_after_a_year_it_is_forgotten(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    sightings = Sightings("balansemerket.example.no")
    sightings.seen(slug, b"https://avisen.example/", by("198.51.100.7"))
    sightings.write(desk.office)
    desk.clock.advance(days=(hosts.KEPT_FOR + timedelta(days=1)).days)
    sightings.seen(slug, b"https://festivalen.example/", by("198.51.100.7"))
    sightings.write(desk.office)
    assert [host for host, _, _ in _kept(desk)] == ["festivalen.example"]
