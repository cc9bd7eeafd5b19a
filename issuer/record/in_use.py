"""Who has the record's file open: a lock on its folder, that ends with the process.

Every connection to an SQLite file holds it with others; a restore holds it alone while it puts
another file in its place. Whoever had the old file open would go on writing to it, unseen.
"""

import fcntl
import os
import sqlite3
from pathlib import Path


class Hold:
    """A lock that lasts until `close`."""

    def __init__(self, folder: Path, kind: int) -> None:
        # Not the file's own descriptor: closing one ends every lock that SQLite has on it.
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BaseException:
            os.close(self._descriptor)
            raise

    def close(self) -> None:
        os.close(self._descriptor)


def shared(folder: Path) -> Hold:
    """Hold the folder with others. Raises as SQLite does for what is locked."""
    try:
        return Hold(folder, fcntl.LOCK_SH)
    except BlockingIOError as error:
        raise sqlite3.OperationalError("database is locked: it is being restored") from error


def alone(folder: Path) -> Hold:
    """Hold the folder alone. Raises `BlockingIOError` while anybody has the record open."""
    return Hold(folder, fcntl.LOCK_EX)
