"""The contexts on board: the right ones, unchanged, and never another."""

import hashlib
import importlib.resources
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier import contexts
from verifier.contexts import DamagedContext, UnknownContext

NEEDED = {
    "https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/2018/credentials/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    "https://w3id.org/security/data-integrity/v1",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/suites/ed25519-2020/v1",
    "https://www.w3.org/ns/did/v1",
}


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "verifier" / "contexts"


@pytest.fixture(scope="module")
def index(folder: Path) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads((folder / "index.json").read_text())
    return entries


def test_all_needed_are_on_board() -> None:
    assert contexts.load().keys() >= NEEDED


def test_the_index_tells_all(folder: Path, index: list[dict[str, str]]) -> None:
    for entry in index:
        assert entry.keys() == {
            *("url", "file", "sha256", "origin", "version", "path", "licence", "holder")
        }
        assert all(entry.values())
        data = (folder / entry["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]
    assert len({entry["url"] for entry in index}) == len(index)
    files = {path.name for path in folder.iterdir()}
    assert files == {entry["file"] for entry in index} | {"index.json", "README.md"}


def test_the_current_open_badges_context() -> None:
    """The address carried another text until 2025; `endorsementJwt` and `jti` tell them apart."""
    context = contexts.load()["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
    scoped = json.dumps(context)
    assert "endorsementJwt" in scoped
    assert "https://www.iana.org/assignments/jwt#jti" in scoped
    # One definition is not prefixed as it should be; whoever repairs it breaks all signatures.
    assert '"@type": "xsd:dateTime"' in scoped


def test_same_as_the_public_copies(vectors: Path) -> None:
    """Copies from different hands differ in white space only."""
    public = json.loads((vectors / "contexts" / "index.json").read_text())
    ours = contexts.load()
    shared = ours.keys() & public.keys()
    assert shared >= NEEDED
    for url in shared:
        text = (vectors / "contexts" / public[url]["file"]).read_text(encoding="utf-8")
        assert ours[url] == json.loads(text), url


def strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, name)
    elif isinstance(value, str):
        yield name, value


@pytest.mark.parametrize("url", sorted(NEEDED))
def test_no_context_leads_to_another(url: str) -> None:
    """None names a further context by its address, so a document's own list is the whole list."""
    names = {name for name, _ in strings(contexts.load()[url])}
    assert not names & {"@import", "@context", "@base"}


def test_loaded_once_and_not_for_changing() -> None:
    loaded = contexts.load()
    assert contexts.load() is loaded
    with pytest.raises(TypeError):
        loaded["https://example.no/context"] = {}  # type: ignore[index]


def test_a_changed_file_is_not_used(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "contexts"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(importlib.resources, "files", lambda package: tmp_path)
    assert contexts.load.__wrapped__() == contexts.load()
    changed = copy / "credentials-v2.json"
    changed.write_bytes(changed.read_bytes() + b"\n")
    with pytest.raises(DamagedContext, match=r"credentials-v2\.json"):
        contexts.load.__wrapped__()["https://www.w3.org/ns/credentials/v2"]


def test_an_unknown_context_says_which() -> None:
    error = UnknownContext("https://example.no/context.json")
    assert error.url in str(error)
    assert isinstance(error, LookupError)
