"""The README says what is so: its Python runs, its commands exist, its links lead somewhere."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def after_the_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    subprocess.run(
        [sys.executable, "-m", "issuer", "demo", "--no-serve"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return folder


@pytest.mark.parametrize(
    ("number", "printed"), [(0, "'identityHash': 'Eksempelteatret'"), (1, "VALID\n")]
)
def test_the_python_runs_as_printed(after_the_demo: Path, number: int, printed: str) -> None:
    code = blocks("python")[number]
    assert len(code.strip().splitlines()) == 5
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=after_the_demo,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert printed in done.stdout


def test_every_command_of_the_readme_exists(after_the_demo: Path) -> None:
    lines = [
        line for block in blocks("sh") for line in block.splitlines() if line.startswith("merke ")
    ]
    assert len(lines) > 3
    for line in lines:
        words = [word for word in shlex.split(line) if not word.startswith("-")][1:3]
        done = subprocess.run(
            [sys.executable, "-m", "issuer", words[0], "--help"], capture_output=True, text=True
        )
        assert done.returncode == 0
        options = re.findall(r"--[a-z-]+", line)
        shown = done.stdout
        if words[0] in ("participation", "award", "programme"):
            done = subprocess.run(
                [sys.executable, "-m", "issuer", *words, "--help"], capture_output=True, text=True
            )
            assert done.returncode == 0
            shown = done.stdout
        assert [option for option in options if option not in shown] == []


def test_links_and_pictures_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README)
    assert targets
    missing = [t for pair in targets for t in pair if t and not (ROOT / t).exists()]
    assert missing == []


def test_the_two_commands_come_first() -> None:
    assert blocks("sh")[0].split("\n")[0].startswith("make demo")
    assert blocks("sh")[0].split("\n")[1].startswith("make test")
