"""A server on this machine with a certificate authority of its own, for the guarded client."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Authority:
    """A certificate authority for one test run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Eksempel CA")])
        self.certificate = self.sign("Eksempel CA", self.key, self.name, authority=True)
        self.trust = ssl.create_default_context(
            cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        )

    def sign(
        self,
        host: str,
        key: ec.EllipticCurvePrivateKey,
        name: x509.Name,
        *,
        authority: bool = False,
        days: int = 1,
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=9))
            .not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False
            )
        )
        if authority:
            builder = builder.add_extension(
                x509.KeyUsage(True, False, False, False, False, True, True, False, False), True
            )
        else:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())

    def server_context(self, host: str, days: int = 1) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        certificate = self.sign(host, key, name, days=days)
        path = self.folder / f"{host}.{days}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


Answer = Callable[[ssl.SSLSocket, str], None]


class Server:
    """Accepts connections, reads one request each, and lets `answer` write what it likes."""

    def __init__(self, context: ssl.SSLContext, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[str] = []
        self.names: list[str | None] = []
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.context = context
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(5)
            with self.context.wrap_socket(connection, server_side=True) as secured:
                request = b""
                while not request.endswith(b"\r\n\r\n"):
                    part = secured.recv(65536)
                    if not part:
                        return
                    request += part
                self.requests.append(request.decode("latin-1"))
                self.answer(secured, self.requests[-1].split(" ")[1])
        except OSError:
            pass

    def close(self) -> None:
        self.socket.close()


def reply(
    body: bytes = b"{}", status: str = "200 OK", headers: Sequence[str] = ("Content-Type: a/b",)
) -> Answer:
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""])
    return lambda connection, target: connection.sendall(head.encode() + body)


def redirect(*hops: str) -> Answer:
    def answer(connection: ssl.SSLSocket, target: str) -> None:
        number = int(target.rpartition("/")[2] or 0)
        if number < len(hops):
            reply(b"", "302 Found", [f"Location: {hops[number]}"])(connection, target)
        else:
            reply(b"there")(connection, target)

    return answer


Serve = Callable[..., Server]
