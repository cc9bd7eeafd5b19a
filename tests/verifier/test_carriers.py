"""Finding the credential: by what the bytes are, whatever they are called."""

import pytest

from badge_assets import png, svg
from tests.verifier.pictures import a_png, a_svg, chunk
from tests.verifier.simulator import IssuerSimulator
from verifier.carriers import Found, NoCredential, find
from verifier.reasons import Reason, Verdict
from verifier.verify import verify

TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"
T = TOKEN.encode()
ADDRESS = b"https://merke.example.no/b/1"
OLD = b"openbadges"
OLD_ELEMENT = b'<a:assertion xmlns:a="http://openbadges.org" verify="https://a.no"/></svg>'


def refused(presented: bytes) -> Reason:
    with pytest.raises(NoCredential) as caught:
        find(presented)
    return caught.value.reason


def itxt(
    text: bytes, keyword: bytes = b"openbadgecredential", fields: bytes = b"\0\0\0\0"
) -> bytes:
    return chunk(b"iTXt", keyword + b"\0" + fields + text)


def text(content: bytes, keyword: bytes = OLD) -> bytes:
    return chunk(b"tEXt", keyword + b"\0" + content)


def old_svg(body: str = "", verify: str | None = None) -> bytes:
    attribute = "" if verify is None else f' verify="{verify}"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org">'
        f"<openbadges:assertion{attribute}>{body}</openbadges:assertion></svg>"
    ).encode()


@pytest.mark.parametrize(
    ("presented", "found"),
    [
        (b"{}", Found(b"{}", "json", "text")),
        (b" \r\n\t{}\n", Found(b" \r\n\t{}\n", "json", "text")),
        (b"[1]", Found(b"[1]", "json", "text")),
        (b"\xef\xbb\xbf{}", Found(b"\xef\xbb\xbf{}", "json", "text")),  # refused when read
        (TOKEN.encode(), Found(TOKEN.encode(), "jws", "text")),
        (b"\n " + TOKEN.encode() + b"\r\n", Found(TOKEN.encode(), "jws", "text")),
        (a_png(itxt(b'{"a":1}')), Found(b'{"a":1}', "json", "png")),
        (a_png(itxt(TOKEN.encode())), Found(TOKEN.encode(), "jws", "png")),
        (svg.bake(a_svg(), '{"a":1}'), Found(b'{"a":1}', "json", "svg")),
        (b"\xef\xbb\xbf" + svg.bake(a_svg(), TOKEN), Found(TOKEN.encode(), "jws", "svg")),
        (b"<!-- -->\n" + svg.bake(a_svg(), TOKEN), Found(TOKEN.encode(), "jws", "svg")),
        (ADDRESS, Found(ADDRESS, "address", "text")),
        (b"\xef\xbb\xbf\n" + ADDRESS + b"\r\n ", Found(ADDRESS, "address", "text")),
        (b"HTTP://a.no/b", Found(b"HTTP://a.no/b", "address", "text")),
        (a_png(itxt(b'{"a":1}', OLD)), Found(b'{"a":1}', "json", "png", legacy=True)),
        (a_png(itxt(ADDRESS, OLD)), Found(ADDRESS, "address", "png", legacy=True)),
        (a_png(text(TOKEN.encode())), Found(TOKEN.encode(), "jws", "png", legacy=True)),
        (a_png(text(ADDRESS + b"\n")), Found(ADDRESS, "address", "png", legacy=True)),
        (old_svg(verify=TOKEN), Found(TOKEN.encode(), "jws", "svg", legacy=True)),
        (old_svg(verify=ADDRESS.decode()), Found(ADDRESS, "address", "svg", legacy=True)),
        (old_svg("{}"), Found(b"{}", "json", "svg", legacy=True)),
        (old_svg("{}", ADDRESS.decode()), Found(b"{}", "json", "svg", True, ADDRESS.decode())),
        # An old and a new one in one picture: the new one.
        (a_png(text(ADDRESS), itxt(b'{"a":1}')), Found(b'{"a":1}', "json", "png")),
        (svg.bake(a_svg(), TOKEN).replace(b"</svg>", OLD_ELEMENT), Found(T, "jws", "svg")),
    ],
)
def test_what_carries_a_credential(presented: bytes, found: Found) -> None:
    assert find(presented) == found


@pytest.mark.parametrize(
    "presented",
    [
        b"",
        b" ",
        b"hello",
        b"https://",
        b"https://merke.example.no/b/1 and more",
        b"https://merke.example.no/\n/b/1",
        b"https://merke.example.no/\xc3\xb8",
        b"ftp://merke.example.no/b/1",
        b"javascript:alert(1)",
        b"https://" + b"a" * 2100,
        b"www.example.no",
        b"1",
        b'"text"',
        b"null",
        b"%PDF-1.7\n",
        b"GIF89a",
        b"\xff\xd8\xff\xe0JFIF",
        b"PK\x03\x04",
        b"\0\0\0\x0cjP  ",
        "{}".encode("utf-16"),
        "{}".encode("utf-32-le")[1:],
        b"\0{}",
    ],
)
def test_what_is_no_badge_at_all(presented: bytes) -> None:
    assert refused(presented) is Reason.CARRIER_UNSUPPORTED


