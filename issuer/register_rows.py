"""What the public register is made of: columns of the record, in a few queries for any length."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from issuer import names, programmes
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
    """The columns the register rests on, each table read once; of what is sought, no more."""

    def __init__(self, session: Session, programme: str | None, sought: str) -> None:
        query = (
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
            .where(Participation.public, Participation.hidden_at.is_(None))
        )
        if programme is not None:
            query = query.where(Participation.programme == programme)
        wanted = query.where(_fits(sought)) if sought else query
        self.participations = session.execute(wanted).all()
        # With those in which others go on, whom one of those found may lead to.
        onward = Participation.id.in_(select(Succession.to_id))
        further = session.execute(query.where(onward)).all() if sought else ()
        self.by_id = {row.id: row for row in (*self.participations, *further)}
        self.successions = {
            step.from_id: step
            for step in session.execute(
                select(Succession.from_id, Succession.to_id, Succession.kind, Succession.day)
            )
        }
        # All of them, or those of the participations found.
        every = programme is None and not sought
        read = or_(Participation.id.in_(wanted.with_only_columns(Participation.id)), onward)
        found = select(Participation.id).where(read)
        cycles = select(Cycle.id).where(Cycle.participation_id.in_(found))
        awards = select(Award.id).where(Award.cycle_id.in_(cycles))

        def of(column: Any, those: Any) -> ColumnElement[bool]:
            return true() if every else column.in_(those)

        self.names = _grouped(
            session,
            select(
                OrganisationName.organisation_id,
                OrganisationName.name,
                OrganisationName.language,
                OrganisationName.sort_key,
                OrganisationName.folded,
                OrganisationName.since,
            )
            .where(
                of(
                    OrganisationName.organisation_id,
                    select(Participation.organisation_id).where(read),
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
            .where(of(Cycle.participation_id, found))
            .order_by(Cycle.number),
        )
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
            .where(Award.state.in_(("issued", "void")), of(Award.cycle_id, cycles))
            .order_by(Award.id),
        )
        self.acts = _grouped(
            session,
            select(AwardAct.award_id, AwardAct.act, AwardAct.at)
            .where(of(AwardAct.award_id, awards))
            .order_by(AwardAct.id),
        )
        self.copies: dict[int, str] = {
            row.award_id: row.id
            for row in session.execute(
                select(Credential.award_id, Credential.id)
                .where(Credential.state == "issued", of(Credential.award_id, awards))
                .order_by(Credential.number)
            )
        }
        self.domains = _grouped(
            session,
            select(DomainProof.participation_id, DomainProof.domain)
            .where(
                DomainProof.method.is_not(None),
                DomainProof.proven_at.is_not(None),
                DomainProof.withdrawn_at.is_(None),
                of(DomainProof.participation_id, found),
            )
            .order_by(DomainProof.id),
        )
        self.programmes: dict[int, Programme] = {
            row.id: programmes.read(row) for row in session.scalars(select(Edition))
        }


def _fits(sought: str) -> ColumnElement[bool]:
    """Whether an organisation has gone by a name with `sought` in it, or has it in its number."""
    fits: list[ColumnElement[bool]] = []
    if digits := "".join(letter for letter in sought if letter.isdecimal()):
        fits.append(Organisation.number.contains(digits, autoescape=True))
    if folded := names.folded(sought):
        named = OrganisationName.folded.contains(folded, autoescape=True)
        fits.append(Organisation.id.in_(select(OrganisationName.organisation_id).where(named)))
    return or_(false(), *fits)


def _grouped(session: Session, query: Any) -> defaultdict[Any, list[Any]]:
    """The rows of `query`, in its order, by their first column."""
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(row)
    return found
