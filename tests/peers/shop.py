"""What the peers are shown: an issuer's sealed badges, and what its addresses answer.

The issuer is a real one (`tests.support.office`), its clock an hour behind the machine's: some
peers judge dates by the machine's clock and cannot be told another time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import serialization

from issuer import pictures, published
from issuer.record.tables import Credential
from keys.ring import KeyRecord, KeyRing, Purpose
from tests.support.office import BASE, Desk
from verifier.documents import PinnedDocuments
from verifier.report import Report
from verifier.verify import World, verify

STATUS = f"{BASE}/status/1"
STATUS_TOKEN = f"{STATUS}.jwt"
DID_DOCUMENT = f"{BASE}/.well-known/did.json"
KEY_SET = f"{BASE}/.well-known/jwks.json"
PUBLISHED = (DID_DOCUMENT, KEY_SET, STATUS, STATUS_TOKEN)

Documents = dict[str, str]


@dataclass(frozen=True)
class Badge:
    """One credential as it was sealed: `text` with an embedded proof, `token` as JWT."""

    code: str
    id: str
    text: str
    token: str

    @property
    def document(self) -> dict[str, Any]:
        """The credential with its proof, parsed anew each time."""
        document: dict[str, Any] = json.loads(self.text)
        return document

    @property
    def unsigned(self) -> dict[str, Any]:
        """The credential without its proof."""
        return {name: value for name, value in self.document.items() if name != "proof"}


@dataclass(frozen=True)
class Shop:
    desk: Desk

    @property
    def did(self) -> str:
        return self.desk.office.settings.did

    def badge(self, name: str) -> Badge:
        """Seal a badge for a new organisation of this name."""
        sealed = self.desk.holder(name)
        path = f"/b/{sealed.credential_id}"
        return Badge(
            sealed.code, sealed.credential_id, self.at(f"{path}.json"), self.at(f"{path}.jwt")
        )

    def at(self, path: str) -> str:
        """What our address `path` answers now."""
        document = published.get(self.desk.office, path)
        assert document is not None, f"nothing answers {path}"
        return document.data.decode()

    def documents(self) -> Documents:
        """All that a stranger may need besides a badge: address -> text."""
        return {url: self.at(url.removeprefix(BASE)) for url in PUBLISHED}

    def baked(self, badge: Badge) -> tuple[bytes, bytes]:
        """The badge's PNG and SVG."""
        office = self.desk.office
        with office.reading() as session:
            row = session.get_one(Credential, badge.id)
            return pictures.baked_png(office, row), pictures.baked_svg(office, row)

    def key(self, purpose: Purpose) -> KeyRecord:
        return self.desk.office.ring.signing_key(purpose, self.desk.clock())

    def pem(self, purpose: Purpose) -> str:
        """The private half of that key, for a peer that signs with it."""
        return private_pem(self.desk.office.ring, self.key(purpose))


def private_pem(ring: KeyRing, key: KeyRecord) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = ring.private_key(key)
    return private.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def without_status(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` as if it could not be revoked, for rings that publish no list."""
    return {name: value for name, value in document.items() if name != "credentialStatus"}


def judge(presented: str | bytes, documents: Mapping[str, str]) -> Report:
    """Our own verdict, by the machine's clock and these documents alone."""
    data = presented.encode() if isinstance(presented, str) else presented
    source = PinnedDocuments({url: text.encode() for url, text in documents.items()})
    return verify(data, World(documents=source, now=datetime.now(UTC)))


def said_twice(document: Mapping[str, Any]) -> set[str]:
    """Pointers to what the issuer's profile says both as `issuer` and as `creator`.

    The proof secures statements, not their spelling (Data Integrity EdDSA 3.2.3 signs the RDF
    dataset), and two equal statements are one: either copy can be taken away unnoticed.
    """
    issuer = document["issuer"]
    creator = document["credentialSubject"]["achievement"].get("creator", {})
    return {
        f"{place}/{name}"
        for name, value in creator.items()
        if name not in ("id", "type") and issuer.get(name) == value
        for place in ("/issuer", "/credentialSubject/achievement/creator")
    }
