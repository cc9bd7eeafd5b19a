"""The story of the demonstration: who enrols, what is recorded, decided, when.

The three pilots are real and stand as their owner's text says: the course was held, the rest
is under way; nothing more is claimed of them. All other names, people and facts are made up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from issuer import awards, cases, enrolling, organisations, participations, programmes, sealing
from issuer.office import Office
from issuer.programme import Programme, load
from issuer.sealing import Sealed

PROGRAMME = "balansemerket"
PREPARES = "Kari Eksempel"
DECIDES = "Ola Eksempel"

PILOTS = ("Scenekunstbruket", "Musikkutstyrsordningen", "Norske Billedkunstnere")
_PILOT_SOURCE = "Eierens egen omtale av pilotene sier at kurset er holdt; datoen er ikke oppgitt."


@dataclass(frozen=True)
class MadeUp:
    """An organisation that does not exist, and how many days ago its award was sealed."""

    name: str
    number: str | None
    language: str | None
    sealed_days_ago: int
    about: Mapping[str, Any] = field(default_factory=dict)  # chosen to be public


HOLDS = MadeUp(
    "Eksempelteatret",
    "111 111 111",
    None,
    40,
    {"roles": ["producing", "performing"], "size": "10-49", "scope": "Hele virksomheten"},
)
RENEWING = MadeUp('Eksempelscenen Áššu på Nærøy, «Sjø’n» og "Å"', "222 222 222", None, 300)
SUSPENDED_AND_LIFTED = MadeUp(
    "Eksempelfestivalen",
    "333 333 333",
    None,
    150,
    {
        "roles": ["organising"],
        "scope": "Bare festivalen",
        "channel": "si-fra@eksempelfestivalen.example.no",
    },
)
WITHDRAWN = MadeUp("Kollektivet Eksempel", None, None, 250)


class StoryClock:
    """The office's clock while the story is told: it is set, and only forwards."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Act:
    moment: datetime
    title: str
    play: Callable[[], object]


def title(act: Act | None) -> str:
    return act.title if act else ""


def plan(office: Office, today: datetime) -> list[Act]:
    """Every act of the story up to `today`, in the order of its moments."""
    return sorted(_acts(office, today), key=lambda act: act.moment)


def _acts(office: Office, today: datetime) -> Iterator[Act]:
    def ago(days: float) -> datetime:
        return today - timedelta(days=days)

    sealed: dict[str, Sealed] = {}

    def award(who: MadeUp) -> None:
        sealed[who.name] = _award(office, who)

    yield Act(ago(360), "Balansemerket is loaded", partial(_load, office))
    for order, name in enumerate(PILOTS):
        yield Act(ago(100 - order), f"{name}: course held", partial(_pilot, office, name))
    for who in (HOLDS, RENEWING, SUSPENDED_AND_LIFTED, WITHDRAWN):
        enrolled = ago(who.sealed_days_ago + 21)
        yield Act(enrolled, f"{who.name}: enrolled", partial(_enrol, office, who))
        yield Act(ago(who.sealed_days_ago), f"{who.name}: sealed", partial(award, who))
    who = SUSPENDED_AND_LIFTED
    yield Act(
        ago(60),
        f"{who.name}: suspended",
        lambda: awards.suspend(
            office,
            sealed[SUSPENDED_AND_LIFTED.name].code,
            by=DECIDES,
            reason="Eksempel: en opplysning måtte undersøkes.",
        ),
    )
    yield Act(
        ago(30),
        f"{who.name}: suspension lifted",
        lambda: awards.lift(
            office,
            sealed[SUSPENDED_AND_LIFTED.name].code,
            by=DECIDES,
            reason="Eksempel: undersøkelsen er ferdig, alt er i orden.",
        ),
    )
    yield Act(
        ago(45),
        f"{WITHDRAWN.name}: a case is opened",
        lambda: _case(office, sealed[WITHDRAWN.name].code),
    )
    yield Act(
        ago(20),
        f"{WITHDRAWN.name}: withdrawn",
        lambda: awards.withdraw(
            office,
            sealed[WITHDRAWN.name].code,
            by=DECIDES,
            reason="Eksempel: vilkårene er ikke lenger oppfylt.",
        ),
    )


def _load(office: Office) -> None:
    source = programmes.shipped(PROGRAMME)
    with office.transaction() as session:
        programmes.add(
            session, load(source, f"{PROGRAMME}.toml"), source, by=PREPARES, now=office.now()
        )


def _case(office: Office, code: str) -> None:
    with office.transaction() as session:
        award = sealing.find_award(session, code)
        cases.open_(
            session,
            award,
            by=PREPARES,
            grounds="Eksempel: flere har meldt fra om at vilkårene ikke følges.",
            zone=office.programme(award.cycle.edition).timezone,
            now=office.now(),
        )


def _pilot(office: Office, name: str) -> None:
    with office.transaction() as session:
        row = enrolling.enrol(session, PROGRAMME, name, by=PREPARES, now=office.now(), listed=True)
        participations.accept(
            session,
            row,
            office.programme(row.cycles[0].edition),
            "kurs",
            by=PREPARES,
            now=office.now(),
            equivalence=_PILOT_SOURCE,
        )


def _enrol(office: Office, who: MadeUp) -> None:
    with office.transaction() as session:
        row = enrolling.enrol(
            session,
            PROGRAMME,
            who.name,
            by=PREPARES,
            now=office.now(),
            number=who.number,
            language=who.language,
            listed=True,
        )
        if who.about:
            organisations.edit(
                session, row, who.about, by=PREPARES, now=office.now(), public=tuple(who.about)
            )


def _award(office: Office, who: MadeUp) -> Sealed:
    now = office.now()
    with office.transaction() as session:
        row = next(
            r for r in participations.listing(session) if r.organisation.name.name == who.name
        )
        programme = office.programme(row.cycles[0].edition)
        for requirement, facts in _facts(programme, now).items():
            participations.record(session, row, programme, requirement, facts, by=PREPARES, now=now)
            participations.accept(session, row, programme, requirement, by=PREPARES, now=now)
        participations.prepare(
            session, row, programme, by=PREPARES, reason="Eksempel: alt er på plass.", now=now
        )
        slug = row.slug
    return sealing.seal(office, slug, by=DECIDES, reason="Eksempel: kravene er oppfylt.")


def _facts(programme: Programme, now: datetime) -> dict[str, dict[str, object]]:
    def day(ago: int) -> str:
        return (now - timedelta(days=ago)).date().isoformat()

    conditions = next(r for r in programme.first if r.id == "vilkar").conditions
    return {
        "kurs": {"date": day(20), "hours": 3, "held_by": "Balansekunst", "participants": 12},
        "kartlegging": {"handed_in": day(14)},
        "mote": {"date": day(10), "present": ["Kari Eksempel", "Nora Eksempel"]},
        "plan": {
            "measures": [
                {
                    "title": "Alle nye avtaler viser til reglene for oppførsel",
                    "kind": "regler",
                    "responsible_role": "daglig leder",
                    "due": (now + timedelta(days=60)).date().isoformat(),
                    "state": "under_way",
                    "public": True,
                },
                {
                    "title": "Fast samtale om grenser ved oppstart av hver produksjon",
                    "kind": "samtaler",
                    "responsible_role": "produsent",
                    "due": (now + timedelta(days=120)).date().isoformat(),
                    "state": "planned",
                    "public": True,
                },
            ]
        },
        "vilkar": {
            "confirmed": {item.id: "Eksempel: gjennomgått på møtet." for item in conditions}
        },
        "erklaering": {"name": "Nora Eksempel", "role": "daglig leder", "date": day(1)},
    }
