"""A backup holds everything of one moment; restoring it brings back all of it or nothing."""

import gzip
import io
import json
import os
import re
import tarfile
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer import audit, participations, published, restorations, restored, sealing
from issuer.backup import archive, cipher, making, restoring, switching
from issuer.backup.archive import DamagedBackup, SealedBackup
from issuer.backup.making import Made
from issuer.backup.restoring import ForeignBackup, InUse, Restored
from issuer.daily import round_of_work
from issuer.errors import BadInput, IssuerError, RecordBehind
from issuer.folder import Folder
from issuer.office import Office
from issuer.record import database as records
from issuer.record import dump
from issuer.record.dump import Value
from issuer.record.tables import AuditEntry, Credential, Participation, StatusEntry
from keys.ring import Purpose
from tests.support import office as desks
from tests.support import servers
from tests.support.office import ADA, PASSPHRASE, REASON, Clock, Desk
from tests.support.processes import ended
from verifier.verify import World, verify

pytestmark = pytest.mark.both_databases

SECRET = b"a passphrase of the backup"
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


def backup(desk: Desk, path: Path, passphrase: bytes | None = None) -> Made:
    office = desk.office
    return making.make(
        office.folder, office.settings, office.engine, path, desk.clock(), passphrase=passphrase
    )


def put_back(
    source: Path,
    folder: Path,
    now: datetime,
    *,
    address: str | None = None,
    passphrase: bytes | None = None,
) -> Restored:
    plan = restoring.look(source, Folder(folder), database_address=address, passphrase=passphrase)
    return restoring.restore(plan, by=ADA, reason=REASON, now=now)


def opened(folder: Path, clock: Clock, address: str | None = None) -> Desk:
    office = Office.open(folder, database_address=address, passphrase=PASSPHRASE, clock=clock)
    return Desk(office, clock)


def content(desk: Desk) -> dict[str, list[list[Value]]]:
    """Every row of every table, as plain values."""
    with records.reader(desk.office.engine).connect() as connection:
        return {t.name: list(dump.rows(connection, t)) for t in dump.tables(connection)}


@pytest.mark.parametrize("passphrase", [None, SECRET], ids=["plain", "sealed"])
def test_everything_comes_back_in_either_database(
    desk: Desk, database: str, tmp_path: Path, passphrase: bytes | None
) -> None:
    states = desk.every_state()
    before = content(desk)
    made = backup(desk, tmp_path / "backup", passphrase)
    assert made.rows == sum(map(len, before.values()))
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    other = servers.database() if database == "sqlite" else None
    if other is not None:
        desks.made.append(other)
    put_back(
        tmp_path / "backup", tmp_path / "new", desk.clock(), address=other, passphrase=passphrase
    )
    there = opened(tmp_path / "new", desk.clock, other)
    after = content(there)
    # What was written about the restore itself, and that no list may be used any more.
    assert len(after.pop("restoration")) == 1
    after["audit_entry"].pop()
    after["audit_person"].pop()
    for values in after["status_list"]:
        values[-2:] = [None, None]
    assert before.pop("restoration") == []
    assert after == before
    with there.office.reading() as session:
        assert list(audit.faults(session)) == []
        for state, slug in states.items():
            row = participations.find(session, slug)
            assert participations.public_state(row, desk.clock()).state is state
    # Numbers that the database gives out go on after the last that was put back.
    restored.acknowledge(there.office, by=ADA, reason=REASON)
    assert there.holder("Etterpå")
    there.close()


def test_a_backup_is_whole_while_work_goes_on(desk: Desk, tmp_path: Path) -> None:
    slugs = [desk.enrol(f"Kollektivet {number}") for number in range(6)]
    for slug in slugs:
        desk.meet(slug)
    done = threading.Event()

    def work() -> None:
        for slug in slugs:
            desk.seal(slug)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    files: list[Path] = []
    while not done.is_set():
        files.append(tmp_path / f"backup-{len(files)}")
        backup(desk, files[-1])
    worker.join()
    assert len(files) > 1
    for number in (len(files) // 2, len(files) - 1):
        folder = tmp_path / f"new-{number}"
        plan = restoring.look(files[number], Folder(folder))
        restoring.restore(plan, by=ADA, reason=REASON, now=desk.clock())
        there = opened(folder, desk.clock)
        round_of_work(there.office)
        with there.office.reading() as session:
            assert list(audit.faults(session)) == []
            rows = session.scalars(select(Credential)).all()
            entries = session.scalars(select(StatusEntry)).all()
            assert len(rows) == len(entries)
            acts = session.scalars(select(AuditEntry.act)).all()
            assert acts.count("award.seal") == sum(row.state == "issued" for row in rows)
        there.close()


def changed(path: Path, place: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 0x40
    path.write_bytes(data)


def cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])


