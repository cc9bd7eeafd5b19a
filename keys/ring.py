"""The key ring: an issuer's keys, each for one purpose, and their life stories.

A key is made, signs from a moment on, and is one day retired (planned: what it signed stays
good) or compromised (a stranger may sign with it: nothing it signed can be believed). Retiring
and compromising need no passphrase; making keys and signing need the ring unlocked.

Works on bytes: the JSON form is `keys.ring_json`, the file `keys.ring_file`. The clock is the
caller's; every `now` is an aware time and is kept in UTC and whole seconds.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys import did as dids
from keys import jwk, ring_json, sealed
from keys.record import (
    ALGORITHMS,
    DamagedRing,
    ImpossibleRecord,
    KeyRecord,
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
from keys.sealed import Lock, PrivateKey

__all__ = [
    "MIN_PASSPHRASE",
    "DamagedRing",
    "ImpossibleRecord",
    "KeyRecord",
    "KeyRing",
    "NoSigningKey",
    "Purpose",
    "RingError",
    "RingLocked",
    "ThrowAwayRing",
    "UnknownKey",
    "WeakPassphrase",
    "WrongPassphrase",
    "WrongRing",
]

MIN_PASSPHRASE = 12  # bytes


class KeyRing:
    """Keys of one issuer, locked or unlocked. Changes are in memory until they are written.

    Made by `create`, `throwaway` or `from_json`. Neither `repr` nor any error shows a secret.
    """

    def __init__(
        self,
        did: str,
        records: tuple[KeyRecord, ...],
        lock: Lock | None,
        sealed_keys: Mapping[str, bytes],
    ) -> None:
        self._did = did
        self._records = records
        self._lock = lock  # None in a throw-away ring
        self._sealed = dict(sealed_keys)
        self._open: dict[str, PrivateKey] = {}
        self._cipher: AESGCM | None = None

    @classmethod
    def create(
        cls, did: str, passphrase: bytes, now: datetime, *, jwt_algorithm: str = "RS256"
    ) -> Self:
        """Return a new unlocked ring with one key for each purpose, signing from `now`.

        `did` is a did:web (else `MalformedDid`); `jwt_algorithm` is RS256 or ES256 (else
        `ImpossibleRecord`). Raises `WeakPassphrase` below `MIN_PASSPHRASE` bytes.
        """
        if len(passphrase) < MIN_PASSPHRASE:
            raise WeakPassphrase(
                f"The passphrase has {len(passphrase)} bytes. Whoever copies the key ring could "
                f"guess it; choose one of at least {MIN_PASSPHRASE}, better several random words.",
                length=len(passphrase),
                least=MIN_PASSPHRASE,
            )
        lock = Lock()
        ring = cls(did, (), lock, {})
        ring._cipher = lock.cipher(passphrase)
        ring._make_all(now, jwt_algorithm)
        return ring

    @classmethod
    def throwaway(cls, did: str, now: datetime, *, jwt_algorithm: str = "RS256") -> Self:
        """Return a ring like `create`'s for rehearsals: no passphrase, and it cannot be kept."""
        ring = cls(did, (), None, {})
        ring._make_all(now, jwt_algorithm)
        return ring

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Return the ring of `to_json`, locked. Raises `WrongRing` or `DamagedRing`."""
        stored = ring_json.read(data)
        return cls(stored.did, stored.records, stored.lock, stored.sealed)

    def to_json(self) -> bytes:
        """Return the ring as bytes for the disk, private keys sealed.

        Raises `ThrowAwayRing` for a ring that must not be kept.
        """
        if self._lock is None:
            raise ThrowAwayRing("These keys were made for a rehearsal. They are never kept.")
        stored = ring_json.StoredRing(self._did, self._lock, self._records, self._sealed)
        return ring_json.write(stored)

    def __repr__(self) -> str:
        state = "locked" if self.locked else "unlocked"
        return f"<KeyRing of {self._did}: {len(self._records)} keys, {state}>"

    @property
    def did(self) -> str:
        """The issuer's did:web."""
        return self._did

    @property
    def records(self) -> tuple[KeyRecord, ...]:
        """Every key ever made, oldest first."""
        return self._records

    @property
    def locked(self) -> bool:
        """Whether the private keys are out of reach."""
        return not self._open

    def unlock(self, passphrase: bytes) -> None:
        """Open every private key and hold it against its public half.

        Raises `WrongPassphrase` if none opens, `DamagedRing` if only some do or the halves do
        not fit; the ring is then as locked as before.
        """
        if self._lock is None:
            raise ThrowAwayRing("These keys were made for a rehearsal. They have no passphrase.")
        self._unlock(self._lock.cipher(passphrase))

    def refresh(self, data: bytes) -> None:
        """Take over what another process has written since; an unlocked ring stays unlocked.

        Raises as `from_json` and `unlock` do, and `WrongRing` for another issuer's ring; the ring
        is then as it was before.
        """
        newer = type(self).from_json(data)
        if newer.did != self._did:
            raise WrongRing(f"The key ring belongs to {newer.did}, not to {self._did}.")
        if self._cipher is not None:
            newer._unlock(self._cipher)
        self.__dict__.update(newer.__dict__)

    def record(self, fragment: str) -> KeyRecord:
        """Return the key with this fragment. Raises `UnknownKey`."""
        for record in self._records:
            if record.fragment == fragment:
                return record
        raise UnknownKey(
            f"The key ring holds no key {fragment!r}; `merke keys list` shows all.", key=fragment
        )

    def method_id(self, record: KeyRecord) -> str:
        """Return the key's full id, the same in documents, proofs and `kid`."""
        return f"{self._did}#{record.fragment}"

    def signing_key(self, purpose: Purpose, now: datetime) -> KeyRecord:
        """Return the one key that signs at `now`: the latest whose time has come.

        Raises `NoSigningKey` if each is still to come, retired or compromised.
        """
        ready = [
            record
            for record in self._records
            if record.purpose is purpose and record.may_sign and record.signs_from <= now
        ]
        if not ready:
            raise NoSigningKey(
                f"No {purpose} key is ready to sign. Make one with `merke keys new {purpose}`, "
                "or activate one that waits."
            )
        return max(ready, key=lambda record: (record.signs_from, record.created))

    def private_key(self, record: KeyRecord) -> PrivateKey:
        """Return the private half of one of the ring's keys, for libraries that sign themselves.

        Raises `NoSigningKey` once the key is retired or compromised, `RingLocked`, `UnknownKey`.
        """
        # The caller's record may be older than a decision to stop.
        if not self.record(record.fragment).may_sign:
            raise NoSigningKey(f"The key {record.fragment} is retired or compromised.")
        if self.locked:
            raise RingLocked("The key ring is locked. Unlock it with its passphrase to sign.")
        return self._open[record.fragment]

    def sign(self, record: KeyRecord, data: bytes) -> bytes:
        """Return the signature of `data` by the key's algorithm. Raises as `private_key` does."""
        return sealed.sign(self.private_key(record), data)

    def new(
        self,
        purpose: Purpose,
        now: datetime,
        signs_from: datetime,
        *,
        jwt_algorithm: str | None = None,
    ) -> KeyRecord:
        """Make a key that signs from `signs_from` on, which is not before `now`.

        A badge-jwt key is for `jwt_algorithm`, or for what the newest one is for. Raises
        `RingLocked`, and `ImpossibleRecord` for a time that has passed or another algorithm.
        """
        if self.locked:
            raise RingLocked("The key ring is locked. Unlock it with its passphrase to add a key.")
        algorithm = jwt_algorithm if purpose is Purpose.BADGE_JWT else None
        if algorithm is None:
            algorithm = [r.algorithm for r in self._records if r.purpose is purpose][-1]
        return self._make(purpose, algorithm, now, signs_from)

    def activate(self, fragment: str, now: datetime) -> KeyRecord:
        """Let a key that waits for its time sign from `now` on; any other stays as it is."""
        record = self.record(fragment)
        if record.signs_from <= now:
            return record
        return self._change(replace(record, signs_from=_whole(now)))

    def retire(self, fragment: str, now: datetime) -> KeyRecord:
        """Let a key sign no more. What it signed stays good, and it stays published."""
        record = self.record(fragment)
        return self._change(replace(record, retired=record.retired or _whole(now)))

    def compromise(self, fragment: str, now: datetime) -> KeyRecord:
        """Declare that others may hold a key: it signs no more and strangers must refuse it."""
        record = self.record(fragment)
        return self._change(replace(record, compromised=record.compromised or _whole(now)))

    def published(self) -> tuple[KeyRecord, ...]:
        """Return every key strangers may rely on: badges outlive the key that signed them."""
        return tuple(record for record in self._records if record.compromised is None)

    def did_document(self) -> dict[str, Any]:
        """Return `/.well-known/did.json`.

        `assertionMethod` names every key that signs or signed credentials. The audit key signs
        none, and a compromised key stays only to say `revoked`.
        """
        asserting = self._asserting()
        return dids.did_document(
            self._did,
            [dids.method_of(self._did, record.public) for record in asserting],
            [
                dids.method_of(self._did, record.public, record.compromised)
                for record in self._records
                if record not in asserting
            ],
        )

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return `/.well-known/jwks.json`: the very keys of `assertionMethod`.

        A verifier takes the set as "what this issuer signs credentials with", so it says the
        same as the DID document. A JWK cannot say that it is revoked: those are left out.
        """
        return jwk.jwk_set((self.method_id(record), record.public) for record in self._asserting())

    def _asserting(self) -> list[KeyRecord]:
        return [record for record in self.published() if record.purpose is not Purpose.AUDIT]

    def _unlock(self, cipher: AESGCM) -> None:
        opened, shut = {}, []
        for record in self._records:
            try:
                key = sealed.unseal(cipher, self._sealed[record.fragment], self._owner(record))
            except InvalidTag:
                shut.append(record.fragment)
                continue
            if key.public_key() != record.public:
                raise DamagedRing(
                    f"The private half of key {record.fragment} belongs to another public key. "
                    "Nothing can be signed; restore the key ring from a backup."
                )
            opened[record.fragment] = key
        if not opened:
            raise WrongPassphrase(
                "The passphrase does not open the key ring. Nothing can be signed until the "
                "right one is given (or, if it is right, the ring restored from a backup)."
            )
        if shut:
            raise DamagedRing(
                f"The passphrase is right, but it does not open the key {', '.join(shut)}: the "
                "key ring was changed. Nothing can be signed; restore it from a backup."
            )
        self._open, self._cipher = opened, cipher

    def _make_all(self, now: datetime, jwt_algorithm: str) -> None:
        dids.document_url(self._did)
        for purpose in Purpose:
            algorithm = jwt_algorithm if purpose is Purpose.BADGE_JWT else "EdDSA"
            self._make(purpose, algorithm, now, now)

    def _make(
        self, purpose: Purpose, algorithm: str, now: datetime, signs_from: datetime
    ) -> KeyRecord:
        if algorithm not in ALGORITHMS[purpose]:
            raise ImpossibleRecord(f"A {purpose} key does not sign with {algorithm}.")
        private = sealed.generate(algorithm)
        public = private.public_key()
        record = KeyRecord(
            dids.fragment_of(public), purpose, algorithm, public, _whole(now), _whole(signs_from)
        )
        if self._cipher is not None:
            self._sealed[record.fragment] = sealed.seal(self._cipher, private, self._owner(record))
        self._open[record.fragment] = private
        self._records = (*self._records, record)
        return record

    def _change(self, changed: KeyRecord) -> KeyRecord:
        self._records = tuple(
            changed if record.fragment == changed.fragment else record for record in self._records
        )
        return changed

    def _owner(self, record: KeyRecord) -> bytes:
        """What a sealed private key is bound to: the key's full id and its purpose."""
        return f"{self.method_id(record)} {record.purpose}".encode()


def _whole(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without its time zone is no moment")
    return moment.astimezone(UTC).replace(microsecond=0)
