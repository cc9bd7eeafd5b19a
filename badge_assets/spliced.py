"""The PNG of a badge, put together from tiles instead of being drawn and packed anew.

Badges of one programme differ in holder, days and code. What they share is drawn and deflated
once (`_Press`), a holder's name and a day once each (its tiles); for a badge only those rows
are deflated in which a row of the QR code or the letters of the code begin. A segment that
ends in a full flush refers to nothing before it (RFC 1951), so it can stand in any stream,
and the checksum of the whole comes from those of its parts (RFC 1950).

The pixels are those of `draw.badge_png`, but for a few that lie between two shades of the palette
and may fall to the other one.
"""

import zlib
from binascii import unhexlify
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from badge_assets import png, qr, typesetting
from badge_assets.draw import BADGE_SIDE, CODE_CELL, badge_drawing, code_module, in_palette
from badge_assets.facts import BadgeFacts, SealKind
from badge_assets.looks import Looks

Part = Literal["ground", "holder", "last_day_text", "first_day_text", "letters"]
Rows = Sequence[bytes]  # two pixels in a byte

# The places of `templates/badge.typ`.
_RIGHT = 952
_CODE_TOP = 480
_CHANGING = 440  # above it all badges of a programme are alike
_RULE = -63  # the rule and the line of the last day, seen from the QR code's lower edge
_LAST = (-48, 24)
_FOOT = 912
_LETTERS = (954, 986)  # the rows of the code's letters, which begin a little left of the code
_HANG = 3

_INK, _PAPER = b"0", b"1"  # the first two of a badge's palette
_HEADER = b"\x78\x01"
_END = b"\x03\x00"  # a last block with nothing in it
_MODULUS = 65521  # of Adler-32 (RFC 1950)


def badge_png(facts: BadgeFacts, looks: Looks, text: str | None = None) -> bytes:
    """Return what `draw.badge_png` draws, `BADGE_SIDE` pixels wide, with `text` baked in.

    The first badge of a programme, and that of a holder, take as long as drawing. Raises
    `ValueError` for a mark that does not hold, and as `draw.badge_svg` and `png.bake` do.
    """
    if facts.kind is not SealKind.HOLDS:
        raise ValueError("only the badge of a mark that holds is put together from tiles")
    squares = qr.rows(facts.address)
    shared = replace(
        facts,
        holder="-",
        holder_language=None,
        first_day_text="-",
        last_day_text="-",
        title="-",
        description="-",
        address=facts.address[: -qr.CODE_LENGTH] + "A" * qr.CODE_LENGTH,
    )
    return _press(shared, looks, len(squares)).printed(facts, squares, text)


@dataclass(frozen=True)
class _Run:
    """Rows that no code changes, deflated."""

    deflated: bytes
    checksum: int
    length: int  # before it was deflated


_NOTHING = _Run(b"", 1, 0)


@dataclass(frozen=True)
class _Open:
    """A row of which the right half is still to come: its number and its left half."""

    y: int
    left: bytes


_Tile = tuple[_Run | _Open, ...]  # the left half of some rows


