"""The house in order: lock files, licences, documents, what must not be in the tree."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("keys", "badge_assets", "verifier", "issuer")
LOCKS = (
    "requirements.lock",
    "requirements-test.lock",
    "requirements-dev.lock",
    "requirements-fuzz.lock",
    "requirements-build.lock",
)
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NODE = ROOT / "tests" / "peers" / "node"


def git(*words: str) -> list[str]:
    """Names that git lists; a source archive without git has nothing to ask."""
    done = subprocess.run(["git", *words, "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"not a git checkout: {done.stderr.strip()}")
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_files() -> Iterator[tuple[str, str]]:
    """Every tracked file that is text; what a search for faults found may look like anything."""
    for name in git("ls-files", ":!tests/fuzz/corpus"):
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            # Some badges are no text on purpose.
            badge = name.startswith("tests/vectors/verify/")
            yield name, data.decode("utf-8", "replace" if badge else "strict")


# Lock files

LOCKED_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?P<marker> ; [^\\]+)?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)"
)


def locked(name: str) -> dict[str, str]:
    """Package to version. Every line must be understood, so nothing else can hide there."""
    text = (ROOT / name).read_text(encoding="utf-8")
    rest = LOCKED_LINE.sub("", text)
    strange = [line for line in rest.splitlines() if line and not line.lstrip().startswith("#")]
    assert strange == [], f"{name}: neither a pinned package with hashes nor a comment"
    return {
        canonicalize_name(match["name"]): match["version"] for match in LOCKED_LINE.finditer(text)
    }


def wanted(name: str) -> list[str]:
    extras = PROJECT["project"]["optional-dependencies"]
    run = PROJECT["project"]["dependencies"]
    asked: dict[str, list[str]] = {
        "requirements.lock": run,
        "requirements-test.lock": run + extras["test"],
        "requirements-dev.lock": run + extras["test"] + extras["dev"],
        "requirements-fuzz.lock": run + extras["test"] + extras["fuzz"],
        "requirements-build.lock": PROJECT["build-system"]["requires"],
    }
    return asked[name]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_answers_the_project_file(name: str) -> None:
    pins = locked(name)
    unmet = [
        text
        for text in wanted(name)
        if not (r := Requirement(text)).specifier.contains(
            pins.get(canonicalize_name(r.name), "0"), prereleases=True
        )
    ]
    assert unmet == [], "make lock"


def test_one_version_serves_all() -> None:
    versions: dict[str, set[str]] = {}
    for name in LOCKS:
        for package, version in locked(name).items():
            versions.setdefault(package, set()).add(version)
    assert {package: v for package, v in versions.items() if len(v) > 1} == {}


def test_run_time_stays_small() -> None:
    assert len(locked("requirements.lock")) <= 70


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"\S*://\S*|^--.*|.* @ .*", text, re.M) == []


def test_node_peers_are_pinned_and_locked_without_addresses() -> None:
    asked = json.loads((NODE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((NODE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in asked.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+(-beta\.\d+)?", version), (
            f"{name}: {version} is not exact"
        )
        assert lock[f"node_modules/{name}"]["version"] == version
    installed = {path: entry for path, entry in lock.items() if path}
    assert len(installed) >= len(asked)
    assert [p for p, entry in installed.items() if not entry.get("integrity")] == []
    assert [p for p, entry in installed.items() if "resolved" in entry] == []
    # They are installed with --ignore-scripts: none may need one. That of core-js asks for
    # donations, and does nothing else.
    scripts = {path for path, entry in installed.items() if entry.get("hasInstallScript")}
    assert scripts <= {"node_modules/core-js"}


# Documents


def test_every_direct_dependency_is_explained_and_nothing_else() -> None:
    asked = {
        canonicalize_name(Requirement(text).name)
        for name in ("requirements-dev.lock", "requirements-fuzz.lock", "requirements-build.lock")
        for text in wanted(name)
    } | set(json.loads((NODE / "package.json").read_text(encoding="utf-8"))["dependencies"])
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| `")
    ]
    explained = [
        name if "/" in (name := row[0].strip("`")) else canonicalize_name(name) for row in rows
    ]
    assert sorted(explained) == sorted(asked)
    assert [row[0] for row in rows if len(row) != 6 or not all(row)] == []


def test_decisions_are_numbered() -> None:
    files = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [f.name[:5] for f in files] == [f"{n:04d}-" for n in range(1, len(files) + 1)]
    for file in files:
        title = file.read_text(encoding="utf-8").splitlines()[0]
        assert title.startswith(f"# {int(file.name[:4])}. "), f"{file.name}: {title}"


def test_links_between_documents_lead_somewhere() -> None:
    dead = [
        f"{name}: {target}"
        for name in git("ls-files", "*.md")
        for target in re.findall(
            r"\]\(([^)#\s]+)(?:#[^)]*)?\)", (ROOT / name).read_text(encoding="utf-8")
        )
        if "://" not in target
        and not target.startswith("mailto:")
        and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert dead == []


def test_the_changelog_knows_this_version() -> None:
    page = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(PROJECT['project']['version'])}\b", page, re.M)


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert [n for n in range(1, 16) if not re.search(rf"^{n}\.[A-Z]", text, re.M)] == []
    assert text.endswith(
        "All other changes or additions to this Appendix require the "
        "production of a new EUPL version.\n"
    )


# The tree


def test_json_and_toml_can_be_read() -> None:
    for name in git("ls-files", "*.json", "*.toml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        try:
            json.loads(text) if name.endswith(".json") else tomllib.loads(text)
        except ValueError as fault:
            pytest.fail(f"{name}: {fault}")


def registry_hosts() -> set[str]:
    """Hosts that this machine's package clients use, asked of the clients themselves."""
    asked = [
        [sys.executable, "-m", "pip", "config", "list"],
        [
            *(sys.executable, "-c"),
            "from pip._internal.models.index import PyPI as i\n"
            "print(i.url, 'https://' + i.file_storage_domain)",
        ],
        ["npm", "config", "get", "registry"],
    ]
    hosts: set[str] = set()
    for command in asked:
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
        except FileNotFoundError:
            continue
        hosts |= set(re.findall(r"https?://([^/:\"'\s]+)", done.stdout))
    return hosts


def test_nothing_of_this_machine_is_in_the_tree() -> None:
    hosts = registry_hosts()
    assert hosts, "pip names its index, so there is always one"
    # A clone in /srv or /opt is a place that documents may well name.
    places = {
        str(place)
        for place in (ROOT, Path.home(), Path(sys.prefix), Path(sys.base_prefix))
        if len(place.parts) > 2 and place.parts[1] not in ("opt", "srv", "usr", "var")
    }
    words = [re.escape(word) for word in sorted(hosts | places)]
    found = re.compile("|".join([*words, r"(?<![\w.])/(?:root|home/\w+|Users/\w+)/"]))
    leaks = [
        f"{name}:{number} {match[0]}"
        for name, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := found.search(line))
    ]
    assert leaks == []


# The wheel


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    tracked = set(git("ls-files", *PACKAGES))
    untracked = set(git("ls-files", "--others", "--exclude-standard", *PACKAGES))
    assert tracked - held == set()
    assert held - tracked - untracked == set()
