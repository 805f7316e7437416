"""The rows of a wide form: what names each, what kind it is, and which are no data: titles, notes, signatures."""

import datetime
import re
from typing import NamedTuple

from anju import quantities
from anju.problems import ASK, BLOCK
from anju.workbooks.files.looks import STRUCK
from anju.workbooks.files.numbers import BAD, fold_text, parse_number
from anju.workbooks.files.opening import Worksheet
from anju.workbooks.files.radicals import radicals_in
from anju.workbooks.reading import heads, units
from anju.workbooks.reading.cells import DataRow, WorkbookReading, cell_reference
from anju.workbooks.reading.columns import ColumnReader, Section
from anju.workbooks.reading.maps import PartRow, TableMap
from anju.workbooks.reading.values import written_text

FOOT = re.compile(r"^(?:注|备注|说明|填表|填报|制表|审核|审批|复核|单位负责人|负责人|联系|资料来源|数据来源|截至|截止)")
UNIT_HEADS = ("单位", "计量单位", "计算单位")
PART = re.compile(r"\s*其\s*中")
BETWEEN = re.compile(r"续|^附|表$|单位|[:：]|年|页")
_WHO = "填表|填报|制表|编制|经办|审核|审批|复核|核对|统计|联系|单位|分管|主管|主要|科室"
_WORD = re.compile(
    rf"(?:(?:{_WHO})+(?:人员?|者|领导|负责人|科室)?|负责人|领导|盖章|签字|签章|公章|单位)(?:\((?:签字|签章|签名|盖章|公章)\))?"
)
_DATED = re.compile(rf"(?:{_WHO}|报送|上报)?(?:人员?)?(?:联系)?(?:电话|手机号?码?|方式|日期|时间|年月日)")


