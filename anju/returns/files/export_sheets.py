"""The sheets of what a receiver's own system exports: a workbook, or text. Pure: read in a process of its own."""

import csv
import io
from dataclasses import dataclass
from itertools import islice
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.workbooks.files.numbers import GENERAL, NumberFormat
from anju.workbooks.files.opening import open_workbook

MOST_ROWS = 20_000


@dataclass
class ExportSheet:
    """A sheet of the export: its rows and what it takes to understand them."""

    name: str
    rows: list[list[Any]]
    merges: list[Any]
    format: Any


def read_export(content: bytes, name: str) -> list[ExportSheet]:
    """Every sheet that is shown; Refused when it is neither a workbook nor text."""
    if (
        not content
        or content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
        or b"\0" in content[:4096]
        or content.lstrip()[:1] == b"<"
    ):
        return [
            ExportSheet(sheet.name, list(islice(sheet.rows(), MOST_ROWS)), sheet.merges, sheet.marks.format)
            for sheet in open_workbook(content, name).sheets
        ]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [ExportSheet("", list(csv.reader(io.StringIO(text))), [], _general)]
    raise Refused(
        Problem(
            "RET-723",
            Place(file=name),
            "既不是 Excel 工作簿，也不是能读的文本表格。",
            "请在对方系统里导出 .xlsx 或 .csv。",
        )
    )


def _general(row: int, column: int) -> NumberFormat:
    return GENERAL
