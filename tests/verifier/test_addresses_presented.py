"""An address presented instead of a badge: what stands there is judged, within its limits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from badge_assets import png
from tests.verifier.ob2_issuer import ASSERTION, Ob2Issuer
from tests.verifier.pictures import a_png, chunk
from tests.verifier.simulator import NOW, IssuerSimulator
from verifier.documents import (
    MAX_BADGE,
    MAX_DOCUMENT,
    BadgeSource,
    Document,
    DocumentUnavailable,
    FirstOf,
    IndexDocuments,
    OneVerification,
    PinnedDocuments,
    badge_at,
)
from verifier.fetch import HttpDocuments
from verifier.reasons import Reason, Verdict
from verifier.report import Report
from verifier.verify import World, verify

PLACE = "https://merke.example.no/b/1"


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def test_every_carrier_at_an_address(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    for at in (badge, sim.mint_token(), png.bake(a_png(), badge.decode())):
        sim.served[PLACE] = at
        there = verify(PLACE.encode(), sim.world())
        assert answer(there) == (Verdict.VALID, set())
        assert there.credential == verify(at, sim.world()).credential
        assert f"from {PLACE}" in str(there.findings[0].detail)


def test_what_stands_there_is_judged(sim: IssuerSimulator) -> None:
    sim.served[PLACE] = sim.mint().replace(b"Fire krav", b"Ingen krav")
    assert answer(verify(PLACE.encode(), sim.world())) == (Verdict.INVALID, {Reason.PROOF_ALTERED})
    sim.served[PLACE] = b"<!doctype html><html></html>"
    assert answer(verify(PLACE.encode(), sim.world())) == (
        Verdict.INVALID,
        {Reason.CARRIER_MALFORMED},
    )


def test_nothing_stands_there(sim: IssuerSimulator) -> None:
    report = verify(PLACE.encode(), sim.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.CARRIER_UNREACHABLE})
    assert report.credential is None


def test_an_address_that_leads_to_an_address(sim: IssuerSimulator) -> None:
    issuer = Ob2Issuer()
    picture = a_png(chunk(b"tEXt", b"openbadges\0" + ASSERTION.encode()))
    issuer.served[PLACE] = picture
    assert verify(PLACE.encode(), issuer.world())
    issuer.served["https://example.no/1"] = b"https://example.no/1"
    assert not verify(b"https://example.no/1", issuer.world())
    issuer.served["https://example.no/1"] = b"https://example.no/2"
    issuer.served["https://example.no/2"] = b"https://example.no/3"
    issuer.served["https://example.no/3"] = issuer.served[ASSERTION]
    report = verify(b"https://example.no/1", issuer.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.CARRIER_UNSUPPORTED})


HOSTILE = [
    "http://merke.example.no/b/1",
    "https://127.0.0.1/b",
    "https://[::1]/",
    "https://localhost/",
    "https://169.254.169.254/latest/meta-data",
    "https://user:secret@example.no/",
    "https://example.no:8443/",
    "https://0x7f.1/",
    "https://example.no/\\..\\x",
    "https://printer.local/",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_nothing_is_asked_that_may_not_be(address: str) -> None:
    """The guard stands before the first name is looked up."""

    def resolver(name: str) -> list[str]:
        raise AssertionError(f"{name} was looked up")

    report = verify(address.encode(), World(HttpDocuments(unsafe_resolver=resolver), NOW))
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.CARRIER_UNREACHABLE})


def test_a_badge_has_more_room_than_a_document(sim: IssuerSimulator) -> None:
    big = png.bake(a_png(chunk(b"tEXt", b"a\0" + b"x" * MAX_DOCUMENT)), sim.mint().decode())
    sim.served[PLACE] = big
    assert verify(PLACE.encode(), sim.world())
    one = OneVerification(PinnedDocuments({PLACE: big}))
    assert one.get_badge(PLACE).data == big
    with pytest.raises(DocumentUnavailable):
        one.get(PLACE)


class Sized:
    """Counts what it is asked for, and how."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, url: str) -> Document:
        self.asked.append("get")
        return Document(b"{}")

    def get_badge(self, url: str) -> Document:
        self.asked.append("badge")
        return Document(b"x" * MAX_BADGE)


def sources() -> Iterator[tuple[Sized, BadgeSource]]:
    for wrap in (OneVerification, FirstOf):
        inner = Sized()
        yield inner, wrap(inner)


def test_a_source_is_told_that_it_is_asked_for_a_badge() -> None:
    for inner, source in sources():
        assert len(badge_at(source, PLACE).data) == MAX_BADGE
        assert inner.asked == ["badge"]
    plain = PinnedDocuments({PLACE: b"{}"})
    assert badge_at(plain, PLACE).data == b"{}"


def test_an_index_has_room_for_badges_too(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(f'{{"{PLACE}": {{"file": "badge.png"}}}}')
    (tmp_path / "badge.png").write_bytes(b"x" * (MAX_DOCUMENT + 1))
    documents = IndexDocuments(tmp_path / "index.json")
    assert len(documents.get_badge(PLACE).data) == MAX_DOCUMENT + 1
    with pytest.raises(DocumentUnavailable):
        documents.get(PLACE)
    (tmp_path / "badge.png").write_bytes(b"x" * (MAX_BADGE + 1))
    with pytest.raises(DocumentUnavailable):
        documents.get_badge(PLACE)
