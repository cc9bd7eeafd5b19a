"""Changed badges: number n of a seed is always the same change to the same badge.

Each is verified in its world, and judged apart from the verifier (`tests.mutations.judge`): a
change is refused, or says what was signed; nothing raises, and nothing takes long.
"""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import FrameType
from typing import Any

from tests.mutations import carried, judge, secured, values
from tests.vectors.corpus import Case, all_cases
from tests.vectors.making.issuing import REFRESH
from verifier.carriers import Found, NoCredential, find
from verifier.documents import Document
from verifier.reasons import Verdict
from verifier.report import Report
from verifier.verify import verify

SLOWEST = 5 * 0.25
"""Seconds of processor time; five times the goal."""

HANGS = 30.0
"""Seconds after which a verification is stopped and told."""

Documents = Mapping[str, Document]


class Hang(BaseException):
    """Not an `Exception`: the verifier shall not take it for a fault of its own."""


class FalseAnswer(AssertionError):
    """A change that was believed, broke the verifier, or took too long."""


@dataclass(frozen=True)
class Change:
    """The `number`-th change of a seed: what is presented now, and the documents of its world."""

    number: int
    case: Case
    kind: str
    presented: bytes
    documents: Documents


@dataclass
class Tally:
    """What has been seen: answers by kind of change, and the slowest."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_number: int = -1

    def add(self, other: "Tally") -> None:
        self.answers += other.answers
        if other.slowest > self.slowest:
            self.slowest, self.slowest_number = other.slowest, other.slowest_number


@cache
def good_cases() -> tuple[Case, ...]:
    return tuple(case for case in all_cases() if case.expected["verdict"] == "VALID")


def change(seed: int, number: int) -> Change:
    rng = random.Random(f"{seed} {number}")
    case = rng.choice(good_cases())
    other = rng.choice(good_cases())
    kind = rng.choices(list(_KINDS), weights=[weight for weight, _ in _KINDS.values()])[0]
    presented, documents = _KINDS[kind][1](case, other, rng)
    return Change(number, case, kind, presented, documents)


def check(seed: int, number: int, tally: Tally) -> None:
    """Make one change and judge the answer. Raises `FalseAnswer`."""
    made = change(seed, number)
    told = f"seed {seed}, number {number} ({made.kind} of {made.case.name})"
    began = time.process_time()
    report = _verified(made, told)
    taken = time.process_time() - began
    if taken > tally.slowest:
        tally.slowest, tally.slowest_number = taken, number
    tally.answers[made.kind, str(report.verdict)] += 1
    if report.errors:
        raise FalseAnswer(f"{told}: {report.errors!r}")
    if taken > SLOWEST:
        raise FalseAnswer(f"{told}: took {taken:.2f} s")
    if report.verdict is Verdict.VALID or report.credential is not None:
        _judge(made, report, told)
    for answer in (report.successor, *report.endorsements):
        if answer is not None and answer.report.errors:
            raise FalseAnswer(f"{told}: {answer.report.errors!r}")
    if (newer := report.successor) is not None:
        _judge_successor(made, newer.report, told)


def _judge(made: Change, report: Report, told: str) -> None:
    case = made.case
    why = None
    # The very same text is the same badge, whatever was changed around it; but not an address.
    elsewhere = report.securing == "ob2-hosted" or _found(case.badge) is None
    if made.presented != case.badge or elsewhere:
        why = judge.fault(_said(case), made.presented, made.documents, report, _proofs_made())
    if why is None and report and not str(report.securing).startswith("ob2"):
        why = _document_fault(made, report.credential or {})
    if why is not None:
        raise FalseAnswer(f"{told}: {why}: {made.presented!r} {dict(made.documents)!r}")


def _document_fault(made: Change, credential: Mapping[str, Any]) -> str | None:
    """Why a badge cannot be VALID with the documents as they are now."""
    status = credential.get("credentialStatus", {})
    url = status.get("statusListCredential")
    if url is not None and status["type"] != "1EdTechRevocationList":
        good = [case.documents[url].data for case in good_cases() if url in case.documents]
        if (why := judge.list_fault(good, made.documents[url].data)) is not None:
            return why
    issuer = secured.did_of(credential)
    document = made.documents.get(f"https://{issuer.removeprefix('did:web:')}/.well-known/did.json")
    methods = [one.get("verificationMethod") for one in _said(made.case).proofs if one]
    if document is None or len(methods) != 1 or not methods[0].startswith(f"{issuer}#"):
        return None
    return judge.issuer_fault(document.data, methods[0], made.case.described["world"]["now"])


def _judge_successor(made: Change, report: Report, told: str) -> None:
    """What a refresh service answers is signed, too."""
    if report.credential is None:
        return
    answers = [case.documents[REFRESH].data for case in good_cases() if REFRESH in case.documents]
    now = judge.Said(judge.carried(made.documents[REFRESH].data, made.documents))
    known = [judge.Said(judge.carried(answer, {})) for answer in answers if answer[:1] in b"{\x89"]
    if not any(now.means_the_same(one) for one in known):
        raise FalseAnswer(f"{told}: a successor that nobody has signed")


@cache
def _said(case: Case) -> judge.Said:
    return judge.Said(judge.carried(case.badge, case.documents))


@cache
def _proofs_made() -> frozenset[Any]:
    """The options of every proof in a good badge."""
    hosted = [case for case in good_cases() if "ob2" not in case.name]
    return frozenset(one for case in hosted for one in _said(case).options)


def _verified(made: Change, told: str) -> Report:
    def stop(_: int, __: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANGS)
    try:
        return verify(made.presented, made.case.world(made.documents))
    except Hang:
        raise FalseAnswer(f"{told}: no answer in {HANGS} s") from None
    except Exception as error:
        raise FalseAnswer(f"{told}: {error!r}") from error
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# Kinds of changes.

Made = tuple[bytes, Documents]
Maker = Callable[[Case, Case, random.Random], Made]


def _found(presented: bytes) -> Found | None:
    """The badge itself, where it stands in what is presented."""
    try:
        found = find(presented)
    except NoCredential:
        return None
    return None if found.kind == "address" else found


def _inside(case: Case, new: Callable[[bytes], bytes]) -> Made:
    """The case with its badge changed where it stands: in the picture, at the address, or alone."""
    found = _found(case.badge)
    if found is None:
        url = case.badge.strip().decode("latin-1")
        if url not in case.documents:
            return case.badge, case.documents
        there = _placed(case.documents[url].data, new)
        return case.badge, {**case.documents, url: Document(there, "application/json")}
    return _placed(case.badge, new), case.documents


def _placed(presented: bytes, new: Callable[[bytes], bytes]) -> bytes:
    found = find(presented)
    changed = new(found.data)
    if found.carrier == "png":
        return carried.with_badge(presented, changed)
    if found.carrier == "svg":
        if found.data in presented:
            return presented.replace(found.data, changed)
        return changed
    return changed


def _json_of(case: Case) -> Any:
    found = _found(case.badge)
    return json.loads(found.data) if found is not None and found.kind == "json" else None


def _bytes(case: Case, other: Case, rng: random.Random) -> Made:
    return values.changed_bytes(case.badge, rng), case.documents


def _value(case: Case, other: Case, rng: random.Random) -> Made:
    def new(badge: bytes) -> bytes:
        if not badge.startswith(b"{"):
            return secured.changed_token(badge, rng, other.badge)
        changed = values.changed_value(json.loads(badge), rng, _json_of(other))
        return values.written(changed)

    return _inside(case, new)


def _spelling(case: Case, other: Case, rng: random.Random) -> Made:
    def new(badge: bytes) -> bytes:
        if not badge.startswith(b"{"):
            return secured.changed_token(badge, rng, other.badge)
        return values.respelt(badge, rng)

    return _inside(case, new)


def _proof(case: Case, other: Case, rng: random.Random) -> Made:
    def new(badge: bytes) -> bytes:
        if not badge.startswith(b"{"):
            return secured.changed_token(badge, rng, other.badge)
        return values.written(secured.changed_proof(json.loads(badge), rng, _json_of(other)))

    return _inside(case, new)


def _forgery(case: Case, other: Case, rng: random.Random) -> Made:
    def new(badge: bytes) -> bytes:
        if not badge.startswith(b"{"):
            return secured.forged_token(badge, rng)
        return values.written(secured.forged_proof(json.loads(badge), rng))

    return _inside(case, new)


def _carrier(case: Case, other: Case, rng: random.Random) -> Made:
    if case.badge.startswith(b"\x89PNG"):
        return carried.changed_png(case.badge, rng, other.badge), case.documents
    if case.badge.startswith(b"<"):
        return carried.changed_svg(case.badge, rng, other.badge), case.documents
    return values.changed_bytes(case.badge, rng), case.documents


def _document(case: Case, other: Case, rng: random.Random) -> Made:
    """A status list, an issuer's document, a key set or another copy is changed where it stands."""
    if not case.documents:
        return _bytes(case, other, rng)
    url = rng.choice(sorted(case.documents))
    data = case.documents[url].data
    if data.startswith(b"{") and rng.random() < 0.7:
        data = values.written(values.changed_value(json.loads(data), rng, _json_of(other)))
    elif data.startswith(b"ey") and rng.random() < 0.7:
        data = secured.changed_token(data, rng, other.badge)
    else:
        data = values.changed_bytes(data, rng)
    return case.badge, {**case.documents, url: Document(data, case.documents[url].media_type)}


def _exchanged(case: Case, other: Case, rng: random.Random) -> Made:
    """One badge in the world of another, or with a member, a proof or a part of another."""
    mine, theirs = _json_of(case), _json_of(other)
    if not isinstance(mine, dict) or not isinstance(theirs, dict) or rng.random() < 0.2:
        return case.badge, other.documents
    name = rng.choice(sorted(theirs))
    return _inside(case, lambda badge: values.written({**json.loads(badge), name: theirs[name]}))


_KINDS: Mapping[str, tuple[int, Maker]] = {
    "bytes": (14, _bytes),
    "value": (24, _value),
    "spelling": (12, _spelling),
    "proof or token": (18, _proof),
    "forgery": (8, _forgery),
    "picture": (6, _carrier),
    "document": (14, _document),
    "exchange": (4, _exchanged),
}
