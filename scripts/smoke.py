"""Use the installed `merke` as a stranger would, from an empty folder.

Standard library only; started by smoke.sh, which has put `merke` on the path. The demo is
made without serving it, and every file it wrote is verified anew from that file and the
published documents alone; then one is changed and must be refused.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

OUT, DATA = Path("out"), Path("data")
EXIT = {"VALID": 0, "INVALID": 1, "UNDETERMINED": 3}


def merke(*words: str | Path, expect: int) -> str:
    """Run one command and return its output; stop everything if it ends otherwise."""
    done = subprocess.run(["merke", *map(str, words)], capture_output=True, text=True)
    if done.returncode != expect or "Traceback" in done.stderr:
        sys.exit(
            f"merke {' '.join(map(str, words))}: exit {done.returncode}, expected {expect}\n"
            f"{done.stdout}\n{done.stderr}"
        )
    return done.stdout


def verify(path: Path, verdict: str) -> dict[str, Any]:
    """Verify a file without any network and return the report, whose verdict must be this."""
    options = ("--json", "--documents", OUT / "published" / "index.json")
    output = merke("verify", path, *options, expect=EXIT[verdict])
    report: dict[str, Any] = json.loads(output)
    if report["verdict"] != verdict:
        sys.exit(f"{path}: {report['verdict']} {report['reasons']}, expected {verdict}")
    return report


def main() -> None:
    overview = merke("--help", expect=0)
    assert all(word in overview for word in ("demo", "verify", "init", "serve")), overview
    merke("verify", "no-such-file.png", expect=2)

    started = time.perf_counter()
    merke("demo", "--no-serve", "--out", OUT, "--data", DATA, expect=0)
    print(f"merke demo --no-serve: {time.perf_counter() - started:.1f} s")

    demo = json.loads((OUT / "demo.json").read_text(encoding="utf-8"))
    tried = 0
    for award in demo["awards"]:
        verdict, _, reason = award["expect"].partition(":")
        for name in award["files"].values():
            report = verify(OUT / name, verdict)
            if reason and reason not in report["reasons"]:
                sys.exit(f"{name}: {report['reasons']}, expected {reason}")
            tried += 1
    assert tried >= 16, f"only {tried} files named in demo.json"

    whole = next(a for a in demo["awards"] if a["expect"] == "VALID")
    changed = json.loads((OUT / whole["files"]["json"]).read_bytes())
    changed["validUntil"] = "2999-12-31T23:59:59Z"
    Path("changed.json").write_text(json.dumps(changed), encoding="utf-8")
    verify(Path("changed.json"), "INVALID")
    Path("not-a-badge.json").write_text('{"hello": "world"}', encoding="utf-8")
    verify(Path("not-a-badge.json"), "INVALID")
    print(f"{tried} files verified as the demo says, and a changed one refused")


if __name__ == "__main__":
    main()
