"""What the office sees of its participations: the public view and what is missing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from issuer import codes, measures, organisations, participations, public
from issuer.office import Office
from issuer.record.tables import Award, Cycle, Participation


@dataclass(frozen=True)
class Row:
    slug: str
    name: str
    programme: str
    state: str
    code: str | None
    first_day: str | None
    last_day: str | None
    missing: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "name": self.name,
            "programme": self.programme,
            "state": self.state,
            "code": self.code,
            "firstDay": self.first_day,
            "lastDay": self.last_day,
            "missing": list(self.missing),
        }


def overview(office: Office, session: Session, programme: str | None = None) -> list[Row]:
    """All participations in the order of their names."""
    return [row(office, each) for each in participations.listing(session, programme)]


def row(office: Office, participation: Participation) -> Row:
    seen = public.view(office, participation, office.now())
    return Row(
        slug=seen.slug,
        name=seen.name,
        programme=participation.programme,
        state=str(seen.state),
        code=codes.grouped(seen.award.code) if seen.award else None,
        first_day=seen.award.first_day.isoformat() if seen.award else None,
        last_day=seen.award.last_day.isoformat() if seen.award else None,
        missing=_missing(office, participation),
    )


def _missing(office: Office, participation: Participation) -> tuple[str, ...]:
    cycle = participation.cycles[-1]
    if not cycle.open:
        return ()
    programme = office.programme(cycle.edition)
    return tuple(r.id for r in participations.missing(programme, cycle))


def detail(office: Office, participation: Participation) -> dict[str, Any]:
    """Everything the office works with, internal facts and notes included."""
    return {
        **row(office, participation).json(),
        "address": f"{office.settings.base_url}/m/{participation.slug}",
        "names": [
            {"name": name.name, "since": name.since.isoformat()}
            for name in participation.organisation.names
        ],
        "organisationNumber": participation.organisation.number,
        "about": organisations.known_facts(participation.organisation),
        "listed": participation.listed,
        "hidden": participation.hidden_at is not None,
        "cycles": [_cycle(cycle) for cycle in participation.cycles],
        "measures": [measures.json(measure) for measure in measures.of_last_plan(participation)],
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _cycle(cycle: Cycle) -> dict[str, Any]:
    return {
        "number": cycle.number,
        "edition": cycle.edition.edition,
        "openedAt": cycle.opened_at.isoformat(),
        "endedAt": _moment(cycle.ended_at),
        "preparedBy": cycle.prepared_by,
        "requirements": [
            {
                "id": record.requirement,
                "facts": record.facts,
                "note": record.note,
                "recordedBy": record.recorded_by,
                "acceptedBy": record.accepted_by,
                "equivalence": record.equivalence,
                "course": record.course_id,
                "evidence": record.evidence,
                "handedInAt": _moment(record.handed_in_at),
                "sentBackAt": _moment(record.sent_back_at),
                "acts": [
                    {"act": act.act, "at": act.at.isoformat(), "by": act.by, "reason": act.reason}
                    for act in record.acts
                ],
            }
            for record in cycle.records
        ],
        "awards": [_award(award) for award in cycle.awards if award.state != "abandoned"],
    }


def _award(award: Award) -> dict[str, Any]:
    return {
        "code": codes.grouped(award.code),
        "firstDay": award.first_day.isoformat(),
        "lastDay": award.last_day.isoformat(),
        "acts": [
            {"act": act.act, "at": act.at.isoformat(), "by": act.by, "reason": act.reason}
            for act in award.acts
        ],
        "credentials": [
            {
                "id": copy.id,
                "issuedAt": copy.issued_at.isoformat() if copy.issued_at else None,
                "revoked": copy.entry.revoked_at is not None,
            }
            for copy in award.credentials
            if copy.state == "issued"
        ],
    }
