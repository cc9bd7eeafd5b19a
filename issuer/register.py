"""The public register: who holds a mark, who held one, who is on the way; today or on a day.

It is read in a few queries whatever its length, and judged by `issuer.state` like everything
else. A day that is over is answered from what the record knows of it now: an award that was
made in error is no part of any day.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from issuer import codes, days, organisations, state
from issuer.errors import BadInput
from issuer.programme import Programme
from issuer.record.tables import Organisation
from issuer.register_rows import Rows
from issuer.state import Act, PublicState, State
from issuer.successions import Successor
from issuer.texts import N_

# As much of a search as is looked at.
LONGEST = 200

FORMER = (
    State.LAPSED_RENEWING,
    State.LAPSED,
    State.SUSPENDED,
    State.WITHDRAWN,
    State.GIVEN_UP,
)

SECOND = timedelta(seconds=1)
_TICK = timedelta(microseconds=1)

# What a spreadsheet would take for a formula, or for the end of a cell.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

_COLUMNS: Final = (
    *("name", "organisation_number", "programme", "edition", "mark", "state", "holds"),
    *("first_day", "last_day", "since", "held", "page", "successor", "unsure_since"),
)


@dataclass(frozen=True)
class Held:
    """One award: its days, and until when it was held if a decision came before its end."""

    code: str
    first_day: date
    last_day: date
    until: date
    credential: str | None


@dataclass(frozen=True)
class Entry:
    """One participation on the register. `periods` have begun, the newest first."""

    base_url: str
    slug: str
    name: str
    language: str | None
    number: str | None
    about: Mapping[str, Any]
    domains: tuple[str, ...]
    programme: Programme
    standing: PublicState
    award: Held | None
    periods: tuple[Held, ...]
    history: state.Participation
    successor: Successor | None = None  # in which it goes on, if that one is on the register
    unsure: datetime | None = None  # since when the record may say less than is true

    @property
    def state(self) -> State:
        return self.standing.state

    @property
    def on_register(self) -> bool:
        return self.state not in (State.UNKNOWN, State.VOID)

    @property
    def address(self) -> str:
        return f"{self.base_url}/m/{self.slug}"

    @property
    def since(self) -> date | None:
        since = self.standing.since
        return None if since is None else days.day_of(since, self.programme.timezone)

    def json(self) -> dict[str, Any]:
        """The entry for machines (docs/register.schema.json)."""
        award = self.award
        return {
            "id": self.address,
            "slug": self.slug,
            "name": self.name,
            "organisationNumber": self.number,
            "about": dict(self.about),
            "domains": list(self.domains),
            "programme": self.programme.slug,
            "edition": self.programme.edition,
            "mark": self.programme.name(self.programme.main_language),
            "state": str(self.state),
            "holds": None if self.unsure else self.state.holds,
            "since": self.since.isoformat() if self.since else None,
            "award": None
            if award is None
            else {
                "code": codes.grouped(award.code),
                "firstDay": award.first_day.isoformat(),
                "lastDay": award.last_day.isoformat(),
                "credential": f"{self.base_url}/b/{award.credential}",
            },
            "periods": [
                {
                    "firstDay": period.first_day.isoformat(),
                    "lastDay": period.last_day.isoformat(),
                    "until": period.until.isoformat(),
                }
                for period in self.periods
            ],
            "successor": self.successor.json(self.base_url) if self.successor else None,
        }


@dataclass(frozen=True)
class Register:
    """The entries, in the Norwegian order of their names.

    `changes_at` is the next moment at which the clock alone changes who is among them, None if
    it never does; a day that is over changes no more.
    """

    entries: tuple[Entry, ...]
    changes_at: datetime | None

    @property
    def holding(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state.holds]

    @property
    def former(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state in FORMER]

    @property
    def under_way(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state is State.UNDER_WAY]


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


def read(
    base_url: str,
    session: Session,
    now: datetime,
    *,
    programme: str | None = None,
    on: date | None = None,
    sought: str = "",
    unsure: datetime | None = None,
) -> Register:
    """The register at `now`, or as it stood at the end of the day `on`.

    `sought` is a part of a name an organisation has gone by, or of its number; `unsure` as
    `Office.unsure_since` says. Raises `BadInput` for a day that has not come.
    """
    raw = _Raw(session, programme, sought.strip()[:LONGEST])
    entries = []
    for row in raw.participations:
        entry = raw.entry(base_url, row, now, on)
        if entry is not None and entry[1].on_register:
            stands = entry[1].state.holds or entry[1].state is State.SUSPENDED
            onward = None if stands else raw.successor(base_url, row, now, on)
            entries.append((entry[0], replace(entry[1], successor=onward, unsure=unsure)))
    entries.sort(key=lambda each: (each[0], each[1].slug))
    changes = None
    if on is None:
        moments = [state.next_change(entry.history, now) for _, entry in entries]
        changes = min((m for m in moments if m is not None), default=None)
        ahead = (raw.begins_at(row, now) for row in raw.participations)
        changes = min((m for m in (changes, *ahead) if m is not None), default=None)
    return Register(tuple(entry for _, entry in entries), changes)


class _Raw(Rows):
    """What was read, and what is made of it."""

    def begins_at(self, row: Any, now: datetime) -> datetime | None:
        """When an award of somebody not yet listed begins."""
        return min(
            (
                award.valid_from
                for cycle in self.cycles[row.id]
                for award in self.awards[cycle.id]
                if award.state == "issued" and award.valid_from > now
            ),
            default=None,
        )

    def entry(
        self, base_url: str, row: Any, now: datetime, on: date | None
    ) -> tuple[str, Entry] | None:
        cycles = self.cycles[row.id]
        if not cycles:
            return None
        moment = _moment(self.programmes[cycles[-1].edition_id], now, on)
        awards = [
            (award, cycle)
            for cycle in cycles
            for award in self.awards[cycle.id]
            if on is None or award.state != "void"
        ]
        awards.sort(key=lambda each: each[0].id)
        history = state.Participation(
            public=True,
            listed=row.listed,
            awards=tuple(self._judged(award) for award, _ in awards),
            cycles=tuple(self._cycle(cycle, cycles) for cycle in cycles),
        )
        standing = state.state(history, moment)
        shown = next(
            (
                each
                for each in awards
                if standing.award is not None and each[0].code == standing.award.code
            ),
            None,
        )
        programme = self.programmes[(shown[1] if shown else cycles[-1]).edition_id]
        known = self.names[row.organisation_id]
        name = next((each for each in reversed(known) if each.since <= moment), known[0])
        return name.sort_key, Entry(
            base_url=base_url,
            slug=row.slug,
            name=name.name,
            language=name.language,
            number=row.number,
            about=_about(row),
            domains=tuple(proof.domain for proof in self.domains[row.id]),
            programme=programme,
            standing=standing,
            award=None if shown is None else self._held(shown[0], history, programme, moment),
            periods=self._periods(awards, history, programme, standing, moment),
            history=history,
        )

    def successor(
        self, base_url: str, row: Any, now: datetime, on: date | None
    ) -> Successor | None:
        """The first on the way on from `row` that is on the register itself."""
        step = self.successions.get(row.id)
        while step is not None and (on is None or step.day <= on):
            to = self.by_id.get(step.to_id)
            found = None if to is None else self.entry(base_url, to, now, on)
            if found is not None and found[1].on_register:
                entry = found[1]
                return Successor(entry.slug, entry.name, entry.language, step.kind, step.day)
            step = self.successions.get(step.to_id)
        return None

    def _judged(self, award: Any) -> state.Award:
        return state.Award(
            code=award.code,
            first_day=award.first_day,
            last_day=award.last_day,
            valid_from=award.valid_from,
            valid_until=award.valid_until,
            renewal_opens=award.renewal_opens,
            patience_ends=award.patience_ends,
            events=tuple(state.Event(Act(act.act), act.at) for act in self.acts[award.id]),
        )

    def _cycle(self, cycle: Any, cycles: Iterable[Any]) -> state.Cycle:
        first = not any(
            award.state == "issued"
            for earlier in cycles
            if earlier.number < cycle.number
            for award in self.awards[earlier.id]
        )
        return state.Cycle(first, cycle.opened_at, cycle.closed_at, cycle.ended_at)

    def _held(
        self, award: Any, history: state.Participation, programme: Programme, moment: datetime
    ) -> Held:
        judged = next(each for each in history.awards if each.code == award.code)
        until = award.last_day
        if end := judged.end(moment):
            until = min(until, days.day_of(end.at, programme.timezone))
        return Held(award.code, award.first_day, award.last_day, until, self.copies.get(award.id))

    def _periods(
        self,
        awards: list[tuple[Any, Any]],
        history: state.Participation,
        programme: Programme,
        standing: PublicState,
        moment: datetime,
    ) -> tuple[Held, ...]:
        today = days.day_of(moment, programme.timezone)
        held = [
            self._held(award, history, programme, moment)
            for award, _ in reversed(awards)
            if award.state == "issued" and award.first_day <= today
        ]
        if standing.state is State.SUSPENDED and standing.award and standing.since:
            since = days.day_of(standing.since, programme.timezone)
            held = [
                replace(each, until=since) if each.code == standing.award.code else each
                for each in held
            ]
        return tuple(held)


def _about(row: Any) -> Mapping[str, Any]:
    if not row.about_public:
        return {}
    return organisations.public_facts(
        Organisation(kind=row.kind, about=row.about, about_public=row.about_public)
    )


def _moment(programme: Programme, now: datetime, on: date | None) -> datetime:
    """The end of the day `on`, or `now` while that day lasts."""
    if on is None:
        return now
    if on > days.day_of(now, programme.timezone):
        raise BadInput(N_("That day has not come yet: nobody knows who will hold the mark then."))
    return min(now, days.start_of(on + timedelta(days=1), programme.timezone) - _TICK)


def as_csv(entries: tuple[Entry, ...], *, excel: bool) -> bytes:
    """`entries` as CSV. No cell begins with what a spreadsheet would run as a formula."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, delimiter=";" if excel else ",", lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for entry in entries:
        writer.writerow([_harmless(cell) for cell in _cells(entry)])
    return sheet.getvalue().encode("utf-8-sig" if excel else "utf-8")


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        entry.name,
        entry.number or "",
        entry.programme.slug,
        entry.programme.edition,
        entry.programme.name(entry.programme.main_language),
        str(entry.state),
        "" if entry.unsure else "true" if entry.state.holds else "false",
        entry.award.first_day.isoformat() if entry.award else "",
        entry.award.last_day.isoformat() if entry.award else "",
        entry.since.isoformat() if entry.since else "",
        " ".join(f"{p.first_day.isoformat()}/{p.until.isoformat()}" for p in entry.periods),
        entry.address,
        f"{entry.base_url}/m/{entry.successor.slug}" if entry.successor else "",
        days.timestamp(entry.unsure) if entry.unsure else "",
    )


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
