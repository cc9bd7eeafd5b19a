"""A badge with every class and every member that Open Badges 3.0 knows, and ways to spoil it."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.verifier.simulator import Document, IssuerSimulator

Path = tuple[str | int, ...]


def _texts(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), "x")


def everything() -> Document:
    """An unsigned credential in which each class of the standard occurs, full."""
    sim = IssuerSimulator()
    badge = sim.credential()
    image = {"id": "https://example.no/i.png", "type": "Image", "caption": "x"}
    entry = {"type": "IdentifierEntry", "identifier": "1", "identifierType": "ext:OrgNo"}
    profile = {
        "id": "https://example.no/p",
        "type": ["Profile", "ext:Own"],
        **_texts(
            "name phone description email official familyName givenName additionalName "
            "patronymicName honorificPrefix honorificSuffix familyNamePrefix"
        ),
        "url": "https://example.no/",
        "image": image,
        "dateOfBirth": "1968-03-31",
        "otherIdentifier": [entry],
        "address": {
            "type": ["Address"],
            **_texts(
                "addressCountry addressRegion addressLocality streetAddress postalCode "
                "postOfficeBoxNumber"
            ),
            "addressCountryCode": "NO",
            "geo": {"type": "GeoCoordinates", "latitude": 59, "longitude": 10.5},
        },
    }
    endorsement = {
        "@context": badge["@context"][:2],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "x",
        "description": "x",
        "credentialSubject": {
            "id": "https://example.no/p",
            "type": ["EndorsementSubject"],
            "endorsementComment": "x",
        },
        "issuer": copy.deepcopy(profile),
        "awardedDate": "2026-01-01T00:00:00Z",
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
        "credentialSchema": [{"id": "urn:a:b", "type": "JsonSchema"}],
        "credentialStatus": {"id": "urn:a:b", "type": "1EdTechRevocationList"},
        "refreshService": {"id": "urn:a:b", "type": "1EdTechCredentialRefresh"},
        "termsOfUse": [{"id": "urn:a:b", "type": "x"}],
        "proof": [
            {
                "type": "DataIntegrityProof",
                **_texts("challenge cryptosuite domain nonce proofValue"),
                "created": "2026-01-01T00:00:00Z",
                "proofPurpose": "assertionMethod",
                "verificationMethod": "https://example.no/p#k",
            }
        ],
    }
    alignment = {
        "type": ["Alignment"],
        **_texts("targetCode targetDescription targetName targetFramework"),
        "targetUrl": "https://example.no/t",
        "targetType": "CFItem",
    }
    achievement = badge["credentialSubject"]["achievement"]
    achievement |= {
        "alignment": [alignment],
        "creator": copy.deepcopy(profile),
        "creditsAvailable": 4.5,
        "endorsement": [copy.deepcopy(endorsement)],
        "endorsementJwt": ["e30.e30.AA"],
        "fieldOfStudy": "x",
        "humanCode": "x",
        "image": image,
        "otherIdentifier": [entry],
        "related": [{"id": "urn:a:b", "type": ["Related"], "inLanguage": "nn", "version": "1"}],
        "specialization": "x",
        "tag": ["x", "y"],
    }
    achievement["resultDescription"].append(
        {
            "id": "urn:a:c",
            "type": ["ResultDescription"],
            "name": "x",
            "resultType": "RubricCriterionLevel",
            "alignment": [alignment],
            "allowedValue": ["x"],
            "requiredLevel": "urn:a:d",
            "requiredValue": "x",
            "valueMin": "1",
            "valueMax": "2",
            "rubricCriterionLevel": [
                {
                    "id": "urn:a:d",
                    "type": ["RubricCriterionLevel"],
                    "name": "x",
                    "alignment": [alignment],
                    **_texts("description level points"),
                }
            ],
        }
    )
    badge["credentialSubject"] |= {
        "activityStartDate": "2026-01-01T00:00:00Z",
        "activityEndDate": "2026-02-01T00:00:00Z",
        "creditsEarned": 4,
        "image": image,
        "source": profile,
        **_texts("licenseNumber narrative role term"),
    }
    badge["credentialSubject"]["result"].append(
        {
            "type": ["Result"],
            "achievedLevel": "urn:a:d",
            "alignment": [alignment],
            "resultDescription": "urn:a:c",
            "value": "x",
        }
    )
    badge |= {
        "description": "x",
        "issuer": copy.deepcopy(profile),
        "endorsement": [endorsement],
        "endorsementJwt": ["e30.e30.AA"],
        "credentialSchema": [{"id": "urn:a:b", "type": "1EdTechJsonSchemaValidator2019"}],
        "termsOfUse": [{"id": "urn:a:b", "type": "x"}],
    }
    badge["evidence"][0] |= _texts("description genre audience")
    badge["evidence"][0]["id"] = "https://example.no/e"
    return badge


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """The path to everything inside `value`."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for name, child in children:
        yield (*at, name)
        if isinstance(child, dict | list):
            yield from places(child, (*at, name))


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def _removed(parent: Any, name: Any) -> None:
    del parent[name]


def _to(value: Any) -> Callable[[Any, Any], None]:
    def change(parent: Any, name: Any) -> None:
        parent[name] = value

    return change


def _listed(parent: Any, name: Any) -> None:
    parent[name] = [parent[name]]


def _alone(parent: Any, name: Any) -> None:
    if isinstance(parent[name], list) and parent[name]:
        parent[name] = parent[name][0]


def _with_more(parent: Any, name: Any) -> None:
    if isinstance(parent[name], dict):
        parent[name]["unheardOf"] = "x"
    elif isinstance(parent[name], list):
        parent[name].append(1)


def _without_first(parent: Any, name: Any) -> None:
    if isinstance(parent[name], list | dict) and parent[name]:
        first = next(iter(parent[name])) if isinstance(parent[name], dict) else 0
        del parent[name][first]


SPOIL: dict[str, Callable[[Any, Any], None]] = {
    "removed": _removed,
    "null": _to(None),
    "a number": _to(7),
    "true": _to(True),
    "another text": _to("Unheard"),
    "an extension": _to("ext:Ours"),
    "an address": _to("https://example.no/other"),
    "a list of texts": _to(["Profile"]),
    "an empty list": _to([]),
    "an empty object": _to({}),
    "in a list": _listed,
    "out of its list": _alone,
    "with one more": _with_more,
    "without its first": _without_first,
}


def spoilt(document: Document, path: Path, how: str) -> Document:
    """A copy of `document` with what stands at `path` changed."""
    copied = copy.deepcopy(document)
    SPOIL[how](at(copied, path[:-1]), path[-1])
    return copied
