"""The fast way from a document to its canonical bytes is the slow way, only faster.

It may leave any document to the slow way. What it takes, the slow way must take too, and give
the same bytes. `MERKE_DOCUMENTS` is how many documents are made up for that (5,000).
"""

import hashlib
import json
import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier import jsonld_documents
from tests.verifier.both_ways import is_same, quickly
from tests.verifier.jsonld_documents import ADDRESSES, ORDERS
from tests.verifier.jsonld_samples import (
    ID,
    OB,
    V2,
    Document,
    badge,
    changed,
    set_in_achievement,
    setter,
)
from tests.verifier.simulator import IssuerSimulator
from verifier import canonical, compiled, context_tables, contexts
from verifier.canonical import canonicalise, slowly

DOCUMENTS = int(os.environ.get("MERKE_DOCUMENTS", "5000"))


def ours() -> dict[str, Document]:
    """What an issuer of ours signs: a badge, a status list, and options of their proofs."""
    issuer = IssuerSimulator()
    documents = {"badge": issuer.credential(), "list": issuer.status_list(), "small": badge()}
    for name, document in list(documents.items()):
        proof = issuer.proof(document)
        del proof["proofValue"]
        documents[f"options of the {name}"] = {"@context": document["@context"], **proof}
    return documents


OURS = ours()


@pytest.mark.parametrize("name", OURS)
def test_what_we_sign_goes_the_fast_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = slowly(OURS[name])
    assert quickly(OURS[name]) == expected
    monkeypatch.setattr(canonical, "slowly", None)
    assert canonicalise(OURS[name]) == expected


def test_with_sha_384() -> None:
    document = OURS["badge"]
    form = compiled.canonicalise(document, hashlib.sha384)
    assert form == slowly(document, digest="sha384")
    assert form == canonicalise(document, digest="sha384")
    assert form != slowly(document)


def in_json(value: Any) -> Iterator[Document]:
    """Every object in a JSON value that names contexts."""
    if isinstance(value, dict):
        if "@context" in value:
            yield value
        for item in value.values():
            yield from in_json(item)
    elif isinstance(value, list):
        for item in value:
            yield from in_json(item)


