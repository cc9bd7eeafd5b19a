"""What is wrong, and where: a code, the thing it is about, a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from issuer.texts import N_, translate

# The code of a finding, and what it means. docs/audit.md lists them; a test compares.
MEANINGS: Mapping[str, str] = {
    "chain.gap": N_("An entry is missing: the number before it does not follow."),
    "chain.link": N_("It does not follow the entry before it."),
    "chain.changed": N_("It was changed after it was written."),
    "chain.person": N_("Who or why was changed after it was written."),
    "chain.clock": N_("It is dated before an entry that was written earlier."),
    "checkpoint.signature": N_("The signature of this checkpoint does not hold."),
    "checkpoint.content": N_("The checkpoint does not say what the record says of it."),
    "checkpoint.entry": N_("The chain no longer holds the entry this checkpoint vouches for."),
    "credential.bytes": N_("The stored bytes are not those that were sealed."),
    "credential.form": N_("It cannot be read as a credential: %(fault)s."),
    "credential.field": N_("%(field)s is not what the record says."),
    "credential.proof": N_("The embedded proof does not hold: %(fault)s."),
    "credential.token": N_("The token does not hold: %(fault)s."),
    "credential.key": N_("It was signed by a key that may not have signed it: %(key)s."),
    "credential.unlogged": N_("No entry of the log says that it was issued."),
    "credential.absent": N_("The log says that it was issued, but the record does not hold it."),
    "award.requirements": N_("It was sealed without an accepted requirement: %(missing)s."),
    "award.deciders": N_("One person decided alone, and no reason is kept."),
    "award.days": N_("Its days are not those the programme's rules give."),
    "award.twice": N_("Its cycle holds two awards that stand."),
    "status.place": N_("A place in a status list belongs to two credentials, or to none."),
    "status.revoked": N_("A decision ended it, but its place is not marked as revoked."),
    "status.unfounded": N_("Its place is marked as revoked without a decision."),
    "list.signature": N_("The published list's signature does not hold: %(fault)s."),
    "list.bits": N_("The published list does not show what the record says, at place %(place)s."),
    "list.old": N_("The published list has run out, so verifiers can say nothing."),
}


@dataclass(frozen=True)
class Finding:
    """`subject` names the thing: `entry 12`, a credential's id, an award's code, `list 3`."""

    code: str
    subject: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        return translate(language, MEANINGS[self.code], **self.values)

    def json(self) -> dict[str, Any]:
        text = {language: self.text(language) for language in ("nb", "nn", "en")}
        return {"code": self.code, "subject": self.subject, "text": text}
