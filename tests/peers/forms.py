"""A good badge in each form, made by each hand: ours, as the tests' proof makers make it, and the
peers' own."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openbadgeslib.ob3 import OB3LdpSigner, OB3LdpVerifier, OB3Signer, OB3Verifier
from openvc.keys import Ed25519SigningKey, P256SigningKey, P384SigningKey
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
from openvc.proof.di_jcs import EcdsaJcsProofSuite, EddsaJcsProofSuite
from openvc.proof.ecdsa_sd import EcdsaSdProofSuite
from openvc.proof.vc_jwt import VcJwtProofSuite

from keys import jwk
from keys.multikey import base58btc_encode, encode_public
from tests.peers.javascript import Peers
from tests.peers.judges import BAZAAR, JOSE, LIBRARY, OPENVC, PYJWT, openvc_contexts, texts
from tests.verifier.older import around, older
from tests.verifier.proofs import SUITES, credential, method, p384_key, prove, publish_all
from tests.verifier.simulator import (
    Document,
    IssuerSimulator,
    PrivateKey,
    compact,
    p256_key,
    rsa_key,
    seconds,
    stamp,
)

TOKENS: Final[dict[str, Callable[[IssuerSimulator], PrivateKey]]] = {
    "VC-JWT, RS256": lambda sim: rsa_key(),
    "VC-JWT, ES256": lambda sim: p256_key(),
    "VC-JWT, ES384": lambda sim: p384_key(),
    "VC-JWT, EdDSA": lambda sim: sim.badge_key,
    "vc+jwt, ES256": lambda sim: p256_key(),
    "vc+jwt, EdDSA": lambda sim: sim.badge_key,
    "VC-JWT of VC 1.1, ES256": lambda sim: p256_key(),
    "VC-JWT of VC 1.1, EdDSA": lambda sim: sim.badge_key,
}
"""Form -> the key that signs it."""

FORMS: Final = (*SUITES, *TOKENS)


@cache
def issuer() -> IssuerSimulator:
    """One whose clock is an hour behind the machine's, and who publishes a key for each form."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    sim = IssuerSimulator("former.example.no", now)
    publish_all(sim)
    keys = json.loads(sim.served[sim.jwks_url])
    keys["keys"].append(jwk.named_jwk(method(sim, p384_key()), p384_key().public_key()))
    sim.served[sim.jwks_url] = compact(keys)
    return sim


def key_of(form: str) -> Any:
    sim = issuer()
    if form in TOKENS:
        return TOKENS[form](sim)
    key = SUITES[form][1]()
    return sim.badge_key if isinstance(key, Ed25519PrivateKey) else key


def unsigned(form: str) -> Document:
    """The credential that is signed in this form."""
    sim = issuer()
    if "1.1" in form:
        return older(sim)
    return sim.credential() if form in TOKENS else credential(sim, SUITES[form][0])


def ours(form: str) -> bytes:
    """A badge of this form as an issuer of ours would make it."""
    sim, key, document = issuer(), key_of(form), unsigned(form)
    if form in SUITES:
        name = SUITES[form][0]
        proof = prove(document, name, key, method(sim, key), created=stamp(sim.now))
        return compact({**document, "proof": proof})
    header = {"kid": named(form), "typ": "vc+jwt" if form.startswith("vc+") else "JWT"}
    return sim.token(_payload(form, document), key, {**header, "jwk": None})


def _payload(form: str, document: Document) -> Document:
    if form.startswith("vc+"):
        return document
    return around(document) if "1.1" in form else issuer().claims(document)


def named(form: str) -> str:
    """The key of this form by its name in the issuer's document."""
    sim, key = issuer(), key_of(form)
    return method(sim, key) if key is p384_key() else sim.method(key)


def altered(badge: bytes) -> bytes:
    """`badge` with another name, under the same signature."""
    if badge.startswith(b"{"):
        return compact({**json.loads(badge), "name": "Et annet merke"})
    head, payload, signature = badge.decode().split(".")
    claims = json.loads(jwk.b64url_decode(payload))
    inside = claims.get("vc", claims)
    inside["name"] = "Et annet merke"
    return f"{head}.{jwk.b64url_encode(compact(claims))}.{signature}".encode()


# Made by the peers. None where a peer does not make that form.


def by_bazaar(peers: Peers, form: str) -> bytes | None:
    if form not in SUITES or form == "eddsa-2022":
        return None
    sim, key = issuer(), key_of(form)
    secret = secret_bytes(key)
    # Multicodec of the private keys of Ed25519, P-256 and P-384.
    prefix = {"z6Mk": b"\x80\x26", "zDna": b"\x86\x26", "z82L": b"\x87\x26"}
    public = encode_public(key.public_key())
    made: str = peers.ask(
        "signBySuite",
        suite=SUITES[form][0],
        text=json.dumps(unsigned(form)),
        documents=texts(sim),
        created=stamp(sim.now),
        key={
            "type": "Multikey",
            "id": method(sim, key),
            "controller": sim.did,
            "publicKeyMultibase": public,
            "secretKeyMultibase": base58btc_encode(prefix[public[:4]] + secret),
        },
    )["text"]
    return made.encode()


