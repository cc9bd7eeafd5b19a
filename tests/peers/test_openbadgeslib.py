"""PyPI `openbadgeslib`: both securings accepted as they are, refused after any change.

Peculiarities of the peer, found by reading it:

* It judges by the machine's clock, and keeps its own copies of the contexts.
* It wants a signed status list as a JWT, and fails on one with an embedded proof, at the very
  address that the badge names; Bitstring Status List allows either. Our list answers with JSON
  there. So the peer is shown that form with `verify_status_list=False`, where it reads the bit
  and no signature, and the JWT form of the same list in its place, where it checks both.
* Its JWT verifier expects the list to be signed by the key of the badge. Here each purpose has a
  key of its own, so the status of a token is asked apart (`check_credential_status`), where the
  peer looks the list's key up.
* For did:web it publishes keys as `JsonWebKey2020`, a type that Controlled Identifiers 1.0 does
  not have; ours reads did:key of it, and our own document.
* It puts the SVG's element at the end of the picture, as escaped text; Open Badges 3.0 wants it
  directly after the opening tag, in CDATA. Ours reads both.
"""

import io
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openbadgeslib.ob3 import (
    Achievement,
    Issuer,
    OB3LdpSigner,
    OB3LdpVerifier,
    OB3Signer,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
    build_status_list_credential,
    check_credential_status,
    did_key_from_pem,
    sign_status_list_credential,
    status_entry,
)
from openbadgeslib.ob3.contexts import bundled_contexts
from PIL import Image

from issuer import proofs
from keys.jwk import b64url_decode, b64url_encode
from keys.ring import KeyRing, Purpose
from tests.peers import changes
from tests.peers.changes import Change
from tests.peers.conftest import NAME
from tests.peers.shop import (
    DID_DOCUMENT,
    KEY_SET,
    STATUS,
    STATUS_TOKEN,
    Badge,
    Documents,
    Shop,
    judge,
    said_twice,
)
from verifier import contexts
from verifier.reasons import Reason, Verdict

OTHER = "did:web:annen.example.no"
OTHER_LIST = "https://annen.example.no/status/1"

Download = Callable[[str], bytes]


def download(documents: Documents) -> Download:
    """What the peer fetches documents by: these, and nothing else."""

    def fetch(url: str) -> bytes:
        return documents[url].encode()

    return fetch


def verify(presented: str, shop: Shop, documents: Documents | None = None) -> OpenBadgeCredential:
    """The peer's reading of a badge of ours, JSON or token, status apart."""
    fetch = download(shop.documents() if documents is None else documents)
    if presented.startswith("{"):
        return OB3LdpVerifier.for_issuer_did(shop.did).verify(presented, download=fetch)
    return OB3Verifier.for_issuer_did(shop.did, download=fetch).verify(presented)


def is_accepted(presented: str, shop: Shop, documents: Documents | None = None) -> bool:
    try:
        verify(presented, shop, documents)
    except OB3VerificationError:
        return False
    return True


def accepted(presented: Iterable[Change], shop: Shop) -> tuple[int, set[str]]:
    """How many changes were shown, and where those are that the peer did not mind."""
    documents = shop.documents()
    shown, minded = 0, set()
    for change in presented:
        shown += 1
        if is_accepted(json.dumps(change.document), shop, documents):
            minded.add(change.where)
    return shown, minded


# It accepts ours.


@pytest.mark.parametrize("form", ["text", "token"])
def test_badge(shop: Shop, badge: Badge, form: str) -> None:
    read = verify(getattr(badge, form), shop)
    assert (read.id, read.issuer.id) == (badge.document["id"], shop.did)
    assert read.recipient_id == badge.document["credentialSubject"]["id"]
    assert [one.identity_hash for one in read.identifiers] == [NAME]


@pytest.mark.parametrize("ensure_ascii", [True, False], ids=["escaped", "as UTF-8"])
def test_a_name_survives_either_way_of_writing_it(
    shop: Shop, badge: Badge, ensure_ascii: bool
) -> None:
    text = json.dumps(badge.document, ensure_ascii=ensure_ascii)
    assert ("Ærøy" in text) is not ensure_ascii
    assert verify(text, shop).identifiers[0].identity_hash == NAME


def test_baked_pictures(shop: Shop, badge: Badge) -> None:
    png, svg = shop.baked(badge)
    assert OB3Verifier.extract_token_from_png(png) == badge.text
    assert OB3Verifier.extract_token_from_svg(svg) == badge.text


