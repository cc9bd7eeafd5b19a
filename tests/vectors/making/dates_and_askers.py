"""Dates that do not hold, and the asker's own questions."""

import hashlib

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    BASE,
    DID,
    OTHER_DID,
    credential,
    embedded,
)
from tests.vectors.making.shape_common import (
    HOME,
    RULE,
    identity,
    signed_as_json,
)
from tests.verifier.simulator import put

PERIOD = "VC Data Model 2.0, 4.9 (validity period)"


def cases() -> Cases:
    found = Cases(RULE, HOME)
    _dates(found)
    _askers(found)
    return found


def _dates(cases: Cases) -> None:
    badge = embedded(credential())
    for name, now, reason, says in (
        (
            "expired-by-a-second",
            "2027-01-15T00:00:00Z",
            "period.expired",
            "The badge ended a second ago.",
        ),
        (
            "expired-long-ago",
            "2030-06-01T00:00:00Z",
            "period.expired",
            "The badge ended years ago.",
        ),
        (
            "not-yet",
            "2026-01-14T23:58:59Z",
            "proof.created period.not_yet",
            "The badge begins 61 seconds from now, and its proof was made later still.",
        ),
    ):
        cases.bad(
            f"period-{name}",
            badge,
            reason,
            f"now: {name.replace('-', ' ')}",
            says,
            rule=PERIOD,
            now=now,
            who="unproven" if "not-yet" in name else "domain",
        )
    for name, change, reasons, says in (
        (
            "order",
            put("validUntil", value="2026-01-14T00:00:00Z"),
            "period.order",
            "The badge ends before it begins.",
        ),
        (
            "begins-later",
            put("validFrom", value="2026-11-24T12:01:01Z"),
            "period.not_yet",
            "The badge begins more than a minute from now.",
        ),
        (
            "no-offset",
            put("validFrom", value="2026-01-15T00:00:00"),
            "structure.value",
            "The beginning names no moment, for it has no offset.",
        ),
        (
            "no-such-day",
            put("validUntil", value="2027-02-29T00:00:00Z"),
            "structure.value",
            "There is no such day.",
        ),
        (
            "date-alone",
            put("validUntil", value="2027-01-14"),
            "structure.value",
            "The end is a day, and no moment.",
        ),
        (
            "number",
            put("validUntil", value=1_800_000_000),
            "structure.value",
            "The end is a number.",
        ),
        ("null", put("validUntil", value=None), "structure.empty term.lost", "The end is null."),
        (
            "second-60",
            put("validUntil", value="2026-12-31T23:59:60Z"),
            "structure.value",
            "XML Schema has no second 60.",
        ),
        (
            "hour-25",
            put("validUntil", value="2026-12-31T25:00:00Z"),
            "structure.value",
            "A day has no 25th hour.",
        ),
        (
            "offset-beyond",
            put("validUntil", value="2026-12-31T00:00:00+14:30"),
            "structure.value",
            "No offset is further than 14 hours.",
        ),
        (
            "small-letters",
            put("validUntil", value="2026-12-31t00:00:00z"),
            "structure.value",
            "XML Schema writes T and Z in capitals.",
        ),
        (
            "year-10000",
            put("validUntil", value="10000-01-01T00:00:00Z"),
            "structure.value",
            "The year is beyond the calendar that is read here.",
        ),
        (
            "awarded-words",
            put("awardedDate", value="last spring"),
            "structure.value",
            "The day of the award is no date.",
        ),
    ):
        cases.bad(
            f"period-{name}",
            signed_as_json(credential(change)),
            reasons,
            f"dates: {name.replace('-', ' ')}",
            says,
            rule=PERIOD,
            who="domain",
        )
    cases.good(
        "good-period-last-second",
        badge,
        "now: the last second",
        "The badge's last second is not over yet.",
        rule=PERIOD,
        now="2027-01-14T23:59:59.999999Z",
    )
    cases.good(
        "good-period-first-minute",
        embedded(credential(put("validFrom", value="2026-11-24T12:01:00Z"))),
        "validFrom: 60 s ahead",
        "The badge begins within the minute that is allowed.",
        rule=PERIOD,
    )
    cases.good(
        "good-at-then",
        badge,
        "at: when the badge was in force; now: years later",
        "The badge has ended, and was good on the day asked about.",
        rule="Merke: time",
        now="2030-01-01T00:00:00Z",
        at="2026-06-01T00:00:00Z",
    )
    cases.bad(
        "at-later",
        badge,
        "period.expired",
        "at: after the end",
        "The badge is good today, and will not be on the day asked about.",
        rule="Merke: time",
        at="2027-06-01T00:00:00Z",
        who="domain",
    )
    cases.bad(
        "at-before",
        badge,
        "period.not_yet",
        "at: before the beginning",
        "The badge is good today, and was not yet on the day asked about.",
        rule="Merke: time",
        at="2025-06-01T00:00:00Z",
        who="domain",
    )


