"""The figures: what a row says, and that each of them can be taken."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from issuer import bench
from issuer.bench import commands, drawing, issuing, peers, rows, verifying
from issuer.bench.material import Material, material
from issuer.bench.peers import Peers
from issuer.bench.rows import Absent, Comparison, Row, compare
from issuer.cli.bench import bench as command
from issuer.cli.context import Context
from tests.verifier.simulator import IssuerSimulator
from verifier.verify import verify


@pytest.fixture(scope="module")
def made() -> Material:
    """From any badge with the shape of the demonstration's."""
    issuer = IssuerSimulator()
    return material(json.loads(issuer.mint()))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_WINDOW", 0.002)
    monkeypatch.setattr(rows, "PART", 0.001)
    monkeypatch.setattr(peers, "PART", 0.001)
    monkeypatch.setattr(peers, "_WINDOW", 0.01)
    monkeypatch.setattr(peers, "_WARM_UP", 0.01)


def rates(ours: list[float], other: list[float], target: float) -> Comparison:
    return Comparison("x", "a second", iter(ours).__next__, iter(other).__next__, target)


def test_of_rates_more_is_better() -> None:
    row = compare(rates([100, 300, 200], [10, 10, 10], target=20), 3)
    assert (row.ours, row.other, row.ratio, row.ratios) == (200, 10, 20, (10, 30, 20))
    assert row.met
    assert not Row("x", "a second", 19, 1, (19.0,), 20).met
    assert row.json() == {
        "name": "x",
        "unit": "a second",
        "better": "higher",
        "ours": 200,
        "other": 10,
        "ratio": 20,
        "spread": [10, 30],
        "target": 20,
        "met": True,
    }
    assert row.cells()[5] == "at least 20 ×"


def test_of_times_less_is_better() -> None:
    row = Row("x", "seconds", 3.0, 2.0, (1.5,), 1.5)
    assert row.met
    assert not Row("x", "seconds", 3.2, 2.0, (1.6,), 1.5).met
    assert row.json()["better"] == "lower"
    assert row.cells() == ["x", "3 s", "2 s", "1.5 ×", "1.5–1.5", "at most 1.5 ×", "yes"]


def test_both_sides_are_taken_in_turn_and_neither_is_always_first() -> None:
    taken: list[str] = []

    def figure(side: str) -> float:
        taken.append(side)
        return 1.0

    pair = Comparison("x", "seconds", lambda: figure("ours"), lambda: figure("other"), 1)
    compare(pair, 3)
    assert taken in (
        ["ours", "other", "other", "ours", "ours", "other"],
        ["other", "ours", "ours", "other", "other", "ours"],
    )


@pytest.mark.usefixtures("hurried")
def test_a_rate_counts_turns() -> None:
    turns: list[int] = []
    often = rows.rate(turns.append)()
    assert turns == list(range(len(turns)))
    assert often > 100
    assert rows.per_turn(turns.append)() < 0.01


def test_the_fastest_part_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with others for most of the time is as fast as it is."""
    clock = [0.0]
    monkeypatch.setattr(rows, "_WINDOW", 10.0)
    monkeypatch.setattr("issuer.bench.rows.time.process_time", lambda: clock[0])

    def action(_: int) -> None:
        clock[0] += 0.001 if 7 < clock[0] < 8 else 0.004

    assert rows.rate(action)() == pytest.approx(1000)
    assert rows.per_turn(action)() == pytest.approx(0.004)


def test_material_is_sound_and_no_two_are_alike(made: Material) -> None:
    assert len({document["id"] for document in made.documents}) == 100
    for secured in (made.badges[0], made.badges[-1], made.tokens[0]):
        assert verify(secured, made.world())
    assert "credentialStatus" not in json.loads(made.lone[0])


@pytest.mark.usefixtures("hurried")
def test_each_figure_can_be_taken(made: Material) -> None:
    with Peers.start() as here:
        everything = [
            commands.first_verification(made),
            *verifying.comparisons(made, here),
            *issuing.comparisons(made, here),
            *drawing.comparisons(made),
        ]
        names = [one.name for one in everything]
        for one in everything:
            if isinstance(one, Comparison):
                assert one.ours() > 0
                assert one.other() > 0
    assert len(everything) == 21
    compared = [one for one in everything if isinstance(one, Comparison)]
    assert len({one.name for one in compared}) == len(compared), names


def test_without_peers_the_others_are_measured_all_the_same(made: Material) -> None:
    here = Peers("not installed", "nor this", "not here either")
    everything = [*verifying.comparisons(made, here), *issuing.comparisons(made, here)]
    absent = [one for one in everything if isinstance(one, Absent)]
    assert {one.why for one in absent} == {"not installed", "nor this", "not here either"}
    assert len(everything) - len(absent) == 4
    assert all(one.met for one in absent)


@pytest.mark.parametrize(("ratio", "code"), [(2.0, 0), (3.0, 1)])
def test_a_promise_that_is_not_kept_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, ratio: float, code: int
) -> None:
    def figures(runs: int) -> Iterator[Row | Absent]:
        assert runs == 4
        yield Row("start", "seconds", ratio, 1.0, (ratio,), 2.5)
        yield Absent("npm peers", "Node is not here")

    monkeypatch.setattr(bench, "measure", figures)
    context = Context(Path("nowhere"), "en")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(command, arguments, obj=context, standalone_mode=False)

    done = run("--runs", "4")
    assert done.return_value == code
    assert "at most 2.5 ×" in done.stdout
    assert "not measured, Node is not here" in done.stdout
    told = json.loads(run("--runs", "4", "--json").stdout)
    assert [row["name"] for row in told] == ["start", "npm peers"]
    assert told[0]["met"] is (code == 0)
