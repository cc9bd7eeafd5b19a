"""The key of a token: its name in the key set, at an address of the issuer's, in its document."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from keys import did, jwk
from tests.verifier.simulator import (
    NOW,
    Document,
    IssuerSimulator,
    changed,
    compact,
    drop,
    p256_key,
    rsa_key,
    stamp,
)
from verifier.documents import Document as Answer
from verifier.documents import DocumentUnavailable, PinnedDocuments
from verifier.reasons import Reason, Verdict
from verifier.report import Report
from verifier.verify import World, verify

STRANGER = rsa_key("stranger")


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


class Counted(PinnedDocuments):
    """Documents, and which were asked for."""

    def __init__(self, documents: dict[str, bytes | Answer]) -> None:
        super().__init__(documents)
        self.asked: list[str] = []

    def get(self, url: str) -> Answer:
        self.asked.append(url)
        return super().get(url)


def judged(
    sim: IssuerSimulator, issuer: str, kid: str, served: dict[str, Any], **token: Any
) -> tuple[Report, list[str]]:
    """The report on a token of `issuer` whose header names `kid`, and what was asked for."""

    def change(document: Document) -> None:
        document["issuer"]["id"] = issuer
        del document["credentialStatus"]

    header = {"kid": kid, "jwk": None, **token.pop("header", {})}
    documents = Counted({url: answer for url, answer in served.items() if answer is not None})
    badge = sim.mint_token(change, header=header, **token)
    return verify(badge, World(documents, NOW)), documents.asked


def own_jwk(**more: Any) -> Document:
    return {**jwk.public_jwk(rsa_key().public_key()), **more}


KID = "https://merke.example.no/keys/2026"
ISSUER = "https://merke.example.no"


# A JWK at its own address.


@pytest.mark.parametrize("issuer", [ISSUER, ISSUER + "/", "did:web:merke.example.no"])
def test_a_key_at_an_address_of_the_issuers(sim: IssuerSimulator, issuer: str) -> None:
    served = {**sim.served, KID: compact(own_jwk()), sim.jwks_url: None}
    report, _ = judged(sim, issuer, KID, served)
    assert report, report.reasons
    # Only an address of its own vouches for a key that no document of the issuer's names.
    host = "merke.example.no" if issuer.startswith("did:") else "merke.example.no/keys/2026"
    assert (report.who.kind, report.who.host) == ("domain", host)
    report, _ = judged(sim, issuer, KID, served, key=STRANGER)
    assert report.reasons == (Reason.PROOF_ALTERED,)


def test_the_key_set_of_the_host_comes_first(sim: IssuerSimulator) -> None:
    listed = compact({"keys": [own_jwk(kid=KID)]})
    served = {sim.jwks_url: listed, KID: compact(jwk.public_jwk(STRANGER.public_key()))}
    report, asked = judged(sim, ISSUER, KID, served)
    assert report
    assert asked == [sim.jwks_url]
    assert judged(sim, ISSUER, KID, served, key=STRANGER)[0].verdict is Verdict.INVALID


@pytest.mark.parametrize("kid", [f"{KID}#key-1", KID])
def test_a_key_set_at_an_address_of_the_issuers(sim: IssuerSimulator, kid: str) -> None:
    other = {**jwk.public_jwk(p256_key().public_key()), "kid": "key-2"}
    for name in {kid, "key-1" if "#" in kid else kid}:
        served = {KID: compact({"keys": [other, own_jwk(kid=name)]})}
        assert judged(sim, ISSUER, kid, served)[0]
    report, _ = judged(sim, ISSUER, kid, {KID: compact({"keys": [other]})})
    assert report.reasons == (Reason.KEY_UNKNOWN,)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, Reason.ISSUER_UNREACHABLE),
        (b"<html>", Reason.ISSUER_MALFORMED),
        (b"[]", Reason.ISSUER_MALFORMED),
        (b'{"error": 404}', Reason.ISSUER_MALFORMED),
        (compact({"keys": {}}), Reason.ISSUER_MALFORMED),
        (Answer(compact(own_jwk()), "text/html"), Reason.ISSUER_MALFORMED),
        (Answer(compact(own_jwk()), "image/png"), Reason.ISSUER_MALFORMED),
        (compact(own_jwk(iss="https://other.example.no")), Reason.KEY_UNKNOWN),
        (compact(own_jwk(d="AQ")), Reason.KEY_MALFORMED),
        (compact(own_jwk(use="enc")), Reason.KEY_MALFORMED),
        (compact(own_jwk(alg="RS512")), Reason.KEY_MALFORMED),
        (compact({"kty": "oct", "k": "AQ"}), Reason.KEY_MALFORMED),
    ],
)
def test_an_address_without_a_good_key(
    sim: IssuerSimulator, answer: bytes | Answer | None, reason: Reason
) -> None:
    assert judged(sim, ISSUER, KID, {KID: answer})[0].reasons == (reason,)


@pytest.mark.parametrize("media", [None, "application/json", "application/jwk+json"])
def test_an_answer_that_says_it_is_a_key(sim: IssuerSimulator, media: str | None) -> None:
    served = {KID: Answer(compact(own_jwk(iss=ISSUER)), media)}
    assert judged(sim, ISSUER, KID, served)[0]


def test_a_bare_key_has_no_parts(sim: IssuerSimulator) -> None:
    report, _ = judged(sim, ISSUER, f"{KID}#key-1", {KID: compact(own_jwk())})
    assert report.reasons == (Reason.ISSUER_MALFORMED,)


@pytest.mark.parametrize(
    ("issuer", "kid"),
    [
        # another host, or none that may be asked
        (ISSUER, "https://evil.example/keys/1"),
        (ISSUER, "https://merke.example.no.evil.example/keys/1"),
        (ISSUER, "https://evil.merke.example.no/keys/1"),
        (ISSUER, "https://merke.example.no@evil.example/keys/1"),
        (ISSUER, "https://merke.example.no:8443/keys/1"),
        (ISSUER, "http://merke.example.no/keys/1"),
        (ISSUER, "https:\\\\merke.example.no\\keys\\1"),
        (ISSUER, "https://127.0.0.1/keys/1"),
        (ISSUER, "https://evil.example/#https://merke.example.no/"),
        ("did:web:merke.example.no", "https://evil.example/keys/1"),
        ("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "https://evil.example/k"),
        # a neighbour's ground on the same host
        (f"{ISSUER}/issuers/1", f"{ISSUER}/issuers/2/key"),
        (f"{ISSUER}/issuers/1", f"{ISSUER}/issuers/10"),
        (f"{ISSUER}/issuers/1", f"{ISSUER}/keys/1"),
        (f"{ISSUER}/issuers/1", f"{ISSUER}/issuers/1/../2/key"),
        (f"{ISSUER}/issuers/1", f"{ISSUER}/issuers/1/%2E%2e/2/key"),
        (f"{ISSUER}/issuers/1", f"{ISSUER}/issuers/1/..%2f2/key"),
        ("did:web:merke.example.no:issuers:1", f"{ISSUER}/keys/1"),
        ("did:web:merke.example.no:issuers:1", f"{ISSUER}/issuers/12/key"),
    ],
)
def test_a_key_that_is_not_the_issuers_is_never_asked_for(
    sim: IssuerSimulator, issuer: str, kid: str
) -> None:
    shown = jwk.public_jwk(STRANGER.public_key())
    served = {kid: compact(shown)}
    report, asked = judged(sim, issuer, kid, served, key=STRANGER, header={"jwk": shown})
    assert report.verdict is not Verdict.VALID
    assert [url for url in asked if not url.endswith("/.well-known/jwks.json")] == []


@pytest.mark.parametrize(
    ("issuer", "kid"),
    [
        (f"{ISSUER}/issuers/1", f"{ISSUER}/issuers/1/key"),
        (f"{ISSUER}/issuers/1/", f"{ISSUER}/issuers/1/keys/2026"),
        (f"{ISSUER}/issuers/1?v=2", f"{ISSUER}/issuers/1/key"),
        ("did:web:merke.example.no:issuers:1", f"{ISSUER}/issuers/1/key"),
    ],
)
def test_the_issuers_own_ground_on_a_shared_host(
    sim: IssuerSimulator, issuer: str, kid: str
) -> None:
    served = {kid: compact(own_jwk())}
    if issuer.startswith("did:"):
        listed = did.did_document(issuer, [did.method_of(issuer, rsa_key().public_key())])
        served[f"{ISSUER}/issuers/1/did.json"] = compact(listed)
    report, _ = judged(sim, issuer, kid, served)
    assert report, report.reasons


@pytest.mark.parametrize("issuer", ["did:web:merke.example.no", "did:web:merke.example.no:1"])
def test_a_key_that_somebody_left_on_the_host_of_a_did(sim: IssuerSimulator, issuer: str) -> None:
    """A register of packages, say, answers anybody's JSON from its own host."""
    kid = f"{ISSUER}/1/left-there"
    left = compact({**jwk.public_jwk(STRANGER.public_key()), "name": "left-there"})
    documents = {did.document_url(issuer): compact(did.did_document(issuer, []))}
    report, _ = judged(sim, issuer, kid, {**documents, kid: left}, key=STRANGER)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.KEY_UNKNOWN,))


