"""Opening a project workbook that came back. Pure: read in a process of its own."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from anju.problems import Place, Problem, Refused
from anju.quantities import scaled_text, trim_zeros
from anju.workbooks.files.numbers import NumberFormat, number_from_cell, shown_words
from anju.workbooks.files.opening import open_workbook
from anju.workbooks.files.stamp import PROJECTS, read_stamp
from anju.workbooks.files.xlsx import SheetProperties
from anju.workbooks.reading.cells import cell_reference

SHEET, STAMP, LAYOUT = "项目", PROJECTS, 1
FIRST_ROW = 2  # below the title and the head

Before = dict[int, tuple[int, dict[str, str]]]


def open_returned(content: bytes, name: str, width: int) -> tuple[list[tuple[int, list[str]]], Before]:
    """The rows with anything in them, as texts of so many columns, and what the stamp says stood there."""
    opened = open_workbook(content, name)  # says in words what is no workbook, too large, damaged or locked
    book = load_workbook(io.BytesIO(opened.orderly or content), data_only=True)
    foreign = Problem(
        "PROJ-040", Place(file=name), "不是从本系统导出的项目工作簿。", "请先“导出工作簿”，在导出的文件里修改或登记。"
    )
    altered = Problem("PROJ-041", Place(file=name), "工作簿里隐藏的标记已损坏。", "请重新导出，把改动抄过去。")
    if SHEET not in book.sheetnames:
        raise Refused(foreign)
    stamp = read_stamp(book, STAMP, foreign=foreign, altered=altered)
    if stamp.says["layout"] != LAYOUT:
        raise Refused(altered)
    before = {int(pk): (int(version), json.loads(texts)) for pk, version, texts in stamp.rows}
    marks = next((sheet.marks for sheet in opened.sheets if sheet.name == SHEET), SheetProperties())
    rows, problems = [], []
    for at, line in enumerate(
        book[SHEET].iter_rows(min_row=FIRST_ROW + 1, max_col=width, values_only=True), start=FIRST_ROW
    ):
        texts = [cell_text(cell, marks.format(at, column)) for column, cell in enumerate(line)]
        for column, text in enumerate(texts):
            if text and (flaw := marks.flaw(at, column)):
                where = Place(file=name, sheet=SHEET, cell=cell_reference(at, column))
                problems.append(
                    Problem("WB-069", where, f"{flaw}，不知道算不算数。", "请去掉删除线和上下标；作废的请清空。")
                )
        texts += [""] * (width - len(texts))
        if any(texts):
            rows.append((at, texts))
    if problems:
        raise Refused(*problems)
    return rows, before


def cell_text(value: Any, look: NumberFormat) -> str:
    """What a cell shows, with the unit that its format may state. Excel keeps binary fractions; fifteen digits are what it lets a user type."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        if look.kind == "other" or (value < 0 and look.sections):
            shown = number_from_cell(value, look)
            return shown.flaw or (shown.hidden or scaled_text(shown.digits, shown.places)) + shown.unit
        if look.kind == "percent":  # 0.85 shown as 85% is 85 of a hundred
            shown = number_from_cell(value, NumberFormat("percent", 0, 15))
            return shown.flaw or trim_zeros(scaled_text(shown.digits, shown.places)) + shown.unit
        return format(Decimal(f"{value:.15g}"), "f")
    return shown_words(str(value), look).strip()
