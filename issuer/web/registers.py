"""The register for machines: JSON, CSV for programs and for a spreadsheet, Atom.

All of it is public. What a question cannot be answered for is refused: an answer to less than
was asked would be taken for the answer to all of it.
"""

import heapq
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from issuer import days, published, register, register_csv, register_schema, texts
from issuer.errors import BadInput
from issuer.office import Office
from issuer.register_entry import Entry, Question
from issuer.register_order import SECOND
from issuer.state import Act, State
from issuer.texts import N_, negotiate, translate
from issuer.web import copies, pages_render
from issuer.web.copies import Copies, Copy
from issuer.web.faults import Fault
from issuer.web.http import JsonRoute, cache_control, public_answer
from issuer.web.machine import as_json, office_of
from issuer.web.pools import Pool
from issuer.web.problems import Problem

log = logging.getLogger(__name__)

ATOM: Final = "application/atom+xml; charset=utf-8"
CSV: Final = "text/csv; charset=utf-8; header=present"

# Changes told in the feed, the newest first.
_MOST_NEWS = 100


@dataclass(frozen=True)
class Asked:
    """A question to the register, understood."""

    office: Office
    question: Question

    def changes_at(self) -> datetime | None:
        return register.changes_at(self.question, self.office.reading)

    def entries(self) -> Iterator[Entry]:
        return register.entries(self.question, self.office.reading)


def ask(request: Request, *, known: tuple[str, ...] = ()) -> Asked:
    """What `request` asks: `programme`, `q`, `on`, and what else is `known`. Raises `Problem`."""
    parameters = ("programme", "q", "on", "lang", *known)
    if any(name not in parameters for name in request.query_params):
        raise _refused(
            "",
            "unknown",
            N_("This parameter is not known here. Known are: %(known)s."),
            {"known": ", ".join(parameters)},
        )
    office = office_of(request)
    asked = request.query_params
    try:
        question = register.ask(
            office,
            programme=asked.get("programme"),
            on=asked.get("on"),
            sought=asked.get("q", ""),
        )
    except BadInput as fault:
        raise _refused("on", "value", fault.message, fault.values) from None
    return Asked(office, question)


def _refused(name: str, code: str, message: str, values: Mapping[str, object]) -> Problem:
    return Problem("request.invalid", errors=[Fault("query", name, code, message, values)])


def _copy(
    request: Request,
    asked: Asked,
    form: str,
    pieces: Callable[[Asked], Iterable[bytes]],
    *,
    weak: bool = False,
) -> Copy:
    """The answer to `asked` in this form. Raises `Problem`."""
    kept: Copies = request.app.state.copies
    question = asked.question
    key = (form, *map(repr, (question.programme, question.on, question.sought, question.unsure)))
    try:
        return kept.get(
            key,
            asked.office.mark(),
            question.now,
            asked.changes_at,
            lambda: pieces(asked),
            weak=weak,
        )
    except BadInput as fault:
        raise _refused("on", "value", fault.message, fault.values) from None
    except (copies.NoRoom, OSError) as fault:
        log.warning("the register could not be written down: %r", fault)
        raise Problem("register.busy") from None


async def as_document(request: Request) -> Response:
    """Everybody the public knows of, in the Norwegian order of their names."""
    pool: Pool = request.app.state.register_pool
    return await pool.run(_document, request)


def _document(request: Request) -> Response:
    asked = ask(request)
    copy = _copy(request, asked, "json", _json_pieces, weak=True)
    answered = f'],\n  "answeredAt": "{days.timestamp(asked.question.now)}"\n}}'
    return copies.told(
        request,
        copy,
        published.JSON,
        cache=cache_control(asked.question.now, copy.changes_at),
        tail=answered.encode(),
    )


def _json_pieces(asked: Asked) -> Iterator[bytes]:
    """The answer but for its end, where it says when it was given; each participant a line."""
    settings, question = asked.office.settings, asked.question
    found = asked.entries()
    said = {
        "id": f"{settings.base_url}/register",
        "issuer": settings.did,
        "name": settings.name,
        "sample": settings.sample,
        "on": question.on.isoformat() if question.on else None,
        "unsureSince": days.timestamp(question.unsure) if question.unsure else None,
    }
    yield as_json(said).removesuffix(b"\n}") + b',\n  "participants": ['
    before = "\n    "
    for entry in found:
        yield (before + json.dumps(entry.json(), ensure_ascii=False)).encode()
        before = ",\n    "
    if before.startswith(","):
        yield b"\n  "


async def as_document_here(request: Request) -> Response:
    """The same at the address of the page."""
    response = await as_document(request)
    response.headers["Vary"] = "Accept"
    return response


async def as_table(request: Request) -> Response:
    """The same as CSV: RFC 4180, or with `for=excel` what a Norwegian spreadsheet opens."""
    pool: Pool = request.app.state.register_pool
    return await pool.run(_table, request)


def _table(request: Request) -> Response:
    asked = ask(request, known=("for",))
    wished = request.query_params.get("for", "programs")
    if wished not in ("programs", "excel"):
        raise _refused("for", "value", N_("Choose programs or excel."), {})
    excel = wished == "excel"
    copy = _copy(
        request, asked, wished, lambda asked: register_csv.lines(asked.entries(), excel=excel)
    )
    return copies.told(
        request,
        copy,
        CSV,
        cache=cache_control(asked.question.now, copy.changes_at),
        headers={"Content-Disposition": 'attachment; filename="register.csv"'},
    )


