"""The key ring's file: who may read it, and what a crash or a second writer leaves."""

import errno
import os
import stat
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest

from keys import ring_file
from keys.ring import DamagedRing, KeyRecord, KeyRing, Purpose, ThrowAwayRing, WrongRing
from keys.ring_file import ExposedRing, NoRingFile, RingFileError, StaleRing


@pytest.fixture
def path(tmp_path: Path, ring_bytes: bytes) -> Path:
    """The ring's file."""
    path = tmp_path / "ring.json"
    ring_file.save(path, KeyRing.from_json(ring_bytes))
    return path


def files(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_round_trip(path: Path, ring_bytes: bytes, passphrase: bytes, made: datetime) -> None:
    assert path.read_bytes() == ring_file.read(path) == ring_bytes
    ring = ring_file.load(path)
    assert ring.locked
    ring.unlock(passphrase)
    assert ring.sign(ring.signing_key(Purpose.STATUS, made), b"data")
    assert files(path.parent) == ["ring.json"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_only_the_owner_may_read_what_is_written(
    tmp_path: Path, locked: KeyRing, umask: int
) -> None:
    before = os.umask(umask)
    try:
        ring_file.save(tmp_path / "ring.json", locked)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "ring.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o666, 0o777])
def test_wider_permissions_are_refused_with_what_to_do(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(ExposedRing, match=f"mode 0{mode:o}.*chmod 600"):
        ring_file.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_the_owners_own_permissions_are_taken(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert ring_file.load(path).records


def test_missing_ring_says_how_to_make_one(tmp_path: Path) -> None:
    for path in (tmp_path / "ring.json", tmp_path / "nowhere" / "ring.json"):
        with pytest.raises(NoRingFile, match="merke init"):
            ring_file.load(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path in (tmp_path, pipe):
        with pytest.raises(RingFileError):
            ring_file.load(path)


def test_endless_file_is_refused(path: Path) -> None:
    os.truncate(path, 2**40)  # a hole: it takes no space
    with pytest.raises(RingFileError, match="too large"):
        ring_file.load(path)


def test_damage_is_told_at_the_door(path: Path, ring_bytes: bytes) -> None:
    path.write_bytes(ring_bytes[:-100])
    with pytest.raises(DamagedRing):
        ring_file.load(path)
    path.write_text("{}")
    with pytest.raises(WrongRing):
        ring_file.load(path)


def test_throwaway_ring_is_never_written(tmp_path: Path, made: datetime) -> None:
    with pytest.raises(ThrowAwayRing):
        ring_file.save(tmp_path / "ring.json", KeyRing.throwaway("did:web:a.no", made))
    assert files(tmp_path) == []


def test_changes_are_written(path: Path, made: datetime) -> None:
    ring = ring_file.load(path)
    ring.retire(ring.records[0].fragment, made)
    ring_file.save(path, ring)
    assert ring_file.load(path).records == ring.records


def test_folder_must_exist(tmp_path: Path, locked: KeyRing) -> None:
    with pytest.raises(RingFileError, match="cannot be written"):
        ring_file.save(tmp_path / "nowhere" / "ring.json", locked)


@pytest.mark.parametrize("call", ["fsync", "fchmod", "replace"])
def test_full_disk_leaves_the_old_ring(
    path: Path, made: datetime, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    before = path.read_bytes()
    ring = ring_file.load(path)
    ring.retire(ring.records[0].fragment, made)

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        with pytest.raises(RingFileError, match="No space left"):
            ring_file.save(path, ring)
    assert path.read_bytes() == before
    assert files(path.parent) == ["ring.json"]
    ring_file.save(path, ring)  # with room again, nothing is in the way
    assert ring_file.load(path).records == ring.records


def test_ring_is_on_the_disk_before_it_takes_its_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File and folder are both asked to be written out, in the order that a power cut needs."""
    ring = ring_file.load(path)
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watch_fsync(number: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")
        fsync(number)

    def watch_replace(old: Path, new: Path) -> None:
        done.append("name")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", watch_fsync)
    monkeypatch.setattr(os, "replace", watch_replace)
    ring_file.save(path, ring)
    assert done == ["file", "name", "folder"]


# Two writers


def test_no_writer_loses_anothers_key(path: Path, passphrase: bytes, made: datetime) -> None:
    stale = ring_file.load(path)
    current = ring_file.load(path)
    current.unlock(passphrase)
    new = current.new(Purpose.BADGE, made, made)
    ring_file.save(path, current)
    stale.retire(stale.records[0].fragment, made)
    with pytest.raises(StaleRing, match=new.fragment):
        ring_file.save(path, stale)
    assert ring_file.load(path).records == current.records


@pytest.mark.parametrize("act", [KeyRing.retire, KeyRing.compromise])
def test_no_writer_undoes_anothers_decision(
    path: Path, made: datetime, act: Callable[[KeyRing, str, datetime], KeyRecord]
) -> None:
    stale = ring_file.load(path)
    current = ring_file.load(path)
    ended = act(current, current.records[0].fragment, made)
    ring_file.save(path, current)
    with pytest.raises(StaleRing, match=ended.fragment):
        ring_file.save(path, stale)
    stale.refresh(ring_file.read(path))
    ring_file.save(path, stale)
    assert ring_file.load(path).records[0] == ended


def test_retiring_does_not_undo_a_compromise(path: Path, made: datetime) -> None:
    stale = ring_file.load(path)
    current = ring_file.load(path)
    current.compromise(current.records[0].fragment, made)
    ring_file.save(path, current)
    stale.retire(stale.records[0].fragment, made)
    with pytest.raises(StaleRing):
        ring_file.save(path, stale)


def test_a_ring_that_cannot_be_read_is_not_overwritten(path: Path, locked: KeyRing) -> None:
    path.write_text("something else")
    with pytest.raises(DamagedRing):
        ring_file.save(path, locked)
    assert path.read_text() == "something else"


def test_many_writers_keep_every_decision(path: Path, made: datetime) -> None:
    fragments = [record.fragment for record in ring_file.load(path).records]
    start = threading.Barrier(len(fragments))

    def retire(fragment: str) -> None:
        start.wait()
        while True:
            ring = ring_file.load(path)
            ring.retire(fragment, made)
            try:
                return ring_file.save(path, ring)
            except StaleRing:
                continue

    writers = [threading.Thread(target=retire, args=(fragment,)) for fragment in fragments]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [record.retired for record in ring_file.load(path).records] == [made] * len(fragments)
