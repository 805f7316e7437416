"""A stored cell shown in its row, under its head, so that a page can say where a figure came from."""

import datetime
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from anju.workbooks.files.numbers import BAD, BLANK, number_from_cell, parse_number
from anju.workbooks.files.opening import Worksheet, open_workbook
from anju.workbooks.reading import heads
from anju.workbooks.reading.cells import NUMBER, cell_position, cell_reference
from anju.workbooks.reading.heads import HeadGrid, TableHead
from anju.workbooks.reading.maps import LongColumns, TableMap
from anju.workbooks.reading.values import shown_text


@dataclass(frozen=True)
class HeadSpan:
    text: str
    colspan: int
    rowspan: int
    current: bool  # whether the cell asked for stands under it


@dataclass(frozen=True)
class RowCell:
    cell: str
    text: str
    current: bool


@dataclass(frozen=True)
class CellContext:
    """path: the cell's header, from the top; head: header rows with spans; row: every cell of its row."""

    sheet: str
    cell: str
    title: str
    path: tuple[str, ...]
    row_label: str
    head: tuple[tuple[HeadSpan, ...], ...]
    row: tuple[RowCell, ...]


def read_context(
    source: str | Path | bytes, sheet: str, cell: str, table: TableMap | None = None, *, name: str = ""
) -> CellContext | None:
    """The cell's row and head; None when there is no such sheet or cell. Refused when the file cannot be opened.

    table: the map it was read by; without it the head is the words over the first row that holds a number.
    """
    try:
        row, column = cell_position(cell)
    except ValueError:
        return None
    page = next((one for one in open_workbook(source, name).sheets if one.name == sheet), None)
    if page is None or row >= page.marks.height or column >= page.marks.width:
        return None
    grid = HeadGrid(page.first_rows(heads.HEAD_ROWS), page.merges)
    labels = (
        () if table is None else table.columns.region if isinstance(table.columns, LongColumns) else table.rows.label
    )  # type: ignore[union-attr]
    table_heads = heads.find_heads(page.first_rows(heads.MORE_HEADS), page.merges, labels)
    head = next(
        (one for one in reversed(table_heads) if one.top <= row), table_heads[0] if table_heads else _guess(grid)
    )
    if table_heads and head is not table_heads[0]:
        grid = HeadGrid(page.first_rows(head.bottom + 1), page.merges)
    values = next(islice(page.rows(), row, row + 1), [])
    width = max(len(values), grid.width)
    path = tuple(one.text for one in head.paths.get(column, ())) if head else ()
    shown = [_cell_text(page, row, at, values[at] if at < len(values) else "") for at in range(width)]
    return CellContext(
        sheet=sheet,
        cell=cell_reference(row, column),
        title=table_heads[0].title if table_heads else head.title if head else "",
        path=path,
        row_label=_label(head, values),
        head=_spans(grid, head, column) if head else (),
        row=tuple(RowCell(cell_reference(row, at), text, at == column) for at, text in enumerate(shown)),
    )


def _cell_text(page: Worksheet, row: int, column: int, value: object) -> str:
    if error := page.marks.errors.get((row, column)):
        return error
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        number = number_from_cell(value, page.marks.format(row, column))
        return shown_text(value, number) if number.state == NUMBER else str(value)
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def _label(head: TableHead | None, values: list) -> str:
    first, last = head.span if head else (0, 0)
    for column in (*range(max(last, 0), max(first, 0) - 1, -1), *range(len(values))):
        if column < len(values) and isinstance(values[column], str) and parse_number(values[column]).state == BAD:
            return heads.clean_label(values[column])
    return ""


def _guess(grid: HeadGrid) -> TableHead | None:
    """The head of a form nobody described: what stands over the first row with a number beside a word."""
    for row, values in enumerate(grid.rows):
        numbers = sum(
            1
            for value in values
            if isinstance(value, float) or (isinstance(value, str) and parse_number(value).state == NUMBER)
        )
        words = [at for at, value in enumerate(values) if isinstance(value, str) and parse_number(value).state == BAD]
        if not numbers or not words:
            continue
        bottom = top = row - 1
        while (
            top > 0
            and len(grid.distinct(top - 1)) >= 2
            and parse_number(grid.distinct(top - 1)[-1].text).state in (BAD, BLANK)
        ):
            top -= 1
        if bottom < 0 or len(grid.distinct(bottom)) < 2:
            return None
        return heads.head_between(grid, top, bottom, (words[0], words[0]))
    return None


def _spans(grid: HeadGrid, head: TableHead, current: int) -> tuple[tuple[HeadSpan, ...], ...]:
    rows = []
    for row in range(head.top, head.bottom + 1):
        line, column = [], 0
        while column < grid.width:
            cell = grid.at(row, column)
            last_row, last_column = grid.ends.get((cell.row, cell.column), (row, column))
            last_column = min(last_column, grid.width - 1)
            if cell.row == row and cell.column == column:
                line.append(
                    HeadSpan(
                        cell.text,
                        last_column - column + 1,
                        min(last_row, head.bottom) - row + 1,
                        column <= current <= last_column,
                    )
                )
                column = last_column + 1
            else:
                column += 1
        rows.append(tuple(line))
    return tuple(rows)
