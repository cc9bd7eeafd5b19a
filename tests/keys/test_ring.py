"""The key ring: who signs when, who never again, and what never comes out."""

import base64
import pickle
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys import jwk, sealed
from keys.did import MalformedDid, RevokedMethod, verification_method
from keys.multikey import encode_public
from keys.ring import (
    MIN_PASSPHRASE,
    DamagedRing,
    ImpossibleRecord,
    KeyRing,
    NoSigningKey,
    Purpose,
    RingError,
    RingLocked,
    ThrowAwayRing,
    UnknownKey,
    WeakPassphrase,
    WrongPassphrase,
    WrongRing,
)

DID = "did:web:merke.example.no"
HOUR = timedelta(hours=1)


@pytest.fixture
def rehearsal(made: datetime) -> KeyRing:
    """An unlocked ring without the cost of a passphrase."""
    return KeyRing.throwaway(DID, made, jwt_algorithm="ES256")


def test_new_ring_has_one_key_for_each_purpose(ring: KeyRing, made: datetime) -> None:
    assert [record.purpose for record in ring.records] == list(Purpose)
    assert [r.algorithm for r in ring.records] == ["EdDSA", "RS256", "EdDSA", "EdDSA"]
    for record in ring.records:
        assert record == ring.signing_key(record.purpose, made)
        assert (record.created, record.signs_from) == (made, made)
        assert (record.retired, record.compromised) == (None, None)


def test_fragments_name_the_key_itself(ring: KeyRing) -> None:
    badge, badge_jwt, _, _ = ring.records
    assert badge.fragment == encode_public(badge.public)
    assert badge_jwt.fragment == jwk.thumbprint(badge_jwt.public)
    assert ring.method_id(badge) == f"{DID}#{badge.fragment}"
    assert isinstance(badge_jwt.public, RSAPublicKey)
    assert badge_jwt.public.key_size == 2048


def test_ring_comes_back_from_its_bytes(ring_bytes: bytes, locked: KeyRing) -> None:
    assert locked.locked
    assert locked.did == DID
    assert locked.to_json() == ring_bytes


def test_unlocked_ring_signs_what_its_public_halves_verify(ring: KeyRing) -> None:
    assert not ring.locked
    for record in ring.records:
        signature = ring.sign(record, b"data")
        if isinstance(record.public, Ed25519PublicKey):
            record.public.verify(signature, b"data")
        else:
            assert isinstance(record.public, RSAPublicKey)
            record.public.verify(signature, b"data", PKCS1v15(), SHA256())


def test_p256_signs_as_tokens_write_it(rehearsal: KeyRing, made: datetime) -> None:
    record = rehearsal.signing_key(Purpose.BADGE_JWT, made)
    assert record.algorithm == "ES256"
    peer = jwt.get_algorithm_by_name("ES256")
    for _ in range(20):
        signature = rehearsal.sign(record, b"data")
        assert len(signature) == 64
        assert peer.verify(b"data", record.public, signature)


def test_another_library_mints_with_it_and_reads_the_published_set(
    ring: KeyRing, made: datetime
) -> None:
    published = jwt.PyJWKSet.from_dict(ring.jwks())
    for purpose in (Purpose.BADGE_JWT, Purpose.STATUS):
        record = ring.signing_key(purpose, made)
        kid = ring.method_id(record)
        token = jwt.encode(
            {"n": 1}, ring.private_key(record), algorithm=record.algorithm, headers={"kid": kid}
        )
        assert jwt.decode(token, published[kid], algorithms=[record.algorithm]) == {"n": 1}


