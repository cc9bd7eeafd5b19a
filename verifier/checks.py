"""The checks that read the credential itself: contexts, terms, shape, dates, issuer, recipient.

Each is a function from what was presented to findings; none of them looks at a key or asks for a
document. The proof is judged in `verifier.securing`, the status in `verifier.status`.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from verifier import canonical, claims, model, resolve, timestamps, versions
from verifier.canonical import DataLoss, InvalidJsonLd, WorkLimit
from verifier.contexts import UnknownContext
from verifier.reasons import Check, Outcome, Reason
from verifier.report import Finding, Who, found, not_applicable, note, passed
from verifier.securing import SKEW, Loss, reason_of_loss
from verifier.versions import VC2
from verifier.world import World

_OB3 = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json")

# Scripts that are written together in one name.
_TOGETHER: Final = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)


def issuer_of(credential: Mapping[str, Any]) -> str | None:
    """The issuer's id, whether `issuer` is a string or a profile; None if there is none."""
    issuer = credential.get("issuer")
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    return name if isinstance(name, str) and name else None


def check_vocabulary(
    credential: Mapping[str, Any], world: World, *, canonical: bool
) -> Iterator[Finding]:
    """The contexts are the right ones and known, and every term leaves a trace in what is signed
    (JSON-LD safe mode). Asked of tokens too: what has no meaning in a context has none for others.

    `canonical`: the document has been canonicalised already, while its proof was checked.
    """
    error = None if canonical else _loss(credential, world)
    misplaced = _misplaced_context(credential)
    if misplaced is not None:
        yield found(Check.CONTEXT, Reason.CONTEXT_ORDER, misplaced)
    if isinstance(error, UnknownContext | InvalidJsonLd):
        yield found(Check.CONTEXT, reason_of_loss(error), str(error))
        yield Finding(Check.TERMS, Outcome.UNKNOWN)
        return
    if misplaced is None:
        yield passed(Check.CONTEXT)
    if error is not None:
        yield found(Check.TERMS, reason_of_loss(error), str(error))
    else:
        yield passed(Check.TERMS)


def _misplaced_context(credential: Mapping[str, Any]) -> str | None:
    """Why `@context` is no list that begins with a VC Data Model and then Open Badges 3.0."""
    contexts = credential.get("@context")
    if not isinstance(contexts, list) or not all(isinstance(c, str | dict) for c in contexts):
        return "/@context is not a list of contexts"
    if contexts[:1] != [(wanted := versions.model_of(credential).context)]:
        return f"/@context/0 is not {wanted}"
    if len(contexts) < 2 or not isinstance(contexts[1], str) or not _OB3.fullmatch(contexts[1]):
        return "/@context/1 is not Open Badges 3.0"
    return None


def _loss(credential: Mapping[str, Any], world: World) -> Loss | None:
    # Under VC Data Model 1.1 the claims stand outside the credential.
    apart = claims.REGISTERED if versions.model_of(credential) is VC2 else frozenset()
    document = {
        name: value for name, value in credential.items() if name != "proof" and name not in apart
    }
    try:
        canonical.check(document, contexts=world.contexts)
    except (DataLoss, InvalidJsonLd, UnknownContext, WorkLimit) as error:
        return error
    return None


def check_structure(
    credential: Mapping[str, Any], kind: str = "AchievementCredential"
) -> Iterator[Finding]:
    """The classes of the standard; each violation with its JSON pointer. As `model.violations`."""
    violations = model.violations(credential, kind)
    for violation in violations:
        yield found(
            Check.STRUCTURE, violation.reason, f"{violation.pointer or '/'}: {violation.message}"
        )
    if not violations:
        yield passed(Check.STRUCTURE)
    for schema in model.other_schemas(credential, kind):
        yield note(Check.STRUCTURE, Reason.STRUCTURE_SCHEMA, schema)


def check_period(credential: Mapping[str, Any], end: datetime | None, world: World) -> Finding:
    """In force: validFrom ≤ t < validUntil + 1 s (or issuanceDate and expirationDate); the skew
    is for what lies ahead only.

    `end` is what bounds the credential from outside (a token's `exp`), where it names no end.
    """
    try:
        begins = _moment(credential, versions.model_of(credential).begins)
        ends = _moment(credential, versions.model_of(credential).ends) or end
    except timestamps.MalformedTimestamp:
        return Finding(Check.PERIOD, Outcome.UNKNOWN)  # refused by the structure
    if begins is None:
        return Finding(Check.PERIOD, Outcome.UNKNOWN)
    return in_force(begins, ends, world)


def in_force(begins: datetime, ends: datetime | None, world: World) -> Finding:
    """Whether the moment asked about lies between the two, the second of the end included."""
    if ends is not None and ends < begins:
        return found(
            Check.PERIOD, Reason.PERIOD_ORDER, f"{begins.isoformat()} to {ends.isoformat()}"
        )
    if begins - world.moment > SKEW:
        return found(Check.PERIOD, Reason.PERIOD_NOT_YET, f"from {begins.isoformat()}")
    if ends is not None and world.moment - ends >= timedelta(seconds=1):
        return found(Check.PERIOD, Reason.PERIOD_EXPIRED, f"until {ends.isoformat()}")
    return passed(Check.PERIOD)


