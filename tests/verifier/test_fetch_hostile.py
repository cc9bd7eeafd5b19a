"""Hostile addresses at every place in a badge where one can stand: not one packet leaves for them.

Counted twice: where the client would connect, in this process; and by the kernel, in a network
name space of its own with routes to everywhere, where one may be made (root, and iproute2).
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.hostile import FOLLOWED, NEVER, OUTSIDE, Entry
from tests.verifier.simulator import NOW
from tests.verifier.test_fetch import HOSTILE_ADDRESSES, HOSTILE_URLS
from tests.verifier.wire import PUBLIC, Wire, client
from verifier.verify import World, verify

# Addresses that are spelt as such, beside those of the client's own tests.
SPELT = [f"https://{address}/a" for address in HOSTILE_ADDRESSES if ":" not in address and address]
BRACKETED = [f"https://[{address}]/a" for address in HOSTILE_ADDRESSES if ":" in address]
TEXTS = list(dict.fromkeys([*HOSTILE_URLS, *SPELT, *BRACKETED]))
NAMES = {f"n{number}.example.no": address for number, address in enumerate(HOSTILE_ADDRESSES)}
NAMED = [f"https://{host}/a" for host in NAMES]


def test_there_are_enough() -> None:
    assert len(TEXTS) >= 100
    assert len(NAMED) >= 60
    places = {entry.__name__ for entry in (*FOLLOWED, *NEVER)}
    wanted = "did_web kid context status image refresh endorsement schema"
    assert {f"by_{name}" for name in wanted.split()} <= places


@pytest.mark.parametrize("entry", [*FOLLOWED, *NEVER], ids=lambda entry: entry.__name__)
def test_no_name_is_looked_up_for_a_hostile_text(entry: Entry) -> None:
    for url in TEXTS:
        wire = Wire(PUBLIC)
        report = verify(entry(url), World(client(wire), NOW, refresh=True))
        assert report.errors == (), url
        assert set(wire.resolved) <= ({OUTSIDE} if OUTSIDE in url else set()), url


@pytest.mark.parametrize("entry", [*FOLLOWED, *NEVER], ids=lambda entry: entry.__name__)
def test_nothing_is_connected_to_for_a_name_that_turns_inwards(entry: Entry) -> None:
    for host, address in NAMES.items():
        wire = Wire(address)
        report = verify(entry(f"https://{host}/a"), World(client(wire), NOW, refresh=True))
        assert wire.dialled == [], address
        assert (wire.resolved != []) is (entry in FOLLOWED), address
        assert report.errors == ()


@pytest.mark.parametrize("entry", FOLLOWED, ids=lambda entry: entry.__name__)
def test_the_same_places_do_ask_the_outside(entry: Entry) -> None:
    """Or all of the above would show nothing."""
    wire = Wire(PUBLIC)
    verify(entry("https://public.example.no/a"), World(client(wire), NOW, refresh=True))
    assert set(wire.dialled) == {(PUBLIC, 443)}
    assert set(wire.resolved) == {"public.example.no"}


@pytest.mark.parametrize("entry", NEVER, ids=lambda entry: entry.__name__)
def test_other_places_never_do(entry: Entry) -> None:
    wire = Wire(PUBLIC)
    verify(entry("https://public.example.no/a"), World(client(wire), NOW, refresh=True))
    assert (wire.resolved, wire.dialled) == ([], [])


@pytest.mark.parametrize("entry", [*FOLLOWED, *NEVER], ids=lambda entry: entry.__name__)
def test_no_place_asks_more_than_ten_times(entry: Entry) -> None:
    wire = Wire(PUBLIC)
    verify(entry("https://public.example.no/a"), World(client(wire), NOW, refresh=True))
    assert len(wire.dialled) <= 10


# By the kernel's own count.


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def network() -> Iterator[str]:
    """A network name space in which every address there is is one's own: a packet to anywhere
    leaves, is counted, and comes back at once."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("a network of its own needs Linux, root and iproute2")
    name = f"merke-{uuid.uuid4().hex[:8]}"
    try:
        ip("netns", "add", name)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network of its own: {error.stderr.decode().strip()}")
    try:
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "route", "add", "local", "0.0.0.0/0", "dev", "lo")
        ip("-n", name, "-6", "route", "add", "local", "::/0", "dev", "lo")
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def test_not_one_packet(network: str, root: Path) -> None:
    urls = [*TEXTS, *NAMED]
    asked = {"urls": urls, "names": NAMES, "public": ["public.example.no", PUBLIC]}
    run = subprocess.run(
        ["ip", "netns", "exec", network, sys.executable, "-m", "tests.verifier.hostile"],
        input=json.dumps(asked).encode(),
        capture_output=True,
        cwd=root,
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr.decode()
    answer: dict[str, Any] = json.loads(run.stdout)
    assert answer["verified"] == len(urls) * len([*FOLLOWED, *NEVER])
    assert answer["hostile"] == answer["start"]
    # The counters do count: one badge that may ask the outside does, once.
    assert answer["control"]["Tcp.ActiveOpens"] == answer["start"]["Tcp.ActiveOpens"] + 1
    assert answer["control"]["lo"] > answer["start"]["lo"]
