"""Decentralised identifiers: did:web, did:key and did:jwk, their documents, the keys in them.

Works on text and on parsed JSON. Fetching a document is the caller's; whether the controller of a
key is the issuer of a badge, and whether a revoked or expired key may still count, is the
caller's to decide too.

Words of Controlled Identifiers 1.0 (CID): a *document* lists *verification methods*, each a
public key with an id and a controller; a *relationship* (`assertionMethod`) says what for.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys import jwk
from keys.multikey import MalformedKey, PublicKey, decode_public, encode_public

Kind = Literal["Multikey", "JsonWebKey", "Ed25519VerificationKey2020"]
"""The last is older than CID: the key of an `Ed25519Signature2020`, and of nothing else."""
Relationship = Literal[
    "assertionMethod",
    "authentication",
    "capabilityDelegation",
    "capabilityInvocation",
    "keyAgreement",
]

DID_CONTEXT = "https://www.w3.org/ns/did/v1"
MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1"
# Defines JsonWebKey, publicKeyJwk and its `revoked`, which the two above leave undefined, and
# repeats their terms word for word, so that it may stand beside them although they are protected.
CID_CONTEXT = "https://www.w3.org/ns/cid/v1"

MAX_DID_LENGTH = 1024
MAX_JWK_LENGTH = 4096  # letters of a did:jwk; an RSA key of 8192 bits needs half of them

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: every spelling of an IPv4 address ends in a number.
_HOST = re.compile(rf"({_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
# No percent-encoding, no part that begins with a dot: nothing can lead out of its folder, and
# each address has one spelling only.
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_OTHER_METHOD = re.compile(r"did:(?!web:)[a-z0-9]+:")
_DATE_TIME_STAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_SECRETS = {"secretKeyMultibase", "secretKeyJwk", "privateKeyMultibase", "privateKeyJwk"}
_KEY_MEMBERS: dict[Kind, str] = {
    "Multikey": "publicKeyMultibase",
    "JsonWebKey": "publicKeyJwk",
    "Ed25519VerificationKey2020": "publicKeyMultibase",
}


class MalformedDid(ValueError):
    """The text is not a DID (or DID URL) that may be followed."""


class UnknownDidMethod(MalformedDid):
    """A DID of another method than those of this module: it cannot be resolved here."""


class InvalidVerificationMethod(ValueError):
    """The document does not offer this key for this use. `problem` is the CID error name."""

    problem: ClassVar[str] = "INVALID_VERIFICATION_METHOD"


class InvalidMethodUrl(InvalidVerificationMethod):
    """The verification method's address is not an address with a fragment."""

    problem = "INVALID_VERIFICATION_METHOD_URL"


class InvalidDocumentId(InvalidVerificationMethod):
    """The document's `id` is not the address the verification method lies under."""

    problem = "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"


class InvalidDocument(InvalidVerificationMethod):
    """The document is not built as the standard asks, or names one method twice."""

    problem = "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"


class MethodNotFound(InvalidVerificationMethod):
    """The document has no verification method with this id."""


class WrongController(InvalidVerificationMethod):
    """The verification method belongs to somebody else than the document."""


class UnknownMethodType(InvalidVerificationMethod):
    """The verification method's type is none of `Kind`."""


class MalformedMethod(InvalidVerificationMethod):
    """The verification method's key, `revoked` or `expires` cannot be read, or it shows secrets."""


class NotAssociated(InvalidVerificationMethod):
    """The document does not list the verification method under the relationship."""

    problem = "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"


class RevokedMethod(NotAssociated):
    """As `NotAssociated`; the method says itself that it is revoked, which tells people more."""


@dataclass(frozen=True)
class VerificationMethod:
    """One public key in a document.

    `id` is absolute, `controller` is the document's id. From `revoked` or `expires` on (aware
    times) the key must not be used, nor proofs of that time believed; `None`: never.
    """

    id: str
    controller: str
    key: PublicKey = field(hash=False)  # libraries give keys no hash
    kind: Kind
    revoked: datetime | None = None
    expires: datetime | None = None


