"""The credential of an award: the document that is signed (design: Credentials).

Built once, from the record of the cycle, when the sealing is intended. Nothing confidential
goes in: of each requirement only what the edition makes public.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from issuer import days, domains, facts, status
from issuer.programme import Programme, Requirement
from issuer.record.tables import Award
from issuer.settings import Settings
from verifier import timestamps

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    # Defines the type 1EdTechCredentialRefresh; without it the type would be lost.
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)

Document = dict[str, Any]


def build(
    settings: Settings,
    programme: Programme,
    award: Award,
    *,
    identifier: str,
    place: tuple[int, int],
    valid_from: datetime,
) -> Document:
    """The unsigned credential of `award` (Open Badges 3.0, AchievementCredential)."""
    participation = award.cycle.participation
    organisation = participation.organisation
    language = programme.main_language
    address = f"{settings.base_url}/b/{identifier}"
    number, position = place
    list_address = settings.base_url + status.list_path(number)
    accepted = _accepted(programme, award)
    return {
        "@context": list(CONTEXTS),
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": programme.name(language),
        "image": {
            "id": f"{address}.png",
            "type": "Image",
            "caption": programme.caption(language),
        },
        "issuer": profile(settings),
        "awardedDate": days.timestamp(award.decided_at),
        "validFrom": days.timestamp(valid_from),
        "validUntil": days.timestamp(award.valid_until),
        "credentialSubject": {
            "id": f"{settings.base_url}/m/{participation.slug}",
            "type": ["AchievementSubject"],
            "identifier": _identifiers(
                organisation.name.name,
                organisation.number,
                [proven.domain for proven in domains.proven(participation, programme.timezone)],
            ),
            "achievement": achievement(settings, programme),
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": _description_id(settings, programme, requirement),
                    "status": "Completed",
                }
                for requirement, _ in accepted
            ],
        },
        "evidence": [_evidence(requirement, known, language) for requirement, known in accepted],
        "credentialStatus": {
            "id": f"{list_address}#{position}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(position),
            "statusListCredential": list_address,
        },
        "refreshService": {"id": f"{address}/refresh", "type": "1EdTechCredentialRefresh"},
    }


def profile(settings: Settings) -> Document:
    """The issuer as a `Profile`, as it stands in credentials and at `/issuer`."""
    issuer = {
        "id": settings.did,
        "type": ["Profile"],
        "name": settings.name,
        "url": f"{settings.base_url}/issuer",
    }
    return {**issuer, "email": settings.email} if settings.email else issuer


def achievement_address(settings: Settings, programme: Programme) -> str:
    return f"{settings.base_url}/achievements/{programme.key}"


def achievement(settings: Settings, programme: Programme) -> Document:
    """The `Achievement` of one edition: what the mark is, and what it asks."""
    language = programme.main_language
    address = achievement_address(settings, programme)
    described: dict[str, Requirement] = {}
    for requirement in (*programme.first, *programme.renewal):
        described.setdefault(requirement.id, requirement)
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": str(programme.achievement_type),
        "name": programme.name(language),
        "description": programme.summary(language),
        # An id of its own, and no `creator`: what a graph says twice under one id can be taken
        # out of one of the two places without the signature noticing.
        "criteria": {"id": f"{address}#criteria", "narrative": programme.criteria(language)},
        "inLanguage": str(language),
        "version": programme.edition,
        **({"tag": list(programme.tags)} if programme.tags else {}),
        "resultDescription": [
            {
                "id": _description_id(settings, programme, requirement),
                "type": ["ResultDescription"],
                "name": requirement.name(language),
                "resultType": "Status",
            }
            for requirement in described.values()
        ],
    }


def parse(sealed: bytes) -> Document:
    """A document that we wrote ourselves. Anything from outside goes to `verifier`."""
    document: Document = json.loads(sealed)
    return document


def moment(text: str) -> datetime:
    return timestamps.parse(text)


def _description_id(settings: Settings, programme: Programme, requirement: Requirement) -> str:
    return f"{achievement_address(settings, programme)}#{requirement.id}"


def _identifiers(name: str, number: str | None, own_domains: list[str]) -> list[Document]:
    known = [
        ("name", name),
        ("ext:NorwegianOrganisationNumber", number),
        *(("ext:Domain", domain) for domain in own_domains),
    ]
    return [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": value,
            "identityType": kind,
        }
        for kind, value in known
        if value is not None
    ]


def _accepted(
    programme: Programme, award: Award
) -> list[tuple[Requirement, Mapping[str, Any] | None]]:
    """Each requirement of the cycle with its public facts; None where it was met elsewhere."""
    cycle = award.cycle
    asked = {r.id: r for r in programme.requirements(renewal=not cycle.first)}
    known = {
        record.requirement: None if record.equivalence else record.public_facts
        for record in cycle.records
        if record.accepted_at is not None
    }
    return [(asked[name], known[name]) for name in asked if name in known]


def _evidence(requirement: Requirement, known: Mapping[str, Any] | None, language: str) -> Document:
    evidence: Document = {
        "type": ["Evidence"],
        "name": requirement.name(language),
        "description": requirement.done(language),
    }
    told = facts.sentences(requirement, known, language)
    return {**evidence, "narrative": " ".join(told)} if told else evidence
