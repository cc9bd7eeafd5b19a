"""`merke audit` finds each thing that somebody with the database in hand could change.

The faults are put in from outside, by SQL, with the database's own rules taken away first.
"""

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from issuer import checkpoints, recheck
from issuer.cli.main import run
from issuer.recheck.findings import MEANINGS
from tests.support.office import Desk, kept_in


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of an office: every state, a lifted suspension, a checkpoint."""
    with kept_in("sqlite"):
        desk = Desk.make(tmp_path_factory.mktemp("recheck") / "data")
    desk.every_state()
    sealed = desk.holder("Teater i tvil")
    desk.suspend(sealed.code)
    desk.clock.advance(days=1)
    desk.lift(sealed.code)
    assert checkpoints.sign_due(desk.office) is not None
    assert checkpoints.sign_due(desk.office) is None
    desk.close()
    return desk.office.folder.path


def check(folder: Path, change: Callable[[sqlite3.Connection], object] | None = None) -> set[str]:
    """The codes found in a copy of the record, after `change` was made to it."""
    from issuer.office import Office

    kept = (folder / "merke.sqlite3").read_bytes()
    try:
        if change is not None:
            with sqlite3.connect(folder / "merke.sqlite3") as record:
                triggers = record.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for (name,) in triggers.fetchall():
                    record.execute(f"DROP TRIGGER {name}")
                record.execute("PRAGMA ignore_check_constraints = ON")
                change(record)
            record.close()
        office = Office.open(folder, keys_required=False)
        with office.reading() as session:
            latest = session.connection().exec_driver_sql("SELECT max(at) FROM audit_entry")
            from issuer.recheck.reading import instant

            now = instant(latest.scalar_one())
            result = recheck.recheck(
                session.connection(), office.settings.did, office.settings.base_url, now
            )
        office.engine.dispose()
        return {finding.code for finding in result.findings}
    finally:
        (folder / "merke.sqlite3").write_bytes(kept)


def test_an_honest_record_has_no_faults(history: Path) -> None:
    assert check(history) == set()


@pytest.mark.both_databases
def test_both_databases_are_read_alike(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=1)
    desk.suspend(sealed.code)
    desk.clock.advance(days=1)
    desk.lift(sealed.code)
    found = []
    for change in (None, "UPDATE audit_person SET reason = 'another' WHERE number = 9"):
        if change is not None:
            with desk.office.engine.begin() as connection:
                connection.exec_driver_sql(change)
        with desk.office.reading() as session:
            did, base = desk.office.settings.did, desk.office.settings.base_url
            result = recheck.recheck(session.connection(), did, base, desk.clock())
        found.append({finding.code for finding in result.findings})
    assert found == [set(), {"chain.person"}]
    desk.close()


ONE = "(SELECT id FROM credential WHERE state = 'issued' ORDER BY id LIMIT 1)"
CHANGES = {
    "chain.changed": "UPDATE audit_entry SET subject = 'x' WHERE number = 20",
    "chain.gap": "DELETE FROM audit_entry WHERE number = 20",
    "chain.link": "UPDATE audit_entry SET previous = hash WHERE number = 20",
    "chain.person": "UPDATE audit_person SET reason = 'another' WHERE number = 20",
    "chain.clock": "UPDATE audit_entry SET at = '2024-01-01 00:00:00.000000' WHERE number = 20",
    "checkpoint.signature": "UPDATE checkpoint SET jws = jws || 'A'",
    "checkpoint.content": "UPDATE checkpoint SET number = number - 1",
    "checkpoint.entry": "UPDATE audit_entry SET hash = 'x' WHERE number ="
    " (SELECT number FROM checkpoint)",
    "credential.bytes": f"UPDATE credential SET sealed_jwt = sealed_jwt || 'A' WHERE id = {ONE}",
    "credential.form": f"UPDATE credential SET sealed_json = CAST('[' AS BLOB) WHERE id = {ONE}",
    "credential.proof": "UPDATE credential SET sealed_json ="
    f" CAST(replace(CAST(sealed_json AS TEXT), 'Completed', 'Failed') AS BLOB) WHERE id = {ONE}",
    "credential.token": f"UPDATE credential SET sealed_jwt = (SELECT sealed_jwt FROM credential"
    f" WHERE id <> {ONE} AND state = 'issued' LIMIT 1) WHERE id = {ONE}",
    "credential.key": "UPDATE public_key SET purpose = 'status' WHERE purpose = 'badge'",
    "credential.field": f"UPDATE credential SET valid_until = '2031-01-01 00:00:00'"
    f" WHERE id = {ONE}",
    "credential.unlogged": "UPDATE audit_entry SET act = 'x' WHERE act = 'award.seal'",
    "credential.absent": f"UPDATE credential SET state = 'abandoned' WHERE id = {ONE}",
    "award.requirements": "UPDATE requirement_record SET accepted_at = NULL"
    " WHERE requirement = 'kurs' AND cycle_id = (SELECT max(cycle_id) FROM award)",
    "award.deciders": "UPDATE award SET prepared_by = decided_by WHERE id = 1",
    "award.days": "UPDATE award SET last_day = '2031-01-01' WHERE id = 1",
    "award.twice": "UPDATE award SET cycle_id = (SELECT min(cycle_id) FROM award), state = 'issued'"
    " WHERE id = (SELECT max(id) FROM award)",
    "status.place": f"DELETE FROM status_entry WHERE credential_id = {ONE}",
    "status.revoked": "UPDATE status_entry SET revoked_at = NULL, revoked_by = NULL",
    "status.unfounded": "DELETE FROM award_act WHERE act <> 'seal'",
    "list.signature": "UPDATE status_list SET signed_json = CAST(replace(CAST(signed_json AS TEXT),"
    " 'revocation', 'suspension') AS BLOB)",
    "list.bits": "UPDATE status_entry SET revoked_at = NULL, revoked_by = NULL",
    "list.old": "UPDATE status_list SET valid_until = '2025-01-01 00:00:00'",
}


@pytest.mark.parametrize("code", CHANGES)
def test_what_somebody_changed_is_named(history: Path, code: str) -> None:
    def change(record: sqlite3.Connection) -> None:
        if code in ("status.place", "award.twice"):
            record.execute("DROP INDEX IF EXISTS uq_award_one_per_cycle")
        assert record.execute(CHANGES[code]).rowcount > 0

    assert code in check(history, change)


def test_every_meaning_is_met_by_a_change() -> None:
    assert set(CHANGES) == set(MEANINGS)


def test_docs_list_every_finding() -> None:
    text = (Path(__file__).parents[2] / "docs" / "audit.md").read_text()
    assert {code for code in MEANINGS if f"`{code}`" in text} == set(MEANINGS)


def test_the_command_says_what_it_looked_at(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "--json", "--data", str(history)]) in (0, 1)
    said = json.loads(capsys.readouterr().out)
    # The real clock is later than the list's end: that, and nothing else, is found.
    assert {finding["code"] for finding in said["findings"]} <= {"list.old"}
    assert said["checked"]["credentials"] == 10
    assert run(["audit", "--checkpoint", "--data", str(history)]) == 0
    assert capsys.readouterr().out.count(".") == 2


def test_it_shares_no_code_with_sealing() -> None:
    """What is checked twice by the same code is checked once."""
    import ast

    folder = Path(recheck.__file__).parent
    allowed = {"issuer.recheck", "issuer.texts"}
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            for name in names:
                top = name.split(".")[0]
                if top in ("issuer", "verifier", "keys", "badge_assets"):
                    assert name == "issuer" or any(name.startswith(each) for each in allowed), name


def test_a_day_without_a_round_is_covered_by_the_next(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    desk.clock.advance(days=5)
    day = checkpoints.sign_due(desk.office)
    assert day == (desk.clock() - timedelta(days=1)).date()
    desk.close()
