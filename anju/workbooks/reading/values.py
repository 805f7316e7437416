"""Reading one cell as a number, and saying what is wrong with it. Both forms do it alike."""

import datetime
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from anju import quantities
from anju.problems import ASK, BLOCK, Place, Problem
from anju.workbooks.files.looks import FAINT
from anju.workbooks.files.numbers import (
    BAD,
    GENERAL,
    NumberFormat,
    ParsedNumber,
    number_from_cell,
    parse_number,
    text_from_cell,
    unit_named,
)
from anju.workbooks.files.opening import Worksheet
from anju.workbooks.reading import heads
from anju.workbooks.reading.cells import NUMBER, WorkbookReading, cell_reference
from anju.workbooks.reading.heads import TableHead
from anju.workbooks.reading.maps import MapColumn, TableMap
from anju.workbooks.reading.units import stated_units

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


@dataclass
class PlainRates:
    """The numbers of a % column that have no % themselves. cell, text: the first above 0 and not above 1: all of 1 is 1 % or finished; small: all lie there."""

    heading: str
    cell: str = ""
    text: str = ""
    small: bool = True

    def add(self, digits: int, places: int, cell: str, text: str) -> None:
        self.small = self.small and 0 <= digits <= 10**places
        if not self.cell and 0 < digits <= 10**places:
            self.cell, self.text = cell, text

    @property
    def unclear(self) -> bool:
        return self.small and bool(self.cell)


