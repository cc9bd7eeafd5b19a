"""Putting restored files in their place, so that a crash leaves the old ones or the new ones.

The new files lie ready in a folder of their own inside the data folder. Giving that folder its
second name is the one step that decides; from then on the files are moved to their places, and
whatever stops half-way is finished by whoever opens the data folder next. What they replace
is kept beside them.
"""

import os
import shutil
from pathlib import Path

from issuer.folder import Folder
from issuer.record import in_use
from issuer.record.faults import Fault, told

_DRAFT = ".restoring"
_READY = ".restored"

# The old record's journal is gone before the record is: SQLite would play it into the new one.
_JOURNALS = ("merke.sqlite3-journal", "merke.sqlite3-wal", "merke.sqlite3-shm")


def draft(folder: Folder) -> Path:
    """An empty folder to make the new files in. What a killed restore left there is removed."""
    place = folder.path / _DRAFT
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(mode=0o700)
    return place


def decide(folder: Folder, stamp: str) -> None:
    """Let the files in the draft be those of the folder from now on."""
    place = folder.path / _DRAFT
    (place / "stamp").write_text(stamp)
    for path in place.rglob("*"):
        sync(path)
    sync(place)
    place.rename(folder.path / _READY)
    sync(folder.path)


def is_decided(folder: Folder) -> bool:
    return (folder.path / _READY).is_dir()


def replaced(folder: Folder, stamp: str) -> Path:
    """Where is kept what the restore `stamp` replaces."""
    place = folder.path / "replaced" / stamp
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def finish_if_decided(folder: Folder) -> None:
    """Finish what a restore that was cut off had decided. Raises `Busy` if somebody is at it."""
    if not is_decided(folder):
        return
    try:
        hold = in_use.alone(folder.path)
    except BlockingIOError:
        raise told(Fault.LOCKED) from None
    try:
        if is_decided(folder):
            finish(folder)
    finally:
        hold.close()


def finish(folder: Folder) -> None:
    """Move what is ready to its place. The caller holds the folder alone."""
    ready = folder.path / _READY
    if not (ready / "stamp").exists():
        shutil.rmtree(ready)  # everything else was moved before
        return
    aside = replaced(folder, (ready / "stamp").read_text())
    if (ready / "merke.sqlite3").exists():
        for journal in _JOURNALS:
            if (folder.path / journal).exists():
                os.replace(folder.path / journal, aside / journal)
    for path in sorted(ready.rglob("*")):
        name = path.relative_to(ready)
        target = folder.path / name
        if path.is_dir() or name.name == "stamp":
            continue
        target.parent.mkdir(mode=0o700, exist_ok=True)
        if target.exists() and not (aside / name).exists():
            (aside / name).parent.mkdir(mode=0o700, exist_ok=True)
            os.link(target, aside / name)
        os.replace(path, target)
    for each in (folder.path, folder.path / "keys", aside):
        sync(each)
    (ready / "stamp").unlink()
    shutil.rmtree(ready)


def sync(path: Path) -> None:
    """See to it that a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
