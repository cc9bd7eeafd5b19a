"""The public register: who holds a mark, who held one, who is on the way; today or on a day.

It is read a part at a time, whatever its length, and each line is judged by `issuer.state` like
everything else. The record is let go of between the parts, so whoever writes does not wait for
the end of a long answer; a line is one participation at one moment all the same, since what is
done after the moment of the question is not looked at. A day that is over is answered from what
the record knows of it now: an award that was made in error is no part of any day.
"""

import heapq
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Final

from sqlalchemy.orm import Session

from issuer import register_order
from issuer.errors import BadInput
from issuer.office import Office
from issuer.register_entry import LONGEST, Entry, Question
from issuer.register_making import Making
from issuer.register_order import Group, Moments, Place, Source
from issuer.texts import N_

Reading = Callable[[], AbstractContextManager[Session]]

# So many are read at once.
_SOME: Final = 500
_FEW: Final = 100

# A number beyond those of all names, and a place beyond all.
_LAST_NAME: Final = 2**31 - 1
_BEYOND: Final = Place("\U0010ffff", "", _LAST_NAME)


@dataclass(frozen=True)
class Cursor:
    """A line of the register, by the part it is in and its place there."""

    group: Group
    key: str
    slug: str


@dataclass(frozen=True)
class Part:
    """Some lines one after the other: holders first, then former holders, then those under way;
    and the first and the last of them, where there are more before or after."""

    entries: tuple[Entry, ...]
    first: Cursor | None
    last: Cursor | None


def read_day(text: str | None) -> date | None:
    """The day of `?on=`. Raises `BadInput`."""
    if text is None:
        return None
    try:
        if len(text) == len("2026-05-12"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadInput(N_("Write a day as 2026-05-12."))


def ask(office: Office, *, programme: str | None, on: str | None, sought: str) -> Question:
    """The question as it is asked now. Raises `BadInput` for what is no day."""
    return Question(
        office.settings.base_url,
        office.now(),
        programme=programme,
        on=read_day(on),
        sought=sought.strip()[:LONGEST],
        unsure=office.unsure_since(),
    )


def entries(question: Question, reading: Reading) -> Iterator[Entry]:
    """Everybody on the register, in the Norwegian order of their names. Raises `BadInput` for a
    day that has not come, before the first."""
    moments = _moments(question, reading)
    return (entry for _, entry in _walk(question, moments, reading))


def _moments(question: Question, reading: Reading) -> Moments:
    with reading() as session:
        return Moments.of(session, question)


def _walk(
    question: Question,
    moments: Moments,
    reading: Reading,
    group: Group | None = None,
    *,
    after: Place | None = None,
    before: Place | None = None,
    some: int = _SOME,
) -> Iterator[tuple[Place, Entry]]:
    """The lines of `group`, or of all, each with its place; with `before`, from the end."""
    while True:
        with reading() as session:
            query = register_order.named(question, moments, group, after=after, before=before)
            rows = session.execute(query.limit(some)).all()
            made = Making(session, {row.participation_id for row in rows}, question)
            found = [
                (Place(row.sort_key, row.slug, row.id), made.shown(row.participation_id))
                for row in rows
            ]
        for place, entry in found:
            # Of the names of an organisation, the one it went by is its place.
            if entry is None or entry.name_id != place.name_id:
                continue
            if group is None or group.has(entry.state):
                yield place, entry
        if len(rows) < some:
            return
        last = found[-1][0]
        after, before = (last, None) if before is None else (None, last)


def part(
    question: Question,
    reading: Reading,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    most: int,
) -> Part:
    """Up to `most` lines from the beginning, or those that follow `after`, or those that come
    `before`. Raises `BadInput` for a day that has not come."""
    moments = _moments(question, reading)
    if before is None:
        found = list(islice(_forward(question, moments, reading, after, most + 1), most + 1))
        shown = found[:most]
        return _part(shown, earlier=after is not None, later=len(found) > most)
    found = list(islice(_backward(question, moments, reading, before, most + 1), most + 1))
    if len(found) <= most:
        return part(question, reading, most=most)
    return _part(found[:most][::-1], earlier=True, later=True)


_Line = tuple[Cursor, Entry]


def _part(shown: list[_Line], *, earlier: bool, later: bool) -> Part:
    return Part(
        tuple(entry for _, entry in shown),
        shown[0][0] if earlier and shown else None,
        shown[-1][0] if later and shown else None,
    )


def _forward(
    question: Question, moments: Moments, reading: Reading, after: Cursor | None, some: int
) -> Iterator[_Line]:
    groups = list(Group)
    start = None
    if after is not None:
        groups = groups[groups.index(after.group) :]
        start = Place(after.key, after.slug, _LAST_NAME)
    for group in groups:
        for place, entry in _walk(question, moments, reading, group, after=start, some=some):
            yield Cursor(group, place.key, place.slug), entry
        start = None


def _backward(
    question: Question, moments: Moments, reading: Reading, before: Cursor, some: int
) -> Iterator[_Line]:
    groups = list(Group)
    end = Place(before.key, before.slug, 0)
    for group in reversed(groups[: groups.index(before.group) + 1]):
        for place, entry in _walk(question, moments, reading, group, before=end, some=some):
            yield Cursor(group, place.key, place.slug), entry
        end = _BEYOND


def has_any(question: Question, reading: Reading, programme: str) -> bool:
    """Whether anybody asked for is on the register with `programme`."""
    if question.programme not in (None, programme):
        return False
    asked = replace(question, programme=programme)
    moments = _moments(asked, reading)
    return any(True for _ in _forward(asked, moments, reading, None, _FEW))


def count_holders(question: Question, reading: Reading) -> int:
    """How many hold the mark."""
    with reading() as session:
        moments = Moments.of(session, question)
        count = register_order.count_certain(session, question, moments)
    last = ""
    while True:
        with reading() as session:
            ids = register_order.perhaps_holding(session, question, moments, last, _SOME)
            made = Making(session, ids, question)
            shown = [made.shown(identifier) for identifier in ids]
        count += sum(entry is not None and entry.state.holds for entry in shown)
        if len(ids) < _SOME:
            return count
        last = ids[-1]


def by_latest(question: Question, reading: Reading) -> Iterator[tuple[datetime, Entry]]:
    """Those on the register by the latest moment at which something may have changed, each once
    and with that moment; nothing that changed lies after it."""
    newest = heapq.merge(*(_changed(question, reading, source) for source in Source), reverse=True)
    seen: set[str] = set()
    while some := list(islice(newest, _FEW)):
        new: dict[str, datetime] = {}
        for at, identifier in some:
            if identifier not in seen:
                seen.add(identifier)
                new[identifier] = at
        with reading() as session:
            made = Making(session, new, question)
            shown = [(at, made.shown(identifier)) for identifier, at in new.items()]
        yield from ((at, entry) for at, entry in shown if entry is not None)


def _changed(
    question: Question, reading: Reading, source: Source
) -> Iterator[tuple[datetime, str]]:
    before = None
    while True:
        with reading() as session:
            found = register_order.changed(session, question, source, before, _SOME)
        yield from found
        if len(found) < _SOME:
            return
        before = found[-1]


def changes_at(question: Question, reading: Reading) -> datetime | None:
    """A moment up to which the clock alone changes nothing of the answer; None if it never will,
    as of a day that is over."""
    with reading() as session:
        if Moments.of(session, question).last < question.now:
            return None
        return register_order.next_change(session, question.now)
