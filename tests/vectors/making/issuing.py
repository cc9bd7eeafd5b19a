"""An issuer and what it makes: documents, proofs of every suite, tokens, pictures.

What is signed is canonicalised by PyLD and rfc8785, and nothing of the verifier's; only RDFC-1.0
with SHA-384, which PyLD does not have, is ours. So a sloppy issuer's badges can be made, too.
"""

import copy
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keys import did, jwk
from keys.multikey import base58btc_encode, encode_public
from tests.vectors.making import keys
from tests.vectors.making.packed import bit_string, gzip, zlib_stored
from tests.verifier.jsonld_samples import by_pyld
from tests.verifier.older import DATA_INTEGRITY, VC1
from tests.verifier.simulator import OB3, VC2, Document, compact, seconds
from verifier.canonical import canonicalise
from verifier.suites.ecdsa_sd import statements

Change = Callable[[Document], Any]
Served = tuple[bytes, str]

NOW = "2026-11-24T12:00:00Z"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"

BASE = "https://issuer.example.no"
DID = "did:web:issuer.example.no"
DID_URL = f"{BASE}/.well-known/did.json"
JWKS_URL = f"{BASE}/.well-known/jwks.json"
LIST = f"{BASE}/status/1"
REFRESH = f"{BASE}/b/1/refresh"

ED, P256, P384 = keys.ed25519("badges"), keys.p256("badges"), keys.p384("badges")
STRANGER = keys.ed25519("stranger")
OTHER_DID = "did:web:other.example.no"
OTHER_DID_URL = "https://other.example.no/.well-known/did.json"


def changed(value: Document, *changes: Change) -> Document:
    value = copy.deepcopy(value)
    for change in changes:
        change(value)
    return value


def text(value: Any) -> bytes:
    return compact(value)


def credential(*changes: Change) -> Document:
    """A good credential without a proof and without a status."""
    return changed(
        {
            "@context": [VC2, OB3],
            "id": f"{BASE}/b/1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": "Eksempelmerket",
            "issuer": {"id": DID, "type": ["Profile"], "name": "Eksempelutsteder"},
            "validFrom": "2026-01-15T00:00:00Z",
            "validUntil": "2027-01-14T23:59:59Z",
            "credentialSubject": {
                "id": f"{BASE}/m/eksempelteatret",
                "type": ["AchievementSubject"],
                "achievement": {
                    "id": f"{BASE}/achievements/1",
                    "type": ["Achievement"],
                    "name": "Eksempelmerket",
                    "description": "Et eksempel.",
                    "criteria": {"narrative": "Møt opp."},
                },
            },
        },
        *changes,
    )


def older(*changes: Change) -> Document:
    """The same under VC Data Model 1.1."""

    def back(document: Document) -> None:
        document["@context"] = [VC1, OB3, DATA_INTEGRITY]
        document["issuanceDate"] = document.pop("validFrom")
        document["expirationDate"] = document.pop("validUntil")

    return credential(back, *changes)


# Whose keys.


def method(key: keys.PrivateKey, name: str = DID) -> str:
    public = key.public_key()
    is_rsa = isinstance(public, RSAPublicKey)
    return f"{name}#{jwk.thumbprint(public) if is_rsa else encode_public(public)}"


def method_object(key: keys.PrivateKey, name: str = DID, **more: Any) -> Document:
    """A verification method: a Multikey, of RSA keys a JsonWebKey."""
    public = key.public_key()
    held: Document = (
        {"type": "JsonWebKey", "publicKeyJwk": jwk.public_jwk(public)}
        if isinstance(public, RSAPublicKey)
        else {"type": "Multikey", "publicKeyMultibase": encode_public(public)}
    )
    written = {"id": method(key, name), "controller": name, **held, **more}
    return {member: value for member, value in written.items() if value is not None}


def did_document(
    *methods: Document, name: str = DID, asserting: Iterable[str] | None = None
) -> Document:
    if asserting is None:
        asserting = [str(item["id"]) for item in methods]
    return {
        "@context": [did.DID_CONTEXT, did.MULTIKEY_CONTEXT],
        "id": name,
        "verificationMethod": list(methods),
        "assertionMethod": list(asserting),
    }


