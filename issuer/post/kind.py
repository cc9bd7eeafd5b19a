"""The kinds of mail, what the words of one are made of, and phrases that several of them share."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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


# What each kind is called in a list.
NAMES: Final[Mapping[Kind, str]] = {
    Kind.ENQUIRY_RECEIVED: N_("enquiry received"),
    Kind.ENROLLED: N_("taken into the programme"),
    Kind.SENT_BACK: N_("requirement sent back"),
    Kind.SEALED: N_("mark awarded"),
    Kind.REMINDER_120: N_("reminder, 120 days before"),
    Kind.RENEWAL_OPENS: N_("renewal opens"),
    Kind.REMINDER_60: N_("reminder, 60 days before"),
    Kind.REMINDER_30: N_("reminder, 30 days before"),
    Kind.REMINDER_7: N_("reminder, 7 days before"),
    Kind.LAST_DAY: N_("last day"),
    Kind.LAPSED_7: N_("ended, 7 days after"),
    Kind.LAPSED_30: N_("ended, 30 days after"),
    Kind.SUSPENDED: N_("mark on hold"),
    Kind.LIFTED: N_("mark stands again"),
    Kind.WITHDRAWN: N_("mark withdrawn"),
    Kind.GIVEN_UP: N_("ended by the holder"),
    Kind.NEW_COPY: N_("new copy of the badge"),
    Kind.REGAINED: N_("mark given back"),
    Kind.CARRIED_ON: N_("mark taken over"),
    Kind.HANDED_OVER: N_("mark handed over"),
    Kind.GONE_ON: N_("ended with a merger or transfer"),
    Kind.MEETING_INVITED: N_("invitation to a meeting"),
    Kind.MEETING_MOVED: N_("meeting changed"),
    Kind.MEETING_CANCELLED: N_("meeting called off"),
    Kind.MEETING_REMINDER: N_("reminder of a meeting"),
    Kind.CASE_OPENED: N_("case opened"),
    Kind.CASE_DISMISSED: N_("case dismissed"),
    Kind.CASE_WITHDRAWAL: N_("case decided: withdrawn"),
    Kind.APPEAL_RECEIVED: N_("appeal received"),
    Kind.APPEAL_REFUSED: N_("appeal refused"),
    Kind.APPEAL_GRANTED: N_("appeal granted"),
    Kind.TEST: N_("test mail"),
}


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
