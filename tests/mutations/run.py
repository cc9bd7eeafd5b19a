"""Change good badges a million times: `python -m tests.mutations.run`, or `make mutate`.

Equal seeds make equal changes, so a run can be continued (`--start`) and a finding shown again
(`--only`). Exit code 1 if anything was found.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from tests.mutations.engine import FalseAnswer, Tally, check

BLOCK = 500
MOST_FINDINGS = 20
TOLD = 50_000
"""How many changes pass between two lines where there is no terminal for a bar."""


def block(seed: int, numbers: range) -> tuple[Tally, list[str]]:
    """Check these changes; return what was seen, and what was found."""
    tally, findings = Tally(), []
    for number in numbers:
        try:
            check(seed, number, tally)
        except FalseAnswer as found:
            findings.append(str(found))
        except Exception as error:  # the judge itself could not tell
            findings.append(f"seed {seed}, number {number}: not judged: {error!r}")
    return tally, findings


def blocks(start: int, end: int) -> Iterator[range]:
    for first in range(start, end, BLOCK):
        yield range(first, min(first + BLOCK, end))


def results(
    seed: int, numbers: Iterable[range], processes: int
) -> Iterator[tuple[range, Tally, list[str]]]:
    if processes == 1:
        for part in numbers:
            yield part, *block(seed, part)
        return
    with ProcessPoolExecutor(processes) as pool:
        parts = list(numbers)
        try:
            for part, done in zip(parts, pool.map(block, [seed] * len(parts), parts), strict=True):
                yield part, *done
        finally:  # whoever ends it does not wait for all that was asked for
            pool.shutdown(wait=False, cancel_futures=True)


def summary(tally: Tally, findings: int) -> str:
    kinds = sorted({kind for kind, _ in tally.answers})
    verdicts = ("VALID", "INVALID", "UNDETERMINED")
    lines = [f"{'change':<16}" + "".join(f"{verdict:>14}" for verdict in verdicts)]
    for kind in kinds:
        lines.append(f"{kind:<16}" + "".join(f"{tally.answers[kind, v]:>14,}" for v in verdicts))
    sums: Counter[str] = Counter()
    for (_, verdict), count in tally.answers.items():
        sums[verdict] += count
    lines.append(f"{'all':<16}" + "".join(f"{sums[verdict]:>14,}" for verdict in verdicts))
    lines.append(f"slowest answer: {1000 * tally.slowest:.0f} ms (number {tally.slowest_number})")
    lines.append(f"false answers: {findings}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations.run", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="how many changes")
    parser.add_argument("--seed", type=int, help="which changes; another each time if not given")
    parser.add_argument("--start", type=int, default=0, help="go on from this number")
    parser.add_argument("--only", type=int, help="this number alone")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    seed = random.randrange(2**32) if asked.seed is None else asked.seed
    start, end = (asked.start, asked.count) if asked.only is None else (asked.only, asked.only + 1)
    whole, found, reached, began = Tally(), 0, start, time.monotonic()
    # Whoever ends it wants to know how far it came; in the background, shells have it ignored.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    console = Console(stderr=True)
    console.print(f"seed {seed}, numbers {start} to {end - 1}, {asked.processes} processes")
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=end, completed=start)
            for part, tally, findings in results(seed, blocks(start, end), asked.processes):
                whole.add(tally)
                reached = part.stop
                progress.update(task, completed=reached)
                if not console.is_terminal and reached % TOLD == 0:
                    console.print(f"{reached:,} of {end:,}, {found} false answers")
                for finding in findings:
                    print(finding, flush=True)
                found += len(findings)
                if found >= MOST_FINDINGS:
                    break
    except KeyboardInterrupt:
        pass
    print(summary(whole, found))
    print(f"seed {seed}, numbers {start} to {reached - 1}, {time.monotonic() - began:.0f} s")
    if reached < end:
        print(f"to go on: --seed {seed} --start {reached} --count {end}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