@pytest.mark.parametrize("passphrase", [None, SECRET], ids=["plain", "sealed"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    desk: Desk, tmp_path: Path, passphrase: bytes | None
) -> None:
    desk.holder("Eksempelteatret")
    whole = tmp_path / "whole"
    backup(desk, whole, passphrase)
    folder = desk.office.folder.path
    desk.office.engine.dispose()
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    size = whole.stat().st_size
    bad = tmp_path / "bad"
    damages: list[Callable[[], object]] = [
        *(partial(cut, bad, length) for length in (0, 10, size // 2, size - 1)),
        *(partial(changed, bad, place) for place in (0.02, 0.3, 0.98, 1.0)),
        lambda: bad.write_bytes(b"hello"),
        lambda: bad.write_bytes(gzip.compress(b"hello")),
    ]
    for damage in damages:
        bad.write_bytes(whole.read_bytes())
        damage()
        with pytest.raises((DamagedBackup, SealedBackup)):
            put_back(bad, folder, desk.clock(), passphrase=passphrase)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    with pytest.raises(BadInput, match="cannot be read"):
        put_back(tmp_path / "nowhere", folder, desk.clock())


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """A copy of a backup with other pieces, and a manifest that fits them."""
    with tarfile.open(source) as tar:
        pieces = {e.name: tar.extractfile(e).read() for e in tar}
    manifest = archive.Manifest.of(json.loads(pieces.pop(archive.MANIFEST)))
    change(pieces)
    said = json.loads(pieces.pop(archive.HEAD))
    head = archive.Head(
        *(said["program"], said["schema"], said["did"], said["base_url"], said["name"]),
        datetime.fromisoformat(said["made_at"]),
    )
    with target.open("wb") as file, archive.writing(file, head, None) as out:
        for name, data in pieces.items():
            out.file(name, data)
        out._tables = manifest.tables
        out.finish(manifest.number, manifest.hash)


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (tarfile.REGTYPE, 64 * 1024**2),
        (tarfile.XHDTYPE, 64 * 1024**2),
        (tarfile.GNUTYPE_LONGNAME, 64 * 1024**2),
        (tarfile.SYMTYPE, 0),
        (tarfile.GNUTYPE_SPARSE, 512),
    ],
)
def test_what_is_no_piece_is_not_even_read(
    desk: Desk, tmp_path: Path, kind: bytes, size: int
) -> None:
    """A few kilobytes that say they hold a lot, or that they are something else than a file."""
    backup(desk, tmp_path / "whole")
    with tarfile.open(tmp_path / "whole") as tar:
        head = tar.extractfile(archive.HEAD)
        assert head is not None
        said = head.read()
    first, bomb = tarfile.TarInfo(archive.HEAD), tarfile.TarInfo("tables/x/000001.jsonl")
    first.size, bomb.size, bomb.type = len(said), size, kind
    with gzip.open(tmp_path / "bomb", "wb") as file:
        file.write(first.tobuf() + said + bytes(-len(said) % 512) + bomb.tobuf())
        for _ in range(size // 1024**2):
            file.write(bytes(1024**2))
        file.write(bytes(1024))
    tracemalloc.start()
    with pytest.raises(DamagedBackup):
        restoring.look(tmp_path / "bomb", Folder(tmp_path / "new"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 * 1024**2


def test_nesting_without_end_is_no_backup(desk: Desk, tmp_path: Path) -> None:
    backup(desk, tmp_path / "whole")

    def deep(pieces: dict[str, bytes]) -> None:
        pieces["tables/x/000001.jsonl"] = b"[" * 200_000

    rewritten(tmp_path / "whole", tmp_path / "deep", deep)
    with pytest.raises(DamagedBackup):
        restoring.look(tmp_path / "deep", Folder(tmp_path / "new"))


def test_a_number_without_end_is_no_backup(desk: Desk, tmp_path: Path) -> None:
    backup(desk, tmp_path / "whole")
    with tarfile.open(tmp_path / "whole") as tar, tarfile.open(tmp_path / "bad", "w:gz") as bad:
        for entry in tar:
            content = (tar.extractfile(entry) or io.BytesIO()).read()
            if entry.name == archive.MANIFEST:
                content = re.sub(rb'"number": [0-9]+', b'"number": 1e999', content)
                entry.size = len(content)
            bad.addfile(entry, io.BytesIO(content))
    with pytest.raises(DamagedBackup):
        restoring.look(tmp_path / "bad", Folder(tmp_path / "new"))


def test_a_backup_that_says_two_things_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.holder("Eksempelteatret")
    backup(desk, tmp_path / "whole")

    def tampered(pieces: dict[str, bytes]) -> None:
        name = "tables/audit_entry/000001.jsonl"
        pieces[name] = pieces[name].replace(b"award.seal", b"award.void")

    def no_rows(pieces: dict[str, bytes]) -> None:
        pieces["tables/status_entry/000001.jsonl"] = b""

    def orphan(pieces: dict[str, bytes]) -> None:
        del pieces["tables/organisation/000001.jsonl"]

    def newer(pieces: dict[str, bytes]) -> None:
        pieces[archive.HEAD] = pieces[archive.HEAD].replace(f'"{records.HEAD}"'.encode(), b'"9999"')

    def keyless(pieces: dict[str, bytes]) -> None:
        pieces[archive.RING] = b"{}"

    faults: list[tuple[Callable[[dict[str, bytes]], None], type[IssuerError]]] = [
        (tampered, DamagedBackup),
        (no_rows, DamagedBackup),
        (orphan, DamagedBackup),
        (newer, records.SchemaFault),
        (keyless, DamagedBackup),
    ]
    for number, (change, refusal) in enumerate(faults):
        rewritten(tmp_path / "whole", tmp_path / "bad", change)
        with pytest.raises(refusal):
            put_back(tmp_path / "bad", tmp_path / f"new-{number}", desk.clock())
        assert not (tmp_path / f"new-{number}").exists()
        assert not list(tmp_path.glob(".*"))
    # The same way with nothing changed is a backup.
    rewritten(tmp_path / "whole", tmp_path / "good", lambda _: None)
    assert put_back(tmp_path / "good", tmp_path / "new", desk.clock())


def test_a_foreign_backup_is_refused(desk: Desk, database: str, tmp_path: Path) -> None:
    other = Desk.make(tmp_path / "other", base_url="https://andre.example.no")
    backup(other, tmp_path / "backup")
    desk.office.engine.dispose()
    with pytest.raises(ForeignBackup, match=r"andre\.example\.no"):
        put_back(tmp_path / "backup", desk.office.folder.path, desk.clock())
    if database == "postgresql":
        with pytest.raises(ForeignBackup):
            put_back(
                tmp_path / "backup",
                tmp_path / "new",
                desk.clock(),
                address=desk.office.settings.database,
            )
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("hello")
    with pytest.raises(BadInput, match="not empty"):
        put_back(tmp_path / "backup", tmp_path / "full", desk.clock())
    other.close()


@pytest.mark.database_only("postgresql")
def test_a_database_of_somebody_else_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    backup(desk, tmp_path / "backup")
    address = servers.database()
    desks.made.append(address)
    engine = records.open_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE letters (id integer)")
    engine.dispose()
    with pytest.raises(BadInput, match="something else"):
        put_back(tmp_path / "backup", tmp_path / "new", desk.clock(), address=address)
    assert not (tmp_path / "new").exists()


def test_what_is_sealed_needs_its_passphrase(desk: Desk, tmp_path: Path) -> None:
    desk.enrol("Hemmelig Teater")
    backup(desk, tmp_path / "backup", SECRET)
    assert b"Hemmelig" not in (tmp_path / "backup").read_bytes()
    for wrong in (None, b"another passphrase"):
        with pytest.raises(SealedBackup):
            put_back(tmp_path / "backup", tmp_path / "new", desk.clock(), passphrase=wrong)


@pytest.mark.database_only("sqlite")
def test_the_stream_of_a_sealed_file(database: str) -> None:
    for size in (0, 1, 65_535, 65_536, 65_537, 200_000):
        plain = os.urandom(size)
        target = io.BytesIO()
        writer = cipher.Writer(target, SECRET)
        writer.write(plain)
        writer.close()
        sealed = target.getvalue()

        def read(data: bytes) -> bytes:
            source = io.BytesIO(data)
            assert source.read(len(cipher.MAGIC)) == cipher.MAGIC
            return cipher.Reader(source, SECRET).read()

        assert read(sealed) == plain
        if size > 65_536:
            # A whole number of chunks is not the whole file.
            first = len(cipher.MAGIC) + 16 + 65_536 + 16
            with pytest.raises((cipher.Broken, cipher.WrongKey)):
                read(sealed[:first])


def test_no_secret_is_in_a_backup(desk: Desk, tmp_path: Path) -> None:
    backup(desk, tmp_path / "backup")
    with tarfile.open(tmp_path / "backup") as tar:
        whole = b"".join(tar.extractfile(e).read() for e in tar)
    assert PASSPHRASE not in whole
    assert b"postgresql://" not in whole
    private = desk.office.ring.private_key(
        desk.office.ring.signing_key(Purpose.BADGE, desk.clock())
    )
    from cryptography.hazmat.primitives import serialization as s

    raw = private.private_bytes(s.Encoding.DER, s.PrivateFormat.PKCS8, s.NoEncryption())
    assert raw[-32:] not in whole


def test_a_backup_replaces_no_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("mine")
    with pytest.raises(BadInput, match="exists already"):
        backup(desk, tmp_path / "backup")
    with pytest.raises(BadInput, match="cannot be written"):
        backup(desk, tmp_path / "no" / "such" / "folder" / "backup")
    assert (tmp_path / "backup").read_text() == "mine"


@pytest.mark.database_only("sqlite")
def test_a_folder_in_use_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    backup(desk, tmp_path / "backup")
    desk.enrol("Eksempelteatret")  # a connection stays open
    with pytest.raises(InUse, match="merke serve"):
        put_back(tmp_path / "backup", desk.office.folder.path, desk.clock())
    desk.office.engine.dispose()
    assert put_back(tmp_path / "backup", desk.office.folder.path, desk.clock())


def test_the_newest_state_goes_on_at_once(desk: Desk, database: str, tmp_path: Path) -> None:
    sealed = desk.holder("Eksempelteatret")
    backup(desk, tmp_path / "backup")
    desk.office.engine.dispose()
    folder = desk.office.folder
    # From SQLite into PostgreSQL, as one does when a second machine comes.
    address = servers.database() if database == "sqlite" else None
    if address is not None:
        desks.made.append(address)
    assert put_back(tmp_path / "backup", folder.path, desk.clock(), address=address).newest
    there = opened(folder.path, desk.clock, address)
    there.suspend(sealed.code)
    there.lift(sealed.code)
    assert published.get(there.office, "/status/1")
    there.close()


def test_keys_made_since_are_kept(desk: Desk, tmp_path: Path) -> None:
    from issuer import keyring

    backup(desk, tmp_path / "backup")
    desk.clock.advance(hours=1)
    new = keyring.new(desk.office, Purpose.BADGE, signs_from=None, by=ADA, reason=REASON)
    desk.office.engine.dispose()
    put_back(tmp_path / "backup", desk.office.folder.path, desk.clock())
    there = opened(desk.office.folder.path, desk.clock)
    assert new.fragment in {record.fragment for record in there.office.ring.records}
    assert new.fragment in round_of_work(there.office).keys
    there.close()
    # Lost or damaged, they come from the backup.
    for missing in (True, False):
        if missing:
            desk.office.folder.ring.unlink()
        else:
            desk.office.folder.ring.write_text("{}")
        put_back(tmp_path / "backup", desk.office.folder.path, desk.clock())
        # The record that was put back knows nothing of the newer key.
        there = opened(desk.office.folder.path, desk.clock)
        assert there.office.ring.locked is False
        there.close()


# Killed half-way

_STEPS = [
    ("issuer.backup.making", "_write", "before"),
    ("issuer.backup.archive", "writing", "before"),
    ("issuer.record.dump", "tables", "after"),
    ("issuer.backup.making", "_write", "after"),
    ("issuer.backup.making", "_name", "after"),
]
_RESTORING = [
    ("issuer.record.dump", "load", "before"),
    ("issuer.record.dump", "load", "after"),
    ("issuer.restorations", "mark", "after"),
    ("issuer.backup.restoring._Filling", "_fill", "after"),
    ("issuer.backup.switching", "decide", "before"),
    ("issuer.backup.switching", "decide", "after"),
    ("issuer.backup.switching", "finish", "after"),
]


def _die_at(module: str, name: str, when: str) -> None:
    import importlib

    try:
        place: object = importlib.import_module(module)
    except ModuleNotFoundError:
        parent, _, inner = module.rpartition(".")
        place = getattr(importlib.import_module(parent), inner)
    real = getattr(place, name)

    def dying(*given: object, **named: object) -> object:
        if when == "before":
            os._exit(9)
        real(*given, **named)
        os._exit(9)

    setattr(place, name, dying)


def _back_up_and_die(folder: Path, moment: datetime, target: Path, step: tuple[str, str, str]):  # type: ignore[no-untyped-def]
    office = Office.open(folder, clock=Clock(moment))
    _die_at(*step)
    making.make(office.folder, office.settings, office.engine, target, moment)
    os._exit(0)


def _restore_and_die(source: Path, folder: Path, moment: datetime, step: tuple[str, str, str]):  # type: ignore[no-untyped-def]
    plan = restoring.look(source, Folder(folder))
    _die_at(*step)
    restoring.restore(plan, by=ADA, reason=REASON, now=moment)
    os._exit(0)


def dies(target: Callable[..., object], *given: object) -> None:
    assert ended(target, *given) == 9, "the step was never reached"


@pytest.mark.parametrize("step", _STEPS, ids=lambda s: f"{s[2]}-{s[1]}")
def test_a_backup_killed_half_way_leaves_none_or_a_whole_one(
    desk: Desk, tmp_path: Path, step: tuple[str, str, str]
) -> None:
    desk.holder("Eksempelteatret")
    target = tmp_path / "backup"
    dies(_back_up_and_die, desk.office.folder.path, desk.clock(), target, step)
    assert target.exists() is (step == _STEPS[-1])
    if not target.exists():
        backup(desk, target)
    assert put_back(target, tmp_path / "new", desk.clock())
    backup(desk, tmp_path / "again")
    assert list(desk.office.folder.path.glob(".backup-*")) == []


@pytest.mark.parametrize("step", _RESTORING, ids=lambda s: f"{s[2]}-{s[1]}")
def test_a_restore_killed_half_way_leaves_the_old_or_the_new_whole(
    desk: Desk, database: str, tmp_path: Path, step: tuple[str, str, str]
) -> None:
    killed_and_whole(desk, database, tmp_path, step)


@pytest.mark.database_only("sqlite")
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_restore_killed_while_files_are_moved(desk: Desk, tmp_path: Path, when: str) -> None:
    killed_and_whole(desk, "sqlite", tmp_path, ("os", "replace", when))


def killed_and_whole(desk: Desk, database: str, tmp_path: Path, step: tuple[str, str, str]) -> None:
    old = desk.holder("Eksempelteatret")
    source = tmp_path / "backup"
    backup(desk, source)
    desk.holder("Galleriet")
    desk.office.engine.dispose()
    desk.clock.advance(minutes=1)
    folder = desk.office.folder.path
    dies(_restore_and_die, source, folder, desk.clock(), step)
    there = opened(folder, desk.clock)
    with there.office.reading() as session:
        assert list(audit.faults(session)) == []
        assert sealing.find_award(session, old.code)
        names = {row.slug for row in session.scalars(select(Participation))}
        waits = restorations.unacknowledged(session)
    assert names in ({"eksempelteatret"}, {"eksempelteatret", "galleriet"})
    is_new = names == {"eksempelteatret"}
    if database == "sqlite":
        assert is_new is (step not in _RESTORING[:5])
    assert bool(waits) is is_new
    if is_new:
        with pytest.raises(RecordBehind):
            there.holder("Tredje")
    else:
        there.holder("Tredje")
    there.close()
    # Done again it comes to its end, and leaves nothing lying about.
    desk.clock.advance(minutes=1)
    put_back(source, folder, desk.clock())
    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []
    again = opened(folder, desk.clock)
    restored.acknowledge(again.office, by=ADA, reason=REASON)
    sealed = again.holder("Fjerde")
    with again.office.reading() as session:
        (copy,) = sealing.find_award(session, sealed.code).credentials
    world = World(documents=published.documents(again.office), now=desk.clock())
    assert verify(copy.sealed_json or b"", world)
    again.close()
    assert not switching.is_decided(desk.office.folder)
