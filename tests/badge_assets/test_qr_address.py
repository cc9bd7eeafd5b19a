"""The address behind the QR code, and the code itself before anything is drawn."""

import re
from collections.abc import Iterator
from itertools import pairwise, product

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import example, given
from hypothesis import strategies as st
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_Q
from qrcode.util import QRData

from badge_assets import qr

ORIGIN = "https://balansemerket.example.no"
CODE = "7F3K92QX5ABC"
CODES = st.text(qr.ALPHABET, min_size=12, max_size=12)


def bare(matrix: qr.Matrix, module: int = 4) -> np.ndarray:
    dark = np.pad(np.array(matrix), qr.QUIET_ZONE)
    return np.where(np.kron(dark, np.ones((module, module), bool)), 0, 255).astype(np.uint8)


def test_the_address_is_small_before_the_host_and_capital_after() -> None:
    expected = "https://BALANSEMERKET.EXAMPLE.NO/Q/7F3K92QX5ABC"
    assert qr.address(ORIGIN, CODE) == expected
    assert qr.address(ORIGIN, "7F3K-92QX-5ABC") == expected


def test_the_printed_form_is_the_same_address_in_groups() -> None:
    lines = qr.printed(qr.address(ORIGIN, CODE))
    assert lines == ("balansemerket.example.no/q/", "7F3K-92QX-5ABC")


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("http://example.no", CODE),
        ("https://Example.no", CODE),
        ("https://example.no:443", CODE),
        ("https://example.no/", CODE),
        ("https://example.no/sti", CODE),
        ("https://user@example.no", CODE),
        ("https://østfold.no", CODE),
        ("https://localhost", CODE),
        ("HTTPS://example.no", CODE),
        (ORIGIN, ""),
        (ORIGIN, CODE[:-1]),
        (ORIGIN, CODE + "0"),
        (ORIGIN, CODE.lower()),
        (ORIGIN, "7F3K92QX5ABI"),
        (ORIGIN, "7F3K92QX5AB "),
    ],
)
def test_what_is_no_origin_or_no_code_is_refused(origin: str, code: str) -> None:
    with pytest.raises(ValueError, match=r"is not"):
        qr.address(origin, code)


@pytest.mark.parametrize(
    "text", ["", "https://example.no/q/" + CODE, "HTTPS://EXAMPLE.NO/Q/" + CODE]
)
def test_only_an_address_of_this_kind_is_made_a_qr_code(text: str) -> None:
    for use in (qr.matrix, qr.printed):
        with pytest.raises(ValueError, match="is not an address"):
            use(text)


def test_an_unknown_error_correction_is_refused() -> None:
    with pytest.raises(ValueError, match="H or Q"):
        qr.matrix(qr.address(ORIGIN, CODE), error="M")  # type: ignore[arg-type]


@given(CODES)
def test_zxing_and_opencv_read_the_bare_code(code: str) -> None:
    address = qr.address(ORIGIN, code)
    for error in ("Q", "H"):
        picture = bare(qr.matrix(address, error))
        (found,) = zxingcpp.read_barcodes(picture)
        assert found.text == address
        text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
        assert text == address


@pytest.mark.parametrize(
    ("host", "error", "side"),
    [
        ("merke.example.no", "Q", 29),
        ("merke.example.no", "H", 33),
        ("balansemerket.example.no", "Q", 33),
        ("balansemerket.example.no", "H", 37),
        ("m.no", "Q", 29),
    ],
)
def test_the_code_is_as_small_as_capitals_allow(
    host: str, error: qr.ErrorCorrection, side: int
) -> None:
    matrix = qr.matrix(qr.address(f"https://{host}", CODE), error)
    assert {len(matrix), *map(len, matrix)} == {side}


def ways(text: str) -> Iterator[tuple[str, ...]]:
    """Ways of cutting `text` into parts, its runs of figures alone or with what is around."""
    runs = [run.span() for run in re.finditer("[0-9]{4,}", text)]
    for chosen in product((False, True), repeat=len(runs)):
        cuts = [0, *(at for run, apart in zip(runs, chosen, strict=True) if apart for at in run)]
        parts = (text[start:end] for start, end in pairwise([*cuts, len(text)]))
        yield tuple(part for part in parts if part)


HOSTS = st.sampled_from(["m.no", "merke.example.no", "a-b.no"])


@given(CODES, st.sampled_from(["Q", "H"]), HOSTS)
@example("000000000000", "Q", "m.no")
@example("AB1234567CDE", "H", "m.no")
def test_the_squares_are_those_of_another_library(
    code: str, error: qr.ErrorCorrection, host: str
) -> None:
    """`qrcode`, told the same parts and the same mask, finds the same squares."""
    address = qr.address(f"https://{host}", code)
    matrix = qr.matrix(address, error)
    # The mask stands in the format information beside the finder (ISO/IEC 18004, 7.9).
    beside = [matrix[8][at] for at in (0, 1, 2, 3, 4, 5, 7, 8)]
    bits = sum(bit << at for at, bit in enumerate(reversed(beside)))
    found = []
    for parts in ways(address[5:]):
        other = QRCode(
            error_correction={"Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}[error],
            border=0,
            mask_pattern=(bits ^ 0b10101000) >> 3 & 7,
        )
        for part in (address[:5], *parts):
            other.add_data(QRData(part))
        other.make()
        found.append(tuple(map(tuple, other.get_matrix())))
    assert matrix in found


def test_equal_addresses_give_equal_squares() -> None:
    address = qr.address(ORIGIN, CODE)
    assert qr.matrix(address) == qr.matrix(address)
    assert qr.matrix(address) != qr.matrix(qr.address(ORIGIN, "0" * 12))
