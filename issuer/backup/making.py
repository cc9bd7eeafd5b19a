"""Making a backup while work goes on: the record as it stands at one moment, keys, settings.

The keys are read after the record: a key made in between is then in the backup, and a record never
knows of a key that is not. The address of a database is left out, for it may hold a password and
belongs to the machine; secrets that are in it otherwise are sealed (keys) or digests (tokens).
"""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine

from issuer import settings as settings_file
from issuer.backup import archive
from issuer.backup.archive import Head
from issuer.errors import BadInput
from issuer.folder import Folder
from issuer.record import dump
from issuer.record.dump import Dumped
from issuer.settings import Settings
from issuer.texts import N_
from keys import ring_file

_WORKPLACE = ".backup-"


@dataclass(frozen=True)
class Made:
    """What was written: how many rows and bytes, and how far the record had come."""

    path: Path
    rows: int
    size: int
    entry: int


def make(
    folder: Folder,
    settings: Settings,
    engine: Engine,
    target: Path,
    now: datetime,
    *,
    passphrase: bytes | None = None,
) -> Made:
    """Write a backup of the issuer in `folder` to the new file `target`, for its owner alone.

    The file is there when it is whole, and not before. Raises `BadInput` if it exists already or
    cannot be written, and what `keys.ring_file` raises for keys that cannot be read.
    """
    if target.exists():
        raise BadInput(
            N_("%(file)s exists already. Name a new file; a backup never replaces another."),
            file=str(target),
        )
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            entry, rows = _write(folder, settings, engine, file, now, passphrase)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        _name(draft, target)
    except OSError as error:
        raise BadInput(
            N_("The backup %(file)s cannot be written: %(fault)s. There is none."),
            file=str(target),
            fault=error.strerror or str(error),
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return Made(target, rows, size, entry)


def _name(draft: Path, target: Path) -> None:
    """Give the file its name unless another has it by now, so that it survives a power cut."""
    os.link(draft, target)
    parent = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _write(
    folder: Folder,
    settings: Settings,
    engine: Engine,
    file: BinaryIO,
    now: datetime,
    passphrase: bytes | None,
) -> tuple[int, int]:
    with _workplace(folder.path) as place, dump.snapshot(engine, place) as record:
        keys = ring_file.load(folder.ring)
        if keys.did != settings.did:
            raise BadInput(N_("The keys in %(folder)s are not this issuer's."), folder=folder.path)
        head = Head(
            metadata.version("merke"),
            dump.schema(record),
            settings.did,
            settings.base_url,
            settings.name,
            now,
        )
        number, hash_ = dump.last_entry(record)
        with archive.writing(file, head, passphrase) as out:
            own = settings_file.write(replace(settings, database=None))
            out.file(archive.SETTINGS, own.encode())
            out.file(archive.RING, ring_file.read(folder.ring))
            for table in dump.tables(record):
                out.table(Dumped(table.name, dump.columns(table)), dump.rows(record, table))
            made = out.finish(number, hash_)
    return number, sum(rows for _, rows in made.tables.values())


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A folder beside the record, for its copy. What a killed backup left there is removed."""
    for left in folder.glob(f"{_WORKPLACE}*"):
        with _held(left) as ours:
            if ours:
                shutil.rmtree(left, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=_WORKPLACE, dir=folder))
    with _held(place):
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _held(place: Path) -> Iterator[bool]:
    """Whether nobody else is at work in `place`; nobody is while this lasts."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
