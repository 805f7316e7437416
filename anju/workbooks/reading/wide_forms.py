"""Reading a form with regions (or indicators) down and measures across."""

import datetime
import re
from collections.abc import Iterator
from itertools import islice

from anju import quantities
from anju.problems import ASK, BLOCK
from anju.workbooks.files.numbers import BAD, BLANK, DASH, parse_number, plain_number
from anju.workbooks.files.opening import Worksheet
from anju.workbooks.reading import checks, heads
from anju.workbooks.reading.cells import (
    NUMBER,
    UNREPORTED,
    DataRow,
    ReadCell,
    WorkbookReading,
    cell_reference,
    column_letters,
)
from anju.workbooks.reading.heads import TableHead
from anju.workbooks.reading.maps import MapColumn, TableMap, TotalRow
from anju.workbooks.reading.values import LARGEST, CellReader, Entered, ReadColumn, shown_text, written_text

FOOT = re.compile(r"^(?:注|备注|说明|填表|填报|制表|审核|审批|复核|单位负责人|负责人|联系|资料来源|数据来源|截至|截止)")


class WideReader(CellReader):
    """One pass over one sheet. Problems go to the reading; cells are yielded."""

    def __init__(
        self,
        sheet: Worksheet,
        table: TableMap,
        reading: WorkbookReading,
        head: TableHead,
        found: dict[int, int],
        area: str,
        period: str,
    ) -> None:
        super().__init__(sheet, table, reading, head)
        self.rules = table.rows
        self.area = heads.clean_label(table.area or area)
        self.period = period
        self.unsure: set[str] = set()  # columns whose unit is in doubt: said once, at the head
        self.fields = [
            self._field(table.columns[index], at) for index, at in sorted(found.items(), key=lambda item: item[1])
        ]
        self.fields = [one for one in self.fields if not one.column.ignore]
        self.taken = {one.at for one in self.fields}
        self.rated = {name for one in self.fields if one.column.ratio for name in one.column.ratio}
        self.totals = {heads.clean_label(name): rule for rule in self.rules.totals for name in rule.name}
        self.groups = {heads.clean_label(name): rule for rule in self.rules.groups for name in rule.name}
        self.expected = {heads.clean_label(name) for name in self.rules.regions}
        self.aliases = {heads.clean_label(name): to for name, to in self.rules.aliases.items()}
        self.items = {heads.clean_label(name): code for name, code in self.rules.items.items()}
        self.head_words = {heads.clean_label(word) for word in self.rules.label}
        self.labels: dict[str, int] = {}
        self.doubled = ""  # the name of the row just refused, if it stood already

    def _field(self, column: MapColumn, at: int) -> ReadColumn:
        named, text = self.head.units_of(at), self.head.text(at)
        wanted = column.unit or ("%" if column.ratio else self.table.unit)
        family = quantities.unit_of_measure(wanted).family if wanted else ""
        unit = wanted
        if not column.ratio:
            offered = named or self.head.units
            same = [name for name in offered if not family or quantities.unit_of_measure(name).family == family]
            if same:
                unit = same[0]
            elif named and not column.published:
                self.unsure.add(column.name)
                self.problem(
                    "WB-025",
                    cell_reference(self.head.paths[at][-1].row, at),
                    text,
                    f"表头写的单位是“{'、'.join(named)}”，这一列应当用“{wanted}”。",
                    f"请换算成“{wanted}”并改正表头；确是“{named[0]}”的，请改对照表的 unit。",
                )
        if not unit and not column.published and self.table.form == "wide":
            self.unsure.add(column.name)
            self.problem(
                "WB-026",
                cell_reference(self.head.bottom, at),
                text,
                "表头、表上方和对照表都没有写计量单位。",
                "请在表头加上单位，如“（套）”，或在对照表写 unit。",
            )
        family = family or (quantities.unit_of_measure(unit).family if unit else "")
        period = (column.period or "").replace("{year}", self.period[:4]) or self.period
        factor = quantities.unit_of_measure(unit).factor
        return ReadColumn(
            at=at,
            column=column,
            unit=unit,
            family=family,
            letter=column_letters(at),
            text=text,
            negative=column.negative,
            period=period,
            factor=factor,
            name=column.name,
        )

    # rows

    def cells(self) -> Iterator[ReadCell]:
        tally = checks.SumChecker(self.table, self.rules, self.fields, self.problem, self.unsure)
        start = self.head.bottom + 1
        hidden_columns = sorted({one.letter for one in self.fields if one.at in self.marks.hidden_columns})
        if hidden_columns:
            self.problem(
                "WB-014",
                f"{hidden_columns[0]}1",
                "",
                f"第 {'、'.join(hidden_columns)} 列是隐藏的，照样读取了。",
                "请取消隐藏，看过这些列的数再确认。",
                ASK,
            )
        empty = True
        for number, values in enumerate(islice(self.sheet.rows(), start, None), start):
            if not any(value != "" for value in values) and not self._odd(number):
                continue
            before = len(self.reading.problems)
            row = self._row(number, values)
            if row is None:
                if any(one.level == BLOCK for one in self.reading.problems[before:]):
                    tally.lose(self.doubled)
                continue
            empty = False
            if number in self.marks.hidden_rows:
                self.problem(
                    "WB-013",
                    cell_reference(number, self.head.span[0]),
                    row.label,
                    "这一行是隐藏的，照样读取了。",
                    "请取消隐藏，看过这一行的数再确认。",
                    ASK,
                )
            yield from self._read(row, values)
            tally.add(row)
        if empty:
            self.problem(
                "WB-030",
                cell_reference(start, 0),
                "",
                "表头下面没有一行数据。",
                "请填写后再上传；数据在别的工作表的，请只保留那一张。",
            )
        tally.finish()
        self._after()

    def _odd(self, number: int) -> bool:
        """Whether a row that shows nothing still holds an error or an uncached formula."""
        return bool(self.odd) and any((number, one.at) in self.odd for one in self.fields)

    def _row(self, number: int, values: list) -> DataRow | None:
        first, last = self.head.span
        self.doubled = ""
        name, at = values[last] if first == last < len(values) else "", first
        for column in (*range(last, first - 1, -1), *range(first - 1, -1, -1)) if name == "" else ():
            if column < first and not (
                column < len(values) and isinstance(values[column], str) and parse_number(values[column]).state == BAD
            ):
                continue  # left of the names only words can name a row: 合计 in the first column
            if column < len(values) and values[column] != "" and column not in self.taken:
                name, at = values[column], column
                break
        if name == "":
            if any(one.at < len(values) and values[one.at] != "" for one in self.fields):
                self.problem(
                    "WB-032",
                    cell_reference(number, first),
                    self.head.text(first),
                    "这一行有数，但没有名称。",
                    "请填写区划（或指标）名称；不属于这张表的数请删去。",
                )
            return None
        if isinstance(name, datetime.date | bool) or (not isinstance(name, str) and not self.items):
            self.problem(
                "WB-033",
                cell_reference(number, at),
                self.head.text(first),
                f"名称这一列写的是“{written_text(name)}”，不是名称。",
                "请改成名称；可能整行错开了一列。",
            )
            return None
        text = heads.clean_label(name)
        if text in self.head_words:
            return None  # the head again, at the top of a printed page
        if (
            (FOOT.match(text) or len(text) > 24)
            and not self._odd(number)
            and all(one.at >= len(values) or values[one.at] == "" for one in self.fields)
        ):
            return None
        text = self.aliases.get(text, text)
        if text in self.labels:
            self.doubled = text
            self.problem(
                "WB-031",
                cell_reference(number, at),
                text,
                f"“{text}”在第 {self.labels[text] + 1} 行已经有一行。",
                "请只保留一行；不是同一个区划的，请把名称写全。",
            )
            return None
        self.labels[text] = number
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
            return DataRow(number, text, "total", heads.clean_label(rule.region) or self.area or text, rule)
        if group := self.groups.get(text):
            return DataRow(number, text, "group", heads.clean_label(group.region), group)
        if self.expected and text not in self.expected:
            self.problem(
                "WB-035",
                cell_reference(number, at),
                text,
                f"规定的行里没有“{text}”。",
                "请核对名称；确有这一区划的，请在对照表的 rows.regions 里加上，或在 rows.aliases 里写明是谁。",
                BLOCK if self.rules.closed else ASK,
            )
        return DataRow(number, text, "region", text, None)

    # cells

    def _read(self, row: DataRow, values: list) -> Iterator[ReadCell]:
        number, sheet, line, width = row.number, self.sheet.name, str(row.number + 1), len(values)
        store = row.kind != "group" or bool(row.region)
        kind = "region" if store and row.kind == "group" else row.kind  # a group that is a region is one
        rule = row.rule if isinstance(row.rule, TotalRow) else None
        document = (rule.document if rule else "") or self.rules.document
        odd = self.odd and any((number, one.at) in self.odd for one in self.fields)
        measure = self.items.get(row.label) if self.items else None
        for one in self.fields:
            value = values[one.at] if one.at < width else ""
            if value == "" and not odd:
                continue
            if number >= one.until:
                self._format(one, number)
            column, cell = one.column, one.letter + line
            state, unit, approx = NUMBER, one.unit, ""
            short = (
                plain_number(value, one.least, one.most)
                if type(value) is float and value >= 0 and one.most >= 0 and not odd
                else None
            )
            base = -1
            if short:
                digits, places, text = short
                base, rest = divmod(digits * one.factor, 10**places) if places else (digits * one.factor, 0)
                if rest or base > LARGEST:
                    base = -1
            if base < 0:
                before = len(self.reading.problems)
                long_way = self._long_way(number, value, cell, one)
                if long_way is None:
                    if len(self.reading.problems) > before:
                        row.values[one.name] = None  # something stands there: unknown, not empty
                    continue
                state, unit, approx, text = long_way.state, long_way.unit, long_way.approx, long_way.text
                digits, places, base = long_way.digits, long_way.places, long_way.base
            row.values[one.name] = base
            if one.name in self.rated:
                row.rounded[one.name] = places or 0, unit
            calibre = rule.calibre if rule and rule.calibre is not None else column.calibre or self.rules.calibre
            made = ReadCell(
                measure=measure or column.measure or one.name,
                calibre=calibre,
                region_name=row.region,
                period=one.period,
                state=state,
                digits=digits,
                places=places,
                unit=unit,
                approx=approx,
                assumed=False,
                basis="",
                sheet=sheet,
                cell=cell,
                raw=text,
                row_label=row.label,
                column_label=one.text,
                kind=kind,
                document=column.document or document,
                key=one.name,
            )
            if column.published:
                self.reading.published.append(made)
                if column.ratio and digits is not None:
                    row.printed[one.name] = (digits, places)
            elif store:
                yield made

    def _long_way(self, number: int, value: object, cell: str, one: ReadColumn) -> Entered | None:
        """Anything but an ordinary number; None when there is nothing to keep."""
        if (number, one.at) in self.odd:
            self._special(number, one, cell)
            return None
        parsed = self.number(value, one.fmt, cell, one)
        if parsed is None or parsed.state == BLANK:
            return None
        state = parsed.state
        if state == DASH:
            if self.table.dash == "blank":
                return None
            state = self.table.dash
        if state != NUMBER:
            return Entered(state, one.unit, shown_text(value, parsed), base=None if state == UNREPORTED else 0)
        unit = self._unit(parsed.unit, one, cell, parsed)
        if unit is None or (base := self._base(parsed, unit, one, cell)) is None:
            return None
        return Entered(
            state,
            unit,
            shown_text(value, parsed),
            digits=parsed.digits,
            places=parsed.places,
            approx=parsed.approx,
            base=base,
        )

    def _after(self) -> None:
        """What can only be said at the end: names in number cells, rows that did not come."""
        known = self.expected | set(self.labels)
        for text, cell, heading in self.strays:
            if text in known:
                self.problem(
                    "WB-034",
                    cell,
                    heading,
                    f"区划名称“{text}”写在了数字列。",
                    "这一行可能错开了一列，请对照表头移回原位。",
                )
        missing = [name for name in self.rules.regions if heads.clean_label(name) not in self.labels]
        if missing:
            self.problem(
                "WB-036",
                cell_reference(self.head.bottom + 1, self.head.span[0]),
                "",
                f"缺少这些行：{'、'.join(missing)}。",
                "请补上；确实没有数的，保留名称、数字留空。",
                ASK,
            )
