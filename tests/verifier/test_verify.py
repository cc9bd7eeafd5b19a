"""Whole verifications: what is good is VALID, and what the verdict is when something is not."""

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from badge_assets import png, svg
from keys import did
from tests.verifier.pictures import a_png, a_svg
from tests.verifier.simulator import (
    NOW,
    IssuerSimulator,
    compact,
    drop,
    ed25519_key,
    p256_key,
    put,
    stamp,
)
from verifier import carriers, checks, examination, securing, status_entry, strict_json
from verifier import verify as verify_module
from verifier.documents import Document, DocumentUnavailable, PinnedDocuments
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Report
from verifier.verify import World, verify

Mint = Callable[[IssuerSimulator], bytes]

MINTS: dict[str, Mint] = {
    "embedded": lambda sim: sim.mint(),
    "embedded, one proof without a list": lambda sim: compact(
        {**sim.credential(), "proof": sim.proof(sim.credential())}
    ),
    "embedded, with spaces and letters": lambda sim: json.dumps(
        json.loads(sim.mint()), indent=2, ensure_ascii=False
    ).encode(),
    "embedded, without created": lambda sim: sim.embed(sim.credential(), created=None),
    "token RS256": lambda sim: sim.mint_token(),
    "token ES256": lambda sim: sim.mint_token(key=p256_key()),
    "token, key only shown": lambda sim: sim.mint_token(header={"kid": None}),
    "token, key only named": lambda sim: sim.mint_token(header={"jwk": None}),
    "token, without typ": lambda sim: sim.mint_token(header={"typ": None}),
    "token, saved with a line break": lambda sim: sim.mint_token() + b"\n",
    "token around a proof": lambda sim: sim.token(
        {**sim.claims(sim.credential()), "proof": sim.proof(sim.credential())}
    ),
    "PNG with JSON": lambda sim: png.bake(a_png(), sim.mint().decode()),
    "PNG with a token": lambda sim: png.bake(a_png(), sim.mint_token().decode()),
    "SVG with JSON": lambda sim: svg.bake(a_svg(), sim.mint().decode()),
    "SVG with a token": lambda sim: svg.bake(a_svg(), sim.mint_token().decode()),
}


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def outcomes(report: Report, check: Check) -> list[tuple[Outcome, Reason | None]]:
    return [(f.outcome, f.reason) for f in report.findings if f.check is check]


@pytest.mark.parametrize("mint", MINTS.values(), ids=MINTS)
def test_good_badges_are_valid(sim: IssuerSimulator, mint: Mint) -> None:
    report = verify(mint(sim), sim.world())
    assert (report.verdict, report.reasons, report.errors) == (Verdict.VALID, (), ())
    assert report
    assert report.credential is not None
    assert report.credential["name"] == "Balansemerket"
    assert report.securing == ("vc-jwt" if report.credential.get("iss") else "eddsa-rdfc-2022")
    assert report.verified_at == NOW


@pytest.mark.parametrize("mint", MINTS.values(), ids=MINTS)
def test_revoked_badges_are_not(sim: IssuerSimulator, mint: Mint) -> None:
    badge = mint(sim)
    sim.revoke()
    report = verify(badge, sim.world())
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.STATUS_REVOKED,))


def test_what_is_shown_as_signed_has_no_proof_in_it(sim: IssuerSimulator) -> None:
    assert verify(sim.mint(), sim.world()).credential == sim.credential()


def test_a_badge_may_do_without_much(sim: IssuerSimulator) -> None:
    def strip(document: dict[str, Any]) -> None:
        for name in ("credentialStatus", "refreshService", "validUntil", "evidence", "image"):
            del document[name]
        document["type"] = ["AchievementCredential", "VerifiableCredential"]
        document["issuer"] = document["issuer"]["id"]
        del document["credentialSubject"]["id"]

    report = verify(sim.mint(strip), sim.world())
    assert report.verdict is Verdict.VALID
    assert outcomes(report, Check.STATUS) == [(Outcome.NOT_APPLICABLE, None)]


# One failure does not hide the next.


