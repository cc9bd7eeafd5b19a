"""From figures to rows: two ways of doing one thing, taken in turn, and the ratio of the two."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

Figure = Callable[[], float]
Unit = Literal["a second", "seconds", "bytes"]

_SIGNS = {"a second": "/s", "seconds": " s", "bytes": " B"}

# How long one side is taken, in seconds of a processor: not so long that the machine's mood changes
# before the other's turn. All threads of the process count, ours and the other's alike; what other
# programs take away on a busy machine does not. They also spoil the processor's caches: of a window
# the fastest part counts. It is long enough to hold what a program does now and then, such as
# collecting its garbage.
_WINDOW = 0.4
PART = 0.05


@dataclass(frozen=True)
class Absent:
    """Something that is not here to be measured against; no promise is kept or broken by that."""

    name: str
    why: str
    met: Literal[True] = True

    def json(self) -> dict[str, Any]:
        return {"name": self.name, "absent": self.why}

    def cells(self) -> list[str]:
        return [f"{self.name}: not measured, {self.why}", *[""] * 6]


@dataclass(frozen=True)
class Comparison:
    """What `ours` and `other` return is in the same `unit`: so many a second, of which more are
    better, or seconds or bytes, of which fewer are. `target` is the least ratio of rates that will
    do, or the largest of the others."""

    name: str
    unit: Unit
    ours: Figure
    other: Figure
    target: float


@dataclass(frozen=True)
class Row:
    """A comparison, carried out. `ratios` are ours ÷ other, one for each run."""

    name: str
    unit: Unit
    ours: float
    other: float
    ratios: tuple[float, ...]
    target: float

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def more_is_better(self) -> bool:
        return self.unit == "a second"

    @property
    def met(self) -> bool:
        return self.ratio >= self.target if self.more_is_better else self.ratio <= self.target

    def json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "better": "higher" if self.more_is_better else "lower",
            "ours": _rounded(self.ours),
            "other": _rounded(self.other),
            "ratio": _rounded(self.ratio),
            "spread": [_rounded(min(self.ratios)), _rounded(max(self.ratios))],
            "target": self.target,
            "met": self.met,
        }

    def cells(self) -> list[str]:
        unit = _SIGNS[self.unit]
        least = "at least" if self.more_is_better else "at most"
        return [
            self.name,
            f"{_text(self.ours)}{unit}",
            f"{_text(self.other)}{unit}",
            f"{_text(self.ratio)} ×",
            f"{_text(min(self.ratios))}–{_text(max(self.ratios))}",
            f"{least} {self.target:g} ×",
            "yes" if self.met else "NO",
        ]


def compare(comparison: Comparison, runs: int) -> Row:
    """Carry out a comparison `runs` times, each side first in every other run."""
    ours: list[float] = []
    other: list[float] = []
    for run in range(runs):
        turns = [(ours, comparison.ours), (other, comparison.other)]
        for figures, take in turns if run % 2 else reversed(turns):
            gc.collect()
            figures.append(take())
    return Row(
        name=comparison.name,
        unit=comparison.unit,
        ours=median(ours),
        other=median(other),
        ratios=tuple(mine / theirs for mine, theirs in zip(ours, other, strict=True)),
        target=comparison.target,
    )


def rate(action: Callable[[int], object]) -> Figure:
    """How often `action` can be done in a second of a processor; it is given the number of the
    turn."""

    def figure() -> float:
        started = time.process_time()
        action(0)
        # The clock is asked once for several turns: some take a few microseconds.
        several = max(1, min(64, int(PART / 8 / max(time.process_time() - started, 1e-6))))
        end, fastest, done = time.process_time() + _WINDOW, 0.0, 0
        while (began := time.process_time()) < end:
            before, now = done, began
            while now - began < PART:
                for turn in range(done + 1, done + several + 1):
                    action(turn)
                done += several
                now = time.process_time()
            fastest = max(fastest, (done - before) / (now - began))
        return fastest

    return figure


def per_turn(action: Callable[[int], object]) -> Figure:
    """Seconds of a processor that one `action` takes."""
    often = rate(action)
    return lambda: 1 / often()


def once(action: Callable[[], object]) -> Figure:
    """Seconds that `action` takes, done a single time."""

    def figure() -> float:
        started = time.perf_counter()
        action()
        return time.perf_counter() - started

    return figure


def _rounded(figure: float) -> float:
    return float(f"{figure:.4g}")


def _text(figure: float) -> str:
    if figure >= 100:
        return f"{figure:,.0f}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{figure:.3g}"
