"""The live seal for other people's pages: picture, data, frame; always as things stand now.

An address that was copied into somebody's page cannot change any more, so shape, theme and
language are parts of the path, from closed lists; `Accept-Language` and queries change nothing.
Nobody's address, and one the public knows nothing of, get the same neutral picture: as SVG with
404, for browsers show it all the same, and machines are told the truth; as PNG with 200, for
programs that read mail keep errors for ever.
"""

import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from badge_assets.draw import SEAL_SIZES, Form
from badge_assets.looks import Theme
from issuer import kit, pictures, previews, wording
from issuer.errors import IssuerError
from issuer.office import Office
from issuer.pictures import Variant
from issuer.public import View
from issuer.studio import Studio
from issuer.texts import DEFAULT, LANGUAGES
from issuer.web import pages_render
from issuer.web.http import HTML, NO_STORE, cache_control, lasting, public_answer
from issuer.web.machine import MISS, not_found, office_of, view_answer, view_of
from issuer.web.pools import Pool
from issuer.web.problems import Problem

MAIL = "mail"
SHAPES = (*(str(form) for form in Form), MAIL)
THEMES = tuple(str(theme) for theme in Theme)

# A picture in a mail is asked for each time it is shown, as far as its reader's program lets it.
_ALWAYS_ASK = "no-cache"

# Too short for anybody's address.
_NOBODY = "x"

_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asked:
    """The variant that an address names. `mail` is a wide PNG that no cache may answer for."""

    variant: Variant
    mail: bool = False


def asked(name: str | None, file: Literal["svg", "png"]) -> Asked:
    """The variant `name` ("wide-dark-nn"; None: the first of each list). Raises `Problem`."""
    if name is None:
        return Asked(Variant(DEFAULT, file=file))
    shape, _, rest = name.partition("-")
    theme, _, language = rest.partition("-")
    if shape not in SHAPES or theme not in THEMES or language not in LANGUAGES:
        raise not_found()
    if shape == MAIL:
        if file != "png":
            raise not_found()
        return Asked(Variant(language, Theme(theme), file=file), mail=True)
    return Asked(Variant(language, Theme(theme), Form(shape), file))


async def svg(request: Request) -> Response:
    """`/embed/{slug}.svg`, and `/embed/{slug}/{shape}-{theme}-{language}.svg`."""
    wanted = asked(request.path_params.get("variant"), "svg")
    pool: Pool = request.app.state.picture_pool
    return await pool.run(_seal, request, wanted)


async def png(request: Request) -> Response:
    """The same as PNG, twice as large as it is shown; and those for mail."""
    wanted = asked(request.path_params.get("variant"), "png")
    pool: Pool = request.app.state.picture_pool
    try:
        return await pool.run(_seal, request, wanted)
    except (IssuerError, Problem):
        if not wanted.mail:
            raise
        # Better a plate that says nothing than an error that is shown in its place for years.
        return public_answer(request, plate(), pictures.PNG, cache=NO_STORE)


def _seal(request: Request, wanted: Asked) -> Response:
    office = office_of(request)
    studio: Studio = request.app.state.studio
    now, variant = office.now(), wanted.variant
    always = _ALWAYS_ASK if wanted.mail else None
    media_type = pictures.SVG if variant.file == "svg" else pictures.PNG
    seen = view_of(office, request.path_params["slug"], now)
    if seen is None:
        picture = pictures.unknown_seal(office, variant, studio.draw)
        status = 404 if variant.file == "svg" else 200
        return public_answer(request, picture, media_type, cache=always or MISS, status=status)
    return public_answer(
        request,
        pictures.seal(office, seen, variant, studio.draw),
        media_type,
        cache=lasting(request, now, seen.changes_at, cache=always),
    )


async def preview(request: Request) -> Response:
    """`/m/{slug}/preview-{language}.png`: what goes with a link to the page (Open Graph)."""
    if request.path_params["language"] not in LANGUAGES:
        raise not_found()
    pool: Pool = request.app.state.picture_pool
    return await pool.run(_preview, request)


def _preview(request: Request) -> Response:
    office, language = office_of(request), request.path_params["language"]
    studio: Studio = request.app.state.studio
    now = office.now()
    seen = view_of(office, request.path_params["slug"], now)
    if seen is None:
        raise not_found()
    return public_answer(
        request,
        previews.png(office, seen, language, studio.draw),
        pictures.PNG,
        cache=cache_control(now, seen.changes_at),
    )


@cache
def plate() -> bytes:
    """An empty plate with an edge, as large as a wide seal in a mail."""
    width, height = (2 * side for side in SEAL_SIZES[Form.WIDE])
    picture = Image.new("L", (width, height), 255)
    ImageDraw.Draw(picture).rectangle((0, 0, width - 1, height - 1), outline=90, width=4)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def data(request: Request) -> Response:
    """`/embed/{slug}.json`: what the picture says, for whoever draws their own; of a variant,
    in the words of its language too."""
    office = office_of(request)
    name = request.path_params.get("variant")
    variant = None if name is None else asked(name, "svg").variant
    seen = view_of(office, request.path_params["slug"], office.now())
    if seen is None:
        raise not_found()
    more = {} if variant is None else {"told": kit.told(office, seen, variant)}
    return view_answer(request, seen, more)


def frame(request: Request) -> Response:
    """`/embed/{slug}.html`: the seal as a page to be framed, with its answer in words."""
    office = office_of(request)
    wanted = asked(request.path_params.get("variant"), "svg").variant
    now = office.now()
    seen = view_of(office, request.path_params["slug"], now)
    return public_answer(
        request,
        _frame(office, request.path_params["slug"], seen, wanted).encode(),
        HTML,
        cache=MISS if seen is None else lasting(request, now, seen.changes_at),
        status=404 if seen is None else 200,
        headers={"Content-Language": wanted.language},
    )


def _frame(office: Office, slug: str, seen: View | None, variant: Variant) -> str:
    width, height = SEAL_SIZES[variant.form]
    language = variant.language
    return pages_render.draw_apart(
        "frame.html",
        language,
        # What nobody has is nobody's: nothing of the address is repeated.
        page=f"/m/{slug}" if seen else "/register",
        picture=kit.seal_path(slug if seen else _NOBODY, variant),
        answer=wording.sentence(seen, language) if seen else kit.unknown_words(language),
        width=width,
        height=height,
        sample=office.settings.sample,
    )


@cache
def component() -> bytes:
    """The web component (`kit.COMPONENT`)."""
    return resources.files("issuer.web").joinpath("static", "seal-1.js").read_bytes()


def script(request: Request) -> Response:
    """The web component. Its bytes never change: pages name them by their digest."""
    return public_answer(
        request,
        component(),
        "text/javascript; charset=utf-8",
        cache=lasting(request, office_of(request).now(), None, cache=_FOR_EVER),
    )


def frame_style(request: Request) -> Response:
    source = resources.files("issuer.web").joinpath("static", "frame.css").read_bytes()
    cache = cache_control(office_of(request).now(), None)
    return public_answer(request, source, "text/css; charset=utf-8", cache=cache)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/embed/{slug}.svg", svg),
    Route("/embed/{slug}.png", png),
    Route("/embed/{slug}.json", data),
    Route("/embed/{slug}.html", frame),
    Route("/embed/{slug}/{variant}.svg", svg),
    Route("/embed/{slug}/{variant}.png", png),
    Route("/embed/{slug}/{variant}.json", data),
    Route("/embed/{slug}/{variant}.html", frame),
    Route("/m/{slug}/preview-{language}.png", preview),
    Route(kit.COMPONENT, script),
    Route("/static/frame.css", frame_style),
)
