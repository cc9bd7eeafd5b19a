"""The staff's interface to websites: the domains of a holder, and the hosts that show a seal."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from issuer import domains, hosts, participations
from issuer.domains import Look
from issuer.record.post import DomainProof
from issuer.record.tables import Participation
from issuer.web.idempotency import Content
from issuer.web.models import Because, NewDomain
from issuer.web.openapi import DOMAIN_ACT, DOMAINS, HOSTS, KEY_HEADER
from issuer.web.staff_api import ROOT, Desk, DeskOf, Slug, staff_router

router = staff_router()
Domain = Annotated[
    str, Path(pattern="^[a-z0-9.-]{3,253}$", description="The domain, as it was asked for.")
]


def _told(desk: Desk, row: Participation, proof: DomainProof, act: str) -> Content:
    at = domains.place(desk.office, row, proof)
    name, value = at.record
    page = f"{desk.office.settings.base_url}/m/{row.slug}"
    return {
        "act": act,
        "domain": domains.told(proof),
        "ways": {
            "dns": {"name": name, "value": value},
            "file": {"address": at.file, "content": at.challenge},
            "link": {"address": at.front, "element": f'<a rel="me" href="{page}">'},
        },
        "links": {"self": f"{ROOT}/participations/{row.slug}/domains", "page": page},
    }


@router.get("/participations/{slug}/domains", responses=DOMAINS)
def list_domains(slug: Slug, desk: DeskOf) -> Response:
    """Every domain asked for: how and when it was proven, and when it was last looked at."""
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        content = {"domains": [domains.told(proof) for proof in row.domains]}
    return desk.tell(content)


@router.post(
    "/participations/{slug}/domains",
    responses=DOMAIN_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def ask_for_domain(slug: Slug, body: NewDomain, desk: DeskOf) -> Response:
    """Begin to prove a domain: the answer says what the holder puts where."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        proof = domains.ask(
            session,
            row,
            body.domain,
            own_host=desk.office.settings.host,
            by=desk.by,
            reason=body.reason,
            now=now,
        )
        return 201, _told(desk, row, proof, "domain.ask")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/domains/{domain}/check",
    responses=DOMAIN_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def check_domain(
    slug: Slug, domain: Domain, body: Because, desk: DeskOf, request: Request
) -> Response:
    """Look for the proof, and write it down if it is there."""
    look: Look = request.app.state.look

    def act() -> None:
        domains.check(desk.office, slug, domain, look, by=desk.by, reason=body.reason)

    def told(session: Session, since: datetime | None) -> Content | None:
        row = participations.find(session, slug)
        proof = domains.find(row, domain)
        looked = proof.checked_at
        if since is not None and (looked is None or looked < since):
            return None
        return _told(desk, row, proof, "domain.prove")

    return desk.send(desk.keyed(body).apart(act, told))


@router.post(
    "/participations/{slug}/domains/{domain}/withdraw",
    responses=DOMAIN_ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def withdraw_domain(slug: Slug, domain: Domain, body: Because, desk: DeskOf) -> Response:
    """The mark does not belong to the domain any more."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        proof = domains.withdraw(session, row, domain, by=desk.by, reason=body.reason, now=now)
        return 201, _told(desk, row, proof, "domain.withdraw")

    return desk.send(desk.keyed(body).together(act))


@router.get("/hosts", responses=HOSTS)
def list_hosts(desk: DeskOf) -> Response:
    """Hosts whose pages show a seal without being proven the holder's own, the latest first."""
    with desk.office.reading() as session:
        content = {"hosts": [shown.json() for shown in hosts.listing(session)]}
    return desk.tell(content)
