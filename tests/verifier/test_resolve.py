"""From the name of a key to the key, through the issuer's own documents only."""

from typing import Any

import pytest

from keys import did, jwk
from tests.verifier.simulator import (
    IssuerSimulator,
    changed,
    compact,
    ed25519_key,
    p256_key,
    put,
    rsa_key,
)
from verifier import resolve
from verifier.documents import Document, PinnedDocuments, RequestsSpent
from verifier.reasons import Reason
from verifier.resolve import NoKey


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def refused(method: str, served: dict[str, bytes]) -> Reason:
    with pytest.raises(NoKey) as caught:
        resolve.method_at(method, PinnedDocuments(served))
    return caught.value.reason


def test_a_did_web_leads_to_its_document(sim: IssuerSimulator) -> None:
    method = resolve.method_at(sim.method(sim.badge_key), PinnedDocuments(sim.served))
    assert method.key == sim.badge_key.public_key()
    assert (method.controller, method.kind) == (sim.did, "Multikey")


def test_a_did_web_with_a_path() -> None:
    name = "did:web:example.no:members:1"
    document = did.did_document(name, [did.method_of(name, ed25519_key("a").public_key())])
    served = {"https://example.no/members/1/did.json": compact(document)}
    method = document["assertionMethod"][0]
    assert resolve.method_at(method, PinnedDocuments(served)).id == method


def test_a_did_key_needs_no_document() -> None:
    name = did.did_key(p256_key().public_key())
    method = f"{name}#{name.removeprefix('did:key:')}"
    assert resolve.method_at(method, PinnedDocuments({})).key == p256_key().public_key()


def test_an_address_leads_to_the_document_there() -> None:
    name = "https://example.no/issuers/1"
    document = did.did_document(name, [did.method_of(name, ed25519_key("a").public_key())])
    method = document["assertionMethod"][0]
    assert resolve.method_at(method, PinnedDocuments({name: compact(document)})).id == method


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("did:web:merke.example.no", Reason.PROOF_MALFORMED),
        ("did:web:merke.example.no#nobody", Reason.KEY_UNKNOWN),
        ("did:web:127.0.0.1#key", Reason.ISSUER_IDENTIFIER),
        ("did:web:localhost#key", Reason.ISSUER_IDENTIFIER),
        ("did:web:merke.example.no%3A8443#key", Reason.ISSUER_IDENTIFIER),
        ("did:web:user@merke.example.no#key", Reason.ISSUER_IDENTIFIER),
        ("did:web:merke.example.no:..#key", Reason.ISSUER_IDENTIFIER),
        ("did:web:#key", Reason.ISSUER_IDENTIFIER),
        ("did:web:Merke.Example.no#key", Reason.ISSUER_IDENTIFIER),
        ("did:key:z6Mk#z6Mk", Reason.ISSUER_IDENTIFIER),
        ("did:ion:abc#key", Reason.ISSUER_UNSUPPORTED),
        ("did:jwk:abc#0", Reason.ISSUER_IDENTIFIER),
        ("urn:uuid:1#key", Reason.ISSUER_IDENTIFIER),
        ("http://merke.example.no/issuer#key", Reason.ISSUER_IDENTIFIER),
        ("https://other.example.no/issuer#key", Reason.ISSUER_UNREACHABLE),
        ("did:web:other.example.no#key", Reason.ISSUER_UNREACHABLE),
    ],
)
def test_names_that_lead_to_no_key(sim: IssuerSimulator, method: str, reason: Reason) -> None:
    assert refused(method, sim.served) is reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("id", value="did:web:other.example.no"), Reason.ISSUER_DOCUMENT),
        (put("verificationMethod", value="none"), Reason.ISSUER_MALFORMED),
        (put("verificationMethod", value=[]), Reason.KEY_UNKNOWN),
        (put("verificationMethod", 0, "controller", value="did:web:a.no"), Reason.ISSUER_MISMATCH),
        (put("verificationMethod", 0, "type", value="Other"), Reason.KEY_MALFORMED),
        (put("verificationMethod", 0, "publicKeyMultibase", value="z1"), Reason.KEY_MALFORMED),
        (put("assertionMethod", value=[]), Reason.KEY_RELATIONSHIP),
    ],
)
def test_documents_that_do_not_vouch(sim: IssuerSimulator, change: Any, reason: Reason) -> None:
    served = {**sim.served, sim.did_url: compact(changed(sim.did_document(), change))}
    assert refused(sim.method(sim.badge_key), served) is reason


@pytest.mark.parametrize("data", [b"", b"<html>", b"[]", b'{"id":1,"id":2}', b"\xff"])
def test_documents_that_are_none(sim: IssuerSimulator, data: bytes) -> None:
    served = {**sim.served, sim.did_url: data}
    assert refused(sim.method(sim.badge_key), served) is Reason.ISSUER_MALFORMED


