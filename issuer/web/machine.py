"""What machines read: documents, credentials, pictures, the register, and how we are.

Everything is public and for everybody: no sign-in, no cookie, CORS for all, an entity tag on
each answer. What stands at an address is `issuer.published`; here it is put into HTTP. Where
people find a page at the same address, these routes serve those who ask for JSON.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from issuer import history, participations, pictures, prints, public, published, state
from issuer.errors import NotFound
from issuer.office import Office
from issuer.public import View
from issuer.record.tables import Credential
from issuer.state import State
from issuer.studio import Studio
from issuer.texts import LANGUAGES, translate
from issuer.web import health
from issuer.web.http import (
    NO_STORE,
    DocumentRoute,
    JsonRoute,
    cache_control,
    lasting,
    public_answer,
    weak_tag,
)
from issuer.web.kinds import KINDS
from issuer.web.pages_render import language_of
from issuer.web.pools import Pool
from issuer.web.problems import Problem
from issuer.wording import MAY_BE_MISSING
from verifier.documents import Document

_SLUG = re.compile("[a-z0-9-]{3,60}")

# A miss is not kept for long: what is not here may be here soon.
MISS = "public, max-age=60"


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def document(request: Request) -> Response:
    """Any address of `issuer.published`."""
    office = office_of(request)
    now = office.now()
    path = request.scope["path"]
    found = published.get(office, path)
    if found is None:
        raise not_found(office)
    changes = _changes_at(office, path, now) if path.endswith("/refresh") else None
    return _answered(request, found, lasting(request, now, changes))


def negotiated(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """The same answer, at an address where others get a page."""

    def varying(request: Request) -> Response:
        response = answer(request)
        response.headers["Vary"] = "Accept"
        return response

    return varying


def _answered(request: Request, found: Document, cache: str) -> Response:
    return public_answer(request, found.data, found.media_type or "", cache=cache)


def not_found(office: Office | None = None) -> Problem:
    """Nothing is here. Of an office whose record has a gap it is not told that nothing ever was."""
    headers = {"Cache-Control": MISS}
    gap = None if office is None else office.gap()
    if gap is None:
        return Problem("not_found", headers=headers)
    return Problem("not_found", MAY_BE_MISSING, headers=headers, day=gap.begins.date().isoformat())


def _changes_at(office: Office, path: str, now: datetime) -> datetime | None:
    """When the participation behind the credential at `path` next changes by the clock."""
    with office.reading() as session:
        copy = session.get(Credential, path.split("/")[2])
        if copy is None:
            return None
        return state.next_change(history.participation(copy.award.cycle.participation), now)


def view_of(office: Office, slug: str, now: datetime) -> View | None:
    """What everybody may see of `slug`; None where they may see nothing. Whether somebody is
    behind it or nobody cannot be told from the answer."""
    if not _SLUG.fullmatch(slug):
        return None
    unsure = office.unsure_since()
    with office.reading() as session:
        try:
            row = participations.find(session, slug)
        except NotFound:
            return None
        seen = public.view(office, row, now, unsure=unsure)
    return None if seen.state is State.UNKNOWN else seen


def view_answer(request: Request, seen: View, more: Mapping[str, Any] | None = None) -> Response:
    """A view as JSON, with `more`. Its tag is weak: the moment of the answer is no part of what
    it says."""
    content = {**seen.json(), **(more or {})}
    said = {key: value for key, value in content.items() if key != "answeredAt"}
    return public_answer(
        request,
        as_json(content),
        published.JSON,
        cache=lasting(request, seen.now, seen.changes_at, stamped=True),
        tag=weak_tag(as_json(said)),
    )


def as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def participation(request: Request) -> Response:
    slug = request.path_params["slug"]
    if slug != slug.lower() and _SLUG.fullmatch(slug.lower()):
        # The ending, if there is one, is ours and stays as it is.
        path = request.scope["path"].replace(slug, slug.lower(), 1)
        return RedirectResponse(path + (f"?{query}" if (query := request.url.query) else ""), 308)
    office = office_of(request)
    seen = view_of(office, slug, office.now())
    if seen is None:
        published.get(office, f"/m/{slug}")  # says so where something was taken away
        raise not_found(office)
    return view_answer(request, seen)


async def picture(request: Request) -> Response:
    """A baked badge, drawn in the pool for pictures."""
    pool: Pool = request.app.state.picture_pool
    return await pool.run(_picture, request)


def _picture(request: Request) -> Response:
    office, path = office_of(request), request.scope["path"]
    studio: Studio = request.app.state.studio
    found = pictures.get(office, path, studio.draw)
    if found is None:
        raise not_found(office)
    name = path.rpartition("/")[2]
    return public_answer(
        request,
        found.data,
        found.media_type or "",
        cache=cache_control(office.now(), None),
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


async def sheet(request: Request) -> Response:
    """The diploma of a badge's award for printing, drawn in the pool for pictures."""
    pool: Pool = request.app.state.picture_pool
    return await pool.run(_sheet, request)


