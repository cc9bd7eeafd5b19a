"""From a sealed credential to its pictures; and drawing that hangs, dies or cannot be done."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from badge_assets import png, svg
from badge_assets.draw import SealFacts, SealKind
from badge_assets.letters import UnfitText
from badge_assets.looks import Looks, Theme
from issuer import participations, pictures, sealing
from issuer.drawing import Job, draw_here
from issuer.pictures import Undrawable
from issuer.record.tables import Credential, OrganisationName
from issuer.sealing import Sealed
from issuer.studio import DrawingFailed, Studio
from tests.support.office import BO, REASON, Desk
from tests.support.web import browser, holder_named

LOOKS = Looks(ink="#1b1a17", paper="#fbf8f1", accent="#0f4c4a")


def seal_of(holder: str, *, theme: Theme = Theme.LIGHT) -> Job:
    facts = SealFacts(
        kind=SealKind.HOLDS,
        mark="Prøvemerket",
        holder=holder,
        state_line="Gyldig til og med 3. mars 2027",
        language="nb",
        title="Prøvemerket",
        description="En prøve",
    )
    return Job("seal.svg", facts, LOOKS, theme)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Sealed]]:
    desk = Desk.make(tmp_path_factory.mktemp("pictures") / "data")
    yield desk, desk.holder("Čáhppes “Ørsta” scene")
    desk.close()


def _copy(desk: Desk, identifier: str) -> Credential:
    with desk.office.reading() as session:
        row = session.get_one(Credential, identifier)
        # What a picture needs is read while the record is open.
        pictures.badge_facts(desk.office, row)
        return row


def test_both_forms_carry_the_sealed_bytes(shop: tuple[Desk, Sealed]) -> None:
    desk, sealed = shop
    row = _copy(desk, sealed.credential_id)
    assert row.sealed_json is not None
    text = row.sealed_json.decode()
    assert png.unbake(pictures.baked_png(desk.office, row)) == text
    assert svg.unbake(pictures.baked_svg(desk.office, row)) == text


def test_the_picture_scans_to_the_awards_address(shop: tuple[Desk, Sealed]) -> None:
    desk, sealed = shop
    row = _copy(desk, sealed.credential_id)
    address = pictures.scan(pictures.baked_png(desk.office, row))
    assert address == f"https://BALANSEMERKET.EXAMPLE.NO/Q/{sealed.code}"
    assert address == pictures.qr_address(desk.office, row.award)


def test_what_stands_on_the_badge(shop: tuple[Desk, Sealed]) -> None:
    desk, sealed = shop
    facts = pictures.badge_facts(desk.office, _copy(desk, sealed.credential_id))
    assert facts.mark == "Balansemerket"
    assert facts.holder == "Čáhppes “Ørsta” scene"
    assert "3. mars 2026" in facts.last_day_text
    assert facts.sample == "EKSEMPEL"
    assert facts.language == "nb"


def test_a_new_name_leaves_old_badges_as_they_are(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    sealed = desk.holder("Gamle Scene")
    desk.clock.advance(days=1)
    with desk.office.transaction() as session:
        organisation = session.get_one(
            Credential, sealed.credential_id
        ).award.cycle.participation.organisation
        organisation.names.append(
            OrganisationName(
                name="Nye Scene", language=None, sort_key="n", folded="n", since=desk.clock()
            )
        )
    facts = pictures.badge_facts(desk.office, _copy(desk, sealed.credential_id))
    assert facts.holder == "Gamle Scene"
    desk.close()


def test_addresses_of_pictures(shop: tuple[Desk, Sealed]) -> None:
    desk, sealed = shop
    found = pictures.get(desk.office, f"/b/{sealed.credential_id}.svg")
    assert found is not None
    assert found.media_type == "image/svg+xml"
    for path in (
        "/b/00000000-0000-4000-8000-000000000000.png",
        f"/b/{sealed.credential_id}.gif",
        f"/b/{sealed.credential_id}",
        "/b/x.png",
    ):
        assert pictures.get(desk.office, path) is None


def test_a_letter_the_typeface_lacks_is_a_sentence(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path / "data")
    row = _copy(desk, holder_named(desk, "劇場").credential_id)
    with pytest.raises(Undrawable, match="劇"):
        pictures.baked_png(desk.office, row)
    desk.close()


def test_a_name_that_cannot_be_drawn_is_refused_before_anything_is_recorded(
    tmp_path: Path,
) -> None:
    desk = Desk.make(tmp_path / "data")
    slug = desk.enrol("Prøvescenen")
    with desk.office.transaction() as session:
        organisation = participations.find(session, slug).organisation
        organisation.names[0].name = "Teater 劇場"
    desk.meet(slug)
    with pytest.raises(Undrawable, match="no sign for “劇”"):
        desk.seal(slug)
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        assert not [award for cycle in row.cycles for award in cycle.awards]
    with desk.office.transaction() as session:
        participations.find(session, slug).organisation.names[0].name = "Teater Šáhppá"
    assert sealing.seal(desk.office, slug, by=BO, reason=REASON).slug == slug
    desk.close()


def test_a_job_survives_its_journey() -> None:
    for job in (seal_of("Østfold"), seal_of("a", theme=Theme.DARK)):
        assert Job.of(job.message) == job
        assert Job.of(job.message).digest == job.digest
    assert seal_of("a").digest != seal_of("b").digest


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    studio = Studio(processes=1)
    yield studio
    studio.close()


def test_drawn_elsewhere_is_drawn_alike(studio: Studio) -> None:
    assert studio.draw(seal_of("Østfold")) == draw_here(seal_of("Østfold"))


def test_what_cannot_be_drawn_says_why(studio: Studio) -> None:
    with pytest.raises(UnfitText, match="劇"):
        studio.draw(seal_of("劇"))
    assert studio.draw(seal_of("after it"))


def test_many_at_once(studio: Studio) -> None:
    drawn: dict[str, bytes] = {}

    def one(name: str) -> None:
        drawn[name] = studio.draw(seal_of(name))

    threads = [threading.Thread(target=one, args=(f"Scene {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn.values())) == 6


_COUNTING = """
from issuer.drawing import main
def draw(job, seen=[]):
    seen.append(1)
    name = job.facts.holder
    if name == "hang":
        import time; time.sleep(600)
    if name == "die":
        import os; os._exit(9)
    if name == "swell":
        bytearray(3 * 1024 ** 3)
    if name == "break":
        raise KeyError("secret-of-the-drawer")
    return f"{name} {len(seen)}".encode()
