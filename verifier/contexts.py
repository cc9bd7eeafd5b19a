"""The JSON-LD contexts that are on board: the only ones a document may name.

A context decides which bytes were signed, so none is ever fetched, and each is pinned by its
SHA-256. Files and origins lie in `verifier/contexts/`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from verifier import strict_json


class UnknownContext(LookupError):
    """The document names a context that is not on board. This says nothing about the badge."""

    def __init__(self, url: str) -> None:
        super().__init__(f"the context {url!a} is not on board")
        self.url = url


class DamagedContext(RuntimeError):
    """A context file of this installation is not the one that was pinned."""


@cache
def load() -> Mapping[str, Mapping[str, Any]]:
    """Return address -> context document, parsed; the caller must not change them.

    A context is read when it is first asked for. That raises `DamagedContext` if the file's
    digest differs from the one in `index.json`.
    """
    return _OnBoard(resources.files("verifier") / "contexts")


class _OnBoard(Mapping[str, Mapping[str, Any]]):
    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        entries = strict_json.loads((folder / "index.json").read_bytes())
        self._entries = {entry["url"]: entry for entry in entries}
        self._parsed: dict[str, Mapping[str, Any]] = {}

    def __getitem__(self, url: str) -> Mapping[str, Any]:
        if url not in self._parsed:
            entry = self._entries[url]
            data = (self._folder / entry["file"]).read_bytes()
            if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                raise DamagedContext(
                    f"{entry['file']} is not the file it should be: install Merke again"
                )
            self._parsed[url] = strict_json.loads(data)
        return self._parsed[url]

    def __contains__(self, url: object) -> bool:
        return url in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
