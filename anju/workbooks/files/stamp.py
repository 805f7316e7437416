"""The stamp of a workbook that is filled in offline: what it is and what stood in it, in a sheet that nobody sees.

Its first cell says as JSON what the file is, the cell below holds the SHA-256 of the whole stamp, and the rows below that hold what stood in
the workbook when it was written: only what differs from it was changed by the user, and a stamp that was touched is not believed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anju.problems import Problem, Refused


@dataclass(frozen=True)
class Stamp:
    """says: what the file is, as it was written; rows: what stood in it, all as wide as the first."""

    says: dict[str, Any]
    rows: list[list[str]]


def write_stamp(book: Any, sheet: str, says: Mapping[str, Any], rows: Sequence[Sequence[str]]) -> Any:
    """Stamp a workbook of xlsxwriter, and return the hidden sheet: one column right of the rows left free, it may hold more.

    rows: of each the first cell is its key, and no cell of the first row but that one may be empty.
    """
    page = book.add_worksheet(sheet)
    page.very_hidden()
    page.protect()
    text = json.dumps(says, ensure_ascii=False, sort_keys=True)
    for at, line in enumerate([[text], [_digest(text, rows)], *rows]):
        for column, part in enumerate(line):
            page.write_string(at, column, part)
    return page


def read_stamp(book: Any, sheet: str, *, foreign: Problem, altered: Problem) -> Stamp:
    """The stamp of a workbook that openpyxl has opened. Refused: foreign without a stamp, altered when it is not as it was written."""
    if sheet not in book.sheetnames:
        raise Refused(foreign)
    lines = [[plain_text(value) for value in line] for line in book[sheet].iter_rows(values_only=True)]
    if len(lines) < 2 or not (lines[0] and lines[1]):
        raise Refused(altered)
    (text, *_), (digest, *_), *rows = lines
    rows = _without_neighbours(rows)
    if _digest(text, rows) != digest:
        raise Refused(altered)
    return Stamp(json.loads(text), rows)


def _without_neighbours(lines: list[list[str]]) -> list[list[str]]:
    """The rows without what else stands in the sheet, right of the first empty column or below."""
    first = lines[0] if lines else []
    wide = first.index("", 1) if "" in first[1:] else len(first)
    return [[*line, *[""] * wide][:wide] for at, line in enumerate(lines) if at == 0 or (line and line[0])]


def plain_text(value: object) -> str:
    """What a cell says, with the ends of lines as Python has them."""
    return "" if value is None else str(value).replace("_x000D_", "").replace("\r\n", "\n").strip()


def _digest(text: str, rows: Sequence[Sequence[str]]) -> str:
    return hashlib.sha256(json.dumps([text, rows], ensure_ascii=False).encode()).hexdigest()
