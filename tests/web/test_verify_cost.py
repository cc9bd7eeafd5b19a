"""What a body costs before anybody judges it: it is read where all requests pass."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.requests import Request

from issuer.web import judging
from issuer.web.problems import Problem

SIZE = 64 * 1024
# Seconds of a processor; the promise is a fifth of it.
MOST = 0.5

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"


def filled(piece: bytes, before: bytes = b"") -> bytes:
    return (before + piece * (SIZE // len(piece) + 1))[:SIZE]


BEGUN = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n'
ENDED = b"\r\n--b--\r\n"
BODIES = {
    "brackets": ("application/json", filled(b"[")),
    "names": ("application/json", filled(b'{"a":')),
    "digits": ("application/json", filled(b"9")),
    "blanks": ("application/json", filled(b" ")),
    "dots": ("text/plain", filled(b"ey.")),
    "fields": (FORM, filled(b"a&")),
    "escapes": (FORM, filled(b"%41", b"text=")),
    "equals": (FORM, filled(b"=")),
    "parts": (PARTS, filled(BEGUN + b"\r\nx\r\n")),
    "headers": (PARTS, filled(b"a: b\r\n", BEGUN)),
    "one header": (PARTS, filled(b"a", BEGUN + b"X: ")),
    "parameters": (PARTS, filled(b"; a=b", b"--b\r\nContent-Disposition: form-data")),
    "almost boundaries": (PARTS, filled(b"\r\n--", BEGUN + b"\r\n")[: -len(ENDED)] + ENDED),
    "line ends": (PARTS, filled(b"\r", BEGUN + b"\r\n")[: -len(ENDED)] + ENDED),
    "long boundary": (f"multipart/form-data; boundary={'-' * 60}", filled(b"-")),
}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_read_soon(name: str) -> None:
    kind, body = BODIES[name]

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/verify",
        "headers": [(b"content-type", kind.encode())],
    }
    started = time.process_time()
    try:
        sent = asyncio.run(judging.presented(Request(scope, receive)))  # type: ignore[arg-type]
    except Problem:
        sent = None
    assert time.process_time() - started < MOST
    assert sent is None or len(sent.badge) <= SIZE
