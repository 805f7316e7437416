"""The offline workbook as a file: what is written into it and what is read back. Plain data; knows neither database nor return.

The sheet 填报 looks as the paper form does. Its hidden first column holds the rows' keys and the hidden row under the head the columns' codes:
a workbook whose rows were moved or deleted is still understood. A sheet that nobody sees holds the stamp: which return and which version of
the form it is, and of each cell that may be filled what stood in it and at which version. Its SHA-256 tells a damaged stamp.
"""

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import xlsxwriter
from openpyxl import load_workbook

from anju import file_sizes, quantities
from anju.problems import Place, Problem, Refused
from anju.workbooks.files.numbers import BAD, GENERAL, number_from_cell, parse_number, read_number_format, shown_words
from anju.workbooks.files.opening import open_workbook
from anju.workbooks.files.stamp import RETURN, plain_text, read_stamp, write_stamp
from anju.workbooks.files.xlsx import SheetProperties
from anju.workbooks.reading.cells import cell_reference
from anju.workbooks.writing.heads import head_cells

SHEET, STAMP, RESULT = "填报", RETURN, "合并结果"
LAYOUT = "1"
MARK = "#列"  # in the hidden column, on the hidden row
WORDS = ("未报", "无任务", "不适用")
EXACT = 15  # digits; Excel keeps no more of a number
PLAIN = "请去掉删除线和上下标，只留要报的数；作废的请清空。"
AGAIN = "请从报表页重新下载离线表，把改动抄过去再上传。"


@dataclass(frozen=True)
class WorkbookColumn:
    """A column. path: its heads from the top; kind: number, choice, text, date; open: may be filled."""

    code: str
    path: tuple[str, ...]
    kind: str = "number"
    unit: str = ""
    places: int = 0
    choices: tuple[str, ...] = ()
    open: bool = True


@dataclass(frozen=True)
class WorkbookSlot:
    """A cell. text: what stands in it, as a person would type it; hint: last period, ledger, target; open: may be filled."""

    text: str = ""
    version: int = 0
    hint: str = ""
    open: bool = True


@dataclass(frozen=True)
class MergeMark:
    """What a merge found in a cell. text: what is to stand there instead (an entry that was not taken is not lost)."""

    colour: str
    note: str
    text: str | None = None


@dataclass
class WorkbookTable:
    """Everything that is written. rows: key, label, whether it is a total. stamp: what the file must say when it comes back."""

    title: str
    lines: Sequence[str]
    corner: str
    fields: Sequence[WorkbookColumn]
    rows: Sequence[tuple[str, str, bool]]
    slots: Mapping[tuple[str, str], WorkbookSlot]
    stamp: Mapping[str, str]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class ReturnedCell:
    """What stands in a cell of a workbook that came back. flaw: why it cannot be taken."""

    cell: str
    text: str
    flaw: str = ""
    fix: str = ""


@dataclass
class ReturnedWorkbook:
    """A workbook that came back. base: (row, column) → version and text when it was written; rows: key → name."""

    name: str
    sheet: str
    stamp: dict[str, str]
    base: dict[tuple[str, str], tuple[int, str]]
    cells: dict[tuple[str, str], ReturnedCell] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def where(self, cell: str, heading: str = "") -> Place:
        return Place(file=self.name, sheet=self.sheet, cell=cell, field=heading)


# --- writing -----------------------------------------------------------------


