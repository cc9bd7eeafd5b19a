"""The form of a backup: a gzipped tar file, or that sealed with a passphrase.

`merke-backup.json` comes first and says whose backup this is and of which schema; then the pieces,
tables as lines of JSON and files as they are; `manifest.json` comes last and holds the SHA-256 of
everything before it, so a file that was cut off or changed has no manifest that fits. Pieces are
small: neither side ever holds more than one in memory. Nothing is ever unpacked to a name that
stands in the file.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from issuer import days
from issuer.backup import cipher
from issuer.errors import BadInput
from issuer.record.dump import Column, Dumped, Value
from issuer.texts import N_
from verifier import timestamps

FORMAT = "merke-backup"
VERSION = 1
HEAD = "merke-backup.json"
MANIFEST = "manifest.json"
SETTINGS = "merke.toml"
RING = "keys/ring.json"

_PIECE = 4 * 1024 * 1024
# A piece ends with the row that fills it; with that row it is no larger than this.
_MOST = 16 * 1024 * 1024


class DamagedBackup(BadInput):
    code = "backup.damaged"


class SealedBackup(BadInput):
    code = "backup.sealed"


@dataclass(frozen=True)
class Head:
    """Whose backup it is. `schema` is that of the record in it."""

    program: str
    schema: str
    did: str
    base_url: str
    name: str
    made_at: datetime

    def json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "program": self.program,
            "schema": self.schema,
            "did": self.did,
            "base_url": self.base_url,
            "name": self.name,
            "made_at": days.timestamp(self.made_at),
        }


@dataclass
class Manifest:
    """What is in it. `number` and `hash` are those of the last audit entry."""

    number: int
    hash: str
    tables: dict[str, tuple[Dumped, int]] = field(default_factory=dict)
    pieces: dict[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        return {
            "audit": {"number": self.number, "hash": self.hash},
            "tables": {
                name: {"columns": [[c.name, c.kind] for c in shape.columns], "rows": rows}
                for name, (shape, rows) in self.tables.items()
            },
            "pieces": self.pieces,
        }

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Manifest":
        return cls(
            int(content["audit"]["number"]),
            str(content["audit"]["hash"]),
            {
                name: (
                    Dumped(name, tuple(Column(str(n), str(k)) for n, k in table["columns"])),
                    int(table["rows"]),
                )
                for name, table in content["tables"].items()
            },
            dict(content["pieces"]),
        )


class Writer:
    """Writes a backup piece by piece; `finish` writes its manifest."""

    def __init__(self, tar: tarfile.TarFile, head: Head, moment: int) -> None:
        self._tar = tar
        self._moment = moment
        self._pieces: dict[str, str] = {}
        self._tables: dict[str, tuple[Dumped, int]] = {}
        self.file(HEAD, _json(head.json()))

    def file(self, name: str, content: bytes) -> None:
        self._pieces[name] = hashlib.sha256(content).hexdigest()
        self._add(name, content)

    def table(self, shape: Dumped, rows: Iterator[list[Value]]) -> None:
        lines, size, number, count = [], 0, 0, 0
        for row in rows:
            line = json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
            lines.append(line)
            size += len(line)
            count += 1
            if size >= _PIECE:
                number += 1
                self.file(f"tables/{shape.name}/{number:06}.jsonl", b"".join(lines))
                lines, size = [], 0
        if lines:
            self.file(f"tables/{shape.name}/{number + 1:06}.jsonl", b"".join(lines))
        self._tables[shape.name] = (shape, count)

    def finish(self, number: int, hash_: str) -> Manifest:
        made = Manifest(number, hash_, self._tables, self._pieces)
        self._add(MANIFEST, _json(made.json()))
        return made

    def _add(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = len(content), 0o600, self._moment
        self._tar.addfile(entry, io.BytesIO(content))


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


@contextmanager
def writing(target: BinaryIO, head: Head, passphrase: bytes | None) -> Iterator[Writer]:
    """A writer whose backup goes to `target`, sealed if there is a passphrase."""
    sealed = cipher.Writer(target, passphrase) if passphrase is not None else None
    into: Any = sealed or target
    moment = int(head.made_at.timestamp())
    # The fastest level: half of it is base64, and a backup is not to take the whole machine.
    with (
        gzip.GzipFile(
            filename="", mode="wb", fileobj=into, compresslevel=1, mtime=moment
        ) as zipped,
        tarfile.open(fileobj=zipped, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(tar, head, moment)
    if sealed is not None:
        sealed.close()


@dataclass
class Reading:
    """A backup while it is read: `head` at once, `manifest` when `pieces` have been read."""

    head: Head
    _entries: Iterator[tuple[str, bytes]]
    manifest: Manifest | None = None
    _seen: dict[str, str] = field(default_factory=dict)

    def pieces(self) -> Iterator[tuple[str, bytes]]:
        """Every piece with its name, in order. At the end the manifest must fit them all: what is
        made of a piece counts only then."""
        for name, content in self._entries:
            if name == MANIFEST:
                self.manifest = Manifest.of(json.loads(content))
                break
            if name in self._seen:
                raise ValueError(f"{name} stands twice")
            self._seen[name] = hashlib.sha256(content).hexdigest()
            yield name, content
        if self.manifest is None or self.manifest.pieces != self._seen:
            raise ValueError("the manifest is missing, or does not fit what is there")


class _Piece(tarfile.TarInfo):
    """A file of the most bytes, with a short name, and nothing else: judged by its head, before
    any of what it announces is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Piece":
        entry = super().frombuf(buf, encoding, errors)
        if entry.type != tarfile.REGTYPE or entry.size > _MOST:
            raise ValueError(f"{entry.name!r} is no piece of a backup")
        return entry


