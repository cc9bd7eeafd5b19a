"""What the cases of shapes and dates share."""

from typing import Any

from tests.vectors.making.issuing import (
    Change,
    home,
    prove,
    text,
)
from tests.verifier.simulator import Document, put

RULE = "Open Badges 3.0, data model"


HOME = home()


SUBJECT = "credentialSubject"


def signed_as_json(document: Document) -> bytes:
    """Under a proof that covers members whether they mean anything or not."""
    return text({**document, "proof": [prove(document, "eddsa-jcs-2022")]})


def identity(**members: Any) -> Change:
    whole = {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "a@example.no",
        "identityType": "emailAddress",
        **members,
    }
    return put(SUBJECT, "identifier", value=[whole])
