"""Is it signed, by whom, and does the signature hold: proofs inside a document.

The same judgement serves badges and status lists: `Bench` says which documents, times and key
purposes apply. A key counts only if the issuer has published it (`verifier.resolve`) and it may
be used for this; the key, never the badge, decides how a signature is checked. Tokens are judged
in `verifier.tokens`, by the same rules for keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.did import VerificationMethod
from keys.multikey import PublicKey
from verifier import data_integrity, resolve, timestamps
from verifier.canonical import DataLoss, InvalidJsonLd, WorkLimit
from verifier.contexts import UnknownContext
from verifier.data_integrity import Suite
from verifier.documents import DocumentSource
from verifier.kept import Kept
from verifier.reasons import Check, Outcome, Reason
from verifier.report import Finding, found, not_applicable, note, passed
from verifier.resolve import NoKey

SKEW: Final = timedelta(seconds=60)
"""What the asker's clock may be behind; granted to dates that lie ahead only."""

MAX_PROOFS: Final = 4
"""Each is canonicalised anew, and a hostile badge makes that slow."""


class Bench(NamedTuple):
    """By what a proof is judged: who should have signed, and what is known about it.

    `content`: the bytes that hold the document, where the same are likely to come again; whether
    a signature in them holds is then found out once.
    """

    issuer: str
    documents: DocumentSource
    now: datetime
    moment: datetime
    accepted: frozenset[str]
    purposes: Mapping[str, str]
    contexts: Mapping[str, Any] | None
    content: bytes | None = None


class Secured(NamedTuple):
    """The judgement: findings on KEY and PROOF.

    `securing` is what secures it: a suite (`data_integrity.SUITES`) or a kind of token.
    `verified`: a signature of the issuer's holds, and none that could be checked fails.
    `canonical`: the document has been canonicalised without loss on the way.
    `document`: what the issuer's proof covers, where that is less than what was presented.
    `vouched`: the address that alone vouches for the key, where that is less than the issuer's
    name.
    """

    findings: tuple[Finding, ...]
    securing: str | None
    verified: bool = False
    canonical: bool = False
    document: Mapping[str, Any] | None = None
    vouched: str | None = None


UNJUDGED: Final = Finding(Check.PROOF, Outcome.UNKNOWN)


# Embedded proofs (Data Integrity 1.0).


def embedded(document: Mapping[str, Any], bench: Bench) -> Secured:
    """Judge the proof, or the set or chain of proofs, inside `document`.

    Of a set, one supported proof by the issuer must hold and no supported one may fail; those of
    other suites, and base proofs, are noted. A lone proof by somebody else is refused unread.
    """
    proof = document.get("proof")
    listed: list[Any] = proof if isinstance(proof, list) else [proof]
    if proof is None or not listed:
        return Secured((found(Check.PROOF, Reason.PROOF_MISSING),), None)
    if len(listed) > MAX_PROOFS:
        return Secured((found(Check.PROOF, Reason.LIMIT_COUNT, f"{len(listed)} proofs"),), None)
    supported: list[Mapping[str, Any]] = []
    own: list[Mapping[str, Any]] = []
    unsupported: list[Finding] = []
    for proof in listed:
        if not isinstance(proof, dict) or not isinstance(proof.get("type"), str):
            return Secured(
                (found(Check.PROOF, Reason.PROOF_MALFORMED, "a proof is an object with a type"),),
                None,
            )
        if not _is_supported(proof):
            unsupported.append(note(Check.PROOF, _why_unsupported(proof), _name(proof)))
            continue
        supported.append(proof)
        if _controller(proof) in (bench.issuer, None):
            own.append(proof)
    if not own:
        return Secured((_nothing_to_check(listed, supported, bench), UNJUDGED, *unsupported), None)
    judged: list[Secured] = []
    for proof in own:
        judged.append(_judge(document, proof, bench))
        if any(finding.reason is Reason.LIMIT_WORK for finding in judged[-1].findings):
            break  # a document that is too intricate for one proof is so for the next
    if len(listed) == 1 and judged[0].document is None:
        return judged[0]
    findings = [finding for one in judged for finding in one.findings]
    findings += unsupported
    if len(judged) == len(own):
        findings += [
            finding
            for proof in supported
            if proof not in own
            for finding in _judge_other(document, proof, bench)
        ]
    # What holds, and of that what covers the whole document rather than a part of its contexts.
    best = min(judged, key=lambda one: (not one.verified, one.document is not None))
    return Secured(
        tuple(findings),
        best.securing,
        verified=best.verified
        and all(finding.outcome is not Outcome.FAILED for finding in findings),
        canonical=any(one.canonical for one in judged) and best.document is None,
        document=best.document,
    )


