"""The staff's interface to what waits for them."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import Response

from issuer import tasks, texts
from issuer.web.idempotency import Answer, Content
from issuer.web.openapi import TASKS
from issuer.web.staff_api import ROOT, DeskOf, StaffRoute

router = APIRouter(
    prefix=ROOT,
    route_class=StaffRoute,
    dependencies=[Depends(HTTPBearer(auto_error=False, description="A token of `merke token`."))],
)


@router.get("/tasks", responses=TASKS)
def list_tasks(
    request: Request,
    desk: DeskOf,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The tasks that are not done, the eldest first; those after the number `after`."""
    language = texts.negotiate(
        request.query_params.get("lang"), request.headers.get("accept-language")
    )
    with desk.office.reading() as session:
        rows = tasks.waiting(session, after=after, most=limit + 1)
        content: Content = {
            "tasks": [tasks.json(session, row, language) for row in rows[:limit]],
            "next": None,
        }
    if len(rows) > limit:
        content["next"] = f"{ROOT}/tasks?after={rows[limit - 1].id}&limit={limit}"
    return desk.send(Answer(200, json.dumps(content, ensure_ascii=False, indent=2).encode()))
