"""How long a copy of a document may answer instead of the document, and the copies kept.

A copy may only ever make an answer older than it would be, so every bound counts and none extends
another: what HTTP allows (RFC 9111, as a cache shared by many), a status list's own `ttl`
(Bitstring Status List 1.0, 2.2), the end of its validity, and `LONGEST`. A document that says
nothing is not kept, nor is anything but a whole, good answer.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Any, Final

from verifier import carriers, jws, strict_json, timestamps
from verifier.documents import MAX_DOCUMENT, Document

LONGEST: Final = 3600.0  # seconds; a key that its issuer revokes shall not count much longer
MAX_COPIES: Final = 256
MAX_BYTES: Final = 16 * 1024 * 1024

_SECONDS = re.compile(r"[0-9]{1,9}")


def lifetime(headers: Mapping[str, str], document: Document, now: datetime) -> float:
    """Seconds, from `now` on, for which `document` may be used again; 0 for not at all.

    `headers` are those it came with, their names in lower case.
    """
    allowed = _by_http(headers)
    if allowed == 0:
        return 0.0
    said = [*([] if allowed is None else [allowed]), *_by_ttl(credential := _read(document))]
    if not said:
        return 0.0
    return max(0.0, min(*said, *_until_end(credential, now), LONGEST))


def _by_http(headers: Mapping[str, str]) -> float | None:
    """What HTTP allows; None where it says nothing."""
    directives = dict(_directives(headers.get("cache-control", "")))
    if not directives.keys().isdisjoint({"no-store", "no-cache", "private"}):
        return 0.0
    if headers.get("vary", "").strip() == "*":
        return 0.0
    limit = directives.get("s-maxage", directives.get("max-age"))
    if limit is not None:
        return _whole(limit) - _whole(headers.get("age", "0"), otherwise=LONGEST)
    if "expires" not in headers:
        return None
    try:
        expires = parsedate_to_datetime(headers["expires"])
        return (expires - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError, OverflowError):
        return 0.0  # RFC 9111, 5.3: a date that cannot be read has passed


def _directives(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(","):
        name, _, value = part.partition("=")
        yield name.strip().lower(), value.strip().strip('"')


def _whole(text: str, otherwise: float = 0.0) -> float:
    return float(text) if _SECONDS.fullmatch(text) else otherwise


def _read(document: Document) -> Mapping[str, Any]:
    """The document as a credential, if it may be one. Nothing in it is believed but its bounds."""
    try:
        if carriers.kind_of(document.data) == "jws":
            payload = jws.split(document.data.strip().decode("ascii")).payload
            inside = payload.get("vc")
            return {**payload, **inside} if isinstance(inside, Mapping) else payload
        found = strict_json.loads(document.data, max_bytes=MAX_DOCUMENT)
    except (jws.MalformedJws, strict_json.MalformedJson, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _by_ttl(credential: Mapping[str, Any]) -> Iterator[float]:
    subject = credential.get("credentialSubject")
    ttl = subject.get("ttl") if isinstance(subject, Mapping) else None
    if isinstance(ttl, int | float) and not isinstance(ttl, bool):
        yield ttl / 1000


def _until_end(credential: Mapping[str, Any], now: datetime) -> Iterator[float]:
    for name in ("validUntil", "expirationDate"):
        text = credential.get(name)
        try:
            if isinstance(text, str):
                yield (timestamps.parse(text, assume_utc=True) - now).total_seconds()
        except timestamps.MalformedTimestamp:
            yield 0.0
    end = credential.get("exp")
    if isinstance(end, int | float) and not isinstance(end, bool):
        yield end - now.astimezone(UTC).timestamp()


class Copies:
    """Copies of documents for a process, each until its time is over. Thread-safe.

    `clock` counts seconds and never goes back. At most `MAX_COPIES` and `MAX_BYTES` are kept;
    the one not used for longest goes first.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Document]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, url: str) -> Document | None:
        """The copy of what stands at `url`, None where there is no fresh one."""
        with self._lock:
            if url not in self._kept:
                return None
            until, document = self._kept[url]
            if self._clock() >= until:
                self._drop(url)
                return None
            self._kept.move_to_end(url)
            return document

    def keep(self, url: str, document: Document, seconds: float) -> None:
        """Keep `document` for `seconds` from now; any older copy goes."""
        with self._lock:
            if url in self._kept:
                self._drop(url)
            if seconds <= 0 or len(document.data) > MAX_BYTES:
                return
            self._kept[url] = (self._clock() + seconds, document)
            self._bytes += len(document.data)
            while len(self._kept) > MAX_COPIES or self._bytes > MAX_BYTES:
                self._drop(next(iter(self._kept)))

    def _drop(self, url: str) -> None:
        _, document = self._kept.pop(url)
        self._bytes -= len(document.data)
