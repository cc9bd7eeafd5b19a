"""Reading JSON so that it has one reading only.

Whatever two careful readers could take differently is refused: members named twice, numbers that
not every reader can hold, text that is not Unicode, anything before or after the value. What is
inside is left to others; this module knows JSON (RFC 8259, RFC 7493) and no badges.
"""

import json
import math
import re
from typing import Any, NoReturn

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
MAX_INTEGER = 2**53
"""The largest whole number that every reader holds exactly: JSON has one kind of number, and most
readers keep it as an IEEE double."""

_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_NONZERO = re.compile(r"-?[0.]*[1-9]")


class MalformedJson(ValueError):
    """The bytes are not JSON with one reading. `reason` says in which way:

    `json.malformed`, `json.duplicate` (a member named twice), `json.number`, `json.unicode`
    (not UTF-8, a byte order mark, half a surrogate pair), `limit.size`, `limit.depth`.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def loads(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value of the JSON text `data`: dict, list, str, int, float, bool or None.

    `max_depth` counts arrays and objects inside one another. Raises `MalformedJson`, quickly and
    before anything is built when a limit is passed; recursion cannot run out.
    """
    if len(data) > max_bytes:
        raise MalformedJson("limit.size", f"{len(data)} bytes of JSON; the limit is {max_bytes}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJson("json.unicode", f"not UTF-8 at byte {error.start}") from None
    if text.startswith("\ufeff"):
        raise MalformedJson("json.unicode", "the text begins with a byte order mark")
    _check_depth(data, max_depth)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson("json.malformed", f"{error.msg} at character {error.pos}") from None
    if _SURROGATE.search(data):
        _check_surrogates(value)
    return value


def _check_depth(data: bytes, max_depth: int) -> None:
    if data.count(b"[") + data.count(b"{") <= max_depth:
        return
    # Exact as far as the text is JSON, which is as far as anybody will read it.
    outside = b"".join(_ESCAPE.sub(b"", data).split(b'"')[::2])
    depth = 0
    for bracket in outside.translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > max_depth:
            raise MalformedJson("limit.depth", f"nested deeper than {max_depth}")


def _check_surrogates(value: Any) -> None:
    """Escapes can name half a surrogate pair, which is no character and has no UTF-8."""
    try:
        match value:
            case str():
                value.encode()
            case dict():
                for name, item in value.items():
                    name.encode()
                    _check_surrogates(item)
            case list():
                for item in value:
                    _check_surrogates(item)
    except UnicodeEncodeError:
        raise MalformedJson("json.unicode", "an escape names half a surrogate pair") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise MalformedJson("json.duplicate", f"the member {name!a:.60} stands twice")
            seen.add(name)
    return members


def _integer(text: str) -> int:
    # Bounded by length first: int() takes its time over long texts, and refuses the longest.
    if len(text) > 17 or abs(number := int(text)) > MAX_INTEGER:
        raise MalformedJson("json.number", "a whole number beyond 2^53")
    return number


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise MalformedJson("json.number", "a number too large for an IEEE double")
    if number == 0 and _NONZERO.match(text):
        raise MalformedJson("json.number", "a number too small for an IEEE double")
    return number


def _constant(text: str) -> NoReturn:
    raise MalformedJson("json.number", f"{text} is not a JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
