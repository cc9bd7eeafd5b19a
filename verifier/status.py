"""Has the issuer withdrawn the badge: the status entry in it, and the signed list it names.

The algorithm of Bitstring Status List 1.0, section 3.2, with the list's issuer equal to the
badge's. Whatever keeps the list from answering leaves the question open (UNDETERMINED): a badge is
neither revoked nor good because a list is missing. The list's bits are `verifier.status_list`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

from verifier import carriers, jws, securing, shape, status_list, strict_json, timestamps
from verifier.documents import MAX_DOCUMENT, DocumentUnavailable, RequestsSpent
from verifier.jws import MalformedJws
from verifier.reasons import Check, Outcome, Reason
from verifier.report import Finding, found, not_applicable, passed
from verifier.securing import SKEW, Bench, Secured
from verifier.status_list import MalformedList
from verifier.strict_json import MalformedJson
from verifier.world import World

_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_SET: Final = {"revocation": Reason.STATUS_REVOKED, "suspension": Reason.STATUS_SUSPENDED}
_PROBLEMS: Final = {
    "MALFORMED_VALUE_ERROR": Reason.STATUS_MALFORMED,
    "STATUS_LIST_LENGTH_ERROR": Reason.STATUS_LENGTH,
    "RANGE_ERROR": Reason.STATUS_RANGE,
}
# No sign but a minus, no leading zero, no more digits than any list has.
_INDEX = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")


class Unanswered(Exception):
    """The status cannot be told. `reason` says why."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Entry:
    """A badge's place in a list: `credentialStatus`, read."""

    purpose: str
    index: int
    url: str


def check_status(credential: Mapping[str, Any], bench: Bench, world: World) -> Finding:
    """The finding on `credentialStatus`. `bench` judges the list as `Bench.accepted` says."""
    if credential.get("credentialStatus") is None:
        return not_applicable(Check.STATUS)
    if not isinstance(credential["credentialStatus"], Mapping):
        return Finding(Check.STATUS, Outcome.UNKNOWN)  # refused by the structure
    try:
        entry = read_entry(credential["credentialStatus"])
        if world.known_revocations and world.known_revocations(entry.url, entry.index):
            return found(Check.STATUS, Reason.STATUS_REVOKED, "by the issuer's own record")
        subject = _list_subject(entry, bench)
        value = status_list.status(status_list.decode(_string(subject, "encodedList")), entry.index)
    except Unanswered as error:
        return found(Check.STATUS, error.reason, str(error))
    except MalformedList as error:
        return found(Check.STATUS, _PROBLEMS[error.problem], str(error))
    if value:
        return found(Check.STATUS, _SET[entry.purpose], f"index {entry.index} of {entry.url}")
    return passed(Check.STATUS, f"index {entry.index} of {entry.url}")


def read_entry(status: Mapping[str, Any]) -> Entry:
    """Return the entry of a `BitstringStatusListEntry`. Raises `Unanswered`."""
    if "BitstringStatusListEntry" not in (shape.types_of(status.get("type")) or ()):
        raise Unanswered(Reason.STATUS_UNSUPPORTED, "not a BitstringStatusListEntry")
    purpose = status.get("statusPurpose")
    if not isinstance(purpose, str):
        _malformed("statusPurpose is not a string")
    if purpose not in _SET:
        raise Unanswered(Reason.STATUS_UNSUPPORTED, "a purpose that says nothing of withdrawal")
    size = status.get("statusSize", 1)
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        _malformed("statusSize is not a whole number above 0")
    if size > 1:
        raise Unanswered(Reason.STATUS_UNSUPPORTED, "an entry of several bits")
    url = _string(status, "statusListCredential")
    if status.get("id") == url:
        _malformed("the entry's id is the list's")
    return Entry(purpose, _index(status.get("statusListIndex")), url)


def _index(value: Any) -> int:
    # 1EdTech's own example writes a number where the standard wants a string.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _INDEX.fullmatch(text):
        _malformed("statusListIndex is not a whole number")
    if text.startswith("-"):
        raise Unanswered(Reason.STATUS_RANGE, "statusListIndex is negative")
    return int(text)


