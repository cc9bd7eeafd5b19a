"""Names of issuers that are not followed, and issuers who are somebody else."""

from keys import did, jwk
from keys.multikey import base58btc_encode
from tests.vectors.making import keys
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    ED,
    OTHER_DID,
    OTHER_DID_URL,
    P256,
    STRANGER,
    claims,
    credential,
    did_document,
    embedded,
    home,
    key_set,
    method,
    method_object,
    prove,
    serve,
    text,
    token,
)
from tests.verifier.simulator import drop, put


def cases() -> Cases:
    found = Cases("Controlled Identifiers 1.0, 3.3", home())
    _names(found)
    _impostors(found)
    return found


def _names(cases: Cases) -> None:
    """Names of issuers that are not followed, or lead nowhere."""

    def by(name: str) -> bytes:
        """A badge that names its issuer so, signed by a key of that name."""
        proof = prove(
            credential(put("issuer", "id", value=name)),
            "eddsa-jcs-2022",
            verificationMethod=method(ED, name),
        )
        return embedded(credential(put("issuer", "id", value=name)), proof)

    for label, name, says in (
        ("ip", "did:web:192.0.2.1", "An IP address is no name of a host."),
        ("ip-number", "did:web:3221225985", "A number is an IP address in another spelling."),
        ("ip-hexadecimal", "did:web:0xc0000201", "An IP address is written in sixteens."),
        ("port", "did:web:issuer.example.no%3A8443", "The name has a port."),
        ("capitals", "did:web:Issuer.example.no", "The name of the host is in capitals."),
        ("one-label", "did:web:localhost", "A host of one label is one of the inside."),
        ("user-info", "did:web:user@issuer.example.no", "The name has user info in it."),
        ("dots", "did:web:issuer.example.no:..:admin", "The path climbs out of its folder."),
        ("encoded-slash", "did:web:issuer.example.no%2Fx", "A slash is hidden in an escape."),
        ("empty-part", "did:web:issuer.example.no::x", "A part of the path is empty."),
        ("query", "did:web:issuer.example.no?x=1", "The name has a query."),
        ("nothing", "did:web:", "The name names nobody."),
    ):
        cases.bad(
            f"web-{label}",
            by(name),
            "issuer.identifier",
            f"issuer: did:web, {label.replace('-', ' ')}",
            says,
            rule="did:web, method-specific identifier",
        )
    for label, name, says in (
        ("private", "https://10.0.0.1/issuer", "An address of an inside network is never asked."),
        ("port", "https://issuer.example.no:8443/i", "A port other than 443 is never asked."),
        (
            "user-info",
            "https://a:b@issuer.example.no/i",
            "An address with user info is never asked.",
        ),
    ):
        cases.open(
            f"https-{label}",
            by(name),
            "issuer.unreachable",
            f"issuer: https, {label.replace('-', ' ')}",
            says,
            rule="Merke: network",
        )
    cases.bad(
        "http-issuer",
        by("http://issuer.example.no/i"),
        "issuer.identifier",
        "issuer: http without the s",
        "An address that anybody on the way can answer for.",
        rule="Merke: network",
    )
    cases.open(
        "did-method-unknown",
        by("did:ion:abc"),
        "issuer.unsupported",
        "issuer: did:ion",
        "The DID is of a method that is not resolved here.",
        rule="Merke: issuers",
    )
    itself = did.did_key(ED.public_key())
    multikey = itself.removeprefix("did:key:")
    for label, name, says in (
        ("cut", itself[:-3], "The key in the name lacks its end."),
        (
            "small-order",
            f"did:key:{base58btc_encode(bytes([0xED, 1, 1]) + bytes(31))}",
            "The key in the name is one under which a signature fits all.",
        ),
        (
            "secret",
            f"did:key:{base58btc_encode(bytes([0x80, 0x26]) + bytes(32))}",
            "The key in the name is a private one.",
        ),
    ):
        cases.bad(
            f"didkey-{label}",
            by(name),
            "issuer.identifier",
            f"issuer: did:key, {label}",
            says,
            rule="did:key",
            documents={},
        )
    wrong = credential(put("issuer", "id", value=itself))
    cases.bad(
        "didkey-other-fragment",
        embedded(wrong, verificationMethod=f"{itself}#{multikey[:-1]}x"),
        "key.unknown",
        "verificationMethod: another fragment of a did:key",
        "A did:key has one key, under its own name.",
        rule="did:key",
        documents={},
    )
    for label, members, says in (
        (
            "private",
            {**jwk.public_jwk(P256.public_key()), "d": "AQAB"},
            "The JWK in the name shows its private half.",
        ),
        ("symmetric", {"kty": "oct", "k": "AAAA"}, "The JWK in the name is a shared secret."),
    ):
        name = f"did:jwk:{jwk.b64url_encode(text(members))}"
        payload = claims(credential(put("issuer", "id", value=name)))
        cases.bad(
            f"didjwk-{label}",
            token(payload, P256, kid=f"{name}#0", jwk=None),
            "issuer.identifier",
            f"issuer: did:jwk, {label}",
            says,
            rule="did:jwk",
            documents={},
        )
    doubled = b'{"kty":"EC",' + text(jwk.public_jwk(P256.public_key()))[1:]
    twice = f"did:jwk:{jwk.b64url_encode(doubled)}"
    cases.bad(
        "didjwk-duplicate",
        token(
            claims(credential(put("issuer", "id", value=twice))), P256, kid=f"{twice}#0", jwk=None
        ),
        "issuer.identifier",
        "issuer: did:jwk, a member twice",
        "The JWK in the name has two readings.",
        rule="did:jwk",
        documents={},
    )


