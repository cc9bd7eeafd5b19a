"""Step 4 of a verification: every check of a document whose proof has been judged.

The procedure is `verifier.verify`; what each check looks for is in the modules asked here.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from verifier import checks, claims, endorsements, jose_claims, status, tokens
from verifier.jws import Jws
from verifier.reasons import Check, Outcome
from verifier.report import Finding, Who, not_applicable
from verifier.securing import Bench, Secured
from verifier.world import World

_FOR_LISTS: Final = frozenset({"status"})


class Examined(NamedTuple):
    """What the checks look at: a document that was read, and what its proof was worth.

    `document` holds the proofs inside it, and of its contexts those that are covered; for a token
    it is the credential in the payload.
    """

    document: Mapping[str, Any]
    token: Jws | None
    issuer: str | None
    who: Who
    secured: Secured
    bench: Bench
    world: World

    @property
    def signed(self) -> dict[str, Any]:
        """The document without the proofs inside it: what a signature covers."""
        return {name: value for name, value in self.document.items() if name != "proof"}


def _vocabulary(case: Examined) -> Iterable[Finding]:
    return checks.check_vocabulary(case.document, case.world, canonical=case.secured.canonical)


def _structure(case: Examined) -> Iterable[Finding]:
    return checks.check_structure(case.document)


def _claims(case: Examined) -> Iterable[Finding]:
    if case.token is None:
        return [not_applicable(Check.CLAIMS)]
    if case.secured.securing == tokens.VC_JOSE:
        return _believed(case, jose_claims.check_claims(case.token))
    return _believed(case, claims.check_claims(case.token.payload))


def _issuer(case: Examined) -> Iterable[Finding]:
    secured = case.secured
    return checks.check_issuer(case.issuer, case.who, secured.verified, case.world, secured.vouched)


def _period(case: Examined) -> Iterable[Finding]:
    end = None
    # In a `vc+jwt`, `exp` ends the signature, which has been looked at.
    if case.token is not None and case.secured.securing != tokens.VC_JOSE:
        end = claims.end_of(case.token.payload)
    return _believed(case, [checks.check_period(case.document, end, case.world)])


def _status(case: Examined) -> Iterable[Finding]:
    # A false badge sends nobody anywhere: no address in it is asked.
    if any(finding.outcome is Outcome.FAILED for finding in case.secured.findings):
        return [Finding(Check.STATUS, Outcome.UNKNOWN)]
    bench = case.bench._replace(accepted=_FOR_LISTS, moment=case.world.now)
    return _believed(case, [status.check_status(case.document, bench, case.world)])


def _recipient(case: Examined) -> Iterable[Finding]:
    return _believed(case, [checks.check_recipient(case.document, case.world)])


def _believed(case: Examined, findings: Iterable[Finding]) -> Iterable[Finding]:
    return checks.believed(findings, case.secured.verified)


CheckFunction = Callable[[Examined], Iterable[Finding]]
Checks = tuple[tuple[Check, CheckFunction], ...]

CHECKS: Final[Checks] = (
    (Check.STRUCTURE, _structure),
    (Check.TERMS, _vocabulary),
    (Check.CLAIMS, _claims),
    (Check.ISSUER, _issuer),
    (Check.PERIOD, _period),
    (Check.STATUS, _status),
    (Check.RECIPIENT, _recipient),
)


def checks_of_endorsement(ids: frozenset[str]) -> Checks:
    """The checks of an endorsement in a badge in which `ids` may be endorsed."""

    def structure(case: Examined) -> Iterable[Finding]:
        return checks.check_structure(case.document, "EndorsementCredential")

    def subject(case: Examined) -> Iterable[Finding]:
        return endorsements.check_subject(case.document, ids)

    others = (item for item in CHECKS if item[0] not in (Check.STRUCTURE, Check.RECIPIENT))
    return ((Check.STRUCTURE, structure), *others, (Check.ENDORSEMENTS, subject))
