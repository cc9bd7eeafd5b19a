"""From the record to paper: `merke poster` and `merke diploma`, in every state and language."""

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from badge_assets.facts import Sheet
from issuer import participations, prints, public
from issuer.cli.main import run
from issuer.drawing import Job, draw_here
from issuer.errors import WrongState
from issuer.public import View
from issuer.state import State
from issuer.texts import LANGUAGES
from tests.support.office import Desk

SECRETS = ("Hemmelig", "Kari", "Ada Eksempel", "Bo Eksempel")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, dict[State, str]]]:
    desk = Desk.make(tmp_path_factory.mktemp("prints") / "data")
    yield desk, desk.every_state()
    desk.close()


def view_of(desk: Desk, slug: str) -> View:
    with desk.office.reading() as session:
        return public.view(desk.office, participations.find(session, slug), desk.clock())


def facts_of(desk: Desk, view: View, language: str) -> tuple[Job, Job]:
    """What would be printed, poster and diploma."""
    jobs: list[Job] = []

    def note(job: Job) -> bytes:
        jobs.append(job)
        return b""

    prints.poster(desk.office, view, language, Sheet.A3, note)
    prints.diploma(desk.office, view, language, note)
    return jobs[0], jobs[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_that_had_an_award_can_be_printed_and_no_other(
    shop: tuple[Desk, dict[State, str]], language: str
) -> None:
    desk, slugs = shop
    for state, slug in slugs.items():
        view = view_of(desk, slug)
        if state in (State.UNDER_WAY, State.UNKNOWN):
            for make in (prints.poster, prints.diploma):
                with pytest.raises(WrongState, match="nothing to print"):
                    make(desk.office, view, language)
            continue
        for job in facts_of(desk, view, language):
            assert Job.of(job.message) == job
            with pikepdf.open(io.BytesIO(draw_here(job))) as document:
                assert str(document.Root.Lang) == language
            told = repr(job.facts)
            assert not [secret for secret in SECRETS if secret in told]


def test_a_poster_that_holds_speaks_to_the_guest_and_any_other_says_how_it_stands(
    shop: tuple[Desk, dict[State, str]],
) -> None:
    desk, slugs = shop
    poster, diploma = facts_of(desk, view_of(desk, slugs[State.HOLDS]), "nn")
    assert poster.facts.lead.startswith("Opplever du noko her")
    assert len(poster.facts.meaning) == 3
    assert len(diploma.facts.items) == 6
    poster, _ = facts_of(desk, view_of(desk, slugs[State.SUSPENDED]), "nb")
    assert "på vent" in poster.facts.lead
    assert poster.facts.meaning == ()


def test_no_poster_sends_guests_where_nobody_reads(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data", sample=False)
    view = view_of(desk, desk.holder("Eksempelteatret").slug)
    with pytest.raises(WrongState, match="not filled in"):
        prints.poster(desk.office, view, "nb")
    assert prints.diploma(desk.office, view, "nb").startswith(b"%PDF-")
    desk.close()


def test_the_commands_write_files(
    shop: tuple[Desk, dict[State, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk, slugs = shop
    monkeypatch.chdir(tmp_path)
    data = ["--data", str(desk.office.folder.path)]
    slug = slugs[State.HOLDS]
    assert run([*data, "poster", slug, "--sheet", "a3", "--language", "en"]) == 0
    assert run([*data, "diploma", slug, "--out", "diplom.pdf"]) == 0
    assert capsys.readouterr().out.split() == [f"{slug}-poster-a3.pdf", "diplom.pdf"]
    for name in (f"{slug}-poster-a3.pdf", "diplom.pdf"):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF-")
    assert run([*data, "diploma", slugs[State.UNDER_WAY]]) == 1
    assert run([*data, "poster", "ingen-slik"]) == 2
