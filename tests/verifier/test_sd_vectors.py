"""`ecdsa-sd-2023`, the steps before a verifier's: the W3C's vectors of issuer and holder.

Nothing of ours issues or derives such proofs; what they are made of is what a verifier must find
again: the same statements under the same names, each with a signature that holds.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import cbor2
import pytest

from keys.jwk import b64url_decode
from keys.multikey import base58btc_decode, decode_public
from verifier import signatures
from verifier.canonical import canonicalise
from verifier.suites.rdfc import proof_config

SD = "vc-di-ecdsa/TestVectors"
CASES = {"prc": ("prCredUnsigned", "prCred"), "employ": ("employmentAuth", "employ")}


class Case:
    def __init__(self, vectors: Path, name: str) -> None:
        self._folder = vectors / SD / "ecdsa-sd-2023" / name
        self._above = vectors / SD
        self._names = CASES[name]
        self.name = name

    def step(self, name: str) -> Any:
        return json.loads((self._folder / f"{name}.json").read_text())

    def given(self, what: str) -> Any:
        """What the issuer or the holder began with: the document, or pointers into it."""
        name = self._names[0] if what == "document" else f"{self._names[1]}{what}"
        return json.loads((self._above / f"{name}.json").read_text())


@pytest.fixture(params=sorted(CASES))
def case(vectors: Path, request: pytest.FixtureRequest) -> Case:
    return Case(vectors, request.param)


@pytest.fixture(scope="module")
def contexts(vectors: Path) -> dict[str, Any]:
    folder = vectors / "contexts"
    index = json.loads((folder / "index.json").read_text())
    return {url: json.loads((folder / e["file"]).read_text()) for url, e in index.items()}


def lines_of(group: Any) -> dict[int, str]:
    return {int(place): line for place, line in group["value"]}


def test_the_base_proof_is_made_of_its_steps(case: Case) -> None:
    base, info = case.step("addSignedSDBase"), case.step("addRawBaseSignatureInfo")
    document = case.given("document")
    other = {name for name, value in document.items() if base[name] != value}
    assert base.keys() - {"proof"} == document.keys()
    # One text was written anew after that document had been put beside the steps.
    assert other == ({"description"} if case.name == "prc" else set())
    value = b64url_decode(base["proof"]["proofValue"][1:])
    assert value[:3] == b"\xd9\x5d\x00"
    signature, public, secret, chosen, pointers = cbor2.loads(value[3:])
    recovered = case.step("derivedRecoveredBaseData")
    assert recovered == {
        "baseSignature": signature.hex(),
        "proofPublicKey": info["publicKey"],
        "hmacKey": secret.hex(),
        "signatures": [each.hex() for each in chosen],
        "mandatoryPointers": pointers,
    }
    assert (info["baseSignature"], info["signatures"]) == (
        recovered["baseSignature"],
        recovered["signatures"],
    )
    assert base58btc_decode(info["publicKey"]) == public
    assert pointers == info["mandatoryPointers"] == case.given("Mandatory")


def test_each_statement_is_signed(case: Case, contexts: dict[str, Any]) -> None:
    """The base signature over what is always shown, and one over each statement besides."""
    base, info = case.step("addSignedSDBase"), case.step("addRawBaseSignatureInfo")
    config = proof_config(base, base["proof"])
    assert config == case.step("addProofConfig")
    transform = case.step("addBaseTransform")
    always, others = lines_of(transform["mandatory"]), lines_of(transform["nonMandatory"])
    whole = case.step("addBaseDocHMACCanon")
    assert {**always, **others} == dict(enumerate(whole))
    assert transform["mandatoryPointers"] == case.given("Mandatory")

    mandatory = "".join(line for _, line in sorted(always.items()))
    hashes = [
        hashlib.sha256(part).digest()
        for part in (canonicalise(config, contexts=contexts), mandatory.encode())
    ]
    told = case.step("addHashData")
    assert [each.hex() for each in hashes] == [told["proofHash"], told["mandatoryHash"]]
    issuers = decode_public(base["proof"]["verificationMethod"].partition("#")[2])
    its_own = decode_public(info["publicKey"])
    signed = hashes[0] + base58btc_decode(info["publicKey"]) + hashes[1]
    signatures.verify(issuers, bytes.fromhex(info["baseSignature"]), signed)
    for (_, line), signature in zip(sorted(others.items()), info["signatures"], strict=True):
        signatures.verify(its_own, bytes.fromhex(signature), line.encode())


def test_what_the_holder_takes_along(case: Case) -> None:
    """Of the statements those that were asked for, each with the issuer's signature over it."""
    groups = case.step("derivedAllGroupData")
    whole = case.step("addBaseDocHMACCanon")
    assert groups["nquads"] == whole
    places = case.step("derivedGroupIndexes")
    always, shown = places["mandatoryIndexes"], places["combinedIndexes"]
    for name, told in (
        ("mandatory", always),
        ("selective", places["selectiveIndexes"]),
        ("combined", shown),
    ):
        assert sorted(lines_of(groups["groups"][name]["matching"])) == told
    assert set(shown) == set(always) | set(places["selectiveIndexes"])
    assert places["nonMandatoryIndexes"] == [n for n in range(len(whole)) if n not in always]

    assert [shown.index(place) for place in always] == case.step("derivedAdjMandatoryIndexes")[
        "adjMandatoryIndexes"
    ]
    signed = case.step("addRawBaseSignatureInfo")["signatures"]
    of_statement = dict(zip(places["nonMandatoryIndexes"], signed, strict=True))
    kept = [of_statement[place] for place in shown if place not in always]
    assert kept == case.step("derivedAdjSignatures")["filteredSignatures"]
    assert [whole[place] for place in shown] == case.step("verifyNQuads")


def test_what_the_pointers_lead_to(case: Case) -> None:
    document = case.given("document")

    def at(pointer: str) -> Any:
        found = document
        for step in pointer.split("/")[1:]:
            found = found[int(step) if isinstance(found, list) else step]
        return found

    told = {each["pointer"]: each["value"] for each in case.step("addPointerValues")}
    assert told == {pointer: at(pointer) for pointer in case.given("Mandatory")}
    revealed = case.step("derivedUnsignedReveal")
    for pointer in case.given("Selective"):
        found = revealed
        for step in pointer.split("/")[1:]:
            found = found[int(step) if isinstance(found, list) else step]
        assert found == at(pointer)
