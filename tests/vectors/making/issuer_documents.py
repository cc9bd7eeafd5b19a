"""Issuers' documents and keys, and what keeps a key from counting."""

from collections.abc import Mapping
from typing import Any

from nacl.bindings import crypto_core_ed25519_add

from keys import jwk
from keys.multikey import base58btc_decode, base58btc_encode
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    DID,
    DID_URL,
    ED,
    OTHER_DID,
    P256,
    STRANGER,
    Served,
    changed,
    credential,
    did_document,
    embedded,
    home,
    method,
    method_object,
    prove,
    serve,
    text,
)
from tests.verifier.simulator import Document, drop, put

BADGE = embedded(credential())


METHOD = method_object(ED)


def cases() -> Cases:
    found = Cases("Controlled Identifiers 1.0, 3.3", home())
    _documents(found)
    _methods(found)
    _multikeys(found)
    return found


def document(*methods: Document, **members: Any) -> dict[str, Served]:
    whole = {**did_document(*(methods or (METHOD,))), **members}
    return {DID_URL: serve(whole, "application/did+json")}


def _documents(cases: Cases) -> None:
    def served(data: bytes, kind: str = "application/json") -> dict[str, Served]:
        return {DID_URL: (data, kind)}

    good = text(did_document(METHOD))
    for name, documents, reason, says in (
        ("unreachable", {}, "issuer.unreachable", "The issuer's document cannot be had."),
        (
            "html",
            served(b"<!doctype html><title>Hei</title>", "text/html"),
            "issuer.malformed",
            "A page stands where the issuer's document should be.",
        ),
        ("empty", served(b""), "issuer.malformed", "The issuer's document is empty."),
        (
            "duplicate",
            served(b'{"id":"x",' + good[1:]),
            "issuer.malformed",
            "The issuer's document names a member twice.",
        ),
        (
            "list",
            served(b"[" + good + b"]"),
            "issuer.malformed",
            "The issuer's document is a list.",
        ),
        (
            "byte-order-mark",
            served(b"\xef\xbb\xbf" + good),
            "issuer.malformed",
            "The issuer's document begins with a byte order mark.",
        ),
        (
            "too-large",
            served(good + b" " * (256 * 1024)),
            "issuer.unreachable",
            "The issuer's document is larger than any that is read.",
        ),
        (
            "methods-object",
            document(verificationMethod={}),
            "issuer.malformed",
            "The keys in the issuer's document are no list.",
        ),
        (
            "method-twice",
            document(METHOD, METHOD),
            "issuer.malformed",
            "The issuer's document names one key twice.",
        ),
    ):
        cases.open(
            f"did-{name}",
            BADGE,
            reason,
            f"did.json: {name.replace('-', ' ')}",
            says,
            documents=documents,
        )
    cases.bad(
        "did-other-id",
        BADGE,
        "issuer.document",
        "did.json/id: another DID",
        "The document at the issuer's address is about somebody else.",
        documents=document(id=OTHER_DID),
    )
    cases.bad(
        "did-no-id",
        BADGE,
        "issuer.document",
        "did.json/id: absent",
        "The document at the issuer's address does not say whose it is.",
        documents={DID_URL: serve(changed(did_document(METHOD), drop("id")))},
    )


def _methods(cases: Cases) -> None:
    def bent(**members: Any) -> dict[str, Served]:
        kept = {**METHOD, **members}
        return document({name: value for name, value in kept.items() if value is not None})

    public = jwk.public_jwk(ED.public_key())
    for name, documents, reason, says in (
        (
            "not-there",
            document(method_object(STRANGER)),
            "key.unknown",
            "The issuer's document does not hold the key.",
        ),
        (
            "relative-id",
            bent(id=METHOD["id"].partition("#")[2]),
            "key.unknown",
            "The key's id in the document is not an absolute one.",
        ),
        (
            "not-asserting",
            document(assertionMethod=[]),
            "key.relationship",
            "The key is not one for assertions.",
        ),
        (
            "only-authentication",
            document(assertionMethod=[], authentication=[METHOD["id"]]),
            "key.relationship",
            "The key is listed for signing in, and not for assertions.",
        ),
        (
            "controller-other",
            bent(controller=OTHER_DID),
            "issuer.mismatch",
            "The key in the issuer's document is under somebody else's control.",
        ),
        (
            "controller-missing",
            bent(controller=None),
            "issuer.mismatch",
            "The key does not say who controls it.",
        ),
        (
            "type-unknown",
            bent(type="Ed25519VerificationKey2018"),
            "key.malformed",
            "The key is in a form that is not read.",
        ),
        (
            "type-and-form-differ",
            bent(type="JsonWebKey"),
            "key.malformed",
            "The key is called a JWK and written as a Multikey.",
        ),
        (
            "two-forms",
            bent(publicKeyJwk=public),
            "key.malformed",
            "The key is written in two forms, which could differ.",
        ),
        (
            "secret-shown",
            bent(secretKeyMultibase="z3u2"),
            "key.malformed",
            "The document shows the private key.",
        ),
        (
            "as-jwk",
            document(_as_jwk(public)),
            "key.malformed",
            "An embedded proof's key is a Multikey, and this is a JWK.",
        ),
        (
            "revoked",
            home(ED, revoked="2026-11-24T12:00:00Z"),
            "key.revoked",
            "The key is revoked from this very moment on.",
        ),
        (
            "revoked-before-signing",
            home(ED, revoked="2026-01-01T00:00:00Z"),
            "key.revoked",
            "The key was revoked long before it signed.",
        ),
        (
            "revoked-after-signing",
            home(ED, revoked="2026-11-24T11:30:00Z"),
            "key.revoked",
            "The key was revoked after the date that the signature claims, which proves nothing.",
        ),
        (
            "revoked-and-unlisted",
            {
                DID_URL: serve(
                    did_document(method_object(ED, revoked="2026-01-01T00:00:00Z"), asserting=[])
                )
            },
            "key.revoked",
            "The key is revoked, and listed for nothing any more.",
        ),
        (
            "revoked-malformed",
            home(ED, revoked="yesterday"),
            "key.malformed",
            "Nobody can say when the key was revoked.",
        ),
        (
            "expired-before-signing",
            home(ED, expires="2026-11-24T11:00:00Z"),
            "key.expired",
            "The key had run out when the proof was made.",
        ),
        (
            "expires-no-offset",
            home(ED, expires="2027-01-01T00:00:00"),
            "key.malformed",
            "The key's end names no moment.",
        ),
    ):
        cases.bad(
            f"method-{name}",
            BADGE,
            reason,
            f"did.json/verificationMethod: {name.replace('-', ' ')}",
            says,
            documents=documents,
        )
    cases.bad(
        "method-expired-no-created",
        embedded(credential(), created=None),
        "key.expired",
        "key: run out; proof: undated",
        "The key has run out, and the proof does not say that it was made before.",
        documents=home(ED, expires="2026-11-24T11:30:00Z"),
    )
    cases.bad(
        "method-for-lists",
        BADGE,
        "key.purpose",
        "key: made for status lists",
        "The asker knows its own keys, and this one is not for badges.",
        rule="Merke: one purpose a key",
        purposes={method(ED): "status"},
        ours=[DID],
    )


