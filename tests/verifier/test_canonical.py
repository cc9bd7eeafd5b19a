"""Canonical bytes of a document: the right ones, within bounds, whatever the circumstances."""

import inspect
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.jsonld_samples import (
    ID,
    OB,
    V1,
    V2,
    Change,
    Document,
    achievement,
    badge,
    by_pyld,
    changed,
    own_context,
    set_in_achievement,
    setter,
)
from verifier import contexts
from verifier.canonical import DataLoss, InvalidJsonLd, WorkLimit, canonicalise
from verifier.contexts import UnknownContext


def test_open_badges_own_vector(vectors: Path) -> None:
    folder = vectors / "ob-spec"
    document = json.loads((folder / "unsigned.json").read_text())
    expected = folder / "ob_v3p0/impl/test-vectors/obv3p0/document-canon.txt"
    assert canonicalise(document) == expected.read_bytes()


def test_a_whole_badge() -> None:
    form = canonicalise(badge()).decode()
    assert form.encode() == by_pyld(badge())
    assert form.count("\n") == 23
    assert f'<{ID}> <https://schema.org/name> "Merke for Bjørnøya" .\n' in form
    assert '#statusListIndex> "7" .\n' in form


def test_order_and_spelling_of_json_do_not_matter() -> None:
    text = json.dumps(badge(), ensure_ascii=True, indent=3)
    backwards = dict(reversed(json.loads(text).items()))
    backwards["credentialSubject"]["achievement"]["tag"] = ["b", "a"]
    assert canonicalise(backwards) == canonicalise(badge())


def test_awarded_date_keeps_the_quirk_of_its_context() -> None:
    form = canonicalise(changed(setter(awardedDate="2026-01-15T00:00:00Z"))).decode()
    assert '#awardedDate> "2026-01-15T00:00:00Z"^^<xsd:dateTime> .\n' in form


def test_numbers_and_their_texts_are_different() -> None:
    def form(index: Any) -> str:
        document = badge()
        document["credentialStatus"]["statusListIndex"] = index
        return canonicalise(document).decode()

    assert '#statusListIndex> "23"^^<http://www.w3.org/2001/XMLSchema#integer> .\n' in form(23)
    assert '#statusListIndex> "23" .\n' in form("23")


@pytest.mark.parametrize(
    ("number", "lexical"),
    [
        *[(42, "42"), (42.0, "42"), (0, "0"), (42.5, "4.25E1"), (0.1, "1.0E-1"), (-1.5, "-1.5E0")],
        *[(1e20, "1" + "0" * 20), (1e21, "1.0E21"), (1.5e-6, "1.5E-6")],
        *[(0.30000000000000004, None), (1e-7, None), (-0.0, None), (2**53 + 1, None)],
        *[(float("nan"), None), (float("inf"), None)],
    ],
)
def test_lexical_forms_of_numbers(number: float, lexical: str | None) -> None:
    document = badge()
    document["credentialSubject"]["creditsEarned"] = number
    if lexical is None:
        with pytest.raises((DataLoss, InvalidJsonLd)):
            canonicalise(document)
    else:
        form = canonicalise(document).decode()
        assert f'#creditsEarned> "{lexical}"^^<https://www.w3.org/2001/XMLSchema#float>' in form


def test_doubles_written_as_text() -> None:
    """The standard signs them as they stand, most libraries the number in them."""
    double = "http://www.w3.org/2001/XMLSchema#double"
    value = {"@value": "1.5E0", "@type": double}
    form = canonicalise(changed(setter(name=value))).decode()
    assert f'"1.5E0"^^<{double}>' in form
    for text in ("1.5", "1.50E0", "1.5e0", "+1.5E0", "x", "NaN"):
        with pytest.raises(InvalidJsonLd):
            canonicalise(changed(setter(name={"@value": text, "@type": double})))


def test_a_text_that_is_said_to_be_one_is_a_text() -> None:
    """Canonical N-Quads leaves xsd:string out."""
    for text in ("Merke", 7):
        value = {"@value": text, "@type": "http://www.w3.org/2001/XMLSchema#string"}
        document = changed(setter(name=value))
        assert f'<https://schema.org/name> "{text}" .\n'.encode() in canonicalise(document)
        assert canonicalise(document) == by_pyld(document)


