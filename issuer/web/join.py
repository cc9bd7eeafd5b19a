"""The enquiry of an organisation: a plain form, and the same for programs.

What may come from one address in an hour is counted in the record. There is no session and no
sign-in; another site whose page makes its visitors send this form is refused all the same, for it
would send from all their addresses, and use up what each of them may send.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from issuer import enquiries, organisations, post, texts
from issuer.enquiries import Asked, Faults
from issuer.errors import BadInput
from issuer.programme import Programme
from issuer.texts import N_, explain, translate
from issuer.web import http, pages_mark
from issuer.web.faults import Fault
from issuer.web.models import NewEnquiry
from issuer.web.pages_holder import nothing_here
from issuer.web.pages_render import language_of, office_of, page
from issuer.web.problems import Problem
from issuer.web.senders import is_from_elsewhere, sender

router = APIRouter()

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20

_OFTEN: Final = N_(
    "Many enquiries have come from where you are. Nothing is lost: try again in an hour, or write"
    " to us by e-mail."
)
_RECEIVED: Final = N_(
    "Thank you. Somebody gets in touch within some days. Nothing is published before you have"
    " agreed to it."
)


@dataclass(frozen=True)
class Field:
    """One field of the form, with what stands in it and what is wrong with it."""

    name: str
    value: str
    fault: str | None


@router.get("/join")
def form(request: Request) -> Response:
    marks = pages_mark.newest(office_of(request))
    if not marks:
        return nothing_here(request, N_("There is no mark to ask about here yet."))
    wanted = request.query_params.get("programme", "")
    now = office_of(request).now()
    return _drawn(request, marks, {"programme": wanted}, {}, cache=http.cache_control(now, None))


@router.post("/join")
async def send(request: Request) -> Response:
    if is_from_elsewhere(request):
        raise Problem("request.elsewhere")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise Problem("request.type", N_("Send the form as the page sends it."))
    sent = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    given = {name: value for name, value in sent.multi_items() if not isinstance(value, UploadFile)}
    return await run_in_threadpool(_receive, request, given)


def _receive(request: Request, given: Mapping[str, str]) -> Response:
    office = office_of(request)
    language = language_of(request)
    marks = pages_mark.newest(office)
    programme = _chosen(marks, given.get("programme") or None)
    if programme is None:
        return nothing_here(request, N_("There is no mark to ask about here yet."))
    asked, faults = enquiries.read(given, programme.slug, language)
    if asked is None:
        return _drawn(request, marks, given, faults, status=422)
    if wait := _admit(request, asked):
        often = {"": BadInput(_OFTEN)}
        answer = _drawn(request, marks, given, often, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    chosen = request.query_params.get("lang") == language
    suffix = "?" + urlencode({"lang": language}) if chosen else ""
    # Loading the next page again sends nothing again.
    return RedirectResponse(
        f"/join/received{suffix}", 303, headers={"Cache-Control": http.NO_STORE}
    )


@router.get("/join/received")
def received(request: Request) -> Response:
    office = office_of(request)
    marks = pages_mark.newest(office)
    return page(
        request,
        "joined.html",
        cache=http.cache_control(office.now(), None),
        programme=marks[0] if len(marks) == 1 else None,
        contact=marks[0].contact if len(marks) == 1 else None,
    )


def by_program(request: Request, body: NewEnquiry) -> dict[str, Any]:
    """Receive what a program sent. Raises `Problem` with every fault."""
    language = texts.negotiate(
        request.query_params.get("lang"), request.headers.get("accept-language")
    )
    programme = _chosen(pages_mark.newest(office_of(request)), body.programme)
    if programme is None:
        raise Problem("not_found", N_("There is no mark to ask about here yet."))
    given = {name: getattr(body, name) or "" for name in enquiries.FIELDS}
    asked, faults = enquiries.read(given, programme.slug, body.language or language)
    if asked is None:
        raise Problem(
            "request.invalid",
            errors=[
                Fault("body", f"/{name}", "value", fault.message, fault.values)
                for name, fault in faults.items()
            ],
        )
    if wait := _admit(request, asked):
        raise Problem("request.often", headers={"Retry-After": str(wait)})
    return {"received": True, "text": translate(language, _RECEIVED)}


def _admit(request: Request, asked: Asked) -> int:
    """Keep an enquiry if the limits let it in; else the seconds until another may be sent."""
    office = office_of(request)
    wait = enquiries.seconds_to_wait(office, sender(request.scope, office.settings.trusted_proxies))
    if not wait:
        with office.transaction() as session:
            now = office.now()
            if (kept := enquiries.receive(session, asked, now=now)) is not None:
                post.tell_enquirer(session, office, kept, now=now)
    return wait


def _chosen(marks: list[Programme], wanted: str | None) -> Programme | None:
    """The mark that was asked for; the only one, or the first, where none was named."""
    return next((mark for mark in marks if mark.slug == wanted), marks[0] if marks else None)


def _drawn(
    request: Request,
    marks: list[Programme],
    given: Mapping[str, str],
    faults: Faults,
    *,
    status: int = 200,
    cache: str = http.NO_STORE,
) -> Response:
    language = language_of(request)
    told = {name: explain(fault, language) for name, fault in faults.items()}
    return page(
        request,
        "join.html",
        cache=cache,
        status=status,
        programme=marks[0] if len(marks) == 1 else None,
        canonical="/join",
        index=status == 200,
        marks=marks,
        chosen_mark=_chosen(marks, given.get("programme")),
        fields={
            name: Field(name, given.get(name, ""), told.get(name)) for name in enquiries.FIELDS
        },
        problem=told.get(""),
        faulty=[name for name in enquiries.FIELDS if name in told],
        kinds={kind: translate(language, word) for kind, word in organisations.KINDS.items()},
        labels={name: translate(language, label) for name, label in LABELS.items()},
        longest=enquiries.LONGEST_MESSAGE,
    )


LABELS: Final[Mapping[str, str]] = {
    "name": N_("Name of the organisation"),
    "kind": N_("What it is"),
    "number": N_("Organisation number (optional)"),
    "contact_name": N_("Whom we shall call"),
    "contact_email": N_("E-mail"),
    "contact_phone": N_("Telephone (optional)"),
    "message": N_("Anything else? (optional)"),
}
