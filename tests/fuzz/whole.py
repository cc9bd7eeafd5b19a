"""Targets: whole verifications, and forms with badges in them."""

import asyncio
import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from starlette.requests import Request

from badge_assets import png
from issuer.web import judging, pages_report
from issuer.web.problems import Problem
from tests.fuzz.keyrings import parsed
from tests.fuzz.target import refused, target
from tests.verifier.pictures import a_png
from tests.verifier.simulator import IssuerSimulator
from verifier import terminal
from verifier.canonical import canonicalise
from verifier.documents import PinnedDocuments
from verifier.reasons import Verdict
from verifier.report import Report
from verifier.verify import World, verify

SEEDS = Path(__file__).parent / "corpus" / "badge"

STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"

SIM = IssuerSimulator()
REFRESH = SIM.credential()["refreshService"]["id"]
SERVED = [SIM.did_url, SIM.list_url, SIM.jwks_url, REFRESH]


def world(served: Mapping[str, bytes] | None = None) -> World:
    """That of the issuer itself, with these answers in place of its own."""
    documents = PinnedDocuments({**SIM.served, **(served or {})})
    return World(documents, SIM.now, ours=frozenset({SIM.did}), refresh=True)


class _Tags(HTMLParser):
    """Which elements a text holds, and whether an attribute of one could act."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.found |= {name for name, _ in attrs} - {"lang", "dir", "datetime", "class"}


def shown(report: Report) -> None:
    """What everybody gets to see of a report: JSON, text for a terminal, HTML."""
    assert report.errors == (), report.errors
    json.dumps(report.to_json(), allow_nan=False).encode()
    assert (report.verdict is Verdict.VALID) is (not report.reasons)
    text = terminal.render(report, "nn")
    text.encode()
    acting = {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")}
    assert acting <= {"\n"}
    if report.credential is not None:
        tags = _Tags()
        for fact in pages_report.facts(report.credential, "nb", ours=False):
            tags.feed(str(fact.value))
        tags.feed(str(pages_report.who(report, "en")))
        assert tags.found <= {"bdi", "b", "time", "span"}, tags.found


@cache
def _honest() -> frozenset[bytes]:
    """What the good badges say, to which nothing that is VALID may add."""
    found = (verify(path.read_bytes(), world()) for path in sorted(SEEDS.glob("good-*")))
    return frozenset(canonicalise(report.credential) for report in found if report.credential)


@target
def badge(data: bytes) -> None:
    """Any bytes as a badge: a report without a fault of ours; VALID only for what was signed."""
    report = verify(data, world())
    shown(report)
    if report:
        assert report.credential is not None
        assert canonicalise(report.credential) in _honest(), "VALID, and nobody has signed it"


@target
def signed_badge(data: bytes) -> None:
    """Any JSON object, signed by the issuer itself: a report without a fault of ours."""
    document = parsed(data)
    if isinstance(document, dict):
        header = {"typ": "vc+jwt", "jwk": None}
        shown(verify(SIM.token(document, SIM.badge_key, header), world()))


@target
def served(data: bytes) -> None:
    """A good badge; what stands at one of the issuer's addresses is a stranger's. The first byte
    says at which, and what kind of list the badge names."""
    if data:
        shown(answered(data))


def answered(data: bytes) -> Report:
    url = SERVED[(data[0] & 15) % len(SERVED)]
    return verify(good((data[0] >> 4) % 3), world({url: data[1:]}))


@cache
def good(kind: int) -> bytes:
    """A badge whose status is in a list of today, of 1EdTech's own kind, or of 2021."""
    document = SIM.credential()
    if kind == 1:
        document["credentialStatus"] = {"id": SIM.list_url, "type": "1EdTechRevocationList"}
    if kind == 2:
        document["credentialStatus"]["type"] = "StatusList2021Entry"
        document["@context"].append(STATUS_2021)
    return SIM.embed(document)


@target
def in_picture(data: bytes) -> None:
    """Any text inside a whole picture."""
    text = data.decode("utf-8", "replace").replace("\0", "")
    if text:
        shown(verify(png.bake(a_png(), text), world()))


@target
def older_badge(data: bytes) -> None:
    """Documents of Open Badges 2.0, hosted: one for each line, the first is what is presented."""
    lines = data.split(b"\n")
    base = "https://badges.example.no/"
    answers = {f"{base}{number}": line for number, line in enumerate(lines)}
    shown(verify(lines[0], World(PinnedDocuments(answers), SIM.now)))


@target
def form(data: bytes) -> None:
    """A form sent to the verifier, as multipart or encoded: `Problem`, or a badge within bounds."""
    kind, _, body = data.partition(b"\n")
    for media_type in (
        kind,
        b"multipart/form-data; boundary=b",
        b"application/x-www-form-urlencoded",
    ):
        read = refused(lambda: asyncio.run(_presented(media_type, body)), Problem)  # noqa: B023
        if read is not None:
            assert read.badge.strip()
            assert read.recipient is None or read.recipient.isprintable()


async def _presented(media_type: bytes, body: bytes) -> judging.Presented:
    sent = [body[: len(body) // 2], body[len(body) // 2 :]]

    async def receive() -> dict[str, Any]:
        part = sent.pop(0) if sent else b""
        return {"type": "http.request", "body": part, "more_body": bool(sent)}

    headers = [(b"content-type", media_type)]
    scope = {"type": "http", "method": "POST", "path": "/verify", "headers": headers}
    return await judging.presented(Request(scope, receive))
