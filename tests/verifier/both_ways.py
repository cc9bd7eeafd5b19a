"""One document, both ways from it to its canonical bytes."""

import hashlib
from collections.abc import Mapping
from typing import Any

from tests.verifier.jsonld_samples import Document
from verifier import compiled
from verifier.canonical import slowly
from verifier.compiled import NotMine


def quickly(document: Any) -> bytes | None:
    """The bytes of the fast way; None where it leaves the document to the slow one."""
    try:
        return compiled.canonicalise(document, hashlib.sha256)
    except NotMine:
        return None


def is_taken(document: Any) -> bool:
    """Whether the fast way takes a document that is only to be checked."""
    try:
        compiled.check(document)
    except NotMine:
        return False
    return True


def is_same(document: Document, known: Mapping[str, Any] | None = None) -> bool:
    """Check one document; tell whether the fast way took it."""
    form = quickly(document)
    assert is_taken(document) is (form is not None)
    if form is not None:
        assert form == slowly(document, contexts=known)
    return form is not None
