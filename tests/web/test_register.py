"""The register: one history, told alike everywhere, today and on any day, however long it is."""

import csv
import io
import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from issuer import names, participations, register
from issuer.names import person_key
from issuer.record.tables import (
    Award,
    AwardAct,
    Cycle,
    Edition,
    Organisation,
    OrganisationName,
    Participation,
)
from issuer.state import State
from tests.support.office import ADA, Desk
from tests.support.pages import Page
from tests.support.web import browser
from tests.web.conftest import Town

HTML = {"Accept": "text/html", "Accept-Language": "en"}
EXCEPT = ("answeredAt", "unsureSince", "requirements", "evidence", "measures")


def told(client: TestClient, **asked: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/register.json", params=asked).json()
    return answer


def test_every_state_is_told_alike_everywhere(town: Town) -> None:
    """Page data, seal data, register and the record itself, at one moment."""
    entries = {entry["slug"]: entry for entry in told(town.client)["participants"]}
    unlisted = {town.slugs[State.UNKNOWN], town.slugs[State.VOID]}
    assert set(entries) == set(town.slugs.values()) - unlisted
    for state, slug in town.slugs.items():
        if slug in unlisted:
            continue
        page = town.client.get(f"/m/{slug}.json").json()
        seal = town.client.get(f"/embed/{slug}.json").json()
        entry = {k: v for k, v in entries[slug].items() if k != "periods"}
        assert entry == {k: v for k, v in page.items() if k not in EXCEPT}
        assert entry == {k: v for k, v in seal.items() if k not in EXCEPT}
        assert entry["state"] == state
    assert told(town.client)["unsureSince"] is page["unsureSince"] is None


def test_the_schema_is_that_of_the_answer(town: Town, root: Path) -> None:
    served = town.client.get("/register.schema.json").json()
    assert served == json.loads((root / "docs" / "register.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(served)
    validator = jsonschema.Draft202012Validator(served)
    validator.validate(told(town.client))
    validator.validate(told(town.client, on="2025-06-01"))
    wrong = told(town.client)
    wrong["participants"][0]["state"] = "perhaps"
    assert not validator.is_valid(wrong)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, TestClient]]:
    """Held from 4 March 2025, on hold from 1 May, lifted on 11 May, lapsed, back in 2026."""
    desk = Desk.make(tmp_path_factory.mktemp("story") / "data")
    sealed = desk.holder("=Eksempel;“scene”")
    wrong = desk.holder("Feilført Teater", listed=False)
    desk.clock.moment = datetime(2025, 5, 1, 21, 59, tzinfo=UTC)
    desk.suspend(sealed.code)
    desk.void(wrong.code)
    desk.clock.moment = datetime(2025, 5, 11, 22, 1, tzinfo=UTC)
    desk.lift(sealed.code)
    desk.clock.moment = datetime(2026, 4, 1, 9, tzinfo=UTC)
    desk.renew(sealed.slug)
    desk.clock.moment = datetime(2026, 4, 20, 9, tzinfo=UTC)
    with desk.office.transaction() as session:
        row = participations.find(session, sealed.slug)
        row.organisation.names.append(
            OrganisationName(
                name="Nytt navn",
                language=None,
                sort_key=names.sort_key("Nytt navn"),
                folded=names.folded("Nytt navn"),
                since=desk.clock(),
            )
        )
    with browser(desk) as client:
        yield desk, client
    desk.close()


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2025-03-03", None),
        ("2025-03-04", "holds"),
        ("2025-04-30", "holds"),
        # One minute before midnight in Oslo, and one minute after.
        ("2025-05-01", "suspended"),
        ("2025-05-11", "suspended"),
        ("2025-05-12", "holds"),
        ("2026-03-03", "holds_renewal_open"),
        ("2026-03-04", "lapsed"),
        ("2026-04-02", "lapsed_renewing"),
    ],
)
def test_how_it_stood_at_the_end_of_a_day(
    story: tuple[Desk, TestClient], on: str, state: str | None
) -> None:
    _, client = story
    answer = told(client, on=on)
    assert answer["on"] == on
    # What was made in error is no part of any day, not even of those on which it was shown.
    assert [p["state"] for p in answer["participants"]] == ([state] if state else [])
    if state:
        assert answer["participants"][0]["name"].startswith("=Eksempel")


def test_days_that_are_over_and_the_day_that_is_not(story: tuple[Desk, TestClient]) -> None:
    _, client = story
    today = told(client, on="2026-04-20")["participants"]
    assert today == told(client)["participants"]
    assert today[0]["name"] == "Nytt navn"
    assert today[0]["periods"] == [
        {"firstDay": "2025-03-04", "lastDay": "2026-03-03", "until": "2026-03-03"}
    ]
    page = Page.of(client.get("/register?on=2025-05-01", headers=HTML).text)
    assert list(page.faults()) == []
    assert "On hold" in page.words
    assert page.all("meta", name="robots")
    assert "/register.csv?on=2025-05-01&for=excel" in page.links
    for name in ("Nytt navn", "eksempel"):
        assert len(told(client, q=name)["participants"]) == 1


