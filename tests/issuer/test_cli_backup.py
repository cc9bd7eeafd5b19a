"""`merke backup`, `restore` and `record`, as somebody types them on a bad day."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from issuer.cli.context import Context
from issuer.cli.main import cli
from issuer.cli.refusals import exit_code
from issuer.errors import BadInput
from issuer.office import system_clock
from issuer.record.tables import StatusList
from tests.support import servers
from tests.support.office import PASSPHRASE, Clock, Desk

pytestmark = pytest.mark.database_only("sqlite")

BY = ("--by", "Kari", "--reason", "disken røk")
Merke = Callable[..., Result]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    secret = tmp_path / "passphrase"
    secret.write_bytes(PASSPHRASE)
    monkeypatch.setenv("MERKE_PASSPHRASE_FILE", str(secret))
    made = Desk.make(tmp_path / "data", clock=Clock(system_clock()))
    yield made
    made.close()


def merke(*words: object, answer: str = "", expect: int = 0) -> Result:
    result = CliRunner().invoke(
        cli, [str(word) for word in words], obj=Context(Path("merke-data"), "en"), input=answer
    )
    code = result.exit_code
    if isinstance(result.exception, Exception):
        code = exit_code(result.exception, "en")
    assert code == expect, (result.output, result.exception)
    return result


def test_a_bad_day(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed = desk.holder("Eksempelteatret")
    secret = tmp_path / "backup-passphrase"
    secret.write_text("tre ord som ingen vet\n")
    file = tmp_path / "merke.sealed"
    data = ("--data", tmp_path / "data", "--lang", "en")
    said = merke("backup", file, *data, "--passphrase-file", secret).stderr
    assert re.search(r"Wrote .*merke\.sealed: \d+ rows, \d+ bytes, up to entry 19 of the log", said)
    merke("backup", file, *data, expect=2)
    desk.clock.moment = system_clock()
    desk.suspend(sealed.code)
    with desk.office.reading() as session:
        list_ = session.get_one(StatusList, 1).signed_json
    assert list_ is not None
    (tmp_path / "status-1.json").write_bytes(list_)

    # Somebody who does not mean it changes nothing; nor does a wrong passphrase, or none.
    desk.office.engine.dispose()
    before = (tmp_path / "data" / "merke.sqlite3").read_bytes()
    restore = ("restore", file, *data, *BY)
    merke(*restore, expect=2)
    sealed_with = ("--passphrase-file", secret)
    asked = merke(*restore, *sealed_with, answer="no\n", expect=1)
    assert "Type balansemerket.example.no to go on" in asked.stderr
    assert (tmp_path / "data" / "merke.sqlite3").read_bytes() == before
    done = merke(*restore, *sealed_with, answer="balansemerket.example.no\n")
    assert "The backup is whole" in done.stderr
    assert "merke record acknowledge" in done.stderr

    shown = json.loads(merke("record", "show", "--json", *data).stdout)
    assert (shown["newest known"], shown["signs"]) == (False, False)
    assert "SQLite" in shown["kept by"]
    assert shown["lists"][0]["held"]
    capsys.readouterr()
    merke("award", "lift", sealed.code, *data, *BY, expect=1)
    said = merke("record", "acknowledge", *data, *BY).stderr
    assert "from number 2 on" in said
    merke("record", "supply", tmp_path / "passphrase", *data, *BY, expect=2)
    said = merke("record", "supply", tmp_path / "status-1.json", *data, *BY).stderr
    assert "1 awards suspended eksempelteatret" in said
    merke("record", "release", 1, *data, *BY, expect=1)
    shown = json.loads(merke("record", "show", "--json", *data).stdout)
    assert shown["signs"]
    assert shown["lists"][0]["held"] is None
    merke("award", "lift", sealed.code, *data, *BY)
    merke("audit", *data)


def test_into_another_database(
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        address = servers.database()
    except servers.NoServer as fault:
        pytest.skip(str(fault))
    desk.holder("Eksempelteatret")
    data = ("--data", tmp_path / "data", "--lang", "en")
    merke("backup", tmp_path / "backup", *data)
    desk.office.engine.dispose()
    (tmp_path / "address").write_text(f"{address}\n")
    monkeypatch.setenv("MERKE_DATABASE_FILE", str(tmp_path / "address"))
    said = merke("restore", tmp_path / "backup", *data, *BY, "--yes").stderr
    assert "Nothing was done after the backup" in said
    assert address not in said
    shown = merke("record", "show", *data).stdout
    assert "PostgreSQL" in shown
    assert "newest known: True" in shown
    assert "eksempelteatret" in merke("register", *data).stdout.lower()
    # `init` makes no second issuer in it.
    merke(
        *("init", "--base-url", "https://andre.example.no", "--name", "Andre"),
        *("--data", tmp_path / "second", "--lang", "en"),
        expect=2,
    )
    monkeypatch.setenv("MERKE_DATABASE_FILE", "")
    monkeypatch.setenv("MERKE_DATABASE", "mysql://root:secret@db/merke")
    capsys.readouterr()
    merke("register", *data, expect=2)
    said = capsys.readouterr().err
    assert "must begin with postgresql" in said
    assert "secret" not in said
    servers.drop(address)


def test_what_a_file_says_of_itself_does_nothing_to_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fault = BadInput("Made by %(program)s.\nUse that.", program="\x1b]0;x\x07\x1b[2J\u202eabc")
    assert exit_code(fault, "en") == 2
    said = capsys.readouterr().err
    assert set(said) & set("\x1b\x07\u202e") == set()
    assert said.endswith("abc.\nUse that.\n")
