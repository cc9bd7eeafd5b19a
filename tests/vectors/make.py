"""Write the corpus `tests/vectors/verify/`: `python -m tests.vectors.make`.

Each case is a folder; `tests/vectors/verify/README.md` says how to read one. The same bytes come
out every time: keys come from their labels, moments are fixed, nothing is random.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.vectors.making import (
    addresses,
    beside,
    dates_and_askers,
    good_issuers,
    good_proofs,
    good_tokens,
    good_whole,
    issuer_documents,
    issuer_names,
    json_ld,
    json_texts,
    ob2_good,
    ob2_hosted,
    ob2_signed,
    picture_png,
    picture_svg,
    proof_kinds,
    proof_members,
    proof_values,
    shapes_of_badges,
    status_answers,
    status_entries,
    status_lists,
    token_claims,
    token_keys,
    token_texts,
)
from tests.vectors.making.case import Case
from tests.vectors.making.issuing import NOW

CORPUS = Path(__file__).parent / "verify"

SUBJECTS = (
    good_proofs,
    good_tokens,
    good_whole,
    good_issuers,
    json_texts,
    json_ld,
    proof_values,
    proof_members,
    proof_kinds,
    token_texts,
    token_keys,
    token_claims,
    issuer_documents,
    issuer_names,
    shapes_of_badges,
    dates_and_askers,
    status_answers,
    status_entries,
    status_lists,
    picture_png,
    picture_svg,
    addresses,
    ob2_good,
    ob2_hosted,
    ob2_signed,
    beside,
)


def all_cases() -> Iterator[Case]:
    for subject in SUBJECTS:
        yield from subject.cases()


def files(case: Case) -> dict[str, bytes]:
    """The files of a case's folder, by their names."""
    index, documents = {}, {}
    for number, (url, (data, kind)) in enumerate(case.documents.items(), 1):
        documents[f"document-{number}"] = data
        index[url] = {"file": f"document-{number}", "type": kind}
    return {
        "badge": case.badge,
        "case.json": _json(_described(case)),
        "index.json": _json(index),
        **documents,
    }


def _described(case: Case) -> Mapping[str, Any]:
    return {
        "shows" if case.verdict == "VALID" else "changed": case.changed,
        "says": case.says,
        "rule": case.rule,
        "world": {"now": NOW, **case.asked},
        "expect": {
            "verdict": case.verdict,
            "reasons": list(case.reasons),
            "who": case.who,
            **case.more,
        },
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def write(folder: Path) -> int:
    """Write the corpus anew; its README stays. Returns the number of cases."""
    cases = list(all_cases())
    for old in folder.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    for case in cases:
        place = folder / case.name
        place.mkdir()
        for name, data in files(case).items():
            (place / name).write_bytes(data)
    return len(cases)


if __name__ == "__main__":
    CORPUS.mkdir(exist_ok=True)
    print(f"{write(CORPUS)} cases", file=sys.stderr)
