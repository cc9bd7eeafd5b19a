"""What mail servers say about mail that came back, in the shapes of several of them; all made up.

Each takes the letter that is said to have come back, and gives the bytes of a mail.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

# What each shape is read as, where its letter is one of ours.
Shape = Callable[["Returned"], bytes]


@dataclass(frozen=True)
class Returned:
    """A letter as a mail server knew it."""

    recipient: str
    return_path: str
    message_id: str
    content: bytes = b"Subject: Hei\r\n\r\nHei\r\n"

    @property
    def headers(self) -> str:
        mail: Message = message_from_bytes(self.content)
        return f"Message-ID: {self.message_id}\r\nSubject: {mail['subject']}\r\n"


def _report(
    letter: Returned,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 no such user here",
    to: str | None = None,
    final: str | None = None,
    original: str | None = None,
    returned: str | None = None,
) -> bytes:
    asked = f"Original-Recipient: rfc822;{original}\r\n" if original else ""
    return (
        "Return-Path: <>\r\n"
        "From: MAILER-DAEMON@mx.example.no (Mail Delivery System)\r\n"
        f"To: {to or letter.return_path}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r\n'
        "\r\n"
        "--b1\r\nContent-Type: text/plain\r\n\r\nYour mail did not arrive.\r\n\r\n"
        "--b1\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.no\r\n\r\n"
        f"{asked}Final-Recipient: rfc822; {final or letter.recipient}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {said}\r\n\r\n"
        "--b1\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"{letter.headers if returned is None else returned}\r\n"
        "--b1--\r\n"
    ).encode()


def standard(letter: Returned) -> bytes:
    return _report(letter)


def without_return_path(letter: Returned) -> bytes:
    """Sent to somebody else's address: only the returned headers tell which mail it was."""
    return _report(letter, to="post@merke.example.no")


def without_headers(letter: Returned) -> bytes:
    """Nothing of the mail is returned: only the address it came back to tells which it was."""
    return _report(letter, returned="")


def forwarded_by_name(letter: Returned) -> bytes:
    """The mailbox behind the address has another name; both stand there."""
    return _report(letter, final="kari@inner.example", original=letter.recipient.upper())


def qmail(letter: Returned) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.no\r\n"
        f"To: {letter.return_path}\r\nSubject: failure notice\r\n\r\n"
        "Hi. This is the qmail-send program at mx.example.no.\r\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n"
        f"<{letter.recipient}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n\r\n"
        f"{letter.headers}\r\nHei\r\n"
    ).encode()


def exim(letter: Returned) -> bytes:
    return (
        f"X-Failed-Recipients: {letter.recipient}\r\nAuto-Submitted: auto-replied\r\n"
        "From: Mail Delivery System <Mailer-Daemon@mx.example.no>\r\n"
        f"To: {letter.return_path}\r\nSubject: Mail delivery failed\r\n\r\n"
        "A message that you sent could not be delivered to one or more recipients.\r\n"
        f"  {letter.recipient}\r\n    550 Unrouteable address (Exim 4.96.2)\r\n"
    ).encode()


def exchange(letter: Returned) -> bytes:
    return (
        "From: System Administrator <postmaster@mx.example.no>\r\n"
        f"To: {letter.return_path}\r\nSubject: Undeliverable: Hei\r\n\r\n"
        "Your message did not reach the following recipient(s):\r\n\r\n"
        f"{letter.recipient} on Tue, 4 Mar 2025 10:00:00 +0100\r\n"
        "    The recipient name is not recognized\r\n"
        "    MSEXCH:IMS:Example:MX 0 (000C05A6) Unknown Recipient\r\n"
    ).encode()


def base64(letter: Returned) -> bytes:
    """Its returned headers stand there encoded, and it went to an address without our mark."""
    from base64 import encodebytes

    encoded = encodebytes(letter.headers.encode()).decode().replace("\n", "\r\n")
    content = _report(letter, to="post@merke.example.no", returned="").decode()
    return content.replace(
        "Content-Type: text/rfc822-headers\r\n\r\n",
        f"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}",
    ).encode()


def delayed(letter: Returned) -> bytes:
    return _report(letter, action="delayed", status="4.4.1", said="smtp; 451 try later")


def given_up_late(letter: Returned) -> bytes:
    """Its server was away for five days: the mail is lost, the address may be right."""
    return _report(letter, status="4.4.7", said="smtp; 451 delivery time expired")


def unwanted(letter: Returned) -> bytes:
    return _report(letter, status="5.7.1", said="smtp; 550 5.7.1 your network is listed")


def of_a_forwarded_copy(letter: Returned) -> bytes:
    return _report(letter, final="en.annen@elsewhere.example")


def unreadable(letter: Returned) -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: postmaster@mx.example.no\r\nTo: {letter.return_path}\r\n\r\n"
        "Beskjeden din kom dessverre ikke frem.\r\n"
    ).encode()


def forged(letter: Returned) -> bytes:
    """By somebody who knows the address and nothing else."""
    return _report(letter, to="post@merke.example.no", returned="Subject: Hei\r\n")


def delivered(letter: Returned) -> bytes:
    return _report(letter, action="delivered", status="2.0.0", said="smtp; 250 OK", returned="")


def on_holiday(letter: Returned) -> bytes:
    return (
        f"From: Kari <{letter.recipient}>\r\nTo: {letter.return_path}\r\n"
        f"In-Reply-To: {letter.message_id}\r\nAuto-Submitted: auto-replied\r\n"
        "Subject: Ferie\r\n\r\nJeg er tilbake i august.\r\n"
    ).encode()


PERMANENT: Mapping[str, Shape] = {
    each.__name__: each
    for each in (
        *(standard, without_return_path, without_headers, forwarded_by_name, qmail, exim),
        *(exchange, base64),
    )
}