def test_a_key_that_somebody_left_on_the_host_of_an_issuer(sim: IssuerSimulator) -> None:
    kid = f"{ISSUER}/left-there?v=1"
    left = {kid: compact(jwk.public_jwk(STRANGER.public_key()))}
    badge = sim.mint_token(
        lambda d: (d["issuer"].update(id=ISSUER), d.pop("credentialStatus")),
        header={"kid": kid, "jwk": None},
        key=STRANGER,
    )
    world = World(PinnedDocuments(left), NOW)
    assert verify(badge, world).who.host == "merke.example.no/left-there?v=1"
    assert verify(badge, replace(world, ours=frozenset({ISSUER}))).who.kind == "domain"
    for trusted in ({ISSUER}, {kid}):
        report = verify(badge, replace(world, trust=frozenset(trusted)))
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.ISSUER_UNTRUSTED,))
    assert verify(badge, replace(world, trust=frozenset({ISSUER, kid})))


# What the issuer's document says of a key found elsewhere.


Change = Callable[[Document], Any]


def by_any_name(sim: IssuerSimulator, change: Change) -> list[Report]:
    """Reports on tokens that name one key by its DID URL, its set, its address, and not at all."""
    served = {
        **sim.served,
        sim.did_url: compact(changed(sim.did_document(), change)),
        sim.jwks_url: compact({"keys": [own_jwk(kid="2026")]}),
        KID: compact(own_jwk()),
    }
    shown = own_jwk()
    named = [
        {"kid": sim.method(sim.jwt_key)},
        {"kid": "2026"},
        {"kid": KID},
        {"kid": None, "jwk": shown},
    ]
    return [judged(sim, sim.did, "", served, header=header)[0] for header in named]


