"""What an organisation says of itself, whom to write to, and what of it everybody may see."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from issuer import contacts, organisations, participations, resealing, tasks
from issuer.errors import BadInput, NotFound
from tests.support.office import ADA, Desk
from tests.support.pages import Page
from tests.support.web import browser

CHANNEL = "varsel@eksempelteatret.example.no"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk.make(tmp_path_factory.mktemp("organisations") / "data")
    desk.holder("Eksempelteatret")
    yield desk
    desk.close()


def edit(desk: Desk, facts: dict[str, Any], public: tuple[str, ...] | None = None) -> None:
    with desk.office.transaction() as session:
        row = participations.find(session, "eksempelteatret")
        organisations.edit(session, row, facts, by=ADA, now=desk.clock(), public=public)


def test_facts_are_public_by_choice_and_the_page_sends_guests_to_the_holders_own_place(
    desk: Desk,
) -> None:
    with browser(desk) as client:

        def told() -> dict[str, Any]:
            answer: dict[str, Any] = client.get("/m/eksempelteatret.json").json()["about"]
            return answer

        def page() -> Page:
            answer = client.get("/m/eksempelteatret?lang=en", headers={"Accept": "text/html"})
            shown = Page.of(answer.text)
            assert list(shown.faults()) == []
            return shown

        assert told() == {}
        edit(
            desk,
            {
                "kind": "company",
                "roles": ["performing", "producing"],
                "size": "10-49",
                "county": "Vestland",
                "scope": "Bare festivalen",
                "channel": CHANNEL,
            },
        )
        assert told() == {}
        assert CHANNEL not in page().source
        edit(desk, {}, ("scope", "roles", "channel"))
        assert told() == {
            "roles": ["producing", "performing"],
            "scope": "Bare festivalen",
            "channel": CHANNEL,
        }
        shown = page()
        assert f"mailto:{CHANNEL}" in shown.links
        assert "Bare festivalen" in shown.words
        assert "produces, performs" in shown.words
        assert "Vestland" not in shown.words
        edit(desk, {"channel": None}, ("scope",))
        assert told() == {"scope": "Bare festivalen"}
        assert CHANNEL not in page().source


@pytest.mark.parametrize(
    "facts",
    [
        {"roles": ["ruling"]},
        {"roles": 7},
        {"size": "many"},
        {"county": "Atlantis"},
        {"scope": " "},
        {"scope": "x" * 201},
        {"scope": "a\u202eb"},
        {"channel": "http://example.no"},
        {"channel": "https://example.no/<script>"},
        {"channel": "javascript:alert(1)"},
        {"channel": "ring oss"},
        {"kind": "guild"},
        {"shoe": "42"},
    ],
)
def test_what_no_fact_can_be(desk: Desk, facts: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        edit(desk, facts)


@pytest.mark.parametrize(
    ("channel", "link"),
    [
        ("https://example.no/si-fra", "https://example.no/si-fra"),
        ("si-fra@example.no", "mailto:si-fra@example.no"),
        ("22 24 96 01", "tel:22249601"),
    ],
)
def test_ways_to_report(channel: str, link: str) -> None:
    assert organisations.channel_link(organisations.check_channel(channel)) == link


def test_contacts_take_turns_and_stay_inside(desk: Desk) -> None:
    with desk.office.transaction() as session:
        row = participations.find(session, "eksempelteatret")

        def put(place: str, name: str) -> None:
            contacts.put(
                session,
                row,
                place,
                name=name,
                email=f"{name.lower()}@kanari.example.no",
                by=ADA,
                now=desk.clock(),
            )

        put("role", "Styret")
        put("first", "Ola")
        put("first", "Kari")
        used = contacts.in_use(session, row.organisation)
        assert [(each.place, each.name) for each in used] == [("first", "Kari"), ("role", "Styret")]
        contacts.end(session, row, "role", by=ADA, now=desk.clock())
        with pytest.raises(NotFound):
            contacts.end(session, row, "role", by=ADA, now=desk.clock())
        for place, email in (("third", "a@example.no"), ("first", "x"), ("first", "pål@a.no")):
            with pytest.raises(BadInput):
                contacts.put(session, row, place, name="X", email=email, by=ADA, now=desk.clock())
    with browser(desk) as client:
        for path in ("/m/eksempelteatret", "/m/eksempelteatret.json", "/register.json"):
            assert "kanari" not in client.get(path).text


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("Dobbeltgjengeren", ["name.alike"]),
        ("DOBBELTGJENGEREN!", ["name.alike"]),
        ("Dobbeltgjéngeren", ["name.alike"]),
        ("D\u043ebbeltgjengeren", ["name.mixed", "name.alike"]),
        ("Dobbeltgjengeren på Voss", []),
    ],
)
def test_a_name_that_may_pass_for_anothers_is_put_before_staff(
    tmp_path: Path, name: str, kinds: list[str]
) -> None:
    desk = Desk.make(tmp_path / "data")
    desk.enrol("Dobbeltgjengeren")
    second, third = desk.enrol(name), desk.enrol("Noe annet")
    assert asked(desk, second) == kinds
    assert asked(desk, third) == []
    name = name if kinds else "Enda noe annet"
    resealing.rename(desk.office, third, name, None, by=ADA, reason="a new name")
    assert asked(desk, third) == kinds
    desk.close()


def asked(desk: Desk, slug: str) -> list[str]:
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        return [each.kind for each in tasks.waiting(session) if each.participation_id == row.id]
