"""The simulator's badge as Open Badges 3.0 writes it under VC Data Model 1.1."""

from collections.abc import Callable
from typing import Any

from tests.verifier.simulator import EXTENSIONS, OB3, Document, IssuerSimulator, changed, seconds

VC1 = "https://www.w3.org/2018/credentials/v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"


def older(sim: IssuerSimulator, change: Callable[[Document], Any] | None = None) -> Document:
    """A good credential of 1.1, unsigned. Its status entry would need a context of its own."""
    credential = sim.credential()
    del credential["credentialStatus"]
    credential["@context"] = [VC1, OB3, EXTENSIONS, DATA_INTEGRITY]
    credential["issuanceDate"] = credential.pop("validFrom")
    credential["expirationDate"] = credential.pop("validUntil")
    return changed(credential, change)


def around(credential: Document) -> Document:
    """The payload of a token that holds `credential`: the claims, and `vc` among them."""
    return {
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": seconds(credential["issuanceDate"]),
        "exp": seconds(credential["expirationDate"]),
        "vc": credential,
    }
