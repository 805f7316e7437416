"""Writing a table with a merged head of several rows, and an empty form for a map."""

import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

import xlsxwriter

from anju import quantities
from anju.workbooks.reading.maps import LongColumns, MapColumn, TableMap
from anju.workbooks.writing.heads import head_cells


class PrintedNumber(NamedTuple):
    """A number to be shown exactly so: digits × 10^-places, as a percentage or not. mark: what stands behind it (推定)."""

    digits: int
    places: int = 0
    percent: bool = False
    mark: str = ""


LEFT, UP = object(), object()  # a cell that belongs to the one on its left, or above
Value = str | PrintedNumber | None | object

FONT = {"font_name": "仿宋", "font_size": 11, "valign": "vcenter", "align": "center"}


def write_table(
    paths: Sequence[Sequence[str]],
    rows: Iterable[Sequence[Value]],
    *,
    title: str = "",
    mark: str = "",
    unit_line: str = "",
    sheet: str = "Sheet1",
    notes: Sequence[str] = (),
    widths: Sequence[int] = (),
    input_places: Sequence[int | None] | None = None,
) -> bytes:
    """An .xlsx with one table: 附件 mark, title, unit line, merged head, rows, notes.

    paths: each column's headings from the top, as `heads` takes them. rows: str, Printed, None for an empty cell, LEFT or UP to join a cell with
    its neighbour. input_places: number formats of empty cells to be filled in.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet(sheet[:31])
    formats: dict[tuple, object] = {}

    def style(**more: object) -> object:
        key = tuple(sorted(more.items()))
        if key not in formats:
            formats[key] = book.add_format({**FONT, **more})
        return formats[key]

    def join(first_row: int, first_column: int, last_row: int, last_column: int, value: Value, **more: object) -> None:
        if (first_row, first_column) != (last_row, last_column):
            page.merge_range(first_row, first_column, last_row, last_column, "", style(**_format(value, more)))
        _write(page, first_row, first_column, value, style(**_format(value, more)))

    wide, at = len(paths), 0
    if mark:
        page.write_string(at, 0, mark, style(align="left", font_name="黑体"))
        at += 1
    if title:
        join(at, 0, at, wide - 1, title, font_size=18, font_name="方正小标宋简体", text_wrap=True)
        page.set_row(at, 32)
        at += 1
    if unit_line:
        join(at, 0, at, wide - 1, unit_line, align="right")
        at += 1
    for cell in head_cells(paths):
        last_row, last_column = at + cell.row + cell.rowspan - 1, cell.column + cell.colspan - 1
        join(
            at + cell.row, cell.column, last_row, last_column, cell.heading, border=1, text_wrap=True, font_name="黑体"
        )
    at += max(map(len, paths), default=1)
    page.freeze_panes(at, 1)
    body = [list(row) for row in rows]
    for index, row in enumerate(body):
        for column, value in enumerate(row):
            if value is LEFT or value is UP:
                continue
            last_row, last_column = index, column
            while last_column + 1 < len(row) and row[last_column + 1] is LEFT:
                last_column += 1
            while last_row + 1 < len(body) and body[last_row + 1][column] is UP:
                last_row += 1
            more: dict = {"border": 1, "text_wrap": True}
            if value is None and input_places and input_places[column] is not None:
                more["num_format"] = _code(input_places[column] or 0)
            join(at + index, column, at + last_row, last_column, value, **more)
    at += len(body)
    for note in notes:
        join(at, 0, at, wide - 1, note, align="left", text_wrap=True)
        at += 1
    for column in range(wide):
        page.set_column(column, column, widths[column] if column < len(widths) else 12)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    book.close()
    return buffer.getvalue()


def _code(places: int, percent: bool = False) -> str:
    return "0" + ("." + "0" * places if places else "") + ("%" if percent else "")


def _format(value: Value, more: dict) -> dict:
    if not isinstance(value, PrintedNumber):
        return more
    code = _code(value.places, value.percent)
    return {**more, "num_format": f'{code}"{value.mark}"' if value.mark else code}


def _write(page: object, row: int, column: int, value: Value, style: object) -> None:
    if isinstance(value, PrintedNumber):
        exact = Decimal(value.digits).scaleb(-value.places - (2 if value.percent else 0))
        page.write_number(row, column, exact, style)  # type: ignore[attr-defined]
    elif isinstance(value, str) and value:
        page.write_string(row, column, value, style)  # type: ignore[attr-defined]
    else:
        page.write_blank(row, column, None, style)  # type: ignore[attr-defined]


def empty_form(table: TableMap, period: str = "") -> bytes:
    """An empty form for this map: merged head, units, the rows it expects, and how to fill it in. period: for its title."""
    if isinstance(table.columns, LongColumns):
        order = [
            "region",
            "measure",
            "period",
            "calibre",
            "value",
            "unit",
            "state",
            "basis",
            "source",
            "scope",
            "document",
            "effective_on",
        ]
        paths = [(getattr(table.columns, name)[0],) for name in order]
        return write_table(
            paths, [[None] * len(paths) for _ in range(20)], title="", sheet=table.map, widths=[14, 28] + [12] * 10
        )
    rules = table.rows
    columns = [column for column in table.columns if not column.ignore]
    top = tuple(segment.strip() for segment in rules.label[0].split("/"))  # type: ignore[union-attr]
    paths = [top, *(_head_path(column, table) for column in columns)]
    labels = [total.name[0] for total in rules.totals if not rules.items]  # type: ignore[union-attr]
    labels += list(rules.items or rules.regions) or ["（区划名称）"]  # type: ignore[union-attr]
    places = [None, *(column.places if column.places is not None else 1 if column.ratio else 0 for column in columns)]
    body = [[label, *[None] * len(columns)] for label in labels]
    unit_line = f"单位：{table.unit}" if table.unit else ""
    notes = ["说明：没有数的请留空，或写“未报”“无任务”“不适用”；0 表示确实为零。合计须等于各行之和。"]
    year = f"{period[:4]}年度" if period else ""
    title = year + (table.title[0] if table.title else table.map)
    widths = [16] + [max(10, 2 + 2 * max(map(len, path))) if max(map(len, path)) < 8 else 14 for path in paths[1:]]
    return write_table(paths, body, title=title, unit_line=unit_line, notes=notes, widths=widths, input_places=places)


def _head_path(column: MapColumn, table: TableMap) -> tuple[str, ...]:
    path = [segment.strip() for segment in column.path[0].split("/")]
    unit = column.unit or ("" if column.ratio else table.unit)
    if unit and unit != table.unit and not re.search(r"[(（]", path[-1]) and unit in quantities.UNITS:
        path[-1] += f"（{unit}）"
    return tuple(path)
