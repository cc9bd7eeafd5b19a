"""Where documents come from: pinned ones, an index and its folder, the budget of one check."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier import documents
from verifier.documents import (
    MAX_DOCUMENT,
    MAX_REQUESTS,
    Document,
    DocumentSource,
    DocumentUnavailable,
    FirstOf,
    IndexDocuments,
    MalformedIndex,
    OneVerification,
    PinnedDocuments,
    RequestsSpent,
    read_badge,
)

URL = "https://example.no/.well-known/did.json"


def index_of(folder: Path, entries: Any) -> Path:
    path = folder / "index.json"
    path.write_text(json.dumps(entries))
    return path


class Counting:
    """Answers every address, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, url: str) -> Document:
        self.asked.append(url)
        return Document(url.encode())


class Spending(Counting):
    """A source with a budget of its own: made anew for each verification."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Counting] = []

    def for_one_verification(self) -> DocumentSource:
        self.made.append(Counting())
        return self.made[-1]


def test_pinned_documents_answer_what_they_hold() -> None:
    source = PinnedDocuments({URL: b"{}", URL + "x": Document(b"1", "application/json")})
    assert source.get(URL) == Document(b"{}", None)
    assert source.get(URL + "x").media_type == "application/json"
    with pytest.raises(DocumentUnavailable):
        source.get("https://example.no/")


def test_the_first_source_that_knows_answers() -> None:
    source = FirstOf(PinnedDocuments({URL: b"first"}), PinnedDocuments({URL: b"2", "b": b"second"}))
    assert source.get(URL).data == b"first"
    assert source.get("b").data == b"second"
    with pytest.raises(DocumentUnavailable):
        source.get("c")


def test_no_sources_is_refused() -> None:
    with pytest.raises(ValueError, match="no sources"):
        FirstOf()


def test_an_index_names_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "status").mkdir()
    (tmp_path / "did.json").write_bytes(b'{"id": 1}')
    (tmp_path / "status" / "1").write_bytes(b"list")
    source = IndexDocuments(
        index_of(
            tmp_path,
            {
                URL: {"file": "did.json", "type": "application/did+json"},
                "https://example.no/status/1": {"file": "status/1"},
                "https://example.no/gone": {"file": "gone.json", "type": "application/json"},
            },
        )
    )
    assert source.get(URL) == Document(b'{"id": 1}', "application/did+json")
    assert source.get("https://example.no/status/1") == Document(b"list", None)
    for url in ("https://example.no/gone", "https://example.no/other", "did.json"):
        with pytest.raises(DocumentUnavailable):
            source.get(url)


@pytest.mark.parametrize(
    "file",
    [
        "../secret",
        "a/../../secret",
        "/etc/passwd",
        "..\\secret",
        "C:\\secret",
        "C:secret",
        "\\secret",
        "\\\\host\\share",
        "",
        ".",
        "a\0b",
        "..",
    ],
)
def test_an_index_cannot_lead_out_of_its_folder(tmp_path: Path, file: str) -> None:
    with pytest.raises(MalformedIndex):
        IndexDocuments(index_of(tmp_path, {URL: {"file": file}}))


def test_a_link_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    source = IndexDocuments(index_of(folder, {URL: {"file": "link"}}))
    with pytest.raises(DocumentUnavailable, match="outside"):
        source.get(URL)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"https://a.no": "did.json"}',
        '{"https://a.no": {"type": "x"}}',
        '{"https://a.no": {"file": 1}}',
        '{"https://a.no": {"file": "a", "type": 1}}',
        "[" * 100_000,
        '"\udc80"',
    ],
)
def test_a_broken_index_is_refused_when_it_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "index.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(MalformedIndex):
        IndexDocuments(path)


def test_a_giant_index_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = index_of(tmp_path, {URL: {"file": "did.json"}})
    monkeypatch.setattr(documents, "MAX_INDEX", path.stat().st_size)
    assert IndexDocuments(path)
    monkeypatch.setattr(documents, "MAX_INDEX", path.stat().st_size - 1)
    with pytest.raises(MalformedIndex, match="larger"):
        IndexDocuments(path)


def test_a_missing_index_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        IndexDocuments(tmp_path / "index.json")


def test_a_giant_document_is_not_had(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b" " * (MAX_DOCUMENT + 1))
    (tmp_path / "fits").write_bytes(b" " * MAX_DOCUMENT)
    source = IndexDocuments(index_of(tmp_path, {"a": {"file": "big"}, "b": {"file": "fits"}}))
    with pytest.raises(DocumentUnavailable, match="larger"):
        source.get("a")
    assert len(source.get("b").data) == MAX_DOCUMENT


def test_one_verification_asks_for_each_address_once() -> None:
    source = Counting()
    one = OneVerification(source)
    assert [one.get("a").data, one.get("b").data, one.get("a").data] == [b"a", b"b", b"a"]
    assert source.asked == ["a", "b"]


def test_one_verification_remembers_what_could_not_be_had() -> None:
    class Down:
        asked = 0

        def get(self, url: str) -> Document:
            self.asked += 1
            raise DocumentUnavailable("down")

    source = Down()
    one = OneVerification(source)
    for _ in range(3):
        with pytest.raises(DocumentUnavailable, match="down"):
            one.get("a")
    assert source.asked == 1


def test_one_verification_asks_for_ten_documents_at_most() -> None:
    source = Counting()
    one = OneVerification(source)
    for number in range(MAX_REQUESTS):
        one.get(str(number))
    with pytest.raises(RequestsSpent):
        one.get("one more")
    assert one.get("0").data == b"0"  # what is known stays known
    assert len(source.asked) == MAX_REQUESTS


def test_one_verification_takes_no_giant_from_any_source() -> None:
    one = OneVerification(PinnedDocuments({"a": b" " * (MAX_DOCUMENT + 1)}))
    with pytest.raises(DocumentUnavailable, match="larger"):
        one.get("a")


def test_each_verification_gets_a_fresh_budget_through_first_of() -> None:
    source = Spending()
    for _ in range(2):
        OneVerification(FirstOf(PinnedDocuments({}), source)).get("a")
    assert [made.asked for made in source.made] == [["a"], ["a"]]
    assert source.asked == []


def test_a_badge_is_read_up_to_the_limit_and_one_byte(tmp_path: Path) -> None:
    path = tmp_path / "badge"
    path.write_bytes(b"12345")
    assert read_badge(path, 3) == b"1234"
    assert read_badge(path, 9) == b"12345"
