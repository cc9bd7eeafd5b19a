"""npm `jose`: the JWT form by the key that our `jwks.json` names, and nothing changed.

Peculiarities of the peer:

* It reads base64url loosely: stray bits in the last letter and white space behind the token are
  no matter to it. RFC 4648 (3.5) leaves that to the reader; ours has one spelling only.
* It compares no claims with the credential. That `iss`, `jti`, `sub`, `nbf` and `exp` repeat it
  (Open Badges 3.0, 8.2.4) is shown here by hand.
"""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from issuer import days, proofs
from keys import jwk
from keys.jwk import b64url_decode
from keys.ring import KeyRing, Purpose
from tests.peers import changes
from tests.peers.conftest import NAME
from tests.peers.javascript import Answer, Peers
from tests.peers.shop import (
    DID_DOCUMENT,
    KEY_SET,
    STATUS_TOKEN,
    Badge,
    Shop,
    judge,
    private_pem,
    without_status,
)
from verifier import status_list
from verifier.reasons import Reason, Verdict

CLAIMS = {"iss", "jti", "sub", "nbf", "exp"}


def ask(peers: Peers, token: str, key_set: str, **options: Any) -> Answer:
    return peers.ask("token", text=token, jwks=key_set, options=options)


# It accepts ours.


def test_badge(peers: Peers, shop: Shop, badge: Badge) -> None:
    answer = ask(peers, badge.token, shop.at("/.well-known/jwks.json"), issuer=shop.did, typ="JWT")
    assert answer.get("errors") is None
    assert answer["verified"]
    kid = shop.desk.office.ring.method_id(shop.key(Purpose.BADGE_JWT))
    assert answer["header"].keys() == {"alg", "kid", "jwk", "typ"}
    assert (answer["header"]["alg"], answer["header"]["kid"]) == ("RS256", kid)


def test_the_payload_is_the_credential(peers: Peers, shop: Shop, badge: Badge) -> None:
    payload = ask(peers, badge.token, shop.documents()[KEY_SET])["payload"]
    document = {name: value for name, value in payload.items() if name not in CLAIMS}
    assert document == badge.unsigned
    assert document["credentialSubject"]["identifier"][0]["identityHash"] == NAME
    assert {name: payload[name] for name in CLAIMS} == {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": datetime.fromisoformat(document["validFrom"]).timestamp(),
        "exp": datetime.fromisoformat(document["validUntil"]).timestamp(),
    }


def test_the_key_shown_in_the_header_is_the_published_one(
    peers: Peers, shop: Shop, badge: Badge
) -> None:
    header = ask(peers, badge.token, shop.documents()[KEY_SET])["header"]
    published = json.loads(shop.documents()[KEY_SET])["keys"]
    (named,) = [key for key in published if key["kid"] == header["kid"]]
    assert header["jwk"].items() <= named.items()


def test_es256(peers: Peers, shop: Shop, badge: Badge) -> None:
    now = shop.desk.clock()
    ring = KeyRing.throwaway(shop.did, now, jwt_algorithm="ES256")
    key = ring.signing_key(Purpose.BADGE_JWT, now)
    token = proofs.badge_jwt(badge.unsigned, ring, key).decode()
    answer = ask(peers, token, json.dumps(ring.jwks()))
    assert answer["verified"]
    assert answer["header"]["alg"] == "ES256"


def test_status_list(peers: Peers, shop: Shop, badge: Badge, revoked: Badge) -> None:
    documents = shop.documents()
    answer = ask(peers, documents[STATUS_TOKEN], documents[KEY_SET], typ="vc+jwt")
    assert answer["verified"]
    encoded = answer["payload"]["credentialSubject"]["encodedList"]
    places = [int(one.document["credentialStatus"]["statusListIndex"]) for one in (badge, revoked)]
    bits = peers.ask("decodeList", text=encoded)
    assert bits["length"] == status_list.LENGTH
    assert [place in bits["indexes"] for place in places] == [False, True]


@pytest.mark.parametrize(
    ("days_off", "code"),
    [(-2, "ERR_JWT_CLAIM_VALIDATION_FAILED"), (367, "ERR_JWT_EXPIRED")],
    ids=["before", "after"],
)
def test_dates(peers: Peers, shop: Shop, badge: Badge, days_off: int, code: str) -> None:
    then = days.timestamp(shop.desk.clock() + timedelta(days=days_off))
    answer = peers.ask(
        "token", text=badge.token, jwks=shop.documents()[KEY_SET], options={}, now=then
    )
    assert not answer["verified"]
    assert answer["code"] == (
        "ERR_JWT_EXPIRED" if days_off > 0 else "ERR_JWT_CLAIM_VALIDATION_FAILED"
    )


