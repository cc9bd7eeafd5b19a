"""Finding a key in a stranger's document: start from a good one, break one thing."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from keys import did, jwk
from keys.did import InvalidVerificationMethod, did_document, method_of, verification_method
from keys.multikey import encode_public

DID = "did:web:example.no"
KEY = Ed25519PrivateKey.generate().public_key()
OTHER = ec.generate_private_key(ec.SECP256R1()).public_key()
URL = method_of(DID, KEY).id
OTHER_URL = method_of(DID, OTHER).id

Document = dict[str, Any]
Break = Callable[[Document], object]


def good() -> Document:
    return did_document(DID, [method_of(DID, KEY), method_of(DID, OTHER)])


def first(document: Document) -> dict[str, Any]:
    method: dict[str, Any] = document["verificationMethod"][0]
    return method


def set_first(**members: Any) -> Break:
    return lambda document: first(document).update(members)


def drop_first(name: str) -> Break:
    return lambda document: first(document).pop(name)


def embed(document: Document) -> None:
    """The method stands in the relationship itself instead of being named there."""
    document["assertionMethod"][0] = document["verificationMethod"].pop(0)


def test_good() -> None:
    assert verification_method(good(), URL).key == KEY
    method = verification_method(good(), OTHER_URL)
    assert (method.id, method.controller, method.kind) == (OTHER_URL, DID, "JsonWebKey")
    assert (method.key, method.revoked, method.expires) == (OTHER, None, None)


def test_older_type() -> None:
    """What issuers of `Ed25519Signature2020` publish; nothing is said of where it may be used."""
    document = good()
    set_first(type="Ed25519VerificationKey2020")(document)
    method = verification_method(document, URL)
    assert (method.key, method.kind) == (KEY, "Ed25519VerificationKey2020")
    assert list(did.methods_with(document, KEY)) == [URL]
    assert did_document(DID, [method])["verificationMethod"] == [first(document)]


def test_embedded_method_counts_for_its_relationship_only() -> None:
    document = good()
    embed(document)
    assert verification_method(document, URL).key == KEY
    with pytest.raises(did.MethodNotFound):
        verification_method(document, URL, relationship="authentication")


def test_named_relationship_decides() -> None:
    document = good() | {"authentication": [URL], "assertionMethod": []}
    assert verification_method(document, URL, relationship="authentication").key == KEY


INVALID = "INVALID_VERIFICATION_METHOD"
RELATION = "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"
DOCUMENT = "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"
MULTIKEY = encode_public(KEY)

BROKEN: dict[str, tuple[Break, type[InvalidVerificationMethod], str]] = {
    "no id": (lambda d: d.pop("id"), did.InvalidDocumentId, f"{DOCUMENT}_ID"),
    "id of another": (
        lambda d: d.update(id="did:web:evil.example"),
        did.InvalidDocumentId,
        f"{DOCUMENT}_ID",
    ),
    "id of the method": (lambda d: d.update(id=URL), did.InvalidDocumentId, f"{DOCUMENT}_ID"),
    "id not text": (lambda d: d.update(id=[DID]), did.InvalidDocumentId, f"{DOCUMENT}_ID"),
    "methods not a list": (
        lambda d: d.update(verificationMethod=first(d)),
        did.InvalidDocument,
        DOCUMENT,
    ),
    "method by name": (
        lambda d: d["verificationMethod"].append(URL),
        did.InvalidDocument,
        DOCUMENT,
    ),
    "relationship not a list": (
        lambda d: d.update(assertionMethod=URL),
        did.InvalidDocument,
        DOCUMENT,
    ),
    "method twice": (
        lambda d: d["verificationMethod"].append(first(d) | {"publicKeyMultibase": MULTIKEY}),
        did.InvalidDocument,
        DOCUMENT,
    ),
    "method listed and embedded": (
        lambda d: d["assertionMethod"].append(dict(first(d))),
        did.InvalidDocument,
        DOCUMENT,
    ),
    "no methods": (lambda d: d.pop("verificationMethod"), did.MethodNotFound, INVALID),
    "method gone": (lambda d: d["verificationMethod"].pop(0), did.MethodNotFound, INVALID),
    "method without id": (drop_first("id"), did.MethodNotFound, INVALID),
    "relative id": (set_first(id=f"#{MULTIKEY}"), did.MethodNotFound, INVALID),
    "no controller": (drop_first("controller"), did.WrongController, INVALID),
    "controller of another": (
        set_first(controller="did:web:evil.example"),
        did.WrongController,
        INVALID,
    ),
    "controllers in a list": (set_first(controller=[DID]), did.WrongController, INVALID),
    "no type": (drop_first("type"), did.UnknownMethodType, INVALID),
    "unknown type": (set_first(type="JsonWebKey2020"), did.UnknownMethodType, INVALID),
    "type in a list": (set_first(type=["Multikey"]), did.UnknownMethodType, INVALID),
    "P-256 key of a type for Ed25519": (
        set_first(type="Ed25519VerificationKey2020", publicKeyMultibase=encode_public(OTHER)),
        did.MalformedMethod,
        INVALID,
    ),
    "JWK of that type": (
        lambda d: (
            drop_first("publicKeyMultibase")(d),
            set_first(type="Ed25519VerificationKey2020", publicKeyJwk=jwk.public_jwk(KEY))(d),
        ),
        did.MalformedMethod,
        INVALID,
    ),
    "no key": (drop_first("publicKeyMultibase"), did.MalformedMethod, INVALID),
    "key of another type": (set_first(type="JsonWebKey"), did.MalformedMethod, INVALID),
    "two keys": (set_first(publicKeyJwk={"kty": "OKP"}), did.MalformedMethod, INVALID),
    "key not text": (set_first(publicKeyMultibase=[MULTIKEY]), did.MalformedMethod, INVALID),
    "key as a JWK": (
        set_first(publicKeyMultibase=jwk.public_jwk(KEY)),
        did.MalformedMethod,
        INVALID,
    ),
    "key null": (set_first(publicKeyMultibase=None), did.MalformedMethod, INVALID),
    "key cut short": (set_first(publicKeyMultibase=MULTIKEY[:-1]), did.MalformedMethod, INVALID),
    "private key shown": (set_first(secretKeyMultibase="z1"), did.MalformedMethod, INVALID),
    "revoked is a flag": (set_first(revoked=True), did.MalformedMethod, INVALID),
    "revoked is null": (set_first(revoked=None), did.MalformedMethod, INVALID),
    "revoked without offset": (
        set_first(revoked="2026-05-12T08:00:00"),
        did.MalformedMethod,
        INVALID,
    ),
    "revoked on no day": (set_first(revoked="2026-02-30T08:00:00Z"), did.MalformedMethod, INVALID),
    "expires is a day": (set_first(expires="2026-05-12"), did.MalformedMethod, INVALID),
    "not for assertions": (lambda d: d["assertionMethod"].remove(URL), did.NotAssociated, RELATION),
    "no assertions": (lambda d: d.pop("assertionMethod"), did.NotAssociated, RELATION),
    "named relatively": (
        lambda d: d.update(assertionMethod=[f"#{MULTIKEY}"]),
        did.NotAssociated,
        RELATION,
    ),
    "for another use only": (
        lambda d: d.update(authentication=d.pop("assertionMethod")),
        did.NotAssociated,
        RELATION,
    ),
    "revoked and withdrawn": (
        lambda d: (set_first(revoked="2026-05-12T08:00:00Z")(d), d["assertionMethod"].remove(URL)),
        did.RevokedMethod,
        RELATION,
    ),
}


@pytest.mark.parametrize(("break_", "kind", "problem"), BROKEN.values(), ids=BROKEN)
def test_broken(break_: Break, kind: type[InvalidVerificationMethod], problem: str) -> None:
    document = good()
    break_(document)
    with pytest.raises(InvalidVerificationMethod) as caught:
        verification_method(document, URL)
    assert type(caught.value) is kind
    assert caught.value.problem == problem


@pytest.mark.parametrize("url", ["", DID, f"{DID}#", f"{URL}#", f"#{MULTIKEY}", f"{URL} "])
def test_address_without_one_fragment(url: str) -> None:
    with pytest.raises(did.InvalidMethodUrl) as caught:
        verification_method(good(), url)
    assert caught.value.problem == "INVALID_VERIFICATION_METHOD_URL"


@pytest.mark.parametrize("document", [None, [], "text", 7, [good()]])
def test_document_that_is_no_object(document: Any) -> None:
    with pytest.raises(did.InvalidDocument):
        verification_method(document, URL)


@pytest.mark.parametrize("value", [None, [], "text", encode_public(OTHER)])
def test_json_web_key_that_is_no_object_is_refused(value: Any) -> None:
    document = good()
    document["verificationMethod"][1]["publicKeyJwk"] = value
    with pytest.raises(did.MalformedMethod):
        verification_method(document, OTHER_URL)


def test_jwk_with_private_members_is_refused() -> None:
    document = good()
    document["verificationMethod"][1]["publicKeyJwk"]["d"] = "AQAB"
    with pytest.raises(did.MalformedMethod, match="private"):
        verification_method(document, OTHER_URL)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-12T08:00:00Z", datetime(2026, 5, 12, 8, tzinfo=UTC)),
        ("2026-05-12T08:00:00.25Z", datetime(2026, 5, 12, 8, 0, 0, 250_000, UTC)),
        (
            "2026-05-12T10:00:00+02:00",
            datetime(2026, 5, 12, 10, tzinfo=timezone(timedelta(hours=2))),
        ),
    ],
)
def test_ends_are_read(text: str, moment: datetime) -> None:
    document = good()
    set_first(revoked=text, expires=text)(document)
    method = verification_method(document, URL)
    assert (method.revoked, method.expires) == (moment, moment)


def test_ends_are_written() -> None:
    moment = datetime(2026, 5, 12, 10, tzinfo=timezone(timedelta(hours=2)))
    method = did.VerificationMethod(URL, DID, KEY, "Multikey", moment, moment + timedelta(days=1))
    assert verification_method(did_document(DID, [method]), URL) == method


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in the document something stands."""
    if isinstance(node, dict):
        below = [paths(value, (*path, name)) for name, value in node.items()]
    elif isinstance(node, list):
        below = [paths(value, (*path, index)) for index, value in enumerate(node)]
    else:
        below = []
    return [path, *(found for part in below for found in part)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@given(st.sampled_from(paths(good())), JSON, st.sampled_from([URL, OTHER_URL]))
def test_any_change_leaves_the_same_key_or_none(
    path: tuple[Any, ...], value: Any, method_url: str
) -> None:
    document: Any = copy.deepcopy(good())
    if not path:
        document = value
    else:
        *above, name = path
        node = document
        for step in above:
            node = node[step]
        node[name] = value
    try:
        method = verification_method(document, method_url)
    except InvalidVerificationMethod:
        return
    assert method.key == {URL: KEY, OTHER_URL: OTHER}[method_url]
