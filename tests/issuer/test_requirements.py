"""The rules of requirements: which facts are well formed, acceptable, and fit to be shown."""

import copy
import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer import texts
from issuer.programme import PUBLISHABLE, Item, Kind, Requirement, Text, load
from issuer.requirements import (
    MeasureState,
    acceptable,
    check_facts,
    missing,
    public_facts,
)

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 24)
SECRET = "hemmelig-kari-nordmann-99887766"
WORDS = Text("a", "b", "c")


def requirement(kind: Kind, **more: Any) -> Requirement:
    """A requirement of `kind` that shows all that any programme may show."""
    particular: dict[Kind, dict[str, Any]] = {
        Kind.ATTENDANCE: {"minimum_hours": 3},
        Kind.PLAN: {"minimum_started": 1, "measure_kinds": (Item("rutiner", WORDS),)},
        Kind.DECLARATION: {"declaration": WORDS},
        Kind.CONDITIONS: {"conditions": (Item("regler", WORDS), Item("ledelse", WORDS))},
    }
    given: dict[str, Any] = {"public": frozenset(PUBLISHABLE[kind])}
    return Requirement(
        "krav", kind, WORDS, WORDS, WORDS, **(given | particular.get(kind, {}) | more)
    )


def measure(**more: Any) -> dict[str, Any]:
    return {
        "title": "Nye rutiner",
        "kind": "rutiner",
        "responsible_role": SECRET,
        "due": "2027-05-01",
        "state": "under_way",
        "public": True,
        **more,
    }


GOOD: Mapping[Kind, dict[str, Any]] = {
    Kind.ATTENDANCE: {"date": "2026-03-12", "hours": 3, "held_by": "Eieren", "participants": 14},
    Kind.SUBMISSION: {"handed_in": "2026-04-02"},
    Kind.MEETING: {"date": "2026-05-04", "present": [f"{SECRET}, daglig leder"]},
    Kind.PLAN: {"measures": [measure(), measure(title=SECRET, public=False, state="planned")]},
    Kind.DECLARATION: {"name": SECRET, "role": "daglig leder", "date": "2026-05-20"},
    Kind.CONDITIONS: {"confirmed": {"ledelse": f"{SECRET}\nsa det", "regler": SECRET}},
}


def problems(kind: Kind, facts: Any) -> list[tuple[str, str]]:
    return [(p.pointer, p.code) for p in check_facts(requirement(kind), facts, today=TODAY)]


def with_value(facts: Mapping[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """`facts` with another value at `pointer`."""
    result = copy.deepcopy(dict(facts))
    at: Any = result
    *way, last = pointer.strip("/").split("/")
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at[part]
    at[int(last) if isinstance(at, list) else last] = value
    return result


# What is missing


def named(*names: str) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(name, Kind.MEETING, WORDS, WORDS, WORDS, frozenset()) for name in names
    )


def test_missing_keeps_the_order_of_the_programme() -> None:
    asked = named("kurs", "mote", "plan")
    assert missing(asked, set()) == asked
    assert missing(asked, {"mote": "any record of it"}) == (asked[0], asked[2])
    assert missing(asked, {"plan", "mote", "kurs"}) == ()


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.sets(st.sampled_from("abcdefghxyz")))
def test_missing_and_accepted_make_up_what_is_asked(asked: list[str], accepted: set[str]) -> None:
    lacking = {each.id for each in missing(named(*asked), accepted)}
    assert lacking.isdisjoint(accepted)
    assert lacking | (accepted & set(asked)) == set(asked)


def test_no_programme_that_comes_with_us_is_met_by_nothing() -> None:
    file = ROOT / "issuer" / "programmes" / "balansemerket.toml"
    programme = load(file.read_bytes(), file.name)
    for renewal in (False, True):
        asked = programme.requirements(renewal=renewal)
        assert missing(asked, {}) == asked
        assert missing(asked, {each.id for each in asked[1:]}) == asked[:1]


# Facts that are well formed


@pytest.mark.parametrize("kind", Kind)
def test_good_facts_can_be_recorded_and_accepted(kind: Kind) -> None:
    assert problems(kind, GOOD[kind]) == []
    assert acceptable(requirement(kind), GOOD[kind], today=TODAY) == ()


