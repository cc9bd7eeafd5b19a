"""Whose key is it: from what a proof names to a key in the issuer's own published document.

An issuer is known by a did:web, a did:key, a did:jwk, or an https address; its keys stand in the
document that this name leads to, or (for tokens) in `/.well-known/jwks.json` of its host, or at an
address of its own that `kid` names. Nothing inside a badge can introduce a key, and no other host
is asked on the issuer's behalf. Whether the key may be used for badges, and whether it is revoked,
is judged in `verifier.securing`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from keys import did, jwk
from keys.did import VerificationMethod
from keys.multikey import MalformedKey, PublicKey
from verifier import strict_json
from verifier.addresses import parse_url
from verifier.documents import (
    MAX_DOCUMENT,
    Document,
    DocumentSource,
    DocumentUnavailable,
    RequestsSpent,
)
from verifier.kept import Kept
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


_ORIGIN: Final = re.compile(r"https://[^/?#]*")


def issuer_host(issuer: str) -> str | None:
    """The host whose owner vouches for `issuer` (a did:web or https address), in ASCII form."""
    if (origin := _ORIGIN.match(issuer)) is not None:
        try:
            return parse_url(origin[0]).host
        except DocumentUnavailable:
            return None
    try:
        return did.document_url(issuer).removeprefix("https://").partition("/")[0]
    except did.MalformedDid:
        return None


def issuer_place(issuer: str) -> str | None:
    """The host as in `issuer_host`, with the path behind it where the issuer has only that:
    whoever controls one path of a host need not control the others."""
    host = issuer_host(issuer)
    if host is None:
        return None
    if _ORIGIN.match(issuer) is not None:
        parts = urlsplit(issuer)
        if parts.query:
            # What a page answers to a question, whoever asks it may have put there.
            return f"{host}{parts.path or '/'}?{parts.query}"
        return f"{host}{parts.path}".rstrip("/")
    path = did.document_url(issuer).removeprefix(f"https://{host}")
    path = path.removesuffix("/did.json").removesuffix("/.well-known")
    return f"{host}{path}".rstrip("/")


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
    controller = controller_of(method)
    if controller.startswith(_THEMSELVES):
        content = b""
    else:
        content = _fetched(_address_of(controller), documents).data

    def read() -> VerificationMethod:
        return _method_in(_document_in(controller, content), method)

    return _methods.of((method, content), read, lambda _: len(method) + len(content))


# What an address and its document say of a key, which comes with every badge of an issuer.
_methods: Final = Kept[VerificationMethod](4 * 1024 * 1024)

_THEMSELVES: Final = ("did:key:", "did:jwk:")
"""DIDs that are keys, and have no document anywhere."""


def _method_in(document: Any, method: str) -> VerificationMethod:
    try:
        return did.verification_method(document, method)
    except did.InvalidVerificationMethod as error:
        raise NoKey(_REASONS[type(error)], str(error)) from None


def token_key(
    issuer: str, kid: str | None, shown: PublicKey | None, documents: DocumentSource
) -> VerificationMethod:
    """Return the issuer's key that a token's header names by `kid`, or shows. Raises `NoKey`.

    `kid` is a DID URL of the issuer's, a name in the key set of its host, or an address of its
    own with a JWK or a JWK Set (Open Badges 3.0, VC-JWT; the key set comes first). A DID's key at
    such an address counts only if its document lists it; that of an https issuer has the address
    as its `controller`. What a header shows proves nothing: it must be the published key.
    """
    name = did.sole_method(issuer) if kid is None else kid
    if name is not None and name.startswith(("did:", f"{issuer}#")):
        if controller_of(name) != issuer:
            raise NoKey(Reason.ISSUER_MISMATCH, f"the key is that of {name}")
        key = method_at(name, documents)
    else:
        key = _listed_key(issuer, name, shown, documents)
    if shown is not None and shown != key.key:
        raise NoKey(Reason.KEY_MISMATCH, "the header's jwk is not the published key")
    return key


def _listed_key(
    issuer: str, kid: str | None, shown: PublicKey | None, documents: DocumentSource
) -> VerificationMethod:
    """The key in the key set, or else at the address that `kid` is."""
    try:
        key = key_in_set(issuer, kid, shown, documents)
    except NoKey as error:
        if error.reason not in _ABSENT or kid is None or not _is_ground_of(issuer, kid):
            raise
        key = _key_at(kid, issuer, documents)
        if not issuer.startswith("did:"):
            # Others may be let write on the issuer's host: the address vouches for no more than
            # itself.
            return replace(key, controller=kid.partition("#")[0])
        return _in_document(key, documents) or _not_in_document(key)
    return _in_document(key, documents) or key


def _not_in_document(key: VerificationMethod) -> NoReturn:
    raise NoKey(Reason.KEY_UNKNOWN, f"{key.controller} does not list the key at {key.id}")


_ABSENT: Final = frozenset({Reason.KEY_UNKNOWN, Reason.ISSUER_UNREACHABLE, Reason.ISSUER_MALFORMED})


def _is_ground_of(issuer: str, address: str) -> bool:
    """Whether what stands at `address` is the issuer's: on its host and, where its name goes
    deeper than the host, below that name. Elsewhere on the host it may be a neighbour's."""
    try:
        there = parse_url(address.partition("#")[0])
        own = parse_url(issuer.partition("?")[0] if _is_address(issuer) else _folder(issuer))
    except (DocumentUnavailable, did.MalformedDid):
        return False
    below = own.target.rstrip("/") + "/"
    path = there.target.partition("?")[0].lower()
    climbs = "/." in path or "%2e" in path or "%2f" in path
    return there.host == own.host and there.target.startswith(below) and not climbs