def _entries(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for entry in tar:
        file = tar.extractfile(entry)
        if file is not None:
            yield entry.name, file.read()


@contextmanager
def reading(path: Path, passphrase: bytes | None) -> Iterator[Reading]:
    """Read the backup in the file `path`.

    Raises `DamagedBackup` for what is cut off, changed or no backup at all, at the latest when
    the pieces have been read; `SealedBackup` where a passphrase is needed, or is the wrong one.
    """
    try:
        with path.open("rb") as file:
            stream = _opened(file, passphrase)
            with (
                gzip.GzipFile(fileobj=stream, mode="rb") as unzipped,
                tarfile.open(fileobj=unzipped, mode="r|", tarinfo=_Piece) as tar,
            ):
                entries = _entries(tar)
                name, content = next(entries, ("", b""))
                seen = {name: hashlib.sha256(content).hexdigest()}
                yield Reading(_head(name, content), entries, _seen=seen)
                while unzipped.read(_PIECE):
                    pass  # the check sum, and the mark of the end, come last
    except cipher.WrongKey:
        raise SealedBackup(
            N_("The passphrase does not open %(file)s: it is another one, or the file is damaged."),
            file=str(path),
        ) from None
    except (
        *(cipher.Broken, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError),
        *(ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError),
    ) as error:
        raise DamagedBackup(
            N_(
                "%(file)s is not a whole backup: it is cut off, changed, or something else."
                " Nothing was touched. Use another backup."
            ),
            file=str(path),
        ) from error
    except OSError as error:
        raise BadInput(
            N_("The file %(file)s cannot be read: %(fault)s"),
            file=str(path),
            fault=error.strerror or str(error),
        ) from error


def _opened(file: BinaryIO, passphrase: bytes | None) -> Any:
    if file.read(len(cipher.MAGIC)) != cipher.MAGIC:
        file.seek(0)
        return file
    if passphrase is None:
        raise SealedBackup(
            N_("This backup is sealed. Name the file with its passphrase: --passphrase-file FILE")
        )
    return cipher.Reader(file, passphrase)


def _head(name: str, content: bytes) -> Head:
    said = json.loads(content) if name == HEAD else {}
    if said.get("format") != FORMAT:
        raise ValueError("the file is no backup")
    if said["version"] != VERSION:
        raise BadInput(
            N_("This backup was made by a newer version of merke (%(program)s). Use that version."),
            program=str(said.get("program")),
        )
    return Head(
        str(said["program"]),
        str(said["schema"]),
        str(said["did"]),
        str(said["base_url"]),
        str(said["name"]),
        timestamps.parse(said["made_at"]),
    )
