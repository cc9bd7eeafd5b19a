"""Editions of programmes in the record, and the programme files that come with merke."""

from datetime import datetime
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import audit
from issuer.errors import Refused
from issuer.programme import Programme
from issuer.record.tables import Edition
from issuer.texts import N_


def shipped(slug: str) -> bytes:
    """The programme file `slug` that comes with merke."""
    return resources.files("issuer.programmes").joinpath(f"{slug}.toml").read_bytes()


def add(
    session: Session, programme: Programme, source: bytes, *, by: str, now: datetime
) -> Edition:
    """Load an edition. The same file again changes nothing; another content is refused."""
    known = session.scalars(
        select(Edition).where(
            Edition.programme == programme.slug, Edition.edition == programme.edition
        )
    ).first()
    if known is not None:
        if known.source == source:
            return known
        raise Refused(
            N_(
                "Edition %(key)s is already loaded with another content. Awards rest on it, so it"
                " is never changed: give the new content a new edition."
            ),
            key=programme.key,
        )
    row = Edition(
        programme=programme.slug,
        edition=programme.edition,
        source=source,
        loaded_at=now,
        loaded_by=by,
    )
    session.add(row)
    session.flush()
    audit.write(session, "programme.load", programme.key, by=by, now=now, sha256=programme.digest)
    return row


def listing(session: Session) -> list[Edition]:
    return list(session.scalars(select(Edition).order_by(Edition.programme, Edition.id)))
