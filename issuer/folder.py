"""The data folder of one issuer: where its files lie, how it is made and opened.

`merke.toml`, `merke.sqlite3`, `keys/ring.json` and `keys/witness.json`; in a demo also
`passphrase`. With a PostgreSQL database the record is there and not in the folder, which is
readable by its owner alone (0700). This and `keys.ring_file` are the only modules that read or
write these files.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from issuer import settings as settings_file
from issuer.errors import BadInput, NotFound
from issuer.settings import Settings
from issuer.texts import N_

_LONGEST_SECRET = 4096  # bytes


@dataclass(frozen=True)
class Folder:
    path: Path

    @property
    def settings(self) -> Path:
        return self.path / "merke.toml"

    @property
    def database(self) -> Path:
        return self.path / "merke.sqlite3"

    @property
    def ring(self) -> Path:
        return self.path / "keys" / "ring.json"

    @property
    def witness(self) -> Path:
        return self.path / "keys" / "witness.json"

    @property
    def backups(self) -> Path:
        """Where a backup is made before the record is brought to a new schema."""
        return self.path / "backups"

    @property
    def passphrase(self) -> Path:
        return self.path / "passphrase"

    def make(self, settings: Settings) -> None:
        """Make the folder with its settings. Refuses one that holds anything already."""
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise BadInput(
                N_("%(folder)s is not empty. Choose another folder, or remove it first."),
                folder=str(self.path),
            )
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        self.ring.parent.mkdir(mode=0o700)
        self.settings.write_text(settings_file.write(settings), encoding="utf-8")
        self.settings.chmod(0o600)

    def read_settings(self) -> Settings:
        """The settings of an existing folder. Raises `NotFound`, `BadInput`."""
        if not self.settings.is_file():
            raise NotFound(
                N_(
                    "There is no issuer in %(folder)s. Make one with `merke init`, or name its"
                    " folder with --data."
                ),
                folder=str(self.path),
            )
        if self.path.stat().st_mode & 0o077:
            raise BadInput(
                N_(
                    "Others on this machine can look into %(folder)s, which holds the keys."
                    " Close it with: chmod 700 %(folder)s"
                ),
                folder=str(self.path),
            )
        try:
            text = self.settings.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise settings_file.BadSettings(
                N_("%(file)s cannot be read: %(fault)s"),
                file=str(self.settings),
                fault="not UTF-8",
            ) from error
        return settings_file.read(text, str(self.settings))

    def check_record(self) -> None:
        """Raise `NotFound` unless the file of the record is there."""
        if not self.database.is_file():
            raise NotFound(
                N_(
                    "The record %(file)s is missing. Put it back: a new one would know neither"
                    " what was sealed nor what was revoked, so none was made."
                ),
                file=str(self.database),
            )


def read_passphrase(file: str | None, environment: str | None) -> bytes | None:
    """The passphrase from the file named, else from the environment's value, else None."""
    return _read_secret(file, environment)


def read_database(file: str | None, environment: str | None) -> str | None:
    """The address of the database from the file named, else from the environment, else None."""
    secret = _read_secret(file, environment)
    try:
        return settings_file.check_database(None if secret is None else secret.decode().strip())
    except UnicodeDecodeError as error:
        raise BadInput(N_("%(file)s is not a text file."), file=file) from error


def read_mail_password(file: str | None, environment: str | None) -> str | None:
    """The mail server's password from the file named, else from the environment, else None."""
    secret = _read_secret(file, environment)
    try:
        return None if secret is None else secret.decode()
    except UnicodeDecodeError as error:
        raise BadInput(N_("%(file)s is not a text file."), file=file) from error


def _read_secret(file: str | None, environment: str | None) -> bytes | None:
    if file:
        try:
            with Path(file).open("rb") as opened:
                content = opened.read(_LONGEST_SECRET + 1)
        except OSError as error:
            raise BadInput(
                N_("The file %(file)s cannot be read: %(fault)s"),
                file=file,
                fault=error.strerror or str(error),
            ) from error
        if len(content) > _LONGEST_SECRET:
            raise BadInput(N_("%(file)s is too long for what it should hold."), file=file)
        # Editors end a file with a line break that nobody meant to be part of it.
        secret = content.rstrip(b"\r\n")
        if not secret:
            raise BadInput(N_("The file %(file)s is empty."), file=file)
        return secret
    return environment.encode() if environment else None


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