def test_truth_values_lists_and_languages() -> None:
    document = changed(
        set_in_achievement(
            resultDescription={
                "id": "https://example.no/r",
                "type": ["ResultDescription"],
                "allowedValue": ["ja", "nei"],
            }
        )
    )
    document["name"] = {"@value": "Merke", "@language": "nb"}
    document["credentialSubject"]["identifier"] = [{"type": "IdentityObject", "hashed": False}]
    form = canonicalise(document).decode()
    assert form.encode() == by_pyld(document)
    assert '"Merke"@nb' in form
    assert '"false"^^' in form
    assert form.count("#rest>") == 2


def test_an_empty_list_leaves_a_trace() -> None:
    description = {"id": "https://example.no/r", "type": ["ResultDescription"], "allowedValue": []}
    form = canonicalise(changed(set_in_achievement(resultDescription=description))).decode()
    assert "#allowedValue> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .\n" in form


def test_json_literals_keep_everything() -> None:
    schema = {"b": [None, [], [[1.50]], "\u2028"], "a": {"@context": "https://example.no/x"}}
    document: Document = {
        "@context": [V2],
        "id": "https://example.no/s",
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "credentialSubject": {"type": "JsonSchema", "jsonSchema": schema},
    }
    form = canonicalise(document).decode()
    assert form.encode() == by_pyld(document)
    assert r'"{\"a\":{\"@context\":\"https://example.no/x\"},\"b\":[null,[],[[1.5]],' in form


