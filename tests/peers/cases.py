"""Badges that tell verifiers apart: one good in each form, and each other with one thing broken.

Every case has an issuer of its own, so that what a peer keeps of one says nothing about another.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, cast

from keys import did, jwk
from keys.jwk import b64url_decode
from tests.peers import changes
from tests.verifier.proofs import ED25519_2020, prove, publish_all
from tests.verifier.simulator import (
    Document,
    IssuerSimulator,
    compact,
    drop,
    ed25519_key,
    p256_key,
    put,
    stamp,
)

OB_3_0_1: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"

Make = Callable[[IssuerSimulator], bytes]


@dataclass(frozen=True)
class Case:
    """`id` stands in the table of docs/peers.md; `make` breaks what its issuer serves, too."""

    id: str
    make: Make

    @property
    def is_token(self) -> bool:
        return self.id.startswith("token")


CASES: Final[list[Case]] = []


def case(name: str) -> Callable[[Make], Make]:
    def add(make: Make) -> Make:
        CASES.append(Case(name, make))
        return make

    return add


@cache
def made(name: str) -> tuple[bytes, IssuerSimulator]:
    """The badge of the case `name`, and its issuer, whose clock is an hour behind the machine's:
    peers judge by the machine's."""
    (found,) = [each for each in CASES if each.id == name]
    host = hashlib.sha256(name.encode()).hexdigest()[:12]
    hour_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    sim = IssuerSimulator(f"{host}.example.no", hour_ago)
    publish_all(sim)
    return found.make(sim), sim


def relisted(sim: IssuerSimulator, change: Callable[[Document], Any]) -> None:
    """Serve the issuer's document with `change` made to it."""
    document = json.loads(sim.served[sim.did_url])
    change(document)
    sim.served[sim.did_url] = compact(document)


def method_of(sim: IssuerSimulator, document: Document) -> Document:
    """The badge key in the issuer's document."""
    (found,) = [
        method
        for method in document["verificationMethod"]
        if method["id"] == sim.method(sim.badge_key)
    ]
    return cast(Document, found)


def edited(badge: bytes, change: Callable[[Document], Any]) -> bytes:
    """`badge` with `change` made after it was signed."""
    document = json.loads(badge)
    change(document)
    return compact(document)


def days(sim: IssuerSimulator, number: int) -> str:
    return stamp(sim.now + timedelta(days=number))


# With an embedded proof.


@case("good")
def _(sim: IssuerSimulator) -> bytes:
    return sim.mint()


@case("name altered")
def _(sim: IssuerSimulator) -> bytes:
    return edited(sim.mint(), put("name", value="Et annet merke"))


@case("end date moved")
def _(sim: IssuerSimulator) -> bytes:
    return edited(sim.mint(), put("validUntil", value="2099-01-01T00:00:00Z"))


@case("member added that no context knows")
def _(sim: IssuerSimulator) -> bytes:
    return edited(sim.mint(), put("note", value="Best i Norge"))


@case("signature of other bytes")
def _(sim: IssuerSimulator) -> bytes:
    other = json.loads(sim.mint(put("name", value="Et annet merke")))
    return edited(sim.mint(), put("proof", value=other["proof"]))


@case("no proof")
def _(sim: IssuerSimulator) -> bytes:
    return edited(sim.mint(), drop("proof"))


@case("expired")
def _(sim: IssuerSimulator) -> bytes:
    return sim.mint(put("validUntil", value=days(sim, -1)))


@case("not yet valid")
def _(sim: IssuerSimulator) -> bytes:
    return sim.mint(put("validFrom", value=days(sim, 2)))


@case("revoked")
def _(sim: IssuerSimulator) -> bytes:
    badge = sim.mint()
    sim.revoked.add(94_567)
    sim.served[sim.list_url] = sim.embed(sim.status_list(), sim.status_key)
    return badge


@case("status list cannot be had")
def _(sim: IssuerSimulator) -> bytes:
    del sim.served[sim.list_url]
    return sim.mint()


@case("status list not signed")
def _(sim: IssuerSimulator) -> bytes:
    sim.served[sim.list_url] = compact(sim.status_list())
    return sim.mint()


@case("status list run out")
def _(sim: IssuerSimulator) -> bytes:
    sim.serve_list(put("validUntil", value=days(sim, -1)))
    return sim.mint()


