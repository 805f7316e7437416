"""Reading a long form: one value a row, with its region, measure, period, calibre, unit, state and source beside it."""

import datetime
import difflib
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from anju import quantities
from anju.problems import ASK, BLOCK, NOTE
from anju.workbooks.files.looks import STRUCK
from anju.workbooks.files.numbers import (
    BAD,
    BLANK,
    DASH,
    WORDS,
    NumberFormat,
    fold_number,
    fold_text,
    number_from_cell,
    parse_number,
    plain_number,
)
from anju.workbooks.files.opening import Worksheet
from anju.workbooks.files.radicals import radicals_in
from anju.workbooks.reading import checks, heads
from anju.workbooks.reading.cells import NUMBER, ReadCell, WorkbookReading, cell_reference, column_letters
from anju.workbooks.reading.heads import TableHead
from anju.workbooks.reading.maps import LONG_REQUIRED, LongColumns, MapColumn, TableMap
from anju.workbooks.reading.values import LARGEST, CellReader, Entered, PlainRates, ReadColumn, shown_text

CODE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
STATE_WORDS = {**WORDS, "": NUMBER, "正常": NUMBER, "数值": NUMBER, "已报": NUMBER, "推定": NUMBER}


@lru_cache(maxsize=1024)
def _squeeze(value: object) -> str:
    return re.sub(r"\s+", "", fold_text(str(value)))


@lru_cache(maxsize=1 << 16)
def _is_name(text: str) -> bool:
    return parse_number(text).state in (BAD, BLANK)


