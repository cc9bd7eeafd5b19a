"""Names of organisations: one spelling, a folded form for searching, an address from it."""

import re
import unicodedata

from anyascii import anyascii

from issuer.characters import hidden
from issuer.errors import BadInput
from issuer.texts import N_

MAX_LENGTH = 200

# Letters whose base is not what a transliteration would choose (ŋ is n, not ng).
_BASE = str.maketrans(
    {"æ": "ae", "ø": "o", "å": "a", "ŋ": "n", "đ": "d", "ŧ": "t", "š": "s", "ž": "z", "č": "c"}
)

_LOOK_ALIKE = str.maketrans("01", "ol")
_LIKE_OURS = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})


def clean(name: str) -> str:
    """Return `name` in NFC with single spaces, or raise `BadInput` with the letter at fault."""
    text = unicodedata.normalize("NFC", name)
    if letter := hidden(text, allowed="\t\r\n"):
        raise BadInput(
            N_("The name holds the invisible character U+%(code)s. Type the name again."),
            code=f"{ord(letter):04X}",
        )
    text = " ".join(text.split())
    if not text:
        raise BadInput(N_("The name is empty. Write the name the organisation goes by."))
    if len(text) > MAX_LENGTH:
        raise BadInput(
            N_("The name has %(length)s letters; at most %(most)s are possible."),
            length=len(text),
            most=MAX_LENGTH,
        )
    return text


def folded(name: str) -> str:
    """The form that is searched: `Østfold Teater` and `ostfold` meet here."""
    return anyascii(unicodedata.normalize("NFC", name).casefold().translate(_BASE)).lower()


def is_same_person(one: str, other: str) -> bool:
    """Whether two names may be those of one person: case, accents, signs, and letters and digits
    that look like others make no difference. Where two people must act, in doubt it is one."""
    return person_key(one) == person_key(other)


def person_key(name: str) -> str:
    """What is equal for names that may be one person's. The record keeps it beside a name."""
    words = folded(unicodedata.normalize("NFKC", name)).translate(_LOOK_ALIKE)
    return " ".join(re.findall(r"[a-z0-9]+", words)) or name.casefold()


def mixes_scripts(name: str) -> bool:
    """Whether letters of an alphabet that looks like ours stand among ours."""
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in name}
    return "LATIN" in scripts and not scripts.isdisjoint(_LIKE_OURS)


def sort_key(name: str) -> str:
    """A key that sorts by code point as Norwegians sort: …, z, æ, ø, å; aa counts as å."""
    lowered = unicodedata.normalize("NFC", name).casefold().replace("aa", "å")
    last = {"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"}
    return "".join(last.get(letter) or anyascii(letter).lower() for letter in lowered)


def slug(name: str) -> str:
    """The address part made of `name`: `[a-z0-9-]{3,60}`, before any `-2` for collisions."""
    words = re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")[:56].strip("-")
    return words if len(words) >= 3 else f"{words}-merke".strip("-")


def number_text(number: str) -> str:
    """An organisation number in groups of three with hard spaces."""
    return "\u00a0".join(number[start : start + 3] for start in range(0, len(number), 3))
