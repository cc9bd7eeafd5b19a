"""Badges of Open Badges 2.0, signed, that do not hold."""

from keys import jwk
from tests.vectors.making import keys
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    changed,
    text,
    token,
)
from tests.vectors.making.ob2_school import (
    HOSTED,
    RULE,
    SCHOOL,
    assertion,
    key_document,
    profile,
    revocations,
    signed,
    world,
)
from tests.verifier.ob2_issuer import (
    BASE,
    KEY,
    SIGNED,
)
from tests.verifier.simulator import drop, put


def cases() -> Cases:
    found = Cases(HOSTED, world())
    _signed(found)
    _keys(found)
    _lists(found)
    return found


def _signed(cases: Cases) -> None:
    parts = signed().split(b".")
    other = jwk.b64url_encode(text(assertion(put("expires", value="2099-01-01T00:00:00Z"))))
    for name, badge, reasons, says, who in (
        (
            "altered",
            b".".join([parts[0], other.encode(), parts[2]]),
            "proof.altered",
            "The end of the signed assertion has been moved.",
            "unproven",
        ),
        (
            "unsigned",
            text(assertion()),
            "proof.missing",
            "The assertion says it is signed, and is no token.",
            "unproven",
        ),
        (
            "alg-none",
            token(assertion(), SCHOOL, head={"alg": "none"}),
            "algorithm.forbidden",
            "The token says it is not signed.",
            "unproven",
        ),
        (
            "alg-other",
            signed(alg="ES256"),
            "algorithm.mismatch",
            "The header claims another algorithm than the key's.",
            "unproven",
        ),
        (
            "by-stranger",
            token(assertion(), keys.rsa("stranger"), head={"alg": "RS256"}),
            "proof.altered",
            "Another key signed than the issuer's.",
            "unproven",
        ),
        (
            "expired",
            signed(put("expires", value="2026-06-01T00:00:00Z")),
            "period.expired",
            "The badge has run out.",
            "domain",
        ),
        (
            "revoked-inside",
            signed(put("revoked", value=True)),
            "status.revoked",
            "The signed assertion says of itself that it is revoked.",
            "domain",
        ),
        (
            "no-badge",
            signed(drop("badge")),
            "structure.missing",
            "The assertion names no badge class.",
            "unproven",
        ),
        (
            "creator-unknown",
            signed(put("verification", "creator", value=f"{BASE}/key2.json")),
            "key.unknown",
            "The badge names a key that the issuer's document does not list.",
            "unproven",
        ),
    ):
        cases.bad(
            f"ob2-signed-{name}",
            badge,
            reasons,
            f"Open Badges 2.0, signed: {name.replace('-', ' ')}",
            says,
            rule=RULE,
            who=who,
        )


def _keys(cases: Cases) -> None:
    private = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    for name, documents, reason, says in (
        (
            "not-listed",
            world(issuer=profile(drop("publicKey"))),
            "key.unknown",
            "The issuer's document lists no key.",
        ),
        (
            "other-owner",
            world(key=key_document(SCHOOL, put("owner", value=f"{BASE}/i2.json"))),
            "issuer.mismatch",
            "The key says that it is somebody else's.",
        ),
        (
            "other-id",
            world(key=key_document(SCHOOL, put("id", value=f"{BASE}/key2.json"))),
            "key.malformed",
            "Another key stands at the key's address.",
        ),
        (
            "no-pem",
            world(key=key_document(SCHOOL, put("publicKeyPem", value=private))),
            "key.malformed",
            "The key cannot be read.",
        ),
        (
            "weak",
            world(key=key_document(keys.rsa("weak"))),
            "key.malformed",
            "The key has 1,024 bits.",
        ),
        (
            "other-context",
            world(key=key_document(SCHOOL, put("@context", value="https://a.example"))),
            "key.malformed",
            "The key's members may mean something else.",
        ),
    ):
        cases.bad(
            f"ob2-key-{name}",
            signed(),
            reason,
            f"Open Badges 2.0, key: {name.replace('-', ' ')}",
            says,
            rule=RULE,
            documents=documents,
        )
    cases.bad(
        "ob2-key-several",
        signed(drop("verification", "creator")),
        "key.unknown",
        "Open Badges 2.0, key: several, and none named",
        "The issuer lists two keys, and the badge does not say which.",
        rule=RULE,
        documents=world(issuer=profile(put("publicKey", value=[KEY, f"{BASE}/key2.json"]))),
    )
    cases.open(
        "ob2-key-gone",
        signed(),
        "issuer.unreachable",
        "Open Badges 2.0, key: not there",
        "Nothing stands at the key's address.",
        rule=RULE,
        documents=world(key=None),
    )


def _lists(cases: Cases) -> None:
    for name, entry in (("id", SIGNED), ("object", {"id": SIGNED, "revocationReason": "feil"})):
        cases.bad(
            f"ob2-revoked-by-{name}",
            signed(),
            "status.revoked",
            f"Open Badges 2.0, revocation list: names it by {name}",
            f"The issuer's list of revoked badges names it, as {name}.",
            rule=RULE,
            documents=world(list=revocations(entry)),
            who="domain",
        )
    cases.bad(
        "ob2-revoked-by-uid",
        signed(put("uid", value="abc")),
        "status.revoked",
        "Open Badges 2.0, revocation list: names its uid",
        "The issuer's list names the badge by its older identifier.",
        rule=RULE,
        documents=world(list=revocations({"uid": "abc"})),
        who="domain",
    )
    for name, document, reason, says in (
        ("gone", None, "status.unreachable", "The list of revoked badges cannot be had."),
        (
            "page",
            b"<html>",
            "status.malformed",
            "A page stands where the list of revoked badges should be.",
        ),
        (
            "no-type",
            changed(revocations(), drop("type")),
            "status.malformed",
            "What stands there is no list.",
        ),
        (
            "other-issuer",
            revocations(issuer=f"{BASE}/i2.json"),
            "status.issuer",
            "The list is another issuer's.",
        ),
        (
            "other-id",
            revocations(id=f"{BASE}/list2.json"),
            "status.unverified",
            "Another list stands at the address.",
        ),
    ):
        cases.open(
            f"ob2-list-{name}",
            signed(),
            reason,
            f"Open Badges 2.0, revocation list: {name.replace('-', ' ')}",
            says,
            rule=RULE,
            documents=world(list=document),
            who="domain",
        )
