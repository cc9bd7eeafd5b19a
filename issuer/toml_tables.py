"""TOML read strictly: every key asked for by name, every fault with its place.

Nothing here knows what a file is for. `issuer.programme` asks for keys, and each answer that
is missing or wrong becomes a `Fault`. A getter then returns some value of its type, so that
one pass gathers all faults; the caller uses nothing of it once `Reading.faults` has members.
"""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from issuer.characters import hidden
from issuer.toml_places import Path, Place, Places, quote

Choice = TypeVar("Choice", bound=StrEnum)

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# The soft hyphen is the one invisible character that Norwegian compounds have a use for.
_MAY_HIDE = "\n\u00ad"
_WHITE = re.compile(r"[ \t\r\n]+")
_TOMLLIB_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file. `line` and `column` count characters from 1."""

    file: str
    path: str  # "requirements.first[2].kind"; empty for the file as a whole
    line: int | None
    column: int | None
    found: str
    expected: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        what = f"{self.path}: " if self.path else ""
        return f"{where}: {what}found {self.found}, expected {self.expected}"


class FileFaults(Exception):
    """A file was refused. `faults` has every reason; `str()` gives one a line."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class Reading:
    """One file being read: what it says, and the faults found so far."""

    def __init__(self, data: bytes, file: str, *, max_bytes: int) -> None:
        """Read `data`; a file that is no TOML leaves an empty table and at least one fault."""
        self.file = file
        self.faults: list[Fault] = []
        self._places: Places | None = None
        self.table = Table(self, (), self._parse(data, max_bytes))

    def add(self, path: Path, found: str, expected: str, *, at_key: bool = False) -> None:
        place = None
        if self._places is not None:
            place = self._places.key(path) if at_key else self._places.value(path)
        self._add_at(place, path, found, expected)

    def add_missing(self, path: Path, expected: str) -> None:
        """The key is not there: point to the table that should have held it."""
        place = self._places.key(path[:-1]) if self._places is not None else None
        self._add_at(place, path, "nothing", expected)

    def _add_at(self, place: Place | None, path: Path, found: str, expected: str) -> None:
        line, column = (place.line, place.column) if place else (None, None)
        self.faults.append(Fault(self.file, write_path(path), line, column, found, expected))

    def _parse(self, data: bytes, max_bytes: int) -> dict[str, Any]:
        if len(data) > max_bytes:
            self._add_at(None, (), f"{len(data)} bytes", f"at most {max_bytes}")
            return {}
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8").split("\n")
            place = Place(len(before), len(before[-1]) + 1)
            self._add_at(place, (), f"the byte 0x{data[error.start]:02x}", "text in UTF-8")
            return {}
        if text.startswith("\ufeff"):
            self._add_at(Place(1, 1), (), "a byte order mark", "UTF-8 without one")
            return {}
        self._places = places = Places(data)
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self._explain_syntax(str(error), text, places)
        except ValueError:
            self._add_at(None, (), "a number of thousands of digits", "a number in its range")
        except RecursionError:
            self._add_at(None, (), "arrays or tables nested hundreds deep", "a shallow file")
        return {}

    def _explain_syntax(self, message: str, text: str, places: Places) -> None:
        reason = _TOMLLIB_PLACE.sub("", message)
        named: set[int] = set()
        for path, first, second in places.repeated:
            found = f"the key a second time (first in line {first.line})"
            self._add_at(second, path, found, "each key once")
            named.add(second.line)
        for place, found in places.errors:
            if place.line not in named:
                self._add_at(place, (), found, f"TOML 1.0 (the reader stopped at: {reason})")
                named.add(place.line)
        # Where tree-sitter named a place, it is the nearer one: tomllib says where it gave up.
        if not named:
            self._add_at(_tomllib_place(message, text), (), reason, "TOML 1.0")
        self.faults.sort(key=lambda fault: fault.line or 0)