def test_every_name_leads_to_the_same_answer(sim: IssuerSimulator) -> None:
    assert all(by_any_name(sim, lambda document: None))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda d: d["verificationMethod"][1].update(revoked=stamp(NOW)),
            Reason.KEY_REVOKED,
        ),
        (
            lambda d: (
                d["verificationMethod"][1].update(revoked=stamp(NOW)),
                d["assertionMethod"].pop(1),
            ),
            Reason.KEY_REVOKED,
        ),
        (lambda d: d["assertionMethod"].pop(1), Reason.KEY_RELATIONSHIP),
        (
            lambda d: d["verificationMethod"][1].update(expires="2026-01-01T00:00:00Z"),
            Reason.KEY_EXPIRED,
        ),
        (
            lambda d: d["verificationMethod"][1].update(controller="did:web:other.example.no"),
            Reason.ISSUER_MISMATCH,
        ),
        (lambda d: d.update(id="did:web:other.example.no"), Reason.ISSUER_DOCUMENT),
    ],
)
def test_no_name_leads_around_the_document(
    sim: IssuerSimulator, change: Change, reason: Reason
) -> None:
    for report in by_any_name(sim, change):
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (reason,))


@pytest.mark.parametrize("moment", ["2026-11-24T12:00:01Z", "2026-12-01T00:00:00+01:00"])
@pytest.mark.parametrize("member", ["revoked", "expires"])
def test_a_key_that_ends_later_still_counts(sim: IssuerSimulator, member: str, moment: str) -> None:
    reports = by_any_name(sim, lambda d: d["verificationMethod"][1].update({member: moment}))
    assert all(reports), reports[0].reasons


