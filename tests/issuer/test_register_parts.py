"""A part of the register, its count, its feed: the same as the simple way over everything."""

import random
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import days, history, names, register, state
from issuer.record.life import Succession
from issuer.record.tables import (
    Award,
    AwardAct,
    Cycle,
    Edition,
    Organisation,
    OrganisationName,
    Participation,
)
from issuer.register import Part
from issuer.register_entry import Question
from issuer.register_order import Group
from issuer.state import State
from issuer.web import registers
from tests.support.office import ADA, BASE, START, Desk

ZONE = ZoneInfo("Europe/Oslo")
ACTS = ("suspend", "lift", "withdraw", "give_up", "void")
# Few enough that some are equal: also of two organisations, and of one that was renamed.
NAMES = ("Aasen", "Åsen", "ås en", "Ærlig", "Østfold", "ostfold", "Zoo", "Bø/dans", "Teater 9")
EVERYBODY = 120


def at(day: int, hour: int = 9) -> datetime:
    return START + timedelta(days=day, hours=hour - 9)


def _award(rnd: random.Random, number: int, sealed: datetime) -> Award:
    first = sealed.date() + timedelta(days=rnd.choice((0, 0, 0, 20)))
    begins = datetime.combine(first, datetime.min.time(), START.tzinfo)
    acts = sorted(
        (rnd.randrange(1, 420), rnd.choice(ACTS)) for _ in range(rnd.choice((0, 0, 1, 3)))
    )
    award = Award(
        code=f"{number:012}",
        state="void" if any(act == "void" for _, act in acts) else "issued",
        first_day=first,
        last_day=first + timedelta(days=364),
        valid_from=begins,
        valid_until=begins + timedelta(days=365) - timedelta(seconds=1),
        renewal_opens=begins + timedelta(days=275),
        patience_ends=begins + timedelta(days=425),
        decided_at=sealed,
        decided_by=ADA,
        deciders=1,
    )
    told = [(sealed, "seal"), *((sealed + timedelta(days=day), act) for day, act in acts)]
    award.acts.extend(AwardAct(act=act, at=when, by=ADA, reason="x") for when, act in told)
    return award


def tell(session: Session, rnd: random.Random) -> None:
    """Many organisations, each with years of its own."""
    edition = session.query(Edition).one()
    codes = iter(range(1, 10_000))
    rows = []
    for number in range(EVERYBODY):
        key = f"{rnd.randrange(16**8):08x}-{number}"
        organisation = Organisation(id=key, created_at=at(0), about={}, about_public=[])
        organisation.number = f"{number:09}" if rnd.random() < 0.3 else None
        for renamed in sorted(rnd.sample(range(900), rnd.choice((1, 1, 2, 3)))):
            name = rnd.choice(NAMES)
            organisation.names.append(
                OrganisationName(
                    name=name,
                    sort_key=names.sort_key(name),
                    folded=names.folded(name),
                    since=at(renamed),
                )
            )
        row = Participation(
            id=key,
            organisation=organisation,
            programme="balansemerket",
            slug=f"slug-{rnd.randrange(10**6)}-{number}",
            public=rnd.random() < 0.9,
            listed=rnd.random() < 0.5,
            created_at=at(0),
            hidden_at=at(0) if rnd.random() < 0.1 else None,
        )
        opened = rnd.randrange(0, 400)
        for cycle_number in range(1, rnd.randrange(1, 5)):
            cycle = Cycle(number=cycle_number, edition=edition, opened_at=at(opened))
            row.cycles.append(cycle)
            what = rnd.random()
            if what < 0.7:
                award = _award(rnd, next(codes), at(opened + 20))
                cycle.awards.append(award)
                cycle.closed_at = None if award.state == "void" else at(opened + 20)
            elif what < 0.85:
                cycle.ended_at = at(opened + 20)
            opened += rnd.randrange(200, 500)
        session.add(row)
        rows.append(row)
    session.flush()
    for before, after in zip(rows[::9], rows[4::9], strict=False):
        step = Succession(from_id=before.id, to_id=after.id, kind="merger", day=at(600).date())
        step.decided_at, step.decided_by, step.reason = at(600), ADA, "x"
        session.add(step)
    session.flush()


Line = tuple[Group, str, str, State]


