"""A newer copy and endorsements, as the page and the API tell of them."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from tests.support.office import BASE
from tests.support.pages import Page
from tests.verifier.simulator import Document, IssuerSimulator, stamp
from tests.verifier.test_endorsements import embedded
from tests.web.conftest import HTML, Town

VERIFY = "/api/v1/verify"
NEWER = "Utstederen har en annen utgave av merket nå."


@pytest.fixture
def stranger(town: Town) -> IssuerSimulator:
    """Another issuer, whose site can be reached."""
    simulator = IssuerSimulator("kulturmerke.example", town.desk.clock())
    town.elsewhere.served = simulator.served
    return simulator


def report_of(town: Town, badge: bytes) -> dict[str, Any]:
    answer: Response = town.client.post(VERIFY, content=badge)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def page_of(town: Town, badge: bytes) -> Page:
    files = {"file": ("merke.json", badge, "application/octet-stream")}
    answer = town.client.post("/verify", files=files, headers=HTML)
    assert answer.status_code == 200
    page = Page.of(answer.text)
    assert list(page.faults()) == []
    return page


def test_our_own_badge_leads_on_to_the_one_in_force(village: Town) -> None:
    desk = village.desk
    first = desk.holder("Eksempelteatret")
    old = village.client.get(f"/b/{first.credential_id}.json").content
    assert report_of(village, old)["successor"] is None
    desk.clock.advance(days=1)
    desk.suspend(first.code)
    told = report_of(village, old)
    assert (told["verdict"], told["successor"]) == ("INVALID", None)
    desk.clock.advance(days=1)
    second = desk.lift(first.code)
    told = report_of(village, old)
    assert (told["verdict"], told["reasons"]) == ("INVALID", ["status.revoked"])
    assert told["successor"]["verdict"] == "VALID"
    assert told["successor"]["id"] == f"{BASE}/b/{second.credential_id}"
    assert NEWER in page_of(village, old).words
    new = village.client.get(f"/b/{second.credential_id}.jwt").content
    assert report_of(village, new)["successor"] is None
    # The page of a badge knows this from the record, and asks nobody.
    answer = village.client.get(f"/b/{first.credential_id}", headers=HTML)
    assert NEWER not in Page.of(answer.text).words


def test_a_strangers_newer_copy_is_told_and_is_no_link(
    town: Town, stranger: IssuerSimulator
) -> None:
    def later(document: Document) -> None:
        document["validFrom"] = stamp(stranger.now - timedelta(hours=1))

    stranger.served[f"{stranger.base}/b/1/refresh"] = stranger.mint(later)
    badge = stranger.mint()
    told = report_of(town, badge)
    assert (told["verdict"], told["successor"]["verdict"]) == ("VALID", "VALID")
    page = page_of(town, badge)
    assert NEWER in page.words
    assert [link for link in page.links if "kulturmerke" in link] == []


def test_a_failing_word_is_never_shown(town: Town, stranger: IssuerSimulator) -> None:
    friend = IssuerSimulator("friend.example.no", stranger.now)
    stranger.served |= friend.served
    about = str(stranger.credential()["id"])

    def with_words(*words: Document) -> bytes:
        return stranger.mint(lambda document: document.update(endorsement=list(words)))

    good = embedded(friend, about)
    told = report_of(town, with_words(good))
    assert [one["verdict"] for one in told["endorsements"]] == ["VALID"]
    bad = embedded(friend, about)
    bad["credentialSubject"]["endorsementComment"] = "UTROLIG FLINKE"
    told = report_of(town, with_words(bad))
    assert told["verdict"] == "VALID"
    (one,) = told["endorsements"]
    assert (one["verdict"], one["reasons"]) == ("INVALID", ["proof.altered"])
    assert (one["credential"], one["endorses"]) == (None, None)
    page = page_of(town, with_words(bad))
    assert "En anbefaling i merket er ikke gyldig, og vises ikke." in page.words
    assert "UTROLIG" not in page.words
