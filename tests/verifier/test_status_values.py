"""Entries of several bits, purposes that say nothing of withdrawal, and the older kinds of list."""

import base64
import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from keys.jwk import b64url_encode
from tests.verifier.older import DATA_INTEGRITY, VC1, older
from tests.verifier.simulator import (
    EXTENSIONS,
    INDEX,
    NOW,
    OB3,
    VC2,
    Document,
    IssuerSimulator,
    changed,
    compact,
    drop,
    put,
    stamp,
)
from verifier import status_list
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Finding, Report
from verifier.status_list import LENGTH
from verifier.verify import verify

Change = Callable[[Document], Any]
ENTRY = "credentialStatus"
SUBJECT = "credentialSubject"
STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"
BITSTRING = "https://www.w3.org/ns/credentials/status/v1"


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


def finding(report: Report) -> Finding:
    (only,) = [f for f in report.findings if f.check is Check.STATUS]
    return only


def packed(values: dict[int, int], size: int) -> str:
    """A list of LENGTH entries of `size` bits, each 0 but those given."""
    bits = ["0" * size] * LENGTH
    for index, value in values.items():
        bits[index] = f"{value:0{size}b}"
    return "u" + b64url_encode(gzip.compress(int("".join(bits), 2).to_bytes(LENGTH * size // 8)))


def messages(size: int) -> list[Document]:
    return [{"status": f"{value:#x}", "message": f"nr. {value}"} for value in range(1 << size)]


def judged(
    sim: IssuerSimulator, purpose: str, values: dict[int, int], size: int, **entry: Any
) -> Report:
    """The report on a badge whose entry has this purpose and size."""

    def list_of_values(document: Document) -> None:
        document[SUBJECT].update(statusPurpose=purpose, encodedList=packed(values, size))

    sim.serve_list(list_of_values)
    several = {"statusSize": size, "statusMessage": messages(size)} if size > 1 else {}
    more = {"statusPurpose": purpose, **several, **entry}
    return verify(sim.mint(lambda d: d[ENTRY].update(more)), sim.world())


# What a value means.


@pytest.mark.parametrize(
    ("purpose", "reason"),
    [("revocation", Reason.STATUS_REVOKED), ("suspension", Reason.STATUS_SUSPENDED)],
)
@pytest.mark.parametrize(("size", "value"), [(1, 1), (2, 1), (2, 2), (2, 3), (8, 255), (3, 4)])
def test_any_value_but_zero_is_withdrawal(
    sim: IssuerSimulator, purpose: str, reason: Reason, size: int, value: int
) -> None:
    report = judged(sim, purpose, {INDEX: value}, size)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (reason,))
    assert size == 1 or f"nr. {value}" in (finding(report).detail or "")


@pytest.mark.parametrize("purpose", ["revocation", "suspension"])
@pytest.mark.parametrize("size", [1, 2, 8])
def test_the_neighbours_are_not_read(sim: IssuerSimulator, purpose: str, size: int) -> None:
    full = (1 << size) - 1
    report = judged(sim, purpose, {INDEX - 1: full, INDEX + 1: full}, size)
    assert report
    assert finding(report).outcome is Outcome.PASSED


def test_a_newer_copy_says_nothing_against_this_one(sim: IssuerSimulator) -> None:
    report = judged(sim, "refresh", {INDEX: 1}, 1)
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert finding(report).reason is Reason.STATUS_REFRESH
    assert finding(report).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("purpose", ["refresh", "message"])
def test_nothing_said(sim: IssuerSimulator, purpose: str) -> None:
    report = judged(sim, purpose, {}, 1, statusMessage=messages(1))
    assert report
    assert (finding(report).outcome, finding(report).reason) == (Outcome.NOT_APPLICABLE, None)


@pytest.mark.parametrize("size", [1, 2])
def test_a_message_is_for_people(sim: IssuerSimulator, size: int) -> None:
    report = judged(sim, "message", {INDEX: 1}, size, statusMessage=messages(size))
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.STATUS_MESSAGE,))
    assert "nr. 1" in (finding(report).detail or "")


