"""Contexts and terms: unknown, misplaced, lost, or with a second reading."""

import copy
import json
from typing import Any

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    Change,
    credential,
    embedded,
    prove,
    text,
)
from tests.vectors.making.json_common import (
    ACHIEVEMENT,
    BADGE,
    HOME,
    ONE_READING,
)
from tests.verifier.simulator import OB3, VC2, Document, put

CREDENTIALS = "https://www.w3.org/2018/credentials#"


DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"


LOSS = "VC Data Integrity 1.0, securing data losslessly"


UNTIL = {"@value": "2027-01-14T23:59:59Z", "@type": DATE_TIME}


def cases() -> Cases:
    found = Cases("RFC 8259", HOME)
    _contexts(found)
    _terms(found)
    _second_readings(found)
    return found


def _contexts(cases: Cases) -> None:
    def contexts(*listed: Any) -> Change:
        return put("@context", value=list(listed))

    rule = "Open Badges 3.0, data model (@context)"
    for name, change, reasons, says in (
        ("text", put("@context", value=VC2), "context.order term.lost", "One context is too few."),
        ("swapped", contexts(OB3, VC2), "context.order", "Open Badges come before the data model."),
        (
            "one-only",
            contexts(VC2),
            "context.order term.lost",
            "The context of Open Badges is missing.",
        ),
        (
            "other-second",
            contexts(VC2, {"x": "urn:x:y"}, OB3),
            "context.order",
            "Something stands between the two contexts that come first.",
        ),
    ):
        document = credential(change)
        cases.bad(
            f"context-{name}",
            # Signed as JSON, so that it is the contexts alone that are wrong.
            text({**document, "proof": [prove(document, "eddsa-jcs-2022")]}),
            reasons,
            f"@context: {name.replace('-', ' ')}",
            says,
            rule=rule,
            who="domain",
        )
    unknown = "https://contexts.example.org/v1"
    document = credential(contexts(VC2, OB3, unknown))
    cases.open(
        "context-unknown",
        text({**document, "proof": [prove(document, covering=credential())]}),
        "context.unknown",
        "@context: an address that is not on board",
        "A context decides what was signed, so one that is not known is never fetched.",
        rule="Merke: contexts are pinned",
        documents={**HOME, unknown: (text({"@context": {}}), "application/ld+json")},
    )
    document = credential()
    document["credentialSubject"]["achievement"]["@context"] = unknown
    cases.open(
        "context-unknown-inside",
        text({**document, "proof": [prove(document, covering=credential())]}),
        "context.unknown",
        "achievement/@context: an address that is not on board",
        "A context deep inside is as unknown as one at the top.",
        rule="Merke: contexts are pinned",
    )
    for name, own, says in (
        (
            "protected-redefined",
            {"name": "https://example.no/name"},
            "An inline context gives a protected term another meaning.",
        ),
        ("base", {"@base": "https://example.no/"}, "An inline context brings a base address."),
        ("import", {"@import": VC2}, "An inline context imports another."),
        ("propagate", {"@propagate": False}, "An inline context changes how far it reaches."),
        ("vocab-null", {"@vocab": None}, "An inline context takes a vocabulary away."),
        ("null", None, "A context of null takes all the others away."),
        ("cyclic", {"a": "b:x", "b": "a:x"}, "Two terms are explained by each other."),
        ("keyword-alias", {"seal": "@type"}, "An inline context gives a keyword another name."),
    ):
        document = credential(contexts(VC2, OB3, own))
        if name == "keyword-alias":
            document["seal"] = "OpenBadgeCredential"
        misplaced = "context.order " if own is None else ""
        cases.bad(
            f"context-{name}",
            text({**document, "proof": [prove(document, covering=credential())]}),
            f"{misplaced}context.invalid",
            f"@context: {name.replace('-', ' ')}",
            says,
            rule="JSON-LD 1.1, protected term definitions" if "protected" in name else ONE_READING,
        )


def _terms(cases: Cases) -> None:
    def inside(**members: Any) -> Change:
        return lambda d: d["credentialSubject"]["achievement"].update(members)

    for name, change, says in (
        ("member", put("unheardOf", value="x"), "A member has no meaning, so nothing covers it."),
        ("member-inside", inside(colour="red"), "A member deep inside has no meaning."),
        (
            "member-object",
            put("extra", value={"validUntil": "2099-01-01T00:00:00Z"}),
            "An object under a name without meaning is covered by no signature.",
        ),
        ("type", lambda d: d["type"].append("GoldenBadge"), "A type has no meaning."),
        ("type-inside", inside(type=["Achievement", "Golden"]), "A type inside has no meaning."),
        (
            "relative-id",
            inside(image={"id": "badge.png", "type": "Image"}),
            "An identifier is relative, and relative to what nobody knows.",
        ),
        (
            "extension-type",
            put("refreshService", value={"id": f"{BASE}/r", "type": "1EdTechCredentialRefresh"}),
            "A type of 1EdTech's extensions stands without their context.",
        ),
    ):
        document = credential(change)
        # PyLD alone signs it, and loses what has no meaning on the way.
        cases.bad(
            f"term-{name}",
            embedded(document),
            "structure.value term.lost" if name == "relative-id" else "term.lost",
            f"terms: {name.replace('-', ' ')}",
            says,
            rule=LOSS,
        )
    document = credential(put("unheardOf", value="x"))
    cases.bad(
        "term-jcs",
        text({**document, "proof": [prove(document, "eddsa-jcs-2022")]}),
        "term.lost",
        "terms: a member without meaning, signed as JSON",
        "A proof over JSON covers the member, and still nobody can say what it means.",
        rule=LOSS,
        who="domain",
    )
    cases.bad(
        "term-added-after",
        text({**json.loads(BADGE), "note": "approved by the ministry"}),
        "term.lost",
        "terms: a member added after signing",
        "Somebody wrote a member into the badge that the signature does not cover.",
        rule=LOSS,
    )