main(draw)
"""


@pytest.fixture
def fragile() -> Iterator[Studio]:
    studio = Studio(processes=1, patience=3, program=_COUNTING)
    yield studio
    studio.close()


@pytest.mark.parametrize("fate", ["hang", "die"])
def test_a_process_that_is_lost_costs_one_picture(fragile: Studio, fate: str) -> None:
    assert fragile.draw(seal_of("one")) == b"one 1"
    assert fragile.draw(seal_of("two")) == b"two 2"
    started = time.monotonic()
    with pytest.raises(DrawingFailed):
        fragile.draw(seal_of(fate))
    assert time.monotonic() - started < 8
    # The next is drawn by a new process, which has drawn nothing yet.
    assert fragile.draw(seal_of("three")) == b"three 1"


@pytest.mark.parametrize("fate", ["break", "swell"])
def test_a_picture_that_breaks_leaves_the_process_alone(fragile: Studio, fate: str) -> None:
    assert fragile.draw(seal_of("one")) == b"one 1"
    with pytest.raises(DrawingFailed) as refusal:
        fragile.draw(seal_of(fate))
    assert "secret" not in str(refusal.value)
    assert fragile.draw(seal_of("two")) == b"two 3"


def test_what_was_drawn_is_kept(fragile: Studio) -> None:
    assert fragile.draw(seal_of("one")) == fragile.draw(seal_of("one")) == b"one 1"
    assert fragile.draw(seal_of("two")) == b"two 2"


def test_an_idle_process_that_was_killed_is_replaced(fragile: Studio) -> None:
    assert fragile.draw(seal_of("one")) == b"one 1"
    for worker in fragile._workers:
        worker._process.kill()
        worker._process.wait()
    # Nobody notices: it had not begun.
    assert fragile.draw(seal_of("two")) == b"two 1"


def test_no_environment_reaches_the_drawing_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERKE_PASSPHRASE", "a passphrase for tests only")
    program = (
        "import os\nfrom issuer.drawing import main\n"
        "main(lambda job: repr(sorted(os.environ)).encode())"
    )
    studio = Studio(processes=1, program=program)
    assert b"MERKE" not in studio.draw(seal_of("x"))
    studio.close()


@pytest.mark.parametrize(
    "attempt",
    [
        "__import__('socket').socket()",
        "__import__('socket').getaddrinfo('localhost', 80)",
        "__import__('subprocess').run(['true'])",
        "__import__('os').system('true')",
        "__import__('os').fork()",
        "open('merke-was-here', 'wb', buffering=0).write(b'x')",
    ],
)
def test_the_drawing_process_reaches_nobody_and_leaves_nothing(
    attempt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program = f"from issuer.drawing import main\nmain(lambda job: repr({attempt}).encode())"
    studio = Studio(processes=1, program=program)
    with pytest.raises(DrawingFailed):
        studio.draw(seal_of("x"))
    assert not any(file.stat().st_size for file in tmp_path.iterdir())
    studio.close()


def test_there_is_no_network_around_the_drawing_process() -> None:
    """Nor for code that is not Python's."""
    unshare = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x50000000))"
    if subprocess.run([sys.executable, "-c", unshare], check=False).returncode:
        pytest.skip("this system lets nobody leave the network")
    program = (
        "from pathlib import Path\nfrom issuer.drawing import main\n"
        "main(lambda job: Path('/proc/self/net/dev').read_bytes())"
    )
    studio = Studio(processes=1, program=program)
    found = [line.split(b":")[0].strip() for line in studio.draw(seal_of("x")).splitlines()[2:]]
    assert found == [b"lo"]
    studio.close()


