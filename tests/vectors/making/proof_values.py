"""Badges changed after signing, and signatures that are none."""

import json

from keys.jwk import b64url_encode
from keys.multikey import base58btc_decode, base58btc_encode
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    P256,
    Change,
    changed,
    credential,
    embedded,
    prove,
    text,
)
from tests.vectors.making.proof_common import (
    ALL,
    GOOD,
    PLAIN,
    VERIFY,
)
from tests.verifier.simulator import Document, drop, put

ACHIEVEMENT = ("credentialSubject", "achievement")


def cases() -> Cases:
    found = Cases(VERIFY, ALL)
    _altered(found)
    _values(found)
    return found


def signed_then(change: Change) -> bytes:
    document: Document = json.loads(embedded(PLAIN))
    return text(changed(document, change))


def _altered(cases: Cases) -> None:
    """Every part of the badge is under the signature."""
    for name, change, says in (
        ("name", put("name", value="Gullmerket"), "The badge's name has been changed."),
        ("id", put("id", value=f"{BASE}/b/2"), "The badge's id has been changed."),
        ("end", put("validUntil", value="2099-01-14T23:59:59Z"), "The end has been moved."),
        ("end-removed", drop("validUntil"), "The end has been taken away."),
        ("start", put("validFrom", value="2020-01-15T00:00:00Z"), "The start has been moved."),
        (
            "start-respelt",
            put("validFrom", value="2026-01-15T00:00:00.0Z"),
            "The start names the same moment in other letters, and letters are what is signed.",
        ),
        (
            "holder",
            put("credentialSubject", "id", value="https://thief.example.org/"),
            "The badge has been made somebody else's.",
        ),
        (
            "holder-added",
            lambda d: d["credentialSubject"].update(
                identifier=[
                    {
                        "type": "IdentityObject",
                        "hashed": False,
                        "identityHash": "thief@example.org",
                        "identityType": "emailAddress",
                    }
                ]
            ),
            "An identifier has been added to the holder.",
        ),
        (
            "achievement",
            put(*ACHIEVEMENT, "name", value="Gull"),
            "The achievement has been renamed.",
        ),
        (
            "achievement-id",
            put(*ACHIEVEMENT, "id", value=f"{BASE}/achievements/2"),
            "The achievement has been exchanged.",
        ),
        (
            "criteria",
            put(*ACHIEVEMENT, "criteria", "narrative", value="Ingen krav."),
            "The criteria have been changed.",
        ),
        (
            "type-added",
            lambda d: d["type"].append("EndorsementCredential"),
            "A type has been added.",
        ),
        (
            "issuer-name",
            put("issuer", "name", value="Staten"),
            "The issuer has been given another name.",
        ),
        (
            "issuer-url",
            put("issuer", "url", value="https://example.org/"),
            "The issuer has been given an address.",
        ),
        (
            "evidence",
            put("evidence", value=[{"type": ["Evidence"], "name": "x"}]),
            "Evidence has been added.",
        ),
        (
            "one-letter",
            put(*ACHIEVEMENT, "description", value="Et eksempeI."),
            "One letter has become another that looks like it.",
        ),
        (
            "normalised",
            put("name", value="Eksempelmerket\u0301"),
            "A combining mark has been added to a letter.",
        ),
        (
            "invisible",
            put("name", value="Eksempel\u200bmerket"),
            "An invisible letter has been added.",
        ),
        (
            "context-version",
            put("@context", 1, value="https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"),
            "The context has been exchanged for an older one, in which a term has another address.",
        ),
        ("status-removed", lambda d: None, "The status has been taken away."),
    ):
        document = PLAIN
        badge = signed_then(change)
        if name == "status-removed":
            from tests.vectors.making.issuing import with_status

            document = credential(with_status())
            badge = text({**PLAIN, "proof": [prove(document)]})
        cases.bad(
            f"altered-{name}",
            badge,
            "proof.altered",
            f"after signing: {name.replace('-', ' ')}",
            says,
        )
    two = credential(put("id", value=f"{BASE}/b/2"))
    cases.bad(
        "proof-of-another-badge",
        embedded(PLAIN, prove(two)),
        "proof.altered",
        "proof: that of another badge",
        "The proof is a good one, of another badge of the same issuer.",
    )
    for name, change, says in (
        (
            "created",
            put("created", value="2026-11-24T10:00:00Z"),
            "The date of the proof is under the signature, too.",
        ),
        ("nonce", put("nonce", value="x"), "A member has been added to the proof."),
        ("expires-removed", drop("expires"), "The proof's end has been taken away."),
    ):
        ends = "2026-11-25T00:00:00Z" if name == "expires-removed" else None
        cases.bad(
            f"proof-{name}-changed",
            embedded(PLAIN, prove(PLAIN, tamper=change, expires=ends)),
            "proof.altered",
            f"proof, after signing: {name.replace('-', ' ')}",
            says,
        )


