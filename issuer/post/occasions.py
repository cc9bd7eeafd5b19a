"""Which mail tells of a decision on an award, and with what: by what the record says of it.

An award carried on, after an appeal or by another organisation, is told as that, whoever seals
it and when; so is the end of the one that it carries on.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.office import Office
from issuer.post.kinds import Kind
from issuer.record.life import Succession
from issuer.record.tables import Award, Credential, Participation
from issuer.state import Act

_OF_COPIES = {Act.SEAL: Kind.SEALED, Act.LIFT: Kind.LIFTED, Act.RESEAL: Kind.NEW_COPY}
# A void award is corrected by people, who tell what went wrong.
_OF_ENDS = {
    Act.SUSPEND: Kind.SUSPENDED,
    Act.WITHDRAW: Kind.WITHDRAWN,
    Act.GIVE_UP: Kind.GIVEN_UP,
}


def of_copy(
    session: Session, office: Office, copy: Credential, act: Act
) -> tuple[Kind | None, dict[str, Any]]:
    """The mail about a copy that `act` has made, and what its words need."""
    values = _copy_values(office, copy)
    cycle = copy.award.cycle
    if act is not Act.SEAL or cycle.not_after is None:
        return _OF_COPIES.get(act), values
    came = session.scalars(
        select(Succession).where(
            Succession.to_id == cycle.participation_id, Succession.decided_at == cycle.opened_at
        )
    ).first()
    if came is None:
        return Kind.REGAINED, values
    return Kind.CARRIED_ON, {**values, "former": _name(session, came.from_id)}


def of_end(session: Session, award: Award, act: Act) -> tuple[Kind | None, dict[str, Any]]:
    """The mail about an act that takes an award out of force, and what its words need."""
    went = None
    if act is Act.GIVE_UP:
        about = award.cycle.participation_id
        went = session.scalars(select(Succession).where(Succession.from_id == about)).first()
    if went is None:
        return _OF_ENDS.get(act), {}
    successor = session.get_one(Participation, went.to_id)
    along = any(
        cycle.not_after is not None and cycle.opened_at == went.decided_at
        for cycle in successor.cycles
    )
    kind = Kind.HANDED_OVER if along else Kind.GONE_ON
    return kind, {"successor": successor.organisation.name.name}


def _name(session: Session, participation: str) -> str:
    return session.get_one(Participation, participation).organisation.name.name


def _copy_values(office: Office, copy: Credential) -> dict[str, Any]:
    """What a letter about a sealed copy says: its days and where its files are."""
    base, award = office.settings.base_url, copy.award
    slug = award.cycle.participation.slug
    programme = office.programme(award.cycle.edition)
    address = f"{base}/b/{copy.id}"
    return {
        "first": award.first_day,
        "last": award.last_day,
        "opens": award.renewal_opens.astimezone(programme.timezone).date(),
        "badge": address,
        "png": f"{address}.png",
        "svg": f"{address}.svg",
        "print": f"{address}.pdf",
        "kit": f"{base}/m/{slug}/kit",
    }
