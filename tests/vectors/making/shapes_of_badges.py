"""Good signatures over badges that are not built as the standard asks."""

from typing import Any

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    Change,
    credential,
    embedded,
    older,
    prove,
    text,
)
from tests.vectors.making.shape_common import (
    HOME,
    RULE,
    SUBJECT,
    identity,
    signed_as_json,
)
from tests.verifier.older import VC1
from tests.verifier.simulator import OB3, VC2, Document, drop, put

ACHIEVEMENT = (SUBJECT, "achievement")


def cases() -> Cases:
    found = Cases(RULE, HOME)
    _members(found)
    _versions(found)
    return found


def _members(cases: Cases) -> None:
    for name in ("id", "type", "validFrom", SUBJECT):
        cases.bad(
            f"shape-no-{name.lower()}",
            signed_as_json(credential(drop(name))),
            "structure.missing term.lost" if name == "type" else "structure.missing",
            f"{name}: absent",
            f"The badge has no {name}.",
            who="domain",
        )
    achievement = "An achievement has an id, a name, a description and criteria."
    for name in ("id", "name", "description", "criteria"):
        cases.bad(
            f"shape-achievement-no-{name}",
            embedded(credential(drop(*ACHIEVEMENT, name))),
            "structure.missing",
            f"achievement/{name}: absent",
            f"{achievement} The {name} is missing.",
            who="domain",
        )
    image = {"id": f"{BASE}/i.png", "type": "Image"}
    evidence: dict[str, Any] = {"type": ["Evidence"], "name": "x"}
    tables: tuple[tuple[str, Change, str, str], ...] = (
        (
            "type-not-badge",
            put("type", value=["VerifiableCredential"]),
            "structure.type",
            "A credential that is no badge, signed by the issuer.",
        ),
        (
            "type-not-credential",
            put("type", value=["OpenBadgeCredential"]),
            "structure.type term.lost",
            "The badge does not call itself a verifiable credential.",
        ),
        ("type-number", put("type", value=[7]), "structure.type term.lost", "A type is a number."),
        (
            "subject-list",
            lambda d: d.update({SUBJECT: [d[SUBJECT]]}),
            "structure.value",
            "A badge has one subject, and no list of them.",
        ),
        (
            "subject-nobody",
            drop(SUBJECT, "id"),
            "structure.missing",
            "The subject has neither an id nor an identifier.",
        ),
        (
            "subject-empty-identifier",
            lambda d: (d[SUBJECT].pop("id"), d[SUBJECT].update(identifier=[])),
            "structure.missing structure.empty term.lost",
            "The subject's list of identifiers is empty.",
        ),
        (
            "subject-type",
            put(SUBJECT, "type", value=["Person"]),
            "structure.value term.lost",
            "The subject is of another class.",
        ),
        (
            "no-achievement",
            drop(SUBJECT, "achievement"),
            "structure.missing",
            "The subject has achieved nothing.",
        ),
        (
            "achievement-type",
            put(*ACHIEVEMENT, "achievementType", value="Medal"),
            "structure.value",
            "The kind of the achievement is not one of the standard's words.",
        ),
        (
            "achievement-as-uri",
            put(*ACHIEVEMENT, value=f"{BASE}/achievements/1"),
            "structure.value",
            "The achievement is its address alone.",
        ),
        (
            "criteria-text",
            put(*ACHIEVEMENT, "criteria", value="Møt opp."),
            "structure.value term.lost",
            "The criteria are a text where an object belongs.",
        ),
        (
            "id-relative",
            put("id", value="b/1"),
            "structure.value term.lost",
            "The badge's id is a relative address.",
        ),
        (
            "id-with-space",
            put("id", value=f"{BASE}/b 1"),
            "structure.value term.lost",
            "The badge's id has a space in it.",
        ),
        ("name-number", put("name", value=7), "structure.value", "The badge's name is a number."),
        (
            "name-null",
            put("name", value=None),
            "structure.empty term.lost",
            "The badge's name is null.",
        ),
        (
            "evidence-empty",
            put("evidence", value=[]),
            "structure.empty term.lost",
            "The list of evidence is empty.",
        ),
        (
            "evidence-object",
            put("evidence", value=evidence),
            "structure.value",
            "The evidence is one object where a list belongs.",
        ),
        (
            "image-extra-member",
            put("image", value={**image, "name": "x"}),
            "structure.unexpected",
            "An image has no other members than the standard's.",
        ),
        (
            "image-type-list",
            put("image", value={**image, "type": ["Image"]}),
            "structure.value",
            "The type of an image is one text.",
        ),
        (
            "identity-extra",
            identity(name="x"),
            "structure.unexpected",
            "An identity has no other members than the standard's.",
        ),
        (
            "identity-type-email",
            identity(identityType="email"),
            "structure.value",
            "The guide's misspelling of emailAddress is no kind of identity.",
        ),
        (
            "identity-hashed-text",
            identity(hashed="false"),
            "structure.value",
            "Whether an identity is hashed is true or false, and no text.",
        ),
        (
            "language",
            put(*ACHIEVEMENT, "inLanguage", value="norsk bokmål"),
            "structure.value",
            "The language is no language tag.",
        ),
        (
            "issuer-type",
            put("issuer", "type", value=["Organization"]),
            "structure.value term.lost",
            "The issuer is of another class.",
        ),
        (
            "issuer-no-type",
            drop("issuer", "type"),
            "structure.missing",
            "The issuer's class is missing.",
        ),
        (
            "issuer-profile-url",
            put("issuer", "url", value="example.no"),
            "structure.value",
            "The issuer's home page is no absolute address.",
        ),
        (
            "result-without-status",
            lambda d: _with_result(d),
            "structure.missing",
            "A result of kind Status has no status.",
        ),
        (
            "alignment-no-target",
            put(*ACHIEVEMENT, "alignment", value=[{"type": ["Alignment"], "targetName": "x"}]),
            "structure.missing",
            "An alignment does not say with what.",
        ),
        (
            "credits-text",
            put(*ACHIEVEMENT, "creditsAvailable", value="7"),
            "structure.value",
            "A number of credits is a text.",
        ),
        (
            "schema-no-type",
            put("credentialSchema", value=[{"id": "https://example.no/s"}]),
            "structure.missing",
            "A schema does not say of which kind it is.",
        ),
        (
            "refresh-no-id",
            put("refreshService", value={"type": "1EdTechCredentialRefresh"}),
            "structure.missing term.lost",
            "The refresh service has no address.",
        ),
    )
    for name, change, reasons, says in tables:
        cases.bad(
            f"shape-{name}",
            signed_as_json(credential(change)),
            reasons,
            f"shape: {name.replace('-', ' ')}",
            says,
            who="domain",
            more={"notes": ["structure.schema"]} if "schema" in name else None,
        )


