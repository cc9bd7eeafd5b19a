"""Badges of Open Badges 2.0, hosted, that do not hold."""

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    NS2,
    chunk,
    credential,
    png,
    serve,
    svg,
    text,
)
from tests.vectors.making.ob2_school import (
    HOSTED,
    badge_class,
    hosted,
    profile,
    world,
)
from tests.vectors.making.packed import zlib_stored
from tests.verifier.ob2_issuer import (
    BASE,
    OB2,
)
from tests.verifier.simulator import drop, put

_LIVE = {"notes": ["hosted.differs", "hosted.live"]}


def cases() -> Cases:
    found = Cases(HOSTED, world())
    _hosted(found)
    return found


def _hosted(cases: Cases) -> None:
    shown = text(hosted())
    elsewhere = "https://evil.example.org/assertions/1.json"
    at_evil = hosted(put("id", value=elsewhere))
    start = profile(put("verification", value={"startsWith": f"{BASE}/other/"}))
    trick = "https://badges.example.nobody.org/assertions/1.json"
    wide = profile(put("verification", value={"startsWith": "https://badges.example.no"}))
    for name, badge, reasons, documents, says, who in (
        (
            "other-id",
            shown,
            "hosted.mismatch",
            world(assertion=hosted(put("id", value=f"{BASE}/assertions/2.json"))),
            "Another assertion stands at the address.",
            "unproven",
        ),
        (
            "elsewhere",
            text(at_evil),
            "hosted.scope",
            {**world(), elsewhere: serve(at_evil)},
            "The assertion lies on a host that is not the issuer's.",
            "unproven",
        ),
        (
            "outside-start",
            shown,
            "hosted.scope",
            world(issuer=start),
            "The assertion lies where the issuer's document lets none lie.",
            "unproven",
        ),
        (
            "look-alike-start",
            text(hosted(put("id", value=trick))),
            "hosted.scope",
            {**world(issuer=wide), trick: serve(hosted(put("id", value=trick)))},
            "The host begins with the letters of the issuer's, and goes on.",
            "unproven",
        ),
        (
            "revoked",
            shown,
            "status.revoked",
            world(assertion=hosted(put("revoked", value=True))),
            "The assertion says that it is revoked.",
            "domain",
        ),
        (
            "expired",
            shown,
            "period.expired",
            world(assertion=hosted(put("expires", value="2026-06-01T00:00:00Z"))),
            "The assertion has run out.",
            "domain",
        ),
        (
            "not-yet",
            shown,
            "period.not_yet",
            world(assertion=hosted(put("issuedOn", value="2026-12-24T00:00:00Z"))),
            "The assertion was issued in the future.",
            "domain",
        ),
        (
            "badge-other-id",
            shown,
            "hosted.mismatch",
            world(badge=badge_class(put("id", value=f"{BASE}/badges/2.json"))),
            "Another badge class stands at the address.",
            "unproven",
        ),
        (
            "issuer-other-id",
            shown,
            "issuer.document",
            world(issuer=profile(put("id", value=f"{BASE}/issuer2.json"))),
            "Another issuer stands at the issuer's address.",
            "unproven",
        ),
        (
            "no-recipient",
            shown,
            "structure.missing",
            world(assertion=hosted(drop("recipient"))),
            "The assertion names no recipient.",
            "unproven",
        ),
        (
            "date-malformed",
            shown,
            "structure.value",
            world(assertion=hosted(put("issuedOn", value="i fjor"))),
            "The day of issue is no date.",
            "unproven",
        ),
        (
            "badge-no-criteria",
            shown,
            "structure.missing",
            world(badge=badge_class(drop("criteria"))),
            "The badge class has no criteria.",
            "unproven",
        ),
        (
            "turned-signed",
            shown,
            "structure.value",
            world(assertion=hosted(put("verification", "type", value="SignedBadge"))),
            "What stands at the address says it is signed, and is no token.",
            "unproven",
        ),
        (
            "no-verification",
            text(hosted(put("verification", value={"type": "Trust"}))),
            "structure.value",
            world(),
            "The assertion says neither how it is hosted nor signed.",
            "unproven",
        ),
        (
            "both-verifications",
            text(hosted(put("verification", "type", value=["HostedBadge", "SignedBadge"]))),
            "structure.value",
            world(),
            "The assertion says it is both hosted and signed.",
            "unproven",
        ),
        (
            "svg-two-addresses",
            svg(
                f'<openbadges:assertion verify="{BASE}/assertions/2.json"><![CDATA['.encode()
                + shown
                + b"]]></openbadges:assertion>",
                NS2,
            ),
            "carrier.duplicate",
            world(),
            "The picture has an assertion, and another's address.",
            "unproven",
        ),
        (
            "png-compressed",
            png(chunk(b"zTXt", b"openbadges\0\0" + zlib_stored(shown))),
            "carrier.compressed",
            world(),
            "The old chunk is compressed.",
            "unproven",
        ),
    ):
        cases.bad(
            f"ob2-{name}",
            badge,
            reasons,
            f"Open Badges 2.0, hosted: {name.replace('-', ' ')}",
            says,
            documents=documents,
            who=who,
            more=_LIVE if who == "domain" else None,
        )
    cases.bad(
        "ob2-recipient-other",
        shown,
        "recipient.mismatch",
        "Open Badges 2.0; recipient: another",
        "The hash in the badge is of somebody else's address.",
        recipient="ola@example.no",
        who="domain",
        more={"notes": ["hosted.live"]},
    )
    extended = [OB2, "https://example.no/extension.json"]
    for name, documents, reason, says in (
        (
            "gone",
            world(assertion=None),
            "hosted.unreachable",
            "Nothing stands at the assertion's own address.",
        ),
        (
            "badge-gone",
            world(badge=None),
            "hosted.unreachable",
            "Nothing stands at the badge class's address.",
        ),
        (
            "issuer-gone",
            world(issuer=None),
            "issuer.unreachable",
            "Nothing stands at the issuer's address.",
        ),
        ("page", world(assertion=b"<html>"), "hosted.malformed", "A page stands at the address."),
        ("list", world(assertion=[1]), "hosted.malformed", "A list stands at the address."),
        (
            "other-version",
            world(assertion=credential()),
            "hosted.malformed",
            "A badge of another version stands at the address.",
        ),
        (
            "older-version",
            world(assertion={**hosted(), "@context": "https://w3id.org/openbadges/v1"}),
            "structure.version",
            "A badge of an older version stands at the address.",
        ),
        (
            "issuer-page",
            world(issuer=b"<html>"),
            "issuer.malformed",
            "A page stands at the issuer's address.",
        ),
        (
            "other-context",
            world(assertion=hosted(put("@context", value=extended))),
            "context.unknown",
            "A further context could change what the members mean.",
        ),
    ):
        cases.open(
            f"ob2-{name}",
            shown,
            reason,
            f"Open Badges 2.0, hosted: {name.replace('-', ' ')}",
            says,
            documents=documents,
            **({"who": "domain", "more": _LIVE} if name == "other-context" else {}),
        )
