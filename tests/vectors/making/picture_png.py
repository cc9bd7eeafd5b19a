"""Badges inside PNGs, and PNGs that play tricks."""

import struct

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    IDAT,
    IEND,
    IHDR,
    SIGNATURE,
    chunk,
    embedded,
    itxt,
    older,
    png,
)
from tests.vectors.making.packed import zlib_stored
from tests.vectors.making.picture_common import (
    ADDRESS,
    BADGE,
    HOME,
    PNG,
    TOKEN,
    TOKEN_HOME,
)


def cases() -> Cases:
    found = Cases(PNG, HOME)
    _good_png(found)
    _png(found)
    return found


def _good_png(cases: Cases) -> None:
    cases.good(
        "good-png",
        png(itxt(BADGE)),
        "carrier: PNG, JSON",
        "The badge stands in the chunk and under the keyword that the standard names.",
    )
    cases.good(
        "good-png-token",
        png(itxt(TOKEN)),
        "carrier: PNG, a token",
        "A token is baked as it is.",
        documents=TOKEN_HOME,
    )
    cases.good(
        "good-png-other-chunks",
        png(
            chunk(b"tEXt", b"Comment\0hei"),
            itxt(BADGE),
            chunk(b"zTXt", b"Title\0\0" + zlib_stored(b"x")),
        ),
        "carrier: PNG with other text chunks",
        "Other text chunks, compressed ones too, are none of the badge's business.",
    )
    cases.good(
        "good-png-before-image",
        SIGNATURE + IHDR + itxt(BADGE) + IDAT + IEND,
        "carrier: PNG, the chunk before the image",
        "The chunk may stand anywhere between the picture's first and last.",
    )
    cases.good(
        "good-png-old-and-new",
        png(itxt(b'{"old":1}', b"openbadges"), itxt(BADGE)),
        "carrier: PNG with an old badge and a new one",
        "Of an old badge and a new one in one picture, the new one is read.",
    )


