"""Baking into SVG: both directions, other people's readers, and every refusal."""

import xml.dom.minidom
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badge_assets import svg
from badge_assets.svg import NAMESPACE, MalformedSvg, bake, unbake

SVG = 'xmlns="http://www.w3.org/2000/svg"'
OB = f'xmlns:ob="{NAMESPACE}"'
JWS = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJkaWQ6d2ViOmV4YW1wbGUubm8ifQ.c2lnbmF0dXJl"
JSON = '{"name":"Spøkelsesteatret Šápmi ’\\"<&>","proof":{}}'
PICTURE = f'<?xml version="1.0"?>\n<svg {SVG} width="10">\n <title>æøå</title><g/></svg>\n'.encode()

XML_TEXT = st.text(
    st.one_of(
        st.sampled_from("]>[<&\"'\t\n"),
        st.characters(min_codepoint=0x20, codec="utf-8", exclude_characters="\ufffe\uffff"),
    ).filter(lambda letter: svg._NOT_XML.search(letter) is None)
)
JSON_TEXT = XML_TEXT.map(lambda text: "{" + text + "}")
BASE64URL = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1)
TOKEN = st.builds("{}.{}.{}".format, BASE64URL, BASE64URL, BASE64URL)
CREDENTIAL = JSON_TEXT | TOKEN

PICTURES = [
    PICTURE,
    f"<svg {SVG}/>".encode(),
    f"<svg {SVG}></svg>".encode(),
    b"<s:svg xmlns:s='http://www.w3.org/2000/svg' a='/>'  />",
    b"\xef\xbb\xbf<!-- > --><?x y?>" + f"<svg\n{SVG}\n><g a='>'/></svg><!-- -->".encode(),
    f'<svg {SVG} xmlns:openbadges="http://openbadges.org"><openbadges:assertion '
    f'verify="https://example.no/a"/></svg>'.encode(),
    f'<svg {SVG} xmlns:openbadges="{NAMESPACE}"><g/></svg>'.encode(),
]


@pytest.mark.parametrize("picture", PICTURES)
@given(text=CREDENTIAL)
def test_what_is_baked_comes_out(picture: bytes, text: str) -> None:
    assert unbake(bake(picture, text)) == text


@pytest.mark.parametrize("picture", PICTURES)
@given(first=CREDENTIAL, second=CREDENTIAL)
def test_baking_again_replaces(picture: bytes, first: str, second: str) -> None:
    assert bake(bake(picture, first), second) == bake(picture, second)


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_without_a_credential_carries_none(picture: bytes) -> None:
    assert unbake(picture) is None


def test_the_element_is_the_standards_to_the_byte() -> None:
    head = f'<svg xmlns:openbadges="{NAMESPACE}" {SVG} width="10">'
    body = f"<openbadges:credential><![CDATA[{JSON}]]></openbadges:credential>"
    old = f'<svg {SVG} width="10">'
    assert bake(PICTURE, JSON) == PICTURE.replace(old.encode(), (head + body).encode())
    token = f'<openbadges:credential verify="{JWS}"/>'
    assert bake(PICTURE, JWS) == PICTURE.replace(old.encode(), (head + token).encode())


def test_a_prefix_taken_by_the_older_standard_is_not_disturbed() -> None:
    baked = bake(PICTURES[5], JSON)
    element = xml.dom.minidom.parseString(baked).documentElement.firstChild
    assert element is not None
    assert (element.namespaceURI, element.localName) == (NAMESPACE, "credential")
    assert b'xmlns:openbadges="http://openbadges.org"' in baked
    assert b"assertion" not in baked  # a picture carries one badge


def test_another_xml_reader_finds_the_same_text() -> None:
    text = '{"a":"]]>]]]]><![CDATA[&amp;"}'
    root = xml.dom.minidom.parseString(bake(PICTURE, text)).documentElement
    (element,) = root.getElementsByTagNameNS(NAMESPACE, "credential")
    assert element is root.firstChild
    assert "".join(node.data for node in element.childNodes) == text


def test_openbadgeslib_reads_ours_and_we_read_its() -> None:
    peer = pytest.importorskip("openbadgeslib.baking", reason="openbadgeslib is not installed")
    names = {"element": peer.SVG_ELEMENT_OB3, "namespace": peer.SVG_NS_OB3}
    for text in (JSON, JWS):
        theirs = peer.extract_svg(
            bake(PICTURE, text), element=peer.SVG_ELEMENT_OB3, text_fallback=True
        )
        assert theirs == text
        baked = peer.bake_svg(PICTURE, text, as_text=text == JSON, **names)
        assert unbake(baked) == text
        assert bake(baked, JSON).count(b"<openbadges:credential") == 1


