"""JSON Web Keys: a public key as a JSON object (RFC 7517, RFC 7518, RFC 8037), and its thumbprint.

Ed25519, P-256, P-384 and RSA. Private keys have no form here: a JWK with a private member is
refused, whoever shows it.
"""

import base64
import hashlib
import json
import string
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurve,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from keys.multikey import MalformedKey, PublicKey, ed25519_public

RSA_BITS = range(2048, 8193)  # weaker is unsafe, longer costs every verifier too much time
RSA_EXPONENTS = range(65537, 2**32)

_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_B64URL = (string.ascii_letters + string.digits + "_-").encode()
_CURVES: dict[str, tuple[EllipticCurve, str]] = {
    "P-256": (SECP256R1(), "ES256"),
    "P-384": (SECP384R1(), "ES384"),
}
# By the concrete class, which `cryptography` has one of for each kind: to find out whether an
# object is of an abstract class takes a while, and this is asked for at every turn.
_ALGORITHMS: dict[type, str] = {}
_CURVE_NAMES = {curve.name: name for name, (curve, _) in _CURVES.items()}


def b64url_encode(data: bytes) -> str:
    """Return `data` in base64url without padding (RFC 7515, appendix C)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64url_decode(text: str) -> bytes:
    """Return the bytes of `text`: base64url, no padding, no white space, no stray bits.

    Every byte string has exactly one such text. Raises `ValueError` for any other.
    """
    if not text.isascii() or text.encode().translate(None, _B64URL) or len(text) % 4 == 1:
        raise ValueError("not base64url without padding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # Only letters that do not fill whole bytes can carry more than the bytes say.
    if (rest := len(text) % 4) and b64url_encode(data[1 - rest :]) != text[-rest:]:
        raise ValueError("the last letter of the base64url text carries stray bits")
    return data


def algorithm(key: PublicKey) -> str:
    """Return the one JWS algorithm this key is used with: EdDSA, ES256, ES384 or RS256."""
    if (known := _ALGORITHMS.get(type(key))) is not None:
        return known
    match key:
        case Ed25519PublicKey():
            return _ALGORITHMS.setdefault(type(key), "EdDSA")
        case RSAPublicKey():
            return _ALGORITHMS.setdefault(type(key), "RS256")
        case EllipticCurvePublicKey() if name := _CURVE_NAMES.get(key.curve.name):
            return _CURVES[name][1]
    raise MalformedKey("only Ed25519, P-256, P-384 and RSA keys are used here")


def public_jwk(key: PublicKey) -> dict[str, str]:
    """Return the JWK of `key` with its required members only, those a thumbprint covers."""
    match key:
        case Ed25519PublicKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(key.public_bytes_raw())}
        case RSAPublicKey():
            numbers = key.public_numbers()
            return {"kty": "RSA", "n": _encode_uint(numbers.n), "e": _encode_uint(numbers.e)}
        case EllipticCurvePublicKey() if name := _CURVE_NAMES.get(key.curve.name):
            point, size = key.public_numbers(), _size(key.curve)
            x, y = (b64url_encode(part.to_bytes(size)) for part in (point.x, point.y))
            return {"kty": "EC", "crv": name, "x": x, "y": y}
    raise MalformedKey("only Ed25519, P-256, P-384 and RSA keys have a JWK form here")


def public_key(jwk: Mapping[str, Any]) -> PublicKey:
    """Return the key of a public JWK.

    Raises `MalformedKey` for a private, weak, off-curve, misspelt or unknown key, and for one
    that names itself for another use (`use`, `key_ops`) or another algorithm (`alg`).
    """
    if _PRIVATE & jwk.keys():
        raise MalformedKey("the JWK shows private members: whoever reads it could sign with it")
    match jwk.get("kty"):
        case "OKP":
            key: PublicKey = _okp(jwk)
        case "EC":
            key = _ec(jwk)
        case "RSA":
            key = _rsa(jwk)
        case _:
            raise MalformedKey("the JWK's kty is none of OKP, EC and RSA")
    # RFC 9864 gives EdDSA over Ed25519 a second name.
    names = ["EdDSA", "Ed25519"] if isinstance(key, Ed25519PublicKey) else [algorithm(key)]
    if "alg" in jwk and jwk["alg"] not in names:
        raise MalformedKey(f"the JWK is made for another algorithm than {algorithm(key)}")
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list):
        raise MalformedKey("the JWK is not a key for signatures")
    if "verify" not in operations:
        raise MalformedKey("the JWK is not a key that verifies")
    return key


def thumbprint(key: PublicKey) -> str:
    """Return the SHA-256 JWK thumbprint of `key` in base64url (RFC 7638)."""
    text = json.dumps(public_jwk(key), sort_keys=True, separators=(",", ":"))
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def named_jwk(kid: str, key: PublicKey) -> dict[str, str]:
    """Return the JWK of `key` as it is published: with `kid`, `alg` and `use`."""
    return public_jwk(key) | {"kid": kid, "alg": algorithm(key), "use": "sig"}


def jwk_set(keys: Iterable[tuple[str, PublicKey]]) -> dict[str, list[dict[str, str]]]:
    """Return the JWK Set (RFC 7517, section 5) of these (kid, key) pairs."""
    return {"keys": [named_jwk(kid, key) for kid, key in keys]}


def _okp(jwk: Mapping[str, Any]) -> Ed25519PublicKey:
    if jwk.get("crv") != "Ed25519":
        raise MalformedKey("the JWK's crv is not Ed25519")
    return ed25519_public(_bytes(jwk, "x"))


def _ec(jwk: Mapping[str, Any]) -> EllipticCurvePublicKey:
    name = jwk.get("crv")
    if not isinstance(name, str) or name not in _CURVES:
        raise MalformedKey("the JWK's crv is neither P-256 nor P-384")
    curve = _CURVES[name][0]
    x, y = _bytes(jwk, "x"), _bytes(jwk, "y")
    if not len(x) == len(y) == _size(curve):
        raise MalformedKey(f"x and y of a {name} key have {_size(curve)} bytes each")
    numbers = EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve)
    try:
        return numbers.public_key()
    except ValueError:
        raise MalformedKey(f"the JWK's point does not lie on {name}") from None


def _rsa(jwk: Mapping[str, Any]) -> RSAPublicKey:
    n, e = _uint(jwk, "n"), _uint(jwk, "e")
    if n.bit_length() not in RSA_BITS or n % 2 == 0:
        raise MalformedKey(
            f"an RSA modulus is odd and has {RSA_BITS[0]} to {RSA_BITS[-1]} bits, "
            f"not {n.bit_length()}"
        )
    if e not in RSA_EXPONENTS or e % 2 == 0:
        raise MalformedKey("an RSA exponent is odd, at least 65537 and at most 32 bits long")
    return RSAPublicNumbers(e, n).public_key()


def _bytes(jwk: Mapping[str, Any], member: str) -> bytes:
    text = jwk.get(member)
    if not isinstance(text, str):
        raise MalformedKey(f"the JWK has no text member {member}")
    try:
        return b64url_decode(text)
    except ValueError as error:
        raise MalformedKey(f"the JWK's member {member}: {error}") from None


def _uint(jwk: Mapping[str, Any], member: str) -> int:
    data = _bytes(jwk, member)
    # RFC 7518, section 2: the fewest bytes that hold the number.
    if not data or data[0] == 0:
        raise MalformedKey(f"the JWK's member {member} is not a number in its shortest form")
    return int.from_bytes(data)


def _encode_uint(number: int) -> str:
    return b64url_encode(number.to_bytes((number.bit_length() + 7) // 8))


def _size(curve: EllipticCurve) -> int:
    return (curve.key_size + 7) // 8
