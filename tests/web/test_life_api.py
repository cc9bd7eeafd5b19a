"""What happens around an award over the years, by the interface alone; and who may read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from issuer import agenda, recheck, tasks
from issuer.record.post import Letter
from issuer.record.tables import AuditEntry, AuditPerson
from issuer.web.openapi import READ_ONE
from tests.support.office import ADA, BO, Desk
from tests.support.people import contact
from tests.support.web import Shop, as_staff, browser, shop_in

CY = "Cy Eksempel"
CANARY = "kanarifugl-7f3a"


@dataclass
class Staff:
    """Three people at the interface of one office."""

    shop: Shop

    @property
    def desk(self) -> Desk:
        return self.shop.desk

    def post(self, path: str, who: str = ADA, status: int = 201, **body: Any) -> Any:
        self.desk.clock.advance(seconds=1)
        headers = as_staff(self.desk, who)
        answer = self.shop.client.post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == status, (path, answer.text)
        told = answer.json()
        if status == 201:
            assert answer.headers["location"] == told["links"]["self"]
        return told

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.shop.client.get(f"/api/v1{path}", headers=as_staff(self.desk))
        assert answer.status_code == status, (path, answer.text)
        assert self.shop.client.get(f"/api/v1{path}").status_code == 401, path
        return answer.json()

    def public(self) -> str:
        """All that anybody can read of the holder."""
        slug, copy = self.shop.sealed.slug, self.shop.sealed.credential_id
        addresses = (f"/m/{slug}", f"/m/{slug}.json", "/register.json", "/register.csv")
        more = ("/register.atom", f"/b/{copy}", f"/b/{copy}.json", f"/embed/{slug}.json")
        return "".join(self.shop.client.get(each).text for each in (*addresses, *more))


@pytest.fixture
def staff(tmp_path: Path) -> Iterator[Staff]:
    with shop_in(tmp_path) as shop:
        yield Staff(shop)
        settings = shop.desk.office.settings
        with shop.desk.office.reading() as session:
            connection = session.connection()
            now = shop.desk.clock()
            found = recheck.recheck(connection, settings.did, settings.base_url, now)
        # Nobody signs the list again while a test lets a year pass.
        assert [each for each in found.findings if each.code != "list.old"] == []


def test_a_case_from_opening_to_a_granted_appeal(staff: Staff) -> None:
    sealed = staff.shop.sealed
    contact(staff.desk, sealed.slug)
    award = f"/awards/{sealed.code}"
    opened = staff.post(f"{award}/case", reason=CANARY)
    number = opened["case"]["number"]
    assert opened["links"]["self"] == f"/api/v1/cases/{number}"
    assert opened["participation"]["state"] == "holds"
    assert staff.post(f"{award}/case", reason="again", status=409)["code"] == "award.state"
    early = staff.post(f"{award}/withdraw", BO, reason="x", status=409)
    assert early["code"] == "award.case"
    staff.post(f"/cases/{number}/statement", text=f"{CANARY} svar")
    same = staff.post(f"{award}/withdraw", reason="x", status=409)
    assert same["code"] == "award.second_person"
    staff.post(f"{award}/withdraw", BO, reason=CANARY)
    assert staff.get("/cases")["cases"][0]["decision"] == "withdraw"
    staff.post(f"/cases/{number}/appeal", text=f"{CANARY} klage")
    for who in (ADA, BO):
        mine = staff.post(f"/cases/{number}/appeal/overturn", who, reason="x", status=409)
        assert mine["code"] == "award.second_person"
    granted = staff.post(f"/cases/{number}/appeal/overturn", CY, reason=CANARY)
    assert granted["participation"]["state"] == "holds"
    assert granted["award"]["lastDay"] == sealed.last_day.isoformat()
    assert granted["award"]["code"].replace("-", "") != sealed.code
    told = staff.get(f"/cases/{number}")
    assert (told["statement"], told["appeal"]) == (f"{CANARY} svar", "overturned")
    assert CANARY not in staff.public()
    staff.get("/cases/999", 404)


def test_a_dismissed_case_and_an_appeal_that_is_not_granted(staff: Staff) -> None:
    award = f"/awards/{staff.shop.sealed.code}"
    first = staff.post(f"{award}/case", reason="grounds")["case"]["number"]
    dismissed = staff.post(f"/cases/{first}/dismissal", reason="nothing follows")
    assert dismissed["case"]["decision"] == "dismiss"
    assert staff.post(f"/cases/{first}/appeal", text="x", status=409)["code"] == "award.state"
    second = staff.post(f"{award}/case", reason="grounds")["case"]["number"]
    staff.post(f"/cases/{second}/statement", text="answer")
    staff.post(f"{award}/withdraw", BO, reason="x")
    staff.post(f"/cases/{second}/appeal", text="appeal")
    upheld = staff.post(f"/cases/{second}/appeal/uphold", CY, reason="x")
    assert (upheld["case"]["appeal"], upheld["participation"]["state"]) == ("upheld", "withdrawn")


def test_a_course_serves_all_or_none(staff: Staff) -> None:
    one, other = staff.desk.enrol("Fjordscenen"), staff.desk.enrol("Vinterlyd")
    known: dict[str, Any] = {"programme": "balansemerket", "title": "Kurs", "held_by": "Eksempel"}
    staff.post("/courses", **known, day="2099-01-01", hours=3, status=422)
    why = "Written down late"
    made = staff.post("/courses", **known, day="2025-03-03", hours=3, reason=why)
    with staff.desk.office.reading() as session:
        query = select(AuditPerson.reason).join(AuditEntry, AuditEntry.number == AuditPerson.number)
        assert session.scalars(query.where(AuditEntry.act == "course.add")).all() == [why]
    course = made["course"]["id"]
    both = [{"slug": one, "number": 4}, {"slug": other, "number": 2}]
    attendance = f"/courses/{course}/attendance"
    dry = staff.post(attendance, participants=both, dry_run=True, status=200)
    assert (dry["dryRun"], len(dry["attended"])) == (True, 2)
    assert staff.get(f"/courses/{course}")["attended"] == []
    wrong = [*both, {"slug": "nobody", "number": 1}]
    refused = staff.post(attendance, participants=wrong, status=409)
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
        ("/participants/2", "not_found")
    ]
    assert staff.get(f"/courses/{course}")["attended"] == []
    staff.post(attendance, participants=[both[0], both[0]], status=422)
    staff.post(attendance, participants=both)
    assert [each["slug"] for each in staff.get(f"/courses/{course}")["attended"]] == [one, other]
    assert "kurs" not in staff.get(f"/participations/{one}")["missing"]
    assert [each["id"] for each in staff.get("/courses")["courses"]] == [course]
    assert staff.get("/courses?programme=none")["courses"] == []
    staff.post("/courses/none-at-all/attendance", participants=both, status=404)


def test_the_measures_of_a_plan(staff: Staff) -> None:
    slug = staff.shop.sealed.slug
    at = f"/participations/{slug}/measures"
    plan = staff.get(at)["measures"]
    assert [each["public"] for each in plan] == [True, True, False]
    assert staff.get(f"{at}?late=true")["measures"] == []
    staff.post(f"{at}/1/state", state="done", reason="told")
    staff.post(f"{at}/1/state", state="under_way", reason="back", status=409)
    staff.post(f"{at}/1/change", due="2027-05-01", reason="settled", status=409)
    moved = staff.post(f"{at}/2/change", due="2027-03-31", reason="rebuilt")
    assert moved["measure"]["due"] == "2027-03-31"
    staff.post(f"{at}/2/change", due="2020-01-01", reason="gone", status=422)
    staff.post(f"{at}/2/change", reason="nothing", status=422)

    def shown() -> tuple[list[str], Any]:
        told = staff.shop.client.get(f"/m/{slug}.json").json()
        (named,) = [r["facts"]["measures"] for r in told["requirements"] if r["id"] == "plan"]
        return [each["title"] for each in named], told["measures"]

    titles, counted = shown()
    assert (len(titles), counted) == (2, {"done": 1, "of": 2})
    staff.post(f"{at}/1/change", public=False, reason="a name stood in it")
    assert shown() == (titles[1:], {"done": 0, "of": 1})
    assert titles[0] not in staff.shop.client.get(f"/m/{slug}").text
    staff.post(f"{at}/1/change", public=True, reason="it did not")
    assert shown() == (titles, counted)
    # What the accepted plan did not show, no later act can.
    staff.post(f"{at}/3/change", public=True, reason="why not", status=409)

    new: dict[str, Any] = {
        "title": CANARY,
        "kind": plan[0]["kind"],
        "responsible_role": "Styret",
        "due": "2027-01-31",
        "state": "planned",
        "public": False,
    }
    faulty = staff.post(at, facts={**new, "due": "soon"}, reason="x", status=422)
    assert faulty["errors"][0]["pointer"] == "/facts/due"
    staff.post(at, facts={**new, "public": True}, reason="x", status=422)
    added = staff.post(at, facts=new, reason="agreed")
    assert (added["measure"]["number"], shown()) == (4, (titles, counted))
    assert CANARY not in staff.public()
    staff.post(f"{at}/4/outcome", outcome="changed", reason="smaller ones")
    assert staff.get(at)["measures"][3]["outcome"] == "changed"
    staff.post(f"{at}/9/outcome", outcome="done", reason="x", status=404)
    none = staff.desk.enrol("Fjordscenen")
    staff.post(f"/participations/{none}/measures", facts=new, reason="x", status=409)


def test_what_is_known_of_an_organisation(staff: Staff) -> None:
    slug = staff.shop.sealed.slug
    at = f"/participations/{slug}"
    person: dict[str, Any] = {"name": "Nora", "email": f"{CANARY}@example.no", "reason": "told"}
    staff.post(f"{at}/contacts/first", **person)
    staff.post(f"{at}/contacts/boss", **person, status=404)
    staff.post(f"{at}/contacts/second/end", reason="nobody", status=404)
    facts = {"roles": ["producing"], "county": "Vestland"}
    told = staff.post(f"{at}/organisation", facts=facts, public=["roles"], reason=CANARY)
    assert told["organisation"]["about"] == facts
    staff.post(f"{at}/organisation", facts={"county": "Atlantis"}, reason="x", status=422)
    staff.post(f"{at}/organisation", facts={"motto": "x"}, reason="x", status=422)
    gone = staff.post(f"{at}/organisation", facts={"county": None}, reason="x")
    assert gone["organisation"]["about"] == {"roles": ["producing"]}
    known = staff.get(f"{at}/organisation")
    assert known["contacts"][0]["email"] == person["email"]
    assert staff.shop.client.get(f"/m/{slug}.json").json()["about"] == {"roles": ["producing"]}
    assert CANARY not in staff.public()
    staff.post(f"{at}/contacts/first/end", reason="left")
    assert staff.get(f"{at}/organisation")["contacts"] == []
    with staff.desk.office.reading() as session:
        assert CANARY in session.scalars(select(AuditPerson.reason)).all()


def test_a_new_name_and_a_fresh_copy(staff: Staff) -> None:
    sealed = staff.shop.sealed
    old = f"/b/{sealed.credential_id}"
    keyed = {**as_staff(staff.desk, BO), "Idempotency-Key": "once"}
    body = {"name": "Eksempelscenen", "reason": "decided"}
    staff.desk.clock.advance(days=1)
    place = f"/api/v1/participations/{sealed.slug}/name"
    first, again = (staff.shop.client.post(place, json=body, headers=keyed) for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    assert first.json()["participation"]["name"] == "Eksempelscenen"
    fresh = staff.post(f"/awards/{sealed.code}/reseal", BO, reason="asked for")
    assert fresh["award"]["lastDay"] == sealed.last_day.isoformat()
    assert not fresh["award"]["credential"].endswith(old)
    newest = staff.shop.client.get(f"{old}/refresh").json()
    assert newest["id"] == fresh["award"]["credential"]
    staff.post(f"/awards/{sealed.code}/reseal", BO, cause="key", reason="x", status=422)


def test_listed_hidden_taken_away_erased(staff: Staff) -> None:
    desk = staff.desk
    sealed = desk.holder("Vinterlyd")
    at = f"/participations/{sealed.slug}"

    def registered() -> list[str]:
        told = staff.shop.client.get("/register.json").json()["participants"]
        return [each["slug"] for each in told]

    staff.post(f"{at}/hide", reason="asked for")
    assert sealed.slug not in registered()
    staff.post(f"{at}/hide", reason="twice", status=409)
    assert staff.shop.client.get(f"/m/{sealed.slug}.json").json()["holds"] is True
    staff.post(f"{at}/unhide", reason="asked for")
    assert sealed.slug in registered()
    quiet = desk.enrol("Stille Øving", listed=False)
    assert staff.shop.client.get(f"/m/{quiet}.json").status_code == 404
    staff.post(f"/participations/{quiet}/listing", listed=True, reason="agreed")
    assert staff.shop.client.get(f"/m/{quiet}.json").json()["state"] == "under_way"

    away: dict[str, Any] = {"confirm": sealed.slug, "reason": "asked for"}
    assert staff.post(f"{at}/tombstone", **away, status=409)["code"] == "award.state"
    staff.post(f"/awards/{sealed.code}/give-up", BO, reason="asked for")
    wrong = staff.post(f"{at}/tombstone", confirm="another", reason="x", status=422)
    assert wrong["errors"][0]["pointer"] == "/confirm"
    staff.post(f"{at}/erasure", **away, status=409)
    staff.post(f"{at}/tombstone", **away)
    assert staff.shop.client.get(f"/m/{sealed.slug}.json").status_code == 410
    staff.post(f"{at}/erasure", **away)
    assert staff.get(at)["name"] == "–"
    assert "Vinterlyd" not in staff.public()


def test_evidence_and_another_edition(staff: Staff) -> None:
    desk = staff.desk
    slug = desk.enrol("Fjordscenen")
    at = f"/participations/{slug}"
    piece: dict[str, Any] = {"title": "Kart", "place": CANARY, "public": True}
    where = f"{at}/requirements/kartlegging"
    staff.post(f"{where}/evidence", **piece, status=409)
    facts = {"facts": {"handed_in": "2025-03-03"}}
    staff.shop.client.put(f"/api/v1{where}", json=facts, headers=as_staff(desk))
    staff.post(f"{where}/evidence", **piece, sha256="abc", status=422)
    staff.post(f"{where}/evidence", **piece, sha256="A" * 64, reason="Told by telephone")
    with desk.office.reading() as session:
        query = select(AuditPerson.reason).join(AuditEntry, AuditEntry.number == AuditPerson.number)
        whys = session.scalars(query.where(AuditEntry.act == "requirement.evidence")).all()
        assert whys == ["Told by telephone"]
    (record,) = staff.get(at)["cycles"][0]["requirements"]
    assert record["evidence"][0]["sha256"] == "a" * 64
    staff.post(f"{where}/acceptance", reason="read")
    shown = staff.shop.client.get(f"/m/{slug}.json").text
    assert ("Kart" in shown, CANARY in shown) == (True, False)
    staff.post(f"{at}/edition", edition="2030-1", reason="x", status=404)
    staff.post(f"{at}/edition", edition="2026-1", reason="x", status=409)


def test_tasks_meetings_and_what_is_due(staff: Staff) -> None:
    desk, slug = staff.desk, staff.shop.sealed.slug
    contact(desk, slug)
    at = f"/participations/{slug}/meetings"
    staff.post(at, starts_at="2024-01-01T09:00", place="Storgata 1", status=422)
    staff.post(at, starts_at="whenever", place="Storgata 1", status=422)
    made = staff.post(at, starts_at="2025-09-10T09:00", minutes=90, place="Storgata 1")
    assert made["meeting"]["startsAt"] == "2025-09-10T07:00:00+00:00"  # summer time
    number = made["meeting"]["number"]
    staff.post(f"/meetings/{number}/move", starts_at="2025-09-11T09:00:00Z", reason="asked")
    staff.post("/meetings/999/cancel", reason="x", status=404)
    staff.post(f"/meetings/{number}/cancel", reason="ill")
    assert staff.get("/meetings")["meetings"] == []
    assert len(staff.get("/meetings?past=true")["meetings"]) == 1
    with desk.office.reading() as session:
        kinds = session.scalars(select(Letter.kind).order_by(Letter.created_at)).all()
    assert kinds[-3:] == ["meeting_invited", "meeting_moved", "meeting_cancelled"]

    assert staff.get("/agenda")["due"] == []
    desk.clock.advance(days=330)
    (due,) = [each for each in staff.get("/agenda")["due"] if each["award"]]
    assert (due["participation"], due["item"]) == (slug, "reminder_60")
    agenda.run(desk.office)
    assert staff.get("/agenda")["due"] == []
    with desk.office.transaction() as session:
        tasks.ask(session, "k", "key.old", now=desk.clock(), purpose="badge")
    waits = staff.get("/tasks")["tasks"][-1]
    done = staff.post(f"/tasks/{waits['number']}/done", reason="made")
    assert done["task"]["doneAt"] is not None
    staff.post(f"/tasks/{waits['number']}/done", reason="twice", status=409)


def test_enquiries_imports_editions_and_the_log(staff: Staff) -> None:
    asked = {
        "name": "Galleri Nord",
        "kind": "company",
        "contact_name": CANARY,
        "contact_email": "nora@example.no",
    }
    for name in ("Galleri Nord", "Galleri Sør"):
        staff.shop.client.post("/api/v1/join", json={**asked, "name": name})
    first, second = staff.get("/enquiries")["enquiries"]
    staff.post(f"/enquiries/{first['id']}/decline", reason="not ours")
    staff.post(f"/enquiries/{first['id']}/decline", reason="twice", status=409)
    assert [each["id"] for each in staff.get("/enquiries")["enquiries"]] == [second["id"]]
    assert len(staff.get("/enquiries?answered=true")["enquiries"]) == 2

    file: dict[str, Any] = {
        "programme": "balansemerket",
        "csv": "name;kind\nØstfold Ånd;group\nVidde;what\n",
    }
    dry = staff.post("/imports", **file, dry_run=True, status=200)
    assert (dry["taken"], [each["line"] for each in dry["faults"]]) == (1, [3])
    assert "ostfold-and" not in [
        each["slug"] for each in staff.get("/participations")["participations"]
    ]
    keyed = {**as_staff(staff.desk), "Idempotency-Key": "file"}
    taken = [staff.shop.client.post("/api/v1/imports", json=file, headers=keyed) for _ in "12"]
    assert taken[0].content == taken[1].content
    assert (taken[0].status_code, taken[0].json()["taken"]) == (201, 1)
    assert staff.post("/imports", **file)["before"] == 2
    staff.post("/imports", **{**file, "programme": "none"}, status=404)
    staff.post("/imports", programme="balansemerket", csv="what\nx\n", status=422)
    long = "name\n" + "Scene\n" * 501
    staff.post("/imports", programme="balansemerket", csv=long, status=422)

    assert [each["edition"] for each in staff.get("/programmes")["programmes"]] == ["2026-1"]
    same = staff.get("/programmes/balansemerket/changes?old=2026-1&new=2026-1")
    assert same == {"changes": []}
    staff.get("/programmes/balansemerket/changes?old=2026-1&new=2030-1", 404)
    log = staff.get("/audit")
    assert (log["findings"], log["head"]["number"]) == ([], log["checked"]["entries"])
    # What is told of one is what its example shows.
    for each in staff.get("/participations")["participations"]:
        told = staff.get(f"/participations/{each['slug']}")
        shown = READ_ONE[200]["content"]["application/json"]["example"]
        assert set(told) == set(shown)
    # What was not looked at is said: silence is no yes.
    assert log["notChecked"] == ["credentials", "lists"]


def test_the_log_that_was_tampered_with(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    desk.enrol("Eksempelteatret")
    with browser(desk) as client:
        staff = as_staff(desk)
        with desk.office.transaction() as session:
            session.query(AuditPerson).filter_by(number=2).update({"reason": "another"})
        told = client.get("/api/v1/audit?lang=en", headers=staff).json()
        (found,) = told["findings"]
        assert (found["code"], found["subject"]) == ("chain.person", "entry 2")
        assert found["detail"] == "Who or why was changed after it was written."
    desk.close()
