"""The tables `[mail]` and `[calendar]` of `merke.toml`: how mail goes out, what is due when.

Pure: values in, settings or a fault out. The password is no setting: it comes from the
environment or from a file (`MERKE_SMTP_PASSWORD_FILE`).
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from issuer.errors import BadInput
from issuer.texts import N_


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class BadMailSettings(BadInput):
    code = "settings.invalid"


@dataclass(frozen=True)
class Mail:
    """Where mail is handed in, and how much of it.

    `return_path` is where mail that cannot be delivered comes back to: each message gets an
    address of its own made of it (`return+TOKEN@…`). `ca_file` holds the authority of a mail
    server whose certificate no public authority has signed. `bounces` is the Maildir folder, or
    the mbox file, into which the server puts what comes back.
    """

    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str | None = None
    reply_to: str | None = None
    return_path: str | None = None
    cap_per_hour: int = 200
    cap_per_day: int = 2000
    ca_file: str | None = None
    bounces: str | None = None


@dataclass(frozen=True)
class Calendar:
    """`silent_days`: after so long without any act in an open cycle staff get a task.
    `key_days`: at this age a key is to be replaced. `letter_days`: as long the text of a mail
    is kept after it was written, and `contact_days` to whom it went, and who made an enquiry
    after it was decided."""

    silent_days: int = 90
    key_days: int = 730
    letter_days: int = 90
    contact_days: int = 365


KNOWN_MAIL: Mapping[str, type] = {
    "host": str,
    "port": int,
    "security": str,
    "user": str,
    "from": str,
    "reply_to": str,
    "return_path": str,
    "cap_per_hour": int,
    "cap_per_day": int,
    "ca_file": str,
    "bounces": str,
}
KNOWN_CALENDAR: Mapping[str, type] = {
    "silent_days": int,
    "key_days": int,
    "letter_days": int,
    "contact_days": int,
}
_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


def read_mail(values: Mapping[str, Any], file: str) -> Mail:
    """The table `[mail]`. Raises `BadInput` naming what is wrong with it."""
    # Only who sends mail loads it.
    from issuer.contacts import check_email

    _check(values, KNOWN_MAIL, file, "mail")
    for key in ("host", "from"):
        if not values.get(key):
            raise BadMailSettings(N_("%(file)s: %(key)s is missing."), file=file, key=f"mail.{key}")
    try:
        security = Security(values.get("security", "starttls"))
    except ValueError:
        raise BadMailSettings(
            N_("%(file)s: mail.security must be starttls, tls or none."), file=file
        ) from None
    if security is Security.NONE and not is_here(values["host"]):
        raise BadMailSettings(
            N_(
                "%(file)s: mail.security may be none only towards this machine itself. Choose"
                " starttls or tls for %(host)s."
            ),
            file=file,
            host=values["host"],
        )
    if (bounces := values.get("bounces")) is not None and not PurePath(bounces).is_absolute():
        raise BadMailSettings(
            N_(
                "%(file)s: mail.bounces must be the whole path of a Maildir folder or mbox file,"
                " such as /var/mail/merke."
            ),
            file=file,
        )
    addresses = {
        key: check_email(values[key])
        for key in ("from", "reply_to", "return_path")
        if values.get(key)
    }
    return Mail(
        host=values["host"],
        sender=addresses["from"],
        port=values.get("port", _PORTS[security]),
        security=security,
        user=values.get("user"),
        reply_to=addresses.get("reply_to"),
        return_path=addresses.get("return_path"),
        cap_per_hour=values.get("cap_per_hour", Mail.cap_per_hour),
        cap_per_day=values.get("cap_per_day", Mail.cap_per_day),
        ca_file=values.get("ca_file"),
        bounces=bounces,
    )


def read_calendar(values: Mapping[str, Any], file: str) -> Calendar:
    """The table `[calendar]`. Raises `BadInput` naming what is wrong with it."""
    _check(values, KNOWN_CALENDAR, file, "calendar")
    return Calendar(**values)


def is_here(host: str) -> bool:
    """Whether `host` is this machine's own loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(values: Mapping[str, Any], known: Mapping[str, type], file: str, table: str) -> None:
    for key, value in values.items():
        if key not in known:
            raise BadMailSettings(
                N_("%(file)s: %(key)s is not a setting. Known are: %(known)s."),
                file=file,
                key=f"{table}.{key}",
                known=", ".join(f"{table}.{name}" for name in known),
            )
        if type(value) is not known[key]:
            raise BadMailSettings(
                N_("%(file)s: %(key)s must be a %(kind)s."),
                file=file,
                key=f"{table}.{key}",
                kind="text in quotes" if known[key] is str else "whole number",
            )
        if isinstance(value, int) and not 1 <= value <= 1_000_000:
            raise BadMailSettings(
                N_("%(file)s: %(key)s must be at least 1 and at most 1000000."),
                file=file,
                key=f"{table}.{key}",
            )
