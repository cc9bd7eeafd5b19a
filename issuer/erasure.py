"""Taking things away: a tombstone in place of a participation, and erasing personal data.

Three different things. Hiding (`issuer.participations`) keeps it off the register. A tombstone
ends its public addresses: they answer 410 with digests, places and dates, so that whoever
kept a file can still tell that it was issued. Erasure takes away names, contacts, facts,
texts and the credentials' bytes. None of them touches the chain or a status list: a bit that
was set stays set, and the digests stay.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from issuer import audit, days, participations, tasks
from issuer.errors import Gone, WrongState
from issuer.history import award as judged
from issuer.office import Office
from issuer.record.access import IdempotencyKey
from issuer.record.life import Case, Contact, Enquiry, Measure, Meeting, Succession
from issuer.record.post import DomainProof, EmbedHost, Letter
from issuer.record.tables import (
    AuditEntry,
    AuditPerson,
    AwardAct,
    Credential,
    Organisation,
    Participation,
    RequirementAct,
)
from issuer.texts import N_

# What stands where a name or a text was.
ERASED = "–"


def bury(office: Office, slug: str, *, by: str, reason: str) -> None:
    """End the public addresses of `slug`: from now on they answer 410.

    Raises `WrongState` while an award is in force or suspended: end it first, so that its
    copies are revoked.
    """
    by = participations.check_person(by)
    why = participations.check_reason(reason)
    with office.transaction() as session:
        now = office.now()
        row = participations.find(session, slug)
        for cycle in row.cycles:
            for award in cycle.awards:
                ended = judged(award).end(now) is not None or award.valid_until < now
                if award.state in ("intended", "issued") and not ended:
                    raise WrongState(
                        N_("%(slug)s still has an award that stands. End it first."), slug=slug
                    )
        if row.tombstone_at is not None:
            raise WrongState(N_("%(slug)s is already taken away."), slug=slug)
        row.public = False
        row.tombstone_at = now
        for cycle in row.cycles:
            if cycle.closed_at is None:
                cycle.ended_at = cycle.closed_at = now
        tasks.settle_second(session, row, by=by, now=now)
        session.flush()
        audit.write(session, "participation.bury", slug, by=by, reason=why, now=now)


def erase(office: Office, slug: str, *, by: str, reason: str) -> None:
    """Make personal data of `slug` unreadable everywhere, for good. Buried first."""
    by = participations.check_person(by)
    why = participations.check_reason(reason)
    with office.transaction() as session:
        now = office.now()
        row = participations.find(session, slug)
        if row.tombstone_at is None:
            raise WrongState(
                N_("Take %(slug)s away first: merke participation bury %(slug)s"), slug=slug
            )
        organisation = row.organisation
        if organisation.erased_at is not None:
            raise WrongState(N_("The data of %(slug)s are already erased."), slug=slug)
        others = select(Participation).where(
            Participation.organisation_id == organisation.id,
            Participation.tombstone_at.is_(None),
        )
        if session.scalars(others).first() is not None:
            raise WrongState(
                N_("The organisation of %(slug)s takes part in another programme as well."),
                slug=slug,
            )
        organisation.erased_at = now
        organisation.number = None
        organisation.about, organisation.about_public, organisation.kind = {}, [], None
        for name in organisation.names:
            name.name = name.sort_key = name.folded = ERASED
            name.language = None
        _records(session, row)
        _awards(session, row, now)
        _letters(session, row)
        _people(session, slug)
        _answers(session, slug)
        session.flush()
        emptied = _old_details(session, [slug]).get(slug, {})
        told = {"emptied": emptied} if emptied else {}
        audit.write(session, "participation.erase", slug, by=by, reason=why, now=now, **told)


def complete(office: Office) -> int:
    """Take out what an erasure by an older version left in the log. How many were completed."""
    erased = (
        select(Participation.slug)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Organisation.erased_at.is_not(None))
    )
    left = _with_domains().where(AuditEntry.subject.in_(erased))
    with office.reading() as session:
        slugs = sorted({entry.subject for entry in session.scalars(left)})
    if slugs:
        with office.transaction() as session:
            for slug, emptied in _old_details(session, slugs).items():
                audit.write(
                    session,
                    "participation.erase",
                    slug,
                    by="merke",
                    reason="what an older version left in the log",
                    now=office.now(),
                    emptied=emptied,
                )
    return len(slugs)


def _with_domains() -> Select[AuditEntry]:
    """Entries in which an older version named a holder's own domain."""
    return select(AuditEntry).where(
        AuditEntry.act.startswith("domain."), AuditEntry.details.contains('"domain"')
    )


def _old_details(session: Session, slugs: Sequence[str]) -> dict[str, dict[str, str]]:
    """Empty the entries of `slugs` that name domains: slug → what its erasure has to vouch for."""
    found: dict[str, list[AuditEntry]] = {}
    for entry in session.scalars(_with_domains().where(AuditEntry.subject.in_(slugs))):
        found.setdefault(entry.subject, []).append(entry)
    return {slug: audit.empty(session, entries) for slug, entries in found.items()}


