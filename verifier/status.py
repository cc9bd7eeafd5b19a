"""Has the issuer withdrawn the badge: the status entry in it, and the signed list it names.

The algorithm of Bitstring Status List 1.0, section 3.2, with the list's issuer equal to the
badge's; its forerunner Status List 2021 follows the same. Whatever keeps the list from answering
leaves the question open (UNDETERMINED): a badge is neither revoked nor good because a list is
missing. The entry is read in `verifier.status_entry`, the list's bits in `verifier.status_list`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final

from verifier import (
    carriers,
    claims,
    jws,
    revocation_list,
    securing,
    shape,
    status_list,
    strict_json,
    timestamps,
    tokens,
    versions,
)
from verifier.documents import MAX_DOCUMENT, DocumentUnavailable, RequestsSpent
from verifier.jws import MalformedJws
from verifier.kept import Kept
from verifier.reasons import Check, Outcome, Reason
from verifier.report import Finding, found, not_applicable, note, passed
from verifier.securing import SKEW, Bench, Secured
from verifier.status_entry import (
    REVOCATION_LIST,
    Entry,
    Kind,
    Unanswered,
    malformed,
    read_entry,
    string,
    type_of,
)
from verifier.status_list import Bits, MalformedList
from verifier.strict_json import MalformedJson
from verifier.world import World

_WITHDRAWN: Final = {"revocation": Reason.STATUS_REVOKED, "suspension": Reason.STATUS_SUSPENDED}
_PROBLEMS: Final = {
    "MALFORMED_VALUE_ERROR": Reason.STATUS_MALFORMED,
    "STATUS_LIST_LENGTH_ERROR": Reason.STATUS_LENGTH,
    "RANGE_ERROR": Reason.STATUS_RANGE,
}


def check_status(credential: Mapping[str, Any], bench: Bench, world: World) -> Finding:
    """The finding on `credentialStatus`. `bench` judges the list as `Bench.accepted` says."""
    status = credential.get("credentialStatus")
    if status is None:
        return not_applicable(Check.STATUS)
    if not isinstance(status, dict):
        return Finding(Check.STATUS, Outcome.UNKNOWN)  # refused by the structure
    try:
        if type_of(status) == REVOCATION_LIST:
            return revocation_list.check(credential, status, bench)
        entry = read_entry(status)
        if world.known_revocations and world.known_revocations(entry.url, entry.index):
            return found(Check.STATUS, Reason.STATUS_REVOKED, "by the issuer's own record")
        subject = _list_subject(entry, bench)
        bits = _decoded(entry.kind, string(subject, "encodedList"))
        return _finding(entry, status_list.status(bits, entry.index, size=entry.size))
    except Unanswered as error:
        return found(Check.STATUS, error.reason, str(error))
    except MalformedList as error:
        return found(Check.STATUS, _PROBLEMS[error.problem], str(error))


def _decoded(kind: Kind, text: str) -> Bits:
    return _bits.of(
        (kind.entry, text), partial(kind.decode, text), lambda bits: len(text) + len(bits) // 8
    )


class _List:
    """A list as its bytes have it, whoever asks and whenever: read once, as it comes with every
    badge of an issuer. `credential` is the list, `token` what is around it, if anything is."""

    def __init__(self, credential: Mapping[str, Any], token: jws.Jws | None) -> None:
        self.credential = credential
        self.token = token
        issuer = credential.get("issuer")
        self.issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
        self.types = frozenset(shape.types_of(credential.get("type")) or ())

    @cached_property
    def dates(self) -> tuple[datetime | None, datetime | None]:
        """From when and until when it may be asked. Raises `Unanswered`."""
        credential, token = self.credential, self.token
        model = versions.model_of(credential)
        begins, ends = _moment(credential, model.begins), _moment(credential, model.ends)
        if token is not None:
            # In `vc+jwt` these bound the signature, and in a plain JWT they repeat the dates.
            signed = [_numeric(token.payload, name) for name in ("iat", "nbf")]
            begins = max(filter(None, [begins, *signed]), default=None)
            ends = min(filter(None, [ends, _numeric(token.payload, "exp")]), default=None)
        return begins, ends


_lists: Final = Kept[_List](4 * 1024 * 1024)
_bits: Final = Kept[Bits](16 * 1024 * 1024)


def _finding(entry: Entry, value: int) -> Finding:
    """What a value means: withdrawal is told; a newer copy says nothing against this one; what
    only a message explains is left to whoever reads it."""
    if entry.purpose in _WITHDRAWN:
        if value:
            return found(Check.STATUS, _WITHDRAWN[entry.purpose], entry.told(value))
        return passed(Check.STATUS, entry.told(value))
    if not value:
        return not_applicable(Check.STATUS, entry.told(value))
    if entry.purpose == "refresh":
        return note(Check.STATUS, Reason.STATUS_REFRESH, entry.told(value))
    return found(Check.STATUS, Reason.STATUS_MESSAGE, entry.told(value))


def _list_subject(entry: Entry, bench: Bench) -> Mapping[str, Any]:
    """Fetch and judge the list; return its `credentialSubject`."""
    try:
        data = bench.documents.get(entry.url).data
    except RequestsSpent as error:
        raise Unanswered(Reason.LIMIT_REQUESTS, f"{entry.url}: {error}") from None
    except DocumentUnavailable as error:
        raise Unanswered(Reason.STATUS_UNREACHABLE, f"{entry.url}: {error}") from None
    listed = _lists.of(data, partial(_read, data), lambda _: len(data))
    credential, token = listed.credential, listed.token
    _check_form(listed, entry, bench)
    if token is None:
        secured = securing.embedded(credential, bench._replace(content=data))
    else:
        _check_claims(token.payload, credential)
        secured = tokens.list_token(token, bench)
    _check_secured(secured)
    _check_dates(listed, bench.now)
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict):
        malformed("the list has not one credentialSubject")
    if entry.kind.subject_type not in (shape.types_of(subject.get("type")) or ()):
        malformed(f"the list's subject is not a {entry.kind.subject_type}")
    purposes = subject.get("statusPurpose")
    if entry.purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise Unanswered(Reason.STATUS_PURPOSE, f"the list is not one for {entry.purpose}")
    return subject


def _read(data: bytes) -> _List:
    """Raises `Unanswered`."""
    token: jws.Jws | None = None
    try:
        if carriers.kind_of(data) == "jws":
            token = jws.split(data.strip().decode("ascii"))
        document = (
            strict_json.loads(data, max_bytes=MAX_DOCUMENT) if token is None else token.payload
        )
    except (MalformedJson, MalformedJws, UnicodeDecodeError) as error:
        raise Unanswered(Reason.STATUS_MALFORMED, f"the list: {error}") from None
    if not isinstance(document, dict):
        malformed("the list is not a JSON object")
    if (mixed := versions.check_one_version(document, token=token is not None)) is not None:
        malformed(f"the list: {mixed.detail}")
    return _List(document if token is None else claims.credential_of(document), token)


def _check_form(listed: _List, entry: Entry, bench: Bench) -> None:
    credential = listed.credential
    if versions.first_context(credential) != versions.model_of(credential).context:
        malformed("the list is no credential of VC Data Model 2.0 or 1.1")
    if not {"VerifiableCredential", entry.kind.list_type} <= listed.types:
        malformed(f"the list's type is not {entry.kind.list_type}")
    if listed.issuer != bench.issuer:
        raise Unanswered(Reason.STATUS_ISSUER, "the list's issuer is not the badge's")
    # Another list of the same issuer's would answer for some other badge.
    if credential.get("id", entry.url) != entry.url:
        raise Unanswered(Reason.STATUS_UNVERIFIED, "the list is another than the one asked for")


def _check_claims(payload: Mapping[str, Any], credential: Mapping[str, Any]) -> None:
    """No claim may say otherwise than the list it stands beside."""
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    repeated = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "jti": credential.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
    }
    for name, value in repeated.items():
        if name in payload and value is not None and payload[name] != value:
            malformed(f"the list's claim {name} is not what the list says")


def _check_secured(secured: Secured) -> None:
    """Every proof of a list must hold, those that cannot be checked included."""
    wrong = next((f for f in secured.findings if f.outcome is not Outcome.PASSED), None)
    if wrong is not None and wrong.reason is Reason.ISSUER_UNREACHABLE:
        raise Unanswered(Reason.STATUS_UNVERIFIED, f"the list's key: {wrong.detail}")
    if wrong is not None or not secured.verified:
        why = wrong and (wrong.reason or wrong.detail)
        raise Unanswered(Reason.STATUS_UNVERIFIED, f"the list is not signed as it must be: {why}")


def _check_dates(listed: _List, now: datetime) -> None:
    begins, ends = listed.dates
    if begins is not None and begins - now > SKEW:
        raise Unanswered(Reason.STATUS_STALE, f"the list begins {begins.isoformat()}")
    if ends is not None and now - ends >= timedelta(seconds=1):
        raise Unanswered(Reason.STATUS_STALE, f"the list ended {ends.isoformat()}")


def _moment(credential: Mapping[str, Any], name: str) -> datetime | None:
    if name not in credential:
        return None
    try:
        return timestamps.parse(string(credential, name), assume_utc=True)
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