@pytest.mark.parametrize("purpose", ["refresh", "message"])
def test_a_list_that_cannot_be_had_is_no_answer(sim: IssuerSimulator, purpose: str) -> None:
    entry = {"statusPurpose": purpose, "statusMessage": messages(1)}
    badge = sim.mint(lambda d: d[ENTRY].update(entry))
    del sim.served[sim.list_url]
    assert verify(badge, sim.world()).reasons == (Reason.STATUS_UNREACHABLE,)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.pop(),
        lambda said: said.append({"status": "0x4", "message": "fire"}),
        lambda said: said[3].update(status="0x2"),
        lambda said: said[3].update(status="3"),
        lambda said: said[3].update(status=3),
        lambda said: said[3].update(status="0x00003"),
        lambda said: said[3].pop("message"),
        lambda said: said[3].update(message=3),
    ],
)
def test_messages_name_each_value_once(
    sim: IssuerSimulator, change: Callable[[list[Any]], Any]
) -> None:
    said = messages(2)
    change(said)
    report = judged(sim, "revocation", {INDEX: 3}, 2, statusMessage=said)
    assert Reason.STATUS_MALFORMED in report.reasons
    assert Reason.STATUS_REVOKED not in report.reasons


def test_a_list_too_short_for_its_entries(sim: IssuerSimulator) -> None:
    report = judged(sim, "revocation", {INDEX: 1}, 1, statusSize=2, statusMessage=messages(2))
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.STATUS_LENGTH,))


def test_a_badge_and_a_list_of_the_older_data_model(sim: IssuerSimulator) -> None:
    entry = sim.credential()[ENTRY]
    badge = older(sim, lambda d: (d["@context"].append(BITSTRING), d.update({ENTRY: entry})))
    assert verify(sim.embed(badge), sim.world())
    sim.revoked = {INDEX}
    document = sim.status_list()
    document["@context"] = [VC1, BITSTRING, DATA_INTEGRITY]
    document["issuanceDate"] = document.pop("validFrom")
    document["expirationDate"] = document.pop("validUntil")
    sim.served[sim.list_url] = sim.embed(document, sim.status_key)
    assert verify(sim.embed(badge), sim.world()).reasons == (Reason.STATUS_REVOKED,)


# Status List 2021.


def old_list(sim: IssuerSimulator, revoked: set[int], *contexts: str) -> Document:
    """A list of Status List 2021, as issuers of its time made them."""
    first = {"issuanceDate" if VC1 in contexts else "validFrom": stamp(NOW - timedelta(days=1))}
    bits = gzip.decompress(base64.urlsafe_b64decode(status_list.encode(revoked)[1:] + "=="))
    return {
        "@context": list(contexts),
        "id": sim.list_url,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": sim.did,
        **first,
        SUBJECT: {
            "id": f"{sim.list_url}#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": b64url_encode(gzip.compress(bits)),
        },
    }


def old_badge(sim: IssuerSimulator, change: Change | None = None) -> bytes:
    def old(document: Document) -> None:
        document["@context"] = [VC2, OB3, EXTENSIONS, STATUS_2021]
        document[ENTRY]["type"] = "StatusList2021Entry"
        if change is not None:
            change(document)

    return sim.mint(old)


def test_an_old_list_says_revoked(sim: IssuerSimulator) -> None:
    listed = old_list(sim, {INDEX}, VC1, STATUS_2021, DATA_INTEGRITY)
    sim.served[sim.list_url] = sim.embed(listed, sim.status_key)
    assert verify(old_badge(sim), sim.world()).reasons == (Reason.STATUS_REVOKED,)
    listed = old_list(sim, {INDEX + 1}, VC1, STATUS_2021, DATA_INTEGRITY)
    sim.served[sim.list_url] = sim.embed(listed, sim.status_key)
    assert verify(old_badge(sim), sim.world())


def claims(sim: IssuerSimulator, listed: Document) -> Document:
    return {
        "iss": sim.did,
        "jti": listed["id"],
        "sub": listed[SUBJECT]["id"],
        "nbf": int((NOW - timedelta(days=1)).timestamp()),
        "vc": {name: v for name, v in listed.items() if name not in ("issuer", "issuanceDate")},
    }


