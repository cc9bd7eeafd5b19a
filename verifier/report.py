"""The report: what a whole verification found, and the one verdict that follows from it.

Bytes and algorithms raise; a judgement reports, because people want all the reasons.
Sentences for people are `verifier.texts`; the vocabulary is `verifier.reasons`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from verifier import texts
from verifier.pointer import Pointer
from verifier.reasons import (
    NOT_ASKED,
    PROBLEM,
    REQUIRED,
    Check,
    Outcome,
    Reason,
    Verdict,
    outcome_of,
)

__all__ = [
    "Check",
    "Endorsement",
    "Finding",
    "Outcome",
    "Reason",
    "Report",
    "Successor",
    "Verdict",
    "Who",
    "found",
    "not_applicable",
    "note",
    "passed",
]

_DETAIL_LIMIT: Final = 300
_CAUTIONS: Final = frozenset({Reason.PROOF_SELECTIVE, Reason.WHO_MIXED_SCRIPTS})


class Finding(NamedTuple):
    """What one check found.

    `detail` is for developers and in English: a JSON pointer, an address, a member's name.
    It may repeat what a stranger wrote, so whoever shows it must escape it.
    """

    check: Check
    outcome: Outcome
    reason: Reason | None = None
    detail: str | None = None

    @property
    def problem(self) -> str | None:
        """The standard's problem type (a URL), where the standard has one."""
        return PROBLEM.get(self.reason) if self.reason is not None else None

    @property
    def text(self) -> Mapping[str, str]:
        """One fixed sentence for people: {"nb": …, "nn": …, "en": …}."""
        return texts.of_finding(self.check, self.outcome, self.reason)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": str(self.check),
            "outcome": str(self.outcome),
            "reason": None if self.reason is None else str(self.reason),
            "problem": self.problem,
            "text": dict(self.text),
            "detail": self.detail,
        }


def found(check: Check, reason: Reason, detail: str | None = None) -> Finding:
    """A finding against the badge: failed or unknown, as `reason` says."""
    return Finding(check, outcome_of(reason), reason, _shortened(detail))


def passed(check: Check, detail: str | None = None) -> Finding:
    return Finding(check, Outcome.PASSED, None, _shortened(detail))


def not_applicable(check: Check, detail: str | None = None) -> Finding:
    return Finding(check, Outcome.NOT_APPLICABLE, None, _shortened(detail))


def note(check: Check, reason: Reason, detail: str | None = None) -> Finding:
    """Something worth reading that decides nothing, such as a proof we cannot check."""
    return Finding(check, Outcome.NOT_APPLICABLE, reason, _shortened(detail))


def _shortened(detail: str | None) -> str | None:
    # A stranger may have written it: a report must not grow with the badge.
    if detail is None or len(detail) <= _DETAIL_LIMIT:
        return detail
    return detail[: _DETAIL_LIMIT - 1] + "…"


@dataclass(frozen=True)
class Who:
    """Who issued the badge, apart from whether it is in order.

    `kind` is "ours", "domain" (the key stands in the document of `host`) or "unproven".
    `did` is the issuer's DID as the badge names it: proven unless `kind` is "unproven".
    `host` is in ASCII form, with the path behind it for an issuer that has only a path of it,
    and None where no domain has been proven.
    """

    kind: str
    did: str | None = None
    host: str | None = None

    def to_json(self) -> dict[str, str | None]:
        return {"kind": self.kind, "did": self.did, "host": self.host}


@dataclass(frozen=True)
class Successor:
    """What the issuer's refresh service answered in place of a badge: verified, by itself.

    The dates are as its credential writes them.
    """

    report: "Report"
    begins: str | None
    ends: str | None

    def to_json(self) -> dict[str, Any]:
        credential = self.report.credential or {}
        return {
            "verdict": str(self.report.verdict),
            "reasons": [str(reason) for reason in self.report.reasons],
            "id": credential.get("id"),
            "validFrom": self.begins,
            "validUntil": self.ends,
        }