def serve(document: Any, kind: str = "application/json") -> Served:
    return (document if isinstance(document, bytes) else text(document), kind)


def home(*signers: keys.PrivateKey, **more: Any) -> dict[str, Served]:
    """The issuer's DID document with the keys of these."""
    listed = signers or (ED,)
    return {
        DID_URL: serve(
            did_document(*(method_object(key, **more) for key in listed)), "application/did+json"
        )
    }


ALL = home(ED, P256, P384)
"""The issuer's document with a key for each suite."""


# Proofs.


def n_quads(document: Mapping[str, Any], digest: str = "sha256") -> bytes:
    if digest == "sha384":
        return canonicalise(document, digest="sha384")
    return by_pyld(dict(document))


def prove(
    document: Document,
    suite: str = "eddsa-rdfc-2022",
    key: Any = ED,
    *,
    tamper: Change | None = None,
    covering: Document | None = None,
    without_context: bool = False,
    **options: Any,
) -> Document:
    """A proof over `document`, or over `covering` where it shall cover something else. An option
    that is None is left out; `tamper` is made to the finished proof."""
    named = {"type": suite} if suite == "Ed25519Signature2020" else {"type": "DataIntegrityProof"}
    if suite != "Ed25519Signature2020":
        named["cryptosuite"] = suite
    proof = {
        **named,
        "created": "2026-11-24T11:00:00Z",
        "verificationMethod": method(key),
        "proofPurpose": "assertionMethod",
        **options,
    }
    proof = {name: value for name, value in proof.items() if value is not None}
    document = document if covering is None else covering
    digest = "sha384" if key is P384 else "sha256"
    if "-jcs-" in suite:
        if not without_context:
            proof.setdefault("@context", document["@context"])
            document = {**document, "@context": proof["@context"]}
        forms = [rfc8785.dumps(proof), rfc8785.dumps(document)]
    else:
        config = {**proof, "@context": document["@context"]}
        forms = [n_quads(config, digest), n_quads(document, digest)]
    if suite == "ecdsa-sd-2023":
        value = derived(forms, key)
    else:
        hashed = b"".join(hashlib.new(digest, form).digest() for form in forms)
        value = base58btc_encode(keys.sign(key, hashed))
    return changed({**proof, "proofValue": value}, *([tamper] if tamper else []))


def derived(
    forms: list[bytes],
    key: Any,
    change: Callable[[list[Any]], Any] | None = None,
    header: bytes = b"\xd9\x5d\x01",
) -> str:
    """The value of a derived proof that shows all; the issuer and the dates are mandatory."""
    import cbor2

    config, canonical = forms
    its_own = keys.p256("one badge")
    count = len({term for term in canonical.split() if term.startswith(b"_:c14n")})
    labels = {number: hashlib.sha256(b"label %d" % number).digest() for number in range(count)}
    lines = statements(canonical, labels)
    places = [n for n, line in enumerate(lines) if "#issuer>" in line or "#valid" in line]
    always = "".join(lines[place] for place in places).encode()
    public = b"\x80\x24" + point_of(its_own)
    hashes = [hashlib.sha256(part).digest() for part in (config, always)]
    chosen = [line for place, line in enumerate(lines) if place not in places]
    parts: list[Any] = [
        keys.sign(key, hashes[0] + public + hashes[1]),
        public,
        [keys.sign(its_own, line.encode()) for line in chosen],
        labels,
        places,
    ]
    if change is not None:
        change(parts)
    return "u" + jwk.b64url_encode(header + cbor2.dumps(parts))


def point_of(key: Any) -> bytes:
    """The compressed point of a P-256 key."""
    numbers = key.public_key().public_numbers()
    x: bytes = numbers.x.to_bytes(32)
    return bytes([2 + numbers.y % 2]) + x


def embedded(document: Document, *proofs: Document, **options: Any) -> bytes:
    """The badge with a proof of its own, or with these."""
    return text({**document, "proof": list(proofs) or [prove(document, **options)]})


# Tokens.