class _Press:
    """All badges that share what `facts` says, and have a QR code of so many squares."""

    def __init__(self, facts: BadgeFacts, looks: Looks, squares: int) -> None:
        self._facts, self._looks, self._squares = facts, looks, squares
        self._module = code_module(squares)
        self._left = _RIGHT - squares * self._module  # of the QR code
        self._bottom = _CODE_TOP + squares * self._module
        self._split = (self._left - 20) // 2 * 2  # nothing stands across it
        ground, self._palette = self._drawn("ground", 0, BADGE_SIDE, BADGE_SIDE)
        half = self._split // 2
        self._right = [row[half:] for row in ground]
        self._open = {
            *range(_CODE_TOP, self._bottom + 1, self._module),
            *range(_LETTERS[0], _LETTERS[1] + 1),
        }
        self._letters = self._letter_rows()
        self._head = _run([b"\0" + row for row in ground[:_CHANGING]])
        rule, gap = self._bottom + _RULE, self._bottom + _LAST[1]
        self._rule = self._tile(
            rule, [row[:half] for row in ground[rule : self._bottom + _LAST[0]]]
        )
        self._gap = self._tile(gap, [row[:half] for row in ground[gap:_FOOT]])
        self._tile_of = lru_cache(maxsize=256)(self._draw_tile)

    def printed(self, facts: BadgeFacts, squares: Rows, text: str | None) -> bytes:
        """The PNG of `facts`; `squares` are the rows of its QR code."""
        right = self._right_halves(squares, qr.printed(facts.address)[1])
        language = facts.holder_language or facts.language
        pieces = (
            *self._tile_of("holder", facts.holder, language),
            *self._rule,
            *self._tile_of("last_day_text", facts.last_day_text),
            *self._gap,
            *self._tile_of("first_day_text", facts.first_day_text),
        )
        parts, checksum = [_HEADER, self._head.deflated], self._head.checksum
        # With little memory: a full flush wipes all of it. What repeats in a row stands close.
        packer = zlib.compressobj(1, zlib.DEFLATED, -15, 1, zlib.Z_RLE)
        rows: list[bytes] = []
        for piece in (*pieces, _NOTHING):
            if isinstance(piece, _Open):
                rows += b"\0", piece.left, right[piece.y]
                continue
            if rows:
                whole = b"".join(rows)
                parts += packer.compress(whole), packer.flush(zlib.Z_FULL_FLUSH)
                checksum = zlib.adler32(whole, checksum)
                rows.clear()
            parts.append(piece.deflated)
            checksum = _joined(checksum, piece.checksum, piece.length)
        parts += _END, checksum.to_bytes(4, "big")
        return png.of_palette(BADGE_SIDE, self._palette, b"".join(parts), text)

    def _right_halves(self, squares: Rows, code: str) -> Mapping[int, bytes]:
        """What stands at the right of each open row."""
        dark, light = _INK * self._module, _PAPER * self._module
        before, after = _PAPER * (self._left - self._split), _PAPER * (BADGE_SIDE - _RIGHT)
        halves = {
            _CODE_TOP + at * self._module: unhexlify(
                before + row.replace(b"\0", dark).replace(b"\xff", light) + after
            )
            for at, row in enumerate(squares)
        }
        halves[self._bottom] = self._right[self._bottom]
        letters = [self._letters[letter] for letter in code]
        before = before[_HANG:]
        width = BADGE_SIDE - self._split
        for at, y in enumerate(range(*_LETTERS)):
            row = before + b"".join([rows[at] for rows in letters])
            halves[y] = unhexlify(row.ljust(width, _PAPER))
        halves[_LETTERS[1]] = self._right[_LETTERS[1]]
        return halves

    def _draw_tile(self, part: Part, text: str, language: str | None = None) -> _Tile:
        top, bottom = {
            "holder": (_CHANGING, self._bottom + _RULE),
            "last_day_text": (self._bottom + _LAST[0], self._bottom + _LAST[1]),
            "first_day_text": (_FOOT, BADGE_SIDE),
        }[part]
        changes: dict[str, Any] = {part: text, "holder_language": language}
        facts = replace(self._facts, **changes)
        rows, _ = self._drawn(part, top, self._split, bottom - top, facts)
        return self._tile(top, rows)

    def _tile(self, top: int, rows: Rows) -> _Tile:
        """The left halves of the rows from `top`; above and below them there is paper."""
        pieces: list[_Run | _Open] = []
        run: list[bytes] = []
        above = bytes([0x11]) * len(rows[0])
        for y, row in enumerate(rows, top):
            if y not in self._open:
                # As the difference to the row above (PNG, 9.2, filter type 2), which is
                # nothing for all the rows of one square.
                step = _less(row, above) + _less(self._right[y], self._right[y - 1])
                run.append(b"\2" + step)
            else:
                if run:
                    pieces.append(_run(run))
                    run = []
                pieces.append(_Open(y, row))
            above = row
        if run:
            pieces.append(_run(run))
        return tuple(pieces)

    def _letter_rows(self) -> Mapping[str, Rows]:
        """The letters of codes, in as many hexadecimal figures as they have pixels."""
        letters = qr.ALPHABET + "-"
        # With a cell between, to see that none reaches beyond its own.
        width = 2 * CODE_CELL * len(letters)
        top, bottom = _LETTERS
        rows, _ = self._drawn("letters", top, width, bottom - top, letters=" ".join(letters))
        figures = [row.hex().encode() for row in rows]
        cells = {
            at: [row[at * CODE_CELL : (at + 1) * CODE_CELL] for row in figures]
            for at in range(2 * len(letters))
        }
        if any(set(row) != set(_PAPER) for at in cells if at % 2 for row in cells[at]):
            raise ValueError("a letter of the code is wider than its cell")
        return {letter: cells[2 * at] for at, letter in enumerate(letters)}

    def _drawn(
        self,
        part: Part,
        top: int,
        width: int,
        height: int,
        facts: BadgeFacts | None = None,
        letters: str = "",
    ) -> tuple[Rows, bytes]:
        """What typst draws of one part, from the left edge, and the palette."""
        whole = facts or self._facts
        drawing = {
            **badge_drawing(whole, self._looks),
            "squares": ["0" * self._squares] * self._squares,
            "module": self._module,
            "parts": [part],
            "region": [0, top, width, height],
            "letters": letters,
        }
        picture = in_palette(typesetting.png("badge", drawing, 1), whole, self._looks)
        figures = picture.tobytes().hex()[1::2]
        rows = [bytes.fromhex(figures[at : at + width]) for at in range(0, len(figures), width)]
        return rows, bytes(picture.getpalette() or ())


@lru_cache(maxsize=8)
def _press(facts: BadgeFacts, looks: Looks, squares: int) -> _Press:
    return _Press(facts, looks, squares)


def _run(rows: Rows) -> _Run:
    whole = b"".join(rows)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15, 5)
    deflated = packer.compress(whole) + packer.flush(zlib.Z_FULL_FLUSH)
    return _Run(deflated, zlib.adler32(whole), len(whole))


def _less(row: bytes, above: bytes) -> bytes:
    """`row` less `above`, each byte by itself and modulo 256."""
    if row == above:
        return bytes(len(row))
    return bytes([(byte - before) & 255 for byte, before in zip(row, above, strict=True)])


def _joined(first: int, second: int, length: int) -> int:
    """The Adler-32 of two texts in one, from those of both; `length` is of the second."""
    a, b = first & 0xFFFF, first >> 16
    c, d = second & 0xFFFF, second >> 16
    return (a + c - 1) % _MODULUS | (b + d + length * (a - 1)) % _MODULUS << 16
