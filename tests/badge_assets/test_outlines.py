"""Making typst's SVG small: the same places, and nothing dropped in silence."""

import re
from xml.etree import ElementTree

import pytest

from badge_assets.outlines import Grids, flatten

HEAD = (
    '<svg viewBox="0 0 20 10" width="20pt" height="10pt" xmlns="http://www.w3.org/2000/svg" '
    'xmlns:xlink="http://www.w3.org/1999/xlink">'
)


def flat(body: str, *, shapes: int = 10, letters: int = 10) -> list[dict[str, str]]:
    out = flatten(
        f"{HEAD}{body}</svg>".encode(),
        Grids(shapes, letters),
        language="nb",
        title="Et <merke>",
        description='"&"',
    )
    root = ElementTree.fromstring(out)
    assert root.attrib == {
        "width": "20",
        "height": "10",
        "viewBox": f"0 0 {20 * shapes} {10 * shapes}",
        "role": "img",
        "lang": "nb",
    }
    assert (root[0].text, root[1].text) == ("Et <merke>", '"&"')
    return [dict(path.attrib) for path in root[2:]]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("M 0 0v 1.04h 2.26v -1Z", "m0 0v10h23v-10z"),
        ("M 1 1L 2 2H 3V 4z", "m10 10l10 10h10v20z"),
        ("M 0 0m 1 1c 0 1 1 2 2 2", "m10 10c0 10 10 20 20 20"),
        ("M1,1C1 2 2 3 3 3", "m10 10c0 10 10 20 20 20"),
        ("M 0 0Q 1 -1 2 0", "m0 0q10-10 20 0"),
        ("M 0 0h 1h 1m 1 1h 1", "m0 0h10h10m10 10h10"),
        ("M 5 5l 1 0l 0 1l 0 0zm 1 1h 1", "m50 50h10v10zm10 10h10"),
    ],
)
def test_paths_in_whole_numbers(path: str, expected: str) -> None:
    assert flat(f'<path fill="#123456" fill-rule="nonzero" d="{path}"/>') == [
        {"fill": "#123456", "d": expected}
    ]


def test_rounding_does_not_add_up() -> None:
    (path,) = flat(f'<path fill="#000000" d="M 0 0{"h 0.16" * 100}"/>')
    steps = [int(step) for step in re.findall(r"h(\d+)", path["d"])]
    assert sum(steps) == 160


def test_transformations_are_carried_out() -> None:
    nested = (
        '<g transform="translate(1 2)"><g transform="matrix(1 0 0 -1 0 5) scale(2)">'
        '<path transform="rotate(90)" fill="none" stroke="#000000" stroke-width="0.5" '
        'stroke-linecap="butt" d="M 0 0h 1"/></g></g>'
    )
    assert flat(nested) == [
        {"fill": "none", "stroke": "#000000", "stroke-width": "10", "d": "m10 70v-20"}
    ]


def test_a_line_of_letters_is_one_path_on_its_own_grid() -> None:
    letters = (
        '<g transform="matrix(0.5 0 0 -0.5 1 2)">'
        '<use xlink:href="#a" x="0" y="0" fill="#111111"/>'
        '<use xlink:href="#a" x="1.26" y="0" fill="#111111"/></g>'
        '<defs><symbol id="a" overflow="visible"><path d="M 0 0h 1.04v 1Z"/></symbol></defs>'
    )
    assert flat(letters) == [
        {
            "fill": "#111111",
            "transform": "matrix(0.5 0 0 -0.5 10 20)",
            "d": "m0 0h10v10zm13 0h10v10z",
        }
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<text>A</text>",
        "<image/>",
        "<script/>",
        '<path fill="#000000" onload="x()" d="M 0 0"/>',
        '<path fill="#000000" fill-rule="evenodd" d="M 0 0"/>',
        '<path fill="#000000" opacity="0.5" d="M 0 0"/>',
        '<path fill="#000000" transform="skewX(3)" d="M 0 0"/>',
        '<path fill="#000000" transform="rotate(3 1 1)" d="M 0 0"/>',
    ],
)
def test_what_is_not_known_is_an_error(body: str) -> None:
    with pytest.raises(ValueError, match="not known"):
        flat(body)


def test_a_command_that_is_not_known_is_an_error() -> None:
    with pytest.raises(KeyError):
        flat('<path fill="#000000" d="M 0 0A 1 1 0 0 1 2 2"/>')