def write_file(
    table: WorkbookTable,
    marks: Mapping[tuple[str, str], MergeMark] | None = None,
    results: Sequence[Sequence[str]] = (),
) -> bytes:
    """The workbook. marks: cells to be marked after a merge; results: lines of the sheet 合并结果."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(SHEET)
    _Page(book, page, table, marks or {}).write()
    if results:
        _results(book, results)
    _stamp(book, table)
    book.close()
    return out.getvalue()


class _Page:
    """The sheet 填报."""

    def __init__(self, book: Any, page: Any, table: WorkbookTable, marks: Mapping[tuple[str, str], MergeMark]) -> None:
        self.book, self.page, self.table, self.marks = book, page, table, marks
        self.made: dict[tuple, Any] = {}
        self.wide = 2 + len(table.fields)
        self.lists = list_ranges(table)
        self.red = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})

    def style(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(
                {"font_name": "仿宋", "font_size": 11, "valign": "vcenter", "text_wrap": True, **look}
            )
        return self.made[key]

    def join(self, top: int, left: int, bottom: int, right: int, text: str, **look: Any) -> None:
        if (top, left) != (bottom, right):
            self.page.merge_range(top, left, bottom, right, "", self.style(**look))
        self.page.write_string(top, left, text, self.style(**look))

    def write(self) -> None:
        page, table = self.page, self.table
        self.join(0, 1, 0, self.wide - 1, table.title, font_name="方正小标宋简体", font_size=18, align="center")
        page.set_row(0, 34)
        for at, line in enumerate(table.lines, 1):
            self.join(at, 1, at, self.wide - 1, line, align="left")
            page.set_row(at, 20)
        top = 1 + len(table.lines)
        paths = [(table.corner,), *((*one.path[:-1], _headed(one)) for one in table.fields)]
        for cell in head_cells(paths):
            self.join(
                top + cell.row,
                1 + cell.column,
                top + cell.row + cell.rowspan - 1,
                cell.column + cell.colspan,
                cell.heading,
                font_name="黑体",
                align="center",
                border=1,
                bg_color="#E8EEF4",
            )
        codes = top + max(map(len, paths))
        for column, text in enumerate((MARK, "", *(one.code for one in table.fields))):
            page.write_string(codes, column, text)
        page.set_row(codes, None, None, {"hidden": True})
        first = codes + 1
        for at, (key, label, total) in enumerate(table.rows, first):
            page.write_string(at, 0, key)
            page.write_string(at, 1, label, self.style(border=1, align="left", bg_color="#F2F2F2", bold=total))
            for column, one in enumerate(table.fields, 2):
                self.cell(at, column, key, one, total)
        last = first + len(table.rows) - 1
        if table.rows:
            for column, one in enumerate(table.fields, 2):
                self.guard(first, last, column, one)
        for at, note in enumerate(table.notes, last + 1):
            self.join(at, 1, at, self.wide - 1, note, align="left", font_size=10)
            page.set_row(at, 15 * (1 + len(note) // (6 * self.wide)))
        self.lay_out(top, first)

    def cell(self, row: int, column: int, key: str, one: WorkbookColumn, total: bool) -> None:
        slot, mark = self.table.slots.get((key, one.code), WorkbookSlot(open=False)), self.marks.get((key, one.code))
        text = slot.text if mark is None or mark.text is None else mark.text
        free = one.open and slot.open
        look: dict[str, Any] = {"border": 1, "align": "right" if one.kind == "number" else "left", "locked": not free}
        if mark:
            look["bg_color"] = mark.colour
        elif not free:
            look |= {"bg_color": "#F2F2F2", "font_color": "#595959"}
        if total:
            look["bold"] = True
        if one.kind == "number":
            look["num_format"] = "0" + ("." + "0" * one.places if one.places else "")
        elif free:
            look["num_format"] = "@"  # or 3-1 becomes a day
        number = parse_number(text) if one.kind == "number" and text else None
        form = self.style(**look)
        if (
            number
            and number.state == "number"
            and not number.unit
            and not number.approx
            and len(str(abs(number.digits))) <= EXACT
        ):
            self.page.write_number(row, column, Decimal(number.digits).scaleb(-number.places), form)
        elif text:
            self.page.write_string(row, column, text, form)
        else:
            self.page.write_blank(row, column, None, form)
        if note := "\n".join(part for part in (mark.note if mark else "", slot.hint) if part):
            lines = 1 + note.count("\n") + len(note) // 18
            self.page.write_comment(
                row, column, note, {"color": "#F2F2F2", "author": "安居", "x_scale": 2, "height": 24 + 18 * lines}
            )

    def guard(self, first: int, last: int, column: int, one: WorkbookColumn) -> None:
        """A drop-down, what to type, and red for what is no number. A number's list offers the three words and lets numbers through."""
        if not one.open or one.kind in ("text", "date"):
            return
        finest = f"最多 {one.places} 位小数" if one.places else "整数"
        said = (
            f"填{finest}，单位：{one.unit or '见表头'}。没有数的留空，或选未报、无任务、不适用。"
            if one.kind == "number"
            else "从列表中选一项。"
        )
        words = self.lists[WORDS if one.kind == "number" else one.choices]
        self.page.data_validation(first, column, last, column, {
            "validate": "list", "source": words, "show_error": one.kind == "choice", "input_title": one.path[-1][:32], "input_message": said[:255],
            "error_title": "不在列表中", "error_message": "请从列表中选一项，或留空。",
        })  # fmt: skip
        if one.kind == "number":
            at = cell_reference(first, column)
            known = "".join(f',{at}="{word}"' for word in WORDS)
            wrong = f'=NOT(OR({at}=""{known},IF(ISNUMBER({at}),ROUND({at},{one.places})={at},FALSE)))'
            self.page.conditional_format(
                first, column, last, column, {"type": "formula", "criteria": wrong, "format": self.red}
            )

    def lay_out(self, top: int, first: int) -> None:
        page = self.page
        page.set_column(0, 0, None, None, {"hidden": True})
        page.set_column(1, 1, min(34, 4 + 2 * max((len(label) for _, label, _ in self.table.rows), default=4)))
        for column, one in enumerate(self.table.fields, 2):
            page.set_column(column, column, {"number": 11, "choice": 13, "date": 12, "text": 24}[one.kind])
        page.freeze_panes(first, 2)
        page.repeat_rows(top, first - 2)
        page.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer("&C第 &P 页，共 &N 页")


