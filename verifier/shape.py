"""A small language for rules about the shape of JSON: kinds of values, and classes of objects.

A rule takes a value and returns what is wrong with it, nothing if it is fine. The classes of Open
Badges, written in this language, are `verifier.model`.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

from verifier import timestamps
from verifier.reasons import Reason


class Violation(NamedTuple):
    """One rule broken at one place. `pointer` is a JSON pointer (RFC 6901) from the value that
    the rule was given."""

    reason: Reason
    pointer: str
    message: str


Found = Sequence[Violation]
Rule = Callable[[Any], Found]

FINE: Final[Found] = ()


@dataclass(frozen=True)
class Class:
    """Members a class must have, members it may have; in a closed one, no others.

    `besides` is a rule about several members together. `ways` is how `fits` looks at each member.
    """

    required: Mapping[str, Rule]
    optional: Mapping[str, Rule]
    closed: bool = False
    besides: Rule | None = None
    rules: Mapping[str, Rule] = field(init=False, compare=False, repr=False)
    needed: frozenset[str] = field(init=False, compare=False, repr=False)
    ways: Mapping[str, "Way"] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        rules = {**self.optional, **self.required}
        object.__setattr__(self, "rules", rules)
        object.__setattr__(self, "needed", frozenset(self.required))
        object.__setattr__(self, "ways", {name: _way(rule) for name, rule in rules.items()})


def under(name: str | int, found: Found) -> list[Violation]:
    """What was found in the member or item `name`, as seen from the value that holds it."""
    step = f"/{escaped(name)}" if isinstance(name, str) else f"/{name}"
    return [Violation(v.reason, step + v.pointer, v.message) for v in found]


# Simple values.


def wrong(message: str, reason: Reason = Reason.STRUCTURE_VALUE) -> Found:
    return (Violation(reason, "", message),)


def text(value: Any) -> Found:
    return FINE if isinstance(value, str) else wrong("not a string")


def boolean(value: Any) -> Found:
    return FINE if isinstance(value, bool) else wrong("not true or false")


def number(value: Any) -> Found:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return wrong("not a number")
    return FINE


# An absolute address of any scheme; what no IRI may hold is refused.
_is_uri = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\xa0<>\"{}|\\^`]+").fullmatch


def uri(value: Any) -> Found:
    if isinstance(value, str) and _is_uri(value):
        return FINE
    return wrong("not an absolute URI")


def date_time_z(value: Any) -> Found:
    return _moment(value, assume_utc=False)


def date_time(value: Any) -> Found:
    return _moment(value, assume_utc=True)


def _moment(value: Any, *, assume_utc: bool) -> Found:
    if not isinstance(value, str):
        return wrong("not a date and time")
    try:
        timestamps.parse(value, assume_utc=assume_utc)
    except timestamps.MalformedTimestamp as error:
        return wrong(str(error))
    return FINE


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def date(value: Any) -> Found:
    try:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueError
        dt.date.fromisoformat(value)
    except ValueError:
        return wrong("not a date like 1968-03-31")
    return FINE


def matching(pattern: str, what: str) -> Rule:
    compiled = re.compile(pattern)

    def rule(value: Any) -> Found:
        if isinstance(value, str) and compiled.fullmatch(value):
            return FINE
        return wrong(f"not {what}")

    return rule


_EXTENSION = re.compile(r"ext:[A-Za-z0-9|._-]+")


def word_of(words: str, *, extensible: bool = True) -> Rule:
    """One of these words (given with spaces between), or `ext:…` where that is allowed."""
    known = frozenset(words.split())

    def rule(value: Any) -> Found:
        if isinstance(value, str) and (
            value in known or (extensible and _EXTENSION.fullmatch(value))
        ):
            return FINE
        return wrong("not one of the words the standard lists for this")

    return rule


# Values made of values.


class Many:
    """A list, each of its items by one rule."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __call__(self, value: Any) -> Found:
        if not isinstance(value, list):
            return wrong("not a list")
        found: list[Violation] = []
        for index, item in enumerate(value):
            if inside := self.rule(item):
                found += under(index, inside)
        return found


def one_or_many(rule: Rule) -> Rule:
    each = Many(rule)

    def either(value: Any) -> Found:
        return each(value) if isinstance(value, list) else rule(value)

    return either


class One:
    """An object of class `name`, looked up when the rule is applied: classes hold each other."""

    def __init__(self, name: str, look_up: Callable[[str], Class]) -> None:
        self.name = name
        self._look_up = look_up

    @cached_property
    def of(self) -> Class:
        return self._look_up(self.name)

    def __call__(self, value: Any) -> Found:
        if not isinstance(value, dict):
            return wrong(f"not one object of class {self.name}")
        return members(self.of, value)


