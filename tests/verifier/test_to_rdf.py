"""Expanded JSON-LD to quads, by itself: what cannot be written is not left out."""

from typing import Any

import pytest

from verifier.canonical import DataLoss, InvalidJsonLd
from verifier.to_rdf import is_absolute, quads

NODE = {"@id": "urn:x", "urn:p": [{"@value": "y"}]}


def test_a_node() -> None:
    assert quads([NODE]) == [("<urn:x>", "<urn:p>", '"y"', "")]


def test_a_list_of_lists() -> None:
    inner = {"@list": [{"@value": "a"}]}
    found = quads([{"@id": "urn:x", "urn:p": [{"@list": [inner, {"@list": []}]}]}])
    assert len(found) == 7
    assert len({quad[0] for quad in found}) == 4


def test_a_named_graph() -> None:
    found = quads([{"@id": "urn:x", "urn:p": [{"@graph": [{"@id": "urn:y", "urn:q": [NODE]}]}]}])
    (name,) = {quad[3] for quad in found} - {""}
    assert name.startswith("_:")
    assert ("<urn:x>", "<urn:p>", name, "") in found
    assert ("<urn:y>", "<urn:q>", "<urn:x>", name) in found


@pytest.mark.parametrize(
    "expanded",
    [
        [],
        [NODE, NODE],
        [{**NODE, "urn:q": []}],
        [{**NODE, "@index": "i"}],
        [{**NODE, "@included": [NODE]}],
        [{**NODE, "@reverse": {}}],
        [{**NODE, "@id": "x"}],
        [{**NODE, "@id": None}],
        [{**NODE, "@type": ["x"]}],
        [{**NODE, "@type": ["_:x"]}],
        [{**NODE, "_:p": [{"@value": "y"}]}],
        [{"urn:p": [{"@value": "y", "@index": "i"}]}],
        [{"urn:p": [{"@value": "y", "@direction": "rtl"}]}],
        [{"urn:p": [{"@value": "y", "@type": "x"}]}],
        [{"urn:p": [{"@value": "y", "@language": "n_b"}]}],
        [{"urn:p": [{"@value": None}]}],
        [{"urn:p": [{"@value": {"a": 1}}]}],
        [{"urn:p": [{"@list": [], "@type": ["urn:t"]}]}],
        [{"urn:p": [{"@list": [{"@list": [], "@id": "urn:y"}]}]}],
        [{"urn:p": [{"@graph": [{}]}]}],
        [{"urn:p": [{"@graph": [{"@id": "urn:y"}]}]}],
        [{"urn:p": [{"@set": [NODE]}]}],
    ],
    ids=repr,
)
def test_what_has_no_form_is_refused(expanded: list[Any]) -> None:
    with pytest.raises((DataLoss, InvalidJsonLd)):
        quads(expanded)


@pytest.mark.parametrize(
    ("text", "absolute"),
    [
        ("https://example.no/æ?q=1#f", True),
        ("did:web:example.no", True),
        ("urn:x", True),
        ("a+b-c.d:x", True),
        ("data:image/png;base64,iVBORw0KGgo=", True),
        ("x:", True),
        ("", False),
        ("x", False),
        ("/x", False),
        (":x", False),
        ("1:x", False),
        ("a,b:x", False),
        ("_:x", False),
        ("é:x", False),
        *[(f"urn:{sign}", False) for sign in ' <>"{}|\\^`\t\n\r\x00\x7f\x85\xa0\u2028\u3000\ufeff'],
    ],
)
def test_absolute_addresses(text: str, absolute: bool) -> None:
    assert is_absolute(text) is absolute
