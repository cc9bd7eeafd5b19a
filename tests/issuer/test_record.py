"""What the database itself forbids, and migrations that are whole or not at all."""

import logging
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from issuer import audit
from issuer.errors import BadInput, Busy, ClockBehind
from issuer.record import database as records
from issuer.record import schema, sqlite
from issuer.record.access import ApiToken
from issuer.record.tables import (
    AuditEntry,
    AuditPerson,
    Award,
    Credential,
    Cycle,
    Edition,
    Organisation,
    Participation,
    StatusEntry,
    StatusList,
)
from tests.support import servers
from tests.support.office import new_place
from tests.support.processes import started

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def place(tmp_path: Path) -> Path | str:
    return new_place(tmp_path)


@pytest.fixture
def engine(place: Path | str) -> Iterator[Engine]:
    made = records.open_engine(place)
    records.migrate(made)
    with records.transaction(made) as session:
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
    with records.transaction(engine) as session:
        session.add(award())
        session.flush()
        session.add(credential())
        session.flush()
        session.add(StatusEntry(list_number=1, position=7, credential_id="c"))


def refused(engine: Engine, statement: str, match: str) -> None:
    if engine.dialect.name == "postgresql":
        statement = statement.replace("x'00'", "'\\x00'")
    with pytest.raises(IntegrityError, match=match), records.transaction(engine) as session:
        session.connection().exec_driver_sql(statement)


def test_one_award_a_cycle_that_is_not_void(engine: Engine) -> None:
    issue(engine)
    with pytest.raises(IntegrityError), records.transaction(engine) as session:
        session.add(award("B", "intended"))
    with records.transaction(engine) as session:
        session.execute(update(Award).values(state="void"))
        session.add(award("C"))
    with records.reading(engine) as session:
        assert sorted(session.scalars(select(Award.state))) == ["issued", "void"]


def test_a_status_place_is_used_once(engine: Engine) -> None:
    issue(engine)
    with records.transaction(engine) as session:
        session.add(credential("d", 2))
    with pytest.raises(IntegrityError), records.transaction(engine) as session:
        session.add(StatusEntry(list_number=1, position=7, credential_id="d"))
    with pytest.raises(IntegrityError), records.transaction(engine) as session:
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


@pytest.mark.database_only("postgresql")
def test_no_table_that_is_kept_is_emptied_at_once(engine: Engine) -> None:
    issue(engine)
    refused(engine, "TRUNCATE audit_entry CASCADE", "kept for ever")
    refused(engine, "TRUNCATE credential CASCADE", "kept for ever")


def test_a_revocation_is_never_cleared(engine: Engine) -> None:
    issue(engine)
    with records.transaction(engine) as session:
        session.execute(update(StatusEntry).values(revoked_at=NOW, revoked_by="suspend"))
    refused(engine, "UPDATE status_entry SET revoked_at = NULL", "may not change")
    refused(engine, "UPDATE status_entry SET revoked_by = 'void'", "may not change")


def test_issued_means_sealed(engine: Engine) -> None:
    with records.transaction(engine) as session:
        session.add(award())
    unsealed = credential()
    unsealed.sealed_jwt = None
    with pytest.raises(IntegrityError), records.transaction(engine) as session:
        session.add(unsealed)


def test_audit_entries_cannot_be_changed(engine: Engine) -> None:
    with records.transaction(engine) as session:
        audit.write(session, "test", "x", by="Kari", reason="why", now=NOW)
    refused(engine, "UPDATE audit_entry SET act = 'other'", "may not change")
    refused(engine, "DELETE FROM audit_entry", "kept for ever")


def test_the_chain_names_what_was_tampered_with(engine: Engine) -> None:
    with records.transaction(engine) as session:
        for number in range(4):
            audit.write(session, f"act-{number}", "x", by="Kari", reason="why", now=NOW)
    with records.reading(engine) as session:
        assert list(audit.faults(session)) == []
    # Whoever writes to the file directly can take the triggers away; the chain still tells.
    of = " ON audit_entry" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as raw:
        for statement in (
            f"DROP TRIGGER audit_entry_kept{of}",
            f"DROP TRIGGER audit_entry_fixed_7{of}",
            "UPDATE audit_entry SET subject = 'y' WHERE number = 2",
            "UPDATE audit_person SET by = 'Ola' WHERE number = 1",
            "DELETE FROM audit_person WHERE number = 3",
            "DELETE FROM audit_entry WHERE number = 3",
        ):
            raw.exec_driver_sql(statement)
    with records.reading(engine) as session:
        found = list(audit.faults(session))
    assert found == [
        "entry 1: who or why was changed after it was written",
        "entry 2 was changed after it was written",
        "entry 3 is missing: 4 follows 2",
        "entry 4 does not follow the entry before it",
    ]


