"""`merke verify` on files, addresses, standard input and whole folders: lines, sums, exit codes."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from issuer.cli.main import run
from tests.verifier.ob2_issuer import Ob2Issuer
from tests.verifier.simulator import IssuerSimulator, put, stamp

NOW = datetime.now(UTC).replace(microsecond=0)
PLACE = "https://merke.example.no/b/1.json"


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Verify = Callable[..., Answer]


@pytest.fixture(scope="module")
def sim() -> IssuerSimulator:
    simulator = IssuerSimulator(now=NOW)
    simulator.served[PLACE] = simulator.mint()
    return simulator


@pytest.fixture
def verify(
    tmp_path: Path,
    sim: IssuerSimulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Verify:
    """Run `merke verify` as a stranger, with the simulator's documents and no network."""
    served = tmp_path / "served"
    served.mkdir()
    entries = {}
    for number, (url, data) in enumerate(sim.served.items()):
        (served / f"{number}.json").write_bytes(data)
        entries[url] = {"file": f"{number}.json"}
    (served / "index.json").write_text(json.dumps(entries))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MERKE_LANG", "en")
    monkeypatch.setenv("MERKE_DATA", str(tmp_path / "no-data"))

    def command(*arguments: str) -> Answer:
        code = run(["verify", *arguments, "--documents", str(served / "index.json")])
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return command


@pytest.fixture
def folder(tmp_path: Path, sim: IssuerSimulator) -> Path:
    """Badges of each verdict, files that are none, and places that are not looked at."""
    badges = tmp_path / "badges"
    (badges / "deeper").mkdir(parents=True)
    (badges / ".hidden").mkdir()
    over = put("validUntil", value=stamp(NOW - timedelta(days=1)))
    (badges / "a.json").write_bytes(sim.mint())
    (badges / "b.JWT").write_bytes(sim.mint_token())
    (badges / "deeper" / "c.json").write_bytes(sim.mint(over))
    (badges / "deeper" / "d.jwt").write_bytes(Ob2Issuer(NOW).signed())
    (badges / "notes.txt").write_text("no badge")
    (badges / ".e.json").write_text("{")
    (badges / ".hidden" / "f.json").write_text("{")
    (badges / "deeper" / "round").symlink_to(badges)
    return badges


def test_a_line_for_each_and_a_sum(verify: Verify, folder: Path) -> None:
    answer = verify("badges")
    assert answer.code == 1
    holder = "merke.example.no: Balansemerket, Áššu “Øst” & Ålesund’s scene"
    assert answer.lines == [
        f"VALID         badges/a.json  {holder}",
        f"VALID         badges/b.JWT  {holder}",
        f"NOT VALID     badges/deeper/c.json  period.expired  {holder}",
        "UNDETERMINED  badges/deeper/d.jwt  hosted.unreachable",
    ]
    assert "Valid: 2. Not valid: 1. Undetermined: 1." in answer.err
    assert "passed over" in answer.err
    assert "badges: 1.\n" in answer.err
    assert "could not be read" not in answer.err


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_terminal_that_knows_few_letters(
    verify: Verify, folder: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for badges, code in (["badges/a.json"], 0), (["badges"], 1):
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "latin-1"))
        assert verify(*badges, *options).code == code
        sys.stdout.flush()
        assert b"VALID" in written.getvalue()


def test_a_folder_with_a_pipe_in_it(verify: Verify, folder: Path) -> None:
    os.mkfifo(folder / "endless.json")
    (folder / "nowhere.json").symlink_to(folder / "not-there")
    answer = verify("badges")
    assert answer.code == 1
    assert not any("endless" in line for line in answer.lines)
    assert any("nowhere" in line for line in answer.lines)


def test_an_address_that_is_no_text(verify: Verify) -> None:
    assert verify("https://x\udcff").code == 3


def test_the_exit_code_of_a_folder(verify: Verify, folder: Path) -> None:
    (folder / "deeper" / "c.json").unlink()
    assert verify("badges").code == 3
    (folder / "deeper" / "d.jwt").unlink()
    assert verify("badges").code == 0
    assert verify("badges", "--trust", "did:web:other.no").code == 1


def test_each_report_as_a_line_of_json(verify: Verify, folder: Path) -> None:
    answer = verify("badges", "--json")
    told = [json.loads(line) for line in answer.lines]
    assert [Path(each["file"]).name for each in told] == ["a.json", "b.JWT", "c.json", "d.jwt"]
    assert [each["report"]["verdict"] for each in told] == [
        "VALID",
        "VALID",
        "INVALID",
        "UNDETERMINED",
    ]
    assert answer.out.isascii()
    assert answer.code == 1


def test_several_badges_of_all_kinds(verify: Verify, folder: Path, sim: IssuerSimulator) -> None:
    answer = verify("badges/a.json", PLACE, "badges/deeper", "badges/notes.txt")
    assert [line.split()[0] for line in answer.lines] == [
        "VALID",
        "VALID",
        "NOT",
        "UNDETERMINED",
        "UNDETERMINED",
    ]
    assert f"VALID         {PLACE}  merke.example.no: Balansemerket" in answer.lines[1]
    assert "carrier.unsupported" in answer.lines[4]  # named by hand, it is looked at


def test_what_cannot_be_read_is_no_yes(verify: Verify, folder: Path) -> None:
    answer = verify("badges/a.json", "nowhere.json")
    assert answer.code == 3
    assert answer.lines[1].endswith("nowhere.json  No such file or directory")
    assert "Files that could not be read: 1." in answer.err
    answer = verify("badges/a.json", "nowhere.json", "--json")
    assert json.loads(answer.lines[1]) == {
        "file": "nowhere.json",
        "report": None,
        "error": "No such file or directory",
    }


def test_a_folder_without_badges(verify: Verify, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("x")
    answer = verify("empty")
    assert (answer.code, answer.out) == (2, "")
    assert "there is no badge below empty" in answer.err


def test_names_cannot_write_to_the_terminal(verify: Verify, folder: Path) -> None:
    (folder / "\x1b[2J\u202eevil.json").write_text("{}")
    (folder / os.fsdecode(b"\xff.json")).write_text("{}")
    answer = verify("badges")
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out
    assert len(answer.lines) == 6
    json_lines = verify("badges", "--json").lines
    assert len([json.loads(line) for line in json_lines]) == 6


def test_an_address(verify: Verify) -> None:
    answer = verify(PLACE)
    assert answer.code == 0
    assert answer.out.startswith("VALID\n")
    for address in ("https://merke.example.no/none", "http://merke.example.no/b/1.json"):
        answer = verify(address, "--json")
        assert answer.code == 3
        assert json.loads(answer.out)["reasons"] == ["carrier.unreachable"]


def test_standard_input(
    verify: Verify, sim: IssuerSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in (sim.mint(), PLACE.encode() + b"\n"):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
        assert verify("-").code == 0


def test_a_bar_where_somebody_watches(folder: Path, tmp_path: Path) -> None:
    """On a terminal's standard error, and nowhere in what is written to standard output."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    (tmp_path / "index.json").write_text("{}")
    watched, terminal = pty.openpty()
    arguments = ["verify", "badges", "--documents", str(tmp_path / "index.json"), "--lang", "en"]
    script = f"import sys; from issuer.cli.main import run; sys.exit(run({arguments!r}))"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        out = process.communicate(timeout=60)[0].decode()
    shown = os.read(watched, 65536).decode()
    os.close(watched)
    assert process.returncode == 1
    assert "4/4" in shown
    assert len(out.splitlines()) == 4
    assert "\x1b" not in out
