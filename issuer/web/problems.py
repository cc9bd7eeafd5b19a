"""Refusals as HTTP meets them: one table, one shape (RFC 9457, `application/problem+json`).

A problem has a stable `code`, a title and a detail in the reader's language, and for faults in
what was sent `errors`, each with a JSON pointer. What was sent is never repeated. Whoever asks
for HTML gets a page, drawn by whoever owns pages. What the table does not know is a fault of
ours: logged, and shown without detail.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer import errors, ring_words, texts
from issuer.errors import IssuerError
from issuer.texts import translate
from issuer.web import faults
from issuer.web.http import HTML, NO_STORE, prefers_html
from issuer.web.kinds import KINDS
from keys.ring import RingError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

# More are not listed: a request that is wrong in so many places is wrong as a whole.
MOST_FAULTS = 50

# Where the status line says all there is to say.
_BY_STATUS = {
    400: "request.malformed",
    404: "not_found",
    405: "method.not_allowed",
    413: "request.size",
    415: "request.type",
    416: "request.malformed",
}
# For programs; and what anybody may frame, where a page of ours, forms and all, has no place.
_PAGELESS = ("/api/", "/embed/")
_MACHINES = (".json", ".jwt", ".png", ".svg", ".txt", ".csv", ".atom")


class Problem(HTTPException):
    """A refusal of the request itself, by the code of its kind.

    `message` is English, marked for translation, with its `values` filled in afterwards; left
    out, the kind's own meaning is told.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        errors: Sequence["faults.Fault"] = (),
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        kind = KINDS[code]
        self.code = code
        self.message = message or kind.meaning
        self.values = values
        self.errors = tuple(errors)
        super().__init__(kind.status, code, dict(headers or {}))


@dataclass(frozen=True)
class Told:
    """A problem in the reader's language, ready to be shown as JSON or as a page."""

    code: str
    status: int
    title: str
    detail: str
    language: str
    errors: tuple[Mapping[str, str], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self, base_url: str) -> dict[str, Any]:
        content: dict[str, Any] = {
            "type": f"{base_url}/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            content["errors"] = [dict(error) for error in self.errors]
        return {**content, **self.more}


Page = Callable[[Request, Told], str]
"""Draws a problem as a whole HTML page. It must not need the record, which may be the trouble."""


def install(app: FastAPI, page: Page | None) -> None:
    """Answer every refusal in `app` in our shape; `page` draws those that people see."""
    app.state.problem_page = page
    for kind in (HTTPException, RequestValidationError, IssuerError, RingError):
        app.add_exception_handler(kind, _handle)


async def _handle(request: Request, error: Exception) -> Response:
    response = answer(request, error)
    if response.status_code == 405:
        response.headers["Allow"] = _allowed(request)
    return response


def _allowed(request: Request) -> str:
    """The methods that some route answers at this address, and those answered everywhere."""
    found = {
        method
        for method in ("GET", "POST", "PUT", "DELETE")
        for route in request.app.router.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    return ", ".join(sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())))


def answer(request: Request, error: Exception) -> Response:
    """The response to `request` that `error` makes."""
    language = texts.negotiate(
        request.query_params.get("lang"), request.headers.get("accept-language")
    )
    shown = told(error, language)
    headers = {
        "Cache-Control": NO_STORE,
        "Content-Language": language,
        "Vary": "Accept, Accept-Language",
        **shown.headers,
    }
    if page := _page(request, shown):
        return Response(page, shown.status, headers, media_type=HTML)
    base_url = request.app.state.office.settings.base_url
    body = json.dumps(shown.json(base_url), ensure_ascii=False).encode()
    return Response(body, shown.status, headers, media_type=MEDIA_TYPE)


async def refuse(
    code: str, scope: Scope, receive: Receive, send: Send, *, close: bool = False
) -> None:
    """Answer a request with the problem `code` before anything is done with it; `close` the
    connection after that."""
    headers = {"Connection": "close"} if close else None
    await answer(Request(scope, receive), Problem(code, headers=headers))(scope, receive, send)


