"""What is verified and issued while the clock runs: one badge of the demonstration, many times
over, each copy with an id of its own, signed with keys made for this run.

It is shortened to two requirements, which makes it four kilobytes: the size at which the peers
were measured when the targets were set.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from issuer import days, proofs, status
from keys.ring import KeyRecord, KeyRing, Purpose
from verifier.documents import PinnedDocuments
from verifier.verify import World

Document = dict[str, Any]

COPIES = 100
REQUIREMENTS = 2


@dataclass(frozen=True)
class Material:
    """`documents` are the credentials, `badges` and `tokens` their two secured forms; `published`
    is what a verifier may ask for. `lone` are the same without status, for peers that are asked
    for the proof alone."""

    ring: KeyRing
    now: datetime
    base: str
    documents: tuple[Document, ...]
    badges: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    lone: tuple[bytes, ...]
    published: Mapping[str, bytes]

    @property
    def did(self) -> str:
        return self.ring.did

    def key(self, purpose: Purpose) -> KeyRecord:
        return self.ring.signing_key(purpose, self.now)

    def world(self) -> World:
        return World(documents=PinnedDocuments(self.published), now=datetime.now(UTC))


def material(badge: Mapping[str, Any]) -> Material:
    """Make copies of `badge`, a sealed credential, as of an hour ago: some peers judge dates by
    the machine's clock."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    ring = KeyRing.throwaway(badge["issuer"]["id"], now)
    address = badge["credentialStatus"]["statusListCredential"]
    base, _, number = address.rpartition("/status/")
    documents = tuple(_copy(badge, base, now) for _ in range(COPIES))
    key = ring.signing_key(Purpose.BADGE, now)
    token_key = ring.signing_key(Purpose.BADGE_JWT, now)
    listed = status.document(base, ring.did, int(number), [], now)
    published = {
        f"{base}/.well-known/did.json": proofs.compact(ring.did_document()),
        f"{base}/.well-known/jwks.json": proofs.compact(ring.jwks()),
        address: proofs.embed(listed, ring, ring.signing_key(Purpose.STATUS, now), now),
    }
    return Material(
        ring=ring,
        now=now,
        base=base,
        documents=documents,
        badges=tuple(proofs.embed(document, ring, key, now) for document in documents),
        tokens=tuple(proofs.badge_jwt(document, ring, token_key) for document in documents),
        lone=tuple(proofs.embed(without_status(d), ring, key, now) for d in documents),
        published=published,
    )


def without_status(document: Mapping[str, Any]) -> Document:
    return {name: value for name, value in document.items() if name != "credentialStatus"}


def _copy(badge: Mapping[str, Any], base: str, now: datetime) -> Document:
    copy: Document = json.loads(json.dumps(badge))
    del copy["proof"]
    subject = copy["credentialSubject"]
    described = (
        (copy, "evidence"),
        (subject, "result"),
        (subject["achievement"], "resultDescription"),
    )
    for holder, name in described:
        holder[name] = holder[name][:REQUIREMENTS]
    copy["id"] = f"{base}/b/{uuid.uuid4()}"
    copy["awardedDate"] = copy["validFrom"] = days.timestamp(now)
    copy["validUntil"] = days.timestamp(now + timedelta(days=365))
    return copy