def test_who_and_why_can_be_erased_without_breaking_the_chain(engine: Engine) -> None:
    with records.transaction(engine) as session:
        audit.write(session, "act", "x", by="Kari Nordmann", reason="secret", now=NOW)
    with records.transaction(engine) as session:
        session.query(AuditPerson).delete()
    with records.reading(engine) as session:
        assert list(audit.faults(session)) == []
        entry = session.scalars(select(AuditEntry)).one()
        assert "Kari" not in str(vars(entry))


def test_nothing_is_written_before_the_last_recorded_moment(engine: Engine) -> None:
    with records.transaction(engine) as session:
        audit.write(session, "act", "x", by="Kari", now=NOW)
    with pytest.raises(ClockBehind), records.transaction(engine) as session:
        audit.write(session, "act", "x", by="Kari", now=NOW - timedelta(minutes=1))


def test_the_migrations_make_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []


def test_there_is_one_head_and_the_program_knows_it() -> None:
    config = Config()
    with resources.as_file(resources.files("issuer.record") / "migrations") as scripts:
        config.set_main_option("script_location", str(scripts))
        assert ScriptDirectory.from_config(config).get_heads() == [records.HEAD]


def test_an_older_program_leaves_a_newer_record_alone(engine: Engine) -> None:
    with records.transaction(engine) as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(records.SchemaFault, match="9999"):
        records.migrate(engine)


def _migrate(place: Path | str, die: str | None = None) -> None:
    engine = records.open_engine(place)
    if die is not None:
        # The machine stops in the middle of the migration: after the tables, before the end.
        @event.listens_for(engine, "before_cursor_execute")
        def stop(_c: object, _cur: object, statement: str, *_: object) -> None:
            if die in statement:
                os._exit(9)

    records.migrate(engine)


@pytest.mark.parametrize(
    "die", ["CREATE TABLE award_act", "CREATE TRIGGER", "INTO alembic_version"]
)
def test_a_migration_killed_half_way_leaves_nothing_and_can_be_run_again(
    tmp_path: Path, die: str
) -> None:
    place = new_place(tmp_path)
    process = started(_migrate, place, die)
    process.join(60)
    assert process.exitcode == 9
    engine = records.open_engine(place)
    assert records.revision(engine) is None
    records.migrate(engine)
    assert records.revision(engine) == records.HEAD
    engine.dispose()


