"""npm `@digitalbazaar/vc` with `eddsa-rdfc-2022`: it accepts ours, and nothing changed.

Peculiarities of the peer, found by reading it:

* `checkStatus` answers `verified: true` for a revoked badge: the caller looks at the bit.
* Of several proofs one that holds is enough for it, as Open Badges 3.0 allows ("any one"); ours
  refuses a badge with a false proof beside the good one.
* It looks neither at `revoked` of a verification method nor at a proof's `expires`. Keys that
  must not count any more are therefore taken out of `assertionMethod` here.
* It checks the list of a badge by the machine's clock, even when it is told another time.
"""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer import days, proofs
from keys import multikey
from keys.ring import KeyRing, Purpose
from tests.peers import changes
from tests.peers.changes import Change
from tests.peers.conftest import NAME
from tests.peers.javascript import Answer, Fault, Peers
from tests.peers.shop import (
    DID_DOCUMENT,
    STATUS,
    Badge,
    Documents,
    Shop,
    judge,
    said_twice,
    without_status,
)
from verifier import contexts, status_list
from verifier.canonical import canonicalise
from verifier.reasons import Reason, Verdict

# Control characters have no place in a text here; ours refuses them before any proof.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r"), min_size=1
)

OTHER = "did:web:annen.example.no"
OTHER_DOCUMENT = "https://annen.example.no/.well-known/did.json"


def ask(peers: Peers, presented: str | dict[str, Any], documents: Documents, **more: Any) -> Answer:
    text = presented if isinstance(presented, str) else json.dumps(presented)
    return peers.ask("credential", text=text, documents=documents, **more)


def is_accepted(answer: Answer) -> bool:
    return answer["verified"] and not any(answer["bits"])


def accepted(
    peers: Peers, presented: Iterable[Change], documents: Documents
) -> tuple[int, set[str]]:
    """How many changes were shown, and where those are that the peer did not mind."""
    shown, minded = 0, set()
    for change in presented:
        shown += 1
        if is_accepted(ask(peers, change.document, documents)):
            minded.add(change.where)
    return shown, minded


# It accepts ours.


def test_badge(peers: Peers, shop: Shop, badge: Badge) -> None:
    answer = ask(peers, badge.text, shop.documents())
    assert answer["errors"] == []
    assert answer["verified"]
    assert answer["bits"] == [False]


def test_it_asked_for_nothing_but_what_the_badge_names(
    peers: Peers, shop: Shop, badge: Badge
) -> None:
    asked = set(ask(peers, badge.text, shop.documents())["asked"])
    ring, keys = shop.desk.office.ring, (Purpose.BADGE, Purpose.STATUS)
    methods = {ring.method_id(shop.key(purpose)) for purpose in keys}
    assert asked - set(badge.document["@context"]) == {*methods, shop.did, STATUS}


@pytest.mark.parametrize("ensure_ascii", [True, False], ids=["escaped", "as UTF-8"])
def test_a_name_survives_either_way_of_writing_it(
    peers: Peers, shop: Shop, badge: Badge, ensure_ascii: bool
) -> None:
    text = json.dumps(badge.document, ensure_ascii=ensure_ascii)
    assert ("Ærøy" in text) is not ensure_ascii
    assert is_accepted(ask(peers, text, shop.documents()))
    identity = json.loads(text)["credentialSubject"]["identifier"][0]
    assert (identity["identityType"], identity["identityHash"]) == ("name", NAME)


def test_status_list(peers: Peers, shop: Shop, badge: Badge) -> None:
    documents = shop.documents()
    answer = ask(peers, documents[STATUS], documents)
    assert answer["errors"] == []
    assert answer["verified"]


def test_the_revocation_bit_is_read(peers: Peers, shop: Shop, badge: Badge, revoked: Badge) -> None:
    documents = shop.documents()
    assert ask(peers, badge.text, documents)["bits"] == [False]
    assert ask(peers, revoked.text, documents)["bits"] == [True]


def test_a_retired_key_counts_and_a_compromised_one_does_not(
    peers: Peers, shop: Shop, badge: Badge
) -> None:
    now = shop.desk.clock()
    ring = KeyRing.throwaway(shop.did, now)
    key = ring.signing_key(Purpose.BADGE, now)
    # Its list is signed by the keys of the real ring, which are not published here.
    text = proofs.embed(without_status(badge.unsigned), ring, key, now).decode()

    def answer() -> bool:
        return is_accepted(ask(peers, text, {DID_DOCUMENT: json.dumps(ring.did_document())}))

    assert answer()
    ring.retire(key.fragment, now)
    assert answer()
    ring.compromise(key.fragment, now)
    assert not answer()


@pytest.mark.parametrize("days_off", [-2, 367], ids=["before", "after"])
def test_dates(peers: Peers, shop: Shop, badge: Badge, days_off: int) -> None:
    then = days.timestamp(shop.desk.clock() + timedelta(days=days_off))
    answer = ask(peers, badge.text, shop.documents(), now=then)
    assert not answer["verified"]
    assert "validFrom" in answer["errors"][0] or "validUntil" in answer["errors"][0]


# It refuses whatever was changed.


