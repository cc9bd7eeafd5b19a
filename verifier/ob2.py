"""Badges of Open Badges 2.0, hosted or signed, and how older ones are told. Read only.

A hosted badge is believed only as it stands at its own address now, and only if its issuer's
document lets badges lie there: what was presented is but a pointer to it. A signed badge is a
token by a key that its issuer's document lists. There is no JSON-LD in either judgement.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from verifier import checks, jws, ob2_chain, ob2_model, timestamps
from verifier.carriers import Found
from verifier.documents import DocumentSource
from verifier.jws import Jws
from verifier.ob2_chain import Broken
from verifier.reasons import OB2_HOSTED, OB2_SIGNED, Check, Outcome, Reason
from verifier.report import Finding, Who, found, not_applicable, passed
from verifier.versions import VC1, VC2, first_context
from verifier.world import World

CONTEXT: Final = ob2_model.CONTEXT
_CONTEXT_1_1: Final = "https://w3id.org/openbadges/v1"

Json = Mapping[str, Any]


def is_assertion(document: Json) -> bool:
    """Whether `document` is of Open Badges 2.0: its context among the contexts, and no later's."""
    listed = ob2_model.listed(document.get("@context"))
    return CONTEXT in listed and first_context(document) not in (VC1.context, VC2.context)


def older_version(document: Json) -> str | None:
    """The version of an assertion from before Open Badges 2.0; None for anything else."""
    if _CONTEXT_1_1 in ob2_model.listed(document.get("@context")):
        return "Open Badges 1.1"
    if "@context" not in document and {"badge", "recipient"} <= document.keys():
        return "Open Badges 1.0" if "uid" in document else "Open Badges 0.5"
    return None


@dataclass
class Examined:
    """What was found out about an assertion, as far as one got."""

    securing: str
    findings: list[Finding] = field(default_factory=list)
    who: Who = field(default_factory=lambda: Who("unproven"))
    verified: bool = False
    credential: Json | None = None


def examine(
    presented: Json, token: Jws | None, carried: Found, documents: DocumentSource, world: World
) -> Examined:
    """Judge the assertion `presented`, the payload of `token` if there is one."""
    hosted = ob2_model.verification_type(presented) == "hosted"
    examined = Examined(OB2_HOSTED if hosted or token is None else OB2_SIGNED)
    try:
        # A hosted badge may come in a token as well. It is believed as it stands at its address.
        signed = None if hosted else token
        _examine(examined, presented, signed, carried, documents, world)
    except Broken as broken:
        examined.findings += broken.findings
    return examined


def _examine(
    examined: Examined,
    presented: Json,
    token: Jws | None,
    carried: Found,
    documents: DocumentSource,
    world: World,
) -> None:
    assertion = _assertion(presented, token, carried, documents)
    add = examined.findings.extend
    if assertion.get("revoked") is True:
        add([found(Check.STATUS, Reason.STATUS_REVOKED, "revoked")])
    ob2_chain.check_shape("Assertion", assertion)
    badge = ob2_chain.badge_class(assertion, documents)
    issuer = ob2_chain.issuer_of(badge)
    profile = ob2_chain.profile(issuer, documents)
    add([_contexts(assertion, badge, profile)])
    add([passed(Check.STRUCTURE), not_applicable(Check.TERMS), not_applicable(Check.CLAIMS)])
    if token is None:
        proof = _hosting(assertion, issuer, profile, presented)
    else:
        key = ob2_chain.key_of(assertion, issuer, profile, documents)
        proof = [passed(Check.KEY, issuer), _signature(token, key)]
    add(proof)
    # Notes pass, so what is hosted where it may be is as good as a signature that holds.
    examined.verified = not any(finding.outcome is Outcome.FAILED for finding in proof)
    examined.who = checks.who_is(issuer, examined.verified, world)
    add(checks.check_issuer(issuer, examined.who, examined.verified, world))
    add(
        checks.believed(
            _rest(examined, assertion, token, profile, documents, world), examined.verified
        )
    )
    if examined.verified:
        examined.credential = {**assertion, "badge": {**badge, "issuer": profile}}


