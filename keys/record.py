"""One key's public side and life story, and everything a key ring refuses.

* RingError             the message is for people: what happened, what it means, what to do
  - WrongRing           not a key ring, another version of one, or another issuer's
  - DamagedRing         a key ring that was changed or broken
  - WeakPassphrase
  - WrongPassphrase
  - RingLocked
  - ThrowAwayRing       asked to keep keys that were made to be thrown away
  - UnknownKey
  - NoSigningKey        no key is ready for this purpose, or this key signs no more
  - ImpossibleRecord    a life story that cannot be true
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from keys import jwk
from keys.did import fragment_of
from keys.multikey import PublicKey


class RingError(Exception):
    """The key ring refuses. The message is for people and holds no secret.

    `values` are what the message speaks of, for whoever tells it in another language; each
    class names those it always has.
    """

    def __init__(self, message: str, **values: object) -> None:
        self.values: Mapping[str, object] = values
        super().__init__(message)


class WrongRing(RingError):
    """The bytes are not a key ring this program reads, or not this issuer's."""


class DamagedRing(RingError):
    """The key ring was changed or broken; nothing may be signed with it."""


class WeakPassphrase(RingError):
    """The passphrase is too short to guard a key ring. Values: `length` and `least`, in bytes."""


class WrongPassphrase(RingError):
    """The passphrase opens no key of the ring."""


class RingLocked(RingError):
    """The private keys are sealed; the ring must be unlocked first."""


class ThrowAwayRing(RingError):
    """A ring made to be thrown away is never written or unlocked."""


class UnknownKey(RingError):
    """The ring holds no key with this fragment. Values: `key`."""


class NoSigningKey(RingError):
    """No key may sign: none is ready for the purpose, or the one asked for signs no more."""


class ImpossibleRecord(RingError):
    """A key's algorithm, fragment or dates contradict each other."""


class Purpose(StrEnum):
    """What a key is for. A key never serves two purposes."""

    BADGE = "badge"
    BADGE_JWT = "badge-jwt"
    STATUS = "status"
    AUDIT = "audit"


ALGORITHMS: dict[Purpose, tuple[str, ...]] = {
    Purpose.BADGE: ("EdDSA",),
    Purpose.BADGE_JWT: ("RS256", "ES256"),
    Purpose.STATUS: ("EdDSA",),
    Purpose.AUDIT: ("EdDSA",),
}


@dataclass(frozen=True)
class KeyRecord:
    """The public side of one key. All times are aware.

    Before `signs_from` it is published but signs nothing, so that strangers know it in time.
    Raises `ImpossibleRecord` where the parts contradict each other.
    """

    fragment: str
    purpose: Purpose
    algorithm: str
    public: PublicKey = field(hash=False, repr=False)  # libraries give keys no hash
    created: datetime
    signs_from: datetime
    retired: datetime | None = None
    compromised: datetime | None = None

    def __post_init__(self) -> None:
        if self.algorithm != jwk.algorithm(self.public):
            raise ImpossibleRecord(f"{self.fragment} is not a key for {self.algorithm}")
        if self.algorithm not in ALGORITHMS[self.purpose]:
            raise ImpossibleRecord(f"a {self.purpose} key does not sign with {self.algorithm}")
        if self.fragment != fragment_of(self.public):
            raise ImpossibleRecord(f"{self.fragment} is the name of another key")
        for moment in (self.signs_from, self.retired, self.compromised):
            if moment is not None and moment < self.created:
                raise ImpossibleRecord(
                    f"{self.fragment} was made at {self.created:%Y-%m-%d %H:%M:%S}, so nothing "
                    f"can have happened to it at {moment:%Y-%m-%d %H:%M:%S}: check the clock"
                )

    @property
    def may_sign(self) -> bool:
        """Whether the key is neither retired nor compromised."""
        return self.retired is None and self.compromised is None
