"""What in an SVG acts, or asks for something outside of the file. Nothing of it is taken out:
a picture that holds any is refused.

The rule is closed: addresses lead to a place in the file itself or are a PNG or JPEG written
out in place, and nothing runs. Every function answers with what was found, for a message in
English, or None.
"""

import re
from collections.abc import Mapping

_XHTML = "http://www.w3.org/1999/xhtml"
_XML = "http://www.w3.org/XML/1998/namespace"
_XML_EVENTS = "http://www.w3.org/2001/xml-events"
_ELEMENTS = frozenset({"script", "foreignobject", "handler", "listener"})
_LINKS = frozenset({"href", "src"})

_PICTURE = r"data:image/(?:png|jpe?g)[;,]"
_INSIDE = re.compile(rf"#|{_PICTURE}|\Z")
_URL = re.compile(r"url\(\s*[\"']?\s*")
_URL_INSIDE = re.compile(rf"#|{_PICTURE}")
# Other ways in which a style asks for a file.
_LOADS = re.compile(r"@import|(?:image-set|image|src)\(")
# Attributes that no style is read from.
_PROSE = re.compile(r"aria-.*|data-.*|id|class")
_SPACE = " \t\r\n"


def element(namespace: str, name: str, attributes: Mapping[tuple[str, str], str]) -> str | None:
    """What acts in a start tag; names are (namespace, local name), in its own letters."""
    if namespace in (_XHTML, _XML_EVENTS) or name.lower() in _ELEMENTS:
        return f"the element {name!r}"
    for (space, attribute), value in attributes.items():
        if _acts(space, attribute.lower(), value):
            return f"the attribute {attribute!r} of {name!r}"
    return None


def _acts(space: str, name: str, value: str) -> bool:
    if name in _LINKS:
        return not _INSIDE.match(value.strip(_SPACE).lower())
    if space:
        return space == _XML_EVENTS or (space == _XML and name == "base")
    if name.startswith("on"):
        return True
    if name == "attributename":
        # An animation gives the attribute it names any value it likes.
        animated = value.strip(_SPACE).lower().rpartition(":")[2]
        return animated in _LINKS or animated.startswith("on")
    if name == "style" or ("(" in value and not _PROSE.fullmatch(name)):
        return style(value) is not None
    return False


def style(text: str) -> str | None:
    """What a style sheet, or the value of one property, asks for outside of the file."""
    lowered = text.lower()
    if "\\" in lowered:
        return "a style in which letters are written as escapes"
    if found := _LOADS.search(lowered):
        return f"{found[0]!r} in a style"
    for address in _URL.finditer(lowered):
        if not _URL_INSIDE.match(lowered, address.end()):
            return "an address in a style"
    return None


def instruction(target: str) -> str | None:
    """What an XML processing instruction asks for."""
    return "a style sheet of its own" if target.lower() == "xml-stylesheet" else None
