"""Sealing many awards: everything that was put forward and waits for its decision.

The same steps as for one, a batch at a time: intentions recorded together, each rehearsed,
signed and judged, then issued together. What cannot be sealed is told and left as it was. Cut
off at any moment it is started again: what is issued is not waiting any more, what was only
intended is given up first.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from issuer import credential, participations, published, sealing, status
from issuer.errors import Interrupted, IssuerError
from issuer.office import Office
from issuer.record.tables import Award, Credential, Cycle, Participation
from issuer.sealing import Intention, Sealed
from issuer.state import Act
from verifier.documents import Document, DocumentSource

log = logging.getLogger(__name__)

BATCH = 100
# So many of those that wait are read at once.
_PAGE = 5000


@dataclass(frozen=True)
class Left:
    """What was not sealed, and why. It waits as before."""

    slug: str
    why: IssuerError


class _Once:
    """Documents that are asked for a hundred times in one batch, read once."""

    def __init__(self, documents: DocumentSource) -> None:
        self._documents = documents
        self._read: dict[str, Document] = {}

    def get(self, url: str) -> Document:
        if url not in self._read:
            self._read[url] = self._documents.get(url)
        return self._read[url]


def waiting(session: Session, programme: str) -> Iterator[str]:
    """The participations of `programme` whose award was put forward and is not made yet, in
    the order in which they were put forward."""
    after = None
    while page := _page(session, programme, after):
        yield from (row.slug for row in page)
        after = page[-1]


def count_waiting(session: Session, programme: str) -> int:
    found = _waiting(programme, None).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _page(session: Session, programme: str, after: Any) -> Sequence[Any]:
    return session.execute(_waiting(programme, after).limit(_PAGE)).all()


def _waiting(programme: str, after: Any) -> Select[str, datetime | None, int]:
    """Slugs with their places in the order; those after the row `after`."""
    made = exists().where(Award.cycle_id == Cycle.id, Award.state.in_(("intended", "issued")))
    query = (
        select(Participation.slug, Cycle.prepared_at, Cycle.id)
        .join(Cycle, Cycle.participation_id == Participation.id)
        .where(
            Participation.programme == programme,
            Cycle.prepared_at.is_not(None),
            Cycle.closed_at.is_(None),
            Cycle.ended_at.is_(None),
            ~made,
        )
        .order_by(Cycle.prepared_at, Cycle.id)
    )
    if after is None:
        return query
    moment, number = after.prepared_at, after.id
    return query.where(
        or_(
            Cycle.prepared_at > moment,
            and_(Cycle.prepared_at == moment, Cycle.id > number),
        )
    )


def seal_waiting(
    office: Office, programme: str, *, by: str, reason: str, batch: int = BATCH
) -> Iterator[Sealed | Left]:
    """Seal everything of `programme` that waits; tell of each what became of it.

    `Sealed` is told after it is durable. Raises before anything is done where no key may sign.
    """
    why = participations.check_reason(reason)
    by = participations.check_person(by)
    sealing.check_keys(office, office.now())
    sealing.recover(office)
    after = None
    while True:
        with office.reading() as session:
            page = _page(session, programme, after)
        if not page:
            return
        for start in range(0, len(page), batch):
            slugs = [row.slug for row in page[start : start + batch]]
            yield from _batch(office, slugs, by=by, reason=why)
        after = page[-1]


def _batch(
    office: Office, slugs: Sequence[str], *, by: str, reason: str
) -> Iterator[Sealed | Left]:
    intended, left = _decided(office, slugs, by=by)
    try:
        status.publish(office)
        secured = dict(_secured(office, intended))
    except Exception:
        sealing.abandon(office, [each.credential_id for each in intended.values()], by=by)
        raise
    failed = {slug: each for slug, each in secured.items() if isinstance(each, IssuerError)}
    if failed:
        sealing.abandon(office, [intended[slug].credential_id for slug in failed], by=by)
    left += [Left(slug, fault) for slug, fault in failed.items()]
    done: list[Sealed] = []
    overtaken: list[str] = []
    with office.transaction() as session:
        held = _all(session, slugs)  # in one reading: what follows finds them in the session
        decided = sealing.last_decisions(session, slugs)
        for slug, forms in secured.items():
            if isinstance(forms, IssuerError):
                continue
            try:
                done.append(
                    sealing.issue(
                        session,
                        office,
                        intended[slug],
                        forms,
                        Act.SEAL,
                        by=by,
                        reason=reason,
                        overtaken=decided.get(held[slug].slug, 0) > intended[slug].entry,
                    )
                )
            except Interrupted as refusal:
                left.append(Left(slug, refusal))
                overtaken.append(intended[slug].credential_id)
    if overtaken:
        sealing.abandon(office, overtaken, by=by)
    yield from left
    yield from done


class _HalfWay(Exception):
    """Something was recorded before it was refused: the transaction must not be kept."""


def _decided(
    office: Office, slugs: Sequence[str], *, by: str
) -> tuple[dict[str, Intention], list[Left]]:
    """Decide on all of `slugs` in one transaction; what is refused leaves nothing in it."""
    left: list[Left] = []
    while True:
        intended: dict[str, Intention] = {}
        now = office.now()
        try:
            with office.transaction() as session:
                rows, places = _all(session, slugs), status.choose_places(session, len(slugs))
                for slug, place in zip(slugs, places, strict=True):
                    before = len(session.new)
                    try:
                        intended[slug] = sealing.decide(
                            session, office, rows[slug], by=by, now=now, place=place
                        )
                    except IssuerError as refusal:
                        left.append(Left(slug, refusal))
                        if len(session.new) != before:
                            raise _HalfWay from refusal
        except _HalfWay:
            refused = {each.slug for each in left}
            slugs = [slug for slug in slugs if slug not in refused]
        else:
            return intended, left


def _all(session: Session, slugs: Sequence[str]) -> dict[str, Participation]:
    query = select(Participation).where(Participation.slug.in_(slugs))
    return {row.slug: row for row in session.scalars(query).unique()}


def sources(office: Office) -> tuple[DocumentSource, DocumentSource]:
    """Our documents as strangers read them, and as they read them in a rehearsal; each of them
    read once, for one batch."""
    rehearsed = published.documents(office, also=office.rehearsal_ring())
    return _Once(published.documents(office)), _Once(rehearsed)


def _secured(
    office: Office, intended: dict[str, Intention]
) -> Iterator[tuple[str, tuple[bytes, bytes] | IssuerError]]:
    ids = [each.credential_id for each in intended.values()]
    with office.reading() as session:
        query = select(Credential.id, Credential.document).where(Credential.id.in_(ids))
        written = {row.id: row.document for row in session.execute(query)}
    ours, rehearsed = sources(office)
    for slug, each in intended.items():
        document = credential.parse(written[each.credential_id])
        try:
            sealing.rehearse(office, document, rehearsed)
            yield slug, sealing.sign_and_judge(office, document, ours)
        except IssuerError as fault:
            log.exception("%s was not sealed", slug)
            yield slug, fault
