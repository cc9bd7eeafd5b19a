"""Embedded proofs (Verifiable Credential Data Integrity 1.0): which suite made one, what it covers.

Bytes and algorithm only. Whose key it is, whether it may sign, and whether the proof's times have
come or passed is decided in `verifier.securing`; how each suite signs is in `verifier.suites`.
"""

from typing import Any, Final

from keys.multikey import PublicKey
from verifier import timestamps
from verifier.suites import ecdsa_sd, jcs, rdfc
from verifier.suites.base import Contexts, Document, InvalidProof, Suite
from verifier.suites.rdfc import hash_data, proof_config

__all__ = [
    "SUITES",
    "InvalidProof",
    "Suite",
    "covered",
    "hash_data",
    "is_base",
    "proof_config",
    "suite_of",
    "verify",
]

PROOF_TYPE: Final = "DataIntegrityProof"

SUITES: Final = {
    suite.name: suite
    for suite in (
        rdfc.EDDSA_RDFC_2022,
        rdfc.EDDSA_2022,
        rdfc.ED25519_SIGNATURE_2020,
        rdfc.ECDSA_RDFC_2019,
        jcs.EDDSA_JCS_2022,
        jcs.ECDSA_JCS_2019,
        ecdsa_sd.ECDSA_SD_2023,
    )
}
"""Every suite that is checked, by the name it is reported under."""

_OWN_TYPES: Final = frozenset({rdfc.ED25519_SIGNATURE_2020.name})
"""Suites whose name stands where others have `DataIntegrityProof`."""


def suite_of(proof: Document) -> Suite | None:
    """Return the suite that `proof` says it is made by; None if that is not one of `SUITES`."""
    kind, name = proof.get("type"), proof.get("cryptosuite")
    if isinstance(kind, str) and kind in _OWN_TYPES:
        return SUITES[kind] if name is None else None
    if kind != PROOF_TYPE or not isinstance(name, str) or name in _OWN_TYPES:
        return None
    return SUITES.get(name)


def is_base(proof: Document) -> bool:
    """Whether `proof` is one that its holder must derive others from, and never show."""
    suite = ecdsa_sd.ECDSA_SD_2023
    return (
        proof.get("cryptosuite") == suite.name
        and suite_of(proof) is suite
        and ecdsa_sd.is_base(proof)
    )


def covered(document: Document, proof: Document) -> Document:
    """Return what of `document` (proofs included) a proof covers that has been verified.

    The members are always all covered, `proof` apart; of the contexts, there may be some behind
    those that the proof covers. Raises `InvalidProof` as `verify` does.
    """
    suite = suite_of(proof)
    return document if suite is None or suite.covers_terms else jcs.covered(document, proof)


def verify(
    document: Document, proof: Document, key: PublicKey, *, contexts: Contexts = None
) -> None:
    """Raise `InvalidProof` unless `key` made `proof` over `document` (sections 4.4 and 4.5).

    `proof` is one proof object; whatever `document` has under `proof` is left out, as each proof
    of a set is made over the document without any, but for those that `proof` names as
    `previousProof`. Raises what `verifier.canonical` raises, too: a document that loses data has
    no proof by a suite that covers meanings.
    """
    if (suite := suite_of(proof)) is None:
        raise InvalidProof("proof.unsupported", "a proof of another type or suite")
    if proof.get("proofPurpose") != "assertionMethod":
        raise InvalidProof("proof.purpose", "the proof was not made to assert")
    if not isinstance(proof.get("verificationMethod"), str):
        raise InvalidProof("proof.malformed", "the proof names no verificationMethod")
    for name in ("created", "expires"):
        if name in proof:
            _check_time(name, proof[name])
    if not suite.accepts(key):
        raise InvalidProof("algorithm.mismatch", f"{suite.name} is not for keys of this kind")
    suite.verify(_what_is_proven(document, proof), proof, key, contexts)


def _what_is_proven(document: Document, proof: Document) -> dict[str, Any]:
    """`document` without proofs, but for the previous ones (section 4.5, steps 3.2 to 3.4)."""
    proven = {name: value for name, value in document.items() if name != "proof"}
    if "previousProof" in proof:
        proven["proof"] = _previous_proofs(document, proof["previousProof"])
    return proven


def _previous_proofs(document: Document, named: Any) -> list[Document]:
    names = named if isinstance(named, list) else [named]
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidProof("proof.malformed", "previousProof names no proofs")
    if len(set(names)) < len(names):
        raise InvalidProof("proof.malformed", "previousProof names a proof twice")
    proofs = document.get("proof")
    listed = proofs if isinstance(proofs, list) else [proofs]
    previous: list[Document] = []
    for name in names:
        found = [item for item in listed if isinstance(item, dict) and item.get("id") == name]
        if not found:
            raise InvalidProof("proof.chain", f"the previous proof {name!a} is not there")
        if len(found) > 1:
            raise InvalidProof("proof.malformed", f"there are {len(found)} proofs {name!a}")
        previous += found
    return previous


def _check_time(name: str, value: Any) -> None:
    try:
        timestamps.parse(value if isinstance(value, str) else "")
    except timestamps.MalformedTimestamp as error:
        raise InvalidProof("proof.malformed", f"{name} of the proof is {error}") from None
