"""Find the credential in what was presented: a PNG, an SVG, JSON text or a compact JWS.

The bytes decide what they are; names and media types are never asked. Nothing about the
credential itself is checked here, not even that it can be read.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from badge_assets import png, svg
from verifier.reasons import Reason

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MARK: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"
# What base64url makes of `{` and a character of ASCII; or any long parts with dots between.
_TOKEN = re.compile(rb"e[w-z][A-Za-z0-9_-]*=*\.|[A-Za-z0-9_-]{16,}=*\.[A-Za-z0-9_-]{32,}=*(?:\.|$)")

Carrier = Literal["png", "svg", "text"]
Kind = Literal["json", "jws"]


class NoCredential(Exception):
    """There is no credential here to look at. `reason` says why."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Found:
    """A credential's own bytes, what they look like, and what they were carried in."""

    data: bytes
    kind: Kind
    carrier: Carrier


def find(presented: bytes) -> Found:
    """Return the credential in `presented`. Raises `NoCredential`."""
    if presented.startswith(_PNG):
        return _in_picture(presented, "png")
    start = presented.removeprefix(_MARK).lstrip(_SPACE)[:1]
    if start == b"<":
        return _in_picture(presented, "svg")
    if (kind := kind_of(presented)) is None:
        raise NoCredential(
            Reason.CARRIER_UNSUPPORTED, "neither a PNG, an SVG, a JSON object nor a compact JWS"
        )
    # White space around a pasted or saved token is not part of it; JSON allows its own.
    return Found(presented.strip(_SPACE) if kind == "jws" else presented, kind, "text")


def _in_picture(presented: bytes, carrier: Carrier) -> Found:
    try:
        text = png.unbake(presented) if carrier == "png" else svg.unbake(presented)
    except (png.MalformedPng, svg.MalformedSvg) as error:
        raise NoCredential(Reason(error.reason), str(error)) from None
    if text is None:
        raise NoCredential(Reason.CARRIER_NONE, f"the {carrier.upper()} carries no credential")
    data = text.encode()
    if (kind := kind_of(data)) is None:
        raise NoCredential(
            Reason.CARRIER_MALFORMED, "the picture carries neither JSON nor a compact JWS"
        )
    return Found(data, kind, carrier)


def kind_of(data: bytes) -> Kind | None:
    """What `data` looks like: JSON text, a compact JWS, or neither (None)."""
    start = data.removeprefix(_MARK).lstrip(_SPACE)
    # A list is no credential either, but it is JSON, and told so.
    if start[:1] in (b"{", b"["):
        return "json"
    return "jws" if _TOKEN.match(start) else None
