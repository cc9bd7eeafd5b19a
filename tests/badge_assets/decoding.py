"""What happens to a picture on its way to a reader, and the readers.

Used by the table in `docs/decode-table.md` (`scripts/decode_table.py`) and, on a smaller
sample, by the tests. Pictures are height × width × RGB, one byte each.
"""

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]


def of(file: bytes, width: int | None = None) -> Picture:
    """A picture file, as wide as asked, as a web page would show it."""
    with Image.open(io.BytesIO(file)) as opened:
        picture = opened.convert("RGB")
    if width is not None and width != picture.width:
        height = round(picture.height * width / picture.width)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def magnified(picture: Picture, times: int) -> Picture:
    """As a camera has it that sees each pixel of a screen with several of its own."""
    return np.asarray(
        cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8
    )


def page(pdf: bytes, width: int) -> Picture | None:
    """The first page of a PDF as poppler draws it; None where poppler is not installed."""
    if (program := shutil.which("pdftoppm")) is None:
        return None
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "page.pdf"
        file.write_bytes(pdf)
        drawn = subprocess.run(
            [program, "-singlefile", "-scale-to-x", str(width), "-scale-to-y", "-1", "-png", file],
            check=True,
            capture_output=True,
        ).stdout
    return of(drawn)


def _jpeg(picture: Picture, quality: int) -> Picture:
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    assert unpacked is not None
    return np.asarray(unpacked, np.uint8)


def _blur(picture: Picture, pixels: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), pixels), np.uint8)


def _turned(picture: Picture) -> Picture:
    """By 30 degrees, on a wall of its own colour, nothing cut off."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 30, 1)
    wide, high = int(width * 0.87 + height * 0.5) + 2, int(width * 0.5 + height * 0.87) + 2
    turn[:, 2] += (wide - width) / 2, (high - height) / 2
    return np.asarray(
        cv2.warpAffine(picture, turn, (wide, high), borderValue=(120, 118, 112)), np.uint8
    )


def _tilted(picture: Picture) -> Picture:
    """Seen from below: the upper edge is a quarter shorter and lies a tenth lower."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array(
        [
            [width * 0.125, height * 0.1],
            [width * 0.875, height * 0.1],
            [width, height],
            [0, height],
        ],
        np.float32,
    )
    view = cv2.getPerspectiveTransform(corners, seen)
    return np.asarray(
        cv2.warpPerspective(picture, view, (width, height), borderValue=(120, 118, 112)), np.uint8
    )


def _paper(picture: Picture) -> Picture:
    """Photographed on paper at dusk: uneven light, grain, a lens not quite sharp, JPEG."""
    height, width = picture.shape[:2]
    chance = np.random.default_rng(height)
    light = (
        np.linspace(0.45, 0.95, width)[None, :, None] * np.linspace(1, 0.8, height)[:, None, None]
    )
    grain = chance.normal(0, 10, picture.shape)
    photo = np.clip(_blur(picture, 0.7) * light + grain + 8, 0, 255).astype(np.uint8)
    return _jpeg(photo, 75)


CONDITIONS: Mapping[str, Callable[[Picture], Picture]] = {
    "as it is": lambda picture: picture,
    "JPEG 40": lambda picture: _jpeg(picture, 40),
    "blur": lambda picture: _blur(picture, 1.0),
    "turned 30°": _turned,
    "perspective": _tilted,
    "40 % contrast": lambda picture: (picture * 0.4 + 90).astype(np.uint8),
    "inverted": lambda picture: 255 - picture,
    "photographed": _paper,
}


def _zxing(picture: Picture) -> str:
    found = zxingcpp.read_barcodes(picture)
    return str(found[0].text) if found else ""


def _opencv(picture: Picture) -> str:
    return str(cv2.QRCodeDetector().detectAndDecode(picture[:, :, ::-1].copy())[0])


def _opencv_aruco(picture: Picture) -> str:
    return str(cv2.QRCodeDetectorAruco().detectAndDecode(picture[:, :, ::-1].copy())[0])


READERS: Mapping[str, Callable[[Picture], str]] = {
    "zxing-cpp": _zxing,
    "OpenCV": _opencv,
    "OpenCV, ArUco": _opencv_aruco,
}