class UriOr:
    """An address, or what another rule wants."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __call__(self, value: Any) -> Found:
        return uri(value) if isinstance(value, str) else self.rule(value)


def types_of(value: Any) -> list[str] | None:
    """The types that `type` names, one string or a list of strings; None if it is neither."""
    types = [value] if isinstance(value, str) else value
    if not isinstance(types, list):
        return None
    for item in types:
        if not isinstance(item, str):
            return None
    return types


def some_type(value: Any) -> Found:
    return wrong("not a list of strings") if types_of(value) is None else FINE


class Typed:
    """`type` of an open class: a string or a list of strings, `names` among them."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.usual = list(names)
        self._needed = frozenset(names)

    def __call__(self, value: Any) -> Found:
        types = types_of(value)
        if types is None:
            return wrong("not a list of strings")
        if self._needed.issubset(types):
            return FINE
        return [
            Violation(Reason.STRUCTURE_VALUE, "", f"{name} is not among the types")
            for name in self.names
            if name not in types
        ]


def exactly(name: str) -> Rule:
    def rule(value: Any) -> Found:
        return FINE if value == name else wrong(f"not the string {name}")

    return rule


# Objects.


def members(rules: Class, value: Mapping[str, Any]) -> Found:
    """An object against its class."""
    found: list[Violation] = []
    if not value.keys() >= rules.needed:
        found += [
            Violation(Reason.STRUCTURE_MISSING, f"/{name}", "required, and missing")
            for name in rules.required
            if name not in value
        ]
    rule_of = rules.rules.get
    for name, item in value.items():
        rule = rule_of(name)
        if rule is None:
            if rules.closed:
                found += under(name, wrong("no member of this class", Reason.STRUCTURE_UNEXPECTED))
        # An empty place is told once, as such, and not as a value of the wrong kind too.
        elif (item is not None or name in rules.needed) and (inside := rule(item)):
            found += under(name, inside)
    if rules.besides is not None and (besides := rules.besides(value)):
        found += besides
    return found


def no_empty_places(value: Any) -> Found:
    """No null and no empty list, at any depth below an object or list."""
    found: list[Violation] = []
    for name, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, str):
            continue
        if isinstance(item, dict) or (isinstance(item, list) and item):
            if inside := no_empty_places(item):
                found += under(name, inside)
        elif item is None or item == []:
            found += under(name, wrong("null or an empty list", Reason.STRUCTURE_EMPTY))
    return found


# Whether there is anything to tell at all.

_TEXT, _ADDRESS, _TYPES, _OBJECT, _OBJECTS, _OTHER, _UNNAMED = range(7)

Way = tuple[int, Any, Rule | None]


def _way(rule: Rule) -> Way:
    """How `fits` looks at a member with this rule, and what it needs for that."""
    match rule:
        case One():
            return _OBJECT, rule, rule
        case UriOr(rule=One() as either):
            return _OBJECT, either, rule
        case Many(rule=One() as each):
            return _OBJECTS, each, rule
        case Typed():
            return _TYPES, rule.usual, rule
    if rule is text:
        return _TEXT, None, rule
    return (_ADDRESS, None, rule) if rule is uri else (_OTHER, None, rule)


_NO_RULE: Final[Way] = (_UNNAMED, None, None)


def fits(rules: Class, node: dict[str, Any]) -> bool:
    """Whether `members` and `no_empty_places` both find nothing in `node`: nearly always so, and
    found out in one walk that says nothing. False decides nothing: they are to be asked."""
    if not node.keys() >= rules.needed:
        return False
    way_of = rules.ways.get
    for name, item in node.items():
        way, wanted, rule = way_of(name, _NO_RULE)
        kind = type(item)
        if way == _TEXT:
            if kind is not str:
                return False
        elif way == _ADDRESS:
            if kind is not str or not _is_uri(item):
                return False
        elif way == _TYPES and item == wanted:
            continue
        elif way == _OBJECT and kind is dict:
            if not fits(wanted.of, item):
                return False
        elif way == _OBJECTS:
            if kind is not list or not item:
                return False
            inner = wanted.of
            for one in item:
                if type(one) is not dict or not fits(inner, one):
                    return False
        elif rule is None:
            if rules.closed or (kind is not str and _has_empty_place(item)):
                return False
        elif rule(item) or (kind is not str and _has_empty_place(item)):
            return False
    return rules.besides is None or not rules.besides(node)


def _has_empty_place(value: Any) -> bool:
    """Whether `value` is null or an empty list, or holds one at any depth."""
    if isinstance(value, dict):
        return any(map(_has_empty_place, value.values()))
    if isinstance(value, list):
        return not value or any(map(_has_empty_place, value))
    return value is None


def escaped(name: str) -> str:
    """A member's name as a JSON pointer writes it."""
    return name.replace("~", "~0").replace("/", "~1")
