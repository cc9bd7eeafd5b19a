"""The key ring's JSON: a good one, broken in one place at a time."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import jwk, ring_json, sealed
from keys.ring import DamagedRing, KeyRing, Purpose, RingError, WrongPassphrase, WrongRing
from keys.sealed import Lock

Stored = dict[str, Any]


@pytest.fixture
def stored(ring_bytes: bytes) -> Stored:
    """The ring's JSON, to be broken."""
    ring: Stored = json.loads(ring_bytes)
    return ring


def load(stored: Any) -> KeyRing:
    return KeyRing.from_json(json.dumps(stored).encode())


def test_form_of_version_1(stored: Stored) -> None:
    assert list(stored) == ["format", "version", "did", "scrypt", "keys"]
    assert (stored["format"], stored["version"]) == ("merke-key-ring", 1)
    salt = jwk.b64url_decode(stored["scrypt"].pop("salt"))
    assert (len(salt), stored["scrypt"]) == (16, {"n": 2**17, "r": 8, "p": 1})
    assert [key["purpose"] for key in stored["keys"]] == ["badge", "badge-jwt", "status", "audit"]
    first = stored["keys"][0]
    assert first["created"] == first["signs_from"] == "2026-05-12T08:00:00Z"
    assert first["retired"] is first["compromised"] is None
    assert first["public"]["crv"] == "Ed25519"


def test_salts_and_nonces_are_never_the_same(ring: KeyRing, stored: Stored) -> None:
    assert Lock().salt != Lock().salt
    nonces = {jwk.b64url_decode(key["sealed"])[:12] for key in stored["keys"]}
    assert len(nonces) == len(stored["keys"])


PLACES = [(), ("scrypt",), *(("keys", number) for number in range(4))]
MEMBERS = {
    0: ring_json._MEMBERS,
    1: ring_json._LOCK_MEMBERS,
    2: ring_json._KEY_MEMBERS,
}
EVERY_MEMBER = [(place, name) for place in PLACES for name in MEMBERS[len(place)]]


def at(stored: Stored, place: tuple[Any, ...]) -> dict[str, Any]:
    node: Any = stored
    for step in place:
        node = node[step]
    found: dict[str, Any] = node
    return found


@pytest.mark.parametrize(("place", "name"), EVERY_MEMBER)
def test_no_member_may_be_missing(stored: Stored, place: tuple[Any, ...], name: str) -> None:
    at(stored, place).pop(name)
    with pytest.raises((DamagedRing, WrongRing)) as caught:
        load(stored)
    assert name in str(caught.value) or name in ("format", "version")


VALUES: tuple[Any, ...] = (7, True, "x", [], {}, [None], 1.5, None)
OTHER_KINDS = [
    (place, name, value)
    for place, name in EVERY_MEMBER
    for value in VALUES
    # Null is what an end holds that has not come; text is what only unlocking can judge.
    if not (value is None and name in ("retired", "compromised"))
    if not (value == "x" and name == "sealed")
]


@pytest.mark.parametrize(("place", "name", "value"), OTHER_KINDS)
def test_no_member_may_be_of_another_kind(
    stored: Stored, place: tuple[Any, ...], name: str, value: Any
) -> None:
    at(stored, place)[name] = value
    with pytest.raises((DamagedRing, WrongRing)):
        load(stored)


@pytest.mark.parametrize("place", PLACES)
def test_no_member_may_be_added(stored: Stored, place: tuple[Any, ...]) -> None:
    at(stored, place)["added"] = None
    with pytest.raises(DamagedRing, match="added"):
        load(stored)


def key(number: int, **members: Any) -> Callable[[Stored], object]:
    return lambda stored: stored["keys"][number].update(members)


def scrypt(**members: Any) -> Callable[[Stored], object]:
    return lambda stored: stored["scrypt"].update(members)


