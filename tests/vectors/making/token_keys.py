"""Tokens: headers that lie, and keys that are not the issuer's."""

from typing import Any

from keys import jwk
from tests.vectors.making import keys
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    OTHER_DID,
    OTHER_DID_URL,
    P256,
    RSA,
    did_document,
    header,
    key_set,
    method,
    method_object,
    serve,
    text,
    token,
)
from tests.vectors.making.token_common import (
    HOME,
    JWS,
    PAYLOAD,
    VC_JWT,
    encode,
)
from tests.verifier.simulator import Document


def cases() -> Cases:
    found = Cases(VC_JWT, HOME)
    _headers(found)
    _keys(found)
    return found


def _headers(cases: Cases) -> None:
    demands: tuple[tuple[str, dict[str, Any], str, str], ...] = (
        (
            "crit",
            {"crit": ["exp"], "exp": 1},
            "header.critical",
            "The header demands that an extension is understood.",
        ),
        ("crit-empty", {"crit": []}, "header.critical", "The list of extensions is empty."),
        (
            "b64-false",
            {"b64": False, "crit": ["b64"]},
            "header.critical",
            "The payload is said not to be encoded.",
        ),
        (
            "b64-true",
            {"b64": True},
            "header.critical",
            "The header uses an extension without demanding it.",
        ),
        ("zip", {"zip": "DEF"}, "header.member", "The token is said to be compressed."),
        ("enc", {"enc": "A256GCM"}, "header.member", "The token is said to be encrypted."),
    )
    for name, members, reason, says in demands:
        cases.bad(
            f"header-{name}",
            token(PAYLOAD, **members),
            reason,
            f"header: {name.replace('-', ' ')}",
            says,
            rule=f"{JWS}, 4",
        )
    strange: tuple[tuple[str, dict[str, Any], str], ...] = (
        (
            "jku",
            {"jku": "https://evil.example.org/jwks.json"},
            "The header says where a key could be fetched. Nobody goes there.",
        ),
        (
            "x5u",
            {"x5u": "https://evil.example.org/cert"},
            "The header says where a certificate could be fetched. Nobody goes there.",
        ),
        ("x5c", {"x5c": ["MIIB"]}, "The header brings a certificate."),
        ("unknown", {"note": "x"}, "A VC-JWT has no other members in its header than four."),
        ("cty", {"cty": "JWT"}, "The payload is said to be a token itself."),
    )
    for name, extra, says in strange:
        cases.bad(
            f"header-{name}", token(PAYLOAD, **extra), "header.member", f"header: {name}", says
        )
    for name, given, says in (
        ("session", "at+jwt", "An access token is no badge."),
        ("lower-case", "jwt", "The type is in other letters."),
        ("presentation", "vp+jwt", "A presentation is no badge."),
        ("number", 7, "The type is no text."),
        ("null", b"null", "The type is null."),
    ):
        if given == b"null":
            badge = token(PAYLOAD, head=text({**header(), "typ": None}))
        else:
            badge = token(PAYLOAD, typ=given)
        cases.bad(
            f"typ-{name}", badge, "header.type", f"header/typ: {name.replace('-', ' ')}", says
        )
    for name in ("vc+sd-jwt", "vc+ld+jwt"):
        cases.open(
            f"typ-{name.replace('+', '-')}",
            token(PAYLOAD, typ=name),
            "proof.unsupported",
            f"header/typ: {name}",
            f"A token of the kind {name} has rules of its own, which are not judged here.",
        )


