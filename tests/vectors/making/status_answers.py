"""Status lists that answer: withdrawn or not."""

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    ED,
    LIST,
    STATUS_2021,
    credential,
    embedded,
    encoded,
    list_at,
    older,
    serve,
    status_list,
    token,
    with_status,
)
from tests.vectors.making.status_common import (
    ALGORITHM,
    BADGE,
    HOME,
    MESSAGES,
    RULE,
    TWO_BITS,
    list_of_2021,
    listed,
    revocations,
    with_1edtech,
)
from tests.verifier.simulator import EXTENSIONS, put


def cases() -> Cases:
    found = Cases(ALGORITHM, {**HOME, **list_at(status_list())})
    _good(found)
    _withdrawn(found)
    return found


def bits(size: int, values: dict[int, int], length: int = 131_072) -> str:
    """`encodedList` of entries of `size` bits."""
    marked = [
        index * size + place
        for index, value in values.items()
        for place in range(size)
        if value >> (size - 1 - place) & 1
    ]
    return encoded(*marked, length=length * size)


def _good(cases: Cases) -> None:
    cases.good(
        "good-status-not-revoked",
        BADGE,
        "credentialStatus: the bit is not set",
        "The issuer's signed list is fresh, is for revocation, and the badge's bit is not set.",
    )
    neighbours = [n for n in range(94_560, 94_576) if n != 94_567]
    cases.good(
        "good-status-neighbours-revoked",
        BADGE,
        "list: all bits around the badge's are set",
        "Only the badge's own bit is asked, and it alone is not set.",
        documents=listed(None, *neighbours),
    )
    for index, others in ((0, (7, 1)), (131_071, (131_064, 0))):
        cases.good(
            f"good-status-index-{index}",
            embedded(credential(with_status(str(index)))),
            f"statusListIndex: {index}, its mirror image is set",
            f"Index {index} is an end of the list, and is not the other end of its byte.",
            documents=listed(None, *others),
        )
    cases.good(
        "good-status-index-as-number",
        embedded(credential(with_status(94_567))),
        "statusListIndex: a number",
        "1EdTech's own example writes the index as a number, and it is read.",
        rule=f"{RULE}, 2.1",
    )
    cases.good(
        "good-status-list-of-two-purposes",
        BADGE,
        "list/statusPurpose: several",
        "A list may serve several purposes; the entry's is among them.",
        documents=listed(None, statusPurpose=["suspension", "revocation"]),
    )
    cases.good(
        "good-status-suspension",
        embedded(credential(with_status(statusPurpose="suspension"))),
        "statusPurpose: suspension, not set",
        "The badge may be suspended, and is not.",
        documents=listed(None, statusPurpose="suspension"),
    )
    cases.good(
        "good-status-refresh-set",
        embedded(credential(with_status(statusPurpose="refresh"))),
        "statusPurpose: refresh, set",
        "That there is a newer copy says nothing against this one.",
        documents=listed(None, 94_567, statusPurpose="refresh"),
        more={"notes": ["status.refresh"]},
    )
    cases.good(
        "good-status-message-zero",
        embedded(credential(with_status(statusPurpose="message", statusMessage=MESSAGES))),
        "statusPurpose: message, value 0",
        "The value 0 of a message list is that nothing is said.",
        documents=listed(None, statusPurpose="message"),
    )
    cases.good(
        "good-status-two-bits-zero",
        embedded(credential(with_status(statusSize=2, statusMessage=TWO_BITS))),
        "statusSize: 2, value 0 between values 3",
        "Of two bits for each entry, the badge's two are not set, and its neighbours' are.",
        documents=listed(None, encodedList=bits(2, {94_566: 3, 94_568: 3})),
    )
    cases.good(
        "good-status-list-token",
        BADGE,
        "list: a vc+jwt",
        "The list comes as a token by the issuer's own key.",
        documents={**HOME, LIST: (token(status_list(), ED, typ="vc+jwt"), "application/vc+jwt")},
    )
    cases.good(
        "good-status-list-issuer-object",
        BADGE,
        "list/issuer: an object",
        "The list's issuer may be written as an object with an id.",
        documents=listed(put("issuer", value={"id": DID})),
    )
    cases.good(
        "good-status-list-ends-now",
        BADGE,
        "list/validUntil: now",
        "A list still counts in the very second it ends.",
        documents=listed(put("validUntil", value="2026-11-24T12:00:00Z")),
    )
    cases.good(
        "good-status-list-in-59-seconds",
        BADGE,
        "list/validFrom: 59 s ahead",
        "A list may begin within the minute that clocks are allowed to differ.",
        documents=listed(put("validFrom", value="2026-11-24T12:00:59Z")),
    )
    older_entry = older(
        lambda d: d["@context"].append(STATUS_2021),
        with_status(type="StatusList2021Entry"),
    )
    cases.good(
        "good-status-2021",
        embedded(older_entry),
        "credentialStatus: StatusList2021Entry",
        "The forerunner of the bitstring list follows the same rules, in plain base64.",
        rule="Status List 2021",
        documents={**HOME, **list_at(list_of_2021())},
    )
    gone = credential(lambda d: d["@context"].append(EXTENSIONS), with_1edtech())
    for name, entries, says in (
        ("not-listed", [], "The list holds other badges, and not this one."),
        (
            "reinstated",
            [{"id": f"{BASE}/b/1", "revoked": False, "revocationReason": "feil"}],
            "The list says of the badge that it is not revoked any more.",
        ),
    ):
        cases.good(
            f"good-status-1edtech-{name}",
            embedded(gone),
            f"credentialStatus: 1EdTechRevocationList, {name}",
            says,
            rule="1EdTech VC Revocation List 1.0",
            documents={**HOME, LIST: serve(revocations(*entries, {"id": "urn:uuid:9"}))},
        )


