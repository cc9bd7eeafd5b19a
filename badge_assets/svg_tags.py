"""How large the pieces of an SVG may be, looked at before a parser is given them.

A parser holds a tag, a comment or an instruction whole before it tells of it, and every
attribute of a tag costs it many times its length. So a cheap look at where each piece ends
comes first. It reads a well-formed file as a parser does; what it reads otherwise is not
well-formed, and no parser gets past that place.
"""

import re

MAX_PIECE = 4 * 1024 * 1024
MAX_PIECES = 500_000
# Of one tag, declarations of namespaces included.
MAX_ATTRIBUTES = 256

_TAG = re.compile(rb"<(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+>")
_QUOTED = re.compile(rb"\"[^\"]*+\"|'[^']*+'")
# ` a=""` is the shortest that an attribute can be.
_SHORTEST = 5
_ASIDES = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"))


class TooLarge(ValueError):
    """A piece is larger than any picture needs, or there are too many."""


def check(image: bytes) -> None:
    """Raise `TooLarge` if a tag, a comment or an instruction of `image` is beyond the limits."""
    at, pieces = image.find(b"<"), 0
    while at >= 0:
        pieces += 1
        if pieces > MAX_PIECES:
            raise TooLarge(f"the file has more than {MAX_PIECES} pieces of mark-up")
        end = _end(image, at)
        # The text of a CDATA section is told in parts, and never held whole.
        if end - at > MAX_PIECE and not image.startswith(b"<![", at):
            raise TooLarge(f"a piece of mark-up is longer than {MAX_PIECE} bytes")
        if end - at > _SHORTEST * MAX_ATTRIBUTES and not image.startswith((b"<!", b"<?"), at):
            _count(image, at, end)
        at = image.find(b"<", end)


def _end(image: bytes, at: int) -> int:
    """The byte after the piece that begins at `at`; the file's end if it does not end."""
    for opening, closing in _ASIDES:
        if image.startswith(opening, at):
            found = image.find(closing, at + len(opening))
            return len(image) if found < 0 else found + len(closing)
    tag = _TAG.match(image, at)
    return len(image) if tag is None else tag.end()


def _count(image: bytes, at: int, end: int) -> None:
    for number, _ in enumerate(_QUOTED.finditer(image, at, end), start=1):
        if number > MAX_ATTRIBUTES:
            raise TooLarge(f"a tag has more than {MAX_ATTRIBUTES} attributes")
