"""Changes to what secures a badge: proofs, and the segments of tokens; forgeries by a stranger."""

import base64
import copy
import hmac
import json
import random
from hashlib import sha256
from typing import Any

from keys import did, jwk
from tests.mutations.values import changed_bytes, changed_value, respelt, written
from tests.vectors.making import keys
from tests.vectors.making.issuing import prove

FORGER = keys.ed25519("forger")
FORGER_P256 = keys.p256("forger")
_SELF = did.did_key(FORGER.public_key())
_SELF_METHOD = f"{_SELF}#{_SELF.removeprefix('did:key:')}"

_OPTIONS: dict[str, list[Any]] = {
    "type": ["DataIntegrityProof", "Ed25519Signature2020", "JsonWebSignature2020", None, []],
    "cryptosuite": [
        *("eddsa-rdfc-2022", "eddsa-jcs-2022", "eddsa-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023"),
        *("ecdsa-jcs-2019", "bbs-2023", None, "", "EDDSA-RDFC-2022", ["eddsa-rdfc-2022"]),
    ],
    "proofPurpose": ["authentication", None, ["assertionMethod"], "AssertionMethod", ""],
    "created": ["2099-01-01T00:00:00Z", "2026-11-24T11:00:00.0Z", "2026-11-24T11:00:00", None, 0],
    "expires": ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "never", None],
    "verificationMethod": [_SELF_METHOD, "did:web:evil.example#x", "#x", None, {"id": _SELF}],
    "previousProof": ["urn:uuid:1", [], None, ["urn:uuid:1", "urn:uuid:2"]],
    "domain": ["https://evil.example"],
    "challenge": ["x"],
    "nonce": ["x"],
    "id": ["urn:uuid:1", "urn:uuid:2", "_:b0"],
    "@context": ["https://www.w3.org/ns/credentials/v2", [], [{}], None],
}


def changed_proof(document: Any, rng: random.Random, other: Any) -> Any:
    """A change to one of the proofs, or to the set of them; `other` is another good badge."""
    if not isinstance(document, dict):
        return document
    document = copy.deepcopy(document)
    proof = document.get("proof")
    proofs = list(proof) if isinstance(proof, list) else [proof]
    theirs = other.get("proof") if isinstance(other, dict) else None
    theirs = theirs if isinstance(theirs, list) else [theirs]
    one = rng.randrange(len(proofs)) if proofs else 0
    match rng.randrange(9):
        case 0:
            document.pop("proof", None)
            return document
        case 1 if proofs:
            proofs.append(copy.deepcopy(proofs[one]))
        case 2 if proofs:
            del proofs[one]
        case 3:
            proofs = copy.deepcopy(theirs)
        case 4:
            proofs.insert(one, copy.deepcopy(theirs[0]))
        case 5 if proofs and isinstance(proofs[one], dict):
            value = str(proofs[one].get("proofValue", ""))
            changed = changed_bytes(value.encode(), rng).decode("latin-1")
            proofs[one]["proofValue"] = changed
        case 6:
            return changed_value({**document, "proof": changed_value(proof, rng)}, rng, other)
        case _ if proofs and isinstance(proofs[one], dict):
            for name in rng.sample(sorted(_OPTIONS), rng.choice([1, 1, 2])):
                value = rng.choice(_OPTIONS[name])
                if value is None:
                    proofs[one].pop(name, None)
                else:
                    proofs[one][name] = value
    document["proof"] = proofs if len(proofs) != 1 or rng.random() < 0.8 else proofs[0]
    return document


def forged_proof(document: Any, rng: random.Random) -> Any:
    """A change to the content, and a stranger's proof that fits it, under one name or another."""
    changed = changed_value({n: v for n, v in document.items() if n != "proof"}, rng)
    if not isinstance(changed, dict):
        return document
    before = document.get("proof")
    first = before[0] if isinstance(before, list) and before else before
    named = first.get("verificationMethod") if isinstance(first, dict) else None
    method = rng.choice([named, named, _SELF_METHOD, f"{did_of(document)}#{_SELF[8:]}"])
    key, suite = rng.choice(
        [(FORGER, "eddsa-jcs-2022"), (FORGER_P256, "ecdsa-jcs-2019"), (FORGER, "eddsa-rdfc-2022")]
    )
    try:
        proof = prove(changed, suite, key, verificationMethod=method)
    except Exception:
        return document | {"proof": []}  # what cannot be canonicalised cannot be forged this way
    kept = [first] if rng.random() < 0.3 and isinstance(first, dict) else []
    return {**changed, "proof": [*kept, proof]}