def split_url(did_url: str) -> tuple[str, str | None]:
    """Return (what stands before `#`, the fragment or None). Raises `MalformedDid`.

    Takes DID URLs and https addresses alike; neither half may be empty, and only printable
    ASCII without spaces is let through.
    """
    document, mark, fragment = did_url.partition("#")
    if not _is_visible(document) or ":" not in document:
        raise MalformedDid("not an absolute address")
    if not mark:
        return document, None
    if not _is_visible(fragment) or "#" in fragment:
        raise MalformedDid("the part after # is empty or holds characters it must not")
    return document, fragment


def _is_visible(text: str) -> bool:
    """Whether `text` is made of the letters from `!` to `~`, and of one at least."""
    return text != "" and text.isascii() and text.isprintable() and " " not in text


def did_web(origin: str) -> str:
    """Return the did:web of an https origin (`https://example.no`): lower case, no port, no path.

    Raises `MalformedDid` for anything else.
    """
    host = origin.removeprefix("https://")
    if host == origin or not _is_host(host):
        raise MalformedDid(f"{origin!r} is not https:// and a host name alone, in lower case")
    return f"did:web:{host}"


# Asked several times for the same issuer; what it takes is bounded in length.
@lru_cache(maxsize=256)
def document_url(did: str) -> str:
    """Return the https address of a did:web's document.

    Raises `UnknownDidMethod` for other methods, `MalformedDid` unless the DID is a lower-case
    host name of two labels or more (no IP address, no user info, no port) and plain path parts.
    """
    rest = did.removeprefix("did:web:")
    if rest == did:
        if _OTHER_METHOD.match(did):
            raise UnknownDidMethod("only a did:web has its document at an address")
        raise MalformedDid("not a DID")
    host, *parts = rest.split(":")
    if len(did) > MAX_DID_LENGTH or not _is_host(host) or not all(map(_PART.fullmatch, parts)):
        raise MalformedDid("not a did:web of a lower-case host name and plain path parts")
    return "/".join(["https:/", host, *(parts or [".well-known"]), "did.json"])


def did_key(key: PublicKey) -> str:
    """Return the did:key of an Ed25519, P-256 or P-384 key. Raises `MalformedKey` for others."""
    return f"did:key:{encode_public(key)}"


def did_key_document(did: str) -> dict[str, Any]:
    """Return the document a did:key stands for, with its key for assertions.

    Raises `MalformedDid` if the text is not a did:key or its key may not be used.
    """
    multikey = did.removeprefix("did:key:")
    try:
        key = decode_public(multikey)
    except MalformedKey as error:
        raise MalformedDid(f"not a did:key: {error}") from None
    if did_key(key) != did:
        raise MalformedDid("not a did:key")
    return did_document(did, [VerificationMethod(f"{did}#{multikey}", did, key, "Multikey")])


def did_jwk(key: PublicKey) -> str:
    """Return the did:jwk of a key, its JWK with the required members only."""
    text = json.dumps(jwk.public_jwk(key), separators=(",", ":"))
    return f"did:jwk:{jwk.b64url_encode(text.encode())}"


def did_jwk_document(did: str) -> dict[str, Any]:
    """Return the document a did:jwk stands for: its one key, `#0`, for assertions.

    Raises `MalformedDid` if the text is not a did:jwk, its JWK has more than one reading, or its
    key may not be used for signatures.
    """
    text = did.removeprefix("did:jwk:")
    if text == did or len(did) > MAX_JWK_LENGTH:
        raise MalformedDid("not a did:jwk, or too long for one")
    try:
        members = json.loads(
            jwk.b64url_decode(text).decode("utf-8"),
            object_pairs_hook=_each_once,
            parse_constant=_no_constant,
        )
        if not isinstance(members, dict):
            raise MalformedKey("the JWK is not a JSON object")
        key = jwk.public_key(members)
    except (ValueError, RecursionError) as error:
        raise MalformedDid(f"not a did:jwk: {error}") from None
    return did_document(did, [VerificationMethod(f"{did}#0", did, key, "JsonWebKey")])


