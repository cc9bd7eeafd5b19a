"""Serving: the short lane against the barest answer that the same server can give.

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

from issuer.bench.rows import Comparison, Figure

_SECONDS = 0.5
_CONNECTIONS = 8
_PATIENCE = 60.0
_HELLO = "/hello"


@dataclass(frozen=True)
class Server:
    """A running `issuer.bench.server`."""

    port: int

    def rate(self, path: str, **headers: str) -> Figure:
        """Answers per second of the server's processor."""

        def figure() -> float:
            before = self._processor()
            # What is asked while it warms up costs the server too, so all that came counts.
            came = self._load(path, _CONNECTIONS, headers)
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

    def _load(self, path: str, connections: int, headers: dict[str, str]) -> dict[str, Any]:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        done = subprocess.run(
            [
                *(sys.executable, "-m", "issuer.bench.load"),
                *(str(self.port), str(connections), str(_SECONDS)),
            ],
            input="".join(f"{line}\r\n" for line in [*lines, ""]).encode(),
            capture_output=True,
            check=True,
            timeout=_PATIENCE,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        if "fault" in answer:
            raise RuntimeError(f"the server could not be measured: {answer['fault']}")
        return answer


@contextmanager
def server(data: Path) -> Iterator[Server]:
    """A server of the issuer in `data`, for as long as it is measured."""
    arguments = [sys.executable, "-m", "issuer.bench.server", str(data)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or not (port := process.stdout.readline().strip()):
                raise RuntimeError("the server to be measured did not start")
            yield Server(int(port))
        finally:
            process.terminate()


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


def comparisons(server: Server, badge: Mapping[str, Any]) -> Iterator[Comparison]:
    """`badge` is a credential of the issuer that is served."""
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
        name="seal, 99 of 100 answers at one connection; other: a bare ASGI hello",
        unit="seconds",
        ours=server.wait(seal, 99, Accept_Encoding="gzip"),
        other=server.wait(_HELLO, 99),
        target=2,
    )
