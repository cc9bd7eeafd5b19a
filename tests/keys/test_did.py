"""did:web and did:key: which addresses they lead to, and the documents made for them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from keys import did, jwk
from keys.did import (
    MalformedDid,
    UnknownDidMethod,
    did_document,
    did_key,
    did_key_document,
    did_web,
    document_url,
    method_of,
    split_url,
    verification_method,
)
from keys.multikey import PublicKey, encode_public

DID = "did:web:example.no"
ED25519 = Ed25519PrivateKey.generate().public_key()
P256 = ec.generate_private_key(ec.SECP256R1()).public_key()
P384 = ec.generate_private_key(ec.SECP384R1()).public_key()
RSA = rsa.generate_private_key(65537, 2048).public_key()
MOMENT = datetime(2026, 5, 12, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("identifier", "url"),
    [
        # The examples of the did:web specification, without the one that names a port.
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"),
        ("did:web:a.no", "https://a.no/.well-known/did.json"),
        ("did:web:1.2.3.example", "https://1.2.3.example/.well-known/did.json"),
        ("did:web:example.no:A_b-1.c", "https://example.no/A_b-1.c/did.json"),
    ],
)
def test_did_web_leads_to(identifier: str, url: str) -> None:
    assert document_url(identifier) == url


HOSTILE = {
    "IPv4": "did:web:127.0.0.1",
    "IPv4, short": "did:web:127.1",
    "IPv4, one number": "did:web:2130706433",
    "IPv4, hexadecimal": "did:web:0x7f000001",
    "IPv4, last part hexadecimal": "did:web:127.0.0.0x1",
    "IPv4, octal": "did:web:0177.0.0.1",
    "IPv6": "did:web:[::1]",
    "IPv6, encoded": "did:web:%5B%3A%3A1%5D",
    "port": "did:web:example.no%3A8443",
    "port 443": "did:web:example.no%3A443",
    "port, small letter": "did:web:example.no%3a443",
    "user info": "did:web:admin@example.no",
    "user info, encoded": "did:web:admin%40example.no",
    "upper case": "did:web:Example.no",
    "upper case method": "DID:WEB:example.no",
    "trailing dot": "did:web:example.no.",
    "leading dot": "did:web:.example.no",
    "two dots": "did:web:example..no",
    "one label": "did:web:localhost",
    "international, not in ASCII": "did:web:bücher.example",
    "full-width dot": "did:web:example\uff0eno",
    "percent in host": "did:web:ex%61mple.no",
    "underscore": "did:web:ex_ample.no",
    "label begins with a hyphen": "did:web:-a.example.no",
    "label ends with a hyphen": "did:web:a-.example.no",
    "label of 64": f"did:web:{'a' * 64}.no",
    "host of 254": "did:web:" + "a." * 126 + "no",
    "path up": "did:web:example.no:..:secret",
    "path here": "did:web:example.no:.",
    "path up, encoded": "did:web:example.no:%2e%2e",
    "hidden path": "did:web:example.no:.well-known",
    "slash": "did:web:example.no/evil",
    "slash, encoded": "did:web:example.no:a%2Fb",
    "backslash": "did:web:example.no\\evil",
    "empty path part": "did:web:example.no::a",
    "path ends empty": "did:web:example.no:",
    "query": "did:web:example.no?a",
    "fragment": "did:web:example.no#a",
    "space": "did:web:example.no ",
    "line break": "did:web:example.no\n",
    "null": "did:web:example.no\0",
    "empty": "did:web:",
    "nothing": "",
    "an address": "https://example.no/.well-known/did.json",
    "endless": "did:web:example.no" + ":a" * 1000,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_did_web_leads_nowhere(hostile: str) -> None:
    with pytest.raises(MalformedDid) as caught:
        document_url(hostile)
    assert not isinstance(caught.value, UnknownDidMethod)


def test_longest_did_web() -> None:
    host = "a." * 125 + "bcd"
    assert len(host) == 253
    assert document_url(f"did:web:{host}") == f"https://{host}/.well-known/did.json"
    longest = f"did:web:{host}:".ljust(did.MAX_DID_LENGTH, "p")
    assert document_url(longest).startswith(f"https://{host}/ppp")
    with pytest.raises(MalformedDid):
        document_url(longest + "p")


@pytest.mark.parametrize("other", ["did:key:z6Mk", "did:ion:abc", "did:webvh:x:example.no"])
def test_other_methods_are_told_apart(other: str) -> None:
    with pytest.raises(UnknownDidMethod):
        document_url(other)


@given(st.from_regex(r"did:web:[a-zA-Z0-9.:%@/\\\[\]_#?-]{1,40}", fullmatch=True))
def test_any_did_web_leads_to_its_own_host_or_nowhere(identifier: str) -> None:
    try:
        url = document_url(identifier)
    except MalformedDid:
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.query, parts.fragment) == ("https", "", "")
    assert parts.netloc == parts.hostname == identifier.split(":")[2]
    assert parts.path.endswith("/did.json")
    assert "/." not in parts.path.removeprefix("/.well-known")


def test_did_web_of_an_origin() -> None:
    assert did_web("https://merke.example.no") == "did:web:merke.example.no"
    assert document_url(did_web("https://a.no")) == "https://a.no/.well-known/did.json"


@pytest.mark.parametrize(
    "origin",
    [
        *("http://example.no", "example.no", "https://", "https://example.no/", "//example.no"),
        *("https://example.no:443", "https://example.no:a", "https://Example.no", "https://127.1"),
        *(
            "HTTPS://example.no",
            "https://a@example.no",
            "https://example.no?x",
            "https://localhost",
        ),
    ],
)
def test_what_is_no_plain_origin_has_no_did(origin: str) -> None:
    with pytest.raises(MalformedDid):
        did_web(origin)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("did:web:example.no#k", ("did:web:example.no", "k")),
        ("did:web:example.no", ("did:web:example.no", None)),
        ("https://example.no/a?b#c/d", ("https://example.no/a?b", "c/d")),
    ],
)
def test_split(url: str, parts: tuple[str, str | None]) -> None:
    assert split_url(url) == parts


@pytest.mark.parametrize(
    "url",
    [
        "",
        "#",
        "#k",
        "did:web:a.no#",
        "did:a:b#c#d",
        "did:a:b #c",
        "did:a:b#c d",
        "did:a:b#c\n",
        "a#b",
    ],
)
def test_split_refuses(url: str) -> None:
    with pytest.raises(MalformedDid):
        split_url(url)


@pytest.mark.parametrize("key", [ED25519, P256, P384], ids=jwk.algorithm)
def test_did_key_document_holds_its_key(key: Any) -> None:
    identifier = did_key(key)
    document = did_key_document(identifier)
    method_url = f"{identifier}#{encode_public(key)}"
    assert verification_method(document, method_url).key == key


def test_w3c_did_key(vectors: Path) -> None:
    pair = json.loads((vectors / "vc-di-eddsa/TestVectors/keyPair.json").read_text())
    signed = json.loads(
        (vectors / "vc-di-eddsa/TestVectors/eddsa-rdfc-2022/signedDataInt.json").read_text()
    )
    method_url = signed["proof"]["verificationMethod"]
    multikey = pair["publicKeyMultibase"]
    assert split_url(method_url) == (f"did:key:{multikey}", multikey)
    method = verification_method(did_key_document(f"did:key:{multikey}"), method_url)
    assert encode_public(method.key) == multikey


@pytest.mark.parametrize(
    "identifier",
    [
        *("did:key:", "did:key:z", "did:web:a.no", encode_public(ED25519)),
        *(did_key(ED25519)[:-1], did_key(ED25519) + "1", did_key(ED25519) + "#a"),
        f"did:key:{did_key(ED25519)}",
    ],
)
def test_what_is_no_did_key_has_no_document(identifier: str) -> None:
    with pytest.raises(MalformedDid, match="not a did:key"):
        did_key_document(identifier)


def test_document_has_the_shape_every_verifier_takes() -> None:
    methods = [method_of(DID, key) for key in (ED25519, P256, RSA)]
    document = did_document(DID, methods)
    json_web_keys: list[PublicKey] = [P256, RSA]
    ids = [f"{DID}#{encode_public(ED25519)}"]
    ids += [f"{DID}#{jwk.thumbprint(key)}" for key in json_web_keys]
    assert document["id"] == DID
    assert document["@context"][:2] == [did.DID_CONTEXT, did.MULTIKEY_CONTEXT]
    assert document["assertionMethod"] == ids
    assert document["verificationMethod"] == [
        {
            "id": ids[0],
            "type": "Multikey",
            "controller": DID,
            "publicKeyMultibase": encode_public(ED25519),
        },
        *(
            {
                "id": id_,
                "type": "JsonWebKey",
                "controller": DID,
                "publicKeyJwk": jwk.public_jwk(key),
            }
            for id_, key in zip(ids[1:], json_web_keys, strict=True)
        ),
    ]


def test_document_and_methods_round_trip() -> None:
    good = [method_of(DID, key) for key in (ED25519, P256, RSA)]
    document = json.loads(json.dumps(did_document(DID, good)))
    assert [verification_method(document, method.id) for method in good] == good


def test_document_of_multikeys_alone_needs_two_contexts() -> None:
    document = did_document(DID, [method_of(DID, ED25519)])
    assert document["@context"] == [did.DID_CONTEXT, did.MULTIKEY_CONTEXT]


def test_revoked_key_stays_and_says_so() -> None:
    method = method_of(DID, RSA, MOMENT)
    document = did_document(DID, [method_of(DID, ED25519)], [method])
    assert document["verificationMethod"][1]["revoked"] == "2026-05-12T08:00:00Z"
    assert method.id not in document["assertionMethod"]


def test_document_refuses_the_methods_of_others() -> None:
    other = "did:web:other.example.no"
    theirs = method_of(other, ED25519)
    for method in (theirs, replace(theirs, id=f"{DID}#k"), replace(theirs, controller=DID)):
        with pytest.raises(MalformedDid):
            did_document(DID, [method])


def test_no_term_of_the_document_is_lost_as_json_ld(vectors: Path) -> None:
    folder = vectors / "contexts"
    index = json.loads((folder / "index.json").read_text())
    document = did_document(
        DID, [method_of(DID, ED25519), method_of(DID, P256)], [method_of(DID, RSA, MOMENT)]
    )

    def load(url: str, _options: Any) -> dict[str, Any]:
        context = json.loads((folder / index[url]["file"]).read_text())
        return {"contextUrl": None, "documentUrl": url, "document": context}

    def lost(*what: Any, **more: Any) -> None:
        raise AssertionError(f"lost in JSON-LD: {what} {more}")

    options = {"documentLoader": load, "base": None}
    [node] = jsonld.expand(document, options, on_property_dropped=lost)
    security = "https://w3id.org/security#"
    methods = node[security + "verificationMethod"]
    assert [method["@type"] for method in methods] == [
        [security + "Multikey"],
        [security + "JsonWebKey"],
        [security + "JsonWebKey"],
    ]
    assert methods[2][security + "revoked"][0]["@value"] == "2026-05-12T08:00:00Z"
    assert methods[1][security + "publicKeyJwk"][0]["@value"] == jwk.public_jwk(P256)
    with pytest.raises(AssertionError, match="lost"):
        jsonld.expand(document | {"keyOfNoContext": 1}, options, on_property_dropped=lost)
