"""Handing letters in at a mail server: the one place from which mail leaves.

TLS always, with a certificate that is checked, except towards this machine itself. What goes
wrong is told in two ways: `Unreachable` is about the server and says nothing of the letter;
`NotTaken` is about one letter, which may be tried again or not.
"""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from issuer.mail_settings import Mail, Security
from issuer.post.reports import is_of_address

# Seconds: for one answer of the server, and for one letter altogether.
PATIENCE = 30.0
LONGEST = 240.0

# The most bytes of one answer: anybody on the way may answer before there is TLS.
LARGEST = 64 * 1024

_SHOWN = 250
# Answers to an address that is none (RFC 5321, 4.2.3), and the status some give with them.
_NO_SUCH_ADDRESS = frozenset((550, 551, 553))
_STATUS = re.compile(r"5\d\d[ -](5\.\d{1,3}\.\d{1,3})\b")
# The letter is larger than the server takes (RFC 1870, 6.1; RFC 3463: 5.2.3, 5.3.4), as it says
# already of the sender where the size is told with it.
_TOO_LARGE = 552
_TOO_LARGE_STATUS = frozenset((None, "5.2.3", "5.3.4"))


class Unreachable(Exception):
    """The server cannot be used at all now. No letter was handed in."""


class NotTaken(Exception):
    """One letter was not taken, or nobody can tell whether it was.

    `for_good`: the server will never take it. `text` is what it said. `dead`: it knows no such
    address; then `status` is how (RFC 3463), where it said.
    """

    def __init__(
        self, text: str, *, for_good: bool, dead: bool = False, status: str | None = None
    ) -> None:
        self.text = text
        self.for_good = for_good
        self.dead = dead
        self.status = status
        super().__init__(text)


class Server:
    """A connection to the mail server, through which letters go one after the other."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def hand_in(self, return_path: str, recipient: str, message: bytes) -> None:
        """Hand one letter in. Raises `Unreachable`, `NotTaken`; returns once it is taken."""
        connection = self._client.sock
        if connection is None:
            raise Unreachable("the connection is closed")
        try:
            # A server that answers a letter a minute would keep each single answer in time.
            with _cut_after(LONGEST, connection):
                self._client.sendmail(return_path, [recipient], message)
        except smtplib.SMTPSenderRefused as fault:
            said = _said(fault)
            if fault.smtp_code == _TOO_LARGE and _status(said) in _TOO_LARGE_STATUS:
                raise NotTaken(said, for_good=True) from fault
            raise Unreachable(f"the sender is refused: {said}") from fault
        except smtplib.SMTPRecipientsRefused as fault:
            code, text = next(iter(fault.recipients.values()))
            said = _shown(code, text)
            status = _status(said)
            dead = code in _NO_SUCH_ADDRESS and is_of_address(status)
            raise NotTaken(said, for_good=_for_good(code), dead=dead, status=status) from fault
        except smtplib.SMTPResponseException as fault:
            raise NotTaken(_said(fault), for_good=_for_good(fault.smtp_code)) from fault
        except (smtplib.SMTPException, OSError) as fault:
            # Cut off: before the server took it, or after. Sent again, it is the same letter.
            raise NotTaken(f"cut off ({type(fault).__name__})", for_good=False) from fault

    @property
    def is_open(self) -> bool:
        return self._client.sock is not None


class _Answers:
    """What a server says, by whole lines, up to `LARGEST`; after that, nothing more."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.room = LARGEST

    def readline(self, most: int) -> bytes:
        line = self._file.readline(min(most, self.room)) if self.room > 0 else b""
        self.room -= len(line)
        # Half a line is no answer: it was cut off. One that is too long, the library refuses.
        return line if line.endswith(b"\n") or len(line) == most else b""

    def close(self) -> None:
        self._file.close()


class _Bounded(smtplib.SMTP):
    """Each answer is there as a whole within `PATIENCE` and `LARGEST`, or the connection ends.

    The library bounds neither: its patience begins anew with each byte, and lines have no end.
    """

    file: _Answers | None

    def getreply(self) -> tuple[int, bytes]:
        connection = self.sock
        if connection is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        if self.file is None:
            self.file = _Answers(connection.makefile("rb"))
        self.file.room = LARGEST
        with _cut_after(PATIENCE, connection):
            return super().getreply()


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """The same with TLS from the first byte on."""


@contextmanager
def connected(settings: Mail, password: str | None, *, own_name: str) -> Iterator[Server]:
    """A connection with TLS and, where `[mail]` names a user, signed in. Raises `Unreachable`."""
    client = None
    try:
        client = _connect(settings, own_name)
        client.ehlo_or_helo_if_needed()
        if settings.security is Security.STARTTLS:
            client.starttls(context=_context(settings))
            client.ehlo()
        if settings.user is not None:
            if password is None:
                raise Unreachable("mail.user is set, but there is no password for it")
            client.login(settings.user, password)
    except smtplib.SMTPResponseException as fault:
        _close(client)
        raise Unreachable(_said(fault)) from fault
    except (smtplib.SMTPException, OSError) as fault:
        _close(client)
        raise Unreachable(f"{type(fault).__name__}: {fault}"[:_SHOWN]) from fault
    except BaseException:
        _close(client)
        raise
    try:
        yield Server(client)
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            client.quit()
        _close(client)


def _connect(settings: Mail, own_name: str) -> smtplib.SMTP:
    where = (settings.host, settings.port)
    if settings.security is Security.TLS:
        return _BoundedTls(
            *where, local_hostname=own_name, timeout=PATIENCE, context=_context(settings)
        )
    return _Bounded(*where, local_hostname=own_name, timeout=PATIENCE)


def _context(settings: Mail) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file)


@contextmanager
def _cut_after(seconds: float, connection: socket.socket) -> Iterator[None]:
    alarm = threading.Timer(seconds, _cut, [connection])
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _close(client: smtplib.SMTP | None) -> None:
    if client is not None:
        client.close()


def _for_good(code: int) -> bool:
    """5xx: never. 421 and all of 4xx: another time."""
    return 500 <= code <= 599


def _said(fault: smtplib.SMTPResponseException) -> str:
    return _shown(fault.smtp_code, fault.smtp_error)


def _status(said: str) -> str | None:
    """The status (RFC 3463) with which a refusal for good begins; none where it has none."""
    found = _STATUS.match(said)
    return found[1] if found else None


def _shown(code: int, text: bytes | str) -> str:
    """An answer of the server as one line that may be shown."""
    told = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    printable = "".join(letter if letter.isprintable() else " " for letter in told)
    return f"{code} {printable}"[:_SHOWN]
