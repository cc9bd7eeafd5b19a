"""The corpus of badges: each has the verdict, the reasons and the issuer that its case says, no two
are alike, every reason occurs, and our script writes it as it is."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.vectors import make
from tests.vectors.corpus import Case, all_cases, folders, read, told
from verifier.reasons import Reason
from verifier.verify import verify

NOT_REACHED = {
    Reason.VERIFIER_ERROR: "a fault of the program, which no badge may cause",
}
"""Reasons that no case has, and why."""


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return list(all_cases())


@pytest.mark.parametrize("place", folders(), ids=lambda place: place.name)
def test_case(place: Path) -> None:
    case = read(place)
    report = verify(case.badge, case.world())
    expected = case.expected
    # Not every case says by what the badge is secured.
    expected.setdefault("securing", report.securing)
    assert told(report) == expected, [f for f in report.findings if f.reason]
    assert report.errors == ()
    assert (report.credential is not None) >= (expected["verdict"] == "VALID")


def test_there_are_as_many_as_promised(cases: list[Case], root: Path) -> None:
    count = Counter(case.expected["verdict"] for case in cases)
    page = (root / "docs" / "verification.md").read_text(encoding="utf-8")
    told = (
        f"a folder for each of {len(cases)} situations",
        f"{count['VALID']} are good, {count['INVALID']} are refused and {count['UNDETERMINED']}",
    )
    assert [text for text in told if text not in " ".join(page.split())] == []
    assert count["INVALID"] >= 250
    assert count["VALID"] >= 50
    assert count["UNDETERMINED"] >= 50


def test_no_two_are_alike(cases: list[Case]) -> None:
    def twice(values: list[Any]) -> list[Any]:
        return [value for value, times in Counter(values).items() if times > 1]

    assert twice([case.described["says"] for case in cases]) == []
    changes = [case.described.get("changed") or case.described["shows"] for case in cases]
    reasons = [case.expected["reasons"] for case in cases]
    assert twice([(*why, what) for why, what in zip(reasons, changes, strict=True)]) == []
    worlds = [(case.badge, repr(case.documents), repr(case.described["world"])) for case in cases]
    assert twice(worlds) == []


def test_each_says_what_and_why(cases: list[Case]) -> None:
    for case in cases:
        assert set(case.described) - {"changed", "shows"} == {"says", "rule", "world", "expect"}
        assert ("shows" in case.described) is (case.expected["verdict"] == "VALID"), case.name
        assert case.described["says"].endswith("."), case.name
        assert case.described["rule"], case.name
        assert (case.expected["reasons"] == []) is (case.expected["verdict"] == "VALID"), case.name


def test_every_reason_has_a_case(cases: list[Case]) -> None:
    met: set[str] = {f"who.{case.expected['who']}" for case in cases}
    for case in cases:
        expected = case.expected
        met |= {*expected["reasons"], *expected["notes"]}
        for one in (*expected["endorsements"], expected["successor"] or {"reasons": []}):
            met |= set(one["reasons"])
    assert met <= set(Reason)
    assert {*Reason} - met == set(NOT_REACHED)


def test_the_script_writes_it_as_it_is() -> None:
    written = {
        f"{case.name}/{name}": data
        for case in make.all_cases()
        for name, data in make.files(case).items()
    }
    found = {
        f"{place.name}/{file.name}": file.read_bytes()
        for place in folders()
        for file in place.iterdir()
    }
    assert sorted(written) == sorted(found), "python -m tests.vectors.make"
    assert [name for name, data in written.items() if found[name] != data] == []
