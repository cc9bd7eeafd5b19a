"""A badge from a request to a report: read it within bounds, judge it where nobody waits.

Page and interface for programs both come here. What was sent is kept nowhere: not on disk,
not in an answer, not in the log.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from issuer import verification
from issuer.texts import N_
from issuer.web.bodies import LARGEST_BADGE
from issuer.web.faults import Fault
from issuer.web.problems import Problem
from verifier import timestamps
from verifier.documents import AtHand
from verifier.report import Report

FILE: Final = "file"
TEXT: Final = "text"
RECIPIENT: Final = "recipient"

LONGEST_RECIPIENT: Final = 320
# An organisation number, as people write it.
_NUMBER = re.compile("[0-9](?:[ \u00a0]?[0-9]){8}")

_DID = re.compile(r"did:[a-z0-9]{1,20}:[A-Za-z0-9.:%_-]{1,400}")
MOST_TRUSTED = 20
_MOST_PARTS = 6
_ONCE = ("at", "recipient")
_IN_ADDRESS = ("at", "trust")
_CHARSETS = (b"", b"utf-8", b"utf8", b"us-ascii")


@dataclass(frozen=True)
class Presented:
    """A badge, and to whom it should have been given, if a form asked that."""

    badge: bytes
    recipient: str | None = None


def check_parameters(request: Request) -> None:
    """Refuse what would be passed over: whoever misspells `trust` must not be told VALID of just
    anybody's badge. Raises `Problem`."""
    asked = [name for name, _ in request.query_params.multi_items()]
    known = (*_ONCE, "trust")
    if not set(asked) <= {*known, "lang"}:
        message = N_("This parameter is not known here. Known are: %(known)s.")
        fault = Fault("query", "", "unknown", message, {"known": ", ".join(known)})
        raise Problem("request.invalid", errors=[fault])
    for name in _ONCE:
        if asked.count(name) > 1:
            raise _refused(name, N_("This is said more than once."), "twice")


async def report(
    request: Request,
    *,
    at: datetime | None = None,
    trust: frozenset[str] = frozenset(),
    recipient: str | None = None,
) -> Report:
    """The report on the badge that `request` brings. Raises `Problem` for the request."""
    sent = await presented(request)
    if recipient and sent.recipient:
        raise _one_recipient()
    return await judged(
        request,
        sent.badge,
        at=at,
        trust=trust,
        recipient=sent.recipient if recipient is None else recipient,
    )


async def judged(
    request: Request,
    badge: bytes,
    *,
    at: datetime | None = None,
    trust: frozenset[str] = frozenset(),
    recipient: str | None = None,
) -> Report:
    """The report on `badge`. Raises `Problem` where too many wait already.

    Whoever needs a stranger's server waits among those that do, and holds up no others: a badge
    is first judged by what is at hand, which is all that ours need, and others from time to time.
    """
    state = request.app.state
    judge = partial(
        verification.judge,
        state.office,
        badge,
        at=at,
        trust=trust,
        recipient=recipient,
        refresh=True,
    )
    at_hand = AtHand(state.documents)
    report: Report = await state.verify_pool.run(judge, documents=at_hand)
    if at_hand.wanting:
        report = await state.fetch_pool.run(judge, documents=state.documents)
    return report


async def presented(request: Request) -> Presented:
    """What was sent: a form's `file` or `text` with its `recipient`, or the whole body."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"multipart/form-data":
        return await _from_form(request, options, multipart=True)
    if kind == b"application/x-www-form-urlencoded":
        return await _from_form(request, options, multipart=False)
    badge = await request.body()
    if not badge.strip():
        raise Problem("request.empty")
    return Presented(_bounded(badge))


class _InMemory(MultiPartParser):
    """Nothing that was uploaded touches the disk. The whole body is bounded already."""

    spool_max_size = LARGEST_BADGE + 1


async def _from_form(
    request: Request, options: Mapping[bytes, bytes], *, multipart: bool
) -> Presented:
    # Other codecs are slow, or turn text into something else than was signed.
    if options.get(b"charset", b"").lower() not in _CHARSETS:
        raise Problem("request.type", N_("Send the form in UTF-8."))
    try:
        if multipart:
            form = await _InMemory(
                request.headers,
                request.stream(),
                max_files=_MOST_PARTS,
                max_fields=_MOST_PARTS,
                max_part_size=LARGEST_BADGE,
            ).parse()
        else:
            form = await FormParser(
                request.headers,
                request.stream(),
                max_fields=_MOST_PARTS,
                max_part_size=LARGEST_BADGE,
            ).parse()
    except (MultiPartException, ValueError) as fault:
        raise Problem("request.malformed", N_("The form cannot be read.")) from fault
    try:
        return await _of_form(form)
    finally:
        await form.close()


async def _of_form(form: FormData) -> Presented:
    found, recipients = [], []
    for name, value in form.multi_items():
        if name == FILE and isinstance(value, UploadFile):
            found.append(await value.read())
        elif name == TEXT and isinstance(value, str):
            # Half a surrogate pair is for the verifier to refuse, in words about the badge.
            found.append(value.strip().encode("utf-8", "surrogatepass"))
        elif name in _IN_ADDRESS:
            message = N_("What is asked by at and trust stands in the address, not in the form.")
            raise Problem("request.malformed", message)
        elif name == RECIPIENT and isinstance(value, str) and value.strip():
            recipients.append(value.strip())
    filled = [content for content in found if content.strip()]
    if not filled:
        raise Problem("request.empty")
    if len(filled) > 1:
        raise Problem(
            "request.malformed", N_("Send one badge at a time: a file or a text, not both.")
        )
    if len(recipients) > 1:
        raise _one_recipient()
    return Presented(_bounded(filled[0]), _recipient(recipients[0]) if recipients else None)


def _recipient(text: str) -> str:
    """A recipient as badges write one. Raises `Problem`."""
    written = "".join(text.split()) if _NUMBER.fullmatch(text) else text
    if len(written) > LONGEST_RECIPIENT or not written.isprintable():
        raise Problem("request.malformed", N_("The recipient is too long, or cannot be read."))
    return written


def _one_recipient() -> Problem:
    return Problem("request.malformed", N_("Name one recipient, once."))


def _bounded(badge: bytes) -> bytes:
    if len(badge) > LARGEST_BADGE:
        raise Problem("request.size")
    return badge


def moment(text: str | None) -> datetime | None:
    """The moment that dates are judged at (`at`). Raises `Problem`."""
    if text is None:
        return None
    try:
        return timestamps.parse(text)
    except ValueError:
        raise _refused("at", N_("Write a time like 2027-03-31T21:59:59Z.")) from None


def trusted(dids: list[str]) -> frozenset[str]:
    """The issuers of whom alone a badge counts (`trust`). Raises `Problem`."""
    if len(dids) > MOST_TRUSTED or not all(_DID.fullmatch(did) for did in dids):
        raise _refused("trust", N_("Name issuers by their DID, at most twenty of them."))
    return frozenset(dids)


def _refused(name: str, message: str, code: str = "form") -> Problem:
    return Problem("request.invalid", errors=[Fault("query", name, code, message)])
