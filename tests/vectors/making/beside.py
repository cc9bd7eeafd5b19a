"""What stands beside a badge and decides nothing about it: newer copies, and others' words."""

from typing import Any

from keys import did
from tests.vectors.making import keys
from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    OTHER_DID,
    OTHER_DID_URL,
    REFRESH,
    STRANGER,
    Change,
    Served,
    changed,
    claims,
    credential,
    did_document,
    embedded,
    home,
    itxt,
    list_at,
    method,
    method_object,
    png,
    prove,
    serve,
    status_list,
    token,
    with_status,
)
from tests.verifier.simulator import EXTENSIONS, OB3, VC2, Document, put

OTHER: dict[str, Served] = {
    OTHER_DID_URL: serve(did_document(method_object(STRANGER, OTHER_DID), name=OTHER_DID))
}
SUBJECT = "credentialSubject"
ACHIEVEMENT = (SUBJECT, "achievement")


def cases() -> Cases:
    found = Cases("Open Badges 3.0, verification (refresh)", home())
    _refresh(found)
    _endorsements(found)
    _bounds(found)
    return found


def refreshing(*changes: Change) -> Document:
    service = {"id": REFRESH, "type": "1EdTechCredentialRefresh"}
    return credential(
        lambda d: d["@context"].append(EXTENSIONS), put("refreshService", value=service), *changes
    )


def _refresh(cases: Cases) -> None:
    badge = embedded(refreshing())
    later = put("validFrom", value="2026-06-15T00:00:00Z")
    by_other = credential(put("issuer", "id", value=OTHER_DID), later)
    answers: tuple[tuple[str, bytes | None, str, dict[str, Any], str], ...] = (
        (
            "newer",
            embedded(refreshing(later)),
            "refresh.newer",
            {"successor": {"verdict": "VALID", "reasons": []}},
            "The service answers a later copy, which is verified apart.",
        ),
        (
            "newer-picture",
            png(itxt(embedded(refreshing(later)))),
            "refresh.newer",
            {"successor": {"verdict": "VALID", "reasons": []}},
            "The service answers a picture with a later copy in it.",
        ),
        (
            "newer-expired",
            embedded(refreshing(later, put("validUntil", value="2026-11-01T00:00:00Z"))),
            "refresh.newer",
            {"successor": {"verdict": "INVALID", "reasons": ["period.expired"]}},
            "The later copy has run out, and that says nothing about this one.",
        ),
        ("same", badge, "refresh.same", {}, "The service answers the very badge presented."),
        ("unreachable", None, "refresh.unreachable", {}, "The service cannot be had."),
        ("page", b"<!doctype html>", "refresh.refused", {}, "The service answers a page."),
        (
            "altered",
            embedded(refreshing(later)).replace(b"Et eksempel", b"Et exempel"),
            "refresh.refused",
            {},
            "The service answers a badge that was changed.",
        ),
        (
            "other-issuer",
            embedded(by_other, key=STRANGER, verificationMethod=method(STRANGER, OTHER_DID)),
            "refresh.refused",
            {},
            "The service answers a good badge of another issuer.",
        ),
        (
            "earlier",
            embedded(refreshing(put("validFrom", value="2025-01-15T00:00:00Z"))),
            "refresh.refused",
            {},
            "The service answers a copy that begins earlier.",
        ),
        (
            "address",
            f"{REFRESH}/2".encode(),
            "refresh.refused",
            {},
            "The service leads on to another address, and is asked once only.",
        ),
    )
    for name, answer, note, more, says in answers:
        at = {} if answer is None else {REFRESH: (answer, "application/json")}
        cases.good(
            f"good-refresh-{name}",
            badge,
            f"refreshService answers: {name}",
            says,
            documents={**home(), **OTHER, **at},
            refresh=True,
            more={"notes": [note], **more},
        )
    other = put("refreshService", "type", value="OtherRefresh")
    cases.good(
        "good-refresh-other-kind",
        embedded(
            refreshing(
                other,
                lambda d: d["@context"].append(
                    {"OtherRefresh": "https://example.no/vocab#OtherRefresh"}
                ),
            )
        ),
        "refreshService: of another type",
        "A kind of refresh that is not known here is noted.",
        refresh=True,
        more={"notes": ["refresh.unsupported"]},
    )
    cases.good(
        "good-refresh-not-asked",
        badge,
        "refreshService: nobody asked",
        "Where the asker does not want it, no newer copy is looked for.",
    )
    cases.bad(
        "refresh-does-not-heal",
        badge,
        "period.expired",
        "now: after the end; refreshService: a badge in force",
        "A badge that has run out stays so, whatever its successor is.",
        now="2027-02-01T00:00:00Z",
        who="domain",
        refresh=True,
        documents={
            **home(),
            REFRESH: serve(
                embedded(refreshing(later, put("validUntil", value="2028-01-01T00:00:00Z")))
            ),
        },
        more={"notes": ["refresh.newer"], "successor": {"verdict": "VALID", "reasons": []}},
    )


