"""Five years of one organisation, as docs/five-years.md tells them.

Each step names the day, what is done, and the state everybody is told afterwards. The page is
compared with what happened here, line by line.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from issuer import awards, handing, participations, public, published, recheck, resealing, sealing
from issuer.daily import round_of_work
from issuer.resealing import Cause
from tests.support.office import ADA, BO, REASON, Clock, Desk
from tests.support.registers import read
from verifier.verify import World, verify

SLUG = "fjordkompaniet"
PAGE = Path(__file__).parents[2] / "docs" / "five-years.md"


class Story:
    """The acts, in the words of the page."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.codes: list[str] = []

    def enrol(self) -> None:
        assert self.desk.enrol("Fjordkompaniet", number="312345676") == SLUG

    def course_of_spring(self) -> None:
        """The course was held half a year before anybody thought of enrolling; it counts."""
        held = {"date": "2021-03-10", "hours": 3, "held_by": "Balansekunst", "participants": 9}
        self.desk.meet(SLUG, "kurs", "kartlegging", "mote", facts={"kurs": held})

    def plan_sent_back(self) -> None:
        desk = self.desk
        with desk.office.transaction() as session:
            row = participations.find(session, SLUG)
            asked = desk.office.programme(row.cycles[-1].edition)
            facts = {
                "measures": [
                    {
                        "title": "Samtale om grenser ved hver prøvestart",
                        "kind": asked.first[3].measure_kinds[0].id,
                        "responsible_role": "Daglig leder",
                        "due": "2022-06-30",
                        "state": "planned",
                        "public": True,
                    }
                ]
            }
            act = (session, row, asked, "plan")
            participations.record(*act, facts, by=ADA, now=desk.clock())
            handing.send_back(*act, reason="Ingenting er i gang ennå", by=ADA, now=desk.clock())

    def sealed(self) -> None:
        self.desk.meet(SLUG)
        self.codes.append(self.desk.seal(SLUG).code)

    def renamed(self) -> None:
        office = self.desk.office
        resealing.rename(office, SLUG, "Fjordscenen", None, by=ADA, reason="Vedtak i styret")
        resealing.reseal(office, self.codes[-1], Cause.NAME, by=BO, reason="Bedt om det")

    def renewed(self) -> None:
        self.desk.renew(SLUG)
        self.sealed()

    def suspended(self) -> None:
        self.desk.suspend(self.codes[-1])

    def lifted(self) -> None:
        self.desk.lift(self.codes[-1])

    def nothing(self) -> None:
        pass

    def case_opened(self) -> None:
        self.desk.case(self.codes[-1])

    def withdrawn(self) -> None:
        awards.withdraw(self.desk.office, self.codes[-1], by=BO, reason=REASON)


@dataclass(frozen=True)
class Step:
    day: str
    told: str
    act: Callable[[Story], None]
    state: str
    period: str = ""


STEPS = (
    Step("2021-11-15", "enrolled, and agreed to be listed", Story.enrol, "under_way"),
    Step(
        "2021-11-29",
        "course of March, mapping and meeting accepted",
        Story.course_of_spring,
        "under_way",
    ),
    Step(
        "2021-12-06", "the plan is sent back: nothing has begun", Story.plan_sent_back, "under_way"
    ),
    Step(
        "2021-12-20",
        "the rest accepted, the award sealed",
        Story.sealed,
        "holds",
        "2021-12-20 to 2022-12-19",
    ),
    Step(
        "2022-05-02",
        "a new name; a fresh copy, the old one superseded",
        Story.renamed,
        "holds",
        "2021-12-20 to 2022-12-19",
    ),
    Step(
        "2022-11-10",
        "renewed early: the new year follows the old one",
        Story.renewed,
        "holds",
        "2021-12-20 to 2022-12-19",
    ),
    Step(
        "2022-12-20",
        "the first day of the second year",
        Story.nothing,
        "holds",
        "2022-12-20 to 2023-12-19",
    ),
    Step("2023-06-01", "suspended", Story.suspended, "suspended", "2022-12-20 to 2023-12-19"),
    Step(
        "2023-06-15",
        "the suspension lifted; same award, same end",
        Story.lifted,
        "holds",
        "2022-12-20 to 2023-12-19",
    ),
    Step("2023-12-20", "not renewed in time", Story.nothing, "lapsed", "2022-12-20 to 2023-12-19"),
    Step(
        "2024-05-02",
        "back again: from that day, never dated back",
        Story.renewed,
        "holds",
        "2024-05-02 to 2025-05-01",
    ),
    Step(
        "2025-01-13",
        "a case opened and answered: nothing is seen of it",
        Story.case_opened,
        "holds",
        "2024-05-02 to 2025-05-01",
    ),
    Step(
        "2025-02-10",
        "withdrawn, by somebody else than who opened the case",
        Story.withdrawn,
        "withdrawn",
        "2024-05-02 to 2025-05-01",
    ),
    Step(
        "2026-11-24",
        "five years after: so it stays",
        Story.nothing,
        "withdrawn",
        "2024-05-02 to 2025-05-01",
    ),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data", clock=Clock(datetime(2021, 11, 1, 9, tzinfo=UTC)))
    yield desk
    desk.close()


def test_five_years(desk: Desk) -> None:
    story = Story(desk)
    happened = []
    for step in STEPS:
        desk.clock.moment = datetime.fromisoformat(f"{step.day}T09:00:00+00:00")
        step.act(story)
        with desk.office.reading() as session:
            view = public.view(desk.office, participations.find(session, SLUG), desk.clock())
        period = f"{view.award.first_day} to {view.award.last_day}" if view.award else ""
        assert (str(view.state), period) == (step.state, step.period), step.told
        happened.append(f"| {step.day} | {step.told} | `{step.state}` | {period} |")
    text = PAGE.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("| 2")] == happened

    # What everybody may know of it afterwards: three periods, with the gap between them.
    assert [(p.first_day, p.last_day) for p in view.periods] == [
        (date(2021, 12, 20), date(2022, 12, 19)),
        (date(2022, 12, 20), date(2023, 12, 19)),
        (date(2024, 5, 2), date(2025, 5, 1)),
    ]
    with desk.office.reading() as session:
        past = read(
            session, desk.clock(), base_url=desk.office.settings.base_url, on=date(2023, 6, 10)
        )
        assert [(e.slug, str(e.state)) for e in past] == [(SLUG, "suspended")]

    # Every copy ever sealed, as a stranger finds it on the last day.
    round_of_work(desk.office)
    world = World(documents=published.documents(desk.office), now=desk.clock())
    found = []
    for code in story.codes:
        with desk.office.reading() as session:
            for copy in sealing.find_award(session, code).credentials:
                report = verify(copy.sealed_json or b"", world)
                found.append((copy.made_for, sorted(str(reason) for reason in report.reasons)))
    assert found == [
        ("seal", ["period.expired"]),
        ("reseal", ["period.expired"]),
        ("seal", ["period.expired", "status.revoked"]),
        ("lift", ["period.expired"]),
        ("seal", ["period.expired", "status.revoked"]),
    ]
    settings = desk.office.settings
    with desk.office.reading() as session:
        result = recheck.recheck(
            session.connection(), settings.did, settings.base_url, desk.clock()
        )
    assert result.findings == ()
