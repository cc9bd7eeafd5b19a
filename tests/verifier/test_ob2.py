"""Badges of Open Badges 2.0: hosted and signed; each way in which one is none."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.verifier.everything import SPOIL, places, spoilt
from tests.verifier.ob2_issuer import (
    ASSERTION,
    BADGE,
    BASE,
    ISSUER,
    KEY,
    LIST,
    OB2,
    SIGNED,
    Ob2Issuer,
)
from tests.verifier.pictures import a_png, chunk
from tests.verifier.simulator import (
    NOW,
    Document,
    IssuerSimulator,
    changed,
    compact,
    drop,
    ed25519_key,
    p256_key,
    put,
    rsa_key,
    stamp,
)
from verifier.documents import Document as Served
from verifier.documents import DocumentGone, DocumentUnavailable
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Report
from verifier.verify import World, verify

Change = Callable[[Document], Any]


@pytest.fixture
def issuer() -> Ob2Issuer:
    return Ob2Issuer()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def hosted(issuer: Ob2Issuer, change: Change | None = None) -> bytes:
    """The badge as it stands at its address, after `change`."""
    issuer.serve(ASSERTION, issuer.hosted(), change)
    return issuer.served[ASSERTION]


def outcomes(report: Report) -> dict[str, str]:
    return {finding.check: finding.outcome for finding in report.findings}


# Good ones.


def test_a_hosted_badge(issuer: Ob2Issuer) -> None:
    report = verify(hosted(issuer), issuer.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.securing == "ob2-hosted"
    assert (report.who.kind, report.who.host) == ("domain", "badges.example.no/issuer.json")
    assert report.credential == {
        **issuer.hosted(),
        "badge": {**issuer.badge(), "issuer": issuer.profile()},
    }
    assert Reason.HOSTED_LIVE in [finding.reason for finding in report.findings]
    assert outcomes(report)["key"] == outcomes(report)["terms"] == "not_applicable"


def test_a_signed_badge(issuer: Ob2Issuer) -> None:
    report = verify(issuer.signed(), issuer.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.securing == "ob2-signed"
    assert report.who.host == "badges.example.no/issuer.json"
    assert report.credential is not None
    assert report.credential["id"] == SIGNED
    assert report.credential["badge"]["issuer"]["name"] == "Eksempelskolen"
    assert outcomes(report)["key"] == "passed"


@pytest.mark.parametrize(
    "change",
    [
        put("@context", value=["https://w3id.org/openbadges/v2"]),
        put("type", value=["Assertion", "https://example.no/Own"]),
        put("verification", "type", value="hosted"),
        put("verification", "type", value=["VerificationObject", "HostedBadge"]),
        put("evidence", value="https://example.no/e"),
        put("evidence", value=[{"narrative": "x"}, "https://example.no/e"]),
        put("evidence", value=[]),
        put("narrative", value=None),
        put("extensions:x", value={"anything": None}),
        drop("expires"),
        lambda d: d.update(badge=Ob2Issuer().badge()),
        lambda d: d.update(badge={**Ob2Issuer().badge(), "issuer": Ob2Issuer().profile()}),
    ],
)
def test_what_a_hosted_badge_may_be(issuer: Ob2Issuer, change: Change) -> None:
    assert answer(verify(hosted(issuer, change), issuer.world())) == (Verdict.VALID, set())


@pytest.mark.parametrize(
    "change",
    [
        drop("verification", "creator"),
        put("verification", "type", value="signed"),
        put("id", value="https://badges.example.no/never-hosted"),
    ],
)
def test_what_a_signed_badge_may_be(issuer: Ob2Issuer, change: Change) -> None:
    assert verify(issuer.signed(change), issuer.world())


def test_keys_of_other_kinds(issuer: Ob2Issuer) -> None:
    for key in (p256_key("ob2"), ed25519_key("ob2")):
        issuer.key = key
        issuer.serve(KEY, issuer.key_document())
        assert verify(issuer.signed(), issuer.world())


# Where it is carried.


def test_carriers(issuer: Ob2Issuer) -> None:
    signed, live = issuer.signed(), hosted(issuer)
    for carried in (
        a_png(chunk(b"iTXt", b"openbadges\0\0\0\0\0" + signed)),
        a_png(chunk(b"iTXt", b"openbadges\0\0\0\0\0" + live)),
        a_png(chunk(b"iTXt", b"openbadges\0\0\0\0\0" + ASSERTION.encode())),
        a_png(chunk(b"tEXt", b"openbadges\0" + ASSERTION.encode())),
        a_png(chunk(b"tEXt", b"openbadges\0" + signed)),
        svg_with(verify=signed.decode()),
        svg_with(verify=ASSERTION),
        svg_with(live.decode()),
        svg_with(live.decode(), verify=ASSERTION),
        ASSERTION.encode(),
        b" " + ASSERTION.encode() + b"\r\n",
    ):
        report = verify(carried, issuer.world())
        assert answer(report) == (Verdict.VALID, set()), carried


def svg_with(body: str = "", verify: str | None = None) -> bytes:
    attribute = "" if verify is None else f' verify="{verify}"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:ob="http://openbadges.org">'
        f"<ob:assertion{attribute}><![CDATA[{body}]]></ob:assertion></svg>"
    ).encode()


def test_an_svg_whose_address_is_another_badges(issuer: Ob2Issuer) -> None:
    badge = svg_with(hosted(issuer).decode(), verify=f"{BASE}/assertions/2.json")
    assert answer(verify(badge, issuer.world())) == (Verdict.INVALID, {Reason.CARRIER_DUPLICATE})


def test_each_kind_in_its_own_place(issuer: Ob2Issuer) -> None:
    newer, older = IssuerSimulator().mint(), issuer.signed()
    for carried in (
        a_png(chunk(b"iTXt", b"openbadges\0\0\0\0\0" + newer)),
        svg_with(newer.decode()),
        a_png(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + older)),
        a_png(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + hosted(issuer))),
    ):
        report = verify(carried, issuer.world())
        assert answer(report) == (Verdict.INVALID, {Reason.CARRIER_MALFORMED})


# Hosted: only what stands there now counts.


def test_a_copy_that_was_changed(issuer: Ob2Issuer) -> None:
    copy = changed(issuer.hosted(), put("narrative", value="Med utmerkelse."))
    report = verify(compact(copy), issuer.world())
    assert answer(report) == (Verdict.VALID, set())
    assert Reason.HOSTED_DIFFERS in [finding.reason for finding in report.findings]
    assert report.credential is not None
    assert "narrative" not in report.credential
    assert Reason.HOSTED_DIFFERS not in [
        finding.reason for finding in verify(hosted(issuer), issuer.world()).findings
    ]


def test_a_copy_of_what_is_not_there(issuer: Ob2Issuer) -> None:
    badge = hosted(issuer)
    del issuer.served[ASSERTION]
    report = verify(badge, issuer.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.HOSTED_UNREACHABLE})
    assert report.credential is None


@pytest.mark.parametrize(
    ("served", "reason", "verdict"),
    [
        (b"<html>404</html>", Reason.HOSTED_MALFORMED, Verdict.UNDETERMINED),
        (b"[]", Reason.HOSTED_MALFORMED, Verdict.UNDETERMINED),
        (b"{}", Reason.HOSTED_MALFORMED, Verdict.UNDETERMINED),
        (b'{"a":1,"a":2}', Reason.HOSTED_MALFORMED, Verdict.UNDETERMINED),
        (
            compact({"@context": "https://w3id.org/openbadges/v1", "id": ASSERTION}),
            Reason.STRUCTURE_VERSION,
            Verdict.UNDETERMINED,
        ),
        (
            compact({**Ob2Issuer().hosted(), "id": f"{BASE}/assertions/2.json"}),
            Reason.HOSTED_MISMATCH,
            Verdict.INVALID,
        ),
    ],
)
def test_something_else_stands_there(
    issuer: Ob2Issuer, served: bytes, reason: Reason, verdict: Verdict
) -> None:
    issuer.served[ASSERTION] = served
    report = verify(compact(issuer.hosted()), issuer.world())
    assert answer(report) == (verdict, {reason})


def test_a_badge_that_stands_there_and_says_it_is_signed(issuer: Ob2Issuer) -> None:
    hosted(issuer, put("verification", value={"type": "SignedBadge", "creator": KEY}))
    report = verify(compact(issuer.hosted()), issuer.world())
    assert answer(report) == (Verdict.INVALID, {Reason.STRUCTURE_VALUE})


ELSEWHERE = "https://elsewhere.example.no/1.json"


@pytest.mark.parametrize(
    ("verification", "inside"),
    [
        (None, False),
        ({"allowedOrigins": "elsewhere.example.no"}, True),
        ({"allowedOrigins": ["other.no", "https://elsewhere.example.no"]}, True),
        ({"allowedOrigins": "Elsewhere.Example.no"}, True),
        ({"allowedOrigins": ["badges.example.no"]}, False),
        ({"allowedOrigins": "example.no"}, False),
        ({"startsWith": "https://elsewhere.example.no/"}, True),
        ({"startsWith": ["https://x.no/", "https://elsewhere.example.no/1"]}, True),
        ({"startsWith": "https://elsewhere.example.no/2"}, False),
        ({"startsWith": "https://elsewhere.example"}, False),  # a start within the host's name
        ({"startsWith": "https://"}, False),
        ({"startsWith": ""}, False),
        ({"startsWith": 1}, False),
        ({"allowedOrigins": [None]}, False),
        (
            {
                "startsWith": "https://elsewhere.example.no/",
                "allowedOrigins": "badges.example.no",
            },
            False,
        ),
        ("elsewhere.example.no", False),
    ],
)
def test_where_badges_may_lie(issuer: Ob2Issuer, verification: Any, inside: bool) -> None:
    profile = issuer.profile()
    if verification is not None:
        profile["verification"] = verification
    issuer.serve(ISSUER, profile)
    issuer.serve(ELSEWHERE, {**issuer.hosted(), "id": ELSEWHERE})
    report = verify(issuer.served[ELSEWHERE], issuer.world())
    if inside:
        assert answer(report) == (Verdict.VALID, set())
    else:
        assert answer(report) == (Verdict.INVALID, {Reason.HOSTED_SCOPE})
        assert report.credential is None
        assert report.who.kind == "unproven"


def test_anybody_can_name_an_issuer(issuer: Ob2Issuer) -> None:
    """A badge class at a stranger's that names a good issuer, in a badge at the stranger's."""
    stranger = "https://stranger.example"
    badge = {**issuer.badge(), "id": f"{stranger}/kurs.json"}
    assertion = {**issuer.hosted(), "id": f"{stranger}/1.json", "badge": badge["id"]}
    issuer.serve(badge["id"], badge)
    issuer.serve(assertion["id"], assertion)
    report = verify(compact(assertion), issuer.world())
    assert answer(report) == (Verdict.INVALID, {Reason.HOSTED_SCOPE})
    # The issuer's document cannot be brought along either.
    badge["issuer"] = {**issuer.profile(), "verification": {"startsWith": f"{stranger}/"}}
    issuer.serve(badge["id"], badge)
    report = verify(compact(assertion), issuer.world())
    assert answer(report) == (Verdict.INVALID, {Reason.HOSTED_SCOPE})


# The chain.


@pytest.mark.parametrize(
    ("url", "change", "reason", "verdict"),
    [
        (BADGE, put("id", value=f"{BASE}/2"), Reason.HOSTED_MISMATCH, Verdict.INVALID),
        (BADGE, drop("name"), Reason.STRUCTURE_MISSING, Verdict.INVALID),
        (BADGE, put("type", value="Profile"), Reason.STRUCTURE_VALUE, Verdict.INVALID),
        (BADGE, put("issuer", value={"name": "x"}), Reason.STRUCTURE_MISSING, Verdict.INVALID),
        (BADGE, None, Reason.HOSTED_UNREACHABLE, Verdict.UNDETERMINED),
        (ISSUER, put("id", value=f"{BASE}/2"), Reason.ISSUER_DOCUMENT, Verdict.INVALID),
        (ISSUER, drop("email"), Reason.STRUCTURE_MISSING, Verdict.INVALID),
        (ISSUER, put("type", value="Person"), Reason.STRUCTURE_VALUE, Verdict.INVALID),
        (ISSUER, None, Reason.ISSUER_UNREACHABLE, Verdict.UNDETERMINED),
    ],
)
def test_a_chain_that_does_not_hold(
    issuer: Ob2Issuer, url: str, change: Change | None, reason: Reason, verdict: Verdict
) -> None:
    if change is None:
        del issuer.served[url]
    else:
        issuer.serve(url, issuer.badge() if url == BADGE else issuer.profile(), change)
    for badge in (hosted(issuer), issuer.signed()):
        report = verify(badge, issuer.world())
        assert answer(report) == (verdict, {reason})
        assert report.credential is None


def test_pages_instead_of_documents(issuer: Ob2Issuer) -> None:
    for url, reason in (
        (BADGE, Reason.HOSTED_MALFORMED),
        (ISSUER, Reason.ISSUER_MALFORMED),
        (KEY, Reason.ISSUER_MALFORMED),
        (LIST, Reason.STATUS_MALFORMED),
    ):
        other = Ob2Issuer()
        other.served[url] = b"<html></html>"
        report = verify(other.signed(), other.world())
        assert answer(report) == (Verdict.UNDETERMINED, {reason})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (drop("recipient"), Reason.STRUCTURE_MISSING),
        (drop("badge"), Reason.STRUCTURE_MISSING),
        (drop("issuedOn"), Reason.STRUCTURE_MISSING),
        (drop("type"), Reason.STRUCTURE_MISSING),
        (put("issuedOn", value="2026-01-01"), Reason.STRUCTURE_VALUE),
        (put("issuedOn", value=1_700_000_000), Reason.STRUCTURE_VALUE),
        (put("expires", value="2026-01-01T00:00:00"), Reason.STRUCTURE_VALUE),
        (put("recipient", value="kari@example.no"), Reason.STRUCTURE_VALUE),
        (put("recipient", "hashed", value="true"), Reason.STRUCTURE_VALUE),
        (put("badge", value="kurs.json"), Reason.STRUCTURE_VALUE),
        (put("badge", value=[BADGE]), Reason.STRUCTURE_VALUE),
        (put("revoked", value="no"), Reason.STRUCTURE_VALUE),
        (put("type", value="BadgeClass"), Reason.STRUCTURE_VALUE),
    ],
)
def test_what_an_assertion_must_be(issuer: Ob2Issuer, change: Change, reason: Reason) -> None:
    for badge in (hosted(issuer, change), issuer.signed(change)):
        assert answer(verify(badge, issuer.world())) == (Verdict.INVALID, {reason})


@pytest.mark.parametrize(
    "verification",
    [None, {}, {"type": "x"}, {"type": ["HostedBadge", "SignedBadge"]}, {"type": 1}, "hosted", []],
)
def test_neither_hosted_nor_signed(issuer: Ob2Issuer, verification: Any) -> None:
    for badge in (
        compact({**issuer.hosted(), "verification": verification}),
        issuer.signed(put("verification", value=verification)),
    ):
        report = verify(badge, issuer.world())
        assert answer(report) == (Verdict.INVALID, {Reason.STRUCTURE_VALUE})


def test_a_hosted_badge_in_a_token_is_a_hosted_badge(issuer: Ob2Issuer) -> None:
    """Its signature is not looked at: what stands at its address counts."""

    def here(document: Document) -> None:
        document |= {"id": ASSERTION, "verification": {"type": "HostedBadge"}, "narrative": "x"}

    issuer.key = rsa_key("stranger")
    report = verify(issuer.signed(here), issuer.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.securing == "ob2-hosted"
    assert report.credential is not None
    assert "narrative" not in report.credential
    assert Reason.HOSTED_DIFFERS in [finding.reason for finding in report.findings]
    del issuer.served[ASSERTION]
    report = verify(issuer.signed(here), issuer.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.HOSTED_UNREACHABLE})


def test_a_signed_badge_that_is_no_token(issuer: Ob2Issuer) -> None:
    text = compact({**issuer.hosted(), "verification": {"type": "SignedBadge", "creator": KEY}})
    assert answer(verify(text, issuer.world())) == (Verdict.INVALID, {Reason.PROOF_MISSING})


def test_contexts_that_could_change_a_meaning(issuer: Ob2Issuer) -> None:
    other = {"expires": "https://example.no/other"}
    for more in (other, "https://example.no/context.json"):
        change = put("@context", value=["https://w3id.org/openbadges/v2", more])
        report = verify(issuer.signed(change), issuer.world())
        assert answer(report) == (Verdict.UNDETERMINED, {Reason.CONTEXT_UNKNOWN})


def test_contexts_of_the_other_documents(issuer: Ob2Issuer) -> None:
    other = put("@context", value=[OB2, {"publicKey": "https://example.no/other"}])
    for url, document, reason, verdict in (
        (BADGE, issuer.badge(), Reason.CONTEXT_UNKNOWN, Verdict.UNDETERMINED),
        (ISSUER, issuer.profile(), Reason.CONTEXT_UNKNOWN, Verdict.UNDETERMINED),
        (KEY, issuer.key_document(), Reason.KEY_MALFORMED, Verdict.INVALID),
        (LIST, issuer.revocations(), Reason.STATUS_MALFORMED, Verdict.UNDETERMINED),
    ):
        changed_one = Ob2Issuer()
        changed_one.serve(url, document, other)
        report = verify(changed_one.signed(), changed_one.world())
        assert answer(report) == (verdict, {reason})


# Signed: whose key.


def test_one_letter_changed(issuer: Ob2Issuer) -> None:
    head, payload, signature = issuer.signed().split(b".")
    other = issuer.signed(put("expires", value="2099-01-01T00:00:00Z")).split(b".")[1]
    report = verify(b".".join([head, other, signature]), issuer.world())
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_ALTERED})
    assert report.credential is None
    assert outcomes(report)["period"] == outcomes(report)["status"] == "unknown"
    assert payload != other


def test_a_key_that_the_issuer_does_not_list(issuer: Ob2Issuer) -> None:
    mine = "https://stranger.example/key.json"
    issuer.serve(mine, {**issuer.key_document(), "id": mine})
    token = issuer.signed(put("verification", "creator", value=mine))
    assert answer(verify(token, issuer.world())) == (Verdict.INVALID, {Reason.KEY_UNKNOWN})
    issuer.serve(ISSUER, issuer.profile(), drop("publicKey"))
    assert answer(verify(issuer.signed(), issuer.world())) == (
        Verdict.INVALID,
        {Reason.KEY_UNKNOWN},
    )


def test_several_keys(issuer: Ob2Issuer) -> None:
    other = {**issuer.key_document(), "id": f"{BASE}/other.json"}
    for listed in ([KEY, other["id"]], [issuer.key_document(), other]):
        issuer.serve(ISSUER, issuer.profile(), put("publicKey", value=listed))
        assert verify(issuer.signed(), issuer.world())
        report = verify(issuer.signed(drop("verification", "creator")), issuer.world())
        assert answer(report) == (Verdict.INVALID, {Reason.KEY_UNKNOWN})


@pytest.mark.parametrize("written_out", [False, True])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("owner", value="https://stranger.example/"), Reason.ISSUER_MISMATCH),
        (drop("owner"), Reason.KEY_MALFORMED),
        (put("type", value="Key"), Reason.KEY_MALFORMED),
        (put("publicKeyPem", value=""), Reason.KEY_MALFORMED),
        (put("publicKeyPem", value="-----BEGIN PUBLIC KEY-----\nAAAA"), Reason.KEY_MALFORMED),
        (put("publicKeyPem", value="\ud800"), Reason.KEY_MALFORMED),
        (put("publicKeyPem", value="A" * 9000), Reason.KEY_MALFORMED),
        (put("publicKeyPem", value=["x"]), Reason.KEY_MALFORMED),
    ],
)
def test_keys_that_are_none(
    issuer: Ob2Issuer, change: Change, reason: Reason, written_out: bool
) -> None:
    if written_out:
        key = changed(issuer.key_document(), change)
        issuer.serve(ISSUER, issuer.profile(), put("publicKey", value=key))
    else:
        issuer.serve(KEY, issuer.key_document(), change)
    report = verify(issuer.signed(), issuer.world())
    if "\\ud800" in str(issuer.served):
        assert answer(report) == (Verdict.UNDETERMINED, {Reason.ISSUER_MALFORMED})
    else:
        assert answer(report) == (Verdict.INVALID, {reason})


def test_another_key_under_the_same_name(issuer: Ob2Issuer) -> None:
    issuer.serve(KEY, issuer.key_document(), put("id", value=f"{BASE}/other.json"))
    report = verify(issuer.signed(), issuer.world())
    assert answer(report) == (Verdict.INVALID, {Reason.KEY_MALFORMED})


def test_a_weak_key(issuer: Ob2Issuer) -> None:
    issuer.key = generate_private_key(public_exponent=65537, key_size=1024)
    issuer.serve(KEY, issuer.key_document())
    token = Ob2Issuer().signed()
    assert answer(verify(token, issuer.world())) == (Verdict.INVALID, {Reason.KEY_MALFORMED})


def test_the_key_decides_the_algorithm(issuer: Ob2Issuer) -> None:
    token = issuer.signed()
    issuer.key = p256_key("ob2")
    issuer.serve(KEY, issuer.key_document())
    assert answer(verify(token, issuer.world())) == (Verdict.INVALID, {Reason.ALGORITHM_MISMATCH})


def test_a_key_in_the_header_counts_for_nothing(issuer: Ob2Issuer) -> None:
    issuer.key = rsa_key("stranger")
    token = issuer.signed(jku="https://stranger.example/jwks.json", kid="x")
    assert answer(verify(token, issuer.world())) == (Verdict.INVALID, {Reason.PROOF_ALTERED})


# Dates, withdrawal, recipient, trust.


def test_dates(issuer: Ob2Issuer) -> None:
    for moment, reasons in (
        (NOW + timedelta(days=335), set()),
        (NOW + timedelta(days=335, seconds=1), {Reason.PERIOD_EXPIRED}),
        (NOW - timedelta(days=30, seconds=60), set()),
        (NOW - timedelta(days=30, seconds=61), {Reason.PERIOD_NOT_YET}),
    ):
        for badge in (hosted(issuer), issuer.signed()):
            assert set(verify(badge, issuer.world(now=moment)).reasons) == reasons
    wrong = put("expires", value=stamp(NOW - timedelta(days=31)))
    assert answer(verify(hosted(issuer, wrong), issuer.world())) == (
        Verdict.INVALID,
        {Reason.PERIOD_ORDER},
    )


class Gone:
    """Answers 410 for one address."""

    def __init__(self, world: World, url: str) -> None:
        self._documents = world.documents
        self._url = url

    def get(self, url: str) -> Served:
        if url == self._url:
            raise DocumentGone("the host answered 410: it is gone")
        return self._documents.get(url)


def test_a_hosted_badge_that_is_gone(issuer: Ob2Issuer) -> None:
    world = issuer.world()
    badge = hosted(issuer)
    report = verify(badge, World(documents=Gone(world, ASSERTION), now=NOW))
    assert answer(report) == (Verdict.INVALID, {Reason.STATUS_REVOKED})
    for url, reason in (
        (BADGE, Reason.HOSTED_UNREACHABLE),
        (ISSUER, Reason.ISSUER_UNREACHABLE),
    ):
        report = verify(badge, World(documents=Gone(world, url), now=NOW))
        assert answer(report) == (Verdict.UNDETERMINED, {reason})
    report = verify(issuer.signed(), World(documents=Gone(world, KEY), now=NOW))
    assert answer(report) == (Verdict.INVALID, {Reason.KEY_REVOKED})


def test_revoked_as_it_says_itself(issuer: Ob2Issuer) -> None:
    revoked = put("revoked", value=True)
    for badge in (hosted(issuer, revoked), issuer.signed(revoked)):
        report = verify(badge, issuer.world())
        assert answer(report) == (Verdict.INVALID, {Reason.STATUS_REVOKED})
    issuer.served[ASSERTION] = compact(
        {"@context": "https://w3id.org/openbadges/v2", "id": ASSERTION, "revoked": True}
    )
    report = verify(compact(issuer.hosted()), issuer.world())
    assert report.reasons[-1] is Reason.STATUS_REVOKED


@pytest.mark.parametrize(
    ("entries", "revoked"),
    [
        ([SIGNED], True),
        ([{"id": SIGNED, "revocationReason": "x"}], True),
        ([{"uid": "abc"}], True),
        ([{"id": f"{BASE}/x"}, {"id": ["x"]}, f"{BASE}/y"], False),
        ([], False),
    ],
)
def test_the_revocation_list(issuer: Ob2Issuer, entries: list[Any], revoked: bool) -> None:
    issuer.serve(LIST, issuer.revocations(*entries))
    report = verify(issuer.signed(put("uid", value="abc")), issuer.world())
    assert set(report.reasons) == ({Reason.STATUS_REVOKED} if revoked else set())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("id", value=f"{BASE}/other"), Reason.STATUS_UNVERIFIED),
        (put("issuer", value="https://stranger.example/"), Reason.STATUS_ISSUER),
        (drop("issuer"), Reason.STATUS_MALFORMED),
        (put("type", value="Profile"), Reason.STATUS_MALFORMED),
        (put("revokedAssertions", value=[1]), Reason.STATUS_MALFORMED),
    ],
)
def test_lists_that_say_nothing(issuer: Ob2Issuer, change: Change, reason: Reason) -> None:
    issuer.serve(LIST, issuer.revocations(), change)
    assert answer(verify(issuer.signed(), issuer.world())) == (Verdict.UNDETERMINED, {reason})


def test_a_list_that_is_not_there(issuer: Ob2Issuer) -> None:
    del issuer.served[LIST]
    assert answer(verify(issuer.signed(), issuer.world())) == (
        Verdict.UNDETERMINED,
        {Reason.STATUS_UNREACHABLE},
    )
    issuer.serve(ISSUER, issuer.profile(), drop("revocationList"))
    report = verify(issuer.signed(), issuer.world())
    assert report
    assert outcomes(report)["status"] == "not_applicable"


@pytest.mark.parametrize(
    ("asked", "good"),
    [
        ("kari@example.no", True),
        ("Kari@Example.no", True),
        ("ola@example.no", False),
        ("", False),
    ],
)
def test_whose_it_is(issuer: Ob2Issuer, asked: str, good: bool) -> None:
    for badge in (hosted(issuer), issuer.signed()):
        report = verify(badge, issuer.world(recipient=asked))
        assert answer(report) == (
            (Verdict.VALID, set()) if good else (Verdict.INVALID, {Reason.RECIPIENT_MISMATCH})
        )


def test_whose_it_is_in_plain(issuer: Ob2Issuer) -> None:
    plain = put("recipient", value={"type": "url", "hashed": False, "identity": "https://a.no/"})
    badge = hosted(issuer, plain)
    assert verify(badge, issuer.world(recipient="https://a.no/"))
    assert not verify(badge, issuer.world(recipient="https://a.no"))


def test_trust(issuer: Ob2Issuer) -> None:
    badge = hosted(issuer)
    assert verify(badge, issuer.world(trust=frozenset({ISSUER})))
    report = verify(badge, issuer.world(trust=frozenset({"did:web:example.no"})))
    assert answer(report) == (Verdict.INVALID, {Reason.ISSUER_UNTRUSTED})
    report = verify(badge, issuer.world(ours=frozenset({"did:web:badges.example.no"})))
    assert report.who.kind == "domain"


# Older ones, and limits.


@pytest.mark.parametrize(
    ("document", "version"),
    [
        ({"@context": "https://w3id.org/openbadges/v1", "type": "Assertion"}, "Open Badges 1.1"),
        ({"uid": "1", "badge": BADGE, "recipient": {}, "verify": {}}, "Open Badges 1.0"),
        ({"recipient": "sha256$x", "badge": {"version": "0.5.0"}}, "Open Badges 0.5"),
    ],
)
def test_older_ones_are_named(issuer: Ob2Issuer, document: Document, version: str) -> None:
    for badge in (
        compact(document),
        a_png(chunk(b"tEXt", b"openbadges\0" + compact(document))),
        svg_with(compact(document).decode(), verify=ASSERTION),
    ):
        report = verify(badge, issuer.world())
        assert answer(report) == (Verdict.UNDETERMINED, {Reason.STRUCTURE_VERSION})
        assert [f.detail for f in report.findings if f.reason] == [version]


def test_no_more_requests_than_one_badge_may_cause(issuer: Ob2Issuer) -> None:
    asked = []

    class Counting:
        def get(self, url: str) -> Served:
            asked.append(url)
            if url not in issuer.served:
                raise DocumentUnavailable("no")
            return Served(issuer.served[url])

    assert verify(issuer.signed(), World(documents=Counting(), now=NOW))
    assert sorted(asked) == sorted([BADGE, ISSUER, KEY, LIST])


WHOLE = {
    ISSUER: Ob2Issuer().profile(),
    BADGE: Ob2Issuer().badge(),
    KEY: Ob2Issuer().key_document(),
    LIST: Ob2Issuer().revocations("urn:a:b", {"id": "urn:a:c"}),
    ASSERTION: {
        **Ob2Issuer().hosted(),
        "evidence": [{"narrative": "x"}],
        "badge": {**Ob2Issuer().badge(), "issuer": Ob2Issuer().profile()},
    },
}


@pytest.mark.parametrize("url", WHOLE)
def test_nothing_that_is_served_breaks_the_verifier(url: str) -> None:
    """Each place in each document spoilt in each way: an answer, and what is shown was served."""
    for path in places(WHOLE[url]):
        for how in SPOIL:
            issuer = Ob2Issuer()
            issuer.serve(url, spoilt(WHOLE[url], path, how))
            for badge in (compact(issuer.hosted()), issuer.served[ASSERTION], issuer.signed()):
                report = verify(badge, issuer.world(recipient="kari@example.no"))
                assert report.errors == (), (path, how)
                if report.securing == "ob2-hosted" and report.credential is not None:
                    shown = {n: v for n, v in report.credential.items() if n != "badge"}
                    served = json.loads(issuer.served[ASSERTION])
                    assert shown == {n: v for n, v in served.items() if n != "badge"}


def test_no_change_to_a_token_goes_unnoticed(issuer: Ob2Issuer) -> None:
    token = issuer.signed()
    good = verify(token, issuer.world()).credential
    for at in range(0, len(token), 7):
        for letter in (b"A", b"_", b"."):
            changed_one = token[:at] + letter + token[at + 1 :]
            report = verify(changed_one, issuer.world())
            assert report.errors == ()
            assert not report or (changed_one == token and report.credential == good)


def test_a_report_in_words(issuer: Ob2Issuer) -> None:
    report = verify(hosted(issuer), issuer.world())
    told = {f.check: f.text["nb"] for f in report.findings if f.outcome is Outcome.NOT_APPLICABLE}
    assert told.keys() == {Check.TERMS, Check.KEY, Check.CLAIMS, Check.RECIPIENT}
    assert "hos utstederen" in told[Check.KEY]
