"""From a kind of mail and its values to the bytes that are sent: text, HTML, invitation.

Pure: who gets it, its names and its moment are arguments. A mail is written once; its bytes,
`Message-ID` and `Date` are the same at every try. All of it is ASCII on the way. No value can
become a header or mark-up: headers with a line break are refused, and Jinja2 escapes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from issuer import texts
from issuer.post import kinds
from issuer.post.kind import Kind, Words
from issuer.post.meetings import Invitation, calendar_file
from issuer.programme import Looks
from issuer.texts import translate

POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True)
class Sender:
    """`name` and `address` stand in `From`; `answers` is where answers go."""

    name: str
    address: str
    answers: str | None


@dataclass(frozen=True)
class Paper:
    """What the mail looks like, and whose time zone its moments are told in."""

    looks: Looks
    zone: ZoneInfo


@dataclass(frozen=True)
class Envelope:
    recipient: str
    language: str
    message_id: str
    written_at: datetime
    unsubscribe: str | None = None


@dataclass(frozen=True)
class Draft:
    """A mail before it is made into bytes."""

    kind: Kind
    values: Mapping[str, Any]
    invitation: Invitation | None = None
    why: str = field(default=kinds.WHY)


@dataclass(frozen=True)
class _Paragraph:
    lines: tuple[str, ...]
    quoted: bool = False


def message(draft: Draft, sender: Sender, paper: Paper, envelope: Envelope) -> bytes:
    """The whole mail. Raises `ValueError` for an address or subject with a line break."""
    words = kinds.WORDS[draft.kind]
    language = envelope.language
    values = _told(draft.values, language, paper.zone)
    page = _page(words, draft, values, paper, envelope)
    # A line does not end within a day, where a program breaks lines.
    told = {
        name: value.replace(" ", "\u00a0") if isinstance(draft.values[name], date) else value
        for name, value in values.items()
    }
    drawn = _page(words, draft, told, paper, envelope)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(sender.name, addr_spec=sender.address)
    mail["To"] = Address(addr_spec=envelope.recipient)
    if sender.answers is not None and sender.answers != sender.address:
        mail["Reply-To"] = Address(addr_spec=sender.answers)
    mail["Subject"] = page["subject"]
    mail["Date"] = format_datetime(envelope.written_at)
    mail["Message-ID"] = envelope.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    mail.set_content(_plain(page))
    mail.add_alternative(_environment().get_template("letter.html").render(drawn), subtype="html")
    if draft.invitation is not None:
        _enclose(mail, draft.invitation, str(page["subject"]), sender, envelope)
    return _unsubscribing(envelope) + mail.as_bytes()


def readdressed(content: bytes, recipient: str, message_id: str, written_at: datetime) -> bytes:
    """The same mail for another reader, as a mail of its own."""
    mail = message_from_bytes(content, policy=POLICY)
    for name, value in (
        ("To", Address(addr_spec=recipient)),
        ("Message-ID", message_id),
        ("Date", format_datetime(written_at)),
    ):
        del mail[name]
        mail[name] = value
    return mail.as_bytes()


def _unsubscribing(envelope: Envelope) -> bytes:
    """The two headers of RFC 8058, written by hand: the library would fold a long address into
    encoded words, which nobody reads as an address."""
    if envelope.unsubscribe is None:
        return b""
    if not re.fullmatch(r"https://[a-z0-9.-]+/u/[0-9a-f-]+", envelope.unsubscribe):
        raise ValueError("this cannot be the address of a page of ours")
    return (
        f"List-Unsubscribe: <{envelope.unsubscribe}>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    ).encode("ascii")


def _page(
    words: Words, draft: Draft, values: Mapping[str, str], paper: Paper, envelope: Envelope
) -> dict[str, Any]:
    """What stands in the mail, in its language: the same for the text and the HTML."""
    language = envelope.language

    def say(message: str) -> str:
        return translate(language, message, **values)

    paragraphs = [_Paragraph(tuple(say(text).splitlines())) for text in words.paragraphs]
    if words.quoted is not None:
        paragraphs.insert(1, _Paragraph(tuple(values[words.quoted].splitlines()), quoted=True))
    return {
        "lang": language,
        "subject": say(words.subject),
        "greeting": say(kinds.GREETING),
        "paragraphs": paragraphs,
        "links": [(say(label), values[name]) for label, name in words.links if values[name]],
        "regards": say(kinds.REGARDS),
        "issuer": values["issuer"],
        "why": say(draft.why),
        "unsubscribe": say(kinds.UNSUBSCRIBE) if envelope.unsubscribe else None,
        "unsubscribe_address": f"{envelope.unsubscribe}?lang={language}",
        "email": values["email"],
        "paper": paper.looks.paper,
        "ink": paper.looks.ink,
        "colour": paper.looks.colour,
        "colour_on_ink": paper.looks.colour_on_ink,
    }


def _told(values: Mapping[str, Any], language: str, zone: ZoneInfo) -> dict[str, str]:
    told = {}
    for name, value in values.items():
        if isinstance(value, datetime):
            told[name] = texts.moment(value, language, str(zone))
        elif isinstance(value, date):
            told[name] = texts.day(value, language)
        else:
            told[name] = str(value(language) if callable(value) else value)
    return told


def _plain(page: Mapping[str, Any]) -> str:
    parts = [page["greeting"]]
    for paragraph in page["paragraphs"]:
        mark = "> " if paragraph.quoted else ""
        parts.append("\n".join(f"{mark}{line}" for line in paragraph.lines))
    parts += [f"{label}:\n{address}" for label, address in page["links"]]
    parts += [f"{page['regards']}\n{page['issuer']}", f"-- \n{page['why']}"]
    if page["unsubscribe"]:
        parts.append(f"{page['unsubscribe']}\n{page['unsubscribe_address']}")
    return "\n\n".join(parts) + "\n"


def _enclose(
    mail: EmailMessage, invitation: Invitation, subject: str, sender: Sender, envelope: Envelope
) -> None:
    """The invitation as a third alternative and as a file: each program takes one of them."""
    content = calendar_file(
        invitation,
        summary=subject,
        organiser=sender.address,
        attendee=envelope.recipient,
        at=envelope.written_at,
    )
    mail.add_alternative(
        content,
        maintype="text",
        subtype="calendar",
        cte="base64",
        params={"method": invitation.method, "charset": "utf-8", "component": "VEVENT"},
    )
    mail.add_attachment(
        content, maintype="application", subtype="ics", filename=f"{invitation.file}.ics"
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("issuer.post", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made.filters["linked"] = _linked
    return made


def _linked(line: str, address: str) -> Markup:
    """`line` as mark-up, in which one can write to `address` where it stands."""
    link = Markup('<a href="mailto:{0}">{0}</a>').format(address)
    return link.join(escape(part) for part in line.split(address))
