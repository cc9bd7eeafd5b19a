"""Enquiries, courses, measures, cycles, editions and imports, as commands."""

import json
import re
from pathlib import Path

import pytest

from issuer import programmes
from tests.issuer.test_cli import FACTS, Merke, issuer, merke, take_to_the_badge

__all__ = ["issuer", "merke"]  # fixtures


def test_from_a_file_by_a_course_to_the_measures(issuer: Merke, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_bytes("name;kind\nØstfold Ånd;group\nVidde;ukjent\n".encode("cp1252"))
    begin = ("import", "organisations", str(file), "--programme", "balansemerket", "--by", "Kari")
    dry = issuer(*begin, "--dry-run", "--json")
    assert dry.code == 1
    told = json.loads(dry.out)
    assert (told["taken"], told["encoding"]) == (1, "cp1252")
    assert told["sample"][0]["name"] == "Østfold Ånd"
    assert json.loads(issuer("participation", "list", "--json").out) == []
    taken = issuer(*begin)
    assert taken.code == 1
    assert "liste.csv:3: Choose one of: company" in taken.err
    added = issuer(
        *("course", "add", "balansemerket", "Kurs i mars", "--day", "2026-03-02"),
        *("--hours", "3", "--held-by", "Eksempel", "--by", "Kari", "--reason", "Told late"),
    )
    course = added.out.strip()
    assert course == "2026-03-02-kurs-i-mars"
    assert json.loads(issuer("course", "list", "--json").out)[0]["id"] == course
    attend = ("course", "attend", course, "--by", "Kari", "ostfold-and:4")
    wrong = issuer(*attend, "nobody:2")
    assert wrong.code == 1
    assert "Nothing was changed" in wrong.err
    assert issuer(*attend, "--dry-run").code == 0
    assert issuer("course", "attend", course, "--by", "Kari", "ostfold-and").code == 2
    shown = json.loads(issuer("participation", "show", "ostfold-and").out)
    assert shown["missing"][0] == "kurs"
    assert issuer(*attend).code == 0
    shown = json.loads(issuer("participation", "show", "ostfold-and").out)
    assert shown["missing"][0] == "kartlegging"


def test_the_year_by_commands(issuer: Merke) -> None:
    slug = take_to_the_badge(issuer, "Eksempelteatret")
    by = ("--by", "Kari")
    edited = issuer(
        *("organisation", "edit", slug, "--roles", "producing", "--county", "Vestland"),
        *("--channel", "si-fra@example.no", "--public", "roles", "--public", "channel", *by),
    )
    assert edited.code == 0
    assert "roles, channel" in edited.err
    assert issuer("organisation", "edit", slug, "--county", "Atlantis", *by).code == 2
    assert (
        issuer(
            *("organisation", "contact", slug, "first", "--name", "Nora"),
            *("--email", "nora@example.no", *by),
        ).code
        == 0
    )
    known = json.loads(issuer("organisation", "show", slug).out)
    assert known["contacts"][0]["email"] == "nora@example.no"
    assert known["about"]["county"] == "Vestland"
    why = (*by, "--reason", "Siste side mangler")
    assert issuer("participation", "send-back", slug, "kartlegging", *why).code == 0
    assert issuer("participation", "accept", slug, "kartlegging", *by).code == 1
    facts = json.dumps(FACTS["kartlegging"])
    handed = ("participation", "hand-in", slug, "kartlegging", "--contact", "nora", *by)
    assert issuer(*handed, "--facts", facts).code == 0
    assert (
        issuer(
            *("participation", "evidence", slug, "kartlegging", "--title", "Kart"),
            *("--place", "arkivet", *by),
        ).code
        == 0
    )
    assert issuer("participation", "accept", slug, "kartlegging", *by).code == 0
    assert json.loads(issuer("measure", "list", slug, "--json").out)[0]["state"] == "under_way"
    assert issuer("measure", "done", slug, "1", *by).code == 0
    assert issuer("measure", "start", slug, "1", *by).code == 1
    assert issuer("measure", "outcome", slug, "1", "done", *by).code == 0
    kind = json.loads(issuer("measure", "list", slug, "--json").out)[0]["kind"]
    new = ("measure", "add", slug, "Samtale", "--kind", kind, "--responsible-role", "Styret", *why)
    assert issuer(*new, "--due", "2099-03-31").code == 0
    number = str(json.loads(issuer("measure", "list", slug, "--json").out)[-1]["number"])
    changed = ("measure", "change", slug, number, *why)
    assert issuer(*changed).code == 2
    assert issuer(*changed, "--due", "soon").code == 2
    assert issuer(*changed, "--due", "2099-04-30", "--private").code == 0
    last = json.loads(issuer("measure", "list", slug, "--json").out)[-1]
    assert (last["due"], last["public"]) == ("2099-04-30", False)
    assert issuer("participation", "hide", slug, *why).code == 0
    assert json.loads(issuer("register", "--json").out) == []
    assert issuer("participation", "unhide", slug, *why).code == 0
    assert len(json.loads(issuer("register", "--json").out)) == 1
    assert issuer("register", "--csv").out.startswith("name,organisation_number")
    assert issuer("register", "--on", "2999-01-01").code == 2
    assert issuer("participation", "close", slug, *why).code == 0
    assert issuer("participation", "renew", slug, *by).code == 0


def test_editions_by_commands(issuer: Merke, tmp_path: Path) -> None:
    slug = issuer("participation", "enrol", "balansemerket", "Fjord", "--by", "Kari").out.strip()
    new = tmp_path / "new.toml"
    text = programmes.shipped("balansemerket").decode().replace('"2026-1"', '"2027-1"')
    new.write_text(text.replace("patience_days = 60", "patience_days = 30"), encoding="utf-8")
    assert issuer("programme", "load", str(new), "--by", "Kari").code == 0
    told = json.loads(
        issuer("programme", "diff", "balansemerket", "2026-1", "2027-1", "--json").out
    )
    assert len(told) == 1
    assert told[0].endswith("60 → 30")
    move = ("participation", "move", slug, "--edition", "2027-1", "--by", "Kari", "--reason", "x")
    assert json.loads(issuer(*move, "--dry-run", "--json").out)["missing"][0] == "kurs"
    shown = json.loads(issuer("participation", "show", slug).out)
    assert shown["cycles"][0]["edition"] == "2026-1"
    assert issuer(*move).code == 0
    shown = json.loads(issuer("participation", "show", slug).out)
    assert shown["cycles"][0]["edition"] == "2027-1"


def test_enquiries_by_commands(issuer: Merke) -> None:
    assert json.loads(issuer("organisation", "enquiries", "--json").out) == []
    gone = issuer("organisation", "decline", "abcd", "--by", "Kari", "--reason", "x")
    assert gone.code == 2
    assert issuer("participation", "enrol", "balansemerket", "--by", "Kari").code == 2


def test_a_file_given_again_still_tells_what_was_not_taken(issuer: Merke, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,listed\nHavteatret,yes\nSkogscenen,maybe\n", encoding="utf-8")
    given = ("import", "organisations", str(file), "--programme", "balansemerket", "--by", "Kari")
    first, again = issuer(*given), issuer(*given)
    assert (first.code, again.code) == (1, 1)
    assert "Enrolled: 1. Taken by an earlier run: 0. Not taken: 1." in first.err
    assert "Enrolled: 0. Taken by an earlier run: 1. Not taken: 1." in again.err
    assert "in a file of their own" in again.err
    file.write_text("Navn;Orgnr\nHavteatret;\n", encoding="utf-8")
    assert "Here it says: navn, orgnr." in issuer(*given).err


def test_meetings_are_listed_in_the_programmes_time(issuer: Merke) -> None:
    issuer("participation", "enrol", "balansemerket", "Teateret", "--by", "Kari")
    at = ("2099-07-01T09:00", "--place", "Storgata 1", "--by", "Kari")
    assert issuer("meeting", "arrange", "teateret", *at).code == 0
    assert "\t2099-07-01T09:00\t" in issuer("meeting", "list").out


@pytest.mark.parametrize("given", ["anne fjord", "Anne@example.no", "first"])
def test_who_handed_it_in_may_be_given_in_any_way(issuer: Merke, given: str) -> None:
    issuer("participation", "enrol", "balansemerket", "Teateret", "--by", "Kari")
    who = ("--name", "Anne Fjord", "--email", "anne@example.no", "--by", "Kari")
    assert issuer("organisation", "contact", "teateret", "first", *who).code == 0
    hand_in = ("participation", "hand-in", "teateret", "kartlegging", "--by", "Kari", "--contact")
    nobody = issuer(*hand_in, "Per")
    assert nobody.code == 2
    assert "merke organisation show teateret" in nobody.err
    assert issuer(*hand_in, given).code == 0


def test_stand_in_addresses_are_told_when_a_programme_is_loaded(
    merke: Merke, tmp_path: Path
) -> None:
    merke("init", "--base-url", "https://merke.example.no", "--name", "Eksempelmerket")
    file = tmp_path / "b.toml"
    file.write_bytes(programmes.shipped("balansemerket"))
    assert "no poster" in merke("programme", "load", str(file), "--by", "Kari").err


def test_tables_tell_states_in_words(issuer: Merke) -> None:
    take_to_the_badge(issuer, "Teateret")
    contact = ("organisation", "contact", "teateret", "first", "--name", "Nora")
    issuer(*contact, "--email", "nora@example.no", "--by", "Kari")
    sealing = ("award", "seal", "teateret", "--reason", "ok", "--by")
    assert "`--alone WHY`" in issuer(*sealing, "Kari").err
    code = issuer(*sealing, "Ola").out.strip()
    issuer("participation", "enrol", "balansemerket", "Stille", "--by", "Kari")
    listed = issuer("participation", "list").out
    assert "\tNot public\t" in listed
    assert "\tValid\t" in listed
    assert "\tGyldig\t" in issuer("--lang", "nb", "participation", "list").out
    coded = json.loads(issuer("participation", "list", "--json").out)
    assert {each["state"] for each in coded} == {"holds", "unknown"}
    assert "\tValid\t" in issuer("register").out
    assert "\tunder way\t" in issuer("measure", "list", "teateret").out
    mail = issuer("mail", "list").out
    assert re.search(r"\t\d{4}-\d\d-\d\d\tteateret\tmark awarded\tnora@example.no\twaiting\t", mail)
    issuer("case", "open", code, "--by", "Kari", "--reason", "Meldt")
    issuer("case", "hear", "1", "--by", "Kari", "--statement", "Nei")
    told = issuer("award", "withdraw", code, "--by", "Ola", "--reason", "Brudd").err
    assert re.search(r"can appeal until \d{4}-\d\d-\d\d", told)
    assert issuer("case", "list").out.endswith("\twithdrawn\t\n")
    assert issuer("--lang", "nb", "case", "list").out.endswith("\ttrukket tilbake\t\n")
    assert json.loads(issuer("case", "list", "--json").out)[0]["decision"] == "withdraw"


def test_what_is_asked_is_shown_with_its_facts(issuer: Merke) -> None:
    issuer("participation", "enrol", "balansemerket", "Teateret", "--by", "Kari")
    told = ("teateret", "kurs", "--by", "Kari")
    issuer("participation", "record", *told, "--facts", json.dumps(FACTS["kurs"]))
    shown = json.loads(issuer("participation", "show", "teateret").out)
    asked = {each["id"]: each for each in shown["asked"]}
    assert list(asked) == list(FACTS)
    assert (asked["kurs"]["state"], asked["plan"]["state"]) == ("recorded", "open")
    assert {name: set(each["facts"]) for name, each in asked.items()} == {
        name: set(facts) for name, facts in FACTS.items()
    }
    assert "samtaler" in asked["plan"]["kinds"]
    assert set(asked["vilkar"]["conditions"]) == set(FACTS["vilkar"]["confirmed"])


def test_the_list_says_what_waits_for_whom(issuer: Merke) -> None:
    issuer("participation", "enrol", "balansemerket", "Teateret", "--by", "Kari")
    assert "kurs, kartlegging" in issuer("participation", "list").out
    for name, facts in FACTS.items():
        told = ("teateret", name, "--by", "Kari")
        issuer("participation", "record", *told, "--facts", json.dumps(facts))
        issuer("participation", "accept", *told)
    assert issuer("participation", "list").out.endswith("\tprepare\n")
    put_forward = ("participation", "prepare", "teateret", "--by", "Kari", "--reason", "ok")
    issuer(*put_forward)
    assert issuer("participation", "list").out.endswith("\tseal (put forward by Kari)\n")
    (waits,) = json.loads(issuer("task", "list", "--json").out)
    assert (waits["kind"], waits["participation"]) == ("award.waits", "teateret")
    assert "Kari" in issuer("task", "list").out
    # What was sent back waits for nobody, and put forward once more it waits again.
    told = ("teateret", "mote", "--by", "Kari")
    issuer("participation", "send-back", *told, "--reason", "Hvem var der?")
    assert "put forward" not in issuer("task", "list").out
    issuer("participation", "record", *told, "--facts", json.dumps(FACTS["mote"]))
    issuer("participation", "accept", *told)
    issuer(*put_forward)
    assert issuer("task", "list").out.count("put forward by Kari") == 1
    assert issuer("award", "seal", "teateret", "--by", "Ola", "--reason", "ok").code == 0
    assert issuer("participation", "list").out.endswith("\t\n")
    assert "put forward" not in issuer("task", "list").out