def _hidden(document: Document, *path: str) -> None:
    """The end date moves to where nobody reads, and says the same to JSON-LD."""
    ends = document.pop("validUntil")
    at: Any = document
    for name in path[:-1]:
        at = at.setdefault(name, {})
    at[path[-1]] = {"id": document["id"], "type": "VerifiableCredential", "validUntil": ends}


def _second_readings(cases: Cases) -> None:
    """Changes that leave the canonical bytes and the signature as they were."""

    def prefixed(d: Document) -> None:
        d["@context"].append({"vc": CREDENTIALS})
        del d["validUntil"]
        d["vc:validUntil"] = UNTIL

    def renamed(d: Document) -> None:
        d["@context"].append({"ends": {"@id": f"{CREDENTIALS}validUntil", "@type": DATE_TIME}})
        d["ends"] = d.pop("validUntil")

    def full_name(d: Document) -> None:
        del d["validUntil"]
        d[f"{CREDENTIALS}validUntil"] = UNTIL

    def raw(name: str) -> Change:
        return lambda d: d.update({f"@{name}": d.pop(name)})

    def graph(d: Document) -> None:
        d["@graph"] = [{name: d.pop(name) for name in list(d) if name not in ("@context", "proof")}]

    def by_prefix(d: Document) -> None:
        d["@context"].append({"m": f"{BASE}/m/"})
        d["credentialSubject"]["id"] = "m:eksempelteatret"

    def on_subject(d: Document) -> None:
        ends = d.pop("validUntil")
        d["credentialSubject"]["source"] = {
            "id": d["id"],
            "type": "VerifiableCredential",
            "validUntil": ends,
        }

    for name, change, reasons, says in (
        (
            "included",
            lambda d: _hidden(d, "@included"),
            "context.invalid",
            "The end date stands beside the badge, in @included.",
        ),
        (
            "nested",
            lambda d: d.update({"@nest": {"validUntil": d.pop("validUntil")}}),
            "context.invalid",
            "The end date stands in @nest.",
        ),
        (
            "full-name",
            full_name,
            "context.invalid",
            "The end date stands under its full address, where no reader looks.",
        ),
        (
            "renamed",
            renamed,
            "context.invalid",
            "An inline context gives the end date another name.",
        ),
        ("prefixed", prefixed, "context.invalid", "The end date stands under a prefixed name."),
        (
            "raw-type",
            raw("type"),
            "context.invalid structure.missing",
            "The type stands under the keyword that it is short for.",
        ),
        (
            "raw-id",
            raw("id"),
            "context.invalid structure.missing",
            "The id stands under the keyword that it is short for.",
        ),
        ("id-by-prefix", by_prefix, "context.invalid", "The subject's id is a prefixed name."),
        ("index", put("@index", value="x"), "context.invalid", "An @index leaves no trace."),
        (
            "reverse",
            put("@reverse", value={}),
            "context.invalid",
            "@reverse says things the other way round.",
        ),
        (
            "array-in-array",
            put(*ACHIEVEMENT, "tag", value=[["a"], "b"]),
            "context.invalid structure.value",
            "Some readers flatten a list in a list.",
        ),
        (
            "blank-node-name",
            put(*ACHIEVEMENT, "criteria", "id", value="_:x"),
            "context.invalid structure.value",
            "A blank node is given a name, which canonicalising forgets.",
        ),
        (
            "graph",
            graph,
            "context.invalid structure.missing issuer.mismatch",
            "The whole badge stands in @graph.",
        ),
        (
            "two-names",
            put("https://schema.org/name", value="Eksempelmerket"),
            "context.invalid",
            "The name stands under two names.",
        ),
        (
            "control-character",
            put("name", value="Eksempel\x08merket"),
            "context.invalid",
            "A control character is written in two ways by two canonicalisers.",
        ),
        (
            "elsewhere",
            on_subject,
            "context.invalid structure.value",
            "The end date of the badge is told in the place of a profile that has its id.",
        ),
    ):
        document = copy.deepcopy(json.loads(BADGE))
        change(document)
        cases.bad(
            f"reading-{name}",
            text(document),
            reasons,
            f"second reading: {name.replace('-', ' ')}",
            says,
            rule=ONE_READING,
        )
