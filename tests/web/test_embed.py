"""The live seal: what it says in each state, where it may stand, and that it never vanishes."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from issuer import wording
from issuer.state import State
from tests.support.office import Desk
from tests.support.web import browser, holder_named

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def states(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[TestClient, dict[State, str]]]:
    desk = Desk.make(tmp_path_factory.mktemp("embed") / "data")
    slugs = desk.every_state()
    with browser(desk) as client:
        yield client, slugs
    desk.close()


def _spoken(picture: bytes) -> str:
    """Title and description: what a screen reader says."""
    root = ElementTree.fromstring(picture)
    found = [root.find(f"{SVG}title"), root.find(f"{SVG}desc")]
    assert all(part is not None and part.text for part in found)
    return " | ".join(str(part.text) for part in found if part is not None)


def test_every_state_has_its_own_picture(
    states: tuple[TestClient, dict[State, str]],
) -> None:
    client, slugs = states
    pictures = {}
    for state, slug in slugs.items():
        answer = client.get(f"/embed/{slug}.svg")
        assert answer.status_code == (404 if state is State.UNKNOWN else 200), state
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["etag"]
        pictures[state] = answer.content
    assert len(set(pictures.values())) == len(slugs)


def test_a_picture_says_its_state_as_the_page_does(
    states: tuple[TestClient, dict[State, str]],
) -> None:
    client, slugs = states
    for state, slug in slugs.items():
        if state is State.UNKNOWN:
            continue
        told = client.get(f"/embed/{slug}.json").json()
        assert told == {**client.get(f"/m/{slug}.json").json(), "answeredAt": told["answeredAt"]}
        assert told["state"] == str(state)
        spoken = _spoken(client.get(f"/embed/{slug}/wide-light-en.svg").content)
        sentence = wording.SENTENCES[state].split("%(mark)s")[1].split("%(")[0].strip(" .:,")
        assert sentence in spoken, (state, spoken)


def test_no_reason_is_hinted_at(states: tuple[TestClient, dict[State, str]]) -> None:
    client, slugs = states
    for state in (State.SUSPENDED, State.WITHDRAWN, State.GIVEN_UP, State.VOID):
        for path in (f"/embed/{slugs[state]}.json", f"/embed/{slugs[state]}.svg"):
            assert "for the test" not in client.get(path).text


def test_forms_from_closed_lists(states: tuple[TestClient, dict[State, str]]) -> None:
    client, slugs = states
    slug = slugs[State.HOLDS]
    seen = {
        client.get(f"/embed/{slug}/wide-{theme}-{language}.svg").content
        for theme in ("light", "dark", "contrast", "mono")
        for language in ("nb", "nn", "en")
    }
    assert len(seen) == 12
    assert client.get(f"/embed/{slug}.svg").content in seen
    for variant in (
        "wide-light-de",
        "wide-blue-nb",
        "tall-light-nb",
        "wide-light",
        "x",
        "wide--nb",
    ):
        answer = client.get(f"/embed/{slug}/{variant}.svg")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), variant


def test_language_never_comes_from_the_asker(
    states: tuple[TestClient, dict[State, str]],
) -> None:
    client, slugs = states
    path = f"/embed/{slugs[State.HOLDS]}.svg"
    plain = client.get(path)
    asked = client.get(f"{path}?lang=en&theme=dark", headers={"Accept-Language": "en"})
    assert asked.content == plain.content
    assert plain.headers["vary"] == "Accept-Encoding"
    assert "Gyldig til og med" in client.get(path.replace(".svg", "/wide-light-nb.svg")).text or (
        "har Balansemerket" in _spoken(plain.content)
    )


def test_nobody_and_those_nobody_knows_of_look_the_same(
    states: tuple[TestClient, dict[State, str]],
) -> None:
    client, slugs = states
    hidden = client.get(f"/embed/{slugs[State.UNKNOWN]}.svg")
    for slug in ("nobody-at-all", "x", "NOT%20A%20SLUG", "a" * 300):
        nobody = client.get(f"/embed/{slug}.svg")
        assert (nobody.status_code, nobody.content) == (404, hidden.content)
    assert "balansemerket.example.no/register" in _spoken(hidden.content)
    assert hidden.headers["cache-control"] == "public, max-age=60"
    assert client.get("/embed/nobody-at-all.json").json()["code"] == "not_found"


def test_it_may_stand_on_any_page(states: tuple[TestClient, dict[State, str]]) -> None:
    client, slugs = states
    headers = client.get(f"/embed/{slugs[State.HOLDS]}.svg").headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert "frame-ancestors *" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_nothing_outside_and_nothing_alive(states: tuple[TestClient, dict[State, str]]) -> None:
    client, slugs = states
    for slug in slugs.values():
        picture = client.get(f"/embed/{slug}.svg").content
        root = ElementTree.fromstring(picture)
        for element in root.iter():
            assert element.tag not in {f"{SVG}script", f"{SVG}foreignObject", f"{SVG}a"}
            for name, value in element.attrib.items():
                assert not name.lower().startswith("on")
                if name.endswith("href"):
                    assert value.startswith("#")
        # Namespaces are names, the spoken lines are text; nothing else may hold an address.
        addresses = set(re.findall(rb'https?://[^"<\s]+', picture))
        assert all(
            a.startswith((b"http://www.w3.org/", b"https://balansemerket.example.no"))
            for a in addresses
        )


@pytest.mark.parametrize(
    ("name", "drawable"),
    [
        ("Čáhppes Ŋ’ “Østfold” Šš Žž & <b>Åå</b>", True),
        ('"><script>alert(1)</script>', True),
        ("漢字の劇場", False),
        ("مسرح", False),
        ("W" * 200, False),
    ],
)
def test_any_name(tmp_path: Path, name: str, drawable: bool) -> None:
    """A seal that is embedded somewhere must not vanish for a letter the typeface lacks."""
    desk = Desk.make(tmp_path / "data")
    sealed = holder_named(desk, name)
    with browser(desk) as client:
        answer = client.get(f"/embed/{sealed.slug}.svg")
        assert answer.status_code == 200
        title = ElementTree.fromstring(answer.content).find(f"{SVG}title")
        assert title is not None
        assert (name if drawable else sealed.slug) in str(title.text)
        badge = client.get(f"/b/{sealed.credential_id}.png")
        assert badge.status_code == (200 if drawable else 409)
        if not drawable:
            assert badge.json()["code"] == "picture.undrawable"
    desk.close()