def _headed(one: WorkbookColumn) -> str:
    last = one.path[-1]
    return last if not one.unit or one.unit in last else f"{last}（{one.unit}）"


def list_ranges(table: WorkbookTable) -> dict[tuple[str, ...], str]:
    """Each list of choices and where it stands in the hidden sheet: right of what the stamp takes, one below the other in its own column."""
    lists = dict.fromkeys([WORDS, *(one.choices for one in table.fields if one.choices)])
    made = {}
    for column, words in enumerate(lists, 2 + len(table.fields)):
        letters = re.sub(r"\d", "", cell_reference(0, column))
        made[words] = f"='{STAMP}'!${letters}$1:${letters}${len(words)}"
    return made


def _stamp(book: Any, table: WorkbookTable) -> None:
    """What the return is; the columns, then of each row its key and of each cell that may be filled version|text; beside them the lists."""
    codes = [one.code for one in table.fields if one.open]
    rows = [["", *codes]]
    for key, _, _ in table.rows:
        slots = [table.slots.get((key, code)) for code in codes]
        rows.append([key, *(f"{slot.version}|{plain_text(slot.text)}" if slot and slot.open else "" for slot in slots)])
    page = write_stamp(book, STAMP, {**table.stamp, "layout": LAYOUT}, rows)
    for column, words in enumerate(list_ranges(table), 2 + len(table.fields)):
        page.write_column(0, column, words)


def _results(book: Any, results: Sequence[Sequence[str]]) -> None:
    page = book.add_worksheet(RESULT)
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for at, row in enumerate((("结果", "位置", "说明", "怎么办"), *results)):
        for column, text in enumerate(row):
            page.write_string(at, column, text, wrap if at else bold)
    for column, width in enumerate((10, 44, 60, 44)):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)


# --- reading -----------------------------------------------------------------


def read_file(content: bytes, name: str, kinds: Mapping[str, str]) -> ReturnedWorkbook:
    """What came back. kinds: each fillable column's kind. Refused when it is no workbook of ours; flaws of single cells are in the cells."""
    if problems := file_sizes.too_large(
        len(content),
        file_sizes.OFFLINE,
        code="RET-601",
        where=Place(file=name),
        what=f"文件有 {file_sizes.megabytes(len(content))} 兆，离线表不会这么大。",
        fix="请确认选对了文件。",
    ):
        raise Refused(*problems)
    opened = open_workbook(content, name)
    if opened.kind != "xlsx":
        raise Refused(
            Problem(
                "RET-601",
                Place(file=name),
                "是旧版 .xls 格式。",
                "请在 WPS 或 Excel 中另存为“Excel 工作簿（*.xlsx）”再上传。",
            )
        )
    try:
        book = load_workbook(BytesIO(opened.orderly), read_only=True)
        got = _read_stamp(book, name)
        _read_page(book, got, kinds, {sheet.name: sheet.marks for sheet in opened.sheets})
        book.close()
    except (BadZipFile, ValueError, KeyError, TypeError, IndexError, AttributeError, SyntaxError, EOFError) as damaged:
        # openpyxl raises whatever a damaged part makes of it; SyntaxError is that of XML
        raise Refused(Problem("RET-602", Place(file=name), "文件已损坏，或不是完整的离线表。", AGAIN)) from damaged
    return got


def _read_stamp(book: Any, name: str) -> ReturnedWorkbook:
    stamp = read_stamp(
        book,
        STAMP,
        foreign=Problem(
            "RET-603",
            Place(file=name),
            "不是本系统导出的离线表（没有版本记录）。",
            "请用报表页的“下载离线表”；另存、复制时请保留整个文件，不要只复制工作表。",
        ),
        altered=Problem("RET-604", Place(file=name), "版本记录被改动或损坏，分不清哪些格是您改的。", AGAIN),
    )
    (_, *codes), *rows = stamp.rows
    base = {}
    for key, *cells in rows:
        for code, cell in zip(codes, cells, strict=True):
            version, mark, text = cell.partition("|")
            if mark:
                base[key, code] = (int(version), text)
    return ReturnedWorkbook(name, "", stamp.says, base)


