"""Good badges: each kind of issuer, and what a document may look like."""

import json

from keys import did, jwk
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    ALL,
    BASE,
    DID,
    DID_URL,
    ED,
    P256,
    Served,
    claims,
    credential,
    did_document,
    embedded,
    home,
    method,
    method_object,
    prove,
    serve,
    text,
    token,
)
from tests.verifier.simulator import EXTENSIONS, Document, drop, put

ACHIEVEMENT = ("credentialSubject", "achievement")


def cases() -> Cases:
    found = Cases("VC Data Integrity 1.0, verify proof", ALL)
    _issuers(found)
    _documents(found)
    return found


def _known_by_mail(document: Document) -> None:
    subject = document["credentialSubject"]
    del subject["id"]
    subject["identifier"] = [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": "a@example.no",
            "identityType": "emailAddress",
        }
    ]


def _issuers(cases: Cases) -> None:
    none: dict[str, Served] = {}
    itself = did.did_key(ED.public_key())
    by_key = credential(put("issuer", "id", value=itself))
    cases.good(
        "good-did-key",
        embedded(by_key, verificationMethod=f"{itself}#{itself.removeprefix('did:key:')}"),
        "issuer: did:key",
        "The issuer's name is its key, so nothing has to be fetched; and nobody is proven.",
        rule="did:key",
        documents=none,
        who="unproven",
    )
    by_jwk = did.did_jwk(P256.public_key())
    payload = claims(credential(put("issuer", "id", value=by_jwk)))
    cases.good(
        "good-did-jwk",
        token(payload, P256, kid=f"{by_jwk}#0"),
        "issuer: did:jwk",
        "The issuer's name is a JWK, and the token names its one key.",
        rule="did:jwk",
        documents=none,
        who="unproven",
    )
    path = f"{DID}:school:music"
    document = did_document(method_object(ED, path), name=path)
    cases.good(
        "good-did-web-path",
        embedded(credential(put("issuer", "id", value=path)), verificationMethod=method(ED, path)),
        "issuer: did:web with a path",
        "A did:web with path parts has its document below that path.",
        rule="did:web",
        documents={f"{BASE}/school/music/did.json": serve(document)},
    )
    place = f"{BASE}/issuers/1"
    document = did_document(method_object(ED, place), name=place)
    cases.good(
        "good-https-issuer",
        embedded(
            credential(put("issuer", "id", value=place)), verificationMethod=method(ED, place)
        ),
        "issuer: an https address",
        "The controlled identifier document stands at the issuer's address and says so.",
        rule="Controlled Identifiers 1.0, 3.3",
        documents={place: serve(document)},
    )
    inside = {**did_document(name=DID), "assertionMethod": [method_object(ED)]}
    cases.good(
        "good-method-inside-relationship",
        embedded(credential()),
        "document: the method stands in assertionMethod itself",
        "A verification method may be written where it is referred to.",
        rule="Controlled Identifiers 1.0, verification relationships",
        documents={DID_URL: serve(inside)},
    )
    as_jwk = {**method_object(ED), "type": "JsonWebKey"}
    as_jwk["publicKeyJwk"] = jwk.public_jwk(ED.public_key())
    del as_jwk["publicKeyMultibase"]
    cases.good(
        "good-token-key-as-jwk",
        token(claims(credential()), ED),
        "document: the key as JsonWebKey",
        "A token's key may be published as a JsonWebKey.",
        rule="VC-JOSE-COSE 1.0, key discovery",
        documents={DID_URL: serve(did_document(as_jwk))},
    )
    cases.good(
        "good-key-expires-after-signing",
        embedded(credential()),
        "document: expires after created",
        "The key ran out after the proof was made, and what it signed before stands.",
        rule="Controlled Identifiers 1.0, verification methods",
        documents=home(ED, expires="2026-11-24T11:30:00Z"),
    )
    cases.good(
        "good-key-revoked-in-future",
        embedded(credential()),
        "document: revoked tomorrow",
        "A key that will be revoked is none that has been.",
        rule="Controlled Identifiers 1.0, verification methods",
        documents=home(ED, revoked="2026-11-25T00:00:00Z"),
    )
    mixed = "did:web:xn--pple-43d.example.no"  # a Cyrillic а before the Latin rest
    document = did_document(method_object(ED, mixed), name=mixed)
    cases.good(
        "good-mixed-scripts",
        embedded(
            credential(put("issuer", "id", value=mixed)), verificationMethod=method(ED, mixed)
        ),
        "issuer: a host that mixes scripts",
        "The key is that host's, and the report warns that its name mixes letters of two scripts.",
        rule="Merke: who",
        documents={"https://xn--pple-43d.example.no/.well-known/did.json": serve(document)},
        more={"notes": ["who.mixed_scripts"]},
    )


