"""What an assertion of Open Badges 2.0 leads to: badge class, issuer, key, revocation list.

Each document is believed only as it stands at its own address now, and says of itself that it
is the one that stands there. The issuer's document decides which key signs for it and where its
badges may lie.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from keys import jwk
from keys.multikey import MalformedKey, PublicKey
from verifier import ob2_model, strict_json
from verifier.documents import (
    MAX_DOCUMENT,
    DocumentGone,
    DocumentSource,
    DocumentUnavailable,
    RequestsSpent,
)
from verifier.reasons import Check, Reason
from verifier.report import Finding, found, not_applicable, passed
from verifier.strict_json import MalformedJson

Json = Mapping[str, Any]

MAX_PEM: Final = 8192  # letters; more than the largest RSA key that is used


class Broken(Exception):
    """The chain ends here; `findings` say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings[0].reason)
        self.findings = findings


def hosted_at(url: str, documents: DocumentSource) -> Json:
    """Return what stands at the address of an assertion. Raises `Broken`; where the host says it
    is gone (410), it has been withdrawn."""
    try:
        return _json(url, Check.PROOF, documents)
    except DocumentGone as error:
        raise Broken(found(Check.STATUS, Reason.STATUS_REVOKED, f"{url}: {error}")) from None


def badge_class(assertion: Json, documents: DocumentSource) -> Json:
    """Return the badge class: written in the assertion itself, or at the address it names."""
    badge = assertion["badge"]
    if isinstance(badge, Mapping):
        check_shape("BadgeClass", badge)
        return badge
    return _at(badge, "BadgeClass", Reason.HOSTED_MISMATCH, documents)


def issuer_of(badge: Json) -> str:
    """Return the issuer's id. Its document is never taken from the badge."""
    issuer = badge["issuer"]
    name = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if not isinstance(name, str):
        raise Broken(found(Check.STRUCTURE, Reason.STRUCTURE_MISSING, "the issuer's id"))
    return name


def profile(issuer: str, documents: DocumentSource) -> Json:
    """Return the document that stands at the issuer's own address."""
    return _at(issuer, "Profile", Reason.ISSUER_DOCUMENT, documents)


def is_in_scope(assertion: str, issuer: str, profile: Json) -> bool:
    """Whether a hosted badge may lie at the address `assertion`: where the issuer's document says
    (`allowedOrigins`, `startsWith`), or on the issuer's own host if it says nothing."""
    rules = profile.get("verification")
    rules = rules if isinstance(rules, Mapping) else {}
    origins = ob2_model.listed(rules.get("allowedOrigins"))
    starts = ob2_model.listed(rules.get("startsWith"))
    host = _host(assertion)
    if host is None:
        return False
    if not origins and not starts:
        return host == _host(issuer)
    # A start counts within one host only, for "https://example.no" also begins example.nobody.org.
    return (not origins or any(_names(origin, host) for origin in origins)) and (
        not starts
        or any(
            isinstance(start, str) and _host(start) == host and assertion.startswith(start)
            for start in starts
        )
    )


def _names(origin: Any, host: str) -> bool:
    return isinstance(origin, str) and host in (origin.lower(), _host(origin))


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        return parts.netloc.lower() if parts.scheme == "https" and parts.netloc else None
    except ValueError:
        return None


def key_of(assertion: Json, issuer: str, profile: Json, documents: DocumentSource) -> PublicKey:
    """Return the key that signed, as the issuer's document lists it. Raises `Broken`.

    A badge may name one of several (`verification.creator`); it cannot bring one.
    """
    keys = [_reference(key) for key in ob2_model.listed(profile.get("publicKey"))]
    creator = assertion["verification"].get("creator")
    wanted = [key for key in keys if creator is None or key[0] == creator]
    if len(wanted) != 1:
        told = "several keys" if len(wanted) > 1 else "no such key"
        raise Broken(found(Check.KEY, Reason.KEY_UNKNOWN, f"the issuer lists {told}: {creator}"))
    name, document = wanted[0]
    if document is None:
        try:
            document = _json(name, Check.KEY, documents)
        except DocumentGone as error:
            raise Broken(found(Check.KEY, Reason.KEY_REVOKED, f"{name}: {error}")) from None
    if ob2_model.violations("CryptographicKey", document) or document["id"] != name:
        raise Broken(found(Check.KEY, Reason.KEY_MALFORMED, f"{name} is not a key of that name"))
    if document["owner"] != issuer:
        raise Broken(found(Check.KEY, Reason.ISSUER_MISMATCH, f"{name} is another owner's key"))
    return _key(document["publicKeyPem"], name)


