"""`merke demo` from outside: what it writes, what it serves, what it leaves alone."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy
import pytest
import zxingcpp
from PIL import Image

from verifier.documents import IndexDocuments
from verifier.report import Report
from verifier.verify import World, verify

MERKE = (sys.executable, "-m", "issuer")
BASE = "https://balansemerket.example.no"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [*MERKE, "demo", "--no-serve"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "all as expected" in done.stdout
    assert "EKSEMPEL" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def told(place: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((place / "demo-out" / "demo.json").read_text())
    return content


def judged(place: Path, file: str) -> Report:
    from datetime import UTC, datetime

    documents = IndexDocuments(place / "demo-out" / "published" / "index.json")
    presented = (place / "demo-out" / file).read_bytes()
    return verify(presented, World(documents=documents, now=datetime.now(UTC)))


def test_the_index_has_the_shape_others_rely_on(told: dict[str, Any]) -> None:
    assert told["base"] == BASE
    assert told["did"] == "did:web:balansemerket.example.no"
    assert told["local"] == "http://127.0.0.1:8000"
    assert told["tokens"]["staff"].startswith("merke_")
    for award in told["awards"]:
        assert set(award) == {
            *("slug", "code", "id", "state", "first_day", "last_day"),
            *("files", "page", "local_page", "expect"),
        }
        assert award["page"] == f"{BASE}/m/{award['slug']}"
        assert award["local_page"] == f"http://127.0.0.1:8000/m/{award['slug']}"
    states = {award["slug"]: award["state"] for award in told["awards"]}
    assert sorted(states.values()) == ["holds", "holds", "holds_renewal_open", "withdrawn"]
    lifted = [a["expect"] for a in told["awards"] if a["slug"] == "eksempelfestivalen"]
    assert lifted == ["INVALID:status.revoked", "VALID"]


def test_every_file_answers_as_told_without_network(
    place: Path, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    for award in told["awards"]:
        for ending in ("json", "jwt", "png", "svg"):
            report = judged(place, award["files"][ending])
            found = ":".join([str(report.verdict), *report.reasons])
            assert found == award["expect"], (award["slug"], ending, report.findings)


def test_the_published_documents_stand_under_their_addresses(place: Path) -> None:
    published = place / "demo-out" / "published"
    index = json.loads((published / "index.json").read_text())
    assert index[f"{BASE}/.well-known/did.json"] == {
        "file": "did.json",
        "type": "application/did+json",
    }
    assert {path.name for path in published.iterdir()} == {
        "index.json",
        *(entry["file"] for entry in index.values()),
    }
    named = set()
    for file in (place / "demo-out" / "badges").glob("*.json"):
        named |= set(re.findall(rf'"({BASE}/[^"#]+)', file.read_text()))
    assert named <= set(index)


@pytest.mark.parametrize("pixels", [1024, 512, 256])
def test_the_code_scans_from_the_picture(place: Path, told: dict[str, Any], pixels: int) -> None:
    for award in told["awards"]:
        with Image.open(place / "demo-out" / award["files"]["png"]) as picture:
            small = picture.convert("L").resize((pixels, pixels), Image.Resampling.LANCZOS)
        address = f"https://BALANSEMERKET.EXAMPLE.NO/Q/{award['code'].replace('-', '')}"
        assert [code.text for code in zxingcpp.read_barcodes(small)] == [address]
        if pixels in (1024, 256):
            # OpenCV's older detector misses one in twenty codes even as bare squares.
            read, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(numpy.array(small))
            assert read == address


def test_secrets_are_for_their_owner_alone(place: Path) -> None:
    data = place / "demo-data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in ("merke.toml", "merke.sqlite3", "passphrase", "keys/ring.json"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((place / "demo-out" / "demo.json").stat().st_mode) == 0o600
    assert (data / "passphrase").read_text().startswith("throw-away-")


def test_the_pilots_are_told_as_their_owner_told_them(place: Path) -> None:
    done = subprocess.run(
        [*MERKE, "participation", "list", "--json", "--data", "demo-data"],
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    for pilot in ("Scenekunstbruket", "Musikkutstyrsordningen", "Norske Billedkunstnere"):
        assert rows[pilot]["state"] == "under_way"
        assert rows[pilot]["missing"] == ["kartlegging", "mote", "plan", "vilkar", "erklaering"]
        assert rows[pilot]["code"] is None


@pytest.mark.parametrize("option", ["--data", "--out"])
def test_folders_of_others_are_left_alone(tmp_path: Path, option: str) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    done = subprocess.run(
        [*MERKE, "demo", "--no-serve", option, "mine"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "MERKE_LANG": "en"},
    )
    assert done.returncode == 2
    assert "left alone" in done.stderr
    assert os.listdir(tmp_path) == ["mine"]
    assert (mine / "thesis.txt").read_text() == "years of work"


def refused(folder: Path, *options: str) -> str:
    done = subprocess.run(
        [*MERKE, "demo", "--no-serve", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "MERKE_LANG": "en"},
    )
    assert done.returncode == 2, done.stderr
    return done.stderr


def test_a_refused_demo_leaves_the_earlier_one_alone(place: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    before = (place / "demo-data" / "merke.sqlite3").read_bytes()
    assert "left alone" in refused(place, "--out", str(tmp_path))
    assert "two folders" in refused(place, "--out", "demo-data")
    assert "two folders" in refused(place, "--out", "demo-data/inside")
    assert (place / "demo-data" / "merke.sqlite3").read_bytes() == before


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A demo that serves, on a port that is free or the next one that is."""
    folder = tmp_path_factory.mktemp("served")
    said = folder / "said.txt"
    with socket.socket() as busy, said.open("wb") as output:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        process = subprocess.Popen(
            [*MERKE, "demo", "--port", str(port)],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        index = folder / "demo-out" / "demo.json"
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline and process.poll() is None:
            if index.is_file() and _answers(json.loads(index.read_text())["local"]):
                break
            time.sleep(0.2)
        else:
            process.kill()
            raise AssertionError(said.read_text())
        content = json.loads(index.read_text())
        assert content["local"] != f"http://127.0.0.1:{port}"  # it was busy
        yield folder, content
    process.send_signal(signal.SIGINT)
    assert process.wait(20) in (0, 1, -signal.SIGINT, 130)


def _answers(local: str) -> bool:
    try:
        with urllib.request.urlopen(f"{local}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_running_demo_is_not_pulled_away(served: tuple[Path, dict[str, Any]]) -> None:
    folder, told = served
    assert "is running" in refused(folder)
    assert "is running" in refused(folder, "--data", "another")
    assert _answers(told["local"])


def test_what_is_printed_can_be_opened(served: tuple[Path, dict[str, Any]]) -> None:
    folder, told = served
    local = told["local"]
    for award in told["awards"]:
        status, page = _get(award["local_page"])
        assert status == 200
        assert "EKSEMPEL" in page.decode()
        for ending in ("json", "jwt"):
            _, body = _get(f"{local}/b/{award['id']}.{ending}")
            assert body == (folder / "demo-out" / award["files"][ending]).read_bytes()
    index = json.loads((folder / "demo-out" / "published" / "index.json").read_text())
    for url in index:
        status, _ = _get(url.replace(BASE, local))
        assert status == 200, url


def test_a_command_beside_the_server_revokes_at_once(
    served: tuple[Path, dict[str, Any]],
) -> None:
    folder, told = served
    local = told["local"]
    award = next(a for a in told["awards"] if a["slug"] == "eksempelteatret")
    assert json.loads(_get(f"{local}/m/eksempelteatret.json")[1])["holds"] is True
    done = subprocess.run(
        [
            *MERKE,
            *("award", "suspend", award["code"], "--data", "demo-data"),
            *("--by", "Ola", "--reason", "Eksempel"),
        ],
        cwd=folder,
        env={**os.environ, "MERKE_PASSPHRASE_FILE": "demo-data/passphrase"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(_get(f"{local}/m/eksempelteatret.json")[1])["state"] == "suspended"
    badge = (folder / "demo-out" / award["files"]["json"]).read_bytes()
    request = urllib.request.Request(
        f"{local}/api/v1/verify",
        data=badge,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        report = json.load(answer)
    assert (report["verdict"], report["reasons"]) == ("INVALID", ["status.revoked"])
    assert report["who"]["kind"] == "ours"
    seal = _get(f"{local}/embed/eksempelteatret.svg")[1].decode()
    assert "<svg" in seal
