"""Contacts of made-up organisations, put into the record as they stand."""

from typing import Any

from issuer import participations
from issuer.record.life import Contact
from tests.support.office import Desk


def contact(
    desk: Desk,
    slug: str,
    place: str = "first",
    *,
    email: str = "",
    language: str = "nb",
    **more: Any,
) -> int:
    """A contact of the organisation at `slug`; return its number."""
    with desk.office.transaction() as session:
        row = Contact(
            organisation_id=participations.find(session, slug).organisation_id,
            place=place,
            name=f"Kari {place}",
            email=email or f"{place}.{slug}@example.no",
            language=language,
            since=desk.clock(),
            **more,
        )
        session.add(row)
        session.flush()
        return row.id