def claims(document: Document, *changes: Change) -> Document:
    return changed(
        {
            **document,
            "iss": document["issuer"]["id"],
            "jti": document["id"],
            "sub": document["credentialSubject"].get("id"),
            "nbf": seconds(document["validFrom"]),
            "exp": seconds(document["validUntil"]),
        },
        *changes,
    )


def around(document: Document, *changes: Change) -> Document:
    """The payload of a token of VC Data Model 1.1."""
    return changed(
        {
            "iss": document["issuer"]["id"],
            "jti": document["id"],
            "sub": document["credentialSubject"]["id"],
            "nbf": seconds(document["issuanceDate"]),
            "exp": seconds(document["expirationDate"]),
            "vc": document,
        },
        *changes,
    )


RSA = keys.rsa("badges")


def header(key: keys.PrivateKey = RSA, **members: Any) -> Document:
    """A member that is None is left out."""
    public = key.public_key()
    whole = {
        "alg": jwk.algorithm(public),
        "kid": method(key),
        "jwk": jwk.public_jwk(public),
        "typ": "JWT",
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def token(payload: Any, key: Any = RSA, head: Any = None, **members: Any) -> bytes:
    """A compact JWS; `payload` and `head` may be bytes, which are signed as they are."""
    head = header(key, **members) if head is None else head
    parts = [part if isinstance(part, bytes) else text(part) for part in (head, payload)]
    signed = ".".join(map(jwk.b64url_encode, parts)).encode()
    return signed + b"." + jwk.b64url_encode(keys.sign(key, signed)).encode()


def token_home(*signers: keys.PrivateKey) -> dict[str, Served]:
    return home(*(signers or (RSA,)))


def key_set(*listed: Document) -> dict[str, Served]:
    return {JWKS_URL: serve({"keys": list(listed)}, "application/jwk-set+json")}


# Status.


def with_status(index: Any = "94567", **members: Any) -> Change:
    def change(document: Document) -> None:
        entry = {
            "id": f"{LIST}#94567",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": index,
            "statusListCredential": LIST,
            **members,
        }
        document["credentialStatus"] = {n: v for n, v in entry.items() if v is not None}

    return change


def encoded(*indexes: int, length: int = 131_072) -> str:
    return "u" + jwk.b64url_encode(gzip(bit_string(indexes, length)))


def status_list(*indexes: int, change: Change | None = None, **subject: Any) -> Document:
    listed = {
        "@context": [VC2],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": DID,
        "validFrom": "2026-11-24T00:00:00Z",
        "validUntil": "2026-12-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{LIST}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(*indexes),
            **subject,
        },
    }
    return changed(listed, *([change] if change else []))


def list_at(listed: Document | bytes, url: str = LIST, **options: Any) -> dict[str, Served]:
    """The list served at its address, signed unless it is bytes already."""
    data = listed if isinstance(listed, bytes) else embedded(listed, **options)
    return {url: (data, "application/vc")}


# Pictures.


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


SIGNATURE = b"\x89PNG\r\n\x1a\n"
IHDR = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
IDAT = chunk(b"IDAT", zlib_stored(b"\0\x80"))
IEND = chunk(b"IEND", b"")


def itxt(data: bytes, keyword: bytes = b"openbadgecredential", flags: bytes = b"\0\0") -> bytes:
    return chunk(b"iTXt", keyword + b"\0" + flags + b"\0\0" + data)


def png(*extra: bytes) -> bytes:
    """One grey pixel; `extra` chunks stand before the picture's end."""
    return b"".join([SIGNATURE, IHDR, IDAT, *extra, IEND])


NS3 = "https://purl.imsglobal.org/ob/v3p0"
NS2 = "http://openbadges.org"


def svg(inside: bytes = b"", namespace: str = NS3, attributes: str = "") -> bytes:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{namespace}"'
    return f'{head} width="1" height="1"{attributes}>'.encode() + inside + b'<path d="M0 0"/></svg>'


def carried(badge: bytes, name: str = "credential") -> bytes:
    return f"<openbadges:{name}><![CDATA[".encode() + badge + f"]]></openbadges:{name}>".encode()
