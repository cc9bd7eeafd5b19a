"""The key ring's file: the only place of `keys` that touches the disk.

Nobody but the owner may read it, a reader never meets half of one, and two writers never
overwrite each other's change: change a ring inside `editing`.
"""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keys.record import RingError
from keys.ring import KeyRing

MAX_BYTES = 4 * 2**20  # a key takes about three kilobytes


class RingFileError(RingError):
    """The file cannot be used as a key ring's. The message says why and what to do."""


class NoRingFile(RingFileError):
    """There is no key ring at this place."""


class ExposedRing(RingFileError):
    """Others than the owner may read or change the file."""


class KeyLoss(RingFileError):
    """Writing would throw away keys that the file holds."""


def load(path: Path) -> KeyRing:
    """Return the ring at `path`, locked.

    Raises `NoRingFile`, `ExposedRing` for permissions wider than 0600, `RingFileError` where the
    file cannot be read, and what `KeyRing.from_json` raises.
    """
    return KeyRing.from_json(read(path))


def read(path: Path) -> bytes:
    """Return the file's bytes, for `KeyRing.refresh`. Raises as `load` does."""
    try:
        # O_NONBLOCK: a pipe in the file's place must not hold up the start.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise RingFileError(f"{path} is not a file.")
            if status.st_mode & 0o077:
                raise ExposedRing(
                    f"Others may read or change the key ring {path} (mode "
                    f"{stat.S_IMODE(status.st_mode):04o}). Nothing is signed with it until only "
                    f"its owner may: chmod 600 {path}. If a stranger may have copied it, count "
                    "its keys as compromised."
                )
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(data) > MAX_BYTES:
        raise RingFileError(f"{path} is far too large for a key ring.")
    return data


def save(path: Path, ring: KeyRing) -> None:
    """Write `ring` to `path` with mode 0600, so that a crash leaves the old file or the new one.

    The folder must exist. Raises `KeyLoss` if the file there holds a key that `ring` lacks,
    `RingFileError` if it cannot be written, and what `load` raises if it cannot be understood.
    """
    data = ring.to_json()
    try:
        there = load(path)
    except NoRingFile:
        pass
    else:
        kept = {record.fragment for record in ring.records}
        if lost := [r.fragment for r in there.records if r.fragment not in kept]:
            raise KeyLoss(
                f"{path} holds the key {lost[0]}, which the new ring lacks. Nothing was written: "
                "no badge signed with a lost key could be renewed or shown as ours."
            )
    try:
        _replace(path, data)
    except OSError as error:
        raise RingFileError(
            f"The key ring {path} cannot be written: {error.strerror}. It is as it was."
        ) from None


@contextmanager
def editing(path: Path) -> Iterator[KeyRing]:
    """Give the ring at `path`, locked, and write it back; other editors wait meanwhile.

    If the block raises, nothing is written. Raises as `load` and `save` do.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        ring = load(path)
        yield ring
        save(path, ring)
    finally:
        os.close(folder)  # and with it the lock


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)  # whatever the umask
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # the new name too must survive a power cut
    finally:
        os.close(folder)


def _unreadable(path: Path, error: OSError) -> RingFileError:
    if isinstance(error, FileNotFoundError):
        return NoRingFile(f"There is no key ring at {path}. `merke init` makes one.")
    return RingFileError(f"The key ring {path} cannot be read: {error.strerror}.")