def test_every_value_counts(peers: Peers, shop: Shop, badge: Badge) -> None:
    found = accepted(peers, changes.every_value(badge.document), shop.documents())
    assert found == (len(changes.leaves(badge.document)), set())
    assert found[0] > 100


def test_nothing_can_be_taken_away(peers: Peers, shop: Shop, badge: Badge) -> None:
    shown, minded = accepted(peers, changes.every_removal(badge.document), shop.documents())
    assert minded == said_twice(badge.document)
    assert shown > 150


@pytest.mark.parametrize("name", ["note", "description"], ids=["unknown term", "known term"])
def test_nothing_can_be_added(peers: Peers, shop: Shop, badge: Badge, name: str) -> None:
    added = changes.every_addition(badge.document, name, "Best i Norge")
    shown, minded = accepted(peers, added, shop.documents())
    assert minded == set()
    assert shown > 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "urn:uuid:0d3ae8a5-6b4b-4f0e-9c0a-0d6a6a2f7c11"),
        ("expires", "2099-01-01T00:00:00Z"),
        ("nonce", "abc"),
        ("domain", "example.no"),
        ("challenge", "abc"),
        ("previousProof", "urn:uuid:0d3ae8a5-6b4b-4f0e-9c0a-0d6a6a2f7c11"),
    ],
)
def test_nothing_can_be_added_to_the_proof(
    peers: Peers, shop: Shop, badge: Badge, name: str, value: str
) -> None:
    changed = changes.put(badge.document, ("proof", 0, name), value)
    assert not is_accepted(ask(peers, changed, shop.documents()))


def test_every_value_of_the_list_counts(peers: Peers, shop: Shop, badge: Badge) -> None:
    documents = shop.documents()
    signed = json.loads(documents[STATUS])
    found = accepted(peers, changes.every_value(signed), documents)
    assert found == (len(changes.leaves(signed)), set())
    shown, minded = accepted(peers, changes.every_removal(signed), documents)
    assert minded == set()
    assert shown > found[0]


def test_a_changed_or_missing_list_is_never_an_answer(
    peers: Peers, shop: Shop, badge: Badge
) -> None:
    documents = shop.documents()
    signed = json.loads(documents[STATUS])
    cleared = changes.put(
        signed, ("credentialSubject", "encodedList"), status_list.encode([1, 2, 3])
    )
    answer = ask(peers, badge.text, {**documents, STATUS: json.dumps(cleared)})
    assert not answer["verified"]
    assert answer["bits"] == []
    missing = {url: text for url, text in documents.items() if url != STATUS}
    answer = ask(peers, badge.text, missing)
    assert not answer["verified"]
    assert any(f"there is no document for {STATUS}" in error for error in answer["errors"])


# What says the same is no change: refused above is what was changed, not what was touched.


def _reversed_keys(document: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(document.items()))


def _reversed_tags(document: dict[str, Any]) -> dict[str, Any]:
    document["credentialSubject"]["achievement"]["tag"].reverse()
    return document


def _other_name_of_the_type(document: dict[str, Any]) -> dict[str, Any]:
    # One term of two names in the context of Open Badges 3.0.
    return changes.put(document, ("type", 1), "AchievementCredential")


