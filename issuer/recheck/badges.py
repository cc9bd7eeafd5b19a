"""Every award and every credential ever issued: bytes, proofs, days, decisions."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from issuer.recheck import proofs
from issuer.recheck.findings import Finding
from issuer.recheck.keys import Keys
from issuer.recheck.reading import Row, day, instant, moment, rows, whole

_CREDENTIALS = (
    "SELECT c.id, c.sealed_json, c.sealed_jwt, c.json_digest, c.jwt_digest, c.valid_from,"
    " c.valid_until, c.issued_at, c.erased_at, a.valid_until AS award_until,"
    " a.valid_from AS award_from, p.slug, s.list_number, s.position"
    " FROM credential c JOIN award a ON a.id = c.award_id JOIN cycle y ON y.id = a.cycle_id"
    " JOIN participation p ON p.id = y.participation_id"
    " LEFT JOIN status_entry s ON s.credential_id = c.id"
    " WHERE c.state = 'issued' ORDER BY c.issued_at, c.id"
)
_ENDING = ("suspend", "withdraw", "give_up", "void")
# A copy is replaced and revoked when its key was compromised, by an act that ends nothing.
_REPLACING = "reseal"


def credentials(
    connection: Connection,
    keys: Keys,
    did: str,
    base_url: str,
    issued: Mapping[str, Mapping[str, str]],
) -> Iterator[Finding | None]:
    """What is wrong with each credential that was issued; None after each, for the counting."""
    seen = set()
    for row in rows(connection, _CREDENTIALS):
        seen.add(row["id"])
        yield from _credential(row, keys, did, base_url, issued.get(row["id"]))
        yield None
    for absent in issued.keys() - seen:
        yield Finding("credential.absent", absent)


def _credential(
    row: Row, keys: Keys, did: str, base_url: str, logged: Mapping[str, str] | None
) -> Iterator[Finding]:
    subject = row["id"]
    if logged is None:
        yield Finding("credential.unlogged", subject)
    digests = (row["json_digest"], row["jwt_digest"])
    # What was sealed before digests were logged has them in the record alone.
    if logged and (logged.get("json_digest"), logged.get("jwt_digest")) not in (
        digests,
        (None, None),
    ):
        yield Finding("credential.bytes", subject)
    if moment(row["erased_at"]) is not None:
        return
    forms = (whole(row["sealed_json"]), whole(row["sealed_jwt"]))
    if tuple(hashlib.sha256(form).hexdigest() for form in forms) != digests:
        yield Finding("credential.bytes", subject)
    try:
        document = json.loads(forms[0].decode("ascii"))
        yield from _fields(row, document, did, base_url)
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        yield Finding("credential.form", subject, {"fault": type(fault).__name__})
        return
    yield from _signed(row, document, forms[1], did, keys)


def _fields(row: Row, document: Mapping[str, Any], did: str, base_url: str) -> Iterator[Finding]:
    status = document["credentialStatus"]
    address = f"{base_url}/status/{row['list_number']}"
    expected = {
        "id": (document["id"], f"{base_url}/b/{row['id']}"),
        "issuer": (document["issuer"]["id"], did),
        "credentialSubject": (document["credentialSubject"]["id"], f"{base_url}/m/{row['slug']}"),
        "validFrom": (datetime.fromisoformat(document["validFrom"]), instant(row["valid_from"])),
        "validUntil": (datetime.fromisoformat(document["validUntil"]), instant(row["valid_until"])),
        "credentialStatus": (
            (status["type"], status["statusListCredential"], status["statusListIndex"]),
            ("BitstringStatusListEntry", address, str(row["position"])),
        ),
    }
    for field, (found, wanted) in expected.items():
        if found != wanted:
            yield Finding("credential.field", row["id"], {"field": field})
    if instant(row["valid_until"]) != instant(row["award_until"]):
        yield Finding("credential.field", row["id"], {"field": "validUntil"})
    if instant(row["valid_from"]) < instant(row["award_from"]):
        yield Finding("credential.field", row["id"], {"field": "validFrom"})


def _signed(
    row: Row, document: Mapping[str, Any], token: bytes, did: str, keys: Keys
) -> Iterator[Finding]:
    subject = row["id"]
    try:
        proofs.embedded(document, did, keys, "badge")
    except proofs.WrongKey as fault:
        yield Finding("credential.key", subject, {"key": str(fault)})
    except (proofs.DoesNotHold, ValueError) as fault:
        yield Finding("credential.proof", subject, {"fault": str(fault)})
    try:
        claims = proofs.token(token, did, keys, "badge-jwt", "JWT", instant(row["issued_at"]))
        mirrored = {name: claims.pop(name) for name in ("iss", "jti", "sub", "nbf", "exp")}
    except proofs.WrongKey as fault:
        yield Finding("credential.key", subject, {"key": str(fault)})
    except (proofs.DoesNotHold, KeyError) as fault:
        yield Finding("credential.token", subject, {"fault": str(fault)})
    else:
        unsigned = {name: part for name, part in document.items() if name != "proof"}
        same = {
            "iss": did,
            "jti": document["id"],
            "sub": document["credentialSubject"]["id"],
            "nbf": int(instant(row["valid_from"]).timestamp()),
            "exp": int(instant(row["valid_until"]).timestamp()),
        }
        if claims != unsigned or mirrored != same:
            yield Finding("credential.token", subject, {"fault": "it says something else"})


def awards(connection: Connection) -> Iterator[Finding]:
    """Awards that the rules do not allow: requirements, people, days, two in one cycle."""
    editions = {
        row["id"]: tomllib.loads(whole(row["source"]).decode())
        for row in rows(connection, "SELECT id, source FROM edition")
    }
    accepted: dict[int, set[str]] = {}
    for row in rows(
        connection,
        "SELECT cycle_id, requirement FROM requirement_record WHERE accepted_at IS NOT NULL",
    ):
        accepted.setdefault(row["cycle_id"], set()).add(row["requirement"])
    # The cycle of the first award that stands: what comes after it is a renewal.
    earliest = {
        row["participation_id"]: row["number"]
        for row in rows(
            connection,
            "SELECT y.participation_id, min(y.number) AS number FROM cycle y"
            " JOIN award a ON a.cycle_id = y.id WHERE a.state = 'issued'"
            " GROUP BY y.participation_id",
        )
    }
    standing: set[int] = set()
    query = (
        "SELECT a.code, a.cycle_id, a.state, a.first_day, a.last_day, a.valid_from, a.valid_until,"
        " a.prepared_by, a.decided_by, a.override, y.number, y.edition_id,"
        " y.participation_id, y.not_after"
        " FROM award a JOIN cycle y ON y.id = a.cycle_id"
        " WHERE a.state IN ('issued', 'void') ORDER BY a.id"
    )
    for row in rows(connection, query):
        programme = editions[row["edition_id"]]
        first = earliest.get(row["participation_id"], row["number"]) >= row["number"]
        met, asked = accepted.get(row["cycle_id"], set()), programme["requirements"]
        lacking = {item["id"] for item in asked["first" if first else "renewal"]} - met
        if row["not_after"] is not None:
            # It carries an award on, and asks for what was asked for that one.
            either = [{item["id"] for item in asked[kind]} - met for kind in ("first", "renewal")]
            lacking = min(either, key=len)
        if lacking and row["state"] == "issued":
            missing = ", ".join(sorted(lacking))
            yield Finding("award.requirements", row["code"], {"missing": missing})
        alone = (row["prepared_by"] or "").casefold() in ("", row["decided_by"].casefold())
        if programme["deciders"] > 1 and alone and not row["override"]:
            yield Finding("award.deciders", row["code"])
        if not _days_fit(row, programme):
            yield Finding("award.days", row["code"])
        if row["state"] == "issued":
            if row["cycle_id"] in standing:
                yield Finding("award.twice", row["code"])
            standing.add(row["cycle_id"])


def _days_fit(row: Row, programme: Mapping[str, Any]) -> bool:
    """Whole days of the programme's zone, and no more of them than its validity."""
    zone = ZoneInfo(programme["timezone"])
    first, last = day(row["first_day"]), day(row["last_day"])
    starts = datetime.combine(first, time(), zone)
    ends = datetime.combine(last + timedelta(days=1), time(), zone) - timedelta(seconds=1)
    longest = _after(first, programme["validity"]) - timedelta(days=1)
    return (
        first <= last <= longest
        and instant(row["valid_from"]) == starts
        and instant(row["valid_until"]) == datetime.fromtimestamp(ends.timestamp(), zone)
    )