def word(about: str = f"{BASE}/b/1", issuer: str = OTHER_DID, *changes: Change) -> Document:
    return changed(
        {
            "@context": [VC2, OB3],
            "id": "urn:uuid:5f5f3c1e-6f0e-4b76-8b3c-0d7e8e0f1a2b",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Et godt ord",
            "issuer": {"id": issuer, "type": ["Profile"], "name": "Bransjeorganisasjonen"},
            "validFrom": "2026-02-01T00:00:00Z",
            "validUntil": "2027-02-01T00:00:00Z",
            SUBJECT: {"id": about, "type": ["EndorsementSubject"], "endorsementComment": "Bra."},
        },
        *changes,
    )


def proven(document: Document, issuer: str = OTHER_DID) -> Document:
    proof = prove(document, key=STRANGER, verificationMethod=method(STRANGER, issuer))
    return {**document, "proof": [proof]}


def _endorsements(cases: Cases) -> None:
    rule = "Open Badges 3.0, endorsement verification"
    documents = {**home(), **OTHER}
    valid = {"verdict": "VALID", "reasons": []}

    def endorsed(*words: Document, at: tuple[str, ...] = ()) -> bytes:
        return embedded(credential(put(*at, "endorsement", value=list(words))))

    def good(
        name: str,
        badge: bytes,
        notes: str,
        endorsements: list[Any],
        says: str,
        served: dict[str, Served] = documents,
    ) -> None:
        cases.good(
            f"good-endorsement-{name}",
            badge,
            f"endorsement: {name.replace('-', ' ')}",
            says,
            rule=rule,
            documents=served,
            more={"notes": sorted(notes.split()), "endorsements": endorsements},
        )

    def invalid(*reasons: str) -> dict[str, Any]:
        return {"verdict": "INVALID", "reasons": list(reasons)}

    good(
        "embedded",
        endorsed(proven(word())),
        "endorsement.valid",
        [valid],
        "Somebody else has signed a word about the badge, and it holds.",
    )
    payload = claims(word())
    as_token = token(payload, STRANGER, kid=method(STRANGER, OTHER_DID)).decode()
    good(
        "token",
        embedded(credential(put("endorsementJwt", value=[as_token]))),
        "endorsement.valid",
        [valid],
        "The word comes as a token.",
    )
    good(
        "of-achievement",
        endorsed(proven(word(f"{BASE}/achievements/1")), at=ACHIEVEMENT),
        "endorsement.valid",
        [valid],
        "The word is about the achievement, and stands there.",
    )
    good(
        "of-issuer",
        endorsed(proven(word(DID)), at=("issuer",)),
        "endorsement.valid",
        [valid],
        "The word is about the issuer, and stands there.",
    )
    altered = proven(word())
    altered[SUBJECT] = {**altered[SUBJECT], "endorsementComment": "Best."}
    good(
        "altered",
        endorsed(altered),
        "endorsement.invalid",
        [invalid("proof.altered")],
        "The word has been changed, and is not shown; the badge is as good as before.",
    )
    good(
        "expired",
        endorsed(
            proven(word(f"{BASE}/b/1", OTHER_DID, put("validUntil", value="2026-06-01T00:00:00Z")))
        ),
        "endorsement.invalid",
        [invalid("period.expired")],
        "The word has run out, and the badge has not.",
    )
    good(
        "of-another",
        endorsed(proven(word(f"{BASE}/b/2"))),
        "endorsement.invalid",
        [invalid("endorsement.subject")],
        "The word is a good one, about another badge.",
    )
    good(
        "unsigned",
        endorsed(word()),
        "endorsement.invalid",
        [invalid("proof.missing")],
        "The word is signed by nobody but the badge's issuer, who put it there.",
    )
    unreachable = {"verdict": "UNDETERMINED", "reasons": ["issuer.unreachable"]}
    good(
        "unreachable",
        endorsed(proven(word())),
        "endorsement.open",
        [unreachable],
        "Whoever gave the word cannot be reached.",
        home(),
    )
    itself = did.did_key(keys.ed25519("a friend").public_key())
    friend = word(f"{BASE}/b/1", itself)
    proof = prove(
        friend,
        key=keys.ed25519("a friend"),
        verificationMethod=f"{itself}#{itself.removeprefix('did:key:')}",
    )
    good(
        "by-nobody",
        endorsed({**friend, "proof": [proof]}),
        "endorsement.valid",
        [valid],
        "The word is by a key that nobody stands behind, and is reported so.",
        home(),
    )
    many = [
        proven(word(f"{BASE}/b/1", OTHER_DID, put("id", value=f"urn:uuid:{n}"))) for n in range(6)
    ]
    good(
        "too-many",
        endorsed(*many),
        "endorsement.valid endorsement.unread",
        [valid] * 4,
        "Of six words four are looked at, and the others counted.",
    )
    cases.bad(
        "endorsement-list-wrong",
        embedded(credential(put("endorsement", value=proven(word())))),
        "structure.value",
        "endorsement: one object where a list belongs",
        "Endorsements stand in a list.",
        rule=rule,
        documents=documents,
        who="domain",
        more={"notes": ["endorsement.valid"], "endorsements": [valid]},
    )
    cases.bad(
        "endorsement-removed",
        embedded(credential(), prove(credential(put("endorsement", value=[proven(word())])))),
        "proof.altered",
        "after signing: the endorsement taken away",
        "A word that stood in the badge when it was signed has been taken away.",
        rule=rule,
        documents=documents,
    )


