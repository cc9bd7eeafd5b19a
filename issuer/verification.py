"""What a verification knows when an issuer makes it: its own documents, keys and record.

The judgement is `verifier.verify`; this gathers its `World`. Our own addresses are answered
from the record and never from the network; what is revoked in the record is revoked at once,
even while the published list is behind.
"""

import logging
import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import partial

from issuer import published, status
from issuer.errors import IssuerError
from issuer.office import Office
from keys.ring import RingError
from verifier.documents import Document, DocumentSource, DocumentUnavailable, badge_at
from verifier.fetch import HttpDocuments
from verifier.report import Check, Reason, Report, Who, found
from verifier.verify import World, verify

log = logging.getLogger(__name__)


def world(
    office: Office | None,
    now: datetime,
    *,
    at: datetime | None = None,
    trust: AbstractSet[str] = frozenset(),
    recipient: str | None = None,
    documents: DocumentSource | None = None,
    refresh: bool = False,
) -> World:
    """The world in which a badge is judged at `now`.

    `office` is the issuer that asks, None for a stranger. `documents` answers for all
    addresses that are not the office's own; left out, the guarded network client does. `refresh`:
    ask the badge's refresh service for its successor.
    """
    others = HttpDocuments() if documents is None else documents
    if office is None:
        return World(
            documents=others,
            now=now,
            at=at,
            trust=frozenset(trust),
            recipient=recipient,
            refresh=refresh,
        )
    return World(
        documents=OwnFirst(office, others),
        now=now,
        at=at,
        trust=frozenset(trust),
        ours=frozenset({office.settings.did}),
        purposes=_purposes(office),
        known_revocations=_Revocations(office),
        recipient=recipient,
        refresh=refresh,
    )


def _purposes(office: Office) -> dict[str, str]:
    """What each of our keys is for; nothing while the keys cannot be read, for then our own
    badges are undetermined by `OwnFirst`, and those of others are judged all the same."""
    try:
        ring = office.ring
    except (IssuerError, RingError, OSError) as fault:
        log.error("the keys cannot be read: %s", fault)
        return {}
    return {ring.method_id(record): str(record.purpose) for record in ring.records}


def judge(
    office: Office,
    presented: bytes,
    *,
    at: datetime | None = None,
    trust: AbstractSet[str] = frozenset(),
    recipient: str | None = None,
    documents: DocumentSource | None = None,
    refresh: bool = False,
) -> Report:
    """The report on what was presented. What goes wrong here is never the badge's fault: it
    makes the answer UNDETERMINED."""
    now = office.now()
    try:
        return verify(
            presented,
            world(
                office,
                now,
                at=at,
                trust=trust,
                recipient=recipient,
                documents=documents,
                refresh=refresh,
            ),
        )
    except Exception as error:
        log.exception("a verification failed by a fault of ours")
        return Report(
            findings=(found(Check.CARRIER, Reason.VERIFIER_ERROR),),
            who=Who("unproven"),
            securing=None,
            credential=None,
            verified_at=now,
            at=at,
            errors=(error,),
        )


class OwnFirst:
    """Our own addresses from the record, all others from `others`."""

    def __init__(self, office: Office, others: DocumentSource) -> None:
        self._office = office
        self._own = published.documents(office)
        self._others = others

    def get(self, url: str) -> Document:
        return self._ask(url, self._others.get)

    def get_badge(self, url: str) -> Document:
        return self._ask(url, partial(badge_at, self._others))

    def _ask(self, url: str, elsewhere: Callable[[str], Document]) -> Document:
        if not url.startswith(f"{self._office.settings.base_url}/"):
            return elsewhere(url)
        try:
            return self._own.get(url)
        except (IssuerError, RingError, OSError) as fault:
            raise DocumentUnavailable(f"our own record cannot be read: {fault}") from fault

    def for_one_verification(self) -> DocumentSource:
        fresh = getattr(self._others, "for_one_verification", None)
        return OwnFirst(self._office, self._others if fresh is None else fresh())


_PLACE = re.compile(r"/status/([1-9][0-9]{0,5})")


class _Revocations:
    """Whether the record knows a place of one of our own lists as revoked."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def __call__(self, list_address: str, position: int) -> bool:
        base = self._office.settings.base_url
        if not list_address.startswith(base):
            return False
        if not (found := _PLACE.fullmatch(list_address.removeprefix(base))):
            return False
        with self._office.reading() as session:
            return status.is_revoked(session, int(found[1]), position)
