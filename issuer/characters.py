"""Characters that cannot be seen, or change how the text around them is read."""

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def hidden(text: str, *, allowed: str = "") -> str | None:
    """The first hidden character in `text` that is not `allowed`, or None."""
    for character in text:
        if unicodedata.category(character) in _HIDDEN and character not in allowed:
            return character
    return None
