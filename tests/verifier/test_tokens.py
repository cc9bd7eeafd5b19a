"""Badges as VC-JWT: header, key, claims; each way in which a token is not a good badge."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys import did, jwk
from tests.verifier.simulator import (
    NOW,
    Document,
    IssuerSimulator,
    compact,
    drop,
    ed25519_key,
    p256_key,
    put,
    rsa_key,
)
from verifier.reasons import Check, Reason, Verdict
from verifier.report import Report
from verifier.verify import verify


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def answer(report: Report) -> tuple[Verdict, set[Reason]]:
    return report.verdict, set(report.reasons)


def part(value: Any) -> bytes:
    data = value if isinstance(value, bytes) else compact(value)
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def parts(token: bytes) -> tuple[Document, Document, bytes]:
    header, payload, signature = (
        base64.urlsafe_b64decode(p + b"=" * (-len(p) % 4)) for p in token.split(b".")
    )
    return json.loads(header), json.loads(payload), signature


def reheaded(token: bytes, **members: Any) -> bytes:
    """`token` with members of its header replaced; its signature stays."""
    header = {**parts(token)[0], **members}
    return b".".join([part(header), *token.split(b".")[1:]])


# Algorithms.


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "HS256", "hs256", "HS512"])
@pytest.mark.parametrize("signature", ["kept", "emptied"])
def test_an_algorithm_that_proves_nothing(sim: IssuerSimulator, name: str, signature: str) -> None:
    token = reheaded(sim.mint_token(), alg=name)
    if signature == "emptied":
        token = token.rpartition(b".")[0] + b"."
    assert answer(verify(token, sim.world())) == (
        Verdict.INVALID,
        {Reason.ALGORITHM_FORBIDDEN},
    )


@pytest.mark.parametrize(
    "secret",
    [
        rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        rsa_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        compact(jwk.public_jwk(rsa_key().public_key())),
        b"",
    ],
    ids=["PEM", "DER", "JWK", "empty"],
)
def test_a_public_key_used_as_a_secret(sim: IssuerSimulator, secret: bytes) -> None:
    head, payload, _ = reheaded(sim.mint_token(), alg="HS256").split(b".")
    signature = hmac.new(secret, head + b"." + payload, hashlib.sha256).digest()
    report = verify(b".".join([head, payload, part(signature)]), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.ALGORITHM_FORBIDDEN})


@pytest.mark.parametrize("name", ["RS257", "rs256", "", "RS256 ", "EdDSA2", "dir", "RSA-OAEP"])
def test_a_name_that_is_no_algorithm(sim: IssuerSimulator, name: str) -> None:
    report = verify(reheaded(sim.mint_token(), alg=name), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.ALGORITHM_FORBIDDEN})


@pytest.mark.parametrize("name", ["PS256", "RS512", "ES512", "ES256K"])
def test_an_algorithm_that_is_not_checked_here(sim: IssuerSimulator, name: str) -> None:
    report = verify(reheaded(sim.mint_token(), alg=name), sim.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.ALGORITHM_UNSUPPORTED})


def test_every_algorithm_that_is_checked_here(sim: IssuerSimulator) -> None:
    p384 = generate_private_key(SECP384R1())
    document = sim.did_document()
    key = did.VerificationMethod(f"{sim.did}#p384", sim.did, p384.public_key(), "JsonWebKey")
    other = did.did_document(sim.did, [key])
    document["verificationMethod"] += other["verificationMethod"]
    document["assertionMethod"] += other["assertionMethod"]
    sim.served[sim.did_url] = compact(document)
    for signer, algorithm, header in (
        (sim.badge_key, "EdDSA", {}),
        (p256_key(), "ES256", {}),
        (p384, "ES384", {"kid": key.id}),
        (rsa_key(), "RS256", {}),
    ):
        token = sim.mint_token(key=signer, header=header)
        assert parts(token)[0]["alg"] == algorithm
        report = verify(token, sim.world())
        assert answer(report) == (Verdict.VALID, set())
        assert report.securing == "vc-jwt"
        assert verify(reheaded(token, alg="ES512"), sim.world()).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize("alg", [None, 1, ["RS256"], {}, True], ids=str)
def test_a_header_that_names_no_algorithm(sim: IssuerSimulator, alg: Any) -> None:
    report = verify(reheaded(sim.mint_token(), alg=alg), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.TOKEN_MALFORMED})


def test_an_algorithm_that_is_not_the_keys(sim: IssuerSimulator) -> None:
    for token, other in ((sim.mint_token(), "ES256"), (sim.mint_token(key=p256_key()), "RS256")):
        report = verify(reheaded(token, alg=other), sim.world())
        assert answer(report) == (Verdict.INVALID, {Reason.ALGORITHM_MISMATCH})


# The token's form and header.


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token + b".",
        lambda token: token + b".e30",
        lambda token: token.rpartition(b".")[0],
        lambda token: token.replace(b".", b"=.", 1),
        lambda token: token.replace(b".", b"..", 1),
        lambda token: token.replace(b".", b".\n", 1),
        lambda token: token + b"=",
        lambda token: token + b"\xc3\xb8",
        lambda token: token[:-1] + b"+",
        lambda token: b".".join([part([1]), *token.split(b".")[1:]]).replace(b"W", b"e", 1),
        lambda token: b".".join([token.split(b".")[0], part([1]), token.split(b".")[2]]),
        lambda token: b".".join([token.split(b".")[0], part("text"), token.split(b".")[2]]),
    ],
)
def test_a_text_that_is_no_token(sim: IssuerSimulator, change: Callable[[bytes], bytes]) -> None:
    report = verify(change(sim.mint_token()), sim.world())
    assert report.verdict is Verdict.INVALID
    assert report.reasons[0] in (Reason.TOKEN_MALFORMED, Reason.JSON_MALFORMED)


@pytest.mark.parametrize("length", [0, 1, 255, 257])
def test_a_signature_of_another_length(sim: IssuerSimulator, length: int) -> None:
    head = sim.mint_token().rpartition(b".")[0]
    report = verify(head + b"." + part(b"\1" * length), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.PROOF_ALTERED})


def test_members_named_twice(sim: IssuerSimulator) -> None:
    _, payload, signature = sim.mint_token().split(b".")
    twice = part(b'{"alg":"RS256","alg":"RS256","kid":"did:web:merke.example.no#1"}')
    report = verify(b".".join([twice, payload, signature]), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.JSON_DUPLICATE})


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"crit": ["exp"]}, Reason.HEADER_CRITICAL),
        ({"crit": []}, Reason.HEADER_CRITICAL),
        ({"b64": False}, Reason.HEADER_CRITICAL),
        ({"b64": True}, Reason.HEADER_CRITICAL),
        ({"enc": "A128GCM"}, Reason.HEADER_MEMBER),
        ({"zip": "DEF"}, Reason.HEADER_MEMBER),
        ({"jku": "https://evil.example/jwks.json"}, Reason.HEADER_MEMBER),
        ({"x5u": "https://evil.example/cert.pem"}, Reason.HEADER_MEMBER),
        ({"x5c": ["MIIB"]}, Reason.HEADER_MEMBER),
        ({"cty": "vc"}, Reason.HEADER_MEMBER),
        ({"iss": "did:web:merke.example.no"}, Reason.HEADER_MEMBER),
        ({"typ": "jwt"}, Reason.HEADER_TYPE),
        ({"typ": "at+jwt"}, Reason.HEADER_TYPE),
        ({"typ": "openid4vci-proof+jwt"}, Reason.HEADER_TYPE),
        ({"typ": None, "kid": 1}, Reason.HEADER_KEY),
        ({"jwk": "key"}, Reason.HEADER_KEY),
        ({"jwk": {}}, Reason.KEY_MALFORMED),
        ({"kid": None, "jwk": None}, Reason.HEADER_KEY),
    ],
)
def test_headers_a_badge_must_not_have(
    sim: IssuerSimulator, members: Mapping[str, Any], reason: Reason
) -> None:
    payload = sim.claims(sim.credential())
    header = {
        "alg": "RS256",
        "kid": sim.method(sim.jwt_key),
        "jwk": jwk.public_jwk(sim.jwt_key.public_key()),
        "typ": "JWT",
        **members,
    }
    kept = {name: value for name, value in header.items() if value is not None}
    report = verify(signed(sim, kept, payload), sim.world())
    assert answer(report) == (Verdict.INVALID, {reason})


def signed(sim: IssuerSimulator, header: Document, payload: Document) -> bytes:
    """A token with this very header, signed well."""
    signing_input = part(header) + b"." + part(payload)
    return signing_input + b"." + part(rsa_key().sign(signing_input, PKCS1v15(), SHA256()))


def test_a_private_key_in_the_header(sim: IssuerSimulator) -> None:
    private = {**jwk.public_jwk(sim.jwt_key.public_key()), "d": "AQAB"}
    report = verify(sim.mint_token(header={"jwk": private}), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.KEY_MALFORMED})


@pytest.mark.parametrize("kind", ["vc+ld+jwt", "vc+ld+json+jwt", "vc+sd-jwt"])
def test_kinds_of_tokens_that_are_not_checked_here(sim: IssuerSimulator, kind: str) -> None:
    report = verify(sim.mint_token(header={"typ": kind}), sim.world())
    assert answer(report) == (Verdict.UNDETERMINED, {Reason.PROOF_UNSUPPORTED})
    assert report.securing is None


# The key.


def test_a_key_that_comes_along_proves_nothing(sim: IssuerSimulator) -> None:
    stranger = rsa_key("stranger")
    shown = jwk.public_jwk(stranger.public_key())
    for kid, reason in (
        (None, Reason.KEY_UNKNOWN),
        (f"{sim.did}#key", Reason.KEY_UNKNOWN),
        (sim.method(sim.jwt_key), Reason.KEY_MISMATCH),
        ("did:web:evil.example#key", Reason.ISSUER_MISMATCH),
        ("https://evil.example/keys/1", Reason.KEY_UNKNOWN),
    ):
        token = sim.mint_token(key=stranger, header={"kid": kid, "jwk": shown})
        sim.served["https://evil.example/keys/1"] = compact(shown)
        assert answer(verify(token, sim.world())) == (Verdict.INVALID, {reason})


def test_a_strangers_key_under_the_issuers_name(sim: IssuerSimulator) -> None:
    token = sim.mint_token(
        key=rsa_key("stranger"), header={"kid": sim.method(sim.jwt_key), "jwk": None}
    )
    assert answer(verify(token, sim.world())) == (Verdict.INVALID, {Reason.PROOF_ALTERED})


def test_a_key_named_by_the_key_set_only(sim: IssuerSimulator) -> None:
    named = jwk.named_jwk("2026", sim.jwt_key.public_key())
    sim.served[sim.jwks_url] = compact({"keys": [named]})
    token = sim.mint_token(header={"kid": "2026"})
    assert verify(token, sim.world())
    sim.served[sim.jwks_url] = compact({"keys": [{**named, "iss": sim.did}]})
    assert verify(token, sim.world())
    sim.served[sim.jwks_url] = compact({"keys": [{**named, "iss": "did:web:other.no"}]})
    assert answer(verify(token, sim.world())) == (Verdict.INVALID, {Reason.KEY_UNKNOWN})


def test_an_issuer_known_by_its_address(sim: IssuerSimulator) -> None:
    """No DID: the key set of the address's host is its published document."""
    address = f"{sim.base}/issuer"
    token = sim.mint_token(
        lambda d: (d["issuer"].update(id=address), d.pop("credentialStatus")),
        header={"kid": sim.method(sim.jwt_key)},
    )
    # The key is named as another's, though the host is the same.
    assert answer(verify(token, sim.world())) == (Verdict.INVALID, {Reason.ISSUER_MISMATCH})
    token = sim.mint_token(
        lambda d: (d["issuer"].update(id=address), d.pop("credentialStatus")),
        header={"kid": None},
    )
    report = verify(token, sim.world())
    assert answer(report) == (Verdict.VALID, set())
    assert report.who.to_json() == {"kind": "domain", "did": None, "host": f"{sim.host}/issuer"}


