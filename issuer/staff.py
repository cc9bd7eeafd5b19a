"""What the office sees of its participations: the public view and what is missing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from issuer import codes, measures, organisations, participations, public, requirements, tasks
from issuer.office import Office
from issuer.record.tables import Award, Cycle, Participation, RequirementRecord

T = TypeVar("T")
P = TypeVar("P")
R = TypeVar("R")

# Of a long list, so many are read at once.
SOME = 200


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
    # What is left to do once nothing is missing: put the award forward, or seal it.
    next: str

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


def overview(office: Office, programme: str | None = None) -> Iterator[Row]:
    """All participations in the order of their names."""
    return gather(office, lambda each: (row(office, each),), programme)


def gather(
    office: Office, of: Callable[[Participation], Iterable[T]], programme: str | None = None
) -> Iterator[T]:
    """What `of` finds in each participation, in the order of their names.

    They are read some at a time, and the record is let go of in between: whoever writes does
    not wait for the end of a long list.
    """
    after = None
    while True:
        with office.reading() as session:
            some = participations.page(session, programme, after=after, most=SOME)
            found = [each for one in some for each in of(one)]
        yield from found
        if not some:
            return
        after = participations.place(some[-1])


def in_parts(
    office: Office,
    part: Callable[[Any, P | None], list[R]],
    place: Callable[[R], P],
    told: Callable[[R], T],
) -> Iterator[T]:
    """What `told` says of each of a long list, read a part at a time (`SOME` of `part`, from the
    `place` of the last on); the record is let go of in between, as `gather` does."""
    after: P | None = None
    while True:
        with office.reading() as session:
            some = part(session, after)
            said = [told(each) for each in some]
        yield from said
        if len(some) < SOME:
            return
        after = place(some[-1])


def tasks_waiting(office: Office, language: str) -> Iterator[dict[str, Any]]:
    """The tasks that are not done, the eldest first, with their sentences in `language`."""
    after = 0
    while True:
        with office.reading() as session:
            some = tasks.waiting(session, after=after, most=SOME)
            told = [tasks.json(session, each, language) for each in some]
        yield from told
        if not some:
            return
        after = some[-1].id


def row(office: Office, participation: Participation) -> Row:
    seen = public.view(office, participation, office.now())
    missing = _missing(office, participation)
    return Row(
        slug=seen.slug,
        name=seen.name,
        programme=participation.programme,
        state=str(seen.state),
        code=codes.grouped(seen.award.code) if seen.award else None,
        first_day=seen.award.first_day.isoformat() if seen.award else None,
        last_day=seen.award.last_day.isoformat() if seen.award else None,
        missing=missing,
        next="" if missing else _next(office, participation),
    )


def _missing(office: Office, participation: Participation) -> tuple[str, ...]:
    cycle = participation.cycles[-1]
    if not cycle.open:
        return ()
    programme = office.programme(cycle.edition)
    return tuple(r.id for r in participations.missing(programme, cycle))


def _next(office: Office, participation: Participation) -> str:
    cycle = participation.cycles[-1]
    if not cycle.open:
        return ""
    if cycle.prepared_by is not None:
        return f"seal (put forward by {cycle.prepared_by})"
    return "prepare" if office.programme(cycle.edition).deciders > 1 else "seal"


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
        "asked": _asked(office, participation),
        "cycles": [_cycle(cycle) for cycle in participation.cycles],
        "measures": [measures.json(measure) for measure in measures.of_last_plan(participation)],
    }


def _asked(office: Office, participation: Participation) -> list[dict[str, Any]]:
    """Each requirement of the open cycle: how far it has come, and the facts it needs."""
    cycle = participation.cycles[-1]
    if not cycle.open:
        return []
    programme = office.programme(cycle.edition)
    language = programme.main_language
    known = {record.requirement: record for record in cycle.records}
    return [
        {
            "id": each.id,
            "name": each.name(language),
            "kind": str(each.kind),
            "state": _progress(known.get(each.id)),
            **requirements.needs(each, language),
        }
        for each in participations.asked(programme, cycle)
    ]


def _progress(record: RequirementRecord | None) -> str:
    if record is None:
        return "open"
    if record.accepted_at is not None:
        return "accepted"
    return "recorded" if record.sent_back_at is None else "sent_back"


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