def _values(cases: Cases) -> None:
    value = str(GOOD["proofValue"])
    raw = base58btc_decode(value)
    # The order of the group, added to the half of the signature that is a number below it.
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(raw[32:], "little") + order
    for name, given, reason, says in (
        ("missing", None, "proof.malformed", "The proof has no value."),
        ("empty", "", "proof.malformed", "The proof's value is empty."),
        ("number", 7, "proof.malformed", "The proof's value is no text."),
        ("list", [value], "proof.malformed", "The proof's value is a list."),
        ("letter-z-alone", "z", "proof.malformed", "The proof's value is its first letter."),
        (
            "other-multibase",
            "u" + b64url_encode(raw),
            "proof.malformed",
            "The signature is written in another base.",
        ),
        (
            "not-base58",
            value[:20] + "0" + value[21:],
            "proof.malformed",
            "The letter 0 is none of base58.",
        ),
        ("space", value + " ", "proof.malformed", "A space follows the value."),
        (
            "leading-one",
            "z1" + value[1:],
            "proof.malformed",
            "A zero byte has been put before the signature.",
        ),
        (
            "truncated",
            base58btc_encode(raw[:63]),
            "proof.malformed",
            "The signature lacks its last byte.",
        ),
        (
            "extended",
            base58btc_encode(raw + b"\0"),
            "proof.malformed",
            "The signature has a byte too many.",
        ),
        (
            "very-long",
            "z" + "2" * 100_000,
            "proof.malformed",
            "The value is longer than any signature.",
        ),
        ("all-zero", base58btc_encode(bytes(64)), "proof.altered", "The signature is all zeros."),
        (
            "bit-flipped",
            base58btc_encode(raw[:40] + bytes([raw[40] ^ 1]) + raw[41:]),
            "proof.altered",
            "One bit of the signature is another.",
        ),
        (
            "other-s",
            base58btc_encode(raw[:32] + s.to_bytes(32, "little")),
            "proof.altered",
            "The signature is written with a number that is too large, so that it has two forms.",
        ),
        (
            "halves-swapped",
            base58btc_encode(raw[32:] + raw[:32]),
            "proof.altered",
            "The halves of the signature have changed places.",
        ),
    ):
        cases.bad(
            f"value-{name}",
            embedded(PLAIN, changed(GOOD, put("proofValue", value=given))),
            reason,
            f"proof/proofValue: {name.replace('-', ' ')}",
            says,
            rule="RFC 8032, 5.1.7" if name == "other-s" else "Data Integrity EdDSA 1.0, 3.2",
        )
    ecdsa = prove(PLAIN, "ecdsa-rdfc-2019", P256)
    raw = base58btc_decode(str(ecdsa["proofValue"]))
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    for name, data, reason, says in (
        ("der", der, "proof.malformed", "The signature is in another form than that of the suite."),
        ("zeros", bytes(64), "proof.altered", "Both numbers of the signature are 0."),
        ("r-only", raw[:32] + bytes(32), "proof.altered", "One number of the signature is 0."),
        (
            "p384-length",
            raw + bytes(32),
            "proof.malformed",
            "The signature has the length of another curve's.",
        ),
    ):
        cases.bad(
            f"value-ecdsa-{name}",
            embedded(PLAIN, changed(ecdsa, put("proofValue", value=base58btc_encode(data)))),
            reason,
            f"proof/proofValue of ECDSA: {name.replace('-', ' ')}",
            says,
            rule="Data Integrity ECDSA 1.0, 3.2",
        )
