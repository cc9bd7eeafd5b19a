"""Every kept input of every fuzz target, found ones among them, without the search."""

import re
from pathlib import Path

import pytest

from tests.fuzz import whole
from tests.fuzz.targets import TARGETS
from verifier.verify import verify

CORPUS = Path(__file__).parent / "corpus"
KEPT = sorted(path for path in CORPUS.glob("*/*"))
LARGEST = 10_000  # bytes of one input


def test_each_target_has_inputs_and_each_input_a_target() -> None:
    assert len(TARGETS) >= 10
    assert {path.parent.name for path in KEPT} == TARGETS.keys()
    assert [path for path in KEPT if path.stat().st_size > LARGEST] == []


def test_the_page_lists_all(root: Path) -> None:
    page = (root / "docs" / "verification.md").read_text(encoding="utf-8")
    table = page.partition("## Searching for faults\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == sorted(TARGETS)


def test_good_badges_are_among_them() -> None:
    """Or a search would start from nothing that is ever VALID."""
    good = sorted((CORPUS / "badge").glob("good-*"))
    assert len(good) >= 8
    assert [path.name for path in good if not verify(path.read_bytes(), whole.world())] == []


def test_good_answers_are_among_them() -> None:
    """One at least at each address, and of each kind of list."""
    seeds = ["ours-0", "ours-1", "ours-2", "ours-3", "newer", "list-as-token", "2021-list"]
    for name in [*seeds, "1EdTech-list"]:
        assert whole.answered((CORPUS / "served" / name).read_bytes()), name


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_kept_inputs(name: str) -> None:
    kept = [path for path in KEPT if path.parent.name == name]
    assert len(kept) >= 3
    for path in kept:
        try:
            TARGETS[name](path.read_bytes())
        except Exception as fault:
            fault.add_note(f"{path.parent.name}/{path.name}")
            raise