def test_tables_for_programs_and_for_a_spreadsheet(story: tuple[Desk, TestClient]) -> None:
    _, client = story
    on = {"on": "2025-04-30"}
    plain = client.get("/register.csv", params=on)
    assert plain.headers["content-type"].startswith("text/csv")
    (heading, row) = csv.reader(io.StringIO(plain.content.decode("utf-8"), newline=""))
    record = dict(zip(heading, row, strict=True))
    # Nothing that a spreadsheet would run.
    assert record["name"] == "'=Eksempel;“scene”"
    assert record["state"] == "holds"
    assert record["held"] == "2025-03-04/2026-03-03"
    assert plain.content.endswith(b"\r\n")
    excel = client.get("/register.csv", params={**on, "for": "excel"}).content
    assert excel.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(excel.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert read == [heading, row]
    assert client.get("/register.csv", params={"for": "x"}).status_code == 422


def test_the_feed_tells_what_changed(story: tuple[Desk, TestClient]) -> None:
    _, client = story
    answer = client.get("/register.atom", params={"lang": "en"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    atom = {"a": "http://www.w3.org/2005/Atom"}
    found = [
        (e.findtext("a:updated", "", atom), e.find("a:category", atom))
        for e in feed.iterfind("a:entry", atom)
    ]
    assert [(at, kind.attrib["term"]) for at, kind in found if kind is not None] == [
        ("2026-03-03T23:00:00Z", "lapsed"),
        ("2025-05-11T22:01:00Z", "holds"),
        ("2025-05-01T21:59:00Z", "suspended"),
        ("2025-03-04T09:00:00Z", "holds"),
    ]
    ids = [e.findtext("a:id", "", atom) for e in feed.iterfind("a:entry", atom)]
    assert len(set(ids)) == len(ids)
    assert "Feilført" not in answer.text


MANY = 10_000


def _many(desk: Desk, number: int) -> None:
    """That many holders, written straight into the record."""
    with desk.office.transaction() as session:
        edition = session.query(Edition).one().id
        zero = desk.clock()
        rows: dict[type, list[dict[str, Any]]] = {
            kind: []
            for kind in (Organisation, OrganisationName, Participation, Cycle, Award, AwardAct)
        }
        for n in range(1, number + 1):
            name, key = f"Teater {n:05}", f"{n:08}-0000"
            rows[Organisation].append(
                {"id": key, "created_at": zero, "about": {}, "about_public": []}
            )
            rows[OrganisationName].append(
                {
                    "organisation_id": key,
                    "name": name,
                    "sort_key": names.sort_key(name),
                    "folded": names.folded(name),
                    "since": zero,
                }
            )
            rows[Participation].append(
                {
                    "id": key,
                    "organisation_id": key,
                    "programme": "balansemerket",
                    "slug": f"teater-{n}",
                    "public": True,
                    "listed": True,
                    "created_at": zero,
                }
            )
            rows[Cycle].append(
                {
                    "id": n,
                    "participation_id": key,
                    "number": 1,
                    "edition_id": edition,
                    "opened_at": zero,
                    "closed_at": zero,
                }
            )
            rows[Award].append(
                {
                    "id": n,
                    "cycle_id": n,
                    "code": f"{n:012}",
                    "state": "issued",
                    "first_day": date(2025, 3, 4),
                    "last_day": date(2026, 3, 3),
                    "valid_from": zero,
                    "valid_until": zero + timedelta(days=364),
                    "renewal_opens": zero + timedelta(days=300),
                    "patience_ends": zero + timedelta(days=400),
                    "decided_at": zero,
                    "decided_by": ADA,
                    "decider_key": person_key(ADA),
                    "deciders": 1,
                }
            )
            rows[AwardAct].append(
                {
                    "award_id": n,
                    "act": "seal",
                    "at": zero,
                    "by": ADA,
                    "by_key": person_key(ADA),
                    "reason": "x",
                }
            )
        for kind, values in rows.items():
            session.execute(insert(kind), values)


@pytest.mark.usefixtures("alone")
def test_ten_thousand_are_read_at_once(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    _many(desk, MANY)
    began = time.process_time()
    question = register.ask(desk.office, programme=None, on=None, sought="")
    found = list(register.entries(question, desk.office.reading))
    took = time.process_time() - began
    assert len(found) == MANY
    assert register.count_holders(question, desk.office.reading) == MANY
    # The figure is two seconds.
    assert took < 10
    sought = sorted(entry.slug for entry in found if "Teater 099" in entry.name)
    question = register.ask(desk.office, programme=None, on=None, sought="TEATER 099")
    part = register.part(question, desk.office.reading, most=250)
    assert [entry.slug for entry in part.entries] == sought
    assert len(sought) == 100
    with browser(desk) as client:
        page = Page.of(client.get("/register", headers=HTML).text)
        assert list(page.faults()) == []
        assert len(page.all("tr")) == 251
        onward = "/register?after=holding%2Fteater+00250%2Fteater-250"
        assert onward in page.links
        second = Page.of(client.get(onward, headers=HTML).text)
        assert "Teater 00251" in second.words
        last = "/register?after=holding%2Fteater+09750%2Fteater-9750"
        assert "Teater 10000" in Page.of(client.get(last, headers=HTML).text).words
        beyond = "/register?after=holding%2Fteater+10000%2Fteater-10000"
        assert client.get(beyond, headers=HTML).status_code == 400
    desk.close()