@pytest.mark.parametrize("kind", Kind)
def test_every_fact_is_asked_for_and_no_other(kind: Kind) -> None:
    for name in GOOD[kind]:
        rest = {key: value for key, value in GOOD[kind].items() if key != name}
        assert problems(kind, rest) == [(f"/{name}", "facts.missing")]
    assert problems(kind, GOOD[kind] | {"a/b~": 1}) == [("/a~1b~0", "facts.unknown")]
    assert problems(kind, None) == [("", "facts.type")]


BAD: list[tuple[Kind, str, Any, str]] = [
    (Kind.ATTENDANCE, "/date", "2026-11-25", "facts.future"),
    (Kind.ATTENDANCE, "/date", "1026-03-12", "facts.range"),
    (Kind.ATTENDANCE, "/date", "2026-02-29", "facts.date"),
    (Kind.ATTENDANCE, "/date", "20260312", "facts.date"),
    (Kind.ATTENDANCE, "/date", "2026-W11-4", "facts.date"),
    (Kind.ATTENDANCE, "/date", " 2026-03-12", "facts.date"),
    (Kind.ATTENDANCE, "/date", "٢٠٢٦-03-12", "facts.date"),
    (Kind.ATTENDANCE, "/date", 20260312, "facts.date"),
    (Kind.ATTENDANCE, "/hours", "3", "facts.type"),
    (Kind.ATTENDANCE, "/hours", True, "facts.type"),
    (Kind.ATTENDANCE, "/hours", 0, "facts.range"),
    (Kind.ATTENDANCE, "/hours", float("nan"), "facts.range"),
    (Kind.ATTENDANCE, "/hours", float("inf"), "facts.range"),
    (Kind.ATTENDANCE, "/participants", 0, "facts.range"),
    (Kind.ATTENDANCE, "/participants", 2.0, "facts.type"),
    (Kind.ATTENDANCE, "/participants", False, "facts.type"),
    (Kind.ATTENDANCE, "/held_by", "  ", "facts.empty"),
    (Kind.ATTENDANCE, "/held_by", "x" * 201, "facts.too_long"),
    (Kind.ATTENDANCE, "/held_by", "a\u202eb", "facts.hidden"),
    (Kind.ATTENDANCE, "/held_by", "a\nb", "facts.hidden"),
    (Kind.ATTENDANCE, "/held_by", None, "facts.type"),
    (Kind.SUBMISSION, "/handed_in", "2026-12-01", "facts.future"),
    (Kind.MEETING, "/date", "2026-11-25", "facts.future"),
    (Kind.MEETING, "/present", [], "facts.range"),
    (Kind.MEETING, "/present", "Kari", "facts.type"),
    (Kind.MEETING, "/present/0", "", "facts.empty"),
    (Kind.PLAN, "/measures", [], "facts.range"),
    (Kind.PLAN, "/measures", [measure()] * 201, "facts.range"),
    (Kind.PLAN, "/measures/1", "Nye rutiner", "facts.type"),
    (Kind.PLAN, "/measures/1/title", "", "facts.empty"),
    (Kind.PLAN, "/measures/1/kind", "annet", "facts.choice"),
    (Kind.PLAN, "/measures/1/kind", ["rutiner"], "facts.choice"),
    (Kind.PLAN, "/measures/1/responsible_role", 1, "facts.type"),
    (Kind.PLAN, "/measures/1/due", "2100-01-01", "facts.range"),
    (Kind.PLAN, "/measures/1/due", "i mai", "facts.date"),
    (Kind.PLAN, "/measures/1/state", "begun", "facts.choice"),
    (Kind.PLAN, "/measures/1/public", "yes", "facts.type"),
    (Kind.PLAN, "/measures/1/public", 1, "facts.type"),
    (Kind.PLAN, "/measures/1/note", "x", "facts.unknown"),
    (Kind.DECLARATION, "/date", "2026-11-25", "facts.future"),
    (Kind.DECLARATION, "/name", "", "facts.empty"),
    (Kind.DECLARATION, "/role", [], "facts.type"),
    (Kind.CONDITIONS, "/confirmed", ["regler"], "facts.type"),
    (Kind.CONDITIONS, "/confirmed/regler", True, "facts.type"),
    (Kind.CONDITIONS, "/confirmed/regler", "\n", "facts.empty"),
    (Kind.CONDITIONS, "/confirmed/ukjent", "x", "facts.unknown"),
]


