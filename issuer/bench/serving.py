"""Serving: the short lane against the barest answer that the same server can give; a badge that
is sent in and judged against the same call with nothing to do.

Rates are per second of the server's processor, so that whatever else the machine does is no
part of them. Who asks is another process (`issuer.bench.load`), which is faster than the server.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from issuer.bench.material import Material
from issuer.bench.rows import Comparison, Figure

_SECONDS = 0.5
_CONNECTIONS = 8
_PATIENCE = 60.0
_HELLO = "/hello"
_ANOTHER = "annen.example.no"


@dataclass(frozen=True)
class Server:
    """A running `issuer.bench.server`."""

    port: int

    def rate(self, path: str, body: bytes | None = None, **headers: str) -> Figure:
        """Answers per second of the server's processor. Where there is a `body`, it is posted."""

        def figure() -> float:
            before = self._processor()
            # What is asked while it warms up costs the server too, so all that came counts.
            came = self._load(path, _CONNECTIONS, headers, body)
            return float(came["all"]) / (self._processor() - before)

        return figure

    def wait(self, path: str, hundredth: int, **headers: str) -> Figure:
        """Seconds within which that many in a hundred answers came, at one connection."""
        return lambda: float(self._load(path, 1, headers)["hundredths"][hundredth])

    def tag(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return str(answer.headers["ETag"])

    def _processor(self) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/processor") as answer:
            return float(answer.read())

    def _load(
        self, path: str, connections: int, headers: dict[str, str], body: bytes | None = None
    ) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        done = subprocess.run(
            [
                *(sys.executable, "-m", "issuer.bench.load"),
                *(str(self.port), str(connections), str(_SECONDS)),
            ],
            input="".join(f"{line}\r\n" for line in [*lines, ""]).encode() + (body or b""),
            capture_output=True,
            check=True,
            timeout=_PATIENCE,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        if "fault" in answer:
            raise RuntimeError(f"the server could not be measured: {answer['fault']}")
        return answer


@contextmanager
def server(data: Path, published: Mapping[str, bytes]) -> Iterator[Server]:
    """A server of the issuer in `data`, for as long as it is measured; `published` is what
    another issuer has."""
    arguments = [sys.executable, "-m", "issuer.bench.server", str(data)]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("the server to be measured cannot be spoken to")
            json.dump({url: text.decode() for url, text in published.items()}, process.stdin)
            process.stdin.close()
            if not (port := process.stdout.readline().strip()):
                raise RuntimeError("the server to be measured did not start")
            yield Server(int(port))
        finally:
            process.terminate()


def of_another(badge: Mapping[str, Any]) -> dict[str, Any]:
    """`badge` as another issuer would have made it."""
    host = urlsplit(badge["id"]).hostname or ""
    another: dict[str, Any] = json.loads(json.dumps(badge).replace(host, _ANOTHER))
    return another


def published(material: Material) -> dict[str, bytes]:
    """All that a verification of the first badge asks for; its issuer has no newer one."""
    badge = material.badges[0]
    return {**material.published, json.loads(badge)["refreshService"]["id"]: badge}


def paths(slug: str, credential: str) -> dict[str, str]:
    """What is asked for a million times, by the name it has in the table."""
    return {
        "seal": f"/embed/{slug}.svg",
        "its data": f"/embed/{slug}.json",
        "participation": f"/m/{slug}.json",
        "credential": f"/b/{credential}.json",
        "status list": "/status/1",
        "DID document": "/.well-known/did.json",
    }


def comparisons(server: Server, badge: Mapping[str, Any], foreign: bytes) -> Iterator[Comparison]:
    """`badge` is a credential of the issuer that is served, `foreign` one of the other's."""
    slug = badge["credentialSubject"]["id"].rpartition("/")[2]
    credential = badge["id"].rpartition("/")[2]
    seal = f"/embed/{slug}.svg"
    for name, path in paths(slug, credential).items():
        yield Comparison(
            name=f"{name}, by the short lane; other: a bare ASGI hello",
            unit="a second",
            ours=server.rate(path, Accept_Encoding="gzip"),
            other=server.rate(_HELLO),
            target=0.75,
        )
    for name in ("seal", "credential"):
        path = paths(slug, credential)[name]
        yield Comparison(
            name=f"{name}, not changed (304); other: a bare ASGI hello",
            unit="a second",
            ours=server.rate(path, If_None_Match=server.tag(path)),
            other=server.rate(_HELLO),
            target=0.95,
        )
    yield Comparison(
        name="POST /api/v1/verify, another's badge; other: a constant answer of the same server",
        unit="a second",
        ours=server.rate("/api/v1/verify", foreign),
        other=server.rate("/api/v1/constant", foreign),
        target=0.25,
    )
    yield Comparison(
        name="seal, 99 of 100 answers at one connection; other: a bare ASGI hello",
        unit="seconds",
        ours=server.wait(seal, 99, Accept_Encoding="gzip"),
        other=server.wait(_HELLO, 99),
        target=2,
    )