def test_an_issuer_deeper_in_a_host_has_no_part_in_the_hosts_key_set() -> None:
    sim = IssuerSimulator()
    sim.did = f"did:web:{sim.host}:members:1"
    token = sim.mint_token(drop("credentialStatus"), header={"kid": None})
    assert answer(verify(token, sim.world())) == (Verdict.INVALID, {Reason.KEY_UNKNOWN})


def test_a_did_key_issuer_signs_tokens_too() -> None:
    sim = IssuerSimulator()
    sim.did = did.did_key(p256_key().public_key())
    shown = jwk.public_jwk(p256_key().public_key())
    kid = f"{sim.did}#{sim.did.removeprefix('did:key:')}"
    for header in ({"kid": kid, "jwk": None}, {"kid": None, "jwk": shown}):
        token = sim.mint_token(drop("credentialStatus"), key=p256_key(), header=header)
        report = verify(token, sim.world())
        assert answer(report) == (Verdict.VALID, set())
        assert report.who.kind == "unproven"
    token = sim.mint_token(
        drop("credentialStatus"),
        key=rsa_key(),
        header={"kid": None, "jwk": jwk.public_jwk(rsa_key().public_key())},
    )
    assert answer(verify(token, sim.world())) == (Verdict.INVALID, {Reason.KEY_MISMATCH})