def _keys(cases: Cases) -> None:
    stranger = keys.rsa("stranger")
    public = jwk.public_jwk(stranger.public_key())
    listed = {**jwk.public_jwk(RSA.public_key()), "kid": "2026"}
    sets = {**HOME, **key_set(listed)}
    far = "https://evil.example.org/keys/1"
    other = did_document(method_object(stranger, OTHER_DID), name=OTHER_DID)
    for name, badge, reason, documents, says in (
        (
            "none",
            token(PAYLOAD, kid=None, jwk=None),
            "header.key",
            HOME,
            "The header names no key.",
        ),
        ("kid-number", token(PAYLOAD, kid=7, jwk=None), "header.key", HOME, "`kid` is a number."),
        ("jwk-text", token(PAYLOAD, jwk="key"), "header.key", HOME, "`jwk` is a text."),
        (
            "shown-stranger",
            token(PAYLOAD, stranger, kid=None),
            "key.unknown",
            sets,
            "The token brings its own key, and is signed with it.",
        ),
        (
            "shown-beside-kid",
            token(PAYLOAD, stranger, kid=method(RSA)),
            "key.mismatch",
            HOME,
            "The header names the issuer's key and shows another, which signed.",
        ),
        (
            "shown-other-good-signature",
            token(PAYLOAD, head={**header(), "jwk": public}),
            "key.mismatch",
            HOME,
            "The issuer's key signed, and the header shows another.",
        ),
        (
            "shown-private",
            token(PAYLOAD, jwk={**header()["jwk"], "d": "AQAB"}),
            "key.malformed",
            HOME,
            "The header shows a private key.",
        ),
        (
            "shown-symmetric",
            token(PAYLOAD, jwk={"kty": "oct", "k": "AAAA"}),
            "key.malformed",
            HOME,
            "The header shows a shared secret.",
        ),
        (
            "kid-of-another",
            token(PAYLOAD, stranger, kid=method(stranger, OTHER_DID), jwk=None),
            "issuer.mismatch",
            {**HOME, OTHER_DID_URL: serve(other)},
            "`kid` leads to the key of another issuer, which signed.",
        ),
        (
            "kid-elsewhere",
            token(PAYLOAD, stranger, kid=far, jwk=None),
            "key.unknown",
            {**sets, far: serve(public)},
            "`kid` is an address on another host, where a key lies.",
        ),
        (
            "kid-other-subdomain",
            token(PAYLOAD, stranger, kid="https://x.issuer.example.no/k", jwk=None),
            "key.unknown",
            {**sets, "https://x.issuer.example.no/k": serve(public)},
            "`kid` is an address on a host below the issuer's, and not the issuer's.",
        ),
        (
            "kid-not-listed",
            token(PAYLOAD, stranger, kid="2027", jwk=None),
            "key.unknown",
            sets,
            "The issuer's key set has no key of that name.",
        ),
        (
            "kid-other-key",
            token(PAYLOAD, stranger, kid="2026", jwk=None),
            "proof.altered",
            sets,
            "`kid` names the issuer's key, and another signed.",
        ),
        (
            "kid-unknown-fragment",
            token(PAYLOAD, kid=f"{DID}#x", jwk=None),
            "key.unknown",
            HOME,
            "`kid` names a key that the issuer's document does not have.",
        ),
        (
            "set-two-of-one-name",
            token(PAYLOAD, kid="2026", jwk=None),
            "key.malformed",
            {**HOME, **key_set(listed, {**public, "kid": "2026"})},
            "The key set has two keys of one name.",
        ),
        (
            "set-other-iss",
            token(PAYLOAD, kid="2026", jwk=None),
            "key.unknown",
            {**HOME, **key_set({**listed, "iss": OTHER_DID})},
            "The key of that name belongs to another issuer of the host.",
        ),
        (
            "set-weak",
            token(PAYLOAD, keys.rsa("weak"), kid="2026", jwk=None),
            "key.malformed",
            {**HOME, **key_set({**_jwk_of(keys.rsa("weak")), "kid": "2026"})},
            "The published RSA key has 1,024 bits.",
        ),
        (
            "set-for-encryption",
            token(PAYLOAD, kid="2026", jwk=None),
            "key.malformed",
            {**HOME, **key_set({**listed, "use": "enc"})},
            "The published key is for encrypting.",
        ),
        (
            "set-other-alg",
            token(PAYLOAD, kid="2026", jwk=None),
            "key.malformed",
            {**HOME, **key_set({**listed, "alg": "PS256"})},
            "The published key is for another algorithm.",
        ),
        (
            "set-private",
            token(PAYLOAD, kid="2026", jwk=None),
            "key.malformed",
            {**HOME, **key_set({**listed, "d": "AQAB"})},
            "The published key shows its private half.",
        ),
        (
            "set-small-exponent",
            token(PAYLOAD, kid="2026", jwk=None),
            "key.malformed",
            {**HOME, **key_set({**listed, "e": "Aw"})},
            "The published RSA key has the exponent 3.",
        ),
        (
            "set-off-curve",
            token(PAYLOAD, P256, kid="2026", jwk=None),
            "key.malformed",
            {
                **HOME,
                **key_set(
                    {
                        **jwk.public_jwk(P256.public_key()),
                        "y": encode(b"\1" * 32).decode(),
                        "kid": "2026",
                    }
                ),
            },
            "The published point does not lie on its curve.",
        ),
        (
            "set-key-revoked-in-document",
            token(PAYLOAD, kid="2026", jwk=None),
            "key.revoked",
            {**token_home_of(revoked="2026-11-01T00:00:00Z"), **key_set(listed)},
            "The key is in the key set, and the issuer's own document says it is revoked.",
        ),
    ):
        cases.bad(
            f"key-{name}",
            badge,
            reason,
            f"token's key: {name.replace('-', ' ')}",
            says,
            documents=documents,
            rule="Merke: keys come from the issuer alone",
        )
    cases.open(
        "key-set-unreachable",
        token(PAYLOAD, kid="2026", jwk=None),
        "issuer.unreachable",
        "jwks.json: not there",
        "The key set cannot be had.",
    )
    cases.open(
        "key-set-html",
        token(PAYLOAD, kid="2026", jwk=None),
        "issuer.malformed",
        "jwks.json: a page",
        "A page stands where the key set should be.",
        documents={**HOME, f"{BASE}/.well-known/jwks.json": (b"<html>", "text/html")},
    )
    place = f"{BASE}/packages/left-there/1.0.0"
    cases.bad(
        "key-at-address-not-in-document",
        token(PAYLOAD, stranger, kid=place, jwk=None),
        "key.unknown",
        "header/kid: a key that the issuer's document does not list",
        "Somebody left a key on the issuer's host, in a place that answers anybody's JSON.",
        documents={**HOME, place: serve(public)},
        rule="Merke: keys come from the issuer alone",
    )
    place = f"{BASE}/upload/1.txt"
    cases.open(
        "key-at-address-as-text",
        token(PAYLOAD, kid=place, jwk=None),
        "issuer.malformed",
        "header/kid: a key that is served as text",
        "Somebody left a key on the issuer's host as a text, which is no document of keys.",
        documents={**HOME, place: serve(public, "text/plain")},
    )


def token_home_of(**more: Any) -> dict[str, Any]:
    from tests.vectors.making.issuing import home

    return home(RSA, **more)


def _jwk_of(key: Any) -> Document:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": encode(numbers.n.to_bytes(128)).decode(), "e": "AQAB"}
