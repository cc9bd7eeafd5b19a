"""A school of Open Badges 2.0: its documents and badges."""

import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys import jwk
from tests.vectors.making import keys
from tests.vectors.making.issuing import (
    Change,
    Served,
    changed,
    serve,
    token,
)
from tests.verifier.ob2_issuer import (
    ASSERTION,
    BADGE,
    BASE,
    ISSUER,
    KEY,
    LIST,
    OB2,
    SIGNED,
)
from tests.verifier.simulator import Document, put

HOSTED, RULE = "Open Badges 2.0, hosted verification", "Open Badges 2.0, signed verification"


SCHOOL = keys.rsa("school")


MAIL = "kari@example.no"


def profile(*changes: Change) -> Document:
    return changed(
        {
            "@context": OB2,
            "id": ISSUER,
            "type": "Profile",
            "name": "Eksempelskolen",
            "url": BASE,
            "email": "post@example.no",
            "publicKey": KEY,
            "revocationList": LIST,
        },
        *changes,
    )


def badge_class(*changes: Change) -> Document:
    return changed(
        {
            "@context": OB2,
            "id": BADGE,
            "type": "BadgeClass",
            "name": "Kurs",
            "description": "Et eksempel på et kurs.",
            "image": f"{BASE}/kurs.png",
            "criteria": {"narrative": "Møt opp."},
            "issuer": ISSUER,
        },
        *changes,
    )


def pem(key: Any) -> str:
    public = key.public_key()
    return str(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def key_document(key: Any = SCHOOL, *changes: Change) -> Document:
    return changed(
        {
            "@context": OB2,
            "id": KEY,
            "type": "CryptographicKey",
            "owner": ISSUER,
            "publicKeyPem": pem(key),
        },
        *changes,
    )


def revocations(*revoked: Any, **members: Any) -> Document:
    return {
        "@context": OB2,
        "id": LIST,
        "type": "RevocationList",
        "issuer": ISSUER,
        "revokedAssertions": list(revoked),
        **members,
    }


def hosted(*changes: Change) -> Document:
    identity = hashlib.sha256(f"{MAIL}deadsea".encode()).hexdigest()
    return changed(
        {
            "@context": OB2,
            "id": ASSERTION,
            "type": "Assertion",
            "recipient": {
                "type": "email",
                "hashed": True,
                "salt": "deadsea",
                "identity": f"sha256${identity}",
            },
            "badge": BADGE,
            "verification": {"type": "HostedBadge"},
            "issuedOn": "2026-01-15T00:00:00Z",
            "expires": "2027-01-15T00:00:00Z",
        },
        *changes,
    )


def assertion(*changes: Change) -> Document:
    """The assertion of a signed badge."""
    return changed(
        hosted(
            put("id", value=SIGNED),
            put("verification", value={"type": "SignedBadge", "creator": KEY}),
        ),
        *changes,
    )


def signed(*changes: Change, key: Any = SCHOOL, **head: Any) -> bytes:
    members = {"alg": jwk.algorithm(key.public_key()), **head}
    return token(assertion(*changes), key, head=members)


def world(**at: Any) -> dict[str, Served]:
    """The school's documents; `at` replaces one by its name, or takes it away with None."""
    documents: Mapping[str, tuple[str, Any]] = {
        "issuer": (ISSUER, profile()),
        "badge": (BADGE, badge_class()),
        "key": (KEY, key_document()),
        "list": (LIST, revocations()),
        "assertion": (ASSERTION, hosted()),
    }
    return {
        url: serve(at.get(name, document))
        for name, (url, document) in documents.items()
        if at.get(name, document) is not None
    }