def _png(cases: Cases) -> None:
    baked = itxt(BADGE)
    keyword = b"openbadgecredential"
    spoilt = png(baked)
    spoilt = spoilt[:-1] + bytes([spoilt[-1] ^ 1])
    size = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    frames = [chunk(b"fcTL", bytes(26))] * 65
    for name, picture, reason, says in (
        (
            "two-badges",
            png(baked, itxt(embedded(older()))),
            "carrier.duplicate",
            "There are two badges in the picture.",
        ),
        (
            "one-badge-twice",
            png(baked, baked),
            "carrier.duplicate",
            "The same badge stands in the picture twice.",
        ),
        (
            "compressed-itxt",
            png(itxt(zlib_stored(BADGE), flags=b"\1\0")),
            "carrier.compressed",
            "The badge's chunk is compressed.",
        ),
        (
            "compressed-ztxt",
            png(chunk(b"zTXt", keyword + b"\0\0" + zlib_stored(BADGE))),
            "carrier.compressed",
            "The badge stands in a chunk of the compressed kind.",
        ),
        (
            "text-chunk",
            png(chunk(b"tEXt", keyword + b"\0" + BADGE)),
            "carrier.malformed",
            "The badge stands in a chunk for other letters than its own.",
        ),
        (
            "compression-unknown",
            png(itxt(BADGE, flags=b"\2\0")),
            "carrier.malformed",
            "The chunk names a kind of compression that does not exist.",
        ),
        (
            "method-unknown",
            png(itxt(BADGE, flags=b"\0\1")),
            "carrier.malformed",
            "The chunk is not compressed, and names a method of compression.",
        ),
        (
            "no-text",
            png(chunk(b"iTXt", keyword + b"\0\0\0\0\0")),
            "carrier.malformed",
            "The badge's chunk is empty.",
        ),
        (
            "nul-in-text",
            png(itxt(BADGE[:40] + b"\0" + BADGE[40:])),
            "carrier.malformed",
            "A NUL stands in the badge's text.",
        ),
        (
            "no-utf8",
            png(itxt(b"\xff" + BADGE)),
            "carrier.malformed",
            "The badge's text is not UTF-8.",
        ),
        (
            "fields-missing",
            png(chunk(b"iTXt", keyword + b"\0\0\0")),
            "carrier.malformed",
            "The chunk ends before its text.",
        ),
        (
            "not-a-badge",
            png(itxt(b"hei")),
            "carrier.malformed",
            "The text is neither JSON nor a token.",
        ),
        (
            "an-address",
            png(itxt(ADDRESS.encode())),
            "carrier.malformed",
            "Where the badge should be, there is an address.",
        ),
        ("trailing", png(baked) + b"\n", "carrier.trailing", "A byte follows the picture's end."),
        (
            "trailing-picture",
            png(baked) + png(baked),
            "carrier.trailing",
            "A second picture follows the first.",
        ),
        (
            "trailing-zip",
            png(baked) + b"PK\5\6" + bytes(18),
            "carrier.trailing",
            "An archive follows the picture's end.",
        ),
        ("checksum", spoilt, "carrier.malformed", "The last chunk's checksum is wrong."),
        (
            "badge-checksum",
            png(baked[:-1] + bytes([baked[-1] ^ 1])),
            "carrier.malformed",
            "The checksum of the badge's own chunk is wrong.",
        ),
        ("cut", png(baked)[:-20], "carrier.malformed", "The picture's end is missing."),
        (
            "cut-in-badge",
            png(baked)[:400],
            "carrier.malformed",
            "The picture ends in the middle of the badge.",
        ),
        (
            "length-lies",
            png(struct.pack(">I", 2**31) + baked[4:]),
            "carrier.malformed",
            "The badge's chunk says that it is longer than the file.",
        ),
        (
            "no-header",
            SIGNATURE + IDAT + baked + IEND,
            "carrier.malformed",
            "The picture has no header.",
        ),
        (
            "two-headers",
            SIGNATURE + IHDR + IHDR + IDAT + baked + IEND,
            "carrier.malformed",
            "The picture has two headers.",
        ),
        (
            "no-image",
            SIGNATURE + IHDR + baked + IEND,
            "carrier.malformed",
            "The picture has no image in it.",
        ),
        (
            "image-in-pieces",
            SIGNATURE + IHDR + IDAT + baked + IDAT + IEND,
            "carrier.malformed",
            "The image's data is in two places.",
        ),
        (
            "end-not-empty",
            SIGNATURE + IHDR + IDAT + baked + chunk(b"IEND", b"x"),
            "carrier.malformed",
            "The picture's last chunk holds something.",
        ),
        (
            "chunk-name",
            png(baked, chunk(b"ab1d", b"")),
            "carrier.malformed",
            "A chunk's name has a digit in it.",
        ),
        (
            "no-width",
            SIGNATURE + chunk(b"IHDR", bytes(13)) + IDAT + baked + IEND,
            "carrier.malformed",
            "The picture has no width.",
        ),
        (
            "huge",
            SIGNATURE + chunk(b"IHDR", size) + IDAT + baked + IEND,
            "limit.size",
            "The picture says it has 2,500 million pixels.",
        ),
        (
            "many-chunks",
            png(*[chunk(b"teXt", b"")] * 4_100, baked),
            "limit.size",
            "The picture has thousands of chunks.",
        ),
        ("many-frames", png(*frames, baked), "limit.size", "The picture moves, in 65 frames."),
        (
            "altered",
            png(itxt(BADGE.replace(b"Et eksempel", b"Et exempel"))),
            "proof.altered",
            "The badge in the picture has been changed, and the chunk's checksum renewed.",
        ),
        (
            "legacy-in-new",
            png(itxt(b'{"@context":"https://w3id.org/openbadges/v2","id":"x"}')),
            "carrier.malformed",
            "An old badge stands in the place for a new one.",
        ),
        (
            "new-in-legacy",
            png(itxt(BADGE, b"openbadges")),
            "carrier.malformed",
            "A new badge stands in the place for an old one.",
        ),
        (
            "legacy-two",
            png(itxt(BADGE, b"openbadges"), chunk(b"tEXt", b"openbadges\0https://a")),
            "carrier.duplicate",
            "There are two old badges in the picture.",
        ),
        (
            "legacy-two-beside-new",
            png(itxt(b'{"old":1}', b"openbadges"), itxt(b'{"old":2}', b"openbadges"), baked),
            "carrier.duplicate",
            "Beside the new badge there are two old ones.",
        ),
        (
            "legacy-compressed-beside-new",
            png(chunk(b"zTXt", b"openbadges\0\0" + zlib_stored(b'{"old":1}')), baked),
            "carrier.compressed",
            "Beside the new badge there is an old one, which is compressed.",
        ),
        (
            "legacy-not-ascii",
            png(chunk(b"tEXt", b"openbadges\0https://\xe6.example.no")),
            "carrier.malformed",
            "Readers disagree which letters the old chunk is written in.",
        ),
    ):
        cases.bad(f"png-{name}", picture, reason, f"PNG: {name.replace('-', ' ')}", says)
    gone = png()
    cases.open(
        "png-none",
        gone,
        "carrier.none",
        "PNG: no badge",
        "There is no badge in the picture. Networks and phones strip them.",
    )
    cases.open(
        "png-keyword-capitals",
        png(itxt(BADGE, b"OpenBadgeCredential")),
        "carrier.none",
        "PNG: the keyword in capitals",
        "The keyword is another one.",
    )
    cases.open(
        "png-keyword-clr",
        png(itxt(BADGE, b"clrcredential")),
        "carrier.none",
        "PNG: the keyword of another standard",
        "The picture carries a record of learning, and no badge.",
    )
