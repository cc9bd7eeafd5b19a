"""Long answers written down once: what is sent, to whom again, and what becomes of bad moments."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from issuer import register_csv
from issuer.web import copies, registers
from issuer.web.copies import Copies, NoRoom
from tests.support.office import Desk
from tests.support.web import browser

NOW = datetime(2026, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """One whose answers go into files, however short they are."""
    monkeypatch.setattr(copies, "_SMALL", 10)
    monkeypatch.setattr(copies, "_PIECE", 100)
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


@pytest.mark.parametrize("path", ["/register.json", "/register.csv", "/register.csv?for=excel"])
def test_the_same_copy_until_something_changes(
    desk: Desk, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def counted(real: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def count(*given: object, **more: object) -> Iterable[bytes]:
            written.append(path)
            return real(*given, **more)

        return count

    monkeypatch.setattr(registers, "_json_pieces", counted(registers._json_pieces))
    monkeypatch.setattr(register_csv, "lines", counted(register_csv.lines))
    sealed = desk.holder("Eksempelteatret")
    with browser(desk) as client:
        first = client.get(path)
        assert int(first.headers["content-length"]) == len(first.content) > 100
        desk.clock.advance(seconds=5)
        again = client.get(path)
        tag = {"If-None-Match": first.headers["etag"]}
        assert again.headers["etag"] == first.headers["etag"]
        assert client.get(path, headers=tag).status_code == 304
        head = client.head(path)
        assert head.headers["content-length"] == first.headers["content-length"]
        assert head.content == b""
        assert len(written) == 1
        if path.endswith("json"):
            # The moment of the answer is that of this answer.
            assert first.headers["etag"].startswith("W/")
            times = [json.loads(answer.content)["answeredAt"] for answer in (first, again)]
            assert times[0] < times[1]
        desk.suspend(sealed.code)
        changed = client.get(path, headers=tag)
        assert changed.status_code == 200
        assert changed.headers["etag"] != first.headers["etag"]
        assert len(written) == 2
        # By the clock alone: the award has ended.
        desk.lift(sealed.code)
        held = client.get(path)
        desk.clock.advance(days=400)
        lapsed = client.get(path, headers={"If-None-Match": held.headers["etag"]})
        assert lapsed.status_code == 200
        assert b"lapsed" in lapsed.content
        # Nothing is left where others could find it.
        assert not [each for each in desk.office.folder.path.iterdir() if "tmp" in each.name]


def test_each_participant_is_a_line(desk: Desk) -> None:
    with browser(desk) as client:
        assert client.get("/register.json").json()["participants"] == []
        for name in ("Eksempelteatret", "Øya “scene”", "Åsen"):
            desk.holder(name)
        text = client.get("/register.json").text
        told = json.loads(text)["participants"]
        lines = re.findall(r"^    (\{.*\}),?$", text, re.MULTILINE)
        assert [json.loads(line) for line in lines] == told
        assert [each["name"] for each in told] == ["Eksempelteatret", "Øya “scene”", "Åsen"]


@pytest.mark.parametrize("path", ["/register.json", "/register.csv"])
def test_half_an_answer_is_none(desk: Desk, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle, or no room: refused before the first byte; well again after."""
    desk.holder("Eksempelteatret")
    desk.holder("Annetteatret")
    with browser(desk) as client:

        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as bad:
            bad.setattr("issuer.web.copies.os.write", full)
            refused = client.get(path)
            assert refused.status_code == 503
            assert refused.json()["code"] == "register.busy"
            assert refused.headers["retry-after"]
        with monkeypatch.context() as bad:
            bad.setattr(copies, "MOST_BYTES", 50)
            assert client.get(path).status_code == 503
        assert client.get(path).status_code == 200


def test_room_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SMALL", 10)
    monkeypatch.setattr(copies, "MOST_BYTES", 1000)
    kept = Copies(tmp_path)

    def made(key: str, pieces: Iterable[bytes]) -> copies.Copy:
        return kept.get((key,), ("mark",), NOW, lambda: None, lambda: pieces)

    def broken() -> Iterator[bytes]:
        yield b"x" * 900
        raise RuntimeError("half-way")

    for _ in range(3):
        with pytest.raises(RuntimeError, match="half-way"):
            made("broken", broken())
    # One that is being sent keeps its room, though it is not kept any more.
    sent = made("a", [b"a" * 600])
    with pytest.raises(NoRoom):
        made("b", [b"b" * 600])
    assert sent.body.read(0) == b"a" * 600
    del sent
    other = made("b", [b"b" * 600])
    assert made("b", [b"c" * 600]) is other
    assert not list(tmp_path.iterdir())
    kept.close()


def test_a_copy_holds_between_its_moments(tmp_path: Path) -> None:
    kept = Copies(tmp_path)
    ends = NOW + timedelta(hours=1)

    def asked(mark: str, now: datetime) -> bytes:
        pieces = [f"{mark} {now.hour}".encode()]
        return kept.get(("key",), (mark,), now, lambda: ends, lambda: pieces).body.read(0)

    assert asked("one", NOW) == b"one 3"
    assert asked("one", NOW + timedelta(minutes=59)) == b"one 3"
    assert asked("one", ends) == b"one 4"
    assert asked("one", NOW - timedelta(hours=1)) == b"one 2"
    assert asked("two", NOW - timedelta(hours=1)) == b"two 2"
    kept.close()
