"""Lists of pages as one workbook: a sheet for each, heads of any shape, numbers as numbers."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import xlsxwriter

from anju.workbooks.writing.tables import FONT, PrintedNumber

WIDEST = 48  # characters of a column; longer texts go on below
LIMIT = 32_000  # characters that a cell of Excel takes


class ListCell(NamedTuple):
    """A cell with what it covers. mark: what stands behind a number (推定)."""

    row: int
    column: int
    rows: int
    columns: int
    value: str | PrintedNumber
    mark: str = ""


@dataclass(frozen=True)
class WrittenList:
    """head: how many rows of it are heads."""

    title: str
    head: int
    cells: Sequence[ListCell]

    @property
    def columns(self) -> int:
        return max((cell.column + cell.columns for cell in self.cells), default=1)


def write_lists(heading: str, lists: Sequence[WrittenList]) -> bytes:
    """An .xlsx with a sheet for each list, under the page's heading."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    formats: dict[tuple[Any, ...], Any] = {}

    def style(**more: Any) -> Any:
        key = tuple(sorted(more.items()))
        if key not in formats:
            formats[key] = book.add_format({**FONT, **more})
        return formats[key]

    names: set[str] = set()
    for written in lists:
        page = book.add_worksheet(_sheet_name(written.title or heading, names))
        title = heading if written.title in ("", heading) else f"{heading}　{written.title}"
        page.write_string(0, 0, title, style(align="left", bold=True, font_size=14))
        for cell in written.cells:
            _write_cell(page, cell, written.head, style)
        for column in range(written.columns):
            page.set_column(column, column, _width(written, column))
        page.freeze_panes(written.head + 1, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(1, max(written.head, 1))
    book.close()
    return buffer.getvalue()


def _write_cell(page: Any, cell: ListCell, head: int, style: Any) -> None:
    look: dict[str, Any] = {"border": 1, "text_wrap": True}
    if cell.row < head:
        look["font_name"] = "黑体"
    elif isinstance(cell.value, PrintedNumber):
        look |= {"align": "right", "num_format": _number_format(cell.value, cell.mark)}
    else:
        look["align"] = "left"
    row, column = cell.row + 1, cell.column
    form = style(**look)
    if cell.rows > 1 or cell.columns > 1:
        page.merge_range(row, column, row + cell.rows - 1, column + cell.columns - 1, "", form)
    if isinstance(cell.value, PrintedNumber):
        exact = Decimal(cell.value.digits).scaleb(-cell.value.places - (2 if cell.value.percent else 0))
        page.write_number(row, column, exact, form)
    else:
        page.write_string(row, column, cell.value[:LIMIT], form)


def _number_format(value: PrintedNumber, mark: str) -> str:
    whole = "0" if value.percent else "#,##0"
    code = whole + ("." + "0" * value.places if value.places else "") + ("%" if value.percent else "")
    return f'{code}"{mark}"' if mark else code


def _width(written: WrittenList, column: int) -> int:
    """By its longest line, in half widths of a Chinese letter."""
    texts = [cell.value for cell in written.cells if cell.column == column and cell.columns == 1]
    lines = [line for text in texts for line in (text.split("\n") if isinstance(text, str) else [str(text.digits)])]
    return min(WIDEST, max(8, *(sum(1 if letter < "⺀" else 2 for letter in line) + 2 for line in lines or [""])))


def _sheet_name(title: str, names: set[str]) -> str:
    """As Excel takes it: without its signs, 31 letters, no name twice."""
    stem = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:28] or "表"
    name, count = stem, 1
    while name.lower() in names:
        count += 1
        name = f"{stem}{count}"
    names.add(name.lower())
    return name