def _with_result(document: Document) -> None:
    described = f"{BASE}/achievements/1#kurs"
    document[SUBJECT]["achievement"]["resultDescription"] = [
        {"id": described, "type": ["ResultDescription"], "name": "Kurs", "resultType": "Status"}
    ]
    document[SUBJECT]["result"] = [{"type": ["Result"], "resultDescription": described}]


def _versions(cases: Cases) -> None:
    rule = "Open Badges 3.0, Verifiable Credentials v1.1"
    for name, document, says in (
        (
            "two-models",
            credential(put("@context", value=[VC2, OB3, VC1])),
            "The contexts of both versions of the data model stand in one badge.",
        ),
        (
            "old-date-in-new",
            credential(put("issuanceDate", value="2026-01-15T00:00:00Z")),
            "A badge of the new data model has the date of the old, too.",
        ),
        (
            "new-date-in-old",
            older(put("validUntil", value="2099-01-01T00:00:00Z")),
            "A badge of the old data model has the end of the new, too.",
        ),
    ):
        cases.bad(
            f"mixed-{name}",
            signed_as_json(document),
            "structure.mixed",
            f"data models: {name.replace('-', ' ')}",
            says,
            rule=rule,
        )
    for name, change, reasons, says in (
        ("no-name", drop("name"), "structure.missing", "A badge of 1.1 has a name."),
        (
            "issuer-uri",
            put("issuer", value=DID),
            "structure.value",
            "The issuer of a badge of 1.1 is a profile, and no URI alone.",
        ),
        ("no-date", drop("issuanceDate"), "structure.missing", "A badge of 1.1 has a date."),
    ):
        cases.bad(
            f"1.1-{name}",
            embedded(older(change)),
            reasons,
            f"1.1: {name.replace('-', ' ')}",
            says,
            rule=rule,
            who="domain",
        )
    bare = older(put("@context", value=[VC1, OB3]))
    cases.bad(
        "1.1-no-proof-context",
        text({**bare, "proof": [prove(older())]}),
        "term.lost",
        "1.1: without the context of Data Integrity",
        "Under 1.1 the proof has no meaning without a context of its own.",
        rule=rule,
    )
    cases.bad(
        "1.1-expired",
        embedded(older()),
        "period.expired",
        "1.1; now: after expirationDate",
        "A badge of 1.1 ends with its expirationDate.",
        rule=rule,
        who="domain",
        now="2027-01-15T00:00:00Z",
    )
    for version, document in (
        (
            "1.1",
            {
                "@context": "https://w3id.org/openbadges/v1",
                "type": "Assertion",
                "id": f"{BASE}/a/1",
            },
        ),
        (
            "1.0",
            {
                "uid": "1",
                "recipient": {},
                "badge": f"{BASE}/badge.json",
                "verify": {"type": "hosted", "url": f"{BASE}/a/1"},
            },
        ),
        ("0.5", {"recipient": "a@example.no", "badge": {"version": "0.5.0"}}),
    ):
        cases.open(
            f"older-{version}",
            text(document),
            "structure.version",
            f"version: Open Badges {version}",
            f"Open Badges {version} follows rules that are not judged here.",
            rule="Merke: formats",
        )