@pytest.mark.parametrize(("kind", "pointer", "value", "code"), BAD)
def test_one_bad_fact_is_found_in_its_place(
    kind: Kind, pointer: str, value: Any, code: str
) -> None:
    facts = with_value(GOOD[kind], pointer, value)
    assert problems(kind, facts) == [(pointer, code)]
    # Nothing that was refused for recording can be accepted or shown.
    refused = acceptable(requirement(kind), facts, today=TODAY)
    assert [(p.pointer, p.code) for p in refused] == [(pointer, code)]
    if code != "facts.future":
        assert public_facts(requirement(kind), facts) == {}


def test_all_problems_come_at_once() -> None:
    facts = {"date": "2027-01-01", "hours": -1, "held_by": "Eieren", "x": 1}
    assert problems(Kind.ATTENDANCE, facts) == [
        ("/date", "facts.future"),
        ("/hours", "facts.range"),
        ("/participants", "facts.missing"),
        ("/x", "facts.unknown"),
    ]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-400, 400))
def test_nothing_has_happened_after_today(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    found = check_facts(requirement(Kind.SUBMISSION), {"handed_in": day.isoformat()}, today=today)
    assert [p.code for p in found] == (["facts.future"] if days > 0 else [])


def test_measures_may_be_due_in_the_future_and_in_the_past() -> None:
    for due in ("2026-01-01", "2030-01-01"):
        assert problems(Kind.PLAN, {"measures": [measure(due=due)]}) == []


# Facts that can be accepted


def codes(kind: Kind, facts: Mapping[str, Any], **more: Any) -> list[tuple[str, str]]:
    found = acceptable(requirement(kind, **more), facts, today=TODAY)
    return [(p.pointer, p.code) for p in found]


def test_a_course_lasts_as_long_as_the_programme_asks() -> None:
    for hours, expected in ((2.9, [("/hours", "facts.too_few")]), (3, []), (3.5, [])):
        facts = GOOD[Kind.ATTENDANCE] | {"hours": hours}
        assert problems(Kind.ATTENDANCE, facts) == []
        assert codes(Kind.ATTENDANCE, facts) == expected


@pytest.mark.parametrize("state", MeasureState)
def test_a_plan_needs_a_measure_under_way_or_done(state: MeasureState) -> None:
    facts = {"measures": [measure(state="planned"), measure(state=str(state), public=False)]}
    waiting = state is MeasureState.PLANNED
    assert codes(Kind.PLAN, facts) == ([("/measures", "facts.not_started")] if waiting else [])
    assert codes(Kind.PLAN, facts, minimum_started=0) == []
    assert codes(Kind.PLAN, facts, minimum_started=2) == [("/measures", "facts.not_started")]


def test_every_condition_is_confirmed_with_a_note() -> None:
    assert codes(Kind.CONDITIONS, {"confirmed": {"regler": "Snakket om i mars."}}) == [
        ("/confirmed/ledelse", "facts.unconfirmed")
    ]
    assert len(codes(Kind.CONDITIONS, {"confirmed": {}})) == 2


# Facts that may be shown


def test_what_is_shown_of_each_kind() -> None:
    shown = {kind: public_facts(requirement(kind), GOOD[kind]) for kind in Kind}
    assert shown == {
        Kind.ATTENDANCE: GOOD[Kind.ATTENDANCE],
        Kind.SUBMISSION: {"handed_in": "2026-04-02"},
        Kind.MEETING: {"date": "2026-05-04"},
        Kind.PLAN: {
            "measures": [
                {
                    "title": "Nye rutiner",
                    "kind": "rutiner",
                    "due": "2027-05-01",
                    "state": "under_way",
                }
            ],
            "counts": {"planned": 1, "under_way": 1, "done": 0},
        },
        Kind.DECLARATION: {"date": "2026-05-20", "role": "daglig leder"},
        Kind.CONDITIONS: {"confirmed": ["regler", "ledelse"]},
    }


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_shown_that_the_edition_does_not_name(kind: Kind) -> None:
    assert public_facts(requirement(kind, public=frozenset()), GOOD[kind]) == {}
    for name in PUBLISHABLE[kind]:
        shown = public_facts(requirement(kind, public=frozenset({name})), GOOD[kind])
        assert list(shown) == [name]
    everything = frozenset({*GOOD[kind], "name", "present", "note", "responsible_role"})
    assert SECRET not in json.dumps(public_facts(requirement(kind, public=everything), GOOD[kind]))


@pytest.mark.parametrize("kind", Kind)
def test_no_facts_show_nothing(kind: Kind) -> None:
    assert public_facts(requirement(kind), {}) == {}


def test_what_is_shown_is_a_copy() -> None:
    facts = copy.deepcopy(GOOD[Kind.PLAN])
    public_facts(requirement(Kind.PLAN), facts)["measures"][0]["title"] = "changed"
    assert facts == GOOD[Kind.PLAN]


HIDDEN = [
    (Kind.MEETING, "/present/0"),
    (Kind.PLAN, "/measures/0/responsible_role"),
    (Kind.PLAN, "/measures/1/title"),
    (Kind.PLAN, "/measures/1/responsible_role"),
    (Kind.DECLARATION, "/name"),
    (Kind.CONDITIONS, "/confirmed/regler"),
    (Kind.CONDITIONS, "/confirmed/ledelse"),
]


@given(
    st.sampled_from(HIDDEN),
    st.sets(st.sampled_from(sorted({name for names in PUBLISHABLE.values() for name in names}))),
    st.text(st.characters(categories=["L"]), min_size=1, max_size=20),
)
def test_confidential_facts_change_nothing_that_is_shown(
    where: tuple[Kind, str], public: set[str], words: str
) -> None:
    kind, pointer = where
    asked = requirement(kind, public=frozenset(public))
    facts = with_value(GOOD[kind], pointer, words)
    assert problems(kind, facts) == []
    assert public_facts(asked, facts) == public_facts(asked, GOOD[kind])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(SECRET) | st.just("planned"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["date", "measures", "confirmed", "title"]), inner)
    ),
    max_leaves=8,
)


