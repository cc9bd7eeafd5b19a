"""Where a participation has gone on: merged into another, or transferred to it.

The decision itself is `issuer.carrying`. It is public and dated: the old address leads on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from issuer import history, state
from issuer.errors import Refused
from issuer.record.life import Succession
from issuer.record.tables import Participation
from issuer.state import State
from issuer.texts import N_


@dataclass(frozen=True)
class Successor:
    """In what a participation goes on: `kind` is `merger` or `transfer`, `since` its day."""

    slug: str
    name: str
    language: str | None
    kind: str
    since: date
    changes_at: datetime | None = None  # when the clock alone next changes what stands there

    def json(self, base_url: str) -> dict[str, Any]:
        return {
            "id": f"{base_url}/m/{self.slug}",
            "slug": self.slug,
            "name": self.name,
            "kind": self.kind,
            "since": self.since.isoformat(),
        }


def successor(row: Participation, now: datetime) -> Successor | None:
    """The one in which `row` goes on, as far as everybody may know; None while `row` has an award
    that stands.

    Where that one has no public page (it is under way and did not agree to be listed, or was
    taken away), the next one after it that has, by the last decision on the way; None where
    there is none.
    """
    here = state.state(history.participation(row), now).state
    if here.holds or here is State.SUSPENDED:
        # Decided and not done, or given back after an appeal: it stands for itself.
        return None
    for step, to in _onward(row):
        judged = history.participation(to)
        if state.state(judged, now).state is not State.UNKNOWN:
            name = to.organisation.name
            changes_at = state.next_change(judged, now)
            return Successor(to.slug, name.name, name.language, step.kind, step.day, changes_at)
    return None


def check_stands_alone(row: Participation) -> None:
    """Raise `Refused` where `row` has gone on in another: nothing new begins there."""
    for _, to in _onward(row):
        raise Refused(
            N_("%(slug)s has gone on in %(to)s: what is new begins there."),
            slug=row.slug,
            to=to.slug,
        )


def check_handed_over(session: Session, row: Participation, now: datetime) -> None:
    """Raise `Refused` while `row` is to take over an award that still stands: two would hold it."""
    for step in session.scalars(select(Succession).where(Succession.to_id == row.id)):
        before = session.get_one(Participation, step.from_id)
        here = state.state(history.participation(before), now).state
        if here.holds or here is State.SUSPENDED:
            raise Refused(
                N_(
                    "%(slug)s takes the mark over from %(before)s, which still has it. Give that"
                    " decision once more (merke participation succeed): the one award ends as the"
                    " other begins."
                ),
                slug=row.slug,
                before=before.slug,
            )


def step_from(session: Session, row: Participation) -> Succession | None:
    """The decision by which `row` goes on in another."""
    return session.scalars(select(Succession).where(Succession.from_id == row.id)).first()


def _onward(row: Participation) -> Iterator[tuple[Succession, Participation]]:
    """From one to the next. It ends: none goes on in one that has already gone on."""
    session = object_session(row)
    if session is None:
        raise ValueError("the participation belongs to no session")
    here = row
    while True:
        step = step_from(session, here)
        if step is None:
            return
        here = session.get_one(Participation, step.to_id)
        yield step, here