@pytest.mark.parametrize("presented", [a_png(), a_svg(), a_png(chunk(b"tEXt", b"Title\0x"))])
def test_a_picture_without_a_credential(presented: bytes) -> None:
    assert refused(presented) is Reason.CARRIER_NONE
    report = verify(presented, IssuerSimulator().world())
    assert report.verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("presented", "reason"),
    [
        (a_png(itxt(b"{}"), itxt(b"{}")), Reason.CARRIER_DUPLICATE),
        (a_png(itxt(b"{}", fields=b"\1\0\0\0")), Reason.CARRIER_COMPRESSED),
        (a_png(chunk(b"zTXt", b"openbadgecredential\0\0x")), Reason.CARRIER_COMPRESSED),
        (a_png(chunk(b"tEXt", b"openbadgecredential\0{}")), Reason.CARRIER_MALFORMED),
        (a_png(itxt(b"{}")) + b"more", Reason.CARRIER_TRAILING),
        (a_png(itxt(b"{}"))[:-5], Reason.CARRIER_MALFORMED),
        (a_png(itxt(b"{}")).replace(b"{}", b"{ "), Reason.CARRIER_MALFORMED),
        (a_png(itxt(b"https://merke.example.no/b/1")), Reason.CARRIER_MALFORMED),
        (a_png(itxt(b"")), Reason.CARRIER_MALFORMED),
        (a_png(itxt(b"{}", OLD), itxt(b"{}", OLD)), Reason.CARRIER_DUPLICATE),
        (a_png(text(ADDRESS), itxt(ADDRESS, OLD)), Reason.CARRIER_DUPLICATE),
        (a_png(itxt(b"{}"), itxt(b"{}"), text(ADDRESS)), Reason.CARRIER_DUPLICATE),
        (a_png(itxt(b"{}", OLD, fields=b"\1\0\0\0")), Reason.CARRIER_COMPRESSED),
        (a_png(itxt(b"{}"), text(ADDRESS), itxt(b"{}", OLD)), Reason.CARRIER_DUPLICATE),
        (a_png(itxt(b"{}"), itxt(b"{}", OLD, fields=b"\1\0\0\0")), Reason.CARRIER_COMPRESSED),
        (
            svg.bake(a_svg(), TOKEN).replace(b"</svg>", OLD_ELEMENT.replace(b"</svg>", b"") * 2)
            + b"</svg>",
            Reason.CARRIER_DUPLICATE,
        ),
        (a_png(chunk(b"zTXt", OLD + b"\0\0x")), Reason.CARRIER_COMPRESSED),
        (a_png(text(b"hello")), Reason.CARRIER_MALFORMED),
        (a_png(text(b"")), Reason.CARRIER_MALFORMED),
        (a_png(text(b'{"name":"\xe5"}')), Reason.CARRIER_MALFORMED),
        (a_png(text(b'{"name":"\xc3\xa5"}')), Reason.CARRIER_MALFORMED),
        (old_svg("hello"), Reason.CARRIER_MALFORMED),
        (old_svg(), Reason.CARRIER_MALFORMED),
        (old_svg("{}", TOKEN), Reason.CARRIER_DUPLICATE),
        (old_svg("{}").replace(b"</svg>", OLD_ELEMENT), Reason.CARRIER_DUPLICATE),
        (svg.bake(a_svg(), TOKEN).replace(b"</svg>", b"<script/></svg>"), Reason.CARRIER_ACTIVE),
        (old_svg("{}").replace(b"</svg>", b"<script/></svg>"), Reason.CARRIER_ACTIVE),
        (b"\x89PNG\r\n\x1a\n", Reason.CARRIER_MALFORMED),
        (b"<html><body>eyJ</body></html>", Reason.CARRIER_MALFORMED),
        (b"<!DOCTYPE svg><svg/>", Reason.CARRIER_MALFORMED),
        (b"<svg", Reason.CARRIER_MALFORMED),
        (b"\xef\xbb\xbf" + b"<" * 100, Reason.CARRIER_MALFORMED),
    ],
)
def test_pictures_that_are_refused(presented: bytes, reason: Reason) -> None:
    assert refused(presented) is reason
    report = verify(presented, IssuerSimulator().world())
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (reason,))


def test_a_giant_is_refused_quickly() -> None:
    sim = IssuerSimulator()
    for presented, reason in (
        (b"{" + b" " * 2_000_000 + b"}", Reason.LIMIT_SIZE),
        (b'{"a":' + b"[" * 100_000, Reason.LIMIT_DEPTH),
        (b"eyJ" + b"A" * 3_000_000 + b".e30.AAAA", Reason.LIMIT_SIZE),
        (a_png() + b"\0" * png.MAX_BYTES, Reason.LIMIT_SIZE),
        (b"<svg>" + b" " * svg.MAX_BYTES, Reason.LIMIT_SIZE),
    ):
        report = verify(presented, sim.world())
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (reason,))


@pytest.mark.parametrize(
    ("presented", "reason"),
    [
        (b"{", Reason.JSON_MALFORMED),
        (b'{"a":1,"a":1}', Reason.JSON_DUPLICATE),
        (b'{"a":NaN}', Reason.JSON_NUMBER),
        (b'{"a":1e999}', Reason.JSON_NUMBER),
        (b'{"a":9007199254740993}', Reason.JSON_NUMBER),
        (b'{"a":"\\ud800"}', Reason.JSON_UNICODE),
        (b'{"a":"\xff"}', Reason.JSON_UNICODE),
        (b"\xef\xbb\xbf{}", Reason.JSON_UNICODE),
        (b"{}{}", Reason.JSON_MALFORMED),
        (b"[]", Reason.STRUCTURE_TYPE),
        (b"[{}]", Reason.STRUCTURE_TYPE),
    ],
)
def test_texts_that_are_refused(presented: bytes, reason: Reason) -> None:
    for carried in (presented, a_png(itxt(presented))):
        report = verify(carried, IssuerSimulator().world())
        assert report.verdict is Verdict.INVALID
        assert set(report.reasons) <= {reason, Reason.CARRIER_MALFORMED}
