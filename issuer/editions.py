"""What changed between two editions of a programme, in words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from issuer import texts
from issuer.errors import Refused
from issuer.programme import Period, Programme, Requirement, Text
from issuer.texts import N_, translate

# What the plain members are called. Texts are told as changed, with both wordings.
_MEMBERS: Final[Mapping[str, str]] = {
    "validity": N_("Validity"),
    "renewal_opens_days": N_("Days before the end at which renewal opens"),
    "patience_days": N_("Days after the end for which renewal is told as under way"),
    "deciders": N_("People who decide"),
    "applies_from": N_("Applies to cycles opened from"),
    "old_until": N_("Earlier editions are sealed until"),
    "timezone": N_("Time zone"),
    "free_of_charge": N_("Free of charge"),
    "name": N_("Name"),
    "tagline": N_("Tagline"),
    "summary": N_("Summary"),
    "criteria": N_("Criteria"),
    "limits": N_("What was not looked at"),
    "guest": N_("Sentence to guests"),
    "caption": N_("Words for the picture"),
    "cost": N_("Cost"),
}

_OF_REQUIREMENT: Final[Mapping[str, str]] = {
    "kind": N_("kind"),
    "name": N_("name"),
    "what": N_("what is asked"),
    "done": N_("what was done"),
    "minimum_hours": N_("hours at least"),
    "counts_for": N_("how long a course counts"),
    "minimum_started": N_("measures begun at least"),
    "declaration": N_("words of the declaration"),
    "conditions": N_("conditions"),
    "measure_kinds": N_("kinds of measures"),
    "public": N_("what is public"),
}


def differences(old: Programme, new: Programme, language: str) -> list[str]:
    """A sentence for each thing that `new` says otherwise than `old`, in `language`."""
    if old.slug != new.slug:
        raise Refused(N_("These are editions of two different programmes."))
    told = [*_members(old, new, _MEMBERS, language)]
    if old.meaning != new.meaning:
        told.append(translate(language, N_("The sentences on what the mark means are changed.")))
    if old.looks != new.looks:
        told.append(translate(language, N_("The looks are changed.")))
    if old.contact != new.contact:
        told.append(translate(language, N_("The contact is changed.")))
    for renewal in (False, True):
        told += _requirements(
            old.requirements(renewal=renewal), new.requirements(renewal=renewal), language, renewal
        )
    return told


def _requirements(
    old: tuple[Requirement, ...], new: tuple[Requirement, ...], language: str, renewal: bool
) -> Iterator[str]:
    cycle = translate(language, N_("At each renewal") if renewal else N_("The first time"))
    before = {each.id: each for each in old}
    after = {each.id: each for each in new}
    for each in new:
        if each.id not in before:
            message = N_("%(cycle)s: %(id)s (%(name)s) is asked for anew.")
            yield translate(language, message, cycle=cycle, id=each.id, name=each.name(language))
    for each in old:
        if each.id not in after:
            message = N_("%(cycle)s: %(id)s (%(name)s) is no longer asked for.")
            yield translate(language, message, cycle=cycle, id=each.id, name=each.name(language))
            continue
        for change in _members(each, after[each.id], _OF_REQUIREMENT, language):
            yield f"{cycle}: {each.id}, {change}"
    kept = [each.id for each in new if each.id in before]
    if kept != [each.id for each in old if each.id in after]:
        yield translate(language, N_("%(cycle)s: the order is changed."), cycle=cycle)


def _members(old: Any, new: Any, called: Mapping[str, str], language: str) -> Iterator[str]:
    for member, label in called.items():
        before, after = getattr(old, member), getattr(new, member)
        if before != after:
            yield translate(
                language,
                N_("%(what)s: %(before)s → %(after)s"),
                what=translate(language, label),
                before=_shown(before, after, language),
                after=_shown(after, before, language),
            )


def _shown(value: Any, other: Any, language: str) -> str:
    """`value` as people read it. A text that is the same in `language` is told in the language
    in which it differs."""
    match value:
        case None:
            return "–"
        case bool():
            return translate(language, N_("yes") if value else N_("no"))
        case Text():
            tongues = (language, "nb", "nn", "en")
            differs = (
                (t for t in tongues if value(t) != other(t)) if isinstance(other, Text) else tongues
            )
            return f"«{value(next(iter(differs)))}»"
        case Period():
            return _period(value)
        case frozenset():
            return ", ".join(sorted(value)) or "–"
        case tuple():
            return ", ".join(f"{item.id} ({item.text(language)})" for item in value) or "–"
        case _:
            return texts.day(value, language) if hasattr(value, "isoformat") else str(value)


def _period(period: Period) -> str:
    for number, letter in ((period.years, "Y"), (period.months, "M"), (period.days, "D")):
        if number:
            return f"P{number}{letter}"
    return "–"
