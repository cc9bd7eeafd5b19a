"""Changes of all kinds to badges that are good: none is ever VALID unless it says what was signed.

Every run makes other changes unless MERKE_MUTATIONS_SEED says otherwise; a failure prints the seed
and the number, with which `python -m tests.mutations.run --seed … --only …` shows it again. A
million of them is `make mutate`.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.mutations import engine, run
from tests.mutations.engine import FalseAnswer, Tally
from tests.verifier.simulator import IssuerSimulator, compact
from verifier import report as reports
from verifier import signatures
from verifier.reasons import Verdict
from verifier.verify import verify

CHANGES = int(os.environ.get("MERKE_MUTATIONS", "20000"))
SEED = int(os.environ.get("MERKE_MUTATIONS_SEED", random.randrange(2**32)))
PARTS = 4


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_change_is_believed(part: int) -> None:
    tally, findings = run.block(SEED, range(part, CHANGES, PARTS))
    print(run.summary(tally, len(findings)))
    assert findings == []
    answers: Counter[str] = Counter()
    for (_, verdict), count in tally.answers.items():
        answers[verdict] += count
    # Not all changes miss, and not all say the same.
    assert min(answers.values()) * 100 > sum(answers.values())
    assert set(answers) == set(Verdict)


def test_a_number_is_one_change() -> None:
    for number in range(40):
        one, again = engine.change(7, number), engine.change(7, number)
        assert (one.presented, one.documents) == (again.presented, again.documents)


def findings(count: int = 400) -> list[str]:
    return run.block(7, range(count))[1]


def test_blindness_to_signatures_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "verify", lambda *_: None)
    assert len(findings()) > 10


def test_a_fault_of_the_verifier_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(signatures, "verify", broken)
    assert any("RuntimeError" in found for found in findings())


def test_blindness_to_withdrawal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict that leaves out what is open: lists that nobody has signed are believed."""

    def blind(self: reports.Report) -> Verdict:
        failed = any(str(f.outcome) == "failed" for f in self.findings)
        return Verdict.INVALID if failed else Verdict.VALID

    monkeypatch.setattr(reports.Report, "verdict", property(blind))
    assert findings()


def test_what_takes_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # Below nothing at all: some clocks stand still for as long as the quickest answer takes.
    monkeypatch.setattr(engine, "SLOWEST", -1.0)
    with pytest.raises(FalseAnswer, match="took"):
        engine.check(7, 1, Tally())


def test_the_program(root: Path) -> None:
    command = [sys.executable, "-m", "tests.mutations.run", "--seed", "7", "--processes", "1"]
    done = subprocess.run(
        [*command, "--count", "40", "--start", "20"], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "false answers: 0" in done.stdout
    assert "seed 7, numbers 20 to 39" in done.stdout


def test_two_badges_cannot_be_mixed() -> None:
    """Parts of two good badges of one issuer never make a third."""
    sim = IssuerSimulator()
    one = json.loads(sim.mint())
    two = json.loads(
        sim.mint(lambda d: d.update(name="Et annet", validUntil="2099-01-01T00:00:00Z"))
    )
    world = sim.world()
    for name in one:
        mixed = {**one, name: two[name]}
        report = verify(compact(mixed), world)
        assert bool(report) is (one[name] == two[name]), name
    head, payload, signature = sim.mint_token().split(b".")
    _, other, other_signature = sim.mint_token(lambda d: d.update(name="Et annet")).split(b".")
    for token in ((head, other, signature), (head, payload, other_signature)):
        assert verify(b".".join(token), world).verdict is Verdict.INVALID