def test_public_vectors(vectors: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their own contexts too, as if those were on board."""
    index = json.loads((vectors / "contexts" / "index.json").read_bytes())
    known = {
        url: json.loads((vectors / "contexts" / entry["file"]).read_bytes())
        for url, entry in index.items()
    }
    monkeypatch.setattr(contexts, "load", lambda: known)
    monkeypatch.setattr(context_tables, "_start", context_tables.Active({}))
    taken = set()
    for folder in ("ob-spec", "vc-di-eddsa", "vc-di-ecdsa"):
        for path in sorted((vectors / folder).rglob("*.json")):
            for document in in_json(json.loads(path.read_bytes())):
                plain = {name: value for name, value in document.items() if name != "proof"}
                if is_same(plain, known):
                    taken.add(path.relative_to(vectors).as_posix())
                is_same(document, known)
                for proof in listed(document.get("proof", [])):
                    is_same({"@context": document["@context"], **proof}, known)
    # Those with a vocabulary for everything (`@vocab`) are left to the slow way.
    assert {
        "ob-spec/unsigned.json",
        "vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p384/employ/proofConfigECDSAP384.json",
        "vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p384/employ/signedECDSAP384.json",
    } <= taken


# Every term of every context, wherever it is defined, with values of every kind.

SHAPES: tuple[Any, ...] = (
    *("a", 'sitat "\\', ADDRESSES[0], ADDRESSES[2], "revocation", "assertionMethod", "x:y", "id"),
    *(7, 4.25, True, 1e21, None, [], {}, ["a", "b", "a"], ["a", 1, {"id": "urn:x"}], [["a"]]),
    *({"id": "urn:x"}, {"id": ADDRESSES[1], "name": "a"}, {"name": "a"}, {"id": "x"}, {"id": ID}),
    *({"type": "Achievement", "name": "a"}, {"type": ["Profile", "VerifiableCredential"]}),
    *({"type": "Achievement", "tag": ["a"], "image": {"id": "urn:x", "type": "Image"}}),
    *({"@value": "a"}, {"@value": "a", "@language": "nb"}, {"@id": "urn:x"}, {"@list": ["a"]}),
    *({"@context": [V2, OB], "name": "a"}, {"proofPurpose": "assertionMethod"}),
    *([{"name": "a"}, {"name": "b"}], [{"name": "a"}, {"name": "a"}]),
)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "+".join(map(short, order)))
def test_every_term_in_every_place(order: tuple[str, ...]) -> None:
    scopes = jsonld_documents.scopes_of(order)
    checked = 0
    for kind, terms in scopes.items():
        for term in terms:
            document: Document = {"@context": list(order), "id": ID}
            if kind is not None:
                document["type"] = [kind]
            # Shapes that the fast way takes one by one are shown to the slow one together.
            taken = [shape for shape in SHAPES if quickly({**document, term: shape}) is not None]
            alone = {**document, term: [s for shape in taken for s in listed(shape)]}
            node = {name: value for name, value in alone.items() if name != "@context"}
            inside = {"@context": list(order), "id": ID, "name": "a", "evidence": node}
            checked += is_same(alone) + is_same(inside)
            for shape in taken:
                if isinstance(shape, dict):
                    checked += is_same({**document, term: shape})
    assert checked > 0 or not any(map(quickly, ({"@context": list(order), "name": "a"},)))


def short(address: str) -> str:
    return address.rpartition("/")[2]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# Made-up documents.


def test_made_up_documents() -> None:
    taken = {True: 0, False: 0}
    samples = tuple(OURS.values())

    @settings(max_examples=DOCUMENTS)
    @given(st.integers(0, 2**64 - 1))
    def check(seed: int) -> None:
        chance = random.Random(seed)
        if seed % 2:
            document = jsonld_documents.made_up(chance)
        else:
            document = jsonld_documents.changed_badge(chance, samples)
        taken[is_same(document)] += 1

    check()
    assert taken[True] > DOCUMENTS / 4
    assert taken[False] > DOCUMENTS / 10


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_made_up_documents_that_can_be_made_small(chance: random.Random) -> None:
    is_same(jsonld_documents.made_up(chance))


@given(st.text(), st.text())
def test_texts(text: str, other: str) -> None:
    document = changed(setter(name=text, description=[other, text + other]))
    document["evidence"] = [
        {"type": ["Evidence"], "name": other, "id": f"https://example.no/{text}"}
    ]
    is_same(document)
    is_same(changed(setter(name=text)))
    is_same(changed(set_in_achievement(criteria={"id": text, "narrative": other})))


@given(st.floats() | st.integers(-(2**54), 2**54))
def test_numbers(number: float) -> None:
    for members in ({"version": number}, {"creditsAvailable": number}, {"tag": [number, "a"]}):
        is_same(changed(set_in_achievement(**members)))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "+".join(map(short, order)))
def test_addresses_that_a_prefix_could_make_longer(order: tuple[str, ...]) -> None:
    """A term may be a prefix in one place and unknown in the next."""
    for kind, terms in jsonld_documents.scopes_of(order).items():
        document: Document = {"@context": list(order), "id": ID, "name": "a"}
        if kind is not None:
            document["type"] = kind
        for prefix in {
            name for scope in jsonld_documents.scopes_of(order).values() for name in scope
        }:
            address = f"{prefix}:x"
            is_same({**document, "id": address})
            for term, value in terms.items():
                if isinstance(value, dict) and value.get("@type") == "@id":
                    is_same({**document, term: address})
                    is_same({**document, term: {"id": address}})
                    break


# What depends on more than the document.


def test_tables_are_bounded_and_what_is_forgotten_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(context_tables, "MAX_TABLES", 3)
    expected = {name: slowly(document) for name, document in OURS.items()}
    for _ in range(3):
        assert {name: quickly(document) for name, document in OURS.items()} == expected


def test_no_document_changes_what_the_next_one_means() -> None:
    chance = random.Random(1)
    for _ in range(300):
        quickly(jsonld_documents.made_up(chance))
    for document in OURS.values():
        assert quickly(document) == slowly(document)


def test_threads_do_not_meet() -> None:
    expected = [slowly(document) for document in OURS.values()]
    results: list[list[bytes | None]] = []

    def work() -> None:
        results.extend([quickly(document) for document in OURS.values()] for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 80


@pytest.mark.parametrize("levels", [10, 22, 23, 29, 30, 31, 32, 40, 61, 62, 63, 64])
def test_depth(levels: int) -> None:
    listed: Document = {"name": "x"}
    single: Document = {"name": "x"}
    for level in range(levels):
        listed = {"name": [listed], "description": f"{level}"}
        single = {"name": single, "description": f"{level}"}
    assert is_same(changed(setter(name=single))) is (levels < 23)
    is_same(changed(setter(name=listed)))


@pytest.mark.parametrize("count", [600, 1900, 2100, 5000, 9900, 20_000])
def test_size(count: int) -> None:
    is_same(changed(set_in_achievement(tag=[f"t{i}" for i in range(count)])))
    is_same(changed(setter(evidence=[{"name": f"{i}"} for i in range(count // 4)])))


@pytest.mark.parametrize("count", [50, 80, 110, 140, 170, 200, 300, 400, 800])
def test_contexts_put_in_force_are_counted_alike(count: int) -> None:
    """Where the slow way stops, the fast one has not gone on."""
    for kind in (["Evidence"], ["Profile"], ["DataIntegrityProof"]):
        many = [{"type": kind, "name": f"{i}"} for i in range(count)]
        is_same(changed(setter(evidence=many)))
    is_same(changed(setter(evidence=[{"@context": [V2], "name": f"{i}"} for i in range(count)])))
    options: Document = {"@context": [V2], "type": "DataIntegrityProof"}
    is_same({**options, "proofPurpose": [{"id": f"urn:{i}"} for i in range(count)]})
    is_same({**options, "proofPurpose": [{"type": ["Evidence"], "name": "a"}] * count})
    many = [{**options, "id": f"urn:{i}", "proofPurpose": "assertionMethod"} for i in range(count)]
    for one in many:
        del one["@context"]
    is_same({"@context": [V2, OB], "id": ID, "name": "a", "evidence": many})
    named = {"@context": [V2, OB], "id": ID, "type": ["VerifiableCredential"], "name": "a"}
    is_same({**named, "evidence": many})
