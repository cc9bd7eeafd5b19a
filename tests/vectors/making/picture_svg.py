"""Badges inside SVGs, and SVGs that play tricks."""

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    NS2,
    NS3,
    carried,
    credential,
    embedded,
    older,
    svg,
)
from tests.vectors.making.picture_common import (
    BADGE,
    HOME,
    PNG,
    SVG,
    TOKEN,
    TOKEN_HOME,
)
from tests.verifier.simulator import put


def cases() -> Cases:
    found = Cases(PNG, HOME)
    _good(found)
    _svg(found)
    return found


def _good(cases: Cases) -> None:
    cases.good(
        "good-svg",
        svg(carried(BADGE)),
        "carrier: SVG, CDATA",
        "The badge stands in the element of the standard's name space.",
        rule=SVG,
    )
    cases.good(
        "good-svg-token",
        svg(b'<openbadges:credential verify="' + TOKEN + b'"/>'),
        "carrier: SVG, verify",
        "A token stands in the attribute `verify`.",
        rule=SVG,
        documents=TOKEN_HOME,
    )
    cases.good(
        "good-svg-other-prefix",
        svg(carried(BADGE)).replace(b"openbadges", b"ob"),
        "carrier: SVG, another prefix",
        "The name space counts, and no prefix.",
        rule=SVG,
    )
    escaped = BADGE.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
    cases.good(
        "good-svg-escaped",
        svg(b"<openbadges:credential>" + escaped + b"</openbadges:credential>"),
        "carrier: SVG, text without CDATA",
        "XML has more than one way to write a text.",
        rule=SVG,
    )
    tricky = embedded(credential(put("name", value="a]]>b<c>&d")))
    split = tricky.replace(b"]]>", b"]]]]><![CDATA[>")
    cases.good(
        "good-svg-split-cdata",
        svg(carried(split)),
        "carrier: SVG, CDATA in two sections",
        "The badge's text holds the end of a CDATA section, which is divided between two.",
        rule=SVG,
    )
    cases.good(
        "good-svg-inner-links",
        svg(carried(BADGE) + b'<use href="#a"/><image href="data:image/png;base64,AA"/>'),
        "carrier: SVG with links inside itself",
        "The picture refers to its own parts, and to a picture written out in place.",
        rule=SVG,
    )