def test_two_migrations_at_once_make_one(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    both = [started(_migrate, place), started(_migrate, place)]
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    engine = records.open_engine(place)
    assert records.revision(engine) == records.HEAD
    engine.dispose()


def test_a_locked_record_is_a_quick_clear_refusal(
    engine: Engine, place: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LOCK_PATIENCE", 0.1)
    second = records.open_engine(place)
    with records.transaction(engine) as session:
        session.add(StatusList(number=2, version=1))
        session.flush()
        with pytest.raises(Busy, match="another process"), records.transaction(second):
            pytest.fail("two writers at once")
        # Who only reads sees what was before, at once.
        with records.reading(second) as other:
            assert other.get(StatusList, 2) is None
    with records.transaction(second) as session:
        assert session.get(StatusList, 2) is not None
    second.dispose()


@pytest.mark.database_only("sqlite")
def test_a_long_transaction_keeps_no_reader_out(
    engine: Engine, place: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LOCK_PATIENCE", 0.1)
    second = records.open_engine(place)
    with records.transaction(engine) as session:
        # Ten megabytes: more than SQLite keeps in memory by itself.
        for number in range(2, 2502):
            session.add(StatusList(number=number, version=1, signed_json=bytes(4000)))
        session.flush()
        with records.reading(second) as other:
            assert other.get(StatusList, 2) is None
    second.dispose()


@pytest.mark.database_only("postgresql")
def test_a_reader_sees_one_moment(engine: Engine) -> None:
    with records.reading(engine) as session:
        assert session.get(StatusList, 2) is None
        with records.transaction(engine) as other:
            other.add(StatusList(number=2, version=1))
        assert session.get(StatusList, 2) is None


def test_writers_wait_for_each_other(engine: Engine) -> None:
    def count() -> None:
        for _ in range(10):
            with records.transaction(engine) as session:
                session.get_one(StatusList, 1).version += 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with records.reading(engine) as session:
        assert session.get_one(StatusList, 1).version == 41


def test_no_message_tells_what_was_to_be_written(engine: Engine) -> None:
    row = ApiToken(id="canary", digest="hemmelig", person=None, created_at=NOW, expires_at=NOW)
    with pytest.raises(IntegrityError) as refused, records.transaction(engine) as session:
        session.add(row)
    assert "api_token" in str(refused.value)
    assert "parameters: [(" not in str(refused.value)
    assert records.is_postgresql(engine) or "hemmelig" not in str(refused.value)


@pytest.mark.database_only("postgresql")
def test_what_no_text_may_hold_is_refused_as_input(engine: Engine) -> None:
    for text in ("a\0b", "x" * 5000):
        with (
            pytest.raises(BadInput, match="cannot be kept"),
            records.transaction(engine) as session,
        ):
            audit.write(session, text, "x", by="Kari", now=NOW)
    with pytest.raises(BadInput), records.reading(engine) as session:
        session.get(Organisation, "a\0b")


@pytest.mark.database_only("postgresql")
def test_a_database_that_is_gone_and_comes_back(engine: Engine, place: Path | str) -> None:
    with records.reading(engine) as session:
        assert session.get(StatusList, 1)
    address = str(place)
    servers.cut_off(address)
    # The connections that were open are found to be dead, and replaced.
    with records.transaction(engine) as session:
        session.get_one(StatusList, 1).version += 1
        session.flush()
        servers.cut_off(address)
        with pytest.raises(Busy), records.faults_are_named():
            session.get(Organisation, "o")
        session.rollback()
    with records.reading(engine) as session:
        assert session.get_one(StatusList, 1).version == 1
    engine.dispose()
    nowhere = records.open_engine(address.replace("host=", "host=/nowhere"))
    with pytest.raises(Busy), records.reading(nowhere) as session:
        session.get(StatusList, 1)


@pytest.mark.database_only("postgresql")
@pytest.mark.parametrize("address", ["postgresql://a:secret@b/c?d=e", "postgresql://[secret"])
def test_an_address_that_cannot_be_read_is_not_repeated(address: str) -> None:
    with pytest.raises(BadInput, match="cannot be read") as refused:
        records.open_engine(address)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.database_only("sqlite")
@pytest.mark.parametrize(
    ("version", "said"),
    [((3, 40, 1), "has a fault and is not used"), ((3, 51, 3), "full synchronisation")],
)
def test_the_sqlite_library_is_named(version: tuple[int, ...], said: str) -> None:
    assert sqlite.check_library(version).endswith(said)
    with pytest.raises(BadInput, match="too old"):
        sqlite.check_library((3, 34, 1))


@pytest.mark.database_only("sqlite")
def test_sqlite_keeps_its_promises_on_the_disk(engine: Engine) -> None:
    with engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert asked == {"journal_mode": "delete", "synchronous": 2, "foreign_keys": 1}


def test_what_is_undone_half_way_leaves_no_gap_in_the_log(engine: Engine) -> None:
    with records.transaction(engine) as session:
        audit.write(session, "one", "o", by="Kari", now=NOW)
        with session.begin_nested() as point:
            audit.write(session, "two", "o", by="Kari", now=NOW)
            session.flush()
            point.rollback()
        audit.write(session, "three", "o", by="Kari", now=NOW)
    with records.reading(engine) as session:
        assert list(audit.faults(session)) == []
        assert session.scalars(select(AuditEntry.act)).all()[-2:] == ["one", "three"]


def test_no_fault_of_the_database_repeats_what_stands_in_it(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the driver's own text (PostgreSQL adds a detail with the row) nor the trace."""
    canary = "kanarifugl"
    insert = sql("INSERT INTO organisation (id, number, created_at) VALUES (:id, :number, :at)")
    row = {"id": canary, "number": "312345676", "at": NOW}
    with records.transaction(engine) as session:
        session.execute(insert, row)
    wrong: list[tuple[Any, dict[str, Any]]] = [
        (insert, row),
        (insert, {**row, "id": f"{canary}-2"}),
        (insert, {**row, "id": f"{canary}-3", "number": "1", "at": None}),
    ]
    if engine.dialect.name == "postgresql":
        wrong += [
            (sql("SELECT CAST(:given AS integer)"), {"given": canary}),
            (insert, {**row, "id": canary * 9, "number": "2"}),
        ]
    for statement, given in wrong:
        with (
            pytest.raises(Exception, match=r"\w") as raised,
            records.transaction(engine) as session,
        ):
            session.execute(statement, given)
        assert canary not in str(raised.value)
        logging.getLogger("issuer").error("it failed", exc_info=raised.value)
    assert len(caplog.records) == len(wrong)
    assert canary not in caplog.text
    assert "312345676" not in caplog.text
