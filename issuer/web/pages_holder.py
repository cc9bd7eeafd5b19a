"""The pages of those who hold a mark: one holder, the way there from a QR code, the register."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from issuer import (
    codes,
    days,
    erasure,
    facts,
    history,
    kit,
    organisations,
    participations,
    previews,
    public,
    sealing,
    wording,
)
from issuer.domains import Way
from issuer.errors import NotFound
from issuer.office import Office
from issuer.pictures import Variant
from issuer.public import Copy, View
from issuer.record.tables import Award, Participation
from issuer.state import State
from issuer.texts import N_, day, translate
from issuer.web import http
from issuer.web.pages_render import language_of, office_of, page, said

router = APIRouter()

# As much of a search or a code as is looked at.
_LONGEST = 200

# An address typed with capital letters, as on a poster, means the same one.
_SLUG_TYPED = re.compile("[A-Za-z0-9-]{3,60}")

# How a website was proven to be the holder's own.
_WAYS = {
    Way.DNS: N_("proven in the name’s own entry (DNS)"),
    Way.FILE: N_("proven by a file on it"),
    Way.LINK: N_("proven by a link back to this page"),
}


@dataclass(frozen=True)
class Row:
    """One award in the table of periods; `ended` is the day a decision ended it."""

    first_day: date
    last_day: date
    newest: Copy
    ended: date | None

    @property
    def until(self) -> date:
        """The last day on which it was held."""
        return self.last_day if self.ended is None else min(self.ended, self.last_day)


@router.get("/m/{slug}")
def holder(request: Request, slug: str) -> Response:
    if slug != slug.lower() and _SLUG_TYPED.fullmatch(slug):
        query = urlencode(request.query_params.multi_items())
        return RedirectResponse(f"/m/{slug.lower()}{'?' if query else ''}{query}", status_code=308)
    office = office_of(request)
    now = office.now()
    language, unsure = language_of(request), office.unsure_since()
    with office.reading() as session:
        try:
            row = participations.find(session, slug)
        except NotFound:
            return nothing_here(request, N_("Nothing is issued at this address."))
        erasure.check_stands(row)
        view = public.view(office, row, now, unsure=unsure)
        if view.state is State.UNKNOWN:
            # The same answer for every miss: nobody learns who has been in touch.
            return nothing_here(request, N_("Nothing is issued at this address."))
        periods = _periods(row, view, now)
        note = _from_code(row, view, request.query_params.get("award"), language)
        listed = row.listed and row.hidden_at is None
    before, _, after = view.programme.guest(language).partition("{channel}")
    return page(
        request,
        "holder.html",
        cache=http.cache_control(now, view.changes_at),
        programme=view.programme,
        canonical=f"/m/{view.slug}",
        machine=f"/m/{view.slug}.json",
        preview=previews.path(view.slug, language),
        preview_alt=kit.alternative(view, language),
        index=listed,
        view=view,
        word=wording.word_of(view, language),
        sentence=wording.message(view),
        unsure=days.day_of(view.unsure, view.programme.timezone) if view.unsure else None,
        explanation=None if view.successor else wording.explanation_of(view, language),
        onward=view.successor,
        became=wording.SUCCESSIONS,
        copy=view.award.newest if view.award and view.award.copies else None,
        before=before,
        after=after,
        own_channel="channel" in view.about,
        channel_link=organisations.channel_link(view.channel),
        about=[
            (
                translate(language, organisations.FACTS[name]),
                organisations.in_words(*fact, language),
            )
            for fact in view.about.items()
            if (name := fact[0]) != "channel"
        ],
        from_code=note,
        met=[
            (
                met.requirement,
                facts.sentences(
                    met.requirement,
                    met.facts,
                    language,
                    partial(said, main_language=str(view.programme.main_language)),
                ),
                met.evidence,
            )
            for met in view.met
        ],
        done_heading=translate(language, _done_heading(view)),
        sealed_on=_sealed_on(view),
        periods=periods,
        snippet=kit.picture(view, Variant(language)) if view.holds else None,
        kit=view.state is not State.UNDER_WAY,
        oembed=kit.oembed_address(view, language),
        certification=_certification(office, view, language),
        ways={way: translate(language, message) for way, message in _WAYS.items()},
    )


def _certification(office: Office, view: View, language: str) -> Markup | None:
    content = kit.certification(office, view, language)
    return None if content is None else Markup(kit.in_page(content))


def _done_heading(view: View) -> str:
    if view.state.holds:
        return N_("What was done and promised")
    if view.award:
        return N_("What was done and promised while the mark was held")
    return N_("What is done so far")


def _sealed_on(view: View) -> date | None:
    """The day as of which the plan of a sealed award is told."""
    if view.award is None or not view.award.copies:
        return None
    return days.day_of(view.award.copies[0].issued_at, view.programme.timezone)


def _periods(row: Participation, view: View, now: datetime) -> list[Row]:
    """The awards that count, the newest first."""
    zone = view.programme.timezone
    ends = {
        award.code: end
        for award in history.participation(row).awards
        if (end := award.end(now)) is not None
    }
    return [
        Row(
            period.first_day,
            period.last_day,
            period.newest,
            days.day_of(ends[period.code].at, zone) if period.code in ends else None,
        )
        for period in reversed(view.periods)
        if period.copies
    ]


def _from_code(row: Participation, view: View, given: str | None, language: str) -> str | None:
    """What is said to somebody who came by the code of an award."""
    award = _award_of(row, given)
    if award is None:
        return None
    if award.state == "void":
        return translate(
            language,
            N_(
                "The code you used belongs to an entry that was made in error. The answer above"
                " is the right one."
            ),
        )
    same = view.award is not None and award.code == view.award.code
    message = (
        N_("The code you used belongs to the period from %(first)s to %(last)s.")
        if same
        else N_(
            "The code you used belongs to another period, from %(first)s to %(last)s. The answer"
            " above is the one for today."
        )
    )
    return translate(
        language, message, first=day(award.first_day, language), last=day(award.last_day, language)
    )


def _award_of(row: Participation, given: str | None) -> Award | None:
    try:
        code = codes.read((given or "")[:_LONGEST])
    except codes.MistypedCode:
        return None
    return next(
        (
            award
            for cycle in row.cycles
            for award in cycle.awards
            if award.code == code and award.state in ("issued", "void")
        ),
        None,
    )


@router.get("/q")
def code_typed(request: Request, code: str = "") -> Response:
    """The code form of the front page, which cannot know the address beforehand."""
    return _by_code(request, code)


@router.get("/q/{code}")
@router.get("/Q/{code}")
def code_scanned(request: Request, code: str) -> Response:
    return _by_code(request, code)


def _by_code(request: Request, given: str) -> Response:
    office = office_of(request)
    text = given.strip()[:_LONGEST]
    inner = own_code(text, office.settings.host)
    if inner is None:
        return nothing_here(
            request,
            N_("That address belongs to somebody else, so the badge is not one of ours."),
            N_(
                "We can answer only for what we have issued. If you have the badge itself, as a"
                " file or text, we can still check whether it is real."
            ),
            label=N_("Not from us"),
        )
    try:
        code = codes.read(inner)
    except codes.MistypedCode:
        return nothing_here(
            request,
            N_("The code is not complete, or a character is wrong."),
            N_(
                "Nothing is said about any badge by that. Look at it once more: every code has"
                " twelve characters, and the letters I, L, O and U are never used."
            ),
            label=N_("Mistyped"),
            given=text,
        )
    with office.reading() as session:
        try:
            award = sealing.find_award(session, code)
        except NotFound:
            if office.gap() is not None:
                return nothing_here(request, N_("We do not find this code."))
            return nothing_here(
                request,
                N_("We have never given out this code."),
                N_(
                    "It is written correctly, but nothing here belongs to it. If it stands on a"
                    " poster or a badge, that badge is not from us; tell us where you saw it."
                ),
                given=codes.grouped(code),
            )
        slug = award.cycle.participation.slug
    query = {"award": codes.grouped(code)}
    if (language := request.query_params.get("lang")) == language_of(request) and language:
        query["lang"] = language
    # Somebody may have come by an old poster: what it leads to is decided anew each time.
    return RedirectResponse(
        f"/m/{slug}?{urlencode(query)}", status_code=303, headers={"Cache-Control": http.NO_STORE}
    )


def own_code(text: str, host: str) -> str | None:
    """The code in `text`, which may also be the whole address of a QR code.

    None for the address of somebody else; anything that is no address is taken for a code.
    """
    if "://" not in text and "/" not in text:
        return text
    address = text.partition("://")[2] or text
    place, _, path = address.partition("/")
    if place.lower() != host:
        return None
    return path[2:] if path[:2].lower() == "q/" else path


def nothing_here(
    request: Request,
    heading: str,
    *paragraphs: str,
    label: str = wording.WORDS[State.UNKNOWN],
    given: str = "",
) -> Response:
    """A miss, in words and with ways to go on. `heading`, `paragraphs`, `label` are messages."""
    language = language_of(request)
    fallback = N_(
        "Perhaps a character was lost on the way. If the address stands on a poster or a badge"
        " and is copied whole, that badge is not from us."
    )
    told = [translate(language, each) for each in paragraphs or (fallback,)]
    if not paragraphs and (gap := office_of(request).gap()) is not None:
        # That it is not from us would be more than is known.
        label = N_("Not found")
        since = day(gap.begins.date(), language)
        told = [translate(language, wording.MAY_BE_MISSING, day=since)]
    return page(
        request,
        "message.html",
        status=404,
        label=translate(language, label),
        heading=translate(language, heading),
        paragraphs=told,
        help=True,
        given=given,
    )
