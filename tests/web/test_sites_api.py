"""The staff's interface to websites, from asking to taking back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.domains import Place, Way
from issuer.hosts import Sightings
from issuer.web.app import Application
from tests.support.web import Shop, as_staff, shop_in


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_in(tmp_path) as shop:
        yield shop


def test_from_asking_to_taking_back(shop: Shop) -> None:
    app = shop.client.app
    assert isinstance(app, Application)
    there: set[tuple[str, Way]] = set()

    def look(place: Place, way: Way) -> bool:
        return (place.domain, way) in there

    app.state.look = look
    root, staff = f"/api/v1/participations/{shop.sealed.slug}/domains", as_staff(shop.desk)
    assert shop.client.get(root).status_code == 401
    asked = shop.client.post(
        root, json={"domain": "https://teateret.example/om", "reason": "asked"}, headers=staff
    )
    assert asked.status_code == 201
    told = asked.json()
    assert told["domain"]["domain"] == "teateret.example"
    assert told["domain"]["provenAt"] is None
    assert told["ways"]["dns"]["value"] == f"merke={told['ways']['file']['content']}"
    assert asked.headers["location"] == root

    keyed = {**staff, "Idempotency-Key": "one"}
    because = {"reason": "they say it is there"}
    check = f"{root}/teateret.example/check"
    refused = shop.client.post(check, json=because, headers=keyed)
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    there.add(("teateret.example", Way.LINK))
    assert shop.client.post(check, json=because, headers=keyed).status_code == 409
    done = shop.client.post(check, json=because, headers={**staff, "Idempotency-Key": "two"})
    assert (done.status_code, done.json()["domain"]["way"]) == (201, "link")
    there.clear()
    again = shop.client.post(check, json=because, headers={**staff, "Idempotency-Key": "two"})
    assert again.content == done.content

    page = shop.client.get(f"/m/{shop.sealed.slug}", headers={"Accept": "text/html"}).text
    assert "teateret.example" in page
    assert shop.client.get(f"/m/{shop.sealed.slug}.json").json()["domains"] == ["teateret.example"]
    (listed,) = shop.client.get(root, headers=staff).json()["domains"]
    assert listed["way"] == "link"

    back = shop.client.post(f"{root}/teateret.example/withdraw", json=because, headers=staff)
    assert back.status_code == 201
    assert shop.client.get(f"/m/{shop.sealed.slug}.json").json()["domains"] == []
    missing = shop.client.post(f"{root}/teateret.example/withdraw", json=because, headers=staff)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"domain": "printer.local", "reason": "x"}, "input.invalid"),
        ({"domain": "teateret.example"}, "request.invalid"),
        ({"domain": 7, "reason": "x"}, "request.invalid"),
        ({"domain": "a.example", "reason": "x", "more": 1}, "request.invalid"),
    ],
)
def test_what_is_not_taken(shop: Shop, body: dict[str, object], code: str) -> None:
    root = f"/api/v1/participations/{shop.sealed.slug}/domains"
    answer = shop.client.post(root, json=body, headers=as_staff(shop.desk))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_hosts_that_show_a_seal(shop: Shop) -> None:
    assert shop.client.get("/api/v1/hosts").status_code == 401
    sightings = Sightings(shop.desk.office.settings.host)
    sightings.seen(shop.sealed.slug, b"https://avisen.example/sak/17", lambda: "x")
    sightings.write(shop.desk.office)
    answer = shop.client.get("/api/v1/hosts", headers=as_staff(shop.desk))
    day = shop.desk.clock().date().isoformat()
    assert answer.json() == {
        "hosts": [
            {
                "slug": shop.sealed.slug,
                "host": "avisen.example",
                "first": day,
                "last": day,
                "count": 1,
            }
        ]
    }