@pytest.mark.parametrize("revoked", [set(), {INDEX}])
def test_an_old_list_as_a_token_of_its_time(sim: IssuerSimulator, revoked: set[int]) -> None:
    payload = claims(sim, old_list(sim, revoked, VC1, STATUS_2021))
    sim.served[sim.list_url] = sim.token(payload, sim.status_key, {"jwk": None})
    report = verify(old_badge(sim), sim.world())
    assert report.reasons == ((Reason.STATUS_REVOKED,) if revoked else ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("iss", value="did:web:other.example.no"), Reason.STATUS_ISSUER),
        (put("vc", "issuer", value="did:web:other.example.no"), Reason.STATUS_ISSUER),
        (
            lambda d: (d["vc"].update(issuer=d["iss"]), d.update(iss="did:web:other.example.no")),
            Reason.STATUS_MALFORMED,
        ),
        (
            lambda d: d.update(jti="https://merke.example.no/status/2"),
            Reason.STATUS_MALFORMED,
        ),
        (put("sub", value="https://merke.example.no/status/2#list"), Reason.STATUS_MALFORMED),
        (put("exp", value=int(NOW.timestamp()) - 1), Reason.STATUS_STALE),
        (put("vc", "expirationDate", value=stamp(NOW - timedelta(days=1))), Reason.STATUS_STALE),
        (put("nbf", value=int(NOW.timestamp()) + 61), Reason.STATUS_STALE),
        (put("vc", "validFrom", value=stamp(NOW)), Reason.STATUS_MALFORMED),
        (put("vc", "@context", value=[VC2, STATUS_2021]), Reason.STATUS_MALFORMED),
        (put("vc", value=[]), Reason.STATUS_MALFORMED),
        (put("credentialSubject", value={}), Reason.STATUS_MALFORMED),
    ],
)
def test_a_token_of_two_minds(sim: IssuerSimulator, change: Change, reason: Reason) -> None:
    payload = changed(claims(sim, old_list(sim, set(), VC1, STATUS_2021)), change)
    sim.served[sim.list_url] = sim.token(payload, sim.status_key, {"jwk": None})
    report = verify(old_badge(sim), sim.world())
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (reason,))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("type", value=["VerifiableCredential"]), "malformed"),
        (put("issuer", value="did:web:other.example.no"), "issuer"),
        (put(SUBJECT, "statusPurpose", value="suspension"), "purpose"),
        (lambda d: d[SUBJECT].update(encodedList="u" + d[SUBJECT]["encodedList"]), "malformed"),
    ],
)
def test_an_old_list_that_cannot_answer(sim: IssuerSimulator, change: Change, reason: str) -> None:
    listed = changed(old_list(sim, {INDEX}, VC1, STATUS_2021, DATA_INTEGRITY), change)
    sim.served[sim.list_url] = sim.embed(listed, sim.status_key)
    report = verify(old_badge(sim), sim.world())
    assert (report.verdict, report.reasons) == (
        Verdict.UNDETERMINED,
        (Reason(f"status.{reason}"),),
    )


def test_a_list_of_the_other_kind_does_not_answer(sim: IssuerSimulator) -> None:
    assert verify(old_badge(sim), sim.world()).reasons == (Reason.STATUS_MALFORMED,)


