"""The report: one verdict from many findings, one JSON shape, sentences for everything."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from verifier import reasons, texts
from verifier.reasons import (
    NOT_ASKED,
    NOTES,
    PROBLEM,
    REQUIRED,
    UNDECIDED,
    Check,
    Outcome,
    Reason,
    Verdict,
)
from verifier.report import Finding, Report, Who, found, not_applicable, note, passed

NOW = datetime(2026, 11, 24, 12, 0, 0, 999_999, tzinfo=UTC)
GOOD = tuple(passed(check) for check in Check if check in REQUIRED)


def report(*findings: Finding, **fields: Any) -> Report:
    given = {"who": Who("unproven"), "securing": None, "credential": None, "verified_at": NOW}
    return Report(findings=findings, **{**given, **fields})


# The verdict.


def test_silence_is_no_yes() -> None:
    assert report().verdict is Verdict.UNDETERMINED
    assert not report()


def test_all_that_must_pass_has_passed() -> None:
    assert report(*GOOD).verdict is Verdict.VALID
    assert report(*GOOD)


@pytest.mark.parametrize("missing", sorted(REQUIRED))
def test_a_check_that_was_not_made(missing: Check) -> None:
    findings = tuple(finding for finding in GOOD if finding.check is not missing)
    assert report(*findings).verdict is Verdict.UNDETERMINED
    skipped = report(*findings, not_applicable(missing))
    expected = Verdict.VALID if missing is Check.STATUS else Verdict.UNDETERMINED
    assert skipped.verdict is expected


@pytest.mark.parametrize("securing", [*NOT_ASKED, "vc-jwt", None])
@pytest.mark.parametrize("missing", sorted(REQUIRED))
def test_a_check_with_nothing_to_look_at(missing: Check, securing: str | None) -> None:
    """Only where the kind of badge has no such thing, and never in silence."""
    findings = tuple(finding for finding in GOOD if finding.check is not missing)
    assert report(*findings, securing=securing).verdict is Verdict.UNDETERMINED
    allowed = {Check.STATUS} | NOT_ASKED.get(securing or "", frozenset())
    skipped = report(*findings, not_applicable(missing), securing=securing)
    assert (skipped.verdict is Verdict.VALID) is (missing in allowed)


@pytest.mark.parametrize("check", list(Check))
def test_what_outranks_what(check: Check) -> None:
    failed, unknown = Finding(check, Outcome.FAILED), Finding(check, Outcome.UNKNOWN)
    assert report(*GOOD, unknown).verdict is Verdict.UNDETERMINED
    assert report(*GOOD, unknown, failed).verdict is Verdict.INVALID
    assert report(failed).verdict is Verdict.INVALID
    assert report(*GOOD, not_applicable(check)).verdict is Verdict.VALID


def test_notes_decide_nothing() -> None:
    noted = report(*GOOD, note(Check.PROOF, Reason.PROOF_UNSUPPORTED))
    assert (noted.verdict, noted.reasons) == (Verdict.VALID, ())
    for reason in NOTES:
        assert report(*GOOD, found(Check.ISSUER, reason)).reasons == ()


def test_reasons_come_once_and_what_failed_first() -> None:
    findings = (
        found(Check.STATUS, Reason.STATUS_UNREACHABLE),
        found(Check.PERIOD, Reason.PERIOD_EXPIRED),
        found(Check.STRUCTURE, Reason.STRUCTURE_VALUE),
        found(Check.STRUCTURE, Reason.STRUCTURE_VALUE),
        Finding(Check.PROOF, Outcome.UNKNOWN),
    )
    assert report(*findings).reasons == (
        Reason.PERIOD_EXPIRED,
        Reason.STRUCTURE_VALUE,
        Reason.STATUS_UNREACHABLE,
    )


# JSON.


def test_the_shape_of_the_json() -> None:
    whole = report(
        passed(Check.CARRIER),
        found(Check.STATUS, Reason.STATUS_REVOKED, "index 1"),
        who=Who("domain", "did:web:example.no", "example.no"),
        securing="vc-jwt",
        credential={"id": "urn:uuid:1"},
        at=datetime(2027, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=1))),
    ).to_json()
    assert json.loads(json.dumps(whole)) == whole
    assert list(whole) == [
        "verdict",
        "reasons",
        "who",
        "securing",
        "checks",
        "successor",
        "endorsements",
        "points_to",
        "credential",
        "verified_at",
        "at",
    ]
    assert whole["verdict"] == "INVALID"
    assert whole["reasons"] == ["status.revoked"]
    assert whole["who"] == {"kind": "domain", "did": "did:web:example.no", "host": "example.no"}
    assert whole["securing"] == "vc-jwt"
    assert whole["successor"] is whole["points_to"] is None
    assert whole["credential"] == {"id": "urn:uuid:1"}
    assert whole["verified_at"] == "2026-11-24T12:00:00Z"
    assert whole["at"] == "2027-01-01T00:00:00Z"
    carrier, status = whole["checks"]
    assert carrier["reason"] is carrier["problem"] is None
    assert status == {
        "id": "status",
        "outcome": "failed",
        "reason": "status.revoked",
        "problem": None,
        "text": {
            "nb": "Utstederen har gjort merket ugyldig.",
            "nn": "Utferdaren har gjort merket ugyldig.",
            "en": "The issuer has revoked the badge.",
        },
        "detail": "index 1",
    }


def test_strings_in_the_json_are_plain() -> None:
    whole = report(*GOOD, found(Check.JSON, Reason.JSON_NUMBER)).to_json()
    assert {type(v) for v in (whole["verdict"], whole["reasons"][0], whole["checks"][0]["id"])} == {
        str
    }


def test_details_do_not_grow() -> None:
    for finding in (
        found(Check.JSON, Reason.JSON_NUMBER, "x" * 9999),
        passed(Check.JSON, "x" * 9999),
        note(Check.JSON, Reason.JSON_NUMBER, "x" * 9999),
    ):
        assert len(finding.detail or "") == 300


# Sentences.


def test_every_code_is_an_area_and_a_word() -> None:
    assert [r for r in Reason if not re.fullmatch(r"[a-z]+\.[a-z_]+", r)] == []
    assert set(PROBLEM) <= set(Reason)
    assert not UNDECIDED & NOTES


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_sentences(reason: Reason) -> None:
    check_sentences(texts.of_reason(reason))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_sentences(verdict: Verdict) -> None:
    check_sentences(texts.of_verdict(verdict))


@pytest.mark.parametrize(("check", "outcome"), list(product(Check, Outcome)))
def test_every_check_has_its_sentences(check: Check, outcome: Outcome) -> None:
    if outcome is not Outcome.FAILED:  # nothing fails without a reason
        check_sentences(texts.of_finding(check, outcome, None))
    assert all(texts.of_check(check)[language] for language in texts.LANGUAGES)


def check_sentences(sentences: texts.Text) -> None:
    assert tuple(sentences) == texts.LANGUAGES
    for sentence in sentences.values():
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "  " not in sentence
        assert len(sentence) <= 180
    assert sentences["nb"] != sentences["en"]


def test_no_two_reasons_say_the_same() -> None:
    for language in texts.LANGUAGES:
        said = [texts.of_reason(reason)[language] for reason in Reason]
        assert len(said) == len(set(said))


# The page that explains them.


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "verification.md").read_text(encoding="utf-8")


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the tables in the section under `heading`, by their first cell."""
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            assert cells[0].strip("`") not in table, cells[0]
            table[cells[0].strip("`")] = cells[1:]
    return table


def test_every_reason_is_explained_and_no_other(page: str) -> None:
    table = rows(page, "Reasons")
    assert set(table) == {str(reason) for reason in Reason}
    for reason in Reason:
        verdict, problem, meaning = table[str(reason)]
        outcome = reasons.outcome_of(reason)
        expected = {
            Outcome.FAILED: "INVALID",
            Outcome.UNKNOWN: "UNDETERMINED",
            Outcome.PASSED: "note",
        }[outcome]
        assert verdict == expected, reason
        assert problem.strip("`") == PROBLEM.get(reason, "").rpartition("#")[2], reason
        assert len(meaning) > 10


def test_every_check_is_explained_and_no_other(page: str) -> None:
    table = rows(page, "Checks")
    assert list(table) == [str(check) for check in Check]
    for check in Check:
        assert table[str(check)][0] == ("yes" if check in REQUIRED else "no"), check


def test_every_member_of_the_report_is_explained(page: str) -> None:
    whole = report(passed(Check.JSON)).to_json()
    assert set(rows(page, "The report")) == {*whole, *(f"checks.{m}" for m in whole["checks"][0])}
