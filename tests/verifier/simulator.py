"""An issuer that lives in memory: mints good badges, publishes what they need, breaks on request.

Tests start from something good and break one thing. Nothing here checks anything: what it signs is
made by the code under test only as far as canonical bytes and encodings go; tokens are PyJWT's.
"""

import copy
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa

from keys import did, jwk, multikey
from verifier import data_integrity, status_list
from verifier.documents import PinnedDocuments
from verifier.world import World

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey
Document = dict[str, Any]

VC2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
INDEX = 94_567


@cache
def rsa_key(name: str = "badge-jwt") -> RSAPrivateKey:
    """Made once for each name: RSA keys take their time."""
    return generate_rsa(public_exponent=65537, key_size=2048)


def ed25519_key(name: str) -> Ed25519PrivateKey:
    """The same key for the same name, so that failures can be repeated."""
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))


@cache
def p256_key(name: str = "badge-p256") -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


class IssuerSimulator:
    """One issuer, its keys, its addresses and what they answer (`served`, free to change)."""

    def __init__(self, host: str = "merke.example.no", now: datetime = NOW) -> None:
        self.host = host
        self.base = f"https://{host}"
        self.did = f"did:web:{host}"
        self.now = now
        self.badge_key = ed25519_key(f"{host} badge")
        self.status_key = ed25519_key(f"{host} status")
        self.jwt_key: PrivateKey = rsa_key()
        self.revoked: set[int] = set()
        self.served: dict[str, bytes] = {}
        self.did_url = f"{self.base}/.well-known/did.json"
        self.jwks_url = f"{self.base}/.well-known/jwks.json"
        self.list_url = f"{self.base}/status/1"
        self.publish()

    # What is published.

    def publish(self) -> None:
        """Answer the addresses again, after a change of keys or revocations."""
        self.served[self.did_url] = compact(self.did_document())
        self.served[self.jwks_url] = compact(self.jwks())
        self.served[self.list_url] = self.embed(self.status_list(), self.status_key)

    def keys(self) -> tuple[PrivateKey, ...]:
        return (self.badge_key, self.jwt_key, self.status_key, p256_key())

    def did_document(self) -> Document:
        return did.did_document(
            self.did, [did.method_of(self.did, key.public_key()) for key in self.keys()]
        )

    def jwks(self) -> Document:
        return dict(jwk.jwk_set((self.method(key), key.public_key()) for key in self.keys()))

    def method(self, key: PrivateKey) -> str:
        return f"{self.did}#{did.fragment_of(key.public_key())}"

    def purposes(self) -> dict[str, str]:
        """As the issuer itself knows them; a stranger does not."""
        return {
            self.method(self.badge_key): "badge",
            self.method(self.jwt_key): "badge-jwt",
            self.method(p256_key()): "badge-jwt",
            self.method(self.status_key): "status",
        }

    # What is signed.

    def credential(self) -> Document:
        """A good credential, unsigned; with everything a badge of ours has."""
        base, achievement = self.base, f"{self.base}/achievements/balansemerket-2026-1"
        profile = {
            "id": self.did,
            "type": ["Profile"],
            "name": "Eksempelutsteder",
            "url": base,
        }
        return {
            "@context": [VC2, OB3, EXTENSIONS],
            "id": f"{base}/b/6f6e1c6e-0f3c-4d38-9d0c-6d9f6a0b1c2d",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": "Balansemerket",
            "image": {"id": f"{base}/b/1.png", "type": "Image", "caption": "Balansemerket"},
            "issuer": profile,
            "awardedDate": stamp(self.now - timedelta(days=30)),
            "validFrom": stamp(self.now - timedelta(days=30)),
            "validUntil": stamp(self.now + timedelta(days=335)),
            "credentialSubject": {
                "id": f"{base}/m/eksempelteatret",
                "type": ["AchievementSubject"],
                "identifier": [
                    {
                        "type": "IdentityObject",
                        "hashed": False,
                        "identityHash": "Áššu “Øst” & Ålesund’s scene",
                        "identityType": "name",
                    },
                    {
                        "type": "IdentityObject",
                        "hashed": True,
                        "identityHash": "sha256$b5809d8a92f8858436d7e6b87c12ebc0"
                        "ae1eac4baecc2c0b913aee2c922ef399",
                        "identityType": "emailAddress",
                        "salt": "Kosher",
                    },
                ],
                "achievement": {
                    "id": achievement,
                    "type": ["Achievement"],
                    "achievementType": "QualityAssuranceCredential",
                    "name": "Balansemerket",
                    "description": "Et eksempel på et merke.",
                    "criteria": {"id": achievement, "narrative": "Fire krav."},
                    "creator": copy.deepcopy(profile),
                    "inLanguage": "nb",
                    "version": "2026-1",
                    "resultDescription": [
                        {
                            "id": f"{achievement}#kurs",
                            "type": ["ResultDescription"],
                            "name": "Kurs",
                            "resultType": "Status",
                        }
                    ],
                },
                "result": [
                    {
                        "type": ["Result"],
                        "resultDescription": f"{achievement}#kurs",
                        "status": "Completed",
                    }
                ],
            },
            "evidence": [{"type": ["Evidence"], "name": "Kurs", "narrative": "Holdt i mai."}],
            "credentialStatus": {
                "id": f"{self.list_url}#{INDEX}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": str(INDEX),
                "statusListCredential": self.list_url,
            },
            "refreshService": {
                "id": f"{base}/b/1/refresh",
                "type": "1EdTechCredentialRefresh",
            },
        }

    def status_list(self) -> Document:
        return {
            "@context": [VC2],
            "id": self.list_url,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.did,
            "validFrom": stamp(self.now - timedelta(hours=1)),
            "validUntil": stamp(self.now + timedelta(days=7)),
            "credentialSubject": {
                "id": f"{self.list_url}#list",
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": status_list.encode(self.revoked),
                "ttl": 300_000,
            },
        }

    def proof(
        self, document: Mapping[str, Any], key: Ed25519PrivateKey | None = None, **options: Any
    ) -> Document:
        """A proof over `document`; an option that is None is left out."""
        key = key or self.badge_key
        unsecured = {name: value for name, value in document.items() if name != "proof"}
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": stamp(self.now - timedelta(hours=1)),
            "verificationMethod": self.method(key),
            "proofPurpose": "assertionMethod",
            **options,
        }
        proof = {name: value for name, value in proof.items() if value is not None}
        config = data_integrity.proof_config(unsecured, proof)
        signature = key.sign(data_integrity.hash_data(unsecured, config))
        return {**proof, "proofValue": multikey.base58btc_encode(signature)}

    def embed(
        self, document: Mapping[str, Any], key: Ed25519PrivateKey | None = None, **options: Any
    ) -> bytes:
        return compact({**document, "proof": [self.proof(document, key, **options)]})

    def token(
        self,
        payload: Mapping[str, Any],
        key: PrivateKey | None = None,
        header: Mapping[str, Any] | None = None,
    ) -> bytes:
        """`payload` signed as it is; a header member that is None is left out."""
        key = key or self.jwt_key
        members = {
            "alg": jwk.algorithm(key.public_key()),
            "kid": self.method(key),
            "jwk": jwk.public_jwk(key.public_key()),
            "typ": "JWT",
            **(header or {}),
        }
        kept = {name: value for name, value in members.items() if value is not None}
        # PyJWT puts in `typ` by itself unless told None.
        extra = {"typ": None, **kept} if "typ" not in kept else kept
        # The layer below `jwt.encode`, which refuses to write some claims that are wrong.
        return (
            jwt.PyJWS()
            .encode(compact(payload), key, algorithm=jwk.algorithm(key.public_key()), headers=extra)
            .encode()
        )

    def claims(self, document: Mapping[str, Any]) -> Document:
        """`document` with the claims that repeat it."""
        return {
            **document,
            "iss": document["issuer"]["id"],
            "jti": document["id"],
            "sub": document["credentialSubject"]["id"],
            "nbf": seconds(document["validFrom"]),
            "exp": seconds(document["validUntil"]),
        }

    # Whole badges.

    def mint(self, change: Callable[[Document], Any] | None = None) -> bytes:
        """A badge with an embedded proof; `change` is made before it is signed."""
        return self.embed(changed(self.credential(), change))

    def mint_token(
        self,
        change: Callable[[Document], Any] | None = None,
        claims: Callable[[Document], Any] | None = None,
        header: Mapping[str, Any] | None = None,
        key: PrivateKey | None = None,
    ) -> bytes:
        """A badge as VC-JWT; `change` is made before the claims are set, `claims` after."""
        document = changed(self.credential(), change)
        return self.token(changed(self.claims(document), claims), key, header)

    def revoke(self, index: int = INDEX) -> None:
        self.revoked.add(index)
        self.publish()

    def serve_list(self, change: Callable[[Document], Any], **options: Any) -> None:
        """Serve a status list with `change` made before it is signed."""
        self.served[self.list_url] = self.embed(
            changed(self.status_list(), change), self.status_key, **options
        )

    def world(self, **known: Any) -> World:
        """The world of somebody who can reach this issuer's documents."""
        return World(documents=PinnedDocuments(self.served), **{"now": self.now, **known})


def changed(value: Document, change: Callable[[Document], Any] | None) -> Document:
    """A deep copy of `value` with `change` made to it."""
    copied = copy.deepcopy(value)
    if change is not None:
        change(copied)
    return copied


def put(*path: str | int, value: Any) -> Callable[[Document], None]:
    """A change: set the value at `path`."""

    def change(document: Document) -> None:
        at: Any = document
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[Document], None]:
    """A change: remove what stands at `path`."""

    def change(document: Document) -> None:
        at: Any = document
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]

    return change
