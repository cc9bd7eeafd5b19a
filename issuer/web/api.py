"""The interface for programs under `/api/v1`: verifying for everybody, the office for staff."""

import json
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from issuer.web import (
    awards_api,
    cases_api,
    contacts_api,
    courses_api,
    join,
    judging,
    office_api,
    organising_api,
    sites_api,
    staff_api,
    way_api,
)
from issuer.web.http import NO_STORE, cache_control, public_answer
from issuer.web.models import NewEnquiry
from issuer.web.openapi import JOIN, VERIFY, VERIFY_BODY

router = APIRouter()
public = APIRouter(prefix=staff_api.ROOT)


@public.post("/verify", responses=VERIFY, openapi_extra=VERIFY_BODY)
async def verify(
    request: Request,
    at: Annotated[str | None, Query(max_length=64)] = None,
    trust: Annotated[list[str] | None, Query(max_length=judging.MOST_TRUSTED)] = None,
    recipient: Annotated[str | None, Query(max_length=320)] = None,
) -> Response:
    """Verify any badge, ours or not. Every verdict is HTTP 200; only a request that cannot be
    read is refused. `at` moves the dates, never the status; with `trust` any other issuer is
    INVALID."""
    judging.check_parameters(request)
    report = await judging.report(
        request,
        at=judging.moment(at),
        trust=judging.trusted(trust or []),
        recipient=recipient,
    )
    # Indented, it would take as long to write as the badge to judge.
    body = json.dumps(report.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, 200, {"Cache-Control": NO_STORE}, media_type="application/json")


strict = APIRouter(prefix=staff_api.ROOT, route_class=staff_api.StrictRoute)


@strict.post("/join", responses=JOIN, status_code=202)
async def ask(request: Request, body: NewEnquiry) -> Response:
    """Ask about a mark, on behalf of an organisation. The answer is the same whether or not the
    organisation is known; somebody calls or writes."""
    said = await run_in_threadpool(join.by_program, request, body)
    answer = json.dumps(said, ensure_ascii=False, indent=2).encode()
    return Response(answer, 202, {"Cache-Control": NO_STORE}, media_type="application/json")


def description(request: Request) -> Response:
    """The interface as OpenAPI describes it."""
    app: FastAPI = request.app
    body = json.dumps(app.openapi(), ensure_ascii=False).encode()
    cache = cache_control(app.state.office.now(), None)
    return public_answer(request, body, "application/json", cache=cache)


ROUTES = (Route(f"{staff_api.ROOT}/openapi.json", description),)

router.include_router(public)
router.include_router(strict)
for _part in (
    staff_api,
    way_api,
    awards_api,
    cases_api,
    courses_api,
    organising_api,
    contacts_api,
    sites_api,
    office_api,
):
    router.include_router(_part.router)
router.include_router(contacts_api.returned)
