"""The tables of docs/peers.md: what each verifier says of each badge.

`python -m tests.peers.page` writes them anew; `test_cross_verdicts` finds out whether they still
tell the truth. The words around them, and the reasons for each difference, are written by hand.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.peers import cases, forms, judges
from tests.peers.javascript import Peers
from tests.peers.judges import ACCEPTS, JUDGES, OURS, REFUSES, UNREAD
from verifier import contexts

PAGE = Path(__file__).parents[2] / "docs" / "peers.md"

BOTH_WAYS = "both ways"
READS_OURS = "reads ours"
ONE_WAY = "one way"
DIFFERS = "differs"

Table = dict[str, list[str]]
"""The first cell of a row -> the others."""

_TABLE = re.compile(r"(<!-- (suites|verdicts) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def verdicts(peers: Peers) -> Table:
    """Each case with our reasons and the verdict of each of `JUDGES`."""
    table = {}
    for each in cases.CASES:
        badge, sim = cases.made(each.id)
        told = judges.all_verdicts(peers, each.id, badge, sim)
        reasons = ", ".join(f"`{reason}`" for reason in judges.ours(badge, sim).reasons)
        table[each.id] = [told[OURS], reasons, *(told[judge] for judge in JUDGES[1:])]
    return table


def suites(peers: Peers) -> Table:
    """Each form, and how each peer and we get on in it."""
    return {form: [meeting(peers, judge, form) for judge in JUDGES[1:]] for form in forms.FORMS}


def meeting(peers: Peers, peer: str, form: str) -> str:
    """Whether a badge of this form that was made here is read by `peer` and the other way round,
    and no altered one."""
    sim, badge = forms.issuer(), forms.ours(form)
    name = f"token: {form}" if form in forms.TOKENS else form
    there = judges.all_verdicts(peers, name, badge, sim, only=peer)[peer]
    altered = judges.all_verdicts(peers, name, forms.altered(badge), sim, only=peer)[peer]
    theirs = forms.made_by(peers, peer, form)
    if there != ACCEPTS and theirs is None:
        return UNREAD
    if there != ACCEPTS or altered != REFUSES:
        return DIFFERS
    if theirs is None:
        return READS_OURS
    reads = bool(judges.ours(theirs, sim)) and not judges.ours(forms.altered(theirs), sim)
    return BOTH_WAYS if reads else ONE_WAY


def differing(table: Table) -> list[str]:
    """The cases of `verdicts` in which some peer says otherwise than we do."""
    return [
        name
        for name, (ours, _, *others) in table.items()
        if any(other not in (ours, UNREAD) for other in others)
    ]


def read(name: str) -> Table:
    """The table of this name as the page has it."""
    (found,) = [match for match in _TABLE.finditer(PAGE.read_text()) if match[2] == name]
    rows = [line.strip("|").split("|") for line in found[0].splitlines() if line[:1] == "|"]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in rows[2:]}


def explained() -> set[str]:
    """What the page gives a reason for: the bold names that its list items begin with."""
    whole = re.sub(r"\n +", " ", PAGE.read_text())
    items = re.findall(r"^\* ((?:\*\*.+?\*\*(?:, | and )?)+)", whole, re.MULTILINE)
    return {name for item in items for name in re.findall(r"\*\*(.+?)\*\*", item)}


def _written(head: Sequence[str], table: Mapping[str, Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *([name, *cells] for name, cells in table.items())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> None:
    known = {url: json.dumps(contexts.load()[url]) for url in contexts.load()}
    with Peers.start(known) as peers:
        tables = {
            "suites": _written(["form", *JUDGES[1:]], suites(peers)),
            "verdicts": _written(["badge", OURS, "reason", *JUDGES[1:]], verdicts(peers)),
        }
    text = _TABLE.sub(lambda match: f"{match[1]}{tables[match[2]]}", PAGE.read_text())
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
