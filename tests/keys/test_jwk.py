"""JSON Web Keys: the RFCs' values, another library's opinion, and keys that must be refused."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from keys import jwk
from keys.jwk import b64url_decode, b64url_encode, public_jwk, public_key, thumbprint
from keys.multikey import MalformedKey, PublicKey

# RFC 7638, section 3.1.
RSA = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS"
    "oc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65"
    "YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyr"
    "dkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
    "nqDKgw",
    "e": "AQAB",
}
# RFC 8037, appendix A.
ED25519 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
# RFC 7515, appendix A.3.
P256 = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
KNOWN = {"RS256": RSA, "EdDSA": ED25519, "ES256": P256}

FRESH: list[PublicKey] = [
    Ed25519PrivateKey.generate().public_key(),
    ec.generate_private_key(ec.SECP256R1()).public_key(),
    ec.generate_private_key(ec.SECP384R1()).public_key(),
    rsa.generate_private_key(65537, 2048).public_key(),
]


def number(value: int) -> str:
    return b64url_encode(value.to_bytes((value.bit_length() + 7) // 8))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (RSA, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (ED25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ],
)
def test_thumbprints_of_the_rfcs(known: dict[str, str], expected: str) -> None:
    assert thumbprint(public_key(known)) == expected


@pytest.mark.parametrize(("algorithm", "known"), KNOWN.items())
def test_known_keys_in_both_directions(algorithm: str, known: dict[str, str]) -> None:
    key = public_key(known)
    assert public_jwk(key) == known
    assert jwk.algorithm(key) == algorithm


@pytest.mark.parametrize("key", FRESH, ids=jwk.algorithm)
def test_round_trip_and_another_librarys_opinion(key: PublicKey) -> None:
    ours = public_jwk(key)
    assert public_key(ours) == key
    peers: dict[str, Any] = {"OKP": OKPAlgorithm, "EC": ECAlgorithm, "RSA": RSAAlgorithm}
    peer = peers[ours["kty"]]
    theirs = peer.to_jwk(key, as_dict=True)
    required = {name: theirs[name] for name in ours}
    assert ours == required
    assert peer.from_jwk(ours) == key
    text = "{" + ",".join(f'"{name}":"{required[name]}"' for name in sorted(required)) + "}"
    assert thumbprint(key) == b64url_encode(hashlib.sha256(text.encode()).digest())


def test_short_coordinates_keep_their_leading_zeros() -> None:
    curve = ec.SECP256R1()
    keys = (ec.derive_private_key(secret, curve).public_key() for secret in range(1, 2000))
    short = next(key for key in keys if key.public_numbers().x < 2**248)
    assert len(b64url_decode(public_jwk(short)["x"])) == 32
    assert public_key(public_jwk(short)) == short


def test_published_form_names_key_algorithm_and_use() -> None:
    key = public_key(P256)
    published = jwk.named_jwk("did:web:example.no#1", key)
    assert published == P256 | {"kid": "did:web:example.no#1", "alg": "ES256", "use": "sig"}
    assert public_key(published) == key
    assert jwk.jwk_set([("did:web:example.no#1", key)]) == {"keys": [published]}


def test_other_members_are_no_hindrance() -> None:
    extra = {"kid": "k", "x5t": "…", "ext": True, "key_ops": ["verify"], "use": "sig"}
    assert public_key(P256 | extra | {"alg": "ES256"}) == public_key(P256)
    assert public_key(ED25519 | {"alg": "Ed25519"}) == public_key(ED25519)


BROKEN: dict[str, dict[str, Any]] = {
    "empty": {},
    "symmetric": {"kty": "oct", "k": "AAAA"},
    "kty of another kind": RSA | {"kty": "EC"},
    "kty not text": RSA | {"kty": ["RSA"]},
    "other Edwards curve": ED25519 | {"crv": "Ed448"},
    "key agreement curve": ED25519 | {"crv": "X25519"},
    "x not text": ED25519 | {"x": 7},
    "x missing": {"kty": "OKP", "crv": "Ed25519"},
    "x padded": ED25519 | {"x": ED25519["x"] + "="},
    "x with stray bits": ED25519 | {"x": ED25519["x"][:-1] + "p"},
    "x of small order": ED25519 | {"x": b64url_encode(b"\1" + bytes(31))},
    "x not canonical": ED25519 | {"x": b64url_encode(b"\xff" * 31 + b"\x7f")},
    "x too short": ED25519 | {"x": b64url_encode(bytes(31))},
    "other curve": P256 | {"crv": "secp256k1"},
    "curve of other length": P256 | {"crv": "P-384"},
    "crv not text": P256 | {"crv": {}},
    "y of another point": P256 | {"y": P256["x"]},
    "point at zero": P256 | {"x": b64url_encode(bytes(32)), "y": b64url_encode(bytes(32))},
    "x past the field": P256 | {"x": b64url_encode(b"\xff" * 32)},
    "x too long": P256 | {"x": b64url_encode(b"\0" + b64url_decode(P256["x"]))},
    "y missing": {name: P256[name] for name in ("kty", "crv", "x")},
    "modulus of 1024 bits": RSA | {"n": number(2**1023 + 1)},
    "modulus of 2047 bits": RSA | {"n": number(2**2046 + 1)},
    "modulus of 8193 bits": RSA | {"n": number(2**8192 + 1)},
    "even modulus": RSA | {"n": number(2**2047)},
    "empty modulus": RSA | {"n": ""},
    "modulus with a leading zero": RSA | {"n": b64url_encode(b"\0" + b64url_decode(RSA["n"]))},
    "exponent 1": RSA | {"e": number(1)},
    "exponent 3": RSA | {"e": number(3)},
    "even exponent": RSA | {"e": number(65540)},
    "giant exponent": RSA | {"e": number(2**32 + 1)},
    "exponent missing": {"kty": "RSA", "n": RSA["n"]},
    "made for encryption": RSA | {"use": "enc"},
    "use not text": RSA | {"use": ["sig"]},
    "operations without verify": RSA | {"key_ops": ["encrypt"]},
    "operations not a list": RSA | {"key_ops": "verify"},
    "another RSA algorithm": RSA | {"alg": "PS256"},
    "symmetric algorithm": RSA | {"alg": "HS256"},
    "alg none": RSA | {"alg": "none"},
    "alg not text": RSA | {"alg": ["RS256"]},
    "alg null": RSA | {"alg": None},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(MalformedKey):
        public_key(broken)


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_private_members_are_refused(known: dict[str, str], member: str) -> None:
    with pytest.raises(MalformedKey, match="private"):
        public_key(known | {member: "AQAB"})


def test_other_curves_have_no_jwk_here() -> None:
    key = ec.generate_private_key(ec.SECP521R1()).public_key()
    for question in (public_jwk, jwk.algorithm, thumbprint):
        with pytest.raises(MalformedKey):
            question(key)


def test_wycheproof_public_keys_are_judged_by_their_own_words(vectors: Path) -> None:
    path = vectors / "wycheproof/testvectors_v1/json_web_signature_test.json"
    native = {"RSA": "RS256", "EC": "ES256"}
    seen = set()
    for group in json.loads(path.read_text())["testGroups"]:
        key = group.get("public") or group["private"]
        algorithm = native.get(key["kty"])
        fit = algorithm is not None and key.get("alg", algorithm) == algorithm
        fit = (
            fit and key.get("use", "sig") == "sig" and key.get("key_ops", ["verify"]) == ["verify"]
        )
        seen.add(fit)
        if fit:
            assert public_jwk(public_key(key)).items() <= key.items()
        else:
            with pytest.raises(MalformedKey):
                public_key(key)
    assert seen == {True, False}


@given(st.binary(max_size=64))
def test_base64url_round_trip(data: bytes) -> None:
    assert b64url_decode(b64url_encode(data)) == data


@given(st.text("ABQgw-_09", max_size=12))
def test_base64url_has_one_text_for_its_bytes(text: str) -> None:
    try:
        data = b64url_decode(text)
    except ValueError:
        return
    assert b64url_encode(data) == text


@pytest.mark.parametrize(
    "text", ["A", "AB", "AAB", "AA==", "AA=", "A A", "AA\n", "+/+/", "AAAAA", "ÅÅ", "QUJD.", "__9="]
)
def test_base64url_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        b64url_decode(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    st.sampled_from(list(KNOWN.values())),
    st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops"]),
    JSON,
)
def test_any_member_of_any_type_gives_a_key_or_malformed(
    known: dict[str, str], member: str, value: Any
) -> None:
    try:
        key = public_key(known | {member: value})
    except MalformedKey:
        return
    assert public_jwk(key).items() <= (known | {member: value}).items()
