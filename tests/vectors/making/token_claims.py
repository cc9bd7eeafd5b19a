"""Tokens: claims that disagree, and tokens that are no badges."""

from typing import Any

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    ED,
    OTHER_DID,
    Change,
    around,
    changed,
    claims,
    credential,
    older,
    prove,
    text,
    token,
)
from tests.vectors.making.token_common import (
    HOME,
    PAYLOAD,
    VC_JWT,
)
from tests.verifier.simulator import Document, drop, put

JOSE = "VC-JOSE-COSE 1.0, 3.1.1"


def cases() -> Cases:
    found = Cases(VC_JWT, HOME)
    _claims(found)
    _jose(found)
    _other_tokens(found)
    return found


def _claims(cases: Cases) -> None:
    def with_claims(*changes: Change) -> bytes:
        return token(changed(PAYLOAD, *changes))

    for name in ("iss", "sub", "jti", "nbf", "exp"):
        cases.bad(
            f"claim-{name}-missing",
            with_claims(drop(name)),
            "claims.missing",
            f"{name}: absent",
            f"The claim {name} is missing.",
            who="domain",
        )
    for name, value in (
        ("iss", OTHER_DID),
        ("sub", f"{BASE}/m/other"),
        ("jti", f"{BASE}/b/2"),
        ("nbf", 1),
        ("exp", 4_102_444_800),
    ):
        cases.bad(
            f"claim-{name}-differs",
            with_claims(put(name, value=value)),
            "claims.mismatch",
            f"{name}: another value",
            f"The claim {name} says otherwise than the badge in the token.",
            who="domain",
        )
    wrong: tuple[tuple[str, Any], ...] = (
        ("iss", [DID]),
        ("sub", 7),
        ("jti", [DID]),
        ("nbf", "1768435200"),
        ("exp", True),
        ("iat", "now"),
    )
    for name, value in wrong:
        cases.bad(
            f"claim-{name}-type",
            with_claims(put(name, value=value)),
            "claims.type",
            f"{name}: of another JSON type",
            f"The claim {name} is of the wrong JSON type, and is not converted.",
            rule="RFC 7519, 4.1",
            who="domain",
        )
    cases.bad(
        "claim-iat-beyond",
        with_claims(put("iat", value=9_007_199_254_740_991)),
        "claims.type",
        "iat: after the year 9999",
        "The token was made at a moment that no calendar has, which has not come yet.",
        rule="RFC 7519, 4.1.6",
        who="domain",
    )
    cases.bad(
        "claim-nbf-fraction",
        with_claims(put("nbf", value=1_768_435_200.5)),
        "claims.mismatch",
        "nbf: half a second later",
        "The claim nbf and validFrom name moments half a second apart.",
        who="domain",
    )
    cases.bad(
        "claim-aud",
        with_claims(put("aud", value="https://example.org")),
        "claims.audience",
        "aud: present",
        "The vc+jwt is meant for somebody else.",
        rule="RFC 7519, 4.1.3",
        who="domain",
    )
    cases.bad(
        "claim-unknown",
        with_claims(put("admin", value=True)),
        "term.lost",
        "a claim without meaning",
        "A claim has no meaning in the contexts.",
        rule="Open Badges 3.0, 8.2.4 (VC-JWT)",
        who="domain",
    )
    nobody = credential(
        drop("credentialSubject", "id"),
        put(
            "credentialSubject",
            "identifier",
            value=[
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "a@example.no",
                    "identityType": "emailAddress",
                }
            ],
        ),
    )
    cases.bad(
        "claim-sub-without-id",
        token(changed(claims(nobody), drop("sub"))),
        "claims.missing",
        "sub: absent, for the subject has no id",
        "A token names its subject, so the subject must have an id.",
        who="domain",
    )
    ended = {**changed(PAYLOAD, drop("validUntil")), "exp": 1_790_000_000}
    cases.bad(
        "claim-exp-ended",
        token(ended),
        "period.expired",
        "exp: past, without validUntil",
        "The token's exp is the end of the badge, and it has passed.",
        who="domain",
    )


