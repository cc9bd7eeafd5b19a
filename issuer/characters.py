"""Characters that cannot be seen, or change how the text around them is read."""

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
# Counted as letters, marks or signs, and drawn as nothing all the same (Unicode's
# Default_Ignorable_Code_Point, and the empty pattern of Braille).
_EMPTY = frozenset(
    (
        *"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
        *map(chr, range(0x180B, 0x1810)),
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
    )
)
# What phones put behind a sign, so that it is drawn in colours, or as text: harmless in prose.
SELECTORS = "\ufe0e\ufe0f"


def hidden(text: str, *, allowed: str = "") -> str | None:
    """The first hidden character in `text` that is not `allowed`, or None."""
    for character in text:
        is_hidden = unicodedata.category(character) in _HIDDEN or character in _EMPTY
        if is_hidden and character not in allowed:
            return character
    return None


def on_terminal(text: str) -> str:
    """`text` for a terminal: nothing in it that a terminal acts on, whoever wrote it."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if hidden(letter, allowed="\n\t" + SELECTORS) else letter
        for letter in text
    )