def test_a_key_of_the_issuers_for_something_else(sim: IssuerSimulator) -> None:
    purposes = {**sim.purposes(), sim.method(sim.jwt_key): "audit"}
    for header in ({}, {"kid": None}):
        report = verify(sim.mint_token(header=header), sim.world(purposes=purposes))
        assert answer(report) == (Verdict.INVALID, {Reason.KEY_PURPOSE})
        assert verify(sim.mint_token(header=header), sim.world(purposes=sim.purposes()))


def test_a_weak_key_is_not_used(sim: IssuerSimulator) -> None:
    document = sim.did_document()
    document["verificationMethod"][1]["publicKeyJwk"]["n"] = part(b"\xc1" * 128).decode()
    sim.served[sim.did_url] = compact(document)
    report = verify(sim.mint_token(header={"jwk": None}), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.KEY_MALFORMED})


def test_ed25519_keys_of_dubious_order(sim: IssuerSimulator, vectors: Path) -> None:
    """Under some of them a signature fits any message; those of the speccheck suite that are
    sound come with signatures that are not."""
    cases = json.loads((vectors / "ed25519-speccheck/cases.json").read_text())
    for number, case in enumerate(cases):
        shown = {"kty": "OKP", "crv": "Ed25519", "x": part(bytes.fromhex(case["pub_key"])).decode()}
        method = {"id": f"{sim.did}#odd", "type": "JsonWebKey", "controller": sim.did}
        document = sim.did_document()
        document["verificationMethod"].append({**method, "publicKeyJwk": shown})
        document["assertionMethod"].append(f"{sim.did}#odd")
        sim.served[sim.did_url] = compact(document)
        kid = {"alg": "EdDSA", "kid": f"{sim.did}#odd", "typ": "JWT"}
        signing_input = part(kid) + b"." + part(sim.claims(sim.credential()))
        report = verify(signing_input + b"." + part(bytes.fromhex(case["signature"])), sim.world())
        expected = Reason.PROOF_ALTERED if number in (6, 7) else Reason.KEY_MALFORMED
        assert answer(report) == (Verdict.INVALID, {expected}), number