@pytest.mark.parametrize("list_form", ["json", "token"])
def test_status_by_the_embedded_proof(
    shop: Shop, badge: Badge, revoked: Badge, list_form: str
) -> None:
    documents = shop.documents()
    if list_form == "token":
        documents[STATUS] = documents[STATUS_TOKEN]

    def check(text: str) -> None:
        OB3LdpVerifier.for_issuer_did(shop.did).verify(
            text,
            check_status=True,
            verify_status_list=list_form == "token",
            download=download(documents),
        )

    check(badge.text)
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        check(revoked.text)


def test_status_by_the_token(shop: Shop, badge: Badge, revoked: Badge) -> None:
    documents = shop.documents()
    fetch = download({**documents, STATUS: documents[STATUS_TOKEN]})
    check_credential_status(verify(badge.token, shop), fetch, verify_list=True)
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        check_credential_status(verify(revoked.token, shop), fetch, verify_list=True)


def test_a_changed_list_is_no_answer(shop: Shop, badge: Badge) -> None:
    documents = shop.documents()
    header, payload, signature = documents[STATUS_TOKEN].split(".")
    longer = {**json.loads(b64url_decode(payload)), "validUntil": "2099-01-01T00:00:00Z"}
    token = f"{header}.{b64url_encode(json.dumps(longer).encode())}.{signature}"
    with pytest.raises(OB3VerificationError, match="proof is invalid"):
        check_credential_status(
            verify(badge.token, shop), download({**documents, STATUS: token}), verify_list=True
        )


def test_the_same_contexts() -> None:
    # It answers the unversioned address with 3.0.3 on purpose, since what stands there cannot
    # be used beside VC Data Model 2.0.
    unversioned = "https://purl.imsglobal.org/spec/ob/v3p0/context.json"
    ours, theirs = contexts.load(), bundled_contexts()
    shared = (ours.keys() & theirs.keys()) - {unversioned}
    assert len(shared) >= 5
    assert [url for url in shared if ours[url] != theirs[url]] == []


# It refuses whatever was changed.


def test_every_value_counts(shop: Shop, badge: Badge) -> None:
    found = accepted(changes.every_value(badge.document), shop)
    assert found == (len(changes.leaves(badge.document)), set())
    assert found[0] > 100


def test_nothing_can_be_taken_away(shop: Shop, badge: Badge) -> None:
    shown, minded = accepted(changes.every_removal(badge.document), shop)
    assert minded == said_twice(badge.document)
    assert shown > 150


@pytest.mark.parametrize("name", ["note", "description"], ids=["unknown term", "known term"])
def test_nothing_can_be_added(shop: Shop, badge: Badge, name: str) -> None:
    shown, minded = accepted(changes.every_addition(badge.document, name, "Best i Norge"), shop)
    assert minded == set()
    assert shown > 20


def test_every_change_of_the_token_counts(shop: Shop, badge: Badge) -> None:
    documents = shop.documents()
    assert is_accepted(badge.token, shop, documents)
    shown, accepted = 0, []
    for what, changed in changes.every_change_of_token(badge.token):
        shown += 1
        if is_accepted(changed, shop, documents):
            accepted.append(what)
    assert accepted == []
    assert shown > 600


# Keys and issuers.


@pytest.mark.parametrize("form", ["text", "token"])
def test_another_key_in_the_same_place(shop: Shop, badge: Badge, form: str) -> None:
    stranger = json.loads(json.dumps(KeyRing.throwaway(shop.did, shop.desk.clock()).did_document()))
    ours = json.loads(shop.documents()[DID_DOCUMENT])
    for theirs, method in zip(
        stranger["verificationMethod"], ours["verificationMethod"], strict=True
    ):
        theirs["id"] = method["id"]
    documents = {**shop.documents(), DID_DOCUMENT: json.dumps(stranger)}
    assert not is_accepted(getattr(badge, form), shop, documents)


@pytest.mark.parametrize("form", ["text", "token"])
def test_another_issuers_signature_in_our_name(shop: Shop, badge: Badge, form: str) -> None:
    now = shop.desk.clock()
    stranger = KeyRing.throwaway(OTHER, now)
    if form == "text":
        key = stranger.signing_key(Purpose.BADGE, now)
        presented = proofs.embed(badge.unsigned, stranger, key, now).decode()
    else:
        key = stranger.signing_key(Purpose.BADGE_JWT, now)
        presented = proofs.badge_jwt(badge.unsigned, stranger, key).decode()
    documents = {
        **shop.documents(),
        "https://annen.example.no/.well-known/did.json": json.dumps(stranger.did_document()),
    }
    assert not is_accepted(presented, shop, documents)


# The other way round: what it signs, ours reads.


