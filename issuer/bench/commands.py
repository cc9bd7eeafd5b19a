"""Whole commands: how long somebody waits who types one.

The demonstration against its promise, and the first verification of a fresh process against
importing no more than what any Python program needs to check a signature.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from issuer.bench.material import Material
from issuer.bench.rows import Comparison, once

# The whole demonstration, without serving, in seconds (README).
DEMO_SECONDS = 20.0

_LEAST_IMPORTS = "import jwt, cryptography.hazmat.primitives.asymmetric.ed25519"


@dataclass
class Demonstration:
    """A folder for `merke demo`, made again by each run."""

    folder: Path

    def run(self) -> float:
        """Run it; the seconds it took."""
        started = time.perf_counter()
        _run(
            *("-m", "issuer", "demo", "--no-serve"),
            *("--data", str(self.folder / "data"), "--out", str(self.folder / "out")),
        )
        return time.perf_counter() - started

    @property
    def data(self) -> Path:
        """The data folder of the issuer it made."""
        return self.folder / "data"

    def badge(self) -> dict[str, Any]:
        """A badge of it that holds, with its proof."""
        out = self.folder / "out"
        awards = json.loads((out / "demo.json").read_bytes())["awards"]
        holds = next(award for award in awards if award["expect"] == "VALID")
        badge: dict[str, Any] = json.loads((out / holds["files"]["json"]).read_bytes())
        return badge


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    with tempfile.TemporaryDirectory() as place:
        yield Demonstration(Path(place))


def demo(demonstration: Demonstration) -> Comparison:
    return Comparison(
        name="merke demo --no-serve, whole command; other: its promise of 20 s",
        unit="seconds",
        ours=demonstration.run,
        other=lambda: DEMO_SECONDS,
        target=1.0,
    )


def first_verification(material: Material) -> Comparison:
    """Files in, exit code out, nothing kept from before but what Python keeps of its sources."""

    def ours() -> float:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            badge, index = folder / "badge.json", folder / "index.json"
            badge.write_bytes(material.badges[0])
            entries = {}
            for number, (url, data) in enumerate(material.published.items()):
                (folder / f"{number}.json").write_bytes(data)
                entries[url] = {"file": f"{number}.json", "type": "application/json"}
            index.write_text(json.dumps(entries), encoding="utf-8")
            arguments = ("-m", "issuer", "verify", str(badge), "--documents", str(index))
            return once(lambda: _run(*arguments))()

    return Comparison(
        name="merke verify badge.json, whole command; other: importing PyJWT and Ed25519",
        unit="seconds",
        ours=ours,
        other=once(lambda: _run("-c", _LEAST_IMPORTS)),
        target=2.5,
    )


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
