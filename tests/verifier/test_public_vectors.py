"""No file among the public vectors lies there unused: which test runs it.

What each must come to stands in those tests; a set of vectors that is added must be claimed here.
"""

from pathlib import Path

import pytest

CLAIMED = {
    "README.md": (),
    "contexts/*": ("verifier/test_contexts.py", "verifier/test_compiled.py"),
    "ed25519-speccheck/cases.json": ("verifier/test_data_integrity.py", "verifier/test_tokens.py"),
    "json-test-suite/test_parsing/*.json": ("verifier/test_strict_json.py",),
    "ob-schema/achievementcredential.json": ("verifier/test_official_schema.py",),
    "ob-schema/endorsementcredential.json": ("verifier/test_official_endorsement_schema.py",),
    "ob-schema/profile.json": ("verifier/test_official_endorsement_schema.py",),
    "ob-spec/**/*": ("verifier/test_data_integrity.py", "verifier/test_spec_badge.py"),
    "rdf-canon/tests/**/*": ("verifier/test_rdfc.py",),
    "vc-di-ecdsa/TestVectors/p*KeyPair.json": ("verifier/test_suite_vectors.py",),
    "vc-di-ecdsa/TestVectors/unsigned.json": ("verifier/test_suite_vectors.py",),
    "vc-di-ecdsa/TestVectors/employmentAuth.json": ("verifier/test_suite_vectors.py",),
    "vc-di-ecdsa/TestVectors/prCredUnsigned.json": ("verifier/test_sd_vectors.py",),
    "vc-di-ecdsa/TestVectors/*Mandatory.json": ("verifier/test_sd_vectors.py",),
    "vc-di-ecdsa/TestVectors/*Selective.json": ("verifier/test_sd_vectors.py",),
    "vc-di-ecdsa/TestVectors/ecdsa-jcs-*/*": ("verifier/test_suite_vectors.py",),
    "vc-di-ecdsa/TestVectors/ecdsa-rdfc-*/**/*": ("verifier/test_suite_vectors.py",),
    "vc-di-ecdsa/TestVectors/ecdsa-sd-2023/SDKeyMaterial.json": ("verifier/test_suite_vectors.py",),
    "vc-di-ecdsa/TestVectors/ecdsa-sd-2023/*/*": (
        "verifier/test_suite_vectors.py",
        "verifier/test_sd_vectors.py",
    ),
    "vc-di-eddsa/TestVectors/*.json": ("verifier/test_data_integrity.py",),
    "vc-di-eddsa/TestVectors/eddsa-rdfc-2022/**/*": ("verifier/test_data_integrity.py",),
    "vc-di-eddsa/TestVectors/eddsa-jcs-2022/*": ("verifier/test_suite_vectors.py",),
    "vc-di-eddsa/TestVectors/Ed25519Signature2020/*": ("verifier/test_suite_vectors.py",),
    "vc-di-eddsa/TestVectors/proof-set-chain/*": ("verifier/test_suite_vectors.py",),
    "wycheproof/testvectors_v1/ed25519_test.json": ("verifier/test_data_integrity.py",),
    "wycheproof/testvectors_v1/ecdsa_*.json": ("verifier/test_jws.py",),
    "wycheproof/testvectors_v1/json_web_signature_test.json": ("verifier/test_jws.py",),
}


def files(folder: Path, pattern: str) -> set[Path]:
    return {path for path in folder.glob(pattern) if path.is_file()}


def test_each_file_is_claimed(vectors: Path) -> None:
    claimed = {path for pattern in CLAIMED for path in files(vectors, pattern)}
    everything = files(vectors, "**/*")
    assert sorted(str(path.relative_to(vectors)) for path in everything - claimed) == []
    assert [pattern for pattern in CLAIMED if not files(vectors, pattern)] == []


@pytest.mark.parametrize("pattern", [each for each, tests in CLAIMED.items() if tests])
def test_whoever_claims_them_reads_them(root: Path, pattern: str) -> None:
    folder = pattern.partition("/")[0]
    for name in CLAIMED[pattern]:
        text = (root / "tests" / name).read_text(encoding="utf-8")
        assert "vectors" in text, name
        assert folder in text, f"{name}: {folder}"
