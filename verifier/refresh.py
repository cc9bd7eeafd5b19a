"""Is there a newer copy: the badge's `refreshService`, asked once, after its proof held.

What it answers is verified apart and reported as `successor`. It changes nothing about the badge
that was presented, whose verdict is always about its own bytes, dates and status. Nothing
signed says that the answer belongs to the badge but the issuer, so the issuer must be the same.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from verifier import carriers, checks, claims, shape, timestamps, versions
from verifier.carriers import NoCredential
from verifier.documents import DocumentSource, DocumentUnavailable
from verifier.reasons import Check, Reason
from verifier.report import Finding, Report, Successor, found, note

SERVICE: Final = "1EdTechCredentialRefresh"

Verify = Callable[[bytes], Report]


def successor(
    signed: Mapping[str, Any], presented: bytes, documents: DocumentSource, verify: Verify
) -> tuple[Successor | None, Finding | None]:
    """Return the successor of a proven badge, if it has one, and what to say of it.

    `signed` is the badge without its proof, `presented` its own bytes; `verify` judges an answer
    without asking on. Nothing at all for a badge without a `refreshService`.
    """
    service = signed.get("refreshService")
    if not isinstance(service, dict):
        return None, None
    url = service.get("id")
    if SERVICE not in (shape.types_of(service.get("type")) or ()) or not isinstance(url, str):
        return None, note(Check.REFRESH, Reason.REFRESH_UNSUPPORTED)
    try:
        answer = documents.get(url).data
    except DocumentUnavailable as error:
        return None, note(Check.REFRESH, Reason.REFRESH_UNREACHABLE, f"{url}: {error}")
    try:
        carried = carriers.find(answer)
    except NoCredential as error:
        return None, note(Check.REFRESH, Reason.REFRESH_REFUSED, f"{url}: {error}")
    if carried.address is not None:  # once is once
        return None, note(Check.REFRESH, Reason.REFRESH_REFUSED, f"{url}: an address")
    if carried.data.strip() == presented.strip():
        return None, found(Check.REFRESH, Reason.REFRESH_SAME, url)
    report = verify(answer)
    later = report.credential
    if later is None:
        why = ", ".join(report.reasons)
        return None, note(Check.REFRESH, Reason.REFRESH_REFUSED, f"{url}: {why}")
    if checks.issuer_of(later) != checks.issuer_of(signed):
        return None, note(Check.REFRESH, Reason.REFRESH_REFUSED, f"{url}: another issuer")
    if _content(later) == _content(signed):  # the same badge, secured in another way
        return None, found(Check.REFRESH, Reason.REFRESH_SAME, url)
    if _begins(later) < _begins(signed):
        return None, note(Check.REFRESH, Reason.REFRESH_REFUSED, f"{url}: an older copy")
    dates = (versions.begins(later), versions.ends(later))
    begins, ends = (text if isinstance(text, str) else None for text in dates)
    return Successor(report, begins, ends), found(Check.REFRESH, Reason.REFRESH_NEWER, url)


def _content(credential: Mapping[str, Any]) -> Mapping[str, Any]:
    """The credential without the claims that repeat it in a token."""
    return {name: v for name, v in credential.items() if name not in claims.REGISTERED}


def _begins(credential: Mapping[str, Any]) -> float:
    text = versions.begins(credential)
    try:
        moment = timestamps.parse(text if isinstance(text, str) else "", assume_utc=True)
    except timestamps.MalformedTimestamp:
        return 0.0
    return moment.timestamp()
