"""A credential inside an SVG (Open Badges 3.0, 5.3.2, Baking SVG; older ones are read).

The file is read once, by `expat`, to learn at which bytes things stand; it is changed by
cutting and inserting bytes there. So the picture is never written anew, and stays as it
was. Nothing is drawn, fetched or cleaned here, and the text is not judged.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat

from badge_assets import svg_active, svg_tags

Reason = Literal["carrier.malformed", "carrier.duplicate", "carrier.active", "limit.size"]

MAX_BYTES = 10 * 1024 * 1024
MAX_TEXT = 1024 * 1024
MAX_ELEMENTS = 200_000
MAX_DEPTH = 500
# Different names of elements, attributes and namespaces, and the letters of one.
MAX_NAMES = 5_000
MAX_NAME = 500
# Letters in one style sheet.
MAX_STYLE = 256 * 1024

SVG = "http://www.w3.org/2000/svg"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
PREFIX = "openbadges"
# Each element (namespace, name) that may carry a credential; the second is that of Open Badges
# 1 and 2.
CARRIER = (NAMESPACE, "credential")
LEGACY_CARRIER = ("http://openbadges.org", "assertion")

_DECLARATION = f' xmlns:{PREFIX}="{NAMESPACE}"'.encode()
# A parser told to stop reads on to the end of what it was given.
_SLICE = 64 * 1024
_SEPARATOR = "\n"  # between namespace and name: no name can hold it
_ENCODINGS = {"utf-8", "us-ascii", None}
_SPACE = " \t\r\n"
_COMPACT_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_JSON_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_TAG_NAME = re.compile(rb"<([^\s/>]+)")
_QUOTED_OR_END = re.compile(rb"\"[^\"]*\"|'[^']*'|>")
# XML 1.0, 2.2 Char; without CR, which every reader turns into LF.
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class MalformedSvg(ValueError):
    """The file is not an SVG we read a credential from; `reason` is stable and public."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Baked:
    """The text a picture carries; `legacy`: in the way of Open Badges 1 and 2.

    There an address may stand beside the assertion itself: `address`, else None.
    """

    text: str
    legacy: bool = False
    address: str | None = None


@dataclass
class _Carrier:
    """One credential element: what it holds, and the bytes at which it stands."""

    start: int
    verify: str | None
    legacy: bool
    end: int = 0
    body: list[str] = field(default_factory=list)
    length: int = 0

    def take(self, text: str) -> None:
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise _too_long()
        self.body.append(text)

    def baked(self) -> Baked:
        body = "".join(self.body).strip(_SPACE)
        beside = self.legacy and self.verify is not None and not _COMPACT_JWS.fullmatch(self.verify)
        if body and beside:
            return Baked(self._bounded(body), True, self.verify)
        return Baked(self._bounded(self._only(body)), self.legacy)

    def _only(self, body: str) -> str:
        if self.verify is not None and body:
            raise MalformedSvg(
                "carrier.duplicate",
                "the picture carries two credentials: one in `verify`, one in the element",
            )
        return body if self.verify is None else self.verify

    def _bounded(self, text: str) -> str:
        if not text:
            raise _malformed("the credential element is empty")
        if len(text.encode()) > MAX_TEXT:
            raise _too_long()
        return text


