"""The kinds of mail, what the words of one are made of, and phrases that several of them share."""

from dataclasses import dataclass
from enum import StrEnum

from issuer.texts import N_


class Kind(StrEnum):
    ENQUIRY_RECEIVED = "enquiry_received"
    ENROLLED = "enrolled"
    SENT_BACK = "sent_back"
    SEALED = "sealed"
    REMINDER_120 = "reminder_120"
    RENEWAL_OPENS = "renewal_opens"
    REMINDER_60 = "reminder_60"
    REMINDER_30 = "reminder_30"
    REMINDER_7 = "reminder_7"
    LAST_DAY = "last_day"
    LAPSED_7 = "lapsed_7"
    LAPSED_30 = "lapsed_30"
    SUSPENDED = "suspended"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    GIVEN_UP = "given_up"
    NEW_COPY = "new_copy"
    REGAINED = "regained"
    CARRIED_ON = "carried_on"
    HANDED_OVER = "handed_over"
    GONE_ON = "gone_on"
    MEETING_INVITED = "meeting_invited"
    MEETING_MOVED = "meeting_moved"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_REMINDER = "meeting_reminder"
    CASE_OPENED = "case_opened"
    CASE_DISMISSED = "case_dismissed"
    CASE_WITHDRAWAL = "case_withdrawal"
    APPEAL_RECEIVED = "appeal_received"
    APPEAL_REFUSED = "appeal_refused"
    APPEAL_GRANTED = "appeal_granted"
    TEST = "test"


@dataclass(frozen=True)
class Words:
    """`links` are pairs of a label and the name of the value that holds the address; one whose
    address is empty is left out.

    `quoted` is the name of a value told as it is, between the first paragraph and the others.
    `reminder`: may be unsubscribed. `one_person`: goes to the first contact alone.
    """

    subject: str
    paragraphs: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()
    quoted: str | None = None
    reminder: bool = False
    one_person: bool = False


PAGE = (N_("Your page"), "page")
FILES = (
    (N_("The badge and its files"), "badge"),
    (N_("The badge as a picture with everything in it (PNG)"), "png"),
    (N_("The same as SVG"), "svg"),
    (N_("The diploma for printing (PDF)"), "print"),
    (N_("Lines to paste into your website, and how"), "kit"),
)
WRITE = N_("Write to %(email)s, and we find a time together.")
TAKE_DOWN = N_(
    "Please take down posters and pictures that show the mark. The seal on your website changes"
    " by itself; you may remove its line as well."
)
NOT_PUBLISHED = N_("The reason is never published.")
MEETING = N_("When: %(when)s\nWhere: %(place)s")
