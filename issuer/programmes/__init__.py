"""Editions of programmes in the record, and the programme files that come with merke."""

from datetime import date, datetime
from functools import lru_cache
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import audit, days
from issuer.errors import NotFound, Refused
from issuer.programme import Programme, load
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


@lru_cache(maxsize=64)
def _read(source: bytes, name: str) -> Programme:
    return load(source, name)


def read(edition: Edition) -> Programme:
    """What the file of `edition` says."""
    return _read(edition.source, f"{edition.programme}-{edition.edition}.toml")


def editions(session: Session, programme: str) -> list[Edition]:
    """The editions of `programme`, the one loaded first before the others. Raises `NotFound`."""
    query = select(Edition).where(Edition.programme == programme).order_by(Edition.id)
    rows = list(session.scalars(query))
    if not rows:
        raise NotFound(
            N_("No programme is called %(programme)s. Load its file with `merke programme load`."),
            programme=programme[:80],
        )
    return rows


def find(session: Session, programme: str, edition: str) -> Edition:
    """One edition of a programme. Raises `NotFound`."""
    known = editions(session, programme)
    for row in known:
        if row.edition == edition:
            return row
    raise NotFound(
        N_("%(programme)s has no edition %(edition)s. Loaded are: %(known)s."),
        programme=programme,
        edition=edition[:16],
        known=", ".join(row.edition for row in known),
    )


def in_force(session: Session, programme: str, now: datetime) -> Edition:
    """The edition that a cycle opened at `now` is on: the newest whose day has come.

    Raises `NotFound`, and `Refused` where none applies yet.
    """
    known = editions(session, programme)
    for row in reversed(known):
        found = read(row)
        if found.applies_from is None or found.applies_from <= days.day_of(now, found.timezone):
            return row
    first = read(known[0]).applies_from
    raise Refused(
        N_("%(programme)s begins on %(day)s: no cycle can be opened before that."),
        programme=programme,
        day=first.isoformat() if first else "",
    )


def sealed_until(session: Session, programme: Programme, now: datetime) -> date | None:
    """The day until which cycles on this edition could be sealed, if that day is over."""
    later = False
    for row in editions(session, programme.slug):
        newer = read(row)
        if (
            later
            and newer.old_until is not None
            and newer.old_until < days.day_of(now, newer.timezone)
        ):
            return newer.old_until
        later = later or newer.edition == programme.edition
    return None


def listing(session: Session) -> list[Edition]:
    return list(session.scalars(select(Edition).order_by(Edition.programme, Edition.id)))