def test_all_that_is_wrong_is_told_at_once(sim: IssuerSimulator) -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["validFrom"] = stamp(NOW - timedelta(days=800))
        document["validUntil"] = stamp(NOW - timedelta(days=400))
        del document["credentialSubject"]["achievement"]["name"]

    badge = sim.mint(spoil)
    sim.revoke()
    report = verify(badge, sim.world(trust=frozenset({"did:web:other.no"}), recipient="nobody"))
    assert report.verdict is Verdict.INVALID
    assert set(report.reasons) == {
        Reason.STRUCTURE_MISSING,
        Reason.ISSUER_UNTRUSTED,
        Reason.PERIOD_EXPIRED,
        Reason.STATUS_REVOKED,
        Reason.RECIPIENT_MISMATCH,
    }


def test_invalid_outranks_undetermined(sim: IssuerSimulator) -> None:
    badge = sim.mint(put("validUntil", value=stamp(NOW - timedelta(days=1))))
    del sim.served[sim.list_url]
    report = verify(badge, sim.world())
    assert report.verdict is Verdict.INVALID
    assert report.reasons == (Reason.PERIOD_EXPIRED, Reason.STATUS_UNREACHABLE)


@pytest.mark.parametrize("mint", [IssuerSimulator.mint, IssuerSimulator.mint_token])
def test_a_changed_badge(sim: IssuerSimulator, mint: Mint) -> None:
    badge = mint(sim)
    if badge.startswith(b"{"):
        badge = badge.replace(b'"Kurs"', b'"Kyrs"')
    else:
        head, _, signature = badge.rpartition(b".")
        badge = head + b"." + (b"A" if signature[:1] != b"A" else b"B") + signature[1:]
    report = verify(badge, sim.world())
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.PROOF_ALTERED,))
    assert report.credential is None
    assert report.who.kind == "unproven"


def test_nothing_an_unproven_badge_says_for_itself_is_believed(sim: IssuerSimulator) -> None:
    report = verify(
        sim.mint().replace(b'"Kurs"', b'"Kyrs"'),
        sim.world(recipient=f"{sim.base}/m/eksempelteatret"),
    )
    for check in (Check.ISSUER, Check.PERIOD, Check.STATUS, Check.RECIPIENT):
        assert outcomes(report, check) == [(Outcome.UNKNOWN, None)], check


def test_no_address_in_a_false_badge_is_asked(sim: IssuerSimulator) -> None:
    asked: list[str] = []

    class Watched(PinnedDocuments):
        def get(self, url: str) -> Document:
            asked.append(url)
            return super().get(url)

    badge = sim.mint().replace(b'"Kurs"', b'"Kyrs"')
    verify(badge, World(documents=Watched(sim.served), now=NOW))
    assert asked == [sim.did_url]


def test_an_expired_badge_is_invalid_also_where_its_issuer_cannot_be_reached(
    sim: IssuerSimulator,
) -> None:
    badge = sim.mint(put("validUntil", value=stamp(NOW - timedelta(days=1))))
    sim.served.clear()
    report = verify(badge, sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.PERIOD_EXPIRED in report.reasons
    assert Reason.ISSUER_UNREACHABLE in report.reasons


@pytest.mark.parametrize("mint", [IssuerSimulator.mint, IssuerSimulator.mint_token])
def test_without_the_network_nothing_is_known(sim: IssuerSimulator, mint: Mint) -> None:
    badge = mint(sim)
    sim.served.clear()
    report = verify(badge, sim.world())
    assert report.verdict is Verdict.UNDETERMINED
    assert set(report.reasons) == {Reason.ISSUER_UNREACHABLE, Reason.STATUS_UNREACHABLE}
    assert report.credential is None


# Who.


def test_ours(sim: IssuerSimulator) -> None:
    report = verify(sim.mint(), sim.world(ours=frozenset({sim.did})))
    assert report.who.to_json() == {"kind": "ours", "did": sim.did, "host": sim.host}
    assert outcomes(report, Check.ISSUER) == [(Outcome.PASSED, Reason.WHO_OURS)]


def test_a_lookalike_is_said_in_words(sim: IssuerSimulator) -> None:
    lookalike = IssuerSimulator("merke.examp1e.no")
    report = verify(lookalike.mint(), lookalike.world(ours=frozenset({sim.did})))
    assert report.verdict is Verdict.VALID
    assert report.who.to_json() == {
        "kind": "domain",
        "did": "did:web:merke.examp1e.no",
        "host": "merke.examp1e.no",
    }
    sentences = [f.text["nb"] for f in report.findings if f.check is Check.ISSUER]
    assert "Merket er ikke utstedt av oss, selv om det kan se slik ut." in sentences


def test_a_name_of_ours_under_a_strangers_signature(sim: IssuerSimulator) -> None:
    """The issuer's id is copied, the key is not: nobody is taken in."""
    stranger = ed25519_key("stranger")
    badge = sim.embed(sim.credential(), stranger)
    report = verify(badge, sim.world(ours=frozenset({sim.did})))
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.KEY_UNKNOWN,))
    assert report.who.kind == "unproven"


