"""Status lists that cannot answer: wrongly made, unsigned, or out of their time."""

from keys import jwk
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    ED,
    OTHER_DID,
    OTHER_DID_URL,
    P256,
    STRANGER,
    Served,
    credential,
    did_document,
    embedded,
    encoded,
    list_at,
    method,
    method_object,
    prove,
    serve,
    status_list,
    text,
    token,
    with_status,
)
from tests.vectors.making.packed import bit_string, deflated, gzip
from tests.vectors.making.status_common import (
    ALGORITHM,
    BADGE,
    HOME,
    SUBJECT,
    TWO_BITS,
    listed,
)
from tests.verifier.simulator import put


def cases() -> Cases:
    found = Cases(ALGORITHM, {**HOME, **list_at(status_list())})
    _lists(found)
    _signed_lists(found)
    return found


def _lists(cases: Cases) -> None:
    """Lists that are signed as they should be, and cannot answer."""
    whole = gzip(bit_string())
    short = encoded(length=100_000)
    other_did = put("issuer", value=OTHER_DID)
    u = "u" + jwk.b64url_encode(whole)
    signed: tuple[tuple[str, str, dict[str, Served], str], ...] = (
        (
            "no-u",
            "status.malformed",
            listed(None, encodedList=u[1:]),
            "The list does not begin with the letter that names its encoding.",
        ),
        (
            "padded",
            "status.malformed",
            listed(None, encodedList=u + "="),
            "base64url without padding has no padding.",
        ),
        (
            "other-alphabet",
            "status.malformed",
            listed(None, encodedList="u" + "+/+/" * 40),
            "The list is in the alphabet of another base64.",
        ),
        (
            "not-gzip",
            "status.malformed",
            listed(None, encodedList="u" + jwk.b64url_encode(deflated(bit_string()))),
            "The bits are compressed, and not as GZIP.",
        ),
        (
            "gzip-cut",
            "status.malformed",
            listed(None, encodedList="u" + jwk.b64url_encode(whole[:-9])),
            "The GZIP ends before its end.",
        ),
        (
            "gzip-checksum",
            "status.malformed",
            listed(
                None,
                encodedList="u"
                + jwk.b64url_encode(whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]),
            ),
            "The GZIP's checksum does not fit.",
        ),
        (
            "gzip-two-members",
            "status.malformed",
            listed(None, encodedList="u" + jwk.b64url_encode(whole + whole)),
            "Something follows the GZIP's end.",
        ),
        (
            "bomb",
            "status.malformed",
            listed(None, encodedList=encoded(length=8 * (8 * 1024 * 1024 + 1024))),
            "The list expands beyond any size that is looked at.",
        ),
        ("not-text", "status.malformed", listed(None, encodedList=7), "The list is no text."),
        ("empty", "status.malformed", listed(None, encodedList=""), "The list is empty."),
        (
            "short",
            "status.length",
            listed(None, encodedList=short),
            "A list of 100,000 entries tells too much about each of them.",
        ),
        (
            "one-bit-short",
            "status.length",
            listed(None, encodedList=encoded(length=131_064)),
            "The list is one byte shorter than the least that is allowed.",
        ),
        (
            "purpose-differs",
            "status.purpose",
            listed(None, statusPurpose="suspension"),
            "The list is one of suspensions, and the badge asks about revocation.",
        ),
        (
            "purpose-missing",
            "status.purpose",
            listed(lambda d: d[SUBJECT].pop("statusPurpose")),
            "The list does not say what it is for.",
        ),
        (
            "expired",
            "status.stale",
            listed(put("validUntil", value="2026-11-24T11:59:58Z")),
            "The list has run out, and nobody knows what has been revoked since.",
        ),
        (
            "future",
            "status.stale",
            listed(put("validFrom", value="2026-11-24T12:02:00Z")),
            "The list does not hold yet.",
        ),
        (
            "dates-malformed",
            "status.malformed",
            listed(put("validUntil", value="next week")),
            "The list's end is no date.",
        ),
        (
            "other-issuer",
            "status.issuer",
            {**HOME, **list_at(status_list(change=other_did))},
            "The list says it is another issuer's.",
        ),
        (
            "other-id",
            "status.unverified",
            listed(put("id", value=f"{BASE}/status/2")),
            "Another list of the issuer's answers in the place of the one asked for.",
        ),
        (
            "type-missing",
            "status.malformed",
            listed(put("type", value=["VerifiableCredential"])),
            "A signed document that is no status list answers nothing.",
        ),
        (
            "subject-type",
            "status.malformed",
            {**HOME, **list_at(status_list(type="SomeList"), suite="eddsa-jcs-2022")},
            "The list's subject is not a list.",
        ),
        (
            "two-subjects",
            "status.malformed",
            listed(lambda d: d.update(credentialSubject=[d[SUBJECT], d[SUBJECT]])),
            "A list with two subjects has two answers.",
        ),
        (
            "no-context",
            "status.malformed",
            {**HOME, **list_at(text({**status_list(), "@context": ["https://example.no/c"]}))},
            "The list is no verifiable credential.",
        ),
    )
    for name, reason, documents, says in signed:
        cases.open(
            f"list-{name}",
            BADGE,
            reason,
            f"list: {name.replace('-', ' ')}",
            says,
            documents=documents,
            who="domain",
        )
    cases.open(
        "list-short-for-two-bits",
        embedded(credential(with_status(statusSize=2, statusMessage=TWO_BITS))),
        "status.length",
        "list: long enough for one bit an entry only",
        "With two bits an entry the list has half as many entries as it must have.",
        who="domain",
    )


