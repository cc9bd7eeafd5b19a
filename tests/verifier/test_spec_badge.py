"""The specification's own signed Open Badge, judged by the whole verifier.

Its issuer is known by an https address; the document there is ours to make, since nobody
publishes one for an example.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys import did, multikey
from tests.verifier.simulator import compact
from verifier.documents import PinnedDocuments
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.verify import World, verify

ISSUER = "https://example.edu/issuers/565049"
NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def badge(vectors: Path) -> bytes:
    return (vectors / "ob-spec" / "signed.json").read_bytes()


@pytest.fixture
def world(badge: bytes) -> World:
    method = json.loads(badge)["proof"]["verificationMethod"]
    key = multikey.decode_public(method.partition("#")[2])
    document = did.did_document(ISSUER, [did.method_of(ISSUER, key)])
    return World(PinnedDocuments({ISSUER: compact(document)}), NOW)


def test_it_is_valid(badge: bytes, world: World) -> None:
    report = verify(badge, world)
    assert (report.verdict, report.reasons, report.errors) == (Verdict.VALID, (), ())
    assert report.who.to_json() == {
        "kind": "domain",
        "did": None,
        "host": "example.edu/issuers/565049",
    }
    (status,) = [f for f in report.findings if f.check is Check.STATUS]
    assert status.outcome is Outcome.NOT_APPLICABLE


def test_its_key_is_not_taken_from_the_badge(badge: bytes) -> None:
    report = verify(badge, World(PinnedDocuments({}), NOW))
    assert (report.verdict, report.reasons) == (
        Verdict.UNDETERMINED,
        (Reason.ISSUER_UNREACHABLE,),
    )


def test_one_letter_less(badge: bytes, world: World) -> None:
    report = verify(badge.replace(b"Teamwork Badge", b"Teamwork Badg"), world)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.PROOF_ALTERED,))


def test_unsigned(vectors: Path, world: World) -> None:
    unsigned = (vectors / "ob-spec" / "unsigned.json").read_bytes()
    report = verify(unsigned, world)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.PROOF_MISSING,))
