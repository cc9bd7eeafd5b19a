"""The staff's interface for programs: Bearer token, JSON in and out, a reason for every act.

Routes are thin: the acts are those of `issuer`. A body is read strictly before any model sees
it; an `Idempotency-Key` makes a repetition safe. Here is what all routes for staff share, and the
way to an award; `docs/api.md` lists the others.
"""

import base64
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from issuer import codes, participations, staff, texts, tokens
from issuer.office import Office
from issuer.programme import Programme
from issuer.record.tables import Award, Participation
from issuer.texts import N_
from issuer.tokens import Clerk
from issuer.web import idempotency
from issuer.web.faults import Fault
from issuer.web.http import NO_STORE
from issuer.web.idempotency import Answer, Content, Keyed
from issuer.web.models import Acceptance, Because, Facts
from issuer.web.openapi import ACT, KEY_HEADER, READ, READ_ONE, RECORD
from issuer.web.problems import MEDIA_TYPE, Problem
from verifier import strict_json
from verifier.strict_json import MalformedJson

ROOT = "/api/v1"
_LONGEST_TOKEN = 200
_LONGEST_MOMENT = 40
_REASONS = {"limit.size": "request.size", "limit.depth": "json.depth"}


class StrictRequest(Request):
    """A request whose JSON has one reading only."""

    async def json(self) -> Any:
        try:
            return strict_json.loads(await self.body())
        except MalformedJson as fault:
            raise Problem(_REASONS.get(fault.reason, fault.reason)) from None


class StrictRoute(APIRoute):
    """A body is JSON, and read in one way only."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            await self.admit(request)
            if request.method != "GET":
                kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
                if kind != "application/json":
                    raise Problem("request.type")
            return await inner(StrictRequest(request.scope, request.receive))

        return handle

    async def admit(self, request: Request) -> None:
        """Raises `Problem` before anything of the body is read; here nobody is refused."""


class StaffRoute(StrictRoute):
    """Asks for the token before anything of the body is read."""

    async def admit(self, request: Request) -> None:
        request.state.clerk = await run_in_threadpool(authenticated, request)


def authenticated(request: Request, *, scope: str | None = None) -> Clerk:
    """Whose token the request bears. Raises `Problem`; `scope` as in `tokens.who`."""
    office: Office = request.app.state.office
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    clerk = None
    if scheme.lower() == "bearer" and 0 < len(token) <= _LONGEST_TOKEN and token.isascii():
        with office.reading() as session:
            clerk = tokens.who(session, token, office.now(), scope=scope)
    if clerk is None:
        raise Problem("token.refused", headers={"WWW-Authenticate": 'Bearer realm="merke"'})
    return clerk


class Desk:
    """One request at work: whose it is, and how its act is done once and only once."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.office: Office = request.app.state.office
        self.clerk: Clerk = request.state.clerk

    @property
    def by(self) -> str:
        return self.clerk.person

    def keyed(self, body: BaseModel) -> Keyed:
        request = self._request
        return Keyed(
            office=self.office,
            token_id=self.clerk.token_id,
            key=idempotency.read_key(request.headers.getlist("idempotency-key")),
            request=idempotency.digest(
                # What is left out and what is null may mean two things.
                request.method,
                request.scope["path"],
                body.model_dump(mode="json", exclude_unset=True),
            ),
            language=texts.negotiate(
                request.query_params.get("lang"), request.headers.get("accept-language")
            ),
        )

    def open(self, session: Session, slug: str) -> tuple[Participation, Programme]:
        """The participation and the edition its present cycle is judged by."""
        row = participations.find(session, slug)
        return row, self.office.programme(row.cycles[-1].edition)

    def changed(self, row: Participation, act: str, award: Award | None = None) -> Content:
        """What an act changed, with the way to everything about it."""
        base = self.office.settings.base_url
        links = {"self": f"{ROOT}/participations/{row.slug}", "page": f"{base}/m/{row.slug}"}
        content: Content = {"act": act, "participation": staff.row(self.office, row).json()}
        if award is not None:
            issued = [copy for copy in award.credentials if copy.state == "issued"]
            content["award"] = {
                "code": codes.grouped(award.code),
                "firstDay": award.first_day.isoformat(),
                "lastDay": award.last_day.isoformat(),
                "credential": f"{base}/b/{issued[-1].id}",
            }
            links["credential"] = f"{base}/b/{issued[-1].id}"
        return {**content, "links": links}

    def tell(self, content: Content) -> Response:
        """Answer a question."""
        return self.send(Answer(200, json.dumps(content, ensure_ascii=False, indent=2).encode()))

    def send(self, answer: Answer) -> Response:
        headers = {"Cache-Control": NO_STORE}
        if answer.status >= 400:
            return Response(answer.body, answer.status, headers, media_type=MEDIA_TYPE)
        if answer.status == 201:
            headers["Location"] = json.loads(answer.body)["links"]["self"]
        return Response(answer.body, answer.status, headers, media_type="application/json")


def staff_router() -> APIRouter:
    """A router whose routes are for staff alone."""
    token = HTTPBearer(auto_error=False, description="A token of `merke token`.")
    return APIRouter(prefix=ROOT, route_class=StaffRoute, dependencies=[Depends(token)])