class Table:
    """One table of a file. A getter returns the value, or notes a fault and returns a blank."""

    def __init__(
        self, reading: Reading, path: Path, values: Mapping[str, Any], *, mute: bool = False
    ) -> None:
        self._reading = reading
        self._path = path
        self._values = values
        self._asked: list[str] = []
        # The blank that stands for a missing table: the one fault about the table is enough.
        self._mute = mute

    def __contains__(self, key: str) -> bool:
        """Whether the file gives `key`, which it need not; asking makes it known to `finish`."""
        self._asked.append(key)
        return key in self._values

    def fault(self, key: str, found: str, expected: str, index: int | None = None) -> None:
        """Note that the value of `key` (its element `index`) is wrong."""
        if not self._mute:
            path = (*self._path, key) if index is None else (*self._path, key, index)
            self._reading.add(path, found, expected)

    def finish(self) -> None:
        """Every key that was never asked for is a fault. Called when all others were read."""
        for key in self._values:
            if key in self._asked or self._mute:
                continue
            near = difflib.get_close_matches(key[:60], self._asked, n=1)
            expected = f"perhaps {near[0]}" if near else f"one of {', '.join(sorted(self._asked))}"
            found = f"the unknown key {quote(key)}"
            self._reading.add((*self._path, key), found, expected, at_key=True)

    def string(
        self,
        key: str,
        expected: str = "text",
        *,
        pattern: str | None = None,
        limit: int = 1000,
        paragraphs: bool = False,
        check: Callable[[str], object] | None = None,
    ) -> str:
        """Text, in NFC; runs of white space are one space unless it is `paragraphs`.

        `check` raises `ValueError`, with a sentence, for a text that will not do.
        """
        value = self._get(key, str, expected)
        if not isinstance(value, str):
            return ""
        faults = len(self._reading.faults)
        text = self._clean(value, key, None, expected, pattern, limit, paragraphs)
        if check is not None and len(self._reading.faults) == faults:
            try:
                check(text)
            except ValueError as fault:
                self.fault(key, show(text), f"{expected}: {fault}")
        return text

    def strings(
        self, key: str, expected: str, allowed: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        """An array of short texts, none of them twice; out of `allowed`, if that is given."""
        members = self._get(key, list, expected)
        result: list[str] = []
        for index, value in enumerate(members if isinstance(members, list) else ()):
            if allowed is not None and value not in allowed:
                self.fault(key, show(value), f"one of {', '.join(allowed)}", index)
            elif not isinstance(value, str):
                self.fault(key, show(value), "text", index)
            else:
                text = self._clean(value, key, index, "text", None, 60, False)
                if text in result:
                    self.fault(key, f"{quote(text)} a second time", "each once", index)
                result.append(text)
        return tuple(result)

    def choice(self, key: str, choices: type[Choice]) -> Choice | None:
        expected = f"one of {', '.join(choices)}"
        value = self._get(key, str, expected)
        if not isinstance(value, str):
            return None
        if value not in list(choices):
            self.fault(key, show(value), expected)
            return None
        return choices(value)

    def integer(self, key: str, low: int, high: int, expected: str | None = None) -> int:
        expected = expected or f"a whole number from {low} to {high}"
        value = self._get(key, int, expected)
        if isinstance(value, int) and not low <= value <= high:
            self.fault(key, show(value), expected)
        return value if isinstance(value, int) else low

    def number(self, key: str, high: int) -> float:
        """A number above 0, up to `high`."""
        expected = f"a number above 0, at most {high}"
        value = self._get(key, (int, float), expected)
        if isinstance(value, int | float) and not 0 < value <= high:
            self.fault(key, show(value), expected)
        return value if isinstance(value, int | float) else high

    def boolean(self, key: str) -> bool:
        return self._get(key, bool, "true or false") is True

    def day(self, key: str) -> date:
        value = self._get(key, date, "a day such as 2026-01-31, without quotes or time")
        return value if isinstance(value, date) else date.min

    def has(self, key: str) -> bool:
        """Whether `key` is there; it may be left out."""
        if key in self._values:
            return True
        self._asked.append(key)
        return False

    def optional_day(self, key: str) -> date | None:
        return self.day(key) if self.has(key) else None

    def table(self, key: str) -> "Table":
        value = self._get(key, dict, "a table")
        if not isinstance(value, dict):
            return Table(self._reading, (*self._path, key), {}, mute=True)
        return Table(self._reading, (*self._path, key), value, mute=self._mute)

    def tables(self, key: str, low: int, high: int) -> "list[Table]":
        count = str(low) if low == high else f"{low} to {high}"
        expected = f"an array of {count} tables"
        members = self._get(key, list, expected)
        if not isinstance(members, list):
            return []
        if not low <= len(members) <= high:
            self.fault(key, show(members), expected)
        result = []
        for index, value in enumerate(members):
            if isinstance(value, dict):
                path = (*self._path, key, index)
                result.append(Table(self._reading, path, value, mute=self._mute))
            else:
                self.fault(key, show(value), "a table", index)
        return result

    def _get(self, key: str, kind: type | tuple[type, ...], expected: str) -> object:
        self._asked.append(key)
        if key not in self._values:
            if not self._mute:
                self._reading.add_missing((*self._path, key), expected)
            return None
        value = self._values[key]
        # In Python a truth value is an int and a moment is a date; in TOML they are not.
        wrong = isinstance(value, bool) and kind is not bool
        if wrong or isinstance(value, datetime) or not isinstance(value, kind):
            self.fault(key, show(value), expected)
            return None
        return value

    def _clean(
        self,
        value: str,
        key: str,
        index: int | None,
        expected: str,
        pattern: str | None,
        limit: int,
        paragraphs: bool,
    ) -> str:
        text = unicodedata.normalize("NFC", value).replace("\r\n", "\n")
        text = text.strip() if paragraphs else _WHITE.sub(" ", text).strip()
        if not text:
            self.fault(key, "an empty text", expected, index)
        elif len(text) > limit:
            self.fault(key, f"{len(text)} characters", f"at most {limit}", index)
        elif bad := hidden(text, allowed=_MAY_HIDE):
            found = f"the character U+{ord(bad):04X}"
            self.fault(key, found, "text without hidden characters", index)
        elif pattern is not None and not re.fullmatch(pattern, text):
            self.fault(key, show(value), expected, index)
        return text


def write_path(path: Path) -> str:
    """`("requirements", "first", 2)` as `requirements.first[2]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE_KEY.fullmatch(part) else quote(part)
            text += f".{name}" if text else name
    return text


def show(value: object) -> str:
    """A value of a TOML file as a fault names it: on one line, never long."""
    match value:
        case str():
            return quote(value)
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > 100:
            return "a number of more than thirty digits"
        case dict():
            return "a table"
        case list():
            return f"an array of {len(value)}"
        case _:
            return str(value)[:60]


def _tomllib_place(message: str, text: str) -> Place | None:
    found = _TOMLLIB_PLACE.search(message)
    if found is None:
        return None
    if found[1] is None:
        lines = text.rstrip("\n").split("\n")
        return Place(len(lines), len(lines[-1]) + 1)
    return Place(int(found[1]), int(found[2]))
