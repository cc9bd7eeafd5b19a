"""Sealing: from accepted requirements to a signed credential that strangers can check.

(1) The intention is committed: award, credential, status place. (2) The document is secured
with a throw-away key and judged as a stranger would judge it. Only then the real keys sign,
and what they signed is judged again. (3) In one second transaction the credential becomes
issued, the act and its audit entry are written; then the caller is told.

A crash leaves an intention behind, never a stray badge: nothing signed is kept before (3).
`recover` gives up what a process that is gone has left; its status place stays used.
"""

import hashlib
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer import (
    audit,
    codes,
    credential,
    days,
    names,
    participations,
    pictures,
    post,
    proofs,
    published,
    status,
    successions,
    tasks,
)
from issuer.errors import (
    AlreadySealed,
    BadInput,
    BeingSealed,
    Interrupted,
    NotFound,
    RehearsalFailed,
    RequirementsMissing,
    SecondPersonNeeded,
    WrongState,
)
from issuer.office import Office
from issuer.post import occasions
from issuer.programme import Programme
from issuer.record.tables import (
    AuditEntry,
    Award,
    AwardAct,
    Credential,
    Cycle,
    Participation,
    StatusEntry,
)
from issuer.state import Act, State
from issuer.texts import N_
from keys.ring import KeyRing, Purpose
from verifier.canonical import DataLoss
from verifier.documents import DocumentSource
from verifier.report import Reason
from verifier.verify import World, verify

log = logging.getLogger(__name__)

# A process that cannot be seen from here may still be at work for this long.
_GIVEN_UP_AFTER = timedelta(seconds=120)


@dataclass(frozen=True)
class Sealed:
    """What the caller is told, after it is durable."""

    slug: str
    code: str
    credential_id: str
    first_day: date
    last_day: date


def seal(
    office: Office,
    slug: str,
    *,
    by: str,
    reason: str,
    first_day: date | None = None,
    override: str | None = None,
    along: Callable[[Session, datetime], None] | None = None,
) -> Sealed:
    """Award the mark: seal the first credential of the open cycle of `slug`.

    `override` is the reason for which one person does what the programme asks two for. `along`
    is done in the transaction in which the credential is issued: both stand, or neither.
    Raises `RequirementsMissing`, `SecondPersonNeeded`, `AlreadySealed`, `KeysLocked`, …
    """
    why = participations.check_reason(reason)
    by = participations.check_person(by)
    now = office.now()
    check_keys(office, now)
    recover(office)
    with office.transaction() as session:
        participation = participations.find(session, slug)
        intended = decide(
            *(session, office, participation),
            by=by,
            now=now,
            chosen=first_day,
            override=override,
            hands_over=along is not None,
        )
    said = _with_override(why, override)
    return finish(office, intended, Act.SEAL, by=by, reason=said, along=along)


def decide(
    session: Session,
    office: Office,
    participation: Participation,
    *,
    by: str,
    now: datetime,
    chosen: date | None = None,
    override: str | None = None,
    place: tuple[int, int] | None = None,
    hands_over: bool = False,
) -> "Intention":
    """Decide on the award of the open cycle, by every rule, and record what will be signed.

    Whatever is refused is refused before anything is recorded. `place` is one that the caller
    has chosen in this transaction (`status.choose_places`), else one is chosen here.
    `hands_over`: the award that this one carries on ends as this one is issued.
    """
    slug = participation.slug
    if participations.public_state(participation, now).state is State.SUSPENDED:
        raise WrongState(
            N_("%(slug)s is suspended. Lift or end the suspension before anything is sealed."),
            slug=slug,
        )
    cycle = _cycle_to_award(participation)
    programme = office.programme(cycle.edition)
    if cycle.not_after is not None and not hands_over:
        successions.check_handed_over(session, participation, now)
    participations.check_sealable(session, participation, programme, now)
    if lacking := participations.missing(programme, cycle):
        raise RequirementsMissing(
            N_("The badge cannot be sealed: %(missing)s is not accepted yet."),
            {requirement.id: requirement.name for requirement in lacking},
        )
    check_two_people(programme, cycle.prepared_by, by, override)
    award = _award(participation, cycle, programme, by=by, now=now, chosen=chosen)
    award.override = None if override is None else _ALONE
    session.add(award)
    return intend(session, office, award, by=by, now=now, valid_from=award.valid_from, place=place)