def _withdrawn(cases: Cases) -> None:
    bad = {"who": "domain"}
    cases.bad(
        "revoked",
        BADGE,
        "status.revoked",
        "list: the badge's bit is set",
        "The issuer has revoked the badge.",
        documents=listed(None, 94_567),
        **bad,
    )
    cases.bad(
        "revoked-first-index",
        embedded(credential(with_status("0"))),
        "status.revoked",
        "list: bit 0 is set",
        "Index 0 is the left-most bit of the first byte.",
        documents=listed(None, 0),
        **bad,
    )
    cases.bad(
        "revoked-last-index",
        embedded(credential(with_status("131071"))),
        "status.revoked",
        "list: bit 131071 is set",
        "The last index of the shortest list allowed is the right-most bit of its last byte.",
        documents=listed(None, 131_071),
        **bad,
    )
    cases.bad(
        "revoked-by-token-list",
        BADGE,
        "status.revoked",
        "list: a token, the bit is set",
        "A list that comes as a token revokes as one with an embedded proof does.",
        documents={
            **HOME,
            LIST: (token(status_list(94_567), ED, typ="vc+jwt"), "application/vc+jwt"),
        },
        **bad,
    )
    cases.bad(
        "revoked-two-bits",
        embedded(credential(with_status(statusSize=2, statusMessage=TWO_BITS))),
        "status.revoked",
        "list: the second of the badge's two bits is set",
        "Any value other than 0 revokes, whichever of its bits is set.",
        documents=listed(None, encodedList=bits(2, {94_567: 1})),
        **bad,
    )
    cases.bad(
        "suspended",
        embedded(credential(with_status(statusPurpose="suspension"))),
        "status.suspended",
        "list: the bit is set for suspension",
        "The issuer has suspended the badge.",
        documents=listed(None, 94_567, statusPurpose="suspension"),
        **bad,
    )
    cases.bad(
        "revoked-and-expired",
        BADGE,
        "period.expired status.revoked",
        "list: the bit is set; now: after validUntil",
        "The badge was revoked and has run out as well, and both are told.",
        documents=listed(put("validUntil", value="2028-01-01T00:00:00Z"), 94_567),
        now="2027-03-01T00:00:00Z",
        **bad,
    )
    cases.bad(
        "revoked-as-of-yesterday",
        BADGE,
        "status.revoked",
        "list: the bit is set; at: a month ago",
        "Asking about an earlier day moves the badge's dates; the status is today's.",
        documents=listed(None, 94_567),
        at="2026-10-24T12:00:00Z",
        rule="Merke: time",
        **bad,
    )
    cases.bad(
        "revoked-2021",
        embedded(
            older(
                lambda d: d["@context"].append(STATUS_2021),
                with_status(type="StatusList2021Entry"),
            )
        ),
        "status.revoked",
        "list of 2021: the bit is set",
        "The older kind of list revokes as the newer does.",
        rule="Status List 2021",
        documents={**HOME, **list_at(list_of_2021(94_567))},
        **bad,
    )
    gone = credential(lambda d: d["@context"].append(EXTENSIONS), with_1edtech())
    for name, document, says in (
        ("by-id", revocations({"id": f"{BASE}/b/1"}), "The list names the badge."),
        (
            "plural",
            {
                **{n: v for n, v in revocations().items() if n != "revokedCredential"},
                "revokedCredentials": [{"id": f"{BASE}/b/1", "revoked": True}],
            },
            "The list names the badge under the older name of the member.",
        ),
    ):
        cases.bad(
            f"revoked-1edtech-{name}",
            embedded(gone),
            "status.revoked",
            f"1EdTechRevocationList: names the badge, {name}",
            says,
            rule="1EdTech VC Revocation List 1.0",
            documents={**HOME, LIST: serve(document)},
            **bad,
        )
