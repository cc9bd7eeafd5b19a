"""What a mail server says about a mail that it could not deliver: bytes in, findings out.

Pure, and never raises: anybody can write to an address that mail comes back to. The shapes are
RFC 3464, and those of the many servers that keep to none (`flufl.bounce`). What is found here
proves nothing yet; whether it is about a mail of ours is told by `issuer.post.bounces`.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.policy import compat32

# The longest report that is read, and the most lines and parts. One of ours comes back in a
# few kilobytes; the library's work grows with lines times parts.
LARGEST = 256 * 1024
_MOST_LINES = 20_000
_MOST_PARTS = 12
_MOST_CLUES = 20

_RETURN_PATH = re.compile(r"[^\s<>;:,\"']{1,64}\+[0-9a-f]{24}@[a-zA-Z0-9.-]{1,190}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
# In free text: behind an answer of a server, or as qmail writes it. Versions look alike.
_STATUS_IN_TEXT = re.compile(r"(?:\b[45]\d\d[ -]|#)([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
# What a report says of mail that is on its way or has arrived (RFC 3464, section 2.3.3).
_GOOD_NEWS = {"delivered", "relayed", "expanded"}
_SHOWN = 200


@dataclass(frozen=True)
class Failure:
    """One address to which a mail did not go. `for_good`: nobody tries any more.

    `status` is that of RFC 3463, None where the report tells none; `said` is one line.
    """

    address: str
    for_good: bool
    status: str | None
    said: str


@dataclass(frozen=True)
class Report:
    """`return_paths` and `message_ids` stand somewhere in it: only who was sent a mail, or
    carried it, knows those. `automatic`: a program says that something is amiss."""

    return_paths: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    automatic: bool = False


def read(content: bytes, host: str) -> Report:
    """What `content` says. `host` is the one that our `Message-ID`s name."""
    plain = content.decode("utf-8", "replace")
    if _is_too_much(content):
        return Report(*_clues(plain, host))
    try:
        # As text: a header with bytes that are not ASCII would be another type, which the library
        # does not expect.
        mail = message_from_string(plain, policy=compat32)
        text = "\n".join((plain, *_decoded(mail)))
        return Report(*_clues(text, host), tuple(_failures(mail, text)), _automatic(mail))
    except Exception:
        # Built to be unreadable, or by accident: the library does not promise to read everything.
        return Report(*_clues(plain, host))


def is_of_address(status: str | None) -> bool:
    """Whether a refusal with `status` (RFC 3463), or with none, is about the address itself."""
    return status is None or (status.startswith("5.") and not status.startswith("5.7."))


def _is_too_much(content: bytes) -> bool:
    return (
        len(content) > LARGEST
        or content.count(b"\n") > _MOST_LINES
        or content.lower().count(b"boundary") > _MOST_PARTS
    )


def _clues(text: str, host: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ours = re.compile(rf"<[0-9a-f-]{{36}}@{re.escape(host)}>", re.IGNORECASE)
    return (
        tuple(dict.fromkeys(_RETURN_PATH.findall(text)))[:_MOST_CLUES],
        tuple(dict.fromkeys(found.lower() for found in ours.findall(text)))[:_MOST_CLUES],
    )


def _decoded(mail: Message) -> Iterator[str]:
    """The texts that stand in the mail in another form than they read."""
    for part in mail.walk():
        how = str(part.get("content-transfer-encoding", "")).strip().lower()
        if how in ("base64", "quoted-printable") and not part.is_multipart():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload.decode("utf-8", "replace")


def _automatic(mail: Message) -> bool:
    actions = {str(block["action"]).strip().lower() for block in _blocks(mail) if block["action"]}
    if actions and actions <= _GOOD_NEWS:
        return False
    said = str(mail.get("auto-submitted", "")).strip().lower()
    if said:
        return said.startswith("auto-generated") or mail.get_content_type() == "multipart/report"
    return str(mail.get("return-path", "")).strip() == "<>" or bool(
        re.search(r"mailer-daemon|postmaster", str(mail.get("from", "")), re.IGNORECASE)
    )


def _failures(mail: Message, text: str) -> Iterator[Failure]:
    from flufl import bounce

    # It logs each fault with what it was reading.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    if "from" not in mail:
        # The library takes for granted that there is one.
        mail["From"] = "mailer-daemon@invalid"
    for_now, for_good = bounce.all_failures(mail)
    told = dict(_told(mail))
    first = _STATUS_IN_TEXT.search(text)
    usual = (first.group(1) if first else None, "")
    for addresses, ended in ((for_now - for_good, False), (for_good, True)):
        for address in sorted(each.decode("ascii", "replace") for each in addresses):
            status, said = told.get(address.lower(), usual)
            yield Failure(address, ended, status, said)


def _told(mail: Message) -> Iterator[tuple[str, tuple[str | None, str]]]:
    """By address: the status and the words of the server, where a part of RFC 3464 tells them."""
    for block in _blocks(mail):
        found = _STATUS.search(str(block.get("status", "")))
        said = str(block.get("diagnostic-code", "")).partition(";")[2]
        for name in ("final-recipient", "original-recipient"):
            address = str(block.get(name, "")).rpartition(";")[2].strip().strip("<>").lower()
            if address:
                yield address, (found.group(1) if found else None, _one_line(said))


def _blocks(mail: Message) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (block for block in part.get_payload() if isinstance(block, Message))


def _one_line(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:_SHOWN]
