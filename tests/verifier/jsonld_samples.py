"""A sound badge as JSON, ways to change it, and what PyLD alone makes of it."""

import copy
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from pyld import jsonld

from verifier import contexts

V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
V1 = "https://www.w3.org/2018/credentials/v1"
OB_1 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"
VOCABULARY = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
CREDENTIALS = "https://www.w3.org/2018/credentials#"
DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"
ID = "https://example.no/b/1"

Document = dict[str, Any]
Change = Callable[[Document], None]


def badge() -> Document:
    return {
        "@context": [V2, OB],
        "id": ID,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Merke for Bjørnøya",
        "issuer": {"id": "did:web:example.no", "type": ["Profile"], "name": "Utsteder"},
        "validFrom": "2026-01-15T00:00:00Z",
        "validUntil": "2027-01-15T00:00:00Z",
        "credentialSubject": {
            "id": "https://example.no/m/teater",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://example.no/a/1",
                "type": ["Achievement"],
                "name": "Merke",
                "description": "Et merke.",
                "criteria": {"narrative": "Møte og plan."},
                "tag": ["a", "b"],
            },
        },
        "credentialStatus": {
            "id": "https://example.no/status/1#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "7",
            "statusListCredential": "https://example.no/status/1",
        },
    }


def changed(change: Change, document: Document | None = None) -> Document:
    document = copy.deepcopy(document or badge())
    change(document)
    return document


def achievement(document: Document) -> Document:
    found: Document = document["credentialSubject"]["achievement"]
    return found


def setter(**members: Any) -> Change:
    return lambda document: document.update(members)


def set_in_achievement(**members: Any) -> Change:
    return lambda document: achievement(document).update(members)


def own_context(*own: Any, **members: Any) -> Change:
    def change(document: Document) -> None:
        document["@context"] += own
        document.update(members)

    return change


def by_pyld(document: Document) -> bytes:
    """The same document through PyLD alone, with none of our rules."""

    def load(url: str, options: Any) -> dict[str, Any]:
        return {"document": _context(url), "contextUrl": None, "documentUrl": url}

    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "base": None,
        "documentLoader": load,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        form: str = jsonld.normalize(document, options)
    return form.encode()


@cache
def _context(url: str) -> Any:
    """A copy for PyLD alone, whatever it does to it."""
    return copy.deepcopy(contexts.load()[url])
