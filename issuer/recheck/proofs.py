"""Judging signed bytes with other libraries than those that made them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import jwt
from cryptography.exceptions import InvalidSignature
from pyld import jsonld
from pyld.jsonld import JsonLdError

from issuer.recheck.keys import Keys

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class DoesNotHold(Exception):
    """What was signed does not verify; the message says why."""


class WrongKey(DoesNotHold):
    """The key named is none that may have signed this."""


def embedded(document: Mapping[str, Any], did: str, keys: Keys, purpose: str) -> datetime:
    """Check the one `eddsa-rdfc-2022` proof of `document`; return when it was made.

    Raises `DoesNotHold`.
    """
    proofs = document.get("proof")
    proof = proofs[0] if isinstance(proofs, list) and len(proofs) == 1 else proofs
    if not isinstance(proof, Mapping) or proof.get("cryptosuite") != "eddsa-rdfc-2022":
        raise DoesNotHold("there is not exactly one eddsa-rdfc-2022 proof")
    made = datetime.fromisoformat(str(proof.get("created")))
    key = _key(str(proof.get("verificationMethod")), did, keys, purpose, made)
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    digest = b"".join(
        hashlib.sha256(_canonical(part)).digest()
        for part in ({"@context": document["@context"], **options}, unsigned)
    )
    signature = _base58(str(proof.get("proofValue")))
    try:
        jwt.PyJWK(key).key.verify(signature, digest)
    except InvalidSignature:
        raise DoesNotHold("the signature is not that of these bytes") from None
    return made


def token(
    compact: bytes, did: str, keys: Keys, purpose: str, kind: str, made: datetime
) -> dict[str, Any]:
    """The claims of a token signed by a key of `purpose`, with `typ` `kind`.

    Raises `DoesNotHold`.
    """
    try:
        header = jwt.get_unverified_header(compact.decode("ascii"))
        key = _key(str(header.get("kid")), did, keys, purpose, made)
        if header.get("typ") != kind:
            raise DoesNotHold("the kind of token is another")
        claims: dict[str, Any] = jwt.decode(
            compact.decode("ascii"),
            jwt.PyJWK(key),
            algorithms=["RS256", "ES256", "EdDSA"],
            # Whether it has run out is another question than whether it was signed.
            options={"verify_exp": False, "verify_nbf": False, "verify_aud": False},
        )
    except (jwt.PyJWTError, UnicodeDecodeError) as fault:
        raise DoesNotHold(str(fault)) from fault
    return claims


def _key(method: str, did: str, keys: Keys, purpose: str, at: datetime) -> dict[str, Any]:
    owner, _, fragment = method.partition("#")
    key = keys.signing(fragment, purpose, at) if owner == did else None
    if key is None:
        raise WrongKey(method)
    return key


def _canonical(document: Mapping[str, Any]) -> bytes:
    try:
        text: str = jsonld.normalize(
            dict(document),
            {
                "algorithm": "URDNA2015",
                "format": "application/n-quads",
                "documentLoader": _loader,
            },
        )
    except JsonLdError as fault:
        raise DoesNotHold(f"it is no JSON-LD that can be read: {fault.code}") from fault
    return text.encode("utf-8")


@cache
def _contexts() -> Mapping[str, Mapping[str, Any]]:
    folder = resources.files("verifier") / "contexts"
    index = json.loads((folder / "index.json").read_bytes())
    return {item["url"]: json.loads((folder / item["file"]).read_bytes()) for item in index}


def _loader(url: str, _: Mapping[str, Any]) -> dict[str, Any]:
    if url not in _contexts():
        raise JsonLdError(f"{url} is not at hand", "jsonld.LoadDocumentError", code="no context")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": _contexts()[url],
        # It never changes, so what was made of it is used again for the next document.
        "tag": "static",
    }


def _base58(text: str) -> bytes:
    """The 64 bytes of a signature written in base58btc."""
    number = 0
    for letter in text.removeprefix("z"):
        number = number * 58 + _ALPHABET.index(letter)
    return number.to_bytes(64)