@pytest.mark.parametrize("rewrite", [_reversed_keys, _reversed_tags, _other_name_of_the_type])
def test_another_spelling_of_the_same_is_accepted(
    peers: Peers,
    shop: Shop,
    badge: Badge,
    rewrite: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    text = json.dumps(rewrite(badge.document))
    assert text != json.dumps(badge.document)
    assert is_accepted(ask(peers, text, shop.documents()))


def test_a_false_proof_beside_a_good_one(peers: Peers, shop: Shop, badge: Badge) -> None:
    document = badge.document
    (good,) = document["proof"]
    document["proof"] = [{**good, "created": "2020-01-01T00:00:00Z"}, good]
    assert is_accepted(ask(peers, document, shop.documents()))
    ours = judge(json.dumps(document), shop.documents())
    assert ours.verdict is Verdict.INVALID
    document["proof"].pop()
    assert not is_accepted(ask(peers, document, shop.documents()))


# Keys and issuers.


def test_another_key_in_the_same_place(peers: Peers, shop: Shop, badge: Badge) -> None:
    document = json.loads(shop.documents()[DID_DOCUMENT])
    stranger = KeyRing.throwaway(shop.did, shop.desk.clock())
    public = stranger.signing_key(Purpose.BADGE, shop.desk.clock()).fragment
    method = badge.document["proof"][0]["verificationMethod"]
    place = [one["id"] for one in document["verificationMethod"]].index(method)
    changed = changes.put(document, ("verificationMethod", place, "publicKeyMultibase"), public)
    answer = ask(peers, badge.text, {**shop.documents(), DID_DOCUMENT: json.dumps(changed)})
    assert not answer["verified"]
    assert "Invalid signature." in answer["errors"]


def test_another_issuers_document(peers: Peers, shop: Shop, badge: Badge) -> None:
    """Whoever answers our address with his own document proves nothing."""
    stranger = KeyRing.throwaway(OTHER, shop.desk.clock()).did_document()
    answer = ask(peers, badge.text, {**shop.documents(), DID_DOCUMENT: json.dumps(stranger)})
    assert not answer["verified"]


def test_another_issuers_signature_in_our_name(peers: Peers, shop: Shop, badge: Badge) -> None:
    """A good signature by a published key, of somebody whom the badge does not name."""
    now = shop.desk.clock()
    stranger = KeyRing.throwaway(OTHER, now)
    key = stranger.signing_key(Purpose.BADGE, now)
    text = proofs.embed(badge.unsigned, stranger, key, now).decode()
    documents = {**shop.documents(), OTHER_DOCUMENT: json.dumps(stranger.did_document())}
    answer = ask(peers, text, documents)
    assert not answer["verified"]
    assert any("issuer must match" in error for error in answer["errors"])


def test_a_key_of_ours_that_signs_no_credentials(peers: Peers, shop: Shop, badge: Badge) -> None:
    """The audit key stands in our document, but not under `assertionMethod`."""
    key = shop.key(Purpose.AUDIT)
    text = proofs.embed(badge.unsigned, shop.desk.office.ring, key, shop.desk.clock()).decode()
    answer = ask(peers, text, shop.documents())
    assert not answer["verified"]
    assert any("not authorized" in error for error in answer["errors"])


# The same bytes at every step.


def test_the_same_contexts(peers: Peers) -> None:
    ours = contexts.load()
    theirs = peers.ask("bundled", urls=list(ours))
    shared = ours.keys() & theirs.keys()
    assert shared >= {"https://www.w3.org/ns/credentials/v2"}
    assert [url for url in shared if ours[url] != theirs[url]] == []


def test_the_same_canonical_form(peers: Peers, shop: Shop, badge: Badge) -> None:
    for document in (badge.unsigned, json.loads(shop.documents()[STATUS])):
        theirs = peers.ask("canonize", text=json.dumps(document))["nquads"]
        assert canonicalise(document) == theirs.encode()


@settings(max_examples=100)
@given(name=TEXT)
def test_the_same_canonical_form_of_any_name(peers: Peers, name: str) -> None:
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://example.no/b/1",
        "type": ["VerifiableCredential"],
        "name": name,
    }
    theirs = peers.ask("canonize", text=json.dumps(document))["nquads"]
    assert canonicalise(document) == theirs.encode()


@settings(max_examples=10)
@given(indexes=st.sets(st.integers(0, status_list.LENGTH - 1), max_size=40))
def test_the_same_list(peers: Peers, indexes: set[int]) -> None:
    theirs = peers.ask("decodeList", text=status_list.encode(indexes))
    assert theirs == {"length": status_list.LENGTH, "indexes": sorted(indexes)}
    text = peers.ask("encodeList", length=status_list.LENGTH, indexes=sorted(indexes))["text"]
    ours = status_list.decode(text)
    assert len(ours) == status_list.LENGTH
    assert {index for index in range(len(ours)) if ours[index]} == indexes


# The other way round: what it signs, ours reads.


def signed_by_the_peer(
    peers: Peers, shop: Shop, document: dict[str, Any], created: str
) -> dict[str, Any]:
    """`document` signed by the peer with our badge key."""
    ring, key = shop.desk.office.ring, shop.key(Purpose.BADGE)
    secret = ring.private_key(key).private_bytes_raw()
    text: str = peers.ask(
        "sign",
        text=json.dumps(document),
        documents={},
        created=created,
        key={
            "type": "Multikey",
            "id": ring.method_id(key),
            "controller": shop.did,
            "publicKeyMultibase": key.fragment,
            # 0x8026 is the multicodec of an Ed25519 secret key.
            "secretKeyMultibase": multikey.base58btc_encode(b"\x80\x26" + secret),
        },
    )["text"]
    signed: dict[str, Any] = json.loads(text)
    return signed


def test_it_makes_the_very_signature(peers: Peers, shop: Shop, badge: Badge) -> None:
    """Ed25519 is deterministic: equal bytes were signed, or the signatures would differ."""
    (ours,) = badge.document["proof"]
    theirs = signed_by_the_peer(peers, shop, badge.unsigned, ours["created"])["proof"]
    assert theirs == ours


def test_ours_reads_what_it_signs(peers: Peers, shop: Shop, badge: Badge) -> None:
    document = {**badge.unsigned, "id": "https://balansemerket.example.no/b/peer", "name": NAME}
    signed = signed_by_the_peer(peers, shop, document, days.timestamp(shop.desk.clock()))
    documents = shop.documents()
    assert judge(json.dumps(signed), documents).verdict is Verdict.VALID
    changed = judge(json.dumps({**signed, "name": "Æresmerket"}), documents)
    assert changed.verdict is Verdict.INVALID
    assert changed.reasons == (Reason.PROOF_ALTERED,)


def test_it_signs_nothing_that_would_be_lost(peers: Peers, shop: Shop, badge: Badge) -> None:
    with pytest.raises(Fault, match="Safe mode"):
        signed_by_the_peer(peers, shop, {**badge.unsigned, "note": "x"}, "2026-01-01T00:00:00Z")
