"""What the public may know of a participation, gathered once.

Page, embed, register, JSON and commands show this and nothing else, so that they cannot
disagree. Confidential facts, notes and reasons are never read here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from issuer import (
    codes,
    credential,
    days,
    domains,
    facts,
    handing,
    history,
    measures,
    organisations,
    successions,
)
from issuer.domains import Proven
from issuer.office import Office
from issuer.programme import Kind, Programme, Requirement
from issuer.record import tables
from issuer.state import PublicState, State, award_state, next_change, state
from issuer.successions import Successor


@dataclass(frozen=True)
class Met:
    """A requirement that was accepted; `facts` is None where it was met elsewhere."""

    requirement: Requirement
    facts: Mapping[str, Any] | None
    evidence: tuple[Mapping[str, Any], ...] = ()  # what of it is public: title and sha256


@dataclass(frozen=True)
class Copy:
    """One sealed credential of an award."""

    id: str
    number: int
    issued_at: datetime
    revoked: bool


@dataclass(frozen=True)
class Period:
    """One award: from which day to which, and the code of its QR address."""

    code: str
    first_day: date
    last_day: date
    copies: tuple[Copy, ...]

    @property
    def newest(self) -> Copy:
        return self.copies[-1]


@dataclass(frozen=True)
class View:
    """A participation as everybody may see it at one moment."""

    base_url: str
    slug: str
    name: str
    language: str | None
    number: str | None
    about: Mapping[str, Any]  # facts that the organisation chose to show
    programme: Programme
    standing: PublicState
    award: Period | None
    periods: tuple[Period, ...]
    met: tuple[Met, ...]
    domains: tuple[Proven, ...]
    measures: tuple[int, int] | None  # of the plan: how many are done by now, of how many
    successor: Successor | None  # in which it goes on, after a merger or a transfer
    now: datetime
    changes_at: datetime | None
    # Since when the record may say less than is true (`Office.unsure_since`).
    unsure: datetime | None = None

    @property
    def state(self) -> State:
        return self.standing.state

    @property
    def holds(self) -> bool:
        """Whether it is certain that the mark stands."""
        return self.state.holds and self.unsure is None

    @property
    def address(self) -> str:
        return f"{self.base_url}/m/{self.slug}"

    @property
    def channel(self) -> str:
        """Where a guest can report: the holder's own place, else the owner's."""
        return self.about.get("channel") or self.programme.contact.report

    @property
    def since(self) -> date | None:
        """The day of the decision the state rests on, None where no decision made it."""
        since = self.standing.since
        return None if since is None else days.day_of(since, self.programme.timezone)

    def json(self) -> dict[str, Any]:
        """The public facts for machines (`/m/{slug}.json`, `/embed/{slug}.json`, register)."""
        award = self.award
        return {
            "id": self.address,
            "slug": self.slug,
            "name": self.name,
            "organisationNumber": self.number,
            "about": dict(self.about),
            "domains": [proven.domain for proven in self.domains],
            "programme": self.programme.slug,
            "edition": self.programme.edition,
            "mark": self.programme.name(self.programme.main_language),
            "state": str(self.state),
            "holds": None if self.unsure else self.state.holds,
            "unsureSince": days.timestamp(self.unsure) if self.unsure else None,
            "since": self.since.isoformat() if self.since else None,
            "award": None
            if award is None
            else {
                "code": codes.grouped(award.code),
                "firstDay": award.first_day.isoformat(),
                "lastDay": award.last_day.isoformat(),
                "credential": f"{self.base_url}/b/{award.newest.id}",
            },
            "requirements": [
                {
                    "id": met.requirement.id,
                    "name": met.requirement.name(self.programme.main_language),
                    "facts": dict(met.facts or {}),
                    "text": " ".join(
                        facts.sentences(met.requirement, met.facts, self.programme.main_language)
                    ),
                }
                for met in self.met
            ],
            "evidence": [
                {"requirement": met.requirement.id, **piece}
                for met in self.met
                for piece in met.evidence
            ],
            "measures": None
            if self.measures is None
            else {"done": self.measures[0], "of": self.measures[1]},
            "successor": self.successor.json(self.base_url) if self.successor else None,
            "answeredAt": days.timestamp(self.now),
        }


def view(
    office: Office, row: tables.Participation, now: datetime, *, unsure: datetime | None = None
) -> View:
    """The public view of `row` at `now`; `unsure` as `Office.unsure_since` says."""
    seen = _view(office, row, now, state(history.participation(row), now))
    return replace(seen, unsure=unsure)


def of_award(office: Office, award: tables.Award, now: datetime) -> View:
    """The same of one award, whatever came after it (`state.award_state`)."""
    standing = award_state(history.award(award), now)
    return _view(office, award.cycle.participation, now, standing)


def _view(office: Office, row: tables.Participation, now: datetime, standing: PublicState) -> View:
    periods = tuple(
        _period(award)
        for cycle in row.cycles
        for award in cycle.awards
        if award.state in ("issued", "void")
    )
    shown = next((p for p in periods if standing.award and p.code == standing.award.code), None)
    cycle = _cycle_shown(row, standing)
    programme = office.programme(cycle.edition)
    name = row.organisation.name
    onward = successions.successor(row, now)
    changes = [next_change(history.participation(row), now)]
    if onward is not None:
        changes.append(onward.changes_at)
    return View(
        base_url=office.settings.base_url,
        slug=row.slug,
        name=name.name,
        language=name.language,
        number=row.organisation.number,
        about=organisations.public_facts(row.organisation),
        programme=programme,
        standing=standing,
        award=shown,
        periods=tuple(p for p in periods if _award_counts(row, p)),
        met=(met := _met(programme, cycle)),
        measures=_measures(cycle, met),
        domains=domains.proven(row, programme.timezone),
        now=now,
        successor=onward,
        changes_at=min((moment for moment in changes if moment is not None), default=None),
    )


def _period(award: tables.Award) -> Period:
    copies = tuple(
        Copy(copy.id, copy.number, copy.issued_at, copy.entry.revoked_at is not None)
        for copy in award.credentials
        if copy.state == "issued" and copy.issued_at is not None
    )
    return Period(award.code, award.first_day, award.last_day, copies)


def _award_counts(row: tables.Participation, period: Period) -> bool:
    """An award issued in error is no part of the history that is told."""
    return any(
        award.code == period.code and award.state == "issued"
        for cycle in row.cycles
        for award in cycle.awards
    )


def _cycle_shown(row: tables.Participation, standing: PublicState) -> tables.Cycle:
    """The cycle of the award the state speaks of, else the one under way."""
    if standing.award is not None:
        for cycle in row.cycles:
            if any(award.code == standing.award.code for award in cycle.awards):
                return cycle
    return row.cycles[-1]


def _met(programme: Programme, cycle: tables.Cycle) -> tuple[Met, ...]:
    accepted = {r.requirement: r for r in cycle.records if r.accepted_at is not None}
    return tuple(
        Met(
            requirement,
            None if accepted[requirement.id].equivalence else accepted[requirement.id].public_facts,
            tuple(handing.public_evidence(accepted[requirement.id])),
        )
        for requirement in programme.requirements(renewal=not cycle.first)
        if requirement.id in accepted
    )


def _measures(cycle: tables.Cycle, met: Iterable[Met]) -> tuple[int, int] | None:
    plan = next((each for each in met if each.requirement.kind is Kind.PLAN), None)
    return None if plan is None else measures.done_since(cycle, plan.facts)


def achievement_json(office: Office, programme: Programme) -> dict[str, Any]:
    """The answer of `/achievements/{key}`: the achievement with the context it is read in."""
    return {
        "@context": list(credential.CONTEXTS[:2]),
        **credential.achievement(office.settings, programme),
        "creator": credential.profile(office.settings),
    }


def profile_json(office: Office) -> dict[str, Any]:
    """The answer of `/issuer`."""
    return {"@context": list(credential.CONTEXTS[:2]), **credential.profile(office.settings)}
