"""Reading a form with regions (or indicators) down and measures across."""

from collections.abc import Iterator, Sequence
from itertools import islice

from anju import quantities
from anju.problems import ASK, BLOCK
from anju.workbooks.files.numbers import BLANK, DASH, fold_number, plain_number
from anju.workbooks.reading import checks, heads
from anju.workbooks.reading.cells import NUMBER, UNREPORTED, DataRow, ReadCell, cell_reference
from anju.workbooks.reading.columns import YEAR_NAMED, Section
from anju.workbooks.reading.maps import TotalRow
from anju.workbooks.reading.rows import RowReader, StatedUnits, stated_in_row
from anju.workbooks.reading.values import (
    LARGEST,
    Entered,
    PlainRates,
    ReadColumn,
    fraction_as_percent,
    padding,
    shown_text,
)

Event = DataRow | str


class WideReader(RowReader):
    """One pass over one sheet. Problems go to the reading; cells are yielded. further: it goes on with another sheet's rows."""

    further = False

    def cells(self, further: Sequence["WideReader"] = ()) -> Iterator[ReadCell]:
        """The form's cells. further: readers of the sheets on which it goes on with other columns."""
        self.several = self.several or bool(further)
        tally = None if self.several else self._tally(self.fields)
        yield from self._pass(tally)
        for other in further:
            other.several, other.rows, other.further = True, self.rows, True
            yield from other._pass(None)
            self.every += other.every
            self.unsure |= other.unsure
            self.events += other.events
        if tally is None:
            tally = self._tally(list({one.name: one for one in reversed(self.every)}.values()))
            for event in self.events:
                _tell(tally, event)
        tally.finish()
        self._after()
        for other in further:
            other._after()

    @property
    def names(self) -> set[str]:
        """The rows that were read."""
        return set(self.rows) | set(self.labels)

    def _pass(self, tally: checks.SumChecker | None) -> Iterator[ReadCell]:
        """Every row of the sheet. every: the columns read; events: the rows, for a tally that comes later."""
        self.percents: dict[str, str] = {}  # cells that say % themselves → their column
        self.rates: dict[str, PlainRates] = {}
        self.shares: dict[
            str, tuple[str, str, str]
        ] = {}  # a column's first cell without it that could be a share of one
        start = self.head.bottom + 1
        every = self.every = list(self.fields)
        self._tell_hidden_columns()
        empty, skipped = True, self._between()
        events: list[Event] = []
        self.events = events
        for number, values in enumerate(islice(self.sheet.rows(), start, None), start):
            if self.later and number >= self.later[0].head.top:
                every += self._turn(self.later.pop(0))
            if number in skipped or (not any(value != "" for value in values) and not self.is_odd(number)):
                continue
            before = len(self.reading.problems)
            units = stated_in_row(values)
            row = None if units and units.only else self.row_of(number, values)
            if units and row is None:
                self._check_stated(number, units)
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
                self.check_beside(number, row, values)
                whole = self.rows.setdefault(row.label, row) if self.several else row
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

    def _check_stated(self, number: int, stated: StatedUnits) -> None:
        """A unit that stands below the head (in a foot, in a row of its own) must be the one that was read."""
        for column in self.fields:
            if column.column.published or column.name in self.unsure:
                continue
            below = [stated.by_column[column.at]] if column.at in stated.by_column else []
            if not below and not self.head.units_of(column.at):
                below = [name for name in stated.units if quantities.unit_of_measure(name).family == column.family]
            several = len(set(below)) > 1 and not column.column.unit  # 单位：万户、户 says of no column which
            if below and (several or quantities.ALIASES.get(column.unit, column.unit) not in below):
                self.unsure.add(column.name)
                self.problem(
                    "WB-025",
                    cell_reference(number, column.at if stated.by_column else self.head.span[0]),
                    column.text,
                    f"这一行写的单位是“{'、'.join(below)}”，这一列按“{column.unit}”读取，对不上。",
                    f"请把单位写在表头，如“（{below[0]}）”；这一行写错的，请改正或删去。",
                )

    def _tally(self, fields: list[ReadColumn]) -> checks.SumChecker:
        return checks.SumChecker(self.table, self.rules, fields, self.problem, self.unsure)

    def _between(self) -> set[int]:
        """Rows of further heads, and of the titles right above them."""
        skipped: set[int] = set()
        first = self.sheet.first_rows(heads.MORE_HEADS) if self.later else []
        for section in self.later:
            skipped.update(range(section.head.top, section.head.bottom + 1))
            number = section.head.top - 1
            while number > self.head.bottom and self.is_title(first[number]):
                skipped.add(number)
                self._check_title(number, first[number])
                number -= 1
        return skipped

    def _check_title(self, number: int, values: list[object]) -> None:
        """A title further down that names another year than the one that is read."""
        text = fold_number("".join(map(str, values)))
        years = YEAR_NAMED.findall(text)
        if years and self.period and self.period[:4] not in years:
            self.problem(
                "WB-039",
                cell_reference(number, 0),
                "",
                f"这里又有一个标题，写的是{'、'.join(years)}年，上面按 {self.period} 读取。",
                "另一期的表，请放到另一个文件；写错的请改正。",
            )

    def _turn(self, section: Section) -> list[ReadColumn]:
        """Go on under a further head; what it reads that is new."""
        if section.again:
            for column in self.fields:
                column.until = -1
            return []
        self.reading.problems += section.problems
        further = {self.table.columns[index].name for index in section.found} - {column.name for column in self.fields}
        if further or not section.found:
            self.labels = {}  # the same rows once more, with other columns
        self.fields = self.columns_under(section)
        self.taken = {column.at for column in self.fields}
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

    def _read(self, row: DataRow, values: list, whole: DataRow) -> Iterator[ReadCell]:
        """The row's cells. whole: the row that its values belong to, itself unless a section above began it."""
        number, sheet, line, width = row.number, self.sheet.name, str(row.number + 1), len(values)
        store = row.kind not in ("group", "part") or bool(row.region)
        kind = "region" if store and row.kind in ("group", "part") else row.kind  # a group that is a region is one
        rule = row.rule if isinstance(row.rule, TotalRow) else None
        document = (rule.document if rule else "") or self.rules.document
        odd = self.odd and any((number, field.at) in self.odd for field in self.fields)
        measure = self.items.get(row.label) if self.items else None
        rated = self.rated
        for field in self.fields:
            value = values[field.at] if field.at < width else ""
            if value == "" and not odd:
                continue
            if (number, field.at) in self.marks.comments and not field.column.published:
                self.check_comment((number, field.at), [field])
            if number >= field.until:
                self._format(field, number)
            column, cell = field.column, field.letter + line
            state, unit, approx = NUMBER, field.unit, ""
            short = (
                plain_number(value, field.least, field.most)
                if type(value) is float and value >= 0 and field.most >= 0 and not odd
                else None
            )
            base = -1
            if short:
                digits, places, text = short
                base, rest = divmod(digits * field.factor, 10**places) if places else (digits * field.factor, 0)
                if rest or base > LARGEST:
                    base = -1
            if base < 0:
                before = len(self.reading.problems)
                long_way = self._long_way(number, value, cell, field)
                if long_way is None:
                    if len(self.reading.problems) > before or (number, field.at) in self.unclear:
                        whole.values[field.name] = None  # something stands there: unknown, not empty
                    continue
                state, unit, approx, text = long_way.state, long_way.unit, long_way.approx, long_way.text
                digits, places, base = long_way.digits, long_way.places, long_way.base
            if unit == "%" and digits is not None and cell not in self.percents:
                if column.percent == "fraction":
                    digits, places, base = self._percent(field, digits, places, cell=cell)
                    if base < 0:
                        whole.values[field.name] = None
                        continue
                elif not column.published and not column.percent:
                    self.rates.setdefault(field.name, PlainRates(field.text)).add(digits, places, cell, text)
                if 0 < digits <= 10**places and not column.percent:
                    self.shares.setdefault(field.name, (cell, field.text, text))
            if whole is not row and not self._goes_on(whole, field, base, cell):
                continue
            whole.values[field.name] = base
            if self.several:
                whole.places[field.name] = f"{sheet}!{cell}" if self.further else cell
            if field.name in rated and digits is not None:
                whole.steps[field.name] = quantities.unit_of_measure(unit).factor // 10**places
            calibre = rule.calibre if rule and rule.calibre is not None else column.calibre or self.rules.calibre
            entry = ReadCell(
                measure=measure or column.measure or field.name,
                calibre=calibre,
                region_name=row.region,
                period=field.period,
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
                column_label=field.text,
                kind=kind,
                document=column.document or document,
                key=field.name,
                padded=padding(digits, places) if column.published and digits and isinstance(value, float) else 0,
            )
            if column.published:
                self.reading.published.append(entry)
                if column.ratio and digits is not None:
                    whole.printed[field.name], whole.padded[field.name] = (digits, places), entry.padded
            elif store:
                yield entry

    def _percent(self, column: ReadColumn, digits: int, places: int, *, cell: str) -> tuple[int, int, int]:
        """What the map calls a fraction, as percent, with its base units; -1 after saying that it can be none."""
        if abs(digits) >= 10 * 10**places:
            written = quantities.scaled_text(digits, places)
            self.problem(
                "WB-074", cell, column.text, f"对照表写这一列是小数（0.85 就是 85%），这一格是 {written}。", "请核对；已经是百分数的，请写上 %。"
            )  # fmt: skip
            return digits, places, -1
        digits, places = fraction_as_percent(digits, places)
        return digits, places, quantities.to_base(digits, places, "%")

    def _goes_on(self, whole: DataRow, column: ReadColumn, base: int | None, cell: str) -> bool:
        """Whether a value below a further head is new; the same one again is passed over, another one is refused."""
        if column.name not in whole.values:
            return True
        if whole.values[column.name] != base:
            self.problem(
                "WB-031", cell, column.text, f"“{whole.label}”的这个数在 {whole.cell(column.name, column.letter)} 已经有一个，两处不一样。", "请核对后改成一样，或只保留一处。",
            )  # fmt: skip
        return False

    def _long_way(self, number: int, value: object, cell: str, column: ReadColumn) -> Entered | None:
        """Anything but an ordinary number; None when there is nothing to keep."""
        if (number, column.at) in self.odd:
            value = self.joined_value(number, value, column)
            if self._special(number, value, column, cell):
                return None
        parsed = self.number(value, column.fmt, cell, column)
        if parsed is None or parsed.state == BLANK:
            return None
        state = parsed.state
        if state == DASH:
            if self.table.dash == "blank":
                return None
            state = self.table.dash
        if state != NUMBER:
            return Entered(state, column.unit, shown_text(value, parsed), base=None if state == UNREPORTED else 0)
        if parsed.unit == "%":
            self.percents[cell] = column.name
        unit = self._unit(parsed.unit, column, cell, parsed)
        if unit is None or (base := self._base(parsed, unit, column, cell)) is None:
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
        self.tell_unclear_rates(rates for name, rates in self.rates.items() if name not in self.percents.values())
        for name in self.shares.keys() & set(self.percents.values()):
            cell, heading, text = self.shares[name]
            self.problem(
                "WB-073",
                cell,
                heading,
                f"这一列有的格带 %，这一格只写 {text}，按 {text}% 读取；也可能是 {text} 倍（百分之一百为 1）。",
                "请统一成一种写法，看过再确认。",
                ASK,
            )
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
        if missing and not self.further:
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
