"""A key ring for the tests: made once, since sealing is slow on purpose."""

from datetime import UTC, datetime

import pytest

from keys.ring import KeyRing

DID = "did:web:merke.example.no"
PASSPHRASE = b"made-up passphrase of the tests"
MADE = datetime(2026, 5, 12, 8, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def ring_bytes() -> bytes:
    """A ring with its four first keys, as it lies on the disk."""
    return KeyRing.create(DID, PASSPHRASE, MADE).to_json()


@pytest.fixture
def locked(ring_bytes: bytes) -> KeyRing:
    """The ring as it comes from the disk."""
    return KeyRing.from_json(ring_bytes)


@pytest.fixture
def ring(ring_bytes: bytes) -> KeyRing:
    """The same ring, unlocked."""
    ring = KeyRing.from_json(ring_bytes)
    ring.unlock(PASSPHRASE)
    return ring


@pytest.fixture
def passphrase() -> bytes:
    """What unlocks `ring`."""
    return PASSPHRASE


@pytest.fixture
def made() -> datetime:
    """When the ring was made."""
    return MADE
