"""Whose key is it: from what a proof names to a key in the issuer's own published document.

An issuer is known by a did:web, a did:key, or an https address; its keys stand in the document
that this name leads to, or (for tokens) in `/.well-known/jwks.json` of its host. Nothing inside
a badge can introduce a key, and no other host is asked on the issuer's behalf. Whether the key
may be used for badges, and whether it is revoked, is judged in `verifier.securing`.
"""

from collections.abc import Mapping
from typing import Any, Final

from keys import did, jwk
from keys.did import VerificationMethod
from keys.multikey import MalformedKey, PublicKey
from verifier import strict_json
from verifier.documents import MAX_DOCUMENT, DocumentSource, DocumentUnavailable, RequestsSpent
from verifier.reasons import Reason
from verifier.strict_json import MalformedJson

MAX_KEYS: Final = 1000
"""The most keys that are looked at in one set."""


class NoKey(Exception):
    """No key of the issuer's could be had. `reason` says whose fault that is."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


_REASONS: Final[dict[type[did.InvalidVerificationMethod], Reason]] = {
    did.InvalidMethodUrl: Reason.PROOF_MALFORMED,
    did.InvalidDocumentId: Reason.ISSUER_DOCUMENT,
    did.InvalidDocument: Reason.ISSUER_MALFORMED,
    did.MethodNotFound: Reason.KEY_UNKNOWN,
    did.WrongController: Reason.ISSUER_MISMATCH,
    did.UnknownMethodType: Reason.KEY_MALFORMED,
    did.MalformedMethod: Reason.KEY_MALFORMED,
    did.NotAssociated: Reason.KEY_RELATIONSHIP,
    did.RevokedMethod: Reason.KEY_REVOKED,
}


def issuer_host(issuer: str) -> str | None:
    """The host whose owner vouches for `issuer` (a did:web or https address), in ASCII form."""
    if issuer.startswith("https://"):
        return issuer.removeprefix("https://").partition("/")[0].lower()
    try:
        return did.document_url(issuer).removeprefix("https://").partition("/")[0]
    except did.MalformedDid:
        return None


def controller_of(method: str) -> str:
    """What stands before `#` in a verification method's address. Raises `NoKey`."""
    try:
        return did.split_url(method)[0]
    except did.MalformedDid as error:
        raise NoKey(Reason.PROOF_MALFORMED, f"verificationMethod: {error}") from None


def method_at(method: str, documents: DocumentSource) -> VerificationMethod:
    """Return the verification method at this address (CID, "Retrieve Verification Method").

    It is one for `assertionMethod`, and its controller is the document's own id. Raises `NoKey`.
    """
    document = _controller_document(controller_of(method), documents)
    try:
        return did.verification_method(document, method)
    except did.InvalidVerificationMethod as error:
        raise NoKey(_REASONS[type(error)], str(error)) from None


def key_in_set(
    issuer: str, kid: str | None, shown: PublicKey | None, documents: DocumentSource
) -> VerificationMethod:
    """Return the key named `kid`, or equal to `shown`, in the key set of the issuer's host.

    The set is `/.well-known/jwks.json`. A key in it that names another issuer (`iss`) is not this
    issuer's; where the issuer's name goes deeper than the host, only an https issuer may use the
    host's set, for a did:web has a document of its own there. Raises `NoKey`.
    """
    host = issuer_host(issuer)
    deeper = issuer.startswith("did:web:") and issuer.count(":") > 2
    if host is None or deeper:
        raise NoKey(Reason.KEY_UNKNOWN, "the issuer has no key set, only a document of its own")
    url = f"https://{host}/.well-known/jwks.json"
    keys = _json(url, documents)
    listed = keys.get("keys") if isinstance(keys, Mapping) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise NoKey(Reason.ISSUER_MALFORMED, f"{url} is not a JWK Set")
    found = [
        item
        for item in listed
        if isinstance(item, Mapping)
        and item.get("iss", issuer) == issuer
        and _is_meant(item, kid, shown)
    ]
    if not found:
        raise NoKey(Reason.KEY_UNKNOWN, f"{url} does not hold the key")
    try:
        first, *others = (jwk.public_key(item) for item in found)
    except MalformedKey as error:
        raise NoKey(Reason.KEY_MALFORMED, f"{url}: {error}") from None
    if any(jwk.thumbprint(other) != jwk.thumbprint(first) for other in others):
        raise NoKey(Reason.KEY_MALFORMED, f"{url} has several keys of one name")
    name = found[0].get("kid")
    return VerificationMethod(name if isinstance(name, str) else url, issuer, first, "JsonWebKey")


def _is_meant(item: Mapping[str, Any], kid: str | None, shown: PublicKey | None) -> bool:
    if kid is not None:
        return item.get("kid") == kid
    return shown is not None and jwk.public_jwk(shown).items() <= item.items()


def _controller_document(controller: str, documents: DocumentSource) -> Any:
    try:
        if controller.startswith("did:key:"):
            return did.did_key_document(controller)
        if controller.startswith("https://"):
            return _json(controller, documents)
        return _json(did.document_url(controller), documents)
    except did.UnknownDidMethod as error:
        raise NoKey(Reason.ISSUER_UNSUPPORTED, str(error)) from None
    except did.MalformedDid as error:
        raise NoKey(Reason.ISSUER_IDENTIFIER, str(error)) from None


def _json(url: str, documents: DocumentSource) -> Any:
    try:
        data = documents.get(url).data
    except RequestsSpent as error:
        raise NoKey(Reason.LIMIT_REQUESTS, f"{url}: {error}") from None
    except DocumentUnavailable as error:
        raise NoKey(Reason.ISSUER_UNREACHABLE, f"{url}: {error}") from None
    try:
        return strict_json.loads(data, max_bytes=MAX_DOCUMENT)
    except MalformedJson as error:
        raise NoKey(Reason.ISSUER_MALFORMED, f"{url}: {error}") from None
