"""The address behind a badge's QR code: as a machine reads it, as a person does, as squares.

Made from an origin and a code; whether the code was ever given out is not known here.
"""

import re
from typing import Any, Literal, get_args

import zxingcpp

ErrorCorrection = Literal["H", "Q"]
Matrix = tuple[tuple[bool, ...], ...]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
QUIET_ZONE = 4  # modules kept free on every side (ISO/IEC 18004, 5.3.8)

_LIGHT = b"\xff"
_LIKE_A_FINDER = re.compile(rb"(?<=\xff\0\xff)\0{2,4}(?=\xff\0\xff)")

_SCHEME = "https://"
_ORIGIN = re.compile(r"https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_CODE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")
_ADDRESS = re.compile(rf"https://[A-Z0-9.-]{{4,253}}/Q/[{ALPHABET}]{{{CODE_LENGTH}}}")


def address(origin: str, code: str) -> str:
    """Return the address a QR code carries: `https://` small, all else in capitals.

    `origin` is an https origin in small letters without port or path; `code` is twelve
    characters of `ALPHABET`, hyphens ignored. Capitals make the symbol smaller; a scheme
    in capitals is not opened by some phones. Raises `ValueError` for anything else.
    """
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(
            f"{origin!r} is not an https origin in small letters without port and path"
        )
    plain = code.replace("-", "")
    if not _CODE.fullmatch(plain):
        raise ValueError(f"{code!r} is not a badge's code: {CODE_LENGTH} characters of {ALPHABET}")
    return f"{_SCHEME}{origin.removeprefix(_SCHEME).upper()}/Q/{plain}"


def printed(address: str) -> tuple[str, str]:
    """Return `address`, as made by `address`, for people: host and path, then the code.

    The code stands in groups of four: `merke.example.no/q/`, `7F3K-92QX-5ABC`.
    """
    path, code = _checked(address).removeprefix(_SCHEME).rsplit("/", 1)
    groups = (code[at : at + 4] for at in range(0, CODE_LENGTH, 4))
    return f"{path.lower()}/", "-".join(groups)


def matrix(address: str, error: ErrorCorrection = "Q") -> Matrix:
    """Return the squares of a QR code for `address`, dark as True, without quiet zone.

    `address` is one made by `address`: five letters in bytes, all else in the small mode of
    capitals and figures. The size is 4 × version + 17, the least that holds it; equal
    addresses give equal squares. The mask is the standard's choice (ISO/IEC 18004, 7.8.3), unless
    that makes something look like a fourth finder. Raises `ValueError` for another text or level.
    """
    return tuple(tuple(square == 0 for square in row) for row in rows(address, error))


def rows(address: str, error: ErrorCorrection = "Q") -> tuple[bytes, ...]:
    """The same as rows of bytes, 0 for a dark square and 255 for a light one."""
    text = _checked(address)
    if error not in get_args(ErrorCorrection):
        raise ValueError(f"the error correction is H or Q, not {error!r}")
    chosen = _rows(text, ec_level=error)
    if not _misleading(chosen):
        return chosen
    others = (_rows(text, ec_level=error, data_mask=mask) for mask in range(8))
    return next((rows for rows in others if not _misleading(rows)), chosen)


def _rows(text: str, **options: Any) -> tuple[bytes, ...]:
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, **options)
    picture: Any = symbol.to_image(scale=1, add_quiet_zones=False)  # a buffer, row by row
    squares = memoryview(picture)
    side, flat = len(squares), squares.tobytes()
    return tuple(flat[at : at + side] for at in range(0, side * side, side))


def _misleading(rows: tuple[bytes, ...]) -> bool:
    """Whether there is anything but the three finders that is like one in its row and column.

    OpenCV takes a block of two to four squares between single ones for a finder, and of four
    finders it reads none.
    """
    side = len(rows)
    flat, bounded = b"".join(rows), _LIGHT + (_LIGHT + _LIGHT).join(rows) + _LIGHT
    for across in _LIKE_A_FINDER.finditer(bounded):
        y, x = divmod(across.start() - 1, side + 2)
        if (x < 8 and (y < 8 or y >= side - 8)) or (x >= side - 8 and y < 8):
            continue
        for column in range(x, x + len(across[0])):
            for down in _LIKE_A_FINDER.finditer(_LIGHT + flat[column::side] + _LIGHT):
                if down.start() <= y + 1 < down.end():
                    return True
    return False


def _checked(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is not an address for a badge's QR code")
    return address