router = staff_router()
DeskOf = Annotated[Desk, Depends(Desk)]
Slug = Annotated[str, Path(pattern="^[a-z0-9-]{3,60}$", description="The participation's address.")]
CursorQuery = Annotated[str | None, Query(max_length=2000)]
LimitQuery = Annotated[int, Query(ge=1, le=200)]
RequirementId = Annotated[str, Path(pattern="^[a-z0-9-]{2,30}$", description="The requirement.")]


@router.get("/participations", responses=READ)
def list_participations(
    desk: DeskOf,
    programme: Annotated[str | None, Query(max_length=64)] = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 50,
) -> Response:
    """All participations in the order of their names, page by page: follow `next`."""
    after = read_cursor(cursor, str, str)
    with desk.office.reading() as session:
        rows = participations.page(session, programme, after=after, most=limit + 1)
        shown = rows[:limit]
        content: Content = {
            "participations": [staff.row(desk.office, row).json() for row in shown],
            "next": None,
        }
    if len(rows) > len(shown):
        place = participations.place(shown[-1])
        content["next"] = next_part("/participations", place, limit, programme=programme or None)
    return desk.tell(content)


K = TypeVar("K", str, bool, date, datetime)
V = TypeVar("V", str, int)

# The most that a number of a row can be.
_LARGEST = 2**31 - 1


def next_part(path: str, place: tuple[object, object], limit: int, **more: str | None) -> str:
    """The address of what stands after `place` in a list; `more` is asked as before."""
    kept = {name: value for name, value in more.items() if value is not None}
    return f"{ROOT}{path}?{urlencode({'cursor': _cursor(place), 'limit': limit, **kept})}"


def _cursor(place: tuple[object, object]) -> str:
    told = [each.isoformat() if isinstance(each, date) else each for each in place]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def read_cursor(text: str | None, first: type[K], second: type[V]) -> tuple[K, V] | None:
    """The place that `next_part` wrote, of two values of these types. Raises `Problem`."""
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [key, value] if type(value) is second and _is_sound(value):
                return _first(key, first), value
    except (ValueError, OverflowError, RecursionError):
        pass
    message = N_("This is no cursor of ours: follow next as it was given.")
    raise Problem("request.invalid", errors=[Fault("query", "cursor", "form", message)])


def _is_sound(value: object) -> bool:
    return value.isprintable() if isinstance(value, str) else 0 <= cast(int, value) <= _LARGEST


def _first(key: Any, wanted: type[K]) -> K:
    """`key` as it was before it was written. Raises `ValueError`."""
    if issubclass(wanted, date):
        if isinstance(key, str) and len(key) <= _LONGEST_MOMENT:
            read = wanted.fromisoformat(key)
            if not isinstance(read, datetime):
                return read
            if read.tzinfo is not None:
                return read.astimezone(UTC)
    elif type(key) is wanted and (not isinstance(key, str) or key.isprintable()):
        return key
    raise ValueError


@router.get("/participations/{slug}", responses=READ_ONE)
def one_participation(slug: Slug, desk: DeskOf) -> Response:
    """Everything the office knows of one participation, internal facts and reasons included."""
    with desk.office.reading() as session:
        content = staff.detail(desk.office, participations.find(session, slug))
    return desk.tell(content)


@router.put(
    "/participations/{slug}/requirements/{requirement}", responses=RECORD, openapi_extra=KEY_HEADER
)
def record_requirement(
    slug: Slug, requirement: RequirementId, body: Facts, desk: DeskOf
) -> Response:
    """Write down what is known of a requirement, or correct it, until it is accepted."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row, programme = desk.open(session, slug)
        known = {record.requirement for record in row.cycles[-1].records}
        participations.record(
            session,
            row,
            programme,
            requirement,
            body.facts,
            by=desk.by,
            now=now,
            note=body.note,
        )
        status = 200 if requirement in known else 201
        return status, desk.changed(row, "requirement.record")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/requirements/{requirement}/acceptance",
    responses=ACT,
    status_code=201,
    openapi_extra=KEY_HEADER,
)
def accept_requirement(
    slug: Slug, requirement: RequirementId, body: Acceptance, desk: DeskOf
) -> Response:
    """Accept what is recorded, or, with `equivalence`, what was met elsewhere."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row, programme = desk.open(session, slug)
        participations.accept(
            session,
            row,
            programme,
            requirement,
            by=desk.by,
            now=now,
            reason=participations.check_reason(body.reason),
            equivalence=body.equivalence,
        )
        return 201, desk.changed(row, "requirement.accept")

    return desk.send(desk.keyed(body).together(act))


@router.post(
    "/participations/{slug}/preparation", responses=ACT, status_code=201, openapi_extra=KEY_HEADER
)
def prepare_award(slug: Slug, body: Because, desk: DeskOf) -> Response:
    """Put an award forward, for another person to decide on."""

    def act(session: Session, now: datetime) -> tuple[int, Content]:
        row, programme = desk.open(session, slug)
        participations.prepare(session, row, programme, by=desk.by, reason=body.reason, now=now)
        return 201, desk.changed(row, "award.prepare")

    return desk.send(desk.keyed(body).together(act))