@case("status list for another purpose")
def _(sim: IssuerSimulator) -> bytes:
    sim.serve_list(put("credentialSubject", "statusPurpose", value="suspension"))
    return sim.mint()


@case("status index beyond the list")
def _(sim: IssuerSimulator) -> bytes:
    return sim.mint(put("credentialStatus", "statusListIndex", value="131072"))


@case("another key under the same name")
def _(sim: IssuerSimulator) -> bytes:
    stranger = did.method_of(sim.did, ed25519_key("a stranger").public_key())
    other = did.did_document(sim.did, [stranger])["verificationMethod"][0]
    relisted(
        sim,
        lambda document: method_of(sim, document).update(
            publicKeyMultibase=other["publicKeyMultibase"]
        ),
    )
    return sim.mint()


@case("key not for assertions")
def _(sim: IssuerSimulator) -> bytes:
    def unlist(document: Document) -> None:
        name = sim.method(sim.badge_key)
        document["assertionMethod"].remove(name)
        document["authentication"] = [name]

    relisted(sim, unlist)
    return sim.mint()


@case("key revoked by its owner")
def _(sim: IssuerSimulator) -> bytes:
    relisted(sim, lambda document: method_of(sim, document).update(revoked=days(sim, -1)))
    return sim.mint()


@case("signed by another issuer")
def _(sim: IssuerSimulator) -> bytes:
    other = IssuerSimulator("annen.example.no", sim.now)
    sim.served[other.did_url] = other.served[other.did_url]
    return other.embed(sim.credential())


@case("proof for another purpose")
def _(sim: IssuerSimulator) -> bytes:
    name = sim.method(sim.badge_key)
    relisted(sim, put("authentication", value=[name]))
    return sim.embed(sim.credential(), proofPurpose="authentication")


@case("proof made in the future")
def _(sim: IssuerSimulator) -> bytes:
    return sim.embed(sim.credential(), created=days(sim, 2))


@case("proof that has ended")
def _(sim: IssuerSimulator) -> bytes:
    return sim.embed(sim.credential(), expires=days(sim, -1))


@case("a false proof beside the good one")
def _(sim: IssuerSimulator) -> bytes:
    false = sim.proof({**sim.credential(), "name": "Et annet merke"})
    return edited(sim.mint(), lambda document: document["proof"].append(false))


@case("member named twice")
def _(sim: IssuerSimulator) -> bytes:
    return sim.mint().replace(b'"name":"Balansemerket"', b'"name":"x","name":"Balansemerket"', 1)


@case("NaN in the text")
def _(sim: IssuerSimulator) -> bytes:
    return edited(sim.mint(), put("x", value=0)).replace(b'"x":0', b'"x":NaN')


@case("context that is nowhere on board")
def _(sim: IssuerSimulator) -> bytes:
    def more(document: Document) -> None:
        document["@context"].append("https://example.no/merke/v1")

    return edited(sim.mint(), more)


@case("Open Badges 3.0.0 context beside VC 2.0")
def _(sim: IssuerSimulator) -> bytes:
    older = "https://purl.imsglobal.org/spec/ob/v3p0/context.json"
    return edited(sim.mint(), put("@context", 1, value=older))


@case("Open Badges 3.0.1 context beside VC 2.0")
def _(sim: IssuerSimulator) -> bytes:
    return edited(sim.mint(), put("@context", 1, value=OB_3_0_1))


@case("signed with a did:jwk")
def _(sim: IssuerSimulator) -> bytes:
    name = did.did_jwk(sim.badge_key.public_key())
    document = sim.credential()
    for member in ("credentialStatus", "refreshService"):
        del document[member]
    document["issuer"]["id"] = name
    # For those whose resolver is the loader they are given.
    sim.served[name] = compact(did.did_jwk_document(name))
    return sim.embed(document, verificationMethod=f"{name}#0")


@case("2020 suite, key of its own type")
def _(sim: IssuerSimulator) -> bytes:
    relisted(
        sim, lambda document: method_of(sim, document).update(type="Ed25519VerificationKey2020")
    )
    document = sim.credential()
    document["@context"].append(ED25519_2020)
    proof = prove(
        document,
        "Ed25519Signature2020",
        sim.badge_key,
        sim.method(sim.badge_key),
        created=stamp(sim.now),
    )
    return compact({**document, "proof": proof})