# It refuses whatever was changed.


@pytest.mark.parametrize("which", ["badge", "status list"])
def test_every_change_counts(peers: Peers, shop: Shop, badge: Badge, which: str) -> None:
    documents = shop.documents()
    token = badge.token if which == "badge" else documents[STATUS_TOKEN]
    assert ask(peers, token, documents[KEY_SET])["verified"]
    shown, accepted = 0, []
    for what, changed in changes.every_change_of_token(token):
        shown += 1
        if ask(peers, changed, documents[KEY_SET])["verified"]:
            accepted.append(what)
    assert accepted == []
    assert shown > (600 if which == "badge" else 100)


def test_stray_bits_are_the_peers_business(peers: Peers, shop: Shop, badge: Badge) -> None:
    """It takes this for the same token; ours, for none."""
    letter = changes.other_letter(badge.token[-1], bit=1)
    respelt = badge.token[:-1] + letter
    documents = shop.documents()
    assert ask(peers, respelt, documents[KEY_SET])["verified"]
    assert judge(respelt, documents).reasons == (Reason.TOKEN_MALFORMED,)


def test_another_key(peers: Peers, shop: Shop, badge: Badge) -> None:
    now = shop.desk.clock()
    stranger = KeyRing.throwaway(shop.did, now)
    strange = jwk.public_jwk(stranger.signing_key(Purpose.BADGE_JWT, now).public)
    published = json.loads(shop.documents()[KEY_SET])["keys"]
    kid = shop.desk.office.ring.method_id(shop.key(Purpose.BADGE_JWT))
    replaced = [{**key, **strange} if key["kid"] == kid else key for key in published]
    answer = ask(peers, badge.token, json.dumps({"keys": replaced}))
    assert answer["code"] == "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"
    without = [key for key in published if key["kid"] != kid]
    assert (
        ask(peers, badge.token, json.dumps({"keys": without}))["code"] == "ERR_JWKS_NO_MATCHING_KEY"
    )


def test_a_key_that_brings_itself_along(peers: Peers, shop: Shop, badge: Badge) -> None:
    """Signed by a stranger, whose key stands in the header as ours does."""
    now = shop.desk.clock()
    stranger = KeyRing.throwaway(shop.did, now)
    token = proofs.badge_jwt(
        badge.unsigned, stranger, stranger.signing_key(Purpose.BADGE_JWT, now)
    ).decode()
    assert ask(peers, token, json.dumps(stranger.jwks()))["verified"]
    assert not ask(peers, token, shop.documents()[KEY_SET])["verified"]


def test_no_signature_at_all(peers: Peers, shop: Shop, badge: Badge) -> None:
    header, payload, _ = badge.token.split(".")
    unsigned = changes.part({**json.loads(b64url_decode(header)), "alg": "none"})
    answer = ask(peers, f"{unsigned}.{payload}.", shop.documents()[KEY_SET])
    assert not answer["verified"]


# The other way round: what it signs, ours reads.


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_ours_reads_what_it_signs(peers: Peers, shop: Shop, badge: Badge, algorithm: str) -> None:
    now = shop.desk.clock()
    ring = KeyRing.throwaway(shop.did, now, jwt_algorithm=algorithm)
    key = ring.signing_key(Purpose.BADGE_JWT, now)
    payload = without_status(json.loads(b64url_decode(badge.token.split(".")[1])))
    token: str = peers.ask(
        "signToken",
        payload=payload,
        header={"alg": algorithm, "kid": ring.method_id(key), "typ": "JWT"},
        pem=private_pem(ring, key),
    )["text"]
    documents = {DID_DOCUMENT: json.dumps(ring.did_document())}
    assert judge(token, documents).verdict is Verdict.VALID
    header, _, signature = token.split(".")
    longer = changes.part({**payload, "validUntil": "2099-01-01T00:00:00Z"})
    changed = judge(f"{header}.{longer}.{signature}", documents)
    assert changed.verdict is Verdict.INVALID
    assert Reason.PROOF_ALTERED in changed.reasons
