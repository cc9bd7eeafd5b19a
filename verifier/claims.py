"""A VC-JWT's registered claims against the credential they repeat (Open Badges 3.0, VC-JWT).

Two places that say the same must not disagree, or two careful readers could read two badges.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from verifier import timestamps
from verifier.reasons import Check, Reason
from verifier.report import Finding, found, passed

REGISTERED: Final = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat"})
"""Claims that VC-JWT itself defines: they need no JSON-LD context, and older ones lack `jti`."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def check_claims(payload: Mapping[str, Any]) -> Iterator[Finding]:
    """`iss`, `jti`, `sub`, `nbf`, `exp` equal the credential's own members; `exp` may set the
    end of a credential that names none."""
    findings = [*_texts(payload), *_times(payload)]
    if "aud" in payload:
        findings.append(found(Check.CLAIMS, Reason.CLAIMS_AUDIENCE, "aud"))
    yield from findings or [passed(Check.CLAIMS)]


def end_of(payload: Mapping[str, Any]) -> datetime | None:
    """The moment `exp` names, or None."""
    value = payload.get("exp")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _EPOCH + timedelta(seconds=value)
    except OverflowError:
        return None


def _texts(payload: Mapping[str, Any]) -> Iterator[Finding]:
    issuer, subject = payload.get("issuer"), payload.get("credentialSubject")
    expected = {
        "iss": issuer.get("id") if isinstance(issuer, Mapping) else issuer,
        "jti": payload.get("id"),
        "sub": subject.get("id") if isinstance(subject, Mapping) else None,
    }
    for name, value in expected.items():
        if name not in payload:
            yield found(Check.CLAIMS, Reason.CLAIMS_MISSING, name)
        elif not isinstance(payload[name], str):
            yield found(Check.CLAIMS, Reason.CLAIMS_TYPE, f"{name} is not a string")
        elif payload[name] != value:
            yield found(Check.CLAIMS, Reason.CLAIMS_MISMATCH, name)


def _times(payload: Mapping[str, Any]) -> Iterator[Finding]:
    for name, member in (("nbf", "validFrom"), ("exp", "validUntil"), ("iat", "")):
        if name not in payload:
            if name == "nbf" or member in payload:
                yield found(Check.CLAIMS, Reason.CLAIMS_MISSING, name)
            continue
        claim = payload[name]
        if isinstance(claim, bool) or not isinstance(claim, int | float):
            yield found(Check.CLAIMS, Reason.CLAIMS_TYPE, f"{name} is not a number")
        elif name == "exp" and member not in payload:
            if end_of(payload) is None:
                yield found(Check.CLAIMS, Reason.CLAIMS_TYPE, "exp is beyond the calendar")
        elif name != "iat" and _microseconds(claim) != _moment(payload.get(member)):
            yield found(Check.CLAIMS, Reason.CLAIMS_MISMATCH, name)


def _microseconds(claim: int | float) -> int:
    return round(Fraction(claim) * 1_000_000)


def _moment(text: Any) -> int | None:
    try:
        moment = timestamps.parse(text if isinstance(text, str) else "", assume_utc=True)
    except timestamps.MalformedTimestamp:
        return None
    return (moment - _EPOCH) // timedelta(microseconds=1)
