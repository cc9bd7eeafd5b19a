"""From rows of the record to lines of the register, judged by `issuer.state`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from issuer import days, organisations, state
from issuer.programme import Programme
from issuer.record.tables import Organisation
from issuer.register_entry import Entry, Held, Question
from issuer.register_rows import Rows
from issuer.state import Act, PublicState, State
from issuer.successions import Successor


class Making(Rows):
    """What was read, and what is made of it."""

    def __init__(self, session: Session, ids: Collection[str], question: Question) -> None:
        super().__init__(session, ids)
        self._question = question

    def shown(self, identifier: str) -> Entry | None:
        """The participation `identifier` if it is on the register, with the one it goes on in."""
        row = self.by_id.get(identifier)
        entry = None if row is None else self._entry(row)
        if row is None or entry is None or not entry.on_register:
            return None
        stands = entry.state.holds or entry.state is State.SUSPENDED
        return replace(
            entry,
            successor=None if stands else self._successor(row),
            unsure=self._question.unsure,
        )

    def _entry(self, row: Any) -> Entry | None:
        cycles = self.cycles[row.id]
        if not cycles:
            return None
        question = self._question
        moment = question.moment(self.programmes[cycles[-1].edition_id])
        awards = [
            (award, cycle)
            for cycle in cycles
            for award in self.awards[cycle.id]
            if question.on is None or award.state != "void"
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
        return Entry(
            base_url=question.base_url,
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
            name_id=name.id,
        )

    def _successor(self, row: Any) -> Successor | None:
        """The first on the way on from `row` that is on the register itself."""
        step = self.successions.get(row.id)
        on = self._question.on
        while step is not None and (on is None or step.day <= on):
            to = self.by_id.get(step.to_id)
            entry = None if to is None else self._entry(to)
            if entry is not None and entry.on_register:
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
