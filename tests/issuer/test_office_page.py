"""docs/office.md is lived through: every command on the page, in its order, in one record."""

import re
import shlex
from pathlib import Path

import pytest

from tests.issuer.test_cli import Merke, issuer, merke

__all__ = ["issuer", "merke"]  # fixtures

PAGE = Path(__file__).parents[2] / "docs" / "office.md"
CODE = "7F3K-92QX-5A1B"


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("merke ")]


def test_the_page_can_be_lived_through(
    issuer: Merke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MERKE_STAFF", "Kari")
    (tmp_path / "list.csv").write_text("name,listed\nSkogscenen,yes\n", encoding="utf-8")
    code = CODE
    assert len(commands()) > 40
    for line in commands():
        # A meeting lies ahead, whenever this runs.
        today = line.replace(CODE, code).replace("2027-01-12T", "2099-01-12T")
        said = issuer(*shlex.split(today)[1:])
        assert said.code == 0, (line, said.err)
        if line.startswith(("merke award seal ", "merke case overturn ")):
            code = said.out.strip()
    assert (tmp_path / "fjordkompaniet-diploma.pdf").stat().st_size > 0
    assert issuer("audit").code == 0