def bake(image: bytes, text: str) -> bytes:
    """Return `image` carrying `text`, in place of anything it carried before.

    A JSON object goes into the element as CDATA, a compact JWS into its `verify`
    attribute. Raises `MalformedSvg` if `image` is not an SVG or acts, `ValueError` if `text` is
    neither of the two, cannot stand in XML, or makes the file longer than `MAX_BYTES`.
    """
    if _NOT_XML.search(text):
        raise ValueError("the text holds a character that XML cannot carry")
    if len(text.encode()) > MAX_TEXT:
        raise ValueError(f"the text is longer than {MAX_TEXT} bytes")
    if not _COMPACT_JWS.fullmatch(text) and not _JSON_OBJECT.fullmatch(text):
        raise ValueError("the text is neither a JSON object nor a compact JWS")
    reading = _read(image)
    end = _tag_end(image, reading.root)
    opening, name = image[reading.root : end], _root_name(image, reading)
    bound = reading.root_prefixes.get(PREFIX)
    if bound is None:
        opening = b"<" + name + _DECLARATION + opening[1 + len(name) :]
    element = _element(text, declare=bound not in (None, NAMESPACE))
    if opening.endswith(b"/>"):
        opening, element = opening[:-2] + b">", element + b"</" + name + b">"
    baked = b"".join((image[: reading.root], opening, element, *_without(image, reading, end)))
    if len(baked) > MAX_BYTES:
        raise ValueError(f"the picture with its text would be longer than {MAX_BYTES} bytes")
    _read(baked)  # what is added may be what is too much
    return baked


def unbake(image: bytes) -> str | None:
    """Return the text that `image` carries in the way of Open Badges 3.0, or None.

    The element is known by its namespace, whatever its prefix, and may stand anywhere
    directly inside the root. Space around a text in the element is not part of it.
    Raises `MalformedSvg` if the file is not one well-formed SVG in UTF-8 without a
    document type declaration, carries a credential in a way the standard does not know, or
    holds anything that acts or asks for something outside of it (`svg_active`).
    """
    baked = read(image)
    return None if baked is None or baked.legacy else baked.text


def read(image: bytes) -> Baked | None:
    """The same for badges of any age. Of an old and a new one in one picture, the new one; what is
    wrong with either is wrong with the picture."""
    found = _read(image).carriers
    baked: list[Baked] = []
    for legacy in (False, True):
        carriers = [carrier for carrier in found if carrier.legacy is legacy]
        if len(carriers) > 1:
            raise MalformedSvg(
                "carrier.duplicate",
                f"the picture carries {len(carriers)} credentials; one is allowed",
            )
        baked += [carrier.baked() for carrier in carriers]
    return baked[0] if baked else None


def _element(text: str, *, declare: bool) -> bytes:
    tag = f"{PREFIX}:credential".encode() + (_DECLARATION if declare else b"")
    if _COMPACT_JWS.fullmatch(text):
        return b"<" + tag + b' verify="' + text.encode() + b'"/>'
    # `]]>` would end the section: it is divided between two.
    body = text.replace("]]>", "]]]]><![CDATA[>").encode()
    return b"<" + tag + b"><![CDATA[" + body + f"]]></{PREFIX}:credential>".encode()


def _without(image: bytes, reading: "_Reading", at: int) -> Iterator[bytes]:
    """What stands in `image` from `at` on, the credential elements cut out."""
    for carrier in reading.carriers:
        yield image[at : carrier.start]
        at = carrier.end
    yield image[at:]


def _root_name(image: bytes, reading: "_Reading") -> bytes:
    found = _TAG_NAME.match(image, reading.root)
    assert found is not None, "expat gave a place where no tag begins"
    return found[1]


def _tag_end(image: bytes, start: int) -> int:
    """The byte after the tag that begins at `start` of a well-formed document."""
    return next(found.end() for found in _QUOTED_OR_END.finditer(image, start) if found[0] == b">")


def _read(image: bytes) -> "_Reading":
    if len(image) > MAX_BYTES:
        raise MalformedSvg("limit.size", f"the file is longer than {MAX_BYTES} bytes")
    try:
        svg_tags.check(image)
    except svg_tags.TooLarge as fault:
        raise MalformedSvg("limit.size", str(fault)) from None
    reading = _Reading(image)
    letters = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, max(len(image), 1), _SLICE):
            part, last = image[at : at + _SLICE], at + _SLICE >= len(image)
            letters.decode(part, last)
            reading.parser.Parse(part, last)
    except UnicodeDecodeError:
        raise _malformed("the file is not UTF-8 text") from None
    except expat.ExpatError as fault:
        raise _malformed(f"the file is not well-formed XML: {fault}") from None
    return reading


