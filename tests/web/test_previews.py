"""The picture that goes with a link: kept by others for years, it never says how things stand."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from badge_assets.draw import PreviewFacts, SealKind, preview_png
from badge_assets.letters import UnfitText
from issuer.state import State
from issuer.texts import LANGUAGES
from tests.badge_assets.made_up import NAMES, PETROL
from tests.support.office import Desk
from tests.support.web import browser

FACTS = PreviewFacts(
    kind=SealKind.HOLDS,
    mark="Balansemerket",
    holder="Eksempelteatret",
    question="Har virksomheten Balansemerket i dag? Svaret står her:",
    address_line="balansemerket.example.no/m/" + "eksempelteatret-" * 4,
    language="nb",
    sample="EKSEMPEL",
)


@dataclass
class House:
    desk: Desk
    client: TestClient
    slugs: dict[State, str]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    desk = Desk.make(tmp_path / "data")
    slugs = desk.every_state()
    with browser(desk) as client:
        yield House(desk, client, slugs)
    desk.close()


def colours(picture: bytes) -> set[tuple[int, ...]]:
    with Image.open(io.BytesIO(picture)) as image:
        assert image.format == "PNG"
        assert image.size == (1200, 630)
        found = image.convert("RGB").getcolors(256)
    assert found is not None
    return {colour for _, colour in found if isinstance(colour, tuple)}


def test_every_state_has_one_of_few_bytes(house: House) -> None:
    for state, slug in house.slugs.items():
        for language in LANGUAGES:
            answer = house.client.get(f"/m/{slug}/preview-{language}.png")
            if state is State.UNKNOWN:
                assert answer.status_code == 404
                continue
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "image/png"
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
            assert len(answer.content) <= 100_000
            coloured = (0x0F, 0x4C, 0x4A) in colours(answer.content)
            # Whoever never had the mark gets nothing of it.
            assert coloured is (state not in (State.UNDER_WAY, State.VOID))
            again = {"If-None-Match": answer.headers["etag"]}
            path = f"/m/{slug}/preview-{language}.png"
            assert house.client.get(path, headers=again).status_code == 304
    for name in ("preview-xx", "preview-", "preview-nb-holds"):
        assert house.client.get(f"/m/{house.slugs[State.HOLDS]}/{name}.png").status_code == 404


def test_no_end_of_the_mark_changes_it(tmp_path: Path) -> None:
    """A copy from before is then no lie: there is nothing in it that could have become untrue."""
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    path = f"/m/{sealed.slug}/preview-nb.png"
    with browser(desk) as client:
        before = client.get(path).content
        desk.suspend(sealed.code)
        assert client.get(path).content == before
        desk.lift(sealed.code)
        desk.clock.advance(days=800)
        assert client.get(f"/m/{sealed.slug}.json").json()["state"] == "lapsed"
        assert client.get(path).content == before
    desk.close()


@pytest.mark.parametrize("kind", [SealKind.HOLDS, SealKind.UNDER_WAY])
def test_names_fit(kind: SealKind) -> None:
    for name in (*NAMES[::9], *NAMES[-9:]):
        facts = replace(FACTS, kind=kind, holder=name)
        assert len(preview_png(facts, PETROL)) <= 100_000


def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(UnfitText):
        preview_png(replace(FACTS, holder="Snø ☃"), PETROL)
    for kind in SealKind:
        if kind not in (SealKind.HOLDS, SealKind.UNDER_WAY):
            with pytest.raises(ValueError, match="no state"):
                preview_png(replace(FACTS, kind=kind), PETROL)