def _page(request: Request, shown: Told) -> str | None:
    draw: Page | None = request.app.state.problem_page
    path = request.scope["path"]
    if draw is None or path.startswith(_PAGELESS) or path.endswith(_MACHINES):
        return None
    if not prefers_html(request.headers.get("accept"), default=False):
        return None
    try:
        return draw(request, shown)
    except Exception:
        # The page is a courtesy: the refusal must reach the reader without it too.
        log.exception("the page for a problem could not be drawn")
        return None


def told(error: Exception, language: str) -> Told:
    """What `error` says to people and programs."""
    match error:
        case Problem():
            return _told(
                error.code,
                language,
                translate(language, error.message, **error.values),
                errors=tuple(fault.json(language) for fault in error.errors),
                headers=error.headers,
            )
        case RequestValidationError():
            return _refused_input(error, language)
        case HTTPException():
            code = _BY_STATUS.get(error.status_code, "request.malformed")
            return _told(code, language)
        case IssuerError():
            return _refusal(error, language)
        case RingError():
            log.error("the keys cannot be used: %s", error)
            return _told(ring_words.problem(error), language)
        case _:
            log.error("a request failed by a fault of ours", exc_info=error)
            return _told("internal", language)


def _told(
    code: str,
    language: str,
    detail: str | None = None,
    *,
    errors: tuple[Mapping[str, str], ...] = (),
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Told:
    kind = KINDS[code]
    wait = {} if kind.retry_after is None else {"Retry-After": str(kind.retry_after)}
    return Told(
        code=code,
        status=kind.status,
        title=translate(language, kind.title),
        detail=detail or translate(language, kind.meaning),
        language=language,
        errors=errors,
        more=more or {},
        headers={**wait, **(headers or {})},
    )


def _refusal(error: IssuerError, language: str) -> Told:
    more: dict[str, Any] = {}
    problems: tuple[Mapping[str, str], ...] = ()
    if isinstance(error, errors.RequirementsMissing):
        more = {"missing": list(error.missing)}
    if isinstance(error, errors.Gone):
        more = {"tombstone": dict(error.tombstone)}
    if isinstance(error, errors.FactsRefused):
        # The error's own sentence names members as they were sent; each fault says enough.
        problems = tuple(_fact_fault(p, language) for p in error.problems[:MOST_FAULTS])
        return _told(code_of(error), language, errors=problems)
    code = code_of(error)
    if KINDS[code].status == 500:
        log.error("%s: %s", code, error)
    return _told(code, language, texts.explain(error, language), errors=problems, more=more)


def _fact_fault(problem: errors.FactProblem, language: str) -> dict[str, str]:
    pointer = problem.pointer
    if problem.code == "facts.unknown":
        # The name is the sender's own: the object that holds it is pointed at instead.
        pointer = pointer.rpartition("/")[0]
    detail = texts.explain_problem(problem, language)
    return {"pointer": f"/facts{pointer}", "code": problem.code, "detail": detail}


def code_of(error: IssuerError) -> str:
    """The code under which `error` is told: its own, or that of the nearest kind we know."""
    for kind in type(error).__mro__:
        code = getattr(kind, "code", None)
        if code in KINDS:
            return str(code)
    return "internal"


def _refused_input(error: RequestValidationError, language: str) -> Told:
    found = [faults.of_pydantic(each) for each in error.errors()[:MOST_FAULTS]]
    if found and all(fault.place == "path" for fault in found):
        # An address that cannot exist is an address that is not there.
        return _told("not_found", language)
    if any(fault.code == "json" for fault in found):
        return _told("request.malformed", language)
    return _told("request.invalid", language, errors=tuple(fault.json(language) for fault in found))


class Unexpected:
    """The outermost net: what nothing inside has answered becomes a problem, not a crash."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return  # nobody is there to be answered, and nothing is wrong with us
        except Exception as error:
            if started:
                raise
            await answer(Request(scope, receive), error)(scope, receive, send)
