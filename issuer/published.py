"""What our own addresses answer to machines, straight from the record and the ring.

One table from path to bytes. The pages serve it, sealing judges by it, `merke verify` on
the issuer's own machine reads it without any network, and the demo writes it to files.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from issuer import erasure, history, public, state
from issuer.errors import Gone, ListHeld
from issuer.office import Office
from issuer.record.tables import Award, Credential, Edition, Participation, StatusList
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
    with office.reading() as session:
        row = session.get(StatusList, int(number))
        signed = row and row.signed_json
        _check_published(office, row)
    return Document(signed, STATUS) if signed else None


def _status_jwt(office: Office, number: str) -> Document | None:
    with office.reading() as session:
        row = session.get(StatusList, int(number))
        signed = row and row.signed_jwt
        _check_published(office, row)
    return Document(signed, TEXT) if signed else None


def _check_published(office: Office, row: StatusList | None) -> None:
    """What an older record says of revocations may be undone: better no list than that one."""
    if (row is not None and row.held_at is not None) or not office.is_newest():
        raise ListHeld(
            N_(
                "This status list is not given out at this moment: the record was put back from an"
                " older copy. Whether a badge was revoked cannot be told until it is whole again."
            )
        )


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
        row = session.get(Credential, identifier)
        if row is None or row.sealed_json is None or row.sealed_jwt is None:
            return None
        erasure.check_copy_stands(row)
        return row.sealed_json, row.sealed_jwt


def _refreshed(office: Office, identifier: str) -> Document | None:
    with office.reading() as session:
        row = session.get(Credential, identifier)
        if row is None or row.state != "issued":
            return None
        erasure.check_copy_stands(row)
        current = in_force(row.award.cycle.participation, office.now())
        return _credential_json(office, current.id if current else identifier)


def in_force(row: Participation, now: datetime) -> Credential | None:
    """The credential that stands for the participation at `now`, if the mark is in force."""
    copies = [
        copy
        for cycle in row.cycles
        for award in cycle.awards
        if award.state == "issued"
        for copy in _issued(award)
        if state.standing(history.credential(copy), now) is state.Standing.IN_FORCE
    ]
    return max(copies, key=lambda copy: (copy.valid_from, copy.number), default=None)


def _issued(award: Award) -> list[Credential]:
    return [copy for copy in award.credentials if copy.state == "issued"]


def _participation(office: Office, slug: str) -> Document | None:
    with office.reading() as session:
        row = session.scalars(select(Participation).where(Participation.slug == slug)).first()
        if row is not None:
            erasure.check_stands(row)
        seen = None if row is None else public.view(office, row, office.now())
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
