"""The shape of an AchievementCredential: the rules of Open Badges 3.0 that need no key.

The data model of the specification (text 1.4.5) under VC Data Model 2.0 and 1.1, as tables.
Strict where the text says MUST; a single `type`, `credentialSchema`, `proof` or `termsOfUse` may
stand without its list, as the text allows. Contexts, proofs and status entries are judged in
`verifier.checks` and its neighbours.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from verifier import shape, versions
from verifier.reasons import Reason
from verifier.shape import (
    FINE,
    Class,
    Found,
    Many,
    Rule,
    Typed,
    UriOr,
    Violation,
    boolean,
    date,
    date_time,
    date_time_z,
    exactly,
    matching,
    number,
    one_or_many,
    some_type,
    text,
    uri,
    word_of,
    wrong,
)
from verifier.versions import VC1, VC2

MAX_VIOLATIONS: Final = 20

_SCHEMA_TYPES: Final = frozenset({"1EdTechJsonSchemaValidator2019", "JsonSchema"})


def violations(
    credential: Mapping[str, Any], kind: str = "AchievementCredential"
) -> tuple[Violation, ...]:
    """Return what is wrong with the shape of `credential`, the first `MAX_VIOLATIONS` at most.

    `kind` is "AchievementCredential" or "EndorsementCredential".
    """
    rules = _class_of(kind, credential)
    # An inline context gives null a meaning of its own; the proof has its own check.
    rest = {name: v for name, v in credential.items() if name not in ("@context", "proof")}
    if shape.fits(rules, rest) and _proof_fits(rules, credential):
        return ()
    found = shape.members(rules, credential)
    return tuple([*found, *shape.no_empty_places(rest)][:MAX_VIOLATIONS])


def _proof_fits(rules: Class, credential: Mapping[str, Any]) -> bool:
    rule, proof = rules.rules.get("proof"), credential.get("proof")
    return rule is None or proof is None or not rule(proof)


def other_schemas(
    credential: Mapping[str, Any], kind: str = "AchievementCredential"
) -> tuple[str, ...]:
    """The addresses in `credentialSchema` that these tables do not stand for.

    Those of the official schemas for the class are stood for; no schema is ever fetched.
    """
    named = credential.get("credentialSchema")
    if named is None:
        return ()
    addresses = [
        (schema.get("id"), shape.types_of(schema.get("type")) or [])
        for schema in (named if isinstance(named, list) else [named])
        if isinstance(schema, dict)
    ]
    any_model = "any" if versions.model_of(credential) is VC1 else "(any)?"
    ours = re.compile(
        r"https://purl\.imsglobal\.org/spec/ob/v3p0/schema/json(-ld)?/"
        rf"ob_v3p0_{any_model}{kind.lower()}_schema(-jsonschema1)?\.json"
    )
    return tuple(
        address
        for address, types in addresses[:MAX_VIOLATIONS]
        if isinstance(address, str)
        and not (ours.fullmatch(address) and not _SCHEMA_TYPES.isdisjoint(types))
    )


def is_badge(types: list[str]) -> bool:
    """Whether these types of a credential make it an Open Badge."""
    return "VerifiableCredential" in types and not {
        "AchievementCredential",
        "OpenBadgeCredential",
    }.isdisjoint(types)


def _class_of(name: str, credential: Mapping[str, Any]) -> Class:
    """The class `name` in the version of the VC Data Model that `credential` follows."""
    return CLASSES_1_1[name] if versions.model_of(credential) is VC1 else CLASSES[name]


def _endorsement(value: Any) -> Found:
    if not isinstance(value, dict):
        return wrong("not one object of class EndorsementCredential")
    return shape.members(_class_of("EndorsementCredential", value), value)


def _badge_type(value: Any) -> Found:
    types = shape.types_of(value)
    if types is None:
        return wrong("not a list of strings", Reason.STRUCTURE_TYPE)
    if not is_badge(types):
        return wrong(
            "needs VerifiableCredential and AchievementCredential or OpenBadgeCredential",
            Reason.STRUCTURE_TYPE,
        )
    return FINE


def _missing(pointer: str, message: str = "required, and missing") -> Violation:
    return Violation(Reason.STRUCTURE_MISSING, pointer, message)


def _subject_is_somebody(value: Mapping[str, Any]) -> Found:
    if "id" not in value and not value.get("identifier"):
        return [_missing("/id", "a subject has an id or an identifier")]
    return FINE


def _results_have_status(value: Mapping[str, Any]) -> Found:
    """A result has a `status` where the description it names has the `resultType` Status."""
    achievement, results = value.get("achievement"), value.get("result")
    described = achievement.get("resultDescription") if isinstance(achievement, dict) else None
    if not isinstance(described, list) or not isinstance(results, list):
        return FINE
    asking = [
        item.get("id")
        for item in described
        if isinstance(item, dict) and item.get("resultType") == "Status"
    ]
    return [
        _missing(f"/result/{index}/status")
        for index, result in enumerate(results)
        if isinstance(result, dict)
        and "status" not in result
        and "resultDescription" in result
        and result["resultDescription"] in asking
    ]


def _subject(value: Mapping[str, Any]) -> Found:
    return [*_subject_is_somebody(value), *_results_have_status(value)]


_ACHIEVEMENT_TYPES = """
    Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge
    BachelorDegree Certificate CertificateOfCompletion Certification CoCurricular CommunityService
    Competency Course Degree Diploma DoctoralDegree Fieldwork GeneralEducationDevelopment
    JourneymanCertificate LearningProgram License MasterCertificate MasterDegree Membership
    MicroCredential ProfessionalDoctorate QualityAssuranceCredential ResearchDoctorate
    SecondarySchoolDiploma