@dataclass(frozen=True)
class News:
    """One change on the register, told as a sentence."""

    id: str
    at: datetime
    address: str
    title: str
    state: str | None = None


_NEWS: Final[Mapping[State, str]] = {
    State.HOLDS: N_("%(name)s holds %(mark)s from %(day)s"),
    State.LAPSED: N_("%(name)s no longer holds %(mark)s: it ended on %(day)s"),
    State.SUSPENDED: N_("%(mark)s is on hold for %(name)s from %(day)s"),
    State.WITHDRAWN: N_("%(mark)s was withdrawn from %(name)s on %(day)s"),
    State.GIVEN_UP: N_("%(name)s ended %(mark)s on %(day)s"),
}

_ACTS: Final[Mapping[Act, State]] = {
    Act.SEAL: State.HOLDS,
    Act.LIFT: State.HOLDS,
    Act.SUSPEND: State.SUSPENDED,
    Act.WITHDRAW: State.WITHDRAWN,
    Act.GIVE_UP: State.GIVEN_UP,
}


async def as_feed(request: Request) -> Response:
    """The latest changes, as Atom (RFC 4287): who holds a mark, and who no longer does."""
    pool: Pool = request.app.state.register_pool
    return await pool.run(_feed, request)


def _feed(request: Request) -> Response:
    asked = ask(request)
    language = negotiate(request.query_params.get("lang"), None)
    try:
        changes_at = asked.changes_at()
    except BadInput as fault:
        raise _refused("on", "value", fault.message, fault.values) from None
    told = latest(asked, language)
    now, settings = asked.question.now, asked.office.settings
    feed = pages_render.draw_text(
        "register.atom",
        language,
        settings=settings,
        title=translate(language, N_("Register of %(name)s"), name=settings.name),
        news=told,
        updated=max((each.at for each in told), default=now),
        stamp=days.timestamp,
    )
    return public_answer(request, feed.encode(), ATOM, cache=cache_control(now, changes_at))


def latest(asked: Asked, language: str, most: int = _MOST_NEWS) -> list[News]:
    """The `most` changes that came to pass last, the newest first."""
    kept: list[tuple[datetime, str, int, News]] = []

    def add(told: Iterable[News]) -> None:
        for each in told:
            heapq.heappush(kept, (each.at, each.id, next(number), each))
            if len(kept) > most:
                heapq.heappop(kept)

    number = count()
    add(_doubt(asked, language))
    for at, entry in register.by_latest(asked.question, asked.office.reading):
        if len(kept) == most and at < kept[0][0]:
            break
        add(news(entry, asked.question.now, language))
    return [told for *_, told in sorted(kept, reverse=True)]


def _doubt(asked: Asked, language: str) -> Iterator[News]:
    """That the record may lack what was decided last, for as long as it may."""
    unsure = asked.question.unsure
    if unsure is None:
        return
    settings = asked.office.settings
    begins = days.timestamp(unsure)
    yield News(
        id=f"{settings.base_url}/register#unsure-{begins}",
        at=unsure,
        address=f"{settings.base_url}/register",
        title=translate(
            language,
            N_("Who holds a mark cannot be confirmed now: decisions after %(day)s may be missing"),
            day=texts.day(unsure.date(), language),
        ),
    )


def news(entry: Entry, now: datetime, language: str) -> list[News]:
    """What has come to pass with `entry`, in no order. Where decisions may be missing, what the
    clock alone would have brought about since is not told."""
    zone = entry.programme.timezone
    found = []
    for award in entry.history.awards:
        if any(event.act is Act.VOID for event in award.events):
            continue
        changes = [
            (event.at if event.act is not Act.SEAL else max(event.at, award.valid_from), kind)
            for event in award.events
            if (kind := _ACTS.get(event.act)) is not None
        ]
        renewed = any(
            award.valid_from < other.valid_from <= award.valid_until + SECOND
            for other in entry.history.awards
        )
        if award.end(now) is None and not renewed:
            changes.append((award.valid_until + SECOND, State.LAPSED))
        decided = {event.at for event in award.events}
        for at, kind in changes:
            if at > now or (entry.unsure and at > entry.unsure and at not in decided):
                continue
            day = award.last_day if kind is State.LAPSED else days.day_of(at, zone)
            found.append(
                News(
                    id=f"{entry.address}#{award.code}-{kind}-{days.timestamp(at)}",
                    at=at,
                    address=entry.address,
                    title=translate(
                        language,
                        _NEWS[kind],
                        name=entry.name,
                        mark=entry.programme.name(language),
                        day=texts.day(day, language),
                    ),
                    state=str(kind),
                )
            )
    return found


def schema(request: Request) -> Response:
    """The JSON Schema of `/register.json`."""
    office = office_of(request)
    return public_answer(
        request,
        as_json(dict(register_schema.SCHEMA)),
        "application/schema+json",
        cache=cache_control(office.now(), None),
    )


ROUTES: tuple[BaseRoute, ...] = (
    Route("/register.json", as_document),
    Route("/register.csv", as_table),
    Route("/register.atom", as_feed),
    Route("/register.schema.json", schema),
    JsonRoute("/register", as_document_here),
)
