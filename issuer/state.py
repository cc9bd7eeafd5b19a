"""What is true of a participation, and of one credential, at a given moment.

Two pure functions. Page, picture, register, mail and commands all ask them, so they cannot
disagree. They take the whole history and look only at what had happened by `now`: asked
about an earlier day they answer as they would have answered then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """The public state of a participation."""

    UNDER_WAY = "under_way"
    HOLDS = "holds"
    HOLDS_RENEWAL_OPEN = "holds_renewal_open"
    LAPSED_RENEWING = "lapsed_renewing"
    LAPSED = "lapsed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    GIVEN_UP = "given_up"
    VOID = "void"
    UNKNOWN = "unknown"

    @property
    def holds(self) -> bool:
        return self in (State.HOLDS, State.HOLDS_RENEWAL_OPEN)


class Act(StrEnum):
    """What can be done to an award. Re-sealing makes a fresh copy and changes no state."""

    SEAL = "seal"
    SUSPEND = "suspend"
    LIFT = "lift"
    RESEAL = "reseal"
    WITHDRAW = "withdraw"
    GIVE_UP = "give_up"
    VOID = "void"


_ENDS = {
    Act.WITHDRAW: State.WITHDRAWN,
    Act.GIVE_UP: State.GIVEN_UP,
    Act.VOID: State.VOID,
}


@dataclass(frozen=True)
class Event:
    act: Act
    at: datetime


@dataclass(frozen=True)
class Award:
    """One award with its decisions. In force: `valid_from` <= t < `valid_until` + 1 s.

    `renewal_opens` is the first moment of the renewal window; up to `patience_ends` a lapsed
    holder with an open renewal cycle is said to be renewing.
    """

    code: str
    first_day: date
    last_day: date
    valid_from: datetime
    valid_until: datetime
    renewal_opens: datetime
    patience_ends: datetime
    events: tuple[Event, ...]

    def by(self, now: datetime) -> list[Event]:
        return [event for event in self.events if event.at <= now]

    def in_force(self, now: datetime) -> bool:
        return (
            self.valid_from <= now < self.valid_until + timedelta(seconds=1)
            and self.end(now) is None
        )

    def end(self, now: datetime) -> Event | None:
        """The decision that had ended the award by `now`."""
        return next((e for e in reversed(self.by(now)) if e.act in _ENDS), None)

    def suspension(self, now: datetime) -> Event | None:
        """The suspension in force at `now`: neither lifted nor overtaken by an end."""
        decisions = [e for e in self.by(now) if e.act in (Act.SUSPEND, Act.LIFT)]
        return decisions[-1] if decisions and decisions[-1].act is Act.SUSPEND else None


@dataclass(frozen=True)
class Cycle:
    first: bool
    opened_at: datetime
    closed_at: datetime | None
    ended_at: datetime | None = None  # without an award

    def open(self, now: datetime) -> bool:
        ends = [end for end in (self.closed_at, self.ended_at) if end is not None]
        return self.opened_at <= now and all(now < end for end in ends)


@dataclass(frozen=True)
class Participation:
    """All that the state depends on. Awards are those sealed, in the order of their sealing."""

    public: bool
    listed: bool
    awards: tuple[Award, ...]
    cycles: tuple[Cycle, ...]


@dataclass(frozen=True)
class PublicState:
    """The answer: the state, the award it speaks of, and since when (decisions) it stands."""

    state: State
    award: Award | None = None
    since: datetime | None = None


def state(participation: Participation, now: datetime) -> PublicState:
    """The public state at `now`. The first rule that matches wins (design: States)."""
    if not participation.public:
        return PublicState(State.UNKNOWN)
    sealed = [a for a in participation.awards if any(e.act is Act.SEAL for e in a.by(now))]
    for award in reversed(sealed):
        if award.in_force(now):
            if suspension := award.suspension(now):
                return PublicState(State.SUSPENDED, award, suspension.at)
            renewed = any(a.valid_from > award.valid_from and not a.end(now) for a in sealed)
            renewing = award.renewal_opens <= now and not renewed
            return PublicState(State.HOLDS_RENEWAL_OPEN if renewing else State.HOLDS, award)
    # An award that lies ahead says nothing yet, unless a decision has already ended it.
    begun = [a for a in sealed if a.valid_from <= now or a.end(now)]
    if begun:
        last = begun[-1]
        if end := last.end(now):
            return PublicState(_ENDS[end.act], last, end.at)
        renewing = any(not c.first and c.open(now) for c in participation.cycles)
        patient = now <= last.patience_ends
        return PublicState(State.LAPSED_RENEWING if renewing and patient else State.LAPSED, last)
    if participation.listed and any(c.first and c.open(now) for c in participation.cycles):
        return PublicState(State.UNDER_WAY)
    return PublicState(State.UNKNOWN)


def award_state(award: Award, now: datetime) -> PublicState:
    """What became of one award by `now`, whatever came after it: holds also where it lies ahead."""
    if end := award.end(now):
        return PublicState(_ENDS[end.act], award, end.at)
    if now >= award.valid_until + timedelta(seconds=1):
        return PublicState(State.LAPSED, award)
    if suspension := award.suspension(now):
        return PublicState(State.SUSPENDED, award, suspension.at)
    return PublicState(State.HOLDS, award)


def next_change(participation: Participation, now: datetime) -> datetime | None:
    """The next moment at which the state changes by the clock alone, None if it never does."""
    second = timedelta(seconds=1)
    moments = [
        moment
        for award in participation.awards
        for moment in (
            award.valid_from,
            award.renewal_opens,
            award.valid_until + second,
            award.patience_ends + second,
        )
    ]
    return min((moment for moment in moments if moment > now), default=None)


class Standing(StrEnum):
    """What is true of one credential."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Credential:
    """One sealed copy. `revoked_by` is the act that set its bit, with its moment."""

    id: str
    valid_from: datetime
    valid_until: datetime
    issued_at: datetime
    revoked_by: Event | None


def standing(
    credential: Credential, now: datetime, *, successors: Iterable[Credential] = ()
) -> Standing:
    """The standing of `credential`; `successors` are later copies of the same award.

    A superseded copy is valid to its own end: another copy of the same award has merely
    taken its place.
    """
    if credential.revoked_by is not None and credential.revoked_by.at <= now:
        return Standing.REVOKED
    if now < credential.valid_from:
        return Standing.NOT_YET
    if now >= credential.valid_until + timedelta(seconds=1):
        return Standing.EXPIRED
    if any(later.issued_at <= now and later.valid_from <= now for later in successors):
        return Standing.SUPERSEDED
    return Standing.IN_FORCE
