"""The pages for people, all of them: one router, and the page that a refusal becomes.

Every page is whole without JavaScript. What stands in them is `issuer.public`,
`issuer.wording` and the signed bytes; how HTTP carries them is `issuer.web.http`.
"""

from fastapi import APIRouter, Request, Response

from issuer import programmes
from issuer.programme import Looks
from issuer.texts import N_, translate
from issuer.web import (
    http,
    join,
    pages_badge,
    pages_holder,
    pages_kit,
    pages_look,
    pages_mark,
    pages_register,
    pages_render,
    pages_verify,
    unsubscribe,
)
from issuer.web.problems import Problem, Told

router = APIRouter(include_in_schema=False)
for part in (
    pages_mark,
    pages_kit,
    pages_holder,
    pages_register,
    pages_badge,
    pages_verify,
    join,
    unsubscribe,
):
    router.include_router(part.router)

# The address of a sheet changes with the sheet, so a copy of it never grows old.
_FOR_EVER = "public, max-age=31536000, immutable"

_HEADINGS = {
    404: N_("There is nothing here."),
    410: N_("This has been taken away."),
    500: N_("Something went wrong on our side."),
    503: N_("We cannot answer at this moment."),
}


def problem_page(request: Request, told: Told) -> str:
    """A refusal as a page in the visitor's language. Needs settings, never the record."""
    heading = _HEADINGS.get(told.status)
    return pages_render.draw(
        request,
        "message.html",
        label=translate(told.language, N_("Error %(status)s"), status=told.status),
        heading=translate(told.language, heading) if heading else told.title,
        paragraphs=[told.detail],
        help=told.status == 404,
        given="",
    )


@router.get("/static/{name}.css")
def style(request: Request, name: str) -> Response:
    looks = _looks(request, name)
    return _static(request, pages_look.sheet(looks), "text/css; charset=utf-8", looks)


@router.get("/static/{name}.svg")
def icon(request: Request, name: str) -> Response:
    looks = _looks(request, name)
    return _static(request, pages_look.icon(looks), "image/svg+xml", looks)


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """For programs that ask without having read a page."""
    marks = pages_mark.newest(pages_render.office_of(request))
    looks = marks[0].looks if len(marks) == 1 else pages_look.PLAIN
    return _static(request, pages_look.icon(looks), "image/svg+xml", looks)


def _looks(request: Request, name: str) -> Looks:
    if name == pages_render.PLAIN:
        return pages_look.PLAIN
    office = pages_render.office_of(request)
    with office.reading() as session:
        for edition in programmes.listing(session):
            if f"{edition.programme}-{edition.edition}" == name:
                return office.programme(edition).looks
    raise Problem("not_found")


def _static(request: Request, content: str, media_type: str, looks: Looks) -> Response:
    now = pages_render.office_of(request).now()
    current = request.query_params.get("v") == pages_look.version(looks)
    cache = _FOR_EVER if current else http.cache_control(now, None)
    return http.public_answer(request, content.encode(), media_type, cache=cache)