class RowReader(ColumnReader):
    """Names rows and says what they are; problems go to the reading."""

    def __init__(
        self,
        sheet: Worksheet,
        table: TableMap,
        reading: WorkbookReading,
        sections: list[Section],
        area: str,
        period: str,
    ) -> None:
        super().__init__(sheet, table, reading, sections[0].head, period)
        self.rules = table.rows
        self.area = heads.clean_label(table.area or area)
        self.later = sections[1:]
        self.several = any(not section.again for section in self.later)  # not all rows stand under the same columns
        self.fields = self.columns_under(sections[0])
        self.taken = {one.at for one in self.fields}
        self.join(self.taken, self.head.bottom + 1)
        self.totals = {heads.clean_label(name): rule for rule in self.rules.totals for name in rule.name}
        self.groups = {heads.clean_label(name): rule for rule in self.rules.groups for name in rule.name}
        self.parts = {heads.clean_label(name): rule for rule in self.rules.parts for name in rule.name}
        self.expected = {heads.clean_label(name) for name in self.rules.regions}
        self.aliases = {heads.clean_label(name): to for name, to in self.rules.aliases.items()}
        self.items = {heads.clean_label(name): code for name, code in self.rules.items.items()}
        self.members = {
            heads.clean_label(name)
            for rule in self.rules.groups
            if isinstance(rule.members, tuple)
            for name in rule.members
        }
        self.head_words = {heads.clean_label(word) for word in self.rules.label}
        self.rated = {name for column in table.columns for name in column.ratio or ()}  # type: ignore[union-attr]
        self.labels: dict[str, int] = {}
        self.rows: dict[str, DataRow] = {}  # of forms that go on below: each row's values from all its sections
        self.whole: DataRow | None = None  # the region row above, for 其中
        self._beside: tuple[heads.TableHead, list[tuple[int, str]]] | None = None
        self.doubled = ""  # the name of the row just refused, if it stood already

    def is_title(self, values: list) -> bool:
        texts = [value for value in values if value != ""]
        return all(isinstance(value, str) for value in texts) and (
            not texts
            or (
                len(texts) <= 2
                and all(BETWEEN.search(fold_text(text).strip()) for text in texts)
                and not self.expected
                & {self.aliases.get(heads.clean_label(text), heads.clean_label(text)) for text in texts}
            )
        )

    def is_odd(self, number: int) -> bool:
        """Whether a row that shows nothing still holds an error or an uncached formula."""
        return bool(self.odd) and any((number, one.at) in self.odd for one in self.fields)

    def _name(self, number: int, values: list) -> tuple[object, int]:
        """The cell that names the row, and its column."""
        first, last = self.head.span
        name, at = values[last] if first == last < len(values) else "", first
        for column in (*range(last, first - 1, -1), *range(first - 1, -1, -1)) if name == "" else ():
            if column < first and not (
                column < len(values) and isinstance(values[column], str) and parse_number(values[column]).state == BAD
            ):
                continue  # left of the names only words can name a row: 合计 in the first column
            if column < len(values) and values[column] != "" and column not in self.taken:
                return values[column], column
        return name, at

    @property
    def beside(self) -> list[tuple[int, str]]:
        """Columns under the head that say more of a row, and are not read: its name once more, its unit."""
        if self._beside is None or self._beside[0] is not self.head:
            known = {*self.head_words, *UNIT_HEADS}
            named = ((at, heads.parse_heading(path[-1].text)[0]) for at, path in self.head.paths.items())
            first, last = self.head.span
            values = [
                (at, name) for at, name in named if name in known and at not in self.taken and not first <= at <= last
            ]
            self._beside = (self.head, values)
        return self._beside[1]

    def check_beside(self, number: int, row: DataRow, values: list[object]) -> None:
        """What else the row says of itself: its name once more to the right, its unit in a column of units or at its name."""
        at = self.head.span[1]
        own = heads.parse_heading(str(values[at]))[1] if at < len(values) else ()
        for at, heading in self.beside:
            text = values[at] if at < len(values) else ""
            if not isinstance(text, str) or not text:
                continue
            name = heads.clean_label(text)
            if (
                heading in self.head_words
                and self.aliases.get(name, name) != row.label
                and at < max(self.taken, default=0)
            ):
                self.problem(
                    "WB-033",
                    cell_reference(number, at),
                    self.head.text(at),
                    f"这一行左边是“{row.label}”，这里又是“{text.strip()}”，分不清右边的数是谁的。",
                    "两张并排的表，请分开放到两张工作表，或改成同样的顺序。",
                )
            elif heading in UNIT_HEADS:
                own = own or units.units_in(text)
        for column in self.fields if own else ():
            if (
                column.unit
                and not column.column.published
                and not self.head.units_of(column.at)
                and quantities.ALIASES.get(column.unit, column.unit) not in own
            ):
                self.problem(
                    "WB-066",
                    cell_reference(number, column.at),
                    column.text,
                    f"这一行写的单位是“{'、'.join(own)}”，与本列的“{column.unit}”对不上。",
                    f"请换算成“{column.unit}”，并改正这一行的单位。",
                )

    def row_of(self, number: int, values: list) -> DataRow | None:
        self.doubled = ""
        if not self.fields:
            return None  # under a head that nobody knows
        name, at = self._name(number, values)
        if is_sign_off(values):
            return None
        if name == "":
            if any(one.at < len(values) and values[one.at] != "" for one in self.fields) and not self._is_note(
                number, values
            ):
                self.problem(
                    "WB-032",
                    cell_reference(number, self.head.span[0]),
                    self.head.text(self.head.span[0]),
                    "这一行有数，但没有名称。",
                    "请填写区划（或指标）名称；不属于这张表的数请删去。",
                )
            return None
        if isinstance(name, datetime.date | bool) or (not isinstance(name, str) and not self.items):
            self.problem(
                "WB-033",
                cell_reference(number, at),
                self.head.text(self.head.span[0]),
                f"名称这一列写的是“{written_text(name)}”，不是名称。",
                "请改成名称；可能整行错开了一列。",
            )
            return None
        text = heads.clean_label(name)
        if (
            (FOOT.match(text) or len(text) > 24)
            and not self.is_odd(number)
            and all(one.at >= len(values) or values[one.at] == "" for one in self.fields)
        ):
            return None
        if text in self.head_words:
            self.problem(
                "WB-039",
                cell_reference(number, at),
                "",
                "这里像是又有一个表头，分不清下面各列是什么。",
                "请去掉重复的表头；确是区划名称的，请写全。",
            )
            return None
        text = self.aliases.get(text, text)
        if not self._name_is_sound(number, at, name, text):
            return None
        if text in self.labels and not self._part(str(name), text):
            self.doubled = text
            self.problem(
                "WB-031",
                cell_reference(number, at),
                text,
                f"“{text}”在第 {self.labels[text] + 1} 行已经有一行。",
                "请只保留一行；不是同一个区划的，请把名称写全。",
            )
            return None
        if not self._part(str(name), text):
            self.labels[text] = number
        return self._kind(number, at, str(name), text)

    def _name_is_sound(self, number: int, at: int, name: object, text: str) -> bool:
        """Struck-out names are refused, look-alike radicals in a name are asked about."""
        if self.looked and self.marks.format(number, at).flaw == STRUCK:
            self.problem(
                "WB-069",
                cell_reference(number, at),
                text,
                "这一行的名称划了删除线，不知道算不算数。",
                "请去掉删除线；作废的行请删去。",
            )
            return False
        if radicals := radicals_in(str(name)):
            self.problem(
                "WB-038",
                cell_reference(number, at),
                text,
                f"名称里的“{'、'.join(radicals)}”是形似的部首，不是汉字；按“{text}”读取。",
                "请核对名称，最好重新输入。",
                ASK,
            )
        return True

    def _is_note(self, number: int, values: list) -> bool:
        """A note that begins further right than the names."""
        texts = [value for value in values if value != ""]
        return len(texts) == 1 and isinstance(texts[0], str) and bool(FOOT.match(heads.clean_label(texts[0])))

    def _part(self, name: str, text: str) -> PartRow | None:
        """The rule of a row that is a part (其中) of the row above, or of one that the map names."""
        rule = self.parts.get(text)
        ours = rule and (rule.of or self.whole) and (PART.match(fold_text(name)) or text not in self.expected)
        return rule if ours else None

    def _kind(self, number: int, at: int, name: str, text: str) -> DataRow | None:
        """Which kind of row it is, and whose."""
        if self.items:
            if text not in self.items:
                self.problem(
                    "WB-035",
                    cell_reference(number, at),
                    text,
                    f"对照表里没有“{text}”这一项，没有读取。",
                    "请核对名称，或在对照表的 rows.items 里加上这一项。",
                    ASK,
                )
                return None
            rule = self.totals.get(text)
            return DataRow(number, text, "total" if rule else "region", self.area, rule)
        if rule := self.totals.get(text):
            self.whole = None
            return DataRow(number, text, "total", heads.clean_label(rule.region) or self.area or text, rule)
        if group := self.groups.get(text):
            self.whole = None
            return DataRow(number, text, "group", heads.clean_label(group.region), group)
        if part := self._part(name, text):
            of = heads.clean_label(part.of) or self.whole.label  # type: ignore[union-attr]
            return DataRow(number, f"{of}其中{text}", "part", heads.clean_label(part.region), part, whole=of)
        declared = text in self.expected or text in self.members or text in self.aliases.values()
        if self.whole and PART.match(fold_text(name)) and not declared:
            self.problem(
                "WB-037",
                cell_reference(number, at),
                text,
                f"“{name.strip()}”写在“{self.whole.label}”下面，分不清是它的一部分，还是另一个区划。",
                "是它的一部分的，请在对照表的 rows.parts 里写明；是另一个区划的，请去掉“其中”，或在 rows.regions 里写上。",
            )
            return None
        if self.expected and text not in self.expected:
            self.problem(
                "WB-035",
                cell_reference(number, at),
                text,
                f"规定的行里没有“{text}”。",
                "请核对名称；确有这一区划的，请在对照表的 rows.regions 里加上，或在 rows.aliases 里写明是谁。",
                BLOCK if self.rules.closed else ASK,
            )
        row = DataRow(number, text, "region", text, None)
        if not PART.match(fold_text(name)):
            self.whole = row
        return row


