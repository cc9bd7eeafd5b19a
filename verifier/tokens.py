"""Is it signed, by whom, and does the signature hold: tokens around a document.

Two kinds carry badges. VC-JWT is that of Open Badges 3.0 (section 8.2.4): the claims repeat the
credential, and `typ` is JWT or absent. `vc+jwt` is that of Securing VCs using JOSE and COSE
(section 3.1.1): `typ` says so, and the claims are about the signature. Which it is decides what
the claims must be; either way the issuer's published key decides how the signature is checked.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from keys import jwk
from keys.did import VerificationMethod
from keys.multikey import MalformedKey, PublicKey
from verifier import claims, jws, resolve, timestamps, versions
from verifier.jws import Jws
from verifier.kept import Kept
from verifier.reasons import Check, Outcome, Reason
from verifier.report import Finding, found, passed
from verifier.resolve import NoKey
from verifier.securing import SKEW, UNJUDGED, Bench, Secured, check_use

VC_JWT: Final = "vc-jwt"
VC_JOSE: Final = "vc+jwt"

_HEADER_MEMBERS: Final = frozenset({"alg", "kid", "jwk", "typ"})
_JOSE_TYPES: Final = frozenset({VC_JOSE, f"application/{VC_JOSE}"})
_JOSE_CONTENTS: Final = frozenset({"vc", "application/vc"})
# Names from drafts of it, and a kind that hides parts; other rules than those checked here.
_OTHER_TYPES: Final = frozenset({"vc+ld+jwt", "vc+ld+json+jwt", "vc+sd-jwt"})


def badge_token(token: Jws, bench: Bench) -> Secured:
    """Judge a badge's token, of either kind."""
    kind = token.header.get("typ", "JWT")
    if isinstance(kind, str) and kind in _OTHER_TYPES:
        return Secured((found(Check.PROOF, Reason.PROOF_UNSUPPORTED, kind),), None)
    if isinstance(kind, str) and kind in _JOSE_TYPES:
        return _token(token, bench, VC_JOSE, [*_jose_header(token.header), *_times(token, bench)])
    findings = list(_begun(token, bench, "iat"))
    if extra := sorted(token.header.keys() - _HEADER_MEMBERS):
        findings.append(found(Check.PROOF, Reason.HEADER_MEMBER, ", ".join(extra)))
    if kind != "JWT":
        findings.append(found(Check.PROOF, Reason.HEADER_TYPE, "typ is neither JWT nor vc+jwt"))
    return _token(token, bench, VC_JWT, findings)


def list_token(token: Jws, bench: Bench) -> Secured:
    """Judge a status list's token: `vc+jwt`, or a plain JWT."""
    findings = list(_begun(token, bench, "iat"))
    if token.header.get("typ", "JWT") not in (VC_JOSE, "JWT"):
        findings.append(found(Check.PROOF, Reason.HEADER_TYPE, "typ is neither vc+jwt nor JWT"))
    return _token(token, bench, VC_JWT, findings)


def _jose_header(header: Mapping[str, Any]) -> Iterator[Finding]:
    """What else stands in the header of a `vc+jwt` is of no importance."""
    content = header.get("cty", "vc")
    if not isinstance(content, str) or content not in _JOSE_CONTENTS:
        yield found(Check.PROOF, Reason.HEADER_TYPE, "cty is not vc")


def _times(token: Jws, bench: Bench) -> Iterator[Finding]:
    """When a `vc+jwt` was signed, and until when its signature may be believed. Values of the
    wrong JSON type are refused among the claims."""
    yield from _begun(token, bench, "iat", "nbf")
    ends = claims.moment_of(token.payload.get("exp"))
    if ends is not None and bench.moment >= ends:
        yield found(Check.PROOF, Reason.PROOF_EXPIRED, f"exp {ends.isoformat()}")


def _begun(token: Jws, bench: Bench, *names: str) -> Iterator[Finding]:
    for name in names:
        begins = claims.moment_of(token.payload.get(name))
        if begins is not None and begins - bench.now > SKEW:
            yield found(Check.PROOF, Reason.PROOF_CREATED, f"{name} {begins.isoformat()}")


def _token(token: Jws, bench: Bench, kind: str, findings: list[Finding]) -> Secured:
    try:
        key = _key(token, bench, kind)
    except NoKey as error:
        return Secured((found(Check.KEY, error.reason, str(error)), *findings, UNJUDGED), kind)
    findings.insert(0, passed(Check.KEY, key.id))
    try:
        jws.verify_signature(token, key.key)
    except jws.InvalidSignature as error:
        findings.append(found(Check.PROOF, Reason(error.reason), str(error)))
    else:
        findings.append(passed(Check.PROOF, token.header["alg"]))
    good = all(finding.outcome is Outcome.PASSED for finding in findings)
    vouched = None if key.controller == bench.issuer else key.controller
    return Secured(tuple(findings), kind, verified=good, vouched=vouched)


def _key(token: Jws, bench: Bench, kind: str) -> VerificationMethod:
    """The issuer's key that the header names. A key shown in the header proves nothing."""
    kid, shown = _named_key(token.header)
    if kid is None and kind == VC_JOSE and bench.issuer.startswith("did:"):
        raise NoKey(Reason.HEADER_KEY, "kid is missing, and the issuer is a DID")
    key = resolve.token_key(bench.issuer, kid, shown, bench.documents)
    if key.kind == "Ed25519VerificationKey2020":
        raise NoKey(Reason.KEY_MALFORMED, f"{key.id} is a key for Ed25519Signature2020 alone")
    check_use(key, _signing_time(token, kind), bench)
    return key


def _named_key(header: Mapping[str, Any]) -> tuple[str | None, PublicKey | None]:
    kid, shown = header.get("kid"), header.get("jwk")
    if not isinstance(kid, str | None) or not isinstance(shown, dict | None):
        raise NoKey(Reason.HEADER_KEY, "kid is a string and jwk an object")
    if kid is None and shown is None:
        raise NoKey(Reason.HEADER_KEY, "neither kid nor jwk is present")
    if shown is None:
        return kid, None
    try:
        return kid, _shown_key(shown)
    except MalformedKey as error:
        raise NoKey(Reason.KEY_MALFORMED, f"the header's jwk: {error}") from None


def _shown_key(members: Mapping[str, Any]) -> PublicKey:
    read = partial(jwk.public_key, members)
    # Only texts: to Python, 1 and true are equal.
    if not all(isinstance(value, str) for value in members.values()):
        return read()
    return _keys.of(frozenset(members.items()), read, lambda _: sum(map(len, members.values())))


# The same key comes with every token of an issuer, and takes longer to read than to use.
_keys: Final = Kept[PublicKey](1024 * 1024)


def _signing_time(token: Jws, kind: str) -> datetime | None:
    if kind == VC_JOSE and (signed := claims.moment_of(token.payload.get("iat"))) is not None:
        return signed
    inside = token.payload.get("vc")
    text = versions.begins(inside if isinstance(inside, dict) else token.payload)
    try:
        return timestamps.parse(text, assume_utc=True) if isinstance(text, str) else None
    except timestamps.MalformedTimestamp:
        return None