def test_a_spent_budget_is_said_to_be_one(sim: IssuerSimulator) -> None:
    class Spent:
        def get(self, url: str) -> Document:
            raise RequestsSpent("enough")

    with pytest.raises(NoKey) as caught:
        resolve.method_at(sim.method(sim.badge_key), Spent())
    assert caught.value.reason is Reason.LIMIT_REQUESTS


# Key sets.


def in_set(keys: Any, kid: str | None = "a", shown: Any = None) -> Any:
    served = {"https://example.no/.well-known/jwks.json": compact(keys)}
    return resolve.key_in_set("did:web:example.no", kid, shown, PinnedDocuments(served))


def set_refused(keys: Any, kid: str | None = "a", shown: Any = None) -> Reason:
    with pytest.raises(NoKey) as caught:
        in_set(keys, kid, shown)
    return caught.value.reason


A = jwk.named_jwk("a", p256_key().public_key())
B = jwk.named_jwk("b", rsa_key().public_key())


def test_a_key_by_its_name_or_its_value() -> None:
    assert in_set({"keys": [A, B]}).key == p256_key().public_key()
    assert in_set({"keys": [A, B]}, "b").id == "b"
    found = in_set({"keys": [A, B]}, None, rsa_key().public_key())
    assert (found.id, found.controller) == ("b", "did:web:example.no")
    unnamed = {name: value for name, value in A.items() if name != "kid"}
    found = in_set({"keys": [1, unnamed]}, None, p256_key().public_key())
    assert found.id == "https://example.no/.well-known/jwks.json"
    assert in_set({"keys": [A, A]}).key == p256_key().public_key()


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"keys": []}, Reason.KEY_UNKNOWN),
        ({"keys": [B]}, Reason.KEY_UNKNOWN),
        ({"keys": [{**A, "iss": "did:web:other.no"}]}, Reason.KEY_UNKNOWN),
        ({"keys": [A, {**B, "kid": "a"}]}, Reason.KEY_MALFORMED),
        ({"keys": [{**A, "use": "enc"}]}, Reason.KEY_MALFORMED),
        ({"keys": [{**A, "d": "AQ"}]}, Reason.KEY_MALFORMED),
        ({"keys": [{"kid": "a"}]}, Reason.KEY_MALFORMED),
        ({"keys": "a"}, Reason.ISSUER_MALFORMED),
        ({"keys": [A] * 1001}, Reason.ISSUER_MALFORMED),
        ([A], Reason.ISSUER_MALFORMED),
        ({}, Reason.ISSUER_MALFORMED),
    ],
)
def test_sets_without_the_key(keys: Any, reason: Reason) -> None:
    assert set_refused(keys) is reason


def test_a_value_that_the_set_does_not_hold() -> None:
    stranger = rsa_key("stranger").public_key()
    assert set_refused({"keys": [A, B]}, None, stranger) is Reason.KEY_UNKNOWN


@pytest.mark.parametrize(
    ("issuer", "host"),
    [
        ("did:web:example.no", "example.no"),
        ("did:web:example.no:members:1", "example.no"),
        ("https://Example.no/issuer", "example.no"),
        ("https://example.no", "example.no"),
        ("https://example.no?issuer", "example.no"),
        ("https://example.no:443/", "example.no"),
        ("https://\u212aexample.no/", None),  # a letter whose lower case is k
        ("https://example.no:8443/", None),
        ("https://user@example.no/", None),
        ("https://127.0.0.1/", None),
        ("https:///", None),
        ("did:key:z6Mk", None),
        ("did:web:127.0.0.1", None),
        ("urn:uuid:1", None),
        ("http://example.no/", None),
    ],
)
def test_the_host_that_vouches(issuer: str, host: str | None) -> None:
    assert resolve.issuer_host(issuer) == host


@pytest.mark.parametrize(
    ("issuer", "place"),
    [
        ("did:web:example.no", "example.no"),
        ("did:web:example.no:members:1", "example.no/members/1"),
        ("https://Example.no/issuer", "example.no/issuer"),
        ("https://example.no:443/a", "example.no/a"),
        # the answer to a question may be anybody's, and says so behind a whole host
        ("https://example.no?.merke.example.no", "example.no/?.merke.example.no"),
        ("https://example.no/echo/?body=a/", "example.no/echo/?body=a/"),
        ("https://example.no/?", "example.no"),
        ("did:key:z6Mk", None),
        ("urn:uuid:1", None),
    ],
)
def test_one_path_of_a_host_is_not_all_of_it(issuer: str, place: str | None) -> None:
    assert resolve.issuer_place(issuer) == place


def test_an_issuer_without_a_host_has_no_key_set() -> None:
    with pytest.raises(NoKey) as caught:
        resolve.key_in_set("did:key:z6Mk", "a", None, PinnedDocuments({}))
    assert caught.value.reason is Reason.KEY_UNKNOWN
