"""Contexts as tables: the same terms, with the same meanings, as PyLD finds in them."""

import copy
import itertools
from typing import Any

import pytest
from pyld import ContextResolver, jsonld

from tests.verifier.jsonld_documents import ORDERS
from verifier import context_tables, contexts
from verifier.context_tables import Active, NotMine

CACHE: dict[str, Any] = {}


def load(url: str, _: Any) -> dict[str, Any]:
    document = copy.deepcopy(contexts.load()[url])
    return {"document": document, "contextUrl": None, "documentUrl": url, "tag": "static"}


def by_pyld(order: tuple[str, ...]) -> dict[str, Any] | None:
    """Term -> what PyLD takes it for; None where it refuses the contexts together."""
    processor = jsonld.JsonLdProcessor()
    options = {
        "base": None,
        "processingMode": "json-ld-1.1",
        "contextResolver": ContextResolver(CACHE, load),
    }
    start = processor._get_initial_context(options)
    try:
        active = processor._process_context(start, list(order), options)
    except jsonld.JsonLdError:
        return None
    return {
        term: (
            mapping["@id"],
            mapping.get("@type"),
            list(mapping.get("@container", ())),
            mapping.get("@context"),
            mapping["_prefix"],
            mapping["protected"],
        )
        for term, mapping in active["mappings"].items()
    }


def by_tables(order: tuple[str, ...]) -> dict[str, Any] | None:
    try:
        active = Active({}).naming(list(order))[0]
    except NotMine:
        return None
    return {
        term: (
            known.iri,
            known.type,
            [known.container] if known.container else [],
            known.scoped,
            known.is_prefix,
            known.is_protected,
        )
        for term, known in active.terms.items()
    }


@pytest.mark.parametrize("count", [1, 2, 3])
def test_contexts_on_board_in_every_order(count: int) -> None:
    """What PyLD refuses, such as a protected term defined anew, is refused here too; and here
    nothing more."""
    for order in itertools.permutations(contexts.load(), count):
        assert by_tables(order) == by_pyld(order), order


def test_the_orders_that_documents_have() -> None:
    taken = [order for order in ORDERS if by_tables(order) is not None]
    assert len(taken) == len(ORDERS)


@pytest.mark.parametrize(
    "context",
    [
        {"@vocab": "urn:v:"},
        {"@base": "urn:b:"},
        {"@language": "nb"},
        {"@direction": "ltr"},
        {"@propagate": False},
        {"@import": "https://www.w3.org/ns/credentials/v2"},
        {"@version": 1.0},
        {"@protected": False},
        {"term": None},
        {"term": 7},
        {"term": "@odd"},
        {"term": "@graph"},
        {"term": "_:b"},
        {"term": "relative"},
        {"term": "term"},
        {"": "urn:x"},
        {"a:b": "urn:x"},
        {"a/b": "urn:x"},
        {"a": "b:x", "b": "a:x"},
        {"https": "urn:x"},
        {"did": "urn:x"},
        {"term": {}},
        {"term": {"@id": None}},
        {"term": {"@id": "urn:x", "@reverse": "urn:y"}},
        {"term": {"@reverse": "urn:y"}},
        {"term": {"@id": "urn:x", "@prefix": True}},
        {"term": {"@id": "urn:x", "@language": "nb"}},
        {"term": {"@id": "urn:x", "@nest": "@nest"}},
        {"term": {"@id": "urn:x", "@type": 7}},
        {"term": {"@id": "urn:x", "@type": "@none"}},
        {"term": {"@id": "urn:x", "@type": "relative"}},
        {"term": {"@id": "urn:x", "@container": "@index"}},
        {"term": {"@id": "urn:x", "@container": ["@set"]}},
        {"term": {"@id": "urn:x", "@context": "https://example.no/c"}},
        {"term": {"@id": "urn:x", "@context": []}},
        {"term": {"@id": "urn:x", "@context": {"@vocab": "urn:v:"}}},
        [],
        "https://example.no/c",
        None,
    ],
    ids=repr,
)
def test_whatever_the_contexts_on_board_do_not_do_is_left_alone(
    context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"https://example.no/c": {"@context": context}}
    monkeypatch.setattr(contexts, "load", lambda: known)
    with pytest.raises(NotMine):
        Active({}).naming("https://example.no/c")


@pytest.mark.parametrize(
    "named", [None, [], "", "https://example.no/c", ["a", 1], {}, 7, [None], [{}], ["x"] * 9]
)
def test_only_addresses_of_contexts_on_board(named: Any) -> None:
    with pytest.raises(NotMine):
        context_tables.root(named)


def test_a_list_of_one_and_its_only_item_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://www.w3.org/ns/credentials/v2"
    assert context_tables.root(address)[0].terms == context_tables.root([address])[0].terms
    assert context_tables.root([address])[1] == context_tables.root([address] * 3)[1] / 3
