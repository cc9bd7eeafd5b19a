"""The key ring's file: the only place of `keys` that touches the disk.

Nobody but the owner may read it, a reader never meets half of one, and no writer undoes what
another has decided meanwhile.
"""

import fcntl
import os
import secrets
import stat
from pathlib import Path

from keys.record import RingError
from keys.ring import KeyRing

MAX_BYTES = 4 * 2**20  # a key takes about three kilobytes


class RingFileError(RingError):
    """The file cannot be used as a key ring's. The message says why and what to do.

    Values, in each class under this too: `file`.
    """


class NoRingFile(RingFileError):
    """There is no key ring at this place."""


class ExposedRing(RingFileError):
    """Others than the owner may read or change the file."""


class StaleRing(RingFileError):
    """Writing would lose a key, or undo the end of one, that the file knows of."""


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
                raise RingFileError(f"{path} is not a file.", file=path)
            if status.st_mode & 0o077:
                raise ExposedRing(
                    f"Others may read or change the key ring {path} (mode "
                    f"{stat.S_IMODE(status.st_mode):04o}). Nothing is signed with it until only "
                    f"its owner may: chmod 600 {path}. If a stranger may have copied it, count "
                    "its keys as compromised.",
                    file=path,
                )
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(data) > MAX_BYTES:
        raise RingFileError(f"{path} is far too large for a key ring.", file=path)
    return data


def save(path: Path, ring: KeyRing) -> None:
    """Write `ring` to `path` with mode 0600, so that a crash leaves the old file or the new one.

    The folder must exist. Raises `StaleRing` if another has changed the file since `ring` was
    read and that would be lost, `RingFileError` if it cannot be written, and what `load` raises
    if the file there cannot be understood: it might hold the only copy of a key.
    """
    data = ring.to_json()
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # until it is closed
            _refuse_loss(path, ring)
            _replace(path, data)
            os.fsync(folder)  # the new name too must survive a power cut
        finally:
            os.close(folder)
    except OSError as error:
        raise RingFileError(
            f"The key ring {path} cannot be written: {error.strerror}. What was decided may not "
            "have been kept; make room or give access, and do it again.",
            file=path,
        ) from None


def _refuse_loss(path: Path, ring: KeyRing) -> None:
    try:
        there = load(path)
    except NoRingFile:
        return
    ours = {record.fragment: record for record in ring.records}
    for theirs in there.records:
        mine = ours.get(theirs.fragment)
        if (
            mine is None
            or (mine.may_sign and not theirs.may_sign)
            or (mine.compromised is None and theirs.compromised is not None)
        ):
            raise StaleRing(
                f"The key ring {path} was changed meanwhile: what it says of the key "
                f"{theirs.fragment} would be lost. Nothing was written; read it again.",
                file=path,
            )


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


def _unreadable(path: Path, error: OSError) -> RingFileError:
    if isinstance(error, FileNotFoundError):
        return NoRingFile(f"There is no key ring at {path}. `merke init` makes one.", file=path)
    return RingFileError(f"The key ring {path} cannot be read: {error.strerror}.", file=path)
