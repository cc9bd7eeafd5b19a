"""The deprecated `1EdTechRevocationList` (VC Revocation List 1.0): ids of revoked credentials.

The list is not signed: that it is the issuer's is known from TLS alone. So it answers only where
it lies on the issuer's own host, which vouches for the issuer's keys in the same way.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from verifier import addresses, resolve, strict_json
from verifier.documents import MAX_DOCUMENT, DocumentUnavailable, RequestsSpent
from verifier.reasons import Check, Reason
from verifier.report import Finding, found, passed
from verifier.securing import Bench
from verifier.status_entry import Unanswered, malformed, string
from verifier.strict_json import MalformedJson

# The newer texts name it in the singular, that of 2022 and some issuers in the plural.
_NAMES: Final = ("revokedCredential", "revokedCredentials")


def check(credential: Mapping[str, Any], status: Mapping[str, Any], bench: Bench) -> Finding:
    """The finding on a badge whose `credentialStatus` is of this type. Raises `Unanswered`."""
    own = string(credential, "id")
    url = string(status, "id")
    _check_host(url, bench.issuer)
    answers = {revoked for identifier, revoked in _entries(url, bench) if identifier == own}
    if len(answers) > 1:
        malformed("the list says of one credential that it is revoked and that it is not")
    if True in answers:
        return found(Check.STATUS, Reason.STATUS_REVOKED, f"listed in {url}")
    return passed(Check.STATUS, f"not revoked in {url}")


def _check_host(url: str, issuer: str) -> None:
    try:
        host = addresses.parse_url(url).host
    except DocumentUnavailable as error:
        raise Unanswered(Reason.STATUS_UNREACHABLE, str(error)) from None
    if host != resolve.issuer_host(issuer):
        raise Unanswered(
            Reason.STATUS_UNVERIFIED, "the list is not signed, and not on the issuer's own host"
        )


def _entries(url: str, bench: Bench) -> Iterator[tuple[str, bool]]:
    listed = _document(url, bench)
    issuer = listed.get("issuer")
    if (issuer.get("id") if isinstance(issuer, Mapping) else issuer) != bench.issuer:
        raise Unanswered(Reason.STATUS_ISSUER, "the list's issuer is not the badge's")
    if listed.get("id") != url:
        raise Unanswered(Reason.STATUS_UNVERIFIED, "the list is another than the one asked for")
    given = [listed[name] for name in _NAMES if name in listed]
    if len(given) != 1 or not isinstance(given[0], list):
        malformed("the list does not hold one list of revoked credentials")
    for item in given[0]:
        if not isinstance(item, Mapping) or not isinstance(item.get("revoked", True), bool):
            malformed("the list holds something that is no entry")
        yield string(item, "id"), item.get("revoked", True)


def _document(url: str, bench: Bench) -> Mapping[str, Any]:
    try:
        data = bench.documents.get(url).data
        document = strict_json.loads(data, max_bytes=MAX_DOCUMENT)
    except RequestsSpent as error:
        raise Unanswered(Reason.LIMIT_REQUESTS, f"{url}: {error}") from None
    except DocumentUnavailable as error:
        raise Unanswered(Reason.STATUS_UNREACHABLE, f"{url}: {error}") from None
    except MalformedJson as error:
        raise Unanswered(Reason.STATUS_MALFORMED, f"the list: {error}") from None
    if not isinstance(document, dict):
        malformed("the list is not a JSON object")
    return document
