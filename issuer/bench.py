"""What is measured, and against what. Every figure is taken in the run that prints it."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure. `ours` and `other` are seconds; `ratio` is ours ÷ other, `spread` its
    smallest and largest value over the runs. `target` is the largest ratio that will do."""

    name: str
    ours: float
    other: float
    ratios: tuple[float, ...]
    target: float

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def met(self) -> bool:
        return self.ratio <= self.target

    def json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ours": round(self.ours, 3),
            "other": round(self.other, 3),
            "ratio": round(self.ratio, 3),
            "spread": [round(min(self.ratios), 3), round(max(self.ratios), 3)],
            "target": self.target,
            "met": self.met,
        }

    def cells(self) -> list[str]:
        return [
            self.name,
            f"{self.ours:.2f} s",
            f"{self.other:.2f} s",
            f"{self.ratio:.2f}",
            f"{min(self.ratios):.2f}-{max(self.ratios):.2f}",
            f"at most {self.target:g}",
            "yes" if self.met else "NO",
        ]


# The whole demonstration, without serving, in seconds (README).
DEMO_SECONDS = 20.0


def measure(runs: int) -> Iterator[Row]:
    """Take every figure `runs` times."""
    yield _demo(runs)


def _demo(runs: int) -> Row:
    seconds = [_run_demo() for _ in range(runs)]
    ours = median(seconds)
    return Row(
        name="merke demo --no-serve, against its promise of 20 s",
        ours=ours,
        other=DEMO_SECONDS,
        ratios=tuple(each / DEMO_SECONDS for each in seconds),
        target=1.0,
    )


def _run_demo() -> float:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        started = time.perf_counter()
        subprocess.run(
            [
                *(sys.executable, "-m", "issuer", "demo", "--no-serve"),
                *("--data", str(folder / "data"), "--out", str(folder / "out")),
            ],
            check=True,
            capture_output=True,
        )
        return time.perf_counter() - started
