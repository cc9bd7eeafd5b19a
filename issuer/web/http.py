"""HTTP as our addresses speak it: who gets JSON, how long an answer holds, when it is 304.

Nothing here knows what is answered. Times are arguments; no cookie is set or read.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.web.alike import is_alike

HTML = "text/html; charset=utf-8"

# The longest any copy of a public answer may stay in use.
LONGEST = timedelta(seconds=300)
# The part of it in which a cache may answer with the old copy while it fetches a new one.
WHILE_REVALIDATING = timedelta(seconds=60)

NO_STORE = "no-store"

_JSON = ("application/json", "application/ld+json", "application/jwt")
_MOST_WISHES = 30


def prefers_html(accept: str | None, *, default: bool) -> bool:
    """Whether HTML is wanted rather than JSON; `default` decides where `accept` does not."""
    wishes = preferences(accept)
    html = max(_quality(wishes, "text/html"), wishes.get("application/xhtml+xml", 0.0))
    json = max(_quality(wishes, kind) for kind in (*_JSON, *_structured(wishes)))
    return default if html == json else html > json


def preferences(accept: str | None) -> dict[str, float]:
    """Media ranges with their quality; what cannot be read is left out (RFC 9110, 12.5.1)."""
    wishes: dict[str, float] = {}
    for part in (accept or "").split(",")[:_MOST_WISHES]:
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if kind and 0 <= quality <= 1:
            wishes[kind] = max(quality, wishes.get(kind, 0.0))
    return wishes


def _structured(wishes: Mapping[str, float]) -> Iterable[str]:
    return [kind for kind in wishes if kind.endswith("+json") or kind == "application/vc"]


def _quality(wishes: Mapping[str, float], kind: str) -> float:
    """The quality of `kind` by the most particular range that covers it."""
    for covering in (kind, kind.split("/")[0] + "/*", "*/*"):
        if covering in wishes:
            return wishes[covering]
    return 0.0


def cache_control(now: datetime, changes_at: datetime | None) -> str:
    """How long a public answer given at `now` holds, if it changes by itself at `changes_at`.

    No copy is used for longer than `LONGEST` in all, nor beyond the change.
    """
    if changes_at is not None and changes_at - now <= LONGEST:
        return f"public, max-age={max(0, int((changes_at - now).total_seconds()))}"
    fresh = int((LONGEST - WHILE_REVALIDATING).total_seconds())
    old = int(WHILE_REVALIDATING.total_seconds())
    return f"public, max-age={fresh}, stale-while-revalidate={old}"


@dataclass
class Note:
    """What an answer's header cannot tell whoever keeps it (`issuer.web.short_lane`).

    `lasting`: the answer is the same until `changes_at` as long as the record stays as it is,
    but for its `Cache-Control` (that of `cache_control`, or `cache` always) and, if `stamped`,
    the moment in its `answeredAt`.
    """

    lasting: bool = False
    changes_at: datetime | None = None
    cache: str | None = None
    stamped: bool = False


NOTE = "merke.note"


def lasting(
    request: Request,
    now: datetime,
    changes_at: datetime | None,
    *,
    cache: str | None = None,
    stamped: bool = False,
) -> str:
    """The `Cache-Control` of an answer that may be given again; see `Note` for the rest."""
    note = request.scope.get(NOTE)
    if isinstance(note, Note):
        note.lasting, note.stamped = True, stamped
        note.changes_at, note.cache = changes_at, cache
    return cache or cache_control(now, changes_at)


def strong_tag(body: bytes) -> str:
    """The entity tag of exactly these bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def weak_tag(content: bytes) -> str:
    """The entity tag of an answer that says `content`, whatever else its bytes hold."""
    return f"W/{strong_tag(content)}"


def public_answer(
    request: Request,
    body: bytes,
    media_type: str,
    *,
    cache: str,
    tag: str | None = None,
    vary: Iterable[str] = (),
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A public answer with its entity tag; 304 without a body if the asker has it already."""
    tag = tag or strong_tag(body)
    told = {"ETag": tag, "Cache-Control": cache, **(headers or {})}
    if varies := ", ".join(vary):
        told["Vary"] = varies
    if status == 200 and has_it(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=304, headers=told)
    return Response(body, status, told, media_type=media_type)


def has_it(lines: Iterable[str], tag: str) -> bool:
    """RFC 9110, 13.1.2: weak comparison, a list of tags, or `*`."""
    opaque = tag.removeprefix("W/")
    for line in lines:
        for known in line.split(","):
            if known.strip() == "*" or known.strip().removeprefix("W/") == opaque:
                return True
    return False


class JsonRoute(Route):
    """A route for those who want JSON at an address that has a page for people too.

    `default_html` says who gets the page when `Accept` leaves it open. Whoever wants HTML is
    passed on to the next route.
    """

    default_html = True

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is not Match.NONE and prefers_html(
            Request(scope).headers.get("accept"), default=self.default_html
        ):
            return Match.NONE, {}
        return match, child


class DocumentRoute(JsonRoute):
    """The same for addresses that are documents first and pages second."""

    default_html = False


# In the scope of a HEAD that is answered as GET: its body is not looked at.
HEAD = "merke.head"


class HeadAsGet:
    """HEAD everywhere: answered as GET, headers and all, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", HEAD: True}, receive, without_body)


PRIVATE = ("/staff", "/portal", "/api/v1")
PUBLIC_CALLS = ("/api/v1/verify", "/api/v1/openapi.json")


def is_public(path: str) -> bool:
    """Whether `path` is for everybody: no sign-in, no token, readable from any web page."""
    inside = any(path == place or path.startswith(f"{place}/") for place in PRIVATE)
    return path in PUBLIC_CALLS or not inside


class OpenToAll:
    """CORS: what is public may be read from any page, never with credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_public(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await self._preflight(scope["path"])(scope, receive, send)
            return

        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(b"access-control-allow-origin", b"*")]
                if not is_alike(scope["path"]):
                    added.append((b"access-control-expose-headers", b"ETag, Retry-After"))
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, opened)

    def _preflight(self, path: str) -> Response:
        methods = "GET, HEAD, OPTIONS"
        if path == "/api/v1/verify":
            methods = "POST, OPTIONS"
        return Response(
            status_code=204,
            headers={
                "Allow": methods,
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": methods,
                "Access-Control-Allow-Headers": (
                    "Accept, Accept-Language, Content-Type, If-None-Match"
                ),
                "Access-Control-Max-Age": "86400",
                "Cache-Control": "public, max-age=86400",
            },
        )
