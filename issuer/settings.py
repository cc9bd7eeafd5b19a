"""The settings of one issuer: `merke.toml` in its data folder.

The base address decides every identifier that the issuer will ever print. It is an https
origin in lower case, without port and path; there is no http mode.
"""

import ipaddress
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from issuer import mail_settings
from issuer.errors import BadInput
from issuer.mail_settings import Calendar, Mail
from issuer.texts import N_
from keys import did

_HOST = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_MAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")


class BadSettings(BadInput):
    code = "settings.invalid"


@dataclass(frozen=True)
class Settings:
    """`sample` marks a folder of made-up data: its pictures and pages say EKSEMPEL.

    `database` is the address of a PostgreSQL database; without one the record is the SQLite
    file of the folder. It may hold a password, so it is no part of how this is shown.
    `jwt_algorithm` is that of the key for badge JWTs that `init` makes: RS256, which every
    verifier reads, or ES256. `trusted_proxies` are the addresses or networks of web servers
    before ours, whose word on where a request comes from is believed.
    Without `mail` letters wait in the outbox.
    """

    base_url: str
    name: str
    email: str | None = None
    sample: bool = False
    jwt_algorithm: str = "RS256"
    database: str | None = field(default=None, repr=False)
    trusted_proxies: tuple[str, ...] = ()
    mail: Mail | None = None
    calendar: Calendar = field(default_factory=Calendar)

    @property
    def host(self) -> str:
        return self.base_url.removeprefix("https://")

    @property
    def did(self) -> str:
        return did.did_web(self.base_url)


def check_base_url(base_url: str) -> str:
    """Return `base_url`, or raise `BadSettings` saying what an address must look like."""
    if not base_url.startswith("https://") or not _HOST.fullmatch(base_url[8:]):
        raise BadSettings(
            N_(
                "%(given)r cannot be the base address. It must be an https address in lower"
                " case without port and path, like https://merke.example.no."
            ),
            given=base_url[:200],
        )
    return base_url


def check_email(email: str | None) -> str | None:
    if email is not None and not _MAIL.fullmatch(email):
        raise BadSettings(N_("%(given)r is not an e-mail address."), given=email[:200])
    return email


def check_algorithm(algorithm: str) -> str:
    if algorithm not in ("RS256", "ES256"):
        raise BadSettings(
            N_("%(given)r is no algorithm for badge JWTs. Choose RS256 or ES256."),
            given=algorithm[:20],
        )
    return algorithm


def check_database(address: str | None) -> str | None:
    """Return the address of a PostgreSQL database, or raise `BadSettings` without repeating it."""
    if address is not None and not address.startswith(("postgresql://", "postgres://")):
        raise BadSettings(
            N_(
                "The address of the database must begin with postgresql://. For SQLite leave it"
                " out: the record is then merke.sqlite3 in the data folder."
            )
        )
    return address


def check_proxies(proxies: Sequence[object]) -> tuple[str, ...]:
    """Return the networks of trusted proxies; one that is everybody's is refused."""
    for each in proxies:
        try:
            network = ipaddress.ip_network(each if isinstance(each, str) else "")
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise BadSettings(
                N_(
                    "%(given)r is no trusted proxy. Name the address of the web server before"
                    " this one, such as 127.0.0.1, or its network, such as 10.0.0.0/24."
                ),
                given=str(each)[:100],
            )
    return tuple(str(each) for each in proxies)


_KINDS: dict[str, type] = {
    "base_url": str,
    "name": str,
    "email": str,
    "sample": bool,
    "jwt_algorithm": str,
    "database": str,
    "trusted_proxies": list,
    "mail": dict,
    "calendar": dict,
}
_CALLED = {str: "text in quotes", bool: "true or false", list: "list of texts", dict: "table"}


def read(text: str, name: str = "merke.toml") -> Settings:
    """The settings written in `text`. Raises `BadSettings` naming the fault."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(
            N_("%(file)s cannot be read: %(fault)s"), file=name, fault=str(error)
        ) from error
    for key, value in values.items():
        if key not in _KINDS:
            raise BadSettings(
                N_("%(file)s: %(key)s is not a setting. Known are: %(known)s."),
                file=name,
                key=key,
                known=", ".join(_KINDS),
            )
        if type(value) is not _KINDS[key]:
            raise BadSettings(
                N_("%(file)s: %(key)s must be a %(kind)s."),
                file=name,
                key=key,
                kind=_CALLED[_KINDS[key]],
            )
    for key in ("base_url", "name"):
        if not values.get(key):
            raise BadSettings(N_("%(file)s: %(key)s is missing."), file=name, key=key)
    check_base_url(values["base_url"])
    check_email(values.get("email"))
    check_algorithm(values.get("jwt_algorithm", "RS256"))
    check_database(values.get("database"))
    values["trusted_proxies"] = check_proxies(values.get("trusted_proxies", ()))
    if "mail" in values:
        values["mail"] = mail_settings.read_mail(values["mail"], name)
    if "calendar" in values:
        values["calendar"] = mail_settings.read_calendar(values["calendar"], name)
    return Settings(**values)


def write(settings: Settings) -> str:
    """`settings` as the text of a `merke.toml`, with a word on what each line decides."""
    lines = [
        "# The settings of this issuer.",
        "# The base address stands in every identifier, QR code and credential: once anything",
        "# is sealed it cannot be changed.",
        f"base_url = {_quoted(settings.base_url)}",
        f"name = {_quoted(settings.name)}",
    ]
    if settings.email:
        lines.append(f"email = {_quoted(settings.email)}")
    if settings.jwt_algorithm != "RS256":
        lines.append(f"jwt_algorithm = {_quoted(settings.jwt_algorithm)}")
    if settings.database:
        lines += [
            "# Who reads this may read and change the record, if it holds a password.",
            f"database = {_quoted(settings.database)}",
        ]
    if settings.trusted_proxies:
        lines += [
            "# Web servers before this one: they say where a request comes from.",
            f"trusted_proxies = [{', '.join(map(_quoted, settings.trusted_proxies))}]",
        ]
    if settings.sample:
        lines += ["# Made-up data: pictures and pages say EKSEMPEL.", "sample = true"]
    lines += [
        *_table("mail", settings.mail, None),
        *_table("calendar", settings.calendar, Calendar()),
    ]
    return "\n".join(lines) + "\n"


def _table(name: str, values: Mail | Calendar | None, usual: Calendar | None) -> list[str]:
    """A table of the file; nothing if it says only what is usual."""
    if values is None or values == usual:
        return []
    lines = ["", f"[{name}]"]
    for key, value in asdict(values).items():
        if value is not None:
            shown = value if isinstance(value, int) else _quoted(str(value))
            lines.append(f"{'from' if key == 'sender' else key} = {shown}")
    return lines


def _quoted(value: str) -> str:
    # A JSON string is a TOML basic string, as long as its letters are not escaped in pairs.
    return json.dumps(value, ensure_ascii=False)