class StatedUnits(NamedTuple):
    """Units that a row below the head states: anywhere in a line, or under each column. only: it is a row of nothing else."""

    units: tuple[str, ...]
    by_column: dict[int, str]
    only: bool


def stated_in_row(values: list[object]) -> StatedUnits | None:
    """The units of a row of words: 单位：万元, 注：金额单位为千元, 计量单位 | 套 | 万元. None where there is none, or a number."""
    if not all(isinstance(value, str) for value in values):
        return None
    texts = {at: str(value) for at, value in enumerate(values) if value != ""}
    if "单位" not in fold_text("".join(texts.values())).translate(units.SIMPLIFY):
        return None
    by_column = {at: named[0] for at, text in texts.items() if len(named := units.units_in(text)) == 1}
    names = tuple(name for text in texts.values() for name in units.stated_units(text)[0])
    first = heads.clean_label(next(iter(texts.values())))
    only = len(by_column) == len(texts) - 1 > 0 and first in UNIT_HEADS
    if not only:
        by_column = {}
    return StatedUnits(names, by_column, only) if names or only else None


def is_sign_off(values: list) -> bool:
    """Whether the row is nothing but signatures: 填表人 | 张三 | 审核人 | 李四 | 日期 | 2022年1月5日, spread over cells as it comes.

    Each cell is a word of signing or what was written behind one. A number is data, unless it is a telephone.
    """
    word = dated = False
    for value in values:
        if value == "":
            continue
        text = re.sub(r"\s+", "", fold_text(value)) if isinstance(value, str) else ""
        head, _, _ = text.partition(":")
        if _DATED.fullmatch(head):
            word = dated = True
        elif _WORD.fullmatch(head):
            word, dated = True, False
        elif not word or not (_is_name(value) or (dated and _is_long(value))):
            return False
    return word


def _is_name(value: object) -> bool:
    """What stands behind a word of signing: a name, a day."""
    return hasattr(value, "year") or (isinstance(value, str) and parse_number(value).state == BAD)


def _is_long(value: object) -> bool:
    """As long as a telephone number, or a day written in eight digits."""
    return len(re.sub(r"[^0-9]", "", written_text(value))) >= 7