DAMAGES: dict[str, tuple[Callable[[Stored], object], str]] = {
    "did of another method": (lambda s: s.update(did="did:key:z6Mk"), "did"),
    "did of an address": (lambda s: s.update(did="did:web:127.0.0.1"), "did"),
    "no keys": (lambda s: s.update(keys=[]), "no keys"),
    "no status key": (lambda s: s["keys"].pop(2), "no status key"),
    "key twice": (lambda s: s["keys"].append(s["keys"][0]), "key 5 is there twice"),
    "cost too low": (scrypt(n=2**17 - 1), "too low"),
    "block too small": (scrypt(r=7), "too low"),
    "no rounds": (scrypt(p=0), "too low"),
    "cost below nothing": (scrypt(n=-(2**17)), "too low"),
    "cost that fills the machine": (scrypt(n=2**40), "worked with"),
    "block that fills the machine": (scrypt(r=2**20), "worked with"),
    "rounds without end": (scrypt(p=2**30), "worked with"),
    "cost not a power of two": (scrypt(n=2**17 + 1), "worked with"),
    "salt too short": (scrypt(salt="AAAA"), "salt"),
    "salt padded": (scrypt(salt="AAAAAAAAAAAAAAAAAAAAAA=="), "salt"),
    "unknown purpose": (key(0, purpose="session"), "purpose"),
    "purpose that needs another key": (key(0, purpose="badge-jwt"), "EdDSA"),
    "algorithm of another key": (key(0, algorithm="RS256"), "RS256"),
    "algorithm of another token key": (key(1, algorithm="ES256"), "ES256"),
    "algorithm none": (key(1, algorithm="none"), "none"),
    "fragment of another key": (lambda s: key(0, fragment=s["keys"][2]["fragment"])(s), "another"),
    "public key of another": (lambda s: key(0, public=s["keys"][2]["public"])(s), "another"),
    "public key of small order": (
        key(0, public={"kty": "OKP", "crv": "Ed25519", "x": jwk.b64url_encode(bytes(32))}),
        "safe",
    ),
    "public key with a private member": (
        lambda s: s["keys"][0]["public"].update(d="AQAB"),
        "private",
    ),
    "public key with more": (lambda s: s["keys"][0]["public"].update(kid="k"), "more than"),
    "day without time": (key(0, created="2026-05-12"), "created"),
    "time without zone": (key(0, created="2026-05-12T08:00:00"), "created"),
    "time of another zone": (key(0, signs_from="2026-05-12T08:00:00+00:00"), "signs_from"),
    "parts of seconds": (key(0, signs_from="2026-05-12T08:00:00.5Z"), "signs_from"),
    "no such day": (key(0, retired="2026-02-30T08:00:00Z"), "retired"),
    "ended before it was made": (key(0, compromised="2026-05-12T07:59:59Z"), "made"),
    "signed before it was made": (key(0, signs_from="2026-05-12T07:59:59Z"), "made"),
    "sealed padded": (key(0, sealed="AA=="), "sealed"),
}


@pytest.mark.parametrize(("damage", "told"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_found_and_told(
    stored: Stored, damage: Callable[[Stored], object], told: str
) -> None:
    assert load(stored)  # good first
    damage(stored)
    with pytest.raises(DamagedRing, match=told) as caught:
        load(stored)
    assert "backup" in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": "merke-key-ring", "format": "x"}',
        b"NaN,",
    ],
)
def test_what_is_not_json_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedRing, match="not JSON"):
        KeyRing.from_json(data)


def test_cut_short_is_damaged(ring_bytes: bytes) -> None:
    for end in range(0, len(ring_bytes) - 2, 97):
        with pytest.raises(DamagedRing):
            KeyRing.from_json(ring_bytes[:end])


@pytest.mark.parametrize("other", [None, [], "ring", 1, {}, {"format": "age"}])
def test_other_json_is_no_key_ring(other: Any) -> None:
    with pytest.raises(WrongRing, match="not a key ring"):
        load(other)


@pytest.mark.parametrize("version", [0, 2, 1.0, "1", None, True])
def test_other_versions_are_left_alone(stored: Stored, version: Any) -> None:
    with pytest.raises(WrongRing, match="version"):
        load(stored | {"version": version})


# What only unlocking can tell


