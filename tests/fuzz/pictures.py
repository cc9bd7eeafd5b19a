"""Targets: pictures and what they carry."""

import io
from xml.etree import ElementTree
from zlib import crc32

from PIL import Image

from badge_assets import png, svg
from badge_assets.png import MalformedPng
from badge_assets.svg import MalformedSvg
from tests.fuzz.target import refused, target
from verifier import carriers, pointer
from verifier.carriers import NoCredential

OTHER = '{"id": "urn:uuid:1"}'
OURS = {"did:web:merke.example.no"}


def mended(data: bytes) -> bytes:
    """`data` with the checksum of each chunk put right: no search would find one by itself."""
    parts, at = [data[:8]], 8
    while at + 12 <= len(data):
        length = min(int.from_bytes(data[at : at + 4], "big"), len(data) - at - 12)
        body = data[at + 4 : at + 8 + length]
        parts += [length.to_bytes(4, "big"), body, crc32(body).to_bytes(4, "big")]
        at += 12 + length
    return b"".join(parts)


@target
def in_png(data: bytes) -> None:
    """A PNG: `MalformedPng`, or what Pillow finds in it, and still a PNG when baked anew."""
    for image in (data, mended(data)):
        _png(image)


def _png(data: bytes) -> None:
    read = refused(lambda: png.read(data), MalformedPng)
    baked = refused(lambda: png.bake(data, OTHER), MalformedPng)
    if baked is not None:
        assert png.unbake(baked) == OTHER
        assert png.bake(baked, OTHER) == baked
    if read is None or read.legacy:
        return
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as opened:
            opened.load()
            theirs = opened.text.get(png.KEYWORD.decode())  # type: ignore[attr-defined]
    except (OSError, ValueError, SyntaxError):
        return  # it looks at pixels, too
    assert theirs is None or str(theirs) == read.text


@target
def in_svg(data: bytes) -> None:
    """An SVG: `MalformedSvg`, or what another reader of XML finds in it; changed nowhere else
    when baked anew."""
    read = refused(lambda: svg.read(data), MalformedSvg)
    baked = refused(lambda: svg.bake(data, OTHER), MalformedSvg, ValueError)
    if baked is not None:
        assert svg.unbake(baked) == OTHER
        assert svg.bake(baked, OTHER) == baked
    if read is None:
        return
    root = ElementTree.fromstring(data)
    namespace, local = svg.LEGACY_CARRIER if read.legacy else svg.CARRIER
    (element,) = root.findall(f"{{{namespace}}}{local}")
    theirs = {(element.text or "").strip(" \t\r\n"), element.get("verify")}
    assert read.text in theirs


@target
def carried(data: bytes) -> None:
    """Anything presented: `NoCredential`, or a credential's bytes of a kind that is told right."""
    read = refused(lambda: carriers.find(data), NoCredential)
    if read is None:
        return
    assert carriers.kind_of(read.data) == read.kind
    assert read.carrier != "text" or read.data in data
    assert read.address is None or read.address.lower().startswith(("http://", "https://"))


@target
def code_on_picture(data: bytes) -> None:
    """The QR code on a picture: an https address, or nothing."""
    for image in (data, mended(data)):
        read = pointer.read(image, OURS)
        if read is not None:
            assert read.address.lower().startswith("https://")
            assert len(read.address) <= pointer.MAX_ADDRESS
            assert read.address.isprintable()
            assert not read.ours or "merke.example.no" in read.address.lower()
