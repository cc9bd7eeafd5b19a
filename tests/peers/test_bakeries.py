"""Other people's bakeries: they find what we bake, and we what they do; and what platforms leave.

* PyPI `openbadges-bakery` bakes in the way of Open Badges 1 and 2, which we read. In our pictures
  it finds nothing, for it knows that way alone; it keeps what we baked when it adds its own.
* npm `png-itxt` and `png-chunks-extract` know PNG and nothing of badges.
* npm `openbadges-bakery` (1.0.5, of 2016) does not run on any Node that is still kept up: it
  fails in `bitwriter` before it has read a byte. It is not here.
* `openbadgeslib` is asked in `tests/badge_assets`.
"""

import io
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from badge_assets import draw, png, qr, spliced, svg
from issuer.pictures import scan
from tests.badge_assets.made_up import ADDRESS, PETROL, badge_facts
from tests.peers import javascript
from verifier.documents import PinnedDocuments
from verifier.report import Report
from verifier.verify import World, verify

CREDENTIAL = '{"name":"Sp\\u00f8kelsesteatret"}'
OLD = json.dumps({"uid": "1", "verify": {"type": "hosted", "url": "https://example.no/b/1"}})


@pytest.fixture(scope="module")
def badge() -> bytes:
    return spliced.badge_png(badge_facts(), PETROL, CREDENTIAL)


@pytest.fixture(scope="module")
def drawing() -> bytes:
    return draw.badge_svg(badge_facts(), PETROL)


def bakery(name: str) -> Any:
    return pytest.importorskip(f"openbadges_bakery.{name}", reason="openbadges-bakery is not here")


def baked_by_peer(image: bytes) -> bytes:
    return bytes(bakery("png_bakery").bake(io.BytesIO(image), OLD, io.BytesIO()).read())


def test_an_older_badge_of_theirs_is_read(badge: bytes) -> None:
    bare = spliced.badge_png(badge_facts(), PETROL)
    theirs = baked_by_peer(bare)
    assert bakery("png_bakery").unbake(io.BytesIO(theirs)) == OLD
    assert png.read(theirs) == png.Baked(OLD, legacy=True)
    # Baking ours into it replaces theirs: never two credentials in one picture.
    assert png.bake(theirs, CREDENTIAL) == png.bake(bare, CREDENTIAL) == badge


def test_ours_is_left_alone_by_one_who_does_not_know_it(badge: bytes) -> None:
    assert bakery("png_bakery").unbake(io.BytesIO(badge)) is None
    assert png.unbake(baked_by_peer(badge)) == CREDENTIAL


def test_an_older_svg_of_theirs_is_read(drawing: bytes) -> None:
    theirs = bakery("svg_bakery").bake(io.BytesIO(drawing), OLD, io.BytesIO()).read()
    found = svg.read(theirs)
    assert found is not None
    assert (found.legacy, json.loads(found.text)) == (True, json.loads(OLD))
    assert svg.unbake(svg.bake(theirs, CREDENTIAL)) == CREDENTIAL


def in_node(act: str, image: bytes, text: str = "") -> bytes:
    try:
        node = javascript.node()
    except javascript.Missing as reason:
        pytest.skip(str(reason))
    return subprocess.run(
        [node, "bakery.mjs", act, text],
        cwd=javascript.FOLDER,
        env={},
        input=image,
        capture_output=True,
        check=True,
        timeout=javascript.PATIENCE,
    ).stdout


def test_npm_reads_the_text_of_ours_and_we_theirs(badge: bytes) -> None:
    assert json.loads(in_node("read", badge)) == [CREDENTIAL]
    theirs = in_node("bake", spliced.badge_png(badge_facts(), PETROL), CREDENTIAL)
    assert png.unbake(theirs) == CREDENTIAL
    with Image.open(io.BytesIO(theirs)) as picture:
        picture.load()
    # Ours replaces theirs, and theirs would replace ours.
    assert png.unbake(png.bake(theirs, "{}")) == "{}"
    assert png.unbake(in_node("bake", png.bake(theirs, "{}"), CREDENTIAL)) == CREDENTIAL


def saved(image: bytes, form: str, width: int = 1024, mode: str = "RGB", **how: Any) -> bytes:
    """What a platform does to a picture: decode, perhaps shrink, write anew."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(image)) as picture:
        picture.convert(mode).resize((width, width)).save(out, form, **how)
    return out.getvalue()


def judged(presented: bytes) -> Report:
    return verify(presented, World(documents=PinnedDocuments({}), now=datetime.now(UTC)))


PLATFORMS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "text chunks stripped": (lambda image: saved(image, "PNG"), "carrier.none"),
    "optimised": (lambda image: saved(image, "PNG", mode="P", optimize=True), "carrier.none"),
    "a thumbnail": (lambda image: saved(image, "PNG", 300), "carrier.none"),
    "a JPEG of it": (lambda image: saved(image, "JPEG", quality=40), "carrier.unsupported"),
    "a WebP of it": (lambda image: saved(image, "WEBP", 512), "carrier.unsupported"),
}


@pytest.mark.parametrize(("change", "reason"), PLATFORMS.values(), ids=PLATFORMS)
def test_what_platforms_leave_is_undecided_and_still_leads_to_the_record(
    badge: bytes, change: Callable[[bytes], bytes], reason: str
) -> None:
    """Neither valid nor invalid: the badge is gone, and nobody can say what it was. The QR code
    leads on."""
    left = change(badge)
    report = judged(left)
    assert report.verdict == "UNDETERMINED"
    assert report.reasons == (reason,) or list(report.reasons) == [reason]
    assert scan(left) == ADDRESS
    assert qr.printed(ADDRESS)[1] == "7F3K-92QX-5ABC"


def test_a_file_cut_short_on_its_way_is_refused(badge: bytes) -> None:
    report = judged(badge[:-100])
    assert (report.verdict, list(report.reasons)) == ("INVALID", ["carrier.malformed"])


def test_a_badge_of_a_former_award_stays_what_it_was(tmp_path: Path, badge: bytes) -> None:
    """Drawing another one, of the same holder and the next year, changes no byte of it."""
    file = tmp_path / "badge.png"
    file.write_bytes(badge)
    later = badge_facts(last_day_text="Gyldig til og med 3. mars 2028")
    assert spliced.badge_png(later, PETROL, '{"name":"next"}') != badge
    assert spliced.badge_png(badge_facts(), PETROL, CREDENTIAL) == file.read_bytes()
