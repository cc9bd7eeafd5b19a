"""What happens on the way to an award: handing in, courses, measures, cycles, editions."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from issuer import (
    contacts,
    courses,
    cycles,
    editions,
    handing,
    measures,
    participations,
    programme,
    programmes,
    sealing,
    staff,
)
from issuer.errors import BadInput, FactsRefused, NotFound, Refused, RequirementsMissing
from issuer.programme import Programme
from issuer.record.tables import AuditEntry, Edition, Participation
from issuer.requirements import MeasureState
from issuer.state import State
from tests.support.office import ADA, BO, REASON, Desk, facts_of
from tests.support.web import browser


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


Act = Callable[..., Any]


def do(desk: Desk, act: Act, slug: str, *arguments: Any, **named: Any) -> Any:
    """`act(session, participation, …, by=ADA, now=…)` on the participation `slug`."""
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        return act(session, row, *arguments, **{"by": ADA, "now": desk.clock(), **named})


def on_requirement(desk: Desk, act: Act, slug: str, *arguments: Any, **named: Any) -> Any:
    """The same for acts that are told the programme, too."""
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        asked = programmes.read(row.cycles[-1].edition)
        named = {"by": ADA, "now": desk.clock(), **named}
        return act(session, row, asked, *arguments, **named)


def shown(desk: Desk, slug: str) -> dict[str, Any]:
    with desk.office.reading() as session:
        return staff.detail(desk.office, participations.find(session, slug))


def state(desk: Desk, slug: str) -> State:
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        return participations.public_state(row, desk.clock()).state


def acts_of(desk: Desk, slug: str, requirement: str) -> list[tuple[str, str, str]]:
    (found,) = [
        r for r in shown(desk, slug)["cycles"][-1]["requirements"] if r["id"] == requirement
    ]
    return [(act["act"], act["by"], act["reason"]) for act in found["acts"]]


def load(desk: Desk, *changes: tuple[str, str], edition: str = "2026-2") -> Programme:
    """Another edition of Balansemerket, with lines of its file changed."""
    text = programmes.shipped("balansemerket").decode()
    for old, new in (('edition = "2026-1"', f'edition = "{edition}"'), *changes):
        assert old in text
        text = text.replace(old, new, 1)
    found = programme.load(text.encode(), "x.toml")
    with desk.office.transaction() as session:
        programmes.add(session, found, text.encode(), by=ADA, now=desk.clock())
    return found


TOP = 'timezone = "Europe/Oslo"'


# From the organisation to the office and back.


def test_a_requirement_is_handed_in_sent_back_corrected_and_accepted(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    with pytest.raises(NotFound):
        on_requirement(desk, handing.hand_in, slug, "kartlegging", None, contact="Nora")
    do(desk, contacts.put, slug, "first", name="Nora Eksempel", email="nora@example.no")
    on_requirement(desk, handing.hand_in, slug, "kartlegging", None, contact="nora eksempel")
    on_requirement(desk, handing.send_back, slug, "kartlegging", reason="Siste side mangler")
    with pytest.raises(Refused):
        on_requirement(desk, participations.accept, slug, "kartlegging")
    for name in ("kartlegging", "plan"):
        with pytest.raises(Refused):
            on_requirement(desk, handing.send_back, slug, name, reason="x")
    today = desk.clock().date().isoformat()
    on_requirement(
        desk, handing.hand_in, slug, "kartlegging", {"handed_in": today}, contact="Nora Eksempel"
    )
    on_requirement(desk, participations.accept, slug, "kartlegging", by=BO)
    assert acts_of(desk, slug, "kartlegging") == [
        ("record", ADA, ""),
        ("hand_in", "Nora Eksempel", ""),
        ("send_back", ADA, "Siste side mangler"),
        ("record", ADA, ""),
        ("hand_in", "Nora Eksempel", ""),
        ("accept", BO, ""),
    ]
    with pytest.raises(BadInput):
        on_requirement(desk, handing.hand_in, slug, "mote", None, contact="Nora Eksempel")
    with desk.office.reading() as session:
        log = " ".join(entry.details for entry in session.query(AuditEntry))
    assert "Nora" not in log
    with browser(desk) as client:
        for path in (f"/m/{slug}", f"/m/{slug}.json"):
            text = client.get(path).text
            assert "Siste side" not in text
            assert "Nora" not in text


def test_an_acceptance_can_be_taken_back_until_the_award_is_made(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    on_requirement(desk, participations.prepare, slug, reason=REASON)
    on_requirement(desk, handing.send_back, slug, "plan", reason="Feil plan")
    with pytest.raises(RequirementsMissing):
        sealing.seal(desk.office, slug, by=BO, reason=REASON)
    assert shown(desk, slug)["measures"] == []
    assert shown(desk, slug)["cycles"][-1]["preparedBy"] is None
    desk.award(slug)
    assert len(shown(desk, slug)["measures"]) == 3
    with pytest.raises(Refused):
        on_requirement(desk, handing.send_back, slug, "plan", reason="For sent")


def test_evidence_is_public_only_piece_by_piece(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    piece = {"title": "Rutiner", "place": "arkiv/kanarifugl", "sha256": "AB" * 32, "public": True}
    with pytest.raises(Refused):
        on_requirement(desk, handing.add_evidence, slug, "kartlegging", **piece)
    today = {"handed_in": desk.clock().date().isoformat()}
    on_requirement(desk, participations.record, slug, "kartlegging", today)
    on_requirement(desk, handing.add_evidence, slug, "kartlegging", **piece)
    secret = {**piece, "title": "Kanarikartlegging", "public": False}
    on_requirement(desk, handing.add_evidence, slug, "kartlegging", **secret)
    with pytest.raises(BadInput):
        on_requirement(desk, handing.add_evidence, slug, "kartlegging", **{**piece, "sha256": "x"})
    on_requirement(desk, participations.accept, slug, "kartlegging")
    with pytest.raises(Refused):
        on_requirement(desk, handing.add_evidence, slug, "kartlegging", **piece)
    with browser(desk) as client:
        told = client.get(f"/m/{slug}.json")
        assert told.json()["evidence"] == [
            {"requirement": "kartlegging", "title": "Rutiner", "sha256": "ab" * 32}
        ]
        page = client.get(f"/m/{slug}", headers={"Accept": "text/html"})
        assert "Rutiner" in page.text
        assert "kanari" not in (told.text + page.text).lower()


# Courses.


def course(desk: Desk, day: date, hours: float = 3) -> str:
    with desk.office.transaction() as session:
        asked = programmes.read(participations.newest_edition(session, "balansemerket"))
        row = courses.add(
            session,
            asked,
            title="Kurs på nett",
            day=day,
            hours=hours,
            held_by="Balansekunst",
            by=ADA,
            now=desk.clock(),
        )
        return row.id


def attend(desk: Desk, identifier: str, **participants: int) -> list[courses.Attended]:
    with desk.office.transaction() as session:
        return courses.attend(
            session,
            courses.find(session, identifier),
            participants,
            programmes.read,
            by=ADA,
            now=desk.clock(),
        )


def test_one_course_serves_several(desk: Desk) -> None:
    one, two = desk.enrol("Fjord"), desk.enrol("Vidde")
    identifier = course(desk, desk.clock().date())
    assert course(desk, desk.clock().date()) == f"{identifier}-2"
    told = attend(desk, identifier, fjord=4, vidde=9)
    assert [(each.slug, each.requirement) for each in told] == [(one, "kurs"), (two, "kurs")]
    assert shown(desk, two)["cycles"][0]["requirements"][0]["facts"]["participants"] == 9
    assert shown(desk, two)["cycles"][0]["requirements"][0]["course"] == identifier
    again = attend(desk, identifier, fjord=4, nobody=1)
    assert [type(each.fault) for each in again] == [Refused, NotFound]
    short = course(desk, desk.clock().date(), hours=1)
    desk.enrol("Kort")
    assert isinstance(attend(desk, short, kort=1)[0].fault, FactsRefused)
    with pytest.raises(BadInput):
        course(desk, desk.clock().date() + timedelta(days=1))


def test_a_course_counts_as_long_as_the_edition_says(desk: Desk) -> None:
    load(desk, ("minimum_hours = 3", 'minimum_hours = 3\ncounts_for = "P2Y"'))
    today = desk.clock().date()
    desk.enrol("Fjord")
    desk.enrol("Vidde")
    assert attend(desk, course(desk, today.replace(year=today.year - 2)), fjord=1)[0].fault is None
    old = course(desk, today.replace(year=today.year - 2) - timedelta(days=1))
    fault = attend(desk, old, vidde=1)[0].fault
    assert isinstance(fault, FactsRefused)
    assert [problem.code for problem in fault.problems] == ["facts.too_old"]


# The plan.


def test_measures_go_on_during_the_year_and_are_answered_for_before_the_next_plan(
    desk: Desk,
) -> None:
    slug = desk.holder("Eksempelteatret").slug
    with browser(desk) as client:

        def progress() -> Any:
            return client.get(f"/m/{slug}.json").json()["measures"]

        assert progress() == {"done": 0, "of": 2}
        do(desk, measures.advance, slug, 2, MeasureState.UNDER_WAY)
        do(desk, measures.advance, slug, 2, MeasureState.DONE)
        assert progress() == {"done": 1, "of": 2}
        page = client.get(f"/m/{slug}?lang=en", headers={"Accept": "text/html"}).text
        assert "Of the 2 measures named here, 1 are done by now." in page
        with pytest.raises(Refused):
            do(desk, measures.advance, slug, 2, MeasureState.UNDER_WAY)
        with pytest.raises(NotFound):
            do(desk, measures.advance, slug, 9, MeasureState.DONE)
        desk.clock.advance(days=330)
        desk.renew(slug)
        desk.meet(slug, "mote", "vilkar", "erklaering")
        with pytest.raises(Refused) as refused:
            desk.meet(slug, "plan")
        assert refused.value.values["numbers"] == "1"
        with pytest.raises(Refused):
            do(desk, measures.settle, slug, 2, "not_done")
        do(desk, measures.settle, slug, 1, "not_done", reason="Ingen tid")
        desk.award(slug)
        told = shown(desk, slug)["measures"]
        assert [m["follows"] for m in told] == [True, False, False]
        # The new plan belongs to the year that lies ahead.
        assert progress() == {"done": 1, "of": 2}
        desk.clock.advance(days=40)
        assert progress() == {"done": 0, "of": 2}


# Cycles.


def test_a_cycle_ends_without_an_award_and_another_begins_from_the_start(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    do(desk, cycles.close, slug, reason="Hørte aldri mer")
    assert state(desk, slug) is State.UNKNOWN
    with pytest.raises(Refused):
        do(desk, cycles.close, slug, reason="igjen")
    with pytest.raises(Refused):
        desk.meet(slug)
    with pytest.raises(Refused):
        sealing.seal(desk.office, slug, by=BO, reason=REASON)
    desk.renew(slug)
    assert state(desk, slug) is State.UNDER_WAY
    # Nothing was ever held: all of the first cycle is asked for.
    assert shown(desk, slug)["missing"][0] == "kurs"
    desk.award(slug)
    assert state(desk, slug) is State.HOLDS


def test_a_renewal_that_ends_leaves_the_award_as_it_is(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    desk.clock.advance(days=370)
    desk.renew(slug)
    assert state(desk, slug) is State.LAPSED_RENEWING
    do(desk, cycles.close, slug, reason="Ombestemte seg")
    assert state(desk, slug) is State.LAPSED
    desk.renew(slug)
    assert "kurs" not in shown(desk, slug)["missing"]


def test_off_the_register_and_back(desk: Desk) -> None:
    slug = desk.holder("Eksempelteatret").slug
    with browser(desk) as client:

        def listed() -> int:
            return len(client.get("/register.json").json()["participants"])

        assert listed() == 1
        do(desk, cycles.hide, slug, reason=REASON)
        assert listed() == 0
        page = client.get(f"/m/{slug}", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert client.get(f"/m/{slug}.json").json()["holds"] is True
        with pytest.raises(Refused):
            do(desk, cycles.hide, slug, reason=REASON)
        do(desk, cycles.unhide, slug, reason=REASON)
        assert listed() == 1
        under_way = desk.enrol("Gruppa", listed=False)
        assert listed() == 1
        do(desk, cycles.agree, under_way, True)
        assert listed() == 2


# Editions.


def edition_of(desk: Desk, slug: str) -> str:
    edition: str = shown(desk, slug)["cycles"][-1]["edition"]
    return edition


def test_a_new_edition_applies_from_its_day(desk: Desk) -> None:
    before = desk.enrol("Fjord")
    load(desk, (TOP, f"{TOP}\napplies_from = 2025-04-01"))
    assert edition_of(desk, desk.enrol("Vidde")) == "2026-1"
    desk.clock.advance(days=28)
    assert edition_of(desk, desk.enrol("Elv")) == "2026-2"
    # Cycles that were open stay where they were.
    assert edition_of(desk, before) == "2026-1"
    desk.award(before)
    with browser(desk) as client:
        for key in ("balansemerket-2026-1", "balansemerket-2026-2"):
            assert client.get(f"/achievements/{key}").status_code == 200


def test_old_editions_are_sealed_until_their_last_day(desk: Desk) -> None:
    slug, late = desk.enrol("Fjord"), desk.enrol("Vidde")
    desk.meet(slug)
    desk.meet(late)
    load(desk, (TOP, f"{TOP}\nold_until = 2026-03-04"))
    desk.clock.advance(days=365)
    desk.seal(slug)
    desk.clock.advance(days=1)
    with pytest.raises(Refused) as refused:
        desk.seal(late)
    assert refused.value.values["day"] == "2026-03-04"
    do(desk, move_to, late, "2026-2", reason=REASON)
    desk.award(late)


def move_to(session: Any, row: Participation, edition: str, **named: Any) -> cycles.Moved:
    found: Edition = programmes.find(session, row.programme, edition)
    return cycles.move(session, row, found, programmes.read(found), **named)


def test_what_changed_between_editions_is_told_in_words(desk: Desk) -> None:
    old = programme.load(programmes.shipped("balansemerket"), "x.toml")
    new = load(
        desk,
        ('validity = "P1Y"', 'validity = "P2Y"'),
        ("minimum_hours = 3", 'minimum_hours = 4\ncounts_for = "P2Y"'),
        ('id = "kartlegging"', 'id = "risiko"'),
        ("Preventing sexual harassment in the arts", "Preventing it"),
    )
    told = editions.differences(old, new, "en")
    assert told[0] == "Validity: P1Y → P2Y"
    assert "Tagline: «Preventing sexual harassment in the arts» → «Preventing it»" in told
    assert any(line.startswith("The first time: risiko (") for line in told)
    assert any(line.startswith("The first time: kartlegging (") for line in told)
    assert "The first time: kurs, hours at least: 3 → 4" in told
    assert "The first time: kurs, how long a course counts: – → P2Y" in told
    assert len(told) == 6
    # What differs in one language only is told in every language.
    assert "«Preventing it»" in " ".join(editions.differences(old, new, "nb"))
    assert editions.differences(old, old, "nb") == []
    other = programme.load(
        programmes.shipped("balansemerket").replace(b'"balansemerket"', b'"annet"'), "x.toml"
    )
    with pytest.raises(Refused):
        editions.differences(old, other, "nb")


def test_a_cycle_is_moved_and_keeps_what_still_answers(desk: Desk) -> None:
    slug = desk.enrol("Fjord")
    desk.meet(slug)
    renamed = re.sub(r"\s+", " ", 'id = "kartlegging"')
    load(
        desk,
        ("minimum_hours = 3", "minimum_hours = 4"),
        (renamed, 'id = "risiko"'),
    )
    moved = do(desk, move_to, slug, "2026-2", reason=REASON)
    assert [each.id for each in moved.again] == ["kurs"]
    assert [each.id for each in moved.kept] == ["mote", "plan", "vilkar", "erklaering"]
    assert [each.id for each in moved.lacking] == ["kurs", "risiko"]
    assert shown(desk, slug)["missing"] == ["kurs", "risiko"]
    assert len(shown(desk, slug)["measures"]) == 3
    with pytest.raises(Refused):
        do(desk, move_to, slug, "2026-2", reason=REASON)
    with pytest.raises(NotFound):
        do(desk, move_to, slug, "2031-1", reason=REASON)
    today = desk.clock().date().isoformat()
    asked = programmes.read
    with desk.office.reading() as session:
        kurs = asked(participations.find(session, slug).cycles[-1].edition).first[0]
    desk.meet(slug, facts={"kurs": {**facts_of(kurs, today), "hours": 4}})
    desk.award(slug)
