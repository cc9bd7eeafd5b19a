"""What the cases of status share: lists and entries."""

from typing import Any

from keys import jwk
from tests.vectors.making.issuing import (
    DID,
    LIST,
    STATUS_2021,
    Change,
    Served,
    credential,
    embedded,
    home,
    list_at,
    status_list,
    with_status,
)
from tests.vectors.making.packed import bit_string, gzip
from tests.verifier.older import DATA_INTEGRITY, VC1
from tests.verifier.simulator import Document, put

RULE = "Bitstring Status List 1.0"


ALGORITHM = f"{RULE}, 3.2"


SUBJECT = "credentialSubject"


HOME = home()


BADGE = embedded(credential(with_status()))


def listed(change: Change | None = None, *indexes: int, **subject: Any) -> dict[str, Served]:
    """The documents where the list was changed before it was signed."""
    return {**HOME, **list_at(status_list(*indexes, change=change, **subject))}


MESSAGES = [{"status": "0x0", "message": "i orden"}, {"status": "0x1", "message": "spør oss"}]


TWO_BITS = [{"status": f"0x{n}", "message": f"verdi {n}"} for n in range(4)]


def list_of_2021(*indexes: int, change: Change | None = None) -> Document:
    packed = jwk.b64url_encode(gzip(bit_string(indexes)))
    document = status_list(change=change)
    del document["validUntil"]
    document["@context"] = [VC1, STATUS_2021, DATA_INTEGRITY]
    document["issuanceDate"] = document.pop("validFrom")
    document["type"] = ["VerifiableCredential", "StatusList2021Credential"]
    document[SUBJECT] |= {"type": "StatusList2021", "encodedList": packed}
    return document


def with_1edtech(url: str = LIST) -> Change:
    return put("credentialStatus", value={"id": url, "type": "1EdTechRevocationList"})


def revocations(*entries: Any, **members: Any) -> Document:
    return {"id": LIST, "issuer": DID, "revokedCredential": list(entries), **members}