# Other kinds of tokens, other versions.


def test_a_session_token_is_no_badge(sim: IssuerSimulator) -> None:
    token = sim.token({"iss": sim.did, "sub": "staff", "exp": int(NOW.timestamp()) + 60})
    report = verify(token, sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.STRUCTURE_TYPE in report.reasons or Reason.STRUCTURE_MISSING in report.reasons


def test_a_presentation_is_no_badge(sim: IssuerSimulator) -> None:
    def present(document: Document) -> None:
        document["type"] = ["VerifiablePresentation"]

    report = verify(sim.mint_token(claims=present), sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.STRUCTURE_TYPE in report.reasons


def test_a_status_list_is_no_badge(sim: IssuerSimulator) -> None:
    token = sim.token(sim.status_list(), sim.status_key, {"typ": "vc+jwt"})
    assert not verify(token, sim.world())
    report = verify(sim.served[sim.list_url], sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.STRUCTURE_TYPE in report.reasons


def test_terms_without_meaning_in_a_token(sim: IssuerSimulator) -> None:
    """The signature covers them, and still nobody knows what they say."""
    report = verify(sim.mint_token(put("grade", value="A")), sim.world())
    assert answer(report) == (Verdict.INVALID, {Reason.TERM_LOST})
    assert report.credential is not None


def test_an_older_context_that_has_no_word_for_jti(sim: IssuerSimulator) -> None:
    def older(document: Document) -> None:
        document["@context"][1] = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
        achievement = document["credentialSubject"]["achievement"]
        for newer in (
            (document, "awardedDate"),
            (achievement, "inLanguage"),
            (achievement, "version"),
        ):
            del newer[0][newer[1]]

    assert verify(sim.mint_token(older), sim.world())


def test_the_whole_payload_is_shown_as_signed(sim: IssuerSimulator) -> None:
    report = verify(sim.mint_token(), sim.world())
    assert report.credential == sim.claims(sim.credential())
    assert [f.outcome for f in report.findings if f.check is Check.CLAIMS] == ["passed"]


def test_ed25519_keys_do_not_make_rsa_tokens(sim: IssuerSimulator) -> None:
    token = sim.mint_token(header={"kid": sim.method(sim.badge_key), "jwk": None})
    assert answer(verify(token, sim.world())) == (Verdict.INVALID, {Reason.ALGORITHM_MISMATCH})
    assert sim.badge_key.public_key() != ed25519_key("stranger").public_key()