def sole_method(did: str) -> str | None:
    """Return the address of the one method of a DID that is itself a key, None for any other."""
    method, _, key = did.removeprefix("did:").partition(":")
    return {"key": f"{did}#{key}", "jwk": f"{did}#0"}.get(method)


def did_document(
    did: str,
    asserting: Iterable[VerificationMethod],
    others: Iterable[VerificationMethod] = (),
) -> dict[str, Any]:
    """Return the DID document in the one shape that every known verifier accepts.

    Methods are whole objects with absolute ids, and `assertionMethod` names the `asserting` ones
    by string. The `others` are published for other uses, or because they are revoked: leaving
    `assertionMethod` stops verifiers that do not know `revoked`. Raises `MalformedDid` if a
    method is not the DID's own.
    """
    asserting, others = tuple(asserting), tuple(others)
    methods = asserting + others
    for method in methods:
        if method.controller != did or split_url(method.id)[0] != did:
            raise MalformedDid(f"{method.id} is not a verification method of {did}")
    contexts = [DID_CONTEXT, MULTIKEY_CONTEXT]
    if any(method.kind == "JsonWebKey" for method in methods):
        contexts.append(CID_CONTEXT)
    return {
        "@context": contexts,
        "id": did,
        "verificationMethod": [_method_object(method) for method in methods],
        "assertionMethod": [method.id for method in asserting],
    }


def fragment_of(key: PublicKey) -> str:
    """Return the fragment that names `key`: an Ed25519 key's Multikey, else its thumbprint.

    Made from the key itself, an id can never come to mean another key.
    """
    return encode_public(key) if isinstance(key, Ed25519PublicKey) else jwk.thumbprint(key)


def method_of(did: str, key: PublicKey, revoked: datetime | None = None) -> VerificationMethod:
    """Return `key` as a method of `did`: Ed25519 as Multikey, RSA and P-256 as JsonWebKey."""
    kind: Kind = "Multikey" if isinstance(key, Ed25519PublicKey) else "JsonWebKey"
    return VerificationMethod(f"{did}#{fragment_of(key)}", did, key, kind, revoked)


def verification_method(
    document: Any, method_url: str, *, relationship: Relationship = "assertionMethod"
) -> VerificationMethod:
    """Return the method at `method_url` in `document` (CID, section 3.3, from step 6 on).

    `document` is the parsed JSON that the part of `method_url` before `#` led to. Raises a kind
    of `InvalidVerificationMethod` unless the document is that one, holds exactly one such method,
    controls it, and lists it under `relationship`. `revoked` and `expires` are read, not judged.
    """
    try:
        document_id, fragment = split_url(method_url)
    except MalformedDid as error:
        raise InvalidMethodUrl(f"the verification method's address: {error}") from None
    if fragment is None:
        raise InvalidMethodUrl("the verification method's address has no fragment")
    if not isinstance(document, Mapping):
        raise InvalidDocument("the document is not a JSON object")
    if document.get("id") != document_id:
        raise InvalidDocumentId(f"the document is not the one of {document_id}")
    related = _list(document, relationship)
    listed = [
        *_objects(_list(document, "verificationMethod")),
        *(item for item in related if isinstance(item, Mapping)),
    ]
    found = [item for item in listed if item.get("id") == method_url]
    if not found:
        raise MethodNotFound(f"the document has no verification method {method_url}")
    if len(found) > 1:
        raise InvalidDocument(f"the document has {len(found)} verification methods {method_url}")
    method = _read_method(found[0], method_url, document_id)
    if method_url not in related and found[0] not in related:
        if method.revoked:
            raise RevokedMethod(f"{method_url} is revoked and no longer in {relationship}")
        raise NotAssociated(f"{method_url} is not in {relationship}")
    return method


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedKey("a member is named twice")
    return members


