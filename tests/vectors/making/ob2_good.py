"""Badges of Open Badges 2.0 that are good."""

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    NS2,
    P256,
    carried,
    chunk,
    itxt,
    png,
    svg,
    text,
    token,
)
from tests.vectors.making.ob2_school import (
    HOSTED,
    MAIL,
    RULE,
    SCHOOL,
    assertion,
    badge_class,
    hosted,
    key_document,
    profile,
    signed,
    world,
)
from tests.verifier.ob2_issuer import (
    ASSERTION,
    BASE,
)
from tests.verifier.simulator import put


def cases() -> Cases:
    found = Cases(HOSTED, world())
    _good(found)
    return found


def _good(cases: Cases) -> None:
    live = {"notes": ["hosted.live"]}
    cases.good(
        "good-ob2-hosted",
        text(hosted()),
        "Open Badges 2.0, hosted",
        "The badge stands at its own address now, on its issuer's host.",
        more={**live, "securing": "ob2-hosted"},
    )
    cases.good(
        "good-ob2-hosted-differs",
        text(hosted(put("narrative", value="x"))),
        "Open Badges 2.0, hosted; presented with other words",
        "What is presented is only a pointer; the badge at its address counts.",
        more={"notes": ["hosted.differs", "hosted.live"]},
    )
    cases.good(
        "good-ob2-signed",
        signed(),
        "Open Badges 2.0, signed",
        "The token is signed with the key that the issuer's document lists.",
        rule=RULE,
        more={"securing": "ob2-signed"},
    )
    cases.good(
        "good-ob2-es256",
        signed(key=P256),
        "Open Badges 2.0, signed with ES256",
        "The issuer's key decides the algorithm, whichever it is.",
        rule=RULE,
        documents=world(key=key_document(P256)),
    )
    own_key = profile(put("publicKey", value=[key_document()]))
    cases.good(
        "good-ob2-key-inside",
        signed(),
        "Open Badges 2.0, key in the issuer's document",
        "The issuer's document holds the key itself.",
        rule=RULE,
        documents=world(issuer=own_key, key=None),
    )
    inside = assertion(put("badge", value=badge_class()))
    cases.good(
        "good-ob2-badge-inside",
        token(inside, SCHOOL, head={"alg": "RS256"}),
        "Open Badges 2.0, badge class in the assertion",
        "The badge class is written out in the assertion.",
        rule=RULE,
        documents=world(badge=None),
    )
    cases.good(
        "good-ob2-other-host",
        text(hosted()),
        "Open Badges 2.0, verification/allowedOrigins",
        "The issuer's document lets its badges lie on this host.",
        more=live,
        documents=world(
            issuer=profile(
                put(
                    "verification",
                    value={
                        "allowedOrigins": ["badges.example.no"],
                        "startsWith": f"{BASE}/assertions/",
                    },
                )
            )
        ),
    )
    cases.good(
        "good-ob2-png",
        png(itxt(text(hosted()), b"openbadges")),
        "Open Badges 2.0 in a PNG",
        "The assertion stands in the old chunk.",
        more=live,
    )
    cases.good(
        "good-ob2-png-token",
        png(itxt(signed(), b"openbadges")),
        "Open Badges 2.0 in a PNG, signed",
        "The token stands in the old chunk.",
        rule=RULE,
    )
    cases.good(
        "good-ob2-png-address",
        png(chunk(b"tEXt", b"openbadges\0" + ASSERTION.encode())),
        "Open Badges 2.0 in a PNG, an address",
        "The oldest kind of chunk holds the assertion's address.",
        more=live,
    )
    cases.good(
        "good-ob2-svg",
        svg(carried(text(hosted()), "assertion"), NS2),
        "Open Badges 2.0 in an SVG",
        "The assertion stands in the old element.",
        more=live,
    )
    cases.good(
        "good-ob2-svg-address",
        svg(f'<openbadges:assertion verify="{ASSERTION}"/>'.encode(), NS2),
        "Open Badges 2.0 in an SVG, an address",
        "The old element holds the address.",
        more=live,
    )
    cases.good(
        "good-ob2-svg-token",
        svg(b'<openbadges:assertion verify="' + signed() + b'"/>', NS2),
        "Open Badges 2.0 in an SVG, signed",
        "The old element holds the token.",
        rule=RULE,
    )
    cases.good(
        "good-ob2-recipient",
        text(hosted()),
        "Open Badges 2.0; recipient: hashed",
        "The hash of the address asked about is the badge's.",
        more=live,
        recipient=MAIL,
    )
