"""The place where packets would leave: for tests that must see none go, or go only where judged."""

import socket
import ssl
from collections.abc import Sequence

from verifier.fetch import HttpDocuments

PUBLIC = "93.184.215.14"
PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


class Wire:
    """Stands where packets would leave: answers names, counts every attempt to connect."""

    def __init__(self, *addresses: str, port: int | None = None) -> None:
        self.addresses: Sequence[str] = addresses
        self.port = port
        self.resolved: list[str] = []
        self.dialled: list[tuple[str, int]] = []

    def resolve(self, host: str) -> Sequence[str]:
        self.resolved.append(host)
        return self.addresses

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append((address, port))
        if self.port is None:
            raise ConnectionRefusedError("nobody listens here")
        return socket.create_connection(("127.0.0.1", self.port), seconds)


def client(wire: Wire, tls: ssl.SSLContext | None = None, **bounds: float) -> HttpDocuments:
    return HttpDocuments(
        unsafe_resolver=wire.resolve,
        unsafe_dial=wire.dial,
        unsafe_tls_context=tls,
        max_bytes=int(bounds.get("max_bytes", 256 * 1024)),
        seconds=bounds.get("seconds", 5.0),
    )