def _key(pem: str, name: str) -> PublicKey:
    try:
        if len(pem) > MAX_PEM:
            raise ValueError("too long")
        key = load_pem_public_key(pem.encode())
        # By way of its JWK, which only strong keys of known kinds have.
        return jwk.public_key(jwk.public_jwk(key))  # type: ignore[arg-type]
    except (MalformedKey, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Broken(found(Check.KEY, Reason.KEY_MALFORMED, f"{name}: {error}")) from None


def _reference(value: Any) -> tuple[str, Json | None]:
    """The id of something named or written out, and what is written."""
    if isinstance(value, Mapping):
        name = value.get("id")
        return (name if isinstance(name, str) else "", value if len(value) > 1 else None)
    return (value, None) if isinstance(value, str) else ("", None)


def check_revocation(assertion: Json, profile: Json, documents: DocumentSource) -> Finding:
    """Whether the issuer's `revocationList` names the assertion, by `id` or `uid`."""
    named = profile.get("revocationList")
    if named is None:
        return not_applicable(Check.STATUS)
    url, document = _reference(named)
    if document is None:
        try:
            document = _list_at(url, documents)
        except Broken as broken:
            return broken.findings[0]
    if ob2_model.violations("RevocationList", document):
        return found(Check.STATUS, Reason.STATUS_MALFORMED, f"{url} is no revocation list")
    if document["id"] != url:
        return found(Check.STATUS, Reason.STATUS_UNVERIFIED, f"{url} holds another list")
    if document["issuer"] != profile["id"]:
        return found(Check.STATUS, Reason.STATUS_ISSUER, f"{url} is another issuer's")
    names = [name for name in (assertion["id"], assertion.get("uid")) if isinstance(name, str)]
    for entry in ob2_model.listed(document.get("revokedAssertions")):
        revoked = (entry.get("id"), entry.get("uid")) if isinstance(entry, Mapping) else (entry,)
        if any(name in revoked for name in names):
            return found(Check.STATUS, Reason.STATUS_REVOKED, url)
    return passed(Check.STATUS, url)


def _list_at(url: str, documents: DocumentSource) -> Json:
    try:
        return _read(documents.get(url).data)
    except RequestsSpent as error:
        raise Broken(found(Check.STATUS, Reason.LIMIT_REQUESTS, f"{url}: {error}")) from None
    except DocumentUnavailable as error:
        raise Broken(found(Check.STATUS, Reason.STATUS_UNREACHABLE, f"{url}: {error}")) from None
    except MalformedJson as error:
        raise Broken(found(Check.STATUS, Reason.STATUS_MALFORMED, f"{url}: {error}")) from None


def _at(url: str, name: str, mismatch: Reason, documents: DocumentSource) -> Json:
    """The document of class `name` at its own address."""
    check = Check.ISSUER if name == "Profile" else Check.PROOF
    try:
        document = _json(url, check, documents)
    except DocumentGone as error:
        absent = _ABSENT[check]
        raise Broken(found(check, absent, f"{url}: {error}")) from None
    if document.get("id") != url:
        raise Broken(found(check, mismatch, f"the document at {url} has another id"))
    check_shape(name, document)
    return document


_ABSENT: Final = {
    Check.PROOF: Reason.HOSTED_UNREACHABLE,
    Check.ISSUER: Reason.ISSUER_UNREACHABLE,
    Check.KEY: Reason.ISSUER_UNREACHABLE,
}
_NO_JSON: Final = {
    Check.PROOF: Reason.HOSTED_MALFORMED,
    Check.ISSUER: Reason.ISSUER_MALFORMED,
    Check.KEY: Reason.ISSUER_MALFORMED,
}


def _json(url: str, check: Check, documents: DocumentSource) -> Json:
    """The JSON object at `url`. Raises `Broken`, and `DocumentGone` as it comes."""
    try:
        return _read(documents.get(url).data)
    except DocumentGone:
        raise
    except RequestsSpent as error:
        raise Broken(found(check, Reason.LIMIT_REQUESTS, f"{url}: {error}")) from None
    except DocumentUnavailable as error:
        raise Broken(found(check, _ABSENT[check], f"{url}: {error}")) from None
    except MalformedJson as error:
        raise Broken(found(check, _NO_JSON[check], f"{url}: {error}")) from None


def _read(data: bytes) -> Json:
    value = strict_json.loads(data, max_bytes=MAX_DOCUMENT)
    if not isinstance(value, dict):
        raise MalformedJson("json.malformed", "not a JSON object")
    return value


def check_shape(name: str, document: Json) -> None:
    """Raise `Broken`, with each fault, unless `document` is one of class `name`."""
    violations = ob2_model.violations(name, document)
    if violations:
        raise Broken(
            *(
                found(Check.STRUCTURE, v.reason, f"{name} {v.pointer or '/'}: {v.message}")
                for v in violations
            )
        )
