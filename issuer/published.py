"""What our own addresses answer to machines, straight from the record and the ring.

One table from path to bytes. The pages serve it, sealing judges by it, `merke verify` on
the issuer's own machine reads it without any network, and the demo writes it to files.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from issuer import erasure, history, public, state
from issuer.errors import Gone, ListHeld
from issuer.office import Office
from issuer.record.tables import Award, Credential, Cycle, Edition, Participation, StatusList
from issuer.texts import N_
from keys import jwk
from keys.ring import KeyRing
from verifier.documents import Document, DocumentSource, DocumentUnavailable

DID = "application/did+json"
JWKS = "application/jwk-set+json"
JWK = "application/jwk+json"
CREDENTIAL = "application/vc+ld+json"
STATUS = "application/vc"
JSON = "application/json"
TEXT = "text/plain; charset=us-ascii"

Answer = Callable[[Office, str], Document | None]


class OwnDocuments:
    """A `DocumentSource` for the addresses under our own base address, and only those."""

    def __init__(self, office: Office, also: KeyRing | None = None) -> None:
        self._office = office
        self._also = also

    def get(self, url: str) -> Document:
        base = self._office.settings.base_url
        if not url.startswith(f"{base}/"):
            raise DocumentUnavailable(f"{url} is not one of our own addresses")
        path = url.removeprefix(base)
        if path == "/.well-known/did.json" and self._also is not None:
            return _document(did_document(self._office.published_ring(), self._also), DID)
        try:
            answer = get(self._office, path)
        except (Gone, ListHeld) as fault:
            raise DocumentUnavailable(str(fault)) from fault
        if answer is None:
            raise DocumentUnavailable(f"{url} is not issued here")
        return answer


def documents(office: Office, also: KeyRing | None = None) -> DocumentSource:
    """Our own documents; with `also`, as if the keys of that ring were published too."""
    return OwnDocuments(office, also)


def get(office: Office, path: str) -> Document | None:
    """The bytes and media type at `path` (no query), None where nothing is published.

    Raises `Gone` where something was and has been taken away.
    """
    for pattern, answer in _ROUTES:
        if found := pattern.fullmatch(path):
            return answer(office, found[1] if found.groups() else "")
    return None


def did_document(ring: KeyRing, also: KeyRing | None = None) -> dict[str, Any]:
    """The DID document of the ring; with `also`, as if those keys were published too."""
    document = ring.did_document()
    if also is None:
        return document
    more = also.did_document()
    return {
        **document,
        "verificationMethod": document["verificationMethod"] + more["verificationMethod"],
        "assertionMethod": document["assertionMethod"] + more["assertionMethod"],
    }


def _did(office: Office, _: str) -> Document:
    return _document(did_document(office.published_ring()), DID)


def _jwks(office: Office, _: str) -> Document:
    return _document(office.published_ring().jwks(), JWKS)


def _key(office: Office, fragment: str) -> Document | None:
    ring = office.published_ring()
    for record in ring.published():
        if record.fragment == fragment:
            return _document(jwk.named_jwk(ring.method_id(record), record.public), JWK)
    return None


def _status_json(office: Office, number: str) -> Document | None:
    signed = _signed_list(office, number, StatusList.signed_json)
    return Document(signed, STATUS) if signed else None


def _status_jwt(office: Office, number: str) -> Document | None:
    signed = _signed_list(office, number, StatusList.signed_jwt)
    return Document(signed, TEXT) if signed else None


def _signed_list(
    office: Office, number: str, form: InstrumentedAttribute[bytes | None]
) -> bytes | None:
    """What an older record says of revocations may be undone: better no list than that one."""
    with office.reading() as session:
        row = session.execute(
            select(form, StatusList.held_at).where(StatusList.number == int(number))
        ).first()
    if (row is not None and row.held_at is not None) or not office.is_newest():
        raise ListHeld(
            N_(
                "This status list is not given out at this moment: the record was put back from an"
                " older copy. Whether a badge was revoked cannot be told until it is whole again."
            )
        )
    return None if row is None else row[0]


def _achievement(office: Office, key: str) -> Document | None:
    with office.reading() as session:
        for edition in session.scalars(select(Edition)):
            if f"{edition.programme}-{edition.edition}" == key:
                content = public.achievement_json(office, office.programme(edition))
                return _document(content, CREDENTIAL)
    return None


def _issuer(office: Office, _: str) -> Document:
    return _document(public.profile_json(office), CREDENTIAL)


def _credential_json(office: Office, identifier: str) -> Document | None:
    sealed = _sealed(office, identifier)
    return Document(sealed[0], CREDENTIAL) if sealed else None


def _credential_jwt(office: Office, identifier: str) -> Document | None:
    sealed = _sealed(office, identifier)
    return Document(sealed[1], TEXT) if sealed else None


def _sealed(office: Office, identifier: str) -> tuple[bytes, bytes] | None:
    with office.reading() as session:
        return _sealed_in(session, identifier)


# Asked for with each verification of a badge of ours, so read by columns: the rows would bring
# all that hangs on them.


def _sealed_in(session: Session, identifier: str) -> tuple[bytes, bytes] | None:
    row = session.execute(
        select(Credential.sealed_json, Credential.sealed_jwt, Participation.tombstone_at)
        .join_from(Credential, Award)
        .join(Cycle)
        .join(Participation)
        .where(Credential.id == identifier)
    ).first()
    if row is None or row.sealed_json is None or row.sealed_jwt is None:
        return None
    if row.tombstone_at is not None:
        erasure.check_copy_stands(session.get_one(Credential, identifier))
    return row.sealed_json, row.sealed_jwt


def _refreshed(office: Office, identifier: str) -> Document | None:
    """The credential in force now for the same participation; where none is, `identifier`'s own
    bytes.

    Whoever refreshes a badge puts the answer in the place of the badge, without looking. Where a
    holder has gone on in another, the other's credential is about somebody else: its subject is
    another address, with another name. It is therefore never the answer here. The old bytes are,
    whose revoked place in the status list tells that they stand no more; the old address (page,
    JSON, register) names the one it goes on in, for people and programs to decide about.
    """
    participation = (
        select(Cycle.participation_id)
        .join_from(Credential, Award)
        .join(Cycle)
        .where(Credential.id == identifier, Credential.state == "issued")
        .scalar_subquery()
    )
    with office.reading() as session:
        current = in_force(session, participation, office.now())
        sealed = _sealed_in(session, current or identifier)
    return Document(sealed[0], CREDENTIAL) if sealed else None


def in_force(session: Session, participation: str | ScalarSelect[str], now: datetime) -> str | None:
    """The id of the credential that stands for the participation (its id, or a query for it) at
    `now`, if the mark is in force."""
    needed = (Credential.number, Credential.valid_from, Credential.valid_until)
    issued = session.scalars(
        select(Credential)
        .options(load_only(Credential.id, Credential.issued_at, *needed))
        .join(Award)
        .join(Cycle)
        .where(Cycle.participation_id == participation)
        .where(Award.state == "issued", Credential.state == "issued")
        .order_by(Cycle.number, Award.id, Credential.number)
    )
    standing = [
        copy
        for copy in issued
        if state.standing(history.credential(copy), now) is state.Standing.IN_FORCE
    ]
    latest = max(standing, key=lambda copy: (copy.valid_from, copy.number), default=None)
    return None if latest is None else latest.id


def _participation(office: Office, slug: str) -> Document | None:
    now, unsure = office.now(), office.unsure_since()
    with office.reading() as session:
        row = session.scalars(select(Participation).where(Participation.slug == slug)).first()
        if row is not None:
            erasure.check_stands(row)
        seen = None if row is None else public.view(office, row, now, unsure=unsure)
    # Whether somebody is behind an address that says nothing cannot be told from the answer.
    if seen is None or seen.state is state.State.UNKNOWN:
        return None
    return _document(seen.json(), JSON)


def _document(content: dict[str, Any], media_type: str) -> Document:
    return Document(json.dumps(content, ensure_ascii=False, indent=2).encode(), media_type)


_ID = "([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
_ROUTES: tuple[tuple[re.Pattern[str], Answer], ...] = tuple(
    (re.compile(pattern), answer)
    for pattern, answer in (
        (r"/\.well-known/did\.json", _did),
        (r"/\.well-known/jwks\.json", _jwks),
        (r"/keys/([A-Za-z0-9_-]{20,120})", _key),
        (r"/status/([1-9][0-9]{0,5})", _status_json),
        (r"/status/([1-9][0-9]{0,5})\.jwt", _status_jwt),
        (r"/achievements/([a-z0-9-]{3,80})", _achievement),
        (r"/issuer", _issuer),
        (rf"/b/{_ID}", _credential_json),
        (rf"/b/{_ID}\.json", _credential_json),
        (rf"/b/{_ID}\.jwt", _credential_jwt),
        (rf"/b/{_ID}/refresh", _refreshed),
        (r"/m/([a-z0-9-]{3,60})", _participation),
        (r"/m/([a-z0-9-]{3,60})\.json", _participation),
    )
)
