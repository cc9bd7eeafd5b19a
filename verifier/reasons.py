"""The closed vocabulary of a report: verdicts, outcomes, checks, reasons, problem types.

Other people's programs switch on these strings: they are never renamed and never re-used.
What each means for a reader is `verifier.texts`; what each means for a developer is
`docs/verification.md`; a test holds all three complete.
"""

from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """The answer. Only `VALID` may ever be shown as a yes."""

    VALID = "VALID"
    INVALID = "INVALID"
    UNDETERMINED = "UNDETERMINED"


class Outcome(StrEnum):
    """What became of one check."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"  # it applies, and could not be carried out
    NOT_APPLICABLE = "not_applicable"  # there was nothing for it to look at


class Check(StrEnum):
    """The checks, in the order in which they are carried out and reported."""

    CARRIER = "carrier"
    JSON = "json"
    CONTEXT = "context"
    STRUCTURE = "structure"
    TERMS = "terms"
    KEY = "key"
    PROOF = "proof"
    CLAIMS = "claims"
    ISSUER = "issuer"
    PERIOD = "period"
    STATUS = "status"
    RECIPIENT = "recipient"
    REFRESH = "refresh"
    ENDORSEMENTS = "endorsements"


REQUIRED: Final = frozenset(
    {
        Check.CARRIER,
        Check.JSON,
        Check.CONTEXT,
        Check.STRUCTURE,
        Check.TERMS,
        Check.KEY,
        Check.PROOF,
        Check.ISSUER,
        Check.PERIOD,
        Check.STATUS,
    }
)
"""VALID needs a finding on each of these; all but STATUS must have passed."""

OB2_HOSTED: Final = "ob2-hosted"
OB2_SIGNED: Final = "ob2-signed"

NOT_ASKED: Final[dict[str, frozenset[Check]]] = {
    OB2_HOSTED: frozenset({Check.TERMS, Check.KEY}),
    OB2_SIGNED: frozenset({Check.TERMS}),
}
"""By securing: required checks that have nothing to look at in badges of Open Badges 2.0. The
whole JSON is what counts there, and a hosted badge is not signed."""


class Reason(StrEnum):
    """Why a check failed or could not be carried out; `NOTES` decide nothing."""

    CARRIER_NONE = "carrier.none"
    CARRIER_UNSUPPORTED = "carrier.unsupported"
    CARRIER_UNREACHABLE = "carrier.unreachable"
    CARRIER_MALFORMED = "carrier.malformed"
    CARRIER_DUPLICATE = "carrier.duplicate"
    CARRIER_COMPRESSED = "carrier.compressed"
    CARRIER_TRAILING = "carrier.trailing"
    CARRIER_ACTIVE = "carrier.active"

    JSON_MALFORMED = "json.malformed"
    JSON_DUPLICATE = "json.duplicate"
    JSON_NUMBER = "json.number"
    JSON_UNICODE = "json.unicode"

    LIMIT_SIZE = "limit.size"
    LIMIT_DEPTH = "limit.depth"
    LIMIT_WORK = "limit.work"
    LIMIT_COUNT = "limit.count"
    LIMIT_REQUESTS = "limit.requests"

    CONTEXT_UNKNOWN = "context.unknown"
    CONTEXT_ORDER = "context.order"
    CONTEXT_INVALID = "context.invalid"
    TERM_LOST = "term.lost"

    STRUCTURE_VERSION = "structure.version"
    STRUCTURE_MIXED = "structure.mixed"
    STRUCTURE_TYPE = "structure.type"
    STRUCTURE_MISSING = "structure.missing"
    STRUCTURE_VALUE = "structure.value"
    STRUCTURE_EMPTY = "structure.empty"
    STRUCTURE_UNEXPECTED = "structure.unexpected"
    STRUCTURE_SCHEMA = "structure.schema"

    TOKEN_MALFORMED = "token.malformed"
    HEADER_MEMBER = "header.member"
    HEADER_TYPE = "header.type"
    HEADER_KEY = "header.key"
    HEADER_CRITICAL = "header.critical"
    ALGORITHM_FORBIDDEN = "algorithm.forbidden"
    ALGORITHM_UNSUPPORTED = "algorithm.unsupported"
    ALGORITHM_MISMATCH = "algorithm.mismatch"

    PROOF_MISSING = "proof.missing"
    PROOF_UNSUPPORTED = "proof.unsupported"
    PROOF_BASE = "proof.base"
    PROOF_MALFORMED = "proof.malformed"
    PROOF_ALTERED = "proof.altered"
    PROOF_PURPOSE = "proof.purpose"
    PROOF_CHAIN = "proof.chain"
    PROOF_CREATED = "proof.created"
    PROOF_EXPIRED = "proof.expired"
    PROOF_SELECTIVE = "proof.selective"

    HOSTED_UNREACHABLE = "hosted.unreachable"
    HOSTED_MALFORMED = "hosted.malformed"
    HOSTED_MISMATCH = "hosted.mismatch"
    HOSTED_SCOPE = "hosted.scope"
    HOSTED_LIVE = "hosted.live"
    HOSTED_DIFFERS = "hosted.differs"

    KEY_UNKNOWN = "key.unknown"
    KEY_MALFORMED = "key.malformed"
    KEY_MISMATCH = "key.mismatch"
    KEY_RELATIONSHIP = "key.relationship"
    KEY_PURPOSE = "key.purpose"
    KEY_REVOKED = "key.revoked"
    KEY_EXPIRED = "key.expired"

    ISSUER_UNREACHABLE = "issuer.unreachable"
    ISSUER_MALFORMED = "issuer.malformed"
    ISSUER_DOCUMENT = "issuer.document"
    ISSUER_IDENTIFIER = "issuer.identifier"
    ISSUER_UNSUPPORTED = "issuer.unsupported"
    ISSUER_MISMATCH = "issuer.mismatch"
    ISSUER_UNTRUSTED = "issuer.untrusted"

    CLAIMS_MISSING = "claims.missing"
    CLAIMS_MISMATCH = "claims.mismatch"
    CLAIMS_TYPE = "claims.type"
    CLAIMS_AUDIENCE = "claims.audience"

    PERIOD_NOT_YET = "period.not_yet"
    PERIOD_EXPIRED = "period.expired"
    PERIOD_ORDER = "period.order"

    STATUS_REVOKED = "status.revoked"
    STATUS_SUSPENDED = "status.suspended"
    STATUS_UNREACHABLE = "status.unreachable"
    STATUS_UNVERIFIED = "status.unverified"
    STATUS_ISSUER = "status.issuer"
    STATUS_STALE = "status.stale"
    STATUS_PURPOSE = "status.purpose"
    STATUS_MALFORMED = "status.malformed"
    STATUS_LENGTH = "status.length"
    STATUS_RANGE = "status.range"
    STATUS_UNSUPPORTED = "status.unsupported"
    STATUS_MESSAGE = "status.message"
    STATUS_REFRESH = "status.refresh"

    RECIPIENT_MISMATCH = "recipient.mismatch"

    REFRESH_NEWER = "refresh.newer"
    REFRESH_SAME = "refresh.same"
    REFRESH_UNREACHABLE = "refresh.unreachable"
    REFRESH_REFUSED = "refresh.refused"
    REFRESH_UNSUPPORTED = "refresh.unsupported"

    ENDORSEMENT_VALID = "endorsement.valid"
    ENDORSEMENT_INVALID = "endorsement.invalid"
    ENDORSEMENT_OPEN = "endorsement.open"
    ENDORSEMENT_UNREAD = "endorsement.unread"
    ENDORSEMENT_SUBJECT = "endorsement.subject"

    VERIFIER_ERROR = "verifier.error"

    WHO_OURS = "who.ours"
    WHO_DOMAIN = "who.domain"
    WHO_UNPROVEN = "who.unproven"
    WHO_NOT_OURS = "who.not_ours"
    WHO_MIXED_SCRIPTS = "who.mixed_scripts"


UNDECIDED: Final = frozenset(
    {
        Reason.CARRIER_NONE,
        Reason.CARRIER_UNSUPPORTED,
        Reason.CARRIER_UNREACHABLE,
        Reason.LIMIT_WORK,
        Reason.LIMIT_COUNT,
        Reason.LIMIT_REQUESTS,
        Reason.CONTEXT_UNKNOWN,
        Reason.STRUCTURE_VERSION,
        Reason.ALGORITHM_UNSUPPORTED,
        Reason.PROOF_UNSUPPORTED,
        Reason.PROOF_BASE,
        Reason.HOSTED_UNREACHABLE,
        Reason.HOSTED_MALFORMED,
        Reason.ISSUER_UNREACHABLE,
        Reason.ISSUER_MALFORMED,
        Reason.ISSUER_UNSUPPORTED,
        Reason.STATUS_UNREACHABLE,
        Reason.STATUS_UNVERIFIED,
        Reason.STATUS_ISSUER,
        Reason.STATUS_STALE,
        Reason.STATUS_PURPOSE,
        Reason.STATUS_MALFORMED,
        Reason.STATUS_LENGTH,
        Reason.STATUS_RANGE,
        Reason.STATUS_UNSUPPORTED,
        Reason.STATUS_MESSAGE,
        Reason.VERIFIER_ERROR,
    }
)
"""Reasons that leave the question open. Every other one, notes apart, makes a badge INVALID."""

NOTES: Final = frozenset(
    {
        Reason.PROOF_SELECTIVE,
        Reason.STATUS_REFRESH,
        Reason.REFRESH_NEWER,
        Reason.REFRESH_SAME,
        Reason.REFRESH_UNREACHABLE,
        Reason.REFRESH_REFUSED,
        Reason.REFRESH_UNSUPPORTED,
        Reason.ENDORSEMENT_VALID,
        Reason.ENDORSEMENT_INVALID,
        Reason.ENDORSEMENT_OPEN,
        Reason.ENDORSEMENT_UNREAD,
        Reason.STRUCTURE_SCHEMA,
        Reason.HOSTED_LIVE,
        Reason.HOSTED_DIFFERS,
        Reason.WHO_OURS,
        Reason.WHO_DOMAIN,
        Reason.WHO_UNPROVEN,
        Reason.WHO_NOT_OURS,
        Reason.WHO_MIXED_SCRIPTS,
    }
)


def outcome_of(reason: Reason) -> Outcome:
    """What `reason` makes of its check: unknown, failed, or (a note) passed."""
    if reason in NOTES:
        return Outcome.PASSED
    return Outcome.UNKNOWN if reason in UNDECIDED else Outcome.FAILED


_VC = "https://www.w3.org/TR/vc-data-model#"
_SECURITY = "https://w3id.org/security#"
_STATUS = "https://www.w3.org/ns/credentials/status-list#"

_PARSING = _VC + "PARSING_ERROR"
_CRYPTOGRAPHIC = _VC + "CRYPTOGRAPHIC_SECURITY_ERROR"
_VALUE = _VC + "MALFORMED_VALUE_ERROR"
_RANGE = _VC + "RANGE_ERROR"
_PROOF = _SECURITY + "PROOF_VERIFICATION_ERROR"
_TRANSFORMATION = _SECURITY + "PROOF_TRANSFORMATION_ERROR"
_METHOD = _SECURITY + "INVALID_VERIFICATION_METHOD"
_RETRIEVAL = _STATUS + "STATUS_RETRIEVAL_ERROR"
_LIST = _STATUS + "STATUS_VERIFICATION_ERROR"

PROBLEM: Final[dict[Reason, str]] = {
    Reason.CARRIER_MALFORMED: _PARSING,
    Reason.CARRIER_DUPLICATE: _PARSING,
    Reason.CARRIER_COMPRESSED: _PARSING,
    Reason.CARRIER_TRAILING: _PARSING,
    Reason.JSON_MALFORMED: _PARSING,
    Reason.JSON_DUPLICATE: _PARSING,
    Reason.JSON_NUMBER: _PARSING,
    Reason.JSON_UNICODE: _PARSING,
    Reason.LIMIT_SIZE: _PARSING,
    Reason.LIMIT_DEPTH: _PARSING,
    Reason.CONTEXT_ORDER: _VALUE,
    Reason.CONTEXT_INVALID: _TRANSFORMATION,
    Reason.TERM_LOST: _SECURITY + "DATA_LOSS_DETECTION_ERROR",
    Reason.STRUCTURE_MIXED: _VALUE,
    Reason.STRUCTURE_TYPE: _VALUE,
    Reason.STRUCTURE_MISSING: _VALUE,
    Reason.STRUCTURE_VALUE: _VALUE,
    Reason.STRUCTURE_EMPTY: _VALUE,
    Reason.STRUCTURE_UNEXPECTED: _VALUE,
    Reason.TOKEN_MALFORMED: _PARSING,
    Reason.HEADER_MEMBER: _CRYPTOGRAPHIC,
    Reason.HEADER_TYPE: _CRYPTOGRAPHIC,
    Reason.HEADER_KEY: _CRYPTOGRAPHIC,
    Reason.HEADER_CRITICAL: _CRYPTOGRAPHIC,
    Reason.ALGORITHM_FORBIDDEN: _CRYPTOGRAPHIC,
    Reason.ALGORITHM_MISMATCH: _CRYPTOGRAPHIC,
    Reason.PROOF_MISSING: _PROOF,
    Reason.PROOF_MALFORMED: _PROOF,
    Reason.PROOF_ALTERED: _CRYPTOGRAPHIC,
    Reason.PROOF_PURPOSE: _PROOF,
    Reason.PROOF_CHAIN: _PROOF,
    Reason.PROOF_CREATED: _PROOF,
    Reason.PROOF_EXPIRED: _PROOF,
    Reason.HOSTED_MISMATCH: _PROOF,
    Reason.HOSTED_SCOPE: _PROOF,
    Reason.KEY_UNKNOWN: _METHOD,
    Reason.KEY_MALFORMED: _METHOD,
    Reason.KEY_MISMATCH: _METHOD,
    Reason.KEY_RELATIONSHIP: _SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
    Reason.KEY_PURPOSE: _METHOD,
    Reason.KEY_REVOKED: _METHOD,
    Reason.KEY_EXPIRED: _METHOD,
    Reason.ISSUER_MALFORMED: _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
    Reason.ISSUER_DOCUMENT: _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID",
    Reason.ISSUER_IDENTIFIER: _SECURITY + "INVALID_VERIFICATION_METHOD_URL",
    Reason.ISSUER_MISMATCH: _METHOD,
    Reason.CLAIMS_MISSING: _VALUE,
    Reason.CLAIMS_MISMATCH: _VALUE,
    Reason.CLAIMS_TYPE: _VALUE,
    Reason.PERIOD_ORDER: _VALUE,
    Reason.STATUS_UNREACHABLE: _RETRIEVAL,
    Reason.STATUS_UNVERIFIED: _LIST,
    Reason.STATUS_ISSUER: _LIST,
    Reason.STATUS_STALE: _LIST,
    Reason.STATUS_PURPOSE: _LIST,
    Reason.STATUS_MALFORMED: _VALUE,
    Reason.STATUS_LENGTH: _STATUS + "STATUS_LIST_LENGTH_ERROR",
    Reason.STATUS_RANGE: _RANGE,
}
"""The standard's own name (RFC 9457 `type`) for what a reason says, where it has one."""
