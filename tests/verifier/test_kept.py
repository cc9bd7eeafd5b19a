"""What is kept from one verification to the next: only what the next would find out itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from keys import did
from tests.verifier.simulator import NOW, IssuerSimulator, compact, ed25519_key, put, stamp
from verifier import data_integrity
from verifier.kept import Kept
from verifier.reasons import Reason, Verdict
from verifier.verify import verify


def test_a_result_is_worked_out_once_for_each_content() -> None:
    asked: list[str] = []

    def double(text: str) -> Callable[[], str]:
        def work_out() -> str:
            asked.append(text)
            return text * 2

        return work_out

    kept = Kept[str](100)
    for text in ("ab", "a", "ab", "a", "ab"):
        assert kept.of(text, double(text), len) == text * 2
    assert asked == ["ab", "a"]


def test_the_oldest_is_forgotten_and_the_largest_never_kept() -> None:
    asked: list[int] = []

    def of(number: int, size: int = 10) -> None:
        def work_out() -> int:
            asked.append(number)
            return number

        assert kept.of(number, work_out, lambda _: size) == number

    kept = Kept[int](30)
    for number in (1, 2, 3, 4, 1):
        of(number)
    assert asked == [1, 2, 3, 4, 1]
    of(9, size=31)
    of(9, size=31)
    of(4)
    assert asked == [1, 2, 3, 4, 1, 9, 9]


def test_what_fails_is_tried_again() -> None:
    kept = Kept[int](30)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            kept.of("x", lambda: 1 // 0, lambda _: 1)
    assert kept.of("x", lambda: 7, lambda _: 1) == 7


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def test_the_signature_of_a_list_is_checked_once(
    sim: IssuerSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim.serve_list(put("name", value="A list that no other test serves"))
    checked: list[Any] = []
    right = data_integrity.verify

    def counted(document: Any, *arguments: Any, **named: Any) -> None:
        checked.append(document["type"][-1])
        right(document, *arguments, **named)

    monkeypatch.setattr(data_integrity, "verify", counted)
    for number in range(3):
        assert verify(sim.mint(put("name", value=f"Merke {number}")), sim.world())
    assert checked.count("BitstringStatusListCredential") == 1
    assert checked.count("OpenBadgeCredential") == 3


def test_the_same_list_grows_old(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    assert verify(badge, sim.world())
    report = verify(badge, sim.world(now=NOW + timedelta(days=8)))
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.STATUS_STALE,))
    assert verify(badge, sim.world())
    early = sim.world(now=NOW - timedelta(hours=2), at=NOW)
    assert verify(sim.embed(sim.credential(), created=None), early).reasons == (
        Reason.STATUS_UNVERIFIED,
    )


def test_the_same_list_by_a_key_that_is_given_up_meanwhile(sim: IssuerSimulator) -> None:
    badge, served = sim.mint(), dict(sim.served)
    assert verify(badge, sim.world())
    document = sim.did_document()
    revoked = {**document["verificationMethod"][2], "revoked": stamp(NOW - timedelta(hours=3))}
    assert revoked["id"] == sim.method(sim.status_key)
    document["verificationMethod"][2] = revoked
    sim.served[sim.did_url] = compact(document)
    report = verify(badge, sim.world())
    assert (report.verdict, report.reasons) == (
        Verdict.UNDETERMINED,
        (Reason.STATUS_UNVERIFIED,),
    )
    sim.served.update(served)
    assert verify(badge, sim.world())


def test_the_same_list_under_another_issuer_or_address(sim: IssuerSimulator) -> None:
    assert verify(sim.mint(), sim.world())
    other = IssuerSimulator("annen.example.no")
    other.served[other.list_url] = sim.served[sim.list_url]
    assert verify(other.mint(), other.world()).reasons == (Reason.STATUS_ISSUER,)
    sim.served[f"{sim.base}/status/2"] = sim.served[sim.list_url]
    moved = sim.mint(put("credentialStatus", "statusListCredential", value=f"{sim.base}/status/2"))
    assert verify(moved, sim.world()).reasons == (Reason.STATUS_UNVERIFIED,)


def test_the_same_list_for_another_purpose(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    assert verify(badge, sim.world(purposes=sim.purposes()))
    purposes = {**sim.purposes(), sim.method(sim.status_key): "badge"}
    assert verify(badge, sim.world(purposes=purposes)).reasons == (Reason.STATUS_UNVERIFIED,)
    assert verify(badge, sim.world(purposes=sim.purposes()))


def test_a_list_that_differs_in_one_bit(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    assert verify(badge, sim.world())
    good = sim.served[sim.list_url]
    sim.revoke()
    assert verify(badge, sim.world()).reasons == (Reason.STATUS_REVOKED,)
    # The bits of the one under the signature of the other.
    value = good.partition(b'"encodedList":"')[2].partition(b'"')[0]
    revoked = sim.served[sim.list_url]
    there = revoked.partition(b'"encodedList":"')[2].partition(b'"')[0]
    sim.served[sim.list_url] = revoked.replace(there, value)
    assert verify(badge, sim.world()).reasons == (Reason.STATUS_UNVERIFIED,)


def test_a_list_with_a_false_proof_beside_the_good_one(sim: IssuerSimulator) -> None:
    """Each proof of a content is known by its place."""
    listed = sim.status_list()
    good = sim.proof(listed, sim.status_key)
    false = {**good, "created": stamp(NOW - timedelta(hours=5))}
    badge = sim.mint()
    for proofs in ([good], [good, false], [false, good], [good, good], good, false):
        for _ in range(2):
            sim.served[sim.list_url] = compact({**listed, "proof": proofs})
            assert bool(verify(badge, sim.world())) is (false not in (proofs, *proofs))


def test_proofs_of_a_list_that_only_python_takes_for_equal(sim: IssuerSimulator) -> None:
    listed = sim.status_list()
    good = sim.proof(listed, sim.status_key, nonce=1)
    sim.served[sim.list_url] = compact({**listed, "proof": [good, {**good, "nonce": True}]})
    assert verify(sim.mint(), sim.world()).reasons == (Reason.STATUS_UNVERIFIED,)


def test_an_issuers_document_that_lists_another_key(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    assert verify(badge, sim.world())
    stranger = did.method_of(sim.did, ed25519_key("stranger").public_key())
    sim.served[sim.did_url] = compact(did.did_document(sim.did, [stranger]))
    report = verify(badge, sim.world())
    assert report.reasons == (Reason.KEY_UNKNOWN,)


def test_other_contexts_are_asked_anew(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    assert verify(badge, sim.world())
    report = verify(badge, sim.world(contexts={}))
    assert Reason.CONTEXT_UNKNOWN in report.reasons
    assert not report
