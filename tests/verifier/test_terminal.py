"""The report as text, and `python -m verifier` from outside: output, exit codes, what it loads."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keys import did
from tests.verifier.ob2_issuer import Ob2Issuer
from tests.verifier.older import older
from tests.verifier.pictures import picture
from tests.verifier.simulator import NOW, IssuerSimulator, put, stamp
from verifier import __main__ as program
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Finding, Report, Who, found
from verifier.terminal import EXIT_CODES, one_line, plain, render
from verifier.texts import LANGUAGES
from verifier.verify import verify


@pytest.fixture(scope="module")
def sim() -> IssuerSimulator:
    """An issuer of today: the program reads the clock."""
    return IssuerSimulator(now=datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def index(sim: IssuerSimulator, tmp_path: Path) -> Path:
    entries = {}
    for number, (url, data) in enumerate(sim.served.items()):
        (tmp_path / f"{number}.json").write_bytes(data)
        entries[url] = {"file": f"{number}.json", "type": "application/json"}
    (tmp_path / "index.json").write_text(json.dumps(entries))
    return tmp_path / "index.json"


@pytest.fixture
def badge(sim: IssuerSimulator, tmp_path: Path) -> Path:
    (tmp_path / "badge.json").write_bytes(sim.mint())
    return tmp_path / "badge.json"


# Rendering.


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", ["GYLDIG", "Merket er i orden", "Gitt til  Áššu “Øst” & Ålesund’s scene"]),
        ("nn", ["GYLDIG", "uendra sidan det vart utferda", "Utferdar: bestått (who.domain)"]),
        ("en", ["VALID", "This badge is in order", "Issuer    merke.example.no"]),
    ],
)
def test_a_good_badge(language: str, said: list[str]) -> None:
    sim = IssuerSimulator()
    text = render(verify(sim.mint(), sim.world()), language)
    assert text.startswith(said[0] + "\n")
    assert [line for line in said if line not in text] == []
    assert max(map(len, text.splitlines())) <= 100
    assert "2027-10-25T12:00:00Z" in text


def test_a_bad_badge_says_why_first() -> None:
    sim = IssuerSimulator()
    badge = sim.mint(put("validUntil", value=stamp(NOW - timedelta(days=1))))
    sim.revoke()
    lines = render(verify(badge, sim.world()), "nb").splitlines()
    assert lines[:4] == [
        "IKKE GYLDIG",
        "Merket er ikke gyldig.",
        "– Merket har gått ut. Spør om det er fornyet.",
        "– Utstederen har gjort merket ugyldig.",
    ]


def test_an_altered_badge_is_not_quoted() -> None:
    sim = IssuerSimulator()
    badge = sim.mint().replace(b'"name":"Balansemerket"', b'"name":"Gull"')
    text = render(verify(badge, sim.world()), "en")
    assert "NOT VALID" in text
    assert "Gull" not in text
    assert "merke.example.no\n" not in text.split("\n\n")[1]  # no issuer among the facts


def test_another_moment_is_said() -> None:
    sim = IssuerSimulator()
    text = render(verify(sim.mint(), sim.world(at=NOW + timedelta(days=1))), "nb")
    assert "Datoene er prøvd for 2026-11-25T12:00:00Z." in text


def test_a_badge_cannot_move_the_cursor() -> None:
    sim = IssuerSimulator()
    hostile = "Merke\u202egnildnag\u2069\u200b\u2028x"
    badge = sim.mint(put("credentialSubject", "achievement", "name", value=hostile))
    report = verify(badge, sim.world())
    assert report.verdict is Verdict.VALID
    text = render(report, "nb")
    assert not set(text) & set("\u202e\u2069\u200b\u2028\x1b\r")
    assert "Merke�gnildnag���x" in text
    detail = Finding(Check.JSON, Outcome.FAILED, None, "\x1b[2J\n" + "x" * 500)
    forged = Report((detail,), Who("unproven"), None, None, NOW)
    text = render(forged, "en")
    assert "\x1b" not in text
    assert text.count("x") < 200


@pytest.mark.parametrize("space", [" ", " " * 70, "x" * 69 + " "])
def test_a_badge_cannot_forge_a_line(space: str) -> None:
    """Neither by filling a line of the terminal, nor by taking the proven issuer's place."""
    name = f"Merke{space}Issuer    bank.example, bank.example"
    sim = IssuerSimulator()
    sim.did = did.did_key(sim.badge_key.public_key())
    badge = sim.mint(
        lambda document: (
            document["credentialSubject"]["achievement"].update(name=name),
            document.pop("credentialStatus"),
        )
    )
    report = verify(badge, sim.world())
    assert report.verdict is Verdict.VALID
    lines = render(report, "en").splitlines()
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("Issuer ")] == []
    assert one_line(report, "en")[1].startswith("unknown issuer: Merke")


