"""Find the credential in what was presented: a PNG, an SVG, JSON text, a compact JWS, or the
address at which one of these stands.

The bytes decide what they are; names and media types are never asked. Nothing about the
credential itself is checked here, not even that it can be read. Nothing is fetched either.
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

# Whether it may be asked is judged where it is asked (`verifier.fetch`).
_ADDRESS = re.compile(rb"https?://[!-~]{1,2040}", re.IGNORECASE)

Carrier = Literal["png", "svg", "text"]
Kind = Literal["json", "jws", "address"]


class NoCredential(Exception):
    """There is no credential here to look at. `reason` says why."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Found:
    """A credential's own bytes, what they look like, and what they were carried in.

    `legacy`: in a picture's place for badges of Open Badges 1 and 2. `beside` is the address that
    an SVG gives beside such a badge, else None.
    """

    data: bytes
    kind: Kind
    carrier: Carrier
    legacy: bool = False
    beside: str | None = None

    @property
    def address(self) -> str | None:
        """Where to go for the badge itself, where `data` is but its address."""
        return self.data.decode("ascii") if self.kind == "address" else None


def find(presented: bytes) -> Found:
    """Return the credential in `presented`. Raises `NoCredential`."""
    if presented.startswith(_PNG):
        return _in_picture(presented, "png")
    start = presented.removeprefix(_MARK).lstrip(_SPACE)[:1]
    if start == b"<":
        return _in_picture(presented, "svg")
    if (kind := kind_of(presented)) is None:
        raise NoCredential(
            Reason.CARRIER_UNSUPPORTED,
            "neither a PNG, an SVG, a JSON object, a compact JWS nor an address",
        )
    return Found(_bare(presented, kind), kind, "text")


def _in_picture(presented: bytes, carrier: Carrier) -> Found:
    try:
        baked = png.read(presented) if carrier == "png" else svg.read(presented)
    except (png.MalformedPng, svg.MalformedSvg) as error:
        raise NoCredential(Reason(error.reason), str(error)) from None
    if baked is None:
        raise NoCredential(Reason.CARRIER_NONE, f"the {carrier.upper()} carries no credential")
    data = baked.text.encode()
    kind = kind_of(data)
    if kind is None or (kind == "address" and not baked.legacy):
        raise NoCredential(
            Reason.CARRIER_MALFORMED, "the picture carries neither JSON nor a compact JWS"
        )
    beside = baked.address if isinstance(baked, svg.Baked) else None
    return Found(_bare(data, kind) if baked.legacy else data, kind, carrier, baked.legacy, beside)


def _bare(data: bytes, kind: Kind) -> bytes:
    """White space around a pasted or saved token is not part of it; JSON allows its own."""
    if kind == "json":
        return data
    return (data.removeprefix(_MARK) if kind == "address" else data).strip(_SPACE)


def kind_of(data: bytes) -> Kind | None:
    """What `data` looks like: JSON text, a compact JWS, an address alone, or none (None)."""
    start = data.removeprefix(_MARK).lstrip(_SPACE)
    # A list is no credential either, but it is JSON, and told so.
    if start[:1] in (b"{", b"["):
        return "json"
    if _TOKEN.match(start):
        return "jws"
    return "address" if _ADDRESS.fullmatch(start.rstrip(_SPACE)) else None
