"""Which participations the register has to look at, and in which order.

The database narrows and orders; it decides nothing. What it leaves out could not be meant at any
moment in question; what it lets through is judged by `issuer.state`, one by one. The one thing
told without that is `certain`, which takes only those about whom nothing was ever decided.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from issuer import names, programmes
from issuer.record.tables import (
    Award,
    AwardAct,
    Cycle,
    Edition,
    Organisation,
    OrganisationName,
    Participation,
)
from issuer.register_entry import Question
from issuer.state import Act, State

SECOND = timedelta(seconds=1)

# After one of these an award does not simply run from its first day to its last.
_DECISIONS: Final = tuple(map(str, (Act.SUSPEND, Act.WITHDRAW, Act.GIVE_UP, Act.VOID)))
_READ: Final = ("issued", "void")


class Group(StrEnum):
    """The parts of the register, in their order."""

    HOLDING = "holding"
    FORMER = "former"
    UNDER_WAY = "under_way"

    def has(self, state: State) -> bool:
        return _GROUPS.get(state) is self


_GROUPS: Final = {
    State.HOLDS: Group.HOLDING,
    State.HOLDS_RENEWAL_OPEN: Group.HOLDING,
    State.LAPSED_RENEWING: Group.FORMER,
    State.LAPSED: Group.FORMER,
    State.SUSPENDED: Group.FORMER,
    State.WITHDRAWN: Group.FORMER,
    State.GIVEN_UP: Group.FORMER,
    State.UNDER_WAY: Group.UNDER_WAY,
}


@dataclass(frozen=True)
class Place:
    """Where a line stands: by the key of its name, the address, the number of the name."""

    key: str
    slug: str
    name_id: int


@dataclass(frozen=True)
class Moments:
    """The first and the last moment a question is about: time zones differ."""

    first: datetime
    last: datetime

    @classmethod
    def of(cls, session: Session, question: Question) -> "Moments":
        """Raises `BadInput` for a day that has not come."""
        query = select(Edition)
        if question.programme is not None:
            query = query.where(Edition.programme == question.programme)
        asked = [question.moment(programmes.read(row)) for row in session.scalars(query)]
        return cls(min(asked, default=question.now), max(asked, default=question.now))


def named(
    question: Question,
    moments: Moments,
    group: Group | None,
    *,
    after: Place | None = None,
    before: Place | None = None,
) -> Select[str, str, int, str]:
    """Names with their participations, in the order of `Place` (with `before`, from the end); an
    organisation stands here with each name it has gone by."""
    columns = (OrganisationName.sort_key, Participation.slug, OrganisationName.id)
    query = (
        select(*columns, Participation.id.label("participation_id"))
        .join(Participation, Participation.organisation_id == OrganisationName.organisation_id)
        .where(*_asked(question), _group(group, moments))
    )
    if after is not None:
        return query.where(_beyond(after)).order_by(*columns)
    if before is not None:
        return query.where(_short_of(before)).order_by(*(column.desc() for column in columns))
    return query.order_by(*columns)


def _beyond(place: Place) -> ColumnElement[bool]:
    key, slug = OrganisationName.sort_key, Participation.slug
    further = or_(slug > place.slug, and_(slug == place.slug, OrganisationName.id > place.name_id))
    return and_(key >= place.key, or_(key > place.key, further))


def _short_of(place: Place) -> ColumnElement[bool]:
    key, slug = OrganisationName.sort_key, Participation.slug
    nearer = or_(slug < place.slug, and_(slug == place.slug, OrganisationName.id < place.name_id))
    return and_(key <= place.key, or_(key < place.key, nearer))


def _asked(question: Question) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [
        Participation.public.is_(True),
        Participation.hidden_at.is_(None),
    ]
    if question.programme is not None:
        # Not by the index of programmes: SQLite would then sort all of one for every part.
        asked.append(Participation.programme.concat("") == question.programme)
    if question.sought:
        asked.append(_fits(question.sought))
    return asked


def _fits(sought: str) -> ColumnElement[bool]:
    """Whether an organisation has gone by a name with `sought` in it, or has it in its number."""
    here = Participation.organisation_id
    fits: list[ColumnElement[bool]] = []
    if digits := "".join(letter for letter in sought if letter.isdecimal()):
        number = Organisation.number.contains(digits, autoescape=True)
        fits.append(here.in_(select(Organisation.id).where(number)))
    if folded := names.folded(sought):
        was_named = OrganisationName.folded.contains(folded, autoescape=True)
        fits.append(here.in_(select(OrganisationName.organisation_id).where(was_named)))
    return or_(false(), *fits)


def _group(group: Group | None, moments: Moments) -> ColumnElement[bool]:
    """True of all in `group`, and of some others; None: of all that are on the register."""
    match group:
        case Group.HOLDING:
            return _award(
                Award.valid_from <= moments.last, Award.valid_until > moments.first - SECOND
            )
        case Group.FORMER:
            return and_(_award(), ~certain(moments))
        case Group.UNDER_WAY:
            begun = (Award.state == "issued", Award.valid_from <= moments.first, _sealed(moments))
            return and_(Participation.listed.is_(True), ~_award(*begun))
        case None:
            return or_(Participation.listed.is_(True), _award())


def _award(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the participation has an award of which the conditions are true."""
    return exists().where(
        Cycle.participation_id == Participation.id,
        Award.cycle_id == Cycle.id,
        Award.state.in_(_READ),
        *conditions,
    )


