"""Entries in the badge that name no place in a list, and older kinds of status."""

from typing import Any

from keys import jwk
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    LIST,
    OTHER_DID,
    STATUS_2021,
    Change,
    changed,
    credential,
    embedded,
    list_at,
    older,
    serve,
    status_list,
    with_status,
)
from tests.vectors.making.packed import bit_string, gzip
from tests.vectors.making.status_common import (
    ALGORITHM,
    HOME,
    MESSAGES,
    RULE,
    SUBJECT,
    TWO_BITS,
    list_of_2021,
    listed,
    revocations,
    with_1edtech,
)
from tests.verifier.simulator import EXTENSIONS, Document, put


def cases() -> Cases:
    found = Cases(ALGORITHM, {**HOME, **list_at(status_list())})
    _entries(found)
    _older_kinds(found)
    return found


def _entries(cases: Cases) -> None:
    """Entries in the badge that name no place in a list."""
    both = {"statusPurpose": "message", "statusMessage": MESSAGES}
    entries: tuple[tuple[str, str, Change, str], ...] = (
        ("index-negative", "status.range", with_status("-1"), "An index below 0 is no bit."),
        (
            "index-beyond",
            "status.range",
            with_status("131072"),
            "The index is one beyond the end of the list.",
        ),
        (
            "index-huge",
            "status.range",
            with_status("9007199254740993"),
            "The index is far beyond any list.",
        ),
        (
            "index-fraction",
            "status.malformed",
            with_status("94567.5"),
            "An index is a whole number.",
        ),
        (
            "index-exponent",
            "status.malformed",
            with_status("1e3"),
            "An index is written in plain digits.",
        ),
        (
            "index-leading-zero",
            "status.malformed",
            with_status("094567"),
            "An index has one spelling.",
        ),
        ("index-plus", "status.malformed", with_status("+94567"), "An index has no sign."),
        (
            "index-hexadecimal",
            "status.malformed",
            with_status("0x17167"),
            "An index is written in tens.",
        ),
        (
            "index-other-digits",
            "status.malformed",
            with_status("٩٤٥٦٧"),
            "Digits of other scripts are not those of the standard.",
        ),
        ("index-space", "status.malformed", with_status(" 94567"), "An index has no space in it."),
        ("index-empty", "status.malformed", with_status(""), "An empty text is no index."),
        ("index-boolean", "status.malformed", with_status(True), "True is not the number 1."),
        ("index-float", "status.malformed", with_status(94567.5), "Half an index is no index."),
        ("index-missing", "status.malformed", with_status(None), "The entry names no index."),
        (
            "purpose-missing",
            "status.malformed",
            with_status(statusPurpose=None),
            "The entry does not say what for.",
        ),
        (
            "purpose-unknown",
            "status.unsupported",
            with_status(statusPurpose="applause"),
            "A purpose that is not known here cannot be judged.",
        ),
        (
            "list-missing",
            "status.malformed",
            with_status(statusListCredential=None),
            "The entry names no list.",
        ),
        (
            "entry-is-list",
            "status.malformed",
            with_status(id=LIST),
            "The entry's id must not be the list's address.",
        ),
        ("size-zero", "status.malformed", with_status(statusSize=0), "No value has no bits."),
        (
            "size-text",
            "status.malformed",
            with_status(statusSize="1"),
            "The size of an entry is a number.",
        ),
        (
            "size-huge",
            "status.unsupported",
            with_status(statusSize=16, statusMessage=TWO_BITS),
            "More bits an entry than are looked at here.",
        ),
        (
            "size-without-messages",
            "status.malformed",
            with_status(statusSize=2),
            "Values of several bits need a message each.",
        ),
        (
            "messages-missing-one",
            "status.malformed",
            with_status(statusSize=2, statusMessage=TWO_BITS[:3]),
            "One of the four values has no message.",
        ),
        (
            "messages-twice",
            "status.malformed",
            with_status(statusSize=2, statusMessage=[*TWO_BITS[:3], TWO_BITS[0]]),
            "One value has two messages, and another none.",
        ),
        (
            "message-without-messages",
            "status.malformed",
            with_status(statusPurpose="message"),
            "A list of messages without the messages says nothing.",
        ),
        (
            "type-unknown",
            "status.unsupported",
            _of_another_kind,
            "A kind of status that is not known here cannot be judged.",
        ),
    )
    for name, reason, change, says in entries:
        cases.open(
            f"status-{name}",
            embedded(credential(change)),
            reason,
            f"credentialStatus: {name.replace('-', ' ')}",
            says,
            rule=f"{RULE}, 2.1",
            who="domain",
        )
    cases.open(
        "status-message-set",
        embedded(credential(with_status(**both))),
        "status.message",
        "list: the value is 1 for message",
        "The issuer has something to say about the badge that only a person can weigh.",
        documents=listed(None, 94_567, statusPurpose="message"),
        who="domain",
    )
    cases.bad(
        "status-array",
        embedded(credential(with_status(), _as_list)),
        "structure.value",
        "credentialStatus: a list of two",
        "A badge of Open Badges 3.0 has one status, not several.",
        rule="Open Badges 3.0, data model",
        who="domain",
    )


