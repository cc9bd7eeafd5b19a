"""No more reminders (`/u/{token}`): a page with a button, and one click for mail programs.

RFC 8058: the POST needs no session, asks nothing and leads nowhere else; the GET changes
nothing, since mail programs and scanners follow links.
"""

from fastapi import APIRouter, Request, Response

from issuer.errors import NotFound
from issuer.post import wishes
from issuer.web import http
from issuer.web.pages_render import office_of, page

router = APIRouter()


@router.get("/u/{token}")
def ask(token: str, request: Request) -> Response:
    try:
        with office_of(request).reading() as session:
            done = wishes.reader(session, token).unsubscribed_at is not None
    except NotFound:
        return _drawn(request, token, known=False)
    return _drawn(request, token, done=done)


@router.post("/u/{token}")
def stop(token: str, request: Request) -> Response:
    office = office_of(request)
    try:
        with office.transaction() as session:
            wishes.stop(session, token, now=office.now())
    except NotFound:
        return _drawn(request, token, known=False)
    return _drawn(request, token, done=True)


def _drawn(request: Request, token: str, *, known: bool = True, done: bool = False) -> Response:
    return page(
        request,
        "unsubscribe.html",
        cache=http.NO_STORE,
        status=200 if known else 404,
        token=token,
        known=known,
        done=done,
    )