def _sealed(moments: Moments) -> ColumnElement[bool]:
    sealed = AwardAct.act == str(Act.SEAL)
    return exists().where(AwardAct.award_id == Award.id, sealed, AwardAct.at <= moments.first)


def certain(moments: Moments) -> ColumnElement[bool]:
    """True only of participations that hold the mark at every moment in question: an award of
    theirs has begun and not ended, and no decision was ever taken on any of them."""
    decided = exists().where(AwardAct.award_id == Award.id, AwardAct.act.in_(_DECISIONS))
    in_force = (
        Award.state == "issued",
        Award.valid_from <= moments.first,
        Award.valid_until > moments.last - SECOND,
        _sealed(moments),
    )
    return and_(_award(*in_force), ~_award(decided))


def count_certain(session: Session, question: Question, moments: Moments) -> int:
    query = select(func.count(Participation.id)).where(*_asked(question), certain(moments))
    return session.scalar(query) or 0


def perhaps_holding(
    session: Session, question: Question, moments: Moments, after: str, most: int
) -> list[str]:
    """Up to `most` of those who may hold the mark and of whom it is not `certain`, by their ids."""
    query = (
        select(Participation.id)
        .where(*_asked(question), _group(Group.HOLDING, moments), ~certain(moments))
        .where(Participation.id > after)
        .order_by(Participation.id)
        .limit(most)
    )
    return list(session.scalars(query))


def next_change(session: Session, now: datetime) -> datetime | None:
    """A moment up to which the clock alone changes no state, None if it never will: the next at
    which an award begins or ends, or its renewal opens, or its patience is over."""
    columns = (
        (Award.valid_from, timedelta()),
        (Award.renewal_opens, timedelta()),
        (Award.valid_until, SECOND),
        (Award.patience_ends, SECOND),
    )
    query = select(
        *(func.min(case((column > now - later, column))) for column, later in columns)
    ).where(Award.state == "issued")
    found = session.execute(query).one()
    moments = [
        moment + later
        for moment, (_, later) in zip(found, columns, strict=True)
        if moment is not None
    ]
    return min(moments, default=None)


class Source(StrEnum):
    """What may have changed a state: a decision, or a day that came."""

    DECIDED = "decided"
    BEGAN = "began"
    ENDED = "ended"


def changed(
    session: Session,
    question: Question,
    source: Source,
    before: tuple[datetime, str] | None,
    most: int,
) -> list[tuple[datetime, str]]:
    """Up to `most` moments up to `question.now` at which `source` may have changed a state, with
    the id of the participation; the latest first, those that stand after `before`."""
    now = question.now
    later = timedelta()
    column: Any
    conditions: list[ColumnElement[bool]]
    match source:
        case Source.DECIDED:
            column, conditions = AwardAct.at, [AwardAct.at <= now]
        case Source.BEGAN:
            sealed = exists().where(
                AwardAct.award_id == Award.id,
                AwardAct.act == str(Act.SEAL),
                AwardAct.at < Award.valid_from,
            )
            column, conditions = Award.valid_from, [Award.valid_from <= now, sealed]
        case Source.ENDED:
            column, later = Award.valid_until, SECOND
            conditions = [Award.valid_until <= now - SECOND]
    query = (
        select(column, Participation.id)
        .select_from(Award)
        .join(Cycle, Cycle.id == Award.cycle_id)
        .join(Participation, Participation.id == Cycle.participation_id)
        .where(Award.state.in_(_READ), *conditions, *_asked(question))
        .order_by(column.desc(), Participation.id.desc())
        .limit(most)
    )
    if source is Source.DECIDED:
        query = query.join(AwardAct, AwardAct.award_id == Award.id)
    if before is not None:
        at, identifier = before[0] - later, before[1]
        query = query.where(column <= at, or_(column < at, Participation.id < identifier))
    return [(at + later, identifier) for at, identifier in session.execute(query)]