MEMBERS = st.dictionaries(
    st.sampled_from(["name", "description", "https://example.no/p", "https://example.no/q"]),
    st.recursive(
        st.text(max_size=5).filter(str.isprintable)
        | st.integers(-1000, 1000)
        | st.booleans()
        | st.sampled_from([1.5, 0.25, -2.75]),
        lambda inner: (
            st.lists(inner.filter(lambda v: not isinstance(v, list)), min_size=1, max_size=3)
            | st.fixed_dictionaries({"https://example.no/r": inner})
            | st.fixed_dictionaries({"id": st.sampled_from([f"{ID}/x", f"{ID}/y"]), "name": inner})
        ),
        max_leaves=5,
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=150)
@given(MEMBERS, MEMBERS)
def test_same_bytes_as_pyld(members: Document, others: Document) -> None:
    document = badge()
    achievement(document).update(members)
    document["evidence"] = [{"type": ["Evidence"], **others}, {"type": ["Evidence"], **members}]
    assert canonicalise(document) == by_pyld(document)


# Contexts by address


@pytest.mark.parametrize(
    "url",
    [
        "https://example.no/context.json",
        V2 + "/",
        V2 + "#",
        "http://www.w3.org/ns/credentials/v2",
        "https://W3ID.org/security/data-integrity/v2",
        "file:///etc/passwd",
    ],
)
def test_unknown_contexts_are_named_and_never_fetched(url: str) -> None:
    with pytest.raises(UnknownContext) as caught:
        canonicalise(changed(own_context(url)))
    assert caught.value.url == url
    with pytest.raises(UnknownContext):
        canonicalise(changed(lambda d: d["issuer"].update({"@context": url})))
    with pytest.raises(UnknownContext):
        canonicalise(changed(own_context({"seal": {"@id": "urn:s", "@context": url}})))


def test_contexts_can_be_handed_in() -> None:
    mine = {"https://example.no/c": {"@context": {"id": "@id", "name": "urn:name"}}}
    document = {"@context": "https://example.no/c", "id": "urn:x", "name": "y"}
    assert canonicalise(document, contexts=mine) == b'<urn:x> <urn:name> "y" .\n'
    with pytest.raises(UnknownContext):
        canonicalise(document)
    with pytest.raises(UnknownContext):
        canonicalise(badge(), contexts=mine)


def test_sets_of_contexts_do_not_meet() -> None:
    document = {"@context": "https://example.no/c", "id": "urn:x", "name": "y"}
    for iri in ("urn:a", "urn:b", "urn:a"):
        mine = {"https://example.no/c": {"@context": {"id": "@id", "name": iri}}}
        assert canonicalise(document, contexts=mine) == f'<urn:x> <{iri}> "y" .\n'.encode()
    expected = canonicalise(badge())
    other = {V2: {"@context": {"id": "@id", "name": "urn:n"}}}
    only_name = {"@context": V2, "id": "urn:x", "name": "y"}
    assert canonicalise(only_name, contexts=other) == b'<urn:x> <urn:n> "y" .\n'
    assert canonicalise(only_name) == b'<urn:x> <https://schema.org/name> "y" .\n'
    assert canonicalise(badge()) == expected


def test_mixed_versions_clash() -> None:
    with pytest.raises((InvalidJsonLd, DataLoss)):
        canonicalise(changed(lambda d: d["@context"].insert(1, V1)))


# Texts, limits, circumstances


@pytest.mark.parametrize("code", [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xD800, 0xDFFF])
def test_control_characters_are_refused(code: int) -> None:
    with pytest.raises(InvalidJsonLd):
        canonicalise(changed(setter(name=f"a{chr(code)}b")))
    with pytest.raises(InvalidJsonLd):
        canonicalise(changed(set_in_achievement(**{f"urn:a{chr(code)}": "x"})))


def test_tabs_and_line_breaks_are_kept() -> None:
    form = canonicalise(changed(setter(name='a\tb\nc\rd"\\'))).decode()
    assert r'"a\tb\nc\rd\"\\" .' in form


@pytest.mark.parametrize("value", [b"x", {1: "x"}, {"x"}, object(), 1j])
def test_only_json(value: Any) -> None:
    with pytest.raises(InvalidJsonLd):
        canonicalise(changed(setter(name=value)))


def nested(levels: int) -> Document:
    node: Document = {"name": "x"}
    for _ in range(levels):
        node = {"https://example.no/p": node}
    return node


def look_alikes(count: int) -> Change:
    """Two anonymous nodes, each with `count` anonymous nodes that nothing tells apart."""
    parts = [{"https://example.no/q": "x"} for _ in range(count)]
    return setter(evidence=[{"type": ["Evidence"], "https://example.no/p": parts}] * 2)


COSTLY: dict[str, Change] = {
    "nine look-alikes twice": look_alikes(9),
    "hundreds of look-alikes": look_alikes(300),
    "deep": set_in_achievement(**nested(70)),
    "endless": set_in_achievement(**nested(5000)),
    "very many values": set_in_achievement(tag=[f"t{i}" for i in range(20_000)]),
    "very many typed objects": setter(
        evidence=[{"type": ["Evidence"], "name": f"{i}"} for i in range(2400)]
    ),
    "very many contexts": setter(
        evidence=[{"@context": [V2, OB], "name": f"{i}"} for i in range(800)]
    ),
    "very many contexts of its own": setter(
        evidence=[{"@context": {f"t{i}": "urn:x"}, "name": f"{i}"} for i in range(800)]
    ),
    "a large context of its own": own_context({f"t{i}": f"urn:{i}" for i in range(5000)}),
    "a large context at every object": own_context(
        {"T": {"@id": "urn:T", "@context": {f"t{i}": f"urn:{i}" for i in range(400)}}},
        evidence=[{"type": ["T"], "t1": f"{i}"} for i in range(800)],
    ),
}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", COSTLY)
def test_work_is_bounded(name: str) -> None:
    document = badge()
    COSTLY[name](document)
    start = time.process_time()
    with pytest.raises(WorkLimit):
        canonicalise(document)
    assert time.process_time() - start < 1.5


def test_how_deep_the_caller_stands_makes_no_crash() -> None:
    deep = changed(set_in_achievement(**nested(55)))
    expected = canonicalise(deep)

    def further_down(levels: int) -> bytes | str:
        if levels:
            return further_down(levels - 1)
        try:
            return canonicalise(deep)
        except WorkLimit:
            return "too deep"

    assert further_down(300) == expected
    room = sys.getrecursionlimit() - len(inspect.stack())
    seen = {further_down(room - left) for left in range(60, room, 20)}
    assert seen == {expected, "too deep"}


def test_a_large_honest_badge() -> None:
    document = changed(set_in_achievement(tag=[f"t{i}" for i in range(1000)]))
    document["evidence"] = [{"type": ["Evidence"], "name": f"{i}"} for i in range(200)]
    document["image"] = {"id": "data:image/png;base64," + "A" * 500_000, "type": "Image"}
    assert canonicalise(document) == by_pyld(document)


def test_the_document_is_left_alone() -> None:
    document = badge()
    canonicalise(document)
    assert document == badge()
    on_board = json.dumps(contexts.load()[OB])
    canonicalise(changed(own_context({"seal": "urn:seal"}, seal="x")))
    assert json.dumps(contexts.load()[OB]) == on_board


def test_threads_do_not_meet() -> None:
    expected = canonicalise(badge())
    results: list[bytes] = []

    def work() -> None:
        results.extend(canonicalise(badge()) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 20
