"""Is it signed, by whom, and does the signature hold: embedded proofs and tokens.

The same judgement serves badges and status lists: `Bench` says which documents, times and key
purposes apply. A key counts only if the issuer has published it (`verifier.resolve`) and it may
be used for this; the key, never the badge, decides how a signature is checked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys import jwk
from keys.did import VerificationMethod
from keys.multikey import MalformedKey, PublicKey
from verifier import data_integrity, jws, resolve, timestamps, versions
from verifier.canonical import DataLoss, InvalidJsonLd, WorkLimit
from verifier.contexts import UnknownContext
from verifier.documents import DocumentSource
from verifier.reasons import Check, Outcome, Reason
from verifier.report import Finding, found, not_applicable, note, passed
from verifier.resolve import NoKey

SUITE: Final = "eddsa-rdfc-2022"
TOKEN: Final = "vc-jwt"
SKEW: Final = timedelta(seconds=60)
"""What the asker's clock may be behind; granted to dates that lie ahead only."""

MAX_PROOFS: Final = 4
"""Each is canonicalised anew, and a hostile badge makes that slow."""

_HEADER_MEMBERS: Final = frozenset({"alg", "kid", "jwk", "typ"})
_BADGE_ALGORITHMS: Final = frozenset({"RS256", "ES256"})
_JOSE_TYPES: Final = frozenset({"vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt", "vc+sd-jwt"})


@dataclass(frozen=True)
class Bench:
    """By what a proof is judged: who should have signed, and what is known about it."""

    issuer: str
    documents: DocumentSource
    now: datetime
    moment: datetime
    accepted: frozenset[str]
    purposes: Mapping[str, str]
    contexts: Mapping[str, Any] | None


@dataclass(frozen=True)
class Secured:
    """The judgement: findings on KEY and PROOF.

    `verified`: a signature of the issuer's holds, and none that could be checked fails.
    `canonical`: the document has been canonicalised without loss on the way.
    """

    findings: tuple[Finding, ...]
    securing: str | None
    verified: bool = False
    canonical: bool = False


UNJUDGED: Final = Finding(Check.PROOF, Outcome.UNKNOWN)


# Embedded proofs (Data Integrity 1.0).


def embedded(document: Mapping[str, Any], bench: Bench) -> Secured:
    """Judge the proof, or the set of proofs, inside `document`.

    Of a set, one supported proof by the issuer must hold and no supported one may fail; those of
    other suites are noted. A lone proof by somebody else is refused unread.
    """
    proof = document.get("proof")
    listed: list[Any] = proof if isinstance(proof, list) else [proof]
    if proof is None or not listed:
        return Secured((found(Check.PROOF, Reason.PROOF_MISSING),), None)
    if len(listed) > MAX_PROOFS:
        return Secured((found(Check.PROOF, Reason.LIMIT_COUNT, f"{len(listed)} proofs"),), None)
    proofs: list[Mapping[str, Any]] = [item for item in listed if isinstance(item, Mapping)]
    if len(proofs) < len(listed) or not all(isinstance(p.get("type"), str) for p in proofs):
        return Secured(
            (found(Check.PROOF, Reason.PROOF_MALFORMED, "a proof is an object with a type"),), None
        )
    supported = [proof for proof in proofs if _is_supported(proof)]
    own = [proof for proof in supported if _controller(proof) in (bench.issuer, None)]
    unsupported = [
        note(Check.PROOF, Reason.PROOF_UNSUPPORTED, _name(proof))
        for proof in proofs
        if not _is_supported(proof)
    ]
    if not own:
        return Secured((_nothing_to_check(proofs, supported, bench), UNJUDGED, *unsupported), None)
    judged = [_judge(document, proof, bench) for proof in own]
    findings = [finding for one in judged for finding in one.findings]
    findings += unsupported
    findings += [
        finding
        for proof in supported
        if proof not in own
        for finding in _judge_other(document, proof, bench)
    ]
    return Secured(
        tuple(findings),
        SUITE,
        verified=any(one.verified for one in judged)
        and all(finding.outcome is not Outcome.FAILED for finding in findings),
        canonical=any(one.canonical for one in judged),
    )


def _is_supported(proof: Mapping[str, Any]) -> bool:
    # A chained proof covers other proofs too; checked alone, it would be found false.
    return (
        proof["type"] == "DataIntegrityProof"
        and proof.get("cryptosuite") == SUITE
        and "previousProof" not in proof
    )


def _controller(proof: Mapping[str, Any]) -> str | None:
    """Who controls the proof's key, by its address; None if that cannot be read."""
    method = proof.get("verificationMethod")
    try:
        return resolve.controller_of(method) if isinstance(method, str) else None
    except NoKey:
        return None


