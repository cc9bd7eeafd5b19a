"""One change to a document at a time: every value, every member taken away, something added.

A change is as well-formed as it can be (a date stays a date, an index a number), so that it is
the signature that must find it.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keys.jwk import b64url_decode, b64url_encode

Step = str | int
Path = tuple[Step, ...]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # of base64url
_MOMENT = re.compile(r"(\d{4})(-\d\d-\d\dT\d\d:\d\d:\d\dZ)")


@dataclass(frozen=True)
class Change:
    """`document` with one thing changed; `where` is the place as a JSON pointer."""

    where: str
    document: dict[str, Any]


def pointer(path: Path) -> str:
    """`path` as a JSON pointer (RFC 6901); no name here needs escaping."""
    return "".join(f"/{step}" for step in path)


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def nodes(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of `value` and of everything inside it."""
    yield path
    if isinstance(value, dict | list):
        for step, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from nodes(each, (*path, step))


def leaves(document: Any) -> list[Path]:
    """The paths of all values that hold no others."""
    return [p for p in nodes(document) if not isinstance(at(document, p), dict | list)]


def other(value: Any) -> Any:
    """A different value of the same kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if found := _MOMENT.fullmatch(value):
            return f"{int(found[1]) + 1:04}{found[2]}"
        case str() if value.isdecimal():
            return str(int(value) + 1)
        case str():
            return value + "x"
    raise TypeError(f"no other value for {value!r}")


def put(document: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy of `document` with `value` at `path`."""
    changed = copy.deepcopy(document)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def every_value(document: dict[str, Any]) -> Iterator[Change]:
    """Each value changed."""
    for path in leaves(document):
        yield Change(pointer(path), put(document, path, other(at(document, path))))


def every_removal(document: dict[str, Any]) -> Iterator[Change]:
    """Each member of an object and each item of a list taken away, with all it holds."""
    for path in nodes(document):
        if path:
            changed = copy.deepcopy(document)
            del at(changed, path[:-1])[path[-1]]
            yield Change(pointer(path), changed)


def every_addition(document: dict[str, Any], name: str, value: Any) -> Iterator[Change]:
    """The member `name` added to each object that does not have it."""
    for path in nodes(document):
        if isinstance(at(document, path), dict) and name not in at(document, path):
            yield Change(pointer((*path, name)), put(document, (*path, name), value))


def other_letter(letter: str, *, bit: int = 32) -> str:
    """Another letter of base64url. The first of its six bits (32) always carries data."""
    return _LETTERS[_LETTERS.index(letter) ^ bit]


def part(value: dict[str, Any]) -> str:
    """`value` as a part of a compact JWS."""
    return b64url_encode(json.dumps(value).encode())


def every_change_of_token(token: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the token): header and payload value by value and member by member
    under the old signature, and the signature letter by letter."""
    header, payload, signature = token.split(".")
    for act in (every_value, every_removal):
        for change in act(json.loads(b64url_decode(header))):
            what = f"{act.__name__} of the header {change.where}"
            yield what, f"{part(change.document)}.{payload}.{signature}"
        for change in act(json.loads(b64url_decode(payload))):
            what = f"{act.__name__} of the payload {change.where}"
            yield what, f"{header}.{part(change.document)}.{signature}"
    for place, letter in enumerate(signature):
        changed = signature[:place] + other_letter(letter) + signature[place + 1 :]
        yield f"letter {place} of the signature", f"{header}.{payload}.{changed}"
