"""An issuer of Open Badges 2.0 that lives in memory: hosted and signed badges, free to break."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys import jwk
from tests.verifier.simulator import (
    NOW,
    Document,
    PrivateKey,
    changed,
    compact,
    rsa_key,
    stamp,
)
from verifier.documents import PinnedDocuments
from verifier.world import World

OB2 = "https://w3id.org/openbadges/v2"
BASE = "https://badges.example.no"
ISSUER = f"{BASE}/issuer.json"
BADGE = f"{BASE}/badges/kurs.json"
KEY = f"{BASE}/key.json"
LIST = f"{BASE}/revoked.json"
ASSERTION = f"{BASE}/assertions/1.json"
SIGNED = "urn:uuid:5f5f3c1e-6f0e-4b76-8b3c-0d7e8e0f1a2b"


class Ob2Issuer:
    """What it serves is in `served`; each document is made anew and changed before it is."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.served: dict[str, bytes] = {}
        self.key: PrivateKey = rsa_key("ob2")
        self.serve(ISSUER, self.profile())
        self.serve(BADGE, self.badge())
        self.serve(KEY, self.key_document())
        self.serve(LIST, self.revocations())
        self.serve(ASSERTION, self.hosted())

    def serve(
        self, url: str, document: Document, change: Callable[[Document], Any] | None = None
    ) -> None:
        self.served[url] = compact(changed(document, change))

    def profile(self) -> Document:
        return {
            "@context": OB2,
            "id": ISSUER,
            "type": "Profile",
            "name": "Eksempelskolen",
            "url": BASE,
            "email": "post@example.no",
            "publicKey": KEY,
            "revocationList": LIST,
        }

    def badge(self) -> Document:
        return {
            "@context": OB2,
            "id": BADGE,
            "type": "BadgeClass",
            "name": "Kurs",
            "description": "Et eksempel på et kurs.",
            "image": f"{BASE}/kurs.png",
            "criteria": {"narrative": "Møt opp."},
            "issuer": ISSUER,
        }

    def key_document(self) -> Document:
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return {
            "@context": OB2,
            "id": KEY,
            "type": "CryptographicKey",
            "owner": ISSUER,
            "publicKeyPem": pem.decode(),
        }

    def revocations(self, *revoked: Any) -> Document:
        return {
            "@context": OB2,
            "id": LIST,
            "type": "RevocationList",
            "issuer": ISSUER,
            "revokedAssertions": list(revoked),
        }

    def hosted(self) -> Document:
        return {
            "@context": OB2,
            "id": ASSERTION,
            "type": "Assertion",
            "recipient": {
                "type": "email",
                "hashed": True,
                "salt": "deadsea",
                # sha256 of "kari@example.nodeadsea"
                "identity": "sha256$"
                "98e5526b88f7575f76ce8009837c11a8c1d336ffaea6e7122454ee3bcfaa5777",
            },
            "badge": BADGE,
            "verification": {"type": "HostedBadge"},
            "issuedOn": stamp(self.now - timedelta(days=30)),
            "expires": stamp(self.now + timedelta(days=335)),
        }

    def signed(self, change: Callable[[Document], Any] | None = None, **header: Any) -> bytes:
        """A token; the header is bare, as that standard has it."""
        assertion = {
            **self.hosted(),
            "id": SIGNED,
            "verification": {"type": "SignedBadge", "creator": KEY},
        }
        algorithm = jwk.algorithm(self.key.public_key())
        payload = compact(changed(assertion, change))
        return (
            jwt.PyJWS()
            .encode(payload, self.key, algorithm=algorithm, headers={"typ": None, **header})
            .encode()
        )

    def world(self, **known: Any) -> World:
        return World(documents=PinnedDocuments(self.served), **{"now": self.now, **known})