def _assertion(
    presented: Json, token: Jws | None, carried: Found, documents: DocumentSource
) -> Json:
    """The assertion to judge. Raises `Broken`."""
    name = presented.get("id")
    if carried.beside is not None and carried.beside != name:
        raise Broken(
            found(Check.CARRIER, Reason.CARRIER_DUPLICATE, "an assertion and another's address")
        )
    kind = ob2_model.verification_type(presented)
    if kind is None:
        wrong = "/verification/type: neither hosted nor signed"
        raise Broken(found(Check.STRUCTURE, Reason.STRUCTURE_VALUE, wrong))
    if kind == "signed":
        if token is None:
            raise Broken(found(Check.PROOF, Reason.PROOF_MISSING, "signed badges are tokens"))
        return presented
    if not isinstance(name, str):
        raise Broken(found(Check.STRUCTURE, Reason.STRUCTURE_MISSING, "/id"))
    hosted = ob2_chain.hosted_at(name, documents)
    if (version := older_version(hosted)) is not None:
        raise Broken(found(Check.STRUCTURE, Reason.STRUCTURE_VERSION, version))
    if not is_assertion(hosted):
        raise Broken(found(Check.PROOF, Reason.HOSTED_MALFORMED, f"{name} is no assertion"))
    if hosted.get("id") != name:
        raise Broken(
            found(Check.PROOF, Reason.HOSTED_MISMATCH, f"the assertion at {name} has another id")
        )
    return hosted


def _contexts(*documents: Json) -> Finding:
    for document in documents:
        for context in ob2_model.listed(document.get("@context")):
            if context != ob2_model.CONTEXT:
                # It could give the members that are read here another meaning.
                return found(Check.CONTEXT, Reason.CONTEXT_UNKNOWN, str(context))
    return passed(Check.CONTEXT)


def _hosting(assertion: Json, issuer: str, profile: Json, presented: Json) -> list[Finding]:
    nothing_signed = not_applicable(Check.KEY)
    address = assertion["id"]
    if ob2_model.verification_type(assertion) != "hosted":
        wrong = "/verification/type: not hosted, and yet no token"
        return [nothing_signed, found(Check.STRUCTURE, Reason.STRUCTURE_VALUE, wrong)]
    if not ob2_chain.is_in_scope(address, issuer, profile):
        return [nothing_signed, found(Check.PROOF, Reason.HOSTED_SCOPE, f"{address} for {issuer}")]
    findings = [nothing_signed, found(Check.PROOF, Reason.HOSTED_LIVE, address)]
    if presented != assertion:
        findings.append(found(Check.PROOF, Reason.HOSTED_DIFFERS))
    return findings


def _signature(token: Jws, key: Any) -> Finding:
    try:
        jws.verify_signature(token, key)
    except jws.InvalidSignature as error:
        return found(Check.PROOF, Reason(error.reason), str(error))
    return passed(Check.PROOF, token.header["alg"])


def _rest(
    examined: Examined,
    assertion: Json,
    token: Jws | None,
    profile: Json,
    documents: DocumentSource,
    world: World,
) -> Iterator[Finding]:
    """Dates, withdrawal, recipient."""
    expires = assertion.get("expires")  # an empty place is none
    yield checks.in_force(
        timestamps.parse(assertion["issuedOn"]),
        timestamps.parse(expires) if isinstance(expires, str) else None,
        world,
    )
    if assertion.get("revoked") is True:
        pass  # told already
    elif token is None:
        yield passed(Check.STATUS, assertion["id"])
    elif not examined.verified:
        yield Finding(Check.STATUS, Outcome.UNKNOWN)  # a false badge sends nobody anywhere
    else:
        yield ob2_chain.check_revocation(assertion, profile, documents)
    recipient = assertion["recipient"]
    identity = checks.Identity(
        recipient["identity"], recipient["hashed"], recipient.get("salt") or ""
    )
    yield checks.check_identities([identity], world)
