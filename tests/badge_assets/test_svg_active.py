"""SVGs that act, or ask for something outside of themselves: refused, and plain ones are not."""

import pytest

from badge_assets.svg import MalformedSvg, bake, unbake

ROOT = 'xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"'
PNG = "data:image/png;base64,iVBORw0KGgo="

ACTIVE = {
    "script": "<script>alert(1)</script>",
    "script in capitals": "<SCRIPT/>",
    "script of no namespace": "<script xmlns=''/>",
    "script deep inside": "<g><defs><script/></defs></g>",
    "handler": "<handler type='text/javascript'/>",
    "foreign object": "<foreignObject/>",
    "another language": "<p xmlns='http://www.w3.org/1999/xhtml'/>",
    "event": "<g onload='x()'/>",
    "event in capitals": "<g ONCLICK='x()'/>",
    "XML event": "<g xmlns:e='http://www.w3.org/2001/xml-events' e:event='click'/>",
    "animated event": "<set attributeName='onload' to='x()'/>",
    "animated link": "<a><animate attributeName=' x:href' values='javascript:x()'/></a>",
    "script link": "<a href='javascript:x()'/>",
    "script link in disguise": "<a x:href=' java&#9;script:x()'/>",
    "link": "<a href='https://example.no/'/>",
    "relative link": "<a href='//example.no/'/>",
    "link by another prefix": "<a xmlns:y='http://www.w3.org/1999/xlink' y:href='a.png'/>",
    "picture": "<image href='https://example.no/a.png'/>",
    "source": "<image src='a.png'/>",
    "SVG in place": "<image href='data:image/svg+xml,&lt;svg/&gt;'/>",
    "page in place": "<a href='data:text/html,x'/>",
    "use of another file": "<use x:href='a.svg#b'/>",
    "another base": "<g xml:base='https://example.no/'><use href='#a'/></g>",
    "fill": "<g fill='url(https://example.no/a.svg#b)'/>",
    "second address": "<g style='fill:url(#a);mask:url( \"a.svg#b\")'/>",
    "address in capitals": "<g style='background:URL(a.png)'/>",
    "address in escapes": "<g style='background:\\75rl(a.png)'/>",
    "address in escapes, as a property": "<g fill='u\\72l(a.png)'/>",
    "set of pictures": "<g style='background:image-set(\"a.png\" 1x)'/>",
    "style": "<style>g{fill:url(a.svg#b)}</style>",
    "style in a CDATA section": "<style><![CDATA[g{fill:url(a.svg#b)}]]></style>",
    "style in pieces": "<style>g{fill:u<!-- -->rl(a.svg#b)}</style>",
    "style with an element": "<style>@im<g/>port 'a.css'</style>",
    "import": "<style>@IMPORT 'a.css';</style>",
    "import in escapes": "<style>@\\69mport 'a.css';</style>",
    "font": "<style>@font-face{src:url(https://example.no/a.woff2)}</style>",
    "style sheet inside": "<?xml-stylesheet href='a.css'?>",
}

PLAIN = {
    "reference": "<use x:href='#a'/><use href=' #b '/><a href=''/>",
    "picture in place": f"<image href='{PNG}'/><image x:href='data:image/jpeg;base64,/9j/'/>",
    "gradient": "<g fill='url(#a)' mask=\"url('#b')\" style='clip-path:url( #c )'/>",
    "picture in a style": f"<g style='fill:url(\"{PNG}\")'/>",
    "style": "<style>.a{fill:url(#a);stroke:#123}@media print{.a{fill:none}}</style>",
    "animation": "<animate attributeName='x' values='1;2' begin='a.click'/>",
    "transformation": "<g transform='matrix(1 0 0 1 0 0) rotate(9)'/>",
    "prose": "<g id='image(2)' aria-label='See url(a) (C:\\a)'>url(a.png) @import \\</g>",
    "another program's notes": (
        "<n:view xmlns:n='http://www.inkscape.org/n' n:onload='C:\\a(1)' n:to='url(a)'/>"
    ),
    "instruction": "<?x href='a.css'?>",
}


def carrying(content: str) -> bytes:
    """A badge that holds `content`, put there after it was baked."""
    baked = bake(f"<svg {ROOT}></svg>".encode(), "{}")
    return baked.replace(b"</svg>", content.encode() + b"</svg>")


@pytest.mark.parametrize("content", ACTIVE.values(), ids=list(ACTIVE))
def test_what_acts_is_refused(content: str) -> None:
    with pytest.raises(MalformedSvg) as refused:
        unbake(carrying(content))
    assert refused.value.reason == "carrier.active"
    with pytest.raises(MalformedSvg):
        bake(f"<svg {ROOT}>{content}</svg>".encode(), "{}")


def test_what_acts_at_the_edges_is_refused() -> None:
    sheet = b"<?xml-stylesheet href='a.css'?>"
    for picture in (
        sheet + carrying(""),
        carrying("") + sheet,
        carrying("").replace(b"<svg ", b"<svg onload='x()' "),
        carrying("").replace(b"<openbadges:credential", b"<openbadges:credential onload='x()'"),
    ):
        with pytest.raises(MalformedSvg) as refused:
            unbake(picture)
        assert refused.value.reason == "carrier.active"


@pytest.mark.parametrize("content", PLAIN.values(), ids=list(PLAIN))
def test_what_only_draws_is_read(content: str) -> None:
    assert unbake(carrying(content)) == "{}"