def test_changed_seals_are_found(stored: Stored, passphrase: bytes) -> None:
    ring = load(stored)
    ring.unlock(passphrase)
    good = jwk.b64url_decode(stored["keys"][0]["sealed"])
    broken = [b"", good[:20], good[:-1], good + b"\0"]
    for place in (0, 11, 12, len(good) - 17, len(good) - 1):  # nonce, private key, tag
        broken.append(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
    for data in broken:
        stored["keys"][0]["sealed"] = jwk.b64url_encode(data)
        with pytest.raises(DamagedRing, match=stored["keys"][0]["fragment"]):
            ring.refresh(json.dumps(stored).encode())  # opens with the key the ring holds


def test_seals_cannot_be_exchanged(stored: Stored, passphrase: bytes) -> None:
    badge, _, status, _ = stored["keys"]
    badge["sealed"], status["sealed"] = status["sealed"], badge["sealed"]
    ring = load(stored)
    with pytest.raises(DamagedRing) as caught:
        ring.unlock(passphrase)
    assert badge["fragment"] in str(caught.value)
    assert status["fragment"] in str(caught.value)
    assert ring.locked


def test_purposes_cannot_be_exchanged(stored: Stored, passphrase: bytes) -> None:
    badge, _, status, _ = stored["keys"]
    badge["purpose"], status["purpose"] = status["purpose"], badge["purpose"]
    ring = load(stored)
    with pytest.raises(DamagedRing):
        ring.unlock(passphrase)
    assert ring.locked


def test_another_ring_of_the_same_passphrase_has_nothing_to_give(
    stored: Stored, passphrase: bytes
) -> None:
    """Its key, with the seal it has there, does not open here: each ring has a salt."""
    made = load(stored).records[0].created
    other = json.loads(KeyRing.create(stored["did"], passphrase, made).to_json())
    stored["keys"][0] = other["keys"][0]
    ring = load(stored)
    with pytest.raises(DamagedRing):
        ring.unlock(passphrase)


@pytest.mark.parametrize(
    "damage",
    [
        scrypt(salt="AAAAAAAAAAAAAAAAAAAAAA"),
        scrypt(p=2),
        lambda stored: stored.update(did="did:web:other.example.no"),
    ],
    ids=["salt", "cost", "did"],
)
def test_what_all_keys_hang_on_cannot_be_exchanged(
    stored: Stored, passphrase: bytes, damage: Callable[[Stored], object]
) -> None:
    damage(stored)
    ring = load(stored)
    with pytest.raises(WrongPassphrase):
        ring.unlock(passphrase)
    assert ring.locked


def test_private_half_of_another_key_is_found(stored: Stored, passphrase: bytes) -> None:
    """Somebody who knows the passphrase has sealed a wrong private key under a right name."""
    lock = Lock(jwk.b64url_decode(stored["scrypt"]["salt"]))
    first = stored["keys"][0]
    owner = f"{stored['did']}#{first['fragment']} badge".encode()
    wrong = sealed.seal(lock.cipher(passphrase), sealed.generate("EdDSA"), owner)
    first["sealed"] = jwk.b64url_encode(wrong)
    ring = load(stored)
    with pytest.raises(DamagedRing, match="another public key"):
        ring.unlock(passphrase)
    assert ring.locked


def test_ends_come_back(locked: KeyRing) -> None:
    first, second = locked.records[0], locked.records[1]
    locked.retire(first.fragment, first.created)
    locked.compromise(second.fragment, second.created)
    again = KeyRing.from_json(locked.to_json())
    assert again.records == locked.records
    assert not again.records[0].may_sign
    assert [r.purpose for r in again.published()] == [Purpose.BADGE, Purpose.STATUS, Purpose.AUDIT]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@given(place=st.sampled_from(EVERY_MEMBER), value=JSON)
def test_any_change_gives_a_ring_or_a_refusal(
    ring_bytes: bytes, place: tuple[tuple[Any, ...], str], value: Any
) -> None:
    stored = copy.deepcopy(json.loads(ring_bytes))
    at(stored, place[0])[place[1]] = value
    try:
        ring = load(stored)
    except RingError:
        return
    assert KeyRing.from_json(ring.to_json()).records == ring.records
