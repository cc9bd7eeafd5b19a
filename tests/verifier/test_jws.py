"""Compact JWS: one spelling, algorithms that follow from the key, and the public vectors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from hypothesis import given
from hypothesis import strategies as st

from keys.jwk import b64url_decode, b64url_encode, public_key
from keys.multikey import MalformedKey
from verifier import signatures
from verifier.jws import InvalidSignature, Jws, MalformedJws, split, verify_signature

PAYLOAD = {"id": "https://example.no/b/1", "name": "Bjørnøya", "nbf": 1768435200}

PRIVATE: dict[str, Any] = {
    "EdDSA": Ed25519PrivateKey.generate(),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "RS256": rsa.generate_private_key(65537, 2048),
}


def token(algorithm: str = "EdDSA", **header: Any) -> str:
    return jwt.encode(PAYLOAD, PRIVATE[algorithm], algorithm=algorithm, headers=header)


def segments(header: Any, payload: Any = PAYLOAD, signature: bytes = b"s") -> str:
    parts = [p if isinstance(p, bytes) else json.dumps(p).encode() for p in (header, payload)]
    return ".".join(map(b64url_encode, [*parts, signature]))


def malformed(text: str) -> str:
    with pytest.raises(MalformedJws) as caught:
        split(text)
    assert str(caught.value)
    return caught.value.reason


def refused(text: str, key: Any) -> str:
    with pytest.raises(InvalidSignature) as caught:
        verify_signature(split(text), key)
    assert str(caught.value)
    return caught.value.reason


# Agreement with PyJWT


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_tokens_of_pyjwt(algorithm: str) -> None:
    text = token(algorithm, kid="did:web:example.no#key", typ="JWT")
    parts = split(text)
    assert parts.header == {"alg": algorithm, "kid": "did:web:example.no#key", "typ": "JWT"}
    assert parts.payload == PAYLOAD
    assert json.loads(parts.payload_bytes) == PAYLOAD
    assert parts.signing_input == text.rpartition(".")[0].encode()
    public = PRIVATE[algorithm].public_key()
    verify_signature(parts, public)
    assert jwt.decode(text, public, algorithms=[algorithm], options={"verify_nbf": False})


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_any_change_is_noticed(algorithm: str) -> None:
    text = token(algorithm)
    public = PRIVATE[algorithm].public_key()
    header, payload, signature = text.split(".")
    other = segments({"alg": algorithm, "typ": "JWT"}, {**PAYLOAD, "nbf": 0}).split(".")
    assert refused(f"{header}.{other[1]}.{signature}", public) == "proof.altered"
    assert refused(f"{other[0]}.{payload}.{signature}", public) == "proof.altered"
    raw = b64url_decode(signature)
    for changed in (raw[:-1], raw + b"\0", b"\0" + raw, b"", raw[::-1], bytes(len(raw))):
        assert refused(f"{header}.{payload}.{b64url_encode(changed)}", public) == "proof.altered"


@pytest.mark.parametrize("claimed", PRIVATE)
@pytest.mark.parametrize("actual", PRIVATE)
def test_the_key_decides_the_algorithm(claimed: str, actual: str) -> None:
    if claimed == actual:
        return
    key = PRIVATE[actual].public_key()
    assert refused(token(claimed), key) == "algorithm.mismatch"
    relabelled = segments({"alg": claimed}) + "." + token(actual)
    header = relabelled.split(".")[0]
    _, payload, signature = token(actual).split(".")
    assert refused(f"{header}.{payload}.{signature}", key) == "algorithm.mismatch"


def test_another_key_of_the_same_kind() -> None:
    assert refused(token(), Ed25519PrivateKey.generate().public_key()) == "proof.altered"


# One spelling


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t + ".",
        lambda t: t + ".e30",
        lambda t: "." + t,
        lambda t: t.rpartition(".")[0],
        lambda t: t.replace(".", ".."),
        lambda t: t + "=",
        lambda t: t.replace(".", "=.", 1),
        lambda t: t + "\n",
        lambda t: " " + t,
        lambda t: t[:20] + "\n" + t[20:],
        lambda t: t.replace(".", " .", 1),
        lambda t: t[:5] + "+" + t[6:],
        lambda t: t[:5] + "/" + t[6:],
        lambda t: t[:5] + "é" + t[6:],
        lambda t: t[:5] + "\0" + t[6:],
        lambda t: t.partition(".")[2],
        lambda _: "",
        lambda _: "e30.e30.e30.e30.e30",
        lambda _: json.dumps({"payload": "e30", "protected": "e30", "signature": "e30"}),
    ],
)
def test_other_spellings_are_refused(change: Callable[[str], str]) -> None:
    text = token()
    verify_signature(split(text), PRIVATE["EdDSA"].public_key())
    assert malformed(change(text)) == "token.malformed"


def test_stray_bits_are_refused() -> None:
    header, payload, _ = token().split(".")
    assert b64url_decode("AA") == b"\0"
    assert malformed(f"{header}.{payload}.AB") == "token.malformed"
    assert malformed(f"{header}.e31.AA") == "token.malformed"
    assert malformed("..") == "json.malformed"


@pytest.mark.parametrize(
    ("header", "payload", "reason"),
    [
        ([], PAYLOAD, "token.malformed"),
        ("EdDSA", PAYLOAD, "token.malformed"),
        (b"", PAYLOAD, "json.malformed"),
        (b'{"alg":"EdDSA"}{}', PAYLOAD, "json.malformed"),
        (b'{"alg":"EdDSA","alg":"none"}', PAYLOAD, "json.duplicate"),
        (b'{"alg":"none","\\u0061lg":"EdDSA"}', PAYLOAD, "json.duplicate"),
        ('{"alg":"EdDSA"}'.encode("utf-16"), PAYLOAD, "json.unicode"),
        (b'{"alg":"EdDSA","x":NaN}', PAYLOAD, "json.number"),
        ({"alg": "EdDSA", "x": [[]] * 5}, b"[]", "token.malformed"),
        ({"alg": "EdDSA"}, b'"text"', "token.malformed"),
        ({"alg": "EdDSA"}, b"", "json.malformed"),
        ({"alg": "EdDSA"}, b"foo", "json.malformed"),
        ({"alg": "EdDSA"}, b'{"id":1,"id":2}', "json.duplicate"),
        ({"alg": "EdDSA"}, b'{"nbf":1e999}', "json.number"),
        ({"alg": "EdDSA"}, b'{"nbf":9007199254740993}', "json.number"),
        ({"alg": "EdDSA"}, b"\xef\xbb\xbf{}", "json.unicode"),
        ({"alg": "EdDSA"}, b'{"a":' * 70 + b"1" + b"}" * 70, "limit.depth"),
        ({"alg": "EdDSA", "x5c": ["A" * 40_000]}, PAYLOAD, "limit.size"),
        ({"alg": "EdDSA"}, b'"' + b"a" * 1_048_576 + b'"', "limit.size"),
    ],
)
def test_header_and_payload_are_strict_json(header: Any, payload: Any, reason: str) -> None:
    assert malformed(segments(header, payload)) == reason


def test_size_is_bounded_before_anything_is_decoded() -> None:
    assert malformed("A" * 3_000_000) == "limit.size"
    assert malformed("." * 1_000_000) == "token.malformed"


# Headers


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"alg": "none"}, "algorithm.forbidden"),
        ({"alg": "None"}, "algorithm.forbidden"),
        ({"alg": "nOnE"}, "algorithm.forbidden"),
        ({"alg": "HS256"}, "algorithm.forbidden"),
        ({"alg": "HS512"}, "algorithm.forbidden"),
        ({"alg": "hs256"}, "algorithm.forbidden"),
        ({"alg": "ES512"}, "algorithm.unsupported"),
        ({"alg": "ES256K"}, "algorithm.unsupported"),
        ({"alg": "PS256"}, "algorithm.unsupported"),
        ({"alg": "RS1"}, "algorithm.unsupported"),
        ({"alg": "RSA-OAEP"}, "algorithm.unsupported"),
        ({"alg": "eddsa"}, "algorithm.unsupported"),
        ({"alg": " EdDSA"}, "algorithm.unsupported"),
        ({"alg": ""}, "algorithm.unsupported"),
        ({"alg": None}, "token.malformed"),
        ({"alg": ["EdDSA"]}, "token.malformed"),
        ({"alg": 1}, "token.malformed"),
        ({}, "token.malformed"),
        ({"alg": "EdDSA", "crit": []}, "header.critical"),
        ({"alg": "EdDSA", "crit": ["exp"], "exp": 1}, "header.critical"),
        ({"alg": "EdDSA", "crit": ["b64"], "b64": True}, "header.critical"),
        ({"alg": "EdDSA", "crit": None}, "header.critical"),
        ({"alg": "EdDSA", "b64": False}, "header.critical"),
        ({"alg": "EdDSA", "b64": True}, "header.critical"),
        ({"alg": "EdDSA", "zip": "DEF"}, "header.member"),
        ({"alg": "dir", "enc": "A128GCM"}, "header.member"),
    ],
)
def test_headers_that_are_refused(members: dict[str, Any], reason: str) -> None:
    assert malformed(segments(members)) == reason


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_the_public_key_is_no_shared_secret(form: PublicFormat, encoding: Encoding) -> None:
    """The classic confusion: HS256 with the RSA key that everybody has."""
    secret = PRIVATE["RS256"].public_key().public_bytes(encoding, form)
    head = b64url_encode(b'{"alg":"HS256"}') + "." + b64url_encode(json.dumps(PAYLOAD).encode())
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    forged = f"{head}.{b64url_encode(mac.sign(head.encode(), secret))}"
    assert malformed(forged) == "algorithm.forbidden"


def test_keys_in_the_header_are_left_alone() -> None:
    text = token(jwk={"kty": "nonsense"}, jku="https://127.0.0.1/", x5u="file:///", x5c=["?"])
    verify_signature(split(text), PRIVATE["EdDSA"].public_key())


# Keys


def test_weak_keys_are_refused() -> None:
    short = rsa.generate_private_key(65537, 1024)
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        text = jwt.encode(PAYLOAD, short, algorithm="RS256")
    assert refused(text, short.public_key()) == "key.malformed"


def test_curves_without_an_algorithm_are_refused() -> None:
    key = ec.generate_private_key(ec.SECP521R1()).public_key()
    assert refused(token("ES256"), key) == "key.malformed"
    with pytest.raises(InvalidSignature):
        signatures.verify(key, b"", b"")


@pytest.mark.parametrize("algorithm", ["ES256", "ES384"])
def test_ecdsa_signatures_have_one_form(algorithm: str) -> None:
    header, payload, signature = token(algorithm).split(".")
    raw, public = b64url_decode(signature), PRIVATE[algorithm].public_key()
    half = len(raw) // 2
    r, s = int.from_bytes(raw[:half]), int.from_bytes(raw[half:])
    der = encode_dss_signature(r, s)
    assert decode_dss_signature(der) == (r, s)
    forms = (der, raw[:half] + b"\0" + raw[half:], b"\0" + raw[:half] + b"\0" + raw[half:])
    for form in (*forms, bytes(2 * half), raw[half:] + raw[:half]):
        assert refused(f"{header}.{payload}.{b64url_encode(form)}", public) == "proof.altered"


@given(st.text(alphabet="eyJhbGciOiJFZERTQSJ9.{}=+/ \n", max_size=80) | st.text(max_size=40))
def test_no_text_is_a_crash(text: str) -> None:
    try:
        parts = split(text)
    except MalformedJws:
        return
    with pytest.raises(InvalidSignature):
        verify_signature(parts, PRIVATE["EdDSA"].public_key())


# Public vectors


def by_hand(text: str) -> Jws:
    """The token, whatever its payload: those of the vectors are not JSON."""
    header, payload, signature = text.split(".")
    payload_bytes = b64url_decode(payload)
    empty = segments(b64url_decode(header), {}, b64url_decode(signature))
    parts = split(empty)
    signing_input = f"{header}.{payload}".encode()
    return Jws(parts.header, {}, payload_bytes, signing_input, parts.signature)


def test_wycheproof_json_web_signature(vectors: Path) -> None:
    """Ours is the stricter verdict: what we accept is valid, and of the valid ones we refuse
    those made with a shared secret, and with algorithms that no badge uses."""
    path = vectors / "wycheproof/testvectors_v1/json_web_signature_test.json"
    suite = json.loads(path.read_text())
    accepted: list[str] = []
    refused_valid: dict[int, str] = {}
    for group in suite["testGroups"]:
        for case in group["tests"]:
            try:
                key = public_key(_public_half(group))
                verify_signature(by_hand(case["jws"]), key)
                accepted.append(case["result"])
            except (ValueError, MalformedKey) as error:
                if case["result"] == "valid":
                    refused_valid[case["tcId"]] = _algorithm(group) or type(error).__name__
    assert set(accepted) == {"valid"}
    assert len(accepted) + len(refused_valid) == 46
    assert set(refused_valid.values()) == {
        *("HS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES521")
    }


def _public_half(group: dict[str, Any]) -> dict[str, Any]:
    jwk = dict(group.get("public") or group["private"])
    if jwk.get("kty") != "oct":
        for member in ("d", "p", "q", "dp", "dq", "qi"):
            jwk.pop(member, None)
    if isinstance(jwk.get("key_ops"), str):  # written as Python in the vectors
        jwk["key_ops"] = json.loads(jwk["key_ops"].replace("'", '"'))
    return jwk


def _algorithm(group: dict[str, Any]) -> str:
    jwk = group.get("public") or group["private"]
    return str(jwk.get("alg", ""))


def test_wycheproof_p256(vectors: Path) -> None:
    path = vectors / "wycheproof/testvectors_v1/ecdsa_secp256r1_sha256_p1363_test.json"
    suite = json.loads(path.read_text())
    checked = 0
    for group in suite["testGroups"]:
        key = load_pem_public_key(group["publicKeyPem"].encode())
        assert isinstance(key, ec.EllipticCurvePublicKey)
        for case in group["tests"]:
            try:
                signatures.verify(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
                outcome = "valid"
            except InvalidSignature:
                outcome = "invalid"
            assert outcome == case["result"], case["tcId"]
            checked += 1
    assert checked == suite["numberOfTests"] == 262
