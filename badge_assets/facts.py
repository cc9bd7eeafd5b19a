"""What stands on a picture: its texts, each bounded and in the form in which it is drawn.

The words come from the caller, in its language; nothing here knows a record, a date or a
rule. Whether the typeface has every letter is found out when it is set (`typesetting`).
"""

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from badge_assets.letters import UnfitText, keep_dates_together, keep_names_together, ready

MARK_ROOM = 40  # the most characters in the name of a mark

_LANGUAGE = re.compile(r"[a-z]{2,3}")

# The most characters for which there is room, in any language and in capitals.
_ROOM = {
    "mark": MARK_ROOM,
    "holder": 120,
    "issuer": 120,
    "first_day_text": 80,
    "last_day_text": 60,
    "state_word": 40,
    "state_line": 90,
    "detail_line": 100,
    "sample": 12,
    "title": 300,
    "description": 1000,
    "lead": 400,
    "scan_line": 80,
    "report_line": 200,
    "code_alt": 300,
    "number_line": 40,
    "awarded_line": 300,
    "done_heading": 60,
    "limits": 600,
    "note": 200,
    "question": 120,
    "address_line": 140,
}
_SENTENCE_ROOM = 300
_ITEMS, _ITEM_ROOM = 30, 6000
_OPTIONAL = frozenset(
    {"first_day_text", "detail_line", "sample", "state_word", "number_line", "limits"}
)
_DATED = (
    *("first_day_text", "last_day_text", "issuer", "state_line", "detail_line"),
    *("lead", "awarded_line"),
)
_NAMED = ("mark", "holder", "issuer")


class SealKind(StrEnum):
    """The forms a seal can take: one for each answer that a reader must tell apart."""

    HOLDS = "holds"
    LAPSED = "lapsed"
    RENEWING = "renewing"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    GIVEN_UP = "given_up"
    IN_ERROR = "in_error"
    UNKNOWN = "unknown"
    UNDER_WAY = "under_way"

    @property
    def grey(self) -> bool:
        """Whether it says that the mark does not stand."""
        return self not in (SealKind.HOLDS, SealKind.UNDER_WAY)

    @property
    def awarded(self) -> bool:
        """Whether there is, or was, an award to show."""
        return self not in (SealKind.UNKNOWN, SealKind.UNDER_WAY)


@dataclass(frozen=True)
class BadgeFacts:
    """What stands on a badge; every text is written as it will be read.

    `address` is one of `qr.address`; it is drawn as QR code and printed under it.
    `language` and `holder_language` (where the holder's name is in another) are codes of
    two or three letters. `title` and `description` are read aloud by screen readers.
    `sample` is the word that marks a made-up badge, else empty. Where `kind` says that the
    mark does not stand, `state_word` says so in large letters and `last_day_text` tells since
    when; a badge with a credential inside is always of kind `HOLDS`.
    """

    mark: str
    holder: str
    issuer: str
    first_day_text: str
    last_day_text: str
    address: str
    language: str
    title: str
    description: str
    holder_language: str | None = None
    sample: str = ""
    kind: SealKind = SealKind.HOLDS
    state_word: str = ""


@dataclass(frozen=True)
class SealFacts:
    """What stands on a seal. `holder` is empty for `UNKNOWN`; `detail_line` may be.

    The other members are those of `BadgeFacts`.
    """

    kind: SealKind
    mark: str
    holder: str
    state_line: str
    language: str
    title: str
    description: str
    detail_line: str = ""
    holder_language: str | None = None
    sample: str = ""


class Sheet(StrEnum):
    """The sizes of paper that a poster is made for."""

    A4 = "a4"
    A3 = "a3"


@dataclass(frozen=True)
class PosterFacts:
    """What stands on a poster. `lead` is the sentence to the guest, which stands first and
    large; where the mark does not stand, the sentence that says so. `meaning` is what the mark
    means, in a few sentences; `code_alt` says of the QR code what it leads to.

    The other members are those of `BadgeFacts`.
    """

    kind: SealKind
    mark: str
    holder: str
    issuer: str
    lead: str
    meaning: tuple[str, ...]
    last_day_text: str
    report_line: str
    scan_line: str
    code_alt: str
    address: str
    language: str
    title: str
    description: str
    holder_language: str | None = None
    sample: str = ""
    state_word: str = ""


@dataclass(frozen=True)
class DiplomaFacts:
    """What stands on a diploma. `items` are the requirements that were met: the name of each,
    and what is told of it; `limits` is what the mark does not say, `note` stands at the foot
    of each page.

    The other members are those of `PosterFacts`.
    """

    kind: SealKind
    mark: str
    holder: str
    issuer: str
    number_line: str
    last_day_text: str
    awarded_line: str
    done_heading: str
    items: tuple[tuple[str, str], ...]
    limits: str
    note: str
    code_alt: str
    address: str
    language: str
    title: str
    description: str
    holder_language: str | None = None
    sample: str = ""
    state_word: str = ""


@dataclass(frozen=True)
class PreviewFacts:
    """What stands on the preview of a link. `question` is answered at `address_line`, which is
    printed as it is typed; `kind` is `HOLDS` for whoever holds or held the mark, `UNDER_WAY` for
    anybody else.

    The other members are those of `BadgeFacts`.
    """

    kind: SealKind
    mark: str
    holder: str
    question: str
    address_line: str
    language: str
    holder_language: str | None = None
    sample: str = ""


Facts = BadgeFacts | SealFacts | PosterFacts | DiplomaFacts | PreviewFacts


def bounded(text: str, field: str, what: str) -> str:
    """Return `text` as `letters.ready` does, with the room there is for `field`."""
    return ready(text, _ROOM[field], what)


def texts_of(facts: Facts) -> dict[str, Any]:
    """Every text of `facts`, checked and in the form in which it is drawn.

    Raises `UnfitText` with a sentence for whoever wrote the text, `ValueError` for a
    language that is none.
    """
    texts: dict[str, Any] = {
        field.name: bounded(getattr(facts, field.name), field.name, _what(field.name))
        for field in fields(facts)
        if field.name in _ROOM
    }
    optional = set(_OPTIONAL)
    if isinstance(facts, SealFacts) and facts.kind is SealKind.UNKNOWN:
        optional.add("holder")
    if facts.kind.grey:
        optional.discard("state_word")
    for name, text in texts.items():
        if not text and name not in optional:
            raise UnfitText(f"{_what(name)} is empty; the picture cannot do without it")
    for name in _DATED:
        if name in texts:
            texts[name] = keep_dates_together(texts[name])
    for name in _NAMED:
        if name in texts:
            texts[name] = keep_names_together(texts[name])
    if isinstance(facts, PosterFacts):
        texts["meaning"] = [ready(each, _SENTENCE_ROOM, "a sentence") for each in facts.meaning]
    if isinstance(facts, DiplomaFacts):
        if len(facts.items) > _ITEMS:
            raise UnfitText(f"a diploma has room for {_ITEMS} requirements")
        texts["items"] = [
            [ready(name, _SENTENCE_ROOM, "a name"), ready(told, _ITEM_ROOM, "what was done")]
            for name, told in facts.items
        ]
    return {
        **texts,
        "kind": facts.kind,
        "language": checked_language(facts.language),
        "holder_language": checked_language(facts.holder_language or facts.language),
    }


def checked_language(language: str) -> str:
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"{language!r} is not a language code of two or three letters")
    return language


def _what(name: str) -> str:
    return f"the {name.replace('_', ' ')}"