def test_plain_text() -> None:
    assert plain("æøå Áš 中文") == "æøå Áš 中文"
    assert plain("a\tb\nc\u00a0d") == "a�b�c�d"
    assert plain("a    b") == "a b"
    assert plain("x" * 200, 10) == "x" * 9 + "…"


def test_what_must_be_read_beside_the_verdict() -> None:
    finding = found(Check.PROOF, Reason.PROOF_SELECTIVE)
    text = render(Report((finding,), Who("unproven"), None, None, NOW), "en")
    assert "– Whoever shows the badge has chosen what it shows." in text.split("\n\n")[0]


def test_every_language_has_every_word() -> None:
    for outcome in Outcome:
        findings = tuple(Finding(check, outcome) for check in Check)
        for language in LANGUAGES:
            assert render(Report(findings, Who("unproven"), None, None, NOW), language)


# The program.


def run(*arguments: object, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "verifier", *map(str, arguments)],
        input=given,
        capture_output=True,
        cwd=Path(__file__).resolve().parents[2],
        env={"LANG": "en_GB.UTF-8", "PATH": ""},
    )


def test_from_a_file_and_from_standard_input(badge: Path, index: Path) -> None:
    for done in (
        run(badge, "--documents", index),
        run("-", "--documents", index, given=badge.read_bytes()),
    ):
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode().startswith("VALID\nThis badge is in order")


def main(*arguments: object) -> int:
    return program.main([*map(str, arguments)])


def test_json(badge: Path, index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(badge, "--documents", index, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "VALID"
    assert report["credential"]["name"] == "Balansemerket"


HOSTILE = "\N{CONTROL SEQUENCE INTRODUCER}2J\N{RIGHT-TO-LEFT OVERRIDE}\N{LINE SEPARATOR}š\U0001f3ad"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_json_does_nothing_to_a_terminal(
    sim: IssuerSimulator,
    tmp_path: Path,
    index: Path,
    encoding: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "badge.json").write_bytes(sim.mint(put("name", value=HOSTILE)))
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding))
    assert main(tmp_path / "badge.json", "--documents", index, "--json") == 0
    sys.stdout.flush()
    assert written.getvalue().isascii()
    assert json.loads(written.getvalue())["credential"]["name"] == HOSTILE


@pytest.mark.parametrize(
    ("options", "code", "reasons"),
    [
        (["--trust", "did:web:merke.example.no"], 0, []),
        (["--trust", "did:web:other.no", "--trust", "did:web:merke.example.no"], 0, []),
        (["--trust", "did:web:other.no"], 1, ["issuer.untrusted"]),
        (["--recipient", "a@example.com"], 0, []),
        (["--recipient", "b@example.com"], 1, ["recipient.mismatch"]),
        (["--at", "2099-01-01T00:00:00Z"], 1, ["period.expired"]),
        (["--at", "2001-01-01T00:00:00+01:00"], 1, ["period.not_yet"]),
    ],
)
def test_options(
    badge: Path,
    index: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    reasons: list[str],
) -> None:
    assert main(badge, "--documents", index, "--json", *options) == code
    assert json.loads(capsys.readouterr().out)["reasons"] == reasons


