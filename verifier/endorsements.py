"""What others say for a badge: the endorsements in it, found, and what became of each.

An `EndorsementCredential` stands in the badge with a proof of its own, or as a token, at the badge,
its achievement and every profile (Open Badges 3.0, "Endorsement Verification"). Each is verified
by itself (`verifier.verify`), and none decides anything about the badge: a badge is as good as its
own issuer made it, whatever has become of a word put in for it. A word that does not hold is
never shown as one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from verifier.reasons import Check, Reason, Verdict
from verifier.report import Endorsement, Finding, Report, found, note

MAX_ENDORSEMENTS: Final = 4
"""Each costs as much as a badge. More in one badge are counted, and not looked at."""

MAX_PARENTS: Final = 8

_NOTES: Final = {
    Verdict.INVALID: Reason.ENDORSEMENT_INVALID,
    Verdict.UNDETERMINED: Reason.ENDORSEMENT_OPEN,
}


@dataclass(frozen=True)
class Place:
    """An endorsement where it stands (a JSON pointer): an object, or the text of a token."""

    pointer: str
    value: Any


def places(credential: Mapping[str, Any]) -> list[Place]:
    """Return the endorsements in `credential`; not those inside endorsements."""
    return [place for at, item in _endorsable(credential) for place in _at(at, item)]


def endorsable_ids(credential: Mapping[str, Any]) -> frozenset[str]:
    """The ids of all that an endorsement in `credential` may be about. The standard's own example
    endorses the issuer at the place of the badge, so the place does not tell which."""
    subject = credential.get("credentialSubject")
    items = [item for _, item in _endorsable(credential)]
    items += [subject] if isinstance(subject, dict) else []
    names = [credential.get("issuer"), *(item.get("id") for item in items)]
    return frozenset(name for name in names if isinstance(name, str))


def check_subject(endorsement: Mapping[str, Any], ids: frozenset[str]) -> Iterator[Finding]:
    """A finding against an endorsement of something that is not in the badge it stands in."""
    endorsed = endorses(endorsement)
    if endorsed not in ids:
        yield found(Check.ENDORSEMENTS, Reason.ENDORSEMENT_SUBJECT, endorsed)


def endorses(endorsement: Mapping[str, Any]) -> str | None:
    """The id of what is endorsed."""
    subject = endorsement.get("credentialSubject")
    name = subject.get("id") if isinstance(subject, dict) else None
    return name if isinstance(name, str) else None


def judged(place: Place, report: Report) -> Endorsement:
    """The endorsement with its report. What it says is there only if it holds."""
    said = report.credential if report else None
    return Endorsement(place.pointer, None if said is None else endorses(said), report)


def findings(judged: list[Endorsement], unread: int) -> Iterator[Finding]:
    """One note on each, in the report on the badge: none decides anything."""
    for one in judged:
        if one.report:
            yield found(Check.ENDORSEMENTS, Reason.ENDORSEMENT_VALID, one.at)
        else:
            yield note(Check.ENDORSEMENTS, _NOTES[one.report.verdict], one.at)
    if unread:
        yield note(Check.ENDORSEMENTS, Reason.ENDORSEMENT_UNREAD, f"{unread} more")


def _endorsable(credential: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The badge, its achievement and every profile in it, each with its pointer."""
    yield "", credential
    yield from _profiles("/issuer", credential.get("issuer"))
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict):
        return
    yield from _profiles("/credentialSubject/source", subject.get("source"))
    achievement = subject.get("achievement")
    if isinstance(achievement, dict):
        at = "/credentialSubject/achievement"
        yield at, achievement
        yield from _profiles(f"{at}/creator", achievement.get("creator"))


def _profiles(at: str, profile: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for _ in range(MAX_PARENTS):
        if not isinstance(profile, dict):
            return
        yield at, profile
        at, profile = f"{at}/parentOrg", profile.get("parentOrg")


def _at(pointer: str, item: Mapping[str, Any]) -> Iterator[Place]:
    for name, kind in (("endorsement", Mapping), ("endorsementJwt", str)):
        listed = item.get(name, [])
        for index, value in enumerate(listed if isinstance(listed, list) else [listed]):
            if isinstance(value, kind):  # anything else is refused by the structure
                yield Place(f"{pointer}/{name}/{index}", value)