def _is_supported(proof: Mapping[str, Any]) -> bool:
    return data_integrity.suite_of(proof) is not None and not data_integrity.is_base(proof)


def _why_unsupported(proof: Mapping[str, Any]) -> Reason:
    return Reason.PROOF_BASE if data_integrity.is_base(proof) else Reason.PROOF_UNSUPPORTED


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
    first = (theirs or proofs)[0]
    return found(Check.PROOF, _why_unsupported(first), _name(first))


def _judge(document: Mapping[str, Any], proof: Mapping[str, Any], bench: Bench) -> Secured:
    """Judge one proof of a suite in `data_integrity.SUITES`."""
    suite = data_integrity.suite_of(proof)
    assert suite is not None
    findings = list(_times(proof, bench))
    method = proof.get("verificationMethod")
    if not isinstance(method, str):
        findings.append(
            found(Check.PROOF, Reason.PROOF_MALFORMED, "verificationMethod is not a string")
        )
        return Secured(tuple(findings), suite.name)
    try:
        key = resolve.method_at(method, bench.documents)
        check_use(key, _moment_of(proof, "created"), bench)
        if key.kind not in suite.kinds or not suite.accepts(key.key):
            wanted = " or ".join(sorted(suite.kinds))
            told = f"{method} is a {key.kind}, and no {wanted} that {suite.name} is for"
            raise NoKey(Reason.KEY_MALFORMED, told)
    except NoKey as error:
        refused = found(Check.KEY, error.reason, str(error))
        return Secured((refused, *findings, UNJUDGED), suite.name)
    findings.insert(0, passed(Check.KEY, method))
    signature, hashed = _check_signature(document, proof, suite, key.key, bench)
    findings.append(signature)
    good = all(finding.outcome is Outcome.PASSED for finding in findings)
    if good and suite.selective:
        findings.append(found(Check.PROOF, Reason.PROOF_SELECTIVE))
    covered = data_integrity.covered(document, proof) if good else document
    return Secured(
        tuple(findings),
        suite.name,
        verified=good,
        canonical=hashed and suite.covers_terms,
        document=None if covered == document else covered,
    )


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
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    suite: Suite,
    key: PublicKey,
    bench: Bench,
) -> tuple[Finding, bool]:
    """The finding, and whether the document was canonicalised on the way."""
    try:
        _verify(document, proof, key, bench)
    except data_integrity.InvalidProof as error:
        reason = Reason(error.reason)
        return found(Check.PROOF, reason, str(error)), reason is Reason.PROOF_ALTERED
    except (DataLoss, InvalidJsonLd, UnknownContext, WorkLimit) as error:
        return found(Check.PROOF, reason_of_loss(error), f"the proof: {error}"), False
    return passed(Check.PROOF, suite.name), True


def _verify(
    document: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey, bench: Bench
) -> None:
    """Raise what `data_integrity.verify` raises."""

    def work_out() -> bool:
        data_integrity.verify(document, proof, key, contexts=bench.contexts)
        return True

    content = bench.content
    if content is None or bench.contexts is not None or not isinstance(key, Ed25519PublicKey):
        work_out()
        return
    listed = document["proof"]
    # Not by `index`, to which 1 and true are equal.
    places = [place for place, one in enumerate(listed) if one is proof]
    known = (content, *places, key.public_bytes_raw())
    _holding.of(known, work_out, lambda _: len(content))


# Signatures that hold, in documents that come with every badge of an issuer.
_holding: Final = Kept[bool](4 * 1024 * 1024)


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


def check_use(key: VerificationMethod, signed: datetime | None, bench: Bench) -> None:
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
