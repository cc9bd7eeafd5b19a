"""`merke` as its users meet it: the whole road by commands, and clear words for bad input."""

import fcntl
import json
import os
import pty
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import termios
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from issuer import programmes
from issuer.cli.main import COMMANDS, run
from issuer.errors import BadInput
from issuer.web.server import free_port

ASKED = ("kurs", "kartlegging", "mote", "plan", "vilkar", "erklaering")
FACTS: dict[str, dict[str, Any]] = {
    "kurs": {"date": "2026-03-02", "hours": 3, "held_by": "Eksempel", "participants": 4},
    "kartlegging": {"handed_in": "2026-03-09"},
    "mote": {"date": "2026-03-16", "present": ["Nora Eksempel"]},
    "plan": {
        "measures": [
            {
                "title": "Samtale ved prøvestart",
                "kind": "samtaler",
                "responsible_role": "produsent",
                "due": "2027-01-31",
                "state": "under_way",
                "public": True,
            }
        ]
    },
    "vilkar": {"confirmed": {"regler": "ja", "rutiner": "ja", "ledelse": "ja", "samtaler": "ja"}},
    "erklaering": {"name": "Nora Eksempel", "role": "leder", "date": "2026-03-20"},
}


@dataclass
class Answer:
    code: int
    out: str
    err: str


Merke = Callable[..., Answer]


@pytest.fixture
def merke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Merke:
    """Run a command in the data folder `data` of the test's own folder."""
    secret = tmp_path / "passphrase"
    secret.write_text("a passphrase for tests only\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MERKE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MERKE_PASSPHRASE_FILE", str(secret))
    monkeypatch.setenv("MERKE_LANG", "en")
    monkeypatch.delenv("MERKE_STAFF", raising=False)

    def command(*arguments: str) -> Answer:
        code = run(list(arguments))
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return command


@pytest.fixture
def issuer(merke: Merke, tmp_path: Path) -> Merke:
    """An issuer with Balansemerket loaded."""
    file = tmp_path / "balansemerket.toml"
    file.write_bytes(programmes.shipped("balansemerket"))
    assert (
        merke("init", "--base-url", "https://merke.example.no", "--name", "Eksempelmerket").code
        == 0
    )
    assert merke("programme", "load", str(file), "--by", "Kari").code == 0
    return merke


def take_to_the_badge(merke: Merke, name: str) -> str:
    slug = merke(
        "participation", "enrol", "balansemerket", name, "--listed", "--by", "Kari"
    ).out.strip()
    for requirement in ASKED:
        facts = json.dumps(FACTS[requirement])
        place = (slug, requirement, "--by", "Kari")
        assert merke("participation", "record", *place, "--facts", facts).code == 0
        assert merke("participation", "accept", *place).code == 0
    prepared = merke("participation", "prepare", slug, "--by", "Kari", "--reason", "klart")
    assert prepared.code == 0, prepared.err
    return slug


def test_the_whole_road_by_commands(issuer: Merke, tmp_path: Path) -> None:
    slug = take_to_the_badge(issuer, 'Áššu på Nærøy’s "scene"')
    sealed = issuer("award", "seal", slug, "--by", "Ola", "--reason", "alt på plass")
    assert sealed.code == 0, sealed.err
    assert f"https://merke.example.no/m/{slug}" in sealed.err
    code = sealed.out.strip()
    act = ("--by", "Ola", "--reason", "prøve")
    assert issuer("award", "suspend", code, *act).code == 0
    listed = json.loads(issuer("participation", "list", "--json").out)
    assert [(row["slug"], row["state"]) for row in listed] == [(slug, "suspended")]
    assert issuer("award", "lift", code.lower().replace("-", " "), *act).code == 0
    register = json.loads(issuer("register", "--json").out)
    assert [(row["slug"], row["state"]) for row in register] == [(slug, "holds")]
    shown = json.loads(issuer("participation", "show", slug).out)
    assert [c["revoked"] for c in shown["cycles"][0]["awards"][0]["credentials"]] == [True, False]
    assert issuer("award", "give-up", code, *act).code == 0
    again = issuer("award", "suspend", code, *act)
    assert again.code == 1
    assert "already ended" in again.err
    assert issuer("tick").code == 0