def secret_bytes(key: Any) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return key.private_bytes_raw()
    number: int = key.private_numbers().private_value
    return number.to_bytes(key.key_size // 8)


def pem(key: PrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def by_jose(peers: Peers, form: str) -> bytes | None:
    if form not in TOKENS:
        return None
    key, document = key_of(form), unsigned(form)
    algorithm = jwk.algorithm(key.public_key())
    kind = "vc+jwt" if form.startswith("vc+") else "JWT"
    header = {"alg": algorithm, "kid": named(form), "typ": kind}
    made: str = peers.ask(
        "signToken", payload=_payload(form, document), header=header, pem=pem(key).decode()
    )["text"]
    return made.encode()


def by_pyjwt(form: str) -> bytes | None:
    if form not in TOKENS:
        return None
    key, payload = key_of(form), _payload(form, unsigned(form))
    kind = "vc+jwt" if form.startswith("vc+") else "JWT"
    algorithm = jwk.algorithm(key.public_key())
    headers = {"kid": named(form), "typ": kind}
    return jwt.encode(payload, key, algorithm=algorithm, headers=headers).encode()


def by_library(form: str) -> bytes | None:
    """It signs what it has read: a badge of ours becomes its own."""
    sim, key = issuer(), key_of(form)

    def download(url: str) -> bytes:
        return sim.served[url]

    if form == "eddsa-rdfc-2022":
        reader = OB3LdpVerifier.for_issuer_did(sim.did)
        read = reader.verify(ours(form).decode(), download=download)
        made: str = OB3LdpSigner(pem(key), method(sim, key)).sign_to_json(read)
        return made.encode()
    if form.startswith("VC-JWT, ") and form != "VC-JWT, ES384":
        read = OB3Verifier.for_issuer_did(sim.did, download=download).verify(ours(form).decode())
        token: str = OB3Signer(pem(key), jwk.algorithm(key.public_key())).sign(read)
        return token.encode()
    return None


_OPENVC_SUITES: Final[Mapping[str, Any]] = {
    "eddsa-rdfc-2022": DataIntegrityProofSuite,
    "eddsa-jcs-2022": EddsaJcsProofSuite,
    "ecdsa-rdfc-2019": EcdsaRdfcProofSuite,
    "ecdsa-jcs-2019": EcdsaJcsProofSuite,
}


def by_openvc(form: str, document: Document | None = None) -> bytes | None:
    key = key_of(form)
    if form in TOKENS:
        return _token_by_openvc(form) if "1.1" in form else None
    sim, suite, document = issuer(), SUITES[form][0], document or unsigned(form)
    more = {} if "-jcs-" in suite else {"extra_contexts": openvc_contexts()}
    options = {
        "signing_key": _openvc_key(key, method(sim, key)),
        "verification_method": method(sim, key),
        "created": sim.now,
        **more,
    }
    if suite == "ecdsa-sd-2023":
        shown = ["/issuer", "/validFrom", "/validUntil", "/credentialStatus"]
        base = EcdsaSdProofSuite().add_base_proof(document, mandatory_pointers=shown, **options)
        chosen = ["/credentialSubject", "/name"]
        return compact(EcdsaSdProofSuite().derive_proof(base, selective_pointers=chosen, **more))
    if suite not in _OPENVC_SUITES:
        return None
    return compact(_OPENVC_SUITES[suite]().add_proof(document, **options))


def _openvc_key(key: Any, name: str) -> Any:
    if isinstance(key, Ed25519PrivateKey):
        return Ed25519SigningKey(key, name)
    return P256SigningKey(key, name) if key.key_size == 256 else P384SigningKey(key, name)


def _token_by_openvc(form: str) -> bytes:
    """It takes the present second for the beginning, so the credential has to begin then."""
    while True:
        now = int(time.time())
        document = unsigned(form)
        document["issuanceDate"] = stamp(datetime.fromtimestamp(now, UTC))
        signing = _openvc_key(key_of(form), named(form))
        lasts = seconds(document["expirationDate"]) - now
        made = VcJwtProofSuite().sign(document, signing_key=signing, expires_in_s=lasts)
        if jwt.decode(made, options={"verify_signature": False})["nbf"] == now:
            return made.encode()


def made_by(peers: Peers, peer: str, form: str) -> bytes | None:
    """A badge of this form made by `peer`; None where it makes none."""
    makers = {
        BAZAAR: lambda: by_bazaar(peers, form),
        LIBRARY: lambda: by_library(form),
        OPENVC: lambda: by_openvc(form),
        JOSE: lambda: by_jose(peers, form),
        PYJWT: lambda: by_pyjwt(form),
    }
    return makers[peer]() if peer in makers else None
