"""The register for machines: JSON, CSV for programs and for a spreadsheet, Atom.

All of it is public. What a question cannot be answered for is refused: an answer to less than
was asked would be taken for the answer to all of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from issuer import days, published, register, register_schema, texts
from issuer.errors import BadInput
from issuer.office import Office
from issuer.register import Entry, Register
from issuer.state import Act, State
from issuer.texts import N_, negotiate, translate
from issuer.web import pages_render
from issuer.web.faults import Fault
from issuer.web.http import JsonRoute, cache_control, public_answer, weak_tag
from issuer.web.machine import as_json, negotiated, office_of
from issuer.web.problems import Problem

ATOM: Final = "application/atom+xml; charset=utf-8"
CSV: Final = "text/csv; charset=utf-8; header=present"

# Changes told in the feed, the newest first.
_MOST_NEWS = 100


@dataclass(frozen=True)
class Asked:
    """A question to the register, understood."""

    office: Office
    now: datetime
    register: Register
    on: date | None
    unsure: datetime | None

    @property
    def cache(self) -> str:
        return cache_control(self.now, self.register.changes_at)


def ask(request: Request, *, known: tuple[str, ...] = ()) -> Asked:
    """Answer what `request` asks: `programme`, `q`, `on`, and what else is `known`. Raises
    `Problem`."""
    parameters = ("programme", "q", "on", "lang", *known)
    if any(name not in parameters for name in request.query_params):
        raise _refused(
            "",
            "unknown",
            N_("This parameter is not known here. Known are: %(known)s."),
            {"known": ", ".join(parameters)},
        )
    office = office_of(request)
    now, unsure = office.now(), office.unsure_since()
    try:
        on = register.read_day(request.query_params.get("on"))
        with office.reading() as session:
            found = register.read(
                office.settings.base_url,
                session,
                now,
                programme=request.query_params.get("programme"),
                on=on,
                sought=request.query_params.get("q", ""),
                unsure=unsure,
            )
    except BadInput as fault:
        raise _refused("on", "value", fault.message, fault.values) from None
    return Asked(office, now, found, on, unsure)


def _refused(name: str, code: str, message: str, values: Mapping[str, object]) -> Problem:
    return Problem("request.invalid", errors=[Fault("query", name, code, message, values)])


def as_document(request: Request) -> Response:
    """Everybody the public knows of, in the Norwegian order of their names."""
    asked = ask(request)
    settings = asked.office.settings
    said = {
        "id": f"{settings.base_url}/register",
        "issuer": settings.did,
        "name": settings.name,
        "sample": settings.sample,
        "on": asked.on.isoformat() if asked.on else None,
        "unsureSince": days.timestamp(asked.unsure) if asked.unsure else None,
        "participants": [entry.json() for entry in asked.register.entries],
    }
    return public_answer(
        request,
        as_json({**said, "answeredAt": days.timestamp(asked.now)}),
        published.JSON,
        cache=asked.cache,
        tag=weak_tag(as_json(said)),
    )


def as_table(request: Request) -> Response:
    """The same as CSV: RFC 4180, or with `for=excel` what a Norwegian spreadsheet opens."""
    asked = ask(request, known=("for",))
    wished = request.query_params.get("for", "programs")
    if wished not in ("programs", "excel"):
        raise _refused("for", "value", N_("Choose programs or excel."), {})
    return public_answer(
        request,
        register.as_csv(asked.register.entries, excel=wished == "excel"),
        CSV,
        cache=asked.cache,
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


def as_feed(request: Request) -> Response:
    """The latest changes, as Atom (RFC 4287): who holds a mark, and who no longer does."""
    asked = ask(request)
    language = negotiate(request.query_params.get("lang"), None)
    told = sorted(
        chain(
            _doubt(asked, language),
            *(news(entry, asked.now, language) for entry in asked.register.entries),
        ),
        key=lambda each: (each.at, each.id),
        reverse=True,
    )[:_MOST_NEWS]
    feed = pages_render.draw_text(
        "register.atom",
        language,
        settings=asked.office.settings,
        title=translate(language, N_("Register of %(name)s"), name=asked.office.settings.name),
        news=told,
        updated=max((each.at for each in told), default=asked.now),
        stamp=days.timestamp,
    )
    return public_answer(request, feed.encode(), ATOM, cache=asked.cache)


def _doubt(asked: Asked, language: str) -> Iterator[News]:
    """That the record may lack what was decided last, for as long as it may."""
    if asked.unsure is None:
        return
    settings = asked.office.settings
    begins = days.timestamp(asked.unsure)
    yield News(
        id=f"{settings.base_url}/register#unsure-{begins}",
        at=asked.unsure,
        address=f"{settings.base_url}/register",
        title=translate(
            language,
            N_("Who holds a mark cannot be confirmed now: decisions after %(day)s may be missing"),
            day=texts.day(asked.unsure.date(), language),
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
            award.valid_from < other.valid_from <= award.valid_until + register.SECOND
            for other in entry.history.awards
        )
        if award.end(now) is None and not renewed:
            changes.append((award.valid_until + register.SECOND, State.LAPSED))
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
    JsonRoute("/register", negotiated(as_document)),
)
