"""The JSON-LD contexts that are on board: the only ones a document may name.

A context decides which bytes were signed, so none is ever fetched, and each is pinned by its
SHA-256. Files and origins lie in `verifier/contexts/`.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
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

    Raises `DamagedContext` if a file's digest differs from the one in `index.json`.
    """
    folder = resources.files("verifier") / "contexts"
    contexts = {}
    for entry in strict_json.loads((folder / "index.json").read_bytes()):
        data = (folder / entry["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise DamagedContext(
                f"{entry['file']} is not the file it should be: install Merke again"
            )
        contexts[entry["url"]] = strict_json.loads(data)
    return MappingProxyType(contexts)
