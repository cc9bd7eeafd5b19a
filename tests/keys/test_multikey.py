"""Multikey and base58btc: known values, round trips, and keys that must be refused."""

import json
from pathlib import Path

import nacl.bindings
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from keys.multikey import (
    MAX_LENGTH,
    MalformedKey,
    base58btc_decode,
    base58btc_encode,
    decode_public,
    encode_public,
)

ED25519, P256, P384 = b"\xed\x01", b"\x80\x24", b"\x81\x24"
FIELD = 2**255 - 19

# RFC 8032, section 7.1, test 1.
RFC8032_SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
RFC8032_PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

# The eight points of small order, by their y coordinate, each with both sign bits.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]


def multikey(prefix: bytes, body: bytes) -> str:
    return base58btc_encode(prefix + body)


def with_sign(point: bytes) -> bytes:
    return point[:31] + bytes([point[31] | 0x80])


def point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "z"),
        (b"\0", "z1"),
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (b"\0\0\x28\x7f\xb4\xcd", "z11233QC4"),
    ],
)
def test_known_base58btc(data: bytes, text: str) -> None:
    assert base58btc_encode(data) == text
    assert base58btc_decode(text) == data


def test_longest_base58btc() -> None:
    assert base58btc_decode("z" + "1" * (MAX_LENGTH - 1)) == bytes(MAX_LENGTH - 1)
    assert len(base58btc_encode(bytes([255] * 96))) == 133 <= MAX_LENGTH
    largest = 58 ** (MAX_LENGTH - 1) - 1
    assert int.from_bytes(base58btc_decode("z" * MAX_LENGTH)) == largest


@given(st.binary(max_size=180))
def test_base58btc_round_trip(data: bytes) -> None:
    assert base58btc_decode(base58btc_encode(data)) == data


@given(st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=60))
def test_every_base58btc_text_is_the_only_one_for_its_bytes(letters: str) -> None:
    assert base58btc_encode(base58btc_decode("z" + letters)) == "z" + letters


@pytest.mark.parametrize(
    "text",
    [
        *("", "2NEpo7", "Z2NEpo7", "u2NEpo7", "z0", "zO", "zI", "zl"),
        *("z1 1", "z11\n", " z11", "zø", "z" + "1" * MAX_LENGTH),
    ],
)
def test_what_is_not_base58btc_is_refused(text: str) -> None:
    with pytest.raises(MalformedKey):
        base58btc_decode(text)


def test_rfc_8032_key_in_both_directions() -> None:
    key = decode_public(multikey(ED25519, bytes.fromhex(RFC8032_PUBLIC)))
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(RFC8032_SECRET))
    assert key == private.public_key()
    assert encode_public(key) == multikey(ED25519, bytes.fromhex(RFC8032_PUBLIC))


def test_w3c_eddsa_key_pair(vectors: Path) -> None:
    pair = json.loads((vectors / "vc-di-eddsa/TestVectors/keyPair.json").read_text())
    secret = base58btc_decode(pair["privateKeyMultibase"])
    assert secret[:2] == b"\x80\x26"
    private = Ed25519PrivateKey.from_private_bytes(secret[2:])
    assert encode_public(private.public_key()) == pair["publicKeyMultibase"]
    assert decode_public(pair["publicKeyMultibase"]) == private.public_key()


def test_open_badges_specification_key(vectors: Path) -> None:
    pair = json.loads((vectors / "ob-spec/key-and-hashes.json").read_text())
    key = decode_public(pair["publicKeyMultibase"])
    assert isinstance(key, Ed25519PublicKey)
    assert key.public_bytes_raw().hex() == pair["publicKeyHex"]


@pytest.mark.parametrize(
    ("name", "curve", "prefix"),
    [("p256", ec.SECP256R1(), b"\x86\x26"), ("p384", ec.SECP384R1(), b"\x87\x26")],
)
def test_w3c_ecdsa_key_pairs(
    vectors: Path, name: str, curve: ec.EllipticCurve, prefix: bytes
) -> None:
    pair = json.loads((vectors / f"vc-di-ecdsa/TestVectors/{name}KeyPair.json").read_text())
    secret = base58btc_decode(pair["secretKeyMultibase"])
    assert secret[:2] == prefix
    private = ec.derive_private_key(int.from_bytes(secret[2:]), curve)
    assert encode_public(private.public_key()) == pair["publicKeyMultibase"]
    assert decode_public(pair["publicKeyMultibase"]) == private.public_key()


