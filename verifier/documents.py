"""Where documents come from: one narrow door, with one error of its own.

A document is what stands at an https address: an issuer's keys, a status list. The judgement
asks a `DocumentSource` and never knows whether a network, a folder or a test is behind it. The
guarded network client is `verifier.fetch`; here are the sources that need none. `IndexDocuments`
and `read_badge` are the verifier's only readers of the disk.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final, Protocol, runtime_checkable

MAX_DOCUMENT: Final = 256 * 1024  # bytes
MAX_BADGE: Final = 10 * 1024 * 1024  # bytes, of a badge that is itself given by its address
MAX_REQUESTS: Final = 10  # for one verification
MAX_INDEX: Final = 16 * 1024 * 1024  # bytes; an index is the operator's own file


class DocumentUnavailable(Exception):
    """The document could not be had. This says nothing about the badge."""


class DocumentGone(DocumentUnavailable):
    """The host says that the document was there and is so no more (410)."""


class RequestsSpent(DocumentUnavailable):
    """The verification has asked for all the documents, or used all the time, it may."""


class MalformedIndex(ValueError):
    """The index file is not {"https://…": {"file": …, "type": …}, …}."""


@dataclass(frozen=True)
class Document:
    """The bytes at an address, and the media type they came with, if any."""

    data: bytes
    media_type: str | None = None


class DocumentSource(Protocol):
    """Anything that answers addresses with documents."""

    def get(self, url: str) -> Document:
        """Return the document at `url`, or raise `DocumentUnavailable`."""


@runtime_checkable
class BadgeSource(DocumentSource, Protocol):
    """A source that bounds what it answers, and gives a badge itself more room."""

    def get_badge(self, url: str) -> Document:
        """Return the badge at `url`, of `MAX_BADGE` bytes at most. Raises as `get` does."""


class BudgetedSource(DocumentSource, Protocol):
    """A source whose asking costs something: it counts what one verification spends."""

    def for_one_verification(self) -> DocumentSource:
        """Return the same source with a fresh budget."""


class KeepingSource(DocumentSource, Protocol):
    """A source that may have to wait for a document, and keeps some for a while."""

    def at_hand(self, url: str) -> Document | None:
        """Return the document at `url` if nobody has to be waited for. Raises as `get` does."""


class AtHand:
    """What a source answers without waiting; afterwards, `wanting` tells whether it would have
    had to wait. A source that keeps nothing is taken for one that never waits.

    For one verification: what comes of one that was left `wanting` is no answer.
    """

    def __init__(self, source: DocumentSource) -> None:
        self._source = source
        self._at_hand: Callable[[str], Document | None] | None = getattr(source, "at_hand", None)
        self.wanting = False

    def get(self, url: str) -> Document:
        if self._at_hand is None:
            return self._source.get(url)
        if (document := self._at_hand(url)) is not None:
            return document
        self.wanting = True
        raise DocumentUnavailable("somebody has to be waited for")

    def get_badge(self, url: str) -> Document:
        return badge_at(self._source, url) if self._at_hand is None else self.get(url)


def badge_at(source: DocumentSource, url: str) -> Document:
    """Return the badge that stands at `url` according to `source`."""
    return source.get_badge(url) if isinstance(source, BadgeSource) else source.get(url)


class PinnedDocuments:
    """A mapping of addresses to bytes or documents, and nothing else."""

    def __init__(self, documents: Mapping[str, bytes | Document]) -> None:
        self._documents = documents

    def get(self, url: str) -> Document:
        try:
            document = self._documents[url]
        except KeyError:
            raise DocumentUnavailable("there is no document for this address") from None
        return document if isinstance(document, Document) else Document(document)


class FirstOf:
    """Several sources, asked in turn until one answers."""

    def __init__(self, *sources: DocumentSource) -> None:
        if not sources:
            raise ValueError("a source made of no sources would never answer")
        self._sources = sources

    def get(self, url: str) -> Document:
        return self._ask(lambda source: source.get(url))

    def get_badge(self, url: str) -> Document:
        return self._ask(lambda source: badge_at(source, url))

    def _ask(self, ask: Callable[[DocumentSource], Document]) -> Document:
        last: DocumentUnavailable | None = None
        for source in self._sources:
            try:
                return ask(source)
            except DocumentUnavailable as error:
                last = error
        assert last is not None
        raise last

    def for_one_verification(self) -> DocumentSource:
        return FirstOf(*map(_with_fresh_budget, self._sources))


class IndexDocuments:
    """Documents in a folder, named by an `index.json` beside them; never the network.

    The index is {"https://…": {"file": "did.json", "type": "application/did+json"}, …}; a file
    is named relative to the index and lies in its folder or below. Raises `OSError` or
    `MalformedIndex` when made; `get` raises `DocumentUnavailable`.
    """

    def __init__(self, index: Path | str) -> None:
        self._folder = Path(index).parent.resolve()
        self._entries = _read_index(Path(index))

    def get(self, url: str) -> Document:
        return self._read(url, MAX_DOCUMENT)

    def get_badge(self, url: str) -> Document:
        return self._read(url, MAX_BADGE)

    def _read(self, url: str, limit: int) -> Document:
        entry = self._entries.get(url)
        if entry is None:
            raise DocumentUnavailable("the index has no such address")
        path = (self._folder / entry.file).resolve()
        # Resolved, so a symbolic link cannot lead outside either.
        if not path.is_relative_to(self._folder):
            raise DocumentUnavailable("the index names a file outside its folder")
        try:
            with path.open("rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise DocumentUnavailable(f"the file cannot be read: {error.strerror}") from None
        if len(data) > limit:
            raise DocumentUnavailable(f"the document is larger than {limit} bytes")
        return Document(data, entry.media_type)


class OneVerification:
    """A source for one verification: asks for each address once, and for few of them.

    The same document is needed twice (a did.json for the badge and for its status list), and a
    badge may name many: more than `MAX_REQUESTS` addresses raise `RequestsSpent`.
    """

    def __init__(self, source: DocumentSource) -> None:
        self._source = _with_fresh_budget(source)
        self._answers: dict[str, Document | DocumentUnavailable] = {}

    def get(self, url: str) -> Document:
        return self._answer(url, MAX_DOCUMENT)

    def get_badge(self, url: str) -> Document:
        return self._answer(url, MAX_BADGE)

    def _answer(self, url: str, limit: int) -> Document:
        if url not in self._answers:
            if len(self._answers) >= MAX_REQUESTS:
                raise RequestsSpent(f"more than {MAX_REQUESTS} documents for one badge")
            self._answers[url] = self._ask(url, limit)
        answer = self._answers[url]
        if isinstance(answer, DocumentUnavailable):
            raise answer
        if len(answer.data) > limit:
            raise DocumentUnavailable(f"the document is larger than {limit} bytes")
        return answer

    def _ask(self, url: str, limit: int) -> Document | DocumentUnavailable:
        try:
            if limit == MAX_BADGE:
                return badge_at(self._source, url)
            return self._source.get(url)
        except DocumentUnavailable as error:
            return error


def is_address(name: str) -> bool:
    """Whether what somebody names is an address, and no file."""
    return name.lower().startswith(("https://", "http://"))


def read_badge(path: Path, limit: int) -> bytes:
    """Return the bytes of a badge's file, one more than `limit` at most. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(limit + 1)