def _read_page(
    book: Any, got: ReturnedWorkbook, kinds: Mapping[str, str], looks: Mapping[str, SheetProperties]
) -> None:
    pages = [
        (name, rows)
        for name in book.sheetnames
        if name not in (STAMP, RESULT) and (rows := list(_stamped_rows(book[name])))
    ]
    if not pages:
        raise Refused(
            Problem("RET-605", Place(file=got.name), "找不到填报的工作表，或隐藏的行号列、列号行被删掉了。", AGAIN)
        )
    if len(pages) > 1:
        names = "、".join(f"“{name}”" for name, _ in pages)
        raise Refused(
            Problem("RET-606", Place(file=got.name), f"有 {len(pages)} 张填报表：{names}。", "请只保留要上传的一张。")
        )
    got.sheet, rows = pages[0]
    (_, codes), *body = rows
    got.columns = [text for cell in codes[2:] if (text := plain_text(cell.value))]
    places = {at: text for at, cell in enumerate(codes) if at > 1 and (text := plain_text(cell.value))}
    seen: dict[str, int] = {}
    for number, cells in body:
        key = plain_text(cells[0].value)
        if not key:
            _stray(got, number, cells, places)
            continue
        if key in seen:
            got.problems.append(Problem(
                "RET-607", got.where(f"B{number}"), f"这一行与第 {seen[key]} 行是同一行（整行复制而来），没有读取。", "请只保留一行。",
            ))  # fmt: skip
            continue
        seen[key], got.rows[key] = number, plain_text(cells[1].value) if len(cells) > 1 else key
        for at, code in places.items():
            if (key, code) in got.base:
                found = cells[at] if at < len(cells) else None
                kind, ref = kinds.get(code, "text"), cell_reference(number - 1, at)
                flaw = looks[got.sheet].flaw(number - 1, at) if kind == "number" and got.sheet in looks else ""
                entry = _read_cell(found, ref, kind)
                got.cells[key, code] = (
                    replace(entry, flaw=f"{flaw}，不知道算不算数。", fix=PLAIN) if flaw and entry.text else entry
                )


def _stamped_rows(page: Any) -> Iterator[tuple[int, tuple]]:
    """The rows from the one that names the columns on, each with its number."""
    begun = False
    for number, cells in enumerate(page.iter_rows(), 1):
        begun = begun or bool(cells and cells[0].value == MARK)
        if begun:
            yield number, cells


def _stray(got: ReturnedWorkbook, number: int, cells: Sequence[Any], places: Mapping[int, str]) -> None:
    """A row of the user's own that holds something under a column: told, never dropped in silence."""
    filled = [at for at in places if at < len(cells) and plain_text(cells[at].value)]
    if filled:
        got.problems.append(Problem(
            "RET-608", got.where(cell_reference(number - 1, filled[0])), "这一行是自己加的，系统里没有，没有读取。",
            "新增的项目请先在项目库登记，再重新下载离线表。",
        ))  # fmt: skip


def _read_cell(cell: Any, ref: str, kind: str) -> ReturnedCell:
    value = getattr(cell, "value", None)
    if value is None:
        return ReturnedCell(ref, "")
    if cell.data_type == "f":
        return ReturnedCell(
            ref,
            "",
            f"填的是公式 {plain_text(value)[:60]}，系统不能确定它算的是不是最新的数。",
            "请选中后“选择性粘贴 → 数值”。",
        )
    if cell.data_type == "e":
        return ReturnedCell(ref, plain_text(value), f"显示为 {plain_text(value)}，是出错的公式。", "请改填数字或清空。")
    if kind == "date" and isinstance(value, datetime.date):
        return ReturnedCell(ref, value.isoformat()[:10])
    if isinstance(value, bool | datetime.date | datetime.time | datetime.timedelta):
        return ReturnedCell(
            ref, plain_text(value), "被表格程序当成了日期或逻辑值。", "请把这一格的格式改为“常规”后重新填写。"
        )
    look = read_number_format(cell.number_format or "")
    if isinstance(value, str) and kind == "number":
        return ReturnedCell(ref, plain_text(shown_words(value, look)))
    if isinstance(value, str) or kind != "number":
        return ReturnedCell(
            ref, plain_text(int(value) if not isinstance(value, str) and value == int(value) else value)
        )
    if look.kind == "percent":
        look = look._replace(most=EXACT)
    number = number_from_cell(value, look if look.kind in ("percent", "other") else GENERAL)
    if value < 0 and look.sections and (hidden := number_from_cell(value, look)).state == BAD:
        number = hidden  # a section of its own takes the minus away
    if number.state == BAD:
        return ReturnedCell(ref, plain_text(value), f"填的 {value} 不是能记录的数：{number.flaw}。", "请核对后改填。")
    text = number.hidden or quantities.scaled_text(number.digits, number.places)
    before, after, last = quantities.APPROXIMATE[number.approx]
    return ReturnedCell(ref, f"{before}{text}{after}{number.unit}{last}")
