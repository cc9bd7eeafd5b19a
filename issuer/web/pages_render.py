"""From values to a page: templates, languages, links, names that cannot disturb what is around.

A page is rendered whole on the server; there is no script in any of them. Links carry
`lang` on when the visitor chose it by hand, since no cookie remembers it.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from babel.dates import format_date
from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from issuer import texts
from issuer.facts import Written
from issuer.names import number_text
from issuer.office import Office
from issuer.programme import Programme
from issuer.settings import Settings
from issuer.web import http, pages_look

LANGUAGE_NAMES: Final[Mapping[str, str]] = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}

# What is shown while no programme's own time zone applies.
TIMEZONE: Final = "Europe/Oslo"

# The name of the sheet that belongs to no programme.
PLAIN: Final = "plain"

_SAMPLE: Final = re.compile(r" +[(]?eksempel[)]?$", re.IGNORECASE)

_ISOLATE, _POP = "\u2068", "\u2069"


def language_of(request: Request) -> str:
    """`?lang=`, else `Accept-Language`, else Bokmål."""
    return texts.negotiate(request.query_params.get("lang"), request.headers.get("accept-language"))


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def draw(request: Request, template: str, **values: Any) -> str:
    """The page `template` in the visitor's language. Needs settings, never the record.

    Values every page may be given: `programme` (its colours), `canonical` (the path the page is
    known under), `machine` (where the same facts are for machines), `preview` with `preview_alt`
    (the picture that goes with a link to it, and its words) and `index`: only such a page may be
    listed by search engines.
    """
    settings = office_of(request).settings
    language = language_of(request)
    programme: Programme | None = values.get("programme")
    asked = request.query_params.get("lang") == language
    optional = ("programme", "canonical", "machine", "preview", "preview_alt", "gap")
    standard = {**dict.fromkeys(optional), "index": False}
    given = {**standard, **values}
    return (
        _environment(language)
        .get_template(template)
        .render(
            **{**given, "index": given["index"] and not settings.sample},
            lang=language,
            languages=_languages(request, language),
            suffix=f"?lang={language}" if asked else "",
            chosen=language if asked else None,
            settings=settings,
            site=_site(settings),
            looks=programme.looks if programme else pages_look.PLAIN,
            style=_static(programme, "css"),
            icon=_static(programme, "svg"),
        )
    )


def draw_apart(template: str, language: str, **values: Any) -> str:
    """A page that is none of the site's: it has neither head nor foot of ours, nor a request."""
    return _environment(language).get_template(template).render(lang=language, **values)


def draw_text(template: str, language: str, **values: Any) -> str:
    """A template that is no page, such as a feed."""
    return _environment(language).get_template(template).render(**values, lang=language)


def page(
    request: Request, template: str, *, cache: str = http.NO_STORE, status: int = 200, **values: Any
) -> Response:
    """The response with the page `template`; see `draw`. `cache` as `http.cache_control` says."""
    return http.public_answer(
        request,
        draw(request, template, **{"gap": _gap(request), **values}).encode(),
        http.HTML,
        cache=cache,
        status=status,
        vary=("Accept", "Accept-Language"),
        headers={"Content-Language": language_of(request)},
    )


def _gap(request: Request) -> str | None:
    """From which day on the record may say less than is true, in the visitor's language."""
    gap = office_of(request).gap()
    if gap is None or not gap.waiting:
        return None
    return texts.day(gap.begins.date(), language_of(request))


def _site(settings: Settings) -> str:
    """The name at the head of every page: one line. That of a sample says that it is one, which
    the banner above it says already."""
    return _SAMPLE.sub("", settings.name) if settings.sample else settings.name


def said(language: str, message: str, main_language: str, **values: object) -> Markup:
    """`texts.translate` as mark-up, where what people wrote has the language they wrote in."""

    def shown(value: object) -> object:
        if isinstance(value, Written) and main_language != language:
            return Markup('<span lang="{}">{}</span>').format(main_language, str(value))
        return value

    text = Markup(texts.translate(language, message))
    return text % {name: shown(value) for name, value in values.items()} if values else text


def _static(programme: Programme | None, ending: str) -> str:
    looks = programme.looks if programme else pages_look.PLAIN
    name = programme.key if programme else PLAIN
    return f"/static/{name}.{ending}?v={pages_look.version(looks)}"


def _languages(request: Request, current: str) -> list[tuple[str, str, str, bool]]:
    """Code, name, address and whether it is this one. The addresses have no path: a path
    that a visitor made up is never repeated."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"][:10]
    return [
        (code, name, "?" + urlencode([*kept, ("lang", code)]), code == current)
        for code, name in LANGUAGE_NAMES.items()
    ]


def bdi(name: str, language: str | None = None) -> Markup:
    """A name, kept apart from the direction of the text around it."""
    if language is None:
        return Markup("<bdi>{}</bdi>").format(name)
    return Markup('<bdi lang="{}">{}</bdi>').format(language, name)


def isolated(name: str) -> str:
    """The same for places without mark-up: titles, descriptions."""
    return f"{_ISOLATE}{name}{_POP}"


def address(value: str) -> Markup:
    """An e-mail address, which may be broken after its @ and, if it must, elsewhere."""
    return Markup("@<wbr>").join(value.split("@"))


def day_text(value: date, language: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat(), texts.day(value, language)
    )


def moment_text(value: datetime, language: str, timezone: str) -> Markup:
    """A moment in words; one that no calendar of ours reaches, as machines write it."""
    written = value.isoformat(timespec="seconds")
    try:
        told = texts.moment(value, language, timezone)
    except OverflowError:
        told = written
    return Markup('<time datetime="{}">{}</time>').format(written, told)


def short_day_text(value: date, language: str) -> str:
    """ "03.03.2027", "3 Mar 2027": for tables."""
    if language == "en":
        return format_date(value, "d MMM y", "en_GB")
    return value.strftime("%d.%m.%Y")


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("issuer.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        texts.translations(language), newstyle=True
    )

    def day(value: date) -> Markup:
        return day_text(value, language)

    def short_day(value: date) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(
            value.isoformat(), short_day_text(value, language)
        )

    def moment(value: datetime, timezone: str = TIMEZONE) -> Markup:
        return moment_text(value, language, timezone)

    environment.globals.update(
        address=address,
        bdi=bdi,
        day=day,
        short_day=short_day,
        moment=moment,
        number=number_text,
        isolated=isolated,
    )
    environment.globals["motifs"] = pages_look.MOTIFS
    environment.filters["markdown"] = markdown
    return environment


@cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).disable("image")
    # The parser's own rule lets some kinds of address through that we do not.
    parser.validateLink = lambda url: url.startswith("https://")  # type: ignore[method-assign]
    return parser


def markdown(text: str) -> Markup:
    """A programme's Markdown: no HTML, no pictures, links to https only."""
    return Markup(_markdown().render(text))
