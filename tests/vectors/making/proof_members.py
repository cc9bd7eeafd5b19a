"""A proof's own members: purpose, times, key and suite."""

from typing import Any

from keys.multikey import base58btc_encode
from tests.vectors.making import keys
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    DID,
    ED,
    ED25519_2020,
    P256,
    P384,
    Change,
    changed,
    credential,
    embedded,
    home,
    method,
    method_object,
    n_quads,
    prove,
    text,
)
from tests.vectors.making.proof_common import (
    ALL,
    GOOD,
    PLAIN,
    VERIFY,
)
from tests.verifier.simulator import OB3, Document, drop, put


def cases() -> Cases:
    found = Cases(VERIFY, ALL)
    _members(found)
    _suites(found)
    return found


def _members(cases: Cases) -> None:
    def bent(*changes: Change) -> bytes:
        return embedded(PLAIN, changed(GOOD, *changes))

    purpose = "VC Data Integrity 1.0, proof purposes"
    for given in ("authentication", "capabilityInvocation"):
        cases.bad(
            f"purpose-{given.lower()}",
            embedded(PLAIN, proofPurpose=given),
            "proof.purpose",
            f"proof/proofPurpose: {given}",
            f"The proof was made for {given}, and not to assert something.",
            rule=purpose,
        )
    cases.bad(
        "purpose-missing",
        embedded(PLAIN, proofPurpose=None),
        "proof.purpose",
        "proof/proofPurpose: absent",
        "The proof does not say what it was made for.",
        rule=purpose,
    )
    cases.bad(
        "purpose-list",
        bent(put("proofPurpose", value=["assertionMethod"])),
        "proof.purpose",
        "proof/proofPurpose: a list",
        "The purpose is no text.",
        rule=purpose,
    )
    times = "VC Data Integrity 1.0, proofs"
    for name, options, reasons, says in (
        (
            "created-future",
            {"created": "2026-11-24T12:01:01Z"},
            "proof.created",
            "The proof was made later than a minute from now.",
        ),
        (
            "expired",
            {"expires": "2026-11-24T11:59:59Z"},
            "proof.expired",
            "The proof ran out a second ago.",
        ),
        (
            "created-no-offset",
            {"created": "2026-11-24T11:00:00"},
            "proof.malformed",
            "The date of the proof names no moment, for it has no offset.",
        ),
        (
            "created-impossible",
            {"created": "2026-02-30T11:00:00Z"},
            "proof.malformed",
            "The day on which the proof was made does not exist.",
        ),
        (
            "created-second-60",
            {"created": "2026-11-24T10:59:60Z"},
            "proof.malformed",
            "The proof was made in a second 60, which XML Schema does not have.",
        ),
        (
            "created-number",
            {"created": 1_795_000_000},
            "proof.malformed",
            "The date of the proof is a number.",
        ),
        (
            "expires-words",
            {"expires": "never"},
            "proof.malformed",
            "The end of the proof is no date.",
        ),
    ):
        proof = prove(PLAIN, "eddsa-jcs-2022", **options)
        cases.bad(
            f"proof-{name}",
            embedded(PLAIN, proof),
            reasons,
            f"proof: {name.replace('-', ' ')}",
            says,
            rule=times,
        )
    shapes = "VC Data Integrity 1.0, proofs"
    for name, badge, reason, says in (
        ("missing", text(PLAIN), "proof.missing", "There is no proof at all."),
        ("null", text({**PLAIN, "proof": None}), "proof.missing", "The proof is null."),
        (
            "empty-list",
            text({**PLAIN, "proof": []}),
            "proof.missing",
            "The set of proofs is empty.",
        ),
        (
            "text",
            text({**PLAIN, "proof": GOOD["proofValue"]}),
            "proof.malformed",
            "The proof is a text.",
        ),
        (
            "empty-object",
            text({**PLAIN, "proof": {}}),
            "proof.malformed",
            "The proof is an object without a type.",
        ),
        (
            "list-of-lists",
            text({**PLAIN, "proof": [[GOOD]]}),
            "proof.malformed",
            "The set of proofs holds a set.",
        ),
        (
            "null-beside-good",
            text({**PLAIN, "proof": [GOOD, None]}),
            "proof.malformed",
            "The set of proofs holds null.",
        ),
        (
            "type-list",
            bent(put("type", value=["DataIntegrityProof"])),
            "proof.malformed",
            "The proof's type is a list.",
        ),
        (
            "method-missing",
            bent(drop("verificationMethod")),
            "proof.malformed",
            "The proof names no key.",
        ),
        (
            "method-object",
            bent(put("verificationMethod", value=method_object(ED))),
            "proof.malformed",
            "The proof brings its key with it.",
        ),
        (
            "method-no-fragment",
            bent(put("verificationMethod", value=DID)),
            "proof.malformed",
            "The proof names a document and no key in it.",
        ),
        (
            "method-spaces",
            bent(put("verificationMethod", value=f"{method(ED)} ")),
            "proof.malformed",
            "The address of the key ends in a space.",
        ),
        (
            "method-two-fragments",
            bent(put("verificationMethod", value=f"{method(ED)}#x")),
            "proof.malformed",
            "The address of the key has two fragments.",
        ),
    ):
        cases.bad(
            f"proof-{name}", badge, reason, f"proof: {name.replace('-', ' ')}", says, rule=shapes
        )


