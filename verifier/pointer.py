"""The QR code on a picture that carries no credential: where it leads, and whether to us.

Networks and phones strip a picture's credential and keep its pixels. A code proves nothing, and
anybody can draw one; it is where a reader can go and look. Only PNG is looked at: drawing an SVG
would be work for whoever sent it.
"""

import io
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from keys import did

MAX_PIXELS: Final = 8_000_000
MAX_SEARCHED: Final = 1_000_000
"""Pixels that are searched; what has more is made smaller. A picture full of corners of codes takes
the search as long as the square of their number: more than 20 s, were it searched as it is."""

MAX_ADDRESS: Final = 300

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ADDRESS = re.compile(r"https://[!-~]+", re.IGNORECASE)
_HOST = re.compile(r"https://([A-Za-z0-9.-]+)(?:[/?#]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Pointer:
    """An https address that was read from a QR code. `ours`: its host is the asker's own."""

    address: str
    ours: bool

    def to_json(self) -> dict[str, Any]:
        return {"address": self.address, "ours": self.ours, "text": dict(self.text)}

    @property
    def text(self) -> Mapping[str, str]:
        """What it means, in one fixed sentence: {"nb": …, "nn": …, "en": …}."""
        return _OURS if self.ours else _SOMEWHERE


_OURS: Final = {
    "nb": "Dette bildet beviser ingenting. Her er den levende oppføringen det peker på.",
    "nn": "Dette biletet provar ingenting. Her er den levande oppføringa det peikar på.",
    "en": "This picture carries no proof. Here is the live record it points to.",
}
_SOMEWHERE: Final = {
    "nb": "Dette bildet beviser ingenting. QR-koden på det fører til en adresse hos noen andre.",
    "nn": "Dette biletet provar ingenting. QR-koden på det fører til ei adresse hos nokon andre.",
    "en": "This picture carries no proof. The QR code on it leads to an address elsewhere.",
}


def read(image: bytes, ours: Set[str]) -> Pointer | None:
    """Return where the one QR code on the PNG `image` leads; None if there is none to be read,
    or several that lead to different places. `ours` are the asker's own issuer ids."""
    if not image.startswith(_PNG):
        return None
    addresses = {text for text in _codes(image) if _is_address(text)}
    if len(addresses) != 1:
        return None
    (address,) = addresses
    host = _HOST.match(address)
    return Pointer(address, host is not None and host[1].lower() in _hosts(ours))


def _is_address(text: str) -> bool:
    return len(text) <= MAX_ADDRESS and _ADDRESS.fullmatch(text) is not None


def _hosts(ours: Set[str]) -> set[str]:
    """The hosts of our own did:web ids."""
    hosts = set()
    for name in ours:
        try:
            hosts.add(did.document_url(name).removeprefix("https://").partition("/")[0])
        except did.MalformedDid:
            continue
    return hosts


def _codes(image: bytes) -> list[str]:
    # Both take longer to import than most badges to verify, and few pictures need them.
    import zxingcpp
    from PIL import Image

    width, height = (int.from_bytes(image[at : at + 4], "big") for at in (16, 20))
    if width * height > MAX_PIXELS:
        return []
    try:
        with Image.open(io.BytesIO(image), formats=["PNG"]) as opened:
            grey = _smaller(_on_white(opened))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []  # an unreadable picture has no code either
    wanted = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    found = zxingcpp.read_barcodes(grey, formats=wanted)
    return [code.text for code in found]


def _on_white(image: Any) -> Any:
    """The picture in shades of grey; what is transparent is seen as white."""
    from PIL import Image

    seen = image.convert("RGBA") if "transparency" in image.info else image
    grey = seen.convert("L")
    if seen.mode not in ("RGBA", "LA", "PA"):
        return grey
    return Image.composite(grey, Image.new("L", seen.size, "white"), seen.getchannel("A"))


def _smaller(grey: Any) -> Any:
    width, height = grey.size
    scale = (MAX_SEARCHED / (width * height)) ** 0.5
    if scale >= 1:
        return grey
    return grey.resize((max(1, int(width * scale)), max(1, int(height * scale))))
