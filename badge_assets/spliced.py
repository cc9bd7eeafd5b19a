"""The PNG of a badge, put together from tiles instead of being drawn and packed anew.

Badges of one programme differ in holder, days and code. What they share is drawn and deflated
once (`_Press`), a holder's name and the days once each (its tiles); for a badge only those rows
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
from typing import Literal

from badge_assets import png, qr, typesetting
from badge_assets.draw import (
    BADGE_SIDE,
    CODE_CELL,
    CODE_HANG,
    STRIP,
    badge_drawing,
    code_place,
    in_palette,
)
from badge_assets.facts import BadgeFacts, SealKind
from badge_assets.looks import Looks

Part = Literal["strip", "ground", "holder", "facts", "letters"]
Rows = Sequence[bytes]  # two pixels in a byte

# The places of `templates/badge.typ`: rows in which something stands that not all badges of a
# programme have. Between them, and above and below, there is the ground alone.
_HOLDER = (134, 232)
_FACTS = (632, 988)
_LETTERS = (959, 985)

_SPLIT = STRIP // 2  # bytes of a row that belong to the strip
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
    """A row of which the part beside the strip is still to come: its number and its strip."""

    y: int
    strip: bytes


_Tile = tuple[_Run | _Open, ...]


class _Press:
    """All badges that share what `facts` says, and have a QR code of so many squares."""

    def __init__(self, facts: BadgeFacts, looks: Looks, squares: int) -> None:
        self._facts, self._looks, self._squares = facts, looks, squares
        self._left, self._top, self._module = code_place(squares)  # of the QR code
        self._bottom = self._top + squares * self._module
        self._ground, self._palette = self._drawn(["strip", "ground"], 0, BADGE_SIDE, BADGE_SIDE)
        self._open = {
            *range(self._top, self._bottom + 1, self._module),
            *range(_LETTERS[0], _LETTERS[1] + 1),
        }
        self._letters_left = (
            self._left
            + squares * self._module
            + CODE_HANG
            - CODE_CELL * len(qr.printed(facts.address)[1])
        )
        self._letters = self._letter_rows()
        self._host = [
            row.hex()[STRIP : self._letters_left].encode()
            for row in self._ground[_LETTERS[0] : _LETTERS[1]]
        ]
        self._head = _run([b"\0" + row for row in self._ground[: _HOLDER[0]]])
        self._gap, self._foot = (
            self._tile(top, [row[:_SPLIT] for row in self._ground[top:bottom]])
            for top, bottom in ((_HOLDER[1], _FACTS[0]), (_FACTS[1], BADGE_SIDE))
        )
        self._holder = lru_cache(maxsize=256)(self._draw_holder)
        self._facts_of = lru_cache(maxsize=256)(self._draw_facts)

    def printed(self, facts: BadgeFacts, squares: Rows, text: str | None) -> bytes:
        """The PNG of `facts`; `squares` are the rows of its QR code."""
        beside = self._beside(squares, qr.printed(facts.address)[1])
        pieces = (
            self._holder(facts.holder, facts.holder_language or facts.language),
            *self._gap,
            *self._facts_of(facts.last_day_text, facts.first_day_text),
            *self._foot,
        )
        parts, checksum = [_HEADER, self._head.deflated], self._head.checksum
        # With little memory: a full flush wipes all of it. What repeats in a row stands close.
        packer = zlib.compressobj(1, zlib.DEFLATED, -15, 1, zlib.Z_RLE)
        rows: list[bytes] = []
        for piece in (*pieces, _NOTHING):
            if isinstance(piece, _Open):
                rows += b"\0", piece.strip, beside[piece.y]
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

    def _beside(self, squares: Rows, code: str) -> Mapping[int, bytes]:
        """What stands beside the strip in each open row."""
        dark, light = _INK * self._module, _PAPER * self._module
        right = BADGE_SIDE - self._left - len(squares) * self._module
        before, after = _PAPER * (self._left - STRIP), _PAPER * right
        rows = {
            self._top + at * self._module: unhexlify(
                before + row.replace(b"\0", dark).replace(b"\xff", light) + after
            )
            for at, row in enumerate(squares)
        }
        letters = [self._letters[letter] for letter in code]
        after = _PAPER * (BADGE_SIDE - self._letters_left - len(letters) * CODE_CELL)
        for at, y in enumerate(range(*_LETTERS)):
            host = self._host[at]
            rows[y] = unhexlify(host + b"".join([rows[at] for rows in letters]) + after)
        for y in (self._bottom, _LETTERS[1]):
            rows[y] = self._ground[y][_SPLIT:]
        return rows

    def _draw_holder(self, name: str, language: str) -> _Run:
        top, bottom = _HOLDER
        facts = replace(self._facts, holder=name, holder_language=language)
        drawn, _ = self._drawn(["holder"], top, BADGE_SIDE, bottom - top, facts)
        rows = [self._ground[y][:_SPLIT] + row[_SPLIT:] for y, row in enumerate(drawn, top)]
        return _run([b"\0" + row for row in rows])

    def _draw_facts(self, last_day: str, first_day: str) -> _Tile:
        top, bottom = _FACTS
        facts = replace(self._facts, last_day_text=last_day, first_day_text=first_day)
        rows, _ = self._drawn(["strip", "facts"], top, STRIP, bottom - top, facts)
        return self._tile(top, rows)

    def _tile(self, top: int, strip: Rows) -> _Tile:
        """The rows from `top` that have this in the strip; above and below it is the ground."""
        pieces: list[_Run | _Open] = []
        run: list[bytes] = []
        above = self._ground[top - 1][:_SPLIT]
        for y, row in enumerate(strip, top):
            if y not in self._open:
                # As the difference to the row above (PNG, 9.2, filter type 2), which is
                # nothing for all the rows of one square.
                beside, before = (self._ground[at][_SPLIT:] for at in (y, y - 1))
                run.append(b"\2" + _less(row, above) + _less(beside, before))
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
        rows, _ = self._drawn(["letters"], top, width, bottom - top, letters=" ".join(letters))
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
        parts: list[Part],
        top: int,
        width: int,
        height: int,
        facts: BadgeFacts | None = None,
        letters: str = "",
    ) -> tuple[Rows, bytes]:
        """What typst draws of some parts, from the left edge, and the palette."""
        whole = facts or self._facts
        drawing = {
            **badge_drawing(whole, self._looks),
            "squares": ["0" * self._squares] * self._squares,
            "code": (self._left, self._top, self._module),
            "parts": parts,
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
