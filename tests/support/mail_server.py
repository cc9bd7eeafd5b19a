"""A real mail server on this machine, with TLS by a throw-away authority, that does as told.

with MailServer(tmp_path) as server:
    server.rcpt["x@example.no"] = "550 no such user"   # answers to RCPT, by address
    server.data = ["451 later"]                        # answers to DATA, one after the other
    server.cut_after_data = 1                          # take it, then cut off
    server.letters                                     # what it took, eldest first
"""

import asyncio
import contextlib
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography.hazmat.primitives import serialization

from issuer.mail_settings import Mail, Security
from tests.verifier.tls_server import Authority


@dataclass(frozen=True)
class Taken:
    """A letter that the server took; `mail` is it, read."""

    return_path: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


@dataclass
class MailServer:
    folder: Path
    security: Security = Security.STARTTLS
    user: str | None = None
    password: str | None = None
    host: str = "localhost"
    letters: list[Taken] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    sender: str | None = None
    cut_after_data: int = 0
    cut_before_data: int = 0
    slow: float = 0.0
    largest: int = 33_554_432
    signed_in: int = 0

    def __post_init__(self) -> None:
        self.authority = Authority(self.folder)
        self.ca_file = self.folder / "authority.pem"
        self.ca_file.write_bytes(
            self.authority.certificate.public_bytes(serialization.Encoding.PEM)
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._controller: Controller | None = None

    def settings(self, **more: Any) -> Mail:
        known: dict[str, Any] = {
            "host": "localhost",
            "port": self.port,
            "security": self.security,
            "sender": "post@merke.example.no",
            "user": self.user,
            "ca_file": str(self.ca_file),
        }
        return Mail(**{**known, **more})

    def __enter__(self) -> "MailServer":
        context = self.authority.server_context(self.host)
        tls: dict[str, Any] = {"tls_context": context, "require_starttls": True}
        known: dict[Security, dict[str, Any]] = {
            Security.STARTTLS: tls,
            Security.TLS: {"ssl_context": context},
            Security.NONE: {},
        }
        options = known[self.security] | {"data_size_limit": self.largest}
        if self.user is not None:
            options |= {
                "authenticator": self._authenticate,
                "auth_required": self.security is Security.STARTTLS,
                "auth_require_tls": self.security is Security.STARTTLS,
            }
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._controller is not None:
            self._controller.stop()

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any
    ) -> AuthResult:
        right = LoginPassword((self.user or "").encode(), (self.password or "").encode())
        if given == right:
            self.signed_in += 1
        return AuthResult(success=given == right)

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd asks for
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.sender is not None:
            return self.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, __: Session, envelope: Envelope
    ) -> str:
        if self.cut_before_data:
            self.cut_before_data -= 1
            server.transport.abort()
            return "250 OK"
        if self.data:
            return self.data.pop(0)
        content = envelope.original_content or b""
        self.letters.append(Taken(str(envelope.mail_from), envelope.rcpt_tos[0], content))
        if self.cut_after_data:
            self.cut_after_data -= 1
            server.transport.abort()
        return "250 OK"


class Silent:
    """A server that takes connections and never says a word."""

    def __enter__(self) -> "Silent":
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._taken: list[socket.socket] = []
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()
        return self

    def _take(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._taken.append(connection)

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for connection in self._taken:
            connection.close()


class Talker:
    """A server that greets and then says the same again and again, with a pause before each."""

    def __init__(self, greeting: bytes, saying: bytes, *, pause: float = 0.0) -> None:
        self._greeting, self._saying, self._pause = greeting, saying, pause
        self.said = 0

    def __enter__(self) -> "Talker":
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()
        return self

    def _talk(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            connection.sendall(self._greeting)
            while not self._ended.wait(self._pause):
                self.said += connection.send(self._saying)

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)
