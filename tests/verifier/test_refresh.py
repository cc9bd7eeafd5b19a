"""A badge's refresh service: asked once, after the proof, and never to the badge's advantage."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from badge_assets import png
from tests.verifier.older import older
from tests.verifier.pictures import a_png
from tests.verifier.simulator import (
    INDEX,
    NOW,
    Document,
    IssuerSimulator,
    changed,
    drop,
    put,
    stamp,
)
from verifier import refresh
from verifier.documents import Document as Answer
from verifier.documents import OneVerification, PinnedDocuments
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Finding, Report
from verifier.terminal import render
from verifier.verify import World, verify

Change = Callable[[Document], Any]
PNG = a_png()
REFRESH = "https://merke.example.no/b/1/refresh"


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


class Counted:
    """The simulator's documents, and which of them were asked for."""

    def __init__(self, served: dict[str, bytes]) -> None:
        self.source = PinnedDocuments(served)
        self.asked: list[str] = []

    def get(self, url: str) -> Answer:
        self.asked.append(url)
        return self.source.get(url)


def judged(
    sim: IssuerSimulator, badge: bytes, answer: bytes | None, **known: Any
) -> tuple[Report, list[str]]:
    """The report on `badge` while its refresh service answers `answer`, and what was asked for."""
    served = dict(sim.served)
    if answer is not None:
        served[REFRESH] = answer
    documents = Counted(served)
    world = World(documents, **{"now": NOW, "refresh": True, **known})
    return verify(badge, world), documents.asked


def finding(report: Report) -> Finding:
    (only,) = [f for f in report.findings if f.check is Check.REFRESH]
    return only


def later(document: Document) -> None:
    """The same award's next copy."""
    document["validFrom"] = stamp(NOW - timedelta(days=1))
    document["validUntil"] = stamp(NOW + timedelta(days=700))


def test_nobody_is_asked_unless_told_to(sim: IssuerSimulator) -> None:
    report, asked = judged(sim, sim.mint(), sim.mint(later), refresh=False)
    assert report
    assert report.successor is None
    assert REFRESH not in asked
    assert [f for f in report.findings if f.check is Check.REFRESH] == []


def test_a_newer_copy_is_a_successor(sim: IssuerSimulator) -> None:
    report, asked = judged(sim, sim.mint(), sim.mint(later))
    assert report
    assert finding(report).reason is Reason.REFRESH_NEWER
    assert report.to_json()["successor"] == {
        "verdict": "VALID",
        "reasons": [],
        "id": sim.credential()["id"],
        "validFrom": stamp(NOW - timedelta(days=1)),
        "validUntil": stamp(NOW + timedelta(days=700)),
    }
    assert report.credential == sim.credential()
    # Once, and after the badge's own documents.
    assert asked == [sim.did_url, sim.list_url, REFRESH]


@pytest.mark.parametrize("form", ["json", "token", "picture"])
def test_the_answer_may_come_in_any_form(sim: IssuerSimulator, form: str) -> None:
    answers = {
        "json": sim.mint(later),
        "token": sim.mint_token(later) + b"\n",
        "picture": png.bake(PNG, sim.mint(later).decode()),
    }
    report, _ = judged(sim, sim.mint(), answers[form])
    assert report.successor is not None
    assert report.successor.report.verdict is Verdict.VALID


# The verdict is about the bytes presented.


def test_a_good_successor_does_not_mend_a_badge(sim: IssuerSimulator) -> None:
    expired = sim.mint(put("validUntil", value=stamp(NOW - timedelta(days=1))))
    report, _ = judged(sim, expired, sim.mint(later))
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.PERIOD_EXPIRED,))
    assert report.successor is not None
    assert report.successor.report


def test_a_bad_successor_does_not_spoil_a_badge(sim: IssuerSimulator) -> None:
    ended = put("validUntil", value=stamp(NOW - timedelta(seconds=2)))
    report, _ = judged(sim, sim.mint(), sim.mint(ended))
    assert report
    assert report.to_json()["successor"]["verdict"] == "INVALID"
    assert report.to_json()["successor"]["reasons"] == ["period.expired"]


