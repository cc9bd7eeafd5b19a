"""What lines of the public register are made of: columns of the record, in a few queries."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import programmes
from issuer.programme import Programme
from issuer.record.life import Succession
from issuer.record.post import DomainProof
from issuer.record.tables import (
    Award,
    AwardAct,
    Credential,
    Cycle,
    Edition,
    Organisation,
    OrganisationName,
    Participation,
)


class Rows:
    """The columns that the lines of the participations `ids` rest on: theirs, and those of all in
    which they go on."""

    def __init__(self, session: Session, ids: Collection[str]) -> None:
        self.successions = _onward(session, ids)
        found = {*ids, *(step.to_id for step in self.successions.values())}
        self.by_id = {
            row.id: row
            for row in session.execute(
                select(
                    Participation.id,
                    Participation.slug,
                    Participation.listed,
                    Participation.organisation_id,
                    Organisation.number,
                    Organisation.kind,
                    Organisation.about,
                    Organisation.about_public,
                )
                .join(Organisation)
                .where(
                    Participation.public,
                    Participation.hidden_at.is_(None),
                    Participation.id.in_(found),
                )
            )
        }
        self.names = _grouped(
            session,
            select(
                OrganisationName.organisation_id,
                OrganisationName.id,
                OrganisationName.name,
                OrganisationName.language,
                OrganisationName.since,
            )
            .where(
                OrganisationName.organisation_id.in_(
                    {row.organisation_id for row in self.by_id.values()}
                )
            )
            .order_by(OrganisationName.id),
        )
        self.cycles = _grouped(
            session,
            select(
                Cycle.participation_id,
                Cycle.id,
                Cycle.number,
                Cycle.edition_id,
                Cycle.opened_at,
                Cycle.closed_at,
                Cycle.ended_at,
            )
            .where(Cycle.participation_id.in_(self.by_id))
            .order_by(Cycle.number),
        )
        cycles = [cycle.id for those in self.cycles.values() for cycle in those]
        self.awards = _grouped(
            session,
            select(
                Award.cycle_id,
                Award.id,
                Award.code,
                Award.state,
                Award.first_day,
                Award.last_day,
                Award.valid_from,
                Award.valid_until,
                Award.renewal_opens,
                Award.patience_ends,
            )
            .where(Award.state.in_(("issued", "void")), Award.cycle_id.in_(cycles))
            .order_by(Award.id),
        )
        awards = [award.id for those in self.awards.values() for award in those]
        self.acts = _grouped(
            session,
            select(AwardAct.award_id, AwardAct.act, AwardAct.at)
            .where(AwardAct.award_id.in_(awards))
            .order_by(AwardAct.id),
        )
        self.copies: dict[int, str] = {
            row.award_id: row.id
            for row in session.execute(
                # Not by the index of states: nearly all of the record is issued.
                select(Credential.award_id, Credential.id, Credential.state)
                .where(Credential.award_id.in_(awards))
                .order_by(Credential.number)
            )
            if row.state == "issued"
        }
        self.domains = _grouped(
            session,
            select(DomainProof.participation_id, DomainProof.domain)
            .where(
                DomainProof.method.is_not(None),
                DomainProof.proven_at.is_not(None),
                DomainProof.withdrawn_at.is_(None),
                DomainProof.participation_id.in_(self.by_id),
            )
            .order_by(DomainProof.id),
        )
        self.programmes: dict[int, Programme] = {
            row.id: programmes.read(row) for row in session.scalars(select(Edition))
        }


def _onward(session: Session, ids: Collection[str]) -> dict[str, Any]:
    """The steps from `ids` to those in which they go on, from those to the next, to the end; each
    by the one it leads away from."""
    steps: dict[str, Any] = {}
    here = set(ids)
    while here:
        query = select(Succession.from_id, Succession.to_id, Succession.kind, Succession.day)
        found = session.execute(query.where(Succession.from_id.in_(here))).all()
        steps.update((step.from_id, step) for step in found)
        here = {step.to_id for step in found} - steps.keys()
    return steps


def _grouped(session: Session, query: Any) -> defaultdict[Any, list[Any]]:
    """The rows of `query`, in its order, by their first column."""
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(row)
    return found
