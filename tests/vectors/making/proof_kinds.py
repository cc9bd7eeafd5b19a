"""Sets and chains of proofs, and derived proofs."""

from typing import Any

from keys.jwk import b64url_encode
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    OTHER_DID,
    OTHER_DID_URL,
    P256,
    P384,
    STRANGER,
    credential,
    derived,
    did_document,
    embedded,
    method,
    method_object,
    n_quads,
    prove,
    serve,
    text,
)
from tests.vectors.making.proof_common import (
    ALL,
    GOOD,
    PLAIN,
    VERIFY,
)
from tests.verifier.simulator import drop, put

# With two blank nodes.
DERIVED = credential(put("evidence", value=[{"type": ["Evidence"], "name": "Kurs"}]))


def cases() -> Cases:
    found = Cases(VERIFY, ALL)
    _sets_and_chains(found)
    _derived(found)
    return found


def _sets_and_chains(cases: Cases) -> None:
    chains, sets = "VC Data Integrity 1.0, proof chains", "Merke: sets of proofs"
    other = did_document(method_object(STRANGER, OTHER_DID), name=OTHER_DID)
    theirs = prove(PLAIN, key=STRANGER, verificationMethod=method(STRANGER, OTHER_DID))
    spoilt = {**theirs, "created": "2026-11-24T10:30:00Z"}
    cases.bad(
        "set-one-false",
        embedded(PLAIN, GOOD, prove(credential(drop("name")))),
        "proof.altered",
        "proof: one good, one false of the issuer's",
        "One proof of the set holds, and another does not.",
        rule=sets,
    )
    cases.bad(
        "set-witness-false",
        embedded(PLAIN, GOOD, spoilt),
        "proof.altered",
        "proof: one good, one false of somebody else's",
        "A further proof by somebody else is false, so somebody is deceived.",
        rule=sets,
        documents={**ALL, OTHER_DID_URL: serve(other)},
    )
    cases.bad(
        "set-only-a-stranger",
        embedded(PLAIN, theirs),
        "issuer.mismatch",
        "proof: by somebody else alone",
        "The proof is good, and the key is not the issuer's.",
        rule="Open Badges 3.0, Linked Data proofs (controller)",
        documents={**ALL, OTHER_DID_URL: serve(other)},
    )
    first = prove(PLAIN, id="urn:uuid:1")
    linked = prove({**PLAIN, "proof": [first]}, previousProof="urn:uuid:1")
    cases.bad(
        "chain-first-missing",
        embedded(PLAIN, linked),
        "proof.chain",
        "proof/previousProof: names one that is not there",
        "A link of the chain covers a proof that has been taken away.",
        rule=chains,
    )
    cases.bad(
        "chain-first-exchanged",
        embedded(PLAIN, prove(PLAIN, "ecdsa-rdfc-2019", P256, id="urn:uuid:1"), linked),
        "proof.altered",
        "proof: the first of the chain exchanged",
        "The first proof is a good one, and not the one that the second covers.",
        rule=chains,
    )
    cases.bad(
        "chain-twice-one-id",
        embedded(PLAIN, first, first, linked),
        "proof.malformed",
        "proof: two of one id",
        "Two proofs have the name that the chain leads to.",
        rule=chains,
    )
    cases.bad(
        "chain-names-twice",
        embedded(PLAIN, first, {**linked, "previousProof": ["urn:uuid:1"] * 2}),
        "proof.malformed",
        "proof/previousProof: one name twice",
        "The chain names one proof twice.",
        rule=chains,
    )
    cases.bad(
        "chain-names-none",
        embedded(PLAIN, first, {**linked, "previousProof": []}),
        "proof.malformed",
        "proof/previousProof: an empty list",
        "A link of the chain names no proof.",
        rule=chains,
    )
    cases.bad(
        "chain-not-text",
        embedded(PLAIN, first, {**linked, "previousProof": 7}),
        "proof.malformed",
        "proof/previousProof: a number",
        "What a link names is no text.",
        rule=chains,
    )
    cases.bad(
        "chain-to-itself",
        embedded(PLAIN, {**linked, "id": "urn:uuid:1"}),
        "proof.altered",
        "proof/previousProof: its own id",
        "A proof says that it covers itself.",
        rule=chains,
    )