def _name(proof: Mapping[str, Any]) -> str:
    return f"{proof['type']} {proof.get('cryptosuite', '')}".rstrip()


def _nothing_to_check(
    proofs: Sequence[Mapping[str, Any]], supported: Sequence[Mapping[str, Any]], bench: Bench
) -> Finding:
    theirs = [proof for proof in proofs if _controller(proof) == bench.issuer]
    if supported and not theirs:
        return found(
            Check.KEY, Reason.ISSUER_MISMATCH, f"the key is that of {_controller(supported[0])}"
        )
    return found(Check.PROOF, Reason.PROOF_UNSUPPORTED, _name((theirs or proofs)[0]))


def _judge(document: Mapping[str, Any], proof: Mapping[str, Any], bench: Bench) -> Secured:
    findings = list(_times(proof, bench))
    method = proof.get("verificationMethod")
    if not isinstance(method, str):
        findings.append(
            found(Check.PROOF, Reason.PROOF_MALFORMED, "verificationMethod is not a string")
        )
        return Secured(tuple(findings), SUITE)
    try:
        key = resolve.method_at(method, bench.documents)
        _check_use(key, _moment_of(proof, "created"), bench)
        if key.kind != "Multikey" or not isinstance(key.key, Ed25519PublicKey):
            raise NoKey(Reason.KEY_MALFORMED, f"{method} is not an Ed25519 Multikey")
    except NoKey as error:
        return Secured((found(Check.KEY, error.reason, str(error)), *findings, UNJUDGED), SUITE)
    findings.insert(0, passed(Check.KEY, method))
    signature, canonical = _check_signature(document, proof, key.key, bench)
    findings.append(signature)
    good = all(finding.outcome is Outcome.PASSED for finding in findings)
    return Secured(tuple(findings), SUITE, verified=good, canonical=canonical)


def _judge_other(
    document: Mapping[str, Any], proof: Mapping[str, Any], bench: Bench
) -> Iterator[Finding]:
    """A further proof by somebody else: it decides nothing unless it is false."""
    judged = _judge(document, proof, bench)
    failed = [finding for finding in judged.findings if finding.outcome is Outcome.FAILED]
    yield from failed
    if not failed:
        holds = "holds" if judged.verified else "was not checked"
        yield not_applicable(Check.PROOF, f"a further proof by {_controller(proof)} {holds}")


def _times(proof: Mapping[str, Any], bench: Bench) -> Iterator[Finding]:
    """`created` against now, `expires` against the moment asked about."""
    created, expires = _moment_of(proof, "created"), _moment_of(proof, "expires")
    if created is not None and created - bench.now > SKEW:
        yield found(Check.PROOF, Reason.PROOF_CREATED, f"created {created.isoformat()}")
    if expires is not None and bench.moment > expires:
        yield found(Check.PROOF, Reason.PROOF_EXPIRED, f"expires {expires.isoformat()}")


def _moment_of(proof: Mapping[str, Any], name: str) -> datetime | None:
    text = proof.get(name)
    try:
        return timestamps.parse(text) if isinstance(text, str) else None
    except timestamps.MalformedTimestamp:
        return None


def _check_signature(
    document: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey, bench: Bench
) -> tuple[Finding, bool]:
    """The finding, and whether the document was canonicalised on the way."""
    try:
        data_integrity.verify_eddsa_rdfc_2022(document, proof, key, contexts=bench.contexts)
    except data_integrity.InvalidProof as error:
        reason = Reason(error.reason)
        return found(Check.PROOF, reason, str(error)), reason is Reason.PROOF_ALTERED
    except (DataLoss, InvalidJsonLd, UnknownContext, WorkLimit) as error:
        return found(Check.PROOF, reason_of_loss(error), f"the proof: {error}"), False
    return passed(Check.PROOF, SUITE), True


Loss = DataLoss | InvalidJsonLd | UnknownContext | WorkLimit
"""Why a document has no canonical form, or none that covers all of it."""


def reason_of_loss(error: Loss) -> Reason:
    """Why a document could not be canonicalised."""
    match error:
        case DataLoss():
            return Reason.TERM_LOST
        case UnknownContext():
            return Reason.CONTEXT_UNKNOWN
        case WorkLimit():
            return Reason.LIMIT_WORK
    return Reason.CONTEXT_INVALID


# Tokens (VC-JWT as Open Badges 3.0 defines it; `vc+jwt` for status lists).


