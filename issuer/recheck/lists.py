"""The published status lists, bit by bit, against the record."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from issuer.recheck import proofs
from issuer.recheck.findings import Finding
from issuer.recheck.keys import Keys
from issuer.recheck.reading import Row, instant, moment, rows, whole

_QUERY = (
    "SELECT number, version, signed_version, signed_at, valid_until, signed_json, signed_jwt,"
    " held_at FROM status_list ORDER BY number"
)


def lists(
    connection: Connection, keys: Keys, did: str, base_url: str, now: datetime
) -> Iterator[Finding]:
    """Lists whose signature does not hold, that show other bits, or that have run out."""
    for row in rows(connection, _QUERY):
        if moment(row["signed_at"]) is None:
            continue
        subject = f"list {row['number']}"
        try:
            shown = [_bits(form) for form in _read(row, keys, did, base_url)]
        except proofs.DoesNotHold as fault:
            yield Finding("list.signature", subject, {"fault": str(fault)})
            continue
        except (ValueError, KeyError, TypeError, OSError) as fault:
            yield Finding("list.signature", subject, {"fault": type(fault).__name__})
            continue
        if moment(row["held_at"]) is None and instant(row["valid_until"]) < now:
            yield Finding("list.old", subject)
        yield from _compared(connection, row, shown, subject)


def _read(row: Row, keys: Keys, did: str, base_url: str) -> Iterator[Mapping[str, Any]]:
    document = json.loads(whole(row["signed_json"]))
    proofs.embedded(document, did, keys, "status")
    claims = proofs.token(
        whole(row["signed_jwt"]), did, keys, "status", "vc+jwt", instant(row["signed_at"])
    )
    for form in (document, claims):
        if form["id"] != f"{base_url}/status/{row['number']}":
            raise proofs.DoesNotHold("it has the id of another list")
        yield form


def _bits(document: Mapping[str, Any]) -> bytes:
    text: str = document["credentialSubject"]["encodedList"]
    if not text.startswith("u"):
        raise ValueError("not base64url")
    body = text[1:]
    return gzip.decompress(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def _compared(
    connection: Connection, row: Row, shown: list[bytes], subject: str
) -> Iterator[Finding]:
    # What was revoked after the list was signed last is not in it yet.
    until = None if row["signed_version"] == row["version"] else instant(row["signed_at"])
    must, may = set(), set()
    for place in rows(
        connection,
        "SELECT position, revoked_at FROM status_entry"
        " WHERE list_number = :number AND revoked_at IS NOT NULL",
        number=row["number"],
    ):
        may.add(place["position"])
        if until is None or instant(place["revoked_at"]) <= until:
            must.add(place["position"])
    for place in rows(
        connection,
        "SELECT position FROM lost_place WHERE list_number = :number",
        number=row["number"],
    ):
        may.add(place["position"])
    for bits in shown:
        found = {
            index * 8 + offset
            for index, byte in enumerate(bits)
            if byte
            for offset in range(8)
            if byte & (0x80 >> offset)
        }
        for position in sorted((must - found) | (found - may))[:20]:
            yield Finding("list.bits", subject, {"place": position})
