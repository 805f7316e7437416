"""Formulas of an .xls as the file keeps them: tokens in the order of computing. Only what tells whether a formula counts itself."""

import struct
from collections.abc import Iterator

from anju.workbooks.files.ole import DamagedFile

PLACE_ONLY = (8, 9, 76, 77)  # ROW, COLUMN, ROWS, COLUMNS: where a cell is, not what stands in it
WHEREABOUTS = (78, 125, 219)  # OFFSET, CELL, ADDRESS: their references say nothing that can be told here
REF, AREA, FUNCTION, VARIADIC = 0x24, 0x25, 0x21, 0x22
_PLAIN = {0x1: 5, 0x2: 5, 0x1C: 2, 0x1D: 2, 0x1E: 3, 0x1F: 9}
_WIDE = {
    0x20: 8, FUNCTION: 3, VARIADIC: 4, 0x23: 5, REF: 5, AREA: 9, 0x26: 7, 0x27: 7, 0x28: 7, 0x29: 3, 0x2A: 5, 0x2B: 9, 0x2C: 5, 0x2D: 9,
    0x39: 7, 0x3A: 7, 0x3B: 11, 0x3C: 7, 0x3D: 11,
}  # fmt: skip
_NARROW = {
    **_WIDE, 0x23: 15, REF: 4, AREA: 7, 0x2A: 4, 0x2B: 7, 0x2C: 4, 0x2D: 7, 0x39: 25, 0x3A: 18, 0x3B: 21, 0x3C: 18, 0x3D: 21,
}  # fmt: skip
Area = tuple[int, int, int, int]  # first row, last row, first column, last column


def counts_itself(tokens: bytes, row: int, column: int, wide: bool) -> bool:
    """Whether a formula names its own cell: =SUM(B6:B8) in B6. False where it cannot be followed."""
    areas: list[Area] = []
    try:
        for kind, token in _tokens(tokens, wide):
            if kind in (FUNCTION, VARIADIC):
                name = struct.unpack_from("<H", token, 1 if kind == FUNCTION else 2)[0] & 0x7FFF
                if name in WHEREABOUTS:
                    return False
                if name in PLACE_ONLY and areas:
                    areas.pop()
            elif kind in (REF, AREA):
                areas.append(_area(token, kind, wide))
    except (struct.error, IndexError, DamagedFile):
        return False
    return any(top <= row <= bottom and left <= column <= right for top, bottom, left, right in areas)


def _tokens(data: bytes, wide: bool) -> Iterator[tuple[int, bytes]]:
    """Each token with its kind, whatever its class."""
    at = 0
    while at < len(data):
        first = data[at]
        kind = first if first < 0x20 else 0x20 | (first & 0x1F)
        if 0x03 <= kind <= 0x16:
            size = 1
        elif kind == 0x17:
            size = 3 + data[at + 1] * (1 + (data[at + 2] & 1)) if wide else 2 + data[at + 1]
        elif kind == 0x19:
            more = 2 * (struct.unpack_from("<H", data, at + 2)[0] + 1) if data[at + 1] & 4 else 0
            size = 4 + more
        else:
            size = (_PLAIN if kind < 0x20 else _WIDE if wide else _NARROW).get(kind, 0)
        if not size:
            raise DamagedFile("公式看不懂")
        yield kind, data[at : at + size]
        at += size


def _area(token: bytes, kind: int, wide: bool) -> Area:
    if kind == REF:
        row, column = struct.unpack_from("<HH" if wide else "<HB", token, 1)
        rows, columns = (row, row), (column, column)
    else:
        *both, left, right = struct.unpack_from("<HHHH" if wide else "<HHBB", token, 1)
        rows, columns = (both[0], both[1]), (left, right)
    mask = 0xFFFF if wide else 0x3FFF
    return rows[0] & mask, rows[1] & mask, columns[0] & 0xFF, columns[1] & 0xFF
