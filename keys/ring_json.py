"""The key ring as JSON, version 1. Bytes in, bytes out; nothing is opened here.

    {"format": "merke-key-ring", "version": 1, "did": "did:web:example.no",
     "scrypt": {"salt": "…", "n": 131072, "r": 8, "p": 1},
     "keys": [{"fragment": "z6Mk…", "purpose": "badge", "algorithm": "EdDSA",
               "public": {"kty": "OKP", "crv": "Ed25519", "x": "…"},
               "created": "2026-05-12T08:00:00Z", "signs_from": "2026-05-12T08:00:00Z",
               "retired": null, "compromised": null, "sealed": "…"}]}

No other member is allowed and none may be missing. Times are UTC and whole seconds. `salt` (16
bytes) and `sealed` (nonce, encrypted PKCS #8 private key, tag) are base64url. Private halves are
bound to id and purpose by the seal; the dates lie open, so that a key can be retired or declared
compromised without the passphrase. Whoever may write the file can change dates too: the
issuer's own record is the witness.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from keys import jwk
from keys.did import MalformedDid, document_url
from keys.multikey import MalformedKey
from keys.record import DamagedRing, ImpossibleRecord, KeyRecord, Purpose, WrongRing
from keys.sealed import Lock

FORMAT, VERSION = "merke-key-ring", 1

_MEMBERS = ("format", "version", "did", "scrypt", "keys")
_LOCK_MEMBERS = ("salt", "n", "r", "p")
_KEY_MEMBERS = (
    *("fragment", "purpose", "algorithm", "public"),
    *("created", "signs_from", "retired", "compromised", "sealed"),
)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True)
class StoredRing:
    """What the JSON holds: the records in order, and by fragment the sealed private halves."""

    did: str
    lock: Lock
    records: tuple[KeyRecord, ...]
    sealed: Mapping[str, bytes]


def write(ring: StoredRing) -> bytes:
    """Return the JSON form, indented for people, with a line end."""
    lock = ring.lock
    text = json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "did": ring.did,
            "scrypt": {
                "salt": jwk.b64url_encode(lock.salt),
                "n": lock.n,
                "r": lock.r,
                "p": lock.p,
            },
            "keys": [
                {
                    "fragment": record.fragment,
                    "purpose": record.purpose,
                    "algorithm": record.algorithm,
                    "public": jwk.public_jwk(record.public),
                    "created": _write_time(record.created),
                    "signs_from": _write_time(record.signs_from),
                    "retired": _write_time(record.retired),
                    "compromised": _write_time(record.compromised),
                    "sealed": jwk.b64url_encode(ring.sealed[record.fragment]),
                }
                for record in ring.records
            ],
        },
        indent=2,
    )
    return text.encode() + b"\n"


def read(data: bytes) -> StoredRing:
    """Return what `data` holds.

    Raises `WrongRing` if it is no key ring of this version, and `DamagedRing`, saying where, if
    anything in it is missing, unknown, misspelt, contradictory or too weak.
    """
    try:
        ring = json.loads(data.decode(), object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise DamagedRing("The key ring is not JSON: it was cut short or overwritten.") from None
    if not isinstance(ring, dict) or ring.get("format") != FORMAT:
        raise WrongRing("The file is not a key ring of this program.")
    if type(ring.get("version")) is not int or ring["version"] != VERSION:
        raise WrongRing(
            f"The key ring is not of version {VERSION}: a newer program made it, which must be "
            "used to read it."
        )
    try:
        return _read_ring(ring)
    except (ValueError, ImpossibleRecord) as error:
        raise DamagedRing(
            f"The key ring is damaged: {error}. Nothing can be signed with it; restore it from "
            "a backup."
        ) from None


def _read_ring(ring: dict[str, Any]) -> StoredRing:
    _check_members(ring, _MEMBERS, "the ring")
    did = _text(ring, "did", "the ring")
    try:
        document_url(did)
    except MalformedDid as error:
        raise ValueError(f"its did is {error}") from None
    items = ring["keys"]
    if not isinstance(items, list) or not items:
        raise ValueError("it lists no keys")
    records, sealed = [], {}
    for number, item in enumerate(items, 1):
        where = f"key {number}"
        _check_members(item, _KEY_MEMBERS, where)
        record = _read_record(item, where)
        if record.fragment in sealed:
            raise ValueError(f"{where} is there twice")
        records.append(record)
        sealed[record.fragment] = _bytes(item, "sealed", where)
    if missing := set(Purpose) - {record.purpose for record in records}:
        raise ValueError(f"it has no {min(missing)} key")
    return StoredRing(did, _read_lock(ring["scrypt"]), tuple(records), sealed)


def _read_lock(item: Any) -> Lock:
    _check_members(item, _LOCK_MEMBERS, "scrypt")
    for name in ("n", "r", "p"):
        if type(item[name]) is not int:
            raise ValueError(f"scrypt: {name} is not a whole number")
    return Lock(_bytes(item, "salt", "scrypt"), item["n"], item["r"], item["p"])


def _read_record(item: dict[str, Any], where: str) -> KeyRecord:
    purpose = _text(item, "purpose", where)
    if purpose not in list(Purpose):
        raise ValueError(f"{where}: no key has the purpose {purpose!r}")
    if not isinstance(item["public"], dict):
        raise ValueError(f"{where}: public is not a JWK")
    try:
        public = jwk.public_key(item["public"])
    except MalformedKey as error:
        raise ValueError(f"{where}: {error}") from None
    if item["public"] != jwk.public_jwk(public):
        raise ValueError(f"{where}: public holds more than the key")
    return KeyRecord(
        _text(item, "fragment", where),
        Purpose(purpose),
        _text(item, "algorithm", where),
        public,
        _time(item, "created", where),
        _time(item, "signs_from", where),
        None if item["retired"] is None else _time(item, "retired", where),
        None if item["compromised"] is None else _time(item, "compromised", where),
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _check_members(item: Any, names: tuple[str, ...], where: str) -> None:
    if not isinstance(item, dict):
        raise ValueError(f"{where} is not an object")
    if missing := [name for name in names if name not in item]:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    if unknown := [name for name in item if name not in names]:
        raise ValueError(f"{where} has the unknown member {unknown[0]!r}")


def _text(item: dict[str, Any], name: str, where: str) -> str:
    if not isinstance(item[name], str):
        raise ValueError(f"{where}: {name} is not text")
    return str(item[name])


def _bytes(item: dict[str, Any], name: str, where: str) -> bytes:
    try:
        return jwk.b64url_decode(_text(item, name, where))
    except ValueError as error:
        raise ValueError(f"{where}: {name} is {error}") from None


def _time(item: dict[str, Any], name: str, where: str) -> datetime:
    text = _text(item, name, where)
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{where}: {name} is not a time like 2026-05-12T08:00:00Z")


def _write_time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
