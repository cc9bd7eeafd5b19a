"""Many awards sealed at once: each by every rule, resumable, nothing lost or doubled."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import event, select

from issuer import (
    bulk,
    participations,
    pictures,
    published,
    published_lists,
    recheck,
    sealing,
    status,
)
from issuer.bulk import Left
from issuer.office import Office
from issuer.record.tables import Credential, StatusEntry, StatusList
from issuer.sealing import Sealed
from tests.support.office import ADA, BO, REASON, Desk
from verifier.verify import World, verify

PROGRAMME = "balansemerket"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def put_forward(desk: Desk, *names: str, by: str = ADA) -> list[str]:
    slugs = []
    for name in names:
        slug = desk.enrol(name)
        desk.meet(slug)
        with desk.office.transaction() as session:
            row = participations.find(session, slug)
            asked = desk.office.programme(row.cycles[-1].edition)
            participations.prepare(session, row, asked, by=by, reason=REASON, now=desk.clock())
        slugs.append(slug)
    return slugs


def nothing_wrong(desk: Desk) -> None:
    settings = desk.office.settings
    with desk.office.reading() as session:
        result = recheck.recheck(
            session.connection(), settings.did, settings.base_url, desk.clock()
        )
    assert result.findings == ()


def test_all_that_wait_are_sealed_and_no_other(desk: Desk) -> None:
    slugs = put_forward(desk, "A-laget", "B-laget", "C-laget")
    desk.enrol("Ikke framme")
    done = list(bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON, batch=2))
    assert [each.slug for each in done if isinstance(each, Sealed)] == slugs
    assert list(bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON)) == []
    nothing_wrong(desk)


def test_what_a_rule_refuses_waits_and_the_rest_is_sealed(desk: Desk) -> None:
    (first,) = put_forward(desk, "A-laget")
    (own,) = put_forward(desk, "B-laget", by=BO)
    told = list(bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON))
    left = [each for each in told if isinstance(each, Left)]
    assert [(each.slug, each.why.code) for each in left] == [(own, "award.second_person")]
    assert [each.slug for each in told if isinstance(each, Sealed)] == [first]
    with desk.office.reading() as session:
        assert list(bulk.waiting(session, PROGRAMME)) == [own]
    nothing_wrong(desk)


def test_what_cannot_be_drawn_is_left_and_nothing_of_it_recorded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slugs = put_forward(desk, "A-laget", "B-laget", "C-laget")
    real = pictures.check

    def check(office: Office, copy: Credential) -> None:
        if copy.award.cycle.participation.slug == slugs[1]:
            raise pictures.Undrawable("for the test")
        real(office, copy)

    monkeypatch.setattr(pictures, "check", check)
    told = list(bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON))
    assert [each.slug for each in told if isinstance(each, Left)] == [slugs[1]]
    assert [each.slug for each in told if isinstance(each, Sealed)] == [slugs[0], slugs[2]]
    with desk.office.reading() as session:
        assert len(session.scalars(select(Credential)).all()) == 2
        assert list(bulk.waiting(session, PROGRAMME)) == [slugs[1]]
    nothing_wrong(desk)


def test_what_is_decided_meanwhile_overtakes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    slugs = put_forward(desk, "A-laget", "B-laget")
    real = sealing.sign_and_judge

    def and_meanwhile(*given: object) -> object:
        monkeypatch.setattr(sealing, "sign_and_judge", real)
        with desk.office.reading() as session:
            ids = list(session.scalars(select(Credential.id).where(Credential.state == "intended")))
        sealing.abandon(desk.office, ids[:1], by=ADA)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(sealing, "sign_and_judge", and_meanwhile)
    told = list(bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON))
    assert sorted(type(each).__name__ for each in told) == ["Left", "Sealed"]
    assert {each.slug for each in told} == set(slugs)
    nothing_wrong(desk)


def test_lists_that_are_full_are_followed_by_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list has 131,072 places; here four, so that a batch begins in one and ends in the third."""
    monkeypatch.setattr(status, "choose_places", partial(status.choose_places, length=4))
    put_forward(desk, *(f"{letter}-laget" for letter in "ABCDEFGHIJ"))
    run = bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON, batch=6)
    done = [each for each in run if isinstance(each, Sealed)]
    with desk.office.reading() as session:
        entries = session.scalars(select(StatusEntry)).all()
        assert Counter(entry.list_number for entry in entries) == {1: 4, 2: 4, 3: 2}
        assert len({(entry.list_number, entry.position) for entry in entries}) == 10
        assert all(entry.position < 4 for entry in entries)
        place = {entry.credential_id: entry for entry in entries}
    # In each list one is taken back: strangers see that one alone, in that list alone.
    ended = {place[each.credential_id].list_number: each for each in done}
    for each in ended.values():
        desk.suspend(each.code)
    with desk.office.reading() as session:
        for row in session.scalars(select(StatusList)):
            read = published_lists.read(desk.office, "list", row.signed_json or b"")
            assert read.number == row.number
            assert read.revoked == (place[ended[row.number].credential_id].position,)
        copies = {copy.id: copy.sealed_json for copy in session.scalars(select(Credential))}
    documents = published.documents(desk.office)
    for each in done:
        report = verify(copies[each.credential_id] or b"", World(documents, now=desk.clock()))
        assert bool(report) == (each not in ended.values()), report.reasons
    nothing_wrong(desk)


class CutOff(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("statement", range(1, 60, 4))
def test_cut_off_anywhere_it_is_taken_up_again(desk: Desk, statement: int) -> None:
    slugs = put_forward(desk, "A-laget", "B-laget", "C-laget")
    left = statement

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise CutOff

    event.listen(desk.office.engine, "before_cursor_execute", count)
    told: list[str] = []
    try:
        for each in bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON, batch=2):
            told.append(each.slug)
    except CutOff:
        pass
    event.remove(desk.office.engine, "before_cursor_execute", count)
    # Another process finds the intentions of one that is gone, after a while at the latest.
    desk.clock.advance(minutes=3)
    more = list(bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON, batch=2))
    again = [each.slug for each in more]
    assert not set(told) & set(again)
    with desk.office.reading() as session:
        issued = session.scalars(select(Credential).where(Credential.state == "issued")).all()
    assert len(issued) == len(slugs)
    nothing_wrong(desk)


def test_memory_does_not_hold_what_is_done(desk: Desk) -> None:
    put_forward(desk, "A-laget", "B-laget", "C-laget")
    run = bulk.seal_waiting(desk.office, PROGRAMME, by=BO, reason=REASON, batch=1)
    (first,) = islice(run, 1)
    assert isinstance(first, Sealed)
    with desk.office.reading() as session:
        # What is told is durable, before the next is begun.
        assert session.get_one(Credential, first.credential_id).state == "issued"
        assert bulk.count_waiting(session, PROGRAMME) == 2
