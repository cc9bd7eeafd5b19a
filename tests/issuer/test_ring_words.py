"""What the key ring refuses is told in every language, with what to do."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from issuer import ring_words, texts
from issuer.cli.refusals import exit_code
from issuer.web.kinds import KINDS
from keys import ring_file
from keys.record import RingError
from keys.ring import KeyRing, Purpose

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PASSPHRASE = b"a passphrase for tests only"


@pytest.fixture(scope="module")
def ring_json() -> bytes:
    ring = KeyRing.create("did:web:merke.example.no", PASSPHRASE, NOW, jwt_algorithm="ES256")
    return ring.to_json()


def _kept(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    file = folder / "ring.json"
    file.write_bytes(data)
    file.chmod(mode)
    return file


def _stale(folder: Path, data: bytes) -> None:
    file = _kept(folder, data)
    mine, theirs = KeyRing.from_json(data), KeyRing.from_json(data)
    theirs.retire(theirs.records[0].fragment, NOW)
    ring_file.save(file, theirs)
    ring_file.save(file, mine)


def _sign_without_a_key(_: Path, data: bytes) -> None:
    ring = KeyRing.from_json(data)
    for record in ring.records:
        ring.retire(record.fragment, NOW)
    ring.signing_key(Purpose.BADGE, NOW)


def _damaged(_: Path, data: bytes) -> None:
    broken = json.loads(data)
    del broken["did"]
    KeyRing.from_json(json.dumps(broken).encode())


def _locked(_: Path, data: bytes) -> None:
    ring = KeyRing.from_json(data)
    ring.sign(ring.records[0], b"x")


Act = Callable[[Path, bytes], object]

REFUSED: dict[str, tuple[Act, int, str]] = {
    "short": (lambda _, __: KeyRing.create("did:web:x.no", b"kort", NOW), 2, "minst 12"),
    "wrong": (
        lambda _, data: KeyRing.from_json(data).unlock(b"another one here"),
        2,
        "Passordfrasen",
    ),
    "unknown": (lambda _, data: KeyRing.from_json(data).record("zUkjent"), 2, "zUkjent"),
    "locked": (_locked, 1, "MERKE_PASSPHRASE_FILE"),
    "none": (_sign_without_a_key, 1, "merke keys new"),
    "not a ring": (lambda _, __: KeyRing.from_json(b"{}"), 1, "sikkerhetskopi"),
    "damaged": (_damaged, 1, "sikkerhetskopi"),
    "missing": (lambda folder, _: ring_file.load(folder / "ring.json"), 1, "ring.json"),
    "exposed": (lambda folder, data: ring_file.load(_kept(folder, data, 0o644)), 1, "chmod 600"),
    "a folder": (lambda folder, _: ring_file.load(folder), 1, "merke -v"),
    "stale": (_stale, 1, "gjør det på nytt"),
    "rehearsal": (
        lambda _, __: KeyRing.throwaway("did:web:x.no", NOW, jwt_algorithm="ES256").to_json(),
        1,
        "prøve",
    ),
    "impossible": (
        lambda _, __: KeyRing.create("did:web:x.no", PASSPHRASE, NOW, jwt_algorithm="none"),
        1,
        "klokka",
    ),
}


@pytest.mark.parametrize(("act", "code", "told"), REFUSED.values(), ids=REFUSED)
def test_each_refusal_is_told(
    act: Act,
    code: int,
    told: str,
    tmp_path: Path,
    ring_json: bytes,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(RingError) as refusal:
        act(tmp_path, ring_json)
    said = [ring_words.explain(refusal.value, language) for language in texts.LANGUAGES]
    assert len(set(said)) == len(texts.LANGUAGES)
    assert said[0] != ring_words.explain(RingError(""), "nb")
    assert not any("%(" in each or PASSPHRASE.decode() in each for each in said)
    assert exit_code(refusal.value, "nb") == code
    assert capsys.readouterr().err == said[0] + "\n"
    assert told in said[0]
    assert ring_words.problem(refusal.value) in KINDS