def test_a_did_key_proves_nobody(sim: IssuerSimulator) -> None:
    issuer = DidKeyIssuer()
    report = verify(issuer.mint(drop("credentialStatus")), issuer.world())
    assert report.verdict is Verdict.VALID
    assert report.who.to_json() == {"kind": "unproven", "did": issuer.did, "host": None}
    assert outcomes(report, Check.ISSUER) == [(Outcome.PASSED, Reason.WHO_UNPROVEN)]


class DidKeyIssuer(IssuerSimulator):
    """An issuer without a domain: its key is its name, and it publishes nothing."""

    def __init__(self) -> None:
        super().__init__("merke.example.no")
        self.did = did.did_key(self.badge_key.public_key())
        self.served.clear()


def test_a_did_key_needs_no_documents() -> None:
    issuer = DidKeyIssuer()
    badge = issuer.mint(drop("credentialStatus"))

    class Nothing:
        def get(self, url: str) -> Document:
            raise AssertionError(f"asked for {url}")

    report = verify(badge, World(documents=Nothing(), now=NOW))
    assert (report.verdict, report.errors) == (Verdict.VALID, ())


@pytest.mark.parametrize(
    ("host", "mixed"),
    [
        ("merke.example.no", False),
        ("xn--blbrsyltety-y8ao3x.no", False),  # blåbærsyltetøy
        ("xn--80aa6avcc.no", False),  # Cyrillic throughout
        ("xn--pypal-4ve.no", True),  # pаypal, with a Cyrillic а
        ("xn--example-9uf.no", True),
        ("xn--99999999999.no", True),  # no punycode at all
    ],
)
def test_domains_in_mixed_scripts(host: str, mixed: bool) -> None:
    assert checks.mixes_scripts(host) is mixed


def test_a_domain_in_mixed_scripts_is_warned_of() -> None:
    issuer = IssuerSimulator("xn--pypal-4ve.no")
    report = verify(issuer.mint(), issuer.world())
    assert report.who.host == "xn--pypal-4ve.no"
    assert (Outcome.PASSED, Reason.WHO_MIXED_SCRIPTS) in outcomes(report, Check.ISSUER)


def test_trust(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    assert verify(badge, sim.world(trust=frozenset({sim.did, "did:web:other.no"})))
    report = verify(badge, sim.world(trust=frozenset({"did:web:other.no"})))
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.ISSUER_UNTRUSTED,))


# Time.


def test_at_moves_the_dates_and_the_report_says_so(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    at = NOW + timedelta(days=400)
    report = verify(badge, sim.world(at=at))
    assert report.reasons == (Reason.PERIOD_EXPIRED,)
    assert report.to_json()["at"] == stamp(at)
    assert report.to_json()["verified_at"] == stamp(NOW)


def test_at_does_not_move_the_status(sim: IssuerSimulator) -> None:
    badge = sim.mint()
    assert verify(badge, sim.world(at=NOW + timedelta(days=100)))  # past the list's own end
    sim.revoke()
    report = verify(badge, sim.world(at=NOW - timedelta(days=10)))
    assert report.reasons == (Reason.STATUS_REVOKED,)


def test_a_time_without_an_offset_is_our_own_mistake(sim: IssuerSimulator) -> None:
    with pytest.raises(ValueError, match="offset"):
        sim.world(now=NOW.replace(tzinfo=None))


# What breaks is never a yes, and never a crash.


@pytest.mark.parametrize("check", [check for check, _ in examination.CHECKS])
def test_a_check_that_breaks_leaves_the_question_open(
    sim: IssuerSimulator, monkeypatch: pytest.MonkeyPatch, check: Check
) -> None:
    boom = ZeroDivisionError("our own fault")

    def broken(case: object) -> Any:
        raise boom

    table = tuple((c, broken if c is check else f) for c, f in examination.CHECKS)
    monkeypatch.setattr(verify_module, "CHECKS", table)
    report = verify(sim.mint(), sim.world())
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.VERIFIER_ERROR,))
    assert report.errors == (boom,)
    assert "our own fault" not in json.dumps(report.to_json())


