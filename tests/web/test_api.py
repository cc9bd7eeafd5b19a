"""The office by its interface: a token, a reason for every act, nothing guessed or repeated."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from issuer import contacts, participations, tokens
from tests.support import web
from tests.support.office import ADA, BO, Desk, facts_of
from tests.support.web import as_staff, browser, shop_in, token

VERIFY = "/api/v1/verify"
CANARY = "kanarifugl-7f3a"


@dataclass
class Shop(web.Shop):
    ada: dict[str, str]
    bo: dict[str, str]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop_in(tmp_path_factory.mktemp("api")) as open_:
        desk = open_.desk
        yield Shop(desk, open_.client, open_.sealed, as_staff(desk, ADA), as_staff(desk, BO))


def test_without_a_token_nothing(shop: Shop) -> None:
    desk, client = shop.desk, shop.client
    short = token(desk, days=1)
    with desk.office.transaction() as session:
        gone, row = tokens.issue(session, "Ada", by=ADA, now=desk.clock(), lasts=timedelta(days=30))
        tokens.revoke(session, row.id, by=ADA, now=desk.clock())
    works = {"Authorization": f"Bearer {short}"}
    assert client.get("/api/v1/participations", headers=works).status_code == 200
    desk.clock.advance(days=2)
    answers = [
        client.get("/api/v1/participations", headers=headers)
        for headers in (
            {},
            {"Authorization": "Bearer"},
            {"Authorization": f"Basic {short}"},
            {"Authorization": f"Bearer {short}"},
            {"Authorization": f"Bearer {gone}"},
            {"Authorization": "Bearer merke_unknown"},
            {"Authorization": f"Bearer {'x' * 5000}"},
            {"Authorization": "Bearer %E6%F8%E5"},
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Bearer realm="merke"'}


def test_the_token_is_asked_for_before_anything_is_read(shop: Shop) -> None:
    for path in ("preparation", "award", "requirements/kurs/acceptance"):
        answer = shop.client.post(f"/api/v1/participations/x/{path}", content=b"{{{")
        assert answer.status_code == 401


def test_the_whole_road(tmp_path: Path) -> None:
    """From nothing to a badge that verifies, then every act on it, by the interface alone."""
    desk = Desk.make(tmp_path / "data")
    slug = desk.enrol("Østfold Ånd & Ærlighet")
    at = f"/api/v1/participations/{slug}"
    with browser(desk) as client:
        ada, bo = as_staff(desk, ADA), as_staff(desk, BO)

        def post(path: str, who: dict[str, str], **body: Any) -> Any:
            return client.post(path, json={"reason": "for the test", **body}, headers=who)

        known = client.get(at, headers=ada).json()
        assert known["missing"] == [
            "kurs",
            "kartlegging",
            "mote",
            "plan",
            "vilkar",
            "erklaering",
        ]
        early = post(f"{at}/award", bo)
        assert (early.status_code, early.json()["code"]) == (409, "requirements.missing")
        assert early.json()["missing"] == known["missing"]

        with desk.office.reading() as session:
            cycle = participations.find(session, slug).cycles[-1]
            asked = desk.office.programme(cycle.edition).first
        for requirement in asked:
            place = f"{at}/requirements/{requirement.id}"
            body = {
                "facts": facts_of(requirement, desk.clock().date().isoformat()),
                "note": CANARY,
            }
            first = client.put(place, json=body, headers=ada)
            assert first.status_code == 201, first.text
            assert client.put(place, json=body, headers=ada).status_code == 200
            accepted = post(f"{place}/acceptance", ada)
            assert accepted.status_code == 201, accepted.text
            assert accepted.headers["location"] == at
            again = post(f"{place}/acceptance", ada)
            assert (again.status_code, again.json()["code"]) == (409, "refused")

        unprepared = post(f"{at}/award", bo)
        assert unprepared.json()["code"] == "award.second_person"
        assert post(f"{at}/preparation", ada).status_code == 201
        alone = post(f"{at}/award", ada)
        assert (alone.status_code, alone.json()["code"]) == (409, "award.second_person")
        sealed = post(f"{at}/award", bo)
        assert sealed.status_code == 201, sealed.text
        told = sealed.json()
        assert told["act"] == "award.seal"
        assert told["participation"]["state"] == "holds"
        code, address = told["award"]["code"], told["links"]["credential"]
        badge = client.get(f"{address}.png").content
        assert client.post(VERIFY, content=badge).json()["verdict"] == "VALID"
        twice = post(f"{at}/award", bo)
        assert (twice.status_code, twice.json()["code"]) == (409, "award.sealed")

        award = f"/api/v1/awards/{code}"
        desk.clock.advance(seconds=5)
        suspended = post(f"{award}/suspend", bo)
        assert suspended.json()["participation"]["state"] == "suspended"
        assert client.post(VERIFY, content=badge).json()["reasons"] == ["status.revoked"]
        assert post(f"{award}/suspend", bo).json()["code"] == "award.state"
        desk.clock.advance(seconds=5)
        lifted = post(f"{award}/lift", bo)
        assert lifted.status_code == 201, lifted.text
        assert lifted.json()["award"]["credential"] != address
        desk.clock.advance(seconds=5)
        assert post(f"{award}/withdraw", ada).json()["code"] == "award.second_person"
        overruled = post(f"{award}/withdraw", ada, override="nobody else can be reached")
        assert overruled.json()["participation"]["state"] == "withdrawn"
        assert post(f"{award}/give-up", bo).status_code == 409

        everything = client.get(at, headers=bo).json()
        acts = [act["act"] for act in everything["cycles"][0]["awards"][0]["acts"]]
        assert acts == ["seal", "suspend", "lift", "withdraw"]
        assert everything["cycles"][0]["requirements"][0]["note"] == CANARY
        # What the office knows, the public does not.
        public = client.get(f"/m/{slug}.json").text + client.get(f"{address}.json").text
        assert CANARY not in public
        assert "for the test" not in public
    desk.close()


def test_giving_up_and_voiding(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    one, other = desk.holder("Eksempelteatret"), desk.holder("Fjordscenen")
    desk.clock.advance(seconds=5)
    with browser(desk) as client:
        bo = as_staff(desk, BO)
        for code, act, state in ((one.code, "give-up", "given_up"), (other.code, "void", "void")):
            spelled = f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()
            answer = client.post(
                f"/api/v1/awards/{spelled}/{act}", json={"reason": "asked for"}, headers=bo
            )
            assert answer.status_code == 201, answer.text
            assert answer.json()["participation"]["state"] == state
    desk.close()


def test_equivalence_and_a_later_first_day(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug, "kartlegging", "mote", "plan", "vilkar", "erklaering")
    at = f"/api/v1/participations/{slug}"
    with browser(desk) as client:
        ada, bo = as_staff(desk, ADA), as_staff(desk, BO)
        met = client.post(
            f"{at}/requirements/kurs/acceptance",
            json={"reason": "seen", "equivalence": "an equal course elsewhere"},
            headers=ada,
        )
        assert met.status_code == 201, met.text
        too_late = client.post(
            f"{at}/award",
            json={"reason": "all met", "first_day": "2026-12-01", "override": "alone today"},
            headers=bo,
        )
        assert (too_late.status_code, too_late.json()["code"]) == (422, "input.invalid")
        sealed = client.post(
            f"{at}/award",
            json={"reason": "all met", "first_day": "2025-04-01", "override": "alone today"},
            headers=bo,
        )
        assert sealed.status_code == 201, sealed.text
        assert sealed.json()["award"]["firstDay"] == "2025-04-01"
    desk.close()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "request.invalid"),
        (b"{", 400, "json.malformed"),
        (b'{"reason": "a", "reason": "b"}', 400, "json.duplicate"),
        (b'{"reason": "a", "x": NaN}', 400, "json.number"),
        (b'{"reason": "\\ud800"}', 400, "json.unicode"),
        (b'{"reason": "\xff"}', 400, "json.unicode"),
        (b'{"reason": 1e999}', 400, "json.number"),
        (b"[" * 5000 + b"]" * 5000, 400, "json.depth"),
        (b"[]", 422, "request.invalid"),
        (b"null", 422, "request.invalid"),
        (b"{}", 422, "request.invalid"),
        (b'{"reason": ""}', 422, "request.invalid"),
        (b'{"reason": "  \\n"}', 422, "request.invalid"),
        (b'{"reason": 7}', 422, "request.invalid"),
        (b'{"reason": null}', 422, "request.invalid"),
        (b'{"reason": "a\\u0000b"}', 422, "request.invalid"),
        (b'{"reason": "a\\u202eb"}', 422, "request.invalid"),
        (b'{"reason": "' + b"a" * 2001 + b'"}', 422, "request.invalid"),
        (b'{"reason": "a", "kanarifugl-7f3a": "kanarifugl-7f3a"}', 422, "request.invalid"),
        (b'{"reason": "a", "first_day": "kanarifugl-7f3a"}', 422, "request.invalid"),
        (b'{"reason": "a", "first_day": 0}', 422, "request.invalid"),
        (b'{"reason": "a", "first_day": "2026-02-30"}', 422, "request.invalid"),
        (b'{"reason": "a", "first_day": "20260201"}', 422, "request.invalid"),
    ],
)
def test_bodies_that_are_refused(shop: Shop, body: bytes, status: int, code: str) -> None:
    answer = shop.client.post(
        f"/api/v1/participations/{shop.sealed.slug}/award",
        content=body,
        headers={**shop.bo, "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in answer.text
    if status == 422:
        assert all(set(e) >= {"pointer", "code", "detail"} for e in answer.json()["errors"])


def test_where_a_fault_stands(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    slug = desk.enrol("Eksempelteatret")
    with browser(desk) as client:
        place = f"/api/v1/participations/{slug}/requirements/kurs"
        answer = client.put(
            place,
            json={"facts": {"date": CANARY, "hours": 3, CANARY: 1}},
            headers={**as_staff(desk), "Accept-Language": "en"},
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "requirements.facts")
        pointers = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
        assert pointers["/facts/date"] == "facts.date"
        assert pointers["/facts/held_by"] == "facts.missing"
        assert CANARY not in answer.text
        for language, missing in (("nb", "Mangler."), ("nn", "Manglar."), ("en", "Missing.")):
            answer = client.put(
                f"{place}?lang={language}", json={"facts": {}}, headers=as_staff(desk)
            )
            assert {error["detail"] for error in answer.json()["errors"]} == {missing}
    desk.close()


def test_only_json_is_read(shop: Shop) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = shop.client.post(
            f"/api/v1/participations/{shop.sealed.slug}/preparation",
            content=b'{"reason": "a"}',
            headers={**shop.bo, "Content-Type": kind},
        )
        assert (answer.status_code, answer.json()["code"]) == (415, "request.type")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/participations/nobody", 404),
        ("GET", "/api/v1/participations/NOT%20A%20SLUG", 404),
        ("POST", "/api/v1/participations/nobody/award", 404),
        ("POST", "/api/v1/participations/nobody/preparation", 404),
        ("POST", "/api/v1/awards/7F3K-92QX-5A1B/suspend", 404),
        ("POST", "/api/v1/awards/0000-0000-0000/suspend", 404),
        ("POST", "/api/v1/awards/nonsense/suspend", 404),
        ("POST", "/api/v1/awards/7F3K-92QX-5A1B/burn", 404),
        ("DELETE", "/api/v1/participations", 405),
        ("GET", "/api/v1/participations/nobody/award", 405),
        ("GET", "/api/v1/participations?limit=0", 422),
        ("GET", "/api/v1/participations?limit=many", 422),
        ("GET", "/api/v1/participations?cursor=%F0%9F%A6%8A", 422),
        ("GET", "/api/v1/participations?cursor=bnVsbA", 422),
        ("GET", "/api/v1/participations?cursor=WyJcdWQ4MDAiLCJhIl0", 422),
        ("GET", f"/api/v1/tasks?after={2**63}", 422),
        ("GET", "/api/v1/participations?programme=none", 200),
    ],
)
def test_addresses_that_lead_nowhere(shop: Shop, method: str, path: str, status: int) -> None:
    body = {"json": {"reason": "a"}} if method == "POST" else {}
    answer = shop.client.request(method, path, headers=shop.bo, **body)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text


def test_an_unknown_requirement(shop: Shop) -> None:
    desk = shop.desk
    slug = desk.enrol("Prøvescenen")
    answer = shop.client.put(
        f"/api/v1/participations/{slug}/requirements/tull", json={"facts": {}}, headers=shop.ada
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_page_by_page(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    names = ["Ærlig", "Åpen", "Zebra", "Alfa", "Øya", "Aasen"]
    for name in names:
        desk.enrol(name)
    with browser(desk) as client:
        ada = as_staff(desk)
        seen: list[str] = []
        path = "/api/v1/participations?limit=2&programme=balansemerket"
        pages = 0
        while path:
            page = client.get(path, headers=ada).json()
            seen += [row["name"] for row in page["participations"]]
            path, pages = page["next"], pages + 1
        assert pages == 3
        assert sorted(seen) == sorted(names)
        whole = client.get("/api/v1/participations", headers=ada).json()
        assert [row["name"] for row in whole["participations"]] == seen
        assert whole["next"] is None
        assert seen[0] == "Alfa"
        assert seen.index("Zebra") < seen.index("Ærlig") < seen.index("Øya") < seen.index("Åpen")
    desk.close()


# The description


def test_every_operation_has_examples_and_problems(shop: Shop) -> None:
    description = shop.client.get("/api/v1/openapi.json").json()
    operations = [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 60
    for path, method, operation in operations:
        name = f"{method} {path}"
        assert operation["description"], name
        for status, answer in operation["responses"].items():
            content = answer["content"]
            assert content, (name, status)
            for media_type, each in content.items():
                assert "example" in each or each["examples"], (name, status, media_type)
                assert (media_type == "application/problem+json") is (int(status) >= 400)
        if body := operation.get("requestBody"):
            forms = body["content"]
            content = forms.get("application/json") or next(iter(forms.values()))
            schema = content.get("schema", {})
            if "$ref" in schema:
                schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            assert "example" in content or "example" in schema, name
    assert set(description["components"]["schemas"]["Problem"]["required"]) == {
        "type",
        "title",
        "status",
        "code",
        "detail",
    }
    assert "HTTPValidationError" not in description["components"]["schemas"]


NEW = ("/api/v1/join", "/api/v1/participations", "/api/v1/courses", "/api/v1/imports")
NOBODY = {
    "requirement": "kurs",
    "code": "7F3K-92QX-5A1B",
    "domain": "teater.example.no",
    "course": "2020-01-01-none",
    "number": 999999,
    "place": "first",
    "enquiry": "00000000",
}


def test_the_examples_of_bodies_are_accepted(shop: Shop) -> None:
    """Each example is a body that the operation reads: a rule may refuse it, nothing else."""
    description = shop.client.get("/api/v1/openapi.json").json()
    tried = 0
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            reference = content.get("application/json", {}).get("schema", {}).get("$ref")
            if reference is None:
                continue
            example = description["components"]["schemas"][reference.rpartition("/")[2]]["example"]
            # The address once more is asked for where something is taken away.
            slug = example.get("confirm", "nobody")
            place = path.format(slug=slug, **NOBODY)
            answer = shop.client.request(method, place, json=example, headers=shop.bo)
            # What is new can be done; all else is about somebody unknown, or still stands.
            if path in NEW:
                assert answer.status_code in (200, 201, 202), (path, answer.text)
            elif "confirm" in example:
                assert answer.json()["code"] == "award.state", (path, answer.text)
            else:
                assert answer.json()["code"] == "not_found", (path, answer.text)
            tried += 1
    assert tried > 40


def test_the_way_there_by_the_interface(tmp_path: Path) -> None:
    """Enrolled, handed in, sent back, ended, begun anew: by the interface alone."""
    desk = Desk.make(tmp_path / "data")
    with browser(desk) as client:
        ada = as_staff(desk, ADA)

        def post(path: str, **body: Any) -> Any:
            return client.post(f"/api/v1/participations{path}", json=body, headers=ada)

        new = {"programme": "balansemerket", "name": "Fjordscenen", "reason": "Avtalt"}
        made = post("", **new)
        assert made.status_code == 201
        assert made.headers["location"] == "/api/v1/participations/fjordscenen"
        assert made.json()["participation"]["state"] == "unknown"
        assert post("", **{**new, "name": None}).status_code == 422
        assert post("", **{**new, "programme": "nomark"}).status_code == 404
        assert post("", **{**new, "enquiry": "abcd1234"}).status_code == 404
        at = "/fjordscenen/requirements/kartlegging"
        assert post(f"{at}/hand-in", contact="Nora").status_code == 404
        with desk.office.transaction() as session:
            row = participations.find(session, "fjordscenen")
            contacts.put(
                session,
                row,
                "first",
                name="Nora",
                email="nora@example.no",
                by=ADA,
                now=desk.clock(),
            )
        assert post(f"{at}/hand-in", contact="Nora").status_code == 201
        assert post(f"{at}/return", reason=CANARY).status_code == 201
        assert post(f"{at}/acceptance", reason="Likevel").status_code == 409
        assert post("/fjordscenen/renewal", reason="For tidlig").status_code == 409
        assert post("/fjordscenen/closure", reason=CANARY).status_code == 201
        assert post("/fjordscenen/closure", reason="Igjen").status_code == 409
        assert post("/fjordscenen/renewal", reason="På nytt").status_code == 201
        known = client.get("/api/v1/participations/fjordscenen", headers=ada).json()
        assert [cycle["endedAt"] is None for cycle in known["cycles"]] == [False, True]
        assert CANARY not in client.get("/m/fjordscenen").text
    desk.close()
