"""Securing a document: an embedded Data Integrity proof, or a JWT around it.

Signing only. Checking is `verifier.data_integrity` and `verifier.jws`; what may be signed is
decided in `issuer.sealing` and `issuer.status`.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import jwt

from issuer import days
from keys import jwk, multikey
from keys.ring import KeyRecord, KeyRing
from verifier import data_integrity, timestamps

Document = Mapping[str, Any]


_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def compact(document: Document) -> bytes:
    """`document` as it is sealed: compact JSON, ASCII only, so that stored, served and baked
    bytes are the same whatever carries them."""
    return _ENCODER.encode(document).encode()


def embed(document: Document, ring: KeyRing, key: KeyRecord, now: datetime) -> bytes:
    """`document` with an `eddsa-rdfc-2022` proof (Data Integrity EdDSA Cryptosuites, 3.2)."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": days.timestamp(now),
        "verificationMethod": ring.method_id(key),
        "proofPurpose": "assertionMethod",
    }
    config = data_integrity.proof_config(document, options)
    signature = ring.sign(key, data_integrity.hash_data(document, config))
    proof = {**options, "proofValue": multikey.base58btc_encode(signature)}
    return compact({**document, "proof": [proof]})


def badge_jwt(document: Document, ring: KeyRing, key: KeyRecord) -> bytes:
    """`document` as VC-JWT (Open Badges 3.0, section 8.2.4): the credential is the payload,
    mirrored by `iss`, `jti`, `sub`, `nbf` and `exp`; the header holds nothing but `alg`,
    `kid`, `jwk` and `typ`."""
    payload = {
        **document,
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _seconds(document["validFrom"]),
        "exp": _seconds(document["validUntil"]),
    }
    header = {"kid": ring.method_id(key), "jwk": jwk.public_jwk(key.public), "typ": "JWT"}
    return _encode(payload, header, ring, key)


def list_jwt(document: Document, ring: KeyRing, key: KeyRecord) -> bytes:
    """`document` as `vc+jwt` (Securing VCs using JOSE and COSE, section 3.1.1)."""
    header = {"kid": ring.method_id(key), "typ": "vc+jwt", "cty": "vc"}
    return _encode(dict(document), header, ring, key)


def checkpoint_jwt(said: Mapping[str, Any], ring: KeyRing, key: KeyRecord) -> bytes:
    """A checkpoint of the audit chain. Its `typ` keeps it from passing for anything else."""
    header = {"kid": ring.method_id(key), "typ": "merke-checkpoint+jwt"}
    return _encode(dict(said), header, ring, key)


def _encode(
    payload: dict[str, Any], header: dict[str, Any], ring: KeyRing, key: KeyRecord
) -> bytes:
    token = jwt.encode(payload, ring.private_key(key), algorithm=key.algorithm, headers=header)
    return token.encode("ascii")


def _seconds(text: str) -> int:
    return int(timestamps.parse(text).timestamp())
