"""The interface to mail that came back: reports handed in by a mail server, and trying again."""

import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from issuer import contacts, participations, tokens
from issuer.office import Office
from issuer.post import bounces
from issuer.texts import N_
from issuer.web.http import NO_STORE
from issuer.web.idempotency import Content
from issuer.web.models import Because
from issuer.web.openapi import ACT, BOUNCES, BOUNCES_BODY, KEY_HEADER
from issuer.web.problems import Problem
from issuer.web.staff_api import ROOT, DeskOf, Slug, authenticated, staff_router

Place = Annotated[
    str, Path(pattern="^(first|second|role)$", description="Which contact: first, second, role.")
]

router = staff_router()


@router.post(
    "/participations/{slug}/contacts/{place}/try-again",
    responses=ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def try_again(slug: Slug, place: Place, body: Because, desk: DeskOf) -> Response:
    """Write again to an address from which mail came back."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row = participations.find(session, slug)
        contacts.try_again(session, row, place, by=desk.by, reason=body.reason, now=now)
        return 201, desk.changed(row, "organisation.try_again")

    return desk.send(desk.keyed(body).together(act))


class ReportRoute(APIRoute):
    """Asks for the token of a mail server, and for a mail, before anything of it is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            clerk = await run_in_threadpool(authenticated, request, scope=tokens.BOUNCES)
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "message/rfc822":
                raise Problem(
                    "request.type",
                    N_("Send the mail as it is, with the header Content-Type: message/rfc822."),
                )
            office: Office = request.app.state.office
            if wait := await run_in_threadpool(bounces.seconds_to_wait, office, clerk.token_id):
                raise Problem("request.often", headers={"Retry-After": str(wait)})
            return await inner(request)

        return handle


returned = APIRouter(
    prefix=ROOT,
    route_class=ReportRoute,
    dependencies=[
        Depends(
            HTTPBearer(auto_error=False, description="A token of `merke token new --only bounces`.")
        )
    ],
)


@returned.post("/bounces", responses=BOUNCES, openapi_extra=BOUNCES_BODY)
async def hand_in_report(request: Request) -> Response:
    """Hand in what a mail server says about a mail that came back. The same report again
    changes nothing, so it may be sent until it is answered."""
    content = await request.body()
    if not content.strip():
        raise Problem("request.empty", N_("Send the whole mail, with its headers."))
    received = await run_in_threadpool(bounces.receive, request.app.state.office, content)
    answer = json.dumps({"outcome": received.outcome, "known": received.known}).encode()
    return Response(answer, 200, {"Cache-Control": NO_STORE}, media_type="application/json")