@pytest.mark.parametrize("moment", ["2026-11-24", "2026-11-24T12:00:01", "soon", 1, None])
@pytest.mark.parametrize("member", ["revoked", "expires"])
def test_a_moment_that_cannot_be_read_is_no_leave(
    sim: IssuerSimulator, member: str, moment: Any
) -> None:
    for report in by_any_name(sim, lambda d: d["verificationMethod"][1].update({member: moment})):
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.KEY_MALFORMED,))


def test_a_key_listed_twice_is_revoked_if_it_is_once(sim: IssuerSimulator) -> None:
    def twice(document: Document) -> None:
        again = {**document["verificationMethod"][1], "id": f"{sim.did}#again"}
        document["verificationMethod"].append({**again, "revoked": stamp(NOW)})
        document["assertionMethod"].append(again["id"])

    direct, *others = by_any_name(sim, twice)
    assert direct  # its own name says nothing of it
    for report in others:
        assert report.reasons == (Reason.KEY_REVOKED,)


def test_a_document_that_cannot_be_had_leaves_it_open(sim: IssuerSimulator) -> None:
    served = {sim.jwks_url: compact({"keys": [own_jwk(kid="2026")]})}
    report, _ = judged(sim, sim.did, "2026", served)
    assert (report.verdict, report.reasons) == (
        Verdict.UNDETERMINED,
        (Reason.ISSUER_UNREACHABLE,),
    )


def test_a_key_of_ours_for_something_else_by_any_name(sim: IssuerSimulator) -> None:
    served = {**sim.served, KID: compact(own_jwk()), sim.jwks_url: b"{}"}
    purposes = {**sim.purposes(), sim.method(sim.jwt_key): "audit"}
    token = sim.mint_token(drop("credentialStatus"), header={"kid": KID, "jwk": None})
    for known, verdict in ((sim.purposes(), Verdict.VALID), (purposes, Verdict.INVALID)):
        world = World(PinnedDocuments(served), NOW, purposes=known)
        assert verify(token, world).verdict is verdict


# did:jwk.


def test_an_issuer_that_is_a_key() -> None:
    sim = IssuerSimulator()
    sim.did = did.did_jwk(p256_key().public_key())
    shown = jwk.public_jwk(p256_key().public_key())

    class Nothing:
        def get(self, url: str) -> Answer:
            raise DocumentUnavailable(url)

    for header in ({"kid": f"{sim.did}#0", "jwk": None}, {"kid": None, "jwk": shown}):
        token = sim.mint_token(drop("credentialStatus"), key=p256_key(), header=header)
        report = verify(token, World(Nothing(), NOW))
        assert report, report.reasons
        assert report.who.to_json() == {"kind": "unproven", "did": sim.did, "host": None}
        token = sim.mint_token(drop("credentialStatus"), key=p256_key("other"), header=header)
        assert verify(token, World(Nothing(), NOW)).reasons == (Reason.PROOF_ALTERED,)
    for kid, reason in (
        (f"{sim.did}#1", Reason.KEY_UNKNOWN),
        (sim.did, Reason.PROOF_MALFORMED),
        (f"{did.did_jwk(p256_key('other').public_key())}#0", Reason.ISSUER_MISMATCH),
    ):
        token = sim.mint_token(
            drop("credentialStatus"), key=p256_key("other"), header={"kid": kid, "jwk": None}
        )
        assert verify(token, World(Nothing(), NOW)).reasons == (reason,)
