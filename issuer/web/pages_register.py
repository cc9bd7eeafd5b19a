"""The register as a page: today or on a day, searched by name or number, a part at a time."""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from issuer import register, wording
from issuer.errors import BadInput
from issuer.programme import Programme
from issuer.state import State
from issuer.texts import N_, translate
from issuer.web import http
from issuer.web.pages_render import TIMEZONE, language_of, office_of, page

router = APIRouter()

# Entries on one page.
PER_PAGE: Final = 250

_PARAMETERS: Final = frozenset({"q", "on", "page", "programme", "lang"})


@router.get("/register")
def show(request: Request) -> Response:
    """Everybody the public knows of, in Norwegian order."""
    asked = request.query_params
    if not _PARAMETERS.issuperset(asked):
        return _unanswered(request)
    office = office_of(request)
    now, unsure = office.now(), office.unsure_since()
    language = language_of(request)
    sought = asked.get("q", "").strip()[: register.LONGEST]
    written = asked.get("on") or None
    try:
        on = register.read_day(written)
        with office.reading() as session:
            known = register.read(
                office.settings.base_url,
                session,
                now,
                programme=asked.get("programme") or None,
                on=on,
                sought=sought,
                unsure=unsure,
            )
    except BadInput as fault:
        return _unanswered(request, translate(language, fault.message, **fault.values))
    ordered = [*known.holding, *known.former, *known.under_way]
    last = max(1, -(-len(ordered) // PER_PAGE))
    number = asked.get("page", "1")
    if not number.isdecimal() or len(number) > 6 or not 1 <= int(number) <= last:
        return _unanswered(request)
    here = int(number)
    shown = ordered[(here - 1) * PER_PAGE : here * PER_PAGE]
    programme = _only(entry.programme for entry in ordered)
    return page(
        request,
        "register.html",
        cache=http.cache_control(now, known.changes_at),
        programme=programme,
        canonical="/register",
        machine="/register.json",
        index=not sought and on is None and here == 1,
        q=sought,
        on=on,
        now=now,
        timezone=programme.timezone.key if programme else TIMEZONE,
        several=len({entry.programme.slug for entry in ordered}) > 1,
        words={state: wording.word(state, language) for state in State},
        holding=[entry for entry in shown if entry.state.holds],
        formerly=[entry for entry in shown if entry.state in register.FORMER],
        under_way=[entry for entry in shown if entry.state is State.UNDER_WAY],
        whole=last == 1,
        pages=_pages(request, here, last),
        copies=_copies(request),
        chosen_day=on.isoformat() if on else "",
    )


def _pages(request: Request, here: int, last: int) -> Mapping[str, str]:
    """The way to the part before and the part after, where there is one."""
    kept = [(name, value) for name, value in request.query_params.items() if name != "page"]
    ways = {"before": here - 1, "after": here + 1}
    return {
        name: "/register?" + urlencode([*kept, ("page", number)])
        for name, number in ways.items()
        if 1 <= number <= last
    }


def _copies(request: Request) -> Mapping[str, str]:
    """The same answer for machines and spreadsheets."""
    kept = [
        (name, value)
        for name, value in request.query_params.items()
        if name in ("q", "on", "programme") and value
    ]
    tail = "?" + urlencode(kept) if kept else ""
    return {
        "JSON": f"/register.json{tail}",
        "CSV": f"/register.csv{tail}",
        "Excel": "/register.csv?" + urlencode([*kept, ("for", "excel")]),
        "Atom": "/register.atom",
    }


def _unanswered(request: Request, why: str | None = None) -> Response:
    """An answer to less than was asked would be taken for the answer to all of it."""
    language = language_of(request)
    plain = N_(
        "The address asks for something the register does not know. It can be searched by name or"
        " number, and it tells how things stand today, or stood at the end of a day."
    )
    return page(
        request,
        "message.html",
        status=400,
        label=translate(language, N_("Not looked up")),
        heading=translate(language, N_("The register cannot answer that.")),
        paragraphs=[why or translate(language, plain)],
        help=True,
        given="",
    )


def _only(programmes: Iterable[Programme]) -> Programme | None:
    """The one programme that all of these are editions of, in its newest edition."""
    newest: Mapping[str, Programme] = {p.slug: p for p in sorted(programmes, key=_edition)}
    return next(iter(newest.values())) if len(newest) == 1 else None


def _edition(programme: Programme) -> tuple[int, ...]:
    return tuple(int(part) for part in programme.edition.split("-"))