def simply(session: Session, question: Question) -> list[Line]:
    """Everybody, judged one by one from the whole record, in the order of a page."""
    found = []
    for row in session.scalars(select(Participation)).unique():
        organisation = row.organisation
        sought = names.folded(question.sought)
        digits = "".join(letter for letter in question.sought if letter.isdecimal())
        fits = any(sought in name.folded for name in organisation.names) or (
            digits and digits in (organisation.number or "")
        )
        if not row.public or row.hidden_at is not None or not row.cycles or not fits:
            continue
        moment, judged = question.now, history.participation(row)
        if question.on is not None:
            midnight = days.start_of(question.on + timedelta(days=1), ZONE)
            moment = min(moment, midnight - timedelta(microseconds=1))
            standing = {a.code for c in row.cycles for a in c.awards if a.state != "void"}
            judged = replace(
                judged, awards=tuple(each for each in judged.awards if each.code in standing)
            )
        told = state.state(judged, moment).state
        group = next((each for each in Group if each.has(told)), None)
        if group is None:
            continue
        known = [name for name in organisation.names if name.since <= moment]
        name = known[-1] if known else organisation.names[0]
        found.append((group, name.sort_key, row.slug, told))
    return sorted(found, key=lambda line: (list(Group).index(line[0]), *line[1:3]))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk.make(tmp_path_factory.mktemp("parts") / "data")
    with desk.office.transaction() as session:
        tell(session, random.Random(20261124))
    yield desk
    desk.close()


def cases() -> Iterator[Question]:
    rnd = random.Random(7)
    for _ in range(20):
        now = at(rnd.randrange(0, 1700), rnd.choice((0, 9, 22)))
        on = now.date() - timedelta(days=rnd.randrange(1, 300)) if rnd.random() < 0.5 else None
        yield Question(BASE, now, on=on, sought=rnd.choice(("", "", "ås", "TEATER 9", "12")))


def pages(question: Question, session: Session, most: int) -> Iterator[Part]:
    """Every part from the first to the last, each seen again on the way back."""

    def reading() -> Any:
        return nullcontext(session)

    seen = [register.part(question, reading, most=most)]
    while seen[-1].last is not None:
        seen.append(register.part(question, reading, after=seen[-1].last, most=most))
    for part, following in pairwise(seen):
        back = register.part(question, reading, before=following.first, most=most)
        assert [each.slug for each in back.entries] == [each.slug for each in part.entries]
        assert back.last == part.last
        assert back.first == part.first
    return iter(seen)


@pytest.mark.parametrize("question", list(cases()))
def test_parts_and_count_are_those_of_the_whole(
    desk: Desk, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Few at a time, so that names of one organisation fall apart.
    monkeypatch.setattr(register, "_SOME", 7)
    with desk.office.reading() as session:
        wanted = simply(session, question)
        by_name = sorted(wanted, key=lambda line: line[1:3])

        def reading() -> Any:
            return nullcontext(session)

        for most in (3, 1000):
            shown = [entry for part in pages(question, session, most) for entry in part.entries]
            assert [(e.slug, e.state) for e in shown] == [line[2:] for line in wanted]
        whole = list(register.entries(question, reading))
        assert [(e.slug, e.state) for e in whole] == [line[2:] for line in by_name]
        held = [line for line in wanted if line[0] is Group.HOLDING]
        assert register.count_holders(question, reading) == len(held)
        assert register.has_any(question, reading, "balansemerket") is bool(wanted)
        assert not register.has_any(question, reading, "another")


@pytest.mark.parametrize("question", list(cases()))
def test_nothing_changes_before_it_is_said_to(desk: Desk, question: Question) -> None:
    with desk.office.reading() as session:
        changes = register.changes_at(question, lambda: nullcontext(session))
        if question.on is not None:
            assert changes is None
            return
        moments = [
            moment
            for row in session.scalars(select(Participation)).unique()
            if (moment := state.next_change(history.participation(row), question.now))
        ]
        last = min(moments, default=question.now + timedelta(days=400))
        if changes is not None and changes > last:
            # No later than anybody's own, but for awards that count no more.
            later = replace(question, now=changes - timedelta(seconds=1))
            assert simply(session, later) == simply(session, question)


@pytest.mark.parametrize("question", list(cases()))
def test_the_latest_changes_are_the_latest_of_all(
    desk: Desk, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "_SOME", 7)
    monkeypatch.setattr(register, "_FEW", 5)
    asked = registers.Asked(desk.office, question)
    every = [
        told
        for entry in register.entries(question, desk.office.reading)
        for told in registers.news(entry, question.now, "en")
    ]
    every.sort(key=lambda told: (told.at, told.id), reverse=True)
    for most in (1, 10, 100):
        assert registers.latest(asked, "en", most) == every[:most]