def _svg(cases: Cases) -> None:
    body = carried(BADGE)
    attribute = b'<openbadges:credential verify="' + TOKEN + b'"'
    doctype = b'<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = b'<!DOCTYPE svg SYSTEM "https://evil.example.org/x.dtd">'
    for name, picture, reason, says in (
        (
            "two-badges",
            svg(body + carried(embedded(older()))),
            "carrier.duplicate",
            "There are two elements with a badge each.",
        ),
        (
            "token-and-text",
            svg(attribute + b"><![CDATA[" + BADGE + b"]]></openbadges:credential>"),
            "carrier.duplicate",
            "The element has a badge in it, and another in `verify`.",
        ),
        (
            "inside-a-group",
            svg(b"<g>" + body + b"</g>"),
            "carrier.malformed",
            "The badge stands deep inside the picture.",
        ),
        (
            "doctype",
            doctype + svg(body),
            "carrier.malformed",
            "Entities are declared, which can grow without end.",
        ),
        (
            "doctype-outside",
            outside + svg(body),
            "carrier.malformed",
            "The picture asks for a document type from elsewhere.",
        ),
        ("not-well-formed", svg(body)[:-7], "carrier.malformed", "The root is not closed."),
        (
            "trailing",
            svg(body) + b"<x/>",
            "carrier.malformed",
            "An element follows the picture's end.",
        ),
        (
            "other-root",
            svg(body).replace(b"<svg", b"<html", 1).replace(b"</svg>", b"</html>"),
            "carrier.malformed",
            "The picture is a page.",
        ),
        (
            "root-no-namespace",
            svg(body).replace(b'xmlns="http://www.w3.org/2000/svg"', b"", 1),
            "carrier.malformed",
            "The root is called svg, and is none.",
        ),
        (
            "empty",
            svg(b"<openbadges:credential/>"),
            "carrier.malformed",
            "The badge's element is empty.",
        ),
        (
            "element-inside",
            svg(b"<openbadges:credential><b/></openbadges:credential>"),
            "carrier.malformed",
            "The badge's element holds another element.",
        ),
        (
            "comment-inside",
            svg(body.replace(b"<![CDATA[", b"<!-- x --><![CDATA[")),
            "carrier.malformed",
            "The badge's element holds a comment.",
        ),
        (
            "other-encoding",
            b'<?xml version="1.0" encoding="ISO-8859-1"?>' + svg(body),
            "carrier.malformed",
            "The picture is in letters that are not read.",
        ),
        (
            "not-utf8",
            svg(body.replace(b"Et eksempel", b"Et \xe6")),
            "carrier.malformed",
            "The picture is not UTF-8.",
        ),
        (
            "script",
            svg(body + b"<script>alert(1)</script>"),
            "carrier.active",
            "The picture holds a script.",
        ),
        (
            "event",
            svg(body, attributes=' onload="alert(1)"'),
            "carrier.active",
            "The picture acts when it is loaded.",
        ),
        (
            "foreign-object",
            svg(body + b"<foreignObject/>"),
            "carrier.active",
            "The picture holds a piece of a page.",
        ),
        (
            "script-link",
            svg(body + b'<a href="javascript:alert(1)"><path/></a>'),
            "carrier.active",
            "A link in the picture is a script.",
        ),
        (
            "outside-image",
            svg(body + b'<image href="https://evil.example.org/t.png"/>'),
            "carrier.active",
            "The picture asks for another from elsewhere.",
        ),
        (
            "outside-use",
            svg(body + b'<use href="https://evil.example.org/a.svg#b"/>'),
            "carrier.active",
            "The picture uses a part of another from elsewhere.",
        ),
        (
            "style-import",
            svg(body + b'<style>@import "https://evil.example.org/a.css";</style>'),
            "carrier.active",
            "A style asks for another from elsewhere.",
        ),
        (
            "style-url",
            svg(body + b'<path style="fill:url(https://evil.example.org/a)"/>'),
            "carrier.active",
            "A style asks for something from elsewhere.",
        ),
        (
            "style-escape",
            svg(body + b"<style>@\\69mport 'x';</style>"),
            "carrier.active",
            "A style hides what it asks for behind escapes.",
        ),
        (
            "animated-link",
            svg(body + b'<set attributeName="href" to="javascript:alert(1)"/>'),
            "carrier.active",
            "An animation would give a link another goal.",
        ),
        (
            "style-sheet-instruction",
            b'<?xml-stylesheet href="https://evil.example.org/a.css"?>' + svg(body),
            "carrier.active",
            "An instruction asks for a style sheet from elsewhere.",
        ),
        (
            "svg-in-data",
            svg(body + b'<image href="data:image/svg+xml,&lt;svg/&gt;"/>'),
            "carrier.active",
            "Another SVG is written out inside.",
        ),
        (
            "xml-base",
            svg(body, attributes=' xml:base="https://evil.example.org/"'),
            "carrier.active",
            "All addresses in the picture are made to lead elsewhere.",
        ),
        (
            "deep",
            svg(body + b"<g>" * 600 + b"</g>" * 600),
            "limit.size",
            "The picture is nested 600 deep.",
        ),
        (
            "altered",
            svg(carried(BADGE.replace(b"Et eksempel", b"Et exempel"))),
            "proof.altered",
            "The badge in the picture has been changed.",
        ),
        (
            "legacy-two-beside-new",
            svg(body + b"<o:assertion xmlns:o='http://openbadges.org' verify='https://a.no'/>" * 2),
            "carrier.duplicate",
            "Beside the new badge there are two elements with an old one each.",
        ),
        (
            "new-in-legacy",
            svg(carried(BADGE, "assertion"), NS2),
            "carrier.malformed",
            "A new badge stands in the element for an old one.",
        ),
    ):
        cases.bad(f"svg-{name}", picture, reason, f"SVG: {name.replace('-', ' ')}", says, rule=SVG)
    for name, picture, says in (
        ("none", svg(), "There is no badge in the picture."),
        (
            "other-namespace",
            svg(carried(BADGE), f"{NS3}/"),
            "The element is in another name space, by one letter.",
        ),
        (
            "specification-namespace",
            svg(carried(BADGE), "https://purl.imsglobal.org/spec/ob/v3p0"),
            "The element is in a name space that looks like the standard's.",
        ),
        (
            "other-element",
            svg(carried(BADGE, "assertion")),
            "The element has the name of the old one, in the new name space.",
        ),
        (
            "in-a-comment",
            svg(b"<!-- " + carried(BADGE) + b" -->"),
            "The badge stands in a comment.",
        ),
    ):
        cases.open(
            f"svg-{name}", picture, "carrier.none", f"SVG: {name.replace('-', ' ')}", says, rule=SVG
        )
