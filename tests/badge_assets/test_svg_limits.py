"""SVGs built to be costly: refused or read within 64 MiB and two seconds, whatever they hold."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from badge_assets import svg, svg_tags
from badge_assets.svg import MalformedSvg, bake, unbake

HEAD = b'<svg xmlns="http://www.w3.org/2000/svg"'
MIB = 1024 * 1024
WIDE = "\U0001f3ad".encode()  # four bytes, and one letter that makes every other four bytes wide


def many(piece: str, most: int = 9 * MIB) -> bytes:
    """`piece` with a number in it, again and again, as often as there is room for."""
    found, room = [], most
    for number in range(10_000_000):
        found.append(made := piece.replace("%", f"{number:x}").encode())
        room -= len(made) + 1
        if room < 0:
            break
    return b" ".join(found)


def filled(start: bytes, end: bytes, most: int = svg.MAX_BYTES) -> bytes:
    """One wide letter, and then as much as there is room for."""
    room = most - len(start) - len(WIDE) - len(end)
    return start + WIDE + b"x" * room + end


HEAVY: dict[str, Callable[[], bytes]] = {
    "declarations": lambda: HEAD + b" " + many('xmlns:a%="x%"') + b"/>",
    "attributes": lambda: HEAD + b" " + many('a%=""') + b"/>",
    "attributes in quotes of the other kind": lambda: HEAD + b" " + many("a%='\"'") + b"/>",
    "attributes of a tag without an end": lambda: HEAD + b" " + many('a%=""'),
    "different attributes of many elements": lambda: HEAD + b">" + many('<g a%="" b%=""/>'),
    "different elements": lambda: HEAD + b">" + many("<a%/>"),
    "different namespaces": lambda: HEAD + b">" + many('<a xmlns="%"/>'),
    "long namespaces": lambda: HEAD + b">" + many(f'<p:a% xmlns:p="{"u" * 2000}"/>'),
    "names in a long namespace": lambda: (
        HEAD + f' xmlns:p="{"u" * 400}">'.encode() + many("<p:a% p:b%=''/>")
    ),
    "one long attribute": lambda: filled(HEAD + b' a="', b'"/>'),
    "long attributes": lambda: HEAD + b">" + filled(b'<g a="', b'"/>', 4_000_000) * 2 + b"</svg>",
    "one long name": lambda: filled(HEAD + b"><", b"/></svg>"),
    "a long comment": lambda: filled(HEAD + b"><!--", b"--></svg>"),
    "a long instruction": lambda: filled(HEAD + b"><?x ", b"?></svg>"),
    "comments": lambda: HEAD + b">" + b"<!---->" * 1_400_000 + b"</svg>",
    "text": lambda: filled(HEAD + b">", b"</svg>"),
    "a CDATA section": lambda: filled(HEAD + b"><![CDATA[", b"]]></svg>"),
    "a style": lambda: filled(HEAD + b"><style>", b"</style></svg>"),
    "a credential": lambda: filled(
        HEAD + f"><credential xmlns='{svg.NAMESPACE}'>".encode(), b"</credential></svg>"
    ),
    "a credential of references": lambda: (
        HEAD
        + f"><credential xmlns='{svg.NAMESPACE}'>".encode()
        + b"&lt;" * 2_500_000
        + b"</credential></svg>"
    ),
    "depth": lambda: HEAD + b">" + b"<a>" * 3_000_000,
    "beginnings of tags": lambda: HEAD + b'><a b="' * 1_000_000,
    "brackets": lambda: HEAD + b"<" * 9_000_000,
}

# Reads one file as an upload is read: the memory of everything above what is there before.
_MEASURED = """
import re, sys, time
from badge_assets import svg
def most():
    # Not `ru_maxrss`: a new program inherits that from the one that started it.
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s*([0-9]+) kB", status.read())[1]) * 1024
before, started = most(), time.process_time()
with open(sys.argv[1], "rb") as file:
    image = file.read()
try:
    svg.unbake(image)
    reason = "read"
except svg.MalformedSvg as fault:
    reason = fault.reason
print(reason, most() - before, time.process_time() - started)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("make", HEAVY.values(), ids=list(HEAVY))
def test_a_costly_picture_costs_little(make: Callable[[], bytes], tmp_path: Path) -> None:
    file = tmp_path / "heavy.svg"
    file.write_bytes(make())
    assert file.stat().st_size <= svg.MAX_BYTES
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(file)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    reason, memory, seconds = done.stdout.split()
    assert reason in ("read", "limit.size", "carrier.malformed")
    assert file.stat().st_size // 2 <= int(memory) <= 64 * MIB, f"{int(memory) / MIB:.0f} MiB"
    assert float(seconds) < 2


def attributes(count: int) -> bytes:
    return b" ".join(b"a%d=''" % number for number in range(count))


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"<g " + attributes(svg_tags.MAX_ATTRIBUTES) + b"/>", False),
        (b"<g " + attributes(svg_tags.MAX_ATTRIBUTES + 1) + b"/>", True),
        (b"<g a='" + b"x" * (svg_tags.MAX_PIECE - 9) + b"'/>", False),
        (b"<g a='" + b"x" * (svg_tags.MAX_PIECE - 8) + b"'/>", True),
        (b"<g xmlns=''><" + b"g" * svg.MAX_NAME + b"/></g>", False),
        (b"<g xmlns=''><" + b"g" * (svg.MAX_NAME + 1) + b"/></g>", True),
        (b"<g xmlns:p='" + b"u" * (svg.MAX_NAME + 1) + b"'/>", True),
        (b"<style>" + b"x" * svg.MAX_STYLE + b"</style>", False),
        (b"<style>" + b"x" * (svg.MAX_STYLE + 1) + b"</style>", True),
        # Quotes in text and comments are no attributes.
        (b'"' * 5000 + b"<!--" + b'"' * 5000 + b"--><![CDATA[" + b'"<g a' * 5000 + b"]]>", False),
        (b"<!--" + b"x" * svg_tags.MAX_PIECE + b"-->", True),
        (b"<![CDATA[" + b"x" * svg_tags.MAX_PIECE + b"]]>", False),
    ],
)
def test_the_limits_to_the_byte(content: bytes, refused: bool) -> None:
    picture = HEAD + b">" + content + b"</svg>"
    if not refused:
        assert unbake(picture) is None
        return
    with pytest.raises(MalformedSvg) as fault:
        unbake(picture)
    assert fault.value.reason == "limit.size"


def test_what_is_baked_stays_within_the_limits() -> None:
    room = svg_tags.MAX_ATTRIBUTES - 2
    full = HEAD + b" " + attributes(room) + b"/>"
    assert unbake(bake(full, "{}")) == "{}"
    with pytest.raises(ValueError, match="attributes"):
        bake(HEAD + b" " + attributes(room + 1) + b"/>", "{}")
