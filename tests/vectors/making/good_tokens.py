"""Good badges: tokens of both kinds, and both data models."""

from keys import jwk
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    ALL,
    BASE,
    DID,
    ED,
    P256,
    P384,
    RSA,
    around,
    changed,
    claims,
    credential,
    embedded,
    key_set,
    older,
    serve,
    token,
    token_home,
)
from tests.verifier.simulator import drop


def cases() -> Cases:
    found = Cases("VC Data Integrity 1.0, verify proof", ALL)
    _tokens(found)
    return found


def _tokens(cases: Cases) -> None:
    rule = "Open Badges 3.0, 8.2.4 (VC-JWT)"
    payload = claims(credential())
    for key, name in ((RSA, "rs256"), (P256, "es256"), (P384, "es384"), (ED, "eddsa")):
        cases.good(
            f"good-vc-jwt-{name}",
            token(payload, key),
            f"token: {name.upper()}",
            f"A token whose header, key and claims agree, signed with {name.upper()}.",
            rule=rule,
            documents=token_home(key),
            more={"securing": "vc-jwt"},
        )
    listed = {**jwk.public_jwk(RSA.public_key()), "kid": "2026", "alg": "RS256", "use": "sig"}
    in_set = key_set(listed)
    cases.good(
        "good-vc-jwt-key-set",
        token(payload, kid="2026", jwk=None),
        "header/kid: a name in the issuer's key set",
        "The key stands in the key set of the issuer's host under the name in the header.",
        rule="Open Badges 3.0, implementation guide (jwks.json)",
        documents={**token_home(), **in_set},
    )
    cases.good(
        "good-vc-jwt-shown-key",
        token(payload, kid=None),
        "header/jwk: alone, and published",
        "The key shown in the header is the one that the issuer's host publishes.",
        rule="Open Badges 3.0, implementation guide (jwks.json)",
        documents={**token_home(), **in_set},
    )
    place = f"{BASE}/keys/2026"
    bare = serve(jwk.public_jwk(RSA.public_key()), "application/jwk+json")
    cases.good(
        "good-vc-jwt-key-at-address",
        token(payload, kid=place),
        "header/kid: the address of a JWK",
        "The key stands as a bare JWK at an address on the issuer's own host.",
        rule=rule,
        documents={**token_home(), place: bare},
    )
    cases.good(
        "good-vc-jwt-key-in-set-at-address",
        token(payload, kid=f"{place}#a"),
        "header/kid: a name in a JWK Set at an address",
        "The key stands in a key set on the issuer's host, under the fragment's name.",
        rule=rule,
        documents={**token_home(), place: serve({"keys": [{**listed, "kid": "a"}]})},
    )
    cases.good(
        "good-vc-jwt-without-typ",
        token(payload, typ=None),
        "header/typ: absent",
        "A token need not say its type.",
        rule=rule,
        documents=token_home(),
    )
    endless = {**claims(credential()), "exp": 1_800_000_000}
    del endless["validUntil"]
    cases.good(
        "good-vc-jwt-exp-sets-end",
        token(endless),
        "exp: present where validUntil is not",
        "The token's `exp` is the end of a badge that names none itself.",
        rule=rule,
        documents=token_home(),
    )
    cases.good(
        "good-vc-jwt-with-iat",
        token({**payload, "iat": 1_790_000_000}),
        "iat: present",
        "When a token was made is a registered claim, and needs no context.",
        rule="RFC 7519, 4.1.6",
        documents=token_home(),
    )
    jose = "VC-JOSE-COSE 1.0, 3.1.1"
    cases.good(
        "good-vc-jose-eddsa",
        token(credential(), ED, typ="vc+jwt", jwk=None),
        "token: vc+jwt, EdDSA",
        "A vc+jwt needs no claims beside the credential that it holds.",
        rule=jose,
        more={"securing": "vc+jwt"},
    )
    cases.good(
        "good-vc-jose-es256-cty",
        token(credential(), P256, typ="application/vc+jwt", cty="vc", jwk=None, x="y"),
        "token: vc+jwt with cty and an unknown member",
        "The long name of the type and `cty` are right, and unknown header members are ignored.",
        rule=jose,
    )
    cases.good(
        "good-vc-jose-times",
        token({**credential(), "iat": 1_790_000_000, "exp": 1_800_000_000}, ED, typ="vc+jwt"),
        "iat, exp: about the signature",
        "In a vc+jwt these claims bound the signature, and it is within them.",
        rule="VC-JOSE-COSE 1.0, 3.1.3",
    )
    cases.good(
        "good-vc-jose-claims-agree",
        token(
            {**credential(), "iss": DID, "jti": f"{BASE}/b/1", "sub": f"{BASE}/m/eksempelteatret"},
            ED,
            typ="vc+jwt",
            iss=DID,
        ),
        "iss, jti, sub: repeated",
        "Claims that repeat the credential agree with it, in the header too.",
        rule="VC-JOSE-COSE 1.0, 3.1.3",
    )
    one = "VC Data Model 1.1, 6.3.1"
    cases.good(
        "good-1.1-embedded",
        embedded(older()),
        "data model: 1.1, embedded proof",
        "The first context says VC Data Model 1.1, and dates, name and issuer follow it.",
        rule="Open Badges 3.0, Verifiable Credentials v1.1",
    )
    cases.good(
        "good-1.1-token",
        token(around(older())),
        "data model: 1.1, token",
        "The credential stands in the claim `vc`, and the claims around it repeat it.",
        rule=one,
        documents=token_home(),
    )
    bare_vc = changed(older(), drop("id"), drop("issuanceDate"), drop("expirationDate"))
    del bare_vc["credentialSubject"]["id"], bare_vc["issuer"]["id"]
    cases.good(
        "good-1.1-token-supplies",
        token({**around(older()), "vc": bare_vc}),
        "data model: 1.1, claims supply what vc leaves out",
        "What the claim `vc` leaves out is supplied by the claims around it.",
        rule=one,
        documents=token_home(),
    )
