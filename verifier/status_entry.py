"""A badge's place in a status list: `credentialStatus`, read.

`BitstringStatusListEntry` of Bitstring Status List 1.0, section 2.1, and its forerunner
`StatusList2021Entry`, which has one bit an entry and no messages.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from verifier import shape, status_list
from verifier.reasons import Reason
from verifier.status_list import Bits

MAX_SIZE: Final = 8
"""The most bits an entry may have here: it has to bring a message for each value."""

PURPOSES: Final = frozenset({"revocation", "suspension", "refresh", "message"})

# No sign but a minus, no leading zero, no more digits than any list has.
_INDEX = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_VALUE = re.compile(r"0x[0-9A-Fa-f]{1,4}")


class Unanswered(Exception):
    """The status cannot be told. `reason` says why."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def malformed(message: str) -> NoReturn:
    raise Unanswered(Reason.STATUS_MALFORMED, message)


@dataclass(frozen=True)
class Kind:
    """A kind of entry, and what its list must be."""

    entry: str
    list_type: str
    subject_type: str
    decode: Callable[[str], Bits]


_KINDS: Final = {
    kind.entry: kind
    for kind in (
        Kind(
            "BitstringStatusListEntry",
            "BitstringStatusListCredential",
            "BitstringStatusList",
            status_list.decode,
        ),
        Kind(
            "StatusList2021Entry",
            "StatusList2021Credential",
            "StatusList2021",
            status_list.decode_2021,
        ),
    )
}
REVOCATION_LIST: Final = "1EdTechRevocationList"


@dataclass(frozen=True)
class Entry:
    """The value of `size` bits at `index` of the list at `url` says something of `purpose`.

    `messages` are the meanings of the values, in their order; empty where none are given.
    """

    kind: Kind
    purpose: str
    index: int
    url: str
    size: int = 1
    messages: tuple[str, ...] = ()

    def told(self, value: int) -> str:
        """Where the value stands and what the badge says it means, for developers."""
        place = f"{value:#x} at {self.index} of {self.url}"
        return f"{place}: {self.messages[value]}" if self.messages else place


def type_of(status: Mapping[str, Any]) -> str:
    """The one type of `credentialStatus` that is read here. Raises `Unanswered`."""
    types = set(shape.types_of(status.get("type")) or ())
    known = types & {*_KINDS, REVOCATION_LIST}
    if not known:
        raise Unanswered(Reason.STATUS_UNSUPPORTED, "a type of status that is not known here")
    if len(known) > 1:
        malformed("the entry is of several types")
    return known.pop()


def read_entry(status: Mapping[str, Any]) -> Entry:
    """Return the place in a list of bits that `credentialStatus` names. Raises `Unanswered`."""
    kind = _KINDS.get(type_of(status))
    if kind is None:
        raise Unanswered(Reason.STATUS_UNSUPPORTED, "not a place in a list of bits")
    purpose = status.get("statusPurpose")
    if not isinstance(purpose, str):
        malformed("statusPurpose is not a string")
    if purpose not in PURPOSES:
        raise Unanswered(Reason.STATUS_UNSUPPORTED, "a purpose that is not known here")
    url = string(status, "statusListCredential")
    if status.get("id") == url:
        malformed("the entry's id is the list's")
    size = _size(status)
    messages = _messages(status, size, needed=size > 1 or purpose == "message")
    return Entry(kind, purpose, _index(status.get("statusListIndex")), url, size, messages)


def string(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        malformed(f"{name} is not a string")
    return text


def _index(value: Any) -> int:
    # 1EdTech's own example writes a number where the standard wants a string.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _INDEX.fullmatch(text):
        malformed("statusListIndex is not a whole number")
    if text.startswith("-"):
        raise Unanswered(Reason.STATUS_RANGE, "statusListIndex is negative")
    return int(text)


def _size(status: Mapping[str, Any]) -> int:
    size = status.get("statusSize", 1)
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        malformed("statusSize is not a whole number above 0")
    if size > MAX_SIZE:
        raise Unanswered(Reason.STATUS_UNSUPPORTED, f"an entry of more than {MAX_SIZE} bits")
    return size


def _messages(status: Mapping[str, Any], size: int, *, needed: bool) -> tuple[str, ...]:
    """The message of each value, 0 first."""
    given = status.get("statusMessage")
    if given is None and not needed:
        return ()
    if not isinstance(given, list) or len(given) != 1 << size:
        malformed(f"statusMessage does not list a message for each of {1 << size} values")
    meanings: dict[int, str] = {}
    for item in given:
        value = item.get("status") if isinstance(item, dict) else None
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            malformed("statusMessage holds something that is no object with a status like 0x1")
        meanings[int(value, 16)] = string(item, "message")
    if sorted(meanings) != list(range(1 << size)):
        malformed("statusMessage does not name each value once")
    return tuple(meanings[value] for value in range(1 << size))
