"""Good badges: each suite, sets and chains of proofs."""

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    ALL,
    ED,
    ED25519_2020,
    OTHER_DID,
    OTHER_DID_URL,
    P256,
    P384,
    STRANGER,
    credential,
    did_document,
    embedded,
    method,
    method_object,
    prove,
    serve,
)
from tests.verifier.simulator import EXTENSIONS, OB3, VC2


def cases() -> Cases:
    found = Cases("VC Data Integrity 1.0, verify proof", ALL)
    _proofs(found)
    _sets(found)
    return found


def _proofs(cases: Cases) -> None:
    plain = credential()
    suites = (
        ("eddsa-rdfc-2022", ED, "Data Integrity EdDSA 1.0, 3.2", "the suite every badge may use"),
        (
            "eddsa-2022",
            ED,
            "Open Badges 3.0, Linked Data proofs",
            "the draft's name of eddsa-rdfc-2022",
        ),
        ("eddsa-jcs-2022", ED, "Data Integrity EdDSA 1.0, 3.3", "a signature over canonical JSON"),
        ("ecdsa-rdfc-2019", P256, "Data Integrity ECDSA 1.0, 3.2", "a P-256 key with SHA-256"),
        ("ecdsa-jcs-2019", P256, "Data Integrity ECDSA 1.0, 3.3", "canonical JSON and a P-256 key"),
        ("ecdsa-sd-2023", P256, "Data Integrity ECDSA 1.0, 3.4", "a derived proof that shows all"),
    )
    for suite, key, rule, shows in suites:
        cases.good(
            f"good-{suite.lower()}",
            embedded(plain, suite=suite, key=key),
            f"proof: {suite}",
            f"The badge has one good {suite} proof: {shows}.",
            rule=rule,
            more={"securing": suite, **({"notes": ["proof.selective"]} if "-sd-" in suite else {})},
        )
    for suite in ("ecdsa-rdfc-2019", "ecdsa-jcs-2019"):
        cases.good(
            f"good-{suite}-p384",
            embedded(plain, suite=suite, key=P384),
            f"proof: {suite}, P-384",
            f"A P-384 key makes the {suite} proof with SHA-384 throughout.",
            rule="Data Integrity ECDSA 1.0, 3.2 and 3.3",
        )
    old = credential(lambda d: d["@context"].append(ED25519_2020))
    cases.good(
        "good-ed25519signature2020",
        embedded(old, suite="Ed25519Signature2020"),
        "proof: Ed25519Signature2020",
        "The older proof type is signed like eddsa-rdfc-2022, and its context is in the badge.",
        rule="Ed25519Signature2020 (legacy)",
    )
    cases.good(
        "good-jcs-without-own-context",
        embedded(plain, suite="eddsa-jcs-2022", without_context=True),
        "proof/@context: absent",
        "A proof over canonical JSON that brings no contexts covers all of the badge's.",
        rule="Data Integrity EdDSA 1.0, 3.3",
    )
    more = credential(lambda d: d["@context"].append(EXTENSIONS))
    cases.good(
        "good-jcs-covers-first-contexts",
        embedded(more, suite="eddsa-jcs-2022", **{"@context": [VC2, OB3]}),
        "proof/@context: fewer than the badge's",
        "The badge's contexts begin with those that the proof covers, and it is read with these.",
        rule="Data Integrity EdDSA 1.0, 3.3.2, step 4",
    )
    cases.good(
        "good-proof-without-created",
        embedded(plain, created=None),
        "proof/created: absent",
        "A proof need not say when it was made.",
    )
    cases.good(
        "good-proof-expires-later",
        embedded(plain, expires="2026-11-24T12:00:00Z"),
        "proof/expires: now",
        "A proof still counts at the very moment it expires.",
    )
    cases.good(
        "good-proof-created-in-59-seconds",
        embedded(plain, created="2026-11-24T12:00:59Z"),
        "proof/created: 59 s ahead",
        "The issuer's clock runs ahead by less than the minute that is allowed.",
    )
    cases.good(
        "good-proof-domain-and-challenge",
        embedded(plain, domain="https://example.no", challenge="x", nonce="y"),
        "proof/domain, challenge, nonce: present",
        "Members that nobody asked about are covered by the signature and decide nothing.",
        rule="VC Data Integrity 1.0, proofs",
    )


def _sets(cases: Cases) -> None:
    plain = credential()
    good, second = prove(plain), prove(plain, "ecdsa-rdfc-2019", P256)
    cases.good(
        "good-set-of-two",
        embedded(plain, good, second),
        "proof: a set of two of the issuer's",
        "Each proof of the set covers the badge without any proof, and both hold.",
        rule="VC Data Integrity 1.0, proof sets",
    )
    unknown = {**good, "cryptosuite": "bbs-2023"}
    cases.good(
        "good-set-with-unknown-suite",
        embedded(plain, unknown, good),
        "proof: one good, one of an unknown suite",
        "One proof that can be checked holds; the other is listed, and decides nothing.",
        rule="Open Badges 3.0, Linked Data proofs (one is enough)",
        more={"notes": ["proof.unsupported"]},
    )
    theirs = prove(plain, key=STRANGER, verificationMethod=method(STRANGER, OTHER_DID))
    other = did_document(method_object(STRANGER, OTHER_DID), name=OTHER_DID)
    cases.good(
        "good-set-with-a-witness",
        embedded(plain, good, theirs),
        "proof: one good, one by somebody else",
        "A further proof by somebody else holds too; the issuer's is the one that counts.",
        rule="VC Data Integrity 1.0, proof sets",
        documents={**ALL, OTHER_DID_URL: serve(other)},
    )
    cases.good(
        "good-set-with-unreachable-witness",
        embedded(plain, good, theirs),
        "proof: one good, one by somebody who cannot be reached",
        "Nobody else's absence may spoil a badge that its own issuer has proven.",
        rule="Merke: sets of proofs",
    )
    base = {**second, "cryptosuite": "ecdsa-sd-2023", "proofValue": "u2V0AhVhA"}
    cases.good(
        "good-beside-base-proof",
        embedded(plain, good, base),
        "proof: one good, one base proof",
        "A base proof is for its holder alone; beside a good proof it is only noted.",
        rule="Data Integrity ECDSA 1.0, 3.4",
        more={"notes": ["proof.base"]},
    )
    first = prove(plain, id="urn:uuid:1")
    linked = prove({**plain, "proof": [first]}, previousProof="urn:uuid:1")
    cases.good(
        "good-chain",
        embedded(plain, first, linked),
        "proof: a chain of two",
        "The second proof covers the badge with the first one in it, and both hold.",
        rule="VC Data Integrity 1.0, proof chains",
    )
    other_id = prove(plain, "ecdsa-rdfc-2019", P256, id="urn:uuid:2")
    third = prove({**plain, "proof": [first, other_id]}, previousProof=["urn:uuid:1", "urn:uuid:2"])
    cases.good(
        "good-chain-on-two",
        embedded(plain, first, other_id, third),
        "proof: a link that covers two others",
        "The third proof covers the badge with both of the others in it.",
        rule="VC Data Integrity 1.0, proof chains",
    )
