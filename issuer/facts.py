"""The public facts of a requirement in words, for credentials and pages.

Reads only what `issuer.requirements.public_facts` let through.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from issuer import texts
from issuer.programme import Kind, Requirement
from issuer.texts import N_, translate

# What the states of a measure are called.
STATES = {
    "planned": N_("planned"),
    "under_way": N_("under way"),
    "done": N_("done"),
}


Say = Callable[..., str]


class Written(str):
    """Words that people wrote, in the main language of the programme whatever is around them."""


def sentences(
    requirement: Requirement,
    known: Mapping[str, Any] | None,
    language: str,
    say: Say = translate,
) -> list[str]:
    """What is publicly known of a requirement that was met, a sentence each.

    `known` is None where it was accepted because it was met elsewhere. `say` puts values in
    their places, as `translate` does; it can tell by `Written` which words are not ours.
    """
    if known is None:
        return [say(language, N_("Accepted on the grounds of other documentation."))]
    match requirement.kind:
        case Kind.ATTENDANCE:
            return _attendance(known, language, say)
        case Kind.SUBMISSION:
            return _on(known.get("handed_in"), N_("Handed in on %(day)s."), language, say)
        case Kind.MEETING:
            return _on(known.get("date"), N_("Held on %(day)s."), language, say)
        case Kind.PLAN:
            return _plan(known, language, say)
        case Kind.DECLARATION:
            return _declaration(known, language, say)
        case Kind.CONDITIONS:
            confirmed = set(known.get("confirmed", ()))
            return [c.text(language) for c in requirement.conditions if c.id in confirmed]


def _on(written: str | None, message: str, language: str, say: Say) -> list[str]:
    return [say(language, message, day=_day(written, language))] if written else []


def _day(written: str, language: str) -> str:
    return texts.day(date.fromisoformat(written), language)


def _attendance(known: Mapping[str, Any], language: str, say: Say) -> list[str]:
    told = _on(known.get("date"), N_("Held on %(day)s."), language, say)
    if "hours" in known:
        told.append(say(language, N_("It lasted %(hours)s hours."), hours=_number(known["hours"])))
    if "held_by" in known:
        told.append(say(language, N_("Held by %(who)s."), who=Written(known["held_by"])))
    if "participants" in known:
        told.append(say(language, N_("%(number)s people took part."), number=known["participants"]))
    return told


def _declaration(known: Mapping[str, Any], language: str, say: Say) -> list[str]:
    told = _on(known.get("date"), N_("Signed on %(day)s."), language, say)
    if "role" in known:
        told.append(say(language, N_("Signed by: %(role)s."), role=Written(known["role"])))
    return told


def _number(value: float) -> str:
    return f"{value:g}"


def _plan(known: Mapping[str, Any], language: str, say: Say) -> list[str]:
    told = [
        say(
            language,
            N_("%(title)s (%(state)s, by %(day)s)."),
            title=Written(measure["title"]),
            state=translate(language, STATES[measure["state"]]),
            day=_day(measure["due"], language),
        )
        for measure in known.get("measures", ())
    ]
    if counts := known.get("counts"):
        told.append(
            say(
                language,
                N_("Measures: %(done)s done, %(under_way)s under way, %(planned)s planned."),
                **{state: counts.get(state, 0) for state in STATES},
            )
        )
    return told
