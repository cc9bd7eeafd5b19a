"""The live seal for other people's pages: a picture and its data, always as things stand now.

An address that was copied into somebody's page cannot change any more, so form, theme and
language are parts of the path, from closed lists; `Accept-Language` and queries change
nothing. Nobody's address, and one the public knows nothing of, get the same neutral picture,
with 404: browsers show it all the same, and machines are told the truth.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from badge_assets.looks import Theme
from issuer import pictures
from issuer.studio import Studio
from issuer.texts import DEFAULT, LANGUAGES
from issuer.web.http import lasting, public_answer
from issuer.web.machine import MISS, not_found, office_of, view_answer, view_of
from issuer.web.pools import Pool

FORMS = ("wide",)
THEMES = tuple(str(theme) for theme in Theme)


async def seal(request: Request) -> Response:
    """`/embed/{slug}.svg`, and `/embed/{slug}/{form}-{theme}-{language}.svg`."""
    theme, language = str(Theme.LIGHT), DEFAULT
    if (variant := request.path_params.get("variant")) is not None:
        form, _, rest = variant.partition("-")
        theme, _, language = rest.partition("-")
        if form not in FORMS or theme not in THEMES or language not in LANGUAGES:
            raise not_found()
    pool: Pool = request.app.state.picture_pool
    return await pool.run(_seal, request, language, Theme(theme))


def _seal(request: Request, language: str, theme: Theme) -> Response:
    office = office_of(request)
    studio: Studio = request.app.state.studio
    now = office.now()
    seen = view_of(office, request.path_params["slug"], now)
    if seen is None:
        picture = pictures.unknown_seal(office, pictures.Variant(language, theme), studio.draw)
        return public_answer(
            request, picture, pictures.SVG, cache=MISS, status=404, headers=_named("seal")
        )
    return public_answer(
        request,
        pictures.seal(office, seen, pictures.Variant(language, theme), studio.draw),
        pictures.SVG,
        cache=lasting(request, now, seen.changes_at),
        headers=_named(seen.slug),
    )


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="{name}.svg"'}


def data(request: Request) -> Response:
    """`/embed/{slug}.json`: what the picture says, for whoever draws their own."""
    office = office_of(request)
    seen = view_of(office, request.path_params["slug"], office.now())
    if seen is None:
        raise not_found()
    return view_answer(request, seen)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/embed/{slug}.svg", seal),
    Route("/embed/{slug}/{variant}.svg", seal),
    Route("/embed/{slug}.json", data),
)