def _list_subject(entry: Entry, bench: Bench) -> Mapping[str, Any]:
    """Fetch and judge the list; return its `credentialSubject`."""
    try:
        data = bench.documents.get(entry.url).data
    except RequestsSpent as error:
        raise Unanswered(Reason.LIMIT_REQUESTS, f"{entry.url}: {error}") from None
    except DocumentUnavailable as error:
        raise Unanswered(Reason.STATUS_UNREACHABLE, f"{entry.url}: {error}") from None
    credential, token = _read(data)
    _check_form(credential, entry, bench)
    secured = (
        securing.embedded(credential, bench) if token is None else securing.list_token(token, bench)
    )
    _check_secured(secured)
    _check_dates(credential, token, bench.now)
    subject = credential.get("credentialSubject")
    if not isinstance(subject, Mapping):
        _malformed("the list has not one credentialSubject")
    if "BitstringStatusList" not in (shape.types_of(subject.get("type")) or ()):
        _malformed("the list's subject is not a BitstringStatusList")
    purposes = subject.get("statusPurpose")
    if entry.purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise Unanswered(Reason.STATUS_PURPOSE, f"the list is not one for {entry.purpose}")
    return subject


def _read(data: bytes) -> tuple[Mapping[str, Any], jws.Jws | None]:
    kind = carriers.kind_of(data)
    try:
        if kind == "jws":
            token = jws.split(data.strip().decode("ascii"))
            return token.payload, token
        credential = strict_json.loads(data, max_bytes=MAX_DOCUMENT)
    except (MalformedJson, MalformedJws, UnicodeDecodeError) as error:
        raise Unanswered(Reason.STATUS_MALFORMED, f"the list: {error}") from None
    if not isinstance(credential, dict):
        _malformed("the list is not a JSON object")
    return credential, None


def _check_form(credential: Mapping[str, Any], entry: Entry, bench: Bench) -> None:
    contexts = credential.get("@context")
    if (contexts[:1] if isinstance(contexts, list) else [contexts]) != [_CONTEXT]:
        _malformed("the list is no credential of VC Data Model 2.0")
    types = shape.types_of(credential.get("type")) or []
    if not {"VerifiableCredential", "BitstringStatusListCredential"} <= set(types):
        _malformed("the list's type is not BitstringStatusListCredential")
    issuer = credential.get("issuer")
    if (issuer.get("id") if isinstance(issuer, Mapping) else issuer) != bench.issuer:
        raise Unanswered(Reason.STATUS_ISSUER, "the list's issuer is not the badge's")
    # Another list of the same issuer's would answer for some other badge.
    if credential.get("id", entry.url) != entry.url:
        raise Unanswered(Reason.STATUS_UNVERIFIED, "the list is another than the one asked for")


def _check_secured(secured: Secured) -> None:
    """Every proof of a list must hold, those that cannot be checked included."""
    wrong = next((f for f in secured.findings if f.outcome is not Outcome.PASSED), None)
    if wrong is not None and wrong.reason is Reason.ISSUER_UNREACHABLE:
        raise Unanswered(Reason.STATUS_UNVERIFIED, f"the list's key: {wrong.detail}")
    if wrong is not None or not secured.verified:
        why = wrong and (wrong.reason or wrong.detail)
        raise Unanswered(Reason.STATUS_UNVERIFIED, f"the list is not signed as it must be: {why}")


def _check_dates(credential: Mapping[str, Any], token: jws.Jws | None, now: datetime) -> None:
    begins, ends = _moment(credential, "validFrom"), _moment(credential, "validUntil")
    if token is not None:
        # In `vc+jwt` these bound the signature, and in a plain JWT they repeat the dates.
        begins = begins or _numeric(token.payload, "nbf")
        numeric = _numeric(token.payload, "exp")
        ends = min(ends, numeric) if ends and numeric else ends or numeric
    if begins is not None and begins - now > SKEW:
        raise Unanswered(Reason.STATUS_STALE, f"the list begins {begins.isoformat()}")
    if ends is not None and now - ends >= timedelta(seconds=1):
        raise Unanswered(Reason.STATUS_STALE, f"the list ended {ends.isoformat()}")


def _moment(credential: Mapping[str, Any], name: str) -> datetime | None:
    if name not in credential:
        return None
    try:
        return timestamps.parse(_string(credential, name), assume_utc=True)
    except timestamps.MalformedTimestamp as error:
        raise Unanswered(Reason.STATUS_MALFORMED, f"the list's {name}: {error}") from None


def _numeric(payload: Mapping[str, Any], name: str) -> datetime | None:
    if name not in payload:
        return None
    value = payload[name]
    try:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise Unanswered(Reason.STATUS_MALFORMED, f"the list's {name} is no time") from None


def _string(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        _malformed(f"{name} is not a string")
    return text


def _malformed(message: str) -> NoReturn:
    raise Unanswered(Reason.STATUS_MALFORMED, message)