def _documents(cases: Cases) -> None:
    rule = "Open Badges 3.0, data model"
    cases.good(
        "good-issuer-as-uri",
        embedded(credential(put("issuer", value=DID))),
        "issuer: a URI alone",
        "The issuer may be named by its URI alone.",
        rule=rule,
    )
    single = credential(put("credentialSubject", "type", value="AchievementSubject"))
    cases.good(
        "good-compacted",
        text({**single, "proof": prove(single)}),
        "proof, type: without their lists",
        "A single proof and a single type may stand without a list.",
        rule="Open Badges 3.0, text 1.3 (compaction)",
    )
    cases.good(
        "good-achievementcredential",
        embedded(credential(put("type", value=["VerifiableCredential", "AchievementCredential"]))),
        "type: AchievementCredential",
        "AchievementCredential and OpenBadgeCredential are two names of one class.",
        rule=rule,
    )
    other = json.loads(embedded(credential()))
    spaced = json.dumps(dict(reversed(other.items())), indent=3, ensure_ascii=False)
    cases.good(
        "good-other-order-and-spaces",
        spaced.encode() + b"\r\n\t ",
        "JSON: order, spaces, escapes",
        "A signature over the meaning does not care for the order of members or white space.",
        rule="RFC 8259, 2 and 4",
    )
    cases.good(
        "good-escapes",
        embedded(credential()).replace(b'"Eksempelmerket"', b'"\\u0045ksempelmerket"'),
        "JSON: a letter written as an escape",
        "A letter and its escape are the same text.",
        rule="RFC 8259, 7",
    )
    cases.good(
        "good-unicode",
        embedded(credential(put("name", value='Áššu “Øst” & Ålesund’s 🎭 \\ "scene" \t\n'))),
        "name: letters, quotes, an emoji, a tab",
        "Every letter of a text is covered, whatever its alphabet.",
        rule="RDF Dataset Canonicalization 1.0, canonical N-Quads",
    )
    own = {"seats": "https://example.no/vocab#seats"}
    cases.good(
        "good-inline-context",
        embedded(credential(lambda d: d["@context"].append(own), put("seats", value=300))),
        "@context: an inline one",
        "An inline context may give new terms a meaning.",
        rule="JSON-LD 1.1, the context",
    )
    numbers = put(*ACHIEVEMENT, "creditsAvailable", value=7.5)
    cases.good(
        "good-number-spelt-otherwise",
        embedded(credential(numbers)).replace(
            b'"creditsAvailable":7.5', b'"creditsAvailable":75e-1'
        ),
        "creditsAvailable: another spelling of the number",
        "A number has one value however it is spelt, and the value is what is signed.",
        rule="JSON-LD 1.1 API, data round tripping",
    )
    for name, change, shows, says in (
        (
            "offset",
            put("validFrom", value="2026-01-15T01:00:00+01:00"),
            "validFrom: with an offset",
            "A date with an offset names a moment.",
        ),
        (
            "fraction",
            put("validFrom", value="2026-01-15T00:00:00.123456789Z"),
            "validFrom: with a fraction",
            "A date may have parts of a second.",
        ),
        ("endless", drop("validUntil"), "validUntil: absent", "A badge need not end."),
        (
            "identifier-only",
            _known_by_mail,
            "credentialSubject: an identifier and no id",
            "A subject is somebody by an identifier.",
        ),
    ):
        cases.good(f"good-{name}", embedded(credential(change)), shows, says, rule=rule)
    schema = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
    official = [
        {
            "id": f"{schema}ob_v3p0_achievementcredential_schema.json",
            "type": "1EdTechJsonSchemaValidator2019",
        },
        {"id": "https://example.no/schema.json", "type": "JsonSchema"},
    ]
    cases.good(
        "good-schemas",
        embedded(
            credential(
                lambda d: d["@context"].append(EXTENSIONS), put("credentialSchema", value=official)
            )
        ),
        "credentialSchema: the official one and another",
        "The official schema is stood for by our own check; the other one is noted as not checked.",
        rule="Open Badges 3.0, verification (credentialSchema)",
        more={"notes": ["structure.schema"]},
    )