@given(st.sampled_from(Kind), st.data())
def test_facts_of_any_shape_are_judged_and_never_repeated(kind: Kind, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(GOOD[kind])))
    facts = GOOD[kind] | {name: data.draw(JSON)}
    asked = requirement(kind, public=frozenset(PUBLISHABLE[kind]) - {"held_by", "role"})
    found = acceptable(asked, facts, today=TODAY)
    for problem in found:
        assert re.fullmatch(r"facts\.[a-z_]+", problem.code)
        assert SECRET not in problem.message + problem.pointer
        assert problem.message.endswith(".")
        for language in texts.LANGUAGES:
            told = texts.explain_problem(problem, language)
            assert SECRET not in told
            assert "%(" not in told
    assert SECRET not in json.dumps(public_facts(asked, facts))


@pytest.mark.parametrize(("language", "word"), [("nb", "a"), ("nn", "b"), ("en", "c")])
def test_ids_are_told_with_what_they_are_called(language: str, word: str) -> None:
    plan = GOOD[Kind.PLAN] | {"measures": [measure(kind="annet")]}
    (kind,) = check_facts(requirement(Kind.PLAN), plan, today=TODAY)
    assert f"rutiner ({word})" in texts.explain_problem(kind, language)
    first, _ = acceptable(requirement(Kind.CONDITIONS), {"confirmed": {}}, today=TODAY)
    assert f"regler («{word}»)" in texts.explain_problem(first, language)


def test_every_code_is_documented() -> None:
    used = set(re.findall(r'"(facts\.\w+)"', (ROOT / "issuer" / "requirements.py").read_text()))
    page = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(facts\.\w+)` \|", page, re.MULTILINE)) == used
