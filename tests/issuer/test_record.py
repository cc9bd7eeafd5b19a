"""What the database itself forbids, and migrations that are whole or not at all."""

import multiprocessing
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError

from issuer import audit
from issuer.errors import Busy, ClockBehind
from issuer.record import database
from issuer.record.tables import (
    AuditEntry,
    AuditPerson,
    Award,
    Base,
    Credential,
    Cycle,
    Edition,
    Organisation,
    Participation,
    StatusEntry,
    StatusList,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database.open_engine(tmp_path / "merke.sqlite3")
    database.migrate(made)
    with database.transaction(made) as session:
        edition = Edition(
            programme="p", edition="2026-1", source=b"", loaded_at=NOW, loaded_by="Kari"
        )
        organisation = Organisation(id="o", created_at=NOW)
        participation = Participation(
            id="m",
            organisation=organisation,
            programme="p",
            slug="eksempel",
            public=True,
            listed=True,
            created_at=NOW,
        )
        participation.cycles.append(Cycle(number=1, edition=edition, opened_at=NOW))
        session.add(participation)
        session.add(StatusList(number=1, version=1))
    yield made
    made.dispose()


def award(code: str = "A", state: str = "issued") -> Award:
    return Award(
        cycle_id=1,
        code=code,
        state=state,
        first_day=NOW.date(),
        last_day=(NOW + YEAR).date(),
        valid_from=NOW,
        valid_until=NOW + YEAR,
        renewal_opens=NOW + YEAR,
        patience_ends=NOW + YEAR,
        decided_at=NOW,
        decided_by="Ola",
    )


def credential(identifier: str = "c", number: int = 1) -> Credential:
    return Credential(
        id=identifier,
        award_id=1,
        number=number,
        state="issued",
        document=b"{}",
        sealed_json=b"{}",
        sealed_jwt=b"a.b.c",
        issued_at=NOW,
        valid_from=NOW,
        valid_until=NOW + YEAR,
        intended_at=NOW,
        intended_by="here:1",
    )


def issue(engine: Engine) -> None:
    with database.transaction(engine) as session:
        session.add(award())
        session.flush()
        session.add(credential())
        session.flush()
        session.add(StatusEntry(list_number=1, position=7, credential_id="c"))


def refused(engine: Engine, statement: str, match: str) -> None:
    with pytest.raises(IntegrityError, match=match), database.transaction(engine) as session:
        session.connection().exec_driver_sql(statement)


def test_one_award_a_cycle_that_is_not_void(engine: Engine) -> None:
    issue(engine)
    with pytest.raises(IntegrityError), database.transaction(engine) as session:
        session.add(award("B", "intended"))
    with database.transaction(engine) as session:
        session.execute(update(Award).values(state="void"))
        session.add(award("C"))
    with database.reading(engine) as session:
        assert sorted(session.scalars(select(Award.state))) == ["issued", "void"]


def test_a_status_place_is_used_once(engine: Engine) -> None:
    issue(engine)
    with database.transaction(engine) as session:
        session.add(credential("d", 2))
    with pytest.raises(IntegrityError), database.transaction(engine) as session:
        session.add(StatusEntry(list_number=1, position=7, credential_id="d"))
    with pytest.raises(IntegrityError), database.transaction(engine) as session:
        session.add(StatusEntry(list_number=1, position=8, credential_id="c"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credential SET sealed_json = x'00'",
        "UPDATE credential SET sealed_jwt = NULL",
        "UPDATE credential SET state = 'abandoned', sealed_json = NULL",
        "UPDATE credential SET document = x'00'",
        "DELETE FROM credential",
        "UPDATE award SET last_day = '2099-01-01'",
        "UPDATE award SET code = 'Z'",
        "DELETE FROM award",
        "UPDATE participation SET slug = 'another'",
        "DELETE FROM participation",
        "UPDATE status_entry SET position = 9",
        "DELETE FROM status_entry",
        "DELETE FROM status_list",
        "UPDATE edition SET source = x'00'",
    ],
)
def test_what_was_issued_cannot_be_changed_or_removed(engine: Engine, change: str) -> None:
    issue(engine)
    refused(engine, change, "may not change|kept for ever")


def test_a_revocation_is_never_cleared(engine: Engine) -> None:
    issue(engine)
    with database.transaction(engine) as session:
        session.execute(update(StatusEntry).values(revoked_at=NOW, revoked_by="suspend"))
    refused(engine, "UPDATE status_entry SET revoked_at = NULL", "may not change")
    refused(engine, "UPDATE status_entry SET revoked_by = 'void'", "may not change")


def test_issued_means_sealed(engine: Engine) -> None:
    with database.transaction(engine) as session:
        session.add(award())
    unsealed = credential()
    unsealed.sealed_jwt = None
    with pytest.raises(IntegrityError), database.transaction(engine) as session:
        session.add(unsealed)


def test_audit_entries_cannot_be_changed(engine: Engine) -> None:
    with database.transaction(engine) as session:
        audit.write(session, "test", "x", by="Kari", reason="why", now=NOW)
    refused(engine, "UPDATE audit_entry SET act = 'other'", "may not change")
    refused(engine, "DELETE FROM audit_entry", "kept for ever")


def test_the_chain_names_what_was_tampered_with(engine: Engine, tmp_path: Path) -> None:
    with database.transaction(engine) as session:
        for number in range(4):
            audit.write(session, f"act-{number}", "x", by="Kari", reason="why", now=NOW)
    with database.reading(engine) as session:
        assert list(audit.faults(session)) == []
    # Whoever writes to the file directly can take the triggers away; the chain still tells.
    with sqlite3.connect(tmp_path / "merke.sqlite3") as raw:
        raw.execute("DROP TRIGGER audit_entry_kept")
        raw.execute("DROP TRIGGER audit_entry_fixed_7")
        raw.execute("UPDATE audit_entry SET subject = 'y' WHERE number = 2")
        raw.execute("UPDATE audit_person SET by = 'Ola' WHERE number = 1")
        raw.execute("DELETE FROM audit_person WHERE number = 3")
        raw.execute("DELETE FROM audit_entry WHERE number = 3")
    with database.reading(engine) as session:
        found = list(audit.faults(session))
    assert found == [
        "entry 1: who or why was changed after it was written",
        "entry 2 was changed after it was written",
        "entry 3 is missing: 4 follows 2",
        "entry 4 does not follow the entry before it",
    ]


def test_who_and_why_can_be_erased_without_breaking_the_chain(engine: Engine) -> None:
    with database.transaction(engine) as session:
        audit.write(session, "act", "x", by="Kari Nordmann", reason="secret", now=NOW)
    with database.transaction(engine) as session:
        session.query(AuditPerson).delete()
    with database.reading(engine) as session:
        assert list(audit.faults(session)) == []
        entry = session.scalars(select(AuditEntry)).one()
        assert "Kari" not in str(vars(entry))


def test_nothing_is_written_before_the_last_recorded_moment(engine: Engine) -> None:
    with database.transaction(engine) as session:
        audit.write(session, "act", "x", by="Kari", now=NOW)
    with pytest.raises(ClockBehind), database.transaction(engine) as session:
        audit.write(session, "act", "x", by="Kari", now=NOW - timedelta(minutes=1))


def test_the_migrations_make_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_head_and_the_program_knows_it() -> None:
    config = Config()
    with resources.as_file(resources.files("issuer.record") / "migrations") as scripts:
        config.set_main_option("script_location", str(scripts))
        assert ScriptDirectory.from_config(config).get_heads() == [database.HEAD]


def test_an_older_program_leaves_a_newer_record_alone(engine: Engine) -> None:
    with database.transaction(engine) as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(database.SchemaFault, match="9999"):
        database.migrate(engine)


def _migrate(file: Path, *, die: bool) -> None:
    engine = database.open_engine(file)
    if die:
        # The machine stops in the middle of the migration: after the tables, before the end.
        from sqlalchemy import event

        @event.listens_for(engine, "before_cursor_execute")
        def stop(_c: object, _cur: object, statement: str, *_: object) -> None:
            if "CREATE TRIGGER" in statement:
                os._exit(9)

    database.migrate(engine)


def test_a_migration_killed_half_way_leaves_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    file = tmp_path / "merke.sqlite3"
    process = multiprocessing.get_context("spawn").Process(
        target=_migrate, args=(file,), kwargs={"die": True}
    )
    process.start()
    process.join(60)
    assert process.exitcode == 9
    engine = database.open_engine(file)
    assert database.revision(engine) is None
    database.migrate(engine)
    assert database.revision(engine) == database.HEAD
    engine.dispose()


def test_two_migrations_at_once_make_one(tmp_path: Path) -> None:
    file = tmp_path / "merke.sqlite3"
    spawn = multiprocessing.get_context("spawn")
    both = [spawn.Process(target=_migrate, args=(file,), kwargs={"die": False}) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    engine = database.open_engine(file)
    assert database.revision(engine) == database.HEAD
    engine.dispose()


def test_a_locked_record_is_a_quick_clear_refusal(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(database, "LOCK_PATIENCE", 0.1)
    second = database.open_engine(tmp_path / "merke.sqlite3")
    with database.transaction(engine) as session:
        session.add(StatusList(number=2, version=1))
        session.flush()
        with pytest.raises(Busy), database.transaction(second):
            pytest.fail("two writers at once")
    with database.transaction(second) as session:
        assert session.get(StatusList, 2) is not None
    second.dispose()