@dataclass(frozen=True)
class Endorsement:
    """What somebody says for a badge, verified by itself.

    `at` is a JSON pointer into the badge; `endorses` the id of what it speaks for, None unless it
    is valid.
    """

    at: str
    endorses: str | None
    report: "Report"

    def to_json(self) -> dict[str, Any]:
        """The report, without what a badge alone has. An endorsement that is not valid says
        nothing."""
        whole = self.report.to_json()
        told = ("verdict", "reasons", "who", "securing", "checks")
        return {
            "at": self.at,
            "endorses": self.endorses,
            **{name: whole[name] for name in told},
            "credential": whole["credential"] if self.report else None,
        }


@dataclass(frozen=True)
class Report:
    """The outcome of one verification.

    `findings` in the order of the checks; a check may have several. `securing` names what
    the proof is: a cryptosuite ("eddsa-rdfc-2022"), "vc-jwt", "ob2-hosted" or "ob2-signed"; None
    where none was found.
    `credential` is what was signed, and None unless the proof verified. `at` is the time
    asked about, where that is not `verified_at`: it moves the dates, never the status.
    `successor` and `endorsements` have reports of their own and decide nothing in this one.
    `points_to` is where the QR code of a picture without a credential leads.
    `errors` holds exceptions of ours that became `verifier.error`; never shown to people.
    """

    findings: tuple[Finding, ...]
    who: Who
    securing: str | None
    credential: Mapping[str, Any] | None
    verified_at: datetime
    at: datetime | None = None
    successor: Successor | None = None
    endorsements: tuple[Endorsement, ...] = ()
    points_to: Pointer | None = None
    errors: tuple[Exception, ...] = field(default=(), compare=False, repr=False)

    @property
    def verdict(self) -> Verdict:
        """INVALID outranks UNDETERMINED outranks VALID; silence is UNDETERMINED."""
        outcomes = {finding.outcome for finding in self.findings}
        if Outcome.FAILED in outcomes:
            return Verdict.INVALID
        if Outcome.UNKNOWN in outcomes:
            return Verdict.UNDETERMINED
        good = {f.check for f in self.findings if f.outcome is Outcome.PASSED}
        may_not_apply = {Check.STATUS} | NOT_ASKED.get(self.securing or "", frozenset())
        good |= may_not_apply & {
            f.check for f in self.findings if f.outcome is Outcome.NOT_APPLICABLE
        }
        return Verdict.VALID if good >= REQUIRED else Verdict.UNDETERMINED

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the verdict is not VALID: what failed first, then what is open; each once."""
        return tuple(
            dict.fromkeys(
                finding.reason
                for outcome in (Outcome.FAILED, Outcome.UNKNOWN)
                for finding in self.findings
                if finding.outcome is outcome and finding.reason is not None
            )
        )

    @property
    def cautions(self) -> tuple[Reason, ...]:
        """What decides nothing and must be read beside the verdict all the same."""
        return tuple(
            dict.fromkeys(
                finding.reason for finding in self.findings if finding.reason in _CAUTIONS
            )
        )

    @property
    def sentence(self) -> Mapping[str, str]:
        """The verdict as one large sentence: {"nb": …, "nn": …, "en": …}."""
        return texts.of_verdict(self.verdict)

    def __bool__(self) -> bool:
        """`if verify(...)` is safe: only VALID is true."""
        return self.verdict is Verdict.VALID

    def to_json(self) -> dict[str, Any]:
        """The report as a JSON value, the same in page, API and command line."""
        return {
            "verdict": str(self.verdict),
            "reasons": [str(reason) for reason in self.reasons],
            "who": self.who.to_json(),
            "securing": self.securing,
            "checks": [finding.to_json() for finding in self.findings],
            "successor": None if self.successor is None else self.successor.to_json(),
            "endorsements": [endorsement.to_json() for endorsement in self.endorsements],
            "points_to": None if self.points_to is None else self.points_to.to_json(),
            "credential": None if self.credential is None else dict(self.credential),
            "verified_at": _timestamp(self.verified_at),
            "at": None if self.at is None else _timestamp(self.at),
        }


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
