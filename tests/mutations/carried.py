"""Changes to pictures: the chunks of a PNG, the text of an SVG."""

import random
import re
import struct
import zlib

from tests.vectors.making.issuing import NS2, NS3, SIGNATURE, chunk

Chunk = tuple[bytes, bytes]

_SVG_PARTS = [
    *(b"<!-- -->", b"<![CDATA[]]>", b"<?pi x?>", b"<g/>", b"</g>", b"<g>", b"&amp;", b"&#65;"),
    *(
        b"&lt;!DOCTYPE x>",
        b"<!DOCTYPE svg>",
        b"<script/>",
        b"<style/>",
        b"]]>",
        b"\0",
        b"\xff",
        b" ",
    ),
    *(b' onload="x"', b' verify="e30.e30.AA"', b"<x xmlns='urn:x'/>", b'<a href="https://a.no"/>'),
    *(b"<openbadges:credential/>", b"</openbadges:credential>", b"<openbadges:assertion/>"),
]


def chunks(picture: bytes) -> list[Chunk]:
    """The chunks of a whole PNG."""
    found, at = [], len(SIGNATURE)
    while at + 12 <= len(picture):
        length = int.from_bytes(picture[at : at + 4])
        found.append((picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def joined(parts: list[Chunk]) -> bytes:
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in parts)


def with_badge(picture: bytes, badge: bytes) -> bytes:
    """The PNG with another text in the chunk that carries the badge."""
    parts = chunks(picture)
    for place, (kind, data) in enumerate(parts):
        keyword = data.partition(b"\0")[0]
        if kind == b"iTXt" and keyword in (b"openbadgecredential", b"openbadges"):
            parts[place] = (kind, keyword + b"\0\0\0\0\0" + badge)
            if keyword == b"openbadgecredential":
                break
    return joined(parts)


def changed_png(picture: bytes, rng: random.Random, other: bytes) -> bytes:
    parts = chunks(picture)
    one = rng.randrange(len(parts))
    kind, data = parts[one]
    match rng.randrange(11):
        case 0:
            parts.insert(rng.randrange(len(parts) + 1), parts[one])
        case 1:
            del parts[one]
        case 2:
            rng.shuffle(parts)
        case 3:
            kinds = [b"tEXt", b"zTXt", b"iTXt", b"IDAT", b"teXt", b"prVt", b"IEND", b"iT\0t"]
            parts[one] = (rng.choice(kinds), data)
        case 4:
            keyword, _, rest = data.partition(b"\0")
            packed = zlib.compress(rest.lstrip(b"\0"))
            parts[one] = (kind, keyword + b"\0" + rng.choice([b"\1\0\0\0", b"\0"]) + packed)
        case 5:
            whole = joined(parts)
            return whole + rng.choice([b"\0", b"x" * 99, whole, chunk(b"IEND", b"")])
        case 6:
            at = rng.randrange(len(data) + 1)
            parts[one] = (
                kind,
                data[:at] + rng.choice([b"\0", b"\xff", b"x", b""]) + data[at + 1 :],
            )
        case 7:
            spoilt = bytearray(joined(parts))
            spoilt[rng.randrange(len(spoilt) - 4, len(spoilt))] ^= 1
            return bytes(spoilt)
        case 8:
            carried = [part for part in chunks(other) if part[0] == b"iTXt"]
            parts[one:one] = carried[:1]
        case 9:
            names = [b"openbadges", b"OpenBadgeCredential", b"openbadgecredential "]
            new = data.replace(b"openbadgecredential", rng.choice(names), 1)
            parts[one] = (kind, new)
        case _:
            size = rng.choice([0, 1, 2**31 - 1, 2**32 - 1, len(data) + 1])
            head = struct.pack(">I", size) + kind + data
            return joined(parts[:one]) + head + joined(parts[one + 1 :])[len(SIGNATURE) :]
    return joined(parts)


def changed_svg(picture: bytes, rng: random.Random, other: bytes) -> bytes:
    tags = [found.end() for found in re.finditer(rb">", picture)]
    at = rng.choice(tags)
    match rng.randrange(8):
        case 0 | 1:
            return picture[:at] + rng.choice(_SVG_PARTS) + picture[at:]
        case 2:
            return picture[: at - 1] + rng.choice(_SVG_PARTS) + picture[at - 1 :]
        case 3:
            return picture.replace(NS3.encode(), rng.choice([NS2, f"{NS3}/", ""]).encode(), 1)
        case 4:
            element = re.search(
                rb"<openbadges:.*</openbadges:\w+>|<openbadges:.*?/>", picture, re.S
            )
            again = element[0] if element else b""
            return picture[:at] + again + picture[at:]
        case 5:
            theirs = re.search(rb"<openbadges:.*</openbadges:\w+>|<openbadges:.*?/>", other, re.S)
            return picture[:at] + (theirs[0] if theirs else b"") + picture[at:]
        case 6:
            return picture.replace(b"<![CDATA[", b"").replace(b"]]>", b"")
        case _:
            return picture.replace(b"openbadges", rng.choice([b"ob", b"svg", b""]))
