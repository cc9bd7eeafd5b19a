"""Any badge in, one report out.

    from verifier.verify import World, verify
    report = verify(Path("badge.png").read_bytes(), World(documents, now))
    if report: ...

Pure but for what `world` brings: equal arguments give equal reports, and no input raises.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, TypeVar

from keys.jwk import b64url_decode
from verifier import (
    carriers,
    checks,
    claims,
    endorsements,
    jws,
    ob2,
    pointer,
    refresh,
    securing,
    strict_json,
    tokens,
    versions,
    work,
)
from verifier.carriers import Found, NoCredential
from verifier.documents import (
    DocumentSource,
    DocumentUnavailable,
    OneVerification,
    RequestsSpent,
)
from verifier.endorsements import MAX_ENDORSEMENTS, Place
from verifier.examination import CHECKS, Checks, Examined, checks_of_endorsement
from verifier.jws import Jws, MalformedJws
from verifier.pointer import Pointer
from verifier.reasons import Check, Reason
from verifier.report import (
    Endorsement,
    Finding,
    Report,
    Successor,
    Who,
    found,
    not_applicable,
    note,
    passed,
)
from verifier.securing import Bench, Secured
from verifier.strict_json import MalformedJson
from verifier.world import World

__all__ = ["Report", "World", "verify"]

_log = logging.getLogger(__name__)

_ORDER: Final = {check: place for place, check in enumerate(Check)}
_FOR_BADGES: Final = frozenset({"badge", "badge-jwt"})
_READING: Final = ("json.", "limit.")

# Algorithms that exist (RFC 7518 and its successors) and are not checked here. Any other name is
# no algorithm, and a token under it is not signed.
_OTHER_ALGORITHMS: Final = frozenset(
    {"RS384", "RS512", "PS256", "PS384", "PS512", "ES512", "ES256K", "Ed25519", "Ed448"}
)

_T = TypeVar("_T")


def verify(presented: bytes, world: World) -> Report:
    """Return the report on `presented`: a picture, a JSON text, a token, or an address, in bytes.

    (1) Find the credential in the picture or text, or at the address. (2) Read it: in one way
    only, or not at all. (3) Check its proof: before that, nothing in it may be believed. (4) Run
    every check: one failure must not hide the next. What could not be checked is UNDETERMINED,
    and so is a verification that broke: an exception of ours becomes `verifier.error`. (5) Of a
    proven badge, look at what stands beside it and decides nothing: a newer copy, endorsements.
    """
    counted = work.begin()
    try:
        return _verify(presented, world, world.documents, beside=True)
    finally:
        work.end(counted)


def _verify(presented: bytes, world: World, documents: DocumentSource, *, beside: bool) -> Report:
    """As `verify`, with what is left of the `documents` of a verification, and without step 5."""
    case = _Case(world, OneVerification(documents))
    carried = case.run(Check.CARRIER, lambda: _find(presented, case))
    read = carried and case.run(Check.JSON, lambda: _read(carried, case))
    if not carried or not read:
        return case.report(None, Who("unproven"), Secured((), None))
    document, token = read
    if ob2.is_assertion(document):
        return _older_badge(document, token, carried, case)
    examined = _examine(document, token, case, CHECKS)
    if beside and examined.secured.verified:
        _look_beside(examined, carried, case)
    return case.report(examined.signed, examined.who, examined.secured)


def _examine(
    document: Mapping[str, Any], token: Jws | None, case: "_Case", all_checks: Checks
) -> Examined:
    """Steps 3 and 4."""
    issuer = checks.issuer_of(document)
    bench = _bench(issuer, case)
    secured = case.run(Check.PROOF, lambda: _check_proof(document, token, bench))
    secured = secured or Secured((), None)
    case.findings += secured.findings
    who = checks.who_is(issuer, secured.verified, case.world, secured.vouched)
    document = document if secured.document is None else secured.document
    examined = Examined(document, token, issuer, who, secured, bench, case.world)
    for check, function in all_checks:
        try:
            case.findings += list(function(examined))
        except Exception as error:
            case.broke(check, error)
    return examined


@dataclass
class _Case:
    """One verification under way; `documents` are those of the world, within its bounds."""

    world: World
    documents: OneVerification
    points_to: Pointer | None = None
    successor: Successor | None = None
    endorsements: tuple[Endorsement, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def run(self, check: Check, step: Callable[[], _T], *, decides: bool = True) -> _T | None:
        """Run one step; an unexpected exception leaves its check open, if it decides anything,
        and nothing else."""
        try:
            return step()
        except Exception as error:
            self.broke(check, error, decides=decides)
            return None

    def broke(self, check: Check, error: Exception, *, decides: bool = True) -> None:
        """An exception of ours, while it was being handled."""
        _log.exception("the check %s broke", check)
        self.errors.append(error)
        told = found if decides else note
        self.findings.append(told(check, Reason.VERIFIER_ERROR, type(error).__name__))

    def report(self, signed: Mapping[str, Any] | None, who: Who, secured: Secured) -> Report:
        return Report(
            findings=tuple(sorted(self.findings, key=lambda finding: _ORDER[finding.check])),
            who=who,
            securing=secured.securing,
            credential=signed if secured.verified else None,
            verified_at=self.world.now,
            at=self.world.at,
            points_to=self.points_to,
            successor=self.successor,
            endorsements=self.endorsements,
            errors=tuple(self.errors),
        )


def _find(presented: bytes, case: _Case) -> Found | None:
    """Step 1. None where there is nothing to read; the findings say why."""
    came_from = ""
    try:
        carried = carriers.find(presented)
        # An address leads to a picture, and an older picture to an assertion, and then it ends.
        for _ in range(2):
            if (address := carried.address) is not None:
                presented, came_from = _badge_at(address, case), f", from {address}"
                carried = carriers.find(presented)
        if carried.address is not None:
            raise NoCredential(
                Reason.CARRIER_UNSUPPORTED, f"an address that leads to {carried.address}"
            )
    except NoCredential as error:
        case.findings.append(found(Check.CARRIER, error.reason, f"{error}{came_from}"))
        if error.reason is Reason.CARRIER_NONE:
            case.points_to = pointer.read(presented, case.world.ours)
        return None
    case.findings.append(passed(Check.CARRIER, f"{carried.kind} in {carried.carrier}{came_from}"))
    return carried


def _badge_at(address: str, case: _Case) -> bytes:
    try:
        return case.documents.get_badge(address).data
    except RequestsSpent as error:
        raise NoCredential(Reason.LIMIT_REQUESTS, f"{address}: {error}") from None
    except DocumentUnavailable as error:
        raise NoCredential(Reason.CARRIER_UNREACHABLE, f"{address}: {error}") from None


def _older_badge(
    document: Mapping[str, Any], token: Jws | None, carried: Found, case: _Case
) -> Report:
    """Steps 3 and 4 for a badge of Open Badges 2.0."""
    examined = case.run(
        Check.PROOF, lambda: ob2.examine(document, token, carried, case.documents, case.world)
    )
    if examined is None:
        return case.report(None, Who("unproven"), Secured((), None))
    case.findings += examined.findings
    secured = Secured((), examined.securing, verified=examined.verified)
    return case.report(examined.credential, examined.who, secured)


def _read(carried: Found, case: _Case) -> tuple[Mapping[str, Any], Jws | None] | None:
    """Step 2: the document, and the token around it if there is one. None as above; a document
    that follows other rules than those judged here is not read further either."""
    token: Jws | None = None
    try:
        if carried.kind == "jws":
            # Latin-1 keeps every byte one letter; any beyond ASCII is refused as base64url.
            token = jws.split(carried.data.decode("latin-1"))
        document = strict_json.loads(carried.data) if token is None else token.payload
    except MalformedJson as error:
        case.findings.append(found(Check.JSON, Reason(error.reason), str(error)))
        return None
    except MalformedJws as error:
        case.findings.append(_refused_token(carried, error))
        return None
    case.findings.append(passed(Check.JSON))
    if not isinstance(document, dict):
        case.findings.append(found(Check.STRUCTURE, Reason.STRUCTURE_TYPE, "not a JSON object"))
        return None
    if (other_rules := _other_rules(document, token, carried)) is not None:
        case.findings.append(other_rules)
        return None
    if token is not None and not ob2.is_assertion(document):
        document = claims.credential_of(document)
    return document, token


def _other_rules(document: Mapping[str, Any], token: Jws | None, carried: Found) -> Finding | None:
    """A finding where the document follows rules that are not judged here, or two sets of them."""
    if (version := ob2.older_version(document)) is not None:
        return found(Check.STRUCTURE, Reason.STRUCTURE_VERSION, version)
    older = ob2.is_assertion(document)
    if carried.carrier != "text" and carried.legacy is not older:
        return found(
            Check.CARRIER, Reason.CARRIER_MALFORMED, "a badge in the place for another version's"
        )
    if older:
        return None
    return versions.check_one_version(document, token=token is not None)


def _refused_token(carried: Found, error: MalformedJws) -> Finding:
    reason = Reason(error.reason)
    if reason is Reason.ALGORITHM_UNSUPPORTED:
        header = strict_json.loads(b64url_decode(carried.data.partition(b".")[0].decode("ascii")))
        if header["alg"] not in _OTHER_ALGORITHMS:
            reason = Reason.ALGORITHM_FORBIDDEN
    check = Check.JSON if reason.startswith(_READING) else Check.PROOF
    return found(check, reason, str(error))


def _bench(issuer: str | None, case: _Case) -> Bench:
    world = case.world
    return Bench(
        issuer=issuer or "",
        documents=case.documents,
        now=world.now,
        moment=world.moment,
        accepted=_FOR_BADGES,
        purposes=world.purposes,
        contexts=world.contexts,
    )


def _check_proof(document: Mapping[str, Any], token: Jws | None, bench: Bench) -> Secured:
    """Step 3."""
    if token is None:
        return securing.embedded(document, bench)
    judged = tokens.badge_token(token, bench)
    if "proof" not in document:
        return judged
    aside = not_applicable(Check.PROOF, "a proof inside the token is not looked at")
    return judged._replace(findings=(*judged.findings, aside))


# Steps 4 and 5.


def _look_beside(examined: Examined, carried: Found, case: _Case) -> None:
    if case.world.refresh:
        case.run(Check.REFRESH, lambda: _ask_for_newer(examined, carried, case), decides=False)
    case.run(Check.ENDORSEMENTS, lambda: _hear_others(examined, case), decides=False)


def _ask_for_newer(examined: Examined, carried: Found, case: _Case) -> None:
    once = partial(_verify, world=case.world, documents=case.documents, beside=False)
    case.successor, told = refresh.successor(examined.signed, carried.data, case.documents, once)
    case.findings += [] if told is None else [told]


def _hear_others(examined: Examined, case: _Case) -> None:
    if not (places := endorsements.places(examined.document)):
        return
    ids = endorsements.endorsable_ids(examined.document)
    heard: list[Endorsement] = []
    for place in places[:MAX_ENDORSEMENTS]:
        heard.append(endorsements.judged(place, _endorsement(place, ids, case)))
        if Reason.LIMIT_WORK in heard[-1].report.reasons:
            break  # one that costs so much is enough
    case.endorsements = tuple(heard)
    case.findings += endorsements.findings(heard, len(places) - len(heard))


def _endorsement(place: Place, ids: frozenset[str], badge: _Case) -> Report:
    """The report on an endorsement: as on a badge, but for its class, and what it is about. The
    asker's trust and recipient are about the badge."""
    world = replace(badge.world, trust=frozenset(), recipient=None)
    case = _Case(world, badge.documents, findings=[passed(Check.CARRIER, place.pointer)])
    read = case.run(Check.JSON, lambda: _read_endorsement(place, case))
    if read is None:
        return case.report(None, Who("unproven"), Secured((), None))
    examined = _examine(*read, case, checks_of_endorsement(ids))
    return case.report(examined.signed, examined.who, examined.secured)


def _read_endorsement(place: Place, case: _Case) -> tuple[Mapping[str, Any], Jws | None] | None:
    if isinstance(place.value, str):
        read = _read(Found(place.value.encode(), "jws", "text"), case)
    else:
        case.findings.append(passed(Check.JSON))
        read = place.value, None
        if (mixed := versions.check_one_version(place.value, token=False)) is not None:
            case.findings.append(mixed)
            return None
    if read is not None and ob2.is_assertion(read[0]):
        case.findings.append(found(Check.STRUCTURE, Reason.STRUCTURE_VERSION, ob2.CONTEXT))
        return None
    return read
