"""Good badges with all that they may hold: as Merke seals them, and with every class there is."""

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    DID,
    ED,
    LIST,
    RSA,
    Served,
    carried,
    claims,
    embedded,
    home,
    itxt,
    list_at,
    png,
    status_list,
    svg,
    token,
)
from tests.verifier.everything import everything
from tests.verifier.simulator import Document, IssuerSimulator

HOME: dict[str, Served] = {**home(ED, RSA), **list_at(status_list())}


def cases() -> Cases:
    found = Cases("Open Badges 3.0, data model", HOME)
    badge = embedded(sealed())
    as_token = token(claims(sealed()))
    found.good(
        "good-whole", badge, "all that Merke seals", "A badge as Merke seals it, with its status."
    )
    found.good(
        "good-whole-token",
        as_token,
        "all that Merke seals, as a token",
        "The same badge in its second form, as a token.",
    )
    found.good(
        "good-whole-png",
        png(itxt(badge)),
        "all that Merke seals, in a PNG",
        "The same badge inside a picture of pixels.",
    )
    found.good(
        "good-whole-svg",
        svg(carried(badge)),
        "all that Merke seals, in an SVG",
        "The same badge inside a picture of shapes.",
    )
    found.good(
        "good-everything",
        embedded(_without_made_up_types(_owned(everything()))),
        "every class and member there is",
        "Every class of a badge, each with all its members.",
        more={"notes": ["structure.schema"]},
    )
    return found


def sealed() -> Document:
    return _owned(IssuerSimulator().credential())


def _owned(document: Document) -> Document:
    """The document as the corpus's issuer has it, with a place in its list."""
    document["issuer"]["id"] = DID
    document["credentialStatus"]["id"] = f"{LIST}#94567"
    document["credentialStatus"]["statusListCredential"] = LIST
    return document


def _without_made_up_types(document: Document) -> Document:
    """Without endorsements and terms of use, whose proofs and types there mean nothing."""
    for place in (document, document["credentialSubject"]["achievement"]):
        for member in ("endorsement", "endorsementJwt", "termsOfUse"):
            place.pop(member, None)
    types = {"ext:Own"}
    profiles = [document["issuer"], document["credentialSubject"]["source"]]
    for profile in (*profiles, document["credentialSubject"]["achievement"]["creator"]):
        profile["type"] = [name for name in profile["type"] if name not in types]
    return document