class Stranger:
    """An issuer that uses the peer and is known by a did:key."""

    def __init__(self) -> None:
        private = Ed25519PrivateKey.generate()
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        self.pem = private.private_bytes(encoding, form, serialization.NoEncryption())
        self.did = did_key_from_pem(
            private.public_key().public_bytes(
                encoding, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )


def credential(issuer: str, status: dict[str, Any] | None = None) -> OpenBadgeCredential:
    """A credential as the peer makes them."""
    now = datetime.now(UTC)
    return OpenBadgeCredential(
        issuer=Issuer(issuer, "Annen utsteder", url="https://annen.example.no"),
        recipient_id="https://annen.example.no/m/galleri-nord",
        achievement=Achievement(
            "https://annen.example.no/achievements/merket", NAME, "Beskrivelse", "Krav"
        ),
        id="https://annen.example.no/b/1",
        issuance_date=now - timedelta(minutes=5),
        expiration_date=now + timedelta(days=30),
        credential_status=[status] if status else [],
    )


def test_ours_reads_its_embedded_proof() -> None:
    stranger = Stranger()
    text = OB3LdpSigner(stranger.pem).sign_to_json(credential(stranger.did))
    report = judge(text, {})
    assert report.verdict is Verdict.VALID
    assert (report.who.kind, report.who.did) == ("unproven", stranger.did)
    assert report.credential is not None
    assert report.credential["name"] == NAME
    changed = judge(json.dumps({**json.loads(text), "name": "Æresmerket"}), {})
    assert changed.reasons == (Reason.PROOF_ALTERED,)


def test_ours_reads_what_it_signs_with_our_keys(shop: Shop, badge: Badge) -> None:
    ring, key = shop.desk.office.ring, shop.key(Purpose.BADGE)
    made = credential(shop.did, status_entry(STATUS, "revocation", free_place(shop, badge)))
    text = OB3LdpSigner(shop.pem(Purpose.BADGE), ring.method_id(key)).sign_to_json(made)
    token = OB3Signer(shop.pem(Purpose.BADGE_JWT)).sign(made)
    for presented in (text, token):
        report = judge(presented, shop.documents())
        assert report.verdict is Verdict.VALID
        assert (report.who.kind, report.who.did) == ("domain", shop.did)
    # Its token shows the key and names none, so the key set must hold that very key.
    nobody = {**shop.documents(), KEY_SET: json.dumps({"keys": []})}
    assert judge(token, nobody).reasons == (Reason.KEY_UNKNOWN,)


def free_place(shop: Shop, badge: Badge) -> int:
    """A place of the list beside the badge's: nobody has revoked it."""
    taken = int(badge.document["credentialStatus"]["statusListIndex"])
    return taken + 1 if taken < 131_071 else taken - 1


@pytest.mark.parametrize("place", [7, 8])
def test_ours_reads_its_status_list(place: int) -> None:
    stranger, now = Stranger(), datetime.now(UTC)
    listed = build_status_list_credential(
        stranger.did, OTHER_LIST, "revocation", [7], valid_until=now + timedelta(days=1)
    )
    documents = {OTHER_LIST: sign_status_list_credential(listed, stranger.pem, "EdDSA")}
    made = credential(stranger.did, status_entry(OTHER_LIST, "revocation", place))
    report = judge(OB3LdpSigner(stranger.pem).sign_to_json(made), documents)
    assert report.reasons == ((Reason.STATUS_REVOKED,) if place == 7 else ())


@pytest.mark.parametrize("picture", ["png", "svg"])
@pytest.mark.parametrize("form", ["text", "token"])
def test_ours_reads_its_baked_pictures(shop: Shop, picture: str, form: str) -> None:
    stranger = Stranger()
    signer: OB3LdpSigner | OB3Signer
    if form == "text":
        signer, issuer, documents = OB3LdpSigner(stranger.pem), stranger.did, {}
    else:
        signer, issuer = OB3Signer(shop.pem(Purpose.BADGE_JWT)), shop.did
        documents = shop.documents()
    if picture == "png":
        blank = io.BytesIO()
        Image.new("RGB", (8, 8)).save(blank, "PNG")
        baked = signer.sign_into_png(credential(issuer), blank.getvalue())
    else:
        blank_svg = b'<svg xmlns="http://www.w3.org/2000/svg"><title>x</title></svg>'
        baked = signer.sign_into_svg(credential(issuer), blank_svg)
    report = judge(baked, documents)
    assert report.verdict is Verdict.VALID
    assert report.credential is not None
    assert report.credential["name"] == NAME