def test_the_namespace_counts_and_not_the_prefix() -> None:
    assert unbake(f"<svg {SVG}><c xmlns='{NAMESPACE}'/></svg>".encode()) is None
    inside = (
        f"<credential xmlns='{NAMESPACE}'> \n{JSON.replace('<', '&lt;').replace('&>', '&amp;>')}"
    )
    assert unbake(f"<svg {SVG}><g/>{inside}\n</credential></svg>".encode()) == JSON
    stranger = "<openbadges:credential xmlns:openbadges='https://example.no/' verify='a.b.c'/>"
    assert unbake(f"<svg {SVG}>{stranger}</svg>".encode()) is None


def root(content: str, head: str = "") -> Callable[[], bytes]:
    return lambda: f"{head}<svg {SVG} {OB}>{content}</svg>".encode()


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no bytes": ("carrier.malformed", lambda: b""),
    "not XML": ("carrier.malformed", lambda: b"\x89PNG\r\n\x1a\n"),
    "not an SVG": ("carrier.malformed", lambda: b"<html/>"),
    "SVG by name only": ("carrier.malformed", lambda: b"<svg/>"),
    "SVG inside": ("carrier.malformed", lambda: f"<p><svg {SVG}/></p>".encode()),
    "cut short": ("carrier.malformed", lambda: bake(PICTURE, JSON)[:-8]),
    "more after the end": ("carrier.malformed", lambda: bake(PICTURE, JSON) + b"<g/>"),
    "document type": ("carrier.malformed", root("", "<!DOCTYPE svg>")),
    "outside document type": (
        "carrier.malformed",
        root("", '<!DOCTYPE svg SYSTEM "https://example.no/svg.dtd">'),
    ),
    "entity": (
        "carrier.malformed",
        root("<ob:credential>&e;</ob:credential>", "<!DOCTYPE svg [<!ENTITY e '{}'>]>"),
    ),
    "undeclared entity": ("carrier.malformed", root("<ob:credential>&e;</ob:credential>")),
    "unbound prefix": ("carrier.malformed", lambda: f"<svg {SVG}><x:g/></svg>".encode()),
    "UTF-16": ("carrier.malformed", lambda: f"<svg {SVG}/>".encode("utf-16")),
    "Latin-1 by declaration": (
        "carrier.malformed",
        root("", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
    ),
    "Latin-1 in secret": (
        "carrier.malformed",
        lambda: f"<svg {SVG}><title>å</title></svg>".encode("latin-1"),
    ),
    "two credentials": (
        "carrier.duplicate",
        root("<ob:credential verify='a.b.c'/><g/><ob:credential>{}</ob:credential>"),
    ),
    "attribute and body": (
        "carrier.duplicate",
        root("<ob:credential verify='a.b.c'>{}</ob:credential>"),
    ),
    "empty": ("carrier.malformed", root("<ob:credential> </ob:credential>")),
    "empty attribute": ("carrier.malformed", root("<ob:credential verify=''/>")),
    "deeper": ("carrier.malformed", root("<g><ob:credential verify='a.b.c'/></g>")),
    "element in it": (
        "carrier.malformed",
        root("<ob:credential>{<g/>}</ob:credential>"),
    ),
    "credential in it": (
        "carrier.malformed",
        root("<ob:credential><ob:credential>{}</ob:credential></ob:credential>"),
    ),
    "comment in it": ("carrier.malformed", root("<ob:credential>{<!-- -->}</ob:credential>")),
    "instruction in it": ("carrier.malformed", root("<ob:credential>{<?x?>}</ob:credential>")),
    "file too long": ("limit.size", root(" " * svg.MAX_BYTES)),
    "text too long": (
        "limit.size",
        root(f"<ob:credential>{'x' * (svg.MAX_TEXT + 1)}</ob:credential>"),
    ),
    "too deep": ("limit.size", root("<g>" * 600 + "</g>" * 600)),
    "too many elements": ("limit.size", root("<g/>" * svg.MAX_ELEMENTS)),
}


@pytest.mark.parametrize(("reason", "make"), REFUSED.values(), ids=list(REFUSED))
def test_refused(reason: str, make: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedSvg) as refused:
        unbake(make())
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "credential",
        " {}",
        "{}\n",
        '{"a":"\r"}',
        '{"\x0b"}',
        '{"\ud800"}',
        "{" + "x" * 2**20 + "}",
    ],
    ids=["empty", "prose", "space", "newline", "cr", "control", "half", "long"],
)
def test_a_text_that_would_not_come_out_again_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        bake(PICTURE, text)
    assert not isinstance(refused.value, MalformedSvg)


@settings(max_examples=300)
@given(st.data())
def test_no_change_of_bytes_gives_another_kind_of_error(data: st.DataObject) -> None:
    baked = bake(PICTURE, JSON)
    at = data.draw(st.integers(0, len(baked)))
    cut = data.draw(st.integers(0, 40))
    between = data.draw(
        st.binary(max_size=20) | st.text("<>/\"'&;[]!-? =", max_size=9).map(str.encode)
    )
    changed = baked[:at] + between + baked[at + cut :]
    try:
        found = unbake(changed)
    except MalformedSvg:
        return
    assert found is None or isinstance(found, str)
    assert unbake(bake(changed, JWS)) == JWS


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(MalformedSvg):
        unbake(noise)
