"""kill -9 for a drawing process while it draws: never a wrong picture, and the next is drawn."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.sealing import Sealed
from issuer.studio import Studio
from tests.support.office import Desk
from tests.support.web import browser

_SLOW = """
import time
from issuer.drawing import draw_here, main
def draw(job):
    time.sleep(0.5)
    return draw_here(job)
main(draw)
"""
PATHS = {
    "seal": "/embed/{slug}.svg",
    "badge": "/b/{id}.png",
    "poster": "/m/{slug}/poster-a4-nb.pdf",
    "diploma": "/b/{id}.pdf",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Sealed]]:
    desk = Desk.make(tmp_path_factory.mktemp("killed") / "data")
    yield desk, desk.holder("Eksempelteatret")
    desk.close()


def _kill_while_drawing(studio: Studio, times: int) -> threading.Thread:
    """End as many processes as soon as each has been given something to draw."""

    def killing() -> None:
        killed: set[int] = set()
        end = time.monotonic() + 30
        while len(killed) < times and time.monotonic() < end:
            time.sleep(0.1)
            if not studio._idle.empty():
                continue
            for worker in tuple(studio._workers):
                if worker._process.pid not in killed:
                    killed.add(worker._process.pid)
                    worker._process.kill()

    thread = threading.Thread(target=killing)
    thread.start()
    return thread


@pytest.mark.parametrize("picture", PATHS)
def test_a_picture_whose_process_is_killed_is_drawn_by_another(
    shop: tuple[Desk, Sealed], picture: str
) -> None:
    desk, sealed = shop
    path = PATHS[picture].format(slug=sealed.slug, id=sealed.credential_id)
    with browser(desk, studio=Studio(processes=1)) as client:
        right = client.get(path)
    assert right.status_code == 200
    studio = Studio(processes=1, program=_SLOW)
    with browser(desk, studio=studio) as client:
        killing = _kill_while_drawing(studio, times=1)
        answer = client.get(path)
        killing.join()
        assert (answer.status_code, answer.content) == (200, right.content)


@pytest.mark.parametrize("picture", PATHS)
def test_where_that_is_killed_too_the_answer_is_503_and_the_next_one_right(
    shop: tuple[Desk, Sealed], picture: str
) -> None:
    desk, sealed = shop
    path = PATHS[picture].format(slug=sealed.slug, id=sealed.credential_id)
    studio = Studio(processes=1, program=_SLOW)
    with browser(desk, studio=studio) as client:
        # Two are tried for each asking; for a seal, the short lane asks before the framework does.
        killing = _kill_while_drawing(studio, times=4 if picture == "seal" else 2)
        answer = client.get(path)
        killing.join()
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert client.get(path).status_code == 200


def test_nothing_of_it_is_left(shop: tuple[Desk, Sealed], tmp_path: Path) -> None:
    studio = Studio(processes=1, program=_SLOW)
    with browser(shop[0], studio=studio) as client:
        _kill_while_drawing(studio, times=1)
        assert client.get(f"/embed/{shop[1].slug}.svg").status_code == 200
        (worker,) = studio._workers
        assert worker._process.poll() is None
    assert worker._process.poll() is not None