def test_refusals_end_with_one_and_say_what_to_do(issuer: Merke) -> None:
    slug = issuer(
        "participation", "enrol", "balansemerket", "Eksempelteatret", "--by", "Kari"
    ).out.strip()
    refused = issuer("award", "seal", slug, "--by", "Ola", "--reason", "for tidlig")
    assert refused.code == 1
    assert "kurs (Three-hour course), kartlegging (" in refused.err
    nynorsk = issuer(
        *("--lang", "nn", "award", "seal", slug, "--by", "Ola", "--reason", "for tidleg")
    )
    assert "kurs (Kurs på tre timar), kartlegging (" in nynorsk.err
    for requirement in ("kurs", "plan"):
        early = issuer("participation", "accept", slug, requirement, "--by", "Kari")
        assert early.code == 1
        assert "Record it first" in early.err
    bad = issuer(
        *("participation", "record", slug, "kurs", "--by", "Kari"),
        *("--facts", '{"date": "2999-01-01", "hours": "tre"}'),
    )
    assert bad.code == 1
    assert bad.err.splitlines() == [
        "The facts cannot be recorded:",
        "  date: this day has not come yet: write only what has happened",
        "  hours: write a number",
        "  held_by: missing",
        "  participants: missing",
    ]
    plan = issuer(
        *("--lang", "nb", "participation", "record", slug, "plan", "--by", "Kari"),
        *("--facts", '{"measures": [{"kind": "tull"}], "note\\u001b": 1}'),
    )
    told = plan.err.splitlines()
    assert told[0] == "Opplysningene kan ikke føres inn:"
    assert "  measures 1, title: mangler" in told
    assert "  note?: dette blir det ikke spurt om; kjent er: measures" in told
    (kinds,) = (line for line in told if line.startswith("  measures 1, kind: "))
    assert "ledelse (Ledelse og ansvar)" in kinds
    renewal = issuer("participation", "renew", slug, "--by", "Kari")
    assert renewal.code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("nonsense",), 2, "No such command"),
        (("participation", "show", "ingen"), 2, "ingen"),
        (("participation", "enrol", "ukjent", "X", "--by", "K"), 2, "programme load"),
        (("participation", "enrol", "balansemerket", "", "--by", "K"), 2, "empty"),
        (("participation", "enrol", "balansemerket", "a\u202eb", "--by", "K"), 2, "202E"),
        (("participation", "enrol", "balansemerket", "劇場", "--by", "K"), 2, "劇"),
        (
            ("participation", "enrol", "balansemerket", "X", "--by", "K", "--number", "12"),
            2,
            "organisation number",
        ),
        (("participation", "enrol", "balansemerket", "X"), 2, "--by"),
        (
            ("participation", "record", "x", "kurs", "--by", "K", "--facts", "{"),
            2,
            "not JSON",
        ),
        (
            ("participation", "record", "x", "kurs", "--by", "K", "--facts", '{"a":1,"a":2}'),
            2,
            "not JSON",
        ),
        (("participation", "record", "x", "kurs", "--by", "K", "--facts", "@none"), 2, "none"),
        (("award", "suspend", "XXXX", "--by", "K", "--reason", "r"), 2, "mistyped"),
        (("award", "suspend", "000000000000", "--by", "K", "--reason", "r"), 2, "0000"),
        (("award", "seal", "ingen", "--by", "K", "--reason", "r"), 2, "ingen"),
        (("award", "seal", "x", "--by", "K", "--reason", "r", "--first-day", "igår"), 2, "2027"),
        (("token", "revoke", "ukjent", "--by", "K"), 2, "ukjent"),
        (("token", "new", "K", "--by", "K", "--days", "0"), 2, "--days"),
        (("keys", "retire", "ukjent", "--by", "K", "--reason", "r"), 2, "ukjent"),
        (("keys", "new", "sølv", "--by", "K", "--reason", "r"), 2, "badge"),
        (("programme", "load", "finnes-ikke.toml", "--by", "K"), 2, "finnes-ikke.toml"),
        (("verify", "finnes-ikke.json"), 2, "finnes-ikke.json"),
        (("demo", "--no-serve", "--port", "99999"), 2, "--port"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    issuer: Merke, tmp_path: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    before = (tmp_path / "data" / "merke.sqlite3").read_bytes()
    ring = (tmp_path / "data" / "keys" / "ring.json").read_bytes()
    answer = issuer(*arguments)
    assert (answer.code, answer.out) == (code, "")
    assert told in answer.err
    assert "Traceback" not in answer.err
    assert (tmp_path / "data" / "merke.sqlite3").read_bytes() == before
    assert (tmp_path / "data" / "keys" / "ring.json").read_bytes() == ring


@pytest.mark.parametrize(
    "address",
    [
        "http://merke.example.no",
        "https://Merke.example.no",
        "https://merke.example.no/",
        "https://merke.example.no:8443",
        "https://merke.example.no/sti",
        "https://bruker@merke.example.no",
        "https://localhost",
        "https://127.0.0.1",
        "merke.example.no",
        "",
    ],
)
def test_a_base_address_is_an_https_origin(merke: Merke, tmp_path: Path, address: str) -> None:
    answer = merke("init", "--base-url", address, "--name", "X")
    assert answer.code == 2
    assert "https" in answer.err
    assert not (tmp_path / "data").exists()


def test_init_leaves_other_folders_alone(merke: Merke, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").write_text("keep")
    answer = merke("init", "--base-url", "https://merke.example.no", "--name", "X")
    assert answer.code == 2
    assert os.listdir(tmp_path / "data") == ["mine.txt"]


def test_a_short_passphrase_is_refused(
    merke: Merke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "passphrase").write_text("kort\n")
    answer = merke("init", "--base-url", "https://merke.example.no", "--name", "X")
    # A passphrase that is too short or wrong is wrong use: no rule was asked yet.
    assert answer.code == 2
    assert "12" in answer.err
    assert not (tmp_path / "data").exists()


def test_a_wrong_or_missing_passphrase_opens_nothing(
    issuer: Merke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = take_to_the_badge(issuer, "Eksempelteatret")
    seal = ("award", "seal", slug, "--by", "Ola", "--reason", "r")
    (tmp_path / "passphrase").write_text("another passphrase\n")
    wrong = issuer(*seal)
    assert wrong.code == 2
    assert "passphrase" in wrong.err
    assert "another" not in wrong.err
    monkeypatch.delenv("MERKE_PASSPHRASE_FILE")
    missing = issuer(*seal)
    assert missing.code == 1
    assert "MERKE_PASSPHRASE_FILE" in missing.err
    assert json.loads(issuer("participation", "list", "--json").out)[0]["state"] == "under_way"


def test_a_folder_others_can_read_is_refused(issuer: Merke, tmp_path: Path) -> None:
    (tmp_path / "data").chmod(0o755)
    answer = issuer("participation", "list")
    assert answer.code == 2
    assert "chmod 700" in answer.err


@pytest.mark.parametrize("damage", [b"not a database at all" * 400, None], ids=["all", "a page"])
def test_a_damaged_record_is_told_from_a_busy_one(
    issuer: Merke, tmp_path: Path, damage: bytes | None
) -> None:
    take_to_the_badge(issuer, "Eksempelteatret")
    file = tmp_path / "data" / "merke.sqlite3"
    whole = file.read_bytes()
    # Every page but the first, which says what kind of file it is.
    file.write_bytes(damage or whole[:4096] + b"\xff" * (len(whole) - 4096))
    answer = issuer("participation", "list")
    assert (answer.code, answer.out) == (70, "")
    assert "The record is damaged" in answer.err
    assert "backup" in answer.err
    assert "Traceback" not in answer.err


def test_a_busy_port_is_named(issuer: Merke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = issuer("serve", "--port", str(port))
    assert answer.code == 2
    assert f"Port {port} is in use" in answer.err
    with ExitStack() as stack:
        for number in range(61_000, 61_020):
            with suppress(OSError):
                stack.enter_context(socket.create_server(("127.0.0.1", number)))
        with pytest.raises(BadInput, match="from 61000 to 61019 is busy"):
            free_port("127.0.0.1", 61_000)


def test_programme_faults_are_shown_by_line(issuer: Merke, tmp_path: Path) -> None:
    broken = programmes.shipped("balansemerket").replace(b'"attendance"', b'"fest"')
    (tmp_path / "broken.toml").write_bytes(broken)
    answer = issuer("programme", "load", "broken.toml", "--by", "Kari")
    assert answer.code == 2
    line = broken[: broken.index(b'"fest"')].count(b"\n") + 1
    assert f"broken.toml:{line}: requirements.first[0].kind" in answer.err


def test_an_edition_is_never_changed(issuer: Merke, tmp_path: Path) -> None:
    changed = programmes.shipped("balansemerket") + b"\n# one more line\n"
    (tmp_path / "changed.toml").write_bytes(changed)
    assert issuer("programme", "load", "balansemerket.toml", "--by", "Kari").code == 0
    answer = issuer("programme", "load", "changed.toml", "--by", "Kari")
    assert answer.code == 1
    assert "new edition" in answer.err


@pytest.mark.parametrize("fault", ["damaged ring", "open folder", "newer schema", "no record"])
def test_a_fault_of_the_folder_says_nothing_of_a_badge(
    issuer: Merke, tmp_path: Path, fault: str
) -> None:
    slug = take_to_the_badge(issuer, "Eksempelteatret")
    assert issuer("award", "seal", slug, "--by", "Ola", "--reason", "r").code == 0
    data = tmp_path / "data"
    with sqlite3.connect(data / "merke.sqlite3") as record:
        (sealed,) = record.execute("SELECT sealed_json FROM credential").fetchone()
        if fault == "newer schema":
            record.execute("UPDATE alembic_version SET version_num = '9999'")
    (tmp_path / "badge.json").write_bytes(sealed)
    if fault == "damaged ring":
        (data / "keys" / "ring.json").write_text("{}")
    elif fault == "open folder":
        data.chmod(0o755)
    elif fault == "no record":
        (data / "merke.sqlite3").unlink()
    answer = issuer("verify", "badge.json")
    assert answer.code == 3, answer
    assert "Traceback" not in answer.err


def test_keys_have_a_life_story(issuer: Merke) -> None:
    first = {row["purpose"]: row["key"] for row in json.loads(issuer("keys", "list", "--json").out)}
    assert set(first) == {"badge", "badge-jwt", "status", "audit"}
    act = ("--by", "Kari", "--reason", "bytte")
    new = issuer("keys", "new", "badge", *act).out.strip()
    assert issuer("keys", "retire", first["badge"], *act).code == 0
    document = json.loads(issuer("keys", "export", "did").out)
    listed = [method.split("#")[1] for method in document["assertionMethod"]]
    assert {new, first["badge"], first["badge-jwt"], first["status"]} == set(listed)
    assert issuer("keys", "compromised", first["badge"], *act).code == 0
    document = json.loads(issuer("keys", "export", "did").out)
    assert first["badge"] not in str(document["assertionMethod"])
    slug = take_to_the_badge(issuer, "Eksempelteatret")
    assert issuer("award", "seal", slug, "--by", "Ola", "--reason", "r").code == 0


def test_tokens_are_shown_once(issuer: Merke, tmp_path: Path) -> None:
    token = issuer("token", "new", "Kari", "--by", "Kari").out.strip()
    assert token.startswith("merke_")
    assert token not in issuer("token", "list").out
    assert token.encode() not in (tmp_path / "data" / "merke.sqlite3").read_bytes()


def test_the_data_folder_is_taken_before_and_after_the_command(
    issuer: Merke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MERKE_DATA")
    data = str(tmp_path / "data")
    assert issuer("participation", "list", "--data", data).code == 0
    assert issuer("--data", data, "participation", "list").code == 0
    answer = issuer("participation", "list")
    assert answer.code == 2
    assert "merke init" in answer.err


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_every_command_explains_itself(merke: Merke, command: tuple[str, ...]) -> None:
    answer = merke(*command, "--help")
    assert answer.code == 0
    assert "Usage: merke" in answer.out


def test_messages_come_in_the_language_asked_for(
    issuer: Merke, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = ("participation", "show", "ingen")
    english = issuer(*refused).err
    bokmal = issuer("--lang", "nb", *refused).err
    nynorsk = issuer("--lang", "nn", *refused).err
    assert len({english, bokmal, nynorsk}) == 3


def test_help_and_verify_start_without_the_heavy_parts() -> None:
    watched = ("fastapi", "sqlalchemy", "alembic", "typst", "uvicorn", "pydantic")
    script = (
        "import sys; from issuer.cli.main import run; run(['verify', 'finnes-ikke.json']);"
        f"print([m for m in {watched!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_table_on_a_terminal_leaves_no_letter_out(columns: int) -> None:
    """What stands in a table is typed into the next command: codes, addresses, keys."""
    code = "V53K-1YYD-FKKH"
    slug = "eksempelscenen-assu-pa-naeroy-sjo-n-og-a"
    row = [slug, "Eksempelscenen [b]", "holds_renewal_open", code, "2027-01-27", "kurs, mote"]
    shown = f"from issuer.cli.context import table; table([*'abcdef'], [{row!r}])"
    host, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    environment = {name: each for name, each in os.environ.items() if name != "COLUMNS"}
    ran = subprocess.run(
        [sys.executable, "-c", shown],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        env={**environment, "TERM": "xterm", "NO_COLOR": "1"},
        timeout=60,
        check=False,
    )
    os.close(terminal)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", os.read(host, 1 << 16).decode())
    os.close(host)
    assert ran.returncode == 0
    assert "…" not in said
    assert code in said or columns < 80
    letters = Counter("".join(said.split()))
    letters.subtract(Counter("".join("".join(row).split())))
    assert min(letters.values()) >= 0, "a letter is missing"


@pytest.mark.parametrize("command", [(), ("award",), ("keys",)])
def test_lists_of_commands_cut_no_sentence_off(merke: Merke, command: tuple[str, ...]) -> None:
    listed = merke(*command, "--help").out.partition("\nCommands:\n")[2]
    assert listed
    assert "..." not in listed


def test_a_crash_leaves_no_memory_on_the_disk() -> None:
    program = (
        "import atexit, resource; from issuer.cli.main import main;"
        "atexit.register(lambda: print(resource.getrlimit(resource.RLIMIT_CORE)));"
        "main(['--help'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.endswith(b"(0, 0)\n")
