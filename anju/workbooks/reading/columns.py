"""The columns that are read under a form's head, each with its unit; and the further heads of a sheet that has more than one.

A head may be printed again on each page, come with its columns in another order, or go on with further ones (续表).
"""

import re
from dataclasses import dataclass, field, replace

from anju import quantities
from anju.problems import ASK, Place, Problem
from anju.workbooks.files.looks import STRUCK
from anju.workbooks.files.numbers import fold_number
from anju.workbooks.files.opening import Worksheet
from anju.workbooks.reading import heads, units
from anju.workbooks.reading.cells import WorkbookReading, cell_reference, column_letters
from anju.workbooks.reading.heads import ColumnMatch, TableHead
from anju.workbooks.reading.maps import MapColumn, TableMap
from anju.workbooks.reading.values import CellReader, ReadColumn

YEAR_NAMED = re.compile(r"((?:19|20)[0-9]{2})\s*年")
MONTH_NAMED = re.compile(r"(?<![0-9])(1[0-2]|0?[1-9])\s*月(?!\s*(?:份)?\s*[-—–~至])")  # the last of 1—5月


@dataclass
class Section:
    """The rows under one head. found: map column → sheet column; again: it only repeats the head before."""

    head: TableHead
    found: dict[int, int]
    again: bool = False
    problems: list[Problem] = field(default_factory=list)


def find_sections(
    table_heads: list[TableHead], match: ColumnMatch, columns: tuple[MapColumn, ...], file_name: str, sheet: str
) -> list[Section]:
    """A section for each head. Under a head that the map does not know nothing is read: WB-039, never the columns of another."""
    sections = [Section(table_heads[0], match.found)]
    for head in table_heads[1:]:
        before = sections[-1]
        if head.repeats(before.head):
            sections.append(Section(head, before.found, again=True))
            continue
        ours = heads.match_columns(columns, head, file_name, sheet)
        problems = [one for one in ours.problems if one.code != "WB-022"]
        if not ours.found:
            place = Place(file=file_name, sheet=sheet, cell=cell_reference(head.top, head.span[0]))
            what = "这里又有一个表头，列和上面的不一样，对照表里一列也没有，下面的数没有读取。"
            problems = [
                Problem(
                    "WB-039",
                    place,
                    what,
                    "是另一张表的，请放到另一张工作表；是续表的，请在对照表的 columns 里加上这些列。",
                )
            ]
        sections.append(Section(head, ours.found, problems=problems))
    return sections


class ColumnReader(CellReader):
    """What each column is. unsure: those whose unit is in doubt, said once, at the head."""

    def __init__(
        self, sheet: Worksheet, table: TableMap, reading: WorkbookReading, head: TableHead, period: str
    ) -> None:
        super().__init__(sheet, table, reading, head)
        self.period = period
        self.unsure: set[str] = set()

    def columns_under(self, section: Section) -> list[ReadColumn]:
        """The columns under a head. What it says of units is told once for all of them."""
        outside = units.bracketed_units(self.sheet.name) or units.stated_units(self.marks.page_head)[0]
        self.head = replace(section.head, units=section.head.units or self.head.units or outside)
        places = sorted(section.found.items(), key=lambda item: item[1])
        pairs = [(self.table.columns[index], at) for index, at in places if not self.table.columns[index].ignore]
        fields = [self._field(column, at) for column, at in pairs]
        self._check_comments(section.head, fields)
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

    def _check_comments(self, head: TableHead, fields: list[ReadColumn]) -> None:
        """Comments at a head are about the columns under it; above the head and at its names about all that say no unit themselves."""
        for row, column in self.marks.comments:
            if row > head.bottom:
                continue
            under = [
                one for one in fields if any((cell.row, cell.column) == (row, column) for cell in head.paths[one.at])
            ]
            if not under and (row < head.top or head.span[0] <= column <= head.span[1]):
                named = {
                    quantities.unit_of_measure(name).family
                    for name in units.stated_units(self.marks.comments[row, column])[0]
                }
                under = [one for one in fields if one.family in named and not self.head.units_of(one.at)]
            self.check_comment((row, column), [one for one in under if not one.column.published])

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
            if len(set(same)) > 1 and family and quantities.ALIASES.get(column.unit, column.unit) not in same:
                # 单位：万户、户 says of no column which; one unit for the whole map does not either.
                self.unsure.add(column.name)
                what = f"写了几个单位“{'、'.join(same)}”，分不清这一列是哪一个。"
                self.problem(
                    "WB-025", place, text, what, "请在这一列的表头写明单位，或在对照表这一列写 unit。"
                )  # fmt: skip
            elif wanted in same or len(set(same)) > 1:
                pass
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
        if not column.period and not column.published:
            self._ask_other_time(column, text, place, period)
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

    def _ask_other_time(self, column: MapColumn, text: str, place: str, period: str) -> None:
        """A head that names another year or month than the one that is read, where the map does not name it."""
        plain, known = fold_number(text), fold_number("".join(column.path))
        years = set(YEAR_NAMED.findall(plain)) - set(YEAR_NAMED.findall(known))
        months = {int(number) for number in MONTH_NAMED.findall(plain)} - {
            int(number) for number in MONTH_NAMED.findall(known)
        }
        month = int(period[5:7]) if re.fullmatch(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?", period) else 0
        if period and ((years and period[:4] not in years) or (month and months and month not in months)):
            self.problem(
                "WB-017", place, text, f"表头写的是另一个时间，按 {period} 读取。", "请核对；确是另一期的，请在对照表这一列写 period。", ASK
            )  # fmt: skip
