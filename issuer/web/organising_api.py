"""The staff's interface to organisations: what is known of them, their names, contacts and
successors, whether they are listed, and taking them away."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.responses import Response

from issuer import (
    carrying,
    codes,
    contacts,
    cycles,
    erasure,
    organisations,
    participations,
    resealing,
    successions,
)
from issuer.record.tables import Participation
from issuer.texts import N_
from issuer.web.contacts_api import Place
from issuer.web.faults import Fault
from issuer.web.idempotency import Content
from issuer.web.models import Because
from issuer.web.models_life import (
    ContactPerson,
    Listing,
    NewName,
    OrganisationFacts,
    Removal,
    Successor,
)
from issuer.web.openapi import ACT, KEY_HEADER
from issuer.web.openapi_life import ORGANISATION, ORGANISATION_ACT, SUCCESSION
from issuer.web.problems import Problem
from issuer.web.staff_api import ROOT, Desk, DeskOf, Slug, staff_router

router = staff_router()


@router.get("/participations/{slug}/organisation", responses=ORGANISATION)
def one_organisation(slug: Slug, desk: DeskOf) -> Response:
    """What the office knows of the organisation, with whom to write to. Confidential."""
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        return desk.tell(organisations.detail(session, row))


def _known(desk: Desk, session: Session, row: Participation, act: str) -> Content:
    content = {**desk.changed(row, act), "organisation": organisations.detail(session, row)}
    content["links"]["self"] = f"{ROOT}/participations/{row.slug}/organisation"
    return content


@router.post(
    "/participations/{slug}/organisation",
    responses=ORGANISATION_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def edit_organisation(slug: Slug, body: OrganisationFacts, desk: DeskOf) -> Response:
    """Change what is known of an organisation, and which of it everybody may see."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        organisations.edit(
            session,
            row,
            body.facts.model_dump(exclude_unset=True),
            by=desk.by,
            now=now,
            public=body.public,
            reason=body.reason,
        )
        return 201, _known(desk, session, row, "organisation.edit")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/contacts/{place}",
    responses=ORGANISATION_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def put_contact(slug: Slug, place: Place, body: ContactPerson, desk: DeskOf) -> Response:
    """Make somebody the contact in this place; whoever was it before ends."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        contacts.put(
            session,
            row,
            place,
            name=body.name,
            email=body.email,
            phone=body.phone,
            language=body.language,
            by=desk.by,
            now=now,
            reason=body.reason,
        )
        return 201, _known(desk, session, row, "organisation.contact")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/contacts/{place}/end",
    responses=ORGANISATION_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def end_contact(slug: Slug, place: Place, body: Because, desk: DeskOf) -> Response:
    """Nobody is the contact in this place any more."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        contacts.end(session, row, place, by=desk.by, now=now, reason=body.reason)
        return 201, _known(desk, session, row, "organisation.contact_end")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/name", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def rename(slug: Slug, body: NewName, desk: DeskOf) -> Response:
    """A new name, from now on. The address stays; badges are sealed again on request."""

    def act() -> None:
        resealing.rename(
            desk.office, slug, body.name, body.name_language, by=desk.by, reason=body.reason
        )

    def told(session: Session, since: datetime | None) -> Content | None:
        row = participations.find(session, slug)
        if since is not None and row.organisation.name.since < since:
            return None
        return desk.changed(row, "organisation.rename")

    return desk.send(desk.keyed(body).apart(act, told))


# Who is listed