def _askers(cases: Cases) -> None:
    badge = embedded(credential())
    rule = "Open Badges 3.0, verification (recipient)"
    hashes = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    # sha256 and md5 of "a@example.comKosher"
    md5 = "md5$" + hashlib.md5(b"a@example.comKosher").hexdigest()
    hashed = identity(hashed=True, identityHash=hashes, salt="Kosher")
    for name, change, recipient, says in (
        ("id", None, f"{BASE}/m/eksempelteatret", "The asker names the subject's id."),
        ("plain", identity(), "a@example.no", "The asker names the plain identifier."),
        (
            "capitals",
            identity(),
            "A@Example.no",
            "An e-mail address is tried in small letters, too.",
        ),
        ("sha256", hashed, "a@example.com", "The hash of the address and the salt is the badge's."),
        (
            "sha256-capitals",
            identity(
                hashed=True, identityHash=hashes.upper().replace("SHA256", "sha256"), salt="Kosher"
            ),
            "a@example.com",
            "The hash is written in capitals.",
        ),
        (
            "md5",
            identity(hashed=True, identityHash=md5, salt="Kosher"),
            "a@example.com",
            "The older kind of hash is right, too.",
        ),
    ):
        cases.good(
            f"good-recipient-{name}",
            embedded(credential(*([change] if change else []))),
            f"recipient: {name.replace('-', ' ')}",
            says,
            rule=rule,
            recipient=recipient,
        )
    for name, change, recipient, says in (
        ("other", identity(), "b@example.no", "The badge is somebody else's."),
        ("hash-itself", hashed, hashes, "Whoever knows the hash does not know the address."),
        (
            "no-salt",
            identity(hashed=True, identityHash=hashes),
            "a@example.com",
            "The hash fits with the salt, and the badge has none.",
        ),
        (
            "other-salt",
            identity(hashed=True, identityHash=hashes, salt="kosher"),
            "a@example.com",
            "The salt is another.",
        ),
        (
            "plain-called-hashed",
            identity(hashed=True),
            "a@example.no",
            "A plain identifier that is said to be hashed is nobody's.",
        ),
        (
            "unknown-hash",
            identity(hashed=True, identityHash="sha1$" + "0" * 40),
            "a@example.no",
            "The hash is of a kind that is not known.",
        ),
        ("part", identity(), "a@example", "A part of an identifier is no identifier."),
    ):
        cases.bad(
            f"recipient-{name}",
            embedded(credential(change)),
            "recipient.mismatch",
            f"recipient: {name.replace('-', ' ')}",
            says,
            rule=rule,
            recipient=recipient,
            who="domain",
        )
    cases.good(
        "good-trusted",
        badge,
        "trust: this issuer among others",
        "The issuer is one that the asker trusts.",
        rule="Merke: trust",
        trust=[OTHER_DID, DID],
    )
    cases.bad(
        "untrusted",
        badge,
        "issuer.untrusted",
        "trust: another issuer",
        "The badge is good, and its issuer is none that the asker trusts.",
        rule="Merke: trust",
        trust=[OTHER_DID],
        who="domain",
    )
    cases.good(
        "good-ours",
        badge,
        "ours: this issuer",
        "The badge is the asker's own.",
        rule="Merke: who",
        ours=[DID],
        who="ours",
    )
    cases.good(
        "good-not-ours",
        badge,
        "ours: another issuer",
        "The badge is good, and the asker is told that it is none of its own.",
        rule="Merke: who",
        ours=[OTHER_DID],
        more={"notes": ["who.not_ours"]},
    )