def test_over_the_web_a_lost_drawing_is_a_503_and_nothing_else(
    shop: tuple[Desk, Sealed],
) -> None:
    desk, sealed = shop
    program = "import os; os._exit(1)"
    with browser(desk, studio=Studio(processes=1, program=program)) as client:
        answer = client.get(f"/b/{sealed.credential_id}.png")
        assert (answer.status_code, answer.json()["code"]) == (503, "picture.busy")
        assert answer.headers["retry-after"] == "5"
        assert client.get(f"/embed/{sealed.slug}.svg").status_code == 503
        assert client.get(f"/b/{sealed.credential_id}.json").status_code == 200
        assert client.get(f"/m/{sealed.slug}").status_code == 200


def test_hanging_pictures_do_not_hold_up_pages(shop: tuple[Desk, Sealed]) -> None:
    desk, sealed = shop
    program = "import time; time.sleep(600)"
    with browser(desk, studio=Studio(processes=1, patience=2, program=program)) as client:
        codes: list[int] = []
        threads = [
            threading.Thread(
                target=lambda n=n: codes.append(client.get(f"/embed/nobody-{n}.svg").status_code)
            )
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        started = time.monotonic()
        assert client.get(f"/m/{sealed.slug}.json").status_code == 200
        assert client.get("/status/1").status_code == 200
        assert time.monotonic() - started < 1.5
        for thread in threads:
            thread.join()
        assert codes == [503, 503, 503]
