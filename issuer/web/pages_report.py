"""A report in words: the label of a verdict, who issued the badge, what is signed.

Only what was signed is told as fact, and only as what its issuer says: a name inside a badge
is a claim. Nothing in it becomes a link, and no text of a stranger is longer than a line or two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from issuer.names import number_text
from issuer.texts import N_, translate
from issuer.web.pages_render import TIMEZONE, bdi, day_text, moment_text
from verifier import summary, timestamps
from verifier import texts as sentences
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Report

_LONGEST: Final = 200

_VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.VALID: N_("Valid"),
    Verdict.INVALID: N_("Not valid"),
    Verdict.UNDETERMINED: N_("Undetermined"),
}

_OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.PASSED: N_("in order"),
    Outcome.FAILED: N_("not in order"),
    Outcome.UNKNOWN: N_("undetermined"),
    Outcome.NOT_APPLICABLE: N_("does not apply"),
}

_WHO: Final[Mapping[str, Reason]] = {
    "ours": Reason.WHO_OURS,
    "domain": Reason.WHO_DOMAIN,
    "unproven": Reason.WHO_UNPROVEN,
}


@dataclass(frozen=True)
class Fact:
    """Something that is signed."""

    label: str
    value: Markup


def values(report: Report, language: str) -> dict[str, Any]:
    """What the templates of a report need."""
    ours = report.who.kind == "ours"
    return {
        "report": report,
        "ours": ours,
        "verdict_word": verdict_word(report, language),
        "mark_sign": sign(report),
        "who": who(report, language),
        "stranger": stranger(report, language),
        "reasons": [sentences.of_reason(reason)[language] for reason in report.reasons],
        "cautions": [sentences.of_reason(reason)[language] for reason in report.cautions],
        "outcomes": {o: translate(language, message) for o, message in _OUTCOMES.items()},
        "names": {check: sentences.of_check(check) for check in Check},
        "pointer": report.points_to,
        "facts": list(facts(report.credential, language, ours=ours)) if report.credential else [],
    }


def verdict_word(report: Report, language: str) -> str:
    if report and report.who.kind != "ours":
        return translate(language, N_("Valid, but not from us"))
    return translate(language, _VERDICTS[report.verdict])


def sign(report: Report) -> str:
    """Which sign stands beside the verdict: only a valid badge of ours gets our own."""
    match report.verdict:
        case Verdict.VALID:
            return "holds" if report.who.kind == "ours" else "passed"
        case Verdict.INVALID:
            return "failed"
    return "unknown"


def who(report: Report, language: str) -> Markup:
    """Who issued the badge, as far as that is proven."""
    if report.credential is None:
        return Markup("")
    told = sentences.of_reason(_WHO[report.who.kind])[language]
    if report.who.kind != "domain" or report.who.host is None:
        return Markup("{}").format(told)
    return Markup("<b>{}</b>. {}").format(bdi(report.who.host), told)


def stranger(report: Report, language: str) -> str:
    """That a signed badge is not ours: it stands as large as the verdict, so that neither can
    be shown without the other."""
    if report.credential is None or report.who.kind == "ours":
        return ""
    return sentences.of_reason(Reason.WHO_NOT_OURS)[language]


def facts(credential: Mapping[str, Any], language: str, *, ours: bool) -> Iterator[Fact]:
    """What the credential says, as far as it is written in a way we know."""
    told = summary.of(credential)
    if told.mark:
        yield Fact(translate(language, N_("Badge")), bdi(_cut(told.mark)))
    for kind, value in told.names:
        if kind == "name":
            yield Fact(translate(language, N_("Given to")), bdi(_cut(value)))
        elif kind == "ext:NorwegianOrganisationNumber":
            grouped = Markup("{}").format(number_text(_cut(value)))
            yield Fact(translate(language, N_("Org. no.")), grouped)
    if told.issuer:
        label = N_("Issuer") if ours else N_("The issuer calls itself")
        yield Fact(translate(language, label), bdi(_cut(told.issuer)))
    for label, text in ((N_("From"), told.begins), (N_("Up to and including"), told.ends)):
        if (at := _moment(text)) is not None:
            yield Fact(translate(language, label), _shown(at, language))


def _shown(at: datetime, language: str) -> Markup:
    """A moment; the first or last second of a day as that day."""
    try:
        local = at.astimezone(ZoneInfo(TIMEZONE))
    except OverflowError:
        return moment_text(at, language, TIMEZONE)
    if local.time().replace(microsecond=0) in (time(0, 0, 0), time(23, 59, 59)):
        return day_text(local.date(), language)
    return moment_text(at, language, TIMEZONE)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else timestamps.parse(text)
    except timestamps.MalformedTimestamp:
        return None