def _as_list(document: Document) -> None:
    entry = document["credentialStatus"]
    document["credentialStatus"] = [entry, {**entry, "statusPurpose": "suspension"}]


def _of_another_kind(document: Document) -> None:
    document["@context"].append({"TerseEntry": "https://example.no/vocab#TerseEntry"})
    document["credentialStatus"] = {"id": "urn:uuid:7", "type": "TerseEntry"}


def _older_kinds(cases: Cases) -> None:
    gone = credential(lambda d: d["@context"].append(EXTENSIONS), with_1edtech())
    rule = "1EdTech VC Revocation List 1.0"
    listing = {"id": f"{BASE}/b/1"}
    both = {**revocations(listing), "revokedCredentials": []}
    tables: tuple[tuple[str, str, Any, str], ...] = (
        (
            "other-issuer",
            "status.issuer",
            revocations(issuer=OTHER_DID),
            "The unsigned list says it is another issuer's.",
        ),
        (
            "other-id",
            "status.unverified",
            revocations(id=f"{LIST}1"),
            "The list says it stands at another address.",
        ),
        ("two-lists", "status.malformed", both, "The list holds two lists under two names."),
        ("no-list", "status.malformed", {"id": LIST, "issuer": DID}, "The list holds no list."),
        (
            "contradiction",
            "status.malformed",
            revocations(listing, {**listing, "revoked": False}),
            "The list says of the badge that it is revoked and that it is not.",
        ),
        (
            "revoked-as-text",
            "status.malformed",
            revocations({**listing, "revoked": "false"}),
            "Whether an entry is revoked is true or false, and no text.",
        ),
    )
    for name, reason, document, says in tables:
        cases.open(
            f"1edtech-{name}",
            embedded(gone),
            reason,
            f"1EdTechRevocationList: {name.replace('-', ' ')}",
            says,
            rule=rule,
            documents={**HOME, LIST: serve(document)},
            who="domain",
        )
    far = "https://lists.example.org/status/1"
    cases.open(
        "1edtech-elsewhere",
        embedded(credential(lambda d: d["@context"].append(EXTENSIONS), with_1edtech(far))),
        "status.unverified",
        "1EdTechRevocationList: on another host",
        "The list is not signed, so it counts on the issuer's own host only.",
        rule=rule,
        documents={**HOME, far: serve(revocations(id=far))},
        who="domain",
    )
    entry = older(
        lambda d: d["@context"].append(STATUS_2021), with_status(type="StatusList2021Entry")
    )
    mixed = jwk.b64url_encode(gzip(bit_string()))
    mixed = mixed[:20] + "-/" + mixed[22:]
    cases.open(
        "2021-two-alphabets",
        embedded(entry),
        "status.malformed",
        "list of 2021: letters of two alphabets",
        "The list mixes the letters of two kinds of base64.",
        rule="Status List 2021",
        documents={
            **HOME,
            **list_at(changed(list_of_2021(), put(SUBJECT, "encodedList", value=mixed))),
        },
        who="domain",
    )
    cases.open(
        "2021-entry-bitstring-list",
        embedded(entry),
        "status.malformed",
        "list: of the newer kind, for an entry of the older",
        "An entry of one kind is not answered by a list of the other.",
        rule="Status List 2021",
        who="domain",
    )
    cases.bad(
        "status-without-context",
        embedded(older(with_status())),
        "term.lost",
        "credentialStatus: without its context, under 1.1",
        "The status entry has no meaning in the badge's contexts, so no signature covers it.",
        rule="VC Data Integrity 1.0, securing data losslessly",
    )
