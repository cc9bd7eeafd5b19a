"""An issuer at work in a temporary folder, for tests that look at it from outside.

    from tests.support.office import Desk

    def test_something(tmp_path: Path) -> None:
        desk = Desk.make(tmp_path / "data")              # Balansemerket is loaded, keys unlocked
        sealed = desk.holder("Eksempelteatret")          # enrolled, everything accepted, sealed
        desk.suspend(sealed.code)                        # and lift, withdraw, give_up, void
        desk.clock.advance(days=300)                     # time passes only when it is told to
        slugs = desk.every_state()                       # one participation in each public state

The desk's `office` is a real one: real keys, real record, real signatures. Its clock never
goes back, for the record refuses that. Two people work here, since the programme asks for
two: `ADA` prepares, `BO` decides.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from issuer import (
    awards,
    cases,
    enrolling,
    keyring,
    measures,
    participations,
    programme,
    programmes,
    sealing,
)
from issuer import settings as settings_file
from issuer.folder import Folder
from issuer.office import Office
from issuer.programme import Kind, Requirement
from issuer.sealing import Sealed
from issuer.settings import Settings
from issuer.state import State
from tests.support import servers

BASE = "https://balansemerket.example.no"
ADA = "Ada Eksempel"
BO = "Bo Eksempel"
PASSPHRASE = b"a passphrase for tests only"
START = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)
REASON = "for the test"


# Where the record of a new desk is kept: in "sqlite", or in "postgresql".
kind = os.environ.get("MERKE_TEST_DATABASE", "sqlite")
# The addresses of the databases of desks made by this test.
made: list[str] = []


@contextmanager
def kept_in(wanted: str) -> Iterator[None]:
    """Desks made meanwhile keep their records in this kind of database."""
    global kind
    usual, kind = kind, wanted
    try:
        yield
    finally:
        kind = usual


def new_place(folder: Path, *, like: str | None = None) -> Path | str:
    """An empty place for a record of the kind that is tested: a file in `folder`, which need
    not be there, or the address of a database; that may be a copy of another."""
    if kind == "sqlite":
        return folder / "merke.sqlite3"
    made.append(servers.database(like=like))
    return made[-1]


@dataclass
class Clock:
    """A clock that stands still until it is moved forward."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **length: float) -> datetime:
        self.moment += timedelta(**length)
        return self.moment


def facts_of(requirement: Requirement, today: str) -> dict[str, Any]:
    """Facts that are complete enough to be accepted."""
    match requirement.kind:
        case Kind.ATTENDANCE:
            return {"date": today, "hours": 3, "held_by": "Balansekunst", "participants": 12}
        case Kind.SUBMISSION:
            return {"handed_in": today}
        case Kind.MEETING:
            return {"date": today, "present": ["Ada Eksempel", "Kari Eksempel"]}
        case Kind.PLAN:
            kind = requirement.measure_kinds[0].id
            return {
                "measures": [
                    _measure("Samtale om grenser ved hver prøvestart", kind, "under_way", True),
                    _measure("Ny varslingsrutine på tre språk", kind, "planned", True),
                    _measure("Hemmelig tiltak", kind, "done", False),
                ]
            }
        case Kind.DECLARATION:
            return {"name": "Kari Hemmelig", "role": "Daglig leder", "date": today}
        case Kind.CONDITIONS:
            return {"confirmed": {c.id: "Hemmelig merknad" for c in requirement.conditions}}


def _measure(title: str, kind: str, state: str, public: bool) -> dict[str, Any]:
    return {
        "title": title,
        "kind": kind,
        "responsible_role": "Daglig leder",
        "due": "2027-01-31",
        "state": state,
        "public": public,
    }


@cache
def _made_once(settings: Settings, moment: datetime, kind: str) -> tuple[Path, Settings]:
    """A new issuer's folder, copied for each test: its RSA key takes up to a second to make."""
    path = Path(tempfile.mkdtemp(prefix="merke-desk-")) / "data"
    if kind == "postgresql":
        settings = replace(settings, database=servers.database())
    keyring.initialise(Folder(path), settings, PASSPHRASE, moment)
    atexit.register(shutil.rmtree, path.parent)
    return path, settings


