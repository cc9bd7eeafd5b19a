"""Whoever is under way, or was never listed, gets nothing that could be taken for the badge.

Every route that has a slug is asked, in every variant, as the application lists them: a new one is
asked too.
"""

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from badge_assets.draw import SEAL_SIZES, Form
from issuer.state import State
from issuer.texts import LANGUAGES
from issuer.web.app import Application
from issuer.web.embed import MAIL, SHAPES, THEMES
from tests.badge_assets.made_up import pixels, rgb
from tests.support.office import Desk
from tests.support.web import browser

# The programme's deep colour, and what is mixed from it for the smaller form of its motif.
OWN = ("#0f4c4a", "#a2b7b1")
VARIANTS = ["-".join(each) for each in itertools.product(SHAPES, THEMES, LANGUAGES)]


@dataclass
class House:
    client: TestClient
    slug: str
    holder: str
    paths: list[str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    desk = Desk.make(tmp_path_factory.mktemp("participant") / "data")
    slug, holder = desk.enrol("Gruppa på vei"), desk.holder("Eksempelteatret").slug
    with browser(desk) as client:
        assert isinstance(client.app, Application)
        assert client.get(f"/m/{slug}.json").json()["state"] == State.UNDER_WAY
        yield House(client, slug, holder, list(routes(client.app)))
    desk.close()


def routes(app: Application) -> Iterator[str]:
    """Every public path with a slug, its other parts filled in with all they may be."""
    wanted = {"slug": ["{slug}"], "variant": VARIANTS, "language": [*LANGUAGES]}
    for route in _flat(app.routes):
        path: str = getattr(route, "path", "")
        methods = getattr(route, "methods", None) or ()
        if "{slug}" not in path or "GET" not in methods or path.startswith("/api/"):
            continue
        names = [part.partition("}")[0] for part in path.split("{")[1:]]
        for values in itertools.product(*(wanted[name] for name in names)):
            yield _filled(path, dict(zip(names, values, strict=True)))


def _flat(routes: object) -> Iterator[object]:
    for route in routes if isinstance(routes, list) else ():
        yield route
        yield from _flat(getattr(route, "routes", None))


def _filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def picture(content: bytes, kind: str, path: str) -> NDArray[np.int16]:
    if kind == "image/png":
        with Image.open(io.BytesIO(content)) as image:
            return np.asarray(image.convert("RGB"), dtype=np.int16)
    form = Form.ROUND if "/round-" in path else Form.WIDE
    return np.asarray(pixels(content, *SEAL_SIZES[form], 2), dtype=np.int16)


def own(drawn: NDArray[np.int16]) -> float:
    """How much of a picture has the programme's own colours."""
    return max(float((np.abs(drawn - rgb(colour)).max(axis=2) < 8).mean()) for colour in OWN)


def test_what_is_looked_for_is_seen_where_it_is(house: House) -> None:
    """The holder's seals have what the participant's must not have."""
    answer = house.client.get(f"/embed/{house.holder}/wide-light-nb.png")
    assert own(picture(answer.content, "image/png", "")) > 0.1
    assert house.client.get(f"/m/{house.holder}/kit").status_code == 200
    assert len(house.paths) > 4 * 24


def test_no_picture_of_a_participant_has_anything_of_the_badge(house: House) -> None:
    seen = set()
    for path in house.paths:
        answer = house.client.get(path.replace("{slug}", house.slug))
        kind = answer.headers.get("content-type", "").partition(";")[0]
        assert kind not in ("application/pdf", "application/zip"), path
        if answer.status_code != 200 or not kind.startswith("image/"):
            continue
        seen.add(path.rpartition(".")[2])
        drawn = picture(answer.content, kind, path)
        assert own(drawn) < 0.001, path
        assert not zxingcpp.read_barcodes(np.ascontiguousarray(drawn, dtype=np.uint8)), path
        # A plain plate down its left side: neither a disc nor a panel of another colour.
        side = drawn[8 : len(drawn) * 3 // 4, 8]
        assert (np.abs(side - side[0]) < 8).all(), path
    assert seen == {"svg", "png"}


def test_no_page_or_data_of_a_participant_offers_one(house: House) -> None:
    for path in house.paths:
        answer = house.client.get(path.replace("{slug}", house.slug), headers={"Accept": "*/*"})
        if path.startswith("/m/{slug}/kit"):
            assert answer.status_code == 404, path
        if answer.status_code == 200 and "json" in answer.headers["content-type"]:
            told = answer.json()
            assert (told["state"], told["holds"], told["award"]) == ("under_way", False, None)
        if answer.status_code == 200 and "html" in answer.headers["content-type"]:
            assert "/b/" not in answer.text, path
            assert "CertificationActive" not in answer.text
    address = {"url": f"https://balansemerket.example.no/m/{house.slug}"}
    assert house.client.get("/oembed", params=address).status_code == 404


def test_a_variant_of_mail_is_no_exception(house: House) -> None:
    answer = house.client.get(f"/embed/{house.slug}/{MAIL}-light-nb.png")
    assert answer.status_code == 200
    assert own(picture(answer.content, "image/png", "")) < 0.001