def test_a_revoked_badge_and_its_successor(sim: IssuerSimulator) -> None:
    sim.revoke()

    def elsewhere(document: Document) -> None:
        later(document)
        document["credentialStatus"].update(statusListIndex=str(INDEX + 1), id="urn:uuid:2")

    report, _ = judged(sim, sim.mint(), sim.mint(elsewhere))
    assert report.reasons == (Reason.STATUS_REVOKED,)
    assert report.successor is not None
    assert report.successor.report


# No successor.


@pytest.mark.parametrize(
    "answer",
    [
        lambda sim: sim.mint(),
        lambda sim: sim.mint() + b"\n",
        lambda sim: sim.mint_token(),
        lambda sim: png.bake(PNG, sim.mint().decode()),
        lambda sim: png.bake(PNG, sim.mint_token().decode()),
    ],
)
@pytest.mark.parametrize(
    "badge",
    [
        lambda sim: sim.mint(),
        lambda sim: sim.mint_token(),
        lambda sim: png.bake(PNG, sim.mint().decode()),
    ],
)
def test_the_same_badge_is_no_successor(
    sim: IssuerSimulator,
    badge: Callable[[IssuerSimulator], bytes],
    answer: Callable[[IssuerSimulator], bytes],
) -> None:
    report, _ = judged(sim, badge(sim), answer(sim))
    assert report
    assert finding(report).reason is Reason.REFRESH_SAME
    assert report.successor is None


def test_nothing_to_ask(sim: IssuerSimulator) -> None:
    report, asked = judged(sim, sim.mint(drop("refreshService")), None)
    assert report
    assert asked == [sim.did_url, sim.list_url]
    assert [f for f in report.findings if f.check is Check.REFRESH] == []


@pytest.mark.parametrize("kind", ["Other", ["Other"]])
def test_a_service_of_another_kind_is_not_asked(sim: IssuerSimulator, kind: Any) -> None:
    signed = changed(sim.credential(), put("refreshService", "type", value=kind))

    class Nobody:
        def get(self, url: str) -> Answer:
            raise AssertionError(url)

    def never(answer: bytes) -> Report:
        raise AssertionError

    successor, told = refresh.successor(signed, b"", Nobody(), never)
    assert successor is None
    assert told is not None
    assert told.reason is Reason.REFRESH_UNSUPPORTED


def fails(sim: IssuerSimulator, answer: bytes | None, reason: Reason) -> str:
    """A good badge stays good, without successor, and the report says why."""
    report, _ = judged(sim, sim.mint(), answer)
    assert (report.verdict, report.successor) == (Verdict.VALID, None)
    assert finding(report).reason is reason
    assert finding(report).outcome is Outcome.NOT_APPLICABLE
    return finding(report).detail or ""


def test_a_service_that_does_not_answer(sim: IssuerSimulator) -> None:
    fails(sim, None, Reason.REFRESH_UNREACHABLE)


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html></html>", b"{}", b"null", b"[]", b'{"a":1,"a":2}', b"\x89PNG\r\n\x1a\n", PNG],
)
def test_an_answer_that_is_no_badge(sim: IssuerSimulator, answer: bytes) -> None:
    fails(sim, answer, Reason.REFRESH_REFUSED)


def test_an_answer_that_was_altered(sim: IssuerSimulator) -> None:
    altered = sim.mint(later).replace(b'"name":"Balansemerket"', b'"name":"Gull"', 1)
    assert "proof.altered" in fails(sim, altered, Reason.REFRESH_REFUSED)


def test_an_answer_of_another_issuers(sim: IssuerSimulator) -> None:
    other = IssuerSimulator("other.example.no")
    sim.served = {**other.served, **sim.served}
    assert "another issuer" in fails(sim, other.mint(later), Reason.REFRESH_REFUSED)


def test_an_answer_under_the_issuers_name_by_somebody_else(sim: IssuerSimulator) -> None:
    other = IssuerSimulator("other.example.no")
    sim.served = {**other.served, **sim.served}

    def as_ours(document: Document) -> None:
        later(document)
        document["issuer"]["id"] = sim.did

    fails(sim, other.mint(as_ours), Reason.REFRESH_REFUSED)


def test_an_older_copy_is_no_newer_one(sim: IssuerSimulator) -> None:
    earlier = put("validFrom", value=stamp(NOW - timedelta(days=31)))
    assert "older" in fails(sim, sim.mint(earlier), Reason.REFRESH_REFUSED)