def _suites(cases: Cases) -> None:
    def named(name: Any) -> bytes:
        return embedded(PLAIN, changed(GOOD, put("cryptosuite", value=name)))

    for suite in ("eddsa-2022", "eddsa-jcs-2022"):
        cases.bad(
            f"suite-relabelled-{suite}",
            named(suite),
            "proof.altered",
            f"proof/cryptosuite, after signing: {suite}",
            f"The proof is called {suite}, a suite for the same key.",
            rule="VC Data Integrity 1.0, cryptosuites",
        )
    cases.bad(
        "suite-relabelled-ecdsa",
        named("ecdsa-rdfc-2019"),
        "key.malformed",
        "proof/cryptosuite, after signing: ecdsa-rdfc-2019",
        "The proof is called by the name of a suite that the key is not for.",
        rule="VC Data Integrity 1.0, cryptosuites",
    )
    for name, given, says in (
        ("unknown", "bbs-2023", "The suite is not one that is checked here."),
        ("capitals", "EdDSA-RDFC-2022", "The name of the suite is in other letters."),
        ("typo", "eddsa-rdf-2022", "The guide's misspelling is no suite."),
        ("number", 7, "The name of the suite is no text."),
        ("type-in-place", "Ed25519Signature2020", "The name of a proof type is no suite."),
    ):
        cases.open(
            f"suite-{name}",
            named(given),
            "proof.unsupported",
            f"proof/cryptosuite: {name.replace('-', ' ')}",
            says,
            rule="VC Data Integrity 1.0, cryptosuites",
        )
    cases.open(
        "suite-missing",
        embedded(PLAIN, changed(GOOD, drop("cryptosuite"))),
        "proof.unsupported",
        "proof/cryptosuite: absent",
        "The proof names no suite.",
    )
    cases.open(
        "type-unknown",
        embedded(PLAIN, changed(GOOD, put("type", value="JcsEd25519"))),
        "proof.unsupported",
        "proof/type: unknown",
        "The type of the proof is not one that is checked here.",
    )
    old = credential(lambda d: d["@context"].append(ED25519_2020))
    legacy = prove(old, "Ed25519Signature2020")
    cases.open(
        "type-2020-with-suite",
        embedded(old, changed(legacy, put("cryptosuite", value="eddsa-rdfc-2022"))),
        "proof.unsupported",
        "proof: Ed25519Signature2020 with a cryptosuite",
        "The older type of proof has no suite beside its name.",
    )
    cases.bad(
        "type-2020-without-context",
        embedded(PLAIN, {**legacy}),
        "term.lost",
        "@context: without that of Ed25519Signature2020",
        "The proof's type has no meaning in the badge's contexts.",
        rule="VC Data Integrity 1.0, securing data losslessly",
    )
    key = home(keys.rsa("badges"))
    cases.bad(
        "suite-key-rsa",
        embedded(PLAIN, {**GOOD, "verificationMethod": method(keys.rsa("badges"))}),
        "key.malformed",
        "proof/verificationMethod: an RSA key",
        "The key that the proof names is of a kind that no suite is for.",
        documents=key,
    )
    cases.bad(
        "suite-key-p256",
        embedded(PLAIN, {**GOOD, "verificationMethod": method(P256)}),
        "key.malformed",
        "proof/verificationMethod: a P-256 key",
        "The key that the proof names is of a kind that its suite is not for.",
    )
    extra = credential(lambda d: d["@context"].append({"x": "https://example.no/x"}))
    own: dict[str, Any] = {"@context": [OB3]}
    cases.bad(
        "jcs-context-other",
        text({**extra, "proof": [prove(PLAIN, "eddsa-jcs-2022", **own)]}),
        "proof.malformed",
        "proof/@context: one that the badge does not begin with",
        "The badge's contexts must begin with those that the proof covers.",
        rule="Data Integrity EdDSA 1.0, 3.3.2, step 4",
    )
    cases.bad(
        "jcs-altered",
        text({**PLAIN, "name": "x", "proof": [prove(PLAIN, "eddsa-jcs-2022")]}),
        "proof.altered",
        "after signing as JSON: name",
        "The badge's name has been changed under a proof over canonical JSON.",
        rule="Data Integrity EdDSA 1.0, 3.3",
    )
    cases.bad(
        "p384-with-sha256",
        embedded(PLAIN, _p384_by_sha256()),
        "proof.altered",
        "proof: P-384 over SHA-256",
        "A P-384 key goes with SHA-384, and the issuer hashed with SHA-256.",
        rule="Data Integrity ECDSA 1.0, 3.2",
    )


def _p384_by_sha256() -> Document:
    import hashlib

    proof = {
        name: value
        for name, value in prove(PLAIN, "ecdsa-rdfc-2019", P384).items()
        if name != "proofValue"
    }
    forms = (n_quads({**proof, "@context": PLAIN["@context"]}), n_quads(PLAIN))
    hashed = b"".join(hashlib.sha256(form).digest() for form in forms)
    return {**proof, "proofValue": base58btc_encode(keys.sign(P384, hashed))}
