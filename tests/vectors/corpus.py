"""The corpus, read: each folder of `tests/vectors/verify/` as a case, and what came of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from verifier.documents import Document, IndexDocuments, PinnedDocuments
from verifier.reasons import Outcome
from verifier.report import Report
from verifier.verify import World

CORPUS = Path(__file__).parent / "verify"

# What `who` says already.
_KINDS = frozenset({"who.ours", "who.domain", "who.unproven"})


@dataclass(frozen=True, eq=False)
class Case:
    name: str
    badge: bytes
    described: Mapping[str, Any]
    documents: Mapping[str, Document]

    @property
    def expected(self) -> dict[str, Any]:
        """What the case says of the report, all that it need not say filled in."""
        return {"notes": [], "endorsements": [], "successor": None, **self.described["expect"]}

    def world(self, documents: Mapping[str, Document] | None = None) -> World:
        """The world of the case, or the same with other documents."""
        known = dict(self.described["world"])
        for name in ("now", "at"):
            if name in known:
                known[name] = datetime.fromisoformat(known[name])
        for name in ("trust", "ours"):
            known[name] = frozenset(known.get(name, ()))
        return World(PinnedDocuments(self.documents if documents is None else documents), **known)


def read(folder: Path) -> Case:
    """Return the case in `folder`, its documents read by way of its index."""
    index = IndexDocuments(folder / "index.json")
    urls = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return Case(
        folder.name,
        (folder / "badge").read_bytes(),
        json.loads((folder / "case.json").read_text(encoding="utf-8")),
        {url: index.get_badge(url) for url in urls},
    )


def folders() -> list[Path]:
    return sorted(place for place in CORPUS.iterdir() if place.is_dir())


def all_cases() -> Iterator[Case]:
    return map(read, folders())


def told(report: Report) -> dict[str, Any]:
    """What a case may say of a report: reasons in their order, notes in the alphabet's."""
    reasons = [str(reason) for reason in report.reasons]
    notes = {
        str(finding.reason)
        for finding in report.findings
        if finding.reason is not None and finding.outcome not in (Outcome.FAILED, Outcome.UNKNOWN)
    }
    return {
        "verdict": str(report.verdict),
        "reasons": reasons,
        "who": report.who.kind,
        "securing": report.securing,
        "notes": sorted(notes - _KINDS - {*reasons}),
        "endorsements": [
            {"verdict": str(one.report.verdict), "reasons": list(map(str, one.report.reasons))}
            for one in report.endorsements
        ],
        "successor": None
        if report.successor is None
        else {
            "verdict": str(report.successor.report.verdict),
            "reasons": list(map(str, report.successor.report.reasons)),
        },
    }