def _records(session: Session, row: Participation) -> None:
    for cycle in row.cycles:
        for record in cycle.records:
            record.facts, record.evidence, record.note = {}, [], ""
            if record.equivalence is not None:
                record.equivalence = ERASED
            if record.public_facts is not None:
                record.public_facts = {}
            session.execute(
                update(RequirementAct)
                .where(RequirementAct.record_id == record.id)
                .values(reason=ERASED, by=ERASED)
            )
        session.execute(
            update(Measure)
            .where(Measure.cycle_id == cycle.id)
            .values(title=ERASED, responsible_role=ERASED, public=False)
        )


def _awards(session: Session, row: Participation, now: Any) -> None:
    for cycle in row.cycles:
        for award in cycle.awards:
            acts = update(AwardAct).where(AwardAct.award_id == award.id)
            session.execute(acts.values(reason=ERASED))
            session.execute(acts.where(AwardAct.override.is_not(None)).values(override=ERASED))
            cases = update(Case).where(Case.award_id == award.id)
            session.execute(cases.where(Case.override.is_not(None)).values(override=ERASED))
            session.execute(
                update(Case)
                .where(Case.award_id == award.id)
                .values(
                    grounds=ERASED,
                    statement=ERASED,
                    reason=ERASED,
                    appeal=ERASED,
                    appeal_reason=ERASED,
                )
            )
            for copy in award.credentials:
                if copy.state == "issued":
                    session.execute(
                        update(Credential)
                        .where(Credential.id == copy.id)
                        .values(document=b"", sealed_json=b"", sealed_jwt=b"", erased_at=now)
                    )


def _letters(session: Session, row: Participation) -> None:
    asked = select(Enquiry.id).where(Enquiry.participation_id == row.id)
    confirmed = [f"enquiry:{identifier}" for identifier in session.scalars(asked)]
    mine = (Letter.participation_id == row.id) | Letter.key.in_(confirmed)
    session.execute(update(Letter).where(mine, Letter.state == "waiting").values(state="given_up"))
    session.execute(
        update(Letter)
        .where(mine)
        .values(message=b"", recipient=ERASED, last_fault=None, contact_id=None)
    )
    session.execute(delete(Contact).where(Contact.organisation_id == row.organisation_id))
    session.execute(
        update(Enquiry)
        .where(Enquiry.participation_id == row.id)
        .values(
            name=ERASED,
            number=None,
            contact_name=ERASED,
            contact_email=ERASED,
            contact_phone=None,
            message="",
        )
    )
    session.execute(update(Meeting).where(Meeting.participation_id == row.id).values(place=ERASED))
    session.execute(
        update(Succession)
        .where((Succession.from_id == row.id) | (Succession.to_id == row.id))
        .values(reason=ERASED)
    )
    for table in (DomainProof, EmbedHost):
        session.execute(delete(table).where(table.participation_id == row.id))


def _people(session: Session, slug: str) -> None:
    """Who and why leave the log; the salted digest in the chain tells nothing without them."""
    about = select(AuditEntry.number).where(AuditEntry.subject == slug)
    session.execute(delete(AuditPerson).where(AuditPerson.number.in_(about)))


def _answers(session: Session, slug: str) -> None:
    """Answers kept for a repetition: repeated now, each of these acts is refused."""
    for kept in session.scalars(select(IdempotencyKey).where(IdempotencyKey.body.is_not(None))):
        if slug.encode() in (kept.body or b""):
            session.delete(kept)


def check_stands(row: Participation) -> None:
    """Raise `Gone` with the tombstone of a participation that was taken away."""
    if row.tombstone_at is not None:
        raise _gone(
            {
                "slug": row.slug,
                "removedAt": days.timestamp(row.tombstone_at),
                "credentials": [
                    _stone(copy)
                    for cycle in row.cycles
                    for award in cycle.awards
                    for copy in award.credentials
                    if copy.state == "issued"
                ],
            }
        )


def check_copy_stands(copy: Credential) -> None:
    """Raise `Gone` with the tombstone of one credential that was taken away."""
    removed = copy.award.cycle.participation.tombstone_at
    if removed is not None:
        raise _gone({"removedAt": days.timestamp(removed), **_stone(copy)})


def _stone(copy: Credential) -> dict[str, Any]:
    """What is still said of a credential: nothing that tells whose it was."""
    return {
        "id": copy.id,
        "sha256": {"json": copy.json_digest, "jwt": copy.jwt_digest},
        "validFrom": days.timestamp(copy.valid_from),
        "validUntil": days.timestamp(copy.valid_until),
        "statusList": copy.entry.list_number,
        "statusListIndex": copy.entry.position,
        "revoked": copy.entry.revoked_at is not None,
    }


def _gone(tombstone: Mapping[str, Any]) -> Gone:
    return Gone(
        N_(
            "This was issued here once and has been taken away. What remains is a tombstone: dates,"
            " the digest of the file, and its place in the status list."
        ),
        tombstone,
    )