@router.post(
    "/participations/{slug}/listing", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def agree_to_be_listed(slug: Slug, body: Listing, desk: DeskOf) -> Response:
    """Whether the organisation agreed that everybody may see it is under way."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        cycles.agree(session, row, body.listed, by=desk.by, now=now, reason=body.reason)
        return 201, desk.changed(row, "participation.listed")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/hide", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def hide(slug: Slug, body: Because, desk: DeskOf) -> Response:
    """Keep it off the register. Its page, its seal and its proofs stay."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        cycles.hide(session, row, by=desk.by, reason=body.reason, now=now)
        return 201, desk.changed(row, "participation.hide")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/unhide", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def unhide(slug: Slug, body: Because, desk: DeskOf) -> Response:
    """Put it back on the register."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        cycles.unhide(session, row, by=desk.by, reason=body.reason, now=now)
        return 201, desk.changed(row, "participation.unhide")

    return desk.send(desk.keyed(body).together(act))


# Where it goes on, and taking it away


@router.post(
    "/participations/{slug}/succession",
    responses=SUCCESSION,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def succeed(slug: Slug, body: Successor, desk: DeskOf) -> Response:
    """Record that it goes on in another, by merger or transfer. Its own award ends."""
    keyed = desk.keyed(body)
    if body.dry_run:
        seen = carrying.rehearse(
            desk.office, slug, body.successor, body.kind, day=body.day, by=desk.by, carry=body.carry
        )
        return desk.tell(
            {
                "act": "participation.succeed",
                "dryRun": True,
                "ends": codes.grouped(seen.code) if seen.code else None,
                "until": seen.last_day.isoformat() if seen.last_day else None,
                "links": {"self": f"{ROOT}/participations/{slug}"},
            }
        )

    def act() -> None:
        carrying.succeed(
            desk.office,
            slug,
            body.successor,
            body.kind,
            day=body.day,
            by=desk.by,
            reason=body.reason,
            carry=body.carry,
            override=body.override,
        )

    def told(session: Session, since: datetime | None) -> Content | None:
        row = participations.find(session, slug)
        step = successions.step_from(session, row)
        if step is None:
            return None
        new = session.get_one(Participation, step.to_id)
        waits = carrying.waits(session, row, desk.office.now())
        standing = [a for a in new.cycles[-1].awards_standing if a.state == "issued"]
        if since is not None:
            # One that was cut off is done again: it goes on where it stopped.
            recorded = step.decided_at >= since
            sealed = bool(standing) and standing[0].decided_at >= since
            done = carrying.is_done(session, row, desk.office.now())
            first = waits and body.override is None
            if not (recorded and first) and not (done and (recorded or sealed)):
                return None
        content = desk.changed(new, "participation.succeed", standing[0] if standing else None)
        return {
            **content,
            "waits": waits,
            "from": desk.changed(row, "participation.succeed")["participation"],
        }

    return desk.send(keyed.apart(act, told))


def _taken_away(
    slug: str,
    body: Removal,
    desk: Desk,
    name: str,
    do: Callable[..., None],
    since_when: Callable[[Participation], datetime | None],
) -> Response:
    if body.confirm != slug:
        message = N_("This cannot be undone: write the address of the participation here.")
        raise Problem("request.invalid", errors=[Fault("body", "/confirm", "value", message)])

    def act() -> None:
        do(desk.office, slug, by=desk.by, reason=body.reason)

    def told(session: Session, since: datetime | None) -> Content | None:
        row = participations.find(session, slug)
        at = since_when(row)
        if at is None or (since is not None and at < since):
            return None
        return desk.changed(row, name)

    return desk.send(desk.keyed(body).apart(act, told))


@router.post(
    "/participations/{slug}/tombstone", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def bury(slug: Slug, body: Removal, desk: DeskOf) -> Response:
    """Take it away: its addresses answer 410, with what may still be said. For good."""
    return _taken_away(
        slug, body, desk, "participation.bury", erasure.bury, lambda row: row.tombstone_at
    )


@router.post(
    "/participations/{slug}/erasure", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def erase(slug: Slug, body: Removal, desk: DeskOf) -> Response:
    """Make its personal data unreadable everywhere, for good. After a tombstone."""
    return _taken_away(
        slug,
        body,
        desk,
        "participation.erase",
        erasure.erase,
        lambda row: row.organisation.erased_at,
    )
