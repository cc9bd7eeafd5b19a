"""Tokens: odd segments, and algorithms that do not fit."""

import hmac
import json
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys import jwk
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    ED,
    P256,
    P384,
    RSA,
    claims,
    credential,
    header,
    method,
    text,
    token,
)
from tests.vectors.making.token_common import (
    HOME,
    JWS,
    PAYLOAD,
    VC_JWT,
    encode,
)
from tests.verifier.simulator import put

GOOD = token(PAYLOAD)


HEAD, BODY, SIGNED = GOOD.split(b".")


RAW = jwk.b64url_decode(SIGNED.decode())


def cases() -> Cases:
    found = Cases(VC_JWT, HOME)
    _segments(found)
    _algorithms(found)
    return found


def _segments(cases: Cases) -> None:
    stray = SIGNED[:-1] + bytes([SIGNED[-1] + 1])
    for name, badge, reason, says in (
        (
            "padding",
            b".".join([HEAD, BODY, SIGNED + b"=="]),
            "token.malformed",
            "base64url of tokens has no padding.",
        ),
        (
            "line-break",
            b".".join([HEAD, BODY[:60] + b"\n" + BODY[60:], SIGNED]),
            "token.malformed",
            "A line break stands in the payload.",
        ),
        (
            "other-alphabet",
            b".".join([HEAD, BODY, SIGNED[:-4] + b"+/+/"]),
            "token.malformed",
            "The signature has letters of another base64.",
        ),
        (
            "stray-bits",
            b".".join([HEAD, BODY, stray]),
            "token.malformed",
            "The last letter of the signature carries bits that are part of no byte.",
        ),
        (
            "signature-long",
            b".".join([HEAD, BODY, encode(RAW + b"\0")]),
            "proof.altered",
            "The token's signature has a byte too many.",
        ),
        ("four-segments", GOOD + b"." + SIGNED, "token.malformed", "A token has three segments."),
        (
            "five-segments",
            b".".join([HEAD, b"", BODY, SIGNED, b"AA"]),
            "token.malformed",
            "An encrypted token has five segments, and is no badge.",
        ),
        ("two-segments", HEAD + b"." + BODY, "token.malformed", "The signature is missing."),
        ("signature-empty", HEAD + b"." + BODY + b".", "proof.altered", "The signature is empty."),
        (
            "signature-cut",
            b".".join([HEAD, BODY, encode(RAW[:-6])]),
            "proof.altered",
            "The signature lacks its end.",
        ),
        (
            "payload-empty",
            HEAD + b".." + SIGNED,
            "json.malformed",
            "The payload is empty: what was signed is said to be elsewhere.",
        ),
        (
            "letter-beyond-ascii",
            GOOD[:-2] + "é".encode(),
            "token.malformed",
            "A letter is none of base64url.",
        ),
        (
            "payload-altered",
            b".".join([HEAD, encode({**PAYLOAD, "name": "Gullmerket"}), SIGNED]),
            "proof.altered",
            "The badge's name has been changed in the token.",
        ),
        (
            "header-altered",
            b".".join([encode(dict(reversed(header().items()))), BODY, SIGNED]),
            "proof.altered",
            "The header says the same in another order, and its letters are what is signed.",
        ),
        (
            "payload-of-another",
            b".".join([HEAD, encode(claims(credential(put("id", value=f"{BASE}/b/2")))), SIGNED]),
            "proof.altered",
            "The payload is another badge's of the same issuer.",
        ),
        ("payload-not-object", token(b'"badge"'), "token.malformed", "The payload is a text."),
        (
            "payload-duplicate",
            token(text(PAYLOAD)[:-1] + b',"exp":4102444800}'),
            "json.duplicate",
            "A claim of the signed payload stands twice.",
        ),
        (
            "payload-nan",
            token(text(PAYLOAD)[:-1] + b',"x":NaN}'),
            "json.number",
            "The signed payload holds NaN.",
        ),
        (
            "payload-utf-16",
            token(json.dumps(PAYLOAD).encode("utf-16")),
            "json.unicode",
            "The signed payload is in UTF-16.",
        ),
        (
            "payload-deep",
            token(b'{"a":' * 70 + b"1" + b"}" * 70),
            "limit.depth",
            "The signed payload is nested deeper than any badge.",
        ),
        (
            "header-duplicate",
            token(PAYLOAD, head=text(header())[:-1] + b',"alg":"none"}'),
            "json.duplicate",
            "The header names its algorithm twice.",
        ),
        (
            "header-not-object",
            token(PAYLOAD, head=b'["alg","RS256"]'),
            "token.malformed",
            "The header is a list.",
        ),
        (
            "header-not-json",
            token(PAYLOAD, head=b'{"alg":"RS256"'),
            "json.malformed",
            "The header is no JSON.",
        ),
        (
            "json-serialisation",
            text(
                {"payload": BODY.decode(), "protected": HEAD.decode(), "signature": SIGNED.decode()}
            ),
            "context.order structure.missing term.lost proof.missing",
            "The token is in the JSON form of JWS, which no badge is.",
        ),
    ):
        cases.bad(
            f"token-{name}",
            badge,
            reason,
            f"token: {name.replace('-', ' ')}",
            says,
            rule=JWS if "json" not in reason else "RFC 7493 (I-JSON)",
        )


