"""Reading a form with regions (or indicators) down and measures across."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from anju import quantities
from anju.problems import ASK, BLOCK
from anju.workbooks.files.looks import STRUCK
from anju.workbooks.files.numbers import BAD, BLANK, DASH, fold_text, parse_number, plain_number
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
from anju.workbooks.reading.maps import MapColumn, PartRow, TableMap, TotalRow
from anju.workbooks.reading.radicals import radicals_in
from anju.workbooks.reading.sections import Section
from anju.workbooks.reading.sign_off import is_sign_off
from anju.workbooks.reading.values import LARGEST, CellReader, Entered, ReadColumn, shown_text, written_text

FOOT = re.compile(r"^(?:注|备注|说明|填表|填报|制表|审核|审批|复核|单位负责人|负责人|联系|资料来源|数据来源|截至|截止)")
PART = re.compile(r"\s*其\s*中")
BETWEEN = re.compile(r"续|^附|表$|单位|[:：]|年|页")
Event = DataRow | str


class WideReader(CellReader):
    """One pass over one sheet. Problems go to the reading; cells are yielded."""

    def __init__(
        self,
        sheet: Worksheet,
        table: TableMap,
        reading: WorkbookReading,
        sections: list[Section],
        area: str,
        period: str,
    ) -> None:
        super().__init__(sheet, table, reading, sections[0].head)
        self.rules = table.rows
        self.area = heads.clean_label(table.area or area)
        self.period = period
        self.unsure: set[str] = set()  # columns whose unit is in doubt: said once, at the head
        self.later = sections[1:]
        self.fields = self._fields(sections[0])
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
        self.labels: dict[str, int] = {}
        self.rows: dict[str, DataRow] = {}  # of forms that go on below: each row's values from all its sections
        self.whole: DataRow | None = None  # the region row above, for 其中
        self.doubled = ""  # the name of the row just refused, if it stood already

    def _fields(self, section: Section) -> list[ReadColumn]:
        """The columns under a head. What it says of units is told once for all of them."""
        self.head = replace(section.head, units=section.head.units or self.head.units)
        found = sorted(section.found.items(), key=lambda item: item[1])
        pairs = [(self.table.columns[index], at) for index, at in found if not self.table.columns[index].ignore]
        fields = [self._field(column, at) for column, at in pairs]
        silent = [one for one in fields if not (one.column.ratio or one.column.published or self.head.units_of(one.at))]
        families = {quantities.unit_of_measure(name).family for name in self.head.units}
        foreign = bool(families and silent) and families.isdisjoint(one.family for one in silent)
        if silent and (self.head.strange or foreign):
            self.unsure.update(one.name for one in silent)
            stated = self.head.strange or "、".join(self.head.units)
            self.problem(
                "WB-025",
                cell_reference(self.head.unit_row, 0),
                "",
                f"表头上方写的单位是“{stated}”，"
                + ("不认识。" if self.head.strange else f"各列应当用“{silent[0].unit}”。"),
                "请换算成规定的单位并改正这一行；单位没有写错的，请改对照表的 unit，或换用合适的对照表。",
            )
        return fields

    def _field(self, column: MapColumn, at: int) -> ReadColumn:
        named, text = self.head.units_of(at), self.head.text(at)
        wanted = column.unit or ("%" if column.ratio else self.table.unit)
        family = quantities.unit_of_measure(wanted).family if wanted else ""
        unit, place = wanted, cell_reference(self.head.paths[at][-1].row, at)
        strange = "" if named or column.published else self.head.strange_unit_of(at)
        if strange and not any(strange in heads.parse_heading(path)[0] for path in column.path):
            self.unsure.add(column.name)
            self.problem("WB-025", place, text, f"表头写的单位“{strange}”不认识。", f"请换算成“{wanted}”并改正表头。")
        elif not column.ratio:
            offered = named or self.head.units
            same = [name for name in offered if not family or quantities.unit_of_measure(name).family == family]
            if wanted in same:
                pass
            elif len(set(same)) > 1 and family:
                self.unsure.add(column.name)
                what = f"表头写了几个单位“{'、'.join(same)}”，分不清这一列是哪一个。"
                self.problem("WB-025", place, text, what, "请在这一列的表头写明单位。")
            elif same:
                unit = same[0]
            elif named and not column.published:
                self.unsure.add(column.name)
                self.problem(
                    "WB-025",
                    place,
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
        if self.looked and any(self.marks.format(cell.row, cell.column).flaw == STRUCK for cell in self.head.paths[at]):
            self.problem(
                "WB-069", place, text, "这一列的表头划了删除线，不知道算不算数。", "请去掉删除线；作废的列请删去。"
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
        start, several = self.head.bottom + 1, any(not one.again for one in self.later)
        every = list(self.fields)
        self._tell_hidden_columns()
        empty, events, skipped = True, [], self._between()
        tally = None if several else self._tally(every)
        for number, values in enumerate(islice(self.sheet.rows(), start, None), start):
            if self.later and number >= self.later[0].head.top:
                every += self._turn(self.later.pop(0))
            if number in skipped or (not any(value != "" for value in values) and not self._odd(number)):
                continue
            before = len(self.reading.problems)
            row = self._row(number, values)
            if row is None:
                if any(one.level == BLOCK for one in self.reading.problems[before:]):
                    events.append(self.doubled)
            else:
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
                whole = self.rows.setdefault(row.label, row) if several else row
                yield from self._read(row, values, whole)
                if whole is row:
                    events.append(row)
            if tally and events:
                _tell(tally, events.pop())
        if empty:
            self.problem(
                "WB-030",
                cell_reference(start, 0),
                "",
                "表头下面没有一行数据。",
                "请填写后再上传；数据在别的工作表的，请只保留那一张。",
            )
        if tally is None:
            tally = self._tally(list({one.name: one for one in reversed(every)}.values()))
            for event in events:
                _tell(tally, event)
        tally.finish()
        self._after()

    def _tally(self, fields: list[ReadColumn]) -> checks.SumChecker:
        return checks.SumChecker(self.table, self.rules, fields, self.problem, self.unsure)

    def _between(self) -> set[int]:
        """Rows of further heads, and of the titles right above them."""
        skipped: set[int] = set()
        first = self.sheet.first_rows(heads.MORE_HEADS) if self.later else []
        for section in self.later:
            skipped.update(range(section.head.top, section.head.bottom + 1))
            number = section.head.top - 1
            while number > self.head.bottom and self._is_title(first[number]):
                skipped.add(number)
                number -= 1
        return skipped

    def _is_title(self, values: list) -> bool:
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

    def _turn(self, section: Section) -> list[ReadColumn]:
        """Go on under a further head; what it reads that is new."""
        if section.again:
            for one in self.fields:
                one.until = -1
            return []
        self.reading.problems += section.problems
        further = {self.table.columns[index].name for index in section.found} - {one.name for one in self.fields}
        if further or not section.found:
            self.labels = {}  # the same rows once more, with other columns
        self.fields = self._fields(section)
        self.taken = {one.at for one in self.fields}
        self.join(self.taken, section.head.bottom + 1)
        self.whole = None
        return self.fields

    def _tell_hidden_columns(self) -> None:
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

    def _odd(self, number: int) -> bool:
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

    def _row(self, number: int, values: list) -> DataRow | None:
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
            and not self._odd(number)
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
        if found := radicals_in(str(name)):
            self.problem(
                "WB-038",
                cell_reference(number, at),
                text,
                f"名称里的“{'、'.join(found)}”是形似的部首，不是汉字；按“{text}”读取。",
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

    # cells

    def _read(self, row: DataRow, values: list, whole: DataRow) -> Iterator[ReadCell]:
        """The row's cells. whole: the row that its values belong to, itself unless a section above began it."""
        number, sheet, line, width = row.number, self.sheet.name, str(row.number + 1), len(values)
        store = row.kind not in ("group", "part") or bool(row.region)
        kind = "region" if store and row.kind in ("group", "part") else row.kind  # a group that is a region is one
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
                    if len(self.reading.problems) > before or (number, one.at) in self.unclear:
                        whole.values[one.name] = None  # something stands there: unknown, not empty
                    continue
                state, unit, approx, text = long_way.state, long_way.unit, long_way.approx, long_way.text
                digits, places, base = long_way.digits, long_way.places, long_way.base
            if whole is not row and not self._goes_on(whole, one, base, cell):
                continue
            whole.values[one.name] = base
            calibre = rule.calibre if rule and rule.calibre is not None else column.calibre or self.rules.calibre
            entry = ReadCell(
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
                self.reading.published.append(entry)
                if column.ratio and digits is not None:
                    whole.printed[one.name] = (digits, places)
                    if isinstance(value, float):
                        whole.padded.add(one.name)
            elif store:
                yield entry

    def _goes_on(self, whole: DataRow, one: ReadColumn, base: int | None, cell: str) -> bool:
        """Whether a value below a further head is new; the same one again is passed over, another one is refused."""
        if one.name not in whole.values:
            whole.places[one.name] = cell
            return True
        if whole.values[one.name] != base:
            self.problem(
                "WB-031", cell, one.text, f"“{whole.label}”的这个数在 {whole.cell(one.name, one.letter)} 已经有一个，两处不一样。", "请核对后改成一样，或只保留一处。",
            )  # fmt: skip
        return False

    def _long_way(self, number: int, value: object, cell: str, one: ReadColumn) -> Entered | None:
        """Anything but an ordinary number; None when there is nothing to keep."""
        if (number, one.at) in self.odd:
            value = self.joined_value(number, value, one)
            if self._special(number, value, one, cell):
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


def _tell(tally: checks.SumChecker, event: Event) -> None:
    """A row read, or the name of one that was refused."""
    tally.add(event) if isinstance(event, DataRow) else tally.lose(event)