class _Reading:
    """One pass over the file: where the root begins, and the credential elements."""

    def __init__(self, image: bytes) -> None:
        self.root = 0
        self.root_prefixes: dict[str, str] = {}
        self.carriers: list[_Carrier] = []
        self._image = image
        self._open: _Carrier | None = None
        self._depth = 0
        self._elements = 0
        self._names: dict[str, str] = {}
        self._style: list[str] | None = None
        self._style_depth = self._style_length = 0
        self.parser = parser = expat.ParserCreate("utf-8", _SEPARATOR, self._names)
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._prefix
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = self._aside
        parser.ProcessingInstructionHandler = self._instruction

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if (encoding.lower() if encoding else None) not in _ENCODINGS:
            raise _malformed(f"the file says it is in {encoding}; only UTF-8 is read")

    def _doctype(self, *declared: object) -> None:
        raise _malformed("the file has a document type declaration; none is read")

    def _prefix(self, prefix: str | None, uri: str | None) -> None:
        self._bounded(uri or "")
        if self._depth == 0 and prefix is not None and uri is not None:
            self.root_prefixes[prefix] = uri

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise MalformedSvg("limit.size", "the file has too many elements, or too deep ones")
        for each in (name, *attributes):
            self._bounded(each)
        if self._open is not None:
            raise _malformed("the credential element holds another element")
        namespace, local = _parted(name)
        self._refuse(
            svg_active.element(
                namespace, local, {_parted(key): value for key, value in attributes.items()}
            )
        )
        if local.lower() == "style" and self._style is None:
            self._style, self._style_depth, self._style_length = [], self._depth, 0
        if self._depth == 1:
            if (namespace, local) != (SVG, "svg"):
                raise _malformed(f"the file is XML, but its root is {local!r} and not an SVG's")
            self.root = self.parser.CurrentByteIndex
        elif (namespace, local) in (CARRIER, LEGACY_CARRIER):
            if self._depth != 2:
                raise _malformed("the credential stands inside another element")
            self._open = _Carrier(
                self.parser.CurrentByteIndex,
                attributes.get("verify"),
                legacy=(namespace, local) == LEGACY_CARRIER,
            )
            self.carriers.append(self._open)

    def _end(self, name: str) -> None:
        if self._open is not None and self._depth == 2:
            # For `<x/>` expat gives the byte after it, for `</x>` the byte before.
            opened = _tag_end(self._image, self._open.start)
            empty = self._image.endswith(b"/>", 0, opened)
            self._open.end = (
                opened if empty else _tag_end(self._image, self.parser.CurrentByteIndex)
            )
            self._open = None
        if self._style is not None and self._depth == self._style_depth:
            self._refuse(svg_active.style("".join(self._style)))
            self._style = None
        self._depth -= 1

    def _characters(self, text: str) -> None:
        if self._open is not None:
            self._open.take(text)
        if self._style is not None:
            self._style.append(text)
            self._style_length += len(text)
            if self._style_length > MAX_STYLE:
                raise MalformedSvg("limit.size", "a style sheet in the file is too long")

    def _aside(self, *content: str) -> None:
        if self._open is not None:
            raise _malformed("the credential element holds a comment or an instruction")

    def _instruction(self, target: str, content: str) -> None:
        self._aside()
        self._refuse(svg_active.instruction(target))

    def _bounded(self, name: str) -> None:
        if len(name) > MAX_NAME or len(self._names) > MAX_NAMES:
            raise MalformedSvg("limit.size", "the file has too many names, or too long ones")

    def _refuse(self, active: str | None) -> None:
        if active is not None:
            raise MalformedSvg("carrier.active", f"the picture holds {active}")


def _parted(name: str) -> tuple[str, str]:
    namespace, _, local = name.rpartition(_SEPARATOR)
    return namespace, local


def _too_long() -> MalformedSvg:
    return MalformedSvg("limit.size", f"the credential is longer than {MAX_TEXT} bytes")


def _malformed(message: str) -> MalformedSvg:
    return MalformedSvg("carrier.malformed", message)
