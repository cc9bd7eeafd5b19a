"""A small language for rules about the shape of JSON: kinds of values, and classes of objects.

A rule takes a value and where it stands, and yields what is wrong with it. The classes of Open
Badges, written in this language, are `verifier.model`.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier import timestamps
from verifier.reasons import Reason


@dataclass(frozen=True)
class Violation:
    """One rule broken at one place. `pointer` is a JSON pointer (RFC 6901)."""

    reason: Reason
    pointer: str
    message: str


Rule = Callable[[Any, str], Iterator[Violation]]


@dataclass(frozen=True)
class Class:
    """Members a class must have, members it may have; in a closed one, no others.

    `besides` is a rule about several members together.
    """

    required: Mapping[str, Rule]
    optional: Mapping[str, Rule]
    closed: bool = False
    besides: Rule | None = None


# Simple values.


def _value(message: str, pointer: str) -> Violation:
    return Violation(Reason.STRUCTURE_VALUE, pointer, message)


def text(value: Any, at: str) -> Iterator[Violation]:
    if not isinstance(value, str):
        yield _value("not a string", at)


def boolean(value: Any, at: str) -> Iterator[Violation]:
    if not isinstance(value, bool):
        yield _value("not true or false", at)


def number(value: Any, at: str) -> Iterator[Violation]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _value("not a number", at)


# An absolute address of any scheme; what no IRI may hold is refused.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\xa0<>\"{}|\\^`]+")


def uri(value: Any, at: str) -> Iterator[Violation]:
    if not isinstance(value, str) or not _URI.fullmatch(value):
        yield _value("not an absolute URI", at)


def date_time_z(value: Any, at: str) -> Iterator[Violation]:
    yield from _moment(value, at, assume_utc=False)


def date_time(value: Any, at: str) -> Iterator[Violation]:
    yield from _moment(value, at, assume_utc=True)


def _moment(value: Any, at: str, *, assume_utc: bool) -> Iterator[Violation]:
    if not isinstance(value, str):
        yield _value("not a date and time", at)
        return
    try:
        timestamps.parse(value, assume_utc=assume_utc)
    except timestamps.MalformedTimestamp as error:
        yield _value(str(error), at)


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def date(value: Any, at: str) -> Iterator[Violation]:
    try:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueError
        dt.date.fromisoformat(value)
    except ValueError:
        yield _value("not a date like 1968-03-31", at)


def matching(pattern: str, what: str) -> Rule:
    compiled = re.compile(pattern)

    def rule(value: Any, at: str) -> Iterator[Violation]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield _value(f"not {what}", at)

    return rule


_EXTENSION = re.compile(r"ext:[A-Za-z0-9|._-]+")


def word_of(words: str, *, extensible: bool = True) -> Rule:
    """One of these words (given with spaces between), or `ext:…` where that is allowed."""
    known = frozenset(words.split())

    def rule(value: Any, at: str) -> Iterator[Violation]:
        if not isinstance(value, str) or not (
            value in known or (extensible and _EXTENSION.fullmatch(value))
        ):
            yield _value("not one of the words the standard lists for this", at)

    return rule


# Values made of values.


def many(rule: Rule) -> Rule:
    def each(value: Any, at: str) -> Iterator[Violation]:
        if not isinstance(value, list):
            yield _value("not a list", at)
            return
        for index, item in enumerate(value):
            yield from rule(item, f"{at}/{index}")

    return each


def one_or_many(rule: Rule) -> Rule:
    def each(value: Any, at: str) -> Iterator[Violation]:
        yield from many(rule)(value, at) if isinstance(value, list) else rule(value, at)

    return each


def one(name: str, look_up: Callable[[str], Class]) -> Rule:
    """An object of class `name`, looked up when the rule is applied: classes hold each other."""

    def rule(value: Any, at: str) -> Iterator[Violation]:
        if not isinstance(value, Mapping):
            yield _value(f"not one object of class {name}", at)
        else:
            yield from members(look_up(name), value, at)

    return rule


def uri_or(rule: Rule) -> Rule:
    def either(value: Any, at: str) -> Iterator[Violation]:
        yield from uri(value, at) if isinstance(value, str) else rule(value, at)

    return either


def types_of(value: Any) -> list[str] | None:
    """The types that `type` names, one string or a list of strings; None if it is neither."""
    types = [value] if isinstance(value, str) else value
    if isinstance(types, list) and all(isinstance(item, str) for item in types):
        return types
    return None


def some_type(value: Any, at: str) -> Iterator[Violation]:
    if types_of(value) is None:
        yield _value("not a list of strings", at)


def typed(*names: str) -> Rule:
    """`type` of an open class: a string or a list of strings, `names` among them."""

    def rule(value: Any, at: str) -> Iterator[Violation]:
        types = types_of(value)
        if types is None:
            yield _value("not a list of strings", at)
            return
        for name in names:
            if name not in types:
                yield _value(f"{name} is not among the types", at)

    return rule


def exactly(name: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Violation]:
        if value != name:
            yield _value(f"not the string {name}", at)

    return rule


# Objects.


def members(rules: Class, value: Mapping[str, Any], at: str) -> Iterator[Violation]:
    """An object against its class."""
    for name, rule in rules.required.items():
        if name not in value:
            yield Violation(Reason.STRUCTURE_MISSING, f"{at}/{name}", "required, and missing")
        else:
            yield from rule(value[name], f"{at}/{name}")
    for name, rule in rules.optional.items():
        # An empty place is told once, as such, and not as a value of the wrong kind too.
        if name in value and value[name] is not None:
            yield from rule(value[name], f"{at}/{name}")
    if rules.closed:
        for name in sorted(value.keys() - rules.required.keys() - rules.optional.keys()):
            yield Violation(
                Reason.STRUCTURE_UNEXPECTED, f"{at}/{escaped(name)}", "no member of this class"
            )
    if rules.besides is not None:
        yield from rules.besides(value, at)


def no_empty_places(value: Any, at: str) -> Iterator[Violation]:
    """No null and no empty list, at any depth."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from no_empty_places(item, f"{at}/{escaped(name)}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from no_empty_places(item, f"{at}/{index}")
    elif value is None or value == []:
        yield Violation(Reason.STRUCTURE_EMPTY, at, "null or an empty list")


def escaped(name: str) -> str:
    """A member's name as a JSON pointer writes it."""
    return name.replace("~", "~0").replace("/", "~1")
