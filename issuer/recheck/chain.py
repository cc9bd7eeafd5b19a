"""The chain of audit entries, and the signed checkpoints beside it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import jwt
from sqlalchemy import Connection

from issuer.recheck.findings import Finding
from issuer.recheck.keys import Keys
from issuer.recheck.reading import instant, rows, value

_NOTHING_BEFORE = "0" * 64
# Processes of one machine read one clock, but may commit in another order.
_SAME_MOMENT = timedelta(seconds=5)


def _digest(content: dict[str, object]) -> str:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _emptied(connection: Connection) -> dict[int, str]:
    """Entries whose details an erasure took out, with the digest of what was left of each."""
    query = "SELECT number, details FROM audit_entry WHERE act = 'participation.erase'"
    found = {}
    for row in rows(connection, query):
        for number, left in value(row["details"]).get("emptied", {}).items():
            if int(number) < row["number"]:
                found[int(number)] = left
    return found


def entries(connection: Connection) -> Iterator[Finding]:
    """Every entry that was changed, taken out, put in or moved."""
    number, previous, latest = 0, _NOTHING_BEFORE, None
    emptied = _emptied(connection)
    query = (
        "SELECT e.number, e.at, e.act, e.subject, e.details, e.person_digest, e.previous, e.hash,"
        ' p.salt, p."by", p.reason FROM audit_entry e LEFT JOIN audit_person p'
        " ON p.number = e.number ORDER BY e.number"
    )
    for row in rows(connection, query):
        subject = f"entry {row['number']}"
        if row["number"] != number + 1:
            yield Finding("chain.gap", subject)
        if row["previous"] != previous:
            yield Finding("chain.link", subject)
        at = instant(row["at"])
        content = {
            "number": row["number"],
            "at": at.isoformat(),
            "act": row["act"],
            "subject": row["subject"],
            "details": row["details"],
            "person": row["person_digest"],
            "previous": row["previous"],
        }
        stands = _digest(content)
        left = _digest({"entry": stands, "hash": row["hash"]})
        if row["hash"] != stands and emptied.get(row["number"]) != left:
            yield Finding("chain.changed", subject)
        person = {"salt": row["salt"], "by": row["by"], "reason": row["reason"]}
        if row["salt"] is not None and row["person_digest"] != _digest(person):
            yield Finding("chain.person", subject)
        if latest is not None and at < latest - _SAME_MOMENT:
            yield Finding("chain.clock", subject)
        number, previous = row["number"], row["hash"]
        latest = at if latest is None else max(latest, at)


def checkpoints(connection: Connection, keys: Keys) -> Iterator[Finding]:
    """Every checkpoint that is not signed by its key, or vouches for another chain."""
    query = (
        "SELECT c.day, c.number, c.hash, c.signed_by, c.signed_at, c.jws, e.hash AS found"
        " FROM checkpoint c LEFT JOIN audit_entry e ON e.number = c.number ORDER BY c.day"
    )
    for row in rows(connection, query):
        subject = f"checkpoint {row['day']}"
        key = keys.signing(row["signed_by"], "audit", instant(row["signed_at"]))
        try:
            if key is None:
                raise jwt.InvalidKeyError
            if jwt.get_unverified_header(row["jws"]).get("typ") != "merke-checkpoint+jwt":
                raise jwt.InvalidTokenError
            said = jwt.decode(
                row["jws"], jwt.PyJWK(key), algorithms=["EdDSA"], options={"verify_iat": False}
            )
        except jwt.PyJWTError:
            yield Finding("checkpoint.signature", subject)
            continue
        content = (said.get("day"), said.get("number"), said.get("hash"))
        if content != (str(row["day"]), row["number"], row["hash"]):
            yield Finding("checkpoint.content", subject)
        if row["found"] != row["hash"]:
            yield Finding("checkpoint.entry", subject)


def issued(connection: Connection) -> dict[str, dict[str, str]]:
    """What the log says was issued: id of the credential → the details of its entry."""
    found: dict[str, dict[str, str]] = {}
    query = (
        "SELECT details FROM audit_entry"
        " WHERE act IN ('award.seal', 'award.lift', 'award.reseal') ORDER BY number"
    )
    for row in rows(connection, query):
        details = value(row["details"])
        found[details["credential"]] = details
    return found