def read_period(value: object) -> str | None:
    """2021年 → 2021; 2021年8月, 2021年1—8月 → 2021-08; 2021年三季度 → 2021-Q3; 2021年上半年 → 2021-H1; 2021年12月31日 → 2021-12-31;
    2021—2025年 → 2021-2025; 截至2021年9月底累计 → 2021-09-A."""
    if isinstance(value, datetime.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = re.sub(r"\s+", "", fold_number(str(value)))  # never 2021-1② for December
    year = r"((?:19|20)[0-9]{2})"
    if match := re.fullmatch(year + "年?度?", text):
        return match[1]
    if (match := re.fullmatch(year + "年?[-—–~至]" + year + "年?", text)) and match[1] < match[2]:
        return f"{match[1]}-{match[2]}"
    if match := re.fullmatch(year + r"(?:-(0[1-9]|1[0-2]))?-A", text):
        return text
    if match := re.fullmatch("截[至止]" + year + "年(?:([0-9]{1,2})月)?底?累计", text):
        month = f"-{int(match[2]):02}" if match[2] else ""
        return f"{match[1]}{month}-A" if int(match[2] or 1) in range(1, 13) else None
    if match := re.fullmatch(year + r"[-/.年](?:1[-—–~至])?([0-9]{1,2})月?", text):
        return f"{match[1]}-{int(match[2]):02}" if 1 <= int(match[2]) <= 12 else None
    if match := re.fullmatch(year + "(?:-H|年(?:度)?)([12上下])(?:半年)?", text):
        return f"{match[1]}-H{'上下'.find(match[2]) + 1 or match[2]}"
    if match := re.fullmatch(year + "[-年]?(?:Q|第)?([1-4一二三四])(?:季度)?", text):
        return f"{match[1]}-Q{'一二三四'.find(match[2]) + 1 or match[2]}"
    if match := re.fullmatch(year + r"[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text):
        try:
            return datetime.date(*map(int, match.groups())).isoformat()
        except ValueError:
            return None
    return None


def shown_period(value: datetime.date | float, fmt: NumberFormat) -> object:
    """A period that Excel made a date or a number of, as its cell shows it: 2021年5月 is no day. 2021.1 could be January or October."""
    if isinstance(value, datetime.date):
        return value.strftime("%Y-%m") if fmt.days == "no" and value.day == 1 else value
    if value.is_integer():
        return value
    number = number_from_cell(value, fmt)
    text = quantities.scaled_text(number.digits, number.places)
    return f"{text}（1月或10月）" if text.endswith(".1") else text


def long_columns(columns: LongColumns) -> tuple[tuple[MapColumn, ...], tuple[str, ...]]:
    """The form's columns as map columns, so that one matcher serves both forms."""
    names = tuple(LongColumns.model_fields)
    map_columns = tuple(
        MapColumn(path=getattr(columns, name), key=name, required=name in LONG_REQUIRED) for name in names
    )
    return map_columns, names


class LongReader(CellReader):
    """One pass over one sheet. Problems go to the reading; cells are yielded."""

    def __init__(
        self,
        sheet: Worksheet,
        table: TableMap,
        reading: WorkbookReading,
        head: TableHead,
        places: dict[str, int],
        default_period: str,
    ) -> None:
        super().__init__(sheet, table, reading, head)
        self.found, self.default_period = places, default_period
        self.codes = dict(table.measures)
        self.published = {one.measure: one for one in table.published}
        self.needed = {code for one in table.published for code in (one.measure, *one.ratio, *one.sum)}
        self.seen: dict[tuple, int] = {}
        self.kept: dict[tuple, ReadCell] = {}
        self.negative = set(table.negative)
        self.texts = {name: head.text(at) for name, at in places.items()}
        self.fields: dict[tuple[str, bool], ReadColumn] = {}
        self.letter = column_letters(places["value"])
        self.periods: dict[object, str | None] = {}
        self.rates: dict[str, PlainRates] = {}  # of rows whose unit stands over the table only
        self.join({places["value"]}, head.bottom + 1)
        self.merged = self._merged_texts()
        self.texts_above: dict[tuple[int, str], object] = {}
        self.unit = self._stated_unit()
        self.heads_commented = [
            place for place in self.marks.comments if place[0] <= head.bottom and "unit" not in places
        ]

    def cells(self) -> Iterator[ReadCell]:
        start, columns, empty = self.head.bottom + 1, self.found, True
        order = list(columns)
        for number, values in enumerate(islice(self.sheet.rows(), start, None), start):
            if not any(value != "" for value in values) and not self._odd(number):
                continue
            width = len(values)
            row = {name: values[at] if at < width else "" for name, at in columns.items()}
            if self.merged:
                self._spread_texts(number, row)
            if all(row[name] == "" for name in order if name not in ("region", "source")) and not self._odd(number):
                if row["region"] != "" and len(heads.clean_label(row["region"])) <= 12:
                    self._wrong("WB-053", number, "value", "这一行只有区划，没有别的内容。", "请填完这一行，或删去。")
                continue  # a note under the table
            empty = False
            if number in self.marks.hidden_rows:
                self._wrong(
                    "WB-013",
                    number,
                    "region",
                    "这一行是隐藏的，照样读取了。",
                    "请取消隐藏，看过这一行的数再确认。",
                    ASK,
                )
            if (cell := self._row(number, row)) is not None:
                yield cell
        if empty:
            self.problem(
                "WB-030",
                cell_reference(start, 0),
                "",
                "表头下面没有一行数据。",
                "请填写后再上传；数据在别的工作表的，请只保留那一张。",
            )
        self.tell_unclear_rates(rates for code, rates in self.rates.items() if code not in self.published)
        self._compare()

    def _merged_texts(self) -> dict[tuple[int, str], tuple[int, str]]:
        """A name, period or unit merged over several rows stands for each: (row, column) → the row that holds it."""
        names = {at: name for name, at in self.found.items() if name != "value"}
        spread = {}
        for first, last in self.sheet.merges:
            if first[0] > self.head.bottom and first[0] < last[0] and first[1] == last[1] and first[1] in names:
                for number in range(first[0] + 1, min(last[0], self.marks.height) + 1):
                    spread[number, names[first[1]]] = (first[0], names[first[1]])
        return spread

    def _spread_texts(self, number: int, row: dict) -> None:
        for name in row:
            if source := self.merged.get((number, name)):
                row[name] = self.texts_above.get(source, "")
            elif row[name] != "":
                self.texts_above[number, name] = row[name]

    def _stated_unit(self) -> str:
        """The unit of rows that name none: of the values' own head, of the line over the table, else the map's."""
        at = self.found["value"]
        strange = self.head.strange_unit_of(at) or self.head.strange
        units = self.head.units_of(at) or self.head.units
        if strange or len(set(units)) > 1:
            stated = strange or "、".join(units)
            self.problem(
                "WB-025", cell_reference(self.head.unit_row, 0), "", f"表上写的单位是“{stated}”，" + ("不认识。" if strange else "不止一个，分不清是哪一个。"),
                "请在“单位”列逐行写明单位，并改正这一处。", BLOCK if strange or "unit" not in self.found else ASK,
            )  # fmt: skip
        return units[0] if len(set(units)) == 1 else self.table.unit

    def _odd(self, number: int) -> bool:
        return bool(self.odd) and (number, self.found["value"]) in self.odd

    def _wrong(self, code: str, number: int, name: str, what: str, fix: str, level: str = BLOCK) -> None:
        at = self.found.get(name, self.found["value"])
        self.problem(code, cell_reference(number, at), self.texts.get(name, ""), what, fix, level)

    def _row(self, number: int, row: dict) -> ReadCell | None:
        before = len(self.reading.problems)
        region = heads.clean_label(row["region"]) if row["region"] != "" else ""
        if not region:
            self._wrong("WB-032", number, "region", "没有写区划。", "请填写区划名称。")
        elif self.looked and self.marks.format(number, self.found["region"]).flaw == STRUCK:
            self._wrong(
                "WB-069",
                number,
                "region",
                "这一行的区划名称划了删除线，不知道算不算数。",
                "请去掉删除线；作废的行请删去。",
            )
        elif radicals := radicals_in(str(row["region"])):
            what = f"名称里的“{'、'.join(radicals)}”是形似的部首，不是汉字；按“{region}”读取。"
            self._wrong("WB-038", number, "region", what, "请核对名称，最好重新输入。", ASK)
        elif not _is_name(region):
            self._wrong("WB-033", number, "region", f"“{region}”不是区划名称。", "请改成区划名称；可能整行错开了一列。")
        code = self._measure(number, str(row["measure"]).strip())
        when = self._period(number, row["period"])
        calibre = self._calibre(row.get("calibre", ""))
        unit = self._unit_name(number, str(row.get("unit", "")))
        cell = self._value(number, row=row, code=code, unit=unit, region=region, when=when, calibre=calibre)
        if cell is None or region == "" or not code or not when:
            return None
        identity = (region, code, calibre, when)
        if identity in self.seen:
            self.kept.pop(identity, None)  # which of the two is right decides whether the printed results are
            self._wrong(
                "WB-031", number, "measure",
                f"{region}“{row['measure']}”{when} 在第 {self.seen[identity] + 1} 行已经有一个数。", "请只保留一行；口径不同的，请填写口径。",
            )  # fmt: skip
            return None
        self.seen[identity] = number
        if code in self.needed:
            self.kept[identity] = cell
        if code in self.published:
            self.reading.published.append(cell)
            return None
        return (
            cell
            if len(self.reading.problems) == before or all(p.level != BLOCK for p in self.reading.problems[before:])
            else None
        )

    def _calibre(self, value: object) -> str:
        text = _squeeze(value)
        return self.table.calibres.get(text, text)

    def _measure(self, number: int, text: str) -> str:
        if code := self.codes.get(text):
            return code
        name = re.sub(r"\s+", "", fold_text(text))
        if code := self.codes.get(name):
            return code
        if CODE.fullmatch(name):
            return name
        if not name:
            self._wrong("WB-051", number, "measure", "没有写指标。", "请填写指标名称。")
        else:
            near = difflib.get_close_matches(name, self.codes, 1)
            hint = f"是不是“{near[0]}”？" if near else ""
            self._wrong(
                "WB-051",
                number,
                "measure",
                f"没有“{text}”这个指标。",
                f"{hint}请用规定的名称，或在对照表的 measures 里加上。",
            )
        return ""

    def _period(self, number: int, value: object) -> str:
        if value == "" and self.default_period:
            return self.default_period
        if isinstance(value, datetime.date | float):
            value = shown_period(value, self.marks.format(number, self.found["period"]))
        if value not in self.periods:
            self.periods[value] = read_period(value)
        if not (when := self.periods[value]):
            self._wrong(
                "WB-052",
                number,
                "period",
                f"期间“{value}”看不懂。" if value != "" else "没有写期间。",
                "请写成 2021、2021-08、2021年三季度 或 2021-12-31。",
            )
        return when or ""

    def _unit_name(self, number: int, text: str) -> str:
        if text in quantities.UNITS:
            return text
        name = re.sub(r"\s+", "", fold_text(text)) or self.unit
        name = quantities.ALIASES.get(name, name) if name else ""
        if name and name not in quantities.UNITS:
            self._wrong(
                "WB-054", number, "unit", f"没有“{text}”这个计量单位。", "请用套、户、个、万元、亿元、㎡、万㎡、% 等。"
            )
            return ""
        return name

    def _value(
        self, number: int, row: dict, code: str, unit: str, region: str, when: str, calibre: str
    ) -> ReadCell | None:
        place, value, word = self.letter + str(number + 1), row["value"], _squeeze(row.get("state", ""))
        field = self.fields.get((unit, code in self.negative)) or self._field_of(unit, code in self.negative)
        if number >= field.until:
            self._format(field, number)
        for at in ((number, field.at), *self.heads_commented):
            if at in self.marks.comments:
                self.check_comment(at, [field])
                self.heads_commented = [place for place in self.heads_commented if place != at]
        state, approx = NUMBER, ""
        short = (
            plain_number(value, field.least, field.most)
            if type(value) is float and value >= 0 and field.most >= 0 and not word and unit
            else None
        )
        if short and (short[1] or short[0] * field.factor > LARGEST):
            base, rest = divmod(short[0] * field.factor, 10 ** short[1])
            short = None if rest or base > LARGEST else short
        if short and not self._odd(number):
            digits, places, text = short
        else:
            long_way = self._slowly(number, value, word, place, field)
            if long_way is None:
                return None
            state, unit, approx, text = long_way.state, long_way.unit, long_way.approx, long_way.text
            digits, places = long_way.digits, long_way.places
        if unit == "%" and digits is not None and "%" not in text and str(row.get("unit", "")).strip() == "":
            self.rates.setdefault(code, PlainRates(field.text)).add(digits, places, place, text)
        basis = str(row.get("basis", "")).strip()
        if word == "推定" and not basis:
            self._wrong("WB-055", number, "basis", "写了“推定”，没有写依据。", "请写明这个数是依据什么推定的。")
            return None
        effective = self._effective(number, row["effective_on"]) if row.get("effective_on", "") != "" else ""
        return ReadCell(
            measure=code,
            calibre=calibre,
            region_name=region,
            period=when,
            state=state,
            digits=digits,
            places=places,
            unit=unit,
            approx=approx,
            assumed=bool(basis),
            basis=basis,
            sheet=self.sheet.name,
            cell=place,
            raw=text,
            row_label=region,
            column_label=str(row["measure"]).strip(),
            scope=str(row.get("scope", "")).strip(),
            source=str(row.get("source", "")).strip(),
            document=str(row.get("document", "")).strip(),
            effective_on=effective,
            key=code,
        )

    def _field_of(self, unit: str, negative: bool) -> ReadColumn:
        at, known = self.found["value"], quantities.unit_of_measure(unit)
        column = MapColumn(path=("数值",), key="value")
        field = ReadColumn(
            at=at,
            column=column,
            unit=unit,
            family=known.family if unit else "",
            letter=self.letter,
            text=self.texts["value"],
            negative=negative,
            factor=known.factor,
        )
        self.fields[unit, negative] = field
        return field

    def _slowly(self, number: int, value: object, word: str, place: str, field: ReadColumn) -> Entered | None:
        """Anything but an ordinary number; None after saying what is wrong."""
        if self._odd(number):
            value = self.joined_value(number, value, field)
            if self._special(number, value, field, place) or (number, field.at) in self.unclear:
                return None
        if word not in STATE_WORDS:
            self._wrong("WB-056", number, "state", f"没有“{word}”这种状态。", "请留空，或写“未报”“无任务”“不适用”。")
            return None
        state = STATE_WORDS[word]
        parsed = self.number(value, field.fmt, place, field)
        if parsed is None:
            return None
        if parsed.state not in (NUMBER, BLANK, DASH):
            state = parsed.state
        if state == NUMBER and parsed.state != NUMBER:
            self._wrong(
                "WB-053",
                number,
                "value",
                "没有数值，也没有说明状态。",
                "请填数；没有数的，在“状态”列写“未报”“无任务”或“不适用”。",
            )
            return None
        if state != NUMBER and parsed.state == NUMBER:
            self._wrong(
                "WB-056", number, "state", f"状态写“{word}”，却填了数 {shown_text(value, parsed)}。", "二者只留一个。"
            )
            return None
        if state != NUMBER:
            return Entered(state, field.unit, shown_text(value, parsed))
        own = self._unit(parsed.unit, field, place, parsed)
        if own is None:
            return None
        if not own:
            self._wrong("WB-054", number, "unit", "没有写计量单位。", "请在“单位”列填写，如 套、户、万元、%。")
            return None
        if self._base(parsed, own, field, place) is None:
            return None
        return Entered(
            state, own, shown_text(value, parsed), digits=parsed.digits, places=parsed.places, approx=parsed.approx
        )

    def _effective(self, number: int, value: object) -> str:
        day = read_period(value)
        if day is None or len(day) != 10 or "Q" in day:
            self._wrong("WB-057", number, "effective_on", f"生效日期“{value}”不是日期。", "请写成 2021-12-31。")
            return ""
        return day

    def _compare(self) -> None:
        """Printed ratios and sums against what they are made of; left alone when a part is not in this form."""
        for (region, code, calibre, when), cell in self.kept.items():
            rule = self.published.get(code)
            if rule is None or cell.digits is None:
                continue
            parts = [part for name in rule.ratio or rule.sum if (part := self.kept.get((region, name, calibre, when)))]
            bases = [part.base for part in parts]
            if None in bases or len(bases) < len(rule.ratio or rule.sum):
                continue
            if len({quantities.unit_of_measure(part.unit).family == "money" for part in parts}) > 1:
                continue  # money with something else: a wrong unit, told where it stands by who knows the measures
            difference = (
                checks.ratio_flaw(cell.digits, cell.places, bases[0], bases[1], cell.unit)
                if rule.ratio
                else checks.sum_flaw(cell.digits, cell.places, sum(bases), cell.unit)
            )
            if difference and rule.ratio:
                top, bottom = ((part.base, checks.last_step(part.places, part.unit), part.unit) for part in parts)
                if within := checks.rounding_note(cell.digits, cell.places, top, bottom, unit=cell.unit):
                    sentence = f"“{region}”{difference}{within}"
                    self.problem("WB-047", cell.cell, cell.column_label, sentence, checks.ROUNDED, NOTE)
                    continue
            if difference:
                fix = "请核对印出的数和它的各个来源；印出的比率、合计只用来核对，不会入库。"
                self.problem("WB-045", cell.cell, cell.column_label, f"“{region}”{difference}", fix, ASK)
