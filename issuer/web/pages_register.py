"""The register as a page: today or on a day, searched by name or number, a part at a time."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from issuer import register, wording
from issuer.errors import BadInput
from issuer.programme import Programme
from issuer.register import Cursor
from issuer.register_entry import Entry, Question
from issuer.register_order import Group
from issuer.state import State
from issuer.texts import N_, translate
from issuer.web import http
from issuer.web.pages_mark import newest
from issuer.web.pages_render import TIMEZONE, language_of, office_of, page

router = APIRouter()

# Entries on one page.
PER_PAGE: Final = 250

_PARAMETERS: Final = frozenset({"q", "on", "after", "before", "programme", "lang"})


@router.get("/register")
def show(request: Request) -> Response:
    """Everybody the public knows of: holders, former holders, those under way, each in Norwegian
    order."""
    asked = request.query_params
    if not _PARAMETERS.issuperset(asked) or {"after", "before"}.issubset(asked):
        return _unanswered(request)
    office = office_of(request)
    language = language_of(request)
    places = {name: _read(asked[name]) for name in ("after", "before") if name in asked}
    if None in places.values():
        return _unanswered(request)
    try:
        question = register.ask(
            office,
            programme=asked.get("programme") or None,
            on=asked.get("on") or None,
            sought=asked.get("q", ""),
        )
        part = register.part(question, office.reading, **places, most=PER_PAGE)
        changes_at = register.changes_at(question, office.reading)
    except BadInput as fault:
        return _unanswered(request, translate(language, fault.message, **fault.values))
    if places and not part.entries:
        return _unanswered(request)
    marks = _marks(request, question)
    programme = marks[0] if len(marks) == 1 else None
    on = question.on
    return page(
        request,
        "register.html",
        cache=http.cache_control(question.now, changes_at),
        programme=programme,
        canonical="/register",
        machine="/register.json",
        index=not question.sought and on is None and not places,
        q=question.sought,
        on=on,
        now=question.now,
        timezone=programme.timezone.key if programme else TIMEZONE,
        several=len(marks) > 1,
        words={state: wording.word(state, language) for state in State},
        holding=_in(part, Group.HOLDING),
        former=_in(part, Group.FORMER),
        under_way=_in(part, Group.UNDER_WAY),
        whole=part.first is None and part.last is None,
        pages=_pages(request, part),
        copies=_copies(request),
        chosen_day=on.isoformat() if on else "",
    )


def _in(part: register.Part, group: Group) -> list[Entry]:
    return [entry for entry in part.entries if group.has(entry.state)]


def _marks(request: Request, question: Question) -> list[Programme]:
    """The marks of which somebody is among those asked for, each in its newest edition."""
    office = office_of(request)
    return [
        mark for mark in newest(office) if register.has_any(question, office.reading, mark.slug)
    ]


def _pages(request: Request, part: register.Part) -> Mapping[str, str]:
    """The way to the part before and the part after, where there is one."""
    turns = ("before", "after")
    kept = [each for each in request.query_params.items() if each[0] not in turns]
    return {
        turn: "/register?" + urlencode([*kept, (turn, _written(place))])
        for turn, place in zip(turns, (part.first, part.last), strict=True)
        if place is not None
    }


def _written(place: Cursor) -> str:
    return f"{place.group}/{place.key}/{place.slug}"


def _read(text: str) -> Cursor | None:
    """The place that `_written` wrote; None if it did not."""
    group, _, rest = text.partition("/")
    key, _, slug = rest.rpartition("/")
    if group not in list(Group) or not slug or not text.isprintable() or not text.isascii():
        return None
    return Cursor(Group(group), key, slug)


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