def test_every_wycheproof_ed25519_key_is_taken(vectors: Path) -> None:
    suite = json.loads((vectors / "wycheproof/testvectors_v1/ed25519_test.json").read_text())
    keys = {bytes.fromhex(group["publicKey"]["pk"]) for group in suite["testGroups"]}
    assert len(keys) > 40
    for data in keys:
        key = decode_public(multikey(ED25519, data))
        assert isinstance(key, Ed25519PublicKey)
        assert key.public_bytes_raw() == data


def test_speccheck_keys_with_a_small_order_part_are_refused(vectors: Path) -> None:
    cases = json.loads((vectors / "ed25519-speccheck/cases.json").read_text())
    taken = []
    for number, case in enumerate(cases):
        try:
            decode_public(multikey(ED25519, bytes.fromhex(case["pub_key"])))
        except MalformedKey:
            continue
        taken.append(number)
    assert taken == [6, 7]  # their keys are sound; their signatures hold S out of range


@pytest.mark.parametrize("encoding", SMALL_ORDER)
def test_points_of_small_order_are_refused(encoding: str) -> None:
    point = bytes.fromhex(encoding)
    for data in (point, with_sign(point)):
        with pytest.raises(MalformedKey):
            decode_public(multikey(ED25519, data))


@pytest.mark.parametrize("excess", range(19))
def test_coordinates_past_the_field_are_refused(excess: int) -> None:
    point = (FIELD + excess).to_bytes(32, "little")
    for data in (point, with_sign(point)):
        with pytest.raises(MalformedKey):
            decode_public(multikey(ED25519, data))


def test_key_with_a_small_order_part_is_refused() -> None:
    sound = bytes.fromhex(RFC8032_PUBLIC)
    for encoding in SMALL_ORDER[1:]:
        mixed = nacl.bindings.crypto_core_ed25519_add(sound, bytes.fromhex(encoding))
        assert Ed25519PublicKey.from_public_bytes(mixed)  # this library alone would take it
        with pytest.raises(MalformedKey):
            decode_public(multikey(ED25519, mixed))


def test_point_off_the_curve_is_refused() -> None:
    with pytest.raises(MalformedKey):
        decode_public(multikey(ED25519, (2).to_bytes(32, "little")))
    off_p256 = b"\x02" + (2**256 - 1).to_bytes(32)
    with pytest.raises(MalformedKey, match="secp256r1"):
        decode_public(multikey(P256, off_p256))


def test_prefix_length_and_form_are_exact() -> None:
    ed25519 = bytes.fromhex(RFC8032_PUBLIC)
    p256 = ec.generate_private_key(ec.SECP256R1())
    point = point_of(p256)
    uncompressed = p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    p384 = point_of(ec.generate_private_key(ec.SECP384R1()))
    for prefix, body in [
        (ED25519, ed25519[:-1]),
        (ED25519, ed25519 + b"\0"),
        (ED25519, b""),
        (P256, point[:-1]),
        (P256, point + b"\0"),
        (P256, uncompressed),
        (P256, b"\x04" + point[1:]),
        (P256, b"\x00" + point[1:]),
        (P256, p384),
        (P384, point),
        (b"\x80\x26", ed25519),  # the prefix of an Ed25519 secret key
        (b"\xec\x01", ed25519),  # X25519
        (b"\xe7\x01", point),  # secp256k1
        (b"\xed", ed25519),
        (b"", b""),
    ]:
        with pytest.raises(MalformedKey):
            decode_public(multikey(prefix, body))


@given(st.text(max_size=80) | st.binary(max_size=60).map(base58btc_encode))
def test_any_text_is_a_key_or_malformed(text: str) -> None:
    try:
        key = decode_public(text)
    except MalformedKey:
        return
    assert encode_public(key) == text


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_curve_keys_round_trip(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve).public_key()
    assert decode_public(encode_public(key)) == key


def test_other_kinds_have_no_multikey() -> None:
    for key in (
        rsa.generate_private_key(65537, 2048).public_key(),
        ec.generate_private_key(ec.SECP521R1()).public_key(),
    ):
        with pytest.raises(MalformedKey):
            encode_public(key)
