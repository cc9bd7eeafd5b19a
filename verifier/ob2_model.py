"""The shape of badges of Open Badges 2.0: assertion, badge class, issuer, key, revocation list.

Read only. In the language of `verifier.shape`; an empty place counts as none, as JSON-LD has it.
Whether one document fits the next is judged in `verifier.ob2`.
"""

from collections.abc import Mapping
from typing import Any, Final

from verifier import shape
from verifier.shape import (
    FINE,
    Class,
    Found,
    Rule,
    Typed,
    UriOr,
    Violation,
    boolean,
    date_time_z,
    one_or_many,
    text,
    under,
    uri,
    wrong,
)

CONTEXT: Final = "https://w3id.org/openbadges/v2"

MAX_VIOLATIONS: Final = 20

HOSTED_TYPES: Final = frozenset({"HostedBadge", "hosted"})
SIGNED_TYPES: Final = frozenset({"SignedBadge", "signed"})


def violations(name: str, document: Mapping[str, Any]) -> tuple[Violation, ...]:
    """What is wrong with `document` as one of class `name`, `MAX_VIOLATIONS` at most."""
    filled = {member: value for member, value in document.items() if value not in (None, [])}
    return tuple(shape.members(CLASSES[name], filled)[:MAX_VIOLATIONS])


def listed(value: Any) -> list[Any]:
    """One value or a list of them, as a list; JSON-LD writes either."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def verification_type(assertion: Mapping[str, Any]) -> str | None:
    """Either "hosted" or "signed", as `verification` says; None where it says neither or both."""
    verification = assertion.get("verification")
    types = listed(verification.get("type")) if isinstance(verification, Mapping) else []
    named = {item for item in types if isinstance(item, str)}
    hosted, signed = bool(named & HOSTED_TYPES), bool(named & SIGNED_TYPES)
    if hosted is signed:
        return None
    return "hosted" if hosted else "signed"


def _some_object(value: Any) -> Found:
    return FINE if isinstance(value, dict) else wrong("neither an address nor an object")


def _one(name: str) -> Rule:
    return shape.One(name, lambda wanted: CLASSES[wanted])


def _verification(value: Any) -> Found:
    if verification_type({"verification": value}) is None:
        return under("type", wrong("neither hosted nor signed"))
    return FINE


def _issuer_type(value: Any) -> Found:
    if {"Profile", "Issuer"}.isdisjoint(shape.types_of(value) or []):
        return wrong("neither Profile nor Issuer")
    return FINE


def _only_context(value: Any) -> Found:
    return FINE if all(item == CONTEXT for item in listed(value)) else wrong("another context")


_reference = UriOr(_some_object)
_texts = one_or_many(text)

CLASSES: Final[dict[str, Class]] = {
    "Assertion": Class(
        required={
            "id": uri,
            "type": Typed("Assertion"),
            "recipient": _one("IdentityObject"),
            "badge": _reference,
            "verification": _verification,
            "issuedOn": date_time_z,
        },
        optional={
            "image": _reference,
            "evidence": one_or_many(_reference),
            "narrative": text,
            "expires": date_time_z,
            "revoked": boolean,
            "revocationReason": text,
        },
    ),
    "IdentityObject": Class(
        required={"type": text, "hashed": boolean, "identity": text}, optional={"salt": text}
    ),
    "BadgeClass": Class(
        required={
            "id": uri,
            "type": Typed("BadgeClass"),
            "name": text,
            "description": text,
            "image": _reference,
            "criteria": _reference,
            "issuer": _reference,
        },
        optional={"tags": _texts},
    ),
    "Profile": Class(
        required={"id": uri, "type": _issuer_type, "name": text, "url": uri, "email": text},
        optional={"publicKey": one_or_many(_reference), "revocationList": _reference},
    ),
    "CryptographicKey": Class(
        required={
            "id": uri,
            "type": Typed("CryptographicKey"),
            "owner": uri,
            "publicKeyPem": text,
        },
        optional={"@context": _only_context},
    ),
    "RevocationList": Class(
        required={"id": uri, "type": Typed("RevocationList"), "issuer": uri},
        optional={
            "@context": _only_context,
            "revokedAssertions": one_or_many(UriOr(_some_object)),
        },
    ),
}
"""The classes that a verdict rests on, with the members that are read."""
