"""A VC-JWT's registered claims and the credential they repeat (Open Badges 3.0, VC-JWT).

Two places that say the same must not disagree, or two careful readers could read two badges.
Under VC Data Model 2.0 the payload is the credential; under 1.1 it stands in the claim `vc`, and
what it leaves out the claims around it supply.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from verifier import timestamps
from verifier.reasons import Check, Reason
from verifier.report import Finding, found, passed
from verifier.versions import VC1, VC2, DataModel

REGISTERED: Final = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat"})
"""Claims that VC-JWT itself defines: they need no JSON-LD context, and older ones lack `jti`."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def credential_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The credential that `payload` holds: itself, or `vc` (an object) completed by the claims
    (VC Data Model 1.1, 6.3.1, "JWT Decoding"). Members and claims that disagree are left as they
    stand: `check_claims` tells of them."""
    if "vc" not in payload:
        return dict(payload)
    credential = dict(payload["vc"])
    for claim, member in (("nbf", VC1.begins), ("exp", VC1.ends)):
        if member not in credential and (at := moment_of(payload.get(claim))) is not None:
            credential[member] = at.isoformat().replace("+00:00", "Z")
    if "jti" in payload:
        credential.setdefault("id", payload["jti"])
    if "iss" in payload:
        issuer = credential.setdefault("issuer", payload["iss"])
        if isinstance(issuer, dict):
            credential["issuer"] = {"id": payload["iss"], **issuer}
    subject = credential.get("credentialSubject")
    if "sub" in payload and isinstance(subject, dict):
        credential["credentialSubject"] = {"id": payload["sub"], **subject}
    return credential


def check_claims(payload: Mapping[str, Any]) -> Iterator[Finding]:
    """`iss`, `jti`, `sub`, `nbf`, `exp` equal the credential's own members; `exp` may set the
    end of a credential that names none. Under VC Data Model 1.1 any of them may supply what the
    credential leaves out."""
    findings = [*_texts(payload), *_times(payload)]
    if "aud" in payload:
        findings.append(found(Check.CLAIMS, Reason.CLAIMS_AUDIENCE, "aud"))
    yield from findings or [passed(Check.CLAIMS)]


def end_of(payload: Mapping[str, Any]) -> datetime | None:
    """The moment `exp` names, or None."""
    return moment_of(payload.get("exp"))


def moment_of(claim: Any) -> datetime | None:
    """The moment that a NumericDate says; None where it says none."""
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        return None
    try:
        return _EPOCH + timedelta(seconds=claim)
    except OverflowError:
        return None


def _repeated(payload: Mapping[str, Any]) -> tuple[Mapping[str, Any], DataModel]:
    inside = payload.get("vc")
    return (inside, VC1) if isinstance(inside, dict) else (payload, VC2)


def _texts(payload: Mapping[str, Any]) -> Iterator[Finding]:
    credential, model = _repeated(payload)
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    expected = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "jti": credential.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
    }
    for name, value in expected.items():
        if name not in payload:
            yield found(Check.CLAIMS, Reason.CLAIMS_MISSING, name)
        elif not isinstance(payload[name], str):
            yield found(Check.CLAIMS, Reason.CLAIMS_TYPE, f"{name} is not a string")
        elif payload[name] != value and not (model is VC1 and value is None):
            yield found(Check.CLAIMS, Reason.CLAIMS_MISMATCH, name)


def _times(payload: Mapping[str, Any]) -> Iterator[Finding]:
    credential, model = _repeated(payload)
    for name, member in (("nbf", model.begins), ("exp", model.ends), ("iat", "")):
        if name not in payload:
            if name == "nbf" or member in credential:
                yield found(Check.CLAIMS, Reason.CLAIMS_MISSING, name)
            continue
        claim = payload[name]
        supplies = name == "exp" or (name == "nbf" and model is VC1)
        if isinstance(claim, bool) or not isinstance(claim, int | float):
            yield found(Check.CLAIMS, Reason.CLAIMS_TYPE, f"{name} is not a number")
        elif name == "iat" or (supplies and member not in credential):
            if moment_of(claim) is None:
                yield found(Check.CLAIMS, Reason.CLAIMS_TYPE, f"{name} is beyond the calendar")
        elif _microseconds(claim) != _moment(credential.get(member)):
            yield found(Check.CLAIMS, Reason.CLAIMS_MISMATCH, name)


def _microseconds(claim: int | float) -> int:
    return round(Fraction(claim) * 1_000_000)


def _moment(text: Any) -> int | None:
    try:
        moment = timestamps.parse(text if isinstance(text, str) else "", assume_utc=True)
    except timestamps.MalformedTimestamp:
        return None
    return (moment - _EPOCH) // timedelta(microseconds=1)
