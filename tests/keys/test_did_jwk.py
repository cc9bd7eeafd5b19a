"""did:jwk: a key that is its own document; and the keys that a document lists."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keys import jwk
from keys.did import (
    MalformedDid,
    MethodNotFound,
    did_document,
    did_jwk,
    did_jwk_document,
    did_key,
    method_of,
    methods_with,
    sole_method,
    verification_method,
)
from keys.multikey import encode_public

ED25519 = Ed25519PrivateKey.generate().public_key()
P256 = ec.generate_private_key(ec.SECP256R1()).public_key()
RSA = rsa.generate_private_key(65537, 2048).public_key()
A = jwk.public_jwk(P256)


def spelt(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return f"did:jwk:{jwk.b64url_encode(data)}"


@pytest.mark.parametrize("key", [ED25519, P256, RSA], ids=jwk.algorithm)
def test_the_document_holds_the_key(key: Any) -> None:
    name = did_jwk(key)
    method = verification_method(did_jwk_document(name), f"{name}#0")
    assert method.key == key
    assert (method.controller, method.kind) == (name, "JsonWebKey")
    assert sole_method(name) == f"{name}#0"


def test_the_example_of_the_method() -> None:
    """did:jwk, "Example: P-256"."""
    name = (
        "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVV"
        "M3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
    )
    key = verification_method(did_jwk_document(name), f"{name}#0").key
    assert jwk.public_jwk(key) == {
        "kty": "EC",
        "crv": "P-256",
        "x": "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0",
        "y": "_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE",
    }


def test_other_members_and_white_space_are_its_own_business() -> None:
    name = spelt(json.dumps({**A, "use": "sig", "kid": "a", "alg": "ES256"}, indent=2))
    assert verification_method(did_jwk_document(name), f"{name}#0").key == P256


@pytest.mark.parametrize(
    "name",
    [
        *("did:jwk:", "did:jwk:abc", "did:jwk:e30", "did:web:a.no", "", did_key(ED25519)),
        did_jwk(P256) + "#0",
        did_jwk(P256) + "=",
        did_jwk(P256)[:-1],
        spelt("[]"),
        spelt("null"),
        spelt('"' + "a" * 100 + '"'),
        spelt("[" * 3000),
        spelt(json.dumps(A) + "{}"),
        spelt(json.dumps(A).encode("utf-16")),
        spelt(b"\xef\xbb\xbf" + json.dumps(A).encode()),
        spelt(b"\xff"),
        spelt(json.dumps({**A, "d": "AQ"})),
        spelt(json.dumps({**A, "use": "enc"})),
        spelt(json.dumps({**A, "key_ops": ["sign"]})),
        spelt(json.dumps({**A, "alg": "ES384"})),
        spelt(json.dumps({**A, "x": "AA"})),
        spelt(json.dumps({**A, "n": float("nan")})),
        spelt(json.dumps(A)[:-1] + ',"kty":"EC"}'),
        spelt(json.dumps(A)[:-1] + ',"a":{"b":1,"b":2}}'),
        spelt(json.dumps({**A, "pad": "x" * 4096})),
    ],
)
def test_what_is_none(name: str) -> None:
    with pytest.raises(MalformedDid):
        did_jwk_document(name)


def test_its_one_method_is_number_nought() -> None:
    name = did_jwk(P256)
    for fragment in ("1", "00", "key", jwk.thumbprint(P256)):
        with pytest.raises(MethodNotFound):
            verification_method(did_jwk_document(name), f"{name}#{fragment}")


def test_names_that_are_keys_and_names_that_are_not() -> None:
    assert sole_method(did_key(ED25519)) == f"{did_key(ED25519)}#{encode_public(ED25519)}"
    for name in ("did:web:example.no", "https://example.no/jwk:a", "urn:key:a", ""):
        assert sole_method(name) is None


def test_the_names_of_a_key_in_a_document() -> None:
    owner = "did:web:example.no"
    document = did_document(owner, [method_of(owner, key) for key in (ED25519, P256, RSA)])
    document["verificationMethod"].append(
        {"id": f"{owner}#twice", "type": "JsonWebKey", "publicKeyJwk": A}
    )
    document["verificationMethod"] += [
        *(1, None, {"type": "Multikey"}, {"type": "JsonWebKey", "publicKeyJwk": {"kty": "?"}}),
        {"type": "JsonWebKey", "publicKeyJwk": A},
    ]
    assert list(methods_with(document, P256)) == [
        method_of(owner, P256).id,
        f"{owner}#twice",
    ]
    document["keyAgreement"] = [{"id": f"{owner}#inside", "type": "JsonWebKey", "publicKeyJwk": A}]
    assert f"{owner}#inside" in methods_with(document, P256)
    others: tuple[Any, ...] = ({}, [], None, {"verificationMethod": "all"})
    for nothing in others:
        assert list(methods_with(nothing, P256)) == []
