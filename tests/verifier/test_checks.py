"""The checks that read the credential itself: contexts, version, dates, trust, recipient."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.verifier.simulator import (
    EXTENSIONS,
    NOW,
    OB3,
    VC2,
    Document,
    IssuerSimulator,
    compact,
    drop,
    put,
    stamp,
)
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Report
from verifier.verify import verify


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


# Contexts and versions. Tokens, because anything can be signed in one.


@pytest.mark.parametrize(
    ("contexts", "reasons"),
    [
        ([VC2], {Reason.CONTEXT_ORDER, Reason.TERM_LOST}),
        ([OB3, VC2, EXTENSIONS], {Reason.CONTEXT_ORDER}),
        ([VC2, EXTENSIONS, OB3], {Reason.CONTEXT_ORDER}),
        ([VC2, OB3], {Reason.TERM_LOST}),  # the type of refreshService
        ([VC2, {}, OB3, EXTENSIONS], {Reason.CONTEXT_ORDER}),
        (VC2, {Reason.CONTEXT_ORDER, Reason.TERM_LOST}),
        ([VC2, OB3, 1], {Reason.CONTEXT_ORDER, Reason.CONTEXT_INVALID}),
        ([VC2, "https://evil.example/" + OB3, EXTENSIONS], None),
        ([VC2, OB3.replace("3.0.3", "3.0.9"), EXTENSIONS], {Reason.CONTEXT_UNKNOWN}),
        ([VC2, OB3, EXTENSIONS, "https://example.no/more.json"], {Reason.CONTEXT_UNKNOWN}),
        ([VC2, OB3, EXTENSIONS, "http://[::1]/"], {Reason.CONTEXT_UNKNOWN}),
        (
            [VC2, OB3, EXTENSIONS, {"validUntil": "https://example.no/other"}],
            {Reason.CONTEXT_INVALID},
        ),
    ],
)
def test_contexts(sim: IssuerSimulator, contexts: Any, reasons: set[Reason] | None) -> None:
    report = verify(sim.mint_token(put("@context", value=contexts)), sim.world())
    if reasons is None:
        reasons = {Reason.CONTEXT_ORDER, Reason.CONTEXT_UNKNOWN}
    assert set(report.reasons) == reasons
    expected = Verdict.UNDETERMINED if reasons == {Reason.CONTEXT_UNKNOWN} else Verdict.INVALID
    assert report.verdict is expected


def test_a_badge_without_contexts(sim: IssuerSimulator) -> None:
    report = verify(sim.mint_token(drop("@context")), sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.CONTEXT_ORDER in report.reasons


def test_a_context_of_the_badges_own(sim: IssuerSimulator) -> None:
    """An inline object that defines a term gives it a meaning, and the meaning is signed."""

    def explain(document: Document) -> None:
        document["@context"].append({"grade": "https://example.no/terms#grade"})
        document["grade"] = "A"

    for badge in (sim.mint(explain), sim.mint_token(explain)):
        report = verify(badge, sim.world())
        assert answer(report) == (Verdict.VALID, set())
        assert report.credential is not None
        assert report.credential["grade"] == "A"


@pytest.mark.parametrize("listed", [True, False])
def test_other_versions_are_told_apart(sim: IssuerSimulator, listed: bool) -> None:
    first = "https://w3id.org/openbadges/v1"
    document = {**sim.credential(), "@context": [first, OB3] if listed else first}
    document["proof"] = sim.proof(sim.credential())
    report = verify(compact(document), sim.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.STRUCTURE_VERSION})


def test_work_has_a_limit(sim: IssuerSimulator) -> None:
    def crowd(document: Document) -> None:
        document["evidence"] = [{"type": ["Evidence"], "name": "Kurs"}] * 3000

    report = verify(sim.mint_token(crowd), sim.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.LIMIT_WORK})


# Dates.


@pytest.mark.parametrize(
    ("begins", "verdict", "reasons"),
    [
        (timedelta(0), Verdict.VALID, set()),
        (timedelta(seconds=60), Verdict.VALID, set()),
        (timedelta(seconds=61), Verdict.INVALID, {Reason.PERIOD_NOT_YET}),
        (timedelta(days=3650), Verdict.INVALID, {Reason.PERIOD_ORDER}),
    ],
)
def test_the_beginning(
    sim: IssuerSimulator, begins: timedelta, verdict: Verdict, reasons: set[Reason]
) -> None:
    change = put("validFrom", value=stamp(NOW + begins))
    for badge in (sim.mint(change), sim.mint_token(change)):
        assert answer(verify(badge, sim.world())) == (verdict, reasons)


@pytest.mark.parametrize(
    ("after", "good"),
    [
        (timedelta(0), True),
        (timedelta(microseconds=999_999), True),
        (timedelta(seconds=1), False),
        (timedelta(seconds=59), False),
    ],
)
def test_the_end(sim: IssuerSimulator, after: timedelta, good: bool) -> None:
    change = put("validUntil", value=stamp(NOW))
    for badge in (sim.mint(change), sim.mint_token(change)):
        for known in ({"now": NOW + after}, {"at": NOW + after}):
            report = verify(badge, sim.world(**known))
            expected = set() if good else {Reason.PERIOD_EXPIRED}
            assert set(report.reasons) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-25T14:00:00+02:00",
        "2026-10-25T02:00:00-10:00",
        "2026-10-24T24:00:00Z",
        "2026-10-25T12:00:00.123456789Z",
    ],
)
def test_spellings_of_a_moment(sim: IssuerSimulator, text: str) -> None:
    assert verify(sim.mint(put("validFrom", value=text)), sim.world())


@pytest.mark.parametrize("name", ["validFrom", "validUntil"])
@pytest.mark.parametrize(
    "text",
    [
        "2026-10-25",
        "2026-10-25 12:00:00Z",
        "2026-10-25T12:00Z",
        "2026-02-30T12:00:00Z",
        "20261025T120000Z",
        "2026-10-25T12:00:00z",
        "2026-10-25T12:00:60Z",
        "i dag",
        "",
        " 2026-10-25T12:00:00Z",
        1_795_000_000,
        ["2026-10-25T12:00:00Z"],
    ],
    ids=str,
)
def test_what_is_no_moment(sim: IssuerSimulator, name: str, text: Any) -> None:
    token = sim.token({**sim.claims(sim.credential()), name: text})
    report = verify(token, sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.STRUCTURE_VALUE in report.reasons
    assert [f.outcome for f in report.findings if f.check is Check.PERIOD] == [Outcome.UNKNOWN]


def test_a_moment_without_offset_is_refused_and_read_as_utc(sim: IssuerSimulator) -> None:
    change = put("validUntil", value="2026-11-24T11:00:00")
    report = verify(sim.mint(change), sim.world())
    assert set(report.reasons) == {Reason.STRUCTURE_VALUE, Reason.PERIOD_EXPIRED}


def test_the_ends_of_the_calendar(sim: IssuerSimulator) -> None:
    def forever(document: Document) -> None:
        document["validFrom"] = "0001-01-01T00:00:00Z"
        document["validUntil"] = "9999-12-31T23:59:59Z"

    assert verify(sim.mint(forever), sim.world())
    report = verify(sim.mint(put("validUntil", value="9999-12-31T23:59:59-14:00")), sim.world())
    assert Reason.STRUCTURE_VALUE in report.reasons
    assert report.errors == ()


# The recipient.


def test_nobody_asked_whose_it_is(sim: IssuerSimulator) -> None:
    report = verify(sim.mint(), sim.world())
    (finding,) = [f for f in report.findings if f.check is Check.RECIPIENT]
    assert finding.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "recipient",
    [
        "https://merke.example.no/m/eksempelteatret",
        "Áššu “Øst” & Ålesund’s scene",
        "a@example.com",
        "A@Example.com",
    ],
)
def test_the_recipient_by_any_of_its_names(sim: IssuerSimulator, recipient: str) -> None:
    assert verify(sim.mint(), sim.world(recipient=recipient))


@pytest.mark.parametrize(
    "recipient",
    [
        "https://merke.example.no/m/andre",
        "b@example.com",
        "",
        "a@example.comKosher",
        "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",
        "áššu “øst” & ålesund’s scene",
    ],
)
def test_somebody_else(sim: IssuerSimulator, recipient: str) -> None:
    report = verify(sim.mint(), sim.world(recipient=recipient))
    assert answer(report) == (Verdict.INVALID, {Reason.RECIPIENT_MISMATCH})


def hashed(algorithm: str, text: str, salt: str | None = None) -> Callable[[Document], Any]:
    digest = hashlib.new(algorithm, (text + (salt or "")).encode()).hexdigest().upper()
    entry = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"{algorithm}${digest}",
        "identityType": "emailAddress",
        **({} if salt is None else {"salt": salt}),
    }
    return put("credentialSubject", "identifier", value=[entry])


def test_hashes_with_and_without_salt(sim: IssuerSimulator) -> None:
    for change in (
        hashed("sha256", "a@example.com"),
        hashed("sha256", "a@example.com", "salt"),
        hashed("md5", "a@example.com", "salt"),
    ):
        assert verify(sim.mint(change), sim.world(recipient="a@example.com"))
    report = verify(sim.mint(hashed("sha1", "a@example.com")), sim.world(recipient="a@example.com"))
    assert set(report.reasons) == {Reason.RECIPIENT_MISMATCH}


def test_a_hash_that_says_it_is_none(sim: IssuerSimulator) -> None:
    """`hashed` decides how the value is read: the digest is no name of anybody's."""
    change = put("credentialSubject", "identifier", 1, "hashed", value=False)
    report = verify(sim.mint(change), sim.world(recipient="a@example.com"))
    assert set(report.reasons) == {Reason.RECIPIENT_MISMATCH}