def test_an_answer_that_leads_on_is_not_followed(sim: IssuerSimulator) -> None:
    sim.served["https://merke.example.no/b/2.json"] = sim.mint(later)
    report, asked = judged(sim, sim.mint(), b"https://merke.example.no/b/2.json")
    assert finding(report).reason is Reason.REFRESH_REFUSED
    assert asked[-1] == REFRESH


def test_there_is_no_second_refresh(sim: IssuerSimulator) -> None:
    def onwards(document: Document) -> None:
        later(document)
        document["refreshService"]["id"] = "https://merke.example.no/b/2/refresh"

    report, asked = judged(sim, sim.mint(), sim.mint(onwards))
    assert report.successor is not None
    assert "https://merke.example.no/b/2/refresh" not in asked
    assert report.successor.report.successor is None


def test_a_badge_that_is_not_proven_asks_nobody(sim: IssuerSimulator) -> None:
    altered = sim.mint().replace(b'"name":"Balansemerket"', b'"name":"Gull"', 1)
    report, asked = judged(sim, altered, sim.mint(later))
    assert (report.verdict, report.successor) == (Verdict.INVALID, None)
    assert REFRESH not in asked
    del sim.served[sim.did_url]
    report, asked = judged(sim, sim.mint(), sim.mint(later))
    assert (report.verdict, report.successor) == (Verdict.UNDETERMINED, None)
    assert REFRESH not in asked


def test_the_older_data_model_has_successors_too(sim: IssuerSimulator) -> None:
    def again(document: Document) -> None:
        document["issuanceDate"] = stamp(NOW - timedelta(days=1))

    badge = sim.embed(older(sim))
    report, _ = judged(sim, badge, sim.embed(older(sim, again)))
    assert report
    assert report.to_json()["successor"]["validFrom"] == stamp(NOW - timedelta(days=1))
    # A copy under the newer model begins where the older one did.
    report, _ = judged(sim, badge, sim.mint())
    assert report.successor is not None


# Bounds and faults.


def test_the_successor_has_what_is_left_of_the_requests(sim: IssuerSimulator) -> None:
    """Eight documents for the badge and its service; the successor would want three more."""

    class Spending(Counted):
        def get(self, url: str) -> Answer:
            answer = super().get(url)
            if url == REFRESH:
                for number in range(7):
                    one.get(f"https://merke.example.no/{number}")
            return answer

    served = {f"https://merke.example.no/{number}": b"{}" for number in range(7)}
    other = "https://merke.example.no/status/2"

    def on_another_list(document: Document) -> None:
        later(document)
        document["credentialStatus"].update(statusListCredential=other)

    documents = Spending({**sim.served, **served, REFRESH: sim.mint(on_another_list)})
    one = OneVerification(documents)
    report = verify(sim.mint(), World(one, NOW, refresh=True))
    assert report
    assert report.successor is not None
    assert report.successor.report.reasons == (Reason.LIMIT_REQUESTS,)
    assert len(documents.asked) == 10


def test_a_fault_of_ours_is_not_the_badges(
    sim: IssuerSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("a fault")

    monkeypatch.setattr(refresh, "successor", broken)
    report, _ = judged(sim, sim.mint(), sim.mint(later))
    assert report
    assert finding(report).reason is Reason.VERIFIER_ERROR
    assert [str(error) for error in report.errors] == ["a fault"]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nb", "Nyere     GYLDIG, 2026-11-23T12:00:00Z, https://merke.example.no/b/"),
        ("nn", "Nyare     GYLDIG, 2026-11-23T12:00:00Z, https://merke.example.no/b/"),
        ("en", "Newer     VALID, 2026-11-23T12:00:00Z, https://merke.example.no/b/"),
    ],
)
def test_a_terminal_tells_of_it(sim: IssuerSimulator, language: str, line: str) -> None:
    text = render(judged(sim, sim.mint(), sim.mint(later))[0], language)
    assert " ".join(line.split()) in " ".join(text.split())
    assert "refresh.newer" in text
    assert line[:5] not in render(judged(sim, sim.mint(), sim.mint())[0], language).split("\n\n")[1]