def check_keys(office: Office, now: datetime) -> None:
    """Raise before anything is recorded if a key that the sealing needs cannot sign."""
    for purpose in (Purpose.BADGE, Purpose.BADGE_JWT, Purpose.STATUS):
        office.signing_key(purpose, now)


def check_two_people(
    programme: Programme, prepared_by: str | None, by: str, override: str | None
) -> None:
    """Whoever prepared an award does not decide on it, where the programme asks for two."""
    if programme.deciders < 2:
        return
    if override is not None:
        participations.check_reason(override)
        return
    if prepared_by is None:
        raise SecondPersonNeeded(
            N_(
                "This programme asks for two people: one prepares the award, another decides."
                " Nobody has prepared it yet."
            )
        )
    if names.is_same_person(prepared_by, by):
        raise SecondPersonNeeded(
            N_(
                "%(by)s prepared this award, so somebody else decides on it. If nobody else"
                " can, decide alone with a reason (`--alone WHY`); it stands in the log."
            ),
            by=by,
        )


# The words stand with the act and in the log, where they can be erased: this here is fixed.
_ALONE = "decided alone; the reason stands in the log"


def _with_override(reason: str, override: str | None) -> str:
    return reason if override is None else f"{reason} (one person alone: {override.strip()})"


def _cycle_to_award(participation: Participation) -> Cycle:
    cycle = participation.cycles[-1]
    if standing := cycle.awards_standing:
        if standing[0].state == "intended":
            raise BeingSealed(
                N_(
                    "The award of %(slug)s is being sealed at this moment by another process. If"
                    " that process was cut off, try again in two minutes."
                ),
                slug=participation.slug,
            )
        raise AlreadySealed(
            N_(
                "The award of this cycle is already made: %(code)s, from %(first)s to %(last)s."
                " Nothing was sealed a second time."
            ),
            code=codes.grouped(standing[0].code),
            first=standing[0].first_day.isoformat(),
            last=standing[0].last_day.isoformat(),
        )
    return cycle


def _award(
    participation: Participation,
    cycle: Cycle,
    programme: Programme,
    *,
    by: str,
    now: datetime,
    chosen: date | None,
) -> Award:
    zone = programme.timezone
    before = [
        award
        for earlier in participation.cycles
        for award in earlier.awards
        if award.state == "issued" and not _ended(award)
    ]
    first = days.first_day(
        days.day_of(now, zone),
        previous_last_day=max((award.last_day for award in before), default=None),
        renewal_opens_days=programme.renewal_opens_days,
        chosen=chosen,
    )
    last = days.last_day(first, programme.validity)
    if cycle.not_after is not None:
        last = min(last, cycle.not_after)
    return Award(
        cycle=cycle,
        code=codes.new(),
        state="intended",
        first_day=first,
        last_day=last,
        valid_from=days.start_of(first, zone),
        valid_until=days.end_of(last, zone),
        renewal_opens=days.start_of(last - timedelta(days=programme.renewal_opens_days), zone),
        patience_ends=days.end_of(last + timedelta(days=programme.patience_days), zone),
        decided_at=now,
        decided_by=by,
        prepared_by=cycle.prepared_by,
        deciders=programme.deciders,
    )


def _ended(award: Award) -> bool:
    return any(act.act in (Act.WITHDRAW, Act.GIVE_UP, Act.VOID) for act in award.acts)


@dataclass(frozen=True)
class Intention:
    """A credential that will be signed. `entry`: the number of its audit entry; whatever is
    decided on the participation after it makes the intention void."""

    credential_id: str
    entry: int


