"""Merged into another, or transferred to it: every old address leads on, and claims nothing."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from issuer import carrying, cycles, participations, register_schema
from issuer.sealing import Sealed
from tests.support.office import ADA, BASE, BO, REASON, Desk
from tests.support.pages import Page
from tests.support.web import as_staff, browser
from tests.web.conftest import HTML


class Merged:
    """«Gamle Scene», which held the mark, has become part of «Nye Scene»."""

    def __init__(self, desk: Desk, client: Any) -> None:
        self.desk, self.client = desk, client
        self.old: Sealed = desk.holder("Gamle Scene")
        self.new = desk.enrol("Nye Scene", listed=False)
        desk.clock.advance(days=30)

    def succeed(self, old: str, new: str, *, kind: str = "merger", carry: bool = True) -> None:
        today = self.desk.clock().date()
        carrying.succeed(
            *(self.desk.office, old, new, kind),
            day=today,
            by=BO,
            reason=REASON,
            carry=carry,
            override="alone",
        )
        self.desk.clock.advance(seconds=1)

    def json(self, slug: str) -> Any:
        return self.client.get(f"/m/{slug}.json").json()

    def page(self, path: str) -> Page:
        answer = self.client.get(path, headers=HTML)
        assert answer.status_code == 200
        page = Page.of(answer.text)
        assert list(page.faults()) == []
        return page

    def registered(self, **asked: str) -> dict[str, Any]:
        told = self.client.get("/register.json", params=asked).json()
        wrong = Draft202012Validator(dict(register_schema.SCHEMA)).iter_errors(told)
        assert [fault.message for fault in wrong] == []
        return {each["slug"]: each for each in told["participants"]}


@pytest.fixture
def merged(tmp_path: Path) -> Iterator[Merged]:
    desk = Desk.make(tmp_path / "data")
    with browser(desk) as client:
        yield Merged(desk, client)
    desk.close()


def test_every_old_address_leads_on(merged: Merged) -> None:
    merged.succeed(merged.old.slug, merged.new)
    day = (merged.desk.clock() - timedelta(seconds=1)).date().isoformat()
    named = {
        "id": f"{BASE}/m/{merged.new}",
        "slug": merged.new,
        "name": "Nye Scene",
        "kind": "merger",
        "since": day,
    }
    told = merged.json(merged.old.slug)
    assert (told["state"], told["holds"], told["successor"]) == ("given_up", False, named)
    assert merged.json(merged.new)["successor"] is None
    assert merged.registered()[merged.old.slug]["successor"] == named
    table = csv.DictReader(io.StringIO(merged.client.get("/register.csv").text))
    assert {row["name"]: row["successor"] for row in table} == {
        "Gamle Scene": named["id"],
        "Nye Scene": "",
    }
    for path in (f"/m/{merged.old.slug}", f"/b/{merged.old.credential_id}", "/register"):
        assert f"/m/{merged.new}" in merged.page(path).links, path
    badge = merged.client.get(f"/b/{merged.old.credential_id}.json").content
    files = {"file": ("merke.json", badge, "application/octet-stream")}
    checked = Page.of(merged.client.post("/verify", files=files, headers=HTML).text)
    assert f"/m/{merged.new}" in checked.links
    # By the code on an old poster, too.
    led = merged.client.get(f"/q/{merged.old.code}").headers["location"]
    assert f"/m/{merged.new}" in merged.page(led).links
    panel = merged.client.get(f"/embed/{merged.old.slug}/wide-light-nb.json").json()["told"]
    assert "gikk inn i Nye Scene" in panel["explanation"]
    # It did not end at its own wish; the state stays what it is.
    assert panel["answer"] == (
        "Gamle Scene har ikke lenger Balansemerket: virksomheten føres videre av Nye Scene."
    )
    assert panel["facts"][0][1] == "Avsluttet"
    for path in (f"/m/{merged.old.slug}", "/register"):
        words = merged.page(path).words
        assert "Avsluttet" in words
        assert "eget ønske" not in words
        assert "av innehaveren" not in words


@pytest.mark.parametrize(
    ("language", "kind", "sentence"),
    [
        ("nb", "merger", "Gamle Scene gikk inn i Nye Scene 3. april 2025."),
        ("nn", "merger", "Gamle Scene gjekk inn i Nye Scene 3. april 2025."),
        ("en", "merger", "Gamle Scene became part of Nye Scene on 3 April 2025."),
        ("nb", "transfer", "Det Gamle Scene gjorde, er ført videre av Nye Scene siden 3. april"),
        ("nn", "transfer", "Det Gamle Scene gjorde, er ført vidare av Nye Scene sidan 3. april"),
        ("en", "transfer", "What Gamle Scene did has been carried on by Nye Scene since 3 April"),
    ],
)
def test_it_is_told_in_words(merged: Merged, language: str, kind: str, sentence: str) -> None:
    merged.succeed(merged.old.slug, merged.new, kind=kind)
    for path in (f"/m/{merged.old.slug}", f"/b/{merged.old.credential_id}"):
        assert sentence in merged.page(f"{path}?lang={language}").words


def test_two_people_by_the_interface(merged: Merged) -> None:
    """Until the second one has said so, nothing has ended and nobody is told."""
    place = f"/api/v1/participations/{merged.old.slug}/succession"
    body: dict[str, Any] = {
        "successor": merged.new,
        "kind": "merger",
        "carry": True,
        "reason": REASON,
        "day": merged.desk.clock().date().isoformat(),
    }

    staff = {who: as_staff(merged.desk, who) for who in (ADA, BO)}

    def post(who: str, key: str, **more: Any) -> Any:
        headers = {**staff[who], "Idempotency-Key": key}
        merged.desk.clock.advance(seconds=1)
        return merged.client.post(place, json={**body, **more}, headers=headers)

    seen = post(ADA, "dry", dry_run=True)
    assert (seen.status_code, seen.json()["until"]) == (200, merged.old.last_day.isoformat())
    assert merged.json(merged.old.slug)["holds"] is True
    first, again = post(ADA, "one"), post(ADA, "one")
    assert (first.status_code, first.json()["waits"]) == (201, True)
    assert first.content == again.content
    told = merged.json(merged.old.slug)
    assert (told["state"], told["successor"]) == ("holds", None)
    assert merged.registered()[merged.old.slug]["successor"] is None
    assert post(ADA, "two").json()["code"] == "award.second_person"
    done = post(BO, "three")
    assert (done.status_code, done.json()["waits"]) == (201, False)
    assert done.json()["from"]["state"] == "given_up"
    assert done.json()["award"]["lastDay"] == merged.old.last_day.isoformat()
    assert merged.json(merged.old.slug)["successor"]["slug"] == merged.new
    assert post(BO, "four").json()["code"] == "refused"


def test_a_refresh_never_answers_for_somebody_else(merged: Merged) -> None:
    """The successor's credential has another subject: it takes nobody's place."""
    place = f"/b/{merged.old.credential_id}"
    merged.succeed(merged.old.slug, merged.new)
    own = merged.client.get(f"{place}.json").content
    assert merged.client.get(f"{place}/refresh").content == own
    answer = merged.client.post("/api/v1/verify", content=own).json()
    assert (answer["verdict"], answer["reasons"]) == ("INVALID", ["status.revoked"])
    assert answer["successor"] is None
    carried = merged.json(merged.new)["award"]
    fresh = merged.client.get(carried["credential"].removeprefix(BASE) + ".json").json()
    assert fresh["credentialSubject"]["id"] == f"{BASE}/m/{merged.new}"
    assert json.loads(own)["credentialSubject"]["id"] == f"{BASE}/m/{merged.old.slug}"


def test_nobody_is_named_who_does_not_wish_to_be_known(merged: Merged) -> None:
    merged.succeed(merged.old.slug, merged.new, carry=False)
    assert merged.json(merged.old.slug)["successor"] is None
    assert merged.registered()[merged.old.slug]["successor"] is None
    page = merged.client.get(f"/m/{merged.old.slug}", headers=HTML).text
    assert merged.new not in page
    assert "Nye Scene" not in page

    # As soon as it holds the mark itself, it is known.
    merged.desk.award(merged.new)
    assert merged.json(merged.old.slug)["successor"]["slug"] == merged.new
    # Off the register it has its page, which the old one leads on to.
    with merged.desk.office.transaction() as session:
        row = participations.find(session, merged.new)
        cycles.hide(session, row, by=BO, reason=REASON, now=merged.desk.clock())
    assert merged.json(merged.old.slug)["successor"]["slug"] == merged.new
    assert merged.registered()[merged.old.slug]["successor"] is None


def test_from_one_to_the_next_and_on_an_earlier_day(merged: Merged) -> None:
    desk = merged.desk
    before = desk.clock().date().isoformat()
    desk.clock.advance(days=10)
    merged.succeed(merged.old.slug, merged.new, carry=False)
    assert merged.json(merged.old.slug)["successor"] is None
    last = desk.holder("Siste Scene")
    merged.succeed(merged.new, last.slug, kind="transfer", carry=False)
    told = merged.json(merged.old.slug)["successor"]
    assert (told["slug"], told["kind"]) == (last.slug, "transfer")
    assert merged.registered()[merged.old.slug]["successor"] == told
    found = merged.registered(q="gamle")
    assert (set(found), found[merged.old.slug]["successor"]) == ({merged.old.slug}, told)
    desk.clock.advance(days=2)
    assert merged.registered(on=before)[merged.old.slug]["successor"] is None
