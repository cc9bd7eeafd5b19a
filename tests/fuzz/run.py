"""Search for inputs that break a target: coverage-guided, with atheris (Linux on x86-64 only).

    python -m tests.fuzz.run [--seconds N] [TARGET …]      what `make fuzz` does

Each target runs in a process of its own, from the inputs in `corpus/TARGET`; what it finds on the
way is kept in `.fuzz/TARGET` and used again. An input that breaks a target is put into its corpus,
where every test run meets it from then on. Ends with 1 if there was one.
"""

import argparse
import importlib.util
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
KEPT = HERE.parents[1] / ".fuzz"

LONGEST_INPUT = 10_000  # bytes
PATIENCE = 10  # seconds for one input
MEMORY = 2048  # MiB
# A finding, as libFuzzer names the files it writes.
FOUND = ("crash-", "timeout-", "oom-")

_DONE = re.compile(rb"Done (\d+) runs? in (\d+) second")
_COVERED = re.compile(rb"cov: (\d+)")

ODD: list[Any] = [
    *(None, True, 0, -1, 1.5, 1e21, 2**53, "", " ", [], {}, [[]], "x" * 300, "\u202e", "\0", "@id"),
    *({"@value": "x"}, {"@list": []}, {"@id": "urn:a"}, "2099-01-01T00:00:00Z", "_:b0", "a\u0301"),
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("The search needs atheris, which there is for Linux on x86-64 only.", file=sys.stderr)
        return 2
    if asked.one:
        fuzz(asked.targets[0], asked.seconds)
        return 0  # the search itself ends the process
    names = asked.targets or sorted(path.name for path in CORPUS.iterdir())
    found = 0
    for name in names:
        found += _run(name, asked.seconds)
    print(f"{len(names)} targets, {found} findings")
    return 1 if found else 0


def _run(name: str, seconds: int) -> int:
    """Run one target in a process of its own; say what came of it; return how many findings."""
    before = set(_findings(name))
    command = [sys.executable, "-m", "tests.fuzz.run", "--one", "--seconds", str(seconds), name]
    run = subprocess.run(command, check=False, capture_output=True)
    told = run.stderr
    done, covered = _DONE.findall(told), _COVERED.findall(told)
    new = sorted(set(_findings(name)) - before)
    runs, took = done[-1] if done else (b"?", b"?")
    reach = covered[-1] if covered else b"?"
    print(
        f"{name:<16} {runs.decode():>10} executions {took.decode():>5} s"
        f" {reach.decode():>6} branches {len(new):>3} findings",
        flush=True,
    )
    if new or not done:
        print(told.decode(errors="replace")[-6000:])
        print(f"    the search ended with {run.returncode}")
    for path in new:
        print(f"    {path.relative_to(HERE.parents[1])}")
    return len(new) + (not done and not new)


def _findings(name: str) -> list[Path]:
    return [p for p in (CORPUS / name).iterdir() if p.name.startswith(FOUND)]


def fuzz(name: str, seconds: int) -> None:
    """Search in this very process. Does not return."""
    import atheris

    with atheris.instrument_imports(include=["keys", "badge_assets", "verifier", "issuer"]):
        from tests.fuzz.targets import TARGETS

    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    words = KEPT / "words"
    words.write_text("".join(f'"{word}"\n' for word in _words()), encoding="ascii")
    atheris.Setup(
        [
            name,
            *(str(kept), str(CORPUS / name)),
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST_INPUT}",
            f"-timeout={PATIENCE}",
            f"-rss_limit_mb={MEMORY}",
            f"-dict={words}",
            f"-artifact_prefix={CORPUS / name}{os.sep}",
        ],
        TARGETS[name],
        custom_mutator=_mutated,
    )
    atheris.Fuzz()


def _words() -> list[str]:
    """Names that mean something to a verifier, for the search to put in."""
    from verifier import contexts

    on_board = json.dumps([contexts.load()[url] for url in contexts.load()])
    names = sorted(set(re.findall(r'"(@?[A-Za-z][A-Za-z0-9]{2,29})":', on_board)))
    return [
        *names,
        *contexts.load(),
        *["sha256$", "did:web:", "did:key:z6Mk", "did:jwk:", "EdDSA", "vc+jwt"],
    ]


def _mutated(data: bytes, longest: int, seed: int) -> bytes:
    """`data` changed: as bytes, or, where it holds JSON, every other time as a JSON value."""
    import atheris

    rng = random.Random(seed)
    start = data.find(b"{")
    if start >= 0 and rng.randrange(2):
        try:
            value = json.loads(data[start:])
        except (ValueError, RecursionError):
            pass
        else:
            head = data[:start] if rng.randrange(8) else atheris.Mutate(data[:start], longest)
            changed = bytes(head) + json.dumps(_changed(value, rng)).encode()
            if len(changed) <= longest:
                return changed
    return bytes(atheris.Mutate(data, longest))


def _changed(value: Any, rng: random.Random) -> Any:
    """`value` with something in it replaced, moved, doubled or taken away."""
    places = list(_places(value))
    if not places:
        return rng.choice(ODD)
    holder, step = rng.choice(places)
    other_holder, other_step = rng.choice(places)
    match rng.randrange(7):
        case 0:
            del holder[step]
        case 1:
            holder[step] = rng.choice(ODD)
        case 2:
            holder[step] = [holder[step]]
        case 3:
            holder[step] = json.loads(json.dumps(other_holder[other_step]))
        case 4 if isinstance(holder, dict):
            holder[other_step if isinstance(other_step, str) else f"{step}x"] = holder[step]
        case 5 if isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[step])))
        case _ if isinstance(holder[step], str):
            text = holder[step]
            middle = rng.randrange(len(text) + 1)
            holder[step] = (
                text[:middle] + rng.choice(["x", "", " ", "#", "\u200b"]) + text[middle + 1 :]
            )
        case _:
            holder[step] = {"id": "urn:uuid:1", "type": ["Other"], "name": holder[step]}
    return value


def _places(value: Any) -> Any:
    if isinstance(value, dict | list):
        for step, item in (
            list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        ):
            yield value, step
            yield from _places(item)


if __name__ == "__main__":
    sys.exit(main())