def badge_token(token: jws.Jws, bench: Bench) -> Secured:
    """Judge a badge's token: Open Badges 3.0, VC-JWT proof format."""
    header = token.header
    kind = header.get("typ", "JWT")
    if isinstance(kind, str) and kind in _JOSE_TYPES:
        return Secured((found(Check.PROOF, Reason.PROOF_UNSUPPORTED, kind),), None)
    findings = []
    if extra := sorted(header.keys() - _HEADER_MEMBERS):
        findings.append(found(Check.PROOF, Reason.HEADER_MEMBER, ", ".join(extra)))
    if kind != "JWT":
        findings.append(found(Check.PROOF, Reason.HEADER_TYPE, "typ is not JWT"))
    if header["alg"] not in _BADGE_ALGORITHMS:
        findings.append(found(Check.PROOF, Reason.ALGORITHM_UNSUPPORTED, header["alg"]))
    return _token(token, bench, findings)


def list_token(token: jws.Jws, bench: Bench) -> Secured:
    """Judge a status list's token: `vc+jwt` (VC-JOSE-COSE 3.1.1), or a plain JWT."""
    findings = []
    if token.header.get("typ", "JWT") not in ("vc+jwt", "JWT"):
        findings.append(found(Check.PROOF, Reason.HEADER_TYPE, "typ is neither vc+jwt nor JWT"))
    return _token(token, bench, findings)


def _token(token: jws.Jws, bench: Bench, findings: list[Finding]) -> Secured:
    try:
        key = _token_key(token, bench)
    except NoKey as error:
        return Secured((found(Check.KEY, error.reason, str(error)), *findings, UNJUDGED), TOKEN)
    findings.insert(0, passed(Check.KEY, key.id))
    try:
        jws.verify_signature(token, key.key)
    except jws.InvalidSignature as error:
        findings.append(found(Check.PROOF, Reason(error.reason), str(error)))
    else:
        findings.append(passed(Check.PROOF, token.header["alg"]))
    good = all(finding.outcome is Outcome.PASSED for finding in findings)
    return Secured(tuple(findings), TOKEN, verified=good)


def _token_key(token: jws.Jws, bench: Bench) -> VerificationMethod:
    """The issuer's key that the header names. A key shown in the header proves nothing."""
    kid, shown = _named_key(token.header)
    if kid is None and bench.issuer.startswith("did:key:"):
        kid = f"{bench.issuer}#{bench.issuer.removeprefix('did:key:')}"
    if kid is not None and kid.startswith(("did:", f"{bench.issuer}#")):
        if resolve.controller_of(kid) != bench.issuer:
            raise NoKey(Reason.ISSUER_MISMATCH, f"the key is that of {kid}")
        key = resolve.method_at(kid, bench.documents)
    else:
        key = resolve.key_in_set(bench.issuer, kid, shown, bench.documents)
    if shown is not None and jwk.thumbprint(shown) != jwk.thumbprint(key.key):
        raise NoKey(Reason.KEY_MISMATCH, "the header's jwk is not the published key")
    _check_use(key, _signing_time(token), bench)
    return key


def _named_key(header: Mapping[str, Any]) -> tuple[str | None, PublicKey | None]:
    kid, shown = header.get("kid"), header.get("jwk")
    if not isinstance(kid, str | None) or not isinstance(shown, Mapping | None):
        raise NoKey(Reason.HEADER_KEY, "kid is a string and jwk an object")
    if kid is None and shown is None:
        raise NoKey(Reason.HEADER_KEY, "neither kid nor jwk is present")
    try:
        return kid, None if shown is None else jwk.public_key(shown)
    except MalformedKey as error:
        raise NoKey(Reason.KEY_MALFORMED, f"the header's jwk: {error}") from None


def _signing_time(token: jws.Jws) -> datetime | None:
    inside = token.payload.get("vc")
    text = versions.begins(inside if isinstance(inside, Mapping) else token.payload)
    try:
        return timestamps.parse(text, assume_utc=True) if isinstance(text, str) else None
    except timestamps.MalformedTimestamp:
        return None


def _check_use(key: VerificationMethod, signed: datetime | None, bench: Bench) -> None:
    """Raise `NoKey` if the key is revoked, ran out before it signed, or is for something else.

    A revoked key proves nothing, whatever date its signatures claim: whoever stole it chooses
    the date.
    """
    purpose = bench.purposes.get(key.id)
    if purpose is not None and purpose not in bench.accepted:
        raise NoKey(Reason.KEY_PURPOSE, f"{key.id} is for {purpose}")
    if key.revoked is not None and key.revoked <= bench.now:
        raise NoKey(Reason.KEY_REVOKED, f"{key.id} is revoked since {key.revoked.isoformat()}")
    if key.expires is not None and (signed or bench.now) >= key.expires:
        raise NoKey(Reason.KEY_EXPIRED, f"{key.id} ran out {key.expires.isoformat()}")
