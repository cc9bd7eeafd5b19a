"""A published copy of one of our own status lists, read and checked as ours.

Only who signed it and what it says count here; that it has run out does not matter. It is
what others were told, so its bits are facts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from issuer import status
from issuer.errors import BadInput
from issuer.office import Office
from issuer.texts import N_
from keys.ring import Purpose
from verifier import data_integrity, jws, status_list, strict_json, timestamps
from verifier.canonical import WorkLimit
from verifier.signatures import InvalidSignature


class ForeignList(BadInput):
    code = "status.foreign"


@dataclass(frozen=True)
class Published:
    """What one list said at `valid_from`: the places that are revoked, in order."""

    number: int
    valid_from: datetime
    revoked: tuple[int, ...]
    digest: str


def read(office: Office, name: str, content: bytes) -> Published:
    """Read a list as it was published, in either form. `name` is what faults call it.

    Raises `ForeignList` unless a status key of ours, that was not compromised, signed it.
    """
    try:
        document = _signed(office, content.strip())
        address = str(document["id"])
        number = _number(office, address)
        subject = document["credentialSubject"]
        if document["issuer"] != office.settings.did or subject["statusPurpose"] != "revocation":
            raise ValueError("another issuer's, or of another purpose")
        bits = status_list.decode(subject["encodedList"])
        return Published(
            number,
            timestamps.parse(document["validFrom"]),
            tuple(place for place in range(len(bits)) if bits[place]),
            hashlib.sha256(content).hexdigest(),
        )
    except (ValueError, LookupError, TypeError, InvalidSignature, WorkLimit) as fault:
        raise ForeignList(
            N_(
                "%(file)s is no status list that this issuer signed. Supply what stood at"
                " %(address)s, as it was: from a cache, an archive, or somebody's copy."
            ),
            file=name,
            address=f"{office.settings.base_url}/status/…",
        ) from fault


def _number(office: Office, address: str) -> int:
    base = office.settings.base_url
    number = int(address.removeprefix(f"{base}/status/"))
    if address != base + status.list_path(number):
        raise ValueError("the address of no list of ours")
    return number


def _signed(office: Office, content: bytes) -> Mapping[str, Any]:
    keys = {
        office.ring.method_id(record): record.public
        for record in office.ring.records
        if record.purpose is Purpose.STATUS and record.compromised is None
    }
    if not content.startswith(b"{"):
        token = jws.split(content.decode("ascii"))
        jws.verify_signature(token, keys[str(token.header["kid"])])
        return token.payload
    document = strict_json.loads(content)
    if not isinstance(document, dict):
        raise ValueError("not an object")
    proofs = document["proof"]
    (proof,) = proofs if isinstance(proofs, list) else [proofs]
    data_integrity.verify(document, proof, keys[str(proof["verificationMethod"])])
    return document