def test_base64_of_either_alphabet() -> None:
    bits = bytes(range(256)) * (LENGTH // 8 // 256)
    data = gzip.compress(bits, 0)
    for text in (
        base64.b64encode(data).decode(),
        base64.b64encode(data).decode().rstrip("="),
        base64.urlsafe_b64encode(data).decode(),
        base64.urlsafe_b64encode(data).decode().rstrip("="),
    ):
        decoded = status_list.decode_2021(text)
        assert [decoded[i] for i in range(16)] == [False] * 15 + [True]
        assert len(decoded) == LENGTH
    standard = base64.b64encode(data).decode()
    assert "+" in standard
    assert "/" in standard
    for text in (
        standard.replace("/", "_"),
        standard + "=",
        standard.rstrip("=") + "====",
        standard + "\n",
        "u" + standard,
        "",
        "====",
    ):
        with pytest.raises(status_list.MalformedList):
            status_list.decode_2021(text)


def test_an_old_list_that_expands_without_end() -> None:
    bomb = base64.b64encode(gzip.compress(bytes(2**24))).decode()
    with pytest.raises(status_list.MalformedList, match="expands"):
        status_list.decode_2021(bomb)


# 1EdTechRevocationList.


def listed(sim: IssuerSimulator, *entries: Any, name: str = "revokedCredential") -> Document:
    return {"id": f"{sim.base}/revoked", "issuer": sim.did, name: list(entries)}


def with_revocation_list(sim: IssuerSimulator, answer: Any, url: str | None = None) -> Report:
    address = url or f"{sim.base}/revoked"
    if answer is not None:
        sim.served[address] = compact(answer)
    entry = {"id": address, "type": "1EdTechRevocationList"}
    return verify(sim.mint(put(ENTRY, value=entry)), sim.world())


@pytest.mark.parametrize("name", ["revokedCredential", "revokedCredentials"])
def test_a_revoked_id(sim: IssuerSimulator, name: str) -> None:
    own = sim.credential()["id"]
    others = {"id": f"{sim.base}/b/2", "revoked": True, "revocationReason": "annet"}
    assert with_revocation_list(sim, listed(sim, name=name))
    assert with_revocation_list(sim, listed(sim, others, name=name))
    for entry in ({"id": own}, {"id": own, "revoked": True, "revocationReason": "feil"}):
        report = with_revocation_list(sim, listed(sim, others, entry, name=name))
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.STATUS_REVOKED,))
    assert with_revocation_list(sim, listed(sim, {"id": own, "revoked": False}, name=name))


def test_the_issuer_may_be_an_object(sim: IssuerSimulator) -> None:
    answer = {**listed(sim), "issuer": {"id": sim.did, "type": "Profile"}}
    assert with_revocation_list(sim, answer)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("issuer", value="did:web:other.example.no"), "issuer"),
        (drop("issuer"), "issuer"),
        (put("id", value="https://merke.example.no/other"), "unverified"),
        (drop("id"), "unverified"),
        (drop("revokedCredential"), "malformed"),
        (put("revokedCredential", value={}), "malformed"),
        (put("revokedCredentials", value=[]), "malformed"),
        (lambda d: d["revokedCredential"].append("urn:uuid:1"), "malformed"),
        (lambda d: d["revokedCredential"].append({"id": 1}), "malformed"),
        (lambda d: d["revokedCredential"].append({"id": "urn:a", "revoked": "no"}), "malformed"),
        (
            lambda d: d["revokedCredential"].append({"id": d["own"], "revoked": False}),
            "malformed",
        ),
    ],
)
def test_a_revocation_list_that_cannot_answer(
    sim: IssuerSimulator, change: Change, reason: str
) -> None:
    own = sim.credential()["id"]
    report = with_revocation_list(sim, changed({**listed(sim, {"id": own}), "own": own}, change))
    assert (report.verdict, report.reasons) == (
        Verdict.UNDETERMINED,
        (Reason(f"status.{reason}"),),
    )


def test_a_revocation_list_that_is_not_there(sim: IssuerSimulator) -> None:
    assert with_revocation_list(sim, None).reasons == (Reason.STATUS_UNREACHABLE,)
    assert with_revocation_list(sim, []).reasons == (Reason.STATUS_MALFORMED,)


@pytest.mark.parametrize(
    "url", ["https://other.example.no/revoked", "https://merke.example.no.no/r"]
)
def test_only_the_issuers_own_host_vouches_for_it(sim: IssuerSimulator, url: str) -> None:
    answer = {**listed(sim, {"id": sim.credential()["id"]}), "id": url}
    report = with_revocation_list(sim, answer, url)
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.STATUS_UNVERIFIED,))


def test_an_address_that_may_not_be_asked(sim: IssuerSimulator) -> None:
    report = with_revocation_list(sim, None, "http://merke.example.no/revoked")
    assert report.reasons == (Reason.STATUS_UNREACHABLE,)
