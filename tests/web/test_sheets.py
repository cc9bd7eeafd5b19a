"""`/b/{id}.pdf`: the award on paper, which never looks better than the award is."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from starlette.testclient import TestClient

from issuer.state import State
from issuer.texts import LANGUAGES
from tests.support.office import BASE, Desk
from tests.support.web import browser

ACCENT = (0x0F, 0x4C, 0x4A)

pytestmark = pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler-utils is not here")


@dataclass
class House:
    desk: Desk
    client: TestClient
    slugs: dict[State, str]

    def path(self, slug: str) -> str:
        """The print of the award that the state speaks of."""
        award = self.client.get(f"/m/{slug}.json").json()["award"]
        return str(award["credential"]).removeprefix(BASE) + ".pdf"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    desk = Desk.make(tmp_path_factory.mktemp("sheets") / "data")
    slugs = desk.every_state()
    with browser(desk) as client:
        yield House(desk, client, slugs)
    desk.close()


def words(pdf: bytes) -> str:
    command = ["pdftotext", "-", "-"]
    read = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return " ".join(read.decode().split())


def coloured(pdf: bytes) -> bool:
    """Whether anything on the first page has the programme's colour."""
    command = ["pdftoppm", "-r", "40", "-png", "-f", "1", "-singlefile", "-"]
    drawn = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    with Image.open(io.BytesIO(drawn)) as page:
        found = page.convert("RGB").getcolors(1 << 20) or []
    return any(colour == ACCENT for _, colour in found)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        *((State.HOLDS, "Gyldig til og med"), (State.HOLDS_RENEWAL_OPEN, "Gyldig til og med")),
        *((State.LAPSED, "Gått ut"), (State.LAPSED_RENEWING, "Gått ut")),
        *((State.SUSPENDED, "På vent"), (State.WITHDRAWN, "Trukket tilbake")),
        *((State.GIVEN_UP, "Avsluttet"), (State.VOID, "Ført opp ved en feil")),
    ],
)
def test_every_state(house: House, state: State, word: str) -> None:
    answer = house.client.get(house.path(house.slugs[state]))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert word in words(answer.content), words(answer.content)[:300]
    assert coloured(answer.content) is state.holds
    assert ("Gyldig" in words(answer.content)) is state.holds
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert document.Root.MarkInfo.Marked
        with document.open_metadata() as told:
            assert told["pdfuaid:part"] == "1"


def test_languages_and_copies(house: House) -> None:
    path = house.path(house.slugs[State.HOLDS])
    tags = set()
    for language in LANGUAGES:
        answer = house.client.get(path, params={"lang": language})
        assert answer.headers["content-language"] == language
        assert answer.headers["vary"] == "Accept-Language"
        assert answer.headers["content-disposition"].startswith(
            'inline; filename="eksempelteatret-'
        )
        with pikepdf.open(io.BytesIO(answer.content)) as document:
            assert str(document.Root.Lang) == language
        again = {"If-None-Match": answer.headers["etag"]}
        assert house.client.get(path, params={"lang": language}, headers=again).status_code == 304
        assert house.client.head(path, params={"lang": language}).content == b""
        tags.add(answer.headers["etag"])
    assert len(tags) == len(LANGUAGES)
    other = house.client.get(path, headers={"Accept-Language": "en-GB"})
    assert other.headers["content-language"] == "en"


def test_nobody_has_it(house: House) -> None:
    for path in ("/b/00000000-0000-4000-8000-000000000000.pdf", "/b/x.pdf"):
        assert house.client.get(path).status_code == 404


def test_an_award_of_another_time_speaks_for_itself_alone(tmp_path: Path) -> None:
    """Ahead of its time it says so; renewed, the old one is over though the mark stands; a copy
    that was replaced does not stand though its award does."""
    desk = Desk.make(tmp_path / "data")
    with browser(desk) as client:
        sealed = desk.holder("Eksempelteatret")
        old = f"/b/{sealed.credential_id}.pdf"
        assert coloured(client.get(old).content)
        desk.clock.advance(days=350)
        desk.renew(sealed.slug)
        told = desk.award(sealed.slug)
        ahead = client.get(f"/b/{told.credential_id}.pdf", params={"lang": "en"}).content
        assert "Valid from" in words(ahead)
        desk.clock.advance(days=30)
        assert client.get(f"/m/{sealed.slug}.json").json()["holds"]
        over = client.get(old, params={"lang": "en"}).content
        assert not coloured(over)
        assert "Held until" in words(over)
        assert "Valid" not in words(over)
        desk.suspend(told.code)
        desk.clock.advance(seconds=5)
        fresh = desk.lift(told.code)
        replaced = client.get(f"/b/{told.credential_id}.pdf", params={"lang": "en"}).content
        assert not coloured(replaced)
        assert "Replaced by a newer badge" in words(replaced)
        assert coloured(client.get(f"/b/{fresh.credential_id}.pdf").content)
    desk.close()


def test_it_is_another_one_at_midnight(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Eksempelteatret")
    with browser(desk) as client:
        desk.clock.moment = desk.clock.moment.replace(hour=22, minute=58, second=30)
        answer = client.get(f"/b/{sealed.credential_id}.pdf")
        assert answer.headers["cache-control"] == "public, max-age=90"
        desk.clock.advance(seconds=90)
        again = client.get(f"/b/{sealed.credential_id}.pdf")
        assert again.headers["etag"] != answer.headers["etag"]
    desk.close()


def test_the_poster_from_the_kit_page(house: House) -> None:
    """What `merke poster` writes is linked from the holder's own page while the mark stands."""
    for state, slug in house.slugs.items():
        path = f"/m/{slug}/poster-a3-nn.pdf"
        kit = house.client.get(f"/m/{slug}/kit?lang=nn", headers={"Accept": "text/html"}).text
        assert (path in kit) is state.holds, state
        answer = house.client.get(path)
        if state in (State.UNKNOWN, State.UNDER_WAY):
            assert answer.status_code == 404
            continue
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-language"] == "nn"
        assert "vary" not in answer.headers
        assert coloured(answer.content) is state.holds
        assert ("Gyldig til og med" in words(answer.content)) is state.holds
        with pikepdf.open(io.BytesIO(answer.content)) as document:
            wide = document.pages[0].mediabox[2]
            assert abs(float(wide) - 297 / 25.4 * 72) < 1
    slug = house.slugs[State.HOLDS]
    again = house.client.get(f"/m/{slug}/poster-a4-nb.pdf").headers["etag"]
    assert (
        house.client.get(
            f"/m/{slug}/poster-a4-nb.pdf", headers={"If-None-Match": again}
        ).status_code
        == 304
    )
    for other in ("a5-nb", "a4-de", "a4", "A4-nb"):
        assert house.client.get(f"/m/{slug}/poster-{other}.pdf").status_code == 404, other


def test_no_poster_sends_guests_where_nobody_reads(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data", sample=False)
    slug = desk.holder("Eksempelteatret").slug
    with browser(desk) as client:
        kit = client.get(f"/m/{slug}/kit?lang=en", headers={"Accept": "text/html"}).text
        assert "nobody would read it" in kit
        assert "poster-a4" not in kit
        refused = client.get(f"/m/{slug}/poster-a4-nb.pdf")
        assert (refused.status_code, refused.json()["code"]) == (409, "award.state")
    desk.close()
