"""What the cases of tokens share."""

from typing import Any

from keys.jwk import b64url_encode
from tests.vectors.making.issuing import (
    ED,
    P256,
    P384,
    RSA,
    claims,
    credential,
    text,
    token_home,
)

VC_JWT = "Open Badges 3.0, 8.2.4 (VC-JWT)"


JWS = "RFC 7515 (JSON Web Signature)"


HOME = token_home(RSA, P256, P384, ED)


PAYLOAD = claims(credential())


def encode(value: Any) -> bytes:
    return b64url_encode(value if isinstance(value, bytes) else text(value)).encode()