def intend(
    session: Session,
    office: Office,
    award: Award,
    *,
    by: str,
    now: datetime,
    valid_from: datetime,
    place: tuple[int, int] | None = None,
) -> Intention:
    """Record that a credential of `award` will be signed: its id, place and very content.

    Raises `pictures.Undrawable`, and nothing is recorded, if its badge could not be drawn.
    """
    number, position = place or status.choose_place(session)
    identifier = str(uuid.uuid4())
    document = credential.build(
        office.settings,
        office.programme(award.cycle.edition),
        award,
        identifier=identifier,
        place=(number, position),
        valid_from=valid_from,
    )
    row = Credential(
        id=identifier,
        award=award,
        number=len(award.credentials) + 1,
        state="intended",
        document=proofs.compact(document),
        valid_from=valid_from,
        valid_until=award.valid_until,
        intended_at=now,
        intended_by=office.process,
    )
    row.entry = StatusEntry(list_number=number, position=position, credential_id=identifier)
    session.add(row)
    pictures.check(office, row)
    entry = audit.write(
        session,
        "award.intend",
        award.cycle.participation.slug,
        by=by,
        now=now,
        credential=identifier,
        code=award.code,
    )
    return Intention(identifier, entry.number)


def finish(
    office: Office,
    intended: Intention,
    act: Act,
    *,
    by: str,
    reason: str,
    along: Callable[[Session, datetime], None] | None = None,
) -> Sealed:
    """Rehearse, sign, judge, issue what was intended; whatever goes wrong, it is given up."""
    try:
        with office.reading() as session:
            row = session.get_one(Credential, intended.credential_id)
            document = credential.parse(row.document)
        status.publish(office)
        rehearse(office, document)
        secured = sign_and_judge(office, document, published.documents(office))
        with office.transaction() as session:
            if along is not None:
                along(session, office.now())
            return issue(session, office, intended, secured, act, by=by, reason=reason)
    except Exception:
        try:
            abandon(office, [intended.credential_id], by=by)
        except Exception:
            # `recover` finds it later; what went wrong first is what the caller is told.
            log.exception("the intention %s could not be given up", intended.credential_id)
        raise


def sign_and_judge(
    office: Office, document: Mapping[str, Any], documents: DocumentSource
) -> tuple[bytes, bytes]:
    """Both forms of `document`, signed with the real keys and judged. Raises `RehearsalFailed`."""
    secured = sign(office.ring, document, office.now())
    for form in secured:
        _judge(office, form, document, documents)
    return secured


def rehearse(
    office: Office, document: Mapping[str, Any], documents: DocumentSource | None = None
) -> None:
    """Secure `document` with throw-away keys and judge the result as a stranger would, who reads
    `documents` (by default ours as they stand, with those keys among them).

    Raises `RehearsalFailed` with the reasons; the real keys have then signed nothing.
    """
    stand_in = office.rehearsal_ring()
    try:
        forms = sign(stand_in, document, office.now())
    except DataLoss as loss:
        raise _not_verifying([Reason.TERM_LOST]) from loss
    documents = documents or published.documents(office, also=stand_in)
    for form in forms:
        _judge(office, form, document, documents)


def sign(ring: KeyRing, document: Mapping[str, Any], now: datetime) -> tuple[bytes, bytes]:
    """Both securings of `document`: JSON with an embedded proof, and VC-JWT."""
    badge = ring.signing_key(Purpose.BADGE, now)
    token = ring.signing_key(Purpose.BADGE_JWT, now)
    return (
        proofs.embed(document, ring, badge, now),
        proofs.badge_jwt(document, ring, token),
    )


def _judge(
    office: Office, form: bytes, document: Mapping[str, Any], documents: DocumentSource
) -> None:
    now = office.now()
    begins = credential.moment(document["validFrom"])
    report = verify(form, World(documents=documents, now=now, at=max(now, begins)))
    if not report:
        raise _not_verifying(report.reasons)


def _not_verifying(reasons: Sequence[Reason]) -> RehearsalFailed:
    log.error("a credential does not verify and was not issued: %s", ", ".join(reasons))
    return RehearsalFailed(
        N_(
            "The credential would not verify (%(reasons)s), so it was not sealed. This is a"
            " fault of the program or its settings; nothing was issued."
        ),
        [str(reason) for reason in reasons],
    )


