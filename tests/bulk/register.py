"""The register read from outside: how long each form of it takes, and how much memory the serving
process holds for it. `python -m tests.bulk.register DATA PASSPHRASE-FILE`; the last step of
`python -m tests.bulk.run` too. Linux only.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2

from issuer.office import system_clock

_MIB = 1024  # KiB
# What the register of any length may take beside the process at rest, in MiB.
MOST = 60
HTML = {"Accept": "text/html"}


class Server:
    """`merke serve` on the data folder `data`."""

    def __init__(self, process: int, port: int) -> None:
        self._process = process
        self._client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=600)

    def memory(self, what: str) -> float:
        """`VmRSS`, or `VmHWM` since the last `rest`; in MiB."""
        lines = Path(f"/proc/{self._process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(what)) / _MIB

    def rest(self) -> float:
        """Forget the most that was held so far; what is held now."""
        Path(f"/proc/{self._process}/clear_refs").write_text("5")
        return self.memory("VmRSS")

    def cpu(self) -> float:
        fields = Path(f"/proc/{self._process}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, float, int, str]:
        """Status, seconds to the first byte, length, entity tag."""
        began = time.monotonic()
        with self._client.stream("GET", path, headers=headers) as answer:
            first = time.monotonic() - began
            length = sum(len(piece) for piece in answer.iter_raw())
        told = answer.headers.get("content-length")
        if told is not None and answer.status_code == 200 and int(told) != length:
            raise SystemExit(f"{path}: {length} bytes, where {told} were announced")
        return answer.status_code, first, length, answer.headers.get("etag", "")

    def ready(self) -> bool:
        try:
            return self._client.get("/healthz").status_code == 200
        except httpx2.TransportError:
            return False

    def close(self) -> None:
        self._client.close()


@contextmanager
def serving(data: Path, passphrase: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = ("serve", "--data", str(data), "--port", str(port), "--lang", "en")
    process = subprocess.Popen(
        [sys.executable, "-m", "issuer", *given],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "MERKE_PASSPHRASE_FILE": str(passphrase)},
    )
    server = Server(process.pid, port)
    try:
        until = time.monotonic() + 60
        while not server.ready():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("merke serve did not begin")
            time.sleep(0.2)
        yield server
    finally:
        server.close()
        process.terminate()
        process.wait()


def measure(data: Path, passphrase: Path) -> list[str]:
    """Lines about each form of the register; ends the program where too much was held."""
    told: list[str] = []
    past = (system_clock() - timedelta(days=30)).date().isoformat()
    forms: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("the front page", "/", HTML),
        ("the register's page", "/register", HTML),
        ("the page of a month ago", f"/register?on={past}", HTML),
        ("a search on the page", "/register?q=nr.+77", HTML),
        ("a search for nobody", "/register?q=qqqqq", HTML),
        ("the feed", "/register.atom", {}),
        ("JSON", "/register.json", {}),
        ("JSON again", "/register.json", {}),
        ("CSV", "/register.csv", {}),
        ("JSON of a month ago", f"/register.json?on={past}", {}),
    )
    with serving(data, passphrase) as server:
        for path, headers in (("/", HTML), ("/register?q=qqqqq", HTML)):
            server.get(path, headers)  # what is read once and kept
        tags: dict[str, str] = {}

        def one(name: str, path: str, headers: dict[str, str]) -> None:
            idle, used, began = server.rest(), server.cpu(), time.monotonic()
            status, first, length, tags[path] = server.get(path, headers)
            took, more = time.monotonic() - began, server.memory("VmHWM") - idle
            told.append(
                f"{name}: {status}, first byte {first:.2f} s, whole {took:.2f} s, processor"
                f" {server.cpu() - used:.2f} s, {length / 1e6:.2f} MB, {more:.0f} MiB more"
            )
            if more > MOST:
                raise SystemExit(f"{name} took {more:.0f} MiB, where {MOST} are allowed")

        for form in forms:
            one(*form)
        one("JSON, unchanged", "/register.json", {"If-None-Match": tags["/register.json"]})
        idle, began = server.rest(), time.monotonic()
        paths = [f"/register.{end}" for end in ("json?q=1", "csv?q=1", "json?q=2", "csv?q=3")]
        with ThreadPoolExecutor(len(paths) * 2) as together:
            list(together.map(lambda path: server.get(path, {}), paths * 2))
        more = server.memory("VmHWM") - idle
        told.append(
            f"eight long answers at once: {time.monotonic() - began:.1f} s, {more:.0f} MiB more"
        )
        if more > 2 * MOST:
            raise SystemExit(f"eight at once took {more:.0f} MiB")
    return told


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bulk.register", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("passphrase", type=Path)
    asked = parser.parse_args()
    print("\n".join(measure(asked.data, asked.passphrase)))