def test_undetermined(badge: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.json").write_text("{}")
    assert main(badge, "--documents", tmp_path / "empty.json", "--lang", "nn") == 3
    assert capsys.readouterr().out.startswith("UAVKLART\nVi kan ikkje seie")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["missing.json"],
        ["."],
        ["badge.json", "--at", "i dag"],
        ["badge.json", "--at", "2027-01-01"],
        ["badge.json", "--documents", "missing.json"],
        ["badge.json", "--documents", "badge.json"],
        ["badge.json", "--lang", "fr"],
        ["badge.json", "--unheard-of"],
        ["badge.json", "second.json"],
    ],
)
def test_wrong_use(
    badge: Path,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(badge.parent)
    with pytest.raises(SystemExit) as ended:
        program.main(arguments)
    assert ended.value.code == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "error:" in streams.err
    assert "Traceback" not in streams.err


def test_a_terminal_that_knows_few_letters(
    badge: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii"))
    assert main(badge, "--documents", index, "--lang", "nb") == 0
    sys.stdout.flush()
    assert b"GYLDIG" in written.getvalue()


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "nb"),
        ({"LANG": "C.UTF-8"}, "nb"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "nn_NO"}, "nn"),
        ({"LANG": "no"}, "nb"),
        ({"LANG": "sv_SE.UTF-8"}, "nb"),
        ({"LANG": "en_GB", "LC_MESSAGES": "nn_NO"}, "nn"),
        ({"LANG": "en_GB", "LC_MESSAGES": "nn_NO", "LC_ALL": "nb_NO"}, "nb"),
        ({"LANG": "en_GB", "LC_ALL": ""}, "en"),
    ],
)
def test_the_language_of_the_environment(environment: dict[str, str], language: str) -> None:
    assert program.language_of(environment) == language


def test_exit_codes() -> None:
    expected: dict[Any, int] = {"VALID": 0, "INVALID": 1, "UNDETERMINED": 3}
    assert expected == EXIT_CODES


def test_little_is_loaded(badge: Path, index: Path) -> None:
    """No database, no web, no drawing; and no network client where none is used."""
    code = (
        "import sys\n"
        "from verifier.__main__ import main\n"
        f"code = main([{str(badge)!r}, '--documents', {str(index)!r}])\n"
        "heavy = ('fastapi sqlalchemy alembic typst click rich babel PIL httpx2 httpcore2 '\n"
        "         'uvicorn jinja2 qrcode keys.ring issuer').split()\n"
        "print([name for name in heavy if name in sys.modules], code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.stdout.splitlines()[-1] == "[] 0", done.stderr


def test_a_picture_that_leads_somewhere() -> None:
    sim = IssuerSimulator()
    lost = picture(["https://merke.example.no/Q/1"])
    ours = render(verify(lost, sim.world(ours=frozenset({sim.did}))), "en")
    assert "Here is the live record it points to.\n  https://merke.example.no/Q/1\n" in ours
    assert "leads to an address elsewhere.\n  https://" in render(verify(lost, sim.world()), "en")


def test_older_badges_are_told_too() -> None:
    issuer = Ob2Issuer()
    text = render(verify(issuer.signed(), issuer.world()), "en")
    assert "Badge    Kurs\n" in text
    assert "badges.example.no" in text
    assert "kari" not in text  # hashed
    plain_name = put("recipient", value={"type": "url", "hashed": False, "identity": "urn:a:b"})
    assert "urn:a:b" in render(verify(issuer.signed(plain_name), issuer.world()), "en")
    sim = IssuerSimulator()
    text = render(verify(sim.embed(older(sim)), sim.world()), "en")
    assert f"From      {older(sim)['issuanceDate']}\n" in text
    assert f"Until     {older(sim)['expirationDate']}\n" in text
