"""Requirements between the organisation and the office: handed in, sent back, with evidence.

Each step stays in the record with who did it and why; none of it is public but the evidence
that is marked so. What may be recorded and accepted is `issuer.participations`.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from issuer import audit, contacts, days, measures, participations, tasks
from issuer.characters import hidden
from issuer.errors import BadInput, NotFound, Refused
from issuer.programme import Kind, Programme
from issuer.record.tables import Participation, RequirementRecord
from issuer.texts import N_

MOST_EVIDENCE = 50
_LONGEST = 300
_SHA256 = re.compile("[0-9a-f]{64}")


def hand_in(
    session: Session,
    participation: Participation,
    programme: Programme,
    name: str,
    facts: Mapping[str, Any] | None,
    *,
    contact: str,
    by: str,
    now: datetime,
    note: str = "",
) -> RequirementRecord:
    """The organisation hands in a requirement; `contact` is the one of its contacts who did,
    by name, address or place, `by` who took it in. What is only handed in needs no
    `facts`: it was today."""
    person = _contact(session, participation, contact)
    requirement = participations.requirement_asked(participation, programme, name)
    if facts is None:
        if requirement.kind is not Kind.SUBMISSION:
            raise BadInput(N_("Give the facts: only what is simply handed in goes without."))
        facts = {"handed_in": days.day_of(now, programme.timezone).isoformat()}
    row = participations.record(
        session, participation, programme, name, facts, by=by, now=now, note=note
    )
    row.handed_in_at = now
    participations.note_step(row, "hand_in", by=person, now=now)
    session.flush()
    audit.write(
        session,
        "requirement.hand_in",
        participation.slug,
        by=by,
        reason=f"handed in by {person}",
        now=now,
        requirement=name,
    )
    return row


def _contact(session: Session, participation: Participation, name: str) -> str:
    given = " ".join(name.split()).casefold()
    for each in contacts.in_use(session, participation.organisation):
        if given in (each.name.casefold(), each.place, each.email.casefold()):
            return each.name
    raise NotFound(
        N_(
            "%(slug)s has no such contact. It is handed in by one of its contacts, which `merke"
            " organisation show %(slug)s` shows; name another with `merke organisation contact`."
        ),
        slug=participation.slug,
    )


def send_back(
    session: Session,
    participation: Participation,
    programme: Programme,
    name: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> RequirementRecord:
    """Send back what was recorded, or take back an acceptance, before the award is made.

    The organisation is told the reason. Nothing is accepted until it was corrected.
    """
    why = participations.check_reason(reason)
    cycle = participations.current_cycle(participation)
    requirement = participations.requirement_asked(participation, programme, name)
    row = participations.open_record(cycle, requirement)
    if row is None:
        raise Refused(
            N_("Nothing is recorded for %(name)s, so there is nothing to send back."), name=name
        )
    if row.sent_back_at is not None:
        raise Refused(N_("%(name)s was sent back already and not handed in again."), name=name)
    taken_back = row.accepted_at is not None
    if taken_back:
        row.accepted_at = row.accepted_by = row.public_facts = row.equivalence = None
        cycle.prepared_at = cycle.prepared_by = None
        tasks.settle_second(session, participation, by=by, now=now)
        if requirement.kind is Kind.PLAN:
            measures.drop(session, cycle)
    row.sent_back_at = now
    participations.note_step(row, "send_back", by=by, now=now, reason=why)
    session.flush()
    audit.write(
        session,
        "requirement.send_back",
        participation.slug,
        by=by,
        reason=why,
        now=now,
        requirement=name,
        accepted_before=taken_back,
    )
    return row


def add_evidence(
    session: Session,
    participation: Participation,
    programme: Programme,
    name: str,
    *,
    title: str,
    place: str,
    sha256: str | None,
    public: bool,
    by: str,
    now: datetime,
    reason: str = "",
) -> RequirementRecord:
    """Note a piece of evidence: its title, where it is kept, its digest, whether its title and
    digest may be shown. The piece itself stays where it is."""
    why = participations.check_reason(reason) if reason else ""
    cycle = participations.current_cycle(participation)
    requirement = participations.requirement_asked(participation, programme, name)
    row = participations.open_record(cycle, requirement)
    if row is None:
        raise Refused(
            N_("Nothing is recorded for %(name)s yet. Record it first, then its evidence."),
            name=name,
        )
    if row.accepted_at is not None:
        raise Refused(N_("%(name)s is already accepted and can no longer be changed."), name=name)
    if len(row.evidence) >= MOST_EVIDENCE:
        raise Refused(N_("At most %(most)s pieces of evidence are kept."), most=MOST_EVIDENCE)
    digest = sha256.lower() if sha256 else None
    if digest is not None and not _SHA256.fullmatch(digest):
        raise BadInput(N_("A digest is a SHA-256 in 64 hexadecimal digits."))
    piece = {
        "title": _line(title),
        "place": _line(place),
        "sha256": digest,
        "public": public,
    }
    row.evidence = [*row.evidence, piece]
    participations.note_step(row, "evidence", by=by, now=now, reason=why)
    session.flush()
    audit.write(
        session,
        "requirement.evidence",
        participation.slug,
        by=by,
        reason=why,
        now=now,
        requirement=name,
        sha256=digest,
        public=public,
    )
    return row


def _line(text: str) -> str:
    clean = " ".join(text.split())
    if not clean or len(clean) > _LONGEST or hidden(clean):
        raise BadInput(
            N_("Write 1 to %(most)s plain characters."),
            most=_LONGEST,
        )
    return clean


def public_evidence(row: RequirementRecord) -> list[dict[str, Any]]:
    """What everybody may know of the evidence: never where it is kept."""
    return [
        {"title": piece["title"], "sha256": piece["sha256"]}
        for piece in row.evidence
        if piece["public"] is True
    ]