def _algorithms(cases: Cases) -> None:
    rule = "RFC 8725, 3.1 (algorithm verification)"
    for name in ("none", "None", "nOnE"):
        head = encode({"alg": name, "typ": "JWT", "kid": method(RSA)})
        cases.bad(
            f"alg-{ {'none': 'none', 'None': 'capital-none', 'nOnE': 'mixed-none'}[name] }",
            head + b"." + BODY + b".",
            "algorithm.forbidden",
            f"header/alg: {name}, unsigned",
            f"The token says with {name} that it is not signed.",
            rule=rule,
        )
    head = encode({"alg": "none", "typ": "JWT", "kid": method(RSA)})
    cases.bad(
        "alg-none-with-signature",
        head + b"." + BODY + b"." + SIGNED,
        "algorithm.forbidden",
        "header/alg: none, with a signature",
        "The token says it is not signed, and carries the signature of another.",
        rule=rule,
    )
    secrets = {
        "pem": RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "jwk": text(jwk.public_jwk(RSA.public_key())),
    }
    for form, secret in secrets.items():
        signed = encode(header(alg="HS256")) + b"." + BODY
        mac = hmac.new(secret, signed, sha256).digest()
        cases.bad(
            f"alg-hs256-{form}",
            signed + b"." + encode(mac),
            "algorithm.forbidden",
            f"header/alg: HS256 by the public key as {form.upper()}",
            f"The public key, as {form.upper()}, is used as if it were a shared secret.",
            rule=rule,
        )
    for name, given, says in (
        ("lower-case", "rs256", "The name of an algorithm is in other letters."),
        ("invented", "RSA-OAEP", "The name is that of a way to encrypt."),
        ("empty", "", "The name of the algorithm is empty."),
    ):
        cases.bad(
            f"alg-{name}",
            token(PAYLOAD, alg=given),
            "algorithm.forbidden",
            f"header/alg: {name.replace('-', ' ')}",
            says,
            rule=rule,
        )
    cases.bad(
        "alg-missing",
        token(PAYLOAD, alg=None),
        "token.malformed",
        "header/alg: absent",
        "The header names no algorithm.",
        rule=f"{JWS}, 4.1.1",
    )
    cases.bad(
        "alg-list",
        token(PAYLOAD, alg=["RS256"]),
        "token.malformed",
        "header/alg: a list",
        "The algorithm is a list.",
        rule=f"{JWS}, 4.1.1",
    )
    for name in ("PS256", "RS512", "ES256K", "ES512", "Ed448"):
        cases.open(
            f"alg-{name.lower()}",
            token(PAYLOAD, alg=name),
            "algorithm.unsupported",
            f"header/alg: {name}",
            f"{name} is an algorithm, and not one that is checked for badges.",
            rule=rule,
        )
    for key, alg, says in (
        (RSA, "ES256", "The key is an RSA key, and the header claims a curve."),
        (P256, "ES384", "The key is of P-256, and the header claims P-384."),
        (P384, "ES256", "The key is of P-384, and the header claims P-256."),
        (P256, "RS256", "The key is of P-256, and the header claims RSA."),
        (ED, "ES256", "The key is an Ed25519 key, and the header claims P-256."),
        (P256, "EdDSA", "The key is of P-256, and the header claims EdDSA."),
    ):
        own = jwk.algorithm(key.public_key()).lower()
        cases.bad(
            f"alg-{own}-key-{alg.lower()}",
            token(PAYLOAD, key, alg=alg),
            "algorithm.mismatch",
            f"header/alg: {alg} for a key of {own.upper()}",
            says,
            rule=rule,
        )
    der = token(PAYLOAD, P256).split(b".")
    raw = jwk.b64url_decode(der[2].decode())
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    as_der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    for name, signature, says in (
        ("der", as_der, "The signature is in DER, where tokens have two plain numbers."),
        ("zero", bytes(64), "Both numbers of the token's signature are 0."),
        (
            "order",
            raw[:32]
            + (0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551).to_bytes(32),
            "A number of the signature is the group's order.",
        ),
    ):
        cases.bad(
            f"es256-{name}",
            b".".join([*der[:2], encode(signature)]),
            "proof.altered",
            f"signature of ES256: {name}",
            says,
            rule="RFC 7518, 3.4",
        )
