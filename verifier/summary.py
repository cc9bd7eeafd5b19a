"""What a credential says of itself, in few words and whichever version it is of.

All of it is a claim of its issuer. Of a member that is not written in a way we know, nothing is
said; nobody's text is longer here than it was there, so whoever shows it must cut it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier import ob2, versions


@dataclass(frozen=True)
class Summary:
    """`names` are the holder's, in clear, each with its kind (`name`, `emailAddress`, …);
    `subject` is its id; `begins` and `ends` are dates as they are written."""

    mark: str | None
    names: tuple[tuple[str, str], ...]
    subject: str | None
    issuer: str | None
    begins: str | None
    ends: str | None


def of(credential: Mapping[str, Any]) -> Summary:
    """Summarise the `credential` of a report."""
    if ob2.is_assertion(credential):
        return _of_assertion(credential)
    subject = _first(credential.get("credentialSubject"))
    return Summary(
        mark=_text(_first(subject.get("achievement")).get("name")) or _text(credential.get("name")),
        names=tuple(
            (kind, value)
            for identity in _all(subject.get("identifier"))
            if identity.get("hashed") is False
            and (kind := _text(identity.get("identityType")))
            and (value := _text(identity.get("identityHash")))
        ),
        subject=_text(subject.get("id")),
        issuer=_text(_first(credential.get("issuer")).get("name")),
        begins=_text(versions.begins(credential)),
        ends=_text(versions.ends(credential)),
    )


def _of_assertion(assertion: Mapping[str, Any]) -> Summary:
    badge, recipient = _first(assertion.get("badge")), _first(assertion.get("recipient"))
    kind, identity = _text(recipient.get("type")), _text(recipient.get("identity"))
    in_clear = recipient.get("hashed") is False
    return Summary(
        mark=_text(badge.get("name")),
        names=((kind, identity),) if in_clear and kind and identity else (),
        subject=None,
        issuer=_text(_first(badge.get("issuer")).get("name")),
        begins=_text(assertion.get("issuedOn")),
        ends=_text(assertion.get("expires")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _first(value: Any) -> Mapping[str, Any]:
    return next(iter(_all(value)), {})


def _all(value: Any) -> list[Mapping[str, Any]]:
    """One object or several, as JSON-LD lets people write them; the first few."""
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed[:20] if isinstance(each, Mapping)]