def _jose(cases: Cases) -> None:
    plain = credential()

    def jose(document: Document, **members: Any) -> bytes:
        return token(document, ED, **{"typ": "vc+jwt", "jwk": None, **members})

    for name, badge, reasons, who, says in (
        (
            "cty",
            jose(plain, cty="vp"),
            "header.type",
            "unproven",
            "The payload is said to be a presentation.",
        ),
        (
            "no-kid",
            token(plain, ED, typ="vc+jwt", kid=None),
            "header.key",
            "unproven",
            "The issuer is a DID, and the header does not name its key.",
        ),
        (
            "vc-claim",
            jose({**plain, "vc": {}}),
            "structure.mixed",
            "unproven",
            "A vc+jwt has no claim vc.",
        ),
        (
            "vp-claim",
            jose({**plain, "vp": {}}),
            "structure.mixed term.lost",
            "domain",
            "A vc+jwt has no claim vp.",
        ),
        (
            "iss-differs",
            jose({**plain, "iss": OTHER_DID}),
            "claims.mismatch",
            "domain",
            "The claim iss is not the credential's issuer.",
        ),
        (
            "iss-in-header",
            jose(plain, iss=OTHER_DID),
            "claims.mismatch",
            "domain",
            "The header names another issuer than the credential.",
        ),
        (
            "exp-past",
            jose({**plain, "exp": 1_790_000_000}),
            "proof.expired",
            "unproven",
            "The signature has run out.",
        ),
        (
            "iat-future",
            jose({**plain, "iat": 1_900_000_000}),
            "proof.created",
            "unproven",
            "The signature was made in the future.",
        ),
        (
            "nbf-future",
            jose({**plain, "nbf": 1_900_000_000}),
            "proof.created",
            "unproven",
            "The signature does not hold yet.",
        ),
        (
            "exp-text",
            jose({**plain, "exp": "1900000000"}),
            "claims.type",
            "domain",
            "The claim exp is a text.",
        ),
        (
            "aud",
            jose({**plain, "aud": "https://example.org"}),
            "claims.audience",
            "domain",
            "The token is meant for somebody else.",
        ),
        (
            "crit",
            jose(plain, crit=["x"]),
            "header.critical",
            "unproven",
            "Unknown members are ignored, unless the header demands that they are understood.",
        ),
    ):
        cases.bad(
            f"jose-{name}",
            badge,
            reasons,
            f"vc+jwt: {name.replace('-', ' ')}",
            says,
            rule=JOSE,
            who=who,
        )


def _other_tokens(cases: Cases) -> None:
    session = {"iss": DID, "sub": "user-1", "aud": "https://app.example.no", "exp": 1_900_000_000}
    cases.bad(
        "token-session",
        token(session),
        "context.order structure.missing term.lost issuer.mismatch claims.mismatch "
        "claims.missing claims.audience",
        "payload: a session",
        "A good token of the issuer's, which lets somebody in and is no badge.",
        rule="RFC 8725, 3.12 (different kinds of tokens)",
    )
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": DID,
    }
    cases.bad(
        "presentation",
        text({**presentation, "proof": [prove(presentation)]}),
        "context.order structure.missing structure.type issuer.mismatch",
        "type: a presentation",
        "A presentation by the issuer is no badge.",
        rule="VC Data Model 2.0, presentations",
    )
    one = older()
    rule = "VC Data Model 1.1, 6.3.1"
    for name, payload, reasons, who, says in (
        (
            "vc-of-2.0",
            {**claims(credential()), "vc": credential()},
            "structure.mixed",
            "unproven",
            "The claim vc holds a credential of VC Data Model 2.0.",
        ),
        (
            "1.1-without-vc",
            {**one, "iss": DID, "jti": one["id"]},
            "structure.mixed",
            "unproven",
            "A credential of VC Data Model 1.1 stands in the payload itself.",
        ),
        (
            "vc-beside",
            {**around(one), "credentialSubject": one["credentialSubject"]},
            "structure.mixed",
            "unproven",
            "A second subject stands beside the claim vc.",
        ),
        (
            "vc-text",
            {**around(one), "vc": "eyJ"},
            "structure.mixed",
            "unproven",
            "The claim vc is a text.",
        ),
        (
            "vc-other-id",
            around(one, put("jti", value="urn:uuid:1")),
            "claims.mismatch",
            "domain",
            "The claim jti is not the id in vc.",
        ),
        (
            "vc-other-end",
            around(one, put("exp", value=1_900_000_000)),
            "claims.mismatch",
            "domain",
            "The claim exp is not the end in vc.",
        ),
        (
            "vc-no-iss",
            around(one, drop("iss")),
            "claims.missing",
            "domain",
            "The claim iss is missing beside vc.",
        ),
    ):
        cases.bad(
            f"token-{name}",
            token(payload),
            reasons,
            f"payload: {name.replace('-', ' ')}",
            says,
            rule=rule,
            who=who,
        )
    cases.bad(
        "vc-outside-token",
        text({**credential(), "vc": older(), "proof": []}),
        "structure.mixed",
        "vc: outside a token",
        "The claim vc of a token stands in a badge that is none.",
        rule=rule,
    )
    cases.open(
        "token-of-unknown-did-method",
        token(
            claims(credential(put("issuer", "id", value="did:ion:abc"))),
            kid="did:ion:abc#1",
            jwk=None,
        ),
        "issuer.unsupported",
        "issuer of a token: did:ion",
        "The DID of the token's issuer is of a method that is not resolved here.",
        rule="Merke: issuers",
    )
