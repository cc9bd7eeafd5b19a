"""After a restore: no place twice, no revocation undone, and nothing said that is not known."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from issuer import (
    audit,
    keyring,
    participations,
    proofs,
    published,
    restored,
    sealing,
    status,
    verification,
    witness,
)
from issuer.backup import making, restoring
from issuer.daily import round_of_work
from issuer.errors import RecordBehind, WrongState
from issuer.folder import Folder
from issuer.published_lists import ForeignList
from issuer.record.tables import LostPlace, Restoration, StatusEntry, StatusList
from issuer.sealing import Sealed
from issuer.web import health
from keys.ring import Purpose
from tests.support.office import ADA, REASON, Desk
from tests.support.pages import Page
from tests.support.web import browser
from verifier.report import Report
from verifier.verify import World, verify

pytestmark = pytest.mark.both_databases


@dataclass
class Lost:
    """What the world knows and the record, put back from an older state, does not."""

    desk: Desk
    withdrawn: Sealed  # sealed before the backup, withdrawn after it
    lifted: Sealed  # sealed before, suspended and lifted after
    standing: Sealed  # sealed before, untouched
    gone: bytes  # sealed and withdrawn after: nothing here knows it
    unknown: bytes  # sealed after, and stands
    unknown_at: str
    published: tuple[bytes, bytes]  # the list as it was published last, as JSON and as JWT
    taken: set[tuple[int, int]]


def form(desk: Desk, sealed: Sealed) -> bytes:
    with desk.office.reading() as session:
        content = sealing.find_award(session, sealed.code).credentials[-1].sealed_json
    assert content is not None
    return content


def lists(desk: Desk, number: int = 1) -> tuple[bytes, bytes]:
    with desk.office.reading() as session:
        row = session.get_one(StatusList, number)
        assert row.signed_json is not None
        assert row.signed_jwt is not None
        return row.signed_json, row.signed_jwt


def places(desk: Desk) -> set[tuple[int, int]]:
    with desk.office.reading() as session:
        rows = session.execute(select(StatusEntry.list_number, StatusEntry.position)).all()
    assert len(rows) == len(set(rows))
    return {(number, position) for number, position in rows}


def judged(desk: Desk, badge: bytes) -> Report:
    return verification.judge(desk.office, badge)


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Lost]:
    desk = Desk.make(tmp_path / "data")
    withdrawn, lifted = desk.holder("Eksempelteatret"), desk.holder("Galleri Nord")
    standing = desk.holder("Fjordscenen")
    source = tmp_path / "backup"
    making.make(desk.office.folder, desk.office.settings, desk.office.engine, source, desk.clock())
    desk.clock.advance(hours=5)
    gone, unknown = desk.holder("Vinterlyd"), desk.holder("Sørlandsensemblet")
    kept = form(desk, gone), form(desk, unknown)
    for sealed in (withdrawn, gone):
        desk.withdraw(sealed.code)
    desk.suspend(lifted.code)
    desk.lift(lifted.code)
    last, taken = lists(desk), places(desk)
    desk.clock.advance(hours=1)
    desk.office.engine.dispose()
    plan = restoring.look(source, desk.office.folder)
    done = restoring.restore(plan, by=ADA, reason=REASON, now=desk.clock())
    assert not done.newest
    there = Desk(desk.reopen(), desk.clock)
    yield Lost(
        *(there, withdrawn, lifted, standing, *kept, f"/b/{unknown.credential_id}"),
        *(last, taken),
    )
    there.close()


def state_of(desk: Desk, slug: str) -> str:
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        return str(participations.public_state(row, desk.clock()).state)


def test_nothing_is_signed_before_somebody_has_said_so(lost: Lost) -> None:
    desk = lost.desk
    slug = desk.enrol("Ny scene")
    desk.meet(slug)
    with pytest.raises(RecordBehind, match="merke record acknowledge"):
        desk.seal(slug)
    assert round_of_work(desk.office).lists == ()
    for badge in (form(desk, lost.withdrawn), form(desk, lost.standing), lost.unknown, lost.gone):
        assert judged(desk, badge).reasons == ("status.unreachable",)
    restored.acknowledge(desk.office, by=ADA, reason=REASON)
    with pytest.raises(WrongState):
        restored.acknowledge(desk.office, by=ADA, reason=REASON)
    sealed = desk.seal(slug)
    assert judged(desk, form(desk, sealed))
    # In a list that no place of the lost history can be in.
    (new,) = {number for number, _ in places(desk)} - {1}
    assert new == 2
    assert not {p for p in places(desk) if p[0] == new} & lost.taken
    # The old one is held back all the same.
    assert judged(desk, form(desk, lost.standing)).reasons == ("status.unreachable",)
    with desk.office.reading() as session:
        assert list(audit.faults(session)) == []


@pytest.mark.parametrize("jwt", [False, True], ids=["json", "jwt"])
def test_the_list_as_it_was_published_last_brings_every_revocation_back(
    lost: Lost, jwt: bool
) -> None:
    desk = lost.desk
    restored.acknowledge(desk.office, by=ADA, reason=REASON)
    copy = ("status-1", lost.published[jwt])
    (done,) = restored.supply(desk.office, [copy], by=ADA, reason=REASON)
    assert done.released
    assert done.lost == 1
    assert set(done.suspended) == {lost.withdrawn.slug, lost.lifted.slug}
    # Known and unknown, revoked and not: each as it was before the disk was lost.
    assert judged(desk, form(desk, lost.withdrawn)).reasons == ("status.revoked",)
    assert judged(desk, form(desk, lost.lifted)).reasons == ("status.revoked",)
    assert judged(desk, lost.gone).reasons == ("status.revoked",)
    assert judged(desk, lost.unknown)
    assert judged(desk, form(desk, lost.standing))
    # The published list says the same, also after it is signed anew every day.
    desk.clock.advance(days=2)
    assert round_of_work(desk.office).lists == (1,)
    stranger = World(documents=published.documents(desk.office), now=desk.clock())
    assert verify(lost.gone, stranger).reasons == ("status.revoked",)
    assert verify(lost.unknown, stranger)
    # Nobody knows why they were revoked: on hold, until somebody decides.
    assert state_of(desk, lost.withdrawn.slug) == "suspended"
    assert judged(desk, form(desk, desk.lift(lost.lifted.code)))
    desk.withdraw(lost.withdrawn.code)
    with pytest.raises(WrongState, match="not held back"):
        restored.supply(desk.office, [copy], by=ADA, reason=REASON)
    with desk.office.reading() as session:
        assert list(audit.faults(session)) == []
        assert len(session.scalars(select(LostPlace)).all()) == 1
    assert places(desk) & lost.taken == {p for p in places(desk) if p[0] == 1}


def test_a_copy_that_had_run_out_was_not_the_last(lost: Lost) -> None:
    desk = lost.desk
    restored.acknowledge(desk.office, by=ADA, reason=REASON)
    desk.clock.advance(days=1)
    with desk.office.reading() as session:
        row = session.scalars(select(Restoration)).one()
    # As if the copy had been made eight days before the restore.
    document = json.loads(lost.published[0])
    begins = row.at - timedelta(days=8)
    old = {
        **{name: value for name, value in document.items() if name != "proof"},
        "validFrom": f"{begins:%Y-%m-%dT%H:%M:%SZ}",
        "validUntil": f"{begins + status.VALID_FOR:%Y-%m-%dT%H:%M:%SZ}",
    }
    key = desk.office.signing_key(Purpose.STATUS, desk.clock())
    content = proofs.embed(old, desk.office.ring, key, desk.clock())
    (done,) = restored.supply(desk.office, [("old", content)], by=ADA, reason=REASON)
    assert not done.released
    assert done.lost == 1
    assert judged(desk, form(desk, lost.withdrawn)).reasons == ("status.revoked",)
    assert judged(desk, form(desk, lost.standing)).reasons == ("status.unreachable",)
    # Taken upon oneself, in writing.
    restored.release(desk.office, 1, by=ADA, reason="no newer copy was found")
    assert judged(desk, form(desk, lost.standing))
    assert judged(desk, lost.gone).reasons == ("status.revoked",)
    with pytest.raises(WrongState):
        restored.release(desk.office, 1, by=ADA, reason=REASON)


def test_only_what_we_signed_is_taken(lost: Lost, tmp_path: Path) -> None:
    desk = lost.desk
    restored.acknowledge(desk.office, by=ADA, reason=REASON)
    other = Desk.make(tmp_path / "other", base_url="https://andre.example.no")
    other.holder("En annen")
    changed = lost.published[0].replace(b'"revocation"', b'"suspension"')
    badge = form(desk, lost.standing)
    for content in (
        lists(other)[0],
        lists(other)[1],
        changed,
        badge,
        b"{}",
        b"",
        b"a.b.c",
        b"\xff",
    ):
        with pytest.raises(ForeignList):
            restored.supply(desk.office, [("file", content)], by=ADA, reason=REASON)
    other.close()
    # A key that others may hold proves nothing any more.
    desk.clock.advance(hours=1)
    key = desk.office.signing_key(Purpose.STATUS, desk.clock())
    keyring.compromise(desk.office, key.fragment, by=ADA, reason=REASON)
    with pytest.raises(ForeignList):
        restored.supply(desk.office, [("file", lost.published[0])], by=ADA, reason=REASON)


def test_a_second_restore_from_the_same_backup_takes_other_numbers(
    lost: Lost, tmp_path: Path
) -> None:
    firsts = set()
    for number in range(3):
        folder = Folder(tmp_path / f"new-{number}")
        plan = restoring.look(tmp_path / "backup", folder)
        restoring.restore(plan, by=ADA, reason=REASON, now=lost.desk.clock())
        desk = Desk(lost.desk.office.open(folder.path, clock=lost.desk.clock), lost.desk.clock)
        firsts.add(restored.acknowledge(desk.office, by=ADA, reason=REASON).first_list)
        desk.close()
    # Nobody there knows how many lists there were: the numbers are far away, and differ.
    assert len(firsts) == 3
    assert all(1_000 < first < 1_000_000 for first in firsts)


def test_an_older_copy_put_back_by_hand(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    older = desk.copy_record()
    for number in range(3):
        desk.enrol(f"Scene {number}")
    desk.withdraw(sealed.code)
    last = lists(desk)[0]
    known = witness.read(desk.office.folder.witness)
    assert known is not None
    desk.put_back(older)
    there = Desk(desk.reopen(), desk.clock)
    # However much is done in it, it does not become the newest by that.
    for number in range(9):
        there.enrol(f"Ny {number}")
    assert witness.read(there.office.folder.witness) == known
    with pytest.raises(RecordBehind, match="not the newest"):
        there.holder("Galleriet")
    there.clock.advance(hours=1)
    done = restored.acknowledge(there.office, by=ADA, reason=REASON)
    assert done.first_list == 2
    assert witness.read(there.office.folder.witness) != known
    assert judged(there, form(there, there.holder("Galleriet")))
    (supplied,) = restored.supply(there.office, [("1", last)], by=ADA, reason=REASON)
    assert supplied.released
    # The copy that was put back is again an older one, if it is put back again.
    again = there.copy_record()
    there.clock.advance(hours=1)
    there.holder("Enda en")
    there.put_back(again)
    third = Desk(there.reopen(), desk.clock)
    with pytest.raises(RecordBehind, match="not the newest"):
        third.holder("Siste")
    third.close()


def test_what_people_and_monitors_are_told(lost: Lost) -> None:
    desk = lost.desk
    with browser(desk) as client:
        told = health.readiness(desk.office)
        assert told.ready
        assert [word.split(":")[0] for word in told.words] == [
            "The record was restored from an older state",
            "Held back after a restore",
        ]
        held = client.get("/status/1")
        assert (held.status_code, held.headers["retry-after"]) == (503, "600")
        assert held.json()["code"] == "status.held"
        assert client.get("/status/1.jwt").status_code == 503
        assert client.get("/status/7").status_code == 503
        page = told_by(client, f"/m/{lost.standing.slug}")
        assert "put back from a copy of 4 March 2025" in page
        # A badge that is not known is not called a stranger's.
        missing = told_by(client, lost.unknown_at, 404)
        assert "may be missing" in missing
        assert "not from us" not in missing
        assert "may be missing" in client.get(f"{lost.unknown_at}.json?lang=en").json()["detail"]
        code = told_by(client, "/q/0000-0000-0000", 404)
        assert "not from us" not in code
        restored.acknowledge(desk.office, by=ADA, reason=REASON)
        restored.supply(desk.office, [("1", lost.published[0])], by=ADA, reason=REASON)
        assert health.readiness(desk.office).words == ()
        assert client.get("/status/1").status_code == 200
        assert "put back" not in told_by(client, f"/m/{lost.standing.slug}?award=")
        assert "may be missing" in told_by(client, f"{lost.unknown_at}?lang=en", 404)


def told_by(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == status
    page = Page.of(answer.text)
    assert list(page.faults()) == []
    return " ".join(page.one("body").text.split())


def test_the_register_claims_nothing_either(lost: Lost) -> None:
    """Neither that somebody holds the mark nor that somebody does not, in any of its forms."""
    desk, name = lost.desk, "Eksempelteatret"
    with browser(desk) as client:
        told = told_by(client, "/register")
        assert "these lists rest on what was known on 4 March 2025" in told
        assert "Holders, as known on 4 March 2025" in told
        desk.clock.moment = datetime(2026, 4, 1, 9, tzinfo=UTC)
        assert "Former holders, as known on 4 March 2025" in told_by(client, "/register")
        assert "cannot be confirmed now" in told_by(client, "/")
        rows = list(csv.DictReader(io.StringIO(client.get("/register.csv").text)))
        assert {(row["holds"], row["unsure_since"][:10]) for row in rows} == {("", "2025-03-04")}
        entries = client.get("/register.json").json()["participants"]
        assert {each["state"] for each in entries} == {"lapsed"}
        assert {each["holds"] for each in entries} == {None}
        feed = client.get("/register.atom?lang=en").text
        assert "decisions after 4 March 2025 may be missing" in feed
        assert f"{name} holds Balansemerket from 4 March 2025" in feed
        # That a year is over the clock would say; whether a new one began it cannot know.
        assert "no longer holds" not in feed
        restored.acknowledge(desk.office, by=ADA, reason=REASON)
        restored.release(desk.office, 1, by=ADA, reason=REASON)
        assert "as known on" not in told_by(client, "/register")
        assert "no longer holds" in client.get("/register.atom?lang=en").text
        sure = list(csv.DictReader(io.StringIO(client.get("/register.csv").text)))
        assert {(row["holds"], row["unsure_since"]) for row in sure} == {("false", "")}


def test_nothing_that_says_how_things_stand_is_sure_of_it(lost: Lost) -> None:
    """A seal, its data and the page have no room for a doubt beside a claim: they make no claim."""
    desk, slug = lost.desk, lost.standing.slug
    with browser(desk) as client:
        for path in (f"/m/{slug}.json", f"/embed/{slug}.json"):
            told = client.get(path).json()
            assert (told["state"], told["holds"]) == ("holds", None)
            assert told["unsureSince"].startswith("2025-03-04T")
        register = client.get("/register.json").json()
        assert register["unsureSince"] == told["unsureSince"]
        assert {each["holds"] for each in register["participants"]} == {None}
        told = client.get(f"/embed/{slug}/wide-light-en.json").json()["told"]
        assert "cannot be confirmed now" in told["answer"]
        assert ["State", "Cannot be confirmed now"] in told["facts"]
        for shape in ("wide", "round"):
            seal = client.get(f"/embed/{slug}/{shape}-light-en.svg").text
            assert "cannot be confirmed now" in seal
            assert "#0f4c4a" not in seal.lower()
        assert "cannot be confirmed now" in client.get(f"/embed/{slug}/wide-light-en.html").text
        page = client.get(f"/m/{slug}?lang=en", headers={"Accept": "text/html"}).text
        assert "cannot be confirmed now" in page
        assert "CertificationActive" not in page
        assert 'class="answer stands' not in page
        for path in (f"/b/{lost.standing.credential_id}.pdf", f"/m/{slug}/kit-nb.zip"):
            refused = client.get(path)
            assert (refused.status_code, refused.json()["code"]) == (503, "record.behind")
        restored.acknowledge(desk.office, by=ADA, reason=REASON)
        restored.supply(desk.office, [("1", lost.published[0])], by=ADA, reason=REASON)
        told = client.get(f"/embed/{slug}.json").json()
        assert (told["holds"], told["unsureSince"]) == (True, None)
        seal = client.get(f"/embed/{slug}/wide-light-en.svg").text
        assert "holds Balansemerket, up to and including" in seal
        assert client.get(f"/b/{lost.standing.credential_id}.pdf").status_code == 200
        # What the list brought back is told as it is.
        assert client.get(f"/embed/{lost.withdrawn.slug}.json").json()["holds"] is False