@pytest.mark.parametrize("broken", ["find", "loads", "embedded"])
def test_a_step_that_breaks_leaves_the_question_open(
    sim: IssuerSimulator, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    places: dict[str, Any] = {
        "find": carriers,
        "loads": strict_json,
        "embedded": securing,
    }

    def boom(*arguments: object, **named: object) -> Any:
        raise RecursionError

    badge = sim.mint()
    monkeypatch.setattr(places[broken], broken, boom)
    report = verify(badge, sim.world())
    assert report.verdict is Verdict.UNDETERMINED
    assert Reason.VERIFIER_ERROR in report.reasons
    assert report.credential is None


def test_a_source_that_breaks_leaves_the_question_open(sim: IssuerSimulator) -> None:
    class Broken:
        def get(self, url: str) -> Document:
            raise OSError("not a DocumentUnavailable")

    report = verify(sim.mint(), World(documents=Broken(), now=NOW))
    assert report.verdict is Verdict.UNDETERMINED
    assert [type(error) for error in report.errors] == [OSError, OSError]


def test_no_check_at_all_is_no_yes(sim: IssuerSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that says nothing has not passed."""
    badge = sim.mint()
    for missing in {check for check, _ in examination.CHECKS} - {Check.CLAIMS, Check.RECIPIENT}:
        table = tuple((c, f) for c, f in examination.CHECKS if c is not missing)
        with monkeypatch.context() as patch:
            patch.setattr(verify_module, "CHECKS", table)
            assert verify(badge, sim.world()).verdict is Verdict.UNDETERMINED, missing


def test_a_badge_may_not_ask_for_many_documents(sim: IssuerSimulator) -> None:
    """Proofs by others are looked up too, within the budget of one verification."""
    asked: list[str] = []

    class Watched:
        def get(self, url: str) -> Document:
            asked.append(url)
            if url in sim.served:
                return Document(sim.served[url])
            raise DocumentUnavailable("down")

    document = sim.credential()
    proofs = [sim.proof(document)]
    proofs += [
        {**proofs[0], "verificationMethod": f"did:web:host{number}.example.no#key"}
        for number in range(3)
    ]
    report = verify(compact({**document, "proof": proofs}), World(documents=Watched(), now=NOW))
    assert len(asked) == 5
    assert report.verdict is Verdict.VALID
    many = compact({**document, "proof": [*proofs, proofs[-1]]})
    report = verify(many, World(documents=Watched(), now=NOW))
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.LIMIT_COUNT,))


def test_the_report_does_not_grow_with_the_badge(sim: IssuerSimulator) -> None:
    badge = sim.mint_token(put("evidence", value=[{"type": "x" * 2000}] * 200))
    report = verify(badge, sim.world()).to_json()
    assert report["verdict"] == "INVALID"
    report.pop("credential")
    assert len(json.dumps(report)) < 50_000


def test_a_world_is_not_changed_by_a_verification(sim: IssuerSimulator) -> None:
    world = sim.world()
    before = dataclasses.replace(world)
    assert verify(sim.mint(), world) == verify(sim.mint(), world)
    assert world == before


def test_known_revocations_outrank_a_list_that_does_not_say_so_yet(sim: IssuerSimulator) -> None:
    asked: list[tuple[str, int]] = []

    def record(url: str, index: int) -> bool:
        asked.append((url, index))
        return True

    report = verify(sim.mint(), sim.world(known_revocations=record))
    assert report.reasons == (Reason.STATUS_REVOKED,)
    assert asked == [(sim.list_url, 94_567)]
    assert verify(sim.mint(), sim.world(known_revocations=lambda url, index: False))
    assert status_entry.read_entry(sim.credential()["credentialStatus"]).index == 94_567