def _after(first: date, period: str) -> date:
    """`first` and a period such as P1Y; a day the month does not have becomes its last."""
    number, unit = int(period[1:-1]), period[-1]
    if unit == "D":
        return first + timedelta(days=number)
    months = first.year * 12 + first.month - 1 + number * (12 if unit == "Y" else 1)
    year, month = divmod(months, 12)
    for shorter in range(4):
        try:
            return date(year, month + 1, first.day - shorter)
        except ValueError:
            continue
    raise ValueError(f"no such day after {first}")


def decisions(connection: Connection) -> Iterator[Finding]:
    """Places in status lists against the decisions on their awards."""
    ended: dict[int, list[tuple[datetime, str]]] = {}
    for row in rows(connection, "SELECT award_id, act, at FROM award_act ORDER BY id"):
        if row["act"] in (*_ENDING, _REPLACING):
            ended.setdefault(row["award_id"], []).append((instant(row["at"]), row["act"]))
    query = (
        "SELECT c.id, c.award_id, c.issued_at, c.state, s.position, s.revoked_at, s.revoked_by"
        " FROM credential c LEFT JOIN status_entry s ON s.credential_id = c.id"
    )
    for row in rows(connection, query):
        if row["position"] is None:
            yield Finding("status.place", row["id"])
            continue
        revoked, issued = moment(row["revoked_at"]), moment(row["issued_at"])
        if issued is None:
            continue
        after = [act for at, act in ended.get(row["award_id"], []) if at >= issued]
        if any(act in _ENDING for act in after) and revoked is None:
            yield Finding("status.revoked", row["id"])
        if revoked is not None and row["revoked_by"] not in after:
            yield Finding("status.unfounded", row["id"])