def _copy(settings: Settings, moment: datetime, path: Path) -> None:
    """Make a new issuer in the folder `path`, and its database beside it."""
    first, made_as = _made_once(settings, moment, kind)
    shutil.copytree(first, path)
    place = new_place(path, like=made_as.database)
    if isinstance(place, str):
        own = replace(settings, database=place)
        Folder(path).settings.write_text(settings_file.write(own), encoding="utf-8")


@dataclass
class Desk:
    office: Office
    clock: Clock

    @classmethod
    def make(
        cls,
        path: Path,
        *,
        base_url: str = BASE,
        sample: bool = True,
        clock: Clock | None = None,
    ) -> "Desk":
        """A new issuer in the folder `path`, with Balansemerket and its keys unlocked."""
        clock = clock or Clock()
        settings = Settings(base_url, "Balansekunst (eksempel)", "hei@example.no", sample)
        _copy(settings, clock(), path)
        desk = cls(Office.open(path, passphrase=PASSPHRASE, clock=clock), clock)
        source = programmes.shipped("balansemerket")
        with desk.office.transaction() as session:
            programmes.add(
                session, programme.load(source, "balansemerket.toml"), source, by=ADA, now=clock()
            )
        return desk

    def close(self) -> None:
        self.office.engine.dispose()

    def reopen(self, *, keys_required: bool = True) -> Office:
        """Another office on the same folder; every connection of this one is closed."""
        self.office.engine.dispose()
        return Office.open(
            self.office.folder.path,
            passphrase=PASSPHRASE,
            clock=self.clock,
            keys_required=keys_required,
        )

    def copy_record(self) -> Path | str:
        """A copy of the record as it stands, made beside it by the database's own means."""
        self.office.engine.dispose()
        address = self.office.settings.database
        if address is not None:
            return new_place(self.office.folder.path, like=address)
        copy = self.office.folder.path / f"copy-{len(list(self.office.folder.path.iterdir()))}"
        shutil.copy(self.office.folder.database, copy)
        return copy

    def put_back(self, copy: Path | str) -> None:
        """Put a copy of the record in the place of the record, without a word to anybody."""
        self.office.engine.dispose()
        if isinstance(copy, Path):
            shutil.copy(copy, self.office.folder.database)
            return
        own = replace(self.office.settings, database=copy)
        self.office.folder.settings.write_text(settings_file.write(own), encoding="utf-8")

    def enrol(
        self,
        name: str,
        *,
        number: str | None = None,
        language: str | None = None,
        listed: bool = True,
    ) -> str:
        """Take an organisation into the programme; return its slug."""
        with self.office.transaction() as session:
            return enrolling.enrol(
                session,
                "balansemerket",
                name,
                by=ADA,
                now=self.clock(),
                number=number,
                language=language,
                listed=listed,
            ).slug

    def meet(
        self, slug: str, *only: str, facts: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        """Record and accept the requirements named, or all that are not accepted yet: the last
        plan's measures are then said to be changed."""
        today = self.clock().date().isoformat()
        with self.office.transaction() as session:
            row = participations.find(session, slug)
            cycle = participations.current_cycle(row)
            asked = self.office.programme(cycle.edition)
            if not only:
                last = measures.of_last_plan(row, before=cycle.number)
                for waits in measures.unanswered(last):
                    measures.settle(
                        session, row, waits.position, "changed", by=ADA, now=self.clock()
                    )
            for requirement in participations.missing(asked, cycle):
                if only and requirement.id not in only:
                    continue
                known = (facts or {}).get(requirement.id) or facts_of(requirement, today)
                act = (session, row, asked, requirement.id)
                participations.record(*act, known, by=ADA, now=self.clock(), note="Hemmelig")
                participations.accept(*act, by=ADA, now=self.clock())

    def seal(self, slug: str) -> Sealed:
        """Ada puts the award forward, Bo seals it."""
        with self.office.transaction() as session:
            row = participations.find(session, slug)
            asked = self.office.programme(row.cycles[-1].edition)
            participations.prepare(session, row, asked, by=ADA, reason=REASON, now=self.clock())
        return sealing.seal(self.office, slug, by=BO, reason=REASON)

    def award(self, slug: str) -> Sealed:
        """Meet what is still missing, then seal."""
        self.meet(slug)
        return self.seal(slug)

    def holder(
        self,
        name: str,
        *,
        number: str | None = None,
        language: str | None = None,
        listed: bool = True,
    ) -> Sealed:
        """An organisation that holds the mark from today."""
        return self.award(self.enrol(name, number=number, language=language, listed=listed))

    def renew(self, slug: str) -> None:
        """Open the next cycle, by the edition in force."""
        with self.office.transaction() as session:
            row = participations.find(session, slug)
            edition = programmes.in_force(session, row.programme, self.clock())
            participations.open_cycle(session, row, edition, by=ADA, now=self.clock())

    def suspend(self, code: str) -> None:
        awards.suspend(self.office, code, by=BO, reason=REASON)

    def lift(self, code: str) -> Sealed:
        return awards.lift(self.office, code, by=BO, reason=REASON)

    def case(self, code: str) -> int:
        """Ada opens a case, the holder answers at once."""
        with self.office.transaction() as session:
            award = sealing.find_award(session, code)
            zone = self.office.programme(award.cycle.edition).timezone
            now = self.clock()
            case = cases.open_(session, award, by=ADA, grounds=REASON, zone=zone, now=now)
            cases.hear(session, case, "Hemmelig tilsvar", by=ADA, now=now)
            return case.id

    def withdraw(self, code: str) -> None:
        """Take the mark away after a case: Ada opens it, Bo decides."""
        self.case(code)
        awards.withdraw(self.office, code, by=BO, reason=REASON)

    def appealed(self, code: str) -> int:
        """Take the mark away; the holder appeals. The number of the case."""
        number = self.case(code)
        awards.withdraw(self.office, code, by=BO, reason=REASON)
        with self.office.transaction() as session:
            case = cases.find(session, number)
            zone = self.office.programme(case.award.cycle.edition).timezone
            cases.appeal(session, case, "Hemmelig klage", by=ADA, zone=zone, now=self.clock())
        return number

    def give_up(self, code: str) -> None:
        awards.give_up(self.office, code, by=BO, reason=REASON)

    def void(self, code: str) -> None:
        awards.void(self.office, code, by=BO, reason=REASON)

    def every_state(self) -> dict[State, str]:
        """The slugs of one made-up participation in each public state; fifteen months pass.

        `State.UNKNOWN` is one that is enrolled and has not agreed to be listed.
        """
        lapsed = self.holder("Fjordscenen", number="999999999")
        renewing = self.holder("Vinterlyd")
        self.clock.advance(days=100)
        open_ = self.holder("Østfold Ånd & Ærlighet")
        self.clock.advance(days=290)
        self.renew(renewing.slug)
        self.clock.advance(days=1)
        states = {
            State.LAPSED: lapsed.slug,
            State.LAPSED_RENEWING: renewing.slug,
            State.HOLDS_RENEWAL_OPEN: open_.slug,
            State.HOLDS: self.holder("Eksempelteatret", number="312345676").slug,
            State.UNDER_WAY: self.enrol("Gruppa uten navn"),
            State.UNKNOWN: self.enrol("Stille Øving", listed=False),
        }
        self.meet(states[State.UNDER_WAY], "kurs", "kartlegging")
        for state, name, act in (
            (State.SUSPENDED, "Galleri Nord", self.suspend),
            (State.WITHDRAWN, "Sørlandsensemblet", self.withdraw),
            (State.GIVEN_UP, "Dansekompaniet Prøve", self.give_up),
            (State.VOID, "Feilført Teater", self.void),
        ):
            sealed = self.holder(name)
            self.clock.advance(days=1)
            act(sealed.code)
            states[state] = sealed.slug
        return states
