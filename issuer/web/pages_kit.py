"""The page that gives a holder what it puts on its own pages: lines to paste, and files."""

from fastapi import APIRouter, Request, Response

from badge_assets.draw import SEAL_SIZES, Form
from badge_assets.facts import Sheet
from badge_assets.looks import Theme
from issuer import kit, pack, prints
from issuer.pictures import Variant
from issuer.public import View
from issuer.state import State
from issuer.studio import Studio
from issuer.texts import LANGUAGES, N_, translate
from issuer.web import http
from issuer.web.embed import component
from issuer.web.machine import not_found, view_of
from issuer.web.pages_holder import nothing_here
from issuer.web.pages_render import language_of, office_of, page
from issuer.web.pools import Pool

router = APIRouter()

_NAMES = {
    Theme.LIGHT: N_("light"),
    Theme.DARK: N_("dark"),
    Theme.CONTRAST: N_("high contrast"),
    Theme.MONO: N_("one colour"),
}
_SHAPES = {Form.WIDE: N_("wide"), Form.ROUND: N_("round")}


@router.get("/m/{slug}/kit")
def kit_page(request: Request, slug: str) -> Response:
    """For whoever has or had the mark: the lines go on telling the truth after its end."""
    office, language = office_of(request), language_of(request)
    now = office.now()
    view = view_of(office, slug, now)
    if view is None or _never_held(view):
        return nothing_here(request, N_("There is no seal at this address."))
    plain = Variant(language)
    return page(
        request,
        "kit.html",
        cache=http.cache_control(now, view.changes_at),
        programme=view.programme,
        view=view,
        alternative=kit.alternative(view, language),
        picture=kit.picture(view, plain),
        link=kit.link(view, language),
        component=kit.component(view, language, kit.integrity(component())),
        frame=kit.frame(view, plain),
        mail=kit.mail(view, language),
        oembed=view.address,
        policies=[
            (N_("for the picture"), kit.policy(view, "img-src")),
            (N_("for the frame"), kit.policy(view, "frame-src")),
            (
                N_("for the picture with a panel"),
                kit.policy(view, "script-src", "connect-src", "img-src"),
            ),
        ],
        variants=[
            (
                translate(language, _SHAPES[form]),
                translate(language, _NAMES[theme]),
                kit.seal_path(slug, Variant(language, theme, form)),
                SEAL_SIZES[form],
            )
            for form in Form
            for theme in Theme
        ],
        sheets=tuple(Sheet) if prints.speaks_to_guests(office, view) else (),
        copy=view.award.newest if view.award else None,
    )


@router.get("/m/{slug}/kit-{language}.zip")
async def kit_pack(request: Request, slug: str, language: str) -> Response:
    """The pack for sites that may show nothing of others."""
    if language not in LANGUAGES:
        raise not_found()
    pool: Pool = request.app.state.picture_pool
    return await pool.run(_pack, request, slug, language)


def _pack(request: Request, slug: str, language: str) -> Response:
    office = office_of(request)
    studio: Studio = request.app.state.studio
    now = office.now()
    view = view_of(office, slug, now)
    if view is None or _never_held(view):
        raise not_found()
    archive = pack.zipped(pack.files(office, view, language, studio.draw), slug, now)
    return Response(
        archive,
        media_type="application/zip",
        headers={
            "Cache-Control": http.NO_STORE,
            "Content-Disposition": f'attachment; filename="{slug}.zip"',
        },
    )


@router.get("/m/{slug}/poster-{sheet}-{language}.pdf")
async def poster(request: Request, slug: str, sheet: str, language: str) -> Response:
    """The poster for the door, as things stand: what `merke poster` writes."""
    if sheet not in tuple(Sheet) or language not in LANGUAGES:
        raise not_found()
    pool: Pool = request.app.state.picture_pool
    return await pool.run(_poster, request, slug, Sheet(sheet), language)


def _poster(request: Request, slug: str, sheet: Sheet, language: str) -> Response:
    office = office_of(request)
    studio: Studio = request.app.state.studio
    now = office.now()
    view = view_of(office, slug, now)
    if view is None or _never_held(view):
        raise not_found()
    return http.public_answer(
        request,
        prints.poster(office, view, language, sheet, studio.draw),
        prints.PDF,
        cache=http.cache_control(now, view.changes_at),
        headers={
            "Content-Language": language,
            "Content-Disposition": f'inline; filename="{slug}-poster-{sheet}.pdf"',
        },
    )


def _never_held(view: View) -> bool:
    return view.state in (State.UNKNOWN, State.UNDER_WAY)
