"""`/oembed`: what programs show of a holder's page when its address is pasted into them.

The answer is a `photo`, which every consumer can show as a linked picture; the picture is live.
What asks sends more parameters than it need: those we do not know change nothing.
"""

import re
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from issuer import kit, published
from issuer.state import State
from issuer.texts import DEFAULT, LANGUAGES, N_
from issuer.web.faults import Fault
from issuer.web.http import cache_control, public_answer
from issuer.web.machine import as_json, not_found, office_of, view_of
from issuer.web.problems import Problem

_LONGEST = 2000
_PAGE = re.compile(r"/m/([a-z0-9-]{3,60})(?:/kit)?/?")


def oembed(request: Request) -> Response:
    """oEmbed 1.0. 404 for the addresses of others, 501 for XML."""
    asked = request.query_params
    if asked.get("format", "json").lower() != "json":
        raise Problem("oembed.format")
    url = asked.get("url", "")[:_LONGEST]
    if not url:
        message = N_("Say of which address: ?url=…")
        raise Problem("request.invalid", errors=[Fault("query", "url", "missing", message)])
    office = office_of(request)
    try:
        parts = urlsplit(url)
        page = _PAGE.fullmatch(parts.path)
        language = parse_qs(parts.query).get("lang", [DEFAULT])[-1]
    except ValueError:
        raise not_found() from None
    if f"{parts.scheme}://{parts.netloc}".lower() != office.settings.base_url or page is None:
        raise not_found()
    seen = view_of(office, page[1], office.now())
    if seen is None or seen.state is State.UNDER_WAY:
        raise not_found()
    room = (_room(asked.get("maxwidth")), _room(asked.get("maxheight")))
    language = language if language in LANGUAGES else DEFAULT
    return public_answer(
        request,
        as_json(kit.oembed(office, seen, language, room)),
        published.JSON,
        cache=cache_control(office.now(), None),
    )


def _room(text: str | None) -> int | None:
    """The most pixels of a side; what is no number of them bounds nothing."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 6:
        return None
    return max(1, int(text))


ROUTES: tuple[BaseRoute, ...] = (Route(kit.OEMBED, oembed),)
