"""The pages about the marks and their issuer: the front page, one mark, who we are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from issuer import programmes, register
from issuer.office import Office
from issuer.programme import Programme
from issuer.texts import N_, day, translate
from issuer.web import http
from issuer.web.pages_holder import nothing_here
from issuer.web.pages_render import language_of, office_of, page
from keys.ring import KeyRecord, Purpose

router = APIRouter()

_PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.BADGE: N_("Badges"),
    Purpose.BADGE_JWT: N_("Badges as JWT"),
    Purpose.STATUS: N_("Status lists"),
    Purpose.AUDIT: N_("The log of decisions"),
}


@dataclass(frozen=True)
class Key:
    """A published key with its purpose and life story in words."""

    fragment: str
    algorithm: str
    purpose: str
    life: str


@router.get("/")
def front(request: Request) -> Response:
    office = office_of(request)
    marks = newest(office)
    question = register.ask(office, programme=None, on=None, sought="")
    return page(
        request,
        "home.html",
        cache=http.cache_control(question.now, register.changes_at(question, office.reading)),
        programme=marks[0] if len(marks) == 1 else None,
        canonical="/",
        index=True,
        programmes=marks,
        holders=register.count_holders(question, office.reading),
    )


@router.get("/report")
def report(request: Request) -> Response:
    """Where to tell of a mark that is used wrongly: the address at the foot of every poster."""
    office = office_of(request)
    marks = newest(office)
    owner = marks[0].contact if marks else None
    return page(
        request,
        "report.html",
        cache=http.cache_control(office.now(), None),
        programme=marks[0] if len(marks) == 1 else None,
        canonical="/report",
        programmes=marks,
        email=office.settings.email or (owner.email if owner else None),
        provisional=owner is not None and owner.provisional and not office.settings.email,
    )


def newest(office: Office) -> list[Programme]:
    """The edition in force of each programme, in the order of their names in addresses."""
    with office.reading() as session:
        editions = {row.programme: row for row in programmes.listing(session)}
        return [office.programme(row) for row in editions.values()]


@router.get("/achievements/{key}")
def achievement(request: Request, key: str) -> Response:
    """One edition of a mark in words: what it asks for, means and leaves out."""
    office = office_of(request)
    language = language_of(request)
    with office.reading() as session:
        editions = [office.programme(row) for row in programmes.listing(session)]
    programme = next((each for each in editions if each.key == key), None)
    if programme is None:
        return nothing_here(request, N_("There is no mark at this address."))
    return page(
        request,
        "achievement.html",
        cache=http.cache_control(office.now(), None),
        programme=programme,
        canonical=f"/achievements/{key}",
        index=True,
        cycles=[
            (translate(language, N_("The first time")), "first", programme.first),
            (translate(language, N_("At each renewal")), "renewal", programme.renewal),
        ],
        first_ids={requirement.id for requirement in programme.first},
    )


@router.get("/issuer")
def issuer(request: Request) -> Response:
    office = office_of(request)
    language = language_of(request)
    marks = newest(office)
    return page(
        request,
        "issuer.html",
        cache=http.cache_control(office.now(), None),
        programme=marks[0] if len(marks) == 1 else None,
        canonical="/issuer",
        index=True,
        programmes=marks,
        keys=[_key(record, language) for record in office.ring.published()],
    )


def _key(record: KeyRecord, language: str) -> Key:
    since = day(record.signs_from.date(), language)
    if record.retired is None:
        life = translate(language, N_("signs since %(day)s"), day=since)
    else:
        life = translate(
            language,
            N_("signed from %(first)s to %(last)s"),
            first=since,
            last=day(record.retired.date(), language),
        )
    return Key(
        fragment=record.fragment,
        algorithm=record.algorithm,
        purpose=translate(language, _PURPOSES[record.purpose]),
        life=life,
    )