def test_rfc_8032_signature() -> None:
    secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert sealed.sign(key, b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


# Locked


def test_locked_ring_answers_and_decides_but_does_not_sign(locked: KeyRing, made: datetime) -> None:
    record = locked.signing_key(Purpose.BADGE, made)
    assert locked.did_document()["id"] == DID
    with pytest.raises(RingLocked):
        locked.sign(record, b"data")
    with pytest.raises(RingLocked):
        locked.private_key(record)
    with pytest.raises(RingLocked):
        locked.new(Purpose.BADGE, made, made)
    locked.retire(record.fragment, made)
    locked.compromise(record.fragment, made)
    assert KeyRing.from_json(locked.to_json()).records[0].compromised == made


def test_wrong_passphrase_leaves_it_locked(locked: KeyRing, passphrase: bytes) -> None:
    with pytest.raises(WrongPassphrase):
        locked.unlock(passphrase + b"\n")
    assert locked.locked
    locked.unlock(passphrase)
    assert not locked.locked


def test_decisions_taken_while_locked_hold_once_unlocked(
    locked: KeyRing, passphrase: bytes, made: datetime
) -> None:
    record = locked.signing_key(Purpose.BADGE, made)
    locked.compromise(record.fragment, made)
    locked.unlock(passphrase)
    with pytest.raises(NoSigningKey):
        locked.sign(record, b"data")  # the record the caller holds knows nothing of it


@pytest.mark.parametrize("length", [0, MIN_PASSPHRASE - 1])
def test_short_passphrase_is_refused(length: int, made: datetime) -> None:
    with pytest.raises(WeakPassphrase, match=f"at least {MIN_PASSPHRASE}"):
        KeyRing.create(DID, b"x" * length, made)


def test_ring_is_for_a_did_web(made: datetime) -> None:
    for did in ("did:key:z6Mk", "https://merke.example.no", "did:web:127.0.0.1"):
        with pytest.raises(MalformedDid):
            KeyRing.throwaway(did, made)


# Life stories


def test_new_key_waits_for_its_time(rehearsal: KeyRing, made: datetime) -> None:
    old = rehearsal.signing_key(Purpose.STATUS, made)
    new = rehearsal.new(Purpose.STATUS, made + HOUR, made + 2 * HOUR)
    assert rehearsal.method_id(new) in rehearsal.did_document()["assertionMethod"]
    assert rehearsal.signing_key(Purpose.STATUS, made + 2 * HOUR - timedelta(seconds=1)) == old
    assert rehearsal.signing_key(Purpose.STATUS, made + 2 * HOUR) == new


def test_waiting_key_can_be_activated(rehearsal: KeyRing, made: datetime) -> None:
    new = rehearsal.new(Purpose.BADGE, made, made + 24 * HOUR)
    active = rehearsal.activate(new.fragment, made + HOUR)
    assert active.signs_from == made + HOUR
    assert rehearsal.signing_key(Purpose.BADGE, made + HOUR) == active
    assert rehearsal.activate(new.fragment, made + 2 * HOUR) == active


def test_retired_key_signs_no_more_and_stays_published(rehearsal: KeyRing, made: datetime) -> None:
    old = rehearsal.signing_key(Purpose.BADGE, made)
    signature = rehearsal.sign(old, b"data")
    retired = rehearsal.retire(old.fragment, made + HOUR)
    assert retired.retired == made + HOUR
    assert retired in rehearsal.published()
    with pytest.raises(NoSigningKey, match="badge"):
        rehearsal.signing_key(Purpose.BADGE, made + HOUR)
    with pytest.raises(NoSigningKey):
        rehearsal.sign(old, b"data")
    method = verification_method(rehearsal.did_document(), rehearsal.method_id(old))
    assert method.revoked is None
    assert isinstance(method.key, Ed25519PublicKey)
    method.key.verify(signature, b"data")


def test_compromised_key_is_refused_by_strangers(rehearsal: KeyRing, made: datetime) -> None:
    badge = rehearsal.signing_key(Purpose.BADGE, made)
    method_id = rehearsal.method_id(badge)
    assert verification_method(rehearsal.did_document(), method_id)  # good first
    gone = rehearsal.compromise(badge.fragment, made + HOUR)
    assert gone.compromised == made + HOUR
    assert gone not in rehearsal.published()
    with pytest.raises(NoSigningKey):
        rehearsal.signing_key(Purpose.BADGE, made + HOUR)
    document = rehearsal.did_document()
    with pytest.raises(RevokedMethod):
        verification_method(document, method_id)
    [written] = [m for m in document["verificationMethod"] if m["id"] == method_id]
    assert written["revoked"] == "2026-05-12T09:00:00Z"
    assert method_id not in [key["kid"] for key in rehearsal.jwks()["keys"]]


def test_first_date_of_an_end_stands(rehearsal: KeyRing, made: datetime) -> None:
    fragment = rehearsal.records[0].fragment
    assert rehearsal.retire(fragment, made + HOUR).retired == made + HOUR
    assert rehearsal.retire(fragment, made + 2 * HOUR).retired == made + HOUR
    assert rehearsal.compromise(fragment, made + 3 * HOUR).compromised == made + 3 * HOUR
    assert rehearsal.compromise(fragment, made + 4 * HOUR).compromised == made + 3 * HOUR
    assert rehearsal.records[0].retired == made + HOUR


def test_successor_of_a_compromised_key_signs(rehearsal: KeyRing, made: datetime) -> None:
    rehearsal.compromise(rehearsal.signing_key(Purpose.BADGE, made).fragment, made)
    new = rehearsal.new(Purpose.BADGE, made, made)
    assert rehearsal.signing_key(Purpose.BADGE, made) == new


def test_of_two_keys_with_one_start_the_younger_signs(rehearsal: KeyRing, made: datetime) -> None:
    rehearsal.new(Purpose.BADGE, made, made + 2 * HOUR)
    younger = rehearsal.new(Purpose.BADGE, made + HOUR, made + 2 * HOUR)
    assert rehearsal.signing_key(Purpose.BADGE, made + 2 * HOUR) == younger


def test_new_token_key_is_for_what_the_newest_one_is_for(
    rehearsal: KeyRing, made: datetime
) -> None:
    assert rehearsal.new(Purpose.BADGE_JWT, made, made).algorithm == "ES256"
    assert rehearsal.new(Purpose.BADGE_JWT, made, made, jwt_algorithm="RS256").algorithm == "RS256"
    assert rehearsal.new(Purpose.BADGE_JWT, made, made).algorithm == "RS256"


@pytest.mark.parametrize("algorithm", ["HS256", "none", "EdDSA", "ES384", ""])
def test_other_token_algorithms_are_refused(
    rehearsal: KeyRing, made: datetime, algorithm: str
) -> None:
    before = rehearsal.records
    with pytest.raises(ImpossibleRecord):
        rehearsal.new(Purpose.BADGE_JWT, made, made, jwt_algorithm=algorithm)
    with pytest.raises(ImpossibleRecord):
        KeyRing.throwaway(DID, made, jwt_algorithm=algorithm)
    assert rehearsal.records == before


Act = Callable[[KeyRing, str, datetime], object]
ACTS: dict[str, Act] = {
    "retire": KeyRing.retire,
    "compromise": KeyRing.compromise,
    "new": lambda ring, _, now: ring.new(Purpose.BADGE, now + 2 * HOUR, now),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_nothing_happens_before_the_key_was_made(
    rehearsal: KeyRing, made: datetime, act: Act
) -> None:
    before = rehearsal.records
    with pytest.raises(ImpossibleRecord, match="clock"):
        act(rehearsal, before[0].fragment, made - HOUR)
    assert rehearsal.records == before


def test_unknown_keys_are_named(rehearsal: KeyRing, made: datetime) -> None:
    acts: list[Act] = [KeyRing.retire, KeyRing.compromise, KeyRing.activate]
    for act in acts:
        with pytest.raises(UnknownKey, match="z6MkUnknown"):
            act(rehearsal, "z6MkUnknown", made)
    stranger = KeyRing.throwaway(DID, made).records[0]
    with pytest.raises(UnknownKey):
        rehearsal.sign(stranger, b"data")


def test_times_are_kept_in_utc_and_whole_seconds(made: datetime) -> None:
    oslo = timezone(2 * HOUR)
    ring = KeyRing.throwaway(DID, made.astimezone(oslo) + timedelta(microseconds=999_999))
    assert {record.created for record in ring.records} == {made}
    assert {record.created.tzinfo for record in ring.records} == {UTC}
    with pytest.raises(ValueError, match="time zone"):
        ring.retire(ring.records[0].fragment, datetime(2026, 5, 12, 8))


# What strangers see


def test_documents_name_what_signs_credentials(ring: KeyRing) -> None:
    badge, badge_jwt, status, audit = (ring.method_id(record) for record in ring.records)
    document = ring.did_document()
    assert document["assertionMethod"] == [badge, badge_jwt, status]
    assert {m["id"]: m["type"] for m in document["verificationMethod"]} == {
        badge: "Multikey",
        badge_jwt: "JsonWebKey",
        status: "Multikey",
        audit: "Multikey",
    }
    assert [key["kid"] for key in ring.jwks()["keys"]] == document["assertionMethod"]
    for record, key in zip(ring.records, ring.jwks()["keys"], strict=False):
        assert key == jwk.named_jwk(ring.method_id(record), record.public)
        assert verification_method(document, key["kid"]).key == record.public


# Throw-away rings


def test_throwaway_ring_is_never_kept(rehearsal: KeyRing, passphrase: bytes) -> None:
    assert not rehearsal.locked
    for question in (rehearsal.to_json, lambda: rehearsal.unlock(passphrase)):
        with pytest.raises(ThrowAwayRing):
            question()


def test_throwaway_ring_looks_like_the_real_one(ring: KeyRing, made: datetime) -> None:
    other = KeyRing.throwaway(DID, made)
    real, made_up = ring.did_document(), other.did_document()
    assert [m["type"] for m in real["verificationMethod"]] == [
        m["type"] for m in made_up["verificationMethod"]
    ]
    assert {r.fragment for r in ring.records} & {r.fragment for r in other.records} == set()
    record = other.records[0]
    assert isinstance(record.public, Ed25519PublicKey)
    record.public.verify(other.sign(record, b"data"), b"data")
    with pytest.raises(InvalidSignature):
        record.public.verify(ring.sign(ring.records[0], b"data"), b"data")


# Another process has written


def test_refresh_takes_over_decisions_and_new_keys(
    ring: KeyRing, ring_bytes: bytes, passphrase: bytes, made: datetime
) -> None:
    elsewhere = KeyRing.from_json(ring_bytes)
    elsewhere.unlock(passphrase)
    old = elsewhere.signing_key(Purpose.BADGE, made)
    elsewhere.compromise(old.fragment, made)
    new = elsewhere.new(Purpose.BADGE, made, made)
    ring.refresh(elsewhere.to_json())
    assert ring.records == elsewhere.records
    assert isinstance(new.public, Ed25519PublicKey)
    new.public.verify(ring.sign(new, b"data"), b"data")
    with pytest.raises(NoSigningKey):
        ring.sign(old, b"data")


def test_refresh_of_a_locked_ring_leaves_it_locked(locked: KeyRing, ring_bytes: bytes) -> None:
    locked.refresh(ring_bytes)
    assert locked.locked


def test_refresh_refuses_what_is_not_the_same_ring(ring: KeyRing, passphrase: bytes) -> None:
    made = ring.records[0].created
    before = ring.to_json()
    same_issuer = KeyRing.create(DID, passphrase, made).to_json()
    other_issuer = before.replace(b"merke.example.no", b"other.example.no")
    for data, refusal in [
        (same_issuer, WrongPassphrase),
        (other_issuer, WrongRing),
        (before[:-5], DamagedRing),
    ]:
        with pytest.raises(refusal):
            ring.refresh(data)
        assert ring.to_json() == before
        assert not ring.locked


# Secrets


def secrets_of(ring: KeyRing) -> list[str]:
    """Every private half as it might show: as a number, in hexadecimal, base64, or bytes."""
    found = []
    for record in ring.records:
        key = ring.private_key(record)
        raw = [key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())[-32:]]
        if isinstance(key, Ed25519PrivateKey):
            raw.append(key.private_bytes_raw())
        elif isinstance(key, RSAPrivateKey):
            numbers = key.private_numbers()
            raw += [n.to_bytes(256).lstrip(b"\0") for n in (numbers.d, numbers.p, numbers.q)]
        elif isinstance(key, ec.EllipticCurvePrivateKey):
            raw.append(key.private_numbers().private_value.to_bytes(32))
        for data in raw:
            found += [
                str(int.from_bytes(data)),
                data.hex(),
                base64.b64encode(data).decode()[:-4],
                jwk.b64url_encode(data),
                repr(data)[2:-1],
            ]
    return found


def test_no_secret_shows(ring: KeyRing, passphrase: bytes, made: datetime) -> None:
    canaries = [*secrets_of(ring), passphrase[:MIN_PASSPHRASE].decode()]
    shown = [repr(ring), str(ring), repr(vars(ring)), repr(ring.records)]
    shown += [ring.to_json().decode(), str(ring.did_document()), str(ring.jwks())]
    retired = ring.retire(ring.records[0].fragment, made)
    locked = KeyRing.from_json(ring.to_json())
    acts: list[Callable[[], object]] = [
        lambda: ring.unlock(passphrase + b" wrong"),
        lambda: ring.sign(retired, b"data"),
        lambda: ring.signing_key(Purpose.BADGE, made),
        lambda: ring.new(Purpose.BADGE, made, made - HOUR),
        lambda: ring.record("nobody"),
        lambda: locked.sign(locked.records[1], b"data"),
        lambda: KeyRing.from_json(ring.to_json()[:-9]),
        lambda: KeyRing.create(DID, passphrase[: MIN_PASSPHRASE - 1], made),
    ]
    for act in acts:
        with pytest.raises(RingError) as caught:
            act()
        shown.append("".join(traceback.format_exception(caught.value)))
        shown.append(repr(caught.value.args))
    assert not [canary for canary in canaries if any(canary in text for text in shown)]


def test_ring_cannot_be_pickled_with_its_keys(ring: KeyRing) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(ring)
