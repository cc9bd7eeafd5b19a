"""The status of a badge: what the list says, and every way in which it cannot answer."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from keys.jwk import b64url_encode
from tests.verifier.simulator import (
    INDEX,
    NOW,
    Document,
    IssuerSimulator,
    changed,
    compact,
    drop,
    p256_key,
    put,
    stamp,
)
from verifier import status, status_list
from verifier.documents import Document as ServedDocument
from verifier.documents import PinnedDocuments, RequestsSpent
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Report
from verifier.securing import Bench
from verifier.verify import World, verify

Change = Callable[[Document], Any]
ENTRY = "credentialStatus"
SUBJECT = "credentialSubject"


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def open_question(reason: Reason) -> tuple[Verdict, set[Reason]]:
    return Verdict.UNDETERMINED, {reason}


def with_entry(sim: IssuerSimulator, change: Change, **known: Any) -> Report:
    """The report on a good badge whose status entry was changed before it was signed."""
    return verify(sim.mint(lambda d: change(d[ENTRY])), sim.world(**known))


def with_list(sim: IssuerSimulator, change: Change, **options: Any) -> Report:
    """The report on a good badge whose list was changed before it was signed."""
    sim.serve_list(change, **options)
    return verify(sim.mint(), sim.world())


# What the list says.


@pytest.mark.parametrize("index", [0, 1, 7, 8, 94_566, 94_567, 131_071])
def test_the_bit_at_the_index_and_no_other(sim: IssuerSimulator, index: int) -> None:
    change = put("statusListIndex", value=str(index))
    sim.revoked = set(range(status_list.LENGTH)) - {index}
    sim.publish()
    assert with_entry(sim, change)
    sim.revoked = {index}
    sim.publish()
    assert answer(with_entry(sim, change)) == (Verdict.INVALID, {Reason.STATUS_REVOKED})


def test_index_zero_is_the_left_most_bit(sim: IssuerSimulator) -> None:
    bits = b"\x80" + bytes(status_list.LENGTH // 8 - 1)
    sim.serve_list(put(SUBJECT, "encodedList", value="u" + b64url_encode(gzip.compress(bits))))
    report = with_entry(sim, put("statusListIndex", value="0"))
    assert answer(report) == (Verdict.INVALID, {Reason.STATUS_REVOKED})
    assert with_entry(sim, put("statusListIndex", value="7"))


def test_a_whole_number_is_read_as_an_index(sim: IssuerSimulator) -> None:
    assert with_entry(sim, put("statusListIndex", value=INDEX))
    sim.revoke()
    report = with_entry(sim, put("statusListIndex", value=INDEX))
    assert answer(report) == (Verdict.INVALID, {Reason.STATUS_REVOKED})


def test_a_suspension(sim: IssuerSimulator) -> None:
    sim.revoked = {INDEX}
    sim.serve_list(put(SUBJECT, "statusPurpose", value="suspension"))
    report = with_entry(sim, put("statusPurpose", value="suspension"))
    assert answer(report) == (Verdict.INVALID, {Reason.STATUS_SUSPENDED})


def test_a_list_with_several_purposes(sim: IssuerSimulator) -> None:
    assert with_list(sim, put(SUBJECT, "statusPurpose", value=["suspension", "revocation"]))


def test_a_longer_list(sim: IssuerSimulator) -> None:
    encoded = status_list.encode([200_000], length=2 * status_list.LENGTH)
    sim.serve_list(put(SUBJECT, "encodedList", value=encoded))
    report = with_entry(sim, put("statusListIndex", value="200000"))
    assert answer(report) == (Verdict.INVALID, {Reason.STATUS_REVOKED})


# The entry.


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("statusListIndex", value="-1"), Reason.STATUS_RANGE),
        (put("statusListIndex", value=-1), Reason.STATUS_RANGE),
        (put("statusListIndex", value="131072"), Reason.STATUS_RANGE),
        (put("statusListIndex", value=131_072), Reason.STATUS_RANGE),
        (put("statusListIndex", value="9999999999999999"), Reason.STATUS_RANGE),
        (put("statusListIndex", value="1" * 400), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value="094567"), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value="+5"), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value=" 5"), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value="5.0"), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value="0x5"), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value="5\n"), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value="٥"), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value=""), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value=5.5), Reason.STATUS_MALFORMED),
        (put("statusListIndex", value=True), Reason.STATUS_MALFORMED),
        (drop("statusListIndex"), Reason.STATUS_MALFORMED),
        (drop("statusPurpose"), Reason.STATUS_MALFORMED),
        (put("statusPurpose", value=True), Reason.STATUS_MALFORMED),
        (put("statusPurpose", value="fame"), Reason.STATUS_UNSUPPORTED),
        (put("statusPurpose", value="message"), Reason.STATUS_MALFORMED),
        (put("statusSize", value=2), Reason.STATUS_MALFORMED),
        (put("statusSize", value=9), Reason.STATUS_UNSUPPORTED),
        (put("statusSize", value=2**53), Reason.STATUS_UNSUPPORTED),
        (put("statusSize", value=0), Reason.STATUS_MALFORMED),
        (put("statusSize", value="1"), Reason.STATUS_MALFORMED),
        (drop("statusListCredential"), Reason.STATUS_MALFORMED),
        (put("id", value="https://merke.example.no/status/1"), Reason.STATUS_MALFORMED),
    ],
)
def test_an_entry_that_cannot_be_followed(
    sim: IssuerSimulator, change: Change, reason: Reason
) -> None:
    assert answer(with_entry(sim, change)) == open_question(reason)


def test_one_bit_may_be_said_to_be_one(sim: IssuerSimulator) -> None:
    assert with_entry(sim, put("statusSize", value=1))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("StatusList2017", Reason.STATUS_UNSUPPORTED),
        (["StatusList2017"], Reason.STATUS_UNSUPPORTED),
        (["BitstringStatusListEntry", "1EdTechRevocationList"], Reason.STATUS_MALFORMED),
        (["BitstringStatusListEntry", "StatusList2021Entry"], Reason.STATUS_MALFORMED),
    ],
)
def test_an_entry_of_another_type(sim: IssuerSimulator, kind: Any, reason: Reason) -> None:
    entry = {**sim.credential()[ENTRY], "type": kind}
    bench = Bench("", PinnedDocuments({}), NOW, NOW, frozenset(), {}, None)
    finding = status.check_status({ENTRY: entry}, bench, sim.world())
    assert (finding.outcome, finding.reason) == (Outcome.UNKNOWN, reason)


def test_several_entries(sim: IssuerSimulator) -> None:
    badge = sim.mint(lambda d: d.update({ENTRY: [d[ENTRY]]}))
    report = verify(badge, sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.STRUCTURE_VALUE})
    (finding,) = [f for f in report.findings if f.check is Check.STATUS]
    assert finding.outcome is Outcome.UNKNOWN


# The list.


def test_a_list_that_is_not_there(sim: IssuerSimulator) -> None:
    del sim.served[sim.list_url]
    assert answer(verify(sim.mint(), sim.world())) == open_question(Reason.STATUS_UNREACHABLE)


def test_a_budget_that_is_spent(sim: IssuerSimulator) -> None:
    class Spent(PinnedDocuments):
        def get(self, url: str) -> ServedDocument:
            if url == sim.list_url:
                raise RequestsSpent("enough")
            return super().get(url)

    report = verify(sim.mint(), World(documents=Spent(sim.served), now=NOW))
    assert answer(report) == open_question(Reason.LIMIT_REQUESTS)


@pytest.mark.parametrize(
    "data",
    [b"", b"<html></html>", b"null", b"[]", b"{", b'{"a":1,"a":2}', b"eyJ.e30.e30", b"\xff\xfe"],
)
def test_an_answer_that_is_no_list(sim: IssuerSimulator, data: bytes) -> None:
    sim.served[sim.list_url] = data
    assert answer(verify(sim.mint(), sim.world())) == open_question(Reason.STATUS_MALFORMED)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("type", value=["VerifiableCredential"]), "malformed"),
        (put("issuer", value="did:web:other.example.no"), "issuer"),
        (put("issuer", value={"id": "did:web:other.example.no"}), "issuer"),
        (drop("issuer"), "issuer"),
        (put("id", value="https://merke.example.no/status/2"), "unverified"),
        (put("validUntil", value=stamp(NOW - timedelta(seconds=1))), "stale"),
        (put("validFrom", value=stamp(NOW + timedelta(seconds=61))), "stale"),
        (put("validUntil", value="snart"), "malformed"),
        (put("validFrom", value=""), "malformed"),
        (put(SUBJECT, "statusPurpose", value="suspension"), "purpose"),
        (put(SUBJECT, "statusPurpose", value=["refresh", "message"]), "purpose"),
        (drop(SUBJECT, "statusPurpose"), "purpose"),
        (drop(SUBJECT, "encodedList"), "malformed"),
        (put(SUBJECT, "encodedList", value=""), "malformed"),
        (put(SUBJECT, "encodedList", value="u"), "malformed"),
        (put(SUBJECT, "encodedList", value="uAAAA"), "malformed"),
        (lambda d: d[SUBJECT].update(encodedList=d[SUBJECT]["encodedList"][1:]), "malformed"),
        (lambda d: d[SUBJECT].update(encodedList=d[SUBJECT]["encodedList"][:-4]), "malformed"),
        (lambda d: d[SUBJECT].update(encodedList=d[SUBJECT]["encodedList"] + "="), "malformed"),
        (
            put(SUBJECT, "encodedList", value="u" + b64url_encode(gzip.compress(bytes(16_383)))),
            "length",
        ),
        (
            put(SUBJECT, "encodedList", value="u" + b64url_encode(gzip.compress(bytes(2**24)))),
            "malformed",
        ),
    ],
)
def test_a_list_that_cannot_answer(sim: IssuerSimulator, change: Change, reason: str) -> None:
    sim.revoked = {INDEX}  # it would say revoked, if it could say anything
    assert answer(with_list(sim, change)) == open_question(Reason(f"status.{reason}"))


def test_the_last_second_of_a_list(sim: IssuerSimulator) -> None:
    assert with_list(sim, put("validUntil", value=stamp(NOW)))
    assert with_list(sim, put("validFrom", value=stamp(NOW + timedelta(seconds=60))))


def test_a_list_without_dates_or_id(sim: IssuerSimulator) -> None:
    assert with_list(sim, lambda d: [d.pop(name) for name in ("validFrom", "validUntil", "id")])


# The list's own proof.


def test_a_list_that_is_not_signed(sim: IssuerSimulator) -> None:
    sim.served[sim.list_url] = compact(sim.status_list())
    assert answer(verify(sim.mint(), sim.world())) == open_question(Reason.STATUS_UNVERIFIED)


def test_a_list_that_was_altered(sim: IssuerSimulator) -> None:
    sim.revoke()
    signed = sim.served[sim.list_url]
    clean = status_list.encode([]).encode()
    revoked = status_list.encode([INDEX]).encode()
    sim.served[sim.list_url] = signed.replace(revoked, clean)
    assert sim.served[sim.list_url] != signed
    assert answer(verify(sim.mint(), sim.world())) == open_question(Reason.STATUS_UNVERIFIED)


def test_a_list_signed_by_somebody_else(sim: IssuerSimulator) -> None:
    other = IssuerSimulator("other.example.no")
    sim.served |= {url: data for url, data in other.served.items() if url != other.list_url}
    sim.served[sim.list_url] = other.embed(sim.status_list(), other.status_key)
    assert answer(verify(sim.mint(), sim.world())) == open_question(Reason.STATUS_UNVERIFIED)


def test_a_list_that_another_issuer_made_well(sim: IssuerSimulator) -> None:
    other = IssuerSimulator("other.example.no")
    sim.served |= other.served
    change = put("statusListCredential", value=other.list_url)
    assert answer(with_entry(sim, change)) == open_question(Reason.STATUS_ISSUER)


def test_a_list_signed_by_a_key_for_badges(sim: IssuerSimulator) -> None:
    sim.served[sim.list_url] = sim.embed(sim.status_list(), sim.badge_key)
    assert verify(sim.mint(), sim.world())  # a stranger cannot know
    report = verify(sim.mint(), sim.world(purposes=sim.purposes()))
    assert answer(report) == open_question(Reason.STATUS_UNVERIFIED)


def test_every_proof_of_a_list_must_hold(sim: IssuerSimulator) -> None:
    document = sim.status_list()
    good = sim.proof(document, sim.status_key)
    for second in (
        {**good, "created": "2026-11-24T10:00:00Z"},
        {**good, "cryptosuite": "eddsa-jcs-2022"},
        {"type": "Seal"},
        IssuerSimulator("witness.example.no").proof(document),
    ):
        sim.served[sim.list_url] = compact({**document, "proof": [good, second]})
        assert answer(verify(sim.mint(), sim.world())) == open_question(Reason.STATUS_UNVERIFIED)
    sim.served[sim.list_url] = compact({**document, "proof": [good, good]})
    assert verify(sim.mint(), sim.world())


# The list as a token.


@pytest.mark.parametrize("typ", ["vc+jwt", "JWT", None])
@pytest.mark.parametrize("key", ["EdDSA", "RS256", "ES256"])
def test_a_list_as_a_token(sim: IssuerSimulator, key: str, typ: str | None) -> None:
    keys: dict[str, Any] = {
        "EdDSA": sim.status_key,
        "RS256": sim.jwt_key,
        "ES256": p256_key(),
    }
    header = {"typ": typ, "cty": "vc", "jwk": None}
    sim.served[sim.list_url] = sim.token(sim.status_list(), keys[key], header)
    assert verify(sim.mint(), sim.world())
    sim.revoked = {INDEX}
    sim.served[sim.list_url] = sim.token(sim.status_list(), keys[key], header) + b"\n"
    report = verify(sim.mint(), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.STATUS_REVOKED})


def as_token(sim: IssuerSimulator, change: Change | None = None, **header: Any) -> bytes:
    return sim.token(
        changed(sim.status_list(), change),
        sim.status_key,
        {"typ": "vc+jwt", "jwk": None, **header},
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("exp", value=NOW.timestamp() - 1), Reason.STATUS_STALE),
        (put("validUntil", value=stamp(NOW - timedelta(days=1))), Reason.STATUS_STALE),
        (
            lambda d: (d.pop("validFrom"), d.update(nbf=NOW.timestamp() + 61)),
            Reason.STATUS_STALE,
        ),
        # beside a validFrom that has come
        (put("nbf", value=NOW.timestamp() + 61), Reason.STATUS_STALE),
        (put("nbf", value=1e300), Reason.STATUS_MALFORMED),
        (put("iat", value=2**53), Reason.STATUS_MALFORMED),
        (
            put("@context", value=["https://www.w3.org/2018/credentials/v1"]),
            Reason.STATUS_MALFORMED,
        ),
        (put("type", value="BitstringStatusListCredential"), Reason.STATUS_MALFORMED),
        (drop(SUBJECT, "type"), Reason.STATUS_MALFORMED),
        (put(SUBJECT, value=[]), Reason.STATUS_MALFORMED),
        (put("exp", value="snart"), Reason.STATUS_MALFORMED),
        (put("exp", value=1e300), Reason.STATUS_MALFORMED),
        (put("exp", value=True), Reason.STATUS_MALFORMED),
        (put("issuer", value="did:web:other.example.no"), Reason.STATUS_ISSUER),
    ],
)
def test_a_token_that_cannot_answer(sim: IssuerSimulator, change: Change, reason: Reason) -> None:
    sim.served[sim.list_url] = as_token(sim, change)
    assert answer(verify(sim.mint(), sim.world())) == open_question(reason)


@pytest.mark.parametrize("header", [{"typ": "at+jwt"}, {"kid": "did:web:evil.example#1"}])
def test_a_token_that_does_not_count(sim: IssuerSimulator, header: Document) -> None:
    sim.served[sim.list_url] = as_token(sim, **header)
    assert answer(verify(sim.mint(), sim.world())) == open_question(Reason.STATUS_UNVERIFIED)


def test_an_altered_token(sim: IssuerSimulator) -> None:
    head, payload, signature = as_token(sim).split(b".")
    other = as_token(sim, put("validUntil", value=stamp(NOW + timedelta(days=8)))).split(b".")[1]
    sim.served[sim.list_url] = b".".join([head, other, signature])
    assert payload != other
    assert answer(verify(sim.mint(), sim.world())) == open_question(Reason.STATUS_UNVERIFIED)


def test_the_key_of_the_list_cannot_be_had(sim: IssuerSimulator) -> None:
    """One host down, both questions open: the badge's and the list's."""
    del sim.served[sim.did_url]
    report = verify(sim.mint(), sim.world())
    assert report.verdict is Verdict.UNDETERMINED
    assert set(report.reasons) == {Reason.ISSUER_UNREACHABLE, Reason.STATUS_UNVERIFIED}
