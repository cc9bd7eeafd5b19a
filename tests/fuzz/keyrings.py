"""Targets: keys, their names, and the documents they are published in."""

from typing import Any

from jwt import PyJWK

from keys import did, jwk, multikey
from keys.did import InvalidVerificationMethod, MalformedDid
from keys.multikey import MalformedKey
from tests.fuzz.reading import loose
from tests.fuzz.target import refused, target
from verifier import resolve, strict_json
from verifier.documents import PinnedDocuments
from verifier.resolve import NoKey
from verifier.strict_json import MalformedJson

DID = "did:web:merke.example.no"
DOCUMENT = "https://merke.example.no/.well-known/did.json"
SET = "https://merke.example.no/.well-known/jwks.json"
KEY = "https://merke.example.no/keys/1"
METHOD = f"{DID}#key"


def parsed(data: bytes) -> Any:
    return refused(lambda: strict_json.loads(data), MalformedJson)


@target
def multikeys(data: bytes) -> None:
    """A Multikey: `MalformedKey`, or a key whose Multikey this is."""
    text = loose(data)
    for read in (
        refused(lambda: multikey.decode_public(text), MalformedKey),
        refused(lambda: multikey.public_from_bytes(data), MalformedKey),
    ):
        if read is not None:
            written = multikey.encode_public(read)
            assert written in (text, multikey.base58btc_encode(data))
            assert jwk.public_key(jwk.public_jwk(read)) == read


@target
def jwks(data: bytes) -> None:
    """A JWK: `MalformedKey`, or a key that PyJWT reads too, and no private half."""
    members = parsed(data)
    if not isinstance(members, dict):
        return
    read = refused(lambda: jwk.public_key(members), MalformedKey)
    if read is None:
        return
    plain = jwk.public_jwk(read)
    assert plain.items() <= members.items()
    assert jwk.public_key(plain) == read
    assert jwk.thumbprint(jwk.public_key(jwk.named_jwk("k", read))) == jwk.thumbprint(read)
    assert "d" not in members
    theirs = PyJWK(plain, algorithm=jwk.algorithm(read)).key
    assert jwk.public_jwk(theirs) == plain


@target
def dids(data: bytes) -> None:
    """A DID or DID URL: `MalformedDid`, or what it stands for, under its own name."""
    text = loose(data)
    for read in (did.did_key_document, did.did_jwk_document):
        document = refused(lambda: read(text), MalformedDid)  # noqa: B023
        if document is not None:
            (method,) = document["assertionMethod"]
            assert document["id"] == text
            assert method == did.sole_method(text)
            assert did.verification_method(document, method).controller == text
    url = refused(lambda: did.document_url(text), MalformedDid)
    if url is not None:
        assert url.startswith("https://")
        assert url.endswith("/did.json")
        assert ".." not in url
        assert resolve.issuer_host(text) == url.split("/")[2]
    parts = refused(lambda: did.split_url(text), MalformedDid)
    if parts is not None:
        assert parts[0] + ("" if parts[1] is None else f"#{parts[1]}") == text
    resolve.issuer_place(text)


@target
def did_document(data: bytes) -> None:
    """An issuer's document: `InvalidVerificationMethod` or `NoKey`, or its own listed key."""
    document = parsed(data)
    read = refused(lambda: did.verification_method(document, METHOD), InvalidVerificationMethod)
    if read is not None:
        assert (read.id, read.controller) == (METHOD, DID)
        assert list(did.methods_with(document, read.key)).count(METHOD) >= 1
    documents = PinnedDocuments({DOCUMENT: data})
    same = refused(lambda: resolve.method_at(METHOD, documents), NoKey)
    assert (same is None) is (read is None) or len(data) > 256 * 1024
    if same is not None and read is not None:
        assert same.key == read.key


@target
def key_set(data: bytes) -> None:
    """A key set, a JWK at an address, a document beside it: `NoKey`, or the issuer's key."""
    for served in (SET, KEY):
        documents = PinnedDocuments({served: data, DOCUMENT: b'{"id": "%s"}' % DID.encode()})
        for kid in ("1", KEY, f"{KEY}#1"):
            key = refused(lambda: resolve.token_key(DID, kid, None, documents), NoKey)  # noqa: B023
            assert key is None or key.controller == DID
