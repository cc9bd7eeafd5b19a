"""A case about an award: heard, decided by somebody else, appealed, and carried on if granted."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from issuer import (
    awards,
    carrying,
    cases,
    days,
    measures,
    names,
    participations,
    public,
    recheck,
    sealing,
    status,
)
from issuer.cases import Appeal
from issuer.errors import BadInput, CaseNeeded, Refused, SecondPersonNeeded, WrongState
from issuer.record.life import Case
from issuer.record.tables import Award, AwardAct
from issuer.requirements import MeasureState
from tests.support.office import ADA, BO, REASON, Desk

CY = "Cy Eksempel"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def open_case(desk: Desk, code: str, *, by: str = ADA, answer_by: date | None = None) -> int:
    with desk.office.transaction() as session:
        award = sealing.find_award(session, code)
        zone = desk.office.programme(award.cycle.edition).timezone
        case = cases.open_(
            session,
            award,
            by=by,
            grounds="Hemmelig grunn",
            zone=zone,
            now=desk.clock(),
            answer_by=answer_by,
        )
        return case.id


def state_of(desk: Desk, slug: str) -> str:
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        return str(public.view(desk.office, row, desk.clock()).state)


def appeal(desk: Desk, number: int) -> None:
    with desk.office.transaction() as session:
        case = cases.find(session, number)
        zone = desk.office.programme(case.award.cycle.edition).timezone
        cases.appeal(session, case, "Dette stemmer ikke", by=ADA, zone=zone, now=desk.clock())


def nothing_wrong(desk: Desk) -> None:
    settings = desk.office.settings
    with desk.office.reading() as session:
        result = recheck.recheck(
            session.connection(), settings.did, settings.base_url, desk.clock()
        )
    assert result.findings == ()


def test_nobody_loses_the_mark_unheard(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    with pytest.raises(CaseNeeded, match="No case is open"):
        awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    number = open_case(desk, sealed.code)
    with pytest.raises(CaseNeeded, match="has until"):
        awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    with desk.office.transaction() as session:
        cases.hear(session, cases.find(session, number), "Vi svarer", by=ADA, now=desk.clock())
    assert state_of(desk, sealed.slug) == "holds"
    awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    assert state_of(desk, sealed.slug) == "withdrawn"
    nothing_wrong(desk)


def test_who_does_not_answer_in_time_is_decided_about(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    open_case(desk, sealed.code)
    desk.clock.advance(days=cases.ANSWER_DAYS)
    with pytest.raises(CaseNeeded):
        awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    desk.clock.advance(days=1)
    awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    assert state_of(desk, sealed.slug) == "withdrawn"


def test_who_opened_the_case_does_not_decide_it(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    open_case(desk, sealed.code, by=BO)
    desk.clock.advance(days=30)
    with pytest.raises(SecondPersonNeeded, match="opened this case"):
        awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    with pytest.raises(SecondPersonNeeded, match="prepared"):
        awards.withdraw(desk.office, sealed.code, by=ADA, reason=REASON)
    awards.withdraw(desk.office, sealed.code, by=CY, reason=REASON)


def test_the_database_keeps_it_too(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    number = open_case(desk, sealed.code)
    alone = update(Case).values(decision="withdraw", decided_at=desk.clock(), decided_by=ADA)
    with pytest.raises(IntegrityError), desk.office.transaction() as session:
        session.execute(alone)
    with pytest.raises(IntegrityError), desk.office.transaction() as session:
        session.delete(session.get_one(Case, number))


def test_the_database_keeps_who_decides_an_appeal(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    number = desk.case(sealed.code)
    awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    appeal(desk, number)
    decided = update(Case).values(appeal_outcome="upheld", appeal_decided_at=desk.clock())
    for involved in (ADA, BO.upper()):
        who = {"appeal_decided_by": involved, "appeal_decider_key": names.person_key(involved)}
        with pytest.raises(IntegrityError, match="appeal"), desk.office.transaction() as session:
            session.execute(decided.values(**who))
    with desk.office.transaction() as session:
        key = names.person_key(CY)
        session.execute(decided.values(appeal_decided_by=CY, appeal_decider_key=key))
    with pytest.raises(IntegrityError, match="appeal"), desk.office.transaction() as session:
        session.execute(update(Case).values(appeal_outcome="overturned"))


def test_there_is_time_to_answer_and_one_case_at_a_time(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    with pytest.raises(BadInput, match="at least 7 days"):
        open_case(desk, sealed.code, answer_by=desk.clock().date() + timedelta(days=6))
    open_case(desk, sealed.code)
    with pytest.raises(WrongState, match="already open"):
        open_case(desk, sealed.code)


def test_a_dismissed_case_changes_nothing_in_public(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    with desk.office.reading() as session:
        row = participations.find(session, sealed.slug)
        before = public.view(desk.office, row, desk.clock()).json()
    number = open_case(desk, sealed.code)
    with desk.office.transaction() as session:
        case = cases.find(session, number)
        zone = desk.office.programme(case.award.cycle.edition).timezone
        cases.dismiss(session, case, by=ADA, reason=REASON, zone=zone, now=desk.clock())
    with desk.office.reading() as session:
        row = participations.find(session, sealed.slug)
        assert public.view(desk.office, row, desk.clock()).json() == before
    with pytest.raises(CaseNeeded):
        awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)


def test_a_granted_appeal_gives_a_new_award_for_the_rest_of_the_time(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=100)
    before = told_of(desk, sealed.slug)
    number = desk.case(sealed.code)
    awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    desk.clock.advance(days=10)
    appeal(desk, number)
    for involved in (ADA, BO):
        with pytest.raises(SecondPersonNeeded, match="had a part"):
            carrying.grant_appeal(desk.office, number, by=involved, reason=REASON)
    fresh = carrying.grant_appeal(desk.office, number, by=CY, reason=REASON)
    assert (fresh.slug, fresh.last_day) == (sealed.slug, sealed.last_day)
    assert fresh.first_day == desk.clock().date()
    assert fresh.code != sealed.code
    assert state_of(desk, sealed.slug) == "holds"
    # It tells of what was done for the award that was withdrawn, not of a renewal that never was.
    with desk.office.reading() as session:
        view = public.view(desk.office, participations.find(session, sealed.slug), desk.clock())
        met = [each.requirement.name("nb") for each in view.met]
        copy = sealing.find_award(session, fresh.code).credentials[-1]
        signed = json.loads(copy.document)
    assert met[0] == "Kurs på tre timer"
    assert "Nytt møte etter ett år" not in met
    assert [each["name"] for each in signed["evidence"]] == met
    told = [each["text"] for each in view.json()["requirements"]]
    assert told_of(desk, sealed.slug) == before
    assert "4. mars 2025" in told[0]
    assert [each["narrative"] for each in signed["evidence"] if "narrative" in each] == list(
        filter(None, told)
    )
    # What was revoked stays so: the old code leads to the award that ended.
    with desk.office.reading() as session:
        old = sealing.find_award(session, sealed.code)
        assert [copy.entry.revoked_by for copy in old.credentials] == ["withdraw"]
    nothing_wrong(desk)


def told_of(desk: Desk, slug: str) -> list[str]:
    """What everybody is told of each requirement."""
    with desk.office.reading() as session:
        view = public.view(desk.office, participations.find(session, slug), desk.clock())
    return [f"{each['name']}: {each['text']}" for each in view.json()["requirements"]]


def test_who_held_the_mark_itself_takes_over_a_first_year(desk: Desk) -> None:
    new = desk.holder("Nye Scene").slug
    desk.clock.advance(days=400)
    old = desk.holder("Gamle Scene")
    before = told_of(desk, old.slug)
    assert before[0].startswith("Kurs på tre timer: Holdt 8. april 2026.")
    with desk.office.transaction() as session:
        row = participations.find(session, old.slug)
        measures.advance(session, row, 1, MeasureState.DONE, by=ADA, now=desk.clock())
    carrying.succeed(
        *(desk.office, old.slug, new, "transfer"),
        day=desk.clock().date(),
        by=BO,
        reason=REASON,
        carry=True,
        override="alone today",
    )
    assert told_of(desk, new) == before
    with desk.office.transaction() as session:
        row = participations.find(session, new)
        assert public.view(desk.office, row, desk.clock()).measures == (1, 2)
        # What is taken out of what is shown is taken out here.
        take = (session, row, 2, desk.office.programme)
        measures.change(*take, by=ADA, now=desk.clock(), public=False)
    assert told_of(desk, new) != before
    nothing_wrong(desk)


def test_who_never_held_the_mark_takes_over_a_renewed_year(desk: Desk) -> None:
    old = desk.holder("Gamle Scene")
    desk.clock.advance(days=364)
    desk.renew(old.slug)
    desk.award(old.slug)
    desk.clock.advance(days=3)
    before, new = told_of(desk, old.slug), desk.enrol("Nye Scene")
    assert not any(each.startswith("Kurs") for each in before)
    carrying.succeed(
        *(desk.office, old.slug, new, "merger"),
        day=desk.clock().date(),
        by=BO,
        reason=REASON,
        carry=True,
        override="alone today",
    )
    assert state_of(desk, new) == "holds"
    assert told_of(desk, new) == before
    with desk.office.reading() as session:
        (award,) = participations.find(session, new).cycles[-1].awards
        signed = json.loads(award.credentials[-1].document)
    named = [each["name"] for each in signed["evidence"]]
    assert named == [each.partition(":")[0] for each in before]
    nothing_wrong(desk)


def test_an_appeal_that_is_not_granted_changes_nothing(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    number = desk.case(sealed.code)
    awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    appeal(desk, number)
    with pytest.raises(WrongState, match="already appealed"):
        appeal(desk, number)
    with desk.office.transaction() as session:
        case = cases.find(session, number)
        cases.decide_appeal(session, case, Appeal.UPHELD, by=CY, reason=REASON, now=desk.clock())
    assert state_of(desk, sealed.slug) == "withdrawn"
    with pytest.raises(WrongState, match="already decided"):
        carrying.grant_appeal(desk.office, number, by="Di Eksempel", reason=REASON)


def test_an_appeal_has_a_last_day(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    number = desk.case(sealed.code)
    awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    desk.clock.advance(days=cases.APPEAL_DAYS + 1)
    with pytest.raises(WrongState, match="time for an appeal ended"):
        appeal(desk, number)


def test_one_organisation_goes_on_in_another(desk: Desk) -> None:
    old = desk.holder("Gamle Scene")
    desk.clock.advance(days=50)
    new = desk.enrol("Nye Scene")
    today = days.day_of(desk.clock(), desk.office.programme(_edition(desk, new)).timezone)
    both = (desk.office, old.slug, new, "merger")
    said: dict[str, Any] = {"day": today, "reason": REASON, "carry": True}
    # Two people, as for any award: the first one ends nothing.
    assert carrying.succeed(*both, by=ADA, **said) is None
    assert (state_of(desk, old.slug), state_of(desk, new)) == ("holds", "under_way")
    with pytest.raises(SecondPersonNeeded):
        carrying.succeed(*both, by=ADA, **said)
    with pytest.raises(Refused, match="already gone on"):
        carrying.succeed(*both[:3], "transfer", by=BO, **said)
    assert state_of(desk, old.slug) == "holds"
    fresh = carrying.succeed(*both, by=BO, **said)
    assert fresh is not None
    assert (fresh.slug, fresh.last_day) == (new, old.last_day)
    assert (state_of(desk, old.slug), state_of(desk, new)) == ("given_up", "holds")
    with pytest.raises(Refused, match="already gone on"):
        carrying.succeed(
            desk.office, old.slug, new, "merger", day=today, by=BO, reason=REASON, carry=False
        )
    nothing_wrong(desk)


@pytest.mark.parametrize(
    "place",
    [(sealing, "seal"), (awards, "give_up_in"), (sealing, "issue"), (status, "publish_soon")],
)
def test_a_succession_that_was_cut_off_is_taken_up_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: tuple[ModuleType, str]
) -> None:
    old, new = desk.holder("Gamle Scene"), desk.enrol("Nye Scene")
    today = desk.clock().date()

    def succeed() -> Any:
        return carrying.succeed(
            *(desk.office, old.slug, new, "transfer"),
            day=today,
            by=BO,
            reason=REASON,
            carry=True,
            override="alone today",
        )

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*place, cut)
        with pytest.raises(KeyboardInterrupt):
            succeed()
    desk.clock.advance(minutes=5)
    # Either of them holds it, whatever happens; never both, never neither.
    if place[0] is not status:
        assert (state_of(desk, old.slug), state_of(desk, new)) == ("holds", "under_way")
        with pytest.raises(Refused, match="which still has it"):
            sealing.seal(desk.office, new, by=ADA, reason=REASON, override="alone today")
        fresh = succeed()
        assert (fresh.slug, fresh.last_day) == (new, old.last_day)
    assert (state_of(desk, old.slug), state_of(desk, new)) == ("given_up", "holds")
    with pytest.raises(Refused, match="already gone on"):
        succeed()
    status.publish(desk.office)
    nothing_wrong(desk)


def test_an_appeal_that_was_granted_and_cut_off_is_taken_up_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = desk.holder("Eksempelteatret")
    number = desk.case(sealed.code)
    awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    appeal(desk, number)

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "seal", cut)
        with pytest.raises(KeyboardInterrupt):
            carrying.grant_appeal(desk.office, number, by=CY, reason=REASON)
    assert state_of(desk, sealed.slug) == "withdrawn"
    desk.clock.advance(minutes=5)
    assert carrying.grant_appeal(desk.office, number, by=CY, reason=REASON).slug == sealed.slug
    assert state_of(desk, sealed.slug) == "holds"
    with pytest.raises(WrongState, match="already decided"):
        carrying.grant_appeal(desk.office, number, by=CY, reason=REASON)
    nothing_wrong(desk)


def test_what_went_on_in_another_begins_nothing_new(desk: Desk) -> None:
    """A rehearsal keeps nothing; afterwards what was under way has ended, and stays so."""
    old, new = desk.holder("Gamle Scene"), desk.holder("Nye Scene")
    desk.clock.advance(days=300)
    desk.renew(old.slug)
    today = desk.clock().date()
    both = (desk.office, old.slug, new.slug, "merger")
    with pytest.raises(Refused, match="holds the mark itself"):
        carrying.rehearse(*both, day=today, by=BO, carry=True)
    seen = carrying.rehearse(*both, day=today, by=BO, carry=False)
    assert (seen.code, seen.last_day) == (old.code, None)
    assert state_of(desk, old.slug) == "holds_renewal_open"
    with pytest.raises(BadInput, match="merger"):
        carrying.rehearse(*both[:3], "marriage", day=today, by=BO, carry=False)
    assert carrying.succeed(*both, day=today, by=BO, reason=REASON, carry=False) is None
    assert state_of(desk, old.slug) == "given_up"
    with desk.office.reading() as session:
        assert not participations.find(session, old.slug).cycles[-1].open
    with pytest.raises(Refused, match="has gone on in"):
        desk.renew(old.slug)
    nothing_wrong(desk)


def _edition(desk: Desk, slug: str):  # type: ignore[no-untyped-def]
    with desk.office.reading() as session:
        return participations.find(session, slug).cycles[-1].edition


# The first is written with a Cyrillic A, the last with the letter's own capital.
ALIKE = ("\N{CYRILLIC CAPITAL LETTER A}da Øystein", "ada øystein", "ADA ØYSTEIN", "Àda Oystein")
PLAIN = "Ada Øystein"


@pytest.mark.both_databases
@pytest.mark.parametrize("alike", ALIKE)
def test_the_database_tells_one_person_as_strictly(desk: Desk, alike: str) -> None:
    sealed = desk.holder("Eksempelteatret")
    number = open_case(desk, sealed.code, by=PLAIN)
    key = names.person_key(alike)
    assert key == names.person_key(PLAIN)
    decided = {"decision": "withdraw", "decided_at": desk.clock()}

    def refused(statement: Any, match: str) -> None:
        with pytest.raises(IntegrityError, match=match), desk.office.transaction() as session:
            session.execute(statement)

    # Past the program: with the key of the name, and with none.
    unkeyed = "with its key|does not decide"
    refused(update(Case).values(**decided, decided_by=alike, decider_key=key), "alone")
    refused(update(Case).values(**decided, decided_by=alike), "with its key")
    by_bo = {"decided_by": BO, "decider_key": names.person_key(BO)}
    with desk.office.transaction() as session:
        session.execute(update(Case).values(**decided, **by_bo))
    outcome = {"appeal_outcome": "overturned", "appeal_decided_at": desk.clock()}
    who = {"appeal_decided_by": alike}
    refused(update(Case).values(**outcome, **who, appeal_decider_key=key), "does not decide")
    refused(update(Case).values(**outcome, **who), unkeyed)
    refused(update(Case).values(opener_key="somebody"), "may not change")
    with desk.office.reading() as session:
        assert cases.find(session, number).appeal_decided_by is None
        award = sealing.find_award(session, sealed.code).id
    slug = desk.enrol("Nye Scene")
    with desk.office.reading() as session:
        cycle = participations.find(session, slug).cycles[-1].id
        kept = {
            column.key: getattr(session.get_one(Award, award), column.key)
            for column in Award.__table__.columns
            if column.key not in ("id", "code", "cycle_id")
        }
    for state in ("issued", "intended"):
        row = {
            **kept,
            "cycle_id": cycle,
            "code": "X",
            "state": state,
            "deciders": 2,
            "override": None,
            "prepared_by": PLAIN,
            "preparer_key": key,
            "decided_by": alike,
        }
        if state == "issued":
            refused(insert(Award).values(**row | {"decider_key": key}), "decide alone")
        refused(insert(Award).values(**row | {"decider_key": None}), "with its key")
    act = {"award_id": award, "act": "withdraw", "at": desk.clock(), "reason": "x"}
    ada = {"by": ADA.upper(), "by_key": names.person_key(ADA)}
    refused(insert(AwardAct).values(**act, **ada), "withdraw it alone")
    refused(insert(AwardAct).values(**act, by=alike), "with its key")
