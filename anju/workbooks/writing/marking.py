"""The workbook sent back with what is wrong in it marked where it is."""

import io
import re
from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from anju import file_sizes
from anju.problems import BLOCK, Place, Problem, Refused, group_problems
from anju.workbooks.files.opening import open_workbook, read_content
from anju.workbooks.reading.cells import PROBLEM_COLUMN, PROBLEM_SHEET, cell_position, column_letters

AUTHOR = "安居校验"
MANY = 300  # problems at cells up to which each has its comment, and its line on the page; Excel takes minutes to open tens of thousands of them
MOST_MERGED = 1 << 20  # cells; openpyxl makes an object of each
RED, YELLOW = PatternFill("solid", fgColor="FFC7CE"), PatternFill("solid", fgColor="FFEB9C")
_TOLD = re.compile(r"(?:^|；)([A-Z]{1,3}[1-9][0-9]{0,6}) ")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def mark_workbook(source: str | Path | bytes, problems: Iterable[Problem], *, name: str = "") -> bytes:
    """The same workbook with cells coloured (阻断 red, 提醒 yellow), a comment with what and fix, and a sheet 《问题清单》 in front.

    Of many, the first of each kind in each column has its comment, and a last column tells each row's, to be filtered by.
    A problem whose place has no sheet and cell of the workbook is only listed. Marks of an earlier round are taken away first.
    An .xls comes back as .xlsx; what cannot be opened comes back as the list alone. Pictures and charts do not survive.
    """
    problems = list(problems)
    book = _book(source, name)
    for sheet in book.worksheets:
        _clean(sheet)
    if PROBLEM_SHEET in book.sheetnames:
        del book[PROBLEM_SHEET]
    cells: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if _has(book, problem.where):
            cells.setdefault((problem.where.sheet, problem.where.cell), []).append(problem)
    told = cells.keys()
    if len(cells) > MANY:
        firsts = (group.first.where for group in group_problems(problems))
        told = {(place.sheet, place.cell) for place in firsts if _has(book, place)}
        for sheet in dict.fromkeys(name for name, _ in cells):
            _tell_rows(book[sheet], {cell: notes for (name, cell), notes in cells.items() if name == sheet})
    for (sheet, cell), notes in cells.items():
        _mark(book[sheet], cell, notes, (sheet, cell) in told)
    _list(book, problems)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _book(source: str | Path | bytes, name: str) -> Book:
    try:
        data, name = read_content(source, name)
        opened = open_workbook(data, name)
        merged = sum(
            (last[0] - first[0] + 1) * (last[1] - first[1] + 1)
            for sheet in opened.sheets
            for first, last in sheet.merges
        )
        if len(data) > file_sizes.MARKED or merged > MOST_MERGED:
            return _empty()
        if opened.kind == "xlsx":
            return load_workbook(io.BytesIO(opened.orderly))
    except Refused:
        return _empty()
    except Exception:  # openpyxl raises whatever a damaged part makes of it; the list still reaches the user
        return _empty()
    book = _empty()
    for sheet in opened.sheets:
        page = book.create_sheet(sheet.name)
        for row, values in enumerate(sheet.rows(), 1):
            for column, value in enumerate(values, 1):
                if value != "":
                    cell = page.cell(row, column, value)
                    kind = sheet.marks.format(row - 1, column - 1)
                    if kind.kind in ("number", "percent"):
                        cell.number_format = (
                            "0" + ("." + "0" * kind.most if kind.most else "") + ("%" if kind.kind == "percent" else "")
                        )
        for first, last in sheet.merges:
            page.merge_cells(
                start_row=first[0] + 1, start_column=first[1] + 1, end_row=last[0] + 1, end_column=last[1] + 1
            )
    return book


def _empty() -> Book:
    book = Book()
    book.remove(book.active)
    return book


def _has(book: Book, place: Place) -> bool:
    """Is it a cell of this workbook?"""
    return bool(place.cell) and place.sheet in book.sheetnames


def _clean(sheet: Worksheet) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()
            elif cell.value == PROBLEM_COLUMN:
                _clear_column(sheet, cell.row, cell.column)


def _clear_column(sheet: Worksheet, row: int, column: int) -> None:
    """The column of an earlier round, and the colour of the cells that it told of."""
    letters = column_letters(column - 1)
    for number in range(row, sheet.max_row + 1):
        told = sheet.cell(number, column)
        for ref in _TOLD.findall(str(told.value or "")):
            sheet[ref].fill = PatternFill()
        told.value = None
    if str(sheet.auto_filter.ref or "").startswith(f"{letters}{row}:"):
        sheet.auto_filter.ref = None


def _tell_rows(sheet: Worksheet, cells: dict[str, list[Problem]]) -> None:
    """A last column: of each row what is wrong in it, to be filtered by. Where the sheet has a filter of its own, that stays."""
    rows: dict[int, list[str]] = {}
    for cell, problems in cells.items():
        rows.setdefault(cell_position(cell)[0] + 1, []).extend(f"{cell} {problem.what}" for problem in problems)
    head, column = max(1, min(rows) - 1), sheet.max_column + 1
    sheet.cell(head, column, PROBLEM_COLUMN).font = Font(bold=True)
    for row, told in rows.items():
        if row != head:
            cell = sheet.cell(row, column)
            cell.value, cell.data_type = _CONTROL.sub("", "；".join(told))[:2000], "s"
    letters = column_letters(column - 1)
    sheet.column_dimensions[letters].width = 60
    if not sheet.auto_filter.ref:
        sheet.auto_filter.ref = f"{letters}{head}:{letters}{max(rows)}"


def _mark(sheet: Worksheet, ref: str, problems: list[Problem], comment: bool) -> None:
    cell = sheet[ref]
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if ref in area)
        cell = sheet.cell(area.min_row, area.min_col)
    cell.fill = RED if any(problem.level == BLOCK for problem in problems) else YELLOW
    if not comment:
        return
    text = "\n".join(f"【{problem.level}】{problem.what}{problem.fix}" for problem in problems)
    if cell.comment is not None:
        text = f"{cell.comment.text}\n{text}"
    cell.comment = Comment(_CONTROL.sub("", text)[:4000], AUTHOR, width=360, height=min(400, 60 + 40 * len(problems)))


def _list(book: Book, problems: list[Problem]) -> None:
    page = book.create_sheet(PROBLEM_SHEET, 0)
    book.active = 0
    for sheet in book.worksheets[1:]:
        sheet.sheet_view.tabSelected = False
    page.append(["序号", "级别", "位置", "问题", "怎么办", "代码"])
    for number, problem in enumerate(problems, 1):
        page.append([number])
        for column, text in enumerate((problem.level, str(problem.where), problem.what, problem.fix, problem.code), 2):
            cell = page.cell(number + 1, column)
            cell.value = _CONTROL.sub("", text)
            cell.data_type = "s"  # a quoted “=…” stays words
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(number + 1, 2).fill = RED if problem.level == BLOCK else YELLOW
        if _has(book, problem.where):
            title = problem.where.sheet.replace("'", "''")
            page.cell(number + 1, 3).hyperlink = f"#'{title}'!{problem.where.cell}"
    for cell in page[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEF", (6, 8, 44, 56, 56, 10), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:F{page.max_row}"
