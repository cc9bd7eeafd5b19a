"""PyPI `openbadgeslib` on Open Badges 2.0: its badges read here, those of the tests read there.

Where the two differ, and by which rule:

* Of a hosted badge that was changed on the way the peer says no; ours judges what stands at its
  address, shows that and nothing else, and says that the copy is different (`hosted.differs`).
* The peer heeds `startsWith` alone where both it and `allowedOrigins` are given; ours wants both.
* The peer takes a badge in a context of its own for one; ours leaves it open (`context.unknown`).
* The peer grants skew after the end; ours grants none.
"""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from openbadgeslib.ob2 import (
    Assertion,
    BadgeClass,
    CryptographicKey,
    IdentityObject,
    OB2Signer,
    OB2VerificationError,
    OB2Verifier,
    Profile,
    RevocationList,
    Verification,
)
from PIL import Image

from tests.verifier.ob2_issuer import ASSERTION, BADGE, BASE, ISSUER, KEY, LIST, Ob2Issuer
from tests.verifier.simulator import PrivateKey, compact, drop, ed25519_key, p256_key, put, rsa_key
from verifier.reasons import Reason, Verdict
from verifier.verify import verify

NOW = datetime.now(UTC).replace(microsecond=0)
EMAIL = "kari@example.no"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><path d="M0 0"/></svg>'
KEYS: dict[str, Callable[[], PrivateKey]] = {
    "RS256": lambda: rsa_key("ob2"),
    "ES256": lambda: p256_key("ob2"),
    "EdDSA": lambda: ed25519_key("ob2"),
}


@pytest.fixture
def issuer() -> Ob2Issuer:
    return Ob2Issuer(NOW)


def peer(issuer: Ob2Issuer) -> OB2Verifier:
    def download(url: str) -> bytes:
        try:
            return issuer.served[url]
        except KeyError:
            raise OSError("nobody is there") from None

    return OB2Verifier(download=download)


# Theirs, read here.


def theirs(issuer: Ob2Issuer, algorithm: str) -> tuple[OB2Signer, Assertion]:
    """A signer of the peer's with documents of the peer's, served at the usual addresses."""
    issuer.key = KEYS[algorithm]()
    pem = json.loads(compact(issuer.key_document()))["publicKeyPem"]
    for document in (
        Profile(ISSUER, "Skolen", BASE, "post@example.no", None, [KEY], LIST),
        BadgeClass(BADGE, "Kurs", "Et kurs.", f"{BASE}/b.png", f"{BASE}/criteria", ISSUER),
        CryptographicKey(KEY, ISSUER, pem),
        RevocationList(LIST, ISSUER, []),
    ):
        issuer.served[document.id] = compact(document.to_dict())
    private = issuer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assertion = Assertion(
        recipient=IdentityObject.create(EMAIL, "salt"),
        badge=BADGE,
        verification=Verification("SignedBadge", KEY),
        issued_on=NOW - timedelta(days=1),
        expires=NOW + timedelta(days=1),
    )
    return OB2Signer(private, algorithm), assertion


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (7, 5)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("algorithm", KEYS)
def test_its_signed_badges_are_read_here(issuer: Ob2Issuer, algorithm: str) -> None:
    signer, assertion = theirs(issuer, algorithm)
    for badge in (
        signer.sign(assertion).encode(),
        signer.sign_into_png(assertion, png()),
        signer.sign_into_svg(assertion, SVG),
    ):
        report = verify(badge, issuer.world(recipient=EMAIL))
        assert (report.verdict, report.reasons) == (Verdict.VALID, ())
        assert report.credential is not None
        assert report.credential["id"] == assertion.id


def test_its_hosted_badges_are_read_here(issuer: Ob2Issuer) -> None:
    signer, assertion = theirs(issuer, "RS256")
    assertion.id, assertion.verification = ASSERTION, Verification("HostedBadge")
    issuer.served[ASSERTION] = compact(assertion.to_dict())
    for badge in (issuer.served[ASSERTION], signer.sign_into_png(assertion, png())):
        report = verify(badge, issuer.world(recipient=EMAIL))
        assert (report.verdict, report.reasons) == (Verdict.VALID, ())
        assert report.securing == "ob2-hosted"


def test_its_revocations_are_heeded_here(issuer: Ob2Issuer) -> None:
    signer, assertion = theirs(issuer, "RS256")
    revoked = RevocationList(LIST, ISSUER, [{"id": assertion.id, "revocationReason": "x"}])
    issuer.served[LIST] = compact(revoked.to_dict())
    report = verify(signer.sign(assertion).encode(), issuer.world())
    assert report.reasons == (Reason.STATUS_REVOKED,)


# Those of the tests, read there, and refused by both after a change.


@pytest.mark.parametrize("algorithm", KEYS)
def test_badges_that_are_good_here_are_good_there(issuer: Ob2Issuer, algorithm: str) -> None:
    issuer.key = KEYS[algorithm]()
    issuer.serve(KEY, issuer.key_document())
    assert verify(issuer.signed(), issuer.world())
    assert peer(issuer).verify(issuer.signed().decode(), EMAIL, check_revocation=True)
    assert verify(issuer.served[ASSERTION], issuer.world())
    assert peer(issuer).verify_hosted(json.loads(issuer.served[ASSERTION]))


def refused_by_both(issuer: Ob2Issuer, token: bytes) -> None:
    assert not verify(token, issuer.world())
    with pytest.raises(OB2VerificationError):
        peer(issuer).verify(token.decode(), check_revocation=True)


def test_both_refuse(issuer: Ob2Issuer) -> None:
    token = issuer.signed()
    refused_by_both(issuer, issuer.signed(put("expires", value="2020-01-01T00:00:00Z")))
    refused_by_both(issuer, issuer.signed(put("issuedOn", value="2099-01-01T00:00:00Z")))
    refused_by_both(issuer, issuer.signed(put("verification", "creator", value=f"{BASE}/x")))
    refused_by_both(issuer, issuer.signed(drop("recipient")))
    head, payload, signature = token.split(b".")
    refused_by_both(issuer, b".".join([head, payload, signature[:-8] + b"AAAAAAAA"]))
    issuer.serve(LIST, issuer.revocations(json.loads(issuer.served[ASSERTION])["id"]))
    issuer.serve(KEY, issuer.key_document(), put("owner", value="https://stranger.example/"))
    refused_by_both(issuer, token)
    issuer.serve(KEY, issuer.key_document())
    issuer.serve(ISSUER, issuer.profile(), drop("publicKey"))
    refused_by_both(issuer, token)


def test_both_refuse_a_hosted_badge_elsewhere(issuer: Ob2Issuer) -> None:
    place = "https://stranger.example/1.json"
    issuer.serve(place, {**issuer.hosted(), "id": place})
    assert verify(issuer.served[place], issuer.world()).reasons == (Reason.HOSTED_SCOPE,)
    with pytest.raises(OB2VerificationError):
        peer(issuer).verify_hosted(json.loads(issuer.served[place]))


def test_where_they_differ_on_a_copy(issuer: Ob2Issuer) -> None:
    copy = {**issuer.hosted(), "expires": "2099-01-01T00:00:00Z"}
    with pytest.raises(OB2VerificationError):
        peer(issuer).verify_hosted(copy)
    report = verify(compact(copy), issuer.world())
    assert report
    assert Reason.HOSTED_DIFFERS in [finding.reason for finding in report.findings]
    assert report.credential is not None
    assert report.credential["expires"] == issuer.hosted()["expires"]