def _is_address(issuer: str) -> bool:
    return issuer.startswith("https://")


def _folder(issuer: str) -> str:
    """Where a did:web's document lies, but for the root's `.well-known`."""
    folder = did.document_url(issuer).removesuffix("/did.json")
    return folder.removesuffix("/.well-known")


def _key_at(kid: str, issuer: str, documents: DocumentSource) -> VerificationMethod:
    """The key that is the JWK at this address, or in the JWK Set there under this name."""
    url, _, fragment = kid.partition("#")
    document = _fetched(url, documents)
    # A page or a picture that somebody was allowed to leave there is no key, whatever it holds.
    if document.media_type is not None and "json" not in document.media_type:
        raise NoKey(Reason.ISSUER_MALFORMED, f"{url} is {document.media_type}")
    found = _parsed(document.data, url)
    if isinstance(found, dict) and "keys" in found:
        return _chosen(found, url, issuer, lambda item: item.get("kid") in (kid, fragment or kid))
    if not isinstance(found, dict) or "kty" not in found or fragment:
        raise NoKey(Reason.ISSUER_MALFORMED, f"{url} is neither a JWK nor a JWK Set")
    return _chosen({"keys": [{**found, "kid": kid}]}, url, issuer, lambda _: True)


def _in_document(key: VerificationMethod, documents: DocumentSource) -> VerificationMethod | None:
    """The same key as a DID's own document has it, None if it does not: only there it is said that
    a key is revoked, runs out, or is for something else."""
    if not key.controller.startswith("did:"):
        return None
    document = _controller_document(key.controller, documents)
    if not isinstance(document, dict) or document.get("id") != key.controller:
        raise NoKey(Reason.ISSUER_DOCUMENT, f"the document is not the one of {key.controller}")
    same: list[VerificationMethod] = []
    refused: list[NoKey] = []
    for name in did.methods_with(document, key.key):
        try:
            same.append(_method_in(document, name))
        except NoKey as error:
            refused.append(error)
    # A key may be listed twice, in two forms; it is revoked if it is so under any name.
    if revoked := [error for error in refused if error.reason is Reason.KEY_REVOKED]:
        raise revoked[0]
    if same:
        return next((method for method in same if method.revoked), same[0])
    if refused:
        raise refused[0]
    return None


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
    return _chosen(_json(url, documents), url, issuer, partial(_is_meant, kid=kid, shown=shown))


def _is_meant(item: Mapping[str, Any], *, kid: str | None, shown: PublicKey | None) -> bool:
    if kid is not None:
        return item.get("kid") == kid
    return shown is not None and jwk.public_jwk(shown).items() <= item.items()


def _chosen(
    keys: Any, url: str, issuer: str, is_meant: Callable[[Mapping[str, Any]], bool]
) -> VerificationMethod:
    """The one key that is meant in the JWK Set `keys`. Raises `NoKey`."""
    listed = keys.get("keys") if isinstance(keys, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise NoKey(Reason.ISSUER_MALFORMED, f"{url} is not a JWK Set")
    found = [
        item
        for item in listed
        if isinstance(item, dict) and item.get("iss", issuer) == issuer and is_meant(item)
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


def _controller_document(controller: str, documents: DocumentSource) -> Any:
    if controller.startswith(_THEMSELVES):
        return _document_in(controller, b"")
    return _document_in(controller, _fetched(_address_of(controller), documents).data)


def _address_of(controller: str) -> str:
    """Where the document of a controller stands."""
    if controller.startswith("https://"):
        return controller
    try:
        return did.document_url(controller)
    except did.UnknownDidMethod as error:
        raise NoKey(Reason.ISSUER_UNSUPPORTED, str(error)) from None
    except did.MalformedDid as error:
        raise NoKey(Reason.ISSUER_IDENTIFIER, str(error)) from None


def _document_in(controller: str, content: bytes) -> Any:
    """The document that a controller is itself, or that was found at its address."""
    try:
        if controller.startswith("did:key:"):
            return did.did_key_document(controller)
        if controller.startswith("did:jwk:"):
            return did.did_jwk_document(controller)
    except did.MalformedDid as error:
        raise NoKey(Reason.ISSUER_IDENTIFIER, str(error)) from None
    return _parsed(content, _address_of(controller))


def _json(url: str, documents: DocumentSource) -> Any:
    return _parsed(_fetched(url, documents).data, url)


def _fetched(url: str, documents: DocumentSource) -> Document:
    try:
        return documents.get(url)
    except RequestsSpent as error:
        raise NoKey(Reason.LIMIT_REQUESTS, f"{url}: {error}") from None
    except DocumentUnavailable as error:
        raise NoKey(Reason.ISSUER_UNREACHABLE, f"{url}: {error}") from None


def _parsed(content: bytes, url: str) -> Any:
    try:
        return strict_json.loads(content, max_bytes=MAX_DOCUMENT)
    except MalformedJson as error:
        raise NoKey(Reason.ISSUER_MALFORMED, f"{url}: {error}") from None