def did_of(document: Any) -> str:
    issuer = document.get("issuer")
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    return name if isinstance(name, str) else ""


def _encode(data: bytes) -> bytes:
    return jwk.b64url_encode(data).encode()


def _decoded(segment: bytes) -> bytes:
    return base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))


_MEMBERS: dict[str, list[Any]] = {
    "alg": ["none", "HS256", "RS256", "ES256", "ES384", "EdDSA", "PS256", "", None, 7, "rs256"],
    "typ": ["vc+jwt", "JWT", "at+jwt", "application/vc+jwt", None, 7],
    "kid": ["did:web:evil.example#1", _SELF_METHOD, "https://evil.example/k", "", 7, None],
    "crit": [["exp"], []],
    "b64": [False, True],
    "zip": ["DEF"],
    "enc": ["A256GCM"],
    "jku": ["https://evil.example/jwks.json"],
    "x5c": [["MIIB"]],
    "cty": ["vc", "JWT", "vp"],
    "jwk": [jwk.public_jwk(FORGER_P256.public_key()), {}, {"kty": "oct", "k": "AA"}, None],
}


def changed_token(token: bytes, rng: random.Random, other: bytes) -> bytes:
    """A change to header, payload or signature, or to how they stand together."""
    parts = token.split(b".")
    if len(parts) != 3:
        return changed_bytes(token, rng)
    theirs = other.split(b".") if other.count(b".") == 2 else parts
    which = rng.randrange(3)
    match rng.randrange(10):
        case 0 | 1 if which < 2:
            value = changed_value(json.loads(_decoded(parts[which])), rng)
            parts[which] = _encode(written(value))
        case 2 if which < 2:
            parts[which] = _encode(respelt(_decoded(parts[which]), rng))
        case 3:
            header = json.loads(_decoded(parts[0]))
            for name in rng.sample(sorted(_MEMBERS), rng.choice([1, 1, 2])):
                header[name] = rng.choice(_MEMBERS[name])
            parts[0] = _encode(written(header))
        case 4:
            parts[which] = theirs[which]
        case 5:
            parts[which] = parts[which] + rng.choice([b"=", b"==", b"A", b"AA", b"\n", b" ", b"%"])
        case 6:
            parts = rng.choice(
                [
                    parts[:2],
                    [*parts, parts[2]],
                    [*parts[:2], b""],
                    [parts[0], b"", parts[2]],
                    [parts[1], parts[0], parts[2]],
                    [b"", *parts[1:]],
                ]
            )
        case 7:
            parts[which] = changed_bytes(parts[which], rng)
        case 8:
            return _with_secret(parts, rng)
        case _:
            parts[2] = _encode(changed_bytes(_decoded(parts[2]), rng))
    return b".".join(parts)


def _with_secret(parts: list[bytes], rng: random.Random) -> bytes:
    """The header's public key as the shared secret, or nothing at all."""
    header = json.loads(_decoded(parts[0]))
    header["alg"] = rng.choice(["HS256", "none", "None"])
    signed = _encode(written(header)) + b"." + parts[1]
    secret = written(header.get("jwk", "")) if rng.random() < 0.5 else b""
    mac = hmac.new(secret, signed, sha256).digest()
    return signed + b"." + rng.choice([_encode(mac), b"", parts[2]])


def forged_token(token: bytes, rng: random.Random) -> bytes:
    """A change to the payload, signed by a stranger whose key the header may show."""
    parts = token.split(b".")
    if len(parts) != 3:
        return token
    header, payload = (json.loads(_decoded(part)) for part in parts[:2])
    key: Any = rng.choice([FORGER, FORGER_P256])
    header["alg"] = jwk.algorithm(key.public_key())
    for name, value in (
        ("jwk", rng.choice([jwk.public_jwk(key.public_key()), None])),
        ("kid", rng.choice([header.get("kid"), _SELF_METHOD, None])),
    ):
        if value is None:
            header.pop(name, None)
        else:
            header[name] = value
    changed = changed_value(payload, rng) if rng.random() < 0.8 else payload
    signed = _encode(written(header)) + b"." + _encode(written(changed))
    return signed + b"." + _encode(keys.sign(key, signed))