"""
_IDENTIFIER_TYPES = """
    name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn
    issn lisSourcedId oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId
    ltiPlatformId ltiUserId identifier
"""
_TARGET_TYPES = """
    ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion CFRubricCriterionLevel
    CTDL
"""
_RESULT_TYPES = """
    GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result
    RubricCriterion RubricCriterionLevel RubricScore ScaledScore Status
"""
_RESULT_STATUSES = "Completed Enrolled Failed InProgress OnHold Provisional Withdrew"

_identifier_type = word_of(_IDENTIFIER_TYPES)
_language = matching(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", "a language tag")
_compact_jws = matching(r"[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+", "a compact JWS")


def _one(name: str) -> Rule:
    return shape.One(name, lambda wanted: CLASSES[wanted])


def _texts(names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), text)


_SERVICES: dict[str, Rule] = {
    "credentialSchema": one_or_many(_one("CredentialSchema")),
    "credentialStatus": _one("CredentialStatus"),
    "refreshService": _one("RefreshService"),
    "termsOfUse": one_or_many(_one("TermsOfUse")),
}
_ENDORSED: dict[str, Rule] = {
    "endorsement": Many(_endorsement),
    "endorsementJwt": Many(_compact_jws),
}

CLASSES: Final[dict[str, Class]] = {
    "AchievementCredential": Class(
        required={
            "id": uri,
            "type": _badge_type,
            "credentialSubject": _one("AchievementSubject"),
            "issuer": UriOr(_one("Profile")),
            "validFrom": date_time_z,
        },
        optional={
            **_texts("name description"),
            "image": _one("Image"),
            "awardedDate": date_time_z,
            "validUntil": date_time_z,
            "evidence": Many(_one("Evidence")),
            **_ENDORSED,
            **_SERVICES,
        },
    ),
    "AchievementSubject": Class(
        required={"type": Typed("AchievementSubject"), "achievement": _one("Achievement")},
        optional={
            "id": uri,
            "identifier": Many(_one("IdentityObject")),
            "activityStartDate": date_time,
            "activityEndDate": date_time,
            "creditsEarned": number,
            "image": _one("Image"),
            "result": Many(_one("Result")),
            "source": _one("Profile"),
            **_texts("licenseNumber narrative role term"),
        },
        besides=_subject,
    ),
    "Achievement": Class(
        required={
            "id": uri,
            "type": Typed("Achievement"),
            "criteria": _one("Criteria"),
            **_texts("description name"),
        },
        optional={
            "achievementType": word_of(_ACHIEVEMENT_TYPES),
            "alignment": Many(_one("Alignment")),
            "creator": _one("Profile"),
            "creditsAvailable": number,
            "image": _one("Image"),
            "inLanguage": _language,
            "otherIdentifier": Many(_one("IdentifierEntry")),
            "related": Many(_one("Related")),
            "resultDescription": Many(_one("ResultDescription")),
            "tag": Many(text),
            **_texts("fieldOfStudy humanCode specialization version"),
            **_ENDORSED,
        },
    ),
    "Criteria": Class(required={}, optional={"id": uri, "narrative": text}),
    "IdentityObject": Class(
        required={
            "type": exactly("IdentityObject"),
            "hashed": boolean,
            "identityHash": text,
            "identityType": _identifier_type,
        },
        optional={"salt": text},
        closed=True,
    ),
    "IdentifierEntry": Class(
        required={
            "type": exactly("IdentifierEntry"),
            "identifier": text,
            "identifierType": _identifier_type,
        },
        optional={},
        closed=True,
    ),
    "Image": Class(
        required={"id": uri, "type": exactly("Image")}, optional={"caption": text}, closed=True
    ),
    "Evidence": Class(
        required={"type": Typed("Evidence")},
        optional={"id": uri, **_texts("narrative name description genre audience")},
    ),
    "Alignment": Class(
        required={"type": Typed("Alignment"), "targetName": text, "targetUrl": uri},
        optional={
            "targetType": word_of(_TARGET_TYPES),
            **_texts("targetCode targetDescription targetFramework"),
        },
    ),
    "Related": Class(
        required={"id": uri, "type": Typed("Related")},
        optional={"inLanguage": _language, "version": text},
    ),
    "Result": Class(
        required={"type": Typed("Result")},
        optional={
            "achievedLevel": uri,
            "alignment": Many(_one("Alignment")),
            "resultDescription": uri,
            "status": word_of(_RESULT_STATUSES, extensible=False),
            "value": text,
        },
    ),
    "ResultDescription": Class(
        required={
            "id": uri,
            "type": Typed("ResultDescription"),
            "name": text,
            "resultType": word_of(_RESULT_TYPES),
        },
        optional={
            "alignment": Many(_one("Alignment")),
            "allowedValue": Many(text),
            "requiredLevel": uri,
            "rubricCriterionLevel": Many(_one("RubricCriterionLevel")),
            **_texts("requiredValue valueMin valueMax"),
        },
    ),
    "RubricCriterionLevel": Class(
        required={"id": uri, "type": Typed("RubricCriterionLevel"), "name": text},
        optional={
            "alignment": Many(_one("Alignment")),
            **_texts("description level points"),
        },
    ),
    "Profile": Class(
        required={"id": uri, "type": Typed("Profile")},
        optional={
            "url": uri,
            "image": _one("Image"),
            "address": _one("Address"),
            "otherIdentifier": Many(_one("IdentifierEntry")),
            "parentOrg": _one("Profile"),
            "dateOfBirth": date,
            **_texts(
                "name phone description email official familyName givenName additionalName "
                "patronymicName honorificPrefix honorificSuffix familyNamePrefix"
            ),
            **_ENDORSED,
        },
    ),
    "Address": Class(
        required={"type": Typed("Address")},
        optional={
            "geo": _one("GeoCoordinates"),
            **_texts(
                "addressCountry addressCountryCode addressRegion addressLocality streetAddress "
                "postOfficeBoxNumber postalCode"
            ),
        },
    ),
    "GeoCoordinates": Class(
        required={"type": Typed("GeoCoordinates"), "latitude": number, "longitude": number},
        optional={},
    ),
    "EndorsementCredential": Class(
        required={
            "id": uri,
            "type": Typed("VerifiableCredential", "EndorsementCredential"),
            "name": text,
            "credentialSubject": _one("EndorsementSubject"),
            "issuer": UriOr(_one("Profile")),
            "validFrom": date_time_z,
        },
        optional={
            "description": text,
            "awardedDate": date_time_z,
            "validUntil": date_time_z,
            "proof": one_or_many(_one("Proof")),
            **_SERVICES,
        },
    ),
    "EndorsementSubject": Class(
        required={"id": uri, "type": Typed("EndorsementSubject")},
        optional={"endorsementComment": text},
    ),
    "CredentialSchema": Class(required={"id": uri, "type": some_type}, optional={}),
    "CredentialStatus": Class(required={"type": some_type}, optional={"id": uri}),
    "RefreshService": Class(required={"id": uri, "type": some_type}, optional={}),
    "TermsOfUse": Class(required={"type": some_type}, optional={"id": uri}),
    "Proof": Class(
        required={"type": some_type},
        optional=_texts(
            "created cryptosuite challenge domain nonce proofPurpose proofValue verificationMethod"
        ),
    ),
}
"""Every class a badge is made of (spec sections "AchievementCredential" to "Proof")."""


def _of_1_1(name: str) -> Class:
    """The class as Open Badges 3.0 has it under VC Data Model 1.1: other names for the dates, a
    name of its own, and the issuer always as a profile."""
    later = CLASSES[name]
    dates = {VC2.begins: VC1.begins, VC2.ends: VC1.ends}
    required = {dates.get(member, member): rule for member, rule in later.required.items()}
    optional = {dates.get(member, member): rule for member, rule in later.optional.items()}
    optional.pop("name", None)
    return Class(
        required={**required, "name": text, "issuer": _one("Profile")},
        optional=optional,
        closed=later.closed,
        besides=later.besides,
    )


CLASSES_1_1: Final[dict[str, Class]] = {
    name: _of_1_1(name) for name in ("AchievementCredential", "EndorsementCredential")
}
"""The two classes that are different under VC Data Model 1.1."""
