"""Which rules a credential follows: VC Data Model 2.0 or 1.1, and nothing in between.

The first context tells them apart, and nothing else does (Open Badges 3.0, "Verifiable
Credentials v1.1"). In a token the place must agree: a credential of 1.1 stands in the claim
`vc`, one of 2.0 is the payload itself. What says both is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from verifier.reasons import Check, Reason
from verifier.report import Finding, found


@dataclass(frozen=True)
class DataModel:
    """A version of the VC Data Model: its context, and how it names the two ends of validity."""

    name: str
    context: str
    begins: str
    ends: str


VC2: Final = DataModel(
    "VC Data Model 2.0", "https://www.w3.org/ns/credentials/v2", "validFrom", "validUntil"
)
VC1: Final = DataModel(
    "VC Data Model 1.1",
    "https://www.w3.org/2018/credentials/v1",
    "issuanceDate",
    "expirationDate",
)
_OTHER: Final = {VC1.context: VC2, VC2.context: VC1}

# What stands beside `vc` in a token is about the token; the credential itself is in one place.
_ELSEWHERE: Final = frozenset({"@context", "type", "credentialSubject", "issuer", "proof"})


def first_context(document: Mapping[str, Any]) -> Any:
    """The first of the document's contexts, whatever it is; None if there is none."""
    contexts = document.get("@context")
    if isinstance(contexts, list):
        return contexts[0] if contexts else None
    return contexts


def model_of(credential: Mapping[str, Any]) -> DataModel:
    """The version `credential` follows. One with a first context of neither is held to 2.0."""
    return VC1 if first_context(credential) == VC1.context else VC2


def begins(credential: Mapping[str, Any]) -> Any:
    """The member that says from when it holds; None where there is none."""
    return credential.get(model_of(credential).begins)


def ends(credential: Mapping[str, Any]) -> Any:
    """The member that says until when it holds; None where there is none."""
    return credential.get(model_of(credential).ends)


def check_one_version(document: Mapping[str, Any], *, token: bool) -> Finding | None:
    """A finding where `document` (in a token: the payload) follows two versions at once."""
    if "vc" not in document:
        if token and model_of(document) is VC1:
            return _mixed(f"{VC1.name} outside the claim vc")
        return _of_two_minds(document)
    inside = document["vc"]
    if not token:
        return _mixed("the claim vc outside a token")
    if not isinstance(inside, dict) or first_context(inside) != VC1.context:
        return _mixed(f"the claim vc does not hold a credential of {VC1.name}")
    if twice := sorted(document.keys() & _ELSEWHERE):
        return _mixed(f"{', '.join(twice)} beside the claim vc")
    return _of_two_minds(inside)


def _of_two_minds(credential: Mapping[str, Any]) -> Finding | None:
    """Members or contexts of the version that it does not follow."""
    first = first_context(credential)
    other = _OTHER.get(first) if isinstance(first, str) else None
    if other is None:
        return None
    contexts = credential.get("@context")
    if isinstance(contexts, list) and other.context in contexts:
        return _mixed(f"the contexts of {VC1.name} and {VC2.name} in one document")
    if strange := sorted(credential.keys() & {other.begins, other.ends}):
        return _mixed(f"{', '.join(strange)} is of {other.name}")
    return None


def _mixed(detail: str) -> Finding:
    return found(Check.STRUCTURE, Reason.STRUCTURE_MIXED, detail)