def _as_jwk(public: Mapping[str, str]) -> Document:
    kept = {name: value for name, value in METHOD.items() if name != "publicKeyMultibase"}
    return {**kept, "type": "JsonWebKey", "publicKeyJwk": public}


def _multikeys(cases: Cases) -> None:
    good = base58btc_decode(METHOD["publicKeyMultibase"])
    identity = b"\xed\x01" + b"\1" + bytes(31)
    # Signature under the point of order 1: R the same point, S nothing. It fits every message.
    fits_all = base58btc_encode(b"\1" + bytes(31) + bytes(32))
    order_8 = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
    second_form = (2**255 - 19 + 3).to_bytes(32, "little")
    p256 = b"\x80\x24"
    for name, multikey, says in (
        ("small-order", identity, "The key is the point of order 1, and one signature fits all."),
        ("order-8", b"\xed\x01" + order_8, "The key is a point of order 8."),
        (
            "order-2",
            b"\xed\x01" + (2**255 - 20).to_bytes(32, "little"),
            "The key is the point of order 2.",
        ),
        (
            "mixed-order",
            b"\xed\x01" + crypto_core_ed25519_add(good[2:], order_8),
            "The key has a part of small order, on which libraries disagree.",
        ),
        ("all-zero", b"\xed\x01" + bytes(32), "The key is all zeros, a point of order 4."),
        (
            "non-canonical",
            b"\xed\x01" + second_form,
            "The key is written with a number beyond the field.",
        ),
        ("short", good[:-1], "The key lacks its last byte."),
        ("long", good + b"\0", "The key has a byte too many."),
        ("secret-prefix", b"\x80\x26" + good[2:], "The key has the prefix of a private key."),
        ("prefix-alone", good[:2], "The key is its prefix alone."),
        ("unknown-prefix", b"\xec\x01" + good[2:], "The key is one for agreeing on secrets."),
        (
            "p256-off-curve",
            p256 + b"\x02" + b"\x05" + bytes(30) + b"\x07",
            "The number is no point of P-256.",
        ),
        (
            "p256-uncompressed",
            p256 + b"\x04" + _point(P256),
            "The point of P-256 is not in its short form.",
        ),
    ):
        badge = BADGE
        if name == "small-order":
            badge = embedded(
                credential(), changed(prove(credential()), put("proofValue", value=fits_all))
            )
        held = {**METHOD, "publicKeyMultibase": base58btc_encode(multikey)}
        cases.bad(
            f"multikey-{name}",
            badge,
            "key.malformed",
            f"publicKeyMultibase: {name.replace('-', ' ')}",
            says,
            documents=document(held),
            rule="RFC 8032, 5.1.7; Controlled Identifiers 1.0, 2.2.2",
        )
    for name, value, says in (
        ("other-base", "u" + jwk.b64url_encode(good), "The key is written in another base."),
        ("number", 7, "The key is a number."),
        ("space", METHOD["publicKeyMultibase"] + " ", "A space follows the key."),
    ):
        cases.bad(
            f"multikey-{name}",
            BADGE,
            "key.malformed",
            f"publicKeyMultibase: {name.replace('-', ' ')}",
            says,
            documents=document({**METHOD, "publicKeyMultibase": value}),
            rule="Controlled Identifiers 1.0, 2.2.2",
        )


def _point(key: Any) -> bytes:
    numbers = key.public_key().public_numbers()
    return bytes(numbers.x.to_bytes(32) + numbers.y.to_bytes(32))