def _impostors(cases: Cases) -> None:
    rule = "Open Badges 3.0, Linked Data proofs (controller)"
    itself = did.did_key(STRANGER.public_key())
    own_method = f"{itself}#{itself.removeprefix('did:key:')}"
    cases.bad(
        "impostor-did-key",
        embedded(credential(), key=STRANGER, verificationMethod=own_method),
        "issuer.mismatch",
        "verificationMethod: a did:key of somebody's own",
        "The badge names a known issuer, and is signed with a key of somebody's own.",
        rule=rule,
    )
    cases.bad(
        "impostor-fragment",
        embedded(credential(), key=STRANGER),
        "key.unknown",
        "verificationMethod: a key as fragment of the issuer's DID",
        "A key that is written as a fragment of the issuer's name is not in its document.",
        rule=rule,
    )
    cases.bad(
        "impostor-key-in-document",
        embedded(credential(), key=STRANGER, verificationMethod=method(ED)),
        "proof.altered",
        "proof: by another key under the name of the issuer's",
        "The proof names the issuer's key, and another one made it.",
        rule=rule,
    )
    proud = credential(
        put(
            "issuer",
            value={
                "id": itself,
                "type": ["Profile"],
                "name": "Kulturdepartementet",
                "url": "https://www.example.no",
            },
        )
    )
    cases.good(
        "good-impostor-is-unproven",
        embedded(proud, key=STRANGER, verificationMethod=own_method),
        "issuer: a did:key under a famous name",
        "The signature is good, and the report says that nobody stands behind the name.",
        rule="Merke: who",
        who="unproven",
        documents={},
    )
    trusted = {"trust": [DID]}
    cases.bad(
        "impostor-not-trusted",
        embedded(proud, key=STRANGER, verificationMethod=own_method),
        "issuer.untrusted",
        "issuer: a did:key; trust: the real issuer",
        "The asker trusts one issuer, and this is another of the same name.",
        rule="Merke: trust",
        documents={},
        **trusted,
    )
    look_alike = "did:web:issuer.examp1e.no"
    cases.bad(
        "impostor-look-alike",
        embedded(
            credential(put("issuer", "id", value=look_alike)),
            verificationMethod=method(ED, look_alike),
        ),
        "issuer.untrusted",
        "issuer: a host that looks alike",
        "One letter of the issuer's host is a digit, and the asker trusts the real one.",
        rule="Merke: trust",
        who="domain",
        **trusted,
        documents={
            "https://issuer.examp1e.no/.well-known/did.json": serve(
                did_document(method_object(ED, look_alike), name=look_alike)
            )
        },
    )
    neighbour = f"{DID}:neighbour"
    beside = did_document(method_object(STRANGER, neighbour), name=neighbour)
    cases.bad(
        "impostor-neighbour",
        embedded(credential(), key=STRANGER, verificationMethod=method(STRANGER, neighbour)),
        "issuer.mismatch",
        "verificationMethod: of a neighbour on the host",
        "Somebody who has a path on the issuer's host is not the issuer.",
        rule=rule,
        documents={**home(), f"{BASE}/neighbour/did.json": serve(beside)},
    )
    path = f"{DID}:school"
    in_set = {**jwk.public_jwk(keys.rsa("stranger").public_key()), "kid": "1"}
    own = did_document(method_object(ED, path), name=path)
    cases.bad(
        "impostor-host-key-set",
        token(
            claims(credential(put("issuer", "id", value=path))),
            keys.rsa("stranger"),
            kid="1",
            jwk=None,
        ),
        "key.unknown",
        "header/kid: in the key set of the host above",
        "A did:web with a path has no part in the key set of its host.",
        rule=rule,
        documents={f"{BASE}/school/did.json": serve(own), **key_set(in_set)},
    )
    other = did_document(method_object(STRANGER, OTHER_DID), name=OTHER_DID)
    cases.bad(
        "impostor-https-controller",
        embedded(
            credential(put("issuer", "id", value=f"{BASE}/issuers/1")),
            key=STRANGER,
            verificationMethod=method(STRANGER, f"{BASE}/issuers/2"),
        ),
        "issuer.mismatch",
        "verificationMethod: of the issuer at the next address",
        "Two issuers of one host are two issuers.",
        rule=rule,
        documents={**home(), OTHER_DID_URL: serve(other)},
    )
    cases.bad(
        "impostor-issuer-missing",
        embedded(credential(drop("issuer"))),
        "structure.missing issuer.mismatch",
        "issuer: absent",
        "The badge does not say who issued it.",
        rule=rule,
    )
    cases.bad(
        "impostor-issuer-list",
        embedded(credential(put("issuer", value=[DID]))),
        "structure.value issuer.mismatch",
        "issuer: a list",
        "A badge has one issuer.",
        rule=rule,
    )
