"""The check of any badge: a form, and the answer in words.

What was sent is read and judged by `issuer.web.judging` and goes nowhere else. Text that is
the code or the address of something of ours leads to its page; what stands at another's address
is fetched and judged.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from issuer import codes, copies, wording
from issuer.office import Office
from issuer.programme import Programme
from issuer.texts import N_, translate
from issuer.web import http, judging, pages_mark, pages_report
from issuer.web.pages_render import language_of, office_of, page
from issuer.web.problems import Problem
from verifier.reasons import Reason
from verifier.report import Report

router = APIRouter()

# Longer than any address of ours, shorter than any badge.
_LONGEST_LEAD: Final = 300

_NO_BADGE: Final = N_("That is an address of ours, but no badge stands there.")

_PROBLEMS: Final[Mapping[str, str]] = {
    "request.empty": N_("Nothing was chosen. Choose a file, or paste the text of a badge."),
    "request.size": N_("The file is larger than 10 MB. No badge is that large."),
    "request.slow": N_("The file did not arrive in time. Try again, perhaps with a better line."),
}

# Reasons that the record can tell itself.
_RECORDED: Final = frozenset({Reason.STATUS_REVOKED, Reason.PERIOD_EXPIRED, Reason.PERIOD_NOT_YET})

_PLACES: Final = (
    (re.compile(r"/b/([0-9a-f-]{36})(\.(json|jwt|png|svg)|/refresh)?"), "/b/{}"),
    (re.compile(r"/m/([a-z0-9-]{3,60})(\.json)?"), "/m/{}"),
    (re.compile(r"/embed/([a-z0-9-]{3,60})[./].*"), "/m/{}"),
)


@router.get("/verify")
def form(request: Request) -> Response:
    office = office_of(request)
    return page(
        request,
        "verify.html",
        cache=http.cache_control(office.now(), None),
        programme=_programme(office),
        canonical="/verify",
        index=True,
        problem=None,
    )


def _programme(office: Office) -> Programme | None:
    """The mark in whose colours we appear, where there is only one."""
    marks = pages_mark.newest(office)
    return marks[0] if len(marks) == 1 else None


@router.post("/verify")
async def check(request: Request) -> Response:
    office = office_of(request)
    try:
        sent = await judging.presented(request)
    except Problem as problem:
        message = _PROBLEMS.get(problem.code, problem.message)
        return await run_in_threadpool(_again, request, message, problem.status_code)
    lead = _lead(sent.badge, office)
    if lead == _NO_BADGE:
        return await run_in_threadpool(_again, request, lead, 422)
    if lead is not None:
        return RedirectResponse(
            lead + _suffix(request), 303, headers={"Cache-Control": http.NO_STORE}
        )
    report = await judging.judged(request, sent.badge, recipient=sent.recipient)
    return await run_in_threadpool(_answer, request, report)


def _again(request: Request, message: str, status: int) -> Response:
    """The form once more, with what was wrong. What was sent is not repeated."""
    return page(
        request,
        "verify.html",
        status=status,
        programme=_programme(office_of(request)),
        problem=translate(language_of(request), message),
    )


def _suffix(request: Request) -> str:
    language = language_of(request)
    asked = request.query_params.get("lang") == language
    return "?" + urlencode({"lang": language}) if asked else ""


def _lead(badge: bytes, office: Office) -> str | None:
    """Where text leads that is no badge but the code or address of one.

    A path of ours, or the message that says why not; None where it has to be judged.
    """
    text = badge.strip()
    if len(text) > _LONGEST_LEAD or not text.isascii() or not text:
        return None
    written = text.decode("ascii")
    try:
        return f"/q/{codes.grouped(codes.read(written))}"
    except codes.MistypedCode:
        pass
    scheme, mark, rest = written.partition("://")
    if not mark or scheme.lower() not in ("http", "https") or any(c.isspace() for c in rest):
        return None
    host, _, path = rest.partition("/")
    if host.lower() != office.settings.host:
        return None
    if path[:2].lower() == "q/":
        try:
            return f"/q/{codes.grouped(codes.read(path[2:]))}"
        except codes.MistypedCode:
            return _NO_BADGE
    for pattern, place in _PLACES:
        if found := pattern.fullmatch(f"/{path.partition('?')[0].partition('#')[0]}"):
            return place.format(found[1])
    return _NO_BADGE


def _answer(request: Request, report: Report) -> Response:
    office = office_of(request)
    language = language_of(request)
    given = {
        **pages_report.values(report, language),
        "page": None,
        "successor": None,
        "onward": None,
        "standing": None,
        "pointer_page": None,
    }
    if report.points_to is not None and report.points_to.ours:
        lead = _lead(report.points_to.address.encode(), office)
        given["pointer_page"] = None if lead == _NO_BADGE else lead
    if told := _ours(office, report, language):
        given["page"] = f"/m/{told.slug}"
        given["successor"] = f"/b/{told.successor}" if told.successor else None
        given["onward"], given["became"] = told.onward, wording.SUCCESSIONS
        given["name"] = told.name
        if set(report.reasons) <= _RECORDED:
            # Of our own badge the record knows more exactly, and more gently, what became.
            given["standing"], given["reasons"] = told.sentence, []
    return page(request, "verdict.html", programme=_programme(office), **given)


def _ours(office: Office, report: Report, language: str) -> copies.Told | None:
    """What the record knows of the badge, if it is one of ours."""
    if report.who.kind != "ours" or report.credential is None:
        return None
    identifier = str(report.credential.get("id", "")).rpartition("/")[2]
    return copies.known(office, identifier, office.now(), language)
