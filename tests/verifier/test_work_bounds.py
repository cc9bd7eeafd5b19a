"""Hostile documents of 64 KiB: whatever they are made of, they are done with soon and in little
memory. The limits count work and not time, so that they stop at the same place everywhere."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from keys import did, multikey
from tests.verifier.jsonld_samples import OB, V2, Document, badge
from tests.verifier.simulator import NOW, IssuerSimulator, compact, seconds
from verifier import work
from verifier.canonical import DataLoss, InvalidJsonLd, WorkLimit, canonicalise
from verifier.documents import PinnedDocuments
from verifier.reasons import Check, Reason
from verifier.verify import World, verify

LARGEST = 65_536
MANY = 4_900
"""Of JSON values, fewer than are refused unread."""


def with_own(own: Any, **members: Any) -> Document:
    return {**badge(), **members, "@context": [V2, OB, own]}


def nested(levels: int, innermost: Any) -> Any:
    for _ in range(levels):
        innermost = {"a:b": innermost}
    return innermost


def repeated(item: Any, name: str = "a:x") -> Callable[[int], Document]:
    return lambda count: {**badge(), name: [item] * count}


def numbered(item: Callable[[int], Any], name: str = "a:x") -> Callable[[int], Document]:
    return lambda count: {**badge(), name: [item(i) for i in range(count)]}


TERMS = {f"t{i}": f"a:{i}" for i in range(490)}
SCOPED = {"T": {"@id": "a:T", "@context": {f"t{i}": f"a:{i}" for i in range(100)}}}
LOOK_ALIKES = {"type": ["Evidence"], "a:p": [{"a:q": "x"}] * 9}

MAKERS: dict[str, Callable[[int], Document]] = {
    "values": repeated(1),
    "value objects": repeated({"@value": "x", "@language": "nb"}),
    "empty objects": repeated({}),
    "alike objects": repeated({"a:b": 1}),
    "different objects": numbered(lambda i: {f"a:{i}": 1}),
    "named objects": numbered(lambda i: {"id": f"a:{i}", "name": "x"}),
    "one name": numbered(lambda i: {"id": "a:b", f"a:{i}": 1}),
    "members": lambda count: {**badge(), **{f"a:{i}": 1 for i in range(count)}},
    "types": lambda count: {**badge(), "type": [f"a:{i}" for i in range(count)]},
    "typed objects": repeated({"type": ["Evidence", "Profile"]}, "evidence"),
    "lists": repeated({"@list": [1]}),
    "sets": repeated({"@set": [1]}),
    "one list": lambda count: {**badge(), "a:x": {"@list": [{}] * count}},
    "graphs": repeated({"a:b": 1}, "proof"),
    "depth": repeated(nested(25, "c")),
    "look-alikes": lambda count: {
        **badge(),
        "evidence": [{"type": ["Evidence"], "a:p": [{"a:q": "x"}] * (count // 2)}] * 2,
    },
    "many look-alikes": lambda count: {**badge(), "evidence": [LOOK_ALIKES] * (count // 22)},
    "chains": repeated({"a:b": {"a:c": {"a:d": {}}}}),
    "contexts by address": repeated({"@context": [V2] * 20, "name": "x"}),
    "contexts of its own": repeated({"@context": {"z": "a:z"}, "z": 1}),
    "objects under its own terms": lambda count: with_own(TERMS, **{"a:x": [{"t1": 1}] * count}),
    "types with terms of their own": lambda count: with_own(
        SCOPED, **{"a:x": [{"type": "T", "t1": 1}] * count}
    ),
    "a chain of prefixes": lambda count: with_own(
        {f"t{i}": f"t{i + 1}:x" for i in range(min(count, 480))} | {f"t{min(count, 480)}": "a:"}
    ),
    "words": repeated({"type": "DataIntegrityProof", "proofPurpose": "assertionMethod"}),
    "colons": repeated(":" * 40),
    "a long text": lambda count: {**badge(), "name": "æ\\" * 13 * count},
    "a long address": lambda count: {**badge(), "id": "a:" + "x" * 13 * count},
    "a long name": lambda count: {**badge(), "a:" + "x" * 13 * count: 1},
    "JSON": lambda count: {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"type": "JsonSchema", "jsonSchema": [[1]] * count},
    },
}


def count_values(value: Any) -> int:
    match value:
        case dict():
            return 1 + sum(map(count_values, value.values()))
        case list():
            return 1 + sum(map(count_values, value))
    return 1


def largest(make: Callable[[int], Document]) -> Document:
    """The largest document of its make that is read at all."""
    fits, too_many = 1, MANY
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        document = make(middle)
        if len(compact(document)) <= LARGEST and count_values(document) < MANY:
            fits = middle
        else:
            too_many = middle
    return make(fits)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", MAKERS)
def test_one_canonical_form(name: str) -> None:
    document = largest(MAKERS[name])
    start = time.process_time()
    with suppress(DataLoss, InvalidJsonLd, WorkLimit):
        canonicalise(document)
    assert time.process_time() - start < 0.75


class OwnName(IssuerSimulator):
    """Anybody can be an issuer, and sign what nobody else would."""

    def __init__(self) -> None:
        super().__init__()
        self.did = did.did_key(self.badge_key.public_key())


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", ["depth", "alike objects", "many look-alikes", "chains"])
def test_a_whole_verification_with_as_many_proofs_as_are_looked_at(name: str) -> None:
    issuer = OwnName()
    document = {**largest(MAKERS[name]), "issuer": issuer.did}
    document.pop("credentialStatus")
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": document["validFrom"],
        "verificationMethod": issuer.method(issuer.badge_key),
        "proofPurpose": "assertionMethod",
        "proofValue": multikey.base58btc_encode(b"\1" * 64),
    }
    proofs = [{**proof, "nonce": str(number)} for number in range(4)]
    start = time.process_time()
    report = verify(compact({**document, "proof": proofs}), World(PinnedDocuments({}), NOW))
    assert not report
    told = {finding.reason for finding in report.findings if finding.check is Check.PROOF}
    assert told <= {Reason.PROOF_ALTERED, Reason.LIMIT_WORK}
    assert time.process_time() - start < 2


def test_all_documents_of_a_badge_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is within its own bounds: a badge, and endorsements with lists of their own."""
    issuer = OwnName()
    heavy = {"a:x": [nested(25, "c")] * 10}
    served: dict[str, bytes] = {}

    def proven(document: Document) -> bytes:
        proofs = [issuer.proof(document, nonce=str(number)) for number in range(4)]
        return compact({**document, "proof": proofs})

    def status(number: int) -> Document:
        url = f"https://evil.example/{number}"
        served[url] = proven({**issuer.status_list(), **heavy, "id": url})
        return {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": url,
        }

    document = {**issuer.credential(), "@context": [V2, OB]}
    del document["refreshService"]
    endorsement = {
        **{name: document[name] for name in ("@context", "issuer", "name", "validFrom")},
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "credentialSubject": {"id": document["id"], "type": ["EndorsementSubject"]},
    }
    claims = {
        "iss": issuer.did,
        "jti": "urn:uuid:1",
        "sub": document["id"],
        "nbf": seconds(document["validFrom"]),
    }
    document["credentialStatus"] = status(0)
    document["endorsementJwt"] = [
        issuer.token(
            {**endorsement, **claims, "credentialStatus": status(number)},
            issuer.badge_key,
            {"jwk": None},
        ).decode()
        for number in range(1, 5)
    ]
    badge, world = proven(document), World(PinnedDocuments(served), NOW)
    monkeypatch.setattr(work, "MAX_STEPS", work.MAX_STEPS // 10)
    report = verify(badge, world)
    assert report, report.reasons
    *_, last = report.endorsements
    assert last.report.reasons == (Reason.STATUS_UNVERIFIED,)
    # Each verification has a bound of its own.
    monkeypatch.undo()
    report = verify(badge, world)
    assert all((report, *(each.report for each in report.endorsements)))
    assert len(report.endorsements) == 4


ALL_OF_THEM = """
from pathlib import Path
from tests.verifier import test_work_bounds as bounds
for name in bounds.MAKERS:
    bounds.test_one_canonical_form(name)
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel tells no peak")
def test_memory(root: Path) -> None:
    """All of them, one after the other, in one process that has nothing else to do.

    The peak is that of its own memory: `ru_maxrss` of a child begins at its parent's.
    """
    done = subprocess.run(
        [sys.executable, "-c", ALL_OF_THEM], cwd=root, capture_output=True, text=True, check=True
    )
    kibibytes = int(done.stdout)
    assert kibibytes < 128 * 1024