def _sheet(request: Request) -> Response:
    office, language = office_of(request), language_of(request)
    studio: Studio = request.app.state.studio
    found = prints.of_copy(office, request.path_params["id"], language, studio.draw)
    if found is None:
        raise not_found(office)
    return public_answer(
        request,
        found.data,
        prints.PDF,
        cache=cache_control(office.now(), found.changes_at),
        vary=("Accept-Language",),
        headers={
            "Content-Language": language,
            "Content-Disposition": f'inline; filename="{found.slug}-{found.code}.pdf"',
        },
    )


def problem_kind(request: Request) -> Response:
    """What a problem's `type` means, in all languages."""
    code = request.path_params["code"]
    if (kind := KINDS.get(code)) is None:
        raise not_found()
    content = {
        "code": code,
        "status": kind.status,
        "title": {language: translate(language, kind.title) for language in LANGUAGES},
        "meaning": {language: translate(language, kind.meaning) for language in LANGUAGES},
    }
    return public_answer(
        request,
        as_json(content),
        published.JSON,
        cache=cache_control(office_of(request).now(), None),
    )


async def healthz(request: Request) -> Response:
    """That the process answers at all; nothing else is asked."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": NO_STORE})


async def readyz(request: Request) -> Response:
    """Whether requests should be sent here, and what is to be done about it if not."""
    readiness = await run_in_threadpool(health.readiness, office_of(request))
    return Response(
        as_json(readiness.json()),
        200 if readiness.ready else 503,
        {"Cache-Control": NO_STORE},
        media_type=published.JSON,
    )


async def robots(request: Request) -> Response:
    sample = office_of(request).settings.sample
    closed = ["/"] if sample else ["/staff", "/portal", "/api/"]
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in closed)]
    return PlainTextResponse(
        "\n".join(lines) + "\n", headers={"Cache-Control": "public, max-age=3600"}
    )


# Those who want a page at the addresses of these routes are passed on.
ROUTES: tuple[BaseRoute, ...] = (
    Route("/.well-known/did.json", document),
    Route("/.well-known/jwks.json", document),
    Route("/status/{number}", document),
    Route("/status/{number}.jwt", document),
    Route("/b/{id}.json", document),
    Route("/b/{id}.jwt", document),
    Route("/b/{id}.png", picture),
    Route("/b/{id}.svg", picture),
    Route("/b/{id}.pdf", sheet),
    Route("/b/{id}/refresh", document),
    JsonRoute("/b/{id}", negotiated(document)),
    Route("/m/{slug}.json", participation),
    JsonRoute("/m/{slug}", negotiated(participation)),
    DocumentRoute("/issuer", negotiated(document)),
    DocumentRoute("/achievements/{key}", negotiated(document)),
    DocumentRoute("/keys/{fragment}", negotiated(document)),
    Route("/problems/{code}", problem_kind),
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/robots.txt", robots),
)

# After the pages: documents that no page is drawn for answer as documents after all.
LAST_ROUTES: tuple[BaseRoute, ...] = (
    Route("/achievements/{key}", negotiated(document)),
    Route("/keys/{fragment}", negotiated(document)),
    Route("/issuer", negotiated(document)),
)
