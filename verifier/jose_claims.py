"""The claims of a `vc+jwt` (Securing VCs using JOSE and COSE, section 3.1.3).

The payload is the credential. Claims beside it are about the signature; those that could repeat
the credential need not, and must not disagree with it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from verifier import claims
from verifier.jws import Jws
from verifier.reasons import Check, Reason
from verifier.report import Finding, found, passed

_TIMES: Final = ("iat", "nbf", "exp")


def check_claims(token: Jws) -> Iterator[Finding]:
    """No claim contradicts the credential, none is for somebody else, none wraps it."""
    findings = [*_wrappers(token.payload), *_texts(token), *_times(token.payload)]
    if "aud" in token.payload:
        findings.append(found(Check.CLAIMS, Reason.CLAIMS_AUDIENCE, "aud"))
    yield from findings or [passed(Check.CLAIMS)]


def _wrappers(payload: Mapping[str, Any]) -> Iterator[Finding]:
    for name in sorted(payload.keys() & {"vc", "vp"}):
        yield found(Check.STRUCTURE, Reason.STRUCTURE_MIXED, f"the claim {name} in a vc+jwt")


def _texts(token: Jws) -> Iterator[Finding]:
    issuer, subject = token.payload.get("issuer"), token.payload.get("credentialSubject")
    issuer_id = issuer.get("id") if isinstance(issuer, dict) else issuer
    repeated = (
        ("iss", token.payload, issuer_id),
        ("iss", token.header, issuer_id),
        ("jti", token.payload, token.payload.get("id")),
        ("sub", token.payload, subject.get("id") if isinstance(subject, dict) else None),
    )
    for name, place, value in repeated:
        if name not in place:
            continue
        if not isinstance(place[name], str):
            yield found(Check.CLAIMS, Reason.CLAIMS_TYPE, f"{name} is not a string")
        elif place[name] != value:
            yield found(Check.CLAIMS, Reason.CLAIMS_MISMATCH, name)


def _times(payload: Mapping[str, Any]) -> Iterator[Finding]:
    for name in _TIMES:
        if name in payload and claims.moment_of(payload[name]) is None:
            yield found(Check.CLAIMS, Reason.CLAIMS_TYPE, f"{name} is no moment")
