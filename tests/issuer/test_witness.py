"""What the record and the keys know of each other: older copies, edited files, lost ones."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from issuer import awards, keyring, published, sealing, status, witness
from issuer.daily import round_of_work
from issuer.errors import BadInput, KeysLocked, NotFound, RecordBehind
from issuer.folder import Folder
from issuer.office import Office
from keys.ring import DamagedRing, NoSigningKey, Purpose
from tests.support.office import ADA, BO, PASSPHRASE, REASON, Desk, new_place
from verifier.report import Verdict
from verifier.verify import World, verify

pytestmark = pytest.mark.both_databases


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


def test_an_older_record_signs_nothing_and_publishes_no_list(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    older = desk.copy_record()
    desk.withdraw(sealed.code)
    desk.put_back(older)

    office = desk.reopen()
    with pytest.raises(RecordBehind):
        sealing.seal(office, sealed.slug, by=BO, reason=REASON)
    desk.clock.advance(days=2)
    with pytest.raises(RecordBehind):
        status.publish(office)
    with office.reading() as session:
        (copy,) = sealing.find_award(session, sealed.code).credentials
    report = verify(
        copy.sealed_json or b"",
        World(documents=published.documents(office), now=desk.clock()),
    )
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, ("status.unreachable",))
    office.engine.dispose()


def test_the_newest_record_goes_on(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    office = desk.reopen()
    awards.suspend(office, sealed.code, by=BO, reason=REASON)
    assert awards.lift(office, sealed.code, by=BO, reason=REASON)
    office.engine.dispose()


def test_a_missing_record_is_not_made_anew(desk: Desk, database: str) -> None:
    file = desk.office.folder.database
    if database == "sqlite":
        file.unlink()
        with pytest.raises(NotFound, match=r"merke\.sqlite3"):
            desk.reopen()
        assert not file.exists()
        file.touch()
    else:
        desk.put_back(new_place(file.parent))
    for _ in range(2):
        with pytest.raises(NotFound, match="empty"):
            desk.reopen()


@pytest.mark.database_only("postgresql")
def test_another_machine_goes_on_with_the_record(desk: Desk, tmp_path: Path) -> None:
    sealed = desk.holder("Eksempelteatret")
    there = Folder(tmp_path / "there")
    shutil.copytree(desk.office.folder.path, there.path)
    other = Office.open(there.path, passphrase=PASSPHRASE, clock=desk.clock)
    awards.suspend(other, sealed.code, by=BO, reason=REASON)
    with desk.office.reading() as session:
        (copy,) = sealing.find_award(session, sealed.code).credentials
    world = World(documents=published.documents(desk.office), now=desk.clock())
    assert verify(copy.sealed_json or b"", world).reasons == ("status.revoked",)
    # What the other one did is known here from the next round of work on.
    assert witness.read(desk.office.folder.witness) != witness.read(there.witness)
    round_of_work(desk.office)
    assert witness.read(desk.office.folder.witness) == witness.read(there.witness)

    # A key that another machine made is not here: nothing is signed or told of the keys.
    old = desk.office.ring.signing_key(Purpose.BADGE, desk.clock())
    keyring.new(other, Purpose.BADGE, signs_from=None, by=ADA, reason=REASON)
    keyring.compromise(other, old.fragment, by=ADA, reason=REASON)
    for refused in (
        lambda: desk.lift(sealed.code),
        lambda: published.get(desk.office, "/.well-known/did.json"),
        lambda: published.get(desk.office, "/.well-known/jwks.json"),
        lambda: published.get(desk.office, f"/keys/{old.fragment}"),
    ):
        with pytest.raises(DamagedRing, match="older copy"):
            refused()
    assert published.get(desk.office, f"/m/{sealed.slug}")
    shutil.copy(there.ring, desk.office.folder.ring)
    assert desk.lift(sealed.code)
    other.engine.dispose()


def test_a_broken_witness_stops_the_signing(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.office.folder.witness.write_text("{")
    with pytest.raises(RecordBehind):
        sealing.seal(desk.office, slug, by=BO, reason=REASON)


@pytest.mark.parametrize("act", ["retired", "compromised"])
def test_what_was_decided_on_a_key_cannot_be_edited_away(desk: Desk, act: str) -> None:
    old = desk.office.ring.signing_key(Purpose.BADGE, desk.clock())
    keyring.new(desk.office, Purpose.BADGE, signs_from=None, by=ADA, reason=REASON)
    decide = keyring.retire if act == "retired" else keyring.compromise
    decide(desk.office, old.fragment, by=ADA, reason=REASON)
    file = desk.office.folder.ring
    ring = json.loads(file.read_text())
    for key in ring["keys"]:
        key[act] = None
    file.write_text(json.dumps(ring))
    with pytest.raises(DamagedRing, match="older copy"):
        desk.reopen()
    office = desk.reopen(keys_required=False)
    assert published.get(office, "/register") is None  # it opens, and answers
    with pytest.raises(DamagedRing):
        published.get(office, "/.well-known/did.json")
    office.engine.dispose()


def test_another_ring_of_the_same_name_is_refused(desk: Desk, tmp_path: Path) -> None:
    other = Desk.make(tmp_path / "other")
    made = tmp_path / "made"
    keyring.initialise(
        Folder(made), replace(other.office.settings, database=None), PASSPHRASE, desk.clock()
    )
    shutil.copy(made / "keys" / "ring.json", desk.office.folder.ring)
    with pytest.raises(DamagedRing):
        desk.reopen()
    other.close()


def test_the_base_address_stays(desk: Desk) -> None:
    file = desk.office.folder.settings
    file.write_text(file.read_text().replace("balansemerket.example.no", "andre.example.no"))
    with pytest.raises(BadInput, match="Put back the address"):
        desk.reopen()


def test_a_key_that_is_lost_is_replaced(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    for purpose in (Purpose.BADGE, Purpose.STATUS):
        lost = desk.office.ring.signing_key(purpose, desk.clock())
        desk.clock.advance(hours=1)
        keyring.compromise(desk.office, lost.fragment, by=ADA, reason=REASON)
        with pytest.raises(NoSigningKey):
            desk.office.ring.signing_key(purpose, desk.clock())
        keyring.new(desk.office, purpose, signs_from=None, by=ADA, reason=REASON)
    # The list is signed again at once; the badge signed by the lost key is refused, its JWT holds.
    with desk.office.reading() as session:
        (copy,) = sealing.find_award(session, sealed.code).credentials
    world = World(documents=published.documents(desk.office), now=desk.clock())
    assert verify(copy.sealed_json or b"", world).verdict is Verdict.INVALID
    assert verify(copy.sealed_jwt or b"", world)
    assert desk.holder("Galleriet")


def test_locked_keys_make_no_new_ones(desk: Desk) -> None:
    locked = Office.open(desk.office.folder.path, clock=desk.clock)
    with pytest.raises(KeysLocked):
        keyring.new(locked, Purpose.BADGE, signs_from=None, by=ADA, reason=REASON)
    locked.engine.dispose()


@pytest.mark.parametrize("fault", ["wrong passphrase", "damaged ring", "no ring"])
def test_pages_and_verification_go_on_without_the_keys(desk: Desk, fault: str) -> None:
    sealed = desk.holder("Eksempelteatret")
    secret = PASSPHRASE
    if fault == "damaged ring":
        desk.office.folder.ring.write_text("{}")
    elif fault == "no ring":
        desk.office.folder.ring.unlink()
    else:
        secret = b"another passphrase"
    desk.office.engine.dispose()
    office = Office.open(
        desk.office.folder.path, passphrase=secret, clock=desk.clock, keys_required=False
    )
    answer = published.get(office, f"/m/{sealed.slug}")
    assert answer is not None
    assert json.loads(answer.data)["holds"] is True
    if fault == "wrong passphrase":
        assert round_of_work(office).lists == ()
        with pytest.raises(KeysLocked):
            awards.lift(office, sealed.code, by=BO, reason=REASON)
    office.engine.dispose()
