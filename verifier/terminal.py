"""A report as text for a terminal, in nb, nn or en; and what a verdict is as exit code.

Text that a stranger wrote is shown only where it was signed, without control, direction or
invisible characters, and cut: nothing in a badge can move the cursor or forge a line.
"""

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from verifier import summary, texts
from verifier.reasons import Check, Outcome, Verdict
from verifier.report import Finding, Report

EXIT_CODES: Final = {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.UNDETERMINED: 3}

_LONGEST: Final = 160
_SPACES: Final = re.compile(" {2,}")
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {
        "VALID": "GYLDIG",
        "INVALID": "IKKE GYLDIG",
        "UNDETERMINED": "UAVKLART",
        "passed": "bestått",
        "failed": "ikke bestått",
        "unknown": "uavklart",
        "not_applicable": "gjelder ikke",
        "mark": "Merke",
        "holder": "Gitt til",
        "from": "Fra",
        "until": "Til",
        "issuer": "Utsteder",
        "nobody": "ukjent utsteder",
        "newer": "Nyere",
        "endorsed": "Anbefalt av",
        "verified": "Prøvd",
        "at": "Datoene er prøvd for {at}. Om merket er trukket tilbake, er prøvd for i dag.",
    },
    "nn": {
        "VALID": "GYLDIG",
        "INVALID": "IKKJE GYLDIG",
        "UNDETERMINED": "UAVKLART",
        "passed": "bestått",
        "failed": "ikkje bestått",
        "unknown": "uavklart",
        "not_applicable": "gjeld ikkje",
        "mark": "Merke",
        "holder": "Gitt til",
        "from": "Frå",
        "until": "Til",
        "issuer": "Utferdar",
        "nobody": "ukjend utferdar",
        "newer": "Nyare",
        "endorsed": "Tilrådd av",
        "verified": "Prøvd",
        "at": "Datoane er prøvde for {at}. Om merket er trekt tilbake, er prøvd for i dag.",
    },
    "en": {
        "VALID": "VALID",
        "INVALID": "NOT VALID",
        "UNDETERMINED": "UNDETERMINED",
        "passed": "passed",
        "failed": "failed",
        "unknown": "undetermined",
        "not_applicable": "does not apply",
        "mark": "Badge",
        "holder": "Given to",
        "from": "From",
        "until": "Until",
        "issuer": "Issuer",
        "nobody": "unknown issuer",
        "newer": "Newer",
        "endorsed": "Endorsed by",
        "verified": "Checked",
        "at": "The dates were checked for {at}. Whether it has been withdrawn is as of today.",
    },
}


def render(report: Report, language: str = "nb", *, width: int = 80) -> str:
    """Return `report` as lines of text, no longer than `width` where words allow it.

    `language` is one of `texts.LANGUAGES`.
    """
    words = _WORDS[language]
    lines = [words[report.verdict], *textwrap.wrap(report.sentence[language], width)]
    for reason in (*report.reasons, *report.cautions):
        lines += textwrap.wrap(
            texts.of_reason(reason)[language],
            width,
            initial_indent="– ",
            subsequent_indent="  ",
        )
    if (pointer := report.points_to) is not None:
        lines += ["", *textwrap.wrap(pointer.text[language], width), f"  {plain(pointer.address)}"]
    lines.append("")
    facts = dict(_facts(report, words))
    label_width = max(map(len, facts))
    for label, value in facts.items():
        lines += _beside(f"{label:<{label_width}}  ", value, width)
    if report.at is not None:
        at = report.to_json()["at"]
        lines += ["", *textwrap.wrap(words["at"].format(at=at), width)]
    lines.append("")
    for finding in report.findings:
        lines += _finding(finding, language, width)
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """The report as JSON of ASCII alone: no terminal acts on a stranger's text in it, and whoever
    reads the output reads the same letters, whatever encoding it is in."""
    return json.dumps(report.to_json(), indent=2)


def one_line(report: Report, language: str) -> tuple[str, str]:
    """The verdict as a word, and in a few more whose badge it is, or why it is none.

    What is proven of the issuer stands before what it says, so that nothing it says passes for it.
    """
    words = _WORDS[language]
    told = [", ".join(report.reasons)]
    if report.credential is not None:
        facts = dict(_facts(report, words))
        said = [facts[words[name]] for name in ("mark", "holder") if words[name] in facts]
        told.append(f"{facts.get(words['issuer'], words['nobody'])}: {', '.join(said)}")
    return words[report.verdict], "  ".join(filter(None, told))


def plain(text: object, longest: int = _LONGEST) -> str:
    """`text` on one line, without characters that are not seen or that act, or spaces to fill a
    line with, cut at `longest`."""
    text = _SPACES.sub(" ", str(text))
    shown = "".join(
        letter
        if unicodedata.category(letter)[0] not in "CZ" or letter == " "
        else "\N{REPLACEMENT CHARACTER}"
        for letter in text[: longest + 1]
    )
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _facts(report: Report, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if report.credential is not None:
        told = summary.of(report.credential)
        name = next((value for kind, value in told.names if kind == "name"), None)
        signed = {
            "mark": told.mark,
            "holder": name or told.subject or next((value for _, value in told.names), None),
            "from": told.begins,
            "until": told.ends,
        }
        for label, value in signed.items():
            if value is not None:
                yield words[label], plain(value)
    issuer = report.who.host or report.who.did
    if report.who.kind != "unproven" and issuer is not None:
        yield words["issuer"], plain(issuer)
    if report.successor is not None:
        newer = report.successor.to_json()
        copy = (words[newer["verdict"]], newer["validFrom"], newer["id"])
        yield words["newer"], plain(", ".join(str(value) for value in copy if value))
    hosts = (each.report.who.host for each in report.endorsements if each.report)
    if proven := ", ".join(dict.fromkeys(host for host in hosts if host)):
        yield words["endorsed"], plain(proven)
    yield words["verified"], report.to_json()["verified_at"]


def _finding(finding: Finding, language: str, width: int) -> Iterator[str]:
    words = _WORDS[language]
    head = f"{texts.of_check(finding.check)[language]}: {words[finding.outcome]}"
    yield f"{head} ({finding.reason})" if finding.reason else head
    yield from textwrap.wrap(
        finding.text[language], width, initial_indent="    ", subsequent_indent="    "
    )
    told = finding.outcome in (Outcome.FAILED, Outcome.UNKNOWN) or finding.check is Check.KEY
    if finding.detail is not None and told:
        yield from _beside("    [", f"{plain(finding.detail)}]", width)


def _beside(label: str, value: str, width: int) -> list[str]:
    """A stranger's text beside its label: what is too long for the line goes on below itself, and
    never where a label would stand."""
    below = " " * len(label)
    lines = textwrap.wrap(
        value, width, initial_indent=label, subsequent_indent=below, break_on_hyphens=False
    )
    return lines or [label.rstrip()]