class CellReader:
    """What the readers of both forms share. odd: cells that hold an error or a formula without a value."""

    def __init__(self, sheet: Worksheet, table: TableMap, reading: WorkbookReading, head: TableHead) -> None:
        self.sheet, self.table, self.reading, self.head = sheet, table, reading, head
        self.marks = sheet.marks
        self.odd = set(sheet.marks.errors) | sheet.marks.uncached | sheet.marks.circular | set(sheet.marks.rich)
        self.looked = any(style.flaw for style in sheet.marks.styles)
        self.joined: dict[
            tuple[int, int], tuple[tuple[int, int], tuple[int, int]]
        ] = {}  # cell → the merged area it is in
        self.spread: dict[tuple[int, int], object] = {}  # first cell of a merged area → what stands in it
        self.unclear: set[tuple[int, int]] = set()  # cells of merged areas whose one number could be anybody's
        self.strays: list[tuple[str, str, str]] = []  # words found in number cells: perhaps a region's name

    def problem(self, code: str, cell: str, heading: str, what: str, fix: str, level: str = BLOCK) -> None:
        """cell: C5, or 续表!C5 on another sheet of the same form."""
        sheet, _, cell = cell.rpartition("!")
        self.reading.problems.append(
            Problem(
                code,
                Place(file=self.reading.file_name, sheet=sheet or self.sheet.name, cell=cell, field=heading),
                what,
                fix,
                level,
            )
        )

    def check_comment(self, place: tuple[int, int], fields: Iterable[ReadColumn]) -> None:
        """A unit in a comment (批注) that is not the one these columns are read in."""
        named = stated_units(self.marks.comments[place])[0]
        wrong = [one for one in fields if named and quantities.ALIASES.get(one.unit, one.unit) not in named]
        if wrong:
            self.problem(
                "WB-018", cell_reference(*place), wrong[0].text, f"批注写的单位是“{'、'.join(named)}”，按“{wrong[0].unit}”读取。",
                "请核对；批注写得对的，请把单位写在表头，如“（" + named[0] + "）”。", ASK,
            )  # fmt: skip

    def tell_unclear_rates(self, rates: Iterable[PlainRates]) -> None:
        """0.85, 0.9 and nothing above 1 in a % column: 0.85 % or 85 %, and nobody can tell."""
        for one in rates:
            if one.unclear:
                self.problem(
                    "WB-074",
                    one.cell,
                    one.heading,
                    f"这一列的单位是 %，格里没有 %，又都在 0 和 1 之间（{one.text}），分不清是 {one.text}% 还是 {one.text} 倍。",
                    "请在格里写上 %，或把单元格格式设为百分比；表式一向如此的，请在对照表这一列写 percent: fraction（0.85 就是 85%）或 percent: number（0.85 就是 0.85%）。",
                )

    def _format(self, column: ReadColumn, number: int) -> None:
        """The column's number format from this row on."""
        column.fmt, column.until = self.marks.run(number, column.at)
        column.least, column.most = (
            (0, 15)
            if column.fmt.kind in ("general", "text")
            else (column.fmt.least, max(column.fmt.most, column.fmt.least))
        )
        if column.fmt.kind not in ("general", "text", "number") or column.fmt.flaw:
            column.most = -1

    def join(self, columns: Collection[int], start: int) -> None:
        """Note merged areas among the numbers: one number for several cells could be each one's, their sum or the first one's."""
        for first, last in self.sheet.merges:
            if (
                first[0] < start
                or first == last
                or first[1] not in columns
                or last[0] - first[0] > len(columns) + 10_000
            ):
                continue
            covered = [(row, at) for row in range(first[0], last[0] + 1) for at in columns if first[1] <= at <= last[1]]
            if len(covered) > 1:
                self.joined.update(dict.fromkeys(covered, (first, last)))
        self.odd |= self.joined.keys()

    def joined_value(self, number: int, value: object, column: ReadColumn) -> object:
        """The cell's value; of a merged area the word that stands in it (无任务) holds for all its cells."""
        area = self.joined.get((number, column.at))
        if area is None:
            return value
        if area[0] == (number, column.at):
            self.spread[area[0]] = value
        word = self.spread.get(area[0], "")
        if not _is_number(word):
            return word
        self.unclear.add((number, column.at))
        return value

    def _special(self, number: int, value: object, column: ReadColumn, cell: str) -> bool:
        """Whether nothing can be taken from the cell as it stands, after saying why."""
        place = (number, column.at)
        if error := self.marks.errors.get(place):
            self.problem("WB-061", cell, column.text, f"这一格是出错的公式，显示 {error}。", "请改好公式，或直接填数。")
        elif place in self.marks.uncached:
            self.problem(
                "WB-062",
                cell,
                column.text,
                "这一格是公式，但文件里没有存下计算结果。",
                "请在 WPS 或 Excel 中打开、保存一次再上传，或改填数字。",
            )
        elif place in self.marks.circular:
            self.problem(
                "WB-061",
                cell,
                column.text,
                "这一格的公式把自己也算了进去（循环引用），显示的 0 不是结果。",
                "请改好公式的范围，或直接填数。",
            )
        elif rich := self.marks.rich.get(place):
            self._looks_wrong(rich[1], cell, column)
        elif (area := self.joined.get(place)) and place == area[0] and _is_number(value):
            last = cell_reference(*area[1])
            self.problem(
                "WB-070",
                cell,
                column.text,
                f"{cell} 到 {last} 合并成了一格，只写了一个数，分不清是合计，还是每一格都是这个数。",
                "请取消合并，每一格填自己的数；没有数的留空。",
            )
        else:
            return False
        return True

    def _looks_wrong(self, flaw: str, cell: str, column: ReadColumn) -> None:
        self.problem(
            "WB-069",
            cell,
            column.text,
            f"{flaw}，不知道算不算数。",
            "请去掉删除线和上下标，只留要报的数；作废的请清空。",
        )

    def number(self, value: object, fmt: NumberFormat, cell: str, column: ReadColumn) -> ParsedNumber | None:
        """The cell's number, or None after saying what is wrong with it."""
        if fmt.flaw and value != "":
            if fmt.flaw != FAINT:
                self._looks_wrong(fmt.flaw, cell, column)
                return None
            self.problem(
                "WB-015", cell, column.text, f"{fmt.flaw}，照样读取了。", "请改成看得见的颜色，看过再确认。", ASK
            )
        if isinstance(value, str):
            parsed = text_from_cell(value, fmt)
        elif isinstance(value, bool):
            self.problem("WB-060", cell, column.text, f"填写“{'TRUE' if value else 'FALSE'}”，不是数。", "请改填数字。")
            return None
        elif isinstance(value, datetime.date | datetime.time | datetime.timedelta):
            self.problem(
                "WB-063",
                cell,
                column.text,
                f"是日期（{written_text(value)}），不是数；输入“1-2”之类会被自动变成日期。",
                "请把单元格格式改为“常规”或“数值”，再重填这个数。",
            )
            return None
        else:
            parsed = number_from_cell(value, fmt)
            if parsed.hidden and not column.column.published:
                self.problem(
                    "WB-064",
                    cell,
                    column.text,
                    f"显示 {quantities.scaled_text(parsed.digits, parsed.places)}，实际存的是 {parsed.hidden}；按显示的数读取。",
                    "请把数四舍五入到显示的位数（ROUND），或多显示几位小数。",
                    ASK,
                )
        if parsed.state == BAD:
            text = written_text(value)
            self.strays.append((heads.clean_label(text), cell, column.text))
            self.problem(
                "WB-060",
                cell,
                column.text,
                f"填写“{_clip(text)}”，读不出数：{parsed.flaw}。",
                "请只填一个数；没有数的请留空，或写“未报”“无任务”“不适用”。",
            )
            return None
        if parsed.state == NUMBER and parsed.digits < 0 and not column.negative:
            self.problem(
                "WB-065",
                cell,
                column.text,
                f"填写 {written_text(value)}，是负数。",
                "这一列不应有负数，请核对；允许负数的，请在对照表这一列写 negative: true。",
            )
            return None
        return parsed

    def _unit(self, own: str, column: ReadColumn, cell: str, parsed: ParsedNumber) -> str | None:
        """The unit this number is in: the cell's own when it names one."""
        unit = unit_named(own, column.unit)
        if unit is None:
            self.problem(
                "WB-066",
                cell,
                column.text,
                f"这一格自带单位“{own}”，与本列的“{column.unit}”对不上。",
                "请只填数字；单位写在表头。",
            )
        return unit

    def _base(self, parsed: ParsedNumber, unit: str, column: ReadColumn, cell: str) -> int | None:
        text = quantities.scaled_text(parsed.digits, parsed.places)
        try:
            base = quantities.to_base(parsed.digits, parsed.places, unit)
        except ValueError:
            self.problem(
                "WB-067",
                cell,
                column.text,
                f"{text}{unit} 的小数位数太多，比最小的记录单位还细。",
                "请核对是否多填了小数点；确需更细的，请改用更小的单位。",
            )
            return None
        if abs(base) > LARGEST:
            self.problem(
                "WB-068",
                cell,
                column.text,
                f"{text}{unit} 太大，超出能记录的范围。",
                "请核对是否多填了位数，或单位用错。",
            )
            return None
        return base


def shown_text(value: object, parsed: ParsedNumber) -> str:
    """What the cell shows to a reader."""
    if isinstance(value, str):
        return value.strip()
    before, after, last = quantities.APPROXIMATE[parsed.approx]
    return f"{before}{quantities.scaled_text(parsed.digits, parsed.places)}{after}{parsed.unit}{last}"


def fraction_as_percent(digits: int, places: int) -> tuple[int, int]:
    """0.85 as 85 %."""
    return (digits, places - 2) if places >= 2 else (digits * 10 ** (2 - places), 0)


def padding(digits: int, places: int) -> int:
    """How many zeros a format may have added behind the point, beside one decimal: of 56.60 one, of 50.00 one."""
    added = 0
    while places - added > 1 and digits % 10 == 0:
        digits, added = digits // 10, added + 1
    return added


def _is_number(value: object) -> bool:
    """Whether a cell holds something that must be a number: neither nothing nor one of the words for none."""
    return parse_number(value).state in (NUMBER, BAD) if isinstance(value, str) else value != ""


def written_text(value: object) -> str:
    """What stands in the cell, for messages."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _clip(text: str) -> str:
    text = re.sub(r"\s+", " ", text.strip())
    return text if len(text) <= 30 else text[:29] + "…"
