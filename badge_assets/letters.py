"""Text before it is drawn: one form, no hidden characters, not too long.

Whether the typeface has every letter is found out when it is set (`typesetting`).
"""

import re
import unicodedata

MAX_MARKS = 3  # combining marks on one letter; more climb out of their line

_SPACES = re.compile(" +")
_HIDDEN = {
    "Cc": "a control character",
    "Cf": "an invisible character, such as one that changes the direction of writing",
    "Cn": "a character that Unicode does not know",
    "Cs": "half a character",
    "Co": "a character of private use",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
_DATE = re.compile(r"\b(\d{1,2}\.?) ([^\W\d]+) (\d{4})\b")

# A dash between spaces, and a short word that joins two; beside words that are not so long that a
# name would have to be set smaller for it.
_DASH = re.compile(r"(?<![^ ])([^ ]{1,16}) (?=[-‐–—](?: |$))")
_JOINT = re.compile(r"(?<= )(&|\+|og|and|ja) (?=[^ ]{1,16}(?: |$))")


class UnfitText(ValueError):
    """A text that cannot be drawn; the message is for whoever wrote it."""


class MissingGlyph(UnfitText):
    """The typeface has no sign for `letter` (with the marks that stand on it)."""

    def __init__(self, letter: str) -> None:
        codes = " ".join(f"U+{ord(part):04X}" for part in letter)
        super().__init__(
            f"the typeface of the badge has no sign for “{letter}” ({codes}); "
            "write the name for the badge without it"
        )
        self.letter = letter


def ready(text: str, most: int, what: str) -> str:
    """Return `text` in NFC, spaces single, none at the ends; `what` names it in errors.

    Raises `UnfitText` if it is longer than `most` characters, or holds a control or
    direction character, a separator, or more than `MAX_MARKS` marks on one letter.
    """
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")
    if len(text) > most:
        raise UnfitText(f"{what} has {len(text)} characters; there is room for {most}")
    marks = 0
    for letter in text:
        if kind := _HIDDEN.get(unicodedata.category(letter)):
            raise UnfitText(f"{what} holds {kind} (U+{ord(letter):04X}); write it without")
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MAX_MARKS:
            raise UnfitText(f"{what} has more than {MAX_MARKS} marks on one letter")
    return text


def keep_dates_together(text: str) -> str:
    """Return `text` with hard spaces inside dates: "3. mars 2027" is never divided."""
    return _DATE.sub("\\1\u00a0\\2\u00a0\\3", text)


def keep_names_together(text: str) -> str:
    """Return a name with hard spaces where a line would else begin with a dash, or end with
    "og" or "&"."""
    return _JOINT.sub("\\1\u00a0", _DASH.sub("\\1\u00a0", text))