def _with_fresh_budget(source: DocumentSource) -> DocumentSource:
    # Not by `isinstance`, which takes a quarter as long as checking a signature.
    fresh = getattr(source, "for_one_verification", None)
    return source if fresh is None else fresh()


@dataclass(frozen=True)
class _Entry:
    file: str
    media_type: str | None


def _read_index(index: Path) -> Mapping[str, _Entry]:
    with index.open("rb") as file:
        data = file.read(MAX_INDEX + 1)
    if len(data) > MAX_INDEX:
        raise MalformedIndex(f"{index.name} is larger than {MAX_INDEX} bytes")
    try:
        entries = json.loads(data)
    except (ValueError, RecursionError):
        raise MalformedIndex(f"{index.name} is not JSON") from None
    if not isinstance(entries, dict):
        raise MalformedIndex(f"{index.name} is not a JSON object of addresses")
    return {url: _entry(url, value) for url, value in entries.items()}


def _entry(url: str, value: Any) -> _Entry:
    match value:
        case {"file": str(file)} if isinstance(value.get("type", ""), str):
            if not _stays_inside(file):
                raise MalformedIndex(f"{url}: the file {file!r} leads out of the folder")
            return _Entry(file, value.get("type"))
    raise MalformedIndex(f'{url}: expected {{"file": "…", "type": "…"}}')


def _stays_inside(file: str) -> bool:
    # Judged by the rules of both kinds of system: an index is carried between them.
    posix, windows = PurePosixPath(file), PureWindowsPath(file)
    return not (
        file in ("", ".")
        or "\0" in file
        or posix.is_absolute()
        or windows.drive
        or windows.root
        or ".." in (*posix.parts, *windows.parts)
    )