def _moment(credential: Mapping[str, Any], name: str) -> datetime | None:
    if name not in credential:
        return None
    text = credential[name]
    return timestamps.parse(text if isinstance(text, str) else "", assume_utc=True)


def who_is(issuer: str | None, verified: bool, world: World, vouched: str | None = None) -> Who:
    """Who issued the badge, as far as the proof shows it. `vouched` as in `Secured`."""
    did = issuer if issuer is not None and issuer.startswith("did:") else None
    host = resolve.issuer_place(vouched or issuer) if issuer is not None and verified else None
    if verified and issuer in world.ours and vouched is None:
        return Who("ours", did, host)
    return Who("unproven" if host is None else "domain", did, host)


def check_issuer(
    issuer: str | None, who: Who, verified: bool, world: World, vouched: str | None = None
) -> Iterator[Finding]:
    """Is it somebody the asker trusts; and, in words, whether it is us or a stranger."""
    proven = issuer if vouched is None else vouched
    if proven is not None and world.trust and not {issuer, proven} <= world.trust:
        yield found(Check.ISSUER, Reason.ISSUER_UNTRUSTED, proven)
    if not verified:
        yield Finding(Check.ISSUER, Outcome.UNKNOWN)
        return
    if issuer in world.trust and proven in world.trust:
        yield passed(Check.ISSUER, issuer)
    kinds = {
        "ours": Reason.WHO_OURS,
        "domain": Reason.WHO_DOMAIN,
        "unproven": Reason.WHO_UNPROVEN,
    }
    yield found(Check.ISSUER, kinds[who.kind], who.host or who.did)
    if world.ours and who.kind != "ours":
        yield found(Check.ISSUER, Reason.WHO_NOT_OURS)
    if who.host is not None and mixes_scripts(who.host):
        yield found(Check.ISSUER, Reason.WHO_MIXED_SCRIPTS, who.host)


def mixes_scripts(host: str) -> bool:
    """Whether a label of `host` (ASCII form) is written with letters of several scripts."""
    return any(_scripts_clash(label) for label in host.split("."))


def _scripts_clash(label: str) -> bool:
    if not label.startswith("xn--"):
        return False
    try:
        text = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return True  # it cannot be shown for what it is: read it closely
    scripts = {
        unicodedata.name(letter, "UNKNOWN").split(" ")[0].split("-")[0]
        for letter in text
        if letter.isalpha()
    }
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def check_recipient(credential: Mapping[str, Any], world: World) -> Finding:
    """Does `world.recipient` equal the subject's id or one of its identifiers, plain or hashed."""
    if world.recipient is None:
        return not_applicable(Check.RECIPIENT)
    subject = credential.get("credentialSubject")
    known: list[Identity] = []
    if isinstance(subject, dict):
        known.append(Identity(subject.get("id")))
        identifiers = subject.get("identifier")
        for entry in identifiers if isinstance(identifiers, list) else []:
            if isinstance(entry, dict):
                known.append(
                    Identity(
                        entry.get("identityHash"),
                        entry.get("hashed") is True,
                        entry.get("salt", ""),
                    )
                )
    return check_identities(known, world)


@dataclass(frozen=True)
class Identity:
    """Somebody as a badge names them; `value` is `sha256$…` or `md5$…` of text and salt where
    `hashed`. Of any JSON type: what is no string is nobody."""

    value: Any
    hashed: bool = False
    salt: Any = ""

    def is_of(self, text: str) -> bool:
        if not isinstance(self.value, str) or not isinstance(self.salt, str):
            return False
        return _is_hash_of(self.value, text + self.salt) if self.hashed else self.value == text


def check_identities(known: Iterable[Identity], world: World) -> Finding:
    """Is `world.recipient` one of these; does not apply where nobody was asked about."""
    if world.recipient is None:
        return not_applicable(Check.RECIPIENT)
    asked = [world.recipient]
    if "@" in world.recipient:
        asked.append(world.recipient.lower())
    if world.recipient and any(identity.is_of(text) for identity in known for text in asked):
        return passed(Check.RECIPIENT)
    return found(Check.RECIPIENT, Reason.RECIPIENT_MISMATCH)


def _is_hash_of(expected: str, text: str) -> bool:
    algorithm, _, digest = expected.partition("$")
    if algorithm not in ("sha256", "md5"):
        return False
    # Half a surrogate pair is nobody's name; it is compared like any other.
    encoded = text.encode(errors="surrogatepass")
    return hashlib.new(algorithm, encoded).hexdigest() == digest.lower()


def believed(findings: Iterable[Finding], verified: bool) -> Iterator[Finding]:
    """What an unproven badge says against itself stands; what it says for itself does not."""
    for finding in findings:
        if finding.outcome is Outcome.PASSED and not verified:
            yield Finding(finding.check, Outcome.UNKNOWN)
        else:
            yield finding