def _signed_lists(cases: Cases) -> None:
    """Lists that cannot be had, or whose proof is not what it must be."""
    good = status_list()
    other = did_document(method_object(STRANGER, OTHER_DID), name=OTHER_DID)
    by_other = prove(good, key=STRANGER, verificationMethod=method(STRANGER, OTHER_DID))
    signed = token(good, ED, typ="vc+jwt").split(b".")
    revoked = status_list(94_567)
    swapped = text({**good, "proof": [prove(revoked)]})
    unknown = {**prove(good), "cryptosuite": "bbs-2023"}
    tables: tuple[tuple[str, str, dict[str, Served], str], ...] = (
        ("unreachable", "status.unreachable", {}, "The list cannot be had."),
        (
            "html",
            "status.malformed",
            list_at(b"<!doctype html><title>404</title>"),
            "A page stands where the list should be.",
        ),
        (
            "duplicate-member",
            "status.malformed",
            list_at(embedded(good).replace(b'{"@context"', b'{"id":"x","@context"')),
            "The list names a member twice.",
        ),
        ("json-list", "status.malformed", list_at(b"[]"), "The list is no JSON object."),
        ("unsigned", "status.unverified", list_at(text(good)), "The list is not signed."),
        (
            "bits-swapped",
            "status.unverified",
            list_at(swapped),
            "The bits are others than those that were signed.",
        ),
        (
            "by-stranger",
            "status.unverified",
            {OTHER_DID_URL: serve(other), **list_at(embedded(good, by_other))},
            "The list is signed, by somebody else.",
        ),
        (
            "one-proof-false",
            "status.unverified",
            list_at(embedded(good, prove(good), prove(revoked))),
            "One of the list's two proofs is false.",
        ),
        (
            "one-proof-unknown",
            "status.unverified",
            list_at(embedded(good, prove(good), unknown)),
            "One of the list's two proofs cannot be checked, and all must hold.",
        ),
        (
            "proof-expired",
            "status.unverified",
            list_at(embedded(good, prove(good, expires="2026-11-24T11:30:00Z"))),
            "The list's proof has run out.",
        ),
        (
            "key-unknown",
            "status.unverified",
            list_at(embedded(good, key=P256, suite="ecdsa-rdfc-2019")),
            "The list's key is none of the issuer's.",
        ),
        (
            "token-altered",
            "status.unverified",
            list_at(b".".join([signed[0], jwk.b64url_encode(text(revoked)).encode(), signed[2]])),
            "The token's bits are others than those that were signed.",
        ),
        (
            "token-none",
            "status.malformed",
            list_at(token(good, ED, head={"alg": "none"}).rpartition(b".")[0] + b"."),
            "The list is a token that is not signed.",
        ),
        (
            "token-claim-differs",
            "status.malformed",
            list_at(token({**good, "jti": "urn:uuid:1"}, ED, typ="vc+jwt")),
            "A claim of the token contradicts the list inside.",
        ),
        (
            "token-type",
            "status.unverified",
            list_at(token(good, ED, typ="at+jwt")),
            "A token of another kind is no list.",
        ),
        (
            "token-expired",
            "status.stale",
            list_at(token({**good, "exp": 1_795_000_000}, ED, typ="vc+jwt")),
            "The token around the list has run out.",
        ),
        (
            "mixed-models",
            "status.malformed",
            list_at(status_list(change=put("issuanceDate", value="2026-01-01T00:00:00Z"))),
            "The list follows two versions of the data model at once.",
        ),
        (
            "term-lost",
            "status.unverified",
            list_at(status_list(change=put("unheardOf", value="x"))),
            "The list has a member that its signature does not cover.",
        ),
    )
    for name, reason, documents, says in tables:
        cases.open(
            f"list-{name}",
            BADGE,
            reason,
            f"list: {name.replace('-', ' ')}",
            says,
            documents={**HOME, **documents},
            who="domain",
        )
    purposes = {method(ED): "badge"}
    cases.open(
        "list-key-for-badges",
        BADGE,
        "status.unverified",
        "list: signed with the issuer's key for badges",
        "The asker knows that the key was made for badges, and it may not sign lists.",
        rule="Merke: one purpose a key",
        purposes=purposes,
        ours=[DID],
        who="ours",
    )
    far = "https://lists.example.org/status/1"
    cases.good(
        "good-status-list-elsewhere",
        embedded(credential(with_status(statusListCredential=far, id=f"{far}#1"))),
        "statusListCredential: on another host",
        "The list may lie anywhere, for its own proof shows whose it is.",
        documents={**HOME, **list_at(status_list(change=put("id", value=far)), far)},
    )
