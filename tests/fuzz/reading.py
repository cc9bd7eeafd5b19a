"""Targets: texts of strangers, taken apart."""

import base64
import json
import re
from datetime import UTC

import jwt

from badge_assets.letters import UnfitText, ready
from issuer import codes, names, programme, texts
from issuer.errors import BadInput
from issuer.toml_tables import Fault, FileFaults
from issuer.web import http, idempotency, pages_holder
from issuer.web.headers import is_served
from issuer.web.problems import Problem
from keys.jwk import b64url_decode, b64url_encode
from keys.multikey import MalformedKey, base58btc_decode, base58btc_encode
from tests.fuzz.target import refused, target
from verifier import addresses, jws, strict_json, terminal, timestamps
from verifier.documents import DocumentUnavailable
from verifier.jws import MalformedJws
from verifier.strict_json import MalformedJson
from verifier.texts import LANGUAGES
from verifier.timestamps import MalformedTimestamp


def loose(data: bytes) -> str:
    """Any bytes as a text, halves of surrogate pairs kept."""
    return data.decode("utf-8", "surrogateescape")


@target
def strict(data: bytes) -> None:
    """Strict JSON: refused by `MalformedJson`, or read as every other reader does."""
    value = refused(lambda: strict_json.loads(data), MalformedJson)
    if value is None:
        return
    # Not by `==`, to which 1, 1.0 and true are equal.
    assert repr(json.loads(data)) == repr(value)
    written = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    assert repr(strict_json.loads(written)) == repr(value)


@target
def token(data: bytes) -> None:
    """A compact JWS: refused by `MalformedJws`, or of one spelling only, and read as PyJWT does."""
    text = data.decode("latin-1")
    parts = refused(lambda: jws.split(text), MalformedJws)
    if parts is None:
        return
    head, payload, signature = text.split(".")
    assert b64url_encode(b64url_decode(head)) == head
    assert b64url_encode(parts.payload_bytes) == payload
    assert b64url_encode(parts.signature) == signature
    assert parts.signing_input == f"{head}.{payload}".encode()
    assert parts.header["alg"] in jws.ALGORITHMS
    # PyJWT refuses a `kid` that is no text; ours leaves that to whoever needs it.
    if isinstance(parts.header.get("kid", ""), str):
        assert jwt.get_unverified_header(text) == parts.header


@target
def encodings(data: bytes) -> None:
    """base64url and base58btc: each byte string has one text, and each text one byte string."""
    text = loose(data)
    read = refused(lambda: b64url_decode(text), ValueError)
    if read is not None:
        assert b64url_encode(read) == text
        assert base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) == read
    assert b64url_decode(b64url_encode(data)) == data
    found = refused(lambda: base58btc_decode(text), MalformedKey)
    if found is not None:
        assert base58btc_encode(found) == text
    if len(data) <= 160:
        assert base58btc_decode(base58btc_encode(data)) == data


@target
def moments(data: bytes) -> None:
    """Times: refused by `MalformedTimestamp`, or a moment in UTC."""
    text = loose(data)
    for assume in (False, True):
        read = refused(lambda: timestamps.parse(text, assume_utc=assume), MalformedTimestamp)  # noqa: B023
        if read is not None:
            assert read.tzinfo is UTC
            assert text[:4].isdigit()
            assert assume or re.search(r"(?:Z|[+-]\d\d:\d\d)$", text)


@target
def address(data: bytes) -> None:
    """An https address: refused by `DocumentUnavailable`, or of one spelling, and harmless."""
    text = loose(data)
    read = refused(lambda: addresses.parse_url(text), DocumentUnavailable)
    if read is not None:
        assert addresses.parse_url(str(read)) == read
        assert not set(read.host + read.target) & set(" \\@#\r\n\t\0") - set("@")
        assert "@" not in read.host
        assert not addresses.is_public(read.host)
    assert not addresses.is_public(text) or ":" in text or text.count(".") == 3


@target
def code(data: bytes) -> None:
    """What somebody typed or scanned for a badge's code: `MistypedCode`, or the code as stored."""
    text = loose(data)
    for written in (text, pages_holder.own_code(text, "merke.example.no")):
        if written is None:
            continue
        read = refused(lambda: codes.read(written), codes.MistypedCode)  # noqa: B023
        if read is not None:
            assert set(read) <= set(codes.ALPHABET)
            assert codes.read(codes.grouped(read).lower()) == read


@target
def name(data: bytes) -> None:
    """Names: `BadInput` or `UnfitText`, or one clean line; and an address part from any of them."""
    text = loose(data)
    read = refused(lambda: names.clean(text), BadInput)
    if read is not None:
        assert names.clean(read) == read
        assert re.fullmatch("[a-z0-9-]{3,60}", names.slug(read))
        names.folded(read).encode()
        names.sort_key(read).encode()
    drawn = refused(lambda: ready(text, 200, "the name"), UnfitText)
    if drawn is not None:
        assert ready(drawn, 200, "the name") == drawn
    shown = terminal.plain(text)
    assert len(shown) <= 160
    assert shown.isprintable() or "\N{REPLACEMENT CHARACTER}" in shown


@target
def header(data: bytes) -> None:
    """What stands in a header of a request: `Accept`, `Accept-Language`, `Host`,
    `Idempotency-Key`. Any bytes give one of the answers there are."""
    text = data.decode("latin-1")
    if not http.prefers_html(text, default=True):
        assert not http.prefers_html(text, default=False)
    assert texts.negotiate(None, text) in LANGUAGES
    assert texts.negotiate(text, None) in LANGUAGES
    if is_served(data, "merke.example.no", {"merke.example.no", "localhost"}):
        assert text.lower().partition(":")[0] in ("merke.example.no", "localhost")
    key = refused(lambda: idempotency.read_key([text]), Problem)
    if key is not None:
        assert 1 <= len(key) <= 200
        assert key.isascii()
        assert key.isprintable()


@target
def programme_file(data: bytes) -> None:
    """A programme: `FileFaults`, each with a place inside the file, or a programme."""
    faults = _faults(data)
    lines = data.count(b"\n") + 1
    for fault in faults or ():
        assert fault.line is None or 1 <= fault.line <= lines
        assert fault.column is None or fault.column >= 1
        assert "\n" not in str(fault)
    assert faults is None or faults


def _faults(data: bytes) -> tuple[Fault, ...] | None:
    try:
        programme.load(data, "programme.toml")
    except FileFaults as refusal:
        return refusal.faults
    return None