def _no_constant(name: str) -> None:
    raise MalformedKey(f"{name} is no JSON")


def methods_with(document: Any, key: PublicKey) -> Iterator[str]:
    """Yield the ids under which `document` lists `key`, whatever for. Faults are passed over:
    `verification_method` tells of them."""
    wanted = jwk.thumbprint(key)
    members = document.values() if isinstance(document, Mapping) else ()
    listed = (item for items in members if isinstance(items, list) for item in items)
    for item in listed:
        kind = _kind_of(item) if isinstance(item, Mapping) else None
        if kind is None:
            continue
        try:
            found = _read_key(kind, item.get(_KEY_MEMBERS[kind]))
        except MalformedKey:
            continue
        if isinstance(item.get("id"), str) and jwk.thumbprint(found) == wanted:
            yield item["id"]


def _is_host(text: str) -> bool:
    return len(text) <= 253 and _HOST.fullmatch(text) is not None


def _method_object(method: VerificationMethod) -> dict[str, Any]:
    as_jwk = method.kind == "JsonWebKey"
    key: Any = jwk.public_jwk(method.key) if as_jwk else encode_public(method.key)
    written = {
        "id": method.id,
        "type": method.kind,
        "controller": method.controller,
        _KEY_MEMBERS[method.kind]: key,
    }
    for member, moment in (("revoked", method.revoked), ("expires", method.expires)):
        if moment is not None:
            written[member] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return written


def _read_method(item: Mapping[str, Any], method_url: str, document_id: str) -> VerificationMethod:
    if item.get("controller") != document_id:
        raise WrongController(f"{method_url} is not controlled by {document_id}")
    if (kind := _kind_of(item)) is None:
        raise UnknownMethodType(f"{method_url} is neither a Multikey nor a JsonWebKey")
    if _SECRETS & item.keys():
        raise MalformedMethod(f"{method_url} shows its private key")
    if {name for name in _KEY_MEMBERS.values() if name in item} != {_KEY_MEMBERS[kind]}:
        raise MalformedMethod(f"a {kind} has {_KEY_MEMBERS[kind]} and no other key")
    try:
        key = _read_key(kind, item[_KEY_MEMBERS[kind]])
    except MalformedKey as error:
        raise MalformedMethod(f"the key of {method_url}: {error}") from None
    return VerificationMethod(
        method_url, document_id, key, kind, _moment(item, "revoked"), _moment(item, "expires")
    )


def _kind_of(item: Mapping[str, Any]) -> Kind | None:
    return next((kind for kind in _KEY_MEMBERS if item.get("type") == kind), None)


def _read_key(kind: Kind, value: Any) -> PublicKey:
    if kind != "JsonWebKey" and isinstance(value, str):
        key = decode_public(value)
        if kind == "Multikey" or isinstance(key, Ed25519PublicKey):
            return key
        raise MalformedKey(f"an {kind} holds an Ed25519 key")
    if kind == "JsonWebKey" and isinstance(value, Mapping):
        return jwk.public_key(value)
    raise MalformedKey(f"the value is not of the JSON type a {kind} has")


def _moment(item: Mapping[str, Any], member: str) -> datetime | None:
    if member not in item:
        return None
    text = item[member]
    try:
        if isinstance(text, str) and _DATE_TIME_STAMP.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise MalformedMethod(f"{member} is not a date and time with its offset")


def _list(document: Mapping[str, Any], member: str) -> list[Any]:
    items = document.get(member, [])
    if not isinstance(items, list):
        raise InvalidDocument(f"{member} is not a list")
    return items


def _objects(items: list[Any]) -> Iterator[Mapping[str, Any]]:
    for item in items:
        if not isinstance(item, Mapping):
            raise InvalidDocument("verificationMethod holds something that is no object")
        yield item
