"""What the record knows of one signed copy of an award: what became of it, and what came after."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from issuer import days, erasure, history, published, successions, texts, wording
from issuer.office import Office
from issuer.programme import Programme
from issuer.record.tables import Credential
from issuer.state import Standing, next_change, standing
from issuer.successions import Successor
from issuer.texts import translate

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Told:
    """What the record knows of one copy."""

    programme: Programme
    slug: str
    name: str  # of the holder, as it is called now
    sealed: bytes
    standing: Standing
    sentence: str
    successor: str | None
    onward: Successor | None  # in which its holder goes on
    changes_at: datetime | None


def find(session: Session, identifier: str) -> Credential | None:
    """The copy `identifier`, None if there is none. Raises `Gone` for one that was erased."""
    if not _ID.fullmatch(identifier):
        return None
    row = session.get(Credential, identifier)
    if row is None or row.state != "issued" or row.sealed_json is None:
        return None
    erasure.check_copy_stands(row)
    return row


def known(office: Office, identifier: str, now: datetime, language: str) -> Told | None:
    """What the record knows of the copy `identifier`, None if there is no such copy."""
    with office.reading() as session:
        row = find(session, identifier)
        return None if row is None else told(office, session, row, now, language)


def told(office: Office, session: Session, row: Credential, now: datetime, language: str) -> Told:
    """What became of a copy that `find` found, in the words of `language`."""
    if row.sealed_json is None:
        raise ValueError(f"credential {row.id} was never sealed")
    programme = office.programme(row.award.cycle.edition)
    judged = history.credential(row)
    later = [
        history.credential(copy)
        for copy in row.award.credentials
        if copy.state == "issued" and copy.number > row.number
    ]
    found = standing(judged, now, successors=later)
    values = {
        "first": texts.day(row.award.first_day, language),
        "last": texts.day(row.award.last_day, language),
    }
    if judged.revoked_by is not None and found is Standing.REVOKED:
        day = days.day_of(judged.revoked_by.at, programme.timezone)
        message = wording.REVOCATIONS[judged.revoked_by.act]
        values["day"] = texts.day(day, language)
    else:
        message = wording.STANDINGS[found]
    participation = row.award.cycle.participation
    current = published.in_force(session, participation.id, now)
    onward = successions.successor(participation, now)
    changes = [next_change(history.participation(participation), now)]
    if onward is not None:
        changes.append(onward.changes_at)
    return Told(
        programme=programme,
        slug=participation.slug,
        name=participation.organisation.name.name,
        sealed=row.sealed_json,
        standing=found,
        sentence=translate(language, message, **values),
        successor=current if current != row.id else None,
        onward=onward,
        changes_at=min((moment for moment in changes if moment is not None), default=None),
    )