@case("2022 suite, key of the 2020 suite's type")
def _(sim: IssuerSimulator) -> bytes:
    relisted(
        sim, lambda document: method_of(sim, document).update(type="Ed25519VerificationKey2020")
    )
    return sim.mint()


# Tokens.


def token(
    sim: IssuerSimulator,
    change: Callable[[Document], Any] | None = None,
    claims: Callable[[Document], Any] | None = None,
    header: Document | None = None,
) -> bytes:
    return sim.mint_token(change, claims, header, p256_key())


def parts(badge: bytes) -> tuple[Document, Document, str]:
    head, payload, signature = badge.decode().split(".")
    return json.loads(b64url_decode(head)), json.loads(b64url_decode(payload)), signature


@case("token: good")
def _(sim: IssuerSimulator) -> bytes:
    return token(sim)


@case("token: name altered")
def _(sim: IssuerSimulator) -> bytes:
    head, payload, signature = token(sim).decode().split(".")
    payload = changes.part({**json.loads(b64url_decode(payload)), "name": "Et annet merke"})
    return f"{head}.{payload}.{signature}".encode()


@case("token: alg none")
def _(sim: IssuerSimulator) -> bytes:
    header, payload, _ = parts(token(sim))
    return f"{changes.part({**header, 'alg': 'none'})}.{changes.part(payload)}.".encode()


@case("token: HS256 with the public key as secret")
def _(sim: IssuerSimulator) -> bytes:
    header, payload, _ = parts(token(sim))
    text = f"{changes.part({**header, 'alg': 'HS256'})}.{changes.part(payload)}"
    secret = b64url_decode(jwk.public_jwk(p256_key().public_key())["x"])
    made_with = hmac.digest(secret, text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(made_with).rstrip(b'=').decode()}".encode()


@case("token: brings its own key")
def _(sim: IssuerSimulator) -> bytes:
    stranger = ed25519_key("a stranger")
    payload = sim.claims(sim.credential())
    return sim.token(payload, stranger, {"kid": None})


@case("token: key of another issuer")
def _(sim: IssuerSimulator) -> bytes:
    other = IssuerSimulator("annen.example.no", sim.now)
    sim.served |= {other.did_url: other.served[other.did_url]}
    return other.token(sim.claims(sim.credential()), other.badge_key)


@case("token: expired")
def _(sim: IssuerSimulator) -> bytes:
    return token(sim, put("validUntil", value=days(sim, -1)))


@case("token: subject claimed otherwise")
def _(sim: IssuerSimulator) -> bytes:
    return token(sim, claims=put("sub", value=f"{sim.base}/m/noen-andre"))


@case("token: later end claimed")
def _(sim: IssuerSimulator) -> bytes:
    return token(sim, claims=lambda payload: payload.update(exp=payload["exp"] + 86_400))


@case("token: issued in the future")
def _(sim: IssuerSimulator) -> bytes:
    later = int((sim.now + timedelta(days=2)).timestamp())
    return token(sim, claims=put("iat", value=later))


@case("token: for an audience")
def _(sim: IssuerSimulator) -> bytes:
    return token(sim, claims=put("aud", value="https://annen.example.no"))


@case("token: demands an extension")
def _(sim: IssuerSimulator) -> bytes:
    return token(sim, header={"crit": ["exp"], "exp": 1})


@case("token: stray bits in the last letter")
def _(sim: IssuerSimulator) -> bytes:
    badge = token(sim).decode()
    return (badge[:-1] + changes.other_letter(badge[-1], bit=1)).encode()


@case("token: Open Badges 3.0.1 context beside VC 2.0")
def _(sim: IssuerSimulator) -> bytes:
    return token(sim, put("@context", 1, value=OB_3_0_1))


@case("token: member named twice")
def _(sim: IssuerSimulator) -> bytes:
    payload = compact(sim.claims(sim.credential()))
    twice = payload.replace(b'"name":"Balansemerket"', b'"name":"x","name":"Balansemerket"', 1)
    return signed_bytes(sim, twice)


def signed_bytes(sim: IssuerSimulator, payload: bytes) -> bytes:
    """A token around these very bytes."""
    import jwt

    headers = {"kid": sim.method(p256_key()), "typ": "JWT"}
    return jwt.PyJWS().encode(payload, p256_key(), algorithm="ES256", headers=headers).encode()