def _of(issuer: str, address: str) -> Change:
    return lambda document: document.update(issuer=issuer, id=address)


def _bounds(cases: Cases) -> None:
    """Four words, each with a document and a list of its own, use up the requests of one badge."""
    words, served = [], {**home(), **list_at(status_list())}
    key = keys.ed25519("stranger")
    for number in range(4):
        name, place = f"did:web:e{number}.example.no", f"https://e{number}.example.no"
        listed = f"{place}/status/1"
        document = word(
            f"{BASE}/b/1",
            name,
            put("id", value=f"urn:uuid:{number}"),
            with_status(statusListCredential=listed, id=f"{listed}#1"),
        )
        words.append(proven(document, name))
        served[f"{place}/.well-known/did.json"] = serve(
            did_document(method_object(key, name), name=name)
        )
        served |= list_at(
            status_list(change=_of(name, listed)),
            listed,
            key=key,
            verificationMethod=method(key, name),
        )
    badge = embedded(refreshing(with_status(), put("endorsement", value=words)))
    valid = {"verdict": "VALID", "reasons": []}
    spent = {"verdict": "UNDETERMINED", "reasons": ["limit.requests"]}
    cases.good(
        "good-requests-spent",
        badge,
        "endorsement: four, of many documents",
        "The words of others ask for more documents than one badge may, and the last one "
        "stays open.",
        rule="Merke: network",
        documents=served,
        refresh=True,
        more={
            "notes": ["endorsement.open", "endorsement.valid", "refresh.unreachable"],
            "endorsements": [valid, valid, valid, spent],
        },
    )