def _derived(cases: Cases) -> None:
    rule = "Data Integrity ECDSA 1.0, 3.4"
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "ecdsa-sd-2023",
        "created": "2026-11-24T11:00:00Z",
        "verificationMethod": method(P256),
        "proofPurpose": "assertionMethod",
    }
    forms = [n_quads({**proof, "@context": DERIVED["@context"]}), n_quads(DERIVED)]

    def value(change: Any = None, header: bytes = b"\xd9\x5d\x01") -> bytes:
        return embedded(DERIVED, {**proof, "proofValue": derived(forms, P256, change, header)})

    def part(place: int, made: Any) -> Any:
        return lambda parts: parts.__setitem__(place, made(parts[place]))

    cases.open(
        "derived-base",
        value(header=b"\xd9\x5d\x00"),
        "proof.base",
        "proofValue: a base proof",
        "A base proof tells the holder's secrets and is not for showing.",
        rule=rule,
    )
    for name, badge, reason, says in (
        (
            "header",
            value(header=b"\xd9\x5d\x02"),
            "proof.malformed",
            "The value has the header of no proof.",
        ),
        (
            "part-missing",
            value(lambda parts: parts.pop()),
            "proof.malformed",
            "One of the five parts is missing.",
        ),
        (
            "signature-short",
            value(part(0, lambda s: s[:63])),
            "proof.malformed",
            "The issuer's signature lacks a byte.",
        ),
        (
            "signature-altered",
            value(part(0, lambda s: bytes([s[0] ^ 1]) + s[1:])),
            "proof.altered",
            "The issuer's signature is another.",
        ),
        (
            "statement-unsigned",
            value(part(2, lambda all_: all_[:-1])),
            "proof.altered",
            "A statement is shown that has no signature.",
        ),
        (
            "statements-swapped",
            value(part(2, lambda all_: [all_[1], all_[0], *all_[2:]])),
            "proof.altered",
            "Two statements have each other's signatures.",
        ),
        (
            "key-exchanged",
            value(part(1, lambda _: b"\x80\x24" + b"\x02" + b"\x01" * 32)),
            "proof.malformed",
            "The key for this badge is no point of its curve.",
        ),
        (
            "key-other-curve",
            value(part(1, lambda k: b"\xed\x01" + k[3:])),
            "proof.malformed",
            "The key for this badge is of another kind.",
        ),
        (
            "labels-missing",
            value(part(3, lambda _: {})),
            "proof.malformed",
            "The blank nodes have no names.",
        ),
        (
            "labels-alike",
            value(part(3, lambda names: dict.fromkeys(names, b"\0" * 32))),
            "proof.malformed",
            "Two blank nodes have one name.",
        ),
        (
            "mandatory-beyond",
            value(part(4, lambda places: [*places, 9_999])),
            "proof.malformed",
            "A mandatory statement is one that is not there.",
        ),
        (
            "mandatory-dropped",
            value(part(4, lambda places: places[1:])),
            "proof.altered",
            "A statement that the issuer always shows is not counted as one.",
        ),
        (
            "mandatory-negative",
            value(part(4, lambda places: [-1, *places])),
            "proof.malformed",
            "A place is a negative number.",
        ),
        (
            "not-cbor",
            embedded(DERIVED, {**proof, "proofValue": "u2V0B____"}),
            "proof.malformed",
            "The value is no CBOR.",
        ),
        (
            "long-number",
            embedded(DERIVED, {**proof, "proofValue": _with_long_number(forms)}),
            "proof.malformed",
            "A number of the CBOR is in a longer form than it needs.",
        ),
    ):
        cases.bad(
            f"derived-{name}",
            badge,
            reason,
            f"derived proof: {name.replace('-', ' ')}",
            says,
            rule=rule,
        )
    hidden = {**DERIVED, "name": "Gullmerket"}
    cases.bad(
        "derived-altered",
        text({**hidden, "proof": [{**proof, "proofValue": derived(forms, P256)}]}),
        "proof.altered",
        "after deriving: name",
        "A statement that is shown is not the one that was signed.",
        rule=rule,
    )
    cases.bad(
        "derived-p384",
        embedded(
            DERIVED,
            {**proof, "verificationMethod": method(P384), "proofValue": derived(forms, P256)},
        ),
        "key.malformed",
        "derived proof: a P-384 key",
        "The suite is for P-256 keys alone.",
        rule=rule,
    )


def _with_long_number(forms: list[bytes]) -> str:
    from keys.jwk import b64url_decode

    data = b64url_decode(derived(forms, P256)[1:])
    # A list of five parts, its length written in two bytes.
    return "u" + b64url_encode(data[:3] + b"\x98\x05" + data[4:])
