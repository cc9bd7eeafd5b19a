"""Records of every released schema: brought to the newest, killed half-way, put back."""

import os
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, select

from issuer import audit, restored
from issuer.backup import archive, restoring
from issuer.backup.archive import Head
from issuer.folder import Folder, write_private
from issuer.office import Office
from issuer.record import database as records
from issuer.record import dump
from issuer.record.tables import Credential
from issuer.settings import Settings
from tests.support.office import ADA, PASSPHRASE, REASON, Clock, Desk, new_place
from tests.support.processes import started

pytestmark = pytest.mark.both_databases

KEPT = sorted((Path(__file__).parent / "backups").glob("*.tar.gz"))


def test_every_released_schema_is_kept() -> None:
    found = []
    for path in KEPT:
        with archive.reading(path, None) as backup:
            list(backup.pieces())
            found.append(backup.head.schema)
    # The newest one is not released while it is the newest: it is kept when the next one comes.
    assert set(found) <= set(records.KNOWN)
    assert "0001" in found


@pytest.fixture(params=KEPT, ids=lambda path: path.name.partition(".")[0])
def kept(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def as_it_was(kept: Path, place: Path | str) -> Head:
    """A record of the kept schema at `place`."""
    with archive.reading(kept, None) as backup:
        pieces = list(backup.pieces())
        head, manifest = backup.head, backup.manifest
    assert manifest is not None
    engine = records.open_engine(place)
    with records.writer(engine).begin() as connection:
        records.upgrade(connection, head.schema)
        shapes = [shape for shape, _ in manifest.tables.values()]
        dump.load(connection, shapes, restoring.tables(iter(pieces)))
    engine.dispose()
    return head


def rows_of(engine: Engine, *names: str) -> dict[str, list[list[Any]]]:
    with records.reader(engine).connect() as connection:
        return {
            table.name: list(dump.rows(connection, table))
            for table in dump.tables(connection)
            if table.name in names
        }


def _migrate(place: Path | str, die: str | None = None) -> None:
    engine = records.open_engine(place)
    if die is not None:

        @event.listens_for(engine, "before_cursor_execute")
        def stop(_c: object, _cur: object, statement: str, *_: object) -> None:
            if die in statement:
                os._exit(9)

    records.migrate(engine)


@pytest.mark.parametrize(
    "die",
    [
        *("CREATE TABLE", "ADD COLUMN", "UPDATE award ", "SET version_num"),
        *("CREATE TABLE bounce", "ADD COLUMN scope"),
        *("ADD COLUMN by_key", "UPDATE award_act SET by_key", "award_two_keys"),
    ],
)
def test_a_migration_killed_half_way_leaves_what_was(kept: Path, tmp_path: Path, die: str) -> None:
    place = new_place(tmp_path)
    schema = as_it_was(kept, place).schema
    engine = records.open_engine(place)
    before = rows_of(engine, "audit_entry", "status_entry", "award_act")
    process = started(_migrate, place, die)
    process.join(60)
    assert process.exitcode == 9, "the step was never reached"
    assert records.revision(engine) == schema
    records.migrate(engine)
    assert records.revision(engine) == records.HEAD
    assert before["status_entry"] == rows_of(engine, "status_entry")["status_entry"]
    with records.reading(engine) as session:
        assert list(audit.faults(session)) == []
    engine.dispose()


def test_two_that_start_at_once_migrate_once(kept: Path, tmp_path: Path) -> None:
    place = new_place(tmp_path)
    as_it_was(kept, place)
    both = [started(_migrate, place), started(_migrate, place)]
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    engine = records.open_engine(place)
    assert records.revision(engine) == records.HEAD
    engine.dispose()


def test_a_folder_of_an_older_schema_is_kept_before_it_is_brought_up(
    kept: Path, tmp_path: Path, database: str
) -> None:
    folder = Folder(tmp_path / "data")
    place = new_place(folder.path)
    address = place if isinstance(place, str) else None
    with archive.reading(kept, None) as backup:
        files = dict(backup.pieces())
    head = backup.head
    folder.make(Settings(head.base_url, head.name, sample=True, database=address))
    write_private(folder.ring, files[archive.RING])
    as_it_was(kept, place)
    office = Office.open(folder.path, passphrase=PASSPHRASE)
    (copy,) = folder.backups.iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    desk = Desk(office, Clock(office.now()))
    assert desk.office.ring.locked is False
    office.engine.dispose()
    # What was kept is of the schema that was there.
    plan = restoring.look(copy, Folder(tmp_path / "other"))
    assert plan.head.schema == head.schema


def test_a_backup_of_every_schema_comes_back(kept: Path, tmp_path: Path) -> None:
    place = new_place(tmp_path / "none")
    address = place if isinstance(place, str) else None
    plan = restoring.look(kept, Folder(tmp_path / "data"), database_address=address)
    clock = Clock(plan.head.made_at)
    restoring.restore(plan, by=ADA, reason=REASON, now=clock())
    office = Office.open(
        tmp_path / "data", database_address=address, passphrase=PASSPHRASE, clock=clock
    )
    restored.acknowledge(office, by=ADA, reason=REASON)
    restored.release(office, 1, by=ADA, reason=REASON)
    with office.reading() as session:
        assert list(audit.faults(session)) == []
        states = [row.state for row in session.scalars(select(Credential))]
    assert states == ["issued"] * 4
    desk = Desk(office, clock)
    assert desk.holder("Ny etter tilbakelegging").slug
    desk.close()


@pytest.mark.database_only("sqlite")
def test_the_program_knows_its_schemas(database: str) -> None:
    from importlib import resources

    from alembic.config import Config

    config = Config()
    with resources.as_file(resources.files("issuer.record") / "migrations") as scripts:
        config.set_main_option("script_location", str(scripts))
        known = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(known)) == records.KNOWN
    assert records.KNOWN[-1] == records.HEAD