def issue(
    session: Session,
    office: Office,
    intended: Intention,
    secured: tuple[bytes, bytes],
    act: Act,
    *,
    by: str,
    reason: str,
    overtaken: bool | None = None,
) -> Sealed:
    """What was intended becomes issued, with its act and audit entry, in the caller's
    transaction. Raises `Interrupted` if it was given up, or something else was decided.

    `overtaken`: whether it was, where the caller has asked `last_decisions` in this transaction.
    """
    now = office.now()
    row = session.get_one(Credential, intended.credential_id)
    award = row.award
    slug = award.cycle.participation.slug
    if row.state != "intended":
        raise Interrupted(N_("The sealing took too long and was given up meanwhile. Seal again."))
    if overtaken is None:
        overtaken = last_decisions(session, [slug]).get(slug, 0) > intended.entry
    if overtaken:
        raise Interrupted(
            N_(
                "Something else was decided on %(slug)s while this was being sealed, so"
                " nothing was issued. Look at it again."
            ),
            slug=slug,
        )
    row.sealed_json, row.sealed_jwt = secured
    row.json_digest, row.jwt_digest = (hashlib.sha256(form).hexdigest() for form in secured)
    row.issued_at = now
    row.state = "issued"
    award.acts.append(AwardAct(act=act.value, at=now, by=by, reason=reason))
    row.made_for = act.value
    if act is Act.SEAL:
        award.state = "issued"
        award.cycle.closed_at = max(now, award.valid_from)
        tasks.settle_second(session, award.cycle.participation, by=by, now=now)
    audit.write(
        session,
        f"award.{act.value}",
        slug,
        by=by,
        reason=reason,
        now=now,
        code=award.code,
        credential=row.id,
        json_digest=row.json_digest,
        jwt_digest=row.jwt_digest,
    )
    kind, told = occasions.of_copy(session, office, row, act)
    if kind is not None and (act is Act.SEAL or _is_next(award, now)):
        about = award.cycle.participation
        post.tell(session, office, kind, about, key=f"copy:{row.id}", now=now, **told)
    return Sealed(slug, award.code, row.id, award.first_day, award.last_day)


def _is_next(award: Award, now: datetime) -> bool:
    """Whether no other award of its participation stands before it: a renewal that is lifted
    along with the award in force is told of with that."""
    return not any(
        other.state == "issued"
        and other.valid_from < award.valid_from
        and other.valid_until >= now
        and not _ended(other)
        for cycle in award.cycle.participation.cycles
        for other in cycle.awards
    )


def last_decisions(session: Session, slugs: Sequence[str]) -> dict[str, int]:
    """The number of the last audit entry of a decision on each of `slugs`, where there is one."""
    decisions = [f"award.{act.value}" for act in Act]
    rows = session.execute(
        select(AuditEntry.subject, func.max(AuditEntry.number))
        .where(AuditEntry.subject.in_(slugs), AuditEntry.act.in_(decisions))
        .group_by(AuditEntry.subject)
    )
    return {row[0]: row[1] for row in rows}


def abandon(office: Office, identifiers: list[str], *, by: str) -> None:
    now = office.now()
    with office.transaction() as session:
        for identifier in identifiers:
            row = session.get_one(Credential, identifier)
            if row.state != "intended":
                continue
            row.state = "abandoned"
            if row.award.state == "intended":
                row.award.state = "abandoned"
            session.flush()
            audit.write(
                session,
                "award.abandon",
                row.award.cycle.participation.slug,
                by=by,
                now=now,
                credential=identifier,
            )


def recover(office: Office) -> list[str]:
    """Give up every intention whose process is gone; return the ids of their credentials."""
    now = office.now()
    with office.reading() as session:
        left = [
            row.id
            for row in session.scalars(select(Credential).where(Credential.state == "intended"))
            if office.is_gone(row.intended_by) or row.intended_at + _GIVEN_UP_AFTER <= now
        ]
    if left:
        abandon(office, left, by="merke")
    return left


def find_award(session: Session, code: str) -> Award:
    """The issued award of a code, in any spelling of it."""
    try:
        wanted = codes.read(code)
    except codes.MistypedCode as error:
        raise BadInput(
            N_("%(code)s is not a code: it was mistyped, or part of it is missing."),
            code=code[:40],
        ) from error
    row = session.scalars(select(Award).where(Award.code == wanted)).first()
    if row is None or row.state not in ("issued", "void"):
        raise NotFound(N_("No award has the code %(code)s."), code=codes.grouped(wanted))
    return row
