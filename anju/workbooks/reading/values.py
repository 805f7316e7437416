"""Reading one cell as a number, and saying what is wrong with it. Both forms do it alike."""

import datetime
import re
from dataclasses import dataclass
from typing import NamedTuple

from anju import quantities
from anju.problems import ASK, BLOCK, Place, Problem
from anju.workbooks.files.numbers import BAD, GENERAL, NumberFormat, ParsedNumber, number_from_cell, parse_number
from anju.workbooks.files.opening import Worksheet
from anju.workbooks.reading import heads
from anju.workbooks.reading.cells import NUMBER, WorkbookReading
from anju.workbooks.reading.heads import TableHead
from anju.workbooks.reading.maps import MapColumn, TableMap

LARGEST = (1 << 63) - 1  # a base value is kept in 64 bits


@dataclass
class ReadColumn:
    """One column being read."""

    at: int
    column: MapColumn
    unit: str  # what the head says, else the map
    family: str
    letter: str
    text: str  # its head, for messages
    negative: bool
    period: str = ""
    factor: int = 1  # base units in one of `unit`
    name: str = ""
    fmt: NumberFormat = GENERAL  # of the run of rows being read, good until row `until`
    until: int = -1
    least: int = 0
    most: int = 0  # -1: a format that needs the long way


class Entered(NamedTuple):
    """What a cell says once it was read the long way. text: as it shows; base: in base units, where the reader needs it."""

    state: str
    unit: str
    text: str
    digits: int | None = None
    places: int = 0
    approx: str = ""
    base: int | None = None


class CellReader:
    """What the readers of both forms share. odd: cells that hold an error or a formula without a value."""

    def __init__(self, sheet: Worksheet, table: TableMap, reading: WorkbookReading, head: TableHead) -> None:
        self.sheet, self.table, self.reading, self.head = sheet, table, reading, head
        self.marks = sheet.marks
        self.odd = set(sheet.marks.errors) | sheet.marks.uncached
        self.strays: list[tuple[str, str, str]] = []  # words found in number cells: perhaps a region's name

    def problem(self, code: str, cell: str, heading: str, what: str, fix: str, level: str = BLOCK) -> None:
        self.reading.problems.append(
            Problem(
                code,
                Place(file=self.reading.file_name, sheet=self.sheet.name, cell=cell, field=heading),
                what,
                fix,
                level,
            )
        )

    def _format(self, one: ReadColumn, number: int) -> None:
        """The column's number format from this row on."""
        one.fmt, one.until = self.marks.run(number, one.at)
        one.least, one.most = (
            (0, 15) if one.fmt.kind in ("general", "text") else (one.fmt.least, max(one.fmt.most, one.fmt.least))
        )
        if one.fmt.kind not in ("general", "text", "number"):
            one.most = -1

    def _special(self, number: int, one: ReadColumn, cell: str) -> None:
        if error := self.marks.errors.get((number, one.at)):
            self.problem("WB-061", cell, one.text, f"这一格是出错的公式，显示 {error}。", "请改好公式，或直接填数。")
        else:
            self.problem(
                "WB-062",
                cell,
                one.text,
                "这一格是公式，但文件里没有存下计算结果。",
                "请在 WPS 或 Excel 中打开、保存一次再上传，或改填数字。",
            )

    def number(self, value: object, fmt: NumberFormat, cell: str, one: ReadColumn) -> ParsedNumber | None:
        """The cell's number, or None after saying what is wrong with it."""
        if isinstance(value, str):
            parsed = parse_number(value)
            if parsed.state == BAD:
                self.strays.append((heads.clean_label(value), cell, one.text))
                self.problem(
                    "WB-060",
                    cell,
                    one.text,
                    f"填写“{_clip(value)}”，读不出数：{parsed.flaw}。",
                    "请只填一个数；没有数的请留空，或写“未报”“无任务”“不适用”。",
                )
                return None
        elif isinstance(value, bool):
            self.problem("WB-060", cell, one.text, f"填写“{'TRUE' if value else 'FALSE'}”，不是数。", "请改填数字。")
            return None
        elif isinstance(value, datetime.date | datetime.time | datetime.timedelta):
            self.problem(
                "WB-063",
                cell,
                one.text,
                f"是日期（{written_text(value)}），不是数；输入“1-2”之类会被自动变成日期。",
                "请把单元格格式改为“常规”或“数值”，再重填这个数。",
            )
            return None
        else:
            parsed = number_from_cell(value, fmt)
            if parsed.hidden and not one.column.published:
                self.problem(
                    "WB-064",
                    cell,
                    one.text,
                    f"显示 {quantities.scaled_text(parsed.digits, parsed.places)}，实际存的是 {parsed.hidden}；按显示的数读取。",
                    "请把数四舍五入到显示的位数（ROUND），或多显示几位小数。",
                    ASK,
                )
        if parsed.state == NUMBER and parsed.digits < 0 and not one.negative:
            self.problem(
                "WB-065",
                cell,
                one.text,
                f"填写 {written_text(value)}，是负数。",
                "这一列不应有负数，请核对；允许负数的，请在对照表这一列写 negative: true。",
            )
            return None
        return parsed

    def _unit(self, own: str, one: ReadColumn, cell: str, parsed: ParsedNumber) -> str | None:
        """The unit this number is in: the cell's own when it names one."""
        if own in ("万", "亿"):
            own += one.unit.removeprefix("万").removeprefix("亿")
            own = "亿元" if own == "亿万元" else own
        if not own or own == one.unit:
            return one.unit or own
        if own not in quantities.UNITS or (one.family and quantities.unit_of_measure(own).family != one.family):
            self.problem(
                "WB-066",
                cell,
                one.text,
                f"这一格自带单位“{own}”，与本列的“{one.unit}”对不上。",
                "请只填数字；单位写在表头。",
            )
            return None
        return own

    def _base(self, parsed: ParsedNumber, unit: str, one: ReadColumn, cell: str) -> int | None:
        text = quantities.scaled_text(parsed.digits, parsed.places)
        try:
            base = quantities.to_base(parsed.digits, parsed.places, unit)
        except ValueError:
            self.problem(
                "WB-067",
                cell,
                one.text,
                f"{text}{unit} 的小数位数太多，比最小的记录单位还细。",
                "请核对是否多填了小数点；确需更细的，请改用更小的单位。",
            )
            return None
        if abs(base) > LARGEST:
            self.problem(
                "WB-068", cell, one.text, f"{text}{unit} 太大，超出能记录的范围。", "请核对是否多填了位数，或单位用错。"
            )
            return None
        return base


def shown_text(value: object, parsed: ParsedNumber) -> str:
    """What the cell shows to a reader."""
    if isinstance(value, str):
        return value.strip()
    return quantities.scaled_text(parsed.digits, parsed.places) + ("%" if parsed.unit == "%" else "")


def written_text(value: object) -> str:
    """What stands in the cell, for messages."""
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def _clip(text: str) -> str:
    text = re.sub(r"\s+", " ", text.strip())
    return text if len(text) <= 30 else text[:29] + "…"
